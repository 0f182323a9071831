"""Ignore files: `.gitignore` at every level, `.slugignore` at the root, and the LFS lines of `.gitattributes`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_IGNORE_BYTES = 1_000_000
Reader = Callable[[str], bytes | None]


class Layer(msgspec.Struct, frozen=True):
    """The patterns of one ignore file: they hold for paths under `folder` ("" or with a final `/`)."""

    folder: str
    name: str
    spec: GitIgnoreSpec


def layer(folder: str, name: str, data: bytes) -> Layer | None:
    """The patterns in an ignore file's content; None when it holds none. Patterns that cannot be read are left out."""
    spec = _spec(data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines())
    return Layer(folder, name, spec) if len(spec) else None


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    good = []
    for line in lines:
        if line.strip() and not line.startswith("#"):
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError:
                continue
            good.append(line)
    return GitIgnoreSpec.from_lines(good)


def ignored_by(path: str, is_folder: bool, layers: list[Layer]) -> str | None:
    """The ignore file that leaves `path` out, if one does: the deepest file that speaks about it decides."""
    name = path + "/" if is_folder else path
    for one in reversed(layers):
        verdict = one.spec.check_file(name[len(one.folder) :]).include
        if verdict is not None:
            return one.folder + one.name if verdict else None
    return None


def slug_filter(data: bytes) -> Callable[[str], bool]:
    """Whether `.slugignore` removes a path: patterns like git's, from the root, without `!` lines (the platform knows no negation)."""
    spec = _spec(line for line in data.decode("utf-8", "replace").splitlines() if not line.startswith("!"))

    @cache
    def removes(path: str) -> bool:
        return spec.match_file(path)

    return removes


def lfs_filter(attributes: Iterable[tuple[str, bytes]]) -> Callable[[str], bool]:
    """Whether git sends an LFS pointer for a path, by the `.gitattributes` files given as (folder, content)."""
    layers = []
    for folder, data in attributes:
        if b"filter=lfs" in data:
            lines = (line.split() for line in data.decode("utf-8", "replace").splitlines())
            patterns = [words[0] for words in lines if len(words) > 1 and not words[0].startswith(("#", "!")) and "filter=lfs" in words[1:]]
            layers.append((folder, _spec(patterns)))

    def matches(path: str) -> bool:
        return any(path.startswith(folder) and spec.match_file(path[len(folder) :]) for folder, spec in layers)

    return matches
