"""Scripts: shocks and campaigns on order, told in a scenario file, checked, and carried out in a run."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import small

from advosim import Scenario
from advosim.classroom import keep
from advosim.classroom.asked import Asked, Shelf, changes
from advosim.classroom.controls import seats
from advosim.live.branch import fork, snapshot
from advosim.scenario.problems import InputError
from advosim.simulation import advance, simulate
from advosim.week import line
from advosim.world.found import found
from advosim.world.state import World, columns

WEEKS = 12
ORDER = {"week": 4, "weeks": 5, "organisation": "tenants", "tactic": "petition", "issue": "housing"}
QUIET = {
    "weeks": WEEKS,
    "polity.home.citizens": 200,
    "polity.home.organisation.tenants.activity": 0.0,
    "polity.home.organisation.tenants.institutionalisation": 0.0,
}


@functools.cache
def quiet() -> Scenario:
    """The small world, in which the tenants do nothing by themselves."""
    return small().but(QUIET)


def scripted(*orders: dict[str, Any], **changes: Any) -> Scenario:
    return quiet().but({"campaign": list(orders), **changes})


def events(scenario: Scenario, *kinds: str, of: str = "") -> pd.DataFrame:
    table = simulate(scenario, 1, threads=1).events
    return table[table["event"].isin(kinds) & ((table["organisation"] == of) | (not of))]


def problems(**changes: Any) -> list[str]:
    with pytest.raises(InputError) as refused:
        quiet().but(changes)
    return [f"{p.what}; {p.allowed}; {p.hint}" for p in refused.value.problems]


# ---------------------------------------------------------------- orders


def test_an_organisation_runs_what_it_is_told_for_as_long_as_it_is_told_and_pays_for_it() -> None:
    record = simulate(scripted(ORDER), 1, threads=1)
    rows = record.campaigns[(record.campaigns["organisation"] == "tenants") & (record.campaigns["alliance"] == "")]
    assert list(rows["week"]) == list(range(4, 9))
    assert set(rows["tactic"]) == {"petition"} and set(rows["issue"]) == {"housing"}
    assert (rows["spent"] > 0).all()


def test_an_order_changes_nothing_before_its_week() -> None:
    plain, told = simulate(quiet(), 1, threads=1), simulate(scripted(ORDER), 1, threads=1)
    before = plain.recorded.weeks[:3]
    assert before.tobytes() == told.recorded.weeks[:3].tobytes()
    assert plain.recorded.weeks[3:].tobytes() != told.recorded.weeks[3:].tobytes()


def test_what_runs_is_broken_off_and_no_other_campaign_begins_while_an_order_holds() -> None:
    busy = {"polity.home.organisation.tenants.activity": 10.0, "mechanism.tactic_choice.launch": 0.5}
    both = {"polity.home.organisation.tenants.tactics": ["petition", "demonstration"], "mechanism.joint_plan.on": False}
    told = events(scripted(ORDER | {"tactic": "demonstration"}, **busy, **both), "campaign", "end", of="tenants")
    begun = told[(told["event"] == "campaign") & told["week"].between(4, 8)]
    assert list(begun["tactic"]) == ["demonstration"] and list(begun["week"]) == [4]
    assert (told["week"] < 4).any(), "it has campaigned before"


OBSTACLES = {
    "forbidden": ({"polity.home.governance.assembly_cost": 1.0}, ORDER | {"tactic": "demonstration"}),
    "no_means": (
        {"polity.home.organisation.tenants.funds": 0.0, "mechanism.funds.on": False, "mechanism.grants.on": False},
        ORDER,
    ),
    "no_ballot": ({"polity.home.governance.referendum.allowed": True}, ORDER | {"tactic": "referendum"}),
    "no_target": ({}, ORDER | {"tactic": "product_boycott"}),
    "no_allies": ({}, ORDER | {"tactic": "endorsement"}),
    "closed": ({"polity.home.organisation.tenants.funds": 0.0, "polity.home.organisation.tenants.income": 0.0}, ORDER),
}


@pytest.mark.parametrize("why", OBSTACLES)
def test_what_cannot_be_followed_is_told_with_its_reason_every_week(why: str) -> None:
    changes, order = OBSTACLES[why]
    usual = {
        "polity.home.organisation.tenants.tactics": [order["tactic"]],
        "polity.home.organisation.tenants.members": 0.0,
        "polity.home.organisation.works.stance": 1.0,
        "polity.home.organisation.tenants.stance": 1.0,
        "tactic.demonstration.needs": {"assembly_cost": -1.0},
        "mechanism.alliance_formation.on": False,
    }
    told = events(scripted(order, **usual | changes), "not_followed", of="tenants")
    assert list(told["week"]) == list(range(4, 9)) and set(told["detail"]) == {why}
    assert set(told["tactic"]) == {order["tactic"]}


def test_a_fork_with_a_new_order_equals_the_run_from_the_start() -> None:
    run = line()
    world = found(quiet(), 1)
    for _ in advance(world, quiet(), run, 3, 3):
        pass
    scenario = scripted(ORDER, shock=[{"week": 6, "issue": "climate"}])
    branch, whole = fork(world, snapshot(world), scenario), found(scenario, 1)
    for each in (branch, whole):
        for _ in advance(each, scenario, run, WEEKS, WEEKS):
            pass
    assert state(branch) == state(whole)
    with pytest.raises(ValueError, match="shocks and orders"):
        fork(world, snapshot(world), scripted(ORDER | {"week": 2}))


def state(world: World) -> dict[str, bytes]:
    return {
        f"{path}.{name}": np.ascontiguousarray(column[name] if name else column).tobytes()
        for path, column in columns(world).items()
        if not path.startswith(("record.events", "now.rules"))  # another length, and padding between numbers
        for name in column.dtype.names or ("",)
    }


# ---------------------------------------------------------------- shocks


def test_a_shock_lifts_attention_in_its_week_and_the_log_tells_its_kind() -> None:
    still = {"mechanism.attention.news_chance": 0.0, "mechanism.credibility.scandal": 0.0}
    scandal = {"week": 6, "issue": "climate", "kind": "scandal", "organisation": "greens_1"}
    shocks = [
        {"week": 3, "issue": "climate", "size": 1.0},
        {"week": 5, "issue": "housing", "kind": "disaster", "size": 0.5},
    ]
    plain = simulate(quiet().but(still), 1, threads=1)
    told = simulate(quiet().but({**still, "shock": [*shocks, scandal]}), 1, threads=1)
    rise = (told.recorded.weeks["attention"] - plain.recorded.weeks["attention"])[:, 0]
    assert not rise[:2].any() and rise[2, 0] == pytest.approx(1.0) and rise[4, 1] == pytest.approx(0.5, abs=0.3)
    rows = told.events[told.events["event"].isin(["news", "disaster", "scandal"])]
    assert list(rows["event"]) == ["news", "disaster", "news", "scandal"]
    assert list(rows["week"]) == [3, 5, 6, 6] and rows["organisation"].iloc[-1] == "greens_1"


# ---------------------------------------------------------------- what is wrong


def test_all_that_is_wrong_with_scripts_is_told_at_once() -> None:
    told = problems(
        campaign=[
            ORDER | {"week": 300, "organisation": "greens", "issue": "climat", "tactic": "petitio"},
            ORDER | {"organisation": "greens_1", "issue": "climate", "target": "works"},
            ORDER,
            ORDER | {"week": 8},
            ORDER | {"polity": "hom"},
        ],
        shock=[
            {"week": 1, "issue": "climate", "kind": "scandal"},
            {"week": 13, "issue": "climate", "organisation": "tenants"},
        ],
    )
    for text in (
        "a campaign in week 300 comes after the last week, 12; 1 to 12",
        "there is no organisation 'greens'",
        "greens is a group; name one of it, such as greens_1",
        "there is no issue 'climat'; climate, housing; did you mean 'climate'?",
        "there is no tactic 'petitio'",
        "greens_1 does not have the tactic 'petition'; demonstration, disruptive_action",
        "'target' goes with a boycott",
        "tenants has an order from week 4 to 8 already, and another from week 8",
        "there is no polity 'hom'; home; did you mean 'home'?",
        "a scandal needs it",
        "a shock in week 13 comes after the last week, 12",
    ):
        assert any(text in each for each in told), (text, told)


def test_problems_of_scripts_name_their_line(tmp_path: Any) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('title = "x"\nextends = "baseline"\n\n[[shock]]\nweek = 2\nissue = "climat"\n')
    with pytest.raises(InputError) as refused:
        Scenario.load(file)
    assert [(p.line, p.hint) for p in refused.value.problems] == [(6, "did you mean 'climate'?")]


def test_who_is_taken_out_of_a_scenario_takes_its_orders_along() -> None:
    scandal = {"week": 6, "issue": "climate", "kind": "scandal", "organisation": "tenants"}
    left = scripted(ORDER, shock=[scandal]).without("tenants")
    assert left.campaign == () and left.shock == ()
    assert len(simulate(left, 1, threads=1).recorded.weeks) == WEEKS


def test_a_seat_in_the_classroom_is_a_script_that_the_saved_scenario_holds(tmp_path: Any) -> None:
    shelf = Shelf(["baseline"])
    base = shelf.scenario("baseline")
    seat, other = seats(base)["organisations"][:2]
    rows = [
        [5, f"campaign.home.{seat['name']}.{seat['tactics'][0]}.climate", 13],
        [6, "shock.home.news.climate", 1.5],
        [7, f"shock.home.scandal.climate.{other['name']}", 1.0],
    ]
    asked = Asked("baseline", 3, changes(rows))
    told = shelf.resolved(asked)
    assert [(row.organisation, row.week, row.weeks) for row in told.campaign] == [(seat["name"], 5, 13)]
    shocks = [(row.kind, row.week, row.size, row.organisation) for row in told.shock]
    assert shocks == [("news", 6, 1.5, None), ("scandal", 7, 1.0, other["name"])]
    file = tmp_path / "kept.toml"
    file.write_text(keep.toml(shelf, asked), encoding="utf-8")
    kept = Scenario.load(file)
    assert (kept.campaign, kept.shock, kept.seed) == (told.campaign, told.shock, 3)


REFUSED = ([0, "shock.home.news.climate", 1.0], [3, "campaign.home.x", 13], [3, "shock.home.news.climate", 9.0])


@pytest.mark.parametrize("row", [*REFUSED, [3, "campaign.weeks", 13]])
def test_a_seat_that_makes_no_sense_is_refused(row: list[Any]) -> None:
    with pytest.raises(InputError):
        changes([row])
