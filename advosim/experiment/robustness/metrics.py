"""What makes a policy robust, in numbers: outcomes of policies over futures come down to one number a policy.

All metrics as McPhail et al. 2018 put them in order; each names its source. Outcomes are (policies, futures).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Aim:
    """What is wanted of an outcome."""

    high: bool
    enough: float | None = None
    """From where on an outcome will do."""

    @property
    def sign(self) -> int:
        return 1 if self.high else -1


@dataclass(frozen=True)
class Metric:
    """A way to judge a policy."""

    meaning: str
    unit: str
    of: Callable[[Floats, Aim], Floats]
    better: Callable[[Aim], int] = lambda aim: aim.sign
    """1 where more is better, -1 where less is."""
    extreme: bool = False
    """Whether one future decides, so that futures drawn anew tell nothing of how sure it is."""
    range: tuple[float, float] = (-np.inf, np.inf)
    """What it can be, which its intervals keep to."""


def _satisficing(y: Floats, aim: Aim) -> Floats:
    if aim.enough is None:
        return np.full(len(y), np.nan)
    met: Floats = (aim.sign * y >= aim.sign * aim.enough).mean(axis=1)
    return met


def regret(y: Floats, aim: Aim) -> Floats:
    """(policies, futures): how far each falls short of the best policy in the same future."""
    gains = aim.sign * y
    short: Floats = gains.max(axis=0) - gains
    return short


def _mean_variance(y: Floats, aim: Aim) -> Floats:
    mean, sd = y.mean(axis=1) + 1, y.std(axis=1) + 1
    signal: Floats = mean / sd if aim.high else mean * sd
    return signal


def _undesirable(y: Floats, aim: Aim) -> Floats:
    gains = aim.sign * y
    below = np.median(gains, axis=1, keepdims=True) - gains
    total: Floats = np.where(below > 0, below, 0.0).sum(axis=1)
    return total


def _less(_: Aim) -> int:
    return -1


OUTCOME = "that of the outcome"
METRICS: Mapping[str, Metric] = {
    "mean": Metric("mean over futures (Laplace)", OUTCOME, lambda y, _: y.mean(axis=1)),
    "worst": Metric(
        "worst future (maximin; Wald 1950)", OUTCOME,
        lambda y, aim: y.min(axis=1) if aim.high else y.max(axis=1), extreme=True,
    ),
    "satisficing": Metric(
        "share of futures in which the outcome is enough (domain criterion; Starr 1963)", "share of futures",
        _satisficing, lambda _: 1, range=(0.0, 1.0),
    ),
    "max_regret": Metric(
        "greatest regret: how far behind the best policy of the same future (Savage 1951)", OUTCOME,
        lambda y, aim: regret(y, aim).max(axis=1), _less, extreme=True,
        range=(0.0, np.inf),
    ),
    "mean_regret": Metric(
        "mean regret over futures", OUTCOME, lambda y, aim: regret(y, aim).mean(axis=1), _less, range=(0.0, np.inf)
    ),
    "mean_variance": Metric(
        "(mean + 1) / (sd + 1) where high is wanted, (mean + 1) (sd + 1) where low is (Hamarat et al. 2014)", "index",
        _mean_variance,
    ),
    "undesirable": Metric(
        "undesirable deviations: sum of what futures are worse than the median (Kwakkel, Eker & Pruyt 2016)", OUTCOME,
        _undesirable, _less, range=(0.0, np.inf),
    ),
}  # fmt: skip


def judged(y: Floats, aim: Aim, which: Callable[[Metric], bool] = lambda _: True) -> dict[str, Floats]:
    """By metric, (policies,)."""
    return {name: metric.of(y, aim) for name, metric in METRICS.items() if which(metric)}


def front(means: Floats, signs: Any) -> NDArray[np.bool_]:
    """(policies,): whether no other is as good in all outcomes and better in one; means (policies, outcomes)."""
    gains = means * np.asarray(signs)
    as_good = (gains[:, None, :] >= gains[None, :, :]).all(axis=2)
    better = (gains[:, None, :] > gains[None, :, :]).any(axis=2)
    beaten: NDArray[np.bool_] = (as_good & better).any(axis=0)
    return ~beaten
