"""Programs that run several commands side by side, each of which they are given as one word: `concurrently "npm:api" "cd client && npm start"`."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.launching.launch import Launch
from herolint.formats.shell import Command, parse
from herolint.patterns import lazy

TOOLS = frozenset({"concurrently", "conc"})
MANAGERS = frozenset({"honcho", "foreman", "supervisord", "circusd", "pm2", "concurrently", "overmind", "hivemind"})
"""Programs that start several others in one dyno and look after them, whoever tells them which."""
_VALUED = frozenset(
    """
    -n --names -c --prefix-colors -p --prefix -l --prefix-length -t --timestamp-format -m --max-processes -s --success --restart-tries
    --restart-after --name-separator --kill-signal --default-input-target --hide
    """.split()
)
"""Options that take the next word."""
_SCRIPT = lazy(r"(?P<manager>npm|yarn|pnpm|bun):(?P<name>[\w:.-]+)")
"""A script of package.json: `npm:server`."""


def commands(launch: Launch) -> Iterator[Command]:
    """The commands, in the order in which they are given; patterns of scripts (`npm:watch-*`) are left out."""
    words = iter(launch.words[1:])
    for word in words:
        if word.text.startswith("-"):
            if word.text in _VALUED:
                next(words, None)
            continue
        script = _SCRIPT.fullmatch(word.text)
        text = f"{script['manager']} run {script['name']}" if script is not None else word.text
        if "*" not in text:
            yield from parse(text, word.span.start).commands
