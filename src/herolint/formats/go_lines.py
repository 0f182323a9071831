"""The lines of `go.mod` and `go.work`: a directive and its words, alone or in a block of parentheses."""

from __future__ import annotations

import msgspec

from herolint.finding import Problem
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_TOKEN = lazy(r'//[^\r\n]*|"(?:\\.|[^"\\\r\n])*"|`[^`\r\n]*`|=>|[()\[\],]|(?:(?!//|=>)[^\s()\[\],"`])+|["`]')


class Word(msgspec.Struct, frozen=True):
    """A word of the file without its quotes, and where it stands."""

    text: str
    span: Span


class Directive(msgspec.Struct, frozen=True):
    """`verb words… // comment`; a line of a block has the block's verb. `comment` is without its slashes."""

    verb: str
    words: tuple[Word, ...]
    comment: str
    span: Span


def read_directives(source: SourceFile) -> tuple[tuple[Directive, ...], tuple[Problem, ...]]:
    """Every directive in order; a block that is not closed is a problem."""
    found: list[Directive] = []
    block: Word | None = None
    at = 0
    for piece in source.text.split("\n"):
        words, comment = _words(source, piece, at)
        at += len(piece) + 1
        if not words:
            continue
        texts = [word.text for word in words]
        if block is not None:
            if texts[0] == ")":
                block = None
            else:
                found.append(_directive(block.text, words, comment, words[0].span.start))
        elif texts[1:] == ["("]:
            block = words[0]
        elif not (texts[1:2] == ["("] and texts[-1] == ")" and len(texts) == 3):
            found.append(_directive(texts[0], words[1:], comment, words[0].span.start))
    problems = (Problem(message=f"the block `{block.text} (` is not closed", path=source.path, span=block.span),) if block else ()
    return tuple(found), problems


def _words(source: SourceFile, line: str, at: int) -> tuple[tuple[Word, ...], str]:
    words: list[Word] = []
    for match in _TOKEN.finditer(line):
        text = match.group()
        if text.startswith("//"):
            return tuple(words), text[2:].strip()
        if len(text) > 1 and text[0] in '"`':
            text = text[1:-1]
        words.append(Word(text, source.span_of_text(at + match.start(), at + match.end())))
    return tuple(words), ""


def _directive(verb: str, words: tuple[Word, ...], comment: str, start: int) -> Directive:
    return Directive(verb, words, comment, Span(start, words[-1].span.end if words else start + len(verb.encode())))


class Replace(msgspec.Struct, frozen=True):
    """`old [version] => new [version]`; a replacement without a version is a folder."""

    old: Word
    old_version: str
    new: Word
    new_version: str
    span: Span

    @property
    def is_local(self) -> bool:
        """Whether a folder takes the module's place."""
        return self.new.text.startswith(("./", "../", "/")) or self.new.text in (".", "..")


def replacement(directive: Directive) -> Replace | None:
    """A `replace` directive's parts; None when it is not written so."""
    texts = [word.text for word in directive.words]
    if "=>" not in texts:
        return None
    arrow = texts.index("=>")
    old, new = directive.words[:arrow], directive.words[arrow + 1 :]
    if not (1 <= len(old) <= 2 and 1 <= len(new) <= 2):
        return None
    return Replace(old[0], old[1].text if len(old) == 2 else "", new[0], new[1].text if len(new) == 2 else "", directive.span)
