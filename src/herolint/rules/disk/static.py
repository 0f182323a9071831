"""Django's static files: collected while building, and served by something once DEBUG is off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.building.intent import wants_to_run
from herolint.app.frameworks.django import Django
from herolint.app.launching.launch import Launch
from herolint.app.linking.values import Known, Unknown, env_names, walk
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Fix, Place
from herolint.rules.registry import ERROR, WARNING, report, rule

if TYPE_CHECKING:
    from herolint.app.building.collectstatic import Trouble

_STATIC_OPTIONS = frozenset({"static-map", "static-map2", "check-static"})
"""Options of uWSGI that make it serve files."""


@rule("HL208", "static-files-not-served", ERROR, WARNING, needs=("code", "python"))
def static_files_not_served(app: App) -> Iterator[Finding]:
    """collectstatic has nowhere to put files, or nothing serves them in production."""
    from herolint.app.building import collectstatic  # few repositories have such settings

    django = app.code.django
    if not collectstatic.runs(app) and (django is None or app.web is None):
        return
    if django is None:
        yield from (_trouble(one, Confidence.MEDIUM) for one in collectstatic.no_settings(app))
    elif django.installed and (app.processes or wants_to_run(app)):
        yield from _of_project(app, django)


def _of_project(app: App, django: Django) -> Iterator[Finding]:
    """What the build collects needs no process; that it is served does."""
    from herolint.app.building import collectstatic

    if collectstatic.runs(app) and not _remote_storage(django):
        sure = Confidence.HIGH if django.sure else Confidence.LOW
        yield from (_trouble(one, sure) for one in collectstatic.troubles(app, django))
    if collectstatic.STATICFILES not in django.installed:
        return
    if (
        not _has_root(django)
        and not collectstatic.is_disabled(app)
        and not _remote_storage(django)
        and not _collects_nothing(app, django)
        and not app.is_container
        and not _configured_elsewhere(app)
    ):
        yield _no_root(app, django)
    elif app.web is not None and not _served(app, django):
        yield _not_served(app, django)


def _has_root(django: Django) -> bool:
    """Whether STATIC_ROOT names a folder; an empty text is none to Django."""
    found = django.setting("STATIC_ROOT")
    return found is not None and not (isinstance(found.value, Known) and found.value.value in ("", None))


def _no_root(app: App, django: Django) -> Finding:
    from herolint.app.mends.static_edits import with_root

    root = django.setting("STATIC_ROOT")
    found = root or django.setting("STATIC_URL") or django.setting("INSTALLED_APPS")
    return report(
        "HL208",
        f"STATIC_ROOT is {'not set' if root is None else 'empty'}: collectstatic has no folder to collect into",
        found.mod.place(found.assign, "no STATIC_ROOT beside it" if root is None else "no folder")
        if found is not None
        else Place(django.settings_path),
        why="the Python buildpack runs collectstatic for every Django app; it fails with ImproperlyConfigured and the build stops",
        fix=Fix('set `STATIC_ROOT = BASE_DIR / "staticfiles"` and serve it with WhiteNoise', with_root(app, django)),
        process="web",
        confidence=Confidence.HIGH if django.sure else Confidence.LOW,
    )


def _not_served(app: App, django: Django) -> Finding:
    from herolint.app.mends.static_edits import with_whitenoise

    words = 'add `whitenoise` to the requirements and `"whitenoise.middleware.WhiteNoiseMiddleware"` after SecurityMiddleware'
    found = django.setting("STATIC_ROOT") or django.setting("STATIC_URL")
    return report(
        "HL208",
        "nothing serves the static files once DEBUG is off",
        found.mod.place(found.assign, "collected here, served by nobody") if found is not None else Place(django.settings_path),
        severity=ERROR if _debug_is_off(app, django) else WARNING,
        why="Heroku has no file server before the dyno: every stylesheet and script answers 404",
        related=(app.procfile_place("web", "serves only the app"),),
        fix=Fix(words, with_whitenoise(app, django)),
        process="web",
        confidence=Confidence.HIGH if django.sure else Confidence.LOW,
    )


def _trouble(one: Trouble, confidence: Confidence) -> Finding:
    return report(
        "HL208",
        one.message,
        one.at,
        why=f"the Python buildpack runs collectstatic for every Django app, and the build stops: {one.says}",
        fix=one.fix,
        process="web",
        confidence=confidence,
    )


def _collects_nothing(app: App, django: Django) -> bool:
    """Whether an app before staticfiles brings a collectstatic of its own, which needs no folder."""
    before = django.installed[: django.installed.index("django.contrib.staticfiles")]
    return any(app.code.knowledge.backends.get(name) == "idle-collector" for name in before)


def _configured_elsewhere(app: App) -> bool:
    """`django_heroku.settings(locals())` sets STATIC_ROOT and WhiteNoise by itself."""
    return any(True for _ in app.code.calls_named("django_heroku.settings", "django_on_heroku.settings"))


def _remote_storage(django: Django) -> bool:
    """Whether static files go to object storage."""
    value = django.static_storage()
    for inner in walk(value) if value is not None else ():
        if isinstance(inner, Known) and isinstance(inner.value, str):
            low = inner.value.lower()
            if any(word in low for word in ("storages.", "s3", "boto", "cloudinary", "gcloud", "azure", "spaces")):
                return True
    return isinstance(value, Unknown)


def _served(app: App, django: Django) -> bool:
    if _remote_storage(django) or _configured_elsewhere(app):
        return True
    if any("whitenoise" in name.lower() for name in django.listed("MIDDLEWARE") + django.listed("MIDDLEWARE_CLASSES")):
        return True
    if any(_serves_files(app, launch) for launch in (app.web.launches if app.web else ())):
        return True
    texts = [mod.source.text for mod in app.code.modules]
    if any(word in text for text in texts for word in ("WhiteNoise(", "DjangoWhiteNoise", "Cling(", "StaticFiles(")):
        return True
    if any("views.static" in text for text in texts):
        return True
    only_debugging = any("static(settings.STATIC_URL" in text.replace(" ", "") or "staticfiles_urlpatterns" in text for text in texts)
    if only_debugging and not _debug_is_off(app, django) and not _debug_is_left_on(django):
        return True
    url = django.setting("STATIC_URL")
    if url is not None and (
        env_names(url.value) or any(isinstance(i, Known) and str(i.value).startswith(("http", "//")) for i in walk(url.value))
    ):
        return True
    if any(launch.tool == "django" and launch.subcommand == "runserver" for launch in (app.web.launches if app.web else ())):
        return not _debug_is_off(app, django)
    return not _has_pages(app)


def _serves_files(app: App, launch: Launch) -> bool:
    """Whether a program in front of the app, or its server, gives out files itself."""
    if launch.tool in ("nginx", "bin/start-nginx") or launch.wrapper.startswith("start-nginx"):
        return True
    if launch.tool != "uwsgi":
        return False
    from herolint.app.running.uwsgi import uwsgi_settings

    return not _STATIC_OPTIONS.isdisjoint(uwsgi_settings(app, launch))


def _has_pages(app: App) -> bool:
    """Whether the app has pages that want static files: templates of its own, or Django's admin."""
    return any(path.endswith(".html") and "/templates/" in f"/{path}" for path in app.slug)


def _debug_is_left_on(django: Django) -> bool:
    """Whether DEBUG is switched on in the code itself, where it cannot stay so."""
    found = django.settled("DEBUG")
    return found is not None and isinstance(found.value, Known) and found.value.value is True


def _debug_is_off(app: App, django: Django) -> bool:
    found = django.setting("DEBUG")
    if found is None:
        return True
    settled = app.code.environment.switch(found.value)
    return isinstance(settled, Known) and settled.value in (False, 0, "", "False", "false", "0", None)
