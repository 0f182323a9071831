"""What git names and a build does not have: the content of LFS files, and submodules."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_MOST_SOURCES = 2000
"""Of a larger tree, this many files are searched."""
_MOST_SOURCE_BYTES = 200_000
"""A larger file is no code that a person wrote, and is not searched."""
_NOT_RUN = lazy(
    r"(?:^|/)(?:tests?|__tests__|specs?|docs?|documentation|examples?|samples?|screenshots?|notebooks?|design|\.[^/]+)/|(?:^|/)(?:README|CHANGELOG)[^/]*\Z",
    re.IGNORECASE,
)
_DESIGN = frozenset(".psd .ai .sketch .fig .xd .xcf .blend .afdesign .ipynb .pptx .docx .key".split())
_SERVED = frozenset("public static assets media wwwroot dist images img resources".split())
_LOADED = frozenset(
    ".h5 .hdf5 .keras .pkl .pickle .joblib .pt .pth .ckpt .onnx .tflite .pb .safetensors .gguf .bin .model .npy .npz .parquet .feather .db .sqlite "
    ".sqlite3 .faiss .index .csv .json .jar .zip .gz .mmdb .dat".split()
)
_SOURCE = lazy(r"\.(?:py|js|mjs|cjs|ts|tsx|jsx|vue|rb|go|java|kt|php|cs|html|erb|css|scss|toml|ya?ml|json)\Z")


def pointers(app: App) -> tuple[str, ...]:
    """Files that a push sends as Git LFS pointers and that something of the app seems to use."""
    found = [path for path in _pointers(app) if not _NOT_RUN.search(path) and posixpath.splitext(path)[1].lower() not in _DESIGN]
    kept = [path for path in found if posixpath.splitext(path)[1].lower() in _LOADED or _SERVED.intersection(path.lower().split("/")[:-1])]
    rest = [path for path in found if path not in kept]
    return tuple(sorted(kept + [path for path in rest if path in _named(app, rest)]))


def _pointers(app: App) -> Iterator[str]:
    for path, entry in app.workspace.slug_files.items():
        if entry.kind == "file" and entry.lfs:
            yield path


def _named(app: App, paths: list[str]) -> frozenset[str]:
    """Those whose name stands in a source file."""
    names = {posixpath.basename(path): path for path in paths}
    found: set[str] = set()
    sources = (p for p, e in app.workspace.slug_files.items() if e.kind == "file" and e.size <= _MOST_SOURCE_BYTES and _SOURCE.search(p))
    for number, path in enumerate(sources if names else ()):
        source = app.source(path) if number < _MOST_SOURCES else None
        if source is not None and not source.is_binary:
            found |= {where for name, where in names.items() if name in source.text}
    return frozenset(found)


def submodules(app: App) -> tuple[str, ...]:
    """Folders that git fills from other repositories and that are no tests or documents."""
    return tuple(path for path, entry in app.workspace.slug_files.items() if entry.kind == "submodule" and not _NOT_RUN.search(path + "/"))
