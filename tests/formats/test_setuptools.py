"""setup.py and setup.cfg as far as they are plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.setuptools import Setup, parse_setup_cfg, parse_setup_py
from herolint.source import SourceFile


def read(text: str) -> Setup:
    return parse_setup_py(SourceFile("setup.py", text.encode("utf-8", "surrogatepass")))


def test_a_literal_list_is_read_with_places() -> None:
    text = 'from setuptools import setup\n\nsetup(name="x", install_requires=["Flask>=3", "redis[hiredis]==6.1.0"], python_requires=">=3.11")\n'
    found = read(text)
    assert [(r.name, r.specifier, r.extras) for r in found.dependencies] == [("flask", ">=3", ()), ("redis", "==6.1.0", ("hiredis",))]
    assert SourceFile("setup.py", text.encode()).slice(found.dependencies[0].span) == '"Flask>=3"'
    assert (found.python_requires, found.whole) == (">=3.11", True)


def test_names_and_sums_are_followed() -> None:
    text = 'import setuptools\nBASE = ["flask"]\nMORE = ("redis",)\nsetuptools.setup(install_requires=BASE + ["celery"])\n'
    assert [r.name for r in read(text).dependencies] == ["flask", "celery"]


@pytest.mark.parametrize(
    "text",
    [
        "from setuptools import setup\nsetup(install_requires=open('requirements.txt').read().split())\n",
        "from setuptools import setup\nsetup(**settings)\n",
        "from setuptools import setup\nsetup(install_requires=[requirements])\n",
        "print 'Python 2'\n",
        "import this\n",
    ],
)
def test_what_only_running_it_would_tell_is_not_whole(text: str) -> None:
    found = read(text)
    assert (found.dependencies, found.whole) == ((), False)


def test_the_options_of_setup_cfg() -> None:
    text = (
        "[metadata]\nname = x\n\n[options]\npython_requires = >=3.11\ninstall_requires =\n    Flask>=3\n    # a comment\n    redis==6.1.0\n"
    )
    found = parse_setup_cfg(SourceFile("setup.cfg", text.encode()))
    assert [(r.name, r.specifier) for r in found.dependencies] == [("flask", ">=3"), ("redis", "==6.1.0")]
    assert (found.python_requires, found.whole) == (">=3.11", True)
    assert not parse_setup_cfg(SourceFile("setup.cfg", b"[options]\ninstall_requires = file: requirements.txt\n")).whole


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    data = text.encode("utf-8", "replace")
    for found in (parse_setup_py(SourceFile("setup.py", data)), parse_setup_cfg(SourceFile("setup.cfg", data))):
        assert all(0 <= r.span.start <= r.span.end <= len(data) for r in found.dependencies)


@given(st.lists(st.sampled_from(["flask", "redis>=5", "numpy==1.26.4", "celery[redis]~=5.4"]), max_size=6))
def test_every_string_of_a_list_is_one_requirement(listed: list[str]) -> None:
    found = read(f"from setuptools import setup\nsetup(install_requires={listed!r})\n")
    assert [r.raw_name for r in found.dependencies] == [text.partition("[")[0].rstrip("=~>.0123456789") for text in listed]
