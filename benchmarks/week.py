"""What a week costs: ns per citizen and week, by size of the world and number of threads, as one table.

Run with `python benchmarks/week.py [SIZE ...]`. Machines are noisy: quote ratios within one table. One issue, two
layers of mean degree 10, 20 organisations, the full rule of the model; medians of single weeks after compilation.
"""

from __future__ import annotations

import statistics
import sys
import time

from advosim import Scenario
from advosim.week import line
from advosim.world.chance import wrapping
from advosim.world.found import found
from advosim.world.state import World

SIZES = (2_000, 100_000, 1_000_000)
THREADS = (1, 2)


def scenario(citizens: int) -> Scenario:
    """The benchmark's world: the baseline's organisations on one issue."""
    ties = {"kind": "small_world", "degree": 10.0}
    organisations = {"for": {"count": 12}, "against": {"kind": "business_association", "count": 8, "stance": -0.6}}
    return Scenario(title="benchmark").but(
        {
            "weeks": 400,
            "polity.home.citizens": citizens,
            "polity.home.organisation": {f"{name}_reform": row for name, row in organisations.items()},
            "polity.home.network": {"face_to_face": ties, "social": ties},
        }
    )


def bytes_per_citizen(world: World) -> float:
    """Memory of the citizens' columns beside their ties, per citizen and issue."""
    columns = world.people.citizens._asdict()
    ties = columns.pop("neighbour")
    issues, n = world.people.citizens.own.shape
    assert ties.nbytes == 4 * ties.size
    return sum(column.nbytes for column in columns.values()) / n / issues


def measured(citizens: int, threads: int) -> tuple[float, float, World]:
    """Seconds to found, median seconds of a week, and the world."""
    given = scenario(citizens)
    started = time.perf_counter()
    world = found(given, 1)
    founding = time.perf_counter() - started
    run = line(threads)
    weeks = []
    with wrapping():
        run(world, 30)
        for _ in range(5 if citizens > 500_000 else 50):
            started = time.perf_counter()
            run(world, 1)
            weeks.append(time.perf_counter() - started)
    return founding, statistics.median(weeks), world


def main(sizes: list[int]) -> None:
    """Print the table."""
    measured(1000, 1)
    measured(1000, 2)
    print(f"{'citizens':>10} {'threads':>7} {'found s':>8} {'week us':>10} {'ns/citizen':>11} {'bytes/citizen':>14}")
    for citizens in sizes or SIZES:
        for threads in THREADS:
            founding, week, world = measured(citizens, threads)
            each = week / citizens * 1e9
            print(f"{citizens:>10,} {threads:>7} {founding:>8.2f} {week * 1e6:>10.0f} {each:>11.1f} ", end="")
            print(f"{bytes_per_citizen(world):>13.0f}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
