"""What the Ruby buildpack will do: which Ruby and which gems it installs, which processes and variables it adds.

As read from heroku-buildpack-ruby: it looks at Gemfile.lock alone, Bundler at the Gemfile beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Place
from herolint.formats.gem_requirement import satisfies

if TYPE_CHECKING:
    from herolint.app.building.gemfile import Gem
    from herolint.app.model import App

LEFT_OUT = ("development", "test")
"""Groups that are not installed unless the config var BUNDLE_WITHOUT says otherwise."""
_OTHER_PLATFORMS = frozenset({"mswin", "mingw", "x64_mingw", "windows", "jruby", "truffleruby", "rbx", "maglev"})
"""Windows, and Rubies of other makers (of which the lock may name one)."""
_RAILS_PROCESSES = {
    "web": "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV",
    "console": "bin/rails console",
    "rake": "bundle exec rake",
}  # fmt: skip
_OLD_RAILS_WEB = {3: "bundle exec rails server -p ${PORT:-5000}", 2: "bundle exec ruby script/server -p ${PORT:-5000}"}
_RACK_WEB = "bundle exec rackup config.ru -p ${PORT:-5000}"
_THIN_WEB = "bundle exec thin start -R config.ru -e $RACK_ENV -p ${PORT:-5000}"
_FIRST_WITH = {"SECRET_KEY_BASE": "4.1", "RAILS_SERVE_STATIC_FILES": "4.2", "RAILS_LOG_TO_STDOUT": "5.0"}
"""Variables of Rails apps by the first version that is given them."""


class WantedRuby(msgspec.Struct, frozen=True):
    """The version in Gemfile.lock (None: the buildpack takes its own default), where it stands, and the line where it cannot be read."""

    version: str | None
    origin: str
    at: Place
    engine: str = ""
    text: str = ""


class RequiredRuby(msgspec.Struct, frozen=True):
    """What the Gemfile demands of the Ruby that runs it: a requirement, and the file it comes from."""

    requirement: str
    at: Place
    met: bool | None
    """Whether the Ruby of the lock meets it; None where that cannot be told."""


class InstalledGem(msgspec.Struct, frozen=True):
    """A gem that will be on the dyno. `direct`: the Gemfile asks for it. `sure` is False where it may be left out."""

    name: str
    version: str | None
    at: Place
    direct: bool
    sure: bool


def builds_ruby(app: App) -> bool:
    """Whether Heroku's Ruby buildpack will build the app, maybe beside others."""
    if app.is_container or "Gemfile" not in app.slug:
        return False
    return any("ruby" in url for url in app.buildpacks) if app.buildpacks else app.language == "ruby"


def wanted_ruby(app: App) -> WantedRuby:
    """The Ruby version under RUBY VERSION in Gemfile.lock; nothing else counts."""
    lock = app.gemfile_lock
    if lock is None or lock.ruby_span is None:
        return WantedRuby(None, "", Place("Gemfile.lock" if lock is not None else ""))
    at = Place("Gemfile.lock", lock.ruby_span)
    return WantedRuby(lock.ruby, "Gemfile.lock", at, lock.engine[0] if lock.engine else "", lock.ruby_text)


def required_ruby(app: App) -> RequiredRuby | None:
    """The Gemfile's `ruby` line, or the version in the file that it names."""
    line = app.gemfile.ruby if app.gemfile is not None else None
    if line is None:
        return None
    requirement, at = line.requirement, line.at
    if line.file == ".ruby-version" and app.ruby_version_file is not None:
        requirement, at = app.ruby_version_file.version or "", Place(".ruby-version", app.ruby_version_file.span)
    version = wanted_ruby(app).version
    met = satisfies(version, requirement) if version is not None and requirement and not line.engine else None
    return RequiredRuby(requirement, at, met)


def left_out_groups(app: App) -> frozenset[str]:
    """Groups that are not installed."""
    given = app.config_var("BUNDLE_WITHOUT")
    optional = app.gemfile.optional if app.gemfile is not None else frozenset()
    return optional | frozenset(given.replace(" ", ":").split(":") if given else LEFT_OUT)


def installed_gems(app: App) -> dict[str, InstalledGem]:
    """The gems of the groups that are installed, with all that they need where a lock tells."""
    lock = app.gemfile_lock
    found: dict[str, InstalledGem] = {}
    for gem in _asked_for(app):
        locked = lock.gem(gem.name) if lock is not None else None
        if gem.name not in found or not gem.conditional:
            found[gem.name] = InstalledGem(gem.name, locked.version if locked else None, gem.at, True, not gem.conditional)
    if lock is None:
        return found
    if app.gemfile is None or not app.gemfile.complete or app.gemfile.included or app.gemfile.gemspec:
        # What is asked for does not stand in plain sight: everything in the lock may be.
        known = {gem.name for gem in app.gemfile.gems} if app.gemfile is not None else set()
        for dependency in lock.dependencies:
            locked = lock.gem(dependency.name)
            if dependency.name not in known:
                at = Place("Gemfile.lock", dependency.span)
                found[dependency.name] = InstalledGem(dependency.name, locked.version if locked else None, at, True, False)
    queue = list(found)
    while queue:
        name = queue.pop()
        locked = lock.gem(name)
        for need, _ in locked.needs if locked is not None else ():
            inner = lock.gem(need)
            if need in found:
                if found[need].sure or not found[name].sure:
                    continue
                found[need] = msgspec.structs.replace(found[need], sure=True)
            elif inner is not None:
                found[need] = InstalledGem(need, inner.version, Place("Gemfile.lock", inner.span), False, found[name].sure)
            queue.append(need)
    return found


def _asked_for(app: App) -> Iterator[Gem]:
    """The Gemfile's lines that Linux dynos install."""
    out = left_out_groups(app)
    engine = wanted_ruby(app).engine
    for gem in app.gemfile.gems if app.gemfile is not None else ():
        if all(group in out for group in gem.groups):
            continue
        if gem.platforms and all(platform.rstrip("0123456789").rstrip("_") in _OTHER_PLATFORMS - {engine} for platform in gem.platforms):
            continue
        yield gem


def framework(app: App) -> str:
    """What the buildpack takes the app for: `rails`, `rack`, or `ruby` for a plain program."""
    lock = app.gemfile_lock
    if lock is None:
        return "ruby"
    if rails_major(app) is not None:
        return "rails"
    return "rack" if lock.has("rack") else "ruby"


def rails_version(app: App) -> str | None:
    """The locked version of Rails."""
    lock = app.gemfile_lock
    found = (lock.gem("railties") or lock.gem("rails")) if lock is not None else None
    return found.version if found is not None else None


def rails_major(app: App) -> int | None:
    """The first number of Rails' version, where the buildpack treats the app as a Rails app."""
    version = rails_version(app)
    number = version.partition(".")[0] if version else ""
    return int(number) if number in {"2", "3", "4", "5", "6", "7", "8"} else None


def default_processes(app: App) -> dict[str, str]:
    """The process types, with their commands, that the buildpack adds where the Procfile has none of that name.

    Rails also gets a `worker` where a task `jobs:work` exists; that of delayed_job is the one that does.
    """
    lock = app.gemfile_lock
    thin = lock is not None and lock.has("thin")
    kind = framework(app)
    if kind == "ruby":
        return {"console": "bundle exec irb", "rake": "bundle exec rake"}
    if kind == "rack":
        return {"web": _THIN_WEB if thin else _RACK_WEB, "console": "bundle exec irb", "rake": "bundle exec rake"}
    found = dict(_RAILS_PROCESSES)
    major = rails_major(app)
    if major in _OLD_RAILS_WEB:
        found["web"] = _THIN_WEB if thin else _OLD_RAILS_WEB[major]
    if lock is not None and lock.has("delayed_job"):
        found["worker"] = "bundle exec rake jobs:work"
    return found


def build_environment(app: App) -> dict[str, str]:
    """Variables that the buildpack sets for builds and dynos; config vars of the same name win. A random value is empty here."""
    found = {"LANG": "en_US.UTF-8", "PUMA_PERSISTENT_TIMEOUT": "95", "DISABLE_SPRING": "1", "MALLOC_ARENA_MAX": "2"}
    kind = framework(app)
    if kind in ("rack", "rails"):
        found["RACK_ENV"] = "production"
    if kind == "rails":
        found["RAILS_ENV"] = "production"
        version = rails_version(app) or ""
        values = {"SECRET_KEY_BASE": "", "RAILS_SERVE_STATIC_FILES": "enabled", "RAILS_LOG_TO_STDOUT": "enabled"}
        found |= {name: value for name, value in values.items() if satisfies(version, f">= {_FIRST_WITH[name]}")}
    return found
