"""When a run ends before its last week: a scenario's stop conditions, held against the policies so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario

LENGTH, PASSED, UNCHANGED = 0, 1, 2
"""Why a run ends: its length, a policy that passed a value, policies that did not move."""


class End(NamedTuple):
    """How a run ended."""

    week: int
    reason: int
    told: str
    """In words."""


def stops(scenario: Scenario, policies: NDArray[np.float64]) -> End | None:
    """Whether a run ends with the last of these weeks, and why.

    policies: (weeks + 1, polities, issues), the founding first. A policy passes a value that it was not at or beyond
    when the world was founded, from either side.
    """
    asked, week = scenario.stop, len(policies) - 1
    for m, issue in enumerate(scenario.issue):
        if issue in asked.policy:
            away = policies[:, :, m] - asked.policy[issue]
            for p in np.flatnonzero(away[0] * away[-1] <= 0.0):
                if away[0, p] != 0.0:
                    home = list(scenario.polity)[p]
                    return End(week, PASSED, f"policy on {issue} in {home} passed {asked.policy[issue]:g}")
    if asked.unchanged is not None and week >= asked.unchanged:
        late = policies[week - asked.unchanged :]
        if (late.max(axis=0) - late.min(axis=0)).max() <= asked.tolerance:
            return End(
                week, UNCHANGED, f"no policy had moved by more than {asked.tolerance:g} for {asked.unchanged} weeks"
            )
    return None


def ended(record: Run) -> End:
    """How a run ended."""
    rows = record.recorded
    policies = policies_of(rows.founding.weeks, rows.weeks)
    found = stops(record.scenario, policies)
    return found or End(len(policies) - 1, LENGTH, "that was its length")


def policies_of(founding: NDArray[Any], weeks: NDArray[Any]) -> NDArray[np.float64]:
    """(weeks + 1, polities, issues): policies in force, the founding first."""
    return np.concatenate([founding["policy"][None], weeks["policy"]]).astype(np.float64)
