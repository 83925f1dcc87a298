"""Outcomes of a user's own in experiment files and comparisons, named in advance or not; estimates, panels, reruns."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from codebooks import explains
from typer.testing import CliRunner

from advosim import InputError, Scenario, cli, compare
from advosim.experiment.rerun import rerun
from advosim.experiment.sweep import export, load, store
from advosim.experiment.sweep import running as sweep

FILE = """title = "With an outcome of my own"
scenario = "baseline"
outcomes = ["policy_end", "OWN:late"]
primary = ["late"]
[set]
"polity.home.citizens" = 120
"polity.home.districts" = 2
weeks = 5
[design]
kind = "factorial"
[factor."polity.home.governance.preset"]
levels = ["closed_regime", "mine.toml"]
[replicates]
count = 2
[keep]
weeks = 1
[mechanisms]
attention = "OWN:attention"
"""
MODULE = """
from other_rules import attention
LIMIT = 3

def late(record):
    return record.weeks[record.weeks["week"] > LIMIT]["support"].mean()

def texts(record):
    return "many"

def nothing(record):
    return float("nan")

def breaks(record):
    return {}["lost"]
"""


@pytest.fixture
def study(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An experiment file with a module and a preset beside it; the module has a name of its own in each test."""
    name = f"own_{hashlib.sha256(request.node.name.encode()).hexdigest()[:8]}"
    (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "mine.toml").write_text('title = "Mine"\n[governance]\nopenness = 0.77\n', encoding="utf-8")
    file = tmp_path / "study.toml"
    file.write_text(FILE.replace("OWN", name), encoding="utf-8")
    return file


def swept(file: Path) -> Path:
    sweep.run(file, file.parent / "out", executor=sweep.InProcess(), chunk=4)
    return file.parent / "out"


def test_an_own_outcome_is_measured_told_and_rerun(study: Path) -> None:
    place = swept(study)
    table = sweep.runs(place)
    weeks = pd.read_parquet(place / store.WEEKS)
    expected = weeks[weeks["week"] > 3].groupby("run")["support"].mean()
    assert table["late"].to_numpy() == pytest.approx(expected.to_numpy())
    told = json.loads((place / store.MANIFEST).read_text())["experiment"]
    assert told["primary"] == ["late"] and len(told["own"][0]["sha256"]) == 64
    said = str(sweep.status(place))
    assert "late (primary, named in advance):" in said and "preset = mine.toml: 0." in said and "policy_end" not in said
    # Presets and rules from files come along.
    (study.parent / "mine.toml").unlink()
    again = rerun(place, workers=1)
    assert again.bits_agree and {"runs", "weeks"} <= set(again.same)
    module = next(study.parent.glob("own_*.py"))
    module.write_text(MODULE.replace("LIMIT]", "LIMIT - 1]"), encoding="utf-8")
    sys.modules.pop(module.stem)
    with pytest.raises(InputError, match="the functions for late are not what they were"):
        rerun(place, workers=1)


def test_estimates_and_a_panel_are_exported(study: Path, tmp_path: Path) -> None:
    place = swept(study)
    export.export(place, "csv", tmp_path / "csv", panel=True)
    explains(tmp_path / "csv")
    rows = pd.read_csv(tmp_path / "csv" / "estimates.csv")
    assert list(rows["outcome"]) == ["late"] * 2 + ["policy_end"] * 2
    assert list(rows["role"]) == ["primary"] * 2 + ["exploratory"] * 2 and (rows["low"] <= rows["mean"]).all()
    files = export.export(place, "dta", tmp_path / "dta", panel=True)
    panel, told = pyreadstat.read_dta(next(file for file in files if file.stem == "panel"))
    assert len(panel) == 4 * 5 * 3 and not panel.duplicated(["unit", "week"]).any()
    assert set(told.variable_value_labels["issue"].values()) == {"climate", "housing", "privacy"}
    assert told.column_names_to_labels["protest"].endswith("[share of citizens]")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("nowhere_at_all:late", "'nowhere_at_all:late' is not found: No module named 'nowhere_at_all'"),
        ("OWN:missing", "is not found"),
        ("OWN:LIMIT", "is a int, no function"),
        ("OWN:texts", "gives a str, not one finite number"),
        ("OWN:nothing", "gives nan, not one finite number"),
        ("OWN:breaks", "raises KeyError: 'lost'"),
    ],
)
def test_what_is_no_outcome_is_told_with_file_and_line(study: Path, outcome: str, said: str) -> None:
    name = next(study.parent.glob("own_*.py")).stem
    lines = study.read_text().replace(f"{name}:late", outcome.replace("OWN", name)).replace('primary = ["late"]', "")
    study.write_text(lines, encoding="utf-8")
    words = ["sweep", "run", str(study), "--workers", "1", "--out", str(study.parent / "no")]
    told = CliRunner().invoke(cli.app, words)
    assert told.exit_code == 2 and said in told.stderr and "study.toml:3" in told.stderr, told.output
    assert not (study.parent / "no").exists()


def test_listed_outcomes_can_be_aimed_at_and_made_precise(study: Path) -> None:
    more = '[aim.late]\nwant = "high"\n[precision]\noutcome = "policy_end"\nwidth = 0.1\nruns = 100\n'
    study.write_text(study.read_text() + more, encoding="utf-8")
    found = load.load(study)
    assert list(found.aims) == ["late"] and found.precision is not None and found.precision.outcome == "policy_end"


def test_names_in_advance_must_be_outcomes(study: Path) -> None:
    study.write_text(study.read_text().replace('primary = ["late"]', 'primary = ["lat"]'), encoding="utf-8")
    with pytest.raises(InputError, match="study.toml:4.*no outcome 'lat'.*did you mean 'late'"):
        load.load(study)


def test_outcomes_named_later_are_not_named_in_advance(study: Path) -> None:
    place = swept(study)
    study.write_text(study.read_text().replace('primary = ["late"]', 'primary = ["policy_end"]'), encoding="utf-8")
    with pytest.raises(InputError, match="primary outcomes has changed since"):
        sweep.run(study, place, executor=sweep.InProcess())


def test_comparisons_take_functions_by_name(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study.parent)
    monkeypatch.syspath_prepend(study.parent)
    name = next(study.parent.glob("own_*.py")).stem
    home = Scenario.load("baseline").but({"polity.home.citizens": 100, "weeks": 5})
    how: dict[str, Any] = {"runs": 2, "courses": (), "progress": False}
    found = compare([home, home], **how, outcomes=["policy_end"], primary=[f"{name}:late"])
    assert found.outcomes == ["policy_end", "late"] and found.primary == ("late",)
    place = found.save(study.parent / "compared")
    monkeypatch.setattr(sys, "path", [path for path in sys.path if Path(path) != study.parent])
    sys.modules.pop(name)
    assert rerun(place, workers=1).bits_agree


def test_functions_of_a_notebook_work_in_one_process_and_say_why_not_in_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = sys.modules["__main__"]
    code = (
        "def mine(record):\n    return 1.5\ndef stand_in(scenario, seed):\n    return {'policy': 0.5}\n"
        "def least(runs):\n    return runs['mine'].min()\ndef attention(now, arena, events):\n    pass\n"
    )
    exec(compile(code, "<cell>", "exec"), main.__dict__)
    monkeypatch.delattr(main, "__file__", raising=False)
    home = Scenario.load("baseline").but({"polity.home.citizens": 60, "weeks": 3})
    how: dict[str, Any] = {"runs": 2, "outcomes": {"mine": main.mine}, "progress": False}
    assert compare([home, home], **how).pairs["mine"].tolist() == [1.5] * 4
    listed = compare([home, home], **{**how, "outcomes": [main.mine, "policy_end"]}, primary=[main.mine], courses=())
    assert listed.outcomes == ["policy_end", "mine"] and listed.primary == ("mine",)
    with pytest.raises(InputError, match="'mine' is defined in a notebook or at the prompt.*workers=1, or write it"):
        compare([home, home], **how, workers=2)
    table = {
        "title": "T", "scenario": home, "design": {"kind": "factorial"},
        "factor": {"polity.home.governance.openness": {"levels": [0.1]}},
        "outcome": {"policy": {"of": "policy", "issue": "all"}},
    }  # fmt: skip
    with pytest.raises(InputError, match="'simulate' is defined in a notebook"):
        sweep.run(table, "nowhere", simulate=main.stand_in, workers=2)
    own = {**table, "outcomes": [main.mine], "summaries": {"least": main.least}}
    own["mechanisms"] = {"attention": main.attention}
    assert "least: 1.5" in str(sweep.run(own, tmp_path / "own"))
    with pytest.raises(InputError, match="'mine' is defined in a notebook"):
        sweep.run(own, tmp_path / "own", workers=2)
    with pytest.raises(InputError, match="attention, mine were of a notebook or script"):
        rerun(tmp_path / "own")
    with pytest.raises(InputError, match="'.*<lambda>' has no name by which it is found again.*at the top of a module"):
        sweep.run({**own, "outcomes": [lambda record: 1.0]}, tmp_path / "no")
