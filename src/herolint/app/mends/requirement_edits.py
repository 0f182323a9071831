"""How a requirement that cannot be installed is mended."""

from __future__ import annotations

import posixpath
import re

from herolint.app.mends.manifest_edits import asked_for
from herolint.app.model import App
from herolint.changes import Change
from herolint.edits import requirements
from herolint.edits.text import replaced_in
from herolint.finding import Fix
from herolint.formats.requirements import Requirement
from herolint.knowledge import installs
from herolint.source import SourceFile


def _listed(app: App, name: str) -> tuple[SourceFile, Requirement] | None:
    """The only line that asks for a distribution, where pip installs from lines."""
    if app.dependencies.manager != "pip" or app.requirements is None:
        return None
    found = [item for item in app.requirements.items if item.name == name]
    source = app.source(found[0].file) if len(found) == 1 else None
    return (source, found[0]) if source is not None else None


def refused(app: App, row: installs.Refused, name: str) -> Fix:
    """What does the same on a dyno, or the line for the system that it works on, or none."""
    listed = _listed(app, name)
    if row.instead:
        edits: tuple[Change, ...] = (
            requirements.replaced(*listed, asked_for(app, row.instead, in_place_of=name)) if listed is not None else ()
        )
        return Fix(f"write `{row.instead}` instead", edits)
    system = next((platform for word, platform in (("Windows", "win32"), ("macOS", "darwin")) if word in row.reason), None)
    if system is not None:
        words = f"delete it, or keep it for where it works: `{name}; sys_platform == '{system}'`"
        return Fix(words, requirements.only_on(*listed, system) if listed is not None else (), safe=True)
    return dropped(app, name, safe=row.needless) if row.needless else Fix("delete it")


def dropped(app: App, name: str, *, safe: bool = True) -> Fix:
    """The file without the line."""
    listed = _listed(app, name)
    return Fix("delete the line", requirements.without(*listed) if listed is not None else (), safe)


def called(app: App, name: str, real: str) -> Fix:
    """The distribution in the place of its module's name; the version that stands there is not one of its own."""
    listed = _listed(app, name)
    return Fix(f"write `{real}`", requirements.replaced(*listed, asked_for(app, real, in_place_of=name)) if listed is not None else ())


def over_https(app: App, requirement: Requirement) -> Fix:
    """The same repository by an address that is answered."""
    source = app.source(requirement.file)
    old = "git+git://" if requirement.url.startswith("git+git://") else "git://"
    edits = replaced_in(source, requirement.span, old, "git+https://") if source is not None else ()
    return Fix(f"write `git+https://{requirement.url.partition('://')[2]}`", edits, safe=True)


_WHEEL = re.compile(r"[A-Za-z0-9_.]+-(?P<version>[0-9][A-Za-z0-9_.!]*)-[^-]+-[^-]+-[^-]+\.whl")


def from_index(app: App, requirement: Requirement) -> Fix:
    """The distribution from the index, in the version that a wheel's name tells."""
    if not requirement.name:
        return Fix("install it from the index")
    name = requirement.raw_name
    wheel = _WHEEL.fullmatch(posixpath.basename(requirement.path.replace("\\", "/")))
    source = app.source(requirement.file)
    edits = requirements.replaced(source, requirement, f"{name}=={wheel['version']}") if source is not None and wheel is not None else ()
    return Fix(f"write `{name}==VERSION`; `pip list --format=freeze` prints that", edits)
