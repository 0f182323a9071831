"""Files of the repository that a command starts as programs, and that the system does not start so."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.folding.config_vars import value_given
from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.own_programs import Unstartable
from herolint.code.facts import NONE
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


def deeper_folder(app: App, launch: Launch, path: str) -> str | None:
    """The folder of a module that a command names as if it lay at the root; None where the command looks there, or may."""
    code = app.code.code
    folder = next((root for root in code.guessed if path.startswith(f"{root}/")), None)
    tail = (launch.module or "").replace(".", "/")
    if folder is None or code.open_path or path not in (f"{folder}/{tail}.py", f"{folder}/{tail}/__init__.py"):
        return None
    settings = app.code.entry_points.gunicorn_config(launch)
    mod = code.mod(settings) if settings else None
    moved = mod is not None and any(name in mod.names.get(NONE, {}) for name in ("chdir", "pythonpath"))
    return None if moved or value_given(app, "GUNICORN_CMD_ARGS") or launch.has("--pythonpath") else folder


def look_in(launch: Launch, folder: str) -> str:
    """How a server is told to look for modules in a folder."""
    option = {"gunicorn": "--chdir", "uvicorn": "--app-dir"}.get(launch.tool)
    return f"write `{launch.tool} {option} {folder} …`" if option else f"write `cd {folder} && {launch.tool} …`"


def is_known_module(top: str) -> bool:
    """Whether Python itself or some package brings a module, or a program, of that name."""
    return top in stdlib.load().modules or is_listed_import(top) or bool(program_packages(top))


def startable_packages(app: App) -> list[str]:
    """The app's own packages at the root that `python -m` starts."""
    return sorted(path.partition("/")[0] for path in app.code.code.files if path.count("/") == 1 and path.endswith("/__main__.py"))
