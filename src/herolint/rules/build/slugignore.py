"""What `.slugignore` takes away from the build and the dynos although they need it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.model import App
from herolint.app.needs.needed import Need, needs, removed
from herolint.changes import Edit
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.registry import ERROR, report, rule

if TYPE_CHECKING:
    from herolint.formats.slugignore import Pattern, SlugIgnore


@rule("HL423", "slugignore-excludes-needed-file", ERROR, needs=("slugignore",))
def slugignore_excludes_needed_file(app: App) -> Iterator[Finding]:
    """A line of .slugignore removes a file that the build or a process needs."""
    ignore = app.slugignore
    gone = removed(app)
    if ignore is None or not gone or app.is_container:
        return
    found: dict[int, tuple[Pattern, list[Need]]] = {}
    seen: set[str] = set()
    for need in needs(app):
        pattern = ignore.removed_by(need.path) if need.path in gone and need.path not in seen else None
        if pattern is not None:
            seen.add(need.path)
            found.setdefault(pattern.span.start, (pattern, []))[1].append(need)
    for start in sorted(found):
        yield _finding(app, ignore, *found[start])


def _finding(app: App, ignore: SlugIgnore, pattern: Pattern, found: list[Need]) -> Finding:
    found = sorted(found, key=lambda need: not need.sure)
    first = found[0]
    more = f" (and {len(found) - 1} more of its files are needed)" if len(found) > 1 else ""
    without_effect = any(name.rstrip("/") and first.path.startswith(name.rstrip("/")) for name, _ in ignore.kept)
    return report(
        "HL423",
        f"`{pattern.text}` removes {first.path}, which {first.reason}{more}",
        Place(".slugignore", pattern.span, "removes it"),
        why="the lines are applied before the buildpacks run: neither the build nor a dyno has the file",
        related=list(dict.fromkeys(need.at for need in found if need.at is not None))[:3],
        fix=Fix(
            "take the line out"
            + (": a line with `!` that keeps a part has no effect here" if without_effect else ", or name only what is not needed"),
            _without(app, pattern),
        ),
        confidence=Confidence.HIGH if first.sure else Confidence.MEDIUM,
    )


def _without(app: App, pattern: Pattern) -> tuple[Edit, ...]:
    from herolint.edits.text import without_lines

    source = app.source(".slugignore")
    return (without_lines(source, pattern.span),) if source is not None else ()
