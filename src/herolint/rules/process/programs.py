"""The program that a command starts must be installed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from herolint.app.building.installed import is_unreadable
from herolint.app.building.python_build import manager_files
from herolint.app.buildpacks.node_programs import Absent, absent_programs
from herolint.app.buildpacks.pruned_types import PrunedTypes, pruned_types
from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.processes import Process
from herolint.changes import Edit
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.knowledge.packages import program_packages
from herolint.rules.process.places import all_launches, started_at
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.running.gem_programs import MissingGem, NoServer

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


@rule("HL111", "command-dependency-missing", ERROR, WARNING, needs=("processes",))
def command_dependency_missing(app: App) -> Iterator[Finding]:
    """A process starts a program whose package is not installed."""
    for absent in absent_programs(app):
        yield _pruned(app, absent)
    yield from (_without_types(app, missing) for missing in pruned_types(app))
    for missing in app.missing_gems:
        yield _not_bundled(app, missing)
    none = app.gem_server
    if none is not None and none.fails:
        yield _no_server(app, none)
    yield from _not_required(app)


def _not_required(app: App) -> Iterator[Finding]:
    """A program of a Python package that is not installed."""
    dependencies = app.dependencies
    if app.is_container or not app.has("python") or not dependencies.manager or len(manager_files(app)) > 1:
        return
    if dependencies.manager == "pip" and is_unreadable(app.requirements):
        return  # the build fails, and what was meant to be installed is not known
    for process, launch in all_launches(app):
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
            or _comes_along(app, packages)
            or app.workspace.exists(posixpath.join(launch.cwd, word.text))
        ):
            continue
        if not dependencies.complete and (dependencies.unread or _could_be_transitive(app, packages[0])):
            continue
        at = launch.place(launch.words[2] if program.startswith("python") and len(launch.words) > 2 else word, "not installed")
        from herolint.app.mends.manifest_edits import requirement_added

        yield report(
            "HL111",
            f"{process.name} starts {tool}, but {dependencies.manifest} does not install {packages[0]}",
            at,
            why="the shell finds no such program: the process crashes at once" + (" and every request gets H10" if process.serves else ""),
            related=started_at(app, process, launch),
            fix=Fix(f"add `{packages[0]}` to {_manifest(dependencies.manifest)}", requirement_added(app, packages[0])),
            process=process.name,
        )


def _pruned(app: App, absent: Absent) -> Finding:
    """A program of a package that is there for the build only, or not at all."""
    process, at = absent.process, absent.at
    if absent.launch is not process.main and absent.launch.via and process.origin == "Procfile":
        # A step before the program itself: the line that asks for it is what should change.
        at = Place(process.at.path, absent.launch.via[0].span)
    how = (
        f"{absent.package} is a devDependency, which is removed after the build"
        if absent.pruned
        else f"package.json does not list {absent.package}"
    )
    if absent.fetched:
        why = "npx fetches the newest release from the registry each time, whatever the lock says: the next major version comes by itself"
    else:
        why = "the shell finds no such program: the process crashes at once" + (" and every request gets H10" if process.serves else "")
    return report(
        "HL111",
        f"{process.name} starts {absent.program}{' through npx' if absent.fetched else ''}, but {how}",
        Place(at.path, at.span, "not there at run time"),
        severity=WARNING if absent.fetched else ERROR,
        why=why,
        related=(
            *((absent.at,) if at is not absent.at else ()),
            *((absent.declared,) if absent.declared is not None else ()),
            *(started_at(app, process, absent.launch) if at is absent.at else ()),
        ),
        fix=_kept(app, absent) if absent.pruned else f"add it: `npm install {absent.package}`",
        process=process.name,
    )


def _kept(app: App, absent: Absent) -> Fix:
    """The package among those that stay after the build."""
    from herolint.app.mends.manifest_edits import for_production

    if any(absent.program in known.loads_others for known in app.code.tables.values()):
        return Fix(f"move `{absent.package}`, and what its configuration loads, to dependencies")
    at_root = absent.declared is not None and absent.declared.path == "package.json"
    return Fix(f"move `{absent.package}` to dependencies", for_production(app, absent.package) if at_root else ())


def _without_types(app: App, missing: PrunedTypes) -> Finding:
    """A compiler at the start whose types are there for the build only."""
    process, launch = missing.process, missing.launch
    return report(
        "HL111",
        f"{process.name} compiles with {launch.tool} at its start, but {missing.package} is a devDependency, which is removed after the build",
        Place(launch.at.path, launch.at.span, "ends with an error"),
        why="the compiler finds no types for what is imported, ends with an error, and nothing behind it starts"
        + (": every request gets H10" if process.serves else ""),
        related=(missing.use, missing.declared, *started_at(app, process, launch)),
        fix="take it out of the start, and call it in a `build` script, which runs before devDependencies are removed",
        process=process.name,
        confidence=Confidence.HIGH if missing.sure else Confidence.MEDIUM,
    )


def _not_bundled(app: App, missing: MissingGem) -> Finding:
    """A program of a gem that is not installed."""
    process, launch = missing.process, missing.launch
    how = (
        f"{missing.gem} is in the group {missing.group}, which is left out" if missing.group else f"the Gemfile does not list {missing.gem}"
    )
    return report(
        "HL111",
        f"{process.name} starts {launch.tool}, but {how}",
        Place(launch.at.path, launch.at.span, "not installed"),
        why="the program is not found: the process crashes at once" + (" and every request gets H10" if process.serves else ""),
        related=started_at(app, process, launch),
        fix=f"move `{missing.gem}` out of the group" if missing.group else f"`bundle add {missing.gem}`",
        process=process.name,
    )


def _no_server(app: App, found: NoServer) -> Finding:
    """A web process without any server in the bundle."""
    from herolint.knowledge.gems import load as load_gems

    return report(
        "HL111",
        "web starts the app, but no gem of the bundle is a web server",
        Place(found.launch.at.path, found.launch.at.span, "with what?"),
        why=f"WEBrick is no part of Ruby after {load_gems().webrick}: the process ends at once, and every request gets H10",
        related=started_at(app, app.web, found.launch) if app.web is not None else (),
        fix="`bundle add puma`",
        process="web",
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


def _comes_along(app: App, packages: Iterable[str]) -> bool:
    """Whether a hook of the build installs one of the packages, or something that is installed brings it."""
    installed = app.installed
    return installed is not None and any(name in installed.names or name in installed.brought for name in packages)


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
        related=started_at(app, process, launch),
        fix=_without_runner(app, launch, tool),
        process=process.name,
    )


def _without_runner(app: App, launch: Launch, tool: str) -> Fix:
    """The command without `poetry run` before it."""
    from herolint.app.mends.endpoint_edits import is_deployed_only
    from herolint.edits.text import written

    source, words = app.source(launch.path), launch.command.words
    first = words[0].span.start
    end = words[2].span.start if len(words) > 2 else first
    plain = source is not None and written(source, Span(first, end)).split() == [tool, "run"] and not words[2].text.startswith("-")
    edits = (Edit(launch.path, Span(first, end), ""),) if plain else ()
    return Fix(f"leave `{tool} run` out: the packages' programs are on PATH", edits, is_deployed_only(app, launch.path))
