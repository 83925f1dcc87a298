"""Sensitivity of known functions put through the path of a sweep: indices, noise, and what must be refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codebooks import explains
from sweeps import TINY, ask_in, swept
from test_compare import assert_latex

from advosim import InputError, Scenario
from advosim.experiment.sensitivity import analysis as sensitivity
from advosim.experiment.sensitivity import given, surfaces
from advosim.experiment.sweep import completed, designs
from advosim.experiment.sweep.schema import Design, Experiment, Factor, Outcome, Replicates

GOVERNANCE = "polity.home.governance."
A, B, C = (GOVERNANCE + name for name in ("repression", "openness", "access"))
SYSTEM = GOVERNANCE + "electoral_system"
PI = math.pi


def ishigami(a: float, b: float, c: float) -> float:
    """Ishigami & Homma 1990, with the usual 7 and .1."""
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def ishigami_indices() -> tuple[dict[str, float], dict[str, float], float]:
    """Analytic S1, ST and the variance."""
    first = 0.5 * (1 + 0.1 * PI**4 / 5) ** 2
    second, both = 49 / 8, 0.01 * PI**8 * 8 / 225
    whole = first + second + both
    alone = {A: first / whole, B: second / whole, C: 0.0}
    return alone, {A: (first + both) / whole, B: second / whole, C: both / whole}, whole


def experiment(kind: Any, replicates: int = 1, factors: dict[str, Factor] | None = None, **design: Any) -> Experiment:
    factors = factors or {path: Factor(path, "float", range=(-PI, PI)) for path in (A, B, C)}
    outcomes = {"y_1": Outcome(of="policy")}
    scenario = Scenario(title="Known & true")
    chosen = Design(kind=kind, **design)
    return Experiment("Known_function 100%", scenario, chosen, factors, Replicates(count=replicates), outcomes)


def table(made: Experiment, function: Callable[..., float], noise: float = 0.0, luck: float = 0.0) -> pd.DataFrame:
    """runs.parquet as a sweep leaves it: noise of single runs, and luck that a seed brings to every point."""
    chance = np.random.default_rng(5)
    count = made.replicates.count
    seeds = luck * chance.normal(size=count)
    rows = []
    for number, point in enumerate(designs.points(made)):
        for r in range(count):
            value = function(*point.values()) + seeds[r] + noise * chance.normal()
            run = {"run": number * count + r, "point": number, "seed": made.replicates.first_seed + r}
            rows.append({**run, **point, "y_1": value, "status": "done"})
    return pd.DataFrame(rows)


def analysed(made: Experiment, function: Callable[..., float], **noise: float) -> sensitivity.Sensitivity:
    return sensitivity.analysed(completed.arranged(made, table(made, function, **noise)))


# ---------------------------------------------------------------- Sobol


def test_sobol_finds_the_analytic_indices_within_its_intervals() -> None:
    found = analysed(experiment("sobol", n=1024, second_order=True), ishigami)
    alone, total, _ = ishigami_indices()
    for row in found.indices.to_dict("records"):
        assert row["S1_low"] <= alone[row["factor"]] <= row["S1_high"]
        assert row["ST_low"] <= total[row["factor"]] <= row["ST_high"]
        assert row["ST_high"] - row["ST_low"] < 0.25
    pairs = found.shares.set_index("effect")
    both = total[A] - alone[A]
    assert pairs.loc[f"{A} x {C}", "S2_low"] <= both <= pairs.loc[f"{A} x {C}", "S2_high"]
    assert "unknown" in found.summary()
    named = replace(found.runs, experiment=replace(found.runs.experiment, primary=tuple(found.runs.outcomes)))
    assert "(primary, named in advance)" in replace(found, runs=named).summary()
    largest = pairs["S2"].abs().idxmax().split(" x ")
    names = " x ".join(found.runs.labels[name] for name in largest)
    assert names in next(line for line in found.summary().splitlines() if " S2 " in line)


def test_noise_of_replicates_is_told_and_taken_off() -> None:
    noise, replicates = 3.0, 8
    found = analysed(experiment("sobol", replicates, n=1024), ishigami, noise=noise, luck=1.0)
    _, total, variance = ishigami_indices()
    row = found.noise.iloc[0]
    left = noise**2 / replicates
    assert row["of_means"] == pytest.approx(left / (variance + left), abs=0.01)
    assert row["sd_of_means"] == pytest.approx(math.sqrt(left), rel=0.03)
    # The luck of eight seeds is known only roughly; noise of single runs well.
    seeds = row["seeds"]
    assert row["of_runs"] == pytest.approx(seeds + (1 - seeds) * noise**2 / (variance + noise**2), abs=0.02)
    assert row["needed"] == pytest.approx(noise**2 / variance * 19, abs=1.5)
    for index in found.indices.to_dict("records"):
        assert index["ST"] > index["ST_clean"]
        assert index["ST_clean"] == pytest.approx(total[index["factor"]], abs=0.06)


def test_where_noise_drowns_the_factors_no_index_is_told(tmp_path: Path) -> None:
    found = analysed(experiment("sobol", 2, n=32), lambda a, b, c: 0.0, noise=1.0)
    assert found.noise["drowned"].all() and np.isinf(found.noise["needed"]).all()
    assert found.indices.filter(regex="^S").isna().all(axis=None)
    folder = found.save(tmp_path / "noise")
    told = (folder / "summary.txt").read_text(encoding="utf-8")
    assert "chance hides what the factors do to it" in told and "S1" not in told and "e+" not in told
    assert "hidden by chance" in (folder / "indices.tex").read_text(encoding="utf-8")
    weak = analysed(experiment("sobol", 2, n=512), ishigami, noise=12.0)
    assert weak.noise["drowned"].all() and 50 < weak.noise["needed"].iloc[0] < 500
    assert "replicates would do" in weak.summary()
    loud = analysed(experiment("sobol", 2, n=512), ishigami, noise=1.0)
    assert not loud.noise["drowned"].any() and "hides" not in loud.summary()


@pytest.mark.filterwarnings("error")
def test_where_seeds_alone_differ_no_factor_is_said_to_have_an_effect() -> None:
    found = analysed(experiment("sobol", 2, n=16), lambda a, b, c: 0.0, luck=1.0)
    assert (found.indices[["S1", "ST"]] == 0).all(axis=None) and not found.noise["drowned"].any()
    assert "differs between seeds and not between points: no factor has an effect on it" in found.summary()
    assert "one replicate brings it under 5%" in found.summary()


def test_averaging_replicates_shrinks_the_noise() -> None:
    few = analysed(experiment("sobol", 2, n=256), ishigami, noise=3.0)
    many = analysed(experiment("sobol", 16, n=256), ishigami, noise=3.0)
    assert many.noise["of_means"].iloc[0] < few.noise["of_means"].iloc[0] / 4


def test_shared_luck_is_no_noise_of_differences() -> None:
    found = analysed(experiment("sobol", 4, n=128), ishigami, luck=5.0)
    assert found.noise["of_means"].iloc[0] == 0
    assert found.noise["seeds"].iloc[0] == pytest.approx(found.noise["of_runs"].iloc[0])


# ---------------------------------------------------------------- Morris


def test_morris_ranks_a_linear_function() -> None:
    made = experiment("morris", n=20, levels=4)
    found = analysed(made, lambda a, b, c: 3 * a - b).indices.set_index("factor")
    assert found["mu_star"].to_numpy() == pytest.approx([6 * PI, 2 * PI, 0], abs=1e-9)
    assert found["mu"].to_numpy() == pytest.approx([6 * PI, -2 * PI, 0], abs=1e-9)
    assert found["sigma"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_shows_interaction_and_noise() -> None:
    found = analysed(experiment("morris", 4, n=60, levels=8), ishigami, noise=0.5)
    rows = found.indices.set_index("factor")
    assert rows.loc[C, "sigma_low"] > 1
    assert (rows["mu_star_low"] <= rows["mu_star"]).all() and (rows["sigma_low"] <= rows["sigma"]).all()
    idle = analysed(experiment("morris", 4, n=200, levels=8), lambda a, b, c: a, noise=0.5).indices.set_index("factor")
    assert idle.loc[C, "mu_star"] == pytest.approx(idle.loc[C, "floor"], rel=0.15)


def test_elementary_effects_are_those_of_salib() -> None:
    from SALib.analyze import morris

    made = experiment("morris", n=15, levels=6)
    x = designs.unit_points(made)
    y = np.array([ishigami(*point.values()) for point in designs.points(made)])
    known = morris.analyze(designs.problem(made), x, y, num_levels=6, seed=1)
    own = sensitivity.elementary_effects(x, y)
    assert np.abs(own).mean(axis=0) == pytest.approx(np.asarray(known["mu_star"], dtype=float))
    assert own.std(axis=0, ddof=1) == pytest.approx(np.asarray(known["sigma"], dtype=float))


# ---------------------------------------------------------------- given data


def test_indices_of_given_data_are_those_of_salib() -> None:
    from SALib.analyze import delta, pawn

    made = experiment("latin_hypercube", n=600)
    x = pd.DataFrame(designs.points(made))
    y = np.array([ishigami(*row) for row in x.to_numpy()])
    for name in x.columns:
        code = given.coded(x[name].tolist())
        edges = np.concatenate([[0], np.cumsum(np.bincount(code))])
        known = delta.calc_delta(y, np.linspace(y.min(), y.max(), given.GRID), code, edges)
        assert given.delta(y, code) == pytest.approx(known, abs=1e-9)
    cube = {"num_vars": 3, "names": list(x.columns), "bounds": [[-PI, PI]] * 3}
    known = pawn.analyze(cube, x.to_numpy(), y, S=8)["median"]  # its quantiles fail for some numbers of classes
    own = [given.pawn(y, (x[name].rank().to_numpy(int) - 1) * 8 // len(y)) for name in x.columns]
    assert own == pytest.approx(known, abs=0.01)


def test_given_data_put_factors_in_order_and_chance_apart() -> None:
    made = experiment("latin_hypercube", 3, n=190)
    found = analysed(made, lambda a, b, c: 2 * a + 1.5 * b, noise=1.0)
    rows = found.indices.set_index("factor")
    for name in ("delta", "pawn"):
        assert rows.loc[A, name] > rows.loc[B, name] > rows.loc[C, name]
        assert rows.loc[A, f"{name}_low"] > rows.loc[A, f"{name}_floor"]
        assert rows.loc[C, f"{name}_low"] < rows.loc[C, f"{name}_floor"]
    assert rows["shapley"].sum() == pytest.approx(1)
    assert rows.loc[A, "shapley_low"] < 0.64 < rows.loc[A, "shapley_high"] and abs(rows.loc[C, "shapley"]) < 0.05
    lines = [line for line in found.summary().splitlines() if "PAWN" in line]
    assert ["no more than chance gives" in line for line in lines] == [False, False, True]


def test_a_class_without_spread_counts_with_what_it_leaves_out() -> None:
    code = np.repeat([0, 1], 50)
    y = np.concatenate([np.zeros(50), np.random.default_rng(1).normal(5, 1, 50)])
    assert given.delta(y, code) == pytest.approx(0.5, abs=0.12)
    assert given.delta(np.zeros(100), code) == 0.0
    rare = np.zeros(100)
    rare[[3, 60]] = 1.0
    assert given.delta(rare, np.repeat([0, 1, 2, 3], 25)) < 0.1


def neighbours(runs: completed.Runs) -> dict[tuple[int, ...], Any]:
    x = given.coordinates(runs)
    return {group: given._neighbours([x[j] for j in group]) for group in given._groups(len(x))}


@pytest.mark.parametrize("rho", [0.0, 0.8])
def test_shapley_effects_of_dependent_factors_are_the_analytic_ones(rho: float) -> None:
    """y = 2 a + b + c, a and b normal with correlation rho (Owen & Prieur 2017)."""
    x = np.random.default_rng(3).multivariate_normal([0, 0, 0], [[1, rho, 0], [rho, 1, 0], [0, 0, 1]], 1000)
    points = tuple({A: float(a), B: float(b), C: float(c)} for a, b, c in x)
    factors = {path: Factor(path, "float", tuple(point[path] for point in points)) for path in (A, B, C)}
    made = replace(experiment("points", factors=factors), given=points)
    near = neighbours(runs := completed.arranged(made, table(made, lambda a, b, c: 2 * a + b + c)))
    found = given.shapley(near, runs.outcomes["y_1"][:, 0])
    whole = 4 + 1 + 4 * rho + 1
    first = (4 * (1 - rho**2 / 2) + 2 * rho + rho**2 / 2) / whole
    second = (1 * (1 - rho**2 / 2) + 2 * rho + 4 * rho**2 / 2) / whole
    assert found.tolist() == pytest.approx([first, second, 1 / whole], abs=0.04)


def test_chance_that_is_left_is_no_factors_share() -> None:
    made = experiment("latin_hypercube", 4, n=400)
    runs = completed.arranged(made, table(made, lambda a, b, c: a, noise=2.0))
    values = runs.outcomes["y_1"]
    left = sensitivity.noise(values)["sd_of_means"] ** 2
    assert given.shapley(neighbours(runs), values.mean(axis=1), left) == pytest.approx([1, 0, 0], abs=0.12)
    assert given.shapley(neighbours(runs), values.mean(axis=1))[1:].min() > 0.05


def test_given_data_stand_beside_the_indices_of_a_design() -> None:
    runs = completed.arranged(made := experiment("factorial", 3, LEVELS), table(made, by_level, noise=0.1))
    assert "are too few" in sensitivity.analysed(runs, given=True).summary()
    many = {A: Factor(A, "float", levels=tuple(np.linspace(0, 1, 9))), **{k: v for k, v in LEVELS.items() if k != A}}
    found = sensitivity.analysed(completed.arranged(made := experiment("factorial", 3, {**many, C: LEVELS[B]}),
                                                    table(made, lambda a, b, s, c: by_level(a, b, s), noise=0.1)),
                                 given=True)  # fmt: skip
    assert "eta2" in found.summary() and "PAWN" in found.summary()
    rows = found.given.set_index("factor")
    assert rows["delta"].idxmax() == A and rows.loc[C, "delta"] < rows.loc[C, "delta_floor"]


# ---------------------------------------------------------------- levels

LEVELS = {
    A: Factor(A, "float", levels=(0.0, 0.5, 1.0)),
    B: Factor(B, "float", levels=(0.0, 1.0)),
    SYSTEM: Factor(SYSTEM, "text", levels=("majority", "mixed")),
}


def by_level(a: float, b: float, system: str) -> float:
    return 2 * a + a * b + 0.5 * (system == "mixed")


def test_levels_are_compared_like_with_like_where_constraints_leave_combinations_out(tmp_path: Path) -> None:
    """Without that the effect of the second factor would be told as the first one's: only there is it high."""
    levels = {path: Factor(path, "float", levels=(0.1, 0.5, 0.9)) for path in (A, B)}
    made = replace(experiment("factorial", 4, levels), constraints=((A, B),))
    found = analysed(made, lambda a, b: -0.01 * a + 10.0 * b, noise=1e-6, luck=1.0)
    assert len(found.runs.points) == 6 and "constraints leave out 3 combinations" in found.summary()
    effects = found.indices.set_index(["factor", "value"])["effect"]
    assert effects[A, 0.9] == pytest.approx(-0.008, abs=1e-4) and effects[B, 0.9] == pytest.approx(8.0, abs=1e-4)
    assert found.shares.empty and "0.1 -> 0.9" in found.summary()
    assert set(found.figures()) == {"effects", "replicates", "surface_y_1"}
    found.save(tmp_path / "out")


def test_factorial_effects_and_shares() -> None:
    found = analysed(experiment("factorial", 30, LEVELS), by_level, noise=0.2, luck=1.0)
    effects = found.indices.set_index(["factor", "value"])
    for factor, value, effect in ((A, 1.0, 2.5), (B, 1.0, 0.5), (SYSTEM, "mixed", 0.5)):
        row = effects.loc[(factor, value)]
        assert row["effect"] == pytest.approx(effect, abs=0.07)
        assert 0.05 < row["effect_high"] - row["effect_low"] < 0.15
    shares = found.shares.set_index("effect")["eta2"]
    assert shares.sum() == pytest.approx(1)
    assert shares.idxmax() in (A, "seeds")
    assert shares[f"{A} x {B}"] > 5 * shares[f"{A} x {SYSTEM}"]


def test_intervals_of_levels_cover() -> None:
    made = experiment("factorial", 10, LEVELS)
    runs = table(made, by_level)
    covered = []
    for seed in range(100):
        chance = np.random.default_rng(seed)
        luck = 0.2 * chance.normal(size=len(runs)) + chance.normal(size=10)[runs["seed"] - 1]
        found = completed.arranged(made, runs.assign(y_1=runs["y_1"] + luck))
        rows = sensitivity._level_effects(found, found.outcomes["y_1"], alone=False)
        row = next(row for row in rows if row["factor"] == A and row["value"] == 1.0)
        covered.append(row["effect_low"] <= 2.5 <= row["effect_high"])
    assert 0.9 <= np.mean(covered) <= 0.99


def test_shares_are_those_of_the_analysis_of_variance() -> None:
    found = analysed(experiment("factorial", 1, LEVELS), by_level)
    points = pd.DataFrame(designs.points(found.runs.experiment))
    y = found.runs.outcomes["y_1"][:, 0]
    whole = ((y - y.mean()) ** 2).sum()
    between = sum(len(part) * (y[part.index].mean() - y.mean()) ** 2 for _, part in points.groupby(A))
    shares = found.shares.set_index("effect")["eta2"]
    assert shares[A] == pytest.approx(between / whole)
    assert shares.sum() == pytest.approx(1) and "noise" not in shares


def test_one_at_a_time_goes_out_from_the_base() -> None:
    factors = {path: replace(factor, base=factor.levels[-1]) for path, factor in LEVELS.items() if factor.levels}
    found = analysed(experiment("one_at_a_time", 5, factors), by_level, luck=2.0).indices.set_index(["factor", "value"])
    assert found.loc[(A, 0.0), "against"] == 1.0
    assert found.loc[(A, 0.0), "effect"] == pytest.approx(-3.0)
    assert found.loc[(B, 0.0), "effect"] == pytest.approx(-1.0)
    assert found.loc[(A, 0.0), "effect_low"] == pytest.approx(-3.0)


# ---------------------------------------------------------------- replicates


def test_the_coefficient_of_variation_settles() -> None:
    chance = np.random.default_rng(2)
    rows = pd.DataFrame(sensitivity.stability(10 + np.arange(400)[:, None] + chance.normal(size=(400, 100))))
    assert rows["replicates"].tolist() == [2, 3, 5, 10, 20, 50, 100]
    assert rows["settled"].iloc[2:-1].all() and not rows["settled"].iloc[-1]
    assert rows["half_width"].is_monotonic_decreasing
    wild = pd.DataFrame(sensitivity.stability(chance.standard_cauchy(size=(5, 20))))
    assert not wild["settled"].iloc[0]


def test_what_never_varies_is_told() -> None:
    found = analysed(experiment("sobol", 2, n=8), lambda a, b, c: 0.25)
    assert found.notes == ["y_1 is 0.25 in every run: nothing has an effect on it"]
    assert (found.indices[["S1", "ST"]] == 0).all(axis=None) and found.noise["of_runs"].iloc[0] == 0
    flat = analysed(experiment("latin_hypercube", 2, n=40), lambda a, b, c: 0.25)
    assert (flat.indices[["delta", "pawn"]] == 0).all(axis=None) and flat.figures()
    flat = analysed(experiment("factorial", 2, LEVELS), lambda a, b, system: 0.0)
    assert flat.figures() and flat.latex() and flat.summary()


# ---------------------------------------------------------------- refusals


def spoiled(**change: Any) -> pd.DataFrame:
    runs = table(experiment("sobol", 2, n=4), ishigami)
    for column, value in change.items():
        runs.loc[5, column] = value
    return runs


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "failed"}, r"1 runs have no outcome: run 5 \(point 2, seed 2\): failed"),
        ({"status": "killed", "y_1": np.nan}, r"run 5 .*: killed"),
        ({"y_1": np.nan}, "no finite number"),
        ({"y_1": np.inf}, "no finite number"),
        ({"seed": 77}, "1 of 40 runs are missing: point 2 seed 2"),
    ],
)
def test_one_broken_run_stops_the_analysis(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        completed.arranged(experiment("sobol", 2, n=4), spoiled(**change))


def test_runs_of_another_experiment_are_refused() -> None:
    made = experiment("sobol", 2, n=4)
    runs = table(made, ishigami)
    with pytest.raises(InputError, match="not those of this experiment's design"):
        completed.arranged(replace(made, design=Design(kind="sobol", n=4, seed=9)), runs)
    with pytest.raises(InputError, match="there is no column y_1"):
        completed.arranged(made, runs.drop(columns="y_1"))
    with pytest.raises(InputError, match="3 of 40 runs are missing"):
        completed.arranged(made, runs.iloc[3:])
    with pytest.raises(InputError, match="no part of this experiment, or stand there twice"):
        completed.arranged(made, pd.concat([runs, runs.iloc[:2]]))
    assert completed.arranged(made, runs.sample(frac=1, random_state=1)).outcomes["y_1"].shape == (20, 2)


def test_too_few_points_for_indices_of_given_data_are_refused(tmp_path: Path) -> None:
    made = experiment("latin_hypercube", n=12)
    table(made, ishigami).to_parquet(tmp_path / "runs.parquet")
    with pytest.raises(InputError, match="12 points are too few for indices of given data: 40 at least"):
        sensitivity.sensitivity(made, tmp_path)
    with pytest.raises(InputError, match="points of one factor at a time show no distribution"):
        sensitivity.sensitivity(experiment("one_at_a_time", factors=LEVELS), tmp_path, given=True)


def test_without_runs_there_is_nothing_to_analyse(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no runs to analyse; hint: run it: advosim sweep run"):
        sensitivity.sensitivity(experiment("sobol", n=4), tmp_path)


# ---------------------------------------------------------------- what is left behind


@pytest.mark.parametrize(
    ("made", "function", "names"),
    [
        (experiment("sobol", 3, n=32), ishigami, {"indices.png", "surface_y_1.png", "replicates.png"}),
        (experiment("morris", 3, n=8), ishigami, {"indices.png", "plane.png", "surface_y_1.png"}),
        (experiment("factorial", 3, LEVELS), by_level, {"shares.png", "effects.png", "surface_y_1.png"}),
        (experiment("one_at_a_time", 3, LEVELS), by_level, {"effects.png", "replicates.png"}),
        (experiment("factorial", 1, LEVELS), by_level, {"shares.png", "effects.png"}),
        (experiment("latin_hypercube", 2, n=48), ishigami, {"indices.png", "surface_y_1.png"}),
    ],
)
def test_all_of_it_is_saved(made: Experiment, function: Any, names: set[str], tmp_path: Path) -> None:
    found = analysed(made, function, noise=0.1)
    place = found.save(tmp_path / "here")
    there = {file.name for file in place.iterdir()}
    assert names | {"indices.csv", "indices.tex", "noise.csv", "summary.txt", "manifest.json"} <= there
    explains(place)
    assert_latex((place / "indices.tex").read_text(encoding="utf-8"))
    assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["points"] == len(found.runs.points)
    assert "Known_function 100%" in (place / "summary.txt").read_text(encoding="utf-8")


def test_a_surface_averages_over_everything_else() -> None:
    found = analysed(experiment("factorial", 4, LEVELS), by_level, luck=1.0)
    luck = found.runs.outcomes["y_1"].mean(axis=0) - found.runs.outcomes["y_1"].mean()
    surface = surfaces.surface(found.runs, "y_1", A, B)
    assert surface.mean.shape == (2, 3) and (surface.count == 8).all()
    rise = surface.mean - surface.mean[0, 0]
    assert rise == pytest.approx(np.array([[0, 1, 2], [0, 1.5, 3]]), abs=1e-9)
    assert surface.half[0, 0] == pytest.approx(3.182 * luck.std(ddof=1) / 2, rel=1e-3)
    line = surfaces.curve(found.runs, "y_1", SYSTEM)
    assert line.axis.values == ("majority", "mixed") and line.mean[1] - line.mean[0] == pytest.approx(0.5)
    assert surface.figure() and line.figure()


def test_a_range_with_many_values_is_cut_into_bins() -> None:
    made = experiment("latin_hypercube", n=300)
    runs = completed.arranged(made, table(made, lambda a, b, c: a))
    line = surfaces.curve(runs, "y_1", A)
    middles = (np.arange(6) + 0.5) / 6 * 2 * PI - PI
    assert line.axis.values == pytest.approx(tuple(middles)) and line.mean == pytest.approx(middles, abs=0.15)
    few = completed.arranged(small := experiment("latin_hypercube", n=14), table(small, ishigami))
    surface = surfaces.surface(few, "y_1", A, B)
    assert np.isnan(surface.mean).any() and surface.figure()
    with pytest.raises(InputError, match="did you mean"):
        surfaces.surface(few, "y_1", A, B + "s")
    with pytest.raises(InputError, match="there is no outcome 'y'"):
        surfaces.curve(few, "y", A)


def test_names_are_as_short_as_they_can_be() -> None:
    names = completed.short_names([A, "polity.away.governance.repression", "weeks", "mechanism.influence.on"])
    assert list(names.values()) == ["home governance repression", "away governance repression", "weeks", "on"]


FILE = f"""{TINY}kind = "factorial"
[factor."polity.home.governance.repression"]
levels = [0.1, 0.9]
[factor."polity.home.governance.openness"]
levels = [0.1, 0.9]
[replicates]
count = 3
[outcome.support]
of = "support"
issue = "all"
reduce = "mean"
"""


def test_the_commands_from_file_to_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    early = ask_in(tmp_path, monkeypatch)("sensitivity", "small.toml", "--out", "out")
    assert early.exit_code == 2 and "no such folder" in early.stderr
    (tmp_path / "sweep").mkdir()
    swapped = ask_in(tmp_path, monkeypatch)("sensitivity", "sweep")
    assert swapped.exit_code == 2 and "behind --out: EXPERIMENT --out sweep" in swapped.stderr
    ask = swept(FILE, tmp_path, monkeypatch)
    ran = ask("sensitivity", "small.toml", "--out", "out")
    assert ran.exit_code == 0, ran.output
    assert "4 points, 3 replicates" in ran.stdout and (tmp_path / "out" / "sensitivity" / "shares.png").is_file()
    ran = ask("discover", "small.toml", "--out", "out")
    assert ran.exit_code == 0, ran.output
    assert (tmp_path / "out" / "discovery-support" / "tree.png").is_file()
    again = ask("sweep", "status", "small.toml", "--out", "out")
    assert again.exit_code == 0, again.output
    other = (tmp_path / "small.toml").read_text(encoding="utf-8").replace("[outcome.support]", "[outcome.other]")
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    told = ask("sweep", "status", "other.toml", "--out", "out")
    assert told.exit_code == 2 and "of another experiment" in told.stderr, told.output
