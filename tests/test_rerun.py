"""What a manifest tells of can be done again, to the bit, and whatever differs is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from advosim import cli
from advosim.experiment.sweep import running as sweep
from advosim.results import folder as results

SMALL = ["--set", "polity.home.citizens=120", "--set", "polity.home.districts=2", "--weeks", "5"]


def advosim(*words: Any) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, a comparison and a sweep, as a user leaves them."""
    place = tmp_path_factory.mktemp("saved")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "_draw", lambda record, file: file.write_bytes(b"\x89PNG"))
        assert advosim("run", "baseline", *SMALL, "--out", place / "run").exit_code == 0
    words = ["compare", "baseline", "closed_regime", "--runs", 2, "--outcome", "policy_end", "--outcome", "protest"]
    assert advosim(*words, "--workers", 1, *SMALL, "--out", place / "comparison").exit_code == 0
    file = place / "experiment.toml"
    file.write_text(
        'title = "Two points"\nscenario = "baseline"\n'
        '[set]\n"polity.home.citizens" = 120\n"polity.home.districts" = 2\nweeks = 4\n'
        '[design]\nkind = "points"\nfile = "points.csv"\n[outcome.protest]\nof = "protest"\nissue = "all"\n'
        'reduce = "sum"\n[keep]\nweeks = "last"\n'
    )
    (place / "points.csv").write_text("polity.home.governance.repression\n0.25\n0.75\n")
    sweep.run(file, place / "sweep", executor=sweep.InProcess(), chunk=2)
    return place


@pytest.mark.parametrize("kind", ["run", "comparison", "sweep"])
def test_a_rerun_says_same_bits(saved: Path, kind: str) -> None:
    told = advosim("rerun", saved / kind, "--workers", 1)
    assert told.exit_code == 0, told.output
    assert "Same bits: " in told.stdout and "Other bits" not in told.stdout
    assert {"run": "weeks", "comparison": "pairs", "sweep": "runs, weeks"}[kind] in told.stdout.partition("Same bits")[
        2
    ]


def changed(saved: Path, tmp_path: Path, **other: Any) -> Path:
    """A copy of the run's folder whose manifest says something else."""
    shutil.copytree(saved / "run", tmp_path / "run")
    file = tmp_path / "run" / results.MANIFEST
    file.write_text(json.dumps(json.loads(file.read_text()) | other))
    return file


def test_other_bits_and_what_may_have_made_them_are_told(saved: Path, tmp_path: Path) -> None:
    told = json.loads((saved / "run" / results.MANIFEST).read_text())
    file = changed(saved, tmp_path, seed=2, versions=told["versions"] | {"numba": "0.1"})
    again = advosim("rerun", file)
    assert again.exit_code == 1
    assert "weeks" in again.stdout.partition("Other bits: ")[2].splitlines()[0]
    assert "numba: 0.1 then, " in again.stdout and "python" not in again.stdout


def test_bits_are_those_of_the_manifest_not_of_what_lies_beside_it(saved: Path, tmp_path: Path) -> None:
    file = changed(saved, tmp_path)
    (file.parent / "weeks.parquet").write_bytes(b"?")
    (file.parent / "events.parquet").unlink()
    again = advosim("rerun", file.parent)
    assert again.exit_code == 1 and "Other bits" not in again.stdout
    assert f"Damaged: {file.parent / 'weeks.parquet'} is not as it was saved" in again.stdout
    assert f"Damaged: {file.parent / 'events.parquet'} is gone" in again.stdout


def test_a_damaged_chunk_of_a_sweep_is_told(saved: Path, tmp_path: Path) -> None:
    shutil.copytree(saved / "sweep", tmp_path / "sweep")
    chunk = tmp_path / "sweep" / "chunks" / "000000.parquet"
    chunk.write_bytes(chunk.read_bytes()[::-1])
    again = advosim("rerun", tmp_path / "sweep", "--workers", 1)
    assert again.exit_code == 1 and "Same bits" in again.stdout
    assert f"Damaged: {chunk}" in again.stdout


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("missing.json", None, "there is no such file"),
        ("own.json", '{"program": "other"}', "is no manifest"),
        ("kind.json", '{"program": "advosim", "kind": "contribution"}', "a contribution cannot be rerun"),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    told = advosim("rerun", tmp_path / name)
    assert told.exit_code == 2 and said in told.stderr


def test_a_scenario_that_this_version_does_not_know_is_refused(saved: Path, tmp_path: Path) -> None:
    told = json.loads((saved / "run" / results.MANIFEST).read_text())
    file = changed(saved, tmp_path, scenario=told["scenario"] | {"weather": 1})
    again = advosim("rerun", file)
    assert again.exit_code == 2 and "of another version: weather" in again.stderr


def test_lists_tell_what_can_be_named() -> None:
    assert "baseline " in advosim("list", "scenarios").stdout and "advocacy" in advosim("list", "scenarios").stdout
    everything = advosim("list").stdout
    assert all(name in everything for name in ("open_democracy", "petition", "justice", "policy_moved"))
    settings = advosim("list", "settings").stdout
    assert "polity.NAME.governance.repression " in settings and "polity.NAME.governance" not in everything
    wrong = advosim("list", "tactic")
    assert wrong.exit_code == 2 and "did you mean 'tactics'?" in wrong.stderr
