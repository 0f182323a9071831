"""Edits of code in each language, made from its facts."""

from __future__ import annotations

import pytest

from herolint.changes import Change, Edit
from herolint.code import facts_of
from herolint.code.facts import Call
from herolint.edits.code import writer
from herolint.source import SourceFile, Span


def after(source: SourceFile, edits: tuple[Change, ...]) -> str | None:
    data = source.data
    for edit in sorted((edit for edit in edits if isinstance(edit, Edit)), key=lambda edit: edit.span, reverse=True):
        data = data[: edit.span.start] + edit.text.encode() + data[edit.span.end :]
    return data.decode() if edits and all(isinstance(edit, Edit) for edit in edits) else None


def given(path: str, text: str, name: str, where: str, code: str) -> str | None:
    """The file once its call of `name` is given an argument; None where that takes more than replaced text, or is not done at all."""
    source = SourceFile(path, text.encode())
    module = facts_of(source)
    assert module is not None
    call: Call = next(one.call for one in module.calls if text[one.call.func.start : one.call.func.end] == name)
    return after(source, writer(module.language).given(source, module, call, where, code, ()))


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("get(url)", "get(url, { timeout: 5 })"),
        ("get(url, {})", "get(url, { timeout: 5 })"),
        ("get(url, { a: 1 })", "get(url, { a: 1, timeout: 5 })"),
        ("get(url, {\n  a: 1,\n})", "get(url, {\n  a: 1,\n  timeout: 5,\n})"),
        ("get(url, {\n  a: 1 // why\n})", "get(url, {\n  a: 1, // why\n  timeout: 5\n})"),
        ("get(url, { timeout: 0 })", "get(url, { timeout: 5 })"),
        ("get(url, options)", None),
        ("get(url, { ...options })", None),
        ("get(...words)", None),
        ("get()", None),
    ],
)
def test_options_in_javascript(call: str, wanted: str | None) -> None:
    found = given("a.js", f"const r = {call};\n", "get", "1 timeout", "5")
    assert found == (f"const r = {wanted};\n" if wanted is not None else None)


@pytest.mark.parametrize(
    ("call", "wanted"),
    [("get(url)", "get(url, timeout: 5)"), ("get url, a: 1", "get url, a: 1, timeout: 5"), ("get(*words)", None), ("get", None)],
)
def test_options_in_ruby(call: str, wanted: str | None) -> None:
    source = f"def go\n  {call}\nend\n"
    module = facts_of(SourceFile("a.rb", source.encode()))
    assert module is not None
    if not module.calls:
        return
    found = given("a.rb", source, "get", "timeout", "5")
    assert found == (source.replace(call, wanted) if wanted is not None else None)


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("get(url)", "get(url, timeout=5)"),
        ("get(url, a=1)", "get(url, a=1, timeout=5)"),
        ("get(url,)", None),
        ("get(url, timeout=1)", None),
        ("get((url))", None),
    ],
)
def test_plain_edits_of_python_where_they_are_enough(call: str, wanted: str | None) -> None:
    """What is None here is left to the syntax tree."""
    found = given("a.py", f"r = {call}\n", "get", "timeout", "5")
    assert found == (f"r = {wanted}\n" if wanted is not None else None)


GO = 'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n\nfunc main() {\n\tfmt.Println(http.ListenAndServe(":80", nil))\n}\n'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (GO, GO.replace('"net/http"\n', '"net/http"\n\t"os"\n')),
        (GO.replace('"net/http"', '"zlib"'), GO.replace('"net/http"\n', '"os"\n\t"zlib"\n')),
        (GO.replace('"net/http"\n', '"net/http"\n\t"os"\n'), GO.replace('"net/http"\n', '"net/http"\n\t"os"\n')),
        (
            'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":80", nil)\n}\n',
            'package main\n\nimport "net/http"\nimport "os"\n\nfunc main() {\n\thttp.ListenAndServe(":80", nil)\n}\n',
        ),
    ],
)
def test_imports_in_go(text: str, wanted: str) -> None:
    source = SourceFile("main.go", text.encode())
    module = facts_of(source)
    assert module is not None
    start = text.index('":80"')
    edits = writer("go").replaced(source, module, Span(start, start + 5), 'os.Getenv("X")', ["os"])
    assert after(source, edits) == wanted.replace('":80"', 'os.Getenv("X")')


@pytest.mark.parametrize(
    ("text", "is_made"),
    [
        ("func main() {\n\taddr := port()\n\thttp.ListenAndServe(addr, nil)\n}\n", False),
        ("func main() {\n\taddr := port() // addr is where it listens\n\thttp.ListenAndServe(addr, nil)\n}\n", False),
        ("func main() {\n\taddr := port()\n\tlog(addr)\n\thttp.ListenAndServe(addr, nil)\n}\n", True),
        ('func main() {\n\thttp.ListenAndServe(fmt.Sprintf(":%d", 80), nil)\n}\n', False),
        ('func main() {\n\tfmt.Println(1)\n\thttp.ListenAndServe(fmt.Sprintf(":%d", 80), nil)\n}\n', True),
        ("var addr = port()\n\nfunc main() {\n\thttp.ListenAndServe(addr, nil)\n}\n", True),
        ("func serve(addr string) {\n\thttp.ListenAndServe(addr, nil)\n}\n", True),
    ],
)
def test_nothing_is_left_unused_in_go(text: str, is_made: bool) -> None:
    source = SourceFile("main.go", f'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n\t"os"\n)\n\n{text}'.encode())
    module = facts_of(source)
    assert module is not None
    call = next(
        one.call
        for one in module.calls
        if one.call.args and len(one.call.args) == 2 and source.data[one.call.start :].startswith(b"http.Listen")
    )
    span = Span(call.args[0].start, call.args[0].end)
    assert bool(writer("go").replaced(source, module, span, 'os.Getenv("X")', ["os"])) is is_made


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        ('const crypto = require("crypto");', True),
        ("const crypto = require('node:crypto')", True),
        ('import crypto from "crypto";', True),
        ('import * as crypto from "crypto";', True),
        ('const crypto = require("crypto"), fs = require("fs");', False),
        ('const crypto = require("crypto").webcrypto;', False),
        ('import crypto, { randomBytes } from "crypto";', False),
        ('var fs, crypto = require("crypto");', False),
    ],
)
def test_a_line_of_javascript_goes_that_imports_one_name(line: str, goes: bool) -> None:
    source = SourceFile("a.mjs", f"{line}\nrun();\n".encode())
    module = facts_of(source)
    assert module is not None
    edits = writer("javascript").without_imports(source, [one for one in module.imports if one.alias == "crypto"])
    assert after(source, edits) == ("run();\n" if goes else None)
