"""What the Go buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.go_build import binaries, install_spec, is_vendored, wanted_go
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


def steps(app: App) -> tuple[Step, ...]:
    """From the version to the programs."""
    if app.go_mod is None:
        return (Step("package manager", (Line("none", "there is no go.mod that can be read"),)),)
    return (
        Step("runtime", (_runtime(app),)),
        Step("package manager", (_modules(app),)),
        Step("install", _install(app)),
        Step("build", _programs(app)),
    )


def _runtime(app: App) -> Line:
    wanted = wanted_go(app)
    words = {"go": "go.mod's `go` line says", "+heroku goVersion": "go.mod's `+heroku goVersion` says"}
    if not wanted.origin:
        return Line(f"Go {wanted.release}", "go.mod names none: this is the buildpack's default", wanted.at)
    if wanted.version is None:
        return Line("Go as the config var GOVERSION says", "app.json declares it", wanted.at)
    asked = wanted.version.removeprefix("go")
    because = f"{words.get(wanted.origin, 'GOVERSION says')} {asked.strip()}"
    return Line(f"Go {wanted.release}" if wanted.release is not None else "Go of no known version", because, wanted.at)


def _modules(app: App) -> Line:
    if is_vendored(app):
        return Line("modules out of vendor/ (-mod=vendor)", "there are `vendor/` and `go.sum`", Place("vendor/modules.txt"))
    return Line("Go modules", "`go.mod`", Place("go.mod"))


def _install(app: App) -> tuple[Line, ...]:
    spec = install_spec(app)
    hook = (Line("bin/go-pre-compile", "it is there", Place("bin/go-pre-compile")),) if "bin/go-pre-compile" in app.slug else ()
    if spec.origin:
        return (*hook, Line(f"go install -tags heroku {' '.join(spec.patterns)}", f"{spec.origin} says so", spec.at))
    return (*hook, Line("go install -tags heroku, each main package", "nothing names the packages to build"))


def _programs(app: App) -> tuple[Line, ...]:
    lines = []
    for path, package in binaries(app).items():
        at = package.entries[0] if package is not None and package.entries else None
        lines.append(Line(path, f"`{package.folder or '.'}` is a main package" if package is not None else "it is named in full", at))
    if "bin/go-post-compile" in app.slug:
        lines.append(Line("bin/go-post-compile", "it is there", Place("bin/go-post-compile")))
    return tuple(lines) or (Line("no program", "the module has no main package"),)
