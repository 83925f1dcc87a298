"""Null limits and directions of the rules across borders, for test_mechanisms."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from owed import call
from worlds import Errors, neighbours, paired_effect, run_world

from advosim import Scenario
from advosim.mechanisms import abroad, bodies, borders, citizens, cooperation, crossing
from advosim.reading.spiral import PHASES, spiral
from advosim.record import Record
from advosim.simulation import simulate
from advosim.world.found import found
from advosim.world.state import World

NULL_LIMITS: dict[str, Callable[[], None]] = {}
DIRECTIONS: dict[str, Callable[[], None]] = {}


def null_limit(of: str) -> Callable[[Callable[[], None]], None]:
    return lambda check: NULL_LIMITS.update({of: check})


def direction(of: str) -> Callable[[Callable[[], None]], None]:
    return lambda check: DIRECTIONS.update({of: check})


@functools.cache
def without(*names: str, seed: int = 1) -> Record:
    """A run of the world of neighbours without some mechanisms."""
    return simulate(neighbours().but({f"mechanism.{name}.on": False for name in names}), seed, threads=1)


def world_without(*names: str) -> World:
    return run_world(neighbours().but({f"mechanism.{name}.on": False for name in names}), 1)


def events(record: Record) -> set[str]:
    return set(record.events["event"])


def rule(name: str) -> Any:
    return found(Scenario(title="Defaults"), 1, 1).now.rules[0][name]


def effect(path: str, low: Any, high: Any, measure: Callable[[Record], float], seeds: int = 20, **also: Any) -> Errors:
    """The mean paired difference that a setting makes, over its standard error."""
    ends = (neighbours().but({**also, path: end}) for end in (high, low))
    return paired_effect(*ends, measure, seeds)


def mean_of(column: str, polity: str | None = None) -> Callable[[Record], float]:
    def measure(record: Record) -> float:
        p = slice(None) if polity is None else record.names.polities.index(polity)
        return float(record.recorded.weeks[column][:, p].mean())

    return measure


def number_of(event: str) -> Callable[[Record], float]:
    return lambda record: float((record.events["event"] == event).sum())


def weeks_closed(record: Record) -> float:
    """Weeks that organisations spend closed."""
    return float(record.recorded.organisations["closed"].sum())


@null_limit("spillover")
def _() -> None:
    assert not world_without("spillover").arena.polities["foreign_channels"].any()
    assert world_without().arena.polities["foreign_channels"].all()
    closed = {"mechanism.ties.on": False, "mechanism.third_states.on": False}
    still = neighbours().but({**closed, "mechanism.spillover.on": False})
    one, other = (
        simulate(still.but(change), 1, threads=1).weeks.query("polity == 'home'")["attention"]
        for change in ({}, {"polity.north.governance.media_freedom": 0.0})
    )
    assert one.equals(other), "what is shown abroad is not seen at home"


@direction("spillover")
def _() -> None:
    assert effect("mechanism.spillover.share", 0.0, 0.8, mean_of("attention", "home")) > 3
    assert effect("relation.border.distance", 0.9, 0.0, mean_of("attention", "home")) > 2
    # Foreign channels bring the news of repression to citizens whose own media are silent.
    world = found(neighbours().but({"polity.home.governance.media_freedom": 0.0}), 1)
    told = []
    for channels in (0.0, 0.5, 1.0):
        world.arena.polities["foreign_channels"][0] = channels
        citizens._what_presses.py_func(
            world.people.circumstances[0, 0], world.now.rules[0], world.arena.polities[0], world.arena.issues[0, 0]
        )
        told.append(float(world.people.circumstances[0, 0].exposed[0]))
    assert told[0] == 0 < told[1] < told[2]


@null_limit("frame_diffusion")
def _() -> None:
    world = world_without("frame_diffusion")
    one = len(world.teams.organisations)  # behind them stand the joint campaigns of alliances
    first = found(neighbours(), 1).teams.repertoire[:one]
    assert (world.teams.repertoire[:one] == first).all()
    assert (world_without().teams.repertoire[:one] != first).any()
    assert "borrowed" in events(without()) and "borrowed" not in events(without("frame_diffusion"))


@direction("frame_diffusion")
def _() -> None:
    assert effect("mechanism.frame_diffusion.chance", 0.0, 0.3, number_of("borrowed")) > 3
    assert effect("relation.border.ties", 0.1, 1.0, number_of("borrowed")) > 3


@null_limit("shelter")
def _() -> None:
    tied = {"relation.border.ties": 1.0}
    off, on = (
        [simulate(neighbours().but({**tied, "mechanism.shelter.on": switch}), seed, threads=1) for seed in range(2, 6)]
        for switch in (False, True)
    )
    for one in off:
        assert not one.organisations["exiled"].any() and "shelter" not in events(one)
    for one in on:
        assert one.organisations["exiled"].any() and "shelter" in events(one)


@direction("shelter")
def _() -> None:
    def in_exile(record: Record) -> float:
        return float(record.recorded.organisations["exiled"].sum())

    tied = {"relation.border.ties": 1.0}
    assert effect("mechanism.shelter.weeks", 0, 26, in_exile, **tied) > 3
    assert effect("mechanism.shelter.weeks", 0, 26, weeks_closed, 40, **tied) < -2
    a = found(neighbours(), 1).teams.organisations[0]
    a.partners, a.sheltered = 1, 25
    assert borders.shelters(a, rule("shelter"))
    a.sheltered = 26
    assert not borders.shelters(a, rule("shelter"))
    a.partners, a.sheltered = 0, 0
    assert not borders.shelters(a, rule("shelter"))


@null_limit("third_states")
def _() -> None:
    weeks = without("third_states").weeks
    assert not weeks[["third_states_for", "third_states_against"]].any(axis=None)
    assert without().weeks["third_states_for"].any()
    assert "shaming_by_third_states" not in set(without("third_states").events["tactic"])


@direction("third_states")
def _() -> None:
    assert abroad.willingness(0.5, 1.0, 0.6, 0.4) == 0.25
    assert abroad.willingness(1.0, 1.0, 0.6, 0.4) > abroad.willingness(0.5, 1.0, 0.6, 0.4)
    assert abroad.willingness(0.5, 1.0, 0.6, 0.4) > abroad.willingness(0.5, 0.0, 0.6, 0.4) == 0
    third = mean_of("third_states_for", "home")
    assert effect("relation.border.leverage", 0.1, 1.0, third) > 3
    assert effect("polity.north.governance.openness", 0.1, 1.0, third) > 3, "pressed by its own people"
    assert effect("polity.north.public.everyone.attitude.climate", -0.6, 0.4, third) > 2, "by its own public"
    assert effect("polity.north.policy.climate", -0.6, 0.3, third) > 2, "who is no better does not speak"


@null_limit("boomerang")
def _() -> None:
    off = without("boomerang")
    assert not events(off) & {"appeal", "adopted", "refused", "shaming", "offset"}
    columns = ["shaming_for", "shaming_against", "presence_for", "abroad"]
    assert not off.weeks[columns].any(axis=None) and not off.organisations["blocked"].any()
    assert off.bodies.groupby(["body", "issue"])["policy"].nunique().eq(1).all(), "bodies stand still"
    assert events(without()) >= {"appeal", "adopted", "refused", "shaming", "offset"}
    assert without().weeks[columns].any().drop("shaming_against").all()


@direction("boomerang")
def _() -> None:
    assert effect("polity.home.governance.openness", 0.9, 0.1, number_of("appeal")) > 5
    assert effect("mechanism.boomerang.patience", 0.95, 0.2, number_of("appeal")) > 2
    assert effect("body.nations.gatekeeping", 4.0, -2.0, number_of("adopted")) > 5
    assert effect("polity.home.governance.external_vulnerability", 0.0, 1.0, mean_of("abroad", "home")) > 5
    shaming = mean_of("shaming_for", "home")
    assert effect("body.union.leverages.home", 0.1, 1.0, shaming) > 3
    assert effect("body.nations.capacity", 0.2, 5.0, shaming) > 2, "a crowded docket has no room"
    assert effect("mechanism.boomerang.offset", 0.0, 1.0, number_of("offset")) > 5


OPEN = {"mechanism.across_borders.meet": 1.0}
"""Those of both polities meet every quarter."""
EAGER = {**OPEN, "mechanism.alliance_formation.readiness": 0.0}


def wide(record: Record) -> float:
    """Alliances with members in several polities."""
    return float(record.alliances["polities"].str.contains("+", regex=False).sum())


@null_limit("across_borders")
def _() -> None:
    assert wide(simulate(neighbours().but(EAGER), 1, threads=1)) > 0
    for shut in ({}, {"mechanism.across_borders.on": False, **EAGER}):
        world = run_world(neighbours().but(shut), 1)
        assert wide(simulate(neighbours().but(shut), 1, threads=1)) == 0
        assert not world.abroad.carried.any()
        for name in ("remote", "shielded"):
            assert not world.teams.organisations[name].any()


@direction("across_borders")
def _() -> None:
    path = "mechanism.across_borders."
    ready = {"mechanism.alliance_formation.readiness": 0.0}
    assert effect(path + "meet", 0.0, 1.0, wide, **ready) > 3
    assert effect(path + "by_distance", 0.0, 20.0, wide, **EAGER) < -3
    world = run_world(neighbours().but(EAGER), 1)
    world.allied.alliances["pooled"], carried = 1.0, []
    for voice in (0.0, 0.5, 1.0):
        world.now.rules["across_borders"]["voice"] = voice
        call("across_borders", world)
        carried.append(float(world.abroad.carried.sum()))
    assert carried == sorted(set(carried)) and carried[0] == 0
    own, strength = rule("across_borders"), rule("alliance_strength")
    assert crossing.shield(1.0, 3, own) > crossing.shield(1.0, 1, own) > crossing.shield(0.5, 1, own)
    a = found(neighbours(), 1).teams.organisations[0]
    a.ties = 3
    assert 0 < crossing.centrality(a, own) < 0.5
    assert cooperation.coordination(3 + own.coordination, 0.5, 0.0, strength) < cooperation.coordination(
        3, 0.5, 0.0, strength
    )
    costs = (run_world(neighbours().but({**EAGER, path + "upkeep": upkeep}), 1).record for upkeep in (0.0, 1.0))
    low, high = (float(record.organisations["running_cost"].sum()) for record in costs)
    assert low < high


def paid_from_abroad(**changes: Any) -> World:
    """A world in which all members of alliances across borders have paid alike; a week in which they drift."""
    world = run_world(neighbours().but({**EAGER, **changes}), 1)
    assert world.allied.alliances["abroad"].any()
    world.now.clock["week"], world.allied.seats["contributed"] = 28, 1.0
    return world


def drifted(**changes: Any) -> float:
    world = paid_from_abroad(**changes)
    before = world.teams.stances.copy()
    call("donor_drift", world)
    return float(np.abs(world.teams.stances - before).sum())


@null_limit("donor_drift")
def _() -> None:
    assert drifted(**{"mechanism.donor_drift.on": False}) == 0 < drifted()


@direction("donor_drift")
def _() -> None:
    moved = []
    for rate in (0.0, 0.05, 0.5):
        world = paid_from_abroad()
        world.now.rules["donor_drift"]["rate"] = rate
        before = world.teams.stances.copy()
        call("donor_drift", world)
        moved.append(float(np.abs(world.teams.stances - before).sum()))
    assert moved == sorted(set(moved)) and moved[0] == 0
    assert crossing.dependence(1.0, 1.0) == 0.5 > crossing.dependence(0.5, 1.0) > crossing.dependence(0.0, 1.0) == 0


def pressed(**changes: Any) -> pd.DataFrame:
    return simulate(neighbours().but({"mechanism.interplay.rate": 0.2, **changes}), 1, threads=1).bodies


@null_limit("interplay")
def _() -> None:
    alone = without().bodies
    assert pressed(**{"mechanism.interplay.on": False}).equals(alone)
    assert not pressed().equals(alone)


@direction("interplay")
def _() -> None:
    def apart(record: Record) -> float:
        own = record.bodies.query("issue == 'housing'").groupby("body")["agenda"].mean()
        return float(abs(own["nations"] - own["union"]))

    assert effect("mechanism.interplay.rate", 0.0, 0.2, apart, 5) < -3
    mandates = found(neighbours(), 1).abroad.mandates.copy()
    assert bodies.overlap(mandates, 0, 1) == 1
    mandates["member"][1, 0] = False
    assert bodies.overlap(mandates, 0, 1) == 0.5


@null_limit("withdrawal")
def _() -> None:
    leaves = {"mechanism.withdrawal.rate": 1.0, "polity.home.governance.external_vulnerability": 0.3}
    assert "withdrawal" not in events(without())
    off = simulate(neighbours().but({**leaves, "mechanism.withdrawal.on": False}), 1, threads=1)
    assert "withdrawal" not in events(off)
    assert "withdrawal" in events(simulate(neighbours().but(leaves), 1, threads=1))


@direction("withdrawal")
def _() -> None:
    left = number_of("withdrawal")
    assert effect("mechanism.withdrawal.rate", 0.0, 1.0, left) > 3
    free = {"mechanism.withdrawal.rate": 0.3}
    assert effect("polity.home.governance.external_vulnerability", 0.0, 1.0, left, **free) < -3
    own = rule("withdrawal").copy()
    own.rate = 0.1
    assert bodies.exit_chance(1.0, 0.0, 0.5, own) > bodies.exit_chance(1.0, 0.0, 0.0, own)
    own.by_contagion = 0.0
    assert bodies.exit_chance(1.0, 0.0, 0.5, own) == bodies.exit_chance(1.0, 0.0, 0.0, own)


@null_limit("spiral")
def _() -> None:
    off = without("spiral")
    assert spiral(off).empty and len(spiral(without())) > 0
    same = [getattr(off, name).equals(getattr(without(), name)) for name in ("weeks", "organisations", "events")]
    assert all(same), "a label is never a cause"


@direction("spiral")
def _() -> None:
    """The nearer policy comes to the norm from where it started, the later the phase."""
    record = without()
    phases = []
    for policy in (-0.9, record.weeks["policy"].max(), 0.99):
        weeks = record.weeks.assign(response="none", policy=policy)
        found_ = spiral(Told(record, weeks, start=-0.9))
        phases.append(max(PHASES.index(phase) for phase in found_["phase"] if phase in PHASES))
    assert phases[0] < phases[2] == PHASES.index("rule-consistent behaviour")


class Told:
    """A record as `spiral` reads it, without events, with other weeks and another policy at the start."""

    def __init__(self, record: Record, weeks: pd.DataFrame, start: float) -> None:
        self.scenario, self.names, self.bodies = record.scenario, record.names, record.bodies
        self.weeks, self.events = weeks, record.events.iloc[:0]
        founding = record.recorded.founding.weeks.copy()
        founding["policy"] = start
        self.recorded = SimpleNamespace(
            founding=SimpleNamespace(weeks=founding), weeks=record.recorded.weeks, events=record.recorded.events[:0]
        )
