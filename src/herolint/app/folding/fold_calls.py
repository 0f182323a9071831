"""Folding of calls: reads of the environment, paths, converting functions, methods of known values, small functions of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.folding.env_reads import environment_read, named_read, reads_environment
from herolint.app.folding.flags import Flags
from herolint.app.folding.setting_stores import Stores
from herolint.app.linking.module import Mod
from herolint.app.linking.operators import HOME, cast, either, join, join_path, parent_folder
from herolint.app.linking.origins import origin
from herolint.app.linking.values import UNKNOWN, AnyOf, Env, Known, Made, Ref, Table, Text, Unknown, Value, text_of
from herolint.code import facts
from herolint.code.queries import argument, dotted
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder

MAX_DEPTH = 14
"""Calls of the project that lie deeper are not followed: what they return would soon meet the bound of all folding."""
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
JOINS = frozenset(
    {"os.path.join", "path.join", "path.resolve", "path.posix.join", "path/filepath.Join", "path.Join", "File.join", "Rails.root.join"}
)
HOMES = frozenset({"os.getcwd", "pathlib.Path.cwd", "pathlib.Path.home", "process.cwd", "os.Getwd", "Dir.pwd", "os.homedir"})
TEMPORARY = frozenset({"tempfile.gettempdir", "tempfile.mkdtemp", "os.tmpdir", "os.TempDir", "os.MkdirTemp", "Dir.tmpdir", "Dir.mktmpdir"})


class Calls:
    """Folds the calls that a folder of expressions comes across; it folds their arguments in turn."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.linker = folder.linker
        self.flags = Flags(folder)
        self.stores = Stores(folder, self.flags)

    def fold(self, mod: Mod, function: int, call: facts.Call, depth: int) -> Value:
        """The value of the call; itself, with its arguments folded, where nothing more is known."""
        name = self.linker.qualified(mod, function, call.func)
        made = self._made(mod, function, call, name or f"?{dotted(call.func) or ''}", depth)
        if (read := named_read(made)) is not None:
            return read
        if name == "require" and len(made.args) == 1 and (text := text_of(made.args[0])) is not None and "{}" not in text:
            whole = self.folder.whole(mod, text, depth)
            if whole is not None:
                return whole
        if name is not None:
            value = self.stores.read(made, depth) if self.stores.reads(name) else self._external_call(name, made)
            if isinstance(value, Env) and value.required:
                return self._by_schema(mod, function, call.func, value, depth)
            if value is not None:
                return value
        if isinstance(call.func, facts.Other) and call.func.kind == "slice" and len(made.args) == 1:
            return made.args[0]  # `[]byte(text)`
        if name is None and (value := self._project_call(mod, function, call, depth)) is not None:
            return value
        if isinstance(call.func, facts.Attr):
            base = self.folder.fold(mod, function, call.func.base, depth)
            return self._method(call.func.name, base, made)
        return made

    def _made(self, mod: Mod, function: int, call: facts.Call, name: str, depth: int) -> Made:
        """The call with its arguments folded."""
        args, keywords = [], []
        for arg in call.args:
            if isinstance(arg, facts.Closure) and reads_environment(name):
                args.append(self._given_by(mod, arg, depth))  # `ENV.fetch("PORT") { 3000 }`
                continue
            value = self.folder.fold(mod, function, arg.value if isinstance(arg, facts.Keyword | facts.Star) else arg, depth)
            if isinstance(arg, facts.Keyword):
                keywords.append((arg.name, value))
            else:
                args.append(value)
        return Made(name, tuple(args), tuple(keywords), call)

    def _given_by(self, mod: Mod, block: facts.Closure, depth: int) -> Value:
        """What a block without parameters comes to."""
        returned = [r.value for r in mod.facts.returns if r.function == block.number and r.value is not None]
        return self.folder.fold(mod, block.number, returned[0], depth) if len(returned) == 1 else UNKNOWN

    def _by_schema(self, mod: Mod, function: int, func: facts.AnyExpr, read: Env, depth: int) -> Env:
        """A read with the default that its reader was made with: `env = environ.Env(DEBUG=(bool, False))`."""
        where, scope, made = origin(self.linker, mod, function, func.base if isinstance(func, facts.Attr) else func)
        given = argument(made, None, read.name)
        if not isinstance(given, facts.Sequence) or len(given.items) != 2:
            return read
        return Env(read.name, self.folder.fold(where, scope, given.items[1], depth))

    def _external_call(self, name: str, made: Made) -> Value | None:
        first = made.args[0] if made.args else None
        if reads_environment(name):
            return environment_read(name, made)
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
            return parent_folder(first) or UNKNOWN
        if name in HOMES:
            return Known(HOME)
        if name in TEMPORARY:
            return Known("/tmp")
        return self.flags.value(name, made)

    def _method(self, method: str, base: Value, made: Made) -> Value:
        if method in SAME_PATH_METHODS or (method in ("encode", "decode") and isinstance(base, Known | Text | Env)):
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
        if target is None or target.kind != "function" or target.mod is None or depth > MAX_DEPTH:
            return None
        callee, number = target.mod, target.number
        returned = [r for r in callee.facts.returns if r.function == number and r.op == "return" and r.value is not None]
        if not returned or len(returned) > 4 or (callee.path, number) in self.folder.given:
            return None
        given = {}
        for at, param in enumerate(callee.facts.functions[number].params):
            value = argument(call, at, param.name)
            if value is not None:
                given[param.name] = self.folder.fold(mod, function, value, depth + 3)
        return self._returned(callee, number, given, [r for r in returned if self.folder.holds(callee, r.guard) is not False], depth)

    def _returned(self, mod: Mod, number: int, given: dict[str, Value], returned: list[facts.Return], depth: int) -> Value | None:
        """What the returns of a function come to while its parameters have these values."""
        with self.folder.calling(mod, number, given):
            values = [self.folder.fold(mod, number, r.value, depth + 3) for r in returned]
        if len(values) > 1 and isinstance(values[0], Env):
            # `if v := env(name); v != "" { return v }; return fallback`, however it is spelled
            return either([values[0], AnyOf(tuple(values[1:])) if len(values) > 2 else values[1]])
        return values[0] if len(values) == 1 else AnyOf(tuple(values)) if values else None


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
