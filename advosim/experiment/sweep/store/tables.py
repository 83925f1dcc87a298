"""The tables of a sweep as Parquet: their columns, their bytes, and files that grow."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.sweep.store.files import aside, flush_names

if TYPE_CHECKING:
    import pyarrow as pa


ROWS = 65_536
"""Rows of a group of the merged tables: what is in memory while they are written."""
COMPRESSION = "zstd"


def schema(factors: Mapping[str, str], outcomes: Iterable[str]) -> pa.Schema:
    """The columns of the table of runs."""
    import pyarrow as pa

    types = {"float": pa.float64(), "int": pa.int64(), "bool": pa.bool_(), "text": pa.string()}
    head = [(name, pa.int64()) for name in ("run", "point", "seed")]
    varied = [(path, types[kind]) for path, kind in factors.items()]
    measured = [(name, pa.float64()) for name in outcomes]
    return pa.schema([*head, *varied, *measured, ("status", pa.string())])


def parquet(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression=COMPRESSION)
    raw: bytes = buffer.getvalue().to_pybytes()
    return raw


class Growing:
    """A Parquet file that grows by tables of any size, in groups of equal size, and appears when it is complete."""

    def __init__(self, path: Path, columns: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self.columns = columns
        self.aside = aside(path)
        self.writer = pq.ParquetWriter(self.aside, columns, compression=COMPRESSION)
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def __enter__(self) -> Growing:
        return self

    def add(self, table: pa.Table) -> None:
        self.waiting.append(table)
        self.rows += len(table)
        while self.rows >= ROWS:
            self._group(ROWS)

    def _group(self, rows: int) -> None:
        import pyarrow as pa

        table = pa.concat_tables(self.waiting)
        self.writer.write_table(table.slice(0, rows).combine_chunks(), row_group_size=ROWS)
        rest = table.slice(rows)
        self.waiting, self.rows = ([rest] if len(rest) else []), len(rest)

    def __exit__(self, kind: Any, *_: object) -> None:
        try:
            if kind is None and self.rows:
                self._group(self.rows)
            self.writer.close()
            if kind is None:
                with self.aside.open("rb+") as file:
                    os.fsync(file.fileno())
                os.replace(self.aside, self.path)
                flush_names(self.path.parent)
        finally:
            with contextlib.suppress(OSError):
                self.aside.unlink(missing_ok=True)
