"""The process types of an app, and what each of them really starts, through the repository's own shell scripts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.defaults import default_processes
from herolint.app.launch import Launch, launch_of
from herolint.app.launch_node import PACKAGE_MANAGERS
from herolint.finding import Place
from herolint.formats.shell import Command, Script, parse, parse_script
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App

MAX_SCRIPTS = 12


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A process type: its name, where its command stands, and the programs it starts in order.

    `origin` is `Procfile`, `heroku.yml`, `Dockerfile` or `default` (declared by a buildpack). `exec_form` says that a container
    starts the words without a shell, so that `$PORT` stays as it is.
    """

    name: str
    origin: str
    at: Place
    text: str
    script: Script
    launches: tuple[Launch, ...]
    exec_form: bool = False

    @property
    def main(self) -> Launch | None:
        """The program that stays: the last one in the foreground that is not conditional."""
        front = [x for x in self.launches if not x.command.background and x.tool not in QUIET_TOOLS]
        return front[-1] if front else (self.launches[-1] if self.launches else None)

    @property
    def serves(self) -> bool:
        """Whether the router sends it requests."""
        return self.name == "web"


QUIET_TOOLS = frozenset(
    {
        "cd",
        "echo",
        "export",
        "set",
        "true",
        ":",
        "sleep",
        "wait",
        "exit",
        "test",
        "[",
        "[[",
        "source",
        "printf",
        "mkdir",
        "cp",
        "rm",
        "ls",
        "cat",
        "chmod",
    }
)


def processes_of(app: App) -> dict[str, Process]:
    """The app's process types by name: of the container files if the stack is `container`, else of the Procfile."""
    if app.is_container:
        return _container(app)
    found = {}
    path = app.procfile_path
    if app.procfile is not None and path is not None:
        for name, line in app.procfile.last().items():
            at = Place(path, line.command_span)
            script = parse(line.command, line.command_span.start)
            launches = tuple(_launches(app, script, path))
            found[name] = Process(name=name, origin="Procfile", at=at, text=line.command, script=script, launches=launches)
    for name, (command, at) in default_processes(app).items():
        if name not in found:
            script = parse(command, 0)
            launches = tuple(_launches(app, script, at.path))
            found[name] = Process(name=name, origin="default", at=at, text=command, script=script, launches=launches)
    return found


def _container(app: App) -> dict[str, Process]:
    found = {}
    yml = app.heroku_yml
    if yml is not None:
        for name, (command, _image, span) in yml.run.items():
            text = command if isinstance(command, str) else " ".join(command or ())
            script = parse(text, span.start)
            at = Place("heroku.yml", span)
            launches = tuple(_launches(app, script, "heroku.yml"))
            found[name] = Process(name=name, origin="heroku.yml", at=at, text=text, script=script, launches=launches)
        images = {name: entry[0] for name, entry in yml.docker.items()}
    else:
        images = {"web": "Dockerfile"}
    for name, path in images.items():
        if name not in found and (process := _image_process(app, name, posixpath.normpath(path))):
            found[name] = process
    return found


def _image_process(app: App, name: str, path: str) -> Process | None:
    dockerfile = app.dockerfile(path)
    command = dockerfile.cmd if dockerfile is not None else None
    if dockerfile is None or command is None:
        command = dockerfile.entrypoint if dockerfile is not None else None
        if command is None:
            return None
    exec_form = command.form == "exec"
    text = " ".join(w for w, _ in command.words) if exec_form else command.args
    script = parse(text, command.args_span.start)
    if exec_form and command.words and command.words[0][0].rpartition("/")[2] in ("sh", "bash"):
        exec_form = False
    at = Place(path, command.args_span)
    launches = tuple(_launches(app, script, path))
    return Process(name=name, origin="Dockerfile", at=at, text=text, script=script, launches=launches, exec_form=exec_form)


def _launches(app: App, script: Script, path: str, via: tuple[Place, ...] = (), cwd: str = "") -> Iterator[Launch]:
    for command in script.commands:
        launch = launch_of(command, path, via, cwd)
        if launch is None:
            continue
        if launch.tool == "sh" and launch.script and len(via) < MAX_SCRIPTS:
            inner = _script_file(app, launch.script)
            if inner is not None and not any(p.path == launch.script for p in via):
                yield from _launches(app, inner, launch.script, (*via, launch.at), launch.cwd)
                continue
        elif (
            launch.tool not in QUIET_TOOLS
            and app.workspace.exists(_local(launch))
            and _is_shell(app, _local(launch))
            and len(via) < MAX_SCRIPTS
        ):
            inner = _script_file(app, _local(launch))
            if inner is not None and not any(p.path == _local(launch) for p in via):
                yield from _launches(app, inner, _local(launch), (*via, launch.at), launch.cwd)
                continue
        yield launch
        if launch.tool in PACKAGE_MANAGERS and len(via) < MAX_SCRIPTS:
            yield from _package_scripts(app, launch, via)
        if launch.tool in ("honcho", "foreman") and len(via) < MAX_SCRIPTS:
            yield from _managed(app, launch, via)


def _package_scripts(app: App, launch: Launch, via: tuple[Place, ...]) -> Iterator[Launch]:
    """What a package manager starts from package.json: the script with those before and after it."""
    folder = _workspace(app, launch) if launch.attr else launch.folder or ""
    package = app.package(folder)
    path = posixpath.join(folder, "package.json")
    name = launch.subcommand
    if package is None or any(place.path == path and place.label == name for place in via):
        return
    scripts = package.scripts
    if name == "start" and "start" not in scripts and posixpath.join(folder, "server.js") in app.slug:
        scripts = {**scripts, "start": ("node server.js", scripts.get("start", ("", launch.at.span or Span(0, 0)))[1])}
    pre_and_post = launch.tool in ("npm", "bun") or name in ("start", "install")
    for one in (f"pre{name}", name, f"post{name}") if pre_and_post else (name,):
        if one in scripts:
            text, span = scripts[one]
            here = Place(launch.at.path, launch.at.span, name)
            yield from _launches(app, parse(text, span.start + 1), path, (*via, msgspec.structs.replace(here, path=path)), folder)


def _workspace(app: App, launch: Launch) -> str:
    """The folder of the workspace that a package manager is sent to: by its package's name, or its path."""
    for path in sorted(app.slug, key=lambda p: (p.count("/"), p)):
        if posixpath.basename(path) == "package.json" and "node_modules/" not in path:
            package = app.package(posixpath.dirname(path))
            root = package.tree.root if package is not None else None
            if root is not None and root.kind == "map" and root.text("name") == launch.attr:
                return posixpath.dirname(path)
    return posixpath.normpath(posixpath.join(launch.folder or "", launch.attr or ""))


def _managed(app: App, launch: Launch, via: tuple[Place, ...]) -> Iterator[Launch]:
    """What a process manager starts from a Procfile of its own."""
    from herolint.formats.procfile import parse as parse_procfile

    given = launch.option("-f", "--procfile")
    path = posixpath.normpath(posixpath.join(launch.cwd, given.text)) if given is not None else ""
    source = app.document(path) if path and not any(place.path == path for place in via) else None
    if source is None or source.is_binary or path == launch.path:
        return
    for line in parse_procfile(source).last().values():
        yield from _launches(app, parse(line.command, line.command_span.start), path, (*via, launch.at))


def _local(launch: Launch) -> str:
    return posixpath.normpath(posixpath.join(launch.cwd, launch.words[0].text)) if launch.words else ""


def _is_shell(app: App, path: str) -> bool:
    entry = app.workspace.files.get(path)
    if entry is None or entry.kind != "file" or entry.size > 200_000:
        return False
    source = app.workspace.read(path)
    return source is not None and source.data.startswith(b"#!") and b"sh" in source.data.split(b"\n", 1)[0]


def _script_file(app: App, path: str) -> Script | None:
    entry = app.workspace.files.get(path)
    if entry is None or entry.size > 200_000:
        return None
    source = app.workspace.read(path)
    return parse_script(source) if source is not None and not source.is_binary else None


def background_commands(process: Process) -> Iterator[Command]:
    """Commands of the process that run in the background."""
    for launch in process.launches:
        if launch.command.background:
            yield launch.command
