"""What a dyno should not do beside its one program: background work, migrations at every start."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from herolint.app.calling.at_start import surely_starts
from herolint.app.launching.follow import QUIET_TOOLS
from herolint.app.launching.launch import Launch
from herolint.app.launching.side_by_side import MANAGERS
from herolint.app.model import App
from herolint.app.reaching.reach import FunctionRef
from herolint.app.running.processes import Process
from herolint.changes import Edit
from herolint.finding import Finding, Fix, Place
from herolint.knowledge.programs import load as load_programs
from herolint.rules.process.places import started_at
from herolint.rules.registry import WARNING, report, rule
from herolint.source import Span

_PASSING = frozenset({"sleep", "echo", "tail", "grep"})
"""Programs in the background that serve nobody."""


@rule("HL112", "backgrounded-process", WARNING, needs=("processes",))
def backgrounded_process(app: App) -> Iterator[Finding]:
    """Several programs share one dyno, and nobody watches those in the background."""
    told: set[Place] = set()
    for process in app.processes.values():
        for launch in (one for one in process.launches if not one.alternative):
            if launch.beside is not None and launch.tool not in MANAGERS:
                if launch.tool not in QUIET_TOOLS | _PASSING and launch.beside not in told:
                    told.add(launch.beside)
                    yield _shared(app, process, launch, f"{process.name} starts {launch.path} in the background", "in the background")
            elif launch.subcommand == "pm2" and launch.tool == "node" and "--no-daemon" not in launch.options:
                # Its own commands (`pm2 logs`) only look after what this one leaves behind.
                what = launch.script or (launch.target.text if launch.target is not None else "programs")
                yield _shared(app, process, launch, f"{process.name} starts {what} in the background with pm2", "in the background")
            elif launch.tool in MANAGERS - {"pm2"} and process.name != "release":
                yield _shared(
                    app, process, launch, f"{process.name} runs several programs in one dyno with {launch.tool}", "starts several programs"
                )
            elif launch.command.background and launch.command.operator != "&&" and launch.tool not in _PASSING:
                yield _shared(
                    app,
                    process,
                    launch,
                    f"{process.name} starts {launch.tool if launch.script is None else launch.script} in the background",
                    "in the background",
                )


def _shared(app: App, process: Process, launch: Launch, message: str, label: str) -> Finding:
    at = launch.beside or launch.at
    return report(
        "HL112",
        message,
        Place(at.path, at.span, label),
        why="when it stops the dyno goes on without it, unseen; they share one dyno's memory and cannot be scaled apart",
        related=started_at(app, process, launch),
        fix="give each program a process type of its own in the Procfile, e.g. `worker: …`",
        process=process.name,
    )


@rule("HL113", "migrations-in-web", WARNING, needs=("processes",))
def migrations_in_web(app: App) -> Iterator[Finding]:
    """The database is migrated each time a web dyno starts."""
    web = app.web
    if web is None:
        return
    yield from _migrations_in_code(app)
    for launch in web.launches:
        if _migrates(launch):
            at = launch.at
            text = " ".join(w.text for w in launch.words)
            making = launch.subcommand == "makemigrations"
            yield report(
                "HL113",
                f"web runs `{text}` at every start",
                Place(at.path, at.span, "before the port is bound"),
                why=("migrations made on a dyno are thrown away with its disk, and " if making else "")
                + f"every dyno runs it at every start, several at once, in the {app.platform.boot_timeout_s:.0f} s that starting may take",
                related=started_at(app, web, launch),
                fix=_committed(app, web, launch) if making else _released(app, web, launch, text),
                process="web",
            )


def _migrates(launch: Launch) -> bool:
    """Whether what is started migrates a database: the program by its name, or a script of that name under a runner."""
    words = [word.text for word in launch.words]
    names = {launch.tool, posixpath.basename(launch.script or "")}
    return any(load_programs().migrates(name, words) for name in names)


def _committed(app: App, web: Process, launch: Launch) -> Fix:
    """The command without the step that makes migrations."""
    from herolint.app.mends.step_edits import without_step

    return Fix("make migrations on your machine and commit them", without_step(app, web, launch))


def _released(app: App, web: Process, launch: Launch, text: str) -> Fix:
    """The first command of web in a line of its own for the release phase, where that one is free and the rest stands behind `&&`."""
    from herolint.edits.text import written

    source, command = app.source(launch.path), launch.command
    line = app.procfile.last().get("web") if app.procfile is not None else None
    after = next((one for one in web.script.commands if one.span.start > command.span.start), None)
    edits: tuple[Edit, ...] = ()
    if (
        source is not None
        and launch.path == app.procfile_path
        and line is not None
        and "release" not in app.processes
        and command is web.script.commands[0]
        and command.span.start == line.command_span.start  # else it stands in the quotes of another one
        and after is not None
        and command.operator == "&&"
        and not command.cwd
    ):
        moved = Edit(launch.path, Span(line.line_span.start, line.line_span.start), f"release: {written(source, command.span).rstrip()}\n")
        edits = (moved, Edit(launch.path, Span(line.command_span.start, after.span.start), ""))
    return Fix(f"move it to the release phase: `release: {text}`", edits)


def _migrations_in_code(app: App) -> Iterator[Finding]:
    """Calls that migrate, on the way to the listening call or beside it; what only runs when it is asked for is left alone."""
    found = [
        effect
        for effect in (app.code.effects_of("migrates") if app.has("code") else ())
        if "web" in effect.processes
        and FunctionRef(effect.mod.path, effect.fact.function) in app.code.started
        and surely_starts(app.code, effect)
    ]
    if not found:
        return
    first, *others = found
    places = app.code.started[FunctionRef(first.mod.path, first.fact.function)].places()
    yield report(
        "HL113",
        f"web runs {first.row.kind} at every start",
        first.mod.place(first.fact.call, "at every start"),
        why=f"every dyno runs it at every start, several at once, in the {app.platform.boot_timeout_s:.0f} s that starting may take",
        related=(app.procfile_place("web", "starts here"), *(other.mod.place(other.fact.call, "as well") for other in others[:2])),
        flow=(*places, first.mod.place(first.fact.call, "migrates")) if places else (),
        fix="give it a program of its own and run that in the release phase: `release: …`",
        process="web",
    )
