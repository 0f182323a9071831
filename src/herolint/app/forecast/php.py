"""What the PHP buildpack will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.buildpacks.php import LOCK, MANIFEST
from herolint.app.buildpacks.php_versions import allows
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App


def steps(app: App) -> tuple[Step, ...]:
    """From the version to Composer's scripts."""
    lock = app.document(LOCK)
    install = Line(
        "composer install --no-dev", f"`{LOCK}`" if lock is not None else f"`{MANIFEST}`", Place(LOCK if lock is not None else MANIFEST)
    )
    scripts = app.composer_json.get("scripts") if app.composer_json is not None else None
    compiled = scripts.entry("compile") if scripts is not None else None
    build = (
        Line("composer compile", "composer.json has a script of that name", Place(MANIFEST, compiled.key_span))
        if compiled is not None
        else None
    )
    found = [Step("runtime", (_runtime(app),)), Step("package manager", (Line("Composer", f"`{MANIFEST}`", Place(MANIFEST)),))]
    return (
        *found,
        Step("install", (install,)),
        Step("build", (build or Line("nothing to build", "composer.json has no script `compile`"),)),
    )


def _runtime(app: App) -> Line:
    root = app.composer_json
    asked = root.text("require", "php") if root is not None else None
    offered = app.platform.php.on(app.stack)
    if asked is None or root is None:
        return Line(f"PHP {offered[0].minor}" if offered else "PHP", "composer.json asks for none: the newest that the packages allow")
    fitting = next((row.minor for row in offered if allows(asked, row.minor)), None)
    return Line(
        f"PHP {fitting}" if fitting else "no PHP that fits",
        f"composer.json requires `{asked}`",
        Place(MANIFEST, root.key_span("require", "php")),
    )
