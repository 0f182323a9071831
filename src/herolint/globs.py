"""Path patterns of the configuration, matched in time linear in the pattern times the path.

The configuration is part of the repository that is read, so a pattern must not be able to stall the run as
a backtracking regular expression can.
"""

from __future__ import annotations

from fnmatch import translate
from functools import lru_cache
from re import Pattern
from re import compile as compile_pattern


def matches(pattern: str, path: str) -> bool:
    """Whether `path` (with `/`) matches `pattern`.

    `*` and `?` stay inside one path segment, `**` spans any number of them, `[abc]` is one character. A
    pattern that matches a folder matches everything below it; one without `/` matches at any depth.
    """
    wanted = [part for part in pattern.split("/") if part not in ("", ".")]
    if not wanted:
        return pattern == "."
    if len(wanted) == 1 and not pattern.startswith(("/", "./")):
        wanted = ["**", *wanted]
    parts = path.split("/") if path else []
    return _match_path(wanted, parts) or (wanted[-1] != "**" and _match_path([*wanted, "**"], parts))


def _match_path(wanted: list[str], parts: list[str]) -> bool:
    """Greedy matching with one point of return, the last `**`: never more than pattern times path steps."""
    at = want = 0
    back_want, back_at = -1, 0
    while at < len(parts):
        if want < len(wanted) and wanted[want] == "**":
            back_want, back_at = want, at
            want += 1
        elif want < len(wanted) and _match_segment(wanted[want], parts[at]):
            at, want = at + 1, want + 1
        elif back_want >= 0:
            back_at += 1
            at, want = back_at, back_want + 1
        else:
            return False
    return all(part == "**" for part in wanted[want:])


def _match_segment(pattern: str, text: str) -> bool:
    """One segment, the same way: literal runs and classes between the `*` are tried left to right."""
    if "*" not in pattern and "?" not in pattern and "[" not in pattern:
        return pattern == text
    return _compiled(pattern).match(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Pattern[str]:
    # fnmatch turns each star but the last into an atomic group, so matching does not backtrack.
    return compile_pattern(translate(pattern))
