"""herolint as a library: what `import herolint` offers, and what the command line is made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from herolint.config import Config, ConfigError, check_platform, load_config
from herolint.context import Context, ContextError, load_context
from herolint.finding import Confidence, Finding, Fix, Place, Problem, Severity
from herolint.result import Result

if TYPE_CHECKING:
    from herolint.baseline import Baseline
    from herolint.committed import Committed
    from herolint.online import Online
    from herolint.reports import RuleInfo

__all__ = [
    "Confidence",
    "Config",
    "ConfigError",
    "Context",
    "ContextError",
    "Finding",
    "Fix",
    "Place",
    "Problem",
    "Result",
    "Severity",
    "check",
    "load_config",
    "load_context",
    "render",
]

_FOR_PEOPLE = ("text", "concise")
"""Formats that tell nothing of the rules' pages."""


def check(
    path: str | os.PathLike[str] = ".",
    *,
    config: Config | str | os.PathLike[str] | None = None,
    select: Iterable[str] = (),
    extend_select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Severity | None = None,
    platform: str | None = None,
    pedantic: bool | None = None,
    context: Context | str | os.PathLike[str] | None = None,
    today: date | None = None,
    cache: bool = True,
    baseline: bool | Baseline = True,
    online: bool = False,
    changed_since: str | None = None,
    changed: Mapping[str, bytes | None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Result:
    """Lint the folder `path` as the platform would receive it. Nothing in it is run or imported, and nothing is written there.

    `config` is a configuration file or a `Config`; without one it is found upwards from the folder as on the command line, and `Config()`
    stands for none. `select`, `extend_select` and `ignore` take words for rules (`HL105`, `HL2`, `port-not-bound`, `ALL`); they,
    `severity`, `platform` and `pedantic` change what the configuration says, `ignore` and `extend_select` by adding to it. `context` says
    what is known of the deployed app: a `Context`, or a file of what `heroku config --json` and its like print. `today` is the day to
    judge by. `cache=False` neither reads nor writes the user's cache of parsed files; `baseline=False` reports also what stands in the
    folder's baseline, and a `Baseline` counts in its place. `online` lets `uv` and the package index be asked what no file tells; without
    it nothing touches the network. `changed_since` names a commit, and only findings that rest on files changed since are in the result.
    `changed` gives files another content than they have on the disk (None: they are not there), by their paths from the folder. `say` is
    told what is being done, for a progress line.

    Findings are in `result.findings`, sorted by file and place; what could not be read in `result.problems`.

    Raises NotADirectoryError where `path` is no folder, ConfigError for a configuration or a rule that does not exist or cannot be
    used, ContextError for such a context.
    """
    from herolint import engine

    root = Path(path)
    if not root.is_dir():
        raise NotADirectoryError(f"{root}: not a folder; herolint reads a whole repository, so give its folder")
    told = _configuration(root, config)
    told = told.with_options(
        "herolint.check",
        select=tuple(select),
        extend_select=_added(told.extend_select, extend_select),
        ignore=_added(told.ignore, ignore),
        severity=severity,
        platform=platform,
        pedantic=pedantic,
    )
    check_platform(told.platform, told.origins.get("platform", "herolint.check"))
    known = context if isinstance(context, Context) else Context() if context is None else load_context(Path(context))
    options = engine.RunOptions(
        today=today or date.today(),
        context=known,
        cache=cache,
        baseline=baseline,
        say=say or _say_nothing,
        since=_committed(root, changed_since) if changed_since is not None else None,
        changed=changed or {},
        online=_online(root, cache=cache) if online else None,
    )
    return engine.run(root, told, options)


def render(
    result: Result,
    format_name: str = "text",
    *,
    color: bool = False,
    width: int = 80,
    links: bool = False,
    verbose: int = 0,
    show_suppressed: bool = False,
) -> str:
    """A result in one of the formats of the command line (`text`, `json`, `sarif`, `html` …), with a line break at its end.

    `color` and `links` are for terminals, `width` in their columns; `verbose` counts as `-v` does. Raises ValueError when there is no
    such format.
    """
    from herolint import plugins, reports

    options = reports.Options(
        color=color,
        width=width,
        links=links,
        verbose=verbose,
        show_suppressed=show_suppressed,
        rules=_rule_infos(result) if format_name not in _FOR_PEOPLE else (),
    )
    own = plugins.provided().reports.get(format_name)
    return own(result, options) if own and format_name not in reports.FORMATS else reports.render(format_name, result, options)


def _configuration(root: Path, given: Config | str | os.PathLike[str] | None) -> Config:
    if isinstance(given, Config):
        return given
    return load_config(root, Path(given) if given is not None else None)


def _added(before: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...] | None:
    """Words with some more behind them; None where there are no more, so that the configuration stays their origin."""
    added = tuple(more)
    return (*before, *added) if added else None


def _online(root: Path, *, cache: bool) -> Online:
    from herolint.online import Online

    return Online.for_user(root, cache=cache)


def _committed(root: Path, commit: str) -> Committed:
    from herolint.committed import Committed

    return Committed(root, commit)


def _say_nothing(_doing: str) -> None:
    """No progress line."""


def _rule_infos(result: Result) -> tuple[RuleInfo, ...]:
    """What documents tell about the rules."""
    from herolint import engine, pages
    from herolint.page_text import page_text
    from herolint.reports import RuleInfo

    infos = []
    for rule in engine.load_rules(Path(result.root))[0]:
        page = pages.load_page(rule.code)
        summary, text = (page.summary, page_text(page)) if page else ("", "")
        infos.append(RuleInfo(rule.code, rule.name, rule.severity.word, summary, text, text))
    return tuple(infos)
