"""Composer's constraints, as far as minor versions of PHP go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.app.buildpacks.php_versions import allows

MINORS = ("7.4", "8.0", "8.1", "8.2", "8.3", "8.4", "8.5", "9.0")


@pytest.mark.parametrize(
    ("constraint", "allowed"),
    [
        ("^8.2", "8.2 8.3 8.4 8.5"),
        ("^7.3|^8.0", "7.4 8.0 8.1 8.2 8.3 8.4 8.5"),
        ("~8.1", "8.1 8.2 8.3 8.4 8.5"),
        ("~8.1.0", "8.1"),
        ("8.3.*", "8.3"),
        ("8.*", "8.0 8.1 8.2 8.3 8.4 8.5"),
        ("*", "7.4 8.0 8.1 8.2 8.3 8.4 8.5 9.0"),
        (">=8.1 <8.4", "8.1 8.2 8.3"),
        (">= 8.1, < 8.4", "8.1 8.2 8.3"),
        ("8.1 - 8.3", "8.1 8.2 8.3"),
        ("8.2.0 - 8.3.1", "8.2 8.3"),
        ("8.2.5", "8.2"),
        (">8.2", "8.2 8.3 8.4 8.5 9.0"),
        ("^8.1 !=8.2.0", "8.1 8.2 8.3 8.4 8.5"),
        ("^8.3@dev", "8.3 8.4 8.5"),
    ],
)
def test_constraints(constraint: str, allowed: str) -> None:
    assert [minor for minor in MINORS if allows(constraint, minor)] == allowed.split()


@pytest.mark.parametrize("constraint", ["dev-main", "", "${PHP}"])
def test_what_cannot_be_read(constraint: str) -> None:
    assert allows(constraint, "8.3") is None


@given(st.text(alphabet="0123456789.*^~<>=!|, -v@xX"))
def test_no_constraint_breaks_it(constraint: str) -> None:
    assert allows(constraint, "8.3") in (True, False, None)
