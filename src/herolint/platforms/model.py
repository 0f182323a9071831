"""The shape of a platform's facts. Sizes are bytes (MB = 10^6 bytes), times seconds, unless a name says otherwise."""

import datetime
from typing import Literal

import msgspec

from herolint.platforms.group import Group
from herolint.platforms.languages import DotnetFacts, GoFacts, JvmFacts, LockFacts, NodeFacts, PhpFacts, PythonFacts, RubyFacts, ScalaFacts


class SlugFacts(Group, frozen=True, kw_only=True):
    """Limits of the compressed slug and of its build."""

    hard_limit_bytes: int
    soft_limit_bytes: int
    build_timeout_s: float
    ignore_file: str
    excluded: tuple[str, ...]


class RepositoryFacts(Group, frozen=True, kw_only=True):
    """What may be pushed. `tree_limit_bytes` counts the checkout as it lies on disk."""

    tree_limit_bytes: int
    branches: tuple[str, ...]
    requests_per_hour: int
    submodules: bool
    lfs: bool


class RoutingFacts(Group, frozen=True, kw_only=True):
    """How long the router waits: for the first byte, for each further one, for a connection."""

    first_byte_s: float
    rolling_s: float
    connect_s: float
    header_line_bytes: int


class LifeFacts(Group, frozen=True, kw_only=True):
    """Start, restart and end of a dyno."""

    boot_s: float
    jvm_boot_s: float
    boot_queue_s: float
    shutdown_s: float
    restart_hours: float
    restart_spread_minutes: float
    home: str


class ReleaseFacts(Group, frozen=True, kw_only=True):
    """The release phase."""

    timeout_s: float


class ProcessFacts(Group, frozen=True, kw_only=True):
    """Process types with a meaning of their own; all others are the app's."""

    procfile: str
    routed: tuple[str, ...]
    once: tuple[str, ...]
    started: tuple[str, ...]


class ConfigFacts(Group, frozen=True, kw_only=True):
    """Config vars: limits, the names that the platform itself and buildpacks set, and those that tools read by themselves.

    A `*` at the end of a name stands for any rest.
    """

    total_bytes: int
    name_pattern: str
    reserved_prefixes: tuple[str, ...]
    set_by_platform: tuple[str, ...]
    set_by_buildpacks: tuple[str, ...]
    read_by_tools: tuple[str, ...]
    set_sometimes: tuple[str, ...]
    buildpack_defaults: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """Language → config vars that its buildpack sets where the app has none of that name."""


class LogFacts(Group, frozen=True, kw_only=True):
    """What of the output is kept."""

    kept_lines: int
    line_bytes: int


class Stack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stack. `failing_builds`: from that day some builds fail on purpose, from `failing_weekly` one a week or more; from `no_builds` all do."""

    name: str
    status: Literal["current", "deprecated", "retired"]
    base: str = ""
    since: datetime.date | None = None
    deprecated: datetime.date | None = None
    failing_builds: datetime.date | None = None
    failing_weekly: datetime.date | None = None
    end_of_life: datetime.date | None = None
    no_builds: datetime.date | None = None

    def status_on(self, day: datetime.date) -> Literal["current", "deprecated", "retired"]:
        """The status on a day: what is deprecated today is retired once no builds are made any more."""
        gone = self.no_builds or self.end_of_life
        return "retired" if gone is not None and day >= gone else self.status


class StackFacts(Group, frozen=True, kw_only=True):
    """All stacks, newest first; `default` is what a new app gets."""

    default: str
    all: tuple[Stack, ...]


class GonePackage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An Ubuntu package that a stack's archive does not have, or has as a stub. No `stacks`: none of them has it."""

    stacks: tuple[str, ...] = ()
    instead: str = ""
    why: str = "apt ends with `Unable to locate package`, and the build stops"


class ImageFacts(Group, frozen=True, kw_only=True):
    """The operating system's packages: `run` on a dyno of every stack, `build` besides while it builds, `some` on a dyno of some stacks."""

    stacks: tuple[str, ...]
    """The stacks that this is about."""
    gone: dict[str, GonePackage]
    glibc: str
    """The C library of the oldest stack that builds: wheels that it is new enough for run on every stack."""
    run: frozenset[str]
    build: frozenset[str]
    programs: frozenset[str]
    """What a shell on a dyno of any stack finds by its bare name."""
    some: dict[str, tuple[str, ...]]

    @property
    def wheels(self) -> str:
        """The wheels that run on every stack, as installers name them."""
        return f"x86_64-manylinux_{self.glibc.replace('.', '_')}"

    def packages(self, stack: str, *, building: bool = False) -> frozenset[str]:
        """The packages on a dyno of the stack, or on the machine that builds for it."""
        found = self.run | {name for name, stacks in self.some.items() if stack in stacks}
        return found | self.build if building else found


class ContainerFacts(Group, frozen=True, kw_only=True):
    """How images run on the container stack: the processors, as Docker names them."""

    architecture: str


class Dyno(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dyno size. `memory_mb` in MB of 2^20 bytes; `cores` as a process sees them, 0 when not known.

    `processes` limits processes and threads together, 0 when not known; `single`: one dyno of a process type at most.
    """

    name: str
    memory_mb: int
    cores: int
    sleeps: bool = False
    single: bool = False
    processes: int = 0


class DynoFacts(Group, frozen=True, kw_only=True):
    """All dyno sizes; `default` is what is assumed of an app that does not say."""

    default: str
    all: tuple[Dyno, ...]


class Buildpack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A buildpack. `urls` without scheme; `names` are repository names that mean it, whoever owns the copy.

    `detects` names at the root that select it by itself, `manifests` those that it installs from, `starts` files that only a web app
    has; `reads` files without which its own detection fails; `requires` files that its build needs where the repository has them;
    `programs` what is there after its build; `builds` the command of a build that is not followed step by step. `image_first` takes an
    app with a Dockerfile for an image where nothing says more. `stacks` are the only ones that a broken one still builds on; `releases`
    maps a stack to the number of the first release that knows it. `moves_root` is the config var that names the folder which one makes
    the root.
    """

    name: str
    language: str = ""
    urls: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    detects: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    moves_root: str = ""
    builds: str = ""
    default_web: Literal["always", "without-procfile", "by-name", "never"] = "never"
    image_first: bool = False
    state: Literal["current", "deprecated", "broken"] = "current"
    stacks: tuple[str, ...] = ()
    releases: dict[str, int] = {}
    since: datetime.date | None = None
    instead: str = ""
    why: str = ""

    @property
    def official(self) -> bool:
        """Whether the platform chooses it by itself, by the files that it finds."""
        return bool(self.detects)

    def fails_on(self, stack: str) -> bool:
        """Whether it ends the build on a stack."""
        return self.state == "broken" and stack not in self.stacks


class OtherLanguage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language that no official buildpack builds: the files that tell it, and the buildpack that is mostly used for it."""

    language: str
    files: tuple[str, ...]
    buildpack: str


class BuildpackFacts(Group, frozen=True, kw_only=True):
    """Known buildpacks, the official language ones first and in the order of detection; and languages that have none."""

    all: tuple[Buildpack, ...]
    others: tuple[OtherLanguage, ...] = ()

    @property
    def official(self) -> tuple[Buildpack, ...]:
        """Those that detection chooses from, in its order."""
        return tuple(found for found in self.all if found.official)


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All facts about one platform. `checked` is the day on which they were last compared with their sources."""

    name: str
    title: str
    checked_on: datetime.date = msgspec.field(name="checked")
    slug: SlugFacts
    repository: RepositoryFacts
    routing: RoutingFacts
    life: LifeFacts
    release: ReleaseFacts
    processes: ProcessFacts
    config: ConfigFacts
    logs: LogFacts
    stacks: StackFacts
    image: ImageFacts
    container: ContainerFacts
    dynos: DynoFacts
    buildpacks: BuildpackFacts
    locks: LockFacts
    python: PythonFacts
    go: GoFacts
    node: NodeFacts
    ruby: RubyFacts
    php: PhpFacts
    jvm: JvmFacts
    scala: ScalaFacts
    dotnet: DotnetFacts

    @property
    def checked(self) -> str:
        """The date of the facts, as ISO 8601."""
        return self.checked_on.isoformat()

    @property
    def default_stack(self) -> str:
        """The stack of an app that names none."""
        return self.stacks.default

    @property
    def config_vars(self) -> tuple[str, ...]:
        """Environment variables that are there at run time without the app's setting them, some only now and then."""
        return (*self.config.set_by_platform, *self.config.set_sometimes)

    @property
    def request_timeout_s(self) -> float:
        """Seconds until the first byte of an answer must be there."""
        return self.routing.first_byte_s

    @property
    def idle_timeout_s(self) -> float:
        """Seconds that an answer or a WebSocket may be silent."""
        return self.routing.rolling_s

    @property
    def boot_timeout_s(self) -> float:
        """Seconds until a web process must have bound its port."""
        return self.life.boot_s

    @property
    def restart_hours(self) -> float:
        """Hours after which every dyno is restarted."""
        return self.life.restart_hours

    @property
    def slug_limit_bytes(self) -> int:
        """Compressed bytes above which a build fails."""
        return self.slug.hard_limit_bytes

    @property
    def slug_warning_bytes(self) -> int:
        """Compressed bytes above which a build warns."""
        return self.slug.soft_limit_bytes

    def stack(self, name: str) -> Stack | None:
        """The row of a stack; None for a name that is not known."""
        return next((s for s in self.stacks.all if s.name == name), None)

    def dyno(self, size: str) -> Dyno | None:
        """The row of a dyno size, in any case of letters; None for a name that is not known."""
        return next((d for d in self.dynos.all if d.name == size.lower()), None)

    def buildpack(self, name_or_url: str) -> Buildpack | None:
        """The row of a buildpack by its name or its address, with or without scheme, `.git`, tag or archive path."""
        wanted = name_or_url.strip().removeprefix("https://").removeprefix("http://").removeprefix("git://").removeprefix("git@")
        wanted = wanted.partition("#")[0].replace("github.com:", "github.com/").rstrip("/").removesuffix(".git").lower()
        wanted = wanted.partition("/buildpacks/")[2].removesuffix(".tgz") or wanted
        for found in self.buildpacks.all:
            if wanted == found.name or any(wanted == url or wanted.startswith(f"{url}/") for url in found.urls):
                return found
        last = wanted.rpartition("/")[2]
        return next((found for found in self.buildpacks.all if last in found.names), None)
