"""Calls out of a request that nothing ends when the other side does not answer."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from herolint.app.calling.flow import Step
from herolint.app.model import App
from herolint.app.program import Effect
from herolint.app.timing.clients import Client, client_of
from herolint.app.timing.commands import brief_program
from herolint.app.timing.durations import way_of
from herolint.app.timing.limits import ends_by_itself, has_limit
from herolint.app.timing.mail_settings import OF_THE_SETTINGS, is_limited_by_settings
from herolint.app.timing.network import nobody_waits
from herolint.app.timing.unlimited import is_switched_off
from herolint.code.queries import dotted
from herolint.finding import Confidence, Finding, Fix
from herolint.rules.registry import WARNING, report, rule
from herolint.rules.requests.work import flow_to, in_request


@rule("HL503", "outbound-call-no-timeout", WARNING, needs=("code", "processes"))
def outbound_call_no_timeout(app: App) -> Iterator[Finding]:
    """A request waits for a network or process call that has no time limit."""
    limit = app.platform.request_timeout_s
    shared: dict[tuple[str, int], list[_Call]] = {}
    alone: list[_Call] = []
    for call in _without_limit(app, limit):
        if call.client is None:
            alone.append(call)
        else:
            shared.setdefault(call.client.key, []).append(call)
    for calls in shared.values():
        if calls[0].client is not None and len(calls) > 1:
            yield _of_client(app, calls, calls[0].client, limit)
        else:
            alone += calls
    for call in alone:
        yield _of_call(app, call, limit)


class _Call(msgspec.Struct, frozen=True):
    """A call that nothing ends, the way to it from a handler and that one's name, and the client that makes it."""

    effect: Effect
    step: Step
    label: str
    client: Client | None

    @property
    def name(self) -> str:
        made = self.effect.name.endswith("()")  # what a call gave back: `promisify(exec)` under a name of its own
        return (dotted(self.effect.fact.call.func) if made else None) or self.effect.name.replace("()", "")


def _without_limit(app: App, limit: float) -> Iterator[_Call]:
    by_settings = False
    for effect in app.code.effects_of("network", "runs-process"):
        reached = in_request(app, effect)
        limited = 0 < effect.row.default_timeout < limit or has_limit(app.code, effect)
        if reached is None or (limited and not is_switched_off(app.code, effect)):
            continue
        if any(ends_by_itself(mod, fact) for mod, fact in way_of(effect, reached[0])):
            continue
        if nobody_waits(app.code, effect) or brief_program(app.code, effect) or is_limited_by_settings(app.code, effect):
            continue
        if effect.row.note == OF_THE_SETTINGS:
            if by_settings:
                continue  # one setting ends all of them: the first place tells of it
            by_settings = True
        yield _Call(effect, *reached, client_of(app.code, effect))


def _waits(app: App, effect: Effect) -> str:
    known = effect.row.default_timeout and not is_switched_off(app.code, effect)
    return f"waits up to {effect.row.default_timeout:.0f} s" if known else "waits for ever"


def _of_client(app: App, calls: list[_Call], client: Client, limit: float) -> Finding:
    """A client that makes several of the calls: what is missing is missing there."""
    return report(
        "HL503",
        f"{client.name} is given no timeout, and {len(calls)} calls in requests go through it",
        client.place(_waits(app, calls[0].effect)),
        why=_why(calls[0].effect, limit),
        related=tuple(call.effect.mod.place(call.effect.fact.call.func, call.label) for call in calls[:_SHOWN]),
        fix=client.row.remedy,
        process="web",
        confidence=Confidence.HIGH if any(call.effect.runs for call in calls) else Confidence.MEDIUM,
    )


_SHOWN = 4
"""So many of a client's calls are shown."""


def _of_call(app: App, call: _Call, limit: float) -> Finding:
    effect, client = call.effect, call.client
    elsewhere = client is not None and (client.mod, client.function) != (effect.mod, effect.fact.function)
    return report(
        "HL503",
        f"{call.label} calls {call.name} without a timeout",
        effect.mod.place(effect.fact.call.func, _waits(app, effect)),
        why=_why(effect, limit),
        related=(client.place("the client is made here"),) if client is not None and elsewhere else (),
        flow=flow_to(app, call.step, effect, call.name),
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
    from herolint.app.mends import mending

    return Fix(_words(app, effect), mending.mended(app, effect))


def _words(app: App, effect: Effect) -> str:
    if effect.row.remedy:
        return effect.row.remedy
    what = "no-limit" if effect.row.timeout == "none" else "limit-network" if effect.row.effect == "network" else "limit-process"
    return app.code.spell(effect.mod, what) or "give it a time limit"
