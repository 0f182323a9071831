"""What the build of a Node.js app writes: which scripts run while it builds, and where compilers and bundlers put their output."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from herolint.app.dialects.node_paths import BUILT
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_MAKERS = lazy(
    r"\b(tsc|vite|webpack|rollup|esbuild|parcel|babel|gulp|grunt|next|nuxt|nuxi|nest|ng|react-scripts|vue-cli-service|remix|react-router|astro|gatsby|"
    r"tsup|swc|turbo|nx|lerna|sapper|svelte-kit|strapi|medusa|ncc|bun|tsdown|unbuild|rsbuild|rspack|craco|razzle|umi|quasar|ionic|expo|make|preconstruct|"
    r"microbundle|snowpack|brunch|browserify|coffee|pkg|backpack|meteor|eleventy|docusaurus|vitepress|hexo|elm|spago|shadow-cljs|sass|node|sh|bash)\b"
)
"""Programs that write files while a script runs."""
_PATTERNS = lazy(r"(?:\b(?:npm|yarn|pnpm):|(?<=[\s\"'])(?=[\w-]+:\*))([\w:*-]+)")
"""Names and patterns of scripts as tools that run several take them: `npm:build`, `build:*`."""
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


def _all_text(app: App) -> str:
    """The text of everything that the build runs, with the scripts that those call in turn."""
    package = app.package_json
    scripts = build_scripts(app)
    texts, waiting, seen = [], list(scripts.values()), set(scripts)
    while waiting and len(seen) < 60:
        text = waiting.pop()
        texts.append(text)
        for name, (inner, _) in package.scripts.items() if package is not None else ():
            if name not in seen and (_runs(text, name) or any(fnmatchcase(name, pattern) for pattern in _PATTERNS.findall(text))):
                seen.add(name)
                waiting.append(inner)
    return "\n".join(texts)


def _runs(text: str, name: str) -> bool:
    return bool(re.search(rf"(?:run|run-script|run-s|run-p|npm-run-all|yarn|pnpm)\b[^&|;]*\b{re.escape(name)}\b", text))


def makes(app: App, path: str) -> bool:
    """Whether the build may write the file: it lies where output goes, and some script that builds runs something that writes."""
    if any(hook in app.slug for hook in ("bin/post_compile", "bin/pre_compile")):
        return True
    text = _all_text(app)
    if not text or not _MAKERS.search(text):
        return False
    return is_output(app, path) or posixpath.dirname(path) in text or bool(re.search(r"\b(sh|bash|node|make|cp|mv)\b", text))


def is_output(app: App, path: str) -> bool:
    """Whether a path lies in a folder for output, by custom or by a compiler's configuration; or in one that git ignores."""
    parts = path.split("/")
    if any(part in BUILT or part in (".next", ".output", ".nuxt", "public") for part in parts[:-1]):
        return True
    if any(path.startswith(posixpath.normpath(posixpath.join(folder, out)) + "/") for folder, out, _ in app.code.node_paths.outputs):
        return True
    return app.workspace.unpushed_reason(path) is not None
