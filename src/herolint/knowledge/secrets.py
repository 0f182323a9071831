"""Formats of the tokens that services hand out: the rows of secrets.toml."""

import re
from functools import cache, cached_property

import msgspec

from herolint.tables import load_table


class Token(msgspec.Struct, frozen=True, dict=True):
    """A format of a token. `holds` are words of which one stands wherever it does; group `s` of `pattern` is the secret.

    `long`: so many letters and digits it holds in a row. `sure` is false where such a value is often public. `digits`: its first part must
    be a number in base 64; `role`: it must be a JSON web token that grants this role. `near`: words around it that say it is made for
    browsers and phones, which may have it.
    """

    kind: str
    holds: tuple[str, ...]
    pattern: str
    long: int = 0
    sure: bool = True
    digits: bool = False
    role: str = ""
    near: tuple[str, ...] = ()

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """`holds` as bytes."""
        return tuple(word.encode() for word in self.holds)


class Public(msgspec.Struct, frozen=True, dict=True):
    """What makes a value public although its name sounds secret: prefixes and words of names, beginnings and forms of values."""

    prefixes: tuple[str, ...]
    words: tuple[str, ...]
    values: tuple[str, ...]
    forms: tuple[str, ...]
    published: tuple[str, ...]

    @cached_property
    def known(self) -> re.Pattern[str]:
        """Beginnings of keys that are published."""
        return re.compile("|".join(self.published))

    @cached_property
    def form(self) -> re.Pattern[str]:
        """Any of the forms."""
        return re.compile("|".join(self.forms))

    def is_value(self, value: str) -> bool:
        """Whether a value is public by its looks."""
        return value.startswith(self.values) or self.form.fullmatch(value) is not None


class SecretFormats(msgspec.Struct, frozen=True, dict=True):
    """The whole table."""

    token: tuple[Token, ...]
    public: Public

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """How many letters and digits in a row the formats hold, the shortest first."""
        return tuple(sorted({token.long for token in self.token if token.long}))


@cache
def load_secret_formats() -> SecretFormats:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "secrets.toml"), SecretFormats)
