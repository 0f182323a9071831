"""What the package index tells of a slug's packages: all that is installed, as uv resolves it, and sizes that no lock or table has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.python_build import python_minor
from herolint.knowledge.packages import release

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.slug.slug_size import Wanted
    from herolint.online import Online, Release


def asked(app: App, online: Online, wanted: Wanted) -> Wanted:
    """What is wanted, with what the index adds to it: what is not known exactly, by lock or table, is asked for."""
    if app.dependencies.own_index:
        return wanted  # names of private packages are nobody's business, and the other index may have builds of its own
    elsewhere = {one.name for one in app.dependencies.packages.values() if one.elsewhere}
    open_questions = [pair for pair in wanted.packages if pair[0] not in elsewhere and not _is_known(*pair, wanted)]
    if not open_questions:
        return wanted
    python, platform = python_minor(app), app.platform.image.wheels
    if not wanted.locked and not wanted.cpu_index:
        resolved = online.resolve(_requirements(app, wanted), python, platform)
        if resolved:
            return _resolved(wanted, resolved)
    found = online.releases(open_questions, python, platform)
    if not any(one.size for one in found.values()):
        return wanted
    wheels = wanted.wheels | {name: one.size for name, one in found.items() if one.size}
    return msgspec.structs.replace(wanted, wheels=wheels, evidence=f"{wanted.evidence}, and the package index")


def _is_known(name: str, version: str | None, wanted: Wanted) -> bool:
    """Whether it needs no question: its size stands in a lock, that very release was weighed, or no public index has such a build."""
    if name in wanted.wheels or (version is not None and "+" in version):
        return True
    row = release(name, version)
    return row is not None and (row.source_only or row.version == version)


def _requirements(app: App, wanted: Wanted) -> Iterator[str]:
    """The requirements by name; what comes from an address, a path or a repository, and what has no wheel, is left out."""
    from packaging.requirements import InvalidRequirement, Requirement

    names = dict(wanted.packages)
    for one in app.dependencies.packages.values():
        if one.name not in names or one.elsewhere or not one.direct or "+" in (one.version or "") or _is_built(one.name):
            continue
        extras = f"[{','.join(one.extras)}]" if one.extras else ""
        try:
            asked_for = Requirement(f"{one.name}{extras}{one.specifier}")
        except InvalidRequirement:
            continue
        if asked_for.url is None:
            yield str(asked_for)


def _is_built(name: str) -> bool:
    row = release(name, None)
    return row is not None and row.source_only


def _resolved(wanted: Wanted, resolved: dict[str, Release]) -> Wanted:
    """The whole of what is installed; what could not be asked for is kept, with what the table says that it pulls in."""
    packages: dict[str, str | None] = {name: one.version for name, one in resolved.items()}
    for name, version in wanted.packages:
        if name not in packages:
            packages[name] = version
            row = release(name, version)
            for other in row.closure if row is not None else ():
                packages.setdefault(other, None)
    wheels = {name: one.size for name, one in resolved.items() if one.size}
    evidence = "the package index, as uv resolves the requirements"
    return msgspec.structs.replace(wanted, packages=tuple(packages.items()), locked=True, wheels=wheels, by_extras={}, evidence=evidence)
