"""On what a row of the tables depends: whether a known call really does what its row says, here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import Env, Known, Table, Text, options, text_of
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import dotted, walk

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program

ADDRESSES = ("http://", "https://", "ftp://", "s3://")


def applies(code: Program, effect: Effect) -> bool:
    """Whether the row of a reached call holds for it."""
    row = effect.row
    if row.unless and _switched_on(code, effect, row.unless):
        return False
    if row.made_of and not _made_of(code, effect):
        return False
    if row.listed_in and _is_listed(code, effect):
        return False
    match row.when:
        case "" | "error":  # what the caller does with the error is asked where the effect is judged
            return True
        case "url":
            _, value = code.argument(effect, row.url)
            return any((text_of(one) or "").startswith(ADDRESSES) for one in options(value))
        case "text":
            _, value = code.argument(effect, row.url)
            return any(isinstance(one, Env | Text) or (isinstance(one, Known) and isinstance(one.value, str)) for one in options(value))
        case "plain":
            _, value = code.argument(effect, row.path)
            texts = [text_of(one) for one in options(value)]
            return any(text is not None and not text.startswith("{}") for text in texts)
        case "awaited":
            return effect.fact.awaited
        case "resolves":
            return _ends_promise(effect)
        case "callback":
            return any(isinstance(arg, facts.Closure | facts.Lambda) for arg in effect.fact.call.args)
        case "promised":
            return _in_promise(effect)
        case "started":
            return _is_started(code, effect)
        case name:
            return _switched_on(code, effect, name)


def _switched_on(code: Program, effect: Effect, name: str) -> bool:
    """Whether an option is given and is not off."""
    expr, value = code.argument(effect, name)
    return expr is not None and not (isinstance(value, Known) and not value.value)


def _is_listed(code: Program, effect: Effect) -> bool:
    """Whether the file of the row names what the call is given, so that the build has fetched it."""
    _, value = code.argument(effect, effect.row.path)
    source = code.app.source(effect.row.listed_in)
    text = text_of(value)
    return source is not None and text is not None and text.rpartition("/")[2] in source.text.split()


def _in_promise(effect: Effect) -> bool:
    """Whether the call stands in a function that a promise is made with."""
    number = effect.fact.function
    return number != NONE and any(
        isinstance(fact.call.func, facts.Name) and fact.call.func.id == "Promise" and fact.call.args and isinstance(fact.call.args[0], facts.Closure)
        and fact.call.args[0].number == number
        for fact in effect.mod.facts.calls
    )  # fmt: skip


def _made_of(code: Program, effect: Effect) -> bool:
    """Whether the called function, or the object whose method is called, was made from one of those that the row names."""
    func = effect.fact.call.func
    mod, function, made = origin(code.linker, effect.mod, effect.fact.function, func)
    if made is func and isinstance(func, facts.Attr):
        mod, function, made = origin(code.linker, effect.mod, effect.fact.function, func.base)
    made = made.value if isinstance(made, facts.Unary) else made  # `await create(…)`
    return isinstance(made, facts.Call) and any(_is_named(code, mod, function, given, effect.row.made_of) for given in made.args)


def _is_named(code: Program, mod: Mod, function: int, given: facts.AnyExpr, names: str) -> bool:
    """Whether an argument is one of the things of these names, or what one of them makes."""
    mod, function, given = origin(code.linker, mod, function, given)
    return code.linker.qualified(mod, function, given.func if isinstance(given, facts.Call) else given) in names.split()


def _ends_promise(effect: Effect) -> bool:
    """Whether the function that a timer is given is what ends the promise around it: `new Promise(resolve => setTimeout(resolve, ms))`."""
    mod, fact = effect.mod, effect.fact
    first = fact.call.args[0] if fact.call.args else None
    if not isinstance(first, facts.Name) or fact.function == NONE:
        return False
    params = mod.facts.functions[fact.function].params
    return bool(params) and params[0].name == first.id


def _is_started(code: Program, effect: Effect) -> bool:
    """Whether some reached code calls `.start()` on what the call makes, or an option starts it at once."""
    if _switched_on(code, effect, "3 start"):
        return True
    made = code.linker.returns.get(f"{effect.name}()", f"{effect.name}()")
    kind = made.removesuffix("()").rpartition(".")[2]
    for mod in code.modules:
        for fact in mod.facts.calls:
            func = fact.call.func
            if isinstance(func, facts.Attr) and func.name == "start":
                name = code.linker.qualified(mod, fact.function, func.base)
                if (
                    name is not None
                    and name.removesuffix("()").rpartition(".")[2] == kind
                    and code.guards.holds(mod, fact.guard) is not False
                ):
                    return True
    return False


def set_afterwards(effect: Effect, path: str) -> bool:
    """Whether the same function sets an option, or a part of it, on what the call gives back: `opts.TLSConfig = …`."""
    mod, call = effect.mod, effect.fact.call
    made = {
        name.id
        for assign in mod.facts.assigns
        if assign.value is not None and (assign.value.start, assign.value.end) == (call.start, call.end)
        for name in walk(assign.target)
        if isinstance(name, facts.Name)
    }  # fmt: skip
    for assign in mod.facts.assigns:
        base, _, option = (dotted(assign.target) or "").partition(".")
        if base in made and assign.function == effect.fact.function and option.partition(".")[0] == path.partition(".")[0]:
            return True
    return False


def in_plain_sight(code: Program, effect: Effect) -> bool:
    """Whether all options that a call is given can be seen: nothing is spread into them, and no object comes from elsewhere."""
    return all(_seen(code, effect, arg) for arg in effect.fact.call.args)


def _seen(code: Program, effect: Effect, expr: facts.AnyExpr) -> bool:
    match expr:
        case facts.Star():
            return False
        case facts.Mapping(items=pairs):
            return not any(isinstance(key, facts.Star) for key, _ in pairs)
        case facts.Call(args=given) if given and all(isinstance(one, facts.Keyword) for one in given):
            return True  # an object made in place
        case facts.Name(id=name) if _filled_later(effect, name):
            return False
        case facts.Name() | facts.Attr() | facts.Index() | facts.Call():
            values = options(code.fold(effect.mod, effect.fact.function, expr))
            return all(isinstance(one, Env | Known | Text) or (isinstance(one, Table) and one.whole) for one in values)
    return True


def _filled_later(effect: Effect, name: str) -> bool:
    """Whether something is put into what a name holds: `options[:url] = …`."""
    return any(
        isinstance(assign.target, facts.Index) and isinstance(assign.target.base, facts.Name) and assign.target.base.id == name
        for assign in effect.mod.facts.assigns
    )
