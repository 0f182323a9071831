"""Regular expressions that are compiled when they are first used: most of a run's are not, and compiling them all takes as long as a small app."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """Stands for a compiled pattern, and takes over each method at its first use."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__[name] = getattr(re.compile(*self._source), name)
        return found


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, as far as methods and attributes go. A faulty pattern raises re.error at its first use."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))
