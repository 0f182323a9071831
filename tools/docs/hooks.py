"""What MkDocs calls while it builds the site: pages that are made of the rules and of the code, and the tutorial's outputs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage
from played import played
from reference import command_line, configuration
from rule_pages import rule_index, rule_page

from herolint import engine, pages

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "tests" / "fixtures" / "apps" / "events-directory"
TODAY = "2026-11-24"
"""The day of the tutorial; rules that go by dates would tell another story on others."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page of each rule and their index."""
    rules, _problems = engine.load_rules(ROOT)
    found = [(rule, page) for rule in rules if (page := pages.load_page(rule.code)) is not None]
    files.append(File.generated(config, "rules/index.md", content=rule_index(found)))
    for rule, page in found:
        files.append(File.generated(config, f"rules/{rule.code}.md", content=rule_page(rule, page)))
    return files


def on_page_markdown(markdown: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    """Fill in what a page has a place for, and play the tutorial."""
    for mark, make in {
        "<!-- command line -->": command_line,
        "<!-- configuration -->": configuration,
        "<!-- inputs of the action -->": action_inputs,
    }.items():
        if mark in markdown:
            markdown = markdown.replace(mark, make())
    if page.file.src_uri == "tutorial.md":
        with tempfile.TemporaryDirectory() as folder:
            app = Path(folder) / "events-directory"
            shutil.copytree(EXAMPLE, app)
            markdown = played(markdown, app, TODAY)
    return markdown


def action_inputs() -> str:
    """The inputs of the GitHub Action as a table."""
    action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    rows = []
    for name, given in action["inputs"].items():
        default = f"`{given['default']}`" if given["default"] else ""
        rows.append(f"| `{name}` | {default} | {' '.join(given['description'].split())} |")
    return "\n".join(["| input | default | |", "|---|---|---|", *rows])
