"""The files as fixes have left them so far, in memory: contents that differ from the disk, and which file came from which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from herolint.fixes.resolve import Patch, Plan, Sources, applied
from herolint.source import SourceFile

_IGNORES = frozenset({".gitignore", ".gitattributes", ".slugignore"})


class State(msgspec.Struct, frozen=True):
    """`changed` maps paths to their new bytes (None: gone); `moved` maps a new path to the one on the disk that it was renamed from."""

    changed: Mapping[str, bytes | None] = {}
    moved: Mapping[str, str] = {}

    @property
    def changes_what_is_pushed(self) -> bool:
        """Whether an ignore file is among the changed ones, so that the list of files itself may be another one."""
        return any(path.rpartition("/")[2] in _IGNORES for path in self.changed)

    def after(self, plans: Sequence[Plan], source: Sources) -> State:
        """The state once plans that do not overlap are carried out on it; `source` gives the files as they are in it."""
        patches: dict[str, list[Patch]] = {}
        changed, moved = dict(self.changed), dict(self.moved)
        for plan in plans:
            for path, some in plan.patches.items():
                patches.setdefault(path, []).extend(some)
            changed |= plan.new
        for path, gathered in patches.items():
            if (file := source(path)) is not None:
                changed[path] = applied(file.data, sorted(dict.fromkeys(gathered), key=lambda patch: patch.span))
        for plan in plans:
            for old, new in plan.renamed.items():
                file = source(old)
                data = changed.get(old)
                changed[new] = data if data is not None else file.data if file is not None else b""
                changed[old] = None
                moved[new] = moved.pop(old, old)
            for path in plan.deleted:
                changed[path] = None
        return State(changed, moved)

    def file(self, path: str) -> SourceFile | None:
        """A changed file that is there."""
        data = self.changed.get(path)
        return SourceFile(path, data) if data is not None else None
