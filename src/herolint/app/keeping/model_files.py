"""Trained models that code loads: those that lie in the repository, and those that libraries know by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.keeping.storage import absolute, path_text
from herolint.app.linking.operators import HOME
from herolint.finding import Place
from herolint.knowledge.memory import load_memory

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.program import Effect
    from herolint.workspace.entries import Entry

_MB = 1 << 20


class LoadedModel(msgspec.Struct, frozen=True):
    """A model by its file or name, MB of 2^20 bytes that it takes, and where it is loaded."""

    name: str
    mb: int
    at: Place


def model_file(app: App, effect: Effect) -> tuple[str, Entry] | None:
    """The file of the repository that a call loads as a model."""
    expr = effect.fact.call.args[0] if effect.fact.call.args else None
    text = path_text(app.code.fold(effect.mod, effect.fact.function, expr)) if expr is not None else None
    path = absolute(text).removeprefix(f"{HOME}/") if text is not None else ""
    entry = app.workspace.slug_files.get(path)
    return (path, entry) if entry is not None and entry.kind == "file" and not entry.lfs else None


def loaded_models(app: App, process: str) -> Iterator[LoadedModel]:
    """The models whose size is known among those that a process loads, each once."""
    known = load_memory().model
    seen: set[str] = set()
    for effect in app.code.effects_of("loads-model"):
        if process not in effect.processes:
            continue
        file = model_file(app, effect)
        name = file[0] if file is not None else effect.name.removesuffix("()").rpartition(".")[2]
        size = round(file[1].size / _MB) if file is not None else known.get(name, 0)
        if size and name not in seen:
            seen.add(name)
            yield LoadedModel(name, size, effect.mod.place(effect.fact.call))
