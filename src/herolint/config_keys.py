"""The keys of the configuration: what each is called, which field it fills, what kind of value it takes, and what it means.

The reader goes by these tables, and so does the JSON Schema: a key that is not here is neither read nor described.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "word", "words", "names", "flag", "day", "severity", "fail-on", "platform", "rule", "selectors", "rules", "ignores", "app", "dynos",
    "scale", "knowledge",
]  # fmt: skip
"""What values look like. `names` have no order; `rule` is a word for rules, `selectors` are several; `dynos` and `scale` are by process type."""


class ConfigKey(msgspec.Struct, frozen=True):
    """One key: the field of its record, the kind of its value, its meaning in a sentence, and whether it must be there."""

    field: str
    kind: Kind
    about: str
    required: bool = False


TOP: dict[str, ConfigKey] = {
    "select": ConfigKey("select", "selectors", "The rules that run, in place of all: codes, beginnings of codes, names, or ALL."),
    "extend-select": ConfigKey("extend_select", "selectors", "Rules that run beside those of `select`."),
    "ignore": ConfigKey("ignore", "selectors", "Rules that do not run."),
    "severity": ConfigKey("severity", "severity", "Findings below this severity are not shown."),
    "fail-on": ConfigKey("fail_on", "fail-on", "Findings at or over this severity make the run fail; `never`: none does."),
    "pedantic": ConfigKey("pedantic", "flag", "Show findings of low confidence too."),
    "platform": ConfigKey("platform", "platform", "The platform to judge for."),
    "exclude": ConfigKey("exclude", "words", "Patterns of paths in which nothing is reported."),
    "rules": ConfigKey("rules", "rules", "What single rules are set to, by code or name."),
    "ignores": ConfigKey("ignores", "ignores", "Findings that are accepted, each for a reason."),
    "app": ConfigKey("app", "app", "What is known of the deployed app and stands in no file."),
    "knowledge": ConfigKey("knowledge", "knowledge", "What calls of the project's own libraries do, in the form of herolint's tables."),
}
"""The keys of the configuration itself, which fill a `Config`."""

IGNORE: dict[str, ConfigKey] = {
    "rule": ConfigKey("rule", "rule", "The rule whose findings are accepted: a code, the beginning of codes, or a name.", required=True),
    "path": ConfigKey("path", "word", "A pattern of the paths it is accepted in; without it everywhere."),
    "reason": ConfigKey("reason", "word", "Why it is accepted.", required=True),
    "until": ConfigKey("until", "day", "The last day on which it is; from then on it is reported again."),
}
"""The keys of an entry of `[[ignores]]`, which fill an `Ignore`."""

APP: dict[str, ConfigKey] = {
    "stack": ConfigKey("stack", "word", "The stack that the app runs on."),
    "dyno": ConfigKey("dynos", "dynos", "The size of its dynos: one for all, or a table by process type."),
    "buildpacks": ConfigKey("buildpacks", "words", "Its buildpacks, in their order."),
    "addons": ConfigKey("addons", "names", "Its add-ons, as `service:plan` or `service`."),
    "config-vars": ConfigKey("config_vars", "names", "The names of the config vars that are set."),
    "processes": ConfigKey("scale", "scale", "How many dynos each process type runs on."),
}
"""The keys of `[app]`, which fill a `Context`."""
