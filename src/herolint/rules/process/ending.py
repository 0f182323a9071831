"""Process types whose program ends by itself: the platform starts it again, and again, and then stops trying."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.launching.launch import Launch
from herolint.app.launching.refused_options import RefusedOption, refused_options
from herolint.app.linking.values import Made
from herolint.app.model import App
from herolint.app.needs.unbound import unbound_modules
from herolint.app.reaching.reach import FunctionRef
from herolint.app.running.idle_programs import idle_program, serving
from herolint.app.running.processes import Process
from herolint.app.running.workers import workers_of_call
from herolint.code import facts
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, report, rule
from herolint.wording import some

_ONE_OFF = (
    "release",
    "console",
    "shell",
    "rake",
    "migrate",
    "upgrade",
    "init",
    "seed",
    "createsuperuser",
    "test",
    "tests",
    "collectstatic",
    "setup",
    "init_db",
    "initdb",
)
"""Names that are run by hand or by the platform, never scaled."""
_ENDING = {
    "django": (
        "migrate",
        "collectstatic",
        "makemigrations",
        "createsuperuser",
        "loaddata",
        "check",
        "flush",
        "syncdb",
        "test",
        "dumpdata",
        "compilemessages",
    ),
    "django-admin": ("migrate", "collectstatic", "check"),
    "flask": ("db", "init-db", "create-db", "seed", "routes"),
    "alembic": ("upgrade", "revision", "downgrade"),
}
_PLAIN = frozenset({"echo", "true", "ls", "cp", "mkdir", "pip", "export", "cd", "touch", "printf"})


@rule("HL118", "process-exits-at-once", ERROR, needs=("processes",))
def process_exits_at_once(app: App) -> Iterator[Finding]:
    """A process type that is meant to stay up runs a command that ends."""
    for process in app.processes.values():
        if process.name in _ONE_OFF or app.is_container:
            continue
        main = process.main
        refused = next(refused_options(main), None) if main is not None and not main.alternative else None
        if main is not None and refused is not None:
            yield _refused(process, main, refused)
            continue
        if main is None or len([x for x in process.launches if x.command.background]):
            continue
        what = _ends(main)
        if what and all(_ends(launch) or launch.tool in _PLAIN for launch in process.launches):
            at = main.at
            yield report(
                "HL118",
                f"{process.name} runs {what}, which ends by itself",
                Place(at.path, at.span, "nothing goes on after this"),
                why="a dyno whose program ends counts as crashed: it is started again, fails again, and the restarts are put off longer and longer"
                + (" while visitors get H10" if process.serves else ""),
                fix=_instead(app, process, what),
                process=process.name,
                confidence=Confidence.HIGH if process.serves or process.name in ("worker", "clock", "bot") else Confidence.MEDIUM,
            )
    if app.has("code"):
        yield from _unbound(app)
        yield from _idle(app)
    if app.web is not None and app.has("code"):
        yield from _refused_workers(app, app.web)


def _refused(process: Process, launch: Launch, option: RefusedOption) -> Finding:
    """A program that is given an option it does not have."""
    unsure = f"could be {' or '.join(option.several[:2])}" if option.several else ""
    does = f"cannot tell which option `{option.name}` is" if unsure else f"has no option `{option.name}`"
    return report(
        "HL118",
        f"{process.name} ends at once: {launch.tool} {does}",
        launch.place(option.word, unsure or "not known"),
        why=f"{launch.tool} prints its usage and exits before it does anything" + (": H10" if process.serves else ""),
        fix=f"write `{option.near}`" if option.near else f"take `{option.name}` out of the command",
        process=process.name,
    )


def _unbound(app: App) -> Iterator[Finding]:
    """Code that stops with a NameError while it is loaded."""
    for found in unbound_modules(app.code):
        process = next((name for name in found.processes if name == "web"), found.processes[0])
        yield report(
            "HL118",
            f"{process} ends at once: `{found.name.id}` is used here, and nothing imports it",
            found.mod.place(found.name, "NameError"),
            why="the file is loaded when the process starts, and the NameError ends it" + (": H10" if process == "web" else ""),
            related=(app.procfile_place(process, "this process loads it"),),
            fix=f"write `import {found.name.id}` at the top of {found.mod.path}",
            process=process,
        )


def _idle(app: App) -> Iterator[Finding]:
    """A program with subcommands that is started without one."""
    for process in app.processes.values():
        found = idle_program(app, process) if process.name not in _ONE_OFF else None
        if found is None or process.main is None:
            continue
        meant = serving(found)
        yield report(
            "HL118",
            f"{process.name} ends at once: `{process.main.tool}` is started without a subcommand, and only prints its help then",
            Place(process.main.at.path, process.main.at.span, "no subcommand") if process.origin != "default" else process.at,
            why="a dyno whose program ends counts as crashed" + (": H10" if process.serves else ""),
            related=(found.mod.place(found.made, "runs nothing by itself"),),
            fix=f"{'start it as' if process.origin != 'default' else 'write a Procfile:'} `{process.name}: {process.text} {meant}`"
            if meant
            else f"name one of its subcommands: {some(found.subcommands, 4)}",
            process=process.name,
            confidence=Confidence.HIGH if process.origin != "default" else Confidence.MEDIUM,
        )


def _refused_workers(app: App, web: Process) -> Iterator[Finding]:
    """A server that is to start several workers, which it can only do for an app that it is told by name."""
    for effect in app.code.effects_of("starts-workers"):
        expr, value = app.code.argument(effect, effect.row.path)
        started = FunctionRef(effect.mod.path, effect.fact.function) in app.code.started
        if expr is None or not started or not effect.runs or "web" not in effect.processes or not isinstance(value, Made):
            continue
        number, origin = workers_of_call(app, effect, web.main) if web.main is not None else (None, "")
        if number is None or number < 2:
            continue
        name = effect.name.removesuffix("()")
        said = f"WEB_CONCURRENCY, which the buildpack sets, asks for {number}" if origin == "buildpack" else f"it is to start {number}"
        own = f'"{effect.mod.path.removesuffix(".py").replace("/", ".")}:{expr.id}"' if isinstance(expr, facts.Name) else "the app by name"
        yield report(
            "HL118",
            f"web ends at once: {name} is given the app itself, and starts several workers only for an app that it is told by name",
            effect.mod.place(expr, f"{said} workers"),
            why=f"{said} workers, so it prints “You must pass the application as an import string to enable 'reload' or 'workers'” and "
            "exits: H10",
            related=(app.procfile_place("web", "this process starts it"),),
            fix=f"pass `workers=1`, or {own if own == 'the app by name' else f'`{own}`'} in the place of the app",
            process="web",
        )


def _ends(launch: Launch) -> str:
    if launch.subcommand in _ENDING.get(launch.tool, ()):
        return f"`{launch.tool.replace('django', 'manage.py', 1) if launch.tool == 'django' else launch.tool} {launch.subcommand}`"
    if launch.tool == "python" and launch.module in ("compileall", "pip", "nltk.downloader"):
        return f"`python -m {launch.module}`"
    return f"`{launch.tool}`" if launch.tool in _PLAIN else ""


def _instead(app: App, process: Process, what: str) -> str:
    if process.serves:
        example = app.code.spell(None, "serve")
        return f"start the server here, e.g. `{example}`" if example else "start the server here"
    if "migrate" in what or "upgrade" in what or "syncdb" in what:
        return f"move it to the release phase: `release: {process.text}`"
    return "run it by hand (`heroku run`), from the scheduler, or in the release phase"
