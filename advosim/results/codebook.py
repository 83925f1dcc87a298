"""The codebook of results: what every column of every table means, as it is declared beside the column in the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from advosim.scenario.plain_text import cell
from advosim.world.columns import Column

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run

FILE = "codebook.csv"


def codebook(tables: Mapping[str, Sequence[Column]]) -> pd.DataFrame:
    """One row per column: `table, column, meaning, unit, range, filled_by` (a mechanism, or the table's function)."""
    import pandas as pd

    rows = [
        (table, each.name, each.meaning, each.unit, each.range, each.by or table)
        for table, columns in tables.items()
        for each in columns
    ]
    return pd.DataFrame(rows, columns=["table", "column", "meaning", "unit", "range", "filled_by"])


def write(folder: Path, tables: Mapping[str, Sequence[Column]]) -> None:
    """Write the codebook of the tables of a folder."""
    safe = codebook(tables).map(cell)
    safe.to_csv(folder / FILE, index=False, encoding="utf-8", lineterminator="\n")


def markdown(tables: Mapping[str, Sequence[Column]]) -> str:
    """The codebook as Markdown, a section for each table."""
    lines = []
    for table, columns in tables.items():
        lines += [f"### {table}", "", "| column | meaning | unit | range | filled by |", "|---|---|---|---|---|"]
        for each in columns:
            cells = (f"`{each.name}`", each.meaning, each.unit, each.range, f"`{each.by or table}`")
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return "\n".join(lines)


def every_table() -> dict[str, tuple[Column, ...]]:
    """The columns of all tables that can be had of a run."""
    from advosim.reading import collaboration, measuring, outcomes, spiral
    from advosim.reading.tables import TABLES

    made = {"outcomes": outcomes.COLUMNS, **measuring.COLUMNS, "collaboration": collaboration.COLUMNS}
    return {**TABLES, **made, "spiral": spiral.COLUMNS}


def of_run(record: Run, tables: Sequence[str]) -> dict[str, tuple[Column, ...]]:
    """The columns of the tables that a run leaves: `tables` of the record, and those that are made of it."""
    from advosim.reading.tables import TABLES

    left = {*tables, *(every_table().keys() - TABLES.keys())} - (set() if record.scenario.has_abroad else {"spiral"})
    return {name: columns for name, columns in every_table().items() if name in left}
