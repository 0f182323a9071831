"""Every format on every sample: pinned as snapshots, and the promises that hold for all of them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from report_samples import RULES, SAMPLES, hostile, one
from syrupy.assertion import SnapshotAssertion

from herolint.reports import FORMATS, Options, render

OPTIONS = Options(rules=RULES)
EVERYTHING = Options(rules=RULES, show_suppressed=True, verbose=1, width=120)


@pytest.fixture(autouse=True)
def _fixed_version(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sarif", "rdjson", "html_"):
        monkeypatch.setattr(f"herolint.reports.{module}.__version__", "1.0.0")


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", FORMATS)
def test_snapshot(name: str, sample: str, snapshot: SnapshotAssertion) -> None:
    assert _shown(render(name, SAMPLES[sample](), OPTIONS)) == snapshot


@pytest.mark.parametrize("name", FORMATS)
def test_snapshot_with_everything_shown(name: str, snapshot: SnapshotAssertion) -> None:
    assert _shown(render(name, SAMPLES["many"](), EVERYTHING)) == snapshot


def _shown(report: str) -> str:
    """A report without the style sheet, which is a file of its own."""
    return re.sub(r"<style>.*?</style>", "<style></style>", report, flags=re.DOTALL)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", FORMATS)
def test_output_is_harmless_and_ends_with_one_line_break(name: str, sample: str) -> None:
    text = render(name, SAMPLES[sample](), EVERYTHING)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]", text)
    assert not re.search(r"##\w*\[", text), "a log command of a CI service"
    text.encode()


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"github"}))
def test_no_line_is_a_workflow_command(name: str) -> None:
    lines = render(name, hostile(), EVERYTHING).splitlines()
    assert not [line for line in lines if line.strip().startswith("::") and not line.strip().startswith("::: ")]


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", ["text", "concise"])
def test_colour_and_links_only_add_to_the_same_text(name: str, sample: str) -> None:
    result = SAMPLES[sample]()
    painted = render(name, result, Options(rules=RULES, color=True, links=True))
    assert "\x1b[" in painted or name == "concise"
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\", "", painted)
    assert plain == render(name, result, OPTIONS)


def test_links_open_files() -> None:
    text = render("text", one(), Options(links=True))
    assert "\x1b]8;;file:///app/my%20shop/app.py\x1b\\app.py:6:29\x1b]8;;\x1b\\" in text


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown format `xml`; there are text, concise, json, sarif, github, gitlab, "):
        render("xml", one(), OPTIONS)


def test_reports_need_no_heavy_library() -> None:
    code = (
        "import sys; from herolint.result import Result; from herolint.reports import FORMATS, Options, render\n"
        "for name in FORMATS: render(name, Result(), Options())\n"
        "print(sorted({'rich', 'click', 'yaml', 'tree_sitter', 'libcst', 'packaging', 'pygments'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
