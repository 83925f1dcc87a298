"""How do policies do over what is unknown? Robustness and regret, trade-offs between outcomes, and what it hangs on.

Levers are what somebody decides, unknowns what nobody does (Lempert, Popper & Bankes 2003). Each policy, a
combination of levers, meets the same futures, combinations of unknowns, with the same seeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.robustness import figures as drawing
from advosim.experiment.robustness import scores, tables
from advosim.experiment.robustness.found import COLUMNS, Found
from advosim.experiment.robustness.metrics import METRICS, Aim, front, judged, regret
from advosim.experiment.sensitivity.analysis import note_on
from advosim.experiment.sweep import columns, completed, load
from advosim.experiment.sweep.completed import Runs
from advosim.experiment.sweep.outcomes import declared
from advosim.results import saving
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from advosim.experiment.sweep.schema import Experiment

Floats = NDArray[np.float64]
RESAMPLES = 300
SEED = 20240229


class Robustness(Found, saving.Analysis):
    """How policies do over what is unknown. `save` leaves all of it in a folder."""

    figures = drawing.all_of
    latex = tables.latex
    summary = tables.summary

    def leaves(self) -> saving.Leaves:
        """Policies judged, the futures behind them, figures and summary."""
        meanings = {
            **COLUMNS,
            "policies": (
                *COLUMNS["policies"],
                *(columns.factor(path) for path in self.policies.columns),
                *(declared(name, self.runs.experiment.outcomes[name]) for name in self.aims),
            ),
        }
        told = {"levers": list(self.policies.columns), "unknowns": list(self.futures.columns)}
        aims = {name: {"want": "high" if aim.high else "low", "enough": aim.enough} for name, aim in self.aims.items()}
        return saving.Leaves(
            told={"kind": "robustness", **self.runs.told, **told, "aims": aims, "notes": self.notes},
            summary=self.summary(),
            tables={"robustness": self.judged, "policies": self._policies(), "scores": self.scores},
            rows={"futures": self._futures()},
            columns=meanings,
            latex={"robustness": self.latex()},
            figures=self.figures(),
        )

    def _policies(self) -> pd.DataFrame:
        found = self.policies.copy()
        found.insert(0, "policy", np.arange(1, len(found) + 1))
        for name in self.aims:
            found[name] = self.means(name).mean(axis=1)
        found["on_front"], found["on_front_again"] = self.on_front, self.on_front_again
        return found

    def _futures(self) -> pd.DataFrame:
        import pandas as pd

        policy, future = np.indices(self.point.shape).reshape(2, -1) + 1
        head = {"policy": policy, "future": future, "point": self.point.reshape(-1)}
        parts = []
        for name, aim in self.aims.items():
            means = self.means(name)
            numbers = {"mean": means.reshape(-1), "regret": regret(means, aim).reshape(-1)}
            parts.append(pd.DataFrame({**head, "outcome": name, **numbers}))
        return pd.concat(parts, ignore_index=True)


def robustness(experiment: Experiment | str | Path, folder: str | Path) -> Robustness:
    """Judge the policies of a sweep. Raises InputError for one that is incomplete, without levers or without aims."""
    if isinstance(experiment, str | Path):
        experiment = load.load(experiment)
    problems = []
    if not experiment.design.levers:
        hint = 'write levers = ["polity.home.governance.openness"] in [design]: all other factors are unknown then'
        problems.append(Problem("robustness", None, "the experiment has no levers", hint=hint))
    if not experiment.aims:
        name = next(iter(experiment.outcomes), "NAME")
        hint = f'write [aim.{name}] with want = "high" or want = "low"'
        problems.append(Problem("robustness", None, "no outcome has an aim", hint=hint))
    if problems:
        raise InputError(problems)
    return assessed(completed.read(experiment, folder))


def assessed(runs: Runs) -> Robustness:
    """Judge policies among runs that are at hand."""
    import pandas as pd

    experiment = runs.experiment
    policies, futures, point = crossed(runs)
    aims = {name: Aim(aim.want == "high", aim.enough) for name, aim in experiment.aims.items()}
    drawn = experiment.design.kind == "latin_hypercube"
    values = {name: runs.outcomes[name][point] for name in aims}
    rows = [row for name, aim in aims.items() for row in _judged(name, values[name], aim, drawn)]
    whole, again = _fronts(list(values.values()), [aim.sign for aim in aims.values()], drawn)
    notes = [note for name in aims for note in note_on(name, runs.outcomes[name])]
    notes += [] if scores.available() else [scores.NEEDS]
    if experiment.replicates.count < 2:
        notes.append("each point was run once: what chance adds to regret and spread cannot be told")
    scored = _scored(runs, list(policies.columns)) if scores.available() else pd.DataFrame()
    return Robustness(runs, policies, futures, point, aims, pd.DataFrame(rows), whole, again, scored, notes)


def crossed(runs: Runs) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[np.int64]]:
    """Policies, futures, and the point at which each pair was run. Raises InputError where one was not."""
    levers = runs.experiment.design.levers
    unknowns = [path for path in runs.points.columns if path not in levers]
    policies, policy = _distinct(runs.points[levers])
    futures, future = _distinct(runs.points[unknowns])
    point = np.full((len(policies), len(futures)), -1, dtype=np.int64)
    point[policy, future] = np.arange(len(runs.points))
    lost = int((point < 0).sum())
    if lost:
        what = f"{lost} of {point.size:,} pairs of {len(policies)} policies and {len(futures)} futures were not run"
        hint = "a design of kind latin_hypercube with levers in [design], or factorial, runs all"
        raise InputError(Problem("robustness", None, what, "every policy in every future", hint))
    return policies, futures, point


def _distinct(points: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The different rows in their order, and which of them each row is."""
    rows = [tuple(row) for row in points.itertuples(index=False)]
    places = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    first = [rows.index(row) for row in places]
    return points.iloc[first].reset_index(drop=True), np.array([places[row] for row in rows], dtype=np.int64)


# ---------------------------------------------------------------- judged, and how sure


def _resampled(shape: tuple[int, ...], drawn: bool) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Seeds drawn anew, and futures where the design draws them."""
    _, futures, replicates = shape
    if replicates < 2 and not drawn:
        return
    chance = np.random.default_rng(SEED)
    for _ in range(RESAMPLES):
        at = chance.integers(0, futures, futures) if drawn else np.arange(futures)
        yield chance.integers(0, replicates, replicates), at


def _judged(outcome: str, values: Floats, aim: Aim, drawn: bool) -> Iterator[dict[str, Any]]:
    """A row per policy and metric; values (policies, futures, replicates)."""
    best = judged(values.mean(axis=2), aim)
    again: dict[str, list[Floats]] = {name: [] for name in best}
    for seeds, futures in _resampled(values.shape, drawn):
        means = values[:, :, seeds].mean(axis=2)
        found = judged(means, aim, lambda metric: metric.extreme)
        found |= judged(means[:, futures], aim, lambda metric: not metric.extreme)
        for name in best:
            again[name].append(found[name])
    for name, value in best.items():
        if np.isnan(value).any():
            continue
        better = METRICS[name].better(aim)
        drawings = np.array(again[name]).reshape(-1, len(value))
        reach = 1.96 * drawings.std(axis=0, ddof=1) if len(drawings) else np.full(len(value), np.nan)
        low, high = np.clip([value - reach, value + reach], *METRICS[name].range)
        firsts = _firsts(better * drawings)
        ranks = (better * value[None, :] > better * value[:, None]).sum(axis=1) + 1
        for policy in range(len(value)):
            yield {
                "outcome": outcome,
                "policy": policy + 1,
                "metric": name,
                "value": float(value[policy]),
                "low": float(low[policy]),
                "high": float(high[policy]),
                "rank": int(ranks[policy]),
                "best_again": float(firsts[policy]),
            }


def _firsts(gains: Floats) -> Floats:
    """(policies,): how often each is the best in (resamples, policies); those that are alike share it."""
    if not len(gains):
        return np.full(gains.shape[1], np.nan)
    first = gains == gains.max(axis=1, keepdims=True)
    firsts: Floats = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    return firsts


def _fronts(values: list[Floats], signs: list[int], drawn: bool) -> tuple[NDArray[np.bool_], Floats]:
    """Which policies are on the Pareto front of the means over futures, and in how many resamples."""
    whole = front(np.column_stack([one.mean(axis=(1, 2)) for one in values]), signs)
    again = [
        front(np.column_stack([one[:, :, seeds][:, at].mean(axis=(1, 2)) for one in values]), signs)
        for seeds, at in _resampled(values[0].shape, drawn)
    ]
    return whole, np.mean(again, axis=0) if again else np.full(len(whole), np.nan)


def _scored(runs: Runs, levers: list[str]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for name, values in runs.outcomes.items():
        for path, (score, low, high) in zip(runs.points.columns, scores.scored(runs.points, values).T, strict=True):
            role = "lever" if path in levers else "unknown"
            rows.append({"outcome": name, "factor": path, "role": role, "score": score, "low": low, "high": high})
    return pd.DataFrame(rows)
