"""Secrets that calls are given by their position, where no name says what they are: `provider :twitter, "…", "…"`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.origins import origin
from herolint.app.linking.values import Env, Known
from herolint.app.services.secret_values import is_placeholder, looks_random, mask
from herolint.app.services.secrets import Secret, is_beside_production
from herolint.code import facts
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.model import App

_SHORTEST = 12
"""Characters below which a text is none that a service handed out."""


def given_secrets(app: App) -> Iterator[Secret]:
    """The texts in reached code that calls take for a secret, also where one stands in for a variable; each place once."""
    seen: set[tuple[str, int]] = set()
    for effect in app.code.effects_of("takes-secret"):
        expr, value = app.code.argument(effect, effect.row.secret)
        if expr is None:
            continue
        mod, _, at = origin(app.code.linker, effect.mod, effect.fact.function, expr)
        value = value.default if isinstance(value, Env) and value.default is not None else value
        text = value.value if isinstance(value, Known) and isinstance(value.value, str) else ""
        at = next((part for part in at.parts if isinstance(part, facts.Const)), at) if isinstance(at, facts.Logic) else at
        if not looks_random(text, _SHORTEST) or is_placeholder(text) or is_beside_production(mod.path) or (mod.path, at.start) in seen:
            continue
        seen.add((mod.path, at.start))
        place = mod.place(at)
        if place.span is not None:
            mod.source.mask(place.span)
            yield Secret(f"the secret that `{_named(effect.name)}` is given", Place(place.path, place.span, "secret"), mask(text), True)


def _named(name: str) -> str:
    """The call as its language's users would say it."""
    return name.lstrip(".").rpartition("/")[2].replace("()", "")
