"""Asks uv what requirements resolve to, so that nothing of the project, and nothing of any package, is run or built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from herolint.formats.pylocks import parse_pylock
from herolint.patterns import lazy
from herolint.programs import find_program
from herolint.source import SourceFile

if TYPE_CHECKING:
    from herolint.online.index import Index

TIMEOUT_S = 60.0
_OPTIONS = (
    "pip",
    "compile",
    "-",
    "--quiet",
    "--no-header",
    "--no-color",
    "--no-build",
    "--no-config",
    "--no-python-downloads",
    "--no-progress",
)
_PASSED_ON = (
    "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
)  # fmt: skip
"""All that uv sees of the environment: neither settings of its own nor a home with any."""


_NO_WHEEL = lazy(r"([a-z0-9][\w.-]*)(?:==\S+)? ha(?:s|ve) no (?:usable )?wheels")


class ResolveError(Exception):
    """uv could not resolve; the text is one line. `unbuilt` are packages that would have to be built first, which is never done here."""

    def __init__(self, message: str, unbuilt: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.unbuilt = unbuilt


class Resolver:
    """A uv program and the index that it asks."""

    def __init__(self, program: str, index: Index) -> None:
        self._program = program
        self._index = index

    @classmethod
    def found(cls, root: Path, index: Index) -> Resolver | None:
        """The uv on the search path, from no relative folder and not from within `root`."""
        program = find_program("uv", outside=root)
        return cls(program, index) if program is not None else None

    def resolve(self, requirements: list[str], python: str, platform: str) -> Iterator[tuple[str, str, int | None]]:
        """Name, version and bytes of everything that is installed. Raises ResolveError.

        `requirements` are names with versions: whatever names a path, an address or another index must not be among them.
        """
        import subprocess

        with TemporaryDirectory(prefix="herolint-") as folder:
            lock = Path(folder, "pylock.toml")
            command = [self._program, *_OPTIONS, "--format", "pylock.toml", "-o", str(lock)]
            command += ["--python-version", python, "--python-platform", platform]
            try:
                done = subprocess.run(
                    command, input="".join(f"{line}\n" for line in requirements), cwd=folder, env=self._environment(folder),
                    capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT_S, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise ResolveError(f"uv did not answer within {TIMEOUT_S:.0f} s") from None
            except OSError as error:
                raise ResolveError(f"uv could not be started ({error.strerror})") from None
            if done.returncode or not lock.is_file():
                words = " ".join(done.stderr.split())
                unbuilt = frozenset(match[1] for match in _NO_WHEEL.finditer(words))
                raise ResolveError(f"uv could not resolve the requirements ({self._reason(words)})", unbuilt)
            found = parse_pylock(SourceFile("pylock.toml", lock.read_bytes()))
        if not found.readable:
            raise ResolveError("uv's answer could not be read")
        for one in found.packages:
            yield one.name, one.version, one.size

    def _environment(self, folder: str) -> dict[str, str]:
        kept = {name: value for name in _PASSED_ON if (value := os.environ.get(name))}
        kept |= {"HOME": folder, "USERPROFILE": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder, "UV_NO_CACHE": "1"}
        return kept | ({"UV_DEFAULT_INDEX": self._index.address} if self._index.own else {})

    def _reason(self, output: str) -> str:
        line = " ".join(output.replace(self._index.address, self._index.shown).replace("╰─▶", "").replace("×", "").split())
        return line if len(line) <= 200 else f"{line[:200].rstrip()}…"
