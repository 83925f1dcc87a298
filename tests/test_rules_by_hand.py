"""Rules of citizens and of the few against numbers worked out by hand."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from owed import (
    RULES,
    act,
    call,
    campaign,
    close,
    logistic,
    move,
    one_issue,
)
from worlds import busy, digest_of, go_on, neighbours, run_world, small

from advosim import Scenario
from advosim.mechanisms import (
    campaigns,
    citizens,
    institutions,
    media,
    plans,
    street,
)
from advosim.mechanisms.campaigns import dearest
from advosim.record import lost, recorded
from advosim.world.chance import wrapping
from advosim.world.codes import AGAINST, FIRM, FOR, FOUNDATION, MEDIA, PETITION, STORE, STREET
from advosim.world.found import found, positions
from advosim.world.rows import PUBLIC_GROUP
from advosim.world.state import World, attitude

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
    assert close(citizens.sanction(0.5, 0.01, 0.0, rule), 0.5 * (1 - math.exp(-2.3 * 0.001 * 0.5 / 0.006)), 1e-5)
    assert close(citizens.sanction(0.5, 0.0, 0.1, rule), 0.5 * (1 - math.exp(-2.3 * 0.001 * 0.5 / 0.003)), 1e-5)
    assert close(citizens.sanction(0.5, 0.0, 0.0, rule), 0.5 * (1 - math.exp(-2.3 * 0.0005 / 1e-4)), 1e-5)
    assert citizens.sanction(0.0, 0.0, 0.0, rule) == 0


def test_people_act_if_what_drives_beats_what_it_costs() -> None:
    # .4 (.5 + .3) + .3 x 1 x .5 + .36 x .5 + .12 - .06 - .4 x .1 - .2 x .5 = .57
    assert act(0.569)
    assert not act(0.571)


def test_company_is_a_number_of_those_who_act_whatever_the_number_of_neighbours() -> None:
    assert close(citizens.company(F(1), 16, RULES.participation), 2 / 3)
    assert citizens.company(F(2), 16, RULES.participation) == 1
    assert citizens.company(F(0.5), 3, RULES.participation) == citizens.company(F(0.5), 300, RULES.participation)


def test_marching_tires_and_signing_does_not() -> None:
    for tactic, tires in (("petition", False), ("demonstration", True)):
        table = {"citizens": 200, "organisation": {"callers": {"tactics": [tactic], "members": 0.5, "funds": 200.0}}}
        ready = {"tactic_choice.launch": 1.0, "institutionalisation.lag": 0.0, "awareness.start": 1.0,
                 "salience.rest_of_life": 1.0, "participation.threshold": 0.01, "participation.cost_of_march": 0.0,
                 "petition.spread": 0.0}  # fmt: skip
        scenario = Scenario.model_validate({"title": "Calls", "polity": {"home": table}})
        world = run_world(scenario.but({f"mechanism.{path}": value for path, value in ready.items()}), weeks=6)
        acts = "protest" if tires else "petition"
        assert sum(world.record.weeks[f"{acts}_{side}"].sum() for side in ("for", "against")) > 0
        assert (world.people.citizens.fatigue > 0).any() == tires


def test_the_gap_is_half_of_the_distance_to_policy_weighted_by_salience() -> None:
    still = {"friction.drift": 0.0, "friction.level": 100.0, "attention.news_chance": 1.0}
    scenario = Scenario(title="Gap").but({f"mechanism.{path}": value for path, value in still.items()})
    world = run_world(scenario.but({"polity.home.citizens": 200}), weeks=4)
    issue, salience = world.arena.issues[0, 0], world.people.citizens.salience.ravel().astype(float)
    distance = np.abs(attitude(world).ravel().astype(float) - issue["policy"])
    assert salience.sum() > 0
    assert close(issue["gap"], (salience * distance).sum() / salience.sum() / 2, 1e-5)


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
    tactic = found(small(), 1, 1).teams.tactics[0]
    tactic["skills"][:] = [0.5, 0.5, 0, 0, 0]
    assert close(plans.competence(np.array([0.4, 0.9, 0, 0, 0]), tactic), 0.6)
    assert close(plans.competence(np.ones(5), tactic), 1.0)


def test_tactics_are_weighted_by_what_they_brought_and_match_under_a_mask() -> None:
    world = found(small(), 1, 1)
    tactics = world.teams.tactics[:6].copy()
    tactics["skills"][:], tactics["disruption"] = [1, 0, 0, 0, 0], [0, 0.5, 0, 0, 0, 0]
    allowed, uses = np.array([1, 1, 0.5, 0, 1, 1.0]), np.array([1, 1, 1, 1, 0, 1.0])
    learned, times = np.array([0.06, 0.06, 0.03, 9.0, 9.0, 0.0]), np.array([1.0, 2.0, 0.0, 9.0, 9.0, 1.0])
    known = (allowed, uses, learned, times)
    with wrapping():
        weights = plans.tactic_weights(known, np.full(5, 0.4), tactics, 0.7, 0.0, np.uint64(1), world.now.rules)
        drawn = plans.tactic_weights(known, np.full(5, 0.4), tactics, 0.7, 1.0, np.uint64(1), world.now.rules)
    # (n value / .03 + .5 e^(.5 (.4 - .5))) / (n + .5), without doubt
    usual = 0.5 * math.exp(-0.05)
    worth = [(2 + usual) / 1.5, (4 + usual) / 2.5, usual / 0.5, usual / 1.5]
    np.testing.assert_allclose(weights, [worth[0], 0.65 * worth[1], worth[2] / 2, 0, 0, worth[3]])
    assert (drawn[[3, 4]] == 0).all() and (drawn[[0, 1, 2, 5]] != weights[[0, 1, 2, 5]]).all()


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
    assert close(media.boycott_news(0.01, 2.0, rule), -2.5 + 0.5 * math.log(11) - 0.6)


def test_a_sides_own_campaigns_lend_an_act_their_symbol_and_their_standing_with_media() -> None:
    world = one_issue()
    teams = world.teams
    for row, effort in ((0, 2.0), (1, 3.0)):
        campaign(world, row, "symbolic_performance", effort=effort)
    teams.organisations["credibility"][:, MEDIA] = [0.9, 0.2]
    symbol = teams.tactics["symbol"][teams.campaigns[0]["tactic"]]
    assert symbol > 0
    with wrapping():
        for side, trusted in ((FOR, 0.4), (AGAINST, -0.3)):
            assert media._symbol(0, 0, side, teams.tactics, teams.campaigns) == symbol
            standing = media.standing(0, 0, side, STREET, teams.organisations, teams.tactics, teams.campaigns)
            assert close(standing, trusted)
        teams.campaigns["side"] = FOR
        both = media.standing(0, 0, FOR, STREET, teams.organisations, teams.tactics, teams.campaigns)
        assert close(both, (2 * 0.9 + 3 * 0.2) / 5 - 0.5)
        assert media._symbol(0, 0, AGAINST, teams.tactics, teams.campaigns) == 0
        assert media.standing(0, 0, FOR, PETITION, teams.organisations, teams.tactics, teams.campaigns) == 0


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
    issue = world.arena.issues[0, 0]
    issue["attention"], issue["bump"] = 2.0, 0.2
    call("attention", world)
    assert close(issue["attention"], 1.9)
    assert close(issue["agenda"], math.exp(1.9) / (30 + math.exp(1.9)))
    issue["bump"] = 9.0
    call("attention", world)
    assert issue["attention"] == 3.0


def test_news_strikes_at_its_chance_and_is_exponential() -> None:
    scenario = Scenario(title="News").but({"weeks": 5000, "polity.home.citizens": 10})
    world = found(scenario, 1, 5000)
    for number in range(1, 5001):
        world.now.clock["week"] = number
        call("attention", world)
    told = world.record.events[: world.now.clock["events"][0]]
    sizes = told["size"]
    assert 30 <= len(sizes) <= 75, "1% of 5,000 weeks"
    assert (told["organisation"] == -1).all() and (told["side"] == -1).all(), "it is nobody's"
    assert sizes.mean() == pytest.approx(1.3, rel=0.35)
    assert (sizes > 0).all()


def test_funds_take_in_dues_and_gifts_and_pay_staff_and_fixed_cost() -> None:
    world = one_issue(**{"mechanism.funds.noise": 0.0, "polity.home.governance.repression": 0.5})
    greens = world.teams.organisations[0]
    greens["members"], greens["funds"], greens["income"] = 10, 5.0, 2.0
    call("funds", world)
    assert close(greens["dues"], 15 * 10 / 1000)
    assert close(greens["gifts"], 2.0)
    assert close(greens["running_cost"], 0.75 * 2 + 0.18 + 0.2 * 0.5)
    assert close(greens["funds"], 5 + 0.15 + 2 - 1.78)
    assert not greens["closed"]


def test_who_cannot_pay_in_full_closes_and_campaigns_no_more() -> None:
    world = one_issue(**{"mechanism.funds.noise": 0.0, "polity.home.governance.repression": 0.5})
    greens, running = world.teams.organisations[0], campaign(world, 0, "petition")
    greens["income"], greens["funds"] = 0.0, 0.2
    call("funds", world)
    assert (greens["closed"], greens["funds"], running["weeks_left"]) == (True, 0.0, 0)
    assert close(greens["running_cost"], 0.2)
    assert world.arena.polities["closures"].tolist() == [1]
    told = world.record.events[0]
    assert (told["organisation"], told["event"], told["polity"], told["issue"], told["side"]) == (0, 3, 0, -1, -1)


def test_a_foundation_gives_to_who_fits_is_seen_and_succeeds_and_draws_takers_its_way() -> None:
    giver = {"kind": "foundation", "stance": 0.1, "stance_within": 0.0, "gives": 3.0, "members": 0.0}
    world = one_issue(**{"polity.home.organisation.giver": giver})
    assert FOUNDATION in world.teams.organisations["kind"]
    world.now.clock["week"] = 4
    takers = world.teams.organisations[:2]
    takers["visibility"], takers["success"], takers["dues"], takers["gifts"] = [0.2, 0.4], [0.5, 0.1], 0.25, [0.5, 0.0]
    before = takers["funds"].copy()
    call("grants", world)
    weights = np.exp([2 * 0.8 + 2 * 0.2 + 2 * 0.5, 2 * 0.7 + 2 * 0.4 + 2 * 0.1])
    taken = 4 * 3.0 * weights / weights.sum()
    assert takers["grants"] == pytest.approx(taken) and takers["funds"] - before == pytest.approx(taken)
    part = taken / (taken + 4 * np.array([0.75, 0.25]))
    assert world.teams.stances[:2, 0] == pytest.approx([0.5 - 0.05 * part[0] * 0.4, -0.5 + 0.05 * part[1] * 0.6])
    told = world.record.events[0]
    assert (told["organisation"], told["issue"], told["side"], close(told["size"], 12.0)) == (2, -1, -1, True)


def spread(world: World) -> None:
    call("channels", world)


def test_a_campaign_spends_a_share_of_its_funds_and_reaches_by_hazard() -> None:
    world = one_issue()
    greens, running = world.teams.organisations[0], campaign(world, 0, "public_relations")
    greens["funds"] = 20.0
    spread(world)
    assert close(greens["campaign_cost"], 0.8) and close(greens["funds"], 19.2)
    reach = world.teams.tactics["reach"][running["tactic"]]
    effort = 1.7 * 0.8 / 0.8 * 0.5
    assert close(running["effort"], effort)
    online = world.arena.publics["online"][0]
    access = np.array([0.6 * 1.0, 0.7 * 0.93, 0.7 * online])
    mix = np.array([0.1, 0.5, 0.4]) * access
    mix /= mix.sum()
    np.testing.assert_allclose(running["mix"], mix, rtol=1e-9)
    for on in (0, 1):
        # Of effort in one channel, 2 (1 - e^(-effort / 2)) meets people who have not met it yet.
        meets = 2 * (1 - np.exp(-mix * effort / 2))
        hazard = reach * (meets @ [0.6, 0.7 * 0.93, 0.7 * on])
        cell = world.talk.reach[0, on, 0]
        assert close(cell["exposure"], 1 - math.exp(-hazard))
        assert close(cell["heard"][FOR], 1 - math.exp(-hazard)) and not cell["heard"][1]
        assert close(cell["strength"][FOR], 0.6)
        assert not cell["march"].any() and not cell["sign"].any()


def test_the_strongest_message_counts_and_reach_adds_up() -> None:
    world = one_issue()
    world.teams.organisations["credibility"][:] = [[0.5, 0.5, 0.4], [0.5, 0.5, 0.9]]
    for row in (0, 1):
        campaign(world, row, "public_relations", side=FOR, frame=row)
        world.talk.speech[row] = row
    spread(world)
    both = world.talk.reach[0, 1, 0].copy()
    world.teams.campaigns["weeks_left"][1] = 0
    world.teams.organisations["funds"][0] = 20.0
    spread(world)
    alone = world.talk.reach[0, 1, 0]
    assert close(both["strength"][FOR], 0.9) and both["frame"][FOR] == 1
    assert close(alone["strength"][FOR], 0.4) and alone["frame"][FOR] == 0
    assert close(1 - both["heard"][FOR], (1 - alone["heard"][FOR]) ** 2, 1e-3)


def test_calls_go_out_at_the_rhythm_of_the_tactic_and_to_members_anyhow() -> None:
    world = one_issue()
    world.teams.organisations["members"][0] = 100
    running = campaign(world, 0, "demonstration", age=2)
    spread(world)
    assert running["calling"] and world.teams.organisations["calls"][0, 0] == 4
    assert world.arena.issues["called"][0, 0, FOR] > 0.1
    running["age"] = 3
    spread(world)
    assert (
        not running["calling"]
        and not world.teams.organisations["calls"].any()
        and not world.arena.issues["called"].any()
    )


def test_a_government_that_denied_speaks_for_the_other_side() -> None:
    world = one_issue()
    world.arena.issues["denied"][0, 0, FOR] = True
    world.arena.polities["legitimacy"] = 0.7
    spread(world)
    cell = world.talk.reach[0, 0, 0]
    assert close(cell["heard"][1], 1 - math.exp(-0.1 * 0.7)) and close(cell["strength"][1], 0.7)
    assert cell["heard"][FOR] == 0 and cell["frame"][1] == dearest(world.arena.publics, 0)


def test_a_government_speaks_in_the_frame_that_its_citizens_value_most() -> None:
    publics = np.zeros(3, PUBLIC_GROUP)
    publics["polity"], publics["share"] = [0, 0, 1], [0.75, 0.25, 1.0]
    publics["values"][:, :3] = [[0.4, 0.6, 0.0], [0.9, 0.0, 0.1], [0.0, 0.0, 1.0]]
    assert dearest(publics, 0) == 0 and dearest(publics, 1) == 2


def test_evidence_revises_the_ideal_and_raises_a_price() -> None:
    world = one_issue()
    campaign(world, 0, "research_report", reached=0.1)
    issue = world.arena.issues[0, 0]
    issue["revision"], issue["price"][:] = 0.1, [0.2, 0.4]
    call("evidence", world)
    quality = 0.8 * 0.5
    assert close(issue["revision"], 0.98 * 0.1 + 0.02 * 0.7 * 0.5 * quality)
    assert issue["price"] == pytest.approx([0.95 * 0.2, 0.95 * 0.4 + 0.05 * 0.1 * quality])


def test_lobbyists_compete_and_a_consultation_opens_the_door() -> None:
    world = one_issue()
    for row, effort in ((0, 1.0), (1, 1.0)):
        campaign(world, row, "lobbying", effort=effort)
    issue = world.arena.issues[0, 0]
    issue["effort"][:, 1] = 1.0
    issue["consulting"][:] = [3, 0]
    call("lobbying", world)
    # access .5 makes 1.25 of an effort of 1; of all strength half is the other side's, which takes half of that half
    share = 1.25 / (1.25 + 1.25 + 2) * 0.75
    helped = [1.0 + 0.25 * (issue["ideal"] > issue["policy"]), 1.0 + 0.25 * (issue["ideal"] <= issue["policy"])]
    assert sorted(helped) == [1.0, 1.25]
    assert issue["lobby_success"] == pytest.approx([share * 1.0 * helped[0], share * 0.7 * helped[1]])
    assert issue["consulting"].tolist() == [2, 0]


def test_pressure_is_street_petitions_insiders_and_salient_majorities() -> None:
    world = one_issue()
    issue = world.arena.issues[0, 0]
    issue["pressure"], issue["conceded"] = 0.2, 0.03
    issue["marched"][:], issue["signed"][:], issue["lobby_success"][:] = [0.01, 0.0], [0.0, 0.02], [0.25, 0.0]
    issue["signal"][:] = 1.0
    issue["salience"], issue["support"] = 0.05, 0.7
    world.now.clock["week"] = 208 - 13
    call("accountability", world)
    call("pressure", world)
    # contestation .9, nearness of an election, media .9, openness .7
    opinion = 0.6 * 0.05 * 0.4 * 0.9 * (1 + math.exp(-1)) * (0.3 + 0.5 * 0.9 + 0.2 * 0.7)
    assert close(issue["pressure"], 0.95 * 0.2 + 0.30 / 2 - 0.10 / 2 + 0.08 * 0.25 + opinion + 0.03)


def test_of_street_and_petitions_a_part_works_through_voters() -> None:
    pressed = []
    for by_votes, contestation in ((0.0, 0.0), (0.75, 0.0), (0.75, 1.0)):
        world = one_issue(
            **{"mechanism.pressure.by_votes": by_votes, "polity.home.governance.contestation": contestation}
        )
        issue = world.arena.issues[0, 0]
        issue["marched"][:], issue["signed"][:], issue["signal"][:] = [0.01, 0.0], [0.0, 0.02], 1.0
        world.now.clock["week"] = 208 - 13
        call("accountability", world)
        call("pressure", world)
        pressed.append(issue["contribution"].max(axis=0))
    answers = (1 + math.exp(-1)) * (0.3 + 0.5 * 0.9 + 0.2 * 0.7)
    assert pressed[1] == pytest.approx(0.25 * pressed[0]), "what is left is disruption"
    assert pressed[2] == pytest.approx((0.25 + 0.75 * answers) * pressed[0])
    assert (pressed[0] > 0).sum() == 2


def test_firms_that_gave_in_press_by_their_market_share_as_far_as_it_is_remembered() -> None:
    world = one_issue()
    issue, firms = world.arena.issues[0, 0], world.teams.organisations
    issue["pressure"], issue["salience"], firms["kind"], firms["market_share"] = 0.0, 0.0, FIRM, [0.4, 0.2]
    firms["conceded"][:, 0], firms["example"][:, 0] = [1 + FOR, 1 + AGAINST], [0.5, 0.25]
    call("pressure", world)
    assert close(issue["pressure"], 0.15 * (0.4 * 0.5 - 0.2 * 0.25))


STILL = {"mechanism.friction.drift": 0.0, "mechanism.friction.step_within": 0.0}


def test_policy_holds_below_friction_and_moves_by_a_step_above() -> None:
    world = one_issue(**STILL)
    issue = world.arena.issues[0, 0]
    issue["ideal"], issue["side_mean"][:], issue["attention"] = 0.0, [0.9, -0.9], 1.0
    issue["pressure"] = 0.89
    assert move(world)["policy"] == 0.0 and issue["pressure"] == 0.89 and issue["attention"] == 1.0
    issue["pressure"] = -0.99
    assert close(move(world)["policy"], -0.25 * 1.1)
    assert (issue["pressure"], issue["felt"], issue["attention"]) == (0.0, -0.99, 0.5)
    assert close(issue["step"], -0.275)
    (event,) = world.record.events[: world.now.clock["events"][0]]
    assert (event["event"], event["route"]) == (9, 3) and close(event["size"], -0.275)


def test_a_step_goes_no_further_than_the_mean_of_who_pushed() -> None:
    world = one_issue(**STILL)
    issue = world.arena.issues[0, 0]
    issue["side_mean"][:], issue["pressure"] = [0.1, -0.9], 3.0
    assert close(move(world)["policy"], 0.1)
    issue["pressure"] = 3.0
    assert close(move(world)["policy"], 0.1), "where it stands there already it does not move"


@pytest.mark.parametrize(("mood", "goes_to"), [(0.0, 0.9), (-5.0, 0.9), (10.0, 0.55), (20.0, 0.2), (60.0, 0.2)])
def test_a_step_goes_where_those_who_pushed_want_policy(mood: float, goes_to: float) -> None:
    """The public to its mean attitude, the organised to their side's, by what each has in the store."""
    world = one_issue(**STILL)
    issue = world.arena.issues[0, 0]
    issue["side_mean"][:], issue["attitude"] = [0.9, -0.9], 0.2
    issue["pressure"], issue["mood"] = 20.0, mood
    assert close(move(world)["policy"], goes_to)
    assert issue["mood"] == 0.0, "a step empties the store"


def test_policy_at_the_start_has_followed_opinion_where_power_is_contested() -> None:
    def apart(contestation: float, answers: float) -> np.ndarray:
        drawn = []
        for seed in range(1, 41):
            world = small().but(
                {"polity.home.governance.contestation": contestation, "issue.climate.policy_answers": answers}
            )
            drawn.append(positions(world, seed).policy[0, 0])
        return np.array(drawn)

    none, nobody_votes, half, full = apart(0.9, 0.0), apart(0.0, 0.5), apart(0.5, 0.5), apart(1.0, 0.5)
    assert (none == nobody_votes).all()
    inside = (abs(full) < 1) & (abs(none) < 1)
    assert half[inside] - none[inside] == pytest.approx(0.5 * (full - none)[inside]), "as far as power is contested"
    assert (full - none).std() == pytest.approx(0.5 * small().issue["climate"].attitude_between, rel=0.3)


def test_without_friction_a_move_of_the_store_leaves_attention_and_is_no_vote() -> None:
    world = one_issue(**{"mechanism.friction.on": False})
    issue = world.arena.issues[0, 0]
    issue["pressure"], issue["attention"], issue["voted"] = 0.5, 1.0, True
    issue["submitted"][STORE], issue["target"][STORE] = True, 0.2
    call("decision", world)
    assert (issue["policy"], issue["pressure"], issue["attention"]) == (0.2, 0.0, 1.0)
    assert not issue["by_vote"] and world.now.clock["events"][0] == 0


def test_of_two_routes_the_first_in_order_writes_policy() -> None:
    world = one_issue(**STILL)
    issue = world.arena.issues[0, 0]
    issue["submitted"][:], issue["target"][:] = [0, 1, 0, 1], [0.9, 0.5, 0.9, -0.5]
    call("decision", world)
    assert issue["policy"] == 0.5 and not issue["submitted"].any()
    assert world.record.events["route"][0] == 1 and world.now.clock["events"][0] == 1


def test_sides_learn_from_the_store_and_citizens_from_the_gap() -> None:
    world = one_issue()
    issue = world.arena.issues[0, 0]
    issue["felt"], issue["gap"], issue["efficacy"][:], issue["friction"] = 0.5, 0.3, 0.3, 1.0
    world.arena.polities["legitimacy"] = 0.5
    call("evaluation", world)
    assert issue["efficacy"] == pytest.approx([0.3 + 0.05 * (0.75 - 0.3), 0.3 + 0.05 * (0 - 0.3)])
    assert close(world.arena.polities["legitimacy"][0], 0.5 + 0.02 * (1 - 0.3 - 0.5))


def test_a_campaign_that_ends_moves_the_value_of_its_tactic() -> None:
    world = one_issue()
    running = campaign(world, 0, "petition", weeks_left=1, spent=0.8, gain=0.01, effort=0.5, calling=True, reached=0.05)
    running["budget"] = 0.5
    world.teams.organisations["success"][:], world.teams.organisations["failure"][:] = 0.2, 0.4
    issue = world.arena.issues[0, 0]
    issue["effort"][FOR, 2], issue["contribution"][FOR, 2] = 1.0, 0.06
    issue["covered"][:], issue["step"] = [1, 0], 0.1
    call("learning", world)
    total = 0.01 + 0.3 * 0.1 + 0.06 / 2 + 0.05 * 1 + 0.5 * 0.05 * 0.2
    assert close(running["gain"], total) and running["weeks_left"] == 0
    petition = list(Scenario(title="x").tactic).index("petition")
    assert close(world.teams.learned[0, petition], total / 0.8) and world.teams.tried[0, petition] == 1
    assert (np.delete(world.teams.learned.ravel(), petition) == 0.03).all()
    worth, rule = (total - 0.01) / 0.5, world.now.rules[0].learning
    rested = 0.2 * (1 - rule.success_rate)
    success = [rested + rule.success_rate * worth / (worth + rule.start), rested]
    assert world.teams.organisations["success"] == pytest.approx(success), "the other one ran none"
    assert total / 0.8 > rule.start, "more than usual, so nothing was missed"
    assert world.teams.organisations["failure"] == pytest.approx([0.4 * (1 - rule.rate), 0.4])


@pytest.mark.parametrize("violent", [False, True])
def test_answers_are_separate_and_repression_of_peaceful_acts_alone_is_an_injustice(violent: bool) -> None:
    surely = {f"mechanism.response.{name}": 10.0 for name in ("repress", "accommodate", "consult", "deny")}
    never = {f"mechanism.response.{name}": -10.0 for name in ("repress", "accommodate", "consult", "deny")}
    for changes, answered in ((surely, 15), (never, 0)):
        world = one_issue(**changes)
        issue = world.arena.issues[0, 0]
        issue["marched"][:], issue["violent"][:], issue["friction"] = [0.01, 0.0], [violent, False], 0.8
        issue["replied"][:] = True
        call("response", world)
        assert issue["answers"] == answered
        assert issue["injustice"] == (answered > 0 and not violent)
        assert close(issue["conceded"], 0.05 * 0.8 if answered else 0.0)
        assert issue["consulting"].tolist() == ([8, 0] if answered else [0, 0])
        assert issue["denied"].tolist() == ([1, 0] if answered else [0, 0])
        assert world.now.clock["events"][0] == (4 if answered else 0)


def test_what_opponents_ask_for_is_conceded_to_them() -> None:
    world = one_issue(**{"mechanism.response.accommodate": 10.0})
    issue = world.arena.issues[0, 0]
    issue["marched"][:], issue["friction"] = [0.0, 0.01], 0.8
    call("response", world)
    assert close(issue["conceded"], -0.05 * 0.8)


def test_a_crowd_turns_violent_by_what_is_called_for_what_it_met_and_who_marches() -> None:
    chance = street.violence_chance(0.4, 0.5, 0.2, RULES.violence)
    assert close(chance, 1 / (1 + math.exp(1.6 - 1.5 * 0.4 - 0.6 * 0.5 - 0.5 * 0.2)))
    world = one_issue(**{"mechanism.violence.readiness": 10.0})
    issue = world.arena.issues[0, 0]
    issue["marched"][:] = [0.0005, 0.00049]
    call("violence", world)
    assert issue["violent"].tolist() == [True, False], "too few ask for no answer"


def test_force_is_feared_for_weeks_and_so_is_violence_in_ones_own_ranks() -> None:
    world = one_issue()
    issue = world.arena.issues[0, 0]
    issue["struck"][:], issue["violent"][:] = [True, False], [False, True]
    issue["dread"][:], issue["force"][:] = [0.5, 0.0], [0.5, 1.0]
    call("intimidation", world)
    assert issue["dread"] == pytest.approx([0.8 * 0.5 + 0.4, 0.25])
    assert issue["force"] == pytest.approx([0.8 * 0.5 + 1.0, 0.8 * 1.0])


def test_officials_waver_when_they_are_sent_against_a_peaceful_crowd() -> None:
    world = one_issue()
    issue = world.arena.issues[0, 0]
    issue["marched"][:], issue["wronged"][:], issue["defection"][:] = [0.03, 0.03], [True, False], [0.2, 0.2]
    call("loyalty", world)
    assert issue["defection"] == pytest.approx([0.95 * 0.2 + 0.03 / 0.04, 0.95 * 0.2])


def test_what_is_given_on_one_issue_is_taken_back_on_the_others_in_equal_parts() -> None:
    surely = {"accommodate": 10.0, "repress": -10.0, "consult": -10.0, "deny": -10.0, "offset": 0.3}
    table = {"title": "Three", "issue": {"a": {}, "b": {}, "c": {}}, "polity": {"home": {"citizens": 100}}}
    changes = {f"mechanism.response.{name}": value for name, value in surely.items()}
    world = found(Scenario.model_validate(table).but({**changes, "mechanism.response.concession": 0.05}), 1)
    issues = world.arena.issues[0]
    issues["marched"][0, FOR], issues["friction"] = 0.01, [0.8, 0.5, 2.0]
    issues["policy"], issues["ideal"], issues["revision"] = 0.0, [0.0, 0.4, -0.4], [0.0, 0.0, 0.1]
    call("response", world)
    part = 0.3 * 0.05 / 2
    assert issues["conceded"] == pytest.approx([0.05 * 0.8, part * 0.5, -part * 2.0])


def test_a_field_is_as_crowded_as_open_organisations_that_campaign_at_home_are_many() -> None:
    world = found(neighbours(), 1)
    world.now.rules["field"] = (True, 2.0, 1.0, 0.1, 9.0)
    teams = world.teams.organisations
    teams["polity"], teams["activity"], teams["closed"] = 1, 0.0, False
    teams["polity"][:5], teams["activity"][:5], teams["closed"][0] = [0, 0, 0, 0, 1], [1.0, 1.0, 0.5, 0.0, 1.0], True
    call("field", world)
    assert world.arena.polities["field"].tolist() == [2 / 2, 1 / 2]
    teams["closed"][:5] = True
    call("field", world)
    assert world.arena.polities["field"].tolist() == [1 / 2, 1 / 2], "none counts as one"


def test_a_government_remembers_what_is_asked_of_it_and_on_how_many_issues_and_sides() -> None:
    table = {"title": "Two", "issue": {"a": {}, "b": {}}, "polity": {"home": {"citizens": 100}}}
    world = found(Scenario.model_validate(table), 1)
    home, issue = world.arena.polities[0], world.arena.issues[0, 0]
    issue["demand"][:], issue["marched"][:], issue["signed"][:] = [0.2, 0.0], [0.01, 0.0], [0.03, 0.001]
    home["asked"] = 0.5
    call("accommodation", world)
    assert issue["demand"] == pytest.approx([0.95 * 0.2 + 0.05 * (2 * 0.01 + 0.1 * 0.03), 0.05 * 0.1 * 0.001])
    assert close(home["asked"], 0.97 * 0.5 + 0.03 * 1 / 4)


def test_small_acts_get_no_answer() -> None:
    world = one_issue(**{f"mechanism.response.{name}": 10.0 for name in ("repress", "accommodate", "consult", "deny")})
    issue = world.arena.issues[0, 0]
    issue["marched"][:], issue["signed"][:] = [0.00049, 0.0], [0.0, 0.0019]
    call("response", world)
    assert issue["answers"] == 0 and world.now.clock["events"][0] == 0


def test_covered_acts_raise_attention_less_with_habit() -> None:
    world = one_issue(**{"mechanism.coverage.protest": 10.0, "polity.home.governance.media_freedom": 1.0})
    issue, outlet = world.arena.issues[0, 0], world.arena.outlets[0, 0]
    issue["marched"][:], outlet["habit"], outlet["fatigue"] = [0.006, 0.0], 2.0, 1.0
    call("coverage", world)
    assert issue["covered"].tolist() == [1, 0]
    assert close(issue["bump"], 0.4 * (1 + math.log(3)) * math.exp(-0.3))
    assert close(outlet["fatigue"], 1.8) and close(outlet["habit"], 2.94)


def test_violence_that_is_shown_is_disorder_of_its_own_side() -> None:
    world = one_issue(**{"mechanism.coverage.protest": 10.0, "polity.home.governance.media_freedom": 1.0})
    issue = world.arena.issues[0, 0]
    issue["marched"][:], issue["violent"][:] = [0.006, 0.006], [False, True]
    call("coverage", world)
    assert issue["covered"].tolist() == [1, 1] and issue["disorder"].tolist() == [0.0, 1.0]
    assert close(issue["bump"], 0.4 * 2 * (1 + math.log(3)) * (1 - RULES.violence.distracts))


def test_an_act_is_news_by_its_size_its_violence_and_who_called_for_it() -> None:
    world = one_issue()
    campaign(world, 0, "demonstration", effort=2.0)
    world.teams.organisations["credibility"][0, MEDIA] = 0.9
    issue, rule = world.arena.issues[0, 0], RULES.coverage
    issue["marched"][:], issue["signed"][:], issue["violent"][:] = [0.0024, 1e-9], [0.0, 0.01], [True, False]
    symbol = world.teams.tactics["symbol"][world.teams.campaigns[0]["tactic"]]
    with wrapping():
        value = functools.partial(media._news_value, rule, world.arena, world.teams, 0, 0)
        expected = media.protest_news(0.0024, symbol, 1.0, 0.0, rule) + rule.by_credibility * 0.4
        assert close(value(FOR, STREET), expected) and rule.by_credibility > 0
        assert value(AGAINST, STREET) == -math.inf, "too few to be seen"
        assert close(value(AGAINST, PETITION), media.petition_news(0.01, 0.0, rule)), "nobody called for it"


def test_only_the_covered_protest_s_own_turnout_draws_attention() -> None:
    """A march that nobody shows adds nothing to what media show of the other side's, or of a petition."""
    world = one_issue(**{"mechanism.coverage.protest": 10.0, "polity.home.governance.media_freedom": 1.0})
    issue = world.arena.issues[0, 0]
    world.now.rules["coverage"]["protest_least"], world.now.rules["coverage"]["petition"] = 100.0, 10.0
    issue["marched"][:], issue["signed"][:] = [0.009, 0.02], [0.0, 0.02]
    call("coverage", world)
    assert issue["covered"].tolist() == [0, 2]
    assert close(issue["bump"], 0.4 * (1 + math.log(1 + 0.02 / 0.003)) + 0.4)


def test_an_event_that_the_log_has_no_room_for_is_counted_and_harms_nothing() -> None:
    world = run_world(busy(), weeks=26)
    kept, number = world.record.events.copy(), int(world.now.clock["events"][0])
    tight = found(busy(), 1, 26)
    tight = tight._replace(record=tight.record._replace(events=tight.record.events[:11].copy()))
    go_on(tight, busy(), 26)
    assert tight.now.clock["events"][0] == number > 10 and lost(tight) == number - 10
    told = recorded(tight).events
    assert len(told) == 10 and digest_of(told) == digest_of(kept[:10])
    for name in ("weeks", "organisations", "publics"):
        assert digest_of(getattr(tight.record, name)) == digest_of(getattr(world.record, name))
