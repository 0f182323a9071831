"""Folding: what an expression's value will be in production, through names, modules, f-strings, paths and environment reads."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from herolint.app.codebase import Binding, Mod
from herolint.app.env_reads import ENV_TABLES, FLAGS, environment_read, named_read, reads_environment, tagged
from herolint.app.environment import Environment
from herolint.app.givers import Given, Givers
from herolint.app.link import Linker, Target
from herolint.app.operators import COMPARISONS, HOME, arithmetic, cast, either, is_number, join, join_path
from herolint.app.origins import origin
from herolint.app.setting_stores import Stores
from herolint.app.values import (
    UNKNOWN,
    AnyOf,
    Compared,
    Document,
    Env,
    Items,
    Known,
    Made,
    Ref,
    Table,
    Text,
    Unknown,
    Value,
    env_names,
    text_of,
)
from herolint.code import facts
from herolint.code.facts import NONE, Assign, Import
from herolint.code.queries import argument, dotted
from herolint.patterns import lazy

MAX_DEPTH = 20
_HOLE = lazy(r"%[-+# 0-9.]*[a-zA-Z]")

PASS_THROUGH = frozenset({
    "int", "str", "float", "bool", "repr", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "os.fspath",
    "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pydantic.SecretStr", "typing.cast", "starlette.datastructures.Secret",
    "django.utils.translation.gettext_lazy", "yarl.URL", "Number", "String", "parseInt", "parseFloat", "Boolean", "strconv.Itoa", "strconv.Atoi",
    "strconv.ParseInt", "Integer", "time.Duration", "cmp.Or", "path.normalize", "path/filepath.Clean",
    "path/filepath.Abs", "File.expand_path", "Pathname.new",
    "fmt.Sprint", "url.parse", "net/url.Parse", "string", "strings.TrimSpace",
    "sqlalchemy.engine.make_url", "sqlalchemy.make_url", "distutils.util.strtobool",
})  # fmt: skip
SAME_PATH_METHODS = frozenset(
    {"resolve", "absolute", "expanduser", "as_posix", "strip", "rstrip", "lstrip", "get_secret_value", "unicode_string"}
)
_SAME_VALUE = frozenset({"presence", "to_s", "to_i", "freeze", "strip"})
"""Methods that need no brackets and give the value itself, or one that reads alike."""
_OWN_PATH = {"__file__": True, "__FILE__": True, "__filename": True, "__dirname": False, "__dir__": False}
"""Names for the file that they stand in, or (False) for its folder."""
JOINS = frozenset(
    {"os.path.join", "path.join", "path.resolve", "path.posix.join", "path/filepath.Join", "path.Join", "File.join", "Rails.root.join"}
)
HOMES = frozenset({"os.getcwd", "pathlib.Path.cwd", "pathlib.Path.home", "process.cwd", "os.Getwd", "Dir.pwd", "os.homedir"})
TEMPORARY = frozenset({"tempfile.gettempdir", "tempfile.mkdtemp", "os.tmpdir", "os.TempDir", "os.MkdirTemp", "Dir.tmpdir", "Dir.mktmpdir"})
SETTINGS_BASES = frozenset({"pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic.env_settings.BaseSettings"})


class Folder:
    """Folds expressions of one code base. `holds` tells of a guard whether it holds in production, `truth` of a test (None: unknown)."""

    def __init__(
        self,
        linker: Linker,
        environment: Environment,
        holds: Callable[[Mod, int], bool | None],
        truth: Callable[[Mod, int, facts.AnyExpr, int], bool | None],
    ) -> None:
        self.linker = linker
        self.environment = environment
        self.holds = holds
        self.truth = truth
        self._cache: dict[tuple[str, int, facts.AnyExpr], Value] = {}
        self.givers = Givers(linker)
        self.stores = Stores(self)
        self._given: dict[tuple[str, int], dict[str, Value]] = {}
        """Values of parameters while a call of the project is folded."""

    def fold(self, mod: Mod, function: int, expr: facts.AnyExpr | None, depth: int = 0) -> Value:
        """The value of the expression in the scope of that function (-1: the module)."""
        if expr is None or depth > MAX_DEPTH:
            return UNKNOWN
        key = (mod.path, function, expr)
        known = self._cache.get(key)
        if known is None:
            self._cache[key] = UNKNOWN
            known = self._cache[key] = self._fold(mod, function, expr, depth + 1)
        return known

    def _fold(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> Value:
        def go(inner: facts.AnyExpr) -> Value:
            return self.fold(mod, function, inner, depth)

        match expr:
            case facts.Const(value=value):
                return Known(value)
            case facts.Name() | facts.Attr():
                return self._name(mod, function, expr, depth)
            case facts.Concat(parts=parts):
                return join([go(p) for p in parts])
            case facts.Logic(op="or" | "||" | "??", parts=parts):
                return either([go(p) for p in parts])
            case facts.Logic(parts=parts):
                return AnyOf(tuple(go(p) for p in reversed(parts)))
            case facts.Choice(test=test, then=then, other=other):
                return self._choice(mod, function, test, go(then), go(other), depth)
            case facts.Binary(op=op, left=left, right=right):
                return self._binary(op, go(left), go(right))
            case facts.Unary(op="-", value=value):
                inner = go(value)
                return Known(-inner.value) if isinstance(inner, Known) and isinstance(inner.value, int | float) else UNKNOWN
            case facts.Unary(op="not", value=value):
                inner = go(value)
                return Known(not inner.value) if isinstance(inner, Known) else UNKNOWN
            case facts.Unary(op="await", value=value):
                return go(value)
            case facts.Sequence(items=items):
                return Items(tuple(go(i.value) if isinstance(i, facts.Star) else go(i) for i in items))
            case facts.Mapping(items=pairs):
                return self._mapping(mod, function, pairs, depth)
            case facts.Index(base=base, key=index):
                return self._index(mod, function, base, go(index), depth)
            case facts.Call():
                return self._call(mod, function, expr, depth)
        return UNKNOWN

    def _mapping(self, mod: Mod, function: int, pairs: tuple[tuple[facts.AnyExpr, facts.AnyExpr], ...], depth: int) -> Value:
        entries: list[tuple[str, Value, int, int]] = []
        whole = True
        for key, value in pairs:
            folded = self.fold(mod, function, value.value if isinstance(value, facts.Star) else value, depth)
            if isinstance(key, facts.Star):
                if isinstance(folded, Table):
                    entries.extend(folded.entries)
                else:
                    whole = False
                continue
            name = self.fold(mod, function, key, depth)
            if isinstance(name, Known):
                entries.append((str(name.value), folded, key.start, value.end))
        return Table(tuple(entries), whole)

    def _choice(self, mod: Mod, function: int, test: facts.AnyExpr, then: Value, other: Value, depth: int) -> Value:
        truth = self.truth(mod, function, test, depth)
        if truth is not None:
            return then if truth else other
        return AnyOf((then, other))

    def _binary(self, op: str, left: Value, right: Value) -> Value:
        if op in COMPARISONS:
            return Compared(op, left, right) if env_names(left) else UNKNOWN
        if op == "/" and (a := text_of(left)) is not None and (b := text_of(right)) is not None and "{}" not in a + b:
            return Known(posixpath.join(a, b)) if not is_number(left) else UNKNOWN
        if op in "+/":
            if is_number(left) and is_number(right) and op == "+":
                return arithmetic(op, left, right)
            return join([left, right] if op == "+" else [left, Known("/"), right])
        return arithmetic(op, left, right)

    def _index(self, mod: Mod, function: int, base: facts.AnyExpr, key: Value, depth: int) -> Value:
        name = key.value if isinstance(key, Known) else None
        qualified = self.linker.qualified(mod, function, base)
        if qualified == "sys.argv":
            return Ref("sys.argv")
        if qualified in ENV_TABLES and isinstance(name, str):
            return Env(name, None if qualified == "os.environ" else Known(None), required=qualified == "os.environ")
        if qualified and qualified.endswith("dotenv_values()") and isinstance(name, str):
            return Env(name)
        folded = self.fold(mod, function, base, depth)
        if isinstance(folded, Table) and name is None and isinstance(settled := self.environment.settled(key), Known):
            name = settled.value
        if isinstance(folded, Table) and isinstance(name, str):
            return folded.get(name) or UNKNOWN
        if isinstance(folded, Items) and isinstance(name, int) and -len(folded.items) <= name < len(folded.items):
            return folded.items[name]
        return UNKNOWN

    def _name(self, mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> Value:
        if isinstance(expr, facts.Name) and expr.id in _OWN_PATH:
            return Known(f"{HOME}/{mod.path}" if _OWN_PATH[expr.id] else posixpath.dirname(f"{HOME}/{mod.path}"))
        if isinstance(expr, facts.Attr):
            base = self._attribute_value(mod, function, expr, depth)
            if base is not None:
                return base
        if isinstance(expr, facts.Name):
            value = self._local(mod, function, expr, depth)
            if value is not None:
                return value
        target = self.linker.resolve(mod, function, expr)
        return self._target(target, depth)

    def _target(self, target: Target | None, depth: int) -> Value:
        if target is None:
            return UNKNOWN
        if target.kind == "external":
            constant = self.linker.constants.get(target.name)
            return Ref(target.name) if constant is None else Known(constant)
        if target.kind == "variable" and target.mod is not None:
            return self._bindings(target.mod, list(target.bindings), depth)
        if target.kind in ("function", "class") and target.mod is not None:
            return Ref(f"{target.mod.path}:{target.name}")
        return UNKNOWN

    def _local(self, mod: Mod, function: int, expr: facts.Name, depth: int) -> Value | None:
        scope = function
        while scope != NONE:
            fn = mod.facts.functions[scope]
            if (mod.path, scope) in self._given and expr.id in self._given[mod.path, scope]:
                return self._given[mod.path, scope][expr.id]
            if any(p.name == expr.id for p in fn.params):
                position = next(i for i, p in enumerate(fn.params) if p.name == expr.id)
                default = fn.params[position].default
                if self.linker.dialect(mod).follows_values:
                    given = self._any_given(self.givers.of_parameter(mod, scope, position), depth)
                    changes = [b for b in mod.names.get(scope, {}).get(expr.id, ()) if b.start <= expr.start]
                    return AnyOf((self._bindings(mod, changes, depth, expr), given)) if changes else given
                if default is None or self.linker.code.passes(fn, position, expr.id):
                    return UNKNOWN
                return self.fold(mod, fn.parent, default, depth)
            bindings = mod.names.get(scope, {}).get(expr.id)
            if bindings:
                return self._bindings(mod, [b for b in bindings if b.start <= expr.start] or bindings, depth, expr)
            scope = fn.parent
        bindings = mod.names.get(NONE, {}).get(expr.id)
        if not bindings:
            return None
        if function == NONE:
            bindings = [b for b in bindings if b.start < expr.start] or bindings
        if not any(isinstance(b.what, Assign) for b in bindings):
            what = bindings[-1].what
            if isinstance(what, Import) and what.name in (None, "default") and (whole := self._whole(mod, what.module, depth)) is not None:
                return whole
            target = self.linker.lookup(mod, function, expr.id)
            return self._target(target, depth)
        return self._bindings(mod, bindings, depth, expr)

    def _whole(self, mod: Mod, specifier: str, depth: int) -> Value | None:
        """What a module or document is as a whole, where its specifier leads to one whose value is known."""
        given = self.linker.dialect(mod).given(mod, specifier)
        if not isinstance(given, tuple):
            return given
        folded = self.fold(given[0], NONE, given[1], depth)
        return folded if isinstance(folded, Table) else None

    def _bindings(self, mod: Mod, bindings: list[Binding], depth: int, at: facts.Expr | None = None) -> Value:
        """The value of a name from its bindings: later ones hide earlier ones unless they are conditional."""
        values: list[Value] = []
        fills: list[bool] = []
        for binding in reversed(bindings):
            what = binding.what
            if at is not None and binding.start <= at.start < getattr(what, "end", 0):
                continue
            holds = self.holds(mod, binding.guard)
            if holds is False:
                continue
            if isinstance(what, Assign):
                if what.op == "+=":
                    continue
                value = (
                    self.fold(mod, what.function, what.value, depth)
                    if what.op in ("=", ":=") and isinstance(what.target, facts.Name)
                    else UNKNOWN
                )
            else:
                value = UNKNOWN
            values.append(value)
            fills.append(isinstance(what, Assign) and _fills_empty(mod, what))
            if binding.guard == NONE or holds is True:
                break
        if len(values) == 1:
            return values[0]
        if len(values) > 1 and isinstance(values[-1], Env) and all(fills[:-1]):
            return either(values[::-1])
        return AnyOf(tuple(values)) if values else UNKNOWN

    def _attribute_value(self, mod: Mod, function: int, expr: facts.Attr, depth: int) -> Value | None:
        if expr.name in _SAME_VALUE:
            return self.fold(mod, function, expr.base, depth)
        base = self.linker.resolve(mod, function, expr.base)
        if base is not None and base.kind == "external" and base.name in ENV_TABLES and base.name != "os.environ":
            return Env(expr.name, Known(None))
        if base is None or base.kind in ("external", "variable"):
            if expr.name in ("parent", "parents", "name", "stem") or expr.name == "value":
                return self._path_attribute(expr.name, self.fold(mod, function, expr.base, depth))
            held = self._entry(self.fold(mod, function, expr.base, depth), expr.name)
            unsure = held is not None and self.linker.dialect(mod).follows_values and self.givers.changed(expr.name)
            return UNKNOWN if unsure else held
        if base.kind == "module" and base.mod is not None:
            given = self.linker.dialect(base.mod).value(base.mod, expr.name)
            if given is not None:
                return self.fold(given[0], NONE, given[1], depth)
            bindings = base.mod.names.get(NONE, {}).get(expr.name)
            if bindings and any(isinstance(b.what, Assign) for b in bindings):
                return self._bindings(base.mod, bindings, depth)
        if base.kind in ("class", "instance") and base.mod is not None:
            if self.linker.dialect(base.mod).follows_values:
                return self._field_value(mod, function, expr, base, depth)
            return self.class_value(base.mod, base.number, expr.name, depth)
        return None

    def _field_value(self, mod: Mod, function: int, expr: facts.Attr, base: Target, depth: int) -> Value | None:
        """What a field holds: as its object was made here, or any object of its type elsewhere; else the variable that its tag names."""
        assert base.mod is not None
        declared = base.mod.class_body.get(base.number, {}).get(expr.name)
        if declared and isinstance(declared[-1].value, facts.Const) and (read := tagged(str(declared[-1].value.value), expr.name)):
            return read
        if self.givers.is_filled(base.mod, base.number):
            return UNKNOWN
        made = self.fold(mod, function, expr.base, depth + 1)
        given = self.givers.of_field(base.mod, base.number, expr.name)
        if given is None:
            return UNKNOWN
        if isinstance(made, Made) and (value := made.keyword(expr.name)) is not None:
            return value if not any(one.changes for one in given) else self._any_given(given, depth)
        if not declared:
            return self.class_value(base.mod, base.number, expr.name, depth)
        return self._any_given(given, depth) if given else None

    def _any_given(self, given: tuple[Given, ...], depth: int) -> Value:
        """One of the values that are given, where all are known."""
        distinct = tuple(dict.fromkeys(self.fold(one.mod, one.function, one.expr, depth + 2) for one in given))
        if not distinct or UNKNOWN in distinct:
            return UNKNOWN
        return distinct[0] if len(distinct) == 1 else AnyOf(distinct)

    @staticmethod
    def _entry(base: Value, name: str) -> Value | None:
        """What a table or an object made of named values holds under a name."""
        if isinstance(base, Table):
            return base.get(name) or (Known(None) if isinstance(base, Document) else None)
        return base.keyword(name) if isinstance(base, Made) else None

    def _path_attribute(self, name: str, base: Value) -> Value | None:
        text = text_of(base)
        if name == "parent" and text is not None and "{}" not in text:
            return Known(posixpath.dirname(text))
        return None

    def class_value(self, mod: Mod, index: int, name: str, depth: int = 0) -> Value | None:
        """The value of a class attribute, own or inherited; of a settings class, the environment variable behind it."""
        assigns = mod.class_body.get(index, {}).get(name)
        if assigns:
            last = assigns[-1]
            value = self.fold(mod, last.function, last.value, depth) if last.value is not None else None
            if self.linker.ancestors(mod, index) & SETTINGS_BASES:
                return self._settings_field(name, value)
            if value is not None:
                return value
        for assign in mod.self_assigns.get((index, name), ()):
            return self.fold(mod, assign.function, assign.value, depth)
        for base in self.linker.bases(mod, index):
            if base.kind == "class" and base.mod is not None and depth < MAX_DEPTH:
                value = self.class_value(base.mod, base.number, name, depth + 1)
                if value is not None:
                    return value
        return None

    def _settings_field(self, name: str, value: Value | None) -> Value:
        if isinstance(value, Made) and value.name.endswith("Field"):
            alias = value.keyword("env") or value.keyword("validation_alias") or value.keyword("alias")
            name = alias.value if isinstance(alias, Known) and isinstance(alias.value, str) else name
            value = value.keyword("default") or (value.args[0] if value.args else None)
        return value if isinstance(value, Env) else Env(name.upper(), value, required=value is None)

    def _call(self, mod: Mod, function: int, call: facts.Call, depth: int) -> Value:
        name = self.linker.qualified(mod, function, call.func)
        args = tuple(
            self.fold(mod, function, a.value if isinstance(a, facts.Star) else a, depth)
            for a in call.args
            if not isinstance(a, facts.Keyword)
        )
        keywords = tuple((a.name, self.fold(mod, function, a.value, depth)) for a in call.args if isinstance(a, facts.Keyword))
        made = Made(name or f"?{dotted(call.func) or ''}", args, keywords, call)
        if (read := named_read(made)) is not None:
            return read
        if name == "require" and len(args) == 1 and (text := text_of(args[0])) is not None and "{}" not in text:
            whole = self._whole(mod, text, depth)
            if whole is not None:
                return whole
        if name is not None:
            value = self.stores.read(made, depth) if self.stores.reads(name) else self._external_call(name, made)
            if isinstance(value, Env) and value.required:
                return self._by_schema(mod, function, call.func, value, depth)
            if value is not None:
                return value
        if isinstance(call.func, facts.Other) and call.func.kind == "slice" and len(args) == 1:
            return args[0]  # `[]byte(text)`
        if name is None and (value := self._project_call(mod, function, call, depth)) is not None:
            return value
        if isinstance(call.func, facts.Attr):
            base = self.fold(mod, function, call.func.base, depth)
            return self._method(call.func.name, base, made)
        return made

    def _by_schema(self, mod: Mod, function: int, func: facts.AnyExpr, read: Env, depth: int) -> Env:
        """A read with the default that its reader was made with: `env = environ.Env(DEBUG=(bool, False))`."""
        where, scope, made = origin(self.linker, mod, function, func.base if isinstance(func, facts.Attr) else func)
        given = argument(made, None, read.name)
        if not isinstance(given, facts.Sequence) or len(given.items) != 2:
            return read
        return Env(read.name, self.fold(where, scope, given.items[1], depth))

    def _external_call(self, name: str, made: Made) -> Value | None:
        first = made.args[0] if made.args else None
        if reads_environment(name):
            return environment_read(name, made)
        if name in FLAGS and len(made.args) > 1:
            return UNKNOWN if self._on_command_line(made.args[0]) else made.args[1]
        if name in PASS_THROUGH:
            wanted = made.args[1] if name == "typing.cast" and len(made.args) > 1 else first
            if wanted is None:
                return Known(HOME) if name.startswith("pathlib.") else None
            if name in ("pathlib.Path", "os.path.join") and len(made.args) > 1:
                return join_path(made.args)
            return cast(name, wanted)
        if name in JOINS:
            return join_path((Known(HOME), *made.args) if name.endswith(".root.join") else made.args)
        if name == "net.JoinHostPort" and len(made.args) > 1:
            return join([made.args[0], Known(":"), made.args[1]])
        if name == "fmt.Sprintf" and (text := text_of(first) if first is not None else None) is not None:
            return Text(tuple(_filled(text, made.args[1:])))
        if name == "os.path.dirname" and first is not None:
            return self._path_attribute("parent", first) or UNKNOWN
        if name in HOMES:
            return Known(HOME)
        if name in TEMPORARY:
            return Known("/tmp")
        return None

    def _on_command_line(self, name: Value) -> bool:
        """Whether some process is started with an option of that name."""
        text = text_of(name)
        return text is None or any(word.partition("=")[0] in (f"-{text}", f"--{text}") for word in self.environment.arguments)

    def _method(self, method: str, base: Value, made: Made) -> Value:
        if method in SAME_PATH_METHODS:
            return base
        if method in ("lower", "upper", "casefold") and isinstance(base, Known) and isinstance(base.value, str):
            return Known(getattr(base.value, method)())
        if method == "lower" and isinstance(base, Env):
            if isinstance(base.default, Known) and isinstance(base.default.value, str):
                return Env(base.name, Known(base.default.value.lower()), base.required)
            return base
        if method == "joinpath":
            return join_path((base, *made.args))
        if method == "format" and (text := text_of(base)) is not None:
            return Text((Known(text), *made.args, *(v for _, v in made.keywords)))
        if method == "get" and isinstance(base, Table) and made.args and isinstance(made.args[0], Known):
            return base.get(str(made.args[0].value)) or (made.args[1] if len(made.args) > 1 else UNKNOWN)
        if not isinstance(base, Unknown | Ref):
            return Made(f".{method}", (base, *made.args), made.keywords, made.call)
        return made

    def _project_call(self, mod: Mod, function: int, call: facts.Call, depth: int) -> Value | None:
        """The value of a call to a small function of the project: what its returns come to with these arguments."""
        target = self.linker.resolve(mod, function, call.func)
        if target is None or target.kind != "function" or target.mod is None or depth > MAX_DEPTH - 6:
            return None
        callee, number = target.mod, target.number
        returned = [r for r in callee.facts.returns if r.function == number and r.op == "return" and r.value is not None]
        if not returned or len(returned) > 4 or (callee.path, number) in self._given:
            return None
        given = {}
        for at, param in enumerate(callee.facts.functions[number].params):
            value = argument(call, at, param.name)
            if value is not None:
                given[param.name] = self.fold(mod, function, value, depth + 3)
        return self._returned(callee, number, given, [r for r in returned if self.holds(callee, r.guard) is not False], depth)

    def _returned(self, mod: Mod, number: int, given: dict[str, Value], returned: list[facts.Return], depth: int) -> Value | None:
        """What the returns of a function come to while its parameters have these values."""
        cache, self._cache = self._cache, self._cache if not given else {}
        self._given[mod.path, number] = given
        try:
            values = [self.fold(mod, number, r.value, depth + 3) for r in returned]
        finally:
            del self._given[mod.path, number]
            self._cache = cache
        if len(values) > 1 and isinstance(values[0], Env):
            # `if v := env(name); v != "" { return v }; return fallback`, however it is spelled
            return either([values[0], AnyOf(tuple(values[1:])) if len(values) > 2 else values[1]])
        return values[0] if len(values) == 1 else AnyOf(tuple(values)) if values else None


def _fills_empty(mod: Mod, assign: Assign) -> bool:
    """Whether a value is given to a name only while that is empty: `if port == "" { port = "8080" }`."""
    guard = mod.facts.guards[assign.guard] if assign.guard != NONE else None
    if guard is None or guard.kind != "if" or not isinstance(assign.target, facts.Name):
        return False
    test = guard.test
    if isinstance(test, facts.Binary) and test.op in ("==", "===", "is") and isinstance(test.right, facts.Const) and not test.right.value:
        test = test.left.args[0] if isinstance(test.left, facts.Call) and len(test.left.args) == 1 else test.left
    elif isinstance(test, facts.Unary) and test.op == "not":
        test = test.value
    else:
        return False
    return isinstance(test, facts.Name) and test.id == assign.target.id


def _filled(text: str, values: tuple[Value, ...]) -> Iterator[Value]:
    """The parts of a `printf` format with its values in their places."""
    waiting = list(values)
    at = 0
    for hole in _HOLE.finditer(text):
        if hole.start() > at:
            yield Known(text[at : hole.start()])
        yield waiting.pop(0) if waiting else UNKNOWN
        at = hole.end()
    if at < len(text):
        yield Known(text[at:])
