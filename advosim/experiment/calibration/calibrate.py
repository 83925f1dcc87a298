"""Calibrate a model: find the values of an experiment's factors with which runs give what was observed.

The factors are the parameters: a range is a uniform prior, levels are alike likely. The design of the experiment is not
used, for each method chooses its own points; nor is the number of replicates, for every run has a seed of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.experiment.calibration.fit import Calibration, Settings, fit, with_changes
from advosim.experiment.calibration.prior import Between, OneOf, Prior, Theta
from advosim.experiment.calibration.runs import Progress
from advosim.experiment.calibration.targets import Target, read
from advosim.experiment.sweep.schema import Experiment
from advosim.figures.toolkit import check_formats
from advosim.processors import processors
from advosim.results import folder as results
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.experiment.sweep.schema import Factor
    from advosim.world.columns import Column

PLAN = Path("runs") / "plan.json"


@dataclass(frozen=True)
class Model:
    """The model as a plain simulator; it travels to worker processes."""

    experiment: Experiment

    def __call__(self, theta: Theta, seed: int) -> dict[str, float]:
        """The outcomes of one run."""
        from advosim.experiment.sweep.outcomes import reduce
        from advosim.simulation import simulate

        asked = self.experiment
        return reduce(simulate(asked.at(theta), seed, threads=1), asked.outcomes, asked.folder)


def calibrate(
    experiment: Experiment,
    targets: Sequence[Target] | str | Path | None = None,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    formats: Sequence[str] = ("png",),
    longtable: bool = False,
    **settings: Any,
) -> Calibration:
    """Calibrate an experiment's factors to targets, or to the CSV file of them that it names.

    settings: those of `calibration.fit.Settings`, over what the experiment says. With `out`, runs are kept there, a
    second start goes on where the first ended, and tables, figure (in `formats`) and manifest are written at the end.
    Raises InputError for wrong input, FailedRuns where too many runs fail, SaveError where results cannot be saved.
    """
    check_formats(formats)
    chosen, known, place = check(experiment, targets, out, **settings)
    from advosim.simulation import compile_all

    compile_all(progress or (lambda *_: None))
    if place is not None:
        _begin(place, plan(experiment))
    result = fit(
        Model(experiment),
        prior_of(experiment),
        known,
        chosen,
        outcomes=list(experiment.outcomes),
        bounds={name: (column.low, column.high) for name, column in _declared(experiment).items()},
        folder=None if place is None else place / PLAN.parent,
        workers=_workers(workers),
        progress=progress,
    )
    if place is not None:
        from advosim.experiment.calibration import report

        printed: dict[str, Any] = {"formats": formats, "longtable": longtable}
        report.write(result, place, experiment.title, {"plan": plan(experiment)}, **printed)
    return result


def check(
    experiment: Experiment, targets: Sequence[Target] | str | Path | None, out: str | Path | None, **settings: Any
) -> tuple[Settings, list[Target], Path | None]:
    """Settings, targets and place of results. Raises InputError with all that is wrong, before anything runs."""
    part, problems = experiment.calibration, []
    given = {} if part is None else part.model_dump(exclude={"targets"})
    chosen = with_changes(Settings(**given, first_seed=experiment.replicates.first_seed), **settings)
    if targets is None and part is not None and part.targets is not None:
        targets = experiment.folder / part.targets
    known: list[Target] = []
    if targets is None:
        hint = 'write [calibration] targets = "targets.csv", or give --targets FILE'
        problems.append(Problem(experiment.title, None, "it is not said where the targets are", hint=hint))
    elif isinstance(targets, str | Path):
        try:
            known = read(targets, list(experiment.outcomes))
        except InputError as error:
            problems += error.problems
    else:
        known = list(targets)
    if not experiment.factors:
        hint = '[factor."mechanism.influence.epsilon"] with range = [0.2, 1.0]'
        problems.append(Problem(experiment.title, None, "there is no factor to calibrate", hint=hint))
    problems += chosen.problems(max(1, len(known)))
    place = None
    if out is not None:
        try:
            place = results.check_folder(out)
            problems += _place_problems(place, experiment)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return chosen, known, place


def prior_of(experiment: Experiment) -> Prior:
    """Ranges as uniform priors, levels as alike likely."""
    return Prior({path: _distribution(factor) for path, factor in experiment.factors.items()})


def _distribution(factor: Factor) -> Between | OneOf:
    if factor.levels is not None:
        return OneOf(tuple(factor.levels))
    low, high = factor.range or (0.0, 1.0)
    return Between(low, high, factor.kind == "int")


def _declared(experiment: Experiment) -> dict[str, Column]:
    from advosim.experiment.sweep.outcomes import declared

    return {name: declared(name, outcome) for name, outcome in experiment.outcomes.items()}


def _workers(wanted: int | None) -> int:
    return processors() if wanted is None else wanted


# ---------------------------------------------------------------- the folder


def plan(experiment: Experiment) -> dict[str, Any]:
    """What runs of the same parameters and seed depend on."""
    from advosim.experiment.sweep.store import parts

    known = parts(experiment, [])
    return {name: known[name] for name in ("scenario", "outcomes", "program")}


def _place_problems(place: Path, experiment: Experiment) -> list[Problem]:
    """What is wrong with a folder for the results: other contents, or runs that would not be the same today."""
    if not (place / PLAN).exists():
        if os.path.isdir(place) and any(place.iterdir()):
            return [Problem(str(place), None, "holds something else than a calibration", "a new or empty folder")]
        try:
            results.check_place(place)
        except InputError as error:
            return error.problems
        return []
    try:
        kept = json.loads((place / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [Problem(str(place / PLAN), None, "cannot be read", hint="give another folder")]
    now = plan(experiment)
    changed = [name for name in now if not isinstance(kept, dict) or kept.get(name) != now[name]]
    if not changed:
        return []
    what = f"holds runs of another calibration: {', '.join(changed)} differ"
    return [Problem(str(place), None, what, hint="give another folder, or remove this one")]


def _begin(place: Path, planned: dict[str, Any]) -> None:
    file = place / PLAN
    if file.exists():
        return
    partial = file.with_name(f".{file.name}.partial-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(planned, indent=2) + "\n", encoding="utf-8", newline="\n")
        os.replace(partial, file)
    except OSError as error:
        raise results.SaveError(f"{file} could not be saved: {error.strerror}") from error
