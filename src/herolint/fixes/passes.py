"""Makes fixes in memory, lints what comes out, and goes on until nothing more can be mended. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import msgspec

from herolint.finding import Finding, Severity
from herolint.fixes.check import broken, check
from herolint.fixes.choose import Chosen
from herolint.fixes.guard import Guard
from herolint.fixes.python import Rewriter
from herolint.fixes.resolve import CannotFix, Plan, resolve
from herolint.fixes.state import State
from herolint.result import Result

MOST_PASSES = 10
"""After that many a fix that makes room for the next one is taken for one that never ends."""
Lint = Callable[[Mapping[str, bytes | None]], Result]
_Key = tuple[str, str, str, str]


class Fixed(msgspec.Struct, frozen=True):
    """A finding that was mended, and the files that this changed."""

    finding: Finding
    paths: frozenset[str]


class Refused(msgspec.Struct, frozen=True):
    """A finding that has a fix which was not made, and why."""

    finding: Finding
    why: str


class Outcome(msgspec.Struct, frozen=True):
    """What came of it: the files in memory, what was mended, what could not be, and what linting says of the files as they are now."""

    state: State
    fixed: tuple[Fixed, ...]
    refused: tuple[Refused, ...]
    result: Result


class Mender:
    """One run: `lint` judges the files as they are in memory, `guard` knows which of them may be touched."""

    def __init__(self, lint: Lint, guard: Guard, *, unsafe: bool) -> None:
        self.lint = lint
        self.guard = guard
        self.unsafe = unsafe
        self.refused: dict[_Key, Refused] = {}
        self.held: frozenset[tuple[str, str]] = frozenset()

    def mend(self, result: Result) -> Outcome:
        """Mend what `result`, which is about the files as they lie on the disk, has fixes for."""
        # A line that is mended is no longer known to the baseline: what else was accepted on it must not be taken for new.
        self.held = frozenset((finding.code, finding.at.path) for finding, _ in result.suppressed)
        state, fixed = State(), []
        with Rewriter() as rewriter:
            for number in range(MOST_PASSES):
                plans = self.plans(result, rewriter, first=number == 0)
                done = self.one_pass(state, result, plans)
                if done is None:
                    break
                state, result, mended = done
                fixed += mended
        left = {_key(finding) for finding in result.findings}
        refused = tuple(refused for key, refused in self.refused.items() if key in left)
        return Outcome(state, tuple(fixed), refused, result)

    def plans(self, result: Result, rewriter: Rewriter, *, first: bool) -> list[tuple[Finding, Plan]]:
        """The plans of all fixes that may be made, each good by itself."""
        found = []
        for finding in result.findings:
            fix = finding.fix
            if fix is None or not fix.edits or not (fix.safe or self.unsafe) or _key(finding) in self.refused:
                continue
            if not first and (finding.code, finding.at.path) in self.held:
                continue
            try:
                plan = resolve(fix, result.source, rewriter)
                check(plan, result.source, self.guard)
            except CannotFix as why:
                self.refuse(finding, str(why))
            else:
                found.append((finding, plan))
        return found

    def one_pass(self, state: State, result: Result, plans: Iterable[tuple[Finding, Plan]]) -> tuple[State, Result, list[Fixed]] | None:
        """The state, what linting says of it, and what was mended; None when nothing could be."""
        while True:
            chosen, taken = Chosen(), []
            for finding, plan in plans:
                if _key(finding) not in self.refused and chosen.take(plan):
                    taken.append((finding, plan))
            if not taken:
                return None
            if len(taken) > 1 and broken(chosen.plans, result.source):
                # Each is good alone and together they are not: the first one goes first.
                plans = taken[:1]
                continue
            after = state.after(chosen.plans, result.source)
            judged = self.lint(after.changed)
            idle = _still_there([finding for finding, _ in taken], result, judged)
            for finding in idle:
                self.refuse(finding, "its fix does not mend it here")
            harmful = self.harmful(state, result, taken) if not idle and _new_errors(result, judged) else []
            if not idle and not harmful:
                return after, judged, [Fixed(finding, plan.paths) for finding, plan in taken]

    def harmful(self, state: State, result: Result, taken: list[tuple[Finding, Plan]]) -> list[Finding]:
        """The unsafe fixes, refused by now, that break something else. A safe one only brings to light what was broken before."""
        by_rule: dict[str, list[tuple[Finding, Plan]]] = {}
        for finding, plan in taken:
            if finding.fix is not None and not finding.fix.safe:
                by_rule.setdefault(finding.code, []).append((finding, plan))
        found = []
        for some in by_rule.values():
            if len(some) > 1 and not self.brought(state, result, [plan for _, plan in some]):
                continue  # none of the rule's fixes does, which spares asking for each
            for finding, plan in some:
                if brought := self.brought(state, result, [plan]):
                    code, path = brought[0]
                    self.refuse(finding, f"it would bring {code}" + (f" in {path}" if path else ""))
                    found.append(finding)
        return found

    def brought(self, state: State, result: Result, plans: list[Plan]) -> list[tuple[str, str]]:
        """The errors that some plans alone would bring."""
        return _new_errors(result, self.lint(state.after(plans, result.source).changed))

    def refuse(self, finding: Finding, why: str) -> None:
        """Note that a fix is not made."""
        self.refused.setdefault(_key(finding), Refused(finding, why))


def _key(finding: Finding) -> _Key:
    """What stays of a finding when lines move."""
    return finding.code, finding.app, finding.at.path, f"{finding.message} {finding.anchor} {finding.occurrence}"


def _kind(finding: Finding) -> _Key:
    return finding.code, finding.app, finding.at.path, finding.message


def _new_errors(before: Result, after: Result) -> list[tuple[str, str]]:
    """Errors that were not there: rule and path."""
    was, is_now = (
        Counter((finding.code, finding.at.path) for finding in one.findings if finding.severity is Severity.ERROR)
        for one in (before, after)
    )
    return sorted(is_now - was)


def _still_there(taken: list[Finding], before: Result, after: Result) -> list[Finding]:
    """Those whose fix was made and that are reported as often as before, though nothing is left to do by hand."""
    was, is_now = Counter(map(_kind, before.findings)), Counter(map(_kind, after.findings))
    mended = Counter(map(_kind, taken))
    return [
        finding
        for finding in taken
        if is_now[_kind(finding)] > was[_kind(finding)] - mended[_kind(finding)] and not (finding.fix and finding.fix.then)
    ]
