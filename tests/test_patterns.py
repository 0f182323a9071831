"""Patterns are compiled at their first use, so each is used here once: a faulty one must not wait for a user."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import pytest

import herolint
from herolint.patterns import _Lazy, lazy


def test_every_pattern_of_the_package_can_be_compiled() -> None:
    seen = 0
    for module in pkgutil.walk_packages(herolint.__path__, "herolint."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, _Lazy):
                assert value.pattern, f"{module.name}.{name}"
                seen += 1
    assert seen > 100


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    word = lazy(r"(?P<first>\w)\w*", re.ASCII)
    found = word.match("port")
    assert found is not None
    assert found["first"] == "p"
    assert word.sub("-", "a bc") == "- -"
    assert word.pattern == r"(?P<first>\w)\w*"
    assert [match[0] for match in word.finditer("a bc")] == ["a", "bc"]
    with pytest.raises(re.error):
        lazy("(").match("")
