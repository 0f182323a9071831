"""What lives in memory between requests and how many processes there are: shapes that the pages do not show."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from conftest import plant

from herolint import engine
from herolint.config import Config
from herolint.finding import Finding

FLASK = "from flask import Flask, request\n\napp = Flask(__name__)\n"
FILES = {"Procfile": "web: gunicorn app:app\n", "requirements.txt": "Flask==3.1.1\ngunicorn==23.0.0\n", ".python-version": "3.13\n"}


def lint(root: Path, files: dict[str, str], code: str) -> list[Finding]:
    plant(root, {**FILES, **files})
    result = engine.run(root, Config(), engine.RunOptions(today=date(2026, 11, 24), cache=False))
    assert not [problem.detail or problem.message for problem in result.problems if problem.rule]
    return [finding for finding in result.findings if finding.code == code]


KEPT = {
    "list": """
        users = []

        @app.post("/")
        def add():
            users.append(request.form["name"])
            return {}

        @app.get("/")
        def show():
            return {"users": [user.upper() for user in users]}
    """,
    "part of a part": """
        games = {"one": {"players": []}}

        @app.post("/")
        def add():
            games["one"]["players"].append(request.form["name"])
            return {}

        @app.get("/")
        def show():
            return {"players": games["one"]["players"]}
    """,
    "class": """
        class Room:
            members = {}

        @app.post("/")
        def add():
            Room.members[request.form["name"]] = 1
            return {}

        @app.get("/")
        def show():
            return {"members": len(Room.members)}
    """,
    "inherited": """
        class Base:
            def __init__(self):
                self.items = {}

            def put(self, key, value):
                self.items[key] = value

        class Store(Base):
            pass

        store = Store()

        @app.post("/")
        def add():
            store.put(request.form["key"], request.form["value"])
            return {}

        @app.get("/")
        def show():
            return store.items
    """,
    "through functions": """
        carts = {}

        def cart(user):
            return carts.get(user, [])

        def put(user, item):
            carts.setdefault(user, []).append(item)

        @app.post("/")
        def add():
            put(request.form["user"], request.form["item"])
            return {}

        @app.get("/")
        def show():
            return {"cart": cart(request.args["user"])}
    """,
}
HARMLESS = {
    "parameter of the same name": """
        users = []

        def add_to(users, name):
            users.append(name)
            return users

        @app.post("/")
        def add():
            return {"users": add_to([], request.form["name"])}

        @app.get("/")
        def show():
            return {"users": users}
    """,
    "local of the same name": """
        rows = {"a": 1}

        @app.post("/")
        def add():
            rows = {}
            rows["b"] = request.form["name"]
            return rows

        @app.get("/")
        def show():
            return rows
    """,
    "another object of a class, made for each request": """
        class Selection:
            def __init__(self):
                self.task = None

            def plan(self):
                return str(self.task)

            def forget(self):
                self.task = None

        at_start = Selection()
        at_start.forget()

        @app.post("/")
        def add():
            return {"plan": Selection().plan()}

        @app.get("/")
        def show():
            return {"plan": at_start.plan()}
    """,
    "object made for each request": """
        class Form:
            def __init__(self):
                self.errors = {}

            def check(self):
                self.errors["name"] = "missing"

            def text(self):
                return self.errors

        @app.post("/")
        def add():
            form = Form()
            form.check()
            return form.text()

        @app.get("/")
        def show():
            return Form().text()
    """,
    "set anew around each request": """
        limits = {}

        @app.before_request
        def read():
            limits["size"] = request.headers.get("X-Size")

        @app.get("/")
        def show():
            return limits

        @app.get("/size")
        def size():
            return {"size": limits["size"]}
    """,
    "renewed by the clock": """
        import time

        headlines = []
        fetched = 0

        def news():
            global headlines, fetched
            if time.time() - fetched > 600:
                headlines = ["one", "two"]
                fetched = time.time()
            return headlines

        @app.get("/")
        def show():
            return {"news": news()}

        @app.get("/first")
        def first():
            news()
            return {"news": headlines[0]}
    """,
    "shared through Redis, sockets of its own": """
        import os
        import redis

        store = redis.from_url(os.environ["REDIS_URL"], ssl_cert_reqs=None)
        clients = set()

        @app.get("/listen")
        def listen():
            clients.add(request.remote_addr)
            return {}

        @app.get("/tell")
        def tell():
            store.publish("news", len(clients))
            return {}
    """,
    "saved as a whole": """
        import json

        scores = {}

        @app.post("/")
        def add():
            scores[request.form["name"]] = 1
            with open("/tmp/scores.json", "w") as file:
                json.dump(scores, file)
            return {}

        @app.get("/")
        def show():
            return scores
    """,
    "a script's own": """
        users = []

        def add(name):
            users.append(name)

        @app.get("/")
        def show():
            return {"users": users}

        add("first")
    """,
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
def test_kept_between_requests(code: str, tmp_path: Path) -> None:
    assert len(lint(tmp_path, {"app.py": FLASK + dedent(code)}, "HL206")) == 1


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_not_kept_between_requests(code: str, tmp_path: Path) -> None:
    assert lint(tmp_path, {"app.py": FLASK + dedent(code)}, "HL206") == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from state import users", "users"),
        ("from state import users as known", "known"),
        ("import state", "state.users"),
        ("from state import *", "users"),
    ],
)
def test_declared_in_another_module(line: str, name: str, tmp_path: Path) -> None:
    code = f"""
        @app.post("/")
        def add():
            {name}.append(request.form["name"])
            return {{}}

        @app.get("/")
        def show():
            return {{"users": {name}}}
    """
    found = lint(tmp_path, {"app.py": f"{line}\n{FLASK}{dedent(code)}", "state.py": "users = []\n"}, "HL206")
    assert [finding.at.path for finding in found] == ["state.py"]


def test_another_language(tmp_path: Path) -> None:
    server = """
        const express = require("express");
        const store = require("./store");
        const app = express();
        const rooms = new Map();

        app.post("/rooms", (req, res) => {
          rooms.set(req.body.code, []);
          store.put(req.body.code);
          res.json({});
        });

        app.get("/rooms", (req, res) => {
          res.json({ rooms: [...rooms.keys()], all: store.all() });
        });

        app.listen(process.env.PORT);
    """
    store = """
        class Store {
          constructor() {
            this.games = {};
          }
          put(name) {
            this.games[name] = 1;
          }
          all() {
            return Object.keys(this.games);
          }
        }

        module.exports = new Store();
    """
    files = {"Procfile": "web: node server.js\n", "package.json": '{"engines": {"node": "24.x"}, "dependencies": {"express": "4.21.2"}}'}
    found = lint(tmp_path, {**files, "server.js": dedent(server), "store.js": dedent(store)}, "HL206")
    assert [(finding.at.path, finding.message.partition(" is")[0]) for finding in found] == [
        ("server.js", "rooms"),
        ("store.js", "Store.games"),
    ]


SOCKETIO = """from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)


@socketio.on("message")
def message(text):
    print(text)
"""
CONFIG = "gunicorn.conf.py"


@pytest.mark.parametrize(
    ("command", "files", "workers"),
    [
        ("gunicorn app:app", {}, 2),
        ("gunicorn app:app -w4", {}, 4),
        ("gunicorn app:app --workers=3", {}, 3),
        ("WEB_CONCURRENCY=5 gunicorn app:app", {}, 5),
        ("gunicorn app:app --workers $WEB_CONCURRENCY", {}, 2),
        ("gunicorn app:app -w 1", {CONFIG: "workers = 4\n"}, 1),
        ("gunicorn app:app", {CONFIG: "workers = 4\n"}, 4),
        ("gunicorn app:app", {CONFIG: "import multiprocessing\n\nworkers = multiprocessing.cpu_count() * 2 + 1\n"}, 17),
        ("gunicorn app:app", {CONFIG: "import os\n\ncores = os.cpu_count() or 1\nworkers = min(cores * 2 + 1, 6)\n"}, 6),
        ("gunicorn app:app", {CONFIG: 'import os\n\nworkers = int(os.environ.get("WEB_CONCURRENCY", 9))\n'}, 2),
        ("gunicorn app:app", {"app.json": '{"env": {"WEB_CONCURRENCY": {"value": "3"}}}'}, 3),
        ("gunicorn app:app", {"app.json": '{"formation": {"web": {"quantity": 1, "size": "standard-2x"}}}'}, 4),
        ("python app.py", {}, 1),
    ],
)
def test_workers(command: str, files: dict[str, str], workers: int, tmp_path: Path) -> None:
    found = lint(tmp_path, {"app.py": SOCKETIO, "Procfile": f"web: {command}\n", **files}, "HL505")
    several = [finding for finding in found if " runs in " in finding.message]
    assert [finding.message.partition(" (")[0].partition(",")[0] for finding in several] == (
        [f"Flask-SocketIO runs in {workers} workers"] if workers > 1 else []
    )
