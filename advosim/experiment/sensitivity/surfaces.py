"""How an outcome depends on one or two factors: means over everything else with intervals, and their figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment import effects
from advosim.experiment.sensitivity.tables import value_text
from advosim.experiment.sweep.completed import Runs
from advosim.figures.toolkit import BLUE, FAINT, INK, SMALL, TEXT, WIDTH, blank, frame, note, panels, plain
from advosim.scenario.problems import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LEVELS = 12
"""Distinct values beyond which a factor's range is cut into bins."""
BINS = 6
MOST_NUMBERS = 64
"""Cells beyond which a heat map has no numbers in them."""
COLOURS = "viridis"


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
    """95% interval of the mean over what `over` says; NaN where there is one seed."""
    over: str = ""
    """What the interval is over, in words."""

    def figure(self) -> Figure:
        """A line with its intervals."""
        return curves([self])


@dataclass(frozen=True)
class Surface:
    """An outcome over two factors."""

    outcome: str
    x: Axis
    y: Axis
    mean: NDArray[np.float64]
    """(y, x), NaN where no point lies."""
    half: NDArray[np.float64]
    """(y, x): half the 95% interval of the mean over what `over` says; NaN where there is one seed."""
    count: NDArray[np.int64]
    """(y, x): runs."""
    over: str = ""
    """What the intervals are over, in words."""

    def figure(self) -> Figure:
        """A heat map, numbers in the cells where they fit."""
        return heat_map(self)


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
    values, along, drawn = outcome_values(runs, outcome), axis(runs, path), draws(runs)
    parts = [_of_cell(values, drawn, along.code == place) for place in range(len(along.values))]
    mean, half = np.array([p[0] for p in parts]), np.array([p[1] for p in parts])
    return Curve(outcome, along, mean, mean - half, mean + half, _over(values, drawn))


def surface(runs: Runs, outcome: str, x: str, y: str) -> Surface:
    """An outcome over two factors, all others averaged over; ranges with many values are cut into six bins."""
    values, across, up, drawn = outcome_values(runs, outcome), axis(runs, x), axis(runs, y), draws(runs)
    shape = (len(up.values), len(across.values))
    mean, half, count = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for place in np.ndindex(shape):
        here = (up.code == place[0]) & (across.code == place[1])
        mean[place], half[place] = _of_cell(values, drawn, here)
        count[place] = int(np.isfinite(values[here]).sum())
    return Surface(outcome, across, up, mean, half, count, _over(values, drawn))


def draws(runs: Runs) -> NDArray[np.int64] | None:
    """(points,): which draw of the design each point belongs to, None where points were chosen and not drawn.

    Points of one base sample (Saltelli 2002) or trajectory (Morris 1991) have most of their values in common.
    """
    design, k = runs.experiment.design, len(runs.points.columns)
    together = {"morris": k + 1, "sobol": 2 * k + 2 if design.second_order else k + 2}
    number = np.arange(len(runs.points), dtype=np.int64)
    if design.kind == "latin_hypercube":  # every policy meets the same draws
        policies = len(runs.points[design.levers].drop_duplicates()) if design.levers else 1
        return number % (len(number) // policies)
    return number // together[design.kind] if design.kind in together else None


def _over(values: NDArray[np.float64], draws: NDArray[np.int64] | None) -> str:
    if values.shape[1] < 2:
        return "one seed: no interval can be told"
    seeds = f"95% intervals over {values.shape[1]} seeds, which all points share"
    return seeds if draws is None else f"{seeds}, and over {draws[-1] + 1:,} draws of the design"


def _of_cell(
    values: NDArray[np.float64], draws: NDArray[np.int64] | None, here: NDArray[np.bool_]
) -> tuple[float, float]:
    """Mean of some points (points, replicates), and half its interval.

    Seeds are shared by all points, and draws by all seeds: both count, what is of a single run once (Cameron, Gelbach &
    Miller 2011), with the degrees of freedom of such a sum (Satterthwaite 1946).
    """
    from scipy import special

    cell = values[here]
    known = np.isfinite(cell)
    if not known.any():
        return math.nan, math.nan
    mean = float(cell[known].mean())
    away = np.where(known, cell - mean, 0.0) / known.sum()
    seeds = _summed(away.T, np.arange(cell.shape[1]))
    terms = [_squares(seeds)]
    if draws is not None:
        _, own = np.unique(draws[here], return_inverse=True)
        both = _summed(away, own)
        terms += [_squares(both.sum(axis=1, keepdims=True))] if len(both) > 1 else []
        shared = _squares(both.reshape(-1, 1))[0] if len(terms) > 1 else 0.0
    else:
        shared = 0.0
    square = max(sum(term for term, _ in terms) - shared, *(term for term, _ in terms), 0.0)
    if len(seeds) < 2 or not square > 0.0:
        return mean, math.nan if len(seeds) < 2 else 0.0
    freedom = square**2 / sum(term**2 / degrees for term, degrees in terms)
    return mean, float(special.stdtrit(min(freedom, 1e9), 0.5 + effects.LEVEL / 2)) * math.sqrt(square)


def _summed(away: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sums over the rows of each group, (groups, columns)."""
    sums = np.zeros((int(groups.max()) + 1, away.shape[1]))
    np.add.at(sums, groups, away)
    return sums


def _squares(sums: NDArray[np.float64]) -> tuple[float, int]:
    """What groups add to the square of the mean's error, and its degrees of freedom."""
    degrees = max(1, len(sums) - 1)
    return float((sums.sum(axis=1) ** 2).sum() * len(sums) / degrees), degrees


# ---------------------------------------------------------------- figures


def curves(lines: Sequence[Curve]) -> Figure:
    """Outcomes over single factors, a panel each, with bands of 95% intervals."""
    figure, axes = panels(len(lines), 3, 2.3)
    for one, line in zip(axes, lines, strict=True):
        x = list(line.axis.values) if line.axis.numeric else list(range(len(line.axis.values)))
        numeric = line.axis.numeric
        one.plot(x, line.mean, marker="o", ls="-" if numeric else "none", color=BLUE, ms=3.5, lw=1.2, zorder=3)
        if numeric:
            one.fill_between(x, line.low, line.high, color=BLUE, alpha=0.18, lw=0)
        else:
            one.vlines(x, line.low, line.high, color=BLUE, lw=1.0)
            one.set_xlim(-0.5, len(x) - 0.5)
        frame(one, grid="y")
        one.set_xlabel(line.axis.label, fontsize=TEXT, color=INK)
        one.set_ylabel(plain(line.outcome), fontsize=TEXT, color=INK)
        if not line.axis.numeric:
            one.set_xticks(x, [str(value) for value in line.axis.values])
    for one in axes[1:] if len({line.outcome for line in lines}) == 1 else ():
        one.sharey(axes[0])
    axes[0].autoscale(axis="y")
    note(figure, "; ".join(dict.fromkeys(f"means over all other factors; {line.over}" for line in lines)))
    return figure


def heat_map(surface: Surface) -> Figure:
    """Means over two factors; hatched where no run was made."""
    figure = blank(WIDTH * 0.66, WIDTH * 0.55)
    axes = figure.subplots()
    shown = np.ma.masked_invalid(surface.mean)
    ends = (shown.min(), shown.max()) if shown.count() else (0.0, 1.0)
    most = max(abs(ends[0]), abs(ends[1]))
    signed = ends[0] < 0 < ends[1] and min(-ends[0], ends[1]) > 0.2 * most
    colours: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -most, "vmax": most} if signed else {"cmap": COLOURS}
    axes.set_facecolor("#EEEEEE")
    axes.patch.set_hatch("////")
    axes.patch.set_edgecolor("#BBBBBB")
    mesh = axes.pcolormesh(shown, **colours)
    if surface.mean.size <= MOST_NUMBERS:
        _number_cells(axes, surface, mesh)
    _mark_axis(axes, surface.x, "x")
    _mark_axis(axes, surface.y, "y")
    bar = figure.colorbar(mesh, ax=axes)
    bar.set_label(plain(surface.outcome), fontsize=TEXT, color=INK)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    half = "± half of " if math.isfinite(surface.half[np.isfinite(surface.mean)].max(initial=0.0)) else ""
    note(figure, f"Means over all other factors.\n{half}{surface.over}")
    return figure


def _number_cells(axes: Axes, surface: Surface, mesh: Any) -> None:
    small = surface.mean.size > 30
    for y, x in np.ndindex(surface.mean.shape):
        mean, half = surface.mean[y, x], surface.half[y, x]
        if not math.isfinite(mean):
            continue
        dark = sum(mesh.cmap(mesh.norm(mean))[:3]) < 1.5
        text = f"{mean:.2g}" if small or not math.isfinite(half) else f"{mean:.2g}\n± {half:.1g}"
        text = text.replace("-", "\N{MINUS SIGN}")
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=SMALL - small, color="w" if dark else INK)


def _mark_axis(axes: Axes, axis: Axis, which: str) -> None:
    if axis.edges:
        at, texts = list(range(len(axis.edges))), [f"{edge:.2g}".replace("-", "\N{MINUS SIGN}") for edge in axis.edges]
    else:
        at, texts = [n + 0.5 for n in range(len(axis.values))], [value_text(value) for value in axis.values]  # type: ignore[misc]
    (axes.set_xticks if which == "x" else axes.set_yticks)(at, texts)
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(axis.label, fontsize=TEXT, color=INK)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
