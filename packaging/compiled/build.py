"""Compile the rules for each level of x86-64 and build the companion wheel: `python packaging/compiled/build.py dist`.

With the Python, numba and llvmlite that newcomers will have, on a processor of the highest level: what is compiled is
run as well.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from advosim.world.shipped import COMPANION, LEVELS, made_by

HERE = Path(__file__).resolve().parent
COMPILE = "from advosim.simulation import warmup; warmup(lambda stage, done, total: None)"
RUNS = """
from advosim.scenario import load
from advosim.simulation import simulate

for name in load.shipped():
    for threads in (1, 2):
        simulate(load.read(name, {"weeks": 2}), threads=threads)
"""
READ = (
    """
import sys
import advosim.world.compile as compiling

def noted(file, *words):
    read.add(file)
    return unsealed(file, *words)

unsealed, compiling.unsealed, read = compiling.unsealed, noted, set()
"""
    + RUNS
    + """
print(*sorted(map(str, read)), sep="\\n")
"""
)


def compile_for(level: str, target: Path) -> None:
    """Compile for a level, into a folder, what runs of shipped scenarios load: a small part of all that is kept.

    Raises CalledProcessError where that fails.
    """
    with tempfile.TemporaryDirectory() as cache:
        named = {"NUMBA_CPU_NAME": level, "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": cache}
        known = {**os.environ, **named}
        for code in (COMPILE, RUNS):
            subprocess.run([sys.executable, "-P", "-c", code], env=known, check=True)
        words = [sys.executable, "-P", "-c", READ]
        read = subprocess.run(words, env=known, check=True, stdout=subprocess.PIPE, text=True).stdout
        for file in map(Path, read.split()):
            (target / file.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / file.parent.name / file.name)


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the wheel goes")
    parser.add_argument("--level", nargs="+", choices=list(LEVELS), default=list(LEVELS))
    given = parser.parse_args(words)
    package = HERE / COMPANION
    shutil.rmtree(package, ignore_errors=True)
    for level in given.level:
        compile_for(level, package / f"{made_by()}-{level}")
    (package / "__init__.py").write_text('"""Compiled rules of advosim."""\n', encoding="utf-8")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(given.folder.resolve())]
    subprocess.run(build, cwd=HERE, check=True)


if __name__ == "__main__":
    main()
