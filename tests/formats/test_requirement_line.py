"""One requirement: the short way that plain lines take says the same as the long one."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.requirement_line import Requirement, read_requirement
from herolint.source import Span

NAMES = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True) | st.sampled_from(["pkg.zip", "a.tar.gz", "x.whl"])
VERSIONS = st.from_regex(r"((==|~=|!=|<=|>=|<|>)[0-9]{1,3}(\.[0-9]{1,3}){0,3})?", fullmatch=True)


def read(text: str, editable: bool = False) -> Requirement | str:
    return read_requirement(text, "requirements.txt", Span(0, len(text)), editable=editable)


@given(NAMES, VERSIONS, st.booleans())
def test_a_plain_line_reads_as_one_with_white_space_does(name: str, version: str, editable: bool) -> None:
    short, long = read(name + version, editable), read(f" {name}{version}", editable)
    if isinstance(short, Requirement) and isinstance(long, Requirement):
        assert msgspec.structs.asdict(short) | {"span": 0, "name_span": 0} == msgspec.structs.asdict(long) | {"span": 0, "name_span": 0}
    else:
        assert short == long


@pytest.mark.parametrize(
    ("text", "name", "specifier", "pinned"),
    [
        ("Flask", "flask", "", None),
        ("Flask_SQLAlchemy==3.1.1", "flask-sqlalchemy", "==3.1.1", "3.1.1"),
        ("gunicorn>=23", "gunicorn", ">=23", None),
        ("celery[redis]==5.4 ; python_version > '3.8'", "celery", "==5.4", "5.4"),
    ],
)
def test_what_is_read(text: str, name: str, specifier: str, pinned: str | None) -> None:
    found = read(text)
    assert isinstance(found, Requirement)
    assert (found.name, found.specifier, found.pinned) == (name, specifier, pinned)
    assert text[found.name_span.start : found.name_span.end].lower().replace("_", "-") == name
