"""Functions that answer requests: what the frameworks in the knowledge tables register, by decorator, call, class or URL table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import msgspec

from herolint.app.frameworks.django import Django
from herolint.app.linking.calls import NamedCall, NamedCalls
from herolint.app.linking.link import Linker
from herolint.app.linking.module import Mod
from herolint.app.linking.origins import functions_in
from herolint.app.linking.target import Target
from herolint.app.reaching.reach import FunctionRef, Reach
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument
from herolint.knowledge.calls import Knowledge
from herolint.knowledge.sections import HandlerCall, Handlers

METHOD_NAMES = ("get", "post", "put", "patch", "delete", "head", "options", "dispatch")
EVENTS = ("on", "event")
"""Decorators that name an event of a socket, not a path."""
VIEW_METHODS = (
    *METHOD_NAMES,
    "list",
    "create",
    "retrieve",
    "update",
    "partial_update",
    "destroy",
    "perform_create",
    "perform_update",
    "perform_destroy",
    "get_queryset",
    "get_object",
    "get_context_data",
    "form_valid",
    "get_serializer_class",
    "connect",
    "receive",
    "receive_json",
    "disconnect",
    "open",
)


class Handler(msgspec.Struct, frozen=True):
    """A function that answers requests, and how a reader would name it (`POST /reports`); `socket`: it hears events of an open connection."""

    ref: FunctionRef
    label: str
    socket: bool = False


def handlers_of(
    reach: Reach, linker: Linker, knowledge: Mapping[str, Knowledge], django: Django | None, calls: NamedCalls
) -> list[Handler]:
    """All request handlers in the code that a process reaches. `calls`: those of all code, by what they call."""
    found: dict[FunctionRef, Handler] = {}
    registering: dict[str, list[NamedCall]] = {}
    for call in calls.of(name for known in knowledge.values() for name in known.handlers.calls):
        registering.setdefault(call.mod.path, []).append(call)
    for find in (
        _decorated,
        partial(_registered, reach, registering),
        _classes,
        partial(_signed, reach),
    ):  # the first one knows the best name
        for mod in reach.mods():
            for handler in find(mod, linker, knowledge[mod.facts.language].handlers):
                found.setdefault(handler.ref, handler)
    if django is not None:
        for target, label in (*django.wiring.views, *django.wiring.login_steps):
            for ref in _view(target, linker):
                found.setdefault(ref, Handler(ref, label))
    for handler in _hooks(reach, linker, knowledge, found.values()):
        found.setdefault(handler.ref, handler)
    return list(found.values())


def _hooks(reach: Reach, linker: Linker, knowledge: Mapping[str, Knowledge], handlers: Iterable[Handler]) -> list[Handler]:
    """Methods that a row's class runs when it is saved (`after_create :notify`), of classes that some handler's file names."""
    if not any(known.handlers.hooks for known in knowledge.values()):
        return []
    texts = {mod.path: mod.source.text for mod in reach.mods() if mod.path in {handler.ref.path for handler in handlers}}
    found = []
    for mod in reach.mods():
        hooks = knowledge[mod.facts.language].handlers.hooks
        for fact in mod.facts.calls if hooks and mod.facts.classes else ():
            func = fact.call.func
            if fact.klass == NONE or fact.function != NONE or not isinstance(func, facts.Name) or func.id not in hooks:
                continue
            name = mod.facts.classes[fact.klass].name
            named = [arg.value for arg in fact.call.args if isinstance(arg, facts.Const) and isinstance(arg.value, str)]
            methods = mod.methods.get(fact.klass, {})
            if any(method in methods for method in named) and any(re.search(rf"\b{name}\b", text) for text in texts.values()):
                found += [Handler(FunctionRef(mod.path, methods[method]), f"{func.id} of {name}") for method in named if method in methods]
    return found


def _decorated(mod: Mod, linker: Linker, known: Handlers) -> Iterator[Handler]:
    for i, fn in enumerate(mod.facts.functions):
        for decorator in fn.decorators:
            inner = decorator.func if isinstance(decorator, facts.Call) else decorator
            if not isinstance(inner, facts.Attr | facts.Name):
                continue
            name = inner.name if isinstance(inner, facts.Attr) else inner.id
            target = linker.resolve(mod, fn.parent, inner)
            qualified = target.name if target and target.kind == "external" else None
            if qualified is None or not known.decorates(qualified):
                continue
            path = argument(decorator, 0, "path") if isinstance(decorator, facts.Call) else None
            yield Handler(FunctionRef(mod.path, i), _label(name, path, decorator, fn.name), qualified in known.sockets)


def _label(name: str, path: facts.AnyExpr | None, decorator: facts.AnyExpr, function: str) -> str:
    text = path.value if isinstance(path, facts.Const) and isinstance(path.value, str) else ""
    word = name.lower().removeprefix("http")
    verb = word.upper() if word in METHOD_NAMES else ""
    if not verb and isinstance(decorator, facts.Call):
        methods = argument(decorator, None, "methods")
        if isinstance(methods, facts.Sequence) and methods.items and isinstance(methods.items[0], facts.Const):
            verb = str(methods.items[-1].value if isinstance(methods.items[-1], facts.Const) else methods.items[0].value).upper()
    if not text:
        return function
    if name in EVENTS:
        return f"the event {text}"
    return f"{verb or 'GET'} {text}"


def _registered(reach: Reach, calls: Mapping[str, list[NamedCall]], mod: Mod, linker: Linker, known: Handlers) -> Iterator[Handler]:
    for call in calls.get(mod.path, ()):
        fact, qualified = call.fact, call.name
        row = known.calls.get(qualified)
        if row is None or reach.runs(mod, fact.guard) is False:
            continue
        path = argument(fact.call, 0, "path")
        if not isinstance(path, facts.Const):
            path = _path_before(fact.call.func)
        label = str(path.value) if isinstance(path, facts.Const) else ""
        verb = qualified.rpartition(".")[2].lower()
        label = f"{verb.upper()} {label}" if row.position < 0 and verb in METHOD_NAMES and isinstance(path, facts.Const) else label
        for target in _given(mod, linker, fact, row):
            for ref in _view(target, linker):
                yield Handler(ref, label or target.name, qualified in known.sockets)


def _path_before(func: facts.AnyExpr) -> facts.AnyExpr | None:
    """The path in front of a chain of verbs: `router.route("/orders").get(list).post(create)`."""
    while isinstance(func, facts.Attr) and isinstance(func.base, facts.Call):
        if isinstance(func.base.func, facts.Attr) and func.base.func.name == "route":
            return argument(func.base, 0, "path")
        func = func.base.func
    return None


def _given(mod: Mod, linker: Linker, fact: facts.CallFact, row: HandlerCall) -> Iterator[Target]:
    """The functions and classes that a registering call is given: at one place, or anywhere, wrapped in other calls or not."""
    if row.position >= 0:
        view = argument(fact.call, row.position, row.keyword)
        target = linker.resolve(mod, fact.function, view) if view is not None else None
        if target is not None:
            yield target
        return
    for given in fact.call.args:
        yield from functions_in(linker, mod, fact.function, given)


def _signed(reach: Reach, mod: Mod, linker: Linker, known: Handlers) -> Iterator[Handler]:
    """Functions that are given what only request handlers are given, and methods of types that only answer requests."""
    if not known.signatures and not known.owners:
        return
    for i, fn in enumerate(mod.facts.functions):
        if not reach.has_function(mod, i):
            continue
        if fn.owner in known.owners:
            yield Handler(FunctionRef(mod.path, i), f"the field {fn.name}")
            continue
        for param in fn.params:
            target = linker.lookup(mod, i, param.name) if param.annotation is not None else None
            if target is not None and target.kind == "external" and target.name in known.signatures:
                yield Handler(FunctionRef(mod.path, i), fn.qualname or "a handler")
                break


def _classes(mod: Mod, linker: Linker, known: Handlers) -> Iterator[Handler]:
    for i, cls in enumerate(mod.facts.classes):
        ancestors = linker.ancestors(mod, i)
        every = not known.actions.isdisjoint(ancestors)
        socket = not known.sockets.isdisjoint(ancestors)
        if not every and not any(known.is_view(a) for a in ancestors):
            continue
        for name, method in mod.methods.get(i, {}).items():
            if every or name in (known.methods or VIEW_METHODS) or name.startswith("on_"):
                yield Handler(FunctionRef(mod.path, method), f"{cls.name}.{name}", socket)


def _view(target: Target, linker: Linker) -> Iterator[FunctionRef]:
    """The functions that answer for a view: itself, or the methods of its class and of those above it."""
    queue, seen = [target], set()
    while queue:
        at = queue.pop(0)
        if at.mod is None or (at.kind, at.mod.path, at.number) in seen:
            continue
        seen.add((at.kind, at.mod.path, at.number))
        if at.kind == "function":
            yield FunctionRef(at.mod.path, at.number)
        elif at.kind in ("class", "instance"):
            for name, method in at.mod.methods.get(at.number, {}).items():
                if name in VIEW_METHODS or name == "__call__":
                    yield FunctionRef(at.mod.path, method)
            queue += [base for base in linker.bases(at.mod, at.number) if base.kind == "class"]
