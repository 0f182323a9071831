"""What the Node.js buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.buildpacks.node import lock_file, wanted_node
from herolint.app.buildpacks.node_manifest import is_berry
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson

_PRUNE_SWITCHES = ("NPM_CONFIG_PRODUCTION", "YARN_PRODUCTION", "PNPM_SKIP_PRUNING", "YARN2_SKIP_PRUNING")


def steps(app: App) -> tuple[Step, ...]:
    """From the version to the pruning."""
    package = app.package_json
    if package is None:
        return (Step("runtime", (Line("none", "package.json cannot be read", Place("package.json")),)),)
    return (
        Step("runtime", (_runtime(app, package),)),
        Step("package manager", (_manager(app, package),)),
        Step("install", _install(app, package)),
        Step("build", _build(app, package)),
    )


def _runtime(app: App, package: PackageJson) -> Line:
    wanted = wanted_node(app)
    if not wanted.readable or wanted.release is None:
        return Line("Node.js of no known version", f"engines.node says `{wanted.text}`", wanted.at)
    version = ".".join(map(str, wanted.release))
    if not wanted.text:
        return Line(f"Node.js {version}", "engines.node names none: this is the newest of the default major version")
    return Line(f"Node.js {version}", f"engines.node says `{wanted.text}`", wanted.at)


def _kind(app: App) -> str:
    """`npm`, `pnpm`, `yarn` (the first one) or `berry`, by the lock file."""
    lock = lock_file(app)
    if lock == "yarn.lock":
        source = app.document(lock)
        return "berry" if source is not None and not source.is_binary and is_berry(source.text) else "yarn"
    return "pnpm" if lock == "pnpm-lock.yaml" else "npm"


def _manager(app: App, package: PackageJson) -> Line:
    kind, lock = _kind(app), lock_file(app)
    tool = "yarn" if kind == "berry" else kind
    given = package.package_manager or ""
    engine = package.engines.get(tool, ("", None))[0]
    asked = given.partition("@")[2].partition("+")[0] if given.startswith(f"{tool}@") and tool != "npm" else engine
    defaults = {"npm": "as Node.js brings it", "yarn": f"{app.platform.node.yarn}.x", "berry": "as .yarnrc.yml says", "pnpm": "the newest"}
    name = {"npm": "npm", "pnpm": "pnpm"}.get(kind, "Yarn")
    because = f"`{lock}`" if lock is not None and lock in app.slug else "there is no lock file"
    return Line(f"{name} {asked}" if asked else f"{name}, {defaults[kind]}", because, Place(lock) if lock is not None else None)


def _install(app: App, package: PackageJson) -> tuple[Line, ...]:
    kind, lock = _kind(app), lock_file(app)
    locked = lock is not None and (app.config_var("USE_NPM_INSTALL") or "") != "true" and not app.workspace.is_dir("node_modules")
    command = {
        "npm": "npm ci" if locked else "npm install",
        "yarn": "yarn install --frozen-lockfile",
        "berry": "yarn install --immutable",
        "pnpm": "pnpm install --frozen-lockfile",
    }[kind]
    lines = []
    if "heroku-prebuild" in package.scripts:
        lines.append(_script(package, "heroku-prebuild"))
    lines.append(Line(command, f"`{lock}`" if lock is not None else "there is no lock file", Place(lock) if lock is not None else None))
    if package.dev_dependencies:
        lines.append(Line("devDependencies are installed too", "the build may need them"))
    return tuple(lines)


def _script(package: PackageJson, name: str) -> Line:
    text, span = package.scripts[name]
    return Line(f"{name}: {text}", "package.json has that script", Place("package.json", span))


def _build(app: App, package: PackageJson) -> tuple[Line, ...]:
    lines = []
    if "heroku-postbuild" in package.scripts:
        lines.append(_script(package, "heroku-postbuild"))
        if "build" in package.scripts:
            lines.append(
                Line("`build` is not run", "`heroku-postbuild` takes its place", Place("package.json", package.scripts["build"][1]))
            )
    elif "build" in package.scripts:
        lines.append(_script(package, "build"))
    if package.dev_dependencies:
        switch = next((name for name in _PRUNE_SWITCHES if app.config_var(name)), None)
        other = app.config_var("NODE_ENV")
        if switch is not None or other not in (None, "", "production"):
            lines.append(Line("devDependencies stay", f"app.json sets {switch or 'NODE_ENV'}", Place("app.json")))
        else:
            lines.append(Line("devDependencies are removed", "NODE_ENV is production"))
    if "heroku-cleanup" in package.scripts:
        lines.append(_script(package, "heroku-cleanup"))
    return tuple(lines)
