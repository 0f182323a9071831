"""The module that a server or an interpreter is told to load, and the object in it."""

from __future__ import annotations

from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.processes import Process
from herolint.code.facts import NONE
from herolint.finding import Confidence, Place
from herolint.rules.process.own_files import deeper_folder, is_known_module, look_in, startable_packages
from herolint.rules.process.places import Missing, holds_other_files


def missing_module(app: App, process: Process, launch: Launch, at: Place) -> Missing | None:
    """A module that is not there, lies where the server does not look, or lacks the object that is named."""
    module = launch.module or ""
    code = app.code.code
    if holds_other_files(app, process) or not code.files:
        return None
    path = app.code.entry_points.named_module(module)
    if path is None:
        if _may_be_elsewhere(app, launch, module):
            return None
        found = _near_modules(app, module)
        own = [] if found or launch.tool != "python" else startable_packages(app)
        found = found or own
        near = next(iter(found), None)
        case = near is not None and near.lower() == module.lower()
        message = f"{process.name} starts the module {module}, " + (
            f"but it is called {near}" if case else "which is not in the repository"
        )
        from herolint.app.mends.target_edits import instead

        return (
            message,
            at,
            instead(app, launch, module, found, safe=case) if near else f"name the module that holds the app instead of `{module}`",
            Confidence.HIGH if case or not (own or app.dependencies.unread) else Confidence.MEDIUM,
        )
    if (folder := deeper_folder(app, launch, path)) is not None:
        message = f"{process.name} starts the module {module}, which lies in {folder}/, where it does not look"
        return message, at, look_in(launch, folder), Confidence.HIGH
    if launch.attr and launch.tool != "celery":
        return _missing_object(app, process, launch, path, at)
    if launch.tool == "gunicorn":
        return _missing_object(app, process, launch, path, at, "application")
    return None


def _may_be_elsewhere(app: App, launch: Launch, module: str) -> bool:
    """Whether a module that the code does not have may come from a package, from a folder, or from what `.slugignore` removes."""
    code = app.code.code
    top = module.partition(".")[0]
    if (
        app.dependencies.imports(top)
        or (code.is_folder(module) and launch.tool == "celery")
        or (
            launch.tool == "python"
            and not code.find(top)
            and not code.is_folder(top)
            and (is_known_module(top) or not startable_packages(app))
        )
    ):
        return True
    if launch.tool == "celery" and (code.find(f"{module}.celery") or _has_name(app, module)):
        return True
    if any(
        app.workspace.exists(f"{root}/{module.replace('.', '/')}{end}".lstrip("/"))
        for root in code.roots
        for end in (".py", "/__init__.py")
    ):
        return True  # .slugignore removes it, which is another finding
    return (
        code.find(top) is None
        and not code.is_folder(top)
        and bool(app.dependencies.unread or app.dependencies.editable)
        and not _near_modules(app, module)
    )


def _has_name(app: App, dotted: str) -> bool:
    """Whether the last part of a dotted name is a name in the module before it."""
    module, _, name = dotted.rpartition(".")
    path = app.code.code.find(module)
    mod = app.code.code.mod(path) if path else None
    return mod is not None and name in mod.names.get(NONE, {})


def _near_modules(app: App, module: str) -> list[str]:
    """The app's own modules of the same last name, in any letter case, the nearest to the root first."""
    last = module.rpartition(".")[2].lower()
    own = sorted((p for p in app.code.code.files if "site-packages/" not in p), key=lambda p: (p.count("/"), p))
    paths = [p for p in own if p.rpartition("/")[2].lower() == f"{last}.py"]
    paths += [p for p in own if f"/{p}".lower().endswith(f"/{last}/__init__.py")]
    return [app.code.code.dotted(p) for p in paths]


def _missing_object(app: App, process: Process, launch: Launch, path: str, at: Place, default: str = "") -> Missing | None:
    mod = app.code.code.mod(path)
    name = (launch.attr or default).partition(".")[0]
    if mod is None or not name or mod.facts.errors:
        return None
    names = mod.names.get(NONE, {})
    if (
        name in names
        or name == "__dict__"
        or any(i.name == "*" for i in mod.facts.imports)
        or "__getattr__" in names
        or "globals()" in mod.source.text
    ):
        return None
    if path.endswith("__init__.py") and app.code.code.find(f"{launch.module}.{name}"):
        return None
    if any(known == name for _, known in mod.facts.globals):
        return None
    found = next((n for n in ("app", "application", "server", "create_app", "wsgi_app", "api", "asgi") if n in names), None)
    from herolint.app.mends.target_edits import other_object

    fix = other_object(app, launch, found) if found else f"define `{name}` in {path}"
    missing = f"{process.name} loads {name} from {path}, which does not define it"
    return missing, at, fix, Confidence.HIGH
