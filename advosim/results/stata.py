"""Tables for Stata: short names, labels with meaning and unit, names as labelled numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

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


def write(table: pd.DataFrame, columns: Sequence[Column], target: IO[bytes]) -> None:
    """Write a table; columns: what is declared of its columns, by their names. Categories get value labels."""
    import pandas as pd

    names = stata_names([str(name) for name in table.columns])
    known = {column.name: column for column in columns}
    labels = {short: label(name, known.get(name)) for name, short in names.items()}
    plain = pd.DataFrame({names[str(name)]: _typed(table[name]) for name in table.columns})
    plain.to_stata(
        target,
        write_index=False,
        version=118,
        variable_labels=labels,
        data_label="advosim",
        time_stamp=datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None),  # the same bytes for the same runs
    )


def _typed(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    if pd.api.types.is_bool_dtype(column):
        return column.astype("int8")
    if pd.api.types.is_integer_dtype(column):
        return column.astype(str) if column.abs().max() > EXACT else column
    return column if pd.api.types.is_numeric_dtype(column) else column.fillna("").astype(object)


def label(name: str, column: Column | None) -> str:
    """Name, meaning and unit, as far as there is room: the name goes first, but stays of what is nested."""
    meaning = column.meaning if column else ""
    unit = f" [{column.unit}]" if column and column.unit not in ("", "number") else ""
    for text in (f"{name}: {meaning}{unit}", f"{name}: {meaning}"):
        if meaning and len(text) <= LABEL and (text.endswith("]") or not unit or "." in name):
            return text
    if "." in name or not meaning:
        return name if len(name) <= LABEL else "..." + name[3 - LABEL :]
    room = LABEL - len(unit)
    return (meaning if len(meaning) <= room else meaning[: room - 3] + "...") + unit


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
