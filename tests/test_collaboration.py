"""What is measured of alliances is what happened, in runs of the model and in made-up ones with known answers."""

from __future__ import annotations

import functools
import itertools
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from made_up import ALLIANCE_WEEKS, ALLIANCES, MadeUpRecord
from test_figures import word_boxes
from worlds import busy, run_world, small, switched_off, with_neighbour

from advosim import Scenario
from advosim.figures import alliances as alliance_figures
from advosim.mechanisms import alliances as mechanisms
from advosim.reading.collaboration import (
    ALL,
    ENDINGS,
    OF_ALLIANCES,
    REASONS,
    centralisation,
    collaboration,
    collaboration_weeks,
    conflicts,
    density,
    goal_overlap,
    life_median,
    memberships,
    network,
)
from advosim.reading.tables import lived
from advosim.record import Record
from advosim.results import folder as results
from advosim.simulation import simulate
from advosim.story.page import story
from advosim.world import codes
from advosim.world.found import positions

FIGURES = ("alliance_network", "alliance_lives")


@functools.cache
def allied() -> Record:
    """A run in which alliances form and end."""
    return simulate(busy(), 5, threads=1)


@functools.cache
def unallied() -> Record:
    scenario = busy().model_dump()
    scenario["polity"]["home"]["alliance"] = {}
    return simulate(switched_off("alliance_formation", scenario=Scenario.model_validate(scenario)), 1, threads=1)


@functools.cache
def reformed_and_several() -> Record:
    reforms = [{"week": week, "set": {"polity.home.governance.repression": 0.5}} for week in (5, 7, 15)]
    return simulate(with_neighbour(busy()).but({"reform": reforms}), 2, threads=1)


# ---------------------------------------------------------------- with known answers


@pytest.mark.parametrize(
    ("lives", "ended", "median"),
    [
        ([10, 20, 30], [True, True, True], (20.0, True)),
        ([5, 10, 15, 20], [True, False, True, False], (15.0, True)),
        ([5, 10, 20], [True, False, False], (20.0, False)),
        ([8], [False], (8.0, False)),
        ([], [], (0.0, False)),
    ],
)
def test_the_median_life_counts_those_that_live_on_as_censored(
    lives: list[float], ended: list[bool], median: tuple[float, bool]
) -> None:
    """5, 10+, 15, 20+: three quarters outlive 5, half of the two left outlive 15."""
    assert life_median(lives, ended) == median


def test_a_star_is_central_and_equals_are_not() -> None:
    assert centralisation(nx.star_graph(5)) == pytest.approx(1.0)
    assert centralisation(nx.complete_graph(5)) == centralisation(nx.cycle_graph(5)) == 0.0
    assert density(nx.complete_graph(4)) == 1.0 and density(nx.star_graph(3)) == 0.5
    assert density(nx.empty_graph(1)) == centralisation(nx.empty_graph(2)) == 0.0


def test_goals_are_shared_as_the_logit_of_allying_has_it() -> None:
    rng = np.random.default_rng(1)
    stances, priorities = rng.uniform(-1, 1, (4, 2)), rng.dirichlet([1, 1], 4)
    pairs = [
        mechanisms.goal_overlap(stances[i], stances[j], priorities[i], priorities[j], 1)
        for i, j in itertools.combinations(range(4), 2)
    ]
    assert goal_overlap(stances[:, 1], priorities) == pytest.approx(np.mean(pairs), rel=1e-12)
    assert goal_overlap(stances[:1, 1], priorities[:1]) == 0.0


NAMES = ("ants", "bees", "cats", "dogs")


def made_up(*events: tuple[Any, ...], last: int = 40, closed: int = 99) -> MadeUpRecord:
    """Four organisations; ants and bees found alliance `x` in week 3, dogs close in week `closed`.

    events: (week, event, organisation, partner, size, detail) in `x`.
    """
    home = {"organisation": {name: {} for name in NAMES}}
    scenario = Scenario.model_validate(
        {"title": "Made up", "weeks": last, "polity": {"home": home}, "issue": {"m": {}}}
    )
    log = pd.DataFrame(
        [(3, "alliance", "ants", "bees", 1.0, ""), *events],
        columns=["week", "event", "organisation", "partner", "size", "detail"],
    ).assign(polity="home", issue="m", alliance="x", tactic="", side="for")
    over = log.loc[log["event"] == "dissolved", ["week", "detail"]]
    ended, why = (int(over["week"].iloc[0]), str(over["detail"].iloc[0])) if len(over) else (last, "")
    joined = list(dict.fromkeys(log.loc[log["event"] == "joined", "organisation"]))
    life = (
        "x",
        "home",
        "m",
        "for",
        3,
        ended,
        over.empty,
        "+".join(["ants", "bees", *joined]),
        2,
        "ants",
        "ants",
        True,
        why,
    )
    weeks = pd.DataFrame({"week": np.arange(1, last + 1), "polity": "home", "issue": "m"})
    lived = weeks[(weeks["week"] >= 3) & (weeks["week"] < (ended if len(over) else last + 1))]
    states = lived.assign(alliance="x", members=2, pooled=0.0, line=0.25, **dict.fromkeys(OF_ALLIANCES, 0.5))
    rows = pd.DataFrame(itertools.product(weeks["week"], NAMES), columns=["week", "organisation"])
    rows = rows.assign(polity="home", closed=(rows["organisation"] == "dogs") & (rows["week"] >= closed))
    tables = {
        "weeks": weeks,
        "organisations": rows,
        "campaigns": rows,
        "publics": rows,
        "bonds": rows,
        "elections": rows,
        "ballots": rows,
    }
    return MadeUpRecord(
        scenario, 1, **tables, events=log, alliances=pd.DataFrame([life], columns=ALLIANCES),
        alliance_weeks=states[ALLIANCE_WEEKS],
    )  # fmt: skip


def test_members_come_go_and_come_back() -> None:
    record = made_up(
        (5, "joined", "cats", "ants", 0.0, ""), (9, "left", "cats", "", 0.0, "no_results"),
        (20, "joined", "cats", "bees", 0.0, ""), (30, "left", "ants", "", 0.0, "distrust"),
    )  # fmt: skip
    rows = memberships(record)[["organisation", "first", "last", "reason"]].to_numpy().tolist()
    assert sorted(rows) == [
        ["ants", 3, 29, "distrust"], ["bees", 3, 40, ""], ["cats", 5, 8, "no_results"], ["cats", 20, 40, ""]
    ]  # fmt: skip


def test_density_counts_pairs_of_those_who_are_open() -> None:
    """One pair of six until week 10, then of three; three weeks of three allied in twelve."""
    record = made_up(
        (5, "joined", "cats", "ants", 0.0, ""), (8, "left", "cats", "", 0.0, "no_results"), last=12, closed=11
    )
    weeks = collaboration_weeks(record).set_index("week")
    assert weeks["density"].tolist() == pytest.approx([0, 0, 1 / 6, 1 / 6, *[3 / 6] * 3, *[1 / 6] * 3, *[1 / 3] * 2])
    assert weeks["members"].tolist() == [0, 0, 2, 2, 3, 3, 3, 2, 2, 2, 2, 2]
    assert weeks["newly_allied"][weeks["newly_allied"] > 0].to_dict() == {3: 1, 5: 2}
    assert weeks["centralisation"][5] == pytest.approx((0 + 0 + 0 + 2) / (3 * 2))
    row = collaboration(record).iloc[0]
    assert row["density"] == pytest.approx(weeks["density"].mean())
    apart = 2 * 6 + 2 * 5 + 3 * 3 + 3 * 5 + 2 * 2
    assert row["allying"] == pytest.approx(52 * 3 / apart)
    assert (row["alliances"], row["alive"], row["life"], row["life_reached"]) == (1, 1, 9.0, False)
    assert row["trust"] == row["survey"] == 0.5 and row["memoranda"] == 1.0
    stances = positions(record.scenario, 1).stances[:, 0]
    assert weeks["distance_to_line"][4] == pytest.approx(np.abs(stances[:2] - 0.25).mean())
    assert row["distance_to_line"] == pytest.approx(weeks["distance_to_line"][2:].mean())


CLASH = (16, "culture_clash", "ants", "bees", 0.15, "")


@pytest.mark.parametrize(
    ("after", "last", "ended"),
    [
        ([], 40, "overcome"),
        ([(28, "left", "ants", "", 0.0, "culture_clash")], 40, "exit"),
        ([(20, "left", "bees", "", 0.0, "culture_clash"), (20, "dissolved", "ants", "", 17.0, "culture_clash")], 40,
         "dissolved"),
        ([(29, "left", "ants", "", 0.0, "culture_clash")], 40, "overcome"),
        ([(20, "left", "ants", "", 0.0, "no_results")], 40, "overcome"),
        ([(20, "left", "cats", "", 0.0, "culture_clash")], 40, "overcome"),
        ([(20, "left", "bees", "", 0.0, "closed"), (20, "dissolved", "ants", "", 17.0, "closed")], 40, "unsettled"),
        ([], 27, "unsettled"),
        ([], 28, "overcome"),
    ],
)  # fmt: skip
def test_a_conflict_is_overcome_unless_one_of_the_two_leaves_for_it(after: list[Any], last: int, ended: str) -> None:
    joined = (5, "joined", "cats", "ants", 0.0, "")
    record = made_up(joined, CLASH, *after, last=last)
    (row,) = conflicts(record).to_dict("records")
    assert row["ended"] == ended and row["kind"] == "culture_clash"
    assert row["mediated"] == pytest.approx(0.5)  # the damage is .3 without
    table = collaboration(record).iloc[0]
    assert table["conflicts"] == table["culture_clashes"] == table[ended] == 1
    assert sum(table[ending] for ending in ENDINGS) == 1


# ---------------------------------------------------------------- of runs


def test_measures_of_a_run_are_whole_and_agree_with_its_record() -> None:
    record = allied()
    weeks, table = collaboration_weeks(record), collaboration(record)
    assert not weeks.isna().any(axis=None) and not table.isna().any(axis=None)
    both = lived(record.weeks).merge(weeks, on=["week", "polity", "issue"], suffixes=("", "_measured"))
    assert len(both) == len(lived(record.weeks)) and both["alliances"].max() > 1
    assert (both["alliances"] == both["alliances_measured"]).all()
    assert (both["alliance_members"] == both["members"]).all()
    whole = table[table["issue"] == ALL].iloc[0]
    assert whole["alliances"] == len(record.alliances) and whole["conflicts"] == len(conflicts(record)) > 0
    assert (table["density"].between(0, 1) & table["centralisation"].between(0, 1)).all()


def test_memberships_are_the_seats_of_each_week() -> None:
    record = allied()
    spells = memberships(record)
    assert set(spells["reason"]) - {""} <= set(REASONS) and (spells["reason"] != "").any()
    for row in record.alliance_weeks.itertuples():
        own = spells[
            (spells["alliance"] == row.alliance) & (spells["first"] <= row.week) & (row.week <= spells["last"])
        ]
        assert len(own) == own["organisation"].nunique() == row.members


def test_all_reasons_have_words() -> None:
    assert set(REASONS) == set(codes.REASONS)


def test_without_alliances_nothing_is_measured_and_nothing_is_missing() -> None:
    table = collaboration(unallied())
    numbers = table.drop(columns=["polity", "issue", "life_reached", "apart"], errors="ignore")
    assert (numbers == 0).all(axis=None) and not table["life_reached"].any()
    assert memberships(unallied()).empty and conflicts(unallied()).empty


def test_trust_by_issue_is_the_mean_over_pairs_in_alliances() -> None:
    record = allied()
    states = record.alliance_weeks.assign(pairs=lambda rows: rows["members"] * (rows["members"] - 1) / 2)
    states["sum"] = states["pairs"] * states["trust"]
    sums = states.groupby(["week", "issue"])[["sum", "pairs"]].sum()
    weeks = lived(record.weeks).query("alliances > 0").set_index(["week", "issue"])
    np.testing.assert_allclose(weeks["trust"], (sums["sum"] / sums["pairs"]).loc[weeks.index], rtol=1e-12)


def test_bonds_are_those_of_the_world_each_quarter() -> None:
    record, world = allied(), run_world(busy(), 5, 14)
    names = [name for _, name in record.names.organisations]
    rows = record.bonds[record.bonds["week"] == 14]
    one, other = (rows[column].map(names.index).to_numpy() for column in ("organisation", "partner"))
    assert set(record.bonds["week"]) == {1, 14}
    np.testing.assert_array_equal(rows["trust"], world.allied.trust[one, other].astype(np.float32))
    np.testing.assert_array_equal(rows["tied"], world.allied.tied[one, other] > 0)
    assert len(rows) == np.count_nonzero((world.allied.trust > 0) | (world.allied.tied > 0)) and rows["tied"].any()


def test_a_sweep_can_have_trust_and_alliances_as_outcomes() -> None:
    from advosim.experiment.sweep.outcomes import columns

    assert {"alliances", "alliance_members", "trust"} <= set(columns())


def test_a_mesa_model_shows_the_alliances_that_live_now() -> None:
    from advosim.model import AdvocacyModel

    model = AdvocacyModel(busy(), rng=1)
    model.run_model()
    now = model.record.alliance_weeks.query("week == 26")
    assert sorted(one.trust for one in model.alliances) == sorted(now["trust"]) and len(now) > 1
    spells = memberships(model.record).query("last == 26").groupby("alliance")["organisation"]
    assert sorted(sorted(one.organisations) for one in model.alliances) == sorted(sorted(own) for _, own in spells)
    assert {(one.polity, one.issue) for one in model.alliances} == set(zip(now["polity"], now["issue"], strict=True))
    counted = model.datacollector.get_model_vars_dataframe()["alliances"]
    assert (
        counted.tolist()
        == model.record.alliance_weeks.groupby("week").size().reindex(range(1, 27), fill_value=0).tolist()
    )
    with pytest.raises(AttributeError, match="no 'colour'"):
        model.alliances[0].colour  # noqa: B018


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class Spell:
    alliance: str
    organisation: str


def drawn(name: str, record: Any, **options: Any) -> Any:
    """Draw; a warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = getattr(alliance_figures, name)(record, **options)
        figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize("record", [allied, reformed_and_several])
@pytest.mark.parametrize("name", FIGURES)
def test_figures_stay_on_the_page_and_words_apart(name: str, record: Any) -> None:
    figure = drawn(name, record())
    box, page = figure.get_tightbbox(), figure.bbox_inches
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1
    boxes = word_boxes(figure)
    assert len(boxes) > 10
    assert not [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)]


@pytest.mark.parametrize("name", FIGURES)
def test_without_alliances_there_is_no_figure(name: str) -> None:
    with pytest.raises(ValueError, match="no alliances in this record"):
        drawn(name, unallied())
    with pytest.raises(ValueError, match="no alliances in 'away' .home."):
        drawn(name, allied(), polity="away")


def test_the_network_joins_those_who_are_allied() -> None:
    record = allied()
    figure = drawn("alliance_network", record)
    spells = memberships(record)
    for axes, week in zip(figure.axes, (9, 18, 26), strict=True):
        now = spells[(spells["first"] <= week) & (week <= spells["last"])]
        pairs = set()
        for issue, rows in now.groupby("issue"):
            members = [Spell(row.alliance, row.organisation) for row in rows.itertuples()]
            pairs |= {(issue, frozenset(pair)) for pair in network(members, []).edges}
        (lines,) = [artist for artist in axes.collections if artist.get_gid() == f"allied/{week}"]
        assert len(lines.get_segments()) == len(pairs) > 0
        assert axes.get_title().startswith(f"Week {week}: {now['alliance'].nunique()} alliance")


def test_namesakes_of_two_polities_are_told_apart() -> None:
    """Both neighbours have organisations of the same names, which may know and trust each other."""
    small = {f"polity.{home}.citizens": 200 for home in ("home", "neighbour")}
    record = simulate(Scenario.load("two_neighbours").but(small), 1, weeks=104, threads=1)
    rows = record.bonds
    assert (rows["partner_polity"] != rows["polity"]).any()
    key = ["week", "polity", "organisation", "partner_polity", "partner"]
    assert not rows.duplicated(key).any() and rows.duplicated(["week", "polity", "organisation", "partner"]).any()
    drawn("alliance_network", record)


def test_lives_have_the_length_that_they_had_and_say_why_they_ended() -> None:
    record = simulate(busy().but({"weeks": 60}), 1, threads=1)
    figure = drawn("alliance_lives", record)
    patches = [patch for axes in figure.axes for patch in axes.patches]
    bars = {patch.get_gid(): patch for patch in patches if "life/" in (patch.get_gid() or "")}
    states = record.alliance_weeks.groupby("alliance")["week"]
    assert set(bars) == {f"life/{name}" for name in states.groups}
    for name, weeks in states:
        edges = bars[f"life/{name}"].get_data().edges
        assert (edges[0], edges[-1]) == (weeks.min() - 0.5, weeks.max() + 0.5)
    told = [text.get_text().strip() for axes in figure.axes for text in axes.texts]
    ended = record.alliances.loc[~record.alliances["alive"], "reason"]
    assert len(ended) and sorted(text for text in told if text in REASONS.values()) == sorted(ended.map(REASONS))


def test_each_life_has_a_name_of_its_own() -> None:
    """One organisation may lead one alliance after the other."""
    record = simulate(busy().but({"weeks": 60}), 3, threads=1)
    lives = record.alliances
    assert lives.duplicated(["issue", "lead"]).any()
    figure = drawn("alliance_lives", record)
    issues = dict(zip((axes.get_title(loc="left") for axes in figure.axes), figure.axes, strict=True))
    for issue, own in lives.groupby("issue"):
        names = [text.get_text() for text in issues[issue].get_yticklabels()]
        assert len(set(names)) == len(names) == len(own)
        started = {f", week {week}" for week in own.loc[own["week_formed"] > 0, "week_formed"]}
        assert started <= {name[name.index(",") :] for name in names if "," in name}


def test_a_memorandum_that_the_scenario_declares_is_marked_at_the_start() -> None:
    scenario = Scenario.load("mediated_alliance").but({"polity.home.citizens": 200, "weeks": 20})
    record = simulate(scenario, 1, threads=1)
    events = record.events[record.events["event"] == "memorandum"]
    assert "climate_front" not in set(events["alliance"])
    figure = drawn("alliance_lives", record)
    marks = [line for axes in figure.axes for line in axes.lines if line.get_gid() == "memorandum/"]
    assert sorted(week for line in marks for week in line.get_xdata()) == sorted([1, *events["week"]])
    assert "memorandum" in [text.get_text() for legend in figure.legends for text in legend.get_texts()]


# ---------------------------------------------------------------- results and story


def test_results_hold_figures_of_alliances_where_there_were_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "_draw", lambda record, file: file.write_bytes(b"\x89PNG"))
    found = {}
    for record in (allied(), unallied()):
        folder = results.write(record, tmp_path / "run")
        found[bool(len(record.alliances))] = {file.stem for file in folder.glob("*.png")}
    assert set(FIGURES) <= found[True] and not set(FIGURES) & found[False]


def test_the_story_tells_who_allied_why_and_how_it_ended() -> None:
    told = story(simulate(small().but({"weeks": 52, "mechanism.alliance_formation.readiness": 3.0}), 1, threads=1))
    assert " stood together for reform on " in told and " Their first plan: " in told
    assert re.search(r"came about( later)? and \w+ ended\. The weightiest: from ", told)
    assert " came about" not in story(unallied())
