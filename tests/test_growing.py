"""Sweeps that grow are those made at once; replicates are added until results are precise, and that is told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import simulations
from typer.testing import CliRunner

from advosim import Scenario, cli
from advosim.experiment.sweep import completed, load, store
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep.workers import crew_of
from advosim.scenario.problems import InputError

REPRESSION = "polity.home.governance.repression"
OPENNESS = "polity.home.governance.openness"
PLAIN: dict[str, Any] = {
    "title": "Plain",
    "scenario": "baseline",
    "design": {"kind": "factorial"},
    "factor": {REPRESSION: {"levels": [0.1, 0.9]}, OPENNESS: {"levels": [0.2, 0.6]}},
    "replicates": {"count": 5},
    "outcome": {name: {"of": "policy", "issue": "climate"} for name in ("policy_at_end", "protest")},
}


def run(table: dict[str, Any], folder: Path, **settings: Any) -> store.Status:
    """Run in this process."""
    given = {"executor": sweep.InProcess(), "chunk": 7, "simulate": simulations.quick, **settings}
    return sweep.run(load.build(table), folder, **given)


def more(table: dict[str, Any] = PLAIN, count: int = 5, **levels: list[float]) -> dict[str, Any]:
    factors = {
        path: {"levels": levels.get(path.rpartition(".")[2], row["levels"])} for path, row in table["factor"].items()
    }
    return {**table, "factor": factors, "replicates": {"count": count}}


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "chunks").iterdir()}


@pytest.mark.parametrize(
    "steps",
    [
        [more(count=9)],
        [more(repression=[0.1, 0.9, 0.95])],
        [
            more(repression=[0.5, 0.9, 0.1], openness=[0.1, 0.2, 0.6], count=8),
            more(repression=[0.5, 0.9, 0.1], openness=[0.1, 0.2, 0.6, 0.9], count=11),
        ],
    ],
)
def test_a_grown_sweep_is_the_one_made_at_once(tmp_path: Path, steps: list[dict[str, Any]]) -> None:
    run(PLAIN, tmp_path / "grown")
    for step in steps:
        before = kept(tmp_path / "grown")
        assert run(step, tmp_path / "grown", grow=True).merged
        assert before.items() <= kept(tmp_path / "grown").items()
    run(steps[-1], tmp_path / "whole")
    assert (tmp_path / "grown" / store.RUNS).read_bytes() == (tmp_path / "whole" / store.RUNS).read_bytes()
    assert run(steps[-1], tmp_path / "grown").merged  # and it belongs to its experiment as any other


def test_a_grown_sweep_of_the_model_has_the_same_tables(tmp_path: Path) -> None:
    small = {"polity.home.citizens": 50, "polity.home.districts": 2, "weeks": 4}
    table = {**PLAIN, "set": small, "replicates": {"count": 1}, "keep": {"weeks": 2}}
    run(table, tmp_path / "grown", simulate=None)
    run({**table, "replicates": {"count": 2}}, tmp_path / "grown", simulate=None, grow=True)
    run({**table, "replicates": {"count": 2}}, tmp_path / "whole", simulate=None)
    for name in (store.RUNS, store.WEEKS):
        assert (tmp_path / "grown" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_failures_of_a_grown_sweep_have_the_numbers_of_the_whole(tmp_path: Path) -> None:
    run(more(count=2), tmp_path / "grown", simulate=simulations.fails_at_seed_three)
    state = run(more(count=4), tmp_path / "grown", simulate=simulations.fails_at_seed_three, grow=True)
    assert [failure["run"] for failure in state.failures] == [2, 6, 10, 14]
    assert sweep.failed(tmp_path / "grown") == [2, 6, 10, 14]
    table = sweep.runs(tmp_path / "grown")
    assert list(table.loc[table["status"] == "failed", "run"]) == [2, 6, 10, 14] and list(table["run"]) == list(
        range(16)
    )
    with pytest.raises(ZeroDivisionError):
        sweep.retry(load.build(more(count=4)), tmp_path / "grown", 6, simulate=simulations.fails_at_seed_three)
    sweep.forget_failures(tmp_path / "grown")
    assert 4 <= sweep.status(tmp_path / "grown").left < 16


def test_a_grown_sweep_gets_over_a_lost_plan(tmp_path: Path) -> None:
    run(PLAIN, tmp_path)
    run(more(count=9), tmp_path, grow=True)
    before, runs = kept(tmp_path), (tmp_path / store.RUNS).read_bytes()
    (tmp_path / store.MANIFEST).unlink()
    assert run(more(count=9), tmp_path).merged
    assert kept(tmp_path) == before and (tmp_path / store.RUNS).read_bytes() == runs


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (more(count=3), "has 5 replicates of each point"),
        (more(repression=[0.1, 0.8]), "2 points that were run are no part of the design now"),
        ({**PLAIN, "replicates": {"count": 9, "first_seed": 2}}, "begin with seed 1, not 2"),
        ({**PLAIN, "set": {"weeks": 4}}, "scenario has changed since"),
    ],
)
def test_what_does_not_hold_what_is_there_is_refused(tmp_path: Path, table: dict[str, Any], said: str) -> None:
    run(PLAIN, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match=said):
        run(table, tmp_path, grow=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


PRECISE = f"""
title = "Precise"{simulations.FEW}
[factor."polity.home.governance.repression"]
levels = [0.1, 0.9]
[replicates]
count = 3
[outcome.protest]
of = "support"
issue = "all"
reduce = "mean"
[precision]
outcome = "protest"
width = WIDTH
step = 4
runs = 23
"""


def test_replicates_are_added_until_a_budget_is_spent_and_looks_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "crew_of", lambda *_: crew_of(None, None, sweep.InProcess()))
    file, out = tmp_path / "precise.toml", tmp_path / "out"
    file.write_text(PRECISE.replace("WIDTH", "1e-9"))
    words = [str(word) for word in ("sweep", "run", file, "--out", out, "--workers", 1, "--quiet")]
    told = CliRunner().invoke(cli.app, words)
    assert told.exit_code == 0, told.output
    assert "3 looks at protest" in told.stdout and "the budget of runs is spent" in told.stdout
    assert len(sweep.runs(out)) == 22 and "3 looks" in str(sweep.status(out))
    found = completed.read(load.load(file), out)
    assert found.outcomes["protest"].shape == (2, 11)
    at_once = PRECISE.partition("[precision]")[0].replace("count = 3", "count = 11")
    sweep.run(load.build(tomllib.loads(at_once)), tmp_path / "whole", executor=sweep.InProcess(), chunk=4)
    assert (out / store.RUNS).read_bytes() == (tmp_path / "whole" / store.RUNS).read_bytes()
    file.write_text(PRECISE.replace("WIDTH", "10.0"))
    assert "it is narrow enough" in CliRunner().invoke(cli.app, words).stdout
    assert len(pd.read_parquet(out / store.RUNS)) == 22


def alike(scenario: Scenario, seed: int) -> dict[str, float]:
    """An outcome without any spread at the first point."""
    level = simulations.level(scenario)
    return {"protest": 0.0 if level < 0.5 else seed / 1000}


def test_no_chance_agreement_of_a_few_replicates_ends_a_sweep(tmp_path: Path) -> None:
    table = tomllib.loads(PRECISE.replace("WIDTH", "1.0").replace("runs = 23", "runs = 1000"))
    state = sweep.run(load.build(table), tmp_path, executor=sweep.InProcess(), chunk=4, simulate=alike)
    assert state.runs == 2 * 11  # 3 and 7 replicates are too few to tell
    assert state.looks.startswith("3 looks") and "At 1 of the points all runs gave the same" in state.looks


def test_a_precision_without_an_end_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "precise.toml"
    file.write_text(
        PRECISE.replace("WIDTH", "0").replace("runs = 23", "").replace('outcome = "protest"', 'outcome = "protests"')
    )
    with pytest.raises(InputError) as wrong:
        load.load(file)
    text = str(wrong.value)
    assert all(said in text for said in ("has no budget", "no interval is narrower", "did you mean 'protest'?"))
