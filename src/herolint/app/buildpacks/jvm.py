"""Which Java the buildpacks of the JVM's languages install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.buildpacks import Outcome
from herolint.finding import Confidence, Place
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

KEY = "java.runtime.version"
FILE = "system.properties"
_VERSION = lazy(r"(?:(?P<old>1\.)(?P<eight>[5-9])(?P<update>\.0_\d+)?|(?P<major>\d{1,2})(?P<exact>(?:\.\d+){2,3}(?:[_+.-]\w+)*|_\d+)?)\Z")


class WantedJava(msgspec.Struct, frozen=True):
    """The Java that will be installed: its major version (None: what is asked for cannot be had), as written, and where that stands."""

    major: int | None
    text: str
    at: Place
    issue: str = ""
    """`distribution`, `discontinued`, `unreadable`, `not-on-stack`, or `too-old`: a release by its whole number that is no longer kept."""


def wanted_java(app: App) -> WantedJava:
    """The Java that system.properties asks for, else the default of the stack."""
    jvm = app.platform.jvm
    found = app.system_properties.get(KEY)
    if found is None or not found.value:
        return WantedJava(int(jvm.default_for(app.stack)), "", Place(FILE if FILE in app.slug else ""))
    at = Place(FILE, found.span)
    distribution, dash, version = found.value.partition("-") if found.value[:1].isalpha() else ("", "", found.value)
    if dash and distribution in jvm.gone:
        return WantedJava(None, found.value, at, "discontinued")
    if dash and distribution not in jvm.distributions:
        return WantedJava(None, found.value, at, "distribution")
    match = _VERSION.match(version)
    if match is None:
        return WantedJava(None, found.value, at, "unreadable")
    major = int(match["major"] or match["eight"])
    offered = jvm.majors.get(app.stack)
    if offered is not None and major not in offered:
        return WantedJava(None, found.value, at, "not-on-stack")
    first = jvm.first_exact.get(app.stack, {}).get(str(major))
    if first is not None and (match["exact"] or match["update"]) and _numbers(version) < _numbers(first):
        return WantedJava(None, found.value, at, "too-old")
    return WantedJava(major, found.value, at)


def _numbers(version: str) -> list[int]:
    """`1.8.0_412` and `17.0.2` as numbers that can be compared; a first release has no others (`21`, `21.0.0`)."""
    numbers = [int(part) for part in re.findall(r"\d+", version)]
    return numbers if len(numbers) > 1 else [*numbers, 0, 0]


def outcomes(app: App) -> Iterator[Outcome]:
    """No Java, or one that nobody asked for."""
    if any(path.startswith(".jdk/") for path in app.slug):
        yield Outcome(
            "committed", False, "a JDK is committed in .jdk/, and is used as it is", Place(".jdk"),
            "no heap settings and no JDBC_DATABASE_URL are set on the dyno",
            "`git rm -r --cached .jdk` and ignore it; system.properties chooses a version",
        )  # fmt: skip
        return
    wanted = wanted_java(app)
    jvm = app.platform.jvm
    if not wanted.text:
        yield Outcome(
            "version-old", False, f"no file says which Java the app needs: the build takes {jvm.default_for(app.stack)}", wanted.at,
            "the build warns, and another version comes with some later build", f"commit a system.properties with `{KEY}={wanted.major}`",
        )  # fmt: skip
    elif wanted.issue:
        yield _refused(app, wanted)


def _refused(app: App, wanted: WantedJava) -> Outcome:
    offered = app.platform.jvm.majors.get(app.stack, ())
    version = wanted.text.rpartition("-")[2]
    match = _VERSION.match(version)
    major = int(match["major"] or match["eight"]) if match is not None else 0
    usual = major if major in offered else int(app.platform.jvm.default)
    words = {
        "discontinued": f"asks for {wanted.text}, a distribution that is discontinued",
        "distribution": f"asks for {wanted.text}, and only {', '.join(app.platform.jvm.distributions)} may stand before the version",
        "unreadable": f"asks for Java {wanted.text}, which is no version that can be installed",
        "not-on-stack": f"asks for Java {wanted.text}, and {app.stack} has {', '.join(map(str, offered))}"
        + (" (assuming that stack)" if app.stack_assumed else ""),
        "too-old": f"asks for Java {wanted.text} exactly, and the oldest release of {major} that {app.stack} can have is "
        f"{app.platform.jvm.first_exact.get(app.stack, {}).get(str(major), '')}" + (" (assuming that stack)" if app.stack_assumed else ""),
    }[wanted.issue]
    title = "Unsupported Java distribution" if wanted.issue in ("discontinued", "distribution") else "Unsupported Java version"
    # A Java that came out after the tables were made may be there by now.
    newer = bool(offered) and major > max(offered)
    unsure = wanted.issue in ("not-on-stack", "too-old") and (app.stack_assumed or newer)
    return Outcome(
        "version-invalid", True, f"{FILE} {words}", wanted.at, f"the build stops: {title}", f"write `{KEY}={usual}`",
        confidence=Confidence.MEDIUM if unsure else Confidence.HIGH,
    )  # fmt: skip
