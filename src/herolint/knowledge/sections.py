"""The sections that a language's table has beside its rows of calls: how frameworks register handlers, sign, serve, start files and so on."""

from __future__ import annotations

from functools import cached_property

import msgspec


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
