"""State that lives in the memory of a web process."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from herolint.app.calling.conditions import in_plain_sight
from herolint.app.frameworks.django import Django
from herolint.app.frameworks.settings import settings_named
from herolint.app.keeping.lasting import Lasting, lasting_values
from herolint.app.linking.values import Items, Table, constant
from herolint.app.model import App
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.finding import Confidence, Finding, Place
from herolint.rules.disk.cached import state_in_cache
from herolint.rules.disk.spread import Spread
from herolint.rules.registry import NOTE, WARNING, report, rule

_IN_CACHE = "django.contrib.sessions.backends.cache"
_CACHE_FIRST = "django.contrib.sessions.backends.cached_db"


@rule("HL206", "in-memory-state", WARNING, NOTE, needs=("processes",))
def in_memory_state(app: App) -> Iterator[Finding]:
    """What visitors did is kept in the memory of a process."""
    yield from _rows(app)
    if not app.has("code"):
        return
    spread = Spread(app)
    values = [value for value in lasting_values(app.code) if spread.several or not value.stored]
    for _, found in groupby(values, key=lambda value: value.held.mod.path):
        yield _values(app, list(found), spread)
    if app.code.django is not None and app.web is not None:
        yield from _django(app, app.code.django, spread)
    yield from _sessions(app, spread)
    yield from _cable(app, spread)
    if spread.several:
        yield from _rate_limits(app, spread)


def _rows(app: App) -> Iterator[Finding]:
    """A database in memory that Spring's settings name."""
    for one in app.data_sources:
        if one.where == "memory":
            yield report(
                "HL206",
                f"{one.kind} keeps all rows in the memory of one process",
                Place(one.at.path, one.at.span, "in memory"),
                why=f"at every deploy, restart and at least every {app.platform.restart_hours:.0f} hours the database is empty again",
                fix=f"add `heroku-postgresql` with its driver, and give the address by {one.variable} or a placeholder of your own",
                process="web",
                confidence=Confidence.MEDIUM,
            )


def _values(app: App, found: list[Lasting], spread: Spread) -> Finding:
    """One finding for the values of a file."""
    first = found[0]
    names = [value.held.name for value in found]
    listed = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"]
    shown = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    writer, reader = (_handler(app, use.ref) for use in (first.change, first.read))
    flow = app.code.for_visitors[first.change.ref][0].places()
    kept, changed = ("is", "it") if len(names) == 1 else ("are", names[0])
    return report(
        "HL206",
        f"{shown} {kept} kept in {spread.where}: {writer} changes {changed}, {reader} needs it",
        first.held.at,
        severity=spread.severity,
        confidence=spread.confidence,
        why=spread.lost,
        related=(first.change.at, first.read.at, *spread.places),
        flow=(*flow, first.change.at) if flow else (),
        fix="keep it in Redis (`heroku-redis`) or in the database",
        process="web",
    )


def _sessions(app: App, spread: Spread) -> Iterator[Finding]:
    """Session middleware whose store is the process, since it is given none."""
    for effect in app.code.effects_of("keeps-sessions"):
        if "web" in effect.processes and in_plain_sight(app.code, effect):
            yield report(
                "HL206",
                f"{effect.row.kind} keeps sessions in {spread.where}: it is given no store",
                effect.mod.place(effect.fact.call.func, "sessions are in memory"),
                severity=spread.severity,
                confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
                why=f"visitors are logged out; {spread.lost}",
                related=spread.places,
                fix=effect.row.remedy,
                process="web",
            )


def _cable(app: App, spread: Spread) -> Iterator[Finding]:
    """Action Cable with the adapter that knows its own process alone."""
    cable = app.rails.cable if app.rails is not None and app.web is not None else None
    adapter = cable.values.get("adapter") if cable is not None else None
    others = [name for name in app.processes if name not in ("web", "release")]
    if adapter is None or adapter.value != "async" or not (spread.several or others) or app.rails is None:
        return
    from herolint.app.frameworks.rails_redis import uses_cable

    if not uses_cable(app.rails):
        return
    yield report(
        "HL206",
        "messages of Action Cable stay in the process that sends them: its adapter is `async`",
        Place("config/cable.yml", adapter.span, "knows one process alone"),
        confidence=Confidence.HIGH if spread.several else Confidence.MEDIUM,
        why=f"{spread.apart}: visitors who are connected to different ones do not meet"
        if spread.several
        else f"what {others[0]} sends never reaches visitors, who are connected to web",
        related=spread.places,
        fix='write `adapter: redis` and `url: <%= ENV["REDIS_URL"] %>`, or use Solid Cable',
        process="web",
    )


def _handler(app: App, ref: FunctionRef) -> str:
    """How a reader would name the request or event that runs a function."""
    return app.code.for_visitors[ref][1]


def _in_memory(app: App, backend: str) -> bool:
    return app.code.knowledge.backends.get(backend) == "memory"


def _django(app: App, django: Django, spread: Spread) -> Iterator[Finding]:
    """Sessions, messages of Channels and rate limits in backends that live in the process."""
    confidence = spread.confidence if django.sure else Confidence.LOW
    cache = django.backend("CACHES")
    # Without CACHES, Django's cache is in memory.
    cached = (cache is not None and _in_memory(app, cache[0])) or not django.is_set("CACHES")
    if cached:
        yield from _django_sessions(django, spread, confidence)
    layer = django.backend("CHANNEL_LAYERS")
    if layer is not None and _in_memory(app, layer[0]) and spread.several and _uses_layer(app):
        yield report(
            "HL206",
            "messages of Channels stay in the worker that sends them",
            layer[1].mod.place(layer[1].assign.target, "a channel layer in memory"),
            confidence=confidence,
            why=f"{spread.apart}: visitors who are connected to different ones do not meet",
            related=spread.places,
            fix="use `channels_redis.core.RedisChannelLayer` with `REDIS_URL`",
            process="web",
        )
    if cached:
        yield from state_in_cache(
            app, spread, cache[1].mod.place(cache[1].assign.target, "in memory") if cache is not None else None, confidence
        )
    if spread.several and cached and (limited := _limited_by_cache(app, django)) is not None:
        at = cache[1].mod.place(cache[1].assign.target, "the limits are counted in memory") if cache is not None else limited
        yield _limit(at, spread, "point CACHES at Redis")


def _django_sessions(django: Django, spread: Spread, confidence: Confidence) -> Iterator[Finding]:
    """Sessions in Django's cache, which is in memory, alone or before the database."""
    engine = django.settled("SESSION_ENGINE")
    kind = constant(engine.value) if engine is not None else None
    if engine is None or kind not in (_IN_CACHE, _CACHE_FIRST):
        return
    fix = "leave SESSION_ENGINE out (Django keeps sessions in the database), or point CACHES at Redis"
    at = engine.assign.value or engine.assign
    if kind == _IN_CACHE:
        yield report(
            "HL206",
            f"sessions are kept in {spread.where}: the cache that they use is Django's cache in memory",
            engine.mod.place(at, "sessions are in memory"),
            severity=spread.severity,
            confidence=confidence,
            why=f"{spread.lost}, and everybody is logged out",
            related=spread.places,
            fix=fix,
            process="web",
        )
    elif spread.several:
        yield report(
            "HL206",
            "sessions are read from Django's cache in memory, and one worker does not see what another one has written",
            engine.mod.place(at, "read from each worker's memory"),
            confidence=min(confidence, Confidence.MEDIUM),
            why=f"{spread.apart}: a visitor who has logged out, or has filled a form, is somebody else in the next request",
            related=spread.places,
            fix=fix,
            process="web",
        )


def _limited_by_cache(app: App, django: Django) -> Place | None:
    """The first place that limits rates by counting in Django's cache: the settings, a view, a decorator."""
    label = "the limits are counted in memory"
    throttled = django.value("REST_FRAMEWORK")
    limits = throttled.get("DEFAULT_THROTTLE_CLASSES") if isinstance(throttled, Table) else None
    if isinstance(limits, Items) and limits.items and (setting := django.setting("REST_FRAMEWORK")) is not None:
        return setting.mod.place(setting.assign.target, label)
    for effect in app.code.effects_of("limits-rates"):
        if effect.row.kind == "cache" and "web" in effect.processes:
            return effect.mod.place(effect.fact.call, label)
    for mod in app.code.modules:
        if "throttle_classes" in mod.source.text and "web" in app.code.reached_by(mod.path):
            for body in mod.class_body.values():
                given = body["throttle_classes"][-1] if "throttle_classes" in body else None
                if given is not None and isinstance(given.value, facts.Sequence) and given.value.items:
                    return mod.place(given.value, label)
    return None


def _uses_layer(app: App) -> bool:
    """Whether some code of the web process sends through a channel layer."""
    return any("group_send" in mod.source.text or "group_add" in mod.source.text for mod in app.code.modules)


def _rate_limits(app: App, spread: Spread) -> Iterator[Finding]:
    """Limiters that count in memory because no other storage is given."""
    in_memory, elsewhere = [], set()
    for effect in app.code.effects_of("limits-rates"):
        if effect.row.kind == "cache":
            continue
        given = [k.value for k in effect.fact.call.args if isinstance(k, facts.Keyword) and k.name in effect.row.url.split()]
        values = [app.code.fold(effect.mod, effect.fact.function, expr) for expr in given]
        values += [found.value for found in settings_named(app.code, effect.row.note.split())]
        spread_out = any(isinstance(arg, facts.Star) for arg in effect.fact.call.args)
        if spread_out or not all(_in_memory(app, str(constant(value))) for value in values):
            elsewhere.add(effect.mod.path)
        elif "web" in effect.processes:
            in_memory.append((effect, given))
    for effect, given in in_memory:
        place = effect.mod.place(given[0] if given else effect.fact.call.func, "counts in memory")
        # Beside one that counts elsewhere, it stands in where that one cannot be had.
        confidence = Confidence.LOW if effect.mod.path in elsewhere else Confidence.MEDIUM
        yield _limit(place, spread, 'give it `storage_uri=os.environ["REDIS_URL"]`', confidence)


def _limit(at: Place, spread: Spread, fix: str, confidence: Confidence = Confidence.MEDIUM) -> Finding:
    return report(
        "HL206",
        "rate limits are counted in each worker's memory",
        at,
        confidence=confidence,
        why=f"{spread.apart}: a visitor gets the limit from each of them",
        related=spread.places,
        fix=fix,
        process="web",
    )
