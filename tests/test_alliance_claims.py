"""What alliances must do, on paired seeds; the worlds are small versions of the shipped ones."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest
from worlds import Errors, run_again

from advosim import Scenario
from advosim.experiment.effects import Effect, paired
from advosim.record import Record, recorded
from advosim.simulation import advance, simulate
from advosim.week import line
from advosim.world.codes import FOR
from advosim.world.found import found, names
from advosim.world.state import World

SEEDS = 32
WEEKS = 156
MANY = 64
FEW = 12
"""Where these do."""
SURE = 2.2
"""Standard errors beyond which a 95% interval of twelve pairs or more does not reach."""
LOW, HIGH = 0.1, 0.9
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
    return Scenario.load("baseline").but({"polity.home.citizens": 500, "weeks": WEEKS})


@functools.cache
def given() -> Scenario:
    """Three alliances stand at the start, and no others form."""
    return small().but({"mechanism.alliance_formation.on": False, "polity.home.alliance": GIVEN})


@functools.lru_cache(80)
def run(scenario: Scenario, seed: int) -> Record:
    return run_again(scenario, seed)


def runs(scenario: Scenario, seeds: int) -> list[Record]:
    return [run(scenario, seed) for seed in range(1, seeds + 1)]


def effect(
    one: Scenario, other: Scenario, of: Callable[[Record], float], seeds: int = SEEDS, beside: float = 0.0
) -> Errors:
    """What the other scenario has more of, but for `beside`: by as many seeds as tell it, `seeds` at most."""
    return Errors(lambda seed: of(run(other, seed)) - of(run(one, seed)) - beside, seeds)


@functools.cache
def _measured(text: str, seeds: int, of: Callable[[Record], float]) -> list[float]:
    scenario = Scenario.model_validate_json(text)
    return [of(run_again(scenario, seed)) for seed in range(1, seeds + 1)]


def effect_over(seeds: int, one: Scenario, other: Scenario, of: Callable[[Record], float]) -> Effect:
    """An effect for which the usual seeds are too few; runs are not kept."""
    return paired(*(_measured(each.model_dump_json(), seeds, of) for each in (one, other)))


def first_allied(record: Record) -> dict[frozenset[str], int]:
    """By pair that came to belong to one alliance, the week in which it first did."""
    together: dict[frozenset[str], int] = {}
    groups: dict[str, set[str]] = {}
    for event in record.events.itertuples():
        if event.event == "alliance":
            groups[event.alliance] = {event.organisation, event.partner}
            together.setdefault(frozenset(groups[event.alliance]), event.week)
        elif event.event == "joined":
            group = groups.setdefault(event.alliance, set())
            for other in group:
                together.setdefault(frozenset((event.organisation, other)), event.week)
            group.add(event.organisation)
        elif event.event == "left":
            groups.get(event.alliance, set()).discard(event.organisation)
    return together


def allied_pairs(record: Record, until: int = YEAR) -> set[frozenset[str]]:
    """Pairs that came to belong to one alliance."""
    return {pair for pair, week in first_allied(record).items() if week < until}


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
    assert effect(small(), off, pairs) < -SURE
    assert effect(small(), off, first) > 0


def week_allied(record: Record, wanted: Sequence[tuple[str, str]]) -> float:
    """The mean week in which pairs first belonged to one alliance; the week after the last for those that never did."""
    weeks = first_allied(record)
    return float(np.mean([weeks.get(frozenset(pair), WEEKS + 1) for pair in wanted]))


def test_with_shared_leaders_more_ally_and_earlier() -> None:
    """Earlier are those who share one: the first alliance of all comes at the first meeting anyhow."""
    posts = [
        ("climate_ngo_1", "climate_movement_1"), ("climate_ngo_2", "social_justice_ngo_1"),
        ("climate_ngo_3", "climate_movement_2"), ("tenants_1", "social_justice_ngo_2"),
        ("energy_association_1", "tradition_alliance"),
    ]  # fmt: skip
    people = {f"leader_{n}": {"posts": list(two), "credibility": 0.0} for n, two in enumerate(posts)}
    led = small().but({"polity.home.individual": people})
    assert effect(small(), led, pairs, MANY) > SURE
    assert effect(small(), led, lambda run: week_allied(run, posts), MANY) < -SURE


def test_complementary_expertise_raises_formation() -> None:
    blind = small().but({"mechanism.alliance_formation.by_expertise": 0.0})
    assert effect(blind, small(), pairs) > SURE


def test_in_the_baseline_2_to_9_percent_of_pairs_ally_within_a_year_and_live_from_months_to_years() -> None:
    organisations = len(names(small()).organisations)
    share = np.mean([pairs(run) for run in runs(small(), SEEDS)]) / (organisations * (organisations - 1) / 2)
    assert 0.02 < share < 0.09
    tables = [run.alliances for run in runs(small(), SEEDS)]
    lives = np.concatenate([table["week_ended"] - table["week_formed"] for table in tables])
    ended = np.concatenate([~table["alive"] for table in tables])
    # By Kaplan and Meier: those that live on do not count as long lives, nor as ends.
    assert survival(lives, ended, 8) > 0.97, "hardly any lives but weeks"
    assert 0.75 < survival(lives, ended, 25) < 0.95 and 0.4 < survival(lives, ended, 104) < 0.7
    reasons = np.concatenate([table.loc[~table["alive"], "reason"] for table in tables])
    assert all(reasons)
    assert np.mean(reasons != "drifted_apart") > 0.5


def survival(lives: Any, ended: Any, week: int) -> float:
    """The share that lives beyond a week, by Kaplan & Meier (1958)."""
    left = 1.0
    for time in np.unique(lives[ended & (lives <= week)]):
        left *= 1.0 - (ended & (lives == time)).sum() / (lives >= time).sum()
    return float(left)


def test_trust_that_stays_as_at_first_is_never_the_reason_to_leave() -> None:
    still = {f"mechanism.trust.{name}": 0.0 for name in ("rate", "endorsement", "fading")}
    frozen = small().but({**still, **{f"mechanism.{name}.on": False for name in CLASHES}})
    reasons = {reason for run in runs(frozen, FEW) for reason in run.events.query("event == 'left'")["detail"]}
    assert reasons and not reasons & {"distrust", "distrusted"}


# ---------------------------------------------------------------- what keeps and what parts them


def test_mediation_lengthens_alliances() -> None:
    path = "mechanism.trust.mediation"
    assert effect(given().but({path: 0.0}), given().but({path: 0.9}), life) > SURE


def test_clashes_shorten_alliances() -> None:
    peaceful = given().but({f"mechanism.{name}.on": False for name in CLASHES})
    assert effect(peaceful, given(), life) < -SURE


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASHES)
def test_each_clash_alone_shortens_alliances(name: str) -> None:
    assert effect_over(MANY, given().but({f"mechanism.{name}.on": False}), given(), life).high < 0


@pytest.mark.slow
def test_unequal_sharing_shortens_alliances() -> None:
    """Equal shares for unequal contributions: whoever gives more than he gets is dissatisfied. Shares by funds come
    close to those by contribution, which go with funds, and shorten little (docs/decisions/0005-alliances.md).
    """
    equal = given().but({"mechanism.benefit_sharing.by": "equal"})
    assert effect_over(100, given(), equal, life).high < 0


def test_internal_communication_lengthens_alliances() -> None:
    assert effect(given().but({"mechanism.internal_communication.on": False}), given(), life) > SURE


def test_a_memorandum_slows_exit() -> None:
    loose = given().but({"mechanism.alliance_formation.formal": 0.0})
    formal = loose.but({f"polity.home.alliance.{name}.memorandum": True for name in GIVEN})
    assert effect(loose, formal, life) > SURE


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
    """Four specialists who always campaign, so that allied or not they spend all they have; nobody allies or parts by
    chance, and trust stays as it is set. All else is as by default.
    """
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
    off = ("alliance_formation", "alliance_exit", *CLASHES)
    still = {"tactic_choice.launch": 1.0, "trust.rate": 0.0, "trust.endorsement": 0.0}
    return Scenario.model_validate(table).but(
        {"weeks": 104, **{f"mechanism.{n}.on": False for n in off}, **{f"mechanism.{n}": v for n, v in still.items()}}
    )


def together(trust: float) -> Scenario:
    return apart().but({"polity.home.alliance": {"all": {"issue": "climate", "members": list(SKILLS), "trust": trust}}})


class Course(NamedTuple):
    """What came of a run of the four."""

    cost: float
    """All that they spent, on campaigns, offices, ties and seats."""
    force: float
    """Effort of campaigns for the reform, per means spent on them."""


@functools.cache
def courses(trust: float | None, pairs: int) -> list[Course]:
    scenario, found_here = apart() if trust is None else together(trust), []
    for seed in range(1, pairs + 1):
        record = simulate(scenario, seed, threads=1).recorded
        rows, campaigns = record.organisations[:, : len(SKILLS)], record.campaigns
        spent = float(rows["campaign_cost"].sum())
        cost = spent + float(rows["running_cost"].sum())
        force = float(campaigns["effort"][(campaigns["side"] == FOR) & (campaigns["issue"] == 0)].sum()) / spent
        found_here.append(Course(cost, force))
    return found_here


def gained(trust: float, what: str, pairs: int) -> Effect:
    """Together minus apart."""
    return paired(*([getattr(one, what) for one in courses(arm, pairs)] for arm in (None, trust)))


def test_resources_pooled_by_specialists_beat_the_same_resources_apart_if_trust_is_high_and_not_if_it_is_low() -> None:
    """In the force of campaigns per cost, coordination included."""
    for trust in (LOW, HIGH):
        cost = gained(trust, "cost", SEEDS)
        assert abs(cost.effect) < 0.01 * cost.base, "the costs are equal"
    assert gained(HIGH, "force", SEEDS).low > 0 > gained(LOW, "force", SEEDS).high


def bedfellows(diverse: bool, news: float, term: float) -> Scenario:
    """The strange bedfellows, or as many NGOs of their positions; no others ally."""
    ones = ("green_business", "climate_institute", "environment_agency", "climate_movement")
    alike = {} if diverse else {f"polity.home.organisation.{name}.kind": "ngo" for name in ones}
    return shipped(
        "strange_bedfellows",
        **alike,
        **{"mechanism.alliance_formation.on": False, "mechanism.attention.news_chance": news,
           "mechanism.alliance_strength.diversity": term},
    )  # fmt: skip


def joint_effort(record: Record) -> float:
    table = record.organisations
    return float(table.loc[table["alliance"] != "", "effort"].sum())


@pytest.mark.slow
def test_diversity_helps_at_high_salience_and_hurts_at_low() -> None:
    """Unlike members against members of one kind, in two climates of news; by the term that says so."""

    def efforts(news: float) -> Any:
        arms = [bedfellows(diverse, news, 0.6) for diverse in (False, True)]
        return np.array([[joint_effort(run_again(arm, seed)) for seed in range(1, MANY + 1)] for arm in arms])

    high, low = efforts(0.5), efforts(0.0)
    assert paired(low[1] - low[0], high[1] - high[0]).low > 0
    assert paired(low[0], low[1]).high < 0


def test_alliances_with_those_who_have_a_stake_reach_them_more_and_are_more_credible() -> None:
    table = Scenario.load("affected_at_the_table").but({"polity.home.citizens": 1000, "weeks": WEEKS})
    unheard = table.but({"polity.home.organisation.tenants.represents": []})

    def aware(record: Record) -> float:
        those = record.publics.query("public == 'marginalised' and issue == 'housing'")
        return float(those["aware"].mean())

    assert effect(unheard, table, aware, FEW) > SURE


AUDIENCES = ("officials", "media", "public")


def test_members_who_speak_with_the_affected_are_more_credible_with_all_audiences() -> None:
    """With everything as by default: the scenario of the affected without its own terms."""
    usual = {"mechanism.inclusion.legitimacy": 0.2, "mechanism.inclusion.reach": 0.2,
             "polity.home.public.marginalised.stake": {"housing": 0.5}}  # fmt: skip
    table = Scenario.load("affected_at_the_table").but({"polity.home.citizens": 1000, "weeks": WEEKS, **usual})
    unheard = table.but({"polity.home.organisation.tenants.represents": []})
    members = [f"{name}_{n}" for name in ("tenants", "social_justice_ngo") for n in (1, 2)]

    for audience in AUDIENCES:

        def believed(record: Record, column: str = f"credibility_{audience}") -> float:
            rows = record.organisations
            return float(rows.loc[rows["organisation"].isin(members), column].mean())

        assert effect(unheard, table, believed, FEW, 0.03) > SURE, audience


def later(scenario: Scenario, seed: int, weeks: int, change: Callable[[World], None] | None = None) -> World:
    world = found(scenario, seed, weeks)
    if change:
        change(world)
    for _ in advance(world, scenario, line(), weeks, weeks):
        pass
    return world


def row(scenario: Scenario, name: str) -> int:
    return [one for _, one in names(scenario).organisations].index(name)


@pytest.mark.slow
def test_peer_learning_spreads_a_tactic_that_works() -> None:
    """Who has tried it as well begins it with a larger share of its campaigns."""
    learner = "climate_movement_1"
    lasting = given().but(
        {
            "mechanism.alliance_exit.on": False,
            "mechanism.tactic_choice.launch": 0.1,
            "polity.home.organisation.climate_movement.tactics": [
                "demonstration", "petition", "symbolic_performance", "lobbying",
            ],
        }
    )  # fmt: skip
    tactic, knows = list(lasting.tactic).index("lobbying"), row(lasting, "climate_ngo_1")

    def works(world: World) -> None:
        world.teams.learned[knows, tactic] = 0.3
        # What allies tell is weighed with what a team remembers: who never tried a tactic makes little of it.
        world.teams.tried[[knows, row(lasting, learner)], tactic] = 3.0

    def share(on: bool) -> list[float]:
        scenario, shares = lasting.but({"mechanism.peer_learning.on": on}), []
        for seed in range(1, 65):
            world = later(scenario, seed, WEEKS, works)
            events = Record(scenario, seed, recorded(world)).events
            own = events[(events["event"] == "campaign") & (events["organisation"] == learner)]
            shares.append(float((own["tactic"] == "lobbying").mean()))
        return shares

    assert paired(share(False), share(True)).low > 0


def test_a_free_rider_loses_trust_and_partners() -> None:
    often = given().but({"mechanism.tactic_choice.launch": 0.1})
    rides = often.but({"polity.home.organisation.climate_ngo.reliability": 0.2})
    rider = row(often, "climate_ngo_1")
    partners = [row(often, name) for name in ("climate_movement_1", "social_justice_ngo_1")]

    def trusted(scenario: Scenario) -> list[float]:
        return [float(later(scenario, seed, 40).allied.trust[partners, rider].mean()) for seed in range(1, 16)]

    def stays(record: Record) -> float:
        table = record.events.query("alliance == 'front' and event == 'left' and organisation == 'climate_ngo_1'")
        return float(table["week"].min()) if len(table) else float(WEEKS)

    assert paired(trusted(often), trusted(rides)).high < 0
    assert effect(often, rides, stays, FEW) < -SURE


def test_a_scandal_of_one_member_costs_its_allies() -> None:
    """In a time of scandals, one in four years for each: against the same scandals where none spreads."""
    times = given().but({"mechanism.credibility.scandal": 0.005, "mechanism.alliance_exit.on": False})
    contained = times.but({"mechanism.credibility.transfer": 0.0})

    def believed(record: Record) -> float:
        rows = record.organisations
        own = rows.loc[rows["organisation"] == "climate_movement_1"]
        return float(own[[f"credibility_{audience}" for audience in AUDIENCES]].to_numpy().mean())

    assert effect(contained, times, believed, FEW) < -SURE


# ---------------------------------------------------------------- the shipped scenarios show what they are about


def shipped(name: str, **changes: Any) -> Scenario:
    return Scenario.load(name).but({"polity.home.citizens": 1000, "weeks": WEEKS, **changes})


def test_a_mediated_alliance_outlives_the_fragmented_coalition() -> None:
    def lives(record: Record) -> float:
        table = record.alliances.query("alliance == 'climate_front'")
        return float(table["week_ended"].iloc[0])

    assert effect(shipped("fragmented_coalition"), shipped("mediated_alliance"), lives, FEW, 26.0) > SURE


def test_fair_terms_keep_the_partners_of_a_rich_one() -> None:
    terms = {"psi": 0.0, "sharing": "contribution"}
    fair = shipped("rich_partner", **{f"polity.home.alliance.homes_for_all.{name}": of for name, of in terms.items()})

    def content(record: Record) -> float:
        table = record.alliance_weeks.query("alliance == 'homes_for_all'")
        return float(table["satisfaction"].mean())

    assert effect(shipped("rich_partner"), fair, content, FEW) > SURE


def test_a_platform_spares_coordination_and_gathers_followers() -> None:
    """In the weeks of the first plan, before other things differ."""
    on = shipped("collaborative_platform")
    off = on.but({"mechanism.collaborative_platform.on": False})
    for seed in range(1, 6):
        with_it, without = later(on, seed, 6), later(off, seed, 6)
        mine = with_it.teams.campaigns["alliance"] == 0
        assert (with_it.teams.campaigns["amplified"][mine] > without.teams.campaigns["amplified"][mine] + 0.02).all()
        assert with_it.allied.alliances["followers"][0] > 0 == without.allied.alliances["followers"][0]
