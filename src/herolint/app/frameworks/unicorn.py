"""What unicorn's configuration says of the time that a request may take."""

from __future__ import annotations

import posixpath
from itertools import pairwise
from typing import TYPE_CHECKING

from herolint.app.linking.values import Env, Known
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.finding import Place

if TYPE_CHECKING:
    from herolint.app.launching.launch import Launch
    from herolint.app.model import App

TOOLS = frozenset({"unicorn", "unicorn_rails"})


def unicorn_timeout(app: App, launch: Launch) -> tuple[int, Place, facts.AnyExpr] | None:
    """The seconds after which a worker is killed, where that stands in the file that the command names, and the number itself.

    None where no file is named or it says nothing: unicorn then has a default of its own.
    """
    words = [word.text for word in launch.words]
    named = [after for word, after in pairwise(words) if word in ("-c", "--config-file")]
    named += [word.partition("=")[2] for word in words if word.startswith("--config-file=")]
    mod = app.code.code.mod(posixpath.normpath(named[-1])) if named else None
    calls = [fact for fact in mod.facts.calls if isinstance(fact.call.func, facts.Name) and fact.call.func.id == "timeout"] if mod else []
    if mod is None or not calls or calls[-1].guard != NONE or calls[-1].function != NONE or not calls[-1].call.args:
        return None
    number = calls[-1].call.args[0]
    value = app.code.fold(mod, NONE, number)
    if isinstance(value, Env):
        given = app.config_var(value.name)
        value = Known(int(given)) if given is not None and given.isdigit() else app.code.environment.if_unset(value)
    seconds = value.value if isinstance(value, Known) else None
    return (int(seconds), mod.place(calls[-1].call), number) if isinstance(seconds, int | str) and str(seconds).isdigit() else None
