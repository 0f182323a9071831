"""A folder that is open in the editor: linted when something changes, and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from herolint.finding import Finding
from herolint.lsp.folder import Folder, Texts, Trouble
from herolint.lsp.runs import Runs
from herolint.lsp.told import Told, trouble_diagnostic, uri_under
from herolint.result import Result

if TYPE_CHECKING:
    from herolint.lsp.server import Server


class Opened:
    """A folder in the editor: its runs, what they found last, and the addresses under which it is shown."""

    def __init__(self, server: Server, uri: str, root: Path) -> None:
        self.server = server
        self.folder = Folder(root, uri)
        self.runs = Runs(self.lint, self.show, server.turn)
        self.told: Told | None = None
        self.texts: Texts = {}
        self.shown: frozenset[str] = frozenset()

    def lint(self, stale: Callable[[], bool]) -> tuple[Result | Trouble, Texts]:
        """Lint with the texts as they are now; in a thread."""
        texts = self.server.texts(self)
        try:
            return self.folder.lint(texts, stale), texts
        except Exception as error:  # noqa: BLE001 - the server goes on
            return Trouble(f"internal error: {type(error).__name__}: {error}"), texts

    def show(self, outcome: tuple[Result | Trouble, Texts]) -> None:
        """Publish what was found; what could not be done leaves the rest as it was."""
        result, texts = outcome
        if isinstance(result, Trouble):
            self.server.complain(result)
            if result.file is not None:
                uri = self.uri_of(result.file)
                self.server.show(uri, [trouble_diagnostic(result)])
                self.shown |= {uri}
            return
        self.server.complained.clear()
        self.texts = texts
        self.told = Told(result, self.uri, self.server.workspace.position_codec.client_num_units)
        inner = [other for other in self.server.opened.values() if other is not self and other.folder.root.is_relative_to(self.folder.root)]
        found = {
            self.uri(path): diagnostics
            for path, diagnostics in self.told.diagnostics.items()
            if not any((self.folder.root / path).is_relative_to(other.folder.root) for other in inner)
        }
        self.publish(found)

    def publish(self, found: Mapping[str, list[types.Diagnostic]]) -> None:
        """Show these diagnostics by address, and take away those that were shown elsewhere."""
        for uri in sorted(self.shown - found.keys()):
            self.server.show(uri, [])
        for uri, diagnostics in sorted(found.items()):
            self.server.show(uri, diagnostics)
        self.shown = frozenset(found)

    def uri(self, path: str) -> str:
        """The address of a path: the one that the editor uses where it is open."""
        document = self.server.document(self.folder.root / path)
        return document if document is not None else uri_under(self.folder.uri, path)

    def uri_of(self, file: Path) -> str:
        """The address of a file that may lie above the folder, as a configuration does."""
        root = self.folder.root
        return self.uri(file.relative_to(root).as_posix()) if file.is_relative_to(root) else self.server.document(file) or file.as_uri()

    def is_current(self, finding: Finding) -> bool:
        """Whether the files that a finding's fix would change are in the editor as they were when they were linted."""
        now = self.server.texts(self)
        return all(self._is_as_linted(edit.path, now) for edit in (finding.fix.edits if finding.fix is not None else ()))

    def _is_as_linted(self, path: str, now: Texts) -> bool:
        text = now.get(path)
        if text is None:
            return path not in self.texts  # it was open then, and is closed since
        file = self.told.result.source(path) if self.told is not None else None
        return file is not None and text in (file.data, file.text.encode("utf-8", "replace"))

    def close(self) -> None:
        """Take everything back."""
        self.runs.close()
        self.publish({})
        self.folder.close()
