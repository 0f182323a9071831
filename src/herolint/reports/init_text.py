"""`herolint init` for people: each file with its reason and what is added to it, what is left out, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from herolint.reports.escape import line_start, plain
from herolint.reports.paint import Piece, Row, paint, row
from herolint.wording import count

if TYPE_CHECKING:
    from herolint.app.propose import Left, Plan, Proposal
    from herolint.reports import Options

_MOST_WIDE = 100
_CONTEXT = 2
"""Lines that are there already and are shown around added ones."""
_SHOWN = 5
"""Findings about code that are named."""


def render(plan: Plan, options: Options, *, written: bool) -> str:
    """The plan, or what became of it."""
    room = max(50, min(options.width, _MOST_WIDE))
    rows: list[Row] = []
    for one in plan.files:
        rows += [*_file(one, room), row()]
    if plan.left:
        rows += [row(Piece("Not proposed", "bold")), *(line for one in plan.left for line in _left(one, room)), row()]
    rows += _verdict(plan, room, written=written)
    return paint(rows, color=options.color, links=False, root="")


def _file(one: Proposal, room: int) -> list[Row]:
    kind = "new" if one.before is None else "added to"
    rows = [row(Piece(plain(one.path), "bold"), Piece(f" ({kind})", "dim"))]
    rows += [row(Piece(line, "dim")) for line in _wrapped(f"because {one.reason}", room, "  ")]
    return [*rows, *_diff(one)]


def _diff(one: Proposal) -> Iterator[Row]:
    """The lines of the file that are new, with some of those around; nothing is ever removed."""
    from difflib import unified_diff

    before = (one.before or b"").decode("utf-8", "replace").splitlines()
    after = one.after.decode("utf-8", "replace").splitlines()
    for line in list(unified_diff(before, after, lineterm="", n=_CONTEXT))[2:]:
        if line.startswith("+"):
            yield row("  ", Piece(f"+ {plain(line[1:])}".rstrip(), "added"))
        elif not line.startswith("@@"):
            yield row(f"    {plain(line[1:])}".rstrip())


def _left(one: Left, room: int) -> list[Row]:
    lead = f"  {plain(one.about)}: "
    first, *more = _wrapped(one.why, room - len(lead), "") or [""]
    return [row(Piece(lead, ""), first), *(row(" " * len(lead) + line) for line in more)]


def _verdict(plan: Plan, room: int, *, written: bool) -> list[Row]:
    if not plan.files:
        words = "Nothing more is missing, as far as the files tell." if not plan.left else "Nothing is proposed."
        return [row(Piece(words, "bold"))]
    rows: list[Row] = []
    if plan.shown:
        codes = ", ".join(dict.fromkeys(finding.code for finding in plan.shown[:_SHOWN]))
        found = f"{count(len(plan.shown), 'finding')} there ({codes})"
        told = f"Once something starts the code, `herolint check` looks at it too: {found} that nobody saw before."
        rows += [row(line) for line in _wrapped(told, room, "")]
    names = " ".join(plain(one.path) for one in plan.files)
    gone = f"{count(plan.gone, 'finding')} {'is' if plan.gone == 1 else 'are'} gone with that." if plan.gone else ""
    if written:
        lines = _wrapped(f"Written: {names}. {gone}".rstrip(), room, "")
        return [*rows, *(row(Piece(line, "good")) for line in lines), *(row(line) for line in _wrapped(f"Next: git add {names}", room, ""))]
    offer = f"Nothing was written: `herolint init --write` writes {count(len(plan.files), 'file')}. {gone}".rstrip()
    return [*rows, *(row(Piece(line, "bold")) for line in _wrapped(offer, room, ""))]


def _wrapped(text: str, room: int, indent: str) -> list[str]:
    lines = wrap(plain(text), max(20, room - len(indent)), break_long_words=False, break_on_hyphens=False)
    return [indent + line_start(line) for line in lines]
