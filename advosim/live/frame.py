"""One week of a running world as plain data: what a page, a notebook or a program of one's own can draw.

A `Cast` holds what stands for the whole run: names, and a sample of citizens that stays the same in all weeks and in
all twins, so that the same person can be shown at the same place. A `Frame` is the state at the end of a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from advosim.live.tables import People, people, tables
from advosim.live.telling import Sentence, sentences
from advosim.scenario.groups import everybody
from advosim.scenario.load import Scenario
from advosim.world.codes import ABROAD, AGAINST, COLLECTING, FOR, POPULAR, SLOTS, VENUES
from advosim.world.names import Names, names
from advosim.world.state import World

SAMPLE = 2000
"""Citizens of the first polity that a frame shows; fewer of the others."""
SAMPLE_ABROAD = 400

MEASURES: dict[str, tuple[str, int | None]] = {
    "policy": ("policy", None),
    "support": ("support", None),
    "attitude": ("attitude", None),
    "expressed": ("expressed", None),
    "silenced": ("silenced", None),
    "talking": ("talking", None),
    "aware": ("aware", None),
    "salience": ("salience", None),
    "agenda": ("agenda", None),
    "petition_for": ("signed", FOR),
    "petition_against": ("signed", AGAINST),
    "protest_for": ("marched", FOR),
    "protest_against": ("marched", AGAINST),
    "pressure": ("felt", None),
    "friction": ("friction", None),
    "shaming_for": ("shaming", FOR),
    "shaming_against": ("shaming", AGAINST),
}
"""By the column's name in `record.weeks`: the field of an issue's row, and the side where it has two."""
VIEWS = {"support": "support", "aware": "aware", "salience": "salience", "petition": "signed", "protest": "marched"}
"""By the column's name in `record.publics`: the field of a public's row."""


@dataclass(frozen=True)
class Cast:
    """Who and what a run is about, the same in all its weeks."""

    names: Names
    sample: NDArray[np.int64]
    """(s,): citizens shown, evenly over districts and publics, in the order in which they stand."""
    public: NDArray[np.int64]
    """(s,): row of each one's public."""
    kinds: tuple[str, ...]
    """By organisation."""
    homes: tuple[int, ...]
    """By organisation: row of its polity."""
    stances: NDArray[np.float64]
    """(organisations, issues): -1..1 at the founding."""
    priorities: NDArray[np.float64]
    """(organisations, issues): 0..1, sum 1."""
    newcomers: tuple[bool, ...]
    """By organisation: whether it is yet to be founded."""
    levels: tuple[str, ...]
    """By body: regional or international."""
    policy: NDArray[np.float64]
    """(polities, issues): -1..1 at the founding."""


@dataclass(frozen=True)
class Frame:
    """The end of a week. p polities, m issues, q publics, o organisations, s citizens of the sample."""

    week: int
    measures: NDArray[np.float32]
    """(len(MEASURES), p, m)."""
    answers: NDArray[np.uint8]
    """(p, m): sum of the government's answers, as in `advosim.world.codes`."""
    views: NDArray[np.float32]
    """(len(VIEWS), q, m)."""
    funds: NDArray[np.float32]
    """(o,): >= 0, weekly campaign budgets of a typical organisation."""
    closed: NDArray[np.bool_]
    """(o,)."""
    exiled: NDArray[np.bool_]
    """(o,): sheltered abroad."""
    founded: list[tuple[int, tuple[float, ...], tuple[float, ...]]]
    """Newcomers that have been founded: organisation, its stances and its priorities, by issue."""
    people: People
    """(m, s) each."""
    campaigns: list[tuple[int, int, int]]
    """Organisation, issue, tactic of each campaign that ran."""
    alliances: list[tuple[int, int, int, tuple[int, ...]]]
    """Number, issue, side and members of each that lives."""
    parties: list[tuple[int, bool, float]]
    """Seats, whether it governs, share of votes in the last poll."""
    ballots: list[tuple[int, int, int, bool, float, float, int]]
    """Polity, issue, kind (place in SLOTS), whether signatures are collected (else a vote is to come), signatures and
    what is needed as shares of citizens, weeks left.
    """
    appeals: list[tuple[int, int, int, int, float]]
    """Cases on their way abroad: organisation, body (-1: other states), issue, side, share of the way done."""
    cases: list[tuple[int, int, int, int, float]]
    """Cases that were taken up: body (-1: other states), polity, issue, side, how fresh (0..1)."""
    members: list[tuple[int, int, bool]]
    """Body and polity of each that is a member (true), or has left (false)."""
    sentences: list[Sentence]
    """What happened this week, told without knowing what came after."""


def cast(world: World, scenario: Scenario) -> Cast:
    """Names and sample of a world that was founded on `scenario`."""
    known, called = tables(world), names(scenario)
    sizes = known["polities"]["citizens"]
    firsts = np.cumsum(sizes) - sizes
    most = [SAMPLE, *[SAMPLE_ABROAD] * (len(sizes) - 1)]
    sample = np.concatenate(
        [
            first + np.linspace(0, size - 1, min(size, number)).astype(np.int64)
            for first, size, number in zip(firsts, sizes, most, strict=True)
        ]
    )
    blocks = np.searchsorted(known["blocks"]["last"], sample, side="right")
    return Cast(
        called,
        sample,
        known["blocks"]["public"][blocks].astype(np.int64),
        tuple(called.kinds[kind] for kind in known["organisations"]["kind"]),
        tuple(known["organisations"]["polity"].tolist()),
        known["stances"].copy(),
        known["priorities"].copy(),
        tuple(one.newcomer for one in everybody(scenario)),
        tuple(VENUES[level] for level in known["bodies"]["level"]),
        known["issues"]["policy"].copy(),
    )


def frame(world: World, scenario: Scenario, of: Cast) -> Frame:
    """The week that ran last, as plain data of its own. of: the `cast` of this world or of any of its twins."""
    known = tables(world)
    week = int(known["clock"]["week"][0])
    issues, organisations = known["issues"], known["organisations"]
    measured = [issues[field] if side is None else issues[field][..., side] for field, side in MEASURES.values()]
    return Frame(
        week,
        np.array(measured, np.float32),
        issues["answers"].astype(np.uint8),
        np.array([known["views"][field] for field in VIEWS.values()], np.float32),
        organisations["funds"].astype(np.float32),
        organisations["closed"].astype(bool),
        organisations["exiled"].astype(bool),
        _founded(known),
        people(known, of.sample),
        _campaigns(known),
        _alliances(known),
        _parties(known),
        _ballots(known),
        _appeals(known),
        _cases(known),
        _members(known),
        sentences(known, scenario, of.names),
    )


def _founded(known: dict[str, Any]) -> list[tuple[int, tuple[float, ...], tuple[float, ...]]]:
    rows = np.flatnonzero(known["organisations"]["founded"] > 0).tolist()
    return [(row, tuple(known["stances"][row].tolist()), tuple(known["priorities"][row].tolist())) for row in rows]


def _campaigns(known: dict[str, Any]) -> list[tuple[int, int, int]]:
    rows = known["campaigns"][known["campaigns"]["effort"] > 0]
    return list(zip(*(rows[name].tolist() for name in ("organisation", "issue", "tactic")), strict=True))


def _alliances(known: dict[str, Any]) -> list[tuple[int, int, int, tuple[int, ...]]]:
    rows = known["alliances"]
    found = []
    for place in np.flatnonzero(rows["alive"]).tolist():
        seats = known["seats"]["organisation"][place]
        members = tuple(seats[seats >= 0].tolist())
        found.append((int(rows["number"][place]), int(rows["issue"][place]), int(rows["side"][place]), members))
    return found


def _parties(known: dict[str, Any]) -> list[tuple[int, bool, float]]:
    rows = known["parties"]
    return list(zip(*(rows[name].tolist() for name in ("seats", "in_government", "polled")), strict=True))


def _ballots(known: dict[str, Any]) -> list[tuple[int, int, int, bool, float, float, int]]:
    rows = known["ballots"]
    found = []
    for polity, issue, slot in zip(*(axis.tolist() for axis in np.nonzero(rows["phase"])), strict=True):
        row = rows[polity, issue, slot]
        right = known["rights"][polity, next(k for k, kind in enumerate(POPULAR) if SLOTS[slot].startswith(kind))]
        found.append(
            (polity, issue, slot, bool(row["phase"] == COLLECTING), float(row["signatures"]),
             float(right["signature_share"]), int(row["weeks_left"]))
        )  # fmt: skip
    return found


def _appeals(known: dict[str, Any]) -> list[tuple[int, int, int, int, float]]:
    rows, tactics = known["campaigns"], known["tactics"]
    away = (rows["effort"] > 0) & (tactics["pressure"][rows["tactic"]] == ABROAD)
    found = []
    for row in rows[away]:
        venue, polity = tactics["venue"][row["tactic"]], int(row["polity"])
        at = np.flatnonzero((known["bodies"]["level"] == venue) & known["mandates"]["member"][:, polity])
        age, left = int(row["age"]), int(row["weeks_left"])
        done = (age + 1) / max(age + 1 + left, 1)
        body = int(at[0]) if at.size else -1
        found.append((int(row["organisation"]), body, int(row["issue"]), int(row["side"]), done))
    return found


def _members(known: dict[str, Any]) -> list[tuple[int, int, bool]]:
    member, left = known["mandates"]["member"], known["mandates"]["left"]
    places = zip(*(axis.tolist() for axis in np.nonzero(member | left)), strict=True)
    return [(body, polity, bool(member[body, polity])) for body, polity in places]


def _cases(known: dict[str, Any]) -> list[tuple[int, int, int, int, float]]:
    places = zip(*(axis.tolist() for axis in np.nonzero(known["docket"] > 0.02)), strict=True)
    found = [(*place, float(known["docket"][place])) for place in places]
    asked = known["issues"]["asked"]
    places = zip(*(axis.tolist() for axis in np.nonzero(asked > 0.02)), strict=True)
    return found + [(-1, *place, float(asked[place])) for place in places]
