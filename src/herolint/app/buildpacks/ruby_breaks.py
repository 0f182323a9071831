"""Gems that do not run with the Ruby that is installed, from a dated table."""

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
