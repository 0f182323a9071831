"""Options in commands that the program they are given to does not have: it prints its usage and ends."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.app.launching.launch import Launch
from herolint.formats.shell import Word
from herolint.knowledge.server_options import ServerOptions, server_options


class RefusedOption(msgspec.Struct, frozen=True):
    """An option that the program does not know, or cannot tell from others (`several`); `near`: the one that may be meant."""

    word: Word
    name: str
    several: tuple[str, ...] = ()
    near: str = ""


def refused_options(launch: Launch) -> Iterator[RefusedOption]:
    """The long options of a server's command that end it; what an expansion brings is not known."""
    known = server_options(launch.tool)
    if known is None:
        return
    for key in launch.options:
        name = key.removeprefix("--")
        if not key.startswith("--") or not name or "$" in name:
            continue
        fits = known.taken_for(name)
        word = next((one for one in launch.words if one.text.partition("=")[0] == key), None)
        if len(fits) != 1 and word is not None:
            yield RefusedOption(word, key, tuple(f"--{one}" for one in fits), _near(known, name))


def _near(known: ServerOptions, name: str) -> str:
    """The option whose name is most like it; empty if none is."""
    from difflib import get_close_matches

    found = get_close_matches(name, known.names, n=1, cutoff=0.75)
    return f"--{found[0]}" if found else ""
