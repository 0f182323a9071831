"""Connections that the processes may open together, against what the database plan allows."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.ruby_build import installed_gems
from herolint.app.frameworks.puma import pool_of, puma_of
from herolint.app.linking.values import Known, Value, env_names
from herolint.app.model import App
from herolint.app.running.workers import dynos_of, web_workers
from herolint.app.services.databases import speaks
from herolint.app.services.encryption import POSTGRES
from herolint.finding import Confidence, Finding, Place
from herolint.platforms.addons import load_addons
from herolint.rules.registry import WARNING, report, rule


@rule("HL305", "pool-exceeds-plan", WARNING, needs=("code", "processes"))
def pool_exceeds_plan(app: App) -> Iterator[Finding]:
    """Pool size x workers x dynos is over the plan's connections, or a pool has fewer than the threads that use it."""
    plan = _plan(app)
    limit = load_addons().connections.get(plan)
    if limit is None:
        return
    found = web_workers(app)
    workers = (found.number if found is not None else None) or 1
    dynos = dynos_of(app, "web")
    yield from _puma(app, plan, limit)
    for place, size, env in _pools(app):
        total = size * workers * dynos
        if total > limit:
            each = f"{workers} worker{'s' if workers > 1 else ''}"
            words = f"{size} x {each}" + (f" x {dynos} dynos" if dynos > 1 else "")
            yield report(
                "HL305",
                f"web may open {total} database connections ({words}), {plan} allows {limit}",
                place,
                why="when all are in use the next connection is refused: FATAL: too many connections",
                related=(app.procfile_place("web", each),),
                fix=f"keep pool size x workers at or under {limit}, e.g. a pool of {max(1, limit // (2 * workers * dynos))}",
                process="web",
                confidence=Confidence.MEDIUM if not env else Confidence.LOW,
            )


def _puma(app: App, plan: str, limit: int) -> Iterator[Finding]:
    """Puma's threads against the pool of Rails, and the connections of all its workers against the plan."""
    puma, pool = (puma_of(app), pool_of(app)) if app.rails is not None else (None, None)
    if puma is None or pool is None:
        return
    confidence = Confidence.MEDIUM if puma.variable else Confidence.HIGH
    if puma.threads > pool.size:
        yield report(
            "HL305",
            f"Puma runs {puma.threads} threads, and Rails keeps {pool.size} connections to the database for them",
            Place(puma.threads_at.path, puma.threads_at.span, f"{puma.threads} threads"),
            why="a request that finds no connection free waits 5 seconds and fails: ActiveRecord::ConnectionTimeoutError",
            related=(pool.at,) if pool.at is not None else (),
            fix="let config/database.yml say `pool` from the variable that threads come from, RAILS_MAX_THREADS",
            process="web",
            confidence=confidence,
        )
    dynos = dynos_of(app, "web")
    each = min(puma.threads, pool.size)
    total = each * puma.workers * dynos
    if total > limit and puma.workers_at is not None and "pg" in installed_gems(app):
        words = f"{each} x {puma.workers} workers" + (f" x {dynos} dynos" if dynos > 1 else "")
        yield report(
            "HL305",
            f"web may open {total} database connections ({words}), {plan} allows {limit}",
            Place(puma.workers_at.path, puma.workers_at.span, f"{puma.workers} workers"),
            why="when all are in use the next connection is refused: FATAL: too many connections",
            related=(puma.threads_at,),
            fix=f"keep threads x workers at or under {limit}",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _plan(app: App) -> str:
    """The Postgres plan that app.json names; the smallest one where none is named."""
    plans = [a.plan for a in app.app_json.addons if a.plan.partition(":")[0] == "heroku-postgresql"] if app.app_json else []
    return plans[0] if plans else "heroku-postgresql"


def _pools(app: App) -> Iterator[tuple[Place, int, bool]]:
    """Pools that web opens: where, how large at most, and whether a variable decides."""
    python = app.code
    for mod, fact, _ in python.calls_named(
        "sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine"
    ):
        if "web" not in python.reached_by(mod.path):
            continue
        keywords = {k.name: python.fold(mod, fact.function, k.value) for k in fact.call.args if hasattr(k, "name") and hasattr(k, "value")}
        if "pool_size" not in keywords and "max_overflow" not in keywords:
            continue
        size, overflow = _int(keywords.get("pool_size"), 5), _int(keywords.get("max_overflow"), 10)
        if size is not None and overflow is not None:
            decided = any(env_names(v) for k, v in keywords.items() if k in ("pool_size", "max_overflow"))
            yield mod.place(fact.call, f"up to {size + max(0, overflow)} connections a worker"), size + max(0, overflow), decided
    for effect in python.effects_of("connects"):
        if (
            effect.row.maximum
            and effect.row.kind == "PostgreSQL"
            and "web" in effect.processes
            and speaks(python, effect, *POSTGRES, otherwise=True)
        ):
            expr, value = python.argument(effect, effect.row.maximum)
            size = _int(value, None) if expr is not None else effect.row.default_maximum or None
            if size:
                yield effect.mod.place(effect.fact.call, f"up to {size} connections a worker"), size, bool(env_names(value))
    for effect in python.effects_of("bounds-pool"):
        expr, value = python.argument(effect, effect.row.path)
        size = _int(value, None) if "web" in effect.processes and expr is not None else None
        if size and _uses_postgres(app):
            yield effect.mod.place(effect.fact.call, f"up to {size} connections"), size, bool(env_names(value))


def _uses_postgres(app: App) -> bool:
    """Whether reached code connects to Postgres: a pool's own call does not say to what."""
    return any(e.row.kind == "PostgreSQL" and speaks(app.code, e, *POSTGRES) for e in app.code.effects_of("connects"))


def _int(value: Value | None, default: int | None) -> int | None:
    if value is None:
        return default
    settled = value
    if isinstance(settled, Known) and isinstance(settled.value, int):
        return settled.value
    inner = getattr(value, "default", None)
    return _int(inner, None) if inner is not None else None
