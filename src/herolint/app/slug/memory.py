"""What the web dyno's workers need in memory, from what their code imports and which models it loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.keeping.model_files import LoadedModel, loaded_models
from herolint.app.running.workers import Workers, web_workers
from herolint.code.facts import NONE
from herolint.finding import Place
from herolint.knowledge.memory import load_memory

if TYPE_CHECKING:
    from herolint.app.model import App


class Need(msgspec.Struct, frozen=True):
    """MB of 2^20 bytes: `each` worker, `total` of the dyno. `imports` says where each outside module is imported first.

    `models` are the trained models that each worker loads.
    """

    workers: Workers
    each: int
    total: int
    imports: dict[str, Place]
    models: tuple[LoadedModel, ...] = ()

    def fitting(self, memory_mb: int) -> int:
        """How many workers fit; 0 when not even one does."""
        return memory_mb // self.each


def web_need(app: App) -> Need | None:
    """The memory of the web process; None when its server is not known, or how many workers it starts."""
    workers = web_workers(app)
    if workers is None or workers.number is None:
        return None
    table = load_memory()
    imports = imported(app, "web")
    base = table.worker
    models = tuple(loaded_models(app, "web"))
    each = base.worker + base.growth + sum(table.loaded(imports).values()) + sum(model.mb for model in models)
    total = workers.number * each
    if workers.preload:
        # What is imported before the fork is shared as far as nobody writes to it.
        total -= (workers.number - 1) * (each - base.growth)
    return Need(workers, each, total, imports, models)


def imported(app: App, process: str) -> dict[str, Place]:
    """Top names of the modules from outside the project that a process's code imports, with the first place."""
    reach = app.code.reach.get(process)
    found: dict[str, Place] = {}
    for mod in reach.mods() if reach is not None else ():
        for imp in mod.facts.imports:
            top = imp.module.partition(".")[0]
            if not top or imp.level or top in found or app.code.code.find(top) is not None:
                continue
            runs = reach is not None and reach.runs(mod, imp.guard) is not False
            if runs and (imp.function == NONE or (reach is not None and reach.has_function(mod, imp.function))):
                found[top] = mod.place(imp, "imported here")
    return found
