"""What a shell command really starts: the program, the Python module and object, the options it is given."""

from __future__ import annotations

import posixpath

import msgspec
from msgspec.structs import replace

from herolint.app.launching.launch_node import (
    MANAGING,
    PACKAGE_MANAGERS,
    RUNNERS,
    assigned_words,
    package_folder,
    runner_options,
    runs_manager,
    script_name,
    script_word,
    workspace_name,
)
from herolint.app.launching.options import parse_options
from herolint.finding import Place
from herolint.formats.shell import Command, Word
from herolint.patterns import lazy
from herolint.source import Span

WRAPPERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("pipenv poetry uv pdm hatch dotenv dotenvx skywalking-python sw-python".split(), ("run",)),
    **dict.fromkeys(("doppler", "infisical"), ("run", "--")),
    **dict.fromkeys(
        """
        bin/start-pgbouncer bin/start-pgbouncer-stunnel start-pgbouncer bin/start-nginx bin/start-nginx-solo bin/start-stunnel bin/qgsocksify
        bin/proximo ddtrace-run opentelemetry-instrument elastic-apm-run scalene py-spy jemalloc.sh xvfb-run nice stdbuf env time
        timeout authbind dumb-init trap heroku-exec python-decouple chamber npx bunx cross-env cross-env-shell env-cmd
        """.split(),
        (),
    ),
    "bundle": ("exec",),
    "newrelic-admin": ("run-program",),
    "tini": ("--",),
}
"""Programs that only start another one, each with the words after which that one stands."""
_MODULE_FLAG = lazy(r"-[bBdEiIOPqsSuvx]*m\Z")
"""`-m`, or the last of several letters behind one dash: `-um`."""
PYTHON = lazy(r"python(\d(\.\d+)?)?(\.exe)?\Z|pypy3?\Z")
_OBJECT = lazy(r"(?P<module>[A-Za-z_][\w.-]*)(?::(?P<attr>[A-Za-z_][\w.]*)(?P<call>\(.*\))?)?\Z")


RAILS_TOOLS = frozenset({"rails", "puma", "unicorn", "rackup", "thin", "passenger", "iodine", "falcon", "rainbows", "sidekiq", "rake",
                         "good_job", "resque", "delayed_job", "clockwork", "que", "solid_queue", "shoryuken", "karafka", "jobs"})  # fmt: skip
"""Programs that load a Rack or Rails app."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """One program that a command starts.

    `tool` names the program without path or version (`gunicorn`, `uvicorn`, `flask`, `celery`, `streamlit`, `python`, `django` for
    `manage.py` …); `subcommand` the word that says what it does (`runserver`, `worker`, `run`); `module` and `attr` the Python
    object it loads (`attr` of a package manager: the workspace whose script it runs); `script` a file that it runs; `cwd` the folder it
    runs in, relative to the app's root; `folder` what it puts first on the import path.
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
    alternative: bool = False
    """Whether it only runs if something else in the same line fails (`a || b`)."""
    beside: Place | None = None
    """The command in the background that leads to it, where that starts a script."""

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


def launch_of(command: Command, path: str, via: tuple[Place, ...] = (), base: str = "") -> Launch | None:
    """What one simple command starts; None for an empty one."""
    words = command.words
    if not words:
        return None
    cwd = posixpath.normpath(posixpath.join(base, command.cwd)) if command.cwd else base
    cwd = "" if cwd in (".", "/app") else cwd.removeprefix("/app/").strip("/")
    wrapper = ""
    for _ in range(4):
        name, inner = posixpath.basename(words[0].text), _handed_on(words)
        if name in ("cross-env", "cross-env-shell", "env"):
            assignments, inner = assigned_words(inner)
            command = replace(command, assignments=(*command.assignments, *assignments))
        if not inner:
            break
        wrapper, words = wrapper or name, inner
    return _identify(command, words, path, via, cwd, wrapper)


def _handed_on(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The command that a wrapper is given to start; empty where the first word is no wrapper, or is given nothing."""
    name = posixpath.basename(words[0].text)
    before = WRAPPERS.get(words[0].text, WRAPPERS.get(name))
    if before is None:
        return ()
    rest = words[1:]
    if before:
        at = next((i for i, word in enumerate(rest) if word.text == before[-1]), len(rest))
        rest = rest[at + 1 :]
    while rest and rest[0].text.startswith("-"):
        valued = name in ("timeout", "nice") and rest[0].text in ("-n", "-k", "-s")
        rest = rest[2 if valued else 1 :]
    return rest[1:] if name == "timeout" else rest


def _identify(command: Command, words: tuple[Word, ...], path: str, via: tuple[Place, ...], cwd: str, wrapper: str) -> Launch:
    program = posixpath.basename(words[0].text)
    rest = words[1:]
    start = Launch(tool="", options={}, words=words, command=command, path=path, cwd=cwd, via=via, wrapper=wrapper)
    if PYTHON.match(program):
        return _python(rest, start)
    if words[0].text.endswith(".py"):
        return _script(words[0], rest, start)
    if program in ("sh", "bash", "dash", "zsh", "source", ".") or words[0].text.endswith(".sh"):
        return _shell(words, start)
    if program in PACKAGE_MANAGERS and (inner := workspace_name(program, rest)) is not None:
        workspace, words_there = inner
        there = script_name(program, words_there)
        if there is not None:
            return replace(
                start, tool=program, subcommand=there[0], target=there[1], attr=workspace, folder=cwd, options={}, arguments=rest
            )
    if program in PACKAGE_MANAGERS and (named := script_name(program, rest)) is not None:
        folder = package_folder(program, rest, cwd)
        return replace(start, tool=program, subcommand=named[0], target=named[1], folder=folder, options={}, arguments=rest)
    if program in ("pm2", "forever") and rest and rest[0].text in MANAGING:
        return replace(start, tool=program, subcommand=rest[0].text, options={}, arguments=rest[1:])
    if program in RUNNERS or words[0].text.endswith((".js", ".mjs", ".cjs")):
        given = rest[1:] if program == "bun" and rest and rest[0].text == "run" else rest
        return _node(program, words if program not in RUNNERS else given, start)
    if program == "ruby":
        return _ruby(rest, start)
    return _tool(program, rest, start)


def _python(rest: tuple[Word, ...], start: Launch) -> Launch:
    i = 0
    while i < len(rest):
        text = rest[i].text
        if _MODULE_FLAG.match(text) and i + 1 < len(rest):
            return _module(rest[i + 1], rest[i + 2 :], start)
        if text == "-c":
            return replace(start, tool="python", subcommand="-c", options={}, arguments=rest[i + 1 :])
        if text in ("-W", "-X"):
            i += 1
        elif not text.startswith("-"):
            return _script(rest[i], rest[i + 1 :], start)
        i += 1
    return replace(start, tool="python", options={})


_MODULE_TOOLS = {
    **{
        name: name
        for name in """
        gunicorn uvicorn hypercorn daphne granian flask fastapi celery rq dramatiq streamlit chainlit gradio alembic http.server pip pytest
        compileall
        """.split()
    },
    "SimpleHTTPServer": "http.server",
    "django": "django-admin",
    "huey.bin.huey_consumer": "huey",
    "waitress": "waitress-serve",
}
"""Modules that `python -m` runs as a program of its own is, and that program."""


def _module(word: Word, rest: tuple[Word, ...], start: Launch) -> Launch:
    tool = _MODULE_TOOLS.get(word.text)
    if tool:
        return _tool(tool, rest, start)
    options, arguments = parse_options("python", rest)
    return replace(start, tool="python", module=word.text, target=word, options=options, arguments=arguments, folder=start.cwd)


def _script(word: Word, rest: tuple[Word, ...], start: Launch) -> Launch:
    script = _inside(start.cwd, word.text)
    name = posixpath.basename(word.text)
    folder = posixpath.dirname(script)
    if name in ("manage.py", "django-admin.py"):
        options, arguments = parse_options("django", rest)
        sub = arguments[0].text if arguments else ""
        return replace(
            start, tool="django", script=script, target=word, subcommand=sub, options=options, arguments=arguments[1:], folder=folder
        )
    options, arguments = parse_options("python", rest)
    return replace(start, tool="python", script=script, target=word, options=options, arguments=arguments, folder=folder)


def _node(program: str, words: tuple[Word, ...], start: Launch) -> Launch:
    """A script under Node.js or one of its runners; `tool` is `node` and `subcommand` the runner."""
    word, rest = script_word(words)
    if word is not None and program in ("pm2", "pm2-runtime", "forever", "bun", "deno") and word.text in ("start", "run"):
        word, rest = script_word(rest)
    runner = program if program in RUNNERS else "node"
    script = _inside(start.cwd, word.text) if word is not None and not runs_manager(runner, word) else None
    return replace(
        start, tool="node", subcommand=runner, script=script, target=word, options=runner_options(words), arguments=rest, folder=start.cwd
    )


def _ruby(words: tuple[Word, ...], start: Launch) -> Launch:
    word, rest = script_word(words)
    script = _inside(start.cwd, word.text) if word is not None else None
    return replace(start, tool="ruby", script=script, target=word, options={}, arguments=rest, folder=start.cwd)


def _shell(words: tuple[Word, ...], start: Launch) -> Launch:
    first = words[0]
    if not first.text.endswith(".sh"):
        files = [w for w in words[1:] if not w.text.startswith("-")]
        if not files:
            return replace(start, tool="sh", options={})
        first = files[0]
    return replace(start, tool="sh", script=_inside(start.cwd, first.text), target=first, options={}, arguments=words[1:])


def _tool(program: str, rest: tuple[Word, ...], start: Launch) -> Launch:
    options, arguments = parse_options(program, rest)
    start = replace(start, folder=start.folder or start.cwd)
    if program in ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "granian"):
        return _server(program, options, arguments, start)
    if program == "celery":
        subs = ("worker", "beat", "flower", "multi", "inspect", "purge", "events", "control", "status", "call", "shell", "amqp")
        sub = next((a.text for a in arguments if a.text in subs), "")
        app = next(iter(options.get("--app", ())), None)
        module, attr = split_object(app.text) if app else (None, None)
        return replace(start, tool="celery", subcommand=sub, options=options, arguments=arguments, module=module, attr=attr, target=app)
    if program in ("flask", "streamlit", "fastapi", "chainlit", "alembic", "rq", "huey", "django-admin", "scrapy", "gradio", "dramatiq"):
        sub = arguments[0].text if arguments else ""
        return _framework(program, sub, options, arguments[1:], start)
    if program in ("rqworker", "rqscheduler"):
        return replace(
            start, tool="rq", subcommand="worker" if program == "rqworker" else "scheduler", options=options, arguments=arguments
        )
    return replace(start, tool=program, options=options, arguments=arguments, subcommand=arguments[0].text if arguments else "")


def _server(program: str, options: dict[str, tuple[Word, ...]], arguments: tuple[Word, ...], start: Launch) -> Launch:
    app = next((a for a in arguments if _OBJECT.match(a.text)), arguments[0] if arguments else None)
    module, attr = split_object(app.text) if app else (None, None)
    chdir = next(iter(options.get("--chdir", options.get("--app-dir", options.get("--pythonpath", ())))), None)
    folder = _inside(start.cwd, chdir.text) if chdir else start.cwd
    start = replace(start, folder=folder)
    return replace(start, tool=program, module=module, attr=attr, target=app, options=options, arguments=arguments)


def _framework(program: str, sub: str, options: dict[str, tuple[Word, ...]], arguments: tuple[Word, ...], start: Launch) -> Launch:
    if program in ("streamlit", "fastapi", "chainlit") and arguments and arguments[0].text.endswith(".py"):
        script = _inside(start.cwd, arguments[0].text)
        start = replace(start, folder=posixpath.dirname(script))
        return replace(start, tool=program, subcommand=sub, script=script, target=arguments[0], options=options, arguments=arguments[1:])
    app = options.get("--app", ()) if program == "flask" else ()
    target = app[-1] if app else None
    module, attr = split_object(target.text) if target is not None else (None, None)
    if module and module.endswith(".py"):
        start, module = replace(start, script=_inside(start.cwd, module)), None
    return replace(start, tool=program, subcommand=sub, module=module, attr=attr, target=target, options=options, arguments=arguments)


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
