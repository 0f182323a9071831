"""The rule pages: their form, and every example run as a test."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest

from herolint import engine, pages
from herolint.cli import main
from herolint.config import Config
from herolint.finding import Finding
from herolint.pages import Example, Expected, Page
from herolint.result import Result
from herolint.rules.registry import Rule

TODAY = date(2026, 11, 24)
BASES = Path(__file__).parent / "fixtures" / "bases"

RULES = {rule.code: rule for rule in engine.load_rules(Path(__file__).parent)[0]}
FILES = pages.page_files()


def load(code: str) -> Page:
    page = pages.load_page(code)
    assert page is not None
    return page


def named_examples() -> Sequence[object]:
    """Every example of every page that fails or passes, named after its rule, section and title."""
    found = []
    for code in sorted(FILES):
        for number, example in enumerate((one for one in load(code).examples() if one.section != "After the fix"), 1):
            found.append(pytest.param(code, example, id=f"{code}-{example.section}-{example.title or number}".replace(" ", "-")))
    return found


def plant(example: Example, root: Path) -> None:
    """Write an example's tree: its base with the example's own files over it; those that begin with `#!` are executable."""
    if example.base:
        assert (BASES / example.base).is_dir(), f"no base {example.base}"
        shutil.copytree(BASES / example.base, root, dirs_exist_ok=True)
    for name, data in example.files:
        file = root / name
        if data is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            if data.startswith(b"#!"):
                file.chmod(0o755)


def lint(root: Path) -> Result:
    return engine.run(root, Config(), engine.RunOptions(today=TODAY, cache=False))


def seen(finding: Finding, root: Path) -> Expected:
    """A finding as an example expects it."""
    line = 0
    if finding.at.span is not None:
        data = (root / finding.at.path).read_bytes()[: finding.at.span.start]
        line = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    return Expected(finding.at.path, line, finding.code, finding.severity.word)


@pytest.mark.parametrize("code", sorted(RULES.keys() | FILES.keys()))
def test_page_form(code: str) -> None:
    assert code in FILES, "the rule has no page"
    assert code in RULES, "the page has no rule"
    rule: Rule = RULES[code]
    page = load(code)
    assert (page.code, page.name) == (code, rule.name)
    assert FILES[code].name == f"{code}-{rule.name}.md"
    assert page.summary, "a paragraph of what it reports comes first"
    headings = [name for name in pages.SECTIONS if name in page.sections or name not in pages.OPTIONAL]
    assert list(page.sections) == headings
    assert all(text.strip() for text in page.sections.values())
    sections = {example.section for example in page.examples()}
    assert {"Fails", "Passes"} <= sections, "a failing and a passing example"


@pytest.mark.parametrize(("code", "example"), named_examples())
def test_example(code: str, example: Example, tmp_path: Path) -> None:
    plant(example, tmp_path)
    result = lint(tmp_path)
    assert not [problem.detail or problem.message for problem in result.problems if problem.rule], "a rule failed"
    found = sorted(seen(finding, tmp_path) for finding in result.findings)
    assert found == list(example.expected), "\n".join(finding.message for finding in result.findings)
    if example.section == "Fails":
        assert code in {expected.code for expected in example.expected}, "a failing example expects the page's own rule"


def fixed_examples() -> Sequence[object]:
    """Every tree under `After the fix`, with the failing one of the same title (else of the same number)."""
    found = []
    for code in sorted(FILES):
        examples = load(code).examples()
        failing = [example for example in examples if example.section == "Fails"]
        for number, after in enumerate(example for example in examples if example.section == "After the fix"):
            before = next((example for example in failing if example.title and example.title == after.title), None)
            name = f"{code}-{after.title or number + 1}".replace(" ", "-")
            found.append(pytest.param(code, before or failing[number], after, id=name))
    return found


def content(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@pytest.mark.parametrize(("code", "before", "after"), fixed_examples())
def test_after_the_fix(code: str, before: Example, after: Example, tmp_path: Path) -> None:
    """The fixes of a rule make a failing example into the tree that the page shows; then the rule is silent and nothing else speaks up."""
    plant(before, tmp_path)
    wanted = content(tmp_path)
    for name, data in after.files:
        wanted.pop(name, None)
        wanted |= {name: data} if data is not None else {}
    was = Counter(finding.code for finding in lint(tmp_path).findings)
    assert run_cli(tmp_path, "--fix", "--unsafe-fixes", "--select", code).code == 0
    assert content(tmp_path) == wanted
    now = Counter(finding.code for finding in lint(tmp_path).findings)
    assert now[code] == 0
    assert now <= was, "the fix brings findings of its own"
    assert run_cli(tmp_path, "--diff", "--unsafe-fixes", "--select", code).out == "", "a second time there is something to fix"


class Run(NamedTuple):
    """What a run of the command line gave."""

    code: int
    out: str
    err: str


def run_cli(root: Path, *options: str) -> Run:
    out, err = TextIOWrapper(BytesIO(), "utf-8"), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["check", *options, "--no-cache", "--today", TODAY.isoformat(), str(root)])
        out.flush()
    return Run(code, out.buffer.getvalue().decode(), err.getvalue())


@pytest.mark.parametrize("base", sorted(base.name for base in BASES.iterdir() if base.name.endswith("-clean")))
def test_clean_bases_are_clean(base: str, tmp_path: Path) -> None:
    shutil.copytree(BASES / base, tmp_path, dirs_exist_ok=True)
    result = lint(tmp_path)
    assert [(f.code, f.at.path, f.message) for f in result.findings] == []
    assert result.problems == ()


PAGE = """# HL999 sample-rule

What it reports,
in two lines.

More.

## Why it hurts
## Fails
### one
base: flask-clean
`app.py`:
````python
```
x
````
`old.txt` (absent)

`runtime.txt`
```text encoding=utf-16-le eol=crlf
a
```
```expect
app.py:2 HL999 error
. HL998 note
my file.txt HL997 warning
```
### two
`gone.txt`
```
(absent)
```
`cut.txt`
```text eol=none
x
```
## Passes
```
## no heading
```
"""


def test_a_page_is_read() -> None:
    page = pages.parse_page(PAGE, Path("x.md"))
    assert (page.code, page.name, page.summary) == ("HL999", "sample-rule", "What it reports, in two lines.")
    assert list(page.sections) == ["Why it hurts", "Fails", "Passes"]
    one, two = page.examples()
    assert (one.title, one.base) == ("one", "flask-clean")
    assert one.files == (("app.py", b"```\nx\n"), ("old.txt", None), ("runtime.txt", "a\r\n".encode("utf-16-le")))
    assert one.expected == (
        Expected("", 0, "HL998", "note"),
        Expected("app.py", 2, "HL999", "error"),
        Expected("my file.txt", 0, "HL997", "warning"),
    )
    assert two.files == (("gone.txt", None), ("cut.txt", b"x"))


def test_a_page_without_title_is_refused() -> None:
    with pytest.raises(pages.PageError, match="first line"):
        pages.parse_page("# HL1\n", Path("x.md"))


def test_an_expectation_that_cannot_be_read_is_refused() -> None:
    page = pages.parse_page("# HL999 x\n\ny\n\n## Fails\nbase: flask-clean\n```expect\napp.py 3 HL999\n```\n", Path("x.md"))
    with pytest.raises(pages.PageError, match="not an expected finding"):
        page.examples()
