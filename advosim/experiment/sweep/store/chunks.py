"""Runs in chunks, which are written by one process each and count once their status stands beside them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.sweep.schema import Point
from advosim.experiment.sweep.seals import Damage, digest, sealed, unsealed
from advosim.experiment.sweep.store.files import AGAIN, CHUNKS, file_of, lost, write
from advosim.experiment.sweep.store.planned import Plan
from advosim.experiment.sweep.store.tables import parquet, schema

if TYPE_CHECKING:
    import pyarrow as pa


DONE, FAILED, KILLED = "done", "failed", "killed"
FAILURE_COLUMNS = ("run", "point", "seed", "status", "error", "traceback")


@dataclass(frozen=True)
class Row:
    """One run as it is kept."""

    run: int
    point: int
    seed: int
    factors: Point
    outcomes: dict[str, float]
    status: str
    seconds: float
    error: str = ""
    traceback: str = ""
    weeks: Any = None
    """Its kept rows of the weekly table, a DataFrame, or None."""


def committed(folder: Path, number: int) -> bool:
    """Whether a chunk counts."""
    return file_of(folder, number, "json").is_file() and file_of(folder, number, "parquet").is_file()


def all_committed(folder: Path, plan: Plan) -> set[int]:
    """The numbers of all chunks that count."""
    return {number for number in with_status(folder, plan) if committed(folder, number)}


def verified(folder: Path, plan: Plan) -> tuple[set[int], dict[int, str]]:
    """The chunks that count and are as they were written; and those that are not, each with what is wrong."""
    good: set[int] = set()
    damaged: dict[int, str] = {}
    for number in sorted(with_status(folder, plan)):
        try:
            status = status_of(folder, number)
            if status.get("belongs") != plan.belongs(number):
                raise Damage(f"{file_of(folder, number, 'json')} belongs to other runs than were planned")
            for name in status["files"]:
                bytes_of(folder, status, name)
        except Damage as error:
            damaged[number] = str(error)
        else:
            good.add(number)
    return good, damaged


def take_out(folder: Path, numbers: Iterable[int]) -> None:
    """Let chunks count no more."""
    for number in numbers:
        file_of(folder, number, "json").unlink(missing_ok=True)


def with_status(folder: Path, plan: Plan) -> set[int]:
    try:
        with os.scandir(folder / CHUNKS) as entries:
            names = {entry.name for entry in entries}
    except FileNotFoundError:
        return set()
    return {number for number in range(plan.chunks) if f"{number:06d}.json" in names}


def status_of(folder: Path, number: int) -> dict[str, Any]:
    """The status of a chunk. Raises Damage unless it is there and as it was written."""
    file = file_of(folder, number, "json")
    try:
        return unsealed(file)
    except FileNotFoundError:
        raise Damage(f"{file} is gone") from None


def bytes_of(folder: Path, status: Mapping[str, Any], name: str) -> bytes:
    """A file of a chunk. Raises Damage unless it is as its status says."""
    file = folder / CHUNKS / name
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise Damage(f"{file} is gone") from None
    except OSError as error:
        raise Damage(f"{file} cannot be read: {error.strerror or error}") from error
    if digest(raw) != status["files"].get(name):
        raise Damage(f"{file} is not as it was written")
    return raw


def commit(
    folder: Path, plan: Plan, number: int, rows: list[Row], factors: Mapping[str, str], outcomes: Iterable[str]
) -> None:
    """Write a chunk: weeks, results, then the status that makes it count. Raises SaveError.

    The tables of the same runs have the same bytes, so that it does no harm where two processes write one chunk.
    """
    failures = [
        {name: getattr(row, name) for name in FAILURE_COLUMNS} | {"factors": row.factors}
        for row in rows
        if row.status != DONE
    ]
    status = {
        "chunk": number,
        "chunk_size": plan.chunk,
        "belongs": plan.belongs(number),
        "runs": len(rows),
        "seconds": [row.seconds for row in rows],
        "host": socket.gethostname(),
        "process": os.getpid(),
        "finished": time.time(),
        "failures": failures,
    }
    try:
        tables = {"weeks.parquet": _weeks_table(rows), "parquet": _runs_table(rows, factors, outcomes)}
        files = {file_of(folder, number, ending): parquet(t) for ending, t in tables.items() if t is not None}
        for file, raw in files.items():
            write(file, lambda opened, raw=raw: opened.write(raw))  # type: ignore[misc]
        status["files"] = {file.name: digest(raw) for file, raw in files.items()}
        write(file_of(folder, number, "json"), lambda file: file.write(sealed(status)))
    except OSError as error:
        raise lost(folder, error) from error


def amend(folder: Path, plan: Plan, row: Row) -> None:
    """Put one run that was done again into its committed chunk. Raises SaveError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = plan.chunk_of(row.run)
    row = replace(row, run=plan.place(row.run))
    table, told = read_chunk(folder, plan, number)
    kept = {failure["run"]: failure for failure in told["failures"]}
    name, weeks = file_of(folder, number, "weeks.parquet").name, {}
    if name in told["files"]:
        rows_of = pq.read_table(pa.BufferReader(bytes_of(folder, told, name))).to_pandas()
        weeks = {run: rows.drop(columns="run") for run, rows in rows_of.groupby("run")}
    rows = []
    for old in table.to_pylist():
        run, failure = old["run"], kept.get(old["run"], {})
        outcomes = {name: old[name] for name in plan.outcomes if old[name] is not None}
        point = {path: old[path] for path in plan.factors}
        same = Row(
            run, old["point"], old["seed"], point, outcomes, old["status"], old["seconds"],
            failure.get("error", ""), failure.get("traceback", ""), weeks.get(run),
        )  # fmt: skip
        rows.append(row if run == row.run else same)
    commit(folder, plan, number, rows, plan.factors, plan.outcomes)


def _runs_table(rows: list[Row], factors: Mapping[str, str], outcomes: Iterable[str]) -> pa.Table:
    import pyarrow as pa

    names = list(outcomes)
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in ("run", "point", "seed")}
    columns |= {path: [row.factors.get(path) for row in rows] for path in factors}
    columns |= {name: [row.outcomes.get(name) for row in rows] for name in names}
    columns["status"] = [row.status for row in rows]
    return pa.table(columns, schema=schema(factors, names))


def _weeks_table(rows: list[Row]) -> pa.Table | None:
    import pyarrow as pa

    kept = [row for row in rows if row.weeks is not None]
    if not kept:
        return None
    tables = []
    for row in kept:
        table = pa.Table.from_pandas(row.weeks, preserve_index=False).replace_schema_metadata(None)
        tables.append(table.add_column(0, "run", pa.array([row.run] * len(table), pa.int64())))
    return pa.concat_tables(tables)


def read_chunk(folder: Path, plan: Plan, number: int) -> tuple[pa.Table, dict[str, Any]]:
    """Results by place, with what is known of how they were run, and status of a chunk.

    Raises Damage where they are not as written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    status = status_of(folder, number)
    table = pq.read_table(pa.BufferReader(bytes_of(folder, status, file_of(folder, number, "parquet").name)))
    if table["run"].to_pylist() != list(range(*plan.span(number))):
        raise Damage(f"{file_of(folder, number, 'parquet')} holds other runs than were planned; {AGAIN}")
    number_of = len(table)
    table = table.append_column("seconds", pa.array(status["seconds"], pa.float64()))
    for name, kind in (("chunk", pa.int64()), ("host", pa.string()), ("process", pa.int64())):
        table = table.append_column(name, pa.array([status[name]] * number_of, kind))
    return table, status


def failures(folder: Path, plan: Plan, numbers: Iterable[int] | None = None) -> Iterator[dict[str, Any]]:
    """The runs that failed or were killed, in order: run, point, seed, factors, status, error, traceback."""
    found = []
    for number in sorted(all_committed(folder, plan) if numbers is None else numbers):
        for failure in status_of(folder, number)["failures"]:
            run = plan.number(failure["run"])
            found.append({**failure, "run": run, "point": run // plan.replicates})
    yield from sorted(found, key=lambda failure: failure["run"])
