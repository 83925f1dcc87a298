"""Alliances: every rule against numbers worked out by hand, on a world of three allies and one opponent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import (
    RULES,
    call,
    close,
)

from advosim import Scenario
from advosim.mechanisms import alliances, campaigns, clashes, cooperation, exits
from advosim.world import relations
from advosim.world.codes import EVENTS, FOR, OFFICIALS, PUBLIC, REASONS, TERMS
from advosim.world.found import found
from advosim.world.state import World

shares = st.floats(0, 1, width=32)
quick = settings(max_examples=60)
GREENS, TENANTS, SHOPS, REDS = range(4)
RUN = {"stance_within": 0.0, "funds": 100.0, "funds_within": 0.0, "members": 0.0, "culture_within": 0.0}


def but(name: str, **values: Any) -> Any:
    """A rule at its defaults, but for some values."""
    rule = RULES[name].copy()
    for field, value in values.items():
        rule[field] = value
    return rule


def trio(more: dict[str, list[str]] | None = None, **changes: Any) -> World:
    """Three organisations for the reform, allied in `front`, and one against it; nothing is drawn. Week 1.

    more: further alliances by name, with their members.
    """
    still = {"attitude_between": 0.0, "policy_between": 0.0, "ideal_between": 0.0}
    allied = {"front": ["greens", "tenants", "shops"], **(more or {})}
    scenario = Scenario.model_validate(
        {
            "title": "Trio",
            "weeks": 60,
            "issue": {"reform": still, "other": still},
            "polity": {
                "home": {
                    "citizens": 100,
                    "public": {
                        "town": {"share": 0.6, "stake": {"reform": 0.2}},
                        "country": {"share": 0.4, "stake": {"reform": 0.5}},
                    },
                    "organisation": {
                        "greens": {**RUN, "stance": 0.5, "represents": ["country"]},
                        "tenants": {**RUN, "stance": 0.3},
                        "shops": {**RUN, "stance": 0.7},
                        "reds": {**RUN, "stance": -0.5},
                    },
                    "alliance": {name: {"issue": "reform", "members": group} for name, group in allied.items()},
                }
            },
        }
    )
    world = found(scenario.but({"mechanism.ties.chance": 0.0, **changes}), 1)
    world.now.clock["week"] = 1
    return world


def told(world: World) -> list[str]:
    """What the log tells of, in its order."""
    return [EVENTS[number] for number in world.record.events["event"][: world.now.clock["events"][0]]]


def last(world: World) -> Any:
    return world.record.events[world.now.clock["events"][0] - 1]


def seated(world: World, a: int = 0) -> list[int]:
    return sorted(int(o) for o in world.allied.seats["organisation"][a] if o >= 0)


# ---------------------------------------------------------------- formulas by hand


def test_goals_overlap_by_position_and_by_priority() -> None:
    # (1 - .6/2) (.2 + .4)
    own, other = np.array([0.5, 0.0]), np.array([-0.1, 0.9])
    first, second = np.array([0.6, 0.4]), np.array([0.2, 0.8])
    assert close(alliances.goal_overlap(own, other, first, second, 0), 0.42)
    assert close(alliances.goal_overlap(own, own, first, first, 1), 1.0)
    assert alliances.goal_overlap(np.array([1.0]), np.array([-1.0]), np.ones(1), np.ones(1), 0) == 0


def test_expertise_complements_what_one_lacks() -> None:
    assert close(alliances.complement(np.array([0.5, 0.2]), np.array([0.4, 0.8])), 0.6 / 1.3)
    assert alliances.complement(np.ones(2), np.zeros(2)) == 0
    assert close(alliances.complement(np.zeros(2), np.ones(2)), 1.0)


def test_cultures_differ_by_their_mean_difference() -> None:
    assert close(alliances.culture_distance(np.array([0.7, 0.4, 0.5]), np.array([0.2, 0.9, 0.8])), 1.3 / 3)


def test_evidence_from_a_credible_source_enlists() -> None:
    one = trio().teams.organisations[GREENS]
    one["learnedness"], one["credibility"][PUBLIC] = 0.5, 0.6
    assert close(alliances.enlist(one, RULES.enlist), 5 * 0.5 * 0.6)
    assert alliances.enlist(one, but("enlist", on=False)) == 0


def test_an_offer_in_the_partners_frames_counts() -> None:
    own, partner = np.array([1.0, 1, 0, 0]), np.array([0.0, 1, 1, 0])
    assert close(alliances.offer(own, partner, RULES.message), 0.1)
    assert alliances.offer(own, np.zeros(4), RULES.message) == 0
    assert alliances.offer(own, partner, but("message", on=False)) == 0


def test_strategies_differ_by_rules_and_by_tactics() -> None:
    world = trio()
    one, other = world.teams.organisations[0], world.teams.organisations[1]
    one["institutionalisation"], other["institutionalisation"] = 0.7, 0.2
    # (.5 + 2/3) / 2
    assert close(clashes.strategy_distance(one, other, np.array([1.0, 1, 0]), np.array([1.0, 0, 1])), 7 / 12)
    assert close(clashes.strategy_distance(one, other, np.zeros(3), np.zeros(3)), 0.25)


@pytest.mark.parametrize(
    ("trust", "satisfaction", "members", "formal", "cohesion", "logit"),
    [(0.5, 0.6, 3, 0, 0.5, -4.0), (0.9, 0.8, 5, 1, 0.75, -6.4), (0.0, 0.0, 2, 0, 0.0, -0.75)],
)
def test_exits_by_distrust_and_discontent(
    trust: float, satisfaction: float, members: int, formal: float, cohesion: float, logit: float
) -> None:
    assert close(exits.exit_logit(trust, satisfaction, members, formal, cohesion, RULES.alliance_exit, 2.0), logit)


def test_ties_fall_with_distance_languages_and_borders() -> None:
    def chance(distance: float, language: float, polity: bool, leader: bool) -> float:
        return float(relations.tie_chance(distance, language, polity, leader, RULES.ties))

    assert close(chance(0.0, 1.0, True, False), 0.2)
    assert close(chance(0.3, 1.0, True, False), 0.2 / math.e)
    assert close(chance(0.0, 0.3, False, False), 0.006)
    assert close(chance(0.0, 1.0, True, True), 0.6)
    assert relations.tie_chance(0.0, 1.0, True, True, but("ties", chance=0.9)) == 1


def test_coordination_costs_less_where_trust_and_platforms_are() -> None:
    rule = RULES.alliance_strength
    assert close(cooperation.coordination(3, 0.5, 0.0, rule), 0.88)
    assert close(cooperation.coordination(3, 0.9, 0.0, rule), 0.928)
    assert close(cooperation.coordination(3, 0.5, 0.5, rule), 0.94)
    assert close(cooperation.coordination(16, 0.0, 0.0, rule), 0.3)
    assert cooperation.coordination(1, 0.0, 0.0, rule) == 1


def test_diversity_pays_at_high_salience_and_costs_at_low() -> None:
    rule = RULES.alliance_strength
    assert close(cooperation.diversity(1.0, 0.1, rule), 1.0)
    assert close(cooperation.diversity(1.0, 0.3, rule), 1.15)
    assert close(cooperation.diversity(0.5, 0.0, rule), 0.85)
    assert cooperation.diversity(0.0, 0.7, rule) == 1


def test_promises_are_kept_by_reliability_and_trust() -> None:
    assert close(cooperation.delivery(0.8, 0.5, RULES.trust), 0.68)
    assert close(cooperation.delivery(0.8, 0.0, but("trust", on=False)), 0.8)


def test_what_is_pooled_is_more_under_a_memorandum() -> None:
    one = trio().allied.alliances[0]
    assert close(campaigns.pooled_share(one, RULES.pooling), 0.3)
    one["formal"] = True
    assert close(campaigns.pooled_share(one, RULES.pooling), 0.45)
    assert campaigns.pooled_share(one, but("pooling", share=0.9)) == 1
    assert campaigns.pooled_share(one, but("pooling", on=False)) == 0


def test_communication_has_half_its_quality_at_half() -> None:
    assert close(clashes.quality(RULES.internal_communication), 0.5)
    assert clashes.quality(but("internal_communication", on=False)) == 0


@pytest.mark.parametrize(("trust", "worth"), [(0.0, 0.5), (0.5, math.sqrt(0.625)), (1.0, 1.0)])
def test_trust_unlocks_the_expertise_of_partners(trust: float, worth: float) -> None:
    world = trio({"pair": ["greens", "shops"]})
    tactic, pair = world.teams.tactics[0], world.allied.seats[1]
    tactic["skills"][:] = [0.5, 0.5, 0, 0, 0]
    world.teams.organisations["skills"][GREENS] = [1, 0.25, 0, 0, 0]
    world.teams.organisations["skills"][SHOPS] = [0.25, 1, 0, 0, 0]
    world.allied.trust[:] = trust
    best = np.array([1.0, 1, 0, 0, 0])
    at = (pair, world.teams.organisations, world.allied.trust, best, tactic)
    assert close(cooperation.unlocked(*at, RULES.alliance_strength), worth)
    assert close(cooperation.unlocked(*at, but("alliance_strength", on=False)), 0.5)


# ---------------------------------------------------------------- stages by hand


def test_the_declared_alliance_stands_at_the_start() -> None:
    world = trio(**{"polity.home.alliance.front.trust": 0.8, "polity.home.alliance.front.memorandum": True})
    assert seated(world) == [GREENS, TENANTS, SHOPS]
    assert world.teams.organisations["seats"].tolist() == [1, 1, 1, 0]
    assert world.allied.alliances["side"][0] == FOR and world.allied.alliances["formal"][0]
    assert world.allied.trust[GREENS].tolist() == [0.0, 0.8, 0.8, 0.5]
    assert world.record.alliances["most_members"][0] == 3


@pytest.mark.parametrize(("psi", "say"), [(0.5, [0.5, 0.25, 0.25]), (0.0, [1 / 3] * 3), (1.0, [2 / 3, 1 / 6, 1 / 6])])
def test_say_goes_with_funds_and_makes_the_line(psi: float, say: list[float]) -> None:
    world = trio(**{"mechanism.power.psi": psi})
    world.teams.organisations["funds"][:3] = [40.0, 10.0, 10.0]
    call("power", world)
    front = world.allied.alliances[0]
    np.testing.assert_allclose(world.allied.seats["say"][0, :3], say)
    assert close(front["line"], float(np.dot(say, [0.5, 0.3, 0.7])))
    assert close(front["evenness"], 1 / (3 * float(np.dot(say, say))))
    assert front["lead"] == GREENS and close(front["trust"], 0.5)


def test_stock_is_taken_of_trust_of_how_far_it_is_returned_and_of_kinds() -> None:
    """Over pairs: the mean of both, the lesser of both over the greater, and whether they are of different kinds."""
    world = trio()
    trust = world.allied.trust
    trust[GREENS, TENANTS], trust[TENANTS, GREENS] = 0.8, 0.4
    trust[GREENS, SHOPS], trust[SHOPS, GREENS] = 0.6, 0.0
    trust[TENANTS, SHOPS] = trust[SHOPS, TENANTS] = 0.0
    world.teams.organisations["kind"][TENANTS] += 1
    call("power", world)
    front = world.allied.alliances[0]
    assert close(front["trust"], (0.6 + 0.3 + 0.0) / 3)
    assert close(front["reciprocity"], (0.5 + 0.0 + 1.0) / 3)
    assert close(front["diversity"], 2 / 3)
    # Two are left behind an empty seat.
    world.allied.seats["organisation"][0, 0], front["members"] = -1, 2
    trust[TENANTS, SHOPS], trust[SHOPS, TENANTS] = 0.4, 0.2
    call("power", world)
    assert close(front["trust"], 0.3) and close(front["reciprocity"], 0.5) and close(front["diversity"], 1.0)


def test_cohesion_moves_to_trust_and_communication() -> None:
    world = trio()
    world.allied.alliances["trust"], world.allied.alliances["cohesion"] = 0.7, 0.5
    call("internal_communication", world)
    assert close(world.allied.alliances["cohesion"][0], 0.51)


CERTAIN = {f"mechanism.{name}_clash.{field}": value for name in ("culture", "priority", "strategy")
           for field, value in (("hazard", 1.0), ("remedy", 0.0))}  # fmt: skip


@pytest.mark.parametrize("kind", ["culture", "priority", "strategy"])
def test_the_most_distant_pair_falls_out_at_a_quarterly_meeting(kind: str) -> None:
    world = trio(**CERTAIN)
    everyone = world.teams.organisations
    everyone["culture"][:3] = [[0, 0, 0], [0, 0, 0], [1, 1, 1]]
    world.teams.priorities[:3] = [[1, 0], [1, 0], [0, 1]]
    everyone["institutionalisation"][:3] = [0, 0, 1]
    world.teams.uses[:] = 0.0
    world.teams.uses[:2, 0] = world.teams.uses[2, 1] = 1.0
    world.now.clock["week"] = 12
    call(f"{kind}_clash", world)
    assert told(world) == []
    world.now.clock["week"] = 13
    call(f"{kind}_clash", world)
    assert told(world) == [f"{kind}_clash"]
    assert (last(world).organisation, last(world).partner) == (GREENS, SHOPS)
    # .3 of damage, of which mediation spares half
    assert close(world.allied.trust[GREENS, SHOPS], 0.35) and close(world.allied.trust[SHOPS, GREENS], 0.35)
    assert close(world.allied.trust[GREENS, TENANTS], 0.5)
    np.testing.assert_allclose(world.allied.seats["satisfaction"][0, :3], [0.45, 0.6, 0.45])


@pytest.mark.parametrize(("kind", "remedied"), [("culture", "communication"), ("priority", "say"), ("strategy", "mou")])
def test_each_clash_has_its_own_remedy(kind: str, remedied: str) -> None:
    """With the remedy at its best and sparing all, even a certain conflict does not come."""
    clash = {**CERTAIN, f"mechanism.{kind}_clash.remedy": 1.0}

    def conflicts(remedy: bool) -> int:
        there = {"mechanism.internal_communication.on": remedy, "mechanism.internal_communication.half": 0.001,
                 "mechanism.internal_communication.share": 1.0}  # fmt: skip
        number = 0
        for week in range(13, 530, 13):
            world = trio(**clash, **there)
            world.teams.organisations["culture"][:3] = [[0, 0, 0], [0, 0, 0], [1, 1, 1]]
            world.teams.priorities[:3] = [[1, 0], [1, 0], [0, 1]]
            world.teams.organisations["institutionalisation"][:3] = [0, 0, 1]
            world.allied.alliances["formal"] = remedy
            world.allied.alliances["evenness"] = float(remedy)
            world.now.clock["week"] = week
            call(f"{kind}_clash", world)
            number += len(told(world))
        return number

    assert conflicts(True) == 0 < conflicts(False), remedied


def test_who_closed_leaves_and_the_others_close_ranks() -> None:
    world = trio(**{"mechanism.alliance_exit.readiness": -20.0})
    world.teams.organisations["funds"][:3] = [90.0, 40.0, 10.0]
    call("power", world)
    assert world.allied.alliances["lead"][0] == GREENS
    world.teams.organisations["closed"][GREENS] = True
    call("alliance_exit", world)
    assert told(world) == ["left"] and REASONS[last(world).reason] == "closed"
    assert seated(world) == [TENANTS, SHOPS] and world.allied.alliances["lead"][0] == TENANTS
    say = world.allied.seats["say"][0][world.allied.seats["organisation"][0] >= 0]
    np.testing.assert_allclose(say, [2 / 3, 1 / 3])
    assert close(world.allied.alliances["line"][0], 2 / 3 * 0.3 + 1 / 3 * 0.7)
    assert world.teams.organisations["seats"].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(("policy", "stay"), [(0.2, [0, 1, 2]), (0.3, [0, 2]), (0.55, []), (0.8, [])])
def test_who_has_reached_the_goal_leaves(policy: float, stay: list[int]) -> None:
    """Also with the mechanism off; who is alone then has no alliance any more."""
    world = trio(**{"mechanism.alliance_exit.on": False})
    world.arena.issues["policy"][0, 0] = policy
    call("power", world)
    call("alliance_exit", world)
    assert seated(world) == stay
    assert world.allied.alliances["alive"][0] == bool(stay)


def test_those_against_leave_at_their_goal_as_those_for_do() -> None:
    world = trio({"others": ["reds", "greens"]}, **{"mechanism.alliance_exit.on": False})
    world.arena.issues["policy"][0, 0] = -0.5
    call("alliance_exit", world)
    assert not world.allied.alliances["alive"][1]


def test_the_last_member_does_not_leave_itself_but_is_left() -> None:
    world = trio(**{"mechanism.alliance_exit.readiness": 20.0})
    world.now.clock["week"] = 13
    call("power", world)
    call("alliance_exit", world)
    assert told(world) == ["left", "left", "dissolved", "left"]
    reasons = [REASONS[r] for r in world.record.events["reason"][:4]]
    assert reasons[3] == "partners_left" and reasons[2] == reasons[1] != "partners_left"
    life = world.record.alliances[0]
    assert life["week_ended"] == 13 and REASONS[life["ending"]] == reasons[2]
    assert not world.teams.organisations["seats"].any() and seated(world) == []


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("priority_clash", {"clash": 1, "clashed": 13}),
        ("distrust", {"given": 0.0}),
        ("distrusted", {"received": 0.0}),
        ("unfair_sharing", {"inequity": 0.8}),
        ("outvoted", {"line": -1.0}),
        ("no_results", {"results": 0.0}),
        ("drifted_apart", {}),
    ],
)
def test_an_exit_names_what_weighed_most(reason: str, fault: dict[str, float]) -> None:
    world = trio({"pair": ["tenants", "greens"]}, **{"mechanism.alliance_exit.readiness": 20.0})
    world.now.clock["week"] = 13
    world.allied.trust[:] = 0.6
    world.allied.alliances["line"], world.allied.alliances["results"] = (
        fault.get("line", 0.3),
        fault.get("results", 0.5),
    )
    world.allied.trust[TENANTS, GREENS] = fault.get("given", 0.6)
    world.allied.trust[GREENS, TENANTS] = fault.get("received", 0.6)
    for field in ("clash", "clashed", "inequity"):
        if field in fault:
            world.allied.seats[field][1, 0] = fault[field]
    world.allied.alliances["alive"][0] = False
    call("alliance_exit", world)
    assert REASONS[world.record.events["reason"][0]] == reason


def test_trust_as_at_first_is_no_distrust_and_less_is() -> None:
    """Strangers start with .5 and tied ones with .7, also who tie later: what is at first is no gap."""
    for tied, trust, reason in ((0, 0.5, "drifted_apart"), (0, 0.4, "distrust"), (1, 0.7, "drifted_apart"),
                                (1, 0.6, "distrust")):  # fmt: skip
        world = trio({"pair": ["tenants", "greens"]}, **{"mechanism.alliance_exit.readiness": 20.0})
        world.now.clock["week"] = 13
        world.allied.alliances["line"] = 0.3
        world.allied.tied[:] = tied
        world.allied.trust[:] = trust
        world.allied.alliances["alive"][0] = False
        call("alliance_exit", world)
        assert REASONS[world.record.events["reason"][0]] == reason, (tied, trust)
    world = trio(**{"mechanism.ties.closure": 1.0})
    for i, j in ((GREENS, TENANTS), (TENANTS, REDS)):
        world.allied.tied[i, j] = world.allied.tied[j, i] = 1
    world.now.clock["week"] = 13
    call("ties", world)
    assert close(world.allied.trust[GREENS, REDS], 0.7) and close(world.allied.trust[GREENS, SHOPS], 0.5)


@pytest.mark.parametrize("week", [1, 12, 13, 14, 26])
def test_members_leave_at_quarterly_meetings(week: int) -> None:
    world = trio(**{"mechanism.alliance_exit.readiness": 20.0})
    world.now.clock["week"] = week
    call("power", world)
    call("alliance_exit", world)
    assert ("left" in told(world)) == (week % 13 == 0)


def test_the_chance_to_leave_is_that_of_all_weeks_since_the_last_meeting() -> None:
    assert close(exits.within(0.02, 1), 0.02)
    assert close(exits.within(0.02, 13), 1 - 0.98**13)
    assert exits.within(0.5, 0) == 0 and exits.within(1.0, 2) == 1
    # Who came in this week does not leave again.
    world = trio(**{"mechanism.alliance_exit.readiness": 20.0})
    world.now.clock["week"] = 13
    world.allied.seats["since"][0, :2] = 13
    call("power", world)
    call("alliance_exit", world)
    assert told(world) == ["left"] and last(world).organisation == SHOPS


def test_a_firm_that_gave_in_gives_up_its_seat() -> None:
    """Also with the mechanism off; on other issues it stays with its allies."""
    world = trio(**{"mechanism.alliance_exit.on": False})
    world.teams.organisations["conceded"][SHOPS, 1] = 2
    call("power", world)
    call("alliance_exit", world)
    assert seated(world) == [GREENS, TENANTS, SHOPS]
    world.teams.organisations["conceded"][SHOPS, 0] = 2
    call("alliance_exit", world)
    assert seated(world) == [GREENS, TENANTS]
    assert told(world) == ["left"] and REASONS[last(world).reason] == "gave_in"


def test_a_joint_campaign_ends_with_its_alliance() -> None:
    world = trio()
    rows = np.flatnonzero(world.teams.campaigns["alliance"] == 0)
    world.teams.campaigns["weeks_left"][rows[0]] = 3
    world.teams.organisations["closed"][1:3] = True
    call("alliance_exit", world)
    assert not world.teams.campaigns["weeks_left"].any() and told(world).count("end") == 1


def test_an_ally_in_trouble_gets_what_others_lose() -> None:
    world = trio(**{"mechanism.solidarity.trouble": 4.0})
    world.now.clock["week"] = 4
    world.teams.organisations["funds"], world.teams.organisations["running_cost"] = [0.0, 100.0, 40.0, 100.0], 1.0
    call("solidarity", world)
    # .05 x trust .5 x funds
    np.testing.assert_allclose(world.teams.organisations["support"], [3.5, -2.5, -1.0, 0.0])
    np.testing.assert_allclose(world.teams.organisations["funds"], [3.5, 97.5, 39.0, 100.0])
    assert told(world) == ["support"] and close(last(world)["size"], 3.5)


def test_who_shares_two_alliances_helps_and_suffers_once() -> None:
    again = {"again": ["shops", "greens"]}
    one, two = trio(), trio(again)
    for world in (one, two):
        world.now.clock["week"] = 4
        world.teams.organisations["funds"], world.teams.organisations["running_cost"] = [0.0, 100.0, 40.0, 100.0], 1.0
        call("solidarity", world)
    np.testing.assert_array_equal(one.teams.organisations["support"], two.teams.organisations["support"])
    rows = [trio(more, **{"mechanism.credibility.scandal": 1.0, "mechanism.credibility.keep": 1.0})
            for more in ({}, again)]  # fmt: skip
    for world in rows:
        world.teams.organisations["credibility"][:] = 0.6
        call("credibility", world)
        # its own .3, and .2 of that of each of two allies
        np.testing.assert_allclose(world.teams.organisations["credibility"][:, OFFICIALS], [0.18, 0.18, 0.18, 0.3])
        assert told(world) == ["scandal"] * 4


def test_legitimacy_comes_by_association() -> None:
    world = trio(**{"mechanism.credibility.scandal": 0.0})
    world.teams.organisations["usual_credibility"][:] = world.teams.organisations["credibility"][:] = 0.5
    world.teams.organisations["credibility"][[TENANTS, SHOPS]] = 0.9
    call("credibility", world)
    # what is usual is .5 + .2 x .4 = .58, of the distance to which .01 is gone
    assert close(world.teams.organisations["credibility"][GREENS, PUBLIC], 0.58 - 0.99 * 0.08)
    assert close(world.teams.organisations["credibility"][REDS, PUBLIC], 0.5)


def test_allies_take_over_experience_as_far_as_they_trust() -> None:
    world = trio()
    world.teams.learned[:] = 0.0
    world.teams.learned[TENANTS] = 1.0
    world.now.clock["week"] = 13
    call("peer_learning", world)
    assert close(world.teams.learned[GREENS, 0], 0.05) and close(world.teams.learned[TENANTS, 0], 0.9)
    assert not world.teams.learned[REDS].any()


@quick
@given(st.lists(shares, min_size=9, max_size=9), st.lists(shares, min_size=3, max_size=3), st.floats(0, 1))
def test_learning_from_allies_never_leads_beyond_them(trust: list[float], values: list[float], rate: float) -> None:
    world = trio(**{"mechanism.peer_learning.rate": rate, "mechanism.collaborative_platform.spreading": 10.0})
    world.allied.alliances["platform"] = True
    world.allied.trust[:3, :3] = np.reshape(trust, (3, 3))
    world.teams.learned[:3] = np.array(values)[:, None]
    world.now.clock["week"] = 13
    call("peer_learning", world)
    assert world.teams.learned[:3].min() >= min(values) - 1e-12 and world.teams.learned[:3].max() <= max(values) + 1e-12


def test_platforms_are_built_by_skill_and_followed_by_whom_they_reach() -> None:
    world = trio(**{"mechanism.collaborative_platform.chance": 1.0})
    world.teams.organisations["skills"][:, 4] = 0.0
    world.now.clock["week"] = 13
    call("collaborative_platform", world)
    assert told(world) == []
    world.teams.organisations["skills"][GREENS, 4] = 1.0
    call("collaborative_platform", world)
    assert told(world) == ["platform"] and world.allied.alliances["platform"][0]
    joint = world.teams.campaigns[np.flatnonzero(world.teams.campaigns["alliance"] == 0)[0]]
    joint["weeks_left"], joint["reached"] = 3, 0.4
    call("collaborative_platform", world)
    assert close(world.allied.alliances["followers"][0], 0.02)
    call("collaborative_platform", world)
    assert close(world.allied.alliances["followers"][0], 0.0196 + 0.05 * 0.4 * (1 - 0.0196))


def test_satisfaction_follows_results_line_and_shares() -> None:
    world = trio(**{"mechanism.joint_plan.survey_noise": 0.0})
    front = world.allied.alliances[0]
    front["results"], front["line"], front["trust"], front["cohesion"] = 0.7, 0.5, 0.9, 0.3
    world.allied.seats["inequity"][0, 1] = 0.2
    world.now.clock["week"] = 4
    call("satisfaction", world)
    # .6 + .1 (.6 + .6 x .2 - .5 |x - .5| - inequity - .6)
    satisfied = [0.612, 0.612 - 0.01 - 0.02, 0.612 - 0.01]
    np.testing.assert_allclose(world.allied.seats["satisfaction"][0, :3], satisfied)
    assert close(front["survey"], (sum(satisfied) / 3 + 1.2) / 3)


def test_trust_moves_to_what_was_delivered() -> None:
    world = trio()
    world.allied.alliances["pooled"] = 1.0
    world.allied.seats["delivered"][0, :3] = [1.0, 0.2, 0.5]
    world.now.clock["week"] = 4
    call("trust", world)
    np.testing.assert_allclose(world.allied.trust[GREENS], [0.0, 0.44, 0.5, 0.5])
    assert close(world.allied.trust[TENANTS, GREENS], 0.6)
    world.now.clock["week"] = 5
    call("trust", world)
    assert close(world.allied.trust[TENANTS, GREENS], 0.6)


def test_an_endorsement_earns_the_trust_of_each_ally_once() -> None:
    world = trio({"again": ["shops", "greens"]})
    own = world.teams.campaigns[GREENS]
    own["tactic"], own["weeks_left"] = list(Scenario(title="x").tactic).index("endorsement"), 2
    call("trust", world)
    np.testing.assert_allclose(world.allied.trust[:, GREENS], [0.0, 0.55, 0.55, 0.5])
    assert told(world) == ["endorsement"]
    own["age"] = 1
    call("trust", world)
    assert told(world) == ["endorsement"]


def test_trust_fades_between_those_who_are_in_no_common_alliance() -> None:
    """Also where both are in alliances of their own."""
    world = trio({"others": ["reds", "shops"]})
    world.allied.trust[:] = 0.9
    world.now.clock["week"] = 13
    call("trust", world)
    np.testing.assert_allclose(world.allied.trust[GREENS, 1:], [0.9, 0.9, 0.88])
    np.testing.assert_allclose(world.allied.trust[REDS, :3], [0.88, 0.88, 0.9])


def forming(**changes: Any) -> World:
    """Four without an alliance at their quarterly meeting; all meet."""
    meet = {"mechanism.alliance_formation.meet": 1.0, "mechanism.alliance_formation.formal": 0.0}
    world = trio(**{**meet, **changes})
    world.allied.alliances["alive"], world.allied.seats["organisation"], world.teams.organisations["seats"] = (
        False,
        -1,
        0,
    )
    world.teams.organisations["activity"] = 1.0
    world.now.clock["week"] = 13
    return world


def test_those_on_one_side_ally_by_consent() -> None:
    world = forming(**{"mechanism.alliance_formation.readiness": 20.0})
    call("alliance_formation", world)
    assert told(world) == ["alliance", "joined"]
    groups = [seated(world, a) for a in range(len(world.allied.alliances)) if world.allied.alliances["alive"][a]]
    assert groups == [[GREENS, TENANTS, SHOPS]]
    assert world.teams.organisations["seats"].tolist() == [1, 1, 1, 0]
    unready = forming(**{"mechanism.alliance_formation.readiness": -20.0})
    call("alliance_formation", unready)
    assert told(unready) == []


def test_an_alliance_notes_why_it_was_founded() -> None:
    world = forming(**{"mechanism.alliance_formation.readiness": 20.0})
    world.teams.organisations["culture"][:] = 0.5
    world.teams.organisations["skills"][:] = 0.5
    world.arena.issues["salience"][0, 0] = 0.2
    world.teams.organisations["learnedness"], world.teams.organisations["credibility"][:, PUBLIC] = 0.5, 0.6
    call("alliance_formation", world)
    life = world.record.alliances[world.now.clock["alliances"][0] - 1]
    terms = dict(zip(TERMS, life["terms"], strict=True))
    apart = abs(world.teams.stances[life["founder"], 0] - world.teams.stances[life["partner"], 0])
    expected = {"goals": 2 * (1 - apart / 2), "opponent": 0.0, "trust": 0.75, "expertise": 0.0, "salience": 1.0,
                "enlist": 1.5, "niche": -1.5, "culture": 0.0, "size": -0.2, "message": 0.0}  # fmt: skip
    assert terms == pytest.approx(expected)
    partner = dict(zip(TERMS, life["partner_terms"], strict=True))
    # all speak in the same frames
    assert partner == pytest.approx({**expected, "message": 0.2})
    # founded by two, joined by a third, who meets an alliance of two: both sides weigh its size
    consents = world.record.consents[: world.now.clock["consents"][0]]
    assert consents["founding"].tolist() == [True, False]
    size = TERMS.index("size")
    np.testing.assert_allclose(consents["terms"][:, :, size], [[-0.2, -0.2], [-0.3, -0.3]])
    np.testing.assert_allclose(consents["terms"].sum(axis=2) + 20.0, consents["logit"])


@pytest.mark.parametrize(("against", "term"), [(0.0, 0.0), (1.0, 0.25), (3.0, 0.5)])
def test_an_organised_opponent_speaks_for_an_alliance(against: float, term: float) -> None:
    world = forming(**{"mechanism.alliance_formation.readiness": 20.0})
    world.arena.issues["effort"][0, 0, FOR, 0], world.arena.issues["effort"][0, 0, 1 - FOR, 0] = 3.0, against
    call("alliance_formation", world)
    opponent = world.record.consents["terms"][: world.now.clock["consents"][0], :, TERMS.index("opponent")]
    assert opponent.size and np.allclose(opponent, term)


@pytest.mark.parametrize("barrier", ["closed", "idle", "full"])
def test_some_do_not_ally(barrier: str) -> None:
    world = forming(**{"mechanism.alliance_formation.readiness": 20.0})
    if barrier == "closed":
        world.teams.organisations["closed"][:2] = True
    elif barrier == "idle":
        world.teams.organisations["activity"][:2] = 0.0
    else:
        world.allied.alliances["alive"] = True  # no free row
    call("alliance_formation", world)
    assert told(world) == []


def test_memoranda_are_signed_by_the_cohesive() -> None:
    world = trio(**{"mechanism.alliance_formation.formal": 1.0, "mechanism.alliance_formation.meet": 0.0})
    world.now.clock["week"] = 13
    world.allied.alliances["cohesion"] = 0.0
    call("alliance_formation", world)
    assert told(world) == []
    world.allied.alliances["cohesion"] = 1.0
    call("alliance_formation", world)
    assert told(world) == ["memorandum"] and world.allied.alliances["formal"][0]


def test_triads_close_and_ties_fade_but_among_allies() -> None:
    world = trio(**{"mechanism.ties.closure": 1.0, "mechanism.ties.fading": 1.0})
    for i, j in ((GREENS, TENANTS), (TENANTS, REDS)):
        world.allied.tied[i, j] = world.allied.tied[j, i] = 1
    world.now.clock["week"] = 13
    call("ties", world)
    # greens and tenants are allies, tenants and reds are not; reds came to know greens by tenants
    assert world.allied.tied.tolist() == [[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert world.teams.organisations["ties"].tolist() == [2, 1, 0, 1]
    world.teams.organisations["closed"][GREENS] = True
    world.now.clock["week"] = 26
    call("ties", world)
    assert not world.allied.tied[GREENS].any() and world.teams.organisations["ties"][GREENS] == 0


def test_ties_and_seats_have_their_upkeep() -> None:
    world = trio(**{"mechanism.funds.noise": 0.0})
    world.teams.organisations["ties"] = [2, 0, 0, 0]
    call("funds", world)
    cost, income = world.teams.organisations["running_cost"], world.teams.organisations["income"]
    np.testing.assert_allclose(cost[:3] - cost[REDS], 0.02 * income[:3] * np.array([3, 1, 1]))
