"""Install requirement sets for real, weigh what the build would keep of them, and compare herolint's estimates with that.

A maintainer's script; needs uv (`pip install uv`), the network and a Python of the version below. Writes benchmarks/slug.md:

    python tools/measure_slug.py --folder /tmp/slugs --python /path/to/python3.13 [SET …]

Each set is locked with uv, installed with its byte code into a folder of its own, and packed as a slug is (`tar | gzip -6`). The folder
is deleted after each set; measurements are kept in a cache file beside them, so that a run can be taken up again.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from herolint.app.slug.slug_size import slug_report
from herolint.config import Config
from herolint.engine import RunOptions, open_apps
from herolint.knowledge.npm import BASE_BYTES as NODE_BYTES
from herolint.knowledge.slug import BASE_BYTES
from herolint.workspace.environment import weigh

TARGET = Path(__file__).resolve().parent.parent / "benchmarks" / "slug.md"
PYTHON = "3.13"
MB = 1_000_000
COUNTS_FROM = 30 * MB
"""Slugs below are so small that their size decides nothing."""
SETS: dict[str, tuple[str, ...]] = {
    "flask": ("flask", "gunicorn"),
    "django + psycopg2": ("django", "psycopg2-binary", "gunicorn", "whitenoise"),
    "fastapi": ("fastapi", "uvicorn[standard]"),
    "pandas + scikit-learn": ("pandas", "scikit-learn"),
    "streamlit": ("streamlit",),
    "opencv": ("opencv-python",),
    "spacy": ("spacy",),
    "boto3 + celery + redis": ("boto3", "celery", "redis"),
    "matplotlib + plotly + dash": ("matplotlib", "plotly", "dash"),
    "torch, CPU": ("torch==2.13.0+cpu",),
    "transformers + torch, CPU": ("transformers", "torch==2.13.0+cpu"),
    "tensorflow-cpu + opencv": ("tensorflow-cpu", "opencv-python-headless", "pillow", "flask", "gunicorn"),
}

NODE_SETS: dict[str, tuple[str, ...]] = {
    "express": ("express", "mongoose", "socket.io", "cors", "helmet", "jsonwebtoken", "bcryptjs"),
    "next": ("next", "react", "react-dom"),
    "googleapis + firebase-admin": ("googleapis", "firebase-admin"),
    "nest + typeorm": ("@nestjs/core", "@nestjs/common", "@nestjs/platform-express", "typeorm", "pg", "reflect-metadata", "rxjs"),
}


def main() -> int:
    """Measure the sets that are named (all by default) and write the page from all measurements in the cache."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sets", nargs="*", help=f"sets to measure (default: all of {', '.join((*SETS, *NODE_SETS))})")
    parser.add_argument("--folder", type=Path, required=True, help="where to install, and to keep the cache of measurements")
    parser.add_argument("--python", default=PYTHON, help="the Python to install for")
    parser.add_argument("--find-links", default="", help="a folder with wheels that the index does not have (the CPU build of torch)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    cache = options.folder / "measured.json"
    known: dict[str, Any] = json.loads(cache.read_text("utf-8")) if cache.exists() else {}
    for name in options.sets or [one for one in (*SETS, *NODE_SETS) if one not in known]:
        print(name, file=sys.stderr, flush=True)
        if name in NODE_SETS:
            known[name] = _measure_node(NODE_SETS[name], options.folder / "set")
        else:
            known[name] = _measure(SETS[name], options.folder / "set", options.python, options.find_links)
        cache.write_text(json.dumps(known, indent=1), "utf-8")
    page = _page({name: _judged(known[name], SETS[name]) for name in SETS if name in known})
    TARGET.write_text(page + _node_page({name: known[name] for name in NODE_SETS if name in known}), "utf-8")
    return 0


def _measure_node(packages: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """The same of npm packages: by package.json alone, and by the lock. No script of a package runs."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": "measured", "dependencies": dict.fromkeys(packages, "*")}), "utf-8")
    found: dict[str, Any] = {"date": date.today().isoformat(), "table": _estimate(folder, base=NODE_BYTES)}
    words = ["npm", "install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(words, cwd=folder, check=True)
    found["measured"] = _packed(folder / "node_modules")
    shutil.rmtree(folder / "node_modules")
    found["lock"] = _estimate(folder, base=NODE_BYTES)
    shutil.rmtree(folder)
    return found


def _measure(requirements: tuple[str, ...], folder: Path, python: str, links: str) -> dict[str, Any]:
    """Bytes of the slug without the runtime, measured and by `--env`; and the lock."""
    shutil.rmtree(folder, ignore_errors=True)
    project, installed = folder / "app", folder / "packages"
    project.mkdir(parents=True)
    extra = ["--find-links", links] if links else []
    (project / "requirements.txt").touch()
    version = subprocess.run(
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True, check=True
    )
    (project / ".python-version").write_text(version.stdout, "utf-8")
    _uv(
        [
            "pip",
            "install",
            "--quiet",
            "--no-config",
            "--python",
            python,
            "--target",
            str(installed),
            "--compile-bytecode",
            *extra,
            *requirements,
        ]
    )
    found: dict[str, Any] = {"date": date.today().isoformat(), "python": version.stdout.strip()}
    start = time.monotonic()
    weighed = {one.name: one.bytes for one in weigh(installed)}
    found["env_s"] = round(time.monotonic() - start, 1)
    found["env"] = _estimate(project, weighed)
    found["measured"] = _packed(installed)
    if not any("+" in line for line in requirements):
        (project / "pyproject.toml").write_text(_project(found["python"], requirements), "utf-8")
        _uv(["lock", "--quiet", "--no-config", "--python", python], project)
        found["uv.lock"] = (project / "uv.lock").read_text("utf-8")
    shutil.rmtree(folder)
    return found


def _project(python: str, requirements: tuple[str, ...]) -> str:
    lines = ", ".join(json.dumps(line) for line in requirements)
    return f'[project]\nname = "measured"\nversion = "1"\nrequires-python = "=={python}.*"\ndependencies = [{lines}]\n'


def _judged(found: dict[str, Any], requirements: tuple[str, ...]) -> dict[str, Any]:
    """A measurement with what herolint says by its table and by the lock."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / ".python-version").write_text(found["python"], "utf-8")
        index = ["--extra-index-url https://download.pytorch.org/whl/cpu"] if any("+cpu" in line for line in requirements) else []
        (project / "requirements.txt").write_text("".join(f"{line}\n" for line in (*index, *requirements)), "utf-8")
        judged = {**found, "table": _estimate(project)}
        if "uv.lock" in found:
            (project / "requirements.txt").unlink()
            (project / "pyproject.toml").write_text(_project(found["python"], requirements), "utf-8")
            (project / "uv.lock").write_text(found["uv.lock"], "utf-8")
            judged["lock"] = _estimate(project)
        return judged


def _uv(words: list[str], folder: Path | None = None) -> None:
    subprocess.run(["uv", *words], cwd=folder, check=True)


def _estimate(project: Path, weighed: dict[str, int] | None = None, base: int = BASE_BYTES) -> list[int]:
    """The likely size and its bounds, without the runtime."""
    app = open_apps(project, Config(), RunOptions(today=date.today(), cache=False))[1][0]
    report = slug_report(app, weighed)
    assert report is not None
    return [size - base for size in (report.estimate.likely, report.estimate.low, report.estimate.high)]


class _Counted:
    """A stream that only counts."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> int:
        """Count the bytes."""
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _packed(folder: Path) -> int:
    """Bytes of `tar | gzip -6`."""
    out = _Counted()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6) as zipped, tarfile.open(fileobj=zipped, mode="w|") as tar:
        tar.add(folder, ".")
    return out.size


def _page(found: dict[str, Any]) -> str:
    day = max((one["date"] for one in found.values()), default="")
    head = f"""# What slugs weigh, and what herolint says

Written by `tools/measure_slug.py` on {day} (Python {PYTHON}; those with the CPU build of torch with 3.11). Each set was installed with its byte
code and packed as a slug is (`tar | gzip -6`). Sizes are MB (10^6 bytes) with {BASE_BYTES // MB} MB for runtime and installer, which were not
measured here; differences are of the whole. *Table*: names without versions, no network. *Lock*: a uv.lock with its sizes.
*Env*: `--env`.

| requirements | measured | table | | lock | | env | |
|---|---:|---:|---:|---:|---:|---:|---:|
"""
    rows = []
    for name, one in found.items():
        cells = [f"{(one['measured'] + BASE_BYTES) / MB:.1f}"]
        for kind in ("table", "lock", "env"):
            likely = one[kind][0] if kind in one else None
            cells.append(f"{(likely + BASE_BYTES) / MB:.1f}" if likely is not None else "–")
            cells.append(f"{100 * _off(one, kind):+.1f} %" if likely is not None else "")
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return head + "\n".join(rows) + "\n" + _summary(found)


def _node_page(found: dict[str, Any]) -> str:
    """The table of npm packages; the runtime is not measured there either."""
    if not found:
        return ""
    rows = []
    for name, one in found.items():
        cells = [f"{(one['measured'] + NODE_BYTES) / MB:.1f}"]
        for kind in ("table", "lock"):
            whole = one[kind][0] + NODE_BYTES
            cells += [f"{whole / MB:.1f}", f"{100 * (whole / (one['measured'] + NODE_BYTES) - 1):+.1f} %"]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    head = f"""
npm packages, installed without development packages and without running their scripts, with {NODE_BYTES // MB} MB for Node.js:

| packages | measured | package.json alone | | with its lock | |
|---|---:|---:|---:|---:|---:|
"""
    return head + "\n".join(rows) + "\n"


def _off(one: dict[str, Any], kind: str) -> float:
    """How far an estimate of the whole slug is off."""
    return float((one[kind][0] + BASE_BYTES) / (one["measured"] + BASE_BYTES) - 1)


def _summary(found: dict[str, Any]) -> str:
    """The worst of those that count, and whether each interval held."""
    counting = {name: one for name, one in found.items() if one["measured"] + BASE_BYTES >= COUNTS_FROM}
    lines = []
    for kind, words in (("table", "Table"), ("lock", "Lock"), ("env", "Env")):
        off = {name: abs(_off(one, kind)) for name, one in counting.items() if kind in one}
        if off:
            worst = max(off, key=lambda name: off[name])
            inside = sum(found[name][kind][1] <= found[name]["measured"] <= found[name][kind][2] for name in off)
            lines.append(f"- {words}: worst {100 * off[worst]:.1f} % ({worst}); the interval held in {inside} of {len(off)} sets.")
    return f"\nOf the {len(counting)} slugs of {COUNTS_FROM // MB} MB and more:\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
