"""What teams dare, of whom they are believed, and what they learn from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from owed import RULES, call, campaign, close, effect, one_issue
from worlds import busy, go_on

from advosim import Scenario
from advosim.mechanisms import campaigns, evaluation, media, plans
from advosim.record import Record
from advosim.simulation import simulate
from advosim.world.codes import CALL_SIGN, CONCESSION, INSIDE, MASS_MEDIA, MEDIA, SOCIAL_MEDIA, STREET
from advosim.world.found import found
from advosim.world.rows import POLITY, TACTIC
from advosim.world.state import World

TACTICS = list(Scenario(title="x").tactic)
HOME = "polity.home."
TEAM = {"funds_within": 0.0, "institutionalisation": 0.0}


# ---------------------------------------------------------------- whom media and officials believe


def test_media_weigh_the_credibility_of_callers_by_their_effort() -> None:
    world = one_issue()
    for row, effort in ((0, 3.0), (1, 1.0)):
        campaign(world, row, "demonstration", effort=effort, side=0)
    world.teams.organisations["credibility"][:, MEDIA] = [0.9, 0.1]
    tables = world.teams.organisations, world.teams.tactics, world.teams.campaigns
    assert close(media.standing(0, 0, 0, STREET, *tables), (3 * 0.9 + 0.1) / 4 - 0.5)
    assert media.standing(0, 0, 1, STREET, *tables) == 0.0, "nobody called"


def lobbied(**changes: Any) -> World:
    world = one_issue()
    for row in (0, 1):
        campaign(world, row, "lobbying", effort=1.0)
    world.arena.issues["effort"][0, 0, :, INSIDE] = 1.0
    world.arena.issues["ideal"] = 0.5
    for name, value in changes.items():
        world.teams.organisations[name] = value
    call("lobbying", world)
    return world


def test_officials_hear_those_whom_they_trust_and_help_those_who_want_what_they_want() -> None:
    base = lobbied().arena.issues["lobby_success"][0, 0]
    trusted = lobbied(credibility=[[0.9, 0.5, 0.5], [0.5, 0.5, 0.5]]).arena.issues["lobby_success"][0, 0]
    # access .5 makes 1.25 of an effort of 1, trust .9 makes 1.4 of that; a quarter more where the ideal is for it
    assert close(trusted[0], 1.75 / (1.75 + 1.25 + 2.0) * 0.7 * 0.75 * 1.25)
    assert trusted[0] > base[0] and trusted[1] < base[1]
    assert close(base[0], 1.25 * base[1])


def test_hostility_costs_whoever_is_hostile_and_nobody_else() -> None:
    world = one_issue()
    world.now.rules["backlash"]["on"] = True
    for row in (0, 1):
        campaign(world, row, "lobbying", effort=1.0)
    world.arena.issues["effort"][0, 0, :, INSIDE] = 1.0
    call("lobbying", world)
    calm = world.arena.issues["lobby_success"][0, 0].copy()
    world.teams.organisations["hostility"] = [1.0, 0.0]
    world.arena.issues["hostility"] = 1.0  # of the whole side, others' included
    call("lobbying", world)
    # .7 of an effort of 1.25 against all of it; the other side gains as far as the contest is between them
    hostile = 0.875 / (0.875 + 1.25 + 2.0), 1.25 / (0.875 + 1.25 + 2.0)
    shares = np.array(hostile) / (1.25 / (1.25 + 1.25 + 2.0))
    assert world.arena.issues["lobby_success"][0, 0] == pytest.approx(shares * calm)


def test_media_and_officials_make_a_difference_to_what_happens() -> None:
    covered = lambda record: float(record.recorded.weeks["coverage"].sum())  # noqa: E731
    everybody = {f"{HOME}organisation.{name}.credibility.media": 0.9 for name in busy().polity["home"].organisation}
    doubted = dict.fromkeys(everybody, 0.1)
    more = [covered(run(everybody, seed)) - covered(run(doubted, seed)) for seed in range(1, 31)]
    assert np.mean(more) > 2 * np.std(more, ddof=1) / math.sqrt(30)
    lobby = lambda record: float(np.abs(record.recorded.weeks["lobby_success"]).sum())  # noqa: E731
    heard = {path.replace(".media", ".officials"): value for path, value in everybody.items()}
    unheard = dict.fromkeys(heard, 0.1)
    more = [lobby(run(heard, seed)) - lobby(run(unheard, seed)) for seed in range(1, 31)]
    assert np.mean(more) > 2 * np.std(more, ddof=1) / math.sqrt(30)


def run(changes: dict[str, Any], seed: int) -> Record:
    return simulate(busy().but(changes), seed, threads=1)


# ---------------------------------------------------------------- what teams dare


def test_exposure_counts_against_a_tactic_as_far_as_there_is_repression() -> None:
    world = found(Scenario(title="Two tactics"), 1)
    rows, home = np.zeros(2, TACTIC), np.zeros(1, POLITY)
    rows["exposure"] = [0.0, 0.5]
    arena, teams = world.arena._replace(polities=home), world.teams._replace(tactics=rows, allowed=np.ones((1, 2)))

    def room(repression: float) -> Any:
        home["repression"] = repression
        return plans.room_for(world.now, arena, teams, 0, 0, 0, 0.5, np.uint64(1))

    assert room(0.0).tolist() == [1.0, 1.0]
    assert room(0.8) == pytest.approx([1.0, math.exp(-1.7 * 0.5 * 0.8)])


def test_teams_foresee_that_what_is_posted_is_watched_and_taken_down() -> None:
    world = found(Scenario(title="Two tactics"), 1)
    rows, home = np.zeros(2, TACTIC), np.zeros(1, POLITY)
    rows["exposure"], rows["call"], rows["call_every"] = 0.5, CALL_SIGN, 1
    rows["channels"][1, SOCIAL_MEDIA], rows["channels"][1, MASS_MEDIA] = 3.0, 1.0
    home["repression"], home["surveillance"], home["platform_regulation"], home["online"] = 0.8, 0.5, 0.4, 0.6
    rules = world.now.rules

    def worth() -> list[float]:
        return [float(plans.daring(row, home[0], rules)) for row in rows]

    dared = math.exp(-1.7 * 0.8 * 0.5)
    online = 0.75 * 0.6
    seen = math.exp(-1.7 * 0.8 * 0.3 * 0.5 * online)
    assert worth() == pytest.approx([dared, dared * seen * (1 - online * (0.02 + 0.4))])
    rows["call_every"] = 3
    assert worth() == pytest.approx([dared, dared * seen * (1 - online * (0.02 + 0.4 / 3))]), "one week in three calls"
    home["online"] = 0.0
    assert worth() == pytest.approx([dared, dared]), "nothing is posted where nobody is online"
    home["online"], rows["exposure"], rules["platform_control"]["exposure"] = 1.0, 1.0, 1.0
    assert worth()[1] > 0 and worth()[0] == pytest.approx(math.exp(-1.7 * 0.8)), "risk ends at 1"
    rules["platform_control"]["on"], rows["exposure"] = False, 0.5
    assert worth() == pytest.approx([dared, dared])


@pytest.mark.parametrize("setting", ["surveillance", "platform_regulation"])
def test_where_the_net_is_watched_or_censored_teams_go_elsewhere(setting: str) -> None:
    def posted(record: Record) -> float:
        begun = record.events[record.events["event"] == "campaign"]["tactic"]
        shares = [record.scenario.tactic[name].channels.get("social_media", 0.0) for name in begun]
        return float(np.mean(shares)) if shares else 0.0

    harsh = {f"{HOME}governance.repression": 0.9, f"{HOME}governance.platform_regulation": 0.0}
    free, shut = ({**harsh, f"{HOME}governance.{setting}": value} for value in (0.0, 1.0))
    less = [posted(run(free, seed)) - posted(run(shut, seed)) for seed in range(1, 31)]
    assert np.mean(less) > 3 * np.std(less, ddof=1) / math.sqrt(30)


def test_where_repression_is_harsh_teams_expose_themselves_less() -> None:
    def exposed(record: Record) -> float:
        begun = record.events[record.events["event"] == "campaign"]["tactic"]
        return float(np.mean([record.scenario.tactic[name].exposure for name in begun])) if len(begun) else 0.0

    harsh = {f"{HOME}governance.repression": 0.9}
    daring, timid = {**harsh, "mechanism.tactic_choice.risk": 0.0}, {**harsh, "mechanism.tactic_choice.risk": 7.0}
    less = [exposed(run(daring, seed)) - exposed(run(timid, seed)) for seed in range(1, 31)]
    assert np.mean(less) > 3 * np.std(less, ddof=1) / math.sqrt(30)


@pytest.mark.parametrize(("doubt", "low", "high"), [(0.0, 0.0, 0.0), (5.0, 0.3, 1.0)])
def test_the_log_tells_what_was_tried_in_doubt_from_what_was_expected_most_of(
    doubt: float, low: float, high: float
) -> None:
    record = run({"mechanism.tactic_choice.doubt": doubt, "mechanism.joint_plan.on": False}, 1)
    begun = record.events[record.events["event"] == "campaign"]
    assert len(begun) > 3 and low <= begun["experiment"].mean() <= high


# ---------------------------------------------------------------- what teams learn from


def gained(tactic: str, **fields: Any) -> float:
    world = one_issue()
    row = campaign(world, 0, tactic, effort=1.0, **fields)
    return float(evaluation.gain(row, world.teams.tactics[row["tactic"]], world.arena.issues[0, 0], RULES.learning))


def test_what_a_campaign_alone_won_counts() -> None:
    assert close(gained("product_boycott", won=0.2), 0.3 * 0.2)
    assert close(gained("research_report", hampered=0.02), 0.02)
    assert gained("product_boycott") == 0.0


def test_a_hashtag_takes_no_credit_for_protest_that_was_covered() -> None:
    world = one_issue()
    world.arena.issues["covered"][0, 0] = 3
    for tactic, credit in (("hashtag_campaign", 0.0), ("demonstration", 0.15)):
        row = campaign(world, 0, tactic, effort=1.0, calling=True)
        found_ = evaluation.gain(row, world.teams.tactics[row["tactic"]], world.arena.issues[0, 0], RULES.learning)
        assert close(found_, credit), tactic


def test_a_firm_that_gives_in_teaches_who_called_for_it_and_ends_its_own_campaigns() -> None:
    firm = {"kind": "firm", "stance": -0.6, "stance_within": 0.0, "market_share": 0.5, "funds_within": 0.0}
    world = one_issue(**{f"{HOME}organisation.works": firm, "mechanism.boycott.readiness": 9.0})
    campaign(world, 0, "product_boycott", firm=2, weeks_left=1, effort=1.0, budget=0.5, spent=2.0)
    own = campaign(world, 2, "public_relations", side=1)
    call("boycott", world)
    step = float(world.now.rules["boycott"]["step"][0])
    assert world.record.events["event"][: int(world.now.clock["events"][0])].tolist().count(CONCESSION) == 1
    assert close(world.teams.campaigns[0]["won"], 0.5 * step) and own["weeks_left"] == 0
    call("learning", world)
    number = TACTICS.index("product_boycott")
    assert world.teams.learned[0, number] == pytest.approx(0.3 * 0.5 * step / 2.0)


def test_a_joint_plan_that_is_dropped_teaches_as_well() -> None:
    scenario = busy().but({"mechanism.joint_plan.patience": 1.0})
    world, half = found(scenario, 1), scenario.mechanism.joint_plan.weeks // 2
    for week in range(1, scenario.weeks + 1):
        rows = world.teams.campaigns[
            (world.teams.campaigns["alliance"] >= 0) & (world.teams.campaigns["weeks_left"] == half)
        ]
        if len(rows) and (rows["spent"] > 0).any():
            break
        go_on(world, scenario, week)
    row = rows[rows["spent"] > 0][0].copy()
    at = row["organisation"], row["tactic"]
    before, times = float(world.teams.learned[at]), float(world.teams.tried[at])
    call("joint_plan", world)
    worth = max(row["gain"] / row["spent"], 0.0)
    assert world.teams.tried[at] == pytest.approx(times + 1) and worth != before
    assert world.teams.learned[at] == pytest.approx((times * before + worth) / (times + 1))


def test_skills_are_worth_building() -> None:
    world = one_issue()
    row = campaign(world, 0, "capacity_building", effort=1.0, budget=0.5, spent=0.5)
    skills = world.teams.organisations["skills"][0].copy()
    call("learning", world)
    built = float((world.teams.organisations["skills"][0] - skills).sum())
    assert built > 0 and close(row["gain"], 0.5 * built)


def test_success_is_the_worth_of_campaigns_and_is_forgotten() -> None:
    world = one_issue()
    world.teams.organisations["success"] = [0.4, 0.4]
    campaign(world, 0, "public_relations", effort=1.0, budget=0.5, reached=0.03)
    call("learning", world)
    # .5 x .03 over .5 is what a new tactic promises: half of what there is to be had
    assert world.teams.organisations["success"] == pytest.approx([0.95 * 0.4 + 0.05 * 0.5, 0.95 * 0.4])


def test_success_draws_grants() -> None:
    def of_the_best(record: Record) -> float:
        grants = record.recorded.organisations["grants"].sum(axis=0)
        return float(grants.max() / max(grants.sum(), 1e-9))

    assert effect("mechanism.grants.by_success", 0.0, 10.0, of_the_best) > 3


# ---------------------------------------------------------------- whom they aim at


def test_effort_that_goes_to_an_audience_is_taken_from_all() -> None:
    shares = [0.5, 0.3, 0.2]
    for audience in (-1, 0, 1, 2):
        factors = [campaigns.aimed(audience, q, share, RULES.message) for q, share in enumerate(shares)]
        assert close(float(np.dot(factors, shares)), 1.0)
        if audience >= 0:
            assert close(factors[audience], 0.7 + 0.3 / shares[audience])
        else:
            assert factors == [1.0, 1.0, 1.0]


PUBLICS = {
    "city": {"share": 0.5, "digital": 2.0, "values": {"justice": 1.0}},
    "villages": {"share": 0.5, "digital": -2.0, "values": {"justice": 1.0}},
}


def aims(tactic: str, **organisation: Any) -> list[str]:
    """Where campaigns by one tactic are aimed, over ten worlds of two publics."""
    greens = {"tactics": [tactic], **organisation}
    home = {f"{HOME}public": PUBLICS, f"{HOME}organisation.greens": {**TEAM, **greens}, f"{HOME}citizens": 500}
    scenario = Scenario(title="Two publics", weeks=5).but({**home, "mechanism.tactic_choice.launch": 1.0})
    return [one for seed in range(1, 11) for one in simulate(scenario, seed, threads=1).campaigns["audience"]]


def test_campaigns_online_aim_where_people_are_online_and_advocates_at_those_for_whom_they_speak() -> None:
    online = aims("hashtag_campaign")
    assert len(online) > 10 and online.count("city") > 0.9 * len(online)
    assert set(aims("hashtag_campaign", represents=["villages"])) == {"villages"}


def test_the_more_focus_the_more_do_publics_differ() -> None:
    def apart(record: Record) -> float:
        mean = record.publics.groupby("public")["aware"].mean()
        return float(mean.max() - mean.min())

    assert effect("mechanism.message.focus", 0.0, 0.9, apart) > 2
    plain = run({"mechanism.message.on": False}, 1)
    assert set(plain.campaigns["audience"]) == {""}


# ---------------------------------------------------------------- polls, and the order in which teams stand


def test_publics_values_are_counted_anew_every_quarter() -> None:
    world = found(busy(), 1)
    declared = world.arena.publics["values"].copy()
    world.people.citizens.values[:] = 0.0
    world.people.citizens.values[1] = 1.0
    world.now.clock["week"] = 12
    call("count", world)
    assert (world.arena.publics["values"] == declared).all()
    world.now.clock["week"] = 13
    call("count", world)
    peopled = world.arena.publics["citizens"] > 0
    assert world.arena.publics["values"][peopled, 1] == pytest.approx(1.0)
    assert (np.delete(world.arena.publics["values"], 1, axis=1) == 0.0).all()


def test_campaigns_are_recorded_each_by_itself() -> None:
    record = run({}, 1)
    alone = record.organisations[record.organisations["effort"] > 0]
    assert len(record.campaigns) >= len(alone)
    merged = alone.merge(record.campaigns, on=["week", "polity", "organisation", "tactic", "effort"], how="left")
    assert merged["spent"].notna().all()
    assert set(record.campaigns[record.campaigns["alliance"] != ""]["alliance"]) <= set(record.alliances["alliance"])


def test_what_teams_begin_does_not_hang_on_the_order_in_which_they_are_declared() -> None:
    table = Scenario.load("baseline").but({"polity.home.citizens": 1000, "weeks": 60}).model_dump()
    calm = {"alliance_formation": {"on": False}}
    table["mechanism"] = {name: {**table["mechanism"][name], **own} for name, own in calm.items()}
    home = table["polity"]["home"]
    for row in home["organisation"].values():
        row["funds_within"] = 0.0
    one = simulate(Scenario.model_validate(table), 3, threads=1)
    home["organisation"] = dict(reversed(home["organisation"].items()))
    other = simulate(Scenario.model_validate(table), 3, threads=1)
    columns = ["week", "organisation", "event", "tactic", "issue"]
    begun = [
        each.events[each.events["event"] == "campaign"].sort_values(columns)[columns].reset_index(drop=True)
        for each in (one, other)
    ]
    assert len(begun[0]) > 20 and begun[0].equals(begun[1])
