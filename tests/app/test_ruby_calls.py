"""What Ruby code does while a visitor waits and when the process starts: calls that are found, and what only looks like them."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config

OPTIONS = engine.RunOptions(today=datetime.date(2026, 11, 24), cache=False)
BASE = Path(__file__).parents[1] / "fixtures" / "bases" / "rails-clean"
RELEASES = {"sqlite3": "2.7.4"}
"""Of gems whose first ones are not built today."""
CONTROLLER = "class NotesController < ApplicationController\n  def index\n%s\n  end\nend\n"


def codes(root: Path, files: dict[str, str], gems: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[str]:
    """The rules that speak of a Rails app with these files, more gems, and without some."""
    home = root / "app"
    shutil.copytree(BASE, home)
    plant(home, files)
    for name in ("Gemfile", "Gemfile.lock"):
        text = (home / name).read_text()
        text = "".join(
            line for line in text.splitlines(True) if not any(gem in line for gem in without) and (without == () or "nio4r" not in line)
        )
        text += "".join(f'gem "{gem}"\n' for gem in gems) if name == "Gemfile" else ""
        text = text.replace("\nPLATFORMS", "".join(f"    {gem} ({RELEASES.get(gem, '1.0.0')})\n" for gem in gems) + "\nPLATFORMS")
        (home / name).write_text(text.replace("DEPENDENCIES\n", "DEPENDENCIES\n" + "".join(f"  {gem}\n" for gem in gems)))
    return [found.code for found in engine.run(home, Config(), OPTIONS).findings]


def handled(root: Path, body: str, **files: str) -> list[str]:
    """The rules that speak of what one action does."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return codes(
        root, {"app/controllers/notes_controller.rb": CONTROLLER % lines, **{f"app/{name}.rb": text for name, text in files.items()}}
    )


URL = '"https://api.example.com/notes"'
CONNECT = f"uri = URI({URL})\nhttp = Net::HTTP.new(uri.host, uri.port)\n%shttp.request(Net::HTTP::Get.new(uri))"
STARTS = f"uri = URI({URL})\nNet::HTTP.start(uri.host, uri.port, use_ssl: true%s) do |http|\n  http.request(Net::HTTP::Get.new(uri))\nend"
SERVICE = 'class Weather\n  include HTTParty\n%s  def self.today\n    get("/today")\n  end\nend\n'


@pytest.mark.parametrize(
    "body",
    [
        f"HTTParty.get({URL})", f"Faraday.get({URL})", f"Faraday.new(url: {URL}).get('/a')", f"RestClient.post({URL}, {{}})",
        f"RestClient::Request.execute(method: :get, url: {URL})", f"URI.open({URL}).read", f"open({URL}).read", f"Excon.get({URL})",
        f"HTTP.get({URL})", CONNECT % "", STARTS % "", 'system("convert a.png b.png")', "`convert a.png b.png`",
    ],
)  # fmt: skip
def test_calls_without_a_limit(tmp_path: Path, body: str) -> None:
    assert handled(tmp_path, body) == ["HL503"]


@pytest.mark.parametrize(
    "body",
    [
        f"HTTParty.get({URL}, timeout: 5)", f"Faraday.new(url: {URL}, request: {{ timeout: 5 }}).get('/a')",
        f"RestClient::Request.execute(method: :get, url: {URL}, timeout: 5)", f"URI.open({URL}, read_timeout: 5).read",
        f"HTTP.timeout(5).get({URL})", CONNECT % "http.read_timeout = 5\n", STARTS % ", read_timeout: 5", 'open("notes.txt").read',
        f"Timeout.timeout(5) {{ Net::HTTP.get(URI({URL})) }}",
    ],
)  # fmt: skip
def test_calls_with_a_limit(tmp_path: Path, body: str) -> None:
    assert handled(tmp_path, body) == []


def test_objects_and_modules_that_call_out(tmp_path: Path) -> None:
    plain = f"class Weather\n  def today\n    HTTParty.get({URL})\n  end\nend\n"
    assert handled(tmp_path / "object", "Weather.new.today", weather=plain) == ["HL503"]
    assert handled(tmp_path / "mixed", "Weather.today", weather=SERVICE % "") == ["HL503"]
    assert handled(tmp_path / "limited", "Weather.today", weather=SERVICE % "  default_timeout 5\n") == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('File.open(Rails.root.join("public", "a.csv"), "w") { |file| file.write("a") }', ["HL204"]),
        ('File.write("#{Rails.root}/public/a.txt", "a")', ["HL204"]),
        ('CSV.open("data/a.csv", "wb") { |csv| csv << [1] }', ["HL204"]),
        ('File.write(Rails.root.join("tmp", "a.txt"), "a")', []),
        ('File.open(Rails.root.join("public", "a.csv")) { |file| file.read }', []),
        (
            'photo = params[:photo]\nFile.open(Rails.root.join("public", photo.original_filename), "wb") { |file| file.write(photo.read) }',
            ["HL203"],
        ),
        ('FileUtils.cp(params[:photo].tempfile.path, Rails.root.join("public/photo.png"))', ["HL203"]),
    ],
)
def test_files_that_are_left_on_the_disk(tmp_path: Path, body: str, found: list[str]) -> None:
    assert handled(tmp_path, body) == found


@pytest.mark.parametrize(
    ("text", "gems", "found"),
    [
        ("Thread.new do\n  loop do\n    Bot.poll\n    sleep 5\n  end\nend\n", (), ["HL603"]),
        (f"Thread.new do\n  loop do\n    Net::HTTP.get(URI({URL}))\n    sleep 3600\n  end\nend\n", (), ["HL602"]),
        ("Thread.new { Bot.warm_up }\n", (), []),
        ('Rufus::Scheduler.singleton.cron("0 * * * *") { Note.sync }\n', ("rufus-scheduler",), ["HL602"]),
    ],
)
def test_what_lives_beside_the_requests(tmp_path: Path, text: str, gems: tuple[str, ...], found: list[str]) -> None:
    assert codes(tmp_path, {"config/initializers/later.rb": text}, gems) == found


def test_a_crontab_that_nobody_reads(tmp_path: Path) -> None:
    schedule = {"config/schedule.rb": 'every 1.day do\n  rake "notes:sync"\nend\n'}
    assert codes(tmp_path / "with", schedule, ("whenever",)) == ["HL602"]
    assert codes(tmp_path / "without", schedule) == []


@pytest.mark.parametrize(("path", "found"), [("lib/capistrano/sync.rb", []), ("config/initializers/sync.rb", ["HL414"])])
def test_what_a_deploy_tool_runs_on_a_developers_machine(tmp_path: Path, path: str, found: list[str]) -> None:
    assert codes(tmp_path, {path: 'system("mysql shop < dump.sql")\n'}) == found


SINATRA = {"Procfile": "web: bundle exec ruby app.rb -p $PORT\n"}


@pytest.mark.parametrize(
    ("text", "gem", "found"),
    [
        ('DB = SQLite3::Database.new "notes.db"\n', "sqlite3", ["HL201"]),
        ('DB = Sequel.sqlite("notes.db")\n', "sequel", ["HL201"]),
        ('DB = Sequel.connect(ENV["DATABASE_URL"])\n', "sequel", []),
        ('DataMapper.setup(:default, "sqlite3://#{Dir.pwd}/notes.db")\n', "data_mapper", ["HL201"]),
        ('ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: "notes.db")\n', "sqlite3", ["HL201"]),
        ('ActiveRecord::Base.establish_connection(ENV["DATABASE_URL"])\n', "sqlite3", []),
        ('STORE = PStore.new("notes.pstore")\n', "sinatra-contrib", ["HL202"]),
        ('LOG = Logger.new("log/notes.log")\n', "sinatra-contrib", ["HL207"]),
        ("LOG = Logger.new($stdout)\n", "sinatra-contrib", []),
        ('REDIS = Redis.new(url: ENV["REDIS_URL"].presence || "redis://localhost:6379")\n', "redis", []),
        ('REDIS = Redis.new(host: "localhost")\n', "redis", ["HL301"]),
    ],
)
def test_services_of_a_sinatra_app(tmp_path: Path, text: str, gem: str, found: list[str]) -> None:
    app = f'require "sinatra"\n{text}\nget "/" do\n  "notes"\nend\n'
    assert [code for code in codes(tmp_path, {**SINATRA, "app.rb": app}, ("sinatra", gem)) if code != "HL304"] == found


@pytest.mark.parametrize(
    ("command", "gems", "without", "found"),
    [
        ("bundle exec puma -p $PORT", (), ("puma",), ["HL111"]),
        ("bundle exec unicorn -p $PORT", (), (), ["HL111"]),
        ("bundle exec unicorn -p $PORT", ("unicorn",), (), []),
        ("bundle exec rackup -p $PORT", (), (), ["HL111"]),
        ("bundle exec rackup -p $PORT", ("rackup",), (), []),
        ("bundle exec rails server -p $PORT", (), ("puma",), ["HL111"]),
        ("bundle exec rails server -p $PORT", ("webrick",), ("puma",), ["HL108"]),
        ("bundle exec rails server -p $PORT", (), (), []),
        ("bundle exec rake db:migrate && bundle exec puma -p $PORT", (), (), ["HL113"]),
    ],
)
def test_programs_of_gems(tmp_path: Path, command: str, gems: tuple[str, ...], without: tuple[str, ...], found: list[str]) -> None:
    assert codes(tmp_path, {"Procfile": f"web: {command}\n"}, gems, without) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('if Rails.env == "development"\n  REDIS = Redis.new(host: "localhost")\nend\n', []),
        ('if Rails.env.development?\n  REDIS = Redis.new(host: "localhost")\nend\n', []),
        ('unless Rails.env.production?\n  REDIS = Redis.new(host: "localhost")\nend\n', []),
        ('if Rails.env.production?\n  REDIS = Redis.new(host: "localhost")\nend\n', ["HL301"]),
        ('ENV["RACK_ENV"] ||= "development"\n', []),
        ('options = { log: true }\noptions[:url] = ENV["SEARCH_ADDRESS"]\nElasticsearch::Client.new(options)\n', []),
        ("Elasticsearch::Client.new(log: true)\n", ["HL301"]),
    ],
)
def test_stages_and_options_that_are_filled_later(tmp_path: Path, text: str, found: list[str]) -> None:
    assert codes(tmp_path, {"config/initializers/services.rb": text}, ("redis", "elasticsearch")) == found


def test_a_developers_process_needs_no_buildpack(tmp_path: Path) -> None:
    package = '{"name": "notes", "private": true, "engines": {"node": "24.x"}, "scripts": {"build": "webpack"}}\n'
    files = {"package.json": package, "Procfile": "web: bundle exec puma -p $PORT\njs: npm run build -- --watch\n"}
    assert "HL422" not in codes(tmp_path, files)


def test_one_finding_for_a_list_in_the_background(tmp_path: Path) -> None:
    command = "bundle exec rake assets:clean && bundle exec puma -p $PORT & bundle exec rake notes:watch"
    assert codes(tmp_path, {"Procfile": f"web: {command}\n"}).count("HL112") == 1


@pytest.mark.parametrize("key", ["6LeIxAcTAAAAA" + "GG-vFI1TnRWxMZNFuojJ4WifJWe", "sk_live_" + "EeHnL644i6zo4Iyq4v1KdV9H"])
def test_keys_that_are_published_for_everybody(tmp_path: Path, key: str) -> None:
    assert (
        codes(tmp_path, {"config/initializers/captcha.rb": f'Recaptcha.configure do |config|\n  config.secret_key = "{key}"\nend\n'}) == []
    )


MODEL = """class Note < ApplicationRecord
  %s :announce

  def announce
    HTTParty.post("https://api.example.com/notes", body: title)
  end
end
"""


def test_what_a_model_does_when_a_request_saves_it(tmp_path: Path) -> None:
    assert handled(tmp_path, "Note.create!(title: params[:title])", **{"models/note": MODEL % "after_create"}) == ["HL503"]


@pytest.mark.parametrize(("body", "hook"), [("head :ok", "after_create"), ("Note.create!(title: params[:title])", "scope")])
def test_what_no_request_saves(tmp_path: Path, body: str, hook: str) -> None:
    assert handled(tmp_path, body, **{"models/note": MODEL % hook}) == []


CLOCK = """require "clockwork"

module Clockwork
  every(1.minute, "wait") { Notes.wait }
end
"""


def test_what_only_the_clock_does(tmp_path: Path) -> None:
    notes = "class Notes\n  def self.wait\n    sleep 60\n  end\nend\n"
    procfile = "web: bundle exec puma\nclock: bundle exec clockwork config/clock.rb\n"
    files = {"config/clock.rb": CLOCK, "lib/notes.rb": notes, "Procfile": procfile}
    assert "HL601" not in codes(tmp_path, files, gems=("clockwork",))


def test_an_upload_by_way_of_permitted_parameters(tmp_path: Path) -> None:
    body = 'icon = note_params[:icon]\nFile.binwrite(Rails.root.join("public", "uploads", icon.original_filename), icon.read)'
    assert handled(tmp_path, body) == ["HL203"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ('"redis://127.0.0.1:6379/#{Rails.env.production? ? 1 : 0}"', ["HL301"]),
        ('ENV.fetch("REDIS_URL", "redis://localhost:6379/0")', []),
    ],
)
def test_where_sidekiqs_jobs_go(tmp_path: Path, url: str, found: list[str]) -> None:
    text = f"Sidekiq.configure_client do |config|\n  config.redis = {{ url: {url} }}\nend\n"
    job = "class NoteWorker\n  include Sidekiq::Worker\n\n  def perform\n  end\nend\n"
    files = {"config/initializers/sidekiq.rb": text, "app/workers/note_worker.rb": job}
    assert [one for one in codes(tmp_path, files, ("sidekiq",)) if one == "HL301"] == found


@pytest.mark.parametrize(
    ("options", "found"),
    [('path: ":rails_root/data/:id"', ["HL203"]), ('storage: :s3, path: "data/:id"', [])],
)
def test_where_paperclips_files_go(tmp_path: Path, options: str, found: list[str]) -> None:
    model = "class Note < ApplicationRecord\n  has_attached_file :picture\nend\n"
    files = {
        "config/initializers/paperclip.rb": f"Paperclip::Attachment.default_options.update({{ {options} }})\n",
        "app/models/note.rb": model,
    }
    assert [one for one in codes(tmp_path, files, ("paperclip",)) if one == "HL203"] == found
