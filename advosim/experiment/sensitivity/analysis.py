"""Which factors matter for an outcome: Morris screening, Sobol indices, factorial and one-at-a-time effects; and
indices that any points give.

Replicates are averaged over the seeds that all points share before indices are taken: else the noise of single runs
passes for interaction (ten Broeke, van Voorn & Ligtenberg 2016). What is left of the noise is stated.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sensitivity import figures as drawing
from advosim.experiment.sensitivity import given as given_data
from advosim.experiment.sensitivity import tables
from advosim.experiment.sensitivity.found import COLUMNS, Found
from advosim.experiment.sweep import completed, load
from advosim.experiment.sweep.completed import Runs
from advosim.results import saving
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from advosim.experiment.sweep.schema import Experiment

FROM_POINTS = ("latin_hypercube", "points")
"""Designs that have no indices of their own: those of given data are taken."""
LEVEL = 0.95
RESAMPLES = 1000
SEED = 20240229
"""Of the bootstraps, so that the same runs give the same intervals."""
STABLE = 0.01
"""Change of the coefficient of variation below which more replicates add nothing (Lorscheid et al. 2012)."""
NOISE = 0.05
"""Share of noise in the averages that is taken as small."""
DROWNED = 0.5
"""Share of noise in the averages above which indices say more of chance than of factors, and none is told."""
ROUNDING = 1e-12
"""Share of a variance below which it is rounding."""


class Sensitivity(Found, saving.Analysis):
    """What an experiment says about its factors. `save` leaves all of it in a folder."""

    figures = drawing.all_of
    latex = tables.latex
    summary = tables.summary

    def leaves(self) -> saving.Leaves:
        """Indices, noise, what replicates add, figures and summary."""
        return saving.Leaves(
            told={"kind": "sensitivity", **self.runs.told},
            summary=self.summary(),
            tables={
                "indices": self.indices,
                "given": self.given,
                "shares": self.shares,
                "noise": self.noise,
                "replicates": self.replicates,
            },
            columns=COLUMNS,
            latex={"indices": self.latex()},
            figures=self.figures(),
        )


def sensitivity(experiment: Experiment | str | Path, folder: str | Path, *, given: bool = False) -> Sensitivity:
    """Analyse the runs of a sweep. Raises InputError for an incomplete one and for designs that have no indices.

    given: also the indices that any points give (delta, PAWN, Shapley effects) beside those of the design. Latin
    hypercubes and points from a file have only these.
    """
    if isinstance(experiment, str | Path):
        experiment = load.load(experiment)
    if not experiment.outcomes:
        raise InputError(Problem("sensitivity", None, "the experiment has no outcome to analyse"))
    if given and experiment.design.kind == "one_at_a_time":
        what = "points of one factor at a time show no distribution to take indices of"
        raise InputError(Problem("--given", None, what, "any other design"))
    runs = completed.read(experiment, folder)
    if experiment.design.kind in FROM_POINTS and len(runs.points) < given_data.LEAST_POINTS:
        raise InputError(
            Problem("sensitivity", None, given_data.lacking(runs), hint="advosim discover reads any design")
        )
    return analysed(runs, given=given)


def analysed(runs: Runs, *, given: bool = False) -> Sensitivity:
    """Analyse runs that are at hand."""
    import pandas as pd

    indices, shares, others, notes = [], [], [], []
    for name, values in runs.outcomes.items():
        notes += note_on(name, values)
        found, pairs = _ANALYSES[runs.experiment.design.kind](runs, values)
        indices += [{"outcome": name, **row} for row in found]
        shares += [{"outcome": name, **row} for row in pairs]
        if given and runs.experiment.design.kind not in FROM_POINTS:
            others += [{"outcome": name, **row} for row in _given(runs, values)[0]]
    if runs.experiment.design.kind == "factorial" and left_out(runs):
        notes.append(_GAPS.format(left_out(runs)))
    lacking = given_data.lacking(runs) if others or runs.experiment.design.kind in FROM_POINTS else ""
    noises = pd.DataFrame([{"outcome": name, **noise(values)} for name, values in runs.outcomes.items()])
    growing = pd.DataFrame([{"outcome": n, **row} for n, values in runs.outcomes.items() for row in stability(values)])
    notes += [lacking] if lacking else []
    return Sensitivity(
        runs, pd.DataFrame(indices), pd.DataFrame(shares), noises, growing, notes, given=pd.DataFrame(others)
    )


def note_on(name: str, values: NDArray[np.float64]) -> list[str]:
    """What must be said of an outcome before its numbers are read; values (points, replicates)."""
    if _flat(values):
        return [f"{name} is {values.flat[0]:g} in every run: nothing has an effect on it"]
    if _unmoved(values):
        return [f"{name} differs between seeds and not between points: no factor has an effect on it"]
    return [tables.drowned(name, noise(values)["needed"])] if noise(values)["drowned"] else []


def _flat(values: NDArray[np.float64]) -> bool:
    return bool(np.ptp(values) <= 1e-12 * max(1e-300, float(np.abs(values).max())))


def _unmoved(values: NDArray[np.float64]) -> bool:
    """Whether each seed gives the same at all points."""
    return bool(np.ptp(values, axis=0).max() <= 1e-12 * max(1e-300, float(np.abs(values).max())))


Rows = list[dict[str, Any]]
_GAPS = (
    "constraints leave out {} combinations: levels are compared where all other factors are alike, and shares of "
    "variance are not told, for factors go together; --given tells indices for that"
)


# ---------------------------------------------------------------- sampled designs


def _sobol(runs: Runs, values: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """S1 and ST with intervals, and without what noise is left; second-order indices where the design has them.

    Sources: Sobol 2001, Saltelli et al. 2010, by SALib. With a share v of noise in the averages, S1 shrinks by 1 - v
    and ST becomes v + (1 - v) ST; `*_clean` turns that round.
    """
    from SALib.analyze import sobol

    from advosim.experiment.sweep import designs

    names, second = list(runs.points.columns), runs.experiment.design.second_order
    if _unmoved(values):
        return [{"factor": name, **dict.fromkeys(SOBOL_COLUMNS, 0.0)} for name in names], []
    if noise(values)["drowned"]:
        return [{"factor": name, **dict.fromkeys(SOBOL_COLUMNS, np.nan)} for name in names], []
    means = values.mean(axis=1)
    cube = designs.problem(runs.experiment)
    found = sobol.analyze(cube, means, calc_second_order=second, num_resamples=RESAMPLES, conf_level=LEVEL, seed=SEED)
    left = noise(values)["of_means"]
    rows = [{"factor": name, **_sobol_row(found, j, 0.0 if np.isnan(left) else left)} for j, name in enumerate(names)]
    pairs = [
        {"effect": f"{names[i]} x {names[j]}", **_around("S2", found["S2"][i, j], found["S2_conf"][i, j])}
        for i, j in (itertools.combinations(range(len(names)), 2) if second else ())
    ]
    return rows, pairs


SOBOL_COLUMNS = ("S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high", "S1_clean", "ST_clean")


def _sobol_row(found: Any, j: int, left: float) -> dict[str, float]:
    row = _around("S1", found["S1"][j], found["S1_conf"][j]) | _around("ST", found["ST"][j], found["ST_conf"][j])
    true = 1 - left
    return row | {"S1_clean": row["S1"] / true, "ST_clean": (row["ST"] - left) / true}


def _around(name: str, value: float, reach: float) -> dict[str, float]:
    return {name: float(value), f"{name}_low": float(value - reach), f"{name}_high": float(value + reach)}


def _morris(runs: Runs, values: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """mu*, mu and sigma with intervals, in the outcome's unit over a factor's whole range.

    Sources: Morris 1991, Campolongo et al. 2007, by SALib. `floor` is the mu* that noise alone would give.
    """
    from SALib.analyze import morris

    from advosim.experiment.sweep import designs

    names, design = list(runs.points.columns), runs.experiment.design
    x, means = designs.unit_points(runs.experiment), values.mean(axis=1)
    options = {"num_resamples": RESAMPLES, "conf_level": LEVEL, "num_levels": design.levels, "seed": SEED}
    found = morris.analyze(designs.problem(runs.experiment), x, means, **options)
    wider = _of_few(len(means) // (len(names) + 1))
    steps = elementary_effects(x, means)
    sigma = _sigma_intervals(steps)
    floor = _floor(values, design.levels)
    rows = [
        {
            "factor": name,
            "mu": float(found["mu"][j]),
            **_around("mu_star", found["mu_star"][j], wider * found["mu_star_conf"][j]),
            "sigma": float(found["sigma"][j]),
            "sigma_low": sigma[0][j],
            "sigma_high": sigma[1][j],
            "floor": floor,
        }
        for j, name in enumerate(names)
    ]
    return rows, []


def _of_few(trajectories: int) -> float:
    """How much wider an interval of so few is than the normal one of a bootstrap, which held 89% with ten."""
    from scipy import stats

    if trajectories < 2:
        return float("nan")
    usual = float(stats.norm.ppf((1 + LEVEL) / 2))
    return _student(trajectories) / usual * math.sqrt(trajectories / (trajectories - 1))


def elementary_effects(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """(trajectories, factors): change of y by a step of each factor over the step; SALib keeps only their moments.

    x (trajectories * (factors + 1), factors) in the unit cube, y (the same rows,).
    """
    factors = x.shape[1]
    walks, heights = x.reshape(-1, factors + 1, factors), y.reshape(-1, factors + 1)
    steps, rises = np.diff(walks, axis=1), np.diff(heights, axis=1)
    moved = np.abs(steps).argmax(axis=2)
    by_step = rises / np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    found = np.empty_like(by_step)
    np.put_along_axis(found, moved, by_step, axis=1)
    return found


def _sigma_intervals(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, factors): bootstrap percentiles of sigma over trajectories."""
    count = len(steps)
    if count < 3:
        return np.full((2, steps.shape[1]), np.nan)
    chance = np.random.default_rng(SEED)
    drawn = np.array([steps[chance.integers(0, count, count)].std(axis=0, ddof=1) for _ in range(RESAMPLES)])
    return np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)


def _floor(values: NDArray[np.float64], levels: int) -> float:
    """mu* of a factor without effect: the mean size of a difference of two averages over Morris' step."""
    error = noise(values)["sd_of_means"]
    step = levels / (2 * (levels - 1))
    return float(2 * error / np.sqrt(np.pi) / step)


# ---------------------------------------------------------------- designs of levels


def _factorial(runs: Runs, values: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """Effects of levels averaged over all other factors, and shares of variance of factors and pairs of them.

    Where constraints leave combinations out, levels are compared where all other factors are alike, and variance, which
    factors that go together cannot be given their shares of, is not shared out.
    """
    if left_out(runs):
        return list(_matched_effects(runs, values)), []
    return list(_level_effects(runs, values, alone=False)), eta_squared(runs, values)


def left_out(runs: Runs) -> int:
    """How many combinations of the values of a factorial's factors its points leave out."""
    return math.prod(runs.points[path].nunique() for path in runs.points.columns) - len(runs.points)


def _matched_effects(runs: Runs, values: NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    """As `_level_effects`, over pairs of points that differ in one factor alone; NaN where there is no such pair."""
    points = runs.points
    for path in points.columns:
        levels = list(dict.fromkeys(points[path]))
        others = list(points.drop(columns=path).itertuples(index=False, name=None))
        base = {other: row for row, other in enumerate(others) if points[path].iloc[row] == levels[0]}
        for level in levels:
            rows = [row for row, other in enumerate(others) if points[path].iloc[row] == level and other in base]
            head = {"factor": path, "value": level, "against": levels[0]}
            if not rows:
                yield head | dict.fromkeys(("mean", "effect", "effect_low", "effect_high", "d_z"), np.nan)
                continue
            mean = values[rows].mean(axis=0)
            against = values[[base[others[row]] for row in rows]].mean(axis=0)
            yield head | {"mean": float(mean.mean())} | _difference(against, mean)


def _one_at_a_time(runs: Runs, values: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """Effects of levels against the base."""
    return list(_level_effects(runs, values, alone=True)), []


def _level_effects(runs: Runs, values: NDArray[np.float64], alone: bool) -> Iterator[dict[str, Any]]:
    """A row per factor and value: the difference, seed by seed, to the factor's first value (alone: the base)."""
    points = runs.points
    for path in points.columns:
        levels = list(dict.fromkeys(points[path]))
        others = [other for other in points.columns if other != path]
        at_base = (points[others] == points[others].iloc[0]).all(axis=1).to_numpy() if alone and others else True
        means = [values[(points[path] == level).to_numpy() & at_base].mean(axis=0) for level in levels]
        for level, mean in zip(levels, means, strict=True):
            head = {"factor": path, "value": level, "against": levels[0], "mean": float(mean.mean())}
            yield head | _difference(means[0], mean)


def _difference(base: NDArray[np.float64], mean: NDArray[np.float64]) -> dict[str, float]:
    """Over seeds, (replicates,) each; without interval where there is one."""
    from advosim.experiment import effects

    if len(base) < 2:
        unknown = dict.fromkeys(("effect_low", "effect_high", "d_z"), np.nan)
        return {"effect": float((mean - base).mean()), **unknown}
    found = effects.paired(base, mean, LEVEL)
    return {"effect": found.effect, "effect_low": found.low, "effect_high": found.high, "d_z": found.d_z}


def eta_squared(runs: Runs, values: NDArray[np.float64]) -> Rows:
    """Shares of the variance of single runs: factors, pairs of factors, higher orders, seeds, and the rest.

    Analysis of variance of a balanced design with seeds as blocks; intervals by jackknife over seeds. `omega2` takes
    off what chance adds to `eta2` (Olejnik & Algina 2003).
    """
    names, codes = list(runs.points.columns), _codes(runs.points)
    best = _anova(codes, values)
    bounds = _anova_intervals(codes, values)
    rows = []
    for term, (eta, omega) in best.items():
        low, high = bounds.get(term, (np.nan, np.nan))
        rows.append(
            {"effect": _term(names, term), "order": len(term) if isinstance(term, tuple) else 0, "eta2": eta}
            | {"eta2_low": low, "eta2_high": high, "omega2": omega}
        )
    return rows


def _term(names: Sequence[str], term: Any) -> str:
    return term if isinstance(term, str) else " x ".join(names[j] for j in term)


def _codes(points: pd.DataFrame) -> NDArray[np.int64]:
    """(points, factors): the number of each value among its factor's."""
    columns = [{v: i for i, v in enumerate(dict.fromkeys(points[c]))} for c in points.columns]
    rows = [[columns[j][value] for j, value in enumerate(row)] for row in points.itertuples(index=False)]
    return np.array(rows, dtype=np.int64)


def _anova(codes: NDArray[np.int64], values: NDArray[np.float64]) -> dict[Any, tuple[float, float]]:
    """eta2 and omega2 by term: a tuple of one or two factors, or 'higher orders', 'seeds', 'noise'."""
    points, replicates = values.shape
    total = float(((values - values.mean()) ** 2).sum())
    if total <= 0 or _flat(values):
        return {}
    means = values.mean(axis=1)
    sums, freedom = _sums(codes, means - means.mean(), replicates)
    sums = {term: 0.0 if part < ROUNDING * total else part for term, part in sums.items()}
    seeds = float(points * ((values.mean(axis=0) - values.mean()) ** 2).sum())
    between = float(replicates * ((means - means.mean()) ** 2).sum())
    noise_sum = max(0.0, total - between - seeds)
    error = noise_sum / ((points - 1) * (replicates - 1)) if replicates > 1 else np.nan
    found = {t: (s / total, max(0.0, (s - freedom[t] * error) / (total + error))) for t, s in sums.items()}
    rest = max(0.0, between - sum(sums.values()))
    noise_sum, rest = (0.0 if part < ROUNDING * total else part for part in (noise_sum, rest))
    if codes.shape[1] > 2:
        left = points - 1 - sum(freedom.values())
        found["higher orders"] = (rest / total, max(0.0, (rest - left * error) / (total + error)))
    if replicates > 1:
        found["seeds"] = (seeds / total, max(0.0, (seeds - (replicates - 1) * error) / (total + error)))
        found["noise"] = (noise_sum / total, noise_sum / total)
    return found


def _sums(
    codes: NDArray[np.int64], means: NDArray[np.float64], replicates: int
) -> tuple[dict[Any, float], dict[Any, int]]:
    """Sums of squares and degrees of freedom of factors and pairs; `means` (points,) with mean 0, balanced design."""
    sums: dict[Any, float] = {}
    freedom: dict[Any, int] = {}
    sizes = codes.max(axis=0) + 1
    for order in (1, 2):
        for term in itertools.combinations(range(codes.shape[1]), order):
            cell = np.ravel_multi_index(codes[:, list(term)].T, sizes[list(term)])
            count = np.bincount(cell)
            average = np.bincount(cell, weights=means) / count
            parts = [(j,) for j in term] if order == 2 else []
            sums[term] = max(0.0, float(replicates * (count * average**2).sum()) - sum(sums[p] for p in parts))
            freedom[term] = int(np.prod([sizes[j] - 1 for j in term]))
    return sums, freedom


def _anova_intervals(codes: NDArray[np.int64], values: NDArray[np.float64]) -> dict[Any, tuple[float, float]]:
    """By the jackknife over seeds, with what chance adds to a share taken off: of a dozen seeds a bootstrap draws some
    twice and others not at all, and held the truth in 80% instead of 95%.
    """
    replicates = values.shape[1]
    if replicates < 3:
        return {}
    whole = _anova(codes, values)
    without = [_anova(codes, np.delete(values, k, axis=1)) for k in range(replicates)]
    reach = _student(replicates)
    found = {}
    for term, (eta, _) in whole.items():
        left = np.array([each[term][0] if term in each else eta for each in without])
        middle = eta - (replicates - 1) * (left.mean() - eta)
        half = reach * np.sqrt((replicates - 1) * left.var())
        found[term] = (float(np.clip(middle - half, 0.0, 1.0)), float(np.clip(middle + half, 0.0, 1.0)))
    return found


def _student(count: int) -> float:
    """Standard errors to either side of a mean of `count` values."""
    from scipy import stats

    return float(stats.t.ppf((1 + LEVEL) / 2, count - 1))


def _given(runs: Runs, values: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """Indices that any points give."""
    left = noise(values)["sd_of_means"]
    return given_data.indices(runs, values, 0.0 if np.isnan(left) else left**2), []


_ANALYSES = {
    "sobol": _sobol, "morris": _morris, "factorial": _factorial, "one_at_a_time": _one_at_a_time,
    **dict.fromkeys(FROM_POINTS, _given),
}  # fmt: skip


# ---------------------------------------------------------------- noise and replicates


def noise(values: NDArray[np.float64]) -> dict[str, float]:
    """How much of the variance of an outcome is chance; values (points, replicates), seeds shared by columns.

    `of_runs`: share of the variance of single runs that seeds make, alone or with the factors. `seeds`: the part of it
    that a seed does alike at all points, which shared seeds take out of differences. `of_means`: share of the variance
    of the averages that is left noise; it shrinks S1 and raises ST. `sd_of_means`: its root, in the outcome's unit.
    `needed`: replicates that would bring it under 5%. NaN where there is one replicate, for then nobody can tell.
    `drowned`: points differ no more than seeds make them (F test at 5%), or the averages are mostly noise.
    """
    from scipy import stats

    points, replicates = values.shape
    if replicates < 2 or points < 2:
        return dict.fromkeys(("of_runs", "seeds", "of_means", "sd_of_means", "needed"), np.nan) | {"drowned": False}
    means, seeds = values.mean(axis=1), values.mean(axis=0)
    left = values - means[:, None] - seeds[None, :] + values.mean()
    squares = float((left**2).sum())
    whole = float(((values - values.mean()) ** 2).sum())
    error = squares / ((points - 1) * (replicates - 1)) if squares > ROUNDING * whole else 0.0
    by_seed = max(0.0, float(seeds.var(ddof=1)) - error / points)
    observed = float(means.var(ddof=1))
    by_point = max(0.0, observed - error / replicates)
    whole = by_point + by_seed + error
    of_means = min(1.0, error / replicates / observed) if observed > 0 else 0.0
    freedom = (points - 1, (points - 1) * (replicates - 1))
    alike = error > 0 and bool(stats.f.sf(observed * replicates / error, *freedom) > 1 - LEVEL)
    return {
        "of_runs": (by_seed + error) / whole if whole > 0 else 0.0,
        "seeds": by_seed / whole if whole > 0 else 0.0,
        "of_means": of_means,
        "sd_of_means": float(np.sqrt(error / replicates)),
        "needed": np.inf if alike else float(np.ceil(error / by_point * (1 - NOISE) / NOISE)) if error else 1.0,
        "drowned": alike or of_means > DROWNED,
    }


def stability(values: NDArray[np.float64]) -> Rows:
    """How the coefficient of variation settles with more replicates, over points; values (points, replicates).

    `cv`: sd over |mean|, the median over points. `cv_of_mean`: the same of the mean of that many runs. `half_width`:
    half the 95% interval of a point's mean, without what its seeds bring to all points, over the sd among points: small
    where the points can be told apart, also for means near 0. `settled`:
    `cv` stays within .01 of its last value from here on. Sources: Lorscheid et al. 2012; ten Broeke et al. 2016.
    """
    from scipy import special

    replicates = values.shape[1]
    among = float(values.mean(axis=1).std(ddof=1)) if len(values) > 1 else 0.0
    rows: Rows = []
    for n in sorted({n for n in (2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, replicates) if 2 <= n <= replicates}):
        part = values[:, :n]
        sd, size = part.std(axis=1, ddof=1), np.abs(part.mean(axis=1))
        seen = size > 1e-12
        cv = float(np.median(sd[seen] / size[seen])) if seen.any() else 0.0
        left = (part - part.mean(axis=0)).std(axis=1, ddof=1).mean()
        reach = float(special.stdtrit(n - 1, 0.5 + LEVEL / 2) * left / np.sqrt(n))
        half = reach / among if among > 0 else 0.0 if reach == 0 else np.inf
        rows.append({"replicates": n, "cv": cv, "cv_of_mean": cv / np.sqrt(n), "half_width": half})
    settled = True
    for row in reversed(rows):
        settled = settled and abs(row["cv"] - rows[-1]["cv"]) <= STABLE
        row["settled"] = settled and row is not rows[-1]
    return rows
