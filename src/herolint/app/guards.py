"""Which branch runs on a dyno: the truth of tests and guards, given what the platform sets and what the code's defaults are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from herolint.app.codebase import Mod
from herolint.app.fold import Folder
from herolint.app.link import Linker
from herolint.app.operators import compare, join
from herolint.app.values import AnyOf, Compared, Env, Items, Known, Made, Ref, Table, Text, Unknown, Value
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import dotted
from herolint.patterns import lazy

PRODUCTION_WORDS = frozenset({"production", "prod", "heroku", "live", "release", "deployed"})
LOCAL_WORDS = frozenset({"development", "develop", "dev", "local", "localhost", "test", "testing", "debug", "windows", "ci"})
LOCAL_NAMES = ("DEBUG", "DEVELOPMENT", "DEV_MODE", "IS_DEV", "LOCAL", "TESTING", "TEST_MODE", "IS_LOCAL", "DEV")
ELSEWHERE = frozenset(
    """
    CI GITHUB_ACTIONS GITLAB_CI TRAVIS CIRCLECI APPVEYOR BUILDKITE PYTEST_CURRENT_TEST VIRTUAL_ENV CONDA_PREFIX REPL_ID REPL_SLUG
    REPL_OWNER GAE_ENV
    GAE_APPLICATION GAE_INSTANCE AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME RENDER RENDER_EXTERNAL_HOSTNAME FLY_APP_NAME RAILWAY_ENVIRONMENT VERCEL
    K_SERVICE WEBSITE_HOSTNAME KUBERNETES_SERVICE_HOST CODESPACES GITPOD_WORKSPACE_ID PYTHONANYWHERE_DOMAIN SPACE_ID COLAB_GPU VSCODE_PID
    """.split()
)
"""Variables that other hosts, CI services and tools set, and dynos do not have."""
ELSEWHERE_WORDS = frozenset({"DOCKER", "RENDER", "RAILWAY", "VERCEL", "TRAVIS", "REPLIT", "CI", "LAMBDA"})
"""Words in the names that projects give to variables of their own, to tell where they run."""
TOOL_WORDS = frozenset({"COVERAGE", "PROFILER", "PROFILING", "DEBUGGER", "DEBUGPY", "PTVSD", "PYDEVD"})
"""Words in the names of variables that switch a developer's tool on."""
FALSE_WORDS = frozenset({"", "0", "false", "no", "off", "n", "f", "none"})
MOST_NESTED = 6
"""How many guards may wait for one another's answer: what a test reads may stand under guards of its own."""
_STAGES = frozenset({"Rails.env", "Padrino.env", "Hanami.env", "settings.environment"})
"""Names by which frameworks tell the stage that they run in; a buildpack sets the variable behind them."""
_LOCAL_QUESTION = lazy(
    r"(?i)is_?(dev|development|local|localhost|test|testing)(_?or_?(dev|development|test|local))?(_?(env|environment|mode|server))?\??\Z"
)
_COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "is": lambda a, b: a is b or a == b, "is not": lambda a, b: a != b,
}  # fmt: skip


class Environment:
    """What the environment of a dyno holds: names that are surely set, and values that are known."""

    def __init__(
        self,
        always: frozenset[str],
        values: Mapping[str, str | None],
        assumed: frozenset[str] = frozenset(),
        arguments: frozenset[str] = frozenset(),
        version: tuple[int, ...] = (),
        *,
        as_written: bool = False,
    ) -> None:
        self.always = always
        self.values = values
        self.assumed = assumed
        self.arguments = arguments
        """Words of the commands that processes start: what `sys.argv` may hold."""
        self.version = version
        """The version of the language's runtime that will run the app, major number first; empty when it is not known."""
        self.as_written = as_written
        """Whether a variable that nothing here sets has the default that the code writes for it, instead of an unknown value."""

    def default_of(self, env: Env) -> Value | None:
        """What stands for a variable of unknown value; None where that must stay open."""
        return None if not self.as_written or env.default in (None, Known(None)) else env.default

    def is_set(self, name: str) -> bool | None:
        """Whether the variable is set on a dyno (None: unknown)."""
        if name in self.always or name in self.values or name in self.assumed:
            return True
        words = name.upper().split("_")
        if "HEROKU" in words:
            return True
        return False if looks_local(name) or name in ELSEWHERE or not ELSEWHERE_WORDS.isdisjoint(words) else None


def looks_local(name: str) -> bool:
    """Whether a variable's name says that it is set on a developer's machine only."""
    words = name.upper().split("_")
    return name.upper() in LOCAL_NAMES or name.upper().endswith(("_DEBUG", "_LOCAL", "_DEV")) or not TOOL_WORDS.isdisjoint(words)


class Guards:
    """Truth of guards. `scripts` are the files that some process runs as `__main__`."""

    def __init__(self, linker: Linker, environment: Environment) -> None:
        self.environment = environment
        self.linker = linker
        self.scripts: set[str] = set()
        self.folder = Folder(linker, self.holds)
        self.folder.arguments = environment.arguments
        self.folder.settle = self.settled
        self.folder.truth = self.truth  # type: ignore[method-assign]  # the two need one another; this is where they meet
        self._busy: set[tuple[str, int]] = set()
        self._cache: dict[tuple[str, int, bool], bool | None] = {}

    def holds(self, mod: Mod, guard: int, main: bool | None = None) -> bool | None:
        """Whether the statements under a guard run in production. `main`: whether the module runs as `__main__`."""
        if guard == NONE:
            return True
        as_main = mod.path in self.scripts if main is None else main
        key = (mod.path, guard, as_main)
        if key in self._cache:
            return self._cache[key]
        if (mod.path, guard) in self._busy or len(self._busy) >= MOST_NESTED:
            return None
        self._busy.add((mod.path, guard))
        try:
            answer = self._holds(mod, guard, as_main)
        finally:
            self._busy.discard((mod.path, guard))
        self._cache[key] = answer
        return answer

    def _holds(self, mod: Mod, guard: int, main: bool) -> bool | None:
        unsure = False
        at = guard
        while at != NONE:
            fact = mod.facts.guards[at]
            if fact.kind in ("if", "else"):
                if _without_error(fact):
                    at = fact.parent
                    continue
                truth = self.truth(mod, self._scope(mod, fact.test), fact.test, main=main)
                if truth is None:
                    unsure = True
                elif truth is not (fact.kind == "if"):
                    return False
            elif fact.kind == "while":
                if self.truth(mod, self._scope(mod, fact.test), fact.test, main=main) is False:
                    return False
            else:
                unsure = True
            at = fact.parent
        return None if unsure else True

    @staticmethod
    def _scope(mod: Mod, test: facts.AnyExpr) -> int:
        """The function that a test stands in. One with decorators may be called by others, with any arguments: its parameters tell nothing."""
        scope = mod.function_at(test.start)
        return NONE if scope != NONE and mod.facts.functions[scope].decorators else scope

    def truth(self, mod: Mod, function: int, test: facts.AnyExpr, depth: int = 0, main: bool | None = None) -> bool | None:
        """Whether a test holds in production; None when it cannot be known."""
        if depth > 12:
            return None
        match test:
            case facts.Unary(op="not", value=value):
                inner = self.truth(mod, function, value, depth + 1, main)
                return None if inner is None else not inner
            case facts.Logic(op=op, parts=parts):
                answers = [self.truth(mod, function, p, depth + 1, main) for p in parts]
                if op in ("and", "&&"):
                    return False if False in answers else None if None in answers else True
                return True if True in answers else None if None in answers else False
            case facts.Binary(op=op, left=left, right=right):
                return self._compare(mod, function, op, left, right, main)
            case facts.Name(id="TYPE_CHECKING") | facts.Attr(name="TYPE_CHECKING"):
                return False
            case facts.Name(id="__debug__"):
                return True
            case facts.Attr(name="DEBUG" | "debug"):
                folded = self.folder.fold(mod, function, test)
                answer = self.truthy(folded)
                return False if answer is None and isinstance(folded, Ref | Compared | Unknown) else answer
        answer = self.truthy(self.folder.fold(mod, function, test))
        if answer is None and _asks_if_local(test):
            return False
        if answer is None and isinstance(test, facts.Attr) and test.name == "production?" and dotted(test.base) in _STAGES:
            return True
        if answer is None and isinstance(test, facts.Name | facts.Attr):
            return self._truth_behind(mod, function, test, depth)
        return answer

    def _truth_behind(self, mod: Mod, function: int, test: facts.Name | facts.Attr, depth: int) -> bool | None:
        """The truth of a name that stands for a test of its own (`ON_DYNO = "DYNO" in os.environ`), if it is bound once."""
        target = self.linker.resolve(mod, function, test)
        if target is None or target.kind != "variable" or target.mod is None or len(target.bindings) != 1:
            return None
        what = target.bindings[0].what
        if isinstance(what, Assign) and what.op == "=" and isinstance(what.value, facts.Logic | facts.Binary | facts.Unary | facts.Name):
            return self.truth(target.mod, what.function, what.value, depth + 1)
        return None

    def _compare(self, mod: Mod, function: int, op: str, left: facts.AnyExpr, right: facts.AnyExpr, main: bool | None) -> bool | None:
        pair = {e.id for e in (left, right) if isinstance(e, facts.Name)}
        if "__name__" in pair and op in ("==", "!="):
            other = right if isinstance(left, facts.Name) and left.id == "__name__" else left
            if isinstance(other, facts.Const) and other.value == "__main__":
                is_main = mod.path in self.scripts if main is None else main
                return is_main if op == "==" else not is_main
        if {dotted(left), dotted(right)} == {"require.main", "module"} and op in ("==", "!="):
            is_main = mod.path in self.scripts if main is None else main
            return is_main if op == "==" else not is_main
        if isinstance(left, facts.Unary) and left.op == "typeof" and isinstance(right, facts.Const) and op in ("==", "!="):
            return self._has_type(mod, function, left.value, right.value, op)
        a, b = self.folder.fold(mod, function, left), self.folder.fold(mod, function, right)
        version = self._version_part(mod, function, left)
        if version is not None:
            return _compare_versions(version, op, b)
        if op in ("in", "not in"):
            answer = self._contains(a, b)
        elif op in _COMPARE:
            answer = self._equal(a, b)
            if answer is not None and op in ("!=", "is not"):
                answer = not answer
            return answer
        else:
            return None
        return answer if answer is None or op == "in" else not answer

    def _has_type(self, mod: Mod, function: int, expr: facts.AnyExpr, wanted: object, op: str) -> bool | None:
        """Whether `typeof` of an environment variable is a word: it is a text where it is set, and `undefined` where it is not."""
        value = self.folder.fold(mod, function, expr)
        known = self.environment.is_set(value.name) if isinstance(value, Env) else None
        if known is None:
            return None
        return (wanted == ("string" if known else "undefined")) is (op == "==")

    def _version_part(self, mod: Mod, function: int, expr: facts.AnyExpr) -> tuple[int, ...] | None:
        """What `sys.version_info`, or a part of it, is; None for anything else."""
        part: object = slice(None)
        if isinstance(expr, facts.Index):
            key = expr.key
            part = key.value if isinstance(key, facts.Const) else slice(2) if isinstance(key, facts.Other) else None
            expr = expr.base
        elif isinstance(expr, facts.Attr) and expr.name in ("major", "minor"):
            part, expr = ("major", "minor").index(expr.name), expr.base
        if not self.environment.version or self.linker.qualified(mod, function, expr) != "sys.version_info":
            return None
        if isinstance(part, slice):
            return self.environment.version
        return (self.environment.version[part],) if isinstance(part, int) and part < 2 else None

    def _contains(self, item: Value, holder: Value) -> bool | None:
        if isinstance(holder, Ref) and holder.name in ("os.environ", "sys.modules") and isinstance(item, Known):
            return self.environment.is_set(str(item.value)) if holder.name == "os.environ" else None
        if isinstance(holder, Ref) and holder.name == "sys.argv":
            return None if not isinstance(item, Known) or str(item.value) in self.environment.arguments else False
        if isinstance(holder, Items):
            answers = [self._equal(item, one) for one in holder.items]
            return True if True in answers else None if None in answers else False
        if isinstance(holder, Made) and holder.name == "os.environ.keys" and isinstance(item, Known):
            return self.environment.is_set(str(item.value))
        return None

    def _equal(self, a: Value, b: Value) -> bool | None:
        if isinstance(b, Env | Made | Ref | AnyOf) and isinstance(a, Known):
            a, b = b, a
        if isinstance(a, Known) and isinstance(b, Known):
            return a.value == b.value
        if not isinstance(b, Known):
            return None
        if isinstance(a, Made) and a.name in (".lower", ".upper", ".strip", ".casefold") and a.args:
            return self._equal(a.args[0], b)
        if isinstance(a, Ref) and a.name in _STAGES:
            return _stage_equal(b.value)
        if isinstance(a, Ref | Made):
            return _platform_equal(a, b)
        if isinstance(a, Env):
            return self._env_equal(a, b.value)
        if isinstance(a, AnyOf):
            answers = {self._equal(o, b) for o in a.options}
            return answers.pop() if len(answers) == 1 else None
        return None

    def _env_equal(self, env: Env, wanted: object) -> bool | None:
        if env.name in self.environment.values:
            value = self.environment.values[env.name]
            return None if value is None else value == str(wanted)
        if wanted is None or wanted == "":
            known = self.environment.is_set(env.name)
            return None if known is None else not known
        word = str(wanted).lower()
        if word in PRODUCTION_WORDS:
            return True
        if word in LOCAL_WORDS:
            return False
        if (default := self.environment.default_of(env)) is not None:
            return self._equal(_lower(default), Known(word))
        unset = env.default is None or self._equal(env.default, Known(wanted))  # type: ignore[arg-type]  # a constant from the code
        return False if looks_local(env.name) and unset is not True and word not in FALSE_WORDS else None

    def truthy(self, value: Value) -> bool | None:
        """Whether a value counts as true in production."""
        match value:
            case Known(value=inner):
                return bool(inner)
            case Env(name=name, default=default):
                if name in self.environment.values:
                    given = self.environment.values[name]
                    return None if given is None else given.lower() not in FALSE_WORDS
                if self.environment.is_set(name):
                    return True
                unset = False if default is None else self.truthy(_as_flag(default))
                if self.environment.default_of(value) is not None:
                    return unset
                return False if looks_local(name) and unset is False else None
            case AnyOf(options=inner):
                answers = {self.truthy(o) for o in inner}
                return answers.pop() if len(answers) == 1 else None
            case Items(items=items):
                return bool(items)
            case Table(entries=entries, whole=True):
                return bool(entries)
            case Ref(name="six.PY2" | "six.PY3" as name):
                return name == "six.PY3"
            case Text(parts=parts):
                return True if any(isinstance(p, Known) and p.value for p in parts) else None
        return None

    def settled(self, value: Value) -> Value:
        """The value of a variable that the platform or app.json gives one; itself otherwise."""
        given = self.environment.values.get(value.name) if isinstance(value, Env) else None
        return Known(given) if given is not None else value

    def if_unset(self, value: Value) -> Value:
        """The value when every variable that neither the platform nor app.json sets is unset."""
        match value:
            case Env(name=name, default=default):
                if name in self.environment.values:
                    given = self.environment.values[name]
                    return Known(given) if given is not None else value
                if name in self.environment.always:
                    return value
                return self.if_unset(default) if default is not None else Known(None)
            case AnyOf(options=inner):
                return self.if_unset(inner[0])
            case Text(parts=parts) if any(isinstance(part, Env) for part in parts):
                return join([self.if_unset(part) for part in parts])
        return value

    def switch(self, value: Value) -> Value:
        """What a switch such as `DEBUG` stands at while every such variable is unset, comparisons with the variable's value included."""
        match value:
            case Compared(op=op, left=left, right=right):
                return compare(op, self.switch(left), right)
            case Made(name=".lower" | ".strip" | ".casefold" as name, args=(text, *_)):
                given = self.switch(text)
                return Known(getattr(given.value, name[1:])()) if isinstance(given, Known) and isinstance(given.value, str) else given
            case Env(default=Compared() | Made() as default) if self.if_unset(value) is default:
                return self.switch(default)
            case AnyOf(options=inner):
                return self.switch(inner[0])
        return self.if_unset(value)


def _stage_equal(word: object) -> bool | None:
    """Whether the stage that a framework names is the one that a text says."""
    text = str(word).lower()
    return True if text in PRODUCTION_WORDS else False if text in LOCAL_WORDS else None


def _asks_if_local(test: facts.AnyExpr) -> bool:
    """Whether a test is a question by name whether this is a developer's machine: `cfg.IsDev()`, `env.is_development`."""
    inner = test.func if isinstance(test, facts.Call) and not test.args else test
    name = inner.name if isinstance(inner, facts.Attr) else ""
    if isinstance(inner, facts.Attr) and dotted(inner.base) in _STAGES:
        return name in ("development?", "test?", "local?")
    return _LOCAL_QUESTION.match(name) is not None


def _without_error(guard: facts.Guard) -> bool:
    """Whether a branch is the one that is taken when nothing has failed: behind `if err != nil { return … }`, or under `err == nil`."""
    test = guard.test
    if not isinstance(test, facts.Binary) or test.op != ("==" if guard.kind == "if" else "!="):
        return False
    name = (dotted(test.left) or "").rpartition(".")[2].lower()
    return isinstance(test.right, facts.Const) and test.right.value is None and name.endswith(("err", "error"))


def _compare_versions(version: tuple[int, ...], op: str, other: Value) -> bool | None:
    items = other.items if isinstance(other, Items) else (other,)
    wanted = tuple(item.value for item in items if isinstance(item, Known) and isinstance(item.value, int))
    if len(wanted) != len(items) or not wanted:
        return None
    version = version[: len(wanted)] if op in ("==", "!=", "<=") else version
    compare = {
        "<": version < wanted, "<=": version <= wanted, ">": version > wanted, ">=": version >= wanted, "==": version == wanted,
        "!=": version != wanted,
    }  # fmt: skip
    return compare.get(op)


def _lower(value: Value) -> Value:
    """A constant as text without upper case: reads are compared without it, since folding drops `.lower()`."""
    return Known(str(value.value).lower()) if isinstance(value, Known) else value


def _as_flag(value: Value) -> Value:
    """Words such as "False" count as false where a flag is read."""
    if isinstance(value, Known) and isinstance(value.value, str):
        return Known(value.value.lower() not in FALSE_WORDS)
    return value


def _platform_equal(value: Ref | Made, wanted: Known) -> bool | None:
    name = value.name.removesuffix("()")
    if name in ("sys.platform", "os.name", "platform.system"):
        return {"sys.platform": "linux", "os.name": "posix", "platform.system": "Linux"}[name] == wanted.value
    return None


EvalTruth = Callable[[Mod, int, facts.AnyExpr], bool | None]
