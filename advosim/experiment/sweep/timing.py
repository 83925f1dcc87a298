"""How long runs take, from a few that are timed: what a sweep will take, and how many runs make a chunk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from advosim.experiment.sweep import designs, store
from advosim.experiment.sweep.asked import experiment_of, room, together
from advosim.experiment.sweep.bar import Bar
from advosim.experiment.sweep.jobs import Job, Simulate, named, program, simulated, try_own
from advosim.experiment.sweep.schema import Experiment, Point
from advosim.experiment.sweep.workers import Crew, crew_of, is_death, unheard
from advosim.processors import processors
from advosim.scenario import size

SECONDS = 2.0
"""What a chunk should take: little to lose, and little beside the work."""
MOST = 1000
"""Most runs of a chunk."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take."""

    title: str
    points: int
    replicates: int
    seconds_per_run: float
    workers: int
    bytes: float
    memory: float = 0.0
    """Bytes that a run takes at most, in each worker."""

    @property
    def runs(self) -> int:
        return self.points * self.replicates

    @property
    def seconds(self) -> float:
        return self.runs * self.seconds_per_run / self.workers

    def __str__(self) -> str:
        return (
            f"{self.title}: {self.points:,} points x {self.replicates:,} replicates = {self.runs:,} runs\n"
            f"{1000 * self.seconds_per_run:.1f} ms a run; with {self.workers} workers about {size.span(self.seconds)}\n"
            f"about {self.bytes / 1e6:.1f} MB on disk; {size.bytes_of(self.workers * self.memory)} of memory"
        )


def estimate(
    experiment: Experiment | str | Path | Mapping[str, Any],
    *,
    workers: int | None = None,
    simulate: Simulate | None = None,
    progress: bool | None = None,
) -> Estimate:
    """What a sweep will take, from a few timed runs in a process of their own. Raises InputError for wrong input."""
    experiment = experiment_of(experiment)
    points = designs.points(experiment)
    together(experiment, points)
    room(experiment, points, Path(), 1)
    if simulate is None:
        try_own(experiment, points)
    plan = store.plan(experiment, points, 1, named(simulate))
    job = Job(Path(), replace(experiment, factors={}, given=()), plan.factors, program(), simulate)
    with crew_of(1, None, None) as crew, Bar(experiment.title, progress) as bar:
        if simulate is None:
            bar.compile()
        seconds, kept = probed(crew, job, plan, points)
    columns = len(plan.factors) + len(plan.outcomes) + 5
    chunks = -(-plan.runs // runs_of_chunk(seconds, plan.runs, 1))
    disk = plan.runs * (18 * columns + 2 * kept) + chunks * (400 * columns + 1000) + 30_000
    largest = size.size(experiment.at(points[-1])).memory
    return Estimate(plan.title, plan.points, plan.replicates, seconds, workers or processors(), disk, largest)


def probed(crew: Crew, job: Job, plan: store.Plan, points: list[Point]) -> tuple[float, float]:
    """Seconds of a run and bytes of its kept weeks, as a worker measures them."""
    some = [points[i * (len(points) - 1) // 15] for i in range(16)] if len(points) > 16 else points
    try:
        with unheard():
            probe = crew.executor.submit(_probe, job, plan, some)
        return probe.result()
    except Exception as error:
        if not is_death(error):
            raise
        crew.renew()
        return SECONDS / 4, 0.0


def _probe(job: Job, plan: store.Plan, points: list[Point]) -> tuple[float, float]:
    """Seconds of a run, and bytes of its kept weeks, from one run each of some points, for a second or so."""
    times, kept = [], 0.0
    deadline = time.perf_counter() + SECONDS / 2
    for number, point in enumerate([points[0], *points]):
        begin = time.perf_counter()
        try:
            weeks = simulated(job.experiment, job.experiment.at(point), plan.first_seed, job.simulate)[1]
            kept = kept if weeks is None else float(weeks.memory_usage(deep=True).sum()) / 3
        except (Exception, SystemExit):
            pass
        if number:  # the first loads what is compiled
            times.append(time.perf_counter() - begin)
        if times and time.perf_counter() > deadline:
            break
    return sum(times) / len(times), kept


def chunk_size(crew: Crew, job: Job, plan: store.Plan, points: list[Point]) -> int:
    """Runs that make a chunk of a new sweep."""
    seconds = probed(crew, job, plan, points)[0]
    return runs_of_chunk(seconds, plan.runs, crew.width())


def runs_of_chunk(seconds: float, runs: int, workers: int) -> int:
    """Runs that take SECONDS, fewer where some workers would have nothing to do."""
    return max(1, min(round(SECONDS / max(seconds, 1e-6)), MOST, -(-runs // (4 * workers))))
