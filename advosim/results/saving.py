"""What an analysis leaves in a folder, which is whole or not there, with a manifest that says how to repeat it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from advosim.figures import toolkit
from advosim.results import codebook
from advosim.results import folder as results
from advosim.results.latex import Table
from advosim.results.manifest import PROGRAM, machine, write_manifest
from advosim.scenario.plain_text import printable
from advosim.world.columns import Column

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Leaves:
    """The files of an analysis, by name without suffix."""

    told: Mapping[str, Any]
    """What the manifest says of it: its kind, scenarios, seeds ..."""
    summary: str
    tables: Mapping[str, pd.DataFrame]
    """For people and their programs (.csv); empty ones are left out."""
    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Long ones, of which the tables are made (.parquet)."""
    columns: Mapping[str, Sequence[Column]] = field(default_factory=dict)
    """What the columns of `tables` and `rows` mean, for the codebook; more than a table has may be given."""
    latex: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    other: Mapping[str, Callable[[IO[bytes]], None]] = field(default_factory=dict)
    """What writes other files, by name with suffix."""


class Analysis(ABC):
    """What was found, as plain data, and which files tell it."""

    @abstractmethod
    def leaves(self) -> Leaves:
        """The files that are left of it."""

    def save(self, folder: str | Path, *, force: bool = False, **printed: Any) -> Path:
        """Write tables (.csv, .parquet, .tex), figures, a summary and a manifest. printed: as of `saving.save`."""
        return save(self.leaves(), folder, force, **printed)


def save(
    leaves: Leaves, folder: str | Path, force: bool = False, *, formats: Sequence[str] = ("png",),
    longtable: bool = False,
) -> Path:  # fmt: skip
    """Write all files of an analysis; the folder appears whole or not and replaces older results.

    force: as of `results.check_place`. formats: of figures, any of png, pdf, svg. longtable: LaTeX tables that break
    over pages. Raises InputError for a place that holds something else, SaveError where writing fails.
    """
    toolkit.check_formats(formats)
    with results.whole(folder, force) as partial:
        fill(leaves, partial, formats, longtable)
    return Path(folder)


def fill(leaves: Leaves, folder: Path, formats: Sequence[str] = ("png",), longtable: bool = False) -> None:
    """Write all files of an analysis into a folder that is there, the manifest last."""
    for name, table in leaves.tables.items():
        if len(table):
            results.write_csv(table, folder / f"{name}.csv")
    for name, table in leaves.rows.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    told = {
        name: _columns(leaves, name, table) for name, table in {**leaves.rows, **leaves.tables}.items() if len(table)
    }
    codebook.write(folder, told)
    for name, text in leaves.latex.items():
        _write(folder / f"{name}.tex", text.long if longtable and isinstance(text, Table) else text)
    for name, figure in leaves.figures.items():
        for format in formats:
            toolkit.save(figure, folder / f"{name}.{format}")
    for file, write in leaves.other.items():
        with (folder / file).open("wb") as target:
            write(target)
    _write(folder / "summary.txt", printable(leaves.summary) + "\n")
    saved = datetime.now(UTC).isoformat(timespec="seconds")
    write_manifest(folder, {"program": PROGRAM, **leaves.told, **machine(), "saved": saved})


def _columns(leaves: Leaves, name: str, table: pd.DataFrame) -> list[Column]:
    """Those that a table has; a test asks that each has its meaning."""
    known = {column.name: column for column in leaves.columns.get(name, ())}
    return [known.get(column, Column(column, "")) for column in table.columns]


def _write(file: Path, text: str) -> None:
    """UTF-8 with line feeds on every system."""
    file.write_text(text, encoding="utf-8", newline="\n")
