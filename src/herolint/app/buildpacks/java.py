"""What the buildpacks for Maven and Gradle will say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.java_build import (
    WRAPPER,
    builds_gradle,
    builds_maven,
    framework,
    gradle_version,
    java_target,
    stage_may_exist,
    starts_by_script,
)
from herolint.app.buildpacks import Outcome, jvm
from herolint.app.buildpacks.jvm import wanted_java
from herolint.finding import Confidence, Place

if TYPE_CHECKING:
    from herolint.app.model import App

_JAR = "gradle/wrapper/gradle-wrapper.jar"
_DAEMON = "the build stops: Failed to start Gradle daemon."


def outcomes(app: App) -> Iterator[Outcome]:
    """The build's failures and warnings, in the order in which they would come."""
    maven, gradle = builds_maven(app), builds_gradle(app)
    if not (maven or gradle):
        return
    if gradle and "gradlew" not in app.slug and app.root.path:
        return  # a module of the build above it
    if gradle and "gradlew" not in app.slug:
        reason = app.workspace.unpushed_reason("gradlew")
        yield Outcome(
            "managers", True, "there is no gradlew" + (f": it is not pushed ({reason})" if reason else ""), Place(_first(app, "build.gradle")),
            "the build stops: Gradle Wrapper is missing.", "run `gradle wrapper`, and commit gradlew and gradle/wrapper/",
        )  # fmt: skip
        return
    yield from jvm.outcomes(app)
    if maven:
        yield from _maven(app)
    if gradle:
        yield from _gradle(app)
    yield from _target(app)
    if maven:
        from herolint.app.buildpacks import java_lombok

        yield from java_lombok.outcomes(app)


def _first(app: App, start: str) -> str:
    return next((path for path in app.slug if path.startswith(start)), "")


def _maven(app: App) -> Iterator[Outcome]:
    wrapper = ".mvn/wrapper/maven-wrapper.properties"
    if "mvnw" in app.slug and wrapper not in app.slug:
        reason = app.workspace.unpushed_reason(wrapper)
        yield Outcome(
            "advice", False, f"mvnw is there without its {wrapper}" + (f", which is not pushed ({reason})" if reason else ""),
            Place("mvnw"), f"the build warns, and takes Maven {app.platform.jvm.maven}", f"commit {wrapper}",
        )  # fmt: skip
    if app.pom is not None and not app.pom.well_formed and app.pom.problem is not None:
        yield Outcome(
            "managers", True, f"pom.xml is {app.pom.problem.message}", Place("pom.xml", app.pom.problem.span),
            "the build stops: Failed to build app with Maven", "mend it: `mvn validate` tells the line",
        )  # fmt: skip


def _gradle(app: App) -> Iterator[Outcome]:
    missing = next((path for path in (WRAPPER, _JAR) if path not in app.slug), None)
    if missing is not None:
        reason = app.workspace.unpushed_reason(missing)
        yield Outcome(
            "managers", True, f"gradlew is there without {missing}" + (f", which is not pushed ({reason})" if reason else ""), Place("gradlew"),
            _DAEMON, f"`git add -f {missing}`",
        )  # fmt: skip
        return
    script = app.document("gradlew")
    if script is not None and script.data.partition(b"\n")[0].endswith(b"\r"):
        yield Outcome(
            "managers", True, "gradlew has CRLF line ends: the system finds no `sh` with a CR behind it", Place("gradlew"),
            _DAEMON, "save it with LF, and write `gradlew text eol=lf` into .gitattributes",
        )  # fmt: skip
        return
    yield from _gradle_age(app)
    if not framework(app) and not stage_may_exist(app) and not starts_by_script(app) and app.config_var("GRADLE_TASK") is None:
        at = next(
            (path for path in ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts") if path in app.slug), "gradlew"
        )
        yield Outcome(
            "not-built", True, "no build file has a task called `stage`, nor a framework that the buildpack knows", Place(at),
            "the build stops: Gradle task 'stage' not found.", "add one, such as `tasks.register('stage') { dependsOn 'installDist' }`",
            confidence=Confidence.MEDIUM,
        )  # fmt: skip


def _gradle_age(app: App) -> Iterator[Outcome]:
    found, java = gradle_version(app), wanted_java(app)
    if found is None:
        return
    numbers, text, at = found
    table = {int(major): tuple(map(int, first.split("."))) for major, first in app.platform.jvm.gradle_for.items()}
    fitting = max((major for major in table if java.major is not None and major <= java.major), default=None)
    if java.major is not None and fitting is not None and numbers < table[fitting]:
        first = ".".join(map(str, table[fitting]))
        newest = max((major for major, needs in table.items() if needs <= numbers), default=8)
        who = f"Java {java.major}" + ("" if java.text else ", which the build takes since no system.properties names one")
        yield Outcome(
            "version-invalid", True, f"Gradle {text} does not run on {who}: that needs Gradle {first}", at, _DAEMON,
            f"commit a system.properties with `{jvm.KEY}={newest}`, or run `./gradlew wrapper --gradle-version {first}`",
            confidence=Confidence.MEDIUM,
        )  # fmt: skip
    elif numbers[0] in app.platform.jvm.gradle_warned:
        yield Outcome(
            "advice", False, f"Gradle {text} is an old one", at, "the build warns; a later buildpack will refuse it",
            f"run `./gradlew wrapper --gradle-version {'.'.join(map(str, max(table.values())))}`",
        )  # fmt: skip


def _target(app: App) -> Iterator[Outcome]:
    """Code that is made for another release of Java than the compiler can make."""
    target, java = java_target(app), wanted_java(app)
    if target is None or java.major is None:
        return
    oldest = max((first for major, first in app.platform.jvm.oldest_source.items() if int(major) <= java.major), default=1)
    if oldest <= target.release <= java.major:
        return
    newer = target.release > java.major
    assumed = "" if java.text else ", the default"
    yield Outcome(
        "version-invalid", True,
        f"the code is for Java {target.release}, and the build's compiler is that of Java {java.major}{assumed}", target.at,
        f"the build stops: {'release version' if newer else 'source option'} {target.release} {'not' if newer else 'no longer'} supported",
        f"commit a system.properties with `{jvm.KEY}={target.release if newer else 8}`",
        confidence=Confidence.HIGH if java.text else Confidence.MEDIUM,
    )  # fmt: skip
