""".slugignore: what every dyno would carry along and nothing reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.needs.named_files import named_files
from herolint.app.needs.needed import needs
from herolint.app.propose import Found, Proposal, new_file, with_lines
from herolint.app.slug.slug_size import compressed
from herolint.formats.shell import parse
from herolint.knowledge.starts import load_starts
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_PATH = ".slugignore"
_WORTH = 200_000
"""Compressed bytes below which a file of its own is not worth it; herolint's own measure."""
_BUILD_SCRIPTS = ("heroku-prebuild", "preinstall", "install", "postinstall", "prebuild", "build", "postbuild", "heroku-postbuild", "start")
_READ_BY_BUILDS = lazy(
    r"(pyproject\.toml|setup\.(py|cfg)|MANIFEST\.in|tsconfig[^/]*\.json|[^/]*\.config\.[cm]?[jt]s|Rakefile|Gemfile|bin/[^/]+)\Z"
)
_NAMES_TESTS = ("pyproject.toml", "setup.cfg")
"""Files in which a folder's bare name tells the developer's own tools where to look."""
_MOST_BYTES = 200_000
"""Larger files of configuration are not searched for names of folders."""


def slugignore(app: App) -> Found:
    """Folders of the root, and originals of pictures, that nothing of the build and of the processes needs."""
    if app.is_container or not app.processes:
        return Found()
    lines = {line: size for line, size in _candidates(app) if size}
    if sum(lines.values()) < _WORTH:
        return Found()
    reason = f"about {sum(lines.values()) / 1_000_000:.1f} MB that nothing on a dyno reads"
    source = app.source(_PATH)
    proposal: Proposal | None = new_file(_PATH, list(lines), reason) if source is None else with_lines(source, list(lines), reason)
    return Found((proposal,) if proposal is not None else ())


def _candidates(app: App) -> Iterator[tuple[str, int]]:
    """Lines of the file, with the compressed bytes that each spares."""
    files = {
        path: compressed(path, entry.size) for path, entry in app.workspace.slug_files.items() if entry.kind == "file" and not entry.lfs
    }
    taken = {need.path for need in needs(app)} | {mod.path for mod in app.code.modules}
    known = load_starts().slug
    for folder in known.folders:
        inside = [path for path in files if path.startswith(f"{folder}/")]
        if inside and not any(path == folder or path.startswith(f"{folder}/") for path in taken) and not _is_used(app, folder, inside):
            yield f"/{folder}/", round(sum(files[path] for path in inside))
    for ending in known.originals:
        inside = [path for path in files if path.lower().endswith(ending)]
        if inside and not taken.intersection(inside) and not any(True for _ in named_files(app, inside)):
            yield f"*{ending}", round(sum(files[path] for path in inside))


def _is_used(app: App, folder: str, inside: list[str]) -> bool:
    """Whether code names a file of the folder, or something that the build reads names the folder."""
    if any(True for _ in named_files(app, inside)):
        return True
    package = app.package_json
    for script in _BUILD_SCRIPTS if package is not None else ():
        text = package.scripts[script][0] if package is not None and script in package.scripts else ""
        words = [word.text for command in parse(text, 0).commands for word in command.words]
        if any(folder in word.split("/") for word in words):
            return True
    in_path, alone = re.compile(rf"(?<![\w/-])(\./)?{re.escape(folder)}/"), re.compile(rf"['\"]{re.escape(folder)}['\"]")
    for path, entry in app.workspace.files.items():
        if _READ_BY_BUILDS.match(path) and entry.size <= _MOST_BYTES and (source := app.source(path)) is not None:
            if not source.is_binary and (in_path.search(source.text) or (path not in _NAMES_TESTS and alone.search(source.text))):
                return True
    return any(f"/{folder}/" in f"/{process.text}" or posixpath.basename(folder) == process.text for process in app.processes.values())
