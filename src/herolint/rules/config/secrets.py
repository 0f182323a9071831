"""Rules about secrets in the pushed files."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.folding.config_vars import declared, is_set
from herolint.app.linking.values import Known
from herolint.app.model import App
from herolint.app.services.given_secrets import given_secrets
from herolint.app.services.secret_settings import ENV_FILE
from herolint.app.services.secret_values import is_placeholder, looks_random
from herolint.app.services.secrets import DEVELOPMENT, DJANGO_KEY, DJANGO_KEY_LENGTH, Secret, secrets_in
from herolint.app.services.signing import SigningKey, signing_keys
from herolint.finding import Confidence, Finding, Place
from herolint.patterns import lazy
from herolint.rules.registry import ERROR, WARNING, report, rule

GUESSED_LENGTH = 14
"""Characters below which a key that is no random one is within reach of a word list."""
RANDOM_LENGTH = 10
"""Characters from which on a signing key may be a random one."""
SHARED_SECRET = lazy(r"(SECRET(_KEY)?(_BASE)?|MASTER_KEY|PASSWORD|SIGNING_KEY|ENCRYPTION_KEY|PRIVATE_KEY|_SALT|AUTH_TOKEN)\Z")
LEFT_TO_FILL_IN = lazy(r"(?i)change|modif|replace|your|enter|insert|fill|example|xxx|todo|<|\$\{|\Anone\Z")
SHOWN = 5
"""Further secrets of a file that a finding points to."""


@rule("HL701", "committed-secret", ERROR, WARNING)
def committed_secret(app: App) -> Iterator[Finding]:
    """A real secret stands in a file that is pushed."""
    files: dict[str, list[Secret]] = {}
    signing = list(signing_keys(app)) if app.has("code") and app.has("processes") else []
    keys = [key for key in signing if _is_written_out(key)]
    told = [*keys, *(key for key in signing if key.variable)]  # what stands in for a variable is told as such
    given = list(given_secrets(app)) if app.has("code") and app.has("processes") else []
    for secret in (*given, *(one for one in secrets_in(app) if not any(_same_place(one.at, other.at) for other in given))):
        if any(_same_place(secret.at, key.at) for key in told):
            continue
        if secret.kind == DJANGO_KEY:
            yield from _django_key(app, secret)
        else:
            files.setdefault(secret.at.path, []).append(secret)
    for found in files.values():
        found.sort(key=lambda s: not s.certain)
        yield _in_file(found)
    yield from (_signing_key(app, key) for key in keys)
    yield from _given_to_every_app(app)


def _same_place(one: Place, other: Place) -> bool:
    if one.span is None or other.span is None or one.path != other.path:
        return False
    return one.span.start < other.span.end and other.span.start < one.span.end


def _is_written_out(key: SigningKey) -> bool:
    """Whether production signs with a key that stands in the code; Django's own have a judgement of theirs where they are long."""
    if key.source != "literal" or key.variable or key.runs is False:
        return False
    return not key.what.startswith("Django") or len(key.text) < DJANGO_KEY_LENGTH


def _signing_key(app: App, key: SigningKey) -> Finding:
    """A signing key that is the same for everybody who reads the code."""
    from herolint.app.mends.key_edits import read_from_environment

    variable = "ENCRYPTION_KEY" if key.encrypts else "SECRET_KEY"
    words = f'make a new one, set it with `heroku config:set {variable}=…`, and read it with `os.environ["{variable}"]`'
    random = looks_random(key.text, RANDOM_LENGTH)
    guessed = not random and (len(key.text) < GUESSED_LENGTH or is_placeholder(key.text))
    return report(
        "HL701",
        f"{key.what} stands in the code{', and can be guessed' if guessed else ''}",
        key.at,
        severity=ERROR if random and key.runs else WARNING,
        why="whoever knows it can read what is encrypted with it"
        if key.encrypts
        else "it signs sessions and tokens: whoever knows it can log in as anybody",
        fix=read_from_environment(app, key, words),
        process=key.process,
        confidence=Confidence.HIGH if key.runs else Confidence.MEDIUM,
    )


def _in_file(found: list[Secret]) -> Finding:
    """One finding for all secrets of a file, at the surest of them."""
    first, others = found[0], found[1:]
    more = f", and {len(others)} more in this file" if others else ""
    never_read = "; Heroku never reads a .env file anyway" if ENV_FILE.search(first.at.path) else ""
    return report(
        "HL701",
        f"{first.kind} is committed: {first.masked}{more}",
        first.at,
        severity=ERROR if first.certain else WARNING,
        why=f"whoever can read the repository or its history can use it{never_read}",
        fix="revoke it, take it out of the repository, and set it with `heroku config:set`",
        related=tuple(Place(other.at.path, other.at.span, other.kind) for other in others[:SHOWN]),
        confidence=Confidence.HIGH if first.certain else Confidence.MEDIUM,
    )


def _django_key(app: App, secret: Secret) -> Iterator[Finding]:
    state = _signs_in_production(app, secret)
    if state is not False:
        from herolint.app.mends.key_edits import django_key

        words = 'make a new one, set it with `heroku config:set SECRET_KEY=…`, and use `SECRET_KEY = os.environ["SECRET_KEY"]`'
        django = app.code.django if app.has("code") else None
        settings = {mod.path for mod in django.layers} if django is not None else set()
        settings |= {secret.at.path} if django is None and app.dependencies.has("django") else set()
        yield report(
            "HL701",
            f"{secret.kind if secret.at.path in settings else 'the value of SECRET_KEY'} is committed: {secret.masked}",
            secret.at,
            severity=ERROR if state else WARNING,
            why="it signs sessions and password resets: whoever reads the repository can log in as anybody",
            fix=django_key(app, secret.at, words) if state else words,
            confidence=Confidence.HIGH if state else Confidence.MEDIUM,
        )


def _signs_in_production(app: App, secret: Secret) -> bool | None:
    """Whether production signs with this literal: False where another setting takes its place, None where no process tells."""
    python = app.code if app.has("code") else None
    django = python.django if python is not None else None
    if python is None or django is None:
        return False if DEVELOPMENT.search(secret.at.path) else None
    effective = django.setting("SECRET_KEY")
    if effective is None or secret.at.path not in {mod.path for mod in django.layers}:
        return False
    if is_set(app, "SECRET_KEY") and any(True for _ in python.calls_named("django_heroku.settings", "django_on_heroku.settings")):
        return False  # the call puts the variable in the literal's place
    settled = isinstance(effective.value, Known)
    bindings = list(django.assignments("SECRET_KEY"))
    others = [b for b in bindings if b.mod.path != secret.at.path or not isinstance(b.value, Known)]
    if any(python.guards.holds(b.mod, b.assign.guard) is not False for b in others):
        return False
    if not django.sure:
        return None
    return settled and effective.mod.path == secret.at.path


def _given_to_every_app(app: App) -> Iterator[Finding]:
    """A value in app.json that is meant to be secret: whoever presses the button gets the same one."""
    for entry in declared(app).values():
        if entry.value and SHARED_SECRET.search(entry.name) and not LEFT_TO_FILL_IN.search(entry.value):
            yield report(
                "HL701",
                f"app.json gives every app the same {entry.name}",
                Place("app.json", entry.span, "published"),
                severity=WARNING,
                why="whoever sets an app up with the button and changes nothing has a secret that stands in the repository",
                fix='use `"generator": "secret"` in the place of the value, or leave it out so that Heroku asks for it',
                confidence=Confidence.MEDIUM,
            )
