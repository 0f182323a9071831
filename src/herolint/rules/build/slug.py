"""How large the slug will be, and what would make it smaller."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.slug.slug_size import part_place, slug_estimate
from herolint.changes import Edit
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.knowledge.brings import needs
from herolint.knowledge.packages import MB, DropIn, Estimate, package
from herolint.rules.registry import ERROR, WARNING, report, rule
from herolint.source import Span

_HEAVY_BYTES = 60 * MB
"""A lighter drop-in that saves less than this is not worth a finding."""


@rule("HL402", "slug-too-large", ERROR, WARNING)
def slug_too_large(app: App) -> Iterator[Finding]:
    """The compressed slug would be over the platform's limit."""
    estimate = slug_estimate(app)
    if estimate is None:
        return
    hard, soft = app.platform.slug_limit_bytes, app.platform.slug_warning_bytes
    if estimate.low <= soft or (estimate.low <= hard and estimate.likely <= soft):
        return
    over = estimate.low > hard
    limit = hard if over else soft
    biggest = [part for part in estimate.parts if part.bytes > 5 * MB][:4]
    reached = f"over the {'limit' if over else 'soft limit'} of {limit // MB} MB"
    if not over and estimate.likely > hard:
        reached = f"and the build stops over {hard // MB} MB"
    words = ", ".join(f"{part.name} {part.bytes // MB} MB" for part in biggest)
    name = next((part.name for part in biggest if part_place(app, part.name) is not None), "")
    first = part_place(app, name)
    lighter = package(name) if name in app.dependencies.packages else None
    help_words = "take out what the app does not need"
    if lighter is not None and lighter.drop_in is not None:
        help_words = f"{lighter.drop_in.reason}: `{lighter.drop_in.name}` weighs {lighter.drop_in.bytes // MB} MB"
    yield report(
        "HL402",
        f"the slug will be about {_about(estimate)} compressed, {reached}: {words}",
        Place(first.path, first.span, "the biggest part") if first is not None else Place(""),
        severity=ERROR if over else WARNING,
        why="the build stops: Compiled slug size is too large (max is 500M)"
        if over
        else "the estimate lies on both sides of the limit; over it the build stops: Compiled slug size is too large"
        if estimate.likely > hard
        else "large slugs are slow to start on each dyno, and the build warns",
        fix=help_words,
        confidence=Confidence.HIGH if over else Confidence.MEDIUM,
    )


def _about(estimate: Estimate) -> str:
    return f"{estimate.likely / 1000 / MB:.1f} GB" if estimate.likely >= 1000 * MB else f"{estimate.likely // MB} MB"


@rule("HL403", "heavy-dependency", WARNING)
def heavy_dependency(app: App) -> Iterator[Finding]:
    """A much smaller distribution does the same."""
    estimate = slug_estimate(app)
    if estimate is None:
        return
    shares = {part.name: part.bytes for part in estimate.parts}
    for dependency in app.dependencies.packages.values():
        found = package(dependency.name)
        if (
            found is None
            or found.drop_in is None
            or not dependency.direct
            or not found.drop_in.exists_for(dependency.version)
            or "cpu" in (dependency.version or "")
            or shares.get(dependency.name, 0) == 0
        ):
            continue
        whole = found.bytes + found.rest + sum((package(name) or found).bytes for name in found.closure)
        saved = whole - found.drop_in.bytes
        if saved < _HEAVY_BYTES and not (dependency.name.startswith("opencv") and saved > 0):
            continue
        if (
            app.dependencies.has(found.drop_in.name)
            or _cpu_build(app, dependency.name)
            or _comes_anyway(app, dependency.name, found.drop_in)
        ):
            continue
        yield report(
            "HL403",
            f"{dependency.name} weighs about {whole // MB} MB in the slug; {found.drop_in.name} does the same with {found.drop_in.bytes // MB} MB",
            Place(dependency.at.path, dependency.at.span, "heavy"),
            why=found.drop_in.reason,
            fix=Fix(
                f"use `{found.drop_in.name}`",
                _renamed(app, dependency.name, found.drop_in) or _with_index(app, dependency.name, found.drop_in),
            ),
            confidence=Confidence.HIGH,
        )


def _comes_anyway(app: App, name: str, drop_in: DropIn) -> bool:
    """Whether another requirement asks for the heavy one itself, so that both would be installed."""
    return not drop_in.index and any(name in needs(other) for other in app.dependencies.packages)


def _renamed(app: App, name: str, drop_in: DropIn) -> tuple[Edit, ...]:
    """The lighter distribution in the place of the heavy one, where it has the same releases and modules, and all that the code calls."""
    if any(app.code.code.calls_named(called) for called in drop_in.lacks if app.code.modules):
        return ()
    items = app.requirements.items if app.requirements is not None and drop_in.same else ()
    found = [item for item in items if item.name == name and not item.hashes and not item.url]
    return tuple(Edit(item.file, item.name_span, drop_in.name) for item in found)


def _with_index(app: App, name: str, drop_in: DropIn) -> tuple[Edit, ...]:
    """The index of lighter builds at the head of the file that asks for the heavy one: pip prefers what it finds there."""
    items = app.requirements.items if app.requirements is not None and drop_in.index else ()
    found = next((item for item in items if item.name == name and not item.hashes and not item.url), None)
    return (Edit(found.file, Span(0, 0), f"--extra-index-url {drop_in.index}\n"),) if found is not None else ()


def _cpu_build(app: App, name: str) -> bool:
    """Whether an index of builds without CUDA is used for torch."""
    if not name.startswith("torch") or app.requirements is None:
        return False
    return any("whl/cpu" in option.value for option in app.requirements.options) or any(
        "cpu" in item.url for item in app.requirements.items if item.name == name
    )
