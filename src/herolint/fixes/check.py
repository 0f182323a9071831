"""Whether a fix may be carried out: it touches only what it may, and every file can still be read as well as before."""

from __future__ import annotations

from collections.abc import Sequence

from herolint.fixes.guard import Guard
from herolint.fixes.resolve import CannotFix, Plan, Sources
from herolint.fixes.state import State
from herolint.fixes.syntax import broke


def check(plan: Plan, source: Sources, guard: Guard) -> None:
    """Raise CannotFix for a plan that touches what it must not, or that leaves a file worse to read than it was."""
    if not plan.paths:
        raise CannotFix("it would change nothing")
    for path in sorted(plan.paths):
        if why := guard.forbidden(path):
            raise CannotFix(why)
    old = {path.casefold() for path in plan.renamed}
    for path in (*plan.new, *plan.renamed.values()):
        if path.casefold() not in old and source(path) is None and guard.taken(path):
            raise CannotFix(f"{path} is there already and would not be pushed")
    for path in broken([plan], source):
        raise CannotFix(f"{path} could not be read any more")


def broken(plans: Sequence[Plan], source: Sources) -> list[str]:
    """The files that plans, carried out together, leave worse to read than they are in `source`."""
    after = State().after(plans, source)
    return [path for path in after.changed if (file := after.file(path)) is not None and broke(source(after.moved.get(path, path)), file)]
