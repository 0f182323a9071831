"""How long programs work that are started, and which of them migrate a database. Reads programs.toml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import msgspec

from herolint.tables import load_table


class Programs(msgspec.Struct, frozen=True):
    """What is known of programs by their names, and of commands by their first words.

    `fetches`: commands that go over the network or build, with what they do, longer ones first; `long`: programs whose work often takes
    tens of seconds, likewise; `brief`: programs of the system that wait for nobody; `brief_git`: commands of git that only read the disk;
    `migrating`: programs that migrate a database, with the arguments of which one group says so; `serving`: those that are a service, by its kind.
    """

    fetches: tuple[tuple[tuple[str, ...], str], ...]
    long: dict[str, str]
    brief: frozenset[str]
    brief_git: frozenset[str]
    questions: frozenset[str]
    migrating: dict[str, tuple[tuple[str, ...], ...]]
    serving: dict[str, frozenset[str]]

    def is_brief(self, words: Sequence[str]) -> bool:
        """Whether a command waits for nobody else."""
        if only_asks(words) or (words[:1] == ("git",) and words[1:2] and words[1] in self.brief_git):
            return True
        return bool(words) and words[0].rpartition("/")[2] in self.brief and not any(sign in words for sign in ("&&", "||", ";", "|"))

    def migrates(self, program: str, arguments: Sequence[str]) -> bool:
        """Whether a program migrates a database with these arguments."""
        return any(all(_among(word, arguments) for word in group) for group in self.migrating.get(program, ()))


def _among(wanted: str, words: Sequence[str]) -> bool:
    """Whether one of the words is the one that is wanted, or begins like it."""
    start = wanted.removesuffix("*")
    return any(word.startswith(start) for word in words) if start != wanted else wanted in words


def only_asks(words: Sequence[str]) -> bool:
    """Whether a command only asks a program for its version or its usage."""
    return len(words) == 2 and words[1] in load().questions


@cache
def load() -> Programs:
    """The shipped table."""
    raw = load_table("herolint.knowledge", "programs.toml")
    fetches = [(tuple(command.split()), what) for what, commands in raw["fetches"].items() for command in commands]
    return Programs(
        fetches=tuple(sorted(fetches, key=lambda row: -len(row[0]))),
        long={program: what for what, programs in raw["long"].items() for program in programs},
        brief=frozenset(raw["brief"].split()),
        brief_git=frozenset(raw["brief-git"].split()),
        questions=frozenset(raw["questions"].split()),
        migrating={program: tuple(tuple(words.split()) for words in groups) for program, groups in raw["migrates"].items()},
        serving={kind: frozenset(programs) for kind, programs in raw["serves"].items()},
    )
