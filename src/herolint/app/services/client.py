"""The code that visitors' browsers run, and the addresses that it calls."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.linking.module import Mod
from herolint.app.linking.values import Env, Known, Text, Value, options, text_of
from herolint.code import facts
from herolint.code.queries import argument, option
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.program import Program

LOCAL = lazy(r"(?:https?|wss?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?")
_NOT_SHIPPED = lazy(
    r"(?:^|/)(?:__tests__|__mocks__|tests?|e2e|cypress|stories|node_modules|dist|build|mocks?|\.storybook|vendor|scripts)/"
    r"|\.(?:test|spec|stories|min|config|setup|d)\.\w+$|(?:^|/)(?:setupProxy|setupTests|serviceWorker|service-worker|sw|webpack|gulpfile|vite|proxy)[\w.-]*$"
)
"""Files that are for development only, built, or somebody else's."""


_CALLERS = ("fetch", "axios", "http", "ocket", "Client", "EventSource", "request")
"""Words that stand in files which call out."""


class LocalCall(msgspec.Struct, frozen=True):
    """A call of the browser to the machine it runs on; `fallback`: only where a variable was unset when the code was built."""

    place: Place
    address: str
    fallback: bool
    root: str


def local_calls(code: Program) -> Iterator[LocalCall]:
    """Calls in browser code whose address is local in production."""
    reached = {mod.path for mod in code.modules}
    files = [(root, path) for root, path in _client_files(code) if path not in reached]
    sources = {path: source for _, path in files if (source := code.app.source(path)) is not None}
    if not any(LOCAL.search(source.text) for source in sources.values()):
        return
    for root, path in files:
        mod = code.code.mod(path) if path in sources and any(word in sources[path].text for word in _CALLERS) else None
        if mod is not None:
            yield from _in(code, mod, root)


def _client_files(code: Program) -> Iterator[tuple[str, str]]:
    """Files that browsers get, with the folder of the app they belong to."""
    packages = {name for table in code.tables.values() for name in table.browser.packages}
    folders = {name for table in code.tables.values() for name in table.browser.folders}
    programs = {name for table in code.tables.values() for name in table.browser.programs}
    roots = []
    for path in code.app.slug:
        if posixpath.basename(path) == "package.json" and "node_modules/" not in path:
            package = code.app.package(posixpath.dirname(path))
            asked = {*package.dependencies, *package.dev_dependencies} if package is not None else set()
            if packages & asked and not programs & asked:
                roots.append(posixpath.dirname(path))
    for path in sorted(code.code.sources):
        if not code.reads_browser(path) or _NOT_SHIPPED.search(path):
            continue
        root = next((root for root in sorted(roots, key=len, reverse=True) if path.startswith(f"{root}/src/" if root else "src/")), None)
        if root is not None:
            yield root, path
        elif path.split("/")[0] in folders:
            yield path.split("/")[0], path


def _in(code: Program, mod: Mod, root: str) -> Iterator[LocalCall]:
    known = code.knows(mod)
    for fact in mod.facts.calls:
        name = code.linker.qualified(mod, fact.function, fact.call.func)
        rows = [row for row in known.effects(name) if row.effect in ("network", "calls-api") and row.url] if name is not None else []
        if not rows or code.guards.holds(mod, fact.guard) is False:
            continue
        for expr in _addresses(fact.call, rows[0].url):
            yield from _judged(mod, expr, code.fold(mod, fact.function, expr), root)
    for assign in mod.facts.assigns:
        if assign.value is not None and isinstance(assign.target, facts.Attr) and code.guards.holds(mod, assign.guard) is not False:
            if code.linker.qualified(mod, assign.function, assign.target) in known.browser.settings:
                yield from _judged(mod, assign.value, code.fold(mod, assign.function, assign.value), root)


def _addresses(call: facts.Call, where: str) -> Iterator[facts.AnyExpr]:
    for word in where.split():
        expr = argument(call, int(word), None) if word.isdigit() else option(call, word)
        if expr is not None and not isinstance(expr, facts.Mapping):
            yield expr


def _judged(mod: Mod, expr: facts.AnyExpr, value: Value, root: str) -> Iterator[LocalCall]:
    behind = False
    for one in options(value):
        if isinstance(one, Env):
            behind = True
            continue
        if not isinstance(one, Known | Text):
            return
        first = one.parts[0] if isinstance(one, Text) else one
        if isinstance(first, Env):
            behind = True
            first = first.default or first
        text = text_of(first) or ""
        if (found := LOCAL.match(text)) is not None:
            yield LocalCall(mod.place(expr, "the visitor's own machine"), found.group(), behind, root)
        return
