"""What a codebook owes to the tables beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq


def explains(folder: Path) -> None:
    """That the codebook of a folder tells every column of every table there, in order, with meaning and range."""
    told = pd.read_csv(folder / "codebook.csv", keep_default_na=False)
    assert (told[["meaning", "range", "filled_by"]] != "").all(axis=None), told[told["meaning"] == ""]
    tables = {file.stem: list(pq.read_schema(file).names) for file in folder.glob("*.parquet")}
    tables |= {file.stem: list(pd.read_csv(file, nrows=0).columns) for file in folder.glob("*.csv")}
    del tables["codebook"]
    assert tables and set(told["table"]) == set(tables)
    for name, columns in tables.items():
        assert list(told.loc[told["table"] == name, "column"]) == columns, name
