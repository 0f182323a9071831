"""Dockerfiles: instructions, exec form, continuations, heredocs, stages, and what the final image does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.formats import dockerfile
from herolint.formats.dockerfile import Dockerfile
from herolint.formats.dockerfile_paths import copies
from herolint.formats.shell import parse as parse_shell
from herolint.source import SourceFile


def read(text: str) -> tuple[SourceFile, Dockerfile]:
    source = SourceFile("Dockerfile", text.encode())
    return source, dockerfile.parse(source)


def test_instructions_with_spans_and_forms() -> None:
    source, found = read('# hi\nfrom python:3.12\nRUN pip install x\nCMD ["gunicorn", \'app\']\nCMD [ "a", "é\\n" ]\n')
    assert [(i.keyword, i.form, i.args) for i in found.instructions] == [
        ("FROM", "other", "python:3.12"),
        ("RUN", "shell", "pip install x"),
        ("CMD", "shell", "[\"gunicorn\", 'app']"),
        ("CMD", "exec", '[ "a", "é\\n" ]'),
    ]
    cmd = found.cmd
    assert cmd is not None
    assert [(word, source.slice(span)) for word, span in cmd.words] == [("a", '"a"'), ("é\n", '"é\\n"')]
    assert source.slice(cmd.span) == 'CMD [ "a", "é\\n" ]'
    assert source.slice(cmd.args_span) == '[ "a", "é\\n" ]'


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_continuations_skip_comments_and_blank_lines(newline: str) -> None:
    text = newline.join(["FROM x", "RUN a \\", "  # why", "", "  && b \\  ", " c", 'CMD ["a", \\', '     "$PORT"]', "USER app"])
    source, found = read(text)
    run, cmd = found.instructions[1], found.cmd
    assert run.args == "a   && b  c"
    assert source.slice(run.args_span).split() == ["a", "\\", "#", "why", "&&", "b", "\\", "c"]
    assert cmd is not None
    assert [(word, source.slice(span)) for word, span in cmd.words] == [("a", '"a"'), ("$PORT", '"$PORT"')]
    assert found.user == "app"


def test_escape_directive_counts_only_at_the_top() -> None:
    _, found = read("# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN a `\n  b\nRUN c:\\\nUSER u\n")
    assert [i.args for i in found.instructions] == ["x", "a   b", "c:\\", "u"]
    _, found = read("# note\n# escape=`\nFROM x\nRUN a `\nUSER u\n")
    assert [i.args for i in found.instructions] == ["x", "a `", "u"]


def test_heredocs_are_not_instructions() -> None:
    source, found = read(
        "FROM x\r\nRUN <<EOF cat && <<-'B'\r\nCMD no\r\nEOF\r\n\tUSER no\r\n\tB\r\nCOPY <<\"F\" /f\r\nENV A=1\r\nF\r\nCMD yes\r\n"
    )
    assert [i.keyword for i in found.instructions] == ["FROM", "RUN", "COPY", "CMD"]
    assert [content for content, _ in found.instructions[1].heredocs] == ["CMD no", "\tUSER no"]
    assert source.slice(found.instructions[1].span).endswith("\tB")
    assert found.env == {}


@pytest.mark.parametrize("line", ["RUN cat <<EOF", "RUN bash -c 'cat <<EOF'", "RUN cat <<< EOF", "CMD <<EOF"])
def test_what_opens_no_heredoc_swallows_nothing(line: str) -> None:
    _, found = read(f"FROM x\n{line}\nUSER app\n" + ("" if line == "RUN cat <<EOF" else "EOF\n"))
    assert found.user == "app"


def test_stages_and_what_the_final_one_inherits() -> None:
    source, found = read(
        "ARG V=3.12\nARG TAG=${V}-slim\nFROM --platform=linux/arm64 python:${TAG} AS base\nENV PORT=5000\nWORKDIR /app\nCMD base\n"
        'FROM node AS build\nCMD node\nENV NOPE=1\nFROM Base\nWORKDIR sub\nENTRYPOINT ["x"]\nEXPOSE $PORT 9000/tcp\n'
    )
    assert [(s.base, s.name, s.platform, s.index) for s in found.stages] == [
        ("python:3.12-slim", "base", "linux/arm64", 0),
        ("node", "build", None, 1),
        ("Base", None, None, 2),
    ]
    assert source.slice(found.stages[0].span) == "python:${TAG}"
    assert found.lineage == (0, 2)
    assert found.env == {"PORT": "5000"}
    assert found.workdir == "/app/sub"
    assert found.exposed == ("5000", "9000")
    assert found.cmd is None, "an ENTRYPOINT drops the CMD of the stage it builds on"
    assert found.entrypoint is not None
    cmd = found.targeting("build").cmd
    assert cmd is not None
    assert cmd.args == "node"
    assert found.targeting("nope") is found


def test_env_forms_quotes_and_variables() -> None:
    _, found = read(
        "ARG G=global\nFROM x\nARG G\nARG L=local\nENV A=1 B=\"x y\" C=a\\ b D='q'\nENV OLD some  value\n"
        "ENV E=$A-${L}-${G} F=${NO:-d} H=$NO\n"
        "ENV A=2 I=$A\n"
    )
    assert found.env == {
        "A": "2", "B": "x y", "C": "a b", "D": "q", "OLD": "some  value", "E": "1-local-global", "F": "d", "H": "$NO", "I": "1",
    }  # fmt: skip


def test_run_flags_stand_before_the_exec_form() -> None:
    source, found = read('FROM x\nRUN --mount=type=cache,target=/c ["pip", "install"]\n')
    run = found.instructions[1]
    assert (run.form, [w for w, _ in run.words]) == ("exec", ["pip", "install"])
    assert source.slice(run.words[1][1]) == '"install"'


@pytest.mark.parametrize(
    ("args", "form"),
    [
        ("[]", "exec"),
        ('["a",]', "shell"),
        ('["a" "b"]', "shell"),
        ('["a"', "shell"),
        ("[1]", "shell"),
        ('["\\x"]', "shell"),
        ('["a"] b', "shell"),
    ],
)
def test_broken_lists_are_shell_form(args: str, form: str) -> None:
    _, found = read(f"FROM x\nCMD {args}\n")
    assert found.cmd is not None
    assert found.cmd.form == form


def test_empty_and_odd_files() -> None:
    for text in ("", "\\", "\\\n", "FROM", "CMD", "=x", "RUN \\\n# only\n", "ARG\nENV\nFROM\nENV\nARG"):
        _, found = read(text)
        assert found.workdir is None
        assert found.env == {}
    assert read("CMD x")[1].cmd is None


@pytest.mark.parametrize(
    "text",
    [
     "RUN <<A\n\tA\n" * 40_000, "RUN a \\\n" * 60_000, "ENV A=$A$A\n" * 20_000, 'ENV A="' + "\\a" * 200_000,
     "FROM a AS b\nFROM b AS a\n" * 2000,
     "CMD [" + '"a",' * 100_000, "ENV " + "'" * 300_000],
)  # fmt: skip
def test_bombs_end(text: str) -> None:
    found = read("FROM x\n" + text)[1]
    assert found.cmd is None or found.cmd.args
    assert found.env is not None


pieces = st.sampled_from(
    [
        "FROM",
        "a",
        " ",
        "\n",
        "\r\n",
        "\\\n",
        "`",
        "RUN ",
        "CMD ",
        "ENV ",
        "A=",
        '"',
        "'",
        "[",
        "]",
        ",",
        "<<E",
        "E\n",
        "#",
        "$A",
        "${A:-é}",
        "ARG ",
        "--x=",
    ]
)


@given(st.lists(pieces, max_size=40).map("".join).map(str.encode) | st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_spans_inside_the_file(data: bytes) -> None:
    source = SourceFile("Dockerfile", data)
    found = dockerfile.parse(source)
    for one in found.instructions:
        spans = [one.span, one.args_span, *(s for _, s in one.words), *(s for _, s in one.heredocs)]
        assert all(0 <= s.start <= s.end <= len(data) for s in spans)
        assert one.args_span.within(one.span)
        assert source.slice(one.span).upper().startswith(one.keyword[:1])
    assert all(0 <= s.span.start <= s.span.end <= len(data) for s in found.stages)
    assert isinstance(found.env, dict)
    _ = (found.cmd, found.entrypoint, found.workdir, found.user, found.exposed)


def test_commands_on_several_lines_keep_their_places() -> None:
    source, found = read("FROM x\nCMD run \\\n# why\n  --bind 0.0.0.0 \\\n  app:app\n")
    cmd = found.cmd
    assert cmd is not None
    words = parse_shell(cmd.args, cmd.args_span.start, pieces=cmd.pieces).commands[0].words
    assert [(word.text, source.slice(word.span)) for word in words] == [(w, w) for w in ("run", "--bind", "0.0.0.0", "app:app")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COPY . .", [((".",), "/", True, "")]),
        ("WORKDIR /code\nCOPY a.py b.py ./", [(("a.py", "b.py"), "/code", True, "")]),
        ("WORKDIR /code\nWORKDIR src\nCOPY --chown=a:b run.sh start", [(("run.sh",), "/code/src/start", False, "")]),
        ('ARG home=/srv\nADD ["a b", "$home/x"]', [(("a b",), "/srv/x", False, "")]),
        ("COPY --from=0 /out /app/", [(("/out",), "/app", True, "0")]),
        ("COPY --link --from=b /out /app", [(("/out",), "/app", False, "b")]),
        ("COPY lonely", []),
    ],
)
def test_copies(text: str, expected: list[object]) -> None:
    _, found = read(f"FROM x\n{text}\n")
    assert [(copy.sources, copy.target, copy.folder, copy.stage) for copy in copies(found)] == expected


def test_a_working_directory_that_the_base_sets_is_not_guessed() -> None:
    _, found = read("FROM x\nCOPY . .\nWORKDIR /app\nCOPY . .\n")
    assert [copy.home for copy in copies(found, None)] == [False, True]
