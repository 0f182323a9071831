"""What a command starts must be there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.buildpacks.node_output import build_text, made_before
from herolint.app.buildpacks.node_programs import known_programs
from herolint.app.buildpacks.ts_layout import misplaced
from herolint.app.launching.follow import script_folder
from herolint.app.launching.launch import Launch
from herolint.app.launching.launch_node import PACKAGE_MANAGERS
from herolint.app.model import App
from herolint.app.running.built_programs import NotBuilt, not_built
from herolint.app.running.java_programs import archives_not_made
from herolint.app.running.own_programs import unstartable
from herolint.app.running.processes import Process
from herolint.finding import Confidence, Finding, Place
from herolint.rules.process.modules import missing_module
from herolint.rules.process.own_files import bare_names, not_started
from herolint.rules.process.places import Missing, all_launches, holds_other_files, started_at
from herolint.rules.process.worker_class import unknown_worker_classes
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.wording import some

if TYPE_CHECKING:
    from herolint.formats.package_json import PackageJson


@rule("HL110", "command-target-missing", ERROR, WARNING, needs=("processes",))
def command_target_missing(app: App) -> Iterator[Finding]:
    """A process starts a file, module or object that is not there."""
    for process, launch in all_launches(app):
        found = _missing(app, process, launch)
        if found is None:
            continue
        message, at, fix, confidence = found
        severity = ERROR if process.name in ("web", "release") or not launch.command.conditional else WARNING
        yield report(
            "HL110",
            message,
            Place(at.path, at.span, "not there"),
            severity=severity,
            why="the process crashes as soon as it starts"
            + (
                " and every request gets H10"
                if process.serves
                else " and, in release, no deploy goes live"
                if process.name == "release"
                else ""
            ),
            related=started_at(app, process, launch),
            fix=fix,
            process=process.name,
            confidence=confidence,
        )
    yield from (_not_built(app, found) for found in (*not_built(app), *archives_not_made(app)))
    yield from bare_names(app)
    yield from (not_started(app, found) for found in unstartable(app))
    yield from unknown_worker_classes(app)


def _not_built(app: App, found: NotBuilt) -> Finding:
    """A binary of another name, or in another folder, than the build gives it."""
    from herolint.app.mends.target_edits import near_program

    names = some(found.made, 3)
    process = found.process
    toolchain = found.launch.tool == "go"
    message = f"{process.name} starts {found.written}, which the build does not make: it makes {names or 'no program at all'}"
    if toolchain:
        message = f"{process.name} runs `{found.written}`, and the Go toolchain is not on a dyno"
    return report(
        "HL110",
        message,
        Place(found.at.path, found.at.span, "not there"),
        why=("there is no such archive" if found.written.endswith(".jar") else "the shell finds no such program")
        + ": the process crashes as soon as it starts"
        + (" and every request gets H10" if process.serves else ""),
        related=() if found.launch.path == process.at.path else (Place(process.at.path, process.at.span, "this process starts it"),),
        fix=near_program(app, found) if found.near else "name one of the programs that are built" if found.made else "add a `package main`",
        process=process.name,
        confidence=found.confidence,
    )


def _missing(app: App, process: Process, launch: Launch) -> Missing | None:
    if launch.target is None or not launch.target.literal or launch.command.conditional or not launch.command.cwd_known:
        return None
    at = launch.place(launch.target)
    if launch.tool in PACKAGE_MANAGERS:
        return _missing_package_script(app, process, launch, at)
    if launch.script and launch.tool == "node":
        return _missing_source(app, process, launch, at)
    if launch.script and launch.tool in ("python", "django", "streamlit", "sh", "fastapi", "chainlit"):
        return _missing_script(app, process, launch, at)
    if launch.module and launch.tool in ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "celery", "python"):
        return missing_module(app, process, launch, at)
    return None


def _missing_package_script(app: App, process: Process, launch: Launch, at: Place) -> Missing | None:
    """A script that package.json does not have."""
    folder = script_folder(app, launch)
    package = app.package(folder)
    if package is None or launch.subcommand in package.scripts or holds_other_files(app, process):
        return None
    if launch.subcommand == "start" and posixpath.join(folder, "server.js") in app.slug:
        return None
    if launch.tool != "npm" and (launch.subcommand in known_programs() or _lists(package, launch.subcommand)):
        return None  # `yarn next start` runs a program
    if not package.scripts and process.origin == "default" and not app.root.deployed:
        return None
    near = next((name for name in ("start:prod", "start:production", "serve", "prod", "dev", "server") if name in package.scripts), None)
    fix = f"add a `start` script to package.json (it has `{near}`)" if near else f"add a `{launch.subcommand}` script to package.json"
    manifest = posixpath.join(folder, "package.json")
    message = f"{process.name} runs `{launch.tool} {launch.subcommand}`, and {manifest} has no script of that name"
    if process.origin == "default":
        message = "package.json has no `start` script, there is no server.js and no Procfile: nothing starts"
        others = [name for name in app.processes if name not in ("web", "release")]
        if others or any(app.workspace.find("Procfile")):
            return None  # a worker alone may be all that was meant
        if "Procfile" in build_text(app):
            return None  # the build writes one
    return message, at, fix, Confidence.HIGH


def _lists(package: PackageJson, name: str) -> bool:
    return name in package.dependencies or name in package.dev_dependencies


def _missing_source(app: App, process: Process, launch: Launch, at: Place) -> Missing | None:
    """A JavaScript file that is neither in the repository nor made by the build."""
    script = launch.script or ""
    if script in app.slug or holds_other_files(app, process) or "$" in script or "*" in script or script.startswith(("/", "..")):
        return None
    if app.code.node_paths.file(script) is not None and launch.subcommand != "node":
        return None
    if any(f"{script}{ending}" in app.slug for ending in (".js", ".cjs", ".json", "/index.js", "/package.json")):
        return None
    placed = misplaced(app, script) if not made_before(process, launch) else None
    if placed is not None:
        fix = f'start {placed.made}, or write `"rootDir": "src"` and leave {placed.beside} out of what is compiled'
        return (
            f"{process.name} starts {script}, and the compiler puts it at {placed.made}: it compiles {placed.beside} too",
            at,
            fix,
            Confidence.HIGH,
        )
    if "node_modules" in script.split("/") or app.build_makes(script) or made_before(process, launch):
        return None
    same = next((path for path in app.slug if path.lower() in (script.lower(), f"{script.lower()}.js")), None)
    if same:
        message = f"{process.name} starts {script}, but the file is called {same}"
        from herolint.app.mends.target_edits import as_named

        return message, at, as_named(app, launch, script, same), Confidence.HIGH
    if script in app.workspace.files:
        return f"{process.name} starts {script}, which .slugignore removes", at, f"take {script} out of .slugignore", Confidence.HIGH
    if app.build_output(script):
        return None  # the output of a build that nobody runs: another finding
    near = _near_files(app, script)
    reason = app.workspace.unpushed_reason(script)
    from herolint.app.mends.target_edits import instead

    return (
        f"{process.name} starts {script}, which is not in the repository{f' ({reason})' if reason else ''}",
        at,
        instead(app, launch, script, near) if near else f"commit {script} or name the right file",
        Confidence.HIGH,
    )


def _near_files(app: App, script: str) -> list[str]:
    """Files of the same name in other folders, the shortest path first."""
    return [path for path in sorted(app.slug, key=len) if posixpath.basename(path) == posixpath.basename(script)]


def _missing_script(app: App, process: Process, launch: Launch, at: Place) -> Missing | None:
    script = launch.script or ""
    if (app.workspace.exists(script) and script in app.slug) or script.startswith(("/", "..")) or holds_other_files(app, process):
        return None
    if "$" in script or "*" in script:
        return None
    same = next((p for p in app.slug if p.lower() == script.lower()), None)
    if same:
        from herolint.app.mends.target_edits import as_named

        return (
            f"{process.name} starts {script}, but the file is called {same}",
            at,
            as_named(app, launch, script, same),
            Confidence.HIGH,
        )
    if script in app.workspace.files:
        return None  # .slugignore removes it, which is another finding
    near = _near_files(app, script)
    reason = app.workspace.unpushed_reason(script)
    why = f" ({reason})" if reason else ""
    from herolint.app.mends.target_edits import instead

    return (
        f"{process.name} starts {script}, which is not in the repository{why}",
        at,
        instead(app, launch, script, near) if near else f"commit {script} or name the right file",
        Confidence.HIGH,
    )
