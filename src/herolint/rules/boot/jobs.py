"""Jobs that a framework leaves in the memory of web."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.finding import Finding
from herolint.rules.registry import report


def jobs_in_memory(app: App) -> Iterator[Finding]:
    """Active Job without an adapter: what is queued runs in threads of web, and is lost with it."""
    if app.rails is None or app.web is None:
        return
    from herolint.app.frameworks.rails_jobs import memory_jobs

    found = memory_jobs(app.rails)
    if found is not None:
        yield report(
            "HL603",
            "jobs wait in the memory of web and run in its threads: "
            + ("Active Job's adapter is `:async`" if found.chosen else "Active Job is given no adapter"),
            found.at,
            why=f"what still waits is lost at each deploy and restart, at least every {app.platform.restart_hours:.0f} hours; "
            "jobs take time and memory from the requests",
            related=tuple(place for place in found.queued if place != found.at),
            fix="set `config.active_job.queue_adapter` to `:solid_queue`, `:good_job` or `:sidekiq`, and start its program as `worker:`",
            process="web",
        )
