"""What gems and Go programs weigh in the slug, roughly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.knowledge.rough import gem_sizes, go_sizes, share
from herolint.knowledge.slug import Part, Share

if TYPE_CHECKING:
    from herolint.app.model import App

_SHOWN_MB = 1.0
"""Modules that weigh less have no row of their own."""


def ruby_shares(app: App) -> tuple[list[Share], str] | None:
    """Ruby, the gems that are installed, and the Node.js that its buildpack adds, with what that rests on; None where it builds nothing."""
    from herolint.app.building.ruby_build import builds_ruby, installed_gems

    if not builds_ruby(app):
        return None
    table = gem_sizes()
    gems = installed_gems(app)
    shares = [share("ruby", table.ruby, note="runtime, standard library and Bundler")]
    shares += [share(name, table.gems[name], note=gem.version or "") for name, gem in gems.items() if name in table.gems]
    small = sum(name not in table.gems for name in gems)
    if small:
        shares.append(share("gems", table.small, small, f"{small} small gem{'s' if small > 1 else ''}"))
    shares += _javascript(app, frozenset(gems))
    manifest = "Gemfile.lock" if app.gemfile_lock is not None else "Gemfile"
    return shares, f"`{manifest}` and rough sizes of gems ({table.checked})"


def _javascript(app: App, gems: frozenset[str]) -> Iterator[Share]:
    """Node.js where no buildpack for it is listed, and Yarn; what Yarn installs for the assets stays in the slug."""
    from herolint.knowledge.npm import BASE_BOUNDS, BASE_BYTES, npm_sizes

    if any("nodejs" in url for url in app.buildpacks):
        return
    package = app.package_json
    if package is not None or gems & {"execjs", "webpacker"}:
        low, high = BASE_BOUNDS
        yield Share(Part("node", BASE_BYTES, "installed by the Ruby buildpack"), BASE_BYTES * low, BASE_BYTES * high)
    if "yarn.lock" in app.slug or "webpacker" in gems:
        yield share("yarn", gem_sizes().yarn)
    if package is not None and "yarn.lock" in app.slug:
        table = npm_sizes()
        names = [name for name in (*package.dependencies, *package.dev_dependencies) if name in table]
        size = sum(table[name].size for name in {*names, *(other for name in names for other in table[name].closure)})
        yield Share(Part("node_modules", size, "of those that the table knows, where Yarn installs them for the assets"), 0, size * 2)


def go_shares(app: App) -> tuple[list[Share], str] | None:
    """Each program of the module, by how many modules it may be linked with; None where Go's buildpack builds nothing."""
    from herolint.app.building.go_build import binaries, builds_go

    if not builds_go(app) or app.go_mod is None:
        return None
    table = go_sizes()
    programs = len(binaries(app))
    required = [one.path for one in app.go_mod.requires]
    listed = [path for path in required if path in table.modules]
    rest = len(required) - len(listed)
    shares = [share("programs", table.program, programs, f"{programs} program{'s' if programs > 1 else ''}")] if programs else []
    for path in listed if programs else ():
        if table.modules[path][1] >= _SHOWN_MB:
            shares.append(share(path, table.modules[path]))
    light = [table.modules[path] for path in listed if table.modules[path][1] < _SHOWN_MB]
    if programs and (rest or light):
        count = rest + len(light)
        row = tuple(rest * table.module[n] + sum(one[n] for one in light) for n in range(3))
        shares.append(share("modules", (row[0], row[1], row[2]), note=f"{count} other module{'s' if count > 1 else ''}"))
    if (app.config_var("GO_INSTALL_TOOLS_IN_IMAGE") or "") == "true":
        shares.append(share("go", table.tools, note="the toolchain, which GO_INSTALL_TOOLS_IN_IMAGE keeps"))
    return shares, f"`go.mod` and rough sizes of programs ({table.checked})"
