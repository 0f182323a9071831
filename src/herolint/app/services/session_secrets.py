"""The key that signs sessions in frameworks that are told it by a call, and make one up where they are not: Sinatra's `set`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import CallFact

if TYPE_CHECKING:
    from herolint.app.program import Program
    from herolint.knowledge.sections import Signing


def told(code: Program) -> Iterator[tuple[Mod, CallFact, facts.AnyExpr]]:
    """Calls that give the key, with what they give: `set :session_secret, …`."""
    for mod, known in _speaking(code):
        for fact in mod.facts.calls:
            args = fact.call.args
            if _called(fact) in known.switches and len(args) > 1 and _is(args[0], known.setting) and not isinstance(args[1], facts.Keyword):
                yield mod, fact, args[1]


def made_up(code: Program) -> Iterator[tuple[Mod, CallFact]]:
    """Calls that switch sessions on while nothing that is loaded says a word about their key."""
    speaking = list(_speaking(code))
    if any(known.setting in mod.source.text for mod, known in speaking):
        return
    for mod, known in speaking:
        for fact in mod.facts.calls:
            args = fact.call.args
            if _called(fact) in known.switches and args and _is(args[0], known.switch) and all(_plain(arg) for arg in args[1:]):
                yield mod, fact


def _speaking(code: Program) -> Iterator[tuple[Mod, Signing]]:
    """The modules that are loaded, where one of them loads such a framework."""
    mods = [(mod, code.knows(mod).signing) for mod in code.modules]
    if any(imp.module.partition("/")[0] in known.frameworks for mod, known in mods if known.frameworks for imp in mod.facts.imports):
        yield from ((mod, known) for mod, known in mods if known.frameworks)


def _called(fact: CallFact) -> str:
    """What is called without an object, or of the class itself."""
    func = fact.call.func
    return func.id if isinstance(func, facts.Name) else func.name if isinstance(func, facts.Attr) and _is_self(func.base) else ""


def _is_self(expr: facts.AnyExpr) -> bool:
    return isinstance(expr, facts.Name) and expr.id == "self"


def _is(expr: facts.AnyExpr, word: str) -> bool:
    return isinstance(expr, facts.Const) and expr.value == word


def _plain(arg: facts.AnyExpr) -> bool:
    """Whether an argument switches sessions on, or sets something about their cookie that is no key."""
    if isinstance(arg, facts.Const):
        return arg.value is True
    return isinstance(arg, facts.Keyword) and arg.name != "secret"
