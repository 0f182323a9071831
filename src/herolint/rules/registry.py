"""Where rules declare themselves: `@rule("HL105", "port-not-bound", ERROR)` above one function.

Nothing else lists rules: the command line, the pages, SARIF's rule table and the engine read `all_rules()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Confidence, Finding, Fix, Place, Severity

if TYPE_CHECKING:
    from herolint.app.model import App

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Rule(msgspec.Struct, frozen=True):
    """A rule as declared. `severities` are those it may give, the usual one first; `needs` the facts it reads.

    `needs` names what must exist in the app for the rule to run: `code`, `procfile`, `processes`, `dockerfile` (an image is deployed),
    `app.json`, `heroku.yml`, `aptfile`, `slugignore`, `python` (the main language), `files` (always there). Its module is imported only then.
    """

    code: str
    name: str
    severities: tuple[Severity, ...]
    check: Callable[[App], Iterable[Finding]]
    needs: tuple[str, ...]

    @property
    def severity(self) -> Severity:
        """The usual severity."""
        return self.severities[0]


class Elsewhere(msgspec.Struct, frozen=True):
    """The function of a rule in a module that is imported when the rule is first asked."""

    module: str
    name: str

    def __call__(self, app: App) -> Iterable[Finding]:
        found: Iterable[Finding] = getattr(import_module(self.module), self.name)(app)
        return found


_rules: dict[str, Rule] = {}
_codes: dict[str, str] = {}
"""The code of each rule by its name."""


def rule(
    code: str, name: str, *severities: Severity, needs: tuple[str, ...] = ("files",)
) -> Callable[[Callable[[App], Iterable[Finding]]], Callable[[App], Iterable[Finding]]]:
    """Register the decorated function as a rule. Raises ValueError when the code or name is taken."""

    def register(check: Callable[[App], Iterable[Finding]]) -> Callable[[App], Iterable[Finding]]:
        add(Rule(code, name, severities, check, needs))
        return check

    return register


def add(new: Rule) -> None:
    """Add a rule to the registry. Raises ValueError when its code or name is taken by another."""
    known = _rules.get(new.code) or _rules.get(_codes.get(new.name, ""))
    if known is not None:
        if not _is_same(known, new):
            raise ValueError(f"rule {new.code} {new.name}: already taken by {known.code} {known.name}")
        if isinstance(new.check, Elsewhere):
            return  # its module is imported already
    _rules[new.code] = new
    _codes[new.name] = new.code


def _is_same(one: Rule, other: Rule) -> bool:
    """Whether one of two rules is the other as the index knows it."""
    places = [
        rule.check if isinstance(rule.check, Elsewhere) else Elsewhere(rule.check.__module__, rule.check.__qualname__)
        for rule in (one, other)
    ]
    return places[0] == places[1] and any(isinstance(rule.check, Elsewhere) for rule in (one, other))


def all_rules() -> tuple[Rule, ...]:
    """All registered rules by code."""
    return tuple(_rules[code] for code in sorted(_rules))


def find_rule(word: str) -> Rule | None:
    """The rule of that code or name, in any letter case."""
    wanted = word.casefold()
    return next((r for r in all_rules() if wanted in (r.code.casefold(), r.name)), None)


def report(
    code: str,
    message: str,
    at: Place,
    *,
    severity: Severity | None = None,
    why: str = "",
    related: Iterable[Place] = (),
    flow: Iterable[Place] = (),
    fix: Fix | str | None = None,
    confidence: Confidence = Confidence.HIGH,
    process: str = "",
) -> Finding:
    """A finding of the rule `code`, with its name and usual severity filled in; `fix` may be plain words."""
    known = _rules[code]
    if severity is not None and severity not in known.severities:
        raise ValueError(f"{code} does not declare severity {severity.word}")
    return Finding(
        code=code,
        name=known.name,
        severity=severity or known.severity,
        message=message,
        at=at,
        why=why,
        related=tuple(related),
        flow=tuple(flow),
        fix=Fix(fix) if isinstance(fix, str) else fix,
        confidence=confidence,
        process=process,
    )
