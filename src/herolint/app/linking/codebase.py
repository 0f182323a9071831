"""The project's modules: where each lies, which one an import means, and who calls what by name."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.code import facts, facts_of, language_of
from herolint.code.cache import FactCache
from herolint.code.facts import NONE, Assign, Attr, CallFact, Function, Import
from herolint.code.queries import last_name
from herolint.finding import Problem
from herolint.patterns import lazy
from herolint.workspace import Workspace

if TYPE_CHECKING:
    from herolint.code.ahead import Ahead

MAX_SOURCE_BYTES = 1_000_000
"""A larger file is no code that a person wrote, and is not read as such."""
_INSTALLED = lazy(r"(?:\A|/)(?:(?:node_modules|bower_components|vendor/bundle)/|vendor/.+\.go\Z)")
"""Folders in which package managers put what is not the project's own code; Go looks into `vendor/` for modules alone."""


class CodeBase:
    """All source files that a process might load, read one by one as they are asked for. `problems` takes those that are not.

    `files` are those that are found by dotted names; how other languages find theirs is in `app.linking.dialects`.
    """

    def __init__(self, workspace: Workspace, cache: FactCache | None, problems: list[Problem]) -> None:
        self.workspace = workspace
        self.cache = cache
        self.problems = problems
        self.roots: list[str] = [""]
        self.guessed: set[str] = set()
        """Roots that nothing names: what must lie there is asked for without its folder."""
        self.open_path = False
        """Whether code or config adds folders to the search path that cannot be known."""
        self.counted: frozenset[str] | None = None
        """Paths of the modules whose calls tell what parameters are given: once it is known what runs, those that do."""
        self._mods: dict[str, Mod | None] = {}
        self._ahead: Ahead | None = None
        self._found: dict[str, str | None] = {}
        self._ways: dict[tuple[str, str], tuple[str, ...]] = {}
        self._imported: dict[tuple[str, int, str, str | None], tuple[str, ...]] = {}
        self._calls: dict[str, list[tuple[Mod, CallFact]]] = {}
        self._called = 0
        """How many of the modules are in the table of calls."""
        self._puts: dict[tuple[str, str], list[tuple[Mod, Assign]]] = {}
        self._put = 0
        """How many of them are in the table of what is set on objects."""

    @cached_property
    def sources(self) -> frozenset[str]:
        """Paths of the files in the slug that some front end reads, without those of installed packages."""
        return frozenset(
            path for path, entry in self.workspace.slug_files.items()
            if entry.kind != "submodule" and language_of(path) and not _INSTALLED.search(path)
        )  # fmt: skip

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the sources, by name."""
        return tuple(sorted({language for path in (*self.sources, *self.files) if (language := language_of(path))}))

    @cached_property
    def files(self) -> frozenset[str]:
        """Paths of the Python files that end up in the slug."""
        return frozenset(p for p, e in self.workspace.slug_files.items() if p.endswith(".py") and e.kind != "submodule")

    @cached_property
    def folders(self) -> frozenset[str]:
        """Folders (at any depth) that hold Python files."""
        found: set[str] = set()
        for path in self.files:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    def add_root(self, folder: str, *, guessed: bool = False) -> None:
        """Make a folder one that imports start from (a script's own folder, `--chdir`, `PYTHONPATH`)."""
        folder = folder.strip("/").removeprefix("./")
        folder = "" if folder == "." else folder
        if not guessed:
            self.guessed.discard(folder)
        if folder not in self.roots:
            if guessed:
                self.guessed.add(folder)
            self.roots.append(folder)
            self._found.clear()
            self._ways.clear()
            self._imported.clear()

    def mod(self, path: str) -> Mod | None:
        """The module at a path, parsed and linked; None when it is not there or cannot be parsed."""
        if path in self._mods:
            return self._mods[path]
        self._mods[path] = None
        if path in self.files or path in self.sources:
            entry = self.workspace.slug_files[path]
            if entry.size > MAX_SOURCE_BYTES:
                self.problems.append(Problem(message=f"not analysed: {entry.size:,} bytes of source, over {MAX_SOURCE_BYTES:,}", path=path))
            elif (source := self.workspace.read(path)) is not None:
                read = self._ahead.facts(source) if self._ahead is not None else None
                parsed = read or facts_of(source, self.cache)
                if parsed is not None:
                    self._mods[path] = Mod(source, parsed, self.dotted(path) if path in self.files else path)
        return self._mods[path]

    def following(self, start: str, leads_to: Callable[[Mod], Iterable[str]]) -> tuple[Mod, ...]:
        """The module at a path and those at the paths that it leads to, directly or not: the nearest first, each once."""
        found: list[Mod] = []
        queue = deque([start])
        while queue:
            mod = self.mod(queue.popleft())
            if mod is not None and mod not in found:
                found.append(mod)
                queue += leads_to(mod)
        return tuple(found)

    @contextmanager
    def reading_ahead(self) -> Iterator[None]:
        """While many modules are asked for: those that are foreseen may be read by other processes meanwhile."""
        from herolint.code.ahead import Ahead

        self._ahead = Ahead(self.cache)
        try:
            yield
        finally:
            self._ahead.close()
            self._ahead = None

    def foresee(self, path: str) -> None:
        """Note that the module at a path will be asked for."""
        if self._ahead is None or path in self._mods or (path not in self.files and path not in self.sources):
            return
        if self.workspace.slug_files[path].size <= MAX_SOURCE_BYTES and (source := self.workspace.read(path)) is not None:
            self._ahead.foresee(source)

    def loaded(self) -> Iterator[Mod]:
        """The modules that have been asked for so far."""
        return (mod for mod in self._mods.values() if mod is not None)

    @property
    def asked_for(self) -> int:
        """How many modules have been asked for so far, those among them that cannot be read."""
        return len(self._mods)

    def passes(self, function: Function, position: int, name: str) -> bool:
        """Whether some call in a module that counts, by the function's name, gives the parameter at `position` a value."""
        if function.klass != NONE:
            position -= 1
        for mod, fact in self.calls_named(function.name):
            if self.counted is not None and mod.path not in self.counted:
                continue
            call = fact.call
            if any(isinstance(arg, facts.Star) or (isinstance(arg, facts.Keyword) and arg.name == name) for arg in call.args):
                return True
            if sum(not isinstance(arg, facts.Keyword) for arg in call.args) > position:
                return True
        return False

    def calls_named(self, name: str) -> list[tuple[Mod, CallFact]]:
        """Calls in the modules loaded so far by the last word of what they call."""
        if self._called < len(self._mods):
            for mod in islice(self._mods.values(), self._called, None):
                if mod is None:
                    continue
                for fact in mod.facts.calls:
                    func = fact.call.func
                    last = last_name(func)
                    self._calls.setdefault(last, []).append((mod, fact))
            self._called = len(self._mods)
        return self._calls.get(name, [])

    def put_on(self, holder: str, name: str) -> list[tuple[Mod, Assign]]:
        """What the modules loaded so far set under a name on something whose last word is `holder`: `request.state.user = …`."""
        if self._put < len(self._mods):
            for mod in islice(self._mods.values(), self._put, None):
                for assign in mod.facts.assigns if mod is not None else ():
                    if mod is not None and isinstance(assign.target, Attr):
                        self._puts.setdefault((last_name(assign.target.base), assign.target.name), []).append((mod, assign))
            self._put = len(self._mods)
        return self._puts.get((holder, name), [])

    def dotted(self, path: str) -> str:
        """The dotted module name of a path, from the deepest root that holds it."""
        root = max((r for r in self.roots if not r or path.startswith(r + "/")), key=len, default="")
        stem = path[len(root) + 1 if root else 0 :].removesuffix(".py").removesuffix("/__init__")
        return "" if stem == "__init__" else stem.replace("/", ".")

    def find(self, dotted: str, beside: str = "") -> str | None:
        """The path of the module `dotted`; `beside` is a folder that is looked into last (the importing script's own)."""
        if not dotted:
            return None
        key = dotted if not beside else f"{beside}\0{dotted}"
        if key not in self._found:
            self._found[key] = self._search(dotted, beside)
        return self._found[key]

    def _search(self, dotted: str, beside: str) -> str | None:
        tail = dotted.replace(".", "/")
        for root in [*self.roots, *([beside] if beside else [])]:
            base = f"{root}/{tail}" if root else tail
            for path in (f"{base}/__init__.py", f"{base}.py"):
                if path in self.files:
                    return path
        return None

    def is_folder(self, dotted: str) -> bool:
        """Whether the name is a folder without `__init__.py` that holds modules."""
        tail = dotted.replace(".", "/")
        return any((f"{root}/{tail}" if root else tail) in self.folders for root in self.roots)

    def absolute(self, mod: Mod, imp: Import) -> str:
        """The absolute dotted module that an import statement names."""
        if not imp.level:
            return imp.module
        package = mod.package
        for _ in range(imp.level - 1):
            package = package.rpartition(".")[0]
        return f"{package}.{imp.module}".strip(".") if imp.module else package

    def imported(self, mod: Mod, imp: Import) -> tuple[str, ...]:
        """Paths of the project's files that an import statement loads: packages on the way, the module, a submodule by name."""
        key = mod.path, imp.level, imp.module, imp.name
        if key not in self._imported:
            self._imported[key] = tuple(self._loads(mod, imp))
        return self._imported[key]

    def _loads(self, mod: Mod, imp: Import) -> Iterator[str]:
        dotted = self.absolute(mod, imp)
        folder = mod.path.rpartition("/")[0]
        beside = folder if not imp.level and self._beside_counts(folder) else ""
        yield from self._on_the_way(dotted, beside)
        if imp.name not in (None, "*"):
            path = self.find(f"{dotted}.{imp.name}" if dotted else str(imp.name), beside)
            if path:
                yield path

    def _on_the_way(self, dotted: str, beside: str) -> tuple[str, ...]:
        """Paths of a module and of the packages that hold it, the outermost first."""
        key = dotted, beside
        if key not in self._ways:
            parts = dotted.split(".")
            paths = (self.find(".".join(parts[:end]), beside) for end in range(1, len(parts) + 1))
            self._ways[key] = tuple(path for path in paths if path)
        return self._ways[key]

    def _beside_counts(self, folder: str) -> bool:
        return folder in self.roots
