"""Asks a package index what files a project has and how large they are, by the index's JSON pages (PEP 691 and PEP 700)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from herolint.patterns import lazy
from herolint.tables import load_table

if TYPE_CHECKING:
    from packaging.tags import Tag

TIMEOUT_S = 10.0
MAX_BYTES = 40_000_000
"""A longer page is no project's."""
_JSON = "application/vnd.pypi.simple.v1+json"
_USER = lazy(r"(?<=//)[^/@]*@")


class IndexFailure(Exception):
    """The index cannot be asked; the text says why."""


class File(msgspec.Struct, frozen=True):
    """A file of a project: its name, bytes (None: the index does not tell), and whether it was withdrawn."""

    name: str
    size: int | None
    yanked: bool = False


class Page(msgspec.Struct, frozen=True):
    """The files of a project."""

    files: tuple[File, ...]

    def release(self, version: str | None, python: str, platform: str) -> tuple[str, int | None] | None:
        """The version (None: the newest) and the bytes of what is installed for a Python such as `3.13`: a wheel, else the source archive."""
        from packaging.version import Version

        tags = _tags(python, platform)
        wheels: dict[Version, int | None] = {}
        sources: dict[Version, int | None] = {}
        for file, release, own in self._read():
            if version is None and (release.is_prerelease or file.yanked):
                continue
            if own is None:
                sources.setdefault(release, file.size)
            elif own & tags:
                wheels[release] = max(file.size or 0, wheels.get(release) or 0) or None
        offered = wheels or sources
        wanted = max(offered, default=None) if version is None else _version(version)
        if wanted is None or (wanted not in wheels and wanted not in sources):
            return None
        return version or str(wanted), wheels.get(wanted, sources.get(wanted))

    def _read(self) -> Iterator[tuple[File, Any, frozenset[Tag] | None]]:
        """Files with their versions and tags (None: a source archive); what no installer takes is left out."""
        from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
        from packaging.version import InvalidVersion

        for file in self.files:
            try:
                if file.name.endswith(".whl"):
                    _, release, _, tags = parse_wheel_filename(file.name)
                    yield file, release, tags
                else:
                    yield file, parse_sdist_filename(file.name)[1], None
            except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
                continue


class Index:
    """A package index by its address; a name and password in it are sent as pip sends them, and never shown."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    @classmethod
    def for_user(cls) -> Index:
        """The index that pip would ask: of the environment, else the public one."""
        table = load_table("herolint.knowledge", "registries.toml")["python"]
        named = next((value for name in table["variables"] if (value := os.environ.get(name, "").strip())), "")
        return cls(named or str(table["index"]))

    @property
    def own(self) -> bool:
        """Whether it is another one than the public index."""
        return self.address != str(load_table("herolint.knowledge", "registries.toml")["python"]["index"])

    @property
    def shown(self) -> str:
        """The address without who asks."""
        return _USER.sub("", self.address)

    def page(self, name: str) -> Page:
        """The files of a project, none if there is no such. Raises IndexFailure."""
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import urlopen

        try:
            with urlopen(self._request(name), timeout=TIMEOUT_S) as answer:
                data = answer.read(MAX_BYTES + 1)
        except HTTPError as error:
            error.close()
            if error.code in (404, 410):
                return Page(())
            raise IndexFailure(f"the package index {self.shown} answers {error.code}") from None
        except (URLError, OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise IndexFailure(f"the package index {self.shown} cannot be reached ({_USER.sub('', str(reason))})") from None
        return Page(self._files(data))

    def _request(self, name: str) -> Any:
        from base64 import b64encode
        from urllib.parse import quote, unquote, urlsplit, urlunsplit
        from urllib.request import Request

        parts = urlsplit(f"{self.address}/{quote(name, safe='')}/")
        if parts.scheme not in ("http", "https"):
            raise IndexFailure(f"the package index {self.shown} is none that can be asked over the network")
        user, at, host = parts.netloc.rpartition("@")
        request = Request(urlunsplit(parts._replace(netloc=host)), headers={"Accept": _JSON, "User-Agent": "herolint"})
        if at:
            request.add_unredirected_header("Authorization", "Basic " + b64encode(unquote(user).encode()).decode())
        return request

    def _files(self, data: bytes) -> tuple[File, ...]:
        try:
            document = json.loads(data) if len(data) <= MAX_BYTES else None
        except (ValueError, RecursionError):
            document = None
        listed = document.get("files") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise IndexFailure(f"the package index {self.shown} tells no sizes")
        found = []
        for one in listed:
            if isinstance(one, dict) and isinstance(name := one.get("filename"), str):
                size = one.get("size")
                found.append(File(name, size if isinstance(size, int) and size > 0 else None, bool(one.get("yanked"))))
        return tuple(found)


def _version(text: str) -> Any:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None


@cache
def _tags(python: str, platform: str) -> frozenset[Tag]:
    """What a Python of Linux on x86-64 installs, down from the C library of a platform such as `x86_64-manylinux_2_35`."""
    from packaging.tags import compatible_tags, cpython_tags

    found = re.search(r"_2_(\d+)\Z", platform)
    newest = int(found[1]) if found else 17
    platforms = [f"manylinux_2_{n}_x86_64" for n in range(newest, 4, -1)]
    platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    numbers = [int(part) for part in python.split(".")[:2]]
    return frozenset((*cpython_tags(numbers, platforms=platforms), *compatible_tags(numbers, f"cp{numbers[0]}{numbers[1]}", platforms)))
