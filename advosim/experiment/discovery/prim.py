"""PRIM, the patient rule induction method: the box of settings in which a result is frequent.

Sources: Friedman & Fisher 1999; for scenario discovery Bryant & Lempert 2010; the objective for mixed factors Kwakkel &
Jaxa-Rozen 2016. In house, for the package of that name writes its limits in a way that pandas 3 ignores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05
"""Share of the runs that a step peels off: patience."""
LEAST = 0.05
"""Share of all runs below which a box is not peeled further."""
CHANCE = 0.05
"""Quasi-p-value above which a restriction is taken off again."""
GAIN = 1.25
"""A box is told of where hits are this much more frequent than in all runs, or misses this much rarer."""


@dataclass(frozen=True)
class Factors:
    """The settings of each case. Whatever its type, a factor is a column of numbers."""

    names: tuple[str, ...]
    x: NDArray[np.float64]
    """(cases, factors): values, or the numbers of texts in `texts`."""
    texts: dict[str, tuple[Any, ...]]
    """The values of factors without order."""
    whole: tuple[tuple[float, float], ...]
    """Least and greatest value of each."""


@dataclass(frozen=True)
class Box:
    """A box: for each restricted factor an interval, or the texts that are in it."""

    limits: dict[str, tuple[float, float] | frozenset[int]]
    quasi_p: dict[str, float]
    """Chance that a box with one restriction less would seem as good (Bryant & Lempert 2010)."""
    coverage: float
    """Share of all cases of interest that lie in it."""
    density: float
    """Share of the cases in it that are of interest."""
    mass: float
    """Share of all cases that lie in it."""
    trajectory: tuple[tuple[float, float, int], ...]
    """Coverage, density and number of restrictions at each step of the peeling."""


def boxes(factors: Factors, of_interest: NDArray[np.bool_], most: int = 3) -> list[Box]:
    """Up to `most` boxes, each found among the cases that the ones before leave. Empty where nothing stands out."""
    found: list[Box] = []
    left = np.ones(len(of_interest), dtype=bool)
    total, base = int(of_interest.sum()), float(of_interest.mean())
    while len(found) < most and (of_interest & left).any() and left.mean() > 2 * LEAST and base < 1:
        box = _box(factors, of_interest, left, total)
        if not box.limits or box.density < min(GAIN * base, 1 - (1 - base) / GAIN):
            break
        found.append(box)
        left &= ~inside(factors, box.limits)
    return found


def inside(factors: Factors, limits: dict[str, tuple[float, float] | frozenset[int]]) -> NDArray[np.bool_]:
    """(cases,): which lie in a box."""
    within = np.ones(len(factors.x), dtype=bool)
    for name, limit in limits.items():
        within &= _within(factors.x[:, factors.names.index(name)], limit)
    return within


def _within(column: NDArray[np.float64], limit: tuple[float, float] | frozenset[int]) -> NDArray[np.bool_]:
    if isinstance(limit, frozenset):
        return np.isin(column, sorted(limit))
    return (column >= limit[0]) & (column <= limit[1])


def _box(factors: Factors, of_interest: NDArray[np.bool_], left: NDArray[np.bool_], total: int) -> Box:
    steps = list(_peeling(factors, of_interest, left))
    scores = [(*_score(of_interest, left & members, total), limits) for limits, members in steps]
    # The harmonic mean of coverage and density; at equal worth the box with fewer restrictions.
    worth = [2 * c * d / (c + d) if c + d > 0 else 0.0 for c, d, _ in scores]
    best = int(np.argmax(np.round(worth, 9)))
    limits, quasi = _pruned(factors, of_interest, left, steps[best][0])
    members = inside(factors, limits) & left
    coverage, density = _score(of_interest, members, total)
    path = tuple((c, d, len(restricted)) for c, d, restricted in scores)
    return Box(limits, quasi, coverage, density, float(members.mean()), path)


def _score(of_interest: NDArray[np.bool_], members: NDArray[np.bool_], total: int) -> tuple[float, float]:
    hits, size = int((of_interest & members).sum()), int(members.sum())
    return hits / total if total else 0.0, hits / size if size else 0.0


def _peeling(
    factors: Factors, of_interest: NDArray[np.bool_], left: NDArray[np.bool_]
) -> Iterator[tuple[dict[str, Any], NDArray[np.bool_]]]:
    """The boxes on the way from everything to the smallest, each with its members."""
    limits: dict[str, Any] = {}
    members = left.copy()
    yield dict(limits), members
    while members.sum() > LEAST * len(left) and not of_interest[members].all():
        peel = _best_peel(factors, of_interest, members, limits, LEAST * len(left))
        if peel is None:
            return
        name, limit, members = peel
        limits[name] = limit
        yield dict(limits), members


def _best_peel(
    factors: Factors, of_interest: NDArray[np.bool_], members: NDArray[np.bool_], limits: dict[str, Any], least: float
) -> tuple[str, Any, NDArray[np.bool_]] | None:
    """The peel that raises the mean most, or lowers it least, for what it takes away; None where none is left.

    Going on where the mean falls finds boxes in opposite corners, which no first peel shows.
    """
    size, mean = int(members.sum()), float(of_interest[members].mean())
    best, gain = None, -np.inf
    for j, name in enumerate(factors.names):
        column = factors.x[:, j]
        for limit in _peels(factors, j, column[members], limits.get(name)):
            kept = members & _within(column, limit)
            count = int(kept.sum())
            if not least <= count < size:
                continue
            rise = (float(of_interest[kept].mean()) - mean) / (size - count)
            if best is None or rise > gain + 1e-12 * abs(gain):
                best, gain = (name, limit, kept), rise
    return best


def _peels(factors: Factors, j: int, here: NDArray[np.float64], limit: Any) -> Iterator[Any]:
    """The limits that a factor could have after one step more."""
    name = factors.names[j]
    if name in factors.texts:
        allowed = limit if limit is not None else frozenset(range(len(factors.texts[name])))
        yield from (allowed - {code} for code in sorted(allowed) if len(allowed) > 1)
        return
    low, high = limit if limit is not None else factors.whole[j]
    ordered = np.sort(here)
    step = max(1, int(ALPHA * len(ordered)))
    cut = ordered[min(step, len(ordered) - 1)]
    above = ordered[np.searchsorted(ordered, ordered[0], side="right") :]
    yield (float(cut if cut > ordered[0] else above[0] if len(above) else high), high)
    cut = ordered[max(0, len(ordered) - 1 - step)]
    below = ordered[: np.searchsorted(ordered, ordered[-1], side="left")]
    yield (low, float(cut if cut < ordered[-1] else below[-1] if len(below) else low))


def _pruned(
    factors: Factors, of_interest: NDArray[np.bool_], left: NDArray[np.bool_], limits: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, float]]:
    """The box without the restrictions that chance could explain, the weakest taken off first."""
    limits = dict(limits)
    while limits:
        quasi = {name: _quasi_p(factors, of_interest, left, limits, name) for name in limits}
        weakest = max(quasi, key=lambda name: quasi[name])
        if quasi[weakest] <= CHANCE:
            return limits, quasi
        del limits[weakest]
    return {}, {}


def _quasi_p(
    factors: Factors, of_interest: NDArray[np.bool_], left: NDArray[np.bool_], limits: dict[str, Any], name: str
) -> float:
    """Chance of at least as many hits in the box, were cases drawn from the box without its restriction of `name`."""
    from scipy import special

    wider = left & inside(factors, {n: limit for n, limit in limits.items() if n != name})
    members = left & inside(factors, limits)
    hits, size = int(of_interest[members].sum()), int(members.sum())
    share = float(of_interest[wider].mean()) if wider.any() else 0.0
    return 1.0 if hits == 0 else float(special.bdtrc(hits - 1, size, share))


def stability(
    factors: Factors, of_interest: NDArray[np.bool_], group: NDArray[np.int64], resamples: int, seed: int
) -> list[Box]:
    """The first box in each of `resamples` draws of whole groups (points with all their replicates)."""
    chance = np.random.default_rng(seed)
    count = int(group.max()) + 1
    rows = [np.flatnonzero(group == g) for g in range(count)]
    found = []
    for _ in range(resamples):
        drawn = np.concatenate([rows[g] for g in chance.integers(0, count, count)])
        part = Factors(factors.names, factors.x[drawn], factors.texts, factors.whole)
        found += boxes(part, of_interest[drawn], 1) or [Box({}, {}, 0.0, 0.0, 0.0, ())]
    return found


def as_factors(
    columns: Mapping[str, Sequence[Any]],
    orders: Mapping[str, Sequence[Any]] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> Factors:
    """Factors from columns of values by name; what is no number is given numbers.

    orders: the values of texts in their order, by default as they come. ranges: ends of numbers, by default the least
    and greatest value.
    """
    numbers, texts, ends = [], {}, []
    for name, column in columns.items():
        if all(isinstance(v, int | float | np.number) and not isinstance(v, bool | np.bool_) for v in column):
            numbers.append(np.array(column, dtype=float))
        else:
            texts[name] = tuple((orders or {}).get(name) or dict.fromkeys(column))
            places = {value: number for number, value in enumerate(texts[name])}
            numbers.append(np.array([places[value] for value in column], dtype=float))
        ends.append((ranges or {}).get(name) or (float(numbers[-1].min()), float(numbers[-1].max())))
    return Factors(tuple(columns), np.column_stack(numbers), texts, tuple(ends))
