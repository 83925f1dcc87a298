"""Every mechanism: its rule against numbers worked out by hand, its null limit, and the direction of its effect."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import abroad_checks
import numpy as np
import owed_by_alliances  # noqa: F401  (null limits and directions)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import (
    DIRECTIONS,
    NULL_LIMITS,
    RULES,
    busy_run,
    call,
    campaign,
    close,
    direction,
    effect,
    events_without,
    logistic,
    mean_of,
    null_limit,
    one_issue,
    organisations_without,
    total_of,
    weeks_without,
    without,
)
from worlds import busy, digest_of, go_on, realistic, run_world, same, small, switched_off, twins, vetoing, voting

from advosim.mechanisms import (
    ballots,
    campaigns,
    citizens,
    digital,
    direct_democracy,
    evaluation,
    institutions,
    markets,
    media,
    plans,
    resources,
    street,
    venues,
)
from advosim.record import Record, lost, recorded
from advosim.scenario.schema import Mechanisms, Scenario
from advosim.simulation import simulate
from advosim.world.found import found, names
from advosim.world.state import (
    ACCOMMODATE,
    BY_TABLE,
    CONSULT,
    DENY,
    FOR,
    MARCHES,
    REPRESS,
    ROUTES,
    STEP,
    TALKS,
    World,
    attitude,
)

F = np.float32


# ---------------------------------------------------------------- rules of one citizen, by hand


def test_awareness_is_missed_by_the_agenda_and_by_each_talker() -> None:
    rule = RULES.awareness
    # .9 x .85^2 x .95 = .617738
    friend = rule.missed_face_to_face
    assert citizens.awareness(False, F(0.9), 2, 1, friend, F(0.618), False, rule)
    assert not citizens.awareness(False, F(0.9), 2, 1, friend, F(0.617), False, rule)
    assert citizens.awareness(True, F(1.0), 0, 0, friend, F(0.5), False, rule)
    assert not citizens.awareness(True, F(1.0), 0, 0, friend, F(0.5), True, rule)


def test_salience_is_a_share_of_mind_against_the_rest_of_life() -> None:
    rule = RULES.salience
    # S = 1, u = .5, a quarter of neighbours talk: e^(1 + .5 + 1); more talk adds no more
    assert close(citizens.weight_of(F(math.e), F(math.exp(0.5)), F(0.25), rule), math.exp(2.5))
    assert close(citizens.weight_of(F(math.e), F(math.exp(0.5)), F(0.9), rule), math.exp(2.5))
    assert close(citizens.weight_of(F(1.0), F(1.0), F(0.1), rule), math.exp(0.4))
    # .1 + .3 (10 / (30 + 20) - .1)
    assert close(citizens.salience(F(0.1), F(10), F(20), rule), 0.13)


def test_persuasion_is_a_small_step_that_shrinks_to_the_ends() -> None:
    rule = RULES.persuasion
    assert close(citizens.persuasion(F(0.5), F(0.6), F(1), F(1), rule), 0.009)
    assert close(citizens.persuasion(F(-0.5), F(0.6), F(-1), F(1.3), rule), -0.0117)
    assert citizens.persuasion(F(1), F(0.6), F(1), F(1), rule) == 0


def test_a_frame_that_fits_adds_and_one_that_does_not_takes() -> None:
    gain = RULES.framing.gain
    assert close(citizens.framed(F(0.25), 4, gain), 1.0)
    assert close(citizens.framed(F(0.5), 4, gain), 1.3)
    assert close(citizens.framed(F(0.0), 4, gain), 0.7)
    assert citizens.framed(F(0.0), 4, F(0.0)) == 1


def test_education_moves_the_anchor_which_returns_with_a_half_life_of_a_year() -> None:
    assert close(citizens.education(F(0.5), F(0.6), F(1), RULES.education), 0.009)
    assert close(citizens.education(F(0.5), F(0.6), F(-1), RULES.education), -0.009)
    rate = citizens.weekly(float(RULES.education.half_life))
    assert close(rate, 0.0132412, 1e-5)
    anchor = F(0.5)
    for _ in range(52):
        anchor += citizens.unlearning(anchor, F(0.1), F(rate))
    assert close(anchor, 0.3, 1e-4)


def test_influence_is_a_step_to_the_mean_of_those_who_talk() -> None:
    rule = RULES.influence
    assert close(citizens.influence(3, F(0.6), rule), 0.01)
    assert close(citizens.influence(1, F(0.2), rule), 0.05 / 3 * 0.2)
    assert close(citizens.influence(6, F(-1.2), rule), -0.01)
    assert citizens.influence(0, F(0.0), rule) == 0


def test_a_deviation_from_the_anchor_halves_in_three_weeks() -> None:
    rate = citizens.weekly(float(RULES.anchoring.half_life))
    assert close(rate, 1 - 2 ** (-1 / 3))
    x = F(0.5)
    for _ in range(3):
        x += citizens.anchoring(x, F(0.1), F(rate))
    assert close(x, 0.3, 1e-5)


def test_motive_is_distance_on_a_salient_issue() -> None:
    assert close(citizens.noticing(F(0.1), RULES.motive), 0.5)
    assert close(citizens.noticing(F(0.3), RULES.motive), 0.75)
    assert citizens.noticing(F(0.0), RULES.motive) == 0
    assert close(citizens.motive(F(0.5), F(0.5), F(1.5), RULES.motive), 0.375)


def test_people_talk_if_motive_beats_threshold_and_fear() -> None:
    # .5 - .25 x .8 x (1 - .25) = .35
    assert citizens.expression(True, F(0.5), F(0.2), F(0.25), F(0.349), RULES.expression)
    assert not citizens.expression(True, F(0.5), F(0.2), F(0.25), F(0.351), RULES.expression)
    assert not citizens.expression(False, F(9), F(0), F(1), F(0.1), RULES.expression)


def test_the_risk_of_marching_falls_with_the_crowd() -> None:
    rule = RULES.participation
    assert close(citizens.sanction(0.5, 0.01, 0.0, rule), 0.5 * (1 - math.exp(-2.3 * 0.005 / 0.006)), 1e-5)
    assert close(citizens.sanction(0.5, 0.0, 0.1, rule), 0.5 * (1 - math.exp(-2.3 * 0.005 / 0.003)), 1e-5)
    assert close(citizens.sanction(0.5, 0.0, 0.0, rule), 0.5)
    assert citizens.sanction(0.0, 0.0, 0.0, rule) == 0


def act(threshold: float, **changed: float) -> bool:
    values = {
        "motive_": 0.4, "efficacy": 0.3, "grievance": 2.0, "noticed": 0.5, "company": 0.5, "called": 1.0, "cost": 0.06,
        "risk": 0.1, "fatigue": 0.5,
    } | changed  # fmt: skip
    return bool(citizens.participation(*map(F, values.values()), F(threshold), RULES.participation))


def test_people_act_if_what_drives_beats_what_it_costs() -> None:
    # .4 (.5 + .3) + .3 x 1 x .5 + .36 x .5 + .12 - .06 - .4 x .1 - .2 x .5 = .57
    assert act(0.569)
    assert not act(0.571)


def test_company_is_counted_against_a_tenth_of_the_neighbours() -> None:
    assert close(citizens.company(F(1), 16, RULES.participation), 0.625)
    assert citizens.company(F(2), 16, RULES.participation) == 1
    assert close(citizens.company(F(0.05), 0, RULES.participation), 0.5)


def test_people_join_who_called_them_and_lapse_when_idle() -> None:
    def membership(member: int, called: bool, acted: bool, luck: float) -> int:
        return int(citizens.membership(member, called, acted, F(luck), RULES.membership))

    assert membership(-1, True, True, 0.019) == 1
    assert membership(-1, True, True, 0.021) == 0
    assert membership(-1, True, False, 0.0) == membership(-1, False, True, 0.0) == 0
    assert membership(3, True, False, 0.0049) == -1
    assert membership(3, True, False, 0.0051) == membership(3, True, True, 0.0) == membership(3, False, False, 0.0) == 0


def test_grievance_grows_by_injustice_and_fades() -> None:
    assert close(citizens.backfire(F(0.5), F(1), RULES.backfire), 0.75)
    assert close(citizens.backfire(F(0.5), F(0), RULES.backfire), 0.45)


# ---------------------------------------------------------------- rules of the few, by hand


def test_competence_is_the_product_of_skills_by_need() -> None:
    tactic = found(small(), 1, 1).tactics[0]
    tactic["skills"][:] = [0.5, 0.5, 0, 0, 0]
    assert close(plans.competence(np.array([0.4, 0.9, 0, 0, 0]), tactic), 0.6)
    assert close(plans.competence(np.ones(5), tactic), 1.0)


def test_tactics_are_weighted_by_learned_value_and_match_under_a_mask() -> None:
    world = found(small(), 1, 1)
    tactics = world.tactics[:6].copy()
    tactics["skills"][:], tactics["disruption"] = [1, 0, 0, 0, 0], [0, 0.5, 0, 0, 0, 0]
    allowed, uses = np.array([1, 1, 0.5, 0, 1, 1.0]), np.array([1, 1, 1, 1, 0, 1.0])
    learned = np.array([0.02, 0.04, 0.04, 9.0, 9.0, -0.04])
    weights = plans.tactic_weights(
        allowed, uses, learned, np.full(5, 0.4), tactics, 0.7, world.rules[0]["tactic_choice"]
    )
    # values over the largest that may be chosen, plus .5 x competence .4, over temperature .3
    expected = [math.exp((v + 0.2) / 0.3) for v in (0.5, 1.0, 1.0)]
    np.testing.assert_allclose(weights, [expected[0], 0.65 * expected[1], expected[2] / 2, 0, 0, math.exp(-0.8 / 0.3)])


def test_a_pick_falls_by_weight_and_never_on_weight_0() -> None:
    weights = np.array([0.0, 1.0, 0.0, 3.0, 0.0])
    picks = [plans.picked(weights, u) for u in (0.0, 0.2499, 0.2501, 0.999999999999)]
    assert picks == [1, 1, 3, 3]
    assert plans.picked(np.zeros(3), 0.5) == -1


def test_mass_media_carry_less_where_they_are_not_free_and_posts_reach_who_is_online() -> None:
    assert campaigns.gates(0.9, 1.0, 0.7) == pytest.approx((1.0, 0.93, 1.0))
    assert campaigns.gates(0.0, 0.0, 0.7) == pytest.approx((1.0, 0.3, 0.0))


def test_lobbying_is_a_contest_behind_a_door() -> None:
    # 1 / (1 + 1 + 2) x .7 x (1 - .5)
    assert close(campaigns.contest(1.0, 1.0, 2.0, 1.0, 0.7, 0.5), 0.0875)
    assert close(campaigns.contest(2.0, 1.0, 2.0, 2.0, 1.0, 0.0), 4 / 9)
    assert campaigns.contest(0.0, 0.0, 0.0, 1.0, 1.0, 0.0) == 0


def test_governments_answer_as_fitted_to_protests_of_the_world() -> None:
    rule = RULES.response
    assert close(street.repress_chance(0.1, 0.0, 0.0, rule), logistic(-1.44))
    assert close(street.repress_chance(1.0, 1.0, 0.0, rule), logistic(3.0))
    assert close(street.accommodate_chance(0.5, 0.0, 0.0, rule), 0.1192029, 1e-5)
    assert close(street.accommodate_chance(0.5, 1.0, 0.0, rule), logistic(-2.75))
    assert close(street.accommodate_chance(1.0, 0.0, 1.0, rule), logistic(-0.4))


def test_news_value_rises_with_the_log_of_size() -> None:
    rule = RULES.coverage
    assert close(media.protest_news(0.0024, 0.0, 0.0, 0.0, rule), -2.5 + 0.5 * math.log(25))
    assert close(media.protest_news(0.0024, 1.0, 1.0, 2.0, rule), -2.5 + 0.5 * math.log(25) + 1 + 0.5 - 0.6)
    assert close(media.petition_news(0.01, 1.0, rule), -4 + 0.5 * math.log(11) - 0.3)


def test_friction_rises_with_veto_players_and_falls_toward_the_ideal() -> None:
    rule = RULES.friction
    assert close(institutions.friction_of(2.0, 1.0, 0.15, 0.0, rule), 0.72)
    assert close(institutions.friction_of(2.0, 1.0, -0.6, 0.05, rule), 1.31)
    assert close(institutions.friction_of(1.0, 0.0, 0.3, 0.0, rule), 0.6)
    assert close(institutions.friction_of(5.0, -1.0, -0.3, 0.0, rule), 1.08)


def test_half_of_an_effect_stands_at_its_half() -> None:
    assert close(institutions.half_effect(0.01, 0.01), 0.5)
    assert institutions.half_effect(0.0, 0.01) == 0


# ---------------------------------------------------------------- rules over tables, by hand


def test_attention_decays_takes_up_news_and_is_capped() -> None:
    world = one_issue(**{"mechanism.attention.news_chance": 0.0})
    issue = world.issues[0, 0]
    issue["attention"], issue["bump"] = 1.0, 0.2
    call("attention", world)
    assert close(issue["attention"], 1.05)
    assert close(issue["agenda"], math.exp(1.05) / (30 + math.exp(1.05)))
    issue["bump"] = 9.0
    call("attention", world)
    assert issue["attention"] == 3.0


def test_news_strikes_at_its_chance_and_is_exponential() -> None:
    scenario = Scenario(title="News").but({"weeks": 5000, "polity.home.citizens": 10})
    world = found(scenario, 1, 5000)
    for number in range(1, 5001):
        world.clock["week"] = number
        call("attention", world)
    sizes = world.record.events["size"][: world.clock["events"][0]]
    assert 30 <= len(sizes) <= 75, "1% of 5,000 weeks"
    assert sizes.mean() == pytest.approx(1.3, rel=0.35)
    assert (sizes > 0).all()


def test_funds_take_in_dues_and_gifts_and_pay_staff_and_fixed_cost() -> None:
    world = one_issue(**{"mechanism.funds.noise": 0.0, "polity.home.governance.repression": 0.5})
    greens = world.organisations[0]
    greens["members"], greens["funds"], greens["income"] = 10, 5.0, 1.0
    call("funds", world)
    assert close(greens["dues"], 15 * 10 / 1000)
    assert close(greens["gifts"], 1.0)
    assert close(greens["running_cost"], 0.75 + 0.18 + 0.2 * 0.5)
    assert close(greens["funds"], 5 + 0.15 + 1 - 1.03)
    assert not greens["closed"]


def test_who_cannot_pay_in_full_closes_and_campaigns_no_more() -> None:
    world = one_issue(**{"mechanism.funds.noise": 0.0, "polity.home.governance.repression": 0.5})
    greens, running = world.organisations[0], campaign(world, 0, "petition")
    greens["income"], greens["funds"] = 0.0, 0.2
    call("funds", world)
    assert (greens["closed"], greens["funds"], running["weeks_left"]) == (True, 0.0, 0)
    assert close(greens["running_cost"], 0.2)
    assert world.polities["closures"].tolist() == [1]
    assert world.record.events["organisation"][0] == 0 and world.record.events["event"][0] == 3


def spread(world: World) -> None:
    call("channels", world)


def test_a_campaign_spends_a_share_of_its_funds_and_reaches_by_hazard() -> None:
    world = one_issue()
    greens, running = world.organisations[0], campaign(world, 0, "public_relations")
    greens["funds"] = 20.0
    spread(world)
    assert close(greens["campaign_cost"], 0.8) and close(greens["funds"], 19.2)
    reach = world.tactics["reach"][running["tactic"]]
    effort = 1.7 * 0.8 / 0.8 * 0.5
    assert close(running["effort"], effort)
    online = world.publics["online"][0]
    access = np.array([0.6 * 1.0, 0.7 * 0.93, 0.7 * online])
    mix = np.array([0.1, 0.5, 0.4]) * access
    mix /= mix.sum()
    np.testing.assert_allclose(running["mix"], mix, rtol=1e-9)
    for on in (0, 1):
        # Of effort in one channel, 2 (1 - e^(-effort / 2)) meets people who have not met it yet.
        meets = 2 * (1 - np.exp(-mix * effort / 2))
        hazard = reach * (meets @ [0.6, 0.7 * 0.93, 0.7 * on])
        cell = world.reach[0, on, 0]
        assert close(cell["exposure"], 1 - math.exp(-hazard))
        assert close(cell["heard"][FOR], 1 - math.exp(-hazard)) and not cell["heard"][1]
        assert close(cell["strength"][FOR], 0.6)
        assert not cell["march"].any() and not cell["sign"].any()


def test_the_strongest_message_counts_and_reach_adds_up() -> None:
    world = one_issue()
    world.organisations["credibility"][:] = [[0.5, 0.5, 0.4], [0.5, 0.5, 0.9]]
    for row in (0, 1):
        campaign(world, row, "public_relations", side=FOR, frame=row)
        world.speech[row] = row
    spread(world)
    both = world.reach[0, 1, 0].copy()
    world.campaigns["weeks_left"][1] = 0
    world.organisations["funds"][0] = 20.0
    spread(world)
    alone = world.reach[0, 1, 0]
    assert close(both["strength"][FOR], 0.9) and both["frame"][FOR] == 1
    assert close(alone["strength"][FOR], 0.4) and alone["frame"][FOR] == 0
    assert close(1 - both["heard"][FOR], (1 - alone["heard"][FOR]) ** 2, 1e-3)


def test_calls_go_out_at_the_rhythm_of_the_tactic_and_to_members_anyhow() -> None:
    world = one_issue()
    world.organisations["members"][0] = 100
    running = campaign(world, 0, "demonstration", age=2)
    spread(world)
    assert running["calling"] and world.organisations["calls"][0, 0] == 4
    assert world.issues["called"][0, 0, FOR] > 0.1
    running["age"] = 3
    spread(world)
    assert not running["calling"] and not world.organisations["calls"].any() and not world.issues["called"].any()


def test_a_government_that_denied_speaks_for_the_other_side() -> None:
    world = one_issue()
    world.issues["denied"][0, 0, FOR] = True
    world.polities["legitimacy"] = 0.7
    spread(world)
    cell = world.reach[0, 0, 0]
    assert close(cell["heard"][1], 1 - math.exp(-0.1 * 0.7)) and close(cell["strength"][1], 0.7)
    assert cell["heard"][FOR] == 0 and cell["frame"][1] == -1


def test_evidence_revises_the_ideal_and_raises_a_price() -> None:
    world = one_issue()
    campaign(world, 0, "research_report", reached=0.1)
    issue = world.issues[0, 0]
    issue["revision"], issue["price"][:] = 0.1, [0.2, 0.4]
    call("evidence", world)
    quality = 0.8 * 0.5
    assert close(issue["revision"], 0.98 * 0.1 + 0.02 * 0.7 * 0.5 * quality)
    assert issue["price"] == pytest.approx([0.95 * 0.2, 0.95 * 0.4 + 0.05 * 0.1 * quality])


def test_lobbyists_compete_and_a_consultation_opens_the_door() -> None:
    world = one_issue()
    for row, effort in ((0, 1.0), (1, 1.0)):
        campaign(world, row, "lobbying", effort=effort)
    issue = world.issues[0, 0]
    issue["effort"][:, 1] = 1.0
    issue["consulting"][:] = [3, 0]
    call("lobbying", world)
    # access .5 makes 1.25 of an effort of 1; half of all strength stands on the other side
    share = 1.25 / (1.25 + 1.25 + 2) * 0.5
    assert issue["lobby_success"] == pytest.approx([share * 1.0, share * 0.7])
    assert issue["consulting"].tolist() == [2, 0]


def test_pressure_is_street_petitions_insiders_and_salient_majorities() -> None:
    world = one_issue()
    issue = world.issues[0, 0]
    issue["pressure"], issue["conceded"] = 0.2, 0.03
    issue["marched"][:], issue["signed"][:], issue["lobby_success"][:] = [0.01, 0.0], [0.0, 0.02], [0.25, 0.0]
    issue["signal"][:] = 1.0
    issue["salience"], issue["support"] = 0.05, 0.7
    world.clock["week"] = 208 - 13
    call("pressure", world)
    opinion = 0.6 * 0.05 * 0.4 * (1 + math.exp(-1))
    assert close(issue["pressure"], 0.95 * 0.2 + 0.30 / 2 - 0.10 / 2 + 0.08 * 0.25 + opinion + 0.03)


def move(world: World) -> Any:
    call("friction", world)
    call("decision", world)
    return world.issues[0, 0]


STILL = {"mechanism.friction.drift": 0.0, "mechanism.friction.step_within": 0.0}


def test_policy_holds_below_friction_and_moves_by_a_step_above() -> None:
    world = one_issue(**STILL)
    issue = world.issues[0, 0]
    issue["ideal"], issue["side_mean"][:], issue["attention"] = 0.0, [0.9, -0.9], 1.0
    issue["pressure"] = 0.89
    assert move(world)["policy"] == 0.0 and issue["pressure"] == 0.89 and issue["attention"] == 1.0
    issue["pressure"] = -0.99
    assert close(move(world)["policy"], -0.25 * 1.1)
    assert (issue["pressure"], issue["felt"], issue["attention"]) == (0.0, -0.99, 0.5)
    assert close(issue["step"], -0.275)
    (event,) = world.record.events[: world.clock["events"][0]]
    assert (event["event"], event["route"]) == (9, 3) and close(event["size"], -0.275)


def test_a_step_goes_no_further_than_the_mean_of_who_pushed() -> None:
    world = one_issue(**STILL)
    issue = world.issues[0, 0]
    issue["side_mean"][:], issue["pressure"] = [0.1, -0.9], 3.0
    assert close(move(world)["policy"], 0.1)
    issue["pressure"] = 3.0
    assert close(move(world)["policy"], 0.1), "where it stands there already it does not move"


def test_of_two_routes_the_first_in_order_writes_policy() -> None:
    world = one_issue(**STILL)
    issue = world.issues[0, 0]
    issue["submitted"][:], issue["target"][:] = [0, 1, 0, 1], [0.9, 0.5, 0.9, -0.5]
    call("decision", world)
    assert issue["policy"] == 0.5 and not issue["submitted"].any()
    assert world.record.events["route"][0] == 1 and world.clock["events"][0] == 1


def test_sides_learn_from_the_store_and_citizens_from_the_gap() -> None:
    world = one_issue()
    issue = world.issues[0, 0]
    issue["felt"], issue["gap"], issue["efficacy"][:] = 0.5, 0.3, 0.3
    world.polities["legitimacy"] = 0.5
    call("evaluation", world)
    assert issue["efficacy"] == pytest.approx([0.3 + 0.05 * (0.75 - 0.3), 0.3 + 0.05 * (0 - 0.3)])
    assert close(world.polities["legitimacy"][0], 0.5 + 0.02 * (1 - 0.3 - 0.5))


def test_a_campaign_that_ends_moves_the_value_of_its_tactic() -> None:
    world = one_issue()
    running = campaign(world, 0, "petition", weeks_left=1, spent=0.8, gain=0.01, effort=0.5, calling=True, reached=0.05)
    issue = world.issues[0, 0]
    issue["effort"][FOR, 2], issue["contribution"][FOR, 2] = 1.0, 0.06
    issue["covered"][:], issue["step"] = [1, 0], 0.1
    call("learning", world)
    total = 0.01 + 0.3 * 0.1 + 0.06 / 2 + 0.05 * 1 + 0.5 * 0.05 * 0.2
    assert close(running["gain"], total) and running["weeks_left"] == 0
    petition = list(Scenario(title="x").tactic).index("petition")
    assert close(world.learned[0, petition], 0.03 + 0.3 * (total / 0.8 - 0.03))
    assert (np.delete(world.learned.ravel(), petition) == 0.03).all()


@pytest.mark.parametrize("violent", [False, True])
def test_answers_are_separate_and_repression_of_peaceful_acts_alone_is_an_injustice(violent: bool) -> None:
    surely = {f"mechanism.response.{name}": 10.0 for name in ("repress", "accommodate", "consult", "deny")}
    never = {f"mechanism.response.{name}": -10.0 for name in ("repress", "accommodate", "consult", "deny")}
    for changes, answered in ((surely, 15), (never, 0)):
        world = one_issue(**changes)
        issue = world.issues[0, 0]
        issue["marched"][:], issue["violent"][:], issue["friction"] = [0.01, 0.0], [violent, False], 0.8
        issue["replied"][:] = True
        call("response", world)
        assert issue["answers"] == answered
        assert issue["injustice"] == (answered > 0 and not violent)
        assert close(issue["conceded"], 0.05 * 0.8 if answered else 0.0)
        assert issue["consulting"].tolist() == ([8, 0] if answered else [0, 0])
        assert issue["denied"].tolist() == ([1, 0] if answered else [0, 0])
        assert world.clock["events"][0] == (4 if answered else 0)


def test_small_acts_get_no_answer() -> None:
    world = one_issue(**{f"mechanism.response.{name}": 10.0 for name in ("repress", "accommodate", "consult", "deny")})
    issue = world.issues[0, 0]
    issue["marched"][:], issue["signed"][:] = [0.00049, 0.0], [0.0, 0.0019]
    call("response", world)
    assert issue["answers"] == 0 and world.clock["events"][0] == 0


def test_covered_acts_raise_attention_less_with_habit() -> None:
    world = one_issue(**{"mechanism.coverage.protest": 10.0, "polity.home.governance.media_freedom": 1.0})
    issue, outlet = world.issues[0, 0], world.outlets[0, 0]
    issue["marched"][:], outlet["habit"], outlet["fatigue"] = [0.006, 0.0], 2.0, 1.0
    call("coverage", world)
    assert issue["covered"].tolist() == [1, 0]
    assert close(issue["bump"], 0.4 * (1 + math.log(3)) * math.exp(-0.3))
    assert close(outlet["fatigue"], 1.8) and close(outlet["habit"], 2.94)


def test_only_the_covered_protest_s_own_turnout_draws_attention() -> None:
    """A march that nobody shows adds nothing to what media show of the other side's, or of a petition."""
    world = one_issue(**{"mechanism.coverage.protest": 10.0, "polity.home.governance.media_freedom": 1.0})
    issue = world.issues[0, 0]
    world.rules["coverage"]["protest_least"], world.rules["coverage"]["petition"] = 100.0, 10.0
    issue["marched"][:], issue["signed"][:] = [0.009, 0.02], [0.0, 0.02]
    call("coverage", world)
    assert issue["covered"].tolist() == [0, 2]
    assert close(issue["bump"], 0.4 * (1 + math.log(1 + 0.02 / 0.003)) + 0.4)


def test_an_event_that_the_log_has_no_room_for_is_counted_and_harms_nothing() -> None:
    world = run_world(busy(), weeks=26)
    kept, number = world.record.events.copy(), int(world.clock["events"][0])
    tight = found(busy(), 1, 26)
    tight = tight._replace(record=tight.record._replace(events=tight.record.events[:11].copy()))
    go_on(tight, busy(), 26)
    assert tight.clock["events"][0] == number > 10 and lost(tight) == number - 10
    told = recorded(tight).events
    assert len(told) == 10 and digest_of(told) == digest_of(kept[:10])
    for name in ("weeks", "organisations", "publics"):
        assert digest_of(getattr(tight.record, name)) == digest_of(getattr(world.record, name))


# ---------------------------------------------------------------- null limits

ATTITUDES = ("influence", "persuasion", "education", "anchoring")


@null_limit("attention")
def _() -> None:
    agenda = weeks_without("attention")["agenda"]
    assert agenda.nunique() == 1 and close(agenda[0], 1 / 32)
    assert not weeks_without("attention")["attention"].any()
    assert "news" not in set(events_without("attention")["event"])
    assert weeks_without()["agenda"].nunique() > 10


@null_limit("funds")
def _() -> None:
    flows = organisations_without("funds")
    assert not flows[["dues", "gifts", "running_cost"]].any(axis=None)
    assert not flows["closed"].any() and not weeks_without("funds")["closures"].any()
    assert organisations_without()[["dues", "gifts", "running_cost"]].any().all()
    dear = {"mechanism.funds.fixed": 5.0}
    assert simulate(busy().but(dear), 1).organisations["closed"].any()
    assert not simulate(switched_off("funds").but(dear), 1).organisations["closed"].any()


@null_limit("tactic_choice")
def _() -> None:
    flows = organisations_without("tactic_choice")
    assert not flows[["effort", "campaign_cost"]].any(axis=None) and set(flows["tactic"]) == {""}
    assert "campaign" not in set(events_without("tactic_choice")["event"])
    assert not weeks_without("tactic_choice")[["petition", "lobby_success"]].any(axis=None)
    assert "campaign" in set(events_without()["event"])


@null_limit("framing")
def _() -> None:
    world = without("framing")
    assert not world.circumstances["frame_gain"].any() and not world.circumstances["shift"].any()
    assert (world.circumstances["verdict"] == 1).all()
    assert close(citizens.framed(F(0.9), 4, F(0.0)), 1.0)
    assert (world.citizens.values == found(busy(), 1).citizens.values).all()
    first = {"greens_1": "justice", "tenants": "justice", "owners_1": "prosperity"}
    flows = organisations_without("framing")
    for name, frame in first.items():
        assert set(flows[(flows["organisation"] == name) & (flows["effort"] > 0)]["frame"]) <= {frame}
    assert "counter_frame" not in set(events_without("framing")["event"])
    answered = simulate(busy().but({"mechanism.framing.answer": 10.0}), 1)
    assert "counter_frame" in set(answered.events["event"])
    unanswered = simulate(busy().but({"mechanism.framing.answer": 0.0}), 1)
    assert "counter_frame" not in set(unanswered.events["event"])
    deaf = found(Scenario(title="Deaf").but({"mechanism.framing.answer": 0.0}), 1, 1).rules[0].framing
    assert plans.appeal(0.3, 0.5, 0.9, deaf) == 0.3
    assert without().circumstances["frame_gain"].all()
    assert (without().citizens.values != found(busy(), 1).citizens.values).any()


@null_limit("channels")
def _() -> None:
    world = run_world(switched_off("channels", "response", "hashtag"), 1)
    for name in ("exposure", "heard", "taught", "sign", "march"):
        assert not world.reach[name].any(), name
    assert not world.organisations["calls"].any()
    assert not organisations_without("channels")["social_media"].any()
    assert organisations_without("channels")["effort"].any(), "campaigns go on"
    assert not weeks_without("channels", "hashtag")["petition"].any(), "nobody is called"
    assert organisations_without()["social_media"].any() and weeks_without()["petition"].any()


@null_limit("evidence")
def _() -> None:
    assert not without("evidence").issues["revision"].any() and not without("evidence").issues["price"].any()
    usual = run_world(busy(), 1, weeks=20)  # before a change of government
    assert usual.issues["revision"].any() and usual.issues["price"].any()


@null_limit("backfire")
def _() -> None:
    assert not weeks_without("backfire", "violence")["grievance"].any()
    assert weeks_without("violence")["grievance"].any()


@null_limit("awareness")
def _() -> None:
    start = found(busy(), 1).citizens.own & 1
    assert (without("awareness").citizens.own & 1 == start).all()
    assert weeks_without("awareness").groupby("issue")["aware"].nunique().eq(1).all()
    assert weeks_without().groupby("issue")["aware"].nunique().gt(5).all()


@null_limit("salience")
def _() -> None:
    weeks = weeks_without("salience")
    assert not weeks[["salience", "talking", "silenced"]].any(axis=None), "without it there is no motive"
    assert weeks_without()["salience"].all() and weeks_without()["talking"].any()


@null_limit("persuasion")
def _() -> None:
    others = tuple(name for name in ATTITUDES if name != "persuasion")
    assert (attitude(without(*ATTITUDES)) == attitude(found(busy(), 1))).all()
    assert (attitude(without(*others)) != attitude(found(busy(), 1))).any()


@null_limit("education")
def _() -> None:
    people = without("education").citizens
    assert (people.anchor == people.upbringing).all()
    assert (without().citizens.anchor != without().citizens.upbringing).any()


@null_limit("influence")
def _() -> None:
    others = tuple(name for name in ATTITUDES if name != "influence")
    assert (attitude(without(*others)) != attitude(found(busy(), 1))).any()
    assert weeks_without(*ATTITUDES).groupby("issue")["attitude_sd"].nunique().eq(1).all()


@null_limit("anchoring")
def _() -> None:
    """Without it nothing relaxes: what one message moved stays moved."""
    quiet = {"mechanism.influence.on": False, "mechanism.education.on": False, "mechanism.persuasion.on": False}
    loose = run_world(switched_off("anchoring").but(quiet), 1, weeks=1)
    assert (attitude(loose) == attitude(found(busy(), 1))).all()
    moved = found(busy().but(quiet), 1)
    moved.citizens.anchor[:] = 0.9
    start = attitude(moved).copy()
    go_on(moved, busy().but(quiet), 5)
    assert (np.abs(attitude(moved) - 0.9) <= np.abs(start - 0.9)).all() and (attitude(moved) != start).any()
    stays = found(switched_off("anchoring").but(quiet), 1)
    stays.citizens.anchor[:] = 0.9
    go_on(stays, switched_off("anchoring").but(quiet), 5)
    assert (attitude(stays) == start).all()


@null_limit("motive")
def _() -> None:
    weeks = weeks_without("motive")
    assert not weeks[["talking", "silenced"]].any(axis=None)
    assert weeks_without()["talking"].any()


@null_limit("expression")
def _() -> None:
    weeks = weeks_without("expression")
    assert not weeks["talking"].any()
    assert not weeks["silenced"].any(), "where nobody would talk, nobody is silenced"
    assert not (without("expression").citizens.word & TALKS).any()
    assert weeks_without()["talking"].any() and weeks_without()["silenced"].any()


@null_limit("participation")
def _() -> None:
    weeks = weeks_without("participation")
    assert not weeks[["petition", "protest", "boycott", "violent", "coverage"]].any(axis=None)
    assert set(weeks["response"]) == {"none"}
    people = without("participation").citizens
    assert not (people.word & MARCHES).any() and not people.fatigue.any() and not people.memory.any()
    assert weeks_without()[["petition", "protest"]].any().all()


@null_limit("membership")
def _() -> None:
    lasting = organisations_without("membership", "funds")
    assert lasting.groupby("organisation")["members"].nunique().eq(1).all()
    assert (without("membership", "funds").citizens.member == found(busy(), 1).citizens.member).all()
    assert organisations_without("funds").groupby("organisation")["members"].nunique().gt(1).any()


@null_limit("violence")
def _() -> None:
    assert not weeks_without("violence")["violent"].any()
    assert weeks_without()["violent"].any()


@null_limit("response")
def _() -> None:
    weeks = weeks_without("response")
    assert set(weeks["response"]) == {"none"} and not weeks["consulting"].any() and not weeks["grievance"].any()
    assert not without("response").issues["denied"].any()
    assert len(set(weeks_without()["response"])) > 2


@null_limit("coverage")
def _() -> None:
    weeks = weeks_without("coverage")
    assert not weeks["coverage"].any() and "covered" not in set(events_without("coverage")["event"])
    assert not without("coverage").outlets["habit"].any()
    assert weeks_without()["coverage"].any()


@null_limit("lobbying")
def _() -> None:
    assert not weeks_without("lobbying")["lobby_success"].any()
    assert set(organisations_without("lobbying")["tactic"]) >= {"lobbying"}, "they try"
    assert weeks_without()["lobby_success"].any()


@null_limit("elections")
def _() -> None:
    """Whoever governs stays, its ideals with it, as in a polity without parties."""
    world, start = without("elections"), found(busy(), 1)
    assert not world.parties["seats"].any() and (world.citizens.voted == -1).all()
    assert (world.issues["ideal"] == start.issues["ideal"]).all()
    assert (world.parties["position"] == start.parties["position"]).all()
    assert not {"election", "government"} & set(events_without("elections")["event"])
    lonely = switched_off().model_dump()
    lonely["polity"]["home"]["party"] = {}
    alone = simulate(Scenario.model_validate(lonely), 1, threads=1)
    assert alone.weeks.equals(weeks_without("elections")) and alone.events.equals(events_without("elections"))
    assert {"election", "government"} <= set(events_without()["event"])
    assert (without().issues["ideal"] != start.issues["ideal"]).all()


@null_limit("pressure")
def _() -> None:
    weeks, events = (
        weeks_without("pressure", "stakeholder_table", "elections"),
        events_without("pressure", "stakeholder_table", "elections"),
    )
    assert not weeks["pressure"].any() and "step" not in set(events["event"])
    assert weeks_without()["pressure"].all() and "step" in set(events_without()["event"])
    assert weeks.groupby("issue")["policy"].agg(np.ptp).max() < 0.05, "it only drifts"


@null_limit("friction")
def _() -> None:
    """Policy follows pressure every week in proportion, up to what the pushing side wants; what presses counts once,
    and weekly moves take no issue off people's minds.
    """
    world = one_issue(**{"mechanism.friction.on": False})
    issue = world.issues[0, 0]
    issue["pressure"], issue["attention"], issue["side_mean"][:] = 0.4, 1.0, [0.9, -0.9]
    before = float(issue["policy"])
    move(world)
    assert issue["attention"] == 1.0 and issue["pressure"] == 0.0 and issue["policy"] > before
    issue["submitted"][BY_TABLE], issue["target"][BY_TABLE] = True, 0.5
    call("decision", world)
    assert issue["attention"] == 0.5, "an agreement is a decision in any world"
    assert world.record.events["event"][0] == STEP
    weeks = weeks_without("friction", "stakeholder_table", "elections")
    assert "step" not in set(events_without("friction", "stakeholder_table", "elections")["event"])
    for _, issue in weeks.groupby("issue"):
        moved, pressure = np.diff(issue["policy"]), issue["pressure"].to_numpy()[1:]
        assert (np.sign(moved) == np.sign(pressure))[moved != 0].all() and (moved != 0).mean() > 0.8
        free = 0.25 * np.abs(pressure) / busy().mechanism.friction.level
        assert (np.abs(moved) <= free + 1e-12).all() and np.isclose(np.abs(moved), free).mean() > 0.5


@null_limit("decision")
def _() -> None:
    """What is submitted on a frozen route does not happen; the rest of it does, and with all frozen policy drifts."""
    frozen = busy().but({"mechanism.friction.drift": 0.0, "mechanism.decision.on": False})
    happened = set()
    for seed in range(1, 11):
        still = simulate(frozen, seed, threads=1)
        assert still.weeks.groupby("issue")["policy"].nunique().max() == 1
        happened |= set(still.events["event"])
    assert "step" not in happened and happened >= {"agreement", "election"}
    world = one_issue()
    issue = world.issues[0, 0]
    for number, route in enumerate(ROUTES):
        for opened in (False, True):
            world.rules["decision"][route] = opened
            before = float(issue["policy"])
            issue["submitted"][number], issue["target"][number], issue["drift"] = True, before / 2 - 0.3, 0.0
            call("decision", world)
            assert (issue["policy"] != before) == opened and not issue["submitted"].any()


@null_limit("evaluation")
def _() -> None:
    weeks = weeks_without("evaluation")
    for name, value in (("efficacy_for", 0.3), ("efficacy_against", 0.3), ("legitimacy", 0.5)):
        assert (weeks[name] == value).all(), name
        assert weeks_without()[name].nunique() > 5, name


@null_limit("learning")
def _() -> None:
    assert (without("learning").learned == busy().mechanism.learning.start).all()
    skills = []
    for on in (True, False):
        teaching = one_issue(**{"mechanism.learning.on": on})
        campaign(teaching, 0, "capacity_building")
        before = teaching.organisations["skills"][0].copy()
        call("learning", teaching)
        skills.append((teaching.organisations["skills"][0] - before).tolist())
    assert all(gained > 0 for gained in skills[0]) and not any(skills[1])
    assert (without().learned != busy().mechanism.learning.start).any()


def test_without_repression_nobody_fears_and_nothing_is_risked() -> None:
    world = run_world(busy().but({"polity.home.governance.repression": 0.0}), 1)
    for name in ("fear", "sanction", "sanction_signing"):
        assert not world.circumstances[name].any(), name
        assert without().circumstances[name].any(), name
    assert not world.record.weeks["silenced"].any()


@functools.cache
def votes(without: str, seed: int) -> Record:
    return simulate(switched_off(without, scenario=voting()) if without else voting(), seed, threads=1)


def launched(kind: str, *runs: Record) -> int:
    tables = [run.events for run in runs]
    return sum(int(((table["event"] == "ballot_launched") & (table["detail"] == kind)).sum()) for table in tables)


@null_limit("initiative")
def _() -> None:
    runs = [votes("initiative", seed) for seed in (1, 2, 3)]
    assert launched("initiative", *runs) == 0 < launched("initiative", *(votes("", seed) for seed in (1, 2, 3)))
    for run in runs:
        assert "deterrence" not in set(run.events["event"]) and "initiative" not in set(run.organisations["tactic"])
    assert "deterrence" in set(votes("", 1).events["event"])


@null_limit("referendum")
def _() -> None:
    runs = [votes("referendum", seed) for seed in range(1, 7)]
    with_it = [simulate(vetoing(), seed, threads=1) for seed in range(1, 7)]
    assert launched("referendum", *runs) == 0 < launched("referendum", *with_it)
    assert all("referendum" not in set(run.organisations["tactic"]) for run in runs)


@null_limit("recall")
def _() -> None:
    runs = [votes("recall", seed) for seed in (1, 2, 3)]
    assert launched("recall", *runs) == 0 < launched("recall", *(votes("", seed) for seed in (1, 2, 3)))
    assert all("recall" not in set(run.organisations["tactic"]) for run in runs)
    assert not run_world(switched_off("recall", scenario=voting()), weeks=8).polities["danger"].any()
    assert run_world(voting(), weeks=8).polities["danger"].all()


@null_limit("anticipation")
def _() -> None:
    rule = RULES.anticipation.copy()
    assert street.anticipation(1.0, 0.0, rule) > 0
    rule["on"] = False
    assert street.anticipation(1.0, 0.0, rule) == 0
    strong = busy().but({"mechanism.anticipation.by_exposure": 10.0})
    repressed = [
        [answers(REPRESS)(simulate(scenario, seed, threads=1)) for seed in (1, 2, 3)]
        for scenario in (strong, switched_off("anticipation", scenario=strong))
    ]
    assert repressed[0] != repressed[1]


@null_limit("grants")
def _() -> None:
    assert not organisations_without("grants")["grants"].any()
    assert "grant" not in set(events_without("grants")["event"])
    assert (without("grants", "boycott").stances == found(busy(), 1).stances).all(), "nobody drifts"
    assert organisations_without()["grants"].any() and (without("boycott").stances != found(busy(), 1).stances).any()


@null_limit("institutionalisation")
def _() -> None:
    def delays(*names: str) -> list[int]:
        flows = organisations_without(*names).set_index(["organisation", "week"])["effort"]
        begun = events_without(*names).query("event == 'campaign' and week < 20")
        return [0 if flows[row.organisation, row.week] > 0 else 1 for row in begun.itertuples()]

    # Roles of a joint plan start one after another.
    alone = ("joint_plan",)
    assert not any(delays("institutionalisation", *alone)) and any(delays(*alone))


@null_limit("message")
def _() -> None:
    off = found(switched_off("message"), 1).rules[0]["message"]
    assert campaigns.message(0.6, 0.9, True, off) == 0.6
    world = without("message")
    for c in np.flatnonzero(world.campaigns["spent"]):
        assert set(world.speech[c]) == {world.campaigns["frame"][c]}, "nobody tailors"


@null_limit("digital_divide")
def _() -> None:
    def apart(scenario: Scenario) -> float:
        return float(np.ptp(found(scenario.but({"polity.home.citizens": 5000}), 1).publics["online"]))

    assert apart(switched_off("digital_divide")) < 0.03 < 0.3 < apart(busy())


@null_limit("digital_coordination")
def _() -> None:
    off = found(switched_off("digital_coordination"), 1).rules[0]["digital_coordination"]
    assert [campaigns.digital_coordination(online, off) for online in (0.0, 0.5, 1.0)] == [1.0, 1.0, 1.0]
    saving = {"mechanism.digital_coordination.saving": 0.0}
    assert same(simulate(busy().but(saving), 1), simulate(switched_off("digital_coordination"), 1))


@null_limit("platform_control")
def _() -> None:
    off = found(switched_off("platform_control"), 1).rules[0]["platform_control"]
    assert campaigns.platform_control(1.0, True, 1.0, off) == 0
    shut = {"polity.home.governance.shutdown": True, "polity.home.governance.surveillance": 1.0}
    assert same(simulate(switched_off("platform_control").but(shut), 1), simulate(switched_off("platform_control"), 1))
    risk = without("platform_control").circumstances["sanction_signing"]
    assert (risk[..., 0] == risk[..., 1]).all()
    assert (
        without().circumstances["sanction_signing"][..., 0] < without().circumstances["sanction_signing"][..., 1]
    ).all()


@null_limit("petition")
def _() -> None:
    off = found(switched_off("petition"), 1).rules[0]["petition"]
    assert [campaigns.petition(age, 3.0, off) for age in (0, 1, 9)] == [1.0, 1.0, 1.0]
    quiet = {"mechanism.response.consult": -10.0, "mechanism.response.deny": -10.0}
    quiet |= {"mechanism.response.by_setting": 0.0}

    def replies(*names: str) -> int:
        rows = [simulate(switched_off(*names).but(quiet), seed).recorded.weeks["answers"] for seed in range(1, 6)]
        return sum(int((answers & (CONSULT | DENY) > 0).sum()) for answers in rows)

    assert replies("petition") == 0 < replies()


@null_limit("hashtag")
def _() -> None:
    weeks = weeks_without("hashtag")
    assert not weeks[["hashtag_for", "hashtag_against"]].any(axis=None)
    assert "hashtag" not in set(events_without("hashtag")["event"])
    assert weeks_without()["hashtag_for"].any()


@null_limit("backlash")
def _() -> None:
    none = {f"mechanism.backlash.{name}": 0.0 for name in ("chance", "members", "salience", "insider_risk")}
    assert same(simulate(switched_off("backlash"), 1), simulate(busy().but(none), 1))
    assert not same(simulate(switched_off("backlash"), 1), simulate(busy(), 1))


@null_limit("boycott")
def _() -> None:
    assert not weeks_without("boycott")["boycott"].any()
    assert "concession" not in set(events_without("boycott")["event"])
    assert not without("boycott").organisations["conceded"].any()
    reputation = organisations_without("boycott", "evidence").groupby("organisation")["reputation"]
    assert reputation.nunique().eq(1).all()
    assert weeks_without()["boycott"].any() and "concession" in set(events_without()["event"])


@null_limit("protest_signal")
def _() -> None:
    assert (without("protest_signal").issues["signal"] == 1).all()
    assert not without("protest_signal").issues["expected"].any()
    assert without().issues["expected"].any()


@null_limit("stakeholder_table")
def _() -> None:
    weeks = weeks_without("stakeholder_table")
    assert not weeks[["buy_in", "taken_up"]].any(axis=None)
    assert "agreement" not in set(events_without("stakeholder_table")["event"])
    agreed = [run for run in map(busy_run, range(1, 11)) if "agreement" in set(run.events["event"])]
    assert agreed and all(run.weeks[["buy_in", "taken_up"]].any().all() for run in agreed)


@null_limit("municipalities")
def _() -> None:
    world = without("municipalities")
    assert "local_step" not in set(events_without("municipalities")["event"])
    assert (world.districts["policy"] == found(busy(), 1).districts["policy"]).all()
    lived = world.circumstances["policy"]
    assert (lived == lived[0]).all(), "all live under the same policy"
    assert "local_step" in set(events_without()["event"])
    assert (without().circumstances["policy"] != without().circumstances["policy"][0]).any()


@null_limit("credibility")
def _() -> None:
    names = ["credibility_officials", "credibility_media", "credibility_public"]
    still = organisations_without("credibility", "framing").groupby("organisation")[names].nunique()
    assert still.eq(1).all(axis=None)
    assert organisations_without("framing").groupby("organisation")[names].nunique().gt(1).any(axis=None)


def test_without_all_mechanisms_nothing_happens() -> None:
    weeks = weeks_without(*Mechanisms.model_fields)
    changing = [name for name in weeks if name != "week" and weeks.groupby("issue")[name].nunique().gt(1).any()]
    assert changing == []


# ---------------------------------------------------------------- directions

shares = st.floats(0, 1, width=32)
positions = st.floats(-1, 1, width=32)
quick = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def rises(rule: Callable[..., float], low: tuple[Any, ...], high: tuple[Any, ...], by: float = 0.0) -> None:
    assert rule(*high) >= rule(*low) + by - 1e-9


@direction("attention")
def _() -> None:
    assert effect("mechanism.attention.news_chance", 0.02, 0.3, mean_of("agenda")) > 5
    assert effect("mechanism.attention.news_size", 0.2, 3.0, mean_of("attention")) > 5
    assert effect("mechanism.attention.rest_of_life", 60.0, 10.0, mean_of("agenda")) > 5
    assert effect("mechanism.attention.keep", 0.3, 0.95, mean_of("attention")) > 5


@direction("funds")
def _() -> None:
    assert effect("mechanism.funds.fee", 1.0, 30.0, total_of("dues")) > 5
    assert effect("mechanism.funds.staff", 0.4, 1.2, total_of("funds")) < -5
    assert effect("polity.home.governance.repression", 0.0, 1.0, total_of("running_cost")) > 2
    assert effect("mechanism.funds.fixed", 0.1, 3.0, mean_of("closures")) > 5


@direction("tactic_choice")
def _() -> None:
    assert effect("mechanism.tactic_choice.launch", 0.01, 0.3, total_of("effort")) > 5
    assert effect("mechanism.tactic_choice.launch_by_agenda", 0.0, 5.0, total_of("effort")) > 2
    assert effect("mechanism.tactic_choice.spend", 0.01, 0.1, total_of("campaign_cost")) > 5

    @quick
    @given(st.floats(0.02, 5), st.floats(0.02, 5), st.lists(st.floats(0, 1), min_size=6, max_size=6))
    def colder_is_surer(one: float, other: float, values: list[float]) -> None:
        world = found_once()
        rule, best = world.rules.copy()[0]["tactic_choice"], []
        for temperature in sorted((one, other)):
            rule["temperature"] = temperature
            weights = plans.tactic_weights(
                np.ones(6), np.ones(6), np.array(values), world.organisations[0]["skills"], world.tactics[:6], 0.0, rule
            )
            best.append(weights.max() / weights.sum())
        assert best[0] >= best[1] - 1e-9

    colder_is_surer()


@functools.cache
def found_once() -> World:
    return found(small(), 1)


@direction("framing")
def _() -> None:
    @quick
    @given(shares, shares, shares, shares)
    def fit(a: float, b: float, gain: float, more: float) -> None:
        low, high = sorted((a, b))
        rises(citizens.framed, (F(low), 4, F(gain)), (F(high), 4, F(gain)))
        less, more = sorted((gain, more))
        if a > 0.25:
            rises(citizens.framed, (F(a), 4, F(less)), (F(a), 4, F(more)))

    fit()

    @quick
    @given(shares, shares, shares, shares)
    def answer(weight: float, theirs: float, threat: float, more: float) -> None:
        """Beside a frame that threatens, what beats it gains and what is weaker loses, by the threat."""
        now = plans.appeal(weight, theirs, threat, RULES.framing)
        assert (now >= weight) == (weight >= theirs or threat == 0.0 or now == weight)
        less, more = sorted((threat, more))
        margin = [abs(plans.appeal(weight, theirs, each, RULES.framing) - weight) for each in (less, more)]
        assert margin[0] <= margin[1]

    answer()
    heard, frames = np.array([0.2, 0.6]), np.array([0, 1])
    assert close(plans.threat(heard, frames, 0), 0.6) and close(plans.threat(heard, frames, 1), 0.2)
    assert plans.threat(heard, np.array([0, -1]), 0) == 0.0, "a denial has no frame to be answered"
    # Polls without noise find what publics hold dear.
    chosen = simulate(
        busy().but({"mechanism.framing.poll_noise": 0.0, "polity.home.public.town.values": {"identity": 1.0}}), 1
    ).organisations
    free = chosen[chosen["organisation"].isin(["greens_1", "tenants"]) & (chosen["effort"] > 0)]
    assert set(free["frame"]) == {"identity"}


@direction("channels")
def _() -> None:
    @quick
    @given(shares, shares, shares)
    def gated(freedom: float, online: float, gate: float) -> None:
        face_to_face, mass_media, social_media = campaigns.gates(freedom, online, gate)
        assert face_to_face == 1 and 0 <= mass_media <= 1 and social_media == online
        assert campaigns.gates(1.0, online, gate)[1] >= mass_media >= campaigns.gates(0.0, online, gate)[1]

    gated()
    online = total_of("social_media")
    assert effect("polity.home.governance.internet_access", 0.2, 0.9, online) > 5
    assert effect("mechanism.channels.gate", 0.0, 1.0, online, **{"polity.home.governance.media_freedom": 0.1}) > 5
    tailored = {"polity.home.governance.internet_access": 0.1}
    assert effect("mechanism.channels.tailoring", 0.0, 3.0, online, **tailored) < -5


@direction("evidence")
def _() -> None:
    campaign_world = one_issue()
    campaign(campaign_world, 0, "research_report", reached=0.1)
    revisions, prices = [], []
    for gain in (0.0, 0.02, 0.1):
        campaign_world.rules["evidence"]["gain"] = campaign_world.rules["evidence"]["price"] = gain
        campaign_world.issues["revision"] = campaign_world.issues["price"] = 0.0
        call("evidence", campaign_world)
        revisions.append(campaign_world.issues["revision"][0, 0])
        prices.append(campaign_world.issues["price"][0, 0, 1])
    assert revisions[0] == 0 and revisions == sorted(revisions) and revisions[2] > revisions[1] > 0
    assert prices[0] == 0 and prices[2] > prices[1] > 0
    for openness in (0.0, 1.0):
        world = run_world(busy().but({"polity.home.governance.openness": openness}), 1, weeks=20)
        assert world.issues["revision"].any() == bool(openness)


@direction("backfire")
def _() -> None:
    harsh = {"polity.home.governance.repression": 0.6}
    assert effect("mechanism.backfire.gain", 0.1, 1.0, mean_of("grievance"), **harsh) > 3
    assert effect("mechanism.backfire.keep", 0.5, 0.98, mean_of("grievance"), **harsh) > 3
    seen = {"mechanism.backfire.online": 0.0, **harsh}
    assert effect("polity.home.governance.media_freedom", 0.0, 1.0, mean_of("grievance"), **seen) > 3


@direction("awareness")
def _() -> None:
    @quick
    @given(shares, st.integers(0, 9), st.integers(0, 9), shares)
    def more_talk_more_awareness(missed: float, friends: int, contacts: int, luck: float) -> None:
        def aware(f: int, c: int) -> bool:
            return bool(citizens.awareness(False, F(missed), f, c, F(0.85), F(luck), False, RULES.awareness))

        assert aware(friends, contacts) <= aware(friends + 1, contacts)
        assert aware(friends, contacts + 1) <= aware(friends + 1, contacts)

    more_talk_more_awareness()
    assert effect("mechanism.awareness.half_life", 2.0, 30.0, mean_of("aware")) > 5
    assert effect("mechanism.awareness.by_agenda", 0.0, 1.0, mean_of("aware")) > 3


@direction("salience")
def _() -> None:
    @quick
    @given(shares, shares, st.floats(0.0625, 20, width=32))
    def talk_weighs(a: float, b: float, pull: float) -> None:
        low, high = sorted((a, b))
        rises(
            citizens.weight_of,
            (F(pull), F(1), F(low), RULES.salience),
            (F(pull), F(1), F(high), RULES.salience),
        )

    talk_weighs()
    assert effect("mechanism.salience.rest_of_life", 60.0, 15.0, mean_of("salience")) > 5
    assert effect("mechanism.salience.rate", 0.05, 0.6, mean_of("salience")) > 5
    assert effect("polity.home.public.country.stake.housing", 0.0, 1.0, mean_of("salience")) > 5


@direction("persuasion")
def _() -> None:
    @quick
    @given(positions, shares, shares)
    def stronger_moves_further(x: float, a: float, b: float) -> None:
        low, high = sorted((a, b))
        step = functools.partial(citizens.persuasion, F(x))
        rises(step, (F(low), F(1), F(1), RULES.persuasion), (F(high), F(1), F(1), RULES.persuasion))
        assert step(F(high), F(-1), F(1), RULES.persuasion) == -step(F(high), F(1), F(1), RULES.persuasion)
        assert abs(x + step(F(high), F(1), F(1), RULES.persuasion)) <= 1

    stronger_moves_further()
    one_side = {"polity.home.organisation.owners.activity": 0.0, "polity.home.organisation.lobby.activity": 0.0}
    assert effect("mechanism.persuasion.rate", 0.0, 0.3, mean_of("attitude"), **one_side) > 3


@direction("education")
def _() -> None:
    teachers = {
        "polity.home.organisation.institute.tactics": ["public_education"],
        "polity.home.organisation.owners.activity": 0.0,
        "mechanism.education.half_life": 200.0,
    }
    fixed = {name: tuple(value) if isinstance(value, list) else value for name, value in teachers.items()}
    assert effect("mechanism.education.rate", 0.0, 0.5, mean_of("attitude"), **fixed) > 3


@direction("influence")
def _() -> None:
    @quick
    @given(st.integers(1, 20), st.floats(-0.5, 0.5, width=32))
    def toward_the_talkers(talkers: int, apart: float) -> None:
        step = citizens.influence(talkers, F(talkers * apart), RULES.influence)
        assert step * apart >= 0 and abs(step) <= 0.05 * abs(apart) + 1e-7
        more = citizens.influence(talkers + 1, F((talkers + 1) * apart), RULES.influence)
        assert abs(more) >= abs(step) - 1e-7

    toward_the_talkers()
    loose = {"mechanism.anchoring.on": False}
    assert effect("mechanism.influence.rate", 0.0, 0.5, mean_of("attitude_sd"), **loose) < -5
    wide = {"mechanism.influence.rate": 0.5, **loose}
    assert effect("mechanism.influence.epsilon", 0.1, 2.0, mean_of("attitude_sd"), **wide) < -5


@direction("anchoring")
def _() -> None:
    shorter = [citizens.weekly(half_life) for half_life in (0.1, 1.0, 3.0, 52.0, 520.0)]
    assert shorter == sorted(shorter, reverse=True) and close(shorter[1], 0.5) and 0 < shorter[-1] < shorter[0] < 1
    strong = {"mechanism.influence.rate": 0.5}
    assert effect("mechanism.anchoring.half_life", 0.5, 50.0, mean_of("attitude_sd"), **strong) < -5


@direction("motive")
def _() -> None:
    @quick
    @given(shares, shares, shares, st.floats(1, 6, width=32))
    def more_gap_more_motive(a: float, b: float, z: float, alarm: float) -> None:
        low, high = sorted((a, b))
        rises(citizens.noticing, (F(low), RULES.motive), (F(high), RULES.motive))
        rises(citizens.motive, (F(low), F(z), F(1), RULES.motive), (F(high), F(z), F(alarm), RULES.motive))

    more_gap_more_motive()
    assert effect("mechanism.motive.half_salience", 0.3, 0.05, mean_of("talking")) > 5
    assert effect("mechanism.motive.alarm", 0.0, 3.0, mean_of("talking")) > 3


@direction("expression")
def _() -> None:
    @quick
    @given(shares, shares, shares, shares, shares)
    def the_lonely_fear(drive: float, a: float, b: float, share: float, threshold: float) -> None:
        low, high = sorted((a, b))

        def talks(fear: float, share: float) -> bool:
            return bool(citizens.expression(True, F(drive), F(fear), F(share), F(threshold), RULES.expression))

        assert talks(high, share) <= talks(low, share)
        assert talks(share, low) <= talks(share, high)

    the_lonely_fear()
    harsh = {"polity.home.governance.repression": 1.0}
    assert effect("mechanism.expression.fear", 0.0, 1.0, mean_of("talking"), **harsh) < -5
    assert effect("mechanism.expression.fear", 0.0, 1.0, mean_of("silenced"), **harsh) > 5
    assert effect("mechanism.expression.threshold", 0.05, 0.5, mean_of("talking")) < -5


@direction("participation")
def _() -> None:
    def drive(**changed: float) -> float:
        low, high = -3.0, 5.0
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if act(middle, **changed) else (low, middle)
        return low

    base = drive()
    for name, value, sign in (
        ("motive_", 0.6, 1), ("efficacy", 0.6, 1), ("noticed", 0.8, 1), ("company", 0.9, 1), ("called", 0.0, -1),
        ("cost", 0.2, -1), ("risk", 0.5, -1), ("fatigue", 0.9, -1), ("grievance", 0.2, -1), ("grievance", 9.0, 0),
    ):  # fmt: skip
        assert np.sign(round(drive(**{name: value}) - base, 5)) == sign, name
    by = "mechanism.participation."
    assert effect(by + "threshold", 0.05, 0.4, mean_of("protest_for")) < -3
    assert effect(by + "available_to_march", 0.1, 0.9, mean_of("protest_for")) > 3
    assert effect(by + "available_to_sign", 0.1, 0.9, mean_of("petition_for")) > 3
    assert effect(by + "cost_of_march", 0.0, 0.5, mean_of("protest_for")) < -3
    assert effect("polity.home.governance.assembly_cost", 0.0, 1.0, mean_of("protest_for")) < -2
    assert effect(by + "by_fatigue", 0.0, 2.0, mean_of("protest_for")) < -3
    crowds = [citizens.sanction(0.5, past, 0.0, RULES.participation) for past in (0.0, 0.001, 0.01, 0.1)]
    assert crowds == sorted(crowds, reverse=True)


@direction("membership")
def _() -> None:
    assert effect("mechanism.membership.join", 0.0, 0.9, total_of("members")) > 3
    assert effect("mechanism.membership.lapse", 0.0, 0.9, total_of("members")) < -3


@direction("violence")
def _() -> None:
    assert effect("mechanism.violence.chance", 0.0, 0.8, mean_of("violent")) > 5
    calm = {"mechanism.violence.chance": 0.0}
    assert effect("mechanism.violence.by_disruption", 0.0, 1.0, mean_of("violent"), **calm) > 2
    assert effect("mechanism.violence.chance", 0.0, 0.8, answers(REPRESS)) > 3


def test_what_a_government_gives_on_an_issue_it_takes_back_on_others() -> None:
    given = {"mechanism.response.accommodate": 10.0}
    quiet = {f"mechanism.response.{name}": -10.0 for name in ("repress", "consult", "deny")}
    for offset in (0.0, 0.3):
        world = run_world(busy().but({**given, **quiet, "mechanism.response.offset": offset}), weeks=1)
        asked, left = world.issues[0, 0], world.issues[0, 1]
        for issue in (asked, left):
            issue["marched"][:], issue["signed"][:], issue["violent"][:], issue["friction"] = 0.0, 0.0, False, 0.5
        asked["marched"][:] = [0.01, 0.0]
        left["policy"], left["ideal"], left["revision"] = 0.1, -0.3, 0.0
        call("response", world)
        assert asked["conceded"] > 0
        assert close(left["conceded"], -offset * 0.03 * 0.5), "toward its own ideal"


def answers(kind: int) -> Callable[[Record], float]:
    return lambda record: float((record.recorded.weeks["answers"] & kind > 0).sum())


@direction("response")
def _() -> None:
    rule = RULES.response
    repress = [street.repress_chance(r, 0.0, 0.0, rule) for r in (0.0, 0.3, 0.6, 1.0)]
    assert repress == sorted(repress) and street.repress_chance(0.3, 1.0, 0.0, rule) > repress[1]
    give_in = [street.accommodate_chance(a, 0.0, 0.0, rule) for a in (0.0, 0.5, 1.0)]
    assert give_in == sorted(give_in) and street.accommodate_chance(0.5, 1.0, 0.0, rule) < give_in[1]
    home = "polity.home.governance."
    assert effect(home + "accommodation", 0.0, 1.0, answers(ACCOMMODATE)) > 3
    assert effect(home + "accommodation", 0.0, 1.0, answers(DENY)) < -2
    assert effect(home + "openness", 0.0, 1.0, answers(CONSULT)) > 3
    assert effect("mechanism.response.repress", -5.0, 2.0, answers(REPRESS)) > 5
    assert effect("mechanism.response.consult_weeks", 2, 26, mean_of("consulting")) > 3
    assert effect("mechanism.response.onset", 0.0005, 0.1, answers(REPRESS)) < -3


@direction("coverage")
def _() -> None:
    @quick
    @given(shares, shares, st.floats(0, 5), st.floats(0, 5))
    def larger_is_news(a: float, b: float, fresh: float, tired: float) -> None:
        low, high = sorted((a, b))
        fresh, tired = sorted((fresh, tired))
        rises(media.protest_news, (low, 0.0, 0.0, tired, RULES.coverage), (high, 0.0, 0.0, fresh, RULES.coverage))
        rises(media.protest_news, (low, 0.0, 0.0, fresh, RULES.coverage), (low, 1.0, 1.0, fresh, RULES.coverage))
        rises(media.petition_news, (low, tired, RULES.coverage), (high, fresh, RULES.coverage))

    larger_is_news()
    assert effect("polity.home.governance.media_freedom", 0.1, 1.0, mean_of("coverage")) > 5
    assert effect("mechanism.coverage.bump", 0.0, 2.0, mean_of("attention")) > 5
    assert effect("mechanism.coverage.habituation", 0.0, 3.0, mean_of("attention")) < -3


@direction("lobbying")
def _() -> None:
    @quick
    @given(st.floats(0.01, 20), st.floats(0.01, 20), st.floats(0, 20), shares, shares)
    def effort_openness_and_peace_help(a: float, b: float, other: float, openness: float, conflict: float) -> None:
        low, high = sorted((a, b))
        rises(campaigns.contest, (low, other, 2.0, 1.0, openness, conflict), (high, other, 2.0, 1.0, openness, 0.0))
        rises(campaigns.contest, (low, high, 2.0, 1.0, 0.5, conflict), (low, low, 2.0, 1.0, 1.0, conflict))
        assert 0 <= campaigns.contest(high, other, 2.0, 1.0, openness, conflict) <= openness

    effort_openness_and_peace_help()

    def success(record: Record) -> float:
        return float(np.abs(record.recorded.weeks["lobby_success"]).sum())

    assert effect("polity.home.governance.openness", 0.1, 1.0, success) > 5
    assert effect("polity.home.governance.access", 0.0, 1.0, success) > 3
    assert effect("mechanism.lobbying.others", 0.5, 10.0, success) < -5
    assert effect("mechanism.lobbying.conflict", 0.0, 1.0, success) < -3


@direction("pressure")
def _() -> None:
    @quick
    @given(shares, shares)
    def more_is_more(a: float, b: float) -> None:
        low, high = sorted((a, b))
        rises(institutions.half_effect, (low, 0.01), (high, 0.01))

    more_is_more()

    def felt(record: Record) -> float:
        return float(np.abs(record.recorded.weeks["pressure"]).mean())

    world, felt_so_far = one_issue(), []
    for weight in (0.0, 0.08, 0.5):
        world.rules["pressure"]["inside"], world.issues["lobby_success"][0, 0] = weight, [0.5, 0.1]
        world.issues["pressure"] = 0.0
        call("pressure", world)
        felt_so_far.append(float(world.issues["pressure"][0, 0]))
    assert felt_so_far == pytest.approx([0.0, 0.4 * 0.08, 0.4 * 0.5])
    firm = {"mechanism.friction.level": 100.0}
    for name, low, high in (("opinion", 0.0, 2.0), ("keep", 0.5, 0.99), ("street", 0.0, 3.0)):
        assert effect(f"mechanism.pressure.{name}", low, high, felt, **firm) > 2, name
    assert effect("polity.home.governance.election_interval", 520, 26, felt, **firm) > 3, "elections come nearer"


@direction("friction")
def _() -> None:
    @quick
    @given(st.integers(1, 4), st.sampled_from([-1.0, 0.0, 1.0]), positions, shares)
    def vetoes_hold(players: int, push: float, way: float, price: float) -> None:
        rule = RULES.friction
        rises(institutions.friction_of, (players, push, way, price, rule), (players + 1.0, push, way, price, rule))
        rises(institutions.friction_of, (players, push, way, 0.0, rule), (players, push, way, price, rule))
        rises(institutions.friction_of, (2.0, 1.0, abs(way), 0.0, rule), (2.0, 1.0, -abs(way), 0.0, rule))

    vetoes_hold()

    def steps(record: Record) -> float:
        return float((record.recorded.events["event"] == 9).sum())

    assert effect("polity.home.governance.veto_players", 1, 5, steps) < -3
    assert effect("mechanism.friction.level", 0.1, 2.0, steps) < -5

    def size(record: Record) -> float:
        events = record.recorded.events
        return float(np.abs(events["size"][events["event"] == 9]).sum())

    assert effect("mechanism.friction.step", 0.05, 0.5, size) > 3


@direction("grants")
def _() -> None:
    @quick
    @given(shares, shares, shares, shares)
    def fit_visibility_success_and_evidence_attract(a: float, b: float, c: float, d: float) -> None:
        rule, low = RULES.grants, resources.grant_weight(a, b, c, d, 0.5, RULES.grants, 1.0)
        for more in ((0.1, 0, 0, 0, 0), (0, 0.1, 0, 0, 0), (0, 0, 0.1, 0, 0), (0, 0, 0, 0.1, 0), (0, 0, 0, 0, 0.1)):
            at = [x + y for x, y in zip((a, b, c, d, 0.5), more, strict=True)]
            assert resources.grant_weight(*at, rule, 1.0) > low

    fit_visibility_success_and_evidence_attract()
    assert effect("polity.home.governance.entry_cost", 0.0, 0.9, total_of("grants")) < -5
    assert effect("polity.home.organisation.giver.gives", 0.5, 5.0, total_of("grants")) > 5

    def distance(drift: float) -> float:
        scenario = busy().but({"mechanism.grants.drift": drift, "mechanism.boycott.on": False})
        stances = run_world(scenario, 1).stances
        donor = names(scenario).organisations.index(("home", "giver"))
        return float(np.abs(np.delete(stances, donor, axis=0) - stances[donor]).mean())

    assert distance(0.0) > distance(0.05) > distance(0.5)


@direction("institutionalisation")
def _() -> None:
    assert effect("mechanism.institutionalisation.lag", 0.0, 20.0, total_of("effort")) < -3
    world = found_once()
    for caution, above in ((0.0, 0.2), (0.5, 0.9)):
        tactics = world.tactics[:2].copy()
        tactics["skills"], tactics["disruption"] = 0.0, [0.0, 1.0]
        rule = world.rules[0]["tactic_choice"]
        calm, wild = plans.tactic_weights(np.ones(2), np.ones(2), np.zeros(2), np.ones(5), tactics, caution, rule)
        assert close(wild / calm, 1 - caution) and above


@direction("message")
def _() -> None:
    @quick
    @given(shares, shares, shares)
    def skill_makes_clear(strength: float, a: float, b: float) -> None:
        low, high = sorted((a, b))
        rises(campaigns.message, (strength, low, False, RULES.message), (strength, high, False, RULES.message))
        rises(campaigns.message, (strength, high, False, RULES.message), (strength, high, True, RULES.message))
        assert strength <= campaigns.message(strength, high, True, RULES.message) <= 1

    skill_makes_clear()
    # .6 (1 + .2 x .8 x .5), and tailored .6 (1 + .2 x .8)
    assert close(campaigns.message(0.6, 0.8, False, RULES.message), 0.648)
    assert close(campaigns.message(0.6, 0.8, True, RULES.message), 0.696)


@direction("digital_divide")
def _() -> None:
    gaps = [
        float(np.ptp(found(busy().but({"mechanism.digital_divide.scale": scale}), 1).publics["online"]))
        for scale in (0.0, 1.0, 3.0)
    ]
    assert gaps[0] < gaps[1] < gaps[2]


@direction("digital_coordination")
def _() -> None:
    cost = [campaigns.digital_coordination(online, RULES.digital_coordination) for online in (0.0, 0.7, 1.0)]
    assert cost == pytest.approx([1 / 0.65, 1.0, 0.5 / 0.65])
    path = "polity.home.governance.internet_access"
    assert effect("mechanism.digital_coordination.saving", 0.0, 0.9, total_of("effort"), **{path: 0.95}) > 2


@direction("platform_control")
def _() -> None:
    @quick
    @given(shares, shares, shares)
    def stricter_removes_more(a: float, b: float, criticism: float) -> None:
        low, high = sorted((a, b))
        rule = RULES.platform_control
        rises(campaigns.platform_control, (low, False, criticism, rule), (high, False, criticism, rule))
        rises(campaigns.platform_control, (high, False, 1.0, rule), (high, True, 0.0, rule))
        assert 0 <= campaigns.platform_control(high, True, criticism, rule) <= 1

    stricter_removes_more()
    assert close(campaigns.platform_control(0.5, True, 0.0, RULES.platform_control), 0.52)
    assert close(campaigns.platform_control(0.5, False, 0.4, RULES.platform_control), 0.08)
    watched = [run_world(busy().but({"polity.home.governance.surveillance": s}), 1, weeks=1) for s in (0.0, 1.0)]
    risks = [world.circumstances["sanction_signing"][0, 0].tolist() for world in watched]
    assert risks[0][0] == risks[0][1] == risks[1][0] < risks[1][1]


@direction("petition")
def _() -> None:
    weekly = [campaigns.petition(age, 1.0, RULES.petition) for age in range(6)]
    assert weekly == sorted(weekly, reverse=True) and weekly[-1] > 0.4
    by_day = [0.4 + 3 * 2 ** (-day / 10) for day in range(7)]
    assert close(weekly[0], sum(by_day) / 7)
    assert close(campaigns.petition(0, 2.0, RULES.petition), 2 * weekly[0])
    assert effect("mechanism.petition.peak", 0.0, 10.0, mean_of("petition_for")) > 2


@direction("hashtag")
def _() -> None:
    def course(capacity: float) -> list[float]:
        carried, seen = 0.01, []
        for day in range(120):
            carried = float(digital.hashtag_day(carried, day, capacity, RULES.hashtag))
            seen.append(carried)
        return seen

    quick_one, careful = course(0.0), course(0.9)
    assert quick_one[6] > careful[6], "without capacity it rises faster"
    assert max(np.flatnonzero(np.array(quick_one) > 0.005)) < max(np.flatnonzero(np.array(careful) > 0.005))
    assert effect("mechanism.hashtag.spontaneous", 0.0, 1.0, mean_of("hashtag_for")) > 3
    assert effect("mechanism.hashtag.rise", 0.5, 1.5, mean_of("hashtag_for")) > 3


@direction("backlash")
def _() -> None:
    rule = RULES.backlash
    step = F(0.01)
    assert citizens.backlash(step, F(0.4), F(0.9), False, F(0.09), rule) == -step
    for kept in (
        (F(0.6), F(0.9), False, F(0.0)),
        (F(0.4), F(1.1), False, F(0.0)),
        (F(0.4), F(0.9), True, F(0.0)),
        (F(0.4), F(0.9), False, F(0.11)),
    ):
        assert citizens.backlash(step, *kept, rule) == step
    assert effect("mechanism.backlash.members", 0.0, 10.0, total_of("members")) < -1.7


@direction("boycott")
def _() -> None:
    @quick
    @given(shares, shares, shares, shares)
    def media_and_sales_move_firms(covered: float, a: float, b: float, sales: float) -> None:
        low, high = sorted((a, b))
        rises(markets.concede_chance, (covered, low, sales, RULES.boycott), (covered, high, sales, RULES.boycott))
        rises(markets.concede_chance, (0.0, a, low, RULES.boycott), (1.0, a, high, RULES.boycott))

    media_and_sales_move_firms()
    assert close(markets.concede_chance(1.0, 0.1, 0.02, RULES.boycott), logistic(-1.8 + 0.7 + 0.4 + 0.2))

    def concessions(record: Record) -> float:
        return float((record.events["event"] == "concession").sum())

    assert effect("mechanism.boycott.readiness", -8.0, 4.0, concessions) > 3
    assert effect("mechanism.boycott.available", 0.05, 1.0, mean_of("boycott_for")) > 3


@direction("protest_signal")
def _() -> None:
    rule = RULES.protest_signal
    # twice what counts as none: 1 + .5 ln 3, then less for extremists and violence
    assert close(institutions.signal(0.001, 0.0, 0.0, 0.0, rule), 1 + 0.5 * math.log(3))
    assert close(institutions.signal(0.001, 0.0, 1.0, 1.0, rule), (1 + 0.5 * math.log(3)) * 0.5 * 0.7)

    @quick
    @given(shares, shares, st.floats(0, 7), shares)
    def surprise_tells(a: float, b: float, expected: float, extreme: float) -> None:
        low, high = sorted((a, b))
        rises(institutions.signal, (low, expected, extreme, 1.0, rule), (high, expected, extreme, 0.0, rule))
        rises(institutions.signal, (a, expected + 1, extreme, 0.0, rule), (a, expected, extreme, 0.0, rule))
        rises(institutions.signal, (a, expected, high, 0.0, rule), (a, expected, low, 0.0, rule))
        assert 0 <= institutions.signal(a, expected, extreme, 0.0, rule) <= 2

    surprise_tells()


@direction("stakeholder_table")
def _() -> None:
    def bargain(status_quo: float, ideals: list[float], weights: list[float]) -> float:
        return float(venues.nash_bargain(status_quo, np.array(ideals), np.array(weights)))

    assert bargain(0.0, [0.5, -0.1], [1.0, 1.0]) == 0.0, "nothing makes both better off"
    assert bargain(0.0, [0.4, 0.4], [1.0, 1.0]) == pytest.approx(0.4, abs=0.021)
    even, strong = bargain(0.0, [0.8, 0.2], [1.0, 1.0]), bargain(0.0, [0.8, 0.2], [5.0, 1.0])
    assert 0.2 <= even < strong < 0.4

    def agreements(record: Record) -> float:
        return float((record.events["event"] == "agreement").sum())

    assert effect("mechanism.stakeholder_table.chance", 0.0, 1.0, agreements) > 3
    assert effect("polity.home.governance.openness", 0.2, 1.0, agreements) > 2
    assert effect("mechanism.stakeholder_table.uptake", 0.02, 0.5, mean_of("taken_up")) > 2


@direction("municipalities")
def _() -> None:
    def local_steps(record: Record) -> float:
        return float((record.events["event"] == "local_step").sum())

    assert effect("mechanism.municipalities.friction", 0.05, 1.0, local_steps) < -5
    assert effect("mechanism.municipalities.campaign", 0.0, 2.0, local_steps) > 2

    def apart(felt: float) -> float:
        worlds = [run_world(busy().but({"mechanism.municipalities.felt": felt}), seed) for seed in range(1, 11)]
        return float(np.mean([np.ptp(world.circumstances["policy"], axis=0).max() for world in worlds]))

    assert apart(0.0) == 0 < apart(0.3) < apart(1.0)


@direction("elections")
def _() -> None:
    path = "mechanism.elections."
    assert effect(path + "turnout", -2.0, 2.0, lambda record: float(record.elections["turnout"].mean())) > 5
    assert effect(path + "by_interest", 0.0, 5.0, lambda record: float(record.elections["turnout"].mean())) > 5
    assert effect(path + "move", 0.0, 0.2, moved) > 5

    def incumbents(record: Record) -> float:
        second = record.elections.query("week > 1")
        return float(second["vote_share"][second["party"] == "whites"].iloc[0])

    assert effect(path + "incumbency", 0.0, 20.0, incumbents, **{path + "break_even": 1.0}) < -5

    def mandates(record: Record) -> float:
        return float(((record.events["event"] == "step") & (record.events["detail"] == "election")).sum())

    assert effect(path + "pledges_shared", 0.0, 1.0, mandates) + effect(path + "pledges", 0.0, 1.0, mandates) > 2


def moved(record: Record) -> float:
    rows = record.recorded.parties["position"]
    return float(np.abs(rows[-1] - rows[0]).sum())


@direction("decision")
def _() -> None:
    """The more routes are open, the more changes policy makes."""

    def changes(record: Record) -> float:
        return float((record.recorded.events["event"] == STEP).sum())

    for route in ("table", "store", "election"):
        one, other = (busy().but({f"mechanism.decision.{route}": opened}) for opened in (True, False))
        seeds = range(1, 11)
        counts = [sum(changes(simulate(each, seed, threads=1)) for seed in seeds) for each in (one, other)]
        assert counts[0] > counts[1], route


@direction("credibility")
def _() -> None:
    def of(name: str, column: str) -> Callable[[Record], float]:
        row = [one for _, one in names(busy()).organisations].index(name)
        return lambda record: float(record.recorded.organisations[column][:, row].mean())

    path = "mechanism.credibility."
    assert effect(path + "by_evidence", 0.0, 0.1, of("institute", "credibility_officials")) > 3
    assert effect(path + "by_violence", 0.0, 0.2, of("greens_1", "credibility_public")) < -3
    assert effect(path + "by_coverage", 0.0, 0.1, of("greens_1", "credibility_media")) > 2


@direction("evaluation")
def _() -> None:
    world = one_issue()
    learned = []
    for felt in (-1.0, 0.0, 0.2, 1.0):
        world.issues["efficacy"], world.issues["felt"] = 0.3, felt
        call("evaluation", world)
        learned.append(world.issues["efficacy"][0, 0].tolist())
    assert [f for f, _ in learned] == sorted(f for f, _ in learned)
    assert [a for _, a in learned] == sorted((a for _, a in learned), reverse=True)
    assert learned[0][0] < learned[3][0]
    assert effect("mechanism.evaluation.efficacy_rest", 0.0, 0.9, mean_of("efficacy_for")) > 5
    assert effect("mechanism.evaluation.legitimacy_rate", 0.0, 0.3, mean_of("legitimacy")) > 5


@direction("learning")
def _() -> None:
    world = one_issue()
    issue = world.issues[0, 0]
    issue["effort"][FOR, 2], issue["contribution"][FOR, 2], issue["covered"][:] = 1.0, 0.05, [1, 0]
    running = campaign(world, 0, "petition", effort=1.0, calling=True, reached=0.1)
    rule = world.rules[0]["learning"]
    tactic = world.tactics[running["tactic"]]
    base = evaluation.gain(running, tactic, issue, rule)
    for name in ("of_coverage", "of_reach"):
        before = float(rule[name])
        rule[name] = 2 * before
        assert evaluation.gain(running, tactic, issue, rule) > base, name
        rule[name] = before
    issue["step"] = 0.2
    assert evaluation.gain(running, tactic, issue, rule) > base
    issue["step"] = -0.2
    assert evaluation.gain(running, tactic, issue, rule) < base

    def learned(rate: float) -> float:
        world = run_world(busy().but({"mechanism.learning.rate": rate}), 1, weeks=10)
        return float(np.abs(world.learned - busy().mechanism.learning.start).sum())

    assert learned(0.0) == 0 < learned(0.1) < learned(0.6)


@direction("initiative")
def _() -> None:
    rule = RULES.initiative
    # .05 + 5 x .02 (1 + 26/52); .4 x .5 + .6 x -.1; .4 - .2 - .08, and .15 more if unaware
    assert close(ballots.challenge_cost(0.02, 52, rule), 0.2)
    assert close(ballots.draft_of(0.5, -0.1, rule), 0.14)
    assert close(ballots.preference(0.5, 0.1, 0.7, True, 0.5, rule), 0.12)
    assert close(ballots.preference(0.5, 0.1, 0.7, False, 0.5, rule), -0.03)
    assert close(ballots.turnout(0.5, rule), 0.475)

    @quick
    @given(shares, shares, st.integers(1, 500), st.integers(1, 500))
    def dearer(a: float, b: float, c: int, d: int) -> None:
        few, many = sorted((a, b))
        hasty, calm = sorted((c, d))
        rises(ballots.challenge_cost, (few, calm, rule), (many, hasty, rule))
        rises(ballots.turnout, (few, rule), (many, rule))

    dearer()

    @quick
    @given(positions, positions, positions, shares, shares)
    def deters(law: float, median: float, group: float, a: float, b: float) -> None:
        low, high = sorted((a, b))
        cheap, dear = ballots.deterrence(law, median, group, low), ballots.deterrence(law, median, group, high)
        assert abs(cheap - median) <= abs(dear - median) + 1e-9 <= abs(law - median) + 2e-9

    deters()


@direction("referendum")
def _() -> None:
    rule = RULES.initiative
    # Where the old law is as far away as the new one, voters lean to the old: .08, and .15 more if unaware.
    assert close(ballots.veto(0.1, 0.3, -0.1, True, 0.5, rule), 0.08)
    assert close(ballots.veto(0.1, 0.3, -0.1, False, 0.5, rule), 0.23)

    @quick
    @given(positions, positions, positions, st.floats(0.01, 0.99))
    def leaning(x: float, law: float, old: float, luck: float) -> None:
        assert ballots.veto(x, law, old, True, luck, rule) >= ballots.preference(x, law, old, True, luck, rule)

    leaning()
    begun = []
    for share in (0.001, 0.2):
        scenario = vetoing().but({"polity.home.governance.referendum.signature_share": share})
        begun.append(launched("referendum", *(simulate(scenario, seed, threads=1) for seed in range(1, 13))))
    assert begun[0] > begun[1], "vetoes that cost much are tried less"


@direction("recall")
def _() -> None:
    rule = RULES.recall
    # distrust .6, ease .1/.15, no signatures: half of that
    assert close(direct_democracy.danger(0.7, 0.0, 0.05, rule), 0.2)
    assert close(direct_democracy.danger(0.7, 1.0, 0.05, rule), 0.4)

    @quick
    @given(shares, shares, shares, shares)
    def nearer(legitimacy: float, a: float, b: float, share: float) -> None:
        low, high = sorted((a, b))
        rises(direct_democracy.danger, (legitimacy, low, share, rule), (legitimacy, high, share, rule))
        rises(direct_democracy.danger, (high, legitimacy, share, rule), (low, legitimacy, share, rule))
        rises(direct_democracy.danger, (legitimacy, share, high, rule), (legitimacy, share, low, rule))
        assert 0 <= direct_democracy.danger(legitimacy, low, high, rule) <= 1

    nearer()
    world = one_issue()
    pressed = []
    for near in (0.0, 0.5):
        world.polities["danger"], world.issues["pressure"] = near, 0.0
        world.issues["salience"], world.issues["support"] = 0.1, 0.8
        call("pressure", world)
        pressed.append(float(world.issues["pressure"][0, 0]))
    assert close(pressed[1], 2 * pressed[0]) and pressed[0] > 0


@direction("anticipation")
def _() -> None:
    rule = RULES.anticipation
    # .5 x .9 + .3 x .7 = .66 would learn of it
    assert close(street.exposure(0.9, 0.0, 0.7, RULES.backfire), 0.66)
    assert close(street.anticipation(0.66, 0.0, rule), 0.16)
    assert street.anticipation(0.66, 1.0, rule) == 0, "nobody minds force against violence"

    @quick
    @given(shares, shares, shares)
    def forbears(a: float, b: float, repression: float) -> None:
        low, high = sorted((a, b))
        rises(street.exposure, (low, low, low, RULES.backfire), (high, high, high, RULES.backfire))
        seen, unseen = (street.anticipation(exposed, 0.0, rule) for exposed in (high, low))
        rises(
            street.repress_chance,
            (repression, 0.0, seen, RULES.response),
            (repression, 0.0, unseen, RULES.response),
        )

    forbears()
    assert effect("mechanism.anticipation.by_exposure", 0.0, 10.0, answers(REPRESS)) < -2


# ---------------------------------------------------------------- each mechanism has all that it owes

NULL_LIMITS |= abroad_checks.NULL_LIMITS
DIRECTIONS |= abroad_checks.DIRECTIONS


@pytest.mark.parametrize("name", Mechanisms.model_fields)
def test_switched_off_a_mechanism_leaves_the_world_without_it(name: str) -> None:
    NULL_LIMITS[name]()


@pytest.mark.parametrize("name", Mechanisms.model_fields)
def test_more_of_a_mechanism_has_more_of_its_effect(name: str) -> None:
    DIRECTIONS[name]()


def test_every_mechanism_has_its_tests_and_no_other_has() -> None:
    assert set(NULL_LIMITS) == set(DIRECTIONS) == set(Mechanisms.model_fields)


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "mechanisms.md").read_text(encoding="utf-8")


def test_every_mechanism_has_its_section_in_the_order_of_the_schema(page: str) -> None:
    assert re.findall(r"^### (\w+)$", page, re.MULTILINE) == list(Mechanisms.model_fields)


def test_a_section_says_all_that_a_reader_needs(page: str) -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    for name, text in sections.items():
        for row in ("Rule", "Where", "Off", "Source"):
            assert f"**{row}**" in text, (name, row)
        assert f"`[mechanism.{name}]`" in text, name


def test_the_places_that_the_sections_name_exist(root: Path, page: str) -> None:
    for file, function in re.findall(r"`(\w+\.py)`, `(\w+)`", page):
        source = (root / "advosim" / "mechanisms" / file).read_text(encoding="utf-8")
        assert f"def {function}(" in source, (file, function)


def test_every_name_of_a_mechanism_is_that_of_its_function(root: Path) -> None:
    """But for what only sets numbers that several others read, and for a label that is read off the run."""
    sources = "".join(file.read_text(encoding="utf-8") for file in (root / "advosim" / "mechanisms").glob("*.py"))
    functions = set(re.findall(r"^def (\w+)\(", sources, re.MULTILINE))
    assert set(Mechanisms.model_fields) - functions == {"institutionalisation", "digital_divide", "spiral"}


# ---------------------------------------------------------------- what theory asks of governance, over 100 seeds

HOME = "polity.home.governance."


def paired(setting: str, value: float, measure: Callable[[Record], float]) -> float:
    """The effect of a setting on a measure in the realistic world: mean paired difference over its standard error."""
    change = np.array([measure(a) - measure(b) for a, b in zip(twins({HOME + setting: value}), twins({}), strict=True)])
    assert len(change) >= 100
    return float(change.mean() / (change.std(ddof=1) / math.sqrt(len(change))))


def protest(record: Record) -> float:
    rows = record.recorded.weeks
    return float((rows["protest_for"] + rows["protest_against"]).sum())


def silence(record: Record) -> float:
    rows = record.recorded.weeks
    return float((rows["support"] - rows["expressed"]).mean())


def inside(record: Record) -> float:
    """The share of all campaigns' effort that goes inside."""
    rows = record.recorded.organisations
    kinds = [number for number, tactic in enumerate(realistic().tactic.values()) if tactic.pressure == "inside"]
    return float(rows["effort"][np.isin(rows["tactic"], kinds)].sum() / rows["effort"].sum())


def online(record: Record) -> float:
    """The share of all campaigns' effort that goes online."""
    rows = record.recorded.organisations
    return float((rows["social_media"] * rows["effort"]).sum() / rows["effort"].sum())


def test_more_repression_lowers_open_protest_and_raises_silence() -> None:
    assert paired("repression", 0.8, protest) < -3
    assert paired("repression", 0.8, silence) > 3
    assert paired("repression", 0.8, mean_of("silenced")) > 3


def test_more_openness_raises_inside_tactics_and_consultations() -> None:
    assert paired("openness", 0.1, inside) < -3
    assert paired("openness", 0.1, mean_of("consulting")) < -3
    assert paired("openness", 0.1, answers(CONSULT)) < -3


def test_less_media_freedom_lowers_coverage() -> None:
    assert paired("media_freedom", 0.1, mean_of("coverage")) < -3


def test_less_internet_access_shifts_plans_to_other_channels() -> None:
    assert paired("internet_access", 0.2, online) < -3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_ten_years_attitudes_neither_collapse_nor_run_to_the_ends(seed: int) -> None:
    rows = simulate(realistic(), seed, weeks=520, threads=1).recorded.weeks
    assert ((rows["attitude_sd"] > 0.3) & (rows["attitude_sd"] < 0.6)).all()
    assert (np.abs(rows["attitude"]) < 0.5).all()
