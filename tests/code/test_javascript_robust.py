"""JavaScript that is broken, odd or made to be slow: read as far as it goes, with places inside the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from facts_as_text import spell
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.code import facts_of
from herolint.code.facts import Module
from herolint.source import SourceFile

ENDINGS = ("js", "mjs", "ts", "tsx")
DEEP = 30_000
PIECES = (
    "a b.c ( ) [ ] { } => = == ; : , . ... ?. ?? || ! + - * / ` ${ ' \" // /* */ # @ < > </ /> \n \\ 1 0x 'x' import export from as "
    "default const let function async await yield class extends static get if else for of in while do switch case break return "
    "throw try catch finally new delete typeof void this super require('m') module.exports process.env.PORT interface enum type "
    "namespace declare é \ufeff \r \0"
).split(" ")


def read(data: bytes, name: str = "a.js") -> Module:
    module = facts_of(SourceFile(name, data))
    assert module is not None
    return module


def spans(value: Any) -> Iterator[tuple[int, int]]:
    """All places in facts."""
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at, tuple):
            todo.extend(at)
        elif isinstance(at, msgspec.Struct):
            fields = {field: getattr(at, field) for field in at.__struct_fields__}
            for start, end in (("start", "end"), ("name_start", "name_end")):
                if start in fields:
                    yield fields[start], fields[end]
            todo.extend(fields.values())


def check(data: bytes, name: str) -> None:
    """All places lie inside the file, all numbers are those of facts, and the facts can be kept."""
    module = read(data, name)
    for start, end in (*spans(module), *module.comments, *module.errors):
        assert 0 <= start <= end <= len(data)
    for call in module.calls:
        assert -1 <= call.function < len(module.functions)
        assert -1 <= call.klass < len(module.classes)
        assert -1 <= call.guard < len(module.guards)
        assert -1 <= call.block < len(module.blocks)
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(module), type=Module)
    assert len(kept.calls) == len(module.calls)


@settings(max_examples=150)
@given(st.text(max_size=200), st.sampled_from(ENDINGS))
def test_any_text(text: str, ending: str) -> None:
    check(text.encode("utf-8", "surrogatepass"), f"a.{ending}")


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(ENDINGS))
def test_any_words_of_the_language(words: list[str], ending: str) -> None:
    check(" ".join(words).encode(), f"a.{ending}")


@settings(max_examples=100)
@given(st.binary(max_size=100), st.sampled_from(ENDINGS))
def test_any_bytes(data: bytes, ending: str) -> None:
    check(data, f"a.{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP,
        "(" * DEEP + ")" * DEEP,
        "{" * DEEP + "}" * DEEP,
        "x=" + "{a:" * DEEP + "1" + "}" * DEEP,
        "x=>" * DEEP + "1",
        "()=>{" * DEEP + "}" * DEEP,
        "f(" * DEEP + ")" * DEEP,
        "a" + ".b()" * DEEP,
        "1" + "+1" * DEEP,
        "''" + "+a" * DEEP,
        "a" + "||b" * DEEP,
        "!" * DEEP + "a",
        "if(a)b();" + "else if(a)c();" * DEEP,
        "a?b:" * DEEP + "c",
        "a=" * DEEP + "1",
        "const " + "{a:" * DEEP + "b" + "}" * DEEP + "=E",
        "const [" + "a," * DEEP + "]=[" + "f(1)," * DEEP + "]",
        "`${" * DEEP + "1" + "}`" * DEEP,
        "<a>" * DEEP + "</a>" * DEEP,
        "class A{m(){" * DEEP + "}}" * DEEP,
        "function f(){" * DEEP + "}" * DEEP,
        "switch(x){" + "case 1:a();" * DEEP + "}",
        "try{" * DEEP + "}catch(e){}" * DEEP,
        "a" + ".then(b)" * DEEP,
        "x" + " as T" * DEEP,
        "let x:" + "A<" * DEEP + "B" + ">" * DEEP,
        "let x:" + "|".join(["A"] * DEEP),
        "(function(){if(a){f(b,()=>{" * DEEP,
    ],
    ids=lambda text: text[:16],
)
def test_deep_and_long_code(text: str, ending: str) -> None:
    # Many lines, since a file with few and long ones is not read at all.
    module = read(text.encode() + b"\n" * 200, f"a.{ending}")
    assert len(msgspec.msgpack.encode(module)) < 1000 * len(text)


def test_calls_far_down_are_found() -> None:
    module = read(b"()=>{" * 1000 + b"deep(1)" + b"}" * 1000)
    assert [spell(c.call) for c in module.calls] == ["deep(1)"]
    assert module.calls[0].function == len(module.functions) - 1 == 999
    assert len(module.functions[999].qualname) < 1000


def test_names_are_not_repeated_without_end() -> None:
    """A long expression that a pattern takes apart stands in some facts, not in all."""
    text = "const {" + ",".join(f"a{i}" for i in range(3000)) + "} = f(" + ",".join(f"g({i})" for i in range(3000)) + ")"
    module = read(text.encode() + b"\n" * 20)
    assert len(module.assigns) == 3000
    assert len(msgspec.msgpack.encode(module)) < 200 * len(text)


@pytest.mark.parametrize(
    "data",
    [
        b"#!/usr/bin/env node\nhit(1)",
        b"\xef\xbb\xbfhit(1)",
        b"f()\r\nhit(1)\r\n",
        b"// note\rhit(1)",
        b"x = '\xe9'; hit(1)",
        b"<!-- old\nhit(1)\n",
        b"'use strict';\n\n/* \xc3\xa9 */ hit(1)",
    ],
)
def test_places_are_bytes_of_the_file(data: bytes) -> None:
    (hit,) = (c.call for c in read(data).calls if spell(c.call) == "hit(1)")
    assert data[hit.start : hit.end] == b"hit(1)"


def test_broken_code_is_read_around_what_is_broken() -> None:
    module = read(b"const a = require('a');\nconst o = { x: , };\nif (x) { hit(); } }\nlast();\n")
    assert module.errors
    assert [i.module for i in module.imports] == ["a"]
    assert {"hit()", "last()"} <= {spell(c.call) for c in module.calls}


def test_latin_1_text_is_decoded() -> None:
    assert [spell(a.value) for a in read(b"x = 'caf\xe9'").assigns] == ["'café'"]


def test_what_a_bundler_wrote_is_left_alone() -> None:
    line = b"f(1);" * 20_000
    assert read(line + b"\n//# sourceMappingURL=x\n") == read(b"")
    assert len(read(line.replace(b";", b";\n")).calls) == 20_000


def test_the_same_text_means_other_things_in_other_files() -> None:
    text = b"const x = <T>(y);\nf();"
    assert [spell(a.value) for a in read(text, "a.ts").assigns] == ["y"]
    assert [spell(a.value) for a in read(text, "a.tsx").assigns] != ["y"]
