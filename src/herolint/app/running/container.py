"""The process types of a container app: what heroku.yml runs, and what the images start by ENTRYPOINT and CMD."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from herolint.app.launching.follow import Follower, Given
from herolint.app.running.image import Image
from herolint.app.running.processes import Process
from herolint.finding import Place
from herolint.formats.dockerfile import Instruction
from herolint.formats.shell import Command, Expansion, Script, Word, parse
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh"})
_PARENTS = frozenset({"tini", "dumb-init", "catatonit", "env"})


_ALL = Word("$@", Span(0, 0), (Expansion("@", None, "", Span(0, 0)),), literal=False)
"""Where an entry point's command takes CMD."""


class Start(msgspec.Struct, frozen=True):
    """A command as a whole: its commands, where it stands, its text, and whether the words reach the program without a shell.

    `given` is what the commands pass on by `"$@"`: CMD where these are the entry point's.
    """

    commands: tuple[Command, ...]
    at: Place
    text: str
    exec_form: bool = False
    given: Given | None = None


def container_processes(app: App) -> dict[str, Process]:
    """The process types by name; `release` is the release phase."""
    found = {}
    for name, start in _written(app).items():
        image = image_of(app, name)
        found[name] = _process(app, name, "heroku.yml", _entered(image, start) if image is not None else start, image)
    for name, image in app.images.items():
        given = start_of(image)
        if name not in found and name != "release" and given is not None:
            found[name] = _process(app, name, "Dockerfile", given, image)
    return found


def start_of(image: Image) -> Start | None:
    """What an image starts by itself; None when nothing says what."""
    cmd = image.dockerfile.cmd
    if cmd is not None and (cmd.words or cmd.form == "shell"):
        return _entered(image, _instruction(image, cmd))
    entry = _entry_point(image)
    if entry is not None:
        return _alone(image, entry)
    base = image.base
    if base is None or not base.starts or base.ends or cmd is not None or image.dockerfile.entrypoint is not None:
        return None
    stage = image.dockerfile.stages[image.dockerfile.lineage[0]]
    return Start(parse(base.starts, stage.span.start).commands, Place(image.path, stage.span), base.starts)


def _written(app: App) -> dict[str, Start]:
    """The commands of heroku.yml."""
    yml = app.heroku_yml
    if yml is None:
        return {}
    found = {name: _from_yml(app, ("run", name), entry.span) for name, entry in yml.run.items() if entry.command}
    if yml.release is not None and yml.release.command:
        found["release"] = _from_yml(app, ("release", "command"), yml.release.span)
    return found


def _from_yml(app: App, path: tuple[str, ...], span: Span) -> Start:
    """A command of heroku.yml; the entries of a list run in turn."""
    node = app.heroku_yml.tree.get(*path) if app.heroku_yml is not None else None
    if node is not None and node.kind == "map":
        node = node.get("command")
    items = node.items if node is not None and node.kind == "list" else (node,) if node is not None else ()
    source = app.source("heroku.yml")
    commands: list[Command] = []
    texts = []
    for item in items:
        if isinstance(item.value, str):
            quoted = source is not None and source.slice(item.span)[:1] in ("'", '"')
            texts.append(item.value)
            commands += parse(item.value, item.span.start + quoted).commands
    return Start(tuple(commands), Place("heroku.yml", span), " && ".join(texts))


def image_of(app: App, name: str) -> Image | None:
    """The image that a process type of heroku.yml runs in."""
    yml = app.heroku_yml
    entry = None if yml is None else yml.release if name == "release" else yml.run.get(name)
    if entry is not None and entry.image is not None:
        return app.images.get(entry.image)
    return app.images.get(name) or app.images.get("web")


def _instruction(image: Image, one: Instruction) -> Start:
    """A CMD or ENTRYPOINT by itself."""
    at = Place(image.path, one.args_span)
    if one.form != "exec":
        return Start(parse(one.args, one.args_span.start, pieces=one.pieces).commands, at, one.args)
    words = tuple(Word(text, Span(span.start + 1, span.end - 1)) for text, span in one.words)
    text = " ".join(word.text for word in words)
    inner = _shell_text(words)
    if inner is not None:
        return Start(parse(inner.text, inner.span.start).commands, at, text)
    return Start((Command(words=words, span=one.args_span),), at, text, exec_form=True)


def _shell_text(words: tuple[Word, ...]) -> Word | None:
    """The text that a shell is given to run: `sh -c text`, maybe behind a parent process."""
    words = _without_parent(words)
    if words and posixpath.basename(words[0].text) in _SHELLS:
        flag = next((i for i, word in enumerate(words[1:], 1) if word.text.startswith("-") and word.text.endswith("c")), None)
        if flag is not None and flag + 1 < len(words):
            return words[flag + 1]
    return None


def _without_parent(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words behind a process that only starts and watches what it is given."""
    if words and posixpath.basename(words[0].text) in _PARENTS:
        at = next((i for i, word in enumerate(words[1:], 1) if not word.text.startswith("-")), len(words))
        return words[at:]
    return words


def _entry_point(image: Image) -> Instruction | None:
    """The ENTRYPOINT in force, unless it takes the base image's away (`ENTRYPOINT []`)."""
    entry = image.dockerfile.entrypoint
    return entry if entry is not None and (entry.words or entry.form == "shell") else None


def _alone(image: Image, entry: Instruction) -> Start:
    """An entry point that is given nothing."""
    start = _instruction(image, entry)
    words = _without_parent(start.commands[0].words) if start.exec_form else ()
    return msgspec.structs.replace(start, commands=(replace(start.commands[0], words=words),)) if words else start


def _entered(image: Image, given: Start) -> Start:
    """A command as the image's entry point takes it."""
    entry = _entry_point(image)
    if entry is None:
        return given
    start = _instruction(image, entry)
    if not start.exec_form:
        return start
    words = _without_parent(start.commands[0].words)
    if not words or (_is_entry_script(words[0].text) and not _in_repository(image, words)):
        return given
    command = replace(start.commands[0], words=(*words, _ALL))
    passed = Given(given.commands, given.at.path)
    return Start((command,), given.at, f"{start.text} {given.text}", start.exec_form or given.exec_form, passed)


def _is_entry_script(program: str) -> bool:
    """Whether a program is one that starts what it is given, as its name says."""
    return program.endswith(".sh") or "entrypoint" in program or "entry-point" in program


def _in_repository(image: Image, words: tuple[Word, ...]) -> bool:
    path = words[0].text
    found = image.program(path) if "/" not in path else image.inside(posixpath.join(image.workdir or "/", path))
    return found is not None


def _process(app: App, name: str, origin: str, start: Start, image: Image | None) -> Process:
    path = image.path if image is not None and start.given is not None else start.at.path
    home = image.home if image is not None else ""
    launches = tuple(Follower(app, image).launches(start.commands, path, (), home, start.given))
    passed = start.given.commands if start.given is not None else ()
    script = Script((*start.commands, *passed))
    return Process(name=name, origin=origin, at=start.at, text=start.text, script=script, launches=launches, exec_form=start.exec_form)
