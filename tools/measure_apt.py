"""Weigh Apt packages, and write knowledge/apt_sizes.json. A maintainer's script; needs a Debian or Ubuntu with its package lists.

The Apt buildpack downloads what an Aptfile names, with all that it depends on or recommends and the stack does not have, and unpacks
that into the slug. The same is worked out here from this machine's lists, as if the stack's packages (and no others) were installed.
Each archive is fetched once, its files are packed as a slug is (gzip), and it is deleted. Debian stands in for Ubuntu: most of
their packages are of one making, their releases are not.

    python tools/measure_apt.py --cache apt.json [--seconds 1800]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from herolint.platforms import load

WANTED = Path(__file__).with_suffix(".toml")
TABLE = Path(__file__).resolve().parent.parent / "src" / "herolint" / "knowledge" / "apt_sizes.json"
STACK = "heroku-24"
WORKERS = 2
SAVE_EVERY = 25
UNWEIGHED_FACTOR = 1.4
"""What gzip makes of an archive's files, for each byte of the archive; for those that could not be fetched."""


def main() -> int:
    """Resolve and weigh all that measure_apt.toml lists, and write the table from the cache."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path, required=True, help="file to keep results in between runs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop weighing after that time")
    options = parser.parse_args()
    names: list[str] = tomllib.loads(WANTED.read_text("utf-8"))["names"]
    cache: dict[str, Any] = json.loads(options.cache.read_text("utf-8")) if options.cache.exists() else {"weighed": {}}
    lists = Lists(subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=True).stdout)
    there = frozenset(lists.brought(load("heroku").image.packages(STACK, building=True), frozenset(), recommends=False))
    asked = {}
    for name in names:
        if found := lists.brought([name], there, recommends=True):
            asked[name] = {f"{one}={lists.packages[one].version}": lists.packages[one].size for one in found}
            print(name, len(found), sum(asked[name].values()), file=sys.stderr)
    archives = {key: size for found in asked.values() for key, size in found.items()}
    _weigh_all(archives, cache, options.cache, time.monotonic() + options.seconds)
    _write(asked, {key: round(size * UNWEIGHED_FACTOR) for key, size in archives.items()} | cache["weighed"])
    return 0


class Archive(NamedTuple):
    """A package as the lists have it: version, bytes, and what it needs, each need as its alternatives."""

    version: str
    size: int
    needs: tuple[tuple[str, ...], ...]
    recommends: tuple[tuple[str, ...], ...]


class Lists:
    """The newest version of every package, and which packages give what only has a name."""

    def __init__(self, text: str) -> None:
        self.packages: dict[str, Archive] = {}
        self.givers: dict[str, list[str]] = defaultdict(list)
        for paragraph in text.split("\n\n"):
            fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
            name = fields.get("Package", "")
            if name and name not in self.packages and "Size" in fields and fields.get("Architecture") in ("amd64", "all"):
                needs = (*_alternatives(fields.get("Pre-Depends", "")), *_alternatives(fields.get("Depends", "")))
                recommends = _alternatives(fields.get("Recommends", ""))
                self.packages[name] = Archive(fields["Version"], int(fields["Size"]), needs, recommends)
                for given in _alternatives(fields.get("Provides", "")):
                    self.givers[given[0]].append(name)

    def brought(self, names: Iterable[str], there: frozenset[str], *, recommends: bool) -> set[str]:
        """The packages with all that they need and that is not there yet, of alternatives the first one that can be had."""
        found: set[str] = set()
        queue = [name for name in names if name in self.packages]
        while queue:
            name = queue.pop()
            if name in found:
                continue
            found.add(name)
            archive = self.packages[name]
            for wanted in (*archive.needs, *(archive.recommends if recommends else ())):
                known = [one for name in wanted for one in (name, *self.givers.get(name, ())) if one in self.packages]
                if known and not any(one in there or one in found for one in known):
                    queue.append(known[0])
        return found


def _alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    """`a (>= 1) | b, c` as `(a, b), (c)`."""
    listed = ([re.split(r"[\s(:\[<]", one.strip(), maxsplit=1)[0] for one in part.split("|")] for part in text.split(",") if part.strip())
    return tuple(tuple(names) for names in listed)


def _weigh_all(archives: dict[str, int], cache: dict[str, Any], file: Path, deadline: float) -> None:
    missing = sorted((key for key in archives if key not in cache["weighed"]), key=lambda key: -archives[key])
    with ThreadPoolExecutor(WORKERS) as pool:
        for number, (key, size) in enumerate(zip(missing, pool.map(lambda key: _weigh(key, deadline), missing), strict=True)):
            if size:
                cache["weighed"][key] = size
            if number % SAVE_EVERY == 0:
                file.write_text(json.dumps(cache, indent=1, sort_keys=True), "utf-8")
    file.write_text(json.dumps(cache, indent=1, sort_keys=True), "utf-8")


def _weigh(key: str, deadline: float) -> int:
    """Compressed bytes of the files in an archive; 0 when it cannot be had or time is over."""
    if time.monotonic() > deadline:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        subprocess.run(["apt-get", "download", "-qq", key], cwd=folder, capture_output=True, timeout=600, check=False)
        archive = next(Path(folder).glob("*.deb"), None)
        if archive is None:
            print("not to be had:", key, file=sys.stderr)
            return 0
        packed = Path(folder, "packed")
        with packed.open("wb") as out, subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE) as tar:
            subprocess.run(["gzip", "-6"], stdin=tar.stdout, stdout=out, check=True)
        return packed.stat().st_size


def _write(asked: dict[str, dict[str, int]], weighed: dict[str, int]) -> None:
    """The table: the bytes of each archive by package, and what comes along with those that were asked for, in words of those."""
    sizes = {key.partition("=")[0]: weighed[key] for found in asked.values() for key in found}
    brings = {name: sorted(other for key in found if (other := key.partition("=")[0]) != name) for name, found in asked.items()}
    rows = [f"  {json.dumps(name)}: {sizes[name]}" for name in sorted(sizes)]
    more = [f"  {json.dumps(name)}: {json.dumps(' '.join(brings[name]))}" for name in sorted(brings)]
    head = f'{{\n"date": "{date.today().isoformat()}",\n"system": {json.dumps(_system())},\n'
    TABLE.write_text(head + '"bytes": {\n' + ",\n".join(rows) + '\n},\n"brings": {\n' + ",\n".join(more) + "\n}\n}\n", "utf-8")


def _system() -> str:
    text = Path("/etc/os-release").read_text("utf-8")
    values = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return f"{values['NAME'].partition(' ')[0]} {values['VERSION_ID']}"


if __name__ == "__main__":
    raise SystemExit(main())
