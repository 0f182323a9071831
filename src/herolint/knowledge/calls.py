"""What known calls do, and how frameworks register handlers: the rows of a language's table, looked up by qualified name."""

from __future__ import annotations

from functools import cached_property

import msgspec

from herolint.knowledge.settings import Settings
from herolint.knowledge.subcommands import SubcommandTable


class CallRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a call does; `**` in its name stands for whatever is between a client and its method. Positions count from 0; names are keyword arguments.

    `effect` is one of the effects in the table's head; `path`, `timeout`, `port`, `host`, `url` say where that argument stands
    (position or keyword or both, as `"0 path"`), `secret` where a signing key does; `mode` where an open mode stands; `tls` names the
    arguments of which any one makes a server speak TLS; `kind` narrows the effect (`postgres`, `browser`, …); `seconds` is a default
    timeout in seconds (0: none); `note` fits the message, or is `context` where `timeout` is a context that may have no end.
    `unit` is how many seconds a number of the call means. `remedy` is what a fix says, where the language's own words do not fit;
    `mends` the argument that a fix gives the call, where it stands and what it is (`1 timeout = 10_000`); of clients of
    Postgres only where, of handlers of logs what the language's table spells in place of the call.

    `when` says on what the row depends: `url` and `text` (the argument is an address, or a text), `plain` (the start of the path is
    written out), `awaited`, `callback` (it is given a
    function), `promised` (a promise is made around it), `resolves` (the function it is given ends a promise), `started` (`.start()` is
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


class HandlerCall(msgspec.Struct, frozen=True):
    """A call that registers a view: where the view stands; position -1 means every function among the arguments."""

    position: int
    keyword: str


class Handlers(msgspec.Struct, frozen=True):
    """How the known frameworks register request handlers."""

    decorators: frozenset[str]
    calls: dict[str, HandlerCall]
    bases: frozenset[str]
    signatures: frozenset[str] = frozenset()
    """Types (spelled as objects, `net/http.ResponseWriter()`) that only functions which answer requests are given."""
    methods: frozenset[str] = frozenset()
    """Methods of views by name; empty: those of the usual class-based views."""
    owners: frozenset[str] = frozenset()
    """Names of types whose every method answers requests, as generators of code call them."""
    actions: frozenset[str] = frozenset()
    """Bases whose every method answers requests (controllers)."""
    sockets: frozenset[str] = frozenset()
    """Those among decorators, calls and bases that are about connections which stay open: nobody waits for their answer."""
    hooks: frozenset[str] = frozenset()
    """Calls in a class's body that name its methods which run when a request saves a row of it."""

    def decorates(self, qualified: str) -> bool:
        """Whether a decorator of that qualified name makes a request handler."""
        return qualified in self.decorators

    def is_view(self, qualified: str) -> bool:
        """Whether a class of that qualified name is a base of views."""
        return qualified in self.bases


class Events(msgspec.Struct, frozen=True):
    """How libraries of sockets are told what to run when something arrives: calls that are given functions, and decorators."""

    calls: frozenset[str] = frozenset()
    decorators: frozenset[str] = frozenset()


class Signing(msgspec.Struct, frozen=True):
    """How frameworks are told the key that they sign with: objects (qualified), their attributes and config keys; calls that make things up."""

    objects: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    random: frozenset[str] = frozenset()
    frameworks: frozenset[str] = frozenset()
    """Modules of frameworks that make a key up where none is given. They are told by calls of `switches`: sessions on by the word
    `switch`, their key by the word `setting`, as `remedy` shows."""
    switches: frozenset[str] = frozenset()
    switch: str = ""
    setting: str = ""
    remedy: str = ""


class Proxy(msgspec.Struct, frozen=True):
    """How servers learn that a visitor came over https: `reads` is `never` where none does by itself; `asks` is what handlers ask.

    `told` is the call that makes an app which the language's `trust-proxy` tells about the router; `options` are those by which servers
    that commands start are made to believe it, by program; `strips` are servers that take the header away from a router they do not believe.
    """

    reads: str = ""
    told: str = ""
    asks: frozenset[str] = frozenset()
    options: dict[str, str] = {}
    strips: frozenset[str] = frozenset()


class Files(msgspec.Struct, frozen=True):
    """The last words of calls that remove a file, and of those that read one."""

    removes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()


class Containers(msgspec.Struct, frozen=True):
    """Methods that put something into a container, those that take something out, and those that store what they get in a database.

    `plain`: types of packages that hold a value and no connection to something else, so that a variable of theirs is as much state.
    """

    adds: frozenset[str] = frozenset()
    removes: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()


class Contexts(msgspec.Struct, frozen=True):
    """Calls that give contexts: `empty` ones, those of `requests`; calls that wrap one, and calls that limit those of all requests."""

    empty: frozenset[str] = frozenset()
    requests: frozenset[str] = frozenset()
    wraps: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()


class Uploads(msgspec.Struct, frozen=True):
    """How a request's uploaded files are spelled, and the methods of theirs that save one on the disk."""

    objects: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    """How names end by custom that hold a part of those objects."""

    def holds(self, name: str) -> bool:
        """Whether a name stands for what a request brought along."""
        return name in self.objects or (bool(self.endings) and name.endswith(self.endings))


class Browser(msgspec.Struct, frozen=True):
    """Code that browsers run: packages that build it, folders that are served as they are, names that are given an API's address.

    `programs` are packages that make a program for somebody's own machine of it instead, where local addresses are right.
    """

    packages: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    settings: frozenset[str] = frozenset()


class Convention(msgspec.Struct, frozen=True):
    """Files that a framework loads by their place.

    `packages` any of which the manifest must ask for; `tools` programs that start the framework; `built` globs of the scripts that it
    builds and that are started instead; `files` globs from the manifest's folder; `handlers` names that they export and that answer requests.
    """

    packages: tuple[str, ...]
    files: tuple[str, ...]
    handlers: frozenset[str]
    tools: frozenset[str] = frozenset()
    built: tuple[str, ...] = ()


class Server(msgspec.Struct, frozen=True, rename="kebab"):
    """A program that serves HTTP when a command starts it.

    `host` and `port` are its defaults, `host_option` and `port_option` what replaces them, `host_variable` and `port_variable` the
    environment variables that do; `reads_port`: it takes $PORT by itself; `never_listens`: it answers nobody. `serves` names the
    subcommands with which it serves ("" for none; empty: with any), `development` those that start it as a server for one developer
    (`*`: every one); `restarts`: it watches the files and starts the program that it is given anew.
    """

    host: str = ""
    port: int = 0
    host_option: str = ""
    port_option: str = ""
    host_variable: str = ""
    port_variable: str = ""
    reads_port: bool = False
    never_listens: bool = False
    serves: tuple[str, ...] = ()
    development: tuple[str, ...] = ()
    restarts: bool = False

    def is_development(self, subcommand: str) -> bool:
        """Whether it is started as a server for one developer."""
        return "*" in self.development or subcommand in self.development


class Starting(msgspec.Struct, frozen=True, dict=True):
    """Calls that start a file of the project as a program or a thread of its own.

    `files`: by their first argument; `commands`: by a program and the list of what it is given; `options`: by an option, by name of the
    call; `runtimes`: programs that run such a file; `itself`: names for the program that runs the code, or for lists that begin with it;
    `again`: calls that only run once more what runs already, or what another call has named.
    """

    files: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    options: dict[str, str] = {}
    runtimes: frozenset[str] = frozenset()
    itself: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> frozenset[str]:
        """The last words of all of them."""
        return frozenset(name.rpartition(".")[2] for name in (*self.files, *self.commands, *self.options))

    @cached_property
    def modules(self) -> frozenset[str]:
        """Where the calls come from."""
        return frozenset(name.rpartition(".")[0] for name in (*self.files, *self.commands, *self.options))


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
