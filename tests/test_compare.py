"""Comparing scenarios: the same numbers however they are run, intervals that cover, clear words for what is wrong."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from scipy import stats
from simulations import policy_slowly
from test_figures import word_boxes
from typer.testing import CliRunner

from advosim import InputError, Scenario, cli, compare, simulate
from advosim.experiment import effects
from advosim.experiment.compare.comparison import Comparison, RunError, forget
from advosim.reading import outcomes
from advosim.reading.tables import lived
from advosim.results import latex as tables

ROOT = Path(__file__).resolve().parents[1]
SMALL = {"polity.home.citizens": 100, "weeks": 20}
REPRESSION = "polity.home.governance.repression"
TEXT = re.compile(r"(?<!\\)[&%#_^~<>|\"]")
"""Characters that LaTeX would read as commands, or print as others."""


@pytest.fixture(scope="module")
def home() -> Scenario:
    return Scenario.load("baseline").but(SMALL)


@pytest.fixture(scope="module")
def harder(home: Scenario) -> Scenario:
    return home.but({REPRESSION: 0.95, "title": "Harder & $worse_ 100%"})


@pytest.fixture(scope="module")
def compared(home: Scenario, harder: Scenario) -> Any:
    return compare([home, harder], runs=6, progress=False)


def first_policy(record: Any) -> float:
    return float(record.recorded.weeks["policy"][0, 0, 0])


def breaks_at_four(record: Any) -> float:
    if record.seed == 4:
        raise ZeroDivisionError("the fourth")
    return 0.0


# ---------------------------------------------------------------- statistics


def test_an_effect_is_the_mean_of_paired_differences() -> None:
    base, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.5, 2.0, 4.5, 4.0])
    found = effects.paired(base, other)
    known = stats.ttest_rel(other, base).confidence_interval(0.95)
    assert found.effect == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))
    assert found.d_z == pytest.approx(0.5 / np.std(other - base, ddof=1))
    assert found.d_av == pytest.approx(0.5 / ((np.std(base, ddof=1) + np.std(other, ddof=1)) / 2))
    assert (found.rose, found.fell) == (0.5, 0.0)


def test_the_bootstrap_is_the_known_one() -> None:
    values = np.random.default_rng(3).exponential(size=60)
    known = stats.bootstrap((values,), np.mean, n_resamples=9999, rng=1).confidence_interval
    assert effects.bootstrap_interval(values) == pytest.approx((known.low, known.high), abs=0.02)


def test_intervals_cover() -> None:
    chance = np.random.default_rng(1)
    covered = []
    for _ in range(400):
        luck = chance.normal(size=12)
        found = effects.paired(luck, luck + 0.3 + 0.5 * chance.normal(size=12))
        covered.append(found.low <= 0.3 <= found.high)
    assert 0.92 < np.mean(covered) < 0.98


def test_what_does_not_vary_has_a_point_for_an_interval() -> None:
    luck = np.random.default_rng(1).normal(size=10)
    same = effects.paired(luck, luck)
    assert (same.effect, same.low, same.high, same.boot_low, same.boot_high, same.d_z, same.d_av) == (0,) * 7
    shifted = effects.paired(luck, luck + 0.1)
    assert (shifted.low, shifted.high) == pytest.approx((0.1, 0.1))
    assert shifted.d_z == np.inf and np.isfinite(shifted.d_av)
    assert effects.paired(np.zeros(3), np.ones(3)).d_av == np.inf


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0]), ([1.0, 2.0], [1.0]), ([1.0, np.nan], [1.0, 2.0])])
def test_no_effect_of_nothing(a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError):
        effects.paired(a, b)


# ---------------------------------------------------------------- running


def test_a_scenario_against_itself_differs_in_nothing(home: Scenario) -> None:
    table = compare([home, home], runs=2, progress=False).table
    assert (table["effect"] == 0).all() and (table["d_z"] == 0).all()
    assert set(table["scenario"]) == {"Baseline (2)"}


def test_pairs_are_what_single_runs_give(compared: Any, harder: Scenario) -> None:
    record = simulate(harder, seed=3)
    row = compared.pairs[(compared.pairs["scenario"] == harder.title) & (compared.pairs["seed"] == 3)].iloc[0]
    weeks = lived(record.weeks)
    ends = weeks[weeks["week"] == 20]["policy"].mean()
    assert row["policy_end"] == pytest.approx(ends)
    assert row["support"] == pytest.approx(weeks["support"].mean())
    assert row["protest"] == pytest.approx(weeks.groupby("issue")["protest"].sum().mean())
    assert row["silence"] == pytest.approx((weeks["support"] - weeks["expressed"]).mean())
    assert row["repress_weeks"] == pytest.approx(weeks["response"].str.contains("repress").sum() / 3)
    organisations = lived(record.organisations)
    kinds = {name: tactic.pressure for name, tactic in harder.tactic.items()}
    inside = organisations["tactic"].map(kinds) == "inside"
    assert row["inside"] == pytest.approx(organisations[inside]["effort"].sum() / organisations["effort"].sum())


def test_every_measure_is_there_and_finite(compared: Any) -> None:
    assert compared.outcomes == list(outcomes.COMPARED)
    assert np.isfinite(compared.pairs[compared.outcomes].to_numpy()).all()
    assert len(compared.table) == len(outcomes.COMPARED) and not compared.table.isna().any(axis=None)
    shares = compared.table[compared.table["unit"].str.startswith("share of")]
    assert len(shares) > 10


def test_processes_change_nothing(home: Scenario, harder: Scenario, compared: Any) -> None:
    other = compare([home, harder], runs=6, workers=2, progress=False)
    pd.testing.assert_frame_equal(other.pairs, compared.pairs)
    pd.testing.assert_frame_equal(other.table, compared.table)


def test_repression_raises_fear(home: Scenario, harder: Scenario) -> None:
    larger = {"polity.home.citizens": 400, "weeks": 60}
    found = compare([home.but(larger), harder.but(larger)], runs=8, outcomes=["silenced"], progress=False)
    assert found.effect("silenced").low > 0


def test_issues_and_own_outcomes(home: Scenario, harder: Scenario) -> None:
    found = compare([home, harder], runs=2, outcomes=["policy_end", "funds"], by_issue=True, progress=False)
    by_issue = ["climate.policy_end", "housing.policy_end", "privacy.policy_end"]
    assert found.outcomes == ["policy_end", "funds", *by_issue]
    assert found.pairs["policy_end"].to_numpy() == pytest.approx(found.pairs[by_issue].mean(axis=1).to_numpy())
    own = compare([home, harder], runs=2, outcomes={"first_policy": first_policy}, progress=False)
    assert own.outcomes == ["first_policy"] and own.latex() and own.figure()


def test_only_what_scenarios_share_is_compared(home: Scenario) -> None:
    tables = home.model_dump()
    tables["issue"] = {name: issue for name, issue in tables["issue"].items() if name != "housing"}
    for organisation in tables["polity"]["home"]["organisation"].values():
        organisation["priorities"] = {}
    for public in tables["polity"]["home"]["public"].values():
        public["attitude"], public["stake"] = {}, {}
    fewer = Scenario.model_validate(tables | {"title": "Fewer"})
    found = compare([home, fewer], runs=2, outcomes=["policy_end"], by_issue=True, progress=False)
    assert found.outcomes == ["policy_end", "climate.policy_end", "privacy.policy_end"]


def test_an_outcome_goes_on_under_its_old_name_and_says_so(home: Scenario, harder: Scenario) -> None:
    with pytest.warns(FutureWarning, match="'policy' is called 'policy_end' now"):
        found = compare([home, harder], runs=2, outcomes=["policy"], progress=False)
    assert found.outcomes == ["policy_end"]
    with pytest.warns(FutureWarning, match="policy_end"):
        assert found.effect("policy")["outcome"] == "policy_end"


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_that_raises_is_named(home: Scenario, harder: Scenario, workers: int) -> None:
    with pytest.raises(RunError, match=r"scenario '.+', seed 4: .* raises ZeroDivisionError: the fourth") as caught:
        compare([home, harder], runs=6, outcomes={"breaks": breaks_at_four}, workers=workers, progress=False)
    assert caught.value.seed == 4 and "breaks_at_four" in caught.value.trace


# ---------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"runs": 1}, "runs is 1; allowed: 2 or more"),
        ({"first_seed": -1}, "first_seed is -1"),
        ({"weeks": 0}, "weeks is 0"),
        ({"outcomes": ["polcy_change"]}, "there is no outcome 'polcy_change'.*did you mean 'policy_change'"),
        ({"outcomes": []}, "no outcome is named"),
        ({"outcomes": {"mine": lambda record: 0.0}}, "cannot travel"),
        ({"labels": ["a", "a"]}, "2 different names"),
    ],
)
def test_wrong_options_are_told(home: Scenario, harder: Scenario, options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare([home, harder], progress=False, **options)


def test_wrong_scenarios_are_told(home: Scenario) -> None:
    with pytest.raises(InputError, match="1 scenarios; allowed: 2 or more"):
        compare([home], progress=False)
    with pytest.raises(InputError, match="different lengths .20, 30 weeks.; hint: say weeks=20"):
        compare([home, home.but({"weeks": 30})], progress=False)
    with pytest.raises(InputError, match="there is no such scenario"):
        compare([home, "nowhere"], progress=False)
    with pytest.raises(InputError, match="no issue in common"):
        compare([home, Scenario(title="Other", weeks=20)], progress=False)


# ---------------------------------------------------------------- what is left behind


def test_all_of_it_is_saved(compared: Any, tmp_path: Path) -> None:
    place = compared.save(tmp_path / "here")
    names = {
        "courses.csv",
        "courses.png",
        "events.csv",
        "events.png",
        "effects.csv",
        "effects.tex",
        "effects.png",
        "pairs.parquet",
        "summary.txt",
        "codebook.csv",
        "manifest.json",
    }
    assert {file.name for file in place.iterdir()} == names
    explains(place)
    again = pd.read_csv(place / "effects.csv")
    assert again["effect"].to_numpy() == pytest.approx(compared.table["effect"].to_numpy())
    told = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert told["seeds"] == [1, 6] and len(told["scenarios"]) == 2 and set(told["files"]) == names - {"manifest.json"}
    compared.save(place)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").touch()
    with pytest.raises(InputError, match="holds something else"):
        compared.save(tmp_path / "other")


def test_the_figure_has_a_row_for_each_outcome(compared: Any) -> None:
    said = {text.get_text() for text in compared.figure().axes[0].texts}
    assert {outcomes.BY_NAME[name].label for name in outcomes.COMPARED} <= said
    with pytest.raises(ValueError, match="none of these"):
        compared.figure(["nothing"])


LONG = "Whether ballots discipline a country of two parties that share most of what they want"


def effects_of(sizes: dict[str, float], others: int = 1) -> Any:
    """Made-up pairs of scenarios with one long title; by outcome the effect on a spread of about 1."""
    luck = np.random.default_rng(1).normal(size=(2, 8))
    parts = [
        pd.DataFrame({"scenario": f"{LONG} ({number})", "seed": range(8)}).assign(
            **{name: luck[0] + number * (size + 0.1 * size * luck[1]) for name, size in sizes.items()}
        )
        for number in range(others + 1)
    ]
    return Comparison(tuple(part["scenario"].iloc[0] for part in parts), pd.concat(parts, ignore_index=True))


@pytest.mark.parametrize("others", [1, 2, 5])
@pytest.mark.parametrize("size", [0.0, 0.02, 0.5, 2.0, 5.0, 60.0, 1500.0])
def test_words_of_the_figure_stay_on_it_and_apart(size: float, others: int) -> None:
    figure = effects_of({"policy_end": size, "support": size / 2}, others).figure()
    figure.draw_without_rendering()
    boxes = word_boxes(figure)
    assert not [(a, b) for (a, one), (b, other) in itertools.combinations(boxes, 2) if one.overlaps(other)]
    box, page = figure.get_tightbbox(), figure.bbox_inches
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1
    numbers = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert "0" in numbers and len(numbers) >= 3


def test_latex_is_sound(compared: Any) -> None:
    assert_latex(compared.latex())
    assert r"Harder \& \$worse\_ 100\%" in compared.latex()


def assert_latex(text: str) -> None:
    """Balanced braces and environments, as many cells as columns, nothing that LaTeX would stumble on."""
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert re.findall(r"\\begin{(\w+)}", text) == re.findall(r"\\end{(\w+)}", text)[::-1]
    columns = len(re.search(r"\\begin{tabular}{([lrc]+)}", text)[1])  # type: ignore[index]
    body = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
    for line in body.splitlines():
        if line.endswith(r"\\") and "multicolumn" not in line:
            assert len(re.findall(r"(?<!\\)&", line)) == columns - 1, line
    plain = re.sub(r"(?<!\\)\$.*?(?<!\\)\$", "", text)
    assert not TEXT.search(plain.replace(" & ", " "))
    assert all(rule in text for rule in (r"\toprule", r"\midrule", r"\bottomrule"))


@pytest.mark.parametrize("text", ["a_b", "50%", "$x$", "{", "\\", "a & b", "~^#<>|", "line\nline", 'say "so"'])
def test_texts_are_escaped(text: str) -> None:
    frame = pd.DataFrame({"name": [text], "value": [1.5]})
    assert_latex(tables.booktabs(frame, caption=text, note=text, label="tab:a"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "$0$"), (0.12345, "$0.123$"), (-12.345, "$-12.3$"), (1e-9, r"$1.00 \times 10^{-9}$"), (1234567, r"\times")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert text in tables.number(value).text
    assert tables.number(float("nan")).text == "--" and tables.number(float("inf")).text == r"$\infty$"


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = [
        "compare",
        "baseline",
        "closed_regime",
        "--runs",
        "2",
        "--weeks",
        "10",
        "--set",
        "polity.home.citizens=100",
    ]
    ran = CliRunner().invoke(cli.app, words)
    assert ran.exit_code == 0, ran.output
    assert "Effects of Closed regime against Baseline: means of 2 paired runs" in ran.stdout
    (place,) = (tmp_path / "results").iterdir()
    assert place.name.startswith("compare-baseline-closed_regime-") and (place / "effects.tex").is_file()


@pytest.mark.parametrize("words", [["baseline"], ["baseline", "nowhere"], ["baseline", "baseline", "--set", "a"]])
def test_the_command_refuses(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli.app, ["compare", *words])
    assert ran.exit_code == 2 and "nothing was run" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_the_command_names_the_run_that_raised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OverflowError("too much")

    monkeypatch.setattr("advosim.simulation.simulate", broken)
    words = ["compare", "baseline", "baseline", "--runs", "2", "--weeks", "5", "--set", "polity.home.citizens=50"]
    ran = CliRunner().invoke(cli.app, [*words, "--out", str(tmp_path / "out")])
    assert ran.exit_code == 1 and "scenario 'Baseline (1)', seed 1: OverflowError: too much" in ran.stderr
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- whatever ends it


KILLED = """
import sys
sys.path.insert(0, {tests!r})
import simulations
from advosim import Scenario, compare
if __name__ == "__main__":
    base = Scenario.load("baseline").but({tiny})
    how = dict(runs=12, outcomes={{"slow": simulations.policy_slowly}}, workers=2, kept={kept!r})
    found = compare([base, base.but({harder})], **how)
    found.pairs.to_parquet({out!r})
"""
TINY = {"polity.home.citizens": 60, "weeks": 4}
HARDER = {REPRESSION: 0.95, "title": "Harder"}


def workers_of(kept: Path) -> list[int]:
    """Processes of this machine that were told of the folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"ADVOSIM_TEST={kept}".encode() in place.read_bytes():
                state = place.with_name("stat").read_text().rpartition(")")[2].split()[0]
                found += [int(place.parent.name)] if state not in "ZX" else []
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="counts processes in /proc")
def test_a_killed_comparison_leaves_no_process_and_goes_on(tmp_path: Path) -> None:
    kept, out = tmp_path / "kept", tmp_path / "pairs.parquet"
    script = tmp_path / "killed.py"
    told = {"tests": str(ROOT / "tests"), "tiny": TINY, "harder": HARDER, "kept": str(kept), "out": str(out)}
    script.write_text(KILLED.format(**told), encoding="utf-8")
    known = {**os.environ, "PYTHONPATH": str(ROOT), "ADVOSIM_TEST": str(kept)}
    process = subprocess.Popen([sys.executable, str(script)], env=known, start_new_session=True)
    until = time.monotonic() + 300
    while not list(kept.glob("chunks/*.json")) and time.monotonic() < until:
        time.sleep(0.02)
    process.kill()
    process.wait()
    while workers_of(kept) and time.monotonic() < until:
        time.sleep(0.05)
    assert not workers_of(kept) and not out.exists()
    done = {file.name: file.read_bytes() for file in kept.glob("chunks/*.json")}
    assert done
    base = Scenario.load("baseline").but(TINY)
    how: dict[str, Any] = {"runs": 12, "outcomes": {"slow": policy_slowly}, "workers": 1, "progress": False}
    found = compare([base, base.but(HARDER)], **how, kept=kept)
    assert all((kept / "chunks" / name).read_bytes() == raw for name, raw in done.items())
    alone = compare([base, base.but(HARDER)], **how)
    assert found.pairs.equals(alone.pairs)
    forget(kept)
    assert not kept.exists()


def test_a_run_that_raised_is_tried_again_and_the_others_are_kept(tmp_path: Path) -> None:
    base = Scenario.load("baseline").but(TINY)
    how: dict[str, Any] = {"runs": 4, "workers": 1, "progress": False, "kept": tmp_path / "kept"}
    with pytest.raises(RunError, match="the fourth"):
        compare([base, base.but(HARDER)], outcomes={"it": breaks_at_four}, **how)
    assert (tmp_path / "kept").exists()
    assert compare([base, base.but(HARDER)], outcomes={"it": first_policy}, **how).outcomes == ["it"]
