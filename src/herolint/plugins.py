"""Plugins: installed distributions with an entry point in the group `herolint`. None installed, nothing loaded.

Plugin code comes from the installed environment only. A distribution that lies under the folder that is linted
is refused, since code of the repository that is read must never run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Problem
from herolint.globs import matches
from herolint.source import SourceFile

if TYPE_CHECKING:
    from pluggy import PluginManager

    from herolint.reports import Options
    from herolint.result import Result
    from herolint.rules.registry import Rule

GROUP = "herolint"


class EntryPoint(msgspec.Struct, frozen=True):
    """One `name = module:attribute` line of a distribution's entry points."""

    name: str
    module: str
    attribute: str
    distribution: str
    """The folder with the distribution's metadata."""


class Provided(msgspec.Struct, frozen=True):
    """What all plugins together provide; see `hookspecs` for each."""

    rules: tuple[Rule, ...] = ()
    rule_pages: tuple[Path, ...] = ()
    knowledge: tuple[Path, ...] = ()
    platforms: tuple[Path, ...] = ()
    formats: Mapping[str, Callable[[SourceFile], object]] = {}
    reports: Mapping[str, Callable[[Result, Options], str]] = {}


_provided = Provided()
_loaded: set[str] = set()
_failures: list[Problem] = []


def provided() -> Provided:
    """What the plugins loaded so far provide."""
    return _provided


def document(source: SourceFile) -> object | None:
    """The document that a plugin's parser makes of a file; None when no plugin knows the file."""
    for pattern, parse in _provided.formats.items():
        if matches(pattern, source.path):
            return parse(source)
    return None


def load(root: Path) -> tuple[Problem, ...]:
    """Load the installed plugins for linting the folder `root`; says which could not be, and why.

    Each plugin is loaded once in a process, and its rules are registered then.
    """
    found = entry_points(tuple(sys.path))
    if not found:
        return ()
    problems: list[Problem] = []
    usable: list[EntryPoint] = []
    for point in found:
        if lies_under(point, root):
            message = f"plugin {point.name} is not loaded: it lies under the folder that is linted"
            problems.append(Problem(message=message))
        elif point.name not in _loaded:
            usable.append(point)
    if usable:
        _failures.extend(_register(usable))
    return (*problems, *_failures)


@lru_cache(maxsize=4)
def entry_points(folders: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """The entry points of the group `herolint` in the import path `folders`.

    `importlib.metadata` would read the metadata of every distribution through the e-mail parser; looking into the
    `entry_points.txt` files alone takes a tenth of the time, so that nothing has to be cached.
    """
    found: dict[str, EntryPoint] = {}
    for folder in folders:
        for info in _infos(folder):
            for point in _read_entry_points(info):
                found.setdefault(point.name, point)
    return tuple(found.values())


def _infos(folder: str) -> list[str]:
    """The metadata folders of the distributions in a folder of the import path."""
    if not os.path.isabs(folder):
        return []
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith((".dist-info", ".egg-info"))]


def _read_entry_points(info: str) -> Iterator[EntryPoint]:
    try:
        with open(os.path.join(info, "entry_points.txt"), encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return
    if f"[{GROUP}]" not in text:
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == GROUP and "=" in line:
            name, _, target = line.partition("=")
            module, _, attribute = target.partition("[")[0].strip().partition(":")
            yield EntryPoint(name.strip(), module.strip(), attribute.strip(), info)


def lies_under(point: EntryPoint, root: Path) -> bool:
    """Whether a plugin's metadata or its code lies in the folder `root`."""
    from importlib.util import find_spec

    places = [point.distribution]
    try:
        # Only the top package is looked up: that runs none of its code.
        spec = find_spec(point.module.partition(".")[0])
    except (ImportError, ValueError):
        spec = None
    if spec is not None:
        places += [place for place in (spec.origin, *(spec.submodule_search_locations or ())) if place]
    real = root.resolve()
    return any(Path(place).resolve().is_relative_to(real) for place in places if os.path.isabs(place))


def _register(points: Iterable[EntryPoint]) -> list[Problem]:
    """Load plugins, register their rules and keep what else they provide."""
    import traceback
    from functools import reduce
    from importlib import import_module

    import pluggy

    from herolint import hookspecs
    from herolint.rules import registry

    global _provided
    problems: list[Problem] = []
    for point in points:
        _loaded.add(point.name)
        try:
            manager = pluggy.PluginManager(GROUP)
            manager.add_hookspecs(hookspecs)
            module: object = import_module(point.module)
            manager.register(reduce(getattr, filter(None, point.attribute.split(".")), module), point.name)
            manager.check_pending()
            new = _ask(manager)
            for rule in new.rules:
                registry.add(rule)
            _provided = _joined(_provided, new)
        except Exception as error:  # noqa: BLE001 - a broken plugin must not take the run with it
            message = f"plugin {point.name} is not loaded: {type(error).__name__}: {error}".partition("\n")[0]
            problems.append(Problem(message=message, detail=traceback.format_exc()))
    return problems


def _ask(manager: PluginManager) -> Provided:
    """What the one plugin in `manager` answers to each hook."""
    hook = manager.hook

    def listed(answers: Iterable[Iterable[object]]) -> tuple[object, ...]:
        return tuple(item for answer in answers for item in answer)

    def merged(answers: Iterable[Mapping[str, object]]) -> dict[str, object]:
        return {name: value for answer in answers for name, value in answer.items()}

    return msgspec.structs.replace(
        Provided(),
        rules=listed(hook.herolint_rules()),
        rule_pages=listed(hook.herolint_rule_pages()),
        knowledge=listed(hook.herolint_knowledge()),
        platforms=listed(hook.herolint_platforms()),
        formats=merged(hook.herolint_formats()),
        reports=merged(hook.herolint_reports()),
    )


def _joined(first: Provided, second: Provided) -> Provided:
    return Provided(
        rules=first.rules + second.rules,
        rule_pages=first.rule_pages + second.rule_pages,
        knowledge=first.knowledge + second.knowledge,
        platforms=first.platforms + second.platforms,
        formats={**first.formats, **second.formats},
        reports={**first.reports, **second.reports},
    )
