"""Measure what importing Python modules costs in memory, and write knowledge/memory.toml. A maintainer's script for Linux; needs uv.

Each distribution is installed from wheels into an environment of its own, which is deleted afterwards. A fresh process imports what the
module loads, then the module, and uses it once where a library takes most of its memory only then: the anonymous pages in between (which
workers do not share) are its own.

    python tools/measure_memory.py --folder /tmp/memory --python /path/to/python3.11 [--find-links DIR] [MODULE …]

Rows of modules that could not be measured stay as they are.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

WANTED = Path(__file__).with_suffix(".toml")
TABLE = Path(__file__).resolve().parent.parent / "src" / "herolint" / "knowledge" / "memory.toml"
WORKER = (["gunicorn"], ["gunicorn.app.wsgiapp", "gunicorn.workers.sync"])
"""What every worker has imported, and which distribution brings it: counted with the bare worker."""
RUNS = 3
TIMEOUT_S = 900
PROGRAM = """
import importlib, json, sys

def anonymous():
    with open("/proc/self/smaps_rollup") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:"))

before, after, use = json.load(sys.stdin)
for name in before:
    importlib.import_module(name)
start = anonymous()
for name in after:
    importlib.import_module(name)
exec(use)
print(round((anonymous() - start) / 1024, 1))
"""

Rows = dict[str, dict[str, Any]]


def main() -> int:
    """Measure the modules that are named (all by default) and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--folder", type=Path, required=True, help="where environments are made, one after the other")
    parser.add_argument("--python", default="3.11", help="the Python to measure with")
    parser.add_argument("--find-links", default="", help="a folder with wheels that the index does not have (the CPU build of torch)")
    options = parser.parse_args()
    wanted: Rows = tomllib.loads(WANTED.read_text("utf-8"))["module"]
    text = TABLE.read_text("utf-8")
    rows: Rows = tomllib.loads(text)["module"]
    for name in options.modules or wanted:
        found = _measured(name, wanted, options)
        if found is not None:
            rows[name] = found
            print(name, found, file=sys.stderr, flush=True)
            TABLE.write_text(_written(text, rows), "utf-8")
    return 0


def _measured(name: str, wanted: Rows, options: argparse.Namespace) -> dict[str, Any] | None:
    """The row of a module; None where it cannot be installed or imported."""
    row = wanted[name]
    loads = row.get("loads", [])
    environment = options.folder / "environment"
    shutil.rmtree(environment, ignore_errors=True)
    try:
        _uv("venv", "--python", options.python, str(environment))
        links = ["--find-links", options.find_links] if options.find_links else []
        # A build without CUDA, where it is at hand, in place of the one that a plain name means.
        asked = ["torch==2.13.0+cpu" if one == "torch" and links else one for one in (*_distributions(name, wanted), *WORKER[0])]
        _uv("pip", "install", "--only-binary", ":all:", "--python", str(environment / "bin" / "python"), *links, *asked)
        before = [*WORKER[1], *(module for one in loads for module in _imports(one, wanted))]
        after = _imports(name, wanted)
        sizes = [_added(environment, before, after, row.get("use", "")) for _ in range(RUNS)]
        version = _version(environment, row["install"][0])
    except subprocess.SubprocessError as error:
        print(name, "was not measured:", str(getattr(error, "stderr", "") or error)[-300:], file=sys.stderr, flush=True)
        return None
    finally:
        shutil.rmtree(environment, ignore_errors=True)
    found: dict[str, Any] = {"own": max(0, round(sorted(sizes)[RUNS // 2]))}
    if loads:
        found["loads"] = loads
    return found | {"version": version, "date": datetime.date.today().isoformat()}


def _distributions(name: str, wanted: Rows) -> list[str]:
    """What is installed for a module, and for what it loads."""
    row = wanted[name]
    return [*row["install"], *row.get("with", ()), *(one for other in row.get("loads", []) for one in _distributions(other, wanted))]


def _imports(name: str, wanted: Rows) -> list[str]:
    """What is imported for a module, with what it loads before."""
    row = wanted[name]
    return [*(module for one in row.get("loads", []) for module in _imports(one, wanted)), name, *row.get("imports", [])]


def _added(environment: Path, before: list[str], after: list[str], use: str) -> float:
    """MB of 2^20 bytes of anonymous pages that the second imports add, with the first use."""
    python = environment / "bin" / "python"
    done = subprocess.run(
        [python, "-I", "-c", PROGRAM], input=json.dumps([before, after, use]), capture_output=True, text=True, timeout=TIMEOUT_S, check=True
    )
    return float(done.stdout.split()[-1])


def _version(environment: Path, distribution: str) -> str:
    program = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
    words = [str(environment / "bin" / "python"), "-I", "-c", program, distribution]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def _uv(*words: str) -> None:
    subprocess.run(["uv", *words, "--quiet", "--no-config"], capture_output=True, text=True, timeout=TIMEOUT_S, check=True)


def _written(text: str, rows: Rows) -> str:
    """The table with other rows; what stands above them stays, but for the date."""
    head = text[: text.index("[module]\n")]
    head = re.sub(r"^checked = \S+$", f"checked = {datetime.date.today().isoformat()}", head, flags=re.MULTILINE)
    return f"{head}[module]\n" + "".join(f"{name} = {{ {_fields(row)} }}\n" for name, row in rows.items())


def _fields(row: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {value if key == 'date' else json.dumps(value)}" for key, value in row.items())


if __name__ == "__main__":
    raise SystemExit(main())
