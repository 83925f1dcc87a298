"""What the few cost: us a week beyond the citizens' kernel, by number of organisations, with and without alliances.

Run with `python benchmarks/phases.py`. Worlds of 60 citizens, whose kernel takes a few microseconds: what is left is
the week of organisations, alliances and institutions. Means over 208 weeks, medians of nine seeds. Machines are noisy:
quote ratios within one table.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from typing import Any

from advosim import Scenario
from advosim.scenario import alliance_rules
from advosim.scenario.rules import Mechanisms
from advosim.week import line
from advosim.world.chance import wrapping
from advosim.world.found import found

WEEKS = 208
ALL = {name: field.annotation for name, field in Mechanisms.model_fields.items()}
PHASE = [name for name, rule in ALL.items() if getattr(rule, "__module__", "") == alliance_rules.__name__]


def off(names: Iterable[str]) -> dict[str, bool]:
    """Settings that switch mechanisms off, those that can be."""
    return {f"mechanism.{name}.on": False for name in names if "on" in ALL[name].model_fields}  # type: ignore[union-attr]


def world(copies: int, changes: dict[str, Any]) -> Scenario:
    """The baseline on few citizens, with its 20 organisations that many times over."""
    base = Scenario.load("baseline").but({"polity.home.citizens": 60, **changes})
    table = base.model_dump()
    for row in table["polity"]["home"]["organisation"].values():
        row["count"] = max(1, round(row["count"] * copies / 2))
    return Scenario.model_validate(table)


def measured(scenario: Scenario) -> tuple[float, float, int]:
    """Median us a week over seeds, mean number of alliances alive at the end, and number of organisations."""
    run, taken, alive = line(), [], []
    with wrapping():
        for seed in range(1, 10):
            one = found(scenario, seed, WEEKS)
            started = time.perf_counter()
            run(one, WEEKS)
            taken.append((time.perf_counter() - started) / WEEKS * 1e6)
            alive.append(int(one.allied.alliances["alive"].sum()))
    return statistics.median(taken), statistics.mean(alive), len(one.teams.organisations)


def main() -> None:
    measured(world(2, {}))
    print(f"{'organisations':>13} {'alliances':>9} {'all us':>8} {'no alliances us':>16} {'nothing on us':>14}")
    for copies in (1, 2, 4):
        rows = [measured(world(copies, changes)) for changes in ({}, off(PHASE), off(ALL))]
        (whole, alive, number), (apart, *_), (idle, *_) = rows
        print(f"{number:>13} {alive:>9.1f} {whole:>8.1f} {apart:>16.1f} {idle:>14.1f}")


if __name__ == "__main__":
    main()
