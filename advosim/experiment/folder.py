"""Folders of analyses: whole or not there, with a manifest that says how to repeat them."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advosim import results

ANALYSIS_PACKAGES = ("scipy", "SALib", "scikit-learn")


@contextmanager
def whole(folder: str | Path) -> Iterator[Path]:
    """A folder to write into, which takes its place `folder` when all is written and replaces older results there.

    Raises InputError for a place that holds something else, SaveError where writing fails; then nothing is left.
    """
    place = Path(folder).absolute()
    results.check_place(place)
    partial = place.parent / f".{place.name}.partial-{results._here()}-{os.getpid()}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        results._clear_remains(place)
        partial.mkdir()
        yield partial
        for file in partial.iterdir():
            results._to_disk(file)
        results._to_disk(partial)
        results._swap(partial, place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise results.SaveError(f"the results could not be saved in {folder}: {reason}; nothing is left") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_text(file: Path, text: str) -> None:
    """Write UTF-8 with line feeds on every system."""
    file.write_text(text, encoding="utf-8", newline="\n")


def write_manifest(folder: Path, told: Mapping[str, Any]) -> None:
    """Write `told` with versions, machine and the hashes of all other files of the folder."""
    files = {file.name: results._sha256(file) for file in sorted(folder.iterdir())}
    text = json.dumps({**provenance(), **told, "files": files}, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / results.MANIFEST, text + "\n")


def provenance() -> dict[str, Any]:
    """The program and what it ran on."""
    return {
        "program": results.PROGRAM,
        "versions": {"python": platform.python_version(), **results._versions(), **_analysis_versions()},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "git": {"advosim": results._git(results._checkout()), "folder": results._git(Path.cwd())},
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _analysis_versions() -> dict[str, str]:
    import importlib.metadata

    found = {}
    for name in ANALYSIS_PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
