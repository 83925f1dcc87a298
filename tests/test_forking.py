"""Many futures from one past: the past is run once, and a future with nothing changed is the run that never forked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from advosim import InputError, Scenario, compare, simulate
from advosim.experiment import forking
from advosim.experiment.rerun import rerun
from advosim.experiment.sweep import load
from advosim.experiment.sweep.running import InProcess, run
from advosim.results import folder as results

SMALL = {"polity.home.citizens": 120, "polity.home.districts": 2, "weeks": 12}
OPENNESS = "polity.home.governance.openness"


@pytest.fixture(scope="module")
def home() -> Scenario:
    return Scenario.load("baseline").but(SMALL)


@pytest.fixture(autouse=True)
def no_past() -> None:
    forking._pasts.of, forking._pasts.kept = "", {}


def table(home: Scenario, levels: list[Any]) -> dict[str, Any]:
    return {
        "title": "Opened later", "scenario": home, "design": {"kind": "factorial", "from_week": 6},
        "factor": {OPENNESS: {"levels": levels}}, "replicates": {"count": 2},
        "outcome": {"policy": {"of": "policy", "issue": "all"}}, "keep": {"weeks": 1},
    }  # fmt: skip


def assert_same(record: Any, other: Any) -> None:
    for name in results.tables_of(other):
        pd.testing.assert_frame_equal(getattr(record, name), getattr(other, name), check_exact=True)
    for mine, theirs in zip(record.recorded, other.recorded, strict=True):
        if isinstance(mine, np.ndarray):
            assert mine.tobytes() == theirs.tobytes()


def test_futures_are_whole_runs_to_the_byte(home: Scenario) -> None:
    own = home.polity["home"].governance.openness
    experiment = load.build(table(home, [own, 0.95]))
    same, opened = (experiment.at({OPENNESS: value}) for value in (own, 0.95))
    assert same == home and [(each.week, each.set) for each in opened.reform] == [(6, {OPENNESS: 0.95})]
    for scenario in (same, opened, same):
        assert_same(forking.simulated(scenario, 3, 6, rules={}), simulate(scenario, 3, threads=1))


def test_a_past_is_run_once_for_each_seed(home: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    plain = forking._run
    monkeypatch.setattr(forking, "_run", lambda *given: (begun.append(given[1]), plain(*given))[1])
    run(load.build(table(home, [0.1, 0.5, 0.95])), tmp_path / "out", executor=InProcess(), chunk=4)
    assert begun == [1, 2]
    weeks = pd.read_parquet(tmp_path / "out" / "weeks.parquet")
    of_run = [weeks[weeks["run"] == number].drop(columns="run").reset_index(drop=True) for number in range(6)]
    for later in (of_run[2], of_run[4]):
        assert later[later["week"] < 6].equals(of_run[0][of_run[0]["week"] < 6]) and not later.equals(of_run[0])
    assert rerun(tmp_path / "out", workers=1).bits_agree


def test_room_for_pasts_is_bounded(home: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "ROOM", 0.0)
    record = forking.simulated(home, 3, 6, rules={})
    assert not forking._pasts.kept
    assert_same(record, simulate(home, 3, threads=1))


def test_a_run_that_stops_before_is_not_forked(home: Scenario) -> None:
    stopped = home.but({"stop.unchanged": 3, "stop.tolerance": 2.0})
    assert_same(forking.simulated(stopped, 3, 6, rules={}), simulate(stopped, 3, threads=1))


def test_scenarios_are_compared_as_futures(home: Scenario) -> None:
    opened = home.but({OPENNESS: 0.95, "title": "Opened"})
    found = compare([home, opened], runs=2, from_week=6, outcomes=["policy_end"], courses=["consulting", "policy"],
                    progress=False)  # fmt: skip
    assert found.labels == ("Baseline", "Opened") and found.courses is not None
    values = found.courses.values
    assert (values[0, :, :6] == values[1, :, :6]).all()
    whole = simulate(home.but({"reform": [{"week": 6, "set": {OPENNESS: 0.95}}]}), 2, threads=1)
    row = found.pairs[(found.pairs["scenario"] == "Opened") & (found.pairs["seed"] == 2)]
    assert row["policy_end"].item() == pytest.approx(whole.weeks[whole.weeks["week"] == 12]["policy"].mean())


@pytest.mark.parametrize(
    ("changes", "week", "said"),
    [
        ({"polity.home.citizens": 90}, 6, "citizens"),
        ({OPENNESS: 0.9}, 13, "from_week = 13 is not within the run; allowed: 2 to 12"),
        ({"reform": [{"week": 3, "set": {OPENNESS: 0.9}}]}, 6, "what no reform can change: its reforms"),
    ],
)
def test_what_is_no_future_is_told(home: Scenario, changes: dict[str, Any], week: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare([home, home.but(changes)], runs=2, from_week=week, progress=False)


def test_a_factor_that_no_reform_can_set_is_told(home: Scenario) -> None:
    wrong = table(home, [0.1]) | {"factor": {"polity.home.citizens": {"levels": [90, 110]}}}
    with pytest.raises(InputError, match="citizens"):
        load.build(wrong)
