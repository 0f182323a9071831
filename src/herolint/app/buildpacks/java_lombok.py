"""Lombok and the Java that compiles: releases that its compiler breaks, and a compiler that does not ask it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.java_build import builds_maven, has_modules, java_target, pom_property
from herolint.app.buildpacks import Outcome
from herolint.app.buildpacks.jvm import KEY, wanted_java
from herolint.finding import Confidence, Place
from herolint.formats.gem_requirement import satisfies
from herolint.knowledge.jvm import load

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.xml_tree import Element

_ASKED = (
    *("annotationProcessorPaths", "annotationProcessors", "proc", "maven.compiler.proc"),
    *("compilerArgs", "compilerArgument", "compilerArguments", "profiles"),
)
"""Elements of pom.xml that may hand the compiler its processors."""
_BOOT = "spring-boot-starter-parent"
"""The parent of Spring Boot, which hands the compiler no processors; any other may."""


def outcomes(app: App) -> Iterator[Outcome]:
    """A build of Maven whose code needs what Lombok writes, and whose compiler gets nothing from it."""
    java, root = wanted_java(app), app.pom.root if app.pom is not None else None
    if not builds_maven(app) or root is None or java.major is None or has_modules(app):
        return
    known = load().lombok
    dependency = next((one for one in root.named("dependency") if one.text_of("artifactId") == "lombok"), None)
    name = dependency.get("artifactId") if dependency is not None else None
    if dependency is None or name is None or not _uses(app):
        return
    who = f"Java {java.major}" + ("" if java.text else ", which the build takes since no file names one")
    version, at_most = _version(root, dependency)
    needed = max(((java_, first) for java_, first in known.first_for.items() if java_ <= java.major), default=None)
    asked = root.text_of("parent", "artifactId") not in ("", _BOOT) or any(True for word in _ASKED for _ in root.named(word))
    if java.major >= known.no_discovery_from and not asked:
        message = f"Lombok is not asked by the compiler of {who}: pom.xml does not name it as a processor"
        why = "the build stops: cannot find symbol, at every getter and constructor that Lombok would write"
        label = "only on the class path"
    elif needed is not None and version and satisfies(version, f"< {needed[1]}"):
        up_to = " or an older one" if at_most else ""
        message = f"Lombok {version}{up_to} does not work with the compiler of {who}: that needs {needed[1]}"
        why = "the build stops with an error inside the compiler, such as NoSuchFieldError or IllegalAccessError"
        label = "too old"
    else:
        return
    yield Outcome(
        "not-together", True, message, Place("pom.xml", name.span, label), why, _fix(app, undeclared=java.text == ""),
        confidence=Confidence.HIGH if java.text else Confidence.MEDIUM,
    )  # fmt: skip


def _fix(app: App, *, undeclared: bool) -> str:
    """The oldest Java that compiles the target and still asks Lombok by itself, or a newer Lombok that is named."""
    known, target = load().lombok, java_target(app)
    offered = app.platform.jvm.majors.get(app.stack, ()) if target is not None else ()
    fitting = next((one for one in offered if target is not None and target.release <= one < known.no_discovery_from), known.usual_java)
    declared = f"commit a system.properties with `{KEY}={fitting}`" if undeclared else f"write `{KEY}={fitting}`"
    return f"{declared}, or take a current Lombok and name it in `annotationProcessorPaths` of maven-compiler-plugin"


def _uses(app: App) -> bool:
    """Whether the code that is built imports Lombok."""
    paths = (path for path in app.slug if path.startswith("src/main/java/") and path.endswith(".java"))
    return any((source := app.document(path)) is not None and "import lombok" in source.text for path in paths)


def _version(root: Element, dependency: Element) -> tuple[str, bool]:
    """The release that is taken, and whether that is only the newest that it may be; empty where nothing tells."""
    text = dependency.text_of("version")
    if text.startswith("${"):
        text = pom_property(root, text[2:-1])
    written = text or root.text_of("properties", "lombok.version")
    if written or root.text_of("parent", "artifactId") != _BOOT:
        return (written, False) if written[:1].isdigit() else ("", False)
    line = ".".join(root.text_of("parent", "version").split(".")[:2])
    return load().lombok.spring_boot.get(line, ""), True
