"""What a shell command of the Node.js world starts: a script under some runner, or a script of package.json."""

from __future__ import annotations

import posixpath

from msgspec.structs import replace

from herolint.app.launching.options import parse_options
from herolint.formats.shell import Assignment, Word
from herolint.source import Span

RUNNERS = frozenset(
    """
    node nodejs node.exe ts-node ts-node-dev tsnd tsx nodemon babel-node bun deno pm2 pm2-runtime forever supervisor esno esmo swc-node
    ts-node-esm micro
    """.split()
)
"""Programs that run the script named by their first argument."""
MANAGING = frozenset(
    """
    save logs log list ls status monit kill stop stopall delete restart restartall reload flush resurrect startup unstartup dump describe show
    info update install set link plus scale cleardump columns
    """.split()
)
"""What process managers do besides starting a script."""
PACKAGE_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
BETTER = frozenset({"bnr", "better-npm-run"})
"""Names of better-npm-run, which runs commands under `betterScripts`."""
PM2 = frozenset({"pm2", "pm2-runtime"})
"""Names of pm2."""
_OWN_COMMANDS = frozenset(
    """
    install i ci add remove exec dlx x create init publish pack link audit outdated update upgrade list ls why config cache set rebuild
    prune uninstall workspaces workspace version help dedupe global info import node node-gyp
    """.split()
)
_VALUED = frozenset(
    """
    -r --require --import --loader --experimental-loader -C --conditions --env-file -e --exec -w --watch --ext -x --config -P --project
    -O --compiler-options -c --cwd --prefix --filter -F --dir --name -n -i --instances --delay --ignore --signal --extensions --presets
    """.split()
)
"""Options of runners and package managers whose value is the next word."""


def script_word(words: tuple[Word, ...]) -> tuple[Word | None, tuple[Word, ...]]:
    """The first argument that is no option, and what follows it."""
    i = 0
    while i < len(words):
        text = words[i].text
        if text == "--":
            i += 1
            continue
        if text in _VALUED:
            i += 2
        elif text.startswith("-"):
            i += 1
        else:
            return words[i], words[i + 1 :]
    return None, ()


def value_of(words: tuple[Word, ...], *names: str) -> Word | None:
    """The value that an option of a runner is given."""
    for at, word in enumerate(words):
        name, eq, value = word.text.partition("=")
        if name in names:
            if eq:
                return replace(word, text=value, span=Span(word.span.end - len(value.encode()), word.span.end))
            return words[at + 1] if at + 1 < len(words) else None
    return None


def script_name(program: str, words: tuple[Word, ...]) -> tuple[str, Word] | None:
    """The script of package.json that a package manager is told to run, and the word that says so."""
    first, rest = script_word(words)
    if first is None:
        return None
    text = first.text
    if text in ("run", "run-script", "rum"):
        inner, _ = script_word(rest)
        return (inner.text, inner) if inner is not None and not runs_file(program, inner) else None
    if program == "npm":
        return (text, first) if text in ("start", "test", "stop", "restart") else None
    return None if text in _OWN_COMMANDS or runs_file(program, first) else (text, first)


def runs_file(program: str, word: Word) -> bool:
    """Whether a package manager takes a word for a file of code rather than a script's name: `bun run server.ts`."""
    return program == "bun" and "." in word.text


def runs_manager(runner: str, word: Word | None) -> bool:
    """Whether a runner is pm2, and the word that it is given names a package manager, maybe with what that is to do."""
    return runner in PM2 and word is not None and word.text.partition(" ")[0] in PACKAGE_MANAGERS


def workspace_name(program: str, words: tuple[Word, ...]) -> tuple[str, tuple[Word, ...]] | None:
    """The workspace that a package manager is told to run a script of, and the words that say which script."""
    first, rest = script_word(words)
    if program == "yarn" and first is not None and first.text == "workspace" and len(rest) > 1:
        return rest[0].text, rest[1:]
    given = value_of(words, "-w", "--workspace", "--filter", "-F")
    if given is None:
        return None
    at = next(i for i, word in enumerate(words) if word.text.partition("=")[0] in ("-w", "--workspace", "--filter", "-F"))
    return given.text, words[:at] + words[at + (1 if "=" in words[at].text else 2) :]


def package_folder(program: str, words: tuple[Word, ...], cwd: str) -> str:
    """The folder whose package.json counts: `--prefix`, `--cwd`, `-C`, `--dir`, else where the command runs."""
    given = value_of(words, "--prefix", "--cwd", "--dir", "-C")
    return posixpath.normpath(posixpath.join(cwd, given.text)) if given is not None else cwd


def assigned_words(words: tuple[Word, ...]) -> tuple[tuple[Assignment, ...], tuple[Word, ...]]:
    """`cross-env A=b node x`: the assignments among the first words, and the rest."""
    found: list[Assignment] = []
    rest = list(words)
    while rest and "=" in rest[0].text and rest[0].text.partition("=")[0].replace("_", "a").isalnum():
        name, _, value = rest[0].text.partition("=")
        span = Span(rest[0].span.end - len(value.encode()), rest[0].span.end)
        found.append(Assignment(name, replace(rest[0], text=value, span=span), rest[0].span))
        rest = rest[1:]
    return tuple(found), tuple(rest)


def runner_options(words: tuple[Word, ...]) -> dict[str, tuple[Word, ...]]:
    """The options of a runner and of the script that it runs, by name."""
    return parse_options("node", words)[0]
