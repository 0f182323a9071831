"""Package managers: which one builds, what stands in each other's way, and what should not be in the repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.python_build import MANAGERS, builds_python, manager_files
from herolint.finding import Finding, Place
from herolint.rules.build.outcomes import told
from herolint.rules.registry import ERROR, WARNING, report, rule

_MISSPELT = (
    "requeriments.txt",
    "requirement.txt",
    "requirements.text",
    "Requirements.txt",
    "requirements.txt.txt",
    "requirments.txt",
    "requirements",
    "requirements.in",
)


@rule("HL404", "conflicting-package-managers", ERROR, WARNING)
def conflicting_package_managers(app: App) -> Iterator[Finding]:
    """A buildpack finds two package managers, or none that it can use."""
    yield from told(app, "HL404", "managers")
    if not builds_python(app) or not app.root.deployed:
        return
    found = manager_files(app)
    if "Pipfile" in app.slug and "Pipfile.lock" not in app.slug:
        yield report(
            "HL404",
            "there is a Pipfile and no Pipfile.lock",
            Place("Pipfile"),
            why="the build stops: No 'Pipfile.lock' found! (a requirements.txt beside it does not help)",
            related=[Place(name, None, "not looked at") for name in found],
            fix="run `pipenv lock` and commit Pipfile.lock" + (", or delete the Pipfile" if found else ""),
        )
    elif len(found) > 1:
        names = " and ".join(found) if len(found) == 2 else ", ".join(found)
        yield report(
            "HL404",
            f"{names} stand side by side: the buildpack takes no choice",
            Place(found[0]),
            why="the build stops: Multiple Python package manager files were found",
            related=[Place(name, None, f"means {MANAGERS[name]}") for name in found[1:]],
            fix=f"keep the one that you use and delete the others from git ({', '.join(MANAGERS[name] for name in found)})",
        )
    elif not found:
        yield from _none(app)
    yield from _exported(app, found)


def _none(app: App) -> Iterator[Finding]:
    if (not app.detected and not app.listed_buildpacks) or any(name in app.workspace.files for name in MANAGERS):
        return  # no buildpack at all takes the app, or .slugignore removes the file: both are other findings
    wrong = next((name for name in _MISSPELT if app.workspace.exists(name)), None)
    if wrong is not None:
        yield report(
            "HL404",
            f"pip's file is called `requirements.txt`, not `{wrong}`",
            Place(wrong if wrong in app.workspace.files else ""),
            why="the build stops: Couldn't find any supported Python package manager files",
            fix=f"`git mv {wrong} requirements.txt`"
            if wrong in app.workspace.files
            else "write a `requirements.txt` that includes the folder's file: `-r requirements/production.txt`",
        )
    elif _is_python_app(app):
        at = next((name for name in ("setup.py", "pyproject.toml", "Procfile", "app.py", "main.py", "manage.py") if name in app.slug), "")
        sunset = "setup.py" in app.slug
        yield report(
            "HL404",
            "the Python buildpack finds no requirements.txt, Pipfile.lock, poetry.lock or uv.lock",
            Place(at),
            why="the build stops: "
            + ("Implicit setup.py file support has been sunset" if sunset else "Couldn't find any supported Python package manager files"),
            fix=_make_one(app),
        )


def _make_one(app: App) -> str:
    if app.pyproject is not None and app.pyproject.has_poetry:
        return "run `poetry lock` and commit poetry.lock"
    if app.pyproject is not None and app.pyproject.has_project:
        return "run `uv lock` and commit uv.lock"
    return (
        "write a `requirements.txt` with what the app imports; `-e .` installs what setup.py lists"
        if "setup.py" in app.slug
        else "write a `requirements.txt`, an empty one if nothing is needed"
    )


def _is_python_app(app: App) -> bool:
    """Whether Python processes would run: the Procfile says so."""
    return any(
        launch.tool in ("python", "django", "gunicorn", "uvicorn", "flask", "celery", "streamlit")
        for p in app.processes.values()
        for launch in p.launches
    )


def _exported(app: App, found: tuple[str, ...]) -> Iterator[Finding]:
    """A third-party buildpack that writes requirements.txt beside a lock file."""
    if app.app_json is None or not ({"poetry.lock", "uv.lock"} & set(found)):
        return
    for buildpack in app.app_json.buildpacks:
        row = app.platform.buildpack(buildpack.url)
        if row is not None and "requirements.txt" in row.writes:
            yield report(
                "HL404",
                f"this buildpack writes a requirements.txt beside {found[0]}, and heroku/python stops at the two",
                Place("app.json", buildpack.span, "writes requirements.txt"),
                why="the build stops: Multiple Python package manager files were found",
                fix=f"leave it out: heroku/python reads {found[0]} by itself",
            )


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
            fix="save it as UTF-8; in PowerShell: `pip freeze | Out-File -Encoding ascii requirements.txt`",
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


@rule("HL413", "artifacts-committed", WARNING, ERROR)
def artifacts_committed(app: App) -> Iterator[Finding]:
    """What the build makes is in the repository."""
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
                fix=f"`git rm -r --cached {folder}` and add `{folder}/` to .gitignore",
            )
        elif name == "pyvenv.cfg" and folder.count("/") < 2:
            yield _environment(folder, path)
    for folder in _old_environments(app):
        yield _environment(folder, next(path for path in app.slug if path.startswith(f"{folder}/")))
    if builds_python(app) and app.workspace.is_dir(".heroku/python"):
        yield report(
            "HL413",
            ".heroku/python is committed",
            Place(".heroku/python"),
            severity=ERROR,
            why="the build stops: Existing '.heroku/python/' directory found",
            fix="`git rm -r --cached .heroku` and add `.heroku/` to .gitignore",
        )


def _environment(folder: str, path: str) -> Finding:
    return report(
        "HL413",
        f"a virtual environment is committed in {folder or '.'}/",
        Place(path),
        why="it is made for another machine, is not used, and makes the slug large",
        fix=f"`git rm -r --cached {folder}` and add `{folder}/` to .gitignore",
    )


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
            and ("node_modules/" not in path or what == "node_modules")
            and (what != "log files" or app.workspace.slug_files[path].size)
        ]
        if not paths:
            continue
        match = pattern.match(paths[0])
        root = match["root"] if match and match["root"] else paths[0]
        yield report(
            "HL413",
            f"{what} are committed ({len(paths)} file{'s' if len(paths) > 1 else ''})"
            if what != "node_modules"
            else f"{root}/ is committed ({len(paths)} files)",
            Place(paths[0]),
            why=why,
            fix="`git rm -r --cached` them and add "
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
    if roots and app.dependencies.has("django"):
        count = sum(path.startswith(roots[0] + "/") for path in app.slug)
        yield report(
            "HL413",
            f"what collectstatic gathers is committed in {roots[0]}/ ({count} files)",
            Place(next(path for path in app.slug if path.startswith(roots[0] + "/"))),
            why="the build gathers it again; a committed copy goes stale and makes every push larger",
            fix=f"`git rm -r --cached {roots[0]}` and add it to .gitignore",
        )
