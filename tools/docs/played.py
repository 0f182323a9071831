"""Plays a page that tells a story: its diffs are made to an example app one after the other, its commands are run, and what they print is filled in.

A block ```` ```diff title="FILE" ```` changes, makes (only `+` lines) or removes (only `-` lines) a file. A block ```` ```console ````
with `$ herolint …` is run in the app; what it prints stands below the command.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

_BLOCK = re.compile(r'^```(?P<kind>diff|console)(?: title="(?P<file>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)


class StoryError(Exception):
    """A page that cannot be played; the text names the block."""


def played(text: str, root: Path, today: str) -> str:
    """The page with the outputs of its commands, once its changes have been made to the app in the folder `root`."""

    def play(block: re.Match[str]) -> str:
        if block["kind"] == "diff" and block["file"]:
            _change(root / block["file"], block["body"])
            return block[0]
        lines = []
        for line in block["body"].splitlines():
            lines.append(line)
            if line.startswith("$ herolint"):
                lines.append(_run(line[2:], root, today))
        return "```console\n" + "\n".join(lines).rstrip("\n") + "\n```"

    return _BLOCK.sub(play, text)


def _change(file: Path, diff: str) -> None:
    """Make a change: the lines that begin with a space or `-` must stand in the file, once."""
    before = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[:1] != "+")
    after = "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[:1] != "-")
    text = file.read_text("utf-8") if file.exists() else ""
    if text.count(before) != 1 and before:
        raise StoryError(f"{file.name}: what the page changes does not stand there once:\n{before}")
    text = text.replace(before, after, 1) if before else text + after
    if text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    else:
        file.unlink()


def _run(command: str, root: Path, today: str) -> str:
    """What a command prints, on the day for which the page was written."""
    program, *words = shlex.split(command)
    assert program == "herolint"
    words = words if words[:1] in (["build"], ["explain"], ["slug"], ["check"]) else ["check", *words]
    if words[0] == "check":
        words += ["--today", today, "--no-cache"]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "96"}
    done = subprocess.run(
        [sys.executable, "-m", "herolint", *words],
        cwd=root,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise StoryError(f"{command}: {done.stderr}")
    return done.stdout.rstrip("\n")
