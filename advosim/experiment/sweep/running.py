"""Run all points of an experiment, as often as it says, on any executor, and lose nothing.

Runs are numbered through: run = point x replicates + replicate. Consecutive runs form a chunk, which one process works
off and writes to the folder by itself. Whatever dies, what was committed counts, and the same call goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.sweep import designs, estimates, growing, looking, own, store, summaries
from advosim.experiment.sweep.asked import experiment_of, room, shard_of, together
from advosim.experiment.sweep.bar import Bar
from advosim.experiment.sweep.dispatch import Stop, work_off
from advosim.experiment.sweep.dispatch import Stopped as Stopped
from advosim.experiment.sweep.jobs import Job, Simulate, chunk_of, named, program, simulated, try_own
from advosim.experiment.sweep.jobs import Reduced as Reduced
from advosim.experiment.sweep.jobs import RunFailed as RunFailed
from advosim.experiment.sweep.schema import SCENARIO, Experiment, Point
from advosim.experiment.sweep.seals import Damage
from advosim.experiment.sweep.timing import Estimate as Estimate
from advosim.experiment.sweep.timing import chunk_size
from advosim.experiment.sweep.timing import estimate as estimate
from advosim.experiment.sweep.workers import Crew, crew_of
from advosim.experiment.sweep.workers import InProcess as InProcess
from advosim.processors import processors
from advosim.results import folder as results
from advosim.scenario import load as scenarios
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd


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
    chosen = experiment_of(experiment)
    run(chosen, out, workers=workers, dask=dask, shard=shard, simulate=simulate, progress=progress, grow=grow)
    return runs(out, partial=shard is not None)


def notes(experiment: Experiment | str | Path | Mapping[str, Any]) -> list[str]:
    """What a user should know of an experiment that is in order: factors that reforms of a scenario set anew."""
    experiment = experiment_of(experiment)
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


def status(folder: str | Path, experiment: Experiment | None = None) -> store.Status:
    """How far the sweep in a folder is. Raises InputError where there is none, or that of another experiment."""
    folder = Path(folder)
    plan = _plan(folder)
    if experiment is not None and (set(plan.factors), set(plan.outcomes)) != (
        set(experiment.factors),
        set(experiment.outcomes),
    ):
        what = f"the sweep in this folder is of another experiment, '{plan.title}': factors or outcomes differ"
        raise InputError(Problem(str(folder), None, what, hint="name the folder of this experiment with --out"))
    state = replace(store.status(folder, plan), looks=looking.told(folder))
    return _with_results(state, experiment.summaries if experiment else ())


def _with_results(state: store.Status, wanted: Iterable[str]) -> store.Status:
    if not state.merged:
        return state
    return replace(state, primary=estimates.told(state.folder), summaries=summaries.told(state.folder, wanted))


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
    chosen, place = experiment_of(experiment), results.check_folder(folder)
    part, points = shard_of(shard), designs.points(chosen)
    if lost := "simulate" if own.is_at_the_prompt(simulate) else own.here_alone(chosen):
        if dask or (workers or 1) > 1:
            raise InputError(Problem("", None, f"'{lost}' {own.AT_THE_PROMPT}", hint=own.HINT))
        workers, executor = None, executor or InProcess()
    if chosen.precision is not None and part != (1, 1):
        what = "an experiment with [precision] needs all runs for each of its looks"
        raise InputError(Problem("--shard", None, what, hint="leave out --shard, or [precision]"))
    together(chosen, points)
    here = simulate is None and not dask
    if here:
        room(chosen, points, place, 1 if executor else workers or processors())
        if not (place / store.MANIFEST).exists():
            try_own(chosen, points)
    with Stop() as stop, crew_of(workers, dask, executor) as crew:
        how = _How(place, part, crew, stop, here, simulate, progress, chunk, strict)
        complete = partial(_complete, grow=grow) if chosen.precision is None else _until_precise
        state = complete(chosen, points, how)
    if state.merged:
        summaries.write(chosen, place)
    return _with_results(state, chosen.summaries)


@dataclass(frozen=True)
class _How:
    """How a sweep is run, as `run` explains."""

    place: Path
    part: tuple[int, int]
    crew: Crew
    stop: Stop
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
    wanted = store.plan(experiment, points, how.chunk or 1, named(how.simulate))
    plan, mended = store.recovered(place, wanted)
    if plan is not None:
        plan = _fitting(experiment, points, plan, wanted, place, grow, bool(mended))
    light = replace(experiment, factors={}, given=())
    job = Job(place, light, wanted.factors, program(), how.simulate, how.strict)
    with Bar(experiment.title, how.progress) as bar:
        if plan is None:
            if how.here:
                bar.compile()
            chunk = how.chunk or chunk_size(how.crew, job, wanted, points)
            plan = store.begin(place, replace(wanted, chunk=chunk), experiment, points)
            store.check(place, plan, wanted.parts)
        done, told = store.mend(place, plan, points)
        for text in (*mended, *told):
            bar.tell(text)
        todo = [n for n in range(plan.chunks) if n not in done and n % how.part[1] == how.part[0] - 1]
        bar.begin(plan, done)
        work_off(how.crew, job, (chunk_of(plan, n, points) for n in todo), how.stop, bar)
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
    experiment, place = experiment_of(experiment), Path(folder).absolute()
    plan, points = _plan(place), designs.points(experiment)
    changed = store.differences(plan, store.parts(experiment, points, named(simulate)))
    if [name for name in changed if name != "program"]:
        store.check(place, plan, store.parts(experiment, points, named(simulate)))
    number = failed(place, run)[0]
    point = points[number // plan.replicates]
    begin = time.perf_counter()
    outcomes, weeks = simulated(experiment, experiment.at(point), plan.seed(number), simulate)
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
        summaries.write(experiment, place)
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


def _plan(folder: Path) -> store.Plan:
    hint = "advosim sweep run EXPERIMENT --out DIR begins one"
    try:
        plan = store.read_plan(folder)
    except InputError as error:
        what = ((p.file, p.line, p.what) for p in error.problems)
        raise InputError(Problem(*each, "the folder of a sweep", hint) for each in what) from None
    except Damage as error:
        raise InputError(Problem("", None, f"{error}; {store.AGAIN}")) from None
    if plan is None:
        raise InputError(Problem(str(folder), None, "there is no sweep in this folder", hint=hint))
    return plan
