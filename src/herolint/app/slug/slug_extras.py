"""What a slug holds beside the language's own packages: what an Aptfile brings, and browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.detection import reads_aptfile
from herolint.knowledge.browsers import Browser
from herolint.knowledge.browsers import load as load_browsers
from herolint.knowledge.measured import MB
from herolint.knowledge.slug import Part, Share

if TYPE_CHECKING:
    from herolint.app.model import App


def extra_shares(app: App) -> Iterator[Share]:
    """Apt packages and browsers, each with its bounds."""
    yield from _apt(app)
    yield from _browsers(app)


def apt_evidence(app: App) -> str:
    """What the sizes of Apt packages rest on; empty where none are counted."""
    if not _counts_aptfile(app):
        return ""
    from herolint.knowledge.apt import apt_sizes

    return f"Apt packages as {apt_sizes().system} has them, in place of Ubuntu ({apt_sizes().date})"


def _counts_aptfile(app: App) -> bool:
    return app.aptfile is not None and bool(app.aptfile.packages) and (reads_aptfile(app) or not app.listed_buildpacks)


def _apt(app: App) -> Iterator[Share]:
    aptfile = app.aptfile
    if aptfile is None or not _counts_aptfile(app):
        return
    from herolint.knowledge.apt import apt_shares

    gone = app.platform.image.gone
    names = [row.instead if (row := gone.get(one.name)) is not None and row.instead else one.name for one in aptfile.packages]
    yield from apt_shares(names, sure=bool(app.listed_buildpacks))


def _browsers(app: App) -> Iterator[Share]:
    for browser in load_browsers() if app.listed_buildpacks or app.package_json is not None else ():
        listed = any(word in one.url.lower() for word in browser.words for one in app.listed_buildpacks)
        if listed or (browser.npm and _downloads(app, browser)):
            least, likely, most = (size * MB for size in browser.mb)
            yield Share(Part(browser.name, likely, browser.note), least if listed else 0, most)


def _downloads(app: App, browser: Browser) -> bool:
    """Whether an npm package downloads it while it is installed, and it stays."""
    package = app.package_json
    asked = package.dependencies.get(browser.npm) if package is not None else None
    if package is None or asked is None or any(app.config_var(name) is not None for name in browser.unless):
        return False
    number = re.search(r"\d+", asked[0])
    if not browser.since <= (int(number[0]) if number else 999) < browser.before:
        return False
    texts = [text for text, _ in package.scripts.values()]
    texts += [source.text for name in browser.files if (source := app.document(name)) is not None and not source.is_binary]
    return not browser.kept or any(word in text for word in browser.kept for text in texts)
