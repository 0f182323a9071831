"""A Go file's package clause, imports and types."""

from __future__ import annotations

from tree_sitter import Node

from herolint.code.facts import NONE, AnyExpr, Attr, Class, Import, Index, Name
from herolint.code.go.grammar import kind
from herolint.code.go.nodes import convert, fields
from herolint.code.go.statements import statement
from herolint.code.go.types import note_comments
from herolint.code.reader import Reader
from herolint.patterns import lazy

_IMPORT_SPEC = kind("import_spec")
_STRUCT = kind("struct_type")
_INTERFACE = kind("interface_type")
_FIELDS = kind("field_declaration_list")
_FIELD = kind("field_declaration")
_TYPE_ELEMENT = kind("type_elem")
_ALIAS = kind("type_alias")
_MAJOR = lazy(r"v\d+\Z")
_DOT_MAJOR = lazy(r"\.v\d+\Z")


@statement("package_clause")
def _package(r: Reader, node: Node, level: int) -> bool:
    for kid in r.clean(node.named_children)[:1]:
        r.package = r.word(kid)
    return False


@statement("import_declaration", "import_spec_list")
def _imports(r: Reader, node: Node, level: int) -> bool:
    for kid in r.clean(node.named_children):
        if kid.kind_id == _IMPORT_SPEC:
            _import(r, kid)
        else:
            _imports(r, kid, level)
    return False


def _import(r: Reader, node: Node) -> None:
    parts = fields(r, node)
    for path in parts.get("path", ()):
        module = r.word(path)[1:-1]
        alias = r.word(parts["name"][0]) if "name" in parts else local_name(module)
        name = "*" if alias == "." else None
        r.imports.append(Import(module, name, name or alias, 0, r.function, r.guard, False, node.start_byte, node.end_byte))


def local_name(path: str) -> str:
    """What a package is called where the import gives no name: its path's last element, without the major version."""
    elements = path.rstrip("/").split("/")
    if len(elements) > 1 and _MAJOR.match(elements[-1]):
        elements.pop()
    return _DOT_MAJOR.sub("", elements[-1])


@statement("type_declaration")
def _types(r: Reader, node: Node, level: int) -> bool:
    for kid in r.clean(node.named_children):
        parts = fields(r, kid)
        if "name" not in parts or "type" not in parts:
            continue
        if kid.kind_id == _ALIAS:
            r.assign(convert(r, parts["name"][0]), convert(r, parts["type"][0]), "=", kid.start_byte, kid.end_byte)
        else:
            _type(r, kid, parts["name"][0], parts["type"][0])
    return False


def _type(r: Reader, node: Node, name: Node, declared: Node) -> None:
    """A type of its own. What a struct or interface embeds are its bases; so is the type that another type is made from.

    Methods that an interface asks for stand beside the fields of structs, without a value.
    """
    word = r.word(name)
    bases: list[AnyExpr] = []
    members: list[tuple[Node, dict[str, list[Node]]]] = []
    asked: list[Node] = []
    if declared.kind_id == _STRUCT:
        for listed in r.clean(declared.named_children):
            for kid in r.clean(listed.named_children) if listed.kind_id == _FIELDS else ():
                if kid.kind_id == _FIELD:
                    members.append((kid, fields(r, kid)))
        bases = [convert(r, part) for _, parts in members if "name" not in parts for part in parts.get("type", ())]
    elif declared.kind_id == _INTERFACE:
        for kid in r.clean(declared.named_children):
            if kid.kind_id == _TYPE_ELEMENT:
                bases.append(convert(r, kid))
            else:
                asked += fields(r, kid).get("name", ())
                note_comments(r, kid)
    else:
        bases = [convert(r, declared)]
    index = len(r.classes)
    named = tuple(base for base in bases if isinstance(base, Name | Attr | Index))
    place = node.start_byte, node.end_byte, name.start_byte, name.end_byte
    r.classes.append(Class(word, r.prefix + word, named, (), r.function, NONE, r.guard, *place))
    around, r.klass = r.klass, index
    for kid, parts in members:
        _field(r, kid, parts)
    for wanted in asked:
        r.assign(convert(r, wanted), None, "method", wanted.start_byte, wanted.end_byte)
    r.klass = around


def _field(r: Reader, node: Node, parts: dict[str, list[Node]]) -> None:
    names = parts.get("name", ())
    if not names:
        return
    annotation = convert(r, parts["type"][0]) if "type" in parts else None
    tag = convert(r, parts["tag"][0]) if "tag" in parts else None
    for name in names:
        r.assign(convert(r, name), tag, "field", node.start_byte, node.end_byte, annotation)
