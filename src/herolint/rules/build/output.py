"""What a process starts must be made by somebody: compiled and bundled output that no build step writes."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.buildpacks.front_ends import Unbuilt, unbuilt_pages
from herolint.app.buildpacks.node_output import made_before
from herolint.app.model import App
from herolint.app.running.image_build import Stop, stops
from herolint.changes import Edit
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL418", "build-step-missing", ERROR, WARNING)
def build_step_missing(app: App) -> Iterator[Finding]:
    """A process starts the output of a compiler that nothing runs while the app is built, or serves it."""
    yield from told(app, "HL418", "not-built")
    if app.is_container:
        yield from (_stopped(app, stop) for stop in stops(app))
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
            if made_before(process, launch):
                continue  # compiled at each start, which is another finding
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
                fix=_build_script(app, source),
                process=process.name,
            )


def _stopped(app: App, stop: Stop) -> Finding:
    sure = Confidence.HIGH if app.container_sure else Confidence.MEDIUM
    return report("HL418", stop.said, stop.at, why=f"the build of the image stops here: {stop.log}", fix=stop.fix, confidence=sure)


def _unbuilt(app: App, found: Unbuilt) -> Finding:
    process = next((name for name in found.effect.processes if name == "web"), found.effect.processes[0])
    reason = app.workspace.unpushed_reason(found.folder)
    above = found.maker.path.rpartition("/")[0]
    return report(
        "HL418",
        f"{process} serves {found.folder}/, which is not pushed{f' ({reason})' if reason else ''} and which nothing builds",
        found.effect.mod.place(found.expr, "not there"),
        severity=WARNING if found.scripts else ERROR,
        why="the buildpack runs `heroku-postbuild` or `build` of the root's package.json and nothing in other folders: visitors get 404"
        if found.scripts
        else "the Python buildpack runs no bundler: every page and file from there answers 404 or ends in an error",
        related=(found.maker,),
        fix=f'add `"heroku-postbuild": "cd {above} && npm install && npm run build"` to the scripts of the root\'s package.json'
        if found.scripts
        else f"put `heroku/nodejs` before `heroku/python` and a package.json at the root whose `heroku-postbuild` builds "
        f"{above}/, or commit {found.folder}/",
        process=process,
        confidence=Confidence.MEDIUM,
    )


def _build_script(app: App, source: str) -> Fix:
    """A script of package.json that the buildpack runs."""
    from herolint.edits.json import with_entry

    command = _compiler(app, source)
    manifest, package = app.source("package.json"), app.package_json
    root = package.tree.root if package is not None else None
    edits: tuple[Edit, ...] = ()
    if manifest is not None and root is not None:
        scripts = root.get("scripts")
        edits = with_entry(manifest, scripts, "build", command) if scripts else with_entry(manifest, root, "scripts", {"build": command})
    return Fix(f'add a script that makes it: `"build": "{command}"`', edits)


def _compiler(app: App, source: str) -> str:
    """The command that most likely makes the output."""
    package = app.package_json
    scripts = package.scripts if package is not None else {}
    for name in ("compile", "build:prod", "build-ts", "build:server", "bundle", "transpile"):
        if name in scripts:
            return f"npm run {name}"
    return "tsc" if source.endswith((".ts", ".tsx", ".mts", ".cts")) else "babel src -d dist"
