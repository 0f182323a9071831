"""Reads a Dockerfile as BuildKit does: line by line, with escape directive, continuations, heredocs and stages."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from typing import Literal, NamedTuple

import msgspec

from herolint.formats.tree import Offsets
from herolint.source import SourceFile, Span

_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S+)[ \t]*$")
_KEYWORD = re.compile(r"[A-Za-z]+")
_FLAG = re.compile(r"--[a-z][a-z0-9-]*(?:=\S*)?\s*")
_STRING = re.compile(r'\s*("[^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*")\s*')
_TOKEN = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+|["'\\]""", re.DOTALL)
_HEREDOC = re.compile(r"""\d*<<(-?)(["']?)([A-Za-z0-9_.]+)\2$""")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?([-+])([^{}]*))?\}|([A-Za-z_]\w*))")
_SHELL_FORM = ("RUN", "CMD", "ENTRYPOINT")
_JSON_FORM = (*_SHELL_FORM, "SHELL", "COPY", "ADD", "VOLUME")
_HEREDOC_KEYWORDS = ("RUN", "COPY", "ADD")


class Instruction(NamedTuple):
    """One instruction. `args` is the text after the keyword with continuations joined and comments dropped.

    `words` are the strings of the exec form, spans with quotes. `stage` is the stage's index, -1 before the first FROM.
    """

    keyword: str
    args: str
    span: Span
    args_span: Span
    form: Literal["shell", "exec", "other"]
    words: tuple[tuple[str, Span], ...]
    stage: int
    heredocs: tuple[tuple[str, Span], ...] = ()


class Stage(NamedTuple):
    """One build stage. `base` has the ARG defaults filled in; `span` is the base image as written."""

    base: str
    name: str | None
    platform: str | None
    span: Span
    index: int


class EnvPair(NamedTuple):
    """A variable set by ENV, with its place."""

    name: str
    value: str
    span: Span


class Dockerfile(msgspec.Struct, frozen=True, eq=False):
    """The instructions and stages of a file. What the image will do is asked of the final stage and the stages it builds on."""

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    final: int = -1
    """Index of the stage that becomes the image."""

    def targeting(self, name: str) -> Dockerfile:
        """The same file built up to the stage of that name or number; unchanged when there is none."""
        for stage in self.stages:
            if name.casefold() in ((stage.name or "").casefold(), str(stage.index)):
                return Dockerfile(self.instructions, self.stages, stage.index)
        return self

    @property
    def lineage(self) -> tuple[int, ...]:
        """Indices of the final stage and those it inherits from, the oldest first."""
        chain: list[int] = []
        at: int | None = self.final if self.stages else None
        while at is not None and at >= 0:
            chain.append(at)
            base = self.stages[at].base.casefold()
            at = next((s.index for s in reversed(self.stages[:at]) if s.name and s.name.casefold() == base), None)
        return tuple(reversed(chain))

    @property
    def final_instructions(self) -> tuple[Instruction, ...]:
        """The instructions that shape the image, in the order they take effect."""
        lineage = set(self.lineage)
        return tuple(i for i in self.instructions if i.stage in lineage)

    def last(self, keyword: str) -> Instruction | None:
        """The instruction of that keyword that has the last word in the image."""
        wanted = keyword.upper()
        return next((i for i in reversed(self.final_instructions) if i.keyword == wanted), None)

    @property
    def entrypoint(self) -> Instruction | None:
        """The ENTRYPOINT in force."""
        return self.last("ENTRYPOINT")

    @property
    def cmd(self) -> Instruction | None:
        """The CMD in force; one inherited from an earlier stage is dropped by a later stage's ENTRYPOINT."""
        cmd, entrypoint = self.last("CMD"), self.entrypoint
        return None if cmd and entrypoint and entrypoint.stage > cmd.stage else cmd

    @property
    def env_pairs(self) -> tuple[EnvPair, ...]:
        """Every variable that ENV sets in the image, in order, with what is known filled in."""
        return _env_pairs(self.final_instructions, _global_args(self.instructions))

    @property
    def env(self) -> dict[str, str]:
        """Variables of the image at run time, by name."""
        return {pair.name: pair.value for pair in self.env_pairs}

    @property
    def workdir(self) -> str | None:
        """The working directory in the image, absolute; None when no WORKDIR is set."""
        path: str | None = None
        env = self.env
        for one in self.final_instructions:
            if one.keyword == "WORKDIR" and one.args:
                path = posixpath.normpath(posixpath.join(path or "/", expand(one.args.strip().strip("\"'"), env)))
        return path

    @property
    def user(self) -> str | None:
        """The user that USER names last."""
        last = self.last("USER")
        return expand(last.args.strip(), self.env) or None if last else None

    @property
    def exposed(self) -> tuple[str, ...]:
        """Ports that EXPOSE names, without protocol."""
        env = self.env
        words = (w for i in self.final_instructions if i.keyword == "EXPOSE" for w in i.args.split())
        return tuple(expand(w, env).partition("/")[0] for w in words)


def expand(text: str, known: dict[str, str]) -> str:
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


def parse(source: SourceFile) -> Dockerfile:
    """The file's instructions; lines that are none are kept under the word they start with, nothing is refused."""
    reader = _Reader(source)
    reader.read()
    return Dockerfile(tuple(reader.instructions), tuple(reader.stages), len(reader.stages) - 1)


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


class _Reader:
    def __init__(self, source: SourceFile) -> None:
        self.offsets = Offsets(source)
        self.lines: list[tuple[int, str]] = []
        start = 0
        for line in source.text.split("\n"):
            self.lines.append((start, line.removesuffix("\r")))
            start += len(line) + 1
        self.where: dict[str, list[int]] = {}
        self.escape = "\\"
        self.row = 0
        self.instructions: list[Instruction] = []
        self.stages: list[Stage] = []
        self.args: dict[str, str] = {}

    def read(self) -> None:
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
            self.args.update((n, expand(v, self.args)) for n, v, _, _ in _pairs(args))
        self.instructions.append(Instruction(keyword, args, span, args_span, form, words or (), len(self.stages) - 1, heredocs))

    def heredocs(self, args: str) -> tuple[tuple[str, Span], ...]:
        """The heredocs that the words of `args` open, read from the lines below; one that never closes is none."""
        found: list[tuple[str, Span]] = []
        if not self.where:
            for row, (_, line) in enumerate(self.lines):
                self.where.setdefault(line.lstrip("\t"), []).append(row)
        for token in _TOKEN.finditer(args):
            match = _HEREDOC.match(token.group())
            if match is None:
                continue
            rows = self.where.get(match.group(3), [])
            index = bisect_right(rows, self.row - 1)
            while index < len(rows) and not match.group(1) and self.lines[rows[index]][1] != match.group(3):
                index += 1
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
        import json

        while match := _STRING.match(text, at):
            try:
                word = str(json.loads(match.group(1)))
            except ValueError:
                return None
            word = word.encode("utf-8", "replace").decode()
            words.append((word, self.offsets.span(joined.origin(match.start(1)), joined.origin_end(match.end(1)))))
            at = match.end()
            if text[at] != ",":
                break
            at += 1
        return tuple(words) if at == end - 1 and words else None

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


def _pairs(args: str) -> list[tuple[str, str, int, int]]:
    """`NAME=value …` of ENV and ARG (or the old `NAME value`): name, value without quotes, and where in `args`."""
    tokens = list(_TOKEN.finditer(args))
    if not tokens:
        return []
    if "=" not in tokens[0].group():
        name = tokens[0].group()
        return [(name, args[tokens[0].end() :].strip(), tokens[0].start(), len(args))]
    found: list[tuple[str, str, int, int]] = []
    for token in tokens:
        name, equals, value = token.group().partition("=")
        if equals:
            found.append((name, _unquote(value), token.start(), token.end()))
    return found


def _unquote(value: str) -> str:
    return re.sub(r"""\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'""", lambda m: m.group(1) or m.group(2) or m.group(3) or "", value)


def _global_args(instructions: tuple[Instruction, ...]) -> dict[str, str]:
    """Defaults of the ARGs that stand before the first FROM."""
    return {n: v for i in instructions if i.stage < 0 and i.keyword == "ARG" for n, v, _, _ in _pairs(i.args) if "=" in i.args}


def _env_pairs(instructions: tuple[Instruction, ...], global_args: dict[str, str]) -> tuple[EnvPair, ...]:
    known: dict[str, str] = {}
    found: list[EnvPair] = []
    for one in instructions:
        if one.keyword == "ARG":
            for name, value, _, _ in _pairs(one.args):
                known[name] = expand(value, known) if "=" in one.args else global_args.get(name, "")
        elif one.keyword == "ENV":
            # All pairs of one ENV see the values from before it.
            pairs = [(name, expand(value, known)) for name, value, _, _ in _pairs(one.args)]
            known.update(pairs)
            found.extend(EnvPair(name, value, one.args_span) for name, value in pairs)
    return tuple(found)
