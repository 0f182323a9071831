"""What Spring Boot takes from its own files in production: `application.properties`, `application.yml`, and those of the active profiles."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.java_build import build_text, has_modules
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.tree import Node
    from herolint.source import SourceFile

_FOLDERS = ("src/main/resources/", "src/main/resources/config/", "config/", "")
"""Where such files lie, the weaker ones first."""
_NAME = lazy(r"application(?:-(?P<profile>[\w-]+))?\.(?P<kind>properties|ya?ml)\Z")
_ACTIVE = lazy(r"(?:-D|--)spring\.profiles\.active=(?P<profiles>[\w,-]+)\Z")


class SpringSetting(msgspec.Struct, frozen=True):
    """A value as it is written, placeholders and all, and where it stands."""

    value: str
    at: Place


class Spring(msgspec.Struct, frozen=True, eq=False):
    """The settings of production by key. `plain` is False where a profile that no file names may change them."""

    settings: dict[str, SpringSetting]
    files: tuple[SourceFile, ...]
    plain: bool


def spring_of(app: App) -> Spring | None:
    """The settings of a Spring Boot app of one module; None where the app is another one."""
    if not any(word in build_text(app) for word in app.platform.jvm.frameworks["spring-boot"].words) or has_modules(app):
        return None
    named = [(path, match) for path in app.slug if (match := _NAME.match(posixpath.basename(path))) and _folder(path) in _FOLDERS]
    named.sort(key=lambda one: (_FOLDERS.index(_folder(one[0])), one[0]))
    files = {path: source for path, _ in named if (source := app.document(path)) is not None and not source.is_binary}
    found: dict[str, SpringSetting] = {}
    for path, match in named:
        if path in files and match["profile"] is None:
            found |= _read(files[path], match["kind"])
    active = _active(app, found)
    for profile in active or ("default",):
        for path, match in named:
            if path in files and match["profile"] == profile:
                found |= _read(files[path], match["kind"])
    others = any(match["profile"] not in (None, "default", "test", "dev", "local", *active) for _, match in named)
    return Spring(found, tuple(files.values()), bool(active) or not others)


def _folder(path: str) -> str:
    return path[: len(path) - len(posixpath.basename(path))]


def _active(app: App, settings: dict[str, SpringSetting]) -> tuple[str, ...]:
    """The profiles that the command, a config var or the files switch on."""
    web = app.web
    words = [word.text for launch in web.launches for word in launch.words] if web is not None else []
    given = [match["profiles"] for word in words if (match := _ACTIVE.match(word))]
    assigned = (
        [a.value.text for launch in web.launches for a in launch.command.assignments if a.name == "SPRING_PROFILES_ACTIVE"] if web else []
    )
    written = settings.get("spring.profiles.active")
    first = next(iter((*given, *assigned, app.config_var("SPRING_PROFILES_ACTIVE") or "")), "") or (written.value if written else "")
    return tuple(part.strip() for part in first.split(",") if part.strip() and "$" not in part)


def _read(source: SourceFile, kind: str) -> dict[str, SpringSetting]:
    if kind == "properties":
        from herolint.formats.properties import parse

        return {key: SpringSetting(one.value, Place(source.path, one.span)) for key, one in parse(source).items()}
    from herolint.formats import yaml_tree

    # Later documents of the same file belong to profiles.
    root = yaml_tree.load(source).root
    return dict(_flat(source, root, "")) if root is not None else {}


def _flat(source: SourceFile, node: Node, prefix: str) -> Iterator[tuple[str, SpringSetting]]:
    for entry in node.entries:
        key = f"{prefix}{entry.key}"
        if entry.value.kind == "map":
            yield from _flat(source, entry.value, f"{key}.")
        elif entry.value.kind != "list":
            text = source.slice(entry.value.span).strip("\"'")
            yield key, SpringSetting(text, Place(source.path, entry.value.span))
