"""The slug as bars: the whole against the limit, then its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.reports.html_.markup import prose, safe, text
from herolint.reports.places import locate
from herolint.reports.slug_text import MOST_PARTS, megabytes
from herolint.result import Result
from herolint.wording import some

if TYPE_CHECKING:
    from herolint.app.overview import AppOverview
    from herolint.app.slug.slug_size import SlugReport

_MB = 1_000_000


def slugs(result: Result) -> Iterator[str]:
    """What each app weighs; nothing where none can be weighed."""
    weighed = [app for app in result.overview() if app.slug is not None]
    for app in weighed:
        if len(weighed) > 1:
            yield f"<h3>{text(app.path) or 'The root'}</h3>"
        if app.slug is not None:
            yield from _slug(app, app.slug, result)


def _slug(app: AppOverview, report: SlugReport, result: Result) -> Iterator[str]:
    estimate = report.estimate
    limit = app.slug_limit // _MB
    kind = (
        "error"
        if estimate.low > app.slug_limit
        else "warning"
        if estimate.low > app.slug_warning or estimate.likely > app.slug_limit
        else "good"
    )
    said = {"error": f"That is over the limit of {limit} MB: the build stops.", "warning": f"The build warns, and stops over {limit} MB."}
    yield (
        f"<p>About <strong>{safe(megabytes(estimate.likely))} MB</strong> compressed, between {safe(megabytes(estimate.low))} and"
        f" {safe(megabytes(estimate.high))}. {said.get(kind, f'The limit is {limit} MB.')}</p>"
        f'<p class="soft">By {prose(report.evidence)}.</p>'
    )
    whole = max(app.slug_limit, estimate.high) or 1
    yield (
        f'<div class="gauge {kind}" role="img" aria-label="{megabytes(estimate.likely)} of {limit} MB">'
        f'<span class="fill" style="width:{_share(estimate.likely, whole)}"></span>'
        f'<span class="limit" style="left:{_share(app.slug_limit, whole)}"></span></div>'
    )
    yield from _parts(report)
    if estimate.unknown:
        names = some(estimate.unknown, 6)
        yield f'<p class="soft">Not in the table: {text(names)}</p>'
    if report.change is not None:
        change = report.change
        at = locate(change.at, result.source)
        yield (
            f'<p class="tip"><strong>Smaller:</strong> <code>{text(change.instead)}</code> in place of <code>{text(change.name)}</code>'
            f' (<code class="place">{safe(at.line_words)}</code>) saves {megabytes(change.saved)} MB. {prose(change.reason).capitalize()}.</p>'
        )


def _parts(report: SlugReport) -> Iterator[str]:
    parts = report.estimate.parts
    shown = parts[:MOST_PARTS] if len(parts) > MOST_PARTS + 1 else parts
    largest = max((part.bytes for part in parts), default=0) or 1
    yield '<table class="bars"><caption class="unseen">Parts of the slug, the largest first</caption>'
    heads = "".join(f'<th scope="col">{words}</th>' for words in ("Part", "Size", "Share", "Origin"))
    yield f'<thead class="unseen"><tr>{heads}</tr></thead><tbody>'
    for part in shown:
        yield (
            f'<tr><th scope="row">{text(part.name)}</th><td class="size">{safe(megabytes(part.bytes))} MB</td>'
            f'<td class="share"><span class="bar" style="width:{_share(part.bytes, largest)}"></span></td><td>{prose(part.note)}</td></tr>'
        )
    if rest := parts[len(shown) :]:
        size = safe(megabytes(sum(part.bytes for part in rest)))
        yield f'<tr class="soft"><th scope="row">{len(rest)} more</th><td class="size">{size} MB</td><td class="share"></td><td></td></tr>'
    yield "</tbody></table>"


def _share(size: int, whole: int) -> str:
    return f"{min(100.0, max(0.4, 100 * size / whole)):.1f}%"
