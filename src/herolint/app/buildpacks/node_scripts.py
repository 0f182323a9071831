"""Scripts of package.json that the build runs, and that cannot end well."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.node import SCRIPTS
from herolint.app.buildpacks.node_manifest import LOCKS
from herolint.app.buildpacks.node_output import build_scripts, build_text, followed_scripts
from herolint.app.buildpacks.node_range import Version, only_within, satisfies
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.package_json import PackageJson
    from herolint.formats.shell import Command
    from herolint.source import Span


_INSTALLS = lazy(
    r"\b(?:install|ci|add|bootstrap)\b|\b(?:npm|pnpm|bun) i\b|\byarn(?:\s+--\S+(?:[ =]\S+)?)*\s*(?:&&|;|$)|\b(?:sh|bash|make|node|lerna|nx|turbo)\b"
)
"""Words of scripts that install packages, or may lead to something that does."""
_BUILD_HOOKS = ("bin/pre_compile", "bin/post_compile")


def outcomes(app: App, package: PackageJson, lock: str | None, node: Version | None) -> Iterator[Outcome]:
    """The first failure of each script."""
    run = build_scripts(app) | {name: package.scripts[name][0] for name in ("heroku-cleanup",) if name in package.scripts}
    for name in SCRIPTS:
        if name not in run:
            continue
        text, span = package.scripts[name]
        earlier = any(one not in SCRIPTS for one in run) or name != next(iter(one for one in SCRIPTS if one in run))
        found = next(_failures(app, package, name, text, span, lock, earlier=earlier), None)
        if found is not None:
            yield found
        elif text.strip() == "ng build":
            yield Outcome(
                "advice", False, "`build` is `ng build` without a configuration", Place("package.json", span),
                "the build warns: old Angular versions then build for development", "write `ng build --configuration production`",
            )  # fmt: skip
        if node is not None and node[0] >= app.platform.node.without_md4:
            yield from _md4(app, package, "", name, lock)
    yield from _nothing_installed(app, package)
    if node is not None and node[0] >= app.platform.node.without_md4:
        for folder in sorted({folder for folder, _, _ in followed_scripts(app) if folder}):
            yield from _md4_in(app, folder, lock)


def _failures(app: App, package: PackageJson, name: str, text: str, span: Span, lock: str | None, *, earlier: bool) -> Iterator[Outcome]:
    """What stops the script; `earlier`: something runs before it that may write files."""
    from herolint.formats.shell import parse

    at = Place("package.json", span, "fails")
    for command in parse(text).commands:
        words = [word.text for word in command.words]
        if not words or command.conditional or not command.cwd_known or not all(word.literal for word in command.words[:2]):
            return
        if text.strip() == "false" or (words[0] == "exit" and words[1:2] not in ([], ["0"])):
            yield _failing(name, f"the script `{name}` ends with an error whatever happens: `{text[:50]}`", at, "take it out")
        elif words[0] == "node" and len(words) > 1 and not earlier:
            yield from _script(app, name, posixpath.normpath(posixpath.join(command.cwd, words[1])), at)
        elif not command.cwd:
            yield from _program(app, package, name, command, at, lock)
        earlier = True


def _failing(name: str, message: str, at: Place, fix: str) -> Outcome:
    return Outcome("not-built", True, message, at, f"the build stops in `{name}`", fix)


def _script(app: App, name: str, path: str, at: Place) -> Iterator[Outcome]:
    """A file that the script runs is not there."""
    if path.startswith(("-", "/", "..")) or "node_modules" in path or app.build_output(path) or not path.endswith((".js", ".cjs", ".mjs")):
        return
    if path not in app.slug and not any(hook in app.slug for hook in ("bin/post_compile", "bin/pre_compile")):
        reason = app.workspace.unpushed_reason(path)
        told = f" ({reason})" if reason else ""
        yield _failing(name, f"the script `{name}` runs {path}, which is not in the repository{told}", at, f"commit {path}")


def _program(app: App, package: PackageJson, name: str, command: Command, at: Place, lock: str | None) -> Iterator[Outcome]:
    """A program whose package neither package.json nor the lock file has."""
    from herolint.app.buildpacks.node_programs import known_programs

    program = command.words[0].text
    wanted = known_programs().get(program)
    source = app.document(lock) if lock is not None else None
    if wanted is None or source is None or source.is_binary or wanted in {**package.dependencies, **package.dev_dependencies}:
        return
    listed = [
        entry.key for node in ("optionalDependencies", "peerDependencies") if (found := package.tree.get(node)) for entry in found.entries
    ]
    if wanted in listed or wanted in source.text or any(one == "package.json" for one in _workspaces(app)):
        return
    yield _failing(
        name, f"the script `{name}` runs `{program}`, and nothing installs {wanted}", at, f"add it: `npm install --save-dev {wanted}`"
    )


def _workspaces(app: App) -> list[str]:
    """Other packages of the repository, whose dependencies may bring programs."""
    return [posixpath.basename(path) for path in app.slug if path.endswith("/package.json") and "node_modules/" not in path]


def _nothing_installed(app: App, root: PackageJson) -> Iterator[Outcome]:
    """A script of another folder that the build runs, though nothing installs that folder's packages."""
    from herolint.app.buildpacks.node_programs import known_programs
    from herolint.formats.shell import parse

    followed = followed_scripts(app)
    shared = root.tree.get("workspaces") is not None or any(path in app.slug for path in ("pnpm-workspace.yaml", "lerna.json"))
    if shared or any(_INSTALLS.search(text) for _, _, text in followed) or any(hook in app.slug for hook in _BUILD_HOOKS):
        return
    above = {**root.dependencies, **root.dev_dependencies}
    for folder, name, text in followed:
        package = app.package(folder) if folder else None
        first = next((command.words[0].text for command in parse(text).commands if command.words), "")
        wanted = known_programs().get(first)
        if package is None or wanted is None or wanted in above or app.workspace.is_dir(posixpath.join(folder, "node_modules")):
            continue
        if wanted in package.dependencies or wanted in package.dev_dependencies:
            outer = next((key for where, key, _ in followed if not where), "build")
            yield Outcome(
                "not-built", True, f"the build runs the script `{name}` of {folder}/, where nothing is installed: `{first}` is not found",
                Place("package.json", root.scripts[outer][1], "goes there"), f"the build stops in `{outer}`",
                f"install them first: `npm install --prefix {folder}`",
                (Place(posixpath.join(folder, "package.json"), package.scripts[name][1], "run while building"),),
            )  # fmt: skip
            return


def _md4_in(app: App, folder: str, lock: str | None) -> Iterator[Outcome]:
    """An old webpack in another folder, one of whose scripts the build calls; it may have a lock of its own."""
    package = app.package(folder)
    if package is None or "NODE_OPTIONS" in build_text(app):
        return
    own = next((path for one in LOCKS if (path := posixpath.join(folder, one)) in app.slug), lock)
    for name in [name for where, name, _ in followed_scripts(app) if where == folder and name in package.scripts]:
        found = list(_md4(app, package, folder, name, own))
        if found:
            yield found[0]
            return


def _md4(app: App, package: PackageJson, folder: str, name: str, lock: str | None) -> Iterator[Outcome]:
    """An old webpack on a Node.js whose OpenSSL refuses what it asks for."""
    text, span = package.scripts[name]
    manifest = posixpath.join(folder, "package.json")
    legacy = "--openssl-legacy-provider"
    if legacy in text or legacy in (app.config_var("NODE_OPTIONS") or "") or "NODE_OPTIONS" in text:
        return
    if ".npmrc" in app.slug or posixpath.join(folder, ".npmrc") in app.slug:
        return
    asked = {**package.dev_dependencies, **package.dependencies}
    tool = _bundler(app, text, asked)
    if tool is None:
        return
    bundler = "webpack" if tool in app.platform.node.brings_webpack else tool
    old = app.platform.node.asks_for_md4[bundler]
    version = _locked(app, bundler, lock)
    if satisfies(version, old) if version is not None else bundler == tool and only_within(asked[tool][0], old):
        release = f" {'.'.join(map(str, version))}" if version is not None else f" {asked[tool][0]}"
        brought = f", which {tool} brings," if bundler != tool else ""
        yield Outcome(
            "not-together", True, f"{bundler}{release}{brought} does not build with this Node.js: it asks OpenSSL for MD4, which is gone",
            Place(manifest, asked[tool][1], "too old"),
            f"the build stops in `{name}`: error:0308010C:digital envelope routines::unsupported, unless a config var NODE_OPTIONS allows it",
            f"raise {tool}, or write `NODE_OPTIONS={legacy}` before the command",
            (Place(manifest, span, "run while building"),), Confidence.MEDIUM,
        )  # fmt: skip


def _bundler(app: App, text: str, asked: dict[str, tuple[str, Span]]) -> str | None:
    """The package of a bundler that a script builds with: its program is named with the word `build`, or alone."""
    from herolint.app.buildpacks.node_programs import known_programs
    from herolint.formats.shell import parse

    for command in parse(text).commands:
        words = [word.text for word in command.words]
        while words[:1] == ["npx"] or words[:1] == ["cross-env"] or (words and "=" in words[0]):
            words = words[1:]
        tool = words[0] if words else ""
        tool = tool if tool in app.platform.node.asks_for_md4 else known_programs().get(tool, "")
        builds = tool == "webpack" or words[1:2] == ["build"]
        if (tool in app.platform.node.asks_for_md4 or tool in app.platform.node.brings_webpack) and tool in asked and builds:
            return tool
    return None


def _locked(app: App, tool: str, lock: str | None) -> Version | None:
    from herolint.app.buildpacks.node_locks import locked_version

    source = app.document(lock) if lock is not None else None
    return locked_version(lock or "", source, tool) if source is not None and not source.is_binary else None
