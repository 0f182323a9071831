"""Finds ignore comments (`# herolint: ignore[HL105] reason`) and the lines that they cover."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from itertools import islice

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_MAX_COMMENTS = 1000
"""Ignore comments read per file; a file with more is not written by hand."""

_MAX_LINES = 200
"""How far below a comment its statement may reach."""

_EXTENSIONS = (
    (("#",), "py pyi rb rake ru gemspec sh bash zsh fish yml yaml toml txt in conf properties pl r ex exs tf mk"),
    (("//", "/*"), "js jsx mjs cjs ts tsx mts cts go mod java kt kts scala groovy gradle cs swift rs prisma"),
    (("//", "#", "/*"), "php"),
    (("/*",), "css scss less"),
    (("--",), "sql lua hs"),
    (("<!--",), "html htm xml svg md"),
    (("<!--", "//", "/*"), "vue svelte"),
    ((";", "#"), "ini cfg"),
    ((";",), "clj cljs edn"),
)
_NAMES = "pipfile gemfile rakefile makefile .profile .bashrc .editorconfig"
_NAMES_OWN_LINE = "dockerfile containerfile aptfile .slugignore .dockerignore .gitignore .env .flaskenv .buildpacks"
_NAMES_WITHOUT = ".python-version runtime.txt .nvmrc .node-version .ruby-version .go-version .java-version .tool-versions"

_OPENERS = {extension: openers for openers, extensions in _EXTENSIONS for extension in extensions.split()}
"""Comment openers by file extension."""

_HASH_FILES = frozenset(_NAMES.split())
"""Names (in lower case) of files without a telling extension whose comments begin with `#`."""

_OWN_LINE_FILES = frozenset(_NAMES_OWN_LINE.split())
"""The same, where text behind an entry is part of it, so that a comment needs a line of its own."""

_NO_COMMENTS = frozenset(_NAMES_WITHOUT.split())
"""Files that take no comments although their extension might."""

_MARK = lazy(rb"herolint:[ \t]{0,8}ignore\b")
_CLOSERS = {"<!--": "-->", "/*": "*/"}


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One ignore comment: what it ignores and why, and the lines (first, last) that it covers."""

    span: Span
    rules: tuple[str, ...] = ()
    reason: str = ""
    lines: tuple[int, int] = (0, 0)
    mistake: str = ""
    """Why the comment has no effect, if so."""

    def covers(self, first: int, last: int) -> bool:
        """Whether it covers a place on the lines from `first` to `last`: one that begins, or ends, on its lines."""
        low, high = self.lines
        return low <= first <= high or low <= last <= high


def may_hold_comments(path: str) -> bool:
    """Whether a file of that name is of a format in which an ignore comment can stand."""
    return bool(_syntax(path)[0])


def find_comments(source: SourceFile) -> list[Comment]:
    """The ignore comments of a file, in order; also those that stand where none can."""
    if b"herolint:" not in source.data or source.is_binary:
        return []
    # The last mark of a line counts: that is where a comment stands.
    marks = {source.line_of(found.start()): found for found in islice(_MARK.finditer(source.data), _MAX_COMMENTS)}
    if not marks:
        return []
    openers, own_line_only = _syntax(source.path)
    if openers is None:
        return []
    layout = _Layout(source, openers)
    found = (_read(source, layout, mark, openers, own_line_only=own_line_only) for mark in marks.values())
    return [comment for comment in found if comment]


def _syntax(path: str) -> tuple[tuple[str, ...] | None, bool]:
    """The comment openers of a file (none: it takes no comments; None: not a format where one would stand)."""
    name = path.rpartition("/")[2].lower()
    stem, _, extension = name.rpartition(".")
    if name.startswith("procfile") or name in _NO_COMMENTS or extension in ("json", "lock"):
        return (), False
    if name.startswith("requirements") or name in _HASH_FILES:
        return ("#",), False
    if name.startswith((".env", "dockerfile.")) or name.endswith((".dockerfile", ".containerfile")) or name in _OWN_LINE_FILES:
        return ("#",), True
    return _OPENERS.get(extension) if stem else None, False


def _read(source: SourceFile, layout: _Layout, mark: re.Match[bytes], openers: tuple[str, ...], *, own_line_only: bool) -> Comment | None:
    """The ignore comment at a mark; None when the mark is not in a comment."""
    line = source.line_of(mark.start())
    whole = source.line_span(line)
    before = source.slice(Span(whole.start, mark.start())).rstrip()
    span = Span(mark.start(), whole.end)
    if not openers:
        return Comment(span=span, mistake=_no_comments_here(source.path)) if before.endswith(("#", "//")) else None
    opener = next((known for known in openers if before.endswith(known)), None)
    if opener is None or not layout.is_comment(*source.position(mark.start())):
        return None
    code = before.removesuffix(opener).rstrip(opener[-1])
    if opener in ("#", ";") and code and not code[-1].isspace():
        return None
    on_own_line = not code.strip(" \t{")
    if own_line_only and not on_own_line:
        return Comment(span=span, mistake="an ignore comment needs a line of its own in this file; text behind an entry is part of it")
    rest = source.slice(Span(mark.end(), whole.end))
    if opener in _CLOSERS:
        rest = rest.partition(_CLOSERS[opener])[0]
    rules, reason = _parse(rest)
    if not rules:
        return Comment(span=span, mistake="an ignore comment must name the rules it means: `herolint: ignore[HL105] reason`")
    return Comment(span=span, rules=rules, reason=reason, lines=layout.below(line) if on_own_line else layout.statement(line))


def _no_comments_here(path: str) -> str:
    return f"{path.rpartition('/')[2]} takes no ignore comments; use [[ignores]] in herolint.toml"


def _parse(rest: str) -> tuple[tuple[str, ...], str]:
    """The rules and the reason behind `herolint: ignore`."""
    rest = rest.strip()
    if not rest.startswith("[") or "]" not in rest:
        return (), ""
    inside, _, reason = rest[1:].partition("]")
    return tuple(word.strip() for word in inside.split(",") if word.strip()), reason.strip().lstrip("-:–—").strip()


class _Layout:
    """Where comments and statements stand in a file: exactly for Python, by brackets and indents elsewhere."""

    def __init__(self, source: SourceFile, openers: tuple[str, ...]) -> None:
        self.source = source
        self.openers = openers
        self.columns: dict[int, int] | None = None
        self.spans: list[tuple[int, int]] = []
        if source.path.endswith((".py", ".pyi")):
            self._tokenize()

    def _tokenize(self) -> None:
        columns: dict[int, int] = {}
        first = 0
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.source.text, newline=None).readline):
                if token.type == tokenize.COMMENT:
                    columns[token.start[0]] = token.start[1]
                elif token.type == tokenize.NEWLINE:
                    self.spans.append((first or token.start[0], token.start[0]))
                    first = 0
                elif not first and token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
                    first = token.start[0]
        except (tokenize.TokenError, SyntaxError, RecursionError):
            return  # a file that Python cannot read: go by the lines alone
        self.columns = columns

    def is_comment(self, line: int, column: int) -> bool:
        """Whether a place (line and column from 1) is inside a comment and not inside a string."""
        return self.columns is None or self.columns.get(line, column) < column - 1

    def statement(self, line: int) -> tuple[int, int]:
        """The first and last line of the statement that `line` belongs to."""
        index = bisect_right(self.spans, (line, self.source.line_count)) - 1
        if index >= 0 and self.spans[index][1] >= line:
            return self.spans[index]
        return line, line

    def below(self, line: int) -> tuple[int, int]:
        """The lines of the statement that begins below a comment, past other comment lines.

        A comment between the lines of a statement covers the next line alone.
        """
        following = line + 1
        while following < min(line + _MAX_LINES, self.source.line_count) and self._line(following).startswith(self.openers):
            following += 1
        if self.columns is None:
            return following, self._balanced(following)
        first, last = self.statement(following)
        return following, last if first > line else following

    def _line(self, line: int) -> str:
        return self.source.slice(self.source.line_span(line)).strip()

    def _balanced(self, line: int) -> int:
        """The line where the brackets that open on `line` are closed, or its continuation lines end."""
        depth = 0
        for at in range(line, min(line + _MAX_LINES, self.source.line_count) + 1):
            text = self._line(at)
            depth += sum(text.count(mark) for mark in "([{") - sum(text.count(mark) for mark in ")]}")
            if depth <= 0 and not text.endswith("\\"):
                return at
        return line
