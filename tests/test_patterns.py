"""The table of patterns: what its verdicts mean, and that each pattern is a test that runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "experiments" / "patterns"
QUICK = ("persuasion decays", "petitions are skewed")


class Here:
    """As a pool of processes, in this one."""

    def map(self, work: Callable[[Any], Any], jobs: Iterable[Any], chunksize: int = 1) -> list[Any]:
        return [work(job) for job in jobs]


@pytest.fixture(scope="module")
def study() -> Iterator[ModuleType]:
    sys.path.insert(0, str(FOLDER))
    kept = {name: sys.modules.pop(name, None) for name in ("run", "lab", "patterns")}
    try:
        import run  # type: ignore[import-not-found]

        yield run
    finally:
        sys.path.remove(str(FOLDER))
        sys.modules.update({name: module for name, module in kept.items() if module is not None})


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.6, 0.55, 0.65, "holds"),
        (0.6, 0.45, 0.75, "not told from chance, inside"),
        (0.75, 0.65, 0.85, "not told from chance, outside"),
        (0.9, 0.8, 1.0, "fails"),
        (0.5, 0.5, 0.5, "fails"),
        (np.nan, -np.inf, np.inf, "not told from chance, outside"),
    ],
)
def test_a_pattern_holds_or_fails_with_its_whole_interval(
    study: ModuleType, value: float, low: float, high: float, verdict: str
) -> None:
    row = study.Row("something", sys.modules["lab"].Estimate(value, low, high), 0.5, 0.7)
    assert study.verdict(row) == verdict


def test_the_fourth_moment_of_a_normal_sample_is_the_known_one(study: ModuleType) -> None:
    """.1226 for a normal distribution, 0 for a uniform one. Hosking 1990."""
    rng = np.random.default_rng(1)
    fourth = sys.modules["patterns"].fourth_moment
    assert fourth(rng.normal(size=200_000)) == pytest.approx(0.1226, abs=0.005)
    assert fourth(rng.uniform(size=200_000)) == pytest.approx(0.0, abs=0.005)


def test_the_gini_index_by_hand(study: ModuleType) -> None:
    gini = sys.modules["patterns"].gini
    assert gini(np.array([1.0, 1.0, 1.0])) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 0.0, 4.0, np.nan])) == pytest.approx(0.75)


def test_unexplained_variance_is_not_explained(study: ModuleType) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(500, 3))
    explained = sys.modules["patterns"].explained
    assert explained(x, rng.normal(size=500)) < 0.02
    assert explained(x, x[:, 0] + rng.normal(size=500)) == pytest.approx(0.5, abs=0.1)


def _rows(study: ModuleType, names: Callable[[str], bool]) -> Iterator[Any]:
    lab = sys.modules["lab"].Lab(2, 100, Here())
    take = lab.each
    lab.each = lambda worlds, measure, weeks: take(worlds, measure, min(weeks, 60))
    for pattern in study.PATTERNS:
        if names(pattern.name):
            yield from (study.told(pattern, row, 2) for row in pattern.test(lab))


def _in_order(rows: list[dict[str, Any]]) -> None:
    assert rows
    for row in rows:
        assert row["verdict"] and row["what"] and row["source"]
        assert row["least"] < row["most"]
        assert np.isnan(row["estimate"]) or row["low"] <= row["high"]


def test_patterns_run_on_small_worlds(study: ModuleType) -> None:
    _in_order(list(_rows(study, lambda name: name in QUICK)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_all_patterns_run_on_small_worlds(study: ModuleType) -> None:
    rows = list(_rows(study, lambda name: True))
    _in_order(rows)
    assert len({row["what"] + row["neutral"] for row in rows}) == len(rows)


def test_a_pattern_that_runs_again_leaves_the_others(
    study: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = sys.modules["lab"]

    numbers = iter((2.0, 3.0, 4.0, 9.0))

    def one(of: Any) -> Iterator[Any]:
        value = next(numbers)
        yield lab.Row("something", lab.Estimate(value, value - 1.0, value + 1.0), 0.0, 5.5)

    made_up = tuple(study.Pattern(name, "nobody", "judged", one) for name in ("first", "second", "third"))
    monkeypatch.setattr(study, "PATTERNS", made_up)
    study.main(str(tmp_path), 2, 100)
    study.main(str(tmp_path), 2, 100, "second")
    with pytest.raises(SystemExit, match="has other sizes"):
        study.main(str(tmp_path), 9, 100, "second")
    table = pd.read_csv(tmp_path / "patterns.csv")
    assert table["pattern"].tolist() == ["first", "second", "third"]
    assert table["verdict"].tolist() == ["holds", "fails", "holds"] and table["estimate"].tolist() == [2, 9, 4]


def test_the_committed_table_has_every_pattern_with_its_range(study: ModuleType) -> None:
    table = pd.read_csv(ROOT / "results" / "patterns" / "patterns.csv", keep_default_na=False)
    assert list(dict.fromkeys(table["pattern"])) == [pattern.name for pattern in study.PATTERNS]
    for row in table.itertuples():
        value = float(row.estimate or "nan")  # empty where no pair of worlds could tell
        estimate = sys.modules["lab"].Estimate(value, float(row.low), float(row.high))
        assert study.verdict(study.Row(row.what, estimate, float(row.least), float(row.most))) == row.verdict, row.what
