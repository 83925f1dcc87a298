"""Sweeps: the same tables however they are run and whatever dies on the way."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import simulations
from typer.testing import CliRunner

import advosim
from advosim import cli, simulate
from advosim.experiment.sweep import jobs, load, store, timing
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep.schema import Experiment
from advosim.experiment.sweep.store import planned, tables
from advosim.experiment.sweep.workers import crew_of
from advosim.reading.tables import lived
from advosim.results.folder import SaveError
from advosim.scenario.problems import InputError

ROOT = Path(__file__).resolve().parents[1]
REPRESSION = "polity.home.governance.repression"
OPENNESS = "polity.home.governance.openness"
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
SMALL = f"""
title = "Small"{simulations.FEW}
[factor."polity.home.governance.repression"]
levels = [0.1, 0.5, 0.9]
[factor."polity.home.governance.preset"]
levels = ["closed_regime", "open_democracy"]
[replicates]
count = 10
[outcome.policy_at_end]
of = "policy"
issue = "climate"
[outcome.protest]
of = "protest"
issue = "all"
reduce = "area"
[keep]
weeks = 2
"""
PLAIN: dict[str, Any] = {
    "title": "Plain",
    "scenario": "baseline",
    "design": {"kind": "factorial"},
    "factor": {REPRESSION: {"levels": [0.1, 0.9]}},
    "replicates": {"count": 300},
    "outcome": {name: {"of": "policy", "issue": "climate"} for name in ("policy_at_end", "protest")},
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which SMALL was run in this process, without anything in its way."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = folder / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    sweep.run(file, folder / "out", executor=sweep.InProcess(), chunk=25)
    return folder / "out"


@pytest.fixture
def plain() -> Experiment:
    return load.build(PLAIN)


def alone(experiment: Any, folder: Path, chunk: int = 30, **settings: Any) -> store.Status:
    """Run in this process."""
    return sweep.run(experiment, folder, executor=sweep.InProcess(), chunk=chunk, **settings)


def assert_same(folder: Path, other: Path) -> None:
    """The merged tables are the same to the byte."""
    for name in (store.RUNS, store.WEEKS):
        assert (folder / name).exists() == (other / name).exists()
        if (other / name).exists():
            assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def chunks(folder: Path) -> int:
    return len(list((folder / "chunks").glob("*.json")))


def until(condition: Callable[[], bool], process: Any = None, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        assert process is None or process.poll() is None, "the process has ended"
        time.sleep(0.005)


def started(code: str, **settings: Any) -> subprocess.Popen[str]:
    """Python in a process group of its own."""
    words = [sys.executable, "-c", code]
    return subprocess.Popen(words, env=ENVIRONMENT, start_new_session=True, text=True, **settings)


# ---------------------------------------------------------------- the same wherever it runs


def test_the_tables_are_the_same_however_they_are_run(small: Path, undisturbed: Path, tmp_path: Path) -> None:
    sweep.run(small, tmp_path / "workers", workers=2)
    assert_same(tmp_path / "workers", undisturbed)
    for part in ("2/3", "3/3", "1/3"):
        alone(small, tmp_path / "shards", chunk=7, shard=part)
    assert_same(tmp_path / "shards", undisturbed)


def test_the_table_of_runs_says_what_was_run(small: Path, undisturbed: Path) -> None:
    table = sweep.runs(undisturbed)
    assert list(table.columns) == [
        "run", "point", "seed", REPRESSION, "polity.home.governance.preset", "policy_at_end", "protest", "status",
    ]  # fmt: skip
    assert list(table["run"]) == list(range(60))
    assert table.groupby("point")["seed"].apply(list).map(lambda seeds: seeds == list(range(1, 11))).all()
    assert (table["status"] == "done").all()
    row = table.iloc[37]
    scenario = load.load(small).scenario.but({name: row[name] for name in table.columns[3:5]})
    weeks = simulate(scenario, int(row["seed"])).weeks
    assert weeks[weeks["issue"] == "climate"]["policy"].iloc[-1] == row["policy_at_end"]


def test_weeks_are_kept_as_asked(small: Path, undisturbed: Path, tmp_path: Path) -> None:
    kept = pd.read_parquet(undisturbed / store.WEEKS)
    assert not kept.duplicated(["run", "week", "polity", "issue"]).any()
    assert len(kept) == 60 * 2 * 3 and set(kept["week"]) == {2, 4}
    scenario = load.load(small).scenario.but({REPRESSION: 0.1, "polity.home.governance.preset": "closed_regime"})
    weeks = lived(simulate(scenario, 1).weeks)
    mine = kept[kept["run"] == 0].drop(columns="run").reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, weeks[weeks["week"] % 2 == 0].reset_index(drop=True), check_dtype=False)

    last = load.build(PLAIN | {"set": {"polity.home.citizens": 50, "weeks": 3}, "keep": {"weeks": "last"},
                               "replicates": {"count": 2}})  # fmt: skip
    alone(last, tmp_path / "last")
    assert set(pd.read_parquet(tmp_path / "last" / store.WEEKS)["week"]) == {3}


def test_the_public_function_gives_the_table(plain: Experiment, tmp_path: Path) -> None:
    table = advosim.sweep(PLAIN | {"replicates": {"count": 2}}, tmp_path / "out", workers=1, simulate=simulations.quick)
    assert list(table["policy_at_end"]) == pytest.approx([0.101, 0.102, 0.901, 0.902])


def test_a_sweep_that_is_complete_runs_nothing_again(plain: Experiment, tmp_path: Path) -> None:
    alone(plain, tmp_path, simulate=simulations.quick)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "chunks").iterdir()}
    (tmp_path / store.RUNS).unlink()
    assert alone(plain, tmp_path, simulate=simulations.quick).merged
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "chunks").iterdir()} == before


# ---------------------------------------------------------------- kill -9


KILLABLE = """
import sys, simulations
from advosim.experiment import sweep
if __name__ == "__main__":
    sweep.run(sys.argv[1], sys.argv[2], workers=2, chunk=2, simulate=simulations.slowly)
"""


@pytest.fixture(scope="module")
def undisturbed_slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slow")
    (folder / "small.toml").write_text(SMALL, encoding="utf-8")
    alone(folder / "small.toml", folder / "out", simulate=simulations.slowly)
    return folder / "out"


def test_kill_minus_nine_loses_nothing_and_leaves_no_process(
    small: Path, undisturbed_slow: Path, tmp_path: Path
) -> None:
    """At two moments: first of the one that began the workers, who end with it; then of all at once."""
    out, script = tmp_path / "out", tmp_path / "script.py"
    script.write_text(KILLABLE, encoding="utf-8")
    luck = random.Random(os.getpid())
    for kill in range(2):
        before = chunks(out)
        process = subprocess.Popen(
            [sys.executable, str(script), str(small), str(out)], env=ENVIRONMENT, start_new_session=True
        )
        until(lambda before=before: chunks(out) > before, process)  # type: ignore[misc]
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        time.sleep(luck.uniform(0, 0.15))
        if kill == 0:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert children
        until(lambda children=children: not any(running(int(child)) for child in children))  # type: ignore[misc]
        assert before < chunks(out) < 30, kill
        assert not (out / store.RUNS).exists()
    assert sweep.status(out).left > 0
    alone(small, out, simulate=simulations.slowly)
    assert_same(out, undisturbed_slow)
    assert not list(out.rglob("*.tmp"))


def running(process: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


# ---------------------------------------------------------------- runs that fail


def test_runs_that_raise_or_kill_their_process_leave_the_others_be(plain: Experiment, tmp_path: Path) -> None:
    status = sweep.run(plain, tmp_path, workers=2, chunk=25, simulate=simulations.dangerous)
    assert (status.done, status.failed, status.killed, status.left) == (593, 6, 1, 0)
    table = sweep.runs(tmp_path).set_index("run")
    assert list(table.index[table["status"] == "killed"]) == [300 + 32]
    assert list(table.index[table["status"] == "failed"]) == [6, 106, 206, 306, 406, 506]
    done = table[table["status"] == "done"]
    assert done.notna().all().all()
    assert list(done["policy_at_end"]) == [row[REPRESSION] + row["seed"] / 1000 for _, row in done.iterrows()]
    told = str(status)
    assert f"run 6 failed: ZeroDivisionError: seed 7 goes wrong (seed 7; {REPRESSION} = 0.1)" in told
    assert "run 332 killed: the process that ran it died (seed 33" in told
    failures = pd.read_csv(tmp_path / store.FAILURES)
    assert list(failures["run"]) == [6, 106, 206, 306, 332, 406, 506]
    assert failures["traceback"][0].rstrip().endswith("ZeroDivisionError: seed 7 goes wrong")
    with pytest.raises(ZeroDivisionError, match="seed 107 goes wrong"):
        sweep.retry(plain, tmp_path, 106, simulate=simulations.dangerous)


@pytest.mark.slow
def test_a_worker_that_is_killed_from_outside_costs_no_run(
    plain: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a run kills its process, which is shown with every run of the tests."""
    monkeypatch.setenv("ADVOSIM_TEST_FILE", str(tmp_path / "there"))
    (tmp_path / "there").touch()
    status = sweep.run(plain, tmp_path / "out", workers=2, chunk=30, simulate=simulations.dying_at_first)
    assert status.done == 600


def test_a_run_that_succeeds_at_another_try_is_recorded(
    plain: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVOSIM_TEST_FILE", str(tmp_path / "there"))
    alone(plain, tmp_path / "never", simulate=simulations.raising_while)
    (tmp_path / "there").touch()
    assert alone(plain, tmp_path / "out", simulate=simulations.raising_while).failed == 2
    (tmp_path / "there").unlink()
    for run in (4, 304):
        assert "recorded" in sweep.retry(plain, tmp_path / "out", simulate=simulations.raising_while)
        assert sweep.runs(tmp_path / "out")["status"][run] == "done"
    assert_same(tmp_path / "out", tmp_path / "never")
    assert not (tmp_path / "out" / store.FAILURES).exists()
    with pytest.raises(InputError, match="no run has failed"):
        sweep.retry(plain, tmp_path / "out", simulate=simulations.raising_while)


def test_an_outcome_that_is_no_number_is_a_failure(plain: Experiment, tmp_path: Path) -> None:
    status = alone(plain, tmp_path, chunk=300, simulate=simulations.not_finite)
    assert status.failed == 600
    assert "outcome 'policy_at_end' is nan" in str(status) and "and 590 more" in str(status)


def test_a_script_without_its_guard_is_told_so(small: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"import simulations\nfrom advosim import sweep\n"
        f"sweep({str(small)!r}, {str(tmp_path / 'out')!r}, workers=2, simulate=simulations.quick)\n"
    )
    ran = subprocess.run([sys.executable, str(script)], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "__name__ == '__main__'" in ran.stderr.splitlines()[-1]


# ---------------------------------------------------------------- stopping


def test_ctrl_c_finishes_the_running_chunks_and_says_how_to_go_on(
    small: Path, undisturbed_slow: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code = f"""
import simulations
from advosim import cli
from advosim.experiment.sweep import running as sweep
run, crew_of = sweep.run, sweep.crew_of
sweep.run = lambda *given, **more: run(*given, **more, simulate=simulations.slowly)
sweep.crew_of = lambda *_: crew_of(None, None, sweep.InProcess())
cli.app(["sweep", "run", {str(small)!r}, "--out", {str(out)!r}])
"""
    process = started(code, stderr=subprocess.PIPE)
    until(lambda: chunks(out) > 0, process)
    process.send_signal(signal.SIGINT)
    told = process.communicate()[1]
    assert process.returncode == 130, told
    assert "the same command goes on from there" in told
    assert 0 < chunks(out) < 10 and not list(out.rglob("*.tmp"))
    alone(small, out, simulate=simulations.slowly)
    assert_same(out, undisturbed_slow)


def test_ctrl_c_reaches_no_worker(small: Path, undisturbed_slow: Path, tmp_path: Path) -> None:
    out, script = tmp_path / "out", tmp_path / "script.py"
    script.write_text(KILLABLE, encoding="utf-8")
    words = [sys.executable, str(script), str(small), str(out)]
    process = subprocess.Popen(words, env=ENVIRONMENT, start_new_session=True, stderr=subprocess.PIPE, text=True)
    until(lambda: chunks(out) > 2, process)
    os.killpg(process.pid, signal.SIGINT)
    told = process.communicate()[1]
    assert "Stopping: the running chunks are finished first" in told
    assert "Stopped. What is committed is safe" in told.splitlines()[-1]
    assert 2 < chunks(out) < 30
    alone(small, out, simulate=simulations.slowly)
    assert_same(out, undisturbed_slow)


def test_a_full_disk_stops_cleanly_and_goes_on(
    plain: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(plain, tmp_path / "undisturbed", simulate=simulations.quick)
    flush, left = os.fsync, [11]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        flush(handle)

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SaveError, match="No space left on device.*the same command again"):
            alone(plain, out, simulate=simulations.quick)
    assert not list(out.rglob("*.tmp"))
    assert 0 < chunks(out) < 20
    alone(plain, out, simulate=simulations.quick)
    assert_same(out, tmp_path / "undisturbed")


def test_a_full_disk_while_merging_goes_on(plain: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(plain, tmp_path / "undisturbed", simulate=simulations.quick)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(tables.Growing, "add", full)
        with pytest.raises(SaveError, match="No space left on device"):
            alone(plain, tmp_path / "out", simulate=simulations.quick)
    assert not (tmp_path / "out" / store.RUNS).exists() and not list((tmp_path / "out").rglob("*.tmp"))
    alone(plain, tmp_path / "out", simulate=simulations.quick)
    assert_same(tmp_path / "out", tmp_path / "undisturbed")


# ---------------------------------------------------------------- what does not fit


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"set": {"weeks": 30}}, "scenario has changed"),
    ({"factor": {REPRESSION: {"levels": [0.1, 0.8]}}}, "design has changed"),
    ({"replicates": {"count": 300, "first_seed": 2}}, "replicates has changed"),
    ({"outcome": PLAIN["outcome"] | {"more": {"of": "aware", "issue": "all"}}}, "outcomes has changed"),
    ({"keep": {"weeks": "last"}}, "weeks kept has changed"),
]


def test_a_changed_experiment_does_not_mix(plain: Experiment, tmp_path: Path) -> None:
    alone(plain, tmp_path, chunk=300, simulate=simulations.quick)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    for changes, what in CHANGES:
        with pytest.raises(InputError, match=f"{what}.*another folder"):
            alone(load.build(PLAIN | changes), tmp_path, simulate=simulations.quick)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_changed_program_does_not_mix(plain: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone(plain, tmp_path, chunk=300, simulate=simulations.raising)
    with pytest.raises(InputError, match="program has changed"):
        alone(plain, tmp_path, simulate=simulations.quick)
    monkeypatch.setattr(planned, "sources", lambda: "other")
    with pytest.raises(InputError, match="program has changed"):
        alone(plain, tmp_path, simulate=simulations.raising)
    with pytest.raises(ZeroDivisionError):  # to look into a failure is allowed
        sweep.retry(plain, tmp_path, simulate=simulations.raising)
    assert "not recorded" in sweep.retry(plain, tmp_path, simulate=simulations.quick)
    assert sweep.status(tmp_path).failed == 6


def test_a_folder_of_something_else_is_refused(plain: Experiment, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than a sweep"):
        alone(plain, tmp_path, simulate=simulations.quick)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_wrong_words_are_told(plain: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advosim.experiment.sweep.workers.PATIENCE", 0.5)
    for settings, words in (
        ({"shard": "0/3"}, "i/N with i from 1 to N"),
        ({"shard": "4/3"}, "'4/3' is no part"),
        ({"workers": 0}, "workers = 0"),
        ({"simulate": lambda scenario, seed: {}}, "cannot travel"),
        ({"dask": "tcp://127.0.0.1:1"}, "no scheduler answers"),
    ):
        with pytest.raises(InputError, match=words):
            sweep.run(plain, tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="no sweep in this folder"):
        sweep.runs(tmp_path / "out")


def test_values_that_do_not_go_together_are_told_before_anything_runs(tmp_path: Path) -> None:
    factor = {"polity.home.citizens": {"levels": [20, 5000]}, "polity.home.districts": {"levels": [1, 30]}}
    with pytest.raises(InputError, match=r"point 1 \(polity.home.citizens = 20.*district would be empty"):
        alone(load.build(PLAIN | {"factor": factor}), tmp_path / "out", simulate=simulations.quick)
    assert not (tmp_path / "out").exists()


def test_what_is_not_complete_gives_no_table(plain: Experiment, tmp_path: Path) -> None:
    status = alone(plain, tmp_path, shard="1/2", simulate=simulations.quick)
    assert (status.done, status.left, status.merged) == (300, 300, False)
    with pytest.raises(InputError, match="300 of 600 runs are missing"):
        sweep.runs(tmp_path)
    assert len(sweep.runs(tmp_path, partial=True)) == 300


# ---------------------------------------------------------------- a cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[Any]]]]:
    """A dask scheduler and two workers, each a process of its own on this machine."""
    told = tmp_path / "scheduler.json"
    words = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    quiet = {"env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    scheduler = subprocess.Popen([*words, "--no-dashboard", "--scheduler-file", str(told)], **quiet)  # type: ignore[call-overload]
    until(lambda: told.is_file() and "tcp://" in told.read_text())
    address = re.findall(r"tcp://[\d.:]+", told.read_text())[0]
    words = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", "127.0.0.1", "--no-nanny"]
    words += ["--nthreads", "1", "--no-dashboard", "--memory-limit", "0", "--local-directory", str(tmp_path)]
    workers = [subprocess.Popen(words, **quiet) for _ in range(2)]  # type: ignore[call-overload]
    yield address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_dask_worker_that_dies_in_mid_sweep_loses_nothing(
    cluster: tuple[str, list[subprocess.Popen[Any]]], small: Path, undisturbed_slow: Path, tmp_path: Path
) -> None:
    address, workers = cluster
    out = tmp_path / "out"
    code = f"""
import simulations
from advosim.experiment import sweep
sweep.run({str(small)!r}, {str(out)!r}, dask={address!r}, chunk=2, simulate=simulations.slowly)
"""
    process = started(code)
    until(lambda: len(busy(out)) == 2, process)
    workers[0].kill()
    assert process.wait(timeout=120) == 0
    assert_same(out, undisturbed_slow)


def busy(folder: Path) -> set[str]:
    """The processes that have committed chunks."""
    texts = [path.read_text(encoding="utf-8") for path in (folder / "chunks").glob("*.json")]
    return {process for text in texts for process in re.findall(r'"process": (\d+)', text)}


# ---------------------------------------------------------------- the command


def command(*words: Any) -> Any:
    return CliRunner().invoke(cli.app, ["sweep", *map(str, words)])


def test_the_commands_do_what_they_say(
    small: Path, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    for module in (sweep, timing):  # that workers change nothing stands above
        monkeypatch.setattr(module, "crew_of", lambda *_: crew_of(None, None, sweep.InProcess()))
    planned = command("plan", small, "--workers", 3)
    assert planned.exit_code == 0 and "6 points x 10 replicates = 60 runs" in planned.output
    assert "ms a run; with 3 workers" in planned.output
    ran = command("run", small, "--out", out, "--workers", 1, "--shard", "1/2")
    assert ran.exit_code == 0 and "left" in ran.output
    assert "error" in command("export", small, "--out", out).output
    ran = command("run", small, "--out", out, "--workers", 1, "--progress")
    assert ran.exit_code == 0 and "60 runs, 60 done" in ran.output and "run/s" in ran.output
    assert_same(out, undisturbed)
    told = command("status", small, "--out", out)
    assert told.exit_code == 0 and "60 runs, 60 done, 0 left" in told.output
    written = command("export", small, "--out", out, "--format", "csv")
    assert written.exit_code == 0 and (out / "export" / "runs.csv").is_file()


def test_the_command_tells_errors_by_code_two(small: Path, tmp_path: Path) -> None:
    small.write_text(SMALL.replace("repression", "represion"), encoding="utf-8")
    for words in (["plan", small], ["run", small, "--out", tmp_path / "out"], ["run", "nowhere.toml"]):
        ran = command(*words)
        assert ran.exit_code == 2 and "nothing was run" in ran.output
    assert not (tmp_path / "out").exists()
    assert command("export", small, "--format", "xls").exit_code == 2
    assert command("status", tmp_path / "nowhere.toml").exit_code == 2


def test_retry_shows_the_traceback(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Any:
        raise ZeroDivisionError("a bug of the model")

    monkeypatch.setattr(jobs, "recorded", broken)
    small.write_text(SMALL.replace("count = 10", "count = 1"), encoding="utf-8")
    assert alone(small, tmp_path / "out").failed == 6
    ran = command("retry", small, "--out", tmp_path / "out", "--run", 3)
    assert ran.exit_code == 3, "as of a sweep with failed runs"
    assert "Traceback" in ran.output and "a bug of the model" in ran.output and "broken" in ran.output
    assert command("retry", small, "--out", tmp_path / "out", "--run", 77).exit_code == 2


def test_the_estimate_of_the_disk_is_about_right(tmp_path: Path) -> None:
    plain = load.build(PLAIN | {"replicates": {"count": 40}})
    estimate = sweep.estimate(plain, simulate=simulations.slow)
    assert estimate.runs == 80
    assert 0.009 < estimate.seconds_per_run < 0.1
    alone(plain, tmp_path, chunk=50, simulate=simulations.slow)
    used = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert estimate.bytes / 4 < used < estimate.bytes * 4
