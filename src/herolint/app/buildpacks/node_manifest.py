"""What the Node.js buildpack checks before it downloads anything: package.json itself, package managers, Yarn's own configuration."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node_range import satisfies
from herolint.finding import Confidence, Place
from herolint.formats import json_tree
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson
    from herolint.source import SourceFile

LOCKS = {"yarn.lock": "Yarn", "pnpm-lock.yaml": "pnpm", "package-lock.json": "npm"}
"""Lock files in the order in which the buildpack looks for them."""
_NUMBER = lazy(r"[\^~=v\s]*(\d+)")


def unreadable(app: App) -> Iterator[Outcome]:
    """package.json is no JSON as the buildpack's check takes it."""
    source = app.source("package.json")
    if source is None or not source.data.strip():
        return  # npm has its own say over an empty file
    reason = "it is UTF-16" if source.encoding.startswith("utf-16") or source.is_binary else _json_error(source)
    if reason and "<<<<<<<" in source.text:
        reason = "a merge conflict was left in it"
    if reason:
        said = next((one for one in json_tree.load(source).problems if one.span is not None), None)
        at = Place("package.json", said.span) if said is not None and not source.is_binary else Place("package.json")
        yield Outcome(
            "managers", True, f"package.json is not JSON: {reason}", at,
            "the build stops: Unable to parse your package.json", "write it as strict JSON, in UTF-8: no comments, no comma after the last entry",
        )  # fmt: skip


def _json_error(source: SourceFile) -> str:
    """What is wrong with a JSON text; empty where the buildpack's check takes it (which lets NaN and several values pass)."""
    data = source.data[source.bom_length :]
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except msgspec.DecodeError:
        import json

        try:
            json.loads(data.decode("utf-8", "replace"))
        except json.JSONDecodeError as error:
            said = next((one.message.partition(": ")[2] for one in json_tree.load(source).problems), f"{error.msg} (line {error.lineno})")
            return "" if error.msg == "Extra data" else said
        except RecursionError:
            return ""
    return ""


def in_the_way(app: App) -> Iterator[Outcome]:
    """Files that stand where the buildpack keeps its own folder."""
    for path in (".heroku", ".heroku/node"):
        if path in app.slug:
            yield Outcome(
                "committed", True, f"a file called {path} is committed, where the buildpack makes a folder", Place(path),
                "the build stops before anything is installed", f"`git rm {path}`",
            )  # fmt: skip


def managers(app: App, package: PackageJson) -> Iterator[Outcome]:
    """Several lock files, several package managers, and versions of them that there are not."""
    found = [name for name in LOCKS if name in app.slug]
    if len(found) > 1 or (found and "npm-shrinkwrap.json" in app.slug):
        names = [*found, *(["npm-shrinkwrap.json"] if "npm-shrinkwrap.json" in app.slug else [])]
        yield Outcome(
            "managers",
            True,
            f"{' and '.join(names)} stand side by side: the build takes no choice",
            Place(names[0]),
            "the build stops: Multiple lockfiles found",
            "keep the one of the package manager that you use, and delete the others from git",
            tuple(Place(name, None, "another lock file") for name in names[1:]),
        )
    declared = {name for name in ("npm", "yarn", "pnpm") if package.engines.get(name, ("",))[0].strip()}
    manager = (package.package_manager or "").partition("@")[0]
    if manager in ("yarn", "pnpm"):
        declared.add(manager)
    if len(declared) > 1:
        span = next((package.engines[name][1] for name in sorted(declared) if name in package.engines), None)
        yield Outcome(
            "managers",
            True,
            f"package.json asks for {' and '.join(sorted(declared))} at once",
            Place("package.json", span),
            "the build stops: Multiple package managers declared in package.json",
            "keep the one whose lock file is committed",
        )
    from herolint.app.buildpacks.node_managers import outcomes

    yield from outcomes(app, package)
    if found[:1] == ["yarn.lock"]:
        yield from _berry(app, package)
    elif found[:1] == ["pnpm-lock.yaml"]:
        yield from _pnpm(app, package)


# ---- Yarn from 2 on ---------------------------------------------------------------------------------------------------


def is_berry(text: str) -> bool:
    """Whether a yarn.lock is of Yarn 2 or later."""
    return "__metadata:" in text


def _berry(app: App, package: PackageJson) -> Iterator[Outcome]:
    lock = app.document("yarn.lock")
    if lock is None or lock.is_binary or not is_berry(lock.text):
        return
    if app.config_var("YARN_PRODUCTION"):
        declared = app.app_json.env.get("YARN_PRODUCTION") if app.app_json is not None else None
        yield Outcome(
            "managers", True, "YARN_PRODUCTION is set, which Yarn 2 and later do not take", Place("app.json", declared.span if declared else None),
            "the build stops before anything is installed", "take it out; `YARN2_SKIP_PRUNING=true` keeps development packages",
        )  # fmt: skip
    manager = package.package_manager or ""
    asked = manager.partition("@")[2] if manager.startswith("yarn@") else package.engines.get("yarn", ("",))[0]
    number = _NUMBER.match(asked)
    new = number is not None and int(number[1]) >= 2
    release, at = _yarn_path(app)
    help_words = "run `corepack use yarn@4`, which writes `packageManager` into package.json, and commit it"
    if not new and ".yarnrc.yml" not in app.slug:
        yield Outcome(
            "managers", True, "yarn.lock is of Yarn 2 or later, and nothing says which Yarn to use (there is no .yarnrc.yml)", Place("yarn.lock"),
            "the build stops before anything is installed", help_words,
        )  # fmt: skip
    elif not new and release is None:
        yield Outcome(
            "managers", True, "yarn.lock is of Yarn 2 or later, and .yarnrc.yml names no `yarnPath`", Place(".yarnrc.yml"),
            "the build stops before anything is installed", help_words,
        )  # fmt: skip
    elif release is not None and posixpath.normpath(release) not in app.slug:
        reason = app.workspace.unpushed_reason(posixpath.normpath(release))
        yield Outcome(
            "managers", True, f"the Yarn that .yarnrc.yml names is not in the repository: {release}" + (f" ({reason})" if reason else ""), at,
            "the build stops: Yarn was not found", f"commit {release} (`!.yarn/releases` in .gitignore), or take `yarnPath` out and {help_words}",
        )  # fmt: skip
    yield from _unused_settings(app, package, release)


def _unused_settings(app: App, package: PackageJson, release: str | None) -> Iterator[Outcome]:
    for name in (".npmrc", ".yarnrc"):
        if name in app.slug:
            yield Outcome(
                "managers", False, f"Yarn 2 and later do not read {name}", Place(name),
                "the build warns; registries and tokens in it have no effect", "move what is needed to .yarnrc.yml, and delete the file",
            )  # fmt: skip
    by_field = (package.package_manager or "").startswith("yarn@")
    if by_field and "yarn" in package.engines:
        yield _twice("Yarn", Place("package.json", package.engines["yarn"][1]), "engines.yarn")
    if by_field and release is not None and posixpath.normpath(release) in app.slug:
        yield _twice("Yarn", Place(".yarnrc.yml"), "yarnPath")


def _yarn_path(app: App) -> tuple[str | None, Place]:
    source = app.document(".yarnrc.yml")
    if source is None or source.is_binary:
        return None, Place(".yarnrc.yml")
    from herolint.formats import yaml_tree

    node = yaml_tree.load(source).get("yarnPath")
    if node is None or not isinstance(node.value, str):
        return None, Place(".yarnrc.yml")
    return node.value, Place(".yarnrc.yml", node.span, "not there")


def _twice(tool: str, at: Place, other: str) -> Outcome:
    return Outcome(
        "advice", False, f"the version of {tool} is given twice, by packageManager and by {other}", at,
        "the build warns, and takes packageManager", f"take {other} out",
    )  # fmt: skip


def _pnpm(app: App, package: PackageJson) -> Iterator[Outcome]:
    by_field, engine = (package.package_manager or "").startswith("pnpm@"), package.engines.get("pnpm")
    if by_field and engine is not None:
        yield _twice("pnpm", Place("package.json", engine[1]), "engines.pnpm")
    elif not by_field and engine is None:
        yield Outcome(
            "managers", False, "nothing says which pnpm to use: each build takes the newest", Place("package.json"),
            "the build warns; the next major version of pnpm comes with some deploy, and may refuse the lock file",
            "run `corepack use pnpm@10`, which writes `packageManager` into package.json",
            confidence=Confidence.MEDIUM,
        )  # fmt: skip
    yield from _pruning(app, package)


_RUN_WHEN_PRUNING = ("pnpm:devPreinstall", "preinstall", "install", "postinstall", "prepare")


def _pruning(app: App, package: PackageJson) -> Iterator[Outcome]:
    """Development packages stay, since pruning would run the project's own install scripts again."""
    workspace = app.document("pnpm-workspace.yaml")
    several = workspace is not None and "packages:" in workspace.text
    own = next((name for name in _RUN_WHEN_PRUNING if name in package.scripts), None)
    version = (package.package_manager or "").removeprefix("pnpm@") or package.engines.get("pnpm", ("",))[0]
    old = satisfies(found, f"<{app.platform.node.pnpm_that_prunes}") is True if (found := _exact(version)) is not None else False
    if own is not None and (several or old):
        yield Outcome(
            "advice", False, f"development packages stay in the slug: pnpm would run `{own}` again when it removes them",
            Place("package.json", package.scripts[own][1]), "the build warns; the slug is larger than it need be",
            "set the config var PNPM_SKIP_PRUNING=true to say that this is meant, or do without the script",
        )  # fmt: skip


def _exact(text: str) -> tuple[int, int, int] | None:
    from herolint.app.buildpacks.node_range import parse_version

    return parse_version(text.partition("+")[0].strip())
