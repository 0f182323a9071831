"""The last line of the reports for people: how much was found where, what can be fixed, what is not shown."""

from __future__ import annotations

from collections import Counter
from datetime import date

from herolint.finding import Finding, Severity
from herolint.reports.escape import plain
from herolint.result import AppSummary, Result
from herolint.wording import count

_MOST_APPS = 3
_OLD_DAYS = 90
_NOTHING = "No findings: nothing here says how an app is built or started; is this the right folder?"


def summary(result: Result, verbose: int = 0) -> str:
    """One line without line break; calm when nothing was found, and then it names what was checked."""
    if not result.findings:
        known = any(app.processes or app.language for app in result.apps)
        head = f"No findings: {_apps(result.apps)} checked" if known else _NOTHING if result.apps else "No findings: no app found to check"
    else:
        counts = Counter(finding.severity for finding in result.findings)
        numbers = ", ".join(count(counts[level], level.word) for level in sorted(Severity, reverse=True) if counts[level])
        head = numbers + (f" in {_apps(result.apps)}" if result.apps else "")
    return " · ".join(
        part for part in (head, _fixable(result.findings), _hidden(result), _problems(result), _facts(result, verbose)) if part
    )


def _apps(apps: tuple[AppSummary, ...]) -> str:
    names = [_name(app, alone=len(apps) == 1) for app in apps[:_MOST_APPS]]
    if len(apps) > _MOST_APPS:
        names.append(f"+{len(apps) - _MOST_APPS} more")
    told = (", " if len(apps) == 1 else "; ").join(name for name in names if name)
    return count(len(apps), "app") + (f" ({told})" if told else "")


def _name(app: AppSummary, *, alone: bool) -> str:
    processes = plain(", ".join(app.processes) or app.language)
    folder = plain(app.path)
    if alone and not folder:
        return processes
    return f"{folder or '.'}: {processes}" if processes else folder or "."


def _fixable(findings: tuple[Finding, ...]) -> str:
    safe = sum(finding.is_fixable() for finding in findings)
    unsafe = sum(finding.is_fixable(safe=False) for finding in findings)
    told = [f"{safe} fixable with --fix"] if safe else []
    if unsafe:
        told.append(f"{unsafe} {'more ' if safe else 'fixable '}with --unsafe-fixes")
    return ", ".join(told)


def _hidden(result: Result) -> str:
    old = sum(why.kind == "baseline" for _, why in result.suppressed)
    told = [f"{len(result.suppressed) - old} ignored"] if len(result.suppressed) > old else []
    told += [f"{old} in the baseline"] if old else []
    if result.hidden_unsure:
        told.append(f"{result.hidden_unsure} unsure (--pedantic)")
    if result.hidden_unchanged:
        told.append(f"{result.hidden_unchanged} in what has not changed")
    return ", ".join(told)


def _problems(result: Result) -> str:
    return count(len(result.problems), "problem") if result.problems else ""


def _facts(result: Result, verbose: int) -> str:
    """How old the platform facts are: when they are old, or when more is asked for."""
    try:
        age = (date.fromisoformat(result.today) - date.fromisoformat(result.facts_date)).days
    except ValueError:
        return ""
    if age > _OLD_DAYS:
        return f"platform facts are {age} days old ({result.facts_date})"
    return f"platform facts of {result.facts_date}" if verbose else ""
