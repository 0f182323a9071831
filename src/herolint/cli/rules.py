"""`herolint rules`: all rules with their severities and what they report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from herolint.cli import console

if TYPE_CHECKING:
    from herolint.rules.registry import Rule


@click.command("rules")
@click.option("--format", "format_name", type=click.Choice(("text", "json")), default="text", help="How to print them.")
def command(format_name: str) -> int:
    """List all rules."""
    from herolint import engine

    rules, _problems = engine.load_rules(Path())
    if format_name == "json":
        console.print_document(_as_json(rules))
    else:
        console.print_text(_as_text(rules))
    return 0


def _summary(rule: Rule) -> str:
    from herolint import pages

    page = pages.load_page(rule.code)
    return page.summary if page else ""


def _as_text(rules: Sequence[Rule]) -> str:
    """One line a rule: code, name, usual severity, and as much of the summary as fits."""
    names = max((len(rule.name) for rule in rules), default=0)
    lines = []
    for rule in rules:
        line = f"{rule.code}  {rule.name:<{names}}  {rule.severity.word:<7}  {_summary(rule).replace('`', '')}".rstrip()
        lines.append(line if len(line) <= (limit := console.width()) else line[: limit - 1].rstrip() + "…")
    return "\n".join(lines)


def _as_json(rules: Sequence[Rule]) -> str:
    from herolint.reports.escape import json_text

    rows = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.word,
            "severities": [severity.word for severity in rule.severities],
            "summary": _summary(rule),
        }
        for rule in rules
    ]
    return json_text(rows)
