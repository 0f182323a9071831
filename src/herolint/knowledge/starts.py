"""Commands that start what a project makes, what a slug does without (for `herolint init`), and what shows that an app is one."""

from __future__ import annotations

from functools import cache

import msgspec

from herolint.tables import load_table


class Start(msgspec.Struct, frozen=True):
    """A command for an object that code makes. What the fields mean is told in the table."""

    process: str
    made: tuple[str, ...]
    what: str
    server: str
    command: str
    folder: str = ""
    sets: tuple[str, ...] = ()


class GemProgram(msgspec.Struct, frozen=True):
    """A gem's program and the process type that it is for."""

    process: str
    command: str


class Script(msgspec.Struct, frozen=True):
    """How a program runs a file that imports its module. `beside`: folders in which it finds further files by itself."""

    process: str
    command: str
    beside: tuple[str, ...] = ()


class NotNeeded(msgspec.Struct, frozen=True):
    """What a slug does without: names of folders, and endings of files."""

    folders: tuple[str, ...]
    originals: tuple[str, ...]


class Meant(msgspec.Struct, frozen=True):
    """What shows that a repository is an app: distributions that `serving` names or that are for `bots`, beside files that start one."""

    serving: tuple[str, ...]
    bots: tuple[str, ...]
    entries: tuple[str, ...]
    signs: tuple[str, ...]
    """Files that only a platform reads."""


class Starts(msgspec.Struct, frozen=True):
    """The whole table."""

    start: tuple[Start, ...]
    programs: dict[str, str]
    scripts: dict[str, Script]
    runs: dict[str, str]
    gems: dict[str, GemProgram]
    migrations: dict[str, str]
    slug: NotNeeded
    meant: Meant


@cache
def load_starts() -> Starts:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "starts.toml"), Starts)
