"""How soon an editor shows what a change brings: the language server over stdio, on the trees of `trees.py`. Needs `herolint[lsp]`.

Each time holds the 0.3 s that the server waits for more changes. The change makes a finding: a call of an API without a time limit.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from trees import make_tree

SIZES = {"small": 8, "medium": 100, "large": 560}
"""Modules of about 250 lines."""
CHANGES = 5


class Editor:
    """A client that knows when which file was last told about."""

    def __init__(self) -> None:
        self.client = LanguageClient("benchmark", "1")
        self.told: dict[str, list[types.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.tell(params))

    def tell(self, params: types.PublishDiagnosticsParams) -> None:
        """Remember what is shown."""
        self.told[params.uri] = list(params.diagnostics)
        self.news.set()

    async def count(self, uri: str, wanted: int) -> None:
        """Wait until a file has so many findings."""
        while len(self.told.get(uri, ())) != wanted:
            self.news.clear()
            await self.news.wait()


def texts(file: Path) -> tuple[str, str]:
    """A module with a finding more, and as it is."""
    text = file.read_text("utf-8")
    return text.replace("params=wanted, timeout=5)", "params=wanted)", 1), text


async def measure(root: Path, cache: Path) -> tuple[float, list[float], int]:
    """Seconds until the first finding is shown, seconds after each change, and the server's memory in kB."""
    editor = Editor()
    file = root / "shop0" / "part0.py"
    bad, good = texts(file)
    file.write_text(bad, "utf-8")
    start = time.perf_counter()
    environment = {**os.environ, "HEROLINT_CACHE_DIR": str(cache)}
    await editor.client.start_io(sys.executable, "-m", "herolint", "lsp", env=environment)
    folders = [types.WorkspaceFolder(root.as_uri(), "tree")]
    await editor.client.initialize_async(types.InitializeParams(types.ClientCapabilities(), workspace_folders=folders))
    editor.client.initialized(types.InitializedParams())
    await editor.count(file.as_uri(), 1)
    first = time.perf_counter() - start
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(file.as_uri(), "python", 0, bad)))
    await asyncio.sleep(1)
    found = []
    for version in range(1, 2 * CHANGES + 1):
        text = (good if version % 2 else bad) + f"# {version}\n"
        document = types.VersionedTextDocumentIdentifier(version, file.as_uri())
        start = time.perf_counter()
        editor.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document, [types.TextDocumentContentChangeWholeDocument(text)])
        )
        await editor.count(file.as_uri(), 0 if version % 2 else 1)
        found.append(time.perf_counter() - start)
    process = editor.client._server
    memory = int(Path(f"/proc/{process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]) if process else 0
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    await editor.client.stop()
    file.write_text(good, "utf-8")
    return first, sorted(found), memory


def main() -> None:
    """Measure and print a line for each tree."""
    for size, modules in SIZES.items():
        with tempfile.TemporaryDirectory() as name:
            root, cache = Path(name).resolve() / "tree", Path(name) / "cache"
            lines = make_tree(root, modules)
            cold, _, _ = asyncio.run(measure(root, cache))
            first, after, memory = asyncio.run(measure(root, cache))
            print(
                f"{size}: {lines:,} lines; first findings {cold:.2f} s cold, {first:.2f} s with facts kept; "
                f"after a change {after[0]:.2f} s at best, {after[len(after) // 2]:.2f} s in the middle; {memory / 1000:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
