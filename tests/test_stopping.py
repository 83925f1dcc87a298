"""Runs that end when something has happened, or when nothing happens any more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from advosim import AdvocacyModel, InputError, Scenario, cli, simulate
from advosim.experiment.compare.comparison import compare
from advosim.experiment.sweep import load, outcomes
from advosim.reading.stopping import LENGTH, PASSED, UNCHANGED, ended
from advosim.results import folder as results

SMALL = {"polity.home.citizens": 120, "polity.home.districts": 2, "weeks": 30}


@pytest.fixture(scope="module")
def home() -> Scenario:
    return Scenario.load("baseline").but(SMALL)


@pytest.fixture(scope="module")
def whole(home: Scenario) -> Any:
    return simulate(home, 3, threads=1)


def value_passed(record: Any) -> tuple[str, float, int]:
    """An issue, a value that its policy passes in mid-run, and the week in which it does first."""
    for issue in record.scenario.issue:
        weeks = record.weeks
        policy = weeks[weeks["issue"] == issue]["policy"].to_numpy()
        far = int(np.argmax(np.abs(policy - policy[0])))
        value = (policy[0] + policy[far]) / 2
        week = int(np.flatnonzero((policy - value) * (policy[0] - value) <= 0)[0])
        if 2 < week < len(policy) - 1:
            return issue, float(value), week
    raise AssertionError("no policy moved")


def test_a_run_ends_when_a_policy_passes_a_value_and_is_the_same_until_then(home: Scenario, whole: Any) -> None:
    issue, value, week = value_passed(whole)
    record = simulate(home.but({f"stop.policy.{issue}": value}), 3, threads=1)
    assert record.weeks["week"].max() == week
    for name in ("weeks", "events", "organisations"):
        table = getattr(whole, name)
        assert getattr(record, name).equals(table[table["week"] <= week].reset_index(drop=True)), name
    end = ended(record)
    assert (end.week, end.reason) == (week, PASSED) and f"policy on {issue} in home passed" in end.told
    table = {"title": "T", "scenario": record.scenario, "design": {"kind": "factorial"},
             "factor": {"polity.home.governance.repression": {"levels": [0.1]}},
             "outcome": {name: {"of": name, "issue": "all"} for name in ("ended_week", "ended_by")}}  # fmt: skip
    assert outcomes.reduce(record, load.build(table).outcomes) == {"ended_week": week, "ended_by": PASSED}


def test_a_run_ends_when_nothing_has_changed(home: Scenario, whole: Any) -> None:
    record = simulate(home.but({"stop.unchanged": 6, "stop.tolerance": 2.0}), 3, threads=1)
    assert (record.weeks["week"].max(), ended(record).reason) == (6, UNCHANGED)
    never = simulate(home.but({"stop.unchanged": 6, "stop.tolerance": 0.0}), 3, threads=1)
    assert ended(never)[:2] == (30, LENGTH) and never.weeks.equals(whole.weeks)


def test_a_mesa_model_stops_too(home: Scenario) -> None:
    model = AdvocacyModel(home.but({"stop.unchanged": 2, "stop.tolerance": 2.0}))
    while model.running:
        model.step()
    model.step()
    assert model.week == 2


def test_where_a_run_ended_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_draw", lambda record, file: file.write_bytes(b"\x89PNG"))
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "Mine"\nextends = "baseline"\nweeks = 30\n[polity.home]\ncitizens = 120\ndistricts = 2\n'
        "[stop]\nunchanged = 4\ntolerance = 2.0\n"
    )
    words = ["run", str(file), "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(cli.app, words)
    assert told.exit_code == 0, told.output
    assert "Ended in week 4: no policy had moved by more than 2 for 4 weeks" in told.stdout
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["ended"]["week"] == manifest["weeks"] == 4
    story = (tmp_path / "out" / "story.md").read_text(encoding="utf-8")
    assert "It ended in week 4: no policy had moved" in story


def test_a_comparison_with_a_run_that_may_end_before_the_other_says_so(home: Scenario) -> None:
    ending = home.but({"stop.unchanged": 4, "stop.tolerance": 2.0})
    made = compare([home, ending], runs=2, weeks=6, workers=1, progress=False, labels=["all", "some"])
    assert "note: runs of some may end before their last week" in made.summary()
    assert "may end before" not in compare([home, home], runs=2, weeks=6, workers=1, progress=False).summary()


def test_a_stop_on_what_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'title = "Mine"\nextends = "baseline"\n[stop]\npolicy = { climat = 0.5, climate = 3 }\nunchanged = 0\n'
    )
    told = CliRunner().invoke(cli.app, ["check", str(file)])
    assert told.exit_code == 2
    for said in ("mine.toml:4", "there is no issue 'climat'", "did you mean 'climate'?", "stop.unchanged = 0"):
        assert said in told.stderr
    with pytest.raises(InputError, match="climat"):
        Scenario.load("baseline").but({"stop.policy.climat": 0.1})
