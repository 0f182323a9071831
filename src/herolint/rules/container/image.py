"""What a container's command is: in the form that a shell reads, and there at all."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.running.processes import Process
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.formats.shell import Word
from herolint.patterns import lazy
from herolint.rules.registry import ERROR, report, rule

_VARIABLE = lazy(r"\$(?:\{([A-Za-z_]\w*)[^}]*\}|([A-Za-z_]\w*))")
_OWN_SHELL = frozenset({"npm", "yarn", "pnpm", "npx", "bun", "make", "supervisord", "envsubst", "dockerize"})
"""Programs that fill variables in by themselves, or hand their words to a shell."""


@rule("HL801", "docker-exec-form-env", ERROR, needs=("dockerfile",))
def docker_exec_form_env(app: App) -> Iterator[Finding]:
    """A variable in an exec-form command: without a shell nobody fills it in."""
    seen = set()
    for process in app.processes.values():
        found = _unfilled(process) if process.origin == "Dockerfile" and process.exec_form else None
        if found is None or found[0].span in seen:
            continue
        word, name, texts = found
        seen.add(word.span)
        number = f": `${name}` is no number, and nothing listens where the router looks (R10)" if name == "PORT" else ""
        yield report(
            "HL801",
            f"{process.name}'s command is in exec form: `${name}` reaches the program as it is written",
            Place(process.at.path, word.span, "no shell fills it in"),
            why=f"the words go to the program without a shell{number}",
            fix=_in_shell(app, process, texts) if texts else "start a shell that fills it in: `sh -c '…'`",
            process=process.name,
            confidence=Confidence.MEDIUM,
        )


def _in_shell(app: App, process: Process, texts: list[str]) -> Fix:
    """The command in shell form; `exec` so that the program itself gets the signal to end."""
    from herolint.edits.words import plain_command

    command = f"exec {' '.join(texts)}"
    image = app.image_of(process.name)
    cmd = image.dockerfile.cmd if image is not None and image.dockerfile.entrypoint is None else None
    edits = plain_command(cmd.args_span, process.at.path, command) if cmd is not None and cmd.form == "exec" else ()
    return Fix(f"write it in shell form: `CMD {command}`", edits, safe=True)


def _unfilled(process: Process) -> tuple[Word, str, list[str]] | None:
    """The first word that holds a variable which nothing fills in, the variable, and the words of CMD where it stands there."""
    if any(x.tool in _OWN_SHELL or (x.tool == "sh" and x.has("-c")) for x in process.launches):
        return None
    if any(word.text in ("eval", "envsubst") for launch in process.launches for word in launch.words):
        return None
    for command in process.script.commands:
        for word in command.words:
            if word.span.end > word.span.start and not word.expansions and (match := _VARIABLE.search(word.text)):
                entry = any(one.expansions for one in command.words)
                return word, match[1] or match[2], [] if entry else [one.text for one in command.words]
    return None


def _lent(app: App, name: str) -> bool:
    """Whether an image is there for what heroku.yml runs in it under other names."""
    yml = app.heroku_yml
    if name == "release":
        return True
    return name != "web" and yml is not None and any(e is not None and e.image == name for e in (yml.release, *yml.run.values()))


@rule("HL804", "docker-no-command", ERROR, needs=("dockerfile",))
def docker_no_command(app: App) -> Iterator[Finding]:
    """An image that starts nothing, or only the base image's prompt."""
    if not app.images:
        return
    from herolint.app.running.container import start_of

    told = set()
    for name, image in app.images.items():
        base = image.base
        if name in app.processes or base is None or start_of(image) is not None or image.path in told or _lent(app, name):
            continue
        told.add(image.path)
        starts = base.starts if image.dockerfile.cmd is None and image.dockerfile.entrypoint is None else ""
        yield report(
            "HL804",
            f"{name}'s image names no command" + (f": it would start {image.base_name}'s `{starts}`, which ends at once" if starts else ""),
            Place(image.path, image.dockerfile.stages[image.dockerfile.final].span, "no CMD from here on"),
            why=_outcome(name) if starts else "an image without a command is refused at its release",
            fix="write `CMD …` at the end of the Dockerfile"
            + (f", or `run: {name}: …` in heroku.yml" if app.heroku_yml is not None else ""),
            process=name,
            confidence=Confidence.HIGH if app.container_sure else Confidence.LOW,
        )


def _outcome(name: str) -> str:
    return "the dyno ends as soon as it starts" + (", and every request gets H10" if name == "web" else "")
