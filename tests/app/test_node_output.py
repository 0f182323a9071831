"""What the build of a Node.js app may write: a process that starts it is right, one that starts something else is told."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from conftest import plant
from hypothesis import given
from hypothesis import strategies as st

from herolint import engine
from herolint.app.buildpacks.node_range import only_within, satisfies
from herolint.config import Config

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
SERVER = 'require("node:http").createServer((request, response) => response.end("up")).listen(process.env.PORT);\n'


def missing(root: Path, command: str, files: dict[str, str], scripts: dict[str, str]) -> bool:
    """Whether what web starts is told to be missing, in an app with these files and scripts."""
    package = json.dumps({"name": "orders", "private": True, "engines": {"node": "24.x"}, "scripts": scripts})
    plant(root, {"Procfile": f"web: {command}\n", "package.json": package, **files})
    result = engine.run(root, Config(), OPTIONS)
    assert not result.problems
    return any(found.code in ("HL110", "HL418") for found in result.findings)


MADE: dict[str, tuple[str, dict[str, str], str]] = {
    "the compiler is told of the root": ("main.js", {"src/main.js": SERVER}, "babel src --out-dir ."),
    "the script names the file": ("main.js", {"src/main.js": SERVER}, "esbuild src/main.js --bundle --outfile=main.js"),
    "the bundler's configuration names it": (
        "main.js",
        {"src/main.js": SERVER, "rollup.config.js": 'export default { input: "src/main.js", output: { file: "main.js" } };\n'},
        "rollup -c",
    ),
    "the bundler's configuration names its entry": (
        "main.js",
        {
            "src/main.js": SERVER,
            "webpack.config.js": 'module.exports = { entry: { main: "./src/main.js" }, output: { path: __dirname, filename: "[name].js" } };\n',
        },
        "webpack",
    ),
    "the source lies beside it": ("main.js", {"main.coffee": "http = require 'http'\n"}, "coffee -c main.coffee"),
    "git ignores its folder, which is not there": ("__made__/main.js", {"src/main.js": SERVER, ".gitignore": "__made__\n"}, "rollup -c"),
}


@pytest.mark.parametrize("case", MADE)
def test_what_a_build_may_write(tmp_path: Path, case: str) -> None:
    script, files, build = MADE[case]
    assert not missing(tmp_path, f"node {script}", files, {"build": build})


@pytest.mark.parametrize("build", ["rollup -c", "tsc", "babel src --out-dir public", "vite build"])
def test_a_compiler_writes_nothing_else_to_the_root(tmp_path: Path, build: str) -> None:
    files = {"src/main.js": SERVER, "vite.config.js": "export default { server: { port: 3000 } };\n"}
    assert missing(tmp_path, "node server.js", files, {"build": build})


def test_a_compiler_that_runs_first_has_written_it(tmp_path: Path) -> None:
    files = {"src/main.ts": SERVER}
    assert not missing(tmp_path, "tsc && node src/main.js", files, {})
    assert missing(tmp_path, "node src/main.js", files, {})


PLAIN = st.builds("{}.{}.{}".format, st.integers(0, 9), st.integers(0, 30), st.integers(0, 30))


@given(PLAIN, st.sampled_from(["", "^", "~", ">=", "<="]), PLAIN)
def test_a_range_within_another_lets_in_nothing_beside_it(asked: str, operator: str, end: str) -> None:
    versions = f"<{end}"
    if only_within(operator + asked, versions):
        for release in [(major, minor, patch) for major in range(11) for minor in range(0, 32, 3) for patch in (0, 31)]:
            assert satisfies(release, versions) or not satisfies(release, operator + asked)


@pytest.mark.parametrize(
    ("asked", "within"),
    [
        ("^3.9.1", True),
        ("3.x", True),
        (">=3", False),
        ("*", False),
        ("^4.0.0", False),
        ("git+https://x", False),
        (">=3 <4", True),
        ("2.1 - 3.2", True),
    ],
)
def test_what_a_range_can_only_mean(asked: str, within: bool) -> None:
    assert only_within(asked, "<4.0.0") is within


@pytest.mark.parametrize(("release", "fails"), [("4.46.0", True), ("4.47.0", False), ("5.40.0", True), ("5.99.0", False)])
def test_the_webpack_that_comes_with_another_tool(tmp_path: Path, release: str, fails: bool) -> None:
    package = {
        "name": "shop",
        "engines": {"node": "24.x"},
        "scripts": {"build": "vue-cli-service build", "start": "node server.js"},
        "devDependencies": {"@vue/cli-service": "^4.5.0"},
    }
    lock = {
        "lockfileVersion": 3,
        "packages": {"node_modules/@vue/cli-service": {"version": "4.5.19"}, "node_modules/webpack": {"version": release}},
    }
    plant(tmp_path, {"package.json": json.dumps(package), "package-lock.json": json.dumps(lock), "server.js": SERVER})
    assert any(found.code == "HL421" for found in engine.run(tmp_path, Config(), OPTIONS).findings) is fails


@pytest.mark.parametrize(
    ("release", "build", "fails"), [("11.1.4", "next build", True), ("12.3.4", "next build", False), ("11.1.4", "next export", False)]
)
def test_an_old_next_on_a_node_without_md4(tmp_path: Path, release: str, build: str, fails: bool) -> None:
    package = {
        "name": "shop",
        "engines": {"node": "24.x"},
        "scripts": {"build": build, "start": "next start"},
        "dependencies": {"next": release},
    }
    plant(tmp_path, {"package.json": json.dumps(package), "pages/index.js": "export default () => null;\n"})
    assert any(found.code == "HL421" for found in engine.run(tmp_path, Config(), OPTIONS).findings) is fails
