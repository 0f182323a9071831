"""How far the memory of one web process is from that of the next."""

from __future__ import annotations

from herolint.app.model import App
from herolint.app.running.workers import Workers, dynos_of, web_workers
from herolint.finding import Confidence, Place, Severity
from herolint.rules.registry import NOTE, WARNING


class Spread:
    """How far the memory of one web process is from that of the next: what messages, severity and confidence depend on."""

    def __init__(self, app: App) -> None:
        self.workers: Workers | None = web_workers(app)
        self.dynos = dynos_of(app, "web")
        self.hours = f"{app.platform.restart_hours:.0f} hours"

    @property
    def several(self) -> bool:
        """Whether more than one process answers requests."""
        return self.dynos > 1 or (self.workers is not None and self.workers.several)

    @property
    def severity(self) -> Severity:
        """A note where the project itself says that there is one process."""
        one = self.workers is not None and self.workers.chosen and self.workers.number == 1
        return NOTE if one and not self.several else WARNING

    @property
    def confidence(self) -> Confidence:
        """Certain where several processes answer."""
        return Confidence.HIGH if self.several else Confidence.MEDIUM

    @property
    def where(self) -> str:
        """Whose memory it is."""
        return "each worker's memory" if self.several else "the memory of one process"

    @property
    def apart(self) -> str:
        """Why one process does not see what another one holds."""
        if self.workers is not None and self.workers.several:
            by = " (the buildpack sets WEB_CONCURRENCY)" if self.workers.origin == "buildpack" else ""
            return f"{self.workers.launch.tool} starts {self.workers.number} workers{by}, and one does not see what another holds"
        return f"each of the {self.dynos} web dynos has its own" if self.several else "a second worker or dyno would not see it"

    @property
    def lost(self) -> str:
        """Who else does not see it, and when it is gone."""
        return f"{self.apart}; at each deploy, restart and at least every {self.hours} all of it is gone"

    @property
    def places(self) -> tuple[Place, ...]:
        """What says how many processes there are."""
        if self.workers is None or not self.workers.several:
            return ()
        return (Place(self.workers.place.path, self.workers.place.span, f"{self.workers.number} workers"),)
