"""Rules about uploads that end on the dyno's disk."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.keeping.scratch import is_scratch
from herolint.app.keeping.storage import TEMPORARY, absolute, callback_value, is_temporary, path_text, removed_in, shown
from herolint.app.keeping.uploads import copied_uploads
from herolint.app.linking.module import Mod
from herolint.app.linking.values import Made
from herolint.app.model import App
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument, dotted, last_name
from herolint.finding import Confidence, Finding, Place
from herolint.rules.disk.database import lost
from herolint.rules.registry import ERROR, WARNING, report, rule

FILE_FIELDS = frozenset(
    {
        "django.db.models.FileField",
        "django.db.models.ImageField",
        "django.db.models.fields.files.FileField",
        "django.db.models.fields.files.ImageField",
    }
)


@rule("HL203", "upload-to-local-disk", ERROR, WARNING, needs=("processes",))
def upload_to_local_disk(app: App) -> Iterator[Finding]:
    """What visitors upload is kept on the dyno's disk."""
    yield from _kept_uploads(app)
    if not app.has("code"):
        return
    yield from _saved_uploads(app)
    yield from _stored_uploads(app)
    yield from _copied_uploads(app)
    yield from _django_fields(app)


def _saved_uploads(app: App) -> Iterator[Finding]:
    """Uploaded files whose own method saves them: `request.files["x"].save(path)`."""
    code = app.code
    for mod in code.modules:
        known = code.knows(mod).uploads
        if "web" not in code.reached_by(mod.path) or not any(name in mod.source.text for name in known.objects):
            continue
        for fact in mod.facts.calls:
            func = fact.call.func
            if (
                not isinstance(func, facts.Attr)
                or func.name not in known.methods
                or not fact.call.args
                or isinstance(fact.call.args[0], facts.Keyword)
            ):
                continue
            source = _source_of(mod, fact.function, func.base, 0)
            if not any(name in source for name in known.objects) or not code.reach["web"].has_function(mod, fact.function):
                continue
            path = fact.call.args[0]
            value = code.fold(mod, fact.function, path)
            if is_temporary(value, path_text(value)) or _in_memory(app, mod, fact, path) or removed_in(code, mod, fact.function, path):
                continue
            if is_scratch(code, mod, fact, path_text(value)):
                continue
            yield _upload(mod.place(fact.call, "upload saved here"), path_text(value), app)


def _stored_uploads(app: App) -> Iterator[Finding]:
    """Parsers of uploads that are told a folder: multer's `dest`, formidable's `uploadDir`."""
    code = app.code
    for effect in code.effects_of("stores-upload"):
        expr, value = code.argument(effect, effect.row.path)
        if "web" not in effect.processes or expr is None:
            continue
        answered = callback_value(code, effect.mod, expr)
        if answered is not None:
            expr, value = answered
        text = path_text(value)
        if text is None or absolute(text).startswith(TEMPORARY) or absolute(text) == "/tmp" or _sent_on(app):
            continue
        if removed_in(code, effect.mod, effect.fact.function, expr, always=True):
            continue
        yield _upload(effect.mod.place(expr, "uploads are kept here"), text, app, effect.runs)


def _copied_uploads(app: App) -> Iterator[Finding]:
    """Uploads that handlers copy into files."""
    seen: set[Place] = set()
    for copied in copied_uploads(app.code) if not _sent_on(app) else ():
        text = path_text(copied.value)
        at = copied.mod.place(copied.path, "upload saved here")
        if at in seen or is_temporary(copied.value, text) or removed_in(app.code, copied.mod, copied.function, copied.path):
            continue
        seen.add(at)
        yield _upload(at, text, app, copied.runs)


def _kept_uploads(app: App) -> Iterator[Finding]:
    """Uploads that a framework is told to keep on the disk."""
    for one in app.kept_uploads if "web" in app.processes else ():
        yield report(
            "HL203",
            one.message,
            one.at,
            severity=ERROR if one.sure else WARNING,
            why=lost(app) + "; another dyno never sees the file",
            related=one.related,
            fix=one.fix,
            process="web",
            confidence=Confidence.HIGH if one.sure else Confidence.MEDIUM,
        )


def _sent_on(app: App) -> bool:
    """Whether uploaded files are only scratch: sent to a store elsewhere, or removed again."""
    if any(True for _ in app.code.effects_of("sends-file-away")):
        return True
    for mod in app.code.modules:
        removes = app.code.knows(mod).files.removes
        for fact in mod.facts.calls:
            if fact.call.args and last_name(fact.call.func) in removes:
                given = dotted(fact.call.args[0])
                if given is not None and given.endswith(".path") and "file" in given.lower():
                    return True
    return False


def _upload(at: Place, text: str | None, app: App, runs: bool | None = True) -> Finding:
    return report(
        "HL203",
        f"saves uploads to {shown(text)} on the dyno's disk" if text and "{}" not in text else "saves uploads to the dyno's disk",
        at,
        why=lost(app) + "; another dyno never sees the file",
        fix="send uploads to object storage (S3, Cloudinary), best straight from the browser",
        process="web",
        confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
    )


def _source_of(mod: Mod, function: int, expr: facts.AnyExpr, depth: int) -> str:
    """The dotted text of where a value comes from, following local names and loops a few steps."""
    if depth > 4:
        return ""
    match expr:
        case facts.Index(base=base) | facts.Call(func=base):
            return _source_of(mod, function, base, depth)
        case facts.Attr(base=base, name=name):
            head = _source_of(mod, function, base, depth)
            return f"{head}.{name}"
        case facts.Name(id=name):
            for assign in mod.facts.assigns:
                target = assign.target
                hit = isinstance(target, facts.Name) and target.id == name
                if hit and assign.function == function and assign.value is not None:
                    return _source_of(mod, function, assign.value, depth + 1)
            return name
    return ""


def _in_memory(app: App, mod: Mod, fact: CallFact, path: facts.AnyExpr) -> bool:
    value = app.code.fold(mod, fact.function, path)
    return isinstance(value, Made) and value.name in (
        "io.BytesIO",
        "io.StringIO",
        "tempfile.NamedTemporaryFile",
        "tempfile.SpooledTemporaryFile",
    )


def _django_fields(app: App) -> Iterator[Finding]:
    """FileField and ImageField of installed apps while the default storage is the disk."""
    python = app.code
    if python.django is None or not python.django.installed:
        return
    if (python.django.storage() is not None and not python.django.conditional_storage()) or python.django.production_storage():
        return
    first: dict[str, list[Place]] = {}
    for mod, fact, name in python.calls_named(*FILE_FIELDS):
        if "/migrations/" in f"/{mod.path}" or fact.klass == facts.NONE or argument(fact.call, None, "storage") is not None:
            continue
        if "web" not in python.reached_by(mod.path):
            continue
        first.setdefault(name.rpartition(".")[2], []).append(mod.place(fact.call, "uploads go here"))
    places = [p for found in first.values() for p in found]
    if not places:
        return
    unsure = python.django.conditional_storage()
    ignored = python.django.ignored_storage("DEFAULT_FILE_STORAGE")
    root = python.django.setting("MEDIA_ROOT")
    at = root.mod.place(root.assign, "the default storage is the disk") if root is not None and unsure else places[0]
    if unsure:
        why_disk = " unless a setting says otherwise"
    elif ignored is not None:
        at = ignored.mod.place(ignored.assign, "not read")
        why_disk = ": the installed release of Django does not read DEFAULT_FILE_STORAGE any more"
    else:
        why_disk = ": no other default storage is set"
    yield report(
        "HL203",
        f"{next(iter(first))} keeps uploads on the dyno's disk{why_disk}",
        at,
        severity=WARNING if unsure else ERROR,
        confidence=Confidence.HIGH if python.django.sure else Confidence.LOW,
        why=lost(app) + "; another dyno never sees the file",
        related=[place for place in places[:3] if place is not at],
        fix="set `STORAGES` to object storage, e.g. `storages.backends.s3.S3Storage` of django-storages",
        process="web",
    )
