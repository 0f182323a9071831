"""What the buildpacks for Maven and Gradle will do, and what all languages of the JVM have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.java_build import WRAPPER, builds_gradle, framework, gradle_version, stage_may_exist
from herolint.app.buildpacks.jvm import wanted_java
from herolint.app.forecast.steps import Line, Step
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App

_GRADLE_TASKS = {"micronaut": "shadowJar -x check"}


def runtime(app: App) -> Step:
    """The Java that is installed."""
    wanted = wanted_java(app)
    if wanted.major is None:
        return Step("runtime", (Line("no Java that can be had", f"system.properties says `{wanted.text}`", wanted.at),))
    if wanted.text:
        return Step("runtime", (Line(f"Java {wanted.major}", f"system.properties says `{wanted.text}`", wanted.at),))
    return Step("runtime", (Line(f"Java {wanted.major}", "no system.properties names one: this is the stack's default"),))


def steps(app: App) -> tuple[Step, ...]:
    """From the Java to the archive."""
    return (runtime(app), *(_gradle(app) if builds_gradle(app) else _maven(app)))


def _maven(app: App) -> tuple[Step, ...]:
    version = app.system_properties.get("maven.version")
    wrapper = ".mvn/wrapper/maven-wrapper.properties"
    if version is not None:
        manager = Line(f"Maven {version.value}", "system.properties says so", Place("system.properties", version.span))
    elif wrapper in app.slug:
        manager = Line("Maven through mvnw", f"`{wrapper}`", Place(wrapper))
    else:
        manager = Line(f"Maven {app.platform.jvm.maven}", f"there is no {wrapper}")
    goals = app.config_var("MAVEN_CUSTOM_GOALS") or "clean dependency:list install"
    return (
        Step("package manager", (manager,)),
        Step("build", (Line(f"mvn -DskipTests {goals}", "`pom.xml`", Place("pom.xml" if "pom.xml" in app.slug else "")),)),
    )


def _gradle(app: App) -> tuple[Step, ...]:
    found = gradle_version(app)
    manager = Line(f"Gradle {found[1]}", f"`{WRAPPER}` says so", found[2]) if found is not None else Line("Gradle of no known version")
    known, task = framework(app), app.config_var("GRADLE_TASK")
    if task:
        line = Line(f"./gradlew {task}", "GRADLE_TASK says so")
    elif stage_may_exist(app):
        line = Line("./gradlew stage", "a build file speaks of such a task")
    elif known:
        line = Line(f"./gradlew {_GRADLE_TASKS.get(known, 'build -x check')}", f"the build files tell of {known}")
    else:
        line = Line("./gradlew stage", "no framework is known by the build files")
    return (Step("package manager", (manager,)), Step("build", (line,)))
