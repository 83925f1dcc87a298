"""Influence is what differs without somebody; organisations can replace or need one another."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from typer.testing import CliRunner
from worlds import busy as crowded
from worlds import digest
from worlds import small as crowd

from advosim import Scenario
from advosim.cli import app
from advosim.experiment.contribution.ranking import Contribution, contribution, fieller, sides, taken_up
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.world.found import found, names, positions

LOBBYISTS = {
    "title": "Two lobbyists",
    "weeks": 78,
    "issue": {"reform": {"attitude": -0.15, "attitude_between": 0.0, "policy_between": 0.0, "ideal_between": 0.0}},
    "polity": {
        "home": {
            "citizens": 200,
            "districts": 1,
            "governance": {"openness": 1.0, "election_interval": 520},
            "organisation": {
                "bar": {"funds": 30.0, "members": 0.0, "activity": 10.0, "tactics": ["lobbying"]},
                "college": {"funds": 30.0, "members": 0.0, "activity": 10.0, "tactics": ["lobbying"]},
            },
        }
    },
    "mechanism": {
        "friction": {"level": 0.15, "by_veto_player": 1.6},
        "tactic_choice": {"launch": 1.0},
        "pressure": {"inside": 0.14, "opinion": 1.4, "own_will": 0.09},
        "lobbying": {"others": 2.0, "quiet": 0.04},  # so crowded that twice the contacts are worth about twice as much
    },
}
"""Two lobbyists of equal means who want the same. The pressure of one moves a government with one veto player, so that
two are one too many; with four veto players only both together beat the friction.
"""


OTHERS = ("works", "shunners", "partners", "giver", "press", "mayor")


@functools.cache
def small() -> Scenario:
    """Two issues and seven organisations: greens (2), tenants, owners (2), lobby, institute."""
    return crowd().without(*OTHERS)


@functools.cache
def busy() -> Scenario:
    """The same under settings that make much happen."""
    return crowded().without(*OTHERS)


@functools.cache
def lobbyists(veto_players: int) -> Contribution:
    scenario = Scenario.model_validate(LOBBYISTS).but({"polity.home.governance.veto_players": veto_players})
    return contribution(scenario, runs=20, workers=1, progress=False)


@functools.cache
def contributed() -> Contribution:
    return contribution(busy(), runs=3, weeks=20, workers=1, progress=False)


# ---------------------------------------------------------------- the scenario without somebody


def test_who_is_missing_is_not_there() -> None:
    left = names(small().without("greens_1", "home.owners")).organisations
    assert [name for _, name in left] == ["greens_2", "tenants", "lobby", "institute"]
    assert small().without() == small()


def test_who_is_left_keeps_his_luck() -> None:
    idle = {"polity.home.organisation.sleepers": {"activity": 0.0, "members": 0.0, "count": 2}}
    whole = busy().but(idle)
    part = whole.without("sleepers_1")
    assert names(part).organisations[-1] == ("home", "sleepers_2")
    one, other = simulate(whole, 1, threads=1), simulate(part, 1, threads=1)
    others = one.organisations[one.organisations["organisation"] != "sleepers_1"].reset_index(drop=True)
    assert others.equals(other.organisations)
    assert one.weeks.drop(columns=["funds", "closures"]).equals(other.weeks.drop(columns=["funds", "closures"]))


def test_splitting_a_group_up_changes_no_bit() -> None:
    split = busy().but({"polity.home.organisation.greens.count": 3}).without("greens_3")
    assert digest(simulate(split, 1, threads=1)) == digest(simulate(busy(), 1, threads=1))


def test_people_lose_their_posts_with_the_organisation() -> None:
    home = small().but({"polity.home.individual.leader": {"posts": ["greens_1", "tenants"], "reach": 1.0}})
    left = home.without("greens_1")
    assert left.polity["home"].individual["leader"].posts == ("tenants",)
    simulate(left, 1, weeks=1, threads=1)


@pytest.mark.parametrize("name", ["green_1", "greens_3", "abroad.greens", "home.green"])
def test_unknown_names_are_told(name: str) -> None:
    with pytest.raises(InputError, match=f"no organisation '{name}'; allowed: greens_1, greens_2, tenants"):
        small().without(name)


def test_a_boycott_has_the_luck_of_its_caller_not_of_his_row() -> None:
    firms = {"kind": "firm", "stance": -0.6, "market_share": 0.3, "count": 3}
    callers = {"kind": "movement", "tactics": ["product_boycott"], "count": 3}
    added = {"polity.home.organisation.firm": firms, "polity.home.organisation.callers": callers, "weeks": 60}
    sleepers = {"activity": 0.0, "members": 0.0}
    table = busy().but(added).model_dump()
    whole = table["polity"]["home"]["organisation"]
    table["polity"]["home"]["organisation"] = {"sleepers": sleepers, **whole}
    later = Scenario.model_validate(table)
    found = [simulate(each, 1, threads=1).events for each in (later, later.without("sleepers"))]
    given_in = [events[events["event"] == "concession"].reset_index(drop=True) for events in found]
    assert len(given_in[0]) > 0
    pd.testing.assert_frame_equal(*given_in)


def test_positions_are_those_of_the_world() -> None:
    world, known = found(small(), 5, 1), positions(small(), 5)
    assert (known.policy == world.arena.issues["policy"]).all()
    assert (known.stances == world.teams.stances).all() and (known.priorities == world.teams.priorities).all()


# ---------------------------------------------------------------- do organisations add up?


def test_substitutes_sum_to_less_than_they_do_together() -> None:
    (row,) = lobbyists(veto_players=1).sums.to_dict("records")
    assert row["reading"] == "substitutes" and row["surplus_high"] < 0 < row["total_low"]
    assert row["ratio_high"] < 1


def test_complements_sum_to_more_than_they_do_together() -> None:
    (row,) = lobbyists(veto_players=4).sums.to_dict("records")
    assert row["reading"] == "complements" and row["surplus_low"] > 0 and row["total_low"] > 0
    assert row["ratio_low"] > 1


def test_an_organisation_alone_is_its_own_total() -> None:
    alone = Scenario.model_validate(LOBBYISTS).without("college")
    found = contribution(alone, runs=3, workers=1, progress=False)
    (row,) = found.sums.to_dict("records")
    assert row["sum"] == pytest.approx(row["total"]) and row["surplus"] == pytest.approx(0.0)


# ---------------------------------------------------------------- the numbers


def test_pairs_are_what_single_runs_give() -> None:
    row = contributed().pairs.query("organisation == 'tenants' and seed == 2").iloc[0]
    wanted, start = positions(busy(), 2).stances[2, 1], positions(busy(), 2).policy[0, 1]
    for column, scenario in (("policy", busy()), ("policy_without", busy().without("tenants"))):
        weeks = simulate(scenario, 2, weeks=20, threads=1).weeks
        assert row[column] == pytest.approx(
            -abs(weeks.query("week == 20 and issue == 'housing'")["policy"].item() - wanted)
        )
    assert row["attainment_without"] == pytest.approx(-abs(start - wanted))


def test_ranks_follow_the_effect_on_policy() -> None:
    own = contributed().table.query("outcome == 'policy'")
    assert list(own["rank"]) == list(range(1, 8)) and own["effect"].is_monotonic_decreasing
    assert set(contributed().table["outcome"]) == {"policy", "opinion", "agenda", "attainment", "input"}
    assert np.isfinite(contributed().table[["base", "other", "effect", "low", "high"]].to_numpy()).all()


def test_sums_are_sums_of_the_members() -> None:
    assert sides(busy()) == ["for", "for", "for", "against", "against", "against", "for"]
    sums = contributed().sums
    assert list(sums.query("issue == 'all issues'")["coalition"]) == ["all", "for", "against"]
    each = sums.query("issue != 'all issues'").groupby("coalition", sort=False)["total"].mean()
    whole = sums.query("issue == 'all issues'").set_index("coalition")["total"]
    assert each.to_numpy() == pytest.approx(whole[each.index].to_numpy())


def test_who_sat_at_a_table_has_the_agreements_taken_up() -> None:
    seated = {"polity.home.organisation.bar.tactics": ["multi_stakeholder_table"]}
    willing = {"mechanism.stakeholder_table.chance": 1.0, "issue.reform.ideal_between": 0.5}
    record = simulate(Scenario.model_validate(LOBBYISTS).but(seated | willing), 4, threads=1)
    made = record.events[record.events["event"] == "agreement"]
    assert len(made) and taken_up(record, "home", "bar") == pytest.approx(made["size"].abs().sum())
    assert taken_up(record, "home", "college") == taken_up(record, "home", "nobody") == 0.0


def test_the_ratio_of_two_means_covers() -> None:
    chance = np.random.default_rng(1)
    covered = []
    for _ in range(400):
        luck = chance.normal(size=25)
        _, (low, high) = fieller(2.0 + luck + 0.3 * chance.normal(size=25), 1.0 + 0.5 * luck)
        covered.append(low <= 2.0 <= high)
    assert 0.92 < np.mean(covered) < 0.98
    assert fieller([1.0, -1.0, 0.5], [0.1, -0.2, 0.1])[1] == (-np.inf, np.inf)
    assert fieller([0.0, 0.0], [0.0, 0.0])[0] == 1.0


@pytest.mark.slow
def test_processes_change_nothing() -> None:
    """They are those of a comparison, of which test_compare.py shows it with every run."""
    other = contribution(busy(), runs=3, weeks=20, workers=2, progress=False)
    pd.testing.assert_frame_equal(other.pairs, contributed().pairs)
    pd.testing.assert_frame_equal(other.sums, contributed().sums)


def test_nobody_contributes_nothing() -> None:
    with pytest.raises(InputError, match="no organisations"):
        contribution(small().without(*small().polity["home"].organisation), runs=2, progress=False)


# ---------------------------------------------------------------- what is left behind


def test_all_of_it_is_saved(tmp_path: Path) -> None:
    place = contributed().save(tmp_path / "here")
    files = {f"contribution.{suffix}" for suffix in ("csv", "tex", "png")} | {"sums.csv", "pairs.parquet"}
    assert {file.name for file in place.iterdir()} == files | {"summary.txt", "codebook.csv", "manifest.json"}
    explains(place)
    again = pd.read_csv(place / "contribution.csv")
    assert again["effect"].to_numpy() == pytest.approx(contributed().table["effect"].to_numpy())
    told = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert told["kind"] == "contribution" and told["seeds"] == [1, 3] and len(told["organisations"]) == 7
    text = contributed().latex()
    assert r"\toprule" in text and "institute" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    changes: list[Any] = ["--set", "polity.home.citizens=200", "--set", "polity.home.districts=1"]
    words = ["contribution", "baseline", "--runs", "2", "--weeks", "4", "--workers", "1", *changes]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output
    assert "Do contributions add up?" in ran.output
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.startswith("contribution-baseline-")
    assert CliRunner().invoke(app, ["contribution", "nowhere"]).exit_code == 2
