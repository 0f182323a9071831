"""The environment of a dyno: which variables are set, and what values that depend on them come to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from herolint.app.linking.operators import compare, join
from herolint.app.linking.values import UNKNOWN, AnyOf, Compared, Env, Items, Known, Made, Ref, Table, Text, Value

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
STAGES = frozenset({"Rails.env", "Padrino.env", "Hanami.env", "settings.environment"})
"""Names by which frameworks tell the stage that they run in; a buildpack sets the variable behind them."""
_PLATFORM = {"sys.platform": "linux", "os.name": "posix", "platform.system": "Linux"}


class Environment:
    """What the environment of a dyno holds: names that are surely set, and values that are known; and what values come to with that."""

    def __init__(
        self,
        always: frozenset[str],
        values: Mapping[str, str | None],
        assumed: frozenset[str] = frozenset(),
        arguments: frozenset[str] = frozenset(),
        version: tuple[int, ...] = (),
        options: Mapping[str, Value] = MappingProxyType({}),
        *,
        as_written: bool = False,
    ) -> None:
        self.always = always
        self.values = values
        self.assumed = assumed
        self.arguments = arguments
        """Words of the commands that processes start: what `sys.argv` may hold."""
        self.options = options
        """What those commands give the options of their programs, by name without dashes."""
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

    def truthy(self, value: Value) -> bool | None:
        """Whether a value counts as true in production."""
        match value:
            case Known(value=inner):
                return bool(inner)
            case Env(name=name, default=default):
                if name in self.values:
                    given = self.values[name]
                    return None if given is None else given.lower() not in FALSE_WORDS
                if self.is_set(name):
                    return True
                unset = False if default is None else self.truthy(_as_flag(default))
                if self.default_of(value) is not None:
                    return unset
                return False if looks_local(name) and unset is False else None
            case AnyOf(options=inner):
                answers = {self.truthy(o) for o in inner}
                return answers.pop() if len(answers) == 1 else None
            case Items(items=items):
                return True if items else None  # what begins empty is filled later
            case Table(entries=entries, whole=True):
                return bool(entries)
            case Ref(name="six.PY2" | "six.PY3" as name):
                return name == "six.PY3"
            case Text(parts=parts):
                return True if any(isinstance(p, Known) and p.value for p in parts) else None
        return None

    def equal(self, a: Value, b: Value) -> bool | None:
        """Whether two values are the same in production; None when it cannot be known."""
        if isinstance(b, Env | Made | Ref | AnyOf) and isinstance(a, Known):
            a, b = b, a
        if isinstance(a, Known) and isinstance(b, Known):
            return a.value == b.value
        if not isinstance(b, Known):
            return None
        if isinstance(a, Made) and a.name in (".lower", ".upper", ".strip", ".casefold") and a.args:
            return self.equal(a.args[0], b)
        if isinstance(a, Ref) and a.name in STAGES:
            return _stage_equal(b.value)
        if isinstance(a, Ref | Made):
            return _platform_equal(a, b)
        if isinstance(a, Env):
            return self._variable_equal(a, b)
        if isinstance(a, AnyOf):
            answers = {self.equal(o, b) for o in a.options}
            return answers.pop() if len(answers) == 1 else None
        return None

    def _variable_equal(self, env: Env, wanted: Known) -> bool | None:
        """Whether a variable has a value: as it is given, else as words and names tell."""
        if env.name in self.values:
            value = self.values[env.name]
            return None if value is None else value == str(wanted.value)
        if wanted.value is None or wanted.value == "":
            known = self.is_set(env.name)
            return None if known is None else not known
        word = str(wanted.value).lower()
        if word in PRODUCTION_WORDS:
            return True
        if word in LOCAL_WORDS:
            return False
        if (default := self.default_of(env)) is not None:
            return self.equal(_lower(default), Known(word))
        unset = not env.required and (env.default is None or self.equal(env.default, wanted))  # one that must be set is set for production
        return False if looks_local(env.name) and unset is not True and word not in FALSE_WORDS else None

    def contains(self, holder: Value, item: Value) -> bool | None:
        """Whether a value is among others, or a variable's name in the environment; None when it cannot be known."""
        if isinstance(holder, Ref) and holder.name in ("os.environ", "sys.modules") and isinstance(item, Known):
            return self.is_set(str(item.value)) if holder.name == "os.environ" else None
        if isinstance(holder, Ref) and holder.name == "sys.argv":
            return None if not isinstance(item, Known) or str(item.value) in self.arguments else False
        if isinstance(holder, Items):
            answers = [self.equal(item, one) for one in holder.items]
            return True if True in answers else None if None in answers or not answers else False
        if isinstance(holder, Made) and holder.name == "os.environ.keys" and isinstance(item, Known):
            return self.is_set(str(item.value))
        return None

    def settled(self, value: Value) -> Value:
        """The value of a variable that the platform or app.json gives one; itself otherwise."""
        given = self.values.get(value.name) if isinstance(value, Env) else None
        return Known(given) if given is not None else value

    def if_unset(self, value: Value) -> Value:
        """The value when every variable that neither the platform nor app.json sets is unset."""
        match value:
            case Env(name=name, default=default):
                if name in self.values:
                    given = self.values[name]
                    return Known(given) if given is not None else value
                if name in self.always:
                    return value
                return self.if_unset(default) if default is not None else Known(None)
            case AnyOf(options=inner):
                return self.if_unset(inner[0])
            case Text(parts=parts) if any(isinstance(part, Env) or _is_known(part) for part in parts):
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


def _is_known(value: Value) -> bool:
    """Whether a value is one of several, each of which is known."""
    return isinstance(value, AnyOf) and UNKNOWN not in value.options


def looks_local(name: str) -> bool:
    """Whether a variable's name says that it is set on a developer's machine only."""
    words = name.upper().split("_")
    return name.upper() in LOCAL_NAMES or name.upper().endswith(("_DEBUG", "_LOCAL", "_DEV")) or not TOOL_WORDS.isdisjoint(words)


def _stage_equal(word: object) -> bool | None:
    """Whether the stage that a framework names is the one that a text says."""
    text = str(word).lower()
    return True if text in PRODUCTION_WORDS else False if text in LOCAL_WORDS else None


def _lower(value: Value) -> Value:
    """A constant as text without upper case: reads are compared without it, since folding drops `.lower()`."""
    return Known(str(value.value).lower()) if isinstance(value, Known) else value


def _as_flag(value: Value) -> Value:
    """Words such as "False" count as false where a flag is read."""
    if isinstance(value, Known) and isinstance(value.value, str):
        return Known(value.value.lower() not in FALSE_WORDS)
    return value


def _platform_equal(value: Ref | Made, wanted: Known) -> bool | None:
    """Whether a dyno's operating system has that name."""
    known = _PLATFORM.get(value.name.removesuffix("()"))
    return None if known is None else known == wanted.value
