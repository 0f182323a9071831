"""A Dockerfile and what its image will do: command, entry point, variables, directory and user of the final stage."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

import msgspec

from herolint.formats.dockerfile_reader import Instruction, Reader, Stage, expand, pairs
from herolint.source import SourceFile, Span

__all__ = ["Dockerfile", "EnvPair", "Instruction", "Stage", "expand", "parse"]


class EnvPair(msgspec.Struct, frozen=True):
    """A variable set by ENV, with its place."""

    name: str
    value: str
    span: Span


class Dockerfile(msgspec.Struct, frozen=True, eq=False):
    """The instructions and stages of a file. What the image will do is asked of the final stage and the stages it builds on."""

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    final: int = -1
    """Index of the stage that becomes the image."""

    def targeting(self, name: str) -> Dockerfile:
        """The same file built up to the stage of that name or number; unchanged when there is none."""
        for stage in self.stages:
            if name.casefold() in ((stage.name or "").casefold(), str(stage.index)):
                return Dockerfile(self.instructions, self.stages, stage.index)
        return self

    @property
    def lineage(self) -> tuple[int, ...]:
        """Indices of the final stage and those it inherits from, the oldest first."""
        chain: list[int] = []
        at: int | None = self.final if self.stages else None
        while at is not None and at >= 0:
            chain.append(at)
            base = self.stages[at].base.casefold()
            at = next((s.index for s in reversed(self.stages[:at]) if s.name and s.name.casefold() == base), None)
        return tuple(reversed(chain))

    @property
    def final_instructions(self) -> tuple[Instruction, ...]:
        """The instructions that shape the image, in the order they take effect."""
        lineage = set(self.lineage)
        return tuple(i for i in self.instructions if i.stage in lineage)

    def last(self, keyword: str) -> Instruction | None:
        """The instruction of that keyword that has the last word in the image."""
        wanted = keyword.upper()
        return next((i for i in reversed(self.final_instructions) if i.keyword == wanted), None)

    @property
    def entrypoint(self) -> Instruction | None:
        """The ENTRYPOINT in force."""
        return self.last("ENTRYPOINT")

    @property
    def cmd(self) -> Instruction | None:
        """The CMD in force; one inherited from an earlier stage is dropped by a later stage's ENTRYPOINT."""
        cmd, entrypoint = self.last("CMD"), self.entrypoint
        return None if cmd and entrypoint and entrypoint.stage > cmd.stage else cmd

    @property
    def env_pairs(self) -> tuple[EnvPair, ...]:
        """Every variable that ENV sets in the image, in order, with what is known filled in."""
        known: dict[str, str] = {}
        given = _global_args(self.instructions)
        return tuple(pair for one in self.final_instructions for pair in _define(one, known, given))

    @property
    def env(self) -> dict[str, str]:
        """Variables of the image at run time, by name."""
        return {pair.name: pair.value for pair in self.env_pairs}

    def walk(self) -> Iterator[tuple[Instruction, Mapping[str, str]]]:
        """The image's instructions in order, each with the variables of ARG and ENV that are known to it (one mapping, which grows)."""
        known: dict[str, str] = {}
        given = _global_args(self.instructions)
        for one in self.final_instructions:
            yield one, known
            _define(one, known, given)

    @property
    def workdir(self) -> str | None:
        """The working directory in the image, absolute; None when no WORKDIR is set."""
        path: str | None = None
        env = self.env
        for one in self.final_instructions:
            if one.keyword == "WORKDIR" and one.args:
                path = posixpath.normpath(posixpath.join(path or "/", expand(one.args.strip().strip("\"'"), env)))
        return path

    @property
    def user(self) -> str | None:
        """The user that USER names last."""
        last = self.last("USER")
        return expand(last.args.strip(), self.env) or None if last else None

    @property
    def exposed(self) -> tuple[str, ...]:
        """Ports that EXPOSE names, without protocol."""
        env = self.env
        words = (w for i in self.final_instructions if i.keyword == "EXPOSE" for w in i.args.split())
        return tuple(expand(w, env).partition("/")[0] for w in words)


def parse(source: SourceFile) -> Dockerfile:
    """The file's instructions; lines that are none are kept under the word they start with, nothing is refused."""
    reader = Reader(source)
    reader.read()
    return Dockerfile(tuple(reader.instructions), tuple(reader.stages), len(reader.stages) - 1)


def _global_args(instructions: tuple[Instruction, ...]) -> dict[str, str]:
    """Defaults of the ARGs that stand before the first FROM."""
    known: dict[str, str] = {}
    for one in instructions:
        if one.stage < 0 and one.keyword == "ARG":
            known.update((n, expand(v, known)) for n, v in pairs(one.args, one_value=False) if v is not None)
    return known


def _define(one: Instruction, known: dict[str, str], global_args: dict[str, str]) -> list[EnvPair]:
    """Enter the variables of an ARG or ENV into `known`; the pairs that an ENV sets."""
    if one.keyword == "ARG":
        for name, default in pairs(one.args, one_value=False):
            value = global_args.get(name) if default is None else expand(default, known)
            if value is not None:
                known.setdefault(name, value)  # a variable set by ENV outranks an ARG of its name
    elif one.keyword == "ENV":
        # All pairs of one ENV see the values from before it.
        made = [(name, expand(value or "", known)) for name, value in pairs(one.args, one_value=True)]
        known.update(made)
        return [EnvPair(name, value, one.args_span) for name, value in made]
    return []
