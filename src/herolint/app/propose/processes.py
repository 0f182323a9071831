"""The Procfile: the processes that the code was made for and nothing declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from herolint.app.propose import Found, Left, Proposal, new_file, with_lines
from herolint.app.propose.made import Made, Makes, object_of, runner
from herolint.app.propose.migrations import migrations
from herolint.app.running.defaults import default_fails
from herolint.knowledge.measured import package, sizes_date
from herolint.knowledge.starts import Start, load_starts
from herolint.wording import some

if TYPE_CHECKING:
    from herolint.app.model import App

_MIGRATES = frozenset({"migrate", "upgrade", "db:migrate", "deploy"})
"""Words of commands that migrate a database."""
_PROCFILE = "Procfile"
_NOTHING = "nothing in the code shows what answers requests"


class _Command(msgspec.Struct, frozen=True):
    """A process type and its command; `brings`: a distribution that must be added for it."""

    process: str
    text: str
    because: str
    brings: str = ""


def processes(app: App) -> Found:
    """Web, worker and clock, and the server that web needs."""
    if app.is_container:
        assumed = (Left("Procfile", "there is a Dockerfile and no Procfile: taken for an app that is built as an image"),)
        return Found(left=() if app.container_sure else assumed)
    if not app.detected and not app.listed_buildpacks:
        return Found(left=(Left("Procfile", "no buildpack takes the folder: it holds no manifest of a language"),))
    makes = Makes(app)
    commands: list[_Command] = []
    left: list[Left] = []
    for process in ("web", "worker", "clock"):
        found = _wanted(app, makes, process)
        if isinstance(found, _Command):
            commands.append(found)
        elif found is not None:
            left.append(found)
    if commands:
        left = [one for one in left if one.why != _NOTHING]
    files = []
    for command in [one for one in commands if one.brings]:
        server = _with_server(app, command.brings)
        if server is None:
            left.append(Left(command.process, f"install {command.brings}, then `{command.text}` starts it"))
            commands.remove(command)
        else:
            files.append(server)
    written = _procfile(app, commands)
    return Found((*written.files, *files), (*written.left, *left))


def release(app: App) -> Found:
    """The release phase: migrations of a database that outlives a deploy. Asked of an app whose other processes are known."""
    if app.is_container or "release" in app.processes or not app.processes:
        return Found()
    tool = next(migrations(app), None)
    if tool is None:
        return Found()
    name, command = tool
    said = [word.text for process in app.processes.values() for launch in process.launches for word in launch.words]
    if _MIGRATES.intersection(said):
        return Found(left=(Left("release", "a process migrates at its start already; move that to `release` by hand"),))
    return _procfile(app, [_Command("release", command, f"{name} has migrations")])


def _procfile(app: App, commands: list[_Command]) -> Found:
    if not commands:
        return Found()
    lines = [f"{one.process}: {one.text}" for one in commands]
    reason = "; ".join(dict.fromkeys(one.because for one in commands))
    if app.procfile_path is None:
        return Found((new_file(_PROCFILE, lines, reason),))
    source = app.document(_PROCFILE)
    if app.procfile is None or source is None or app.procfile.broken:
        return Found(left=(Left("Procfile", "the one that is there cannot be read whole: mend it first (`herolint check`)"),))
    proposal = with_lines(source, lines, reason)
    return Found((proposal,) if proposal is not None else ())


def _wanted(app: App, makes: Makes, process: str) -> _Command | Left | None:
    """The command of a process type that is not declared; why it cannot be known; None where nothing speaks for one."""
    if process in app.processes and not (process == "web" and app.processes[process].origin == "default" and default_fails(app)):
        return None
    if process == "web" and app.procfile is not None and any(name != "release" for name in app.processes if name != "web"):
        return None  # whoever wrote it wants no web
    rows = [row for row in load_starts().start if row.process == process and (not row.sets or makes.sets(row.sets)) and not _runs(app, row)]
    for row in rows:
        if made := makes.of(row.made):
            if process == "web" and (bot := _kept_alive(makes, made)):
                return Left("web", f"`{bot}` is a program by itself, and starts what `{made[0].path}` makes")
            return _made(app, makes, made, [other for other in rows if set(other.made) & {one.kind for one in made}], process)
    if (script := _script(app, makes, process)) is not None:
        return script
    others = [other for name, other in app.processes.items() if name != process]
    started = {entry.path for other in others for entry in app.code.entry_points.of(other)}
    if found := [path for path in makes.programs(process) if path not in started]:
        if len(found) > 1:
            return Left(process, f"several files could be meant: {_listed(found)}")
        return _Command(process, runner(found[0]), f"`{found[0]}` is a program by itself")
    return _compiled(app, process) or _of_gem(app, process) or _nothing(app, process)


def _kept_alive(makes: Makes, made: tuple[Made, ...]) -> str:
    """The program that imports the only application, as bots do to look awake; empty where none does."""
    if len(made) != 1:
        return ""
    workers = set(makes.programs("worker"))
    return next((mod.path for mod in makes.mods if mod.path in workers and made[0].path in makes.imported_by(mod)), "")


def _script(app: App, makes: Makes, process: str) -> _Command | Left | None:
    """The command of a program that runs a file as it is."""
    for name, row in load_starts().scripts.items():
        found = makes.scripts(name, row.beside) if row.process == process and _is_installed(app, name) else ()
        if len(found) == 1:
            return _Command(process, row.command.format(path=found[0]), f"`{found[0]}` is a script of {name}")
        if found:
            return Left(process, f"several scripts of {name} could be meant: {_listed(found)}")
    return None


def _runs(app: App, row: Start) -> bool:
    """Whether some process runs the row's program for that already, under another name."""
    words = [word for word in row.command.split() if not word.startswith(("-", "{"))]
    return any(
        launch.tool == words[0] and len(words) > 1 and launch.subcommand == words[1]
        for process in app.processes.values()
        for launch in process.launches
    )


def _made(app: App, makes: Makes, made: tuple[Made, ...], rows: list[Start], process: str) -> _Command | Left:
    if len(made) > 1:
        return Left(process, f"several objects could be meant: {_listed([f'{one.path}: {one.name}' for one in made])}")
    [one] = made
    folder, module = makes.dotted(one.path)
    usable = [row for row in rows if row.folder or not folder]
    if not usable:
        return Left(process, f"`{one.path}` imports what lies beside it, and no server is known that goes to its folder")
    row = next((row for row in usable if _is_installed(app, row.server)), usable[0])
    option = f"{row.folder} {folder} " if folder else ""
    text = row.command.format(folder=option, module=module, object=object_of(module, one))
    because = f"`{one.path}` makes {row.what}"
    return _Command(process, text, because, "" if _is_installed(app, row.server) else row.server)


def _is_installed(app: App, distribution: str) -> bool:
    return app.dependencies.has(distribution) or (app.installed is not None and app.installed.has(distribution))


def _compiled(app: App, process: str) -> _Command | None:
    """The program of those that the build makes which alone listens."""
    if process != "web" or app.language != "go":
        return None
    names = {main.binary for main in app.go_commands}
    listening = {name for effect in app.code.effects_of("listens") for name in effect.processes if name in names}
    if len(listening) != 1:
        return None
    [name] = listening
    return _Command("web", f"bin/{name}", f"`{name}` is the program that listens")


def _of_gem(app: App, process: str) -> _Command | None:
    lock = app.gemfile_lock
    for gem, program in load_starts().gems.items() if lock is not None else ():
        if lock is not None and program.process == process and lock.has(gem):
            return _Command(process, program.command, f"`{gem}` is in the bundle")
    return None


def _nothing(app: App, process: str) -> Left | None:
    declared = app.procfile is not None and any(name != "release" for name in app.processes)
    if process != "web" or declared or ("web" in app.processes and not default_fails(app)):
        return None
    return Left("web", _NOTHING)


def _with_server(app: App, name: str) -> Proposal | None:
    """The requirements with the server in them, in the release that the shipped table knows; None where pip does not install from them."""
    source, known = app.document("requirements.txt"), package(name)
    if app.dependencies.manager != "pip" or app.requirements is None or source is None or known is None or not known.version:
        return None
    if any(item.hashes for item in app.requirements.items):
        return None
    return with_lines(source, [f"{name}=={known.version}"], f"web starts {name}, and nothing installs it (release as of {sizes_date()})")


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return some([f"`{name}`" for name in names], 3)
