"""Environment variables that reached code reads: by name and place, in which process, and what happens when one is not set."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec

from herolint.app.folding.env_reads import SETTINGS_BASES, tagged
from herolint.app.linking.values import Env, Known
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument, last_name, walk
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.model import App
    from herolint.finding import Place

Use = Literal["", "fails", "given"]

_CALLS = frozenset(
    """
    getenv get config env str int bool list float url db db_url db_from_env Config getenvb json secret Getenv LookupEnv MustGetenv fetch
    GetString GetInt GetBool
    """.split()
)
_TOKENS = ("env", "config", "Settings", "ENV")
"""Of these words one stands in every file that reads the environment."""
_TAGGED = ('env:"', 'envconfig:"')
"""Keys of tags by which fields of structs name their variables."""
_FILLERS = lazy(r"/(?:env|envconfig|cleanenv|envdecode|go-envconfig|go-env)(?:/v\d+)?\Z")
"""The last words of the import paths of libraries that fill structs by such tags."""
_NAMES_OF_NAMES = 4
"""How often a name for the environment may be given to another name."""
_CONVERTERS = frozenset({"int", "float", "json.loads", "ast.literal_eval", "base64.b64decode", "pathlib.Path", "os.path.join"})
_SAFE_ON_NOTHING = frozenset("presence present? blank? nil? try to_s to_i to_f to_a to_h is_a? inspect tap then dup freeze".split())
"""Methods that an unset value of some language has."""
_HARMLESS = frozenset(
    """
    print len bool isinstance getattr setattr str repr get getenv config env debug info warning error exception log init init_app update append
    """.split()
)
"""Last words of calls that take an unset value without harm."""


class EnvRead(msgspec.Struct, frozen=True):
    """One read. `required`: without the variable the read raises, while the process starts (`at_start`) or later.

    `default`: something else is used when it is unset. `guarded`: the place runs only under a condition that may not hold, or in a
    `try`. `use` says of a read that gives nothing when unset what becomes of that: an operation that `fails` on it, or a call outside
    the project that is `given` it; empty where the code asks first, or nothing is known.
    """

    name: str
    at: Place
    process: str
    required: bool
    at_start: bool
    guarded: bool
    default: bool = False
    use: Use = ""


class _Spot(msgspec.Struct, frozen=True):
    """An expression that is evaluated, and what for: the variable it is assigned to, the call it is given to, or (`asked`) a condition."""

    expr: facts.AnyExpr
    function: int
    guard: int
    target: str
    call: facts.Call | None
    asked: bool = False


def env_reads(app: App) -> Iterator[EnvRead]:
    """Reads in the modules that some process reaches, in files order."""
    uses = _Uses(app)
    for mod in app.code.modules:
        places = _mentions(mod)
        if places:
            seen: set[int] = set()
            others: set[int] = set()
            process = next(iter(app.code.reached_by(mod.path)), "")
            for spot in _spots(mod, places):
                yield from _in_spot(app, mod, spot, places, process, uses, seen, others)
            yield from _settings_fields(app, mod, process)
            yield from _tagged_fields(app, mod, process)


def _mentions(mod: Mod) -> list[int]:
    """Where a module mentions the environment: by one of the words, or by a name that it gives to something that does."""
    places: list[int] = []
    words: set[str] = set()
    fresh = set(_TOKENS)
    for _ in range(_NAMES_OF_NAMES):
        found = _said(mod, fresh)
        if not found:
            break
        named = {imp.alias for imp in mod.facts.imports if _holds(found, imp.start, imp.end)}
        named |= {last_name(one.target) for one in mod.facts.assigns if _stands_for(found, one)}
        places += found
        words |= fresh
        fresh = named - words - {""}
        if not fresh:
            break
    return sorted(places)


def _stands_for(places: list[int], assign: facts.Assign) -> bool:
    """Whether a name may stand for the environment, for what reads it, or for a table of what was read: not for one variable alone."""
    value = assign.value.value if isinstance(assign.value, facts.Unary) else assign.value
    if value is None or isinstance(value, facts.Const | facts.Concat) or (isinstance(value, facts.Mapping) and assign.function != NONE):
        return False
    if isinstance(value, facts.Call):
        return _mentioned(places, value.func) and not (_may_read(value) and isinstance(argument(value, 0, None), facts.Const))
    return not _may_read(value) and _mentioned(places, value)


def _said(mod: Mod, words: Iterable[str]) -> list[int]:
    """Where the text of a module holds one of the words, also inside a longer one."""
    pattern = re.compile("|".join(map(re.escape, sorted(words))).encode())
    return [match.start() for match in pattern.finditer(mod.source.data)]


def _mentioned(places: list[int], expr: facts.AnyExpr) -> bool:
    """Whether a value mentions the environment. What an object that is taken apart is (`const {KEY: key} = process.env`) stands elsewhere."""
    while not _holds(places, expr.start, expr.end):
        if isinstance(expr, facts.Attr | facts.Index):
            expr = expr.base
        elif isinstance(expr, facts.Logic):
            expr = expr.parts[0]
        else:
            return False
    return True


def _holds(places: list[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def _spots(mod: Mod, places: list[int]) -> Iterator[_Spot]:
    """Where values are taken that mention the environment: in conditions, assigned, given to calls, returned. The first that holds a read
    tells its use."""
    for guard in mod.facts.guards:
        if _mentioned(places, guard.test):
            yield _Spot(guard.test, mod.function_at(guard.test.start), guard.parent, "", None, True)
    calls = [call for call in mod.facts.calls if _mentioned(places, call.call)]
    for call in calls:
        for given in call.call.args:
            if _mentioned(places, given):
                yield _Spot(given, call.function, call.guard, "", call.call)
    for assign in mod.facts.assigns:
        if assign.value is not None and assign.op != "+=" and _mentioned(places, assign.value):
            yield _Spot(assign.value, assign.function, assign.guard, last_name(assign.target), None)
    for returned in mod.facts.returns:
        if returned.value is not None and _mentioned(places, returned.value):
            yield _Spot(returned.value, returned.function, returned.guard, "", None)
    for call in calls:
        yield _Spot(call.call, call.function, call.guard, "", None)


def _in_spot(
    app: App, mod: Mod, spot: _Spot, places: list[int], process: str, uses: _Uses, seen: set[int], others: set[int]
) -> Iterator[EnvRead]:
    """The reads in a spot. `seen`: where those stand that were found before; `others`: the identities of what turned out to be none."""
    code = app.code
    for inner in walk(spot.expr, partial(_mentioned, places)):
        if not _may_read(inner) or id(inner) in others or inner.start in seen:
            continue
        value = code.fold(mod, spot.function, inner)
        if not isinstance(value, Env):
            others.add(id(inner))
            continue
        seen.add(inner.start)
        in_try = _caught(mod, inner.start)
        guarded = code.guards.holds(mod, spot.guard) is not True or (in_try and isinstance(inner, facts.Index))
        runs = any(reach.has_function(mod, spot.function) for reach in code.reach.values())
        required = value.required and value.default is None and not (in_try and isinstance(inner, facts.Index)) and runs
        default = value.default is not None and value.default != Known(None)
        falls_back = default or (not value.required and (spot.asked or _falls_back(spot, inner)))
        use: Use = "" if required or default or in_try or not runs else uses.of(mod, spot, inner)
        yield EnvRead(value.name, mod.place(inner, "read here"), process, required, spot.function == NONE, guarded, falls_back, use)


def _may_read(expr: facts.AnyExpr) -> bool:
    """Whether an expression has the form of a read: a call of such a name, a constant key, a member of an `env`."""
    if isinstance(expr, facts.Call):
        return last_name(expr.func) in _CALLS
    if isinstance(expr, facts.Index):
        return isinstance(expr.key, facts.Const) and isinstance(expr.key.value, str)
    return isinstance(expr, facts.Attr) and isinstance(expr.base, facts.Attr) and expr.base.name == "env"


def _falls_back(spot: _Spot, read: facts.AnyExpr) -> bool:
    """Whether the read is a part of `a or b`, or of a choice that asks for it."""
    for inner in walk(spot.expr):
        if isinstance(inner, facts.Logic | facts.Choice | facts.Binary) and inner.start <= read.start and read.end <= inner.end:
            if not isinstance(inner, facts.Binary) or inner.op in ("==", "!=", "in", "not in", "is", "is not"):
                return True
    return False


def _settings_fields(app: App, mod: Mod, process: str) -> Iterator[EnvRead]:
    """Fields without a default of classes that read themselves from the environment."""
    if "Settings" not in mod.source.text or "env_prefix" in mod.source.text:
        return
    code = app.code
    for number, names in mod.class_body.items():
        if not code.linker.ancestors(mod, number) & SETTINGS_BASES:
            continue
        for name, assigns in names.items():
            value = code.guards.folder.fields.of_class(mod, number, name)
            optional = (
                "None" in mod.source.text[assigns[-1].start : assigns[-1].end]
                or "Optional" in mod.source.text[assigns[-1].start : assigns[-1].end]
            )
            if isinstance(value, Env) and assigns[-1].annotation is not None:
                required = value.required and value.default is None and not optional
                yield EnvRead(value.name, mod.place(assigns[-1], "read here"), process, required, True, False, value.default is not None)


def _tagged_fields(app: App, mod: Mod, process: str) -> Iterator[EnvRead]:
    """Fields of structs whose tags name the variables that a library fills them from (`env:"PORT,required"`)."""
    text = mod.source.text
    if not any(word in text for word in _TAGGED) or "envPrefix" in text or not _fills_by_tags(app):
        return
    for names in mod.class_body.values():
        for name, assigns in names.items():
            field = assigns[-1]
            tag = field.value.value if field.op == "field" and isinstance(field.value, facts.Const) else None
            if isinstance(tag, str) and any(word in tag for word in _TAGGED) and (read := tagged(tag, name)) is not None:
                default = read.default is not None and read.default != Known("")
                yield EnvRead(read.name, mod.place(field, "read here"), process, read.required, True, False, default)


def _fills_by_tags(app: App) -> bool:
    """Whether some file of the app imports a library that fills structs from the environment."""
    return any(_FILLERS.search(imp.module) for mod in app.code.modules for imp in mod.facts.imports)


class _Uses:
    """What reached code does with names: those it gives to calls outside the project, and those it asks about first."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._saying: dict[str, list[tuple[Mod, list[int]]]] = {}
        """Modules that say a name, with the places."""

    def of(self, mod: Mod, spot: _Spot, read: facts.AnyExpr) -> Use:
        """What becomes of a read that gives nothing."""
        if spot.asked or _falls_back(spot, read):
            return ""
        for inner in walk(spot.expr):
            if isinstance(inner, facts.Attr) and inner.base is read:
                return "" if inner.name in _SAFE_ON_NOTHING else "fails"
            if isinstance(inner, facts.Call) and any(arg is read for arg in inner.args) and inner is not spot.call:
                return self._call(mod, spot.function, inner)
        if spot.call is not None:
            return self._call(mod, spot.function, spot.call)
        return "given" if spot.target and self._is_given(spot.target) and not self._is_asked(spot.target) else ""

    def _call(self, mod: Mod, function: int, call: facts.Call) -> Use:
        name = self.app.code.linker.qualified(mod, function, call.func)
        if name in _CONVERTERS:
            return "fails"
        return "given" if name is not None and last_name(call.func) not in _HARMLESS else ""

    def _modules(self, name: str) -> list[tuple[Mod, list[int]]]:
        if name not in self._saying:
            word = name.encode()
            self._saying[name] = [(mod, _said(mod, (name,))) for mod in self.app.code.modules if word in mod.source.data]
        return self._saying[name]

    def _is_given(self, name: str) -> bool:
        """Whether something of that last word stands alone as an argument of a call outside the project."""
        return any(
            _holds(places, fact.call.start, fact.call.end)
            and any(last_name(arg.value if isinstance(arg, facts.Keyword) else arg) == name for arg in fact.call.args)
            and self._call(mod, fact.function, fact.call)
            for mod, places in self._modules(name)
            for fact in mod.facts.calls
        )

    def _is_asked(self, name: str) -> bool:
        """Whether something of that last word stands in a condition: the code asks whether it is set."""
        for mod, places in self._modules(name):
            values = [one.value for one in mod.facts.assigns] + [arg for call in mod.facts.calls for arg in call.call.args]
            choices = [
                inner
                for value in values
                if value is not None and _mentioned(places, value)
                for inner in walk(value, partial(_mentioned, places))
                if isinstance(inner, facts.Logic | facts.Choice)
            ]
            for test in (*(guard.test for guard in mod.facts.guards), *choices):
                if any(last_name(inner) == name for inner in walk(test)):
                    return True
        return False


def _caught(mod: Mod, at: int) -> bool:
    """Whether the place stands in a `try`."""
    return any(block.kind == "try" and block.start <= at < block.end for block in mod.facts.blocks)
