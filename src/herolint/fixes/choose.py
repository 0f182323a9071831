"""Which fixes can be made together: none that touches what another one touches, unless both do the very same there."""

from __future__ import annotations

from herolint.fixes.resolve import Patch, Plan, overlap


class Chosen:
    """The plans taken so far in one pass."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self._patches: dict[str, list[Patch]] = {}
        self._whole: set[str] = set()
        """Files that appear, vanish or get another name."""
        self._alone: set[str] = set()

    def take(self, plan: Plan) -> bool:
        """Take a plan, unless it must wait for what was taken before."""
        whole = {*plan.new, *plan.renamed, *plan.renamed.values(), *plan.deleted}
        if plan in self.plans:
            return True
        if (whole | plan.alone) & (self._whole | self._patches.keys()) or (self._whole | self._alone) & plan.paths:
            return False
        for path, patches in plan.patches.items():
            taken = self._patches.get(path, [])
            if any(overlap(one.span, other.span) and one != other for one in patches for other in taken):
                return False
        for path, patches in plan.patches.items():
            self._patches.setdefault(path, []).extend(patches)
        self._whole |= whole
        self._alone |= plan.alone
        self.plans.append(plan)
        return True
