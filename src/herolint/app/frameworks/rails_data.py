"""Where a Rails app keeps its rows and what is uploaded to it in production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.ruby_build import installed_gems
from herolint.app.frameworks.kept import KeptUploads
from herolint.app.linking.module import Mod
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument, dotted
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.frameworks.rails import Rails
    from herolint.app.model import App

_SERVERS = ("pg", "mysql2", "trilogy", "activerecord-postgis-adapter")
"""Gems that speak to a database server."""
_ATTACHES = frozenset({"has_one_attached", "has_many_attached"})
_MOUNTS = frozenset({"mount_uploader", "mount_uploaders", "mount_base64_uploader"})
_PAPERCLIPS = ("paperclip", "kt-paperclip")
_ELSEWHERE = lazy(r"(?i)storage|s3|fog|azure|cloud|dropbox|merge|ENV")
"""Words of a file that may send Paperclip's files elsewhere."""
_OBJECT_STORAGE = "object storage such as S3"


class SqliteFile(msgspec.Struct, frozen=True):
    """The SQLite database of production: its file and where that is said. `replaced`: DATABASE_URL takes its place when it is set."""

    file: str
    at: Place
    replaced: bool


def sqlite_database(rails: Rails) -> SqliteFile | None:
    """The main database of production where it is a SQLite file and the gem for it is installed."""
    section = rails.databases.get("primary")
    adapter = section.values.get("adapter") if section is not None else None
    if section is None or adapter is None or section.text("adapter") != "sqlite3" or "url" in section.values:
        return None
    gems = installed_gems(rails.app)
    if "sqlite3" not in gems:
        return None
    # Rails merges DATABASE_URL over the file, and old ones find the file rewritten by the buildpack: that needs the gem of a server.
    file = section.text("database") or "that config/database.yml names"
    return SqliteFile(file, Place("config/database.yml", adapter.span), any(name in gems for name in _SERVERS))


def kept_uploads(app: App) -> Iterator[KeptUploads]:
    """Active Storage on the disk with models that attach files; CarrierWave and Paperclip that keep theirs there."""
    rails = app.rails
    if rails is None:
        return
    paths = sorted(path for path in app.slug if path.startswith("app/") and path.endswith(".rb"))
    mods = [mod for path in paths if (mod := rails.mod(path)) is not None]
    yield from _active_storage(rails, mods)
    yield from _carrierwave(rails, mods)
    if any(name in installed_gems(app) for name in _PAPERCLIPS):
        yield from _paperclip(rails, mods)


def _active_storage(rails: Rails, mods: list[Mod]) -> Iterator[KeptUploads]:
    service = rails.storage
    if service is None or service.kind != "Disk":
        return
    # Every new Rails app is set to the disk: it matters to those that attach something.
    places = [
        mod.place(fact.call, "uploads go there")
        for mod, fact in _class_calls(rails, mods, _ATTACHES)
        if argument(fact.call, None, "service") is None
    ]
    if places:
        yield KeptUploads(
            f"Active Storage keeps uploads on the dyno's disk: production uses the service `{service.name}`",
            service.setting.place("a service on the disk"),
            tuple(places[:3]),
            rails.holds(service.setting.mod, service.setting.guard) is True,
            f"add a service of {_OBJECT_STORAGE} to config/storage.yml, and name it here",
        )


def _carrierwave(rails: Rails, mods: list[Mod]) -> Iterator[KeptUploads]:
    mounted = {
        name: mod.place(fact.call, "used here")
        for mod, fact in _class_calls(rails, mods, _MOUNTS)
        for arg in fact.call.args
        if (name := dotted(arg)) is not None
    }
    decided: set[tuple[str, int]] = set()
    for mod, fact in reversed(list(_class_calls(rails, mods, frozenset({"storage"})))):
        if fact.klass == facts.NONE or (mod.path, fact.klass) in decided:
            continue
        runs = rails.holds(mod, fact.guard)
        if runs:
            decided.add((mod.path, fact.klass))
        name = mod.facts.classes[fact.klass].qualname.replace("::", ".")
        kind = argument(fact.call, 0, None)
        if name in mounted and isinstance(kind, facts.Const) and kind.value == "file":
            yield KeptUploads(
                f"{name} keeps uploads on the dyno's disk",
                mod.place(fact.call, "on the disk"),
                (mounted[name],),
                runs is True,
                f"write `storage :fog` and set CarrierWave up for {_OBJECT_STORAGE}",
            )


def _paperclip(rails: Rails, mods: list[Mod]) -> Iterator[KeptUploads]:
    for mod in rails.layers:
        named = [*(call.call.func for call in mod.facts.calls), *(assign.target for assign in mod.facts.assigns)]
        if any("paperclip" in (dotted(one) or "").lower() for one in named) and _ELSEWHERE.search(mod.source.text):
            return  # defaults of its own that name a storage
    calls = list(_class_calls(rails, mods, frozenset({"has_attached_file"})))
    kept = [(mod, fact) for mod, fact in calls if _on_disk(fact)]
    if kept:
        places = [mod.place(fact.call, "uploads go to the disk") for mod, fact in kept]
        sure = all(rails.holds(mod, fact.guard) is True for mod, fact in kept)
        beside = {mod.path for mod, fact in calls if not _on_disk(fact)}
        unless = " unless a condition sends them elsewhere" if not sure and all(mod.path in beside for mod, _ in kept) else ""
        fix = f"write `storage: :s3` and set Paperclip up for {_OBJECT_STORAGE}"
        yield KeptUploads(f"Paperclip keeps uploads on the dyno's disk{unless}", places[0], tuple(places[1:4]), sure, fix)


def _on_disk(attachment: CallFact) -> bool:
    """Whether Paperclip surely keeps the files of an attachment on the disk, while no default says otherwise."""
    storage = argument(attachment.call, None, "storage")
    plain = all(isinstance(arg, facts.Keyword | facts.Const) for arg in attachment.call.args)
    return plain and (storage is None or (isinstance(storage, facts.Const) and storage.value == "filesystem"))


def _class_calls(rails: Rails, mods: list[Mod], names: frozenset[str]) -> Iterator[tuple[Mod, CallFact]]:
    """Calls of those names without an object, as class bodies make them, that may count in production."""
    for mod in mods:
        for fact in mod.facts.calls:
            if isinstance(fact.call.func, facts.Name) and fact.call.func.id in names and rails.holds(mod, fact.guard) is not False:
                yield mod, fact
