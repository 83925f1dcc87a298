"""A sweep's folder: files are whole or not there, chunks are the truth, exports open elsewhere."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
import simulations
from codebooks import explains

from advosim.experiment.sweep import export, load, store
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep.schema import Experiment
from advosim.experiment.sweep.store import files, planned
from advosim.results import stata
from advosim.scenario.problems import InputError

REPRESSION = "polity.home.governance.repression"
PRESET = "polity.home.governance.preset"
ON = "mechanism.influence.on"
TABLE: dict[str, Any] = {
    "title": "Stored",
    "scenario": "baseline",
    "set": {"polity.home.citizens": 50, "weeks": 3},
    "design": {"kind": "factorial"},
    "factor": {
        REPRESSION: {"levels": [0.1, 0.9]},
        PRESET: {"levels": ["closed_regime", "open_democracy"]},
        "polity.home.governance.veto_players": {"levels": [1, 4]},
        "mechanism.evidence.on": {"levels": [True, False]},
        ON: {"levels": [True, False]},
    },
    "replicates": {"count": 25, "first_seed": 1},
    "outcome": {name: {"of": "policy", "issue": "climate"} for name in ("policy_at_end", "protest")},
}


def swept(folder: Path, simulate: Any = simulations.raising, chunk: int = 100, **changes: Any) -> Path:
    sweep.run(load.build(TABLE | changes), folder, executor=sweep.InProcess(), simulate=simulate, chunk=chunk)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """800 runs of which some fail."""
    return swept(tmp_path_factory.mktemp("swept"))


# ---------------------------------------------------------------- files


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    store.write(file, lambda opened: opened.write(b"first"))

    def broken(opened: Any) -> None:
        opened.write(b"sec")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.write(file, broken)
    assert file.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_of_two_plans_the_first_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = load.build(TABLE)
    plans = [store.plan(experiment, [{REPRESSION: 0.1}], chunk) for chunk in (3, 5)]
    assert [store.begin(tmp_path, plan, experiment, []).chunk for plan in plans] == [3, 3]

    def linkless(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", linkless)
    assert [store.begin(tmp_path / "other", plan, experiment, []).chunk for plan in plans[::-1]] == [5, 5]


def test_what_killed_processes_left_is_swept_up(tmp_path: Path) -> None:
    (tmp_path / "chunks").mkdir()
    dead = tmp_path / "chunks" / f".000001.parquet.{files.this_host()}-4194399-1.tmp"
    mine = tmp_path / "chunks" / f".000002.parquet.{files.this_host()}-{os.getppid()}-1.tmp"
    other = tmp_path / f".{store.RUNS}.elsewhere-77-1.tmp"
    old = tmp_path / f".{store.RUNS}.elsewhere-78-1.tmp"
    for file in (dead, mine, other, old):
        file.touch()
    os.utime(old, (0, 0))
    store.sweep_up(tmp_path)
    assert [file.exists() for file in (dead, mine, other, old)] == [False, True, True, False]


def test_a_chunk_counts_when_its_status_is_there(tmp_path: Path) -> None:
    swept(tmp_path)
    (tmp_path / "chunks" / "000003.json").unlink()
    plan = store.read_plan(tmp_path)
    assert plan is not None
    assert store.all_committed(tmp_path, plan) == {0, 1, 2, 4, 5, 6, 7}
    assert sweep.status(tmp_path).left == 100
    before = (tmp_path / store.RUNS).read_bytes()
    swept(tmp_path)
    assert (tmp_path / store.RUNS).read_bytes() == before


WEEKLY: dict[str, Any] = {"keep": {"weeks": 1}, "factor": {REPRESSION: {"levels": [0.1, 0.9]}}}


def weekly(folder: Path) -> Path:
    """50 runs with their weeks, in 4 chunks."""
    sweep.run(weekly_experiment(), folder, executor=sweep.InProcess(), simulate=simulations.weekly, chunk=15)
    return folder


@functools.cache
def weekly_experiment() -> Experiment:
    return load.build(TABLE | WEEKLY)


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in (store.RUNS, store.WEEKS)}


def flipped(folder: Path, bits: int, told: Callable[[], str]) -> None:
    """Flip bits, one after the other, anywhere in a folder: each is noticed, and the same call mends it."""
    luck, right = random.Random(1), tables(folder)
    for _ in range(bits):
        files = sorted(file for file in folder.rglob("*") if file.is_file() and store.DAMAGED not in file.parts)
        file = luck.choices(files, [file.stat().st_size for file in files])[0]
        raw = bytearray(file.read_bytes())
        raw[luck.randrange(len(raw))] ^= 1 << luck.randrange(8)
        file.write_bytes(raw)
        with contextlib.suppress(InputError):
            state = sweep.status(folder)
            assert state.damaged and file.name in str(state) and not state.merged, file
        with pytest.raises(InputError, match=re.escape(file.name)):
            sweep.runs(folder)
        told()
        weekly(folder)
        assert tables(folder) == right, file
        assert file.name in told() or file.parent == folder
        assert sweep.status(folder).merged


def test_a_flipped_bit_is_noticed_and_its_runs_are_made_again(tmp_path: Path, capsys: Any) -> None:
    flipped(weekly(tmp_path), 12, lambda: capsys.readouterr().err)


@pytest.mark.slow
def test_of_four_hundred_flipped_bits_none_stays(tmp_path: Path, capsys: Any) -> None:
    flipped(weekly(tmp_path), 400, lambda: capsys.readouterr().err)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "chunks" / "000002.parquet").unlink(),
        lambda folder: (folder / "chunks" / "000001.weeks.parquet").unlink(),
        lambda folder: (folder / "chunks" / "000001.json").write_bytes(b""),
        lambda folder: (folder / "chunks" / "000001.json").unlink(),
        lambda folder: os.replace(folder / "chunks" / "000002.parquet", folder / "chunks" / "000001.parquet"),
        lambda folder: (folder / store.RUNS).write_bytes(b""),
        lambda folder: (folder / store.MERGED).unlink(),
        lambda folder: (folder / store.MANIFEST).write_bytes(b"{}"),
        lambda folder: (folder / store.MANIFEST).unlink(),
        lambda folder: [(folder / name).unlink() for name in (store.MANIFEST, store.RUNS, store.WEEKS, store.MERGED,
                                                              store.TIMINGS, store.FAILURES)
                        if (folder / name).exists()],
    ],
)  # fmt: skip
def test_no_damage_is_a_dead_end(harm: Callable[[Path], Any], tmp_path: Path) -> None:
    right = tables(weekly(tmp_path))
    harm(tmp_path)
    weekly(tmp_path)
    assert tables(tmp_path) == right
    assert sweep.status(tmp_path).merged


def test_an_edited_plan_is_not_believed(tmp_path: Path) -> None:
    right = tables(weekly(tmp_path))
    file = tmp_path / store.MANIFEST
    file.write_text(file.read_text(encoding="utf-8").replace('"first_seed": 1', '"first_seed": 2'), encoding="utf-8")
    with pytest.raises(InputError, match="not as it was written"):
        sweep.status(tmp_path)
    weekly(tmp_path)
    assert tables(tmp_path) == right


def test_a_sweep_that_died_before_its_plan_goes_on(tmp_path: Path) -> None:
    (tmp_path / "chunks").mkdir()
    assert sweep.status(weekly(tmp_path)).merged


def test_chunks_of_another_plan_are_set_aside(tmp_path: Path) -> None:
    other = swept(
        tmp_path / "other", simulations.weekly, 15, **{**WEEKLY, "replicates": {"count": 25, "first_seed": 9}}
    )
    right = tables(weekly(tmp_path / "one"))
    for ending in ("json", "parquet", "weeks.parquet"):
        shutil.copy(other / "chunks" / f"000001.{ending}", tmp_path / "one" / "chunks")
    assert len(sweep.status(tmp_path / "one").damaged) == 1
    assert tables(weekly(tmp_path / "one")) == right


def test_the_folder_says_how_to_repeat_it(folder: Path) -> None:
    told = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
    assert told["experiment"]["scenarios"]["scenario"]["polity"]["home"]["citizens"] == 50
    assert told["experiment"]["factors"][REPRESSION]["levels"] == [0.1, 0.9]
    assert set(told["plan"]["parts"]) == {"scenario", "design", "replicates", "outcomes", "weeks kept", "program"}
    assert {"advosim", "numpy", "SALib", "python"} <= set(told["versions"])


def test_the_hash_of_a_preset_of_ones_own_knows_its_content(tmp_path: Path) -> None:
    found = []
    for openness in (0.2, 0.3):
        (tmp_path / "mine.toml").write_text(f'title = "M"\n[governance]\nopenness = {openness}\n', encoding="utf-8")
        experiment = load.build(TABLE | {"factor": {PRESET: {"levels": ["mine.toml"]}}}, tmp_path)
        found.append(store.parts(experiment, [{PRESET: "mine.toml"}]))
    assert store.parts(experiment, [{PRESET: "mine.toml"}]) == found[1]
    assert [name for name in found[0] if found[0][name] != found[1][name]] == ["scenario"]


def test_the_hash_of_the_program_knows_what_results_depend_on() -> None:
    decides = lambda file: planned._decides(Path(file))  # noqa: E731
    assert all(
        map(decides, ("week.py", "scenario/catalogue/tactics.toml", "world/found.py", "experiment/sweep/outcomes.py"))
    )
    assert not any(
        map(
            decides,
            ("cli/wiring.py", "experiment/sweep/running.py", "live/frame.py", "figures/page.py", "story/page.py"),
        )
    )


# ---------------------------------------------------------------- merged tables


def test_rows_are_merged_in_groups_of_one_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advosim.experiment.sweep.store.tables.ROWS", 64)
    files = [swept(tmp_path / str(chunk), chunk=chunk) / store.RUNS for chunk in (7, 300)]
    assert files[0].read_bytes() == files[1].read_bytes()
    groups = pq.ParquetFile(files[0]).metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [64] * 12 + [32]


def test_timings_stand_apart(folder: Path) -> None:
    timings = pd.read_parquet(folder / store.TIMINGS)
    assert list(timings.columns) == ["run", "seconds", "chunk", "host", "process"]
    assert list(timings["run"]) == list(range(800)) and (timings["seconds"] > 0).all()
    assert "seconds" not in pq.read_schema(folder / store.RUNS).names


def test_columns_have_the_types_of_their_settings(folder: Path) -> None:
    types = {field.name: str(field.type) for field in pq.read_schema(folder / store.RUNS)}
    assert types == {
        "run": "int64", "point": "int64", "seed": "int64", REPRESSION: "double", PRESET: "string",
        "polity.home.governance.veto_players": "int64", "mechanism.evidence.on": "bool", ON: "bool",
        "policy_at_end": "double", "protest": "double", "status": "string",
    }  # fmt: skip


# ---------------------------------------------------------------- export


def test_csv_comes_back_as_it_was(folder: Path, tmp_path: Path) -> None:
    files = export.export(folder, "csv", tmp_path)
    assert [file.name for file in files] == ["runs.csv", "timings.csv", "estimates.csv", "codebook.csv"]
    runs = sweep.runs(folder)
    pd.testing.assert_frame_equal(pd.read_csv(files[0]), runs, check_dtype=False, check_exact=True)
    assert (runs["status"] == "failed").sum() == 32


def test_an_export_says_what_its_columns_mean(folder: Path, tmp_path: Path) -> None:
    files = export.export(folder, "csv", tmp_path)
    told = pd.read_csv(tmp_path / "codebook.csv", keep_default_na=False)
    assert len(files) > 1
    explains(tmp_path)
    repression = told[told["table"] == "runs"].set_index("column").loc["polity.home.governance.repression"]
    assert repression["range"] == "0 to 1" and "force" in repression["meaning"]


def test_stata_reads_what_is_written(folder: Path, tmp_path: Path) -> None:
    file = export.export(folder, "dta", tmp_path)[0]
    table, told = pyreadstat.read_dta(file)
    runs = sweep.runs(folder)
    labels = told.column_names_to_labels
    assert labels["seed"] == "seed: seed of the run"
    assert labels["repression"].startswith("polity.home.governance.repression")
    assert labels["policy_at_end"] == "policy_at_end: policy in force when the week ends: in the last week [position]"
    assert list(labels) == [
        "run", "point", "seed", "repression", "preset", "veto_players", "evidence_on", "influence_on", "policy_at_end",
        "protest", "status",
    ]  # fmt: skip
    for column, name in zip(runs.columns, labels, strict=True):
        mine, theirs = runs[column], table[name]
        if pd.api.types.is_numeric_dtype(mine):
            np.testing.assert_array_equal(mine.to_numpy(float), theirs.to_numpy(float))
        else:
            assert list(mine) == list(theirs)
    again = export.export(folder, "dta", tmp_path / "again")[0]
    assert again.read_bytes() == file.read_bytes()


def test_large_seeds_stay_exact_in_stata(tmp_path: Path) -> None:
    seed = 2**61 + 1
    swept(tmp_path / "out", simulations.quick, replicates={"count": 2, "first_seed": seed})
    table, _ = pyreadstat.read_dta(export.export(tmp_path / "out", "dta", tmp_path)[0])
    assert set(table["seed"]) == {str(seed), str(seed + 1)}


def test_names_for_stata_are_valid_and_unique() -> None:
    long = "polity.home.organisation." + "a" * 40 + ".skills.research"
    names = stata.stata_names(
        ["run", "polity.home.governance.openness", "polity.away.governance.openness", "x.in", long, long + "_2", "in"]
    )
    assert names["polity.home.governance.openness"] == "home_governance_openness"
    assert names["x.in"] == "x_in" and names["in"] == "_in"
    assert len(set(names.values())) == 7
    assert all(len(name) <= 32 and name.isidentifier() for name in names.values())


def test_what_is_not_complete_is_not_exported(tmp_path: Path) -> None:
    sweep.run(
        load.build(TABLE), tmp_path, executor=sweep.InProcess(), simulate=simulations.quick, chunk=100, shard="1/2"
    )
    with pytest.raises(InputError, match="400 of 800 runs are missing"):
        export.export(tmp_path, "csv")
    with pytest.raises(InputError, match="'xls' is no format"):
        export.export(tmp_path, "xls")
