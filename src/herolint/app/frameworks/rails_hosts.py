"""Names of hosts in Rails' settings: those that it answers, and the one that links in mails lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.code import facts
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.frameworks.rails import Rails
    from herolint.app.frameworks.rails_settings import Setting

_LOCAL = lazy(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)(?::\d+)?\Z")
_FIRST = "app/mailers/application_mailer.rb"


def shut_out_hosts(rails: Rails) -> tuple[tuple[str, ...], Setting] | None:
    """The hosts that production answers, where all of them are local, with the setting that names the last one."""
    if not rails.hosts or rails.setting("host_authorization") is not None:
        return None
    names: list[str] = []
    for setting in rails.hosts:
        if rails.holds(setting.mod, setting.guard) is not True or setting.value is None:
            return None
        items = setting.value.items if isinstance(setting.value, facts.Sequence) else (setting.value,)
        texts = [item.value for item in items if isinstance(item, facts.Const) and isinstance(item.value, str)]
        if len(texts) != len(items):
            return None
        names += texts
    return (tuple(names), rails.hosts[-1]) if names and all(_LOCAL.match(name) for name in names) else None


def local_mail_links(rails: Rails) -> tuple[str, Setting] | None:
    """The local host that links in the mails of production lead to."""
    if not any(path.startswith("app/mailers/") and path.endswith(".rb") and path != _FIRST for path in rails.app.slug):
        return None
    setting = rails.setting("action_mailer.default_url_options")
    value = setting.value if setting is not None else None
    if setting is None or rails.holds(setting.mod, setting.guard) is not True or not isinstance(value, facts.Mapping):
        return None
    host = next((item for key, item in value.items if isinstance(key, facts.Const) and key.value == "host"), None)
    if isinstance(host, facts.Const) and isinstance(host.value, str) and _LOCAL.match(host.value):
        return host.value, setting
    return None
