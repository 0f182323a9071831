"""The server: what the editor says goes to the folders, what they find goes to the editor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from herolint import __version__
from herolint.lsp.folder import Trouble
from herolint.lsp.opened import Opened
from herolint.lsp.runs import in_thread
from herolint.lsp.told import Told, hover_text

_NOT_OURS = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv"})
"""Folders whose changes on the disk say nothing, and come in great numbers."""


class Server(LanguageServer):
    """The folders that are open, and what the editor has of their files."""

    def __init__(self) -> None:
        super().__init__("herolint", __version__)
        self.opened: dict[str, Opened] = {}
        self.complained: set[str] = set()
        self.turn = asyncio.Lock()

    def open(self, uri: str) -> None:
        """Lint a folder from now on."""
        path = to_fs_path(uri)
        if path and uri not in self.opened and os.path.isdir(path):
            self.opened[uri] = Opened(self, uri, Path(os.path.abspath(path)))
            self.opened[uri].runs.changed()

    def close_folder(self, uri: str) -> None:
        """Lint a folder no more."""
        if (opened := self.opened.pop(uri, None)) is not None:
            opened.close()

    def holding(self, uri: str) -> Opened | None:
        """The innermost open folder that holds the file at an address."""
        path = to_fs_path(uri)
        if not path:
            return None
        holders = [opened for opened in self.opened.values() if Path(os.path.abspath(path)).is_relative_to(opened.folder.root)]
        return max(holders, key=lambda opened: len(opened.folder.root.parts), default=None)

    def documents(self) -> Iterator[tuple[Path, str, str]]:
        """The open files: path, address and text."""
        for document in list(self.workspace.text_documents.values()):
            path = to_fs_path(document.uri)
            if path and document.uri.startswith("file:"):
                yield Path(os.path.abspath(path)), document.uri, document.source

    def document(self, path: Path) -> str | None:
        """The address under which a file is open, if it is."""
        return next((uri for other, uri, _ in self.documents() if other == path), None)

    def texts(self, opened: Opened) -> dict[str, bytes]:
        """The open files in a folder by their paths in it."""
        root = opened.folder.root
        found = {}
        for path, _, text in self.documents():
            if path.is_relative_to(root) and ".git" not in (relative := path.relative_to(root)).parts:
                found[relative.as_posix()] = text.encode("utf-8", "replace")
        return found

    def makes_files(self) -> bool:
        """Whether the editor can make, rename and remove files when it is told to."""
        workspace = self.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace is not None else None
        kinds = set(edit.resource_operations or ()) if edit is not None and edit.document_changes else set()
        return kinds >= {types.ResourceOperationKind.Create, types.ResourceOperationKind.Rename, types.ResourceOperationKind.Delete}

    def touched(self, uri: str) -> None:
        """A file has changed: every folder around it is to be linted anew, unless it lies where nothing is looked at."""
        path = Path(os.path.abspath(to_fs_path(uri) or os.sep))
        for opened in self.opened.values():
            root = opened.folder.root
            if path.is_relative_to(root) and not _NOT_OURS.intersection(path.relative_to(root).parts):
                opened.runs.changed()

    def show(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        """Publish the diagnostics of one file."""
        version = next((one.version for one in list(self.workspace.text_documents.values()) if one.uri == uri), None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def complain(self, trouble: Trouble) -> None:
        """Say once why nothing can be found, and where."""
        where = f"{trouble.file}:{trouble.line}: " if trouble.file else ""
        text = f"herolint: {where}{trouble.message}"
        if text not in self.complained:
            self.complained.add(text)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))


def serve() -> None:
    """Speak with an editor over stdin and stdout until it has enough."""
    make_server().start_io()


def make_server() -> Server:
    """A server that knows what to do with everything the editor says."""
    server = Server()
    server.feature(types.INITIALIZED)(partial(_initialized, server))
    for name in (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE, types.TEXT_DOCUMENT_DID_SAVE, types.TEXT_DOCUMENT_DID_CLOSE):
        server.feature(name)(partial(_document, server))
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(partial(_watched, server))
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(partial(_configuration, server))
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(partial(_folders, server))
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix]))(partial(_actions, server))
    server.feature(types.CODE_ACTION_RESOLVE)(partial(_resolve, server))
    server.feature(types.TEXT_DOCUMENT_HOVER)(partial(_hover, server))
    server.feature(types.SHUTDOWN)(partial(_shutdown, server))
    return server


def _initialized(server: Server, _params: types.InitializedParams) -> None:
    folders = list(server.workspace.folders)
    if not folders and server.workspace.root_uri:
        folders = [server.workspace.root_uri]
    for uri in folders:
        server.open(uri)
    watching = server.client_capabilities.workspace and server.client_capabilities.workspace.did_change_watched_files
    if watching and watching.dynamic_registration:
        wanted = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*")])
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        server.client_register_capability(types.RegistrationParams([types.Registration("herolint-files", method, wanted)]))


_DocumentParams = (
    types.DidOpenTextDocumentParams | types.DidChangeTextDocumentParams | types.DidSaveTextDocumentParams | types.DidCloseTextDocumentParams
)


def _document(server: Server, params: _DocumentParams) -> None:
    server.touched(params.text_document.uri)


def _watched(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        server.touched(change.uri)


def _configuration(server: Server, _params: types.DidChangeConfigurationParams) -> None:
    for opened in server.opened.values():
        opened.runs.changed()


def _folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        server.close_folder(folder.uri)
    for folder in params.event.added:
        server.open(folder.uri)


def _place(server: Server, uri: str) -> tuple[Opened, Told, str] | None:
    """The folder of a file that has been linted, what was said of it, and the file's path in it."""
    opened, path = server.holding(uri), to_fs_path(uri)
    if opened is None or opened.told is None or not path:
        return None
    return opened, opened.told, Path(os.path.abspath(path)).relative_to(opened.folder.root).as_posix()


def _actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The fixes of the findings in a range; what they change is worked out when one is chosen."""
    place = _place(server, params.text_document.uri)
    if place is None:
        return []
    opened, told, path = place
    found = []
    for finding, diagnostic in told.at(path, params.range):
        fix = finding.fix
        if fix is None or not fix.edits or not opened.is_current(finding):
            continue
        more = ("" if fix.safe else " (may change what the app does)") + (f"; then {fix.then}" if fix.then else "")
        found.append(
            types.CodeAction(
                title=fix.description + more,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic],
                is_preferred=fix.safe,
                data=[opened.folder.uri, finding.id],
            )
        )
    return found


async def _resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    """The action with what it changes, or with nothing where the fix cannot be made."""
    folder, wanted = action.data if isinstance(action.data, list) and len(action.data) == 2 else ("", "")
    opened = next((one for one in server.opened.values() if one.folder.uri == folder), None)
    told = opened.told if opened is not None else None
    finding = next((one for one in told.result.findings if one.id == wanted), None) if told is not None else None
    if opened is None or told is None or finding is None or finding.fix is None or not opened.is_current(finding):
        return action
    from herolint.lsp.mending import workspace_edit

    make = partial(workspace_edit, finding.fix, told.result, opened.uri, told.units, files=server.makes_files())
    action.edit = await in_thread(make)
    if action.edit is None:
        server.window_show_message(
            types.ShowMessageParams(types.MessageType.Info, f"herolint: this fix of {finding.code} cannot be made here")
        )
    return action


def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    place = _place(server, params.text_document.uri)
    if place is None:
        return None
    _, told, path = place
    touched = list(told.at(path, types.Range(params.position, params.position)))
    if not touched:
        return None
    text = hover_text(finding for finding, _ in touched)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), touched[0][1].range)


def _shutdown(server: Server, _params: None = None) -> None:
    for uri in list(server.opened):
        server.close_folder(uri)
