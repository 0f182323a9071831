"""Follows commands to the programs that they start: through shell scripts, scripts of package.json and process managers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from herolint.app.launching import ecosystem, side_by_side
from herolint.app.launching.launch import WRAPPERS, Launch, launch_of
from herolint.app.launching.launch_node import BETTER, PACKAGE_MANAGERS
from herolint.finding import Place
from herolint.formats.shell import Command, Word, parse, parse_script
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.running.image import Image

MAX_SCRIPTS = 12
"""How many scripts may start each other."""
MAX_BYTES = 200_000
"""Larger scripts are not read."""
QUIET_TOOLS = frozenset(
    "cd echo export set true : sleep wait exit test [ [[ source printf mkdir cp rm ls cat chmod".split()
)  # fmt: skip
"""Programs that are done at once and start nothing."""
_SWITCHERS = frozenset({"gosu", "su-exec", "setpriv", "chpst", "sudo"})
"""Programs that start what they are given as another user."""
_PARENTS = frozenset({"tini", "dumb-init", "catatonit"})


class Given(msgspec.Struct, frozen=True):
    """What a script gets as its arguments: commands that it starts by `"$@"`, and the file they are written in."""

    commands: tuple[Command, ...]
    path: str


class Follower:
    """Follows the commands of an app, or of one container image of it."""

    def __init__(self, app: App, image: Image | None = None) -> None:
        self.app = app
        self.image = image

    def launches(
        self, commands: Iterable[Command], path: str, via: tuple[Place, ...] = (), cwd: str = "", given: Given | None = None
    ) -> Iterator[Launch]:
        """The programs that commands of a file start, in order. `via`: the places that led here; `cwd`: the folder they run in."""
        alternative = False
        for written in commands:
            for launch in self._started(written, path, via, cwd, given):
                yield replace(launch, alternative=True) if alternative and not launch.alternative else launch
            alternative = written.operator == "||" or (alternative and written.operator == "&&")

    def _under(self, launch: Launch, inner: Iterator[Launch]) -> Iterator[Launch]:
        """What a program starts in its turn: as conditional as the program itself, and beside whatever that runs beside."""
        outer = launch.command
        beside = launch.beside or (launch.at if outer.background else None)
        for one in inner:
            command = replace(
                one.command, conditional=one.command.conditional or outer.conditional, background=one.command.background or outer.background
            )
            yield replace(one, command=command, beside=one.beside or beside) if outer.conditional or outer.background else one

    def _started(self, written: Command, path: str, via: tuple[Place, ...], cwd: str, given: Given | None) -> Iterator[Launch]:
        """What one command starts: itself, and what it hands on to."""
        if given is not None and _passes_on(written):
            if posixpath.basename(written.words[0].text) in _SWITCHERS and (switch := launch_of(written, path, via, cwd)) is not None:
                yield switch
            inner = (replace(c, cwd=c.cwd or written.cwd, conditional=c.conditional or written.conditional) for c in given.commands)
            yield from self.launches(inner, given.path, via, cwd)
            return
        if given is not None and given.path == path and len(given.commands) == 1 and _takes_all(written):
            whole = replace(written, words=(*written.words[:-1], *given.commands[0].words))
        else:
            whole = written
        launch = launch_of(self._placed(whole, cwd), path, via, cwd if self.image is None else "")
        if launch is None:
            return
        launch = self._with_main(launch)
        script = self._script(launch) if len(via) < MAX_SCRIPTS else None
        if script is not None and not any(place.path == script for place in via):
            text = self.app.workspace.read(script)
            if text is not None and not text.is_binary:
                passed = given if given is not None and _takes_all(written) else _arguments(launch)
                yield from self._under(launch, self.launches(parse_script(text).commands, script, (*via, launch.at), launch.cwd, passed))
                return
        yield launch
        if launch.tool in PACKAGE_MANAGERS and len(via) < MAX_SCRIPTS:
            yield from self._under(launch, self._package_scripts(launch, via))
        if launch.tool in BETTER and launch.arguments and len(via) < MAX_SCRIPTS:
            yield from self._under(launch, self._better_scripts(launch, via))
        if launch.tool in side_by_side.TOOLS and len(via) < MAX_SCRIPTS:
            yield from self._under(launch, self.launches(side_by_side.commands(launch), path, via, launch.cwd))
        if ecosystem.hands_on(launch) and len(via) < MAX_SCRIPTS:
            told = (launch.script, (*via, launch.at)) if launch.script else (path, via)
            yield from self._under(launch, self.launches(ecosystem.commands(self.app, launch), *told, launch.cwd))
        if launch.tool in ("honcho", "foreman") and len(via) < MAX_SCRIPTS:
            yield from self._under(launch, self._managed(launch, via))

    def _with_main(self, launch: Launch) -> Launch:
        """A folder that Node.js is told to run (`node .`) as the file that its package.json names."""
        folder = "" if launch.script == "." else launch.script or ""
        if launch.tool != "node" or launch.script is None or posixpath.join(folder, "package.json") not in self.app.slug:
            return launch
        package = self.app.package(folder)
        root = package.tree.root if package is not None else None
        main = root.text("main") if root is not None and root.kind == "map" else None
        return replace(launch, script=posixpath.normpath(posixpath.join(folder, main or "index.js")))

    def _placed(self, command: Command, cwd: str) -> Command:
        """The command with paths of the image turned into paths of the repository; the same where nothing is known to differ."""
        image = self.image
        if image is None:
            return command
        at_home = cwd == image.home and not command.cwd
        folder = posixpath.normpath(posixpath.join(cwd, command.cwd)) if command.cwd or cwd else ""
        known = command.cwd_known
        if command.cwd.startswith("/"):
            inner = image.inside(command.cwd)
            folder, known = (inner, known) if inner is not None else (command.cwd, False)
        words = tuple(self._placed_word(image, word, folder, at_home, first=not i) for i, word in enumerate(command.words))
        return replace(command, words=words, cwd="" if folder == "." else folder, cwd_known=known)

    def _placed_word(self, image: Image, word: Word, folder: str, at_home: bool, *, first: bool) -> Word:
        text = word.text
        if not word.literal or text.startswith("-") or len(text) > 4096:
            return word
        if first and "/" not in text:
            found = image.program(text)
        elif text.startswith("/") and text != "/":
            found = image.inside(text)
        elif at_home and image.workdir is not None and ("/" in text or "." in text) and ":" not in text:
            found = image.inside(posixpath.join(image.workdir, text))
        else:
            return word
        if found is None or found == posixpath.normpath(posixpath.join(folder, text)):
            return word
        below = posixpath.relpath("/" + found, "/" + folder)
        return replace(word, text=f"./{below}" if first and "/" not in below else below)

    def _script(self, launch: Launch) -> str | None:
        """The shell script of the repository that a program is, or is given to run."""
        if launch.tool == "sh" and launch.script:
            entry = self.app.workspace.files.get(launch.script)
            return launch.script if entry is not None and entry.kind == "file" and entry.size <= MAX_BYTES else None
        if launch.tool in QUIET_TOOLS or not launch.words:
            return None
        path = posixpath.normpath(posixpath.join(launch.cwd, launch.words[0].text))
        return path if self._is_shell(path) else None

    def _is_shell(self, path: str) -> bool:
        entry = self.app.workspace.files.get(path)
        if entry is None or entry.kind != "file" or entry.size > MAX_BYTES:
            return False
        source = self.app.workspace.read(path)
        return source is not None and source.data.startswith(b"#!") and b"sh" in source.data.split(b"\n", 1)[0]

    def _package_scripts(self, launch: Launch, via: tuple[Place, ...]) -> Iterator[Launch]:
        """What a package manager starts from package.json: the script with those before and after it."""
        folder = script_folder(self.app, launch)
        package = self.app.package(folder)
        path = posixpath.join(folder, "package.json")
        name = launch.subcommand
        if package is None or any(place.path == path and place.label == name for place in via):
            return
        scripts = package.scripts
        if name == "start" and "start" not in scripts and posixpath.join(folder, "server.js") in self.app.slug:
            scripts = {**scripts, "start": ("node server.js", scripts.get("start", ("", launch.at.span or Span(0, 0)))[1])}
        pre_and_post = launch.tool in ("npm", "bun") or name in ("start", "install")
        for one in (f"pre{name}", name, f"post{name}") if pre_and_post else (name,):
            if one in scripts:
                text, span = scripts[one]
                here = Place(path, launch.at.span, name)
                yield from self.launches(parse(text, span.start + 1).commands, path, (*via, here), folder)

    def _better_scripts(self, launch: Launch, via: tuple[Place, ...]) -> Iterator[Launch]:
        """The command that better-npm-run is told to run by its name."""
        package, name = self.app.package(launch.cwd), launch.arguments[0].text
        path = posixpath.join(launch.cwd, "package.json")
        if package is not None and name in package.better_scripts and not any((at.path, at.label) == (path, name) for at in via):
            text, span = package.better_scripts[name]
            here = Place(launch.path, launch.at.span, name)
            yield from self.launches(parse(text, span.start + 1).commands, path, (*via, here), launch.cwd)

    def _managed(self, launch: Launch, via: tuple[Place, ...]) -> Iterator[Launch]:
        """What a process manager starts from a Procfile of its own."""
        from herolint.formats.procfile import parse as parse_procfile

        given = launch.option("-f", "--procfile")
        path = posixpath.normpath(posixpath.join(launch.cwd, given.text)) if given is not None else ""
        source = self.app.document(path) if path and not any(place.path == path for place in via) else None
        if source is None or source.is_binary or path == launch.path:
            return
        for line in parse_procfile(source).last().values():
            yield from self.launches(parse(line.command, line.command_span.start).commands, path, (*via, launch.at))


def script_folder(app: App, launch: Launch) -> str:
    """The folder whose package.json has the script that a package manager is told to run; a workspace goes by its name or its path."""
    if not launch.attr:
        return launch.folder or ""
    for path in sorted(app.slug, key=lambda p: (p.count("/"), p)):
        if posixpath.basename(path) == "package.json" and "node_modules/" not in path:
            package = app.package(posixpath.dirname(path))
            root = package.tree.root if package is not None else None
            if root is not None and root.kind == "map" and root.text("name") == launch.attr:
                return posixpath.dirname(path)
    return posixpath.normpath(posixpath.join(launch.folder or "", launch.attr))


def _takes_all(command: Command) -> bool:
    """Whether the last word of a command of a script is all that the script was given."""
    return bool(command.words) and any(x.name in ("@", "*") for x in command.words[-1].expansions)


def _passes_on(command: Command) -> bool:
    """Whether a command of a script starts what the script was given: `exec "$@"`, maybe as another user."""
    if not _takes_all(command):
        return False
    first = posixpath.basename(command.words[0].text)
    return len(command.words) == 1 or first in _SWITCHERS or first in _PARENTS or first in WRAPPERS


def _arguments(launch: Launch) -> Given | None:
    """What a script is given on its command line."""
    start = 1
    if launch.tool == "sh" and launch.target is not None and launch.target is not launch.words[0]:
        start = next((i + 1 for i, word in enumerate(launch.words) if word is launch.target), 1)
    words = launch.words[start:]
    return Given((replace(launch.command, words=words, assignments=(), cwd=""),), launch.path) if words else None
