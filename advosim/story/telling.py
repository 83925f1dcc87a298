"""What is known while a story is told: its teller, its turning points, and words for what it read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from advosim.reading import measuring
from advosim.reading.measuring import YEAR
from advosim.reading.spiral import OUTSIDE, spiral
from advosim.scenario.limits import ONSET
from advosim.scenario.plain_text import markdown
from advosim.story import words
from advosim.story.ballots import Move, voted

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario
    from advosim.scenario.schema import Polity

BEFORE = 26
"""Weeks before a step in which campaigns and answers are told to have led to it."""
ONLY = 0.995


@dataclass(frozen=True)
class Point:
    """A turning point: when it stands in the story, how much it matters, what is told."""

    week: int
    weight: float
    tell: Callable[[], str]
    """Called in the order of the story, so that a tactic is explained where it is first read of."""
    moves: tuple[Move, ...] = ()
    """The steps of policy that it tells of."""


@dataclass
class Teller:
    """What is known while the story of one polity is told."""

    record: Run
    home: str
    polity: Polity
    weeks: pd.DataFrame
    organisations: pd.DataFrame
    campaigns: pd.DataFrame
    events: pd.DataFrame
    outcomes: list[Any]
    costs: pd.DataFrame
    explained: set[str] = field(default_factory=set)
    """Tactics whose meaning has been told."""

    @property
    def scenario(self) -> Scenario:
        return self.record.scenario

    @cached_property
    def steps(self) -> list[Any]:
        """Rows of `measuring.reforms`, in the order of weeks."""
        table = measuring.reforms(self.record)
        return rows_of(table[table["polity"] == self.home])

    @cached_property
    def votes(self) -> set[Move]:
        """Weeks and issues in which citizens decided."""
        return voted(self.events)

    @cached_property
    def phases(self) -> pd.DataFrame:
        """Quarters of the spiral; none where the polity was outside of it throughout."""
        table = spiral(self.record)
        own = table[table["polity"] == self.home]
        return own.iloc[:0] if (own["phase"] == OUTSIDE).all() else own


def runs_of(rows: Sequence[Any], kind: Callable[[Any], Any], most: int = YEAR) -> list[list[Any]]:
    """Events of a kind within `most` weeks of the first of them."""
    runs: dict[Any, list[list[Any]]] = {}
    for row in rows:
        own = runs.setdefault(kind(row), [])
        if own and row.week < own[-1][0].week + most:
            own[-1].append(row)
        else:
            own.append([row])
    return [run for own in runs.values() for run in own]


def weeks_told(rows: Sequence[Any]) -> str:
    first, last = rows[0].week, rows[-1].week
    return f"Week {first}" if first == last else f"Weeks {first} {'and' if len(rows) == 2 else 'to'} {last}"


def row_at(teller: Teller, issue: str, week: int) -> Any:
    rows = teller.weeks[(teller.weeks["issue"] == issue) & (teller.weeks["week"] == week)]
    return rows.iloc[0]


def fraction(share: float) -> str:
    known = ((0.2, "about a fifth"), (0.25, "about a quarter"), (1 / 3, "about a third"), (0.4, "two fifths"),
             (0.5, "about half"), (0.6, "three fifths"), (2 / 3, "about two thirds"),
             (0.75, "about three quarters"))  # fmt: skip
    return min(known, key=lambda pair: abs(pair[0] - share))[1]


def most_effort(effort: pd.Series[float]) -> tuple[str, str]:
    name, tactic = list(effort.index)[int(effort.to_numpy().argmax())]
    return str(name), str(tactic)


def rows_of(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples())


def happened(teller: Teller, event: str) -> list[Any]:
    return rows_of(teller.events[teller.events["event"] == event])


def within(table: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    return table[table["week"].between(first, last)]


def tactic_told(teller: Teller, tactic: str) -> str:
    """A tactic's name, with its meaning when it is first told of."""
    meaning = markdown(teller.scenario.tactic[tactic].meaning) if tactic in teller.scenario.tactic else ""
    if not meaning or tactic in teller.explained:
        return f"*{words.plain(tactic)}*"
    teller.explained.add(tactic)
    return f"*{words.plain(tactic)}* ({meaning})"


def crowds(teller: Teller) -> str:
    """What weeks of protest are counted by, told once: fewer march in many other weeks."""
    if "crowds" in teller.explained:
        return "crowds"
    teller.explained.add("crowds")
    return f"crowds (more than 1 in {1 / ONSET:,.0f} citizens)"


def persons(teller: Teller, share: float) -> str:
    number = round(float(share) * teller.polity.citizens)
    return f"{number:,} {'person' if number == 1 else 'people'}"
