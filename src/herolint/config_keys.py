"""The keys of the configuration: what each is called, which field it fills, what kind of value it takes, and what it means.

The reader goes by these tables, and so do the JSON Schema and the site: a key that is not here is neither read nor described.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "word", "words", "names", "flag", "day", "severity", "fail-on", "grade", "platform", "rule", "selectors", "rules", "ignores", "app", "dynos",
    "scale", "knowledge",
]  # fmt: skip
"""What values look like.

`names` have no order; `grade` is a severity or `off`; `rule` is a word for rules, `selectors` are several; `dynos` and `scale` are by process type.
"""


class ConfigKey(msgspec.Struct, frozen=True):
    """One key: the field of its record, the kind of its value, its meaning in a sentence, and whether it must be there."""

    field: str
    kind: Kind
    about: str
    required: bool = False


TOP: dict[str, ConfigKey] = {
    "select": ConfigKey("select", "selectors", "Rules to run: codes, beginnings of codes such as `HL2`, names, or `ALL`."),
    "extend-select": ConfigKey("extend_select", "selectors", "Rules to run too."),
    "ignore": ConfigKey("ignore", "selectors", "Rules to leave out."),
    "severity": ConfigKey("severity", "severity", "Findings below are not shown."),
    "fail-on": ConfigKey("fail_on", "fail-on", "Findings at or over it fail the run; `never`: none does."),
    "pedantic": ConfigKey("pedantic", "flag", "Whether findings of low confidence are shown too."),
    "platform": ConfigKey("platform", "platform", "Platform to judge for."),
    "exclude": ConfigKey(
        "exclude",
        "words",
        "Patterns of files whose findings are not shown, relative to the configuration's folder: `legacy/**`, `scripts/`.",
    ),
    "rules": ConfigKey("rules", "rules", "A table for each rule that is graded otherwise or given options, by code or name."),
    "ignores": ConfigKey("ignores", "ignores", "Findings that are accepted, one entry each, with a reason."),
    "app": ConfigKey("app", "app", "What is known of the app on the platform and stands in no file of the repository."),
    "knowledge": ConfigKey("knowledge", "knowledge", "More rows for herolint's tables of calls, in the form of its own tables."),
}
"""The keys of the configuration itself, which fill a `Config`."""

RULE: dict[str, ConfigKey] = {
    "severity": ConfigKey("severity", "grade", "Severity of the rule's findings in place of its own; `off` leaves the rule out."),
}
"""The keys of a table under `[rules]`, which fill a `RuleConfig`; whatever else stands there is an option of the rule."""

IGNORE: dict[str, ConfigKey] = {
    "rule": ConfigKey("rule", "rule", "Code, beginning of codes such as `HL2`, or name.", required=True),
    "path": ConfigKey("path", "word", "Pattern of the files, relative to the configuration's folder; without one, all files."),
    "reason": ConfigKey("reason", "word", "Why the findings are accepted; reports repeat it.", required=True),
    "until": ConfigKey("until", "day", "Last day on which it counts; afterwards the findings are back."),
}
"""The keys of an entry of `[[ignores]]`, which fill an `Ignore`."""

APP: dict[str, ConfigKey] = {
    "stack": ConfigKey("stack", "word", "Stack of the app, such as `heroku-24`."),
    "dyno": ConfigKey("dynos", "dynos", "Size of the dynos, such as `basic` or `standard-2x`."),
    "buildpacks": ConfigKey("buildpacks", "words", "Buildpacks of the app, in their order."),
    "addons": ConfigKey("addons", "names", "Add-ons as `service:plan` or `service`."),
    "config-vars": ConfigKey("config_vars", "names", "Names of the config vars that are set."),
    "processes": ConfigKey("scale", "scale", "Number of dynos by process type."),
}
"""The keys of `[app]`, which fill a `Context`."""
