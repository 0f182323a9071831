"""Which apps a repository holds: its root, and folders that look like an app of their own when the root does not."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from herolint.workspace.tree import Workspace
from herolint.workspace.written_for import goes_in_from_root, starts_own_files

MANIFESTS = frozenset(
    {
        "requirements.txt", "setup.py", "Pipfile", "poetry.lock", "uv.lock", "pyproject.toml", "package.json", "Gemfile", "go.mod",
        "composer.json", "pom.xml", "build.gradle", "heroku.yml",
    }
)  # fmt: skip
"""Files by which a buildpack, or the platform itself, takes a folder for an app."""

_SIGNS = frozenset({"Procfile", "heroku.yml"})
"""Files that only the platform, and others like it, read: who writes one means the folder to be what is pushed."""
_BUILT = MANIFESTS | {
    "Dockerfile", "build.gradle.kts", "project.clj", "deps.edn", "build.sbt", "index.php", "index.html", "static.json", "Cargo.toml",
    "mix.exs", "Package.swift", "shard.yml", "deno.json", "deno.jsonc", "stack.yaml", "init.R", "cpanfile", "pubspec.yaml", "environment.yml",
}  # fmt: skip
"""Files by which some buildpack, also one of others, or Docker builds a folder."""
_BUILT_ENDS = (".sln", ".csproj", ".fsproj", ".vbproj", ".cabal")
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
    `alone`: for a folder, whether it is an app by itself, with what the platform reads and what a buildpack builds.
    `beside`: for a root of which nothing says that it is pushed, the folder in it that is an app by itself.
    """

    path: str
    reason: str
    deployed: bool
    built: bool = True
    procfile: str = ""
    alone: bool = False
    beside: str = ""


def find_apps(workspace: Workspace) -> tuple[AppRoot, ...]:
    """The root first, always; then folders judged as if each were pushed alone, in order of their paths.

    The root stands there once for each Procfile that lies in one of its workspaces, or is written for the root: the whole is pushed for
    each, and one is picked.
    """
    names = frozenset(workspace.listdir())
    root = AppRoot("", "the repository's root is what a push deploys", True)
    if names & _SIGNS:
        return (root,)
    shared = _Workspaces(workspace)
    found = [app for folder in _folders(workspace) if (app := _app_in(workspace, folder, names, shared)) is not None]
    picked = [app for app in found if app.procfile]
    below = [app for app in found if app.path]
    outer = [app for app in below if not any(app.path.startswith(other.path + "/") for other in below)]
    roots = sorted(picked, key=lambda app: app.procfile)[:MAX_PICKED] or [root]
    return (*roots, *sorted(outer, key=lambda app: app.path)[:MAX_APPS])


def _folders(workspace: Workspace) -> Iterable[str]:
    """The folders that hold a file by which something may be taken for an app."""
    return dict.fromkeys(
        folder
        for folder, _, name in (path.rpartition("/") for path in workspace.files)
        if (name in _SIGNS or name in MANIFESTS) and folder and _may_hold_app(folder)
    )


def _app_in(workspace: Workspace, folder: str, at_root: frozenset[str], shared: _Workspaces) -> AppRoot | None:
    """What a folder makes an app: the folder, or the root with the folder's Procfile."""
    names = frozenset(workspace.listdir(folder))
    path = f"{folder}/Procfile"
    builds = bool(names & _BUILT) or any(name.endswith(_BUILT_ENDS) for name in names)
    if "Procfile" in names:
        if shared.install(folder):
            return AppRoot("", f"{path} belongs to a workspace of the root", True, procfile=path)
        if at_root & MANIFESTS and goes_in_from_root(workspace, path):
            return AppRoot("", f"{path} is written for the root", True, procfile=path)
        if builds:
            return AppRoot(folder, "it holds a Procfile", False, alone=True)
        # Without anything to build it is no app, but what it starts may be one for which the root's files are installed.
        return AppRoot(folder, "it holds a Procfile", False, not at_root & MANIFESTS) if starts_own_files(workspace, path) else None
    if "heroku.yml" in names:
        return AppRoot(folder, "it holds heroku.yml", False, alone=True)
    if not at_root & MANIFESTS and "Dockerfile" not in at_root and names & MANIFESTS and names & _STARTED:
        return AppRoot(folder, f"it holds {min(names & MANIFESTS)}", False, False)
    return None


def _may_hold_app(folder: str) -> bool:
    parts = folder.split("/")
    return len(parts) <= MAX_DEPTH and not _NO_APPS.intersection(part.lower() for part in parts)


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
