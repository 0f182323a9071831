"""Numbers and lists as messages say them."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def some(names: Sequence[str], most: int) -> str:
    """The first few names, and how many more there are: `a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
