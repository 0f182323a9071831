"""Files through which process types would have to share a disk."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.keeping.storage import shown
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL209", "file-shared-between-dynos", ERROR, WARNING, needs=("code", "processes"))
def file_shared_between_dynos(app: App) -> Iterator[Finding]:
    """One process type writes a file that another one reads."""
    for shared in app.code.shared_files:
        path = shown(shared.path)
        sure = bool(shared.write.effect.runs)
        committed = path in app.slug
        reading = shared.read.effect.mod.place(shared.read.expr, f"{shared.reader} reads it here")
        yield report(
            "HL209",
            f"{shared.writer} writes {path}, and {shared.reader} reads it on another dyno",
            shared.write.effect.mod.place(shared.write.expr, f"{shared.writer} writes it here"),
            severity=ERROR if sure else WARNING,
            why=f"each dyno has a disk of its own: {shared.reader} "
            + ("goes on reading the file as it was deployed" if committed else "never finds the file"),
            related=(reading, *_commands(app, shared.writer, shared.reader)),
            fix="hand it on through object storage (S3), the database or Redis",
            process=shared.writer,
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        )


def _commands(app: App, *names: str) -> tuple[Place, ...]:
    return tuple(app.procfile_place(name, f"{name} is a dyno of its own") for name in names)
