"""Turns the configuration's TOML table into a `Config`, with errors that name file, line, key and the nearest known key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import msgspec

from herolint.config import Config, ConfigError, Ignore, RuleConfig
from herolint.config_keys import APP, IGNORE, TOP, Kind
from herolint.context import Context
from herolint.finding import Severity
from herolint.formats.tree import Node
from herolint.source import SourceFile

Key = tuple[str | int, ...]

SEVERITIES = tuple(severity.word for severity in Severity)


def read_config(source: SourceFile, root: Node, prefix: tuple[str, ...]) -> Config:
    """The configuration that a TOML file says under the keys `prefix`. Raises ConfigError."""
    table: object = tomllib.loads(source.text)
    for key in prefix:
        table = table.get(key) if isinstance(table, dict) else None
    return _Reader(source, root, prefix).config(table)


class _Reader:
    """One configuration file. `key` paths are relative to the configuration's own table."""

    def __init__(self, source: SourceFile, root: Node, prefix: tuple[str, ...]) -> None:
        self.source = source
        self.root = root
        self.prefix = prefix
        self.file = Path(source.path)

    def config(self, value: object) -> Config:
        table = self.table((), value)
        self.known((), table, TOP)
        given = {TOP[name].field: self.value((name,), TOP[name].kind, inner) for name, inner in table.items()}
        origins = {TOP[name].field: self.origin((name,)) for name in table}
        config = Config(file=self.file, folder=self.file.resolve().parent, origins=origins)
        return msgspec.structs.replace(config, **given)

    def value(self, key: Key, kind: Kind, value: object) -> object:
        """What a key of some kind says."""
        readers: dict[Kind, Callable[[Key, object], object]] = {
            "word": self.word,
            "words": self.words,
            "names": self.names,
            "rule": self.word,
            "selectors": self.words,
            "flag": self.flag,
            "day": self.day,
            "severity": self.severity,
            "fail-on": self.fail_on,
            "grade": self.grade,
            "platform": self.word,
            "rules": self.rules,
            "ignores": self.ignores,
            "app": self.app,
            "knowledge": self.table,
            "dynos": self.dynos,
            "scale": self.scale,
        }
        return readers[kind](key, value)

    def rules(self, key: Key, value: object) -> tuple[RuleConfig, ...]:
        found = []
        for name, inner in self.table(key, value).items():
            at = (*key, name)
            options = dict(self.table(at, inner))
            severity = self.grade((*at, "severity"), options.pop("severity")) if "severity" in options else None
            # What options a rule knows is its own business, but a misspelt `severity` must not pass for one.
            if near := _near("severity", options, 0.75):
                raise self.error((*at, near), f"unknown key `{near}`; did you mean `severity`?")
            found.append(RuleConfig(name, severity, options, self.origin(at)))
        return tuple(found)

    def ignores(self, key: Key, value: object) -> tuple[Ignore, ...]:
        found = []
        for index, inner in enumerate(self.list(key, value)):
            at = (*key, index)
            table = self.table(at, inner)
            self.known(at, table, IGNORE)
            for name, one in IGNORE.items():
                if one.required and not table.get(name):
                    raise self.error(at, f'an ignore needs a {name} (`{name} = "…"`)')
            given = {IGNORE[name].field: self.value((*at, name), IGNORE[name].kind, said) for name, said in table.items()}
            found.append(msgspec.structs.replace(Ignore(rule="", reason="", origin=self.origin(at)), **given))
        return tuple(found)

    def app(self, key: Key, value: object) -> Context:
        table = self.table(key, value)
        self.known(key, table, APP)
        given = {APP[name].field: self.value((*key, name), APP[name].kind, said) for name, said in table.items()}
        return msgspec.structs.replace(Context(), **given)

    def dynos(self, key: Key, value: object) -> dict[str, str]:
        if isinstance(value, str):
            return {"": value.lower()}
        if not isinstance(value, dict):
            raise self.wrong(key, value, 'a dyno size or a table of sizes by process type (`{ web = "basic" }`)')
        return {process: self.word((*key, process), size).lower() for process, size in value.items()}

    def scale(self, key: Key, value: object) -> dict[str, int]:
        table = self.table(key, value)
        for process, quantity in table.items():
            if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0:
                raise self.wrong((*key, process), quantity, "a number of dynos")
        return {process: quantity for process, quantity in table.items() if isinstance(quantity, int)}

    def known(self, key: Key, table: Mapping[str, object], names: Mapping[str, object]) -> None:
        """Refuse keys that mean nothing here."""
        for name in table:
            if name not in names:
                near = _near(name, names, 0.5)
                hint = f"; did you mean `{near}`?" if near else f"; known here: {', '.join(names)}"
                raise self.error((*key, name), f"unknown key `{name}`{hint}")

    def table(self, key: Key, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.wrong(key, value, "a table")
        return value

    def list(self, key: Key, value: object) -> list[object]:
        if not isinstance(value, list):
            raise self.wrong(key, value, "a list")
        return value

    def words(self, key: Key, value: object) -> tuple[str, ...]:
        return tuple(self.word((*key, index), item) for index, item in enumerate(self.list(key, value)))

    def names(self, key: Key, value: object) -> frozenset[str]:
        return frozenset(self.words(key, value))

    def word(self, key: Key, value: object) -> str:
        if not isinstance(value, str):
            raise self.wrong(key, value, "a string")
        return value

    def flag(self, key: Key, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.wrong(key, value, "true or false")
        return value

    def day(self, key: Key, value: object) -> date:
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.wrong(key, value, "a date (`2027-01-31`)")
        return value

    def one_of(self, key: Key, value: object, words: tuple[str, ...]) -> str:
        if value not in words or not isinstance(value, str):
            raise self.wrong(key, value, "one of " + ", ".join(words))
        return value

    def severity(self, key: Key, value: object) -> Severity:
        return Severity[self.one_of(key, value, SEVERITIES).upper()]

    def fail_on(self, key: Key, value: object) -> Severity | None:
        word = self.one_of(key, value, (*SEVERITIES, "never"))
        return None if word == "never" else Severity[word.upper()]

    def grade(self, key: Key, value: object) -> str:
        return self.one_of(key, value, (*SEVERITIES, "off"))

    def origin(self, key: Key) -> str:
        """`file:line` of a key, or of the nearest table around it that is written out."""
        wanted = (*self.prefix, *key)
        while wanted:
            if (span := self.root.key_span(*wanted)) is not None:
                return f"{self.file.name}:{self.source.line_of(span.start)}"
            wanted = wanted[:-1]
        return self.file.name

    def wrong(self, key: Key, value: object, expected: str) -> ConfigError:
        shown = repr(value) if len(repr(value)) <= 40 else type(value).__name__
        return self.error(key, f"`{_dotted(key)}` must be {expected}, not {shown}")

    def error(self, key: Key, message: str) -> ConfigError:
        line = self.origin(key).removeprefix(self.file.name)
        return ConfigError(f"{self.file}{line}: {message}")


def _near(word: str, known: Iterable[str], likeness: float) -> str | None:
    """The known word that is meant by a misspelt one."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, 1, likeness)), None)


def _dotted(key: Key) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".") or "the configuration"
