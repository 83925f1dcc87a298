"""From the weekly table of a run to its outcomes, one number each, without a table of pandas on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sweep.schema import ALL, Outcome
from advosim.world.recorded import WEEK

SUMS: dict[str, tuple[str, ...]] = {
    "petition": ("petition_for", "petition_against"),
    "protest": ("protest_for", "protest_against"),
    "boycott": (),
}
"""Columns of the weekly table that are sums of recorded ones."""
CODES = ("answers",)
"""Recorded numbers that stand for words: the weekly table shows them as text."""


def columns() -> tuple[str, ...]:
    """The columns that an outcome can be taken of."""
    return (*(name for name in WEEK.names or () if name not in CODES), *SUMS)


def reduce(record: Any, outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    """The outcomes of a run by name. `record` is a `Record`. Raises ValueError where one is not finite."""
    rows, names = record.recorded.weeks, record.names
    found = {}
    for name, outcome in outcomes.items():
        found[name] = finite(name, reduced(series(rows, names.polities, names.issues, outcome), outcome))
    return found


def finite(name: str, value: Any) -> float:
    """An outcome as a number. Raises ValueError where it is not finite."""
    if not math.isfinite(value):
        raise ValueError(f"outcome '{name}' is {value}")
    return float(value)


def series(rows: Any, polities: tuple[str, ...], issues: tuple[str, ...], outcome: Outcome) -> NDArray[np.float64]:
    """(weeks,): an outcome's column week by week. `rows` is (weeks, polities, issues)."""
    parts = SUMS.get(outcome.of, (outcome.of,))
    values = sum((rows[part].astype(np.float64) for part in parts), np.zeros(rows.shape))
    values = values[:, _pick(outcome.polity, polities)][:, :, _pick(outcome.issue, issues)]
    return values.reshape(len(rows), -1).mean(axis=1)


def _pick(wanted: str | None, known: tuple[str, ...]) -> list[int]:
    if wanted is None or wanted == ALL:
        return list(range(len(known)))
    return [known.index(wanted)]


def reduced(values: NDArray[np.float64], outcome: Outcome) -> float:
    """One number for the weeks, in the unit of the column; weeks count from 1.

    A threshold that is never crossed gives the number of weeks + 1. Sums are exactly rounded, so that they are the same
    on every machine.
    """
    kind, threshold, n = outcome.reduce, outcome.threshold or 0.0, len(values)
    if kind == "final":
        return float(values[-1])
    if kind == "change":
        return float(values[-1] - values[0])
    if kind in ("max", "min"):
        return float(values.max() if kind == "max" else values.min())
    if kind == "count_above":
        return float(np.count_nonzero(values > threshold))
    if kind in ("first_week_above", "first_week_below"):
        hits = np.flatnonzero(values > threshold if kind == "first_week_above" else values < threshold)
        return float(hits[0] + 1 if hits.size else n + 1)
    total = math.fsum(values.tolist())
    if kind == "area":
        return total - (float(values[0]) + float(values[-1])) / 2
    return total / n if kind == "mean" else total
