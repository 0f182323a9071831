"""`heroku …` commands in the repository's scripts, workflows and Makefiles: what a deploy by them would set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.source import SourceFile

MAX_BYTES = 200_000
_COMMAND = re.compile(r"(?<![\w./-])heroku[ \t]+(?P<sub>[a-z]+(?:[:_-][a-z]+)*)(?P<rest>[^\n;&|#]*)")
_WORD = re.compile(r"""(?:[^\s"']|"[^"\n]*"|'[^'\n]*')+""")
_SCRIPTS = re.compile(
    r"(?:\.sh|\.bash|(?:^|/)(?:Makefile|makefile|GNUmakefile|justfile|Justfile)|^\.github/workflows/[^/]+\.ya?ml|^\.gitlab-ci\.yml|^\.circleci/config\.yml|^\.travis\.yml)\Z"
)


class HerokuCommand(NamedTuple):
    """One `heroku sub words…`: `words` are (text without quotes, place) pairs, options among them."""

    sub: str
    words: tuple[tuple[str, Place], ...]
    at: Place

    @property
    def arguments(self) -> tuple[tuple[str, Place], ...]:
        """The words that are neither options nor values of `-a`, `--app`, `-r`, `--remote`."""
        found, skip = [], False
        for text, at in self.words:
            if skip:
                skip = False
            elif text.startswith("-"):
                skip = text in ("-a", "--app", "-r", "--remote", "-t", "--team", "--region")
            else:
                found.append((text, at))
        return tuple(found)


def heroku_commands(app: App) -> Iterator[HerokuCommand]:
    """All such commands, in files order; comments are left out."""
    for path, entry in app.workspace.files.items():
        if entry.kind == "file" and entry.size <= MAX_BYTES and _SCRIPTS.search(path):
            source = app.workspace.read(path)
            if source is not None and not source.is_binary and b"heroku" in source.data:
                yield from _in_file(source)


def _in_file(source: SourceFile) -> Iterator[HerokuCommand]:
    for match in _COMMAND.finditer(source.text):
        line_start = source.text.rfind("\n", 0, match.start()) + 1
        before = source.text[line_start : match.start()]
        if "#" in before or "echo" in before:
            continue
        base = match.start("rest")
        words = tuple(
            (
                word.group().replace('"', "").replace("'", ""),
                Place(source.path, source.span_of_text(base + word.start(), base + word.end())),
            )
            for word in _WORD.finditer(match["rest"])
        )
        yield HerokuCommand(match["sub"], words, Place(source.path, source.span_of_text(match.start(), match.end("rest"))))
