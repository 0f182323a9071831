"""What a helper process does: it reads the files that it is given into facts, which it leaves in the cache (see `herolint.code.ahead`)."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import msgspec

from herolint.code import facts_of
from herolint.code.cache import FactCache
from herolint.source import SourceFile


def main() -> None:
    """Read batches until there are no more. A line on stdin names the file that holds one; the same line on stdout says that it is done."""
    gc.disable()  # as in the command line: facts and trees hold no cycles
    batches, cache = Path(sys.argv[1]), FactCache(Path(sys.argv[2]))
    for line in sys.stdin.buffer:
        batch = batches / line.decode().strip()
        for path, data in msgspec.msgpack.decode(batch.read_bytes(), type=list[tuple[str, bytes]]):
            facts_of(SourceFile(path, data), cache)
        batch.unlink()
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
