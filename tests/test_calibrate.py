"""Calibration: it finds what is known, with intervals that hold; it survives kills; and it says what is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from toys import PRIOR, SMALL, Fragile, Slow, seen, toy
from typer.testing import CliRunner

from advosim import InputError, cli
from advosim.experiment.calibration import calibrate as calibrating
from advosim.experiment.calibration import history, runs, tpe
from advosim.experiment.calibration.figure import figure, short_names
from advosim.experiment.calibration.fit import Calibration, Settings, fit
from advosim.experiment.calibration.prior import Between, OneOf, Prior, quantiles
from advosim.experiment.calibration.targets import Target, read
from advosim.experiment.sweep.load import load

ROOT = Path(__file__).resolve().parents[1]


def inside(result: Calibration, truth: dict[str, float]) -> list[bool]:
    """Whether the 90% intervals hold the true parameters."""
    assert result.posterior is not None
    rows = result.posterior.intervals().set_index("parameter")
    return [bool(rows.low[name] <= value <= rows.high[name]) for name, value in truth.items()]


# ---------------------------------------------------------------- what is believed, and what was observed


def test_a_prior_covers_its_range_evenly() -> None:
    prior = Prior({"share": Between(2.0, 4.0), "seats": Between(1, 5, whole=True), "regime": OneOf(("open", "closed"))})
    thetas = prior.thetas(prior.draw(100, seed=1))
    shares = sorted(theta["share"] for theta in thetas)
    assert all(2 + 0.02 * i <= share <= 2 + 0.02 * (i + 1) for i, share in enumerate(shares))
    for name, values in (("seats", [1, 2, 3, 4, 5]), ("regime", ["open", "closed"])):
        assert {value: sum(theta[name] == value for theta in thetas) for value in values} == dict.fromkeys(
            values, 100 // len(values)
        )
    assert all(type(theta["seats"]) is int for theta in thetas)


def test_weighted_quantiles_are_those_of_repeated_values() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 8.0])
    assert quantiles(values, weights, (0.5,))[0] == 2.0
    many = np.random.default_rng(1).standard_normal(4000)
    assert quantiles(many, np.ones(4000), (0.05, 0.95)) == pytest.approx(np.quantile(many, (0.05, 0.95)), abs=0.01)


def test_targets_are_read_with_their_defaults(tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text("outcome, value, uncertainty, histories, source\nx, 1.5, 0.2,,\ny,-2,1e-3,98,A & B 2009\n")
    assert read(file, ["x", "y"]) == [Target("x", 1.5, 0.2), Target("y", -2.0, 1e-3, 98.0, 0.0, "A & B 2009")]


def test_all_that_is_wrong_with_targets_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text("outcome,value,uncertainty\nx,1,0.1\nexpresed,1,0.1\ny,two,-1\n\nx,nan,0\nz,1,5,0.1\n")
    with pytest.raises(InputError) as error:
        read(file, ["x", "y", "z", "expressed"])
    told = str(error.value)
    assert [line.split(": ")[0].rpartition(":")[2] for line in told.splitlines()] == list("3446667")
    for words in (
        "there is no outcome 'expresed' in the experiment; allowed: x, y, z, expressed; hint: did you mean 'expressed'",
        "value = 'two' is no number",
        "uncertainty = -1 is out of range; allowed: a number above 0 (one sd)",
        "uncertainty = 0: nothing is known exactly",
        "the outcome 'x' has a target in line 2 already",
        "4 values for 3 columns; hint: decimals take a point, not a comma",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("outcome,value,uncertainity\nx,1,0.1\n", "there is no column 'uncertainty'"),
        ("outcome,value,uncertainity\nx,1,0.1\n", "did you mean 'uncertainty'?"),
        ("outcome,value,uncertainty\n", "there is no target"),
        ("", "holds nothing"),
    ],
)
def test_a_file_that_holds_no_targets_is_refused(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "targets.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        read(file, ["x"])
    with pytest.raises(InputError, match="there is no such file"):
        read(tmp_path / "none.csv", ["x"])


# ---------------------------------------------------------------- rejection


def test_intervals_hold_known_parameters_as_often_as_they_say() -> None:
    held = []
    for number in range(30):
        truth, targets = seen(number)
        held += inside(fit(toy, PRIOR, targets, Settings(n=800, first_seed=1 + number * 10_000)), truth)
    assert 0.8 <= np.mean(held) <= 0.99  # 60 intervals of 90%: within 2.6 standard errors


def test_the_posterior_is_the_known_one_where_that_can_be_written_down() -> None:
    """theta ~ U(-5, 5), y = theta + e: the posterior is normal around the target, with the errors' joint variance."""
    prior = Prior({"theta": Between(-5.0, 5.0)})
    targets = [Target("y", 1.0, 0.4)]

    def simulate(theta: dict[str, Any], seed: int) -> dict[str, float]:
        return {"y": theta["theta"] + 0.3 * float(np.random.default_rng(seed).standard_normal())}

    for seeds in (1, 3):
        for histories, sd in ((1.0, 0.5), (9.0, np.hypot(0.4, 0.1))):
            known = [replace(targets[0], histories=histories)]
            result = fit(simulate, prior, known, Settings(n=4000, seeds=max(seeds, int(histories))))
            row = result.posterior.intervals().iloc[0]  # type: ignore[union-attr]
            assert row["median"] == pytest.approx(1.0, abs=0.1)
            assert row.high - row.low == pytest.approx(2 * 1.645 * sd, rel=0.15)


def test_adjustment_narrows_and_stays_within_the_prior() -> None:
    truth, targets = seen(3)
    plain, adjusted = (fit(toy, PRIOR, targets, Settings(n=600, adjust=adjust)) for adjust in (False, True))
    assert plain.posterior is not None and adjusted.posterior is not None
    assert (adjusted.posterior.intervals().width < plain.posterior.intervals().width).all()
    samples = adjusted.posterior.table()
    assert samples.a.between(0, 2).all() and samples.b.between(-1, 1).all()
    assert samples.weight.sum() == pytest.approx(1.0)
    assert plain.posterior.effective_size == pytest.approx(60)
    assert 30 < adjusted.posterior.effective_size < 60
    assert all(inside(plain, truth) + inside(adjusted, truth))


def test_levels_and_whole_numbers_are_found() -> None:
    prior = Prior({"regime": OneOf(("open", "mixed", "closed")), "seats": Between(1, 5, whole=True)})

    def simulate(theta: dict[str, Any], seed: int) -> dict[str, float]:
        e = 0.1 * np.random.default_rng(seed).standard_normal(2)
        return {"x": (theta["regime"] == "mixed") + e[0], "y": theta["seats"] + e[1]}

    for settings in (Settings(n=600), Settings(method="history"), Settings(method="optuna", n=96)):
        result = fit(simulate, prior, [Target("x", 1.0, 0.1), Target("y", 4.0, 0.1)], settings)
        table = result.posterior.table()  # type: ignore[union-attr]
        assert table.weight[(table.regime == "mixed") & (table.seats == 4)].sum() > 0.9
        figure(result)


def test_a_target_out_of_reach_is_told() -> None:
    result = fit(toy, PRIOR, [Target("x", 9.0, 0.1), Target("y", 1.0, 0.1)], Settings(n=100))
    assert any("x: no setting of the prior came near the target 9" in note for note in result.notes)
    assert any(note.startswith("the check misses x") for note in result.notes)
    assert not result.fit.set_index("outcome").covered["x"]


def test_the_check_covers_targets_that_the_model_can_give() -> None:
    covered = [
        fit(toy, PRIOR, seen(n)[1], Settings(n=300, first_seed=1 + n * 10_000)).fit.covered.mean() for n in range(10)
    ]
    assert np.mean(covered) > 0.85
    table = fit(toy, PRIOR, seen(1)[1], Settings(n=300)).fit
    assert (table.low < table["median"]).all() and (table["median"] < table.high).all()
    assert table["tail"].between(0, 1).all()


# ---------------------------------------------------------------- history matching


@pytest.mark.parametrize("seeds", [1, 2])
def test_history_matching_keeps_the_truth_and_shrinks_space(seeds: int) -> None:
    kept, shares = [], []
    for number in range(15 if seeds == 1 else 8):
        truth, targets = seen(number)
        settings = Settings(method="history", n=100, seeds=seeds, first_seed=1 + number * 10_000)
        matched = fit(toy, PRIOR, targets, settings).matched
        assert matched is not None and matched.left is not None
        place = np.array([[truth["a"] / 2, (truth["b"] + 1) / 2]])
        kept.append(bool(matched.space.implausibility(place)[0] <= history.CUT))
        shares.append([wave.share for wave in matched.waves])
        assert (matched.space.implausibility(matched.left.places) <= history.CUT).all()
    assert np.mean(kept) >= 0.93
    assert np.mean(shares, axis=0)[0] < 0.5
    assert (np.diff(np.mean(shares, axis=0)) < 0.005).all()


def test_the_space_that_is_left_is_the_known_one() -> None:
    """y = theta without noise, target 0 +- .1: what is left is -.3 to .3 of -5 to 5."""
    prior = Prior({"theta": Between(-5.0, 5.0), "idle": Between(0.0, 1.0)})
    result = fit(lambda theta, seed: {"y": theta["theta"]}, prior, [Target("y", 0.0, 0.1)], Settings(method="history"))
    assert result.matched is not None
    assert [wave.share for wave in result.matched.waves] == pytest.approx([0.06] * 3, rel=0.05)
    assert abs(result.posterior.table().theta).max() <= 0.301  # type: ignore[union-attr]


def test_a_gaussian_process_follows_what_a_parabola_cannot() -> None:
    pytest.importorskip("sklearn")
    prior = Prior({"theta": Between(0.0, 6.0)})
    settings = Settings(method="history", n=40, waves=1, seeds=1)

    def wave(theta: dict[str, Any], seed: int) -> dict[str, float]:
        return {"y": float(np.sin(2 * theta["theta"]))}

    shares = [
        fit(wave, prior, [Target("y", 0.9, 0.05)], replace(settings, emulator=kind)).matched.waves[0].share  # type: ignore[union-attr]
        for kind in ("polynomial", "gaussian_process")
    ]
    assert shares[0] > 0.9
    assert 0.1 < shares[1] < 0.4


def test_nothing_is_left_where_targets_contradict_one_another(tmp_path: Path) -> None:
    targets = [Target("x", 2.0, 0.01), Target("y", 2.7, 0.01), Target("z", -1.5, 0.01)]
    quiet = Settings(method="history", n=60)
    result = fit(lambda theta, seed: toy(theta, 1), PRIOR, targets, quiet)
    assert result.posterior is None
    assert result.notes[-1].startswith("nothing is left")
    figure(result).savefig(tmp_path / "empty.png")


# ---------------------------------------------------------------- optuna


def test_the_optimiser_finds_a_good_setting_and_the_same_again() -> None:
    truth, targets = seen(2)
    settings = Settings(method="optuna", n=120, seeds=1)
    first, second = (fit(toy, PRIOR, targets, settings) for _ in range(2))
    assert first.posterior is not None and second.posterior is not None
    pd.testing.assert_frame_equal(first.posterior.table(), second.posterior.table())
    best = first.posterior.table().iloc[0]
    assert abs(best.a - truth["a"]) < 0.5 and abs(best.b - truth["b"]) < 0.5
    assert any("no posterior" in note for note in first.notes)


def test_a_missing_optimiser_is_told_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)

    def simulate(theta: dict[str, Any], seed: int) -> dict[str, float]:
        raise AssertionError("a run began")

    with pytest.raises(InputError, match=r"pip install 'advosim\[calibration\]'"):
        fit(simulate, PRIOR, seen(1)[1], Settings(method="optuna"))
    with pytest.raises(InputError):
        tpe.require()


# ---------------------------------------------------------------- runs that are kept


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from toys import PRIOR, SMALL, Slow, fit, seen
if __name__ == "__main__":
    folder = Path({folder!r})
    fit(Slow(folder / "notes.txt", 0.05), PRIOR, seen(5)[1], SMALL, folder=folder / "runs", workers=2)
"""


def same(one: Calibration, other: Calibration, folder: Path) -> bool:
    """Whether two calibrations are the same to the byte."""
    assert one.posterior is not None and other.posterior is not None
    files = [folder / "one.parquet", folder / "other.parquet"]
    for file, result in zip(files, (one, other), strict=True):
        result.posterior.table().to_parquet(file)  # type: ignore[union-attr]
    alike = np.array_equal(one.replicated, other.replicated) and one.predicted_thetas == other.predicted_thetas
    return alike and files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="kills a group of processes")
def test_a_killed_calibration_goes_on_to_the_same_posterior(tmp_path: Path) -> None:
    undisturbed = fit(toy, PRIOR, seen(5)[1], SMALL)
    script = tmp_path / "killed.py"
    script.write_text(KILLED.format(tests=str(ROOT / "tests"), folder=str(tmp_path)), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, start_new_session=True)
    until = time.monotonic() + 60
    while len(list((tmp_path / "runs").glob("prior*.parquet"))) < 24 and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = len(list((tmp_path / "runs").glob("*.parquet")))
    assert 24 <= kept < 50
    before = len((tmp_path / "notes.txt").read_text().split())
    finished = fit(Slow(tmp_path / "notes.txt"), PRIOR, seen(5)[1], SMALL, folder=tmp_path / "runs", workers=1)
    after = len((tmp_path / "notes.txt").read_text().split())
    assert same(finished, undisturbed, tmp_path)
    assert after - before == 240 - kept * 4


def test_the_number_of_processes_leaves_no_trace(tmp_path: Path) -> None:
    one, two = (fit(toy, PRIOR, seen(5)[1], SMALL, workers=workers) for workers in (1, 2))
    assert same(one, two, tmp_path)


def test_what_has_been_run_is_not_run_again(tmp_path: Path) -> None:
    simulate, targets = Slow(tmp_path / "notes.txt"), seen(5)[1]
    fit(simulate, PRIOR, targets, SMALL, folder=tmp_path / "runs")
    again = fit(simulate, PRIOR, targets, SMALL, folder=tmp_path / "runs")
    assert len((tmp_path / "notes.txt").read_text().split()) == 240
    assert same(again, fit(toy, PRIOR, targets, SMALL), tmp_path)
    fit(simulate, PRIOR, targets[:2], SMALL, outcomes=["x", "y", "z"], folder=tmp_path / "runs")
    seeds = (tmp_path / "notes.txt").read_text().split()[240:]
    assert set(seeds).isdisjoint(map(str, range(1, 201))), "other targets need no other runs of the prior"


def test_a_damaged_chunk_is_run_again(tmp_path: Path) -> None:
    targets = seen(5)[1]
    first = fit(toy, PRIOR, targets, SMALL, folder=tmp_path / "runs")
    files = sorted((tmp_path / "runs").glob("prior*"))
    files[3].write_bytes(files[3].read_bytes()[:-20])
    files[4].write_bytes(b"")
    assert same(fit(toy, PRIOR, targets, SMALL, folder=tmp_path / "runs"), first, tmp_path)


def test_runs_that_fail_are_left_out_and_named(tmp_path: Path) -> None:
    result = fit(Fragile(raising=(5, 7), killing=(90,)), PRIOR, seen(5)[1], SMALL, workers=2)
    assert [(failure.seed, failure.error) for failure in result.failures] == [
        (5, "ZeroDivisionError: seed 5"),
        (7, "ZeroDivisionError: seed 7"),
        (90, "the run killed its process"),
    ]
    assert "3 runs failed and their settings are left out; the first: prior, seed 5" in result.notes[0]
    assert result.posterior is not None and np.isfinite(result.replicated).all()


def test_too_many_failures_end_a_calibration() -> None:
    with pytest.raises(runs.FailedRuns, match="30 of 200 parameter settings failed.*seed 1 .*ZeroDivisionError"):
        fit(Fragile(raising=tuple(range(1, 31))), PRIOR, seen(5)[1], SMALL)
    with pytest.raises(runs.FailedRuns, match="no number: y"):
        fit(lambda theta, seed: {**toy(theta, seed), "y": float("nan")}, PRIOR, seen(5)[1], SMALL)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(n=3), "n = 3 is not possible; allowed: at least 20"),
        (Settings(accept=0.0), "accept = 0.0 is not possible; allowed: above 0, at most 1"),
        (Settings(method="guess"), "method = guess is not possible; allowed: rejection, history, optuna"),  # type: ignore[arg-type]
        (Settings(method="history", n=20, seeds=0), "seeds = 0 is not possible"),
    ],
)
def test_impossible_settings_are_told(settings: Settings, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit(toy, PRIOR, seen(1)[1], settings)


# ---------------------------------------------------------------- figures


def test_names_in_figures_are_as_short_as_they_can_be() -> None:
    paths = [
        "polity.home.governance.repression",
        "polity.home.governance.openness",
        "mechanism.a.rate",
        "mechanism.b.rate",
    ]
    assert short_names(paths) == ["repression", "openness", "a rate", "b rate"]


@pytest.mark.parametrize("count", [1, 3, 8])
def test_figures_are_drawn_for_few_and_many(count: int, tmp_path: Path) -> None:
    prior = Prior({f"polity.home.p{n}": Between(0.0, 1.0) for n in range(count)})

    def simulate(theta: dict[str, Any], seed: int) -> dict[str, float]:
        return {f"y{n}": value for n, value in enumerate(theta.values())}

    result = fit(simulate, prior, [Target(f"y{n}", 0.4, 0.1) for n in range(count)], Settings(n=100))
    drawn = figure(result)
    drawn.savefig(tmp_path / "drawn.png", dpi=50)
    assert (tmp_path / "drawn.png").stat().st_size > 5000


# ---------------------------------------------------------------- the model, from the command line

EXPERIMENT = """
title = "Awareness and silence"
scenario = "baseline"
[set]
weeks = 12
"polity.home.citizens" = 200
[design]
kind = "latin_hypercube"
n = 10
[factor."mechanism.awareness.half_life"]
range = [1, 20]
[factor."polity.home.governance.repression"]
range = [0.0, 1.0]
[replicates]
first_seed = 11
[outcome.aware]
of = "aware"
reduce = "mean"
issue = "all"
[outcome.silenced]
of = "silenced"
reduce = "mean"
issue = "all"
[outcome.talking]
of = "talking"
reduce = "mean"
issue = "all"
[calibration]
targets = "targets.csv"
seeds = 3
n = 40
draws = 40
"""
TRUTH = {"mechanism.awareness.half_life": 8.0, "polity.home.governance.repression": 0.7}


def advosim(*words: Any) -> Any:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """What forty histories of a known world come to."""
    file = tmp_path_factory.mktemp("known") / "study.toml"
    file.write_text(EXPERIMENT.replace('targets = "targets.csv"\n', ""), encoding="utf-8")
    model = calibrating.Model(load(file))
    known = pd.DataFrame([model(TRUTH, 10**6 + seed) for seed in range(40)]).mean()
    table = known.rename("value").rename_axis("outcome").reset_index()
    return table.assign(uncertainty=[0.02, 0.001, 0.005], histories=40)


@pytest.fixture
def study(targets: pd.DataFrame, tmp_path: Path) -> Path:
    """An experiment file, and its targets."""
    file = tmp_path / "study.toml"
    file.write_text(EXPERIMENT, encoding="utf-8")
    targets.to_csv(tmp_path / "targets.csv", index=False)
    return file


def test_the_model_is_calibrated_from_the_command_line(study: Path) -> None:
    out = study.parent / "out"
    ran = advosim("calibrate", study, "--out", out, "--n", 45, "--workers", 1)
    assert ran.exit_code == 0, ran.output
    assert "Awareness and silence: 2 parameters, 3 targets, 255 runs" in ran.stdout
    intervals = pd.read_csv(out / "intervals.csv").set_index("parameter")
    for name, value in TRUTH.items():
        assert intervals.low[name] <= value <= intervals.high[name]
        assert intervals.width[name] < 0.8
    assert pd.read_csv(out / "fit.csv").covered.all()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {file.name for file in out.iterdir()} - {"manifest.json", "runs"}
    explains(out)
    assert manifest["settings"]["n"] == 45 and manifest["settings"]["first_seed"] == 11
    table = pd.read_parquet(out / "runs.parquet")
    assert table.seed.is_unique and len(table) == 255
    assert r"\toprule" in (out / "intervals.tex").read_text(encoding="utf-8")
    posterior = (out / "posterior.parquet").read_bytes()

    waves = advosim("calibrate", study, "--out", out, "--method", "history", "--waves", 2, "--n", 20, "--workers", 1)
    assert waves.exit_code == 0, waves.output
    first, last = pd.read_csv(out / "waves.csv").share.iloc[[0, -1]]
    assert last <= first + 0.05, "waves rule out more, as far as twenty runs tell"
    again = advosim("calibrate", study, "--out", out, "--n", 45, "--workers", 1)
    assert again.exit_code == 0 and not (out / "waves.csv").exists()
    assert (out / "posterior.parquet").read_bytes() == posterior


def test_the_example_of_the_docs_is_complete(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "how_to" / "calibration.md").read_text(encoding="utf-8")
    for language, name in (("toml", "study.toml"), ("text", "targets.csv")):
        [text] = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings, targets, _ = calibrating.check(load(tmp_path / "study.toml"), None, None)
    assert settings == Settings(n=1000)
    assert [target.histories for target in targets] == [1, 40]


def test_a_folder_of_another_calibration_is_refused(study: Path) -> None:
    out = study.parent / "out"
    small = ("--out", out, "--n", 20, "--seeds", 1, "--workers", 1)
    assert advosim("calibrate", study, *small).exit_code == 0
    study.write_text(EXPERIMENT.replace("weeks = 12", "weeks = 13"), encoding="utf-8")
    refused = advosim("calibrate", study, *small)
    assert refused.exit_code == 2
    assert "holds runs of another calibration: scenario differ" in refused.output


def test_all_that_is_wrong_is_told_before_anything_runs(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "fit", lambda *_, **__: pytest.fail("a run began"))
    (study.parent / "taken").mkdir()
    (study.parent / "taken" / "thesis.txt").write_text("mine")
    (study.parent / "wrong.csv").write_text("outcome,value,uncertainty\nawre,0.3,0\n")
    refused = advosim(
        "calibrate",
        study,
        "--out",
        study.parent / "taken",
        "--targets",
        study.parent / "wrong.csv",
        "--n",
        3,
        "--method",
        "x",
    )
    assert refused.exit_code == 2
    for words in (
        "wrong.csv:2: there is no outcome 'awre' in the experiment",
        "wrong.csv:2: uncertainty = 0: nothing is known exactly",
        "method = x is not possible; allowed: rejection, history, optuna",
        "taken: holds something else than a calibration",
    ):
        assert words in refused.output
    assert "Traceback" not in refused.output
    assert [file.name for file in (study.parent / "taken").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('targets = "targets.csv"', 'targets = "target.csv"', "did you mean 'targets.csv'?"),
        ('targets = "targets.csv"', "", "it is not said where the targets are; hint: write [calibration] targets"),
        ("seeds = 3", "seed = 4", "unknown key 'seed' in calibration"),
        ("seeds = 3", 'method = "abc"', "allowed: rejection, history, optuna"),
    ],
)
def test_a_mistaken_calibration_table_is_told(old: str, new: str, words: str, study: Path) -> None:
    study.write_text(EXPERIMENT.replace(old, new), encoding="utf-8")
    refused = advosim("calibrate", study, "--out", study.parent / "out")
    assert refused.exit_code == 2 and words in refused.output
    assert not (study.parent / "out").exists()
