"""Start-up and memory, as multiples of `python -c pass` in the same run: interleaved, the best of several rounds each.

The processor time says more where other programs run too.
"""

from __future__ import annotations

import compileall
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 15
ROOT = Path(__file__).parent.parent


def cost(command: list[str], environment: dict[str, str], cwd: Path) -> tuple[float, float]:
    """Seconds that a command takes: by the clock, and of a processor. One that fails stops the benchmark, for its time would mean nothing."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, cwd=cwd, stdout=subprocess.DEVNULL, check=True)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print a table. Byte code is made first, as pip does for what it installs."""
    compileall.compile_dir(ROOT / "src", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app"
        shutil.copytree(ROOT / "tests" / "fixtures" / "apps" / "events-directory", app)
        cache = str(Path(folder) / "cache")
        environment = {**os.environ, "HEROLINT_CACHE_DIR": cache}
        program = [sys.executable, "-m", "herolint"]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "--version": [*program, "--version"],
            "example, cold": [*program, "check", "--no-cache", "--fail-on", "never", "."],
            "example, warm": [*program, "check", "--fail-on", "never", "."],
        }
        best = dict.fromkeys(commands, (float("inf"), float("inf")))
        for _ in range(ROUNDS):
            for name, command in commands.items():
                took, used = cost(command, environment, app)
                best[name] = min(best[name][0], took), min(best[name][1], used)
    least, least_used = best["python -c pass"]
    for name, (took, used) in best.items():
        print(f"{name:16} {took * 1000:7.1f} ms {took / least:6.2f} x   processor {used * 1000:7.1f} ms {used / least_used:6.2f} x")
    print(f"largest resident set of a run: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
