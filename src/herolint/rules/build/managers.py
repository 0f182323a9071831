"""Package managers: which one builds, what stands in each other's way, and what should not be in the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from herolint.app.building.python_build import builds_python
from herolint.app.keeping.storage import absolute, path_text
from herolint.app.linking.operators import HOME
from herolint.app.linking.values import Items
from herolint.app.model import App
from herolint.changes import AddLines, Resave
from herolint.finding import Finding, Fix, Place
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL404", "conflicting-package-managers", ERROR, WARNING)
def conflicting_package_managers(app: App) -> Iterator[Finding]:
    """A buildpack finds two package managers, or none that it can use."""
    yield from told(app, "HL404", "managers")


@rule("HL409", "requirements-encoding", ERROR, WARNING)
def requirements_encoding(app: App) -> Iterator[Finding]:
    """requirements.txt is not text that pip can read."""
    source = app.document("requirements.txt") if builds_python(app) else None
    if source is None:
        return
    if source.is_binary or (source.encoding_problem and not _has_coding_line(source.text)):
        wide = source.data[:200].count(0) * 4 > len(source.data[:200])
        what = "looks like UTF-16 without a byte order mark" if wide else source.encoding_problem or "is not text"
        yield report(
            "HL409",
            f"pip cannot read requirements.txt: it {what}"
            if wide or not source.encoding_problem
            else f"pip cannot read requirements.txt: it is {what}",
            Place("requirements.txt"),
            why="the build stops: Unable to install dependencies using pip",
            fix="save it as UTF-8; in PowerShell: `pip freeze | Out-File -Encoding ascii requirements.txt`",
        )
    elif source.encoding.startswith("utf-16") and "\ufffe" not in source.text and b"\n" in source.data and _mixed(source.text):
        yield report(
            "HL409",
            "requirements.txt mixes UTF-16 and UTF-8: lines were added in another encoding",
            Place("requirements.txt"),
            why="the build stops: Unable to install dependencies using pip",
            fix="save it anew as UTF-8",
        )
    elif source.encoding.startswith("utf-16"):
        yield report(
            "HL409",
            "requirements.txt is UTF-16: pip reads it, other tools do not",
            Place("requirements.txt"),
            severity=WARNING,
            why="git shows it as binary, and a line added by an editor or a script breaks it",
            fix=Fix(
                "save it as UTF-8; in PowerShell: `pip freeze | Out-File -Encoding ascii requirements.txt`",
                (Resave("requirements.txt"),),
                safe=True,
            ),
        )


def _has_coding_line(text: str) -> bool:
    return any(re.match(r"#.*coding[:=]\s*[-\w.]+", line) for line in text.splitlines()[:2])


def _mixed(text: str) -> bool:
    """Whether the decoded text holds characters that only wrongly paired bytes give."""
    return any(ord(char) > 0x2FFF for char in text)


_ARTIFACTS = (
    (
        re.compile(r"(?!\.yarn/)(?P<root>(?:.*/)?node_modules)/"),
        "npm installs them again while it builds; committed ones may be of another system",
        "node_modules",
    ),
    (re.compile(r"(?P<root>.*?__pycache__)/|.*\.pyc\Z"), "Python makes them again; stale ones only confuse", "compiled Python files"),
    (re.compile(r"(?P<root>(?:.*/)?vendor/bundle)/"), "Bundler installs them again while it builds", "vendor/bundle"),
    (
        re.compile(r"(?P<root>log)/(?:development|test|production|staging|sidekiq)\.log\Z"),
        "what was logged on one machine is in every push and slug, with all that visitors sent",
        "log files",
    ),
)


_IN_TESTS = re.compile(r"(?:^|/)(?:tests?|specs?|fixtures?|testdata|__tests__)/")
"""Folders in which packages are committed on purpose: something is tried out on them."""


@rule("HL413", "artifacts-committed", WARNING, ERROR)
def artifacts_committed(app: App) -> Iterator[Finding]:
    """What the build makes is in the repository."""
    yield from told(app, "HL413", "committed")
    yield from _environments(app)
    if not app.root.path:  # the files of folders are the root's too
        yield from _generated(app)
    yield from _collected_static(app)
    yield from _compiled(app)


def _compiled(app: App) -> Iterator[Finding]:
    """What a process starts is a compiler's output in the repository, and no script of the build makes it anew."""
    seen: set[str] = set()
    for process in app.processes.values() if not app.is_container else ():
        for script in (launch.script for launch in process.launches if launch.tool == "node" and not launch.command.conditional):
            if script is None or script in seen or script not in app.slug or app.build_makes(script):
                continue
            seen.add(script)
            source = app.code.node_paths.source_of(script)
            if source is None or source.rpartition(".")[2] == script.rpartition(".")[2]:
                continue
            yield report(
                "HL413",
                f"{script} is compiled from {source} and committed, and no build makes it anew",
                Place(script),
                why=f"a change of {source} only reaches the dyno when somebody compiles it and commits that too",
                related=(Place(source, None, "its source"),),
                fix=f'add `"build": "tsc"` to the scripts of package.json, `git rm -r --cached {posixpath.dirname(script) or script}`,'
                " and ignore it",
                process=process.name,
            )


def _environments(app: App) -> Iterator[Finding]:
    for path in app.slug:
        folder, _, name = path.rpartition("/")
        refused = builds_python(app) and folder in ("venv", ".venv") and name == "pyvenv.cfg"
        if refused:
            yield report(
                "HL413",
                f"a virtual environment is committed in {folder}/",
                Place(path),
                severity=ERROR,
                why=f"the build stops: Existing '{folder}/' directory found",
                fix=_untracked(app, folder),
            )
        elif name == "pyvenv.cfg" and folder.count("/") < 2:
            yield _environment(app, folder, path)
    for folder in _old_environments(app):
        yield _environment(app, folder, next(path for path in app.slug if path.startswith(f"{folder}/")))
    if builds_python(app) and app.workspace.is_dir(".heroku/python"):
        yield report(
            "HL413",
            ".heroku/python is committed",
            Place(".heroku/python"),
            severity=ERROR,
            why="the build stops: Existing '.heroku/python/' directory found",
            fix=_untracked(app, ".heroku"),
        )


def _environment(app: App, folder: str, path: str) -> Finding:
    return report(
        "HL413",
        f"a virtual environment is committed in {folder or '.'}/",
        Place(path),
        why="it is made for another machine, is not used, and makes the slug large",
        fix=_untracked(app, folder),
    )


def _untracked(app: App, folder: str, *lines: str) -> Fix:
    """Lines for .gitignore (else the folder); git's index is only changed by who keeps the repository."""
    lines = lines or (f"{folder}/",)
    known = app.source(".gitignore")
    missing = tuple(line for line in lines if known is None or line not in known.text.splitlines())
    named = " and ".join(f"`{line}`" for line in lines)
    command = f"git rm -r --cached {folder}"
    read = known is None or known.encoding in ("utf-8", "latin-1")  # git knows no other
    edits = (AddLines(".gitignore", missing),) if missing and folder and read else ()
    return Fix(f"`{command}` and add {named} to .gitignore", edits, safe=True, then=f"`{command}`, which leaves the files where they are")


def _old_environments(app: App) -> tuple[str, ...]:
    """Folders of environments as virtualenv made them before it wrote pyvenv.cfg: a script that activates them, and installed packages."""
    found = []
    for path in app.slug:
        folder = next((path.removesuffix(end) for end in ("/bin/activate", "/Scripts/activate") if path.endswith(end)), "")
        if folder and folder.count("/") < 2 and f"{folder}/pyvenv.cfg" not in app.slug:
            if any(other.startswith((f"{folder}/lib/", f"{folder}/Lib/")) and "/site-packages/" in other for other in app.slug):
                found.append(folder)
    return tuple(found)


def _generated(app: App) -> Iterator[Finding]:
    environments = tuple(path.rpartition("/")[0] + "/" for path in app.workspace.files if path.endswith("pyvenv.cfg"))
    environments += tuple(f"{folder}/" for folder in _old_environments(app))
    for pattern, why, what in _ARTIFACTS:
        paths = [
            path
            for path in app.slug
            if pattern.match(path)
            and not path.startswith(environments)
            and ("node_modules/" not in path or (what == "node_modules" and not _IN_TESTS.search(path.partition("node_modules/")[0])))
            and (what != "log files" or app.workspace.slug_files[path].size)
        ]
        if not paths:
            continue
        if what == "node_modules":
            paths.sort(key=lambda path: path.startswith("node_modules/"), reverse=True)  # those in folders come along
        match = pattern.match(paths[0])
        root = match["root"] if match and match["root"] else paths[0]
        yield report(
            "HL413",
            f"{what} are committed ({len(paths)} file{'s' if len(paths) > 1 else ''})"
            if what != "node_modules"
            else f"{root}/ is committed ({len(paths)} files)",
            Place(paths[0]),
            why=why,
            fix=_untracked(app, root)
            if what == "node_modules" and match and match["root"]
            else "`git rm -r --cached` them and add "
            + {"node_modules": "`node_modules/`", "vendor/bundle": "`vendor/bundle/`", "log files": "`log/*.log`"}.get(
                what, "`__pycache__/` and `*.pyc`"
            )
            + " to .gitignore",
        )


def _collected_static(app: App) -> Iterator[Finding]:
    """Django's STATIC_ROOT with what collectstatic put there."""
    admin = [
        path
        for path in app.slug
        if path.endswith(("/admin/css/base.css", "/staticfiles.json")) and not path.startswith(("node_modules/", "venv/", "env/"))
    ]
    roots = sorted(
        {path.removesuffix("/admin/css/base.css").removesuffix("/staticfiles.json") for path in admin if "site-packages" not in path}
    )
    roots = [root for root in roots if not _holds_sources(app, root)]
    if roots and app.dependencies.has("django"):
        count = sum(path.startswith(roots[0] + "/") for path in app.slug)
        yield report(
            "HL413",
            f"what collectstatic gathers is committed in {roots[0]}/ ({count} files)",
            Place(next(path for path in app.slug if path.startswith(roots[0] + "/"))),
            why="the build gathers it again; a committed copy goes stale and makes every push larger",
            fix=f"`git rm -r --cached {roots[0]}` and add it to .gitignore",
        )


def _holds_sources(app: App, folder: str) -> bool:
    """Whether the settings name a folder as one that static files are collected from, so that it has files of the app's own."""
    django = app.code.django if app.has("code") else None
    named = django.setting("STATICFILES_DIRS") if django is not None else None
    items = named.value.items if named is not None and isinstance(named.value, Items) else ()
    return any((text := path_text(item)) is not None and absolute(text) == f"{HOME}/{folder}" for item in items)
