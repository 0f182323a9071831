"""A Rails app as its configuration makes it in production: settings, databases, Active Storage, Action Cable, logs, hosts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from herolint.app.building.loading import rails_yaml
from herolint.app.building.ruby_build import build_environment, builds_ruby, installed_gems, rails_version
from herolint.app.frameworks.rails_settings import Setting, settings_in
from herolint.app.linking.codebase import MAX_SOURCE_BYTES
from herolint.app.linking.module import Mod
from herolint.code import facts, facts_of
from herolint.code.facts import NONE, AnyExpr
from herolint.code.queries import argument, dotted, walk
from herolint.source import SourceFile

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.rails_yaml import RailsValue, RailsYaml, Section

APPLICATION = "config/application.rb"
PRODUCTION = "config/environments/production.rb"
INITIALIZERS = "config/initializers/"
_STANDARD_OUTPUT = frozenset({"STDOUT", "$stdout", "STDERR", "$stderr"})
_FILE_LOGGERS = frozenset({"Logger.new", "ActiveSupport.Logger.new"})
_LOGS_TO_OUTPUT = ("rails_12factor", "rails_stdout_logging")
_OWN_LOGGERS = ("rails_semantic_logger", "logstash-logger", "logstasher", "ougai")
"""Gems that put a logger of their own in place of Rails'."""
_PRESENT = frozenset({"present?", "presence", "to_s", "to_sym"})
_ABSENT = frozenset({"blank?", "nil?", "empty?"})
_DATABASE_KEYS = frozenset({"adapter", "url", "database", "host"})


class StorageService(msgspec.Struct, frozen=True):
    """The Active Storage service of production: its name, where that is set, and its section in storage.yml (None: there is none).

    `kind` is what the section says behind `service:` (`Disk`, `S3`, …), empty where ERB or nothing says it.
    """

    name: str
    setting: Setting
    section: Section | None

    @property
    def kind(self) -> str:
        """The kind of service."""
        return (self.section.text("service") or "") if self.section is not None else ""


class Rails:
    """The Rails app at the root. Files are read in the order in which Rails loads them."""

    def __init__(self, app: App) -> None:
        self.app = app

    def mod(self, path: str) -> Mod | None:
        """A Ruby file of the app with its facts."""
        entry = self.app.workspace.slug_files.get(path)
        source = self.app.document(path) if entry is not None and entry.size <= MAX_SOURCE_BYTES else None
        module = facts_of(source, self.app.cache) if source is not None else None
        return Mod(source, module, path) if source is not None and module is not None else None

    @cached_property
    def version(self) -> str | None:
        """The locked version of Rails."""
        return rails_version(self.app)

    # ---- settings ----------------------------------------------------------------------------------------------

    @cached_property
    def layers(self) -> tuple[Mod, ...]:
        """The files whose settings count in production, in the order in which they are loaded."""
        initializers = sorted(path for path in self.app.slug if path.startswith(INITIALIZERS) and path.endswith(".rb"))
        return tuple(mod for path in (APPLICATION, PRODUCTION, *initializers) if (mod := self.mod(path)) is not None)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """All settings that may count in production, in loading order."""
        return tuple(s for mod in self.layers for s in settings_in(mod) if self.holds(mod, s.guard) is not False)

    def assignments(self, name: str, owner: str = "") -> Iterator[Setting]:
        """Where a setting of Rails (or of `owner`) may be given its value in production, the likeliest first: the last that surely counts ends it."""
        for setting in reversed(self.settings):
            if setting.name == name and setting.owner == owner and setting.op not in ("<<", "clear"):
                yield setting
                if self.holds(setting.mod, setting.guard) is True:
                    return

    def setting(self, name: str, owner: str = "") -> Setting | None:
        """The place that decides a setting in production, as far as known."""
        return next(self.assignments(name, owner), None)

    def flag(self, name: str) -> bool | None:
        """Whether a setting is on in production: False where it is not set at all, None where that cannot be told."""
        answers = {self.truth(found.mod, found.value) for found in self.assignments(name)}
        return answers.pop() if len(answers) == 1 else None if answers else False

    # ---- conditions --------------------------------------------------------------------------------------------

    @cached_property
    def environment(self) -> dict[str, str | None]:
        """Variables that are set on a dyno; None as value where only that is known."""
        found: dict[str, str | None] = dict.fromkeys(("PORT", "DYNO", "HOME", "PATH", "PWD", "DATABASE_URL"))
        found |= dict.fromkeys(self.app.platform.config.set_by_platform)
        if builds_ruby(self.app):
            found |= {name: value or None for name, value in build_environment(self.app).items()}
        if self.app.app_json is not None:
            found |= {name: var.value for name, var in self.app.app_json.env.items()}
        return found

    def holds(self, mod: Mod, guard: int) -> bool | None:
        """Whether what stands under a guard counts in production."""
        unsure = False
        while guard != NONE:
            fact = mod.facts.guards[guard]
            truth = self.truth(mod, fact.test) if fact.kind in ("if", "else") else None
            if truth is not None and truth is not (fact.kind == "if"):
                return False
            unsure = unsure or truth is None
            guard = fact.parent
        return None if unsure else True

    def truth(self, mod: Mod, expr: AnyExpr | None) -> bool | None:
        """Whether an expression counts as true in production; None where that cannot be told."""
        match expr:
            case facts.Const(value=value):
                # Zero and empty text are true in Ruby.
                return value is not None and value is not False
            case facts.Sequence() | facts.Mapping() | facts.Concat():
                return True
            case facts.Unary(op="not", value=value):
                inner = self.truth(mod, value)
                return None if inner is None else not inner
            case facts.Logic(op=op, parts=parts):
                answers = [self.truth(mod, part) for part in parts]
                deciding = op == "||"
                return deciding if deciding in answers else None if None in answers else not deciding
            case facts.Binary(op="==" | "!=" as op, left=left, right=right):
                equal = self._equal(left, right)
                return None if equal is None else equal is (op == "==")
            case facts.Attr(base=base, name=name) if name.endswith("?") and dotted(base) == "Rails.env":
                return name == "production?" if name in _ENVIRONMENTS else None
            case facts.Attr(base=base, name=name) if name in _PRESENT:
                return self.truth(mod, base)
            case facts.Attr(base=base, name=name) if name in _ABSENT:
                inner = self.truth(mod, base)
                return None if inner is None else not inner
        read = env_name(expr)
        return True if read is not None and read in self.environment else None

    def _equal(self, left: AnyExpr, right: AnyExpr) -> bool | None:
        if isinstance(left, facts.Const):
            left, right = right, left
        if not isinstance(right, facts.Const):
            return None
        if dotted(left) == "Rails.env":
            return bool(right.value == "production")
        name = env_name(left)
        known = self.environment.get(name) if name is not None else None
        return bool(known == right.value) if known is not None else None

    # ---- what the settings come to -----------------------------------------------------------------------------

    @cached_property
    def database_yml(self) -> RailsYaml | None:
        """config/database.yml."""
        return rails_yaml(self.app, "config/database.yml")

    @cached_property
    def storage_yml(self) -> RailsYaml | None:
        """config/storage.yml."""
        return rails_yaml(self.app, "config/storage.yml")

    @cached_property
    def cable_yml(self) -> RailsYaml | None:
        """config/cable.yml."""
        return rails_yaml(self.app, "config/cable.yml")

    @cached_property
    def databases(self) -> dict[str, Section]:
        """The databases of production by name; a single one is `primary`. DATABASE_URL takes the place of what `primary` says."""
        production = self.database_yml.sections.get("production") if self.database_yml is not None else None
        if production is None:
            return {}
        if production.sections and not _DATABASE_KEYS & production.values.keys():
            return production.sections
        return {"primary": production}

    @cached_property
    def storage(self) -> StorageService | None:
        """The Active Storage service of production; None where none is set."""
        found = self.setting("active_storage.service")
        if found is None or found.word is None:
            return None
        sections = self.storage_yml.sections if self.storage_yml is not None else {}
        return StorageService(found.word, found, sections.get(found.word))

    @cached_property
    def cable(self) -> Section | None:
        """Action Cable's section for production."""
        return self.cable_yml.sections.get("production") if self.cable_yml is not None else None

    @property
    def session_store(self) -> Setting | None:
        """Where sessions are kept; None: in cookies, as Rails does by itself."""
        return self.setting("session_store")

    @property
    def cache_store(self) -> Setting | None:
        """Where the cache is kept; None: in files, as Rails does by itself."""
        return self.setting("cache_store")

    @cached_property
    def hosts(self) -> tuple[Setting, ...]:
        """Where hosts are let in: `config.hosts = …` and what is added to it. Empty: every host is."""
        found: list[Setting] = []
        for setting in self.settings:
            if setting.name == "hosts" and not setting.owner:
                if setting.op in ("=", "clear"):
                    found.clear()
                if setting.op != "clear" and not (isinstance(setting.value, facts.Const) and setting.value.value is None):
                    found.append(setting)
        return tuple(found)

    @property
    def force_ssl(self) -> Setting | None:
        """Where requests are sent to https, or not."""
        return self.setting("force_ssl")

    @property
    def assume_ssl(self) -> Setting | None:
        """Where requests are taken for such that came by https."""
        return self.setting("assume_ssl")

    def replaces_logger(self, path: str) -> bool:
        """Whether a file configures Rails, whose log goes to standard output all the same: by a file that is loaded later, or a gem."""
        return path.startswith("config/") and self.logs_to_output is True

    @cached_property
    def logs_to_output(self) -> bool | None:
        """Whether the log goes to standard output, where the platform takes it from; None where that cannot be told."""
        gems = installed_gems(self.app)
        if any(name in gems for name in _LOGS_TO_OUTPUT):
            return True
        unsure = any(name in gems for name in _OWN_LOGGERS)
        for setting in self.assignments("logger"):
            names = _names_behind(setting)
            if names & _STANDARD_OUTPUT and self.holds(setting.mod, setting.guard) is True:
                return True
            # A logger of some other make goes to who knows where.
            unsure = unsure or bool(names & _STANDARD_OUTPUT) or not names & _FILE_LOGGERS
        return None if unsure else False


_ENVIRONMENTS = frozenset({"production?", "development?", "test?", "local?", "staging?"})


def env_name(expr: AnyExpr | None) -> str | None:
    """The environment variable that an expression reads: `ENV["X"]`, `ENV.fetch("X")`, `ENV.key?("X")`."""
    key: AnyExpr | None = None
    if isinstance(expr, facts.Index) and dotted(expr.base) == "ENV":
        key = expr.key
    elif isinstance(expr, facts.Call) and dotted(expr.func) in ("ENV.fetch", "ENV.key?", "ENV.has_key?", "ENV.include?"):
        key = argument(expr, 0, None)
    return key.value if isinstance(key, facts.Const) and isinstance(key.value, str) else None


def env_names(value: RailsValue) -> tuple[str, ...]:
    """The environment variables that a value of a YAML file is made of, in order."""
    found: list[str] = []
    for erb in value.erb:
        # As the value of something, so that it stands among the facts.
        module = facts_of(SourceFile("value.rb", f"value = ({erb.code}\n)".encode()))
        values = [*(a.value for a in module.assigns), *(r.value for r in module.returns)] if module is not None else []
        found += [name for one in values for inner in walk(one) if (name := env_name(inner)) is not None]
    return tuple(dict.fromkeys(found))


def _names_behind(setting: Setting) -> frozenset[str]:
    """What the value is made with, also by way of the file's own variables."""
    found: set[str] = set()
    queue = [setting.value]
    while queue:
        for inner in walk(queue.pop()):
            name = dotted(inner)
            if name is not None and name not in found:
                found.add(name)
                assigns = setting.mod.facts.assigns
                queue += [a.value for a in assigns if isinstance(inner, facts.Name) and dotted(a.target) == name and a.value is not None]
    return frozenset(found)
