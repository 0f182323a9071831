"""Cuts a Dockerfile into instructions as BuildKit does: escape directive, continuations, heredocs, exec form, stages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import Literal

import msgspec

from herolint.formats.tree import Offsets
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_DIRECTIVE = lazy(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S+)[ \t]*$")
_KEYWORD = lazy(r"[A-Za-z]+")
_FLAG = lazy(r"--[a-z][a-z0-9-]*(?:=\S*)?\s*")
_STRING = lazy(r'\s*("[^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*")\s*')
_TOKEN = lazy(r"""(?:[^\s"'\\]++|\\.|"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^']*+')++|["'\\]""", re.DOTALL)
_QUOTES = lazy(r"""\\(.)|"([^"\\]*+(?:\\.[^"\\]*+)*+)"|'([^']*+)'""", re.DOTALL)
_HEREDOC = lazy(r"""\d*<<(-?)(["']?)([A-Za-z0-9_.]+)\2$""")
_VARIABLE = lazy(r"\$(?:\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\}|([A-Za-z_]\w*))")
_SHELL_FORM = ("RUN", "CMD", "ENTRYPOINT")
_JSON_FORM = (*_SHELL_FORM, "SHELL", "COPY", "ADD", "VOLUME")
_HEREDOC_KEYWORDS = ("RUN", "COPY", "ADD")


class Instruction(msgspec.Struct, frozen=True):
    """One instruction. `args` is the text after the keyword with continuations joined and comments dropped.

    `words` are the strings of the exec form, spans with quotes. `stage` is the stage's index, -1 before the first FROM.
    `pieces` says where each line of a continued `args` stands: (offset in `args`, byte offset in the file).
    """

    keyword: str
    args: str
    span: Span
    args_span: Span
    form: Literal["shell", "exec", "other"]
    words: tuple[tuple[str, Span], ...]
    stage: int
    heredocs: tuple[tuple[str, Span], ...] = ()
    pieces: tuple[tuple[int, int], ...] = ()


class Stage(msgspec.Struct, frozen=True):
    """One build stage. `base` has the ARG defaults filled in; `span` is the base image as written."""

    base: str
    name: str | None
    platform: str | None
    span: Span
    index: int


def expand(text: str, known: Mapping[str, str]) -> str:
    """Fill `$NAME`, `${NAME}`, `${NAME:-x}` and `${NAME:+x}` in where known or defaulted; the rest stays as written."""

    def replace(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(4)
        value = known.get(name)
        if match.group(2) == "-":
            return value or match.group(3)
        if match.group(2) == "+":
            return match.group(3) if value else ""
        return match.group() if value is None else value

    # A short cut-off keeps `ENV A=$A$A` chains from doubling without end.
    return _VARIABLE.sub(replace, text)[:4096]


class _Joined:
    """A logical line: its text without continuations, and where each piece of it lies in the file's text."""

    def __init__(self) -> None:
        self.text = ""
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.origins: list[int] = []
        self.length = 0

    def add(self, piece: str, origin: int) -> None:
        if piece:
            self.starts.append(self.length)
            self.origins.append(origin)
            self.pieces.append(piece)
            self.length += len(piece)

    def origin(self, at: int) -> int:
        """The offset in the file's text of the character at `at`."""
        index = max(bisect_right(self.starts, at) - 1, 0)
        return self.origins[index] + at - self.starts[index]

    def origin_end(self, end: int) -> int:
        """The offset behind the character before `end`."""
        return self.origin(end - 1) + 1 if end > 0 else self.origin(0)


class Reader:
    """Reads one file; `instructions` and `stages` hold what was found."""

    def __init__(self, source: SourceFile) -> None:
        self.offsets = Offsets(source)
        self.lines: list[tuple[int, str]] = []
        start = 0
        for line in source.text.split("\n"):
            self.lines.append((start, line.removesuffix("\r")))
            start += len(line) + 1
        self.rows: dict[str, list[int]] = {}
        self.rows_behind_tabs: dict[str, list[int]] = {}
        self.escape = "\\"
        self.row = 0
        self.instructions: list[Instruction] = []
        self.stages: list[Stage] = []
        self.args: dict[str, str] = {}

    def read(self) -> None:
        """Fill `instructions` and `stages`."""
        self.directives()
        while self.row < len(self.lines):
            line = self.lines[self.row][1].strip()
            if line and not line.startswith("#"):
                self.instruction()
            else:
                self.row += 1

    def directives(self) -> None:
        """`# escape=` counts only among the comments of that form at the very top."""
        for _, line in self.lines:
            match = _DIRECTIVE.match(line.strip())
            if match is None:
                return
            if match.group(1).lower() == "escape" and match.group(2) in ("\\", "`"):
                self.escape = match.group(2)

    def logical_line(self) -> _Joined:
        joined = _Joined()
        while self.row < len(self.lines):
            start, line = self.lines[self.row]
            if joined.pieces and (not line.strip() or line.lstrip().startswith("#")):
                self.row += 1
                continue
            self.row += 1
            bare = line.rstrip(" \t")
            continued = bare.endswith(self.escape) and not bare.endswith(self.escape * 2)
            lead = len(line) - len(line.lstrip()) if not joined.pieces else 0
            joined.add((bare[:-1] if continued else line)[lead:], start + lead)
            if not continued:
                break
        joined.text = "".join(joined.pieces)
        return joined

    def instruction(self) -> None:
        joined = self.logical_line()
        text = joined.text.rstrip()
        if not text:
            return
        match = _KEYWORD.match(text)
        word_end = match.end() if match else len(text.split(None, 1)[0])
        keyword = text[:word_end].upper()
        begin = len(text) - len(text[word_end:].lstrip())
        args = text[begin:]
        end = joined.origin_end(len(text))
        args_span = self.offsets.span(joined.origin(begin), end) if args else self.offsets.span(end, end)
        heredocs = self.heredocs(args) if keyword in _HEREDOC_KEYWORDS and "<<" in args else ()
        span = self.offsets.span(joined.origin(0), end)
        if heredocs:
            last_start, last_line = self.lines[self.row - 1]
            span = Span(span.start, self.offsets.byte(last_start + len(last_line)))
        words = self.exec_words(joined, begin, len(text)) if keyword in _JSON_FORM else None
        form: Literal["shell", "exec", "other"] = "exec" if words is not None else "shell" if keyword in _SHELL_FORM else "other"
        if keyword == "FROM":
            self.stage(joined, begin, args)
        elif keyword == "ARG" and not self.stages:
            self.args.update((n, expand(v, self.args)) for n, v in pairs(args, one_value=False) if v is not None)
        pieces = self.pieces(joined, begin, len(text))
        self.instructions.append(Instruction(keyword, args, span, args_span, form, words or (), len(self.stages) - 1, heredocs, pieces))

    def pieces(self, joined: _Joined, begin: int, end: int) -> tuple[tuple[int, int], ...]:
        """Where the lines of a continued text stand; nothing for a text on one line."""
        if len(joined.starts) < 2:
            return ()
        starts = [begin, *(start for start in joined.starts if begin < start < end)]
        return tuple((start - begin, self.offsets.byte(joined.origin(start))) for start in starts)

    def heredocs(self, args: str) -> tuple[tuple[str, Span], ...]:
        """The heredocs that the words of `args` open, read from the lines below; one that never closes is none."""
        found: list[tuple[str, Span]] = []
        if not self.rows:
            for row, (_, line) in enumerate(self.lines):
                self.rows.setdefault(line, []).append(row)
                self.rows_behind_tabs.setdefault(line.lstrip("\t"), []).append(row)
        for token in _TOKEN.finditer(args):
            match = _HEREDOC.match(token.group())
            if match is None:
                continue
            rows = (self.rows_behind_tabs if match.group(1) else self.rows).get(match.group(3), [])
            index = bisect_right(rows, self.row - 1)
            if index == len(rows):
                continue
            first, last = self.row, rows[index]
            content = "\n".join(line for _, line in self.lines[first:last])
            found.append((content, self.offsets.span(self.lines[first][0], self.lines[last][0])))
            self.row = last + 1
        return tuple(found)

    def exec_words(self, joined: _Joined, begin: int, end: int) -> tuple[tuple[str, Span], ...] | None:
        """The strings of a JSON list behind any flags; None when it is no such list, which Docker takes for shell form."""
        text = joined.text[:end]
        while flag := _FLAG.match(text, begin):
            begin = flag.end()
        if not text.startswith("[", begin) or not text.endswith("]"):
            return None
        words: list[tuple[str, Span]] = []
        at = begin + 1
        if not text[at:-1].strip():
            return ()
        while match := _STRING.match(text, at):
            try:
                word = msgspec.json.decode(match.group(1), type=str)
            except msgspec.MsgspecError:
                return None
            word = word.encode("utf-8", "replace").decode()
            words.append((word, self.offsets.span(joined.origin(match.start(1)), joined.origin_end(match.end(1)))))
            at = match.end()
            if text[at] != ",":
                return tuple(words) if at == end - 1 else None
            at += 1
        return None

    def stage(self, joined: _Joined, begin: int, args: str) -> None:
        platform: str | None = None
        base_span = self.offsets.span(joined.origin_end(begin), joined.origin_end(begin))
        rest: list[str] = []
        for word in re.finditer(r"\S+", args):
            if not rest and word.group().startswith("--"):
                if word.group().startswith("--platform="):
                    platform = expand(word.group().partition("=")[2], self.args)
                continue
            if not rest:
                base_span = self.offsets.span(joined.origin(begin + word.start()), joined.origin_end(begin + word.end()))
            rest.append(word.group())
        base = expand(rest[0].strip("\"'"), self.args) if rest else ""
        name = rest[2] if len(rest) > 2 and rest[1].upper() == "AS" else None
        self.stages.append(Stage(base, name, platform, base_span, len(self.stages)))


def pairs(args: str, *, one_value: bool) -> list[tuple[str, str | None]]:
    """`NAME=value …` as ENV and ARG take it, quotes removed; None for a bare name.

    `one_value` allows ENV's old form, `NAME the whole rest`.
    """
    tokens = [t.group() for t in _TOKEN.finditer(args)]
    if one_value and tokens and "=" not in tokens[0]:
        return [(tokens[0], args[len(tokens[0]) :].strip())]
    found: list[tuple[str, str | None]] = []
    for token in tokens:
        name, equals, value = token.partition("=")
        found.append((name, _unquote(value) if equals else None))
    return found


def _unquote(value: str) -> str:
    return _QUOTES.sub(lambda m: m.group(1) or m.group(2) or m.group(3) or "", value)
