"""`package.json`: scripts, dependencies, engines, and values of a wrong type."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats import package_json
from herolint.source import SourceFile


def source_of(text: str) -> SourceFile:
    return SourceFile("package.json", text.encode())


def test_reads_what_decides_install_build_and_start() -> None:
    source = source_of(
        '{"main": "server.js", "packageManager": "pnpm@9.1.0", "engines": {"node": "22.x"},'
        ' "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4"}, "devDependencies": {"vite": "5"}}'
    )
    found = package_json.parse(source)
    assert (found.main, found.package_manager, found.problems) == ("server.js", "pnpm@9.1.0", ())
    text, span = found.scripts["start"]
    assert (text, source.slice(span)) == ("node server.js", '"node server.js"')
    version, span = found.dependencies["express"]
    assert (version, source.slice(span)) == ("^4", '"express": "^4"')
    assert found.engines["node"][0] == "22.x"
    assert list(found.dev_dependencies) == ["vite"]


def test_wrong_types_are_problems_and_leave_the_rest() -> None:
    source = source_of('{"main": 1, "scripts": ["x"], "dependencies": {"a": null, "b": "1"}}')
    found = package_json.parse(source)
    assert list(found.dependencies) == ["b"]
    assert [(p.message, source.slice(p.span)) for p in found.problems if p.span] == [
        ("'scripts' must be an object, not a list", '["x"]'),
        ("'a' in 'dependencies' must be a string, not null", "null"),
        ("'main' must be a string, not a number", "1"),
    ]


def test_no_object_is_a_problem() -> None:
    assert package_json.parse(source_of("[]")).problems[0].message == "package.json must be an object, not a list"
    assert "the file ends" in package_json.parse(source_of("")).problems[0].message


@given(st.binary(max_size=60))
def test_any_bytes_are_survived(data: bytes) -> None:
    found = package_json.parse(SourceFile("package.json", b'{"scripts": ' + data))
    assert found.problems or found.tree.root is not None
