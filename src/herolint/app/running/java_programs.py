"""Archives that a process starts, against the one that Maven makes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.java_build import archive, builds_maven, has_modules
from herolint.app.running.built_programs import NotBuilt
from herolint.finding import Confidence
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_OTHER_ARCHIVES = lazy(
    r"<(?:classifier|outputFile|outputDirectory|shadedArtifactAttached|descriptorRef|jarName|warName|profiles?)>|maven-dependency-plugin"
)
"""What makes archives of other names, or other names at times."""


def archives_not_made(app: App) -> Iterator[NotBuilt]:
    """`java -jar target/…` of a name that pom.xml does not give."""
    if "pom.xml" not in app.slug or not app.root.deployed or not builds_maven(app) or has_modules(app):
        return
    source, root = app.document("pom.xml"), app.pom.root if app.pom is not None else None
    made = archive(app)
    if source is None or root is None or "$" in made or root.text_of("packaging") not in ("", "jar") or _OTHER_ARCHIVES.search(source.text):
        return
    if sum(1 for _ in root.named("finalName")) > (root.get("build", "finalName") is not None):
        return  # a plug-in names its own
    for process in app.processes.values():
        for launch in process.launches:
            words = [word.text for word in launch.words]
            word = launch.words[words.index("-jar") + 1] if launch.tool == "java" and "-jar" in words[:-1] else None
            if word is None or not word.literal or launch.command.conditional or not launch.command.cwd_known:
                continue
            path = posixpath.normpath(posixpath.join(launch.cwd, word.text))
            if posixpath.dirname(path) == "target" and path not in (made, *app.slug) and "*" not in path:
                yield NotBuilt(process, launch, launch.place(word), path, (made,), made, Confidence.MEDIUM)
