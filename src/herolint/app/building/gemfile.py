"""Reads a Gemfile, which is a Ruby program: the gems that it asks for, in which groups, from where, and the Ruby it is for."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, CallFact, Module
from herolint.code.queries import argument, dotted, walk
from herolint.finding import Place
from herolint.source import SourceFile, Span

_LOCATIONS = ("git", "github", "gist", "bitbucket", "path", "source")


class Gem(msgspec.Struct, frozen=True):
    """A `gem` line. `requirement` is as written, joined by commas; `groups` is `("default",)` where it stands in none.

    `origin` is (`git`, address) and the like where it does not come from the Gemfile's source; `required` is False for `require: false`.
    `conditional` says that Bundler may leave it out (under an `if`, `install_if`).
    """

    name: str
    requirement: str
    groups: tuple[str, ...]
    platforms: tuple[str, ...]
    origin: tuple[str, str] | None
    required: bool
    conditional: bool
    at: Place
    literal: bool = True
    """Whether all of the requirement is in plain sight."""


class RubyLine(msgspec.Struct, frozen=True):
    """The `ruby` line: its requirement, or the file that holds it (`ruby file: ".ruby-version"`); `engine` where one is named."""

    requirement: str
    file: str
    engine: str
    at: Place


class Gemfile(msgspec.Struct, frozen=True, eq=False):
    """What the file asks for. `complete` says that every gem has its name in plain sight.

    `optional` are groups that are installed only when asked for; `included` are further Gemfiles (`eval_gemfile`).
    """

    gems: tuple[Gem, ...] = ()
    ruby: RubyLine | None = None
    sources: tuple[tuple[str, Place], ...] = ()
    optional: frozenset[str] = frozenset()
    included: tuple[str, ...] = ()
    gemspec: bool = False
    complete: bool = True

    def gem(self, name: str) -> Gem | None:
        """The first line that asks for a gem."""
        return next((gem for gem in self.gems if gem.name == name), None)


def read_gemfile(source: SourceFile, module: Module) -> Gemfile:
    """The Gemfile behind the facts of its Ruby."""
    return _Reader(source, module).gemfile()


class _Around(msgspec.Struct):
    """What the blocks around a line say of it."""

    groups: list[str] = []
    platforms: list[str] = []
    origin: tuple[str, str] | None = None
    conditional: bool = False


class _Reader:
    def __init__(self, source: SourceFile, module: Module) -> None:
        self.path = source.path
        self.facts = module
        self.blocks = {arg.number: fact for fact in module.calls for arg in fact.call.args if isinstance(arg, facts.Closure)}
        self.complete = True

    def gemfile(self) -> Gemfile:
        lines: dict[str, list[CallFact]] = {}
        for fact in self.facts.calls:
            if isinstance(fact.call.func, facts.Name):
                lines.setdefault(fact.call.func.id, []).append(fact)
        gems = tuple(gem for fact in lines.get("gem", ()) if (gem := self.gem(fact)) is not None)
        ruby = next((self.ruby(fact) for fact in lines.get("ruby", ()) if fact.call.args), None)
        sources = tuple((url, self.place(f.call)) for f in lines.get("source", ()) for url in _words(f.call.args[:1]))
        optional = frozenset(
            name for f in lines.get("group", ()) if _is_true(argument(f.call, None, "optional")) for name in _words(_plain(f.call))
        )
        included = tuple(word for f in lines.get("eval_gemfile", ()) for word in _words(f.call.args[:1]))
        return Gemfile(gems, ruby, sources, optional, included, "gemspec" in lines, self.complete)

    def gem(self, fact: CallFact) -> Gem | None:
        plain = _plain(fact.call)
        if not plain or not isinstance(plain[0], facts.Const) or not isinstance(plain[0].value, str):
            self.complete = False
            return None
        around = self.around(fact)
        given = {arg.name: arg.value for arg in fact.call.args if isinstance(arg, facts.Keyword)}
        groups = [*around.groups, *(word for name in ("group", "groups") for word in _words((given.get(name),)))]
        platforms = [*around.platforms, *(word for name in ("platform", "platforms") for word in _words((given.get(name),)))]
        require = given.get("require")
        return Gem(
            name=plain[0].value,
            requirement=", ".join(_words(plain[1:])),
            groups=tuple(dict.fromkeys(groups)) or ("default",),
            platforms=tuple(dict.fromkeys(platforms)),
            origin=_origin(given) or around.origin,
            required=not (isinstance(require, facts.Const) and require.value is False),
            conditional=around.conditional or "install_if" in given,
            at=self.place(plain[0]),
            literal=all(_is_text(one) for one in plain[1:]),
        )

    def around(self, fact: CallFact) -> _Around:
        found = _Around(conditional=fact.guard != NONE)
        scope = fact.function
        while scope != NONE:
            holder = self.blocks.get(scope)
            name = dotted(holder.call.func) if holder is not None else None
            words = list(_words(_plain(holder.call))) if holder is not None else []
            if name == "group":
                found.groups += words
            elif name in ("platform", "platforms"):
                found.platforms += words
            elif name in _LOCATIONS and found.origin is None:
                found.origin = name, "".join(words[:1])
            elif name in ("install_if", "env"):
                found.conditional = True
            scope = self.facts.functions[scope].parent
        return found

    def ruby(self, fact: CallFact) -> RubyLine:
        call = fact.call
        file = next(_words((argument(call, None, "file"),)), "")
        plain = _plain(call)
        if not file and plain and not isinstance(plain[0], facts.Const):
            # `ruby File.read(".ruby-version").strip`
            reads = (c for c in walk(plain[0]) if isinstance(c, facts.Call) and dotted(c.func) in ("File.read", "IO.read"))
            file = next((word for c in reads for word in _words(c.args[:1])), "")
        engine = next(_words((argument(call, None, "engine"),)), "")
        return RubyLine(", ".join(_words(plain)) if not file else "", file, engine, self.place(call))

    def place(self, expr: facts.Expr) -> Place:
        return Place(self.path, Span(expr.start, expr.end))


def _plain(call: facts.Call) -> tuple[AnyExpr, ...]:
    """The arguments without keywords and block."""
    return tuple(arg for arg in call.args if not isinstance(arg, facts.Keyword | facts.Closure))


def _words(exprs: tuple[AnyExpr | None, ...]) -> Iterator[str]:
    """The strings and symbols, also those in lists."""
    for expr in exprs:
        if isinstance(expr, facts.Const) and isinstance(expr.value, str):
            yield expr.value
        elif isinstance(expr, facts.Sequence):
            yield from _words(expr.items)
        elif isinstance(expr, facts.Star):
            yield from _words((expr.value,))


def _is_text(expr: AnyExpr) -> bool:
    """Whether an expression is a string, or a list of strings."""
    if isinstance(expr, facts.Sequence):
        return all(_is_text(item) for item in expr.items)
    return isinstance(expr, facts.Const) and isinstance(expr.value, str)


def _is_true(expr: AnyExpr | None) -> bool:
    return isinstance(expr, facts.Const) and expr.value is True


def _origin(given: dict[str, AnyExpr]) -> tuple[str, str] | None:
    for name in _LOCATIONS:
        if name in given:
            return name, next(_words((given[name],)), "")
    return None
