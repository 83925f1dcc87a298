"""Folders of analyses: whole or not there, with a manifest that says how to repeat them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advosim.results import folder as results
from advosim.results.folder import whole

__all__ = ["whole", "write_manifest", "write_text"]


def write_text(file: Path, text: str) -> None:
    """Write UTF-8 with line feeds on every system."""
    file.write_text(text, encoding="utf-8", newline="\n")


def write_manifest(folder: Path, told: Mapping[str, Any]) -> None:
    """Write what is `told` of an analysis, the program and what it ran on, and the hashes of all other files."""
    saved = datetime.now(UTC).isoformat(timespec="seconds")
    results.write_manifest(folder, {"program": results.PROGRAM, **told, **results.machine(), "saved": saved})
