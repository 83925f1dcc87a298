"""What is believed of the parameters before the data are seen: independent uniform distributions.

All methods work in the unit cube. A place `u` in [0, 1) stands for `low + u (high - low)` of a range, and for the cell
`floor(u k)` of k whole numbers or levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Theta = dict[str, Any]
"""Parameter values by name."""
Floats = NDArray[np.float64]

COARSE = 10
"""Whole numbers up to which a range counts as coarse."""


@dataclass(frozen=True)
class Between:
    """A number anywhere from `low` to `high`; with `whole`, a whole number, both ends included."""

    low: float
    high: float
    whole: bool = False

    @property
    def cells(self) -> int:
        """How many values there are; 0 for any number between."""
        return int(self.high) - int(self.low) + 1 if self.whole else 0

    def value(self, u: float) -> Any:
        """The value at a place of the unit interval."""
        if self.whole:
            return int(self.low) + min(int(u * self.cells), self.cells - 1)
        return float(self.low + u * (self.high - self.low))


@dataclass(frozen=True)
class OneOf:
    """One of some levels, all alike likely, in no order."""

    levels: tuple[Any, ...]

    @property
    def cells(self) -> int:
        """How many values there are."""
        return len(self.levels)

    def value(self, u: float) -> Any:
        """The level at a place of the unit interval."""
        return self.levels[min(int(u * self.cells), self.cells - 1)]


@dataclass(frozen=True)
class Prior:
    """The distribution of each parameter, by name."""

    factors: Mapping[str, Between | OneOf]

    @property
    def names(self) -> list[str]:
        """The parameters, in order: the columns of every array of places."""
        return list(self.factors)

    @property
    def smooth(self) -> NDArray[np.bool_]:
        """Which parameters (d,) are numbers with many values; a few whole numbers, or levels, cannot move a little."""
        return np.array([isinstance(f, Between) and not 0 < f.cells <= COARSE for f in self.factors.values()])

    def draw(self, n: int, seed: int) -> Floats:
        """A Latin hypercube of n places (n, d) (McKay, Beckman & Conover 1979)."""
        from scipy.stats import qmc

        places: Floats = qmc.LatinHypercube(len(self.factors), seed=np.random.default_rng(seed)).random(n)
        return places

    def thetas(self, places: Floats) -> list[Theta]:
        """The parameter values at places (n, d)."""
        rows = places.tolist()
        return [{name: f.value(u) for (name, f), u in zip(self.factors.items(), row, strict=True)} for row in rows]

    def centred(self, places: Floats) -> Floats:
        """Places moved to the middle of their cell, so that one value has one place."""
        moved = places.copy()
        for column, cells in enumerate(factor.cells for factor in self.factors.values()):
            if cells:
                moved[:, column] = (np.minimum(np.floor(places[:, column] * cells), cells - 1) + 0.5) / cells
        return moved

    def columns(self, places: Floats) -> dict[str, list[Any]]:
        """The parameter values at places (n, d), as columns of a table; levels that are tables by their number."""
        thetas = self.thetas(places)
        return {name: [_told(theta[name], factor) for theta in thetas] for name, factor in self.factors.items()}


def _told(value: Any, factor: Between | OneOf) -> Any:
    plain = isinstance(value, str | int | float | bool)
    return value if plain or isinstance(factor, Between) else f"level {factor.levels.index(value) + 1}"


def quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Weighted quantiles of samples (n,), placed so that a further sample lies below with that probability.

    For equal weights the k-th of n lies at k / (n + 1) (Hyndman & Fan 1996, type 6): intervals of few samples hold what
    they say on average.
    """
    order = np.argsort(values, kind="stable")
    share = weights[order] / weights.sum()
    size = 1.0 / np.sum(share**2)
    place = 0.5 + (np.cumsum(share) - share / 2 - 0.5) * size / (size + 1.0)
    return np.interp(shares, place, values[order])
