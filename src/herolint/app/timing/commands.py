"""The programs that code starts, as far as their words can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import Items, Value, options, text_of
from herolint.code import facts
from herolint.code.queries import argument

if TYPE_CHECKING:
    from herolint.app.linking.module import Mod
    from herolint.app.program import Effect, Program

_FETCHING = {
    ("git", "clone"): "clones a repository", ("git", "fetch"): "fetches a repository", ("git", "pull"): "fetches a repository",
    ("curl",): "downloads data", ("wget",): "downloads data", ("npm", "install"): "installs packages", ("npm", "ci"): "installs packages",
    ("yarn", "install"): "installs packages", ("pip", "install"): "installs packages", ("apt-get", "install"): "installs packages",
    ("npm", "run", "build"): "builds the app", ("yarn", "build"): "builds the app", ("yt-dlp",): "downloads a video",
    ("youtube-dl",): "downloads a video", ("npx", "playwright", "install"): "downloads a browser",
}  # fmt: skip
"""First words of commands that fetch much over the network, or build."""


_LONG = {
    "ffmpeg": "converts media", "sox": "converts media", "soffice": "converts documents",
    "libreoffice": "converts documents", "unoconv": "converts documents", "wkhtmltopdf": "renders pages in a browser",
    "md-to-pdf": "renders pages in a browser", "wkhtmltoimage": "renders pages in a browser",
    "chromium": "starts a browser", "google-chrome": "starts a browser", "chromium-browser": "starts a browser", "pdflatex": "typesets a document",
    "xelatex": "typesets a document", "whisper": "runs a large model", "demucs": "runs a large model", "spleeter": "runs a large model",
    "yt-dlp": "downloads a video", "youtube-dl": "downloads a video", "scrapy": "scrapes a site", "pg_dump": "dumps a database",
    "pg_restore": "restores a database", "mongodump": "dumps a database",
}  # fmt: skip
"""Programs whose work often takes tens of seconds, with what they do."""


_BRIEF = frozenset(
    "mkdir rmdir rm cp mv ln touch chmod ls cat echo which pwd date hostname uname whoami test true tar gzip gunzip zip unzip".split()
)
"""Programs of the system that work on files of the dyno alone, and wait for nobody."""


_BRIEF_OF_GIT = frozenset("describe rev-parse log show status branch config remote tag rev-list symbolic-ref".split())
"""Commands of git that read what lies on the disk."""


_QUESTIONS = frozenset({"--version", "-version", "-V", "-v", "version", "--help", "-h"})


def only_asks(words: Sequence[str]) -> bool:
    """Whether a command only asks a program for its version or its usage."""
    return len(words) == 2 and words[1] in _QUESTIONS


def brief_program(code: Program, effect: Effect) -> bool:
    """Whether a started program is one that waits for nobody else."""
    words = command_words(code, effect) if effect.row.effect == "runs-process" else ()
    if only_asks(words):
        return True
    if words[:1] == ("git",) and words[1:2] and words[1] in _BRIEF_OF_GIT:
        return True
    return bool(words) and words[0].rpartition("/")[2] in _BRIEF and not any(sign in words for sign in ("&&", "||", ";", "|"))


def long_program(code: Program, effect: Effect) -> str | None:
    """What a started program does and its name, where that often takes tens of seconds."""
    words = command_words(code, effect)
    name = words[0].rpartition("/")[2] if words and not only_asks(words) else ""
    return f"{_LONG[name]} ({name})" if _LONG.get(name) else None


def command_words(code: Program, effect: Effect) -> tuple[str, ...]:
    """The first words of the command that a call runs: one text, a list, or a program with a list beside it."""
    words = _given(code, effect.mod, effect.fact.function, effect.fact.call)
    func = effect.fact.call.func
    if not words and isinstance(func, facts.Attr):  # `exec.Command("ffmpeg").Run()`
        mod, function, made = origin(code.linker, effect.mod, effect.fact.function, func.base)
        words = _given(code, mod, function, made) if isinstance(made, facts.Call) else []
    return tuple(words)


def _given(code: Program, mod: Mod, function: int, call: facts.Call) -> list[str]:
    words: list[str] = []
    for position in (0, 1):
        expr = argument(call, position, None)
        if expr is not None:
            words += _words(code.fold(mod, function, expr))
    return words


def _words(value: Value) -> list[str]:
    if isinstance(value, Items):
        return [text_of(item) or "{}" for item in value.items]
    text = next((t for one in options(value) if (t := text_of(one))), "")
    return text.split()


def fetching_command(code: Program, effect: Effect) -> str | None:
    """What a command that fetches or builds does, in words; None for others."""
    words = tuple(word for word in command_words(code, effect) if not word.startswith("-"))
    return next((what for start, what in _FETCHING.items() if words[: len(start)] == start), None)
