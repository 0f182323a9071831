"""In which mode the Rails of a container starts: on the container stack no buildpack sets RAILS_ENV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.building.deploy_scripts import mentioned
from herolint.app.folding.config_vars import declared, value_given
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.model import App

_MODES = ("RAILS_ENV", "RACK_ENV")
_STARTS = ("config/puma.rb", "config/boot.rb", "config/environment.rb", "config.ru")
_SET = lazy(r"(?:RAILS|RACK)_ENV['\"\]]*\s*(?:\|\|)?=(?![=~])|environment[\s(=]+:?['\"]?production|-e[ =]?production")
_FALLBACK = lazy(r"(?:[{,]|\|\|)\s*['\"]production['\"]")
_LEFT_OUT = lazy(r"without[ =:'\"]+development")


def starts_in_development(app: App) -> bool:
    """Whether a container starts Rails and nothing that is known says in which mode.

    Who builds the image for production knows of modes, and will have set a config var.
    """
    image, web = app.web_image, app.web
    if image is None or image.base is None or web is None or not app.container_sure or "config/environments/production.rb" not in app.slug:
        return False
    if _set_by_hand(app) or any(value_given(app, name) or name in declared(app) for name in _MODES):
        return False
    texts = [one.args for one in image.dockerfile.final_instructions if one.keyword == "RUN"]
    texts += [web.text, *(" ".join(word.text for word in launch.words) for launch in web.launches)]
    paths = {*_STARTS, *(place.path for launch in web.launches for place in launch.via)}
    texts += [source.text for path in paths if (source := app.source(path)) is not None]
    return not any(sign.search(text) for text in texts for sign in (_SET, _FALLBACK, _LEFT_OUT))


def _set_by_hand(app: App) -> bool:
    """Whether a deploy, a document, heroku.yml or the context sets a mode."""
    names = {text.partition("=")[0] for command in mentioned(app) for text, _ in command.arguments}
    names |= {name for name, _, _ in app.deploys.config_vars} | set(app.context.config_vars or ())
    names |= set(app.heroku_yml.config) if app.heroku_yml is not None else set()
    return not names.isdisjoint(_MODES)
