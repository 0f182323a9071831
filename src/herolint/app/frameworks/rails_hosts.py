"""Names of hosts in Rails' settings: those that it answers, and the one that links in mails lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.code import facts
from herolint.code.queries import dotted
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
    """The local host that links, or pictures, in the mails of production lead to."""
    if not _has_mailers(rails):
        return None
    links = _held(rails, "action_mailer.default_url_options", "host")
    if links is not None:
        return links
    setting = rails.setting("action_mailer.asset_host")
    text = setting.value.value if setting is not None and isinstance(setting.value, facts.Const) else None
    host = text.rpartition("://")[2] if isinstance(text, str) else ""
    if setting is None or rails.holds(setting.mod, setting.guard) is not True or not _LOCAL.match(host):
        return None
    return host.partition(":")[0], setting


def local_mail_server(rails: Rails) -> tuple[str, Setting] | None:
    """The local host that production hands its mails to, where nothing tells Rails another way."""
    method = rails.setting("action_mailer.delivery_method")
    if not _has_mailers(rails) or (method is not None and method.word != "smtp"):
        return None
    for mod in rails.layers:
        if any((dotted(assign.target) or "").startswith("ActionMailer.Base.") for assign in mod.facts.assigns):
            return None
    return _held(rails, "action_mailer.smtp_settings", "address")


def _has_mailers(rails: Rails) -> bool:
    return any(path.startswith("app/mailers/") and path.endswith(".rb") and path != _FIRST for path in rails.app.slug)


def _held(rails: Rails, name: str, key: str) -> tuple[str, Setting] | None:
    """The local host that a setting's table holds under a key, and the setting."""
    setting = rails.setting(name)
    value = setting.value if setting is not None else None
    if setting is None or rails.holds(setting.mod, setting.guard) is not True or not isinstance(value, facts.Mapping):
        return None
    host = next((item for word, item in value.items if isinstance(word, facts.Const) and word.value == key), None)
    if isinstance(host, facts.Const) and isinstance(host.value, str) and _LOCAL.match(host.value):
        return host.value, setting
    return None
