"""The merged tables of a sweep for other programs: CSV for all, Stata's format with labels, Parquet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from advosim.experiment.sweep import estimates, store, summaries
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep.columns import tables
from advosim.results import codebook, stata
from advosim.results.folder import SaveError
from advosim.scenario.plain_text import cell
from advosim.scenario.problems import InputError, Problem
from advosim.world.columns import Column

Tables = dict[str, tuple[Column, ...]]


def export(folder: str | Path, format: str, to: str | Path | None = None, *, panel: bool = False) -> list[Path]:
    """Write the merged tables of a folder as csv, dta or parquet into `to`, by default FOLDER/export; returns files.

    Beside them `estimates`: the mean of each outcome at each point with its interval. panel: the weeks that were kept
    with seeds and factors, ready for a regression. Own summaries are there as `summary_NAME`.

    Beside them lies `codebook.csv`, the last of the files. In Stata a column has a short name of letters, digits and _;
    its label has the full name and what the column means, as far as there is room. Missing outcomes of failed runs are
    empty cells. Raises InputError where the sweep is not complete, SaveError where writing fails.
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
    declared, written = tables(folder), list[Path]()
    sources = {Path(name).stem: folder / name for name in (store.RUNS, store.WEEKS, store.TIMINGS)}
    for name, columns in summaries.declared(folder).items():
        declared[f"summary_{name}"], sources[f"summary_{name}"] = columns, summaries.file_of(folder, name)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, kept in sources.items():
            if kept.is_file():
                file = place / f"{name}.{format}"
                with kept.open("rb") as source:
                    store.write(file, partial(writers[format], declared[name], source))
                written.append(file)
        for name, (table, columns) in _made(folder, declared, panel).items():
            file = place / f"{name}.{format}"
            store.write(file, partial(_saved, table, columns, format))
            written.append(file)
            declared[name] = columns
        codebook.write(place, {file.stem: declared[file.stem] for file in written})
    except OSError as error:
        raise SaveError(f"the tables could not be written to {place}: {error.strerror or error}") from error
    return [*written, place / codebook.FILE]


def _made(folder: Path, declared: Tables, panel: bool) -> dict[str, tuple[Any, tuple[Column, ...]]]:
    """Tables that are made of the merged ones, with their columns."""
    runs = declared["runs"]
    point, factors = runs[1], tuple(column for column in runs if column.by == "design")
    found: dict[str, tuple[Any, tuple[Column, ...]]] = {
        "estimates": (estimates.estimates(folder), (point, *factors, *estimates.COLUMNS))
    }
    if panel:
        if not (folder / store.WEEKS).is_file():
            hint = "write [keep] weeks = 1 in the experiment"
            raise InputError(Problem(str(folder), None, "no weeks of the runs were kept", hint=hint))
        known = {column.name: column for column in (estimates.UNIT, *runs, *declared["weeks"])}
        table = estimates.panel(folder, [column.name for column in factors])
        found["panel"] = (table, tuple(known[name] for name in table.columns))
    return found


def _saved(table: Any, columns: Sequence[Column], format: str, target: IO[bytes]) -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    if format == "dta":
        texts = [name for name in table.columns if name in ("polity", "issue", "outcome", "role")]
        stata.write(table.assign(**{name: table[name].astype("category") for name in texts}), columns, target)
        return
    source = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), source)
    source.seek(0)
    if format == "csv":
        _csv(columns, source, target)
    else:
        shutil.copyfileobj(source, target)


def _csv(columns: Sequence[Column], source: IO[bytes], target: IO[bytes]) -> None:
    """One batch after the other: memory does not grow with the number of runs."""
    import pyarrow.csv
    import pyarrow.parquet

    table = pyarrow.parquet.ParquetFile(source)
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    with pyarrow.csv.CSVWriter(target, _plain(table.schema_arrow), write_options=options) as writer:
        for batch in table.iter_batches():
            writer.write_batch(_without_formulas(batch))


def _plain(schema: Any) -> Any:
    """The same columns, with texts of one type, however long they are or how they were packed."""
    import pyarrow as pa

    return pa.schema(
        [(cell(each.name), each.type if pa.types.is_primitive(each.type) else pa.string()) for each in schema]
    )


def _without_formulas(batch: Any) -> Any:
    import pyarrow as pa

    columns = []
    for own, field in zip(batch.columns, plain := _plain(batch.schema), strict=True):
        if pa.types.is_string(field.type):
            texts = [text if text is None else cell(str(text)) for text in own.to_pylist()]
            columns.append(pa.array(texts, pa.string()))
        else:
            columns.append(own)
    return pa.RecordBatch.from_arrays(columns, schema=plain)


def _dta(columns: Sequence[Column], source: IO[bytes], target: IO[bytes]) -> None:
    import pandas as pd

    stata.write(pd.read_parquet(source), columns, target)
