"""The configuration: `herolint.toml` or `[tool.herolint]` in pyproject.toml, found upwards to the repository root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from stat import S_ISREG

import msgspec

from herolint.context import Context
from herolint.finding import Severity
from herolint.source import SourceFile

FILE_NAME = "herolint.toml"
PYPROJECT = "pyproject.toml"

PLATFORMS = ("heroku",)
"""Platforms that can be judged."""

_MAX_BYTES = 1_000_000
"""A larger configuration file is refused."""


class ConfigError(Exception):
    """A configuration that cannot be used; the message is one line with file and line."""


class RuleConfig(msgspec.Struct, frozen=True):
    """What `[rules.<code or name>]` says: a severity word (or `off`), and options that the rule knows."""

    rule: str
    severity: str | None = None
    options: Mapping[str, object] = {}
    origin: str = ""


class Ignore(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `[[ignores]]`: findings of `rule` under `path` are accepted, for `reason`, until a date."""

    rule: str
    path: str = "**"
    reason: str
    until: date | None = None
    origin: str = ""

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and today > self.until


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The effective configuration. `origins` says for each key that was set where it was set."""

    file: Path | None = None
    folder: Path | None = None
    """The folder that the patterns in `exclude` and `ignores` are relative to; None: the analysed root."""
    select: tuple[str, ...] = ("ALL",)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Severity = Severity.NOTE
    """Findings below are not shown."""
    fail_on: Severity | None = Severity.ERROR
    """Findings at or over it fail the run; None: no finding does."""
    pedantic: bool = False
    platform: str = "heroku"
    exclude: tuple[str, ...] = ()
    rules: tuple[RuleConfig, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    app: Context = Context()
    knowledge: Mapping[str, object] = {}
    origins: Mapping[str, str] = {}

    def with_options(self, origin: str = "command line", **given: object) -> Config:
        """This configuration with the options that were given; None means not given."""
        changed = {name: value for name, value in given.items() if value is not None and value != ()}
        origins = {**self.origins, **dict.fromkeys(changed, origin)}
        return msgspec.structs.replace(self, **changed, origins=origins)


def check_platform(platform: str, origin: str) -> None:
    """Raise ConfigError when the platform cannot be judged; `origin` is where it was named."""
    if platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        raise ConfigError(f"{origin}: platform `{platform}` is not supported by this version (supported: {known})")


def load_config(start: Path, file: Path | None = None) -> Config:
    """The configuration for the folder `start`: from `file` where given, else found upwards. Raises ConfigError."""
    if file is not None:
        return _load(file, _read_bytes(file), must_have=True) or Config()
    return find_config(start, lambda candidate: _read_bytes(candidate) if _is_regular(candidate) else None)


def find_config(start: Path, read: Callable[[Path], bytes | None]) -> Config:
    """The configuration for the folder `start`, found upwards among the files that `read` knows. Raises ConfigError."""
    for folder in _folders(start):
        for name in (FILE_NAME, PYPROJECT):
            data = read(folder / name)
            if data is not None and (found := _load(folder / name, data, must_have=False)) is not None:
                return found
    return Config()


def read_regular(file: Path) -> bytes | None:
    """What a configuration file holds; None when there is no regular file of that path. Raises ConfigError."""
    return _read_bytes(file) if _is_regular(file) else None


def _folders(start: Path) -> list[Path]:
    """`start` and the folders above it up to the repository root; `start` alone outside of a repository.

    Going further up would let a file in a shared folder such as /tmp decide.
    """
    start = start.resolve()
    for index, folder in enumerate((start, *start.parents)):
        if (folder / ".git").exists():
            return [start, *start.parents[:index]]
    return [start]


def _is_regular(file: Path) -> bool:
    try:
        return S_ISREG(file.stat().st_mode)
    except (OSError, ValueError):
        return False


def _load(file: Path, data: bytes, *, must_have: bool) -> Config | None:
    """The configuration in one file; None when a pyproject.toml that was merely found has no such table."""
    in_pyproject = file.name == PYPROJECT
    source = SourceFile(str(file), data)
    if in_pyproject and not must_have and b"herolint" not in source.data:
        return None

    from herolint.config_reader import read_config
    from herolint.formats import toml_tree

    tree = toml_tree.load(source)
    if tree.root is None or source.encoding_problem:
        if in_pyproject and not must_have and b"[tool.herolint" not in source.data:
            return None  # a broken pyproject.toml is for the rules to report, it is not ours
        problem = tree.problems[0] if tree.problems else None
        line = f":{source.line_of(problem.span.start)}" if problem and problem.span else ""
        raise ConfigError(f"{file}{line}: {source.encoding_problem or (problem.message if problem else 'cannot be read')}")
    prefix = ("tool", "herolint") if in_pyproject else ()
    if prefix and tree.get(*prefix) is None:
        if must_have:
            raise ConfigError(f"{file}: has no [tool.herolint] table")
        return None
    return read_config(source, tree.root, prefix)


def _read_bytes(file: Path) -> bytes:
    if not _is_regular(file):
        raise ConfigError(f"{file}: not a file" if file.exists() else f"{file}: no such file")
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ConfigError(f"{file}: too large for a configuration file (over {_MAX_BYTES // 1_000_000} MB)")
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror})") from error
