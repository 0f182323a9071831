"""The programs that an image's build makes of Go's main packages: `go build -o server ./cmd/api`, in its RUN lines or behind `make`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.formats.makefile import parse as parse_makefile
from herolint.formats.shell import parse as parse_shell
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.running.image import Image

_TAKE_A_VALUE = frozenset("-o -ldflags -gcflags -asmflags -tags -mod -p -installsuffix -buildmode -modfile -pkgdir -overlay -C".split())
"""Options of `go build` whose value is the next word."""
_FROM_ROOT = lazy(r"\A\$[({]?\w+[)}]?/")
"""A variable before a package's path: the folder that the build runs in, as Makefiles say it (`${PWD}/cmd/api/...`)."""


def image_programs(app: App) -> dict[str, str]:
    """The name of each program that the images' builds make → the folder of its main package."""
    found: dict[str, str] = {}
    for image in app.images.values():
        for words, cwd in _commands(app, image):
            built = _built(words)
            if built is not None:
                name, package = built
                folder = posixpath.normpath(posixpath.join(cwd, package))
                found.setdefault(name, "" if folder == "." else folder)
    return found


def _commands(app: App, image: Image) -> Iterator[tuple[list[str], str]]:
    """The words of each command of the build, and the folder of the repository that it runs in as far as the command itself tells."""
    for command in image.installs:
        words = [word.text for word in command.words]
        cwd = "" if command.cwd.startswith("/") else command.cwd
        if words[:1] != ["make"]:
            yield words, cwd
            continue
        source = next((found for name in ("Makefile", "makefile", "GNUmakefile") if (found := app.source(posixpath.join(cwd, name)))), None)
        goals = tuple(word for word in words[1:] if not word.startswith("-") and "=" not in word)
        for line in parse_makefile(source).commands(goals) if source is not None else ():
            for inner in parse_shell(line, 0).commands:
                yield [word.text for word in inner.words], cwd


def _built(words: list[str]) -> tuple[str, str] | None:
    """The program's name and the package that `go build` makes it of."""
    if words[:2] != ["go", "build"]:
        return None
    output, packages, at = "", [], 2
    while at < len(words):
        word = words[at]
        if word.startswith("-o="):
            output = word[3:]
        elif word in _TAKE_A_VALUE:
            output = words[at + 1] if word == "-o" and at + 1 < len(words) else output
            at += 1
        elif not word.startswith("-"):
            packages.append(word)
        at += 1
    package = _FROM_ROOT.sub("./", packages[0]).removesuffix("/...") if packages else "."
    folder = posixpath.dirname(package) or "." if package.endswith(".go") else package
    name = posixpath.basename(output.rstrip("/")) if not output.endswith("/") else ""
    return (name or posixpath.basename(posixpath.normpath(folder)), folder) if name or folder != "." else None
