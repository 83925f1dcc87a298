"""What an experiment file may say, what becomes of it, and how one is told what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advosim.experiment.sweep import designs, load, outcomes
from advosim.experiment.sweep.schema import Experiment, Outcome
from advosim.reading.outcomes import BY_NAME, REDUCTIONS
from advosim.reading.tables import lived
from advosim.scenario.problems import InputError
from advosim.simulation import simulate

REPRESSION = "polity.home.governance.repression"
OPENNESS = "polity.home.governance.openness"
VETO = "polity.home.governance.veto_players"
PRESET = "polity.home.governance.preset"
TABLE: dict[str, Any] = {
    "title": "Repression and openness",
    "scenario": "baseline",
    "set": {"polity.home.citizens": 100, "weeks": 10},
    "design": {"kind": "factorial"},
    "factor": {REPRESSION: {"levels": [0.1, 0.9]}, OPENNESS: {"range": [0.0, 1.0], "points": 3}},
    "outcome": {"policy_at_end": {"of": "policy", "issue": "climate"}},
}


def made(**changes: Any) -> Experiment:
    return load.build(TABLE | changes)


def design(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, **settings}


def wrong(text: str, folder: Path) -> list[str]:
    """The messages for a file, without its folder."""
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load.load(file)
    return [str(problem).replace(f"{folder}/", "") for problem in error.value.problems]


HEAD = 'title = "T"\nscenario = "baseline"\n'
END = '[outcome.policy]\nof = "policy"\nissue = "climate"\n'
FACTORIAL = '[design]\nkind = "factorial"\n'
FACTOR = f'[factor."{REPRESSION}"]\nlevels = [0.1, 0.9]\n'


# ---------------------------------------------------------------- designs


def test_a_factorial_crosses_all_levels_and_steps() -> None:
    points = designs.points(made())
    assert [(p[REPRESSION], p[OPENNESS]) for p in points] == [
        (0.1, 0.0), (0.1, 0.5), (0.1, 1.0), (0.9, 0.0), (0.9, 0.5), (0.9, 1.0),
    ]  # fmt: skip


def test_sampled_designs_have_the_shapes_that_salib_analyses() -> None:
    factor = {REPRESSION: {"range": [0.2, 0.4]}, OPENNESS: {"range": [0.0, 1.0]}, VETO: {"range": [1, 5]}}
    for settings, count in (
        (design("sobol", n=8), 8 * (3 + 2)),
        (design("sobol", n=8, second_order=True), 8 * (2 * 3 + 2)),
        (design("morris", n=5), 5 * (3 + 1)),
        (design("latin_hypercube", n=11), 11),
    ):
        experiment = made(design=settings, factor=factor)
        points = designs.points(experiment)
        assert len(points) == count == len(designs.unit_points(experiment))
        assert all(0.2 <= p[REPRESSION] <= 0.4 and isinstance(p[VETO], int) and 1 <= p[VETO] <= 5 for p in points)
        assert points == designs.points(made(design=settings, factor=factor))
        assert points != designs.points(made(design=settings | {"seed": 2}, factor=factor))


def test_a_latin_hypercube_takes_every_part_of_a_range_and_every_level_alike() -> None:
    factor = {REPRESSION: {"range": [0.0, 1.0]}, VETO: {"range": [1, 5]}, OPENNESS: {"levels": [0.1, 0.9]}}
    points = designs.points(made(design=design("latin_hypercube", n=20), factor=factor))
    assert sorted(int(p[REPRESSION] * 20) for p in points) == list(range(20))
    assert [sum(p[VETO] == value for p in points) for value in range(1, 6)] == [4] * 5
    assert sum(p[OPENNESS] == 0.1 for p in points) == 10


def test_morris_changes_one_factor_at_a_time() -> None:
    experiment = made(design=design("morris", n=3), factor={k: {"range": [0.0, 1.0]} for k in (REPRESSION, OPENNESS)})
    rows = designs.unit_points(experiment).reshape(3, 3, 2)
    assert ((np.diff(rows, axis=1) != 0).sum(axis=2) == 1).all()


def test_one_at_a_time_starts_from_the_scenario() -> None:
    factor = {REPRESSION: {"levels": [0.1, 0.9]}, OPENNESS: {"levels": [0.2, 0.8], "base": 0.5}}
    points = designs.points(made(design=design("one_at_a_time"), factor=factor))
    assert [(p[REPRESSION], p[OPENNESS]) for p in points] == [(0.1, 0.5), (0.9, 0.5), (0.1, 0.2), (0.1, 0.8)]


def test_presets_are_levels_and_lie_under_other_factors() -> None:
    levels = ["closed_regime", "open_democracy"]
    experiment = made(factor={PRESET: {"levels": levels}, REPRESSION: {"levels": [0.33]}})
    closed, opened = (experiment.at(p).polity["home"].governance for p in designs.points(experiment))
    assert closed.openness < opened.openness
    assert closed.repression == opened.repression == 0.33


def test_a_preset_of_ones_own_lies_beside_the_experiment(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine"\n[governance]\nopenness = 0.77\n', encoding="utf-8")
    experiment = load.build(TABLE | {"factor": {PRESET: {"levels": ["mine.toml"]}}}, tmp_path)
    assert experiment.at(designs.points(experiment)[0]).polity["home"].governance.openness == 0.77


def test_scenarios_are_a_factor() -> None:
    experiment = made(scenario=["baseline", "closed_regime"], factor={})
    points = designs.points(experiment)
    assert points == [{"scenario": "baseline"}, {"scenario": "closed_regime"}]
    assert [experiment.at(p).title for p in points] == ["Baseline", experiment.scenarios["closed_regime"].title]
    assert all(experiment.at(p).weeks == 10 for p in points)


def test_scenarios_are_a_factor_of_a_factorial_too() -> None:
    crossed = made(scenario=["baseline", "closed_regime"], factor={REPRESSION: {"levels": [0.1, 0.9]}})
    assert list(crossed.factors) == ["scenario", REPRESSION]
    assert len(list(designs.points(crossed))) == 4


def test_scenarios_can_be_made_in_python() -> None:
    home = made().scenario
    assert made(scenario=home).scenario == home
    experiment = made(scenario={"as_is": home, "harder": home.but({REPRESSION: 0.8})}, factor={})
    assert designs.points(experiment) == [{"scenario": "as_is"}, {"scenario": "harder"}]
    assert experiment.at({"scenario": "harder"}).polity["home"].governance.repression == 0.8


def test_points_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(f"{REPRESSION},{VETO}\n0.1,1\n1,3\n", encoding="utf-8")
    table = {k: v for k, v in TABLE.items() if k != "factor"} | {"design": design("points", file="points.csv")}
    experiment = load.build(table, tmp_path)
    assert designs.points(experiment) == [{REPRESSION: 0.1, VETO: 1}, {REPRESSION: 1.0, VETO: 3}]
    assert experiment.factors[VETO].levels == (1, 3)


def test_a_path_may_be_quoted_or_written_as_nested_tables(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(HEAD + FACTORIAL + f"[factor.{REPRESSION}]\nlevels = [0.1]\n" + END, encoding="utf-8")
    assert list(load.load(file).factors) == [REPRESSION]


def test_settings_hold_in_all_runs() -> None:
    experiment = made()
    assert experiment.scenario.polity["home"].citizens == 100
    assert experiment.at(designs.points(experiment)[-1]).weeks == 10


def test_reading_loads_nothing_heavy() -> None:
    code = (
        "import sys; from advosim.experiment.sweep import load; "
        f"load.build({TABLE!r}); print(*{{'numba', 'pandas', 'SALib', 'mesa', 'pyarrow'}} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


# ---------------------------------------------------------------- outcomes


def test_outcomes_are_what_the_weekly_table_says() -> None:
    scenario = made().scenario
    record = simulate(scenario, 3, threads=1)
    weeks, start = lived(record.weeks), record.weeks[record.weeks["week"] == 0].set_index("issue")
    assert set(outcomes.columns()) == {
        name for name in weeks.columns if name not in ("week", "polity", "issue", "response")
    }
    climate = weeks[weeks["issue"] == "climate"]
    for column in outcomes.columns():
        values, begun = climate[column].to_numpy(float), float(start[column]["climate"])
        for kind, expected in (
            ("final", values[-1]), ("mean", values.mean()), ("max", values.max()), ("min", values.min()),
            ("sum", values.sum()), ("area", np.trapezoid(values)), ("start", begun), ("change", values[-1] - begun),
        ):  # fmt: skip
            outcome = Outcome(of=column, reduce=kind, issue="climate")
            assert outcomes.reduce(record, {"x": outcome})["x"] == pytest.approx(expected, abs=1e-12)
    mean = outcomes.reduce(record, {"x": Outcome(of="aware", issue="all", reduce="mean")})["x"]
    assert mean == pytest.approx(weeks["aware"].mean())


def test_a_threshold_that_is_never_crossed_gives_the_week_after_the_last() -> None:
    founding, values = [9.0], [0.0, 0.2, 0.1, 0.4]

    def reduced(kind: str, threshold: float) -> float:
        return REDUCTIONS[kind].of(np.array(founding + values), threshold)

    assert reduced("first_week_above", 0.15) == 2
    assert reduced("first_week_above", 0.4) == 5
    assert reduced("first_week_below", 0.15) == 1
    assert reduced("first_week_below", -1) == 5
    assert reduced("count_above", 0.05) == 3


# ---------------------------------------------------------------- what is wrong


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = HEAD + (
        "weeks = 3\n"
        '[design]\nkind = "morris"\n'
        '[factor."polity.home.governance.represion"]\nlevels = [0.1]\n'
        f'[factor."{OPENNESS}"]\nlevels = [0.1]\nrange = [0.0, 1.0]\n'
        f'[factor."{VETO}"]\nlevels = [\n  1,\n  9,\n]\n'
        '[outcome.policy_at_end]\nof = "polici"\nissue = "climate"\n'
        '[outcome.first]\nof = "protest"\nreduce = "first_week_above"\nissue = "clima"\n'
    )
    told = wrong(text, tmp_path)
    for place, *words in (
        ("study.toml:3", "unknown key 'weeks'", "under [set]"),
        ("study.toml:4", "'n' is missing", "trajectories"),
        ("study.toml:6", "unknown key 'represion'", "did you mean 'repression'?"),
        ("study.toml:8", "has levels and a range"),
        ("study.toml:14", f"{VETO} = 9 is out of range", "1 to 5"),
        ("study.toml:17", "no column of numbers 'polici'", "did you mean 'policy'?"),
        ("study.toml:19", "'threshold' is missing"),
        ("study.toml:22", "there is no issue 'clima'", "did you mean 'climate'?"),
    ):
        assert any(line.startswith(f"{place}: ") and all(word in line for word in words) for line in told), (
            place,
            told,
        )
    assert len(told) == 8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + FACTORIAL + END, ["study.toml:3", "the design is empty"]),
        (HEAD + FACTOR + END, ["[design] is missing"]),
        (HEAD + '[design]\nkind = "factoral"\n' + FACTOR + END, ["study.toml:4", "did you mean 'factorial'?"]),
        (HEAD + '[design]\nkind = "sobol"\nn = 100\n' + FACTOR + END, ["study.toml:5", "power of 2", "write 128"]),
        (HEAD + FACTORIAL + "n = 4\n" + FACTOR + END, ["study.toml:5", "'n' goes with latin_hypercube"]),
        (HEAD + '[design]\nkind = "morris"\nn = 2\nlevels = 5\n' + FACTOR + END, ["study.toml:6", "an even number"]),
        (HEAD + FACTORIAL + f'[factor."{REPRESSION}"]\nrange = [0, 1]\n' + END, ["study.toml:5", "write points = 5"]),
        (HEAD + FACTORIAL + f'[factor."{REPRESSION}"]\nlevels = []\n' + END, ["study.toml:6", "has no levels"]),
        (HEAD + FACTORIAL + f'[factor."{REPRESSION}"]\nlevels = [0.1, 0.1]\n' + END, ["study.toml:6", "there twice"]),
        (HEAD + FACTORIAL + f'[factor."{REPRESSION}"]\nrange = [1.0, 0.0]\npoints = 3\n' + END, ["least value first"]),
        (HEAD + FACTORIAL + FACTOR + f"[factor.{REPRESSION}]\nlevels = [0.5]\n" + END, ["study.toml:7", "there twice"]),
        (HEAD + FACTORIAL + '[factor."polity.away.governance.openness"]\nlevels = [0.5]\n' + END, ["no polity 'away'"]),
        (HEAD + FACTORIAL + f'[factor."{PRESET}"]\nlevels = ["closed_regimes"]\n' + END, ["'closed_regime'?"]),
        (HEAD + FACTORIAL + f'[factor."{PRESET}"]\nrange = [0, 1]\npoints = 3\n' + END, ["is no number"]),
        (HEAD + FACTORIAL + '[factor."polity.home.governance"]\nlevels = [{}]\n' + END, ["write a scenario for each"]),
        (HEAD + FACTORIAL + '[factor.seed]\nlevels = [1, 2]\n' + END, ["'seed' is no factor", "[replicates]"]),
        (HEAD + FACTORIAL + FACTOR, ["nothing would be kept"]),
        (HEAD + FACTORIAL + FACTOR + '[outcome.seed]\nof = "policy"\nissue = "all"\n', ["cannot be named 'seed'"]),
        (HEAD + FACTORIAL + FACTOR + '[outcome.x]\nof = "policy"\n', ["there are 3 issues; say which", "climate"]),
        (HEAD + FACTORIAL + FACTOR + '[outcome.x]\nof = "response"\nissue = "all"\n', ["no column of numbers"]),
        (HEAD + FACTORIAL + FACTOR + END + "threshold = 3\n", ["a threshold goes with"]),
        (HEAD + FACTORIAL + FACTOR + END + '[keep]\nweeks = "all"\n', ["study.toml:11", "every how many weeks"]),
        (HEAD + FACTORIAL + FACTOR + END + "[replicates]\ncount = 0\n", ["study.toml:11", "1 to 1,000,000"]),
        (HEAD + FACTORIAL + FACTOR + END + "[replicates]\ncout = 2\n", ["did you mean 'count'?"]),
        (HEAD + FACTORIAL + FACTOR + END + '[set]\n"polity.home.citizen" = 5\n', ["study.toml:11", "'citizens'?"]),
        ('title = "T"\nscenario = "baselin"\n' + FACTORIAL + FACTOR, ["study.toml:2", "did you mean 'baseline'?"]),
        ('title = "T"\nscenario = "base.toml"\n' + FACTORIAL + FACTOR, ["base.toml:2: ", "repressio"]),
        ('scenario = "baseline"\n' + FACTORIAL + FACTOR + END, ["'title' is missing"]),
        (HEAD + '[design]\nkind = "points"\n' + END, ["'file' is missing"]),
        (HEAD + '[design]\nkind = "points"\nfile = "point.csv"\n' + END, ["study.toml:5", "'points.csv'?"]),
        (HEAD + '[design]\nkind = "points"\nfile = "points.csv"\n' + END, ["points.csv:3", "out of range"]),
        (HEAD + '[design]\nkind = "points"\nfile = "points.csv"\n' + END, ["points.csv:4", "a value is missing"]),
        (HEAD + '[design]\nkind = "points"\nfile = "typo.csv"\n' + END, ["typo.csv:2", "did you mean 'openness'?"]),
        (HEAD + '[design]\nkind = "points"\nfile = "empty.csv"\n' + END, ["empty.csv", "has no points"]),
        (HEAD + '[design]\nkind = "points"\nfile = "twice.csv"\n' + END, ["twice.csv:1", "there twice"]),
        ("title = ", ["is no valid TOML"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('title = "B"\npolity.home.governance.repressio = 1\n', encoding="utf-8")
    for name, content in (
        ("points", f"{REPRESSION},{VETO}\n0.1,1\n3,1\n0.2,\n"),
        ("typo", "polity.home.governance.opennes\n0.1\n"),
        ("empty", f"{REPRESSION}\n"),
        ("twice", f"{REPRESSION},{REPRESSION}\n0.1,0.2\n"),
    ):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    told = wrong(text, tmp_path)
    assert any(all(word in line for word in words) for line in told), told


def test_every_fault_of_a_part_is_told_in_plain_words(tmp_path: Path) -> None:
    text = (
        HEAD + 'constraints = ["A < B", 5]\n[design]\nkind = "latin_hypercube"\nn = "20"\n'
        f'[factor."{REPRESSION}"]\nrange = [0.1, "b"]\nalso = "weeks"\n[precision]\noutcome = "q"\nwidth = 0\n'
        'runs = 1.5\nfoo = 3\n[outcome.x]\nof = 3\nthreshold = "x"\n[keep]\nweeks = "all"\nfoo = 1\n'
    )
    told = wrong(text, tmp_path)
    for place, words in (
        (3, 'the constraint "A < B" is not understood'),
        (3, "the constraint 5 is not understood"),
        (6, 'design.n should be a whole number, found the text "20"; allowed: 1 to 10,000,000; hint: write 20'),
        (8, "range[2] should be a number, found the text"),
        (9, 'also should be a list, found the text "weeks"; hint: write ["weeks"]'),
        (11, "there is no outcome 'q' in this experiment"),
        (12, "precision.width is 0"),
        (13, "precision.runs should be a whole number, found the number 1.5"),
        (14, "unknown key 'foo' in precision"),
        (16, "outcome.x.of should be text in quotes"),
        (17, "outcome.x.threshold should be a number"),
        (19, 'keep.weeks = "all" is unknown'),
        (20, "unknown key 'foo' in keep"),
    ):
        assert any(line.startswith(f"study.toml:{place}: ") and words in line for line in told), (place, words, told)
    assert not any("valid" in line or "is missing" in line for line in told)


def test_an_issue_is_asked_for_only_where_the_outcome_is_of_one() -> None:
    outcomes = {"law": {"of": "legitimacy", "reduce": "final"}, "members": {"of": "members"}}
    assert list(made(outcome=outcomes).outcomes) == ["law", "members"]


def test_a_name_of_the_vocabulary_means_the_same_everywhere_unless_a_reduction_is_asked_for() -> None:
    salience = {"of": "salience", "issue": "climate"}
    policy = {"of": "policy", "issue": "climate"}
    asked = made(outcome={"mean": salience, "last": salience | {"reduce": "final"}, "policy": policy}).outcomes
    assert (asked["mean"].reduce, asked["last"].reduce, asked["policy"].reduce) == (None, "final", "final")
    assert [outcomes.is_column(each) for each in asked.values()] == [False, True, True]
    assert outcomes.declared("mean", asked["mean"]).meaning == BY_NAME["salience"].column.meaning


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="there is no such experiment"):
        load.load("nowhere.toml")


def test_the_example_of_the_docs_is_in_order(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    text = (root / "docs" / "how_to" / "sweeps.md").read_text(encoding="utf-8")
    file.write_text(text.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert len(designs.points(load.load(file))) == 15


def test_the_shipped_experiments_are_in_order(root: Path) -> None:
    files = sorted((root / "experiments").rglob("*.toml"))
    for file in files:
        if "[design]" in file.read_text(encoding="utf-8"):
            assert designs.points(load.load(file))


@pytest.mark.parametrize("part", ["levels = [0.1, HUGE]", "range = [0.1, HUGE]", "levels = [0.1]\nbase = HUGE"])
def test_numbers_of_many_digits_are_told(part: str, tmp_path: Path) -> None:
    text = EXPERIMENT_OF_DIGITS.replace("PART", part.replace("HUGE", "9" * 400))
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(InputError) as told:
        load.load(tmp_path / "x.toml")
    assert told.value.problems[0].line is not None and len(str(told.value)) < 1_000


def test_numbers_of_many_digits_in_points_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"polity.home.governance.repression\n0.1\n{'9' * 400}\n")
    table = {"title": "X", "scenario": "baseline", "design": {"kind": "points", "file": "x.csv"}}
    with pytest.raises(InputError) as told:
        load.build({**table, "outcome": {"policy": {"of": "policy", "issue": "all"}}}, tmp_path)
    assert [problem.line for problem in told.value.problems] == [3]


EXPERIMENT_OF_DIGITS = """title = "X"
scenario = "baseline"
[design]
kind = "factorial"
[factor."polity.home.governance.repression"]
PART
[outcome.policy]
of = "policy"
issue = "all"
"""
