"""Files that begin with a hash of the rest, so that damage is told from what was written."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from pathlib import Path

_told: set[Path] = set()


def sealed(raw: bytes) -> bytes:
    """What to write of `raw`."""
    return hashlib.sha256(raw).digest() + raw


def unsealed(file: Path, remove: bool = True) -> bytes | None:
    """What a file holds behind its hash; None where it is not there, or not as it was written, which is told.

    remove: a damaged file.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raw = b""
    if hashlib.sha256(raw[32:]).digest() == raw[:32]:
        return raw[32:]
    if file.parent not in _told:
        _told.add(file.parent)
        print(f"Compiled code in {file.parent} was damaged; it is compiled again.", file=sys.stderr)
    if remove:
        with contextlib.suppress(OSError):
            file.unlink()
    return None
