"""Config vars that production cannot do without and nothing sets: what app.json should ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.folding.config_vars import is_set
from herolint.app.needs.variables import EnvRead
from herolint.patterns import lazy
from herolint.platforms.addons import load_addons

if TYPE_CHECKING:
    from herolint.app.model import App

_CREDENTIAL = lazy(r"(URL|URI|KEY|TOKEN|SECRET|PASSWORD|PASS|HOST|ENDPOINT|API_ID|API_HASH|USERNAME)(_?\d+)?\Z")
_OPTIONAL = lazy(r"SENTRY|NEW_?RELIC|ROLLBAR|ANALYTICS|DATADOG|HONEYBADGER|SCOUT|BUGSNAG|AIRBRAKE|PROXY|LOG|DEBUG|WEBHOOK_URL|TEST|DSN")


def required_variables(app: App) -> dict[str, EnvRead]:
    """Variables that nothing sets and that code cannot do without, each with the read that hurts most."""
    left_to_addons = {name for addon in load_addons().addon for name in addon.sets}
    found: dict[str, EnvRead] = {}
    fine: set[str] = set()
    asked: set[tuple[str, str]] = set()
    for read in app.code.env_reads:
        if read.default:
            fine.add(read.name)
            asked.add((read.name, read.at.path))
        if read.name in left_to_addons or read.guarded or is_set(app, read.name):
            continue
        weak = read.use == "given" and bool(_CREDENTIAL.search(read.name)) and not _OPTIONAL.search(read.name)
        if read.required or read.use == "fails" or weak:
            known = found.get(read.name)
            if known is None or (read.required and not known.required):
                found[read.name] = read
    return {n: r for n, r in found.items() if (n, r.at.path) not in asked and (r.required or n not in fine)}
