"""Waves of protest, petitions and hashtags as turning points: who called, and what followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from advosim.scenario.limits import ONSET
from advosim.story import words
from advosim.story.reasons import why
from advosim.story.telling import (
    Point,
    Teller,
    happened,
    most_effort,
    persons,
    runs_of,
    tactic_told,
    weeks_told,
    within,
)

if TYPE_CHECKING:
    import pandas as pd

GAP = 4
"""Weeks without an act that end a wave of protest or a petition."""
ANSWERED = {
    "repress": "used force",
    "accommodate": "made concessions",
    "consult": "opened talks",
    "deny": "contradicted them",
}
WORTH_TELLING = {"protest": 0.001, "petition": 0.01, "hashtag": 0.03}
"""Peak of a protest, signatures of a petition (shares of citizens), carriers of a hashtag (of those online)."""


def _waves(weeks: pd.DataFrame, column: str, least: float) -> list[pd.DataFrame]:
    """Spells of acts on one issue with at most GAP quiet weeks between them."""
    acts = weeks[weeks[column] > least]
    number = (acts["week"].diff() > GAP + 1).cumsum()
    return [rows for _, rows in acts.groupby(number, sort=False)]


def _told_waves(
    teller: Teller, act: str, least: float, size: str, weight: Callable[[float], float], tell: Callable[..., str]
) -> list[Point]:
    """The waves of an act that are large enough to tell. size: "max" for the largest week, "sum" for all weeks."""
    points = []
    for issue, weeks in teller.weeks.groupby("issue", sort=False):
        for wave in _waves(weeks, act, least):
            large = float(wave[act].agg(size))
            if large >= WORTH_TELLING[act]:
                points.append(Point(int(wave["week"].iloc[0]), weight(large), partial(tell, teller, str(issue), wave)))
    return points


def protests(teller: Teller) -> list[Point]:
    return _told_waves(teller, "protest", ONSET, "max", lambda n: 10.0 + 15.0 * min(1.0, n / 0.01), _protest)


def _protest(teller: Teller, issue: str, wave: pd.DataFrame) -> str:
    first, last = int(wave["week"].iloc[0]), int(wave["week"].iloc[-1])
    side, cause = _cause(wave, "protest")
    people = persons(teller, wave["protest"].max())
    if first == last:
        told = f"**Week {first}: {people} march {cause}** on {words.plain(issue)}."
    else:
        told = (
            f"**Weeks {first} to {last}: people march {cause}** on {words.plain(issue)}, {people} in the largest week."
        )
    return told + _called_by(teller, issue, side, "street", first, last)


def _cause(wave: pd.DataFrame, act: str) -> tuple[str, str]:
    if wave[f"{act}_for"].sum() >= wave[f"{act}_against"].sum():
        return "for", "for reform"
    return "against", "against reform"


def _called_by(teller: Teller, issue: str, side: str, kind: str, first: int, last: int) -> str:
    """Who called people to an act, why by that tactic, and what followed."""
    kinds = {name: tactic.pressure for name, tactic in teller.scenario.tactic.items()}
    rows = teller.campaigns
    mine = (rows["issue"] == issue) & (rows["side"] == side) & (rows["tactic"].map(kinds) == kind)
    mine &= (rows["week"] >= first - 2) & (rows["week"] <= last)
    effort = rows[mine].groupby(["organisation", "tactic"], sort=False)["effort"].sum()
    followed = _followed(teller, issue, side, kind, first, last)
    if effort.empty:
        return f" No organisation had called them.{followed}"
    name, tactic = most_effort(effort)
    others = effort.index.get_level_values("organisation").nunique() - 1
    more = f" and {words.count(others, 'other organisation')}" if others else ""
    called = f" {words.capital(words.name(name))}{more} had called them by {tactic_told(teller, tactic)}."
    return called + why(teller, name, tactic, issue, last) + followed


def _followed(teller: Teller, issue: str, side: str, kind: str, first: int, last: int) -> str:
    """Coverage and the government's answers in a wave's weeks. Petitions are never met with force."""
    events = within(teller.events[(teller.events["issue"] == issue)], first, last)
    covered = int(((events["event"] == "covered") & (events["detail"] == kind)).sum())
    media = f"media reported it {words.times(covered)}" if covered else "media did not report it"
    answers = events[events["side"] == side]["event"].value_counts()
    given = [name for name in answers.index if name in ANSWERED and not (name == "repress" and kind == "petition")]
    did = words.joined([f"{ANSWERED[name]} {words.times(int(answers[name]))}" for name in given[:2]])
    return f" Then {media}; the government {did or 'gave no answer'}."


def petitions(teller: Teller) -> list[Point]:
    return _told_waves(teller, "petition", 0.0, "sum", lambda n: 8.0 + 12.0 * min(1.0, n / 0.1), _petition)


def _petition(teller: Teller, issue: str, wave: pd.DataFrame) -> str:
    first, last = int(wave["week"].iloc[0]), int(wave["week"].iloc[-1])
    side, cause = _cause(wave, "petition")
    people = persons(teller, wave["petition"].sum())
    told = f"**Weeks {first} to {last}: {people} sign petitions {cause}** on {words.plain(issue)}."
    return told + _called_by(teller, issue, side, "petition", first, last)


def hashtags(teller: Teller) -> list[Point]:
    """Hashtags of one source on one issue are told together."""
    points = []
    for together in runs_of(happened(teller, "hashtag"), lambda row: (row.issue, row.side, row.organisation), 10**6):
        courses = [_carried(teller, row) for row in together]
        peak = max(float(course.max()) for course in courses)
        if peak >= WORTH_TELLING["hashtag"]:
            tell = partial(_hashtag, teller, together, peak, max(map(len, courses)))
            points.append(Point(together[0].week, 8.0 + 10.0 * min(1.0, peak / 0.1) + min(len(together), 10), tell))
    return points


def _carried(teller: Teller, row: Any) -> pd.Series[float]:
    """The share of those online who carry a hashtag, in the weeks in which anybody does."""
    weeks = teller.weeks[(teller.weeks["issue"] == row.issue) & (teller.weeks["week"] >= row.week)]
    carried: pd.Series[float] = weeks[f"hashtag_{row.side}"]
    return carried[(carried > 0.0).cummin()]


def _hashtag(teller: Teller, together: Sequence[Any], peak: float, longest: int) -> str:
    row = together[0]
    what = "a hashtag" if len(together) == 1 else words.count(len(together), "hashtag")
    of = f"of {words.name(row.organisation)}" if row.organisation else "that citizens started"
    cause = "for reform" if row.side == "for" else "against reform"
    spread = f"{'spreads' if len(together) == 1 else 'spread'}** on {words.plain(row.issue)}"
    told = f"**{weeks_told(together)}: {what} {of} {cause} {spread}; at most {words.share(peak)} of those online carry "
    gone = "it, gone" if len(together) == 1 else "one, gone at the latest"
    told += f"{gone} after {words.count(longest, 'week')}."
    return told + (why(teller, row.organisation, row.tactic, row.issue, row.week) if row.organisation else "")
