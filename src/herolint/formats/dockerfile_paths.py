"""What a Dockerfile's COPY and ADD bring into the image, and from where."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from herolint.formats.dockerfile import Dockerfile, Instruction, expand
from herolint.patterns import lazy

_FLAG = lazy(r"--([a-z][a-z0-9-]*)(?:=(\S*))?\s+")


class Copy(msgspec.Struct, frozen=True):
    """One COPY or ADD: `sources` as written with variables filled in, `target` absolute and normal.

    `folder`: the target is a folder that the sources come into. `stage` is what `--from` names. `home` says whether the working
    directory, which a relative target counts from, is known.
    """

    sources: tuple[str, ...]
    target: str
    folder: bool
    stage: str
    at: Instruction
    home: bool = True


def copies(dockerfile: Dockerfile, home: str | None = "/") -> tuple[Copy, ...]:
    """What is copied into the final stage, in order. `home` is the base image's working directory, None where it is not known."""
    found: list[Copy] = []
    current = home
    for one, known in dockerfile.walk():
        if one.keyword == "WORKDIR":
            path = expand(one.args.strip().strip("\"'"), known)
            if current is not None or path.startswith("/"):
                current = posixpath.normpath(posixpath.join(current or "/", path))
        elif one.keyword in ("COPY", "ADD") and (copy := _copy(one, known, current)) is not None:
            found.append(copy)
    return tuple(found)


def _copy(one: Instruction, known: Mapping[str, str], home: str | None) -> Copy | None:
    rest, stage = one.args, ""
    while flag := _FLAG.match(rest):
        stage = flag.group(2) or "" if flag.group(1) == "from" else stage
        rest = rest[flag.end() :]
    words = [word for word, _ in one.words] if one.form == "exec" else [w.strip("\"'") for w in rest.split()]
    words = [expand(word, known) for word in words if not word.startswith("<<")]
    if not words or (len(words) < 2 and not one.heredocs):
        return None
    *sources, target = words
    folder = target.endswith(("/", "/.")) or target in (".", "./") or len(sources) > 1
    absolute = target.startswith("/")
    path = posixpath.normpath(posixpath.join(home or "/", target))
    return Copy(tuple(sources), path.replace("//", "/"), folder, expand(stage, known), one, absolute or home is not None)
