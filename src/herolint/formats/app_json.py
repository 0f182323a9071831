"""Reads Heroku's `app.json`: what review apps, the deploy button and CI set up; and what in it Heroku refuses.

Expo and React Native keep a file of the same name; such a file is not read at all.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from herolint.formats import json_tree
from herolint.formats.tree import Entry, Node, SchemaIssue, Tree, nearest
from herolint.source import SourceFile, Span

_TELLING = ("env", "addons", "buildpacks", "formation", "environments", "stack", "success_url")
_BUTTON = ("description", "keywords", "website", "repository", "logo", "image")
"""Keys that the deploy button shows: two of them tell Heroku's file from others of the name."""
_STRINGS = ("name", "description", "website", "repository", "logo", "success_url", "stack", "image")
_SECTIONS = ("scripts", "env", "formation", "addons", "buildpacks")
_KNOWN = (*_STRINGS, *_SECTIONS, "environments", "keywords", "$schema")
_ENVIRONMENTS = ("test", "review", "production")
_ENV_KEYS = ("description", "value", "required", "generator")


class EnvVar(msgspec.Struct, frozen=True):
    """A config var the app declares. `value` is its default; `span` is the name as written."""

    name: str
    span: Span
    value: str | None
    required: bool
    generator: str | None


class Addon(msgspec.Struct, frozen=True):
    """An add-on to provision: `plan` as written (`service[:plan]`); `as_` the config var prefix it is attached as."""

    plan: str
    span: Span
    as_: str | None


class Buildpack(msgspec.Struct, frozen=True):
    """A buildpack in build order: registry name, git URL or tarball."""

    url: str
    span: Span


class Formation(msgspec.Struct, frozen=True):
    """How many dynos of which size a process type gets; `span` is the process type as written."""

    quantity: int | None
    size: str | None
    span: Span
    size_span: Span | None


class AppJson(msgspec.Struct, frozen=True, eq=False):
    """What an `app.json` says at its top level; entries of a wrong type are left out and stand in `problems`."""

    tree: Tree
    env: dict[str, EnvVar] = {}
    addons: tuple[Addon, ...] = ()
    buildpacks: tuple[Buildpack, ...] = ()
    formation: dict[str, Formation] = {}
    stack: str | None = None
    stack_span: Span | None = None
    scripts: dict[str, tuple[str, Span]] = {}
    success_url: str | None = None
    problems: tuple[SchemaIssue, ...] = ()


def parse(source: SourceFile) -> AppJson | None:
    """The document, or None when it is not Heroku's (Expo's, React Native's, or nothing tells whose)."""
    tree = json_tree.load(source)
    if not (_is_heroku(tree.root) if tree.root is not None else _text_looks_like_heroku(source.text)):
        return None
    reader = _Reader()
    if source.bom_length:
        reader.issue("the file starts with a byte order mark, which strict JSON parsers refuse", Span(0, source.bom_length), "warning")
    for problem in tree.problems:
        reader.issue(problem.message, problem.span or Span(0, len(source.data)))
    root = tree.root
    if root is None:
        return AppJson(tree, problems=tuple(reader.issues))
    reader.top_level(root)
    stack = root.get("stack")
    return AppJson(
        tree,
        env=reader.env(root),
        addons=reader.addons(root),
        buildpacks=reader.buildpacks(root),
        formation=reader.formation(root),
        stack=root.text("stack"),
        stack_span=stack.span if stack is not None else None,
        scripts=reader.scripts(root, ("postdeploy", "pr-predestroy")),
        success_url=root.text("success_url"),
        problems=tuple(reader.environments(root)),
    )


def _is_heroku(root: Node) -> bool:
    if root.kind != "map" or root.entry("expo"):
        return False
    if any(root.entry(key) for key in _TELLING) or root.get("scripts", "postdeploy") is not None:
        return True
    return not root.entry("displayName") and sum(root.entry(key) is not None for key in _BUTTON) > 1


def _text_looks_like_heroku(text: str) -> bool:
    """The same question for a file that is too broken to be read."""
    return '"expo"' not in text and any(f'"{key}"' in text for key in (*_TELLING, "postdeploy"))


class _Reader:
    """Reads the sections that the top level and each of `environments` share, and notes what is wrong with them."""

    def __init__(self) -> None:
        self.issues: list[SchemaIssue] = []

    def issue(self, message: str, span: Span, severity: Literal["error", "warning", "note"] = "error") -> None:
        self.issues.append(SchemaIssue(message, span, severity))

    def wrong(self, what: str, expected: str, node: Node) -> None:
        self.issue(f"{what} must be {expected}, not {node.words}", node.span)

    def unknown(self, entry: Entry, where: str, known: tuple[str, ...]) -> None:
        self.issue(f"unknown key {entry.key!r} in {where}{nearest(entry.key, known)}", entry.key_span, "note")

    def section(self, parent: Node, name: str, kind: Literal["map", "list"]) -> Node | None:
        node = parent.get(name)
        if node is None or node.kind == kind:
            return node
        self.wrong(f"{name!r}", "an object" if kind == "map" else "a list", node)
        return None

    def string(self, what: str, node: Node | None) -> str | None:
        if node is not None and node.kind != "str":
            self.wrong(what, "a string", node)
            return None
        return node.text() if node is not None else None

    def top_level(self, root: Node) -> None:
        for entry in root.entries:
            if entry.key not in _KNOWN:
                self.unknown(entry, "app.json", _KNOWN)
        for key in _STRINGS:
            self.string(repr(key), root.get(key))
        keywords = self.section(root, "keywords", "list")
        for item in keywords.items if keywords else ():
            self.string("a keyword", item)

    def environments(self, root: Node) -> list[SchemaIssue]:
        """Check `environments`; all issues found so far."""
        section = self.section(root, "environments", "map")
        for entry in section.entries if section else ():
            if entry.key not in _ENVIRONMENTS:
                self.issue(f"environment {entry.key!r} is ignored: only test, review and production are read", entry.key_span, "note")
            elif entry.value.kind != "map":
                self.wrong(f"environment {entry.key!r}", "an object", entry.value)
            else:
                scripts = ("test-setup", "test") if entry.key == "test" else ()
                self.env(entry.value)
                self.addons(entry.value)
                self.buildpacks(entry.value)
                self.formation(entry.value)
                self.scripts(entry.value, ("postdeploy", "pr-predestroy", *scripts))
        return self.issues

    def env(self, parent: Node) -> dict[str, EnvVar]:
        section = self.section(parent, "env", "map")
        found: dict[str, EnvVar] = {}
        for entry in section.entries if section else ():
            node = entry.value
            if node.kind == "str":
                found[entry.key] = EnvVar(entry.key, entry.key_span, node.text(), True, None)
            elif node.kind == "map":
                found[entry.key] = self.env_object(entry)
            else:
                self.wrong(f"config var {entry.key}", "a string in quotes or an object", node)
        return found

    def env_object(self, entry: Entry) -> EnvVar:
        name, node = entry.key, entry.value
        for part in node.entries:
            if part.key not in _ENV_KEYS:
                self.unknown(part, f"config var {name}", _ENV_KEYS)
        self.string(f"the description of config var {name}", node.get("description"))
        given = node.get("value")
        value = self.string(f"the value of config var {name}", given) if given and given.kind != "null" else None
        generator = self.string(f"the generator of config var {name}", node.get("generator"))
        if generator is not None and generator != "secret":
            at = node.get("generator") or node
            self.issue(f"config var {name} has the unknown generator {generator!r}; the only one is 'secret'", at.span)
        required = node.get("required")
        if required is not None and required.kind == "str":
            why = "a string counts as true" if required.value in ("false", "False", "no", "0", "") else "write true or false without quotes"
            self.issue(f"'required' of config var {name} must be true or false, not a string: {why}", required.span, "warning")
        elif required is not None and required.kind != "bool":
            self.wrong(f"'required' of config var {name}", "true or false", required)
        is_required = not (required is not None and required.value is False)
        return EnvVar(name, entry.key_span, value, is_required, generator)

    def addons(self, parent: Node) -> tuple[Addon, ...]:
        section = self.section(parent, "addons", "list")
        return read_addons(section, self.issues, strings=True)

    def buildpacks(self, parent: Node) -> tuple[Buildpack, ...]:
        section = self.section(parent, "buildpacks", "list")
        found: list[Buildpack] = []
        for item in section.items if section else ():
            if item.kind == "str":
                self.issue('a buildpack must be an object such as {"url": "heroku/python"}, not a string', item.span)
            elif item.kind != "map":
                self.wrong("a buildpack", "an object with 'url'", item)
            else:
                url = item.get("url")
                if url is None:
                    self.issue("a buildpack needs 'url'", item.span)
                text = self.string("the url of a buildpack", url)
                if url is not None and text is not None:
                    found.append(Buildpack(text, url.span))
        return tuple(found)

    def formation(self, parent: Node) -> dict[str, Formation]:
        section = self.section(parent, "formation", "map")
        found: dict[str, Formation] = {}
        for entry in section.entries if section else ():
            node, name = entry.value, entry.key
            if node.kind != "map":
                self.wrong(f"the formation of {name}", "an object with 'quantity' and 'size'", node)
                continue
            quantity, size = node.get("quantity"), node.get("size")
            if quantity is None:
                self.issue(f"the formation of {name} needs 'quantity'", entry.key_span)
            elif quantity.kind != "int":
                self.wrong(f"the quantity of {name}", "a whole number", quantity)
            elif isinstance(quantity.value, int) and quantity.value < 0:
                self.issue(f"the quantity of {name} must not be negative", quantity.span)
            number = quantity.value if quantity is not None and quantity.kind == "int" else None
            size_name = self.string(f"the size of {name}", size)
            size_span = size.span if size is not None else None
            found[name] = Formation(number if isinstance(number, int) else None, size_name, entry.key_span, size_span)
        return found

    def scripts(self, parent: Node, known: tuple[str, ...]) -> dict[str, tuple[str, Span]]:
        section = self.section(parent, "scripts", "map")
        found: dict[str, tuple[str, Span]] = {}
        for entry in section.entries if section else ():
            if entry.key == "dokku" and entry.value.kind == "map":
                continue  # another platform's, which reads this file as well
            if entry.key not in known:
                self.issue(f"script {entry.key!r} is never run here; Heroku runs {', '.join(known)}", entry.key_span, "note")
            text = self.string(f"script {entry.key!r}", entry.value)
            if text is not None:
                found[entry.key] = (text, entry.value.span)
        return found


def read_addons(section: Node | None, issues: list[SchemaIssue], *, strings: bool) -> tuple[Addon, ...]:
    """The add-ons of a list of objects with `plan` and `as` (and of plain strings, where the format allows them)."""
    expected = "a string such as 'heroku-postgresql:essential-0' or an object with 'plan'" if strings else "an object with 'plan'"
    found: list[Addon] = []
    for item in section.items if section is not None and section.kind == "list" else ():
        if strings and isinstance(item.value, str) and item.kind == "str":
            found.append(Addon(item.value, item.span, None))
            continue
        if item.kind != "map":
            issues.append(SchemaIssue(f"an add-on must be {expected}, not {item.words}", item.span))
            continue
        plan, alias = item.get("plan"), item.get("as")
        if plan is None:
            issues.append(SchemaIssue("an add-on needs 'plan'", item.span))
        elif not isinstance(plan.value, str) or plan.kind != "str":
            issues.append(SchemaIssue(f"the plan of an add-on must be a string, not {plan.words}", plan.span))
        else:
            found.append(Addon(plan.value, plan.span, item.text("as")))
        if alias is not None and alias.kind != "str":
            issues.append(SchemaIssue(f"'as' of an add-on must be a string, not {alias.words}", alias.span))
    return tuple(found)
