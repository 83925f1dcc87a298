"""What remains of the prior after the data: weighted places, their intervals, and draws for checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advosim.experiment.calibration.prior import Between, Floats, Prior, Theta, quantiles
from advosim.experiment.calibration.targets import Target

if TYPE_CHECKING:
    import pandas as pd

MIDDLE = (0.05, 0.5, 0.95)
"""Ends and middle of a 90% interval."""


@dataclass(frozen=True)
class Posterior:
    """Places of the unit cube with weights."""

    prior: Prior
    places: Floats
    """(k, d), 0..1"""
    weights: Floats
    """(k,), sum 1"""
    distance: Floats
    """(k,) >= 0: root mean square over targets of the misfit, in standard deviations."""

    @property
    def effective_size(self) -> float:
        """The number of unweighted draws that would tell as much (Kish 1965)."""
        return float(1.0 / np.sum(self.weights**2))

    def table(self) -> pd.DataFrame:
        """One row per sample: its weight and distance, and the parameters."""
        import pandas as pd

        columns = self.prior.columns(self.places)
        return pd.DataFrame({"weight": self.weights, "distance": self.distance, **columns})

    def intervals(self) -> pd.DataFrame:
        """One row per number: median, 90% interval, its width as a share of the prior's; per level: its share."""
        import pandas as pd

        rows = []
        for column, (name, factor) in enumerate(self.prior.factors.items()):
            if isinstance(factor, Between):
                values = np.array([float(factor.value(u)) for u in self.places[:, column]])
                low, median, high = quantiles(values, self.weights, MIDDLE).tolist()
                share = (high - low) / (0.9 * (factor.high - factor.low)) if factor.high > factor.low else 1.0
                rows.append({"parameter": name, "low": low, "median": median, "high": high, "width": share})
            else:
                cell = np.minimum((self.places[:, column] * factor.cells).astype(int), factor.cells - 1)
                for number, level in enumerate(factor.levels):
                    label = level if isinstance(level, str | int | float) else f"level {number + 1}"
                    rows.append({"parameter": f"{name} = {label}", "share": float(self.weights[cell == number].sum())})
        names = ["parameter", "low", "median", "high", "width", "share"]
        return pd.DataFrame(rows).reindex(columns=names)

    def draw(self, n: int, seed: int) -> list[Theta]:
        """n thetas in proportion to the weights, by systematic resampling (Kitagawa 1996)."""
        rng = np.random.default_rng(seed)
        ends = np.cumsum(self.weights)
        chosen = np.searchsorted(ends / ends[-1], (rng.random() + np.arange(n)) / n, side="right")
        return self.prior.thetas(self.places[rng.permutation(np.minimum(chosen, len(ends) - 1))])


def noise_within(runs: Floats) -> Floats:
    """Standard deviation (q,) between seeds of one theta, pooled over thetas, of runs (n, m, q); NaN where m = 1."""
    if runs.shape[1] < 2:
        return np.full(runs.shape[2], np.nan)
    spread: Floats = np.sqrt(np.nanmean(np.var(runs, axis=1, ddof=1), axis=0))
    return spread


def observed(means: Floats, runs: int, noise: Floats, targets: Sequence[Target], seed: int) -> Floats:
    """What would be observed in worlds that are as simulated: means of `runs` runs (n, q) with all that is not in them.

    To each mean is added the noise between histories that a mean of several runs lacks, and the uncertainty of the
    target, so that a simulation and the target stray from the truth alike (Wilkinson 2013).
    """
    histories = np.array([target.histories for target in targets])
    lacking = noise**2 * np.maximum(0.0, 1.0 / histories - 1.0 / runs)
    spread = np.sqrt(lacking + np.array([target.sd for target in targets]) ** 2)
    return means + spread * np.random.default_rng(seed).standard_normal(means.shape)


def check(predicted: Floats, targets: Sequence[Target]) -> pd.DataFrame:
    """The posterior-predictive check: one row per target, with the 90% interval of what would be observed (n, q).

    `covered`: whether the target lies inside. `tail`: twice the share of predictions that lie beyond it.
    """
    import pandas as pd

    rows = []
    for target, values in zip(targets, predicted.T, strict=True):
        low, median, high = np.quantile(values, MIDDLE)
        below, above = np.mean(values <= target.value), np.mean(values >= target.value)
        rows.append(
            {
                "outcome": target.outcome,
                "target": target.value,
                "uncertainty": target.uncertainty,
                "low": float(low),
                "median": float(median),
                "high": float(high),
                "covered": bool(low <= target.value <= high),
                "tail": float(min(1.0, 2 * min(below, above))),
            }
        )
    return pd.DataFrame(rows)
