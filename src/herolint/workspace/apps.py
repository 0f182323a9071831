"""Which apps a repository holds: its root, and folders that look like an app of their own when the root does not."""

from __future__ import annotations

import msgspec

from herolint.workspace.tree import Workspace

MANIFESTS = frozenset(
    {
        "requirements.txt", "setup.py", "Pipfile", "poetry.lock", "uv.lock", "pyproject.toml", "package.json", "Gemfile", "go.mod",
        "composer.json", "pom.xml", "build.gradle", "heroku.yml",
    }
)  # fmt: skip
"""Files by which a buildpack, or the platform itself, takes a folder for an app."""

_STARTED = frozenset({"manage.py", "app.py", "main.py", "wsgi.py", "asgi.py", "server.js", "index.js", "app.js", "config.ru", "main.go"})
_NO_APPS = frozenset(
    {
        "test", "tests", "spec", "fixtures", "fixture", "example", "examples", "sample", "samples", "demo", "demos", "docs", "doc", "template",
        "templates", "node_modules", "vendor", "third_party", "venv", "env", ".venv", "archive", "old", "backup", "static", "notebooks", "scripts",
        "tools", ".github",
    }
)  # fmt: skip
MAX_DEPTH = 2
MAX_APPS = 8


class AppRoot(msgspec.Struct, frozen=True):
    """Where an app lies: `path` of its folder ("" for the repository's root), why it is taken for one, and whether a push deploys it.

    `built`: whether what its build says counts, since a push deploys it, or a Procfile of its own says that it is pushed alone.
    """

    path: str
    reason: str
    deployed: bool
    built: bool = True


def find_apps(workspace: Workspace) -> tuple[AppRoot, ...]:
    """The root first, always; then folders judged as if each were pushed alone, in order of their paths."""
    names = frozenset(workspace.listdir())
    root = AppRoot("", "the repository's root is what a push deploys", True)
    if "Procfile" in names or "heroku.yml" in names:
        return (root,)
    by_manifest = not names & MANIFESTS and "Dockerfile" not in names
    found: dict[str, AppRoot] = {}
    for path in workspace.files:
        folder, _, name = path.rpartition("/")
        if not folder or folder in found or not _may_hold_app(folder):
            continue
        siblings = frozenset(workspace.listdir(folder))
        if name == "Procfile":
            found[folder] = AppRoot(folder, "it holds a Procfile", False)
        elif by_manifest and name in MANIFESTS and (siblings & _STARTED or "Procfile" in siblings):
            found[folder] = AppRoot(folder, f"it holds {name}", False, False)
    outer = [app for app in found.values() if not any(app.path.startswith(other + "/") for other in found)]
    return (root, *sorted(outer, key=lambda app: app.path)[:MAX_APPS])


def _may_hold_app(folder: str) -> bool:
    parts = folder.split("/")
    return len(parts) <= MAX_DEPTH and not _NO_APPS.intersection(part.lower() for part in parts)
