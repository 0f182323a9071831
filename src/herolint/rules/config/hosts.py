"""Rules about the names under which the app may be reached."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.frameworks.django import Setting
from herolint.app.linking.values import AnyOf, Env, Items, Known, Value, options
from herolint.app.model import App
from herolint.code import facts
from herolint.finding import Confidence, Finding, Fix
from herolint.knowledge.breaks import before
from herolint.knowledge.other_hosts import load as load_other_hosts
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.source import Span
from herolint.wording import some

LOCAL = frozenset(
    {
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "[::1]",
        "::1",
        "testserver",
        "",
        ".localhost",
        "host.docker.internal",
        "web",
        "backend",
        "django",
        "app",
    }
)

_OF_DEBUG = (".localhost", "127.0.0.1", "[::1]")
"""What Django lets in while DEBUG is on and nothing is listed."""


@rule("HL708", "allowed-hosts", ERROR, WARNING, needs=("processes",))
def allowed_hosts(app: App) -> Iterator[Finding]:
    """Django's ALLOWED_HOSTS, Rails' `config.hosts` or Play's filter for hosts shuts out the app's own domain."""
    yield from _play(app)
    yield from _rails(app)
    django = app.code.django if app.has("code") else None
    if django is None or app.web is None or not app.code.runs_django(app.web):
        return
    found = django.setting("ALLOWED_HOSTS")
    if found is None or found.assign.value is None or _added_later(app):
        return
    debug = django.setting("DEBUG")
    hosts = _hosts(app, found.value)
    if hosts is None or not all(_is_elsewhere(host) for host in hosts):
        return
    debug_on = (
        debug is not None
        and isinstance(app.code.environment.if_unset(debug.value), Known)
        and bool(getattr(app.code.environment.if_unset(debug.value), "value", False))
    )
    empty_with_debug = debug_on and not hosts
    release = app.dependencies.version("django")
    if empty_with_debug and release and before("django", "refuses other hosts while DEBUG is on", release):
        return
    runs = app.code.guards.holds(found.mod, found.assign.guard)
    said = "is empty" if not hosts else f"names only {some(hosts, 3)}"
    yield report(
        "HL708",
        f"ALLOWED_HOSTS {said}: the app's own domain is shut out",
        found.mod.place(found.assign.value, "no public name"),
        severity=ERROR if runs and len(list(django.assignments("ALLOWED_HOSTS"))) == 1 else WARNING,
        why="Django answers every request for another host name with 400"
        + (" (with DEBUG on, names other than localhost are refused as well)" if empty_with_debug else ""),
        related=(app.procfile_place("web", "this process starts it"),),
        fix=_fix(app, found, hosts),
        process="web",
        confidence=Confidence.LOW if not django.sure else Confidence.HIGH if runs else Confidence.MEDIUM,
    )


def _rails(app: App) -> Iterator[Finding]:
    if app.rails is None or app.web is None:
        return
    from herolint.app.frameworks.rails_hosts import shut_out_hosts

    found = shut_out_hosts(app.rails)
    if found is not None:
        names, setting = found
        yield report(
            "HL708",
            f"config.hosts names only {', '.join(names)}: the app's own domain is shut out",
            setting.place("no public name"),
            why="Rails answers every request for another host name with 403 (Blocked hosts)",
            related=(app.procfile_place("web", "this process starts it"),),
            fix='write `config.hosts << ".herokuapp.com"` and your own domain, or set hosts in config/environments/development.rb alone',
            process="web",
        )


def _play(app: App) -> Iterator[Finding]:
    if "conf/application.conf" not in app.slug:
        return
    from herolint.app.frameworks.play import shut_out_hosts

    found = shut_out_hosts(app)
    if found is not None:
        said = f"names only {', '.join(found.names)}" if found.names else "is not set, which means localhost only"
        yield report(
            "HL708",
            f"play.filters.hosts.allowed {said}: the app's own domain is shut out",
            found.at,
            why="Play answers every request for another host name with 400 (Host not allowed)",
            related=(app.procfile_place("web", "this process starts it"),),
            fix='write `play.filters.hosts.allowed = [".herokuapp.com", "localhost"]` with your own domain',
            process="web",
        )


def _is_elsewhere(host: str) -> bool:
    """Whether a name of ALLOWED_HOSTS is that of the machine itself or one that another platform gives."""
    name = host.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    return name.partition(":")[0] in LOCAL or name in LOCAL or name.endswith(load_other_hosts().domains)


def _fix(app: App, found: Setting, hosts: list[str]) -> Fix:
    """The names from a variable, with those that stand there, or Django's own for a laptop, where it is not set."""
    from herolint.app.mends import mending

    words, value = 'use `ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")` and set it to the app\'s domain', found.assign.value
    if not isinstance(value, facts.Sequence) or not all(isinstance(item, facts.Const) for item in value.items):
        return Fix(words)
    default = ",".join(hosts or _OF_DEBUG)
    edits = mending.replaced(app, found.mod, Span(value.start, value.end), "read-list", name="ALLOWED_HOSTS", default=default)
    return Fix(words, edits, then="`heroku config:set ALLOWED_HOSTS=…` with the app's domain" if edits else "")


def _hosts(app: App, value: Value) -> list[str] | None:
    """The constant host names; None when some are not known."""
    match value:
        case Items(items=items):
            found = []
            for item in items:
                if isinstance(item, Env):
                    if item.default is None or item.required:
                        return None
                    item = app.code.environment.if_unset(item)
                if not isinstance(item, Known) or not isinstance(item.value, str):
                    return None
                found.append(item.value)
            return found
        case AnyOf():
            return (
                next((h for o in options(value) if (h := _hosts(app, o)) is not None), None)
                if all(_hosts(app, o) is not None for o in options(value))
                else None
            )
    return None


def _added_later(app: App) -> bool:
    """Whether hosts are appended, or a helper such as django-heroku sets them."""
    django = app.code.django
    for mod in django.layers if django else ():
        for fact in mod.facts.calls:
            name = app.code.linker.qualified(mod, fact.function, fact.call.func) or ""
            if name in ("django_heroku.settings", "django_on_heroku.settings") and app.code.guards.holds(mod, fact.guard) is not False:
                return True
        text = mod.source.text
        if any(f"ALLOWED_HOSTS{tail}" in text for tail in (" +=", "+=", ".append", ".extend", ".insert")):
            return True
    return False
