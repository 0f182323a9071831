"""How soon an editor shows what a change brings: the language server over stdio, on the trees of `trees.py`. Needs `herolint[lsp]`.

The change makes a finding: a call of an API without a time limit. Beside the time that passes, which holds the 0.3 s that the server
waits for more changes, stands the processor time that the server uses, which other programs on the machine change less.
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


def processor_time(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(root: Path, cache: Path) -> tuple[tuple[float, float], list[tuple[float, float]], int]:
    """Seconds (that passed, of the processor) until the first finding is shown, and after each change; the server's memory in kB."""
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
    server = editor.client._server
    assert server is not None
    await editor.count(file.as_uri(), 1)
    first = time.perf_counter() - start, processor_time(server.pid)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(file.as_uri(), "python", 0, bad)))
    await asyncio.sleep(1)
    found = []
    for version in range(1, 2 * CHANGES + 1):
        text = (good if version % 2 else bad) + f"# {version}\n"
        document = types.VersionedTextDocumentIdentifier(version, file.as_uri())
        start, used = time.perf_counter(), processor_time(server.pid)
        editor.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document, [types.TextDocumentContentChangeWholeDocument(text)])
        )
        await editor.count(file.as_uri(), 0 if version % 2 else 1)
        found.append((time.perf_counter() - start, processor_time(server.pid) - used))
    memory = int(Path(f"/proc/{server.pid}/status").read_text().partition("VmHWM:")[2].split()[0])
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    await editor.client.stop()  # type: ignore[no-untyped-call]  # pygls gives it no types
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
            passed, used = (min(times) for times in zip(*after, strict=True))
            print(
                f"{size}: {lines:,} lines; first findings {cold[0]:.2f} s ({cold[1]:.2f} s of the processor) cold, "
                f"{first[0]:.2f} s ({first[1]:.2f} s) with facts kept; after a change {passed:.2f} s ({used:.2f} s); {memory / 1000:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
