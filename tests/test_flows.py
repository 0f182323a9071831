"""What runs where and how long: small file trees, each with its findings written beside the lines that get them.

A file of `fixtures/flows` holds cases of one topic. A case starts with `=== base: what it shows`, its files with `--- path`; the base
gives the files that it leaves out. `# <- HL502` (or `// <- …`) at the end of a line expects that finding there, a text in quotes that
the finding says so; nothing else of these families may be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config
from herolint.finding import Finding

FLOWS = Path(__file__).parent / "fixtures" / "flows"
FAMILIES = ("HL206", "HL209", "HL5", "HL6")
MARK = re.compile(r"\s*(?:#|//) <- (?P<marks>HL\d{3}.*)$")
ONE = re.compile(r'(HL\d{3})(?: "([^"]*)")?')
ALL = re.compile(rf"{ONE.pattern}(?: {ONE.pattern})*")


class Case(NamedTuple):
    """A file tree without marks, and what is expected: (path, line, code) → what the finding says."""

    base: str
    title: str
    files: dict[str, str]
    expected: dict[tuple[str, int, str], str]


def read_cases(text: str) -> Iterator[Case]:
    """The cases of one file."""
    for block in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        base, _, title = head.partition(": ")
        case = Case(base, title, {}, {})
        for section in re.split(r"^--- ", body, flags=re.MULTILINE)[1:]:
            path, _, content = section.partition("\n")
            lines = content.rstrip("\n").split("\n")
            for number, line in enumerate(lines):
                if marked := MARK.search(line):
                    assert ALL.fullmatch(marked["marks"]), line
                    lines[number] = line[: marked.start()]
                    case.expected.update({(path, number + 1, code): said for code, said in ONE.findall(marked["marks"])})
            case.files[path] = "\n".join(lines) + "\n"
            assert "<- HL" not in case.files[path], f"a mark that is not read: {title}, {path}"
        yield case


BASES = {case.base: case.files for case in read_cases((FLOWS / "bases.txt").read_text(encoding="utf-8"))}
CASES = [
    (f"{file.stem}-{case.base}-{case.title}".replace(" ", "-"), case)
    for file in sorted(FLOWS.glob("*.txt"))
    if file.stem != "bases"
    for case in read_cases(file.read_text(encoding="utf-8"))
]


def place(finding: Finding, root: Path) -> tuple[str, int, str]:
    data = (root / finding.at.path).read_bytes()[: finding.at.span.start if finding.at.span is not None else 0]
    return finding.at.path, data.count(b"\n") + 1, finding.code


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES])
def test_flow(case: Case, tmp_path: Path) -> None:
    plant(tmp_path, {**BASES[case.base], **case.files})
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=date(2026, 11, 24), cache=False))
    assert not [problem.detail or problem.message for problem in result.problems if problem.rule], "a rule failed"
    found = {place(f, tmp_path): f"{f.message} ({f.why})" for f in result.findings if f.code.startswith(FAMILIES)}
    assert found.keys() == case.expected.keys(), "\n".join(f"{at}: {said}" for at, said in found.items())
    for at, said in case.expected.items():
        assert said in found[at]


@pytest.mark.parametrize("size", [100_000, 21_000_000])
def test_a_model_that_each_request_reads_is_told_where_its_file_is_large(size: int, tmp_path: Path) -> None:
    app = """import tensorflow as tf
from flask import Flask, request

app = Flask(__name__)

@app.post("/label")
def label():
    model = tf.keras.models.load_model("leaves.h5")
    return str(model.predict(request.json))
"""
    plant(tmp_path, {**BASES["flask"], "app.py": app})
    (tmp_path / "leaves.h5").write_bytes(bytes(size))
    result = engine.run(tmp_path, Config(), engine.RunOptions(today=date(2026, 11, 24), cache=False))
    assert [place(f, tmp_path) for f in result.findings if f.code == "HL502"] == [("app.py", 8, "HL502")] * (size > 20_000_000)


def test_the_corpus_shows_all_languages_and_enough_silence() -> None:
    cases = [case for _, case in CASES]
    assert len(cases) >= 120
    assert sum(not case.expected for case in cases) * 3 >= len(cases)
    for ending in (".py", (".js", ".ts"), ".go", ".rb"):
        assert sum(any(path.endswith(ending) for path in case.files) for case in cases) >= 15
