"""Organisations that are founded in mid-run: what they begin with, who tells of them, and that bits hold."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from newcomer_checks import DEAR, FREE, POOR, RULES, TORN, grown, off
from worlds import busy, digest, growing, newborn, run_world, same

from advosim import Scenario
from advosim.live.branch import fork, snapshot
from advosim.live.frame import cast, frame
from advosim.mechanisms import newcomers
from advosim.model import AdvocacyModel
from advosim.reading.founded import births, first_weeks, stands
from advosim.reading.outcomes import BY_NAME, Polity
from advosim.record import Record, recorded
from advosim.scenario.problems import InputError
from advosim.simulation import advance, simulate
from advosim.story.page import _teller, story
from advosim.story.turning_points import turning_points
from advosim.week import line
from advosim.world.found import found
from advosim.world.state import attitude

BEGIN = ("founded", "split", "formalised")
NAMES = ("registration", "merger", "founding", "schism", "formalisation")


@functools.cache
def run() -> Record:
    return grown(1)


def of_polity(record: Record, outcome: str) -> float:
    return float(BY_NAME[outcome].read(Polity(record, "home", record.names.issues)))


def begun(record: Record) -> list[str]:
    return list(record.events[record.events["event"].isin(BEGIN)]["organisation"])


def test_room_that_nobody_takes_changes_nothing() -> None:
    """And the rules of newcomers do nothing where there is no room for any."""
    alone = {f"mechanism.{name}.on": False for name in NAMES}
    room = simulate(busy().but({"polity.home.newcomer": {"club": {}}, **alone}), 1, threads=1)
    plain, bare = simulate(busy(), 1, threads=1), simulate(busy().but(alone), 1, threads=1)
    for table in ("weeks", "organisations", "events", "campaigns", "bonds", "alliances"):
        assert getattr(room, table).equals(getattr(plain, table)), table
    assert digest(bare) == digest(plain)


def test_an_organisation_begins_with_its_week_its_issue_its_founders_and_means() -> None:
    record = run()
    rows = record.organisations
    assert begun(record), "some are founded"
    for row, birth in births(record).items():
        name = record.names.organisations[row][1]
        own = rows[rows["organisation"] == name]
        assert own["week"].min() == birth.week and (np.diff(own["week"]) == 1).all()
        assert own["funds"].iloc[0] > 0 and not own["closed"].iloc[0]
        assert stands(record).priorities[row, birth.issue] == 1.0
    unborn = set(record.names.organisations) - {record.names.organisations[row] for row in births(record)}
    unborn = {name for home, name in unborn if name.startswith(("club", "office"))}
    assert unborn.isdisjoint(rows["organisation"]) and unborn.isdisjoint(record.bonds["organisation"])


def test_newcomers_campaign_ally_and_know_others() -> None:
    names = {name for seed in range(1, 4) for name in begun(grown(seed))}
    records = [grown(seed) for seed in range(1, 4)]
    assert any(names & set(record.campaigns["organisation"]) for record in records)
    assert any(names & set(record.events[record.events["event"] == "joined"]["organisation"]) for record in records)
    assert any(names & set(record.bonds[record.bonds["tied"]]["organisation"]) for record in records)


def test_founders_were_aware_on_the_side_and_members_of_none() -> None:
    scenario = growing().but({"mechanism.schism.on": False, "mechanism.formalisation.on": False, "weeks": 12})
    world = found(scenario, 1)
    before = world.people.citizens.member.copy()
    for _ in advance(world, scenario, line(1), 12, 1):
        first = world.teams.organisations["founded"] == world.now.clock["week"][0]
        for row in np.flatnonzero(first):
            m = int(np.argmax(world.teams.priorities[row]))
            own = np.flatnonzero(world.people.citizens.member == row)
            # Some may have joined or left in the week's later phases; those who stayed were free before.
            founders = own[(before[own] < 0) | world.teams.organisations["closed"][before[own]]]
            assert founders.size > 0
            wants = attitude(world)[founders, m] > world.arena.issues["policy"][0, m]
            assert (wants == (world.teams.stances[row, m] > world.arena.issues["policy"][0, m])).mean() > 0.8
        before = world.people.citizens.member.copy()


def test_a_split_takes_those_who_stand_far_off_and_their_share() -> None:
    records = [grown(seed, off("founding"), *TORN) for seed in range(1, 7)]
    rows = [(record, row) for record in records for row in record.events.itertuples() if row.event == "split"]
    assert rows
    for record, row in rows:
        table = record.organisations.set_index(["organisation", "week"])
        parent, child = table.loc[(row.partner, row.week)], table.loc[(row.organisation, row.week)]
        assert 0 < row.size <= parent["funds"] + parent["campaign_cost"], "no majority leaves"
        assert child["members"] > 0
    rule = RULES.schism
    assert rule.far == 0.5
    assert newcomers._far(0.2, 0.8, False, rule) and newcomers._far(0.8, 0.2, True, rule)
    assert not newcomers._far(0.8, 0.2, False, rule) and not newcomers._far(0.6, 0.2, True, rule)


def test_the_members_of_who_closes_go_over_to_an_ally() -> None:
    records = [grown(seed, POOR) for seed in range(1, 7)]
    rows = [(record, row) for record in records for row in record.events.itertuples() if row.event == "merged"]
    assert rows
    for record, row in rows:
        table = record.organisations.set_index(["organisation", "week"])
        assert table.loc[(row.organisation, row.week), "closed"]
        assert not table.loc[(row.partner, row.week - 1), "closed"]


def test_bits_are_the_same_on_threads_and_after_a_fork() -> None:
    scenario = growing()
    assert same(simulate(scenario, 2, threads=2), grown(2))
    world = found(scenario, 2)
    for _ in advance(world, scenario, line(1), 9, 1):
        pass
    assert (world.teams.organisations["founded"] > 0).any()
    branch = fork(world, snapshot(world), scenario)
    for _ in advance(branch, scenario, line(1), scenario.weeks, 1):
        pass
    assert recorded(branch).organisations.tobytes() == grown(2).recorded.organisations.tobytes()
    # Without compiling: in test_bits.py.
    assert "founded" in set(simulate(newborn(), 1, threads=1).events["event"])


def test_what_a_class_sees_begins_later_too() -> None:
    scenario = growing()
    world = found(scenario, 1)
    known, seen = cast(world, scenario), set[int]()
    assert sum(known.newcomers) == 30 and known.newcomers[-30:] == (True,) * 30
    for _ in advance(world, scenario, line(1), scenario.weeks, 1):
        shown = frame(world, scenario, known)
        rows = {row for row, _, _ in shown.founded}
        told = [sentence for sentence in shown.sentences if sentence.event in BEGIN]
        assert rows - seen == {sentence.organisation for sentence in told}
        seen = rows
    assert seen


def test_stories_outcomes_and_mesa_tell_of_newcomers() -> None:
    record = run()
    told = [point.tell() for point in turning_points(_teller(record, "home", record.scenario.polity["home"]))]
    assert any("founded**, by citizens" in text for text in told) and story(record)
    assert of_polity(record, "founded") == len(births(record))
    rows = record.organisations
    last = rows[rows["week"] == rows["week"].max()]
    assert of_polity(record, "organisations") == (~last["closed"]).sum()
    model = AdvocacyModel(growing(), seed=1)
    while model.running:
        model.step()
    assert model.record.events.equals(record.events)
    assert first_weeks(record).max() == len(record.recorded.weeks) + 1, "there is room left"


def test_dear_and_hard_entry_leaves_fewer_organisations() -> None:
    """Over paired seeds, per citizen; the number of citizens is the same."""
    open_ = np.array([[of_polity(grown(seed, end), "organisations") for end in (FREE, DEAR)]
                      for seed in range(1, 11)])  # fmt: skip
    fewer = open_[:, 0] - open_[:, 1]
    assert fewer.mean() - 1.96 * fewer.std(ddof=1) / np.sqrt(len(fewer)) > 0


def test_a_law_on_foreign_funds_closes_those_who_live_on_them() -> None:
    """In small, with the donor as the only large source; the scenario of that name shows it in full."""
    sector = {
        "polity.home.organisation.greens.income": 0.2,
        "polity.home.organisation.tenants.income": 0.2,
        "polity.home.governance.entry_cost": 0.1,
        "mechanism.founding.on": False,
        "mechanism.schism.on": False,
        "weeks": 78,
    }
    law = [{"week": 9, "set": {"polity.home.governance.entry_cost": 0.95}}]
    gone = []
    for seed in range(1, 5):
        free = simulate(growing().but(sector), seed, threads=1)
        bound = simulate(growing().but({**sector, "reform": law}), seed, threads=1)
        gone.append((free.events["event"] == "closure").sum() - (bound.events["event"] == "closure").sum())
    assert np.mean(gone) < 0


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"polity.home.newcomer": {"club": {"kind": "firm"}}}, "ngo, grassroots, movement"),
        ({"polity.home.newcomer": {"greens": {"count": 2}}}, "both hold an organisation 'greens_1'"),
        ({"polity.home.newcomer": {"club": {"stance": 0.5}}}, "stance"),
        ({"polity.home.newcomer": {"club": {"count": 499}}}, "more than 500 organisations"),
        ({"polity.home.newcomer": {"club": {"frames": ["nothing"]}}}, "nothing"),
    ],
)
def test_newcomers_that_cannot_be_are_refused(changes: dict[str, object], what: str) -> None:
    with pytest.raises(InputError, match=what):
        busy().but(changes)


def test_shipped_scenarios_with_newcomers_have_room_to_the_end(root: Path) -> None:
    for name in ("new_organisations", "foreign_funding_law"):
        scenario = Scenario.load(name).but({"polity.home.citizens": 1000, "weeks": 110})
        world = run_world(scenario, 1, 110)
        assert (world.teams.organisations["founded"] < 0).any(), name
