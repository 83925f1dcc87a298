"""The merged tables of a sweep for other programs: CSV for all, Stata's format with labels, Parquet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep import store
from advosim.experiment.sweep.columns import tables
from advosim.results import codebook
from advosim.results.folder import SaveError
from advosim.scenario.plain_text import cell
from advosim.scenario.problems import InputError, Problem
from advosim.world.columns import Column

if TYPE_CHECKING:
    import pandas as pd

NAME, LABEL = 32, 80
"""Characters that Stata allows in names of variables and in their labels."""
EXACT = 2**53
"""Whole numbers up to here are exact in Stata, which keeps large ones as double."""
_RESERVED = (
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi", "_pred",
    "_rc", "_skip", "strL", "using", "with",
)  # fmt: skip


def export(folder: str | Path, format: str, to: str | Path | None = None) -> list[Path]:
    """Write the merged tables of a folder as csv, dta or parquet into `to`, by default FOLDER/export; returns files.

    Beside them lies `codebook.csv`. In Stata a column has a short name of letters, digits and _; its label has the full
    name and what the column means, as far as there is room. Missing outcomes of failed runs are empty cells. Raises
    InputError where the sweep is not complete, SaveError where writing fails.
    """
    writers: dict[str, Callable[[Sequence[Column], IO[bytes], IO[bytes]], None]]
    writers = {"csv": _csv, "dta": _dta, "parquet": lambda columns, source, target: shutil.copyfileobj(source, target)}
    if format not in writers:
        raise InputError(Problem("", None, f"'{format}' is no format", ", ".join(writers)))
    folder = Path(folder)
    state = sweep.status(folder)
    if not state.merged:
        what = f"{state.left:,} of {state.runs:,} runs are missing"
        raise InputError(Problem(str(folder), None, what, hint="advosim sweep run goes on from where it is"))
    place = folder / "export" if to is None else Path(to)
    declared, written = tables(folder), []
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name in (store.RUNS, store.WEEKS, store.TIMINGS):
            if (folder / name).is_file():
                file = place / Path(name).with_suffix(f".{format}")
                with (folder / name).open("rb") as source:
                    store.write(file, partial(writers[format], declared[Path(name).stem], source))
                written.append(file)
        codebook.write(place, {file.stem: declared[file.stem] for file in written})
    except OSError as error:
        raise SaveError(f"the tables could not be written to {place}: {error.strerror or error}") from error
    return written


def _csv(columns: Sequence[Column], source: IO[bytes], target: IO[bytes]) -> None:
    """One batch after the other: memory does not grow with the number of runs."""
    import pyarrow.csv
    import pyarrow.parquet

    table = pyarrow.parquet.ParquetFile(source)
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    with pyarrow.csv.CSVWriter(target, table.schema_arrow, write_options=options) as writer:
        for batch in table.iter_batches():
            writer.write_batch(_without_formulas(batch))


def _without_formulas(batch: Any) -> Any:
    import pyarrow as pa

    for at, field in enumerate(batch.schema):
        if pa.types.is_string(field.type):
            batch = batch.set_column(
                at, field, pa.array([cell(text) for text in batch.column(at).to_pylist()], field.type)
            )
    return batch


def _dta(columns: Sequence[Column], source: IO[bytes], target: IO[bytes]) -> None:
    import pandas as pd

    table = pd.read_parquet(source)
    names = stata_names(list(table.columns))
    meanings = {column.name: column.meaning for column in columns}
    labels = {names[name]: _label(name, meanings.get(name, "")) for name in table.columns}
    plain = pd.DataFrame({names[name]: _stata_column(table[name]) for name in table.columns})
    plain.to_stata(
        target,
        write_index=False,
        version=118,
        variable_labels=labels,
        data_label="advosim",
        time_stamp=datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None),  # the same bytes for the same runs
    )


def _stata_column(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        return column.astype("int8")
    if pd.api.types.is_integer_dtype(column):
        return column.astype(str) if column.abs().max() > EXACT else column
    return column if pd.api.types.is_numeric_dtype(column) else column.fillna("").astype(object)


def _label(name: str, meaning: str) -> str:
    """Name and meaning; without room for both the name of what is nested, which is short in Stata, else the meaning."""
    both = f"{name}: {meaning}"
    if meaning and len(both) <= LABEL:
        return both
    if "." in name or not meaning:
        return name if len(name) <= LABEL else "..." + name[3 - LABEL :]
    return meaning if len(meaning) <= LABEL else meaning[: LABEL - 3] + "..."


def stata_names(columns: Sequence[str]) -> dict[str, str]:
    """A valid name for each column: the last part of a dotted path, with as many parts before it as make it unique."""
    found: dict[str, str] = {}
    for column in columns:
        others = [other for other in columns if other != column]
        found[column] = _free(_candidates(column, others), set(found.values()))
    return found


def _candidates(column: str, others: Iterable[str]) -> list[str]:
    parts = column.split(".")
    taken = [other.split(".") for other in others]
    first = next(
        (depth for depth in range(1, len(parts) + 1) if all(parts[-depth:] != other[-depth:] for other in taken)),
        len(parts),
    )
    return ["_".join(parts[-depth:]) for depth in range(first, len(parts) + 1)]


def _free(candidates: list[str], taken: set[str]) -> str:
    valid = [re.sub(r"\W", "_", name, flags=re.ASCII)[:NAME] for name in candidates]
    numbered = [f"{valid[0][: NAME - 4]}_{number}" for number in range(2, 1000)]
    for name in [*valid, *numbered]:
        name = f"_{name}"[:NAME] if name[:1].isdigit() or name in _RESERVED else name
        if name not in taken:
            return name
    raise ValueError("too many columns of alike names")
