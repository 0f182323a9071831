"""The HTML report: one harmless file that works without network and script, with a keyboard and with a screen reader, light and dark."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from report_samples import RULES, SAMPLES, hostile, many, one

from herolint.reports import Options, render

OPTIONS = Options(rules=RULES, show_suppressed=True)
STYLE = (Path(__file__).parent.parent.parent / "src/herolint/reports/html_/style.css").read_text("utf-8")
VOID = {"meta", "input", "br", "hr", "img", "link", "rect", "path"}
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


class Page(HTMLParser):
    """The tags of a page with their attributes, and what is wrong with their nesting."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words += data

    def values(self, name: str) -> list[str]:
        """What an attribute says, over all tags."""
        return [attributes[name] or "" for _, attributes in self.tags if name in attributes]


def page(sample: str) -> Page:
    return Page(render("html", SAMPLES[sample](), OPTIONS))


@pytest.mark.parametrize("sample", SAMPLES)
def test_tags_are_nested_and_everything_that_is_named_is_there(sample: str) -> None:
    found = page(sample)
    assert not found.wrong
    assert not found.open
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    targets = [link.removeprefix("#") for link in found.values("href") if link.startswith("#")]
    targets += [word for value in found.values("aria-labelledby") for word in value.split()]
    assert set(targets) <= set(ids)


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_can_be_walked_by_landmarks_and_headings(sample: str) -> None:
    found = page(sample)
    names = [tag for tag, _ in found.tags]
    assert all(names.count(landmark) == 1 for landmark in ("header", "main", "nav", "footer", "h1"))
    levels = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert found.tags[names.index("a")][1] == {"class": "skip", "href": "#main"}
    assert all(
        attributes.get("role") == "region" and attributes.get("aria-label")
        for tag, attributes in found.tags
        if attributes.get("tabindex") == "0"
    )
    assert dict(found.tags)["html"] == {"lang": "en"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_needs_nothing_from_elsewhere(sample: str) -> None:
    found = page(sample)
    assert {tag for tag, _ in found.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "form", "base"})
    assert not found.values("src")
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert "default-src 'none'" in " ".join(found.values("content"))


def test_nothing_from_the_repository_becomes_markup() -> None:
    text = render("html", hostile(), OPTIONS)
    assert "<script" not in text
    assert "<!--" not in text
    assert '<script>alert("owned")' in Page(text).words
    assert "\\x1b]0;" in Page(text).words
    assert "\\u202e" in Page(text).words


def test_code_is_marked_and_labelled() -> None:
    text = render("html", one(), OPTIONS)
    assert '    app.run(host=&quot;0.0.0.0&quot;, <mark class="error">port=5000</mark>)' in text
    assert f'<span class="no"></span>{" " * 28}<span class="label error">↑ fixed port</span>' in text
    assert '<span class="removed">- port=5000</span>\n<span class="added">+ port=int(os.environ.get(' in text


def test_the_summary_and_the_rules_tell_what_is_known() -> None:
    words = " ".join(page("one").words.split())
    told = (
        "Not ready. 1 error would break",
        "Python 3.13.2",
        "about 138 MB of 500 MB",
        "torch+cpu in place of torch",
        "HL105 port-not-bound",
    )
    for sentence in told:
        assert sentence in words


def test_many_alike_are_told_once() -> None:
    text = render("html", many(), OPTIONS)
    assert text.count("a request without timeout</h4>") == 1
    assert "The same at 6 more places" in text


def luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def schemes() -> dict[str, dict[str, str]]:
    """The colours by name, light and dark."""
    light, dark = STYLE.split("prefers-color-scheme: dark", 1)
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark.partition("* {")[0])]
    return {"light": found[0], "dark": {**found[0], **found[1]}}


PAIRS = [
    *((ink, paper) for ink in ("ink", "soft", "accent", "error", "warning", "note", "good") for paper in ("paper", "card")),
    *((ink, "code") for ink in ("ink", "soft", "error", "warning", "note", "good", "related")),
    *((ink, f"{kind}-tint") for kind in ("error", "warning", "note", "related") for ink in ("ink", kind)),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_contrast(scheme: str, ink: str, paper: str) -> None:
    colors = schemes()[scheme]
    high, low = sorted((luminance(colors[ink]), luminance(colors[paper])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_dark_names_every_colour_anew() -> None:
    light, dark = (re.findall(r"--([\w-]+): #", part) for part in STYLE.split("prefers-color-scheme: dark", 1))
    assert sorted(light) == sorted(dark)


browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")

PROBE = """
const answer = {};
const frame = document.querySelector("iframe");
const page = frame.contentDocument;
const style = (element) => frame.contentWindow.getComputedStyle(element);
answer.overflow = page.documentElement.scrollWidth - page.documentElement.clientWidth;
answer.background = style(page.body).backgroundColor;
answer.map = page.querySelector("svg") ? style(page.querySelector("svg")).display : "none";
const shown = () => [...page.querySelectorAll(".finding")].filter((one) => style(one).display !== "none").length;
const groups = () => [...page.querySelectorAll(".group")].filter((one) => style(one).display !== "none").length;
answer.shown = [[shown(), groups()]];
for (const word of ["note", "warning", "error"]) {
  const box = page.getElementById("show-" + word);
  if (box) { box.click(); answer.shown.push([shown(), groups()]); }
}
const skip = page.querySelector(".skip");
skip.focus();
answer.skip = skip.getBoundingClientRect().left >= 0;
document.getElementById("answer").textContent = JSON.stringify(answer);
"""


def chromium(folder: Path, *words: str) -> str:
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", *words]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout


def asked(folder: Path, text: str, wide: int, *words: str) -> dict[str, object]:
    """What a browser makes of a page of some width, by a script outside of it."""
    frame = f'<iframe srcdoc="{escape(text)}" style="border:0;width:{wide}px;height:900px"></iframe>'
    host = folder / "host.html"
    host.write_text(
        f'<!doctype html><meta charset="utf-8">{frame}<pre id="answer"></pre><script>onload = () => {{{PROBE}}}</script>', "utf-8"
    )
    dom = chromium(folder, "--window-size=1400,1000", "--virtual-time-budget=5000", *words, "--dump-dom", host.as_uri())
    found = re.search(r'<pre id="answer">(\{.*?\})</pre>', dom)
    assert found is not None, dom[-500:]
    answer: dict[str, object] = json.loads(found[1])
    return answer


@browser
@pytest.mark.parametrize("sample", ["one", "many", "wide", "hostile"])
def test_in_a_browser_nothing_runs_over_the_edge_of_a_telephone(sample: str, tmp_path: Path) -> None:
    answer = asked(tmp_path, render("html", SAMPLES[sample](), OPTIONS), 400)
    assert answer["overflow"] == 0
    assert answer["map"] == "none"
    assert answer["skip"] is True


@browser
def test_in_a_browser_the_boxes_hide_severities_without_a_script(tmp_path: Path) -> None:
    answer = asked(tmp_path, render("html", many(), OPTIONS), 1280)
    assert answer["shown"] == [[3, 2], [2, 2], [0, 0]]
    assert answer["background"] == "rgb(250, 249, 246)"


@browser
def test_in_a_browser_it_is_dark_where_people_like_it_dark(tmp_path: Path) -> None:
    assert asked(tmp_path, render("html", one(), OPTIONS), 1280, "--force-dark-mode")["background"] == "rgb(22, 24, 27)"


@browser
def test_in_a_browser_hostile_text_stays_text(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render("html", hostile(), OPTIONS), "utf-8")
    dom = chromium(tmp_path, "--dump-dom", file.as_uri())
    assert "<script" not in dom
    assert "<footer>" in dom
    shot = tmp_path / "report.png"
    chromium(tmp_path, "--window-size=1280,900", f"--screenshot={shot}", file.as_uri())
    assert shot.read_bytes().startswith(b"\x89PNG")
