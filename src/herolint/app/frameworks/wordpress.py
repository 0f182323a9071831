"""WordPress: uploads, which it keeps beside its code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.frameworks.kept import KeptUploads
from herolint.finding import Place
from herolint.knowledge.wordpress import keeps_uploads_elsewhere
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_VERSION = "wp-includes/version.php"
_CORE = (
    "johnpbloch/wordpress",
    "roots/wordpress",
    "roots/wordpress-full",
    "roots/wordpress-no-content",
    "pantheon-systems/wordpress-composer",
)
"""Packages that Composer installs WordPress from."""
_PLUGIN = lazy(r"(?:^|/)(?:mu-)?plugins/([^/]+)")
_NOT_THERE = lazy(r"(?:^|/)(?:wp-includes|wp-admin|themes|node_modules)/")
"""Folders whose `plugins` are none of WordPress."""


def kept_uploads(app: App) -> Iterator[KeptUploads]:
    """The uploads folder of a WordPress without a plug-in that keeps them elsewhere."""
    at = _installed(app)
    if at is not None and not any(keeps_uploads_elsewhere(name) for name in _plugins(app)):
        yield KeptUploads(
            "WordPress keeps uploads in wp-content/uploads on the dyno's disk: no plug-in sends them elsewhere",
            at,
            (),
            True,
            "add a plug-in that offloads media to S3 or the like, and commit it: plug-ins that are installed in the admin pages are lost as well",
        )


def _installed(app: App) -> Place | None:
    """Where it stands that the app is a WordPress."""
    folder = next((path[: -len(_VERSION)] for path in sorted(app.slug) if path == _VERSION or path.endswith("/" + _VERSION)), None)
    if folder is not None:
        if folder.count("/") > 1:
            return None
        return Place(next((path for path in (f"{folder}wp-config.php", "wp-config.php") if path in app.slug), folder + _VERSION))
    root = app.composer_json
    spans = [span for name in _CORE if root is not None and (span := root.key_span("require", name)) is not None]
    return Place("composer.json", spans[0], "WordPress") if spans else None


def _plugins(app: App) -> Iterator[str]:
    """Names of plug-ins: folders beside the code, and what Composer installs."""
    for path in app.slug:
        if (match := _PLUGIN.search(path)) and not _NOT_THERE.search(path):
            yield match[1].removesuffix(".php")
    require = app.composer_json.get("require") if app.composer_json is not None else None
    yield from (entry.key.partition("/")[2] for entry in (require.entries if require is not None else ()))
