"""The tables of the languages: read from the shipped files, extended by a project's own rows, put together for an app."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from herolint.knowledge import subcommands
from herolint.knowledge.calls import CallRow, Knowledge
from herolint.knowledge.sections import (
    Browser,
    Containers,
    Contexts,
    Convention,
    Events,
    Files,
    HandlerCall,
    Handlers,
    Proxy,
    Server,
    Signing,
    Starting,
    Uploads,
)
from herolint.knowledge.settings import Settings
from herolint.tables import load_table, shipped


def _rows(raw: dict[str, Any]) -> dict[str, tuple[CallRow, ...]]:
    table: dict[str, tuple[CallRow, ...]] = {}
    for section in raw.get("effect", []):
        shared = {k: v for k, v in section.items() if k != "calls"}
        row = msgspec.convert(shared, CallRow)
        for name in section["calls"]:
            table[name] = (*table.get(name, ()), row)
    return table


def _open_ended(calls: dict[str, tuple[CallRow, ...]]) -> tuple[tuple[str, str, tuple[CallRow, ...]], ...]:
    """The rows whose names leave out what stands between a client and its method."""
    split = ((name.partition("**"), rows) for name, rows in calls.items() if "**" in name)
    return tuple((start, end, rows) for (start, _, end), rows in split)


def extend(base: Knowledge, raw: dict[str, Any]) -> Knowledge:
    """The table with a project's or a plugin's own rows added. Raises msgspec.ValidationError on a malformed row."""
    calls = dict(base.calls)
    for name, rows in _rows(raw).items():
        calls[name] = (*rows, *calls.get(name, ()))
    return msgspec.structs.replace(base, calls=calls, open_ended=_open_ended(calls), returns={**base.returns, **raw.get("returns", {})})


def merged(tables: Iterable[Knowledge]) -> Knowledge:
    """The tables of all languages of an app as one, for questions that no single file decides."""
    known = list(tables)
    signing = [table.signing for table in known]
    calls = {name: rows for table in known for name, rows in table.calls.items()}
    return Knowledge(
        calls=calls,
        open_ended=_open_ended(calls),
        returns={name: same for table in known for name, same in table.returns.items()},
        handlers=Handlers(frozenset(), {}, frozenset()),
        signing=Signing(
            objects=frozenset().union(*(one.objects for one in signing)),
            attributes=frozenset().union(*(one.attributes for one in signing)),
            keys=frozenset().union(*(one.keys for one in signing)),
            random=frozenset().union(*(one.random for one in signing)),
        ),
        settings=Settings(
            objects=frozenset().union(*(table.settings.objects for table in known)),
            keeps=frozenset().union(*(table.settings.keeps for table in known)),
            decoders=tuple(name for table in known for name in table.settings.decoders),
            fills=frozenset().union(*(table.settings.fills for table in known)),
            opens=frozenset().union(*(table.settings.opens for table in known)),
        ),
        constants={name: value for table in known for name, value in table.constants.items()},
        time_limits=frozenset().union(*(table.time_limits for table in known)),
        injecting=frozenset().union(*(table.injecting for table in known)),
        per_visit=frozenset().union(*(table.per_visit for table in known)),
        app_makers=frozenset().union(*(table.app_makers for table in known)),
        backends={name: kind for table in known for name, kind in table.backends.items()},
        worker_classes={module: names for table in known for module, names in table.worker_classes.items()},
        read_by={name: settings for table in known for name, settings in table.read_by.items()},
        asynchronous={name: worker for table in known for name, worker in table.asynchronous.items()},
        commands={name: program for table in known for name, program in table.commands.items()},
        jobs={name: program for table in known for name, program in table.jobs.items()},
        subcommands=subcommands.merged(table.subcommands for table in known),
        mixins={name: methods for table in known for name, methods in table.mixins.items()},
    )


@cache
def load(language: str) -> Knowledge:
    """The shipped table of a language; an empty one where there is none."""
    if not shipped("herolint.knowledge", f"{language}.toml").is_file():
        return Knowledge({}, {}, Handlers(frozenset(), {}, frozenset()))
    raw = load_table("herolint.knowledge", f"{language}.toml")
    handlers, rows = raw.get("handlers", {}), _rows(raw)
    return Knowledge(
        calls=rows,
        open_ended=_open_ended(rows),
        returns=raw.get("returns", {}) | _chained(handlers),
        handlers=_handlers(handlers),
        events=_events(raw.get("events", {})),
        serving=frozenset(raw.get("serving", ())),
        serving_words={name: tuple(words) for name, words in raw.get("serving-words", {}).items()},
        per_visit=frozenset(raw.get("per-visit", ())),
        app_makers=frozenset(raw.get("app-makers", ())),
        spelling=raw.get("spelling", {}),
        spelling_imports={what: tuple(needs) for what, needs in raw.get("spelling-imports", {}).items()},
        parameters=raw.get("parameters", {}),
        injecting=frozenset(raw.get("injecting", ())),
        backends={name: kind for kind, names in raw.get("backends", {}).items() for name in names},
        worker_classes={module: tuple(names) for module, names in raw.get("worker-classes", {}).items()},
        read_by=raw.get("read-by", {}),
        asynchronous=raw.get("asynchronous", {}),
        commands=raw.get("commands", {}),
        jobs=raw.get("jobs", {}),
        fatal=frozenset(raw.get("fatal", ())),
        proxy=msgspec.convert(raw.get("proxy", {}), Proxy),
        signing=msgspec.convert(raw.get("signing", {}), Signing),
        browser=msgspec.convert(raw.get("browser", {}), Browser),
        conventions=msgspec.convert(raw.get("conventions", []), tuple[Convention, ...]),
        servers=msgspec.convert(raw.get("servers", {}), dict[str, Server]),
        builtin=frozenset(raw.get("builtin", ())),
        programs=raw.get("programs", {}),
        loads_others=frozenset(raw.get("loads-others", ())),
        brought={name: tuple(others) for name, others in raw.get("brought", {}).items()},
        files=msgspec.convert(raw.get("files", {}), Files),
        contexts=msgspec.convert(raw.get("contexts", {}), Contexts),
        containers=msgspec.convert(raw.get("containers", {}), Containers),
        uploads=msgspec.convert(raw.get("uploads", {}), Uploads),
        settings=msgspec.convert(raw.get("settings", {}), Settings),
        constants=raw.get("constants", {}),
        relaxing=frozenset(raw.get("relaxing", ())),
        time_limits=frozenset(raw.get("time-limits", ())),
        polls=frozenset(raw.get("polls", ())),
        unlimited=frozenset(raw.get("unlimited", ())),
        subcommands=msgspec.convert(raw.get("subcommands", {}), subcommands.SubcommandTable),
        mixins={name: tuple(methods) for name, methods in raw.get("mixins", {}).items()},
        loads={name: tuple(patterns) for name, patterns in raw.get("loads", {}).items()},
        starting=msgspec.convert(raw.get("starting", {}), Starting),
        startup=raw.get("startup", {}),
        time_unit=raw.get("time-unit", 1.0),
    )


def _handlers(raw: dict[str, Any]) -> Handlers:
    calls = {name: HandlerCall(*where) for name, where in raw.get("calls", {}).items()}
    for routes in raw.get("routes", ()):
        calls |= {name: HandlerCall(-1, "") for name in (*_methods(routes), *routes.get("calls", ()))}
    return Handlers(
        frozenset((*_methods(raw), *raw.get("decorators", ()))),
        calls,
        frozenset(raw.get("bases", ())),
        frozenset(raw.get("signatures", ())),
        frozenset(raw.get("methods", ())),
        frozenset(raw.get("owners", ())),
        frozenset(raw.get("actions", ())),
        frozenset(raw.get("sockets", ())),
        frozenset(raw.get("hooks", ())),
    )


def _chained(handlers: dict[str, Any]) -> dict[str, str]:
    """The results of registering calls that give back what they were called on."""
    chained = (routes for routes in handlers.get("routes", ()) if routes.get("chained"))
    return {f"{name}()": name.rpartition(".")[0] for routes in chained for name in _methods(routes)}


def _events(raw: dict[str, Any]) -> Events:
    return Events(frozenset(_methods(raw)), frozenset(raw.get("decorators", ())))


def _methods(raw: dict[str, Any]) -> list[str]:
    """Each of the `verbs` of each of the `objects`."""
    return [f"{base}.{verb}" for base in raw.get("objects", ()) for verb in raw.get("verbs", ())]
