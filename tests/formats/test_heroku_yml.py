"""`heroku.yml`: images, commands and release phase, and what in it Heroku would not accept."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.formats import heroku_yml
from herolint.formats.heroku_yml import HerokuYml
from herolint.source import SourceFile


def read(text: str, *files: str) -> tuple[SourceFile, HerokuYml]:
    source = SourceFile("heroku.yml", text.encode())
    return source, heroku_yml.parse(source, lambda path: path in (files or ("Dockerfile",)))


FULL = """\
setup:
  addons:
    - plan: heroku-postgresql:essential-0
      as: DATABASE
  config:
    S3_BUCKET: my-bucket
    WORKERS: 2
build:
  docker:
    web: ./Dockerfile
    worker:
      dockerfile: worker/Dockerfile
      target: slim
  config:
    RAILS_ENV: production
release:
  command:
    - ./migrate.sh
    - ./warm.sh
  image: web
run:
  web: gunicorn app:app
  clock:
    command:
      - python clock.py
    image: worker
"""


def test_a_full_manifest_is_read_without_complaint() -> None:
    source, found = read(FULL, "Dockerfile", "worker/Dockerfile")
    assert found.issues == ()
    assert {p: (d.path, d.target, source.slice(d.span)) for p, d in found.docker.items()} == {
        "web": ("Dockerfile", None, "./Dockerfile"),
        "worker": ("worker/Dockerfile", "slim", "worker/Dockerfile"),
    }
    assert found.run["web"].command == "gunicorn app:app"
    assert (found.run["clock"].command, found.run["clock"].image) == (("python clock.py",), "worker")
    assert found.release is not None
    assert (found.release.command, found.release.image) == (("./migrate.sh", "./warm.sh"), "web")
    assert [(a.plan, a.as_) for a in found.addons] == [("heroku-postgresql:essential-0", "DATABASE")]
    assert {k: v for k, (v, _) in found.config.items()} == {"S3_BUCKET": "my-bucket", "WORKERS": "2"}
    assert {k: v for k, (v, _) in found.build_config.items()} == {"RAILS_ENV": "production"}


WEB = "build:\n  docker:\n    web: Dockerfile\n"
TWO = "build:\n  docker:\n    web: Dockerfile\n    worker: Dockerfile\n"


@pytest.mark.parametrize(
    ("text", "severity", "message", "place"),
    [
        ("", "error", "must be a mapping with 'build' and 'run', not empty", ""),
        ("- a\n", "error", "must be a mapping with 'build' and 'run', not a list", "- a"),
        ("build:\n\tdocker:\n", "error", "a tab indents this line", "\t"),
        (WEB + "runs:\n  web: x\n", "note", "unknown key 'runs' (did you mean 'run'?)", "runs"),
        ("run:\n  web: x\n", "error", "'build.docker' is missing", "run"),
        ("build:\n  config:\n    A: b\n", "error", "'build.docker' is missing", "build"),
        ("build:\n  docker: Dockerfile\n", "error", "'build.docker' must be a mapping, not a string", "Dockerfile"),
        ("build:\n", "error", "'build' must be a mapping, not empty", "build"),
        ("build:\n  docker:\n    web: docker/Dockerfile\n", "error", "there is no 'docker/Dockerfile'", "docker/Dockerfile"),
        ("build:\n  docker:\n    web: ../Dockerfile\n", "error", "lies outside the repository", "../Dockerfile"),
        ("build:\n  docker:\n    web: [Dockerfile]\n", "error", "'build.docker.web' must be the path of a Dockerfile", "[Dockerfile]"),
        (TWO + "release:\n  command:\n    - x\n", "error", "'release' needs 'image'", "command:\n    - x"),
        (WEB + "release:\n  command: ./x\n", "warning", "'release.command' must be a list", "./x"),
        (WEB + "release:\n  image: job\n  command: [x]\n", "error", "names 'job', which build.docker does not build", "job"),
        (WEB + "run:\n  worker:\n    command: [x]\n", "error", "'run.worker' has no image: build.docker builds only web", "worker"),
        (WEB + "run:\n  worker:\n    command: [x]\n    image: job\n", "error", "'run.worker.image' names 'job'", "job"),
        (WEB + "run:\n  web: 5\n", "error", "'run.web' must be a command", "web: 5"),
        (WEB + "run:\n  web:\n    command:\n      - [a]\n", "error", "each entry of 'run.web.command' must be a string", "[a]"),
        (
            "build:\n  docker:\n    we.b: Dockerfile\n    web: Dockerfile\n",
            "error",
            "the process type 'we.b' may hold only letters",
            "we.b",
        ),
        ("build:\n  docker:\n    bot: Dockerfile\n", "note", "no 'web' process", "build"),
        (WEB + "setup:\n  addons:\n    - heroku-redis\n", "error", "an add-on must be an object with 'plan', not a string", "heroku-redis"),
        (WEB + "setup:\n  addons:\n    plan: x\n", "error", "'setup.addons' must be a list", "plan: x"),
        (WEB + "setup:\n  config:\n    A: [1]\n", "error", "'setup.config.A' must be a string", "A: [1]"),
    ],
)
def test_each_mistake_is_named_at_its_place(text: str, severity: str, message: str, place: str) -> None:
    source, found = read(text)
    assert [(i.severity_word, message in i.message, source.slice(i.span)) for i in found.issues] == [(severity, True, place)]


@pytest.mark.parametrize("text", [WEB + "release:\n  command: [x]\n", TWO.replace("worker", "release") + "release:\n  command: [x]\n"])
def test_release_without_image_is_fine_where_it_is_clear(text: str) -> None:
    assert read(text)[1].issues == ()


keys = st.sampled_from(
    ["setup", "build", "run", "release", "docker", "web", "command", "image", "addons", "config", "plan", "as", "dockerfile", "x"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab./", max_size=4),
    lambda i: st.lists(i, max_size=3) | st.dictionaries(keys, i, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(keys, anything, max_size=6).map(yaml.safe_dump) | st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_anything_is_read_with_spans_inside_the_file(text: str) -> None:
    source, found = read(text)
    assert all(0 <= i.span.start <= i.span.end <= len(source.data) for i in found.issues)
