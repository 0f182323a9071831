"""What known Python calls do, and how frameworks register handlers: the rows of python.toml, looked up by qualified name."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec


class CallRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a call does. Positions count from 0; names are keyword arguments.

    `effect` is one of the effects in the table's head; `path`, `timeout`, `port`, `host`, `url` say where that argument stands
    (position or keyword or both, as `"0 path"`); `mode` where an open mode stands; `kind` narrows the effect (`postgres`,
    `browser`, …); `seconds` is a default timeout in seconds (0: none); `note` fits the message.
    """

    effect: str
    kind: str = ""
    path: str = ""
    mode: str = ""
    timeout: str = ""
    port: str = ""
    host: str = ""
    url: str = ""
    default_port: int = 0
    default_host: str = ""
    default_timeout: float = 0.0
    default_mode: str = "r"
    note: str = ""
    when: str = ""


class HandlerCall(msgspec.Struct, frozen=True):
    """A call that registers a view: where the view stands."""

    position: int
    keyword: str


class Handlers(msgspec.Struct, frozen=True):
    """How the known frameworks register request handlers."""

    decorators: frozenset[str]
    calls: dict[str, HandlerCall]
    bases: frozenset[str]

    def decorates(self, qualified: str) -> bool:
        """Whether a decorator of that qualified name makes a request handler."""
        return qualified in self.decorators

    def call(self, qualified: str) -> HandlerCall | None:
        """The row of a registering call."""
        return self.calls.get(qualified)

    def is_view(self, qualified: str) -> bool:
        """Whether a class of that qualified name is a base of views."""
        return qualified in self.bases


class PythonKnowledge(msgspec.Struct, frozen=True):
    """The whole table: effects by qualified name, results of calls, handlers."""

    calls: dict[str, tuple[CallRow, ...]]
    methods: dict[str, tuple[CallRow, ...]]
    returns: dict[str, str]
    handlers: Handlers
    tokens: frozenset[str]
    backends: dict[str, str] = {}
    """Where a backend that settings name as text keeps what it is given: `file` or `memory`."""
    asynchronous: dict[str, str] = {}
    """Applications that speak another protocol than WSGI, with the gunicorn worker that can serve them."""

    def effects(self, qualified: str) -> tuple[CallRow, ...]:
        """What calling `qualified` does; results of calls are spelled `requests.Session().get`."""
        found = self.calls.get(qualified)
        if found:
            return found
        base, dot, method = qualified.rpartition(".")
        if dot and base in self.returns:
            return self.calls.get(f"{self.returns[base]}.{method}", ())
        return ()


def _rows(raw: dict[str, Any]) -> dict[str, tuple[CallRow, ...]]:
    table: dict[str, tuple[CallRow, ...]] = {}
    for section in raw.get("effect", []):
        shared = {k: v for k, v in section.items() if k != "calls"}
        row = msgspec.convert(shared, CallRow)
        for name in section["calls"]:
            table[name] = (*table.get(name, ()), row)
    return table


def extend(base: PythonKnowledge, raw: dict[str, Any]) -> PythonKnowledge:
    """The table with a project's or a plugin's own rows added. Raises msgspec.ValidationError on a malformed row."""
    calls = dict(base.calls)
    for name, rows in _rows(raw).items():
        calls[name] = (*rows, *calls.get(name, ()))
    return msgspec.structs.replace(base, calls=calls, returns={**base.returns, **raw.get("returns", {})})


@cache
def load() -> PythonKnowledge:
    """The shipped table."""
    raw = tomllib.loads(files("herolint.knowledge").joinpath("python.toml").read_text("utf-8"))
    handlers = raw["handlers"]
    known = Handlers(
        frozenset(f"{base}.{verb}" for base in handlers["objects"] for verb in handlers["verbs"]) | frozenset(handlers["decorators"]),
        {name: HandlerCall(*where) for name, where in handlers["calls"].items()},
        frozenset(handlers["bases"]),
    )
    calls = _rows(raw)
    backends = {name: kind for kind, names in raw["backends"].items() for name in names}
    return PythonKnowledge(
        calls, {}, raw.get("returns", {}), known, frozenset(n.partition(".")[0] for n in calls), backends, raw["asynchronous"]
    )
