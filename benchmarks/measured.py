"""How times are taken: seconds of the processor, all works in turn, each beside a yardstick that no change touches.

The yardstick reads two million words at random places. A figure in yards says how often it fits into a work: a slower
machine, or one that others use, moves both.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numba import njit

TABLE, READ = 1_000_000, 2_000_000
Work = Callable[[], Any]


class Row(NamedTuple):
    """A figure of the table: `size` many `of`; spread: half of the middle half, as a share; load: who else worked."""

    what: str
    size: int
    of: str
    value: float
    unit: str
    spread: float | None = None
    yards: float | None = None
    load: float = 0.0

    def told(self) -> str:
        spread = "" if self.spread is None else f"+-{self.spread:.0%}"
        return f"{self.what:44} {self.size:>10,} {self.of:13} {self.value:>10.3g} {self.unit:24} {spread}"


def row(what: str, size: int, of: str, value: float, unit: str) -> Row:
    """A figure without repeats."""
    return Row(what, size, of, value, unit, load=os.getloadavg()[0])


class Times(NamedTuple):
    """Seconds of a work and, beside each, of the yardstick."""

    seconds: list[float]
    yards: list[float]

    def row(self, what: str, size: int, of: str, scale: float, unit: str, count: int = 1) -> Row:
        """The median of one of `count` that a work does at once, times `scale`."""
        low, middle, high = np.quantile(self.seconds, [0.25, 0.5, 0.75])
        share = statistics.median(a / b for a, b in zip(self.seconds, self.yards, strict=True))
        each = middle * scale / count
        return Row(what, size, of, each, unit, (high - low) / 2 / middle, share / count, os.getloadavg()[0])


@njit(nogil=True)
def gathered(places, words):  # type: ignore[no-untyped-def]
    """The sum of words at some places."""
    total = np.uint64(0)
    for place in places:
        total += np.uint64(words[np.uint64(place)])
    return total


def processor(work: Work) -> float:
    """Seconds of the processor that some work takes, on all threads."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def yardstick() -> Work:
    """What is measured beside everything."""
    places = np.random.default_rng(1).integers(0, TABLE, READ, dtype=np.uint32)
    words = np.arange(TABLE, dtype=np.uint32)
    gathered(places[:10], words)
    return lambda: gathered(places, words)


def rounds(works: Mapping[str, Work], times: int, clock: Callable[[Work], float] = processor) -> dict[str, Times]:
    """Do all works in turn, some times; the first round, which loads what is compiled, does not count."""
    yard, taken = yardstick(), {name: Times([], []) for name in works}
    for number in range(times + 1):
        for name, work in works.items():
            seconds, beside = clock(work), clock(yard)
            if number:
                taken[name].seconds.append(seconds)
                taken[name].yards.append(beside)
    return taken


def exponent(what: str, of: str, sizes: Iterable[int], costs: Iterable[float]) -> Iterable[Row]:
    """The slope of cost over size, both as logarithms: 1 where twice as much costs twice as much; 95% interval."""
    from scipy.stats import linregress, t

    x, y = np.log(list(sizes)), np.log(list(costs))
    if len(x) > 2:
        fit = linregress(x, y)
        wide = float(t.ppf(0.975, len(x) - 2) * fit.stderr)
        yield row(f"exponent: {what}", round(np.exp(x[-1])), of, float(fit.slope), f"+-{wide:.2f}")
