"""The shape of what is known of the buildpacks for PHP, the languages of the JVM, and .NET."""

from __future__ import annotations

import datetime

import msgspec

from herolint.platforms.group import Group


class PhpSeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A minor version of PHP: the stacks that have it, and upstream's last day."""

    minor: str
    stacks: tuple[str, ...]
    end_of_life: datetime.date


class PhpFacts(Group, frozen=True, kw_only=True):
    """The PHP buildpack. `gone` are extensions that no stack has, each with what serves in its place (or nothing)."""

    series: tuple[PhpSeries, ...]
    web: str
    gone: dict[str, str]

    def on(self, stack: str) -> tuple[PhpSeries, ...]:
        """The versions that a stack has, newest first."""
        return tuple(row for row in self.series if stack in row.stacks)


class JvmFramework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A framework: words in build files that tell of it, and the property by which it is given the port (empty: it reads PORT)."""

    words: tuple[str, ...]
    port: str = ""


class JvmFacts(Group, frozen=True, kw_only=True):
    """The JVM that all its languages' buildpacks install, Maven and Gradle.

    `majors` by stack; `default` for stacks that `default_on` does not name. `distributions` may stand before a version, `gone` did once.
    `gradle_for` maps a Java to the first Gradle that runs on it; `gradle_warned` are majors that the build warns of. `oldest_source` maps a
    Java to the oldest release that its compiler still makes code for.
    """

    majors: dict[str, tuple[int, ...]]
    default: str
    default_on: dict[str, str]
    distributions: tuple[str, ...]
    gone: tuple[str, ...]
    maven: str
    gradle_for: dict[str, str]
    gradle_warned: tuple[int, ...]
    oldest_source: dict[str, int]
    frameworks: dict[str, JvmFramework]

    def default_for(self, stack: str) -> str:
        """The version that is installed where no file asks for one."""
        return self.default_on.get(stack, self.default)


class DotnetFacts(Group, frozen=True, kw_only=True):
    """The .NET buildpack: the major versions of SDKs that it has, and how far a global.json may let it move on."""

    sdks: tuple[int, ...]
    roll_forward: tuple[str, ...]
