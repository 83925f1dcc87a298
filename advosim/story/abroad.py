"""What a story tells of appeals abroad, shaming, offsets and shelter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from advosim.story import words

if TYPE_CHECKING:
    import pandas as pd

MOST_CARRIERS = 2
Told = tuple[int, float, Callable[[], str]]
"""Week, weight, and what is told."""
REPEATED = 13
"""Weeks in which one offset is told of for all."""


def abroad(events: pd.DataFrame) -> list[Told]:
    """Turning points abroad in one polity's log: cases that gatekeepers adopt, shaming, offsets, shelter, exits."""
    told: list[Told] = []
    refused = 0
    last: dict[str, int] = {}
    for row in list[Any](events.itertuples()):
        if row.event == "adopted":
            told.append((row.week, 52.0, partial(_adopted, row, refused)))
            refused = 0
        elif row.event == "refused":
            refused += 1
        elif row.event == "shaming":
            told.append((row.week, 42.0 + row.size, partial(_shaming, row)))
        elif row.event == "offset" and row.week - last.get(row.issue, -REPEATED) >= REPEATED:
            last[row.issue] = row.week
            told.append((row.week, 38.0, partial(_offset, row)))
        elif row.event == "withdrawal":
            told.append((row.week, 60.0, partial(_withdrawal, row)))
        elif row.event == "shelter":
            told.append((row.week, 36.0, partial(_shelter, row)))
    return told


def carried_abroad(events: pd.DataFrame, step: Any) -> str:
    """Who had carried the case abroad that came back as shaming before a step: the last appeals that were adopted."""
    heard = events[(events["event"] == "adopted") & (events["issue"] == step.issue) & (events["side"] == step.side)]
    last = heard[heard["week"] <= step.week].tail(MOST_CARRIERS)
    parts = [
        f"{words.name(row.organisation)} to {_venue(row)} (taken up in week {row.week})"
        for row in list[Any](last.itertuples())
    ]
    return f" The case had been carried abroad by {words.joined(parts)}." if parts else ""


def _adopted(row: Any, refused: int) -> str:
    who, where = words.name(row.organisation), _venue(row)
    told = f"**Week {row.week}: {who} is heard abroad.** Its appeal on {words.plain(row.issue)} is taken up by {where}"
    before = f", after {refused} refusal{'' if refused == 1 else 's'} of others and its own" if refused else ""
    return f"{told}{before}; the chance of that had been {row.size:.0%}."


def _shaming(row: Any) -> str:
    way = "reform" if row.side == "for" else "its opposite"
    heard = f"**Week {row.week}: the government is shamed from abroad** over {words.plain(row.issue)}, for {way}"
    return f"{heard}. That presses only as far as it is vulnerable, and somebody at home or another state stands by it."


def _offset(row: Any) -> str:
    gives = f"**Week {row.week}: the government gives a little on {words.plain(row.issue)}**"
    return f"{gives}, where the world looks, and bears down on other matters."


def _shelter(row: Any) -> str:
    return f"**Week {row.week}: {words.name(row.organisation)} flees abroad**, where partners shelter it for a time."


def _withdrawal(row: Any) -> str:
    return f"**Week {row.week}: the government leaves the body '{words.plain(row.detail)}'**, which had shamed it."


def _venue(row: Any) -> str:
    return "other states" if row.detail == "third_states" else f"the body '{words.plain(row.detail)}'"
