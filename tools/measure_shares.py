"""Weigh what wheels really add to a slug, and write it into knowledge/package_sizes.json. A maintainer's script; needs pip and the network.

The table's usual rule (the wheel, and 0.4 for each byte of Python source) is some percent off for packages of many small files. Here each
wheel is fetched, unpacked, byte-compiled (no code of it runs) and packed as a slug is; the bytes are kept in its row, as `slug`:

    python tools/measure_shares.py [--seconds 1200] [NAME …]
"""

from __future__ import annotations

import argparse
import compileall
import gzip
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from measure_packages import FALLBACK_PYTHONS, PLATFORMS, PYTHON, TABLE

LEAST, MOST = 300_000, 40_000_000
"""Bytes of the wheels that are worth it: below, nobody notices; above, one large file is nearly all of it."""
WORKERS = 2


def main() -> int:
    """Weigh the rows without a share (or those that are named), and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop measuring after that time")
    options = parser.parse_args()
    table: dict[str, Any] = json.loads(TABLE.read_text("utf-8"))
    rows: dict[str, dict[str, Any]] = table["size"]
    wanted = [name for name in options.names if name in rows] or [
        name for name, row in rows.items() if "+" not in name and "slug" not in row and LEAST <= row["wheel"] <= MOST
    ]
    deadline = time.monotonic() + options.seconds
    with ProcessPoolExecutor(WORKERS) as pool:
        for name, share in zip(wanted, pool.map(_share, [(name, rows[name]["version"], deadline) for name in wanted]), strict=True):
            if share is not None:
                rows[name]["slug"] = share
                print(name, share, file=sys.stderr, flush=True)
    lines = [f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
    older = [
        f"  {json.dumps(name)}: [\n    " + ",\n    ".join(map(json.dumps, listed)) + "\n  ]" for name, listed in table["older"].items()
    ]
    TABLE.write_text('{\n"size": {\n' + ",\n".join(lines) + '\n},\n"older": {\n' + ",\n".join(older) + "\n}\n}\n", "utf-8")
    return 0


def _share(task: tuple[str, str, float]) -> int | None:
    """Bytes that a release adds; None when time is over or it cannot be had."""
    name, version, deadline = task
    for python in (PYTHON, *FALLBACK_PYTHONS):
        if time.monotonic() > deadline:
            return None
        with tempfile.TemporaryDirectory() as folder:
            if wheel := _wheel(f"{name}=={version}", python, Path(folder)):
                return _packed(wheel, Path(folder, "unpacked"))
    return None


def _wheel(requirement: str, python: str, folder: Path) -> Path | None:
    short = python.replace(".", "")
    command = [sys.executable, "-m", "pip", "download", requirement, "--quiet", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"]
    command += ["--dest", str(folder), "--implementation", "cp", "--python-version", python]
    command += [word for abi in (f"cp{short}", "abi3", "none", f"cp{short}m") for word in ("--abi", abi)]
    command += [word for platform in PLATFORMS for word in ("--platform", platform)]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=600, check=False)
    return next(folder.glob("*.whl"), None)


def _packed(wheel: Path, folder: Path) -> int:
    """Bytes of `tar | gzip -6` of the unpacked and byte-compiled wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    compileall.compile_dir(folder, quiet=2)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6) as zipped, tarfile.open(fileobj=zipped, mode="w|") as tar:
        tar.add(folder, ".")
    return len(out.getvalue())


if __name__ == "__main__":
    raise SystemExit(main())
