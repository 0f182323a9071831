"""A folder of wheels without network: what is installed here, packed again."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def wheel_folder(names: list[str], folder: Path) -> Path:
    """Packs the named distributions and all they need into `folder`."""
    waiting, done = list(names), set[str]()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in done:
            continue
        done.add(name)
        distribution = importlib.metadata.distribution(name)
        _pack(distribution, folder)
        waiting += [requirement.name for requirement in needs(distribution)]
    return folder


def own_needs() -> list[str]:
    """The distributions that this project asks for, whether it was installed since or not."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line).name for line in project["dependencies"]]


def needs(distribution: importlib.metadata.Distribution) -> list[Requirement]:
    """What a distribution needs on this machine, without extras."""
    found = [Requirement(line) for line in distribution.requires or []]
    return [requirement for requirement in found if requirement.marker is None or requirement.marker.evaluate({"extra": ""})]


def _pack(distribution: importlib.metadata.Distribution, folder: Path) -> None:
    tags = re.findall(r"^Tag: (\S+)$", distribution.read_text("WHEEL") or "", re.MULTILINE)
    python, abi, _ = tags[0].split("-")
    platforms = ".".join(dict.fromkeys(tag.split("-")[2] for tag in tags))
    name = distribution.metadata["Name"].replace("-", "_")
    with zipfile.ZipFile(folder / f"{name}-{distribution.version}-{python}-{abi}-{platforms}.whl", "w") as wheel:
        for file in distribution.files or []:
            # Scripts (`../../bin/x`) and what an installer writes are made anew by the next one.
            if ".." not in file.parts and file.suffix != ".pyc" and file.name not in {"INSTALLER", "REQUESTED", "direct_url.json"}:
                wheel.write(str(file.locate()), file.as_posix())
