"""Makefiles, as far as a build needs them: the commands of each target with the file's own variables filled in."""

from __future__ import annotations

import re

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile

_VARIABLE = lazy(r"([A-Za-z_][\w.-]*)\s*(?:\?|:{0,3})=\s*(.*?)\s*(?:#.*)?\Z")
_RULE = lazy(r"([^\s:=#][^:=#]*?)\s*::?(?!=)\s*([^#=]*)")
_USE = lazy(r"\$[({]([A-Za-z_][\w.-]*)[)}]")
_DEEPEST = 8


class Target(msgspec.Struct, frozen=True):
    """What a target needs first, and its commands in order; `@`, `-` and `+` before them are taken off."""

    needs: tuple[str, ...]
    commands: tuple[str, ...]


class Makefile(msgspec.Struct, frozen=True):
    """Targets by name, in the file's order."""

    targets: dict[str, Target]

    def commands(self, goals: tuple[str, ...], seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The commands that making the goals runs, those of what they need first; without a goal, those of the first target."""
        names = goals or tuple(name for name in self.targets if not name.startswith("."))[:1]
        found: list[str] = []
        for name in names:
            target = self.targets.get(name)
            if target is not None and name not in seen and len(seen) < _DEEPEST:
                if target.needs:
                    found += self.commands(target.needs, seen | {name})
                found += target.commands
        return tuple(found)


def parse(source: SourceFile) -> Makefile:
    """Read a Makefile; lines that are neither a variable, a rule nor a command are passed over."""
    variables: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    recipes: dict[str, list[str]] = {}
    current: list[str] = []
    for line in re.sub(r"\\\r?\n", " ", source.text).splitlines():
        if line.startswith("\t"):
            for name in current:
                recipes[name].append(line.strip().lstrip("@-+"))
        elif (variable := _VARIABLE.match(line)) is not None:
            variables[variable[1]] = variable[2]
        elif (rule := _RULE.match(line)) is not None:
            current = rule[1].split()
            for name in current:
                needs.setdefault(name, []).extend(rule[2].split())
                recipes.setdefault(name, [])
        elif line.strip():
            current = []
    return Makefile(
        {name: Target(tuple(needs[name]), tuple(_filled(one, variables) for one in recipes[name])) for name in recipes},
    )


def _filled(text: str, variables: dict[str, str]) -> str:
    for _ in range(_DEEPEST):
        filled = _USE.sub(lambda use: variables.get(use[1], use[0]), text)
        if filled == text or len(filled) > 10_000:
            break
        text = filled
    return text
