"""Rules about databases that live in a file on the dyno's disk."""

from __future__ import annotations

import re
from collections.abc import Iterator

from herolint.app.calling.conditions import in_plain_sight
from herolint.app.folding.config_vars import is_set
from herolint.app.frameworks.laravel import laravel_of
from herolint.app.keeping.opened import Write, reads_same, writes
from herolint.app.keeping.own_stores import is_own_store
from herolint.app.keeping.scratch import by_start, given_by_variable, made_anew, removed_again, used_up
from herolint.app.keeping.storage import DATA_ENDINGS, absolute, is_passing, is_temporary, path_text, shown
from herolint.app.keeping.uploads import copied_uploads
from herolint.app.linking.operators import HOME
from herolint.app.linking.origins import origin
from herolint.app.linking.values import Env, Known, Unknown, options
from herolint.app.model import App
from herolint.app.services.databases import Database, databases, only_looked_up, sqlite_file
from herolint.code.queries import dotted
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule

_LOGINS = frozenset({"token", "tokens", "creds", "credentials"})
"""Words in names of files that hold a login."""


def lost(app: App) -> str:
    """Why files on a dyno do not last, in one sentence with the platform's numbers."""
    return f"a dyno's disk is its own and is wiped at every deploy, restart and at least every {app.platform.restart_hours:.0f} hours"


def _processes(app: App, names: tuple[str, ...], at: Place) -> tuple[Place, ...]:
    return tuple(app.procfile_place(n, f"{n} runs it") for n in names[:3] if app.procfile_place(n).path != at.path)


@rule("HL201", "sqlite-on-ephemeral-disk", ERROR, WARNING, needs=("processes",))
def sqlite_on_ephemeral_disk(app: App) -> Iterator[Finding]:
    """Production opens a SQLite file."""
    yield from _in_settings(app)
    if not app.has("code"):
        return
    seen = set()
    for database in databases(app.code):
        file, fallback = sqlite_file(database)
        if file is None or is_temporary(database.value, file) or (database.place.path, database.place.span) in seen:
            continue
        seen.add((database.place.path, database.place.span))
        if _read_only(app, database, file):
            continue
        variables = sorted({o.name for o in options(database.value) if isinstance(o, Env)})
        if fallback and is_set(app, variables[0] if variables else "DATABASE_URL"):
            continue  # app.json orders the database that stands before the file
        unsure = fallback or database.runs is None
        behind = f" unless {variables[0]} is set" if fallback and variables else ""
        yield report(
            "HL201",
            f"{'falls back to' if fallback else 'keeps its data in'} {_named(file)}{behind}",
            Place(database.place.path, database.place.span, "SQLite"),
            severity=WARNING if unsure else ERROR,
            why=lost(app)
            + ": everything written since is gone"
            + (f", if {database.assumed} is the class that is chosen" if database.assumed else ""),
            related=_processes(app, database.processes, database.place),
            fix=database.fix or _fix(app, database, variables if fallback else None),
            process=database.processes[0] if database.processes else "",
            confidence=_confidence(app, database, fallback),
        )


def _named(file: str) -> str:
    """How a SQLite file is called, of which the code may only tell that it has a name."""
    name = shown(file.partition("?")[0])
    return f"the SQLite file {name}" if any(char.isalnum() for char in name) else "a SQLite file"


def _in_settings(app: App) -> Iterator[Finding]:
    """A database in a file that Laravel's, Spring's or .NET's settings name."""
    laravel = laravel_of(app)
    file = laravel.database_file() if laravel is not None else None
    if file is not None:
        unless = f" unless {file[1].variable} is set" if file[1].variable else ""
        yield report(
            "HL201",
            f"falls back to the SQLite file {file[0]}{unless}" if unless else f"keeps its data in the SQLite file {file[0]}",
            file[1].at,
            severity=WARNING if unless else ERROR,
            why=f"{lost(app)}: everything written since is gone",
            fix="add `heroku-postgresql`, and `heroku config:set DB_CONNECTION=pgsql`",
            process="web",
            confidence=Confidence.MEDIUM,
        )
    for one in app.data_sources:
        if one.where == "file":
            yield report(
                "HL201",
                f"keeps its data in the {one.kind} file {shown(one.text)}",
                Place(one.at.path, one.at.span, one.kind),
                why=f"{lost(app)}: everything written since is gone",
                fix=f"add `heroku-postgresql` with its driver, and give the address by {one.variable} or a placeholder of your own",
                process="web",
                confidence=Confidence.MEDIUM,
            )


def _fix(app: App, database: Database, variables: list[str] | None) -> Fix | str:
    """What to do; `variables` name the database in place of the file where that is only a fallback."""
    if variables is None:
        from herolint.app.mends.database_edits import kept_for_development

        words = f"add `heroku-postgresql` and read its address: `{app.code.spell(database.mod, 'required', name='DATABASE_URL')}`"
        return kept_for_development(app, database, words)
    return f"add `heroku-postgresql`, which sets {variables[0] if variables else 'DATABASE_URL'}, and fail when it is not set"


def _read_only(app: App, database: Database, file: str) -> bool:
    """Opened read-only, or a file of the repository in which the program only looks things up."""
    if "mode=ro" in file or "immutable=1" in file:
        return True
    return database.kind == "path" and absolute(file).removeprefix(f"{HOME}/") in app.slug and only_looked_up(app.code)


@rule("HL202", "local-file-database", ERROR, WARNING, needs=("code", "processes"))
def local_file_database(app: App) -> Iterator[Finding]:
    """A file on the dyno's disk is used as a store."""
    for effect in app.code.effects_of("opens-database"):
        if effect.row.kind != "store":
            continue
        expr, value = app.code.argument(effect, effect.row.path)
        if expr is None and effect.row.default_path and in_plain_sight(app.code, effect):
            expr, value = effect.fact.call.func, Known(effect.row.default_path)
        text = path_text(value)
        if (
            expr is None
            or text in (":memory:", "")
            or is_temporary(value, text)
            or (isinstance(value, Known) and not isinstance(value.value, str))
        ):
            continue
        at = effect.mod.place(expr, effect.row.note)
        yield report(
            "HL202",
            f"keeps its data in {effect.row.note} files at {shown(text) if text else 'a local path'}",
            at,
            severity=ERROR if effect.runs and text else WARNING,
            why=lost(app),
            related=_processes(app, effect.processes, at),
            fix="keep it in a database add-on such as `heroku-postgresql`",
            process=effect.processes[0],
            confidence=Confidence.LOW if isinstance(value, Unknown) else Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )
    yield from _rewritten_files(app)


def _rewritten_files(app: App) -> Iterator[Finding]:
    seen = set()
    for write in writes(app.code):
        text = write.text
        if (text is None or "{}" in text) and not is_temporary(write.value, text) and is_own_store(app.code, write):
            yield _own_store(app, write)
        if text is None or is_temporary(write.value, text) or not _may_be_store(text):
            continue
        if text in seen or _shared(app, text) or removed_again(app.code, write):
            continue
        if by_start(write.effect) or not reads_same(app.code, write.effect.mod, text) or _renewed_login(app, text):
            continue
        seen.add(text)
        at = write.effect.mod.place(write.expr, "written here, read again later")
        yield report(
            "HL202",
            f"keeps its data in the file {shown(text)}",
            at,
            severity=ERROR if write.effect.runs else WARNING,
            why=lost(app),
            related=(*_handed(write), *_processes(app, write.processes, at)),
            fix=f"keep what {shown(text)} holds in a database or in Redis",
            process=write.processes[0],
            confidence=Confidence.HIGH if write.effect.runs else Confidence.MEDIUM,
        )


def _own_store(app: App, write: Write) -> Finding:
    """A class of the project's own that keeps its data in a file."""
    at = write.effect.mod.place(write.expr, "written here, read again later")
    return report(
        "HL202",
        f"keeps its data in the file that {dotted(write.expr)} names",
        at,
        severity=WARNING,
        why=lost(app),
        related=_processes(app, write.effect.processes, at),
        fix="keep what it holds in a database or in Redis",
        process=write.effect.processes[0],
        confidence=Confidence.MEDIUM,
    )


def _handed(write: Write) -> tuple[Place, ...]:
    """Where the path is said, if that is another place than where the file is written."""
    return (write.caller.mod.place(write.caller.given, "this path"),) if write.caller is not None else ()


def _may_be_store(text: str) -> bool:
    """Whether a path names one file of data, and neither a log nor a cache or the state of a job, whose loss costs a moment."""
    return "{}" not in text and text.endswith(DATA_ENDINGS) and not text.endswith(".log") and not is_passing(text)


def _renewed_login(app: App, text: str) -> bool:
    """Whether the file is a login that the repository brings along, so that only its renewal is lost."""
    path = absolute(text).removeprefix(f"{HOME}/")
    return path in app.slug and not _LOGINS.isdisjoint(re.split(r"[^a-z]+", path.rpartition("/")[2].lower()))


def _shared(app: App, text: str) -> bool:
    """Whether another process type reads the file: HL209 tells that, and it is worse."""
    return any(absolute(text) == shared.path for shared in app.code.shared_files)


_PICTURES = frozenset({"image", "plot", "picture"})
"""Kinds of files that are written to be looked at."""


@rule("HL204", "local-file-write", WARNING, NOTE, needs=("code", "processes"))
def local_file_write(app: App) -> Iterator[Finding]:
    """A file is written at run time and left on the dyno's disk."""
    seen = _log_streams(app) | {(copied.mod.path, copied.call.start) for copied in copied_uploads(app.code)}
    for write in writes(app.code):
        effect = write.effect
        text = write.text
        if (
            text is None
            or is_temporary(write.value, text)
            or (effect.mod.path, effect.fact.call.start) in seen
            or _shared(app, text)
            or used_up(app.code, write, unread=effect.row.kind in _PICTURES)
            or made_anew(effect)
            or given_by_variable(app.code, effect.mod, effect.fact, write.expr)
            or is_own_store(app.code, write)
        ):
            continue
        if not absolute(text).startswith(("/app/", "/{}")) and not text.startswith("{}"):
            continue
        if _may_be_store(text) and reads_same(app.code, effect.mod, text):
            continue
        seen.add((effect.mod.path, effect.fact.call.start))
        if write.processes == ("release",):
            continue
        at = effect.mod.place(write.expr, "written at run time")
        yield report(
            "HL204",
            f"writes {shown(text)} to the dyno's disk" if "{}" not in text else "writes a file to the dyno's disk",
            at,
            why=lost(app) + ", and no other dyno sees it",
            related=(*_handed(write), *_processes(app, write.processes, at)),
            fix="send it to object storage (S3) or a database; what is needed only for a moment belongs in "
            f"`{app.code.spell(effect.mod, 'temporary') or 'the temporary folder'}`",
            process=write.processes[0],
            confidence=Confidence.HIGH if "{}" not in text and effect.runs else Confidence.MEDIUM,
        )


def _log_streams(app: App) -> set[tuple[str, int]]:
    """Calls that open a file for a logger: HL207 tells of those."""
    found = set()
    for effect in app.code.effects_of("logs-to-file"):
        expr, _ = app.code.argument(effect, effect.row.path)
        if expr is not None:
            mod, _, made = origin(app.code.linker, effect.mod, effect.fact.function, expr)
            found.add((mod.path, made.start))
    return found


def _confidence(app: App, database: Database, fallback: bool) -> Confidence:
    django = app.code.django
    if database.kind == "django" and django is not None and not django.sure:
        return Confidence.LOW
    if database.runs is None and app.code.as_written.holds(database.mod, database.guard) is False:
        return Confidence.LOW  # a switch that the code leaves off
    return Confidence.MEDIUM if fallback or database.runs is None or database.assumed else Confidence.HIGH
