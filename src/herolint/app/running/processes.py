"""The process types of an app, and what each of them really starts, through the repository's own shell scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.launching.follow import QUIET_TOOLS, Follower
from herolint.app.launching.launch import Launch
from herolint.app.running.defaults import default_processes
from herolint.finding import Place
from herolint.formats.shell import Script, parse

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.procfile import ProcessLine


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
        """The program that stays: the last one in the foreground that does not only run when another one has failed."""
        front = [x for x in self.launches if not x.command.background and x.tool not in QUIET_TOOLS]
        front = [x for x in front if not x.alternative] or front
        return front[-1] if front else (self.launches[-1] if self.launches else None)

    @property
    def serves(self) -> bool:
        """Whether the router sends it requests."""
        return self.name == "web"


def processes_of(app: App) -> dict[str, Process]:
    """The app's process types by name: of the container files if the stack is `container`, else of the Procfile."""
    if app.is_container:
        from herolint.app.running.container import container_processes

        return container_processes(app)
    follower = Follower(app)
    found = {}
    path = app.procfile_path
    if app.procfile is not None and path is not None:
        for name, line in app.procfile.meant().items():
            at = Place(path, line.command_span)
            script = parse(line.command, line.command_span.start)
            launches = tuple(follower.launches(script.commands, path))
            found[name] = Process(name=name, origin="Procfile", at=at, text=line.command, script=script, launches=launches)
    for name, (command, at) in default_processes(app).items():
        if name not in found:
            script = parse(command, 0)
            launches = tuple(follower.launches(script.commands, at.path))
            found[name] = Process(name=name, origin="default", at=at, text=command, script=script, launches=launches)
    return found


def default_like(app: App, line: ProcessLine) -> str:
    """The command that the buildpack declares for the process type of a dropped line, if it starts the same program; else empty."""
    command, at = default_processes(app).get(line.name, ("", None))
    if at is None:
        return ""
    written, declared = _programs(app, line.command, "Procfile"), _programs(app, command, at.path)
    return command if written and written == declared else ""


def _programs(app: App, command: str, path: str) -> list[tuple[str, str]]:
    """The programs of the repository that a command starts, each with what runs it."""
    return [(one.tool, one.script) for one in Follower(app).launches(parse(command, 0).commands, path) if one.script]
