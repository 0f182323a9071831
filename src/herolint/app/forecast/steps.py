"""The shape of a forecast: what happens after the push, step by step, each with what makes it so."""

from __future__ import annotations

from typing import Literal

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.finding import Place

Kind = Literal["buildpacks", "runtime", "package manager", "install", "build", "slug", "process types", "release"]
"""The steps in their order; a build with several buildpacks goes through the middle ones for each."""


class Line(msgspec.Struct, frozen=True):
    """One thing that will be done or chosen, and why: in words (`because` reads on after "because"), and where that stands."""

    text: str
    because: str = ""
    at: Place | None = None


class Step(msgspec.Struct, frozen=True):
    """A step with its lines, the most important first."""

    kind: Kind
    lines: tuple[Line, ...]


class Stage(msgspec.Struct, frozen=True):
    """The steps of one buildpack, or (without a name) those before and after all of them. `advice` is what the log warns of besides."""

    buildpack: str
    language: str
    steps: tuple[Step, ...]
    advice: tuple[Outcome, ...] = ()


def count(number: int, word: str) -> str:
    """`1 package`, `2 packages`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
