"""Files that the app writes at run time: where they lie on the dyno, and whether they are meant to last."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from herolint.app.codebase import Mod
from herolint.app.operators import HOME
from herolint.app.values import Env, Known, Made, Ref, Value, options, text_of, walk
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import dotted

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

WRITE_MODES = re.compile(r"[wax]|r[bt]?\+|\+")
TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/dev/null", "/dev/std", "/proc/")
DATA_ENDINGS = (
    ".json",
    ".csv",
    ".txt",
    ".pkl",
    ".pickle",
    ".yaml",
    ".yml",
    ".db",
    ".dat",
    ".xlsx",
    ".ini",
    ".xml",
    ".toml",
    ".log",
    ".session",
    ".jsonl",
    ".parquet",
    ".npy",
)


class Write(NamedTuple):
    """A reached call that writes or reads a file. `text` is the path with `{}` for what is not known; None when nothing is known."""

    effect: Effect
    expr: facts.AnyExpr
    value: Value
    text: str | None
    mode: str


def writes(python: Program) -> Iterator[Write]:
    """Calls that write files, with the path folded."""
    return (use for use in _uses(python, "writes-file") if WRITE_MODES.search(use.mode))


def reads(python: Program) -> Iterator[Write]:
    """Calls that read files, likewise."""
    return (use for use in _uses(python, "reads-file") if not WRITE_MODES.search(use.mode) or "+" in use.mode)


def _uses(python: Program, kind: str) -> Iterator[Write]:
    for effect in python.effects_of(kind):
        row = effect.row
        mode = row.default_mode
        if row.mode:
            expr, value = python.argument(effect, row.mode)
            if expr is not None:
                if not isinstance(value, Known) or not isinstance(value.value, str):
                    continue
                mode = value.value
        if row.path == "self":
            func = effect.fact.call.func
            expr2: facts.AnyExpr | None = func.base if isinstance(func, facts.Attr) else None
            value2 = python.fold(effect.mod, effect.fact.function, expr2)
        else:
            expr2, value2 = python.argument(effect, row.path)
        if expr2 is None:
            continue
        yield Write(effect, expr2, value2, path_text(value2), mode)


def path_text(value: Value) -> str | None:
    """The path that a value is, with holes; an environment read gives its default."""
    for one in options(value):
        if isinstance(one, Env):
            continue
        text = text_of(one)
        if text is not None and text.strip("{}/ "):
            return text
    return None


def absolute(text: str) -> str:
    """A path as the dyno sees it: relative ones start at /app."""
    return posixpath.normpath(posixpath.join(HOME, text))


def is_temporary(value: Value, text: str | None) -> bool:
    """Whether the path lies in a temporary folder, or is no path on the disk."""
    if text is not None and (
        absolute(text).startswith(TEMPORARY) or absolute(text) == "/tmp" or "temp" in text.lower() or "tmp" in text.lower()
    ):
        return True
    for inner in walk(value):
        name = inner.name if isinstance(inner, Made | Ref) else ""
        if (
            name.startswith(("tempfile.", "io.", "django.core.files.temp", "?tempfile"))
            or "TemporaryDirectory" in name
            or "NamedTemporaryFile" in name
            or "mkdtemp" in name
        ):
            return True
        if isinstance(inner, Env) and inner.name in ("TMPDIR", "TEMP", "TMP"):
            return True
    return False


def removed_in(mod: Mod, function: int, expr: facts.AnyExpr) -> bool:
    """Whether the same function removes a file of that name again (`os.remove(path)`, `path.unlink()`, `shutil.rmtree`)."""
    wanted = {_key(expr)}
    for fact in mod.facts.calls:
        if fact.function != function:
            continue
        name = dotted(fact.call.func) or ""
        last = name.rpartition(".")[2]
        if last in ("remove", "unlink", "rmtree", "removedirs") and function != NONE:
            subject = fact.call.args[0] if fact.call.args else fact.call.func.base if isinstance(fact.call.func, facts.Attr) else None
            if subject is not None and _key(subject) in wanted:
                return True
    return False


def _key(expr: facts.AnyExpr) -> str:
    return dotted(expr) or repr(expr)


def shown(text: str) -> str:
    """A path as the reader wrote it: relative to the app's root where it lies there."""
    full = absolute(text)
    return full.removeprefix(HOME + "/") if full.startswith(HOME + "/") else full


def reads_same(python: Program, mod: Mod, text: str) -> bool:
    """Whether reached code opens the same path for reading (the file is used as a store, not only written)."""
    wanted = absolute(text)
    for other in python.modules:
        for fact in other.facts.calls:
            func = fact.call.func
            name = func.id if isinstance(func, facts.Name) else func.name if isinstance(func, facts.Attr) else ""
            if name not in ("open", "read_csv", "read_json", "read_excel", "read_text", "load", "read_pickle", "exists", "isfile"):
                continue
            subject = fact.call.args[0] if fact.call.args else func.base if isinstance(func, facts.Attr) else None
            if subject is None:
                continue
            mode = fact.call.args[1] if name == "open" and len(fact.call.args) > 1 else None
            if isinstance(mode, facts.Const) and WRITE_MODES.search(str(mode.value)) and "+" not in str(mode.value):
                continue
            found = path_text(python.fold(other, fact.function, subject))
            if found is not None and "{}" not in found and absolute(found) == wanted:
                return True
    return False
