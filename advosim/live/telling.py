"""What happened in a week, a sentence an event, told from the log up to that week: nothing of what came after.

`advosim.story` tells a whole run with hindsight; this is what a chronicler at the time could have written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from advosim.scenario.limits import ONSET
from advosim.scenario.load import Scenario
from advosim.story import words
from advosim.world.codes import EVENTS, FATES, FOR, OBSTACLES, POPULAR, REASONS, REFORM, ROUTES
from advosim.world.names import Names

QUIET = 4
"""Weeks without a protest after which one is an onset."""
FORCE, YIELD = "repress", "accommodate"
LEAST_NEWS = 1.0
"""News shocks below this size are not told: log weight of attention."""


_PLACE = ("week", "polity", "issue", "organisation", "side")


@dataclass(frozen=True)
class Sentence:
    """One thing that happened."""

    week: int
    event: str
    """A name of the log, or `protest` where a quiet street fills."""
    polity: int
    """Row of polities, -1 for none."""
    issue: int
    """Column of issues, -1 for none."""
    organisation: int
    """Row of organisations, -1 for none."""
    side: int
    """0 for the reform, 1 against it, -1 for none."""
    size: float
    """Of a step: change of policy. Of a protest: share of the citizens."""
    text: str


def sentences(known: dict[str, Any], scenario: Scenario, names: Names) -> list[Sentence]:
    """What happened in the week that ran last, in the order in which it did. known: the tables of a world."""
    week = int(known["clock"]["week"][0])
    events = known["record"].events[: int(known["clock"]["events"][0])]
    rows = events[np.searchsorted(events["week"], week) :]
    told = []
    for row in rows[np.isin(rows["event"], _TOLD)]:
        text = _TELL[EVENTS[int(row["event"])]](row, _Known(scenario, names, known))
        if text:
            told.append(_sentence(row, text))
    return told + _protests(known, week, names)


@dataclass(frozen=True)
class _Known:
    scenario: Scenario
    names: Names
    tables: dict[str, Any]

    def name(self, row: Any, field: str = "organisation") -> str:
        """An organisation as a sentence calls it."""
        number = int(row[field])
        if number < 0:
            return "somebody"
        home, name = self.names.organisations[number]
        abroad = row["polity"] >= 0 and home != self.names.polities[int(row["polity"])]
        return words.name(f"{home}.{name}" if abroad else name)

    def who(self, row: Any) -> str:
        """The organisation with which a sentence begins."""
        return words.capital(self.name(row))

    def issue(self, row: Any) -> str:
        return words.plain(self.names.issues[int(row["issue"])])

    def allied(self, row: Any) -> str:
        return self.issue(row) if row["issue"] >= 0 else "common aims"


def _sentence(row: Any, text: str) -> Sentence:
    week, polity, issue, organisation, side = (int(row[name]) for name in _PLACE)
    size = 0.0 if row["event"] == REFORM else float(row["size"])
    return Sentence(week, EVENTS[int(row["event"])], polity, issue, organisation, side, size, text)


def _protests(known: dict[str, Any], week: int, names: Names) -> list[Sentence]:
    """Where a street fills that was quiet."""
    marched = known["issues"]["marched"].sum(axis=2)
    earlier = known["record"].weeks[max(0, week - 1 - QUIET) : week - 1]
    before = earlier["protest_for"] + earlier["protest_against"]
    told = []
    for polity, issue in zip(*(axis.tolist() for axis in np.nonzero(marched > ONSET)), strict=True):
        if (before[:, polity, issue] > ONSET).any():
            continue
        number = round(marched[polity, issue] * known["polities"]["citizens"][polity])
        text = f"{number:,} people take to the streets over {words.plain(names.issues[issue])}."
        side = int(np.argmax(known["issues"]["marched"][polity, issue]))
        told.append(Sentence(week, "protest", polity, issue, -1, side, float(marched[polity, issue]), text))
    return told


# ---------------------------------------------------------------- one event


def _news(row: Any, known: _Known) -> str:
    return f"News puts {known.issue(row)} on everybody's mind." if row["size"] >= LEAST_NEWS else ""


def _disaster(row: Any, known: _Known) -> str:
    return f"A disaster puts {known.issue(row)} on everybody's mind."


def _not_followed(row: Any, known: _Known) -> str:
    tactic, why = words.plain(known.names.tactics[int(row["tactic"])]), OBSTACLES[int(row["route"])]
    return f"{known.who(row)} cannot follow its order on {known.issue(row)} ({tactic}): {words.plain(why)}."


def _closure(row: Any, known: _Known) -> str:
    return f"{known.who(row)} runs out of money and closes."


def _founded(row: Any, known: _Known) -> str:
    return f"Citizens found {known.name(row)} for {_way(row)} on {known.issue(row)}."


def _unregistered(row: Any, known: _Known) -> str:
    return f"Founders of an organisation on {known.issue(row)} are refused by the register."


def _split(row: Any, known: _Known) -> str:
    return f"A faction leaves {known.name(row, 'partner')} and founds {known.name(row)}."


def _formalised(row: Any, known: _Known) -> str:
    return f"{words.capital(known.name(row, 'partner'))} founds {known.name(row)}, with an office and staff."


def _merged(row: Any, known: _Known) -> str:
    return f"What is left of {known.name(row)} goes over to {known.name(row, 'partner')}."


def _way(row: Any) -> str:
    return "more reform" if row["side"] == FOR else "less reform"


def _step(row: Any, known: _Known) -> str:
    way = "more reform" if row["size"] > 0 else "less reform"
    how = {
        "ballot": "because of the citizens' ballots",
        "election": "as the government had promised before the election",
        "table": "as the round table agreed",
        "store": "because pressure beat resistance",
    }[ROUTES[int(row["route"])]]
    size = words.signed(float(row["size"]))
    by = "less than 0.01" if size == words.signed(0.0) else size
    return f"The law on {known.issue(row)} moves by {by}, to {way}, {how}."


def _reform(row: Any, known: _Known) -> str:
    changed = known.scenario.reform[int(row["size"])].set.items()
    parts = [f"{words.plain(path.rpartition('.')[2])} is now {_value(value)}" for path, value in changed]
    return words.sentence(f"the rules change: {words.joined(parts)}")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, int | float) else words.plain(value)


def _answer(row: Any, known: _Known) -> str:
    event = EVENTS[int(row["event"])]
    if event == FORCE:
        return f"The government uses force over {known.issue(row)}."
    return f"The government makes concessions on {known.issue(row)}." if event == YIELD else ""


def _alliance(row: Any, known: _Known) -> str:
    return f"{known.who(row)} and {known.name(row, 'partner')} found an alliance on {known.allied(row)}."


def _joined(row: Any, known: _Known) -> str:
    return f"{known.who(row)} joins an alliance on {known.allied(row)}."


def _left(row: Any, known: _Known) -> str:
    return f"{known.who(row)} leaves an alliance on {known.allied(row)} ({words.plain(REASONS[int(row['reason'])])})."


def _dissolved(row: Any, known: _Known) -> str:
    return f"An alliance on {known.allied(row)} ends ({words.plain(REASONS[int(row['reason'])])})."


def _hashtag(row: Any, known: _Known) -> str:
    by = f" of {known.name(row)}" if row["organisation"] >= 0 else ""
    return f"A hashtag{by} on {known.issue(row)} spreads."


def _concession(row: Any, known: _Known) -> str:
    return f"{known.who(row)} gives in to a boycott over {known.issue(row)}."


def _agreement(row: Any, known: _Known) -> str:
    return f"A round table on {known.issue(row)} agrees."


def _election(row: Any, known: _Known) -> str:
    party = words.plain(known.names.parties[int(row["route"])][1])
    return f"Election: most seats ({words.percent(float(row['size']))}) go to {party}."


def _government(row: Any, known: _Known) -> str:
    home = known.names.polities[int(row["polity"])]
    own = [party for place, party in known.names.parties if place == home]
    ruling = [words.plain(party) for place, party in enumerate(own) if int(row["route"]) >> place & 1]
    return f"A new government: {words.joined(ruling)}."


def _appeal(row: Any, known: _Known) -> str:
    return f"{known.who(row)} carries its case on {known.issue(row)} to {_gate(row, known)}."


def _adopted(row: Any, known: _Known) -> str:
    return f"The case of {known.name(row)} on {known.issue(row)} is taken up by {_gate(row, known)}."


def _refused(row: Any, known: _Known) -> str:
    return f"The case of {known.name(row)} on {known.issue(row)} is not taken up by {_gate(row, known)}."


def _gate(row: Any, known: _Known) -> str:
    number = int(row["route"])
    return f"the body '{words.plain(known.names.bodies[number])}'" if number >= 0 else "other states"


def _shaming(row: Any, known: _Known) -> str:
    return f"The government is shamed from abroad over {known.issue(row)}."


def _shelter(row: Any, known: _Known) -> str:
    return f"{known.who(row)} flees abroad, where partners shelter it."


def _exit(row: Any, known: _Known) -> str:
    return f"The government leaves {words.plain(known.names.bodies[int(row['route'])])}, which had shamed it."


def _launched(row: Any, known: _Known) -> str:
    return f"{known.who(row)} starts to collect signatures for {_ballot(int(row['route']), row, known)}."


def _qualified(row: Any, known: _Known) -> str:
    return f"Enough people have signed: {_ballot(int(row['route']), row, known)} comes to a vote."


def _failed(row: Any, known: _Known) -> str:
    return f"Too few people sign for {_ballot(int(row['route']), row, known)}."


def _withdrawn(row: Any, known: _Known) -> str:
    return f"{known.who(row)} withdraws {_ballot(int(row['route']), row, known)}."


def _vote(row: Any, known: _Known) -> str:
    kind, fate = divmod(int(row["route"]), len(FATES))
    yes = words.vote(float(row["size"]))
    return f"Citizens vote on {_ballot(kind, row, known)}: {yes} say yes; {words.plain(FATES[fate])}."


def _ballot(kind: int, row: Any, known: _Known) -> str:
    name = POPULAR[kind]
    if name == "recall":
        return "the recall of the government"
    return f"{'the initiative' if name == 'initiative' else 'the referendum'} on {known.issue(row)}"


def _deterred(row: Any, known: _Known) -> str:
    return f"The legislature moves on {known.issue(row)} before citizens vote."


_TELL: dict[str, Callable[[Any, _Known], str]] = {
    "founded": _founded, "unregistered": _unregistered, "split": _split, "formalised": _formalised, "merged": _merged,
    "disaster": _disaster, "not_followed": _not_followed,
    "news": _news, "closure": _closure, "step": _step, "reform": _reform, "repress": _answer, "accommodate": _answer,
    "alliance": _alliance, "joined": _joined, "left": _left, "dissolved": _dissolved, "hashtag": _hashtag,
    "concession": _concession, "agreement": _agreement, "election": _election, "government": _government,
    "appeal": _appeal, "adopted": _adopted, "refused": _refused, "shaming": _shaming, "shelter": _shelter,
    "withdrawal": _exit,
    "ballot_launched": _launched, "ballot_qualified": _qualified, "ballot_failed": _failed,
    "ballot_withdrawn": _withdrawn, "vote": _vote, "deterrence": _deterred,
}  # fmt: skip
"""By event of the log, how it is told; what is missing here is too small for a class."""
_TOLD = [EVENTS.index(name) for name in _TELL]
