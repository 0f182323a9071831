"""What settings and code of a framework keep on the dyno's disk of all that visitors upload."""

from __future__ import annotations

import msgspec

from herolint.finding import Place


class KeptUploads(msgspec.Struct, frozen=True):
    """Uploads that end on the disk: what keeps them there, where that is said, and what uses it."""

    message: str
    at: Place
    related: tuple[Place, ...]
    sure: bool
    fix: str
