"""What known calls do: the rows of a language's table, looked up by qualified name, and the whole table with its other sections."""

from __future__ import annotations

from functools import cached_property

import msgspec

from herolint.knowledge.sections import (
    Browser,
    Containers,
    Contexts,
    Convention,
    Events,
    Files,
    Handlers,
    Proxy,
    Server,
    Signing,
    Starting,
    Uploads,
)
from herolint.knowledge.settings import Settings
from herolint.knowledge.subcommands import SubcommandTable


class CallRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a call does; `**` in its name stands for whatever is between a client and its method. Positions count from 0; names are keyword arguments.

    `effect` is one of the effects in the table's head; `path`, `timeout`, `port`, `host`, `url` say where that argument stands
    (position or keyword or both, as `"0 path"`), `secret` where a signing key does; `mode` where an open mode stands; `tls` names the
    arguments of which any one makes a server speak TLS; `kind` narrows the effect (`postgres`, `browser`, …); `default_timeout` is
    in seconds (0: none); `note` fits the message, or is `context` where `timeout` is a context that may have no end.
    `unit` is how many seconds a number of the call means. `remedy` is what a fix says, where the language's own words do not fit;
    `mends` the argument that a fix gives the call, where it stands and what it is (`1 timeout = 10_000`); of clients of
    Postgres only where, of handlers of logs what the language's table spells in place of the call.

    `when` says on what the row depends: `url` and `text` (the argument is an address, or a text), `plain` (the start of the path is
    written out), `awaited`, `callback` (it is given a function),
    `promised` (a promise is made around it), `resolves` (the function it is given ends a promise), `started` (`.start()` is
    called on the result), `error` (the program ends when the call gives an error back), or the name of an option that must be switched on;
    `unless` names one that must not be given; `made_of` the functions of which any one, or what it makes, was given to what made the
    called function or object (`promisify(exec)`).
    `told` are the last words of calls among the arguments that say something of encryption, where options are made by calls.
    Of `copies-data` and `writes-file`, `url` says where the data comes from.
    Of clients of databases `ssl` names the options that switch encryption on, and `plain` says that nothing else does; `verifies` is the
    driver and its first major version that checks the certificate by itself then (`pg 8`; empty: all do); `dialect` is the
    option that names the kind of database; `maximum` the one that bounds the pool. A server that `starts-workers` starts `maximum` of
    them, else as many as WEB_CONCURRENCY says, and more than one only where `path` is the app's name and not the app itself.
    `listed_in` is a file of the root: the buildpack has fetched what it names, so that nothing is left to do for a call with that `path`.
    """

    effect: str
    kind: str = ""
    path: str = ""
    mode: str = ""
    timeout: str = ""
    port: str = ""
    host: str = ""
    url: str = ""
    secret: str = ""
    tls: str = ""
    default_port: int = 0
    default_host: str = ""
    default_timeout: float = 0.0
    default_mode: str = "r"
    default_path: str = ""
    note: str = ""
    when: str = ""
    unless: str = ""
    unit: float = 1.0
    made_of: str = ""
    remedy: str = ""
    mends: str = ""
    ssl: str = ""
    told: str = ""
    verifies: str = ""
    plain: bool = False
    dialect: str = ""
    maximum: str = ""
    default_maximum: int = 0
    listed_in: str = ""


class Knowledge(msgspec.Struct, frozen=True, dict=True):
    """The whole table: effects by qualified name, results of calls, handlers."""

    calls: dict[str, tuple[CallRow, ...]]
    returns: dict[str, str]
    handlers: Handlers
    events: Events = Events()
    serving: frozenset[str] = frozenset()
    """Packages that may listen by themselves, in ways that no row describes."""
    serving_words: dict[str, tuple[str, ...]] = {}
    """Packages that listen only where one of these words stands in the file."""
    per_visit: frozenset[str] = frozenset()
    """Programs that bind the port first and run the app's script for each visitor."""
    app_makers: frozenset[str] = frozenset()
    """What stands in the text of a module that makes the app: the frameworks' constructors, as they are called."""
    spelling: dict[str, str] = {}
    """How fixes write things: `read` and `read-number` (an environment variable `{name}`, `{default}` where it is unset), `named`."""
    spelling_imports: dict[str, tuple[str, ...]] = {}
    """What must be imported for a spelling, as the language writes it (`import os`; in Go the package's path)."""
    parameters: dict[str, str] = {}
    """Names of parameters that by custom hold a framework's object: `fastify` → `fastify()`."""
    injecting: frozenset[str] = frozenset()
    """Calls that, as a parameter's default or in its type, stand for the result of the function that they are given."""
    signing: Signing = Signing()
    backends: dict[str, str] = {}
    """What a backend or app that settings name as text does: keeps what it is given (`file`, `memory`), collects nothing (`idle-collector`)."""
    worker_classes: dict[str, tuple[str, ...]] = {}
    """Classes of workers by the module that brings them; under the empty name those that the server knows by short names."""
    read_by: dict[str, dict[str, str]] = {}
    """By distribution: settings that only some of its releases read, with those releases."""
    asynchronous: dict[str, str] = {}
    """Applications that speak another protocol than WSGI, with the gunicorn worker that can serve them."""
    commands: dict[str, str] = {}
    """Decorators that make a function a command, and calls that add one, with the program or the object to call that runs it.

    `*.cli.command` is a method of whatever object; an empty program is none that could run it yet.
    """
    jobs: dict[str, str] = {}
    """Decorators that make a function a job of a queue, with the program that runs it."""
    proxy: Proxy = Proxy()
    fatal: frozenset[str] = frozenset()
    """Calls that end the program, in languages whose calls give errors back."""

    browser: Browser = Browser()
    conventions: tuple[Convention, ...] = ()
    servers: dict[str, Server] = {}
    """Servers that commands start, by program."""
    builtin: frozenset[str] = frozenset()
    """Modules that come with the language's runtime."""
    programs: dict[str, str] = {}
    """Programs with the package that installs each."""
    loads_others: frozenset[str] = frozenset()
    """Programs that load further packages by the names that their configuration has: presets, plugins, a compiler."""
    brought: dict[str, tuple[str, ...]] = {}
    """Packages that come along with others: those with any of which a program's package is there without being asked for."""
    files: Files = Files()
    uploads: Uploads = Uploads()
    settings: Settings = Settings()
    contexts: Contexts = Contexts()
    containers: Containers = Containers()
    constants: dict[str, str | int | float] = {}
    """Values of names outside the project, where they matter (`time.Second`, in the units that the language counts in)."""

    relaxing: frozenset[str] = frozenset()
    """Environment variables that make programs check no certificate."""
    starting: Starting = Starting()
    startup: dict[str, str] = {}
    """Bases of classes with the method that is called while the app starts."""
    time_unit: float = 1.0
    """How many seconds a number means in an option that limits time."""
    time_limits: frozenset[str] = frozenset()
    """Names that, when called or given a value, set a time limit for all calls to the network."""
    polls: frozenset[str] = frozenset()
    """Last words of calls that do not come back: of bots, loops of events, consumers of queues."""

    subcommands: SubcommandTable = SubcommandTable()
    mixins: dict[str, tuple[str, ...]] = {}
    """Modules outside the project and the methods that classes get by including them."""
    loads: dict[str, tuple[str, ...]] = {}
    """Patterns of files that a call, or loading a library, loads: frameworks that take whole folders."""
    unlimited: frozenset[str] = frozenset()
    """Calls that make clients, and whose arguments say nothing about time."""
    open_ended: tuple[tuple[str, str, tuple[CallRow, ...]], ...] = ()
    """Rows for whatever begins and ends so (`googleapiclient.discovery.build()**.execute`)."""

    @cached_property
    def _effects(self) -> dict[str, tuple[CallRow, ...]]:
        """The rows of the names that were asked for: few names stand for nearly all calls."""
        return {}

    def effects(self, qualified: str) -> tuple[CallRow, ...]:
        """What calling `qualified` does; results of calls are spelled `requests.Session().get`."""
        found = self._effects.get(qualified)
        if found is None:
            found = self._effects[qualified] = self._rows_of(qualified)
        return found

    def _rows_of(self, qualified: str) -> tuple[CallRow, ...]:
        found = self.calls.get(qualified)
        if found:
            return found
        base, dot, method = qualified.rpartition(".")
        if dot and base in self.returns and (found := self.calls.get(f"{self.returns[base]}.{method}")):
            return found
        return next((rows for start, end, rows in self.open_ended if qualified.endswith(end) and qualified.startswith(start)), ())
