"""How large the app's slug will be: what its manifests install, and its own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from herolint.app.python_build import builds_python
from herolint.knowledge.packages import Estimate, estimate_slug

if TYPE_CHECKING:
    from herolint.app.model import App

_DENSE = (
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".mp3", ".mov", ".avi", ".webm", ".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".whl", ".jar",
    ".h5", ".hdf5", ".pt", ".pth", ".onnx", ".pb", ".keras", ".tflite", ".safetensors", ".joblib", ".parquet", ".pdf", ".woff", ".woff2", ".docx",
    ".xlsx", ".pptx", ".ttf",
)  # fmt: skip


def slug_estimate(app: App) -> Estimate | None:
    """The slug of an app that the Python buildpack builds; None for others, and where no manifest can be read."""
    if not builds_python(app) or not app.dependencies.manager:
        return None
    found = app.dependencies
    wanted = [(dependency.name, dependency.version) for dependency in found.packages.values()]
    own = round(
        sum(_compressed(path, entry.size) for path, entry in app.workspace.slug_files.items() if entry.kind == "file" and not entry.lfs)
    )
    wheels = {p.name: p.size for p in app.uv_lock.packages if p.size} if found.manager == "uv" and app.uv_lock is not None else {}
    requirements = app.requirements
    indexes = [option.value for option in requirements.options] if requirements is not None and found.manager == "pip" else []
    addresses = [item.url for item in requirements.items] if requirements is not None and found.manager == "pip" else []
    return estimate_slug(
        wanted,
        locked=found.complete,
        repo_bytes=own,
        wheel_bytes=wheels,
        cpu_index=any("/cpu" in value for value in (*indexes, *addresses)),
    )


def _compressed(path: str, size: int) -> float:
    """Bytes of a file in the slug: what is compressed already stays as it is, text shrinks to about a quarter."""
    return size if path.lower().endswith(_DENSE) else size / 4
