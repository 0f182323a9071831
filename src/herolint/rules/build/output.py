"""What a process starts must be made by somebody: compiled and bundled output that no build step writes."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.front_ends import Unbuilt, unbuilt_pages
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, report, rule


@rule("HL418", "build-step-missing", ERROR)
def build_step_missing(app: App) -> Iterator[Finding]:
    """A process starts the output of a compiler that nothing runs while the app is built."""
    yield from told(app, "HL418", "not-built")
    if app.is_container:
        return
    for found in unbuilt_pages(app):
        yield _unbuilt(app, found)
    for process in app.processes.values():
        for launch in process.launches:
            script = launch.script
            if launch.tool != "node" or script is None or launch.target is None or not launch.target.literal or launch.command.conditional:
                continue
            source = app.code.node_paths.source_of(script)
            if script in app.slug or source is None or not app.build_output(script) or app.build_makes(script):
                continue
            at = launch.place(launch.target)
            related = [Place(source, None, "its source")]
            if at.path != process.at.path:
                related.append(app.procfile_place(process.name, "this process starts it"))
            yield report(
                "HL418",
                f"{process.name} starts {script}, which nothing builds",
                Place(at.path, at.span, "not there"),
                why="the buildpack runs `heroku-postbuild` or `build` of package.json and nothing else: the process crashes at once"
                + (", and every request gets H10" if process.serves else ""),
                related=related,
                fix=f'add a script that makes it: `"build": "{_compiler(app, source)}"`',
                process=process.name,
            )


def _unbuilt(app: App, found: Unbuilt) -> Finding:
    process = next((name for name in found.effect.processes if name == "web"), found.effect.processes[0])
    reason = app.workspace.unpushed_reason(found.folder)
    return report(
        "HL418",
        f"{process} serves {found.folder}/, which is not pushed{f' ({reason})' if reason else ''} and which nothing builds",
        found.effect.mod.place(found.expr, "not there"),
        why="the Python buildpack runs no bundler: every page and file from there answers 404 or ends in an error",
        related=(found.maker,),
        fix=f"put `heroku/nodejs` before `heroku/python` and a package.json at the root whose `heroku-postbuild` builds "
        f"{found.maker.path.rpartition('/')[0]}/, or commit {found.folder}/",
        process=process,
        confidence=Confidence.MEDIUM,
    )


def _compiler(app: App, source: str) -> str:
    """The command that most likely makes the output."""
    package = app.package_json
    scripts = package.scripts if package is not None else {}
    for name in ("compile", "build:prod", "build-ts", "build:server", "bundle", "transpile"):
        if name in scripts:
            return f"npm run {name}"
    return "tsc" if source.endswith((".ts", ".tsx", ".mts", ".cts")) else "babel src -d dist"
