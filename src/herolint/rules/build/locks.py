"""Lock files: whether there is one, and whether it fits the file that it was made from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from herolint.app.building.locked import asks_for_something, image_tools
from herolint.app.model import App
from herolint.finding import Finding, Place
from herolint.platforms import Locked
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL405", "lockfile-missing", WARNING, ERROR)
def lockfile_missing(app: App) -> Iterator[Finding]:
    """Dependencies are asked for by ranges, and no lock says which releases were tested."""
    if not app.root.deployed:
        return
    for row in app.platform.locks.all:
        if row.manifest not in app.slug or row.language != app.language or any(name in app.slug for name in row.locks):
            continue
        if app.container_sure and (copied := _copied(app, row)) is not None:
            yield copied
            continue
        if app.is_container and not image_tools(app).intersection(row.tools):
            continue
        if (row.buildpack or app.is_container) and asks_for_something(app, row.manifest):
            yield _no_lock(app, row)


def _copied(app: App, row: Locked) -> Finding | None:
    """A lock that is not there, and that an image copies all the same."""
    for image in app.images.values():
        folder = image.context
        for name in row.locks:
            at = image.copied_by_name(name)
            if at is not None and not image.workspace.exists(posixpath.join(folder, name)):
                ignored = app.workspace.unpushed.get(posixpath.join(folder, name))
                return report(
                    "HL405",
                    f"the image copies {name}, which is not {'pushed' if ignored else 'in the repository'}",
                    Place(image.path, at.args_span, "not there"),
                    severity=ERROR,
                    why="the build stops: a COPY that names a missing file fails",
                    fix=f"{name} is there and not pushed ({ignored}): commit it" if ignored else f"run `{row.make}` and commit {name}",
                )
    return None


def _no_lock(app: App, row: Locked) -> Finding:
    stops = row.stops and not app.is_container
    ignored = next((name for name in row.locks if name in app.workspace.unpushed), None)
    other = next((name for name in row.unread if name in app.slug), None)
    command = f"run `{row.make}` and commit {row.locks[0]}"
    if ignored:
        command = f"{ignored} is there and not pushed ({app.workspace.unpushed[ignored]}): commit it"
    return report(
        "HL405",
        f"{row.manifest} has no lock file" + (f" that the build reads ({other} is not)" if other else ""),
        Place(row.manifest),
        severity=ERROR if stops else WARNING,
        why=f"the build stops: {row.stops}"
        if stops
        else "each build takes the newest releases that fit: two deploys of one commit may differ",
        fix=command,
    )


@rule("HL406", "lockfile-out-of-sync", ERROR)
def lockfile_out_of_sync(app: App) -> Iterator[Finding]:
    """The lock was not made from the manifest that stands beside it, and the installer refuses to go on."""
    yield from told(app, "HL406", "lock-stale")
