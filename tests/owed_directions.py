"""What each mechanism owes with more of it: directions, which `test_mechanisms.py` goes through."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from owed import (
    RULES,
    act,
    answers,
    call,
    campaign,
    close,
    direction,
    effect,
    launched,
    logistic,
    mean_of,
    one_issue,
    total_of,
)
from worlds import busy, run_world, small, vetoing

from advosim.mechanisms import (
    ballots,
    campaigns,
    citizens,
    digital,
    direct_democracy,
    evaluation,
    framing,
    government,
    institutions,
    markets,
    media,
    plans,
    resources,
    street,
    venues,
)
from advosim.record import Record
from advosim.scenario.load import Scenario
from advosim.simulation import simulate
from advosim.world.codes import ACCOMMODATE, CONSULT, DENY, FOR, REPRESS, STEP
from advosim.world.found import found, names
from advosim.world.state import World

F = np.float32


@direction("shocks")
def _() -> None:
    """A larger shock gives an issue more of the agenda."""
    agenda = [
        simulate(small().but({"weeks": 3, "shock": [{"week": 3, "issue": "climate", "size": size}]}), 1, threads=1)
        .recorded.weeks["agenda"][2, 0, 0]
        for size in (0.0, 0.5, 1.5)
    ]  # fmt: skip
    assert agenda[0] < agenda[1] < agenda[2]


@direction("orders")
def _() -> None:
    """A longer order makes a longer campaign."""
    order = {"week": 2, "organisation": "tenants", "tactic": "petition", "issue": "housing"}
    idle = {"weeks": 8, "mechanism.institutionalisation.on": False, "mechanism.joint_plan.on": False}
    idle["polity.home.organisation.tenants.activity"] = 0.0

    def lasted(weeks: int) -> int:
        rows = simulate(small().but({**idle, "campaign": [{**order, "weeks": weeks}]}), 1, threads=1).campaigns
        return int((rows["organisation"] == "tenants").sum())

    assert [lasted(weeks) for weeks in (1, 3, 6)] == [1, 3, 6]


shares = st.floats(0, 1, width=32)
positions = st.floats(-1, 1, width=32)
quick = settings(max_examples=60)


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
    @given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 40), st.floats(-3, 3))
    def what_brought_more_seems_worth_more(a: float, b: float, times: float, luck: float) -> None:
        low, high = sorted((a, b))
        rises(plans.log_worth, (low, times, 0.5, luck, RULES.tactic_choice, 0.03),
              (high, times, 0.5, luck, RULES.tactic_choice, 0.03))  # fmt: skip
        rises(plans.log_worth, (low, times, 0.2, luck, RULES.tactic_choice, 0.03),
              (low, times, 0.9, luck, RULES.tactic_choice, 0.03))  # fmt: skip

    what_brought_more_seems_worth_more()
    rule = RULES.tactic_choice
    doubt = [plans.log_worth(0.03, n, 0.5, 1.0, rule, 0.03) for n in (0.0, 1.0, 9.0, 99.0)]
    assert doubt == sorted(doubt, reverse=True) and doubt[3] > 0, "doubt shrinks with experience"
    assert close(plans.log_worth(0.03, 4.0, 0.5, 0.0, rule, 0.03), 0.0), "what brings the usual is worth 1"
    harsh = {"polity.home.governance.repression": 0.9}
    streets = {name for name, row in Scenario(title="x").tactic.items() if row.pressure == "street"}

    def street_share(record: Record) -> float:
        begun = record.events[record.events["event"] == "campaign"]["tactic"]
        return float(begun.isin(streets).mean())

    assert effect("mechanism.tactic_choice.risk", 0.0, 20.0, street_share, **harsh) < -2


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
        now = framing.appeal(weight, theirs, threat, RULES.framing)
        assert (now >= weight) == (weight >= theirs or threat == 0.0 or now == weight)
        less, more = sorted((threat, more))
        margin = [abs(framing.appeal(weight, theirs, each, RULES.framing) - weight) for each in (less, more)]
        assert margin[0] <= margin[1]

    answer()
    heard, frames = np.array([0.2, 0.6]), np.array([0, 1])
    assert close(framing.threat(heard, frames, 0), 0.6) and close(framing.threat(heard, frames, 1), 0.2)
    assert framing.threat(heard, np.array([0, -1]), 0) == 0.0, "a denial has no frame to be answered"
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
        campaign_world.now.rules["evidence"]["gain"] = campaign_world.now.rules["evidence"]["price"] = gain
        campaign_world.arena.issues["revision"] = campaign_world.arena.issues["price"] = 0.0
        call("evidence", campaign_world)
        revisions.append(campaign_world.arena.issues["revision"][0, 0])
        prices.append(campaign_world.arena.issues["price"][0, 0, 1])
    assert revisions[0] == 0 and revisions == sorted(revisions) and revisions[2] > revisions[1] > 0
    assert prices[0] == 0 and prices[2] > prices[1] > 0
    for openness in (0.0, 1.0):
        world = run_world(busy().but({"polity.home.governance.openness": openness}), 1, weeks=20)
        assert world.arena.issues["revision"].any() == bool(openness)


@direction("backfire")
def _() -> None:
    harsh = {"polity.home.governance.repression": 0.6}
    assert effect("mechanism.backfire.gain", 0.1, 1.0, mean_of("grievance"), 60, **harsh) > 2
    assert effect("mechanism.backfire.keep", 0.5, 0.98, mean_of("grievance"), 60, **harsh) > 2
    seen = {"mechanism.backfire.online": 0.0, **harsh}
    assert effect("polity.home.governance.media_freedom", 0.0, 1.0, mean_of("grievance"), **seen) > 2


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
    one_side |= {"mechanism.violence.on": False}  # which speaks for the other side
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
    assert effect(by + "enough", 0.5, 50.0, mean_of("protest_for"), **{by + "solidarity": 1.0}) < -2
    assert effect(by + "by_need", 0.0, 5.0, mean_of("protest_for")) > 3
    crowds = [citizens.sanction(0.5, past, 0.0, RULES.participation) for past in (0.0, 0.001, 0.01, 0.1)]
    assert crowds == sorted(crowds, reverse=True)


@direction("membership")
def _() -> None:
    assert effect("mechanism.membership.join", 0.0, 0.9, total_of("members")) > 3
    assert effect("mechanism.membership.lapse", 0.0, 0.9, total_of("members")) < -3


@direction("violence")
def _() -> None:
    rule = RULES.violence
    usual = street.violence_chance(0.2, 0.0, 0.0, rule)
    assert 0.1 < usual < 0.3, "Mass Mobilization: 26%"
    for more in ((1.0, 0.0, 0.0), (0.2, 2.0, 0.0), (0.2, 0.0, 1.0)):
        assert street.violence_chance(*more, rule) > usual
    assert effect("mechanism.violence.readiness", -10.0, 2.0, mean_of("violent")) > 5
    assert effect("mechanism.violence.readiness", -10.0, 2.0, answers(REPRESS)) > 3


def test_violence_that_is_shown_costs_attention_and_speaks_for_the_other_side() -> None:
    kept = []
    for shown in (0.0, 1.0):
        world = one_issue(**{"mechanism.response.on": False})
        world.arena.issues["disorder"][0, 0] = [shown, 0.0]
        call("channels", world)
        kept.append(world.talk.reach["heard"][..., 1].mean())
        assert world.talk.reach["heard"][..., 0].max() == 0.0
    assert kept[0] == 0.0 < kept[1]
    bumps = []
    for violent in (0, 1):
        world = one_issue(**{"mechanism.coverage.by_violence": 0.0, "mechanism.coverage.protest": 10.0})
        world.arena.polities["media_freedom"] = 1.0
        world.arena.issues["marched"][0, 0] = [0.01, 0.0]
        world.arena.issues["violent"][0, 0] = [violent, 0]
        call("coverage", world)
        bumps.append(float(world.arena.issues["bump"][0, 0]))
    assert close(bumps[1], (1 - RULES.violence.distracts) * bumps[0]) and bumps[0] > 0


@direction("intimidation")
def _() -> None:
    world = one_issue()
    issue, dread = world.arena.issues[0, 0], []
    for struck, violent in ((0, 0), (1, 0), (1, 1)):
        issue["dread"], issue["struck"][:], issue["violent"][:] = 0.0, [struck, 0], [violent, 0]
        call("intimidation", world)
        dread.append(issue["dread"].tolist())
    assert dread[0] == [0, 0] and 0 < dread[1][0] < dread[2][0] and dread[2][1] == 0
    issue["struck"][:] = issue["violent"][:] = 0
    call("intimidation", world)
    assert close(issue["dread"][0], 0.8 * dread[2][0]), "it fades"
    harsh = {"polity.home.governance.repression": 0.7, "polity.home.governance.media_freedom": 0.0}
    harsh |= {"mechanism.response.repress": 10.0, "mechanism.backfire.on": False}
    assert effect("mechanism.intimidation.step", 0.0, 5.0, mean_of("protest_for"), **harsh) < 0


@direction("loyalty")
def _() -> None:
    pressed = {}
    for wronged, marched, contestation in ((0, 0.02, 0.0), (1, 0.02, 0.0), (1, 0.05, 0.0), (1, 0.05, 1.0)):
        world = one_issue(**{"polity.home.governance.contestation": contestation, "mechanism.pressure.street": 0.0})
        world.arena.issues["wronged"][0, 0], world.arena.issues["marched"][0, 0] = [wronged, 0], [marched, 0.0]
        call("loyalty", world)
        call("pressure", world)
        pressed[wronged, marched, contestation] = float(world.arena.issues["contribution"][0, 0, 0].sum())
    none, some, more, elected = pressed.values()
    assert none == elected == 0 < some < more


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
    assert effect("mechanism.lobbying.others", 0.01, 10.0, success) < -5
    assert effect("mechanism.lobbying.conflict", 0.0, 1.0, success) < -3
    assert effect("mechanism.lobbying.quiet", 0.001, 1.0, success) > 3

    def apart(record: Record) -> float:
        last = record.organisations.groupby("organisation")["stance"]
        return float((last.last() - last.first()).abs().mean())

    assert effect("mechanism.lobbying.capture", 0.0, 0.5, apart) > 3


@direction("field")
def _() -> None:
    sizes = [government.crowding(number, RULES.field) for number in (1, 10, 20, 40, 1000)]
    assert sizes == sorted(sizes) and sizes[2] == 1 and sizes[0] == RULES.field.least and sizes[4] == RULES.field.most
    felt = []
    for size in (1.0, 2.0):
        world = one_issue()
        world.arena.polities["field"], world.arena.issues["marched"][0, 0] = size, [0.01, 0.0]
        world.arena.issues["signal"] = 1.0
        call("pressure", world)
        felt.append(float(world.arena.issues["contribution"][0, 0, 0].max()))
    assert felt[1] < felt[0]


def with_the_majority(record: Record) -> float:
    """Mean pressure toward what most citizens want. Its size alone would fall where opinion offsets the organised."""
    rows = record.recorded.weeks
    return float((rows["pressure"] * np.sign(rows["support"] - 0.5)).mean())


OPINION_ALONE: dict[str, Any] = {
    "mechanism.friction.level": 100.0, "mechanism.pressure.inside": 0.0, "mechanism.pressure.own_will": 0.0,
    "mechanism.response.concession": 0.0, "mechanism.accommodation.on": False,
    **{f"issue.{name}.policy_answers": 0.0 for name in busy().issue},
}  # fmt: skip
"""Nothing moves, and of what presses by other ways there is the street alone."""


@direction("accountability")
def _() -> None:
    rules = found_once().now.rules
    full = (0.9, 0.5, 0.2, 0.9, 0.7)
    base = government.answerable(*full, rules)
    for place in range(len(full)):
        more = [*full]
        more[place] = 1.0
        assert government.answerable(*more, rules) > base, place
    assert government.answerable(0.0, 1.0, 0.0, 1.0, 1.0, rules) == 0, "none where nobody votes"
    assert government.answerable(0.0, 0.0, 0.5, 1.0, 1.0, rules) > 0, "but where a recall threatens"

    firm = {**OPINION_ALONE, "mechanism.pressure.street": 0.0}
    home = "polity.home.governance."
    assert effect(home + "contestation", 0.05, 0.95, with_the_majority, **firm) > 3

    def felt(record: Record) -> float:
        return float(np.abs(record.recorded.weeks["pressure"]).mean())

    assert effect(home + "media_freedom", 0.05, 0.95, felt, **firm, **{"mechanism.coverage.on": False}) > 1


@direction("accommodation")
def _() -> None:
    rule = RULES.accommodation
    assert government.eased(0.0, 0.9, 0.1, rule) == 1 == government.eased(1.0, 0.1, 0.9, rule)
    louder = [government.eased(0.5, own, 0.1, rule) for own in (0.1, 0.4, 0.9)]
    readier = [government.eased(a, 0.9, 0.1, rule) for a in (0.0, 0.5, 1.0)]
    assert louder == sorted(louder, reverse=True) and readier == sorted(readier, reverse=True)
    moved = []
    for ready, asked in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)):
        world = one_issue(**{"polity.home.governance.accommodation": ready})
        issue = world.arena.issues[0, 0]
        issue["answers"], issue["conceded"], issue["side_mean"][:] = ACCOMMODATE, 0.03, [0.4, -0.4]
        world.arena.polities["asked"] = asked
        issue["pressure"], issue["attention"] = 0.2, 1.0
        call("accommodation", world)
        call("friction", world)
        call("decision", world)
        moved.append(float(issue["step"]))
        if ready == 1.0 and not asked:
            assert close(issue["pressure"], 0.1) and close(issue["attention"], 0.75), "a concession buys quiet"
    assert moved[0] == 0 < moved[1] < moved[2] and moved[3] < moved[2], "steps are rationed"


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
        world.now.rules["pressure"]["inside"], world.arena.issues["lobby_success"][0, 0] = weight, [0.5, 0.1]
        world.arena.issues["pressure"] = 0.0
        call("pressure", world)
        felt_so_far.append(float(world.arena.issues["pressure"][0, 0]))
    assert felt_so_far == pytest.approx([0.0, 0.4 * 0.08, 0.4 * 0.5])
    firm = {"mechanism.friction.level": 100.0}
    for name, low, high in (("keep", 0.5, 0.99), ("street", 0.0, 3.0)):
        assert effect(f"mechanism.pressure.{name}", low, high, felt, **firm) > 2, name
    assert effect("mechanism.pressure.opinion", 0.0, 2.0, with_the_majority, **firm) > 3
    near = effect("polity.home.governance.election_interval", 520, 26, with_the_majority, **OPINION_ALONE)
    assert near > 3, "elections near"
    wills = []
    for salience in (0.0, 0.04, 0.4):
        world = one_issue(**{"mechanism.pressure.own_will": 0.3, "mechanism.lobbying.quiet": 0.04})
        world.arena.issues["ideal"], world.arena.issues["salience"] = 0.5, salience
        world.arena.issues["support"] = 0.5
        call("pressure", world)
        wills.append(float(world.arena.issues["pressure"][0, 0]))
    assert close(wills[0], 0.15) and close(wills[1], 0.075) and 0 < wills[2] < wills[1]


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

    def of_store(record: Record) -> float:
        return float((record.events["event"].eq("step") & record.events["detail"].eq("store")).sum())

    # What is conceded for quiet does not wait for pressure to beat friction.
    forced = {"mechanism.accommodation.on": False}
    assert effect("polity.home.governance.veto_players", 1, 5, of_store, **forced) < -3
    assert effect("mechanism.friction.level", 0.1, 2.0, of_store, **forced) < -5

    def size(record: Record) -> float:
        events = record.recorded.events
        return float(np.abs(events["size"][events["event"] == STEP]).sum())

    assert effect("mechanism.friction.step", 0.05, 0.5, size) > 3


@direction("grants")
def _() -> None:
    @quick
    @given(shares, shares, shares, shares)
    def fit_visibility_success_and_evidence_attract(a: float, b: float, c: float, d: float) -> None:
        rule, low = RULES.grants, resources.grant_weight(a, b, c, d, 0.5, RULES.grants)
        for more in ((0.1, 0, 0, 0, 0), (0, 0.1, 0, 0, 0), (0, 0, 0.1, 0, 0), (0, 0, 0, 0.1, 0), (0, 0, 0, 0, 0.1)):
            at = [x + y for x, y in zip((a, b, c, d, 0.5), more, strict=True)]
            assert resources.grant_weight(*at, rule) > low

    fit_visibility_success_and_evidence_attract()
    assert effect("polity.home.governance.entry_cost", 0.0, 0.9, total_of("grants")) < -5
    assert effect("polity.home.organisation.giver.gives", 0.5, 5.0, total_of("grants")) > 5

    def distance(drift: float) -> float:
        scenario = busy().but({"mechanism.grants.drift": drift, "mechanism.boycott.on": False})
        stances = run_world(scenario, 1).teams.stances
        donor = names(scenario).organisations.index(("home", "giver"))
        return float(np.abs(np.delete(stances, donor, axis=0) - stances[donor]).mean())

    assert distance(0.0) > distance(0.05) > distance(0.5)


@direction("institutionalisation")
def _() -> None:
    assert effect("mechanism.institutionalisation.lag", 0.0, 20.0, total_of("effort")) < -3
    world = found_once()
    for caution, above in ((0.0, 0.2), (0.5, 0.9)):
        tactics = world.teams.tactics[:2].copy()
        tactics["skills"], tactics["disruption"] = 0.0, [0.0, 1.0]
        known = (np.ones(2), np.ones(2), np.zeros(2), np.zeros(2))
        calm, wild = plans.tactic_weights(known, np.ones(5), tactics, caution, 0.0, np.uint64(1), world.now.rules)
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
        float(np.ptp(found(busy().but({"mechanism.digital_divide.scale": scale}), 1).arena.publics["online"]))
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
    risks = [world.people.circumstances["sanction_signing"][0, 0].tolist() for world in watched]
    assert risks[0][0] == risks[0][1] == risks[1][0] < risks[1][1]
    fears = [world.people.circumstances["fear"][0, 0].tolist() for world in watched]
    assert fears[0][0] == fears[0][1] == fears[1][0] and close(fears[1][1], 2 * fears[1][0], 1e-6)
    harsh = {"polity.home.governance.repression": 0.8, "polity.home.governance.internet_access": 0.9}
    assert effect("polity.home.governance.surveillance", 0.0, 1.0, mean_of("silenced"), **harsh) > 5
    assert effect("mechanism.platform_control.silence", 0.0, 3.0, mean_of("silenced"), **harsh) > 5


@direction("petition")
def _() -> None:
    weekly = [campaigns.petition(age, 1.0, RULES.petition) for age in range(6)]
    assert weekly == sorted(weekly, reverse=True) and weekly[-1] > 0.4, "as worked out by hand"
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
        return float(np.mean([np.ptp(world.people.circumstances["policy"], axis=0).max() for world in worlds]))

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

    assert sum(effect(path + name, 0.0, 1.0, mandates).whole() for name in ("pledges_shared", "pledges")) > 2


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
        world.arena.issues["efficacy"], world.arena.issues["felt"] = 0.3, felt
        call("evaluation", world)
        learned.append(world.arena.issues["efficacy"][0, 0].tolist())
    assert [f for f, _ in learned] == sorted(f for f, _ in learned)
    assert [a for _, a in learned] == sorted((a for _, a in learned), reverse=True)
    assert learned[0][0] < learned[3][0]
    assert effect("mechanism.evaluation.efficacy_rest", 0.0, 0.9, mean_of("efficacy_for")) > 5
    assert effect("mechanism.evaluation.legitimacy_rate", 0.0, 0.3, mean_of("legitimacy")) > 5


@direction("learning")
def _() -> None:
    world = one_issue()
    issue = world.arena.issues[0, 0]
    issue["effort"][FOR, 2], issue["contribution"][FOR, 2], issue["covered"][:] = 1.0, 0.05, [1, 0]
    running = campaign(world, 0, "petition", effort=1.0, calling=True, reached=0.1)
    rule = world.now.rules[0]["learning"]
    tactic = world.teams.tactics[running["tactic"]]
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

    world = found_once()
    world.teams.tried[:2], world.teams.learned[:2] = 0.0, 0.03
    for worth in (0.1, 0.3):
        evaluation.remember(0, 2, worth, 1.0, world.teams)
    evaluation.remember(1, 2, 0.1, 0.4, world.teams)
    assert close(world.teams.learned[0, 2], 0.2) and world.teams.tried[0, 2] == 2, "the mean of what is remembered"
    assert close(world.teams.learned[1, 2], 0.1) and close(world.teams.tried[1, 2], 0.4)

    def heard(of_partners: float) -> float:
        return float(
            run_world(busy().but({"mechanism.learning.of_partners": of_partners}), 1, weeks=30).teams.tried.sum()
        )

    assert 0 < heard(0.0) < heard(0.4), "tied organisations hear of each other's campaigns"


@direction("initiative")
def _() -> None:
    rule = RULES.initiative
    # .05 + 5 x .02 (1 + 26/52); .3 x .5 + .7 x -.1; .4 - .2 - .08, and .15 more if unaware
    assert close(ballots.challenge_cost(0.02, 52, rule), 0.2)
    assert close(ballots.draft_of(0.5, -0.1, rule), 0.3 * 0.5 + 0.7 * -0.1)
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
    rich = [direct_democracy.credible(funds, 0.5, rule) for funds in (0.0, 2.0, 20.0)]
    assert rich == sorted(rich) and rich[0] == 0 and rich[2] < 1
    assert direct_democracy.credible(4.0, 0.9, rule) > direct_democracy.credible(4.0, 0.1, rule)
    urgent = [direct_democracy.moves_first(pull, 0.5, rule) for pull in (0.0, 0.01, 0.05, 0.1, 0.9)]
    assert urgent == sorted(urgent) and urgent[1] == 0 < urgent[2] and urgent[3] == urgent[4]
    assert direct_democracy.moves_first(0.1, 2.0, rule) < urgent[3], "veto players slow it"
    wanders = [direct_democracy.misreading(0.2, told, 1.0, rule) for told in (0.0, 0.5, 1.0)]
    assert wanders == sorted(wanders, reverse=True) and close(wanders[2], 0.99 * 0.2)


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
    world = one_issue(**{"polity.home.governance.contestation": 0.5})
    world.now.rules["accountability"]["before_elections"] = 0.0
    pressed = []
    for near in (0.0, 0.25):
        world.arena.polities["danger"], world.arena.issues["pressure"] = near, 0.0
        world.arena.issues["salience"], world.arena.issues["support"] = 0.1, 0.8
        call("accountability", world)
        call("pressure", world)
        pressed.append(float(world.arena.issues["pressure"][0, 0]))
    # A = .5 x what is heard, and (.5 + 2 x .25) x what is heard
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
