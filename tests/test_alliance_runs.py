"""Alliances over whole runs: what holds in every week, that it survives saving, and what is said of wrong ones."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from test_invariants import check_alliances
from worlds import busy, digest_of_world, go_on, run_world, small, with_neighbour

from advosim import Scenario
from advosim.record import Record, recorded
from advosim.scenario import load
from advosim.scenario.groups import without
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.world.codes import EVENTS, FIRM, FOR
from advosim.world.found import found
from advosim.world.state import World, restore, save

STORMY = {
    "mechanism.alliance_exit.readiness": -2.5,
    "mechanism.funds.staff": 0.9,
    "mechanism.pooling.share": 0.7,
    "weeks": 60,
}
"""Alliances come and go, and organisations close."""


def many() -> Scenario:
    """Two polities; in one of them a pair shares two alliances, and a firm, a foundation and an outlet belong."""
    table = with_neighbour(busy().but(STORMY)).model_dump()
    table["polity"]["home"]["alliance"] |= {
        "second": {"issue": "housing", "members": ["greens_1", "institute", "giver", "press", "mayor"]},
        "third": {"issue": "climate", "members": ["works", "owners", "lobby"], "memorandum": True, "platform": True},
    }
    table["polity"]["abroad"]["alliance"] = {"far": {"issue": "climate", "members": ["reds_1", "reds_2"]}}
    return Scenario.model_validate(table)


def check_sides(world: World, policy: np.ndarray) -> None:
    """Nobody stays on the other side. Firms may give in later in the week."""
    for a in np.flatnonzero(world.allied.alliances["alive"]):
        alliance = world.allied.alliances[a]
        for o in world.allied.seats["organisation"][a]:
            if o >= 0 and world.teams.organisations["kind"][o] != FIRM:
                stance = world.teams.stances[o, alliance["issue"]]
                at = policy[alliance["polity"], alliance["issue"]]
                assert stance != at and (stance > at) == (alliance["side"] == FOR)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_every_week_alliances_are_what_they_say(seed: int) -> None:
    scenario = many()
    world = found(scenario, seed)
    for week in range(1, scenario.weeks + 1):
        policy = world.arena.issues["policy"].copy()
        go_on(world, scenario, week)
        check_alliances(world)
        check_sides(world, policy)
    assert world.now.clock["alliances"][0] > 4, "some were founded"
    assert (world.record.alliances["week_ended"] > 0).any(), "some ended"


@functools.cache
def runs() -> tuple[Record, ...]:
    return tuple(simulate(many(), seed, threads=1) for seed in range(1, 9))


def test_help_is_neither_made_nor_lost() -> None:
    for run in runs():
        support = run.recorded.organisations["support"]
        np.testing.assert_allclose(support.sum(axis=1), 0.0, atol=1e-9)
    assert any(run.recorded.organisations["support"].any() for run in runs())


def test_every_event_of_alliances_happens_and_names_its_alliance() -> None:
    first, last = EVENTS.index("alliance"), EVENTS.index("support")
    known = set(EVENTS[first : last + 1])
    events = [run.events for run in runs()]
    assert known <= set().union(*(rows["event"] for rows in events))
    assert "scandal" in set().union(*(rows["event"] for rows in events))
    for rows in events:
        assert (rows[rows["event"].isin(known)]["alliance"] != "").all()
        parted = rows[rows["event"].isin(["left", "dissolved"])]
        assert (parted["detail"] != "").all(), "each parting has its reason"


def test_lives_are_told_from_beginning_to_end() -> None:
    for run in runs():
        lives = run.alliances
        ended = lives[~lives["alive"]]
        assert (ended["reason"] != "").all() and (ended["week_ended"] >= ended["week_formed"]).all()
        assert (lives[lives["alive"]]["reason"] == "").all()
        over = run.events.query("event == 'dissolved'")
        assert sorted(over["alliance"]) == sorted(ended["alliance"])
        told = run.events.query("event in ['alliance', 'joined']").groupby("alliance").size()
        for alliance, members in zip(lives["alliance"], lives["most_members"], strict=True):
            assert 2 <= members <= 16
            assert members <= len(lives.set_index("alliance")["members"][alliance].split("+"))
        assert set(told.index) <= set(lives["alliance"])


def test_only_members_campaign_for_an_alliance() -> None:
    for run in runs():
        members = run.alliances.set_index("alliance")["members"]
        joint = run.events.query("event == 'campaign' and alliance != ''")
        assert len(joint)
        for row in joint.itertuples():
            assert row.organisation in members[row.alliance].split("+")


# ---------------------------------------------------------------- edges


def test_two_organisations_can_ally_and_one_or_none_has_nobody() -> None:
    ready = {"mechanism.alliance_formation.readiness": 20.0, "mechanism.alliance_formation.meet": 1.0, "weeks": 14}
    table = busy().model_dump()
    two = {name: {"stance": 0.9, "activity": 1.0} for name in ("ones", "others")}
    for number in (2, 1, 0):
        table["polity"]["home"] |= {"organisation": dict(list(two.items())[:number]), "alliance": {}, "individual": {}}
        run = simulate(Scenario.model_validate(table).but(ready), 1, threads=1)
        assert len(run.alliances) == (number == 2), number


@pytest.mark.parametrize("name", ["joint_plan", "pooling", "alliance_exit", "power", "trust", "alliance_formation"])
def test_a_mechanism_may_be_switched_off_while_alliances_stand(name: str) -> None:
    row = {"week": 15, "set": {f"mechanism.{name}.on": False}}
    scenario = Scenario.model_validate({**many().model_dump(), "reform": [row]})
    world = run_world(scenario, 1)
    check_alliances(world)
    events = Record(scenario, 1, recorded(world)).events.query("week >= 15")
    if name == "joint_plan":
        assert "plan" not in set(events["event"])
    if name == "pooling":
        assert not world.record.alliance_weeks["pooled"][14:].any()
    if name == "alliance_formation":
        assert not {"alliance", "joined", "memorandum"} & set(events["event"])


# ---------------------------------------------------------------- bits


def test_a_world_saved_in_mid_alliance_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    scenario = busy()
    world = found(scenario, 1)
    go_on(world, scenario, 14)
    assert world.allied.alliances["alive"].any() and world.now.clock["alliances"][0] > 1
    assert world.teams.campaigns["weeks_left"][world.teams.campaigns["alliance"] >= 0].any(), "a joint plan runs"
    save(world, tmp_path / "state.npz")
    again = found(scenario, 1)
    restore(again, tmp_path / "state.npz")
    go_on(again, scenario, scenario.weeks)
    whole = digest_of_world(run_world(scenario, 1))
    assert digest_of_world(again) == whole
    assert digest_of_world(run_world(scenario, 1, threads=2)) == whole


# ---------------------------------------------------------------- wrong files

BASE = """title = "Wrong"
[issue.reform]
[polity.home.public.town]
[polity.home.organisation.greens]
[polity.home.organisation.reds]
count = 18
"""
MANY = ", ".join(f'"reds_{number}"' for number in range(1, 18))
# text behind BASE, its line in the file, what the message must hold
FAULTS = {
    "unknown issue": ('issue = "reforms"\nmembers = ["greens", "reds_1"]\n', 8, "did you mean 'reform'"),
    "unknown member": ('issue = "reform"\nmembers = ["greens", "blues"]\n', 9, "no organisation in home 'blues'"),
    "no issue": ('members = ["greens", "reds_1"]\n', 7, "'issue' is missing"),
    "one member": ('issue = "reform"\nmembers = ["greens"]\n', 9, "has 1 entry; allowed: 2 or more"),
    "named twice": ('issue = "reform"\nmembers = ["greens", "greens"]\n', 9, "an organisation is named twice"),
    "by group and name": ('issue = "reform"\nmembers = ["reds_3", "reds"]\n', 9, "an organisation is named twice"),
    "too many": (f'issue = "reform"\nmembers = [{MANY}]\n', 9, "17"),
    "too large a group": ('issue = "reform"\nmembers = ["greens", "reds"]\n', 9, "19 organisations; allowed: 2 to 16"),
    "trust": ('issue = "reform"\nmembers = ["greens", "reds_1"]\ntrust = 1.5\n', 10, "out of range"),
    "key": ('issue = "reform"\nmembers = ["greens", "reds_1"]\ncolour = "red"\n', 10, "unknown key 'colour'"),
}  # fmt: skip


def told(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load.load(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_alliance_is_told_once_with_its_line(name: str, tmp_path: Path) -> None:
    text, line, words = FAULTS[name]
    path = tmp_path / "wrong.toml"
    path.write_text(BASE + "[polity.home.alliance.front]\n" + text, encoding="utf-8")
    (problem,) = told(path)
    assert f"wrong.toml:{line}:" in problem and words in problem


def test_all_that_is_wrong_with_alliances_comes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    more = [f"[polity.home.alliance.a{n}]\n{text}" for n, (text, _, _) in enumerate(FAULTS.values())]
    speaks = BASE.replace("organisation.greens]\n", 'organisation.greens]\nrepresents = ["country"]\n')
    path.write_text(speaks + "".join(more), encoding="utf-8")
    problems = told(path)
    assert len(problems) == len(FAULTS) + 1
    assert "wrong.toml:5:" in problems[0] and "there is no public in home 'country'" in problems[0]


def test_what_is_absent_leaves_alliances_as_well() -> None:
    left = without(small(), ["greens_1", "greens_2"]).polity["home"].alliance
    assert left["front"].members == ("institute", "partners")
    assert without(small(), ["greens_1", "greens_2", "partners"]).polity["home"].alliance == {}
