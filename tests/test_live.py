"""A run while it goes on: forks equal runs from the start, weeks are plain data, sentences have no hindsight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import busy, digest_of, neighbours, run_world, small, voting

from advosim import Scenario
from advosim.live.branch import FIXED, fork, snapshot
from advosim.live.frame import MEASURES, VIEWS, Frame, cast, frame
from advosim.live.tables import number_of_citizens, people, tables, week_of
from advosim.record import Record, recorded
from advosim.simulation import advance
from advosim.week import line
from advosim.world.codes import EVENTS, REFORM, SLOTS
from advosim.world.found import found
from advosim.world.state import World

WEEKS = 26
GOVERNANCE = "polity.home.governance."
SETTINGS: tuple[tuple[str, Any], ...] = (
    (GOVERNANCE + "repression", 0.9), (GOVERNANCE + "openness", 0.05), (GOVERNANCE + "media_freedom", 0.1),
    (GOVERNANCE + "internet_access", 0.2), (GOVERNANCE + "shutdown", True), (GOVERNANCE + "veto_players", 5),
    (GOVERNANCE + "initiative.allowed", True), (GOVERNANCE + "electoral_system", "proportional"),
    ("mechanism.influence.on", False), ("mechanism.friction.level", 0.1), ("mechanism.response.on", False),
    ("mechanism.alliance_formation.readiness", -1.0),
)  # fmt: skip


def played(scenario: Scenario, world: World, until: int) -> World:
    for _ in advance(world, scenario, line(1), until, 1):
        pass
    return world


def with_reform(scenario: Scenario, week: int, path: str, value: Any) -> Scenario:
    return scenario.but({"reform": [*scenario.model_dump()["reform"], {"week": week, "set": {path: value}}]})


def state_of(world: World) -> dict[str, str]:
    """A hash of all fields of a world, the record by the rows that were filled."""
    kept: dict[str, str] = {}
    for name, part in tables(world).items():
        inner = part._asdict() if isinstance(part, tuple) else {name: part}
        inner = recorded(world)._asdict() if name == "record" else inner
        kept |= {f"{name}.{column}": digest_of(rows) for column, rows in inner.items()}
    return kept


def pairs() -> list[tuple[int, int]]:
    """Twenty pairs of a week and a setting, drawn once."""
    rng = np.random.default_rng(14)
    return [(int(rng.integers(0, WEEKS)), int(rng.integers(len(SETTINGS)))) for _ in range(20)]


@pytest.mark.parametrize("make", [voting, neighbours])
def test_a_fork_equals_the_run_from_the_start_in_all_fields(make: Any) -> None:
    scenario = make().but({"weeks": WEEKS})
    weeks = sorted(pairs())
    world = found(scenario, 3, WEEKS)
    kept = {}
    for week in range(WEEKS + 1):
        played(scenario, world, week)
        kept[week] = snapshot(world)
    for week, number in weeks[:: 1 if make is voting else 4]:
        reformed = with_reform(scenario, week + 1, *SETTINGS[number])
        branch = played(reformed, fork(world, kept[week], reformed), WEEKS)
        whole = run_world(reformed, 3, WEEKS)
        forked = state_of(branch)
        differ = {name for name, value in state_of(whole).items() if forked[name] != value}
        assert not differ, f"forked at week {week} with {SETTINGS[number]}"


def test_a_fork_leaves_the_world_that_it_comes_from_alone() -> None:
    scenario = busy()
    world = played(scenario, found(scenario, 1, WEEKS), 9)
    kept, before = snapshot(world), state_of(world)
    played(scenario, fork(world, kept, scenario), WEEKS)
    assert state_of(world) == before


@pytest.mark.parametrize("make", [voting, neighbours])
def test_what_a_fork_shares_never_changes(make: Any) -> None:
    scenario = make()
    world, fresh = run_world(scenario, 2, WEEKS), found(scenario, 2, WEEKS)
    for name in FIXED:
        np.testing.assert_array_equal(getattr(world.people.citizens, name), getattr(fresh.people.citizens, name), name)


def test_a_fork_refuses_what_does_not_belong_together() -> None:
    world = played(busy(), found(busy(), 1, WEEKS), 5)
    early, late = snapshot(found(busy(), 1, WEEKS)), snapshot(world)
    with pytest.raises(ValueError, match="later week"):
        fork(found(busy(), 1, WEEKS), late, busy())
    with pytest.raises(ValueError, match="not of this world"):
        fork(world, snapshot(found(small().but({"polity.home.citizens": 100}), 1, WEEKS)), busy())
    with pytest.raises(ValueError, match=r"weeks \[3\]"):
        fork(world, late, with_reform(busy(), 3, *SETTINGS[0]))
    assert week_of(fork(world, early, with_reform(busy(), 3, *SETTINGS[0]))) == 0


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_a_reform_in_week_1_equals_the_setting_from_the_start(number: int) -> None:
    path, value = SETTINGS[number]
    reformed = run_world(with_reform(busy(), 1, path, value), 5, 13)
    setting = run_world(busy().but({path: value}), 5, 13)
    then = state_of(reformed)
    differ = {name for name, kept in state_of(setting).items() if then[name] != kept}
    told = {"record.events", "clock.clock", "record.founding"}
    assert differ <= told, "but for the line of the log that tells of the reform, and the setting in force in week 0"
    mine, theirs = (recorded(world).events for world in (reformed, setting))
    mine = mine[mine["event"] != REFORM]
    for column in ("week", "event", "issue", "organisation", "size"):
        np.testing.assert_array_equal(mine[column], theirs[column])


# ---------------------------------------------------------------- one week as plain data


def frames(scenario: Scenario, weeks: int = WEEKS, seed: int = 1) -> list[Frame]:
    world = found(scenario, seed, weeks)
    known = cast(world, scenario)
    return [frame(world, scenario, known) for _ in advance(world, scenario, line(1), weeks, 1)]


def test_frames_tell_what_the_record_tells() -> None:
    scenario = neighbours()
    world = found(scenario, 1, WEEKS)
    known = cast(world, scenario)
    shown = [frame(world, scenario, known) for _ in advance(world, scenario, line(1), WEEKS, 1)]
    record = Record(scenario, 1, recorded(world))
    for name in MEASURES:
        told = np.array([week.measures[list(MEASURES).index(name)] for week in shown]).reshape(-1)
        np.testing.assert_array_equal(told, record.weeks[name].to_numpy(np.float32)[-told.size :], name)
    for name in VIEWS:
        told = np.array([week.views[list(VIEWS).index(name)] for week in shown]).reshape(-1)
        np.testing.assert_array_equal(told, record.publics[name].to_numpy(np.float32)[-told.size :], name)
    members = [
        len({one for _, issue, _, seats in week.alliances if issue == 0 for one in seats if known.homes[one] == 0})
        for week in shown
    ]
    home = record.weeks[(record.weeks["polity"] == "home") & (record.weeks["issue"] == "climate")]
    assert members == home["alliance_members"].tolist()[-WEEKS:] and max(members) > 0
    assert any(week.appeals for week in shown) and any(week.cases for week in shown)


def test_who_has_left_a_body_stays_in_sight() -> None:
    world = found(neighbours(), 1, 1)
    known = cast(world, neighbours())
    assert frame(world, neighbours(), known).members == [(0, 0, True), (0, 1, True), (1, 0, True), (1, 1, True)]
    mandate = tables(world)["mandates"][1, 0]
    mandate.member, mandate.left = False, True
    assert frame(world, neighbours(), known).members[2] == (1, 0, False)


def test_ballots_and_parties_are_shown_where_they_exist() -> None:
    shown = frames(voting())
    assert any(SLOTS[row[2]].startswith("initiative") for week in shown for row in week.ballots)
    assert len(shown[0].parties) == 4 and any(governs for _, governs, _ in shown[-1].parties)
    assert not frames(neighbours(), 2)[0].ballots


def test_whoever_is_silent_out_of_fear_is_counted_in_the_record() -> None:
    scenario = busy().but({GOVERNANCE + "repression": 0.9, "mechanism.expression.fear": 1.0})
    world = found(scenario, 1, WEEKS)
    everybody = np.arange(number_of_citizens(world))
    seen = 0
    for _ in advance(world, scenario, line(1), WEEKS, 1):
        these = people(tables(world), everybody)
        n = len(everybody)
        issues = tables(world)["issues"][0]
        for shown, counted in ((these.silent, "silenced"), (these.talks, "talking"), (these.wants_more, "support")):
            np.testing.assert_allclose(shown.sum(axis=1), n * issues[counted], atol=1e-6, err_msg=counted)
        assert not (these.silent & these.talks).any()
        seen += int(these.silent.sum())
    assert seen > 0


def test_the_sample_is_the_same_in_twins_and_fair_to_publics() -> None:
    scenario = small().but({"polity.home.citizens": 20_000})
    one, other = (cast(found(which, 1, 1), which) for which in (scenario, scenario.but({GOVERNANCE + "openness": 0.0})))
    np.testing.assert_array_equal(one.sample, other.sample)
    assert len(one.sample) == 2000 and np.bincount(one.public) / 2000 == pytest.approx([0.6, 0.4], abs=0.01)


# ---------------------------------------------------------------- sentences


def test_sentences_know_nothing_of_what_comes_after() -> None:
    calm = frames(voting())
    changed = frames(with_reform(voting(), 14, GOVERNANCE + "repression", 1.0))
    assert [week.sentences for week in calm[:13]] == [week.sentences for week in changed[:13]]
    assert [week.sentences for week in calm] != [week.sentences for week in changed]
    assert any("repression is now 1" in said.text for said in changed[13].sentences)
    assert all(said.week == week.week for week in calm for said in week.sentences)


@pytest.mark.parametrize("make", [busy, voting, neighbours])
def test_sentences_are_whole_and_name_what_there_is(make: Any) -> None:
    said = [sentence for seed in (1, 2) for week in frames(make(), seed=seed) for sentence in week.sentences]
    assert len({sentence.event for sentence in said}) >= 6
    for sentence in said:
        assert sentence.text[0].isupper() or sentence.text[0].isdigit()
        assert sentence.text.endswith(".") and "_" not in sentence.text and "somebody" not in sentence.text
        assert sentence.event in (*EVENTS, "protest")
