"""Files that the app writes at run time: where they lie on the dyno, and whether they are meant to last."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.operators import HOME
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Env, Known, Made, Ref, Text, Value, options, text_of, walk
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, dotted

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/dev/null", "/dev/std", "/proc/")
_PASSING = frozenset({"cache", "caches", "cached", "progress", "status", "pid", "lock"})
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


def path_text(value: Value) -> str | None:
    """The path that a value is, with holes; an environment read gives its default."""
    for one in options(value):
        if isinstance(one, Env):
            continue
        text = text_of(_by_default(one))
        if text is not None and text.strip("{}/ "):
            return text
    return None


def _by_default(value: Value) -> Value:
    """A text with each environment variable in it replaced by what stands in for it."""
    match value:
        case Text(parts=parts):
            return Text(tuple(_by_default(part) for part in parts))
        case Env(default=Text() | Known() as default):
            return _by_default(default)
    return value


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


def is_passing(text: str) -> bool:
    """Whether a path says of itself that what it holds is made again when it is gone, or is about what runs just now."""
    return any(word in _PASSING for word in re.split(r"[^a-z]+", text.lower()))


def removed_in(code: Program, mod: Mod, function: int, expr: facts.AnyExpr, *, always: bool = False) -> bool:
    """Whether the same function, or one inside or around it, removes a file of that name again; `always`: on no condition."""
    if function == NONE:
        return False
    removes = code.knows(mod).files.removes
    whole = _outermost(mod, function)
    wanted = _key(expr)
    for fact in mod.facts.calls:
        if (
            fact.function == NONE
            or (dotted(fact.call.func) or "").rpartition(".")[2] not in removes
            or _outermost(mod, fact.function) != whole
            or (always and _on_condition(mod, fact.guard))
        ):
            continue
        subject = fact.call.args[0] if fact.call.args else fact.call.func.base if isinstance(fact.call.func, facts.Attr) else None
        if subject is not None and _key(subject) == wanted:
            return True
    return False


def _on_condition(mod: Mod, guard: int) -> bool:
    """Whether something depends on a condition that holds, and not only on none that has ended the function before."""
    while guard != NONE and mod.facts.guards[guard].kind == "else":
        guard = mod.facts.guards[guard].parent
    return guard != NONE


def _outermost(mod: Mod, function: int) -> int:
    """The function at the module's own level that a function stands in."""
    while mod.facts.functions[function].parent != NONE:
        function = mod.facts.functions[function].parent
    return function


def _key(expr: facts.AnyExpr) -> str:
    """What an expression says, wherever it stands."""
    match expr:
        case facts.Const(value=value):
            return repr(value)
        case facts.Concat(parts=parts):
            return "+".join(_key(part) for part in parts)
        case facts.Index(base=base, key=key):
            return f"{_key(base)}[{_key(key)}]"
        case facts.Attr(base=base, name=name):
            return f"{_key(base)}.{name}"
        case facts.Call(func=func, args=args):
            return f"{_key(func)}({', '.join(_key(arg) for arg in args)})"
        case facts.Name(id=name):
            return name
    return repr(expr)


def shown(text: str) -> str:
    """A path as the reader wrote it: relative to the app's root where it lies there."""
    full = absolute(text)
    return (full.removeprefix(HOME + "/") if full.startswith(HOME + "/") else full).replace("{}/", "…/", 1)


def callback_value(code: Program, mod: Mod, expr: facts.AnyExpr) -> tuple[facts.AnyExpr, Value] | None:
    """What a function that answers by its last parameter hands back: `(req, file, cb) => cb(null, "uploads/")`; or what it returns."""
    if not isinstance(expr, facts.Closure):
        return None
    params = mod.facts.functions[expr.number].params
    last = params[-1].name if params else ""
    for fact in mod.facts.calls:
        if fact.function == expr.number and isinstance(fact.call.func, facts.Name) and fact.call.func.id == last and fact.call.args:
            given = fact.call.args[-1]
            return given, code.fold(mod, expr.number, given)
    return None


def written_by(code: Program, effect: Effect, expr: facts.AnyExpr, value: Value) -> Value:
    """The path of a file that is handed on already open (`stream: fs.createWriteStream(path)`); other values are paths themselves."""
    mod, function, made = origin(code.linker, effect.mod, effect.fact.function, expr)
    row = code.row_of(mod, function, made, "writes-file")
    if row is None or not isinstance(made, facts.Call):
        return value
    at = next((int(word) for word in row.path.split() if word.isdigit()), None)
    return code.fold(mod, function, argument(made, at, None))
