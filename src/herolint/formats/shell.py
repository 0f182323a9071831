"""Reads shell commands as bash does: what a Procfile line, an image's command or a script would run, in order."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from herolint.finding import Problem
from herolint.formats.shell_draft import Draft
from herolint.formats.shell_parser import MAX_TEXT, Parser
from herolint.formats.shell_words import Expansion, Places, Word
from herolint.source import SourceFile, Span

__all__ = ["Assignment", "Command", "Expansion", "Redirect", "Script", "Word", "parse", "parse_script"]


class Assignment(msgspec.Struct, frozen=True):
    """`NAME=value` before a command, or alone."""

    name: str
    value: Word
    span: Span


class Redirect(msgspec.Struct, frozen=True):
    """`2> file`: the operator without its number, and the file, the descriptor or the here-document's delimiter behind it."""

    operator: str
    target: Word | None
    span: Span


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A simple command: assignments before it and its words, the program first; no words for a bare assignment or redirection.

    `exec`, `env A=b`, `nohup`, `time` are taken off the words (`exec` says that the first was there); `sh -c '…'` is replaced by its
    own commands; a call of a function of the script by the function's commands. `operator` is what ends the command: empty at the end
    of the text or of a block, else `&&`, `||`, `;`, `|`, `&` or a line break. `background` and `conditional` count the blocks around
    it; `conditional` says that it runs only if something else fails or a test holds (not: if the command before it succeeds).
    `cwd` is the folder it runs in after each `cd` before it, relative to the start unless it begins with `/`; `cwd_known` is false
    after a `cd` to a place that only the shell knows.
    """

    assignments: tuple[Assignment, ...] = ()
    words: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    span: Span
    operator: str = ""
    background: bool = False
    conditional: bool = False
    exec: bool = False
    cwd: str = ""
    cwd_known: bool = True


class Script(msgspec.Struct, frozen=True):
    """The simple commands of a text in the order they run, and what is wrong with it as a whole (an open quote)."""

    commands: tuple[Command, ...]
    problems: tuple[Problem, ...] = ()


def parse(text: str, offset: int = 0, *, encoding: str = "utf-8", path: str = "", pieces: Sequence[tuple[int, int]] = ()) -> Script:
    """The commands of a text that begins at a byte offset of its file, which is written in `encoding`.

    `pieces` stands for `offset` where the text was put together from several lines: (offset in the text, byte offset in the file).
    """
    places = Places.joined(text, pieces, encoding) if pieces else Places.plain(text, offset, encoding)
    parser = Parser(text[:MAX_TEXT], places, path)
    drafts = parser.run()
    problems = []
    if len(text) > MAX_TEXT:
        problems.append(Problem(message=f"only the first {MAX_TEXT} characters of the shell text are read", path=path))
    if parser.unclosed is not None:
        problems.append(Problem(message="a quote or bracket is not closed", path=path, span=parser.unclosed))
    if parser.too_much:
        problems.append(Problem(message="the shell text has too many commands or open blocks to be read to its end", path=path))
    return Script(tuple(_command(d) for d in drafts), tuple(problems))


def parse_script(source: SourceFile) -> Script:
    """The commands of a shell script."""
    return parse(source.text, source.bom_length, encoding=source.encoding, path=source.path)


def _command(draft: Draft) -> Command:
    return Command(
        assignments=tuple(Assignment(*x) for x in draft.assignments),
        words=tuple(draft.words),
        redirects=tuple(Redirect(*x) for x in draft.redirects),
        span=draft.span,
        operator=draft.operator,
        background=draft.background,
        conditional=draft.conditional,
        exec=draft.exec,
        cwd=draft.cwd,
        cwd_known=draft.cwd_known,
    )
