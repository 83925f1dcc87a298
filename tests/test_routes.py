"""Through what did it work: shares of routes sum to the whole, and go where the routes are."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from hypothesis import given
from hypothesis import strategies as st
from test_contribution import LOBBYISTS
from typer.testing import CliRunner
from worlds import busy, neighbours

from advosim import Scenario
from advosim.cli import app
from advosim.experiment.contribution import routes as decomposing
from advosim.experiment.contribution.routes import FROZEN, SOURCES, Decomposition, routes, shapley, sources_of, subsets
from advosim.scenario.problems import InputError
from advosim.simulation import simulate
from advosim.world.codes import ROUTES

numbers = st.lists(st.floats(-1, 1), min_size=8, max_size=8)


def game(values: list[float]) -> dict[frozenset[str], float]:
    return dict(zip(subsets("abc"), values, strict=True))


# ---------------------------------------------------------------- Shapley


@given(numbers)
def test_shares_sum_to_the_value_of_all_less_that_of_none(values: list[float]) -> None:
    shares = shapley(game(values))
    assert sum(shares.values()) == pytest.approx(values[0] - values[-1])


@given(numbers)
def test_who_adds_nothing_gets_nothing_and_equals_get_the_same(values: list[float]) -> None:
    given_values = game(values)
    without_c = {taken: given_values[taken - {"c"}] for taken in given_values}
    assert shapley(without_c)["c"] == pytest.approx(0.0)
    alike = {taken: given_values[frozenset("a" if one == "b" and "a" not in taken else one for one in taken)]
             for taken in given_values}  # fmt: skip
    shares = shapley(alike)
    assert shares["a"] == pytest.approx(shares["b"])


def test_shares_of_a_known_game() -> None:
    """Any two of three win, and a glove game of one left and two right hands. Shapley 1953; Owen 1995."""
    majority = {taken: float(len(taken) >= 2) for taken in subsets("abc")}
    assert shapley(majority) == pytest.approx(dict.fromkeys("abc", 1 / 3))
    gloves = {taken: float("a" in taken and len(taken) >= 2) for taken in subsets("abc")}
    assert shapley(gloves) == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6})


def test_shares_are_taken_seed_by_seed() -> None:
    shares = shapley({taken: np.array([len(taken), 2.0 * len(taken)]) for taken in subsets("ab")})
    assert shares["a"].tolist() == [1.0, 2.0]


# ---------------------------------------------------------------- worlds with one route, and with two


@functools.cache
def lobbyists() -> Decomposition:
    """Nobody sits at a table, nobody votes: there is the store alone."""
    one_veto_player = Scenario.model_validate(LOBBYISTS).but({"polity.home.governance.veto_players": 1})
    return routes(one_veto_player, runs=10, workers=1, progress=False)


@functools.cache
def seated() -> Decomposition:
    """Teams that know tables only, before a government that no pressure moves."""
    teams = {f"polity.home.organisation.{name}.tactics": ["multi_stakeholder_table"] for name in ("bar", "college")}
    willing = {"mechanism.stakeholder_table.chance": 1.0, "issue.reform.ideal_between": 0.0}
    deaf = {"mechanism.friction.level": 100.0, "issue.reform.policy": -0.3}
    scenario = Scenario.model_validate(LOBBYISTS).but({**teams, **willing, **deaf})
    return routes(scenario, runs=6, workers=1, progress=False)


def row(found: Decomposition, route: str, issue: str = "reform") -> Any:
    return found.table.query("route == @route and issue == @issue").iloc[0]


@pytest.mark.parametrize(("world", "only"), [(lobbyists, "store"), (seated, "table")])
def test_where_one_route_is_open_it_carries_all(world: Any, only: str) -> None:
    found = world()
    total = row(found, "total")
    assert total.low > 0 and row(found, only).effect == pytest.approx(total.effect)
    assert row(found, only).share == pytest.approx(1.0) and row(found, only).lost == pytest.approx(total.effect)
    for route in set(ROUTES) - {only}:
        assert row(found, route).effect == row(found, route).alone == 0.0


def test_what_routes_carry_sums_to_what_organisations_move() -> None:
    found = mixed()
    for _, rows in found.table.groupby(["polity", "issue"]):
        own = rows[rows["route"] != "total"]
        assert own["effect"].sum() == pytest.approx(rows[rows["route"] == "total"]["effect"].item())
    per_seed = found.pairs.query("open == 'ballot+election+table+store' and issue == 'climate'")
    home = busy().but({"weeks": 15})
    absent = home.without(*home.polity["home"].organisation)
    for seed, effect in zip(per_seed["seed"], per_seed["effect"], strict=True):
        ends = [
            simulate(each, seed, threads=1).weeks.query("issue == 'climate'")["policy"].iloc[-1]
            for each in (home, absent)
        ]
        assert effect == pytest.approx(ends[0] - ends[1])


@functools.cache
def mixed() -> Decomposition:
    return routes(busy(), runs=4, weeks=15, workers=1, progress=False)


def test_a_set_that_is_not_run_is_as_if_it_had_been(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposing, "_used", lambda pairs: frozenset(ROUTES))
    pd.testing.assert_frame_equal(routes(busy(), runs=4, weeks=15, workers=1, progress=False).pairs, mixed().pairs)


def test_nothing_moves_where_no_route_is_open() -> None:
    none = mixed().pairs.query("open == 'nothing'")
    assert len(none) and (none["effect"] == 0.0).all()


@pytest.mark.parametrize("route", ["table", "store"])
def test_twins_share_all_luck_until_the_first_difference(route: str) -> None:
    for seed in range(1, 11):
        whole, frozen = (simulate(each, seed, threads=1) for each in (busy(), busy().but(FROZEN[route])))
        steps = whole.events.query("event == 'step' and detail == @route")["week"]
        if len(steps) and steps.iloc[0] > 1:
            break
    first = int(steps.iloc[0])
    assert route not in set(frozen.events.query("event == 'step'")["detail"])
    before = [record.weeks[record.weeks["week"] < first].reset_index(drop=True) for record in (whole, frozen)]
    pd.testing.assert_frame_equal(*before)
    assert not whole.weeks.equals(frozen.weeks)


def test_a_named_organisation_is_told_toward_its_own_position() -> None:
    scenario = Scenario.model_validate(LOBBYISTS).but(
        {"polity.home.governance.veto_players": 1, "polity.home.organisation.college.stance": -0.9}
    )
    both = {name: routes(scenario, of=[name], runs=6, workers=1, progress=False) for name in ("bar", "college")}
    for name, found in both.items():
        pairs = found.pairs.query("open == 'ballot+election+table+store'")
        way = 1.0 if name == "bar" else -1.0
        assert found.who == name
        assert pairs["effect"].to_numpy() == pytest.approx(way * (pairs["policy"] - pairs["policy_without"]).to_numpy())
    assert row(both["bar"], "total").effect > 0


# ---------------------------------------------------------------- the sources of the store


def test_sources_sum_to_what_the_store_needs_them_for() -> None:
    one_veto_player = Scenario.model_validate(LOBBYISTS).but({"polity.home.governance.veto_players": 1})
    found = routes(one_veto_player, sources=True, runs=2, workers=1, progress=False)
    own = found.table[found.table["route"] != "total"]
    assert set(own["route"]) == {"street", "petitions", "insiders", "opinion", "concessions"}
    assert own["effect"].sum() == pytest.approx(row(found, "total").effect)
    assert own.set_index("route")["effect"].idxmax() == "insiders", "lobbyists work inside"


def test_shaming_and_firms_are_sources_where_there_can_be_any() -> None:
    assert set(sources_of(neighbours())) == set(SOURCES)
    assert set(SOURCES) - set(sources_of(Scenario.load("baseline"))) == {"abroad", "firms"}


# ---------------------------------------------------------------- what is left behind


def test_shares_are_empty_where_there_may_be_no_total() -> None:
    rng = np.random.default_rng(1)
    rows = [
        {"polity": "home", "issue": "reform", "open": "+".join(one for one in ROUTES if one in taken) or "nothing",
         "seed": seed, "policy": 0.0, "policy_without": 0.0, "effect": float(rng.normal()) if taken else 0.0}
        for taken in subsets(ROUTES) for seed in range(20)
    ]  # fmt: skip
    found = Decomposition("Luck", "all organisations", ROUTES, pd.DataFrame(rows))
    assert found.table["share"].isna().all() and "%" not in found.summary().split("intervals")[1]


def test_all_of_it_is_saved(tmp_path: Path) -> None:
    place = lobbyists().save(tmp_path / "here")
    assert {file.name for file in place.iterdir()} == {
        "routes.csv", "routes.png", "pairs.parquet", "summary.txt", "codebook.csv", "manifest.json"
    }  # fmt: skip
    explains(place)
    again = pd.read_csv(place / "routes.csv")
    assert again["effect"].to_numpy() == pytest.approx(lobbyists().table["effect"].to_numpy())
    told = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert told["kind"] == "routes" and told["players"] == list(ROUTES) and told["seeds"] == [1, 10]
    figure = lobbyists().figure()
    box = figure.get_tightbbox()
    assert box.x0 >= 0 and box.x1 <= 7.0 and box.y0 >= 0


@pytest.mark.slow
def test_processes_change_nothing() -> None:
    """They are those of a comparison, of which test_compare.py shows it with every run."""
    one, two = (routes(busy(), runs=2, weeks=5, workers=workers, progress=False) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.pairs, two.pairs)


def test_nobody_moves_nothing() -> None:
    with pytest.raises(InputError, match="no organisations"):
        routes(busy().without(*busy().polity["home"].organisation), runs=2, progress=False)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small: list[Any] = ["--set", "polity.home.citizens=200", "--set", "polity.home.districts=1"]
    words = ["contribution", "baseline", "--routes", "--of", "tenants", "--runs", "2", "--weeks", "4", "--workers", "1"]
    ran = CliRunner().invoke(app, [*words, *small])
    assert ran.exit_code == 0, ran.output
    assert "through what did tenants move policy?" in ran.output
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.startswith("routes-baseline-") and (folder / "routes.png").is_file()
    alone = CliRunner().invoke(app, ["contribution", "baseline", "--of", "tenants"])
    assert alone.exit_code == 2 and "--routes" in alone.output
