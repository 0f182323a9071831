"""Gemfile.lock, .ruby-version, gem requirements, and the YAML files of Rails apps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.formats import gemfile_lock, rails_yaml
from herolint.formats.gem_requirement import satisfies
from herolint.formats.version_files import parse_ruby_version
from herolint.source import SourceFile, Span

LOCK = """GIT
  remote: https://example.org/a.git
  revision: 0123
  specs:
    a (1.0)
      rack (>= 2)

PATH
  remote: engines/b
  specs:
    b (0.1.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.18.8-x86_64-linux)
    nokogiri (1.18.8)
      mini_portile2 (~> 2.8.2)
      racc (~> 1.4)
    rack (3.1.0)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  a!
  nokogiri (>= 1.18, < 2)
  rack

CHECKSUMS
  rack (3.1.0) sha256=00

RUBY VERSION
   ruby 3.3.6p108

BUNDLED WITH
   2.5.23
"""


def lock(text: str) -> gemfile_lock.GemfileLock:
    return gemfile_lock.parse(SourceFile("Gemfile.lock", text.encode()))


@pytest.mark.parametrize("text", [LOCK, LOCK.replace("\n", "\r\n")])
def test_a_lock(text: str) -> None:
    found = lock(text)
    assert [(g.name, g.version, g.platform, g.kind, g.remote, g.needs) for g in found.gems] == [
        ("a", "1.0", "", "git", "https://example.org/a.git", (("rack", ">= 2"),)),
        ("b", "0.1.0", "", "path", "engines/b", ()),
        ("nokogiri", "1.18.8", "x86_64-linux", "gem", "https://rubygems.org/", ()),
        ("nokogiri", "1.18.8", "", "gem", "https://rubygems.org/", (("mini_portile2", "~> 2.8.2"), ("racc", "~> 1.4"))),
        ("rack", "3.1.0", "", "gem", "https://rubygems.org/", ()),
    ]
    assert [(d.name, d.requirement) for d in found.dependencies] == [("a", ""), ("nokogiri", ">= 1.18, < 2"), ("rack", "")]
    assert [name for name, _ in found.platforms] == ["ruby", "x86_64-linux"]
    assert (found.ruby, found.bundler, found.engine, found.conflict) == ("3.3.6", "2.5.23", None, None)
    assert found.ruby_span is not None
    assert text.encode()[slice(*found.ruby_span)] == b"ruby 3.3.6p108"
    assert all(text.encode()[slice(*gem.span)].startswith(gem.name.encode()) for gem in found.gems)
    gem = found.gem("nokogiri")
    assert gem is not None
    assert gem.platform == ""


@pytest.mark.parametrize(
    ("line", "version", "engine"),
    [
        ("   ruby 3.4.9", "3.4.9", None),
        ("  ruby 4.0.0", "4.0.0", None),
        ("   ruby 3.5.0.preview1", "3.5.0.preview1", None),
        ("   ruby 3.1.4p223 (jruby 9.4.15.0)", "3.1.4", ("jruby", "9.4.15.0")),
        ("   ruby 3.4", None, None),
        (" ruby 3.4.9", None, None),
        ("   3.4.9", None, None),
    ],
)
def test_the_ruby_that_the_buildpack_takes(line: str, version: str | None, engine: tuple[str, str] | None) -> None:
    found = lock(f"RUBY VERSION\n{line}\n")
    assert (found.ruby, found.ruby_text, found.engine) == (version, line.strip(), engine)


def test_a_merge_that_was_not_finished() -> None:
    text = "GEM\n  specs:\n<<<<<<< HEAD\n    a (1.0)\n=======\n    a (2.0)\n>>>>>>> other\n"
    assert lock(text).conflict == Span(text.index("<"), text.index(" HEAD") + 5)


@given(st.text(alphabet=st.sampled_from("GEMDEPENDENCIES RUBY VERSION\n  ()abc1.<=!:ü"), max_size=200))
def test_any_lock_is_survived_with_spans_inside(text: str) -> None:
    data = text.encode()
    found = gemfile_lock.parse(SourceFile("Gemfile.lock", data))
    spans = [g.span for g in found.gems] + [d.span for d in found.dependencies] + [s for _, s in found.platforms]
    assert all(0 <= span.start <= span.end <= len(data) for span in spans)


@pytest.mark.parametrize(
    ("text", "version", "issue"),
    [
        ("3.3.6\n", "3.3.6", ""),
        ("ruby-3.3.6", "3.3.6", ""),
        ("3.3", "3.3", ""),
        ("ruby-2.7.1-p83", "2.7.1", ""),
        ("2.7.1@gems", "2.7.1", ""),
        ("# note\n3.3.6", "3.3.6", ""),
        ("3.5.0-preview1", "3.5.0-preview1", ""),
        ("jruby-9.4.15.0", None, "invalid"),
        ("", None, "empty"),
    ],
)
def test_ruby_version_file(text: str, version: str | None, issue: str) -> None:
    found = parse_ruby_version(SourceFile(".ruby-version", text.encode()))
    assert (found.version, found.issue) == (version, issue)


@pytest.mark.parametrize(
    ("version", "requirement", "met"),
    [
        ("3.3.6", "3.3.6", True),
        ("3.3.6", "3.3.7", False),
        ("1.0", "1.0.0", True),
        ("3.3.6", "~> 3.3", True),
        ("3.4.0", "~> 3.3", True),
        ("4.0.0", "~> 3.3", False),
        ("3.4.0", "~> 3.3.0", False),
        ("3.3.0", "~> 3.3.1", False),
        ("4.5", "~> 4", True),
        ("5.0", "~> 4", False),
        ("3.4.9", ">= 3.2, < 4.0", True),
        ("4.0.0", ">= 3.2, < 4.0", False),
        ("3.10.0", "> 3.9", True),
        ("3.5.0.preview1", ">= 3.5.0", False),
        ("3.5.0.preview1", ">= 3.4", True),
        ("3.5.0-preview1", "3.5.0.pre.preview1", True),
        ("8.0.0.beta1", "~> 7.0", False),
        ("3.3.6", "!= 3.3.6", False),
        ("3.3.6", "", True),
        ("3.3.6", ">= x", None),
        ("x", "1", None),
    ],
)
def test_requirements(version: str, requirement: str, met: bool | None) -> None:
    assert satisfies(version, requirement) is met


def read(text: str) -> rails_yaml.RailsYaml:
    return rails_yaml.parse(SourceFile("config/database.yml", text.encode()))


def test_erb_in_yaml() -> None:
    text = """
default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("MAX_THREADS") { 5 } %>
<% if true %>
production:
  <<: *default
  url: "postgres://<%= ENV['ÜSER'] -%>@host/db"  # <%= comment %>
  port: 5432
  hosts: [a, <%= ENV["B"] %>]
<% end %>
"""
    found = read(text)
    assert found.problems == ()
    production = found.sections["production"]
    assert production.text("adapter") == "postgresql"
    assert production.text("port") == "5432"
    assert production.text("pool") is None
    assert production.values["pool"].text == '<%= ENV.fetch("MAX_THREADS") { 5 } %>'
    assert [e.code.strip() for e in production.values["pool"].erb] == ['ENV.fetch("MAX_THREADS") { 5 }']
    assert [e.code.strip() for e in production.values["url"].erb] == ["ENV['ÜSER']"]
    assert [v.value for v in production.lists["hosts"]] == ["a", None]
    assert [e.output for e in found.erb] == [True, False, True, True, True, False]
    data = text.encode()
    assert all(data[slice(*e.span)].decode() == e.code for e in found.erb)
    assert data[slice(*production.span)] == b"production"


def test_erb_over_lines_is_one_value() -> None:
    found = read('production:\n  url: <%=\n    ENV["A"] ||\n    ENV["B"]\n  %>\n  pool: 5\n')
    assert found.problems == ()
    assert list(found.sections["production"].values) == ["url", "pool"]


def test_databases_of_an_environment() -> None:
    found = read("production:\n  primary:\n    adapter: sqlite3\n  cache:\n    adapter: sqlite3\n")
    assert list(found.sections["production"].sections) == ["primary", "cache"]


def test_yaml_that_cannot_be_read() -> None:
    found = read("production:\n  a: [1\n")
    assert found.sections == {}
    assert found.problems


@given(st.text(alphabet=st.sampled_from("<%=>-# \n:ab[]{}\"'&*ü"), max_size=120))
def test_any_yaml_is_survived_with_spans_inside(text: str) -> None:
    data = text.encode()
    found = rails_yaml.parse(SourceFile("config/cable.yml", data))
    spans = [e.span for e in found.erb] + [v.span for s in found.sections.values() for v in s.values.values()]
    assert all(0 <= span.start <= span.end <= len(data) for span in spans)
