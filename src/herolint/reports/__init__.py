"""Output formats by name. Each is one module with `render(result, options)`, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

import msgspec

from herolint.result import Result

FORMATS: dict[str, str] = {
    "text": "herolint.reports.text",
    "concise": "herolint.reports.concise",
    "json": "herolint.reports.json_",
    "sarif": "herolint.reports.sarif",
    "github": "herolint.reports.github",
    "gitlab": "herolint.reports.gitlab",
    "junit": "herolint.reports.junit",
    "checkstyle": "herolint.reports.checkstyle",
    "rdjson": "herolint.reports.rdjson",
    "markdown": "herolint.reports.markdown",
    "html": "herolint.reports.html_",
}
"""Name of a format and the module that writes it."""


class RuleInfo(msgspec.Struct, frozen=True):
    """What a report tells about a rule: its code and name, usual severity, summary and page (plain and Markdown)."""

    code: str
    name: str
    severity_word: str
    summary: str = ""
    help_text: str = ""
    help_markdown: str = ""


class Options(msgspec.Struct, frozen=True):
    """How to write a report. `width` is in terminal columns; `links` allows OSC 8 hyperlinks; `verbose` counts `-v`."""

    color: bool = False
    width: int = 80
    links: bool = False
    verbose: int = 0
    show_suppressed: bool = False
    rules: tuple[RuleInfo, ...] = ()


class Renderer(Protocol):
    """What the module of a format offers."""

    def render(self, result: Result, options: Options) -> str:
        """The whole report, with a line break at its end."""


def render(name: str, result: Result, options: Options) -> str:
    """The report in the format `name`. Raises ValueError when there is no such format."""
    if name not in FORMATS:
        raise ValueError(f"unknown format `{name}`; there are {', '.join(FORMATS)}")
    return cast(Renderer, import_module(FORMATS[name])).render(result, options)
