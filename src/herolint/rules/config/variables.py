"""Config vars that app.json and the code do not agree about."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.folding.config_vars import declared, is_set, named_anywhere, set_elsewhere, unread
from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.needs.required_vars import required_variables
from herolint.app.needs.variables import EnvRead
from herolint.finding import Confidence, Finding, Place
from herolint.formats.shell import Word
from herolint.platforms.addons import matches
from herolint.rules.registry import NOTE, WARNING, report, rule

SHOWN = 4
"""Names that a message spells out."""


@rule("HL702", "env-undeclared", WARNING, needs=("app.json", "processes"))
def env_undeclared(app: App) -> Iterator[Finding]:
    """app.json does not ask for config vars that production cannot do without."""
    if app.app_json is None:
        return
    yield from _in_commands(app)
    if not app.has("code"):
        return
    needed = required_variables(app)
    missing = {name: read for name, read in needed.items() if name not in named_anywhere(app)}
    optional = {name: read for name, read in needed.items() if name in declared(app) and read.required}
    if missing:
        yield _undeclared(app, missing)
    if optional:
        yield _only_optional(app, optional)


def _undeclared(app: App, missing: dict[str, EnvRead]) -> Finding:
    stops = [name for name, read in missing.items() if read.required or read.use == "fails"]
    at_start = any(read.required and read.at_start for read in missing.values())
    how = "it crashes at start (H10)" if at_start else "it fails where they are used" if stops else "calls go out without them"
    return report(
        "HL702",
        f"app.json does not declare {_listed(list(missing))}, which the code cannot do without",
        _env_place(app),
        why=f"an app that is set up from app.json (button, review app) is not asked for {'it' if len(missing) == 1 else 'them'}: {how}",
        related=tuple(missing[name].at for name in sorted(missing, key=lambda n: n not in stops)[:SHOWN]),
        fix='declare each under "env" in app.json, with a description, or give it a default in the code',
        process=next(iter(missing.values())).process,
        confidence=Confidence.HIGH if stops else Confidence.MEDIUM,
    )


def _only_optional(app: App, optional: dict[str, EnvRead]) -> Finding:
    first = next(iter(optional))
    return report(
        "HL702",
        f"app.json lets {_listed(list(optional))} be left out, but the code stops without {'it' if len(optional) == 1 else 'them'}",
        Place("app.json", declared(app)[first].span, "not required"),
        why="whoever sets the app up may leave the field empty, and the app then crashes (H10)",
        related=tuple(read.at for read in list(optional.values())[:SHOWN]),
        fix='take `"required": false` out, or give a default in the code',
        process=optional[first].process,
    )


def _env_place(app: App) -> Place:
    root = app.app_json.tree.root if app.app_json is not None else None
    entry = root.entry("env") if root is not None else None
    return Place("app.json", entry.key_span if entry is not None else None, "not declared here")


def _in_commands(app: App) -> Iterator[Finding]:
    """`celery -l $LOG_LEVEL` with a variable that may not be set: the option is left without its value. One finding a variable."""
    found: dict[str, list[tuple[str, Launch, Word, Word]]] = {}
    for process in app.processes.values():
        own = {a.name for command in process.script.commands for a in command.assignments}
        for launch in process.launches if not process.exec_form else ():
            if launch.path != process.at.path:
                continue
            for option, word in zip(launch.words, launch.words[1:], strict=False):
                name = _sole_variable(word)
                if name and option.text.startswith("-") and "=" not in option.text and name not in own and not is_set(app, name):
                    found.setdefault(name, []).append((process.name, launch, option, word))
    for name, ((process_name, launch, option, word), *others) in found.items():
        lets = "lets it be left out" if name in declared(app) else "does not declare it"
        yield report(
            "HL702",
            f"{option.text} is given ${name}, and app.json {lets}",
            launch.place(word, "may be empty"),
            why=f"the shell drops an empty word: {launch.tool} takes what follows for the value of {option.text}, or stops",
            related=(*(other.place(place, "here too") for _, other, _, place in others), _declaration(app, name)),
            fix=f"write `${{{name}:-…}}` with a default, or let app.json give {name} a value",
            process=process_name,
        )


def _declaration(app: App, name: str) -> Place:
    entry = declared(app).get(name)
    return Place("app.json", entry.span, "not required") if entry is not None else _env_place(app)


def _sole_variable(word: Word) -> str:
    """The variable that a word consists of, where the shell leaves nothing of an unset one."""
    if len(word.expansions) != 1 or word.expansions[0].default is not None or word.expansions[0].operator:
        return ""
    name = word.expansions[0].name
    return name if word.text in (f"${name}", f"${{{name}}}") and word.span.end - word.span.start == len(word.text) else ""


@rule("HL703", "env-unused", NOTE, needs=("app.json",))
def env_unused(app: App) -> Iterator[Finding]:
    """app.json asks for config vars that nothing reads."""
    if app.app_json is None or app.is_container or not declared(app):
        return
    tools = app.platform.config.read_by_tools
    third_party = " ".join(b.url.lower() for b in app.app_json.buildpacks)
    names = [
        name
        for name in declared(app)
        if not matches(name, tools)
        and not set_elsewhere(app, name)
        and not any(w and w in third_party for w in name.lower().split("_") if len(w) > 3)
    ]
    found = unread(app, names)
    idle = [name for name in names if name in found]
    if not idle or len(idle) == len(declared(app)):
        return
    yield report(
        "HL703",
        f"app.json declares {_listed(idle)}, which nothing in the repository reads",
        Place("app.json", declared(app)[idle[0]].span, "read nowhere"),
        why="whoever sets the app up is asked for values that change nothing; a renamed variable looks like this too",
        related=tuple(Place("app.json", declared(app)[name].span, "read nowhere") for name in idle[1 : SHOWN + 1]),
        fix="take it out of app.json, or use the name that the code reads",
        confidence=Confidence.MEDIUM,
    )


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) <= SHOWN:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:SHOWN])} and {len(names) - SHOWN} more config vars"
