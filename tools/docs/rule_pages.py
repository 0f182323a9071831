"""The rules' pages as pages of the site: what `rules/` holds, with its examples in frames and all but the first of them folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from herolint.pages import SECTIONS, Page
from herolint.rules.registry import Rule

FAMILIES = {
    "process": "Processes",
    "disk": "Disk and memory",
    "services": "Add-ons and services",
    "build": "Build and slug",
    "requests": "Requests",
    "boot": "Boot and release",
    "config": "Configuration and secrets",
    "container": "Containers",
}
"""Titles of the families, in the order of the codes."""
_EXAMPLES = ("Fails", "Passes", "After the fix")
_FILE = re.compile(r"`([^`]+)`(?P<absent> \(absent\))?:?$")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)$")


def rule_page(rule: Rule, page: Page) -> str:
    """A rule's page as Markdown for the site."""
    _, _, rest = page.text.partition("\n")
    head = rest[: rest.find("\n## ")].strip()
    severities = " or ".join(f"**{severity.word}**" for severity in rule.severities)
    mends = " · [has fixes](../fixing.md)" if "After the fix" in page.sections else ""
    parts = [f"# {rule.code} {rule.name}", f"{severities}{mends} · {FAMILIES.get(page.file.parent.name, page.file.parent.name)}", head]
    for name in SECTIONS:
        if name in page.sections:
            text = page.sections[name].strip("\n")
            parts += [f"## {name}", _examples(text) if name in _EXAMPLES else text]
    return "\n\n".join(part for part in parts if part) + "\n"


def rule_index(rules: Iterable[tuple[Rule, Page]]) -> str:
    """The page that lists all rules by family."""
    by_family: dict[str, list[tuple[Rule, Page]]] = {}
    for rule, page in rules:
        by_family.setdefault(page.file.parent.name, []).append((rule, page))
    families = [name for name in FAMILIES if name in by_family] + sorted(by_family.keys() - FAMILIES.keys())
    parts = [
        "# Rules",
        f"{sum(map(len, by_family.values()))} rules. An **error** breaks the deploy or loses data, a **warning** runs badly, a **note** is good "
        "to know. Each page shows examples that fail and examples that pass; they are herolint's own tests.",
    ]
    for family in families:
        rows = [
            f"| [{rule.code}]({rule.code}.md) {rule.name} | {', '.join(s.word for s in rule.severities)} "
            f"| {first_sentence(page.summary).replace('|', chr(92) + '|')} |"
            for rule, page in by_family[family]
        ]
        parts.append("\n".join([f"## {FAMILIES.get(family, family)}", "", "| rule | severity | reports |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def first_sentence(text: str) -> str:
    """The first sentence of a summary."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", text, maxsplit=1)[0]


def _examples(text: str) -> str:
    """A section of examples: files in frames with their names, and those after the first one folded."""
    found = []
    for number, (title, lines) in enumerate(_parts(text)):
        body = "\n".join(_framed(lines)).strip("\n")
        if not title:
            found.append(body)
        elif number == 0 or not found:
            found.append(f"### {title}\n\n{body}")
        else:
            indented = "\n".join(f"    {line}" if line else "" for line in body.split("\n"))
            found.append(f'??? example "{title.replace(chr(34), chr(39))}"\n\n{indented}')
    return "\n\n".join(part for part in found if part)


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """The examples of a section: title and lines; the title is empty for what stands before the first one."""
    title, lines, fence = "", list[str](), ""
    for line in text.split("\n"):
        fence = _fence_after(fence, line)
        if not fence and line.startswith("### "):
            if any(lines):
                yield title, lines
            title, lines = line[4:].strip(), []
        else:
            lines.append(line)
    yield title, lines


def _framed(lines: list[str]) -> Iterator[str]:
    """The lines of an example with each file's name in the frame of its block."""
    fence, name = "", ""
    for line in lines:
        before, fence = fence, _fence_after(fence, line)
        if not before and fence:
            match = _FENCE.match(line)
            language, *more = (match[2].split() if match else []) or ["text"]
            title = " ".join((name, *(f"({word})" for word in more))).strip()
            if language == "expect":
                language, title = "text", "what herolint finds"
            yield f'{fence}{language} title="{title}"' if title else f"{fence}{language}"
            name = ""
        elif fence or before:
            yield line
        elif line.startswith("base: "):
            yield f"*In an app without findings (`{line[6:].strip()}`), with:*"
        elif (match := _FILE.match(line.strip())) is None:
            yield line
        elif match["absent"]:
            yield f"*without `{match[1]}`*"
        else:
            name = match[1]


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after a line."""
    match = _FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return match[1]
    return "" if match[1].startswith(fence) and not match[2].strip() else fence
