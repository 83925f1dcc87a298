"""Steps of policy as turning points: how large, by what they came about, and who brought them about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from advosim.reading.measuring import YEAR
from advosim.story import words
from advosim.story.abroad import carried_abroad
from advosim.story.ballots import gave_way
from advosim.story.reasons import why
from advosim.story.telling import BEFORE, Point, Teller, fraction, most_effort, row_at, runs_of, tactic_told, weeks_told


def by_vote(teller: Teller, step: Any) -> bool:
    return step.route == "ballot" and (step.week, step.issue) in teller.votes


def steps_of_policy(teller: Teller) -> list[Point]:
    """Steps on one issue to one side within a year are told together; those by a vote are told with the vote."""
    rows = [row for row in teller.steps if not by_vote(teller, row)]
    points = []
    for together in runs_of(rows, lambda row: (row.issue, row.side)):
        size = sum(abs(row.size) for row in together)
        moves = tuple((row.week, row.issue) for row in together)
        points.append(Point(together[0].week, 50.0 + size, partial(_step, teller, together, teller.steps), moves))
    return points


def _step(teller: Teller, together: Sequence[Any], others: Sequence[Any]) -> str:
    """The steps, and what the largest of them came from."""
    row = max(together, key=lambda step: abs(step.size))
    way = "toward reform" if row.side == "for" else "away from reform"
    several = f" in {words.count(len(together), 'step')}" if len(together) > 1 else ""
    move = f"from {words.signed(together[0].before)} to {words.signed(together[-1].after)}"
    told = f"**{weeks_told(together)}: policy on {words.plain(row.issue)} moves {way}{several}**, {move}."
    if row.route == "election":
        what = "In the largest the government acts" if several else "The government acts"
        return f"{told} {what} on what its parties had promised."
    if row.route == "ballot":
        how = gave_way(teller.events, row)
        return f"{told} {f'In the largest (week {row.week}) {how}' if several else words.capital(how)}"
    if row.route == "table":
        what = "The largest" if several else "It"
        return f"{told} {what} is what a round table agreed on.{_led_by(teller, row, ['table'])}"
    since = max([other.week for other in others if other.issue == row.issue and other.week < row.week], default=0)
    pushed = _pushed(teller, row, max(since, row.week - YEAR))
    week = row_at(teller, row.issue, row.week)
    at = f" in week {row.week}" if several else ""
    told += f" {_pressed(abs(week['pressure']), week['friction'])}{at}"
    if not pushed:
        return f"{told}."
    return f"{told}, {_parts(pushed)}.{_led_by(teller, row, [source for source, _ in pushed])}"


def _pressed(pressure: float, resistance: float) -> str:
    """A step that pressure did not force is one that a government traded for quiet (`accommodation`)."""
    if pressure > resistance:
        return f"Pressure of {pressure:.2f} beat a resistance of {resistance:.2f}"
    held = f"resistance ({resistance:.2f}) held against pressure ({pressure:.2f})"
    return f"The government conceded it for quiet, though {held}"


SOURCES = {"street": "from the street", "petition": "from petitions", "inside": "from talks with officials",
           "opinion": "from public opinion", "abroad": "from shaming abroad"}  # fmt: skip


def _pushed(teller: Teller, row: Any, since: int) -> list[tuple[str, float]]:
    """Where the pressure behind a step came from: sources and their shares, largest first.

    The pressure rule's own sums over the weeks since the last step, older ones discounted. What the record does not
    hold (surprise at turnout, the nearness of elections, firms) is left out, so that shares are rough.
    """
    rule = teller.scenario.mechanism.pressure
    weeks = teller.weeks[teller.weeks["issue"] == row.issue]
    weeks = weeks[(weeks["week"] > since) & (weeks["week"] <= row.week)]
    way = 1.0 if row.side == "for" else -1.0
    kept = rule.keep ** (row.week - weeks["week"])

    def half(what: str, half_effect: float) -> Any:
        mine, other = weeks[f"{what}_for"], weeks[f"{what}_against"]
        return mine / (mine + half_effect) - other / (other + half_effect)

    answerable = _answerable(teller)
    heeded = 1 - rule.by_votes + rule.by_votes * answerable
    sums = {
        "street": heeded * rule.street * half("protest", rule.half_street),
        "petition": heeded * rule.petition * half("petition", rule.half_petition),
        "inside": rule.inside * weeks["lobby_success"] if "lobby_success" in weeks else 0.0 * weeks["salience"],
        "abroad": weeks["abroad"] if "abroad" in weeks else 0.0 * weeks["salience"],
        "opinion": rule.opinion * answerable * weeks["salience"] * (2 * weeks["support"] - 1),
    }
    found = {name: float((way * column * kept).sum()) for name, column in sums.items()}
    total = sum(value for value in found.values() if value > 0)
    shares = {name: value / total for name, value in found.items() if total > 0 and value / total >= 0.15}
    return sorted(shares.items(), key=lambda pair: -pair[1])


def _answerable(teller: Teller) -> float:
    """How much opinion counts in the polity, far from elections and recalls: the rule of `accountability`."""
    home, rule = teller.polity.governance, teller.scenario.mechanism.accountability
    heard = rule.heard + rule.by_media * home.media_freedom + rule.by_openness * home.openness
    return home.contestation * heard if rule.on else 1.0


def _parts(pushed: Sequence[tuple[str, float]]) -> str:
    if pushed[0][1] > 0.8:
        return f"mostly {SOURCES[pushed[0][0]]}"
    return words.joined([f"{fraction(share)} {SOURCES[name]}" for name, share in pushed])


def _led_by(teller: Teller, row: Any, sources: Sequence[str]) -> str:
    """The largest effort of the side in the half year before a step, of the kind that pushed most; and why."""
    rows = teller.campaigns
    mine = (rows["issue"] == row.issue) & (rows["week"] > row.week - BEFORE) & (rows["week"] <= row.week)
    if "table" not in sources:  # at a table both sides sit
        mine &= rows["side"] == row.side
    for source in sources:
        if source == "abroad" and (carried := carried_abroad(teller.events, row)):
            return carried
        work = rows["effort"] * rows["tactic"].map(_worth(teller, source)).fillna(0.0)
        own = mine & (work > 0)
        if own.any():
            summed = work[own].groupby([rows["organisation"][own], rows["tactic"][own]], sort=False).sum()
            name, tactic = most_effort(summed)
            who = "To win people over" if source == "opinion" else "Behind it"
            largest = (
                f"{who}, {words.name(name)} did most, by {tactic_told(teller, tactic)}{_answering(teller, name, row)}."
            )
            return f" {largest}{why(teller, name, tactic, row.issue, row.week)}"
    themselves = ": people moved by themselves" if sources[0] in ("street", "petition", "opinion") else ""
    return f" No campaign of the half year before was aimed at that{themselves}."


def _answering(teller: Teller, organisation: str, row: Any) -> str:
    """Whether its campaign was framed as an answer to the other side."""
    rows = teller.events
    own = (rows["event"] == "counter_frame") & (rows["organisation"] == organisation) & (rows["issue"] == row.issue)
    own &= (rows["week"] > row.week - BEFORE) & (rows["week"] <= row.week)
    return f", as a matter of {words.plain(rows[own].iloc[-1]['detail'])} to answer the other side" if own.any() else ""


def _worth(teller: Teller, source: str) -> dict[str, float]:
    """By tactic, what a unit of effort does for a source of pressure: 0 or 1; for opinion, people reached and moved."""
    tactics = teller.scenario.tactic.items()
    if source == "opinion":
        return {name: row.reach * max(row.persuasion, row.education, row.evidence) for name, row in tactics}
    return {name: float(row.pressure == source) for name, row in tactics}
