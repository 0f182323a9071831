"""Shell commands: words and their places, blocks, and what runs in which folder and under which condition."""

from __future__ import annotations

import shlex
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from herolint.formats.shell import Command, Script, parse, parse_script
from herolint.source import SourceFile


def words(command: Command) -> list[str]:
    return [w.text for w in command.words]


def read(text: str) -> list[list[str]]:
    return [words(c) for c in parse(text).commands]


def by_program(script: Script) -> dict[str, Command]:
    return {c.words[0].text: c for c in script.commands if c.words}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  # only a note", []),
        ("gunicorn app:app --bind 0.0.0.0:$PORT", [["gunicorn", "app:app", "--bind", "0.0.0.0:$PORT"]]),
        ("a 'b c' \"d e\"f\\ g", [["a", "b c", "d ef g"]]),
        ("a '' \"\"", [["a", "", ""]]),
        (r'a "x\"y\$z\n" \$A', [["a", r'x"y$z\n', "$A"]]),
        (r"a $'x\ty\x41\'\101' $x", [["a", "x\ty'".replace("y", "yA") + "A", "$x"]]),
        ("a b#c # d 'e\nf", [["a", "b#c"], ["f"]]),
        ("a \\\n  b \\\r\n c", [["a", "b", "c"]]),
        ('a $(b "$(c \')\' )" ) `d e` $((1+(2))) ${X:-"}"} f', [["a", "$(b \"$(c ')' )\" )", "`d e`", "$((1+(2)))", '${X:-"}"}', "f"]]),
        ("a;b&&c||d|e|&f&g", [[x] for x in "abcdefg"]),
        ("(a; (b)) && { c; }", [["a"], ["b"], ["c"]]),
        ("if a; then b; elif c; then d; else e; fi", [[x] for x in "abcde"]),
        ("for x in 1 2; do a $x; done; while b; do c; done", [["a", "$x"], ["b"], ["c"]]),
        ("for ((i=0; i<3; i++)); do a; done; ((x << 2)) && b", [["a"], ["b"]]),
        ('case "$1" in web|x) a;; (y*) b;; *) c; esac; d', [["a"], ["b"], ["c"], ["d"]]),
        ("[[ a == b && -f c ]] && d", [["[[", "a", "==", "b", "&&", "-f", "c", "]]"], ["d"]]),
        ("cat <<EOF | a\nb 'c\nEOF\nd <<-'X' && e\n\tf\n\tX\ng", [["cat"], ["a"], ["d"], ["e"], ["g"]]),
        ("a <<EOF\nb\n", [["a"], ["b"]]),
        ("A=(1 2 'x y') b", [["b"]]),
        ("diff <(a b) >(c)", [["diff", "<(a b)", ">(c)"]]),
        ("a 'open b", [["a", "open b"]]),
        ("a )) fi } ;; b", [["a"], ["b"]]),
        ("echo if then fi { }", [["echo", "if", "then", "fi", "{", "}"]]),
        ("! a; coproc b", [["a"], ["b"]]),
    ],
)
def test_words_and_commands(text: str, expected: list[list[str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exec gunicorn app", ["gunicorn", "app"]),
        ("exec -a name gunicorn", ["gunicorn"]),
        ("nohup time -p env -u X A=1 'B=2' exec a b", ["a", "b"]),
        ("/usr/bin/env python x.py", ["python", "x.py"]),
        ("env", ["env"]),
        ("command -v a", ["command", "-v", "a"]),
        ("sh -c 'a b'", ["a", "b"]),
        ('bash -lc "exec a \\"b c\\" $X"', ["a", "b c", "$X"]),
        ("bash -e -o pipefail -c 'a'", ["a"]),
        ("timeout -k 5 60 sh -c 'a b'", ["a", "b"]),
        ("sh -c \"bash -c 'a b'\"", ["a", "b"]),
        ("bash bin/start.sh -c x", ["bash", "bin/start.sh", "-c", "x"]),
        ("echo sh -c 'a b'", ["echo", "sh", "-c", "a b"]),
    ],
)
def test_what_stands_before_the_program_is_taken_off(text: str, expected: list[str]) -> None:
    assert read(text) == [expected]


def test_assignments() -> None:
    (bare, command) = parse("X=1; A=b B=\"c $D\" env E='f g' exec run --x C=1").commands
    assert bare.words == ()
    assert [(a.name, a.value.text) for a in command.assignments] == [("A", "b"), ("B", "c $D"), ("E", "f g")]
    assert [a.value.literal for a in command.assignments] == [True, False, True]
    assert words(command) == ["run", "--x", "C=1"]
    assert command.exec
    (inner,) = parse("A=1 B=1 sh -c 'A=2 run'").commands
    assert [(a.name, a.value.text) for a in inner.assignments] == [("A", "2"), ("A", "1"), ("B", "1")]


def test_expansions() -> None:
    text = "é ${PORT:-8000}$A \"${B}\" '$C' ${D%/*} $(ls) $1 ${E=x} \\$F ${#G} $"
    data = text.encode()
    found = parse(text).commands[0].words
    assert [[(e.name, e.operator, e.default) for e in w.expansions] for w in found] == [
        [],
        [("PORT", ":-", "8000"), ("A", "", None)],
        [("B", "", None)],
        [],
        [("D", "%", None)],
        [("", "$(", None)],
        [("1", "", None)],
        [("E", "=", "x")],
        [],
        [("G", "#", None)],
        [],
    ]
    assert [w.literal for w in found] == [not w.expansions for w in found]
    assert data[slice(*found[1].expansions[0].span)] == b"${PORT:-8000}"


def test_redirections_are_no_words() -> None:
    (command,) = parse("a 2>&1 >> 'log file' b </dev/null &> x <<< text").commands
    assert words(command) == ["a", "b"]
    assert [(r.operator, r.target.text if r.target else None) for r in command.redirects] == [
        (">&", "1"),
        (">>", "log file"),
        ("<", "/dev/null"),
        ("&>", "x"),
        ("<<<", "text"),
    ]


def test_operators_and_background() -> None:
    commands = parse("a && b & c || d | e; (f; g) & h\ni").commands
    assert [c.operator for c in commands] == ["&&", "&", "||", "|", ";", ";", "&", "\n", ""]
    assert [c.words[0].text for c in commands if c.background] == ["a", "b", "f", "g"]


@pytest.mark.parametrize(
    ("text", "conditional"),
    [
        ("a && b; c", ""),
        ("a || b; c", "b"),
        ("a || b && c", "b"),
        ("[ -f x ] && a && b; c", "ab"),
        ("! z && a", "a"),
        ("command -v z && a || b", "ab"),
        ("z || { a; b; }; c", "ab"),
        ("if z; then a; else b; fi; c", "ab"),
        ("while z; do a; done; while true; do b; done", "a"),
        ("for i in 1 2; do a; done; for i in $x; do b; done", "b"),
        ("case $x in p) a;; q) b;; esac; c", "ab"),
        ("z ||\n a\nb", "a"),
        ("z || sh -c 'a; b'", "ab"),
    ],
)
def test_conditional(text: str, conditional: str) -> None:
    found = [words(c)[0] for c in parse(text).commands if c.conditional]
    assert "".join(x for x in found if x in ("a", "b", "c")) == conditional


@pytest.mark.parametrize(
    ("text", "cwd", "known"),
    [
        ("cd backend && run", "backend", True),
        ("cd a; cd ../b; run", "b", True),
        ("cd a && cd .. && run", "", True),
        ("cd /app/x; run", "/app/x", True),
        ("cd; run", "/app", True),
        ("cd $HOME/x && run", "/app/x", True),
        ("(cd a; b); run", "", True),
        ("{ cd a; }; run", "a", True),
        ("cd a | b; run", "", True),
        ("b || cd a; run", "", True),
        ("cd $DIR && run", "", False),
        ("cd a && cd - && run", "a", False),
        ("cd '$x' && run", "$x", True),
        ("if [ -d a ]; then cd a; fi; run", "a", True),
        ("if b; then cd a; else cd c; fi; run", "a", True),
        ("cd a && sh -c 'cd b && run'", "a/b", True),
        ("sh -c 'cd b'; run", "", True),
        ("go() { cd b; run; }; cd a; go", "a/b", True),
        ("go() { cd b; }; go; run", "b", True),
    ],
)
def test_folder(text: str, cwd: str, known: bool) -> None:
    command = by_program(parse(text))["run"]
    assert (command.cwd, command.cwd_known) == (cwd, known)


def test_a_script_knows_its_own_folder_and_tolerates_windows_line_ends() -> None:
    source = SourceFile("bin/start.sh", b'#!/bin/sh\r\ncd "$(dirname "$0")/.."\r\nif a; then\r\n  run x\r\nfi\r\n')
    script = parse_script(source)
    command = by_program(script)["run"]
    assert (words(command), command.cwd, command.cwd_known) == (["run", "x"], "/app", True)
    assert script.problems == ()
    marked = parse_script(SourceFile("x.sh", b"\xef\xbb\xbfrun\n"))
    assert marked.commands[0].words[0].span == (3, 6)


def test_functions_run_where_they_are_called() -> None:
    text = 'main() {\n  start "$1"; later\n}\nrun() { exec "$@"; }\nfunction later { z; }\nunused() (x)\na\nmain 1 &\nrun gunicorn b'
    script = parse(text)
    assert [words(c) for c in script.commands] == [["a"], ["start", "$1"], ["z"], ["gunicorn", "b"]]
    assert [c.background for c in script.commands] == [False, True, True, False]
    assert script.commands[-1].exec
    assert len(parse("f() { f; f; }; f").commands) < 100_000


def test_spans_of_unwrapped_commands_point_into_the_file() -> None:
    text = 'é; sh -c "a \\"b é\\" $X" && bash -c \'sh -c "c d"\''
    data = b"web: " + text.encode()
    commands = parse(text, 5).commands
    assert [data[slice(*w.span)].decode() for c in commands for w in c.words] == ["é", "a", '\\"b é\\"', "$X", "c", "d"]


def test_open_quotes_and_too_much_text_are_problems() -> None:
    (problem,) = parse("a 'b", 10, path="Procfile").problems
    assert (problem.path, problem.span) == ("Procfile", (12, 14))
    assert len(parse("a; " * 100_000).problems) == 2
    assert len(parse("( " * 500).problems) == 1


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from("ab1 \n\r\t;&|(){}[]<>$'\"`\\#=!é\u00a0-")) | st.text())
def test_any_text_is_read_and_spans_fit(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    for command in parse(text, 7).commands:
        assert 7 <= command.span.start <= command.span.end <= len(data) + 7
        at = command.span.start
        for word in command.words:
            assert at <= word.span.start <= word.span.end <= command.span.end
            at = word.span.end
            for expansion in word.expansions:
                assert expansion.span.within(word.span)
        for assignment in command.assignments:
            assert assignment.value.span.within(assignment.span)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab1 ;&|(){}$'\"`\\#=!é~*")))
def test_a_span_slices_back_to_its_word(text: str) -> None:
    data = text.encode()
    for command in parse(text).commands:
        for word in command.words:
            piece = data[slice(*word.span)].decode()
            if not any(c in piece for c in "'\"\\"):
                assert piece == word.text
            (again,) = parse("x " + piece).commands
            assert again.words[1].text == word.text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_a_quoted_word_is_read_back(values: list[str]) -> None:
    (command,) = parse("x " + shlex.join(values)).commands
    assert words(command) == ["x", *values]
    assert all(w.literal for w in command.words)


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from("ab1 \t'\"\\=-./:,@%+é\u00a0")))
def test_words_are_those_of_shlex(text: str) -> None:
    text = "x " + text
    try:
        expected = shlex.split(text)
    except ValueError:
        assume(False)
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "unit",
    ["(", "$(", '"$(', "`", "a;", "a ", "<<a\n", "((a)b)\n", "env A=b ", "exec -a ", "if a; then ", "[[ a ", "=(", "{ a & ", "sh -c '"],
)
def test_garbage_takes_no_time(unit: str) -> None:
    start = time.process_time()
    parse(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 4


def test_calls_of_functions_do_not_multiply() -> None:
    start = time.process_time()
    text = "".join(f"f{i}() {{ f{i + 1}; f{i + 1}; f{i + 1}; }}\n" for i in range(50))
    parse(text + "f0; f1; f2\n" + "".join(f"g{i + 1}() {{ g{i}; g{i}; }}\n" for i in range(50)) + "g50")
    assert time.process_time() - start < 4


def test_a_text_put_together_from_lines_keeps_its_places() -> None:
    # "ab \<newline>  cdé x": the parser sees "ab   cdé x"
    script = parse("ab   cdé x", pieces=((0, 100), (3, 105)))
    assert [(word.text, tuple(word.span)) for word in script.commands[0].words] == [
        ("ab", (100, 102)),
        ("cdé", (107, 111)),
        ("x", (112, 113)),
    ]
