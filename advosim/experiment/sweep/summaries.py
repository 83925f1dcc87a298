"""Summaries of a user's own: functions of the whole table of runs that experiment files name as `module:function`.

Each gives a number, numbers by name, or a table. They change no run, so that they may be added, and changed, after one.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.sweep import own, store
from advosim.experiment.sweep.seals import digest, sealed, unsealed
from advosim.experiment.sweep.store.files import lost
from advosim.replaced import traces
from advosim.results.folder import SaveError
from advosim.scenario.problems import InputError
from advosim.world.columns import Column

if TYPE_CHECKING:
    import pandas as pd

    from advosim.experiment.sweep.schema import Experiment

GIVES = "a finite number, a mapping of names to numbers, or a pandas DataFrame"
MOST = 8
"""Numbers of a summary that are told on the screen."""


class SummaryFailed(SaveError):
    """A function gave no summary; the runs and the other summaries are kept."""


def write(experiment: Experiment, folder: Path) -> None:
    """Make the summaries of the merged runs of a folder, and write them beside. Raises SummaryFailed, SaveError."""
    if not experiment.summaries and not (folder / store.SUMMARIES).is_dir():
        return
    wrong: list[str] = []
    kept: dict[str, bytes] = {}
    try:
        runs = _runs(folder)
        for name, of in experiment.summaries.items():
            try:
                kept[name] = _bytes(_made(of, experiment.folder, runs.copy()))
            except (InputError, TypeError, ValueError) as error:
                wrong.append(f"the summary '{name}' ({of}) {error}")
        _keep(experiment, folder, kept)
    except OSError as error:
        raise error if isinstance(error, SaveError) else lost(folder, error) from error
    if wrong:
        again = "mend it, and give the same command again: it makes the summaries anew"
        raise SummaryFailed(f"{'; '.join(wrong)}. All runs are kept in {folder}; {again}")


def _runs(folder: Path) -> pd.DataFrame:
    """The runs that ended well, as functions get them: run, point, seed, factors, outcomes."""
    import pandas as pd

    table = pd.read_parquet(folder / store.RUNS)
    return table[table["status"] == store.DONE].drop(columns="status").reset_index(drop=True)


def _made(of: str, folder: Path, runs: Any) -> pd.DataFrame:
    """What a function gives as a table. Raises ValueError, in words that go on from its name."""
    function = own.function(of, folder, "summary")
    try:
        given = function(runs)
    except (Exception, SystemExit) as error:  # whatever a user's function does
        raise ValueError(f"raises {type(error).__name__}: {error}{own.line_of(function, error)}") from error
    return _table(given)


def _table(given: Any) -> pd.DataFrame:
    import pandas as pd

    if isinstance(given, pd.Series | Mapping):
        pairs = [(str(key), _number(f" for '{key}'", value)) for key, value in given.items()]
        numbers = dict(pairs)
        if len(numbers) < len(pairs):
            raise ValueError("gives several numbers of one name")
        return pd.DataFrame({"name": list(numbers), "value": list(numbers.values())}).astype({"value": float})
    if not isinstance(given, pd.DataFrame):
        return pd.DataFrame({"value": [_number("", given)]})
    table = given.reset_index() if any(given.index.names) else given.reset_index(drop=True)
    names = [str(name) for name in table.columns]
    if table.columns.nlevels > 1 or len(set(names)) < len(names) or not names:
        raise ValueError(f"gives a table whose columns have no names of their own: {', '.join(names[:MOST])}")
    table = table.set_axis(names, axis=1)
    between = [name for name in names if isinstance(_kind(table[name].dtype), pd.IntervalDtype)]
    return table.astype(dict.fromkeys(between, str))


def _kind(dtype: Any) -> Any:
    """The type of a column's values, also where they are categories, as `pd.cut` makes them."""
    return getattr(dtype, "categories", dtype).dtype if hasattr(dtype, "categories") else dtype


def _number(where: str, given: Any) -> float:
    try:
        return own.number("", given)
    except ValueError:
        shown = f"{given}" if isinstance(given, float) else f"a {type(given).__name__}"
        raise ValueError(f"gives {shown}{where}, not {GIVES}") from None


def _bytes(table: pd.DataFrame) -> bytes:
    import pyarrow as pa

    try:
        return store.parquet(pa.Table.from_pandas(table, preserve_index=False))
    except (pa.ArrowException, TypeError) as error:
        raise ValueError(f"gives a table that cannot be kept: {str(error.args[0])[:200]}") from error


def _keep(experiment: Experiment, folder: Path, kept: Mapping[str, bytes]) -> None:
    """Write tables, and tell their hashes, and those of the functions' source, beside those of the merged ones."""
    place = folder / store.SUMMARIES
    if kept:
        place.mkdir(exist_ok=True)
    merged = unsealed(folder / store.MERGED)["files"]
    files = {name: known for name, known in merged.items() if not name.startswith(f"{store.SUMMARIES}/")}
    for name, raw in kept.items():
        store.write(file_of(folder, name), lambda file, raw=raw: file.write(raw))  # type: ignore[misc]
        files[f"{store.SUMMARIES}/{name}.parquet"] = digest(raw)
    told = [_told(name, experiment.summaries[name], experiment.folder) for name in kept]
    store.write(folder / store.MERGED, lambda file: file.write(sealed({"files": files, "summaries": told})))
    for old in place.glob("*.parquet"):
        if old.stem not in kept:
            old.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it is there and not empty, or was never there
        place.rmdir()


def _told(name: str, of: str, folder: Path) -> dict[str, str]:
    """What is kept of a function: the hash of its source, and the first sentence of its docstring."""
    (trace,) = traces({name: of}, folder)
    meaning = " ".join((inspect.getdoc(own.function(of, folder)) or "").partition("\n\n")[0].split())
    return {"name": name, "of": of, "sha256": trace.sha256, "meaning": meaning}


# ---------------------------------------------------------------- what a folder has


def of_folder(folder: Path) -> list[dict[str, str]]:
    """The summaries of a folder: name, of, sha256, meaning; none where the runs are not merged."""
    try:
        told: list[dict[str, str]] = unsealed(folder / store.MERGED).get("summaries", [])
    except FileNotFoundError:
        return []
    return told


def file_of(folder: Path, name: str) -> Path:
    return folder / store.SUMMARIES / f"{name}.parquet"


def declared(folder: Path) -> dict[str, tuple[Column, ...]]:
    """The columns of each summary."""
    import pyarrow.parquet as pq

    return {
        each["name"]: tuple(
            Column(column, each["meaning"] or f"what {each['of']} gives of all runs", names="as given", by=each["of"])
            for column in pq.read_schema(file_of(folder, each["name"])).names
        )
        for each in of_folder(folder)
    }


def told(folder: Path, wanted: Iterable[str] = ()) -> str:
    """The summaries of a folder in short, and which of those that are wanted it has not; empty where there is none."""
    import pandas as pd

    kept = of_folder(folder)
    lines = []
    for each in kept:
        table = pd.read_parquet(file_of(folder, each["name"]))
        numbers = "value" in table and pd.api.types.is_numeric_dtype(table["value"])
        if numbers and list(table.columns) == ["value"] and len(table) == 1:
            said = f"{table['value'].iloc[0]:.4g}"
        elif numbers and list(table.columns) == ["name", "value"]:
            rows = table.head(MOST)
            said = ", ".join(f"{key} {value:.4g}" for key, value in zip(rows["name"], rows["value"], strict=True))
            said += f" and {len(table) - MOST} more" if len(table) > MOST else "" if said else "no number"
        else:
            said = f"{len(table)} rows of {', '.join(table.columns)}"
        lines.append(f"  {each['name']}: {said}")
    missing = [name for name in wanted if name not in {each["name"] for each in kept}]
    if missing:
        lines.append(f"  not there: {', '.join(missing)}; `advosim sweep run` makes them")
    return "\n".join(["summaries of all runs, by functions of your own:", *lines]) if lines else ""
