"""What is known of libraries of the JVM's languages: servers with their ports, and which Java Lombok works with. Reads jvm.toml."""

import datetime
from functools import cache

import msgspec

from herolint.tables import load_table


class JvmServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What listens by itself: words in build files that tell of it, its own port, and the settings that replace that."""

    name: str
    words: tuple[str, ...]
    port: int
    settings: tuple[str, ...]
    unless: tuple[str, ...] = ()
    needs_setting: bool = False


class Lombok(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`first_for`: the first release by the Java from which it is needed. `no_discovery_from`: the Java whose compiler asks no processor that
    only lies on the class path. `usual_java`: one that goes with nearly all releases. `spring_boot`: the newest release that a line of its
    parent brings."""

    first_for: dict[int, str]
    no_discovery_from: int
    usual_java: int
    spring_boot: dict[str, str]


class Jvm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    source: tuple[str, ...]
    checked: datetime.date
    server: tuple[JvmServer, ...]
    lombok: Lombok


@cache
def load() -> Jvm:
    """The shipped table."""
    return msgspec.convert(load_table("herolint.knowledge", "jvm.toml"), Jvm, strict=False)
