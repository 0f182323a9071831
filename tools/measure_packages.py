"""Measure what distributions add to a slug, and write knowledge/package_sizes.json. A maintainer's script; needs uv and pip.

Each name is resolved for Linux x86-64 from wheels alone (nothing is built, no code of a package runs); each wheel is downloaded
once, weighed, its `.py` files counted from the archive's directory, and deleted. Results are kept in a cache file, so that a run
can be stopped and taken up again:

    python tools/measure_packages.py --cache measured.json [--seconds 1800] [NAME …]
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

WANTED = Path(__file__).with_suffix(".toml")
TABLE = Path(__file__).resolve().parent.parent / "src" / "herolint" / "knowledge" / "package_sizes.json"
PYTHON = "3.13"
FALLBACK_PYTHONS = ("3.12", "3.11", "3.10", "3.8")
"""For distributions without a wheel for the usual Python."""
HEAVY = 500_000
"""Wheels of at least that many bytes get a row of their own; the others are summed up in `rest`."""
WORKERS = 4
SAVE_EVERY_S = 20
GLIBC = (35, 34, 31, 28, 27, 26, 24, 17, 12, 5)
PLATFORMS = [f"manylinux_2_{n}_x86_64" for n in GLIBC] + [
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
    "linux_x86_64",
]

Cache = dict[str, dict[str, Any]]
Row = dict[str, Any]


def main() -> int:
    """Measure all that measure_packages.toml lists and write the table; of names given, only fill the cache."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", help="distributions to measure into the cache only (default: all of measure_packages.toml)")
    parser.add_argument("--cache", type=Path, required=True, help="file to keep results in between runs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop measuring after that time")
    parser.add_argument("--no-download", action="store_true", help="write the table from the cache only")
    options = parser.parse_args()
    wanted = tomllib.loads(WANTED.read_text("utf-8"))
    roots = options.names or [f"{name} {PYTHON}" for name in wanted["names"]] + wanted["older"]
    cache: Cache = json.loads(options.cache.read_text("utf-8")) if options.cache.exists() else {"closures": {}, "wheels": {}}
    deadline = time.monotonic() + options.seconds
    if not options.no_download:

        def save() -> None:
            options.cache.write_text(json.dumps(cache, indent=1, sort_keys=True), "utf-8")

        _each(_closure, roots, cache["closures"], deadline, save)
        _weigh_all(cache, deadline, save)
    if not options.names:
        _write_table(cache)
    return 0


def _each(work: Callable[[str], Any], items: list[str], known: dict[str, Any], deadline: float, save: Callable[[], None]) -> None:
    """Do the work for all items that are not known yet, a few at a time, and keep what it returns."""
    saved = time.monotonic()
    with ThreadPoolExecutor(WORKERS) as pool:
        running = {pool.submit(_in_time, work, item, deadline): item for item in items if item not in known}
        for done in as_completed(running):
            found = done.result()
            if found is not None:
                known[running[done]] = found
                print(f"{running[done]}: {str(found)[:100]}", file=sys.stderr, flush=True)
            if time.monotonic() - saved > SAVE_EVERY_S:
                save()
                saved = time.monotonic()
    save()


def _in_time(work: Callable[[str], Any], item: str, deadline: float) -> Any:
    return work(item) if time.monotonic() < deadline else None


def _weight(cache: Cache, name: str, version: str, size: int) -> dict[str, Any]:
    """What was weighed, else the size that the index gives and, for a small one, the usual share of `.py` files."""
    return cache["wheels"].get(f"{name}=={version}") or {"wheel": size, "python": 3 * size if size < HEAVY else 0}


# ---- what a plain install brings along --------------------------------------------------------------------------------


def _closure(root: str) -> dict[str, Any]:
    """The packages of a root of the table, with the newest Python that has wheels for all of them."""
    requirement, _, python = root.partition(" ")
    tries = (python or PYTHON, *(FALLBACK_PYTHONS if "==" not in requirement else ()))
    found, tried = None, tries[0]
    for alone in (False, True):
        for tried in tries if found is None else ():
            found = _resolve(requirement, tried, alone)
            if found is not None:
                break
    return {"python": tried, "packages": found, "date": datetime.date.today().isoformat()}


def _resolve(requirement: str, python: str, alone: bool) -> dict[str, list[Any]] | None:
    """Version and wheel bytes of everything that an install of the requirement brings, by name; None without wheels.

    `alone`: without what it depends on, for distributions of which a dependency has no wheel.
    """
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "pylock.toml")
        command = [
            "uv",
            "pip",
            "compile",
            "-",
            "-o",
            str(lock),
            "--quiet",
            "--format",
            "pylock.toml",
            "--no-header",
            "--no-build",
            "--no-config",
        ]
        command += ["--no-python-downloads", "--python-platform", "x86_64-manylinux_2_35", "--python-version", python]
        command += ["--no-deps"] if alone else []
        try:
            subprocess.run(command, input=requirement, text=True, cwd=folder, capture_output=True, timeout=60, check=True)
        except subprocess.SubprocessError:
            return None
        packages = tomllib.loads(lock.read_text("utf-8"))["packages"]
    found: dict[str, list[Any]] = {}
    for package in packages:
        # Of several wheels an installer takes the one for the newest platform.
        wheel = max(package.get("wheels") or [package["archive"]], key=_platform)
        found[package["name"]] = [package.get("version") or _file_name(wheel).split("-")[1], wheel.get("size", 0)]
    return found


def _platform(wheel: dict[str, Any]) -> int:
    return max((int(n) for n in re.findall(r"manylinux_2_([0-9]+)_", _file_name(wheel))), default=0)


def _file_name(wheel: dict[str, Any]) -> str:
    return str(wheel.get("name") or wheel.get("path") or wheel["url"]).rpartition("/")[2]


# ---- what each of them weighs -------------------------------------------------------------------------------------------


def _weigh_all(cache: Cache, deadline: float, save: Callable[[], None]) -> None:
    weights: dict[str, tuple[str, int]] = {}
    for closure in cache["closures"].values():
        for name, (version, size) in (closure["packages"] or {}).items():
            weights.setdefault(f"{name}=={version}", (closure["python"], size))
    # Those with a row of their own first, small before large: most rows for the time.
    order = sorted(weights, key=lambda key: (0 < weights[key][1] < HEAVY, weights[key][1]))
    _each(lambda key: _weigh(key, weights[key][0]), order, cache["wheels"], deadline, save)


def _weigh(requirement: str, python: str) -> dict[str, Any] | None:
    """Bytes of a wheel and of the `.py` files in it; None when it cannot be downloaded."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", requirement, "--quiet", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"]
        command += ["--dest", folder, "--implementation", "cp", "--python-version", python, "--abi", f"cp{python.replace('.', '')}"]
        command += ["--abi", "abi3", "--abi", "none", "--abi", f"cp{python.replace('.', '')}m"]
        command += [word for platform in PLATFORMS for word in ("--platform", platform)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=1200, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            print(done.stderr[-400:], file=sys.stderr)
            return None
        with zipfile.ZipFile(wheels[0]) as archive:
            python_bytes = sum(member.file_size for member in archive.infolist() if member.filename.endswith(".py"))
        return {"wheel": wheels[0].stat().st_size, "python": python_bytes}


# ---- the table --------------------------------------------------------------------------------------------------------


def _write_table(cache: Cache) -> None:
    newest: dict[str, Row] = {}
    older: dict[str, list[Row]] = {}
    for root, closure in sorted(cache["closures"].items()):
        name, _, pinned = root.partition(" ")[0].partition("==")
        packages = closure["packages"] or {}
        if name not in packages or not _weight(cache, name, *packages[name])["wheel"]:
            continue
        row = _row(name, packages, closure, cache)
        if not pinned:
            newest[name] = row
        elif "+" in pinned:
            newest[f"{name}+{pinned.partition('+')[2]}"] = row
        else:
            older.setdefault(name, []).append(row)
    _add_dependencies(cache, newest)
    older = {name: rows for name, rows in older.items() if name in newest}
    _keep_shares(newest)
    lines = [f"  {json.dumps(name)}: {json.dumps(newest[name])}" for name in sorted(newest)]
    earlier = [
        f"  {json.dumps(name)}: [\n    " + ",\n    ".join(json.dumps(row) for row in older[name]) + "\n  ]" for name in sorted(older)
    ]
    TABLE.write_text('{\n"size": {\n' + ",\n".join(lines) + '\n},\n"older": {\n' + ",\n".join(earlier) + "\n}\n}\n", "utf-8")


def _keep_shares(rows: dict[str, Row]) -> None:
    """What measure_shares.py has found stays with the releases that it weighed."""
    before = json.loads(TABLE.read_text("utf-8"))["size"] if TABLE.exists() else {}
    for name, row in rows.items():
        known = before.get(name, {})
        if "slug" in known and known["version"] == row["version"]:
            row["slug"] = known["slug"]


def _add_dependencies(cache: Cache, rows: dict[str, Row]) -> None:
    """Rows for the heavy distributions that nobody named but others pull in: the newest version met."""
    met: dict[str, tuple[tuple[int, ...], str, int, str]] = {}
    for root, closure in cache["closures"].items():
        if "==" in root:
            continue
        for name, (version, size) in (closure["packages"] or {}).items():
            if size >= HEAVY and name not in rows:
                order = tuple(int(n) for n in re.findall(r"\d+", version))
                met[name] = max(met.get(name, ((), "", 0, "")), (order, version, size, closure["date"]))
    for name, (_, version, size, date) in met.items():
        rows[name] = _row(name, {name: [version, size]}, {"date": date}, cache)
    for closure in cache["closures"].values():
        # What only an older release pulls in (its own CUDA libraries, say) has no newer one to stand for it.
        for name, (version, size) in (closure["packages"] or {}).items():
            if size >= HEAVY and name not in rows:
                rows[name] = _row(name, {name: [version, size]}, closure, cache)


def _row(name: str, packages: dict[str, list[Any]], closure: dict[str, Any], cache: Cache) -> Row:
    weight = _weight(cache, name, *packages[name])
    others = {n: _weight(cache, n, version, size) for n, (version, size) in packages.items() if n != name}
    heavy = sorted(n for n, found in others.items() if found["wheel"] >= HEAVY)
    small = [found for n, found in others.items() if n not in heavy]
    row: Row = {"version": packages[name][0], "wheel": weight["wheel"], "python": weight["python"], "date": closure["date"]}
    if heavy:
        row["closure"] = heavy
    if small:
        row |= {"rest_wheel": sum(w["wheel"] for w in small), "rest_python": sum(w["python"] for w in small)}
    return row


if __name__ == "__main__":
    raise SystemExit(main())
