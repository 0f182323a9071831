"""Rules about the commands of process types: what they start must be there, installed, in front, and made for production."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from herolint.app.endpoints import endpoints
from herolint.app.launch import Launch
from herolint.app.model import App
from herolint.app.processes import Process
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Confidence, Finding, Place
from herolint.knowledge.packages import program_packages
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule

LANGUAGE_PROGRAMS = frozenset(
    {
        "npm",
        "npx",
        "yarn",
        "pnpm",
        "node",
        "bun",
        "ruby",
        "bundle",
        "rails",
        "rake",
        "puma",
        "sidekiq",
        "java",
        "php",
        "go",
        "deno",
        "heroku-php-apache2",
    }
)


def _started_at(app: App, process: Process, launch: Launch) -> tuple[Place, ...]:
    return () if launch.path == process.at.path else (app.procfile_place(process.name, "this process starts it"),)


def _python_launches(app: App) -> Iterator[tuple[Process, Launch]]:
    for process in app.processes.values():
        for launch in process.launches:
            yield process, launch


@rule("HL108", "dev-server", WARNING, needs=("processes",))
def dev_server(app: App) -> Iterator[Finding]:
    """The web process runs a development server."""
    web = app.web
    if web is None:
        return
    for end in endpoints(app, web):
        if not end.development or (end.port == "none" and end.effect is None):
            continue
        at = (
            end.effect.mod.place(end.effect.fact.call, "development server")
            if end.effect
            else Place(end.port_at.path, web.main.at.span if web.main else None, "development server")
        )
        name = (
            end.server
            if end.effect is None
            else end.server.rpartition(".")[0].split(".")[-1].removesuffix("()") + "." + end.server.rpartition(".")[2]
        )
        if end.effect is not None and name.startswith("Flask"):
            name = "app.run"
        yield report(
            "HL108",
            f"web serves visitors with the development server ({name})",
            at,
            why="it is made for one developer: no worker processes, no time limits, no restart when it hangs",
            related=() if at.path == web.at.path else (app.procfile_place("web", "this process starts it"),),
            fix=_server_fix(app, end.effect.mod.path if end.effect else ""),
            process="web",
        )


def _server_fix(app: App, path: str) -> str:
    django = app.python.django
    if django is not None and not path:
        wsgi = next((p for p in sorted(app.python.code.python_files) if p.endswith("wsgi.py")), "")
        return f"add gunicorn and use `web: gunicorn {wsgi.removesuffix('.py').replace('/', '.') or 'project.wsgi'}`"
    module = path.removesuffix(".py").replace("/", ".") or "app"
    mod = app.python.code.mod(path) if path else None
    name = "app"
    for found, bindings in mod.names.get(NONE, {}).items() if mod else ():
        what = bindings[-1].what
        if mod is not None and isinstance(what, facts.Assign) and isinstance(what.value, facts.Call):
            made = app.python.linker.qualified(mod, NONE, what.value.func)
            name = {"flask.Flask": found, "dash.Dash": f"{found}.server"}.get(made or "", name)
    folder, _, last = module.rpartition(".")
    chdir = f" --chdir {folder.replace('.', '/')}" if folder and folder.replace(".", "/") in app.python.code.roots else ""
    return f"add gunicorn to the requirements and use `web: gunicorn{chdir} {last if chdir else module}:{name}`"


@rule("HL110", "command-target-missing", ERROR, WARNING, needs=("processes",))
def command_target_missing(app: App) -> Iterator[Finding]:
    """A process starts a file, module or object that is not there."""
    for process, launch in _python_launches(app):
        found = _missing(app, process, launch)
        if found is None:
            continue
        message, at, fix, confidence = found
        severity = ERROR if process.name in ("web", "release") or not launch.command.conditional else WARNING
        yield report(
            "HL110",
            message,
            Place(at.path, at.span, "not there"),
            severity=severity,
            why="the process crashes as soon as it starts"
            + (
                " and every request gets H10"
                if process.serves
                else " and, in release, no deploy goes live"
                if process.name == "release"
                else ""
            ),
            related=_started_at(app, process, launch),
            fix=fix,
            process=process.name,
            confidence=confidence,
        )


def _missing(app: App, process: Process, launch: Launch) -> tuple[str, Place, str, Confidence] | None:
    if launch.target is None or not launch.target.literal or launch.command.conditional:
        return None
    at = launch.place(launch.target)
    if launch.script and launch.tool in ("python", "django", "streamlit", "sh", "fastapi", "chainlit"):
        return _missing_script(app, process, launch, at)
    if launch.module and launch.tool in ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "celery", "python"):
        return _missing_module(app, process, launch, at)
    return None


def _container_path(app: App, process: Process) -> bool:
    """Paths inside an image follow WORKDIR and COPY, which may differ from the repository's."""
    return process.origin in ("Dockerfile", "heroku.yml")


def _missing_script(app: App, process: Process, launch: Launch, at: Place) -> tuple[str, Place, str, Confidence] | None:
    script = launch.script or ""
    if (app.workspace.exists(script) and script in app.slug) or script.startswith(("/", "..")) or _container_path(app, process):
        return None
    if "$" in script or "*" in script:
        return None
    same = next((p for p in app.slug if p.lower() == script.lower()), None)
    if same:
        return (
            f"{process.name} starts {script}, but the file is called {same}",
            at,
            f"write `{same}`: names are case-sensitive on a dyno",
            Confidence.HIGH,
        )
    if script in app.workspace.files:
        return f"{process.name} starts {script}, which .slugignore removes", at, f"take {script} out of .slugignore", Confidence.HIGH
    near = next((p for p in sorted(app.slug, key=len) if posixpath.basename(p) == posixpath.basename(script)), None)
    reason = app.workspace.unpushed_reason(script)
    why = f" ({reason})" if reason else ""
    return (
        f"{process.name} starts {script}, which is not in the repository{why}",
        at,
        f"use `{near}`" if near else f"commit {script} or name the right file",
        Confidence.HIGH,
    )


def _missing_module(app: App, process: Process, launch: Launch, at: Place) -> tuple[str, Place, str, Confidence] | None:
    module = launch.module or ""
    code = app.python.code
    if _container_path(app, process) or not code.python_files:
        return None
    path = code.find(module)
    if path is None:
        top = module.partition(".")[0]
        if (
            app.dependencies.imports(top)
            or (code.is_folder(module) and launch.tool == "celery")
            or (launch.tool == "python" and not code.find(top) and not code.is_folder(top))
        ):
            return None
        if launch.tool == "celery" and code.find(f"{module}.celery"):
            return None
        if (
            code.find(top) is None
            and not code.is_folder(top)
            and (app.dependencies.unread or app.dependencies.editable)
            and not _near_module(app, module)
        ):
            return None
        near = _near_module(app, module)
        case = near is not None and near.lower() == module.lower()
        message = f"{process.name} starts the module {module}, " + (
            f"but it is called {near}" if case else "which is not in the repository"
        )
        return (
            message,
            at,
            f"use `{near}`" if near else f"name the module that holds the app instead of `{module}`",
            Confidence.HIGH if case or not app.dependencies.unread else Confidence.MEDIUM,
        )
    if launch.attr and launch.tool != "celery":
        return _missing_object(app, process, launch, path, at)
    if launch.tool in ("gunicorn", "uvicorn", "waitress-serve", "hypercorn") and not launch.attr and launch.tool == "gunicorn":
        return _missing_object(app, process, launch, path, at, "application")
    return None


def _near_module(app: App, module: str) -> str | None:
    last = module.rpartition(".")[2].lower()
    paths = [
        p for p in sorted(app.python.code.python_files, key=lambda p: (p.count("/"), p)) if p.rpartition("/")[2].lower() in (f"{last}.py",)
    ]
    paths += [p for p in app.python.code.python_files if p.lower().endswith(f"/{last}/__init__.py") or p.lower() == f"{last}/__init__.py"]
    return app.python.code.dotted(paths[0]) if paths else None


def _missing_object(
    app: App, process: Process, launch: Launch, path: str, at: Place, default: str = ""
) -> tuple[str, Place, str, Confidence] | None:
    mod = app.python.code.mod(path)
    name = (launch.attr or default).partition(".")[0]
    if mod is None or not name or mod.facts.errors:
        return None
    names = mod.names.get(NONE, {})
    if (
        name in names
        or name == "__dict__"
        or any(i.name == "*" for i in mod.facts.imports)
        or "__getattr__" in names
        or "globals()" in mod.source.text
    ):
        return None
    if path.endswith("__init__.py") and app.python.code.find(f"{launch.module}.{name}"):
        return None
    if any((f, n) for f, n in mod.facts.globals if n == name):
        return None
    found = next((n for n in ("app", "application", "server", "create_app", "wsgi_app", "api", "asgi") if n in names), None)
    fix = f"use `{launch.module}:{found}`" if found else f"define `{name}` in {path}"
    missing = f"{process.name} loads {name} from {path}, which does not define it"
    return missing, at, fix, Confidence.HIGH


@rule("HL111", "command-dependency-missing", ERROR, WARNING, needs=("processes", "python"))
def command_dependency_missing(app: App) -> Iterator[Finding]:
    """A process starts a program whose package is not installed."""
    dependencies = app.dependencies
    if app.is_container or not dependencies.manager:
        return
    for process, launch in _python_launches(app):
        if not launch.words or launch.command.conditional:
            continue
        word = launch.words[0]
        program = posixpath.basename(word.text)
        if dependencies.manager in ("poetry", "uv") and (launch.wrapper == dependencies.manager or program == dependencies.manager):
            yield _not_at_run_time(app, process, launch, dependencies.manager)
            continue
        tool = launch.tool if program.startswith("python") and launch.tool not in ("python", "django") else program
        packages = program_packages(tool)
        if (
            not packages
            or tool in LANGUAGE_PROGRAMS
            or dependencies.has(*packages)
            or app.workspace.exists(posixpath.join(launch.cwd, word.text))
        ):
            continue
        if not dependencies.complete and (dependencies.unread or _could_be_transitive(app, packages[0])):
            continue
        at = launch.place(launch.words[2] if program.startswith("python") and len(launch.words) > 2 else word, "not installed")
        yield report(
            "HL111",
            f"{process.name} starts {tool}, but {dependencies.manifest} does not install {packages[0]}",
            at,
            why="the shell finds no such program: the process crashes at once" + (" and every request gets H10" if process.serves else ""),
            related=_started_at(app, process, launch),
            fix=f"add `{packages[0]}` to {_manifest(dependencies.manifest)}",
            process=process.name,
        )


def _manifest(lock: str) -> str:
    return {
        "Pipfile.lock": "Pipfile's [packages]",
        "poetry.lock": "pyproject.toml's main dependencies",
        "uv.lock": "pyproject.toml's dependencies",
    }.get(lock, lock)


_PULLED_IN = {
    "gunicorn": ("uvicorn-worker", "prefect", "mlflow"),
    "uvicorn": ("fastapi-cli", "gradio", "prefect", "chromadb", "fastapi"),
    "flask": ("flask-restful", "flask-cors", "flask-sqlalchemy", "dash", "flask-login", "flask-socketio", "connexion"),
    "celery": ("django-celery-beat", "django-celery-results", "flower", "celery-redbeat"),
    "daphne": ("channels",),
    "alembic": ("flask-migrate",),
    "rq": ("django-rq", "flask-rq2", "rq-scheduler"),
    "django": ("djangorestframework", "django-cors-headers", "django-filter", "wagtail", "django-cms"),
    "waitress": (),
    "streamlit": ("streamlit-option-menu", "streamlit-aggrid", "streamlit-authenticator"),
}


def _could_be_transitive(app: App, package: str) -> bool:
    """Whether another direct dependency brings the package along."""
    if package == "uvicorn" and any(d.name == "fastapi" and d.extras for d in app.dependencies.packages.values()):
        return True
    return app.dependencies.has(*(p for p in _PULLED_IN.get(package, ()) if not (package == "uvicorn" and p == "fastapi")))


def _not_at_run_time(app: App, process: Process, launch: Launch, tool: str) -> Finding:
    at = Place(launch.path, launch.command.words[0].span, "not on a dyno")
    return report(
        "HL111",
        f"{process.name} starts with `{tool} run`, but {tool} is not there at run time",
        at,
        why=f"the buildpack installs {tool} for the build only: command not found, the process crashes"
        + (" and every request gets H10" if process.serves else ""),
        related=_started_at(app, process, launch),
        fix=f"leave `{tool} run` out: the packages' programs are on PATH",
        process=process.name,
    )


MANAGERS = frozenset({"honcho", "foreman", "supervisord", "circusd", "pm2", "concurrently", "overmind", "hivemind"})


@rule("HL112", "backgrounded-process", WARNING, needs=("processes",))
def backgrounded_process(app: App) -> Iterator[Finding]:
    """Several programs share one dyno, and nobody watches those in the background."""
    for process in app.processes.values():
        for launch in process.launches:
            if launch.tool in MANAGERS and process.name != "release":
                yield _shared(
                    app, process, launch, f"{process.name} runs several programs in one dyno with {launch.tool}", "starts several programs"
                )
            elif launch.command.background and launch.tool not in ("sleep", "echo", "tail"):
                yield _shared(
                    app,
                    process,
                    launch,
                    f"{process.name} starts {launch.tool if launch.script is None else launch.script} in the background",
                    "in the background",
                )


def _shared(app: App, process: Process, launch: Launch, message: str, label: str) -> Finding:
    at = launch.at
    return report(
        "HL112",
        message,
        Place(at.path, at.span, label),
        why="when it stops the dyno goes on without it, unseen; they share one dyno's memory and cannot be scaled apart",
        related=_started_at(app, process, launch),
        fix="give each program a process type of its own in the Procfile, e.g. `worker: …`",
        process=process.name,
    )


@rule("HL113", "migrations-in-web", WARNING, needs=("processes",))
def migrations_in_web(app: App) -> Iterator[Finding]:
    """The database is migrated each time a web dyno starts."""
    web = app.web
    if web is None:
        return
    for launch in web.launches:
        words = {w.text for w in launch.words}
        django = launch.tool in ("django", "django-admin") and launch.subcommand in ("migrate", "makemigrations", "syncdb")
        other = (
            (launch.tool == "alembic" and "upgrade" in words)
            or (launch.tool == "flask" and {"db", "upgrade"} <= words)
            or (launch.tool == "aerich" and "upgrade" in words)
        )
        if django or other or (launch.tool in ("prisma", "sequelize") and words & {"migrate", "db:migrate", "deploy"}):
            at = launch.at
            text = " ".join(w.text for w in launch.words)
            making = launch.subcommand == "makemigrations"
            yield report(
                "HL113",
                f"web runs `{text}` at every start",
                Place(at.path, at.span, "before the port is bound"),
                why=("migrations made on a dyno are thrown away with its disk, and " if making else "")
                + f"every dyno runs it at every start, several at once, within the {app.platform.boot_timeout_s:.0f} s that starting may take",
                related=_started_at(app, web, launch),
                fix="make migrations on your machine and commit them" if making else f"move it to the release phase: `release: {text}`",
                process="web",
            )


@rule("HL109", "debug-enabled", WARNING, NOTE, needs=("processes",))
def debug_enabled(app: App) -> Iterator[Finding]:
    """Debug mode or reloading reaches production."""
    web = app.web
    if web is not None:
        for launch in web.launches:
            for name in ("--reload", "--debug"):
                if launch.has(name) and launch.tool in ("gunicorn", "uvicorn", "flask", "hypercorn", "fastapi", "granian"):
                    word = next(w for w in launch.words if w.text.startswith(name))
                    yield _debug(app, f"web starts {launch.tool} with {name}", launch.place(word, "for development"), f"leave `{name}` out")
            for variable in ("FLASK_ENV", "FLASK_DEBUG", "DJANGO_DEBUG", "DEBUG", "NODE_ENV"):
                word = launch.assigned(variable)
                if word is not None and word.text.lower() in ("development", "1", "true", "dev"):
                    yield _debug(
                        app, f"web runs with {variable}={word.text}", launch.place(word, "for development"), f"leave `{variable}` out"
                    )
    if app.app_json is not None:
        for variable in ("FLASK_ENV", "FLASK_DEBUG", "DJANGO_DEBUG", "DEBUG"):
            declared = app.app_json.env.get(variable)
            if declared is not None and (declared.value or "").lower() in ("development", "1", "true"):
                yield _debug(
                    app,
                    f"app.json sets {variable} to {declared.value}",
                    Place("app.json", declared.span, "for development"),
                    f'set {variable} to "False"',
                )
    if app.has("code"):
        yield from _debug_in_code(app)


def _debug(app: App, message: str, at: Place, fix: str, confidence: Confidence = Confidence.HIGH) -> Finding:
    related = () if at.path in ("Procfile", "app.json") else (app.procfile_place("web", "this process runs it"),)
    return report(
        "HL109",
        message,
        at,
        why="error pages show code, settings and variables to every visitor; reloading and tracing cost memory and time",
        related=related,
        fix=fix,
        process="web",
        confidence=confidence,
    )


def _debug_in_code(app: App) -> Iterator[Finding]:
    from herolint.rules.process.debug import debug_places

    for message, at, fix, confidence in debug_places(app):
        yield _debug(app, message, at, fix, confidence)
