"""Seconds to build each kind of network, mean degree 10, on one thread.

`python benchmarks/networks.py [citizens ...]`
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from advosim.world import networks
from advosim.world.chance import stream

SIZES = (100_000, 1_000_000)
DEGREE = 10
REPEATS = 3


def kinds(n: int) -> dict[str, Callable[[], networks.Pairs]]:
    """What is measured, by its name."""
    places = np.arange(n)
    public = places * 40 // n % 4
    trait = (np.sin(places * 12.9898) % 1.0).astype(np.float32)
    social = stream("benchmark")
    return {
        "small_world": lambda: networks.small_world(n, DEGREE, 0.1, 1, social),
        "preferential_attachment": lambda: networks.preferential_attachment(n, DEGREE, 1, social),
        "blocks": lambda: networks.blocks(public, DEGREE, 0.7, 1, social),
        "spatial": lambda: networks.spatial(n, DEGREE, 0.5, trait, 1, social),
    }


def seconds(n: int, build: Callable[[], networks.Pairs]) -> float:
    """The fastest of some runs, in seconds of the wall clock."""
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        networks.layers(n, [build])
        times.append(time.perf_counter() - begin)
    return min(times)


def main(sizes: tuple[int, ...]) -> None:
    """Print the table."""
    for build in kinds(100).values():
        networks.layers(100, [build])  # compiles
    print(f"{'seconds':24}" + "".join(f"{n:>12,}" for n in sizes))
    for name in kinds(1):
        print(f"{name:24}" + "".join(f"{seconds(n, kinds(n)[name]):12.3f}" for n in sizes), flush=True)


if __name__ == "__main__":
    main(tuple(int(n) for n in sys.argv[1:]) or SIZES)
