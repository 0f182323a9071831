"""What the PHP buildpack will say: composer.json, composer.lock, the version of PHP, and what is in its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.detection import builds_with
from herolint.app.buildpacks import Outcome, php_versions
from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.tree import Node
    from herolint.source import SourceFile

MANIFEST, LOCK = "composer.json", "composer.lock"
_NEEDED = ("platform", "platform-dev", "packages", "packages-dev")
_HASHED = (
    "name", "version", "require", "require-dev", "conflict", "replace", "provide", "minimum-stability", "prefer-stable", "repositories", "extra",
)  # fmt: skip
"""Keys of composer.json that the lock's `content-hash` is made of."""
_OWN_BUILDPACK = "heroku/heroku-buildpack-php"


def builds_php(app: App) -> bool:
    """Whether Heroku's PHP buildpack will build the app."""
    return builds_with(app, "heroku/php")


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    if not builds_php(app):
        return
    source = app.document(MANIFEST)
    if source is None:
        if "index.php" in app.slug:
            yield Outcome(
                "advice", False, "there is no composer.json: only index.php tells that this is PHP", Place("index.php"),
                "the build warns, and a later buildpack will refuse it", "commit a composer.json, if only with `{}` in it",
            )  # fmt: skip
        return
    problem = _json_problem(source)
    if problem and source.data.strip():
        yield Outcome(
            "managers", True, f"composer.json is not JSON: {problem}", Place(MANIFEST),
            "the build stops: Basic validation of 'composer.json' failed", "write it as strict JSON, in UTF-8 without a byte order mark",
        )  # fmt: skip
        return
    root = app.composer_json
    if root is None:
        return
    yield from _lock(app, root)
    if any(path.startswith(".heroku/php/") for path in app.slug):
        yield Outcome(
            "committed", True, ".heroku/php/ is committed: it is what an earlier build has made", Place(".heroku/php"),
            "the build stops: Your app source code is a slug", "`git rm -r --cached .heroku` and add `.heroku/` to .gitignore",
        )  # fmt: skip
    yield from php_versions.outcomes(app, root)
    yield from _in_the_way(app, root)
    yield from _root_served(app)


def _json_problem(source: SourceFile) -> str:
    """What Python's JSON reader, which the buildpack asks, says of a file; empty when it takes it."""
    if source.bom_length or source.is_binary:
        return "it starts with a byte order mark" if source.bom_length else "it is no text"
    try:
        json.loads(source.text)
    except json.JSONDecodeError as error:
        return "a merge conflict was left in it" if "<<<<<<<" in source.text else f"{error.msg} (line {error.lineno})"
    except RecursionError:
        return ""
    return ""


def _lock(app: App, root: Node) -> Iterator[Outcome]:
    source = app.document(LOCK)
    if source is None:
        return  # that one is missing is another finding
    problem = _json_problem(source)
    if problem:
        yield Outcome(
            "lock-stale", True, f"composer.lock is not JSON: {problem}", Place(LOCK),
            "the build stops: Basic validation of 'composer.lock' failed", "run `composer update --lock` and commit the new one",
        )  # fmt: skip
        return
    lock = app.composer_lock
    missing = [key for key in _NEEDED if lock is None or lock.get(key) is None]
    hashed = lock is not None and any(lock.get(key) is not None for key in ("content-hash", "hash"))
    if missing or not hashed:
        yield Outcome(
            "lock-stale", True, f"composer.lock lacks `{missing[0] if missing else 'content-hash'}`: no Composer of today wrote it", Place(LOCK),
            "the build stops: the lock file cannot be used", "run `composer update --lock` with a current Composer, and commit composer.lock",
        )  # fmt: skip
        return
    yield from _age(app, lock)
    written = lock.text("content-hash") if lock is not None else None
    if written is not None and written != content_hash(root):
        yield Outcome(
            "advice", False, "composer.lock was not made from this composer.json", Place(LOCK),
            "the build warns, and installs what the lock says, as far as that still fits", "run `composer update --lock` and commit composer.lock",
            confidence=Confidence.MEDIUM,
        )  # fmt: skip


def _age(app: App, lock: Node | None) -> Iterator[Outcome]:
    """The Composer that wrote the lock: the build takes one with the same interface for plug-ins."""
    node = lock.get("plugin-api-version") if lock is not None else None
    written = str(node.value) if node is not None else ""
    if written.partition(".")[0] in app.platform.php.composers:
        return
    yield Outcome(
        "lock-stale", True,
        f"composer.lock was written by Composer {written.partition('.')[0]}, which the buildpack does not have" if written
        else "composer.lock has no `plugin-api-version`: a very old Composer wrote it",
        Place(LOCK, node.span if node is not None else None),
        "the build stops: " + ("Failed to install system packages!" if written else "No Composer plugin-api-version recorded in composer.lock"),
        "run `composer update --lock` with a current Composer, and commit composer.lock",
    )  # fmt: skip


def content_hash(root: Node) -> str:
    """The hash that Composer writes into a lock for a composer.json."""
    from hashlib import md5

    document = root.python()
    assert isinstance(document, dict)
    relevant = {key: document[key] for key in _HASHED if key in document}
    config = document.get("config")
    if isinstance(config, dict) and "platform" in config:
        relevant["config"] = {"platform": config["platform"]}
    text = json.dumps(_as_php(dict(sorted(relevant.items()))), separators=(",", ":")).replace("/", "\\/")
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _as_php(value: object) -> object:
    """A value as PHP writes it: an empty object is an empty list there."""
    if isinstance(value, dict):
        return {key: _as_php(one) for key, one in value.items()} or []
    return [_as_php(one) for one in value] if isinstance(value, list) else value


def _in_the_way(app: App, root: Node) -> Iterator[Outcome]:
    folder = (root.text("config", "vendor-dir") or "vendor").strip("/")
    if f"{folder}/autoload.php" in app.slug and any(path.startswith(f"{folder}/composer/") for path in app.slug):
        yield Outcome(
            "committed", False, f"{folder}/ is committed: Composer installs it anew", Place(f"{folder}/autoload.php"),
            "the build warns; what is committed may be of another version than the lock says",
            f"`git rm -r --cached {folder}` and add `/{folder}/` to .gitignore",
        )  # fmt: skip
    own = root.key_span("require", _OWN_BUILDPACK)
    if own is not None:
        yield Outcome(
            "managers", True, f"{_OWN_BUILDPACK} is required for production", Place(MANIFEST, own),
            "the build stops: Your 'composer.json' requires 'heroku/heroku-buildpack-php'", "move it to `require-dev`",
        )  # fmt: skip


def _root_served(app: App) -> Iterator[Outcome]:
    """The default web process serves the root, and the pages lie in a folder."""
    if app.web is None or app.web.origin != "default" or "index.php" in app.slug or "index.html" in app.slug:
        return
    folder = next((name for name in ("public", "web", "webroot", "public_html", "www") if f"{name}/index.php" in app.slug), None)
    if folder is not None:
        yield Outcome(
            "advice", False, f"the web process that the buildpack declares serves the root, and index.php lies in {folder}/",
            Place(f"{folder}/index.php"), "visitors get 403 Forbidden, and with a listing or a path every file of the app",
            f"write a Procfile with `web: {app.platform.php.web} {folder}/`",
        )  # fmt: skip
