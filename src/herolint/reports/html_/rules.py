"""What the rules behind the findings mean: of their pages what an owner needs, folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from herolint.finding import Finding
from herolint.reports import Options, RuleInfo
from herolint.reports.escape import plain
from herolint.reports.html_.markup import prose, slug_of, text

if TYPE_CHECKING:
    from markdown_it.token import Token

_EXAMPLES = ("Fails", "Passes", "After the fix")
"""Sections with examples, which `herolint explain` shows."""


def rules(findings: Iterable[Finding], options: Options) -> Iterator[str]:
    """A folded page for each rule that found something, in the order of codes."""
    known = {info.code: info for info in options.rules}
    for code, name in sorted({(finding.code, finding.name) for finding in findings}):
        info = known.get(code) or RuleInfo(code, name, "")
        head = f'<span class="rule">{text(code)}</span> {text(name)}'
        body = _page(info.help_markdown) or f"<p>{prose(info.summary or 'Nothing more is known of it here.')}</p>"
        command = f'<p class="soft">With examples: <code>herolint explain {text(code)}</code></p>'
        yield f'<details class="page"><summary id="rule-{slug_of(code)}">{head}</summary><div class="prose">{body}{command}</div></details>'


def _page(markdown: str) -> str:
    """The page without its title and its examples; its headings stand below the one of the section."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = list(_wanted(parser.parse("\n".join(_linked(plain(line)) for line in markdown.splitlines()))))
    return str(parser.renderer.render(tokens, parser.options, {})).strip()


def _linked(line: str) -> str:
    """A line of the references, whose addresses stand as they are, with the address as a link."""
    return f"- <{line[2:]}>" if line.startswith("- https://") and " " not in line[2:] else line


def _wanted(tokens: list[Token]) -> Iterator[Token]:
    skips = title = False
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            title = True
        elif token.type == "heading_open" and token.tag == "h2":
            skips = tokens[number + 1].content in _EXAMPLES
        if not skips and not title:
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
            yield token
        if token.type == "heading_close" and title:
            title = False
