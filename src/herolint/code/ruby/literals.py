"""Ruby's literals: strings in all their spellings, symbols, numbers, collections."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code import facts
from herolint.code.facts import AnyExpr, Concat, Const, Name, Other
from herolint.code.python.literals import number
from herolint.code.reader import MAX_DEPTH
from herolint.code.ruby.grammar import SKIPPED, kind
from herolint.code.ruby.nodes import HANDLERS, convert, items, reads
from herolint.code.ruby.reader import RubyReader
from herolint.patterns import lazy

_CONTENT = frozenset({kind("string_content"), kind("heredoc_content")})
_ESCAPE = kind("escape_sequence")
_INTERPOLATION = kind("interpolation")
_HEREDOC_END = kind("heredoc_end")
_PAIR = kind("pair")
_SIMPLE = {
    "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "s": " ", "t": "\t", "v": "\v", "\n": "",
}  # fmt: skip
_SURROGATE = lazy("[\ud800-\udfff]")
_OCTAL = lazy(r"0[0-7_]+\Z")


@reads("string", "delimited_symbol", "bare_string", "bare_symbol")
def _string(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    return _joined(_pieces(r, node, depth), node.start_byte, node.end_byte)


@reads("chained_string")
def _chained(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts: list[AnyExpr] = []
    for found in items(r, node, depth + 1):
        parts.extend(found.parts if isinstance(found, Concat) else (found,))
    return _joined(parts, node.start_byte, node.end_byte)


@reads("heredoc_beginning")
def _heredoc(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """The text of a heredoc stands where it begins."""
    body = r.heredoc(node)
    if body is None:
        return Other(node.start_byte, node.end_byte, "heredoc")
    if depth > MAX_DEPTH:
        return r.defer(node)
    parts = _pieces(r, body, depth)
    if parts and isinstance(parts[0], Const) and isinstance(parts[0].value, str):
        # The line break behind the line that it begins on.
        parts[0] = Const(parts[0].start, parts[0].end, parts[0].value.partition("\n")[2])
    if parts and isinstance(parts[-1], Const) and isinstance(parts[-1].value, str):
        # What the closing word is indented by.
        parts[-1] = Const(parts[-1].start, parts[-1].end, parts[-1].value.rstrip(" \t"))
    if r.text.startswith("<<~", node.start_byte):
        parts = _dedented(parts)
    value = _joined(parts, node.start_byte, node.end_byte)
    if "`" in r.word(node):
        return r.call(node.start_byte, node.end_byte, Name(node.start_byte, node.start_byte, "`"), (value,))
    return value


def _dedented(parts: list[AnyExpr]) -> list[AnyExpr]:
    """The parts without the white space that all lines start with."""
    texts = ["".join(str(p.value) if isinstance(p, Const) else "x" for p in parts)]
    lines = [line for line in texts[0].split("\n") if line.strip()]
    margin = min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)
    if not margin:
        return parts
    found: list[AnyExpr] = []
    for at, part in enumerate(parts):
        if isinstance(part, Const) and isinstance(part.value, str):
            lines = part.value.split("\n")
            kept = [line if i == 0 and at > 0 else _cut(line, margin) for i, line in enumerate(lines)]
            part = Const(part.start, part.end, "\n".join(kept))
        found.append(part)
    return found


def _cut(line: str, margin: int) -> str:
    blank = len(line) - len(line.lstrip(" \t"))
    return line[min(blank, margin) :]


@reads("subshell")
def _subshell(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    text = _joined(_pieces(r, node, depth), node.start_byte, node.end_byte)
    return r.call(node.start_byte, node.end_byte, Name(node.start_byte, node.start_byte + 1, "`"), (text,))


@reads("regex")
def _regex(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """The pattern's text and holes are the parts."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return Other(node.start_byte, node.end_byte, "regex", tuple(_pieces(r, node, depth, raw=True)))


def _joined(parts: list[AnyExpr], start: int, end: int) -> AnyExpr:
    """One constant where all parts are text, else a `Concat`."""
    texts = [p.value for p in parts if isinstance(p, Const) and isinstance(p.value, str)]
    return Const(start, end, "".join(texts)) if len(texts) == len(parts) else Concat(start, end, tuple(parts))


def _pieces(r: RubyReader, node: Node, depth: int, raw: bool = False) -> list[AnyExpr]:
    """Text and holes in order; neighbouring pieces of text are one."""
    parts: list[AnyExpr] = []
    text, start, end = "", -1, -1
    for kid in node.named_children:
        number = kid.kind_id
        if number in _CONTENT or number == _ESCAPE:
            word = r.word(kid)
            text += word if raw or number != _ESCAPE else unescape(word)
            start, end = kid.start_byte if start < 0 else start, kid.end_byte
        elif number == _INTERPOLATION:
            if start >= 0:
                parts.append(Const(start, end, text))
                text, start = "", -1
            parts.append(_hole(r, kid, depth + 1))
        elif number in SKIPPED:
            r.skip(kid)
        elif number != _HEREDOC_END:
            parts.append(convert(r, kid, depth + 1))
    if start >= 0:
        parts.append(Const(start, end, text))
    return parts


def _hole(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    found = items(r, node, depth) if depth <= MAX_DEPTH else (r.defer(node),)
    return found[-1] if found else Const(node.start_byte, node.end_byte, "")


def unescape(escape: str) -> str:
    """The text that an escape sequence stands for."""
    rest = escape[1:]
    simple = _SIMPLE.get(rest)
    if simple is not None:
        return simple
    digits = rest[1:].strip("{}")
    try:
        if rest[:1] == "x":
            return chr(int(digits, 16))
        if rest[:1] == "u":
            return _SURROGATE.sub("\ufffd", "".join(chr(int(one, 16)) for one in digits.split()))
        if rest[:1] in "01234567":
            return chr(int(rest, 8))
    except (ValueError, OverflowError):
        return rest
    return rest


@reads("simple_symbol")
def _symbol(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    return Const(node.start_byte, node.end_byte, r.word(node)[1:])


@reads("hash_key_symbol")
def _key(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    return Const(node.start_byte, node.end_byte, r.word(node))


@reads("character")
def _character(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    text = r.word(node)[1:]
    return Const(node.start_byte, node.end_byte, unescape(text) if text.startswith("\\") else text)


@reads("integer", "float")
def _number(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    start, end = node.start_byte, node.end_byte
    text = r.text[start:end].lower().removeprefix("0d")
    value = number(f"0o{text[1:]}" if _OCTAL.match(text) else text)
    return Other(start, end, "number") if value is None else Const(start, end, value)


@reads("rational", "complex")
def _odd_number(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    return Other(node.start_byte, node.end_byte, "number")


@reads("array", "string_array", "symbol_array")
def _array(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    return facts.Sequence(node.start_byte, node.end_byte, "list", _with_pairs(r, node, depth + 1))


def _with_pairs(r: RubyReader, node: Node, depth: int) -> tuple[AnyExpr, ...]:
    """The items of an array; `[1, a: 2]` ends with a hash."""
    found: list[AnyExpr] = []
    pairs: list[tuple[AnyExpr, AnyExpr]] = []
    for kid in r.clean(node.named_children):
        if kid.kind_id == _PAIR:
            pairs.append(pair(r, kid, depth))
        else:
            found.append(convert(r, kid, depth))
    if pairs:
        found.append(facts.Mapping(pairs[0][0].start, pairs[-1][1].end, tuple(pairs)))
    return tuple(found)


@reads("hash")
def _hash(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    if depth > MAX_DEPTH:
        return r.defer(node)
    pairs: list[tuple[AnyExpr, AnyExpr]] = []
    for kid in node.named_children:
        number = kid.kind_id
        if number in SKIPPED:
            r.skip(kid)
        elif number == _PAIR:
            pairs.append(pair(r, kid, depth + 1))
        else:
            spread = HANDLERS[number](r, kid, depth + 1)
            pairs.append((spread, spread))
    return facts.Mapping(node.start_byte, node.end_byte, tuple(pairs))


def pair(r: RubyReader, node: Node, depth: int) -> tuple[AnyExpr, AnyExpr]:
    """Key and value; `{name:}` takes the variable or method of that name."""
    found = items(r, node, depth)
    if len(found) >= 2:
        return found[0], found[1]
    key = found[0] if found else Other(node.start_byte, node.end_byte, "missing")
    if isinstance(key, Const) and isinstance(key.value, str):
        name = Name(key.start, key.end, key.value)
        if not r.is_local(key.value):
            r.call(key.start, key.end, name)
        return key, name
    return key, key


@reads("pair")
def _lone_pair(r: RubyReader, node: Node, depth: int) -> AnyExpr:
    """A pair in a place of its own, as in `return a: 1`."""
    if depth > MAX_DEPTH:
        return r.defer(node)
    return facts.Mapping(node.start_byte, node.end_byte, (pair(r, node, depth + 1),))


def _star(stars: int) -> None:
    def read(r: RubyReader, node: Node, depth: int) -> AnyExpr:
        if depth > MAX_DEPTH:
            return r.defer(node)
        found = items(r, node, depth + 1)
        if len(found) != 1:
            return Other(node.start_byte, node.end_byte, "star", found)
        return facts.Star(node.start_byte, node.end_byte, found[0], stars)

    reads("splat_argument" if stars == 1 else "hash_splat_argument")(read)


def _constant(name: str, value: bool | None) -> None:
    reads(name)(lambda r, node, depth: Const(node.start_byte, node.end_byte, value))


_star(1)
_star(2)
_constant("true", True)
_constant("false", False)
_constant("nil", None)
