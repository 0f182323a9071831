"""What the buildpacks do, row by row of what is known of them: small apps with the outcome that each must have.

The apps stand in tests/fixtures/buildpacks, one file for each buildpack, in a form of their own:

    @ flask                                   a base: the files below it are named and reused
    = PY-PM-03 fails HL404 on flask: words    a case: its row, the outcome, the rules that may tell, the base it changes
    --- path [options]                        a file with the lines below it; a path with blanks stands in backticks

`fails`: the build stops, or nothing starts after it, and one of the rules says so as an error. `warns`: one of them warns (with no
rule named, the build log alone does), and no rule of the build says that it stops. `silent`: no rule of the build says that it stops.
`missed fails …` is a row that herolint does not predict: a buildpack may have one, and each is checked to be one, so that the
list stays honest.

Options of a file: `absent`, `edit` (lines `- old` and `+ new` change the base's file), `link=TARGET`, `exec`, `crlf`, `bom`, `utf-16`
(with a byte order mark), `utf-16-bare`, `latin-1`. A line `> web: command` expects that process type, `> no web` its absence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from herolint import engine
from herolint.app.buildpacks import outcomes
from herolint.app.model import App
from herolint.config import Config
from herolint.finding import Finding, Severity

FOLDER = Path(__file__).parent / "fixtures" / "buildpacks"
TODAY = date(2026, 11, 24)
MOST_MISSED = 1
OPTIONS = {"absent", "edit", "exec", "crlf", "bom", "utf-16", "utf-16-bare", "latin-1"}

_HEAD = re.compile(
    r"= (?P<row>\S+) (?P<missed>missed )?(?P<outcome>fails|warns|silent)(?P<codes>(?: HL\d{3})*)(?: on (?P<base>[\w-]+))?(?:: (?P<words>.+))?"
)
_FILE = re.compile(r"--- (?:`(?P<quoted>[^`]+)`|(?P<path>\S+))(?P<options>(?: \S+)*)")


class Case:
    """One small app: its files as text with options, what it must come to, and what else is expected of it."""

    def __init__(self, head: re.Match[str]) -> None:
        self.row: str = head["row"]
        self.outcome: str = head["outcome"]
        self.codes = frozenset(head["codes"].split())
        self.missed = head["missed"] is not None
        self.words: str = head["words"] or ""
        self.files: dict[str, tuple[tuple[str, ...], list[str]]] = {}
        self.expected: list[str] = []

    def plant(self, root: Path) -> None:
        """Write the files into a folder."""
        for name, (options, lines) in self.files.items():
            if "absent" in options:
                continue
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            link = next((option[5:] for option in options if option.startswith("link=")), None)
            if link is not None:
                path.symlink_to(link)
                continue
            path.write_bytes(_encoded("".join(f"{line}\n" for line in lines), options))
            if "exec" in options:
                path.chmod(0o755)


def _encoded(text: str, options: tuple[str, ...]) -> bytes:
    if "crlf" in options:
        text = text.replace("\n", "\r\n")
    if "bom" in options or "utf-16" in options:
        text = "\ufeff" + text
    encoding = "utf-16-le" if {"utf-16", "utf-16-bare"} & set(options) else "latin-1" if "latin-1" in options else "utf-8"
    return text.encode(encoding)


def _stripped(lines: list[str]) -> list[str]:
    """Lines without the blank ones and the headings that follow the file."""
    last = len(lines)
    while last and (not lines[last - 1].strip() or lines[last - 1].startswith("# ----")):
        last -= 1
    return lines[:last]


def _edited(old: list[str], edits: list[str]) -> list[str]:
    """Lines after an edit: a run of `- ` lines gives way to the `+ ` lines behind it; `+ ` lines alone go to the end."""
    new = list(old)
    at = None
    for edit in edits:
        mark, line = edit[:2], edit[2:]
        if mark == "- ":
            at = new.index(line)
            del new[at]
        elif at is None:
            new.append(line)
        else:
            new.insert(at, line)
            at += 1
    return new


def cases(file: Path) -> Iterator[Case]:
    """The cases of one file."""
    bases: dict[str, dict[str, tuple[tuple[str, ...], list[str]]]] = {}
    made: list[Case] = []
    files: dict[str, tuple[tuple[str, ...], list[str]]] = {}
    lines: list[str] = []
    for line in file.read_text("utf-8").split("\n"):
        if line.startswith("@ "):
            files = bases[line[2:].strip()] = {}
            lines = []
        elif line.startswith("= "):
            head = _HEAD.fullmatch(line)
            assert head, f"{file.name}: {line}"
            assert head["codes"] or head["outcome"] != "fails", f"{file.name}: no rule is named that should tell: {line}"
            made.append(Case(head))
            files = made[-1].files
            if head["base"]:
                files.update(bases[head["base"]])
            lines = []
        elif line.startswith("--- "):
            found = _FILE.fullmatch(line)
            assert found, f"{file.name}: {line}"
            lines = []
            name, options = found["quoted"] or found["path"], tuple(found["options"].split())
            assert all(option in OPTIONS or option.startswith("link=") for option in options), f"{file.name}: {line}"
            before = files.pop(name, ((), []))
            files[name] = (options, lines) if "edit" not in options else ((*before[0], "edit"), lines)
            if "edit" in options:
                files[name] = ((*before[0], *options), lines)
                made[-1].files[name + "\0before"] = before
        elif line.startswith("> ") and made:
            made[-1].expected.append(line[2:])
        else:
            lines.append(line)
    for case in made:
        yield _settled(case)


def _settled(case: Case) -> Case:
    """The case with its edits done."""
    before = {name.removesuffix("\0before"): old for name, old in case.files.items() if name.endswith("\0before")}
    done = {}
    for name, (options, lines) in case.files.items():
        if name.endswith("\0before"):
            continue
        content = _stripped(lines)
        if name in before:
            content = _edited(_stripped(before[name][1]), content)
        done[name] = (options, content)
    case.files = done
    return case


CASES = [case for file in sorted(FOLDER.glob("*.txt")) for case in cases(file)]


def _of_the_build(finding: Finding) -> bool:
    return finding.code.startswith("HL4")


def _as_stated(case: Case, findings: tuple[Finding, ...]) -> bool:
    """Whether the findings say what the row states."""
    errors = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    warnings = {finding.code for finding in findings if finding.severity is Severity.WARNING}
    stops = {finding.code for finding in findings if finding.severity is Severity.ERROR and _of_the_build(finding)}
    if case.outcome == "fails":
        return bool(errors & case.codes)
    if case.outcome == "warns":
        return (bool(warnings & case.codes) or not case.codes) and not stops
    return not stops


def _check(app: App, expected: str) -> None:
    """`web: command` is among the process types, `no web` is not."""
    if expected.startswith("no "):
        assert expected[3:] not in app.processes
        return
    name, _, command = expected.partition(": ")
    assert name in app.processes, list(app.processes)
    assert app.processes[name].text == command


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.row} {case.outcome} {case.words}") for case in CASES])
def test_row(case: Case, tmp_path: Path) -> None:
    case.plant(tmp_path)
    options = engine.RunOptions(today=TODAY, cache=False)
    result = engine.run(tmp_path, Config(), options)
    told = "\n".join(f"{f.code} {f.severity.word} {f.at.path}: {f.message}" for f in result.findings)
    assert not [problem.detail for problem in result.problems if problem.rule]
    stated = _as_stated(case, result.findings)
    if case.outcome == "warns" and not case.codes:
        app = engine.open_apps(tmp_path, Config(), options)[1][0]
        stated = stated and any(not one.fails for one in outcomes(app, "advice"))
    assert stated != case.missed, told or "no findings"
    for expected in case.expected:
        _check(engine.open_apps(tmp_path, Config(), options)[1][0], expected)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
def test_hardly_any_row_is_missed(file: Path) -> None:
    rows = {case.row for case in cases(file)}
    assert len(rows) >= 15
    missed = {case.row for case in cases(file) if case.missed}
    assert len(missed) <= MOST_MISSED, sorted(missed)


def test_each_buildpack_that_is_followed_has_its_rows() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == {"dotnet", "go", "jvm", "node", "php", "python", "ruby"}
    for outcome in ("fails", "warns", "silent"):
        assert sum(case.outcome == outcome for case in CASES) >= 50, outcome
