"""A Play app as its configuration makes it in production: which hosts it answers, and the key that it signs with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.java_build import build_text
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.hocon import Entry
    from herolint.source import SourceFile

CONFIG = "conf/application.conf"
_PLUGIN = lazy(r'"(?:com\.typesafe\.play|org\.playframework)"\s*%\s*"sbt-plugin"\s*%\s*"(?P<major>\d+)\.(?P<minor>\d+)')
_FIRST_FILTER = (2, 6)
"""The first Play that refuses hosts which nobody named."""
_FILTERED = ("PlayScala", "PlayJava", "PlayWeb")
_TEXT = lazy(r'"([^"]*)"')
_FILTERS = lazy(r"app/(?:\w+/)*Filters\.(?:scala|java)\Z")
_LOCAL = lazy(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\.local|\[::1\])(?::\d+)?\Z")


class Hosts(msgspec.Struct, frozen=True):
    """The hosts that a Play app answers, all of them local: as they are written, and where (the file, where none are written)."""

    names: tuple[str, ...]
    at: Place


def shut_out_hosts(app: App) -> Hosts | None:
    """The hosts filter of an app that lets nobody in from outside."""
    source = app.document(CONFIG)
    web = app.web
    if source is None or source.is_binary or web is None or not _has_filter(app):
        return None
    from herolint.formats.hocon import parse

    entries = parse(source)
    if "filters" in web.text or "config.resource" in web.text or "config.file" in web.text or _decided_elsewhere(app, entries):
        return None
    allowed = [entry for entry in entries if entry.key == "play.filters.hosts.allowed"]
    if not allowed:
        return Hosts((), Place(CONFIG))
    names = tuple(match[1] for entry in allowed for match in _TEXT.finditer(_whole(source, entry)))
    if any("${" in _whole(source, entry) for entry in allowed) or not all(_LOCAL.match(name) for name in names):
        return None
    return Hosts(names, Place(CONFIG, allowed[-1].span, "no public name"))


def _has_filter(app: App) -> bool:
    build = build_text(app)
    found = _PLUGIN.search(build)
    if found is None or (int(found["major"]), int(found["minor"])) < _FIRST_FILTER or "PlayFilters" in build:
        return False
    return any(re.search(rf"\b{word}\b", build) for word in _FILTERED)


def _decided_elsewhere(app: App, entries: tuple[Entry, ...]) -> bool:
    """Whether other files, or filters of the app's own, say which requests are answered."""
    if any(entry.key in ("play.filters.disabled", "play.filters.enabled", "play.http.filters") and _switches(entry) for entry in entries):
        return True
    for path in app.slug:
        if _FILTERS.match(path):
            return True
        other = app.document(path) if path != CONFIG and path.startswith("conf/") and path.endswith((".conf", ".json")) else None
        if other is not None and "filters" in other.text:
            return True
    return False


def _switches(entry: Entry) -> bool:
    """Whether a setting of filters may take the one for hosts away: anything but one more filter."""
    if entry.key == "play.http.filters" or "AllowedHosts" in entry.value:
        return True
    return entry.value.startswith(("[", "null"))


def _whole(source: SourceFile, entry: Entry) -> str:
    """A list up to its closing bracket."""
    text = source.slice(entry.span)
    if not text.startswith("[") or "]" in text:
        return text
    after = source.data[entry.span.start :].decode("utf-8", "replace")
    return after[: after.find("]") + 1] if "]" in after else text
