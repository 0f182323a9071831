"""go.mod and go.work: directives, versions, and what Heroku's buildpack picks for itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.formats import go_constraint, go_mod, go_work
from herolint.formats.go_mod import GoMod
from herolint.source import SourceFile, Span

WHOLE = """\
// +heroku goVersion go1.21
// +heroku install ./cmd/... example.com/tool/cmd/x
module "example.com/shop/v2" // the shop

go 1.22.3 // the language
toolchain go1.23.1

require example.com/solo v1.0.0
require (
\tgithub.com/gin-gonic/gin v1.9.1
\tgolang.org/x/sys v0.1.0 // indirect
\tgithub.com/jackc/pgx/v5 v5.5.0 //indirect; later
)

replace (
\texample.com/a => ../a
\texample.com/b v1.0.0 => example.com/c v1.2.0
)
exclude example.com/solo v0.9.0
tool example.com/tool/cmd/x
ignore ./node_modules
retract [v1.0.0, v1.1.0]
"""


def read(text: str) -> tuple[GoMod, SourceFile]:
    source = SourceFile("go.mod", text.encode())
    return go_mod.parse(source), source


def test_reads_every_directive() -> None:
    found, source = read(WHOLE)
    assert found.problems == ()
    assert found.module is not None
    assert found.go is not None
    assert found.toolchain is not None
    assert found.heroku_version is not None
    assert found.heroku_install is not None
    assert (found.module.text, found.go.text, found.toolchain.text) == ("example.com/shop/v2", "1.22.3", "go1.23.1")
    assert source.slice(found.go.span) == "1.22.3"
    assert (found.heroku_version.text, source.slice(found.heroku_version.span)) == ("go1.21", "go1.21")
    assert [s.text for s in found.heroku_install.specs] == ["./cmd/...", "example.com/tool/cmd/x"]
    assert source.slice(found.heroku_install.span) == "// +heroku install ./cmd/... example.com/tool/cmd/x"
    assert [(r.path, r.version, r.indirect) for r in found.requires] == [
        ("example.com/solo", "v1.0.0", False),
        ("github.com/gin-gonic/gin", "v1.9.1", False),
        ("golang.org/x/sys", "v0.1.0", True),
        ("github.com/jackc/pgx/v5", "v5.5.0", True),
    ]
    assert source.slice(found.requires[1].span) == "github.com/gin-gonic/gin v1.9.1"
    assert [(r.old.text, r.old_version, r.new.text, r.new_version, r.is_local) for r in found.replaces] == [
        ("example.com/a", "", "../a", "", True),
        ("example.com/b", "v1.0.0", "example.com/c", "v1.2.0", False),
    ]
    assert [(e.path, e.version) for e in found.excludes] == [("example.com/solo", "v0.9.0")]
    assert ([t.text for t in found.tools], [i.text for i in found.ignores]) == (["example.com/tool/cmd/x"], ["./node_modules"])


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("go 1.21", "1.21"),
        ("  go\t1.21 // note", "1.21"),
        ("go 1.21\r", "1.21\r"),
        ("go", None),
        ("gofer 1.21", None),
        ("// go 1.21", None),
        ("toolchain go1.21", None),
    ],
)
def test_the_go_line_as_the_buildpack_takes_it(line: str, version: str | None) -> None:
    found, _ = read(f"module a\n{line}\n")
    assert (found.go.text if found.go else None) == version


@pytest.mark.parametrize(
    ("line", "specs"),
    [
        ("// +heroku install ./cmd/web", ["./cmd/web"]),
        ("\t//  +heroku  install  .  ./b", [".", "./b"]),
        ("// +heroku install", []),
        ("// +heroku install ./...\r", ["./...\r"]),
        ("//+heroku install .", None),
        ("// +heroku installs .", None),
    ],
)
def test_the_packages_to_install(line: str, specs: list[str] | None) -> None:
    found, _ = read(f"module a\n{line}\n")
    assert ([s.text for s in found.heroku_install.specs] if found.heroku_install else None) == specs


def test_a_block_that_is_not_closed_is_a_problem() -> None:
    found, _ = read("module a\nrequire (\n\tb v1.0.0\n")
    assert [r.path for r in found.requires] == ["b"]
    assert [(p.message, p.span) for p in found.problems] == [("the block `require (` is not closed", Span(9, 16))]


def test_go_work() -> None:
    text = "go 1.22\ntoolchain go1.22.1\nuse ./api\nuse (\n\t.\n\t./web // front\n)\nreplace a => ./b\n"
    found = go_work.parse(SourceFile("go.work", text.encode()))
    assert [u.text for u in found.uses] == ["./api", ".", "./web"]
    assert (found.go.text if found.go else "", found.replaces[0].new.text) == ("1.22", "./b")


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("linux", True),
        ("windows", False),
        ("!windows", True),
        ("linux && (cgo || !cgo)", True),
        ("linux && !linux || windows", False),
        ("ignore", False),
        ("go1.18", False),
        ("", None),
        ("linux windows", None),
        ("(linux", None),
        ("linux &&", None),
        ("!" * 500 + "linux", None),
    ],
)
def test_build_expressions(expression: str, holds: bool | None) -> None:
    assert go_constraint.expression_holds(expression, lambda tag: tag == "linux") is holds


@pytest.mark.parametrize(
    ("line", "holds"),
    [("linux darwin", True), ("linux,cgo", False), ("linux,!cgo windows", True), ("!linux", False), ("ignore", False), ("", False)],
)
def test_older_build_lines(line: str, holds: bool) -> None:
    assert go_constraint.line_holds(line, lambda tag: tag == "linux") is holds


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("main.go", True),
        ("linux.go", True),
        ("a_linux.go", True),
        ("a_windows.go", False),
        ("a_linux_amd64.go", True),
        ("a_linux_arm64.go", False),
        ("a_windows_amd64.go", False),
        ("a_arm64.go", False),
        ("a_windows_helper.go", True),
        ("a_windows.pb.go", False),
        ("a_test.go", False),
        ("a_windows_test.go", False),
        ("_a.go", False),
        (".a.go", False),
    ],
)
def test_systems_in_file_names(name: str, holds: bool) -> None:
    assert go_constraint.name_holds(name, lambda tag: tag in ("linux", "amd64")) is holds


WORDS = st.sampled_from(
    ["module", "go", "require", "(", ")", "=>", "[", "v1.0.0", "a/b", "//", "+heroku", "install", '"', "`", "\n", "\r\n", " ", "é"]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=40).map(" ".join)))
def test_any_text_is_survived(text: str) -> None:
    source = SourceFile("go.mod", text.encode("utf-8", "replace"))
    found = go_mod.parse(source)
    work = go_work.parse(source)
    words = [found.module, found.go, found.toolchain, found.heroku_version, *found.tools, *found.ignores, work.go, *work.uses]
    spans = [word.span for word in words if word is not None]
    spans += [fact.span for fact in (*found.requires, *found.excludes)] + [fact.span for fact in found.replaces]
    if found.heroku_install is not None:
        spans.append(found.heroku_install.span)
    assert all(0 <= span.start <= span.end <= len(source.data) for span in spans)


@given(st.text(alphabet="linux!&|() go1.", max_size=30))
def test_any_build_expression_is_survived(text: str) -> None:
    assert go_constraint.expression_holds(text, lambda tag: tag == "linux") in (True, False, None)
