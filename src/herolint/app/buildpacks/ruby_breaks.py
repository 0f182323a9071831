"""Gems that cannot be compiled for a dyno, or do not run with the Ruby that is installed, from a dated table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.ruby_build import WantedRuby, installed_gems
from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.formats.gem_requirement import satisfies
from herolint.knowledge import gems

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.gemfile_lock import GemfileLock

_NO_LIBRARIES = ("ruby", "node")
"""Languages whose buildpacks bring no header files."""
_PUBLIC = "rubygems.org"


def outcomes(app: App, wanted: WantedRuby, lock: GemfileLock) -> Iterator[Outcome]:
    """Released gems alone: a fork, or a source that sells long support, may well run."""
    ruby = wanted.version or app.platform.ruby.default
    installed = installed_gems(app)
    for row in gems.load().with_ruby:
        locked = lock.gem(row.gem)
        if locked is None or row.gem not in installed or locked.kind != "gem" or _PUBLIC not in locked.remote:
            continue
        if satisfies(locked.version, f"< {row.below}.a") and satisfies(ruby, f">= {row.ruby}"):
            yield Outcome(
                "not-together",
                True,
                f"{row.name} {locked.version} does not run with Ruby {ruby}: {row.reason}",
                Place("Gemfile.lock", locked.span, f"too old for Ruby {row.ruby}"),
                "the app fails as it is loaded: in the build when assets are compiled, else when web starts (H10); "
                f"no stack that still builds has a Ruby older than {app.platform.ruby.oldest}",
                f"raise {row.name} to {row.below} or newer, one minor version at a time",
                (Place(wanted.at.path, wanted.at.span, "this Ruby is installed"),) if wanted.version else (),
                Confidence.HIGH,
            )


def uncompiled(app: App, lock: GemfileLock) -> Iterator[Outcome]:
    """Gems whose sources want a library's header files, where nothing but the build image can give them."""
    if app.aptfile is not None or any(
        one.buildpack is None or one.buildpack.language not in _NO_LIBRARIES for one in app.listed_buildpacks
    ):
        return
    installed = installed_gems(app)
    for row in gems.load().uncompiled:
        locked = lock.gem(row.gem)
        asked = installed.get(row.gem)
        if locked is None or asked is None or not asked.sure or locked.kind != "gem" or not satisfies(locked.version, f"< {row.below}"):
            continue
        yield Outcome(
            "not-installable",
            True,
            f"{row.gem} {locked.version} is compiled against {row.library}'s header files, which the build image has not",
            Place("Gemfile.lock", locked.span, "cannot be compiled"),
            "the build stops: Failed to install gems via Bundler",
            f"put it into the groups development and test, or raise it to {row.below} or newer, which brings {row.library} along",
        )
