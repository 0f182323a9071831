"""One folder of the editor's workspace: lints it with the texts as the editor has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from herolint.config import FILE_NAME, PYPROJECT, Config, ConfigError, find_config, read_regular
from herolint.lsp.facts import LiveFacts
from herolint.result import Result
from herolint.source import SourceFile


class Stale(BaseException):
    """Ends a run whose outcome nobody waits for any more; rules that catch every exception do not catch it."""


class Trouble(msgspec.Struct, frozen=True):
    """Why a run could not be done. `file` and `line` (from 1) say where in a configuration, where that is known."""

    message: str
    file: Path | None = None
    line: int = 1


Texts = Mapping[str, bytes]
"""The open files by path relative to the folder, as the editor has them."""


class Folder:
    """Lints `root` again and again; what files say is read anew only where they have changed."""

    def __init__(self, root: Path, uri: str) -> None:
        self.root = root
        self.uri = uri.rstrip("/")
        self._kept = TemporaryDirectory(prefix="herolint-")
        self._facts = LiveFacts(Path(self._kept.name))

    def close(self) -> None:
        """Leave nothing behind."""
        self._kept.cleanup()

    def lint(self, texts: Texts, stale: Callable[[], bool]) -> Result | Trouble:
        """What herolint says of the folder now. Raises Stale once `stale` says that this run is no longer wanted."""
        from herolint import engine
        from herolint.workspace import WorkspaceError

        def check(_doing: str = "") -> None:
            if stale():
                raise Stale

        changed = {path: data for path, data in texts.items() if not self._saved(path, data)}
        self._facts.check = check
        self._facts.start(frozenset(changed.values()))
        options = engine.RunOptions(today=date.today(), cache=self._facts, say=check, changed=changed)
        try:
            result = engine.run(self.root, self._config(changed), options)
        except ConfigError as error:
            return self._trouble(str(error))
        except WorkspaceError as error:
            return Trouble(str(error))
        self._facts.done()
        return result

    def _saved(self, path: str, data: bytes) -> bool:
        """Whether the editor's text is what lies on the disk, whatever its encoding."""
        try:
            disk = (self.root / path).read_bytes()
        except (OSError, ValueError):
            return False
        return disk == data or SourceFile(path, disk).text.encode("utf-8", "replace") == data

    def _config(self, changed: Mapping[str, bytes]) -> Config:
        """The configuration, with the text that it has in the editor. Raises ConfigError."""

        def read(file: Path) -> bytes | None:
            path = file.relative_to(root).as_posix() if file.is_relative_to(root) else ""
            return changed[path] if path in changed else read_regular(file)

        root = self.root.resolve()
        return find_config(self.root, read)

    def _trouble(self, message: str) -> Trouble:
        """Trouble with a configuration; its message begins with the file, and mostly its line."""
        match = re.match(rf"(?P<file>.*?(?:{re.escape(FILE_NAME)}|{re.escape(PYPROJECT)}))(?::(?P<line>\d+))?: (?P<said>.*)", message)
        if match is None:
            return Trouble(message)
        name = Path(match["file"])
        here = name if name.is_absolute() else next((up / name for up in (self.root, *self.root.parents) if (up / name).is_file()), None)
        return Trouble(match["said"], here, int(match["line"] or 1))
