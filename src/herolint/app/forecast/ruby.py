"""What the Ruby buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.ruby_build import framework, installed_gems, left_out_groups, wanted_ruby
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.model import App

_LOCK = "Gemfile.lock"
_RAKEFILES = ("Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb")


def steps(app: App) -> tuple[Step, ...]:
    """From the version to the assets."""
    if app.gemfile_lock is None:
        return (Step("package manager", (Line("none", f"there is no {_LOCK} that can be read", Place("Gemfile")),)),)
    return (
        Step("runtime", (_runtime(app),)),
        Step("package manager", (_bundler(app),)),
        Step("install", _install(app)),
        Step("build", _build(app)),
    )


def _runtime(app: App) -> Line:
    wanted = wanted_ruby(app)
    if wanted.version is None:
        return Line(f"Ruby {app.platform.ruby.default}", f"{_LOCK} names no version: this is the default for a new app", wanted.at)
    engine = "JRuby for Ruby" if wanted.engine else "Ruby"
    return Line(f"{engine} {wanted.version}", f"`{_LOCK}` says {wanted.text}", wanted.at)


def _bundler(app: App) -> Line:
    lock = app.gemfile_lock
    if lock is None or lock.bundler is None:
        return Line("Bundler, the buildpack's default", f"{_LOCK} does not say which wrote it", Place(_LOCK))
    return Line(f"Bundler {lock.bundler}", f"`{_LOCK}` was written by it", Place(_LOCK, lock.bundler_span))


def _install(app: App) -> tuple[Line, ...]:
    left_out = sorted(left_out_groups(app))
    lines = [Line("bundle install, as locked", f"`{_LOCK}`", Place(_LOCK)), Line(count(len(installed_gems(app)), "gem"))]
    if left_out:
        lines.append(Line(f"without the groups {', '.join(left_out)}", "BUNDLE_WITHOUT says so"))
    return tuple(lines)


def _build(app: App) -> tuple[Line, ...]:
    kind = framework(app)
    rakefile = next((name for name in _RAKEFILES if name in app.slug), None)
    taken = {"rails": "taken for a Rails app", "rack": "taken for a Rack app"}.get(kind, "taken for a plain program")
    lines = [Line(taken, f"the gems in `{_LOCK}`", Place(_LOCK))]
    if "package.json" in app.slug and not any("nodejs" in url for url in app.buildpacks):
        lines.append(Line("Node.js of the buildpack's choice is installed", "`package.json`", Place("package.json")))
    if kind == "rails" and rakefile is not None:
        lines.append(Line("rake assets:precompile, if there is such a task", f"Rails, and `{rakefile}`", Place(rakefile)))
    elif kind == "rails":
        lines.append(Line("no assets are compiled", "there is no Rakefile"))
    return tuple(lines)
