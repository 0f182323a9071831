"""The outcome of one run, as every report gets it: findings, problems and what was looked at. Immutable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Finding, Place, Problem, Suppression
from herolint.source import Position, SourceFile

if TYPE_CHECKING:
    from herolint.app.overview import AppOverview


def no_source(path: str) -> None:
    """The `source` of a result that has no files at hand: places are then shown without source lines."""


def no_overview() -> tuple[AppOverview, ...]:
    """The `overview` of a result whose apps are not at hand."""
    return ()


class AppSummary(msgspec.Struct, frozen=True):
    """One app that was checked: its folder ("" for the root), its process types and its main language."""

    path: str
    processes: tuple[str, ...] = ()
    language: str = ""


class Judgement(msgspec.Struct, frozen=True):
    """What all rules said of all apps, before anything is suppressed or hidden.

    `secrets` are the places to mask in the files that a report may show; `facts_date` is the date of the platform's facts, in ISO form.
    """

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    apps: tuple[AppSummary, ...]
    secrets: tuple[Place, ...] = ()
    facts_date: str = ""


class Result(msgspec.Struct, frozen=True):
    """What one run found. Reports are pure functions of it.

    `findings` are sorted and to be shown; `hidden_unsure` counts those of low confidence that are not, `hidden_unchanged` those that
    rest on no file that has changed where only changes are asked for.
    `facts_date` and `today` are ISO dates; `root` is the folder that all paths are relative to, `name` what it is called, and `folder`
    where it lies in its git repository ("" for the whole of it). `source` gives the file of such a path, or None where there is none to
    show. `overview` gives each app at a glance, which is made out when it is first asked for.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[tuple[Finding, Suppression], ...] = ()
    problems: tuple[Problem, ...] = ()
    apps: tuple[AppSummary, ...] = ()
    hidden_unsure: int = 0
    hidden_unchanged: int = 0
    facts_date: str = ""
    today: str = ""
    root: str = ""
    folder: str = ""
    name: str = ""
    source: Callable[[str], SourceFile | None] = no_source
    overview: Callable[[], tuple[AppOverview, ...]] = no_overview

    def position(self, place: Place) -> Position | None:
        """Line and column, from 1, where a place starts; None for a file as a whole, or where none can be read."""
        from herolint.reports.places import locate

        return locate(place, self.source).start
