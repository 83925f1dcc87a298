"""Organisations that were founded in mid-run: when, for what, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.groups import everybody
from advosim.world.codes import BIRTHS

if TYPE_CHECKING:
    from advosim.reading.tables import Run
    from advosim.world.positions import Positions


class Birth(NamedTuple):
    """How an organisation began."""

    week: int
    issue: int
    """Column of issues: what it is for."""


def births(record: Run) -> dict[int, Birth]:
    """By row of organisations: those that were founded in mid-run, in that order."""
    rows = record.recorded.events
    rows = rows[np.isin(rows["event"], BIRTHS)]
    return {int(row["organisation"]): Birth(int(row["week"]), int(row["issue"])) for row in rows}


def first_weeks(record: Run) -> NDArray[np.int64]:
    """(o,): the week in which each organisation was founded, 0 of those at the start, past the last of the others."""
    weeks = record.recorded.weeks.shape[0]
    first = np.array([weeks + 1 if one.newcomer else 0 for one in everybody(record.scenario)], np.int64)
    for row, birth in births(record).items():
        first[row] = birth.week
    return first


def stands(record: Run) -> Positions:
    """Where everybody stands at the start of the run, and newcomers when they are founded."""
    start, weeks = record.start, record.recorded.organisations
    stances, priorities = start.stances.copy(), start.priorities.copy()
    for row, birth in births(record).items():
        stances[row] = weeks["stance"][birth.week - 1, row]
        priorities[row, birth.issue] = 1.0
    return start._replace(stances=stances, priorities=priorities)
