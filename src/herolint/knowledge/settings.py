"""Where programs keep their settings: what the tables of calls say of it."""

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Where programs keep their settings: objects that hold those of the one app of a process by key, and objects filled from a file.

    `keeps` are objects on whose attributes programs keep what they make at the start, or for one request, for other functions to use.
    `decoders` are starts of the names of packages that fill an object from a file's text, `fills` the last words of the calls that do,
    `opens` calls that are given the file's name.
    """

    objects: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    decoders: tuple[str, ...] = ()
    fills: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()
