"""What tests of mechanisms share: rules at their defaults, a world worked out by hand, single lines of the week, the
lists of null limits and directions that each mechanism owes, and effects over paired seeds.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from worlds import Errors, busy, paired_effect, run_again, run_world, switched_off

from advosim import Scenario, week
from advosim.mechanisms import citizens
from advosim.reading.tables import lived
from advosim.record import Record
from advosim.simulation import simulate
from advosim.world.chance import wrapping
from advosim.world.found import found
from advosim.world.state import World

BY_HAND = {
    "mechanism.evidence.price": 0.05,
    "mechanism.response.concession": 0.05,
    "mechanism.boycott.readiness": -1.8,
    "mechanism.friction.level": 0.6,
    "mechanism.friction.by_veto_player": 0.5,
    "mechanism.coverage.by_violence": 0.5,
    "mechanism.channels.full": 2.0,
    "mechanism.backfire.gain": 0.3,
    "mechanism.participation.by_efficacy": 0.5,
    "mechanism.participation.by_grievance": 0.3,
    "mechanism.participation.solidarity": 0.36,
    "mechanism.participation.cost_of_march": 0.05,
    "mechanism.participation.by_assembly_cost": 2.0,
    "mechanism.participation.by_risk": 0.4,
    "mechanism.participation.by_need": 0.0,
    "mechanism.participation.tau": 0.1,
    "mechanism.participation.memory": 0.6,
    "mechanism.petition.half_life": 10.0,
    "mechanism.petition.floor": 0.4,
    "mechanism.petition.peak": 3.0,
    "mechanism.petition.spread": 0.5,
    "mechanism.protest_signal.violence": 0.3,
    "mechanism.lobbying.effort_exponent": 1.0,
    "mechanism.lobbying.others": 2.0,
    "mechanism.lobbying.by_access": 0.5,
    "mechanism.lobbying.keep": 0.0,
    "mechanism.lobbying.quiet": 10.0,
    "mechanism.lobbying.capture": 0.0,
    "mechanism.pressure.street": 0.3,
    "mechanism.pressure.petition": 0.1,
    "mechanism.pressure.inside": 0.08,
    "mechanism.pressure.opinion": 0.6,
    "mechanism.pressure.own_will": 0.0,
    "mechanism.pressure.by_votes": 0.0,
    "mechanism.pressure.firms": 0.15,
    "mechanism.pressure.abroad": 0.15,
    "mechanism.evaluation.by_pressure": 1.0,
}
"""Values with which the numbers below were worked out, where defaults have been or may be fitted anew."""

RULES = found(Scenario(title="Defaults").but(BY_HAND), 1, 1).now.rules[0]
"""The rules at their defaults, but for these."""


def close(value: float, expected: float, rel: float = 1e-6) -> bool:
    return bool(value == pytest.approx(expected, rel=rel, abs=1e-7))


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# ---------------------------------------------------------------- a world worked out by hand

BESIDE = (
    "message",
    "backlash",
    "platform_control",
    "digital_coordination",
    "petition",
    "institutionalisation",
    "hashtag",
)
"""What modifies other rules, switched off where these are worked out by hand."""


def one_issue(**changes: Any) -> World:
    """A world of one issue and two opposed organisations, founded without chance."""
    table = {
        "title": "One issue",
        "weeks": 300,
        "issue": {
            "reform": {"attitude_between": 0.0, "policy": 0.0, "policy_between": 0.0, "ideal_between": 0.0},
        },
        "polity": {
            "home": {
                "citizens": 1000,
                "organisation": {
                    "greens": {"stance": 0.5, "stance_within": 0.0, "funds_within": 0.0, "members": 0.0},
                    "reds": {"stance": -0.5, "stance_within": 0.0, "funds_within": 0.0, "members": 0.0},
                },
            }
        },
    }
    plain = {f"mechanism.{name}.on": False for name in BESIDE} | {
        "mechanism.channels.synergy": 0.0,
        "mechanism.evidence.anchor": 0.0,
    }
    world = found(Scenario.model_validate(table).but({**plain, **BY_HAND, **changes}), 1)
    world.now.clock["week"] = 1
    return world


@functools.cache
def stages() -> dict[str, Callable[[World], None]]:
    """The lines of the week, each by itself."""
    return {stage.__name__: stage for stage in week.stages()}


def call(name: str, world: World) -> None:
    """Run one line of the week."""
    with wrapping():
        stages()[name](world)


def campaign(world: World, row: int, tactic: str, **fields: Any) -> Any:
    """Let an organisation campaign; it has run for a week."""
    names = list(Scenario(title="x").tactic)
    running = world.teams.campaigns[row]
    running["issue"], running["side"], running["tactic"] = 0, row, names.index(tactic)
    running["weeks_left"], running["competence"], running["age"], running["outreach"] = 4, 0.5, 1, 1.0
    running["firm"] = running["district"] = -1
    for name, value in fields.items():
        running[name] = value
    return running


# ---------------------------------------------------------------- what each mechanism owes

NULL_LIMITS: dict[str, Callable[[], None]] = {}
DIRECTIONS: dict[str, Callable[[], None]] = {}


def null_limit(of: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def kept(check: Callable[[], None]) -> Callable[[], None]:
        assert of not in NULL_LIMITS
        NULL_LIMITS[of] = check
        return check

    return kept


def direction(of: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def kept(check: Callable[[], None]) -> Callable[[], None]:
        assert of not in DIRECTIONS
        DIRECTIONS[of] = check
        return check

    return kept


@functools.cache
def without(*names: str) -> World:
    """The busy world at its end without some mechanisms."""
    return run_world(switched_off(*names), 1)


@functools.cache
def table(kind: str, *names: str) -> Any:
    """A table by week of the busy world without some mechanisms, or its events; from week 1 on."""
    return lived(getattr(simulate(switched_off(*names), 1, threads=1), kind))


def busy_run(seed: int) -> Record:
    return simulate(busy(), seed, threads=1)


def weeks_without(*names: str) -> Any:
    return table("weeks", *names)


def organisations_without(*names: str) -> Any:
    return table("organisations", *names)


def events_without(*names: str) -> Any:
    return table("events", *names)


@functools.lru_cache(32)
def lively(changes: tuple[tuple[str, Any], ...], seed: int) -> Record:
    return run_again(busy().but(dict(changes)), seed)


def effect(path: str, low: Any, high: Any, measure: Callable[[Record], float], seeds: int = 30, **also: Any) -> Errors:
    """The mean paired difference that a setting makes, over its standard error: beyond 2 is no accident."""
    ends = (busy().but({**also, path: end}) for end in (high, low))
    return paired_effect(*ends, measure, seeds)


def mean_of(column: str) -> Callable[[Record], float]:
    return lambda record: float(record.recorded.weeks[column].astype(float).mean())


def total_of(column: str) -> Callable[[Record], float]:
    return lambda record: float(record.recorded.organisations[column].sum())


def act(threshold: float, **changed: float) -> bool:
    values = {
        "motive_": 0.4, "efficacy": 0.3, "grievance": 2.0, "noticed": 0.5, "company": 0.5, "called": 1.0, "cost": 0.06,
        "risk": 0.1, "fatigue": 0.5,
    } | changed  # fmt: skip
    return bool(citizens.participation(*map(np.float32, values.values()), np.float32(threshold), RULES.participation))


def move(world: World) -> Any:
    call("friction", world)
    call("decision", world)
    return world.arena.issues[0, 0]


def launched(kind: str, *runs: Record) -> int:
    tables = [run.events for run in runs]
    return sum(int(((table["event"] == "ballot_launched") & (table["detail"] == kind)).sum()) for table in tables)


def answers(kind: int) -> Callable[[Record], float]:
    return lambda record: float((record.recorded.weeks["answers"] & kind > 0).sum())
