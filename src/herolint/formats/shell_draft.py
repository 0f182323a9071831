"""What is known while a script is read: its commands, the blocks that are open, the working folder, the functions."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from herolint.formats.shell_words import Word
from herolint.patterns import lazy
from herolint.source import Span

_OWN_FOLDER = lazy(
    r"""\$\(\s*dirname\s+(?:--\s+)?"?\$\{?(?:0|BASH_SOURCE(?:\[0\])?)\}?"?\s*\)|`dirname\s+"?\$0"?`|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}"""
)
_HOME = lazy(r"(?:~|\$HOME|\$\{HOME\})(?=/|\Z)")
_TESTS = frozenset({"[", "[[", "test", "which", "type", "hash", "grep", "egrep", "pgrep", "diff", "cmp"})
_MAX_CALLS = 8
_MAX_COPIES = 20_000
HOME = "/app"


class Draft:
    """A command whose end, surroundings and words may still change."""

    __slots__ = ("assignments", "background", "conditional", "cwd", "cwd_known", "exec", "operator", "redirects", "span", "words")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.assignments: list[tuple[str, Word, Span]] = []
        self.words: list[Word] = []
        self.redirects: list[tuple[str, Word | None, Span]] = []
        self.operator = ""
        self.background = False
        self.conditional = False
        self.exec = False
        self.cwd = ""
        self.cwd_known = True

    @property
    def program(self) -> str:
        """The first word's text, empty without words."""
        return self.words[0].text if self.words else ""

    def moved_into(self, outer: Draft) -> Draft:
        """A copy that stands in the place of another command: a call of a function, or `sh -c`."""
        copy = Draft(self.span)
        copy.assignments = self.assignments + outer.assignments
        copy.words, copy.redirects, copy.operator = list(self.words), list(self.redirects), self.operator
        copy.background = self.background or outer.background
        copy.conditional = self.conditional or outer.conditional
        copy.exec = self.exec
        copy.cwd = join(outer.cwd, self.cwd)
        copy.cwd_known = self.cwd_known and (outer.cwd_known or self.cwd.startswith("/"))
        return copy


class Folder(NamedTuple):
    """The working folder, relative to the start unless it begins with `/`, and whether it is known."""

    path: str = ""
    known: bool = True


def join(base: str, path: str) -> str:
    """A folder inside another; empty for the start itself."""
    joined = posixpath.normpath(posixpath.join(base, path))
    return "" if joined == "." else joined


def changed(folder: Folder, words: list[Word], script: str) -> Folder:
    """The folder after `cd`; `script` is the path of the script that says so, empty for a single command line."""
    target = next((w for w in words[1:] if w.text not in ("-P", "-L", "-e", "-@", "--")), None)
    if target is None:
        return Folder(HOME)
    text = target.text
    if script:
        text = _OWN_FOLDER.sub(lambda _: posixpath.join(HOME, posixpath.dirname(script)), text)
    if target.text.startswith("~") or not target.literal:
        text = _HOME.sub(HOME, text)
    if "$" in text and not target.literal or "`" in text or text == "-":
        return Folder(folder.path, known=False)
    if text.startswith("/"):
        return Folder(join("", text))
    return Folder(join(folder.path, text), folder.known)


class Frame:
    """A block that is open, and the and-or list inside it that is being read."""

    def __init__(self, kind: str, start: int, conditional: bool, folder: Folder) -> None:
        self.kind = kind
        self.start = start
        """Number of commands before the block."""
        self.conditional = conditional
        self.entry = folder
        self.folder = folder
        self.branch: Folder | None = None
        """The folder at the end of the first branch of an `if`."""
        self.function = ""
        self.patterns = False
        """Whether a pattern of a `case` comes next."""
        self.certain = False
        """Whether a loop surely runs its body."""
        self.list_start = start
        self.list_conditional = False
        self.tested = False
        self.joiner = ""

    def end_list(self, start: int) -> None:
        """A new and-or list begins."""
        self.list_start, self.list_conditional, self.tested = start, False, False


class Functions:
    """The functions of a script by name: their commands, and the folder in which they end relative to where they begin."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[Draft], Folder]] = {}
        self._copies = 0

    def __contains__(self, name: str) -> bool:
        return name in self._known and self._copies < _MAX_COPIES

    def define(self, name: str, body: list[Draft], folder: Folder) -> None:
        """Remember a function; the last definition holds."""
        self._known[name] = (body, folder)

    def call(self, call: Draft, depth: int = 0) -> list[Draft]:
        """The commands of a function in the place of its call; `"$@"` in them is what the call gives."""
        found: list[Draft] = []
        for one in self._known[call.program][0]:
            draft = one.moved_into(call)
            self._copies += 1
            if draft.program in ("$@", "$*"):
                draft.words = call.words[1:] + draft.words[1:]
            if draft.program in self and depth < _MAX_CALLS:
                found += self.call(draft, depth + 1)
            else:
                found.append(draft)
        return found

    def folder_after(self, name: str, folder: Folder) -> Folder:
        """The folder after a call that was made in `folder`."""
        end = self._known[name][1]
        return Folder(join(folder.path, end.path), end.known and (folder.known or end.path.startswith("/")))


def is_test(draft: Draft) -> bool:
    """Whether a command before `&&` only asks something, so that what follows may well not run."""
    return (
        draft.program in _TESTS or draft.program in ("command", "builtin") and len(draft.words) > 1 and draft.words[1].text in ("-v", "-V")
    )
