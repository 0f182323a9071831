"""Files of settings and credentials that start-up cannot do without and that a push does not send: `.env`, `config.json`, keys."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.at_start import caught, runs_at_start
from herolint.app.linking.operators import HOME
from herolint.app.linking.values import Known, text_of
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import walk
from herolint.finding import Place
from herolint.formats.shell import Word
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.linking.module import Mod
    from herolint.app.model import App
    from herolint.app.program import Effect

LOCAL_FILE = lazy(
    r"(?i)(\.env[\w.]*|(local[_-]?)?(config|settings|secrets?|credentials?|creds|keys?|auth|token|apikeys?)\.(json|ya?ml|ini|toml|cfg|env)|"
    r"client[_-]?secrets?.*\.json|.*service[_-]?account.*\.json|.*(credentials?|firebase[\w-]*|adminsdk[\w-]*)\.json)\Z"
)
"""Names that people give to files which stay on their machine."""
STORED = "as told"
"""The note of calls that read the file which an earlier call named."""
_TABLES = ("dotenv.dotenv_values()",)
_SHELL = lazy(r"(\.sh|(^|/)(\.profile|Procfile|heroku\.yml|Dockerfile)|^bin/[^/]+|^\.profile\.d/.*)\Z")


class NeededFile(msgspec.Struct, frozen=True):
    """A file that is not pushed, and the place that fails without it. `how` says in words what the place does with it."""

    path: str
    at: Place
    how: str
    process: str


def needed_files(app: App) -> Iterator[NeededFile]:
    """Such files, each by the first place that needs it."""
    seen: set[str] = set()
    for found in (*_in_commands(app), *(_in_code(app) if app.has("code") else ())):
        path = _inside(found.path)
        if path is not None and path not in seen and path not in app.slug and not _made_before(app, path):
            seen.add(path)
            yield msgspec.structs.replace(found, path=path)


def _inside(path: str) -> str | None:
    """A path relative to the app's root; None where it leads elsewhere or is no plain path."""
    path = path.removeprefix(HOME + "/")
    if not path or "{}" in path or path.startswith(("/", "~", "$")) or "://" in path:
        return None
    path = posixpath.normpath(path)
    return None if path.startswith("..") else path


def _made_before(app: App, path: str) -> bool:
    """Whether a script of the build or the start names the file, or code writes it: it may be made there."""
    name = posixpath.basename(path)
    for other, entry in app.workspace.files.items():
        if entry.kind == "file" and entry.size < 200_000 and _SHELL.search(other):
            source = app.workspace.read(other)
            text = "" if source is None or source.is_binary else source.text
            if any(name in line and re.search(rf">+\s*\S*{re.escape(name)}|\b(cp|mv|tee|touch)\b", line) for line in text.splitlines()):
                return True
    return any("credentials" in url for url in app.buildpacks)


# ---- commands ------------------------------------------------------------------------------------------------------------


def _in_commands(app: App) -> Iterator[NeededFile]:
    for process in app.processes.values():
        for launch in process.launches:
            yield from (NeededFile(file, launch.place(word), how, process.name) for file, word, how in _named_by(launch))


def _named_by(launch: Launch) -> Iterator[tuple[str, Word, str]]:
    """Files that a command stops without: `node --env-file=.env`, `flask --env-file .env run`. Scripts to run are judged elsewhere."""
    if launch.tool in ("node", "flask", "tsx"):
        for before, word in zip(launch.words, launch.words[1:], strict=False):
            if word.text.startswith("--env-file="):
                yield word.text.partition("=")[2], word, f"{launch.tool} is told to read"
            elif before.text == "--env-file":
                yield word.text, word, f"{launch.tool} is told to read"


# ---- code ----------------------------------------------------------------------------------------------------------------


def _in_code(app: App) -> Iterator[NeededFile]:
    for effect in app.code.effects_of("reads-config"):
        if not runs_at_start(app.code, effect) or caught(app.code, effect):
            continue
        path = _path_of(app, effect)
        if path and (_is_local(path) or effect.row.note == STORED):
            yield NeededFile(path, effect.mod.place(effect.fact.call), "start-up stops without", effect.processes[0])
    for effect in app.code.effects_of("writes-file"):
        if (
            effect.row.mode
            and runs_at_start(app.code, effect)
            and not caught(app.code, effect)
            and _reads(app, effect)
            and (path := _path_of(app, effect))
            and _is_local(path)
        ):
            yield NeededFile(path, effect.mod.place(effect.fact.call), "start-up stops without", effect.processes[0])
    for mod in app.code.modules:
        if "dotenv_values" in mod.source.text:
            yield from _keys_of_env_files(app, mod)


def _is_local(path: str) -> bool:
    return bool(LOCAL_FILE.match(posixpath.basename(path)))


def _reads(app: App, effect: Effect) -> bool:
    _, mode = app.code.argument(effect, effect.row.mode)
    given = text_of(mode) if isinstance(mode, Known) else effect.row.default_mode
    return given is not None and given[:1] == "r" and "+" not in given


def _path_of(app: App, effect: Effect) -> str | None:
    """The file that a call reads, where that is known and the call stops without it."""
    row = effect.row
    if row.when == "error" and not _stops_on_error(app, effect):
        return None
    if row.when and row.when != "error" and app.code.argument(effect, row.when)[1] != Known(True):
        return None
    if row.note == STORED:
        return app.code.guards.folder.calls.stores.file()
    expr, value = app.code.argument(effect, row.path)
    if expr is None:
        return row.note or None
    return text_of(value)


def _stops_on_error(app: App, effect: Effect) -> bool:
    """`err := load(); if err != nil { log.Fatal(err) }`: whether the error that the call gives back ends the program."""
    mod, call = effect.mod, effect.fact.call
    names = {
        inner.id
        for assign in mod.facts.assigns
        if assign.value is not None and assign.value.start <= call.start and call.end <= assign.value.end
        for inner in walk(assign.target)
        if isinstance(inner, facts.Name)
    }
    again = [a.start for a in mod.facts.assigns if a.function == effect.fact.function and a.start > call.end and _names(a.target) & names]
    until = min(again, default=len(mod.source.data))
    for other in mod.facts.calls:
        if other.function != effect.fact.function or other.call.start < call.start or other.guard == NONE:
            continue
        test = mod.facts.guards[other.guard].test
        asks = call.end <= test.start < until and _names(test) & names
        if asks and app.code.linker.qualified(mod, other.function, other.call.func) in app.code.knows(mod).fatal:
            return True
    return False


def _names(expr: facts.AnyExpr) -> set[str]:
    """The plain names in an expression."""
    return {inner.id for inner in walk(expr) if isinstance(inner, facts.Name)}


def _keys_of_env_files(app: App, mod: Mod) -> Iterator[NeededFile]:
    """`dotenv_values(".env")["TOKEN"]` while a module loads: KeyError where the file is not there."""
    process = next(iter(app.code.reached_by(mod.path)), "")
    spots = [(a.value, a.function, a.guard) for a in mod.facts.assigns] + [(c.call, c.function, c.guard) for c in mod.facts.calls]
    for expr, function, guard in spots:
        for inner in walk(expr) if function == NONE and app.code.guards.holds(mod, guard) is True else ():
            if not isinstance(inner, facts.Index) or not isinstance(inner.key, facts.Const):
                continue
            if app.code.linker.qualified(mod, function, inner.base) not in _TABLES:
                continue
            if any(b.kind == "try" and b.start <= inner.start < b.end for b in mod.facts.blocks) or _merged(mod, inner.base):
                continue
            yield NeededFile(".env", mod.place(inner), "start-up stops without", process)
            return


def _merged(mod: Mod, base: facts.AnyExpr) -> bool:
    """Whether the name is bound to more than the file, such as `{**dotenv_values(), **os.environ}`."""
    return isinstance(base, facts.Name) and "os.environ" in mod.source.text and len(mod.names.get(NONE, {}).get(base.id, ())) > 1
