"""The head of the page: the verdict in words, and each app at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from herolint.finding import Severity
from herolint.reports.html_.markup import prose, text
from herolint.result import Result
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.overview import AppOverview

_MB = 1_000_000


def verdict(result: Result) -> str:
    """Whether it is ready, in one sentence with a class for its colour."""
    counts = Counter(finding.severity for finding in result.findings)
    errors, warnings = counts[Severity.ERROR], counts[Severity.WARNING]
    if errors:
        return f'<p class="verdict error"><strong>Not ready.</strong> {count(errors, "error")} would break the deploy or lose data.</p>'
    if warnings:
        runs = "one thing runs" if warnings == 1 else f"{warnings} things run"
        return f'<p class="verdict warning"><strong>Ready, as far as these files tell.</strong> But {runs} badly.</p>'
    if not result.apps:
        return '<p class="verdict warning"><strong>No app was found to check.</strong></p>'
    return '<p class="verdict good"><strong>Ready, as far as these files tell.</strong></p>'


def counted(result: Result) -> str:
    """The numbers, those that are not shown among them."""
    counts = Counter(finding.severity for finding in result.findings)
    old = sum(why.kind == "baseline" for _, why in result.suppressed)
    ignored = len(result.suppressed) - old
    items = [(counts[level], level.word + ("" if counts[level] == 1 else "s"), level.word) for level in sorted(Severity, reverse=True)]
    items += [
        (number, words, "")
        for number, words in ((ignored, "ignored"), (old, "in the baseline"), (result.hidden_unsure, "unsure"))
        if number
    ]
    if result.problems:
        items.append((len(result.problems), "not read" if len(result.problems) == 1 else "not read or done", ""))
    cells = "".join(f'<li class="{kind if number else ""}"><b>{number}</b> {words}</li>' for number, words, kind in items)
    return f'<ul class="counts">{cells}</ul>'


def dated(result: Result) -> str:
    """When it was checked, and how old the platform's facts are."""
    parts = [f"Checked as of {_day(result.today)}"] if result.today else []
    parts += [f"platform facts of {_day(result.facts_date)}"] if result.facts_date else []
    return " · ".join(parts)


def _day(iso: str) -> str:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return text(iso)
    return f'<time datetime="{day.isoformat()}">{day.day} {day:%B} {day.year}</time>'


def apps(result: Result) -> Iterator[str]:
    """A card for each app; of an app that is not known closely, what the run noted."""
    known = {app.path: app for app in result.overview()}
    for summary in result.apps:
        found = Counter(finding.severity for finding in result.findings if finding.app == summary.path)
        numbers = ", ".join(count(found[level], level.word) for level in sorted(Severity, reverse=True) if found[level]) or "no findings"
        app = known.get(summary.path)
        facts = [("Process types", ", ".join(f"<code>{text(name)}</code>" for name in summary.processes) or "none")]
        if app is not None:
            facts = [*_built(app), *facts, *_more(app)]
        elif summary.language:
            facts = [("Language", text(summary.language)), *facts]
        rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
        name = text(summary.path) if summary.path else "The repository's root"
        head = f'<h3>{name}</h3><p class="soft">{numbers}</p>' if len(result.apps) > 1 or summary.path else ""
        yield f'<article class="card">{head}<dl class="facts">{rows}</dl></article>'


def _built(app: AppOverview) -> Iterator[tuple[str, str]]:
    if app.stack:
        yield (
            "Stack",
            f"<code>{text(app.stack)}</code>" + (' <span class="soft">assumed: no file names one</span>' if app.stack_assumed else ""),
        )
    if app.buildpacks:
        yield "Buildpacks" if len(app.buildpacks) > 1 else "Buildpack", ", ".join(f"<code>{text(one)}</code>" for one in app.buildpacks)
    if app.runtime:
        yield "Runtime", text(app.runtime)


def _more(app: AppOverview) -> Iterator[tuple[str, str]]:
    if app.addons:
        yield "Add-ons", ", ".join(f"<code>{text(one)}</code>" for one in app.addons)
    if app.slug is not None:
        yield "Slug", f"about {app.slug.estimate.likely / _MB:,.0f} MB of {app.slug_limit // _MB} MB"
    for sentence in app.unknown:
        yield "Not known", prose(sentence)
