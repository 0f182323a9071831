"""Whether Go lists, fetches and links the packages that the build asks for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.go_build import install_spec, is_vendored, listed_files, matches, tags_of, wanted_go
from herolint.app.buildpacks import Outcome
from herolint.app.linking.codebase import MAX_SOURCE_BYTES
from herolint.finding import Place
from herolint.formats.go_constraint import Has, expression_holds, line_holds
from herolint.formats.go_header import GoHeader, read_header

if TYPE_CHECKING:
    from herolint.app.building.go_build import InstallSpec, MainPackage
    from herolint.app.model import App
    from herolint.formats.go_lines import Replace
    from herolint.formats.go_mod import GoMod


class _Listed(msgspec.Struct):
    """A folder with Go files that are built: its packages by name, each with the file that names it first, and what it imports."""

    names: dict[str, Place]
    imports: dict[str, Place]


def outcomes(app: App) -> Iterator[Outcome]:
    """What stops the build, in the order in which it would: the workspace, the list of packages, modules, the programs."""
    document = app.go_mod
    if document is None or document.module is None:
        return
    spec = install_spec(app)
    yield from _workspace(app)
    yield from _spec(app, spec)
    packages = _packages(app)
    if not (spec.origin and "Procfile" in app.slug):
        yield from _mixed(packages)
    built = [package for package in app.go_commands if not spec.origin or any(matches(pattern, package) for pattern in spec.patterns)]
    if len(app.buildpacks) <= 1 and not app.config_var("GOFLAGS"):
        yield from _modules(app, document, packages, built)
    yield from _programs(app, spec, built, packages)


def _stops(message: str, at: Place, log: str, fix: str, *related: Place) -> Outcome:
    return Outcome("not-built", True, message, at, f"the build stops: {log}", fix, related)


def _packages(app: App) -> dict[str, _Listed]:
    """The folders whose files a dyno's build takes; tests are left out."""
    found: dict[str, _Listed] = {}
    has = tags_of(app)
    for path in listed_files(app):
        source = app.document(path) if not path.endswith("_test.go") else None
        if source is None or source.is_binary or len(source.data) > MAX_SOURCE_BYTES:
            continue
        header = read_header(source)
        if not header.package or header.package == "documentation" or not _is_built(header, has):
            continue
        folder = found.setdefault(posixpath.dirname(path), _Listed({}, {}))
        folder.names.setdefault(header.package, Place(path, header.package_span))
        for name, span in header.imports:
            folder.imports.setdefault(name, Place(path, span))
    return found


def _is_built(header: GoHeader, has: Has) -> bool:
    lines = [text for name, text in header.constraints if name == "go:build"]
    if lines:
        return expression_holds(lines[0], has) is not False
    return all(line_holds(text, has) for name, text in header.constraints if name == "+build")


def _workspace(app: App) -> Iterator[Outcome]:
    work = app.go_work
    if work is None or not work.uses:
        return
    for use in work.uses:
        folder = posixpath.normpath(use.text)
        if not folder.startswith("..") and posixpath.normpath(posixpath.join(folder, "go.mod")) not in app.slug:
            yield _stops(
                f"go.work uses {use.text}, and there is no go.mod in it", Place("go.work", use.span, "no module"),
                "cannot load module listed in go.work file", "take the line out, or commit the folder",
            )  # fmt: skip
            return
    if all(posixpath.normpath(use.text) != "." for use in work.uses):
        yield _stops(
            "go.work leaves out the module at the root, which is the one that is built", Place("go.work", work.uses[0].span, "other modules only"),
            "current directory is contained in a module that is not one of the workspace modules", "add `use .` to go.work, or delete the file",
        )  # fmt: skip


def _spec(app: App, spec: InstallSpec) -> Iterator[Outcome]:
    """Packages that the owner asks for and that are not there."""
    at = Place(spec.at.path, spec.at.span, "built")
    if spec.origin and not spec.patterns:
        yield _stops("`+heroku install` names no package, so that the comment itself is taken for one", at,
                     "malformed import path", "write the packages behind it (`./cmd/...`), or delete the line")  # fmt: skip
    for pattern in spec.patterns:
        folder = posixpath.normpath(pattern)
        if pattern.startswith("./") and "..." not in pattern and "\r" not in pattern:
            if not any(posixpath.dirname(path) == ("" if folder == "." else folder) and path.endswith(".go") for path in app.slug):
                yield _stops(
                    f"{pattern} is to be built, and there are no Go files in it", at, f"no Go files in {folder}", "name the right folder"
                )


def _mixed(packages: dict[str, _Listed]) -> Iterator[Outcome]:
    for folder, listed in packages.items():
        if len(listed.names) > 1:
            (one, first), (other, second) = list(listed.names.items())[:2]
            yield _stops(
                f"{folder or 'the root'} holds two packages, {one} and {other}", Place(second.path, second.span, "another package"),
                f"found packages {one} and {other}", "give each package its own folder, or keep scripts out with `//go:build ignore`",
                Place(first.path, first.span, "the first"),
            )  # fmt: skip
            return


def _programs(app: App, spec: InstallSpec, built: list[MainPackage], packages: dict[str, _Listed]) -> Iterator[Outcome]:
    for package in built:
        named = packages.get(package.folder)
        if len(package.entries) > 1:
            yield _stops(
                f"{package.folder or 'the root'} holds {len(package.entries)} programs in one package: `main` is declared more than once",
                Place(package.entries[1].path, package.entries[1].span, "once more"), "main redeclared in this block",
                "give each program its own folder, or keep scripts out with `//go:build ignore`", package.entries[0],
            )  # fmt: skip
        elif not package.entries and named is not None and len(named.names) == 1:
            yield _stops(
                f"{package.folder or 'the root'} is a `package main` without a function `main`", named.names.get("main", Place("go.mod")),
                "function main is undeclared in the main package", "rename the package, or add the function",
            )  # fmt: skip
    if not app.go_commands and not spec.origin and "" not in packages and packages:
        yield _stops("no package of the module is a program, and there are no Go files at the root", Place("go.mod"), "no Go files",
                     "add a `package main`, or name what to build with `// +heroku install` in go.mod")  # fmt: skip


# ---- modules ----------------------------------------------------------------------------------------------------------


def _modules(app: App, document: GoMod, packages: dict[str, _Listed], built: list[MainPackage]) -> Iterator[Outcome]:
    """Imports of the programs' code that no module brings, replacements that are not there, modules that go.sum does not know."""
    if is_vendored(app) or (app.go_work is not None and len(app.go_work.uses) > 1) or _mends_by_itself(app):
        return
    root = document.module.text if document.module is not None else ""
    nested = {posixpath.dirname(path) for path in app.slug if path.endswith("/go.mod")}
    sums = app.document("go.sum")
    known = {tuple(line.split()[:2]) for line in sums.text.splitlines()} if sums is not None and not sums.is_binary else set()
    replaced = {replace.old.text: replace for replace in document.replaces}
    told: set[str] = set()
    made = "bin/go-pre-compile" in app.slug
    for name, at in _reached(root, packages, built).items():
        if name == root or name.startswith(f"{root}/"):
            folder = name.removeprefix(root).lstrip("/")
            if made or nested or any(posixpath.dirname(path) == folder and path.endswith(".go") for path in app.slug):
                continue
            yield Outcome(
                "not-installable", True, f"{name} is a package of the module itself, and there are no Go files in {folder or 'the root'}",
                Place(at.path, at.span, "imported here"), f"the build stops: package {name} is not in the module",
                "commit the package, or have `bin/go-pre-compile` generate it",
            )  # fmt: skip
            return
        modules = (r for r in document.requires if name == r.path or name.startswith(f"{r.path}/"))
        wanted = max(modules, key=lambda r: len(r.path), default=None)
        if wanted is None:
            if not any(name == old or name.startswith(f"{old}/") for old in replaced) and not nested:
                yield Outcome(
                    "lock-stale", True, f"{name} is imported, and go.mod requires no module that has it", Place(at.path, at.span, "imported here"),
                    f"the build stops: no required module provides package {name}", "run `go mod tidy` and commit go.mod and go.sum",
                )  # fmt: skip
                return
            continue
        if wanted.path in told:
            continue
        told.add(wanted.path)
        if wanted.path in replaced:
            yield from _replacement(app, replaced[wanted.path], at)
        elif (wanted.path, wanted.version) not in known:
            yield Outcome(
                "lock-stale", True, f"go.sum does not know {wanted.path} {wanted.version}", Place("go.mod", wanted.span, "not in go.sum"),
                f"the build stops: missing go.sum entry for module providing package {name}", "run `go mod tidy` and commit go.sum",
                (Place(at.path, at.span, "imported here"),),
            )  # fmt: skip
            return


def _replacement(app: App, replace: Replace, at: Place) -> Iterator[Outcome]:
    """A module that a folder stands in for, where that folder is not pushed; `at` is an import of it."""
    target = replace.new.text
    if target.startswith(("./", "../", "/")) and posixpath.normpath(posixpath.join(target, "go.mod")) not in app.slug:
        yield Outcome(
            "not-installable", True, f"{replace.old.text} is replaced by {target}, which is not in the repository",
            Place("go.mod", replace.new.span, "not there"), f"the build stops: replacement directory {target} does not exist",
            "commit the module inside the repository, or take the `replace` out", (Place(at.path, at.span, "imported here"),),
        )  # fmt: skip


def _reached(root: str, packages: dict[str, _Listed], built: list[MainPackage]) -> dict[str, Place]:
    """What the programs' code imports from outside Go's own library, through the module's own packages."""
    found: dict[str, Place] = {}
    queue = [package.folder for package in built]
    seen: set[str] = set()
    while queue:
        folder = queue.pop()
        if folder in seen or folder not in packages:
            continue
        seen.add(folder)
        for name, at in packages[folder].imports.items():
            if name == root or name.startswith(f"{root}/"):
                own = name.removeprefix(root).lstrip("/")
                queue.append(own)
                if own not in packages:
                    found.setdefault(name, at)
            elif "." in name.partition("/")[0] and not name.startswith("."):
                found.setdefault(name, at)
    return found


def _mends_by_itself(app: App) -> bool:
    """Whether the Go of the build writes into go.mod and go.sum what they lack."""
    go = app.platform.go
    return _minor(wanted_go(app).release or go.latest[go.default]) < _minor(go.reads_only_since)


def _minor(release: str) -> tuple[int, int]:
    numbers = release.removeprefix("go").split(".")[:2]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 and all(n.isdigit() for n in numbers) else (0, 0)
