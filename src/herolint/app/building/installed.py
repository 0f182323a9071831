"""What will be installed beside the app's own code, and what that brings along: by every way in which the repository asks for it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.loading import own_project
from herolint.app.building.python_build import manager_files, python_minor, python_release
from herolint.formats.requirement_line import normalise, read_requirement
from herolint.formats.requirements import applies_on_linux
from herolint.formats.requirements import parse as parse_requirements
from herolint.formats.shell import Command, parse_script
from herolint.knowledge.brings import Asked, Brought, brought, is_known
from herolint.knowledge.images import name_and_tag
from herolint.knowledge.packages import package
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.requirements import Requirement, Requirements

FROZEN_FROM = 8
"""A list of fewer requirements is not taken for one that `pip freeze` wrote."""


class Installed(msgspec.Struct, frozen=True):
    """`names` are asked for and installed, `brought` comes along with them; `whole` says that nothing else does (a lock, a frozen list).

    `unknown` are those of which it is not known what they bring; `unread` says that part of the list could not be read. `develop` is
    asked for in development only, `elsewhere` on other systems only; `folders` are installed from the repository itself.
    """

    manifest: str
    names: frozenset[str]
    brought: dict[str, Brought] = {}
    whole: bool = False
    unknown: tuple[str, ...] = ()
    unread: bool = False
    develop: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    folders: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    def has(self, *distributions: str) -> bool:
        """Whether one of the distributions is asked for, if only in a line that cannot be read."""
        return any(name in self.names or any(name in line for line in self.broken) for name in distributions)


class _Gathered:
    """What has been found so far."""

    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}
        self.loose = 0
        """Requirements without an exact version."""
        self.develop: set[str] = set()
        self.elsewhere: set[str] = set()
        self.folders: list[str] = []
        self.files: list[str] = []
        """Files of requirements that a command installs from."""
        self.broken: list[str] = []
        self.unread = False
        self.locked = False


def python_installed(app: App) -> Installed | None:
    """What pip, Pipenv, Poetry or uv install; None when nothing can be said."""
    found = _Gathered()
    manifest = ""
    if app.is_container:
        manifest = _from_image(app, found)
    else:
        for name in manager_files(app):
            manifest = manifest or name
            _from_manifest(app, name, found)
        for hook in app.platform.python.hooks:
            if (source := app.document(hook)) is not None:
                _from_commands(app, parse_script(source).commands, found)
    if not manifest or is_unreadable(app.requirements):
        return None
    for process in app.processes.values():
        _from_commands(app, tuple(launch.command for launch in process.launches), found)
    _with_tools(app, manifest, found)
    comes = brought(found.asked)
    for name in found.asked:
        if not is_known(name) and (measured := package(name)) is not None:
            for other in measured.closure:
                comes.setdefault(other, Brought(name))
    return Installed(
        manifest=manifest,
        names=frozenset(found.asked),
        brought=comes,
        whole=found.locked or _is_frozen(found, comes),
        unknown=tuple(sorted(name for name in found.asked if not is_known(name))),
        unread=found.unread,
        develop=frozenset(found.develop - found.asked.keys()),
        elsewhere=frozenset(found.elsewhere - found.asked.keys()),
        folders=tuple(found.folders),
        broken=tuple(found.broken),
    )


def is_unreadable(requirements: Requirements | None) -> bool:
    """Whether a list is no text that pip can read: then the build fails, and nothing follows for what it was meant to install."""
    if requirements is None:
        return False
    mostly_wrong = len(requirements.invalid) > len(requirements.items)
    return mostly_wrong or requirements.encoding_problem is not None or any(not line.text for line in requirements.invalid)


def _is_frozen(found: _Gathered, comes: dict[str, Brought]) -> bool:
    """Whether the list is one of everything that was installed somewhere: all pinned, and most of what they bring among them."""
    due = [name for name, how in comes.items() if not how.until and how.by in found.asked]
    listed = sum(name in found.asked for name in due)
    return not found.loose and len(found.asked) >= FROZEN_FROM and len(due) > 3 and listed >= 0.7 * len(due)


def _with_tools(app: App, manifest: str, found: _Gathered) -> None:
    """What stands beside the requirements: pip itself, and setuptools where the buildpack still installs it."""
    if app.is_container:
        found.asked.setdefault("pip", Asked())
        found.asked.setdefault("setuptools", Asked())
    elif manifest == "requirements.txt":
        found.asked.setdefault("pip", Asked())
        version = app.platform.python.version(python_minor(app))
        if version is not None and version.setuptools:
            found.asked.setdefault("setuptools", Asked("70"))
    elif manifest == "Pipfile.lock":
        found.asked.setdefault("pip", Asked())


def _from_manifest(app: App, name: str, found: _Gathered, with_development: bool = False) -> None:
    if name == "requirements.txt":
        _from_requirements(app, app.requirements, found)
    elif name == "Pipfile.lock" and (lock := app.pipfile_lock) is not None:
        found.locked = True
        found.unread |= not lock.readable
        found.asked.update({n: Asked(version.lstrip("=") or None) for n, version in lock.packages.items()})
        if with_development:
            found.asked.update(dict.fromkeys(lock.develop, Asked()))
        found.develop.update(lock.develop)
    else:
        lock2 = app.poetry_lock if name == "poetry.lock" else app.uv_lock
        if lock2 is not None:
            found.locked = True
            found.unread |= not lock2.readable
            found.asked.update({p.name: Asked(p.version) for p in lock2.packages if p.main or with_development})
            found.develop.update(p.name for p in lock2.packages if not p.main)
            found.folders += [""] if any(p.local for p in lock2.packages) else []


def _from_requirements(app: App, requirements: Requirements | None, found: _Gathered) -> None:
    if requirements is None:
        found.unread = True
        return
    found.unread |= any(not include.found or "://" in include.path for include in requirements.includes if not include.constraint)
    found.broken += [line.text.lower().replace("_", "-") for line in requirements.invalid if line.text]
    python = python_release(app)
    for item in requirements.items:
        if not applies_on_linux(item, python):
            found.elsewhere.add(item.name)
        elif item.path and not item.url and not item.path.endswith((".whl", ".gz", ".zip")):
            _from_folder(app, posixpath.normpath(item.path), found)
        else:
            _ask(item, found)


def _ask(item: Requirement, found: _Gathered) -> None:
    name = item.name or _guessed(item.url)
    if not name:
        found.unread = True
        return
    found.loose += item.pinned is None
    capped = any(mark in item.specifier for mark in ("<", "~=", "==")) and item.pinned is None
    known = found.asked.get(name, Asked())
    found.asked[name] = Asked(item.pinned or known.version, (*known.extras, *item.extras), capped or bool(item.url))


def _guessed(url: str) -> str:
    """The name that the address of a repository or archive suggests."""
    path = url.partition("#")[0].partition("?")[0].partition("@git")[0].rstrip("/")
    parts = [part.partition("@")[0].removesuffix(".git") for part in path.split("/")]
    if "archive" in parts or "zip" in parts or "tarball" in parts:
        at = next(i for i, part in enumerate(parts) if part in ("archive", "zip", "tarball"))
        return normalise(parts[at - 1]) if at else ""
    return normalise(parts[-1]) if len(parts) > 3 else ""


def _from_folder(app: App, folder: str, found: _Gathered) -> None:
    """A folder of the repository that is installed: its own modules, and what its metadata asks for."""
    folder = "" if folder == "." else folder
    found.folders.append(folder)
    asked, whole = own_project(app, folder)
    for item in asked:
        _ask(item, found)
    found.unread |= not whole


def _from_commands(app: App, commands: tuple[Command, ...], found: _Gathered) -> bool:
    """What `pip install …` and its like among the commands install; whether there was any."""
    understood = False
    for command in commands:
        words = [word.text for word in command.words]
        programs = [posixpath.basename(word) for word in words[:4]]
        if any(p in ("poetry", "pipenv") for p in programs) and "install" in words or "uv" in programs and "sync" in words:
            locks = [name for name in manager_files(app) if name != "requirements.txt"]
            for name in locks:
                _from_manifest(app, name, found, _installs_development(app, words))
            if not locks and "pyproject.toml" in app.slug:
                _from_folder(app, "", found)
            understood = understood or bool(locks) or "pyproject.toml" in app.slug
        elif any(p.startswith("pip") for p in programs) and "install" in words:
            _from_words(app, words[words.index("install") + 1 :], found)
            understood = True
        elif "install" in words and programs[:1] in (["apt-get"], ["apt"]) or "add" in words and programs[:1] == ["apk"]:
            for word in words:
                for start in ("python3-", "py3-"):
                    if word.startswith(start):
                        found.asked.setdefault(normalise(word.removeprefix(start)), Asked())
        elif programs[:1] in (["conda"], ["mamba"], ["micromamba"]):
            found.unread = True
    return understood


_WITHOUT_DEVELOPMENT = frozenset(
    "--no-dev --no-default-groups --only main --only=main --without --without=dev --no-group=dev --only-group".split()
)
_SWITCHED_OFF = frozenset({"UV_NO_DEV", "UV_NO_DEFAULT_GROUPS", "POETRY_WITHOUT"})


def _installs_development(app: App, words: list[str]) -> bool:
    """Whether a command installs the development groups of a lock as well: Poetry and uv do unless told not to, Pipenv when told to."""
    if any(posixpath.basename(word) == "pipenv" for word in words[:4]):
        return "--dev" in words or "-d" in words
    image = app.web_image.dockerfile.env if app.web_image is not None else {}
    return not _WITHOUT_DEVELOPMENT.intersection(words) and not _SWITCHED_OFF.intersection(image)


_WITH_VALUE = frozenset(
    {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-c", "--constraint", "--target", "-t", "--prefix", "--trusted-host"}
)


def _from_words(app: App, words: list[str], found: _Gathered) -> None:
    """The arguments of one `pip install`."""
    rest: Iterator[str] = iter(words)
    for word in rest:
        if word in ("-r", "--requirement"):
            path = posixpath.normpath(next(rest, ""))
            source = app.source(path) or app.source(posixpath.basename(path))
            found.files += [source.path] if source is not None else []
            _from_requirements(app, parse_requirements(source, app.source) if source is not None else None, found)
        elif word == "--group":
            _from_group(app, next(rest, ""), found)
        elif word.startswith("--group="):
            _from_group(app, word.partition("=")[2], found)
        elif word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            item = read_requirement(word, "", Span(0, 0), editable=False)
            if isinstance(item, str) or "$" in word:
                found.unread = True
            elif item.path and not item.url:
                _from_folder(app, posixpath.normpath(item.path), found)
            else:
                _ask(item, found)


def _from_group(app: App, name: str, found: _Gathered) -> None:
    """A dependency group of pyproject.toml, as `pip install --group` installs it; that of another folder's file is not read."""
    group = app.pyproject.groups.get(normalise(name)) if app.pyproject is not None else None
    found.unread |= group is None
    for item in group or ():
        _ask(item, found)


def _from_image(app: App, found: _Gathered) -> str:
    """What the web image's Dockerfile installs. The file that lists it: the Dockerfile itself where that names no other, or several.

    Empty when its base image may hold anything or nothing was understood.
    """
    image = app.web_image
    if image is None or name_and_tag(image.base_name)[0].rpartition("/")[2] != "python":
        return ""
    if not _from_commands(app, image.installs, found):
        return ""
    return found.files[0] if len(found.files) == 1 else image.path
