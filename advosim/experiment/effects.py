"""How large an effect is and how sure: paired differences with intervals and effect sizes, no p-values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from advosim.world.columns import Column, count, number, share

LEVEL = 0.95
RESAMPLES = 4000
SEED = 20240229
"""Of the bootstrap, so that the same pairs give the same interval."""


@dataclass(frozen=True)
class Effect:
    """What another scenario does to an outcome, over pairs of runs with the same seed."""

    pairs: int
    base: float
    """Mean of the first scenario."""
    other: float
    effect: float
    """Mean of the paired differences, in the outcome's unit."""
    low: float
    high: float
    """Its 95% interval by Student's t, exact where differences are normal."""
    boot_low: float
    boot_high: float
    """Its 95% bootstrap interval, BCa (Efron 1987): prefer it where the two differ, as for rare events."""
    sd: float
    """Standard deviation of the differences."""
    d_z: float
    """Effect over `sd` (Cohen 1988): how reliably a single pair shows it. Infinite where all differ by the same."""
    d_av: float
    """Effect over the mean of the two scenarios' standard deviations (Lakens 2013): how it compares to luck."""
    d_av_low: float
    d_av_high: float
    """Its 95% interval, with the error of the standard deviations too, by infinitesimal jackknife (Efron 1982)."""
    rose: float
    fell: float
    """Shares of pairs; `rose` minus `fell` is Cliff's delta within pairs (Cliff 1996)."""


def paired(base: ArrayLike, other: ArrayLike, level: float = LEVEL) -> Effect:
    """The effect of `other` against `base`, each (pairs,).

    Raises ValueError for fewer than 2 pairs, rows of unequal length, NaN and infinity.
    """
    a, b = np.asarray(base, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise ValueError(f"an effect needs two equally long rows of at least 2 numbers, not {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("an effect needs finite numbers")
    d = _steady(b - a, float(max(abs(a).max(), abs(b).max())))
    mean, sd = _level(d), float(d.std(ddof=1))
    low, high = t_interval(d, level)
    boot_low, boot_high = bootstrap_interval(d, level)
    luck = float((a.std(ddof=1) + b.std(ddof=1)) / 2)
    size_low, size_high = _size_interval(a, b, d, level)
    return Effect(
        pairs=len(d),
        base=float(a.mean()),
        other=float(b.mean()),
        effect=mean,
        low=low,
        high=high,
        boot_low=boot_low,
        boot_high=boot_high,
        sd=sd,
        d_z=_ratio(mean, sd),
        d_av=_ratio(mean, luck),
        d_av_low=size_low,
        d_av_high=size_high,
        rose=float((d > 0).mean()),
        fell=float((d < 0).mean()),
    )


def _steady(differences: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Differences without rounding: what is below the precision of the numbers subtracted is 0."""
    noise = 8 * np.finfo(float).eps * scale
    differences = np.where(np.abs(differences) <= noise, 0.0, differences)
    middle = float(np.median(differences))
    return np.full_like(differences, middle) if np.ptp(differences) <= noise else differences


def _level(differences: NDArray[np.float64]) -> float:
    """Their mean, without rounding: 0 where they cancel."""
    mean, noise = float(differences.mean()), 8 * np.finfo(float).eps * float(np.abs(differences).max())
    return mean if abs(mean) > noise else 0.0


def _ratio(effect: float, sd: float) -> float:
    """An effect size: 0 for no effect, infinite for one without any spread to compare it to."""
    if effect == 0.0:
        return 0.0
    return effect / sd if sd > 0.0 else float(np.copysign(np.inf, effect))


def _size_interval(
    a: NDArray[np.float64], b: NDArray[np.float64], d: NDArray[np.float64], level: float
) -> tuple[float, float]:
    """The interval of `d_av`: how each pair pulls at it, through the effect and through both spreads."""
    spreads = [float(x.std(ddof=1)) for x in (a, b)]
    luck, mean = sum(spreads) / 2, float(d.mean())
    if luck == 0.0:
        low, high = t_interval(d, level)
        return _ratio(low, luck), _ratio(high, luck)
    pulls = [
        ((x - x.mean()) ** 2 - s**2) / (2 * s) if s > 0.0 else 0.0 * x for x, s in zip((a, b), spreads, strict=True)
    ]
    pull = (d - mean) / luck - mean / luck**2 * (pulls[0] + pulls[1]) / 2
    low, high = t_interval(pull - pull.mean() + mean / luck, level)
    return low, high


def t_interval(values: ArrayLike, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a mean by Student's t; a point where the values do not differ, without bounds for one value."""
    from scipy import special

    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return -np.inf, np.inf
    mean, error = float(x.mean()), float(x.std(ddof=1) / np.sqrt(len(x)))
    reach = float(special.stdtrit(len(x) - 1, 0.5 + level / 2)) * error
    return mean - reach, mean + reach


def bootstrap_interval(values: ArrayLike, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a mean by bootstrap, bias-corrected and accelerated; a point where the values do not differ.

    Written out for means, for which the jackknife is a formula: scipy's takes a hundred times as long.
    Source: Efron & Tibshirani 1993, chapter 14.
    """
    from scipy import special

    x = np.asarray(values, dtype=float)
    mean = float(x.mean())
    away = x - mean
    spread = float((away**2).sum())
    if np.ptp(x) == 0.0 or spread == 0.0:
        return mean, mean
    means = _resampled_means(x)
    below = ((means < mean).mean() + (means <= mean).mean()) / 2
    bias = float(special.ndtri(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES)))
    skew = float((away**3).sum()) / (6 * spread**1.5)
    tail = special.ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    at = special.ndtr(bias + (bias + tail) / (1 - skew * (bias + tail)))
    low, high = np.quantile(means, at)
    return float(low), float(high)


def _resampled_means(x: NDArray[np.float64]) -> NDArray[np.float64]:
    chance = np.random.default_rng(SEED)
    return np.concatenate([x[chance.integers(0, len(x), (500, len(x)))].mean(axis=1) for _ in range(RESAMPLES // 500)])


_UNIT = "that of the outcome"
COLUMNS = (
    count("pairs", "pairs of runs with the same seed", "pairs"),
    number("base", "mean of the first scenario", _UNIT, None, None),
    number("other", "mean of the other scenario", _UNIT, None, None),
    number("effect", "mean of the paired differences, other less base", _UNIT, None, None),
    number("low", "lower end of its 95% interval over seeds, by Student's t", _UNIT, None, None),
    number("high", "upper end of its 95% interval over seeds, by Student's t", _UNIT, None, None),
    number("boot_low", "lower end of its 95% interval over seeds, by bootstrap (BCa, Efron 1987)", _UNIT, None, None),
    number("boot_high", "upper end of its 95% interval over seeds, by bootstrap (BCa, Efron 1987)", _UNIT, None, None),
    number("sd", "standard deviation of the differences", _UNIT, 0.0, None),
    number("d_z", "effect over `sd` (Cohen 1988): how reliably a single pair shows it", "sd", None, None),
    number("d_av", "effect over the mean sd of both scenarios (Lakens 2013): its size beside luck", "sd", None, None),
    number("d_av_low", "lower end of its 95% interval, with the error of the sd", "sd", None, None),
    number("d_av_high", "upper end of its 95% interval, with the error of the sd", "sd", None, None),
    share("rose", "pairs in which the outcome is higher in the other scenario", "share of pairs"),
    share("fell", "pairs in which it is lower", "share of pairs"),
)
"""Those of an effect as a row."""
OUTCOME = (
    Column("outcome", "name of the outcome", names="names of outcomes"),
    Column("group", "what the outcome belongs to", names="words"),
    Column("label", "how figures call the outcome", names="words"),
    Column("unit", "unit of the outcome", names="words"),
)
"""Those that say of which outcome it is."""


def as_row(effect: Effect) -> dict[str, Any]:
    """The effect as a row of a table."""
    return dict(vars(effect))
