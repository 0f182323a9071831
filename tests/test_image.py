"""The image of herolint itself, as far as its Dockerfile tells without a daemon to build it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from herolint.formats import dockerfile
from herolint.source import SourceFile

ROOT = Path(__file__).parent.parent
IMAGE = dockerfile.parse(SourceFile("Dockerfile", (ROOT / "Dockerfile").read_bytes()))
COPIED = [word for one in IMAGE.instructions if one.keyword == "COPY" and "--from" not in one.args for word in one.args.split()[:-1]]


def said(keyword: str) -> str:
    instruction = IMAGE.last(keyword)
    assert instruction is not None
    return instruction.args


def test_it_runs_as_nobody_special_and_holds_no_secret() -> None:
    assert said("USER") not in ("", "root", "0")
    assert said("ENTRYPOINT") == '["herolint"]'
    assert not [one.args for one in IMAGE.instructions if one.keyword == "ARG"], "arguments stay in the image's history"
    assert not re.search("token|password|secret", " ".join(one.args for one in IMAGE.instructions), re.IGNORECASE)


def test_what_is_copied_passes_the_ignore_file_and_is_enough_to_build(tmp_path: Path) -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    assert sorted(COPIED) == sorted(kept)
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert list((tmp_path / "dist").glob("herolint-*.whl"))
