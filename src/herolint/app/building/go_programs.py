"""How the programs of a Go app are called, also where it is no module and asks for a tool that the buildpack has dropped."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.go_build import binary_name
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_SAID = {
    "Godeps/Godeps.json": lazy(r'"ImportPath"\s*:\s*"([^"]+)"'),
    "vendor/vendor.json": lazy(r'"rootPath"\s*:\s*"([^"]+)"'),
    "Gopkg.toml": lazy(r'root-package\s*=\s*"([^"]+)"'),
    "glide.yaml": lazy(r"(?m)^package:\s*(\S+)"),
    ".godir": lazy(r"\A\s*(\S+)"),
}
"""Files that say the import path of the root, and where in them (the first place)."""
_MAIN = re.compile(rb"^package\s+main\b", re.MULTILINE)
_NOT_BUILT = ("vendor", "testdata", "Godeps")


def program_names(app: App) -> frozenset[str]:
    """The names of the programs that a build makes, or made while the app's tool was supported."""
    if app.go_mod is not None:
        return frozenset(main.binary for main in app.go_commands)
    return frozenset(_old_names(app))


def _old_names(app: App) -> Iterator[str]:
    """The last element of the root's import path, and the folders with a main package."""
    for path, pattern in _SAID.items():
        source = app.source(path) if path in app.slug else None
        found = pattern.search(source.text) if source is not None and not source.is_binary else None
        if found is not None:
            yield binary_name(found[1].strip("/"))
    for path in app.slug:
        folder = posixpath.dirname(path)
        if path.endswith(".go") and folder and not set(_NOT_BUILT) & set(folder.split("/")):
            document = app.document(path)
            if document is not None and _MAIN.search(document.data):
                yield posixpath.basename(folder)
