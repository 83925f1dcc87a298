"""Joint plans: situation, aims, roles, pooled means and shared credit, by hand on the world of three allies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from owed import (
    RULES,
    call,
    close,
)
from test_alliances import GREENS, REDS, SHOPS, TENANTS, last, told, trio

from advosim import Scenario
from advosim.mechanisms import joint_plans
from advosim.world.codes import AIMS, FOR
from advosim.world.state import World, copy


def planned(world: World) -> Any:
    """The rows of the first alliance's joint campaigns that run."""
    rows = world.teams.campaigns[world.teams.campaigns["alliance"] == 0]
    return rows[rows["weeks_left"] > 0]


def test_a_joint_plan_gives_each_tactic_to_the_member_who_is_best_at_it() -> None:
    world = trio()
    world.teams.uses[:] = 0.0
    usable = [list(Scenario(title="x").tactic).index(name) for name in ("petition", "demonstration", "lobbying")]
    world.teams.uses[:3, usable] = 1.0
    world.teams.repertoire[:3] = 0.0
    world.teams.repertoire[0, 0] = world.teams.repertoire[1, 1] = 1.0
    call("power", world)
    call("joint_plan", world)
    rows = planned(world)
    assert len(rows) == 3 and sorted(rows["tactic"]) == sorted(usable)
    assert sorted(rows["organisation"]) == [GREENS, TENANTS, SHOPS]
    assert (rows["weeks_left"] == 8).all() and len(set(rows["age"].tolist())) == 3
    assert told(world) == ["campaign"] * 3 + ["plan"] and last(world)["size"] == 3
    call("framing", world)
    assert len(set(planned(world)["frame"].tolist())) == 1, "one key message"
    assert not world.allied.alliances["summoned"][0]


def test_every_member_who_can_gets_a_role() -> None:
    """Whoever is drawn for a tactic that only those in other roles know does not cost the others theirs."""
    for seed in range(1, 40):
        world = trio()
        world.now.clock["seed"] = seed
        world.teams.uses[:] = 0.0
        world.teams.uses[GREENS, :4] = world.teams.uses[TENANTS, 4] = 1.0
        world.teams.allowed[:] = 1.0
        call("power", world)
        call("joint_plan", world)
        rows = world.teams.campaigns[world.teams.campaigns["alliance"] == 0]
        assert (rows["weeks_left"] > 0).tolist() == [True, True, False]
        assert sorted(rows["organisation"][:2]) == [GREENS, TENANTS]


def believing(support: float = 0.5, salience: float = 0.025, ideal: float = 0.0) -> World:
    """An alliance that reads its situation without errors, where policy is 0 and its line .5."""
    world = trio(**{"mechanism.joint_plan.poll_noise": 0.0, "mechanism.joint_plan.noise": 0.0})
    world.now.clock["week"] = 2
    world.arena.views["support"], world.arena.views["salience"] = support, salience
    world.arena.issues["ideal"], world.arena.issues["revision"] = ideal, 0.0
    world.arena.issues["policy"] = 0.0
    call("power", world)
    world.allied.alliances["line"] = 0.5
    return world


@pytest.mark.parametrize(
    ("aim", "situation"),
    [("persuade", {"support": 0.2}), ("mobilise", {"support": 0.7, "salience": 0.1}), ("inside", {"ideal": 0.4})],
)
def test_a_joint_plan_aims_at_what_its_situation_promises(aim: str, situation: dict[str, float]) -> None:
    world = believing(**situation)
    call("joint_plan", world)
    front = world.allied.alliances[0]
    assert AIMS[front["aim"]] == aim and front["aimed"] == 0.5
    assert AIMS[last(world).route] == aim and last(world).value == 0.5
    believed = [front["believed_support"], front["believed_salience"], front["believed_ideal"]]
    np.testing.assert_allclose(believed, [situation.get("support", 0.5), situation.get("salience", 0.025),
                                          situation.get("ideal", 0.0)])  # fmt: skip


def test_prospects_are_even_in_usual_situations() -> None:
    world = believing()
    call("joint_plan", world)
    rule = world.now.rules[0]["joint_plan"]
    np.testing.assert_allclose(joint_plans.prospects(world.allied.alliances[0], 0.0, rule), 0.5)
    world.allied.alliances["believed_ideal"][0], world.allied.alliances["believed_support"][0] = 0.25, 0.6
    # .4 yet to be won; 2 x .6 x 1/2; half-way to the line of .5
    np.testing.assert_allclose(joint_plans.prospects(world.allied.alliances[0], 0.0, rule), [0.4, 0.6, 0.75])
    world.allied.alliances["side"][0], world.allied.alliances["line"][0] = 1 - FOR, -0.5
    np.testing.assert_allclose(joint_plans.prospects(world.allied.alliances[0], 0.0, rule), [0.4, 0.6, 0.25])


def test_research_and_communication_spare_errors_in_reading_the_situation() -> None:
    def errors(**changes: Any) -> float:
        total = 0.0
        for seed in range(1, 41):
            world = trio(**{"mechanism.power.on": False, **changes})
            world.now.clock["week"], world.now.clock["seed"] = 2, seed
            world.arena.views["support"], world.arena.issues["ideal"] = 0.5, 0.0
            world.teams.organisations["skills"][:] = 0.2
            world.teams.organisations["skills"][SHOPS, 0] = 0.9
            call("power", world)
            call("joint_plan", world)
            front = world.allied.alliances[0]
            total += abs(front["believed_support"] - 0.5) + abs(front["believed_ideal"])
        return total

    usual = errors()
    assert usual < errors(**{"mechanism.internal_communication.on": False})
    apart = errors(**{"mechanism.pooling.research": 0.0})
    assert usual < 0.3 * apart, "research is pooled"
    assert close(apart, errors(**{"mechanism.pooling.on": False}))


@pytest.mark.parametrize("survey", [0.1, 0.9])
def test_a_plan_that_disappoints_is_dropped_half_way(survey: float) -> None:
    world = trio()
    call("power", world)
    call("joint_plan", world)
    world.allied.alliances["survey"] = survey
    world.teams.campaigns["weeks_left"][world.teams.campaigns["weeks_left"] > 0] = 4
    call("joint_plan", world)
    assert ("end" in told(world)) == (survey < 0.4)


def test_the_role_of_who_left_ends() -> None:
    world = trio()
    call("power", world)
    call("joint_plan", world)
    gone = planned(world)["organisation"][0]
    world.teams.organisations["closed"][gone] = True
    call("alliance_exit", world)
    call("joint_plan", world)
    assert gone not in planned(world)["organisation"] and "end" in told(world)
    assert len(planned(world)) == 2


def test_members_ask_their_alliance_before_they_act_alone() -> None:
    world = trio(**{"mechanism.tactic_choice.launch": 1.0, "polity.home.organisation.greens.activity": 10.0})
    world.teams.priorities[:] = [1.0, 0.0]
    world.allied.alliances["summoned"] = False
    call("tactic_choice", world)
    assert world.allied.alliances["summoned"][0]
    assert not world.teams.campaigns["weeks_left"][GREENS]


def running(world: World) -> None:
    """Let one role of the first alliance run."""
    world.allied.alliances["summoned"] = False
    joint = world.teams.campaigns[np.flatnonzero(world.teams.campaigns["alliance"] == 0)[0]]
    joint["weeks_left"], joint["age"] = 3, 0


def test_means_are_pooled_while_a_joint_plan_runs() -> None:
    world = trio(**{"mechanism.alliance_strength.diversity": 0.0})
    call("pooling", world)
    assert not world.teams.organisations["pooled"].any()
    running(world)
    call("power", world)
    call("pooling", world)
    # share .3 x .04 of 100 x (1 - .3 (1 - .5)) by each of three
    np.testing.assert_allclose(world.teams.organisations["funds"], [98.98, 98.98, 98.98, 100.0])
    np.testing.assert_allclose(world.teams.organisations["campaign_cost"], [1.02, 1.02, 1.02, 0.0])
    assert close(world.allied.alliances["pooled"][0], 3.06)
    joint = planned(world)[0]
    assert close(joint["budget"], 3.06 * 0.95) and close(joint["amplified"], 0.88)


def test_an_unreliable_member_gives_less() -> None:
    world = trio()
    world.teams.organisations["reliability"][SHOPS] = 0.5
    running(world)
    call("pooling", world)
    np.testing.assert_allclose(world.allied.seats["delivered"][0, :3], [0.85, 0.85, 0.425])
    np.testing.assert_allclose(world.allied.seats["contributed"][0, :3], [1.02, 1.02, 0.51])


def test_nobody_pools_more_than_all_in_two_alliances() -> None:
    world = trio({"again": ["shops", "greens"]}, **{"mechanism.pooling.share": 0.8})
    world.teams.campaigns["weeks_left"][world.teams.campaigns["alliance"] >= 0] = 3
    call("pooling", world)
    np.testing.assert_allclose(world.teams.organisations["pooled"], [1.0, 0.8, 1.0, 0.0])


def test_budgets_add_by_their_exponent() -> None:
    world = trio(**{"mechanism.alliance_strength.addition": 0.5, "mechanism.internal_communication.on": False})
    running(world)
    call("pooling", world)
    # (3 x 1.02 ^ .5) ^ 2
    assert close(planned(world)["budget"][0], 9 * 1.02)


def test_without_pooling_each_pays_for_its_role() -> None:
    """Who has a role and a campaign of its own divides its means; who has none keeps them."""
    world = trio(**{"mechanism.pooling.on": False})
    running(world)
    joint = world.teams.campaigns[np.flatnonzero(world.teams.campaigns["alliance"] == 0)[0]]
    joint["organisation"] = TENANTS
    call("pooling", world)
    np.testing.assert_allclose(world.teams.organisations["funds"], [100.0, 96.0, 100.0, 100.0])
    assert close(joint["budget"], 4.0) and world.allied.alliances["pooled"][0] == 0
    assert world.teams.organisations["pooled"].tolist() == [0, 1, 0, 0]
    world.teams.campaigns["weeks_left"][TENANTS] = 3
    call("pooling", world)
    assert close(joint["budget"], 0.04 * 96 / 2) and world.teams.organisations["pooled"][TENANTS] == 0.5


def test_allies_share_premises_as_long_as_they_are_allied() -> None:
    world = trio(**{"mechanism.funds.noise": 0.0})
    call("pooling", world)
    # .3 x .5 x (1 - 1/3)
    np.testing.assert_allclose(world.teams.organisations["premises"], [0.1, 0.1, 0.1, 0.0])
    call("funds", world)
    cost = world.teams.organisations["running_cost"]
    seat = 0.02 * world.teams.organisations["income"][:3]
    np.testing.assert_allclose(cost[REDS] - (cost[:3] - seat), 0.1 * RULES.funds.fixed)
    for path in ("mechanism.pooling.on", "mechanism.pooling.premises"):
        world = trio(**{path: False if path.endswith("on") else 0.0})
        call("pooling", world)
        assert not world.teams.organisations["premises"].any()


def test_who_speaks_with_the_affected_is_believed() -> None:
    world = trio()
    world.allied.alliances["cohesion"] = 0.6
    call("inclusion", world)
    # country: .4 x .5 of .6 x .2 + .4 x .5; .2 of that by inclusion and .1 x .6 by unity
    assert close(world.allied.alliances["represented"][0], 0.625)
    assert close(world.allied.alliances["esteem"][0], 0.185)
    assert world.teams.campaigns["standing"][world.teams.campaigns["alliance"] == 0][0] == 0
    world.arena.issues["wronged"][0, 0, FOR] = True
    call("inclusion", world)
    assert close(world.teams.campaigns["standing"][world.teams.campaigns["alliance"] == 0][0], 0.1)


def test_inclusion_and_unity_raise_what_is_usual_with_all_audiences() -> None:
    world = trio(**{"mechanism.credibility.scandal": 0.0, "mechanism.credibility.transfer": 0.0})
    world.teams.organisations["usual_credibility"][:] = world.teams.organisations["credibility"][:] = 0.5
    world.allied.alliances["esteem"][0] = 0.2
    call("credibility", world)
    # of a distance of .2 to what is usual, .01 is gone
    np.testing.assert_allclose(world.teams.organisations["credibility"][:3], 0.502)
    np.testing.assert_allclose(world.teams.organisations["credibility"][REDS], 0.5)
    world.allied.alliances["esteem"][0] = 0.9
    world.teams.organisations["credibility"][:] = 1.0
    call("credibility", world)
    np.testing.assert_allclose(world.teams.organisations["credibility"][:3], 1.0)


def test_a_joint_campaign_reaches_those_whom_members_represent() -> None:
    world = trio()
    call("power", world)
    call("joint_plan", world)
    np.testing.assert_allclose(world.talk.foothold[np.flatnonzero(world.teams.campaigns["weeks_left"])[0]], [1.0, 1.1])


@pytest.mark.parametrize(
    ("by", "benefit", "inequity"),
    [
        ("contribution", [0.75, 0.25, 0.0], [0.0, 0.0, 0.0]),
        ("equal", [1 / 3] * 3, [0.75 - 1 / 3, 0.0, 0.0]),
        ("funds", [0.1, 0.1, 0.8], [0.65, 0.15, 0.0]),
    ],
)
def test_credit_is_shared_and_inequity_felt(by: str, benefit: list[float], inequity: list[float]) -> None:
    world = trio(**{"mechanism.benefit_sharing.by": by})
    world.teams.organisations["funds"][:3] = [10, 10, 80]
    world.allied.seats["contributed"][0, :3] = [3.0, 1.0, 0.0]
    call("benefit_sharing", world)
    np.testing.assert_allclose(world.allied.seats["benefit"][0, :3], benefit)
    np.testing.assert_allclose(world.allied.seats["inequity"][0, :3], inequity, atol=1e-15)
    np.testing.assert_allclose(world.allied.seats["contributed"][0, :3], [2.85, 0.95, 0.0])


def test_an_alliance_may_agree_on_terms_of_its_own() -> None:
    own = {"psi": 1.0, "sharing": "equal"}
    table = trio({"again": ["greens", "tenants"]})
    world = trio({"again": ["greens", "tenants"]}, **{f"polity.home.alliance.front.{k}": v for k, v in own.items()})
    for each in (table, world):
        each.teams.organisations["funds"][:3] = [80.0, 10.0, 10.0]
        each.allied.seats["contributed"][:, :2] = [3.0, 1.0]
        call("power", each)
        call("benefit_sharing", each)
    np.testing.assert_allclose(world.allied.seats["say"][0, :3], [0.8, 0.1, 0.1])
    np.testing.assert_allclose(world.allied.seats["benefit"][0, :3], 1 / 3)
    for field in ("say", "benefit"):
        np.testing.assert_array_equal(
            world.allied.seats[field][1], table.allied.seats[field][1], err_msg="the others do as before"
        )


def test_those_whom_a_joint_campaign_moves_join_members_by_their_shares() -> None:
    joined = []
    at_first = trio()
    running(at_first)
    for week in range(1, 401):
        world = copy(at_first)
        joint = world.teams.campaigns[np.flatnonzero(world.teams.campaigns["alliance"] == 0)[0]]
        joint["organisation"] = GREENS
        world.now.clock["week"] = week
        world.allied.seats["contributed"][0, :3] = [1.0, 3.0, 0.0]
        call("benefit_sharing", world)
        joined.append(int(joint["credited"]))
        assert world.teams.campaigns["credited"][REDS] == REDS
    shares = np.bincount(joined, minlength=3) / len(joined)
    # two standard errors
    np.testing.assert_allclose(shares, [0.25, 0.75, 0.0], atol=0.045)
    off = trio(**{"mechanism.benefit_sharing.on": False})
    running(off)
    off.teams.campaigns["organisation"][off.teams.campaigns["alliance"] == 0] = SHOPS
    off.allied.seats["contributed"][0, :3] = [1.0, 3.0, 0.0]
    call("benefit_sharing", off)
    assert set(off.teams.campaigns["credited"][off.teams.campaigns["alliance"] == 0]) == {SHOPS}


def test_nobody_gave_and_nobody_owns_is_shared_all_the_same() -> None:
    world = trio(**{"mechanism.benefit_sharing.by": "funds"})
    world.teams.organisations["funds"] = 0.0
    call("benefit_sharing", world)
    np.testing.assert_allclose(world.allied.seats["benefit"][0, :3], 1 / 3)
