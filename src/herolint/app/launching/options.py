"""Reads the options of programs that start apps: which take a value, and what their short names mean."""

from __future__ import annotations

import msgspec

from herolint.formats.shell import Word
from herolint.source import Span

FLAGS: dict[str, frozenset[str]] = {
    "honcho": frozenset(("--no-colour", "--no-prefix")),
    "foreman": frozenset(),
    "gunicorn": frozenset(
        (
            "--reload --preload --debug --daemon -D --spew --check-config --print-config --capture-output --no-sendfile "
            "--enable-stdio-inheritance -R --disable-redirect-access-to-syslog --proxy-protocol --do-handshake-on-connect "
            "--strip-header-spaces --reuse-port --initgroups --no-control-socket"
        ).split()
    ),
    "uvicorn": frozenset(
        (
            "--reload --proxy-headers --no-proxy-headers --access-log --no-access-log --use-colors --no-use-colors --factory "
            "--server-header --no-server-header --date-header --no-date-header --version"
        ).split()
    ),
    "hypercorn": frozenset("--debug --reload --access-log".split()),
    "daphne": frozenset("--proxy-headers --no-server-name".split()),
    "waitress-serve": frozenset("--call --expose-tracebacks --clear-untrusted-proxy-headers".split()),
    "flask": frozenset("--debug --no-debug --reload --no-reload --with-threads --without-threads".split()),
    "celery": frozenset(
        ("-q --quiet -B --beat -E --task-events --without-gossip --without-mingle --without-heartbeat -D --detach").split()
    ),
    "streamlit": frozenset("".split()),
    "fastapi": frozenset("--reload --no-reload --proxy-headers".split()),
    "granian": frozenset("--reload --factory".split()),
}
"""Options of these programs that take no value, so that the next word is an argument."""

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


def parse_options(tool: str, words: tuple[Word, ...]) -> tuple[dict[str, tuple[Word, ...]], tuple[Word, ...]]:
    """Options (long names where known) with their values, and the remaining arguments."""
    flags = FLAGS.get(tool, frozenset())
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
