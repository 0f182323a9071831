"""Uploads that a Laravel app stores on the dyno's disk, by the disk that its own files name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.frameworks.kept import KeptUploads
from herolint.app.frameworks.laravel import Laravel, laravel_of
from herolint.finding import Place
from herolint.patterns import lazy
from herolint.source import in_comment

if TYPE_CHECKING:
    from herolint.app.model import App
    from herolint.formats.php_array import PhpValue

_STORED = lazy(
    r"""(?P<who>\$\w+(?:->\w+(?:\([^()]*\))?|\[[^\[\]]*\]){0,4}?)\s*
        ->(?:(?P<call>store(?:Publicly)?(?:As)?)\((?P<args>[^()]*)\)|move\(\s*(?P<folder>public_path|storage_path)\()""",
    re.VERBOSE,
)
"""`$request->file("photo")->store("photos", "public")`, `$file->move(public_path("photos"), $name)`."""
_UPLOAD = lazy(r"(?i)file|image|img|photo|upload|avatar|picture|document|logo|banner")
"""How a visitor's file is called where the call does not name the disk; services that store rows are called so too."""
_TEXT = lazy(r"""(['"])(\w*)\1\s*\Z""")
_SHOWN = 3


def kept_uploads(app: App) -> Iterator[KeptUploads]:
    """One finding for all such places; those whose disk a config var may change are told with less weight."""
    laravel = laravel_of(app)
    if laravel is None:
        return
    disks = laravel.settings("filesystems")
    found = list(_places(app, laravel, disks))
    if found:
        sure = [place for place, certain in found if certain]
        places = sure or [place for place, _ in found]
        yield KeptUploads(
            "Laravel stores uploads on the dyno's disk" + ("" if sure else f" unless {disks['default'].env} is set"),
            places[0],
            tuple(places[1:_SHOWN]),
            bool(sure),
            "store them on a disk such as `s3` of config/filesystems.php, with league/flysystem-aws-s3-v3",
        )


def _places(app: App, laravel: Laravel, disks: dict[str, PhpValue]) -> Iterator[tuple[Place, bool]]:
    """Places that store, with whether no variable may choose another disk than the local one."""
    default = disks.get("default")
    for path in sorted(app.slug):
        source = app.document(path) if path.startswith("app/") and path.endswith(".php") else None
        for match in _STORED.finditer(source.text) if source is not None and not source.is_binary else ():
            if source is None or in_comment(source.text, match.start()):
                continue
            place = Place(path, source.span_of_text(*match.span()), "stored here")
            if match["folder"]:
                yield place, True
                continue
            named = _disk(match["call"], match["args"])
            if not named and not _is_upload(match):
                continue
            disk = named or laravel.settled(default)
            if disk is not None and laravel.settled(disks.get(f"disks.{disk}.driver")) == "local":
                yield place, bool(named) or (default is not None and not default.env)


def _is_upload(match: re.Match[str]) -> bool:
    """Whether it is a visitor's file that goes into a folder, rather than a service that is handed what a form holds."""
    folder = match["call"].endswith("As") or match["args"].lstrip().startswith(("'", '"'))
    return "->file(" in match["who"] or (folder and _UPLOAD.search(match["who"]) is not None)


def _disk(call: str, args: str) -> str | None:
    """The disk that a call names: its last argument, where there is one for it."""
    parts = args.split(",")
    text = _TEXT.search(parts[-1]) if len(parts) > (2 if call.endswith("As") else 1) else None
    return text[2] if text is not None else None
