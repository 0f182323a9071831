"""Which npm packages stay in the slug, and what they weigh."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from herolint.app.buildpacks.node import builds_node, lock_file
from herolint.knowledge.slug import Share

if TYPE_CHECKING:
    from herolint.app.model import App

_HERE = {"os": "linux", "cpu": "x64", "libc": "glibc"}


class Kept(msgspec.Struct, frozen=True):
    """Package names with how often each is installed; `locked`: that is all, by the lock file `manifest`."""

    names: dict[str, int]
    locked: bool
    manifest: str


def kept_packages(app: App) -> Kept | None:
    """What is left in node_modules once devDependencies are removed; None where no Node.js app is built."""
    package = app.package_json
    if package is None or not builds_node(app):
        return None
    lock = lock_file(app)
    names = _locked(app, lock) if lock in ("package-lock.json", "npm-shrinkwrap.json") else None
    if names is not None and lock is not None:
        return Kept(names, True, lock)
    return Kept(dict.fromkeys(package.dependencies, 1), False, "package.json")


def node_part(app: App) -> tuple[list[Share], str] | None:
    """Node.js and the packages that stay, with what that rests on; None where no Node.js app is built."""
    from herolint.knowledge.npm import node_shares, npm_date

    kept = kept_packages(app)
    if kept is None:
        return None
    shares = node_shares(kept.names, locked=kept.locked, counts=kept.names)
    return shares, f"`{kept.manifest}` and the shipped table of npm packages ({npm_date()})"


def _locked(app: App, lock: str) -> dict[str, int] | None:
    source = app.document(lock)
    try:
        document: Any = msgspec.json.decode(source.data[source.bom_length :]) if source is not None else None
    except (msgspec.DecodeError, RecursionError):
        return None
    packages = document.get("packages") if isinstance(document, dict) else None
    if not isinstance(packages, dict):
        older = document.get("dependencies") if isinstance(document, dict) else None
        return _nested(older) if isinstance(older, dict) else None
    found: Counter[str] = Counter()
    for path, entry in packages.items():
        if "node_modules/" not in path or not isinstance(entry, dict) or entry.get("dev") or entry.get("link"):
            continue
        if fits_a_dyno(entry) and not path.endswith("musl"):  # older locks do not say which C library a package is for
            found[path.rpartition("node_modules/")[2]] += 1
    return dict(found)


def _nested(packages: dict[str, Any]) -> dict[str, int]:
    """The same of a lock as npm 5 and 6 wrote it: each package holds those that are installed in its own folder."""
    found: Counter[str] = Counter()
    queue = [packages]
    while queue:
        for name, entry in queue.pop().items():
            if isinstance(entry, dict) and not entry.get("dev"):
                found[name] += 1
                inner = entry.get("dependencies")
                queue += [inner] if isinstance(inner, dict) else []
    return dict(found)


def fits_a_dyno(entry: dict[str, Any]) -> bool:
    """Whether a package of a lock is installed on a dyno's system."""
    for key, value in _HERE.items():
        listed = entry.get(key)
        if (
            isinstance(listed, list)
            and listed
            and value not in listed
            and not any(str(one).startswith("!") and one != f"!{value}" for one in listed)
        ):
            return False
    return True
