"""Tell which releases an installer finds for which Python, and write knowledge/python_wheels.json. A maintainer's script.

Reads one page of the package index for each name in wheel_table.toml, through pip and as pip is set up; downloads and runs no package:

    python tools/wheel_table.py [NAME …]

Names given are printed only; without any, the table is written anew.
"""

from __future__ import annotations

import datetime
import json
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent / "src" / "herolint"
WANTED = Path(__file__).with_suffix(".toml")
TABLE = ROOT / "knowledge" / "python_wheels.json"
GLIBC = 35
"""Minor version of the C library on the oldest stack."""
PLATFORMS = [f"manylinux_2_{n}_x86_64" for n in range(GLIBC, 4, -1)]
PLATFORMS += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
PAUSE_S = 0.3
"""Between two pages of the index."""

SOURCE_ENDS = (".tar.bz2", ".tar.xz", ".tgz")
"""Ends of source archives that pip takes besides those of today's standard."""

WHEEL, SOURCE, OTHER_PYTHON, NOTHING = "wsx-"


class File(NamedTuple):
    """A file that the index offers: a wheel with its tags, or a source archive without any."""

    version: Version
    tags: frozenset[Tag]
    python: str


def main() -> int:
    """Write the table, or print the rows of the names given."""
    platform = tomllib.loads((ROOT / "platforms" / "heroku.toml").read_text("utf-8"))
    pythons = sorted((row["minor"] for row in platform["python"]["versions"]), key=Version)
    names = sys.argv[1:] or tomllib.loads(WANTED.read_text("utf-8"))["names"]
    rows = {}
    for name, files in _pages(names):
        rows[name] = _row(files, pythons)
        print(f"{name}: {sum(len(versions.split()) for versions in rows[name].values())} releases", file=sys.stderr, flush=True)
    if sys.argv[1:]:
        print(json.dumps(rows, indent=1))
        return 0
    table = {"date": datetime.date.today().isoformat(), "pythons": pythons, "releases": dict(sorted(rows.items()))}
    TABLE.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    return 0


def _pages(names: Iterable[str]) -> Iterator[tuple[str, list[File]]]:
    """The files of each name, by pip's own client."""
    from pip._internal.commands import create_command
    from pip._internal.index.collector import LinkCollector, parse_links
    from pip._internal.models.link import Link

    command: Any = create_command("download")
    with command.main_context():
        options, _ = command.parse_args(["nothing"])
        with command._build_session(options) as session:
            collector = LinkCollector.create(session, options=options)
            for name in names:
                found: list[File] = []
                for url in collector.search_scope.get_index_urls_locations(name):
                    if url.startswith("file:"):
                        continue
                    page = collector.fetch_response(Link(url))
                    found += [file for link in (parse_links(page) if page else ()) if (file := _file(link.filename, link.requires_python))]
                yield name, found
                time.sleep(PAUSE_S)


def _file(name: str, python: str | None) -> File | None:
    """None for what no installer of today takes: eggs, installers for Windows, names that cannot be read."""
    try:
        if name.endswith(".whl"):
            _, version, _, tags = parse_wheel_filename(name)
            return File(version, tags, python or "")
        stem = next((name.removesuffix(end) for end in SOURCE_ENDS if name.endswith(end)), None)
        return File(parse_sdist_filename(name if stem is None else stem + ".tar.gz")[1], frozenset(), python or "")
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def _row(files: list[File], pythons: list[str]) -> dict[str, str]:
    """Releases by what is there for each Python: a word with one letter for each."""
    releases: dict[Version, list[File]] = defaultdict(list)
    for file in files:
        if not file.version.is_prerelease:
            releases[file.version].append(file)
    tags = {python: _tags(python) for python in pythons}
    found: dict[str, list[str]] = defaultdict(list)
    for version in sorted(releases):
        found["".join(_letter(releases[version], python, tags[python]) for python in pythons)].append(str(version))
    return {word: " ".join(versions) for word, versions in found.items()}


def _tags(python: str) -> frozenset[Tag]:
    number = (int(python.split(".")[0]), int(python.split(".")[1]))
    interpreter = f"cp{number[0]}{number[1]}"
    return frozenset((*cpython_tags(number, platforms=PLATFORMS), *compatible_tags(number, interpreter, PLATFORMS)))


def _letter(files: list[File], python: str, tags: frozenset[Tag]) -> str:
    offered = [file for file in files if not file.tags or file.tags & tags]
    allowed = [file for file in offered if _allows(file.python, python)]
    if any(file.tags for file in allowed):
        return WHEEL
    if allowed:
        return SOURCE
    return OTHER_PYTHON if offered or not any(_allows(file.python, python) for file in files) else NOTHING


def _allows(wanted: str, python: str) -> bool:
    try:
        return SpecifierSet(wanted).contains(f"{python}.7")
    except InvalidSpecifier:
        return True


if __name__ == "__main__":
    sys.exit(main())
