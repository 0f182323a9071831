"""TLS ends at the router: apps that speak it themselves, and apps that do not believe what the router says about it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.app.frameworks.django import Django, Setting
from herolint.app.frameworks.laravel import laravel_of
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Known
from herolint.app.model import App
from herolint.app.services.proxy import HEADER_SETTING, HEADER_VALUE, believes_proxy, django_looks, server_fix, strips_header
from herolint.app.services.tls import tls_servers
from herolint.code import facts
from herolint.code.queries import dotted, last_name, walk
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.knowledge.breaks import before
from herolint.rules.registry import WARNING, report, rule

_LOOP = (
    "the router speaks plain HTTP to the dyno, so every request looks insecure and is redirected to itself: visitors see too many redirects"
)


@rule("HL706", "tls-in-app", WARNING, needs=("processes",))
def tls_in_app(app: App) -> Iterator[Finding]:
    """The web process speaks TLS itself."""
    for found in tls_servers(app):
        if found.runs is not False:
            by = f" ({found.by})" if found.by else ""
            yield report(
                "HL706",
                f"{found.server} speaks TLS itself{by}",
                found.at,
                why="the router ends TLS and speaks plain HTTP to the dyno: its requests are not understood, and visitors get errors (H13)",
                related=(app.procfile_place("web", "this process starts it"),),
                fix="serve plain HTTP on $PORT; certificates belong to the domain (`heroku certs:auto:enable`)",
                process="web",
                confidence=Confidence.HIGH if found.runs else Confidence.MEDIUM,
            )


@rule("HL707", "proxy-headers", WARNING, needs=("processes",))
def proxy_headers(app: App) -> Iterator[Finding]:
    """The app redirects to https, or builds addresses, without believing X-Forwarded-Proto."""
    yield from _laravel(app)
    if not app.has("code") or app.web is None or believes_proxy(app) is not False:
        return
    yield from _django(app)
    yield from _middleware(app)
    yield from _own_redirects(app)
    yield from _cookies(app)
    yield from _login_addresses(app)


def _laravel(app: App) -> Iterator[Finding]:
    laravel = laravel_of(app)
    at = laravel.unbelieved_proxy() if laravel is not None else None
    if at is not None:
        yield report(
            "HL707",
            "Laravel makes addresses with http:// behind the router: it trusts no proxy",
            at,
            why="the router ends TLS and says so in X-Forwarded-Proto; what asset() and route() give is http then, which browsers block on pages "
            "over https (mixed content)",
            fix="write `protected $proxies = '*';`" if at.path.startswith("app/") else "call `$middleware->trustProxies(at: '*')` there",
            process="web",
            confidence=Confidence.MEDIUM,
        )


def _found(app: App, message: str, at: Place, why: str, fix: Fix, confidence: Confidence = Confidence.HIGH) -> Finding:
    related = (app.procfile_place("web", "its server does not read X-Forwarded-Proto"),)
    return report("HL707", message, at, why=why, related=related, fix=fix, process="web", confidence=confidence)


def _django(app: App) -> Iterator[Finding]:
    django = app.code.django
    if django is None or app.web is None or not app.code.runs_django(app.web) or django_looks(app, django) is not False:
        return
    redirect = django.setting("SECURE_SSL_REDIRECT")
    if redirect is not None and app.code.environment.if_unset(redirect.value) == Known(True):
        runs = app.code.guards.holds(redirect.mod, redirect.assign.guard)
        sure = runs and django.sure
        yield _found(
            app,
            "SECURE_SSL_REDIRECT redirects to https for ever",
            _at(redirect),
            _LOOP,
            _django_fix(app, django, redirect),
            Confidence.HIGH if sure else Confidence.MEDIUM,
        )
        return
    middleware = django.setting("MIDDLEWARE")
    csrf = "django.middleware.csrf.CsrfViewMiddleware" in django.listed("MIDDLEWARE")
    if csrf and middleware is not None and django.setting("CSRF_TRUSTED_ORIGINS") is None and _checks_origin(app):
        why = "the browser says https, Django sees http: it refuses every form, the admin's login first, with 403 (origin checking failed)"
        fix = _django_fix(app, django, middleware)
        yield _found(app, "forms fail Django's origin check behind the router", _at(middleware), why, fix, Confidence.MEDIUM)


def _django_fix(app: App, django: Django, beside: Setting) -> Fix:
    """Django looks at the header itself, where the server lets it see that."""
    from herolint.app.mends.proxy_edits import told_to_django

    if strips_header(app):
        return _server_fix(app)
    return Fix(f"add `{HEADER_SETTING} = {HEADER_VALUE}` to the settings", told_to_django(app, django, beside))


def _server_fix(app: App) -> Fix:
    from herolint.app.mends.proxy_edits import believing

    return Fix(server_fix(app), believing(app))


def _at(setting: Setting) -> Place:
    return setting.mod.place(setting.assign, "without the router's word")


def _checks_origin(app: App) -> bool:
    """Whether Django is one that compares the Origin header."""
    version = app.dependencies.version("django")
    return version is not None and not before("django", "compares the Origin header of forms", version)


def _middleware(app: App) -> Iterator[Finding]:
    """Starlette's HTTPSRedirectMiddleware."""
    wanted = "starlette.middleware.httpsredirect.HTTPSRedirectMiddleware"
    for mod in app.code.modules:
        if "HTTPSRedirectMiddleware" not in mod.source.text or "web" not in app.code.reached_by(mod.path):
            continue
        for fact in mod.facts.calls:
            for given in (fact.call.func, *fact.call.args):
                name = app.code.linker.qualified(mod, fact.function, given) if isinstance(given, facts.Name | facts.Attr) else None
                if name in (wanted, "fastapi.middleware.httpsredirect.HTTPSRedirectMiddleware") and app.code.guards.holds(mod, fact.guard):
                    at = mod.place(given, "sees http only")
                    yield _found(app, "HTTPSRedirectMiddleware redirects to https for ever", at, _LOOP, _server_fix(app))


def _own_redirects(app: App) -> Iterator[Finding]:
    """`if request.url.startswith("http://"): return redirect(…)`, `if (!req.secure) res.redirect(…)`."""
    for mod in app.code.modules:
        if "redirect" not in mod.source.text or "https" not in mod.source.text or "web" not in app.code.reached_by(mod.path):
            continue
        for guard in mod.facts.guards:
            asked = next((e for e in walk(guard.test) if _asks_for_scheme(app, mod, e)), None)
            if asked is None or guard.kind not in ("if", "else") or app.code.guards.holds(mod, guard.parent) is False:
                continue
            function = mod.function_at(guard.test.start)
            if any(c.function == function and last_name(c.call.func) == "redirect" and _to_https(c.call) for c in mod.facts.calls):
                yield _found(app, "the redirect to https never ends", mod.place(asked, "always http"), _LOOP, _own_fix(app, mod))
                return


def _asks_for_scheme(app: App, mod: Mod, expr: facts.AnyExpr) -> bool:
    """Whether it asks the framework how the request came."""
    asks = app.code.knows(mod).proxy.asks
    if isinstance(expr, facts.Call) and last_name(expr.func) == "startswith":
        return dotted(expr.func) in asks and bool(expr.args) and isinstance(expr.args[0], facts.Const) and expr.args[0].value == "http://"
    return isinstance(expr, facts.Attr) and dotted(expr) in asks and last_name(expr) != "startswith"


def _to_https(call: facts.Call) -> bool:
    """Whether a redirect leads to an https address, or to one that was made beforehand."""
    texts = [e.value for arg in call.args for e in walk(arg) if isinstance(e, facts.Const) and isinstance(e.value, str)]
    return any(text.startswith("https") for text in texts) or not texts


def _own_fix(app: App, mod: Mod) -> Fix:
    words = 'ask for `request.headers.get("X-Forwarded-Proto") == "http"`, or wrap the app in ProxyFix'
    if app.code.knows(mod).proxy.reads == "never":
        words = "tell the framework about the router: `app.set('trust proxy', 1)` in Express, `app.proxy = true` in Koa"
    return msgspec.structs.replace(_server_fix(app), description=words)


def _cookies(app: App) -> Iterator[Finding]:
    """Session cookies for https only, of a framework that takes every request for http."""
    for effect in app.code.effects_of("checks-scheme"):
        expr, value = app.code.argument(effect, effect.row.path)
        if expr is None or "web" not in effect.processes or (effect.row.note and app.code.argument(effect, effect.row.note)[0] is not None):
            continue
        on = value == Known(True) or app.code.guards.truth(effect.mod, effect.fact.function, expr) is True
        if on and value != Known("auto"):
            why = "every request looks like plain HTTP behind the router, so the cookie is never sent and nobody stays logged in"
            at = effect.mod.place(expr, "never sent")
            yield _found(app, f"{effect.name.removesuffix('()')} never sends its secure cookie", at, why, _own_fix(app, effect.mod))


def _login_addresses(app: App) -> Iterator[Finding]:
    """The address that a login service sends visitors back to, made from the request."""
    for mod in app.code.modules:
        text = mod.source.text
        if "authorize_redirect" not in text or "url_for(" not in text or "_scheme" in text or "http:" in text:
            continue
        for fact in mod.facts.calls:
            if last_name(fact.call.func) == "authorize_redirect" and "web" in app.code.reached_by(mod.path):
                message = "the address to come back to after login begins with http"
                why = "the login service compares it with the registered https address and refuses (redirect_uri_mismatch)"
                yield _found(app, message, mod.place(fact.call, "made from the request"), why, _server_fix(app), Confidence.MEDIUM)
                return
