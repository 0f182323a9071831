"""Sessions and caches that are kept as files on the dyno's disk."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.frameworks.django import Django, Setting
from herolint.app.frameworks.laravel import laravel_of
from herolint.app.frameworks.settings import Found, settings_named
from herolint.app.keeping.storage import is_temporary, path_text, shown
from herolint.app.linking.values import Known, Value, constant
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.code.queries import argument
from herolint.finding import Confidence, Finding, Place
from herolint.rules.disk.database import lost
from herolint.rules.registry import NOTE, WARNING, report, rule

_LOGGED_OUT = "everybody is logged out then, and at any request that another dyno answers"
_EMPTY = "the cache starts empty then, and each dyno fills its own"


@rule("HL205", "file-based-session", WARNING, NOTE, needs=("processes",))
def file_based_session(app: App) -> Iterator[Finding]:
    """Sessions or caches are files on the dyno's disk."""
    yield from _laravel_session(app)
    if not app.has("code"):
        return
    if app.code.django is not None and "web" in app.processes:
        yield from _django(app, app.code.django)
    yield from _flask_session(app)
    yield from _flask_cache(app)
    for effect in app.code.effects_of("keeps-session-file"):
        if "web" in effect.processes and argument(effect.fact.call, None, effect.row.note) is None:
            yield _session(
                app,
                f"{effect.row.kind} of visitors are kept in one file on the dyno's disk",
                effect.mod.place(effect.fact.call.func, "tokens in a file"),
                f"give it a `{effect.row.note}` that keeps them in the session or in a database",
                Confidence.HIGH if effect.runs else Confidence.MEDIUM,
            )
    for effect in app.code.effects_of("caches-to-file"):
        yield from _cache_call(app, effect)


def _laravel_session(app: App) -> Iterator[Finding]:
    laravel = laravel_of(app)
    found = laravel.sessions() if laravel is not None else None
    if found is not None:
        unless = f" unless {found.variable} is set" if found.variable else ""
        fix = (
            f"`heroku config:set {found.variable}=cookie`, or `database` or `redis`"
            if found.variable
            else "write `cookie`, `database` or `redis`"
        )
        yield _session(app, f"Laravel keeps sessions in files on the dyno's disk{unless}", found.at, fix, Confidence.MEDIUM)


def _is_file(app: App, value: Value) -> bool:
    return isinstance(value, Known) and app.code.knowledge.backends.get(str(value.value)) == "file"


def _session(app: App, message: str, at: Place, fix: str, confidence: Confidence) -> Finding:
    return report("HL205", message, at, why=f"{lost(app)}: {_LOGGED_OUT}", fix=fix, process="web", confidence=confidence)


def _cache(app: App, message: str, at: Place, fix: str, process: str) -> Finding:
    return report("HL205", message, at, severity=NOTE, why=f"{lost(app)}: {_EMPTY}", fix=fix, process=process, confidence=Confidence.MEDIUM)


def _django(app: App, django: Django) -> Iterator[Finding]:
    engine = django.settled("SESSION_ENGINE")
    cache = django.backend("CACHES")
    on_disk = cache is not None and _is_file(app, Known(cache[0])) and not _temporary(cache[1])
    confidence = Confidence.HIGH if django.sure else Confidence.LOW
    fix = 'leave SESSION_ENGINE out (Django keeps sessions in the database) or set it to "django.contrib.sessions.backends.cached_db"'
    if engine is not None and _is_file(app, engine.value):
        place = engine.mod.place(engine.assign.value or engine.assign, "sessions are files")
        yield _session(app, "sessions are kept in files on the dyno's disk", place, fix, confidence)
    if cache is None or not _is_file(app, Known(cache[0])):
        return
    place = cache[1].mod.place(cache[1].assign.target, "the cache is a folder")
    if engine is not None and constant(engine.value) == "django.contrib.sessions.backends.cache":
        yield _session(app, "sessions are kept in a cache of files on the dyno's disk", place, fix, confidence)
    elif on_disk:
        yield _cache(
            app, "the cache is kept in files on the dyno's disk", place, "use Redis: `django.core.cache.backends.redis.RedisCache`", "web"
        )


def _temporary(setting: Setting) -> bool:
    return is_temporary(setting.value, None) or any(
        "tmp" in inner or "temp" in inner for inner in (path_text(setting.value) or "", str(setting.value))
    )


def _in_web(app: App, *names: str) -> list[Found]:
    return [found for found in settings_named(app.code, names) if "web" in found.processes]


def _flask_session(app: App) -> Iterator[Finding]:
    """SESSION_TYPE, where Flask-Session reads it."""
    users = ("flask_session.Session", "flask_session.Session().init_app", "flask_sessionstore.Session")
    if not any("web" in app.code.reached_by(mod.path) for mod, _, _ in app.code.calls_named(*users)):
        return
    types = _in_web(app, "SESSION_TYPE")
    if any(not _is_file(app, found.value) for found in types):
        return
    for found in types[:1]:
        yield _session(
            app,
            "Flask-Session keeps sessions in files on the dyno's disk",
            Place(found.place.path, found.place.span, "sessions are files"),
            'set SESSION_TYPE = "redis" and SESSION_REDIS from `REDIS_URL`, or do without Flask-Session: Flask\'s own sessions are signed cookies',
            Confidence.HIGH if found.runs else Confidence.MEDIUM,
        )


def _flask_cache(app: App) -> Iterator[Finding]:
    types = _in_web(app, "CACHE_TYPE")
    if any(not _is_file(app, found.value) for found in types):
        return
    folders = _in_web(app, "CACHE_DIR")
    if any(is_temporary(found.value, path_text(found.value)) for found in folders):
        return
    for found in types[:1]:
        at = Place(found.place.path, found.place.span, "the cache is a folder")
        yield _cache(app, "Flask-Caching keeps its cache in files on the dyno's disk", at, 'use Redis: CACHE_TYPE = "RedisCache"', "web")


def _cache_call(app: App, effect: Effect) -> Iterator[Finding]:
    """A cache object that is given a folder, or makes a file by itself."""
    expr, value = app.code.argument(effect, effect.row.path)
    backend, chosen = app.code.argument(effect, effect.row.url) if effect.row.url else (None, value)
    if backend is not None and not _is_file(app, chosen):
        return
    nowhere = expr is None or (isinstance(value, Known) and value.value is None)
    text = path_text(value)
    if (nowhere and not effect.row.url) or is_temporary(value, text) or text == ":memory:":
        return
    lies = f" at {shown(text)}" if text and "{}" not in text else ""
    yield _cache(
        app,
        f"{effect.row.kind} keeps its cache in files on the dyno's disk{lies}",
        effect.mod.place(expr if expr is not None else effect.fact.call.func, "cached in files"),
        "keep what is costly to make again in Redis or a database; what is not belongs in the temporary folder",
        effect.processes[0],
    )
