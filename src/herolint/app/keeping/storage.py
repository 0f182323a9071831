"""Files that the app writes at run time: where they lie on the dyno, and whether they are meant to last."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.operators import HOME
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Env, Known, Made, Ref, Text, Value, options, text_of, walk
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, dotted, last_name
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

WRITE_MODES = lazy(r"[wax]|r[bt]?\+|\+")
_ONLY_READ = frozenset(
    {"read", "readline", "readlines", "seek", "tell", "truncate", "close", "load", "safe_load", "reader", "DictReader", "len"}
)
TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/dev/null", "/dev/std", "/proc/")
_OPENS = ("open", "OpenFile")
"""Calls that read or write as their second argument says."""
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


class Write(msgspec.Struct, frozen=True):
    """A reached call that writes or reads a file. `text` is the path with `{}` for what is not known; None when nothing is known."""

    effect: Effect
    expr: facts.AnyExpr
    value: Value
    text: str | None
    mode: str


def writes(python: Program) -> Iterator[Write]:
    """Calls that write files, with the path folded."""
    return (use for use in _uses(python, "writes-file") if WRITE_MODES.search(use.mode) and not _opened_to_read(use))


def _opened_to_read(use: Write) -> bool:
    """Whether a file that is opened for both (`r+`) is only read, or emptied, under the name that it is given."""
    if not use.mode.startswith("r"):
        return False
    mod, call = use.effect.mod, use.effect.fact.call
    names = {a.target.id for a in mod.facts.assigns if a.value == call and isinstance(a.target, facts.Name)}
    for fact in mod.facts.calls if names else ():
        func = fact.call.func
        name = last_name(func)
        given = [func.base] if isinstance(func, facts.Attr) else []
        given += [arg.value if isinstance(arg, facts.Keyword) else arg for arg in fact.call.args]
        if fact.function == use.effect.fact.function and any(isinstance(one, facts.Name) and one.id in names for one in given):
            if name not in _ONLY_READ:
                return False
    return bool(names)


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


def removed_in(code: Program, mod: Mod, function: int, expr: facts.AnyExpr) -> bool:
    """Whether the same function, or one inside or around it, removes a file of that name again."""
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
        ):
            continue
        subject = fact.call.args[0] if fact.call.args else fact.call.func.base if isinstance(fact.call.func, facts.Attr) else None
        if subject is not None and _key(subject) == wanted:
            return True
    return False


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


def reads_same(python: Program, mod: Mod, text: str) -> bool:
    """Whether reached code opens the same path for reading (the file is used as a store, not only written)."""
    wanted = absolute(text)
    for other in python.modules:
        reading = python.knows(other).files.reads
        if any(_imported(other, imp) == wanted for imp in other.facts.imports):
            return True
        for fact in other.facts.calls:
            func = fact.call.func
            name = last_name(func)
            if name not in reading:
                continue
            subject = fact.call.args[0] if fact.call.args else func.base if isinstance(func, facts.Attr) else None
            if subject is None:
                continue
            mode = fact.call.args[1] if name in _OPENS and len(fact.call.args) > 1 else None
            letters = text_of(python.fold(other, fact.function, mode)) if mode is not None else None
            if letters is not None and WRITE_MODES.search(letters) and "+" not in letters:
                continue
            found = path_text(python.fold(other, fact.function, subject))
            if found is not None and "{}" not in found and absolute(found) == wanted:
                return True
    return False


def _imported(mod: Mod, imp: facts.Import) -> str | None:
    """The data file that an import loads: `require("./db.json")`."""
    if not imp.module.startswith(".") or not imp.module.endswith(DATA_ENDINGS):
        return None
    return absolute(posixpath.join(posixpath.dirname(mod.path), imp.module))


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
