"""Joins what the build will do with what the rules found in it: the steps after a push, the first that fails, what is never reached."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint.app.forecast.steps import AppForecast, ForecastStep, Kind, Line
from herolint.app.services.secrets import masked
from herolint.code import language_of
from herolint.finding import Finding, Severity

if TYPE_CHECKING:
    from herolint.app.buildpacks import Outcome
    from herolint.app.forecast.steps import Stage, Step
    from herolint.app.model import App
    from herolint.config import Config
    from herolint.engine import RunOptions
    from herolint.result import Result

KINDS: tuple[Kind, ...] = ("buildpacks", "runtime", "package manager", "install", "build", "slug", "process types", "release")
_RULES: dict[Kind, tuple[str, ...]] = {
    "buildpacks": ("HL401", "HL415", "HL416", "HL417", "HL422", "HL423", "HL424"),
    "runtime": ("HL407", "HL408"),
    "package manager": ("HL404", "HL405", "HL413"),
    "install": ("HL406", "HL409", "HL410", "HL412", "HL414", "HL420"),
    "build": ("HL208", "HL418", "HL419", "HL421"),
    "slug": ("HL402", "HL403"),
    "process types": ("HL101", "HL102", "HL103", "HL104", "HL105", "HL110", "HL111", "HL115", "HL118", "HL411"),
    "release": ("HL114",),
}
"""The rules that have something to say of each step."""
_FILES = {
    "node": ("package", "yarn.lock", "pnpm", "npm-", ".npmrc", ".yarnrc", "node_modules/", ".heroku/node"),
    "ruby": ("Gemfile", ".ruby-version", ".bundle/", "vendor/bundle/", "Rakefile", "config.ru"),
    "go": ("go.", "vendor/", "Gopkg", "Godeps/", "glide.yaml"),
    "php": ("composer.", "index.php", ".heroku/php"),
    "java": ("pom.xml", "system.properties", "build.gradle", "settings.gradle", "gradle", "mvnw", ".mvn/", ".jdk"),
    "scala": ("build.sbt", "project/"),
    "python": (
        "requirements",
        "Pipfile",
        "pyproject.toml",
        "poetry.lock",
        "uv.lock",
        "runtime.txt",
        ".python-version",
        "setup.",
        "venv/",
        ".venv/",
    ),
}
"""Beginnings of the paths by which a finding belongs to the build of a language."""
_STOPS = ("the build stops", "the push is refused", "every build, is refused", "setting the app up is refused")
"""How rules say that nothing comes after it."""


def foretell(root: Path, config: Config, options: RunOptions) -> tuple[Result, tuple[AppForecast, ...]]:
    """What a push of the folder comes to, app by app. Raises ConfigError."""
    from herolint import engine
    from herolint.app.forecast import stages

    codes = tuple(code for listed in _RULES.values() for code in listed)
    result, apps = engine.judge(root, config.with_options(select=codes, extend_select=()), options)
    told = []
    for app in apps:
        findings = [finding for finding in result.findings if finding.app == app.root.path]
        refused = not app.is_container and not app.listed_buildpacks and not app.detected
        told.append(AppForecast(app.root.path, _steps(stages(app), findings, app, refused=refused), refused))
    return result, tuple(told)


def _steps(stages: Iterable[Stage], findings: list[Finding], app: App, *, refused: bool) -> tuple[ForecastStep, ...]:
    steps = [
        ForecastStep(step.kind, stage.buildpack, _told(step), advice=_advice(stage, step), stops=step.stops)
        for stage in stages
        for step in stage.steps
    ]
    languages = {stage.buildpack: stage.language for stage in stages}
    held: dict[int, list[Finding]] = {}
    for finding in findings:
        held.setdefault(_place(finding, steps, languages, app), []).append(finding)
    found: list[ForecastStep] = []
    stopped = False
    for number, step in enumerate(steps):
        mine = tuple(sorted(held.get(number, ()), key=lambda finding: -finding.severity))
        stops = not stopped and (step.stops or (refused and step.kind == "buildpacks") or any(stops_build(finding) for finding in mine))
        found.append(msgspec.structs.replace(step, findings=mine, stops=stops, reached=not stopped))
        stopped = stopped or stops
    return tuple(found)


def _told(step: Step) -> tuple[Line, ...]:
    """The lines of a step, which quote commands and addresses, without the secrets in them."""
    return tuple(msgspec.structs.replace(line, text=masked(line.text), because=masked(line.because)) for line in step.lines)


def _advice(stage: Stage, step: Step) -> tuple[Outcome, ...]:
    """The warnings of a stage that a step shows: those about a place that it goes by, the last step all others."""

    def goes_by(other: Step, one: Outcome) -> bool:
        places = [(line.at.path, line.at.span) for line in other.lines if line.at is not None]
        return (one.at.path, one.at.span) in places

    found = []
    for one in stage.advice:
        owner = next((other for other in stage.steps if goes_by(other, one)), stage.steps[-1])
        if owner is step:
            found.append(one)
    return tuple(found)


def stops_build(finding: Finding) -> bool:
    """Whether nothing is deployed because of a finding, rather than what is deployed does not run."""
    return finding.severity is Severity.ERROR and any(words in finding.why for words in _STOPS)


def _place(finding: Finding, steps: list[ForecastStep], languages: dict[str, str], app: App) -> int:
    """The number of the step that a finding belongs to."""
    kind = next(kind for kind, codes in _RULES.items() if finding.code in codes)
    if finding.process == "release" and not stops_build(finding):
        kind = "release"
    elif kind in ("install", "build") and finding.severity is Severity.ERROR and not stops_build(finding):
        kind = "process types"  # the build goes well, and what it made does not run
    language = _language(finding, app)
    near = [n for n, step in enumerate(steps) if step.kind == kind]
    mine = [n for n in near if languages.get(steps[n].buildpack) == language]
    if mine or near:
        return (mine or near)[-1 if not mine else 0]
    return max(n for n, step in enumerate(steps) if KINDS.index(step.kind) <= KINDS.index(kind))


def _language(finding: Finding, app: App) -> str:
    path = finding.at.path.removeprefix(f"{app.root.path}/") if app.root.path else finding.at.path
    for language, starts in _FILES.items():
        if path.startswith(starts):
            return language
    found = language_of(path)
    return "node" if found == "javascript" else found or app.language
