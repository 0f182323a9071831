"""The deployment context: what decides whether code breaks and stands in no file of the repository.

Stack, dyno sizes, add-ons, config vars, buildpacks and scale come from the `[app]` table of the configuration
or from what the `heroku` command prints as JSON (`--context FILE`). Names are kept, values never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

_MAX_BYTES = 4_000_000
"""A larger context file is refused; what the `heroku` command prints is a few hundred kilobytes at most."""

# Dynos that are started once and end: they say nothing about scale.
_ONE_OFF = frozenset({"run", "release", "scheduler"})


class ContextError(Exception):
    """A context file that cannot be read; the message is one line that names the file."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about the deployed app. `None` means nobody said; an empty collection means none."""

    stack: str | None = None
    dynos: Mapping[str, str] = {}
    """Dyno size in lower case by process type; the key "" is the size of all others."""
    addons: frozenset[str] | None = None
    """Add-ons as `service:plan` or `service`."""
    config_vars: frozenset[str] | None = None
    """Names of the config vars that are set."""
    buildpacks: tuple[str, ...] | None = None
    scale: Mapping[str, int] = {}
    """Number of dynos by process type."""

    def dyno(self, process: str) -> str | None:
        """The dyno size of a process type, when somebody said."""
        return self.dynos.get(process, self.dynos.get(""))

    def over(self, other: Context) -> Context:
        """This context, with `other` filling what this one does not say."""
        return Context(
            stack=self.stack or other.stack,
            dynos={**other.dynos, **self.dynos},
            addons=other.addons if self.addons is None else self.addons,
            config_vars=other.config_vars if self.config_vars is None else self.config_vars,
            buildpacks=other.buildpacks if self.buildpacks is None else self.buildpacks,
            scale={**other.scale, **self.scale},
        )


def load_context(file: Path) -> Context:
    """Read what `heroku config --json`, `addons --json`, `ps --json` or `apps:info --json` printed.

    The file may hold one such document, several one after the other, or one object with the keys `config`,
    `addons`, `ps`, `buildpacks`, `stack`. Raises ContextError.
    """
    import json

    try:
        if not file.is_file():
            raise ContextError(f"{file}: no such file" if not file.exists() else f"{file}: not a file")
        if file.stat().st_size > _MAX_BYTES:
            raise ContextError(f"{file}: too large for a context file (over {_MAX_BYTES // 1_000_000} MB)")
        text = file.read_bytes().decode("utf-8-sig")
        context = Context()
        for document in _documents(text):
            context = _read(document, file).over(context)
    except OSError as error:
        raise ContextError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ContextError(f"{file}: not valid UTF-8") from error
    except json.JSONDecodeError as error:
        raise ContextError(f"{file}:{error.lineno}:{error.colno}: not valid JSON ({error.msg})") from error
    except RecursionError as error:
        raise ContextError(f"{file}: nested too deeply") from error
    return context


def _documents(text: str) -> Iterator[object]:
    """The JSON documents that stand one after the other in a text."""
    import json

    decoder = json.JSONDecoder()
    rest = text.lstrip()
    if not rest:
        raise json.JSONDecodeError("empty file", text, 0)
    while rest:
        at = len(text) - len(rest)
        document, end = decoder.raw_decode(text, at)
        yield document
        rest = text[end:].lstrip()


def _read(document: object, file: Path) -> Context:
    if isinstance(document, list):
        return _read_list(document, file)
    if not isinstance(document, dict):
        raise ContextError(f"{file}: holds neither an object nor a list")
    if all(isinstance(value, str | int | float | bool | None) for value in document.values()) and set(document) != {"stack"}:
        return Context(config_vars=frozenset(document))
    context = Context(stack=_stack_name(document), buildpacks=_buildpacks(document.get("buildpacks")))
    config = document.get("config", document.get("config_vars"))
    if isinstance(config, dict | list):
        context = Context(config_vars=frozenset(str(name) for name in config)).over(context)
    if isinstance(addons := document.get("addons"), list):
        context = Context(addons=frozenset(_addon_names(addons))).over(context)
    if isinstance(dynos := document.get("ps", document.get("dynos")), list):
        context = _read_dynos(dynos).over(context)
    return context


def _read_list(document: list[object], file: Path) -> Context:
    rows = [row for row in document if isinstance(row, dict)]
    if document and not rows:
        raise ContextError(f"{file}: the list is neither add-ons nor dynos as the heroku command prints them")
    if not rows:
        # `[]` is what both `addons --json` and `ps --json` print when there is nothing.
        return Context()
    if any("plan" in row or "addon_service" in row for row in rows):
        return Context(addons=frozenset(_addon_names(document)))
    if any("type" in row and ("size" in row or "command" in row) for row in rows):
        return _read_dynos(document)
    if any("buildpack" in row for row in rows):
        return Context(buildpacks=_buildpacks(document))
    raise ContextError(f"{file}: the list is neither add-ons nor dynos as the heroku command prints them")


def _addon_names(addons: list[object]) -> Iterator[str]:
    for addon in addons:
        if isinstance(addon, str):
            yield addon
        elif isinstance(addon, dict):
            plan, service = _name(addon.get("plan")), _name(addon.get("addon_service"))
            if plan or service:
                yield plan or service


def _read_dynos(dynos: list[object]) -> Context:
    sizes: dict[str, str] = {}
    scale: dict[str, int] = {}
    for dyno in dynos:
        if not isinstance(dyno, dict) or not isinstance(process := dyno.get("type"), str) or process in _ONE_OFF:
            continue
        quantity = dyno.get("quantity")
        scale[process] = scale.get(process, 0) + (quantity if isinstance(quantity, int) and not isinstance(quantity, bool) else 1)
        if size := _name(dyno.get("size")):
            sizes[process] = size.lower()
    return Context(dynos=sizes, scale=scale)


def _buildpacks(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    names = (_name(row.get("buildpack") or row.get("url")) if isinstance(row, dict) else row for row in value)
    return tuple(name for name in names if isinstance(name, str) and name)


def _stack_name(document: dict[str, object]) -> str | None:
    app = document.get("app")
    inner = app.get("stack") if isinstance(app, dict) else None
    return _name(document.get("stack") or document.get("build_stack") or inner) or None


def _name(value: object) -> str:
    """A name that the API gives either plainly or as `{"name": …}` or `{"url": …}`."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("url")
    return value if isinstance(value, str) else ""
