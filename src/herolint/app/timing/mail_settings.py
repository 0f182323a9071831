"""Mail that Django sends by SMTP while a visitor waits: whether the settings limit how long the server may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.linking.values import Known, options, text_of

if TYPE_CHECKING:
    from herolint.app.program import Effect, Program

OF_THE_SETTINGS = "mail of the settings"
"""What the rows of such calls note."""
_AT_HOME = frozenset({"", "localhost", "127.0.0.1"})
"""Hosts where a dyno has no mail server: the call is refused at once."""


def is_limited_by_settings(code: Program, effect: Effect) -> bool:
    """Whether such a call goes another way than SMTP, or is ended by `EMAIL_TIMEOUT`."""
    if effect.row.note != OF_THE_SETTINGS:
        return False
    django = code.django
    if django is None or django.is_set("EMAIL_TIMEOUT"):
        return True
    host = django.setting("EMAIL_HOST")
    if host is None or (isinstance(host.value, Known) and str(host.value.value or "").lower() in _AT_HOME):
        return True
    backends = [text_of(code.environment.if_unset(one)) for found in django.assignments("EMAIL_BACKEND") for one in options(found.value)]
    return any(text is None or "smtp" not in text for text in backends)
