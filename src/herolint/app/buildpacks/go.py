"""What the Go buildpack will say: its version, tools that it dropped, vendored modules, embedded files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.go_build import SPEC_VARIABLE, VERSION_VARIABLE, builds_go, is_vendored, removed_tool, wanted_go
from herolint.app.building.go_embeds import embeds
from herolint.app.buildpacks import Outcome, go_packages
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.building.go_build import WantedGo
    from herolint.app.model import App

_MINOR = lazy(r"(?:go)?1\.(\d+)")
_LISTED = lazy(rb"^# (\S+) (v\S+)$", re.MULTILINE)
_NAMED = {"go": "go.mod's `go` line", "+heroku goVersion": "go.mod's `+heroku goVersion`", VERSION_VARIABLE: VERSION_VARIABLE}
"""What asks for a version, in words."""


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    if not builds_go(app):
        return
    old = removed_tool(app)
    if old is not None and app.left_out is not None:
        return  # another buildpack takes the app, and that is another finding
    if old is not None:
        tool, at = old
        yield Outcome(
            "managers",
            True,
            f"{at.path} makes the build take this for an app of {tool}, which it no longer supports",
            at,
            f"the build stops: support for {tool} has been removed",
            "make it a module: `go mod init` and `go mod tidy`, then commit go.mod and go.sum",
        )
    elif app.go_mod is not None:
        yield from _advice(app)
        yield from _version(app)
        yield from _vendored(app)
        yield from _embedded(app)
        yield from go_packages.outcomes(app)


def _advice(app: App) -> Iterator[Outcome]:
    """What stands in the way of the folder for programs, and config vars that the build speaks of."""
    if "bin" in app.slug:
        yield Outcome(
            "committed", True, "a file called bin is committed, where the build makes a folder", Place("bin"),
            "the build stops: File bin exists and is not a directory", "`git rm bin`",
        )  # fmt: skip
    for name, what in ((VERSION_VARIABLE, "version of Go"), (SPEC_VARIABLE, "list of packages")):
        declared = app.app_json.env.get(name) if app.app_json is not None else None
        if declared is not None and app.config_var(name):
            yield Outcome(
                "advice", False, f"{name} overrides the {what} in go.mod", Place("app.json", declared.span),
                "the build warns", "write it into go.mod instead",
            )  # fmt: skip
    wanted = wanted_go(app)
    if (wanted.release or "").startswith("devel-"):
        yield Outcome(
            "advice", False, "an unreleased Go is compiled for each build", wanted.at,
            "the build warns, and takes minutes longer", f"write `go {app.platform.go.default}`",
        )  # fmt: skip


def _version(app: App) -> Iterator[Outcome]:
    go = app.platform.go
    wanted = wanted_go(app)
    at = Place(wanted.at.path, wanted.at.span, "this version") if wanted.at.span is not None else wanted.at
    if wanted.origin and wanted.version is None:
        return  # a config var whose value no file tells
    if not wanted.origin:
        yield Outcome(
            "version-old", False, f"go.mod names no Go version: the build takes {go.default}", at,
            "the build warns, and a later buildpack takes another version", f"add the line `go {go.default}` to go.mod",
        )  # fmt: skip
    elif wanted.release is None:
        yield _unknown(app, wanted, at)
    elif not wanted.release.startswith("devel-"):
        yield from _unsupported(app, wanted, at)


def _unknown(app: App, wanted: WantedGo, at: Place) -> Outcome:
    go = app.platform.go
    version = wanted.version or ""
    asker = _NAMED[wanted.origin]
    newest = max(int(minor.partition(".")[2]) for minor in go.latest)
    number = _MINOR.match(version)
    if version.endswith("\r"):
        return Outcome(
            "version-invalid", True, f"{asker} ends with a carriage return, which the build takes for a part of the version", at,
            "the build stops: The requested file is unknown to the buildpack", "save go.mod with LF line ends",
        )  # fmt: skip
    # What is newer than the tables may be known to the buildpack by now.
    newer = number is not None and int(number[1]) >= newest
    known = go.latest.get(f"1.{number[1]}") if number is not None else None
    return Outcome(
        "version-invalid",
        True,
        f"{asker} asks for Go {version.removeprefix('go')}, which the buildpack does not know" + (f" as of {app.platform.checked}" if newer else ""),
        at,
        "the build stops: The requested file is unknown to the buildpack",
        f"write `{known.rpartition('.')[0] if known else go.default}`: the build then takes the newest patch",
        confidence=Confidence.MEDIUM if newer else Confidence.HIGH,
    )  # fmt: skip


def _unsupported(app: App, wanted: WantedGo, at: Place) -> Iterator[Outcome]:
    go = app.platform.go
    number = _MINOR.match(wanted.release or "")
    if number is None:
        return
    minors = sorted((int(minor.partition(".")[2]) for minor in go.latest), reverse=True)
    supported = minors[: go.supported_minors]
    asker = _NAMED[wanted.origin]
    if int(number[1]) < min(minors):
        yield Outcome(
            "version-invalid", True, f"{asker} asks for Go {wanted.version}, which is older than modules", at,
            "the build stops: this version does not support Go modules", f"write `go {go.default}` in go.mod and try the app with it",
        )  # fmt: skip
    elif int(number[1]) < min(supported):
        yield Outcome(
            "version-old", False, f"{asker} asks for Go {(wanted.version or '').removeprefix('go')}, which gets no security fixes any more", at,
            f"Go keeps its {go.supported_minors} newest releases up: 1.{min(supported)} and later; the build takes {wanted.release}",
            f"raise it to {go.default} and run the tests",
        )  # fmt: skip


def _vendored(app: App) -> Iterator[Outcome]:
    """`vendor/` beside a go.sum is taken for the modules, whatever it was made for."""
    document = app.go_mod
    if document is None or not document.requires or not is_vendored(app):
        return
    why = "the build stops: inconsistent vendoring (a `vendor` folder beside go.sum makes it use `-mod=vendor`)"
    fix = "run `go mod vendor` and commit all of vendor/, or delete the folder from git"
    listing = app.document("vendor/modules.txt")
    if listing is None:
        ignored = "vendor/modules.txt" in app.workspace.unpushed
        yield Outcome(
            "lock-stale",
            True,
            f"vendor/ is pushed without modules.txt{', which git ignores' if ignored else ''}",
            Place("go.mod"),
            why,
            fix,
        )
        return
    have = {path.decode(): version.decode() for path, version in _LISTED.findall(listing.data)}
    replaced = {replace.old.text for replace in document.replaces}
    for wanted in document.requires:
        found = have.get(wanted.path)
        if found is not None and found != wanted.version and wanted.path not in replaced:
            yield Outcome(
                "lock-stale", True, f"go.mod requires {wanted.path} {wanted.version}, and vendor/ holds {found}",
                Place("go.mod", wanted.span), why, "run `go mod vendor` and commit vendor/",
                (Place("vendor/modules.txt"),),
            )  # fmt: skip
            return


def _embedded(app: App) -> Iterator[Outcome]:
    """A pattern of `//go:embed` that no pushed file matches stops the build, unless an earlier buildpack makes the files."""
    if len(app.buildpacks) > 1:
        return
    for embed in embeds(app):
        if embed.among(app.workspace.files):
            continue  # what `.slugignore` removes is another finding
        start = embed.path.partition("*")[0].rstrip("/")
        ignored = next(
            (name for name in app.workspace.unpushed if f"{start}/".startswith(f"{name}/") or name.startswith(f"{start}/")), None
        )
        reason = f" ({app.workspace.unpushed[ignored]})" if ignored else ""
        yield Outcome(
            "not-built", True, f"{embed.at.path} embeds `{embed.text}`, and no pushed file matches that{reason}",
            Place(embed.at.path, embed.at.span, "matches nothing"), f"the build stops: pattern {embed.text}: no matching files found",
            "commit the files, or put a buildpack before Go's that makes them (heroku/nodejs for a front end)",
        )  # fmt: skip
        return
