"""Calls out of a request that nothing ends when the other side does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.commands import brief_program
from herolint.app.limits import has_limit
from herolint.app.mail_settings import OF_THE_SETTINGS, is_limited_by_settings
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.unlimited import is_switched_off
from herolint.finding import Confidence, Finding, Fix
from herolint.rules.registry import WARNING, report, rule
from herolint.rules.requests.work import flow_to, in_request


@rule("HL503", "outbound-call-no-timeout", WARNING, needs=("code", "processes"))
def outbound_call_no_timeout(app: App) -> Iterator[Finding]:
    """A request waits for a network or process call that has no time limit."""
    limit = app.platform.request_timeout_s
    by_settings = False
    for effect in app.code.effects_of("network", "runs-process"):
        reached = in_request(app, effect)
        if (
            reached is None
            or (0 < effect.row.default_timeout < limit or has_limit(app.code, effect))
            and not is_switched_off(app.code, effect)
        ):
            continue
        if brief_program(app.code, effect) or is_limited_by_settings(app.code, effect):
            continue
        if effect.row.note == OF_THE_SETTINGS:
            if by_settings:
                continue  # one setting ends all of them: the first place tells of it
            by_settings = True
        step, label = reached
        call = effect.name.replace("()", "")
        known = effect.row.default_timeout and not is_switched_off(app.code, effect)
        waits = f"waits up to {effect.row.default_timeout:.0f} s" if known else "waits for ever"
        yield report(
            "HL503",
            f"{label} calls {call} without a timeout",
            effect.mod.place(effect.fact.call.func, waits),
            why=_why(effect, limit),
            flow=flow_to(app, step, effect, call),
            fix=_fix(app, effect),
            process="web",
            confidence=Confidence.HIGH if effect.runs else Confidence.MEDIUM,
        )


def _why(effect: Effect, limit: float) -> str:
    if effect.row.kind == "model":
        patience = (
            f"while the dyno waits on for up to {effect.row.default_timeout:.0f} s"
            if effect.row.default_timeout
            else "while the dyno waits on"
        )
        return f"a long answer, or a busy model, takes longer than the router waits: the visitor gets H12 after {limit:.0f} s, {patience}"
    return f"when the other side hangs, the request hangs with it; the visitor gets H12 after {limit:.0f} s"


def _fix(app: App, effect: Effect) -> Fix:
    from herolint.app import mending

    return Fix(_words(app, effect), mending.mended(app, effect))


def _words(app: App, effect: Effect) -> str:
    if effect.row.remedy:
        return effect.row.remedy
    what = "no-limit" if effect.row.timeout == "none" else "limit-network" if effect.row.effect == "network" else "limit-process"
    return app.code.spell(effect.mod, what) or "give it a time limit"
