"""Whether Gemfile.lock fits the Gemfile, as Bundler's frozen install judges it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.buildpacks import Outcome
from herolint.finding import Place
from herolint.formats.gem_requirement import version
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.building.gemfile import Gemfile
    from herolint.app.model import App
    from herolint.formats.gemfile_lock import GemfileLock

_CONDITION = lazy(r"\s*(=|!=|>=|<=|~>|>|<)?\s*(\S+)\s*\Z")


def outcomes(app: App, gemfile: Gemfile, lock: GemfileLock) -> Iterator[Outcome]:
    """What Bundler stops at. Groups that are not installed count too: it compares all."""
    yield from _gems(gemfile, lock)
    yield from _requirements(gemfile, lock)
    yield from _sources(gemfile, lock)
    yield from _moved(gemfile, lock)
    yield from _folders(app, gemfile)


def _gems(gemfile: Gemfile, lock: GemfileLock) -> Iterator[Outcome]:
    """Gems that one of the two files has and the other lacks."""
    if not gemfile.complete or gemfile.included or gemfile.gemspec or not lock.gems:
        return
    locked = {dependency.name for dependency in lock.dependencies}
    missing = [gem for gem in gemfile.gems if gem.name not in locked and not gem.conditional and not gem.platforms]
    asked = {gem.name for gem in gemfile.gems}
    extra = [dependency for dependency in lock.dependencies if dependency.name not in asked]
    if not missing and not extra:
        return
    places = [gem.at for gem in missing] + [Place("Gemfile.lock", dependency.span) for dependency in extra]
    names = [gem.name for gem in missing] or [dependency.name for dependency in extra]
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    yield Outcome(
        "lock-stale",
        True,
        f"Gemfile.lock knows nothing of {names[0]}{more}: the Gemfile was changed after it"
        if missing
        else f"the Gemfile no longer asks for {names[0]}{more}, and Gemfile.lock still does",
        places[0],
        "the build stops: Bundler installs only what the lock file says, and the Gemfile differs from it",
        "run `bundle install` and commit Gemfile.lock",
        tuple(Place(at.path, at.span, "not in the other file") for at in places[1:4]),
    )


def _requirements(gemfile: Gemfile, lock: GemfileLock) -> Iterator[Outcome]:
    """Gems of which the Gemfile asks for other versions than it did when the lock was made, whatever the lock holds."""
    recorded = {dependency.name: dependency for dependency in lock.dependencies}
    names = [gem.name for gem in gemfile.gems]
    for gem in gemfile.gems:
        known = recorded.get(gem.name)
        if known is None or gem.conditional or gem.origin is not None or not gem.literal or names.count(gem.name) > 1:
            continue
        asked, before = _canonical(gem.requirement), _canonical(known.requirement)
        if asked is not None and before is not None and asked != before:
            yield Outcome(
                "lock-stale",
                True,
                f"the Gemfile asks for {gem.name} {gem.requirement or 'in any version'}, and Gemfile.lock was made for "
                + (known.requirement or "any version"),
                Place(gem.at.path, gem.at.span, "changed since the lock was made"),
                "the build stops: Bundler installs only what the lock file says, and the Gemfile differs from it",
                "run `bundle install` and commit Gemfile.lock",
                (Place("Gemfile.lock", known.span, "recorded here"),),
            )
            return


def _canonical(requirement: str) -> frozenset[tuple[str, object]] | None:
    """The conditions, those that mean the same as one; None where one of them cannot be read."""
    found: set[tuple[str, object]] = set()
    for condition in requirement.split(",") if requirement.strip() else ():
        match = _CONDITION.match(condition)
        bound = version(match[2]) if match is not None else None
        if match is None or bound is None:
            return None
        operator = match[1] or "="
        if operator == "~>":
            found.add((operator, match[2]))  # `~> 1.0` and `~> 1.0.0` differ
        elif (operator, bound) != (">=", ()):
            found.add((operator, bound))
    return frozenset(found)


def _sources(gemfile: Gemfile, lock: GemfileLock) -> Iterator[Outcome]:
    """The one source of the Gemfile is another than the one of the lock."""
    remotes = {gem.remote.rstrip("/") for gem in lock.gems if gem.kind == "gem" and gem.remote}
    sources = {url.rstrip("/"): at for url, at in gemfile.sources}
    if len(sources) != 1 or len(remotes) != 1 or any(gem.origin is not None for gem in gemfile.gems):
        return
    ((url, at),) = sources.items()
    (remote,) = remotes
    if "://" in url and url.partition("://")[2] != remote.partition("://")[2]:
        yield Outcome(
            "lock-stale", True, f"the Gemfile takes gems from {url}, and Gemfile.lock from {remote}", Place(at.path, at.span, "another source"),
            "the build stops: Bundler installs only what the lock file says, and the Gemfile differs from it",
            "run `bundle install` and commit Gemfile.lock",
        )  # fmt: skip


def _moved(gemfile: Gemfile, lock: GemfileLock) -> Iterator[Outcome]:
    """A gem that was taken from a folder or from git when the lock was made, and no longer is."""
    if not gemfile.complete or gemfile.included or gemfile.gemspec:
        return
    for gem in gemfile.gems:
        locked = lock.gem(gem.name)
        if locked is None or locked.kind not in ("path", "git") or gem.origin is not None or gem.conditional or not locked.remote:
            continue
        yield Outcome(
            "lock-stale", True, f"Gemfile.lock takes {gem.name} from {locked.remote}, and the Gemfile from the gem server",
            Place(gem.at.path, gem.at.span, "another source"),
            "the build stops: Bundler installs only what the lock file says, and the Gemfile differs from it",
            "run `bundle install` and commit Gemfile.lock",
            (Place("Gemfile.lock", locked.span, "recorded here"),),
        )  # fmt: skip
        return


def _folders(app: App, gemfile: Gemfile) -> Iterator[Outcome]:
    """Gems from folders that are not in the repository."""
    for gem in gemfile.gems:
        if gem.origin is None or gem.origin[0] != "path" or gem.conditional or not gem.origin[1]:
            continue
        folder = posixpath.normpath(gem.origin[1])
        if not app.workspace.is_dir(folder) and folder not in app.slug:
            yield Outcome(
                "not-installable", True, f"{gem.name} lies in {gem.origin[1]}, which is not in the repository",
                Place(gem.at.path, gem.at.span, "not there"), "the build stops: Failed to install gems via Bundler",
                "commit the folder, or take the gem from git or a gem server",
            )  # fmt: skip
