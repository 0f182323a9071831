"""A Laravel app as its own files set it up in production: where sessions and logs go, and whether it believes the router."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.folding.config_vars import is_set, value_given
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.php_array import PhpValue

_TRUSTING = "app/Http/Middleware/TrustProxies.php"
_BOOTSTRAP = "bootstrap/app.php"
_TRUSTS = lazy(r"\$proxies\s*=(?!\s*null\b)")
_FORCES = (
    "forceScheme", "forceSchema", "forceHttps", "forceRootUrl", "trustProxies(", "setTrustedProxies", "TRUSTED_PROXIES", "'HTTPS'", '"HTTPS"',
    "HTTPS=on", "HTTPS on",
)  # fmt: skip
"""Words of code that makes addresses of https by itself, or believes the router, and of a server's settings that tell PHP so."""
_WHOLE = ("asset(", "url(", "route(", "@vite")
"""Helpers that write whole addresses into a page."""
_FILES = frozenset({"single", "daily"})
"""Drivers of Laravel's log that write files."""
_LOGS = "storage/logs"


class OnDisk(msgspec.Struct, frozen=True):
    """A setting that keeps something in files on the dyno: its place, and the variable that would say otherwise (empty: none)."""

    at: Place
    variable: str


class Laravel:
    """The settings of a Laravel app."""

    def __init__(self, app: App) -> None:
        self.app = app

    def settings(self, name: str) -> dict[str, PhpValue]:
        """What `config/NAME.php` returns; empty where the framework's own file counts."""
        from herolint.formats.php_array import parse

        source = self.app.document(f"config/{name}.php")
        return parse(source) if source is not None and not source.is_binary else {}

    def settled(self, value: PhpValue | None) -> str | None:
        """The text that a setting comes to; None where nothing tells."""
        if value is None:
            return None
        if value.env and is_set(self.app, value.env):
            return value_given(self.app, value.env) or None
        return value.value if isinstance(value.value, str) else None

    def sessions(self) -> OnDisk | None:
        """Sessions that are files."""
        driver = self.settings("session").get("driver")
        if driver is None or self.settled(driver) != "file":
            return None
        return OnDisk(Place("config/session.php", driver.span, "sessions are files"), driver.env)

    def logs(self) -> OnDisk | None:
        """Logs that end in files only, which the command of web does not name: it may send on what is in them (`-l`, `tail`)."""
        if any(_LOGS in word.text for launch in self.app.processes["web"].launches for word in launch.words):
            return None
        found = self.settings("logging")
        default = found.get("default")
        channel = self.settled(default)
        if default is None or channel is None:
            return None
        named = [self.settled(value) for key, value in found.items() if key.startswith(f"channels.{channel}.channels")]
        inner = [name.strip() for text in named if text for name in text.split(",")]
        channels = inner if self.settled(found.get(f"channels.{channel}.driver")) == "stack" else [channel]
        drivers = [self.settled(found.get(f"channels.{name}.driver")) for name in channels]
        if not drivers or not all(driver in _FILES for driver in drivers):
            return None
        return OnDisk(Place("config/logging.php", default.span, "a file on the dyno"), default.env)

    def database_file(self) -> tuple[str, OnDisk] | None:
        """The SQLite file that is the default database, with where that is said."""
        found = self.settings("database")
        default = found.get("default")
        name = self.settled(default)
        if default is None or name is None or self.settled(found.get(f"connections.{name}.driver")) != "sqlite":
            return None
        return "database/database.sqlite", OnDisk(Place("config/database.php", default.span, "SQLite"), default.env)

    def unbelieved_proxy(self) -> Place | None:
        """Where the app should say that it believes the router, and does not, while its pages hold whole addresses."""
        views = (path for path in self.app.slug if path.startswith("resources/views/") and path.endswith(".php"))
        if not any(word in text for text in self._texts(views) for word in _WHOLE):
            return None
        if any(word in text for text in self._texts(filter(_may_force, self.app.slug)) for word in _FORCES):
            return None
        middleware = self.app.document(_TRUSTING)
        if middleware is not None:
            at = middleware.text.find("$proxies")
            if _TRUSTS.search(middleware.text) or at < 0:
                return None
            return Place(_TRUSTING, middleware.span_of_text(at, at + len("$proxies")), "trusts nobody")
        bootstrap = self.app.document(_BOOTSTRAP)
        at = bootstrap.text.find("withMiddleware") if bootstrap is not None else -1
        if bootstrap is None or at < 0:
            return None
        return Place(_BOOTSTRAP, bootstrap.span_of_text(at, at + len("withMiddleware")), "trusts nobody")

    def _texts(self, paths: Iterator[str]) -> Iterator[str]:
        return (source.text for path in paths if (source := self.app.document(path)) is not None and not source.is_binary)


def _may_force(path: str) -> bool:
    """Whether a file is code that serves requests, or a setting of the web server before it."""
    if path.endswith(".php"):
        return path.startswith(("app/", "bootstrap/", "config/", "routes/", "public/"))
    return path in (".htaccess", "public/.htaccess") or (path.endswith(".conf") and "/" not in path)


def laravel_of(app: App) -> Laravel | None:
    """The app's Laravel, where it is one that visitors reach."""
    return Laravel(app) if "artisan" in app.slug and _BOOTSTRAP in app.slug and "web" in app.processes else None
