"""What alliances must do, on paired seeds with 95% intervals; the worlds are small versions of the shipped ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from advosim.experiment.effects import Effect, paired
from advosim.record import Record
from advosim.scenario.schema import Scenario
from advosim.simulation import advance, simulate
from advosim.week import line
from advosim.world.found import found, names
from advosim.world.state import World

SEEDS = range(1, 33)
WEEKS = 156
YEAR = 53
"""Organisations meet in weeks 13, 26, 39 and 52 of their first year."""
CLASHES = ("culture_clash", "priority_clash", "strategy_clash")
GIVEN = {
    "front": {"issue": "climate", "members": ["climate_ngo_1", "climate_movement_1", "social_justice_ngo_1"]},
    "homes": {"issue": "housing", "members": ["tenants_1", "social_justice_ngo_2"]},
    "growth": {"issue": "climate", "members": ["energy_association_1", "tradition_alliance"]},
}


@functools.cache
def small() -> Scenario:
    return Scenario.load("baseline").but({"polity.home.citizens": 1000, "weeks": WEEKS})


@functools.cache
def given() -> Scenario:
    """Three alliances stand at the start, and no others form."""
    return small().but({"mechanism.alliance_formation.on": False, "polity.home.alliance": GIVEN})


@functools.cache
def _runs(text: str) -> list[Record]:
    scenario = Scenario.model_validate_json(text)
    return [simulate(scenario, seed, threads=1) for seed in SEEDS]


def runs(scenario: Scenario) -> list[Record]:
    return _runs(scenario.model_dump_json())


def effect(one: Scenario, other: Scenario, of: Callable[[Record], float]) -> Effect:
    return paired([of(run) for run in runs(one)], [of(run) for run in runs(other)])


def allied_pairs(record: Record, until: int = YEAR) -> set[frozenset[str]]:
    """Pairs that came to belong to one alliance."""
    together: set[frozenset[str]] = set()
    groups: dict[str, set[str]] = {}
    for event in record.events[record.events["week"] < until].itertuples():
        if event.event == "alliance":
            groups[event.alliance] = {event.organisation, event.partner}
            together.add(frozenset(groups[event.alliance]))
        elif event.event == "joined":
            group = groups.setdefault(event.alliance, set())
            together |= {frozenset((event.organisation, other)) for other in group}
            group.add(event.organisation)
        elif event.event == "left":
            groups.get(event.alliance, set()).discard(event.organisation)
    return together


def pairs(record: Record) -> float:
    return float(len(allied_pairs(record)))


def first(record: Record) -> float:
    weeks = record.alliances["week_formed"]
    return float(weeks.min()) if len(weeks) else WEEKS + 1.0


def life(record: Record) -> float:
    table = record.alliances
    return float((table["week_ended"] - table["week_formed"]).mean())


# ---------------------------------------------------------------- how alliances come to be


def test_without_ties_alliances_form_later_and_fewer() -> None:
    off = small().but({"mechanism.ties.on": False})
    assert effect(small(), off, pairs).high < 0
    assert effect(small(), off, first).effect > 0


def test_with_shared_leaders_more_ally() -> None:
    posts = [
        ("climate_ngo_1", "climate_movement_1"), ("climate_ngo_2", "social_justice_ngo_1"),
        ("climate_ngo_3", "climate_movement_2"), ("tenants_1", "social_justice_ngo_2"),
        ("energy_association_1", "tradition_alliance"),
    ]  # fmt: skip
    people = {f"leader_{n}": {"posts": list(two), "credibility": 0.0} for n, two in enumerate(posts)}
    led = small().but({"polity.home.individual": people})
    assert effect(small(), led, pairs).low > 0
    assert effect(small(), led, first).effect <= 0


def test_complementary_expertise_raises_formation() -> None:
    blind = small().but({"mechanism.alliance_formation.by_expertise": 0.0})
    assert effect(blind, small(), pairs).low > 0


def test_in_the_baseline_2_to_9_percent_of_pairs_ally_within_a_year_and_live_from_months_to_years() -> None:
    organisations = len(names(small()).organisations)
    share = np.mean([pairs(run) for run in runs(small())]) / (organisations * (organisations - 1) / 2)
    assert 0.02 < share < 0.09
    lives = np.concatenate([(r.alliances["week_ended"] - r.alliances["week_formed"]).to_numpy() for r in runs(small())])
    assert np.quantile(lives, 0.5) > 13
    assert np.quantile(lives, 0.9) > 52
    ended = [reason for run in runs(small()) for reason in run.alliances.loc[~run.alliances["alive"], "reason"]]
    assert all(ended)
    assert np.mean([reason != "drifted_apart" for reason in ended]) > 0.5


# ---------------------------------------------------------------- what keeps and what parts them


def test_mediation_lengthens_alliances() -> None:
    path = "mechanism.trust.mediation"
    assert effect(given().but({path: 0.0}), given().but({path: 0.9}), life).low > 0


def test_clashes_shorten_alliances() -> None:
    peaceful = given().but({f"mechanism.{name}.on": False for name in CLASHES})
    assert effect(peaceful, given(), life).high < 0
    for name in CLASHES:
        assert effect(given().but({f"mechanism.{name}.on": False}), given(), life).effect < 0, name


def test_unequal_sharing_shortens_alliances() -> None:
    """Equal shares for unequal contributions: whoever gives more than he gets is dissatisfied."""
    assert effect(given(), given().but({"mechanism.benefit_sharing.by": "equal"}), life).high < 0


def test_internal_communication_lengthens_alliances() -> None:
    assert effect(given().but({"mechanism.internal_communication.on": False}), given(), life).low > 0


def test_a_memorandum_slows_exit() -> None:
    loose = given().but({"mechanism.alliance_formation.formal": 0.0})
    formal = loose.but({f"polity.home.alliance.{name}.memorandum": True for name in GIVEN})
    assert effect(loose, formal, life).low > 0


# ---------------------------------------------------------------- what they are worth


SKILLS = {
    "research": {"research": 0.9, "law": 0.2, "media": 0.3, "organising": 0.2, "digital": 0.3},
    "street": {"research": 0.2, "law": 0.2, "media": 0.3, "organising": 0.9, "digital": 0.5},
    "press": {"research": 0.3, "law": 0.3, "media": 0.9, "organising": 0.3, "digital": 0.9},
    "law": {"research": 0.4, "law": 0.9, "media": 0.2, "organising": 0.2, "digital": 0.2},
}
TACTICS = ["research_report", "public_relations", "petition", "lobbying", "demonstration", "public_education"]


@functools.cache
def apart() -> Scenario:
    """Four specialists who always campaign, and put all their campaign means into joint plans where they are allied."""
    table = small().model_dump()
    table["issue"] = {"climate": table["issue"]["climate"]}
    home = table["polity"]["home"]
    home["public"] = {name: {**row, "attitude": {}, "stake": {}} for name, row in home["public"].items()}
    one = {
        "stance": 0.6, "stance_within": 0.0, "funds": 40.0, "funds_within": 0.0, "income": 2.0, "members": 0.002,
        "activity": 10.0, "tactics": TACTICS,
    }  # fmt: skip
    home["organisation"] = {name: {"kind": "ngo", "skills": skills, **one} for name, skills in SKILLS.items()}
    home["organisation"]["owners"] = {"kind": "business_association", "stance": -0.6, "count": 2}
    off = ("alliance_formation", "alliance_exit", "ties", *CLASHES, "solidarity", "internal_communication")
    still = {
        "tactic_choice.launch": 1.0, "pooling.share": 1.0, "alliance_strength.seat": 0.0, "trust.rate": 0.0,
        "trust.slope": 0.0, "institutionalisation.lag": 0.0, "joint_plan.stagger": 0,
    }  # fmt: skip
    return Scenario.model_validate(table).but(
        {"weeks": 104, **{f"mechanism.{n}.on": False for n in off}, **{f"mechanism.{n}": v for n, v in still.items()}}
    )


def together(trust: float) -> Scenario:
    return apart().but({"polity.home.alliance": {"all": {"issue": "climate", "members": list(SKILLS), "trust": trust}}})


def spent(record: Record) -> float:
    table = record.organisations
    return float(table.loc[table["organisation"].isin(SKILLS), "campaign_cost"].sum())


def brought(record: Record) -> float:
    """What campaigns brought, in units of pressure."""
    table = record.events
    return float(table.loc[(table["event"] == "end") & table["organisation"].isin(SKILLS), "size"].sum())


def test_resources_pooled_by_specialists_beat_the_same_resources_apart_if_trust_is_high_and_not_if_it_is_low() -> None:
    for trust in (0.1, 0.9):
        cost = effect(apart(), together(trust), spent)
        assert abs(cost.effect) < 0.02 * cost.base, "the costs are equal"
    assert effect(apart(), together(0.9), brought).low > 0
    assert effect(apart(), together(0.1), brought).low < 0


def test_diversity_helps_at_high_salience_and_hurts_at_low() -> None:
    """It is wired in by a term; with that term 0 nothing is left of it in the efforts of allies."""
    lively = Scenario.load("strange_bedfellows").but({"polity.home.citizens": 1000, "weeks": WEEKS})
    quiet = lively.but({"mechanism.attention.news_chance": 0.0})
    neutral = {"mechanism.alliance_strength.diversity": 0.0}

    def efforts(record: Record) -> float:
        table = record.organisations
        return float(table.loc[table["alliance"] != "", "effort"].sum())

    assert effect(lively.but(neutral), lively, efforts).low > 0
    assert effect(quiet.but(neutral), quiet, efforts).high < 0


def test_alliances_with_those_who_have_a_stake_reach_them_more_and_are_more_credible() -> None:
    table = Scenario.load("affected_at_the_table").but({"polity.home.citizens": 1000, "weeks": WEEKS})
    unheard = table.but({"polity.home.organisation.tenants.represents": []})

    def aware(record: Record) -> float:
        those = record.publics.query("public == 'marginalised' and issue == 'housing'")
        return float(those["aware"].mean())

    assert effect(unheard, table, aware).low > 0

    def standing(scenario: Scenario) -> float:
        world = later(scenario, 1, 1)
        return float(world.campaigns["standing"][world.campaigns["alliance"] == 0].max())

    assert standing(table) - standing(unheard) > 0.2


def later(scenario: Scenario, seed: int, weeks: int, change: Callable[[World], None] | None = None) -> World:
    world = found(scenario, seed, weeks)
    if change:
        change(world)
    for _ in advance(world, scenario, line(), weeks, weeks):
        pass
    return world


def row(scenario: Scenario, name: str) -> int:
    return [one for _, one in names(scenario).organisations].index(name)


def test_peer_learning_spreads_a_tactic_that_works() -> None:
    lasting = given().but(
        {
            "mechanism.alliance_exit.on": False,
            "polity.home.organisation.climate_movement.tactics": ["demonstration"],
        }
    )
    tactic = list(lasting.tactic).index("lobbying")
    knows, learns = row(lasting, "climate_ngo_1"), row(lasting, "climate_movement_1")

    def works(world: World) -> None:
        world.learned[knows, tactic] = 0.3

    def learned(scenario: Scenario) -> list[float]:
        return [float(later(scenario, seed, 40, works).learned[learns, tactic]) for seed in range(1, 11)]

    assert paired(learned(lasting.but({"mechanism.peer_learning.on": False})), learned(lasting)).low > 0.01


def test_a_free_rider_loses_trust_and_partners() -> None:
    often = given().but({"mechanism.tactic_choice.launch": 0.1})
    rides = often.but({"polity.home.organisation.climate_ngo.reliability": 0.2})
    rider = row(often, "climate_ngo_1")
    partners = [row(often, name) for name in ("climate_movement_1", "social_justice_ngo_1")]

    def trusted(scenario: Scenario) -> list[float]:
        return [float(later(scenario, seed, 40).trust[partners, rider].mean()) for seed in range(1, 16)]

    def stays(record: Record) -> float:
        table = record.events.query("alliance == 'front' and event == 'left' and organisation == 'climate_ngo_1'")
        return float(table["week"].min()) if len(table) else float(WEEKS)

    assert paired(trusted(often), trusted(rides)).high < 0
    assert effect(often, rides, stays).high < 0


def test_a_scandal_of_one_member_costs_its_allies() -> None:
    """A scandal of every organisation but one, in the first week: the one loses by its allies alone."""

    def trust_in(scenario: Scenario) -> Any:
        return later(scenario, 1, 1).organisations["credibility"][row(scenario, "tenants_1")].copy()

    sure = given().but({"mechanism.credibility.scandal": 1.0})
    alone = sure.but({"polity.home.alliance": {"homes": {"members": ["tenants_2", "social_justice_ngo_2"]}}})
    assert (trust_in(alone) - trust_in(sure) > 0.05).all()


# ---------------------------------------------------------------- the shipped scenarios show what they are about


def shipped(name: str, **changes: Any) -> Scenario:
    return Scenario.load(name).but({"polity.home.citizens": 1000, "weeks": WEEKS, **changes})


def test_a_mediated_alliance_outlives_the_fragmented_coalition() -> None:
    def lives(record: Record) -> float:
        table = record.alliances.query("alliance == 'climate_front'")
        return float(table["week_ended"].iloc[0])

    assert effect(shipped("fragmented_coalition"), shipped("mediated_alliance"), lives).low > 26


def test_fair_terms_keep_the_partners_of_a_rich_one() -> None:
    fair = shipped("rich_partner", **{"mechanism.power.psi": 0.0, "mechanism.benefit_sharing.by": "contribution"})

    def content(record: Record) -> float:
        table = record.alliance_weeks.query("alliance == 'homes_for_all'")
        return float(table["satisfaction"].mean())

    assert effect(shipped("rich_partner"), fair, content).low > 0


def test_a_platform_spares_coordination_and_gathers_followers() -> None:
    """In the weeks of the first plan, before other things differ."""
    on = shipped("collaborative_platform")
    off = on.but({"mechanism.collaborative_platform.on": False})
    for seed in range(1, 6):
        with_it, without = later(on, seed, 6), later(off, seed, 6)
        mine = with_it.campaigns["alliance"] == 0
        assert (with_it.campaigns["amplified"][mine] > without.campaigns["amplified"][mine] + 0.02).all()
        assert with_it.alliances["followers"][0] > 0 == without.alliances["followers"][0]
