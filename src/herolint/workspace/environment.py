"""Weighs an installed Python environment: what each distribution in it adds to a compressed slug. Reads files only; nothing is imported."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

_LEVEL = 6
"""As strong as the slug's gzip."""
_CHUNK = 1 << 20
_SAMPLED_FROM = 8 * _CHUNK
"""Bytes from which only some megabytes of a file are compressed."""
_STEP = 2
"""Every which of them."""
_HEADER = 512
_BYTE_CODE = 0.4
"""Compressed bytes of the `.pyc` that the build makes, for each byte of a `.py` that has none yet."""
_BASE = frozenset({"pip"})
"""Distributions that every slug has, and that are counted with the runtime."""


class Weighed(msgspec.Struct, frozen=True):
    """A distribution: its version, and the bytes that it adds to the compressed slug."""

    name: str
    version: str
    bytes: int


def site_packages(folder: Path) -> Path | None:
    """The folder of packages of an environment, or the folder itself where it is one; None where there are none."""
    candidates = [folder, *sorted(folder.glob("lib/python3.*/site-packages")), folder / "Lib" / "site-packages"]
    return next((one for one in candidates if any(one.glob("*.dist-info"))), None)


def weigh(packages: Path) -> tuple[Weighed, ...]:
    """The distributions of a folder of packages, largest first; files that none of them lists are left out."""
    found = []
    for info in sorted(packages.glob("*.dist-info")):
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        if name.lower() not in _BASE:
            size = _packed(packages, sorted(_files(packages, info)))
            found.append(Weighed(name.lower().replace("_", "-").replace(".", "-"), version, round(size)))
    return tuple(sorted(found, key=lambda one: (-one.bytes, one.name)))


def _files(packages: Path, info: Path) -> Iterator[Path]:
    """The files that RECORD lists and that lie in the folder, with the byte code beside them."""
    record = info / "RECORD"
    if not record.is_file():
        return
    root = os.path.realpath(packages)
    seen: set[str] = set()
    for line in record.read_text("utf-8", "replace").splitlines():
        path = os.path.normpath(os.path.join(root, line.rsplit(",", 2)[0].strip('"')))
        if path.startswith(root + os.sep) and path not in seen:
            seen.add(path)
            file = Path(path)
            if file.is_file() and not file.is_symlink():
                yield file
                if file.suffix == ".py":
                    for code in (file.parent / "__pycache__").glob(f"{file.stem}.cpython-*.pyc"):
                        if str(code) not in seen:
                            seen.add(str(code))
                            yield code


def _packed(packages: Path, files: list[Path]) -> float:
    """Bytes of the files one behind the other in one compressed stream, as in an archive; large ones by samples of their own."""
    stream = zlib.compressobj(_LEVEL)
    total = 0.0
    for file in files:
        size = file.stat().st_size
        # An archive has a block of mostly empty fields before each file.
        total += len(stream.compress(str(file.relative_to(packages)).encode("utf-8", "surrogateescape").ljust(_HEADER, b"\0")))
        if size >= _SAMPLED_FROM:
            total += _sampled(file, size)
        else:
            total += len(stream.compress(file.read_bytes()))
        if file.suffix == ".py" and not any((file.parent / "__pycache__").glob(f"{file.stem}.cpython-*.pyc")):
            total += _BYTE_CODE * size
    return total + len(stream.flush())


def _sampled(file: Path, size: int) -> float:
    total = read = 0
    with file.open("rb") as stream:
        for start in range(0, size, _CHUNK * _STEP):
            stream.seek(start)
            chunk = stream.read(_CHUNK)
            read += len(chunk)
            total += len(zlib.compress(chunk, _LEVEL))
    return total * (size / read)
