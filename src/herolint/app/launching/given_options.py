"""What the commands of an app give the options of the programs that they start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from herolint.app.launching.launch import Launch
from herolint.app.linking.operators import join
from herolint.app.linking.values import UNKNOWN, Env, Known, Value
from herolint.formats.shell import Word


def given_options(launches: Iterable[Launch]) -> dict[str, Value]:
    """Option, without its dashes → what it is given; unknown where commands that start the same program do not agree."""
    by_tool: dict[str, list[dict[str, Value]]] = {}
    for launch in launches:
        by_tool.setdefault(launch.tool, []).append(dict(_options(launch.words[1:])))
    found: dict[str, Value] = {}
    for commands in by_tool.values():
        for name in {name for given in commands for name in given}:
            values = {given.get(name, UNKNOWN) for given in commands}
            value = values.pop() if len(values) == 1 else UNKNOWN
            found[name] = value if found.get(name, value) == value else UNKNOWN
    return found


def _options(words: tuple[Word, ...]) -> Iterator[tuple[str, Value]]:
    """`-name value`, `--name=value`; an option without a value is true."""
    for at, word in enumerate(words):
        name, assigned, value = word.text.partition("=")
        if not name.startswith("-") or not name.strip("-"):
            continue
        behind = words[at + 1] if at + 1 < len(words) and not words[at + 1].text.startswith("-") else None
        if assigned:
            yield name.lstrip("-"), _value(value, word)
        else:
            yield name.lstrip("-"), Known(True) if behind is None else _value(behind.text, behind)


def _value(text: str, word: Word) -> Value:
    """The text of a word with the variables in it."""
    parts: list[Value] = []
    for expansion in word.expansions:
        written = next((one for one in (f"${{{expansion.name}}}", f"${expansion.name}") if expansion.name and one in text), None)
        if written is None or expansion.operator:
            return UNKNOWN
        before, _, text = text.partition(written)
        parts += [Known(before)] if before else []
        parts.append(Env(expansion.name))
    parts += [Known(text)] if text or not parts else []
    return join(parts)
