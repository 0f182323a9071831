"""Python rewritten on its syntax tree: the place changes, everything else stays, and imports come in where they belong."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.changes import AddAssignment, AddElement, AddStatement, DropImports, PythonChange, ReplaceExpression, SetArgument
from herolint.fixes.rewriting.changes import rewrite
from herolint.fixes.rewriting.tree import Refused, Tree
from herolint.source import Span

PORT = 'int(os.environ.get("PORT", 5000))'


def at(text: str, words: str) -> Span:
    """The only place of some words in a module."""
    assert text.count(words) == 1
    start = len(text[: text.index(words)].encode())
    return Span(start, start + len(words.encode()))


def changed(text: str, *changes: PythonChange) -> str:
    return rewrite(Tree(text), changes)


def with_port(text: str, imports: tuple[str, ...] = ("import os",)) -> str:
    return changed(text, ReplaceExpression("", at(text, "5000"), PORT, imports))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 5000\n", f"import os\n\nx = {PORT}\n"),
        ("import os\nx = 5000\n", f"import os\nx = {PORT}\n"),
        ("import os.path\nx = 5000\n", f"import os.path\nx = {PORT}\n"),
        ("import os as system\nx = 5000\n", 'import os as system\nx = int(system.environ.get("PORT", 5000))\n'),
        ("import environ\nx = 5000\n", 'import os\n\nimport environ\nx = int(os.environ.get("PORT", 5000))\n'),
        ("from os import environ\nx = 5000\n", 'from os import environ\nx = int(environ.get("PORT", 5000))\n'),
        ("from os import environ as env, path\nx = 5000\n", 'from os import environ as env, path\nx = int(env.get("PORT", 5000))\n'),
        ('"""What it is."""\n\nx = 5000\n', f'"""What it is."""\n\nimport os\n\nx = {PORT}\n'),
        ("#!/usr/bin/env python\n# by me\nx = 5000\n", f"#!/usr/bin/env python\n# by me\nimport os\n\nx = {PORT}\n"),
        (
            "from __future__ import annotations\n\nfrom flask import Flask\n\nx = 5000\n",
            f"from __future__ import annotations\n\nimport os\n\nfrom flask import Flask\n\nx = {PORT}\n",
        ),
        ("import logging\nimport sys\n\nimport flask\nx = 5000\n", f"import logging\nimport os\nimport sys\n\nimport flask\nx = {PORT}\n"),
        ("from flask import Flask\nx = 5000\n", f"import os\n\nfrom flask import Flask\nx = {PORT}\n"),
        ("def f():\n    return 5000\n\n\nimport os\n", f"def f():\n    return {PORT}\n\n\nimport os\n"),
        ("x = 5000\n\nimport sys\n", f"import os\n\nx = {PORT}\n\nimport sys\n"),
        ("# settings\n\nx = 5000\n\nimport os\ny = os.sep\n", f"# settings\n\nimport os\n\nx = {PORT}\n\ny = os.sep\n"),
        ("import sys\nx = 5000\nimport os, re\n", f"import os\nimport sys\nx = {PORT}\nimport os, re\n"),
        ("def f():\n    import os\n    return 5000\n", f"import os\n\ndef f():\n    import os\n    return {PORT}\n"),
    ],
)
def test_imports_come_in_once_and_where_they_belong(before: str, after: str) -> None:
    assert with_port(before) == after
    ast.parse(after)


def test_what_is_installed_goes_beside_the_like() -> None:
    text = "import os\n\nimport flask\nimport zope\n\nfrom .own import x\n\ny = 5000\n"
    after = changed(text, ReplaceExpression("", at(text, "5000"), "dj_database_url.config()", ("import dj_database_url",)))
    assert after.startswith("import os\n\nimport dj_database_url\nimport flask\nimport zope\n\nfrom .own import x\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import uuid\n\nimport flask\n", "import flask\n"),
        ("import os\nimport uuid\n\nimport flask\n", "import os\n\nimport flask\n"),
        ("import os\n\nimport uuid\nimport zope\n", "import os\n\nimport zope\n"),
        ("import os\n\n# for keys\nimport uuid\n\nx = 1\n", "import os\n\n# for keys\n\nx = 1\n"),
        ("import os, uuid\n", "import os\n"),
        ("import uuid, os\n", "import os\n"),
        ("from a import (\n    b,\n    c as uuid,\n)\n", "from a import (\n    b,\n)\n"),
        ("from a import *\nimport os\n", "from a import *\nimport os\n"),
        ('"""What it is."""\n\nimport uuid\n\nx = 1\n', '"""What it is."""\n\nx = 1\n'),
        ("#!/usr/bin/env python\nimport uuid\n\nx = 1\n", "#!/usr/bin/env python\n\nx = 1\n"),
    ],
)
def test_imports_go(before: str, after: str) -> None:
    assert changed(before, DropImports("", ("uuid",))) == after


def test_an_import_goes_where_another_one_comes() -> None:
    text = "import uuid\n\nx = uuid.uuid4()\n"
    changes = ReplaceExpression("", at(text, "uuid.uuid4()"), PORT, ("import os",)), DropImports("", ("uuid",))
    assert changed(text, *changes) == f"import os\n\nx = {PORT}\n"


@pytest.mark.parametrize("text", ["os = 3\nx = 5000\n", "import myos as os\nx = 5000\n", "def f(os):\n    return 5000\n"])
def test_a_name_that_means_something_else_is_left(text: str) -> None:
    with pytest.raises(Refused, match="means something else"):
        with_port(text)


@pytest.mark.parametrize("text", ['x = f"{5000}"\n', 'x = f"a" f"{5000}"\n'])
def test_a_piece_of_a_text_is_left(text: str) -> None:
    with pytest.raises(Refused, match="longer text"):
        with_port(text)


def test_parentheses_where_something_would_bind_closer() -> None:
    text = "import os\nx = 5000 * 2\ny = (\n    5001\n)\n"
    code = 'os.environ.get("PORT") or 1'
    changes = [ReplaceExpression("", at(text, number), code, ("import os",)) for number in ("5000", "5001")]
    assert changed(text, *changes) == f"import os\nx = ({code}) * 2\ny = (\n    {code}\n)\n"


@pytest.mark.parametrize(
    ("call", "after"),
    [
        ("get()", "get(timeout=10)"),
        ("get(url)", "get(url, timeout=10)"),
        ("get(url, )", "get(url, timeout=10, )"),
        ("get(url, timeout=None)", "get(url, timeout=10)"),
        ("get(\n    url,  # where\n    data=1,  # what\n)", "get(\n    url,  # where\n    data=1,  # what\n    timeout=10,\n)"),
        ("get(\n    url,\n    data=1\n)", "get(\n    url,\n    data=1,\n    timeout=10\n)"),
        ("get(url,\n    data=1)", "get(url,\n    data=1,\n    timeout=10)"),
        ("get((url))", "get((url), timeout=10)"),
    ],
)
def test_arguments_take_the_form_of_those_beside_them(call: str, after: str) -> None:
    text = f"r = {call}\n"
    assert changed(text, SetArgument("", at(text, call), "timeout", "10")) == f"r = {after}\n"


@pytest.mark.parametrize("call", ["get(*words)", "get(url, **options)", "get(x for x in y)"])
def test_a_call_that_may_have_the_argument_is_left(call: str) -> None:
    text = f"r = {call}\n"
    with pytest.raises(Refused):
        changed(text, SetArgument("", at(text, call), "timeout", "10"))


LONG = '[\n    "a",  # one\n    "b",\n    "c",  # last\n]'


@pytest.mark.parametrize(
    ("held", "where", "beside", "after"),
    [
        (LONG, "after", "a", '[\n    "a",  # one\n    "x",\n    "b",\n    "c",  # last\n]'),
        (LONG, "before", "b", '[\n    "a",  # one\n    "x",\n    "b",\n    "c",  # last\n]'),
        (LONG, "after", "", '[\n    "a",  # one\n    "b",\n    "c",  # last\n    "x",\n]'),
        (LONG, "before", "", '[\n    "x",\n    "a",  # one\n    "b",\n    "c",  # last\n]'),
        ('["a", "b"]', "after", "a", '["a", "x", "b"]'),
        ('("a",)', "after", "", '("a", "x")'),
        ("[]", "after", "", '["x"]'),
        ("()", "after", "", '("x",)'),
        ('{"a"}', "before", "a", '{"x", "a"}'),
        ('[\n    "a",\n    "b"\n]', "after", "", '[\n    "a",\n    "b",\n    "x"\n]'),
    ],
)
def test_elements_take_the_form_of_those_beside_them(held: str, where: str, beside: str, after: str) -> None:
    text = f"X = {held}\n"
    change = AddElement("", at(text, held), '"x"', "after" if where == "after" else "before", beside)
    assert changed(text, change) == f"X = {after}\n"
    with pytest.raises(Refused, match="already"):
        changed(f"X = {after}\n", AddElement("", Span(4, 4 + len(after)), '"x"', "after", beside))


def test_statements_go_into_the_block_of_the_place() -> None:
    text = "def f():\n    x = 1\n\n    y = g()  # why\n"
    before = changed(text, AddStatement("", at(text, "g()"), "z = 1\n", "before"))
    assert before == "def f():\n    x = 1\n\n    z = 1\n    y = g()  # why\n"
    after = changed(text, AddStatement("", at(text, "g()"), "if y:\n    z = 1\n"))
    assert after == "def f():\n    x = 1\n\n    y = g()  # why\n    if y:\n        z = 1\n"


def test_assignments_go_to_the_end_or_behind_another() -> None:
    text = "A = 1\nB = 2\n\n# the end\n"
    assert changed(text, AddAssignment("", "C", "3", "A")) == "A = 1\nC = 3\nB = 2\n\n# the end\n"
    assert changed(text, AddAssignment("", "C", "3")) == "A = 1\nB = 2\n\nC = 3\n\n# the end\n"
    assert changed("A = 1", AddAssignment("", "C", "3")) == "A = 1\n\nC = 3"
    with pytest.raises(Refused, match="already"):
        changed(text, AddAssignment("", "A", "3"))


@pytest.mark.parametrize("text", ["x = (5000\n", "print 5000\n"])
def test_what_is_no_python_is_left(text: str) -> None:
    with pytest.raises(Refused, match="Python"):
        with_port(text)


NAMES = st.sampled_from(["a", "b", "é", "value"])
EXPRESSIONS = st.recursive(
    NAMES | st.integers(0, 99).map(str) | st.sampled_from(['"text"', "None", "'''x\ny'''"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "and", "==", "if a else", "**", "in"]), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})"),
        st.lists(inner, max_size=3).map(lambda x: f"f({', '.join(x)})"),
        st.lists(inner, max_size=3).map(lambda x: "[\n  " + ",  # c\n  ".join(x) + "\n]"),
        inner.map(lambda x: f"g(k={x})"),
        inner.map(lambda x: f"(lambda: {x})"),
        inner.map(lambda x: f"-{x}"),
    ),
    max_leaves=8,
)
STATEMENTS = st.one_of(
    EXPRESSIONS.map(lambda x: f"a = {x}\n"),
    EXPRESSIONS.map(lambda x: f"if {x}:\n    b = {x}\nelse:\n\tpass\n"),
    EXPRESSIONS.map(lambda x: f"@d({x})\ndef f(a={x}):\n    '''doc'''\n    return {x}  # c\n"),
    st.sampled_from(["import sys\n", "\n", "# comment\n", "x: int = 1; y = 2\n", "class C:\n  z = 1\n"]),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=6).map("".join), st.data())
@settings(max_examples=150)
def test_an_expression_anywhere_can_be_replaced(text: str, data: st.DataObject) -> None:
    """The result is Python, has the new code, and is the old text again without it and its import."""
    places = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant | ast.Call)]
    places = [node for node in places if not (isinstance(node, ast.Constant) and node.value == "doc")]
    if not places:
        return
    node = data.draw(st.sampled_from(places))
    lines = text.splitlines(keepends=True)
    start = len("".join(lines[: node.lineno - 1]).encode()) + node.col_offset
    end = len("".join(lines[: (node.end_lineno or 1) - 1]).encode()) + (node.end_col_offset or 0)
    after = changed(text, ReplaceExpression("", Span(start, end), 'mark.value or "é"', ("import mark",)))
    old = text.encode()[start:end].decode()
    bare = after.replace('(mark.value or "é")', 'mark.value or "é"') if '(mark.value or "é")' in after else after
    assert bare.count('mark.value or "é"') == 1
    ast.parse(after)
    restored = bare.replace('mark.value or "é"', old)
    gone = [line for line in restored.splitlines() if line.strip() and line != "import mark"]
    assert "".join(gone).replace("(", "").replace(")", "") == "".join(line for line in text.splitlines() if line.strip()).replace(
        "(", ""
    ).replace(")", "")
