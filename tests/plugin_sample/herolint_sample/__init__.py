"""A herolint plugin: a rule with its page, a document parser and an output format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from herolint import plugins
from herolint.app.model import App
from herolint.finding import Finding, Place, Severity
from herolint.hookspecs import hookimpl
from herolint.reports import Options
from herolint.result import Result
from herolint.rules.registry import Rule, report
from herolint.source import SourceFile


def owner(source: SourceFile) -> str:
    """The owner that an `acme.txt` names."""
    return source.text.strip()


def no_owner(app: App) -> Iterator[Finding]:
    """An `acme.txt` must name an owner."""
    source = app.source("acme.txt")
    if source is not None and not plugins.document(source):
        yield report("ACME101", "nobody owns this app", Place("acme.txt"), fix="write the team's name into acme.txt")


@hookimpl
def herolint_rules() -> tuple[Rule, ...]:
    """The plugin's rules."""
    return (Rule("ACME101", "no-owner", (Severity.ERROR,), no_owner, ("files",)),)


@hookimpl
def herolint_rule_pages() -> tuple[Path, ...]:
    """Where their pages are."""
    return (Path(__file__).parent / "rules",)


@hookimpl
def herolint_formats() -> Mapping[str, Callable[[SourceFile], object]]:
    """The documents that the plugin can read."""
    return {"acme.txt": owner}


def count(result: Result, _options: Options) -> str:
    """The number of findings alone."""
    return f"{len(result.findings)}\n"


@hookimpl
def herolint_reports() -> Mapping[str, Callable[[Result, Options], str]]:
    """The plugin's output formats."""
    return {"count": count}
