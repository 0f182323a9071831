"""Where programs of the JVM listen that a command starts by itself: Spring Boot's archive, Play's and Ktor's scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.java_build import build_text, has_modules
from herolint.app.frameworks.spring import spring_of
from herolint.app.running.listening import Endpoint
from herolint.finding import Place
from herolint.knowledge.jvm import JvmServer, load

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.running.processes import Process

_CONFIGS = ("conf/application.conf", "resources/application.conf", "src/main/resources/application.conf")
_SOURCES = (".java", ".kt", ".scala", ".groovy")
_TESTS = ("src/test/", "test/")


def jvm_endpoints(app: App, process: Process, launch: Launch) -> Iterator[Endpoint]:
    """The port that such a program surely takes while nothing hands it $PORT."""
    texts = (process.text, *(word.text for one in process.launches for word in one.words))
    if any("PORT" in text for text in texts) or has_modules(app):
        return
    build = build_text(app)
    server = next((row for row in load().server if any(word in build for word in row.words)), None)
    if server is None or any(word in build for word in server.unless) or _may_read_port(app, server):
        return
    given = next((word for word in launch.words if _option(word.text, server)), None)
    if given is not None:
        yield Endpoint(port="fixed", port_text=given.text.rpartition("=")[2], port_at=launch.place(given), server=server.name)
        return
    written = next(_configured(app, server), None)
    if written is not None and written[0].isdigit() and int(written[0]):
        yield Endpoint(port="fixed", port_text=written[0], port_at=written[1], server=server.name)
    elif written is None and not server.needs_setting:
        yield Endpoint(port="fixed", port_text=str(server.port), port_at=launch.at, server=server.name, default_port=True)


def _option(text: str, server: JvmServer) -> bool:
    """`-Dserver.port=8080`, `--server.port=8080`."""
    name, _, value = text.partition("=")
    return name in {f"{start}{setting}" for start in ("-D", "--") for setting in server.settings} and value.isdigit()


def _configured(app: App, server: JvmServer) -> Iterator[tuple[str, Place]]:
    """What the app's own settings give the port, the last word first."""
    spring = spring_of(app)
    if spring is not None:
        yield from ((one.value, one.at) for key in server.settings if (one := spring.settings.get(key)) is not None)
        return
    from herolint.formats.hocon import parse

    for path in _CONFIGS:
        source = app.document(path)
        if source is not None and not source.is_binary:
            yield from ((one.value, Place(path, one.span)) for one in reversed(parse(source)) if one.key in server.settings)


def _may_read_port(app: App, server: JvmServer) -> bool:
    """Whether some file of settings, or of code, speaks of PORT or sets the port itself."""
    spring = spring_of(app)
    if spring is not None and (not spring.plain or any("PORT" in source.text for source in spring.files)):
        return True
    words = ('"PORT"', *(f'"{setting}"' for setting in server.settings))
    for path in app.slug:
        if path.startswith(_TESTS) or not path.endswith((*_SOURCES, ".conf")):
            continue
        source = app.document(path)
        if source is not None and not source.is_binary:
            if "PORT}" in source.text if path.endswith(".conf") else any(word in source.text for word in words):
                return True
    return False
