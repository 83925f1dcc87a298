"""The tables of a whole sweep, merged from its chunks: the same bytes however they were run."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from advosim.experiment.sweep.seals import Damage, file_digest, sealed, unsealed
from advosim.experiment.sweep.store.chunks import FAILURE_COLUMNS, bytes_of, failures, read_chunk, status_of
from advosim.experiment.sweep.store.files import (
    AGAIN,
    CHUNKS,
    FAILURES,
    MERGED,
    POINTS,
    RUNS,
    TIMINGS,
    WEEKS,
    file_of,
    lost,
    write,
)
from advosim.experiment.sweep.store.planned import Plan
from advosim.experiment.sweep.store.tables import Growing, schema
from advosim.results.folder import SaveError
from advosim.scenario.plain_text import cell

if TYPE_CHECKING:
    import pyarrow as pa


def merge(folder: Path, plan: Plan) -> None:
    """Put all chunks together. The same bytes however they were run; memory does not grow with their number."""
    import pyarrow as pa

    columns = schema(plan.factors, plan.outcomes)
    timed = pa.schema([("run", pa.int64()), ("seconds", pa.float64()), ("chunk", pa.int64()), ("host", pa.string()),
                       ("process", pa.int64())])  # fmt: skip
    try:
        with Growing(folder / TIMINGS, timed) as timings:
            _merge_weeks(folder, plan)
            failed = _merge_failures(folder, plan)
            with Growing(folder / RUNS, columns) as runs:
                for table in in_order(plan, (read_chunk(folder, plan, number)[0] for number in range(plan.chunks))):
                    runs.add(table.select(columns.names))
                    timings.add(table.select(timed.names))
        if not failed:
            (folder / FAILURES).unlink(missing_ok=True)
        names = [name for name in (RUNS, WEEKS, TIMINGS, FAILURES, POINTS) if (folder / name).is_file()]
        told = {"files": {name: file_digest(folder / name) for name in names}}
        write(folder / MERGED, lambda file: file.write(sealed(told)))
    except OSError as error:
        raise error if isinstance(error, SaveError) else lost(folder, error) from error


def unsound(folder: Path) -> str:
    """What is wrong with the merged tables of a folder, the empty string where nothing is."""
    try:
        for name, known in unsealed(folder / MERGED)["files"].items():
            if file_digest(folder / name) != known:
                return f"{folder / name} is not as it was written; {AGAIN}"
    except FileNotFoundError as error:
        return f"{error.filename or folder / MERGED} is not there; {AGAIN}"
    except (Damage, OSError) as error:
        return f"{error}; {AGAIN}"
    return ""


def in_order(plan: Plan, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Rows of chunks by number of run, which they get for their places; all in memory where a sweep has grown."""
    if not plan.grown:
        yield from tables
        return
    import pyarrow as pa

    whole = pa.concat_tables(list(tables))
    runs = plan.numbers()[whole["run"].to_numpy()]
    whole = whole.set_column(whole.schema.get_field_index("run"), "run", pa.array(runs))
    if "point" in whole.schema.names:
        at = whole.schema.get_field_index("point")
        whole = whole.set_column(at, "point", pa.array(runs // plan.replicates))
    yield whole.take(pa.array(np.argsort(runs, kind="stable")))


def _merge_weeks(folder: Path, plan: Plan) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [file_of(folder, number, "weeks.parquet") for number in range(plan.chunks)]
    kept = [(status, file) for n, file in enumerate(files) if file.name in (status := status_of(folder, n))["files"]]
    if plan.weeks == "none" or not kept:
        (folder / WEEKS).unlink(missing_ok=True)
        return
    last: tuple[int, int] = (-1, 0)
    merged: Growing | None = None
    with contextlib.ExitStack() as open_files:
        tables = (pq.read_table(pa.BufferReader(bytes_of(folder, status, file.name))) for status, file in kept)
        for table in in_order(plan, tables):
            last = _in_order(folder / CHUNKS, table, last)
            merged = merged or open_files.enter_context(Growing(folder / WEEKS, table.schema))
            merged.add(table)


def _in_order(place: Path, table: pa.Table, last: tuple[int, int]) -> tuple[int, int]:
    """Hold that (run, week) only grow, and that each stands there once for a polity and issue."""
    keys = list(zip(*(table[name].to_pylist() for name in ("run", "week", "polity", "issue")), strict=True))
    pairs = [last, *((run, week) for run, week, _, _ in keys)]
    if len(set(keys)) < len(keys) or any(a > b for a, b in pairwise(pairs)) or pairs[1] == last:
        raise Damage(f"{place} holds a week of a run twice; {AGAIN}")
    return pairs[-1]


def _merge_failures(folder: Path, plan: Plan) -> int:
    """Write the table of failures; returns their number."""
    count = 0

    def fill(file: IO[bytes]) -> None:
        nonlocal count
        import io

        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(text, lineterminator="\n")
        table.writerow([*FAILURE_COLUMNS[:3], *plan.factors, *FAILURE_COLUMNS[3:]])
        for failure in failures(folder, plan):
            values = [failure["factors"].get(path, "") for path in plan.factors]
            told = [failure[name] for name in FAILURE_COLUMNS]
            table.writerow(map(cell, [*told[:3], *values, *told[3:]]))
            count += 1
        text.detach()

    write(folder / FAILURES, fill)
    return count
