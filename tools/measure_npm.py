"""Weigh npm packages, and write knowledge/npm_sizes.json. A maintainer's script; needs npm and the network.

Each package is fetched once with `npm pack` (no code of it runs) and deleted; what it pulls in is resolved with
`npm install --package-lock-only`, for Linux x86-64. Results are kept in a cache file, so that a run can be taken up again:

    python tools/measure_npm.py --cache npm.json [--seconds 1800]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from herolint.app.slug.node_size import fits_a_dyno

WANTED = Path(__file__).with_suffix(".toml")
TABLE = Path(__file__).resolve().parent.parent / "src" / "herolint" / "knowledge" / "npm_sizes.json"
WORKERS = 3
QUIET = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def main() -> int:
    """Weigh all that measure_npm.toml lists, and write the table from the cache."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path, required=True, help="file to keep results in between runs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop measuring after that time")
    options = parser.parse_args()
    names: list[str] = tomllib.loads(WANTED.read_text("utf-8"))["names"]
    cache: dict[str, Any] = json.loads(options.cache.read_text("utf-8")) if options.cache.exists() else {}
    deadline = time.monotonic() + options.seconds
    with ThreadPoolExecutor(WORKERS) as pool:
        missing = [name for name in names if name not in cache]
        for name, found in zip(missing, pool.map(lambda one: _measured(one, deadline), missing), strict=True):
            if found is not None:
                cache[name] = found
                options.cache.write_text(json.dumps(cache, indent=1, sort_keys=True), "utf-8")
                print(name, found["size"], file=sys.stderr, flush=True)
    _write(cache)
    return 0


def _measured(name: str, deadline: float) -> dict[str, Any] | None:
    """Version, bytes of the archive and unpacked, and the packages that come along; None when it cannot be had or time is over."""
    if time.monotonic() > deadline:
        return None
    with tempfile.TemporaryDirectory() as folder:
        packed = _npm(["pack", name, "--json", "--pack-destination", folder], folder)
        if packed is None:
            return None
        row = json.loads(packed)[0]
        Path(folder, "package.json").write_text(json.dumps({"private": True, "dependencies": {name: row["version"]}}), "utf-8")
        _npm(["install", "--package-lock-only", *QUIET], folder)
        lock = Path(folder, "package-lock.json")
        packages = json.loads(lock.read_text("utf-8"))["packages"] if lock.exists() else {}
    brought = sorted({_name(path) for path, entry in packages.items() if path and fits_a_dyno(entry) and not entry.get("peer")} - {name})
    return {
        "version": row["version"],
        "size": row["size"],
        "unpacked": row["unpackedSize"],
        "brings": brought,
        "date": date.today().isoformat(),
    }


def _npm(words: list[str], folder: str) -> str | None:
    done = subprocess.run(["npm", *words], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        print(done.stderr[-300:], file=sys.stderr)
        return None
    return done.stdout


def _name(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def _write(cache: dict[str, Any]) -> None:
    """The table: what is brought along stands in it by name where it was weighed too, and as a number otherwise."""
    lines = []
    for name in sorted(cache):
        row = cache[name]
        known = [one for one in row["brings"] if one in cache]
        short: dict[str, Any] = {"version": row["version"], "size": row["size"], "unpacked": row["unpacked"], "date": row["date"]}
        if known:
            short["closure"] = known
        if len(row["brings"]) > len(known):
            short["others"] = len(row["brings"]) - len(known)
        lines.append(f"  {json.dumps(name)}: {json.dumps(short)}")
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
