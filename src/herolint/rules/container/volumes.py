"""Data that an image or docker-compose keeps on a volume, which dynos do not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import WARNING, report, rule

if TYPE_CHECKING:
    from herolint.app.running.image import Image
    from herolint.formats.compose import Service, Volume

_PASSING = frozenset(
    """
    tmp temp cache caches run logs log node_modules .npm .yarn .cache .m2 .gradle .cargo bundle gems venv .venv static staticfiles assets dist
    build .next target vendor certs ssl letsencrypt etc config.d sock docker.sock localtime __pycache__ site-packages
    models weights checkpoints
    """.split()
)
"""Parts of paths whose files may be lost, or are made by the build."""


@rule("HL802", "docker-volume", WARNING, needs=("dockerfile",))
def docker_volume(app: App) -> Iterator[Finding]:
    """A folder that is kept on a volume elsewhere and is lost with the dyno."""
    told: set[str] = set()
    for image in app.images.values():
        for path, span in image.volumes:
            if path not in told and _is_data(image, path):
                told.add(path)
                yield _finding(app, f"VOLUME {path} is passed over", path, Place(image.path, span, "no volume on a dyno"))
    if app.compose is None:
        return
    name, compose = app.compose
    for service in compose.services:
        image_of = next((image for image in app.images.values() if _builds(service, image)), None)
        for volume in service.volumes if image_of is not None else ():
            if image_of is not None and volume.target not in told and _is_data(image_of, volume.target) and _outside(app, volume):
                told.add(volume.target)
                at = Place(name, volume.span, "no volume on a dyno")
                yield _finding(app, f"{volume.target} is on a volume in {name} only", volume.target, at)


def _finding(app: App, message: str, path: str, at: Place) -> Finding:
    return report(
        "HL802",
        f"{message}: what is written there is lost",
        at,
        why=f"{path} is on the dyno's own disk, which is thrown away at each deploy and restart, every {app.platform.restart_hours:g} hours at most",
        fix="keep the data in a database add-on, and files in an object store such as S3",
        confidence=Confidence.HIGH if app.container_sure else Confidence.LOW,
    )


def _is_data(image: Image, path: str) -> bool:
    """Whether files are written there that somebody wants back: not the code, no caches, nothing that the build makes."""
    words = path.lower().strip("/").split("/")
    if "$" in path or not _PASSING.isdisjoint(words) or any(word.endswith(("cache", "tmp", ".sock")) for word in words):
        return False
    folder = path.rstrip("/")
    return folder != image.workdir and not any(copy.target == folder or copy.target.startswith(f"{folder}/") for copy in image.copies)


def _builds(service: Service, image: Image) -> bool:
    return service.build is not None and service.build.dockerfile == image.path


def _outside(app: App, volume: Volume) -> bool:
    """Whether the mount brings in data rather than files of the repository or of the machine."""
    if not volume.bind:
        return bool(volume.source) and _PASSING.isdisjoint(volume.source.lower().replace("-", "_").split("_"))
    return volume.source.startswith("./") and not app.workspace.exists(volume.source)
