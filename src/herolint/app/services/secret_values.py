"""Whether a text looks like a real secret: placeholders and words told from what a generator or a person made up."""

from __future__ import annotations

import math
import re
from collections import Counter

from herolint.knowledge.secrets import load_secret_formats
from herolint.patterns import lazy

PLACEHOLDER = lazy(
    r"(?i)^(x+|\*+|\.+|-+|<.*>|\[.*\]|\{.*\}|%.*%|\$.*|env\(.*\)|your.*|my.*|change.*|replace.*|example.*|sample.*|dummy.*|test.*|fake.*|placeholder.*|todo.*|secret.*|"
    r"pass(word)?\d*|admin\d*|root\d*|user\d*|postgres\d*|guest|mysql\d*|mongo\d*|redis\d*|django.?insecure.*|insecure.*|dev.*|local.*|docker.*|none|null|undefined|foo.*|bar.*|abc.*|1234.*|qwerty.*|token.*|key.*|api.?key.*|enter.*|insert.*|put.*|some.*|hunter2|pw\d*|pwd\d*|s3cr3t.*|super.?secret.*|default.*|temp.*|p[a@]ssw[o0]rd.*)$"
)  # fmt: skip
_MADE_UP = lazy(
    r"(?i)example|xxxx|your|dummy|fake|sample|placeholder|abcdef|0123456789|1234567890|test_?key|changeme|change.?(me|this|it)|replace|insecure|"
    r"redacted|secret.?key|not.?(a.?)?(real|secret)|needs.?to|(dev|test|demo|local)[-_]|[-_](dev|test|demo|local)|lorem|insert|fill.?in|\.\.\.|\*\*\*"
)
_TYPED = lazy(r"(?!(.)\1)([0-9A-Za-z]{2,4})\2{3}")
"""The same few characters four times over: somebody has typed them."""
_COUNTED = lazy(r"(?<!\d)123456(?!\d)")
_CONSONANTS = lazy(r"(?i)[bcdfghjklmnpqrstvwxz]{5}")
_WORDS = lazy(r"[A-Z]?[a-z]{3,}|[A-Z]{3,}")


def mask(value: str) -> str:
    """The first characters and a length, enough to find it and too little to use it."""
    return f"{value[:4]}… ({len(value)} characters)"


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) if value else 0.0


def is_placeholder(value: str) -> bool:
    """Whether the value only says that something belongs here."""
    return bool(PLACEHOLDER.match(value)) or looks_made_up(value)


def looks_made_up(value: str) -> bool:
    """Whether the value holds words of examples, or hardly any different characters."""
    said = _MADE_UP.search(value) or load_secret_formats().public.known.match(value) or _TYPED.search(value)
    return bool(said) or len(set(value)) < min(8, max(3, len(value) - 2))


def looks_random(value: str, length: int = 16) -> bool:
    """Whether a generator made the value: long, digits among letters, mixed, and no words put together."""
    if len(value) < length or _COUNTED.search(value) or not value.isascii() or any(c.isspace() for c in value):
        return False
    if not any(c.isdigit() for c in value) or not any(c.isalpha() for c in value) or entropy(value) < 3.0:
        return False
    spelt = sum(len(word) for word in _WORDS.findall(value) if len(word) > 4 and not _CONSONANTS.search(word))
    return spelt <= len(value) * 0.4 and not _is_address(value)


def _is_address(value: str) -> bool:
    """Whether it is a path, a URL, a dotted name, a version or a date rather than a secret."""
    return bool(
        re.match(r"\w+://|[./~]|[\w-]+(\.[\w-]+)+\.[A-Za-z]{2,}(/|\Z)|\d{4}-\d\d-\d\d|sha\d+[-:]|[A-Za-z]:\\", value)
        or re.fullmatch(r"[A-Za-z_][\w-]*([./:][A-Za-z_][\w-]*)+", value)
        or re.match(r"(pbkdf2|bcrypt|argon2|scrypt|\$2[aby]\$)", value)
    )


def chosen_password(value: str) -> bool:
    """Whether a person may have chosen the value as a password: no placeholder, and more than a plain word."""
    if len(value) < 6 or is_placeholder(value) or not value.isascii() or any(c in value for c in " {}<>$%()"):
        return False
    return any(not c.isalpha() for c in value) and not re.fullmatch(r"[a-z]+([-_][a-z]+)+|[A-Z]+([-_][A-Z]+)+|https?://\S+|\d{1,6}", value)
