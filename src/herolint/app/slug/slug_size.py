"""How large the app's slug will be: what its manifests install, and its own files; and what would make it smaller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.python_build import builds_python, python_release
from herolint.finding import Place
from herolint.formats.requirements import marker_holds
from herolint.knowledge.packages import MB, Estimate, Part, Share, estimate_slug, release, sizes_date, weighed_slug

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.pylocks import LockedPackage

_DENSE = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".mp3", ".mov", ".avi", ".webm", ".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".whl", ".jar",
    ".h5", ".hdf5", ".pt", ".pth", ".onnx", ".pb", ".keras", ".tflite", ".safetensors", ".joblib", ".parquet", ".pdf", ".woff", ".woff2", ".docx",
    ".xlsx", ".pptx", ".ttf",
)  # fmt: skip
_WORTH = MB // 2
"""Bytes below which a change is not worth a word."""


class Change(msgspec.Struct, frozen=True):
    """A lighter distribution in place of one that is asked for: what it saves, and what the slug then weighs, in bytes."""

    name: str
    instead: str
    reason: str
    saved: int
    after: int
    at: Place


class SlugReport(msgspec.Struct, frozen=True):
    """An estimate, what it rests on, and the change that would save most."""

    estimate: Estimate
    evidence: str
    change: Change | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What is to be installed: distributions with their versions, whether that is all, the sizes of wheels that a lock tells."""

    packages: tuple[tuple[str, str | None], ...]
    locked: bool
    wheels: dict[str, int]
    cpu_index: bool
    evidence: str
    by_extras: dict[str, str] = {}


def slug_estimate(app: App) -> Estimate | None:
    """The slug of an app whose buildpacks install what is known of; None for others, and where no manifest can be read."""
    report = slug_report(app)
    return report.estimate if report is not None else None


def slug_report(app: App, environment: Mapping[str, int] | None = None) -> SlugReport | None:
    """The estimate with its evidence. `environment`: bytes by distribution of one that was weighed, in place of Python's manifests."""
    from herolint.app.slug.slug_extras import apt_evidence, extra_shares

    wanted = wanted_packages(app)
    estimate, evidence = Estimate(0, 0, (), ()), []
    if environment is not None:
        estimate = weighed_slug(environment, repo_bytes=0)
        evidence.append("what is installed in the environment")
    elif wanted is not None:
        estimate = _estimated(wanted)
        evidence.append(wanted.evidence)
    for shares, words in _other_languages(app):
        estimate = estimate.enlarged(shares)
        evidence.append(words)
    if not evidence:
        return None
    evidence += filter(None, [apt_evidence(app)])
    own = own_bytes(app)
    estimate = estimate.enlarged([Share(Part("app", own, "the app's own files"), own, own), *extra_shares(app)])
    return SlugReport(estimate, ", ".join(evidence), _best_change(app, wanted, estimate))


def _other_languages(app: App) -> Iterator[tuple[list[Share], str]]:
    """What the buildpacks of other languages than Python add, each with what that rests on."""
    if app.package_json is not None:
        from herolint.app.slug.node_size import node_part

        yield from filter(None, [node_part(app)])
    if "Gemfile" in app.slug or "go.mod" in app.slug:
        from herolint.app.slug.compiled_size import go_shares, ruby_shares

        yield from filter(None, [ruby_shares(app), go_shares(app)])


def part_place(app: App, name: str) -> Place | None:
    """Where a part of the slug is asked for; None where no line does."""
    if name in app.dependencies.packages:
        return app.dependencies.packages[name].at
    apt = next((one for one in app.aptfile.packages if one.name == name), None) if app.aptfile is not None else None
    if apt is not None:
        return Place("Aptfile", apt.span)
    if app.package_json is not None and name in app.package_json.dependencies:
        return Place("package.json", app.package_json.dependencies[name][1])
    gem = app.gemfile_lock.gem(name) if app.gemfile_lock is not None else None
    return Place("Gemfile.lock", gem.span) if gem is not None else None


def own_bytes(app: App) -> int:
    """The app's own files after `.slugignore`, compressed."""
    files = app.workspace.slug_files.items()
    return round(sum(compressed(path, entry.size) for path, entry in files if entry.kind == "file" and not entry.lfs))


def _estimated(wanted: Wanted) -> Estimate:
    return estimate_slug(
        wanted.packages,
        locked=wanted.locked,
        repo_bytes=0,
        wheel_bytes=wanted.wheels,
        cpu_index=wanted.cpu_index,
        by_extras=wanted.by_extras,
    )


def wanted_packages(app: App) -> Wanted | None:
    """What the Python buildpack will install, with sizes as far as locks tell, or the package index where it may be asked."""
    wanted = _listed(app)
    if wanted is None or app.online is None:
        return wanted
    from herolint.app.slug.slug_online import asked

    return asked(app, app.online, wanted)


def _listed(app: App) -> Wanted | None:
    if not builds_python(app) or not app.dependencies.manager:
        return None
    found = app.dependencies
    table = f"the shipped table of sizes ({sizes_date()})"
    requirements = app.requirements if found.manager == "pip" else None
    lines = [option.value for option in requirements.options] if requirements is not None else []
    addresses = [item.url for item in requirements.items] if requirements is not None else []
    cpu = any("/cpu" in value for value in (*lines, *addresses))
    if requirements is not None and app.pylock is not None and app.pylock.readable:
        python = python_release(app)
        held = [one for one in app.pylock.packages if not one.local and all(marker_holds(marker, python) for marker in one.markers)]
        wheels = _sizes(held)
        if wheels:
            return Wanted(tuple((one.name, one.version) for one in held), True, wheels, cpu, "the sizes in `pylock.toml`")
    # A build such as `torch==2.1.0+cpu` is on no public index: without another one it is not installed at all, which HL410 tells.
    wanted = tuple((one.name, one.version) for one in found.packages.values() if lines or "+" not in (one.version or ""))
    wheels = _sizes(app.uv_lock.packages) if found.manager == "uv" and app.uv_lock is not None else {}
    evidence = f"the sizes in `{found.manifest}`" if wheels else table
    if found.complete and not wheels:
        evidence = f"`{found.manifest}` and {table}"
    return Wanted(wanted, found.complete, wheels, cpu, evidence, {} if found.complete else _by_extras(app))


def _by_extras(app: App) -> dict[str, str]:
    """What the extras of requirements bring, and by which: `uvicorn[standard]`."""
    from herolint.knowledge.brings import Asked, brought

    found: dict[str, str] = {}
    for one in app.dependencies.packages.values():
        if one.extras:
            plain = brought({one.name: Asked(one.version)})
            for name in brought({one.name: Asked(one.version, one.extras)}):
                if name not in plain:
                    found.setdefault(name, f"{one.name}[{','.join(one.extras)}]")
    return found


def _sizes(packages: tuple[LockedPackage, ...] | list[LockedPackage]) -> dict[str, int]:
    return {one.name: one.size for one in packages if one.size}


def _best_change(app: App, wanted: Wanted | None, estimate: Estimate) -> Change | None:
    """Of the lighter distributions that would do, the one that saves most."""
    shares = {part.name: part.bytes for part in estimate.parts}
    best: Change | None = None
    for dependency in app.dependencies.packages.values():
        row = release(dependency.name, dependency.version)
        if row is None or row.drop_in is None or not dependency.direct or not row.drop_in.exists_for(dependency.version):
            continue
        if dependency.name not in shares or app.dependencies.has(row.drop_in.name) or "cpu" in (dependency.version or ""):
            continue
        saved = shares[dependency.name] + sum(shares.get(name, 0) for name in row.drop_in.spares) - row.drop_in.own
        if wanted is not None and wanted.cpu_index and row.drop_in.name.endswith("+cpu"):
            continue
        if saved > max(_WORTH, best.saved if best is not None else 0):
            at = Place(dependency.at.path, dependency.at.span, "asked for here")
            best = Change(dependency.name, row.drop_in.name, row.drop_in.reason, saved, estimate.likely - saved, at)
    return best


def compressed(path: str, size: int) -> float:
    """Bytes of a file in the slug: what is compressed already stays as it is, text shrinks to about a quarter."""
    return size if path.lower().endswith(_DENSE) else size / 4
