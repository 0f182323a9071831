"""Cold and warm runs over small, medium and large trees, beside the raw parse of every file and beside other tools, in one run.

The trees are made here: a Flask app whose packages import one another, so that a process reaches all of it: the worst case. In the tree
`usual` it reaches two files of five, and the rest are tests and scripts, as in the large repositories that were counted: of six with 20,000
to 850,000 lines, processes reach 23 % to 58 %. Tools that are not installed are left out (`pip install bandit semgrep`); semgrep is given one
local rule, as its registry is on the network.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = {"small": (8, 0), "medium": (100, 0), "big": (560, 0), "large": (1000, 0), "usual": (400, 600)}
"""Modules of about 250 lines: those that the web process reaches, and those that no process does."""
ROUNDS = {"small": 5, "medium": 3, "big": 1, "large": 1, "usual": 1}

RAW_PARSE = """
import sys, pathlib, tree_sitter, tree_sitter_python
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
for path in pathlib.Path(sys.argv[1]).rglob("*.py"):
    parser.parse(path.read_bytes())
"""
CALL_GRAPH = """
import gc, sys, time
from datetime import date
from pathlib import Path
import tree_sitter, tree_sitter_python
from herolint.config import Config
from herolint.engine import RunOptions, open_apps
gc.set_threshold(5_000_000, 20, 100)  # as the command line does
_, (app,) = open_apps(Path(sys.argv[1]), Config(), RunOptions(today=date(2026, 1, 1), cache=False))
def processor_seconds(what):
    start = time.process_time()
    what()
    return time.process_time() - start
facts = processor_seconds(lambda: app.code.modules)
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
parse = min(processor_seconds(lambda: [parser.parse(mod.source.data) for mod in app.code.modules] and None) for _ in range(3))
graph = processor_seconds(lambda: ([reach.functions for reach in app.code.reach.values()], app.code.in_request, app.code.at_boot))
print(f"call graph of {len(app.code.modules)} modules from every process: {graph:.2f} s, {graph / parse:.1f} x their raw parse ({parse:.2f} s);")
print(f"  read into facts before: {facts:.2f} s besides helpers (all of processor time)")
"""
SEMGREP_RULE = """
rules:
  - id: sqlite
    pattern: sqlite3.connect(...)
    message: SQLite
    languages: [python]
    severity: ERROR
"""

BLOCK = '''

@routes.route("/items{n}/<int:number>", methods=["GET", "POST"])
def items{n}(number):
    """Show an item, or change it."""
    wanted = {{"number": number, "limit": int(os.environ.get("LIMIT_{n}", "20"))}}
    if request.method == "POST":
        title = request.form.get("title", "").strip()
        if not title:
            return jsonify({{"error": "no title"}}), 400
        wanted["title"] = title
        store{n}(wanted)
    answer = requests.get(f"{{BASE}}/items/{{number}}", params=wanted, timeout=5)
    rows = [row for row in answer.json().get("rows", []) if row.get("shown", True)]
    return jsonify({{"rows": rows, "count": len(rows), "again": helper{n}(number)}})


def store{n}(wanted):
    """Write an item to the database."""
    with connect() as connection:
        connection.execute("insert into items (number, title) values (%s, %s)", (wanted["number"], wanted["title"]))
        for name, value in sorted(wanted.items()):
            if name not in ("number", "title") and value is not None:
                connection.execute("update items set data = data || %s", (f"{{name}}={{value}}",))


class Item{n}(Base):
    """An item with what belongs to it."""

    kind = "item{n}"
    fields = ("number", "title", "limit")

    def __init__(self, number, title="", limit=20):
        self.number = number
        self.title = title
        self.limit = limit

    def describe(self):
        words = [self.title or "without a title", str(self.number)]
        return ", ".join(word for word in words if word)


def helper{n}(number):
    item = Item{n}(number)
    total = 0
    for step in range(number % 7):
        total += step * 2 if step % 2 else step
    return {{"item": item.describe(), "total": total}}
'''
HEAD = '''"""Part {part} of the shop."""

import os
from contextlib import contextmanager

import psycopg2
import requests
from flask import Blueprint, jsonify, request
{imports}

routes = Blueprint("part{part}", __name__)
BASE = os.environ["API_URL"]


class Base:
    kind = "base"


@contextmanager
def connect():
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        yield connection.cursor()
        connection.commit()
    finally:
        connection.close()
'''


def make_tree(root: Path, modules: int, unreached: int = 0) -> int:
    """Write an app of so many modules, and so many more that only tests and scripts load; returns its lines of Python."""
    lines = 0
    for part in range(modules + unreached):
        package = root / f"shop{part // 50}" if part < modules else root / "tests" / f"part{part // 50}"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        near = [other for other in (part + 1, part + 7, part + 53) if other < modules] if part < modules else [part % modules]
        imports = "\n".join(f"from shop{other // 50} import part{other}" for other in near)
        text = HEAD.format(part=part, imports=imports) + "".join(BLOCK.format(n=n) for n in range(5))
        (package / f"{'' if part < modules else 'test_'}part{part}.py").write_text(text)
        lines += text.count("\n")
    (root / "app.py").write_text(
        "from flask import Flask\n\nfrom shop0.part0 import routes\n\napp = Flask(__name__)\napp.register_blueprint(routes)\n"
    )
    (root / "requirements.txt").write_text("flask==3.1.2\ngunicorn==23.0.0\npsycopg2-binary==2.9.10\nrequests==2.32.5\n")
    (root / ".python-version").write_text("3.13\n")
    (root / "Procfile").write_text("web: gunicorn app:app\n")
    return lines


def measure(command: list[str], environment: dict[str, str], rounds: int) -> tuple[float, float]:
    """The best time in seconds, and the largest resident set in MB of 10^6 bytes, of a command."""
    best, memory = float("inf"), 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
        best = min(best, time.perf_counter() - start)
        memory = max(memory, used.ru_maxrss * resource.getpagesize() / 4096 * 1024 / 1e6)
    return best, memory


def tools(root: Path, folder: Path) -> dict[str, list[str]]:
    """The commands to compare with: those that are installed."""
    (folder / "rule.yml").write_text(SEMGREP_RULE)
    found = {"raw tree-sitter parse": [sys.executable, "-c", RAW_PARSE, str(root)]}
    beside = str(Path(sys.executable).parent)
    for name, words in {
        "ruff": ["check", "--no-cache", "--select", "ALL", "--exit-zero", "--silent", str(root)],
        "bandit": ["-q", "-r", str(root)],
        "semgrep": ["scan", "--metrics=off", "--disable-version-check", "--quiet", "--config", str(folder / "rule.yml"), str(root)],
    }.items():
        program = shutil.which(name, path=f"{beside}:{os.environ.get('PATH', '')}")
        if program is not None:
            found[name] = [program, *words]
    return found


def main() -> None:
    """Measure and print a table."""
    for size, (modules, unreached) in SIZES.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            root = folder / "tree"
            lines = make_tree(root, modules, unreached)
            environment = {**os.environ, "HEROLINT_CACHE_DIR": str(folder / "cache")}
            lint = [sys.executable, "-m", "herolint", "check", "--fail-on", "never", str(root)]
            commands = tools(root, folder)
            raw, _ = measure(commands.pop("raw tree-sitter parse"), environment, ROUNDS[size])
            print(f"{size}: {lines:,} lines of Python; raw tree-sitter parse of all of it {raw:.2f} s")
            cold = measure([*lint, "--no-cache"], environment, ROUNDS[size])
            measure(lint, environment, 1)
            warm = measure(lint, environment, ROUNDS[size])
            rows = {"herolint, cold": cold, "herolint, warm": warm}
            rows |= {tool: measure(command, environment, ROUNDS[size]) for tool, command in commands.items()}
            for tool, (seconds, memory) in rows.items():
                print(f"  {tool:16} {seconds:7.2f} s {seconds / raw:6.2f} x {memory:7.0f} MB")
            graph = subprocess.run([sys.executable, "-c", CALL_GRAPH, str(root)], capture_output=True, text=True, check=True)
            print(f"  {graph.stdout.strip()}")


if __name__ == "__main__":
    main()
