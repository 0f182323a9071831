"""The lines of the Procfile, and whether it declares something that answers requests."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.detection import moves_root
from herolint.app.building.intent import bot_script, wants_to_run
from herolint.app.building.python_build import builds_python
from herolint.app.model import App
from herolint.app.running.defaults import beside_others, default_fails, no_default_web
from herolint.app.running.endpoints import unmeant_web
from herolint.app.running.processes import default_like
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.formats.procfile import BrokenLine, Procfile
from herolint.formats.shell import parse
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule


@rule("HL102", "procfile-invalid-line", ERROR, WARNING, needs=("procfile",))
def procfile_invalid_line(app: App) -> Iterator[Finding]:
    """A line that Heroku drops without a word, or reads as something else."""
    procfile = app.procfile
    if procfile is None or app.is_container:
        return
    path = app.procfile_path or "Procfile"
    if procfile.encoding_problem in ("utf-16", "utf-32"):
        from herolint.app.mends.procfile_edits import as_utf8

        yield report(
            "HL102",
            f"the Procfile is {procfile.encoding_problem.upper()}: Heroku reads no line of it",
            Place(path),
            why="the app deploys with no process types, and every request gets H14",
            fix=Fix("save it as UTF-8 without a byte order mark (PowerShell: `Set-Content -Encoding ascii`)", as_utf8(app), safe=True),
        )
        return
    declared = procfile.last()
    for line in procfile.broken:
        stands_in = default_like(app, line.meant) if line.meant is not None else ""
        goes_on = line.kind == "blank-before-colon" and len(parse(declared[line.name].command).commands) > 1
        error = _is_error(line, has_web="web" in declared) and not stands_in and not goes_on
        from herolint.app.mends.procfile_edits import as_meant

        yield report(
            "HL102",
            line.message
            if line.kind != "no-colon"
            else f"`{line.name}` has no colon: today's dynos take it, Fir and `heroku local` refuse it",
            Place(path, line.span, "dropped" if line.dropped else "misread"),
            severity=ERROR if error else WARNING,
            why=f"the line is lost; only since the buildpack's own `{stands_in}` starts the same program does {line.name} run"
            if stands_in
            else f"the process type {line.name} is lost" + (": no dyno serves requests (H14)" if line.name == "web" else "")
            if line.dropped and line.name
            else "the first command of the line is passed over, and what stands behind it runs; the builders of Fir refuse the line"
            if goes_on
            else "the build goes on without a word, and the process is not what the line says",
            fix=as_meant(app, line),
            process=line.name,
        )


def _is_error(line: BrokenLine, *, has_web: bool) -> bool:
    if line.kind in ("no-colon", "continued"):
        return False
    if line.kind == "bad-line" or not line.name:
        return False
    return line.name.lower() == "web" or not has_web or line.kind in ("blank-before-colon", "empty-command", "no-space", "bom")


@rule("HL103", "procfile-duplicate-process", WARNING, ERROR, needs=("procfile",))
def procfile_duplicate_process(app: App) -> Iterator[Finding]:
    """A process type is declared twice; the last line wins."""
    procfile = app.procfile
    if procfile is None or app.is_container:
        return
    path = app.procfile_path or "Procfile"
    last = procfile.last()
    for line in procfile.entries:
        winner = last[line.name]
        if line is winner:
            continue
        differs = line.command != winner.command
        from herolint.app.mends.procfile_edits import without_overridden

        yield report(
            "HL103",
            f"{line.name} is declared twice: this line has no effect",
            Place(path, line.line_span, "overridden"),
            severity=ERROR if differs and line.name == "web" else WARNING,
            why="the last line of a name wins, without a message" + ("; this command never runs" if differs else ""),
            related=(Place(path, winner.line_span, "this one counts"),),
            fix=without_overridden(app, line, differs=differs),
            process=line.name,
        )


@rule("HL104", "no-web-process", ERROR, NOTE, WARNING)
def no_web_process(app: App) -> Iterator[Finding]:
    """Nothing answers HTTP requests."""
    if app.is_container or not app.root.deployed or "Procfile" not in app.slug and app.procfile_path is not None:
        return
    if app.web is not None:
        yield from _failing_default(app)
        return
    procfile = app.procfile
    if procfile is not None and procfile.encoding_problem in ("utf-16", "utf-32"):
        return  # no line of it is read, which is another finding
    if procfile is not None and procfile.broken and any(line.name.lower() == "web" for line in procfile.broken):
        return  # the broken line is the finding
    if procfile is None and any(
        pack.default_web == "by-name" and pack.language == app.language for pack in app.platform.buildpacks.official
    ):
        yield from _misnamed_programs(app)
        return
    if (reason := no_default_web(app)) and (app.app_json is not None or "system.properties" in app.slug or app.deploys.any):
        yield _no_default(app, reason)
        return
    if _may_get_web(app):
        return
    if procfile is None and "Procfile" in app.slug:
        return  # it cannot be read, which is told as such
    if procfile is None:
        if builds_python(app) and wants_to_run(app) and not moves_root(app):
            bot = bot_script(app)
            folder = any(path.startswith("Procfile/") for path in app.workspace.files) or (app.workspace.root / "Procfile").is_dir()
            written = f"write a `Procfile` with `worker: python {bot}`" if bot else _suggestion(app)
            yield report(
                "HL104",
                "Procfile is a folder, where Heroku looks for a file: nothing starts after the push"
                if folder
                else "there is no Procfile: nothing starts after the push",
                Place(""),
                why="the Python buildpack has no default process; the app deploys, and "
                + ("the bot never runs" if bot else "every request gets H14"),
                fix="give the folder another name, and write a file `Procfile` in its place" if folder else written,
            )
        return
    yield from _other_processes(app, procfile)


def _other_processes(app: App, procfile: Procfile) -> Iterator[Finding]:
    """The Procfile declares something else than `web`, or nothing at all."""
    names = list(app.processes)
    wrong_case = next((name for name in names if name.lower() == "web"), None)
    if wrong_case is not None:
        line = procfile.last()[wrong_case]
        from herolint.app.mends.procfile_edits import called_web

        yield report(
            "HL104",
            f"`{wrong_case}` is not `web`: names of process types are case-sensitive",
            Place(app.procfile_path or "Procfile", line.name_span, "gets no requests"),
            why="only `web` receives requests; without it every one gets H14",
            fix=Fix("write `web:`", called_web(app, line), safe=True),
            process=wrong_case,
        )
    elif names and any(name != "release" for name in names):
        first = next(name for name in names if name != "release")
        yield report(
            "HL104",
            f"no `web` process: the app answers no requests, only {', '.join(n for n in names if n != 'release')} can run",
            app.procfile_place(first),
            severity=NOTE,
            why="right for a bot or a worker; such a process starts at 0 dynos and must be scaled by hand",
            fix=f"after the first deploy: `heroku ps:scale {first}=1`",
            process=first,
            confidence=Confidence.LOW,
        )
    elif not names:
        yield report(
            "HL104",
            "the Procfile declares no process",
            Place(app.procfile_path or "Procfile"),
            why="the app deploys, nothing starts, and every request gets H14",
            fix=_suggestion(app),
        )


def _no_default(app: App, reason: str) -> Finding:
    return report(
        "HL104",
        "there is no Procfile, and no buildpack declares a web process for this app",
        Place(app.detected[0].file if app.detected else ""),
        why=f"{reason}; the app deploys, and every request gets H14",
        fix=_suggestion(app),
        confidence=Confidence.MEDIUM,
    )


def _misnamed_programs(app: App) -> Iterator[Finding]:
    """Without a Procfile the programs that are built give the process types, and none of them is `web`."""
    if moves_root(app) or not (wants_to_run(app) or _some_serve(app)):
        return
    made = ", ".join(app.processes)
    yield report(
        "HL104",
        f"there is no Procfile, and of the programs that are built none is called `web`: {made}"
        if made
        else "there is no Procfile, and no program is built",
        app.procfile_place(next(iter(app.processes))) if made else Place(""),
        why="the buildpack names a process type after each program; the app deploys, and every request gets H14",
        fix=f"write a `Procfile` with `web: bin/{next(iter(app.processes))}`" if made else _suggestion(app),
    )


def _failing_default(app: App) -> Iterator[Finding]:
    """The Procfile has no `web`, and the buildpack adds one that cannot start, or starts what serves nobody."""
    web, first = app.web, beside_others(app)
    if web is None or not first:
        return
    fails = default_fails(app)
    if not fails and not unmeant_web(app):
        return
    how = "package.json has no `start` script" if fails else "what it starts serves no HTTP"
    yield report(
        "HL104",
        f"beside {first} the buildpack declares `web: {web.text}`, and {how}",
        app.procfile_place(first, "the only process that is meant"),
        severity=WARNING,
        why="the first deploy starts one dyno of web, which crashes again and again (H10), and none of the others"
        if fails
        else f"the first deploy starts one dyno of web, which does the same work a second time until it is stopped"
        f" {app.platform.boot_timeout_s:.0f} s later (R10)",
        fix=f"`heroku ps:scale web=0 {first}=1`",
        process="web",
        confidence=Confidence.MEDIUM,
    )


def _may_get_web(app: App) -> bool:
    """Whether some buildpack that may build the app declares a web process by itself."""
    return any(
        pack.default_web != "never" and (pack.language == app.language or any(name in app.slug for name in pack.manifests))
        for pack in app.platform.buildpacks.official
    )


def _some_serve(app: App) -> bool:
    """Whether one of the programs that are built listens."""
    return app.has("code") and any(effect.runs is not False and effect.processes for effect in app.code.effects_of("listens"))


def _suggestion(app: App) -> Fix:
    from herolint.app.mends.web_command import suggested

    return suggested(app)
