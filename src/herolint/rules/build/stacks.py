"""Stacks and buildpacks that are gone, or on their way out."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.changes import Delete
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.platforms import Buildpack, Stack
from herolint.rules.registry import ERROR, WARNING, report, rule

_OTHER_HOSTS = ("scalingo.json", "DOKKU_SCALE", "CHECKS", ".clever.json", "clevercloud")


@rule("HL416", "retired-stack", ERROR, WARNING)
def retired_stack(app: App) -> Iterator[Finding]:
    """app.json, a script, a workflow or the context names a stack that builds no more, or not for long."""
    named: list[tuple[str, Place]] = []
    if app.context.stack:
        named.append((app.context.stack, Place("")))
    if app.app_json is not None and app.app_json.stack:
        named.append((app.app_json.stack, Place("app.json", app.app_json.stack_span)))
    named += app.deploys.stacks
    for name, at in named:
        stack = app.platform.stack(name)
        status = stack.status_on(app.today) if stack is not None else "current"
        if stack is not None and status != "current":
            yield _stack(app, stack, at, retired=status == "retired")
        elif stack is None and at.path == "app.json":
            yield _unknown(app, name, at)


def _unknown(app: App, name: str, at: Place) -> Finding:
    from herolint.app.mends.manifest_edits import replaced_at

    known = [found.name for found in app.platform.stacks.all if found.status_on(app.today) == "current"]
    newer = name.removeprefix("heroku-").isdigit() and name > max(stack for stack in known if stack.startswith("heroku-"))
    return report(
        "HL416",
        f"there is no stack `{name}` (as of {app.platform.checked})",
        Place(at.path, at.span, "no such stack"),
        why="setting the app up is refused",
        fix=Fix(f"use `{app.platform.default_stack}`", replaced_at(app, at, name, app.platform.default_stack)),
        confidence=Confidence.MEDIUM if newer else Confidence.HIGH,
    )


def _stack(app: App, stack: Stack, at: Place, *, retired: bool) -> Finding:
    from herolint.app.mends.manifest_edits import replaced_at

    newest = next(found.name for found in app.platform.stacks.all if found.status_on(app.today) == "current")
    default = app.platform.default_stack
    if retired:
        end = stack.no_builds or stack.end_of_life
        since = f" since {end}" if end else ""
        message, why = f"{stack.name} ({stack.base}) builds no apps{since}", "setting the app up, and every build, is refused"
    else:
        failing = stack.failing_builds is not None and app.today >= stack.failing_builds
        message = f"{stack.name} ends on {stack.end_of_life}" if stack.end_of_life else f"{stack.name} is deprecated"
        why = f"from {stack.no_builds} no build succeeds" if stack.no_builds else "its end is announced"
        if failing:
            why = f"since {stack.failing_builds} some builds fail on purpose as a reminder; {why}"
    return report(
        "HL416",
        message,
        Place(at.path, at.span, "retired" if retired else "deprecated"),
        severity=ERROR if retired else WARNING,
        # Until builds fail often the stack is a supported choice, and its end is only news.
        confidence=Confidence.LOW if not retired and stack.failing_weekly and app.today < stack.failing_weekly else Confidence.HIGH,
        why=why,
        fix=Fix(
            f"use `{default}`" + (f" or `{newest}`" if newest != default else "") + "; an app moves with `heroku stack:set` and a new push",
            replaced_at(app, at, stack.name, default),
        ),
    )


@rule("HL417", "deprecated-buildpack", WARNING, ERROR)
def deprecated_buildpack(app: App) -> Iterator[Finding]:
    """A listed buildpack is gone, is pinned to an old release, or is named where nobody reads it."""
    if app.is_container:
        return
    seen = set()
    # What no file of the folder says is told once, where the push is.
    listed = [(one.url, one.at) for one in app.listed_buildpacks if one.at.path or app.root.deployed]
    places = listed + list(app.deploys.buildpacks)
    for url, at in places:
        if (url, at) not in seen:
            seen.add((url, at))
            yield from _listed(app, url, at)
    yield from _unread(app)


def _listed(app: App, url: str, at: Place) -> Iterator[Finding]:
    row = app.platform.buildpack(url)
    if url.startswith("git://github.com/"):
        from herolint.app.mends.manifest_edits import buildpack_replaced, replaced_at

        yield report(
            "HL417",
            "GitHub answers no `git://` addresses: this buildpack cannot be fetched",
            Place(at.path, at.span, "cannot be fetched"),
            severity=ERROR,
            why="the build stops before it begins",
            fix=Fix(f"write `https://{url.removeprefix('git://')}`", replaced_at(app, at, "git://", "https://"), safe=True)
            if row is None
            else Fix(f"write `{row.name}`", buildpack_replaced(app, at, url, row.name)),
        )
    elif row is not None and row.state != "current":
        fails = row.fails_on(app.stack)
        assumed = fails and app.stack_assumed and bool(row.stacks) and app.platform.stack(row.stacks[-1]) is not None
        open_stack = any((found := app.platform.stack(name)) and found.status_on(app.today) != "retired" for name in row.stacks)
        from herolint.app.mends.manifest_edits import buildpack_replaced, replaced_at

        yield report(
            "HL417",
            (f"{url} ends the build on {app.stack}" if fails else f"{url} is no longer {'needed' if row.writes else 'kept up'}")
            + (" (no file names the stack: assumed for a new app)" if assumed and open_stack else ""),
            Place(at.path, at.span, "gone" if fails else "not needed" if row.writes else "deprecated"),
            severity=ERROR if fails else WARNING,
            why=row.why,
            fix=f"use {row.instead}" if " " in row.instead else Fix(f"use `{row.instead}`", buildpack_replaced(app, at, url, row.instead)),
            confidence=Confidence.MEDIUM if assumed and open_stack else Confidence.HIGH,
        )
    elif row is not None and row.official and "#" in url:
        yield from _pinned(app, url, row, at)


def _pinned(app: App, url: str, row: Buildpack, at: Place) -> Iterator[Finding]:
    """An official buildpack held at one release: it knows no newer versions of the language."""
    pin = url.partition("#")[2]
    if pin in ("main", "master", "latest", "HEAD", ""):
        return
    number = int(pin[1:]) if pin[:1] == "v" and pin[1:].isdigit() else None
    first = row.releases.get(app.stack)
    refused = number is not None and first is not None and number < first
    from herolint.app.mends.manifest_edits import buildpack_replaced

    yield report(
        "HL417",
        f"{row.name} is held at {pin}"
        + (f", which does not know {app.stack} (v{first} is the first that does)" if refused else ": it gets no corrections"),
        Place(at.path, at.span, "pinned"),
        severity=ERROR if refused else WARNING,
        why=f"the build stops: the '{app.stack}' stack isn't recognised"
        if refused
        else "newer versions of the language and its tools are missing there, and one day the build stops",
        fix=Fix(f"write `{row.name}`, which is always the current release", buildpack_replaced(app, at, url, row.name)),
        confidence=Confidence.MEDIUM if refused and app.stack_assumed else Confidence.HIGH,
    )


def _unread(app: App) -> Iterator[Finding]:
    """Files that told an older platform, or another one, what to build with."""
    if not app.root.deployed or any(name in app.workspace.files or app.workspace.is_dir(name) for name in _OTHER_HOSTS):
        return
    if ".buildpacks" in app.workspace.files and not app.listed_buildpacks and (app.procfile is not None or app.app_json is not None):
        yield report(
            "HL417",
            ".buildpacks is read by no buildpack of today: only the retired multi buildpack did",
            Place(".buildpacks"),
            why="the platform detects one buildpack by itself, and the list has no effect",
            fix="list them in app.json, and for the app itself with `heroku buildpacks:add`",
            confidence=Confidence.MEDIUM,
        )
    if ".godir" in app.workspace.files:
        yield report(
            "HL417",
            ".godir is not read any more",
            Place(".godir"),
            why="the buildpack takes the module's path from go.mod alone",
            fix=Fix("delete it; without a go.mod run `go mod init` first", (Delete(".godir"),) if "go.mod" in app.slug else (), safe=True),
        )
