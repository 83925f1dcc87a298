"""How an outcome depends on one or two factors: means over everything else, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sweep.completed import Runs
from advosim.scenario.problems import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LEVELS = 12
"""Distinct values beyond which a factor's range is cut into bins."""
BINS = 6
RESAMPLES = 1000


@dataclass(frozen=True)
class Axis:
    """A factor along an axis: its values, or bins of its range."""

    path: str
    label: str
    edges: tuple[float, ...]
    """Of bins; empty where the factor has few values."""
    values: tuple[Any, ...]
    """What stands in the middle of each place: a value, or the middle of a bin."""
    code: NDArray[np.int64]
    """(points,): each point's place."""

    @property
    def numeric(self) -> bool:
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)


@dataclass(frozen=True)
class Curve:
    """An outcome over one factor."""

    outcome: str
    axis: Axis
    mean: NDArray[np.float64]
    """(places,), NaN where no point lies."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    """95% interval of the mean: over shared seeds, or over points where there are few seeds."""

    def figure(self) -> Figure:
        """A line with its intervals."""
        from advosim.experiment.sensitivity import figures as sensitivity_figures

        return sensitivity_figures.curves([self])


@dataclass(frozen=True)
class Surface:
    """An outcome over two factors."""

    outcome: str
    x: Axis
    y: Axis
    mean: NDArray[np.float64]
    """(y, x), NaN where no point lies."""
    half: NDArray[np.float64]
    """(y, x): half the 95% interval of the mean over seeds; NaN for fewer than two runs."""
    count: NDArray[np.int64]
    """(y, x): runs."""

    def figure(self) -> Figure:
        """A heat map, numbers in the cells where they fit."""
        from advosim.experiment.sensitivity import figures as sensitivity_figures

        return sensitivity_figures.heat_map(self)


def axis(runs: Runs, path: str) -> Axis:
    """A factor's places. Raises InputError for one that does not exist."""
    if path not in runs.points.columns:
        known = list(runs.points.columns)
        what = f"there is no factor '{path}'"
        raise InputError(Problem("surface", None, what, ", ".join(known), did_you_mean(path, known)))
    column = runs.points[path].tolist()
    distinct = list(dict.fromkeys(column))
    label = runs.labels[path]
    if len(distinct) > MOST_LEVELS and all(isinstance(value, int | float) for value in distinct):
        low, high = runs.experiment.factors[path].range or (min(distinct), max(distinct))
        return _binned(path, label, np.array(column, dtype=float), np.linspace(low, high, BINS + 1))
    if all(isinstance(value, int | float) for value in distinct):
        distinct.sort()
    places = {value: number for number, value in enumerate(distinct)}
    return Axis(path, label, (), tuple(distinct), np.array([places[value] for value in column], dtype=np.int64))


def _binned(path: str, label: str, column: NDArray[np.float64], edges: NDArray[np.float64]) -> Axis:
    """Equal parts of the range."""
    edges = np.where(np.abs(edges) < 1e-12 * np.ptp(edges), 0.0, edges)
    code = np.clip(np.searchsorted(edges, column, side="right") - 1, 0, BINS - 1)
    middles = tuple(float(v) for v in (edges[:-1] + edges[1:]) / 2)
    return Axis(path, label, tuple(float(edge) for edge in edges), middles, code.astype(np.int64))


def outcome_values(runs: Runs, outcome: str) -> NDArray[np.float64]:
    """(points, replicates). Raises InputError for an outcome that does not exist."""
    if outcome not in runs.outcomes:
        known = list(runs.outcomes)
        what = f"there is no outcome '{outcome}'"
        raise InputError(Problem("outcome", None, what, ", ".join(known) or "none", did_you_mean(outcome, known)))
    return runs.outcomes[outcome]


def curve(runs: Runs, outcome: str, path: str) -> Curve:
    """An outcome over one factor, all others averaged over."""
    values, along = outcome_values(runs, outcome), axis(runs, path)
    parts = [_mean_and_half(values[along.code == place]) for place in range(len(along.values))]
    mean, half = np.array([p[0] for p in parts]), np.array([p[1] for p in parts])
    return Curve(outcome, along, mean, mean - half, mean + half)


def surface(runs: Runs, outcome: str, x: str, y: str) -> Surface:
    """An outcome over two factors, all others averaged over; ranges with many values are cut into six bins."""
    values, across, up = outcome_values(runs, outcome), axis(runs, x), axis(runs, y)
    shape = (len(up.values), len(across.values))
    mean, half, count = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for place in np.ndindex(shape):
        cell = values[(up.code == place[0]) & (across.code == place[1])]
        mean[place], half[place] = _mean_and_half(cell)
        count[place] = int(np.isfinite(cell).sum())
    return Surface(outcome, across, up, mean, half, count)


def _mean_and_half(cell: NDArray[np.float64]) -> tuple[float, float]:
    """Mean of (points, replicates), and half its interval: over seeds where these are the most, else over points."""
    from advosim.experiment import effects

    if not np.isfinite(cell).any():
        return float("nan"), float("nan")
    axis = 0 if cell.shape[1] >= max(3, cell.shape[0]) or cell.shape[0] < 2 else 1
    with np.errstate(invalid="ignore"):
        units = np.array(
            [row[np.isfinite(row)].mean() for row in (cell.T if axis == 0 else cell) if np.isfinite(row).any()]
        )
    if len(units) < 2:
        return float(np.nanmean(cell)), float("nan")
    low, high = effects.t_interval(units)
    return float(np.nanmean(cell)), (high - low) / 2
