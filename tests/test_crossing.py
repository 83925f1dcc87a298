"""Alliances across borders, bodies that press each other and governments that leave them: rules by hand, and what they
leave in a run.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from owed import call
from worlds import digest_of_world, go_on, neighbours, run_world

from advosim import Scenario
from advosim.mechanisms import bodies, crossing
from advosim.reading.collaboration import ALL, collaboration, collaboration_weeks, memberships
from advosim.record import Record
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.story.page import story
from advosim.world.codes import FOR
from advosim.world.found import found
from advosim.world.state import World, copy, restore, save

GREENS, TENANTS, WATCH, REDS = range(4)
RUN = {"stance_within": 0.0, "funds": 100.0, "funds_within": 0.0, "members": 0.0, "culture_within": 0.0}
STILL = {"attitude_between": 0.0, "policy_between": 0.0, "ideal_between": 0.0}
OPEN = {"mechanism.across_borders.meet": 1.0, "mechanism.alliance_formation.readiness": 3.0}


def between(**changes: Any) -> World:
    """Two at home allied with one in the north, where an opponent lives as well; nothing is drawn. Week 1."""
    scenario = Scenario.model_validate(
        {
            "title": "Between",
            "weeks": 60,
            "issue": {"reform": STILL, "other": STILL},
            "polity": {
                "home": {
                    "citizens": 100,
                    "governance": {"entry_cost": 0.25, "repression": 0.6, "external_vulnerability": 0.8},
                    "organisation": {"greens": {**RUN, "stance": 0.5}, "tenants": {**RUN, "stance": 0.3}},
                    "alliance": {"front": {"issue": "reform", "members": ["greens", "tenants", "north.watch"]}},
                },
                "north": {
                    "citizens": 100,
                    "organisation": {"watch": {**RUN, "stance": 0.9}, "reds": {**RUN, "stance": -0.5}},
                },
            },
            "relation": {"border": {"between": ["home", "north"], "distance": 0.2, "language": 0.5, "ties": 0.0}},
        }
    )
    world = found(scenario.but({"mechanism.ties.chance": 0.0, **changes}), 1)
    world.now.clock["week"] = 1
    return world


@functools.cache
def open_borders() -> Scenario:
    """The busy neighbours, who ally across the border whenever they can."""
    return neighbours().but(OPEN)


@functools.cache
def told(seed: int = 1) -> Record:
    return simulate(open_borders(), seed, threads=1)


def rule(world: World, name: str) -> Any:
    return world.now.rules[0][name]


# ---------------------------------------------------------------- what it costs


def test_distance_and_language_set_allies_apart() -> None:
    world = between()
    relations = world.abroad.relations
    # 1 - (1 - .2) x .5
    assert crossing.remoteness(relations, 0, 1) == pytest.approx(0.6) and crossing.remoteness(relations, 1, 1) == 0
    call("across_borders", world)
    assert world.allied.alliances["abroad"][0] == 1 and world.allied.alliances["remote"][0] == pytest.approx(0.6)
    # Each at home has one near and one remote ally, the one abroad has two remote ones.
    assert world.teams.organisations["remote"] == pytest.approx([0.3, 0.3, 0.6, 0.0])


def test_who_allies_over_a_distance_pays_more_coordinates_worse_and_understands_less() -> None:
    costs, cohesion = [], []
    for meet in ({}, {"mechanism.across_borders.on": False}):
        world = between(**{"mechanism.funds.noise": 0.0, **meet})
        for stage in ("across_borders", "funds", "power", "internal_communication"):
            call(stage, world)
        costs.append(world.teams.organisations["running_cost"].copy())
        cohesion.append(float(world.allied.alliances["cohesion"][0]))
    # .05 of income, less what is spared of harassment: .2 R x .5 vulnerability x n/(n + 1)
    at_home, abroad = 0.2 * 0.6 * 0.5 * 0.8 / 2, 0.2 * 0.1 * 0.5 * 0.3 * 2 / 3
    spared = np.array([at_home, at_home, abroad, 0.0])
    assert costs[0] - costs[1] == pytest.approx(0.05 * np.array([0.3, 0.3, 0.6, 0.0]) - spared)
    assert cohesion[0] < cohesion[1]


def test_a_guest_abroad_weighs_distance_crowding_and_who_let_the_cause_in() -> None:
    world = between()
    organisations = world.teams.organisations
    own = rule(world, "across_borders")
    tables = (world.arena, world.teams, world.allied, world.abroad, own)
    organisations["ties"] = [9, 0, 4, 1]
    # The north's opponent, asked into the front: watch has four ties, half of a centre.
    assert crossing.borders_between(*tables, (0, 0, FOR, 0, GREENS, REDS)) == pytest.approx((0.6, 0.6, 1.5 * 0.5))
    # Watch itself, asked into a new alliance: it has one cause abroad already, and nobody vouches yet.
    assert crossing.borders_between(*tables, (0, 0, FOR, -1, GREENS, WATCH)) == pytest.approx((0.6, 0.6 + 0.5, 0.0))
    # At home nobody needs a gatekeeper.
    assert crossing.borders_between(*tables, (0, 0, FOR, 0, WATCH, GREENS)) == pytest.approx((0.6, 0.6, 0.0))


# ---------------------------------------------------------------- what crosses


def planned(**changes: Any) -> World:
    """The front with a joint plan under way."""
    world = between(**{"mechanism.institutionalisation.on": False, **changes})
    for stage in ("across_borders", "power", "joint_plan", "pooling"):
        call(stage, world)
    return world


def test_means_cross_as_far_as_the_government_lets_them_in() -> None:
    for barred, passes in ((0.0, 1.0), (0.25, 0.75), (1.0, 0.0)):
        world = planned(**{"polity.home.governance.entry_cost": barred})
        at_home, _, abroad = world.allied.seats["contributed"][0, :3]
        assert at_home > 0 and abroad == pytest.approx(passes * at_home)
        assert world.teams.organisations["pooled"][WATCH] == pytest.approx(passes * 0.3)


def test_members_at_home_alone_campaign_and_are_called_and_joined() -> None:
    world = planned()
    running = world.teams.campaigns[world.teams.campaigns["weeks_left"] > 0]
    assert len(running) == 2 and set(running["organisation"]) == {GREENS, TENANTS}
    call("benefit_sharing", world)
    assert set(world.teams.campaigns["credited"][world.teams.campaigns["weeks_left"] > 0]) <= {GREENS, TENANTS}
    calling = list(Scenario(title="x").tactic).index("demonstration")
    world.teams.campaigns["tactic"], world.allied.alliances["platform"] = calling, True
    world.teams.tactics["call_every"] = 1
    call("channels", world)
    called = world.teams.organisations["calls"][:, 0] > 0
    assert called[[GREENS, TENANTS]].all() and not called[WATCH]


def test_allies_in_trouble_get_help_across_the_border_as_far_as_it_is_let_in() -> None:
    world = between()
    world.now.clock["week"] = 4
    world.teams.organisations["running_cost"], world.teams.organisations["funds"][GREENS] = 1.0, 0.0
    call("across_borders", world)
    call("solidarity", world)
    given = -world.teams.organisations["support"]
    assert given[WATCH] == pytest.approx(0.75 * given[TENANTS]) and given[TENANTS] > 0


def test_a_case_is_carried_to_the_allies_own_government_which_speaks_up() -> None:
    world = planned()
    home, north = world.arena.issues[0, 0], world.arena.issues[1, 0]
    home["policy"], north["policy"], north["attitude"], north["salience"] = -0.6, 0.4, 0.5, 0.05
    for stage in ("across_borders", "third_states"):
        call(stage, world)
    assert world.abroad.carried[0, 1, 0].tolist() == [0.5, 0.0] and not world.abroad.carried[1].any()
    assert home["third_states"][FOR] > 0
    world.abroad.carried[:] = 0.0
    call("third_states", world)
    assert home["third_states"][FOR] == 0


def test_allies_abroad_shield_from_a_government_that_depends_on_others() -> None:
    own = rule(between(), "across_borders")
    assert crossing.shield(0.8, 1, own) == pytest.approx(0.5 * 0.8 * 0.5)
    assert crossing.shield(0.0, 9, own) == 0 == crossing.shield(1.0, 0, own)
    world = between()
    call("across_borders", world)
    assert world.teams.organisations["shielded"][:2] == pytest.approx([0.2, 0.2])


def test_who_is_paid_from_abroad_drifts_and_who_pays_hardly_does() -> None:
    world = between()
    world.now.clock["week"] = 4
    world.teams.priorities[:] = [[0.5, 0.5], [0.5, 0.5], [1.0, 0.0], [0.5, 0.5]]
    world.teams.organisations["dues"], world.teams.organisations["gifts"] = 0.0, [1.0, 1.0, 50.0, 1.0]
    world.allied.seats["contributed"][0, :3] = [10.0, 10.0, 40.0]
    before, care = world.teams.stances.copy(), world.teams.priorities.copy()
    call("donor_drift", world)
    # 40 remembered at .95 are 2 a week, 1 for each of two, as much as their own gifts.
    assert world.teams.stances[GREENS, 0] - before[GREENS, 0] == pytest.approx(0.05 * 0.5 * (0.9 - 0.5))
    assert world.teams.priorities[GREENS, 0] - care[GREENS, 0] == pytest.approx(0.05 * 0.5 * 0.5)
    assert np.allclose(world.teams.priorities.sum(axis=1), 1.0)
    moved = np.abs(world.teams.stances - before).sum(axis=1)
    assert 0 < moved[WATCH] < 0.2 * moved[TENANTS] and moved[REDS] == 0


def test_an_alliance_that_nobody_at_home_belongs_to_ends() -> None:
    world = between()
    world.teams.organisations["closed"][[GREENS, TENANTS]] = True
    call("alliance_exit", world)
    assert not world.allied.alliances["alive"].any() and world.allied.alliances["abroad"][0] == 0


# ---------------------------------------------------------------- bodies


def two_bodies(**changes: Any) -> World:
    world = found(neighbours().but({"body.union.members": ["home"], **changes}), 1)
    world.now.clock["week"] = 1
    return world


def test_bodies_move_toward_each_other_by_common_members_and_agenda() -> None:
    world = two_bodies(**{"mechanism.interplay.rate": 0.1})
    standing = world.abroad.standing
    assert bodies.overlap(world.abroad.mandates, 0, 1) == 0.5 and bodies.overlap(world.abroad.mandates, 1, 0) == 1
    standing["policy"][:, 0], standing["agenda"][:, 0] = [0.5, 0.1], [0.8, 0.2]
    call("interplay", world)
    assert standing["policy"][:, 0] == pytest.approx([0.5 - 0.1 * 0.5 * 0.2 * 0.4, 0.1 + 0.1 * 0.8 * 0.4])
    assert standing["agenda"][:, 0] == pytest.approx([0.8, 0.2 + 0.1 * 0.6])


def test_a_shamed_government_leaves_and_is_shamed_and_appealed_to_there_no_more() -> None:
    world = two_bodies(**{"mechanism.withdrawal.rate": 1.0, "polity.home.governance.external_vulnerability": 0.0})
    assert bodies.exit_chance(0.5, 0.2, 0.5, rule(world, "withdrawal")) == pytest.approx(0.5 * 0.8 * 2.0)
    world.arena.issues["policy"][0], world.abroad.standing["policy"][:] = -0.9, 0.9
    world.abroad.bodies["capacity"], world.abroad.mandates["leverage"] = 100.0, 1.0
    world.abroad.docket[0, 0, :, FOR] = 1.0
    call("withdrawal", world)
    assert not world.abroad.mandates["member"][0, 0] and world.abroad.mandates["left"][0, 0]
    assert world.abroad.mandates["member"][:, 1].tolist() == [True, False], "nobody else leaves"
    assert not world.abroad.docket[0, 0].any()
    names = list(neighbours().tactic)
    assert world.teams.allowed[0, names.index("appeal_to_international_body")] == 0
    assert world.teams.allowed[0, names.index("appeal_to_regional_body")] > 0
    call("boomerang", world)
    assert not world.arena.issues["shaming"][0].any()


def test_who_depends_on_others_stays() -> None:
    own = rule(two_bodies(), "withdrawal")
    assert bodies.exit_chance(1.0, 1.0, 0.0, own) == 0


# ---------------------------------------------------------------- what is written and read


def test_alliances_span_borders_and_tell_where_their_members_live() -> None:
    table = told().alliances
    wide = table[table["polities"].str.contains("+", regex=False)]
    assert len(wide) and (wide["polities"].str.split("+").str[0] == wide["polity"]).all()
    assert wide["members"].str.contains(".", regex=False).all()
    for row in wide.itertuples():
        assert {name.partition(".")[0] for name in row.members.split("+") if "." in name} == set(
            row.polities.split("+")
        ) - {row.polity}
    near = table[~table["polities"].str.contains("+", regex=False)]
    assert not near["members"].str.contains(".", regex=False).any()
    events = told().events.query("event in ['alliance', 'joined']")
    assert events["partner"].str.contains(".", regex=False).any()
    both = told().consents
    assert both["organisation"].str.contains(".", regex=False).any()


def test_what_is_measured_of_alliances_counts_members_abroad_where_it_says_so() -> None:
    record = told()
    spells = memberships(record)
    assert spells["organisation"].str.contains(".", regex=False).any()
    weeks, whole = collaboration_weeks(record), collaboration(record)
    assert weeks["density"].between(0, 1).all() and whole["density"].between(0, 1).all()
    homes = [home for home, _ in record.names.organisations]
    assert all(row.members <= homes.count(row.polity) for row in weeks.itertuples() if row.issue == ALL)
    assert isinstance(story(record), str)


def test_figures_draw_members_abroad(tmp_path: Path) -> None:
    figures = pytest.importorskip("advosim.figures.alliances")
    record = told()
    home = record.alliances.loc[record.alliances["polities"].str.contains("+", regex=False), "polity"].iloc[0]
    drawn = figures.alliance_network(record, home)
    texts = {text.get_text() for axes in drawn.axes for text in axes.texts}
    assert any(text.endswith(("(north)", "(home)")) for text in texts)
    lives = figures.alliance_lives(record, home)
    assert any("in 2 polities" in text.get_text() for axes in lives.axes for text in axes.texts)


def test_declared_members_abroad_are_checked() -> None:
    base = neighbours()
    for members, problem in (
        (["greens_1", "south.reds"], "no polity 'south'"),
        (["greens_1", "north.greens"], "no organisation in north 'greens'"),
        (["greens_1", "home.tenants"], "at home in home"),
        (["north.reds_1", "north.reds_2"], "nobody of home"),
    ):
        with pytest.raises(InputError, match=problem):
            base.but({"polity.home.alliance.front.members": members})
    wide = base.but({"polity.home.alliance.front.members": ["greens", "north.reds"]})
    assert found(wide, 1).allied.alliances["abroad"].max() == 2
    left = wide.without("north.reds_1").polity["home"].alliance["front"].members
    assert left == ("greens_1", "greens_2", "north.reds_2")
    assert "front" not in wide.without("greens").polity["home"].alliance


# ---------------------------------------------------------------- the same bits


def test_copies_and_restarts_go_on_to_the_same_bits(tmp_path: Path) -> None:
    scenario = open_borders().but({"mechanism.withdrawal.rate": 0.5, "mechanism.interplay.rate": 0.1})
    whole = run_world(scenario, 1)
    world = found(scenario, 1)
    go_on(world, scenario, 14)
    twin = copy(world)
    save(world, tmp_path / "state.npz")
    again = found(scenario, 1)
    restore(again, tmp_path / "state.npz")
    for each in (twin, again):
        go_on(each, scenario, scenario.weeks, threads=2 if each is twin else 1)
        assert digest_of_world(each) == digest_of_world(whole)


def test_borders_that_are_shut_change_no_bit() -> None:
    plain, off = (
        digest_of_world(run_world(neighbours().but(change), 1))
        for change in ({}, {f"mechanism.{name}.on": False for name in ("across_borders", "donor_drift", "interplay")})
    )
    differ = {column for column in plain if plain[column] != off[column]} - {"now.rules"}
    assert not differ


# ---------------------------------------------------------------- what the literature claims


def shrunk(name: str, **changes: Any) -> Scenario:
    citizens = {"home": 1000, "north": 500, "south": 500}
    scenario = Scenario.load(name).but({f"polity.{home}.citizens": number for home, number in citizens.items()})
    return scenario.but(changes)


def without_networks() -> Scenario:
    """The network's world, in which nobody is tied or allied across a border."""
    table = shrunk("transnational_network").model_dump()
    table["polity"]["home"]["alliance"] = {}
    ties = {f"relation.{name}.ties": 0.0 for name in table["relation"]}
    return Scenario.model_validate(table).but(
        {**ties, "mechanism.ties.abroad": 0.0, "mechanism.across_borders.on": False}
    )


def lowest(one: Scenario, other: Scenario, measure: Any, seeds: int) -> float:
    """The lower end of the 95% interval of a difference of paired runs."""
    pairs = [[measure(simulate(each, seed, threads=1)) for each in (one, other)] for seed in range(1, seeds + 1)]
    change = np.array([high - low for high, low in pairs])
    return float(change.mean() - 1.96 * change.std(ddof=1) / np.sqrt(seeds))


def moved(record: Record) -> float:
    """Issues at home on which policy ends up nearer to the reform."""
    last, first = record.recorded.weeks["policy"][-1, 0], record.recorded.founding.weeks["policy"][0]
    return float((last > first + 0.05).mean())


def closed(record: Record) -> float:
    return float(record.recorded.organisations["closed"][-1].sum())


@pytest.mark.slow
def test_networks_help_to_change_policy_across_borders_and_raise_collapse() -> None:
    """Bloodgood & Clough 2017. That nothing moves without them did not come out (docs/decisions/0029)."""
    both = (shrunk("transnational_network"), without_networks())
    assert lowest(*both, moved, 200) > 0
    assert lowest(*both, closed, 40) > 0


@pytest.mark.slow
def test_a_government_that_leaves_is_moved_less_and_a_law_against_means_from_abroad_closes_organisations() -> None:
    whole = shrunk("out_of_the_body")
    stays = whole.but({"mechanism.withdrawal.rate": 0.0})
    assert lowest(stays, whole, lambda record: float(record.recorded.weeks["policy"][:, 0].mean()), 40) > 0
    assert lowest(whole, whole.but({"reform": []}), closed, 40) > 0
