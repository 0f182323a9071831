"""Rules about uploads and logs that end on the dyno's disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herolint.app.calling.conditions import in_plain_sight
from herolint.app.keeping.scratch import is_scratch
from herolint.app.keeping.storage import TEMPORARY, absolute, callback_value, is_temporary, path_text, removed_in, shown, written_by
from herolint.app.keeping.uploads import copied_uploads
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Known, Made, Table, Value, text_of
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.changes import Change
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument, dotted, last_name
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.disk.database import lost
from herolint.rules.disk.log_settings import laravel_logs
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule
from herolint.source import Span

FILE_FIELDS = frozenset(
    {
        "django.db.models.FileField",
        "django.db.models.ImageField",
        "django.db.models.fields.files.FileField",
        "django.db.models.fields.files.ImageField",
    }
)


@rule("HL203", "upload-to-local-disk", ERROR, WARNING, needs=("processes",))
def upload_to_local_disk(app: App) -> Iterator[Finding]:
    """What visitors upload is kept on the dyno's disk."""
    yield from _kept_uploads(app)
    if not app.has("code"):
        return
    yield from _saved_uploads(app)
    yield from _stored_uploads(app)
    yield from _copied_uploads(app)
    yield from _django_fields(app)


def _saved_uploads(app: App) -> Iterator[Finding]:
    """Uploaded files whose own method saves them: `request.files["x"].save(path)`."""
    code = app.code
    for mod in code.modules:
        known = code.knows(mod).uploads
        if "web" not in code.reached_by(mod.path) or not any(name in mod.source.text for name in known.objects):
            continue
        for fact in mod.facts.calls:
            func = fact.call.func
            if (
                not isinstance(func, facts.Attr)
                or func.name not in known.methods
                or not fact.call.args
                or isinstance(fact.call.args[0], facts.Keyword)
            ):
                continue
            source = _source_of(mod, fact.function, func.base, 0)
            if not any(name in source for name in known.objects) or not code.reach["web"].has_function(mod, fact.function):
                continue
            path = fact.call.args[0]
            value = code.fold(mod, fact.function, path)
            if is_temporary(value, path_text(value)) or _in_memory(app, mod, fact, path) or removed_in(code, mod, fact.function, path):
                continue
            if is_scratch(code, mod, fact, path_text(value)):
                continue
            yield _upload(mod.place(fact.call, "upload saved here"), path_text(value), app)


def _stored_uploads(app: App) -> Iterator[Finding]:
    """Parsers of uploads that are told a folder: multer's `dest`, formidable's `uploadDir`."""
    code = app.code
    for effect in code.effects_of("stores-upload"):
        expr, value = code.argument(effect, effect.row.path)
        if "web" not in effect.processes or expr is None:
            continue
        answered = callback_value(code, effect.mod, expr)
        if answered is not None:
            expr, value = answered
        text = path_text(value)
        if text is None or absolute(text).startswith(TEMPORARY) or absolute(text) == "/tmp" or _sent_on(app):
            continue
        yield _upload(effect.mod.place(expr, "uploads are kept here"), text, app, effect.runs)


def _copied_uploads(app: App) -> Iterator[Finding]:
    """Uploads that handlers copy into files."""
    seen: set[Place] = set()
    for copied in copied_uploads(app.code) if not _sent_on(app) else ():
        text = path_text(copied.value)
        at = copied.mod.place(copied.path, "upload saved here")
        if at in seen or is_temporary(copied.value, text) or removed_in(app.code, copied.mod, copied.function, copied.path):
            continue
        seen.add(at)
        yield _upload(at, text, app, copied.runs)


def _kept_uploads(app: App) -> Iterator[Finding]:
    """Uploads that a framework is told to keep on the disk."""
    for one in app.kept_uploads if "web" in app.processes else ():
        yield report(
            "HL203",
            one.message,
            one.at,
            severity=ERROR if one.sure else WARNING,
            why=lost(app) + "; another dyno never sees the file",
            related=one.related,
            fix=one.fix,
            process="web",
            confidence=Confidence.HIGH if one.sure else Confidence.MEDIUM,
        )


def _sent_on(app: App) -> bool:
    """Whether uploaded files are only scratch: sent to a store elsewhere, or removed again."""
    if any(True for _ in app.code.effects_of("sends-file-away")):
        return True
    for mod in app.code.modules:
        removes = app.code.knows(mod).files.removes
        for fact in mod.facts.calls:
            if fact.call.args and last_name(fact.call.func) in removes:
                given = dotted(fact.call.args[0])
                if given is not None and given.endswith(".path") and "file" in given.lower():
                    return True
    return False


def _upload(at: Place, text: str | None, app: App, runs: bool | None = True) -> Finding:
    return report(
        "HL203",
        f"saves uploads to {shown(text)} on the dyno's disk" if text and "{}" not in text else "saves uploads to the dyno's disk",
        at,
        why=lost(app) + "; another dyno never sees the file",
        fix="send uploads to object storage (S3, Cloudinary), best straight from the browser",
        process="web",
        confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
    )


def _source_of(mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> str:
    """The dotted text of where a value comes from, following local names and loops a few steps."""
    if depth > 4:
        return ""
    match expr:
        case facts.Index(base=base) | facts.Call(func=base):
            return _source_of(mod, function, base, depth)
        case facts.Attr(base=base, name=name):
            head = _source_of(mod, function, base, depth)
            return f"{head}.{name}"
        case facts.Name(id=name):
            for assign in mod.facts.assigns:
                target = assign.target
                hit = isinstance(target, facts.Name) and target.id == name
                if hit and assign.function == function and assign.value is not None:
                    return _source_of(mod, function, assign.value, depth + 1)
            return name
    return ""


def _in_memory(app: App, mod: Mod, fact: CallFact, path: facts.AnyExpr) -> bool:
    value = app.code.fold(mod, fact.function, path)
    return isinstance(value, Made) and value.name in (
        "io.BytesIO",
        "io.StringIO",
        "tempfile.NamedTemporaryFile",
        "tempfile.SpooledTemporaryFile",
    )


def _django_fields(app: App) -> Iterator[Finding]:
    """FileField and ImageField of installed apps while the default storage is the disk."""
    python = app.code
    if python.django is None or not python.django.installed:
        return
    if (python.django.storage() is not None and not python.django.conditional_storage()) or python.django.production_storage():
        return
    first: dict[str, list[Place]] = {}
    for mod, fact, name in python.calls_named(*FILE_FIELDS):
        if "/migrations/" in f"/{mod.path}" or fact.klass == facts.NONE or argument(fact.call, None, "storage") is not None:
            continue
        if "web" not in python.reached_by(mod.path):
            continue
        first.setdefault(name.rpartition(".")[2], []).append(mod.place(fact.call, "uploads go here"))
    places = [p for found in first.values() for p in found]
    if not places:
        return
    unsure = python.django.conditional_storage()
    ignored = python.django.ignored_storage("DEFAULT_FILE_STORAGE")
    root = python.django.setting("MEDIA_ROOT")
    at = root.mod.place(root.assign, "the default storage is the disk") if root is not None and unsure else places[0]
    if unsure:
        why_disk = " unless a setting says otherwise"
    elif ignored is not None:
        at = ignored.mod.place(ignored.assign, "not read")
        why_disk = ": the installed release of Django does not read DEFAULT_FILE_STORAGE any more"
    else:
        why_disk = ": no other default storage is set"
    yield report(
        "HL203",
        f"{next(iter(first))} keeps uploads on the dyno's disk{why_disk}",
        at,
        severity=WARNING if unsure else ERROR,
        confidence=Confidence.HIGH if python.django.sure else Confidence.LOW,
        why=lost(app) + "; another dyno never sees the file",
        related=[place for place in places[:3] if place is not at],
        fix="set `STORAGES` to object storage, e.g. `storages.backends.s3.S3Storage` of django-storages",
        process="web",
    )


@rule("HL207", "logs-to-file", WARNING, NOTE, needs=("processes",))
def logs_to_file(app: App) -> Iterator[Finding]:
    """Logs are written to a file that nobody collects."""
    yield from laravel_logs(app)
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
