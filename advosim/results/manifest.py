"""The manifest of a folder of results: what repeats them, what they were made on, and which files belong to them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.replaced import in_manifest
from advosim.version import __version__

if TYPE_CHECKING:
    from advosim.reading.tables import Run

MANIFEST = "manifest.json"
PROGRAM = "advosim"
VERSIONED = (
    "numpy", "numba", "pandas", "pyarrow", "matplotlib", "pydantic", "mesa", "scipy", "SALib", "scikit-learn",
)  # fmt: skip


def write_manifest(folder: Path, told: Mapping[str, Any]) -> None:
    """Write what is `told` of results, and the hashes of all other files of the folder."""
    files = {file.name: sha256(file) for file in sorted(folder.iterdir()) if file.name != MANIFEST}
    text = json.dumps({**told, "files": files}, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def saved(folder: str | Path) -> str:
    """`Saved in FOLDER: weeks (.csv, .parquet), story.html ...`: all that its manifest lists, and the manifest."""
    names = [*json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))["files"], MANIFEST]
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(Path(name).stem, []).append(Path(name).suffix)
    told = (f"{name} ({', '.join(ends)})" if len(ends) > 1 else name + ends[0] for name, ends in kinds.items())
    return f"Saved in {folder}: {', '.join(told)}"


def sha256(file: Path) -> str:
    """The hash of a file's bytes, as a manifest lists it."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def manifest(record: Run, started: datetime | None = None) -> dict[str, Any]:
    """All that is needed to repeat a run, and what it ran on."""
    from advosim.scenario import load

    return {
        "program": PROGRAM,
        "scenario": load.resolved(record.scenario),
        "fingerprint": load.fingerprint(record.scenario, record.seed, record.replaced),
        "replaced": in_manifest(record.replaced),
        "seed": record.seed,
        "weeks": len(record.recorded.weeks),
        "ended": _end(record),
        "left_out": list(record.left_out),
        "events_lost": record.lost,
        "notes": load.notes(record.scenario),
        **machine(),
        "started": started.isoformat(timespec="seconds") if started else None,
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": {stage: round(float(seconds), 3) for stage, seconds in record.seconds.items()},
    }


def _end(record: Run) -> dict[str, Any]:
    from advosim.reading.stopping import ended

    end = ended(record)
    return {"week": end.week, "because": end.told}


def machine() -> dict[str, Any]:
    """What a program ran on: versions, system, commits."""
    return {
        "versions": {"python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "git": {"advosim": _git(_checkout()), "folder": _git(Path.cwd())},
    }


def _versions() -> dict[str, str]:
    found = {"advosim": __version__}
    for name in VERSIONED:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _checkout() -> Path | None:
    """The folder above the package where that is a working copy of advosim, not a place of installed packages."""
    above = Path(__file__).resolve().parents[2]
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
