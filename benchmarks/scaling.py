"""How cost grows: with citizens, organisations, issues, polities, weeks and runs; exponents with their intervals."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping

import sweep as sweeps
import week as weeks_of
from measured import Row, Work, exponent, rounds

from advosim import Scenario
from advosim.experiment.sweep import designs
from advosim.simulation import simulate
from advosim.week import Line, line
from advosim.world.chance import wrapping
from advosim.world.found import Settled, found
from advosim.world.state import World

CITIZENS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
ORGANISATIONS, ISSUES, POLITIES = (5, 20, 50, 150, 500), (1, 2, 3, 4, 5), (1, 2, 5, 10, 20)
WEEKS, RUNS = (50, 100, 200, 400), (4, 8, 16, 32)


SETTLE = 30
"""Weeks that a world has had before its weeks are measured."""


def weeks(scenario: Scenario, count: int = 1) -> Work:
    """What runs some weeks more of a world that has had some."""
    world, run = begun(scenario)
    return lambda: run(world, count)


def begun(scenario: Scenario, settle: int = SETTLE) -> tuple[World, Line]:
    """A world that has had some weeks, and what runs more."""
    run, world = line(1), found(scenario, 1)
    with wrapping():
        run(world, settle)
    return world, run


def citizens(n: int) -> Scenario:
    return Scenario.load("baseline").but({"weeks": 400, "polity.home.citizens": n})


def organisations(o: int) -> Scenario:
    """Few citizens, so that organisations tell."""
    groups = "polity.home.organisation"
    counts = {f"{groups}.for_reform.count": o * 3 // 5, f"{groups}.against_reform.count": o - o * 3 // 5}
    return weeks_of.scenario(200).but(counts)


def issues(m: int) -> Scenario:
    table = weeks_of.scenario(10_000).model_dump()
    return Scenario.model_validate({**table, "issue": {f"issue_{number}": {} for number in range(m)}})


def polities(p: int) -> Scenario:
    table = weeks_of.scenario(2_000).model_dump()
    home = table["polity"]["home"]
    return Scenario.model_validate({**table, "polity": {f"state_{number}": home for number in range(p)}})


def few(size: int) -> int:
    """Weeks at once, so that small worlds take long enough to be measured."""
    return max(1, min(40, 100_000 // size))


def grown(what: str, of: str, works: Mapping[int, Work], per: Callable[[int], int], times: int) -> Iterator[Row]:
    """Points, and the exponent through them."""
    taken = rounds({str(size): work for size, work in works.items()}, times)
    rows = [taken[str(size)].row(what, size, of, 1e3, "ms", per(size)) for size in works]
    yield from rows
    yield from exponent(what, of, works, [row.value for row in rows])


def by_citizens(most: int, times: int) -> Iterator[Row]:
    """Founding is left out: it stands in rows of its own."""
    works = {n: weeks(citizens(n), few(n)) for n in CITIZENS if n <= most}
    rows = list(grown("week by citizens", "citizens", works, few, times))
    yield from rows
    large = [row for row in rows if row.size >= 100_000 and row.unit == "ms"]
    sizes, costs = [row.size for row in large], [row.value for row in large]
    yield from exponent("week by citizens, 1e5 and more", "citizens", sizes, costs)


def by_rest(times: int) -> Iterator[Row]:
    """With what a world is made of, beside citizens."""
    for of, sizes, scenario in (
        ("organisations", ORGANISATIONS, organisations),
        ("issues", ISSUES, issues),
        ("polities", POLITIES, polities),
    ):
        works = {size: weeks(scenario(size), 10) for size in sizes}
        yield from grown(f"week by {of}", of, works, lambda size: 10, times)


def by_weeks(times: int) -> Iterator[Row]:
    """A run of 2,000 citizens, its founding left out."""
    run, one = line(1), found(citizens(2_000), 1)

    def work(count: int) -> Work:
        worlds = [copy.deepcopy(one) for _ in range(times + 1)]
        return lambda: run(worlds.pop(), count)

    yield from grown("run by weeks", "weeks", {count: work(count) for count in WEEKS}, lambda count: 1, times)


def by_runs(times: int) -> Iterator[Row]:
    """Runs of the reference sweep, founding and outcomes included."""
    chosen = sweeps.experiment(100)
    points = designs.points(chosen)

    def work(count: int) -> Work:
        def several() -> None:
            kept = Settled()
            for number in range(count):
                simulate(chosen.at(points[number % len(points)]), 1 + number, threads=1, settled=kept)

        return several

    yield from grown("sweep by runs", "runs", {count: work(count) for count in RUNS}, lambda count: 1, times)
