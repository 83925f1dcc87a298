"""Discovery: boxes and trees that are known are found, chance is not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from test_compare import assert_latex

from advosim import InputError, Scenario
from advosim.experiment.discovery import discover, prim
from advosim.experiment.sweep import completed, designs
from advosim.experiment.sweep.schema import Design, Experiment, Factor, Outcome, Replicates

GOVERNANCE = "polity.home.governance."
A, B, C = (GOVERNANCE + name for name in ("repression", "openness", "access"))
SYSTEM = GOVERNANCE + "electoral_system"
FACTORS = {path: Factor(path, "float", range=(0.0, 1.0)) for path in (A, B, C)} | {
    SYSTEM: Factor(SYSTEM, "text", levels=("majority", "mixed", "proportional"))
}


def runs(replicates: int = 2, n: int = 400, noise: float = 0.04) -> completed.Runs:
    """Campaigns win where repression is below .4, openness above .6 and the system is not one of majorities."""
    outcomes = {"won": Outcome(of="policy"), "luck": Outcome(of="support")}
    design = Design(kind="latin_hypercube", n=n)
    made = Experiment("Where & when", Scenario(title="x"), design, FACTORS, Replicates(count=replicates), outcomes)
    chance = np.random.default_rng(3)
    rows = []
    for number, point in enumerate(designs.points(made)):
        wins = point[A] < 0.4 and point[B] > 0.6 and point[SYSTEM] != "majority"
        for r in range(replicates):
            won = float(wins if chance.random() > noise else not wins)
            head = {"run": number * replicates + r, "point": number, "seed": 1 + r, "status": "done"}
            rows.append({**head, **point, "won": won, "luck": chance.random()})
    return completed.arranged(made, pd.DataFrame(rows))


@pytest.fixture(scope="module")
def found() -> discover.Discovery:
    return discover.discovered(runs(), "won", above=0.5)


def test_the_known_box_is_found(found: discover.Discovery) -> None:
    box = found.boxes[0]
    assert set(box.limits) == {A, B, SYSTEM}
    assert box.limits[SYSTEM] == frozenset({1, 2})
    low, high = box.limits[A]  # type: ignore[misc]
    assert low == 0 and high == pytest.approx(0.4, abs=0.05)
    low, high = box.limits[B]  # type: ignore[misc]
    assert high == 1 and low == pytest.approx(0.6, abs=0.05)
    assert box.density > 0.9 and max(box.quasi_p.values()) < 1e-6


def test_the_box_is_stable(found: discover.Discovery) -> None:
    rows = found.table[found.table["box"] == 1].set_index("factor")
    assert (rows["restricted_again"] > 0.8).all()
    assert rows.loc[A, "high_from"] <= 0.4 <= rows.loc[A, "high_to"] + 0.02
    others = [C in box.limits for box in found.resampled]
    assert np.mean(others) < 0.5


def test_scores_say_what_they_mean(found: discover.Discovery) -> None:
    box, score = found.boxes[0], found.scores.iloc[0]
    members = prim.inside(found.factors, box.limits)
    assert score["density"] == pytest.approx(found.of_interest[members].mean())
    assert score["coverage"] == pytest.approx(found.of_interest[members].sum() / found.of_interest.sum())
    assert score["lift"] == pytest.approx(score["density"] / found.of_interest.mean())


def test_the_tree_splits_where_the_truth_does(found: discover.Discovery) -> None:
    assert found.accuracy[0] > 0.65
    rules = found.rules()
    thresholds = {
        name: [float(t) for t in re.findall(rf"{name} > ([\d.]+)", rules)] for name in ("repression", "openness")
    }
    assert any(abs(t - 0.4) < 0.06 for t in thresholds["repression"])
    assert any(abs(t - 0.6) < 0.06 for t in thresholds["openness"])
    assert "electoral system is" in rules


def test_chance_has_no_box() -> None:
    named = runs()
    named = replace(named, experiment=replace(named.experiment, primary=("luck",)))
    nothing = discover.discovered(named, above=0.7)
    assert nothing.outcome == "luck" and "luck is above 0.7 (primary, named in advance)" in nothing.summary()
    assert nothing.boxes == [] and nothing.accuracy[0] < 0.6
    assert "no box" in nothing.summary() and nothing.table.empty
    assert_latex(nothing.latex())


def test_as_the_package_prim_finds_it() -> None:
    """The package works on numbers with pandas 3, as far as its first box goes."""
    package = pytest.importorskip("prim")
    chance = np.random.default_rng(8)
    x = chance.random((1000, 3))
    y = (x[:, 0] < 0.3) & (x[:, 1] > 0.5)
    own = prim.boxes(prim.as_factors({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]}), y)[0]
    box = package.Prim(pd.DataFrame(x, columns=["a", "b", "c"]), y.astype(int)).find_box()
    limits = box._box_lims[-1]
    assert own.limits["a"][1] == pytest.approx(float(limits["a"][1]), abs=0.03)  # type: ignore[index]
    assert own.limits["b"][0] == pytest.approx(float(limits["b"][0]), abs=0.03)  # type: ignore[index]
    assert "c" not in own.limits


def test_two_boxes_are_found_one_after_the_other() -> None:
    x = np.random.default_rng(4).random((1500, 2))
    y = ((x[:, 0] < 0.25) & (x[:, 1] < 0.25)) | ((x[:, 0] > 0.7) & (x[:, 1] > 0.7))
    found = prim.boxes(prim.as_factors({"a": x[:, 0], "b": x[:, 1]}), y)
    assert len(found) == 2 and sum(box.coverage for box in found) > 0.85
    assert min(box.density for box in found) > 0.9


def test_levels_are_peeled_one_by_one() -> None:
    grid = np.array([(a, b) for a in range(4) for b in (0.0, 0.5, 1.0) for _ in range(10)], dtype=float)
    y = (grid[:, 0] >= 2) & (grid[:, 1] == 0.5)
    box = prim.boxes(prim.as_factors({"a": grid[:, 0], "b": grid[:, 1]}), y)[0]
    assert box.limits == {"a": (2.0, 3.0), "b": (0.5, 0.5)}
    assert (box.coverage, box.density) == (1.0, 1.0)


@pytest.mark.parametrize("truth", [True, False])
def test_where_all_are_alike_there_is_no_box(truth: bool) -> None:
    x = np.random.default_rng(1).random(100)
    assert prim.boxes(prim.as_factors({"a": x}), np.full(100, truth)) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"outcome": "wn"}, "there is no outcome 'wn'; allowed: won, luck; hint: did you mean 'won'"),
        ({"outcome": "won", "above": 5.0}, "no runs have it that won is above 5; allowed: a number within 0 to 1"),
        ({"outcome": "won", "below": 5.0}, "all runs have it"),
        ({"outcome": "won", "above": 0.1, "below": 0.9}, "both above and below"),
    ],
)
def test_wrong_questions_are_told(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        discover.discovered(runs(1, 50), **options)


def test_without_a_threshold_the_median_is_taken_and_told() -> None:
    found = discover.discovered(runs(1, 100), "luck")
    assert found.of_interest.mean() == pytest.approx(0.5) and "median" in found.notes[0]


def test_failed_runs_are_left_out_and_counted() -> None:
    whole = runs(1, 60)
    table = whole.points.assign(run=range(60), point=range(60), seed=1, status="done")
    table = table.assign(won=whole.outcomes["won"][:, 0], luck=0.5)
    table.loc[7, ["status", "won", "luck"]] = ["failed", np.nan, np.nan]
    part = completed.arranged(whole.experiment, table, complete=False)
    found = discover.discovered(part, "won", above=0.5)
    assert len(found.of_interest) == 59 and found.notes == ["1 runs without outcome are left out"]


def test_all_of_it_is_saved(found: discover.Discovery, tmp_path: Path) -> None:
    place = found.save(tmp_path / "here")
    names = {
        "boxes.csv",
        "boxes.tex",
        "boxes.png",
        "scores.csv",
        "tree.png",
        "curves.png",
        "summary.txt",
        "codebook.csv",
        "manifest.json",
    }
    assert {file.name for file in place.iterdir()} == names
    explains(place)
    assert_latex((place / "boxes.tex").read_text(encoding="utf-8"))
    said = (place / "summary.txt").read_text(encoding="utf-8")
    assert "repression at most 0." in said and "electoral system is mixed or proportional" in said


def test_without_scikit_learn_boxes_are_found_and_drawn(
    found: discover.Discovery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discover.importlib.util, "find_spec", lambda name: None)
    without = discover.discovered(found.runs, found.outcome, above=0.5)
    assert without.tree is None and without.boxes == found.boxes
    assert "no tree is grown without scikit-learn" in without.summary() and "CART" not in without.summary()
    there = {file.name for file in without.save(tmp_path / "boxes").iterdir()}
    assert "boxes.png" in there and "tree.png" not in there


def test_a_tree_that_only_guesses_says_so_in_figure_and_summary(found: discover.Discovery) -> None:
    lost = discover.discovered(runs(), "luck", above=0.5)
    for one, guesses in ((found, False), (lost, True)):
        drawn = one.figures()["tree"].get_supxlabel()
        assert ("No better than guessing" in drawn) == guesses == ("no better than guessing" in one.summary())
        assert "balanced accuracy on unseen points" in drawn.lower()
    curves = found.figures()["curves"].axes
    assert len({one.get_ylim() for one in curves if one.axison}) == 1
