"""What reached code needs of the operating system, and what stack, buildpacks, Aptfile, hooks or image give."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.starting import tried
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Items, Known, Made, Table, Value, env_names, options, text_of
from herolint.code import facts
from herolint.code.facts import NONE, CallFact
from herolint.code.queries import argument, last_name, walk
from herolint.finding import Place
from herolint.formats.shell import parse
from herolint.knowledge.brings import numbers
from herolint.knowledge.packages import distributions_for_import
from herolint.knowledge.programs import only_asks
from herolint.knowledge.system import Need, load
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

MAX_BYTES = 200_000
"""Larger files are not searched for words about buildpacks and packages."""
_TELLS_OF_BUILDPACKS = lazy(r"(?:\.(?:md|rst|txt|sh|ya?ml|adoc)|(?:^|/)(?:Makefile|README|\.buildpacks|justfile))\Z", re.IGNORECASE)


class Wanted(msgspec.Struct, frozen=True):
    """A place that needs something of the system. `what` names the call, program, module or package there.

    `sure` is False where a condition that cannot be known decides whether it runs; `tried`: its failure is handled.
    """

    need: Need
    what: str
    at: Place
    processes: tuple[str, ...]
    sure: bool = True
    tried: bool = False


class System:
    """Needs and gifts of one app."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.table = load()

    # ---- what is given -----------------------------------------------------------------------------------------------

    @cached_property
    def knows_buildpacks(self) -> bool:
        """Whether files or context say which buildpacks the app has."""
        return bool(self.app.buildpacks)

    @cached_property
    def reads_aptfile(self) -> bool:
        """Whether some buildpack installs what the Aptfile lists, as far as it is known."""
        return self.app.aptfile is not None and (not self.knows_buildpacks or any(re.search(r"\bapt\b", b) for b in self.app.buildpacks))

    @cached_property
    def _told(self) -> str:
        """Everything that tells, in lower case, what is installed besides: buildpacks, lines about buildpacks, build hooks."""
        app = self.app
        parts = [*app.buildpacks]
        for hook in app.platform.python.hooks:
            if (source := app.document(hook)) is not None:
                parts.append(source.text)
        for path, entry in app.workspace.files.items():
            if path.count("/") < 2 and entry.kind == "file" and entry.size <= MAX_BYTES and _TELLS_OF_BUILDPACKS.search(path):
                source = app.workspace.read(path)
                if source is not None and not source.is_binary and b"buildpack" in source.data.lower():
                    parts += [line for line in source.text.splitlines() if "buildpack" in line.lower()]
        if app.aptfile is not None and self.reads_aptfile:
            parts += [address for address, _ in app.aptfile.archives]
        return "\n".join(parts).lower()

    @cached_property
    def _image(self) -> tuple[str, frozenset[str]] | None:
        """The image's instructions as one text with the files they name, and what its base holds; None when the base may hold anything."""
        app = self.app
        image = app.web_image.dockerfile if app.web_image is not None else None
        if image is None or not image.lineage:
            return None
        parts = [one.args for one in image.instructions if one.keyword in ("RUN", "COPY", "ADD", "FROM")]
        for word in {word for part in parts for word in part.split()}:
            name = posixpath.normpath(word.strip("\"'"))
            source = app.workspace.read(name) if name in app.workspace.files and app.workspace.files[name].size <= MAX_BYTES else None
            if source is not None and not source.is_binary and not name.endswith((".py", ".js", ".lock")):
                parts.append(source.text)
        text = "\n".join(parts).lower()
        base = image.stages[image.lineage[0]].base.partition("@")[0].lower()
        name, _, tag = base.rpartition("/")[2].partition(":")
        if name == "heroku":
            stack = f"heroku-{tag.partition('-')[0]}"
            return text, app.platform.image.packages(stack)
        if name not in self.table.images:
            return None
        small = any(word in tag for word in ("slim", "alpine"))
        return text, frozenset() if small else frozenset(self.table.images[name])

    def gives(self, need: Need) -> bool:
        """Whether something gives it, or may well do."""
        app = self.app
        if app.is_container:
            if self._image is None:
                return True
            text, base = self._image
            return need.told_in(text) or need.given_by(base) or any(name.rstrip("*") in text for name in need.apt)
        stack = app.platform.image.packages(app.stack, building=bool(need.built))
        if need.given_by(stack) or need.told_in(self._told):
            return True
        if self.reads_aptfile and app.aptfile is not None and need.given_by(package.name for package in app.aptfile.packages):
            return True
        if any(name in app.slug for name in need.files):
            return True
        return any(posixpath.basename(path) in need.programs and "." not in posixpath.basename(path) for path in app.slug)

    def in_idle_aptfile(self, need: Need) -> bool:
        """Whether the Aptfile lists it, but no buildpack reads that."""
        aptfile = self.app.aptfile
        return aptfile is not None and not self.reads_aptfile and need.given_by(package.name for package in aptfile.packages)

    def expected_by_code(self, need: Need) -> str:
        """What hints at a buildpack that gives it: a variable that only that one sets, or another sign; empty when there is none."""
        read = next((name for name in need.variables if name in self._read_variables), "")
        return read or next((sign for sign in need.signs if any(sign in mod.source.text for mod in self.app.code.modules)), "")

    @cached_property
    def _read_variables(self) -> frozenset[str]:
        return frozenset(read.name for read in self.app.code.env_reads)

    # ---- what is wanted ----------------------------------------------------------------------------------------------

    @cached_property
    def missing(self) -> tuple[Wanted, ...]:
        """What nothing gives, one for each thing, at the first place that surely needs it."""
        found: dict[str, Wanted] = {}
        for wanted in self._wanted():
            first = found.get(wanted.need.name)
            if first is None or (not first.sure and wanted.sure) or (first.tried and not wanted.tried):
                if first is not None or not self.gives(wanted.need):
                    found[wanted.need.name] = wanted
        return tuple(found.values())

    def _wanted(self) -> Iterator[Wanted]:
        needs = tuple(need for need in self.table.needs if self._holds(need))
        yield from self._built(needs)
        yield from self._imported(needs)
        yield from self._called(needs)
        yield from self._started(needs)

    def _holds(self, need: Need) -> bool:
        """Whether the packages that a row speaks of are installed, as far as that is known."""
        installed, package = self.app.installed, self.app.package_json
        if not need.only_with and not need.unless:
            return True
        if installed is None and package is None:
            return not need.only_with
        there = installed.names | installed.brought.keys() if installed is not None else frozenset()
        there = there | package.dependencies.keys() if package is not None else there
        return (not need.only_with or not there.isdisjoint(need.only_with)) and there.isdisjoint(need.unless)

    def _built(self, needs: tuple[Need, ...]) -> Iterator[Wanted]:
        for need in needs:
            for name in need.built:
                found = self.app.dependencies.packages.get(name)
                if found is None or (need.since and (found.version is None or numbers(found.version) >= numbers(need.since))):
                    continue
                yield Wanted(need, name, found.at, ())

    def _imported(self, needs: tuple[Need, ...]) -> Iterator[Wanted]:
        by_module = {module: need for need in needs for module in need.modules}
        tops = {module.partition(".")[0] for module in by_module}
        for use in self.app.uses:
            if use.module.partition(".")[0] not in tops or use.local:
                continue
            module = next((m for m in (use.name, *_above(use.name)) if m in by_module), "")
            if module and not any(one in by_module[module].without for one in (use.name, *_above(use.name))):
                yield Wanted(by_module[module], f"`{module}`", use.at, use.processes, use.starts or not use.maybe)

    def _called(self, needs: tuple[Need, ...]) -> Iterator[Wanted]:
        by_call: dict[str, list[Need]] = {}
        for need in needs:
            for name in need.calls:
                by_call.setdefault(name, []).append(need)
        runs = self.table.words | self.table.shell | self.table.second
        programs = {program: need for need in needs for program in need.programs}
        calls = list(self.app.code.calls_named(*by_call, *runs))
        for program in {self._asked_after(mod, fact) for mod, fact, name in calls if name in runs}:
            programs.pop(program, None)
        for mod, fact, name in calls:
            who, sure = self._who(mod, fact)
            if not who or self._asked_for(mod, fact) or self._is_left_out(mod, name):
                continue
            handled = tried(mod, fact) or not self.app.code.linker.dialect(mod).raises
            for need in by_call.get(name, ()):
                if not need.keys or self._has_key(mod, fact, need.keys):
                    yield Wanted(need, f"`{_short(name)}`", mod.place(fact.call), who, sure, handled)
            if name in runs:
                for program, place in self._programs(mod, fact, name in self.table.shell, int(name in self.table.second)):
                    if program in programs:
                        yield Wanted(programs[program], f"`{program}`", mod.place(place), who, sure, handled)

    def _started(self, needs: tuple[Need, ...]) -> Iterator[Wanted]:
        # The runtime of a language comes with its buildpack: whether that is chosen is another question.
        programs = {program: need for need in needs if not need.files for program in need.programs}
        for process in self.app.processes.values():
            for launch in process.launches:
                first = launch.words[0].text if launch.words else ""
                own = "/" in first and not first.startswith("/")  # a file of the app, whatever else is called so
                names = {launch.wrapper} if own else {launch.wrapper, launch.tool, posixpath.basename(first)}
                need = next((programs[name] for name in names if name in programs), None)
                if need is not None and not launch.command.conditional:
                    yield Wanted(need, f"`{next(n for n in names if n in programs)}`", launch.at, (process.name,))

    def _who(self, mod: Mod, fact: CallFact) -> tuple[tuple[str, ...], bool]:
        """The processes that make the call, and whether it runs under no condition that configuration decides (input may decide)."""
        reach = self.app.code.reach
        states = {
            n: reach[n].runs(mod, fact.guard) for n in self.app.code.reached_by(mod.path) if reach[n].has_function(mod, fact.function)
        }
        who = tuple(n for n, state in states.items() if state is not False)
        return who, any(states[n] for n in who) or not self._configured(mod, fact)

    def _configured(self, mod: Mod, fact: CallFact) -> bool:
        """Whether a condition around the call depends on the environment or on a constant."""
        guard = fact.guard
        while guard != NONE:
            for inner in walk(mod.facts.guards[guard].test):
                name = last_name(inner)
                if name.isupper() or (name and env_names(self.app.code.fold(mod, fact.function, inner))):
                    return True
            guard = mod.facts.guards[guard].parent
        return False

    def _asked_for(self, mod: Mod, fact: CallFact) -> bool:
        """Whether a condition around the call asks if something is there."""
        guard = fact.guard
        while guard != NONE:
            for inner in walk(mod.facts.guards[guard].test):
                if isinstance(inner, facts.Call) and isinstance(inner.func, facts.Attr | facts.Name):
                    if (inner.func.name if isinstance(inner.func, facts.Attr) else inner.func.id) in self.table.asks:
                        return True
            guard = mod.facts.guards[guard].parent
        return False

    def _is_left_out(self, mod: Mod, name: str) -> bool:
        """Whether the call's package is not installed and each import of it here is ready for that."""
        top, installed = name.partition(".")[0], self.app.installed
        imports = [one for one in mod.facts.imports if one.module.partition(".")[0] == top]
        if not imports or installed is None or installed.unread or mod.facts.language != "python":
            return False
        there = top in installed.brought or installed.has(*distributions_for_import(top))
        return not there and all(one.handled for one in imports)

    def _asked_after(self, mod: Mod, fact: CallFact) -> str:
        """The program that a call only asks for its version: whoever does so first can do without; empty for any other call."""
        words: list[str] = []
        for arg in fact.call.args:
            value = self.app.code.fold(mod, fact.function, arg) if not isinstance(arg, facts.Keyword) else None
            for one in value.items if isinstance(value, Items) else (value,):
                words += (text_of(one) or "{}").split() if one is not None else []
        return posixpath.basename(words[0]) if only_asks(words) else ""

    def _has_key(self, mod: Mod, fact: CallFact, keys: tuple[str, ...]) -> bool:
        for arg in fact.call.args:
            value = self.app.code.fold(mod, fact.function, arg.value if isinstance(arg, facts.Keyword | facts.Star) else arg)
            for one in options(value):
                if isinstance(one, Table) and any(key in keys for key, _, _, _ in one.entries):
                    return True
                if isinstance(one, Known) and one.value in keys:
                    return True
        return False

    def _programs(self, mod: Mod, fact: CallFact, shell: bool, position: int) -> Iterator[tuple[str, facts.Expr]]:
        """The programs that a call starts, by their file names, with the argument that tells."""
        given = argument(fact.call, position, "args") or argument(fact.call, position, "cmd")
        if given is None:
            return
        for value in options(self.app.code.fold(mod, fact.function, given)):
            for text in _lines(value, shell):
                for command in parse(text).commands:
                    word = command.words[0].text if command.words else ""
                    if word and word not in self.app.slug and posixpath.normpath(word) not in self.app.slug:
                        yield posixpath.basename(word), given


def _lines(value: Value, shell: bool) -> Iterator[str]:
    """What a command comes to as text, as far as its program is known."""
    if isinstance(value, Items) and value.items:
        first = value.items[0]
        if isinstance(first, Known) and isinstance(first.value, str) and " " not in first.value:
            yield first.value
    elif isinstance(value, Made) and value.name in (".split", "shlex.split") and value.args:
        yield from _lines(value.args[0], True)
    elif (text := text_of(value)) is not None and not text.startswith("{}"):
        yield text.replace("{}", "x") if shell or " " in text else text


def _above(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _short(name: str) -> str:
    """A qualified name as code usually writes it."""
    return ".".join(name.replace("()", "").split(".")[-2:])
