"""The study of assumed numbers: what it changes, that it goes on where it stopped, and that its page is kept true."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from advosim import Scenario
from advosim.scenario import load

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results" / "assumptions"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("assumptions", ROOT / "experiments" / "assumptions" / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["assumptions"] = module
    spec.loader.exec_module(module)
    return module


def made_up(scenario: Scenario, seed: int) -> list[float]:
    """Outcomes of no model: protest rises with `solidarity`, nothing else moves; luck is that of the seed."""
    luck = float(np.random.default_rng(seed).normal())
    solidarity = scenario.mechanism.participation.solidarity
    return [solidarity**4 * (10 + luck), 1.0, 2.0, 3.0 + luck, 0.4]


ONLY = r"participation\.(solidarity|tau)$"


def test_a_number_goes_to_half_and_one_and_a_half_within_its_range(study: ModuleType) -> None:
    world = study.small_world("baseline")
    usual = world.mechanism.participation.solidarity
    changes = {end: study.changes_of(world, "mechanism.participation.solidarity", end) for end in study.ENDS}
    assert changes["half"] == {"mechanism.participation.solidarity": pytest.approx(usual / 2)}
    assert changes["more"] == {"mechanism.participation.solidarity": pytest.approx(usual * 1.5)}
    kept = study.changes_of(world, "mechanism.pressure.keep", "more")
    assert kept == {"mechanism.pressure.keep": 0.999}, "the end of its range"


def test_a_number_of_named_rows_changes_in_all_of_them_and_whole_numbers_stay_whole(study: ModuleType) -> None:
    world = study.small_world("baseline")
    costs = study.changes_of(world, "tactic.NAME.cost", "half")
    assert {path: pytest.approx(row.cost / 2) for path, row in world.tactic.items()} == {
        path.split(".")[1]: value for path, value in costs.items()
    }
    weeks = study.changes_of(world, "mechanism.joint_plan.stagger", "more")
    assert weeks == {"mechanism.joint_plan.stagger": 2}


def test_what_an_organisation_leaves_to_its_kind_is_that_of_its_kind(study: ModuleType) -> None:
    world = study.small_world("baseline")
    less = study.changes_of(world, "polity.NAME.organisation.NAME.skills.law", "half")
    ngo = next(name for name, row in world.polity["home"].organisation.items() if row.kind == "ngo")
    assert less[f"polity.home.organisation.{ngo}.skills.law"] == pytest.approx(0.25)


def test_every_assumed_number_has_a_world_that_takes_both_ends(study: ModuleType) -> None:
    assert {study.world_of(number) for number in study.assumed()} <= set(study.WORLDS)
    for number in list(study.assumed())[::25]:
        world = study.small_world(study.world_of(number))
        for end in study.ENDS:
            world.but(study.changes_of(world, number, end))


def test_effects_are_paired_and_what_is_done_is_not_done_again(
    study: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "outcomes", made_up)
    wanted = study.trials(ONLY)
    table = study.run_all(tmp_path, wanted, 5, workers=1).set_index(["number", "end"])
    moved = table.loc[("mechanism.participation.solidarity", "more")]
    assert moved["protest_errors"] > 20 and moved["alliances_errors"] == 0, "the same luck on both sides"
    still = table.loc[("mechanism.participation.tau", "half")]
    assert still["protest_change"] == still["steps_errors"] == 0
    left = table["leaves_sanity_by"]
    assert left[("mechanism.participation.solidarity", "half")] == "protest x 0.062"
    assert left.drop(("mechanism.participation.solidarity", "half")).eq("").all()

    file = tmp_path / "trials.jsonl"
    whole = file.read_text()
    file.write_text(whole[:-40])  # a kill cut the last line off
    again: list[object] = []
    monkeypatch.setattr(study, "run", lambda trial, seeds, real=study.run: (again.append(trial), real(trial, seeds))[1])
    pd.testing.assert_frame_equal(study.run_all(tmp_path, wanted, 5, workers=1), table.reset_index())
    assert again == [wanted[-1]]
    with pytest.raises(SystemExit, match="other rules or seeds"):
        study.run_all(tmp_path, wanted, 6, workers=1)


def test_results_are_written_as_the_committed_ones_are(
    study: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "outcomes", made_up)
    study.write(study.run_all(tmp_path / "work", study.trials(ONLY), 3, workers=1), tmp_path / "results", 3)
    assert {file.name for file in (tmp_path / "results").iterdir()} == {file.name for file in RESULTS.iterdir()}
    kept = pd.read_csv(RESULTS / "effects.csv")
    assert list(pd.read_csv(tmp_path / "results" / "effects.csv")) == list(kept)
    assert kept.groupby("number")["end"].apply(set).map(lambda ends: ends == set(study.ENDS)).all()
    assert set(kept["world"]) <= set(study.WORLDS)
    errors = kept[[column for column in kept if column.endswith("_errors")]]
    assert np.isfinite(errors.to_numpy()).all()


def test_the_page_tells_every_assumed_number_and_the_state_it_was_measured_at(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(root / "docs" / "extensions"))
    import generated

    monkeypatch.delitem(sys.modules, "generated")
    text = generated.trust()
    assert re.match(r"Measured on \d{4}-\d\d-\d\d with version \S+ \(sources \w{16}\): 1,000 citizens, 104 weeks", text)
    told = set(re.findall(r"`([a-z]\S*)`", text))
    assert told == {row.path for row in load.parameter_table() if row.source.startswith("assumption")}
