"""How the repository itself says that it is deployed: `heroku …` commands in scripts, workflows and Makefiles, and deploy actions.

Other rules ask here what such a deploy sets: the stack, buildpacks, config vars, add-ons, the folder that is pushed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.finding import Place
from herolint.patterns import lazy
from herolint.source import Span

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.source import SourceFile

MAX_BYTES = 200_000
"""Larger files are no scripts that a person wrote."""
ACTION = "akhileshns/heroku-deploy"
"""The action that nearly all workflows deploy with."""

PUSHES = ("push", "subtree push", "subtree split")
"""The commands of git that send something, or take a folder out to be sent."""

_COMMAND = lazy(r"(?<![\w./-])heroku[ \t]+(?P<sub>[a-z]+(?:[:_-][a-z]+)*)(?P<rest>(?:\\\r?\n|[^\n;&|#])*)")
_PUSH = lazy(
    r"(?<![\w./-])git[ \t]+(?P<sub>push|subtree[ \t]+push|subtree[ \t]+split)(?P<rest>[^\n;&|#]*(?:\bheroku\b|--prefix\b)[^\n;&|#]*)"
)
_WORD = lazy(r"""(?:[^\s"']|"[^"\n]*"|'[^'\n]*')+""")
_WORKFLOW = lazy(r"\.github/workflows/[^/]+\.ya?ml\Z")
_SCRIPTS = lazy(
    r"(?:\.sh|\.bash|(?:^|/)(?:Makefile|makefile|GNUmakefile|justfile|Justfile)"
    r"|^\.gitlab-ci\.yml|^\.circleci/config\.yml|^\.travis\.yml|^bitbucket-pipelines\.yml|^(?:[^/]+/)?package\.json)\Z"
)
_DOCS = lazy(r"(?:^|/)[^/]+\.(?:md|mdx|rst|txt|adoc|py|rb|js|ts|ya?ml)\Z|(?:^|/)README\Z", re.IGNORECASE)
_VALUE_OPTIONS = frozenset("-a --app -r --remote -t --team --region --space -i --index -b --buildpack -s --stack --addons".split())


class HerokuCommand(msgspec.Struct, frozen=True):
    """One `heroku sub words…`: `words` are (text without quotes, place) pairs, options among them."""

    sub: str
    words: tuple[tuple[str, Place], ...]
    at: Place

    @property
    def arguments(self) -> tuple[tuple[str, Place], ...]:
        """The words that are neither options nor values of options."""
        found, skip = [], False
        for text, at in self.words:
            if skip:
                skip = False
            elif text.startswith("-"):
                skip = text in _VALUE_OPTIONS
            else:
                found.append((text, at))
        return tuple(found)

    def options(self, *names: str) -> Iterator[tuple[str, Place]]:
        """The values given to one of the options, as `--name value` or `--name=value`."""
        for number, (text, at) in enumerate(self.words):
            name, equals, value = text.partition("=")
            if name in names and equals:
                yield value, at
            elif text in names and number + 1 < len(self.words):
                yield self.words[number + 1]


class DeployAction(msgspec.Struct, frozen=True):
    """A workflow step that deploys: the action's inputs as (text, place), and the step's place."""

    inputs: dict[str, tuple[str, Place]]
    at: Place

    def value(self, name: str) -> str:
        """An input's text, or empty."""
        return self.inputs[name][0] if name in self.inputs else ""

    @property
    def sends_image(self) -> bool:
        """Whether it builds an image and sends that."""
        return self.value("usedocker") == "true"


class Deploys:
    """All of it, read once; `said` also counts what documents and programs only mention."""

    def __init__(self, app: App) -> None:
        self.commands: list[HerokuCommand] = []
        self.actions: list[DeployAction] = []
        self.pushes: list[HerokuCommand] = []
        for source in _sources(app, _SCRIPTS):
            self.commands += _in_text(source, _COMMAND)
            self.pushes += _in_text(source, _PUSH)
        for source in _sources(app, _WORKFLOW):
            self._workflow(source)

    def _workflow(self, source: SourceFile) -> None:
        from herolint.formats import workflow

        for step in workflow.parse(source).steps:
            if step.uses.lower() == ACTION:
                inputs = {name: (text, Place(source.path, span)) for name, (text, span) in step.inputs.items()}
                self.actions.append(DeployAction(inputs, Place(source.path, step.at)))
            if step.run is not None:
                self.commands += _in_text(source, _COMMAND, step.run[1])
                self.pushes += _in_text(source, _PUSH, step.run[1])

    def named(self, *subs: str) -> Iterator[HerokuCommand]:
        """The commands of one of these names."""
        return (command for command in self.commands if command.sub in subs)

    @property
    def stacks(self) -> Iterator[tuple[str, Place]]:
        """Stacks that a deploy sets."""
        for command in self.named("stack:set"):
            yield from command.arguments[:1]
        for command in self.named("create", "apps:create"):
            yield from command.options("-s", "--stack")
        for action in self.actions:
            if "stack" in action.inputs:
                yield action.inputs["stack"]

    @property
    def buildpacks(self) -> Iterator[tuple[str, Place]]:
        """Buildpacks that a deploy sets or adds, in the order of the files."""
        yield from _buildpacks_in(self.commands)
        for action in self.actions:
            if action.value("buildpack"):
                yield action.inputs["buildpack"]

    @property
    def config_vars(self) -> Iterator[tuple[str, str, Place]]:
        """Config vars that a deploy sets: name, value as written, place."""
        for command in self.named("config:set", "config:add"):
            for text, at in command.arguments:
                name, equals, value = text.partition("=")
                if equals:
                    yield name, value, at

    @property
    def folders(self) -> Iterator[str]:
        """Folders that are pushed in place of the whole repository: `appdir` of the action, `git subtree push --prefix`."""
        for action in self.actions:
            if folder := _folder(action.value("appdir")):
                yield folder
        yield from (folder for folder in pushed_by(self.pushes) if folder)

    @property
    def only_folders(self) -> dict[str, DeployAction | None]:
        """The folders that are all that deploys push, with the action that does so if one does; none where one pushes the whole."""
        found: dict[str, DeployAction | None] = dict.fromkeys(pushed_by(self.pushes))
        found |= {_folder(action.value("appdir")): action for action in self.actions}
        return {} if "" in found else found

    @property
    def container(self) -> bool:
        """Whether the deploy sends an image."""
        return any(action.sends_image for action in self.actions) or any(
            command.sub in ("container:push", "container:release") for command in self.commands
        )

    @property
    def any(self) -> bool:
        """Whether there is any sign of a deploy to the platform; words behind "heroku" in running text are none."""
        pushed = any(text == "heroku" for push in self.pushes for text, _ in push.words)
        return pushed or bool(self.actions) or any(":" in command.sub or command.sub == "create" for command in self.commands)


def pushed_by(pushes: Iterable[HerokuCommand]) -> Iterator[str]:
    """What `git push` and `git subtree` commands send to the platform: folders, and "" for the whole."""
    made: dict[str, str] = {}
    for push in pushes:
        folder = next(_prefixes(push), None)
        sent = [text.partition(":")[0].lstrip("+") for text, _ in push.words]
        if push.sub == "subtree split":
            made |= {branch: folder or "" for branch, _ in push.options("-b", "--branch")}
        elif push.sub == "push" and folder is None:
            yield next((made[text] for text in sent if text in made), "")
        elif folder is not None and any("heroku" in text for text, _ in push.words):
            yield folder


def _prefixes(push: HerokuCommand) -> Iterator[str]:
    """The folders that a command takes out of the repository; those for pages of GitHub are another matter."""
    if not any("gh-pages" in text for text, _ in push.words):
        yield from (_folder(re.split(r"[)`:]", text)[0]) for text, _ in push.options("--prefix", "-P"))


def _folder(text: str) -> str:
    folder = posixpath.normpath(text.strip("'\" ") or ".").strip("/")
    return "" if folder == "." or "$" in folder else folder


def heroku_commands(app: App) -> Iterator[HerokuCommand]:
    """All `heroku` commands of scripts and workflows, in files order; comments are left out."""
    yield from app.deploys.commands


def mentioned(app: App) -> tuple[HerokuCommand, ...]:
    """Commands that documents and programs near the root show: what the owner does by hand. Signs only, never findings."""
    found: list[HerokuCommand] = []
    for source in _sources(app, _DOCS, depth=1):
        found += _in_text(source, _COMMAND)
        found += _in_text(source, _PUSH)
    return tuple(found)


def pushes_shown(app: App, folders: Iterable[str]) -> list[HerokuCommand]:
    """The pushes that documents at the root show, and those of a folder in its own: what the owner does by hand."""
    shown = [command for command in mentioned(app) if command.sub in PUSHES and "/" not in command.at.path]
    for folder in folders:
        source = app.source(f"{folder}/README.md")
        if source is not None and not source.is_binary:
            shown += (push for push in _in_text(source, _PUSH) if any(True for _ in _prefixes(push)))
    return shown


def buildpacks_mentioned(app: App) -> bool:
    """Whether documents or programs say which buildpacks are set by hand."""
    return any(True for _ in _buildpacks_in(mentioned(app)))


def _buildpacks_in(commands: list[HerokuCommand] | tuple[HerokuCommand, ...]) -> Iterator[tuple[str, Place]]:
    for command in commands:
        if command.sub in ("buildpacks:set", "buildpacks:add", "buildpack:set"):
            yield from command.arguments[:1]
        elif command.sub in ("create", "apps:create"):
            yield from command.options("-b", "--buildpack")


def _sources(app: App, names: re.Pattern[str], depth: int = 9) -> Iterator[SourceFile]:
    for path, entry in app.workspace.files.items():
        if entry.kind == "file" and entry.size <= MAX_BYTES and path.count("/") <= depth and names.search(path):
            source = app.workspace.read(path)
            if source is not None and not source.is_binary and b"heroku" in source.data:
                yield source


def _in_text(source: SourceFile, pattern: re.Pattern[str], within: Span | None = None) -> Iterator[HerokuCommand]:
    for match in pattern.finditer(source.text):
        at = Place(source.path, source.span_of_text(match.start(), match.end("rest")))
        if within is not None and at.span is not None and not within.start <= at.span.start < within.end:
            continue
        line_start = source.text.rfind("\n", 0, match.start()) + 1
        before = source.text[line_start : match.start()]
        if "#" in before or "echo" in before:
            continue
        base = match.start("rest")
        words = tuple(
            (
                word.group().replace('"', "").replace("'", "").strip("`"),
                Place(source.path, source.span_of_text(base + word.start(), base + word.end())),
            )
            for word in _WORD.finditer(match["rest"])
            if word.group() != "\\"
        )
        yield HerokuCommand(" ".join(match["sub"].split()), words, at)
