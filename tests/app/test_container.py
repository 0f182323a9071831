"""Container apps: when an app is one, what its images start, and which file of the repository lies where in an image."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import plant
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.app.model import App
from herolint.app.running.image import Image
from herolint.app.running.image_build import stops
from herolint.context import Context
from herolint.platforms import load
from herolint.workspace import open_workspace
from herolint.workspace.apps import AppRoot

Make = Callable[[dict[str, str]], App]
YML = "build:\n  docker:\n    web: Dockerfile\n"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(files: dict[str, str]) -> App:
        plant(tmp_path, files)
        return App(open_workspace(tmp_path), AppRoot("", "", True), Context(), load(), datetime.date(2026, 11, 1))

    return write


def starts(app: App, name: str = "web") -> list[tuple[str, str, bool]]:
    """The programs of a process: their words, file, and whether they run only under a condition."""
    process = app.processes[name]
    return [(" ".join(word.text for word in x.words), x.path, x.command.conditional) for x in process.launches]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"heroku.yml": YML, "Dockerfile": "FROM x", "Procfile": "web: a"}, True),
        ({"Dockerfile": "FROM x", "requirements.txt": "flask"}, True),
        ({"Dockerfile": "FROM x", "Procfile": "web: a"}, False),
        ({"Dockerfile": "FROM x", "app.json": '{"env": {}}'}, False),
        ({"Dockerfile": "FROM x", "app.json": '{"stack": "container"}', "Procfile": "web: a"}, True),
        ({"Dockerfile": "FROM x", "package.json": '{"scripts": {"start": "node a"}}'}, False),
        ({"Dockerfile": "FROM x", "package.json": '{"scripts": {"start": "node a"}}', "README.md": "heroku container:push web"}, True),
        ({"Dockerfile": "FROM x", "package.json": '{"scripts": {}}'}, True),
        ({"Dockerfile": "FROM x", "Procfile": "web: a", "deploy.sh": "heroku container:push web -a x\n"}, True),
        ({"Dockerfile.dev": "FROM x", "requirements.txt": "flask"}, False),
        ({"Dockerfile": "FROM x", "pom.xml": "<project/>"}, False),
        ({"Dockerfile": "FROM x", "go.mod": "module shop"}, False),
        ({"Dockerfile": "FROM x", "project.clj": "(defproject shop)"}, True),
        ({"Dockerfile": "FROM x", "Shop.csproj": "<Project/>"}, True),
    ],
)
def test_is_container(make: Make, files: dict[str, str], *, expected: bool) -> None:
    assert make(files).is_container is expected


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ('CMD ["gunicorn", "app:app"]', [("gunicorn app:app", "Dockerfile", False)]),
        ("CMD gunicorn \\\n  app:app", [("gunicorn app:app", "Dockerfile", False)]),
        (
            'CMD ["/bin/bash", "-lc", "cd x && gunicorn app:app"]',
            [("cd x", "Dockerfile", False), ("gunicorn app:app", "Dockerfile", False)],
        ),
        ('ENTRYPOINT ["python"]\nCMD ["run.py"]', [("python run.py", "Dockerfile", False)]),
        ('ENTRYPOINT ["tini", "--"]\nCMD ["gunicorn", "app:app"]', [("gunicorn app:app", "Dockerfile", False)]),
        ('ENTRYPOINT ["/usr/bin/tini", "-g", "--", "gunicorn"]\nCMD ["app:app"]', [("gunicorn app:app", "Dockerfile", False)]),
        ('ENTRYPOINT gunicorn app:app\nCMD ["ignored"]', [("gunicorn app:app", "Dockerfile", False)]),
        ('ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["gunicorn", "app:app"]', [("gunicorn app:app", "Dockerfile", False)]),
        (
            'WORKDIR /srv\nCOPY . .\nENTRYPOINT ["/srv/ops/entry.sh"]\nCMD ["gunicorn", "app:app"]',
            [("python manage.py migrate", "ops/entry.sh", True), ("gunicorn app:app", "Dockerfile", False)],
        ),
        (
            'COPY ops/entry.sh /usr/local/bin/\nENTRYPOINT ["entry.sh"]\nCMD gunicorn app:app',
            [("python manage.py migrate", "ops/entry.sh", True), ("gunicorn app:app", "Dockerfile", False)],
        ),
        ("COPY ops/entry.sh /\nCMD sh /entry.sh a", [("python manage.py migrate", "ops/entry.sh", True), ("a", "Dockerfile", False)]),
        ("FROM nginx:1", [("nginx", "Dockerfile", False)]),
    ],
)
def test_what_an_image_starts(make: Make, dockerfile: str, expected: list[tuple[str, str, bool]]) -> None:
    text = dockerfile if dockerfile.startswith("FROM") else f"FROM python:3.13\n{dockerfile}\n"
    entry = '#!/bin/sh\nset -e\nif [ "$M" ]; then\n  python manage.py migrate\nfi\nexec "$@"\n'
    app = make({"heroku.yml": YML, "Dockerfile": text, "ops/entry.sh": entry, "run.py": ""})
    assert [x for x in starts(app) if x[0] not in ("set -e", "[ $M ]")] == expected


@pytest.mark.parametrize(
    "text", ["FROM python:3.13\n", "FROM scratch\nCMD []\n", "FROM what\nRUN x\n", "FROM nginx\nENTRYPOINT []\n", "CMD x\n"]
)
def test_an_image_that_starts_nothing(make: Make, text: str) -> None:
    assert make({"heroku.yml": YML, "Dockerfile": text}).processes == {}


def test_heroku_yml_runs_through_the_entry_point(make: Make) -> None:
    yml = f"{YML}release:\n  image: web\n  command:\n    - a b\n    - c\n"
    yml += "run:\n  web: gunicorn app:app\n  worker:\n    command:\n      - celery x\n    image: web\n"
    app = make(
        {
            "heroku.yml": yml,
            "Dockerfile": 'FROM python:3\nCOPY . /app\nENTRYPOINT ["/app/e"]\nCMD no',
            "e": '#!/bin/bash\nsetup\nexec gosu app "$@"\n',
        }
    )
    before = [("setup", "e", False), ("gosu app $@", "e", False)]
    assert starts(app) == [*before, ("gunicorn app:app", "heroku.yml", False)]
    assert starts(app, "worker") == [*before, ("celery x", "heroku.yml", False)]
    assert starts(app, "release") == [*before, ("a b", "heroku.yml", False), ("c", "heroku.yml", False)]
    source = app.source("heroku.yml")
    assert source is not None
    assert [source.slice(x.at.span) for x in app.processes["release"].launches[2:] if x.at.span] == ["a b", "c"]


@pytest.fixture
def image(make: Make) -> Callable[[str, dict[str, str]], Image]:
    def build(dockerfile: str, files: dict[str, str]) -> Image:
        app = make({"heroku.yml": YML, "Dockerfile": dockerfile, **files})
        return app.images["web"]

    return build


@pytest.mark.parametrize(
    ("dockerfile", "path", "expected"),
    [
        ("WORKDIR /app\nCOPY . .", "/app/src/a.py", "src/a.py"),
        ("WORKDIR /app\nCOPY . .", "/app", ""),
        ("WORKDIR /app\nCOPY src .", "/app/a.py", "src/a.py"),
        ("COPY src/a.py /x/", "/x/a.py", "src/a.py"),
        ("COPY src/a.py /x/b.py", "/x/b.py", "src/a.py"),
        ("RUN mkdir /x\nCOPY src/a.py /x", "/x/a.py", "src/a.py"),
        ("COPY s*/a.py /x/", "/x/a.py", "src/a.py"),
        ("COPY src /one\nCOPY other /one", "/one/a.py", "other/a.py"),
        ("COPY . /app", "/app/gone.py", None),
        ("COPY . /app", "/etc/passwd", None),
        ("ADD https://example.org/a.py /x/", "/x/a.py", None),
    ],
)
def test_files_by_their_paths_in_the_image(
    image: Callable[[str, dict[str, str]], Image], dockerfile: str, path: str, expected: str | None
) -> None:
    assert image(f"FROM python:3\n{dockerfile}\n", {"src/a.py": "", "other/a.py": ""}).inside(path) == expected


def test_files_by_way_of_other_stages(image: Callable[[str, dict[str, str]], Image]) -> None:
    found = image(
        "FROM node:22 AS build\nWORKDIR /b\nCOPY web .\nRUN make\nFROM build AS more\nFROM python:3\nWORKDIR /app\n"
        "COPY --from=more /b ./web\nCOPY --from=1 /b/dist /dist\nCOPY --from=nginx /etc/nginx /n\n",
        {"web/package.json": "", "api/x.py": ""},
    )
    assert found.inside("/app/web/package.json") == "web/package.json"
    assert found.inside("/dist/index.html") is None
    assert found.inside("/n/nginx.conf") is None
    assert found.home == ""


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("WORKDIR /app\nCOPY . .", ""),
        ("WORKDIR /app\nCOPY requirements.txt .\nCOPY api .", "api"),
        ("WORKDIR /app\nCOPY requirements.txt .\nCOPY api ./api/", ""),
        ("COPY . /srv\nWORKDIR /srv/api", "api"),
        ("WORKDIR /app/api\nCOPY api/a.py api/b.py ./", "api"),
        ("COPY . .", ""),
    ],
)
def test_home(image: Callable[[str, dict[str, str]], Image], dockerfile: str, expected: str) -> None:
    assert image(f"FROM python:3\n{dockerfile}\n", {"api/a.py": "", "api/b.py": "", "requirements.txt": ""}).home == expected


def test_code_is_found_where_the_image_has_it(make: Make) -> None:
    files = {"api/app/main.py": "import app.db\n", "api/app/db.py": "", "api/app/__init__.py": "", "heroku.yml": YML}
    app = make({**files, "Dockerfile": 'FROM python:3\nWORKDIR /code\nCOPY ./api /code\nCMD ["uvicorn", "app.main:app"]\n'})
    assert sorted(app.code.reach["web"].modules) == ["api/app/__init__.py", "api/app/db.py", "api/app/main.py"]


LINES = [
    "FROM python:3.13 AS a", "FROM a", "FROM --platform=$P nginx", "WORKDIR b/../c", "WORKDIR /app", "COPY . .", "COPY --from=a / ./", "COPY x",
    "COPY --from=0 s* /usr/local/bin/", "ENTRYPOINT []", 'ENTRYPOINT ["e.sh"]', 'ENTRYPOINT ["tini", "--"]', "ENTRYPOINT x", "CMD []", "CMD",
    'CMD ["sh", "-c"]', 'CMD ["./e.sh", "$PORT", "é"]', "CMD a \\\n  b", "RUN --mount=type=cache,target=/x", "RUN chmod 700 e.sh", "VOLUME $V",
    "RUN <<E\ncat\nE", "ENV A=$A$A",
]  # fmt: skip


@settings(max_examples=40)
@given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from(['exec "$@"', './e.sh "$@"', "cd /app/x && python app.py $*"]))
def test_any_dockerfile_makes_an_app(lines: list[str], script: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"heroku.yml": YML, "Dockerfile": "\n".join(lines), "e.sh": f"#!/bin/sh\n{script}\n"}.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        app = App(open_workspace(Path(folder)), AppRoot("", "", True), Context(), load(), datetime.date(2026, 11, 1))
        for process in app.processes.values():
            for launch in process.launches:
                source = app.source(launch.path)
                assert source is not None
                assert launch.at.span is not None
                assert launch.at.span.end <= len(source.data)
        for image in app.images.values():
            size = Path(folder, image.path).stat().st_size
            spans = [span for _, span in image.volumes] + [command.span for command in image.installs]
            assert all(0 <= span.start <= span.end <= size for span in spans)
            assert image.base is not None or not image.plain


@pytest.mark.parametrize(
    ("lines", "others", "said"),
    [
        ("COPY requirements.txt .", {}, ["COPY asks for requirements.txt, which is not in the repository"]),
        ("COPY package.json package-lock.json ./", {"package.json": "{}"}, []),  # which the rule about locks tells
        ("COPY requirements*.txt ./", {}, []),
        ("ADD https://example.com/tool.tar.gz /opt/", {}, []),
        ("ARG FILE=a.txt\nCOPY $FILE .", {}, ["COPY asks for a.txt, which is not in the repository"]),
        ("COPY --from=build /srv/app .", {}, []),
        ("RUN apt-get update", {}, []),
        ("FROM debian:10-slim\nRUN apt-get -y update && apt-get install -y git", {}, ["debian:10-slim"]),
        ("FROM node:14-buster\nRUN apt-get update || true", {}, []),
        ("FROM node:14-buster\nCOPY sources.list /etc/apt/\nRUN apt-get update", {"sources.list": ""}, []),
        ("FROM ruby:2.6-stretch AS old\nRUN apt update\nFROM python:3\nCOPY --from=old /srv /srv", {}, ["ruby:2.6-stretch"]),
    ],
)
def test_what_stops_an_image(make: Make, lines: str, others: dict[str, str], said: list[str]) -> None:
    app = make({"heroku.yml": YML, "Dockerfile": f"FROM python:3 AS build\n{lines}\n", **others})
    found = [stop.said for stop in stops(app)]
    assert len(found) == len(said)
    assert all(text in one for text, one in zip(said, found, strict=True))
