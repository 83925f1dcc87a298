"""Files that can tell whether they are as they were written: small ones hold a hash, large ones have one beside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advosim.results.folder import SaveError

SEAL = "sha256 of the rest"


class Damage(SaveError):
    """A file is not as it was written."""


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def file_digest(path: Path) -> str:
    """The hash of a file of any size. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed(table: Mapping[str, Any]) -> bytes:
    """A table of one key or more as JSON that ends with a hash of what it holds else."""
    body = (json.dumps({k: v for k, v in table.items() if k != SEAL}, indent=1, allow_nan=False) + _END).encode("ascii")
    return body.removesuffix(_END_OF_TABLE) + _BEFORE + digest(body).encode("ascii") + _AFTER


def unsealed(path: Path) -> dict[str, Any]:
    """The table of a sealed file.

    Raises Damage unless every byte is as it was written, FileNotFoundError where there is no such file.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damage(f"{path} cannot be read: {error.strerror or error}") from error
    head, _, seal = raw.rpartition(_BEFORE)
    if seal != digest(head + _END_OF_TABLE).encode("ascii") + _AFTER:
        raise Damage(f"{path} is not as it was written")
    table: dict[str, Any] = json.loads(raw)
    return table


_END = "\n"
_END_OF_TABLE = b"\n}\n"
_BEFORE, _AFTER = f',\n "{SEAL}": "'.encode("ascii"), b'"\n}\n'
