"""Where code switches debug mode on in production."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.folding.env_reads import ENV_TABLES
from herolint.app.folding.environment import FALSE_WORDS
from herolint.app.linking.values import Env, Known, Value, env_names, options
from herolint.app.model import App
from herolint.app.running.endpoints import endpoints
from herolint.code import facts
from herolint.code.queries import argument
from herolint.finding import Confidence, Fix, Place

_MODES = ("NODE_ENV", "FLASK_ENV", "APP_ENV", "RAILS_ENV", "RACK_ENV")
"""Variables that say whether this is production."""
Found = tuple[str, Place, Fix | str, Confidence]


def debug_places(app: App) -> Iterator[Found]:
    """Places where debug mode is on for the web process: (message, place, fix, confidence)."""
    yield from _run_arguments(app)
    yield from _django(app)
    yield from _attributes(app)
    yield from _made_with_debug(app)
    yield from _config_objects(app)
    yield from _switches(app)
    yield from _variables(app)


def _config_objects(app: App) -> Iterator[Found]:
    """`app.config.from_object("package.config")` with a module whose DEBUG is on."""
    python = app.code
    for mod, fact, _ in python.calls_named("flask.Flask().config.from_object", "quart.Quart().config.from_object"):
        expr = fact.call.args[0] if fact.call.args else None
        value = python.fold(mod, fact.function, expr) if expr is not None else None
        target = python.linker.resolve(mod, fact.function, expr) if isinstance(expr, facts.Name | facts.Attr) else None
        path = python.code.find(value.value) if isinstance(value, Known) and isinstance(value.value, str) else None
        config = python.code.mod(path) if path else target.mod if target is not None and target.kind == "module" else None
        for assign in config.facts.assigns if config is not None else ():
            name = assign.target
            if (
                config is None
                or not isinstance(name, facts.Name)
                or name.id != "DEBUG"
                or assign.function != facts.NONE
                or assign.value is None
            ):
                continue
            on, variable = _switched_on(app, python.fold(config, facts.NONE, assign.value))
            if on and python.guards.holds(config, assign.guard) is not False:
                extra = _unless(variable)
                words = f"let {variable} default to False" if variable else "leave it out, or read it from the environment"
                from herolint.app.mends.debug_edits import switched_off

                fix = switched_off(app, config, assign.value, words, variable, "FLASK_DEBUG")
                yield f"debug mode is switched on{extra}", config.place(assign.value, "on in production"), fix, Confidence.HIGH


def _switches(app: App) -> Iterator[Found]:
    """Frameworks that are told by an option to run as on a developer's machine."""
    for effect in app.code.effects_of("debugs"):
        expr, value = app.code.argument(effect, effect.row.path)
        if "web" not in effect.processes or expr is None:
            continue
        on, variable = _switched_on(app, value)
        if on:
            extra = _unless(variable)
            yield (
                f"{effect.name} runs in development mode{extra}",
                effect.mod.place(expr, "on in production"),
                "leave it out, or read it from the environment",
                Confidence.HIGH if effect.runs else Confidence.MEDIUM,
            )


def _variables(app: App) -> Iterator[Found]:
    """Code that overwrites the environment's word for production."""
    code = app.code
    for mod in code.modules:
        for assign in mod.facts.assigns:
            base, name = _entry(assign.target)
            if base is None or name not in _MODES or assign.value is None or "web" not in code.reached_by(mod.path):
                continue
            if assign.op in ("||=", "??="):
                continue  # only where nothing set it before
            value = code.fold(mod, assign.function, assign.value)
            local = isinstance(value, Known) and str(value.value).lower() in ("development", "dev")
            if local and code.linker.qualified(mod, assign.function, base) in ENV_TABLES and code.guards.holds(mod, assign.guard) is True:
                yield (
                    f"{name} is set to development in the code",
                    mod.place(assign.value, "in production too"),
                    "leave it out",
                    Confidence.HIGH,
                )


def _entry(target: facts.AnyExpr) -> tuple[facts.AnyExpr | None, str]:
    """The table and the name of `table.name` and `table["name"]`."""
    match target:
        case facts.Attr(base=base, name=name):
            return base, name
        case facts.Index(base=base, key=facts.Const(value=str() as name)):
            return base, name
    return None, ""


def _switched_on(app: App, value: Value) -> tuple[bool, str]:
    """Whether a flag is on in production as far as known, and the variable that would switch it off."""
    settled = app.code.environment.switch(value)
    names = sorted(env_names(value))
    on = isinstance(settled, Known) and (
        settled.value is True
        or (isinstance(settled.value, str) and settled.value.lower() not in FALSE_WORDS)
        or (settled.value == 1 and settled.value is not None)
    )
    return on, names[0] if names else ""


def _unless(variable: str) -> str:
    """The end of a message about a flag that a variable may switch off."""
    return f" unless {variable} says otherwise" if variable else ""


def _on_by_default(app: App, value: Value) -> bool:
    """Whether the code itself switches a flag on where nothing sets its variable."""
    default = next((one.default for one in options(value) if isinstance(one, Env)), None)
    return default is not None and _switched_on(app, default)[0]


def _run_arguments(app: App) -> Iterator[Found]:
    if app.web is None:
        return
    for end in endpoints(app, app.web):
        effect = end.effect
        if effect is None or effect.row.effect != "listens":
            continue
        for keyword in ("debug", "reload", "use_reloader"):
            expr = argument(effect.fact.call, None, keyword)
            if expr is None:
                continue
            on, variable = _switched_on(app, app.code.fold(effect.mod, effect.fact.function, expr))
            if on:
                extra = _unless(variable)
                words = f'use `{keyword}=os.environ.get("FLASK_DEBUG") == "1"`, or leave it out'
                from herolint.app.mends.debug_edits import switched_off

                fix = switched_off(app, effect.mod, expr, words, variable, "FLASK_DEBUG")
                yield f"web runs with {keyword} switched on{extra}", effect.mod.place(expr, "on in production"), fix, Confidence.HIGH


def _django(app: App) -> Iterator[Found]:
    django = app.code.django
    if django is None or not any(app.code.runs_django(p) for p in app.processes.values()):
        return
    found = django.setting("DEBUG")
    if found is None or found.assign.value is None:
        return
    on, variable = _switched_on(app, found.value)
    if variable in (app.app_json.env if app.app_json is not None else ()):
        on = on and _on_by_default(app, found.value)  # what app.json sets is another place
    holds = app.code.guards.holds(found.mod, found.assign.guard)
    if not on or holds is False:
        return
    if holds is None and len(list(django.assignments("DEBUG"))) > 1:
        return
    extra = f" unless {variable} is set" if variable else ""
    default = next((o for o in options(found.value) if isinstance(o, Env)), None)
    words = f"let {variable} default to False" if default is not None else 'use `DEBUG = os.environ.get("DEBUG") == "1"`'
    from herolint.app.mends.debug_edits import switched_off

    fix = switched_off(app, found.mod, found.assign.value, words, variable, "DEBUG")
    yield (
        f"Django's DEBUG is on in production{extra}",
        found.mod.place(found.assign.value, "on in production"),
        fix,
        Confidence.LOW if not django.sure else Confidence.HIGH if holds else Confidence.MEDIUM,
    )


def _attributes(app: App) -> Iterator[Found]:
    """`app.debug = True`, `app.config["DEBUG"] = True`."""
    python = app.code
    for mod in python.modules:
        if "web" not in python.reached_by(mod.path):
            continue
        for assign in mod.facts.assigns:
            target = assign.target
            named = (isinstance(target, facts.Attr) and target.name == "debug") or (
                isinstance(target, facts.Index)
                and isinstance(target.key, facts.Const)
                and target.key.value == "DEBUG"
                and isinstance(target.base, facts.Attr)
                and target.base.name == "config"
            )
            if not named or assign.value is None or python.reach["web"].runs(mod, assign.guard) is False:
                continue
            base = (
                target.base
                if isinstance(target, facts.Attr)
                else target.base.base
                if isinstance(target, facts.Index) and isinstance(target.base, facts.Attr)
                else None
            )
            qualified = python.linker.qualified(mod, assign.function, base) if base is not None else None
            if qualified not in ("flask.Flask()", "quart.Quart()", "fastapi.FastAPI()"):
                continue
            on, variable = _switched_on(app, python.fold(mod, assign.function, assign.value))
            if on and python.reach["web"].has_function(mod, assign.function):
                extra = _unless(variable)
                runs = python.reach["web"].runs(mod, assign.guard)
                from herolint.app.mends.debug_edits import switched_off

                yield (
                    f"debug mode is switched on{extra}",
                    mod.place(assign.value, "on in production"),
                    switched_off(app, mod, assign.value, "leave it out, or read it from the environment", variable, "FLASK_DEBUG"),
                    Confidence.HIGH if runs else Confidence.MEDIUM,
                )


def _made_with_debug(app: App) -> Iterator[Found]:
    """`FastAPI(debug=True)` and its like."""
    python = app.code
    for mod, fact, name in python.calls_named(
        "fastapi.FastAPI", "starlette.applications.Starlette", "aiohttp.web.Application", "tornado.web.Application"
    ):
        expr = argument(fact.call, None, "debug")
        if expr is not None and "web" in python.reached_by(mod.path) and python.reach["web"].runs(mod, fact.guard) is not False:
            on, variable = _switched_on(app, python.fold(mod, fact.function, expr))
            if on:
                extra = _unless(variable)
                from herolint.app.mends.debug_edits import switched_off

                yield (
                    f"{name.rpartition('.')[2]} runs in debug mode{extra}",
                    mod.place(expr, "on in production"),
                    switched_off(app, mod, expr, "leave `debug` out, or read it from the environment", variable, "DEBUG"),
                    Confidence.HIGH,
                )
