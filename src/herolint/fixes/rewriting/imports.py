"""Imports that new code needs: those there are are used again, others are added where they belong."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import libcst as cst

from herolint.fixes.rewriting.tree import Refused, Statement


class Need:
    """One `import module [as name]` or `from module import thing [as name]`, and the `name` that it binds."""

    def __init__(self, text: str) -> None:
        line = cst.parse_module(text).body[0]
        if not isinstance(line, cst.SimpleStatementLine) or not isinstance(line.body[0], cst.Import | cst.ImportFrom):
            raise Refused(f"`{text}` is no import")
        self.line = line
        statement = line.body[0]
        self.module = _module(statement)
        self.thing = ""
        if isinstance(statement, cst.ImportFrom) and not isinstance(statement.names, cst.ImportStar):
            self.thing = str(statement.names[0].evaluated_name)
        self.bound = _bound(statement)
        self.name = next(iter(self.bound))

    def is_line(self, line: cst.CSTNode) -> bool:
        """Whether a line of a module is this import and nothing else."""
        one = _import(line)
        return one is not None and _bound(one) == self.bound and _module(one) == self.module


def names_for(module: cst.Module, needs: Sequence[Need], code: str, before: int) -> tuple[dict[str, str], list[Need]]:
    """How `code` is to spell names that it uses so that the module's own imports do (dotted name → spelling), and what must be imported.

    Only imports among the first `before` statements of the module count: the code may run before later ones.
    """
    spelled: dict[str, str] = {}
    missing = []
    known = _known(module.body[:before])
    for need in needs:
        whole = f"{need.module}.{need.thing}" if need.thing else need.module
        if known.get(need.name) == whole:
            continue
        other = next((name for name, stands_for in known.items() if stands_for == whole), None)
        parts = {
            f"{whole}.{word}": name
            for name, stands_for in known.items()
            for package, _, word in [stands_for.rpartition(".")]
            if package == whole
        }
        used = _used(code, need.name)
        if other is not None:
            spelled[need.name] = other
        elif used and used <= parts.keys() and not need.thing:
            spelled |= {path: parts[path] for path in used}
        elif need.name in known or _assigned(module, need.name):
            raise Refused(f"`{need.name}` already means something else in the file")
        else:
            missing.append(need)
    return spelled, missing


def _used(code: str, name: str) -> set[str]:
    """The attributes of `name` that the code takes, as `name.attribute`; `name` itself where it stands alone."""
    found: set[str] = set()

    class Finder(cst.CSTVisitor):
        def visit_Attribute(self, node: cst.Attribute) -> bool:
            if isinstance(node.value, cst.Name) and node.value.value == name:
                found.add(f"{name}.{node.attr.value}")
                return False
            return True

        def visit_Name(self, node: cst.Name) -> None:
            if node.value == name:
                found.add(name)

    cst.parse_module(code).visit(Finder())
    return found


class Respell(cst.CSTTransformer):
    """Writes dotted names of new code as the module's imports have them."""

    def __init__(self, spelled: dict[str, str]) -> None:
        super().__init__()
        self.spelled = spelled

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        """`os.environ` where `environ` is imported by itself."""
        base = original_node.value
        path = f"{base.value}.{original_node.attr.value}" if isinstance(base, cst.Name) else ""
        return cst.parse_expression(self.spelled[path]) if path in self.spelled else updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        """A module that is imported under another name."""
        return cst.parse_expression(self.spelled[original_node.value]) if original_node.value in self.spelled else updated_node


def add_imports(module: cst.Module, needs: Sequence[Need], before: int) -> cst.Module:
    """The module with further imports: in the group where their kind stands, in alphabetical order if that group is.

    The statement of the number `before` needs them: groups below it are not looked at, and one of these imports that stands there moves up.
    """
    for number, need in enumerate(needs):
        later = next((at for at in range(before + number, len(module.body)) if need.is_line(module.body[at])), None)
        module = _added(module if later is None else _dropped(module, later, need.name), need, before + number)
    return module


def _added(module: cst.Module, need: Need, before: int) -> cst.Module:
    body = list(module.body)
    start = _first_place(body)
    block = [at for at in range(start, before) if (one := _import(body[at])) is not None and not _is_future(one)]
    kind = _kind(need.module)
    same = [at for at in block if _kind(_module(_import(body[at]))) == kind]
    if same:
        at = next((at for at in same if _order(body[at]) > _order(need.line)), same[-1] + 1)
        return module.with_changes(body=_inserted(body, at, need.line, keep_lead=at != same[-1] + 1))
    earlier = [at for at in block if _kind(_module(_import(body[at]))) < kind]
    if earlier:
        return module.with_changes(body=_inserted(body, earlier[-1] + 1, _spaced(need.line)))
    at = block[0] if block else start
    rest = [_spaced(body[at]), *body[at + 1 :]] if at < len(body) else []
    return module.with_changes(body=[*body[:at], _spaced(need.line) if at else need.line, *rest])


def drop_imports(module: cst.Module, names: Sequence[str]) -> cst.Module:
    """The module without the names that its imports bind at the top; a line that binds nothing else goes, a comment above it stays."""
    for name in names:
        at = next((at for at, line in enumerate(module.body) if (one := _import(line)) is not None and name in _bound(one)), None)
        if at is not None:
            module = _dropped(module, at, name)
    return module


def _dropped(module: cst.Module, at: int, name: str) -> cst.Module:
    body = list(module.body)
    line, one = body[at], _import(body[at])
    assert one is not None
    assert not isinstance(one.names, cst.ImportStar)
    aliases = [alias for alias in one.names if (alias.evaluated_alias or str(alias.evaluated_name).partition(".")[0]) != name]
    if aliases:
        aliases[-1] = aliases[-1].with_changes(comma=one.names[-1].comma)
        body[at] = line.with_deep_changes(one, names=aliases)
        return module.with_changes(body=body)
    lead = line.leading_lines
    del body[at]
    if at < len(body):
        below = body[at].leading_lines
        last = max((number for number, one in enumerate(lead) if one.comment is not None), default=-1)
        kept = lead[: last + 1] if below else lead
        if at == 0 and not module.header and not any(one.comment for one in (*kept, *below)):
            kept, below = (), ()
        body[at] = body[at].with_changes(leading_lines=[*kept, *below])
    return module.with_changes(body=body)


def _inserted(body: list[Statement], at: int, line: Statement, *, keep_lead: bool = False) -> list[Statement]:
    """The statements with one more; `keep_lead`: it takes over the blank lines before the one whose place it gets."""
    if keep_lead and body[at].leading_lines and all(one.comment is None for one in body[at].leading_lines):
        line = line.with_changes(leading_lines=body[at].leading_lines)
        body[at] = body[at].with_changes(leading_lines=())
    return [*body[:at], line, *body[at:]]


def _spaced(line: Statement) -> Statement:
    return line if _blank(line) else line.with_changes(leading_lines=(cst.EmptyLine(indent=False), *line.leading_lines))


def _blank(line: Statement) -> bool:
    """Whether a blank line stands before the statement."""
    return any(one.comment is None for one in line.leading_lines[:1])


def _first_place(body: Sequence[Statement]) -> int:
    """Where the first import may stand: after the docstring and what is imported from `__future__`."""
    at = 0
    if body and isinstance(body[0], cst.SimpleStatementLine):
        first = body[0].body[0]
        if isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString | cst.ConcatenatedString):
            at = 1
    for number, line in enumerate(body):
        one = _import(line)
        if one is not None and _is_future(one):
            at = number + 1
    return at


def _import(line: cst.CSTNode) -> cst.Import | cst.ImportFrom | None:
    """The import that a line of its own is."""
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Import | cst.ImportFrom):
        return line.body[0]
    return None


def _is_future(one: cst.Import | cst.ImportFrom) -> bool:
    return _module(one) == "__future__"


def _module(one: cst.Import | cst.ImportFrom | None) -> str:
    """The module that is imported, with a leading dot where it is the app's own."""
    if isinstance(one, cst.Import):
        return str(one.names[0].evaluated_name)
    if one is None:
        return ""
    name = one.module
    return "." * len(one.relative) + (cst.Module(body=[]).code_for_node(name) if name is not None else "")


def _kind(module: str) -> int:
    """Which group a module belongs to: the standard library, what is installed, the app's own."""
    if module.startswith("."):
        return 2
    return 0 if module.partition(".")[0] in sys.stdlib_module_names else 1


def _order(line: cst.CSTNode) -> tuple[bool, str]:
    """How linters sort within a group: plain imports first, then by module."""
    one = _import(line)
    return isinstance(one, cst.ImportFrom), _module(one).lower()


def _bound(one: cst.Import | cst.ImportFrom) -> dict[str, str]:
    """The names that an import binds, and what each stands for."""
    if isinstance(one.names, cst.ImportStar):
        return {}
    found = {}
    for alias in one.names:
        name = str(alias.evaluated_name)
        as_name = alias.evaluated_alias
        if isinstance(one, cst.ImportFrom):
            found[as_name or name] = f"{_module(one)}.{name}"
        else:
            found[as_name or name.partition(".")[0]] = name if as_name else name.partition(".")[0]
    return found


def _known(body: Sequence[cst.CSTNode]) -> dict[str, str]:
    """The names that top-level imports bind."""
    found: dict[str, str] = {}
    for line in body:
        if isinstance(line, cst.SimpleStatementLine):
            for one in line.body:
                if isinstance(one, cst.Import | cst.ImportFrom):
                    found |= _bound(one)
    return found


def _assigned(module: cst.Module, name: str) -> bool:
    """Whether anything in the module gives the name another meaning."""
    found = []

    class Finder(cst.CSTVisitor):
        def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
            self.bind(node.target)

        def visit_Param(self, node: cst.Param) -> None:
            self.bind(node.name)

        def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
            self.bind(node.name)

        def visit_ClassDef(self, node: cst.ClassDef) -> None:
            self.bind(node.name)

        def bind(self, target: cst.BaseExpression) -> None:
            if isinstance(target, cst.Name) and target.value == name:
                found.append(name)

    module.visit(Finder())
    return bool(found)
