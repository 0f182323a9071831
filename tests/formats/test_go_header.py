"""The beginning of Go files: build constraints, package, imports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.go_header import read_header
from herolint.source import SourceFile


def header(text: str) -> tuple[str, list[str], list[str]]:
    found = read_header(SourceFile("main.go", text.encode()))
    return found.package, [f"{name} {words}" for name, words in found.constraints], [path for path, _ in found.imports]


GROUPED = """\
//go:build linux && !cgo

package main; import (
\t"fmt"; _ `embed`
\tx "a.b/c" // why
)
"""
OLD = """\
// +build ignore

package main

import . "fmt"
import "os"

var x = `import "no"`
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("package main\n", ("main", [], [])),
        ('// package other\n/* package third */ package main // x\nimport "fmt"\n', ("main", [], ["fmt"])),
        (GROUPED, ("main", ["go:build linux && !cgo"], ["fmt", "embed", "a.b/c"])),
        (OLD, ("main", ["+build ignore"], ["fmt", "os"])),
        ("/*\nLicense\n*/\n\n// Package shop sells.\npackage shop\n\nfunc main() {}\n", ("shop", [], [])),
        ("package main\n//go:build later\n", ("main", [], [])),
        ('import "fmt"\n', ("", [], [])),
        ("", ("", [], [])),
        ('package main\nimport (\n\t"fmt"\n', ("main", [], ["fmt"])),
    ],
)
def test_what_is_read(text: str, expected: tuple[str, list[str], list[str]]) -> None:
    assert header(text) == expected


@given(st.text(alphabet='package main import()"`./*\n;:gobuild+x', max_size=200))
def test_any_text_is_read_and_spans_lie_in_it(text: str) -> None:
    source = SourceFile("main.go", text.encode())
    found = read_header(source)
    for path, span in found.imports:
        assert source.slice(span) == path
    if found.package:
        assert source.slice(found.package_span) == found.package
