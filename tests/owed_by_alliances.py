"""What the mechanisms of alliances owe: null limits and directions, which `test_mechanisms.py` goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from owed import (
    RULES,
    call,
    close,
    direction,
    effect,
    events_without,
    lively,
    null_limit,
    organisations_without,
    table,
    total_of,
    without,
)  # fmt: skip
from test_alliances import GREENS, REDS, TENANTS, forming, trio
from worlds import busy, run_world, switched_off

from advosim.mechanisms import cooperation, exits, joint_plans, plans
from advosim.record import Record
from advosim.world.codes import AIMS
from advosim.world.found import found, names

# ---------------------------------------------------------------- null limits


def alliances_without(*names: str) -> Any:
    return table("alliances", *names)


def weeks_of_alliances_without(*names: str) -> Any:
    return table("alliance_weeks", *names)


def happened(*names: str) -> set[str]:
    return set(events_without(*names)["event"])


SEEDS = range(1, 11)


@null_limit("enlist")
def _() -> None:
    off = [lively((("mechanism.enlist.on", False),), seed).alliances["by_enlist"] for seed in SEEDS]
    assert not any(terms.any() for terms in off)
    assert any(lively((), seed).alliances["by_enlist"].gt(0).any() for seed in SEEDS)


@null_limit("ties")
def _() -> None:
    assert not without("ties").allied.tied.any() and not organisations_without("ties")["ties"].any()
    assert without().allied.tied.any() and organisations_without()["ties"].any()


@null_limit("alliance_formation")
def _() -> None:
    assert not {"alliance", "joined", "memorandum"} & happened("alliance_formation")
    assert {"alliance", "joined"} <= happened()


@null_limit("power")
def _() -> None:
    assert np.allclose(weeks_of_alliances_without("power")["evenness"], 1.0)
    assert weeks_of_alliances_without()["evenness"].lt(0.99).any()


@null_limit("internal_communication")
def _() -> None:
    """As if nobody informed anybody, nothing was taken for it and cohesion held nobody back."""
    path = "mechanism.internal_communication."
    silent = {path + "share": 0.0, path + "retention": 0.0}
    for seed in SEEDS:
        off, none = lively(((path + "on", False),), seed), lively(tuple(silent.items()), seed)
        assert off.weeks.equals(none.weeks) and off.alliance_weeks.equals(none.alliance_weeks)
    assert weeks_of_alliances_without()["cohesion"].mean() > off.alliance_weeks["cohesion"].mean() + 0.1


def _null_of_clash(name: str) -> Callable[[], None]:
    def check() -> None:
        assert name not in happened(name)
        assert any(name in set(lively((), seed).events["event"]) for seed in SEEDS)

    return check


for _name in ("culture_clash", "priority_clash", "strategy_clash"):
    null_limit(_name)(_null_of_clash(_name))


@null_limit("alliance_exit")
def _() -> None:
    def reasons(record: Record) -> set[str]:
        return set(record.events.query("event == 'left'")["detail"])

    freely = {"closed", "goal_reached", "gave_in", "partners_left"}
    off = (("mechanism.alliance_exit.on", False),)
    assert all(reasons(lively(off, seed)) <= freely for seed in SEEDS)
    assert any(reasons(lively((), seed)) - freely for seed in SEEDS)


@null_limit("solidarity")
def _() -> None:
    assert "support" not in happened("solidarity") and not organisations_without("solidarity")["support"].any()
    assert "support" in happened() and organisations_without()["support"].any()


@null_limit("peer_learning")
def _() -> None:
    values = []
    for on in (False, True):
        world = trio(**{"mechanism.peer_learning.on": on})
        world.teams.learned[GREENS] = 1.0
        world.now.clock["week"] = 13
        call("peer_learning", world)
        world.allied.alliances["diversity"] = 1.0
        eager = plans.eagerness(world.allied.alliances, world.allied.seats, GREENS, world.now.rules[0]["peer_learning"])
        values.append((world.teams.learned[TENANTS, 0] == RULES.learning.start, eager))
    assert values == [(True, 1.0), (False, 2.0)]


@null_limit("collaborative_platform")
def _() -> None:
    assert "platform" not in happened("collaborative_platform")
    assert not without("collaborative_platform").allied.alliances["followers"].any()
    assert "platform" in set().union(*(lively((), seed).events["event"] for seed in SEEDS))
    assert any(run_world(busy(), seed).allied.alliances["followers"].any() for seed in range(1, 4))


def joint(record: Record) -> Any:
    return record.events.query("event == 'campaign' and alliance != ''")


@null_limit("joint_plan")
def _() -> None:
    events = events_without("joint_plan")
    assert "plan" not in set(events["event"]) and set(events.query("event == 'campaign'")["alliance"]) == {""}
    assert not weeks_of_alliances_without("joint_plan")["pooled"].any()
    assert "plan" in happened() and len(joint(lively((), 1)))


@null_limit("pooling")
def _() -> None:
    """Nothing is common: who has a role pays for it, as for a campaign of its own."""
    assert not weeks_of_alliances_without("pooling")["pooled"].any()
    apart = without("pooling")
    assert not apart.organisations["premises"].any() and without().teams.organisations["premises"].any()
    assert weeks_of_alliances_without()["pooled"].any()
    rows = organisations_without("pooling").query("alliance != ''")
    assert len(rows) and (rows["campaign_cost"] > 0).all() and (rows["effort"] > 0).all()


@null_limit("alliance_strength")
def _() -> None:
    assert (without("alliance_strength").teams.campaigns["amplified"] == 1.0).all()
    assert (without().teams.campaigns["amplified"] != 1.0).any()


@null_limit("inclusion")
def _() -> None:
    alone = without("inclusion", "credibility")
    assert not alone.allied.alliances["esteem"].any() and (alone.talk.foothold == 1.0).all()
    lent = [run_world(switched_off("credibility"), seed) for seed in range(1, 6)]
    assert any(world.allied.alliances["esteem"].any() for world in lent)
    assert any((world.talk.foothold > 1.0).any() for world in lent)


@null_limit("benefit_sharing")
def _() -> None:
    off = without("benefit_sharing")
    assert not off.allied.seats["inequity"].any()
    assert without().allied.seats["inequity"].any()
    running = off.teams.campaigns["weeks_left"] > 0
    np.testing.assert_array_equal(
        off.teams.campaigns["credited"][running], off.teams.campaigns["organisation"][running]
    )


@null_limit("trust")
def _() -> None:
    clashes = ("culture_clash", "priority_clash", "strategy_clash")
    start = found(lively((), 1).scenario, 1).allied.trust
    np.testing.assert_array_equal(without("trust", *clashes).allied.trust, start)
    assert (without(*clashes).allied.trust != start).any()


# ---------------------------------------------------------------- directions


def count_of(*events: str) -> Callable[[Record], float]:
    return lambda record: float(record.events["event"].isin(events).sum())


def mean_in(column: str) -> Callable[[Record], float]:
    """The mean over weeks and living alliances."""
    return lambda record: float(record.alliance_weeks[column].mean())


formed = count_of("alliance", "joined")
FORMATION = "mechanism.alliance_formation."
WARY = {FORMATION + "readiness": -2.0}


@direction("enlist")
def _() -> None:
    row = [one for _, one in names(lively((), 1).scenario).organisations].index("institute")
    path = "mechanism.enlist.weight"
    assert effect(path, 0.0, 20.0, lambda record: float(record.recorded.organisations["grants"][:, row].sum())) > 3
    assert effect(path, 0.0, 20.0, formed, seeds=120, **WARY) > 3


@direction("ties")
def _() -> None:
    path = "mechanism.ties."
    assert effect(path + "chance", 0.0, 1.0, formed, **{FORMATION + "meet": 0.05}) > 3
    assert effect(path + "chance", 0.0, 1.0, mean_in("trust")) > 3
    assert effect(path + "upkeep", 0.0, 0.2, total_of("running_cost")) > 5
    assert effect(path + "reach", 0.05, 5.0, total_of("ties")) > 5
    assert effect(path + "closure", 0.0, 1.0, total_of("ties")) > 3
    assert effect(path + "fading", 0.0, 1.0, total_of("ties")) < -5


@direction("alliance_formation")
def _() -> None:
    assert effect(FORMATION + "readiness", -6.0, 3.0, formed) > 5
    for name, high in (
        ("meet", 1.0),
        ("by_goals", 10.0),
        ("by_trust", 10.0),
        ("by_expertise", 20.0),
        ("by_salience", 5.0),
        ("by_opponent", 10.0),
    ):
        assert effect(FORMATION + name, 0.0, high, formed, **WARY) > 2, name
    for name in ("by_culture", "by_size"):
        assert effect(FORMATION + name, 0.0, 5.0, formed, seeds=60) < -2, name

    def founded(by_niche: float) -> int:
        """Alliances among organisations of one kind and one concern."""
        number = 0
        for seed in range(1, 21):
            world = forming(**{FORMATION + "readiness": 0.0, FORMATION + "by_niche": by_niche})
            world.now.clock["seed"] = seed
            call("alliance_formation", world)
            number += int(world.allied.alliances["alive"].sum())
        return number

    assert founded(10.0) < founded(1.5) < founded(0.0)
    assert effect(FORMATION + "formal", 0.0, 1.0, count_of("memorandum")) > 3


@direction("power")
def _() -> None:
    assert effect("mechanism.power.psi", 0.0, 1.0, mean_in("evenness")) < -5
    assert effect("mechanism.power.by_distance", 0.0, 5.0, mean_in("satisfaction")) < -5


@direction("internal_communication")
def _() -> None:
    path = "mechanism.internal_communication."
    assert effect(path + "share", 0.0, 0.5, mean_in("cohesion")) > 5
    assert effect(path + "rate", 0.0, 0.9, lambda record: float(record.alliance_weeks["cohesion"].std())) > 5
    rule = RULES.alliance_exit
    assert exits.exit_logit(0.5, 0.5, 3, 0, 0.9, rule, 2.0) < exits.exit_logit(0.5, 0.5, 3, 0, 0.9, rule, 0.0)


def _direction_of_clash(name: str) -> Callable[[], None]:
    def check() -> None:
        path = f"mechanism.{name}."
        assert effect(path + "hazard", 0.0, 1.0, count_of(name)) > 3
        longer = {path + "remedy": 0.0, "weeks": 52}
        assert effect(path + "damage", 0.0, 1.0, mean_in("trust"), **longer) < -2

    return check


for _name in ("culture_clash", "priority_clash", "strategy_clash"):
    direction(_name)(_direction_of_clash(_name))


@direction("alliance_exit")
def _() -> None:
    path = "mechanism.alliance_exit."
    left = count_of("left")
    assert effect(path + "readiness", -8.0, -3.0, left) > 3
    assert effect(path + "by_distrust", 0.0, 10.0, left) > 3
    assert effect(path + "by_satisfaction", 0.0, 10.0, left) < -1.5
    assert effect(path + "satisfaction_rest", 0.0, 1.0, mean_in("satisfaction")) > 5
    rule = RULES.alliance_exit
    assert exits.exit_logit(0.5, 0.5, 9, 0, 0.5, rule, 0.0) > exits.exit_logit(0.5, 0.5, 3, 0, 0.5, rule, 0.0)
    assert exits.exit_logit(0.5, 0.5, 3, 1, 0.5, rule, 0.0) < exits.exit_logit(0.5, 0.5, 3, 0, 0.5, rule, 0.0)


@direction("solidarity")
def _() -> None:
    def given(record: Record) -> float:
        return float(np.abs(record.recorded.organisations["support"]).sum())

    assert effect("mechanism.solidarity.share", 0.0, 0.5, given) > 3
    assert effect("mechanism.solidarity.trouble", 0.0, 50.0, given, seeds=60) > 3


@direction("peer_learning")
def _() -> None:
    taken = []
    for rate in (0.0, 0.1, 0.5):
        world = trio(**{"mechanism.peer_learning.rate": rate})
        world.teams.learned[GREENS] = 1.0
        world.now.clock["week"] = 13
        call("peer_learning", world)
        taken.append(float(world.teams.learned[TENANTS, 0]))
    assert taken == sorted(taken) and taken[0] < taken[1] < taken[2]
    world.allied.alliances["diversity"] = 0.5
    assert close(plans.eagerness(world.allied.alliances, world.allied.seats, GREENS, RULES.peer_learning), 1.5)
    assert plans.eagerness(world.allied.alliances, world.allied.seats, REDS, RULES.peer_learning) == 1


@direction("collaborative_platform")
def _() -> None:
    path = "mechanism.collaborative_platform."
    assert effect(path + "chance", 0.0, 1.0, count_of("platform")) > 3
    strength = []
    for saving in (0.0, 0.5, 1.0):
        world = trio(**{path + "saving": saving})
        world.allied.alliances["platform"] = True
        strength.append(float(cooperation.alliance_strength(world.allied.alliances[0], 0.1, world.now.rules)))
    assert strength == sorted(strength) and strength[0] < strength[2] == 1.0


@direction("joint_plan")
def _() -> None:
    path = "mechanism.joint_plan."
    assert effect(path + "roles", 1, 3, lambda record: float(len(joint(record)))) > 3
    assert effect(path + "weeks", 2, 20, count_of("plan")) < -3
    assert effect(path + "patience", 0.0, 1.0, count_of("plan")) > 3, "what disappoints is planned anew"
    assert effect(path + "survey_noise", 0.0, 1.0, lambda run: float(run.alliance_weeks["survey"].std())) > 3
    assert effect(path + "poll_noise", 0.0, 2.0, misread) > 3
    assert effect(path + "by_situation", 0.0, 20.0, true_to_aim) > 3
    assert effect(path + "half_salience", 0.001, 1.0, mobilising) < -2
    assert chose_the_best(0.0) >= chose_the_best(5.0), "who misreads its experience does not find what worked best"
    for stagger in (0, 1, 5):
        world = trio(**{path + "stagger": stagger, "mechanism.institutionalisation.on": False})
        call("power", world)
        call("joint_plan", world)
        rows = world.teams.campaigns[world.teams.campaigns["alliance"] == 0]
        assert rows["age"].tolist() == [0, -stagger, -2 * stagger]


def misread(record: Record) -> float:
    """How far the government's ideal is from what alliances believe, on which nothing else bears here."""
    return float(record.alliance_weeks.query("aim != ''")["believed_ideal"].std())


def true_to_aim(record: Record) -> float:
    """Of the tactics in joint plans, the share that serves the aim."""
    tactics = found(record.scenario, 1).teams.tactics
    serves = {name: joint_plans.aim_of(row) for name, row in zip(record.scenario.tactic, tactics, strict=True)}
    aims = record.events.query("event == 'plan'").set_index(["week", "alliance"])["detail"]
    roles = joint(record)
    same = [aims.get((one.week, one.alliance)) == [*AIMS, ""][serves[one.tactic]] for one in roles.itertuples()]
    return float(np.mean(same))


def mobilising(record: Record) -> float:
    return float((record.events.query("event == 'plan'")["detail"] == "mobilise").mean())


def chose_the_best(noise: float) -> int:
    """Of 100 plans by good planners, how many take up first what has worked by far the best."""
    number = 0
    for seed in range(1, 101):
        world = trio(**{"mechanism.joint_plan.noise": noise, "mechanism.joint_plan.by_situation": 0.0})
        world.now.clock["seed"] = seed
        world.teams.learned[:] = 0.02
        world.teams.learned[:, 1] = 0.1
        call("power", world)
        call("joint_plan", world)
        number += int(world.teams.campaigns[world.teams.campaigns["alliance"] == 0]["tactic"][0] == 1)
    return number


def rule_with(premises: float) -> Any:
    rule = RULES.pooling.copy()
    rule["premises"] = premises
    return rule


@direction("pooling")
def _() -> None:
    assert effect("mechanism.pooling.share", 0.1, 0.9, mean_in("pooled")) > 5
    formal = {FORMATION + "formal": 1.0}
    assert effect("mechanism.pooling.by_memorandum", 0.0, 2.0, mean_in("pooled"), **formal) > 2
    assert effect("mechanism.pooling.research", 0.0, 1.0, misread, **{"mechanism.joint_plan.poll_noise": 2.0}) < -2
    shared = [
        float(cooperation.shared_premises(trio().allied.alliances[0], rule_with(premises))) for premises in (0, 0.5, 1)
    ]
    assert shared == sorted(set(shared)) and shared[0] == 0


@direction("alliance_strength")
def _() -> None:
    def amplified(record: Record) -> float:
        return float(record.recorded.organisations["effort"].sum())

    path = "mechanism.alliance_strength."
    assert effect(path + "coordination", 0.0, 0.5, amplified) < -2
    assert effect(path + "seat", 0.0, 0.2, total_of("running_cost")) > 3
    rule = RULES.alliance_strength
    assert cooperation.diversity(1.0, 0.5, rule) > 1 > cooperation.diversity(1.0, 0.02, rule)


@direction("inclusion")
def _() -> None:
    esteem, reach = [], []
    for strength in (0.0, 0.2, 1.0):
        world = trio(**{"mechanism.inclusion.legitimacy": strength, "mechanism.inclusion.reach": strength})
        call("power", world)
        call("joint_plan", world)
        call("inclusion", world)
        esteem.append(float(world.allied.alliances["esteem"].max()))
        reach.append(float(world.talk.foothold.max()))
    assert esteem == sorted(set(esteem)) and reach == sorted(set(reach))


@direction("benefit_sharing")
def _() -> None:
    assert effect("mechanism.benefit_sharing.by_inequity", 0.0, 10.0, mean_in("satisfaction")) < -3

    def unequal(record: Record) -> float:
        return float(record.alliance_weeks["satisfaction"].mean())

    assert effect("mechanism.benefit_sharing.by", "funds", "contribution", unequal) > 2


@direction("trust")
def _() -> None:
    path = "mechanism.trust."
    assert effect(path + "start", 0.1, 0.9, mean_in("trust")) > 5
    assert effect(path + "slope", 0.0, 0.9, mean_in("pooled")) < -3
    # Where those who fell out may leave, what is left of alliances trusts more, the worse they fell out.
    staying = {"mechanism.alliance_exit.on": False}
    assert effect(path + "mediation", 0.0, 1.0, mean_in("trust"), **staying) > 3
    assert effect(path + "rate", 0.0, 1.0, lambda record: float(record.alliance_weeks["trust"].std())) > 2
