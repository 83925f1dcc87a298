"""A run's story is short, holds to the record, and outcomes and costs are what the record says."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import busy as crowded
from worlds import with_neighbour

from advosim import Scenario
from advosim.reading.measuring import YEAR, costs, reforms
from advosim.reading.outcomes import outcomes
from advosim.reading.tables import lived
from advosim.record import Record
from advosim.results.summary import summary
from advosim.simulation import simulate
from advosim.story import words as wording
from advosim.story.ballots import gave_way
from advosim.story.page import _teller, story
from advosim.story.telling import BEFORE, runs_of
from advosim.story.turning_points import turning_points
from advosim.world.found import positions

CONTESTED = {
    "weeks": 104,
    "polity.home.citizens": 1000,
    "polity.home.organisation.firms": {"kind": "firm", "stance": -0.6, "market_share": 0.3, "count": 2},
    "polity.home.organisation.callers": {"kind": "movement", "tactics": ["product_boycott"], "count": 2},
    "mechanism.funds.staff": 0.9,
    "polity.home.governance.election_interval": 104,
    "reform": [{"week": 60, "set": {"polity.home.governance.repression": 0.8}}],
}


@functools.cache
def busy() -> Scenario:
    """A world without firms, in which much happens."""
    return crowded().without("works", "shunners", "partners", "giver", "press", "mayor")


@functools.cache
def contested(seed: int = 7) -> Record:
    """Two years with steps, protests, a change of rules, closures and firms that give in."""
    return simulate(busy().but(CONTESTED), seed, threads=1)


@functools.cache
def swiss(seed: int = 5) -> Record:
    """Eight years of initiatives and referendums; in seed 5 with crowds at first and few of them at last."""
    return simulate(Scenario.load("swiss_style"), seed, threads=1)


# ---------------------------------------------------------------- outcomes and costs


def test_outcomes_are_those_of_the_weeks() -> None:
    record, table = contested(), outcomes(contested())
    start = positions(record.scenario, record.seed)
    assert list(table["issue"]) == ["climate", "housing"] and not table.isna().any(axis=None)
    for m, row in enumerate(table.to_dict("records")):
        weeks = lived(record.weeks[record.weeks["issue"] == row["issue"]])
        steps = record.events[(record.events["event"] == "step") & (record.events["issue"] == row["issue"])]
        assert row["policy_start"] == start.policy[0, m] and row["policy_end"] == weeks["policy"].iloc[-1]
        assert row["distance_for_end"] == pytest.approx(abs(row["policy_end"] - row["demand_for"]))
        assert row["demand_against"] < row["policy_start"] < row["demand_for"]
        assert row["reforms"] == len(steps) and row["salience"] == pytest.approx(weeks["salience"].mean())
    assert table["agenda_rank"].sum() == pytest.approx(3.0)


def test_firms_that_give_in_change_their_practice() -> None:
    table = outcomes(contested())
    given_in = contested().events.query("event == 'concession'")
    assert len(given_in) == table["concessions"].sum() > 0
    moved = table["practice_end"] - table["practice_start"]
    assert (np.sign(moved) == np.sign(table["concessions"])).all()
    alone = outcomes(simulate(busy(), 1, weeks=2, threads=1))
    assert (alone[["practice_start", "practice_end"]] == 0.0).all(axis=None)


def test_who_asks_for_nothing_is_taken_at_the_end_of_the_scale() -> None:
    home = busy().polity["home"]
    nobody = simulate(busy().without(*home.organisation), 1, weeks=4, threads=1)
    assert (outcomes(nobody)[["demand_for", "demand_against"]] == [1.0, -1.0]).all(axis=None)
    assert costs(nobody).query("measure == 'campaigns'")["value"].item() == 0.0
    assert "Nobody began a campaign" in story(nobody)
    assert story(nobody).count("| nobody | nobody |") == 2


def test_reforms_are_the_steps() -> None:
    table, steps = reforms(contested()), contested().events.query("event == 'step'")
    assert len(table) == len(steps) > 0
    assert (table["after"] - table["before"]).to_numpy() == pytest.approx(steps["size"].to_numpy())
    assert set(table["route"]) <= {"election", "store", "table"}
    assert (table["year"] == (table["week"] - 1) // 52 + 1).all()


def test_a_decision_that_moves_nothing_is_no_step(record: Any) -> None:
    """Neither in outcomes, nor in the story, nor in the summary."""
    still = record.events.query("event == 'step'").assign(week=4, size=0.0)
    more = replace(record, events=pd.concat([still, record.events]).sort_values("week", kind="stable"))
    pd.testing.assert_frame_equal(outcomes(more), outcomes(record))
    pd.testing.assert_frame_equal(reforms(more), reforms(record))
    assert story(more) == story(record) and summary(more) == summary(record)


def test_elections_are_told_with_who_governs_before_and_after() -> None:
    record = contested(1)
    table = record.elections
    text = story(record)
    start = table[(table["week"] == 1) & table["in_government"]]["party"].tolist()
    assert f"In government at first: {' and '.join(start)}." in text
    pattern = r"Week (\d+): an election( changes the government)?\.\*\* Most seats \([\d.]+%\) go to (\w+), with"
    told = re.findall(pattern, text)
    assert told
    for week, changes, winner in told:
        rows = table[table["week"] == int(week)]
        assert rows.loc[rows["seats"].idxmax(), "party"] == winner
        before = table[table["week"] == table.loc[table["week"] < int(week), "week"].max()]
        same = list(rows["in_government"]) == list(before["in_government"])
        assert same != bool(changes)


def test_costs_are_those_of_the_weeks() -> None:
    record, table = contested(), costs(contested())
    own = table[table["of"] == "polity"].set_index("measure")["value"]
    repressed = record.weeks[record.weeks["response"].str.contains("repress")]
    assert own["arrests"] == pytest.approx(repressed["protest"].sum()) and own["arrests"] > 0
    assert own["exposure"] == pytest.approx((record.weeks["protest"] * record.weeks["repression"]).sum())
    assert own["closures"] == (record.events["event"] == "closure").sum() > 0
    assert own["campaigns"] == pytest.approx(record.organisations["campaign_cost"].sum())
    each = table[(table["of"] == "organisation") & (table["measure"] == "campaigns")]["value"]
    assert each.sum() == pytest.approx(own["campaigns"])


def test_participation_beside_the_mean_averages_to_one() -> None:
    ratios = costs(contested()).query("measure == 'participation_ratio'").set_index("name")["value"]
    assert ratios["town"] * 0.6 + ratios["country"] * 0.4 == pytest.approx(1.0)
    quiet = replace(contested())
    quiet.__dict__["publics"] = contested().publics.assign(petition=0.0, protest=0.0, boycott=0.0)
    assert (costs(quiet).query("measure == 'participation_ratio'")["value"] == 1.0).all()


# ---------------------------------------------------------------- the story


def test_the_story_is_the_same_for_the_same_run() -> None:
    again = simulate(busy().but(CONTESTED), contested().seed, threads=1)
    assert story(contested()) == story(again)


@pytest.mark.parametrize("name", ["baseline", "closed_regime", "opening_and_crackdown", "open_democracy"])
def test_a_story_fits_a_page_and_says_what_it_is(name: str) -> None:
    scenario = Scenario.load(name).but({"polity.home.citizens": 2000})
    for seed in (1, 2, 3):
        told = story(simulate(scenario, seed, threads=1))
        assert 300 < words(told) < 820
        assert told.startswith(f"# {scenario.title}") and told.endswith("*\n")
        assert [*re.findall("## Year (\\d)", told)] == ["1", "2", "3", "4"]
        assert "no forecast" in told and f"seed {seed}" in told
        assert_well_told(told)


def test_a_round_table_has_somebody_who_called_for_it() -> None:
    """Also where a team had a part in a joint plan beside a campaign of its own."""
    agreeable = {"polity.home.citizens": 1000, "mechanism.stakeholder_table.chance": 1.0}
    scenario = Scenario.load("open_democracy").but(agreeable)
    tables = 0
    for seed in (2, 3, 4):
        teller = _teller(simulate(scenario, seed, threads=1), "home", scenario.polity["home"])
        told = " ".join(point.tell() for point in turning_points(teller))
        for sentence in re.findall(r"a round table agreed on\.(.*?\*)", told):
            tables += 1
            assert "did most, by" in sentence
    assert tables > 2


def words(told: str) -> int:
    """Of what is read; rules of tables and dashes are no words."""
    return sum(1 for word in told.split() if re.search(r"\w", word))


def assert_well_told(told: str) -> None:
    """No holes where a name or a number should be, no doubled signs, no raw names of Python or columns."""
    assert not re.search(r"\bnan\b|None|\binf\b|\.\.|,,|;;|  |\( |\(\)|_| ,| \.|\{|\}", told), told
    for line in told.splitlines():
        assert not line or line[0] in "#-*|ASNTOPFIRM" or line[0].isupper(), line
        assert line.count("**") % 2 == 0 and line.count("(") == line.count(")"), line


def test_turning_points_are_told_where_they_happened() -> None:
    told = story(contested())
    weeks = [int(week) for week in re.findall(r"^- \*\*Weeks? (\d+)", told, re.MULTILINE)]
    assert weeks == sorted(weeks) and len(weeks) >= 4
    assert "Week 60: the rules of the game change" in told and "Repression rises from 0.1 to 0.8" in told
    steps = re.findall(r"Weeks? (\d+).*: policy on (\w+) moves (toward|away from) reform", told)
    table = reforms(contested())
    for week, issue, way in steps:
        mine = table[(table["issue"] == issue) & (table["side"] == ("for" if way == "toward" else "against"))]
        assert int(week) in set(mine["week"])
    assert steps
    assert "to a boycott" in told or "to boycotts" in told
    assert_well_told(told)


def test_the_routes_that_are_open_are_told() -> None:
    """Pressure is the only way where no party stands, no table sits and no citizen may vote."""
    told = story(swiss())
    assert "beats **resistance**, a round table agrees or citizens put it to the vote or might." in told
    parties = story(contested())
    assert "a round table agrees or a government acts on its programme after an election." in parties
    shut = {f"mechanism.decision.{route}": False for route in ("election", "table")}
    alone = story(simulate(busy().but(shut), 1, weeks=8, threads=1))
    assert "moves only where **pressure** from street, petitions, talks and opinion beats **resistance**." in alone
    assert "talks, opinion and abroad beats" in story(simulate(with_neighbour(busy()), 1, weeks=4, threads=1))


def test_weeks_of_protest_say_how_many_protest_in_them() -> None:
    """Once; in years in which few protest, nobody is said to."""
    protest = swiss().weeks.groupby("week")["protest"].sum()
    assert 0 < protest.loc[313:].max() <= 0.0005
    told = story(swiss())
    assert "; few protested." in told.split("## Years 7 to 8")[1]
    early = wording.count(int((protest.loc[:104] > 0.0005).sum()), "week")
    assert f"; crowds (more than 1 in 2,000 citizens) protested in {early}." in told.split("## Years 3 to 4")[0]
    assert told.count("1 in 2,000") == 1


def test_all_settings_of_a_reform_are_told() -> None:
    changes = {"electoral_system": "proportional", "initiative.quorum": 0.2, "referendum.allowed": True}
    paths = {f"polity.home.governance.{name}": value for name, value in changes.items()}
    both = [{"week": 5, "set": {**paths, "mechanism.friction.level": 0.9}}]
    told = story(simulate(busy().but({"reform": both}), 1, weeks=8, threads=1))
    rights = "initiative quorum rises from 0 to 0.2, referendum allowed is now on"
    assert f"Electoral system is now proportional, {rights} and friction level rises from 0.3 to 0.9." in told
    assert_well_told(told)


def test_what_moved_and_came_back_is_no_standstill() -> None:
    record = contested(1)
    told = story(record)
    [issue] = re.findall(r"policy on (\w+) moved and came back to where it had begun", told)
    went = outcomes(record).set_index("issue").loc[issue]
    assert went["reforms"] > 1 and abs(went["policy_end"] - went["policy_start"]) < 0.03


def test_story_summary_and_outcomes_start_alike_and_say_of_which_policy_support_is(record: Any) -> None:
    """Also where the last week has a step: the last support is that for moving the policy before it."""
    step = swiss().events.query("event == 'step'").iloc[-1]
    run = simulate(Scenario.load("swiss_style"), swiss().seed, weeks=int(step["week"]), threads=1)
    went = outcomes(run).set_index("issue").loc[step["issue"]]
    start, end = f"{went['policy_start']:+.2f}", f"{went['policy_end']:+.2f}"
    before = run.weeks.query("issue == @step.issue")["policy"].iloc[-2]
    told, printed = story(run), summary(run)
    assert f"policy       {start} -> {end};" in printed and f"| {step['issue']} | {start} to {end} |" in told
    assert "| citizens who want more than policy, before the week's decision |" in told
    assert f"{step['issue']} ({before:+.2f})" in told.split("The last support")[1].split("\n")[0]
    assert f"for more than the {before:+.2f} before week {step['week']}'s step" in printed
    assert "for more, before the week's decision" in summary(record) and "The last support" not in story(record)


def test_a_chapter_lists_the_steps_that_no_turning_point_tells() -> None:
    """Largest first; with the turning points that makes all there were."""
    told = story(swiss(32))
    assert re.search(
        r"Policy moved \w+ times, as told below and on \w+ by [+-]0\.\d+ \(week \d+, decided by a vote\)", told
    )
    for chapter in told.split("## Years ")[1:]:
        years, body = int(chapter[0]), chapter.split("## What moved")[0]
        steps = reforms(swiss(32)).query(f"{(years - 1) * YEAR} < week <= {(years + 1) * YEAR}")
        if steps.empty:
            assert "Policy moved" not in body
            continue
        assert f"Policy moved {wording.times(len(steps))}" in body
        largest = steps.loc[steps["size"].abs().idxmax()]
        assert re.search(
            rf"eek {largest['week']}\b.*{largest['issue']}|{largest['issue']}.*eek {largest['week']}\b", body
        )


LOG = ["week", "issue", "organisation", "event", "side", "size", "detail"]


@pytest.mark.parametrize(
    ("size", "ended", "why"),
    [
        (0.2, None, "the legislature moved the way that the initiative of greens 1, open since week 3, asked for"),
        (-0.2, None, "gave way before there was an initiative for it; that of greens 1, open since week 3, asked for"),
        (0.2, "ballot_failed", "no initiative was open: the legislature gave way before one could be worth its cost"),
    ],
)
def test_laws_that_gave_way_are_told_with_the_initiatives_open_then(size: float, ended: str | None, why: str) -> None:
    rows = [
        (2, "rent", "greens_2", "ballot_launched", "against", -0.5, "referendum"),
        (3, "rent", "greens_1", "ballot_launched", "for", 0.4, "initiative"),
        (4, "tolls", "greens_2", "ballot_launched", "against", -0.9, "initiative"),
        *([(7, "rent", "greens_1", ended, "for", 0.4, "initiative")] if ended else []),
        (9, "rent", "", "deterrence", "for" if size > 0 else "against", size, "ballot"),
        (9, "rent", "greens_2", "ballot_launched", "for", 0.4, "initiative"),
    ]
    assert why in gave_way(
        pd.DataFrame(rows, columns=LOG), SimpleNamespace(week=9, issue="rent", before=0.1, size=size)
    )


def test_a_step_is_told_once_and_the_largest_of_a_run_always() -> None:
    record = swiss()
    teller = _teller(record, "home", record.scenario.polity["home"])
    told = [move for point in turning_points(teller) for move in point.moves]
    assert sorted(told) == sorted((row.week, row.issue) for row in teller.steps)
    text = story(record)
    row = max(teller.steps, key=lambda step: abs(step.size))
    assert re.search(rf"\*\*Weeks? [^*]*policy on {row.issue} moves|\*\*Week {row.week}: citizens vote on", text)


def test_steps_on_an_issue_within_a_year_are_told_together() -> None:
    when = ((3, "for"), (9, "for"), (20, "against"), (3 + YEAR, "for"))
    rows = [SimpleNamespace(week=week, side=side) for week, side in when]
    weeks = [[row.week for row in together] for together in runs_of(rows, lambda row: row.side)]
    assert weeks == [[3, 9], [3 + YEAR], [20]]


def test_whys_are_the_numbers_that_decided() -> None:
    told = story(contested())
    promised = r"it held (\d+)% of what all tactics at hand promised|it was the only tactic open"
    whys = re.findall(rf" Why: (to find out)?[^.]*(?:\.\d)?[^.]*\((\d+)% met\)(?:; (?:{promised}))?\.", told)
    chosen = contested().events.query("event == 'campaign'")
    assert len(whys) == told.count(" Why: ") >= 2
    for to_find_out, met, share in whys:
        near = (chosen["match"] - int(met) / 100).abs().lt(0.006) & (chosen["experiment"] == bool(to_find_out))
        if not to_find_out:
            near &= (chosen["odds"] - int(share or 100) / 100).abs().lt(0.006)
        assert near.any()
    assert re.search(promised, told)


def test_pressure_is_said_to_beat_resistance_only_where_it_did() -> None:
    """Also the steps that a government traded for quiet are told as what they are."""
    told = story(simulate(Scenario.load("hashtag_without_organisation"), 3))
    beaten = re.findall(r"Pressure of (\d\.\d+) beat a resistance of (\d\.\d+)", told + story(contested()))
    held = re.findall(
        r"conceded it for quiet, though resistance \((\d\.\d+)\) held against pressure \((\d\.\d+)\)", told
    )
    assert beaten and held
    assert all(float(more) >= float(less) for more, less in [*beaten, *held])


def test_hashtags_of_one_team_are_told_together() -> None:
    """With their peak and the weeks in which one is carried."""
    record = simulate(Scenario.load("hashtag_without_organisation"), 1)
    spread = r"hashtags of \w+ network for reform spread\*\* on (\w+); at most (\d+)% [^.]*"
    told = re.findall(rf"{spread}, gone at the latest after (\w+ weeks)", story(record))
    assert told
    for issue, peak, life in told:
        share = record.weeks[record.weeks["issue"] == issue].set_index("week")["hashtag_for"]
        longest = (share > 0).groupby((share == 0).cumsum()).sum().max()
        assert life == wording.count(int(longest), "week") and int(peak) >= round(100 * share.max())


def test_a_vote_near_a_half_says_on_which_side() -> None:
    assert [wording.vote(yes) for yes in (0.503, 0.497, 0.5, 0.50002, 0.49998, 0.65)] == [
        "50.3%", "49.7%", "50.0%", "just over 50%", "just under 50%", "65%"
    ]  # fmt: skip


def test_members_that_a_scenario_declares_stand_together_from_the_start() -> None:
    """With their memorandum; only who joins in the run is told as later."""
    front = {"issue": "climate", "members": ["greens", "institute", "partners"], "memorandum": True}
    usual = {"mechanism.alliance_formation.readiness": -9.0, "mechanism.stakeholder_table.on": False}
    scenario = crowded().but({**usual, "polity.home.alliance.front": front})
    record = simulate(scenario, 1, weeks=8, threads=1)
    who = "greens 1, greens 2, institute and partners stood together for reform on climate with a memorandum"
    assert list(record.alliances["alliance"]) == ["front"]
    told = story(record)
    assert "One alliance stood from the start, none came about later and " in told
    assert f"The weightiest: from the start, {who}." in told and "signed a memorandum" not in told
    joined = replace(record)
    joined.__dict__["alliances"] = record.alliances.assign(members=record.alliances["members"] + "+tenants")
    assert f"{who}, later with one other." in story(joined)


def test_a_tactic_is_explained_where_it_is_first_read_of() -> None:
    told = story(contested())
    for name, tactic in contested().scenario.tactic.items():
        plain = name.replace("_", " ")
        assert told.count(f"({tactic.meaning})") <= 1
        if f"*{plain}*" in told:
            assert told.split(f"*{plain}*")[1].startswith(f" ({tactic.meaning})")


def test_what_pushed_a_step_is_what_the_rule_adds_up() -> None:
    """With the street alone, all pressure comes from there."""
    only = {f"mechanism.pressure.{other}": 0.0 for other in ("opinion", "petition", "inside", "firms")}
    only["mechanism.response.concession"] = 0.0
    record = simulate(busy().but({**only, "weeks": 104, "mechanism.friction.level": 0.1}), 1, threads=1)
    steps = [line for line in story(record).splitlines() if "policy on" in line and "Pressure of" in line]
    assert steps
    assert all("mostly from the street" in line for line in steps)


def test_two_polities_have_a_part_each() -> None:
    told = story(simulate(with_neighbour(busy()), 1, threads=1))
    assert re.findall("^# (.*)", told, re.MULTILINE)[1:] == ["In home", "In abroad"]
    assert told.count("## What moved, and what did not") == 2


def test_long_runs_have_few_chapters() -> None:
    told = story(simulate(busy(), 1, weeks=1040, threads=1))
    assert re.findall("^## (Years .*)", told, re.MULTILINE)[0] == "Years 1 to 5 (weeks 1 to 260)"
    assert words(told) < 870


def test_a_story_needs_no_model(record: Any) -> None:
    told = story(record)
    assert "**Week 12: policy on reform moves toward reform**, from -0.20 to +0.10" in told
    assert "Week 18: Greens closes" in told and "Repression rises from 0.1 to 0.9" in told
    assert BEFORE == 26 and isinstance(outcomes(record), pd.DataFrame)
