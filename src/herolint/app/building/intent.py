"""Whether a repository is an app that is meant for a platform, though no process of it is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.python_build import is_django_site
from herolint.knowledge.starts import load_starts

if TYPE_CHECKING:
    from herolint.app.model import App


def wants_to_run(app: App) -> bool:
    """Whether files that only a platform reads, or a server beside an entry point, show that it is no library or collection of scripts."""
    known = load_starts().meant
    if any(name in app.slug for name in known.signs) or app.app_json is not None:
        return True
    if is_django_site(app):
        return True
    serves = app.dependencies.has(*known.serving, *known.bots) or _asks_for_server(app)
    return serves and any(name in app.slug for name in known.entries) and "setup.py" not in app.slug


def _asks_for_server(app: App) -> bool:
    """Whether a pyproject.toml that is no library's lists a server, though nothing installs from it. Packages bring a Django to try them in."""
    project, serving = app.pyproject, load_starts().meant.serving
    return (
        project is not None
        and not project.has_build_system
        and any(one.name in serving and one.name != "django" for one in project.dependencies)
    )


def bot_script(app: App) -> str:
    """The script that starts a bot, where nothing that serves is installed beside it; else empty."""
    known = load_starts().meant
    if not app.dependencies.has(*known.bots) or app.dependencies.has(*known.serving):
        return ""
    return next((name for name in ("bot.py", *known.entries) if name in app.slug), "")
