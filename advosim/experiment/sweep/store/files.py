"""The files of a sweep's folder: what they are called, and how they are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from advosim.results.folder import SaveError, is_running

MANIFEST, MERGED, COPY = "sweep.json", "merged.json", "sweep.copy.json"
POINTS, LOOKS = "points.parquet", "looks.json"
CHUNKS, DAMAGED, SUMMARIES = "chunks", "damaged", "summaries"
RUNS, WEEKS, TIMINGS, FAILURES = "runs.parquet", "weeks.parquet", "timings.parquet", "failures.csv"
OF_A_SWEEP = {CHUNKS, DAMAGED, RUNS, WEEKS, TIMINGS, FAILURES, MERGED, COPY, POINTS, LOOKS, SUMMARIES, "export"}
"""What may lie in a folder whose plan is gone."""
DAY = 86_400.0
AGAIN = "`advosim sweep run` with the same experiment and folder makes it again"


def file_of(folder: Path, number: int, ending: str) -> Path:
    """A file of a chunk."""
    return folder / CHUNKS / f"{number:06d}.{ending}"


def write(path: Path, fill: Callable[[IO[bytes]], Any], *, first: bool = False) -> None:
    """Write a file aside, flush it to disk and put it in its place: it is there whole or not at all.

    first: leave a file that is there already as it is. Raises OSError, and then leaves nothing behind.
    """
    begun = aside(path)
    try:
        with begun.open("wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        if first:
            _link(begun, path)
        else:
            os.replace(begun, path)
        flush_names(path.parent)
    finally:
        with contextlib.suppress(OSError):
            begun.unlink(missing_ok=True)


def aside(path: Path) -> Path:
    """Where a file is written before it is put in its place: a name of this thread's own, which `sweep_up` can read."""
    return path.with_name(f".{path.name}.{this_host()}-{os.getpid()}-{threading.get_ident()}.tmp")


def _link(begun: Path, path: Path) -> None:
    try:
        os.link(begun, path)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        if not path.exists():  # a file system without hard links
            os.replace(begun, path)


def flush_names(folder: Path) -> None:
    """Flush to disk what the files of a folder are called."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def this_host() -> str:
    """The name of this machine as it may stand in a file's name."""
    return re.sub(r"[^\w]+", "_", socket.gethostname())


def set_aside(folder: Path, files: Iterable[Path]) -> None:
    """Move damaged files out of the way, where one can look at them. Raises SaveError."""
    place = folder / DAMAGED
    try:
        place.mkdir(exist_ok=True)
        for file in files:
            if file.exists():
                numbers = (n for n in range(1, 10_000) if not (place / f"{file.name}.{n}").exists())
                os.replace(file, place / f"{file.name}.{next(numbers)}")
    except OSError as error:
        raise lost(folder, error) from error


def sweep_up(folder: Path) -> None:
    """Remove what killed processes left half written; what others may still be writing stays."""
    for place in (folder, folder / CHUNKS):
        for path in place.glob(".*.tmp"):
            host, _, rest = path.name.removesuffix(".tmp").rpartition(".")[2].partition("-")
            process = rest.partition("-")[0]
            with contextlib.suppress(OSError):
                if not _writing(host, process, path):
                    path.unlink()


def _writing(host: str, process: str, path: Path) -> bool:
    if host == this_host() and process.isdigit() and os.name != "nt":
        return int(process) != os.getpid() and is_running(int(process))
    return time.time() - path.stat().st_mtime < DAY


def lost(folder: Path, error: OSError) -> SaveError:
    """What to raise where a folder cannot be written."""
    reason = error.strerror or str(error)
    return SaveError(
        f"the results could not be saved in {folder}: {reason}. What was committed before is safe; "
        "make room or mend it, and give the same command again to go on"
    )
