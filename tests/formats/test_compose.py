"""docker-compose files: services with their images, builds, ports, volumes and variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.formats import compose
from herolint.formats.compose import Compose
from herolint.source import SourceFile


def read(text: str) -> tuple[SourceFile, Compose]:
    source = SourceFile("docker-compose.yml", text.encode())
    return source, compose.parse(source)


WHOLE = """\
x-common: &common
  restart: always
  environment: {DEBUG: 1}
services:
  web:
    <<: *common
    build: {context: ./api, dockerfile: ops/Dockerfile, target: prod}
    command: ["gunicorn", "app:app"]
    ports: ["80:8000", {target: 9, published: 8}]
    volumes:
      - ./api:/code:ro
      - uploads:/code/uploads
      - /cache
      - type: bind
        source: ./x
        target: /x
      - {type: tmpfs, target: /t}
  db:
    image: postgres:${PG:-16}
    environment:
      - POSTGRES_DB=a
      - SECRET
  empty:
"""


def test_services() -> None:
    source, found = read(WHOLE)
    web, db = found.services
    assert source.slice(web.span) == "web"
    assert web.build is not None
    assert (web.build.context, web.build.dockerfile, web.build.target) == ("api", "api/ops/Dockerfile", "prod")
    assert web.command is not None
    assert web.command.text == "gunicorn app:app"
    assert [port.text for port in web.ports] == ["80:8000", "8:9"]
    assert [(v.source, v.target, v.bind) for v in web.volumes] == [
        ("./api", "/code", True),
        ("uploads", "/code/uploads", False),
        ("", "/cache", False),
        ("./x", "/x", True),
    ]
    assert source.slice(web.volumes[1].span) == "uploads:/code/uploads"
    assert {name: value.text for name, value in web.environment.items()} == {"DEBUG": "1"}
    assert db.image is not None
    assert db.image.text == "postgres:16"
    assert {name: value.text for name, value in db.environment.items()} == {"POSTGRES_DB": "a", "SECRET": ""}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("db:\n  image: redis\n", ["db"]),
        ("version: '3'\nvolumes:\n  data:\n", []),
        ("services:\n  - a\n", []),
        ("// nothing yet\n", []),
        ("services: {a: {image: [x], build: 3, ports: 80, volumes: {}, environment: no}}\n", ["a"]),
        ("services:\n\ta: b\n", []),
        ("", []),
    ],
)
def test_other_forms(text: str, names: list[str]) -> None:
    assert [service.name for service in read(text)[1].services] == names


def test_a_path_on_windows_is_one_source() -> None:
    _, found = read("services:\n  a:\n    image: x\n    volumes: ['C:\\data:/data']\n")
    assert [(v.source, v.target, v.bind) for v in found.services[0].volumes] == [("C:\\data", "/data", True)]


@given(st.text("ab:{}[]-&*<|> \n\"'$.1/", max_size=120))
def test_any_text_is_read(text: str) -> None:
    for service in read("services:\n  " + text)[1].services:
        assert all(volume.span.end >= volume.span.start for volume in service.volumes)
