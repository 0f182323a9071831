"""What the app knows of the router before it: whether the server believes X-Forwarded-Proto, and what depends on that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.folding.config_vars import declared, named_anywhere
from herolint.app.linking.values import Env, Known, Value
from herolint.code.facts import NONE, Assign, Call
from herolint.formats.shell import Word

if TYPE_CHECKING:
    from herolint.app.frameworks.django import Django
    from herolint.app.launching.launch import Launch
    from herolint.app.linking.module import Mod
    from herolint.app.model import App

VARIABLE = "FORWARDED_ALLOW_IPS"
"""The variable that gunicorn and uvicorn read; the Python buildpack sets it to `*`."""
HEADER_SETTING = "SECURE_PROXY_SSL_HEADER"
HEADER_VALUE = '("HTTP_X_FORWARDED_PROTO", "https")'
"""Django's setting for the router's word, and what it is on Heroku."""
_NAMESPACES = ("globals", "locals", "vars")
"""Calls that give a module's names as a table, under which settings are set that no code spells."""
_SETS_OTHERS = ("django_heroku.settings", "django_on_heroku.settings")
_HANDLED = (
    "forwarded-proto", "forwarded_proto", "x-forwarded-port", "proxyfix", "proxyheadersmiddleware", "proxy_fix", "secure_proxy_ssl_header",
    "cf-visitor", "trust proxy", "trustproxy", "trust_proxy", "app.proxy", "express-sslify",
)  # fmt: skip
"""Words, in lower case, in code that looks at the header itself."""


def believes_proxy(app: App) -> bool | None:
    """Whether requests over https reach the app as such: by the server, or by code that looks at the header (None: unknown)."""
    launch = app.web.main if app.web is not None else None
    if launch is None or handled_in_code(app):
        return None if launch is None else True
    if any(app.code.knows(mod).proxy.reads == "never" and "web" in app.code.reached_by(mod.path) for mod in app.code.modules):
        return False
    if launch.tool == "gunicorn":
        return _listed(app, launch, _gunicorn_setting(app, launch))
    if launch.tool in ("uvicorn", "fastapi"):
        return False if launch.has("--no-proxy-headers") else _listed(app, launch, None)
    if launch.tool == "waitress-serve":
        return None if launch.has("--trusted-proxy", "--url-scheme") else False
    if launch.tool == "daphne":
        return launch.has("--proxy-headers")
    if launch.tool in ("hypercorn", "http.server"):
        return False
    return _by_call(app, launch) if launch.tool == "python" else None


def server_fix(app: App) -> str:
    """What makes the web process's server believe the router, in words."""
    found = believing_option(app)
    if found is not None:
        return f"start {found[0].tool} with `{found[1]}`"
    return "start the app with gunicorn or uvicorn, which read X-Forwarded-Proto on Heroku"


def django_looks(app: App, django: Django) -> bool | None:
    """Whether Django looks at the header itself (None: its settings may come from elsewhere)."""
    names = named_anywhere(app) | set(app.context.config_vars or ())
    if django.setting(HEADER_SETTING) is not None or any(HEADER_SETTING in name for name in names):
        return True
    for mod in django.layers:
        for fact in mod.facts.calls:
            name = app.code.linker.qualified(mod, fact.function, fact.call.func) or ""
            if name.rpartition(".")[2] == "DjangoDynaconf" or (name in _NAMESPACES and not _is_handed_to_known(app, mod, fact.call)):
                return None
    return False


def _is_handed_to_known(app: App, mod: Mod, table: Call) -> bool:
    """Whether the table of names is given to a call that is known not to set the header."""
    return any(
        table in fact.call.args and app.code.linker.qualified(mod, fact.function, fact.call.func) in _SETS_OTHERS
        for fact in mod.facts.calls
    )


def strips_header(app: App) -> bool:
    """Whether the app never sees X-Forwarded-Proto, since the web process's server takes it away."""
    launch = app.web.main if app.web is not None else None
    servers = {launch.tool} if launch is not None else set()
    servers |= {effect.name for effect in app.code.effects_of("listens") if "web" in effect.processes}
    return any(known.proxy.strips & servers for known in app.code.tables.values())


def believing_option(app: App) -> tuple[Launch, str] | None:
    """The command of the web process and the option that makes its server believe the router."""
    launch = app.web.main if app.web is not None else None
    if launch is None:
        return None
    option = next((known.proxy.options[launch.tool] for known in app.code.tables.values() if launch.tool in known.proxy.options), None)
    return (launch, option) if option is not None else None


def handled_in_code(app: App) -> bool:
    """Whether reached code looks at the header itself, or tells its framework to."""
    return any(word in text for mod in app.code.modules for text in (mod.source.text.lower(),) for word in _HANDLED)


def _listed(app: App, launch: Launch, setting: Value | None) -> bool | None:
    """Whether the router is among the addresses that the server believes: by option, config file, variable, or the buildpack."""
    word: Word | None = launch.option("--forwarded-allow-ips") or launch.assigned(VARIABLE)
    if word is not None:
        return "*" in word.text if word.literal else None
    if setting is not None:
        if isinstance(setting, Env):
            return None if setting.name != VARIABLE else _by_variable(app)
        return "*" in str(setting.value) if isinstance(setting, Known) else None
    return _by_variable(app)


def _by_variable(app: App) -> bool | None:
    entry = declared(app).get(VARIABLE)
    if entry is not None and entry.value:
        return "*" in entry.value
    if not app.is_container:
        return True if app.language == "python" else None
    return None if _set_in_image(app) else False


def _set_in_image(app: App) -> bool:
    """Whether the image or a script that starts it sets the variable."""
    launches = app.web.launches if app.web is not None else ()
    image = {app.web_image.path} if app.web_image is not None else set()
    paths = {*image, *(x.path for x in launches), *(place.path for x in launches for place in x.via)}
    sources = [app.source(path) for path in sorted(paths)]
    given = app.context.config_vars is not None and VARIABLE in app.context.config_vars
    return given or any(source is not None and VARIABLE in source.text for source in sources)


def _gunicorn_setting(app: App, launch: Launch) -> Value | None:
    path = app.code.entry_points.gunicorn_config(launch)
    mod = app.code.code.mod(path) if path is not None else None
    bindings = mod.names.get(NONE, {}).get("forwarded_allow_ips") if mod is not None else None
    if mod is None or not bindings or not isinstance(bindings[-1].what, Assign):
        return None
    return app.code.fold(mod, NONE, bindings[-1].what.value)


def _by_call(app: App, launch: Launch) -> bool | None:
    """The server that a script starts by a call."""
    found = [e for e in app.code.effects_of("listens") if "web" in e.processes]
    if len(found) != 1:
        return None
    name = found[0].name
    if name in ("uvicorn.run", "uvicorn.Config"):
        given, value = app.code.argument(found[0], "forwarded_allow_ips")
        switch, on = app.code.argument(found[0], "proxy_headers")
        if switch is not None and on == Known(False):
            return False
        return _listed(app, launch, value if given is not None else None)
    if name == "waitress.serve":
        return None if any(app.code.argument(found[0], where)[0] is not None for where in ("trusted_proxy", "url_scheme")) else False
    return False if found[0].row.kind == "dev-server" or name == "aiohttp.web.run_app" else None
