"""What uWSGI is told: options of its command line and of the ini file that it reads."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App

_SETTING = lazy(r"^[ \t]*(?P<key>[a-z][a-z0-9_-]*)[ \t]*=[ \t]*(?P<value>[^\n;#]*?)[ \t\r]*$", re.MULTILINE)
Settings = dict[str, tuple[str, Place]]


def uwsgi_settings(app: App, launch: Launch) -> Settings:
    """Setting → (value, place); the command line wins. Conditions of the ini file (`if-env`) are not weighed: the last value counts."""
    found: Settings = {}
    for path in _ini_files(launch):
        source = app.document(path)
        if source is not None and not source.is_binary:
            for match in _SETTING.finditer(source.text):
                place = Place(path, source.span_of_text(match.start("key"), match.end("value")))
                found[match["key"].replace("_", "-")] = match["value"], place
    for name, words in launch.options.items():
        if words:
            found[name.lstrip("-").replace("_", "-")] = words[-1].text, launch.place(words[-1])
    return found


def _ini_files(launch: Launch) -> list[str]:
    given = launch.option("--ini")
    words = [given, *launch.arguments] if given is not None else list(launch.arguments)
    return [posixpath.normpath(posixpath.join(launch.cwd, word.text)) for word in words if word.text.endswith(".ini")]
