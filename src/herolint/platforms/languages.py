"""The shape of what is known of the buildpack of each language: its versions, its package managers, what it refuses."""

from __future__ import annotations

import datetime

import msgspec

from herolint.platforms.group import Group


class PythonVersion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A minor version of Python that the buildpack installs. `stacks` is empty when every accepted stack has it."""

    minor: str
    latest: str
    end_of_life: datetime.date
    removed: datetime.date | None = None
    deprecated: bool = False
    setuptools: bool = False
    stacks: tuple[str, ...] = ()


class PackageManager(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package manager that the buildpack uses when its file is at the root, and the command that installs with it."""

    name: str
    file: str
    version: str
    command: str


class Locked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A manifest and the lock files that go with it. `stops`: the build log's words where the buildpack insists on one.

    `tools` install from the manifest in an image; `buildpack` says whether a buildpack build is meant too (else another rule tells).
    """

    manifest: str
    language: str
    locks: tuple[str, ...]
    make: str
    tools: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Lock files of tools that the buildpack does not know."""
    buildpack: bool = True
    stops: str = ""


class LockFacts(Group, frozen=True, kw_only=True):
    """What of a lock file each language's build expects."""

    all: tuple[Locked, ...]


class PythonFacts(Group, frozen=True, kw_only=True):
    """The Python buildpack. `errors` gives the words of the build log; `programs_after_build` what stays on PATH, by manager."""

    release: str
    stacks: tuple[str, ...]
    default: str
    version_files: tuple[str, ...]
    misspelt_version_files: tuple[str, ...]
    hooks: tuple[str, ...]
    programs_after_build: dict[str, tuple[str, ...]]
    sets: tuple[str, ...]
    runtime_bytes: int
    pip_bytes: int
    setuptools: str
    versions: tuple[PythonVersion, ...]
    managers: tuple[PackageManager, ...]
    errors: dict[str, str]

    def version(self, minor: str) -> PythonVersion | None:
        """The row of a minor version such as `3.12`, when it is supported."""
        return next((v for v in self.versions if v.minor == minor), None)

    def manager(self, file: str) -> PackageManager:
        """The package manager that goes with a file at the root."""
        return next(manager for manager in self.managers if manager.file == file)

    def available(self, minor: str, stack: str) -> bool:
        """Whether a minor version can be installed on a stack."""
        found = self.version(minor)
        return found is not None and stack in (found.stacks or self.stacks)


class NodeFacts(Group, frozen=True, kw_only=True):
    """The Node.js buildpack. `supported` are major versions, `newest` the newest release of each that can be installed."""

    release: str
    default: str
    supported: tuple[str, ...]
    newest: tuple[str, ...]
    oldest: str
    yarn: str
    faulty: tuple[str, ...]
    """Releases that the build warns of."""
    yarn_with_frozen_lock: str
    """The first Yarn that knows `--frozen-lockfile`, with which the buildpack installs."""
    oldest_npm: int
    npm_with_lock: int
    """The first major version of npm that reads package-lock.json."""
    installs_from_lock: str
    """The releases of Node.js whose own npm installs exactly what the lock file says."""
    minds_peers: str
    """The releases of Node.js whose own npm refuses packages that want others beside them than there are."""
    npm_minds_peers: int
    """The first major version of npm that does so."""
    managers: dict[str, tuple[str, ...]]
    """Package manager → the newest release of each of its major versions."""
    usual_managers: dict[str, str]
    """Package manager → the range that most projects are well served by."""
    pnpm_that_prunes: str
    """The first pnpm that removes development packages without running the project's own install scripts."""
    without_md4: int
    """The first major version of Node.js whose OpenSSL has no MD4."""
    asks_for_md4: dict[str, str]
    """Build tool → its releases that need MD4."""
    brings_webpack: tuple[str, ...] = ()
    """Packages of programs that build with the webpack that they bring along."""
    npm_needs: dict[str, str] = msgspec.field(default_factory=dict)
    """Major version of npm → the range of Node.js on which it runs."""


class RubyVersion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A minor version of Ruby: its newest release, and upstream's end of support."""

    minor: str
    latest: str
    end_of_life: datetime.date


class RubyFacts(Group, frozen=True, kw_only=True):
    """The Ruby buildpack. `default` is taken where Gemfile.lock names no version, `oldest` the first minor version that can be had.

    `puma_refused` and `sprockets_refused` are the releases over which it stops, `puma_wanted` the one below which it warns.
    """

    release: str
    default: str
    oldest: str
    puma_wanted: str
    puma_refused: str
    sprockets_refused: tuple[str, ...]
    versions: tuple[RubyVersion, ...]

    @property
    def newest(self) -> RubyVersion:
        """The newest minor version."""
        return self.versions[-1]

    def version(self, minor: str) -> RubyVersion | None:
        """The row of a minor version such as `3.4`."""
        return next((row for row in self.versions if row.minor == minor), None)


class GoFacts(Group, frozen=True, kw_only=True):
    """The Go buildpack. `latest` is what a minor version installs, `removed_tools` the tool of each file that belongs to one."""

    release: str
    default: str
    oldest: str
    zero_patch_since: str
    reads_only_since: str
    """The first Go that does not mend go.mod and go.sum while it builds."""
    supported_minors: int
    """How many of the newest minor versions upstream still gives security fixes."""
    build_tag: str
    passed_to_build: tuple[str, ...]
    hooks: tuple[str, ...]
    prereleases: tuple[str, ...]
    latest: dict[str, str]
    removed_tools: dict[str, str]

    def resolve(self, version: str) -> str | None:
        """The release that a version asks for (`1.24` gives `1.24.13`); None when the buildpack has none of that name."""
        version = version.removeprefix("go")
        if version in self.latest:
            return self.latest[version]
        if version in self.prereleases:
            return version
        minor, _, patch = version.rpartition(".")
        newest = self.latest.get(minor, "").rpartition(".")[2]
        if not newest or not patch.isascii() or not patch.isdigit() or str(int(patch)) != patch or int(patch) > int(newest):
            return None
        return minor if patch == "0" and _numbers(minor) < _numbers(self.zero_patch_since) else version


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version starts with."""
    found = []
    for part in version.removeprefix("go").split("."):
        if not (part.isascii() and part.isdigit()):
            break
        found.append(int(part[:9]))
    return tuple(found)


class PhpSeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A minor version of PHP: the stacks that have it, and upstream's last day."""

    minor: str
    stacks: tuple[str, ...]
    end_of_life: datetime.date


class PhpFacts(Group, frozen=True, kw_only=True):
    """The PHP buildpack. `gone` are extensions that no stack has, each with what serves in its place (or nothing).

    `before` are minor versions that came before the series, and that no stack has any more. `composers` are the major versions of Composer
    that can be installed.
    """

    composers: tuple[str, ...]
    series: tuple[PhpSeries, ...]
    before: tuple[str, ...]
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

    `majors` by stack, with `first_exact`, the oldest release of each that can be had by its whole number; `default` for stacks that
    `default_on` does not name. `distributions` may stand before a version, `gone` did once. `gradle_for` maps a Java to the first Gradle
    that runs on it; `gradle_warned` are majors that the build warns of. `oldest_source` maps a Java to the oldest release that its compiler
    still makes code for. `stage_words` name plug-ins of Gradle that make the task `stage`; `jdbc_from` the variables of add-ons whose
    address is handed to Spring as its data source.
    """

    majors: dict[str, tuple[int, ...]]
    first_exact: dict[str, dict[str, str]]
    default: str
    default_on: dict[str, str]
    distributions: tuple[str, ...]
    gone: tuple[str, ...]
    maven: str
    gradle_for: dict[str, str]
    gradle_warned: tuple[int, ...]
    oldest_source: dict[str, int]
    script_words: tuple[str, ...]
    """Words in build files of Gradle that tell of a framework whose start script becomes the web process, in whichever module."""
    stage_words: tuple[str, ...]
    jdbc_from: tuple[str, ...]
    frameworks: dict[str, JvmFramework]

    def default_for(self, stack: str) -> str:
        """The version that is installed where no file asks for one."""
        return self.default_on.get(stack, self.default)


class ScalaFacts(Group, frozen=True, kw_only=True):
    """The Scala buildpack: starts of the versions of sbt that it takes, those that it warns of, and those that it refuses for a fault of theirs.

    `sbt_example` is a release that is known to build.
    """

    sbt: tuple[str, ...]
    sbt_warned: tuple[str, ...]
    sbt_refused: tuple[str, ...]
    sbt_example: str

    def takes_sbt(self, version: str) -> bool:
        """Whether a build goes on with a version of sbt; candidates for a release (`2.0.0-RC6`) go with it."""
        return version in self.sbt_warned or (version.startswith(self.sbt) and version.partition("-")[0] not in self.sbt_refused)


class DotnetFacts(Group, frozen=True, kw_only=True):
    """The .NET buildpack: the major versions of SDKs that it has, and how far a global.json may let it move on."""

    sdks: tuple[int, ...]
    roll_forward: tuple[str, ...]
