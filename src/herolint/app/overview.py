"""The app at a glance, for people who do not know it: what builds it, what it starts, what that needs, and how much it weighs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import msgspec

from herolint.app.linking.values import Made, env_names
from herolint.app.services.databases import Database, databases, speaks, sqlite_file
from herolint.app.services.encryption import POSTGRES
from herolint.app.services.secrets import masked
from herolint.app.slug.slug_size import SlugReport, slug_report
from herolint.finding import Place
from herolint.platforms.addons import load_addons

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.program import Effect
    from herolint.app.running.processes import Process

_T = TypeVar("_T")
ON_DISK = "SQLite"
"""The service that is a file of the dyno's own."""
_SOME_BROKER = "message broker"
_HOME = "/app/"
"""Where the slug lies on a dyno."""
_FROM_ADDRESS, _ADDRESS = "dj_database_url.config", "DATABASE_URL"
"""The call that makes Django's settings of the variable that it reads where it is given no other."""


class Service(msgspec.Struct, frozen=True, order=True):
    """Something that a process keeps data in or works with: its kind, and by what it is found (a config var, a file)."""

    name: str
    detail: str = ""


class ProcessOverview(msgspec.Struct, frozen=True):
    """A process type: its command and where that stands, the files it starts with, how many files of code and how many request handlers
    it reaches, and the services it uses."""

    name: str
    command: str
    at: Place
    entries: tuple[str, ...] = ()
    modules: int = 0
    handlers: int = 0
    services: tuple[Service, ...] = ()


class AppOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One app. `path` is its folder; `runtime` such as `Python 3.13.2`; `slug` None where nothing can be weighed; limits in bytes.

    `unknown` says what could not be made out, a sentence each.
    """

    path: str
    language: str = ""
    stack: str = ""
    stack_assumed: bool = False
    buildpacks: tuple[str, ...] = ()
    runtime: str = ""
    processes: tuple[ProcessOverview, ...] = ()
    addons: tuple[str, ...] = ()
    slug: SlugReport | None = None
    slug_limit: int = 0
    slug_warning: int = 0
    unknown: tuple[str, ...] = ()


def overview(app: App) -> AppOverview:
    """What there is to see of an app. What cannot be made out is left out and said; nothing is raised."""
    unknown: list[str] = []

    def known(what: str, ask: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - one part that fails leaves the others
            unknown.append(f"{what} could not be made out ({type(error).__name__})")
            return otherwise

    return AppOverview(
        path=app.root.path,
        language=known("the language", lambda: app.language, ""),
        stack=known("the stack", lambda: app.stack, ""),
        stack_assumed=known("the stack", lambda: app.stack_assumed, True),
        buildpacks=known("the buildpacks", lambda: _buildpacks(app), ()),
        runtime=known("the runtime", lambda: _runtime(app), ""),
        processes=known("the process types", lambda: tuple(_processes(app)), ()),
        addons=known("the add-ons", lambda: _addons(app), ()),
        slug=known("the slug", lambda: None if app.is_container else slug_report(app), None),
        slug_limit=app.platform.slug_limit_bytes,
        slug_warning=app.platform.slug_warning_bytes,
        unknown=tuple(unknown),
    )


def _buildpacks(app: App) -> tuple[str, ...]:
    if app.is_container:
        return ()
    return tuple(map(masked, app.buildpacks)) or tuple(found.buildpack.name for found in app.detected[:1])


def _runtime(app: App) -> str:
    from herolint.app.forecast import stages

    lines = [step.lines[0].text for stage in stages(app) for step in stage.steps if step.kind == "runtime" and step.lines]
    return masked(", ".join(dict.fromkeys(lines)))


def _addons(app: App) -> tuple[str, ...]:
    if app.context.addons is not None:
        return tuple(sorted(app.context.addons))
    return tuple(addon.plan for addon in app.app_json.addons) if app.app_json is not None else ()


def _processes(app: App) -> Iterator[ProcessOverview]:
    found = services(app)
    for name, process in app.processes.items():
        reach = app.code.reach.get(name)
        yield ProcessOverview(
            name,
            masked(process.text),
            process.at,
            _entries(app, process),
            len(reach.modules) if reach is not None else 0,
            len(app.code.handlers.get(name, ())),
            tuple(sorted(found.get(name, ()))),
        )


def _entries(app: App, process: Process) -> tuple[str, ...]:
    started = [entry.path for entry in app.code.entry_points.of(process)]
    return tuple(dict.fromkeys((*started, *(placed.path for placed in app.code.placed[process.name][:1] if not started))))


def services(app: App) -> dict[str, set[Service]]:
    """The services that each process type uses, by the calls that it reaches, else by the config vars that its code reads."""
    found: dict[str, set[Service]] = {}
    for effect in app.code.effects_of("connects"):
        if effect.row.kind == "PostgreSQL" and not speaks(app.code, effect, *POSTGRES):
            continue
        service = _connected(app, effect)
        for process in effect.processes:
            found.setdefault(process, set()).add(service)
    for database in databases(app.code):
        opened = _opened(database)
        if opened is not None:
            for process in database.processes:
                found.setdefault(process, set()).add(opened)
    _by_config_vars(app, found)
    return {process: _distinct(used) for process, used in found.items()}


def _connected(app: App, effect: Effect) -> Service:
    """The service that a call connects to, with the config var that holds its address, where that is known."""
    names = sorted(env_names(app.code.argument(effect, effect.row.url)[1])) if effect.row.url else []
    name = names[0] if names else ""
    kind = (
        effect.row.kind if effect.row.kind != "broker" else next((addon.serves for addon in load_addons().addon if name in addon.sets), "")
    )
    return Service(kind or _SOME_BROKER, name)


def _opened(database: Database) -> Service | None:
    """The service behind a database that code or settings open; None where that is not known."""
    file, fallback = sqlite_file(database)
    if file is not None and not fallback:
        return Service(ON_DISK, file.removeprefix(_HOME))
    names = env_names(database.value)
    if isinstance(database.value, Made) and database.value.name == _FROM_ADDRESS:
        names |= {_ADDRESS}
    return next((Service(addon.serves, name) for name in sorted(names) for addon in load_addons().addon if name in addon.sets), None)


def _by_config_vars(app: App, found: dict[str, set[Service]]) -> None:
    """Services that no known call connects to, but whose address some code reads: settings hand it to a framework."""
    called = {service.name for used in found.values() for service in used}
    for read in app.code.env_reads:
        addon = next((addon for addon in load_addons().addon if read.name in addon.sets and addon.serves not in called), None)
        if addon is not None:
            for process in app.code.reached_by(read.at.path):
                found.setdefault(process, set()).add(Service(addon.serves, read.name))


def _distinct(used: set[Service]) -> set[Service]:
    """Without what is only known less exactly: a service without a detail beside the same with one, some broker beside a queue in Redis."""
    detailed = {service.name for service in used if service.detail}
    return {service for service in used if service.detail or service.name not in detailed}
