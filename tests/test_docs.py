"""The documentation site: it builds without a warning, has a page for every rule, and loads nothing from elsewhere."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

from herolint import engine
from herolint.cli import COMMANDS
from herolint.config_keys import APP, IGNORE, TOP

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="MkDocs is not installed (dependency group docs)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=240, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return folder


class Links(HTMLParser):
    """What a page links to, what it loads, and where it can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and "stylesheet" in given.get("rel", ""):
            self.loads.append(given["href"])
        elif "src" in given:
            self.loads.append(given["src"])


@cache
def links(page: Path) -> Links:
    return Links(page.read_text("utf-8"))


def test_every_rule_has_a_page_that_the_index_links(site: Path) -> None:
    index = links(site / "rules" / "index.html").links
    for rule in engine.load_rules(ROOT)[0]:
        page = (site / "rules" / f"{rule.code}.html").read_text("utf-8")
        assert re.search(rf"<h1[^>]*>{rule.code} {rule.name}<", page), rule.code
        assert f"{rule.code}.html" in index
        for section in ("Why it hurts", "Fails", "Passes", "How to fix", "When to ignore"):
            assert f">{section}<" in page, (rule.code, section)
        assert "```" not in page, f"{rule.code}: a block was not read as one"


def test_links_inside_lead_somewhere(site: Path) -> None:
    dead = []
    for page in sorted(site.rglob("*.html")):
        if page.name == "404.html":
            continue
        for link in links(page).links:
            if re.match(r"[a-z]+:", link):
                continue
            path, anchor = urldefrag(link)
            target = (page.parent / unquote(path)).resolve() if path else page
            if target.is_dir():
                target /= "index.html"
            if not target.is_file() or (anchor and target.suffix == ".html" and unquote(anchor) not in links(target).anchors):
                dead.append(f"{page.relative_to(site)}: {link}")
    assert dead == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    elsewhere = {load for page in site.rglob("*.html") for load in links(page).loads if re.match(r"(https?:)?//", load)}
    assert elsewhere == set()
    styles = "".join(style.read_text("utf-8") for style in site.rglob("*.css"))
    assert not re.search(r"(@import|url\()\s*['\"]?(https?:)?//", styles)


def text_of(site: Path, page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", (site / page).read_text("utf-8")))


def test_references_tell_all_there_is(site: Path) -> None:
    commands = text_of(site, "command-line.html")
    assert [name for name in COMMANDS if f"herolint {name}" not in commands] == []
    assert "--config-from COMMIT" in commands
    keys = (site / "configuration.html").read_text("utf-8")
    assert [key for key in (*TOP, *APP, *IGNORE) if f"<code>{key}</code>" not in keys] == []


def test_the_tutorial_ends_green(site: Path) -> None:
    story = text_of(site, "tutorial.html")
    assert story.index("The build stops at: runtime (HL407)") < story.index("error[HL201]") < story.index("warning[HL502]")
    assert "No findings: 1 app (web, worker, clock) checked" in story
    assert story.rindex("The build succeeds as far as these files tell.") > story.rindex("No findings")
