"""Effects over time: courses and events with bands over seeds, outcomes named in advance, panels, formats."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from codebooks import explains
from test_compare import assert_latex
from test_figures import word_boxes
from typer.testing import CliRunner

from advosim import InputError, Scenario, cli, compare, simulate
from advosim.experiment.compare import courses
from advosim.experiment.rerun import rerun
from advosim.results import latex

SMALL = {"polity.home.citizens": 100, "polity.home.districts": 2, "weeks": 60}
REPRESSION = "polity.home.governance.repression"


@pytest.fixture(scope="module")
def pair() -> list[Scenario]:
    home = Scenario.load("baseline").but(SMALL)
    return [home, home.but({REPRESSION: 0.95, "title": "Harder"})]


@pytest.fixture(scope="module")
def compared(pair: list[Scenario]) -> Any:
    """Four pairs with a panel."""
    return compare(
        pair, runs=4, progress=False, outcomes=["support", "effort"], primary=["silenced", "policy_end"], panel=True
    )


def test_courses_are_what_single_runs_give(compared: Any, pair: list[Scenario]) -> None:
    weeks = simulate(pair[1], 3, threads=1).weeks
    whole = weeks.groupby("week")["protest"].mean().to_numpy()
    assert compared.courses.course("protest", "home")[1, 2] == pytest.approx(whole)
    one = weeks[weeks["issue"] == "housing"]["policy"].to_numpy()
    assert compared.courses.course("policy", "home", "housing")[1, 2] == pytest.approx(one)
    table = compared.course_table
    rows = table[(table["column"] == "policy") & (table["scenario"] == "Harder")]
    each = compared.courses.course("policy", "home")
    assert rows["effect"].to_numpy() == pytest.approx((each[1] - each[0]).mean(axis=0))
    assert (rows["band_low"] <= rows["effect_low"]).all() and (rows["band_high"] >= rows["effect_high"]).all()
    assert len(rows) == 61 and (rows[rows["week"] == 0]["effect"] == 0).all()


def test_events_are_counted_once_and_by_year(compared: Any, pair: list[Scenario]) -> None:
    log = simulate(pair[1], 3, threads=1).events
    for kind in ("campaign", "news", "covered", "closure"):
        years = (log[log["event"] == kind]["week"] - 1) // 52
        assert compared.courses.happened(kind, "home")[1, 2].tolist() == [(years == year).sum() for year in (0, 1)]
    table = compared.event_table
    assert set(table["weeks"]) == {52, 8} and set(table["event"]) == set(compared.courses.kinds)


def test_a_band_holds_the_whole_course_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    held = alone = 0
    for _ in range(120):
        walks = chance.normal(size=(25, 40)).cumsum(axis=1)
        mean, error = walks.mean(axis=0), walks.std(axis=0, ddof=1) / 5
        reach = 2.064 * error
        alone += bool((np.abs(mean) <= reach).all())
        held += bool((np.abs(mean) <= reach * courses.widened(walks)).all())
    assert 0.91 < held / 120 <= 0.995 and alone / 120 < 0.88


def test_a_primary_outcome_is_measured_also_where_it_is_none_of_the_usual(pair: Any) -> None:
    found = compare(pair, runs=2, progress=False, primary=["reforms", "ended_week"])
    assert found.told["primary"] == ["reforms", "ended_week"]
    assert list(found.table["outcome"][:2]) == ["reforms", "ended_week"] and "policy_change" in set(
        found.table["outcome"]
    )


def test_primary_outcomes_come_first_and_are_told_whatever_they_show(compared: Any) -> None:
    assert list(compared.table["outcome"]) == ["silenced", "policy_end", "support", "effort"]
    assert list(compared.table["role"]) == ["primary", "primary", "exploratory", "exploratory"]
    primary, _, rest = compared.summary().partition("exploratory: 2 outcomes looked at")
    assert "silenced" in primary and "policy_end" in primary and "named in advance" in primary and rest
    assert re.search(r"silenced .* share of .*d_z .*, rose in \d of \d, fell in \d", primary)
    assert "d_z: difference over its standard deviation" in rest
    assert "Primary, named in advance" in compared.latex()
    assert "Primary, named in advance" in {text.get_text() for text in compared.figure().axes[0].texts}
    assert compared.told["primary"] == ["silenced", "policy_end"]


def test_the_panel_has_a_row_for_each_week_of_each_run(compared: Any, tmp_path: Path) -> None:
    panel = compared.panel
    assert len(panel) == 2 * 4 * 61 * 3 and not panel.duplicated(["unit", "week"]).any()
    place = compared.save(tmp_path / "here", panel=["parquet", "dta"], formats=["pdf", "svg"], longtable=True)
    explains(place)
    assert {file.suffix for file in place.glob("courses.*")} == {".csv", ".pdf", ".svg"}
    assert (place / "effects.tex").read_text().startswith(r"\begin{longtable}")
    table, told = pyreadstat.read_dta(place / "panel.dta")
    assert told.column_names_to_labels["protest"].endswith("[share of citizens]")
    assert told.variable_value_labels["scenario"] == {0: "Baseline", 1: "Harder"}
    assert table["policy"].to_numpy() == pytest.approx(panel["policy"].to_numpy())
    again = rerun(place, workers=1)
    assert again.bits_agree and set(again.same) == {"pairs", "panel"}


@pytest.mark.parametrize("by_issue", [False, True])
def test_words_of_figures_stay_on_them_and_apart(compared: Any, by_issue: bool) -> None:
    table = compared.courses.table(by_issue)
    from advosim.experiment.compare import course_figure

    for figure in (
        course_figure.courses(compared.courses, table, ["policy", "protest"]),
        compared.event_figure(),
    ):
        figure.draw_without_rendering()
        boxes = [(word, box) for word, box in word_boxes(figure) if not re.fullmatch(r"[−\d.]+", word)]
        assert not [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)]
        box, page = figure.get_tightbbox(), figure.bbox_inches
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 + 0.01 and box.y1 <= page.y1 + 0.01


def test_runs_that_end_early_are_compared_as_far_as_all_go(pair: list[Scenario]) -> None:
    stopped = [each.but({"stop.unchanged": 3, "stop.tolerance": 2.0, "weeks": 8}) for each in pair]
    found = compare(stopped, runs=2, outcomes=["policy_end"], progress=False)
    assert found.courses is not None and found.courses.weeks == 3 and not found.course_table["mean"].isna().any()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"primary": ["polcy_end"]}, "primary: there is no outcome 'polcy_end'|no outcome 'polcy_end'"),
        ({"courses": ["polcy"]}, "no column of numbers 'polcy'.*did you mean 'policy'"),
    ],
)
def test_what_cannot_be_followed_is_told(pair: list[Scenario], options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(pair, runs=2, progress=False, **options)


def test_the_command_takes_names_by_commas(tmp_path: Path) -> None:
    words = ["compare", "baseline", "closed_regime", "--runs", "2", "--weeks", "4", "--set", "polity.home.citizens=100"]
    words += ["--primary", "policy_end,protest", "--course", "policy,aware", "--format", "svg", "--panel", "csv"]
    words += ["--outcome", "support", "--longtable", "--out", str(tmp_path / "out")]
    ran = CliRunner().invoke(cli.app, words)
    assert ran.exit_code == 0, ran.output
    assert "primary outcomes, named in advance" in ran.stdout and "exploratory: 1 outcome looked at" in ran.stdout
    there = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"courses.svg", "effects.svg", "panel.csv", "courses.csv"} <= there and "effects.png" not in there
    assert set(pd.read_csv(tmp_path / "out" / "courses.csv")["column"]) == {"policy", "aware"}
    for wrong in (["--format", "gif"], ["--panel", "xls"], ["--primary", "nothing"]):
        refused = CliRunner().invoke(cli.app, [*words[:-2], *wrong, "--out", str(tmp_path / "no")])
        assert refused.exit_code == 2 and not (tmp_path / "no").exists()


def test_a_longtable_repeats_its_head() -> None:
    table = latex.booktabs(pd.DataFrame({"a_b": ["x"], "n": [1.5]}), caption="C", note="50% of N", label="tab:a")
    assert table.long.count(r"a\_b") == 2 and r"\endlastfoot" in table.long and r"50\% of N" in table.long
    assert_latex(table)
    short = table.long.replace("longtable", "tabular")
    assert short.count(r"\begin") == short.count(r"\end{")
