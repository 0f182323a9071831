"""What is known of public container images: what a base image starts, and which images are services. Reads images.toml."""

import re
from functools import cache

import msgspec

from herolint.patterns import lazy
from herolint.tables import load_table

_REGISTRIES = lazy(
    r"\A(?:(?:registry-1\.|index\.)?docker\.io/|registry\.hub\.docker\.com/|public\.ecr\.aws/docker/|mirror\.gcr\.io/)?(?:library/)?"
)


class BaseImage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public image; what the fields mean stands in the head of images.toml. `listens` is a port, 0 for none."""

    names: tuple[str, ...]
    tags: tuple[str, ...] = ()
    starts: str = ""
    ends: bool = False
    listens: int = 0
    workdir: str = "/"
    entrypoint: bool = False
    config: tuple[str, ...] = ()


class ServiceKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of service that an app talks to: `name` as messages call it."""

    kind: str
    name: str
    images: tuple[str, ...]


class LeftRelease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release whose package lists have left the servers that its images ask: `number` in tags of `debian`, `word` in those of others."""

    number: str
    word: str


class _Table(msgspec.Struct, frozen=True):
    image: tuple[BaseImage, ...]
    service: tuple[ServiceKind, ...]
    left_release: tuple[LeftRelease, ...]


@cache
def _load() -> _Table:
    return msgspec.convert(load_table("herolint.knowledge", "images.toml"), _Table)


def name_and_tag(reference: str) -> tuple[str, str]:
    """An image's repository without registry and `library/`, and its tag; of a reference with a digest the tag may be empty."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    name = head + slash + last
    return _REGISTRIES.sub("", name), tag


def base_image(reference: str) -> BaseImage | None:
    """What is known of a base image; None for one that is not in the table."""
    name, tag = name_and_tag(reference.lower())
    words = re.split(r"[-.]", tag)
    return next((row for row in _load().image if name in row.names and (not row.tags or any(t in words for t in row.tags))), None)


def left_release(reference: str) -> str:
    """The release of Debian, as messages call it, whose package lists an image asks for in vain; empty for any other image."""
    name, tag = name_and_tag(reference.lower())
    words = re.split(r"[-.]", tag)
    for row in _load().left_release:
        if row.word in words or (name == "debian" and row.number == words[0]):
            return f"Debian {row.number} ({row.word})"
    return ""


def service_of(reference: str) -> ServiceKind | None:
    """The kind of service that an image is; None for one that is not in the table."""
    name, _ = name_and_tag(reference.lower())
    return next((row for row in _load().service if any(_fits(name, image) for image in row.images)), None)


def _fits(name: str, image: str) -> bool:
    return name.startswith(image[:-1]) if image.endswith("*") else name == image
