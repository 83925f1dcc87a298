"""Compare scenarios over paired seeds: the same luck in each, so that what differs is the scenarios' doing."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.compare import courses as by_week
from advosim.experiment.compare.found import Comparison
from advosim.experiment.compare.plan import Measuring, Outcome, Plan, here, planned, with_primary
from advosim.processors import processors
from advosim.replaced import Rules, in_manifest, traces
from advosim.scenario.problems import InputError
from advosim.scenario.size import shortages

if TYPE_CHECKING:
    from advosim.experiment.sweep.schema import Experiment
    from advosim.scenario.load import Scenario

FACTOR = "scenario"
FEW = 1e8
"""Citizens x issues x weeks, summed over runs, below which starting processes costs more than it saves (some 5 s)."""
CHUNK = 30_000_000
"""The same for what a process does at a time (some 2 s): progress moves, and Ctrl-C is heard."""


class RunError(RuntimeError):
    """A run of a comparison raised: which scenario, which seed, and the traceback."""

    def __init__(self, scenario: str, seed: int, said: str, trace: str) -> None:
        super().__init__(f"scenario '{scenario}', seed {seed}: {said}")
        self.scenario, self.seed, self.said, self.trace = scenario, seed, said, trace

    def __reduce__(self) -> tuple[type[RunError], tuple[str, int, str, str]]:
        return RunError, (self.scenario, self.seed, self.said, self.trace)


def compare(
    scenarios: Sequence[Scenario | str | Path],
    *,
    runs: int = 200,
    first_seed: int = 1,
    outcomes: Sequence[str | Outcome] | Mapping[str, Outcome | str] | None = None,
    workers: int | None = None,
    weeks: int | None = None,
    by_issue: bool = False,
    labels: Sequence[str] | None = None,
    progress: bool = True,
    kept: str | Path | None = None,
    mechanisms: Rules | None = None,
    primary: Sequence[str | Outcome] = (),
    courses: Sequence[str] = by_week.DRAWN,
    panel: bool = False,
    from_week: int | None = None,
) -> Comparison:
    """Run each scenario with the same seeds and say what the later ones do differently from the first.

    outcomes: names of `advosim.reading.outcomes.OUTCOMES` (None: those of COMPARED), or own ones: functions of a
    Record, also as `module:function`, in a list or each with a name. workers: processes, by default what the machine
    has where that pays; results do not depend on it. by_issue adds every outcome for each issue. labels: what the
    scenarios are called, by default their titles. kept: a folder for the runs while they are made, so that the same
    call goes on from there; `forget` removes it. mechanisms: as of `simulate`, in all scenarios alike. primary:
    outcomes that the question is about, named in advance: they are measured too, come first, and are reported whatever
    they show. courses: columns of the weekly table that are followed week by week. panel keeps all of its columns, one
    row per scenario, seed, week, polity and issue. from_week: all scenarios are the first until then, and what differs
    in the others holds from that week on.
    Raises InputError for wrong input, RunError where a run raises or its process dies.
    """
    outcomes = with_primary(outcomes, primary)
    plan = planned(scenarios, runs, first_seed, outcomes, weeks, by_issue, labels)
    plan = plan.with_rules(mechanisms).keeping(primary, courses, panel).branching(from_week)
    workers = here(plan.measuring, workers)
    seeds = range(first_seed, first_seed + runs)
    if short := list(shortages(plan.scenarios, None, _workers(plan, runs * len(plan.scenarios), workers))):
        raise InputError(short)
    with _folder(kept) as folder:
        _run(plan, seeds, _workers(plan, runs * len(plan.scenarios), workers), progress, folder)
        return _compared(plan, seeds, folder)


def _compared(plan: Plan, seeds: range, folder: Path) -> Comparison:
    """What the runs in a folder say."""
    from advosim.experiment.sweep import running, store

    table = running.runs(folder)
    followed = whole = None
    measuring = plan.measuring
    if measuring.kept:
        file = folder / store.WEEKS
        shape = (plan.labels, len(seeds), plan.courses, measuring.polities, measuring.issues, measuring.weeks)
        followed = by_week.gathered(file, *shape) if plan.courses else None
        whole = by_week.panel(file, table) if plan.panel else None
    pairs = table.drop(columns=["run", "point", "status"])[[FACTOR, "seed", *measuring.columns]]
    return Comparison(plan.labels, pairs, _told(plan, seeds), plan.primary, followed, whole)


def forget(kept: str | Path) -> None:
    """Remove the runs that `compare` kept in a folder, and nothing else."""
    from advosim.experiment.sweep import store

    folder = Path(kept)
    for place in (*folder.glob("*/"), folder):
        if (place / store.MANIFEST).is_file():
            shutil.rmtree(place, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _told(plan: Plan, seeds: range) -> dict[str, Any]:
    from advosim.scenario import load
    from advosim.scenario.schema import Stop

    scenarios = [
        {"label": label, "fingerprint": load.fingerprint(scenario), "resolved": load.resolved(scenario)}
        for label, scenario in zip(plan.labels, plan.scenarios, strict=True)
    ]
    run = plan.measuring
    common = {"polities": list(run.polities), "issues": list(run.issues)}
    measured = {"outcomes": list(run.outcomes), "own": in_manifest(traces(dict(run.own))), "by_issue": run.by_issue}
    seen: dict[str, Any] = {"seeds": [seeds.start, seeds.stop - 1], "weeks": run.weeks}
    seen |= {"primary": list(plan.primary), "courses": list(plan.courses), "panel": plan.panel}
    stops = [label for label, one in zip(plan.labels, plan.scenarios, strict=True) if one.stop != Stop()]
    seen |= {"stops": stops} if stops else {}
    seen |= {} if run.from_week is None else {"from_week": run.from_week}
    seen |= {"replaced": in_manifest(traces(run.rules))} if run.rules else {}
    return {**seen, **common, **measured, "scenarios": scenarios}


# ---------------------------------------------------------------- running


def _workers(plan: Plan, total: int, workers: int | None) -> int:
    if workers is not None:
        return max(1, min(workers, total))
    if _size(plan) * total < FEW:
        return 1
    return max(1, min(processors(), total))


def _size(plan: Plan) -> int:
    """Citizens x issues x weeks of the largest run."""
    citizens = max(sum(polity.citizens for polity in scenario.polity.values()) for scenario in plan.scenarios)
    return citizens * len(plan.scenarios[0].issue) * plan.weeks


@contextlib.contextmanager
def _folder(kept: str | Path | None) -> Iterator[Path]:
    """Where runs are kept while they are made."""
    if kept is not None:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="advosim-") as folder:
        yield Path(folder)


def _run(plan: Plan, seeds: range, workers: int, progress: bool, folder: Path) -> None:
    """A run per scenario and seed, by the engine of sweeps: what died is tried again, what is there is not."""
    from advosim import simulation
    from advosim.experiment.sweep import running
    from advosim.experiment.sweep.workers import InProcess

    measuring = plan.measuring
    experiment = _experiment(plan, seeds, measuring.columns)
    total = len(plan.scenarios) * len(seeds)
    size = max(1, min(25, total // (workers * 8), CHUNK // max(1, _size(plan))))
    how: dict[str, Any] = {"workers": workers} if workers > 1 else {"executor": InProcess()}
    if workers > 1 and not measuring.rules:  # once here, or every worker would compile for itself
        simulation.compile_all(lambda stage, done, total: None)
    _forget_others(folder, experiment, measuring)
    try:
        state = running.run(
            experiment, folder, simulate=measuring, chunk=size, strict=True, progress=None if progress else False, **how
        )
    except running.RunFailed as error:
        raise RunError(str(error.point[FACTOR]), error.seed, error.said, error.trace) from error
    if state.failures:
        first = state.failures[0]
        running.forget_failures(folder)
        raise RunError(first["factors"][FACTOR], first["seed"], f"{first['error']}; {DIED}", first["traceback"])


DIED = "perhaps there was not enough memory; the other runs are kept, and the same command tries this one again"


def _experiment(plan: Plan, seeds: range, columns: Sequence[str]) -> Experiment:
    """The runs of a comparison as an experiment: the scenarios are its only factor."""
    from advosim.experiment.sweep.schema import Design, Experiment, Factor, Keep, Replicates
    from advosim.experiment.sweep.schema import Outcome as Measured

    return Experiment(
        "runs",
        plan.scenarios[0],
        Design(kind="factorial"),
        {FACTOR: Factor(FACTOR, "text", plan.labels)},
        Replicates.model_construct(count=len(seeds), first_seed=seeds.start),
        {name: Measured(of=name) for name in columns},
        Keep(weeks=1 if plan.measuring.kept else "none"),
        scenarios=dict(zip(plan.labels, plan.scenarios, strict=True)),
    )


def _forget_others(folder: Path, experiment: Experiment, measuring: Measuring) -> None:
    """Remove kept runs that are of no use any more: of another program, scenario or length."""
    from advosim.experiment.sweep import designs, store
    from advosim.experiment.sweep.seals import Damage

    with contextlib.suppress(Damage):
        there = store.read_plan(folder)
        wanted = store.parts(experiment, designs.points(experiment), measuring.name)
        if there is not None and store.differences(there, wanted):
            forget(folder)
