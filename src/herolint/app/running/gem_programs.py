"""Programs that gems bring: those that a process starts and no installed gem gives, and web servers that are only meant for development."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.ruby_build import builds_ruby, installed_gems, left_out_groups, required_ruby, wanted_ruby
from herolint.finding import Place
from herolint.formats.gem_requirement import satisfies
from herolint.knowledge import gems as known
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App
    from herolint.app.running.processes import Process


class MissingGem(msgspec.Struct, frozen=True):
    """A program whose gem is not installed; `group` is the group that keeps it out, empty where the Gemfile does not ask for it."""

    process: Process
    launch: Launch
    gem: str
    group: str


def missing_gems(app: App) -> Iterator[MissingGem]:
    """Such programs of all processes, where it is certain which gems will be there."""
    if not _is_plain(app):
        return
    gems = installed_gems(app)
    programs = known.load().programs
    for process in app.processes.values():
        for launch in process.launches:
            wanted = programs.get(launch.tool, ())
            if not wanted or launch.command.conditional or any(name in gems for name in wanted if not _too_new(app, launch.tool, name)):
                continue
            if (word := launch.words[0].text if launch.words else "") and "/" in word and word in app.slug:
                continue  # a program of the repository
            yield MissingGem(process, launch, wanted[0], _group(app, wanted[0]))


def _too_new(app: App, program: str, gem: str) -> bool:
    """Whether the gem has given the program away."""
    until = known.load().until.get(program, {}).get(gem)
    locked = app.gemfile_lock.gem(gem) if app.gemfile_lock is not None else None
    return until is not None and locked is not None and satisfies(locked.version, f"< {until}") is False


def _group(app: App, gem: str) -> str:
    """The group that is left out and that the Gemfile asks for the gem in."""
    asked = app.gemfile.gem(gem) if app.gemfile is not None else None
    return next((group for group in asked.groups if group in left_out_groups(app)), "") if asked is not None else ""


class NoServer(msgspec.Struct, frozen=True):
    """A web process that serves with what Ruby has by itself. `fails`: that is not there either, so that the process ends."""

    launch: Launch
    fails: bool


def without_server(app: App) -> NoServer | None:
    """Whether web starts an app by a command that takes any server there is, and only WEBrick may be there."""
    web = app.web
    launch = web.main if web is not None else None
    if launch is None or not _is_plain(app) or not _takes_any(app, launch):
        return None
    gems = installed_gems(app)
    if any(name in gems for name in known.load().servers):
        return None
    asked = required_ruby(app)
    version = wanted_ruby(app).version or (asked.requirement if asked is not None else app.platform.ruby.default)
    return NoServer(launch, "webrick" not in gems and _minor(version) > _minor(known.load().webrick))


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _takes_any(app: App, launch: Launch) -> bool:
    words = [word.text for word in launch.words]
    if launch.tool == "rails":
        return any(word in ("s", "server") for word in words)
    if launch.tool == "rackup":
        return not any(word in ("-s", "--server") for word in words)
    if launch.tool != "ruby" or launch.script is None:
        return False
    mod = app.code.code.mod(launch.script)
    return mod is not None and any(imp.module in ("sinatra", "sinatra/base") for imp in mod.facts.imports)


def _is_plain(app: App) -> bool:
    """Whether the gems that will be installed stand in plain sight."""
    gemfile = app.gemfile
    plain = gemfile is not None and gemfile.complete and not gemfile.included and not gemfile.gemspec
    return plain and app.gemfile_lock is not None and builds_ruby(app)


def crontab_of_gem(app: App) -> Place | None:
    """The schedule from which the gem whenever would write a crontab, where nothing else could read it."""
    path = "config/schedule.rb"
    source = app.document(path) if _is_plain(app) else None
    if source is None or "whenever" not in installed_gems(app):
        return None
    every = next((line for line in source.text.splitlines() if line.startswith("every ")), None)
    start = source.text.find(every) if every is not None else -1
    return Place(path, Span(start, start + len("every"))) if start >= 0 and source.text.isascii() else None
