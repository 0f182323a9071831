"""The pages of rules: where they are, their sections, and the examples that are tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from herolint import plugins
from herolint.patterns import lazy

SECTIONS = ("Why it hurts", "Fails", "Passes", "After the fix", "How to fix", "When to ignore", "References")
"""The sections of a page in their order; only `After the fix` may be missing."""

OPTIONAL = frozenset({"After the fix"})


class PageError(Exception):
    """A page that does not follow the form; the message names the line."""


class Expected(msgspec.Struct, frozen=True, order=True):
    """A finding that an example must raise. `path` "" is the repository as a whole, `line` 0 a file as a whole."""

    path: str
    line: int
    code: str
    severity: str


class Example(msgspec.Struct, frozen=True):
    """A small file tree of a page. `files` holds the bytes of each; None means the file of the base is taken away."""

    section: str
    title: str
    base: str
    files: tuple[tuple[str, bytes | None], ...]
    expected: tuple[Expected, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """A rule's page. `sections` maps each `##` heading to the text below it, in the order of the page."""

    code: str
    name: str
    summary: str
    sections: dict[str, str]
    text: str
    file: Path

    def examples(self) -> tuple[Example, ...]:
        """The examples in `Fails`, `Passes` and `After the fix`. Raises PageError."""
        return tuple(
            example
            for section in ("Fails", "Passes", "After the fix")
            if section in self.sections
            for example in _examples(section, self.sections[section])
        )


def folders() -> tuple[Path, ...]:
    """The folders with pages: in a wheel inside the package, in a source tree beside `src`; then those of plugins."""
    package = Path(__file__).resolve().parent
    own = next((folder for folder in (package / "_pages", package.parent.parent / "rules") if folder.is_dir()), None)
    return (*((own,) if own else ()), *plugins.provided().rule_pages)


def page_files() -> dict[str, Path]:
    """The file of each page by the rule's code."""
    return {file.name.partition("-")[0]: file for folder in reversed(folders()) for file in sorted(folder.glob("*/*-*.md"))}


@lru_cache(maxsize=256)
def load_page(code: str) -> Page | None:
    """The page of a rule; None when there is none. Raises PageError when its form is wrong."""
    for folder in folders():
        for file in folder.glob(f"*/{code}-*.md"):
            return parse_page(file.read_text("utf-8"), file)
    return None


_TITLE = lazy(r"# ([A-Z]+[0-9]+) ([a-z0-9-]+)")


def parse_page(text: str, file: Path) -> Page:
    """A page from its text. Raises PageError."""
    title = _TITLE.fullmatch(text.partition("\n")[0].rstrip())
    if title is None:
        raise PageError(f"{file}: the first line must be `# CODE name`")
    head: list[str] = []
    sections: dict[str, str] = {}
    body = head
    name = ""
    fence = ""
    for line in text.splitlines(keepends=True)[1:]:
        fence = fence_after(fence, line)
        if not fence and line.startswith("## "):
            if name:
                sections[name] = "".join(body)
            name = line[3:].strip()
            if name in sections:
                raise PageError(f"{file}: the section `{name}` stands twice")
            body = []
        else:
            body.append(line)
    if name:
        sections[name] = "".join(body)
    summary = " ".join("".join(head).strip().split("\n\n")[0].split())
    return Page(title[1], title[2], summary, sections, text, file)


def fence_after(fence: str, line: str) -> str:
    """The fence that is open after a line: the marks that opened it, or nothing."""
    marks = re.match(r"(`{3,}|~{3,})", line)
    if marks is None:
        return fence
    if not fence:
        return marks[1]
    return "" if line.strip().startswith(fence) and not line.strip().strip(fence[0]) else fence


class _Block(msgspec.Struct, frozen=True):
    """A fenced block: its info words and its lines, and whether it was a block at all (else one plain line)."""

    fenced: bool
    info: tuple[str, ...]
    text: str


def _blocks(text: str) -> Iterator[_Block]:
    """Fenced blocks and the plain lines between them."""
    fence = ""
    info: tuple[str, ...] = ()
    inside: list[str] = []
    for line in text.splitlines(keepends=True):
        after = fence_after(fence, line)
        if not fence and after:
            info, inside = tuple(line.strip()[len(after) :].split()), []
        elif fence and not after:
            yield _Block(True, info, "".join(inside))
        elif fence:
            inside.append(line)
        elif line.strip():
            yield _Block(False, (), line.strip())
        fence = after


class _Draft:
    """An example that is being read."""

    def __init__(self, section: str, title: str) -> None:
        self.section = section
        self.title = title
        self.base = ""
        self.files: dict[str, bytes | None] = {}
        self.expected: list[Expected] = []

    def done(self) -> Example:
        return Example(self.section, self.title, self.base, tuple(self.files.items()), tuple(sorted(self.expected)))


_FILE = lazy(r"`([^`]+)`(?P<absent> \(absent\))?:?")
_EXPECT = lazy(r"(?P<path>\S(?:.*?\S)??)(?::(?P<line>\d+))? (?P<code>[A-Z]+\d+) (?P<severity>error|warning|note)")


def _examples(section: str, text: str) -> Iterator[Example]:
    """The examples of one section: separated by `###` headings, where there are several."""
    draft = _Draft(section, "")
    name = ""
    for block in _blocks(text):
        if block.fenced:
            if block.info[:1] == ("expect",):
                draft.expected += _expected(block.text)
            elif name:
                draft.files[name] = None if block.text.strip() == "(absent)" else _encoded(block)
                name = ""
        elif block.text.startswith("### "):
            if draft.files or draft.base:
                yield draft.done()
            draft = _Draft(section, block.text[4:].strip())
        elif block.text.startswith("base:"):
            draft.base = block.text[5:].strip(" `")
        elif file := _FILE.fullmatch(block.text):
            name = "" if file["absent"] else file[1]
            if file["absent"]:
                draft.files[file[1]] = None
    if draft.files or draft.base:
        yield draft.done()


def _encoded(block: _Block) -> bytes:
    """The bytes of a file: `encoding=utf-16-le` and `eol=crlf` (or `cr`, `none`) in the block's info words change them.

    `none` leaves out the line break at the end of the file.
    """
    options = dict(word.partition("=")[::2] for word in block.info if "=" in word)
    text = block.text
    eol = options.get("eol", "lf")
    if eol == "none":
        text = text.removesuffix("\n")
    elif eol in ("crlf", "cr"):
        text = text.replace("\n", "\r\n" if eol == "crlf" else "\r")
    return text.encode(options.get("encoding", "utf-8"))


def _expected(text: str) -> Iterable[Expected]:
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _EXPECT.fullmatch(line)
        if found is None:
            raise PageError(f"not an expected finding (`path:line CODE severity`): {line}")
        path = "" if found["path"] == "." else found["path"]
        yield Expected(path, int(found["line"] or 0), found["code"], found["severity"])
