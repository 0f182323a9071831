"""Which branch runs on a dyno: the truth of tests and guards, given what the platform sets and what the code's defaults are."""

from __future__ import annotations

from herolint.app.folding.environment import STAGES, Environment
from herolint.app.folding.fold import Folder
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.operators import COMPARISONS, compare_versions
from herolint.app.linking.values import Compared, Env, Ref, Unknown
from herolint.code import facts
from herolint.code.facts import NONE, Assign
from herolint.code.queries import dotted
from herolint.patterns import lazy

MOST_NESTED = 6
"""How many guards may wait for one another's answer: what a test reads may stand under guards of its own."""
_LOCAL_QUESTION = lazy(
    r"(?i)is_?(dev|development|local|localhost|test|testing)(_?or_?(dev|development|test|local))?(_?(env|environment|mode|server))?\??\Z"
)


class Guards:
    """Truth of guards. `scripts` are the files that some process runs as `__main__`."""

    def __init__(self, linker: Linker, environment: Environment) -> None:
        self.environment = environment
        self.linker = linker
        self.scripts: set[str] = set()
        self.folder = Folder(linker, environment, self.holds, self.truth)
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
                answer = self.environment.truthy(folded)
                return False if answer is None and isinstance(folded, Ref | Compared | Unknown) else answer
        answer = self.environment.truthy(self.folder.fold(mod, function, test))
        if answer is None and _asks_if_local(test):
            return False
        if answer is None and isinstance(test, facts.Attr) and test.name == "production?" and dotted(test.base) in STAGES:
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
        if op in ("==", "!=") and _asks_for_main(left, right):
            is_main = mod.path in self.scripts if main is None else main
            return is_main is (op == "==")
        if isinstance(left, facts.Unary) and left.op == "typeof" and isinstance(right, facts.Const) and op in ("==", "!="):
            return self._has_type(mod, function, left.value, right.value, op)
        a, b = self.folder.fold(mod, function, left), self.folder.fold(mod, function, right)
        version = self._version_part(mod, function, left)
        if version is not None:
            return compare_versions(version, op, b)
        if op in ("in", "not in"):
            answer = self.environment.contains(b, a)
        elif op in ("==", "!=", "is", "is not"):
            answer = self.environment.equal(a, b)
        else:
            return None
        return answer if answer is None or COMPARISONS[op] else not answer

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


def _asks_if_local(test: facts.AnyExpr) -> bool:
    """Whether a test is a question by name whether this is a developer's machine: `cfg.IsDev()`, `env.is_development`."""
    inner = test.func if isinstance(test, facts.Call) and not test.args else test
    name = inner.name if isinstance(inner, facts.Attr) else ""
    if isinstance(inner, facts.Attr) and dotted(inner.base) in STAGES:
        return name in ("development?", "test?", "local?")
    return _LOCAL_QUESTION.match(name) is not None


def _asks_for_main(left: facts.AnyExpr, right: facts.AnyExpr) -> bool:
    """Whether a comparison asks if its file is the one that was started: `__name__ == "__main__"`, `require.main === module`."""
    if {dotted(left), dotted(right)} == {"require.main", "module"}:
        return True
    name, other = (left, right) if isinstance(left, facts.Name) and left.id == "__name__" else (right, left)
    return isinstance(name, facts.Name) and name.id == "__name__" and isinstance(other, facts.Const) and other.value == "__main__"


def _without_error(guard: facts.Guard) -> bool:
    """Whether a branch is the one that is taken when nothing has failed: behind `if err != nil { return … }`, or under `err == nil`."""
    test = guard.test
    if not isinstance(test, facts.Binary) or test.op != ("==" if guard.kind == "if" else "!="):
        return False
    name = (dotted(test.left) or "").rpartition(".")[2].lower()
    return isinstance(test.right, facts.Const) and test.right.value is None and name.endswith(("err", "error"))
