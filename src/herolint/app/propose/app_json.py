"""app.json: the config vars and add-ons without which the code does not start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from herolint.app.folding.config_vars import named_anywhere
from herolint.app.needs.required_vars import required_variables
from herolint.app.overview import services
from herolint.app.propose import Found, Left, new_file, with_entries
from herolint.app.services.signing import is_setting, signing_keys
from herolint.platforms.addons import load_addons
from herolint.wording import some

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.tree import Node
    from herolint.source import SourceFile

_PATH = "app.json"


def app_json(app: App) -> Found:
    """A new app.json, or what the one that is there lacks. Asked of an app whose processes are known."""
    if app.is_container and app.app_json is None:
        return Found()
    made_up = {key.variable for key in signing_keys(app) if is_setting(app, key)} if app.has("code") else set()
    variables = {
        name: {"description": f"Read in {read.at.path}"} | ({"generator": "secret"} if name in made_up else {})
        for name, read in sorted(required_variables(app).items())
        if name not in named_anywhere(app)
    }
    addons = _addons(app)
    if not variables and not addons:
        return Found()
    told = [f"the code reads {some(list(variables), 4)} and has no default"] if variables else []
    told += [f"it needs {some(addons, 4)}"] if addons else []
    reason = "; ".join(told)
    source = app.source(_PATH)
    if source is None:
        document: dict[str, Any] = ({"env": variables} if variables else {}) | (
            {"addons": [{"plan": plan} for plan in addons]} if addons else {}
        )
        return Found((new_file(_PATH, _json(document).splitlines(), reason),))
    if app.app_json is None or app.app_json.tree.root is None:
        return Found(left=(Left(_PATH, "the one that is there is not read by Heroku, or cannot be read"),))
    return _added(source, app.app_json.tree.root, variables, addons, reason)


def _addons(app: App) -> list[str]:
    """Add-ons whose config vars the code goes by, and that no file orders."""
    used = {(service.name, service.detail) for found in services(app).values() for service in found}
    plans = [addon.plan.lower() for addon in app.app_json.addons] if app.app_json is not None else []
    found = []
    for addon in load_addons().addon:
        ordered = any(addon.slug in plan or any(other in plan for other in addon.others) for plan in plans)
        if not ordered and any((addon.serves, name) in used for name in addon.sets):
            found.append(addon.slug)
    return found


def _added(source: SourceFile, root: Node, variables: dict[str, dict[str, str]], addons: list[str], reason: str) -> Found:
    entries: list[tuple[Node, list[str]]] = []
    outside: dict[str, Any] = {}
    env, listed = root.get("env"), root.get("addons")
    for name, said in variables.items():
        if env is None:
            outside.setdefault("env", {})[name] = said
        else:
            entries.append((env, _lines(name, said)))
    for plan in addons:
        if listed is None:
            outside.setdefault("addons", []).append({"plan": plan})
        else:
            entries.append((listed, [_json({"plan": plan})]))
    entries += [(root, _lines(key, value)) for key, value in outside.items()]
    proposal = with_entries(source, entries, reason)
    return Found((proposal,)) if proposal is not None else Found(left=(Left(_PATH, f"add by hand: {reason}"),))


def _lines(key: str, value: object) -> list[str]:
    """`"key": value` in lines."""
    return f"{json.dumps(key)}: {_json(value)}".splitlines()


def _json(value: object) -> str:
    """Readable JSON, in which an object of nothing but words stands on one line."""
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        return "{ " + ", ".join(f"{json.dumps(key)}: {json.dumps(one)}" for key, one in value.items()) + " }"
    if not isinstance(value, dict | list):
        return json.dumps(value)
    lines = [f"{json.dumps(key)}: {_json(one)}" for key, one in value.items()] if isinstance(value, dict) else [_json(one) for one in value]
    body = ",\n".join(lines).replace("\n", "\n  ")
    return f"{{\n  {body}\n}}" if isinstance(value, dict) else f"[\n  {body}\n]"
