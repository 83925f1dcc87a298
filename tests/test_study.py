"""The worked study can be rebuilt from its experiment file: here in small."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from advosim.experiment.sweep import load
from advosim.experiment.sweep import running as sweep

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "experiments" / "repression_and_openness"
RESULTS = ROOT / "results" / "repression_and_openness"


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("study_figures", STUDY / "figures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["study_figures"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, figures: ModuleType) -> Path:
    """The study with fewer, smaller and shorter runs, written as the real one is."""
    folder = tmp_path_factory.mktemp("study")
    text = (STUDY / "experiment.toml").read_text(encoding="utf-8")
    for large, little in (
        ('"polity.home.citizens" = 2_000', '"polity.home.citizens" = 200'),
        ("weeks = 208", "weeks = 12"),
        ("[0.1, 0.3, 0.5, 0.7, 0.9]", "[0.1, 0.9]"),
        ("[0.0, 0.25, 0.5, 0.75, 1.0]", "[0.0, 1.0]"),
        ("count = 20", "count = 3"),
    ):
        assert large in text
        text = text.replace(large, little)
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    sweep.run(load.load(folder / "experiment.toml"), folder / "sweep", workers=1)
    figures.write(folder / "sweep", folder / "results", folder / "experiment.toml")
    return folder / "results"


def test_the_study_is_rebuilt_with_the_columns_of_the_committed_one(small: Path) -> None:
    for name in ("summary.csv", "contrasts.csv"):
        assert list(pd.read_csv(small / name)) == list(pd.read_csv(RESULTS / name))
    assert {file.name for file in small.iterdir()} == {file.name for file in RESULTS.iterdir()}


def test_the_committed_study_has_every_point_of_its_experiment() -> None:
    table = pd.read_csv(RESULTS / "summary.csv")
    factors = load.load(STUDY / "experiment.toml").factors
    assert len(table) == len(table[["repression", "openness", "media_freedom"]].drop_duplicates()) == 50
    assert len(factors) == 3
    assert not table.isna().any().any()


def test_intervals_of_the_study_hold_their_means(small: Path) -> None:
    table = pd.read_csv(small / "summary.csv")
    for name in ("policy_change", "protest", "silenced", "closures"):
        assert (table[f"{name}_low"] <= table[name]).all() and (table[name] <= table[f"{name}_high"]).all()
