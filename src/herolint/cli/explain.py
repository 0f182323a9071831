"""`herolint explain`: the page of a rule, rendered on a terminal, as Markdown elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from herolint.cli import console


@click.command("explain", short_help="Explain a rule.")
@click.argument("rule", metavar="CODE|NAME")
@click.option("--examples", is_flag=True, help="Show every example, not only the first ones.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="When to render with colours.")
def command(rule: str, examples: bool, color: str) -> int:
    """Explain a rule: what it reports, why it hurts, how to fix it, when to ignore it."""
    from herolint import engine, pages
    from herolint.rules.registry import find_rule
    from herolint.selection import unknown_rule

    rules, _problems = engine.load_rules(Path())
    found = find_rule(rule)
    if found is None:
        raise click.ClickException(unknown_rule(rule, rules))
    page = pages.load_page(found.code)
    *others, last = (severity.word for severity in found.severities)
    severities = f"{', '.join(others)} or {last}" if others else last
    if page is not None:
        from herolint.page_text import page_text

        text = page_text(page, severities, every_example=examples)
    else:
        text = f"# {found.code} {found.name}\n\nSeverity: {severities}\n"
    if console.use_color(color, sys.stdout):
        _print_rendered(text)
    else:
        console.print_text(text)
    return 0


def _print_rendered(text: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    terminal = Console(width=min(console.width(), console.DEFAULT_WIDTH), force_terminal=True, highlight=False)
    terminal.print(Markdown(text))
