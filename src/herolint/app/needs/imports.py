"""What reached code imports and will not find: packages that nothing installs, files that are not pushed, modules that Python lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.python_build import least_python
from herolint.app.linking.fallbacks import tried_before
from herolint.app.linking.module import Mod
from herolint.app.needs.breaking import lacks
from herolint.app.needs.uses import Use, named_by
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Place
from herolint.knowledge import stdlib
from herolint.knowledge.brings import counts, is_known
from herolint.knowledge.installs import board_modules
from herolint.knowledge.packages import advised, distributions_for_import, is_listed_import
from herolint.workspace.ignores import ignored_by, layer

if TYPE_CHECKING:
    from herolint.app.building.installed import Installed
    from herolint.app.model import App

OFTEN = 3
"""A distribution that so many known ones bring along may as well come with one that is not known."""
_WORDS_ALIKE = 2
"""So many words shared by a module and a distribution of which little is known may be no chance."""
_SAY_NOTHING = frozenset({"python", "django", "flask", "lib", "api", "client", "utils", "core"})
_MADE_BY_TOOLS = ("_pb2", "_pb2_grpc", "_version", "__version__")
"""Ends of the names of modules that a build step writes."""


class Unmet(msgspec.Struct, frozen=True):
    """A need that nothing meets, or only by luck.

    `kind`: `package` (nothing installs it), `development` or `elsewhere` (asked for, but not on a dyno), `dropped` (`by` brought it up to
    release `detail`), `brought` (only because `by` brings it), `removed` (Python has it no more from `detail` on), `python2`, `windows`,
    `board` (only a small computer with pins has it), `file` (a file of the project that is not there; `detail`: the ignore file that
    leaves it out), `path` (it lies in the folder `detail`, where imports do not look). `package` is the distribution to add. `sure` is
    False where it may yet come from elsewhere.
    """

    kind: str
    use: Use
    package: str = ""
    by: str = ""
    detail: str = ""
    sure: bool = True
    others: tuple[Place, ...] = ()
    manifest: str = ""
    """The file that lists packages; empty for the one that the Python build installs from."""


def unmet_imports(app: App) -> Iterator[Unmet]:
    """One for each missing thing, at the place that fails first."""
    found: dict[tuple[str, str], Unmet] = {}
    judge = Judge(app)
    for use in sorted(app.uses, key=lambda use: (not use.starts, use.off)):
        unmet = judge.unmet(use)
        if unmet is None:
            continue
        key = unmet.kind, unmet.package or use.module
        first = found.get(key)
        if first is None:
            found[key] = unmet
        elif use.at != first.use.at and len(first.others) < 3:
            found[key] = msgspec.structs.replace(first, others=(*first.others, use.at))
    yield from found.values()


def _bare(name: str) -> str:
    """A distribution's name without the words that its module often lacks."""
    for start in ("django-", "python-", "flask-", "drf-", "py"):
        name = name.removeprefix(start)
    return name.removesuffix("-python").removesuffix("-py").replace("-", "")


def _words(name: str) -> set[str]:
    """The words of a distribution's or module's name that may tell which it is."""
    return {word for word in re.split(r"[-_.]+", name.lower()) if len(word) > 2} - _SAY_NOTHING


def _whole(name: str) -> str:
    """A distribution's name without the language's in its middle, and with the short name of a framework that is often shortened."""
    return name.replace("djangorestframework", "drf").replace("-python-", "-").replace("-", "")


class Judge:
    """Decides for each use whether it is met."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.code = app.code.code
        self.installed: Installed | None = app.installed
        self.minor = least_python(app)
        self.stdlib = stdlib.load()
        ignore = app.workspace.read(".gitignore") if ".gitignore" in app.workspace.files else None
        found = layer("", ".gitignore", ignore.data) if ignore is not None else None
        self.layers = [found] if found is not None else []

    def unmet(self, use: Use) -> Unmet | None:
        top = use.module.partition(".")[0]
        if not top or top == "__main__":
            return None
        beside = use.mod.path.rpartition("/")[0]
        beside = beside if beside in self.code.roots else ""
        if self.code.find(top, beside) is not None:
            return self._in_project(use, beside)
        if self._has_other_file(top) or any(self._judged_elsewhere(f"{root}/{top}".lstrip("/")) for root in self.code.roots):
            return None
        if self.code.is_folder(top) and not self._is_installed(use):
            return self._in_project(use, beside)
        if self.stdlib.has(top, self.minor) or use.module.startswith("django.") and use.listed_in:
            return None
        return self._of_python(use, top) or self._outside(use, top)

    def is_taken(self, mod: Mod, imp: facts.Import) -> bool | None:
        """Whether an import that is a fallback for others is the one that runs; None where it is none, or where that is open."""
        tried = tried_before(mod, imp)
        if not tried:
            return None
        failing = [self._fails(mod, other) for other in tried]
        return True if True in failing else None if None in failing else False

    def _fails(self, mod: Mod, imp: facts.Import) -> bool | None:
        module, name, local = named_by(self.code, mod, imp)
        if not local and lacks(self.app, self.minor, name):
            return True
        unmet = self.unmet(Use(module, name, mod, mod.place(imp), True, (), local=local))
        return False if unmet is None or unmet.kind == "brought" else True if unmet.sure else None

    # ---- modules of the project ------------------------------------------------------------------------------------

    def _has_other_file(self, top: str) -> bool:
        """Whether a compiled module of that name lies on the import path, a submodule, or one that `.slugignore` removes (another finding)."""
        workspace = self.app.workspace
        if any(workspace.exists(f"{root}/{top}/__init__.py".lstrip("/")) for root in self.code.roots):
            return True
        entries = (workspace.files.get(f"{root}/{top}".lstrip("/")) for root in self.code.roots)
        if any(entry is not None and entry.kind == "submodule" for entry in entries):
            return True  # what the build fetches, or does not: another finding
        return any(
            name.startswith(f"{top}.") and name.endswith((".so", ".pyd", ".pyx", ".pyc", ".py"))
            for root in self.code.roots
            for name in workspace.listdir(root)
        )

    def _in_project(self, use: Use, beside: str) -> Unmet | None:
        """A submodule that must be there and is not, of a package that is."""
        if use.listed_in:
            return None
        parts = use.module.split(".")
        for end in range(2, len(parts) + 1):
            dotted = ".".join(parts[:end])
            if self.code.find(dotted, beside) is None and not self.code.is_folder(dotted):
                return self._gap(use, ".".join(parts[: end - 1]), parts[end - 1], beside)
        if use.name != use.module and (path := self.code.find(use.module, beside)) is not None and path.endswith("__init__.py"):
            last = use.name.rpartition(".")[2]
            if self.code.find(use.name, beside) is None and not self.code.is_folder(use.name) and self._ignored(path, last):
                return self._gap(use, use.module, last, beside)
        return None

    def _gap(self, use: Use, package: str, name: str, beside: str) -> Unmet | None:
        path = self.code.find(package, beside)
        mod = self.code.mod(path) if path is not None else None
        if path is not None and (mod is None or not path.endswith("__init__.py") or self._may_make(mod, name)):
            return None
        if name.endswith(_MADE_BY_TOOLS):
            return None
        folder = path.rpartition("/")[0] if path is not None else package.replace(".", "/")
        if self._judged_elsewhere(f"{folder}/{name}") or self._has_suffix(folder, name):
            return None
        where = f"{folder}/{name}.py".lstrip("/")
        return Unmet(
            "file",
            msgspec.structs.replace(use, module=f"{package}.{name}"),
            package=where,
            detail=self._ignored(path or f"{folder}/", name),
        )

    @staticmethod
    def _may_make(mod: Mod, name: str) -> bool:
        """Whether a package binds the name itself, or may do so in ways that cannot be followed."""
        names = mod.names.get(NONE, {})
        return name in names or "__getattr__" in names or "__path__" in names or "sys.modules" in mod.source.text

    def _judged_elsewhere(self, stem: str) -> bool:
        """Whether the repository has the module in other letter case, or removes it by `.slugignore`: both are other findings."""
        return f"{stem}.py".lower() in self._lower or f"{stem}/__init__.py".lower() in self._lower

    @cached_property
    def _lower(self) -> frozenset[str]:
        """The paths of all files in lower case."""
        return frozenset(path.lower() for path in self.app.workspace.files)

    def _has_suffix(self, folder: str, name: str) -> bool:
        return any(one.startswith(f"{name}.") for one in self.app.workspace.listdir(folder))

    def _ignored(self, package: str, name: str) -> str:
        """The ignore file that leaves a module beside a package's file out; empty when none does."""
        stem = f"{package.rpartition('/')[0]}/{name}".lstrip("/")
        return ignored_by(f"{stem}.py", False, self.layers) or ignored_by(stem, True, self.layers) or ""

    # ---- modules from elsewhere ------------------------------------------------------------------------------------

    def _distributions(self, use: Use) -> tuple[str, ...]:
        return distributions_for_import(use.name)

    def _is_installed(self, use: Use) -> bool:
        return self.installed is not None and self.installed.has(*self._distributions(use))

    def _of_python(self, use: Use, top: str) -> Unmet | None:
        table = self.stdlib
        if top in table.removed and self.installed is not None:
            back = table.back.get(top, ())
            if self.installed.has(*back) or any(name in self.installed.brought for name in back):
                return None
            return Unmet("removed", use, package=back[0] if back else "", by=table.now.get(top, ""), detail=table.removed[top])
        if top in table.windows:
            return Unmet("windows", use)
        if top in table.two and use.starts and not self._is_installed(use):
            return Unmet("python2", use, by=table.two[top])
        return None

    def _outside(self, use: Use, top: str) -> Unmet | None:
        installed = self.installed
        if installed is None or top in self.stdlib.removed:
            return None
        names = self._distributions(use)
        if installed.has(*names) or self._alike(installed, top, names):
            return None
        comes = next((installed.brought[n] for n in names if n in installed.brought), None)
        if comes is not None and not (installed.whole and installed.manifest.endswith(".lock")):
            if not comes.until:
                return Unmet("brought", use, package=names[0], by=comes.by)
            if not any(installed.brought[n].until == "" for n in names if n in installed.brought):
                return Unmet("dropped", use, package=names[0], by=comes.by, detail=comes.until)
            return None
        for kind, group in (("development", installed.develop), ("elsewhere", installed.elsewhere)):
            if named := next((n for n in names if n in group), ""):
                return Unmet(kind, use, package=named)
        return Unmet("board", use) if top in board_modules() else self._nowhere(use, top, names, installed)

    def _nowhere(self, use: Use, top: str, names: tuple[str, ...], installed: Installed) -> Unmet | None:
        """Nothing that is listed or brings other things is known to have it."""
        lies = self._lies_in(top)
        if lies is not None:
            if self.code.open_path or any(lies == f or lies.startswith(f"{f}/") or not f for f in installed.folders):
                return None
        if is_listed_import(top) or any(is_known(n) or n in counts() for n in names):
            often = max(counts().get(n, 0) for n in names) >= OFTEN
            sure = not installed.unread and (installed.whole or not installed.unknown or not often)
            return Unmet("package", use, package=advised(names[0]), sure=sure)
        if lies is not None and not self._vendored(lies):
            return Unmet("path", use, detail=lies)
        if top.endswith(_MADE_BY_TOOLS) or self.code.open_path or installed.unread:
            return None
        ignored = self._ignored("", top)
        if ignored:
            return Unmet("file", use, package=f"{top}.py", detail=ignored)
        return Unmet("package", use, sure=not installed.unknown)

    def _alike(self, installed: Installed, top: str, names: tuple[str, ...]) -> bool:
        """Whether something is named so that it may provide the module; of what little is known, a likeness is enough."""
        word = top.lower().replace("_", "").replace("-", "")
        if not is_listed_import(top) and any(word in (_bare(name), _whole(name)) for name in installed.names):
            return True
        for name in installed.unknown:
            bare = name.replace("-", "")
            if (word in bare and len(word) > 2) or (len(bare) > 4 and bare in word) or any(n in name for n in names):
                return True
            if len(_words(name) & _words(top)) >= _WORDS_ALIKE:
                return True
        return False

    def _vendored(self, folder: str) -> bool:
        """Whether packages were installed into a folder, so that what lies there is no code of the project's own."""
        return any(path.startswith(f"{folder}/") and ".dist-info/" in path for path in self.app.workspace.files)

    def _lies_in(self, top: str) -> str | None:
        """The folder of the repository, off the import path, that holds a module of that name."""
        for path in sorted(self.code.files, key=lambda p: (p.count("/"), p)):
            for tail in (f"/{top}.py", f"/{top}/__init__.py"):
                if path.endswith(tail):
                    return path.removesuffix(tail)
        return None
