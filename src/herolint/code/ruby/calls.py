"""Ruby's names and calls: with and without receiver, arguments or block; and what `require` loads."""

from __future__ import annotations

import posixpath

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Attr, Call, Concat, Const, Import, Keyword, Name, Other
from herolint.code.queries import dotted
from herolint.code.reader import MAX_DEPTH
from herolint.code.ruby.closures import closure
from herolint.code.ruby.grammar import kind
from herolint.code.ruby.literals import pair
from herolint.code.ruby.nodes import convert, items, reads, rest
from herolint.code.ruby.reader import RubyReader

_ARGUMENTS = kind("argument_list")
_BLOCKS = frozenset({kind("block"), kind("do_block")})
_PAIR = kind("pair")
_DOTS = frozenset({".", "&.", "::"})
_OF_THE_FILE = frozenset({"__FILE__", "__LINE__", "__ENCODING__", "__method__", "__dir__"})
_LOADERS = frozenset({"require", "require_relative", "load", "autoload"})


@reads("identifier")
def _identifier(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """A local variable, or a call of the method of that name."""
    start, end = node.start_byte, node.end_byte
    word = r.word(node)
    if not word:
        return Other(start, end, "missing")
    name = Name(start, end, word)
    if word not in _OF_THE_FILE and not r.is_local(word):
        r.call(start, end, name)
    return name


@reads("constant", "self", "global_variable", "file", "line", "encoding", "operator", "setter")
def _plain(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    return Name(node.start_byte, node.end_byte, r.word(node))


@reads("instance_variable", "class_variable")
def _variable(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """`@x` and `@@x` as `self.x`."""
    start, end = node.start_byte, node.end_byte
    return Attr(start, end, Name(start, start, "self"), r.word(node).lstrip("@"))


@reads("super")
def _super(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    return r.call(start, end, Name(start, end, "super"))


@reads("scope_resolution")
def _scope(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """`A::B` is an attribute; `::A` a plain name."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = [kid for kid in r.clean(node.children) if kid.is_named]
    if len(kids) == 1:
        return Name(node.start_byte, node.end_byte, r.word(kids[0]))
    if len(kids) != 2:
        return rest(r, node, kids, depth)
    return Attr(node.start_byte, node.end_byte, convert(r, kids[0], depth + 1), r.word(kids[1]))


@reads("element_reference")
def _index(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    found = items(r, node, depth + 1)
    if not found:
        return Other(node.start_byte, node.end_byte, "index")
    base, *keys = found
    key: AnyExpr = keys[0] if len(keys) == 1 else facts.Sequence(base.end, node.end_byte, "list", tuple(keys))
    return facts.Index(node.start_byte, node.end_byte, base, key)


@reads("call")
def _call(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    kids = r.clean(node.children)
    depth += 1
    start, end = node.start_byte, node.end_byte
    if len(kids) > 1 and kids[1].type in _DOTS:
        base = convert(r, kids[0], depth)
        method = kids[2] if len(kids) > 2 and kids[2].kind_id != _ARGUMENTS else None
        # `callable.(x)` calls the method named call.
        name, func_end = (r.word(method), method.end_byte) if method is not None else ("call", kids[1].end_byte)
        func: AnyExpr = Attr(start, func_end, base, name)
        kids = kids[3:] if method is not None else kids[2:]
    elif kids:
        name, func = r.word(kids[0]), Name(kids[0].start_byte, kids[0].end_byte, r.word(kids[0]))
        kids = kids[1:]
    else:
        return Other(start, end, "missing")
    args: tuple[AnyExpr, ...] = ()
    block: Node | None = None
    for kid in kids:
        if kid.kind_id == _ARGUMENTS:
            args = arguments(r, kid, depth)
        elif kid.kind_id in _BLOCKS:
            block = kid
        elif kid.is_named:
            args = (*args, convert(r, kid, depth))
    if name in _LOADERS and isinstance(func, Name) and _loads(r, name, args, start, end):
        return Call(start, end, func, args)
    if block is not None:
        args = (*args, closure(r, block, func, args, depth))
    elif not args and not kids and isinstance(func, Attr):
        r.call(start, end, func)
        return func
    return r.call(start, end, func, args)


@reads("yield")
def _yield(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """A call of the block that the method was given."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    args: tuple[AnyExpr, ...] = ()
    for kid in r.clean(node.named_children):
        args += arguments(r, kid, depth + 1)
    return r.call(node.start_byte, node.end_byte, Name(node.start_byte, node.start_byte + len("yield"), "yield"), args)


def arguments(r: RubyReader, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """The arguments of a call: pairs with a plain key as `Keyword`, other pairs together as one hash."""
    found: list[AnyExpr] = []
    pairs: list[tuple[AnyExpr, AnyExpr]] = []
    for kid in r.clean(node.named_children):
        if kid.kind_id != _PAIR:
            found.append(convert(r, kid, depth))
            continue
        key, value = pair(r, kid, depth)
        if isinstance(key, Const) and isinstance(key.value, str):
            found.append(Keyword(kid.start_byte, kid.end_byte, key.value, value))
        else:
            pairs.append((key, value))
    if pairs:
        found.append(facts.Mapping(pairs[0][0].start, pairs[-1][1].end, tuple(pairs)))
    return tuple(found)


@reads("argument_list")
def _loose_arguments(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Other(node.start_byte, node.end_byte, "arguments", arguments(r, node, depth + 1))


@reads("block_argument")
def _block_argument(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """`&block`: what is handed on as the block."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Other(node.start_byte, node.end_byte, "block", items(r, node, depth + 1))


@reads("alias", "undef", "forward_argument", "forward_parameter", "hash_splat_nil")
def _no_names(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """Names in here call nothing."""
    return Other(node.start_byte, node.end_byte, node.type)


def _loads(r: RubyReader, name: str, args: tuple[AnyExpr, ...], start: int, end: int) -> bool:
    """Note the file or library that `require` and its like name in plain sight."""
    given = args[-1] if args and name == "autoload" else args[0] if args else None
    module, level = _file_beside(given), 1
    if module is None and isinstance(given, Const) and isinstance(given.value, str):
        module = given.value
        level = 1 if name == "require_relative" or module.startswith(("./", "../")) else 0
    if module is None:
        return False
    r.imports.append(Import(module, None, "", level, r.function, r.guard, r.handled, start, end))
    return True


def _file_beside(expr: AnyExpr | None) -> str | None:
    """The file, seen from this one's folder, of `File.expand_path("../x", __FILE__)`, `File.join(__dir__, "x")` and `__dir__ + "/x"`."""
    if isinstance(expr, Concat) and len(expr.parts) == 2 and _is_name(expr.parts[0], "__dir__"):
        return _beside(_texts(expr.parts[1:]))
    if not isinstance(expr, Call):
        return None
    called = dotted(expr.func)
    if called == "File.join" and expr.args and _is_folder(expr.args[0]):
        return _beside(_texts(expr.args[1:]))
    if called == "File.expand_path" and len(expr.args) == 2:
        path = _texts(expr.args[:1])
        if _is_name(expr.args[1], "__FILE__"):
            return _beside(path, "file.rb") if path else None
        return _beside(path) if _is_folder(expr.args[1]) else None
    return None


def _is_name(expr: AnyExpr, name: str) -> bool:
    return isinstance(expr, Name) and expr.id == name


def _is_folder(expr: AnyExpr) -> bool:
    """Whether this is the folder of the file itself."""
    if isinstance(expr, Call):
        return dotted(expr.func) == "File.dirname" and len(expr.args) == 1 and _is_name(expr.args[0], "__FILE__")
    return _is_name(expr, "__dir__")


def _texts(parts: tuple[AnyExpr, ...]) -> list[str]:
    texts = [part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str)]
    return texts if len(texts) == len(parts) else []


def _beside(texts: list[str], start: str = "") -> str | None:
    if not texts:
        return None
    path = posixpath.normpath("/".join((start, *texts)) if start else "/".join(text.strip("/") for text in texts))
    return path if path.startswith("../") else f"./{path}"
