"""The language server as an editor meets it: a process that speaks the protocol over stdin and stdout."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from conftest import plant

pytest.importorskip("pygls", reason="needs the packages of herolint[lsp]")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

SOURCES = Path(__file__).parent.parent / "src"
BAD = 'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(port=5000)\n'
GOOD = BAD.replace("app.run(port=5000)", 'app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 5000)))').replace(
    "from", "import os\n\nfrom", 1
)
APP = {"Procfile": "web: python app.py\n", "app.py": BAD, "requirements.txt": "flask==3.1.2\n", ".python-version": "3.13\n"}


class Editor:
    """A client that remembers what the server shows for each file."""

    def __init__(self, cache: Path) -> None:
        self.client = LanguageClient("editor", "1")
        self.cache = cache
        self.shown: dict[str, list[types.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.messages: list[str] = []
        self.published = 0
        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self._publish(params))
        self.client.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: self._message(params))
        self.client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda _params: None)

    def _publish(self, params: types.PublishDiagnosticsParams) -> None:
        self.shown[params.uri] = list(params.diagnostics)
        self.published += 1
        self.news.set()

    def _message(self, params: types.ShowMessageParams) -> None:
        self.messages.append(params.message)
        self.news.set()

    async def start(self, *roots: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(SOURCES), "HEROLINT_CACHE_DIR": str(self.cache)}
        await self.client.start_io(sys.executable, "-m", "herolint", "lsp", env=environment, cwd=str(self.cache))
        watched = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        kinds = [types.ResourceOperationKind.Create, types.ResourceOperationKind.Rename, types.ResourceOperationKind.Delete]
        edits = types.WorkspaceEditClientCapabilities(document_changes=True, resource_operations=kinds)
        workspace = types.WorkspaceClientCapabilities(did_change_watched_files=watched, workspace_edit=edits)
        capabilities = types.ClientCapabilities(workspace=workspace)
        folders = [types.WorkspaceFolder(root.as_uri(), root.name) for root in roots]
        answer = await self.client.initialize_async(types.InitializeParams(capabilities, workspace_folders=folders))
        assert answer.capabilities.position_encoding in (None, "utf-16")
        self.client.initialized(types.InitializedParams())

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await asyncio.wait_for(self.client.stop(), 20)  # type: ignore[no-untyped-call]  # pygls gives it no types

    def open(self, file: Path, text: str) -> None:
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(file.as_uri(), "python", 1, text)))

    def change(self, file: Path, version: int, text: str) -> None:
        document = types.VersionedTextDocumentIdentifier(version, file.as_uri())
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document, [types.TextDocumentContentChangeWholeDocument(text)])
        )

    def changed_on_disk(self, file: Path) -> None:
        change = types.FileEvent(file.as_uri(), types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))

    def codes(self, file: Path) -> set[object]:
        return {diagnostic.code for diagnostic in self.shown.get(file.as_uri(), [])}

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for the server to say what makes it true."""

        async def wait() -> None:
            while not holds():
                self.news.clear()
                await self.news.wait()

        try:
            await asyncio.wait_for(wait(), 30)
        except TimeoutError:
            raise AssertionError(f"shown: {self.shown}, said: {self.messages}") from None


def edit(tmp_path: Path, story: Callable[[Editor, Path], Awaitable[None]], files: dict[str, str] | None = None) -> None:
    """Run a story of an editor with one app open."""
    root = plant(tmp_path / "app", files or APP)

    async def run() -> None:
        (tmp_path / "cache").mkdir()
        editor = Editor(tmp_path / "cache")
        await editor.start(root)
        try:
            await story(editor, root)
        finally:
            await editor.stop()

    asyncio.run(run())


def test_findings_are_shown_at_once_and_follow_unsaved_text_and_the_disk(tmp_path: Path) -> None:
    async def story(editor: Editor, root: Path) -> None:
        app = root / "app.py"
        await editor.until(lambda: "HL105" in editor.codes(app))
        (found,) = [one for one in editor.shown[app.as_uri()] if one.code == "HL105"]
        assert (found.range.start, found.range.end) == (types.Position(5, 17), types.Position(5, 21))
        assert found.source == "herolint"
        assert found.severity is types.DiagnosticSeverity.Error
        assert [info.location.uri for info in found.related_information or ()] == [(root / "Procfile").as_uri()]
        editor.open(app, BAD)
        editor.change(app, 2, GOOD)
        await editor.until(lambda: "HL105" not in editor.codes(app))
        assert app.read_text() == BAD, "nothing was saved"
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(app.as_uri())))
        await editor.until(lambda: "HL105" in editor.codes(app))
        (root / "Procfile").write_text("web: gunicorn app:app\n")
        editor.changed_on_disk(root / "Procfile")
        await editor.until(lambda: "HL111" in editor.codes(root / "Procfile") and "HL105" not in editor.codes(app))

    edit(tmp_path, story)


def test_many_changes_are_one_run(tmp_path: Path) -> None:
    async def story(editor: Editor, root: Path) -> None:
        app = root / "app.py"
        await editor.until(lambda: "HL105" in editor.codes(app))
        before = editor.published
        editor.open(app, BAD)
        for version in range(2, 22):
            editor.change(app, version, BAD + "#" * version + "\n")
        editor.change(app, 22, GOOD)
        await editor.until(lambda: "HL105" not in editor.codes(app))
        assert editor.published == before + 1

    edit(tmp_path, story)


def test_a_quick_fix_mends_what_it_says(tmp_path: Path) -> None:
    async def story(editor: Editor, root: Path) -> None:
        app = root / "app.py"
        await editor.until(lambda: "HL105" in editor.codes(app))
        editor.open(app, BAD)
        document, place = types.TextDocumentIdentifier(app.as_uri()), types.Position(5, 18)
        wanted = types.CodeActionParams(document, types.Range(place, place), types.CodeActionContext([]))
        offered = await editor.client.text_document_code_action_async(wanted)
        (fix,) = [
            one for one in offered or () if isinstance(one, types.CodeAction) and [d.code for d in one.diagnostics or ()] == ["HL105"]
        ]
        made = await editor.client.code_action_resolve_async(fix)
        assert made.edit is not None
        assert made.edit.changes is not None
        text = applied(BAD, made.edit.changes[app.as_uri()])
        assert "import os" in text
        editor.change(app, 2, text)
        await editor.until(lambda: "HL105" not in editor.codes(app))
        editor.change(app, 3, "\n\n" + BAD)
        assert not await editor.client.text_document_code_action_async(wanted), "its places are out of date until it is linted again"

    edit(tmp_path, story)


def applied(text: str, edits: Sequence[types.TextEdit]) -> str:
    """A text with edits made, the last one first."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    for one in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        first, last = (starts[place.line] + place.character for place in (one.range.start, one.range.end))
        text = text[:first] + one.new_text + text[last:]
    return text


def test_hover_shows_the_rules_page(tmp_path: Path) -> None:
    async def story(editor: Editor, root: Path) -> None:
        app = root / "app.py"
        await editor.until(lambda: "HL105" in editor.codes(app))
        document = types.TextDocumentIdentifier(app.as_uri())
        hover = await editor.client.text_document_hover_async(types.HoverParams(document, types.Position(5, 18)))
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert "HL105 port-not-bound" in hover.contents.value
        assert "Why it hurts" in hover.contents.value
        assert await editor.client.text_document_hover_async(types.HoverParams(document, types.Position(0, 0))) is None

    edit(tmp_path, story)


def test_configuration_counts_as_it_is_typed_and_its_mistakes_are_told(tmp_path: Path) -> None:
    async def story(editor: Editor, root: Path) -> None:
        app, config = root / "app.py", root / "herolint.toml"
        await editor.until(lambda: "HL105" in editor.codes(app))
        editor.open(config, 'ignore = ["HL105"]\n')
        await editor.until(lambda: "HL105" not in editor.codes(app))
        editor.change(config, 2, 'ignroe = ["HL105"]\n')
        await editor.until(lambda: bool(editor.messages and editor.shown.get(config.as_uri())))
        assert "did you mean `ignore`?" in editor.messages[0]
        (mistake,) = editor.shown[config.as_uri()]
        assert (mistake.range.start.line, mistake.severity) == (0, types.DiagnosticSeverity.Error)
        assert "HL105" not in editor.codes(app), "what was known stays until the configuration can be read"
        editor.change(config, 3, "")
        await editor.until(lambda: "HL105" in editor.codes(app) and not editor.shown[config.as_uri()])

    edit(tmp_path, story)


def test_columns_count_utf_16_units(tmp_path: Path) -> None:
    text = BAD.replace("    app.run(port=5000)", '    "🚀🚀"; app.run(port=5000)')

    async def story(editor: Editor, root: Path) -> None:
        app = root / "app.py"
        await editor.until(lambda: "HL105" in editor.codes(app))
        (found,) = [one for one in editor.shown[app.as_uri()] if one.code == "HL105"]
        assert found.range.start.character == len('    "🚀🚀"; app.run(port='.encode("utf-16-le")) // 2

    edit(tmp_path, story, {**APP, "app.py": text})


def test_folders_come_and_go(tmp_path: Path) -> None:
    other = plant(tmp_path / "other app", APP)

    async def story(editor: Editor, root: Path) -> None:
        await editor.until(lambda: "HL105" in editor.codes(root / "app.py"))
        folder = types.WorkspaceFolder(other.as_uri(), "other")

        def now(added: list[types.WorkspaceFolder], removed: list[types.WorkspaceFolder]) -> None:
            event = types.WorkspaceFoldersChangeEvent(added, removed)
            editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

        now([folder], [])
        await editor.until(lambda: "HL105" in editor.codes(other / "app.py"))
        now([], [folder])
        await editor.until(lambda: not editor.codes(other / "app.py"))
        assert "HL105" in editor.codes(root / "app.py")

    edit(tmp_path, story)


def test_without_its_packages_one_line_says_so(tmp_path: Path) -> None:
    plant(tmp_path, {"pygls/__init__.py": "raise ModuleNotFoundError(\"No module named 'pygls'\", name='pygls')\n"})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(SOURCES)])}
    command = [sys.executable, "-m", "herolint", "lsp"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "herolint: the language server needs more packages: install `herolint[lsp]`\n"
