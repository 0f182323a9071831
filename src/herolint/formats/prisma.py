"""Reads the `datasource` blocks of a Prisma schema: which kind of database, and where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_BLOCK = lazy(r"^[ \t]*datasource[ \t]+(\w+)[ \t]*\{([^}]*)\}", re.M)
_FIELD = lazy(r'^[ \t]*(provider|url)[ \t]*=[ \t]*(env\([ \t]*)?"([^"\n]*)"', re.M)


class Datasource(msgspec.Struct, frozen=True):
    """One block. `url` is the address as it is written, `variable` the environment variable that holds it instead; either may be empty."""

    name: str
    provider: str
    provider_span: Span
    url: str = ""
    variable: str = ""


def parse(source: SourceFile) -> tuple[Datasource, ...]:
    """The blocks that say which kind of database they are."""
    return tuple(_blocks(source.text))


def _blocks(text: str) -> Iterator[Datasource]:
    # Comments keep their length, so that places stay right.
    plain = re.sub(
        r"//[^\n]*", lambda found: " " * len(found.group()) if '"' not in text[: found.start()].rpartition("\n")[2] else found.group(), text
    )
    for block in _BLOCK.finditer(plain):
        fields = {found[1]: found for found in _FIELD.finditer(plain, block.start(2), block.end(2))}
        provider, url = fields.get("provider"), fields.get("url")
        if provider is None:
            continue
        start, end = (len(text[:at].encode()) for at in provider.span(3))
        held = url[3] if url is not None else ""
        in_variable = url is not None and bool(url[2])
        yield Datasource(block[1], provider[3], Span(start, end), "" if in_variable else held, held if in_variable else "")
