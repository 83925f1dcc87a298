"""What the rows of a World are called: without the rules, so that whoever only reads a record need not load them."""

from __future__ import annotations

from typing import NamedTuple

from advosim.scenario.groups import everybody
from advosim.scenario.load import Scenario
from advosim.world.codes import KINDS


class Names(NamedTuple):
    """What the rows of World are called, in their order."""

    polities: tuple[str, ...]
    issues: tuple[str, ...]
    frames: tuple[str, ...]
    tactics: tuple[str, ...]
    kinds: tuple[str, ...]
    publics: tuple[tuple[str, str], ...]
    """(polity, public)"""
    organisations: tuple[tuple[str, str], ...]
    """(polity, organisation)"""
    parties: tuple[tuple[str, str], ...]
    """(polity, party)"""
    bodies: tuple[str, ...]


def names(scenario: Scenario) -> Names:
    """The names of a scenario's rows; of `count` alike organisations each gets a number."""
    return Names(
        tuple(scenario.polity),
        tuple(scenario.issue),
        tuple(scenario.frame),
        tuple(scenario.tactic),
        KINDS,
        tuple((home, public) for home, polity in scenario.polity.items() for public in polity.public),
        tuple((one.home, one.name) for one in everybody(scenario)),
        tuple((home, party) for home, polity in scenario.polity.items() for party in polity.party),
        tuple(scenario.body),
    )
