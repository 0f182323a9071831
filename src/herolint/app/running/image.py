"""A container image as its Dockerfile makes it: what it starts, and which files of the repository lie where in it."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from herolint.formats.dockerfile import Dockerfile, Instruction, expand
from herolint.formats.dockerfile_paths import Copy, copies
from herolint.formats.shell import Command, Word, parse
from herolint.globs import matches
from herolint.knowledge.images import BaseImage, base_image
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.workspace import Workspace

_PROGRAMS = ("/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin")
_INSTALLERS = frozenset(
    """
    pip pip3 pipenv poetry uv npm yarn pnpm bundle gem apt-get apt apk yum dnf dpkg mkdir chmod chown rm cd set true export useradd adduser
    groupadd addgroup usermod corepack update-ca-certificates locale-gen echo python python3 docker-php-ext-install docker-php-ext-configure
    docker-php-ext-enable pecl a2enmod gpg
    """.split()
)
"""Programs of a build that write nothing among the app's own files."""
_SHELLS = ("sh", "bash")
_DEEPEST = 8
"""Stages that are followed from one to the next."""


class Image:
    """The image of one or more process types. `path` is its Dockerfile, `dockerfile` that file up to the stage that is built.

    The build context is the Dockerfile's folder.
    """

    def __init__(self, workspace: Workspace, path: str, dockerfile: Dockerfile) -> None:
        self.workspace = workspace
        self.path = path
        self.dockerfile = dockerfile
        self.context = posixpath.dirname(path)

    @cached_property
    def base_name(self) -> str:
        """The public image that the image is built on, as FROM names it; empty when there is none."""
        return self.dockerfile.stages[self.dockerfile.lineage[0]].base if self.dockerfile.lineage else ""

    @cached_property
    def base(self) -> BaseImage | None:
        """What is known of that image."""
        return base_image(self.base_name)

    @cached_property
    def copies(self) -> tuple[Copy, ...]:
        """What is copied into it, in order."""
        return copies(self.dockerfile, self.base.workdir if self.base is not None else None)

    @cached_property
    def workdir(self) -> str | None:
        """The folder that commands start in; None when only the base image knows."""
        path = self.base.workdir if self.base is not None else None
        for one, known in self.dockerfile.walk():
            if one.keyword == "WORKDIR":
                given = expand(one.args.strip().strip("\"'"), known)
                if path is not None or given.startswith("/"):
                    path = posixpath.normpath(posixpath.join(path or "/", given))
        return path

    @cached_property
    def home(self) -> str:
        """The folder of the repository whose files lie in the working directory; the root where that is not known."""
        found: Counter[str] = Counter()
        for copy in self.copies if self.workdir is not None else ():
            for folder, files in self._roots(copy, self.workdir or "/"):
                found[folder] += files
        return max(found, key=lambda folder: found[folder]) if found else ""

    def _roots(self, copy: Copy, workdir: str) -> list[tuple[str, int]]:
        """Folders of the repository that stand for the working directory by one copy, with the number of files that say so."""
        found = []
        for source in copy.sources:
            for path in self._sources(copy, source):
                whole = self.workspace.is_dir(path)
                target = copy.target if whole else posixpath.join(copy.target, posixpath.basename(path))
                below = posixpath.relpath(target, workdir)
                files = sum(1 for name in self.workspace.files if path in ("", ".") or name.startswith(path + "/")) if whole else 1
                path = "" if path == "." else path
                if below == ".":
                    found.append((path, files))
                elif below.split("/")[0] == "..":  # the working directory lies inside of what is copied
                    inner = posixpath.normpath(posixpath.join(path, posixpath.relpath(workdir, target)))
                    if whole and workdir.startswith(target.rstrip("/") + "/") and self.workspace.is_dir(inner):
                        found.append((inner, files))
                elif path == below or path.endswith("/" + below):
                    found.append((path[: -len(below)].rstrip("/"), files))
        return found

    def _sources(self, copy: Copy, source: str) -> list[str]:
        """Files and folders of the repository that one source of a copy means."""
        if copy.stage:
            stage = self._stage(copy.stage)
            inner = stage.inside(posixpath.join(stage.workdir or "/", source)) if stage is not None else None
            return [inner] if inner is not None else []
        path = posixpath.normpath(posixpath.join(self.context, source.lstrip("/")))
        if any(sign in path for sign in "*?["):
            depth = path.count("/")
            return [name for name in self.workspace.files if name.count("/") == depth and matches("/" + path, name)]
        return [path] if self.workspace.exists(path) else []

    def _stage(self, name: str) -> Image | None:
        """An earlier stage of the same Dockerfile as an image of its own."""
        built = self.dockerfile.targeting(name)
        if built is self.dockerfile or built.final >= self.dockerfile.final:
            return None
        return Image(self.workspace, self.path, built)

    @cached_property
    def sources(self) -> tuple[Image, ...]:
        """The earlier stages that files are copied from."""
        names = dict.fromkeys(copy.stage for copy in self.copies if copy.stage)
        return tuple(stage for name in names if (stage := self._stage(name)) is not None)

    def inside(self, path: str, depth: int = 0) -> str | None:
        """The file or folder of the repository that lies at an absolute path of the image; None where none is known to."""
        path = posixpath.normpath(path).replace("//", "/")
        for copy in reversed(self.copies):
            if path != copy.target and not path.startswith(copy.target.rstrip("/") + "/"):
                continue
            below = posixpath.relpath(path, copy.target)
            for source in reversed(copy.sources):
                found = self._from_source(copy, source, below, depth)
                if found is not None:
                    return found
        return None

    def _from_source(self, copy: Copy, source: str, below: str, depth: int) -> str | None:
        if copy.stage:
            stage = self._stage(copy.stage)
            if stage is None or depth >= _DEEPEST:
                return None
            start = posixpath.join(stage.workdir or "/", source)
            return stage.inside(posixpath.join(start, below), depth + 1) or (stage.inside(start, depth + 1) if below == "." else None)
        for path in self._sources(copy, source):
            if self.workspace.is_dir(path):
                inner = posixpath.normpath(posixpath.join(path, below))
                if self.workspace.exists(inner):
                    return "" if inner == "." else inner
            elif below == posixpath.basename(path) or (below == "." and not copy.folder):
                return path
        return None

    @cached_property
    def volumes(self) -> tuple[tuple[str, Span], ...]:
        """The folders that VOLUME names, absolute, with their places."""
        found = []
        for one, folder, known in self._steps():
            if one.keyword == "VOLUME":
                words = one.words or tuple((word.strip("\"'"), one.args_span) for word in one.args.split())
                found += [(posixpath.normpath(posixpath.join(folder, expand(word, known))), span) for word, span in words]
        return tuple(found)

    @cached_property
    def runs(self) -> tuple[tuple[str, tuple[Command, ...]], ...]:
        """The commands of each RUN that shapes the image, with the folder they run in."""
        found = []
        for one, folder, _ in self._steps():
            if one.keyword == "RUN" and one.form == "shell":
                first, *rest = parse(one.args, one.args_span.start, pieces=one.pieces).commands or (Command(span=one.args_span),)
                options = next((i for i, word in enumerate(first.words) if not word.text.startswith("--")), len(first.words))
                found.append((folder, (replace(first, words=first.words[options:]), *rest)))
        return tuple(found)

    def copied_by_name(self, name: str) -> Instruction | None:
        """The COPY, here or in a stage that files are copied from, which asks for a file of that name, letter for letter."""
        for part in (self, *self.sources):
            for copy in part.copies:
                if not copy.stage and name in copy.sources:
                    return copy.at
        return None

    @cached_property
    def installs(self) -> tuple[Command, ...]:
        """The commands of each RUN in the image and the stages that it copies from, in the file's order, with paths of the repository."""
        parts: dict[int, Image] = {}
        queue = [self]
        while queue:
            one = queue.pop()
            if one.dockerfile.final not in parts:
                parts[one.dockerfile.final] = one
                queue += one.sources
        found: dict[Span, Command] = {}
        for index in sorted(parts):
            one = parts[index]
            for folder, commands in one.runs:
                found.update((c.span, replace(c, words=tuple(one._placed(folder, word) for word in c.words))) for c in commands)
        return tuple(found.values())

    def _placed(self, folder: str, word: Word) -> Word:
        path = self.inside(posixpath.join(folder, word.text)) if word.literal and "." in word.text and word.text != "." else None
        return replace(word, text=path) if path else word

    def _steps(self) -> Iterator[tuple[Instruction, str, Mapping[str, str]]]:
        """The instructions with the working directory and the variables that each of them sees."""
        folder = self.base.workdir if self.base is not None else "/"
        for one, known in self.dockerfile.walk():
            if one.keyword == "WORKDIR":
                folder = posixpath.normpath(posixpath.join(folder, expand(one.args.strip().strip("\"'"), known)))
            yield one, folder, known

    @cached_property
    def plain(self) -> bool:
        """Whether the working directory holds a folder of the repository as it is: copied as a whole, and nothing made in it."""
        if self.base is None or not self.base.ends or "PYTHONPATH" in self.dockerfile.env:
            return False
        if not any(copy.target == self.workdir and copy.home and not copy.stage and self._is_folder(copy) for copy in self.copies):
            return False
        if any(copy.stage and not copy.target.startswith(("/usr/", "/bin/", "/opt/", "/etc/")) for copy in self.copies):
            return False
        commands = [command for _, made in self.runs for command in made if command.words]
        shell = all(one.form == "shell" and not one.heredocs for one in self.dockerfile.final_instructions if one.keyword == "RUN")
        return shell and all(_installs(command) for command in commands)

    def _is_folder(self, copy: Copy) -> bool:
        paths = [path for source in copy.sources for path in self._sources(copy, source)]
        return len(paths) == 1 and self.workspace.is_dir(paths[0])

    def program(self, name: str) -> str | None:
        """The file of the repository that a command without a path starts."""
        return next((found for folder in _PROGRAMS if (found := self.inside(f"{folder}/{name}")) is not None), None)


def _installs(command: Command) -> bool:
    """Whether a command of a build only installs packages, or arranges folders and users."""
    texts = [word.text for word in command.words]
    program = posixpath.basename(texts[0])
    if command.redirects or program not in (*_INSTALLERS, *_SHELLS, "curl"):
        return False
    if program == "curl":
        return not any(text in ("-O", "--output", "--remote-name") or text.startswith("-o") for text in texts)
    if program in _SHELLS:  # what comes through a pipe sets up a source of packages
        return all(text.startswith("-") and text != "-c" for text in texts[1:])
    if program in ("npm", "yarn", "pnpm"):
        return len(texts) == 1 or texts[1] in ("install", "ci", "i", "add", "config", "cache")
    return program not in ("python", "python3") or texts[1:3] == ["-m", "pip"]


def images_of(app: App) -> dict[str, Image]:
    """The images by process type: those that heroku.yml builds, else the Dockerfile of the root, or one for each process type there."""
    yml = app.heroku_yml
    if yml is not None:
        built = {name: (posixpath.normpath(entry.path), entry.target) for name, entry in yml.docker.items()}
    elif "Dockerfile" in app.workspace.files:
        built = {"web": ("Dockerfile", None)}
    else:
        found = [path for path in app.workspace.files if path.startswith("Dockerfile.")]
        built = {path.removeprefix("Dockerfile."): (path, None) for path in found}
    images = {}
    for name, (path, target) in built.items():
        dockerfile = app.dockerfile(path)
        if dockerfile is not None:
            images[name] = Image(app.workspace, path, dockerfile.targeting(target) if target else dockerfile)
    return images
