"""Fit the one number that is fitted to how much policy moves: `python fit.py [WORLDS] [CITIZENS]`.

`mechanism.friction.level` so that six in ten issues of `baseline` stay unchanged over four years (Baumgartner et al.
2009: about 60% of 98). Bisects on the same seeds, which no table uses.
"""

from __future__ import annotations

import os
import sys

from measures import column, context, runs

TARGET, FIRST_SEED = 0.6, 50_001


def unchanged(level: float, worlds: int, citizens: int) -> float:
    scenario = context("open", citizens).but({"mechanism.friction.level": level})
    seeds = range(FIRST_SEED, FIRST_SEED + worlds)
    found = runs([(scenario, seeds)], max(1, len(os.sched_getaffinity(0))))[0]
    return float(column(found, "unchanged").mean())


def main(worlds: int = 60, citizens: int = 2500) -> None:
    low, high = 0.6, 2.0
    for _ in range(5):
        middle = (low + high) / 2
        share = unchanged(middle, worlds, citizens)
        print(f"level {middle:.3f}: {share:.3f} unchanged", flush=True)
        low, high = (middle, high) if share < TARGET else (low, middle)
    print(f"mechanism.friction.level = {(low + high) / 2:.2f}")


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
