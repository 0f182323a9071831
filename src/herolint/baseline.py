"""The baseline: findings that stood before herolint came, kept in a file of the repository, so that runs report what is new.

Findings are known by their ids, which moved lines do not change; rule, path and message stand beside them for the people who read
the file and its changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

import msgspec

from herolint.config import ConfigError
from herolint.finding import Finding, Suppression

FILE_NAME = "herolint-baseline.json"
VERSION = 1
MAX_BYTES = 20_000_000
"""A larger file is refused."""


class NoBaselineError(ConfigError):
    """The file holds something else."""


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finding as the file has it."""

    id: str
    rule: str
    path: str
    message: str


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: int
    findings: tuple[Known, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all findings."""
        return frozenset(known.id for known in self.findings)


def load(folder: Path) -> Baseline | None:
    """The baseline in a folder; None when there is none. Raises ConfigError for one that cannot be used."""
    file = folder / FILE_NAME
    try:
        status = file.stat()
        if not S_ISREG(status.st_mode):  # a link to a device or a pipe might never end
            raise ConfigError(f"{file}: not a file")
        if status.st_size > MAX_BYTES:
            raise ConfigError(f"{file}: too large for a baseline (over {MAX_BYTES // 1_000_000} MB)")
        return parse(file.read_bytes(), file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from error


def load_readable(folder: Path) -> Baseline | None:
    """The baseline in a folder; None as well for a file that holds none, such as after a merge: it may be written anew. Raises ConfigError."""
    try:
        return load(folder)
    except NoBaselineError:
        return None


def parse(data: bytes, file: Path) -> Baseline:
    """The baseline that a file holds. Raises ConfigError."""
    try:
        found = msgspec.json.decode(data, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoBaselineError(f"{file}: not a baseline ({error}); write it anew with `herolint baseline`") from error
    if found.version != VERSION:
        raise ConfigError(f"{file}: version {found.version} of the baseline is not known (expected {VERSION}): it is of another herolint")
    return found


def part(findings: Iterable[Finding], baseline: Baseline) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, Suppression], ...]]:
    """The findings that are new, and those that stood before."""
    ids = baseline.ids
    new: list[Finding] = []
    old: list[tuple[Finding, Suppression]] = []
    for finding in findings:
        if finding.id in ids:
            old.append((finding, Suppression("baseline", f"stands in {FILE_NAME}")))
        else:
            new.append(finding)
    return tuple(new), tuple(old)


def made_of(findings: Iterable[Finding]) -> Baseline:
    """The baseline in which all of the findings stand, in an order that keeps changes of the file small."""
    known = {Known(finding.id, f"{finding.code} {finding.name}", finding.at.path, finding.message) for finding in findings}
    return Baseline(VERSION, tuple(sorted(known, key=lambda one: (one.path, one.rule, one.message, one.id))))


def write(folder: Path, baseline: Baseline) -> Path:
    """Write the file, whole or not at all. Raises OSError."""
    from herolint.whole_files import write_whole

    file = folder / FILE_NAME
    write_whole(file, msgspec.json.format(msgspec.json.encode(baseline), indent=2) + b"\n")
    return file
