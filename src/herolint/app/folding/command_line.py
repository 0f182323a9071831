"""Options that a program reads from its command line without saying which there are: `yargs(process.argv.slice(2)).parse()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.values import UNKNOWN, Known, Value
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.folding.environment import Environment
    from herolint.app.linking.codebase import CodeBase

_PARSED = lazy(
    r"(?:yargs(?:/yargs)?\(\)|yargs)(?:\.(?:exitProcess|help|version|parse|parseSync|argv)(?:\(\))?)*\.(?:argv|parse\(\)|parseSync\(\))\Z"
)
"""What holds all options, with no method on the way that gives one a default."""


def option_read(code: CodeBase, environment: Environment, holder: str | None, name: object) -> Value | None:
    """What an option of a table of all options is; None where the holder is no such table, by its qualified name."""
    if holder is None or not holder.startswith("yargs") or not _PARSED.match(holder):
        return None
    if not isinstance(name, str) or not name[:1].isalpha():
        return UNKNOWN
    given = any(word.partition("=")[0] in (f"-{name}", f"--{name}", f"--no-{name}") for word in environment.arguments)
    told = given or any(f"-{name}" in mod.source.text for mod in code.loaded())  # where code starts it, with options of its own
    return UNKNOWN if told else Known(None)
