"""What a shell command really starts: the program, the Python module and object, the options it is given."""

from __future__ import annotations

import posixpath
import re

import msgspec

from herolint.finding import Place
from herolint.formats.shell import Command, Word
from herolint.source import Span

WRAPPERS = {
    "newrelic-admin": ("run-program",),
    "ddtrace-run": (),
    "opentelemetry-instrument": (),
    "bin/start-pgbouncer": (),
    "bin/start-nginx": (),
    "bin/start-pgbouncer-stunnel": (),
    "bin/start-stunnel": (),
    "bin/qgsocksify": (),
    "bin/proximo": (),
    "pipenv": ("run",),
    "poetry": ("run",),
    "uv": ("run",),
    "pdm": ("run",),
    "hatch": ("run",),
    "xvfb-run": (),
    "dotenv": ("run",),
    "doppler": ("run", "--"),
    "start-pgbouncer": (),
    "nice": (),
    "stdbuf": (),
    "env": (),
    "time": (),
    "bundle": ("exec",),
    "heroku-exec": (),
    "trap": (),
    "python-decouple": (),
    "chamber": (),
    "timeout": (),
    "authbind": (),
    "tini": ("--",),
    "dumb-init": (),
    "scalene": (),
    "py-spy": (),
    "elastic-apm-run": (),
    "skywalking-python": ("run",),
    "sw-python": ("run",),
    "jemalloc.sh": (),
    "bin/start-nginx-solo": (),
}
# Options of these servers that take no value, so that the next word is the application.
FLAGS = {
    "gunicorn": {
        "--reload",
        "--preload",
        "--daemon",
        "-D",
        "--spew",
        "--check-config",
        "--print-config",
        "--capture-output",
        "--no-sendfile",
        "--enable-stdio-inheritance",
        "-R",
        "--disable-redirect-access-to-syslog",
        "--proxy-protocol",
        "--do-handshake-on-connect",
        "--strip-header-spaces",
        "--reuse-port",
        "--initgroups",
        "--no-control-socket",
    },
    "uvicorn": {
        "--reload",
        "--proxy-headers",
        "--no-proxy-headers",
        "--access-log",
        "--no-access-log",
        "--use-colors",
        "--no-use-colors",
        "--factory",
        "--server-header",
        "--no-server-header",
        "--date-header",
        "--no-date-header",
        "--version",
    },
    "hypercorn": {"--debug", "--reload", "--access-log"},
    "daphne": {"--proxy-headers", "--no-server-name"},
    "waitress-serve": {"--call", "--expose-tracebacks", "--clear-untrusted-proxy-headers"},
    "flask": {"--debug", "--no-debug", "--reload", "--no-reload", "--with-threads", "--without-threads"},
    "celery": {
        "-q",
        "--quiet",
        "-B",
        "--beat",
        "-E",
        "--task-events",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "-D",
        "--detach",
    },
    "streamlit": set(),
    "fastapi": {"--reload", "--no-reload", "--proxy-headers"},
    "granian": {"--reload", "--factory"},
}
ALIASES = {
    "-w": "--workers",
    "-b": "--bind",
    "-k": "--worker-class",
    "-t": "--timeout",
    "-c": "--config",
    "-p": "--port",
    "-h": "--host",
    "-A": "--app",
    "-B": "--beat",
    "-l": "--loglevel",
    "-e": "--endpoint",
    "--chdir": "--chdir",
}
SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "granian", "uwsgi", "meinheld-gunicorn"})
PYTHON = re.compile(r"python(\d(\.\d+)?)?(\.exe)?\Z|pypy3?\Z")
_OBJECT = re.compile(r"(?P<module>[A-Za-z_][\w.]*)(?::(?P<attr>[A-Za-z_][\w.]*)(?P<call>\(.*\))?)?\Z")


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """One program that a command starts.

    `tool` names the program without path or version (`gunicorn`, `uvicorn`, `flask`, `celery`, `streamlit`, `python`, `django` for
    `manage.py` …); `subcommand` the word that says what it does (`runserver`, `worker`, `run`); `module` and `attr` the Python
    object it loads; `script` a file that it runs; `cwd` the folder it runs in, relative to the app's root; `folder` what it puts
    first on the import path.
    """

    tool: str
    words: tuple[Word, ...]
    command: Command
    path: str
    cwd: str = ""
    folder: str | None = None
    subcommand: str = ""
    module: str | None = None
    attr: str | None = None
    target: Word | None = None
    script: str | None = None
    options: dict[str, tuple[Word, ...]]
    arguments: tuple[Word, ...] = ()
    via: tuple[Place, ...] = ()
    wrapper: str = ""

    @property
    def at(self) -> Place:
        """The command in its file."""
        start = self.words[0].span.start if self.words else self.command.span.start
        return Place(self.path, Span(start, self.words[-1].span.end if self.words else self.command.span.end))

    def place(self, word: Word, label: str = "") -> Place:
        """A word of the command as a place."""
        return Place(self.path, word.span, label)

    def option(self, *names: str) -> Word | None:
        """The last value given to one of the options."""
        for name in names:
            if name in self.options:
                values = self.options[name]
                return values[-1] if values else None
        return None

    def has(self, *names: str) -> bool:
        """Whether one of the options is given."""
        return any(n in self.options for n in names)

    def assigned(self, name: str) -> Word | None:
        """The value of `NAME=value` before the command."""
        return next((a.value for a in self.command.assignments if a.name == name), None)


def parse_options(tool: str, words: tuple[Word, ...]) -> tuple[dict[str, tuple[Word, ...]], tuple[Word, ...]]:
    """Options (long names where known) with their values, and the remaining arguments."""
    flags = FLAGS.get(tool, set())
    options: dict[str, list[Word]] = {}
    rest: list[Word] = []
    i = 0
    while i < len(words):
        word = words[i]
        text = word.text
        if text == "--":
            rest += words[i + 1 :]
            break
        if text.startswith("-") and len(text) > 1 and not text.lstrip("-").isdigit():
            name, eq, value = text.partition("=")
            attached = None
            if not name.startswith("--") and len(name) > 2 and name[:2] in ALIASES and tool in FLAGS:
                name, attached = name[:2], text[2:].removeprefix("=")
            key = ALIASES.get(name, name) if tool in FLAGS else name
            values = options.setdefault(key, [])
            if attached is not None:
                values.append(_part(word, attached))
            elif eq:
                values.append(_part(word, value))
            elif name not in flags and key not in flags and i + 1 < len(words) and not _looks_option(words[i + 1].text):
                if tool in FLAGS or name.startswith("--"):
                    i += 1
                    values.append(words[i])
        else:
            rest.append(word)
        i += 1
    return {k: tuple(v) for k, v in options.items()}, tuple(rest)


def _looks_option(text: str) -> bool:
    return text.startswith("-") and len(text) > 1 and not text[1:].isdigit()


def _part(word: Word, text: str) -> Word:
    """The tail of a word as a word of its own, with the span of that tail."""
    return msgspec.structs.replace(word, text=text, span=Span(max(word.span.start, word.span.end - len(text.encode())), word.span.end))


def launch_of(command: Command, path: str, via: tuple[Place, ...] = (), base: str = "") -> Launch | None:
    """What one simple command starts; None for an empty one."""
    words = command.words
    cwd = posixpath.normpath(posixpath.join(base, command.cwd)) if command.cwd else base
    cwd = "" if cwd in (".", "/app") else cwd.removeprefix("/app/").strip("/")
    wrapper = ""
    for _ in range(4):
        if not words:
            return None
        name = words[0].text
        sub = WRAPPERS.get(name, WRAPPERS.get(posixpath.basename(name)) if "/" in name else None)
        if sub is None or (posixpath.basename(name) in ("time",) and len(words) < 2):
            break
        tail = words[1:]
        if sub:
            at = next((i for i, w in enumerate(tail) if w.text == sub[-1]), None)
            if at is None:
                break
            tail = tail[at + 1 :]
        while tail and tail[0].text.startswith("-"):
            tail = tail[2:] if posixpath.basename(name) in ("timeout", "nice") and tail[0].text in ("-n", "-k", "-s") else tail[1:]
        if posixpath.basename(name) == "timeout" and tail:
            tail = tail[1:]
        if not tail:
            break
        wrapper, words = wrapper or posixpath.basename(name), tail
    return _identify(command, words, path, via, cwd, wrapper)


def _identify(command: Command, words: tuple[Word, ...], path: str, via: tuple[Place, ...], cwd: str, wrapper: str) -> Launch:
    program = posixpath.basename(words[0].text)
    rest = words[1:]
    common = {"words": words, "command": command, "path": path, "cwd": cwd, "via": via, "wrapper": wrapper}
    if PYTHON.match(program):
        return _python(rest, common)
    if words[0].text.endswith(".py"):
        return _script(words[0], rest, common)
    if program in ("sh", "bash", "dash", "zsh", "source", ".") or words[0].text.endswith(".sh"):
        return _shell(words, common)
    return _tool(program, rest, common)


def _python(rest: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    i = 0
    while i < len(rest):
        text = rest[i].text
        if text == "-m" and i + 1 < len(rest):
            return _module(rest[i + 1], rest[i + 2 :], common)
        if text == "-c":
            return Launch(tool="python", subcommand="-c", options={}, arguments=rest[i + 1 :], **common)
        if text in ("-W", "-X"):
            i += 1
        elif not text.startswith("-"):
            return _script(rest[i], rest[i + 1 :], common)
        i += 1
    return Launch(tool="python", options={}, **common)


_MODULE_TOOLS = {
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "flask": "flask",
    "celery": "celery",
    "streamlit": "streamlit",
    "hypercorn": "hypercorn",
    "daphne": "daphne",
    "waitress": "waitress-serve",
    "rq": "rq",
    "alembic": "alembic",
    "http.server": "http.server",
    "SimpleHTTPServer": "http.server",
    "fastapi": "fastapi",
    "dramatiq": "dramatiq",
    "huey.bin.huey_consumer": "huey",
    "django": "django-admin",
    "pip": "pip",
    "chainlit": "chainlit",
    "granian": "granian",
    "gradio": "gradio",
    "pytest": "pytest",
    "compileall": "compileall",
}


def _module(word: Word, rest: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    tool = _MODULE_TOOLS.get(word.text)
    if tool:
        return _tool(tool, rest, {**common, "folder": common["cwd"]})
    options, arguments = parse_options("python", rest)
    return Launch(tool="python", module=word.text, target=word, options=options, arguments=arguments, folder=common["cwd"], **common)


def _script(word: Word, rest: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    script = _inside(common["cwd"], word.text)
    name = posixpath.basename(word.text)
    folder = posixpath.dirname(script)
    if name in ("manage.py", "django-admin.py"):
        options, arguments = parse_options("django", rest)
        sub = arguments[0].text if arguments else ""
        return Launch(
            tool="django", script=script, target=word, subcommand=sub, options=options, arguments=arguments[1:], folder=folder, **common
        )
    options, arguments = parse_options("python", rest)
    return Launch(tool="python", script=script, target=word, options=options, arguments=arguments, folder=folder, **common)


def _shell(words: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    first = words[0]
    if not first.text.endswith(".sh"):
        files = [w for w in words[1:] if not w.text.startswith("-")]
        if not files:
            return Launch(tool="sh", options={}, **common)
        first = files[0]
    return Launch(tool="sh", script=_inside(common["cwd"], first.text), target=first, options={}, arguments=words[1:], **common)


def _tool(program: str, rest: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    options, arguments = parse_options(program, rest)
    common = {"folder": common["cwd"], **common}
    if program in ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "granian"):
        return _server(program, options, arguments, common)
    if program == "celery":
        subs = ("worker", "beat", "flower", "multi", "inspect", "purge", "events", "control", "status", "call", "shell", "amqp")
        sub = next((a.text for a in arguments if a.text in subs), "")
        app = next(iter(options.get("--app", ())), None)
        module, attr = split_object(app.text) if app else (None, None)
        return Launch(tool="celery", subcommand=sub, options=options, arguments=arguments, module=module, attr=attr, target=app, **common)
    if program in ("flask", "streamlit", "fastapi", "chainlit", "alembic", "rq", "huey", "django-admin", "scrapy", "gradio", "dramatiq"):
        sub = arguments[0].text if arguments else ""
        return _framework(program, sub, options, arguments[1:], common)
    if program in ("rqworker", "rqscheduler"):
        return Launch(
            tool="rq", subcommand="worker" if program == "rqworker" else "scheduler", options=options, arguments=arguments, **common
        )
    return Launch(tool=program, options=options, arguments=arguments, subcommand=arguments[0].text if arguments else "", **common)


def _server(program: str, options: dict[str, tuple[Word, ...]], arguments: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    app = next((a for a in arguments if _OBJECT.match(a.text)), arguments[0] if arguments else None)
    if program == "gunicorn" and app is None and "--paste" in options:
        app = None
    module, attr = split_object(app.text) if app else (None, None)
    chdir = next(iter(options.get("--chdir", options.get("--app-dir", options.get("--pythonpath", ())))), None)
    folder = _inside(common["cwd"], chdir.text) if chdir else common["cwd"]
    common = {**common, "folder": folder}
    return Launch(tool=program, module=module, attr=attr, target=app, options=options, arguments=arguments, **common)


def _framework(program: str, sub: str, options: dict[str, tuple[Word, ...]], arguments: tuple[Word, ...], common: dict) -> Launch:  # type: ignore[type-arg]
    if program in ("streamlit", "fastapi", "chainlit") and arguments and arguments[0].text.endswith(".py"):
        script = _inside(common["cwd"], arguments[0].text)
        common = {**common, "folder": posixpath.dirname(script)}
        return Launch(tool=program, subcommand=sub, script=script, target=arguments[0], options=options, arguments=arguments[1:], **common)
    app = options.get("--app", ()) if program == "flask" else ()
    module, attr = split_object(app[-1].text) if app else (None, None)
    target = app[-1] if app else None
    if module and module.endswith(".py"):
        return Launch(
            tool=program,
            subcommand=sub,
            script=_inside(common["cwd"], module),
            attr=attr,
            target=target,
            options=options,
            arguments=arguments,
            **common,
        )
    return Launch(tool=program, subcommand=sub, module=module, attr=attr, target=target, options=options, arguments=arguments, **common)


def split_object(text: str) -> tuple[str | None, str | None]:
    """`pkg.mod:app` as ("pkg.mod", "app"); `pkg.mod:make()` as ("pkg.mod", "make"); (None, None) when it is no such name."""
    if text.partition(":")[0].endswith(".py"):
        module, _, attr = text.partition(":")
        return module, attr or None
    match = _OBJECT.match(text)
    return (match["module"], match["attr"]) if match else (None, None)


def _inside(cwd: str, path: str) -> str:
    """A path of a command, relative to the app's root."""
    if path.startswith("/app/"):
        path = path[5:]
    elif path.startswith(("$HOME/", "${HOME}/", "~/")):
        path = path.partition("/")[2]
    else:
        path = posixpath.join(cwd, path)
    return posixpath.normpath(path)
