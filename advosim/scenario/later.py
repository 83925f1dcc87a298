"""Scenarios in which settings hold from a week on: another future of the same past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advosim.scenario.describe import flat, resolved
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    from advosim.scenario.load import Scenario

FREE = ("title", "question", "source", "weeks", "stop", "reform")
"""What a future's scenario may say otherwise than that of its past; of reforms only those after it."""


def changed(scenario: Scenario, week: int, changes: Mapping[str, Any]) -> Scenario:
    """A scenario with changes that hold from `week` on, as a reform of that week; what is so already changes nothing.

    Raises InputError for what no reform can set, and for a week that is not within the run.
    """
    now = {path: value for path, value in changes.items() if path.partition(".")[0] in FREE}
    told = scenario.but(now) if now else scenario
    if not 1 < week <= told.weeks:
        what = f"from_week = {week} is not within the run"
        raise InputError(Problem("", None, what, f"2 to {told.weeks}", "what holds from the start needs no from_week"))
    before = told.reformed(week)
    rest = {path: value for path, value in changes.items() if path not in now}
    later = {path: value for path, value in rest.items() if before.but({path: value}) != before}
    if not later:
        return told
    return told.but({"reform": [*(reform.model_dump() for reform in told.reform), {"week": week, "set": later}]})


def future(base: Scenario, other: Scenario, week: int) -> Scenario:
    """`base` until a week, from which on all holds in which `other` differs. Raises InputError where no reform can."""
    then, now = (dict(flat({k: v for k, v in resolved(each).items() if k not in (*FREE, "seed")}))
                 for each in (base, other))  # fmt: skip
    alone = sorted(then.keys() ^ now.keys())
    if alone or base.reform != other.reform:
        what = f"differs from '{base.title}' in what no reform can change: {', '.join(alone[:8]) or 'its reforms'}"
        raise InputError(Problem("", None, f"from_week: '{other.title}' {what}"))
    changes = {path: value for path, value in now.items() if value != then[path]}
    free = {key: getattr(other, key) for key in ("title", "question", "source")}
    try:
        return changed(base, week, changes).model_copy(update=free)
    except InputError as error:
        at = f"from_week: '{other.title}'"
        raise InputError(replace(each, file=at, line=None) for each in error.problems) from None


def until(scenario: Scenario, week: int) -> Scenario:
    """The scenario without the reforms from a week on: what all its futures from then on share."""
    return scenario.model_copy(update={"reform": tuple(each for each in scenario.reform if each.week < week)})
