"""Which apps a repository holds: its root, and folders that look like an app of their own when the root does not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from herolint.workspace.tree import Workspace

MANIFESTS = frozenset(
    {
        "requirements.txt", "setup.py", "Pipfile", "poetry.lock", "uv.lock", "pyproject.toml", "package.json", "Gemfile", "go.mod",
        "composer.json", "pom.xml", "build.gradle", "heroku.yml",
    }
)  # fmt: skip
"""Files by which a buildpack, or the platform itself, takes a folder for an app."""

_STARTED = frozenset(
    {"manage.py", "app.py", "main.py", "wsgi.py", "asgi.py", "server.js", "index.js", "app.js", "config.ru", "main.go", "nest-cli.json"}
)
_NO_APPS = frozenset(
    {
        "test", "tests", "spec", "fixtures", "fixture", "example", "examples", "sample", "samples", "demo", "demos", "docs", "doc", "template",
        "templates", "node_modules", "vendor", "third_party", "venv", "env", ".venv", "archive", "old", "backup", "static", "notebooks", "scripts",
        "tools", ".github",
    }
)  # fmt: skip
_LOCKS = frozenset({"yarn.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"})
MAX_DEPTH = 2
MAX_APPS = 8
MAX_PICKED = 4
"""Procfiles in workspaces of which one is put at the root."""


class AppRoot(msgspec.Struct, frozen=True):
    """Where an app lies: `path` of its folder ("" for the repository's root), why it is taken for one, and whether a push deploys it.

    `built`: whether what its build says counts, since a push deploys it, or a Procfile of its own says that it is pushed alone.
    `procfile`: the Procfile that is put at the root when the app is built, where it lies in a folder of the root.
    """

    path: str
    reason: str
    deployed: bool
    built: bool = True
    procfile: str = ""


def find_apps(workspace: Workspace) -> tuple[AppRoot, ...]:
    """The root first, always; then folders judged as if each were pushed alone, in order of their paths.

    The root stands there once for each Procfile that lies in one of its workspaces, or goes from the root into its own folder: the whole is
    pushed for each, and one is picked.
    """
    names = frozenset(workspace.listdir())
    root = AppRoot("", "the repository's root is what a push deploys", True)
    if "Procfile" in names or "heroku.yml" in names:
        return (root,)
    shared = _Workspaces(workspace)
    picked: list[AppRoot] = []
    by_manifest = not names & MANIFESTS and "Dockerfile" not in names
    found: dict[str, AppRoot] = {}
    for path in workspace.files:
        folder, _, name = path.rpartition("/")
        if not folder or folder in found or not _may_hold_app(folder):
            continue
        siblings = frozenset(workspace.listdir(folder))
        if name == "Procfile" and shared.install(folder):
            picked.append(AppRoot("", f"{path} belongs to a workspace of the root", True, procfile=path))
        elif name == "Procfile" and names & MANIFESTS and _starts_at_root(workspace, path):
            picked.append(AppRoot("", f"{path} is written for the root", True, procfile=path))
        elif name == "Procfile":
            found[folder] = AppRoot(folder, "it holds a Procfile", False)
        elif by_manifest and name in MANIFESTS and (siblings & _STARTED or "Procfile" in siblings):
            found[folder] = AppRoot(folder, f"it holds {name}", False, False)
    outer = [app for app in found.values() if not any(app.path.startswith(other + "/") for other in found)]
    roots = sorted(picked, key=lambda app: app.procfile)[:MAX_PICKED] or [root]
    return (*roots, *sorted(outer, key=lambda app: app.path)[:MAX_APPS])


def _may_hold_app(folder: str) -> bool:
    parts = folder.split("/")
    return len(parts) <= MAX_DEPTH and not _NO_APPS.intersection(part.lower() for part in parts)


def _starts_at_root(workspace: Workspace, path: str) -> bool:
    """Whether a Procfile's commands go to its own folder first, as they must where it is put at the root when the app is built."""
    source = workspace.read(path)
    return source is not None and re.search(rf"\bcd (?:\./)?{re.escape(path.rpartition('/')[0])}(?![\w-])", source.text) is not None


class _Manifest(msgspec.Struct, frozen=True):
    """The fields of the root's package.json that tell of workspaces."""

    workspaces: list[str] | dict[str, object] = []
    scripts: dict[str, object] = {}


class _Workspaces:
    """The packages that the root's package.json installs together with itself."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        source = workspace.read("package.json") if "package.json" in workspace.files else None
        try:
            self.manifest = msgspec.json.decode(source.data, type=_Manifest) if source is not None else _Manifest()
        except msgspec.DecodeError:
            self.manifest = _Manifest()

    def install(self, folder: str) -> bool:
        """Whether a folder's packages are installed from the root, which then is what is pushed: a lock or a build script says so."""
        names = frozenset(self.workspace.listdir(folder))
        if "package.json" not in names or not any(fnmatchcase(folder, pattern) for pattern in self._patterns()):
            return False
        locked = bool(_LOCKS.intersection(self.workspace.listdir())) and not names & _LOCKS
        return locked or "heroku-postbuild" in self.manifest.scripts

    def _patterns(self) -> Iterable[str]:
        listed = self.manifest.workspaces
        if isinstance(listed, dict):
            listed = packages if isinstance(packages := listed.get("packages"), list) else []
        if "pnpm-workspace.yaml" in self.workspace.files:
            listed = [*listed, "*"]
        return [pattern.removeprefix("./").rstrip("/") for pattern in listed if isinstance(pattern, str)]
