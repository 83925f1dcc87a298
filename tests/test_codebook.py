"""The codebook: every column of every table is declared, and its values are in the declared range."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest
from codebooks import explains
from worlds import neighbours, voting

from advosim import simulate
from advosim.reading import collaboration, measuring, outcomes, spiral
from advosim.reading.tables import TABLES
from advosim.record import Record
from advosim.world.columns import Column


@functools.cache
def records() -> tuple[Record, ...]:
    """Runs in which there is something in every table: parties, alliances, ballots, bodies."""
    return tuple(simulate(scenario, seed=1, weeks=26, threads=1) for scenario in (voting(), neighbours()))


def holds(table: pd.DataFrame, columns: Sequence[Column]) -> None:
    assert list(table.columns) == [column.name for column in columns]
    for column in columns:
        assert column.meaning and (column.names or column.unit or column.range == "true or false" or column.low == 0.0)
        values = table[column.name]
        if column.names or values.empty:
            continue
        if column.type == "?":
            assert values.isin([False, True]).all(), column
            continue
        assert column.low is None or values.min() >= column.low - 1e-9, column
        assert column.high is None or values.max() <= column.high + 1e-9, column


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_run_is_declared_and_within_its_range(name: str) -> None:
    tables = [getattr(record, name) for record in records()]
    assert sum(map(len, tables)) > 0, "an empty table tells nothing"
    for table in tables:
        holds(table, TABLES[name])


MADE: dict[str, tuple[Callable[[Record], pd.DataFrame], Sequence[Column]]] = {
    "outcomes": (outcomes.outcomes, outcomes.COLUMNS),
    "costs": (measuring.costs, measuring.COLUMNS["costs"]),
    "collaboration": (collaboration.collaboration, collaboration.COLUMNS),
    "spiral": (spiral.spiral, spiral.COLUMNS),
}


@pytest.mark.parametrize("name", MADE)
def test_every_column_that_is_made_of_a_run_is_declared_and_within_its_range(name: str) -> None:
    make, columns = MADE[name]
    for record in records():
        holds(make(record), columns)


def test_names_of_columns_are_unique_within_a_table() -> None:
    for name, columns in TABLES.items():
        names = [column.name for column in columns]
        assert len(names) == len(set(names)), name


def test_a_folder_of_results_says_what_its_columns_mean(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from advosim.results import folder as results

    monkeypatch.setattr(results, "figures_of", lambda record: ("venues", "phases"))
    folder = results.write(records()[1], tmp_path / "run")
    explains(folder)
    for name in ("venues.png", "phases.png", "bodies.parquet", "bodies.csv", "spiral.csv"):
        assert (folder / name).stat().st_size > 200, "what comes from abroad is there as well"
