"""Several polities and bodies: appeals abroad, shaming, ties across borders, shelter, and the label of the spiral."""

from __future__ import annotations

import functools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from abroad_checks import Told
from worlds import digest, neighbours, run_world

from advosim import Scenario
from advosim.mechanisms import abroad
from advosim.reading.spiral import OUTSIDE, PHASES, phase, spiral
from advosim.record import Record
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.story.page import story
from advosim.week import line
from advosim.world.chance import wrapping
from advosim.world.codes import AGAINST, FOR, PRESSURES
from advosim.world.found import found
from advosim.world.state import World

RULES = found(Scenario(title="Defaults"), 1, 1).now.rules[0]


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# ---------------------------------------------------------------- by hand


def test_the_way_is_blocked_by_closure_threat_and_failure() -> None:
    # b = 1 - .5 x (1 - .2) = .6; .6 + .4 x .3 x .5
    assert abroad.way_blocked(0.5, 0.2, 0.5, RULES.boomerang) == pytest.approx(0.66)
    assert abroad.way_blocked(1.0, 0.0, 0.0, RULES.boomerang) == 0
    assert abroad.looks_abroad(0.66, RULES.boomerang) == pytest.approx(0.32)
    assert abroad.looks_abroad(0.4, RULES.boomerang) == 0
    assert abroad.looks_abroad(1.0, RULES.boomerang) == 1


def test_who_stands_nearer_to_those_in_power_than_its_opponents_is_not_blocked() -> None:
    world = found(Scenario.load("boomerang").but({"polity.home.citizens": 100}), 1)
    blocked = []
    for alone in (False, True):
        if alone:
            world.teams.organisations["closed"][world.teams.stances.mean(axis=1) < -0.2] = True
        with wrapping():
            abroad.blockade(world.now, world.arena, world.teams)
        home = world.teams.organisations["polity"] == 0
        loyal = home & (world.teams.stances.mean(axis=1) < -0.2)
        blocked.append(
            (world.teams.organisations["blocked"][loyal], world.teams.organisations["blocked"][home & ~loyal])
        )
    (loyalists, challengers), (_, unopposed) = blocked
    assert loyalists.max() < RULES.boomerang.patience < challengers.min()
    assert (unopposed >= challengers).all()


def test_gatekeepers_adopt_by_fit_ties_evidence_and_room() -> None:
    a = found(neighbours(), 1).teams.organisations[0]
    a.visibility, a.partners = 0.5, 2
    # -2 + 2 x .4 + .3 + 2 x .5 + 2 x .5 + .2 + .5 - .25
    chance = abroad.adoption_chance(2.0, 0.4, 0.3, a, 0.2, 1.0, 0.25, RULES.boomerang)
    assert chance == pytest.approx(logistic(1.55))
    for better in ({"fit": 0.6}, {"agenda": 0.6}, {"effort": 2.0}, {"proof": 0.5}, {"crowd": 0.0}, {"hurdle": 1.0}):
        given = {"hurdle": 2.0, "fit": 0.4, "agenda": 0.3, "proof": 0.2, "effort": 1.0, "crowd": 0.25} | better
        raised = abroad.adoption_chance(
            given["hurdle"],
            given["fit"],
            given["agenda"],
            a,
            given["proof"],
            given["effort"],
            given["crowd"],
            RULES.boomerang,
        )
        assert raised > chance, better
    for name, value in (("visibility", 0.9), ("partners", 5)):
        b = a.copy()
        b[name] = value
        assert abroad.adoption_chance(2.0, 0.4, 0.3, b, 0.2, 1.0, 0.25, RULES.boomerang) > chance, name


def test_shaming_alone_does_nothing() -> None:
    assert abroad.shaming_effect(0.8, 0.0, 0.0, RULES.boomerang) == 0
    assert abroad.shaming_effect(0.8, 0.5, 0.25, RULES.boomerang) == pytest.approx(0.8 * 0.375)


@functools.cache
def stage(name: str) -> Any:
    from advosim.week import stages

    return {each.__name__: each for each in stages()}[name]


def call(name: str, world: World) -> None:
    with wrapping():
        stage(name)(world)


def test_an_adopted_case_shames_by_leverage_room_and_lead() -> None:
    world = found(neighbours(), 1)
    world.now.clock["week"] = 1
    home = world.arena.issues[0, 0]
    home["policy"], world.abroad.standing["policy"][:, 0] = 0.0, 0.15
    nations, union = world.abroad.docket[0], world.abroad.docket[1]
    nations[0, 0, FOR], nations[1, 1, FOR] = 0.8, 0.8
    union[0, 0, FOR] = 0.5
    call("boomerang", world)
    # nations: leverage .5, case .8, room 1/1.6, lead .5; union: leverage .9, case .5, lead .5
    assert home["shaming"][FOR] == pytest.approx(1 - (1 - 0.5 * 0.8 / 1.6 * 0.5) * (1 - 0.9 * 0.5 * 0.5))
    assert home["shaming"][AGAINST] == 0
    presence = home["presence"][FOR]
    assert 0.3 < presence < 0.8
    pressed = home["contribution"][FOR, PRESSURES.index("abroad")]
    weight = world.now.rules["pressure"]["abroad"][0]
    assert pressed == pytest.approx(weight * 0.8 * home["shaming"][FOR] * 0.5 * presence)
    world.abroad.standing["policy"][:, 0] = -0.5
    call("boomerang", world)
    assert home["shaming"][FOR] == 0, "a body that is no better does not shame"


def test_who_is_shamed_on_several_issues_spares_them_all() -> None:
    """The offset of one issue does not take back that of another in the same week."""
    world = found(neighbours().but({"mechanism.boomerang.offset": 1.0}), 1)
    world.now.clock["week"] = 1
    world.arena.issues["policy"][0], world.abroad.standing["policy"][:] = -0.9, 0.9
    world.abroad.bodies["capacity"], world.abroad.mandates["leverage"] = 100.0, 1.0
    world.abroad.docket[0, 0, :, FOR] = 1.0
    call("boomerang", world)
    assert (world.arena.issues["shaming"][0, :, FOR] == 1).all()
    assert world.arena.issues["swing"][0].tolist() == [-1.0, -1.0]
    world.abroad.docket[0, 0, 1] = 0.0
    call("boomerang", world)
    assert world.arena.issues["swing"][0].tolist() == [-1.0, 1.0]


def test_a_case_is_as_fresh_with_third_states_as_it_is() -> None:
    """What states say is weaker by as much as the case that was put to them is old: once."""
    world = found(neighbours(), 1)
    world.now.clock["week"] = 1
    home = world.arena.issues[0, 0]
    home["third_states"][:], home["asked"][:] = [0.3, 0.0], [0.5, 0.0]
    call("boomerang", world)
    assert home["shaming"][FOR] == pytest.approx(0.3)


def test_third_states_speak_up_for_what_their_people_want() -> None:
    world = found(neighbours(), 1)
    home, north = world.arena.issues[0, 0], world.arena.issues[1, 0]
    home["policy"], home["asked"][:] = -0.4, [0.5, 0.0]
    north["policy"], north["attitude"], north["salience"] = -0.25, 0.5, 0.02
    north["effort"][FOR, 1] = 2.0
    world.abroad.relations["leverage"][0, 1] = 0.6
    call("third_states", world)
    # openness .9, lead .15/.3, opinion 1 x .5, organised .5
    assert home["third_states"][FOR] == pytest.approx(0.6 * 0.9 * 0.5 * 0.5 * 0.5)
    home["asked"][:] = 0.0
    call("third_states", world)
    assert home["third_states"][FOR] == 0, "nobody put the case to them"


def test_news_and_coverage_cross_the_border_once() -> None:
    world = found(neighbours(), 1)
    world.arena.issues["bump"][1, 0], world.arena.issues["news"][1, 0], world.arena.issues["bump"][0, 1] = 0.5, 0.3, 0.2
    call("spillover", world)
    # .3 x nearness .81 x media freedom at home .3
    assert world.arena.issues["bump"][0, 0] == pytest.approx(0.8 * 0.3 * 0.81 * 0.3)
    assert world.arena.issues["bump"][1, 1] == pytest.approx(0.2 * 0.3 * 0.81 * 1.0)
    assert world.arena.issues["bump"][1, 0] == 0.5 and world.arena.issues["bump"][0, 1] == 0.2, "nothing echoes"
    assert world.arena.polities["foreign_channels"] == pytest.approx([0.81, 0.81 * 0.3])


def test_shelter_frees_of_harassment_for_a_time_and_costs_the_host() -> None:
    world = found(neighbours().but({"mechanism.funds.noise": 0.0}), 1)
    world.now.clock["week"] = 1
    names = [name for row in neighbours().polity.values() for name in row.organisation]
    assert "exiles" in names
    exiles = np.flatnonzero(world.teams.organisations["income"] == 0.38)[0]
    a = world.teams.organisations[exiles]
    a["funds"], a["partners"], a["members"] = 0.0, 1, 0
    a["income"] = 0.4  # .4 + 0 < .5 x .4 + .18 + .2 x .6 = .5, but above .38
    host = world.teams.organisations["polity"].argmax()
    world.allied.tied[:] = 0
    world.allied.tied[exiles, host] = world.allied.tied[host, exiles] = 1
    world.teams.stances[host] = world.teams.stances[exiles]
    call("funds", world)
    assert a["exiled"] and not a["closed"]
    before = world.teams.organisations["funds"][host]
    call("shelter", world)
    assert world.teams.organisations["funds"][host] == pytest.approx(before - 0.05)
    assert a["sheltered"] == 1
    a["sheltered"], a["funds"] = 26, 0.0
    call("funds", world)
    assert a["closed"]


def test_an_adoption_puts_the_issue_on_the_agenda_and_moves_the_bodys_own_policy() -> None:
    """An appeal in its last week, that cannot be refused."""
    sure = neighbours().but({"body.union.gatekeeping": -10.0})
    world = found(sure, 1)
    world.now.clock["week"] = 1
    team = world.teams.campaigns[0]
    team["tactic"], team["weeks_left"], team["age"] = list(sure.tactic).index("appeal_to_regional_body"), 1, 5
    policy, agenda = (float(world.abroad.standing[name][1, 0]) for name in ("policy", "agenda"))
    call("appeals", world)
    assert world.abroad.docket[1, 0, 0, FOR] == 1 and not world.abroad.docket[0].any()
    assert world.abroad.standing["policy"][1, 0] == pytest.approx(policy + 0.05 * (1 - policy))
    assert world.abroad.standing["agenda"][1, 0] == pytest.approx(agenda + 0.3 * (1 - agenda))
    team["weeks_left"] = 0
    call("appeals", world)
    assert world.abroad.docket[1, 0, 0, FOR] == pytest.approx(0.99)
    assert world.abroad.standing["policy"][1, 0] < policy + 0.05 * (1 - policy)


# ---------------------------------------------------------------- the spiral is a label


def test_phases_are_read_off_from_the_last_down() -> None:
    assert phase(0.05, 0.8, 0.3, 0, 2, 0.6) == "rule-consistent behaviour"
    assert phase(0.05, 0.8, 0.3, 1, 2, 0.6) == "prescriptive status"
    assert phase(0.4, 0.8, 0.3, 0, 2, 0.6) == "prescriptive status"
    assert phase(0.5, 0.8, 0.3, 4, 1, 0.6) == "tactical concession"
    assert phase(0.5, 0.8, 0.3, 4, 0, 0.6) == "denial"
    assert phase(0.8, 0.8, 0.0, 4, 0, 0.6) == "repression"
    assert phase(0.8, 0.8, 0.0, 0, 0, 0.1) == OUTSIDE


def test_the_label_is_not_in_the_week_and_changes_no_bit() -> None:
    from advosim.week import TABLE_MECHANISMS

    assert "spiral" not in TABLE_MECHANISMS
    record = simulate(neighbours(), 1, threads=1)
    before = digest(record)
    table = spiral(record)
    assert digest(record) == before
    assert set(table["phase"]) <= {*PHASES, OUTSIDE} and len(table) == 2 * 2 * 2
    assert table.groupby(["polity", "issue"])["quarter"].max().eq(2).all()


def label(record: Record, norm: float, first_step: float = 0.0, **columns: Any) -> Any:
    """What the spiral reads off a run whose tables say something else."""
    usual = {"response": "none", "repression": 0.6, "shaming_for": 0.0, "shaming_against": 0.0}
    places = [(p, m) for p in record.scenario.polity for m in record.scenario.issue]
    steps = [{"week": 1, "event": "step", "polity": p, "issue": m, "size": first_step} for p, m in places]
    told = Told(record, record.weeks.assign(**{**usual, **columns}), start=columns["policy"] - first_step)
    told.events = pd.DataFrame(steps if first_step else [], columns=["week", "event", "polity", "issue", "size"])
    told.bodies = record.bodies.assign(policy=norm)
    return spiral(told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("norm", "policy"), [(-0.05, -0.6), (0.05, 0.6), (-0.6, -0.05), (0.6, 0.05)])
def test_the_norm_asks_for_the_side_on_which_it_lies_whatever_its_sign(norm: float, policy: float) -> None:
    """A policy far below a norm does not keep to it because the norm lies below 0 as well."""
    record = simulate(neighbours(), 1, threads=1)
    heard, other = ("shaming_for", "shaming_against")[:: 1 if norm > policy else -1]
    shamed = label(record, norm, policy=policy, **{heard: 0.2})
    assert set(shamed["phase"]) == {"denial"} and np.allclose(shamed["shaming"], 0.2)
    assert set(label(record, norm, policy=policy, **{other: 0.2})["phase"]) == {"repression"}


def test_a_step_of_the_first_week_counts_as_gone() -> None:
    record = simulate(neighbours(), 1, threads=1)
    assert set(label(record, 0.0, policy=-0.2, shaming_for=0.2)["phase"]) == {"denial"}
    gone = label(record, 0.0, 0.6, policy=-0.2, shaming_for=0.2)
    assert set(gone["phase"]) == {"prescriptive status"}, "from -.8 to -.2"


# ---------------------------------------------------------------- the record


def test_events_say_who_appealed_where_and_what_became_of_it() -> None:
    events = simulate(neighbours(), 1, threads=1).events
    assert set(events["event"]) >= {"appeal", "adopted", "refused", "shaming", "offset", "borrowed"}
    for name in ("appeal", "adopted", "refused"):
        rows = events[events["event"] == name]
        assert set(rows["detail"]) <= {"nations", "union", "third_states"}
        assert rows["organisation"].str.startswith(("asylum", "counter")).all()
        assert rows["size"].between(0, 1).all()
    appeals, ends = (events[events["event"] == name] for name in ("appeal", "adopted"))
    assert len(appeals) >= len(ends)
    borrowed = events[events["event"] == "borrowed"]
    assert set(borrowed["detail"]) <= set(Scenario(title="x").frame)


def test_the_venue_of_each_campaign_and_bodies_by_week_are_recorded() -> None:
    record = simulate(neighbours(), 1, threads=1)
    rows = record.organisations
    assert set(rows["venue"]) >= {"", "home", "regional", "international"}
    assert ((rows["tactic"] == "") == (rows["venue"] == "")).all()
    assert set(rows[rows["tactic"] == "appeal_to_regional_body"]["venue"]) == {"regional"}
    bodies = record.bodies
    assert list(bodies.columns) == ["week", "body", "level", "issue", "policy", "agenda", "cases"]
    assert len(bodies) == 26 * 2 * 2 and set(bodies["level"]) == {"regional", "international"}
    assert bodies.groupby(["body", "issue"])["policy"].nunique().max() > 1
    assert not bodies.isna().any(axis=None)
    alone = simulate(Scenario.load("baseline").but({"polity.home.citizens": 500, "weeks": 3}), 1, threads=1)
    assert alone.bodies.empty


# ---------------------------------------------------------------- reforms


def test_a_reform_of_vulnerability_acts_in_its_week_and_not_before() -> None:
    """A case is on the docket, so that pressure from abroad is there to change."""
    held = {"appeals": held_case}
    table = neighbours().model_dump()
    path = "polity.home.governance.external_vulnerability"
    reform = Scenario.model_validate({**table, "reform": [{"week": 10, "set": {path: 0.1}}]})
    usual, changed = (simulate(s, 1, threads=1, mechanisms=held) for s in (neighbours(), reform))
    one, other = usual.recorded.weeks, changed.recorded.weeks
    assert one[:9].tobytes() == other[:9].tobytes()
    before, after = (rows["abroad"][9, 0, 0] for rows in (one, other))
    assert before > 0 and after == pytest.approx(before / 8)


def held_case(now, arena, teams, abroad, events):
    """By intervention: the first body keeps the reform's case in the first polity fresh."""
    abroad.docket[0, 0, :, 0] = 1.0


def no_case(now, arena, teams, abroad, events):
    """By intervention: nothing is ever adopted."""
    abroad.docket[:] = 0.0


# ---------------------------------------------------------------- wrong files

FAULTS = {
    "a body above a polity that is not there": (
        '[body.un]\nmembers = ["home", "atlantis"]\n', 3, "there is no polity 'atlantis' (body.un.members)"
    ),
    "two bodies of a level": (
        '[body.un]\n[body.eu]\nlevel = "regional"\n[body.au]\nlevel = "regional"\n', 6, "'eu' and 'au' are both"
    ),
    "two bodies of the usual level": ("[body.un]\n[body.league]\n", 3, "'un' and 'league' are both international"),
    "leverage on a polity that is not there": (
        "[body.un]\nleverages = { hom = 0.5 }\n", 3, "there is no polity 'hom' (body.un.leverages)"
    ),
    "a policy on an issue that is not there": (
        "[body.un]\npolicy = { peace = 0.5 }\n", 3, "there is no issue 'peace' (body.un.policy)"
    ),
    "an agenda likewise": ("[body.un]\nagenda = { peace = 0.5 }\n", 3, "there is no issue 'peace' (body.un.agenda)"),
    "a relation with nobody": (
        '[relation.far]\nbetween = ["home", "mars"]\n', 3, "there is no polity 'mars' (relation.far.between)"
    ),
    "a relation with oneself": ('[relation.own]\nbetween = ["home", "home"]\n', 3, "two different polities"),
    "a policy of a polity": (
        "[polity.home]\npolicy = { peace = 0.5 }\n", 3, "there is no issue 'peace' (polity.home.policy)"
    ),
    "an appeal at home": ('[tactic.plea]\npressure = "abroad"\n', 3, "'venue' regional, international or third_states"),
    "a body of no level": ('[body.un]\nlevel = "local"\n', 3, "regional, international"),
}  # fmt: skip


def problems(text: str, folder: Any) -> list[Any]:
    file = folder / "wrong.toml"
    file.write_text('title = "X"\n' + text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Scenario.load(file)
    return list(caught.value.problems)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_told_with_its_line(fault: str, tmp_path: Any) -> None:
    text, number, told = FAULTS[fault]
    (problem,) = problems(text, tmp_path)
    assert told in str(problem)
    assert problem.line == number


def test_all_that_is_wrong_is_told_at_once(tmp_path: Any) -> None:
    text = (
        '[polity.home]\n[polity.north]\n[body.un]\nmembers = ["home", "atlantis"]\nleverages = { north = 0.2 }\n'
        '[body.league]\nagenda = { peace = 1.0 }\n[relation.a]\nbetween = ["home", "north"]\n'
        '[relation.b]\nbetween = ["north", "home"]\n'
    )
    told = "\n".join(map(str, problems(text, tmp_path)))
    for part in ("atlantis", "'north' is not a member", "both international", "peace", "between the same polities"):
        assert part in told, part


# ---------------------------------------------------------------- what must hold, with paired seeds


def interval(change: Any) -> tuple[float, float]:
    """The 95% interval of a mean of paired differences."""
    change = np.asarray(change, float)
    half = 1.96 * change.std(ddof=1) / math.sqrt(len(change))
    return float(change.mean() - half), float(change.mean() + half)


SEEDS, MANY = 32, 60
SMALLER = {"polity.home.citizens": 1000, "polity.north.citizens": 400, "polity.south.citizens": 400}


@functools.cache
def runs(
    changes: tuple[tuple[str, Any], ...] = (), scenario: str = "boomerang", held: str = "", seeds: int = SEEDS
) -> tuple[Record, ...]:
    rules = {"": {}, "case": {"appeals": held_case}, "none": {"appeals": no_case}}[held]
    given = Scenario.load(scenario).but({**SMALLER, **dict(changes)})
    return tuple(simulate(given, seed, threads=1, mechanisms=rules) for seed in range(1, seeds + 1))


def moved(record: Record) -> float:
    rows = record.recorded.weeks["policy"][:, 0]
    return float(rows[-1].mean() - rows[0].mean())


def count(record: Record, event: str, polity: str | None = None) -> int:
    rows = record.events
    mine = rows["event"] == event
    return int((mine & (rows["polity"] == polity)).sum() if polity else mine.sum())


def change_between(measure: Any, one: Any, other: Any) -> tuple[float, float]:
    return interval([measure(a) - measure(b) for a, b in zip(one, other, strict=True)])


@pytest.mark.slow
def test_appeals_abroad_rise_as_openness_falls() -> None:
    def appeals(record: Record) -> int:
        return count(record, "appeal", "home")

    opened = [runs((("polity.home.governance.openness", value),)) for value in (0.15, 0.5, 0.85)]
    assert change_between(appeals, opened[0], opened[1])[0] > 0
    assert change_between(appeals, opened[1], opened[2])[0] > 0


@pytest.mark.slow
def test_the_venue_moves_policy_where_the_government_is_vulnerable() -> None:
    low, _ = change_between(moved, runs(), runs((("mechanism.boomerang.on", False),)))
    assert low > 0
    low, _ = change_between(moved, runs(), runs((("polity.home.governance.external_vulnerability", 0.0),)))
    assert low > 0


@pytest.mark.slow
@pytest.mark.parametrize("equal", [False, True])
def test_shaming_alone_does_next_to_nothing(equal: bool) -> None:
    """A case is kept fresh by intervention, so that shaming does not depend on who is there to appeal.

    Alone: nobody stands for the reform at home, no third state speaks. The rule's own coefficients give that by their
    form; with equal ones (a third each) what is left is reported: then shaming alone does matter.
    """
    third = 1 / 3
    weights = {f"mechanism.boomerang.{name}": third for name in ("alone", "with_presence", "with_third_states")}
    own = tuple(weights.items()) if equal else ()
    nobody = (
        ("polity.home.organisation.rights_group.activity", 0.0), ("polity.home.organisation.villagers.activity", 0.0),
        ("polity.home.organisation.rights_group.stance", -0.6), ("polity.home.organisation.villagers.stance", -0.6),
        ("polity.home.organisation.rights_group.stance_within", 0.0),
        ("polity.home.organisation.villagers.stance_within", 0.0),
    )  # fmt: skip
    silent = (("mechanism.third_states.on", False),)

    def by_shaming(*arm: tuple[str, Any], seeds: int = SEEDS) -> tuple[float, float]:
        held, none = (runs((*own, *arm), held=name, seeds=seeds) for name in ("case", "none"))
        return change_between(moved, held, none)

    alone, with_both = by_shaming(*nobody, *silent), by_shaming()
    interaction = (with_both[0] + with_both[1]) / 2 - (alone[0] + alone[1]) / 2
    largest = max(abs(alone[0]), abs(alone[1]))
    if equal:
        assert largest > 0.2 * interaction, "it is the coefficients that make shaming alone weak"
    else:
        assert largest < 0.2 * interaction
        assert with_both[0] > by_shaming(*silent)[1], "third states add to presence"
        assert by_shaming(*silent)[0] > 0 and by_shaming(*nobody, seeds=MANY)[0] > 0, "either is enough for something"


@pytest.mark.slow
def test_networking_across_borders_raises_success_and_closures() -> None:
    """Success with gatekeepers; of policy there is little more (docs/decisions/0008)."""
    none = (("relation.north_of_home.ties", 0.0), ("relation.south_of_home.ties", 0.0), ("mechanism.ties.abroad", 0.0))
    tied, apart = runs(seeds=MANY), runs(none, seeds=MANY)
    assert change_between(lambda r: count(r, "adopted", "home"), tied, apart)[0] > 0
    assert change_between(lambda r: count(r, "closure"), tied, apart)[0] > 0


def grievance_and_protest(foreign: bool, media: float, act: bool, seeds: int = MANY) -> tuple[Any, Any]:
    """After one act of repression in week 10, or without it: mean grievance and protest of weeks 11 to 30, by seed."""
    scenario = Scenario.load("boomerang").but(
        {
            "weeks": 30,
            "mechanism.response.on": False,
            "mechanism.tactic_choice.launch": 0.3,
            "mechanism.awareness.start": 0.5,
            "mechanism.participation.threshold": 0.15,
            "mechanism.participation.available_to_march": 0.5,
            "polity.home.governance.media_freedom": media,
            "polity.home.governance.internet_access": 0.0,
            "mechanism.spillover.on": foreign,
            "mechanism.spillover.share": 0.0,
            "mechanism.attention.news_chance": 0.1,
        }
    )
    found_ = []
    for seed in range(1, seeds + 1):
        world = found(scenario, seed)
        run = line(1)
        with wrapping():
            run(world, 10)
            if act:
                world.arena.issues["injustice"][0] = 1.0
            run(world, 20)
        rows = world.record.weeks[10:, 0]
        found_.append([rows["grievance"].mean(), (rows["protest_for"] + rows["protest_against"]).mean()])
    return tuple(np.array(found_).T)


@pytest.mark.slow
def test_an_act_of_repression_is_answered_where_foreign_channels_tell_of_it() -> None:
    """Where media at home are silent and nobody is online, only they do; protest later is higher for it."""
    silent, told = (
        np.subtract(*(grievance_and_protest(foreign, 0.0, act, seeds) for act in (True, False)))
        for foreign, seeds in ((False, 12), (True, MANY))
    )
    assert not silent[0].any() and not silent[1].any()
    assert interval(told[0])[0] > 0
    assert interval(told[1])[0] > 0
    (after, _), (else_, _) = (grievance_and_protest(False, 1.0, act) for act in (True, False))
    assert interval(after - else_)[0] > 0, "free media at home tell of it too"


FEWER = {"polity.home.citizens": 500, "polity.north.citizens": 500}


@functools.cache
def boomerang() -> Record:
    return simulate(Scenario.load("boomerang").but(FEWER), 5, threads=1)


@functools.cache
def of_boomerang() -> str:
    return story(boomerang())


def test_a_story_tells_who_was_heard_abroad_and_that_shaming_moved_policy() -> None:
    told = of_boomerang().split("# In north")[0]
    assert "is heard abroad" in told and re.search(r"policy on \w+ moves toward reform.*from shaming abroad", told)
    alone = story(simulate(Scenario.load("boomerang").but({**FEWER, "mechanism.boomerang.on": False}), 5, threads=1))
    assert "is heard abroad" not in alone and "from shaming abroad" not in alone


def test_a_story_tells_who_carried_abroad_the_case_that_came_back_as_shaming() -> None:
    """Long before the step, and not as if people had moved by themselves."""
    record = boomerang()
    (line,) = [line for line in of_boomerang().splitlines() if "from shaming abroad" in line]
    [(week, issue)] = re.findall(r"Week (\d+): policy on (\w+) moves toward", line)
    heard = record.events.query(f"event == 'adopted' and issue == '{issue}' and side == 'for' and week < {week}")
    told = re.findall(r"(\w+ \w+ \d+) to (other states|the body '\w+') \(taken up in week (\d+)\)", line)
    assert told and "people moved by themselves" not in line
    for who, where, when in told:
        body = "third_states" if where == "other states" else where.split("'")[1]
        assert ((heard["detail"] == body) & (heard["week"] == int(when))).any(), (who, where, when)


def test_a_story_tells_the_phases_of_the_spiral_over_the_years_and_every_step() -> None:
    record = simulate(Scenario.load("spiral").but(FEWER), 1, threads=1)
    told = story(record)
    home, north = told.split("# In north")[0], told.split("# In north")[1].split("# In south")[0]
    steps = record.events.query("event == 'step' and polity == 'home'")
    assert len(steps) and all(re.search(rf"\b[Ww]eek {week}\b", home) for week in steps["week"])
    phases_of = spiral(record).query("issue == 'rights'")
    for polity, part in (("home", home), ("north", north)):
        chapters = part.split("## Years ")[1:]
        assert len(chapters) == 4
        table = phases_of[phases_of["polity"] == polity]
        for number, chapter in enumerate(chapters):
            (phases,) = re.findall(r"Quarters by phase of the spiral: on rights, (.*?); on land", chapter)
            own = table[(table["first_week"] - 1) // 104 == number]["phase"].value_counts()
            counts = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight")
            assert set(re.split(", | and ", phases)) == {f"{counts[spent]} of {phase}" for phase, spent in own.items()}


@functools.cache
def neighbourly() -> Record:
    return simulate(neighbours(), 1, threads=1)


def test_every_polity_of_several_has_its_tables_and_its_story() -> None:
    from advosim.reading.measuring import costs
    from advosim.reading.outcomes import outcomes

    record = neighbourly()
    for table in (record.weeks, record.organisations, record.publics, outcomes(record), costs(record)):
        assert set(table["polity"]) == {"home", "north"}
    told = story(record)
    assert "# In home" in told and "# In north" in told


def test_twenty_polities_run() -> None:
    polities = {f"land_{n}": {"citizens": 50, "districts": 1, "organisation": {"group": {}}} for n in range(20)}
    many = Scenario.model_validate({"title": "Many", "weeks": 5, "polity": polities, "body": {"un": {}}})
    world = run_world(many, 1)
    assert world.record.weeks.shape == (5, 20, 1)


def test_the_story_knows_of_what_comes_from_abroad() -> None:
    from advosim.story.abroad import abroad as told_of

    events = neighbourly().events.query("polity == 'home'")
    told = " ".join(tell() for _, _, tell in told_of(events))
    for words in ("is heard abroad", "is shamed from abroad", "the government gives a little"):
        assert words in told, words


def test_figures_draw_each_venue_and_phase_as_recorded() -> None:
    from advosim.figures.venues import phases, venues

    record = neighbourly()
    bars = [patch for axes in venues(record).axes for patch in axes.patches if patch.get_gid()]
    rows = record.campaigns[record.campaigns["polity"] == "home"]
    for venue in ("home", "regional", "international"):
        drawn = sum(bar.get_height() * bar.get_width() for bar in bars if bar.get_gid() == f"venue/home/{venue}")
        assert drawn == pytest.approx(rows[rows["venue"] == venue]["effort"].sum()), venue
    drawn = [each.get_gid() for axes in phases(record).axes for each in axes.collections if each.get_gid()]
    assert len(drawn) == spiral(record)["phase"].isin(PHASES).sum()


def test_bodies_are_agents_of_mesa_that_are_windows() -> None:
    from advosim.model import AdvocacyModel, Body

    model = AdvocacyModel(neighbours(), rng=1)
    bodies = list(model.agents_by_type[Body])
    assert [body.name for body in bodies] == ["nations", "union"]
    bodies[0].policy[0] = 0.9
    assert model.world.abroad.standing["policy"][0, 0] == 0.9
    assert bodies[1].docket.shape == (2, 2, 2)
