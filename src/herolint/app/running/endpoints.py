"""Where the web process listens: port and host, from the command, a server's config file, or a call in the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.launching.follow import QUIET_TOOLS
from herolint.app.launching.launch import RAILS_TOOLS, Launch
from herolint.app.launching.launch_node import PACKAGE_MANAGERS
from herolint.app.launching.side_by_side import MANAGERS, TOOLS
from herolint.app.linking.values import Items, Known, env_names
from herolint.app.running.listening import ADDRESS, LOCAL_HOSTS, Endpoint, endpoints_in_code
from herolint.app.running.processes import Process
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Place
from herolint.formats.shell import Word
from herolint.knowledge.sections import Server

if TYPE_CHECKING:
    from herolint.app.model import App

_IN_FRONT = (MANAGERS - TOOLS) | {"nginx", "caddy", "docker-entrypoint.sh"}
"""Programs whose own files say who listens, and where."""


def unmeant_web(app: App) -> bool:
    """Whether `web` is only what the buildpack adds beside the processes that the Procfile declares, and serves nobody."""
    from herolint.app.running.defaults import beside_others

    return app.web is not None and bool(beside_others(app)) and any(end.port == "none" for end in endpoints(app, app.web))


def endpoints(app: App, process: Process) -> tuple[Endpoint, ...]:
    """Where a process listens, as far as known; empty when nothing can be said."""
    launch = process.main
    if app.is_container:
        from herolint.app.running.base_server import server_endpoints

        if found := server_endpoints(app, process):
            return found
    if launch is None or any(x.tool in _IN_FRONT for x in process.launches):
        return ()
    if _script_passes_port(app, process) or (launch.command.conditional and _has_alternative(app, process, launch)):
        return ()
    return tuple(_endpoints(app, process, launch))


def _has_alternative(app: App, process: Process, main: Launch) -> bool:
    """Whether another program may run in place of the last one: which of them does is decided at the start."""

    def is_other(one: Launch) -> bool:
        if one is main or not one.command.conditional or one.tool in QUIET_TOOLS:
            return False
        if one.script or one.module or one.tool in app.code.servers:
            return (one.tool, one.script, one.module) != (main.tool, main.script, main.module)
        return not one.path.endswith("package.json") and one.tool not in PACKAGE_MANAGERS  # else a step of a script

    return any(is_other(one) for one in process.launches)


def _script_passes_port(app: App, process: Process) -> bool:
    """Whether a shell script or an earlier command hands $PORT on in a way that is not an option of the server."""
    front = {id(process.main)}
    for launch in process.launches:
        for place in launch.via:
            if (source := app.source(place.path)) is not None and "PORT" in source.text:
                return True
        if id(launch) not in front and any("PORT" in w.text for w in launch.words):
            return True
        if launch.tool == "sh" and launch.script and (source := app.source(launch.script)) is not None and "PORT" in source.text:
            return True
        if launch.path not in (app.procfile_path, "heroku.yml") and not any(launch.path == image.path for image in app.images.values()):
            source = (
                app.source(launch.path) if launch.path not in app.code.code.sources else None
            )  # a default process is the program itself
            if source is not None and "PORT" in source.text:
                return True
    return False


def _endpoints(app: App, process: Process, launch: Launch) -> Iterator[Endpoint]:
    tool = launch.tool
    if tool == "gunicorn":
        yield from _gunicorn(app, launch)
    elif tool == "django":
        if launch.subcommand in ("runserver", "runserver_plus"):
            yield _runserver(launch)
        elif launch.subcommand in ("migrate", "shell", "qcluster", "rqworker", "celery"):
            yield Endpoint(port="none", port_at=launch.at, server=f"manage.py {launch.subcommand}")
    elif tool in ("hypercorn", "waitress-serve") and (bound := launch.options.get("--bind") or launch.options.get("--listen")):
        yield from (_address(launch, word, tool) for word in bound)
    elif tool == "http.server":
        word = next((a for a in launch.arguments if a.text.isdigit() or "$" in a.text), None)
        yield _from_words(launch, app.code.servers[tool], word, launch.option("--bind"))
    elif (known := app.code.servers.get(tool)) is not None and not known.restarts:
        yield from _served(app, process, launch, known)
    elif launch.tool in RAILS_TOOLS:
        return  # servers of Rack apps listen by themselves
    elif _is_jvm(launch):
        from herolint.app.running.jvm_ports import jvm_endpoints

        yield from jvm_endpoints(app, process, launch)
    elif launch.script or launch.module or any(process.name in e.processes for e in app.code.effects_of("listens", "runs-bot")):
        yield from endpoints_in_code(app, process, launch)


def _is_jvm(launch: Launch) -> bool:
    """Whether it starts an archive of Java, or a script that sbt or Gradle makes."""
    if launch.tool == "java":
        return any(word.text == "-jar" for word in launch.words)
    return bool(launch.words) and launch.words[0].text.removeprefix("./").startswith(("target/universal/stage/bin/", "build/install/"))


def _served(app: App, process: Process, launch: Launch, known: Server) -> Iterator[Endpoint]:
    """Where a server that the tables know listens."""
    tool, development = launch.tool, known.is_development(launch.subcommand)
    if known.never_listens:
        yield Endpoint(port="none", port_at=launch.at, server=tool)
    if known.reads_port and development:
        yield Endpoint(port="platform", port_at=launch.at, server=f"{tool} {launch.subcommand}".strip(), development=True)
    if not known.port or (known.serves and launch.subcommand not in known.serves) or launch.has("--uds", "--fd", "--unix-socket"):
        return
    port = launch.option(known.port_option) or launch.assigned(known.port_variable)
    host = launch.option(known.host_option) or launch.assigned(known.host_variable)
    name = known.port_variable
    if name and port is None and (app.config_var(name) is not None or _exports(app, process, name)):
        return
    config = app.source(".streamlit/config.toml") if tool == "streamlit" and port is None else None
    if config is not None and "port" in config.text:
        yield from _streamlit_config(app)
        return
    yield _from_words(launch, known, port, host)


def _exports(app: App, process: Process, name: str) -> bool:
    return any(name in w.text for x in process.launches for w in x.words) or any(
        a.name == name for x in process.launches for a in x.command.assignments
    )


def _streamlit_config(app: App) -> Iterator[Endpoint]:
    from herolint.formats.toml_tree import load

    source = app.source(".streamlit/config.toml")
    root = load(source).root if source is not None else None
    node = root.get("server", "port") if root is not None else None
    if node is not None:
        yield Endpoint(port="fixed", port_text=str(node.value), port_at=Place(".streamlit/config.toml", node.span), server="streamlit")


def _port_kind(word: Word) -> str:
    if re.search(r"\$\{?PORT\b", word.text):
        return "platform"
    if "$" in word.text:
        return "other"
    if word.text.strip("'\"").isdigit():
        return "fixed"
    return "refused" if word.literal else "unknown"


def _from_words(launch: Launch, known: Server, port: Word | None, host: Word | None) -> Endpoint:
    host_text = host.text if host is not None else known.host or None
    return Endpoint(
        port=_port_kind(port) if port is not None else "fixed",
        port_text=port.text if port is not None else str(known.port),
        port_at=launch.place(port) if port is not None else launch.at,
        host=host_text,
        host_at=launch.place(host) if host is not None else launch.at,
        server=launch.tool,
        default_port=port is None,
        default_host=host is None,
        development=known.is_development(launch.subcommand),
    )


def _runserver(launch: Launch) -> Endpoint:
    word = launch.arguments[0] if launch.arguments else None
    if word is None:
        return Endpoint(
            port="fixed",
            port_text="8000",
            port_at=launch.at,
            host="127.0.0.1",
            host_at=launch.at,
            server="manage.py runserver",
            default_port=True,
            default_host=True,
            development=True,
        )
    host, _, port = word.text.rpartition(":")
    kind = "platform" if "PORT" in port and "$" in port else "fixed" if port.isdigit() else "unknown"
    return Endpoint(
        port=kind,
        port_text=port,
        port_at=launch.place(word),
        host=host or "127.0.0.1",
        host_at=launch.place(word),
        server="manage.py runserver",
        default_host=not host,
        development=True,
    )


def _address(launch: Launch, word: Word, server: str) -> Endpoint:
    text = word.text
    if text.startswith(("unix:", "fd://")):
        wrapped = launch.wrapper.startswith("start-nginx")
        return Endpoint(port="unknown" if wrapped else "none", port_text=text, port_at=launch.place(word), server=server)
    match = ADDRESS.match(text)
    if match is None:
        alone = word.literal and server == "gunicorn" and text.strip("0123456789.") == ""  # the host alone: gunicorn takes its default port
        port = "platform" if re.search(r"\$\{?PORT\b", text) else "refused" if word.literal and text.endswith(":") else "unknown"
        return Endpoint(
            port="fixed" if alone else port,
            port_text="8000" if alone else text,
            port_at=launch.place(word),
            server=server,
            host=text if text in LOCAL_HOSTS else None,
            host_at=launch.place(word),
        )
    port = match["port"]
    kind = "platform" if re.search(r"\$\{?PORT\b", text) else "other" if "$" in port else "fixed" if port.isdigit() else "unknown"
    kind = "refused" if kind == "unknown" and word.literal else kind
    return Endpoint(
        port=kind, port_text=port, port_at=launch.place(word), host=match["host"] or None, host_at=launch.place(word), server=server
    )


def _gunicorn(app: App, launch: Launch) -> Iterator[Endpoint]:
    bound = launch.options.get("--bind", ())
    if bound:
        found = [_address(launch, word, "gunicorn") for word in bound]
        # Several binds: one that reads $PORT is enough.
        yield from [e for e in found if e.port == "platform"] or found[:1]
        return
    config = launch.option("--config")
    name = config.text.removeprefix("file:").removeprefix("python:").removeprefix("./") if config is not None else "gunicorn.conf.py"
    path = name if name.endswith(".py") else name.replace(".", "/") + ".py"
    mod = app.code.code.mod(path) or app.code.code.mod(f"{launch.cwd}/{path}")
    bindings = mod.names.get(NONE, {}).get("bind") if mod is not None else None
    if mod is None or not bindings or not isinstance(bindings[-1].what, facts.Assign):
        return
    assign = bindings[-1].what
    value = app.code.fold(mod, NONE, assign.value)
    values = value.items if isinstance(value, Items) else (value,)
    if any("PORT" in env_names(v) for v in values) or not values:
        return
    first = app.code.environment.if_unset(values[0])
    if isinstance(first, Known) and isinstance(first.value, str) and (match := ADDRESS.match(first.value)) and assign.value is not None:
        at = mod.place(assign.value)
        yield Endpoint(port="fixed", port_text=match["port"], port_at=at, host=match["host"] or None, host_at=at, server="gunicorn")
