"""Run all points of an experiment, as often as it says, on any executor, and lose nothing.

Runs are numbered through: run = point x replicates + replicate. Consecutive runs form a chunk, which one process works
off and writes to the folder by itself. Whatever dies, what was committed counts, and the same call goes on from there.
"""

from __future__ import annotations

import functools
import multiprocessing
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from advosim.experiment.sweep import designs, growing, load, looking, store
from advosim.experiment.sweep.schema import SCENARIO, Experiment, Point
from advosim.experiment.sweep.seals import Damage
from advosim.experiment.sweep.workers import GUARD, Crew, crew_of, is_death, settle, unheard
from advosim.experiment.sweep.workers import InProcess as InProcess
from advosim.processors import processors
from advosim.scenario import load as scenarios
from advosim.scenario import size
from advosim.scenario.plain_text import one_line, printable
from advosim.scenario.problems import InputError, Problem
from advosim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from advosim.scenario.load import Scenario

Simulate = Callable[["Scenario", int], Any]
"""(scenario, seed) -> Record, outcomes by name, or Reduced. Worker processes find it by module and name."""


class Reduced(NamedTuple):
    """What is kept of a run: its outcomes by name, and rows by `week`, `polity` and `issue`."""

    outcomes: Mapping[str, float]
    weeks: Any


SECONDS = 2.0
"""What a chunk should take: little to lose, and little beside the work."""
MOST = 1000
"""Most runs of a chunk."""


class Stopped(KeyboardInterrupt):
    """A sweep ended before all was run, because it was asked to. All committed chunks are safe."""


class RunFailed(RuntimeError):
    """A run raised where all are needed: at which point, with which seed, and the traceback."""

    def __init__(self, point: Point, seed: int, said: str, trace: str) -> None:
        super().__init__(f"seed {seed}: {said}")
        self.point, self.seed, self.said, self.trace = point, seed, said, trace

    def __reduce__(self) -> tuple[type[RunFailed], tuple[Point, int, str, str]]:
        return RunFailed, (self.point, self.seed, self.said, self.trace)


# ---------------------------------------------------------------- what users call


def sweep(
    experiment: Experiment | str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    shard: str | tuple[int, int] | None = None,
    simulate: Simulate | None = None,
    progress: bool | None = None,
    grow: bool = False,
) -> pd.DataFrame:
    """Run an experiment into the folder `out` and return its table of runs.

    experiment is one, its file, or a table as the file would hold it. What the folder holds already is not run again.
    Columns: run, point, seed, the factors by path, the outcomes by name, status (done, failed, killed). With a shard
    ("1/4") the table holds what is there so far. With grow a folder of fewer replicates or points gets the others.
    Raises InputError for wrong input, results.SaveError where results
    cannot be saved, and Stopped, a KeyboardInterrupt, on Ctrl-C once the running chunks are written.
    """
    chosen = _experiment(experiment)
    run(chosen, out, workers=workers, dask=dask, shard=shard, simulate=simulate, progress=progress, grow=grow)
    return runs(out, partial=shard is not None)


def notes(experiment: Experiment | str | Path | Mapping[str, Any]) -> list[str]:
    """What a user should know of an experiment that is in order: factors that reforms of a scenario set anew."""
    experiment = _experiment(experiment)
    known = experiment.scenarios or {SCENARIO: experiment.scenario}
    paths = [path for path in experiment.factors if path != SCENARIO]
    return list(dict.fromkeys(n for scenario in known.values() for n in scenarios.overwritten(scenario, paths)))


def runs(folder: str | Path, *, partial: bool = False) -> pd.DataFrame:
    """The table of runs of a folder. Raises InputError where runs are missing, unless `partial`."""
    import pandas as pd
    import pyarrow as pa

    folder = Path(folder)
    plan = _plan(folder)
    numbers, damaged = store.verified(folder, plan)
    if damaged and not partial:
        raise InputError([Problem(str(folder), None, f"{told}; {store.AGAIN}") for told in damaged.values()])
    if partial:
        columns = store.schema(plan.factors, plan.outcomes)
        tables = [store.read_chunk(folder, plan, number)[0].select(columns.names) for number in sorted(numbers)]
        whole = list(store.in_order(plan, tables)) if tables else []
        table: pd.DataFrame = pa.concat_tables([columns.empty_table(), *whole]).to_pandas()
        return table
    if len(numbers) < plan.chunks or not (folder / store.RUNS).is_file():
        what = f"{store.status(folder, plan).left:,} of {plan.runs:,} runs are missing"
        raise InputError(Problem(str(folder), None, what, hint="advosim sweep run goes on from where it is"))
    if loss := store.unsound(folder):
        raise InputError(Problem("", None, loss))
    return pd.read_parquet(folder / store.RUNS)


def status(folder: str | Path) -> store.Status:
    """How far the sweep in a folder is. Raises InputError where there is none."""
    folder = Path(folder)
    return replace(store.status(folder, _plan(folder)), looks=looking.told(folder))


def run(
    experiment: Experiment | str | Path | Mapping[str, Any],
    folder: str | Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    shard: str | tuple[int, int] | None = None,
    executor: Executor | None = None,
    simulate: Simulate | None = None,
    progress: bool | None = None,
    chunk: int | None = None,
    strict: bool = False,
    grow: bool = False,
) -> store.Status:
    """Run what is missing of an experiment in a folder, and merge the tables when all is there.

    workers: processes on this machine, by default one for each core. dask: address of a scheduler whose workers see the
    same folder. shard: (i, N) or "i/N" takes every N-th chunk from the i-th on. executor: any other, of one worker.
    simulate: instead of the model, a function of a module. chunk: runs of a chunk, else by a timed probe. strict: a run
    that raises ends the others (RunFailed), where else it is noted. grow: a folder of fewer replicates or points gets
    the others. An experiment with a precision grows by itself. Errors as `sweep`.
    """
    chosen, place = _experiment(experiment), Path(folder).absolute()
    part, points = _shard(shard), designs.points(chosen)
    if chosen.precision is not None and part != (1, 1):
        what = "an experiment with [precision] needs all runs for each of its looks"
        raise InputError(Problem("--shard", None, what, hint="leave out --shard, or [precision]"))
    _together(chosen, points)
    here = simulate is None and not dask
    if here:
        _room(chosen, points, place, 1 if executor else workers or processors())
    with _Stop() as stop, crew_of(workers, dask, executor) as crew:
        how = _How(place, part, crew, stop, here, simulate, progress, chunk, strict)
        if chosen.precision is None:
            return _complete(chosen, points, how, grow)
        return _until_precise(chosen, points, how)


@dataclass(frozen=True)
class _How:
    """How a sweep is run, as `run` explains."""

    place: Path
    part: tuple[int, int]
    crew: Crew
    stop: _Stop
    here: bool
    """Whether it is the model that runs, and on this machine."""
    simulate: Simulate | None
    progress: bool | None
    chunk: int | None
    strict: bool


def _until_precise(experiment: Experiment, points: list[Point], how: _How) -> store.Status:
    def run(count: int) -> store.Status:
        replicates = experiment.replicates.model_copy(update={"count": count})
        return _complete(replace(experiment, replicates=replicates), points, how, True)

    state = looking.until(experiment, how.place, run, store.replicates_of(how.place), len(points))
    return replace(state, looks=looking.told(how.place))


def _complete(experiment: Experiment, points: list[Point], how: _How, grow: bool) -> store.Status:
    place = how.place
    wanted = store.plan(experiment, points, how.chunk or 1, _named(how.simulate))
    plan, mended = store.recovered(place, wanted)
    if plan is not None:
        plan = _fitting(experiment, points, plan, wanted, place, grow, bool(mended))
    light = replace(experiment, factors={}, given=())
    job = _Job(place, light, wanted.factors, program(), how.simulate, how.strict)
    with _Bar(experiment.title, how.progress) as bar:
        if plan is None:
            if how.here:
                bar.compile()
            chunk = how.chunk or _chunk_size(how.crew, job, wanted, points)
            plan = store.begin(place, replace(wanted, chunk=chunk), experiment, points)
            store.check(place, plan, wanted.parts)
        done, told = store.mend(place, plan, points)
        for text in (*mended, *told):
            bar.tell(text)
        todo = [n for n in range(plan.chunks) if n not in done and n % how.part[1] == how.part[0] - 1]
        bar.begin(plan, done)
        _work_off(how.crew, job, (_chunk(plan, n, points) for n in todo), how.stop, bar)
    if len(store.verified(place, plan)[0]) == plan.chunks:
        store.merge(place, plan)
        # A worker of an earlier, killed sweep may have been dying still when this one began.
        store.sweep_up(place)
    return store.status(place, plan)


def _fitting(
    experiment: Experiment, points: list[Point], plan: store.Plan, wanted: store.Plan, place: Path, grow: bool,
    mended: bool,
) -> store.Plan:  # fmt: skip
    """The plan of a folder, with more runs where it is to grow. Raises InputError where it does not fit."""
    more = growing.grown(place, plan, wanted, points, experiment.design.kind) if grow else plan
    store.check(place, more, wanted.parts)
    if more is not plan or (mended and plan.grown):
        store.grow(place, more, experiment, points)
    elif mended:
        store.begin(place, plan, experiment, points)
    store.sweep_up(place)
    return more


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
    experiment = _experiment(experiment)
    points = designs.points(experiment)
    _together(experiment, points)
    _room(experiment, points, Path(), 1)
    plan = store.plan(experiment, points, 1, _named(simulate))
    job = _Job(Path(), replace(experiment, factors={}, given=()), plan.factors, program(), simulate)
    with crew_of(1, None, None) as crew, _Bar(experiment.title, progress) as bar:
        if simulate is None:
            bar.compile()
        seconds, kept = _probed(crew, job, plan, points)
    columns = len(plan.factors) + len(plan.outcomes) + 5
    chunks = -(-plan.runs // _runs_of_chunk(seconds, plan.runs, 1))
    disk = plan.runs * (18 * columns + 2 * kept) + chunks * (400 * columns + 1000) + 30_000
    largest = size.size(experiment.at(points[-1])).memory
    return Estimate(plan.title, plan.points, plan.replicates, seconds, workers or processors(), disk, largest)


def retry(
    experiment: Experiment | str | Path | Mapping[str, Any],
    folder: str | Path,
    run: int | None = None,
    *,
    simulate: Simulate | None = None,
) -> str:
    """Run one failed run again, alone and in this process, by default the first. What it raises comes through.

    Where it succeeds that is recorded, unless experiment or program have changed since. Returns what happened, in a
    sentence. A run that killed its process may kill this one. Raises InputError where there is nothing to retry.
    """
    experiment, place = _experiment(experiment), Path(folder).absolute()
    plan, points = _plan(place), designs.points(experiment)
    changed = store.differences(plan, store.parts(experiment, points, _named(simulate)))
    if [name for name in changed if name != "program"]:
        store.check(place, plan, store.parts(experiment, points, _named(simulate)))
    number = failed(place, run)[0]
    point = points[number // plan.replicates]
    begin = time.perf_counter()
    outcomes, weeks = _simulated(experiment, experiment.at(point), plan.seed(number), simulate)
    told = f"run {number} (seed {plan.seed(number)}) succeeds now"
    if changed:
        return f"{told}; this is not recorded, for the program has changed since"
    row = store.Row(
        number, number // plan.replicates, plan.seed(number), point, outcomes, store.DONE,
        time.perf_counter() - begin, weeks=weeks,
    )  # fmt: skip
    store.amend(place, plan, row)
    if len(store.all_committed(place, plan)) == plan.chunks:
        store.merge(place, plan)
    return f"{told}; recorded"


def forget_failures(folder: str | Path) -> None:
    """Take out of a folder the chunks in which a run failed or was killed, so that they are made again."""
    folder = Path(folder)
    plan = _plan(folder)
    store.take_out(folder, {plan.chunk_of(int(failure["run"])) for failure in store.failures(folder, plan)})


def failed(folder: str | Path, run: int | None = None) -> list[int]:
    """The runs of a folder that failed or were killed, or only `run`. Raises InputError where there is no such run."""
    folder = Path(folder)
    numbers = [int(failure["run"]) for failure in store.failures(folder, _plan(folder))]
    if run is None and numbers:
        return numbers
    if run is not None and run in numbers:
        return [run]
    what = "no run has failed" if not numbers else f"run {run} has not failed"
    shown = ", ".join(map(str, numbers[:20])) + (" ..." if len(numbers) > 20 else "")
    raise InputError(Problem(str(folder), None, what, shown and f"those that failed: {shown}"))


# ---------------------------------------------------------------- one run, one chunk: what a worker does


@dataclass(frozen=True)
class _Job:
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


@dataclass(frozen=True)
class _Chunk:
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


def _chunk(plan: store.Plan, number: int, points: list[Point]) -> _Chunk:
    (block, _, place), (first, last) = plan.block(number), plan.span(number)
    r = block.replicates
    skipped = (first - place) // r
    own = block.slice(skipped, (last - 1 - place) // r + 1)
    seed = plan.first_seed + block.first
    return _Chunk(number, first, last, place + skipped * r, r, seed, tuple(own), tuple(points[n] for n in own), plan)


def program() -> str:
    """What must be the same wherever runs of a sweep are made."""
    return f"{__version__} {store.sources()}"


def work(job: _Job, chunk: _Chunk, killed: frozenset[int] = frozenset(), marker: Path | None = None) -> int:
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
    return len(rows)


def _row(job: _Job, chunk: _Chunk, run: int, scenario: Any, killed: bool) -> tuple[store.Row, Any]:
    """One run, whatever becomes of it; and the scenario of its point, to be used again."""
    number, seed, point = chunk.point_number(run), chunk.seed(run), chunk.point(run)
    if killed:
        error = "the process that ran it died"
        return store.Row(run, number, seed, point, {}, store.KILLED, 0.0, error), scenario
    begin = time.perf_counter()
    try:
        scenario = scenario or job.experiment.at(point)
        outcomes, weeks = _simulated(job.experiment, scenario, seed, job.simulate)
    except (Exception, SystemExit) as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        seconds, trace = time.perf_counter() - begin, traceback.format_exc()
        if job.strict:
            raise RunFailed(point, seed, told, trace) from error
        return store.Row(run, number, seed, point, {}, store.FAILED, seconds, told, trace), scenario
    return store.Row(run, number, seed, point, outcomes, store.DONE, time.perf_counter() - begin, weeks=weeks), scenario


def _simulated(
    experiment: Experiment, scenario: Scenario, seed: int, simulate: Simulate | None
) -> tuple[dict[str, float], Any]:
    """Outcomes of a run, and its kept rows of the weekly table."""
    from advosim.experiment.sweep import outcomes

    record = simulate(scenario, seed) if simulate else _model(experiment, scenario, seed)
    if isinstance(record, Reduced):
        return {name: outcomes.finite(name, record.outcomes[name]) for name in experiment.outcomes}, record.weeks
    if isinstance(record, Mapping):
        return {name: outcomes.finite(name, record[name]) for name in experiment.outcomes}, None
    return outcomes.reduce(record, experiment.outcomes), _kept(record, experiment.keep.weeks)


def _model(experiment: Experiment, scenario: Scenario, seed: int) -> Any:
    from advosim.replaced import functions
    from advosim.simulation import simulate

    rules = functions(experiment.mechanisms, experiment.folder)
    return simulate(scenario, seed, threads=1, mechanisms=rules, settled=_settled())


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


def _probe(job: _Job, plan: store.Plan, points: list[Point]) -> tuple[float, float]:
    """Seconds of a run, and bytes of its kept weeks, from one run each of some points, for a second or so."""
    times, kept = [], 0.0
    deadline = time.perf_counter() + SECONDS / 2
    for number, point in enumerate([points[0], *points]):
        begin = time.perf_counter()
        try:
            weeks = _simulated(job.experiment, job.experiment.at(point), plan.first_seed, job.simulate)[1]
            kept = kept if weeks is None else float(weeks.memory_usage(deep=True).sum()) / 3
        except (Exception, SystemExit):
            pass
        if number:  # the first loads what is compiled
            times.append(time.perf_counter() - begin)
        if times and time.perf_counter() > deadline:
            break
    return sum(times) / len(times), kept


def _probed(crew: Crew, job: _Job, plan: store.Plan, points: list[Point]) -> tuple[float, float]:
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


def _chunk_size(crew: Crew, job: _Job, plan: store.Plan, points: list[Point]) -> int:
    seconds = _probed(crew, job, plan, points)[0]
    return _runs_of_chunk(seconds, plan.runs, crew.width())


def _runs_of_chunk(seconds: float, runs: int, workers: int) -> int:
    """Runs that take SECONDS, fewer where some workers would have nothing to do."""
    return max(1, min(round(SECONDS / max(seconds, 1e-6)), MOST, -(-runs // (4 * workers))))


# ---------------------------------------------------------------- all chunks


def _work_off(crew: Crew, job: _Job, chunks: Iterable[_Chunk], stop: _Stop, bar: _Bar) -> None:
    """Have all chunks done, never more at hand than the crew is wide. Raises the first error after the others end."""
    waiting, suspects = iter(chunks), deque[_Chunk]()
    flying: dict[Future[int], _Chunk] = {}
    trouble: BaseException | None = None
    while True:
        halted = stop.asked or trouble is not None
        if suspects and not halted and not flying:
            _clear(crew, job, suspects, bar)
        if not halted and not suspects:
            _hand_out(crew, job, waiting, flying, suspects)
        if not flying and (halted or not suspects):
            break
        for future in wait(flying, timeout=1.0, return_when=FIRST_COMPLETED).done:
            chunk = flying.pop(future)
            error = future.exception() if not future.cancelled() else RuntimeError("the executor dropped a chunk")
            if error is None:
                bar.update(future.result())
            elif is_death(error):
                suspects.append(chunk)
            else:
                trouble = trouble or error
        if stop.asked:
            bar.tell("Stopping: the running chunks are finished first. Ctrl-C again stops at once.")
    if trouble is not None:
        raise trouble
    if stop.asked:
        raise Stopped("Stopped. What is committed is safe; the same command goes on from there.")


def _hand_out(
    crew: Crew, job: _Job, waiting: Iterator[_Chunk], flying: dict[Future[int], _Chunk], suspects: deque[_Chunk]
) -> None:
    for _ in range(crew.width() - len(flying)):
        chunk = next(waiting, None)
        if chunk is None:
            return
        try:
            with unheard():
                flying[crew.executor.submit(work, job, chunk)] = chunk
        except BrokenExecutor:
            suspects.append(chunk)
            return


def _clear(crew: Crew, job: _Job, suspects: deque[_Chunk], bar: _Bar) -> None:
    """Some process died: run the chunks that it may have died of in processes of their own."""
    crew.renew()
    chunks = list(suspects)
    suspects.clear()
    with ThreadPoolExecutor(crew.alone) as threads:
        for count in threads.map(lambda chunk: _isolated(job, chunk), chunks):
            bar.update(count)


def _isolated(job: _Job, chunk: _Chunk) -> int:
    """Do a chunk in a process of its own; a run during which it dies is marked and left out the next time."""
    killed: set[int] = set()
    with tempfile.TemporaryDirectory(prefix="advosim-") as scratch:
        marker, told = Path(scratch) / "run", Path(scratch) / "error"
        while not store.committed(job.folder, chunk.number):
            marker.unlink(missing_ok=True)
            arguments = (job, chunk, frozenset(killed), marker, told)
            process = multiprocessing.get_context("spawn").Process(target=_alone, args=arguments, daemon=True)
            with unheard():
                process.start()
            process.join()
            if told.is_file():
                raise pickle.loads(told.read_bytes())
            if store.committed(job.folder, chunk.number):
                break
            if not marker.is_file() or (run := int(marker.read_text(encoding="ascii"))) in killed:
                raise RuntimeError(f"worker processes die before they begin (exit code {process.exitcode}). {GUARD}")
            killed.add(run)
    return chunk.last - chunk.first


def _alone(job: _Job, chunk: _Chunk, killed: frozenset[int], marker: Path, told: Path) -> None:
    settle()
    try:
        work(job, chunk, killed, marker)
    except Exception as error:
        told.write_bytes(pickle.dumps(error))


# ---------------------------------------------------------------- signals and progress


class _Stop:
    """Notes the first Ctrl-C (or SIGTERM, which clusters send) and lets the second through."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Stop:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self)
        return self

    def __call__(self, *_: Any) -> None:
        if self.asked:
            for number in self._before:  # while all is put away a third one would show a traceback
                signal.signal(number, signal.SIG_IGN)
            raise Stopped("Stopped at once. What was committed is safe; the same command goes on from there.")
        self.asked = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


class _Bar:
    """Progress in runs, with rate and time left: on terminals and in notebooks, elsewhere when asked."""

    def __init__(self, title: str, wanted: bool | None) -> None:
        self.title = title
        self.shown = _watched() if wanted is None else wanted
        self._bar: Any = None
        self._told: set[str] = set()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def compile(self) -> None:
        """Compile the rules once, before many processes would do it side by side."""
        from advosim import simulation

        if simulation.is_compiled():
            return
        with self._new("compiling the rules", 1, 0, "rule") as bar:

            def progress(_: str, done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            simulation.compile_all(progress)

    def begin(self, plan: store.Plan, done: set[int]) -> None:
        """Start to count, from what is there already."""
        already = sum(last - first for first, last in map(plan.span, done))
        self._bar = self._new(self.title, plan.runs, already, "run")

    def _new(self, title: str, total: int, initial: int, unit: str) -> Any:
        from tqdm import tqdm

        quick = 0.1 if sys.stderr.isatty() else 10
        return tqdm(
            desc=one_line(title), total=total, initial=initial, unit=unit, disable=not self.shown, mininterval=quick
        )

    def update(self, count: int) -> None:
        self._bar.update(count)

    def tell(self, text: str) -> None:
        """Say something once."""
        if text not in self._told:
            self._told.add(text)
            print(f"\n{printable(text)}", file=sys.stderr, flush=True)


def _watched() -> bool:
    return sys.stderr.isatty() or type(sys.modules.get("IPython") and _shell()).__name__ == "ZMQInteractiveShell"


def _shell() -> Any:
    from IPython import get_ipython  # type: ignore[import-not-found, unused-ignore]

    return get_ipython()


# ---------------------------------------------------------------- small things


def _experiment(given: Experiment | str | Path | Mapping[str, Any]) -> Experiment:
    if isinstance(given, Experiment):
        return given
    return load.build(given) if isinstance(given, Mapping) else load.load(given)


def _plan(folder: Path) -> store.Plan:
    try:
        plan = store.read_plan(folder)
    except Damage as error:
        raise InputError(Problem("", None, f"{error}; {store.AGAIN}")) from None
    if plan is None:
        hint = "advosim sweep run EXPERIMENT --out DIR begins one"
        raise InputError(Problem(str(folder), None, "there is no sweep in this folder", hint=hint))
    return plan


def _shard(given: str | tuple[int, int] | None) -> tuple[int, int]:
    """(i, N) with 1 <= i <= N."""
    if given is None:
        return 1, 1
    text = given if isinstance(given, str) else "/".join(map(str, given))
    first, slash, last = text.partition("/")
    if slash and first.strip().isdecimal() and last.strip().isdecimal() and 1 <= int(first) <= int(last):
        return int(first), int(last)
    raise InputError(
        Problem("--shard", None, f"'{text}' is no part of the work", "i/N with i from 1 to N, such as 1/4")
    )


FEW_POINTS = 1000


def _together(experiment: Experiment, points: list[Point]) -> None:
    """Raise InputError where values do not go together that are right alone; of very many points some are tried."""
    step = -(-len(points) // FEW_POINTS)
    problems: list[Problem] = []
    for number in sorted({*range(0, len(points), step), len(points) - 1}):
        try:
            experiment.at(points[number])
        except InputError as error:
            where = ", ".join(f"{path} = {value}" for path, value in points[number].items())
            problems += [
                Problem("", None, f"point {number} ({where}): {p.what}", p.allowed, p.hint) for p in error.problems
            ]
        if len(problems) >= 10:
            break
    if problems:
        raise InputError(problems)


def _room(experiment: Experiment, points: list[Point], folder: Path, workers: int) -> None:
    """Raise InputError where the machine has not the memory for the largest runs, or not the disk for all."""
    some = [points[number] for number in sorted({*range(0, len(points), -(-len(points) // 16)), len(points) - 1})]
    short = list(size.shortages([experiment.at(point) for point in some], None, workers))
    runs = len(points) * experiment.replicates.count
    kept = runs * 18 * (len(experiment.factors) + len(experiment.outcomes) + 5)
    if kept > (free := size.disk(folder)):
        what = f"{runs:,} runs leave more than {size.bytes_of(kept)} there"
        short.append(Problem(str(folder), None, what, f"{size.bytes_of(free)} are free"))
    if short:
        raise InputError(short)


def _named(simulate: Simulate | None) -> str:
    """A function's name, which workers find it by; one that they could not find is refused."""
    if simulate is None:
        return ""
    name = getattr(simulate, "name", "") or f"{simulate.__module__}.{simulate.__qualname__}"
    if "<" in name:
        what = f"simulate = {name} cannot travel to worker processes"
        raise InputError(Problem("", None, what, "a function at the top of a module"))
    return name


def _here() -> str:
    import socket

    return socket.gethostname()
