"""Reads setup.py and setup.cfg as far as they are plain text: what they install and which Python they ask for. Nothing of them is run."""

from __future__ import annotations

import ast
import configparser
import warnings

import msgspec

from herolint.formats.requirement_line import Requirement, read_requirement
from herolint.source import SourceFile, Span


class Setup(msgspec.Struct, frozen=True, eq=False):
    """`dependencies` of `install_requires`; `whole` is False where it is made by code that cannot be read as a list of strings."""

    dependencies: tuple[Requirement, ...] = ()
    python_requires: str | None = None
    whole: bool = True


def parse_setup_py(source: SourceFile) -> Setup:
    """The keywords of the call of `setup`; names are followed to the literal that the module gives them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the file's own strings
            tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Setup(whole=False)
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func) == "setup"), None)
    if call is None:
        return Setup(whole=False)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    python = _text(keywords.get("python_requires"), values)
    wanted = keywords.get("install_requires")
    if wanted is None:
        # setup.cfg or pyproject.toml may list them; `setup(**settings)` may hold anything.
        return Setup(python_requires=python, whole=all(keyword.arg for keyword in call.keywords))
    found = _list(wanted, values)
    if found is None:
        return Setup(python_requires=python, whole=False)
    return Setup(tuple(_requirements(source, found)), python, True)


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _text(node: ast.expr | None, values: dict[str, ast.expr]) -> str | None:
    if isinstance(node, ast.Name):
        node = values.get(node.id)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _list(node: ast.expr | None, values: dict[str, ast.expr]) -> list[ast.Constant] | None:
    """The strings of a literal list, tuple or sum of such; None for anything else."""
    if isinstance(node, ast.Name):
        node = values.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _list(node.left, values), _list(node.right, values)
        return left + right if left is not None and right is not None else None
    if not isinstance(node, ast.List | ast.Tuple):
        return None
    found = [item for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return found if len(found) == len(node.elts) else None


def _requirements(source: SourceFile, found: list[ast.Constant]) -> list[Requirement]:
    requirements = []
    for item in found:
        made = read_requirement(str(item.value).strip(), source.path, _span(source, item), editable=False)
        if not isinstance(made, str) and made.name:
            requirements.append(made)
    return requirements


def _span(source: SourceFile, node: ast.Constant) -> Span:
    """Where a string stands; Python counts columns in bytes of UTF-8, and lines as the file's."""
    if node.lineno > source.line_count:
        return Span(0, 0)
    line = source.line_span(node.lineno)
    end = line.start + node.end_col_offset if node.end_lineno == node.lineno and node.end_col_offset is not None else line.end
    return Span(line.start + node.col_offset, min(end, line.end))


def parse_setup_cfg(source: SourceFile) -> Setup:
    """The `[options]` section."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(source.text)
    except (configparser.Error, ValueError):
        return Setup(whole=False)
    listed = parser.get("options", "install_requires", fallback="")
    if listed.strip().startswith("file:"):
        return Setup(whole=False)
    found = []
    for line in listed.replace(";\n", "\n").splitlines():
        text = line.strip()
        if text and not text.startswith("#"):
            at = source.text.find(text)
            made = read_requirement(text, source.path, source.span_of_text(at, at + len(text)) if at >= 0 else Span(0, 0), editable=False)
            if not isinstance(made, str) and made.name:
                found.append(made)
    return Setup(tuple(found), parser.get("options", "python_requires", fallback=None), True)
