"""Rules about logs that end on the dyno's disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herolint.app.calling.conditions import in_plain_sight
from herolint.app.frameworks.laravel import laravel_of
from herolint.app.keeping.storage import is_temporary, path_text, shown, written_by
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Known, Table, Value, text_of
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.changes import Change
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument, dotted
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.disk.database import lost
from herolint.rules.registry import NOTE, WARNING, report, rule
from herolint.source import Span


@rule("HL207", "logs-to-file", WARNING, NOTE, needs=("processes",))
def logs_to_file(app: App) -> Iterator[Finding]:
    """Logs are written to a file that nobody collects."""
    yield from _laravel(app)
    if not app.has("code"):
        return
    for effect in app.code.effects_of("logs-to-file"):
        expr, value = app.code.argument(effect, effect.row.path)
        if expr is None and effect.row.default_path and in_plain_sight(app.code, effect):
            expr, value = effect.fact.call.func, Known(effect.row.default_path)
        if (
            expr is None
            or (isinstance(value, Known) and not value.value)
            or (app.rails is not None and app.rails.replaces_logger(effect.mod.path))
        ):
            continue
        text = path_text(written_by(app.code, effect, expr, value))
        if (effect.row.kind == "sink" and text is None) or (is_temporary(value, text) and text is None):
            continue
        from herolint.app.mends.log_edits import to_console

        console = app.code.spell(effect.mod, "log-console")
        yield _log_finding(
            app,
            effect.mod.place(expr, "log file"),
            text,
            effect.runs,
            effect.processes[0],
            console,
            to_console(app, effect),
            also_shown=_beside_console(app, effect),
            asked_for=text is None and _only_when_named(effect, expr),
        )
    yield from _logging_dict(app)


def _log_finding(
    app: App,
    at: Place,
    text: str | None,
    runs: bool | None,
    process: str,
    console: str,
    edits: tuple[Change, ...],
    *,
    also_shown: bool = False,
    asked_for: bool = False,
) -> Finding:
    """`also_shown`: the same lines go to standard output as well. `asked_for`: only where an option names a file."""
    return report(
        "HL207",
        f"logs go to {f'the file {shown(text)}' if text and '{}' not in text else 'a file on the dyno’s disk'}"
        + (" as well as to standard output" if also_shown else ", which nobody can read"),
        at,
        severity=NOTE if also_shown else WARNING,
        why="only standard output and error reach `heroku logs` and log drains; " + lost(app),
        fix=Fix(f"log to standard output: `{console}`" if console else "log to standard output", () if also_shown else edits),
        process=process,
        confidence=Confidence.LOW if asked_for else Confidence.HIGH if runs else Confidence.MEDIUM,
    )


def _only_when_named(effect: Effect, file: facts.AnyExpr) -> bool:
    """`if options.log_file: FileHandler(options.log_file)`: whether the branch asks for the file's name itself."""
    name, at = dotted(file), effect.fact.guard
    while name is not None and at != facts.NONE:
        guard = effect.mod.facts.guards[at]
        if guard.kind == "if" and dotted(guard.test) == name:
            return True
        at = guard.parent
    return False


def _beside_console(app: App, effect: Effect) -> bool:
    """Whether a handler stands in one list with another that writes to standard output or error, or is added to the same logger."""
    mod = effect.mod
    together: dict[str, list[facts.AnyExpr]] = {}
    for fact in mod.facts.calls:
        if _is_console(app, mod, fact, effect.name):
            return True
        given = argument(fact.call, None, "handlers")
        if isinstance(given, facts.Sequence) and _among(app, mod, fact.function, effect, given.items):
            return _any_console(app, mod, fact.function, given.items)
        func = fact.call.func
        if isinstance(func, facts.Attr) and func.name == "addHandler" and fact.call.args:
            together.setdefault(f"{fact.function} {dotted(func.base) or func.base.start}", []).append(fact.call.args[0])
    return any(
        _among(app, mod, int(key.partition(" ")[0]), effect, added) and _any_console(app, mod, int(key.partition(" ")[0]), added)
        for key, added in together.items()
    )


def _among(app: App, mod: Mod, function: int, effect: Effect, handlers: Iterable[facts.AnyExpr]) -> bool:
    """Whether one of the expressions is the call, or a name for what it made."""
    return any(origin(app.code.linker, mod, function, one)[2] == effect.fact.call for one in handlers)


def _any_console(app: App, mod: Mod, function: int, handlers: Iterable[facts.AnyExpr]) -> bool:
    """Whether one of the handlers writes to standard output or error."""
    made = (origin(app.code.linker, mod, function, one) for one in handlers)
    return any(
        isinstance(call, facts.Call) and app.code.linker.qualified(where, scope, call.func) == "logging.StreamHandler"
        for where, scope, call in made
    )


def _is_console(app: App, mod: Mod, fact: CallFact, name: str) -> bool:
    """Whether the same call adds standard output or error: `logger.add(sys.stderr)` beside `logger.add("app.log")`."""
    first = fact.call.args[0] if fact.call.args and name.endswith(".add") else None
    if first is None or app.code.linker.qualified(mod, fact.function, fact.call.func) != name:
        return False
    return app.code.linker.qualified(mod, fact.function, first) in ("sys.stderr", "sys.stdout")


def _logging_dict(app: App) -> Iterator[Finding]:
    """Handlers of Django's LOGGING and of dictConfig that some logger uses."""
    python = app.code
    tables: list[tuple[Mod, Value, bool | None, str]] = []
    if python.django is not None:
        for found in python.django.assignments("LOGGING"):
            tables.append((found.mod, found.value, python.guards.holds(found.mod, found.assign.guard), "web"))
    for mod, fact, _ in python.calls_named("logging.config.dictConfig"):
        if fact.call.args:
            who = python.reached_by(mod.path)
            tables.append(
                (mod, python.fold(mod, fact.function, fact.call.args[0]), python.guards.holds(mod, fact.guard), who[0] if who else "")
            )
    for mod, value, runs, process in tables:
        if not isinstance(value, Table) or runs is False:
            continue
        handlers = value.get("handlers")
        for name, handler, start, end in handlers.entries if isinstance(handlers, Table) else ():
            if not isinstance(handler, Table) or not _used_by(value, name):
                continue
            kind = text_of(handler.get("class") or Known(None)) or ""
            file = handler.get("filename")
            if file is not None and kind.endswith("FileHandler"):
                from herolint.app.mends.log_edits import handler_to_console

                yield _log_finding(
                    app,
                    mod.place(facts.Expr(start, end), "log file"),
                    path_text(file),
                    runs,
                    process,
                    app.code.spell(mod, "log-console"),
                    handler_to_console(mod, Span(start, end)),
                    also_shown=all(_shows(handlers, names) for names in _used_by(value, name)),
                )


def _used_by(logging: Table, handler: str) -> list[list[str]]:
    """The lists of handlers of the loggers, and of the root, that use a handler."""
    found: list[list[str]] = []
    loggers = logging.get("loggers")
    for entry in [*(e[1] for e in (loggers.entries if isinstance(loggers, Table) else ())), logging.get("root")]:
        names = entry.get("handlers") if isinstance(entry, Table) else None
        found.append([str(i.value) for i in getattr(names, "items", ()) if isinstance(i, Known)])
    return [names for names in found if handler in names]


def _shows(handlers: Value | None, names: list[str]) -> bool:
    """Whether one of the handlers of these names writes to standard output or error."""
    if not isinstance(handlers, Table):
        return False
    kinds = [one.get("class") for name in names if isinstance(one := handlers.get(name), Table)]
    return any(kind is not None and (text_of(kind) or "").endswith("StreamHandler") for kind in kinds)


def _laravel(app: App) -> Iterator[Finding]:
    """Laravel's default channel where it writes files only."""
    laravel = laravel_of(app)
    found = laravel.logs() if laravel is not None else None
    if found is not None:
        unless = f" unless {found.variable} is set" if found.variable else ""
        yield report(
            "HL207",
            f"logs go to a file under storage/logs, which nobody can read{unless}",
            found.at,
            severity=WARNING,
            why="only standard output and error reach `heroku logs` and log drains; " + lost(app),
            fix=f"`heroku config:set {found.variable}=stderr`" if found.variable else "write `stderr`",
            process="web",
            confidence=Confidence.MEDIUM,
        )
