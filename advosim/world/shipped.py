"""Compiled code that came with a companion package: a module's is put into the user's cache when it is first needed.

It is for a level of x86-64 processors, not for one; decision 32 has what that costs, and how it is built.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import sys
from pathlib import Path

import llvmlite
import numba
from filelock import FileLock, Timeout
from llvmlite import binding
from numba.core import registry

from advosim.world.sealed import sealed, unsealed

COMPANION = "advosim_compiled"
PATIENCE = 60.0
"""Seconds in which another process has saved what it compiled."""
_V3 = ("avx", "avx2", "bmi", "bmi2", "cx16", "f16c", "fma", "lzcnt", "movbe", "popcnt", "sahf", "sse4.2", "xsave")
LEVELS = {
    "x86-64-v4": (*_V3, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"),
    "x86-64-v3": _V3,
}
"""What a processor has that runs code of a level (System V ABI for x86-64), the best first."""


def made_by() -> str:
    """What code must be compiled by to fit this process, beside its sources and the level."""
    # Without its docstrings (-OO) a function is another one to numba.
    python = f"{sys.implementation.cache_tag}-O{sys.flags.optimize}"
    return f"{python}-numba{numba.__version__}-llvmlite{llvmlite.__version__}-{binding.get_process_triple()}"


def shipped(module: str) -> Path | None:
    """Where the companion has code of a module, by its name with the digest of its sources, for the best level here.

    Only the companion beside this package counts: who can write there can change the sources as well. None where the
    user names a processor to compile for.
    """
    there = Path(__file__).resolve().parents[2] / COMPANION
    if not there.is_dir() or numba.config.CPU_NAME or numba.config.CPU_FEATURES is not None:
        return None
    has = binding.get_host_cpu_features()
    for level, needed in LEVELS.items():
        found = there / f"{made_by()}-{level}" / module
        if all(has.get(name) for name in needed) and found.is_dir():
            return found
    return None


@functools.cache
def take(folder: Path) -> None:
    """Put what was shipped of a module into its folder in the cache, function by function, where there is none of it.

    Where a file is damaged, which is told, its function is compiled.
    """
    source = shipped(folder.name)
    if source is None:
        return
    # A full disk, a shared one without locks: what cannot be kept is compiled.
    with contextlib.suppress(OSError, Timeout, NotImplementedError), FileLock(f"{folder}.lock", PATIENCE):
        for index in sorted(source.glob("*.nbi")):
            if not (folder / index.name).exists():
                _take(index, folder)


def _take(index: Path, folder: Path) -> None:
    """Put one function's files into a folder, the index last: it never names what is not there."""
    files: dict[str, bytes] = {}
    for file in [*sorted(index.parent.glob(f"{index.stem}.*.nbc")), index]:
        raw = unsealed(file, remove=False)
        if raw is None:
            return
        files[file.name] = raw
    # Numba keeps code by the processor that it was compiled for: this is told to be for the one that is here.
    here = registry.cpu_target.target_context.codegen().magic_tuple()
    version, overloads = pickle.loads(files[index.name])
    files[index.name] = pickle.dumps((version, {(sig, here, code): name for (sig, _, code), name in overloads.items()}))
    folder.mkdir(exist_ok=True)
    for name, raw in files.items():
        partial = folder / f"{name}.{os.getpid()}"
        partial.write_bytes(sealed(raw))
        partial.replace(folder / name)
