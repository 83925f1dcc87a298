"""What a run leaves behind: tables, a manifest and a figure in a folder that is whole or not there; and a summary."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from advosim.scenario.schema import Scenario

TABLES = ("weeks", "organisations", "alliances", "events")
MANIFEST = "manifest.json"
PROGRAM = "advosim"
VERSIONED = ("advosim", "numpy", "numba", "pandas", "pyarrow", "matplotlib", "pydantic", "mesa")
PROTEST_SEEN = 0.0005  # model.md: the onset of protest is a share of the citizens, .05%
DAY = 86_400.0


class SaveError(OSError):
    """Results could not be saved; what was written of them has been removed."""


class Run(Protocol):
    """What is saved of a run. `advosim.record.Record` is one."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def seed(self) -> int: ...
    @property
    def weeks(self) -> pd.DataFrame: ...
    @property
    def organisations(self) -> pd.DataFrame: ...
    @property
    def alliances(self) -> pd.DataFrame: ...
    @property
    def events(self) -> pd.DataFrame: ...
    @property
    def seconds(self) -> Mapping[str, float]: ...
    @property
    def left_out(self) -> list[str]: ...


# ---------------------------------------------------------------- where results go


def default_place(name: str, scenario: Scenario, seed: int | None = None, weeks: int | None = None) -> Path:
    """`results/NAME-HASH` of scenario and seed, in the current folder; a run of another length says so in its name."""
    from advosim.scenario import load

    seeded = scenario if seed is None else scenario.but({"seed": seed})
    length = "" if weeks in (None, scenario.weeks) else f"-{weeks}weeks"
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "scenario"
    return Path("results") / f"{plain}-{load.fingerprint(seeded)[:12]}{length}"


def check_place(folder: Path) -> None:
    """Raise InputError unless results can be written to `folder`. Leaves nothing behind."""
    if folder.exists() and not _replaceable(folder):
        what = "holds something else than results" if folder.is_dir() else "is a file"
        raise InputError(Problem(str(folder), None, what, "a new or empty folder, or results of an earlier run"))
    parent = folder.absolute().parent
    while not parent.exists() and parent != parent.parent:
        parent = parent.parent
    try:
        # Only a trial tells: permissions, read-only disks and quotas look alike beforehand.
        with tempfile.TemporaryDirectory(dir=parent, prefix=".advosim-trial-"):
            pass
    except OSError as error:
        raise InputError(Problem(str(folder), None, f"results cannot be written there: {error.strerror}")) from None


def _replaceable(folder: Path) -> bool:
    return folder.is_dir() and (_is_result(folder) or not any(folder.iterdir()))


def _is_result(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["program"] == PROGRAM)
    except (OSError, ValueError, KeyError, TypeError):
        return False


# ---------------------------------------------------------------- writing


def write(record: Run, folder: str | Path) -> Path:
    """Write a run's tables, manifest and figure. The folder appears whole or not at all and replaces older results."""
    place = Path(folder).absolute()
    check_place(place)
    partial = place.parent / f".{place.name}.partial-{_here()}-{os.getpid()}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear_remains(place)
        partial.mkdir()
        _fill(record, partial)
        _swap(partial, place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SaveError(
            f"the results could not be saved in {folder}: {reason}; nothing of them was left there"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return place


def _fill(record: Run, folder: Path) -> None:
    for name in TABLES:
        table: pd.DataFrame = getattr(record, name)
        table.to_parquet(folder / f"{name}.parquet", index=False)
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    _draw(record, folder / "overview.png")
    told = manifest(record)
    told["files"] = {file.name: _sha256(file) for file in sorted(folder.iterdir())}
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    for file in folder.iterdir():
        _to_disk(file)
    _to_disk(folder)


def _draw(record: Run, file: Path) -> None:
    from advosim import figures

    figures.overview(record).savefig(file, dpi=200)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    """Make the disk keep a file, or a folder's list of names where the system can do that."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(partial: Path, place: Path) -> None:
    """Put the new folder in the place of the old one, which comes back if that fails."""
    old = place.parent / f".{place.name}.old-{_here()}-{os.getpid()}"
    had = place.exists()
    if had:
        place.replace(old)
    try:
        partial.replace(place)
    except OSError:
        if had:
            old.replace(place)
        raise
    _to_disk(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _clear_remains(place: Path) -> None:
    """Remove what killed runs left beside `place`; results that were being replaced come back."""
    for old in _remains(place, "old"):
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(place)
    for partial in _remains(place, "partial"):
        shutil.rmtree(partial, ignore_errors=True)


def _remains(place: Path, kind: str) -> Iterator[Path]:
    start = f".{place.name}.{kind}-"
    for path in place.parent.iterdir():
        if path.name.startswith(start) and path.is_dir():
            host, _, process = path.name.removeprefix(start).rpartition("-")
            if not _alive(host, process, path):
                yield path


def _alive(host: str, process: str, path: Path) -> bool:
    """Whether somebody may still be writing; of other machines' processes only their folder's age tells."""
    if host == _here() and process == str(os.getpid()):
        return False
    # On Windows signal 0 would end the process instead of asking after it.
    if host == _here() and process.isdigit() and os.name != "nt":
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass
        return True
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime < DAY
    return False


def _here() -> str:
    return re.sub(r"[^A-Za-z0-9.]", "_", socket.gethostname())


# ---------------------------------------------------------------- manifest


def manifest(record: Run) -> dict[str, Any]:
    """All that is needed to repeat a run, and what it ran on."""
    from advosim.scenario import load

    now = datetime.now(UTC)
    return {
        "program": PROGRAM,
        "scenario": load.resolved(record.scenario),
        "fingerprint": load.fingerprint(record.scenario),
        "seed": record.seed,
        "weeks": int(record.weeks["week"].max()) if len(record.weeks) else 0,
        "left_out": list(record.left_out),
        "notes": load.notes(record.scenario),
        "versions": {"python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "git": {"advosim": _git(_checkout()), "folder": _git(Path.cwd())},
        "saved": now.isoformat(timespec="seconds"),
        "seconds": {stage: round(float(seconds), 3) for stage, seconds in record.seconds.items()},
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in VERSIONED:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _checkout() -> Path | None:
    """The folder above the package where that is a working copy of advosim, not a place of installed packages."""
    above = Path(__file__).resolve().parents[1]
    return above if (above / "pyproject.toml").is_file() else None


def _git(folder: Path | None) -> dict[str, Any] | None:
    """Commit of a working copy, and whether files under version control differ from it."""
    if folder is None:
        return None
    commit, status = (_ask_git(folder, *words) for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "-uno"]))
    return None if commit is None or status is None else {"commit": commit, "dirty": bool(status)}


def _ask_git(folder: Path, *words: str) -> str | None:
    try:
        asked = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip()


# ---------------------------------------------------------------- summary


def summary(record: Run, folder: Path | None = None) -> str:
    """What happened in a run, for a person to read."""
    return record.scenario.title
