"""Whether a repository is an app that is meant for a platform, though no process of it is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.python_build import is_django_site

if TYPE_CHECKING:
    from herolint.app.model import App

_SERVING = (
    "flask", "django", "fastapi", "streamlit", "dash", "gradio", "tornado", "sanic", "bottle", "starlette", "quart", "aiohttp", "falcon", "pyramid",
    "gunicorn", "uvicorn", "chainlit", "daphne", "hypercorn", "waitress",
)  # fmt: skip
_BOTS = ("python-telegram-bot", "aiogram", "pytelegrambotapi", "discord-py", "py-cord", "nextcord", "disnake", "slack-bolt")
_STARTS = ("app.py", "main.py", "manage.py", "wsgi.py", "asgi.py", "server.py", "run.py", "application.py", "bot.py")
_SIGNS = ("app.json", "runtime.txt", ".slugignore", "Aptfile", "heroku.yml")


def wants_to_run(app: App) -> bool:
    """Whether files that only a platform reads, or a server beside an entry point, show that it is no library or collection of scripts."""
    if any(name in app.slug for name in _SIGNS) or app.app_json is not None:
        return True
    if is_django_site(app):
        return True
    serves = app.dependencies.has(*_SERVING, *_BOTS) or _asks_for_server(app)
    return serves and any(name in app.slug for name in _STARTS) and "setup.py" not in app.slug


def _asks_for_server(app: App) -> bool:
    """Whether a pyproject.toml that is no library's lists a server, though nothing installs from it. Packages bring a Django to try them in."""
    project = app.pyproject
    return (
        project is not None
        and not project.has_build_system
        and any(one.name in _SERVING and one.name != "django" for one in project.dependencies)
    )


def bot_script(app: App) -> str:
    """The script that starts a bot, where nothing that serves is installed beside it; else empty."""
    if not app.dependencies.has(*_BOTS) or app.dependencies.has(*_SERVING):
        return ""
    return next((name for name in ("bot.py", *_STARTS) if name in app.slug), "")
