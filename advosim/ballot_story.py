"""What a story tells of initiatives, referendums, recalls, and of laws that moved because one might come."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from advosim import words

if TYPE_CHECKING:
    import pandas as pd

Told = tuple[int, float, Callable[[], str]]
"""Week, weight, and what is told."""


def ballots(events: pd.DataFrame) -> list[Told]:
    """Turning points in one polity's log: votes with what they brought, lists that failed, laws that gave way."""
    told: list[Told] = []
    began: dict[tuple[str, str, str], Any] = {}
    for row in list[Any](events.itertuples()):
        if row.event == "ballot_launched":
            began[row.detail, row.issue, row.side] = row
        elif row.event == "vote":
            kind, _, fate = row.detail.partition(" ")
            weight = 70.0 if fate == "accepted" else 46.0
            told.append((row.week, weight, partial(_vote, row, kind, fate, began.get((kind, row.issue, row.side)))))
        elif row.event == "ballot_failed":
            told.append((row.week, 34.0, partial(_failed, row)))
        elif row.event == "ballot_withdrawn":
            told.append((row.week, 36.0, partial(_withdrawn, row)))
        elif row.event == "deterrence":
            told.append((row.week, 44.0 + 20.0 * abs(row.size), partial(_deterred, row)))
    return told


def moved_by(events: pd.DataFrame, week: int, issue: str) -> str:
    """What moved policy by the route of ballots in a week: a vote, a veto or the threat of an initiative."""
    here = set(events[(events["week"] == week) & (events["issue"] == issue)]["event"])
    if "veto" in here:
        return "Citizens vetoed the new law, and the old one holds again."
    if "vote" in here:
        return "Citizens decided it at the ballot box."
    return "No vote was held: the legislature gave way before an initiative could be worth its cost."


def _vote(row: Any, kind: str, fate: str, began: Any) -> str:
    issue = words.plain(row.issue)
    what = {
        "initiative": f"an initiative on {issue}",
        "referendum": f"a referendum against the new law on {issue}",
        "recall": "a recall of the government",
    }[kind]
    since = f" in week {began.week}" if began is not None else ""
    count = f"{words.vote(row.size)} say yes, at a turnout of {row.value:.0%}"
    end = {"accepted": "it is accepted", "rejected": "it fails", "quorum missed": "too few take part, and it fails"}[
        fate
    ]
    told = f"**Week {row.week}: citizens vote on {what}**, launched by {words.name(row.organisation)}{since}"
    return f"{told}: {count}; {end}."


def _failed(row: Any) -> str:
    few = f"**Week {row.week}: too few sign for {_named(row)}**, {row.size:.1%} of the citizens"
    return f"{few}; {words.name(row.organisation)} had launched it."


def _withdrawn(row: Any) -> str:
    told = f"**Week {row.week}: {words.name(row.organisation)} withdraws {_named(row)}**"
    return f"{told}: the law is as good as its draft by now."


def _deterred(row: Any) -> str:
    way = "toward reform" if row.side == "for" else "away from reform"
    told = (
        f"**Week {row.week}: the legislature moves the law on {words.plain(row.issue)} {way}**, by {abs(row.size):.2f}"
    )
    return f"{told}, so that no initiative against it is worth its cost."


def _named(row: Any) -> str:
    return {
        "initiative": f"the initiative on {words.plain(row.issue)}",
        "referendum": f"the referendum against the law on {words.plain(row.issue)}",
        "recall": "the recall of the government",
    }[row.detail]
