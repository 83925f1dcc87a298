"""Elections: votes of citizens, seats, governments, parties that move, and whom an elected government hears."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import busy, digest_of_world, run_world, same, small

from advosim import Scenario
from advosim.mechanisms import elections, parties
from advosim.mechanisms.seats import coalition, plurality
from advosim.record import Record
from advosim.scenario import load
from advosim.scenario.problems import InputError
from advosim.scenario.schema import MOST_PARTIES
from advosim.simulation import simulate
from advosim.world.found import found

GOVERNANCE = "polity.home.governance."
RULE = found(small(), 1, 1).now.rules[0].elections
SEATS = st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any)


def world(**changes: Any) -> Scenario:
    """The busy world, in which nothing but elections moves policy and ideals."""
    return busy().but({GOVERNANCE + name: value for name, value in changes.items()})


# ---------------------------------------------------------------- who governs


def members(seats: list[int], places: list[float]) -> list[int]:
    return [k for k, inside in enumerate(coalition(np.array(seats, np.int64), np.array(places))) if inside]


def test_a_party_with_a_majority_governs_alone() -> None:
    assert members([51, 30, 19], [0.0, 0.1, 0.2]) == [0]
    assert members([50, 30, 20], [0.0, 0.1, 0.2]) == [0, 1], "half of the seats are no majority"


def test_a_coalition_is_connected_and_as_small_as_can_be() -> None:
    # left 30, centre 25, right 45: left + centre (55) rather than centre + right (70); left + right is not connected.
    assert members([30, 25, 45], [-0.5, 0.0, 0.5]) == [0, 1]
    assert members([45, 30, 25], [0.5, -0.5, 0.0]) == [1, 2]
    # Of equal size the narrower: 40 + 20 a step apart, rather than 20 + 40 far apart.
    assert members([40, 20, 40], [-0.2, 0.0, 0.9]) == [0, 1]
    # Who has no seats is no member and keeps nobody apart.
    assert members([40, 0, 40, 20], [-0.2, 0.0, 0.1, 0.9]) == [2, 3]
    assert members([0, 0], [0.0, 1.0]) == []


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(-1, 1)), min_size=1, max_size=8).filter(
    lambda rows: any(seats for seats, _ in rows)))  # fmt: skip
def test_no_member_of_a_coalition_can_be_dropped_at_either_end(rows: list[tuple[int, float]]) -> None:
    seats, places = [s for s, _ in rows], [p for _, p in rows]
    inside = members(seats, places)
    total = sum(seats)
    assert 2 * sum(seats[k] for k in inside) > total
    ordered = sorted(inside, key=lambda k: places[k])
    for end in (ordered[0], ordered[-1]):
        assert 2 * sum(seats[k] for k in inside if k != end) <= total
    low, high = places[ordered[0]], places[ordered[-1]]
    assert all(k in inside or not low < places[k] < high for k in range(len(seats)) if seats[k] > 0), "connected"


def test_the_winner_of_a_district_has_most_votes_and_ties_go_to_the_stronger_in_the_polity() -> None:
    assert plurality(np.array([3.0, 5.0, 4.0]), np.zeros(3)) == 1
    assert plurality(np.array([5.0, 5.0]), np.array([10.0, 20.0])) == 1
    assert plurality(np.array([5.0, 5.0]), np.array([20.0, 20.0])) == 0
    assert plurality(np.array([0.0, 0.0]), np.array([1.0, 2.0])) == -1


@pytest.mark.parametrize(("system", "direct"), [(0, 7), (1, 0), (2, 4)])
def test_the_system_says_how_many_seats_go_by_plurality(system: int, direct: int) -> None:
    assert elections.plurality_seats(system, 7) == direct


# ---------------------------------------------------------------- rules by hand


def test_an_appeal_is_proximity_and_a_verdict_on_who_governs() -> None:
    assert parties.appeal(0.25, False, 0.9, RULE) == pytest.approx(-4 * 0.25)
    assert parties.appeal(0.25, True, 0.9, RULE) == pytest.approx(-4 * 0.25 + 2 * 0.15)
    assert parties.appeal(0.0, True, 0.5, RULE) == pytest.approx(-0.5)


def test_people_vote_the_more_the_more_is_on_their_minds() -> None:
    assert parties.turnout(0.1, RULE) == pytest.approx(1 / (1 + math.exp(-0.8)))
    assert parties.turnout(0.0, RULE) == pytest.approx(1 / (1 + math.exp(0.2)))


def test_issues_weigh_as_they_are_on_ones_mind_and_alike_where_none_is() -> None:
    assert parties.weight_on(0.0, 0.0, 2, RULE) == pytest.approx(0.5)
    assert parties.weight_on(0.1, 0.1, 2, RULE) == pytest.approx(0.11 / 0.12)


def test_voters_desert_lists_beyond_the_first_that_has_no_chance() -> None:
    votes = np.zeros(MOST_PARTIES, np.int64)
    votes[:4] = [500, 300, 150, 50]
    lost = parties.desertion(votes, 4, 1, RULE)  # of one seat two lists are viable
    assert lost[:2].tolist() == [0, 0]
    assert lost[2] == pytest.approx(math.log(0.31 / 0.16)) and lost[3] == pytest.approx(math.log(0.31 / 0.06))
    assert not parties.desertion(votes, 4, 5, RULE).any(), "of five seats all four are"
    assert not parties.desertion(np.zeros(MOST_PARTIES, np.int64), 4, 1, RULE).any(), "nobody knows before a first vote"


def test_a_district_matters_by_how_near_it_was() -> None:
    assert elections.pivotal(0.0, RULE) == 1
    assert elections.pivotal(0.1, RULE) == elections.pivotal(-0.1, RULE) == pytest.approx(math.exp(-1))


# ---------------------------------------------------------------- what a count leaves


@pytest.mark.parametrize("system", ["majority", "proportional", "mixed"])
def test_votes_counted_are_voters_and_all_seats_are_filled(system: str) -> None:
    done = run_world(world(electoral_system=system))
    rows, voted = done.arena.parties, done.people.citizens.voted
    assert rows["votes"].sum() == (voted >= 0).sum() > 0
    for k, party in enumerate(rows):
        assert party["votes"] == (voted == k).sum() == done.arena.districts["votes"][:, k].sum()
    homes = done.people.blocks[["district", "first", "last"]]
    for d, district in enumerate(done.arena.districts):
        mine = [slice(b["first"], b["last"]) for b in homes if b["district"] == d]
        assert district["votes"].sum() == sum((voted[part] >= 0).sum() for part in mine)
    assert rows["seats"].sum() == 3 * 21
    assert (rows["in_government"] <= (rows["seats"] > 0)).all() and rows["in_government"].any()
    assert rows["seats"][rows["in_government"]].sum() * 2 > rows["seats"].sum()


def test_the_record_tells_of_every_count() -> None:
    run = simulate(busy(), 1, threads=1)
    table = run.elections
    assert table["week"].unique().tolist() == [1, 26] and len(table) == 8
    for _, rows in table.groupby("week"):
        assert rows["vote_share"].sum() == pytest.approx(1) and rows["seat_share"].sum() == pytest.approx(1)
        assert (rows["turnout"] == rows["votes"].sum() / 300).all() and rows["gallagher"].nunique() == 1
    (won,) = run.events.query("event == 'election'").itertuples()
    last = table[table["week"] == 26]
    assert won.week == 26 and won.detail == last.loc[last["seats"].idxmax(), "party"]
    for event in run.events.query("event == 'government'").itertuples():
        rows = table[(table["week"] == event.week) & table["in_government"]]
        assert event.detail == "+".join(rows["party"]) and event.size == pytest.approx(rows["vote_share"].sum())
    last_week = run.weeks[run.weeks["week"] == 26]
    assert (last_week["gallagher"] == last["gallagher"].iloc[0]).all()
    assert (last_week["backing"] == last["vote_share"][last["in_government"]].sum()).all()
    assert not table.isna().any(axis=None) and not run.parties.isna().any(axis=None)
    assert len(run.parties) == 26 * 4 * 2


def test_who_governs_at_the_start_can_be_declared() -> None:
    assert run_world(busy(), weeks=1).arena.parties["in_government"].tolist() == [False, False, True, False]
    table = busy().model_dump()
    table["polity"]["home"]["party"]["whites"]["incumbent"] = False
    counted = run_world(Scenario.model_validate(table), weeks=1)
    assert (
        counted.arena.parties["seats"][counted.arena.parties["in_government"]].sum() * 2
        > counted.arena.parties["seats"].sum()
    )


def test_a_government_stands_where_its_parties_do_by_seats_and_emphasis() -> None:
    done = run_world(world())
    inside = done.arena.parties[done.arena.parties["in_government"]]
    for m, issue in enumerate(done.arena.issues[0]):
        weights = inside["seats"] * inside["emphasis"][:, m]
        weights = weights if weights.any() else inside["seats"]
        # Parties have moved since: by one step, in the week of the election.
        there = (weights * inside["position"][:, m]).sum() / weights.sum()
        assert issue["ideal"] == pytest.approx(there, abs=RULE.move + 1e-12)


def test_a_government_that_changes_forgets_what_evidence_had_taught_the_old_one() -> None:
    before, after = (run_world(busy(), 2, weeks=weeks) for weeks in (25, 26))
    assert before.arena.issues["revision"].any()
    changed = (before.arena.parties["in_government"] != after.arena.parties["in_government"]).any()
    assert changed and not after.arena.issues["revision"].any()


def test_a_mandate_goes_half_of_the_way_by_the_route_of_elections() -> None:
    sure = busy().but({f"mechanism.elections.{name}": 1.0 for name in ("pledges", "pledges_shared")})
    found_one = 0
    for seed in range(1, 9):
        before, after = (run_world(sure, seed, weeks=weeks) for weeks in (25, 26))
        for old, new in zip(before.arena.issues[0], after.arena.issues[0], strict=True):
            if new["step"] and (new["policy"] - old["policy"]) == pytest.approx(
                0.5 * (new["ideal"] - old["policy"]), abs=1e-9
            ):
                found_one += 1
        run = simulate(sure, seed, threads=1)
        steps = run.events.query("event == 'step' and detail == 'election'")
        assert set(steps["week"]) <= {26}
    assert found_one > 3


def test_a_government_hears_districts_under_plurality_and_its_voters_under_lists() -> None:
    base = run_world(world(electoral_system="majority"), weeks=20)
    weights = []
    for district in base.arena.districts:
        mine = [v for v, p in zip(district["votes"], base.arena.parties, strict=False) if p["in_government"]]
        others = [v for v, p in zip(district["votes"], base.arena.parties, strict=False) if not p["in_government"]]
        margin = (max(mine) - max(others)) / district["votes"].sum()
        weights.append(district["citizens"] * math.exp(-abs(margin) / RULE.marginality))
    shares = np.array(weights) / sum(weights)
    for m in range(2):
        assert base.arena.issues[0, m]["heard_support"] == pytest.approx(
            (shares * base.arena.local_views["support"][:, m]).sum()
        )
        assert base.arena.issues[0, m]["heard_salience"] == pytest.approx(
            (shares * base.arena.local_views["salience"][:, m]).sum()
        )
    lists = run_world(world(electoral_system="proportional"), weeks=20)
    assert (lists.arena.issues["heard_support"] == lists.arena.issues["list_support"]).all()
    assert (lists.arena.issues["heard_salience"] == lists.arena.issues["list_salience"]).all()
    mixed = run_world(world(electoral_system="mixed"), weeks=20)
    assert (mixed.issues["heard_support"] != mixed.issues["list_support"]).any()


def test_a_poll_of_a_governments_voters_finds_what_they_think() -> None:
    polled = busy().but({"mechanism.elections.panel": 100_000, GOVERNANCE + "electoral_system": "proportional"})
    done = run_world(polled, weeks=13)
    backers = np.isin(done.people.citizens.voted, np.flatnonzero(done.arena.parties["in_government"]))
    assert done.arena.issues["list_salience"][0] == pytest.approx(
        done.people.citizens.salience[:, backers].mean(axis=1), rel=0.05
    )


# ---------------------------------------------------------------- parties that move


def test_a_sticker_stays_an_aggregator_follows_and_a_hunter_roams() -> None:
    start, done = found(busy(), 1), run_world(busy(), 1, weeks=13)
    reds, blues, whites, locals_ = (done.arena.parties["position"] - start.arena.parties["position"])[:, :2]
    assert not locals_.any()
    assert np.abs(reds).max() <= RULE.move + 1e-12 and reds.any()
    for hunter in (blues, whites):
        assert (
            np.hypot(*hunter) == pytest.approx(RULE.move, rel=1e-6)
            or (np.abs(done.arena.parties["position"]) == 1).any()
        )


def test_hunters_find_votes() -> None:
    """Two parties that seek votes end nearer the middle than two that stay: Downs 1957."""
    table = {
        "title": "Downs",
        "weeks": 260,
        "issue": {"reform": {"attitude": 0.0, "attitude_between": 0.0}},
        "polity": {
            "home": {
                "citizens": 2000,
                "party": {
                    "left": {"positions": {"reform": -0.7}},
                    "right": {"positions": {"reform": 0.7}},
                },
            }
        },
    }
    hunting = Scenario.model_validate(table).but({"mechanism.elections.move": 0.05})
    ends = [np.abs(run_world(hunting, seed).arena.parties["position"][:, 0]).mean() for seed in (1, 2, 3)]
    assert max(ends) < 0.45


# ---------------------------------------------------------------- switched off, absent, reformed


def test_without_parties_a_polity_has_no_elections() -> None:
    table = busy().but({GOVERNANCE + "electoral_system": "majority"}).model_dump()
    table["polity"]["home"]["party"] = {}
    run = simulate(Scenario.model_validate(table), 1, threads=1)
    assert run.elections.empty and run.parties.empty
    assert not run.weeks[["gallagher", "backing"]].any(axis=None)
    assert not {"election", "government"} & set(run.events["event"])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("electoral_system", "majority"),
        ("electoral_system", "proportional"),
        ("list_method", "sainte-lague"),
        ("district_magnitude", 3),
        ("electoral_threshold", 0.25),
    ],
)
def test_a_reform_of_elections_acts_in_its_week_and_changes_nothing_before(setting: str, value: Any) -> None:
    week = 15
    rows = [{"week": week, "set": {GOVERNANCE + setting: value}}]
    run = simulate(Scenario.model_validate({**busy().model_dump(), "reform": rows}), 2, threads=1)
    usual = simulate(busy(), 2, threads=1)
    for name in ("weeks", "organisations", "parties"):
        mine, theirs = (getattr(r.recorded, name) for r in (run, usual))
        assert mine[: week - 1].tobytes() == theirs[: week - 1].tobytes(), name
    assert not run.elections.equals(usual.elections)
    if setting == "electoral_system":
        assert not (run.recorded.weeks[week - 1]["pressure"] == usual.recorded.weeks[week - 1]["pressure"]).all()


def test_the_order_of_parties_changes_no_vote() -> None:
    table = busy().model_dump()
    table["polity"]["home"]["party"] = dict(reversed(table["polity"]["home"]["party"].items()))
    turned, usual = (simulate(s, 1, threads=1) for s in (Scenario.model_validate(table), busy()))
    one, other = (run.elections.sort_values(["week", "party"]).reset_index(drop=True) for run in (turned, usual))
    assert one[["week", "party", "votes"]].equals(other[["week", "party", "votes"]])


def test_parties_of_one_polity_have_no_part_in_another() -> None:
    table = busy().model_dump()
    table["polity"]["abroad"] = table["polity"]["home"]
    both = simulate(Scenario.model_validate(table), 1, threads=1)
    usual = simulate(busy(), 1, threads=1).elections
    home = both.elections[both.elections["polity"] == "home"].reset_index(drop=True)
    # Later, news and frames cross the border.
    assert home[home["week"] == 1].equals(usual[usual["week"] == 1])
    assert (both.elections["polity"] == "abroad").sum() == len(home) == len(usual)


@pytest.mark.parametrize("system", ["majority", "proportional"])
def test_threads_change_no_vote(system: str) -> None:
    one, two = run_world(world(electoral_system=system)), run_world(world(electoral_system=system), threads=2)
    assert digest_of_world(one) == digest_of_world(two)


# ---------------------------------------------------------------- bad input

FAULTS = """title = "x"
[polity.a]
citizens = 50
districts = 51
[polity.a.governance]
electoral_system = "proportional"
[polity.b.governance]
electoral_system = "mixed"
district_magnitude = 1
electoral_threshold = 0.6
[polity.b.party.reds]
positions = { refrom = 0.5 }
[polity.b.party.blues]
priorities = { reform = 0.0 }
[polity.c]
citizens = 100
[polity.c.party.only]
strategy = "hunt"
"""


def test_all_that_is_wrong_with_elections_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(FAULTS, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load.load(file)
    told = {problem.line: str(problem) for problem in caught.value.problems}
    expected = {
        4: "51 districts for 50 citizens: a district would be empty",
        6: "needs parties, and polity.a has none",
        9: "needs districts of at least 2 seats",
        10: "electoral_threshold = 0.6 is out of range",
        12: "did you mean 'reform'",
        14: "all weights are 0",
        18: "did you mean 'hunter'",
    }
    assert set(told) >= set(expected), told
    for line, words in expected.items():
        assert words in told[line]


def test_more_seats_than_citizens_and_too_many_parties_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    rows = "".join(f"[polity.home.party.p{number}]\n" for number in range(MOST_PARTIES + 1))
    file.write_text(f'title = "x"\n[polity.home]\ncitizens = 30\ndistricts = 5\n{rows}', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load.load(file)
    told = " ".join(str(problem) for problem in caught.value.problems)
    assert "a district has 6 citizens" in told and f"{MOST_PARTIES + 1} parties" in told


def test_a_reform_cannot_bring_lists_without_parties() -> None:
    plain = Scenario(title="x")
    with pytest.raises(InputError, match="needs parties"):
        plain.but({GOVERNANCE + "electoral_system": "proportional"})
    with pytest.raises(InputError, match="needs parties"):
        plain.but({"reform": [{"week": 3, "set": {GOVERNANCE + "electoral_system": "mixed"}}]})
    assert busy().but({"reform": [{"week": 3, "set": {GOVERNANCE + "electoral_system": "majority"}}]}).reform


# ---------------------------------------------------------------- what must hold


@functools.cache
def under(system: str, seed: int) -> Record:
    scenario = Scenario.load(f"{system}_system").but({"polity.home.citizens": 1000})
    return simulate(scenario, seed, threads=1)


def lists_beside_districts(measure: Callable[[Record], float], seeds: int = 5) -> tuple[float, float]:
    """95% interval of the mean paired difference that lists make."""
    apart = [measure(under("proportional", s)) - measure(under("majority", s)) for s in range(1, seeds + 1)]
    half = 1.96 * np.std(apart, ddof=1) / math.sqrt(seeds)
    return float(np.mean(apart) - half), float(np.mean(apart) + half)


def test_the_two_systems_differ_in_the_system_alone() -> None:
    one, other = (Scenario.load(f"{name}_system") for name in ("majority", "proportional"))
    assert one.but({GOVERNANCE + "electoral_system": "proportional", "title": other.title,
                    "question": other.question, "source": other.source}) == other  # fmt: skip
    assert same(under("majority", 1), under("majority", 1))


def test_lists_are_less_disproportional_than_districts() -> None:
    _, high = lists_beside_districts(lambda record: float(record.elections["gallagher"].mean()))
    assert high < -10


def test_governments_under_lists_rest_on_more_voters() -> None:
    low, _ = lists_beside_districts(lambda record: float(record.weeks["backing"].mean()))
    assert low > 0.05


@pytest.mark.slow
def test_a_niche_demand_gets_further_under_lists() -> None:
    """Over ten years on the mean and at their end, where its party is pivotal; else not (elections.md)."""

    def policy(record: Record) -> Any:
        return record.recorded.weeks["policy"][:, 0, 1]

    for gained in (lambda r: float(policy(r).mean() - policy(r)[0]), lambda r: float(policy(r)[-1] - policy(r)[0])):
        low, _ = lists_beside_districts(gained, 30)
        assert low > 0
