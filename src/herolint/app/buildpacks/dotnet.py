"""What the .NET buildpack will say: what it publishes, for which framework, with which SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.dotnet_build import FILE_APPS, PROJECTS, SOLUTIONS, Project, at_root, builds_dotnet, named_solution, projects
from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_TITLES = {
    "solutions": (".NET solution", "name it: `heroku config:set SOLUTION_FILE={first}`"),
    "projects": (".NET project", "write a solution that lists them"),
    "programs of one file": ("C#", "write a project file"),
}
"""What the buildpack calls a kind of file, and what helps where there are several of it."""
_SDK = lazy(r"(\d+)\.(\d+)\.(\d{3})\Z")


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures, in the order in which they would come."""
    if not builds_dotnet(app):
        return
    if app.config_var("SOLUTION_FILE") is not None:
        return  # which file that names, a config var decides
    named = named_solution(app)
    if named and named not in app.slug:
        yield Outcome(
            "managers", True, f"project.toml names the solution {named}, which is not there", Place("project.toml"),
            "the build stops: Solution file not found", "write the name of the one that there is, or take the line out",
        )  # fmt: skip
        return
    first = next((paths for kind in (SOLUTIONS, PROJECTS, FILE_APPS) if (paths := at_root(app, kind))), [])
    several = first if len(first) > 1 and not named else None
    if several is not None:
        kind = "solutions" if several[0].endswith(SOLUTIONS) else "projects" if several[0].endswith(PROJECTS) else "programs of one file"
        yield Outcome(
            "managers", True, f"{len(several)} {kind} lie at the root: {', '.join(several[:3])}", Place(several[1]),
            f"the build stops: Multiple {_TITLES[kind][0]} files",
            f"keep one there, or {_TITLES[kind][1].format(first=several[0])}",
        )  # fmt: skip
        return
    found = projects(app)
    solution = named or next(iter(at_root(app, SOLUTIONS)), None)
    if solution is not None and not found:
        yield Outcome(
            "managers", True, f"{solution} lists no project", Place(solution),
            "the build stops: No project references found in solution", f"`dotnet sln {solution} add PROJECT`",
        )  # fmt: skip
        return
    broken = list(_broken(app, found))
    yield from broken or _versions(app, found)


def _broken(app: App, found: tuple[Project, ...]) -> Iterator[Outcome]:
    for one in found:
        if not one.there:
            other = next((path for path in app.slug if path.lower() == one.path.lower()), None)
            reason = app.workspace.unpushed_reason(one.path)
            yield Outcome(
                "managers", True, f"{one.named.path} names {one.path}, which is not there"
                + (f": it is {other}" if other else f": it is not pushed ({reason})" if reason else ""),
                one.named, "the build stops: Missing project", f"write `{other}`" if other else f"commit it, or `dotnet sln remove {one.path}`",
            )  # fmt: skip
            return
        if not one.well_formed:
            yield Outcome(
                "managers", True, f"{one.path} is not well-formed XML", one.at,
                "the build stops: Error parsing XML", "mend it: `dotnet build` tells the place",
            )  # fmt: skip
            return


def _versions(app: App, found: tuple[Project, ...]) -> Iterator[Outcome]:
    sdks = app.platform.dotnet.sdks
    source = app.document("global.json")
    for one in found:
        if not one.framework and one.sdk:
            yield Outcome(
                "version-invalid", True, f"{one.path} says no TargetFramework" + _plural(app, one), Place(one.path),
                "the build stops: Missing TargetFramework", f"write `<TargetFramework>net{max(sdks)}.0</TargetFramework>`",
            )  # fmt: skip
            return
    if source is not None:
        yield from _global_json(app)
        return
    for one in found:
        if one.framework and one.release is None and "$(" not in one.framework:
            yield Outcome(
                "version-invalid", True, f"{one.path} is for {one.framework}, which is no `net` with a number", one.at,
                "the build stops: Unsupported target framework", f"make it for net{max(sdks)}.0, or commit a global.json that names an SDK",
            )  # fmt: skip
            return
    # The buildpack takes the highest by the order of text, in which net8.0 comes behind net10.0.
    chosen = max((one for one in found if one.release is not None), key=lambda one: one.framework, default=None)
    if chosen is None or chosen.release is None:
        return
    if chosen.release not in sdks:
        yield _no_sdk(app, chosen.release, f"{chosen.path} is for {chosen.framework}", chosen.at)
        return
    newer = next((one for one in found if one.release is not None and chosen.release is not None and one.release > chosen.release), None)
    if newer is not None:
        yield Outcome(
            "version-invalid", True,
            f"{newer.path} is for {newer.framework}, and the SDK is chosen by {chosen.path}, for {chosen.framework}", newer.at,
            "the build stops: the SDK does not support that framework (the buildpack compares the names as text)",
            "commit a global.json that names the SDK", (Place(chosen.at.path, chosen.at.span, "decides"),), Confidence.MEDIUM,
        )  # fmt: skip


def _plural(app: App, one: Project) -> str:
    document = app.document(one.path)
    return " (TargetFrameworks is not read)" if document is not None and "<TargetFrameworks>" in document.text else ""


def _no_sdk(app: App, release: int, who: str, at: Place) -> Outcome:
    sdks = app.platform.dotnet.sdks
    newer = release > max(sdks)
    listed, day = ", ".join(map(str, sdks)), f" (as of {app.platform.checked})" if newer else ""
    return Outcome(
        "version-invalid", True, f"{who}, and there are SDKs for {listed} only{day}", at,
        "the build stops: Unsupported .NET SDK version", f"move to net{max(sdks)}.0",
        confidence=Confidence.MEDIUM if newer else Confidence.HIGH,
    )  # fmt: skip


def _global_json(app: App) -> Iterator[Outcome]:
    from herolint.formats import json_tree

    source = app.document("global.json")
    tree = json_tree.load(source) if source is not None else None
    if tree is None:
        return
    if tree.root is None:
        yield Outcome(
            "version-invalid", True, "global.json is no JSON", Place("global.json", tree.problems[0].span if tree.problems else None),
            "the build stops: Error parsing global.json", "mend it",
        )  # fmt: skip
        return
    node, roll = tree.root.get("sdk", "version"), tree.root.text("sdk", "rollForward")
    version = node.value if node is not None and isinstance(node.value, str) else None
    if version is None or node is None:
        return
    match = _SDK.match(re.sub(r"-[\w.]+\Z", "", version))
    at = Place("global.json", node.span)
    if match is None:
        yield Outcome(
            "version-invalid", True, f"global.json asks for SDK `{version}`, which is no version of three numbers", at,
            "the build stops: Invalid SDK version in global.json", f"write `{max(app.platform.dotnet.sdks)}.0.100`",
        )  # fmt: skip
    elif roll is not None and roll not in app.platform.dotnet.roll_forward:
        yield Outcome(
            "version-invalid", True, f"global.json has the rollForward `{roll}`, which is none",
            Place("global.json", tree.root.key_span("sdk", "rollForward")),
            "the build stops: Invalid rollForward in global.json", 'write `"rollForward": "latestFeature"`',
        )  # fmt: skip
    elif int(match[1]) not in app.platform.dotnet.sdks and not (
        roll in ("major", "latestMajor") and int(match[1]) < max(app.platform.dotnet.sdks)
    ):
        yield _no_sdk(app, int(match[1]), f"global.json asks for SDK {version}", at)
