"""Code that runs must find what it imports."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.python_build import python_minor, wanted_python
from herolint.app.model import App
from herolint.app.needs.imports import Unmet
from herolint.changes import Change
from herolint.finding import Confidence, Finding, Fix, Place, Severity
from herolint.rules.registry import ERROR, NOTE, WARNING, report, rule


@rule("HL411", "requirement-missing", ERROR, WARNING, NOTE, needs=("code", "processes"))
def requirement_missing(app: App) -> Iterator[Finding]:
    """Reached code imports what nothing installs."""
    for unmet in app.unmet_imports:
        severity, confidence = _weight(app, unmet)
        use = unmet.use
        process = app.processes.get(use.processes[0]) if use.processes else None
        added, then = _added(app, unmet)
        yield report(
            "HL411",
            _message(app, unmet),
            Place(use.at.path, use.at.span, "not pushed" if unmet.kind == "file" else "not found on a dyno"),
            severity=severity,
            confidence=confidence,
            why=_why(app, unmet, serves=process is not None and process.serves),
            related=(*unmet.others, *((app.procfile_place(use.processes[0], "this process loads it"),) if use.processes else ())),
            fix=Fix(_fix(app, unmet), added, then=then),
            process=use.processes[0] if use.processes else "",
        )


def _weight(app: App, unmet: Unmet) -> tuple[Severity, Confidence]:
    """An error where every start fails for certain; less where it is needed later, or may yet come from elsewhere."""
    if unmet.kind == "brought" or unmet.use.off:
        return NOTE, Confidence.LOW
    if unmet.manifest and not unmet.use.starts:
        return (WARNING, Confidence.MEDIUM) if unmet.sure else (NOTE, Confidence.LOW)
    assumed = unmet.kind in ("path", "dropped") or app.is_container or (unmet.kind == "removed" and not wanted_python(app).minor)
    if not unmet.sure:
        return (WARNING, Confidence.MEDIUM) if unmet.use.starts else (NOTE, Confidence.LOW)
    confidence = Confidence.MEDIUM if assumed else Confidence.HIGH
    return (ERROR if unmet.use.starts else WARNING), confidence


def _subject(unmet: Unmet) -> str:
    use = unmet.use
    return f"{use.listed_in} names {use.module}" if use.listed_in else f"`{use.module}` is imported"


def _message(app: App, unmet: Unmet) -> str:
    subject = _subject(unmet)
    manifest = unmet.manifest or (app.installed.manifest if app.installed is not None else "")
    version = python_minor(app)
    match unmet.kind:
        case "removed":
            assumed = "" if wanted_python(app).minor else ", which a new app gets when no file asks for another"
            return f"{subject}, but Python {version}{assumed} has no such module: it was removed in {unmet.detail}"
        case "python2":
            return f"{subject}, a module of Python 2: it is `{unmet.by}` now"
        case "windows":
            return f"{subject}, which Python has on Windows only"
        case "board":
            return f"{subject}, which works only on a small computer with pins, such as a Raspberry Pi"
        case "file":
            left_out = f": {unmet.detail} leaves it out" if unmet.detail else ""
            return f"{subject}, but {unmet.package} is not in the repository{left_out}"
        case "path":
            return f"{subject}, but it lies in {unmet.detail}/, where imports do not look"
        case "development":
            return f"{subject}, but {unmet.package} is installed for development only"
        case "elsewhere":
            return f"{subject}, but {unmet.package} is asked for on other systems only"
        case "brought":
            return f"{subject}, but {unmet.package} is there only because {unmet.by} brings it"
        case "dropped":
            return f"{subject}, but {unmet.by} brings {unmet.package} no more since release {unmet.detail}, and {manifest} does not list it"
    package = unmet.package or "anything that could provide it"
    doubt = "" if unmet.sure else ", unless one of its packages brings it along"
    return f"{subject}, but {manifest} does not list {package}{doubt}"


def _why(app: App, unmet: Unmet, *, serves: bool) -> str:
    if unmet.kind == "brought":
        return f"the day {unmet.by} does without it, the next build breaks"
    failure = app.code.spell(unmet.use.mod, "not-found")
    if not unmet.use.starts:
        return f"the code fails with {failure} when it gets there"
    return f"{failure}: the process crashes at every start" + (" and all requests get H10" if serves else "")


def _added(app: App, unmet: Unmet) -> tuple[tuple[Change, ...], str]:
    """One more line in requirements.txt, and what is then left to do; which distribution is meant is the owner's to say."""
    from herolint.app.mends.manifest_edits import for_production, left_to_pin, requirement_added

    if unmet.kind == "development" and unmet.manifest == "package.json":
        return for_production(app, unmet.package), ""
    plain = unmet.kind in ("package", "dropped", "brought") and not unmet.manifest
    added = requirement_added(app, unmet.package) if plain and unmet.package else ()
    return added, left_to_pin(app, added)


def _fix(app: App, unmet: Unmet) -> str:
    written = {"package": "list-package", "development": "list-for-production"}.get(unmet.kind, "")
    said = app.code.spell(unmet.use.mod, written, name=unmet.package) if unmet.manifest and written else ""
    if said:
        return said
    manifest = app.installed.manifest if app.installed is not None else "requirements.txt"
    where = {"Pipfile.lock": "Pipfile's [packages]", "poetry.lock": "pyproject.toml", "uv.lock": "pyproject.toml"}.get(manifest, manifest)
    match unmet.kind:
        case "removed":
            instead = f"use {unmet.by}" if unmet.by else "do without it"
            return instead + (f", or add `{unmet.package}` to {where}" if unmet.package else "")
        case "python2":
            return f"import `{unmet.by}`"
        case "windows":
            return 'import it only where `sys.platform == "win32"`'
        case "board":
            return "keep it out of what runs on a dyno, or import it in a `try`"
        case "file":
            return f"commit {unmet.package} without its secrets, and read those from config vars"
        case "path":
            return f"import it as part of its package, or set PYTHONPATH to include /app/{unmet.detail}"
        case "development":
            return (
                f"move `{unmet.package}` to {where}'s main packages" if manifest != "Pipfile.lock" else f"move `{unmet.package}` to {where}"
            )
    return f"add `{unmet.package or unmet.use.module.partition('.')[0]}` to {where}"
