"""The runs of a sweep as an analysis needs them: all there, none of them broken, point by point and seed by seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.sweep import looking, store
from advosim.scenario import load
from advosim.scenario.plain_text import short
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from advosim.experiment.sweep.schema import Experiment

RUNS = "runs.parquet"
MOST_NAMED = 8
"""Broken runs that are named one by one."""


@dataclass(frozen=True)
class Runs:
    """The outcomes of an experiment's runs; p points, r replicates."""

    experiment: Experiment
    points: pd.DataFrame
    """(p, factors): the value of each factor at each point, by dotted path."""
    outcomes: dict[str, NDArray[np.float64]]
    """By name, (p, r): replicate j has the same seed at every point. NaN only where `left_out` says so."""
    left_out: int = 0
    """Runs without outcomes, where they are allowed."""
    looks: str = ""
    """How often was looked whether the results are precise enough, and what came out."""

    def __repr__(self) -> str:
        return short(f"<Runs of '{self.experiment.title}': {len(self.points)} points, {len(self.outcomes)} outcomes>")

    @property
    def labels(self) -> dict[str, str]:
        """What figures call the factors."""
        return short_names(list(self.points.columns))

    def role(self, outcome: str) -> str:
        """Whether an outcome was named in advance, in words to go after its name; nothing where none was."""
        primary = self.experiment.primary
        return "" if not primary else " (primary, named in advance)" if outcome in primary else " (exploratory)"

    @property
    def told(self) -> dict[str, Any]:
        """What was analysed, for a manifest."""
        experiment = self.experiment
        return {
            "title": experiment.title,
            "design": experiment.design.model_dump(mode="json"),
            "factors": list(experiment.factors),
            "outcomes": {name: outcome.model_dump(mode="json") for name, outcome in experiment.outcomes.items()},
            "points": len(self.points),
            "replicates": experiment.replicates.model_dump(mode="json"),
            "scenario": load.fingerprint(experiment.scenario),
            "left_out": self.left_out,
            **({"looks": self.looks} if self.looks else {}),
            **({"primary": list(experiment.primary)} if experiment.primary else {}),
        }


def read(experiment: Experiment, folder: str | Path, *, complete: bool = True) -> Runs:
    """The runs in a sweep's folder. Raises InputError where they are not all of the runs of `experiment`.

    complete False accepts runs that failed or were killed, not ones that are missing.
    """
    import pandas as pd

    file = Path(folder) / RUNS
    if not file.is_file():
        hint = f"run it: advosim sweep run EXPERIMENT --out {folder}"
        raise InputError(Problem(str(file), None, "there are no runs to analyse", hint=hint))
    if (Path(folder) / store.MANIFEST).is_file() and (loss := store.unsound(Path(folder))):
        raise InputError(Problem("", None, loss))
    if experiment.precision is not None and (count := store.replicates_of(Path(folder))):
        experiment = replace(experiment, replicates=experiment.replicates.model_copy(update={"count": count}))
    return replace(
        arranged(experiment, pd.read_parquet(file), str(file), complete=complete), looks=looking.told(file.parent)
    )


def arranged(experiment: Experiment, table: pd.DataFrame, name: str = RUNS, *, complete: bool = True) -> Runs:
    """The runs of a table with the columns of `runs.parquet`. Raises InputError as `read` does."""
    import pandas as pd

    from advosim.experiment.sweep import designs

    points = pd.DataFrame(designs.points(experiment), columns=list(experiment.factors))
    problems = _columns(experiment, table, name)
    problems = problems or [*_missing(experiment, len(points), table, name)]
    problems = problems or [*_other_points(points, table, name)]
    broken = _broken(experiment, table) if not problems else table.iloc[:0]
    if complete and len(broken):
        problems += _named(broken, name)
    if problems:
        raise InputError(problems)
    table = table.sort_values(["point", "seed"], kind="stable")
    shape = (len(points), experiment.replicates.count)
    whole = ~table["run"].isin(broken["run"]).to_numpy()
    values = {o: np.where(whole, table[o].to_numpy(float), np.nan).reshape(shape) for o in experiment.outcomes}
    return Runs(experiment, points, values, len(broken))


def _columns(experiment: Experiment, table: pd.DataFrame, name: str) -> list[Problem]:
    wanted = ["run", "point", "seed", "status", *experiment.factors, *experiment.outcomes]
    lost = [column for column in wanted if column not in table.columns]
    hint = "the folder belongs to another experiment, or the experiment was changed since"
    return [Problem(name, None, f"there is no column {', '.join(lost)}", hint=hint)] if lost else []


def _missing(experiment: Experiment, points: int, table: pd.DataFrame, name: str) -> Iterator[Problem]:
    count, first = experiment.replicates.count, experiment.replicates.first_seed
    wanted = {(point, first + r) for point in range(points) for r in range(count)}
    there = [(int(p), int(s)) for p, s in zip(table["point"], table["seed"], strict=True)]
    lost = sorted(wanted.difference(there))
    if lost:
        named = _listed([f"point {point} seed {seed}" for point, seed in lost])
        hint = "go on with: advosim sweep run"
        yield Problem(name, None, f"{len(lost)} of {len(wanted)} runs are missing: {named}", hint=hint)
    more = len(there) - (len(wanted) - len(lost))
    if more > 0:
        yield Problem(name, None, f"{more} runs are no part of this experiment, or stand there twice")


def _other_points(points: pd.DataFrame, table: pd.DataFrame, name: str) -> Iterator[Problem]:
    here = table.drop_duplicates("point").sort_values("point")
    for path in points.columns:
        if not _same(points[path].tolist(), here[path].tolist()):
            what = f"the values of {path} are not those of this experiment's design"
            yield Problem(name, None, what, hint="analyse it with the experiment file that it was run with")


def _same(wanted: Sequence[Any], there: Sequence[Any]) -> bool:
    if all(isinstance(value, int | float) for value in wanted):
        try:
            return bool(np.allclose(np.array(wanted, float), np.array(there, float), rtol=1e-9, atol=1e-12))
        except (TypeError, ValueError):
            return False
    return [str(value) for value in wanted] == [str(value) for value in there]


def _broken(experiment: Experiment, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of runs that are not done, or whose outcomes are not all finite numbers."""
    finite = np.isfinite(table[list(experiment.outcomes)].to_numpy(dtype=float)).all(axis=1)
    rows: pd.DataFrame = table[(table["status"] != "done").to_numpy() | ~finite]
    return rows


def _named(broken: pd.DataFrame, name: str) -> list[Problem]:
    rows: list[Any] = list(broken.itertuples())
    said = _listed([f"run {row.run} (point {row.point}, seed {row.seed}): {_why(row.status)}" for row in rows])
    hint = "one of them again, with its traceback: advosim sweep retry EXPERIMENT --run ID; indices need every run"
    return [Problem(name, None, f"{len(rows)} runs have no outcome: {said}", hint=hint)]


def _why(status: str) -> str:
    return "no finite number" if status == "done" else str(status)


def _listed(parts: Sequence[str]) -> str:
    more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
    return ", ".join(parts[:MOST_NAMED]) + more


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Each dotted path's shortest end that is its own, for figures: `governance.repression` or just `repression`."""
    paths = list(paths)
    split = {path: path.split(".") for path in paths}
    found = {}
    for path, parts in split.items():
        others = [other for name, other in split.items() if name != path]
        depth = next((d for d in range(1, len(parts)) if all(other[-d:] != parts[-d:] for other in others)), len(parts))
        found[path] = " ".join(parts[-depth:]).replace("_", " ")
    return found
