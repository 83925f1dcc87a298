"""In which settings does something happen? Boxes by PRIM and a tree by CART over an experiment's factors."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.discovery import figures as drawing
from advosim.experiment.discovery import prim
from advosim.experiment.discovery.found import COLUMNS, Found, Node
from advosim.experiment.sensitivity import surfaces
from advosim.experiment.sweep import completed, load
from advosim.experiment.sweep.completed import Runs
from advosim.results import latex, saving
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.experiment.sweep.schema import Experiment

RESAMPLES = 50
SEED = 20240229
DEPTH = 3
LEAST_LEAF = 0.05
"""Share of the runs that a leaf of the tree holds at least."""


class Discovery(Found, saving.Analysis):
    """Where the cases of interest lie. `save` leaves all of it in a folder."""

    figures = drawing.all_of

    def rules(self) -> str:
        """The tree as text; nothing where none was grown."""
        return "\n".join(_rules(self.tree, 0) if self.tree else ())

    def summary(self) -> str:
        """What was found, for a person to read."""
        count = len(self.of_interest)
        where = f"{self.condition}{self.runs.role(self.outcome)} in {self.of_interest.mean():.0%}"
        lines = [
            f"{self.runs.experiment.title}: {where} of {count:,} runs",
            *(f"note: {note}" for note in (*self.notes, *filter(None, [self.runs.looks]))),
            "",
            "Boxes (PRIM)" if self.boxes else "Boxes (PRIM): no box in which it is distinctly more frequent",
        ]
        for number, box in enumerate(self.boxes, start=1):
            lines.append(
                f"  {number}: density {box.density:.0%}, coverage {box.coverage:.0%}, {box.mass:.0%} of the runs"
            )
            lines += [f"     {self._said(row)}" for row in self.table.to_dict("records") if row["box"] == number]
        if self.tree is None:
            return "\n".join(lines)
        lines += ["", f"Tree (CART), {self.judged}"]
        return "\n".join([*lines, *(f"  {line}" for line in _rules(self.tree, 0))])

    def _said(self, row: Any) -> str:
        label = self.runs.labels[row["factor"]]
        where = f"is {row['values'].replace(', ', ' or ')}" if row["values"] else self.between(row)
        again = row["restricted_again"]
        sure = f", restricted in {again:.0%} of resamples" if not np.isnan(again) else ""
        return f"{label} {where} (quasi-p {row['quasi_p']:.2g}{sure})"

    def latex(self) -> str:
        """The boxes as a LaTeX table."""
        import pandas as pd

        scores = {row["box"]: row for row in self.scores.to_dict("records")}
        rows = [
            {
                "box": f"Box {row['box']}: density {scores[row['box']]['density']:.0%}, "
                f"coverage {scores[row['box']]['coverage']:.0%}",
                "factor": self.runs.labels[row["factor"]],
                "where": row["values"] or self.between(row),
                "quasi_p": float(row["quasi_p"]),
                "again": f"{row['restricted_again']:.0%}" if not np.isnan(row["restricted_again"]) else "--",
            }
            for row in self.table.to_dict("records")
        ]
        heads = {"factor": "Factor", "where": "Where", "quasi_p": "quasi-p", "again": "Restricted again"}
        caption = f"{self.runs.experiment.title}: settings in which {self.condition} (PRIM)."
        table = pd.DataFrame(rows, columns=["box", *heads])
        return latex.booktabs(table, caption=caption, label="tab:boxes", columns=heads, group="box")

    def leaves(self) -> saving.Leaves:
        """Boxes, scores, figures, and the tree in the summary."""
        condition = {"outcome": self.outcome, "condition": self.condition, "notes": self.notes}
        return saving.Leaves(
            told={"kind": "discovery", **self.runs.told, **condition},
            summary=self.summary(),
            tables={"boxes": self.table, "scores": self.scores},
            columns=COLUMNS,
            latex={"boxes": self.latex()},
            figures=self.figures(),
        )


def discover(
    experiment: Experiment | str | Path,
    folder: str | Path,
    *,
    outcome: str | None = None,
    above: float | None = None,
    below: float | None = None,
) -> Discovery:
    """Find the settings in which an outcome lies above (or below) a number, by default above its median.

    Runs that failed are left out and counted. Raises InputError for wrong names, missing runs, or a condition that all
    or no runs meet.
    """
    if isinstance(experiment, str | Path):
        experiment = load.load(experiment)
    return discovered(completed.read(experiment, folder, complete=False), outcome, above, below)


def discovered(
    runs: Runs, outcome: str | None = None, above: float | None = None, below: float | None = None
) -> Discovery:
    """Find settings among runs that are at hand."""
    first = next(iter((*runs.experiment.primary, *runs.outcomes)), "")
    name = outcome if outcome is not None else first
    values = surfaces.outcome_values(runs, name)
    point, replicate = np.nonzero(np.isfinite(values))
    flat = values[point, replicate]
    of_interest, condition, notes = _condition(name, flat, above, below)
    if runs.left_out:
        notes.append(f"{runs.left_out} runs without outcome are left out")
    factors = _factors(runs, point)
    found = prim.boxes(factors, of_interest)
    group = np.unique(point, return_inverse=True)[1].astype(np.int64)
    resampled = prim.stability(factors, of_interest, group, RESAMPLES, SEED) if found else []
    tree, accuracy = None, (np.nan, np.nan)
    if importlib.util.find_spec("sklearn") is None:
        notes.append('no tree is grown without scikit-learn: pip install "advosim[discovery]"')
    else:
        tree, accuracy = _grown(factors, runs.labels, of_interest, group)
    return Discovery(runs, name, condition, factors, of_interest, found, resampled, tree, accuracy, notes)


def _factors(runs: Runs, point: NDArray[np.int64]) -> prim.Factors:
    """The settings of each run; `point` (runs,) says at which point it was made."""
    declared = runs.experiment.factors
    columns = {path: runs.points[path].to_numpy()[point].tolist() for path in runs.points.columns}
    orders = {path: factor.levels for path, factor in declared.items() if factor.levels}
    ranges = {path: factor.range for path, factor in declared.items() if factor.range}
    return prim.as_factors(columns, orders, ranges)


def _condition(
    name: str, values: NDArray[np.float64], above: float | None, below: float | None
) -> tuple[NDArray[np.bool_], str, list[str]]:
    if above is not None and below is not None:
        raise InputError(Problem("discover", None, "both above and below are given", "one of them"))
    for option, given in (("--above", above), ("--below", below)):
        if given is not None and not np.isfinite(given):
            raise InputError(Problem(option, None, f"{given} is not a finite number"))
    notes = []
    if above is None and below is None:
        above = float(np.median(values)) if len(values) else 0.0
        notes.append("no threshold was given: the median of all runs is taken (--above, --below)")
    met = values > above if above is not None else values < (below or 0.0)
    condition = f"{name} is {'above' if above is not None else 'below'} {above if above is not None else below:g}"
    if not met.any() or met.all():
        ends = f"{values.min():g} to {values.max():g}" if len(values) else "no run"
        what = f"{'all' if len(values) and met.all() else 'no'} runs have it that {condition}"
        raise InputError(Problem("discover", None, what, f"a number within {ends}"))
    return met, condition, notes


# ---------------------------------------------------------------- CART


def _grown(
    factors: prim.Factors, labels: dict[str, str], of_interest: NDArray[np.bool_], group: NDArray[np.int64]
) -> tuple[Node, tuple[float, float]]:
    """A tree of depth 3 (Breiman et al. 1984), and how it does on points that it has not seen."""
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    x, said = _columns(factors, labels)
    least = max(1, int(LEAST_LEAF * len(of_interest)))
    model = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=least, random_state=0)
    folds = min(5, int(group.max()) + 1)
    scores = np.array([np.nan])
    if folds >= 2 and min(of_interest.sum(), (~of_interest).sum()) >= folds:
        scores = cross_val_score(
            model, x, of_interest, groups=group, cv=StratifiedGroupKFold(folds), scoring="balanced_accuracy"
        )
    model.fit(x, of_interest)
    return _node(model.tree_, 0, said), (float(scores.mean()), float(scores.std()))


def _columns(factors: prim.Factors, labels: dict[str, str]) -> tuple[NDArray[np.float64], list[tuple[str, str | None]]]:
    """Numbers as they are, a column of 0 and 1 for each text; and of each column its factor and text."""
    columns, said = [], list[tuple[str, str | None]]()
    for j, name in enumerate(factors.names):
        if name not in factors.texts:
            columns.append(factors.x[:, j])
            said.append((labels[name], None))
            continue
        for code, text in enumerate(factors.texts[name]):
            columns.append((factors.x[:, j] == code).astype(float))
            said.append((labels[name], str(text)))
    return np.column_stack(columns), said


def _node(tree: Any, number: int, said: list[tuple[str, str | None]]) -> Node:
    weights = tree.value[number][0]
    size, share = int(tree.n_node_samples[number]), float(weights[1] / weights.sum())
    if tree.children_left[number] < 0:
        return Node(size, share)
    label, text = said[tree.feature[number]]
    rule = f"{label} is {text}" if text is not None else f"{label} > {tree.threshold[number]:.3g}"
    above, under = (_node(tree, tree.children_right[number], said), _node(tree, tree.children_left[number], said))
    return Node(size, share, rule, above, under)


def _rules(node: Node, depth: int) -> list[str]:
    before = "    " * depth
    if node.yes is None or node.no is None:
        return [f"{before}{node.share:.0%} of {node.runs:,} runs"]
    yes, no = _rules(node.yes, depth + 1), _rules(node.no, depth + 1)
    return [f"{before}if {node.rule}:", *yes, f"{before}else:", *no]
