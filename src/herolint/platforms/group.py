"""What every group of a platform's facts has."""

import datetime

import msgspec


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts with the pages they come from, and the date of the copies that were read."""

    source: tuple[str, ...]
    read: datetime.date
