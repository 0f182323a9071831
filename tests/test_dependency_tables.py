"""The tables about releases, installs and breaks: every row can be used as it stands."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from herolint.knowledge import breaks, gems, installs, releases
from herolint.knowledge.names import normalise
from herolint.knowledge.releases import Offer
from herolint.platforms import load


def test_the_releases_cover_every_python_of_the_buildpack() -> None:
    for row in load("heroku").python.versions:
        assert releases.releases("numpy", row.minor), "run tools/wheel_table.py"


def test_what_is_known_of_some_releases() -> None:
    numpy = releases.releases("NumPy", "3.13")
    assert numpy[Version("2.1.0")] is Offer.WHEEL
    assert numpy[Version("1.26.4")] is Offer.SOURCE
    assert releases.releases("numpy", "3.10")[Version("2.3.2")] is Offer.OTHER_PYTHON
    assert releases.releases("tensorflow", "3.13")[Version("2.16.1")] is Offer.NOTHING
    assert releases.releases("no-such-distribution", "3.13") == {}


def test_rows_about_installs_are_well_formed() -> None:
    for name in ("pywin32", "pyobjc-framework-cocoa", "sklearn"):
        assert installs.refused(name)
    assert not installs.refused("appnope")
    assert not installs.refused("bs4")
    rows = [row for name in ("numpy", "scipy", "pandas", "pyyaml") for row in installs.failing_builds(name)]
    assert rows
    for row in rows:
        SpecifierSet(row.versions)
        SpecifierSet(row.python)
    for names in (installs.standard_modules(), installs.module_names()):
        assert names
        assert all(name == normalise(name) for name in names if "_" not in name)


def test_a_range_without_an_upper_bound_is_about_the_newest() -> None:
    assert installs.matches("", None)
    assert installs.matches(">=1.5", None)
    assert not installs.matches("<2", None)
    assert installs.matches("<2", "1.9.3")
    assert not installs.matches("<2", "no version")


def test_rows_about_breaks_are_well_formed() -> None:
    table = breaks.table()
    named = [(row.name, row.versions) for row in table.python]
    named += [(row.name, row.versions) for row in table.setuptools] + [(row.name, row.versions) for row in table.pair]
    assert table.python
    assert table.setuptools
    assert table.pair
    assert table.gone
    for name, versions in named:
        assert name == normalise(name)
        SpecifierSet(versions)
    for pair in table.pair:
        assert Version(pair.since)
        partner = pair.together.partition("<")[0]
        assert partner == pair.partner, "the cure bounds the partner"
        assert not SpecifierSet(pair.together.removeprefix(partner)).contains(pair.since)
    for gone in table.gone:
        assert Version(gone.since)
        assert all("." in name for name in gone.names)


def test_what_a_distribution_does_from_a_release_on() -> None:
    for row in breaks.table().turn:
        assert row.name == normalise(row.name)
        assert row.source.startswith("https://")
        assert not breaks.before(row.name, row.turn, row.since)
        assert breaks.before(row.name, row.turn, "0.1")
    assert breaks.before("django", "compares the Origin header of forms", "3.2.25")
    assert not breaks.before("sqlalchemy", "knows no postgres:// any more", "2.0.44")


def test_a_gone_module_covers_what_is_in_it() -> None:
    row = next(row for row in breaks.table().gone if "werkzeug.contrib.*" in row.names)
    assert row.covers("werkzeug.contrib.fixers.ProxyFix")
    assert row.covers("werkzeug.contrib")
    assert not row.covers("werkzeug.contribution")


_NUMBERS = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda numbers: ".".join(map(str, numbers)))
_CLAUSES = st.lists(st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "~="]), _NUMBERS).map("".join), min_size=1, max_size=3)


@given(_CLAUSES, _NUMBERS)
def test_versions_are_compared_as_the_installer_does(clauses: list[str], version: str) -> None:
    versions = ",".join(clauses)
    try:
        expected = SpecifierSet(versions).contains(Version(version), prereleases=True)
    except InvalidSpecifier:  # `~=1` has no meaning
        assume(False)
    assert installs.matches(versions, version) is expected


def test_a_program_that_a_gem_gave_away_is_one_of_its_programs() -> None:
    table = gems.load()
    assert table.until
    for program, gave in table.until.items():
        assert set(gave) < set(table.programs[program]), "some gem still installs it"
    assert "puma" in table.servers
