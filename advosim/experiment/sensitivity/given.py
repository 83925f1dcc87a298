"""Which factors matter, from the points of any design: Borgonovo's delta, PAWN, and Shapley effects.

They ask for no design of their own, and Shapley effects not for independent factors either. With few points all are
too high by chance alone; `floor` says what a factor without any effect would reach.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sensitivity import surfaces
from advosim.experiment.sweep.completed import Runs

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

RESAMPLES = 100
SEED = 20240229
LEVEL, TAIL = 0.95, 1.96
MOST_LEVELS = 12
"""Distinct values of a factor up to which each is a class of its own."""
GRID = 100
LEAST_POINTS = 40
NEIGHBOURS = 3
"""Broto, Bachoc & Depecker 2020."""
MOST_FACTORS, POINTS_BY_FACTOR = 6, 60
"""Up to how many factors, and from how many points for each, neighbours are near enough for Shapley effects."""
JITTER = 1e-9

COLUMNS = ("delta", "delta_low", "delta_high", "delta_floor", "pawn", "pawn_low", "pawn_high", "pawn_floor")
SHAPLEY = ("shapley", "shapley_low", "shapley_high")


def indices(runs: Runs, values: Floats, noise: float) -> list[dict[str, Any]]:
    """A row per factor with all of `COLUMNS` and `SHAPLEY`, with 95% intervals over seeds, and draws of the design.

    values: (points, replicates), averaged over the seeds that all points share. noise: variance of chance that is left
    in the averages, which is no factor's; 0 where it is not known. NaN where the points are too few
    (`lacking`), 0 where all are alike.
    """
    names = list(runs.points.columns)
    rows = [{"factor": name, **dict.fromkeys((*COLUMNS, *SHAPLEY), math.nan)} for name in names]
    if len(values) < LEAST_POINTS:
        return rows
    if np.ptp(values.mean(axis=1)) <= 1e-12 * max(1e-300, np.abs(values).max()):
        return [row | dict.fromkeys(COLUMNS, 0.0) for row in rows]
    draws = surfaces.draws(runs)
    floors: dict[bytes, tuple[float, float]] = {}
    for row in rows:
        code = coded(runs.points[row["factor"]].tolist())
        key = np.bincount(code).tobytes()
        floors[key] = floors.get(key) or _floors(values.mean(axis=1), code)
        row.update(_by_class(values, code, draws), delta_floor=floors[key][0], pawn_floor=floors[key][1])
    if not lacking(runs):
        for row, found in zip(rows, _shapley_effects(runs, values, draws, noise), strict=True):
            row.update(zip(SHAPLEY, found, strict=True))
    return rows


def lacking(runs: Runs) -> str:
    """Why there are indices, or Shapley effects, that this design cannot give; empty where there are all."""
    points, factors = runs.points.shape
    if points < LEAST_POINTS:
        return f"{points} points are too few for indices of given data: {LEAST_POINTS} at least"
    if not 2 <= factors <= MOST_FACTORS or points < POINTS_BY_FACTOR * factors:
        needs = f"2 to {MOST_FACTORS} factors and {POINTS_BY_FACTOR} points for each"
        return f"no Shapley effects are told: they need {needs}, and here are {factors} and {points}"
    return ""


# ---------------------------------------------------------------- classes of one factor


def coded(column: Sequence[Any]) -> Codes:
    """(points,): the class of each point: its level, or an equal part of the ranks of numbers that differ much.

    As many parts as Plischke, Borgonovo & Smith 2013 take.
    """
    from scipy import stats

    distinct = list(dict.fromkeys(column))
    if len(distinct) <= MOST_LEVELS or not all(isinstance(value, int | float) for value in distinct):
        places = {value: number for number, value in enumerate(distinct)}
        return np.array([places[value] for value in column], dtype=np.int64)
    points = len(column)
    parts = min(math.ceil(points ** (2 / (7 + math.tanh((1500 - points) / 500)))), 48)
    ranks = stats.rankdata(column, method="ordinal").astype(np.int64) - 1
    found: Codes = ranks * parts // points
    return found


def _parts(y: Floats, code: Codes) -> list[Floats]:
    return [y[code == number] for number in range(int(code.max()) + 1) if (code == number).any()]


def delta(y: Floats, code: Codes) -> float:
    """Borgonovo's delta: half the mean distance of the density of y to that within a class, 0 to 1.

    Estimator of Plischke, Borgonovo & Smith 2013, eq. 26, as in SALib. A class in which y is always the same has no
    density: its distance is the share of points where y is something else.
    """
    if np.ptp(y) == 0:
        return 0.0
    grid = np.linspace(y.min(), y.max(), GRID)
    whole, total = _density(y, grid), 0.0
    for part in _parts(y, code):
        if np.ptp(part) == 0:
            total += len(part) * float((y != part[0]).mean())
        else:
            gap = np.abs(whole - _density(part, grid))
            total += len(part) * float(np.trapezoid(gap, grid)) / 2
    return total / len(y)


def _density(y: Floats, grid: Floats) -> Floats:
    """Gaussian kernels of Silverman's width, as `scipy.stats.gaussian_kde` has them, which takes five times as long."""
    width = float(y.std(ddof=1)) * (len(y) * 0.75) ** -0.2
    sums: Floats = np.exp(-0.5 * ((grid[:, None] - y) / width) ** 2).sum(axis=1)
    return sums / (len(y) * width * math.sqrt(2 * math.pi))


def pawn(y: Floats, code: Codes) -> float:
    """PAWN: median over classes of the distance (Kolmogorov-Smirnov) of y within a class to all y, 0 to 1.

    Pianosi & Wagener 2018, as in SALib.
    """
    ordered = np.sort(y)
    whole = np.searchsorted(ordered, ordered, side="right") / len(y)
    gaps = [
        np.abs(np.searchsorted(np.sort(part), ordered, side="right") / len(part) - whole).max()
        for part in _parts(y, code)
    ]
    return float(np.median(gaps))


def _by_class(values: Floats, code: Codes, draws: Codes | None) -> dict[str, float]:
    """delta and PAWN with intervals.

    The bootstrap takes too little off what few points add to delta (Plischke et al. 2013, eq. 30): of factors without
    effect three in four stayed above their floor. So nothing is taken off, and the floor has the same bias.
    """
    means = values.mean(axis=1)
    drawn = np.array([(delta(y, code[at]), pawn(y, code[at])) for y, at in _resampled(values, draws)])
    found = {"delta": delta(means, code), "pawn": pawn(means, code)}
    reach = TAIL * drawn.std(axis=0, ddof=1) if len(drawn) else (math.nan, math.nan)
    ends = {f"{name}_low": found[name] - r for name, r in zip(found, reach, strict=True)}
    ends |= {f"{name}_high": found[name] + r for name, r in zip(found, reach, strict=True)}
    return found | ends


def _resampled(values: Floats, draws: Codes | None) -> Iterator[tuple[Floats, Codes]]:
    """Averages over seeds drawn anew, of draws of the design drawn anew if there are any; and which points they are."""
    points, replicates = values.shape
    if replicates < 2 and draws is None:
        return
    chance = np.random.default_rng(SEED)
    groups = [] if draws is None else [np.flatnonzero(draws == number) for number in range(int(draws.max()) + 1)]
    for _ in range(RESAMPLES):
        means = values[:, chance.integers(0, replicates, replicates)].mean(axis=1)
        at = np.arange(points)
        if groups:
            at = np.concatenate([groups[number] for number in chance.integers(0, len(groups), len(groups))])
        yield means[at], at


def _floors(means: Floats, code: Codes) -> tuple[float, float]:
    """What a factor with such classes and no effect stays under in 95 of 100 draws: delta and PAWN."""
    chance = np.random.default_rng(SEED + 1)
    drawn = np.array([(delta(y, code), pawn(y, code)) for y in (chance.permutation(means) for _ in range(RESAMPLES))])
    high = np.quantile(drawn, LEVEL, axis=0)
    return float(high[0]), float(high[1])


# ---------------------------------------------------------------- Shapley effects


def _shapley_effects(runs: Runs, values: Floats, draws: Codes | None, noise: float) -> list[tuple[float, float, float]]:
    """Of each factor with its interval: its share of the variance that factors make, whatever they share."""
    x = coordinates(runs)
    near = {group: _neighbours([x[j] for j in group]) for group in _groups(len(x))}
    means = values.mean(axis=1)
    best = shapley(near, means, noise)
    drawn = np.array([shapley(near, values[:, seeds].mean(axis=1), noise, at) for seeds, at in _anew(values, draws)])
    if not len(drawn):
        return [(float(value), math.nan, math.nan) for value in best]
    reach = TAIL * drawn.std(axis=0, ddof=1)
    return [(float(v), float(v - r), float(v + r)) for v, r in zip(best, reach, strict=True)]


def _anew(values: Floats, draws: Codes | None) -> Iterator[tuple[Codes, Codes]]:
    """Seeds and points drawn anew. Points keep their neighbours: drawn twice, each would be its own."""
    points, replicates = values.shape
    if replicates < 2 and draws is None:
        return
    chance = np.random.default_rng(SEED)
    for _ in range(RESAMPLES):
        at = np.arange(points) if draws is None else chance.integers(0, points, size=points)
        yield np.asarray(chance.integers(0, replicates, size=replicates)), np.asarray(at)


def coordinates(runs: Runs) -> list[Floats]:
    """Of each factor (points, n): ranks of numbers, 0 to 1; of texts a place for each, as far apart as the ends."""
    from scipy import stats

    found = []
    for name in runs.points.columns:
        column = runs.points[name].tolist()
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in column):
            found.append(stats.rankdata(column, method="average")[:, None] / len(column))
        else:
            levels = list(dict.fromkeys(column))
            found.append(
                np.array([[value == level for level in levels] for value in column], dtype=float) / math.sqrt(2)
            )
    return found


def _groups(factors: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, factors):
        yield from itertools.combinations(range(factors), size)


def _neighbours(x: list[Floats]) -> Codes:
    """(points, 3): the points nearest in some factors, itself among them; of equally near ones any."""
    from scipy.spatial import cKDTree

    place = np.column_stack(x)
    place = place + JITTER * np.random.default_rng(SEED).random(place.shape)
    return np.asarray(cKDTree(place).query(place, NEIGHBOURS)[1], dtype=np.int64)


def shapley(
    near: dict[tuple[int, ...], Codes], y: Floats, noise: float = 0.0, at: Codes | None = None
) -> NDArray[np.float64]:
    """(factors,): Shapley effects of y from given data, which sum to 1 (Owen 2014; Broto, Bachoc & Depecker 2020).

    near: by group of factors, the neighbours of each point in these. What y varies among neighbours is what the other
    factors make of it. noise: variance in y that no factor makes. at: the points that count, by default each once.
    """
    factors = max(map(len, near)) + 1
    at = np.arange(len(y)) if at is None else at
    made = {tuple(range(factors)): float(y[at].var(ddof=1)) - noise, (): 0.0}
    for group, points in near.items():
        others = tuple(j for j in range(factors) if j not in group)
        made[others] = float(y[points].var(axis=1, ddof=1)[at].mean()) - noise
    whole = made[tuple(range(factors))]
    found = np.zeros(factors)
    for j in range(factors):
        rest = [i for i in range(factors) if i != j]
        for group in itertools.chain([()], *(itertools.combinations(rest, size) for size in range(1, factors))):
            gain = made[tuple(sorted((*group, j)))] - made[group]
            found[j] += gain / (factors * math.comb(factors - 1, len(group)))
    return found / whole if whole > 0 else np.full(factors, np.nan)
