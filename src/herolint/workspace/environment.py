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
"""Bytes from which only every fourth megabyte of a file is compressed."""
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
            size = sum(_weight(file) for file in _files(packages, info))
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


def _weight(file: Path) -> float:
    """Compressed bytes; of a `.py` without byte code, with what its byte code will weigh."""
    size = file.stat().st_size
    if file.suffix == ".py" and not any((file.parent / "__pycache__").glob(f"{file.stem}.cpython-*.pyc")):
        return _compressed(file, size) + _BYTE_CODE * size
    return _compressed(file, size)


def _compressed(file: Path, size: int) -> float:
    step = 4 if size >= _SAMPLED_FROM else 1
    total = read = 0
    with file.open("rb") as stream:
        for start in range(0, max(size, 1), _CHUNK * step):
            stream.seek(start)
            chunk = stream.read(_CHUNK)
            read += len(chunk)
            total += len(zlib.compress(chunk, _LEVEL))
    return total * (size / read) if read else 0.0
