"""Files that one process type writes and another one reads, although each dyno has a disk of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.calling.flow import Flow
from herolint.app.keeping.opened import Write, reads, writes
from herolint.app.keeping.storage import absolute
from herolint.app.reaching.reach import FunctionRef
from herolint.code import facts
from herolint.code.facts import NONE

if TYPE_CHECKING:
    from herolint.app.program import Program

QUEUED = frozenset("delay apply_async enqueue enqueue_in enqueue_at defer kiq send_with_options perform_async".split())
"""Calls that hand a function to a worker through a queue."""


class SharedFile(msgspec.Struct, frozen=True):
    """A file that `writer` makes and `reader` opens without ever making it itself."""

    path: str
    write: Write
    read: Write
    writer: str
    reader: str


def shared_files(program: Program) -> tuple[SharedFile, ...]:
    """All of them, one for each path and reading process type."""
    names = [name for name in program.reach if name in program.app.processes]
    if len(names) < 2:
        return ()
    places = _Places(program, names)
    written = list(_known(writes(program)))
    opened = list(_known(reads(program))) if written else []
    found: dict[tuple[str, str], SharedFile] = {}
    for path, write in written:
        writers = {name for p, other in written if p == path for name in places.of(other)}
        for other, read in opened:
            for reader in sorted(places.of(read) - writers) if other == path and writers else ():
                writer = next(iter(sorted(places.of(write))), "")
                if writer and (path, reader) not in found:
                    found[path, reader] = SharedFile(path, write, read, writer, reader)
    return tuple(found.values())


def _known(uses: Iterator[Write]) -> Iterator[tuple[str, Write]]:
    for use in uses:
        if use.text is not None and "{}" not in use.text:
            path = absolute(use.text)
            if not path.startswith(("/dev/", "/proc/")):
                yield path, use


class _Places:
    """In which process types a function really runs: by calls, not by being imported."""

    def __init__(self, program: Program, names: list[str]) -> None:
        self.program = program
        self.running: dict[str, set[FunctionRef]] = {}
        self.queued: set[FunctionRef] = set()
        for name in names:
            self.running[name] = self._running(name)
        workers = [name for name in names if name not in ("web", "release")]
        if workers and self.queued:
            self.running[workers[0]] |= self.queued

    def of(self, use: Write) -> set[str]:
        """The process types that run the call."""
        at = use.caller or use.effect
        ref = FunctionRef(at.mod.path, at.fact.function)
        return {name for name, running in self.running.items() if ref in running}

    def _running(self, name: str) -> set[FunctionRef]:
        program, reach = self.program, self.program.reach[name]
        flow = Flow(program.linker, reach)
        handlers = {handler.ref for handler in program.handlers.get(name, ())}
        starts = [FunctionRef(path, NONE) for path in reach.modules]
        if name == "web":
            starts += handlers
        else:
            starts += self._started(name, handlers)
        running: set[FunctionRef] = set()
        while starts:
            new = [ref for ref in flow.from_functions(starts) if ref not in running]
            running.update(new)
            starts = [ref for at in new for ref in self._handed_on(flow, at) if ref not in running]
        return running

    def _started(self, name: str, handlers: set[FunctionRef]) -> Iterator[FunctionRef]:
        """What a process that serves no requests runs: tasks and commands by their decorators, and the methods of its first module."""
        reach = self.program.reach[name]
        for mod in reach.mods():
            first = reach.modules[mod.path] is None
            for number, fn in enumerate(mod.facts.functions):
                ref = FunctionRef(mod.path, number)
                task = bool(fn.decorators) and reach.has_function(mod, number)
                if ref not in handlers and (task or (first and fn.klass != NONE)):
                    yield ref

    def _handed_on(self, flow: Flow, ref: FunctionRef) -> Iterator[FunctionRef]:
        """Functions that a function gives to others to call: threads, schedulers, callbacks; those for a queue are noted apart."""
        mod = self.program.code.mod(ref.path)
        for fact in mod.calls_of.get(ref.number, ()) if mod is not None else ():
            func = fact.call.func
            queue = isinstance(func, facts.Attr) and func.name in QUEUED
            given = [arg.value if isinstance(arg, facts.Keyword) else arg for arg in fact.call.args]
            for expr in [*given, *([func.base] if queue and isinstance(func, facts.Attr) else [])]:
                target = (
                    self.program.linker.resolve(mod, fact.function, expr)
                    if mod is not None and isinstance(expr, facts.Name | facts.Attr)
                    else None
                )
                if target is None or target.kind != "function" or target.mod is None:
                    continue
                given_ref = FunctionRef(target.mod.path, target.number)
                if queue:
                    self.queued.update(flow.from_functions([given_ref]))
                else:
                    yield given_ref
