"""Compilation by numba, cached under a name that changes with the sources of the package and with the processor.

Editing a mechanism would otherwise leave a stale compiled `week` behind: numba looks at the file of the compiled
function, not at the files of what it calls. The same sources are compiled once, wherever their copies lie.
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
from llvmlite import binding
from numba.core import types
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator, _SourceFileBackedLocatorMixin

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
    processor = numba.config.CPU_NAME or binding.get_host_cpu_name()
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]} {processor}".encode())
    package = Path(__file__).resolve().parents[1]
    declared = (f"scenario/{name}.py" for name in ("declare", "schema", "rules", "alliance_rules"))
    for layer in (*declared, "world", "mechanisms", "week.py"):
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


class _BySources(_SourceFileBackedLocatorMixin, _CacheLocator):
    """Finds compiled code by module: by a file's path and time, a second copy of the same sources would be compiled
    anew. The folder's name tells the sources.
    """

    def __init__(self, py_func: Any, py_file: str) -> None:
        self._py_file = py_file
        self._lineno = py_func.__code__.co_firstlineno
        self._cache_path = str(cache_folder() / py_func.__module__)

    def get_cache_path(self) -> str:
        return self._cache_path

    def get_source_stamp(self) -> str:
        return ""


class _BySourcesImpl(CompileResultCacheImpl):
    _locator_classes = (_BySources,)


class _SharedCache(FunctionCache):
    """A cache that several processes can fill at once.

    numba numbers the files of a function by what its index holds: two processes that save at the same time would give
    one number to the code of two signatures.
    """

    _impl_class = _BySourcesImpl

    def save_overload(self, sig: Any, data: Any) -> None:
        with FileLock(cache_folder() / "saving.lock"):
            super().save_overload(sig, data)


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled without the interpreter lock and kept on disk. No fastmath: bits count."""
    made = compiled_here(function)
    if JIT:
        made._cache = _SharedCache(function)
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
