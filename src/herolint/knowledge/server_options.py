"""Options that servers know, so that one which they refuse can be told. Reads server_options.toml."""

from __future__ import annotations

from functools import cache

import msgspec

from herolint.tables import load_table


class ServerOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One program; what the fields mean stands in the head of server_options.toml."""

    abbreviated: bool
    options: str

    @property
    def names(self) -> tuple[str, ...]:
        """The long names, without their dashes."""
        return tuple(self.options.split())

    def taken_for(self, name: str) -> tuple[str, ...]:
        """The options that a long name is taken for: none or several, and the program gives up."""
        if any(name == one or (one.endswith("*") and name.startswith(one[:-1])) for one in self.names):
            return (name,)
        return tuple(one for one in self.names if one.startswith(name)) if self.abbreviated else ()


@cache
def server_options(program: str) -> ServerOptions | None:
    """What a server's command line takes; None for a program that is not known."""
    return _rows().get(program)


@cache
def _rows() -> dict[str, ServerOptions]:
    return msgspec.convert(load_table("herolint.knowledge", "server_options.toml")["programs"], dict[str, ServerOptions])
