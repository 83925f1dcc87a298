"""Worlds in parallel, and how sure an estimate is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from advosim import Record, Scenario, simulate
from advosim.experiment import effects

Numbers = NDArray[np.float64]
Measure = Callable[[Record], Mapping[str, float]]
FIRST_SEED = 60_001
"""No rule or number was chosen on these seeds."""
FOUR_YEARS = 208
RESAMPLES = 2000


class Estimate(NamedTuple):
    """A number with its 95% interval."""

    value: float
    low: float
    high: float


class Row(NamedTuple):
    """What a pattern asks of an estimate, and the estimate."""

    what: str
    estimate: Estimate
    least: float
    """The pattern holds from here ..."""
    most: float
    """... to here."""
    neutral: str = ""
    """The term that is set neutral, where the pattern is written into a rule; empty for the rules as they ship."""


def _one(job: tuple[Scenario, int, int, Measure]) -> dict[str, float]:
    scenario, seed, weeks, measure = job
    return dict(measure(simulate(scenario, seed, threads=1, weeks=min(weeks, scenario.weeks))))


class Lab:
    """Runs worlds of `citizens` citizens at most, `pairs` for each scenario, all scenarios with the same seeds."""

    def __init__(self, pairs: int, citizens: int, pool: ProcessPoolExecutor) -> None:
        self.pairs, self.citizens, self._pool = pairs, citizens, pool

    def world(self, name: str, changes: Mapping[str, Any] | None = None) -> Scenario:
        """A shipped scenario with no more citizens than the laboratory takes."""
        scenario = Scenario.load(name)
        size = {f"polity.{home}.citizens": min(row.citizens, self.citizens) for home, row in scenario.polity.items()}
        return scenario.but({**size, **(changes or {})})

    def take(self, scenario: Scenario, measure: Measure, weeks: int = FOUR_YEARS) -> dict[str, Numbers]:
        """By what is measured, one number a seed."""
        seeds = range(FIRST_SEED, FIRST_SEED + self.pairs)
        return self.each([(scenario, seed) for seed in seeds], measure, weeks)

    def each(self, worlds: Iterable[tuple[Scenario, int]], measure: Measure, weeks: int) -> dict[str, Numbers]:
        """By what is measured, one number for each scenario and seed."""
        jobs = [(scenario, seed, weeks, measure) for scenario, seed in worlds]
        rows = list(self._pool.map(_one, jobs, chunksize=4))
        return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


def mean(values: ArrayLike) -> Estimate:
    """With Student's interval; NaN are left out."""
    kept = np.asarray(values, dtype=float)
    kept = kept[~np.isnan(kept)]
    if kept.size < 2:
        return Estimate(float(kept.mean()) if kept.size else np.nan, -np.inf, np.inf)
    return Estimate(float(kept.mean()), *effects.t_interval(kept, effects.LEVEL))


def share(hits: float, of: float) -> Estimate:
    """With Wilson's interval."""
    if of == 0:
        return Estimate(np.nan, -np.inf, np.inf)
    found = stats.binomtest(int(hits), int(of)).proportion_ci(method="wilson")
    return Estimate(hits / of, float(found.low), float(found.high))


def resampled(statistic: Callable[[NDArray[np.intp]], float], worlds: int) -> Estimate:
    """A statistic of worlds, given by their rows, with its percentile interval over worlds."""
    rng = np.random.default_rng(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = [statistic(rng.integers(0, worlds, worlds)) for _ in range(RESAMPLES)]
        value = statistic(np.arange(worlds))
    kept = np.array(drawn)[~np.isnan(drawn)]
    if kept.size < RESAMPLES / 2:
        return Estimate(value, -np.inf, np.inf)
    return Estimate(float(value), *(float(q) for q in np.quantile(kept, (0.025, 0.975), method="nearest")))


def ratio(above: Numbers, below: Numbers) -> Estimate:
    """Of two means over the same worlds."""
    return resampled(lambda rows: float(np.divide(above[rows].mean(), below[rows].mean())), len(above))
