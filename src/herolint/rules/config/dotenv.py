"""Files of local settings that start-up cannot do without."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.needs.env_files import needed_files
from herolint.finding import Finding
from herolint.rules.registry import ERROR, report, rule


@rule("HL709", "dotenv-required", ERROR, needs=("processes",))
def dotenv_required(app: App) -> Iterator[Finding]:
    """Start-up fails where a file of local settings is absent, and a push does not send it."""
    for needed in needed_files(app):
        reason = app.workspace.unpushed_reason(needed.path)
        absent = f"which a push leaves out ({reason})" if reason else "which is not in the repository"
        is_env = posixpath.basename(needed.path).startswith(".env")
        yield report(
            "HL709",
            f"{needed.how} {needed.path}, {absent}",
            needed.at,
            why="the file is not there on the dyno, and the process stops as soon as it starts (H10)",
            fix=(
                "read the environment, and the file only where it is there; set the values with `heroku config:set`"
                if is_env
                else "put the content into a config var, and read it from there"
            ),
            process=needed.process,
        )
