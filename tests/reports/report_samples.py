"""Results put together by hand, one for each thing that a report has to get right; all formats render all of them."""

from __future__ import annotations

from typing import Any

from herolint.app.overview import AppOverview, ProcessOverview, Service
from herolint.app.slug.slug_size import Change, SlugReport
from herolint.finding import Confidence, Edit, Finding, Fix, Place, Problem, Severity, Suppression
from herolint.knowledge.slug import Estimate, Part
from herolint.reports import RuleInfo
from herolint.result import AppSummary, Result
from herolint.source import SourceFile, Span

WEB_APP = AppSummary("", ("web", "worker"), "python")

RULES = (
    RuleInfo(
        "HL105", "port-not-bound", "error", "The web process does not listen on $PORT", "plain page", "# HL105 port-not-bound\n\npage"
    ),
    RuleInfo(
        "HL502", "slow-request", "warning", "A request does work that outlasts the router", "plain page", "# HL502 slow-request\n\npage"
    ),
)

APP_PY = b"""from flask import Flask

app = Flask(__name__)

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
"""


MB = 1_000_000
POSTGRES, REDIS = Service("PostgreSQL", "DATABASE_URL"), Service("Redis", "REDIS_URL")
SMALL = tuple(Part(f"small-{number}", 9000) for number in range(20))
SHOP = AppOverview(
    path="",
    language="python",
    stack="heroku-24",
    stack_assumed=True,
    buildpacks=("heroku/nodejs", "heroku/python"),
    runtime="Python 3.13.2",
    processes=(
        ProcessOverview("web", "python app.py", Place("Procfile", Span(5, 18)), ("app.py",), 7, 1, (POSTGRES, REDIS)),
        ProcessOverview(
            "worker", "celery -A tasks worker", Place("Procfile"), ("a/long/way/down/to/the/module/of/tasks.py", "b.py"), 3, 0, (REDIS,)
        ),
        ProcessOverview("release", "bin/migrate", Place("Procfile")),
    ),
    addons=("heroku-postgresql:essential-0",),
    slug=SlugReport(
        Estimate(110 * MB, 210 * MB, (Part("torch", 120 * MB, "not pinned"), Part("python", 18 * MB, "runtime"), *SMALL), ("left-pad",)),
        "`requirements.txt` and the shipped table of sizes (2026-11-24)",
        Change("torch", "torch+cpu", "a dyno has no GPU", 100 * MB, 60 * MB, Place("Procfile", Span(0, 3))),
    ),
    slug_limit=500 * MB,
    slug_warning=300 * MB,
    unknown=("the add-ons could not be made out (KeyError)",),
)


def place(files: dict[str, bytes], path: str, words: str, label: str = "", nth: int = 0) -> Place:
    """The place of the `nth` occurrence of `words` in a file."""
    start = -1
    for _ in range(nth + 1):
        start = files[path].index(words.encode(), start + 1)
    return Place(path, Span(start, start + len(words.encode())), label)


def result_of(files: dict[str, bytes], *findings: Finding, apps: tuple[AppSummary, ...] = (WEB_APP,), **fields: Any) -> Result:
    """A result over `files`."""
    sources = {path: SourceFile(path, data) for path, data in files.items()}
    given: dict[str, Any] = {"facts_date": "2026-10-01", "today": "2026-11-01", "root": "/app/my shop", **fields}
    return Result(findings=findings, apps=apps, source=sources.get, **given)


def finding(at: Place, message: str = "it breaks", code: str = "HL105", severity: Severity = Severity.ERROR, **fields: Any) -> Finding:
    """A finding with what is the same in most samples filled in."""
    return Finding(code=code, name="port-not-bound", severity=severity, message=message, at=at, **fields)


def empty() -> Result:
    """Nothing found."""
    return result_of({})


def one() -> Result:
    """The mock-up's first finding: two files, an exact edit."""
    files = {"app.py": APP_PY, "Procfile": b"web: python app.py\n"}
    at = place(files, "app.py", "port=5000", "fixed port")
    return result_of(
        files,
        finding(
            at,
            "web never listens on $PORT",
            why="Heroku's router reaches the dyno only through $PORT; after 60 s it is stopped (R10)",
            related=(place(files, "Procfile", "python app.py", "this process starts it"),),
            fix=Fix("listen on $PORT", (Edit("app.py", at.span or Span(0, 0), 'port=int(os.environ.get("PORT", "5000"))'),), safe=True),
            process="web",
        ),
        overview=lambda: (SHOP,),
    )


def many() -> Result:
    """The same finding in seven places, flows short and long, problems, ignored and unsure ones, two apps."""
    views = b"".join(b"def view_%d(request):\n    return requests.get(URL_%d)\n\n\n" % (n, n) for n in range(7))
    files = {
        "api/views.py": views,
        "api/Procfile": b"web: gunicorn api.wsgi\n",
        "api/train.py": b"def train(X, y):\n    model.fit(X, y, epochs=50)\n",
    }
    calls = tuple(place(files, "api/views.py", f"requests.get(URL_{n})", "no timeout") for n in range(7))
    slow = finding(
        place(files, "api/train.py", "model.fit(X, y, epochs=50)", "may take minutes"),
        "POST /reports trains a model while the visitor waits",
        code="HL502",
        severity=Severity.WARNING,
        why="the router answers H12 after 30 s; the dyno works on for nobody",
        flow=tuple(Place("api/views.py", calls[n].span, f"step_{n}") for n in range(3)),
        fix=Fix("queue it and answer 202"),
        process="web",
        app="api",
    )
    long = finding(
        slow.at,
        "a long way to the cause",
        code="HL502",
        severity=Severity.NOTE,
        flow=tuple(Place("api/views.py", call.span, f"step_{n}") for n, call in enumerate(calls)),
        confidence=Confidence.MEDIUM,
        related=(*calls[:4], Place("api/Procfile", None, "starts it")),
        app="api",
    )
    same = tuple(finding(at, "a request without timeout", code="HL510", severity=Severity.WARNING, app="api") for at in calls)
    ignored = finding(Place("api/Procfile", Span(0, 3)), "ignored on purpose")
    return result_of(
        files,
        *same,
        slow,
        long,
        apps=(AppSummary("api", ("web",), "python"), AppSummary("client", (), "javascript")),
        suppressed=(
            (ignored, Suppression("inline", "behind a proxy", Place("api/Procfile", Span(0, 3)))),
            (ignored, Suppression("config")),
        ),
        problems=(
            Problem(message="not valid TOML", path="api/Procfile", span=Span(0, 3), detail="expected `=`"),
            Problem(message="the rule failed: KeyError", rule="HL502"),
        ),
        hidden_unsure=3,
        today="2027-06-01",
    )


def absent() -> Result:
    """About the repository as a whole, an absent file, an unreadable one and the end of a file; edits that make lines and files."""
    files = {"requirements.txt": b"flask==3.0\n", "app.py": APP_PY, "photo.png": b"\x89PNG\0\0\0"}
    return result_of(
        files,
        finding(Place(""), "the repository holds two apps", why="Heroku builds the root only"),
        finding(
            Place("Procfile"),
            "no Procfile: Heroku does not know what to start",
            fix=Fix(
                "add one",
                (Edit("Procfile", Span(0, 0), "web: gunicorn app:app\n"), Edit("requirements.txt", Span(11, 11), "gunicorn\n")),
                True,
            ),
        ),
        finding(Place("photo.png", Span(2, 4)), "in a binary file"),
        finding(
            Place("app.py", Span(len(APP_PY), len(APP_PY)), "here"),
            "at the end",
            fix=Fix(
                "load the environment",
                (Edit("app.py", Span(0, 0), "import os\n"), Edit("app.py", place(files, "app.py", "__name__").span or Span(0, 0), "NAME")),
                False,
            ),
        ),
    )


def wide() -> Result:
    """Tabs, wide and combining characters, CRLF, a span over lines, long lines, marks on the same line."""
    files = {
        "tabs.go": b'package main\r\n\r\nfunc m() {\r\n\tif ok {\r\n\t\thttp.ListenAndServe(":8080", nil)\t// \xe2\x86\x90\r\n\t}\r\n}\n',
        "breit.py": 'name = "日本語", "e\u0301", port("八〇八〇", 8080)\n'.encode(),
        "call.py": b"def start():\n    scheduler.add_job(\n        train,\n        'interval',\n        hours=1,\n        id='x',\n    )\n",
        "page.min.js": b"a();" * 300 + b"listen(8080);" + b"b();" * 300,
    }
    call = files["call.py"]
    return result_of(
        files,
        finding(place(files, "tabs.go", '":8080"', "fixed port"), "tabs and CRLF"),
        finding(
            place(files, "breit.py", '"八〇八〇"', "語"),
            "wide characters",
            related=(place(files, "breit.py", "8080", "the port"), place(files, "breit.py", "name", "its name")),
        ),
        finding(Place("call.py", Span(call.index(b"sched"), len(call) - 1), "runs in every dyno"), "a span over six lines"),
        finding(place(files, "page.min.js", "listen(8080)", "fixed port"), "a long line"),
    )


def hostile() -> Result:
    """Names, messages and source that try to write to the terminal or to the log of a CI service."""
    path = "a\nb\x1b[31m::error file=x,line=1::owned,%.py"
    files = {path: b"\x1b]0;owned\x07 x = 1 ##[error]owned ##vso[task.complete] \xe2\x80\xae1 = y\n::error::owned\n"}
    return result_of(
        files,
        finding(
            Place(path, Span(0, 4), "label\n::error::owned"),
            "message with \x1b[2J and\r\n::error::owned, [a link](https://example.com)",
            why="why\n::set-output name=x::1",
            fix=Fix("help\u202e\n##[error]owned", (Edit(path, Span(0, 1), "\x1b[0m\n::error::x"),), safe=False),
            process="we\x1bb",
            app="ap\u2066p",
            flow=(Place(path, Span(0, 1), "f\x9b1m"),),
        ),
        finding(Place("bad\udcff.py"), "a name that is not UTF-8"),
        apps=(AppSummary("evil\x07", ("we\x1bb\n",), "python"),),
        problems=(Problem(message="cannot\nread\x1b[0m", path=path, detail="\x07"),),
        overview=lambda: (_hostile_overview(),),
    )


def _hostile_overview() -> AppOverview:
    """Names from the repository that try to be markup."""
    owned = '</title></style><script>alert("owned")</script><!--\x1b]0;\u202e'
    process = ProcessOverview(owned, owned, Place(owned), (owned,), 1, 1, (Service(owned, owned),))
    slug = SlugReport(Estimate(1, 3, (Part(owned, 2, owned),), (owned,)), owned, Change(owned, owned, owned, 1, 1, Place(owned)))
    return AppOverview(
        path="evil\x07",
        stack=owned,
        buildpacks=(owned,),
        runtime=owned,
        processes=(process,),
        addons=(owned,),
        slug=slug,
        slug_limit=4,
        unknown=(owned,),
    )


SAMPLES = {sample.__name__: sample for sample in (empty, one, many, absent, wide, hostile)}
