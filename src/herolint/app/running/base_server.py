"""Where a server listens that the base image brings along and the image's configuration sets up (nginx, Apache and their like)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from herolint.app.running.container import image_of
from herolint.app.running.listening import Endpoint
from herolint.finding import Place
from herolint.formats.nginx_conf import listened
from herolint.knowledge.images import BaseImage
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.running.image import Image
    from herolint.app.running.processes import Process

_SETS_UP = lazy(r"\bPORT\b|[Ll]isten|ports\.conf")
_PORT = lazy(r"(?:\S*:)?(\d+)\Z")
_APACHE = ("apache2-foreground", "httpd-foreground")
_APACHE_LISTEN = lazy(r"^[ \t]*Listen[ \t]+(?P<address>\S+)", re.MULTILINE | re.IGNORECASE)
_APACHE_WHOLE = lazy(r"/(?:ports|apache2|httpd)\.conf\Z")
"""Files that say all that Apache listens on; what others say comes to that."""


def server_endpoints(app: App, process: Process) -> tuple[Endpoint, ...]:
    """The address of the base image's own server where that is what the process starts, and nothing may set it to another."""
    image = image_of(app, process.name)
    base = image.base if image is not None else None
    main = process.main
    if image is None or base is None or not base.listens or main is None or main.tool != base.starts.split()[0].rpartition("/")[2]:
        return ()
    if "PORT" in process.text or any("PORT" in word.text for launch in process.launches for word in launch.words):
        return ()
    if any(one.keyword in ("RUN", "ENV", "ARG") and _SETS_UP.search(one.args) for one in image.dockerfile.final_instructions):
        return ()
    configured = [copy for copy in image.copies if _configures(copy.target, base)]
    if configured:
        return _apache(app, process, image, base) if base.starts in _APACHE else _configured(app, image, base)
    whole = [copy for copy in image.copies if any(folder.startswith(copy.target.rstrip("/") + "/") for folder in base.config)]
    if whole or any(image.inside(place.path) for launch in process.launches for place in launch.via):
        return ()
    return (Endpoint(port="fixed", port_text=str(base.listens), port_at=process.at, server=main.tool, default_port=True),)


def _apache(app: App, process: Process, image: Image, base: BaseImage) -> tuple[Endpoint, ...]:
    """Apache's own port, or the one of files that are copied in; nothing where one of them is not known or takes it from elsewhere."""
    found = []
    whole = False
    for copy in image.copies:
        for name in copy.sources if _configures(copy.target, base) else ():
            target = copy.target + ("/" + name.rpartition("/")[2] if copy.folder else "")
            path = image.inside(target)
            source = app.source(path) if path else None
            if source is None or source.is_binary or copy.stage or "PORT" in source.text or "Define" in source.text:
                return ()
            whole = whole or _APACHE_WHOLE.search(target) is not None
            for match in _APACHE_LISTEN.finditer(source.text):
                port = _PORT.match(match["address"])
                if port is None:
                    return ()
                at = Place(path or "", source.span_of_text(match.start(), match.end()))
                found.append(Endpoint(port="fixed", port_text=port[1], port_at=at, server="Apache"))
    if whole:
        return tuple(found[:1])
    return (Endpoint(port="fixed", port_text=str(base.listens), port_at=process.at, server="Apache", default_port=True),)


def _configures(target: str, base: BaseImage) -> bool:
    return any(target == place or target.startswith(place + "/") for place in base.config)


def _configured(app: App, image: Image, base: BaseImage) -> tuple[Endpoint, ...]:
    """The port of the configuration that is copied in; nothing where a part of it is not known or takes the port from elsewhere."""
    found = []
    for copy in image.copies:
        if not _configures(copy.target, base):
            continue
        for name in copy.sources:
            path = image.inside(copy.target + ("/" + name.rpartition("/")[2] if copy.folder else ""))
            source = app.source(path) if path else None
            if source is None or source.is_binary or "PORT" in source.text or copy.stage or base.starts != "nginx":
                return ()
            found += [(address, Place(path or "", span)) for address, span in listened(source)]
    ports = [match[1] if (match := _PORT.match(address)) else "" for address, _ in found]
    if not found or not all(ports):
        return ()
    return (Endpoint(port="fixed", port_text=ports[0], port_at=found[0][1], server="nginx"),)
