"""What the build of a Node.js app writes: which scripts run while it builds, and where compilers and bundlers put their output."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from herolint.app.linking.dialects.node_paths import BUILT
from herolint.patterns import lazy
from herolint.workspace.ignores import ignored_by, layer

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.running.processes import Process

_MAKERS = lazy(
    r"\b(tsc|vite|webpack|rollup|esbuild|parcel|babel|gulp|grunt|next|nuxt|nuxi|nest|ng|react-scripts|vue-cli-service|remix|react-router|astro|gatsby|"
    r"tsup|swc|turbo|nx|lerna|sapper|svelte-kit|strapi|medusa|ncc|bun|tsdown|unbuild|rsbuild|rspack|craco|razzle|umi|quasar|ionic|expo|make|preconstruct|"
    r"microbundle|snowpack|brunch|browserify|coffee|pkg|backpack|meteor|eleventy|docusaurus|vitepress|hexo|elm|spago|shadow-cljs|sass|node|sh|bash)\b"
)
"""Programs that write files while a script runs."""
_BUNDLERS = lazy(
    r"\b(webpack|rollup|esbuild|vite|ncc|tsup|parcel|next|nuxt|nuxi|remix|react-router|nx|turbo|bun|tsdown|unbuild|rspack|rsbuild|razzle|microbundle|"
    r"pkg|backpack|astro|gatsby|svelte-kit|medusa|strapi)\b"
)
"""Programs that may put what a file loads into its output."""
_RUNS = "(?:run|run-script|run-s|run-p|npm-run-all|yarn|pnpm|bnr|better-npm-run)"
_EVERYWHERE = lazy(r"\b(workspaces|lerna|turbo|nx)\b|\s-ws\b|\bpnpm\b[^&|;]*\s(-r|--recursive)\b")
"""Words by which a script runs scripts of all packages of the repository."""
_SHORTHAND = lazy(r"^(?:npm|yarn|pnpm|bun):")
_INTO_ROOT = lazy(r"(?:-d|-o|--out-dir|--outDir|--outdir|--dist-dir|--output)[ =]\.(?:[/\s]*(?:$|[\s&|;]))")
"""A compiler that is told to write to the folder in which it runs."""
_CONFIGURES = lazy(r"(?:[^/]+\.config\.[\w.]+|[Gg]ulpfile[^/]*|[Gg]runtfile[^/]*)$")
"""Files of the root that tell a bundler what to write."""
MAX_SCRIPTS = 60
"""Scripts, and packages of the repository, that are followed."""
_HOOKS = ("heroku-prebuild", "preinstall", "install", "postinstall", "prepare", "heroku-postbuild", "build")


def build_scripts(app: App, folder: str = "") -> dict[str, str]:
    """The scripts of package.json that the build runs, by name: hooks of the install, `heroku-postbuild` or else `build`."""
    package = app.package(folder)
    if package is None:
        return {}
    names = [name for name in _HOOKS if name in package.scripts]
    if "heroku-postbuild" in names and "build" in names:
        names.remove("build")
    return {name: package.scripts[name][0] for name in names}


def build_text(app: App) -> str:
    """The text of everything that the build runs."""
    return "\n".join(text for _, _, text in followed_scripts(app))


def followed_scripts(app: App) -> list[tuple[str, str, str]]:
    """What the build runs, with the scripts that those call in turn, in other folders too: folder, name and text of each."""
    texts: list[tuple[str, str, str]] = []
    seen: set[tuple[str, str]] = set()
    waiting = [("", name, text) for name, text in build_scripts(app).items()]
    while waiting and len(seen) < MAX_SCRIPTS:
        folder, name, text = waiting.pop()
        if (folder, name) in seen:
            continue
        seen.add((folder, name))
        texts.append((folder, name, text))
        for other in (folder, *(inner for inner in _packages(app) if inner != folder and _reaches(app, text, inner))):
            package = app.package(other)
            hooks = build_scripts(app, other) if other != folder else {}
            for called, (inner_text, _) in (*package.scripts.items(), *package.better_scripts.items()) if package is not None else ():
                if called in hooks or _calls(text, called):
                    waiting.append((other, called, inner_text))
    return texts


def bundles(app: App) -> bool:
    """Whether the build may put packages into what it writes, so that they are not needed when it runs."""
    return _BUNDLERS.search(build_text(app)) is not None


def builds_in(app: App, folder: str) -> bool:
    """Whether the build may build in a folder of its own, as far as the words of its scripts tell."""
    text = build_text(app)
    hooks = any(hook in app.slug for hook in ("bin/post_compile", "bin/pre_compile"))
    return (
        hooks
        or _names(text, posixpath.basename(folder))
        or re.search(r"\b(lerna|turbo|nx|workspaces?|sh|bash|make|gulp|grunt)\b", text) is not None
    )


def _calls(text: str, script: str) -> bool:
    """Whether a script calls another one of its package.json: by name, or by a pattern (`npm-run-all build:*`, `npm:build:*`)."""
    if re.search(rf"{_RUNS}\b[^&|;]*\b{re.escape(script)}\b", text):
        return True
    for word in text.replace('"', " ").replace("'", " ").split():
        pattern = _SHORTHAND.sub("", word)
        if (pattern != word or ":*" in word) and fnmatchcase(script, pattern):
            return True
    return False


def _packages(app: App) -> tuple[str, ...]:
    """Folders below the root with a package.json of their own."""
    paths = (path for path in app.slug if path.endswith("/package.json") and "node_modules/" not in path)
    return tuple(posixpath.dirname(path) for path in sorted(paths)[:MAX_SCRIPTS])


def _reaches(app: App, text: str, folder: str) -> bool:
    """Whether a script may run one of another folder's package: it names the folder or the package, or goes through all of them."""
    if _names(text, posixpath.basename(folder)) or _EVERYWHERE.search(text) is not None:
        return True
    package = app.package(folder)
    root = package.tree.root if package is not None else None
    name = root.text("name") if root is not None and root.kind == "map" else None
    return name is not None and _names(text, name)


def _names(text: str, word: str) -> bool:
    """Whether a script has a word: the last part of a folder's path, or the name of a package."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def makes(app: App, path: str) -> bool:
    """Whether the build may write the file: it lies where output goes, and some script that builds runs something that writes."""
    if any(hook in app.slug for hook in ("bin/post_compile", "bin/pre_compile")):
        return True
    into = posixpath.dirname(path)
    text = "\n".join(
        text
        for folder, _, text in followed_scripts(app)
        if not folder or path.startswith(f"{folder}/") or ".." in text or (into and into in text)
    )
    if not text or not _MAKERS.search(text):
        return False
    if is_output(app, path) or _ignored_folder(app, into) or _beside_source(app, path, text):
        return True
    if into in text if into else _at_root(app, path, text):
        return True
    return re.search(r"\b(sh|bash|node|make|cp|mv)\b", text) is not None


def made_before(process: Process, launch: Launch) -> bool:
    """Whether a process runs a compiler or bundler by its name before it starts a program."""
    at = next((i for i, one in enumerate(process.launches) if one is launch), 0)
    return any(_MAKERS.fullmatch(one.tool) and one.tool not in ("node", "sh", "bash") for one in process.launches[:at])


def _beside_source(app: App, path: str, text: str) -> bool:
    """Whether a compiler, told of no other folder, writes the file next to its source."""
    stem, ending = posixpath.splitext(path)
    here = not any(path.startswith(f"{folder}/") or not folder for folder, _, _ in app.code.node_paths.outputs)
    compiled = any(
        f"{stem}{source}" in app.slug and re.search(rf"\b{tool}\b", text) for tool, source in (("tsc", ".ts"), ("coffee", ".coffee"))
    )
    return ending == ".js" and here and compiled


def _ignored_folder(app: App, folder: str) -> bool:
    """Whether git ignores a folder, or one above it, that need not be there yet: the place of what a build writes."""
    ignore = app.source(".gitignore")
    rules = layer("", ".gitignore", ignore.data) if ignore is not None else None
    while folder and rules is not None:
        if ignored_by(folder, True, [rules]):
            return True
        folder = posixpath.dirname(folder)
    return False


def _at_root(app: App, path: str, text: str) -> bool:
    """Whether something that builds writes a file to the root: it is told so, or it or its configuration names the file."""
    outputs = app.code.node_paths.outputs
    if _INTO_ROOT.search(text) or any(posixpath.normpath(posixpath.join(folder, out)) == "." for folder, out, _ in outputs):
        return True
    told = [source.text for file in app.slug if _CONFIGURES.match(file) and (source := app.source(file)) is not None]
    stem = posixpath.splitext(path)[0]
    return path in text or any(path in config or ("[name]" in config and stem in config) for config in told)


def is_output(app: App, path: str) -> bool:
    """Whether a path lies in a folder for output, by custom or by a compiler's configuration; or in one that git ignores."""
    parts = path.split("/")
    if any(part in BUILT or part in (".next", ".output", ".nuxt", "public") for part in parts[:-1]):
        return True
    if any(path.startswith(posixpath.normpath(posixpath.join(folder, out)) + "/") for folder, out, _ in app.code.node_paths.outputs):
        return True
    return app.workspace.unpushed_reason(path) is not None
