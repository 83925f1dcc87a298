"""Compilation by numba, cached under a name that changes with the sources of the package.

Editing a mechanism would otherwise leave a stale compiled `week` behind: numba looks at the file of the compiled
function, not at the files of what it calls.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock
from numba.core import types
from numba.core.caching import FunctionCache

JIT = not numba.config.DISABLE_JIT
"""Whether anything is compiled at all: NUMBA_DISABLE_JIT=1 runs the same rules in plain Python."""


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))


@functools.cache
def cache_folder() -> Path:
    """Where compiled code is kept; a temporary folder where the user's own cannot be written."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    package = Path(__file__).resolve().parents[1]
    for layer in ("scenario/schema.py", "scenario/rules.py", "world", "mechanisms", "week.py"):
        place = package / layer
        for source in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if source.exists():
                digest.update(source.read_bytes())
    name = f"advosim-{digest.hexdigest()[:16]}"
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    for parent in ([Path(chosen)] if chosen else []) + [_user_cache() / "advosim", Path(tempfile.gettempdir())]:
        folder = parent / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".writable").touch()
        except OSError:
            continue
        return folder
    return Path(tempfile.mkdtemp(prefix=name))


class _SharedCache(FunctionCache):
    """A cache that several processes can fill at once.

    numba numbers the files of a function by what its index holds: two processes that save at the same time would give
    one number to the code of two signatures.
    """

    def save_overload(self, sig: Any, data: Any) -> None:
        with FileLock(cache_folder() / "saving.lock"):
            super().save_overload(sig, data)


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled without the interpreter lock and kept on disk. No fastmath: bits count."""
    made = compiled_here(function)
    if not JIT:
        return made
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        made._cache = _SharedCache(function)
    finally:
        numba.config.CACHE_DIR = before
    return made


def compiled_here(function: Callable[..., Any]) -> Any:
    """`function` compiled for this process only: for kernels rebuilt around a user's own mechanism."""
    made = numba.njit(nogil=True, error_model="numpy")(function)
    if JIT:
        made.get_call_template = functools.partial(_template, made)
    return made


def _template(made: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
    """How a call is compiled: by types alone, where numba would compile once more for each constant it is given."""
    plain = {name: types.unliteral(kind) for name, kind in kws.items()}
    return type(made).get_call_template(made, tuple(types.unliteral(kind) for kind in args), plain)
