"""Published models and exact results put through the model's own rules: every function here calls production code."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advosim.mechanisms.seats import DHONDT, SAINTE_LAGUE, gallagher, highest_averages, passing

METHODS = {"dhondt": DHONDT, "sainte-lague": SAINTE_LAGUE}
EXACT = 2.0**53
"""Products of votes and divisors are compared exactly below it."""


# ---------------------------------------------------------------- elections


def seats(votes: Sequence[float], n: int, method: str = "dhondt", threshold: float = 0.0) -> list[int]:
    """Seats of lists by D'Hondt ("dhondt") or Sainte-Lague ("sainte-lague").

    votes: by list, >= 0; n: seats to fill; threshold: share of all votes that a list must reach, 0..1. Equal averages
    go to the list with more votes, then to the earlier. Raises ValueError for other arguments, and where no list
    reaches the threshold.
    """
    counts = _counts("votes", votes)
    number = _whole("n", n)
    if method not in METHODS:
        raise ValueError(f"method = {method!r} is unknown; allowed: {', '.join(METHODS)}")
    least = _share("threshold", threshold)
    if counts.sum() <= 0:
        raise ValueError("nobody voted: votes are all 0")
    if counts.max() * (2.0 * number + 1.0) >= EXACT:
        raise ValueError(f"votes up to {counts.max():g} and {number} seats are too many to be compared exactly")
    kept = passing(counts, least)
    if kept.sum() <= 0:
        raise ValueError(f"no list reaches the threshold of {least:g}")
    return [int(won) for won in highest_averages(kept, number, METHODS[method])]


def gallagher_index(votes: Sequence[float], seats: Sequence[float]) -> float:
    """Gallagher's least-squares index of disproportionality, 0 to 100 (percent). Raises ValueError for wrong input."""
    cast, won = _counts("votes", votes), _counts("seats", seats)
    if len(cast) != len(won):
        raise ValueError(f"{len(cast)} lists have votes and {len(won)} have seats: give both for every list")
    if cast.sum() <= 0 or won.sum() <= 0:
        raise ValueError("there are no votes or no seats")
    return float(gallagher(cast, won))


# ---------------------------------------------------------------- arguments


def _counts(name: str, values: Sequence[float]) -> NDArray[np.float64]:
    try:
        counts = np.array(list(values), np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} should be a list of numbers, found {values!r}") from None
    if counts.ndim != 1 or not counts.size:
        raise ValueError(f"{name} should hold a number for each list, and at least one")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError(f"{name} should be finite and not negative, found {counts.tolist()}")
    return counts


def _whole(name: str, value: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} should be a whole number, found {value!r}") from None
    if isinstance(value, bool) or number < 0:
        raise ValueError(f"{name} should be a whole number from 0, found {value!r}")
    return number


def _share(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise ValueError(f"{name} should be a number, found {value!r}")
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} = {value!r} is out of range; allowed: 0 to 1")
    return float(value)
