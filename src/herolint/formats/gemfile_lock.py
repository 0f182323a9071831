"""Reads `Gemfile.lock`: which gems in which versions from where, what asks for them, and for which Ruby it was written.

Written by Bundler only, so that lines and their indentation tell everything. Nothing is checked here: what the file lacks is empty.
"""

from __future__ import annotations

import re

import msgspec

from herolint.finding import Problem
from herolint.formats.tree import Offsets
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

_SECTIONS = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
_SPEC = lazy(r"    ([^\s()!]+) \(([^()]+)\)\s*\Z")
_NEED = lazy(r"      ([^\s()!]+)(?: \(([^()]*)\))?\s*\Z")
_DEPENDENCY = lazy(r"  ([^\s()!]+)(?: \(([^()]*)\))?(!)?\s*\Z")
_SETTING = lazy(r"  ([a-z_]+): (.*?)\s*\Z")
_RUBY = lazy(r"   ?ruby (\d+\.\d+\.\d+(?:[.-]?(?:pre|preview|rc|beta)\d*)?)(?:p-?\d+)?(?: \((jruby) ([\d.]+)\))?\s*\Z", re.IGNORECASE)
_MERGE = lazy(r"(?:<{7}|={7}|>{7})(?: |\Z)")


class LockedGem(msgspec.Struct, frozen=True):
    """A gem under `specs:`. `platform` is empty for a gem of pure Ruby or one that is compiled on the spot.

    `kind` is `gem`, `git`, `path` or `plugin`; `remote` where it comes from; `needs` are (name, requirement).
    """

    name: str
    version: str
    platform: str
    kind: str
    remote: str
    needs: tuple[tuple[str, str], ...]
    span: Span


class LockedDependency(msgspec.Struct, frozen=True):
    """A gem that the Gemfile asks for, with its requirement as written (`~> 7.0, >= 7.0.4`)."""

    name: str
    requirement: str
    span: Span


class GemfileLock(msgspec.Struct, frozen=True, eq=False):
    """A lock file. `ruby` is the version under RUBY VERSION in a form that the buildpack takes, `ruby_text` the line as it stands.

    `engine` is `jruby` with its version where the lock is for it. `conflict` is the first marker that a merge has left.
    """

    gems: tuple[LockedGem, ...] = ()
    dependencies: tuple[LockedDependency, ...] = ()
    platforms: tuple[tuple[str, Span], ...] = ()
    ruby: str | None = None
    ruby_text: str = ""
    ruby_span: Span | None = None
    engine: tuple[str, str] | None = None
    bundler: str | None = None
    bundler_span: Span | None = None
    conflict: Span | None = None
    problems: tuple[Problem, ...] = ()

    def gem(self, name: str) -> LockedGem | None:
        """The gem of that name; the one for every platform where there are several."""
        found = [gem for gem in self.gems if gem.name == name]
        return next((gem for gem in found if not gem.platform), found[0] if found else None)

    def has(self, *names: str) -> bool:
        """Whether one of the gems is locked."""
        return any(gem.name in names for gem in self.gems)


def parse(source: SourceFile) -> GemfileLock:
    """Sections start in column 0; a gem stands four blanks in, what it needs six."""
    reader = _Reader(source)
    at = 0
    for piece in source.text.splitlines(keepends=True):
        reader.line(piece.rstrip("\r\n"), at)
        at += len(piece)
    reader.close_gem()
    return reader.result()


class _Reader:
    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.offsets = Offsets(source)
        self.section = ""
        self.remote = ""
        self.gems: list[LockedGem] = []
        self.open: LockedGem | None = None
        self.needs: list[tuple[str, str]] = []
        self.dependencies: list[LockedDependency] = []
        self.platforms: list[tuple[str, Span]] = []
        self.ruby: tuple[str | None, str, Span] | None = None
        self.engine: tuple[str, str] | None = None
        self.bundler: tuple[str, Span] | None = None
        self.conflict: Span | None = None

    def line(self, text: str, at: int) -> None:
        if _MERGE.match(text):
            self.conflict = self.conflict or self.offsets.span(at, at + len(text))
        elif text and not text[0].isspace():
            self.close_gem()
            self.section, self.remote = text.strip(), ""
        elif not text.strip():
            return
        elif self.section in _SECTIONS:
            self.source_line(text, at)
        elif self.section == "DEPENDENCIES":
            if found := _DEPENDENCY.match(text):
                self.dependencies.append(LockedDependency(found[1], found[2] or "", self.words(text, at)))
        elif self.section == "PLATFORMS":
            self.platforms.append((text.strip(), self.words(text, at)))
        elif self.section == "RUBY VERSION" and self.ruby is None:
            found = _RUBY.match(text)
            self.ruby = found[1] if found else None, text.strip(), self.words(text, at)
            if found and found[2]:
                self.engine = found[2].lower(), found[3]
        elif self.section == "BUNDLED WITH" and self.bundler is None:
            self.bundler = text.strip(), self.words(text, at)

    def source_line(self, text: str, at: int) -> None:
        """A line of a section that says where gems come from."""
        if found := _SPEC.match(text):
            self.close_gem()
            version, _, platform = found[2].partition("-")
            kind = self.section.partition(" ")[0].lower()
            self.open = LockedGem(found[1], version, platform, kind, self.remote, (), self.words(text, at))
        elif found := _NEED.match(text):
            self.needs.append((found[1], found[2] or ""))
        elif (found := _SETTING.match(text)) and found[1] == "remote":
            self.remote = found[2]

    def words(self, text: str, at: int) -> Span:
        """The line without the white space around it."""
        start = at + len(text) - len(text.lstrip())
        return self.offsets.span(start, start + len(text.strip()))

    def close_gem(self) -> None:
        if self.open is not None:
            self.gems.append(msgspec.structs.replace(self.open, needs=tuple(self.needs)))
        self.open, self.needs = None, []

    def result(self) -> GemfileLock:
        problems: tuple[Problem, ...] = ()
        if self.source.encoding not in ("utf-8", "latin-1"):
            problems = (Problem(message=f"Bundler cannot read {self.source.encoding}", path=self.source.path),)
        version, text, span = self.ruby or (None, "", None)
        return GemfileLock(
            gems=tuple(self.gems),
            dependencies=tuple(self.dependencies),
            platforms=tuple(self.platforms),
            ruby=version,
            ruby_text=text,
            ruby_span=span,
            engine=self.engine,
            bundler=self.bundler[0] if self.bundler else None,
            bundler_span=self.bundler[1] if self.bundler else None,
            conflict=self.conflict,
            problems=problems,
        )
