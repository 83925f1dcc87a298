"""What a worker does: the runs of a chunk, one after the other, each kept whatever becomes of it."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import socket
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from advosim.experiment.sweep import own, store
from advosim.experiment.sweep.schema import Experiment, Point
from advosim.scenario.problems import InputError, Problem
from advosim.version import __version__

if TYPE_CHECKING:
    from advosim.scenario.load import Scenario

Simulate = Callable[["Scenario", int], Any]
"""(scenario, seed) -> Record, outcomes by name, or Reduced. Worker processes find it by module and name."""


class Reduced(NamedTuple):
    """What is kept of a run: its outcomes by name, and rows by `week`, `polity` and `issue`."""

    outcomes: Mapping[str, float]
    weeks: Any


class RunFailed(RuntimeError):
    """A run raised where all are needed: at which point, with which seed, and the traceback."""

    def __init__(self, point: Point, seed: int, said: str, trace: str) -> None:
        super().__init__(f"seed {seed}: {said}")
        self.point, self.seed, self.said, self.trace = point, seed, said, trace

    def __reduce__(self) -> tuple[type[RunFailed], tuple[Point, int, str, str]]:
        return RunFailed, (self.point, self.seed, self.said, self.trace)


@dataclass(frozen=True)
class Job:
    """What all chunks of a sweep have in common, as it travels to workers."""

    folder: Path
    experiment: Experiment
    """Without its design."""
    factors: dict[str, str]
    program: str
    simulate: Simulate | None
    strict: bool = False

    def check(self) -> None:
        """Raise unless this worker has the same program and sees the folder."""
        if self.program != program():
            what = f"a worker on {_here()} has another version of advosim than the one that sent it work"
            raise InputError(Problem("", None, what, hint="install the same version, or restart the workers"))
        if not (self.folder / store.MANIFEST).is_file():
            what = f"a worker on {_here()} does not see {self.folder}"
            raise InputError(Problem("", None, what, hint="use a folder that all workers share"))


def program() -> str:
    """What must be the same wherever runs of a sweep are made."""
    return f"{__version__} {store.sources()}"


def named(simulate: Simulate | None) -> str:
    """A function's name, which workers find it by; one that they could not find is refused."""
    if simulate is None:
        return ""
    name = getattr(simulate, "name", "") or f"{simulate.__module__}.{simulate.__qualname__}"
    if "<" in name:
        what = f"simulate = {name} cannot travel to worker processes"
        raise InputError(Problem("", None, what, "a function at the top of a module"))
    return name


def _here() -> str:

    return socket.gethostname()


@dataclass(frozen=True)
class Chunk:
    """Consecutive runs with the points that they need."""

    number: int
    first: int
    last: int
    """The place after the last."""
    begin: int
    """The place of the first run with these points."""
    replicates: int
    first_seed: int
    numbers: tuple[int, ...]
    points: tuple[Point, ...]
    plan: store.Plan

    def point(self, run: int) -> Point:
        return self.points[(run - self.begin) // self.replicates]

    def point_number(self, run: int) -> int:
        return self.numbers[(run - self.begin) // self.replicates]

    def seed(self, run: int) -> int:
        return self.first_seed + (run - self.begin) % self.replicates


def chunk_of(plan: store.Plan, number: int, points: list[Point]) -> Chunk:
    """A chunk of a plan, as it travels to workers."""
    (block, _, place), (first, last) = plan.block(number), plan.span(number)
    r = block.replicates
    skipped = (first - place) // r
    own = block.slice(skipped, (last - 1 - place) // r + 1)
    seed = plan.first_seed + block.first
    return Chunk(number, first, last, place + skipped * r, r, seed, tuple(own), tuple(points[n] for n in own), plan)


def work(job: Job, chunk: Chunk, killed: frozenset[int] = frozenset(), marker: Path | None = None) -> int:
    """Do the runs of a chunk and commit it; nothing if it stands already. Returns the number of its runs.

    killed: runs that are known to kill their process, and are left out. marker: where to note each run before it
    begins.
    """
    job.check()
    # A cluster hands work of a dead worker out again, though it may have been committed.
    if store.committed(job.folder, chunk.number):
        return chunk.last - chunk.first
    rows = []
    scenario: Any = None
    point: Point | None = None
    for run in range(chunk.first, chunk.last):
        if point is not chunk.point(run):
            point, scenario = chunk.point(run), None
        if marker is not None:
            marker.write_text(str(run), encoding="ascii")
        row, scenario = _row(job, chunk, run, scenario, run in killed)
        rows.append(row)
    if marker is not None:
        marker.unlink()
    store.commit(job.folder, chunk.plan, chunk.number, rows, job.factors, job.experiment.outcomes)
    _stay()
    return len(rows)


@functools.cache
def _stay() -> None:
    """In a worker process let the collector of garbage pass over what was loaded for the first chunk, which stays."""
    if multiprocessing.parent_process() is not None:
        gc.freeze()


def _row(job: Job, chunk: Chunk, run: int, scenario: Any, killed: bool) -> tuple[store.Row, Any]:
    """One run, whatever becomes of it; and the scenario of its point, to be used again."""
    number, seed, point = chunk.point_number(run), chunk.seed(run), chunk.point(run)
    if killed:
        error = "the process that ran it died"
        return store.Row(run, number, seed, point, {}, store.KILLED, 0.0, error), scenario
    begin = time.perf_counter()
    try:
        scenario = scenario or job.experiment.at(point)
        outcomes, weeks = simulated(job.experiment, scenario, seed, job.simulate)
    except (Exception, SystemExit) as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        seconds, trace = time.perf_counter() - begin, traceback.format_exc()
        if job.strict:
            raise RunFailed(point, seed, told, trace) from error
        return store.Row(run, number, seed, point, {}, store.FAILED, seconds, told, trace), scenario
    return store.Row(run, number, seed, point, outcomes, store.DONE, time.perf_counter() - begin, weeks=weeks), scenario


def simulated(
    experiment: Experiment, scenario: Scenario, seed: int, simulate: Simulate | None
) -> tuple[dict[str, float], Any]:
    """Outcomes of a run, and its kept rows of the weekly table."""
    from advosim.experiment.sweep import outcomes

    record = simulate(scenario, seed) if simulate else recorded(experiment, scenario, seed)
    if isinstance(record, Reduced):
        return {name: outcomes.finite(name, record.outcomes[name]) for name in experiment.outcomes}, record.weeks
    if isinstance(record, Mapping):
        return {name: outcomes.finite(name, record[name]) for name in experiment.outcomes}, None
    return outcomes.reduce(record, experiment.outcomes, experiment.folder), _kept(record, experiment.keep.weeks)


def recorded(experiment: Experiment, scenario: Scenario, seed: int) -> Any:
    """The Record of a run of the model, with the rules and the week of an experiment."""
    from advosim.experiment import forking
    from advosim.replaced import functions

    rules = functions(experiment.mechanisms, experiment.folder)
    return forking.simulated(scenario, seed, experiment.design.from_week, rules=rules, settled=_settled())


def try_own(experiment: Experiment, points: list[Point]) -> None:
    """Raise InputError where an own outcome gives no number of the first run."""
    if own.named(experiment.outcomes):
        first = experiment.replicates.first_seed
        own.try_out(experiment, experiment.at(points[0]), first, functools.partial(recorded, experiment))


@functools.cache
def _settled() -> Any:
    """What this process keeps of worlds from run to run."""
    from advosim.world.found import Settled

    return Settled()


def _kept(record: Any, weeks: Any) -> Any:
    from advosim.reading.tables import lived

    if weeks == "none":
        return None
    table = lived(record.weeks)
    return table[table["week"] == table["week"].max()] if weeks == "last" else table[table["week"] % weeks == 0]
