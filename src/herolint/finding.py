"""What a rule says: a finding, its places, its flow and its fix; and problems, which are not findings."""

from __future__ import annotations

from enum import IntEnum

import msgspec

from herolint.changes import Change, Edit
from herolint.source import Span

__all__ = ["Confidence", "Edit", "Finding", "Fix", "Place", "Problem", "Severity", "Suppression"]


class Severity(IntEnum):
    """What happens after the push: the deploy breaks or data is lost, it runs badly, or good to know."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The word that outputs and configuration use."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the finding is; low ones are shown only with `--pedantic`."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The word that outputs use."""
        return self.name.lower()


class Place(msgspec.Struct, frozen=True):
    """A span in a file with a short label. An empty `path` means the repository as a whole.

    `span` None means the file as a whole (or the file that is absent).
    """

    path: str
    span: Span | None = None
    label: str = ""


class Fix(msgspec.Struct, frozen=True):
    """How to mend it: always words that fit the place, sometimes edits that do it.

    The edits are made all or none. `safe` says that they cannot change what the app does otherwise. `then` is what is left to do by
    hand once they are made, such as a command.
    """

    description: str
    edits: tuple[Change, ...] = ()
    safe: bool = False
    then: str = ""

    @property
    def plain(self) -> tuple[Edit, ...]:
        """The edits, where all of them replace spans; else none."""
        found = tuple(edit for edit in self.edits if isinstance(edit, Edit))
        return found if len(found) == len(self.edits) else ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement about one place."""

    code: str
    name: str
    severity: Severity
    message: str
    at: Place
    why: str = ""
    related: tuple[Place, ...] = ()
    flow: tuple[Place, ...] = ()
    fix: Fix | None = None
    confidence: Confidence = Confidence.HIGH
    process: str = ""
    app: str = ""
    anchor: str = ""
    """Text that stays when lines move (set by the engine from the place): part of the finding's id."""
    occurrence: int = 0
    """Number among findings that are alike but for their line (set by the engine)."""

    @property
    def id(self) -> str:
        """A stable id that survives moved lines: rule, path, anchor and occurrence."""
        from hashlib import sha256  # only outputs that carry ids pay for it

        key = "\0".join((self.code, self.app, self.at.path, self.anchor or self.message, str(self.occurrence)))
        return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def is_fixable(self, *, safe: bool = True) -> bool:
        """Whether `--fix` (or, when not `safe`, only `--unsafe-fixes`) mends it."""
        return self.fix is not None and bool(self.fix.edits) and self.fix.safe == safe


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something herolint could not read or do; never a finding. `rule` names a rule that failed."""

    message: str
    path: str = ""
    span: Span | None = None
    rule: str = ""
    detail: str = ""


class Suppression(msgspec.Struct, frozen=True):
    """Why a finding is not counted: an `inline` comment, a `config` entry with its reason, or that it stands in the `baseline`."""

    kind: str
    reason: str = ""
    at: Place | None = None
