"""The JSON, YAML and TOML loaders: values, spans, and clear problems for whatever is not valid."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator

import pytest
import tomlkit
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.formats import json_tree, toml_tree, yaml_tree
from herolint.formats.tree import Node, Offsets, Tree
from herolint.source import SourceFile, Span

LOADERS = {"json": json_tree.load, "yaml": yaml_tree.load, "toml": toml_tree.load}

printable = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff\u2028\u2029"), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | printable
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4), max_leaves=12)
toml_scalars = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | printable
toml_values = st.recursive(
    toml_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(printable, inner, max_size=3), max_leaves=10
)
near_misses = st.text(st.sampled_from(list("{}[]\"':,-#/\\*&<!|>\t\n\r =.ab01é\U0001f600")), max_size=60).map(lambda t: t.encode())


def load(kind: str, text: str | bytes) -> tuple[SourceFile, Tree]:
    source = SourceFile(f"file.{kind}", text.encode() if isinstance(text, str) else text)
    return source, LOADERS[kind](source)


def nodes(node: Node) -> Iterator[Node]:
    """Every node once, aliases included once."""
    seen: set[int] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            stack.extend([*one.items, *(e.value for e in one.entries)])


def at(source: SourceFile, tree: Tree) -> str:
    """The text that the first problem points at."""
    span = tree.problems[0].span
    assert span is not None
    return source.slice(span)


class TestNode:
    def test_paths_reach_through_maps_and_lists(self) -> None:
        source, tree = load("json", '{"a": [{"b": "x"}, 2]}')
        root = tree.root
        assert root is not None
        assert root.text("a", 0, "b") == "x"
        assert root.text("a", 1) is None
        assert root.get("a", 5) is None
        assert root.get("a", "b") is None
        assert source.slice(root.key_span("a", 0, "b") or Span(0, 0)) == '"b"'
        assert source.slice(root.key_span("a", 1) or Span(0, 0)) == "2"
        assert root.key_span("zzz") is None

    def test_last_of_a_repeated_key_wins(self) -> None:
        _, tree = load("json", '{"a": 1, "a": 2}')
        assert tree.root is not None
        assert tree.root.python() == {"a": 2}
        assert tree.get("a") is tree.root.entries[1].value

    def test_repr_does_not_write_out_the_tree(self) -> None:
        _, tree = load(
            "yaml", "a: &a [x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20))
        )
        assert len(repr(tree.root)) < 200


class TestOffsets:
    @given(st.text(st.characters(codec="utf-8"), max_size=1500), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
    @settings(max_examples=40)
    def test_agrees_with_source(self, text: str, encoding: str) -> None:
        source = SourceFile("x", text.encode(encoding))
        offsets = Offsets(source)
        for offset in {0, len(source.text) // 3, len(source.text)}:
            assert offsets.byte(offset) == source.byte_offset(offset)


class TestJson:
    @given(values)
    def test_reads_what_json_writes(self, value: object) -> None:
        source, tree = load("json", json.dumps(value, ensure_ascii=False, indent=1))
        assert tree.problems == ()
        assert tree.root is not None
        assert tree.root.python() == value
        for node in nodes(tree.root):
            if node.kind not in ("map", "list"):
                assert json.loads(source.slice(node.span)) == node.value

    @pytest.mark.parametrize(
        ("text", "message", "place"),
        [
            ('{"a": 1,}', "a comma must not stand before '}'", ","),
            ('// hi\n{"a": 1}', "comments are not allowed", "// hi"),
            ('{"a": /* hi */ 1}', "comments are not allowed", "/* hi */"),
            ('{"a" 1}', "expected ':' after the key 'a', found '1'", "1"),
            ('{"a": 1 "b": 2}', "expected ',' or '}', found '\"'", '"'),
            ("{'a': 1}", 'expected a key in double quotes, found "\'"', "'"),
            ('{"a": yes}', "expected a value in double quotes, found 'yes'", "yes"),
            ('{"a": [1', "expected ',' or ']', but the file ends", ""),
            ('{"a": "x\n}', "the string is not closed on its line", '"x'),
            ('["a\tb"]', "the control character '\\t' must be escaped", "\t"),
            ('["a\\xb"]', "invalid escape", "\\"),
            ("{}{}", "expected the end of the file, found '{'", "{"),
            ("[01]", "found '01'", "01"),
            ("", "expected a value, but the file ends", ""),
        ],
    )
    def test_says_what_was_expected_and_where(self, text: str, message: str, place: str) -> None:
        source, tree = load("json", text)
        assert message in tree.problems[0].message
        assert at(source, tree) == place

    def test_comments_and_trailing_commas_do_not_hide_the_content(self) -> None:
        _, tree = load("json", '{"a": [1, 2,], # x\n "b": 3,}')
        assert tree.root is not None
        assert tree.root.python() == {"a": [1, 2], "b": 3}
        assert len(tree.problems) == 3

    def test_byte_order_mark_and_utf16(self) -> None:
        for encoding in ("utf-8-sig", "utf-16"):
            source, tree = load("json", '{"é": "ü"}'.encode(encoding))
            assert tree.root is not None
            assert tree.root.python() == {"é": "ü"}
            assert source.slice(tree.root.entries[0].value.span) == '"ü"'

    def test_bombs_are_refused_or_kept_as_text(self) -> None:
        _, tree = load("json", "[" * 100_000)
        assert "nested deeper" in tree.problems[0].message
        _, tree = load("json", "[" + "9" * 50_000 + ", 1e999]")
        assert tree.root is not None
        assert tree.root.items[0].kind == "other"
        assert tree.root.items[1].value == math.inf

    def test_lone_surrogates_do_not_get_into_values(self) -> None:
        _, tree = load("json", '["\\ud800"]')
        assert tree.root is not None
        assert tree.root.items[0].value == "\ufffd"


class TestYaml:
    @given(values)
    def test_reads_what_yaml_writes(self, value: object) -> None:
        text = yaml.safe_dump(value, allow_unicode=True)
        source, tree = load("yaml", text)
        if tree.problems:  # characters that YAML allows only escaped
            return
        assert tree.root is not None
        for node in nodes(tree.root):
            if node.kind not in ("map", "list"):
                again = yaml.safe_load(source.slice(node.span)) if node.kind != "str" else node.value
                assert again == node.value
        if all(isinstance(k, str) for k in value if isinstance(value, dict)) if isinstance(value, dict) else True:
            assert tree.root.python() == value

    def test_scalars_as_yaml_1_1_types_them(self) -> None:
        _, tree = load("yaml", "[yes, off, ~, 0x1F, 010, 1_000, 1.5, .inf, '1', 22:22, 2024-01-01, !x y]")
        assert tree.root is not None
        assert [n.kind for n in tree.root.items] == [
            "bool", "bool", "null", "int", "int", "int", "float", "float", "str", "str", "other", "other",
        ]  # fmt: skip
        assert [n.value for n in tree.root.items[:9]] == [True, False, None, 31, 8, 1000, 1.5, math.inf, "1"]

    def test_aliases_and_merge_keys(self) -> None:
        _, tree = load("yaml", "base: &b {a: 1, c: 1}\nother: &o {a: 9, d: 4}\nuse:\n  <<: [*b, *o]\n  c: 3\nsame: *b\n")
        assert tree.root is not None
        assert tree.get("use") is not None
        assert tree.root.python() == {
            "base": {"a": 1, "c": 1}, "other": {"a": 9, "d": 4}, "use": {"a": 1, "d": 4, "c": 3}, "same": {"a": 1, "c": 1},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("a:\n\t- b\n", "a tab indents this line"),
            ("a: [1\n", "while parsing a flow sequence"),
            ("a: *nope\n", "the alias *nope has no anchor"),
            ("a: &a [*a]\n", "the alias *a contains itself"),
            ("a: \x01\n", "a control character"),
            ("[" * 5000, "nested deeper"),
            ("{a: 1} }\n", "did not find expected <document start>"),
            ("a: 1\n  b\nc\n", "could not find expected ':'"),
            ("&a &b x\n", "did not find expected"),
        ],
    )
    def test_problems_are_named(self, text: str, message: str) -> None:
        _, tree = load("yaml", text)
        assert message in tree.problems[0].message

    def test_tab_is_placed_on_its_line(self) -> None:
        source, tree = load("yaml", "é: 1\nb:\n\tc: 2\n")
        assert tree.problems[0].span is not None
        assert source.line_of(tree.problems[0].span.start) == 3

    def test_only_the_first_document_counts(self) -> None:
        _, tree = load("yaml", "a: 1\n---\nb: 2\n")
        assert tree.root is not None
        assert tree.root.python() == {"a": 1}

    def test_alias_bomb_stays_small(self) -> None:
        lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
        _, tree = load("yaml", "\n".join(lines))
        assert tree.root is not None
        assert sum(1 for _ in nodes(tree.root)) < 300
        assert isinstance(tree.root.python(), dict)

    def test_chain_of_aliases_counts_as_depth(self) -> None:
        lines = ["a0: &a0 []"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 1000)]
        _, tree = load("yaml", "\n".join(lines))
        assert "nested deeper" in tree.problems[0].message

    def test_merge_bomb_is_bounded(self) -> None:
        lines = ["a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(100)) + "}"]
        lines += [f"a{i}: &a{i}\n  <<: [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
        _, tree = load("yaml", "\n".join(lines))
        assert tree.root is not None
        assert sum(len(n.entries) for n in nodes(tree.root)) < 25_000

    def test_spans_of_blocks_end_at_their_last_word(self) -> None:
        source, tree = load("yaml", "a:\n  - x\n  - y\n\n# note\nb: |\n  one\n  two\n\nc: 1\n")
        a, b = tree.get("a"), tree.get("b")
        assert a is not None
        assert b is not None
        assert source.slice(a.span).startswith("- x\n  - y")
        assert source.slice(b.span) == "|\n  one\n  two"


class TestToml:
    @given(st.dictionaries(printable, toml_values, max_size=4))
    @settings(max_examples=60, deadline=None)
    def test_reads_what_tomlkit_writes(self, value: dict[str, object]) -> None:
        text = tomlkit.dumps(value)
        try:
            expected = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return
        source, tree = load("toml", text)
        assert tree.root is not None
        assert tree.root.python() == expected
        for node in nodes(tree.root):
            if node.kind not in ("map", "list", "other"):
                assert tomllib.loads("v = " + source.slice(node.span))["v"] == node.value

    def test_tables_dotted_keys_and_arrays_of_tables(self) -> None:
        text = (
            'top = """\nx"y""""\n[project]\nname.first = "a"\n"q.r" = \'b\\\'\n[tool.x.y]\nz = [1, # c\n 2,]\n'
            "[[source]]\nurl = {a.b = 1, c = [{d = 2}]}\n[[source]]\n[source.sub]\nwhen = 1979-05-27 07:32:00Z\n[tool]\nk = 0xF\n"
        )
        source, tree = load("toml", text)
        assert tree.problems == ()
        assert tree.root is not None
        expected = tomllib.loads(text)
        expected["source"][1]["sub"]["when"] = "1979-05-27 07:32:00Z"
        assert tree.root.python() == expected
        assert source.slice(tree.root.key_span("tool", "x", "y", "z") or Span(0, 0)) == "z"
        sub = tree.get("source", 1, "sub")
        assert sub is not None
        assert source.slice(sub.span) == "[source.sub]\nwhen = 1979-05-27 07:32:00Z"

    @pytest.mark.parametrize(
        ("text", "message", "line"),
        [
            ("a = 1\nb = \n", "invalid value", 2),
            ("a = 1\r\nb = 2\r\nc = [1\r\nd = 3\r\n", "unclosed array", 4),
            ("a = 1\na = 2\n", "overwrite", 2),
            ("[x]\n[x]\n", "twice", 2),
            ("é = 1", "invalid", 1),
            ("a = " + "[" * 5000, "nested deeper", 1),
            ("a." * 5000 + "b = 1", "nested deeper", 1),
            ("a = " + "9" * 5000, "", 1),
        ],
    )
    def test_problems_are_placed(self, text: str, message: str, line: int) -> None:
        source, tree = load("toml", text)
        assert tree.root is None
        assert message in tree.problems[0].message
        assert tree.problems[0].span is not None
        assert source.line_of(tree.problems[0].span.start) == line

    def test_empty_file_is_an_empty_map(self) -> None:
        _, tree = load("toml", "# nothing\n")
        assert tree.root is not None
        assert tree.root.python() == {}


@pytest.mark.parametrize("kind", sorted(LOADERS))
@given(data=st.binary(max_size=80) | near_misses)
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_tree_with_spans_inside_the_file(kind: str, data: bytes) -> None:
    source, tree = load(kind, data)
    spans = [p.span for p in tree.problems if p.span is not None]
    if tree.root is not None:
        for node in nodes(tree.root):
            spans.extend([node.span, *(e.key_span for e in node.entries)])
        tree.root.python()
    assert all(0 <= s.start <= s.end <= len(data) for s in spans)
    if kind == "toml":
        try:
            valid = tomllib.loads(source.text) is not None
        except (ValueError, RecursionError):
            valid = False
        assert (tree.root is not None) == valid
