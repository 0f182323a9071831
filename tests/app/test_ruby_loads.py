"""Which files a Ruby program loads without naming each."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
GEMFILE = 'source "https://rubygems.org"\nruby "3.4.7"\ngem "puma"\ngem "rackup"\ngem "sinatra"\n'
SLOW = 'get "/rates" do\n  Net::HTTP.get(URI("https://api.example.com/rates"))\nend\n'


def slow_files(root: Path, files: dict[str, str]) -> list[str]:
    """The files whose routes are told to wait for others, of a Sinatra app that a config.ru starts."""
    plant(root, {"Gemfile": GEMFILE, "Procfile": "web: bundle exec puma -p $PORT\n", **files})
    found = engine.run(root, Config(), OPTIONS).findings
    return sorted(one.at.path for one in found if one.code == "HL503")


@pytest.mark.parametrize(
    "line",
    [
        'Dir["./routes/*.rb"].each { |file| require file }', 'Dir.glob("routes/**/*.rb").sort.each(&method(:require))',
        'Dir[File.join(__dir__, "routes", "*.rb")].each { |file| require file }', 'Dir["#{__dir__}/routes/*.rb"].each { |file| load file }',
        'Dir[File.dirname(__FILE__) + "/routes/*.rb"].each do |file|\n  require file\nend', "require_all './routes'",
        'Dir.glob("./{models,routes}/*.rb").each { |file| require file }', 'Dir[File.expand_path("../routes/*.rb", __FILE__)].each { |f| require f }',
        'Dir[APP_ROOT.join("routes", "*.rb")].each { |file| require file }', "Padrino.load!",
    ],
)  # fmt: skip
def test_files_that_a_pattern_loads(tmp_path: Path, line: str) -> None:
    folder = "app" if line.startswith("Padrino") else "routes"
    files = {"config.ru": "require './app'\nrun Sinatra::Application\n", "app.rb": f"require 'sinatra'\n{line}\n"}
    assert slow_files(tmp_path, {**files, f"{folder}/rates.rb": SLOW, "old/rates.rb": SLOW}) == [f"{folder}/rates.rb"]


@pytest.mark.parametrize("line", ['puts Dir["./routes/*.rb"]', 'Dir["./views/*.rb"].each { |file| require file }', "require_all folder"])
def test_files_that_no_pattern_loads(tmp_path: Path, line: str) -> None:
    files = {"config.ru": "require './app'\nrun Sinatra::Application\n", "app.rb": f"require 'sinatra'\n{line}\n"}
    assert slow_files(tmp_path, {**files, "routes/rates.rb": SLOW}) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ('$LOAD_PATH << "./app"', "require 'rates'"),
        ('$:.unshift File.expand_path("../app", __FILE__)', "require 'rates'"),
        ('$LOAD_PATH.unshift(File.join(File.dirname(__FILE__), "app"))', "require 'rates'"),
        ("", "require './app/rates'"),
    ],
)
def test_files_on_the_load_path(tmp_path: Path, path: str, line: str) -> None:
    files = {"config.ru": f"{path}\nrequire './lib/start'\nrun Sinatra::Application\n", "lib/start.rb": f"require 'sinatra'\n{line}\n"}
    assert slow_files(tmp_path, {**files, "app/rates.rb": SLOW, "old/rates.rb": SLOW}) == ["app/rates.rb"]


APP = """
module Shop
  class App
    def call(env)
      File.write("#{NAME}/last", env['rack.input'].read)
    end
  end
end
"""


@pytest.mark.parametrize("name", ["FOLDER", "Shop::FOLDER"])
def test_a_constant_of_a_module_that_is_opened_again(tmp_path: Path, name: str) -> None:
    files = {
        "Gemfile": GEMFILE,
        "Procfile": "web: bundle exec puma -p $PORT\n",
        "config.ru": "require './app'\nrequire './folder'\nrun Shop::App.new\n",
        "folder.rb": "module Shop\n  FOLDER = 'public/uploads'\nend\n",
        "app.rb": APP.replace("NAME", name),
    }
    found = engine.run(plant(tmp_path, files), Config(), OPTIONS).findings
    assert [one.at.path for one in found if one.code == "HL204"] == ["app.rb"]
