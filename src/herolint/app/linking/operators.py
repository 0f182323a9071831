"""What operators and converting calls make of values."""

from __future__ import annotations

import posixpath

from herolint.app.linking.values import UNKNOWN, AnyOf, Compared, Env, Items, Known, Text, Value, env_names, text_of

HOME = "/app"
"""Where a slug is unpacked on a dyno."""


COMPARISONS = {"==": True, "===": True, "is": True, "in": True, "!=": False, "!==": False, "is not": False, "not in": False}
"""Operators that ask whether one value is another, or among others; what they answer where it is so."""


def is_number(value: Value) -> bool:
    """Whether a value is a known number."""
    return isinstance(value, Known) and isinstance(value.value, int | float) and not isinstance(value.value, bool)


def arithmetic(op: str, left: Value, right: Value) -> Value:
    """What an operator makes of two numbers, or of two flags that are spelled as letters (`O_CREATE|O_APPEND`)."""
    letters = text_of(left), text_of(right)
    if op == "|" and letters[0] is not None and letters[1] is not None and not is_number(left):
        return Known(letters[0] + letters[1])
    if (
        isinstance(left, Known)
        and isinstance(right, Known)
        and isinstance(left.value, int | float)
        and isinstance(right.value, int | float)
    ):
        a, b = left.value, right.value
        if op == "+":
            return Known(a + b)
        if op == "-":
            return Known(a - b)
        if op == "*" and abs(a) < 1e15 and abs(b) < 1e15:
            return Known(a * b)
        if op == "/" and b:
            return Known(a / b)
        if op == "//" and b:
            return Known(a // b)
    return UNKNOWN


def binary(op: str, left: Value, right: Value) -> Value:
    """What an operator between two values makes: a comparison of a variable, a text or path put together, a number."""
    if op in COMPARISONS:
        return Compared(op, left, right) if env_names(left) else UNKNOWN
    if op == "/" and (a := text_of(left)) is not None and (b := text_of(right)) is not None and "{}" not in a + b:
        return Known(posixpath.join(a, b)) if not is_number(left) else UNKNOWN
    if op in "+/":
        if is_number(left) and is_number(right) and op == "+":
            return arithmetic(op, left, right)
        return join([left, right] if op == "+" else [left, Known("/"), right])
    return arithmetic(op, left, right)


def compare(op: str, left: Value, right: Value) -> Value:
    """What a comparison of known values answers."""
    among = right.items if isinstance(right, Items) else (right,)
    if not isinstance(left, Known) or not all(isinstance(one, Known) for one in among) or (op.endswith("in") and among == (right,)):
        return UNKNOWN
    return Known(COMPARISONS[op] if left in among else not COMPARISONS[op])


def compare_versions(version: tuple[int, ...], op: str, other: Value) -> bool | None:
    """What a comparison of a version with numbers answers; None when they are not all known."""
    items = other.items if isinstance(other, Items) else (other,)
    wanted = tuple(item.value for item in items if isinstance(item, Known) and isinstance(item.value, int))
    if len(wanted) != len(items) or not wanted:
        return None
    version = version[: len(wanted)] if op in ("==", "!=", "<=") else version
    answers = {
        "<": version < wanted, "<=": version <= wanted, ">": version > wanted, ">=": version >= wanted, "==": version == wanted,
        "!=": version != wanted,
    }  # fmt: skip
    return answers.get(op)


def join(parts: list[Value]) -> Value:
    """Neighbouring constants are put together; a single constant stays one."""
    flat: list[Value] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            last = flat[-1] if flat else None
            if isinstance(piece, Known) and isinstance(last, Known) and piece.value is not None and last.value is not None:
                flat[-1] = Known(f"{last.value}{piece.value}")
            else:
                flat.append(piece)
    if len(flat) == 1:
        return flat[0]
    return Text(tuple(flat))


def join_path(parts: tuple[Value, ...]) -> Value:
    """The pieces of a path put together with `/`."""
    texts = [text_of(p) for p in parts]
    if all(t is not None and "{}" not in t for t in texts):
        return Known(posixpath.normpath(posixpath.join(*[t or "" for t in texts]))) if texts else UNKNOWN
    spread: list[Value] = []
    for part in parts:
        spread += [part, Known("/")]
    return join(spread[:-1])


def parent_folder(path: Value) -> Value | None:
    """The folder that a path lies in, where all of the path is known."""
    text = text_of(path)
    return Known(posixpath.dirname(text)) if text is not None and "{}" not in text else None


def either(values: list[Value]) -> Value:
    """`a or b`: an environment read takes the rest as its default; falsy constants fall through."""
    first, rest = values[0], values[1:]
    if not rest:
        return first
    if isinstance(first, Known) and not first.value:
        return either(rest)
    if isinstance(first, Known):
        return first
    if isinstance(first, Env) and (first.default is None or (isinstance(first.default, Known) and not first.default.value)):
        return Env(first.name, either(rest), required=False)
    return AnyOf((first, either(rest)))


def cast(name: str, value: Value) -> Value:
    """What a call to a converting function makes of a value: `int`, `str`, `os.path.abspath` …; others give it back."""
    if isinstance(value, Known):
        try:
            if name == "int" and isinstance(value.value, str | int | float):
                return Known(int(value.value))
            if name == "float" and isinstance(value.value, str | int | float):
                return Known(float(value.value))
            if name == "str" and value.value is not None:
                return Known(str(value.value))
            if name == "bool":
                return Known(bool(value.value))
            if name == "distutils.util.strtobool" and isinstance(value.value, str):
                return Known(value.value.lower() in ("y", "yes", "t", "true", "on", "1"))
        except (ValueError, OverflowError):
            return UNKNOWN
        if name.startswith("os.path.abspath") and isinstance(value.value, str):
            return Known(posixpath.normpath(posixpath.join(HOME, value.value)))
    if isinstance(value, Env) and value.default is not None:
        return Env(value.name, cast(name, value.default), value.required)
    return value
