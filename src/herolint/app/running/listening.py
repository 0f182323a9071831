"""Places where a process listens, and the calls in the code that say so: port and host as they are in production."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.launching.launch import Launch
from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, Env, Items, Known, Value, env_names, options, text_of
from herolint.app.reaching.started_files import started_files
from herolint.app.running.processes import Process
from herolint.code import facts
from herolint.code.queries import dotted
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.program import Effect

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
ADDRESS = lazy(r"(?:\w+://)?(?P<host>\[[0-9a-fA-F:]*\]|[^:/]*):(?P<port>[^:/]+)/?\Z")
"""An address as commands and code write it: a scheme, the host, the port."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One place where the web process listens.

    `port` is `platform` (reads $PORT), `fixed`, `other` (another variable), `refused` (no number), `none` (never
    listens on TCP) or `unknown`;
    `port_text` what stands there; `host` is the literal host, or None when it is unknown or the default is right.
    `server` is the program, or how the code spells the listening call.
    """

    port: str
    port_text: str = ""
    port_at: Place
    host: str | None = None
    host_at: Place | None = None
    server: str
    default_port: bool = False
    default_host: bool = False
    effect: Effect | None = None
    development: bool = False
    option: str = ""
    """The option of the command line that would hand the platform's port on, where the program has one (`-addr=:$PORT`)."""


def endpoints_in_code(app: App, process: Process, launch: Launch) -> Iterator[Endpoint]:
    """Where the code that a command starts listens; `none` where it surely does not."""
    code = app.code
    found = [e for e in code.effects_of("listens") if process.name in e.processes and e.mod.path in code.reach[process.name].modules]
    found = [e for e in found if not _on_disk(app, e)] or found
    passes_port = any(re.search(r"\$\{?PORT\b", w.text) for w in (*launch.words, *(a.value for a in launch.command.assignments)))
    if found:
        ends = [_call_endpoint(app, e, passes_port) for e in found]
        outside = [end for end in ends if end.host not in LOCAL_HOSTS]  # what only the dyno itself can reach is there beside it
        yield from [e for e in ends if e.port == "platform"] or outside or ends
        return
    if process.name in code.reach and not passes_port:
        bots = [e for e in code.effects_of("runs-bot") if process.name in e.processes]
        if not _may_serve(app, code.reach[process.name].mods()):
            at = launch.at
            bot = bots[0] if bots else None
            server = f"{bot.row.kind} bot" if bot else "script"
            yield Endpoint(port="none", port_at=at, server=server, effect=bot)


def _on_disk(app: App, effect: Effect) -> bool:
    """Whether a call listens on a socket in the file system, whichever way it comes to it."""
    _, network = app.code.argument(effect, effect.row.dialect) if effect.row.dialect else (None, UNKNOWN)
    return all((text_of(one) or "").startswith("unix") for one in options(network))


def _may_serve(app: App, mods: Iterator[Mod]) -> bool:
    """Whether some reached module imports anything that could listen without our knowing how."""
    for mod in mods:
        if mod.is_scrambled:
            return True
        known = app.code.knows(mod)
        quiet = _starts_known(app, mod)
        for imp in mod.facts.imports:
            name = imp.module.removeprefix("node:")
            if name in quiet:
                continue
            if name.startswith(".") and _in_submodule(app, mod, name):
                return True
            if not imp.level and (name in known.serving or re.split(r"[./]", name)[0] in known.serving):
                return True
            words = known.serving_words.get(name.partition(".")[0], ())
            if any(word in mod.source.text for word in words):
                return True
    return False


def _in_submodule(app: App, mod: Mod, specifier: str) -> bool:
    """Whether a file that is loaded by its path lies in a submodule, which Heroku fetches and nobody has read here."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(mod.path), specifier))
    return any(entry.kind == "submodule" and path.startswith(f"{where}/") for where, entry in app.workspace.slug_files.items())


def _starts_known(app: App, mod: Mod) -> frozenset[str]:
    """The modules that start programs, where all that this one starts with them are files of the project: those are reached as well."""
    starting = app.code.knows(mod).starting
    if not starting.names:
        return frozenset()
    followed = {id(one.call) for one in started_files(app.code.guards.folder, mod) if one.paths}
    known: set[str] = set()
    unknown: set[str] = set()
    for fact in mod.facts.calls:
        name = app.code.linker.qualified(mod, fact.function, fact.call.func) or ""
        module = name.rpartition(".")[0]
        if module in starting.modules:
            (known if id(fact) in followed or name in starting.again else unknown).add(module)
    return frozenset(known - unknown)


def _call_endpoint(app: App, effect: Effect, passes_port: bool) -> Endpoint:
    row, call = effect.row, effect.fact.call
    spread = any(isinstance(a, facts.Star) for a in call.args)
    with app.code.guards.folder.asking_callers():
        port_expr, port = app.code.argument(effect, row.port) if row.port else (None, UNKNOWN)
        host_expr, host = app.code.argument(effect, row.host) if row.host else (None, UNKNOWN)
    if row.note == "address pair" and isinstance(port, Items) and len(port.items) == 2 and isinstance(port_expr, facts.Sequence):
        host, port = port.items
        host_expr, port_expr = port_expr.items[0], port_expr.items[1]
    if row.note.startswith("address") and row.note != "address pair":
        host, port = _split_address(app, port)
        host_expr = port_expr
    kind, text = _port_of(app, port_expr, port, spread, passes_port, row.default_port, row.note)
    host_text = _host_of(app, host_expr, host, spread, row.default_host)
    return Endpoint(
        port=kind,
        port_text=text,
        port_at=effect.mod.place(port_expr if port_expr is not None else call),
        host=host_text,
        host_at=effect.mod.place(host_expr if host_expr is not None else call),
        server=dotted(call.func) or effect.name.replace("()", ""),
        default_port=port_expr is None,
        default_host=host_expr is None,
        effect=effect,
        development=row.kind == "dev-server",
        option=_option(app, effect, port_expr, port, kind),
    )


def _option(app: App, effect: Effect, expr: facts.AnyExpr | None, value: Value, kind: str) -> str:
    """The flag that the port comes from."""
    if expr is None or kind not in ("fixed", "other"):
        return ""
    text = text_of(app.code.environment.if_unset(value)) or ""
    from herolint.app.running.port_flags import port_option

    return port_option(app.code.guards.folder, effect.mod, effect.fact.function, expr, text.rpartition(":")[2])


def _split_address(app: App, value: Value) -> tuple[Value, Value]:
    """Host and port of an address that is one text (`:8080`, `0.0.0.0:` and a variable)."""
    if env_names(value):
        text = text_of(app.code.environment.if_unset(value)) or ""
        host, colon, port = text.rpartition(":")
        return (Known(host) if colon and host else UNKNOWN), value if not port.isdigit() else _with_default(value, port)
    text = text_of(value) or ""
    match = ADDRESS.match(text)
    return (Known(match["host"]) if match and match["host"] else UNKNOWN), Known(match["port"]) if match else UNKNOWN


def _with_default(value: Value, port: str) -> Value:
    """The environment variable that gives the whole address, with the port that stands for it where it is unset."""
    name = sorted(env_names(value))[0]
    return Env(name, Known(port))


def _port_of(
    app: App, expr: facts.AnyExpr | None, value: Value, spread: bool, passes_port: bool, default: int, note: str
) -> tuple[str, str]:
    names = env_names(value)
    if "PORT" in names or passes_port:
        return "platform", "$PORT"
    if expr is None or value == Known(None):
        itself = note.endswith("reads PORT")
        if spread or itself or note == "dynamic" or not default:
            return ("platform" if itself else "unknown"), ""
        return "fixed", str(default)
    settled = app.code.environment.if_unset(value)
    if isinstance(settled, Known) and isinstance(settled.value, int | str) and str(settled.value).isdigit():
        return ("other" if names else "fixed"), (", ".join(sorted(names)) if names else str(settled.value))
    if names and isinstance(settled, Known) and settled.value in (None, "", ":"):
        return "other", ", ".join(sorted(names))  # the whole port comes from variables
    return "unknown", ""


def _host_of(app: App, expr: facts.AnyExpr | None, value: Value, spread: bool, default: str) -> str | None:
    if expr is None or value == Known(None):
        return None if spread else default or None
    settled = app.code.environment.if_unset(value)
    return settled.value if isinstance(settled, Known) and isinstance(settled.value, str) else None
