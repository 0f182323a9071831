"""Language-neutral, file-local facts about source code.

A front end turns one source file into one `Module`. Facts are symbolic: names are not followed to other
files and nothing is folded, so that a `Module` depends on its file's bytes alone and can be cached by
content. Linking, folding and reach are the work of `herolint.app`.

Everything is indexed by position in the module's lists: a call names its function by the index in
`functions`, its guard by the index in `guards`; -1 means none (module level, unguarded).
"""

from __future__ import annotations

from typing import Any

import msgspec

NONE = -1


class Expr(msgspec.Struct, frozen=True, gc=False, tag_field="t", array_like=True):
    """An expression; `start` and `end` are byte offsets in the file."""

    start: int
    end: int


class Const(Expr, frozen=True, gc=False, tag="c"):
    """A literal: str, bytes (as str), int, float, bool or None."""

    value: Any


class Name(Expr, frozen=True, gc=False, tag="n"):
    """A plain name."""

    id: str


class Attr(Expr, frozen=True, gc=False, tag="a"):
    """`base.name`."""

    base: AnyExpr
    name: str


class Index(Expr, frozen=True, gc=False, tag="i"):
    """`base[key]`."""

    base: AnyExpr
    key: AnyExpr


class Keyword(Expr, frozen=True, gc=False, tag="k"):
    """`name=value` in a call or `key: value` where the key is a plain word."""

    name: str
    value: AnyExpr


class Star(Expr, frozen=True, gc=False, tag="s"):
    """`*value` (stars 1) or `**value` (stars 2) in a call or collection."""

    value: AnyExpr
    stars: int


class Call(Expr, frozen=True, gc=False, tag="f"):
    """`func(args)`; args hold plain expressions, `Keyword` and `Star`."""

    func: AnyExpr
    args: tuple[AnyExpr, ...]


class Concat(Expr, frozen=True, gc=False, tag="j"):
    """Text put together: f-strings, template strings, `+`, `%` on a literal (then parts in order, holes as their expressions)."""

    parts: tuple[AnyExpr, ...]


class Binary(Expr, frozen=True, gc=False, tag="b"):
    """A binary or comparison operator, by its source spelling (`/`, `*`, `==`, `in`, `not in`, `is`, …)."""

    op: str
    left: AnyExpr
    right: AnyExpr


class Logic(Expr, frozen=True, gc=False, tag="l"):
    """`or`, `and` (`||`, `&&`, `??` likewise) over two or more operands."""

    op: str
    parts: tuple[AnyExpr, ...]


class Unary(Expr, frozen=True, gc=False, tag="u"):
    """`not x`, `-x`, `+x`, `~x`, `await x`, `yield x`, `<-x`."""

    op: str
    value: AnyExpr


class Choice(Expr, frozen=True, gc=False, tag="q"):
    """`then if test else other`."""

    test: AnyExpr
    then: AnyExpr
    other: AnyExpr


class Sequence(Expr, frozen=True, gc=False, tag="t"):
    """A list, tuple or set; `kind` is one of those words."""

    kind: str
    items: tuple[AnyExpr, ...]


class Mapping(Expr, frozen=True, gc=False, tag="d"):
    """A dict; a `**spread` stands in `items` as (Star, Star)."""

    items: tuple[tuple[AnyExpr, AnyExpr], ...]


class Lambda(Expr, frozen=True, gc=False, tag="g"):
    """An inline function with an expression body."""

    params: tuple[str, ...]
    body: AnyExpr


class Closure(Expr, frozen=True, gc=False, tag="h"):
    """A function with a body of its own that stands in an expression: the one at `number` in the module's `functions`."""

    number: int


class Other(Expr, frozen=True, gc=False, tag="o"):
    """Anything else; `parts` are the expressions inside, so that nothing is lost (comprehensions: element, iterable, conditions)."""

    kind: str
    parts: tuple[AnyExpr, ...] = ()


AnyExpr = (
    Const
    | Name
    | Attr
    | Index
    | Keyword
    | Star
    | Call
    | Concat
    | Binary
    | Logic
    | Unary
    | Choice
    | Sequence
    | Mapping
    | Lambda
    | Closure
    | Other
)


class Import(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One imported name. `import a.b as c`: module `a.b`, name None, alias `c`; `import a.b`: alias `a`.

    `from .x import y as z`: module `x`, level 1, name `y`, alias `z`; star: name `*`, alias `*`. A Go path is kept as it is written; its
    alias is the last element without a version, which need not be the package's own name.
    """

    module: str
    name: str | None
    alias: str
    level: int
    function: int
    guard: int
    handled: bool
    """Inside a `try` whose handler would catch the failure."""
    start: int
    end: int


class Param(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A parameter; `kind` is `plain`, `star` or `starstar`."""

    name: str
    default: AnyExpr | None
    annotation: AnyExpr | None
    kind: str = "plain"


class Function(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A function or method. `name_start`/`name_end` span its name; `start`/`end` the whole definition with decorators.

    A parameter that is taken apart where it is declared is called `#` and its position; assignments say what its parts are called.
    `decorators` holds those of the parameters as well, after its own.
    """

    name: str
    qualname: str
    params: tuple[Param, ...]
    decorators: tuple[AnyExpr, ...]
    parent: int
    """The enclosing function, or -1."""
    klass: int
    """The class whose body directly holds it, or -1."""
    guard: int
    is_async: bool
    is_generator: bool
    start: int
    end: int
    name_start: int
    name_end: int
    receiver: str = ""
    """How the body calls the object it belongs to: the first parameter in Python, `this`, `self`, a Go receiver's name."""
    owner: str = ""
    """The type that a Go method belongs to, which may be declared in another file of its package."""
    result: AnyExpr | None = None
    """The declared type of what it returns."""

    @property
    def handed(self) -> tuple[Param, ...]:
        """The parameters that callers give values: all but the object that a method belongs to, where that is one of them."""
        return self.params[1:] if self.receiver and self.params and self.params[0].name == self.receiver else self.params


class Class(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A class; `bases` may hold `Keyword` (metaclass). One without a name, in an expression, is called `#class` and its number."""

    name: str
    qualname: str
    bases: tuple[AnyExpr, ...]
    decorators: tuple[AnyExpr, ...]
    parent_function: int
    parent_class: int
    guard: int
    start: int
    end: int
    name_start: int
    name_end: int


class Guard(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A condition around statements. `kind`: `if` (the test held), `else` (it did not), `while`, `except`, `match`.

    `parent` is the guard around it. The test of `if a: … elif b: …` gives: (if a), (else a) > (if b), (else a) > (else b).
    An early `return`/`raise`/`continue` under `if a` puts the statements after it under (else a) as well.
    """

    kind: str
    test: AnyExpr
    parent: int


class Block(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A loop, try or with around statements: what else a place stands in. `subject` is the iterable, loop test or context expression.

    `kind`: `for`, `while`, `try`, `with`; `go` and `defer` around a single call, their subject, that runs beside the function or at its
    end. `target` is the loop variable or the `as` name.
    """

    kind: str
    subject: AnyExpr | None
    target: AnyExpr | None
    parent: int
    start: int
    end: int


class CallFact(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One call anywhere in the file, in source order, also those inside other expressions and decorators."""

    call: Call
    function: int
    klass: int
    """The class whose body (not a method) makes the call, or -1."""
    guard: int
    block: int
    awaited: bool


class Assign(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`target = value` (also annotated ones, `+=` with op `+=`, `:=`, `for` targets with op `for`, `with … as` with op `with`).

    A struct's fields have op `field`, their tag as value; the methods that an interface asks for have op `method`.
    """

    target: AnyExpr
    value: AnyExpr | None
    op: str
    annotation: AnyExpr | None
    function: int
    klass: int
    guard: int
    block: int
    start: int
    end: int


class Return(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`return value` or, with op `yield`, a yielded value; with op `also`, what a Go function returns besides the first value."""

    value: AnyExpr | None
    op: str
    function: int
    guard: int
    block: int


class Break(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """`break`: what leaves the innermost loop around `block`. Front ends note it for languages whose threads may be loops."""

    function: int
    guard: int
    block: int


class Export(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name that a JavaScript module gives away, by `export` or through `module.exports`.

    `value` is what it stands for here; None where it comes from `module`: then `source` is its name there (`*`: all names). `name` is
    `default` for a default export, `=` for `module.exports = value`, `*` for `export * from`.
    """

    name: str
    value: AnyExpr | None
    module: str
    source: str
    guard: int
    start: int
    end: int


class Module(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """All facts of one file. `errors` are byte spans that the parser could not read."""

    language: str
    imports: tuple[Import, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    guards: tuple[Guard, ...]
    blocks: tuple[Block, ...]
    calls: tuple[CallFact, ...]
    assigns: tuple[Assign, ...]
    returns: tuple[Return, ...]
    globals: tuple[tuple[int, str], ...]
    """(function, name) of each `global`/`nonlocal` declaration, and of each name that a Go function gives a value to without declaring it."""
    deletes: tuple[tuple[int, AnyExpr], ...]
    """(function, expression) of each `del`."""
    comments: tuple[tuple[int, int], ...]
    """Byte spans of comments."""
    errors: tuple[tuple[int, int], ...] = ()
    exports: tuple[Export, ...] = ()
    package: str = ""
    """The package that a Go file says it belongs to."""
    directives: tuple[tuple[str, str, int, int], ...] = ()
    """(name, text, start, end) of comments that steer Go's tools: `go:build` and `+build` where they count, `go:embed`, …"""
    breaks: tuple[Break, ...] = ()
