"""Heroku Key-Value Store speaks TLS only, with a certificate that no public authority has signed."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.calling.conditions import in_plain_sight, set_afterwards
from herolint.app.folding.config_vars import orders
from herolint.app.linking.values import UNKNOWN, Env, Known, Made, Table, Value, env_names, options, text_of, walk
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.services.encryption import told_of_encryption
from herolint.app.services.schemes import never_encrypted
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.platforms.addons import load_addons
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.rules.services.hosts import LOCAL

_RELAXED = ("ssl_cert_reqs", "ssl_check_hostname", "connection_class", "connection_kwargs", "ssl_context", "ssl_ca_certs")
_OTHER_ADDONS = ("rediscloud", "redistogo", "upstash", "openredis", "stackhero", "memetria")
_FIX = "pass `ssl_cert_reqs=None` when the URL starts with `rediss://`"


@rule("HL304", "redis-tls-unverified", WARNING, ERROR, needs=("code", "processes"))
def redis_tls_unverified(app: App) -> Iterator[Finding]:
    """A client of REDIS_URL checks a certificate that cannot be checked, or leaves TLS out."""
    if app.app_json is not None and any(any(other in a.plan for other in _OTHER_ADDONS) for a in app.app_json.addons):
        return
    yield from _clients(app)
    yield from _celery(app)
    yield from _django_settings(app)
    yield from _rails_settings(app)


def _reads_redis_url(value: Value) -> bool:
    """Whether the address comes from REDIS_URL as it is (not from a variable of another provider)."""
    return any(isinstance(one, Env) and one.name in ("REDIS_URL", "REDIS_TLS_URL") for one in options(value))


def _touched(value: Value) -> bool:
    """Whether the URL was changed on the way: another scheme, or the certificate setting added."""
    return any(
        (isinstance(inner, Made) and inner.name.startswith(".")) or (isinstance(inner, Known) and "ssl_cert_reqs" in str(inner.value))
        for inner in walk(value)
    )


def _clients(app: App) -> Iterator[Finding]:
    for effect in app.code.effects_of("connects"):
        if effect.row.kind != "Redis" or never_encrypted(effect.mod, effect.fact.guard):
            continue
        if effect.row.ssl or effect.row.told:
            yield from _by_options(app, effect)
            yield from _without_tls(app, effect)
        elif effect.name.endswith("from_url"):
            expr, value = app.code.argument(effect, effect.row.url)
            if expr is not None and _reads_redis_url(value) and not _touched(value) and not _relaxed(effect):
                from herolint.app.mends.redis_edits import unchecked_where_encrypted

                fix = Fix(_FIX, unchecked_where_encrypted(app, effect))
                yield _finding(app, effect.mod.place(effect.fact.call, "checks the certificate"), effect.processes[0], fix, effect.runs)
        else:
            yield from _apart(app, effect)


def _by_options(app: App, effect: Effect) -> Iterator[Finding]:
    """Clients that are told about the certificate in their options."""
    expr, value = app.code.argument(effect, effect.row.url)
    if expr is None or not _reads_redis_url(value) or _touched(value) or not in_plain_sight(app.code, effect):
        return
    for name in effect.row.ssl.split():
        given, said = app.code.argument(effect, name)
        if set_afterwards(effect, name):
            return
        if given is None:
            continue
        if isinstance(said, Table) and said.get("verify_mode") is not None:
            return
        checks = said.get("rejectUnauthorized") if isinstance(said, Table) else None
        if name.endswith("rejectUnauthorized") or not (isinstance(said, Table) and said.whole and checks in (None, Known(True))):
            return
    if not app.code.relaxed_certificates:
        from herolint.app.mends.redis_edits import unchecked_by_option

        yield _finding(
            app,
            effect.mod.place(effect.fact.call, "checks the certificate"),
            effect.processes[0],
            Fix(f"pass `{effect.row.remedy}`", unchecked_by_option(app, effect)),
            effect.runs,
        )


def _without_tls(app: App, effect: Effect) -> Iterator[Finding]:
    """A client that is given a host, and no word about TLS, where the server is Heroku's."""
    where = effect.row.host
    expr, host = app.code.argument(effect, where) if where and not effect.row.url else (None, UNKNOWN)
    if expr is None or LOCAL.search(text_of(host) or "") or told_of_encryption(app.code, effect) is not False:
        return
    ordered = orders(app, "heroku-redis")
    if not ordered and not any(name.startswith("REDIS_") and name.endswith("URL") for name in env_names(host)):
        return
    yield report(
        "HL304",
        "connects to Redis without TLS" + (f", and {ordered} orders Heroku Key-Value Store" if ordered else ""),
        effect.mod.place(effect.fact.call.func, "no TLS"),
        severity=ERROR,
        why=_refused(),
        fix=effect.row.remedy or "take the whole of REDIS_URL, with its `rediss://`",
        process=effect.processes[0],
        confidence=Confidence.MEDIUM,
    )


def _refused() -> str:
    since = load_addons().tls_only["heroku-redis"]
    return f"every plan of Heroku Key-Value Store refuses connections without TLS since {since}"


def _relaxed(effect: Effect) -> bool:
    from herolint.code import facts

    return any(isinstance(arg, facts.Star) or (isinstance(arg, facts.Keyword) and arg.name in _RELAXED) for arg in effect.fact.call.args)


def _apart(app: App, effect: Effect) -> Iterator[Finding]:
    """Host, port and password taken out of REDIS_URL, without `ssl=True`: such a client cannot connect."""
    expr, host = app.code.argument(effect, effect.row.host)
    ssl_expr, _ = app.code.argument(effect, "ssl")
    if expr is None or ssl_expr is not None or not any(name == "REDIS_URL" for name in env_names(host)) or _relaxed(effect):
        return
    yield report(
        "HL304",
        "connects to Redis by host, port and password, without TLS",
        effect.mod.place(effect.fact.call, "no TLS"),
        severity=ERROR,
        why=_refused(),
        fix='use `redis.from_url(os.environ["REDIS_URL"], ssl_cert_reqs=None)`',
        process=effect.processes[0],
        confidence=Confidence.MEDIUM,
    )


def _celery(app: App) -> Iterator[Finding]:
    """Celery with a `rediss://` broker raises at start unless it is told how to treat the certificate."""
    python = app.code
    for effect in python.effects_of("connects"):
        if effect.row.kind != "broker" or effect.name != "celery.Celery":
            continue
        expr, value = python.argument(effect, "broker")
        if expr is None or not _reads_redis_url(value) or _touched(value) or _sets_ssl(app):
            continue
        yield _finding(
            app,
            effect.mod.place(expr, "rediss:// without certificate setting"),
            effect.processes[0],
            'set `broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_NONE}` (and `redis_backend_use_ssl`), or add `?ssl_cert_reqs=none` to the URL',
            effect.runs,
        )


def _sets_ssl(app: App) -> bool:
    """Whether some reached code says how Celery treats the certificate."""
    names = ("broker_use_ssl", "BROKER_USE_SSL", "redis_backend_use_ssl", "ssl_cert_reqs")
    return any(name in mod.source.text for mod in app.code.modules for name in names)


def _django_settings(app: App) -> Iterator[Finding]:
    """CHANNEL_LAYERS, CACHES and CELERY_BROKER_URL of a Django project."""
    django = app.code.django
    if django is None:
        return
    for name in ("CHANNEL_LAYERS", "CACHES"):
        found = django.setting(name)
        if found is None or not isinstance(found.value, Table) or never_encrypted(found.mod, found.assign.guard):
            continue
        for _, layer, start, end in found.value.entries:
            hosts = [inner for inner in walk(layer) if isinstance(inner, Env) and inner.name in ("REDIS_URL", "REDIS_TLS_URL")]
            said = any(isinstance(inner, Table) and any(key in _RELAXED for key, *_ in inner.entries) for inner in walk(layer)) or _touched(
                layer
            )
            if hosts and not said:
                from herolint.code import facts

                at = found.mod.place(facts.Expr(start, end), "checks the certificate")
                yield _finding(app, at, "web", _django_fix(name, layer), True)
    broker = django.setting("CELERY_BROKER_URL") or django.setting("BROKER_URL")
    if broker is not None and _reads_redis_url(broker.value) and not _touched(broker.value) and not _sets_ssl(app):
        yield _finding(
            app, broker.mod.place(broker.assign, "rediss:// without certificate setting"), "worker" if "worker" in app.processes else "web",
            'set `CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_NONE}`, or add `?ssl_cert_reqs=none` to the URL', True,
        )  # fmt: skip


def _rails_settings(app: App) -> Iterator[Finding]:
    """Sidekiq; Action Cable and the cache of a Rails app."""
    workers = [process.name for process in app.processes.values() if any(one.tool == "sidekiq" for one in process.launches)]
    if app.rails is None and not workers:
        return
    from herolint.app.frameworks.rails_redis import redis_uses, sidekiq_uses

    for use in (*sidekiq_uses(app), *(redis_uses(app.rails) if app.rails is not None else ())):
        from herolint.app.mends.redis_edits import told_in_settings

        fix = "add below `url:` the lines `ssl_params:` and `  verify_mode: <%= OpenSSL::SSL::VERIFY_NONE %>`"
        yield _finding(
            app,
            use.at,
            workers[0] if use.worker else "web",
            Fix(
                fix if use.yaml else "pass `ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE }` beside the URL",
                told_in_settings(app, use),
            ),
            use.sure,
        )


def _django_fix(setting: str, layer: Value) -> str:
    if setting == "CHANNEL_LAYERS":
        return 'give the host as `{"address": REDIS_URL, "ssl_cert_reqs": None}`'
    backend = layer.get("BACKEND") if isinstance(layer, Table) else None
    if backend == Known("django.core.cache.backends.redis.RedisCache"):
        return 'add `"OPTIONS": {"ssl_cert_reqs": None}`'
    return 'add `"OPTIONS": {"CONNECTION_POOL_KWARGS": {"ssl_cert_reqs": None}}`'


def _finding(app: App, at: Place, process: str, fix: Fix | str, runs: bool | None) -> Finding:
    return report(
        "HL304",
        "REDIS_URL is used without a word about its certificate",
        at,
        why="Heroku's REDIS_URL is `rediss://` with a self-signed certificate: a client that checks it refuses to connect",
        fix=fix,
        process=process,
        confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
    )
