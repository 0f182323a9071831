"""What the Go buildpack will make of a repository: version, main packages, binaries, process types."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import plant

from herolint.app.building import go_build
from herolint.app.model import App
from herolint.config import Config
from herolint.engine import RunOptions, open_apps

MAIN = "package main\n\nfunc main() {}\n"
Make = Callable[..., App]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """An app of these files: `make({"go.mod": …})`."""

    def build(files: dict[str, str]) -> App:
        plant(tmp_path, files)
        options = RunOptions(today=datetime.date(2026, 11, 1), cache=False)
        return open_apps(tmp_path, Config(), options)[1][0]

    return build


@pytest.mark.parametrize(
    ("go_mod", "env", "version", "origin", "release"),
    [
        ("go 1.22", {}, "1.22", "go", "1.22.12"),
        ("go 1.22.3", {}, "1.22.3", "go", "1.22.3"),
        ("go 1.20.0", {}, "1.20.0", "go", "1.20"),
        ("go 1.21.0", {}, "1.21.0", "go", "1.21.0"),
        ("go 1.25rc3", {}, "1.25rc3", "go", "1.25rc3"),
        ("go 1.24.99", {}, "1.24.99", "go", None),
        ("go 1.10", {}, "1.10", "go", None),
        ("go 1.99", {}, "1.99", "go", None),
        ("go 1.22\r", {}, "1.22\r", "go", None),
        ("", {}, None, "", "1.25.12"),
        ("go 1.22\n// +heroku goVersion go1.21", {}, "go1.21", "+heroku goVersion", "1.21.13"),
        ("go 1.22", {"GOVERSION": {"value": "go1.20.3"}}, "go1.20.3", "GOVERSION", "1.20.3"),
        ("go 1.22", {"GOVERSION": {"required": True}}, None, "GOVERSION", None),
    ],
)
def test_the_version(make: Make, go_mod: str, env: dict[str, object], version: str | None, origin: str, release: str | None) -> None:
    app = make({"go.mod": f"module example.com/a\n{go_mod}\n", "app.json": json.dumps({"env": env})})
    wanted = go_build.wanted_go(app)
    assert (wanted.version, wanted.origin, wanted.release) == (version, origin, release)


def test_main_packages_are_those_that_a_dyno_builds(make: Make) -> None:
    app = make({
        "go.mod": "module example.com/shop\ngo 1.22\nignore ./gen\n",
        "main.go": MAIN,
        "cmd/worker/main.go": MAIN,
        "cmd/new/main.go": "//go:build linux && go1.20\n\n" + MAIN,
        "cmd/later/main.go": "//go:build go1.23\n\n" + MAIN,
        "cmd/heroku/main.go": "//go:build heroku\n\n" + MAIN,
        "scripts/seed.go": "//go:build ignore\n\n" + MAIN,
        "old/seed.go": "// +build ignore\n\n" + MAIN,
        "win/main_windows.go": MAIN,
        "tests/main_test.go": MAIN,
        "testdata/a/main.go": MAIN,
        "vendor/x/main.go": MAIN,
        "_examples/a/main.go": MAIN,
        ".hidden/main.go": MAIN,
        "gen/x/main.go": MAIN,
        "nested/go.mod": "module example.com/nested\n",
        "nested/cmd/main.go": MAIN,
        "lib/lib.go": "package lib\n\n// package main is elsewhere\nfunc main() {}\n",
        "empty/empty.go": "package main\n\ntype T struct{}\n\nfunc (T) main() {}\n",
    })  # fmt: skip
    assert [(p.folder, p.import_path, [e.path for e in p.entries]) for p in app.go_commands] == [
        ("", "example.com/shop", ["main.go"]),
        ("cmd/heroku", "example.com/shop/cmd/heroku", ["cmd/heroku/main.go"]),
        ("cmd/new", "example.com/shop/cmd/new", ["cmd/new/main.go"]),
        ("cmd/worker", "example.com/shop/cmd/worker", ["cmd/worker/main.go"]),
        ("empty", "example.com/shop/empty", []),
    ]


@pytest.mark.parametrize(
    ("line", "binaries"),
    [
        ("", ["bin/shop", "bin/web", "bin/worker"]),
        ("// +heroku install .", ["bin/shop"]),
        ("// +heroku install ./cmd/...", ["bin/web", "bin/worker"]),
        ("// +heroku install ./cmd/web ./cmd/nothing", ["bin/web"]),
        ("// +heroku install example.com/shop/v2/cmd/web", ["bin/web"]),
        ("// +heroku install example.com/shop/v2/...", ["bin/shop", "bin/web", "bin/worker"]),
        ("// +heroku install ./... example.org/tools/v4/cmd/migrate", ["bin/migrate", "bin/shop", "bin/web", "bin/worker"]),
        ("// +heroku install", []),
        ("// +heroku install ./...\r", []),
    ],
)
def test_binaries(make: Make, line: str, binaries: list[str]) -> None:
    app = make({"go.mod": f"module example.com/shop/v2\n{line}\n", "main.go": MAIN, "cmd/web/main.go": MAIN, "cmd/worker/main.go": MAIN})
    assert sorted(go_build.binaries(app)) == binaries


def test_the_config_var_says_what_is_built(make: Make) -> None:
    env = {"env": {"GO_INSTALL_PACKAGE_SPEC": {"value": "./cmd/web"}}}
    app = make({"go.mod": "module shop\n", "app.json": json.dumps(env), "main.go": MAIN, "cmd/web/main.go": MAIN})
    assert list(go_build.binaries(app)) == ["bin/web"]
    assert go_build.install_spec(app).origin == "GO_INSTALL_PACKAGE_SPEC"


@pytest.mark.parametrize(
    ("module", "files", "processes"),
    [
        ("example.com/shop", ["main.go"], {"web": "bin/shop"}),
        ("example.com/shop/v2", ["main.go"], {"web": "bin/v2"}),
        ("example.com/shop", ["cmd/server/main.go"], {"web": "bin/server"}),
        ("example.com/shop", ["main.go", "cmd/worker/main.go"], {"shop": "bin/shop", "worker": "bin/worker"}),
        ("example.com/shop", ["cmd/web/main.go", "cmd/worker/main.go"], {"web": "bin/web", "worker": "bin/worker"}),
        ("example.com/shop", [], {}),
    ],
)
def test_processes_without_a_procfile(make: Make, module: str, files: list[str], processes: dict[str, str]) -> None:
    app = make({"go.mod": f"module {module}\n", **dict.fromkeys(files, MAIN)})
    assert {name: command for name, (command, _) in go_build.written_processes(app).items()} == processes


def test_a_procfile_is_left_alone(make: Make) -> None:
    assert go_build.written_processes(make({"go.mod": "module a\n", "main.go": MAIN, "Procfile": ""})) == {}


def test_tools_from_before_modules(make: Make) -> None:
    app = make({"glide.yaml": "", "Gopkg.lock": "", "Gopkg.toml": ""})
    found = go_build.removed_tool(app)
    assert found is not None
    assert (found[0], found[1].path) == ("dep", "Gopkg.lock")


def test_vendoring_needs_sums(make: Make) -> None:
    assert not go_build.is_vendored(make({"go.mod": "module a\n", "vendor/modules.txt": "", "go.sum": ""}))
    assert go_build.is_vendored(make({"go.sum": "x v1.0.0 h1:=\n"}))


def test_removed_tools_do_not_matter_beside_a_go_mod(make: Make) -> None:
    assert go_build.removed_tool(make({"go.mod": "module a\n", "glide.yaml": ""})) is None
