"""What only the network knows: what requirements resolve to, and what the files of a release weigh. Nothing asks it but for `--online`."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from herolint.online.answers import Answers
from herolint.online.index import Index, IndexFailure, Page
from herolint.online.resolver import ResolveError, Resolver

_AT_ONCE = 6
"""Pages of the index that are asked for at the same time."""


_TRIES = 4
"""How often uv is asked with fewer requirements, each time without some that have no wheel."""


class Release(msgspec.Struct, frozen=True):
    """A release and the bytes of the file that a dyno installs; `size` is None where nobody tells."""

    version: str
    size: int | None


class Online:
    """Asks uv and the package index. What could not be asked stands in `problems`, each once; the answers are then as if unknown."""

    def __init__(self, root: Path, answers: Answers, index: Index, resolver: Resolver | None) -> None:
        self.root = root
        self.problems: list[str] = []
        self._answers = answers
        self._index = index
        self._resolver = resolver
        self._silent = False

    @classmethod
    def for_user(cls, root: Path, *, cache: bool) -> Online:
        """With the user's own index, uv and cache. uv is never taken from within `root`, the folder that is read."""
        index = Index.for_user()
        return cls(root, Answers.for_user() if cache else Answers(None), index, Resolver.found(root, index))

    def resolve(self, requirements: Iterable[str], python: str, platform: str) -> dict[str, Release] | None:
        """Everything that an install of the requirements brings, by name; None when that cannot be told."""
        lines = sorted(set(requirements))
        if not lines:
            return None
        if self._resolver is None:
            self._tell("uv was not found: what the requirements pull in was not asked for")
            return None
        key = ("resolve", self._index.address, python, platform, *lines)
        known = self._answers.get(key, dict[str, Release])
        if known is None and not self._silent:
            known = self._resolved(self._resolver, lines, python, platform)
            if known is not None:
                self._answers.put(key, known)
        return known

    def _resolved(self, resolver: Resolver, lines: list[str], python: str, platform: str) -> dict[str, Release] | None:
        """What uv makes of the requirements, without those that would have to be built."""
        for _ in range(_TRIES):
            try:
                return {name: Release(version, size) for name, version, size in resolver.resolve(lines, python, platform)}
            except ResolveError as error:
                rest = [line for line in lines if _name(line) not in error.unbuilt]
                if not rest or len(rest) == len(lines):
                    self._tell(f"{error}: what the requirements pull in is not known")
                    return None
                left_out = ", ".join(sorted({_name(line) for line in lines} - {_name(line) for line in rest}))
                self._tell(f"{left_out} would have to be built first: what it pulls in is not known")
                lines = rest
        return None

    def releases(self, wanted: Iterable[tuple[str, str | None]], python: str, platform: str) -> dict[str, Release]:
        """The releases by name, of the newest version where None is asked for; what the index does not have is left out."""
        pairs = list(wanted)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            pages = list(pool.map(lambda pair: self._page(pair[0]), pairs))
        found = {}
        for (name, version), page in zip(pairs, pages, strict=True):
            release = page.release(version, python, platform) if page is not None else None
            if release is not None:
                found[name] = Release(*release)
        return found

    def _page(self, name: str) -> Page | None:
        key = ("page", self._index.address, name)
        known = self._answers.get(key, Page)
        if known is None and not self._silent:
            try:
                known = self._index.page(name)
            except IndexFailure as error:
                self._silent = True
                self._tell(f"{error}: sizes come from the shipped table")
                return None
            self._answers.put(key, known)
        return known

    def _tell(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _name(requirement: str) -> str:
    from packaging.requirements import Requirement

    return Requirement(requirement).name
