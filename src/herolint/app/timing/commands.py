"""The programs that code starts, as far as their words can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import Items, Value, options, text_of
from herolint.code import facts
from herolint.code.queries import argument
from herolint.knowledge import programs

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program


def brief_program(code: Program, effect: Effect) -> bool:
    """Whether a started program is one that waits for nobody else."""
    return effect.row.effect == "runs-process" and programs.load().is_brief(command_words(code, effect))


def long_program(code: Program, effect: Effect) -> str | None:
    """What a started program does and its name, where that often takes tens of seconds."""
    words = command_words(code, effect)
    name = words[0].rpartition("/")[2] if words and not programs.only_asks(words) else ""
    does = programs.load().long.get(name)
    return f"{does} ({name})" if does is not None else None


def command_words(code: Program, effect: Effect) -> tuple[str, ...]:
    """The first words of the command that a call runs: one text, a list, or a program with a list beside it."""
    words = _given(code, effect.mod, effect.fact.function, effect.fact.call)
    func = effect.fact.call.func
    if not words and isinstance(func, facts.Attr):  # `exec.Command("ffmpeg").Run()`
        mod, function, made = origin(code.linker, effect.mod, effect.fact.function, func.base)
        words = _given(code, mod, function, made) if isinstance(made, facts.Call) else []
    return tuple(words)


def _given(code: Program, mod: Mod, function: int, call: facts.Call) -> list[str]:
    words: list[str] = []
    for position in (0, 1):
        expr = argument(call, position, None)
        if expr is not None:
            words += _words(code.fold(mod, function, expr))
    return words


def _words(value: Value) -> list[str]:
    if isinstance(value, Items):
        return [text_of(item) or "{}" for item in value.items]
    text = next((t for one in options(value) if (t := text_of(one))), "")
    return text.split()


def fetching_command(code: Program, effect: Effect) -> str | None:
    """What a command that fetches or builds does, in words; None for others."""
    words = tuple(word for word in command_words(code, effect) if not word.startswith("-"))
    return next((what for start, what in programs.load().fetches if words[: len(start)] == start), None)
