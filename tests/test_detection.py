"""Which buildpacks build an app, and what the repository's own deploy scripts say about that."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from conftest import plant
from hypothesis import given
from hypothesis import strategies as st

from herolint.app.model import App
from herolint.config import Config
from herolint.engine import RunOptions, open_apps, run
from herolint.formats import workflow
from herolint.source import SourceFile


def app_of(root: Path, files: dict[str, str]) -> App:
    plant(root, files)
    return open_apps(root, Config(), RunOptions(today=date(2026, 11, 24), cache=False))[1][0]


@pytest.mark.parametrize(
    ("files", "order"),
    [
        (["Gemfile", "package.json"], ["heroku/ruby", "heroku/nodejs"]),
        (["requirements.txt", "package.json"], ["heroku/nodejs", "heroku/python"]),
        (["go.mod", "main.py"], ["heroku/python", "heroku/go"]),
        (["composer.json", "package.json"], ["heroku/nodejs", "heroku/php"]),
        (["requirements/base.txt"], ["heroku/python"]),
        (["Shop.sln", "Shop/Shop.csproj"], ["heroku/dotnet"]),
        (["src/app/main.go"], ["heroku/go"]),
        (["src/main.go"], []),
        (["project/build.properties"], ["heroku/scala"]),
        (["backend/requirements.txt", "gemfile", "Package.json", "wsgi.py"], []),
    ],
)
def test_what_the_platform_would_take_and_in_which_order(files: list[str], order: list[str], tmp_path: Path) -> None:
    app = app_of(tmp_path, dict.fromkeys(files, ""))
    assert [found.buildpack.name for found in app.detected] == order


@pytest.mark.parametrize(
    ("files", "language"),
    [
        ({"requirements.txt": "", "package.json": "{}", "Procfile": "web: gunicorn app:app\n"}, "python"),
        ({"requirements.txt": "", "package.json": "{}", "Procfile": "web: node server.js\n"}, "node"),
        ({"requirements.txt": "", "package.json": "{}"}, "node"),
        (
            {
                "go.mod": "module example.com/shop\n",
                "main.go": "package main\n\nfunc main() {}\n",
                "package.json": "{}",
                "Procfile": "web: bin/shop\n",
            },
            "go",
        ),
        ({"app.json": '{"buildpacks": [{"url": "heroku/nodejs"}, {"url": "heroku/ruby"}]}', "package.json": "{}"}, "ruby"),
        ({"go.mod": "module x\n", "main.py": ""}, "go"),
    ],
)
def test_the_language_is_that_of_what_the_processes_start(files: dict[str, str], language: str, tmp_path: Path) -> None:
    assert app_of(tmp_path, files).language == language


WORKFLOW = """\
on: push
jobs:
  deploy:
    steps:
      - run: |
          # heroku stack:set heroku-18
          heroku stack:set heroku-20 -a shop
          heroku config:set A=1 \\
            B="two words" --app shop
      - uses: akhileshns/heroku-deploy@v3
        with:
          appdir: ./server
          usedocker: true
          buildpack: heroku/nodejs
      - name: heroku stack:set heroku-16
        run: echo done
"""


def test_a_workflow_tells_what_its_deploy_sets(tmp_path: Path) -> None:
    deploys = app_of(tmp_path, {".github/workflows/deploy.yml": WORKFLOW}).deploys
    assert [stack for stack, _ in deploys.stacks] == ["heroku-20"]
    assert [(name, value) for name, value, _ in deploys.config_vars] == [("A", "1"), ("B", "two words")]
    assert [url for url, _ in deploys.buildpacks] == ["heroku/nodejs"]
    assert list(deploys.folders) == ["server"]
    assert deploys.container


def test_scripts_tell_folders_and_buildpacks(tmp_path: Path) -> None:
    lines = (
        "git subtree push --prefix server heroku main",
        "heroku create shop -b heroku/go --stack=heroku-24",
        "heroku buildpacks:add -i 1 heroku-community/apt",
    )
    app = app_of(tmp_path, {"deploy.sh": "\n".join(lines), "package.json": "{}"})
    assert list(app.deploys.folders) == ["server"]
    assert app.buildpacks == ("heroku/go", "heroku-community/apt")
    assert app.language == "go"


@given(st.text(max_size=300))
def test_any_text_is_a_workflow_with_steps_or_without(text: str) -> None:
    source = SourceFile("a.yml", text.encode())
    for step in workflow.parse(source).steps:
        assert 0 <= step.at.start <= step.at.end <= len(source.data)


def test_submodules_that_a_build_cannot_fetch(tmp_path: Path) -> None:
    """The index alone makes a submodule, so this needs a repository of its own."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / ".gitmodules").write_text(
        '[submodule "a"]\n\tpath = lib/a\n\turl = git@github.com:example/a.git\n[submodule "b"]\n\tpath = lib/b\n\turl = https://github.com/example/b\n'
    )
    (tmp_path / "package.json").write_text("{}")
    commands = [["init", "-q"], ["add", "-A"]]
    for name in ("lib/a", "lib/b", "lib/c"):
        commands.append(["update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},{name}"])
    for command in commands:
        subprocess.run([git, "-C", str(tmp_path), *command], check=True)
    result = run(tmp_path, Config(select=("HL419",)), RunOptions(today=date(2026, 11, 24), cache=False))
    assert [(found.at.path, found.message.partition(",")[0]) for found in result.findings] == [
        (".gitmodules", "the submodule lib/a is fetched over SSH")
    ]


def test_imports_from_a_submodule_are_no_matter_of_requirements(tmp_path: Path) -> None:
    """What the build fetches into the folder is not known, and no package would bring it."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / ".gitmodules").write_text('[submodule "words"]\n\tpath = words\n\turl = https://github.com/example/words\n')
    (tmp_path / "Procfile").write_text("web: gunicorn app:app\n")
    (tmp_path / "requirements.txt").write_text("flask==3.1.1\ngunicorn==23.0.0\n")
    (tmp_path / "app.py").write_text("from flask import Flask\nfrom words.english import GREETING\nimport numpy\n\napp = Flask(GREETING)\n")
    for command in (["init", "-q"], ["add", "-A"], ["update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},words"]):
        subprocess.run([git, "-C", str(tmp_path), *command], check=True)
    result = run(tmp_path, Config(select=("HL411",)), RunOptions(today=date(2026, 11, 24), cache=False))
    assert [found.message.partition("`")[2].partition("`")[0] for found in result.findings] == ["numpy"]
