"""Which rules run, and at which severity: the configuration's words resolved against the registered rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from herolint.config import Config, ConfigError
from herolint.finding import Severity
from herolint.rules.registry import Rule
from herolint.wording import some

_SHOWN = 3
"""Rules that are offered in place of one that there is not."""


class Selection(msgspec.Struct, frozen=True):
    """The rules that run, the severity each is set to (where one is), and the options of each."""

    enabled: tuple[Rule, ...]
    severities: Mapping[str, Severity]
    options: Mapping[str, Mapping[str, object]]

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that run."""
        return frozenset(rule.code for rule in self.enabled)


def select_rules(config: Config, rules: Sequence[Rule]) -> Selection:
    """The selection that `config` makes among `rules`. Raises ConfigError for a word that means no rule."""
    wanted: set[str] = set()
    for key in ("select", "extend_select"):
        for word in getattr(config, key):
            wanted |= _codes(word, rules, _origin(config, key))
    for word in config.ignore:
        wanted -= _codes(word, rules, _origin(config, "ignore"))
    severities: dict[str, Severity] = {}
    options: dict[str, dict[str, object]] = {}
    for entry in config.rules:
        for code in _codes(entry.rule, rules, entry.origin):
            options.setdefault(code, {}).update(entry.options)
            if entry.severity == "off":
                wanted.discard(code)
            elif entry.severity is not None:
                severities[code] = Severity[entry.severity.upper()]
    for ignore in config.ignores:
        _codes(ignore.rule, rules, ignore.origin)
    return Selection(tuple(rule for rule in rules if rule.code in wanted), severities, options)


def codes_of(word: str, rules: Sequence[Rule]) -> frozenset[str]:
    """The codes that `word` selects among `rules`: `ALL`, a code, the beginning of codes such as `HL2`, or a name."""
    wanted = word.strip().casefold()
    if wanted == "all":
        return frozenset(rule.code for rule in rules)
    return frozenset(rule.code for rule in rules if wanted and (rule.code.casefold().startswith(wanted) or rule.name == wanted))


def unknown_rule(word: str, rules: Sequence[Rule]) -> str:
    """The words for a rule that does not exist, with those that are near: by its beginning, a part of its name, or how it is spelled."""
    wanted = word.strip().casefold()
    names = {known.casefold(): known for rule in rules for known in (rule.code, rule.name)}
    from difflib import get_close_matches

    near = [names[one] for one in get_close_matches(wanted, names, 1, 0.6)]
    begun = [rule.code for rule in rules if wanted and rule.code.casefold().startswith(wanted)]
    partly = [rule.name for rule in rules if len(wanted) > 2 and wanted in rule.name]
    if begun:
        return f"`{word}` begins several rules: name one of {some(begun, _SHOWN)}"
    if partly and not (near and near[0] in partly):
        return f"unknown rule `{word}`; did you mean {' or '.join(f'`{name}`' for name in partly[:_SHOWN])}?"
    return f"unknown rule `{word}`" + (f"; did you mean `{near[0]}`?" if near else "; `herolint rules` lists them")


def _codes(word: str, rules: Sequence[Rule], origin: str) -> frozenset[str]:
    codes = codes_of(word, rules)
    if not codes and word.strip().casefold() != "all":
        raise ConfigError(f"{origin}: {unknown_rule(word, rules)}")
    return codes


def _origin(config: Config, key: str) -> str:
    given = config.origins.get(key, "")
    return f"--{key.replace('_', '-')}" if given == "command line" else given
