"""One HTML file that shows everything: the verdict, each app, the findings with their code, the slug, the processes, what the rules mean.

It needs no network, no script and no file beside it; boxes that hide severities work by style alone, and what a policy in its head does
not allow (scripts, pictures, anything from elsewhere) no browser does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import PurePath

from herolint import __version__
from herolint.reports import Options
from herolint.reports.html_ import findings, overview, process_map, rules, slug
from herolint.reports.html_.markup import text
from herolint.result import Result

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(result: Result, options: Options) -> str:
    """The whole file."""
    sections = [(key, title, body) for key, title, body in _sections(result, options) if body]
    name = text(result.name or PurePath(result.root).name) or "This repository"
    links = "".join(f'<li><a href="#{key}">{title}</a></li>' for key, title, _ in sections)
    body = "\n".join(
        f'<section id="{key}" aria-labelledby="{key}-title"><h2 id="{key}-title">{title}</h2>\n{inner}\n</section>'
        for key, title, inner in sections
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="herolint {__version__}">
<title>{name}: herolint</title>
<style>
{_style()}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<p class="brand">herolint</p>
<h1>{name}</h1>
{overview.verdict(result)}
{overview.counted(result)}
<p class="soft">{overview.dated(result)}</p>
<nav aria-label="Sections"><ul>{links}</ul></nav>
</header>
<main id="main" tabindex="-1">
{body}
</main>
<footer><p>herolint {__version__} read the files as a push would send them; it ran nothing and asked nobody.</p></footer>
</body>
</html>
"""


def _sections(result: Result, options: Options) -> Iterable[tuple[str, str, str]]:
    """Id, title and content of each section; those without content are left out."""
    yield "apps", "App" if len(result.apps) == 1 else "Apps", _wrapped("cards", overview.apps(result))
    yield "findings", "Findings", _joined(findings.findings(result))
    yield "processes", "Processes", _joined(process_map.maps(result))
    yield "slug", "Slug", _joined(slug.slugs(result))
    yield "problems", "Not read or not done", _joined(findings.problems(result)) if result.problems else ""
    if options.show_suppressed and result.suppressed:
        yield "suppressed", "Accepted", _joined(findings.suppressed(result))
    yield "rules", "Rules", _joined(rules.rules(result.findings, options))


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _wrapped(name: str, parts: Iterable[str]) -> str:
    inner = _joined(parts)
    return f'<div class="{name}">{inner}</div>' if inner else ""


@cache
def _style() -> str:
    return files("herolint.reports.html_").joinpath("style.css").read_text("utf-8")
