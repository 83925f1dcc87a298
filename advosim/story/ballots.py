"""What a story tells of initiatives, referendums, recalls, and of laws that moved before a vote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from advosim.story import words

if TYPE_CHECKING:
    import pandas as pd

Move = tuple[int, str]
"""A step of policy: its week and issue."""
Told = tuple[int, float, Callable[[], str], tuple[Move, ...]]
"""Week, weight, what is told, and the steps of policy that are told of by it."""


def ballots(events: pd.DataFrame, steps: Mapping[Move, Any]) -> list[Told]:
    """Turning points in one polity's log: votes with what they brought, lists that failed. steps: those by a vote."""
    told: list[Told] = []
    began: dict[tuple[str, str, str], Any] = {}
    for row in list[Any](events.itertuples()):
        if row.event == "ballot_launched":
            began[row.detail, row.issue, row.side] = row
        elif row.event == "vote":
            kind, _, fate = row.detail.partition(" ")
            step = steps.get((row.week, row.issue))
            weight = 70.0 if fate == "accepted" else 60.0 if step is not None else 46.0
            tell = partial(_vote, row, kind, fate, began.get((kind, row.issue, row.side)), step)
            told.append((row.week, weight, tell, ((row.week, row.issue),) if step is not None else ()))
        elif row.event == "ballot_failed":
            told.append((row.week, 34.0, partial(_failed, row), ()))
        elif row.event == "ballot_withdrawn":
            told.append((row.week, 36.0, partial(_withdrawn, row), ()))
    return told


def voted(events: pd.DataFrame) -> set[Move]:
    """Weeks and issues in which citizens decided; where the legislature moved instead, none of theirs was law."""
    found = {
        kind: {(row.week, row.issue) for row in list[Any](events[events["event"] == kind].itertuples())}
        for kind in ("vote", "deterrence")
    }
    return found["vote"] - found["deterrence"]


def gave_way(events: pd.DataFrame, step: Any) -> str:
    """Why a legislature moved policy without a vote: an initiative was open, or might have come."""
    before = events[events["issue"] == step.issue]
    before = before.loc[: before.index[(before["event"] == "deterrence") & (before["week"] == step.week)].min()]
    drafts = _open(before)
    toward = [row for row in drafts if (row.size > step.before) == (step.size > 0)]
    if toward:
        asks = f"the initiative of {words.name(toward[0].organisation)}, open since week {toward[0].week}, asked for"
        return f"no vote decided it: the legislature moved the way that {asks}."
    if drafts:
        other = (
            f"that of {words.name(drafts[0].organisation)}, open since week {drafts[0].week}, asked for the opposite"
        )
        return f"no vote decided it: the legislature gave way before there was an initiative for it; {other}."
    return "no initiative was open: the legislature gave way before one could be worth its cost."


def _open(events: pd.DataFrame) -> list[Any]:
    """Initiatives on an issue that were launched and had not ended by the end of a log; one on a side at a time."""
    found: dict[str, Any] = {}
    for row in list[Any](events.itertuples()):
        if row.detail.partition(" ")[0] != "initiative":
            continue
        if row.event == "ballot_launched":
            found[row.side] = row
        elif row.event in ("vote", "ballot_failed", "ballot_withdrawn"):
            found.pop(row.side, None)
    return list(found.values())


def _vote(row: Any, kind: str, fate: str, began: Any, step: Any) -> str:
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
    other = ", but the counter-proposal beside it wins" if step is not None and fate != "accepted" else ""
    law = f". Policy moves from {words.signed(step.before)} to {words.signed(step.after)}" if step is not None else ""
    return f"{told}: {count}; {end}{other}{law}."


def _failed(row: Any) -> str:
    few = f"**Week {row.week}: too few sign for {_named(row)}**, {row.size:.1%} of the citizens"
    return f"{few}; {words.name(row.organisation)} had launched it."


def _withdrawn(row: Any) -> str:
    told = f"**Week {row.week}: {words.name(row.organisation)} withdraws {_named(row)}**"
    return f"{told}: the law is as good as its draft by now."


def _named(row: Any) -> str:
    return {
        "initiative": f"the initiative on {words.plain(row.issue)}",
        "referendum": f"the referendum against the law on {words.plain(row.issue)}",
        "recall": "the recall of the government",
    }[row.detail]
