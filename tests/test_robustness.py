"""Policies over what is unknown: known functions judged by hand and beside EMA Workbench, and what is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from sweeps import TINY, swept
from test_compare import assert_latex

from advosim import InputError, Scenario
from advosim.experiment.robustness import metrics, robust, scores
from advosim.experiment.robustness.metrics import Aim
from advosim.experiment.sweep import completed, designs, load
from advosim.experiment.sweep.schema import Aim as Wanted
from advosim.experiment.sweep.schema import Design, Experiment, Factor, Outcome, Replicates


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of scores take ten forests; two show as much."""
    monkeypatch.setattr(scores, "RESAMPLES", 2)


# ---------------------------------------------------------------- the lake problem

YEARS = 60
LEVERS = {"lake.release": Factor("lake.release", "float", range=(0.0, 0.1), points=6)}
UNKNOWNS = {
    f"lake.{name}": Factor(f"lake.{name}", "float", range=ends)
    for name, ends in {"b": (0.1, 0.45), "q": (2.0, 4.5), "inflow": (0.01, 0.05), "discount": (0.93, 0.99)}.items()
}


def lake(release: float, b: float, q: float, inflow: float, discount: float, noise: float = 0.0) -> dict[str, float]:
    """A town lets phosphorus into a lake that may turn for good (Carpenter, Ludwig & Brock 1999; Quinn et al. 2017)."""
    low, high = 0.01, 1.5
    for _ in range(100):  # between the two states of the lake lies the level at which it turns
        middle = (low + high) / 2
        low, high = (middle, high) if middle**q / (1 + middle**q) < b * middle else (low, middle)
    level, worst, benefit, safe = 0.0, 0.0, 0.0, 0
    for year in range(YEARS):
        level = (1 - b) * level + level**q / (1 + level**q) + release + inflow * (1 + noise * math.sin(year))
        worst, safe = max(worst, level), safe + (level < low)
        benefit += 0.4 * release * discount**year
    return {"phosphorus": worst, "benefit": benefit, "reliability": safe / YEARS}


AIMS = {"phosphorus": Wanted(want="low", enough=0.8), "benefit": Wanted(want="high"),
        "reliability": Wanted(want="high", enough=0.95)}  # fmt: skip


def lake_experiment(n: int = 60, replicates: int = 1) -> Experiment:
    outcomes = {name: Outcome(of="policy") for name in AIMS}
    design = Design(kind="latin_hypercube", n=n, levers=list(LEVERS))
    scenario = Scenario(title="Lake")
    return Experiment("Lake", scenario, design, LEVERS | UNKNOWNS, Replicates(count=replicates), outcomes, aims=AIMS)


def ran(made: Experiment, luck: float = 0.5) -> pd.DataFrame:
    rows = []
    for number, point in enumerate(designs.points(made)):
        for r in range(made.replicates.count):
            run = {"run": len(rows), "point": number, "seed": made.replicates.first_seed + r, "status": "done"}
            rows.append({**run, **point, **lake(*point.values(), noise=luck * r)})
    return pd.DataFrame(rows)


def found(n: int = 60, replicates: int = 1) -> robust.Robustness:
    made = lake_experiment(n, replicates)
    return robust.assessed(completed.arranged(made, ran(made)))


# ---------------------------------------------------------------- design


def test_every_policy_meets_the_same_futures() -> None:
    made = lake_experiment(20)
    points = pd.DataFrame(designs.points(made))
    assert len(points) == 6 * 20 == designs.count(made.design, list(made.factors.values()))
    futures = [part[list(UNKNOWNS)].to_numpy() for _, part in points.groupby("lake.release")]
    assert all((one == futures[0]).all() for one in futures) and len(np.unique(futures[0], axis=0)) == 20
    assert list(points.columns) == list(made.factors)
    assert sorted(points["lake.release"].unique()) == pytest.approx(np.linspace(0, 0.1, 6))


def test_constraints_hold_among_levers_and_among_unknowns() -> None:
    more = Factor("lake.reserve", "float", levels=(0.02, 0.06))
    made = lake_experiment(20)
    made = replace(
        made, factors={**made.factors, more.path: more}, constraints=(("lake.reserve", "lake.release"),),
        design=Design(kind="latin_hypercube", n=20, levers=["lake.release", "lake.reserve"]),
    )  # fmt: skip
    points = pd.DataFrame(designs.points(made))
    assert (points["lake.reserve"] <= points["lake.release"]).all() and len(points) == (5 + 3) * 20
    tied = replace(lake_experiment(20), constraints=(("lake.inflow", "lake.b"), ("lake.b", "lake.discount")))
    points = pd.DataFrame(designs.points(tied))
    assert (points["lake.inflow"] <= points["lake.b"]).all() and len(points) == 6 * 20


# ---------------------------------------------------------------- metrics


def test_metrics_by_hand() -> None:
    y = np.array([[1.0, 2.0, 6.0], [3.0, 3.0, 3.0], [0.0, 4.0, 5.0]])
    high = metrics.judged(y, Aim(True, 3.0))
    assert high["mean"].tolist() == [3, 3, 3] and high["worst"].tolist() == [1, 3, 0]
    assert high["satisficing"] == pytest.approx([1 / 3, 1, 2 / 3])
    # the best of each future: 3, 4, 6
    assert high["max_regret"].tolist() == [2, 3, 3] and high["mean_regret"] == pytest.approx([4 / 3, 4 / 3, 4 / 3])
    assert high["mean_variance"] == pytest.approx(4 / (y.std(axis=1) + 1))
    assert high["undesirable"].tolist() == [1, 0, 4]
    low = metrics.judged(y, Aim(False, 3.0))
    assert low["worst"].tolist() == [6, 3, 5] and low["max_regret"].tolist() == [3, 3, 2]
    assert low["satisficing"] == pytest.approx([2 / 3, 1, 1 / 3])
    assert low["mean_variance"] == pytest.approx(4 * (y.std(axis=1) + 1))
    assert low["undesirable"].tolist() == [4, 0, 1]
    assert np.isnan(metrics.judged(y, Aim(True))["satisficing"]).all()


def test_a_front_holds_what_nothing_beats() -> None:
    means = np.array([[1, 1], [2, 0], [0, 2], [1, 0], [2, 0]], dtype=float)
    assert metrics.front(means, [1, 1]).tolist() == [True, True, True, False, True]
    assert metrics.front(means, [1, -1]).tolist() == [False, True, False, False, True]
    assert metrics.front(np.zeros((3, 2)), [1, 1]).all()


def test_the_robust_policy_of_the_lake() -> None:
    """Letting nothing in is safest, letting most in pays most: between them lies a front."""
    result = found(20)
    table = result.judged.set_index(["outcome", "metric", "policy"])["value"]
    assert table["phosphorus"]["satisficing"].is_monotonic_decreasing
    assert table["benefit"]["max_regret"].tolist()[-1] == 0 and table["phosphorus"]["max_regret"].tolist()[0] == 0
    assert result.on_front.all() and result.on_front_again.min() > 0.9
    best = result.scores[result.scores["outcome"] == "benefit"].set_index("factor")["score"]
    assert best.idxmax() == "lake.release" and best.sum() == pytest.approx(1)
    assert "Trade-offs: 6 of 6 policies" in result.summary()
    assert "phosphorus (low is wanted, 0.8 is enough)" in result.summary()


def test_intervals_are_over_seeds_and_drawn_futures() -> None:
    widths = []
    for n in (20, 100):
        runs = completed.arranged(made := lake_experiment(n, 3), ran(made))
        values = runs.outcomes["reliability"][robust.crossed(runs)[2]]
        rows = pd.DataFrame(robust._judged("reliability", values, Aim(True, 0.95), drawn=True))
        widths.append(rows.query("metric == 'satisficing'").eval("high - low").mean())
    assert widths[0] > 1.6 * widths[1] > 0
    chosen = replace(lake_experiment(5, 1), design=Design(kind="factorial", levers=list(LEVERS)))
    chosen = replace(chosen, factors={k: replace(f, points=2) for k, f in chosen.factors.items()})
    alone = robust.assessed(completed.arranged(chosen, ran(chosen)))
    assert alone.judged[["low", "high", "best_again"]].isna().all(axis=None)
    assert "what chance adds to regret and spread cannot be told" in alone.summary()


def test_beside_ema_workbench_the_numbers_are_the_same() -> None:
    ema = pytest.importorskip("ema_workbench", reason="ema_workbench is not installed")
    from ema_workbench.analysis import feature_scoring

    made = lake_experiment(15)
    result = robust.assessed(completed.arranged(made, ran(made)))
    model = ema.Model("lake", function=lambda **words: lake(**words))
    model.uncertainties = [ema.RealParameter(path[5:], *factor.range) for path, factor in UNKNOWNS.items()]
    model.levers = [ema.RealParameter("release", 0.0, 0.1)]
    model.outcomes = [ema.ScalarOutcome(name) for name in AIMS]
    futures = [ema.Scenario(str(n), **row) for n, row in enumerate(_named(result.futures))]
    policies = [ema.Policy(str(n), **row) for n, row in enumerate(_named(result.policies))]
    experiments, outcomes = ema.perform_experiments(model, futures, policies)
    table = pd.DataFrame(outcomes).assign(
        policy=experiments["policy"].astype(int), future=experiments["scenario"].astype(int)
    )
    own = result.judged.set_index(["outcome", "metric", "policy"])["value"]
    for name, aim in AIMS.items():
        y = table.pivot(index="policy", columns="future", values=name)
        assert y.to_numpy() == pytest.approx(result.means(name), abs=1e-12)
        best = y.max() if aim.want == "high" else y.min()
        assert (y - best).abs().max(axis=1).to_numpy() == pytest.approx(own[name]["max_regret"].to_numpy())
        if aim.enough is not None:
            met = y.ge(aim.enough) if aim.want == "high" else y.le(aim.enough)
            assert met.mean(axis=1).to_numpy() == pytest.approx(own[name]["satisficing"].to_numpy())
    x = experiments[[*(path[5:] for path in LEVERS | UNKNOWNS)]]
    for name in AIMS:
        known, _ = feature_scoring.get_ex_feature_scores(
            x, np.asarray(outcomes[name]), mode=feature_scoring.RuleInductionType.REGRESSION, nr_trees=scores.TREES,
            max_features=1.0, min_samples_leaf=1, random_state=scores.SEED,
        )  # fmt: skip
        own_scores = result.scores[result.scores["outcome"] == name].set_index("factor")["score"]
        theirs = known[1]
        order = scores.feature_scores(x.to_numpy(), np.asarray(outcomes[name]))
        assert order == pytest.approx([theirs[column] for column in x.columns], abs=1e-12)
        assert own_scores.to_numpy() == pytest.approx(order, abs=0.02)


def _named(table: pd.DataFrame) -> list[dict[str, float]]:
    return [{path[5:]: float(value) for path, value in row.items()} for row in table.to_dict("records")]


def test_noise_alone_scores_no_feature_above_another() -> None:
    x, y = np.random.default_rng(1).random((200, 3)), np.random.default_rng(2).random(200)
    assert scores.feature_scores(x, y) == pytest.approx([1 / 3] * 3, abs=0.08)


# ---------------------------------------------------------------- what is saved


def test_all_of_it_is_saved(tmp_path: Path) -> None:
    result = found(8, 2)
    assert "over 2 seeds and 8 drawn futures" in result.summary()
    place = result.save(tmp_path / "here")
    there = {file.name for file in place.iterdir()}
    assert {"robustness.csv", "robustness.tex", "robustness.png", "policies.csv", "futures.parquet", "scores.csv",
            "scores.png", "tradeoffs.png", "summary.txt", "manifest.json", "codebook.csv"} <= there  # fmt: skip
    explains(place)
    assert_latex((place / "robustness.tex").read_text(encoding="utf-8"))
    told = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert told["levers"] == ["lake.release"] and told["aims"]["phosphorus"] == {"want": "low", "enough": 0.8}
    rows = pd.read_parquet(place / "futures.parquet")
    assert len(rows) == 6 * 8 * 3 and (rows["regret"] >= 0).all()


def test_what_chance_hides_and_what_never_differs_is_said() -> None:
    runs = completed.arranged(made := lake_experiment(8, 3), ran(made))
    flat = {**runs.outcomes, "benefit": np.zeros_like(runs.outcomes["benefit"])}
    flat["phosphorus"] = np.random.default_rng(4).normal(size=runs.outcomes["phosphorus"].shape)
    told = robust.assessed(replace(runs, outcomes=flat))
    assert "phosphorus: chance hides what the factors do to it" in told.summary()
    assert "any metric: all are alike in every future" in told.summary()
    shares = told.judged.query("outcome == 'benefit' and metric == 'mean'")["best_again"]
    assert shares.tolist() == pytest.approx([1 / 6] * 6)
    assert told.figures()["tradeoffs"]


def test_two_aims_are_drawn_against_each_other() -> None:
    made = replace(lake_experiment(8), aims={name: AIMS[name] for name in ("phosphorus", "benefit")})
    drawn = robust.assessed(completed.arranged(made, ran(made))).figures()["tradeoffs"]
    assert [axes.get_xlabel() for axes in drawn.axes] == ["phosphorus (low is wanted)"]


# ---------------------------------------------------------------- files and refusals

FILE = f"""{TINY}kind = "latin_hypercube"
n = 4
levers = ["polity.home.governance.openness"]
[factor."polity.home.governance.openness"]
levels = [0.1, 0.9]
[factor."polity.home.governance.repression"]
range = [0.0, 1.0]
[replicates]
count = 2
[outcome.support]
of = "support"
issue = "all"
reduce = "mean"
[outcome.protest]
of = "protest"
issue = "all"
reduce = "mean"
[aim.support]
want = "high"
enough = 0.1
[aim.protest]
want = "low"
"""


def test_the_command_from_file_to_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = swept(FILE, tmp_path, monkeypatch)
    ran = ask("robustness", "small.toml", "--out", "out")
    assert ran.exit_code == 0, ran.output
    assert "2 policies in 4 futures" in ran.stdout and "openness" in ran.stdout
    assert (tmp_path / "out" / "robustness" / "tradeoffs.png").is_file()
    (tmp_path / "none.toml").write_text(FILE[: FILE.index("[aim.support]")].replace("levers =", "# levers ="), "utf-8")
    bare = ask("robustness", "none.toml", "--out", "out")
    assert bare.exit_code == 2
    assert "has no levers" in bare.stderr and "no outcome has an aim" in bare.stderr and "[aim.support]" in bare.stderr


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'openness"]\n[factor',
            'opennes"]\n[factor',
            "the lever '.*opennes' is no factor of this experiment.*did you mean",
        ),
        ('kind = "latin_hypercube"', 'kind = "sobol"', "levers go with factorial, latin_hypercube, points, not sobol"),
        ("levels = [0.1, 0.9]", "range = [0.1, 0.9]", "needs a number of points where it is a lever"),
        ("[aim.support]", "[aim.suport]", "there is no outcome 'suport' to aim at.*did you mean"),
        ('want = "low"', 'want = "least"', 'aim.protest.want = "least" is unknown'),
        (
            'scenario = "baseline"',
            'scenario = "baseline"\nconstraints = ["polity.home.governance.openness <= '
            'polity.home.governance.repression"]',
            "a constraint ties a lever to an unknown",
        ),
        ('levers = ["polity', 'levers = ["polity.home.governance.repression", "polity', "nothing is unknown"),
    ],
)
def test_what_is_wrong_with_levers_and_aims_is_told(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in FILE
    (tmp_path / "wrong.toml").write_text(FILE.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load.load(tmp_path / "wrong.toml")


def test_a_policy_that_missed_a_future_is_refused() -> None:
    made = lake_experiment(4)
    points = tuple(designs.points(made)[:-1])
    factors = {path: Factor(path, "float", tuple(dict.fromkeys(p[path] for p in points))) for path in made.factors}
    given: Any = replace(made, design=Design(kind="points", levers=list(LEVERS)), factors=factors, given=points)
    with pytest.raises(InputError, match="1 of 24 pairs of 6 policies and 4 futures were not run"):
        robust.assessed(completed.arranged(given, ran(given)))
