"""Reads a docker-compose file: its services with their images, builds, commands, ports, variables and volumes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

import msgspec

from herolint.finding import Problem
from herolint.formats import yaml_tree
from herolint.formats.dockerfile import expand
from herolint.formats.tree import Node
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_WINDOWS_DRIVE = lazy(r"[A-Za-z]:[\\/]")


class Written(msgspec.Struct, frozen=True):
    """A text and where it is written."""

    text: str
    span: Span


class Build(msgspec.Struct, frozen=True):
    """How a service's image is built: the context folder and the Dockerfile, both from the compose file's folder, and the stage."""

    context: str
    dockerfile: str
    target: str
    span: Span


class Volume(msgspec.Struct, frozen=True):
    """A mount: `source` is a path, the name of a volume, or empty for an unnamed one; `target` the path in the container."""

    source: str
    target: str
    span: Span

    @property
    def bind(self) -> bool:
        """Whether a folder or file of the machine is mounted."""
        return self.source.startswith((".", "/", "~", "$")) or _WINDOWS_DRIVE.match(self.source) is not None


class Service(msgspec.Struct, frozen=True, eq=False):
    """One service. `span` is its name; `command` and `entrypoint` are texts, lists joined by blanks; `ports` as written."""

    name: str
    span: Span
    image: Written | None = None
    build: Build | None = None
    command: Written | None = None
    entrypoint: Written | None = None
    ports: tuple[Written, ...] = ()
    volumes: tuple[Volume, ...] = ()
    environment: dict[str, Written] = {}


class Compose(msgspec.Struct, frozen=True, eq=False):
    """All services in the order of the file."""

    services: tuple[Service, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> Compose:
    """The file; what is no mapping where one must be is passed over."""
    tree = yaml_tree.load(source)
    services = tree.get("services")
    if services is None and tree.root is not None and tree.get("version") is None:
        services = tree.root if any(e.value.get("image") or e.value.get("build") for e in tree.root.entries) else None  # the first format
    entries = services.entries if services is not None else ()
    return Compose(tuple(_service(e.key, e.key_span, e.value) for e in entries if e.value.kind == "map"), tree.problems)


def _service(name: str, span: Span, node: Node) -> Service:
    return Service(
        name=name,
        span=span,
        image=_written(node.get("image")),
        build=_build(node.get("build")),
        command=_command(node.get("command")),
        entrypoint=_command(node.get("entrypoint")),
        ports=tuple(_ports(node.get("ports"))),
        volumes=tuple(_volumes(node.get("volumes"))),
        environment=dict(_environment(node.get("environment"))),
    )


def _written(node: Node | None) -> Written | None:
    if node is None or node.kind in ("map", "list", "null"):
        return None
    return Written(expand(str(node.value), {}), node.span)


def _command(node: Node | None) -> Written | None:
    if node is not None and node.kind == "list":
        return Written(" ".join(str(item.value) for item in node.items if item.kind not in ("map", "list", "null")), node.span)
    return _written(node)


def _build(node: Node | None) -> Build | None:
    if node is None or node.kind not in ("str", "map"):
        return None
    inner = node.text("context") if node.kind == "map" else str(node.value)
    context = posixpath.normpath(expand(inner or ".", {}))
    dockerfile = expand(node.text("dockerfile") or "Dockerfile", {}) if node.kind == "map" else "Dockerfile"
    return Build(context, posixpath.normpath(posixpath.join(context, dockerfile)), node.text("target") or "", node.span)


def _ports(node: Node | None) -> Iterator[Written]:
    for item in node.items if node is not None else ():
        if item.kind == "map":
            published, target = item.get("published"), item.get("target")
            text = ":".join(str(part.value) for part in (published, target) if part is not None)
            yield Written(text, item.span)
        elif (written := _written(item)) is not None:
            yield written


def _volumes(node: Node | None) -> Iterator[Volume]:
    for item in node.items if node is not None else ():
        if item.kind == "map":
            if item.text("target") and item.text("type") in (None, "volume", "bind"):
                yield Volume(item.text("source") or "", item.text("target") or "", item.span)
        elif (written := _written(item)) is not None:
            drive = _WINDOWS_DRIVE.match(written.text)
            head = drive.group() if drive else ""
            parts = written.text[len(head) :].split(":")
            source = head + parts[0] if len(parts) > 1 else ""
            yield Volume(source, parts[1] if len(parts) > 1 else parts[0], item.span)


def _environment(node: Node | None) -> Iterator[tuple[str, Written]]:
    for entry in node.entries if node is not None else ():
        yield entry.key, _written(entry.value) or Written("", entry.value.span)
    for item in node.items if node is not None else ():
        if (written := _written(item)) is not None:
            name, _, text = written.text.partition("=")
            yield name.strip(), Written(text, item.span)
