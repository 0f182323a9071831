"""What an expression comes to in production, as far as it can be known without running it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.code import facts


class Known(msgspec.Struct, frozen=True):
    """A constant: str, int, float, bool or None."""

    value: str | int | float | bool | None


class Env(msgspec.Struct, frozen=True):
    """A read of the environment variable `name`; `default` is what an unset one gives (None: it raises, or nothing)."""

    name: str
    default: Value | None = None
    required: bool = False


class Text(msgspec.Struct, frozen=True):
    """Text put together from parts of which some are not constants."""

    parts: tuple[Value, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """One of several values; the first is the likeliest in production."""

    options: tuple[Value, ...]


class Made(msgspec.Struct, frozen=True):
    """The result of a call: `name` is the qualified callee (`sqlalchemy.create_engine`), args folded.

    A method of a value has a name that starts with a dot (`.replace`) and the value as first argument.
    """

    name: str
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    call: facts.Call

    def keyword(self, name: str) -> Value | None:
        """The folded keyword argument of that name."""
        return next((v for k, v in self.keywords if k == name), None)


class Items(msgspec.Struct, frozen=True):
    """A list, tuple or set."""

    items: tuple[Value, ...]


class Table(msgspec.Struct, frozen=True):
    """A dict with constant keys; entries keep the key's and value's byte spans in the module they stand in."""

    entries: tuple[tuple[str, Value, int, int], ...]
    whole: bool = True

    def get(self, key: str) -> Value | None:
        """The value of that key (the last one)."""
        return next((v for k, v, _, _ in reversed(self.entries) if k == key), None)


class Document(Table, frozen=True):
    """A table that a document holds as a whole: what is not in it is nowhere. Its spans tell nothing."""


class Ref(msgspec.Struct, frozen=True):
    """A name that leads out of the project, or to a function or class (`name` is qualified)."""

    name: str


class Compared(msgspec.Struct, frozen=True):
    """Whether an environment variable, or something made of it, is (`==`), is not (`!=`), is among (`in`) … something else."""

    op: str
    left: Value
    right: Value


class Unknown(msgspec.Struct, frozen=True):
    """Nothing is known."""


Value = Known | Env | Text | AnyOf | Made | Items | Table | Ref | Compared | Unknown

UNKNOWN = Unknown()


def walk(value: Value) -> Iterator[Value]:
    """The value and all values inside it."""
    stack = [value]
    while stack:
        at = stack.pop()
        yield at
        match at:
            case Env(default=default) if default is not None:
                stack.append(default)
            case Text(parts=inner) | AnyOf(options=inner) | Items(items=inner):
                stack.extend(inner)
            case Made(args=args, keywords=keywords):
                stack.extend(args)
                stack.extend(v for _, v in keywords)
            case Table(entries=entries):
                stack.extend(v for _, v, _, _ in entries)
            case Compared(left=left, right=right):
                stack += (left, right)


def env_names(value: Value) -> frozenset[str]:
    """The environment variables that the value depends on."""
    return frozenset(v.name for v in walk(value) if isinstance(v, Env))


def constant(value: Value) -> str | int | float | bool | None:
    """The constant that the value is for certain, else None."""
    return value.value if isinstance(value, Known) else None


def held_under(value: Value, name: str) -> Value | None:
    """What a table, or an object made of named values, holds under a name."""
    if isinstance(value, Table):
        return value.get(name) or (Known(None) if isinstance(value, Document) else None)
    return value.keyword(name) if isinstance(value, Made) else None


def options(value: Value) -> Iterator[Value]:
    """The alternatives of a value, likeliest first; an `Env` gives itself, then its default."""
    match value:
        case AnyOf(options=inner):
            for one in inner:
                yield from options(one)
        case Env(default=default) if default is not None:
            yield value
            yield from options(default)
        case _:
            yield value


def text_of(value: Value) -> str | None:
    """The value as text with holes as `{}`; None where it is no text."""
    match value:
        case Known(value=str() as text):
            return text
        case Known(value=bool() | None):
            return None
        case Known(value=number):
            return str(number)
        case Text(parts=parts):
            return "".join(text_of(p) or "{}" for p in parts)
        case _:
            return None
