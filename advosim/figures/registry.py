"""The figures of a run. A new one is its drawing, a row here, and its line in the docs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from advosim.figures import alliances, ballots, campaigns, elections, panels, timeline, venues

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run


class Row(NamedTuple):
    """A figure: the name of its file, which runs have it, and what draws it."""

    name: str
    condition: Callable[[Run], bool]
    draw: Callable[[Run], Figure]


def always(record: Run) -> bool:
    """Every run has it."""
    return True


def allied(record: Run) -> bool:
    """There were alliances."""
    return len(record.alliances) > 0


def abroad(record: Run) -> bool:
    """There is a body, or more than one polity."""
    return record.scenario.has_abroad


def left_home(record: Run) -> bool:
    """There is a world abroad, or somebody campaigned elsewhere than with the government."""
    used = record.organisations["tactic"].unique()
    tactics = record.scenario.tactic.items()
    return abroad(record) or any(name in used and tactic.venue != "home" for name, tactic in tactics)


def by_other_routes(record: Run) -> bool:
    """Policy changed by another route than the store of pressure."""
    return bool(((record.events["event"] == "step") & (record.events["detail"] != "store")).any())


def elected(record: Run) -> bool:
    """There were elections."""
    return len(record.elections) > 0


def voted(record: Run) -> bool:
    """Something came to a vote."""
    return bool(record.ballots["voted"].any())


FIGURES = (
    Row("overview", always, panels.overview),
    Row("tactics", always, campaigns.tactics),
    Row("frames", always, campaigns.frames),
    Row("timeline", always, timeline.timeline),
    Row("participation", always, campaigns.participation),
    Row("alliance_network", allied, alliances.alliance_network),
    Row("alliance_lives", allied, alliances.alliance_lives),
    Row("venues", left_home, venues.venues),
    Row("phases", abroad, venues.phases),
    Row("policy_routes", by_other_routes, venues.policy_routes),
    Row("elections", elected, elections.elections),
    Row("ballots", voted, ballots.ballots),
)


def names_of(record: Run) -> tuple[str, ...]:
    """Which figures a run has, by name."""
    return tuple(row.name for row in FIGURES if row.condition(record))


def draw(record: Run, name: str) -> Figure:
    """A figure of a run by its name. Raises KeyError for an unknown one."""
    return {row.name: row for row in FIGURES}[name].draw(record)
