"""Rules about secrets in the pushed files."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.model import App
from herolint.app.secrets import DJANGO_KEY, Secret, secrets_in
from herolint.app.values import Known
from herolint.finding import Confidence, Finding
from herolint.rules.registry import ERROR, WARNING, report, rule


@rule("HL701", "committed-secret", ERROR, WARNING)
def committed_secret(app: App) -> Iterator[Finding]:
    """A real secret stands in a file that is pushed."""
    for secret in secrets_in(app):
        certain = secret.certain
        if secret.kind == DJANGO_KEY:
            state = _signs_in_production(app, secret)
            if state is False:
                continue
            certain = state is True
        yield report(
            "HL701",
            f"{secret.kind} is committed: {secret.masked}",
            secret.at,
            severity=ERROR if certain else WARNING,
            why=_why(secret),
            fix=_fix(secret),
            confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        )


def _why(secret: Secret) -> str:
    if secret.kind == DJANGO_KEY:
        return "it signs sessions and password resets: whoever reads the repository can log in as anybody"
    return "whoever can read the repository or its history can use it; .env files are not read on Heroku anyway"


def _fix(secret: Secret) -> str:
    if secret.kind == DJANGO_KEY:
        return 'make a new one, set it with `heroku config:set SECRET_KEY=…`, and use `SECRET_KEY = os.environ["SECRET_KEY"]`'
    return "revoke it, take it out of the repository, and set it with `heroku config:set`"


def _signs_in_production(app: App, secret: Secret) -> bool | None:
    """Whether production signs with this literal: False where another setting takes its place, None where no process tells."""
    python = app.code if app.has("code") else None
    django = python.django if python is not None else None
    if python is None or django is None:
        return None
    effective = django.setting("SECRET_KEY")
    if effective is None or secret.at.path not in {mod.path for mod in django.layers}:
        return False
    settled = isinstance(effective.value, Known)
    bindings = list(django.assignments("SECRET_KEY"))
    others = [b for b in bindings if b.mod.path != secret.at.path or not isinstance(b.value, Known)]
    if any(python.guards.holds(b.mod, b.assign.guard) is not False for b in others):
        return False
    if not django.sure:
        return None
    return settled and effective.mod.path == secret.at.path
