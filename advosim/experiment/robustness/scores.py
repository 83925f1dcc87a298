"""Which levers and unknowns an outcome hangs on, by extra trees: scores of features that ask for no design."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

TREES = 100
SEED = 20240229
RESAMPLES = 10
NEEDS = 'no features are scored without scikit-learn: pip install "advosim[discovery]"'


def available() -> bool:
    """Whether scikit-learn is here."""
    return importlib.util.find_spec("sklearn") is not None


def feature_scores(x: NDArray[np.float64], y: NDArray[np.float64], seed: int = SEED) -> NDArray[np.float64]:
    """(factors,): how much each factor tells of y, together 1 (extra trees; Geurts, Ernst & Wehenkel 2006).

    x (points, factors). As Jaxa-Rozen & Kwakkel 2018 use them to screen factors.
    """
    from sklearn.ensemble import ExtraTreesRegressor

    trees = ExtraTreesRegressor(TREES, min_samples_leaf=1, max_features=1.0, bootstrap=True, random_state=seed)
    found: NDArray[np.float64] = trees.fit(x, y).feature_importances_
    return found


def numbers(points: pd.DataFrame) -> NDArray[np.float64]:
    """(points, factors): numbers as they are, texts by the order in which they come."""
    return np.column_stack([_numbers(points[name].tolist()) for name in points.columns])


def _numbers(column: Sequence[Any]) -> NDArray[np.float64]:
    if all(isinstance(value, int | float) for value in column):
        return np.array(column, dtype=float)
    places = {value: number for number, value in enumerate(dict.fromkeys(column))}
    return np.array([places[value] for value in column], dtype=float)


def scored(points: pd.DataFrame, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, factors): scores, and the ends of their 95% intervals over seeds; values (points, replicates)."""
    x, replicates = numbers(points), values.shape[1]
    if np.ptp(values.mean(axis=1)) == 0:
        return np.zeros((3, x.shape[1]))
    best = feature_scores(x, values.mean(axis=1))
    if replicates < 2:
        return np.array([best, *np.full((2, len(best)), np.nan)])
    chance = np.random.default_rng(SEED)
    drawn = [
        feature_scores(x, values[:, chance.integers(0, replicates, replicates)].mean(axis=1), SEED + number)
        for number in range(RESAMPLES)
    ]
    reach = 1.96 * np.std(drawn, axis=0, ddof=1)
    return np.array([best, np.maximum(0.0, best - reach), np.minimum(1.0, best + reach)])
