"""What the Ruby buildpack will say: its Ruby, and whether Bundler takes the lock file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.ruby_build import WantedRuby, builds_ruby, required_ruby, wanted_ruby
from herolint.app.buildpacks import Outcome, ruby_advice, ruby_breaks, ruby_locks
from herolint.finding import Confidence, Place
from herolint.formats.gem_requirement import satisfies

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.gemfile_lock import GemfileLock
    from herolint.platforms.languages import RubyVersion

_ANY_PLATFORM = ("ruby", "java", "x86_64-linux")
"""Starts of the platforms that go with a dyno, JRuby's included."""
_PATCHES_TO_COME = 8
"""How many releases of a minor version may have come after the table was made."""
_UPDATE = "run `bundle update --ruby` and commit Gemfile.lock"


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come. Without a lock file nothing else is looked at."""
    lock = app.gemfile_lock
    if not builds_ruby(app):
        return
    if lock is None or any(problem.path == "Gemfile.lock" for problem in lock.problems):
        yield from _unreadable(app)
        return
    if lock.conflict is not None:
        yield Outcome(
            "lock-stale", True, "Gemfile.lock holds the markers of a merge that was not solved", Place("Gemfile.lock", lock.conflict),
            "the build stops: Cannot parse Gemfile.lock", "run `bundle install` after choosing one side, and commit Gemfile.lock",
        )  # fmt: skip
        return
    wanted = wanted_ruby(app)
    if wanted.engine:
        yield from ruby_advice.java(app)
        return  # JRuby's versions are another list, and its locks other platforms
    found = list(_version(app, wanted)) or list(_unmet(app, wanted)) or list(_age(app, wanted))
    yield from found
    if not any(one.fails for one in found):
        yield from ruby_breaks.outcomes(app, wanted, lock)
    yield from ruby_breaks.uncompiled(app, lock)
    yield from _platforms(lock)
    if app.gemfile is not None:
        yield from ruby_locks.outcomes(app, app.gemfile, lock)
    yield from ruby_advice.outcomes(app, lock)


def _unreadable(app: App) -> Iterator[Outcome]:
    """A lock that is there and no text as Bundler reads it."""
    source = app.source("Gemfile.lock") if "Gemfile.lock" in app.slug else None
    if source is not None and source.data and (source.is_binary or source.encoding.startswith("utf-16")):
        yield Outcome(
            "lock-stale", True, "Gemfile.lock is not UTF-8 text", Place("Gemfile.lock"),
            "the build stops: Cannot parse Gemfile.lock", "run `bundle lock` and commit the new one",
        )  # fmt: skip


def _version(app: App, wanted: WantedRuby) -> Iterator[Outcome]:
    """The version of the lock cannot be had."""
    ruby = app.platform.ruby
    if wanted.version is None:
        return
    minor = _minor(wanted.version)
    row = ruby.version(minor)
    if satisfies(wanted.version, f">= {ruby.oldest}.a") is False:
        yield Outcome(
            "version-invalid",
            True,
            f"no stack that still builds has Ruby {wanted.version}: the oldest is {ruby.oldest}",
            wanted.at,
            "the build stops: the Ruby version is not available on the stack",
            f'test the app on Ruby {ruby.newest.minor}, write `ruby "~> {ruby.newest.latest}"` into the Gemfile, and {_UPDATE}',
        )
    elif _never_made(row, minor, wanted.version, ruby.newest):
        newest = f"the newest {minor} is {row.latest}" if row is not None else f"the newest is {ruby.newest.latest}"
        yield Outcome(
            "version-invalid",
            True,
            f"there is no Ruby {wanted.version} ({newest}, as of {app.platform.checked})",
            wanted.at,
            "the build stops: The Ruby version you are trying to install does not exist",
            f"take Ruby {(row or ruby.newest).latest}, and {_UPDATE}",
            confidence=Confidence.MEDIUM,
        )


def _unmet(app: App, wanted: WantedRuby) -> Iterator[Outcome]:
    """The Gemfile's `ruby` line refuses the Ruby that is installed."""
    ruby = app.platform.ruby
    required = required_ruby(app)
    line = app.gemfile.ruby if app.gemfile is not None else None
    if required is None or not required.requirement or line is None or line.engine:
        return
    installed = wanted.version or ruby.default
    if satisfies(installed, required.requirement) is not False:
        return
    assumed = wanted.version is None
    fitting = [row for row in ruby.versions if _touches(row, required.requirement)]
    source = f"Gemfile.lock names {installed}" if not assumed else f"Gemfile.lock names no Ruby, so that the build takes {installed}"
    yield Outcome(
        "version-invalid",
        True,
        f"the Gemfile demands Ruby {required.requirement}" + (f", and {source}" if fitting else ", which no stack that still builds has"),
        required.at,
        f"the build stops: Your Ruby version is {installed}, but your Gemfile specified {required.requirement}",
        _UPDATE if fitting else f'test the app on Ruby {ruby.newest.minor}, write `ruby "~> {ruby.newest.latest}"`, and {_UPDATE}',
        () if assumed else (Place(wanted.at.path, wanted.at.span, "the build installs this one"),),
        # An app that was deployed before keeps the version that it had then.
        Confidence.MEDIUM if assumed and fitting else Confidence.HIGH,
    )


def _age(app: App, wanted: WantedRuby) -> Iterator[Outcome]:
    """The build warns of the version, or of none."""
    ruby = app.platform.ruby
    if wanted.version is None:
        unread = ".ruby-version" in app.slug
        yield Outcome(
            "version-old",
            False,
            f"Gemfile.lock names no Ruby: a new app gets {ruby.default}" + (", whatever .ruby-version says" if unread else ""),
            wanted.at,
            "every build warns: You have not declared a Ruby version in your Gemfile",
            f"write `ruby {_line(app, unread)}` into the Gemfile, and {_UPDATE}",
            (Place(".ruby-version", None, "the buildpack does not read it"),) if unread else (),
        )
        return
    row = ruby.version(_minor(wanted.version))
    if row is not None and row.end_of_life <= app.today:
        yield Outcome(
            "version-old",
            False,
            f"Ruby {row.minor} has reached its end of life ({row.end_of_life.isoformat()})",
            wanted.at,
            "the build warns, and there are no security fixes; the next stack may not have it",
            f"test the app on Ruby {ruby.newest.minor}, raise the Gemfile's `ruby` line, and {_UPDATE}",
        )


def _line(app: App, unread: bool) -> str:
    return 'file: ".ruby-version"' if unread else f'"~> {app.platform.ruby.newest.latest}"'


def _platforms(lock: GemfileLock) -> Iterator[Outcome]:
    names = [name for name, _ in lock.platforms]
    if names and not any(name.startswith(_ANY_PLATFORM) for name in names):
        yield Outcome(
            "lock-stale",
            True,
            f"Gemfile.lock is for {' and '.join(names)} only, and dynos run x86_64-linux",
            Place("Gemfile.lock", lock.platforms[0][1]),
            "the build stops: Your bundle only supports other platforms than x86_64-linux",
            "run `bundle lock --add-platform x86_64-linux` and commit Gemfile.lock",
        )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _patch(version: str) -> int:
    """The third number; that of a pre-release is 0."""
    last = version.split(".")[2] if version.count(".") >= 2 else ""
    return int(last) if last.isdigit() else 0


def _never_made(row: RubyVersion | None, minor: str, version: str, newest: RubyVersion) -> bool:
    """Whether nobody made that release: a minor version between two known ones, or a patch far above the newest."""
    if row is None:
        return satisfies(minor, f"< {newest.minor}") is True
    return _patch(version) > _patch(row.latest) + _PATCHES_TO_COME


def _touches(row: RubyVersion, requirement: str) -> bool:
    """Whether some release of a minor version meets a requirement."""
    return any(satisfies(f"{row.minor}.{patch}", requirement) for patch in range(_patch(row.latest) + 3))
