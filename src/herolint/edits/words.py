"""Edits of shell commands, wherever they stand: a Procfile, a script, a Dockerfile, a string of package.json.

Only plain words are touched: none whose quotes or escapes would have to be understood. No edit is an empty tuple.
"""

from __future__ import annotations

from herolint.changes import Edit
from herolint.edits.text import replaced_in, written
from herolint.source import SourceFile, Span

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.:/@%+,${}[]")
"""Signs that mean themselves in a shell, in the strings of JSON and in those of YAML, or expand a variable in it."""
_QUOTES = (b'"', b"'")


def replaced_end(source: SourceFile, span: Span, old: str, new: str) -> tuple[Edit, ...]:
    """`new` in the place of `old`, with which the word at the span ends (`--bind=0.0.0.0:8000`: the port)."""
    text = written(source, span)
    if not old or not text.endswith(old) or not set(old + new) <= _PLAIN or ("$" in new and _is_listed(source, span)):
        return ()
    start = span.end - len(old.encode(source.encoding))
    return (Edit(source.path, Span(start, span.end), new),)


def replaced_part(source: SourceFile, span: Span, old: str, new: str) -> tuple[Edit, ...]:
    """`new` in the place of the only `old` in the word at the span."""
    if not old or not set(written(source, span) + new) <= _PLAIN or ("$" in new and _is_listed(source, span)):
        return ()
    return replaced_in(source, span, old, new)


def added_behind(source: SourceFile, span: Span, text: str) -> tuple[Edit, ...]:
    """More words behind a command, which the span covers."""
    if not set(written(source, span)[-1:]) <= _PLAIN or not set(text) <= _PLAIN | {" "} or _is_listed(source, span):
        return ()
    return (Edit(source.path, Span(span.end, span.end), f" {text}"),)


def plain_command(span: Span, path: str, command: str) -> tuple[Edit, ...]:
    """A whole command in the place of what the span covers."""
    return (Edit(path, span, command),) if set(command) <= _PLAIN | {" "} else ()


def without_word(source: SourceFile, span: Span) -> tuple[Edit, ...]:
    """A command without the word at the span and the blanks before it."""
    if not set(written(source, span)) <= _PLAIN or _is_listed(source, span):
        return ()
    start = span.start
    while source.data[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    return (Edit(source.path, Span(start, span.end), ""),) if start < span.start else ()


def without_assignment(source: SourceFile, span: Span) -> tuple[Edit, ...]:
    """A command without the `NAME=value` at the span and the blanks behind it."""
    if not set(written(source, span)) <= _PLAIN or _is_listed(source, span):
        return ()
    end = span.end
    while source.data[end : end + 1] in (b" ", b"\t"):
        end += 1
    return (Edit(source.path, Span(span.start, end), ""),) if end > span.end else ()


def inserted_before(source: SourceFile, span: Span, text: str) -> tuple[Edit, ...]:
    """More words before the one at the span."""
    if not set(text) <= _PLAIN | {" "} or _is_listed(source, span):
        return ()
    return (Edit(source.path, Span(span.start, span.start), f"{text} "),)


def _is_listed(source: SourceFile, span: Span) -> bool:
    """Whether the word stands in quotes of its own, as in the list of an image's command, where no shell reads it."""
    before, after = source.data[span.start - 1 : span.start], source.data[span.end : span.end + 1]
    return before in _QUOTES and before == after
