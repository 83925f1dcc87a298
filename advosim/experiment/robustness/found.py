"""What an analysis of robustness finds, as plain data: policies over futures, judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.robustness.metrics import METRICS, Aim
from advosim.experiment.sweep.completed import Runs
from advosim.world.columns import Column, count, number, share, switch

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Found:
    """How policies do over what is unknown."""

    runs: Runs
    policies: pd.DataFrame
    """(policies, levers): the value of each lever, by dotted path."""
    futures: pd.DataFrame
    """(futures, unknowns)."""
    point: NDArray[np.int64]
    """(policies, futures): which point of the design it is."""
    aims: dict[str, Aim]
    """By outcome; outcomes without are not judged."""
    judged: pd.DataFrame
    """One row per outcome, policy and metric, with 95% intervals."""
    on_front: NDArray[np.bool_]
    """(policies,): whether no other policy is as good in all aims and better in one."""
    on_front_again: NDArray[np.float64]
    """(policies,): share of resamples in which it is."""
    scores: pd.DataFrame
    """One row per outcome and factor."""
    notes: list[str] = field(default_factory=list)

    def means(self, outcome: str) -> NDArray[np.float64]:
        """(policies, futures): the outcome, averaged over seeds."""
        means: NDArray[np.float64] = self.runs.outcomes[outcome].mean(axis=1)[self.point]
        return means

    @property
    def names(self) -> list[str]:
        """What each policy is called: its levers with their values."""
        labels = self.runs.labels
        return [
            ", ".join(f"{labels[str(path)]} {shown(value)}" for path, value in row.items())
            for row in self.policies.to_dict("records")
        ]


def shown(value: object) -> str:
    """A factor's value in words."""
    return f"{value:.3g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


_OUTCOME = Column("outcome", "outcome of the experiment", names="names of outcomes")
_POLICY = count("policy", "number of the policy, from 1", "number")
_SAME = "that of the metric"
COLUMNS: dict[str, tuple[Column, ...]] = {
    "robustness": (
        _OUTCOME,
        _POLICY,
        Column("metric", "how it is judged", names="; ".join(f"{n}: {m.meaning}" for n, m in METRICS.items())),
        number("value", "what the metric gives", _SAME, None, None),
        number("low", "lower end of its 95% interval", _SAME, None, None),
        number("high", "upper end of its 95% interval", _SAME, None, None),
        count("rank", "place among the policies, 1 the best", "number"),
        share(
            "best_again",
            "resamples in which it is the best by this metric, shared where several are",
            "share of resamples",
        ),
    ),
    "policies": (
        _POLICY,
        switch("on_front", "whether no other is as good in all aims and better in one, on average over futures"),
        share("on_front_again", "resamples in which that is so", "share of resamples"),
    ),
    "futures": (
        _POLICY,
        count("future", "number of the future, from 1: the same unknowns for all policies", "number"),
        count("point", "number of the point of the design, as in runs.parquet", "number"),
        _OUTCOME,
        number("mean", "the outcome, averaged over seeds", "that of the outcome", None, None),
        number("regret", "how far behind the best policy in the same future", "that of the outcome", 0.0, None),
    ),
    "scores": (
        _OUTCOME,
        Column("factor", "lever or unknown", names="dotted paths"),
        Column("role", "whether it is decided or unknown", names="lever, unknown"),
        share("score", "what the factor tells of the outcome, together 1 (extra trees)", "share"),
        share("low", "lower end of its 95% interval over seeds", "share"),
        share("high", "upper end of its 95% interval over seeds", "share"),
    ),
}
