"""What build files of Maven and Gradle say: the framework, the release that code is made for, the name of the archive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.detection import builds_with
from herolint.finding import Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.xml_tree import Element
    from herolint.source import SourceFile

WRAPPER = "gradle/wrapper/gradle-wrapper.properties"
_GRADLE_FILES = lazy(r"(?:.*/)?[\w.-]+\.gradle(?:\.kts)?\Z|(?:.*/)?[\w.-]+\.versions\.toml\Z|buildSrc/.*\.(?:kt|groovy|java|kts)\Z")
_GRADLE_VERSION = lazy(r"gradle-(\d+\.\d+(?:\.\d+)?)")
_RELEASES = ("maven.compiler.release", "maven.compiler.target", "maven.compiler.source")
_OF_SPRING = "java.version"
"""What Spring Boot's parent takes the release from; without that parent it is a property like any other."""
_TARGETS = lazy(
    r"(?:sourceCompatibility|targetCompatibility|options\.release)\s*(?:=|\.set\()?\s*['\"(]*(?:JavaVersion\.VERSION_)?(?P<a>1[._])?(?P<release>\d+)"
    r"|JavaLanguageVersion\.of\(\s*['\"]?(?P<toolchain>\d+)"
)
_STAGE = lazy(r"\bstage\b")


class Target(msgspec.Struct, frozen=True):
    """The release of Java that code is made for, and where that stands."""

    release: int
    at: Place


def builds_maven(app: App) -> bool:
    """Whether Heroku's buildpack for Maven builds the app."""
    return builds_with(app, "heroku/java")


def builds_gradle(app: App) -> bool:
    """Whether Heroku's buildpack for Gradle builds the app."""
    return builds_with(app, "heroku/gradle")


def framework(app: App) -> str:
    """The framework whose archive the buildpack starts by itself: a key of the platform's `frameworks`, or empty."""
    texts = [source.text for source in _build_files(app)]
    found = (name for name, row in app.platform.jvm.frameworks.items() if any(word in text for word in row.words for text in texts))
    return next(found, "")


def _build_files(app: App) -> list[SourceFile]:
    if builds_maven(app):
        paths = [path for path in app.slug if path == "pom.xml" or path.endswith("/pom.xml")]
    else:
        paths = [path for path in app.slug if _GRADLE_FILES.match(path)]
    return [source for path in paths if (source := app.document(path)) is not None and not source.is_binary]


def build_text(app: App) -> str:
    """All that the app's build files say, whichever tool reads them."""
    paths = [path for path in app.slug if path.endswith(("pom.xml", ".sbt")) or _GRADLE_FILES.match(path)]
    return "\n".join(source.text for path in paths if (source := app.document(path)) is not None and not source.is_binary)


def stage_may_exist(app: App) -> bool:
    """Whether some build file of Gradle may make a task called `stage`, itself or by a plug-in that does."""
    texts = [source.text for source in _build_files(app)]
    return any(_STAGE.search(text) for text in texts) or any(word in text for word in app.platform.jvm.stage_words for text in texts)


def starts_by_script(app: App) -> bool:
    """Whether the buildpack lets Gradle install the app with a script that starts it, and declares that script as web."""
    return builds_gradle(app) and any(word in source.text for word in app.platform.jvm.script_words for source in _build_files(app))


def has_modules(app: App) -> bool:
    """Whether the app lies in modules of its own."""
    root = app.pom.root if app.pom is not None and not builds_gradle(app) else None
    if root is not None:
        return root.get("modules") is not None
    return any(
        "/" in path and path.endswith((".gradle", ".gradle.kts")) and not path.startswith(("gradle/", "buildSrc/")) for path in app.slug
    )


def archive(app: App) -> str:
    """The path of the jar that Maven makes, as far as pom.xml tells."""
    root = app.pom.root if app.pom is not None else None
    if root is None:
        return ""
    version = root.text_of("version") or root.text_of("parent", "version")
    name = root.text_of("build", "finalName") or f"{root.text_of('artifactId')}-{version}"
    for _ in range(3):
        name = re.sub(r"\$\{([\w.-]+)\}", lambda match: pom_property(root, match[1]) or match[0], name)
    return f"target/{name}.jar"


def pom_property(root: Element, name: str) -> str:
    """What a property of pom.xml stands for; empty where it does not say."""
    known = {
        "project.artifactId": root.text_of("artifactId"),
        "project.version": root.text_of("version") or root.text_of("parent", "version"),
    }
    known |= {"artifactId": known["project.artifactId"], "version": known["project.version"], "project.name": root.text_of("name")}
    return known.get(name) or root.text_of("properties", name)


def java_target(app: App) -> Target | None:
    """The release that the root's build file makes code for; None where none is said in numbers."""
    return _maven_target(app) if builds_maven(app) else _gradle_target(app)


def _maven_target(app: App) -> Target | None:
    root = app.pom.root if app.pom is not None else None
    if root is None:
        return None
    plugins = (one for one in root.named("plugin") if one.text_of("artifactId") == "maven-compiler-plugin")
    settings = [found for one in plugins for key in ("release", "target", "source") if (found := one.get("configuration", key)) is not None]
    keys = (_OF_SPRING, *_RELEASES) if root.text_of("parent", "artifactId").startswith("spring-boot") else _RELEASES
    named = [found for key in keys if (found := root.get("properties", key)) is not None]
    for element in (*settings, *named):
        text = element.text.strip()
        reference = re.fullmatch(r"\$\{([\w.-]+)\}", text)
        number = _release(pom_property(root, reference[1]) if reference else text)
        if number is not None:
            return Target(number, Place("pom.xml", element.span))
    return None


def _gradle_target(app: App) -> Target | None:
    for path in ("build.gradle", "build.gradle.kts"):
        source = app.document(path)
        found = next(_TARGETS.finditer(source.text), None) if source is not None else None
        if source is not None and found is not None:
            return Target(int(found["release"] or found["toolchain"]), Place(path, source.span_of_text(*found.span())))
    return None


def _release(text: str) -> int | None:
    match = re.fullmatch(r"(?:1\.)?(\d{1,2})(?:\.\d+)*", text)
    return int(match[1]) if match is not None else None


def gradle_version(app: App) -> tuple[tuple[int, ...], str, Place] | None:
    """The Gradle that the wrapper downloads, as numbers and as written, and where that stands."""
    from herolint.app.building.loading import properties

    found = properties(app, WRAPPER).get("distributionUrl")
    match = _GRADLE_VERSION.search(found.value) if found is not None else None
    if found is None or match is None:
        return None
    return tuple(int(part) for part in match[1].split(".")), match[1], Place(WRAPPER, found.span)
