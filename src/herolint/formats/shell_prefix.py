"""Takes off what stands before a command's own words: assignments, `exec`, `env A=b`, `nohup`; finds the text behind `sh -c`."""

from __future__ import annotations

import posixpath

from herolint.formats.shell_lexer import Token
from herolint.patterns import lazy

_ASSIGNMENT = lazy(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]]*\])?\+?=")
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh"})
_RUNNERS = frozenset({"timeout", "nice", "ionice", "stdbuf", "xvfb-run", "tini", "dumb-init"})
"""Programs that start the rest of their words; looked through for `sh -c` only, their own words stay."""
_ENV_VALUE_OPTIONS = frozenset({"-u", "--unset", "-C", "--chdir"})
_SHELL_VALUE_OPTIONS = frozenset({"-o", "+o", "-O", "+O", "--rcfile", "--init-file"})
_LOOK_AHEAD = 8
_MAX_PREFIXES = 12


def assignment_name(text: str, token: Token) -> tuple[str, int] | None:
    """The name of `NAME=value` and how many characters stand before the value; None for another word.

    `text` is the text that is parsed: a quoted name makes no assignment.
    """
    match = _ASSIGNMENT.match(text, token.start, token.end)
    return (match["name"], match.end() - token.start) if match else None


def strip_prefix(text: str, words: list[Token], assigned: list[Token]) -> tuple[list[Token], bool]:
    """The words without `exec`, `env`, `nohup`, `time` … before them, and whether `exec` was there.

    Moves what `env` assigns to `assigned`.
    """
    is_exec = False
    for _ in range(_MAX_PREFIXES):
        if not words:
            break
        name = words[0].text
        if name == "exec":
            is_exec = True
            words = _after_options(words[1:], frozenset({"-a"}))
        elif name in ("nohup", "command", "builtin"):
            if len(words) < 2 or words[1].text.startswith("-"):
                break
            words = words[1:]
        elif name in ("time", "setsid"):
            rest = _after_options(words[1:], frozenset())
            if not rest:
                break
            words = rest
        elif posixpath.basename(name) == "env":
            rest = _env(text, words[1:], assigned)
            if not rest:
                break
            words = rest
        else:
            break
    return words, is_exec


def _after_options(words: list[Token], with_value: frozenset[str]) -> list[Token]:
    """The words behind the options; `--` ends them."""
    at = 0
    while at < len(words) and words[at].text.startswith("-") and words[at].text != "-":
        if words[at].text == "--":
            return words[at + 1 :]
        at += 2 if words[at].text in with_value else 1
    return words[at:]


def _env(text: str, words: list[Token], assigned: list[Token]) -> list[Token]:
    """The command that `env` runs; empty if it runs none or splits a string."""
    if words and words[0].text.startswith(("-S", "--split-string")):
        return []
    rest = _after_options(words, _ENV_VALUE_OPTIONS)
    count = 0
    while count < len(rest) and (assignment_name(text, rest[count]) or _ASSIGNMENT.match(rest[count].text)):
        count += 1
    if count < len(rest):
        assigned += (t for t in rest[:count] if assignment_name(text, t))
    return rest[count:]


def inner_text(words: list[Token]) -> Token | None:
    """The word that `sh -c` runs as a script of its own, if the command is one."""
    at = 0
    if words and posixpath.basename(words[0].text) in _RUNNERS:
        at = next((i for i, w in enumerate(words[:_LOOK_AHEAD]) if posixpath.basename(w.text) in _SHELLS), len(words))
    if at >= len(words) or posixpath.basename(words[at].text) not in _SHELLS:
        return None
    at += 1
    runs_text = False
    while at < len(words) and words[at].text[:1] in ("-", "+"):
        option = words[at].text
        runs_text = runs_text or (option.startswith("-") and not option.startswith("--") and "c" in option)
        at += 2 if option in _SHELL_VALUE_OPTIONS or (option.endswith("o") and not option.startswith("--")) else 1
    return words[at] if runs_text and at < len(words) else None
