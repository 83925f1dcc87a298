"""A sweep of the reference world: 2,000 citizens, 100 weeks, one issue, 20 organisations, eight outcomes.

`python benchmarks/sweep.py [runs] [workers]`

Prints runs a second, the share of the time beside the runs (the start of the processes and the timed probe, writing and
merging, idling), what a run spends beside its simulation, memory of each process, and what is on disk. Quote ratios of
one run: machines differ and are shared.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq

from advosim import Scenario
from advosim.experiment.sweep import designs, load, outcomes, store
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep.schema import Experiment
from advosim.simulation import simulate

RUNS, REPLICATES = 10_000, 10
OUTCOMES = {
    "policy_at_end": ("policy", "final"),
    "policy_change": ("policy", "change"),
    "support": ("support", "mean"),
    "aware": ("aware", "max"),
    "petition": ("petition", "area"),
    "protest": ("protest", "area"),
    "pressure": ("pressure", "max"),
    "closures": ("closures", "sum"),
}


def experiment(runs: int) -> Experiment:
    """The reference world over a Latin hypercube of four factors."""
    here = "polity.home.governance"
    sides = {name: {"kind": "ngo", "count": 10, "stance": stance} for name, stance in (("pro", 0.6), ("anti", -0.6))}
    return load.build(
        {
            "title": "Benchmark",
            "scenario": Scenario.model_validate(
                {"title": "Reference", "weeks": 100, "polity": {"home": {"citizens": 2_000, "organisation": sides}}}
            ),
            "design": {"kind": "latin_hypercube", "n": max(1, runs // REPLICATES)},
            "factor": {
                f"{here}.{name}": {"range": [0.0, 1.0]}
                for name in ("repression", "openness", "media_freedom", "internet_access")
            },
            "replicates": {"count": REPLICATES},
            "outcome": {name: {"of": column, "reduce": reduce} for name, (column, reduce) in OUTCOMES.items()},
        }
    )


class Memory:
    """Memory of this process and its children in MB, sampled once a second (Linux)."""

    def __init__(self) -> None:
        self.seen: list[list[float]] = []
        self.over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self.over.wait(1.0):
            self.seen.append([resident(process) for process in family()])

    def report(self) -> str:
        rows = [row for row in self.seen if len(row) == max(map(len, self.seen))]
        early, late = rows[len(rows) // 4], rows[-1]
        return " ".join(f"{a:.0f}->{b:.0f}" for a, b in zip(early, late, strict=True))


def family() -> list[int]:
    """This process and its children."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [own, *map(int, children)]


def resident(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def beside(chosen: Experiment, count: int = 40) -> float:
    """The share of a run's processor time that goes into its scenario and its outcomes, if every point is run once."""
    points, spent = designs.points(chosen), [0.0, 0.0, 0.0]
    for number in range(count):
        marks = [time.process_time()]
        scenario = chosen.at(points[number % len(points)])
        marks.append(time.process_time())
        record = simulate(scenario, number, threads=1)
        marks.append(time.process_time())
        outcomes.reduce(record, chosen.outcomes)
        marks.append(time.process_time())
        for step in range(3 if number else 0):  # the first loads what is compiled
            spent[step] += marks[step + 1] - marks[step]
    return 1 - spent[1] / sum(spent)


def spent_by_workers() -> float:
    """Processor time of all child processes that have ended, in seconds, their start and compiling included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(runs: int = RUNS, workers: int = 2) -> None:
    """Run it once."""
    chosen = experiment(runs)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "out"
        memory = Memory()
        begin = time.perf_counter()
        done = sweep.run(chosen, folder, workers=workers)
        seconds = time.perf_counter() - begin
        processor = spent_by_workers()
        memory.over.set()
        inside = sum(pq.read_table(folder / store.TIMINGS)["seconds"].to_pylist())
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{done.done} runs in {seconds:.1f} s: {done.done / seconds:.1f} runs/s on {workers} workers")
    print(
        f"{processor:.1f} s of processor time in workers: {workers * done.done / processor:.1f} runs/s were they alone"
    )
    print(f"{1000 * inside / done.done:.1f} ms a run; beside the runs {100 * (1 - inside / workers / seconds):.1f}%")
    print(f"of a run beside its simulation {100 * beside(chosen):.1f}%")
    print(f"memory in MB, after a quarter -> at the end, main process first: {memory.report()}")
    print(f"{size / 1e6:.2f} MB on disk")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
