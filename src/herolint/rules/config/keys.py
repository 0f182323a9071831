"""Keys that sign or encrypt: made anew at each start, or published as a fallback."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.folding.config_vars import is_set
from herolint.app.model import App
from herolint.app.services.signing import SigningKey, signing_keys
from herolint.finding import Confidence, Finding
from herolint.rules.registry import WARNING, report, rule


@rule("HL710", "unstable-secret-key", WARNING, needs=("code", "processes"))
def unstable_secret_key(app: App) -> Iterator[Finding]:
    """A key that signs or encrypts is made at boot, or falls back to a text that everybody can read."""
    for key in signing_keys(app):
        if key.source == "random" and not is_set(app, key.variable):
            yield _found(
                app,
                key,
                f"{key.what} is made anew at every start{_unless(key)}",
                "no worker can read what another one has encrypted, and after a restart (once a day at least) nobody can"
                if key.encrypts
                else "every worker signs with a key of its own, and each restart (once a day at least) logs everybody out",
            )
        elif key.source == "literal" and key.variable and not is_set(app, key.variable):
            yield _found(
                app,
                key,
                f"{key.what} falls back to a text in the code{_unless(key)}",
                f"nobody notices that the config var is missing, and whoever reads the code can {_power(key)}",
            )


def _found(app: App, key: SigningKey, message: str, why: str) -> Finding:
    from herolint.app.mends.key_edits import read_from_environment

    assumed = bool(key.variable) and app.app_json is None and app.context.config_vars is None
    variable = key.variable or ("ENCRYPTION_KEY" if key.encrypts else "SECRET_KEY")
    words = key.remedy or f"read it from the environment without a fallback, and set it once: `heroku config:set {variable}=…`"
    return report(
        "HL710",
        message,
        key.at,
        why=why,
        fix=read_from_environment(app, key, words),
        process=key.process,
        confidence=Confidence.MEDIUM if assumed or key.runs is None else Confidence.HIGH,
    )


def _power(key: SigningKey) -> str:
    return "read what is encrypted" if key.encrypts else "sign in as anybody"


def _unless(key: SigningKey) -> str:
    return f" unless {key.variable} is set" if key.variable else ""
