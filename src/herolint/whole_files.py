"""Files that are written whole or not at all: nobody ever reads half of one. And the folder for those that are kept between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """herolint's folder in the user's cache directory (`HEROLINT_CACHE_DIR` names another), which may not be there yet."""
    named = os.environ.get("HEROLINT_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "linux":
        # What platformdirs answers here, without the 7 ms that loading it takes.
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base if os.path.isabs(base) else os.path.expanduser("~/.cache"), "herolint")
    from platformdirs import user_cache_path

    return user_cache_path("herolint")


def write_whole(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Put `data` in the place of the file, or make it; a link is replaced and not followed. Raises OSError, and leaves nothing behind then.

    `mode` gives the permissions; else they are those of any new file.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    out = draft.open("xb")  # what lies there already is somebody else's, and stays
    try:
        with out:
            out.write(data)
        if mode is not None:
            draft.chmod(mode)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
