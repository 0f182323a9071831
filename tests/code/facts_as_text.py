"""Facts as short lines of text, so that a test can say what it expects of a source file."""

from __future__ import annotations

from herolint.code import facts
from herolint.code.facts import NONE, AnyExpr, Module


def spell(expr: AnyExpr | None) -> str:
    """An expression, about as it would be written; `-` for none."""
    match expr:
        case None:
            return "-"
        case facts.Const(value=value):
            return repr(value)
        case facts.Name(id=name):
            return name
        case facts.Attr(base=base, name=name):
            return f"{spell(base)}.{name}"
        case facts.Index(base=base, key=key):
            return f"{spell(base)}[{spell(key)}]"
        case facts.Keyword(name=name, value=value):
            return f"{name}={spell(value)}"
        case facts.Star(value=value, stars=stars):
            return "*" * stars + spell(value)
        case facts.Call(func=func, args=args):
            return f"{spell(func)}({_all(args)})"
        case facts.Concat(parts=parts):
            return f"text({_all(parts)})"
        case facts.Binary(op=op, left=left, right=right):
            return f"({spell(left)} {op} {spell(right)})"
        case facts.Logic(op=op, parts=parts):
            return "(" + f" {op} ".join(map(spell, parts)) + ")"
        case facts.Unary(op=op, value=value):
            return f"<{op} {spell(value)}>"
        case facts.Choice(test=test, then=then, other=other):
            return f"({spell(test)} ? {spell(then)} : {spell(other)})"
        case facts.Sequence(kind=kind, items=items):
            return f"{kind}[{_all(items)}]"
        case facts.Mapping(items=pairs):
            return "{" + ", ".join(spell(k) if k is v else f"{spell(k)}: {spell(v)}" for k, v in pairs) + "}"
        case facts.Closure(number=number):
            return f"function{number}"
        case facts.Lambda(params=params, body=body):
            return f"lambda({', '.join(params)}: {spell(body)})"
        case facts.Other(kind=kind, parts=parts):
            return f"{kind}!({_all(parts)})"


def _all(parts: tuple[AnyExpr, ...]) -> str:
    return ", ".join(map(spell, parts))


def guards_of(module: Module, number: int) -> str:
    """The conditions around a place, the outermost first."""
    found: list[str] = []
    while number != NONE:
        guard = module.guards[number]
        found.append(f"{guard.kind} {spell(guard.test)}")
        number = guard.parent
    return ", ".join(reversed(found))


def blocks_of(module: Module, number: int) -> str:
    """The loops and other blocks around a place, the outermost first."""
    found: list[str] = []
    while number != NONE:
        block = module.blocks[number]
        found.append(f"{block.kind} {spell(block.target)} in {spell(block.subject)}")
        number = block.parent
    return ", ".join(reversed(found))


def scope_of(module: Module, function: int, klass: int = NONE) -> str:
    """The function or class that a place stands in; nothing for the module."""
    if klass != NONE:
        return f"class {module.classes[klass].name}"
    return module.functions[function].qualname if function != NONE else ""
