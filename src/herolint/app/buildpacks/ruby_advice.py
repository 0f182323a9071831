"""What the Ruby buildpack says beside Ruby and its gems: committed leftovers, binstubs, Puma, assets, JavaScript tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.ruby_build import installed_gems, rails_major, wanted_ruby
from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.formats.gem_requirement import satisfies
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.gemfile_lock import GemfileLock

_VERSIONED = lazy(r"#![^\n]*\bruby\d")
_MANIFEST = lazy(r"public/assets/(?:\.sprockets-manifest-|manifest-)[\w-]+\.json\Z|public/assets/manifest\.yml\Z")
_BUILDS_SCRIPTS = ("jsbundling-rails", "cssbundling-rails")
_OTHER_LOCKS = {"package-lock.json": "npm", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun"}
"""Lock files of the tools that the buildpack does not install by itself."""


def outcomes(app: App, lock: GemfileLock) -> Iterator[Outcome]:
    """In the order of the build log."""
    yield from _leftovers(app)
    yield from _versions(app, lock)
    yield from _javascript(app)
    yield from _assets(app, lock)
    yield from _puma(app, lock)
    yield from _gems(app, lock)


def _advice(message: str, at: Place, why: str, fix: str) -> Outcome:
    return Outcome("advice", False, message, at, why, fix)


def _leftovers(app: App) -> Iterator[Outcome]:
    if ".bundle/config" in app.slug:
        yield Outcome(
            "committed", False, ".bundle/config is committed: its settings apply to the build too", Place(".bundle/config"),
            "the build warns; settings of a laptop decide what is installed", "`git rm --cached .bundle/config` and add `.bundle/` to .gitignore",
        )  # fmt: skip
    if "bin/bundle" in app.slug:
        yield _advice(
            "bin/bundle is committed",
            Place("bin/bundle"),
            "the build warns: it may start another Bundler than the one installed",
            "delete it",
        )
    for path in app.slug:
        if path.startswith("bin/") and path.count("/") == 1 and (source := app.document(path)) is not None and not source.is_binary:
            if _VERSIONED.match(source.text):
                yield _advice(
                    f"{path} names a Ruby with its version in the first line", Place(path), "the build warns: dynos have no program of that name",
                    "write `#!/usr/bin/env ruby`",
                )  # fmt: skip


def java(app: App) -> Iterator[Outcome]:
    """JRuby, for which the buildpack brings a Java of its choice."""
    wanted = wanted_ruby(app)
    if wanted.engine and not any("jvm" in url or "java" in url for url in app.buildpacks):
        yield _advice("JRuby needs a Java, and no buildpack for one is listed: the Ruby buildpack installs one", wanted.at, "the build warns",
                      "put `heroku/jvm` before `heroku/ruby` to choose the version")  # fmt: skip


def _versions(app: App, lock: GemfileLock) -> Iterator[Outcome]:
    wanted = wanted_ruby(app)
    row = app.platform.ruby.version(".".join((wanted.version or "").split(".")[:2]))
    if row is not None and row.end_of_life > app.today and satisfies(wanted.version or "", f"< {row.latest}"):
        yield _advice(
            f"Ruby {wanted.version} is not the newest {row.minor}: that is {row.latest} (as of {app.platform.checked})", wanted.at,
            "the build warns: security fixes are missing", "run `bundle update --ruby` and commit Gemfile.lock",
        )  # fmt: skip
    if lock.bundler is None:
        yield _advice(
            "Gemfile.lock does not say which Bundler wrote it", Place("Gemfile.lock"), "the build warns, and takes its default Bundler",
            "run `bundle install` with a current Bundler, and commit Gemfile.lock",
        )  # fmt: skip


def _javascript(app: App) -> Iterator[Outcome]:
    """Node.js and Yarn of the buildpack's own choice; and tools that it does not have."""
    if any("nodejs" in url for url in app.buildpacks):
        return
    gems = installed_gems(app)
    first = "the build warns; put `heroku/nodejs` before `heroku/ruby` to choose the version"
    if "package.json" in app.slug or "execjs" in gems or "webpacker" in gems:
        at = Place("package.json" if "package.json" in app.slug else "Gemfile")
        yield _advice(
            "no buildpack for Node.js is listed: the Ruby buildpack installs one of its choice", at, first, "list both in app.json"
        )
    if "yarn.lock" in app.slug or "webpacker" in gems:
        at = Place("yarn.lock" if "yarn.lock" in app.slug else "Gemfile")
        yield _advice("no buildpack for Node.js is listed: the Ruby buildpack installs Yarn 1.22", at, first, "list both in app.json")
    wanted = next((gems[name] for name in _BUILDS_SCRIPTS if name in gems), None)
    lock = next((name for name in _OTHER_LOCKS if name in app.slug), None)
    if wanted is not None and lock is not None and "yarn.lock" not in app.slug:
        yield Outcome(
            "not-built", True, f"{wanted.name} runs `{_OTHER_LOCKS[lock]}` while assets are compiled, and the Ruby buildpack does not install it",
            wanted.at, "the build stops: Precompiling assets failed",
            'put heroku/nodejs first: `"buildpacks": [{"url": "heroku/nodejs"}, {"url": "heroku/ruby"}]` in app.json and `heroku buildpacks:add`',
            (Place(lock, None, f"means {_OTHER_LOCKS[lock]}"),), Confidence.HIGH if app.buildpacks else Confidence.MEDIUM,
        )  # fmt: skip


def _assets(app: App, lock: GemfileLock) -> Iterator[Outcome]:
    made = next((path for path in app.slug if _MANIFEST.match(path)), None)
    if made is not None and rails_major(app) is not None:
        yield Outcome(
            "committed", False, "compiled assets are committed, so that the build compiles none", Place(made),
            "assets:precompile is skipped without a word, and stale files are served", "`git rm -r --cached public/assets` and ignore it",
        )  # fmt: skip
    rails = app.rails
    if rails is None:
        return
    compiles = rails.setting("assets.compile")
    if compiles is not None and rails.flag("assets.compile"):
        sprockets = lock.gem("sprockets")
        if sprockets is not None and any(satisfies(sprockets.version, refused) for refused in app.platform.ruby.sprockets_refused):
            yield Outcome(
                "not-together", True, f"sprockets {sprockets.version} with `config.assets.compile = true` lets visitors read files of the server",
                Place("Gemfile.lock", sprockets.span), "the build stops over CVE-2018-3760", "raise sprockets, and take the setting out",
                (compiles.place("set here"),),
            )  # fmt: skip
        else:
            yield _advice("assets are compiled when they are asked for", compiles.place("in production"), "the build warns: it is slow",
                          "take `config.assets.compile = true` out")  # fmt: skip
    header = rails.setting("action_dispatch.x_sendfile_header")
    if header is not None and header.word in ("X-Sendfile", "X-Accel-Redirect"):
        yield _advice(f"`{header.word}` is set, and no such server stands before the app", header.value_place("needs a server"),
                      "the build warns: files are sent without content", "take the setting out")  # fmt: skip


def _puma(app: App, lock: GemfileLock) -> Iterator[Outcome]:
    puma = lock.gem("puma")
    if puma is None:
        return
    at = Place("Gemfile.lock", puma.span)
    facts = app.platform.ruby
    if satisfies(puma.version, facts.puma_refused):
        if not app.config_var("PUMA_PERSISTENT_TIMEOUT"):
            yield Outcome(
                "not-together", True, f"Puma {puma.version} closes connections that the router still uses: the buildpack refuses it", at,
                "the build stops, after gems and assets (unless a config var PUMA_PERSISTENT_TIMEOUT is set)", "run `bundle update puma`",
            )  # fmt: skip
    elif satisfies(puma.version, f"< {facts.puma_wanted}"):
        yield _advice(
            f"Puma {puma.version} is older than {facts.puma_wanted}",
            at,
            "the build warns: it does not go well with Router 2.0",
            "run `bundle update puma`",
        )


def _gems(app: App, lock: GemfileLock) -> Iterator[Outcome]:
    if (
        rails_major(app) in (3, 4)
        and not lock.has("rails_12factor")
        and not (lock.has("rails_serve_static_assets") and lock.has("rails_stdout_logging"))
    ):
        yield _advice(
            f"Rails {rails_major(app)} without rails_12factor",
            Place("Gemfile"),
            "the build warns: logs and static files need it",
            'add `gem "rails_12factor"`',
        )
    if lock.has("asset_sync"):
        found = lock.gem("asset_sync")
        yield _advice("asset_sync is used", Place("Gemfile.lock", found.span if found is not None else None), "the build warns: builds get slow",
                      "put a CDN before the app")  # fmt: skip
