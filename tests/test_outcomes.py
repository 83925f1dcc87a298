"""One vocabulary of outcomes: the same name is the same number in outcomes.csv, comparisons and sweeps."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from worlds import busy, voting

from advosim import Scenario, compare, simulate
from advosim.experiment.sweep.outcomes import known, reduce
from advosim.experiment.sweep.schema import Outcome
from advosim.reading import outcomes
from advosim.reading.tables import lived
from advosim.record import Record
from advosim.world.found import found, positions
from advosim.world.state import attitude

WEEKS, SEEDS = 8, (1, 2, 3)


def threatened() -> Scenario:
    """A world in which the legislature moves in the first week, before an initiative does."""
    return voting().but({"title": "Threatened"})


@functools.cache
def records() -> dict[str, list[Record]]:
    return {
        scenario.title: [simulate(scenario, seed, weeks=WEEKS, threads=1) for seed in SEEDS]
        for scenario in (busy(), threatened())
    }


def by_hand(record: Record) -> np.ndarray:
    """(issues,): policy in the last week minus the policy that founding draws."""
    last = record.weeks[record.weeks["week"] == WEEKS]["policy"].to_numpy()
    return last - positions(record.scenario, record.seed).policy[0]


def test_a_change_starts_at_the_founding_everywhere() -> None:
    changes = {title: np.array([by_hand(record) for record in runs]) for title, runs in records().items()}
    compared = compare([busy(), threatened()], runs=len(SEEDS), weeks=WEEKS, workers=1, progress=False)
    asked = {"moved": Outcome(of="policy", reduce="change", issue="all"), "won": Outcome(of="reform_won", issue="all")}
    for title, runs in records().items():
        by_seed = compared.pairs[compared.pairs["scenario"] == title]
        assert by_seed["policy_change"].to_numpy() == pytest.approx(changes[title].mean(axis=1))
        assert by_seed["reform_won"].to_numpy() == pytest.approx((changes[title] > 0.05).mean(axis=1))
        for record, change in zip(runs, changes[title], strict=True):
            table = outcomes.outcomes(record)
            assert table["policy_change"].to_numpy() == pytest.approx(change)
            assert (table["policy_end"] - table["policy_start"]).to_numpy() == pytest.approx(change)
            told = reduce(record, asked)
            assert told == pytest.approx({"moved": change.mean(), "won": (change > 0.05).mean()})
    first = [record.recorded.weeks["policy"][0, 0] - positions(record.scenario, record.seed).policy[0]
             for record in records()["Threatened"]]  # fmt: skip
    assert np.abs(first).max() > 0.05, "without a move in the first week, the start would make no difference"


def test_a_name_is_one_number() -> None:
    for record in (run for runs in records().values() for run in runs):
        polities, issues = list(record.scenario.polity), list(record.scenario.issue)
        compared = outcomes.measured(record, list(outcomes.BY_NAME), polities, issues, by_issue=True)
        for row in outcomes.outcomes(record).to_dict("records"):
            for name in outcomes.TABLE:
                assert row[name] == pytest.approx(compared[f"{row['issue']}.{name}"]), name
        asked = {name: Outcome(of=name, issue="all") for name in known() if name not in outcomes.WEEKLY}
        assert reduce(record, asked) == pytest.approx({name: compared[name] for name in asked})


def test_outcomes_are_within_what_they_declare() -> None:
    for record in (run for runs in records().values() for run in runs):
        found_ = outcomes.measured(record, list(outcomes.BY_NAME), ["home"], list(record.scenario.issue), by_issue=True)
        for name, value in found_.items():
            column = outcomes.BY_NAME[name.rpartition(".")[2]].column
            assert column.meaning and column.unit, name
            assert column.low is None or value >= column.low - 1e-9, (name, value)
            assert column.high is None or value <= column.high + 1e-9, (name, value)


def test_week_0_is_the_world_as_it_is_founded() -> None:
    record, world = records()["Threatened"][0], found(threatened(), SEEDS[0], WEEKS)
    start = record.weeks[record.weeks["week"] == 0]
    policy = world.arena.issues["policy"][0]
    assert (start["policy"] == policy).all()
    assert start["support"].to_numpy() == pytest.approx((attitude(world) > np.float32(policy)).mean(axis=0))
    assert start["attitude"].to_numpy() == pytest.approx(attitude(world).mean(axis=0))
    acts = ["petition", "protest", "boycott", "talking", "expressed", "closures", "coverage"]
    assert not start[acts].any(axis=None) and (start["response"] == "none").all()
    organisations = record.organisations[record.organisations["week"] == 0]
    assert (organisations["funds"].to_numpy() == world.teams.organisations["funds"]).all()
    assert (organisations["members"].to_numpy() == world.teams.organisations["members"]).all()
    assert not organisations[["dues", "campaign_cost", "effort"]].any(axis=None)
    publics = record.publics[record.publics["week"] == 0]
    town = publics.query("public == 'town' and issue == 'climate'").iloc[0]
    blocks = world.people.blocks
    own = np.concatenate([np.arange(b["first"], b["last"]) for b in blocks[blocks["public"] == 0]])
    assert town["support"] == pytest.approx((attitude(world)[own, 0] > np.float32(policy[0])).mean())
    assert len(lived(record.weeks)) == len(record.weeks) - len(record.scenario.issue)


def test_what_a_polity_has_once_is_no_outcome_of_each_issue() -> None:
    columns = outcomes.columns(("grievance", "legitimacy", "support"), ("home",), ("climate", "taxes"), by_issue=True)
    assert sum("grievance" in name for name in columns) == 1 == sum("legitimacy" in name for name in columns)
    assert sum("support" in name for name in columns) == 3
