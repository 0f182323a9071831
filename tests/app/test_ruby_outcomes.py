"""What the Ruby buildpack and Bundler will say of the Ruby version and the lock file."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from herolint.app.buildpacks import Outcome, outcomes
from herolint.app.model import App
from herolint.context import Context
from herolint.finding import Confidence
from herolint.platforms import load
from herolint.workspace import open_workspace
from herolint.workspace.apps import AppRoot


def told(
    root: Path, gemfile: str, ruby: str = "ruby 3.4.9", platforms: str = "x86_64-linux", lock: str = "", more: str = ""
) -> list[Outcome]:
    """What is said of an app with a rack gem."""
    version = f"\nRUBY VERSION\n   {ruby}\n" if ruby else ""
    written = f"GEM\n  specs:\n    rack (3.1.0)\n\nPLATFORMS\n  {platforms}\n\nDEPENDENCIES\n  rack\n{lock}{version}"
    (root / "Gemfile").write_text(f'source "https://rubygems.org"\n{gemfile}\ngem "rack"\n')
    (root / "Gemfile.lock").write_text(more + written)
    app = App(open_workspace(root), AppRoot("", "", True), Context(), load(), datetime.date(2026, 11, 1))
    return list(outcomes(app, "lock-stale", "version-invalid", "version-old"))


@pytest.mark.parametrize(
    ("gemfile", "ruby", "topic", "fails", "words"),
    [
        ("", "ruby 2.7.8p225", "version-invalid", True, "the oldest is 3.1"),
        ("", "ruby 3.4.90", "version-invalid", True, "the newest 3.4 is"),
        ("", "ruby 3.9.0", "version-invalid", True, "there is no Ruby 3.9.0"),
        ("ruby '1.9.3'", "", "version-invalid", True, "which no stack that still builds has"),
        ("ruby '~> 3.4'", "", "version-invalid", True, "so that the build takes 3.3.9"),
        ("ruby '3.3.11'", "ruby 3.4.9p0", "version-invalid", True, "and Gemfile.lock names 3.4.9"),
        ("", "ruby 3.1.7", "version-old", False, "end of life (2025-03-26)"),
        ("", "", "version-old", False, "names no Ruby"),
    ],
)
def test_versions(tmp_path: Path, gemfile: str, ruby: str, topic: str, fails: bool, words: str) -> None:
    (one,) = told(tmp_path, gemfile, ruby)
    assert (one.topic, one.fails) == (topic, fails)
    assert words in one.message


@pytest.mark.parametrize(
    ("gemfile", "ruby", "platforms"),
    [
        ("", "ruby 3.4.9p82", "x86_64-linux"),
        ("ruby '~> 3.3'", "ruby 3.4.9", "ruby"),
        ("", "ruby 4.0.9", "ruby"),  # may have come out since
        ("", "ruby 4.1.0", "ruby"),
        ("ruby '>= 3.2', '< 4.1'", "ruby 3.3.11", "arm64-darwin-24\n  x86_64-linux-gnu"),
        ("", "ruby 3.1.4 (jruby 9.4.0.0)", "universal-java-17"),
        ("gem 'tzinfo-data', platforms: %i[mingw x64_mingw]", "ruby 3.4.9", "x86_64-linux"),
        ("gem 'debug' if ENV['DEBUG']", "ruby 3.4.9", "x86_64-linux"),
    ],
)
def test_nothing_is_said(tmp_path: Path, gemfile: str, ruby: str, platforms: str) -> None:
    assert not told(tmp_path, gemfile, ruby, platforms)


def test_a_version_that_an_earlier_deploy_may_have_kept_is_no_certain_failure(tmp_path: Path) -> None:
    assert [one.confidence for one in told(tmp_path, "ruby '3.4.9'", "")] == [Confidence.MEDIUM]
    assert [one.confidence for one in told(tmp_path, "ruby '2.6.3'", "")] == [Confidence.HIGH]


def test_ruby_version_has_no_effect_of_its_own(tmp_path: Path) -> None:
    (tmp_path / ".ruby-version").write_text("3.4.9\n")
    (one,) = told(tmp_path, "", "")
    assert "whatever .ruby-version says" in one.message
    (one,) = told(tmp_path, 'ruby file: ".ruby-version"', "")
    assert (one.topic, one.at.path) == ("version-invalid", ".ruby-version")


@pytest.mark.parametrize(
    ("gemfile", "platforms", "lock", "more", "words"),
    [
        ("gem 'puma'", "x86_64-linux", "", "", "knows nothing of puma"),
        ("gem 'rspec', group: :test", "x86_64-linux", "", "", "knows nothing of rspec"),
        ("", "x86_64-linux", "  puma\n", "", "no longer asks for puma"),
        ("", "arm64-darwin-24", "", "", "for arm64-darwin-24 only"),
        ("", "x86_64-linux", "", "<<<<<<< HEAD\n", "markers of a merge"),
    ],
)
def test_locks_that_stop_the_build(tmp_path: Path, gemfile: str, platforms: str, lock: str, more: str, words: str) -> None:
    (one,) = told(tmp_path, gemfile, platforms=platforms, lock=lock, more=more)
    assert (one.topic, one.fails) == ("lock-stale", True)
    assert words in one.message


@pytest.mark.parametrize("line", ["gemspec", "eval_gemfile 'Gemfile.shared'", "%w[a b].each { |name| gem name }"])
def test_a_gemfile_that_does_not_show_all_gems_is_not_compared(tmp_path: Path, line: str) -> None:
    assert not told(tmp_path, line, lock="  puma\n")
