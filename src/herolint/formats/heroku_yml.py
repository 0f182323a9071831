"""Reads `heroku.yml`, the build manifest of container apps, and says what in it Heroku would not accept."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Literal

import msgspec

from herolint.formats import yaml_tree
from herolint.formats.app_json import Addon, read_addons
from herolint.formats.tree import Node, SchemaIssue, Tree, nearest
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_KNOWN = ("setup", "build", "release", "run")
_NO_DOCKER = "'build.docker' is missing: it must name a Dockerfile for each process type"
_NO_WEB = "call the process that answers requests `web`; a bot or a worker needs none, and is started with `heroku ps:scale`"
_PROCESS = lazy(r"[A-Za-z0-9_-]+\Z")


class DockerBuild(msgspec.Struct, frozen=True):
    """An image to build: its Dockerfile's path from the root, the stage to stop at, and where the path is written."""

    path: str
    target: str | None
    span: Span


class RunEntry(msgspec.Struct, frozen=True):
    """What a process type runs: a shell command or its list form, and whose image; `span` is the command."""

    command: str | tuple[str, ...] | None
    image: str | None
    span: Span


class Release(msgspec.Struct, frozen=True):
    """The release phase: commands run in turn, whose image; `span` is the command."""

    command: tuple[str, ...]
    image: str | None
    span: Span


class HerokuYml(msgspec.Struct, frozen=True, eq=False):
    """What the manifest says. `config` holds `setup.config`, `build_config` the build arguments; values are texts."""

    tree: Tree
    docker: dict[str, DockerBuild] = {}
    run: dict[str, RunEntry] = {}
    release: Release | None = None
    addons: tuple[Addon, ...] = ()
    config: dict[str, tuple[str, Span]] = {}
    build_config: dict[str, tuple[str, Span]] = {}
    issues: tuple[SchemaIssue, ...] = ()


def parse(source: SourceFile, exists: Callable[[str], bool]) -> HerokuYml:
    """The manifest. `exists` tells whether a file of that path, relative to the app's root, would be pushed."""
    tree = yaml_tree.load(source)
    reader = _Reader(source, exists)
    whole = Span(0, len(source.data))
    for problem in tree.problems:
        reader.issue(problem.message, problem.span or whole)
    root = tree.root
    if root is None or root.kind != "map":
        if root is not None or not tree.problems:
            reader.issue(f"heroku.yml must be a mapping with 'build' and 'run', not {_words(root)}", root.span if root else whole)
        return HerokuYml(tree, issues=tuple(reader.issues))
    for entry in root.entries:
        if entry.key not in _KNOWN:
            hint = nearest(entry.key, _KNOWN) or ": Heroku reads setup, build, release and run"
            reader.issue(f"unknown key {entry.key!r}{hint}", entry.key_span, "note")
    setup, build = reader.mapping(root, "setup"), reader.mapping(root, "build")
    docker = reader.docker(root, build)
    run = reader.run(reader.mapping(root, "run"), docker)
    release = reader.release(reader.mapping(root, "release"), docker)
    addons = reader.addons(setup)
    if docker and "web" not in docker and "web" not in run:
        reader.issue("no 'web' process in 'run' or 'build.docker': nothing will serve HTTP", root.entries[0].key_span, "note", _NO_WEB)
    return HerokuYml(tree, docker, run, release, addons, reader.texts(setup, "setup"), reader.texts(build, "build"), tuple(reader.issues))


class _Reader:
    def __init__(self, source: SourceFile, exists: Callable[[str], bool]) -> None:
        self.source = source
        self.exists = exists
        self.issues: list[SchemaIssue] = []

    def issue(self, message: str, span: Span, severity: Literal["error", "warning", "note"] = "error", fix: str = "") -> None:
        self.issues.append(SchemaIssue(message, span, severity, fix))

    def mapping(self, parent: Node, name: str, where: str = "") -> Node | None:
        node = parent.get(name)
        if node is None or node.kind == "map":
            return node
        self.issue(f"'{where}{name}' must be a mapping, not {_words(node)}", _visible(node, parent.key_span(name) or node.span))
        return None

    def process(self, name: str, span: Span) -> None:
        if not _PROCESS.match(name):
            self.issue(f"the process type {name!r} may hold only letters, digits, '-' and '_'", span)

    def docker(self, root: Node, build: Node | None) -> dict[str, DockerBuild]:
        if build is None:
            if root.entry("build") is None:
                self.issue(
                    "'build.docker' is missing: it must name a Dockerfile for each process type",
                    (root.entries[0].key_span if root.entries else root.span),
                )
            return {}
        section = self.mapping(build, "docker", "build.")
        if build.entry("docker") is None and not (build.entry("languages") or build.entry("packages")):
            self.issue(_NO_DOCKER, root.key_span("build") or build.span)
        found: dict[str, DockerBuild] = {}
        for entry in section.entries if section else ():
            self.process(entry.key, entry.key_span)
            node = entry.value
            path = node if node.kind != "map" else node.get("dockerfile")
            target = node.get("target") if node.kind == "map" else None
            if path is None or path.kind != "str" or not isinstance(path.value, str):
                self.issue(
                    f"'build.docker.{entry.key}' must be the path of a Dockerfile",
                    node.span if node.span.end > node.span.start else entry.key_span,
                )
                continue
            if target is not None and target.kind != "str":
                self.issue(f"the target of 'build.docker.{entry.key}' must be the name of a stage, not {target.words}", target.span)
            self.dockerfile(path.value, path.span)
            found[entry.key] = DockerBuild(_normal(path.value), node.text("target"), path.span)
        return found

    def dockerfile(self, path: str, span: Span) -> None:
        normal = _normal(path)
        if normal.startswith("/") and self.exists(normal[1:]):
            self.issue(
                f"{path!r} is written from the root of a disk; a Dockerfile's path counts from the repository's root", span, "warning"
            )
        elif normal == ".." or normal.startswith(("/", "../")):
            self.issue(f"{path!r} lies outside the repository; a Dockerfile's path counts from the repository's root", span)
        elif not self.exists(normal):
            self.issue(
                f"there is no {path!r} in what would be pushed", span, fix="commit that file, or write the path of the one that there is"
            )

    def run(self, section: Node | None, docker: dict[str, DockerBuild]) -> dict[str, RunEntry]:
        found: dict[str, RunEntry] = {}
        for entry in section.entries if section else ():
            name, node = entry.key, entry.value
            self.process(name, entry.key_span)
            command = node.get("command") if node.kind == "map" else node
            if node.kind not in ("str", "map", "list"):
                self.issue(f"'run.{name}' must be a command or a mapping with 'command' and 'image', not {_words(node)}", entry.span)
                continue
            image = self.image(node, f"run.{name}", docker)
            if image is None and docker and name not in docker and not node.get("image"):
                built = ", ".join(docker)
                self.issue(
                    f"'run.{name}' has no image: build.docker builds only {built}; add 'image: {next(iter(docker))}'", entry.key_span
                )
            found[name] = RunEntry(self.command(command, f"run.{name}.command"), image, command.span if command else node.span)
        return found

    def release(self, node: Node | None, docker: dict[str, DockerBuild]) -> Release | None:
        if node is None:
            return None
        image = self.image(node, "release", docker)
        if not node.get("image") and docker and "release" not in docker and set(docker) != {"web"}:
            self.issue("'release' needs 'image': no 'release' image is built and 'web' is not the only one", node.span)
        command = node.get("command")
        if command is not None and command.kind == "str":
            self.issue("'release.command' must be a list: write '- ' before the command, on a line of its own", command.span, "warning")
        parts = self.command(command, "release.command")
        texts = (parts,) if isinstance(parts, str) else parts or ()
        return Release(texts, image, command.span if command else node.span)

    def image(self, node: Node, where: str, docker: dict[str, DockerBuild]) -> str | None:
        image = node.get("image") if node.kind == "map" else None
        if image is None:
            return None
        if image.kind != "str" or not isinstance(image.value, str):
            self.issue(f"'{where}.image' must be the name of a process in build.docker, not {image.words}", image.span)
            return None
        if docker and image.value not in docker:
            built = ", ".join(docker)
            self.issue(f"'{where}.image' names {image.value!r}, which build.docker does not build (it builds {built})", image.span)
        return image.value

    def command(self, node: Node | None, where: str) -> str | tuple[str, ...] | None:
        if node is None:
            return None
        if node.kind == "str" and isinstance(node.value, str):
            return node.value
        if node.kind != "list":
            self.issue(f"'{where}' must be a command or a list of commands, not {_words(node)}", node.span)
            return None
        for item in node.items:
            if item.kind in ("map", "list", "null"):
                self.issue(f"each entry of '{where}' must be a string, not {item.words}", item.span)
        return tuple(self.written(i) for i in node.items if i.kind not in ("map", "list", "null"))

    def addons(self, setup: Node | None) -> tuple[Addon, ...]:
        section = setup.get("addons") if setup else None
        if setup is not None and section is not None and section.kind != "list":
            self.issue(f"'setup.addons' must be a list, not {section.words}", _visible(section, setup.key_span("addons") or section.span))
        return read_addons(section, self.issues, strings=False)

    def texts(self, parent: Node | None, where: str) -> dict[str, tuple[str, Span]]:
        section = self.mapping(parent, "config", f"{where}.") if parent is not None else None
        found: dict[str, tuple[str, Span]] = {}
        for entry in section.entries if section else ():
            node = entry.value
            if node.kind in ("map", "list", "null"):
                self.issue(f"'{where}.config.{entry.key}' must be a string, not {_words(node)}", entry.span)
                continue
            found[entry.key] = (self.written(node), node.span)
        return found

    def written(self, node: Node) -> str:
        """A scalar as text; numbers and dates as they are written."""
        return node.value if isinstance(node.value, str) else self.source.slice(node.span)


def _words(node: Node | None) -> str:
    return "empty" if node is None or node.kind == "null" else node.words


def _visible(node: Node, otherwise: Span) -> Span:
    """The node's place; another where nothing is written for it."""
    return node.span if node.span.end > node.span.start else otherwise


def _normal(path: str) -> str:
    return posixpath.normpath(path)
