"""Requirements that no installer can fulfil on a dyno, and those that name no version."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from herolint.app.building.dependencies import Dependency, PythonDependencies
from herolint.app.building.python_build import builds_python, python_release
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.formats.requirements import InvalidLine, Requirement, Requirements, applies_on_linux
from herolint.knowledge import installs, releases
from herolint.knowledge.packages import distributions_for_import
from herolint.rules.build.outcomes import told
from herolint.rules.build.pins import uninstallable_pins
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule
from herolint.wording import some

_STOPS = "the build stops: Unable to install dependencies"
_SHOWN = 3
"""Lines that a finding points to."""


@rule("HL410", "requirement-uninstallable", ERROR, WARNING)
def requirement_uninstallable(app: App) -> Iterator[Finding]:
    """A requirement that cannot be installed on a dyno, or that the installer cannot read."""
    yield from uninstallable_pins(app)
    yield from told(app, "HL410", "not-installable")
    if "package.json" in app.slug:
        from herolint.app.buildpacks.node_breaking import node_breaks
        from herolint.rules.build.breaks import with_node

        yield from (with_node("HL410", broken) for broken in node_breaks(app) if broken.row.stage == "install")
    if not builds_python(app):
        return
    found = app.dependencies
    if found.manager == "pip" and app.requirements is not None and app.requirements.encoding_problem is None:
        yield from _lines(app, app.requirements)
    for dependency in found.packages.values():
        if not dependency.elsewhere:
            yield from _by_name(app, found, dependency)


# ---- by name and version ----------------------------------------------------------------------------------------------


def _by_name(app: App, found: PythonDependencies, dependency: Dependency) -> Iterator[Finding]:
    name, at = dependency.name, Place(dependency.at.path, dependency.at.span, "cannot be installed")
    row = next((row for row in installs.refused(name) if _concerns(row, found, dependency)), None)
    if row is not None:
        from herolint.app.mends.requirement_edits import refused

        yield report("HL410", f"{name} {row.reason}", at, why=_STOPS, fix=refused(app, row, name))
    elif name in installs.standard_modules() and not found.complete:
        from herolint.app.mends.requirement_edits import dropped

        yield _no_such(found, f"{name} is a module of Python itself and no distribution", at, dropped(app, name))
    elif name in installs.module_names() and not found.complete:
        real = next((d for module in (name, name.replace("-", "_")) for d in _distributions(module) if d != name), None)
        from herolint.app.mends.requirement_edits import called

        wanted = called(app, name, real) if real else "write the distribution's name"
        yield _no_such(found, f"`{name}` is what is imported; the distribution has another name", at, wanted)
    elif not found.complete:
        yield from _by_version(found, dependency, at)


def _concerns(row: installs.Refused, found: PythonDependencies, dependency: Dependency) -> bool:
    return installs.matches(row.versions, dependency.version) and row.installer in ("", found.manager)


def _distributions(module: str) -> tuple[str, ...]:
    """Distributions by the name of a module in any letter case."""
    for spelt in (module, module.upper(), {"mysqldb": "MySQLdb", "opengl": "OpenGL", "openssl": "OpenSSL"}.get(module, module)):
        found = distributions_for_import(spelt)
        if found and found != (module,):
            return found
    return ()


def _no_such(found: PythonDependencies, message: str, at: Place, fix: Fix | str) -> Finding:
    """A name that the public index does not have; another index may."""
    return report(
        "HL410",
        message,
        at,
        severity=WARNING if found.own_index else ERROR,
        why=_STOPS + " (No matching distribution found)",
        fix=fix,
        confidence=Confidence.MEDIUM if found.own_index else Confidence.HIGH,
    )


def _by_version(found: PythonDependencies, dependency: Dependency, at: Place) -> Iterator[Finding]:
    """Pins to releases that the index does not have."""
    if dependency.version is None or found.own_index or releases.offer(dependency.name, dependency.version, "3.13") is not None:
        return
    known = releases.releases(dependency.name, "3.13")
    if not known and "+" not in dependency.version:
        return
    from packaging.version import InvalidVersion, Version

    try:
        version = Version(dependency.version)
    except InvalidVersion:
        return
    if version.local is not None:
        yield report(
            "HL410",
            f"{dependency.name} {dependency.version} is a build (`+{version.local}`) that the public index does not have",
            at,
            why=_STOPS + " (No matching distribution found)",
            fix=f"write `=={version.public}`, or name the index that has it with `--extra-index-url`",
        )
    elif known and not version.is_prerelease and version not in known and version < max(known):
        yield report(
            "HL410",
            f"there is no release {dependency.version} of {dependency.name} (as of {releases.date()})",
            at,
            why=_STOPS + " (No matching distribution found)",
            fix=f"pin one that there is, e.g. {max(known)}",
        )


# ---- by line ----------------------------------------------------------------------------------------------------------


def _lines(app: App, found: Requirements) -> Iterator[Finding]:
    yield from _unreadable(found.invalid)
    python = python_release(app)
    for include in found.includes:
        if not include.found:
            yield report(
                "HL410", f"`{include.path}` is included and not in the repository", Place(include.file, include.span, "no such file"),
                why=_STOPS, fix=f"commit {include.path}, or delete the line",
            )  # fmt: skip
    applying = [requirement for requirement in found.items if applies_on_linux(requirement, python)]
    for requirement in applying:
        if requirement.path:
            yield from _path(app, requirement)
        elif requirement.url:
            yield from _address(app, requirement)
    yield from _contradictions(applying)


def _unreadable(invalid: Iterable[InvalidLine]) -> Iterator[Finding]:
    """Lines that pip refuses: one finding for each file and kind."""
    kinds: dict[tuple[str, str], list[InvalidLine]] = {}
    for line in invalid:
        if line.text:
            kinds.setdefault((line.file, line.message), []).append(line)
    for (file, message), lines in kinds.items():
        more = f" ({len(lines)} such lines)" if len(lines) > 1 else ""
        yield report(
            "HL410",
            f"pip refuses `{lines[0].text[:60]}`: {message}{more}",
            Place(file, lines[0].span, "not a requirement"),
            why="the build stops: Unable to install dependencies using pip",
            related=[Place(file, line.span, "likewise") for line in lines[1 : _SHOWN + 1]],
            fix="write one requirement on each line, with one version, such as `flask==3.1.1`",
        )


def _path(app: App, requirement: Requirement) -> Iterator[Finding]:
    path = requirement.path.replace("\\", "/")
    at = Place(requirement.file, requirement.span, "cannot be installed")
    name = requirement.raw_name or path
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:/", path):
        from herolint.app.mends.requirement_edits import from_index

        fix = from_index(app, requirement)
        yield report("HL410", f"{name} is a folder or file of another machine: {requirement.path[:60]}", at, why=_STOPS, fix=fix)
        return
    inside = posixpath.normpath(path)
    if inside.endswith(".whl") and _other_system(inside):
        yield report("HL410", f"{posixpath.basename(inside)} is a wheel for another system", at, why=_STOPS, fix=f"write `{name}==VERSION`")
    elif inside in app.slug:
        return
    elif inside != "." and not any(file.startswith(inside + "/") for file in app.slug):
        yield report(
            "HL410", f"`{path}` is not in the repository", at, why=_STOPS, fix="commit it, or install the distribution from the index"
        )
    elif not any(posixpath.normpath(posixpath.join(inside, file)) in app.slug for file in ("setup.py", "pyproject.toml", "setup.cfg")):
        yield report(
            "HL410", f"`{path}` has neither a pyproject.toml nor a setup.py", at, why=_STOPS,
            fix="add one, or delete the line: code in the repository can be imported as it is",
        )  # fmt: skip


def _other_system(wheel: str) -> bool:
    return re.search(r"-(?:win32|win_[a-z0-9]+|macosx_[a-z0-9_.]+|[a-z0-9_.]*aarch64|linux_armv\w+)\.whl\Z", wheel) is not None


def _address(app: App, requirement: Requirement) -> Iterator[Finding]:
    at, url = Place(requirement.file, requirement.span, "this address"), requirement.url
    name = requirement.raw_name or "a requirement"
    if re.match(r"git\+git://github\.com/|git://github\.com/", url):
        from herolint.app.mends.requirement_edits import over_https

        yield report(
            "HL410", f"{name} is fetched over git://, which GitHub no longer answers", at, why=_STOPS,
            fix=over_https(app, requirement),
        )  # fmt: skip
    elif url.startswith(("git+ssh:", "git@", "ssh:", "git+git@")):
        yield report(
            "HL410", f"{name} is fetched over SSH, and the build has no key", at, severity=WARNING,
            why="the build stops: Host key verification failed (unless a buildpack brings a key)",
            fix="use `git+https://` with a token, or a package index", confidence=Confidence.MEDIUM,
        )  # fmt: skip
    elif re.search(r"\$\{[A-Z0-9_]+\}", url):
        yield report(
            "HL410", f"{name} has a variable in its address, and pip does not see the app's config vars", at, severity=WARNING,
            why="the address stays as it is written, and the build stops there",
            fix="put the index with its token into the config var PIP_EXTRA_INDEX_URL, which pip does see", confidence=Confidence.MEDIUM,
        )  # fmt: skip
    elif url.endswith(".whl") and _other_system(url):
        yield report("HL410", f"{name} is a wheel for another system", at, why=_STOPS, fix=f"write `{name}==VERSION`")


def _contradictions(requirements: list[Requirement]) -> Iterator[Finding]:
    """Two pins of one distribution."""
    pins: dict[str, Requirement] = {}
    for requirement in requirements:
        if requirement.pinned is None:
            continue
        other = pins.setdefault(requirement.name, requirement)
        if other.pinned != requirement.pinned and _differ(other.pinned or "", requirement.pinned):
            yield report(
                "HL410",
                f"{requirement.name} is pinned twice: to {other.pinned} and to {requirement.pinned}",
                Place(requirement.file, requirement.span, "the second pin"),
                why="the build stops: Cannot install conflicting requirements",
                related=[Place(other.file, other.span, "the first")],
                fix="keep one of them",
            )


def _differ(one: str, other: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) != Version(other)
    except InvalidVersion:
        return one != other


# ---- no version -------------------------------------------------------------------------------------------------------


@rule("HL412", "dependency-unpinned", NOTE, needs=("python",))
def dependency_unpinned(app: App) -> Iterator[Finding]:
    """What is installed depends on the day of the build."""
    if not builds_python(app) or not app.root.deployed or app.dependencies.manager != "pip":
        return
    by_file: dict[str, list[Dependency]] = {}
    for dependency in app.dependencies.packages.values():
        told = any(True for _ in _by_name(app, app.dependencies, dependency))
        if not dependency.elsewhere and not told and _open(dependency.specifier):
            by_file.setdefault(dependency.at.path, []).append(dependency)
    for file, listed in by_file.items():
        names = some([dependency.name for dependency in listed], _SHOWN)
        yield report(
            "HL412",
            f"{names} come{'s' if len(listed) == 1 else ''} in whatever version is newest on the day of the build",
            Place(file, listed[0].at.span, "no upper bound"),
            why="a new release can break a deploy that changed nothing else",
            related=[Place(file, dependency.at.span, "likewise") for dependency in listed[1 : _SHOWN + 1]],
            fix="pin what you tested, e.g. with `pip freeze`, or use a lock file (uv, Poetry, Pipenv)",
        )


def _open(specifier: str) -> bool:
    """Whether any newer release fits."""
    clauses = [clause for clause in specifier.split(",") if clause]
    return not any(clause.startswith(("==", "~", "<", "^")) for clause in clauses)
