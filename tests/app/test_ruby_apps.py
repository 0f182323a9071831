"""What the Ruby buildpack makes of an app, and what a Rails app is set to in production."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from conftest import plant

from herolint.app.building import ruby_build
from herolint.app.building.gemfile import Gemfile
from herolint.app.frameworks import rails
from herolint.app.frameworks.rails import Rails
from herolint.app.model import App
from herolint.context import Context
from herolint.platforms import load
from herolint.workspace import open_workspace
from herolint.workspace.apps import AppRoot

Make = Callable[[dict[str, str]], App]

GEMS = """GEM
  remote: https://rubygems.org/
  specs:
    mini (1.0)
    pg (1.5.0)
    puma (7.1.0)
      nio4r (~> 2.0)
    nio4r (2.7.0)
    rack (3.1.0)
    railties (7.1.2)
      rack (>= 2.2.4)
    rails (7.1.2)
      railties (= 7.1.2)
    rspec (3.13.0)
      mini

PLATFORMS
  x86_64-linux

DEPENDENCIES
  pg
  puma
  rails (~> 7.1)
  rspec

RUBY VERSION
   ruby 3.3.6p108
"""
GEMFILE = """source "https://rubygems.org"
ruby "~> 3.3"
gem "rails", "~> 7.1"
gem "pg"
gem "puma", require: false
group :development, :test do
  gem "rspec"
end
"""
APPLICATION = "module Own\n  class Application < Rails::Application\n    config.load_defaults 7.1\n  end\nend\n"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes an app of files."""

    def from_files(files: dict[str, str]) -> App:
        plant(tmp_path, files)
        return App(open_workspace(tmp_path), AppRoot("", "", True), Context(), load(), datetime.date(2026, 11, 1))

    return from_files


def gemfile_of(make: Make, text: str) -> Gemfile:
    found = make({"Gemfile": text}).gemfile
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('gem "a"', ("a", "", ("default",), (), None, True, False)),
        ("gem 'a', '>= 1', '< 2'", ("a", ">= 1, < 2", ("default",), (), None, True, False)),
        ('gem "a", ["~> 1.0", "!= 1.3"]', ("a", "~> 1.0, != 1.3", ("default",), (), None, True, False)),
        ('gem "a", require: false', ("a", "", ("default",), (), None, False, False)),
        ('gem "a", :require => "b"', ("a", "", ("default",), (), None, True, False)),
        ('gem "a", group: :test', ("a", "", ("test",), (), None, True, False)),
        ('gem "a", groups: [:development, :test]', ("a", "", ("development", "test"), (), None, True, False)),
        ('group :development, :test do\n  gem "a"\nend', ("a", "", ("development", "test"), (), None, True, False)),
        ('group(:test) { platforms(:mri) { gem "a" } }', ("a", "", ("test",), ("mri",), None, True, False)),
        ('gem "a", platforms: %i[mingw x64_mingw]', ("a", "", ("default",), ("mingw", "x64_mingw"), None, True, False)),
        ('gem "a", git: "https://e.org/a"', ("a", "", ("default",), (), ("git", "https://e.org/a"), True, False)),
        ('gem "a", path: "engines/a"', ("a", "", ("default",), (), ("path", "engines/a"), True, False)),
        ('path "engines" do\n  gem "a"\nend', ("a", "", ("default",), (), ("path", "engines"), True, False)),
        ('source "https://e.org" do\n  gem "a"\nend', ("a", "", ("default",), (), ("source", "https://e.org"), True, False)),
        ('if ENV["X"]\n  gem "a"\nend', ("a", "", ("default",), (), None, True, True)),
        ('gem "a" if ENV["X"]', ("a", "", ("default",), (), None, True, True)),
        ('install_if -> { true } do\n  gem "a"\nend', ("a", "", ("default",), (), None, True, True)),
        ('# gem "b"\ngem "a" # gem "c"', ("a", "", ("default",), (), None, True, False)),
    ],
)
def test_gem_lines(make: Make, text: str, expected: tuple[object, ...]) -> None:
    (gem,) = gemfile_of(make, text).gems
    assert msgspec.structs.astuple(gem)[:-2] == expected


def test_gems_that_are_not_in_plain_sight(make: Make) -> None:
    assert not gemfile_of(make, "%w[a b].each { |name| gem name }").complete


@pytest.mark.parametrize(
    ("line", "requirement", "file", "engine"),
    [
        ('ruby "3.3.6"', "3.3.6", "", ""),
        ('ruby ">= 3.2", "< 4"', ">= 3.2, < 4", "", ""),
        ('ruby file: ".ruby-version"', "", ".ruby-version", ""),
        ('ruby File.read(".ruby-version").strip', "", ".ruby-version", ""),
        ('ruby "3.1.4", engine: "jruby", engine_version: "9.4.15.0"', "3.1.4", "", "jruby"),
    ],
)
def test_ruby_line(make: Make, line: str, requirement: str, file: str, engine: str) -> None:
    found = gemfile_of(make, line).ruby
    assert found is not None
    assert (found.requirement, found.file, found.engine) == (requirement, file, engine)


def test_what_is_installed(make: Make) -> None:
    app = make({"Gemfile": GEMFILE, "Gemfile.lock": GEMS})
    assert ruby_build.builds_ruby(app)
    found = ruby_build.installed_gems(app)
    assert {name: gem.version for name, gem in found.items()} == {
        "rails": "7.1.2", "railties": "7.1.2", "rack": "3.1.0", "pg": "1.5.0", "puma": "7.1.0", "nio4r": "2.7.0",
    }  # fmt: skip
    assert found["puma"].direct
    assert not found["nio4r"].direct


def test_a_config_var_says_which_groups_are_left_out(make: Make) -> None:
    files = {"Gemfile": GEMFILE, "Gemfile.lock": GEMS, "app.json": '{"env": {"BUNDLE_WITHOUT": "development"}}'}
    assert "mini" in ruby_build.installed_gems(make(files))


def test_gems_for_windows_are_not_installed(make: Make) -> None:
    app = make({"Gemfile": 'gem "a", platforms: [:mingw, :mswin64, :x64_mingw_31]\ngem "b", platforms: [:mingw, :ruby]\n'})
    assert list(ruby_build.installed_gems(app)) == ["b"]


@pytest.mark.parametrize(
    ("gemfile", "lock", "version", "met"),
    [
        (GEMFILE, GEMS, "3.3.6", True),
        (GEMFILE.replace("~> 3.3", "3.4.1"), GEMS, "3.3.6", False),
        (GEMFILE, GEMS.partition("RUBY")[0], None, None),
        (GEMFILE.replace('"~> 3.3"', 'file: ".ruby-version"'), GEMS, "3.3.6", False),
    ],
)
def test_which_ruby(make: Make, gemfile: str, lock: str, version: str | None, met: bool | None) -> None:
    app = make({"Gemfile": gemfile, "Gemfile.lock": lock, ".ruby-version": "3.3.5\n"})
    assert ruby_build.wanted_ruby(app).version == version
    required = ruby_build.required_ruby(app)
    assert required is not None
    assert required.met is met


@pytest.mark.parametrize(
    ("specs", "kind", "web"),
    [
        ("    railties (8.0.1)\n", "rails", "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV"),
        ("    railties (3.2.22)\n", "rails", "bundle exec rails server -p ${PORT:-5000}"),
        ("    railties (9.0.0)\n    rack (3.0.0)\n", "rack", "bundle exec rackup config.ru -p ${PORT:-5000}"),
        ("    rack (3.0.0)\n    thin (1.0)\n", "rack", "bundle exec thin start -R config.ru -e $RACK_ENV -p ${PORT:-5000}"),
        ("    rake (13.0.0)\n", "ruby", None),
    ],
)
def test_default_processes(make: Make, specs: str, kind: str, web: str | None) -> None:
    app = make({"Gemfile": "", "Gemfile.lock": f"GEM\n  specs:\n{specs}"})
    assert ruby_build.framework(app) == kind
    assert ruby_build.default_processes(app).get("web") == web


def test_what_the_buildpack_sets(make: Make) -> None:
    app = make({"Gemfile": GEMFILE, "Gemfile.lock": GEMS})
    found = ruby_build.build_environment(app)
    assert found["RAILS_ENV"] == found["RACK_ENV"] == "production"
    assert found["RAILS_LOG_TO_STDOUT"] == "enabled"
    old = make({"Gemfile.lock": "GEM\n  specs:\n    railties (4.0.13)\n"})
    assert not {"SECRET_KEY_BASE", "RAILS_LOG_TO_STDOUT"} & ruby_build.build_environment(old).keys()


@pytest.fixture
def configured(make: Make) -> Callable[..., Rails]:
    """A Rails app with this body of its production environment and further files."""

    def made(production: str = "", files: dict[str, str] | None = None) -> Rails:
        base = {
            "Gemfile": GEMFILE, "Gemfile.lock": GEMS, "config/application.rb": APPLICATION,
            "config/environments/production.rb": f"Rails.application.configure do\n{production}\nend\n",
        }  # fmt: skip
        found = make(base | (files or {})).rails
        assert found is not None
        return found

    return made


def test_the_last_file_that_sets_it_counts(configured: Callable[..., Rails]) -> None:
    app = configured(
        "config.cache_store = :memory_store\nconfig.eager_load = true",
        {"config/initializers/cache.rb": "Rails.application.config.cache_store = :redis_cache_store, { url: ENV['REDIS_URL'] }"},
    )
    store = app.cache_store
    assert store is not None
    assert (store.word, store.mod.path) == ("redis_cache_store", "config/initializers/cache.rb")
    assert app.flag("eager_load") is True
    assert app.flag("force_ssl") is False
    loaded = app.setting("load_defaults")
    assert loaded is not None
    assert loaded.op == "call"


@pytest.mark.parametrize(
    ("condition", "counts"),
    [
        ('if ENV["RAILS_LOG_TO_STDOUT"].present?', True),
        ('if ENV["DYNO"]', True),
        ('unless ENV.key?("DYNO")', False),
        ("if Rails.env.production?", True),
        ("if Rails.env.development? || Rails.env.test?", False),
        ('if Rails.env == "staging"', False),
        ('if ENV["RAILS_ENV"] == "production"', True),
        ('if ENV["MINE"]', None),
        ('if ENV["MINE"] && Rails.env.test?', False),
    ],
)
def test_settings_under_conditions(configured: Callable[..., Rails], condition: str, counts: bool | None) -> None:
    app = configured(f"{condition}\n  config.force_ssl = true\nend")
    found = app.force_ssl
    assert (None if found is None else app.holds(found.mod, found.guard)) is (None if counts is False else counts)
    assert (found is None) is (counts is False)


def test_the_config_of_others_is_theirs(configured: Callable[..., Rails]) -> None:
    app = configured("", {"config/initializers/own.rb": "Devise.setup do |config|\n  config.secret_key = 'x'\n  config.hosts << 'a'\nend"})
    assert app.setting("secret_key") is None
    assert app.hosts == ()
    assert app.setting("secret_key", "Devise.setup") is not None


@pytest.mark.parametrize(
    ("production", "expected"),
    [
        ("", False),
        ("config.logger = ActiveSupport::Logger.new(STDOUT)", True),
        ("logger = ActiveSupport::Logger.new($stdout)\nconfig.logger = ActiveSupport::TaggedLogging.new(logger)", True),
        ("config.logger = ActiveSupport::Logger.new(STDOUT).tap { |l| l.x = 1 }.then { |l| Y.new(l) }", True),
        ('if ENV["RAILS_LOG_TO_STDOUT"].present?\n  config.logger = ActiveSupport::Logger.new(STDOUT)\nend', True),
        ('config.logger = ActiveSupport::Logger.new("log/own.log")', False),
        ('config.logger = Own.new("x")', None),
    ],
)
def test_where_the_log_goes(configured: Callable[..., Rails], production: str, expected: bool | None) -> None:
    assert configured(production).logs_to_output is expected


def test_hosts(configured: Callable[..., Rails]) -> None:
    app = configured('config.hosts = ["a.org"]\nconfig.hosts << "b.org"\nconfig.hosts.push("c.org")')
    assert [h.op for h in app.hosts] == ["=", "<<", "<<"]
    assert configured('config.hosts << "b.org"\nconfig.hosts.clear').hosts == ()


def test_services_of_production(configured: Callable[..., Rails]) -> None:
    app = configured(
        "config.active_storage.service = :amazon",
        {
            "config/storage.yml": "local:\n  service: Disk\namazon:\n  service: S3\n  bucket: <%= ENV['BUCKET'] %>\n",
            "config/cable.yml": "production:\n  adapter: redis\n  url: <%= ENV.fetch('REDIS_URL') { ENV['OTHER_URL'] } %>\n",
            "config/database.yml": "production:\n  adapter: postgresql\n  url: <%= ENV['DATABASE_URL'] %>\n",
        },
    )
    assert app.storage is not None
    assert (app.storage.name, app.storage.kind) == ("amazon", "S3")
    assert app.cable is not None
    assert rails.env_names(app.cable.values["url"]) == ("REDIS_URL", "OTHER_URL")
    assert app.databases["primary"].text("adapter") == "postgresql"
    assert rails.env_names(app.databases["primary"].values["url"]) == ("DATABASE_URL",)


def test_several_databases(configured: Callable[..., Rails]) -> None:
    yml = "production:\n  primary:\n    adapter: postgresql\n  cache:\n    adapter: sqlite3\n    database: storage/cache.sqlite3\n"
    assert list(configured("", {"config/database.yml": yml}).databases) == ["primary", "cache"]


S3 = "has_attached_file :scan, storage: :s3, s3_region: 'eu-west-1'"
ON_DISK = "Paperclip keeps uploads on the dyno's disk"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("has_attached_file :scan", [(ON_DISK, True)]),
        ("has_attached_file :scan, storage: :filesystem", [(ON_DISK, True)]),
        ("has_attached_file :scan if ENV['SCANS']", [(ON_DISK, False)]),
        (f"if Keys.bucket\n{S3}\nelse\nhas_attached_file :scan\nend", [(f"{ON_DISK} unless a condition sends them elsewhere", False)]),
        (S3, []),
        ("has_attached_file :scan, **Storage.options", []),
    ],
)
def test_where_paperclip_keeps_uploads(configured: Callable[..., Rails], body: str, expected: list[tuple[str, bool]]) -> None:
    files = {
        "app/models/report.rb": f"class Report < ApplicationRecord\n{body}\nend\n",
        "Gemfile": f'{GEMFILE}gem "paperclip"\n',
        "Gemfile.lock": GEMS.replace("mini (1.0)\n", "mini (1.0)\n    paperclip (6.1.0)\n"),
    }
    assert [(kept.message, kept.sure) for kept in configured("", files).app.kept_uploads] == expected


def test_what_is_no_rails_app(make: Make) -> None:
    assert make({"Gemfile": "gem 'sinatra'", "config.ru": "run App"}).rails is None


def test_a_process_that_the_procfile_leaves_to_the_buildpack(make: Make) -> None:
    app = make({"Gemfile": GEMFILE, "Gemfile.lock": GEMS, "config/application.rb": APPLICATION})
    assert {name: (p.origin, p.text) for name, p in app.processes.items()} == {
        "web": ("default", "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV")
    }
