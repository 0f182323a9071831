"""Walks the rooms once: workspace, apps, rules, suppression, result. One rule that fails never stops the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from herolint import baseline, plugins
from herolint.baseline import Baseline
from herolint.config import Config, ConfigError
from herolint.context import Context
from herolint.finding import Finding, Problem, Severity
from herolint.masking import hide, problem_without_secrets, secrets_near, without_secrets
from herolint.moving import moved, moved_problem
from herolint.result import AppSummary, Judgement
from herolint.rules import index
from herolint.rules.registry import Rule, all_rules
from herolint.selection import select_rules
from herolint.settling import Settled, settle
from herolint.suppress import Scope

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.app.overview import AppOverview
    from herolint.code.cache import FactCache
    from herolint.committed import Committed
    from herolint.online import Online
    from herolint.result import Result
    from herolint.since import Since
    from herolint.workspace import Workspace


class RunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a run needs besides the configuration. `say` is told what is being done, for a progress line."""

    today: date
    context: Context = Context()
    cache: bool | FactCache = True
    """Whether facts and judgements are kept between runs, or where."""
    baseline: bool | Baseline = True
    """Whether findings that stand in the folder's baseline are left out, or a baseline to go by in its place."""
    say: Callable[[str], None] = lambda _doing: None
    online: Online | None = None
    """Whom to ask what only the network knows; None: nobody, nothing leaves the machine."""
    since: Committed | None = None
    """The commit since which a file must have changed for what rests on it to be reported; None: everything is."""
    changed: Mapping[str, bytes | None] = {}
    """Files that are judged with this content and not with what lies on disk; None: as if they were not there."""


def load_rules(root: Path) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """All rules, built in and from plugins, and the plugins that could not be used when linting `root`."""
    index.register()
    problems = plugins.load(root)
    return all_rules(), problems


def run(root: Path, config: Config, options: RunOptions) -> Result:
    """Lint the folder `root`. Raises ConfigError when the configuration names a rule that does not exist."""
    return _Run(root, config, options).result()


def judge(root: Path, config: Config, options: RunOptions) -> tuple[Result, list[App]]:
    """Lint the folder `root`; also gives the apps, for further questions to them. Raises ConfigError."""
    run = _Run(root, config, options)
    return run.result(), run.apps


def open_apps(root: Path, config: Config, options: RunOptions) -> tuple[Workspace, list[App]]:
    """The workspace at `root` and the apps in it, nothing about them computed yet."""
    workspace = _opened(root, options)
    return workspace, apps_in(workspace, config, options, _cache(options))


def _opened(root: Path, options: RunOptions) -> Workspace:
    """The files of the repository, with what the options say of changed ones."""
    from herolint.workspace import open_workspace

    workspace = open_workspace(root)
    if not options.changed:
        return workspace
    from herolint.workspace.overlay import overlaid

    return overlaid(workspace, options.changed)


def apps_in(
    workspace: Workspace,
    config: Config,
    options: RunOptions,
    cache: FactCache | None,
    rule_options: Mapping[str, Mapping[str, object]] | None = None,
) -> list[App]:
    """The apps of a workspace, nothing about them computed yet but what their workflows push."""
    from herolint.app.model import App
    from herolint.app.pushed import pushed_apps
    from herolint.platforms import load as load_platform
    from herolint.workspace.apps import AppRoot, find_apps

    platform = load_platform(config.platform)
    context = options.context.over(config.app)
    knowledge = (config.knowledge, *(_table(path) for path in plugins.provided().knowledge))

    def app_at(found: AppRoot, told: Context) -> App:
        at = workspace.sub(found.path) if found.path else workspace
        return App(at, found, told, platform, options.today, cache, knowledge, rule_options or {}, options.online)

    found = find_apps(workspace)
    first = app_at(found[0], context)
    return [first if root is first.root else app_at(root, told) for root, told in pushed_apps(first, found)]


def _cache(options: RunOptions) -> FactCache | None:
    if not isinstance(options.cache, bool):
        return options.cache
    if not options.cache:
        return None
    from herolint.code.cache import FactCache

    return FactCache()


def _table(path: Path) -> Mapping[str, object]:
    """A plugin's knowledge table. Raises ConfigError when it is no TOML."""
    import tomllib

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"knowledge table {path}: {error}") from None


class _Run:
    """One run: collects findings and problems app by app, then settles them."""

    def __init__(self, root: Path, config: Config, options: RunOptions) -> None:
        self.root = root
        self.config = config
        self.options = options
        self.rules, problems = load_rules(root)
        self.selection = select_rules(config, self.rules)
        self.problems = list(problems)
        self.cache = _cache(options)

    @cached_property
    def workspace(self) -> Workspace:
        """The files of the repository."""
        return _opened(self.root, self.options)

    @cached_property
    def apps(self) -> list[App]:
        """The apps in it; made when somebody asks for them, which nobody does where an earlier judgement still holds."""
        return apps_in(self.workspace, self.config, self.options, self.cache, self.selection.options)

    def result(self) -> Result:
        from herolint.result import Result
        from herolint.workspace.opening import repository_folder

        self.options.say("reading the repository")
        judgement = self.judgement()
        hidden = hide(judgement.secrets, self.workspace)
        findings = [without_secrets(finding, hidden) for finding in judgement.findings] if judgement.secrets else judgement.findings
        places = {(finding.at.path, finding.at.span) for finding in judgement.findings}
        problems = (one for one in judgement.problems if one.span is None or (one.path, one.span) not in places)
        told = (*problems, *self.workspace.problems)
        self.problems += (problem_without_secrets(problem, hidden) for problem in told)
        self.problems += (Problem(message=text) for text in (self.options.online.problems if self.options.online else ()))
        settled = self.settled(findings)
        self.problems += settled.problems
        return Result(
            findings=settled.findings,
            suppressed=settled.suppressed,
            problems=tuple(_distinct(self.problems)),
            apps=judgement.apps,
            hidden_unsure=settled.unsure,
            hidden_unchanged=settled.unchanged,
            facts_date=judgement.facts_date,
            today=self.options.today.isoformat(),
            root=str(self.root),
            folder=repository_folder(self.root),
            name=self.root.resolve().name,
            source=self.workspace.read,
            overview=cache(self.overview),
        )

    def overview(self) -> tuple[AppOverview, ...]:
        """The apps at a glance."""
        from herolint.app.overview import overview

        return tuple(overview(app) for app in self.apps)

    def judgement(self) -> Judgement:
        """What the rules say of the apps: as in an earlier run where nothing has changed since."""
        if self.cache is None or self.options.online is not None or plugins.provided() != plugins.Provided():
            return self.judge_all()
        from herolint.kept import Keeper

        said = (self.config, self.options.today, self.options.context, self.selection.codes)
        keeper = Keeper(self.cache, self.workspace, said)
        judgement = keeper.find()
        if judgement is None:
            judgement = self.judge_all()
            keeper.keep(judgement)
        return judgement

    def judge_all(self) -> Judgement:
        """Run the rules over each app."""
        findings: list[Finding] = []
        problems: list[Problem] = []
        summaries: list[AppSummary] = []
        for app in self.apps:
            told = {_said(finding) for finding in findings}
            findings += (finding for finding in self.judge(app, problems) if _said(finding) not in told)
            processes, language = self.summary(app, problems)
            same = next((one for one in summaries if one.path == app.root.path), None)
            if same is None:
                summaries.append(AppSummary(path=app.root.path, processes=processes, language=language))
            else:  # another Procfile of the same folder
                both = tuple(dict.fromkeys((*same.processes, *processes)))
                summaries[summaries.index(same)] = msgspec.structs.replace(same, processes=both)
        facts_date = self.apps[0].platform.checked if self.apps else ""
        secrets = secrets_near(findings, self.workspace)
        return Judgement(tuple(findings), tuple(problems), tuple(summaries), tuple(secrets), facts_date)

    def judge(self, app: App, problems: list[Problem]) -> Iterator[Finding]:
        """Run every selected rule whose facts the app can supply."""
        for rule in self.selection.enabled:
            self.options.say(f"{rule.code} {rule.name}" + (f" in {app.root.path}" if app.root.path else ""))
            found: list[Finding] = []
            try:
                if all(app.has(need) for need in rule.needs):
                    found.extend(rule.check(app))  # a rule that raises half-way keeps what it found before
            except Exception as error:  # noqa: BLE001 - whatever goes wrong in one rule, the others go on
                problems.append(_failed(rule, error))
            yield from (self.localised(finding, app) for finding in found)
        problems += (moved_problem(problem, app.root.path) for problem in app.problems)

    def summary(self, app: App, problems: list[Problem]) -> tuple[tuple[str, ...], str]:
        """The app's process types and language, as far as they could be made out."""
        try:
            return tuple(app.processes), app.language
        except Exception as error:  # noqa: BLE001 - the rest of the report stays intact
            message = f"the process types of {app.label} could not be made out: {_first_line(error)}"
            problems.append(Problem(message=message, path=app.root.path, detail=_frames(error)))
            return (), ""

    def localised(self, finding: Finding, app: App) -> Finding:
        """A finding with paths relative to the analysed root and the severity that the configuration wants."""
        severity = self.selection.severities.get(finding.code, finding.severity)
        return msgspec.structs.replace(moved(finding, app.root.path), app=app.root.path, severity=severity)

    def settled(self, findings: Iterable[Finding]) -> Settled:
        """What is left of the findings, and what was taken away and why."""
        scope = Scope(rules=self.rules, enabled=self.selection.codes, today=self.options.today, prefix=self.prefix())
        given = self.options.baseline
        before = given if isinstance(given, Baseline) else baseline.load(self.root) if given else None
        return settle(findings, self.workspace, self.config, scope, before, self.since())

    def since(self) -> Since | None:
        """What has changed, where only that is to be reported. Raises ConfigError."""
        if self.options.since is None:
            return None
        from herolint.since import Since

        return Since(self.options.since, self.workspace)

    def prefix(self) -> str:
        """What stands before a path to make it relative to the configuration's folder, with `/` at the end."""
        if self.config.folder is None:
            return ""
        relative = os.path.relpath(self.root.resolve(), self.config.folder).replace(os.sep, "/")
        return "" if relative == "." or relative.startswith("..") else relative + "/"


def _said(finding: Finding) -> tuple[object, ...]:
    """What a finding says and where: apps of one folder say the same of what they share."""
    return finding.code, finding.app, finding.at.path, finding.at.span, finding.message


def _failed(rule: Rule, error: Exception) -> Problem:
    message = f"rule {rule.code} {rule.name} failed: {_first_line(error)}; its findings are incomplete"
    return Problem(message=message, rule=rule.code, detail=_frames(error))


def _frames(error: Exception) -> str:
    """Where an exception came from, innermost call first, on one line."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}" for frame in reversed(frames))


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:200].rstrip(": ")


def _distinct(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Problems without repetitions, in the order of paths."""
    yield from sorted(dict.fromkeys(problems), key=lambda problem: (problem.path, problem.span or (-1, -1), problem.message))


def failing(result: Result, threshold: Severity | None, *, strict: bool) -> bool:
    """Whether a result fails the run: a finding at or over `threshold`, or under `strict` any problem."""
    if strict and result.problems:
        return True
    return threshold is not None and any(finding.severity >= threshold for finding in result.findings)
