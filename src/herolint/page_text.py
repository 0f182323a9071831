"""A rule's page as people read it in a terminal: what it means and how to mend it first, then examples without what only tests need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from herolint.pages import Page, fence_after
from herolint.wording import count

_ORDER = ("Why it hurts", "How to fix", "When to ignore", "Fails", "Passes", "After the fix", "References")
_LAST_OF_EXAMPLES = "After the fix"
_SHORT = {"Fails": 1, "Passes": 1, "After the fix": 0}
"""How many examples of a section are shown, where not all are wanted."""


def page_text(page: Page, severities: str = "", *, every_example: bool = False) -> str:
    """The page as Markdown; without `every_example` only the first ones are shown, and it is said how many more there are."""
    title, _, rest = page.text.partition("\n")
    head = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0].strip()
    parts = [title, f"Severity: {severities}" if severities else "", head]
    left_out = 0
    for name in (*_ORDER, *(other for other in page.sections if other not in _ORDER)):
        text = page.sections.get(name, "").strip()
        if name in _SHORT:
            examples = list(_examples(text))
            shown = examples if every_example else examples[: _SHORT[name]]
            left_out += len(examples) - len(shown)
            text = "\n\n".join("\n".join(_plain(lines)).strip() for lines in shown)
        parts.append(f"## {name}\n\n{text}" if text else "")
        if name == _LAST_OF_EXAMPLES and left_out:
            parts.append(f"{count(left_out, 'more example')}: `herolint explain {page.code} --examples`")
    return "\n\n".join(filter(None, parts)) + "\n"


def _examples(text: str) -> Iterator[list[str]]:
    """The examples of a section, each from its heading on."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        fence = fence_after(fence, line)
        if not fence and line.startswith("### ") and any(lines):
            yield lines
            lines = []
        lines.append(line)
    if any(lines):
        yield lines


def _plain(lines: list[str]) -> Iterator[str]:
    """The lines of an example without the app that it is planted into, and with what is reported in words."""
    fence, expected, last = "", False, "?"
    for line in lines:
        before, fence = fence, fence_after(fence, line)
        if fence and not before and line.strip().removeprefix(fence).strip() == "expect":
            expected = True
        elif expected and fence:
            yield _reported(line)
        elif expected:
            expected = False
        elif before or fence:
            last = line
            yield line
        elif not line.startswith("base:") and (line or last):
            last = line
            yield re.sub(r"^`([^`]+)` \(absent\):?$", r"without `\1`", line)


def _reported(line: str) -> str:
    place, code, severity = line.rsplit(" ", 2) if line.count(" ") > 1 else (line, "", "")
    return f"- reported: {severity} {code}" + ("" if place == "." else f" at `{place}`") if code else ""
