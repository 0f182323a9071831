"""Files of the repository that a command starts as programs, and that the system does not start so."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.running.own_programs import Unstartable
from herolint.finding import Finding, Fix, Place
from herolint.knowledge import stdlib
from herolint.knowledge.packages import is_listed_import, program_packages
from herolint.rules.registry import report


def not_started(app: App, found: Unstartable) -> Finding:
    """A file that is there, and that the system does not start."""
    from herolint.app.mends.target_edits import any_python, with_line_feeds

    process, path = found.process, found.path
    fix: Fix | str
    match found.reason:
        case "mode":
            message, label = f"{process.name} starts {path}, which git does not hold as executable", "Permission denied"
            fix = f"run `git update-index --chmod=+x {path}` and commit that"
        case "line-end":
            message, label = (
                f"{process.name} starts {path}, whose first line ends in CR: `{found.asked}` with a CR is no program",
                "no such program",
            )
            fix = with_line_feeds(path)
        case _:
            message, label = (
                f"{process.name} starts {path}, whose first line asks for {found.asked}, which a dyno does not have",
                "no such program",
            )
            fix = Fix("write `#!/usr/bin/env python3`", any_python(app, path), safe=True)
    return report(
        "HL110",
        message,
        Place(found.at.path, found.at.span, label),
        why="the process ends as soon as it starts" + (", and every request gets H10" if process.serves else ""),
        fix=fix,
        process=process.name,
    )


def bare_names(app: App) -> Iterator[Finding]:
    """Scripts at the app's root that are called without a path."""
    meant = {line.name for line in app.procfile.broken} if app.procfile is not None else set()
    for process in app.processes.values() if not app.is_container else ():
        if process.name in meant:
            continue  # a line that is broken is another finding
        for command in process.script.commands:
            name = command.words[0].text if command.words and not command.cwd and not command.conditional else ""
            if "." in name and "/" not in name and name in app.slug:
                from herolint.app.mends.target_edits import by_shell

                yield report(
                    "HL110",
                    f"{process.name} starts {name} by its bare name, and the app's folder is not on PATH",
                    Place(process.at.path, command.words[0].span, "not found"),
                    why="command not found: the process crashes as soon as it starts"
                    + (" and every request gets H10" if process.serves else ""),
                    fix=by_shell(app, process, command, name),
                    process=process.name,
                )


def is_known_module(top: str) -> bool:
    """Whether Python itself or some package brings a module, or a program, of that name."""
    return top in stdlib.load().modules or is_listed_import(top) or bool(program_packages(top))


def startable_packages(app: App) -> list[str]:
    """The app's own packages at the root that `python -m` starts."""
    return sorted(path.partition("/")[0] for path in app.code.code.files if path.count("/") == 1 and path.endswith("/__main__.py"))
