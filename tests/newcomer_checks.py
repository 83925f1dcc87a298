"""Null limits and directions of the rules by which organisations begin and merge, for test_mechanisms."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from worlds import growing

from advosim.mechanisms import newcomers
from advosim.record import Record
from advosim.simulation import simulate
from advosim.world.found import found

NULL_LIMITS: dict[str, Callable[[], None]] = {}
DIRECTIONS: dict[str, Callable[[], None]] = {}
RULES = found(growing(), 1, 1).now.rules[0]


def null_limit(of: str) -> Callable[[Callable[[], None]], None]:
    return lambda check: NULL_LIMITS.update({of: check})


def direction(of: str) -> Callable[[Callable[[], None]], None]:
    return lambda check: DIRECTIONS.update({of: check})


@functools.cache
def grown(seed: int, *changes: tuple[str, Any]) -> Record:
    return simulate(growing().but(dict(changes)), seed, threads=1)


def off(name: str) -> tuple[str, Any]:
    return f"mechanism.{name}.on", False


def times(event: str, *changes: tuple[str, Any], seeds: int = 6) -> int:
    """How often something happens over some seeds."""
    return sum(int((grown(seed, *changes).events["event"] == event).sum()) for seed in range(1, seeds + 1))


DEAR = ("polity.home.governance.entry_cost", 1.0)
FREE = ("polity.home.governance.entry_cost", 0.0)
POOR = ("mechanism.funds.fixed", 1.5)
TORN = (
    ("mechanism.schism.chance", 1.0), ("mechanism.schism.far", 0.4), FREE, ("weeks", 52), ("polity.home.citizens", 600),
)  # fmt: skip
"""Splits are rare: an organisation in which two fifths of the members stand far off splits once in 20 years."""
RALLIES = ("mechanism.formalisation.large", 0.0001)


@null_limit("founding")
def _() -> None:
    assert times("founded", off("founding")) == 0 < times("founded")


@null_limit("registration")
def _() -> None:
    """Without a register entry cost does nothing, and nobody has a payroll."""
    assert times("unregistered", DEAR, off("registration")) == 0 < times("unregistered", DEAR)
    no_grants = ("mechanism.grants.on", False)
    free, dear = (grown(1, end, off("registration"), no_grants) for end in (FREE, DEAR))
    assert free.events.equals(dear.events)
    quiet = (no_grants, off("founding"), off("schism"), off("formalisation"))
    free, dear = (grown(1, end, *quiet).organisations["running_cost"].sum() for end in (FREE, DEAR))
    assert free < dear


@null_limit("merger")
def _() -> None:
    assert times("merged", POOR, off("merger")) == 0 < times("merged", POOR)


@null_limit("schism")
def _() -> None:
    assert times("split", off("schism"), *TORN) == 0 < times("split", *TORN)


@null_limit("formalisation")
def _() -> None:
    assert times("formalised", RALLIES, off("formalisation")) == 0 < times("formalised", RALLIES)


@direction("founding")
def _() -> None:
    """More demand, and more who are there already, make for more; more who serve it, for fewer."""
    rule = RULES.founding
    chance = [newcomers.founding_chance(demand, 0.0, 10.0, rule) for demand in (0.0, 0.001, 0.002)]
    assert chance[0] == 0.0 < chance[1] < chance[2]
    known = [newcomers.founding_chance(0.001, 0.0, number, rule) for number in (0.0, 5.0, 50.0)]
    assert known[0] < known[1] < known[2]
    crowded = [newcomers.founding_chance(0.001, served, 10.0, rule) for served in (0.0, 2.0, 8.0)]
    assert crowded[0] > crowded[1] > crowded[2]
    usual = (0.5, 0.5, 0.5, 0.2, 0.4, 1.0)
    for place in range(len(usual)):
        more = tuple(value * (1.2 if place == number else 1.0) for number, value in enumerate(usual))
        assert newcomers.unmet(*more) > newcomers.unmet(*usual)
    few, many = (times("founded", ("mechanism.founding.rate", rate)) for rate in (1.0, 200.0))
    assert few < many


@direction("registration")
def _() -> None:
    """Dearer and harder registering lets fewer begin, with less."""
    rule = RULES.registration
    assert newcomers.left_to_begin(6.0, 1.0, 0.5, rule) == -1.0, "refused"
    assert newcomers.left_to_begin(6.0, 0.5, 0.5, rule) == 6.0 - 0.5 * rule.fee
    assert newcomers.left_to_begin(2.0, 0.5, 0.5, rule) == -2.0, "too little is left"
    assert times("founded", DEAR) < times("founded", FREE)
    quiet = (off("founding"), off("schism"), off("formalisation"), ("mechanism.grants.on", False))
    assert times("closure", DEAR, POOR, *quiet) >= times("closure", FREE, POOR, *quiet)


@direction("merger")
def _() -> None:
    """The lower the trust that it takes, the more go over to somebody."""
    assert times("merged", POOR, ("mechanism.merger.trust", 1.0)) < times("merged", POOR)


@direction("schism")
def _() -> None:
    rule = RULES.schism
    assert newcomers.schism_chance(0.4, 0.2, rule) > newcomers.schism_chance(0.2, 0.2, rule)
    assert newcomers.schism_chance(0.4, 0.2, rule) > newcomers.schism_chance(0.4, 0.8, rule), "voice keeps members"
    assert newcomers.schism_chance(0.4, 1.0, rule) == 0.0
    assert newcomers.schism_chance(0.6, 0.2, rule) == 0.0, "a majority changes the line"


@direction("formalisation")
def _() -> None:
    rule = RULES.formalisation
    assert newcomers.rallied(2.0, True, rule) > newcomers.rallied(2.0, False, rule)
    assert np.isclose(newcomers.rallied(2.0, True, rule), 2.0 * rule.keep + 1.0)
    assert times("formalised", RALLIES) > times("formalised", RALLIES, ("mechanism.formalisation.weeks", 50.0))
