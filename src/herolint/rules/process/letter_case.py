"""Names whose letters differ from the file's: they work on a laptop's disk and not on a dyno's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from herolint.app.linking.module import Mod
from herolint.app.linking.values import Known
from herolint.app.model import App
from herolint.changes import Edit
from herolint.code.facts import NONE, Import
from herolint.code.queries import argument
from herolint.finding import Finding, Fix
from herolint.rules.registry import ERROR, report, rule
from herolint.source import Span

_RENDER = {
    "flask.render_template": 0,
    "flask.templating.render_template": 0,
    "quart.render_template": 0,
    "django.shortcuts.render": 1,
    "django.template.loader.get_template": 0,
    "django.template.loader.render_to_string": 0,
    "jinja2.Environment().get_template": 0,
}


@rule("HL119", "case-sensitive-path", ERROR, needs=("code", "processes"))
def case_sensitive_path(app: App) -> Iterator[Finding]:
    """An import or a template's name differs from the file only in upper and lower case."""
    files = {path.lower(): path for path in app.slug}
    templates = _templates(tuple(app.slug))
    for mod in app.code.modules:
        yield from _imports(app, mod, files)
    for mod, fact, name in app.code.calls_named(*_RENDER):
        value = app.code.fold(mod, fact.function, argument(fact.call, _RENDER[name], "template_name"))
        if not isinstance(value, Known) or not isinstance(value.value, str):
            continue
        found = templates.get(value.value.lower(), ())
        if found and value.value not in found:
            place = argument(fact.call, _RENDER[name], "template_name")
            if place is not None:
                from herolint.edits.text import replaced_in

                yield report(
                    "HL119",
                    f"template {value.value} is named {found[0]} on the disk",
                    mod.place(place, "other letter case"),
                    why="a dyno's disk tells upper from lower case: TemplateNotFound for every visitor of this page",
                    fix=Fix(
                        f'write `"{found[0]}"`, or rename the file with `git mv`',
                        replaced_in(mod.source, Span(place.start, place.end), value.value, found[0]),
                        safe=True,
                    ),
                    process=next(iter(app.code.reached_by(mod.path)), ""),
                )


@cache
def _templates(paths: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Names under any `templates` folder: lower case → as written."""
    found: dict[str, tuple[str, ...]] = {}
    for path in paths:
        parts = path.split("/")
        for i, part in enumerate(parts[:-1]):
            if part.lower() == "templates":
                name = "/".join(parts[i + 1 :])
                found[name.lower()] = (*found.get(name.lower(), ()), name)
    return found


def _imports(app: App, mod: Mod, files: dict[str, str]) -> Iterator[Finding]:
    for imp in mod.facts.imports:
        real = app.code.linker.dialect(mod).misspelt(mod, imp) if not imp.handled and imp.guard == NONE else None
        if real is not None:
            yield _misspelt(app, mod, imp, imp.module, real, "the module is not found when the process starts")
            continue
        if imp.level or not imp.module or imp.handled or imp.guard != NONE or app.code.code.find(imp.module) is not None:
            continue
        path = imp.module.replace(".", "/")
        for folder in (f"{root}/" if root else "" for root in app.code.code.roots):
            for candidate in (f"{folder}{path}.py", f"{folder}{path}/__init__.py"):
                real = files.get(candidate.lower())
                if real is not None and real != candidate and not app.dependencies.imports(imp.module.partition(".")[0]):
                    yield _misspelt(app, mod, imp, f"import {imp.module}", real, "ModuleNotFoundError when the process starts")
                    return


def _misspelt(app: App, mod: Mod, imp: Import, said: str, real: str, outcome: str) -> Finding:
    return report(
        "HL119",
        f"`{said}` finds no file: it is named {real}",
        mod.place(imp, "other letter case"),
        why=f"a dyno's disk tells upper from lower case: {outcome}",
        fix=Fix("write the import as the file is named, or rename the file with `git mv`", _as_named(mod, imp, real), safe=True),
        process=next(iter(app.code.reached_by(mod.path)), ""),
    )


def _as_named(mod: Mod, imp: Import, real: str) -> tuple[Edit, ...]:
    """The import with the letters that the file's name has; nothing where only a name in the middle of the path is another."""
    from herolint.edits.text import replaced_in

    if imp.name is None and imp.alias == imp.module.partition(".")[0]:
        return ()  # the module calls it by this very name further down
    said = imp.module.lstrip("./")
    for ending in (
        "",
        ".py",
        "/__init__.py",
        *(f"{index}.{kind}" for index in ("", "/index") for kind in ("js", "jsx", "ts", "tsx", "mjs")),
    ):
        if not real.endswith(ending):
            continue
        bare = real[: len(real) - len(ending)]
        for path in (bare, bare.replace("/", ".")):
            tail = path[len(path) - len(said) :]
            if tail != said and tail.lower() == said.lower():
                return replaced_in(mod.source, Span(imp.start, imp.end), said, tail)
    return ()
