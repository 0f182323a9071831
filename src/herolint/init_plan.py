"""Makes the plan of `herolint init`: what the app lacks, step upon step, each tried by the rules before it is proposed.

A file is proposed only where the app with it has no finding about what was written and none about the build that it has not without it.
What the rules say of code that nothing started before is counted and told: it was there, and nobody saw it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint.app.propose import Found, Left, Plan, Proposal
from herolint.finding import Finding

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.config import Config
    from herolint.engine import RunOptions


class PlanError(Exception):
    """A plan that cannot be written; the message is one line."""


def make_plan(root: Path, config: Config, options: RunOptions) -> Plan:
    """The plan for the app at the root of a folder. Raises ConfigError."""
    from herolint import engine
    from herolint.app.propose.app_json import app_json
    from herolint.app.propose.processes import processes, release
    from herolint.app.propose.runtime import runtime
    from herolint.app.propose.slugignore import slugignore

    before, apps = engine.judge(root, config, options)
    app = apps[0]
    kept: dict[str, Proposal] = {}
    left: list[Left] = []
    known = before.findings
    looks: tuple[Callable[[App], Found], ...] = (runtime, processes, release, slugignore, app_json)
    for look in looks:
        found = look(app)
        left += found.left
        wanted, there = _possible(root, found.files)
        left += there
        if there or not wanted:
            continue  # what belongs together is written together: no server is installed that nothing starts
        trial = _joined(kept, wanted)
        findings, tried = _judged(root, config, options, trial)
        if (fault := _fault(known, findings, trial)) is not None:
            left += (Left(one.path, f"with it, {fault.code} would say: {fault.message}") for one in wanted)
            continue
        kept, app, known = trial, tried, findings
    return Plan(tuple(kept.values()), tuple(dict.fromkeys(left)), _gone(before.findings, known), _new(before.findings, known))


def _possible(root: Path, files: Iterable[Proposal]) -> tuple[list[Proposal], list[Left]]:
    """The files that may be written; a new one never takes the place of something that lies there unseen, such as an ignored file."""
    wanted, there = [], []
    for one in files:
        if (root / one.path).is_symlink():
            there.append(Left(one.path, "it is a link; what it leads to is not changed"))
        elif one.before is None and os.path.lexists(root / one.path):
            there.append(Left(one.path, "there is one that a push leaves out: add that to git, or take it away"))
        else:
            wanted.append(one)
    return wanted, there


def _joined(kept: dict[str, Proposal], wanted: list[Proposal]) -> dict[str, Proposal]:
    """What was proposed so far with more; a file that is proposed again was planned on top of the first."""
    joined = dict(kept)
    for one in wanted:
        first = kept.get(one.path)
        joined[one.path] = (
            one if first is None else Proposal(one.path, first.before, one.after, "; ".join(dict.fromkeys((first.reason, one.reason))))
        )
    return joined


def _judged(root: Path, config: Config, options: RunOptions, trial: dict[str, Proposal]) -> tuple[tuple[Finding, ...], App]:
    """The findings of the folder and its app as they would be with the proposals written."""
    from herolint import engine

    planned = msgspec.structs.replace(options, changed={path: one.after for path, one in trial.items()})
    result, apps = engine.judge(root, config, planned)
    return result.findings, apps[0]


def _key(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.at.path


def _new(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[Finding, ...]:
    known = {_key(finding) for finding in before}
    return tuple(finding for finding in after if _key(finding) not in known)


def _gone(before: Iterable[Finding], after: Iterable[Finding]) -> int:
    still = {_key(finding) for finding in after}
    return sum(_key(finding) not in still for finding in before)


def _fault(before: Iterable[Finding], after: Iterable[Finding], trial: dict[str, Proposal]) -> Finding | None:
    """A finding that the plan would be to blame for: about a file that it writes, or about the build and the repository as a whole."""
    return next((finding for finding in _new(before, after) if finding.at.path in trial or not finding.process), None)


def write(root: Path, plan: Plan) -> None:
    """Write the files of a plan, each whole or not at all. Raises PlanError where one has changed since, OSError."""
    from herolint.whole_files import write_whole

    for one in plan.files:
        path = root / one.path
        there = path.read_bytes() if os.path.lexists(path) and not path.is_symlink() else None
        if there != one.before or path.is_symlink() or path.resolve().parent != root.resolve():
            raise PlanError(f"{path}: it has changed since it was read; nothing is written there")
    for one in plan.files:
        path = root / one.path
        write_whole(path, one.after, mode=path.stat().st_mode & 0o777 if one.before is not None else None)
