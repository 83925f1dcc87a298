"""All benchmarks in one go: what a week, founding and a run of a sweep cost, and the reduced rule in C beside them.

`python benchmarks/all.py [--quick]` writes a table and a figure to results/benchmarks/. Times are of the processor, so
that other work on the machine tells less; quote ratios within one table. Without gcc the C rule is left out.
"""

from __future__ import annotations

import csv
import ctypes
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sweep as sweeps
import week as weeks_of

from advosim import Scenario
from advosim.experiment.sweep import designs
from advosim.simulation import simulate
from advosim.week import line
from advosim.world.chance import wrapping
from advosim.world.found import Settled, found
from advosim.world.state import World

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "results" / "benchmarks"
SIZES, QUICK = (10_000, 100_000, 1_000_000), (10_000, 100_000)
LOUD = {"mechanism.expression.threshold": 0.12}
"""Settings under which many talk."""


class Row(NamedTuple):
    """A figure of the table."""

    what: str
    citizens: int
    value: float
    unit: str


def processor(work: Callable[[], Any]) -> float:
    """Seconds of the processor that some work takes, on all threads."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def week(world: World, threads: int = 1, times: int = 5) -> float:
    """The median ns of the processor of a week, per citizen and issue, after thirty weeks."""
    run, (issues, n) = line(threads), world.people.citizens.own.shape
    with wrapping():
        run(world, 30)
        return statistics.median(processor(lambda: run(world, 1)) for _ in range(times)) / n / issues * 1e9


def full(sizes: tuple[int, ...]) -> Iterator[Row]:
    """The full rule: the baseline, one issue on two layers, and the same where many talk; founding."""
    for n in sizes:
        baseline = Scenario.load("baseline").but({"weeks": 400, "polity.home.citizens": n})
        one = weeks_of.scenario(n)
        begin = time.process_time()
        world = found(baseline, 1)
        yield Row("founding, baseline", n, (time.process_time() - begin) / n * 1e9, "ns a citizen")
        yield Row("full rule, baseline", n, week(world), "ns")
        yield Row("full rule, one issue", n, week(found(one, 1)), "ns")
        yield Row("full rule, many talk", n, week(found(one.but(LOUD), 1)), "ns")


def in_c(sizes: tuple[int, ...]) -> Iterator[Row]:
    """The reduced rule over the same ties, in a C library that is built on the spot."""
    if shutil.which("gcc") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "reduced.so"
        flags = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
        subprocess.run(["gcc", *flags, HERE / "reduced.c", "-o", library, "-lm"], check=True)
        rule = ctypes.CDLL(str(library)).week
        for n in sizes:
            people = found(weeks_of.scenario(n), 1).people.citizens
            start, words = np.ascontiguousarray(people.start[::2]), people.word[:, 0].copy()
            salience = np.zeros(n, np.float32)
            columns = [start, people.neighbour, words[0], words[1], salience, people.act_threshold, people.risk]
            pointers = [ctypes.c_void_p(column.ctypes.data) for column in columns]

            def once(number: int, n: int = n, given: list[Any] = pointers) -> None:
                rule(ctypes.c_int64(n), *given, ctypes.c_uint64(number))

            seconds = [processor(lambda number=number: once(number)) for number in range(7)]  # type: ignore[misc]
            yield Row("reduced rule in C", n, statistics.median(seconds[2:]) / n * 1e9, "ns")


def sweep(runs: int) -> Iterator[Row]:
    """A run of the sweep of the reference world, its founding and outcomes included."""
    chosen, kept = sweeps.experiment(100), Settled()
    points = designs.points(chosen)
    spent = []
    for run in range(runs):
        scenario = chosen.at(points[run // 3 % len(points)])
        spent.append(processor(lambda s=scenario, k=run: simulate(s, 1 + k % 3, threads=1, settled=kept)))  # type: ignore[misc]
    yield Row("run of a sweep", 2000, statistics.median(spent[3:]) * 1e3, "ms")


def exponents(rows: list[Row]) -> Iterator[Row]:
    """How cost grows with citizens: the slope of its logarithm, 1 where twice as many cost twice as much."""
    for what in dict.fromkeys(row.what for row in rows):
        own = [row for row in rows if row.what == what]
        if len(own) > 1:
            n = np.log([row.citizens for row in own])
            cost = np.log([row.value * row.citizens for row in own])
            yield Row(f"exponent: {what}", own[-1].citizens, float(np.polyfit(n, cost, 1)[0]), "")


def drawn(rows: list[Row], file: Path) -> None:
    """Costs of a week by the size of the world."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for what in dict.fromkeys(row.what for row in rows if row.unit == "ns"):
        own = [row for row in rows if row.what == what]
        axes.plot([row.citizens for row in own], [row.value for row in own], marker="o", label=what)
    axes.set(xscale="log", xlabel="citizens", ylabel="ns per citizen, issue and week (one thread)", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(file, dpi=120)


def main(quick: bool) -> None:
    """Measure, print and write down."""
    sizes = QUICK if quick else SIZES
    list(full((1000,)))  # loads what is compiled
    rows: list[Row] = []
    for part in (full(sizes), in_c(sizes), sweep(12 if quick else 60)):
        for row in part:
            rows.append(row)
            print(f"{row.what:28} {row.citizens:>10,} {row.value:10.2f} {row.unit}", flush=True)
    rows += exponents([row for row in rows if row.unit.startswith("ns")])
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "benchmarks.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Row._fields, "machine"])
        writer.writerows([row.what, row.citizens, f"{row.value:.3g}", row.unit, platform.machine()] for row in rows)
    drawn(rows, OUT / "benchmarks.png")
    print(f"written to {OUT}")


if __name__ == "__main__":
    main("--quick" in sys.argv)
