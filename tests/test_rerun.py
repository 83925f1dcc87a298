"""What a manifest tells of can be done again, to the bit, and whatever differs is told."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from advosim import cli
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep.seals import SEAL, sealed
from advosim.results import folder as results
from advosim.scenario.problems import InputError

EDITS = 10
"""Of each manifest."""
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
    assert again.exit_code == 2 and "of another version: unknown key 'weather'" in again.stderr


def test_lists_tell_what_can_be_named() -> None:
    assert "baseline " in advosim("list", "scenarios").stdout and "advocacy" in advosim("list", "scenarios").stdout
    everything = advosim("list").stdout
    assert all(name in everything for name in ("open_democracy", "petition", "justice", "policy_moved"))
    settings = advosim("list", "settings").stdout
    assert "polity.NAME.governance.repression " in settings and "polity.NAME.governance" not in everything
    wrong = advosim("list", "tactic")
    assert wrong.exit_code == 2 and "did you mean 'tactics'?" in wrong.stderr


def leaves(table: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all that a manifest holds, down to two tables."""
    for key, value in table.items() if isinstance(table, dict) else ():
        yield (*path, key)
        yield from leaves(value, (*path, key)) if len(path) < 1 else ()


@pytest.mark.parametrize("kind", ["run", "comparison", "sweep"])
def test_an_edited_manifest_is_refused_or_repeated_and_never_a_failure(
    saved: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is run here: what is repeated is said by how far it came."""
    monkeypatch.setattr("advosim.simulation.simulate", lambda *_, **__: (_ for _ in ()).throw(InputError([])))
    monkeypatch.setattr("advosim.experiment.compare.comparison.compare", lambda *_, **__: [][0])
    monkeypatch.setattr("advosim.experiment.sweep.running.run", lambda *_, **__: [][0])
    shutil.copytree(saved / kind, tmp_path / kind)
    file = tmp_path / kind / ("sweep.json" if kind == "sweep" else results.MANIFEST)
    raw = file.read_bytes()
    for cut in (0, 1, len(raw) // 2, len(raw) - 3):
        file.write_bytes(raw[:cut])
        assert advosim("rerun", file).exit_code == 2
    chance = random.Random(kind)
    for path in chance.sample([*leaves(json.loads(raw))], EDITS):
        told = json.loads(raw)
        inner = told if len(path) == 1 else told[path[0]]
        odd = chance.choice([None, True, -1, 1e300, 10**30, "", "../x", [], {}, [1, 2, 3]])
        inner[path[-1]] = odd
        told.pop(SEAL, None)
        file.write_bytes(sealed(told) if kind == "sweep" else json.dumps(told).encode())
        again = advosim("rerun", file, "--workers", 1)
        assert again.exit_code == 2 and "Traceback" not in again.output, (path, odd, again.output)


def test_what_is_no_file_is_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "empty").mkdir()
    (tmp_path / "deep.json").write_text("[" * 100_000)
    for place in ("loop", "empty", "deep.json", "x" * 300, "/dev/zero"):
        told = advosim("rerun", tmp_path / place)
        assert told.exit_code == 2 and told.stderr.startswith("error: "), told.output


def test_a_sweep_with_preset_files_beside_it_is_rerun_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("low.toml", 0.1), ("high.toml", 0.9)):
        Path(name).write_text(f'title = "P"\n[governance]\nrepression = {value}\n')
    Path("x.toml").write_text(
        'title = "X"\nscenario = "baseline"\n[set]\n"polity.home.citizens" = 120\n"polity.home.districts" = 2\n'
        'weeks = 3\n[design]\nkind = "factorial"\n[factor."polity.home.governance.preset"]\n'
        'levels = ["low.toml", "high.toml"]\n[outcome.policy]\nof = "policy"\nissue = "all"\n'
    )
    sweep.run("x.toml", "out", executor=sweep.InProcess(), chunk=2)
    Path("low.toml").unlink()
    told = advosim("rerun", "out", "--workers", 1)
    assert told.exit_code == 0 and "Same bits: runs" in told.stdout, told.output
