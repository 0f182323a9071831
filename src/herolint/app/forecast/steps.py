"""The shape of a forecast: what happens after the push, step by step, each with what makes it so."""

from __future__ import annotations

from typing import Literal

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.finding import Finding, Place, Severity

Kind = Literal["buildpacks", "runtime", "package manager", "install", "build", "slug", "process types", "release"]
"""The steps in their order; a build with several buildpacks goes through the middle ones for each."""


class Line(msgspec.Struct, frozen=True):
    """One thing that will be done or chosen, and why: in words (`because` reads on after "because"), and where that stands."""

    text: str
    because: str = ""
    at: Place | None = None


class Step(msgspec.Struct, frozen=True):
    """A step with its lines, the most important first. `stops`: the build ends here, which no rule tells of a folder that may be no app."""

    kind: Kind
    lines: tuple[Line, ...]
    stops: bool = False


class Stage(msgspec.Struct, frozen=True):
    """The steps of one buildpack, or (without a name) those before and after all of them. `advice` is what the log warns of besides."""

    buildpack: str
    language: str
    steps: tuple[Step, ...]
    advice: tuple[Outcome, ...] = ()


class ForecastStep(msgspec.Struct, frozen=True):
    """A step as it will go. `stops`: the build ends here; `reached` is False behind that. `advice` is what the log warns of besides."""

    kind: Kind
    buildpack: str
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...] = ()
    advice: tuple[Outcome, ...] = ()
    stops: bool = False
    reached: bool = True

    @property
    def fails(self) -> bool:
        """Whether something goes wrong here, if only once the app starts."""
        return self.reached and any(finding.severity is Severity.ERROR for finding in self.findings)


class AppForecast(msgspec.Struct, frozen=True):
    """The steps of one app in order; `path` is its folder. `refused`: no buildpack takes it, so that nothing is built."""

    path: str
    steps: tuple[ForecastStep, ...]
    refused: bool = False

    @property
    def first_failure(self) -> ForecastStep | None:
        """The step where the build stops, else the first that leaves the app broken."""
        return next((step for step in self.steps if step.stops), None) or next((step for step in self.steps if step.fails), None)
