"""Published models and exact results put through the model's own rules: every function here calls production code."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advosim.mechanisms.ballots import deterrence
from advosim.mechanisms.campaigns import contest
from advosim.mechanisms.seats import DHONDT, SAINTE_LAGUE, gallagher, highest_averages, passing

METHODS = {"dhondt": DHONDT, "sainte-lague": SAINTE_LAGUE}
EXACT = 2.0**53
"""Products of votes and divisors are compared exactly below it."""
SLOPE = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
"""Weights of a slope from differences over 2, 4, 6 and 8 steps: exact up to the eighth order. Fornberg 1988."""


# ---------------------------------------------------------------- elections


def seats(votes: Sequence[float], n: int, method: str = "dhondt", threshold: float = 0.0) -> list[int]:
    """Seats of lists by D'Hondt ("dhondt") or Sainte-Lague ("sainte-lague").

    votes: by list, >= 0; n: seats to fill; threshold: share of all votes that a list must reach, 0..1; one that no list
    reaches does not hold. Equal averages go to the list with more votes, then to the earlier. Raises ValueError for
    other arguments.
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
    return [int(won) for won in highest_averages(passing(counts, least), number, METHODS[method])]


def gallagher_index(votes: Sequence[float], seats: Sequence[float]) -> float:
    """Gallagher's least-squares index of disproportionality, 0 to 100 (percent). Raises ValueError for wrong input."""
    cast, won = _counts("votes", votes), _counts("seats", seats)
    if len(cast) != len(won):
        raise ValueError(f"{len(cast)} lists have votes and {len(won)} have seats: give both for every list")
    if cast.sum() <= 0 or won.sum() <= 0:
        raise ValueError("there are no votes or no seats")
    return float(gallagher(cast, won))


# ---------------------------------------------------------------- the threat of an initiative


def gerber(L: float, v: float, g: float | Sequence[float], c: float) -> float:
    """The law where initiatives are possible and nobody errs: the one that the legislature (ideal L) likes best among
    those against which no group gains by an initiative. Gerber 1996.

    v: what the median voter wants; g: what the group wants, or each of several groups; c: what an initiative costs, in
    units of position, >= 0. Raises ValueError for other arguments.
    """
    law, median, cost = _finite("L", L), _finite("v", v), _finite("c", c)
    if cost < 0:
        raise ValueError(f"c = {c!r} is out of range; allowed: from 0")
    for ideal in [g] if isinstance(g, (int, float, np.floating, np.integer)) else g:
        law = float(deterrence(law, median, _finite("g", ideal), cost))
    return law


# ---------------------------------------------------------------- lobbying


def lobbying_contest(
    n: int, prize: float, exponent: float = 1.0, others: float = 0.0, openness: float = 1.0, conflict: float = 0.0
) -> float:
    """The effort of each of n equal lobbyists, where everyone's answers best to that of all others. Tullock 1980.

    prize: what success is worth, in units of effort, > 0; exponent: decisiveness of effort, > 0; others: effort of
    everybody else, which answers nobody, >= 0; openness, conflict: 0..1. Raises ValueError for other arguments, and
    where no such effort is a best answer (too decisive a contest).
    """
    number = _whole("n", n)
    value, power, rest = _finite("prize", prize), _finite("exponent", exponent), _finite("others", others)
    if number < 1 or value <= 0 or power <= 0 or rest < 0:
        raise ValueError("n should be at least 1, prize and exponent above 0, others from 0")
    door, against = _share("openness", openness), _share("conflict", conflict)
    if number == 1 and rest == 0:
        return 0.0  # whoever is alone wins by any effort

    def success(mine: float, theirs: float) -> float:
        # The rule knows two sides: n - 1 opponents count as one whose effort weighs as much as theirs together.
        together = theirs * (number - 1) ** (1 / power)
        return float(contest(mine, together, rest, power, door, against))

    def worth_more(mine: float) -> bool:
        step = 0.005 * mine
        rise = sum(
            weight * (success(mine + k * step, mine) - success(mine - k * step, mine))
            for k, weight in enumerate(SLOPE, start=1)
        )
        return value * rise / step > 1

    low, high = 1e-12 * value, value
    if not worth_more(low):
        return 0.0
    while high - low > 1e-15 * value and low < (low + high) / 2 < high:
        middle = (low + high) / 2
        low, high = (middle, high) if worth_more(middle) else (low, middle)
    gain = value * success(low, low) - low
    trials = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, 400) * value])
    if any(value * success(float(mine), low) - mine > gain + 1e-9 * value for mine in trials):
        raise ValueError(f"exponent = {exponent!r} is too decisive for {number} lobbyists: no equal effort is stable")
    return low


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


def _finite(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise ValueError(f"{name} should be a number, found {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} = {value!r} is not a finite number")
    return float(value)


def _share(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise ValueError(f"{name} should be a number, found {value!r}")
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise ValueError(f"{name} = {value!r} is out of range; allowed: 0 to 1")
    return float(value)
