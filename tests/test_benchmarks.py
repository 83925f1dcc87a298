"""Benchmarks compare like with like, and tell a slower program from a slower machine."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PLACE = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def module() -> Any:
    """A benchmark by name; they stand outside of the package and import each other by plain names."""
    sys.path.insert(0, str(PLACE))

    def named(name: str) -> Any:
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", PLACE / f"{name}.py")
        assert spec and spec.loader
        found = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
        return found

    yield named
    sys.path.remove(str(PLACE))


def begun(reduced: Any, n: int = 333) -> Any:
    """Citizens with 0 to 20 neighbours, one without any."""
    chance = np.random.default_rng(3)
    degree = np.append(chance.integers(1, 21, n - 1), 0)
    first = np.concatenate([[0], np.cumsum(degree)]).astype(np.uint32)
    numbers = chance.random((4, n), np.float32)
    attitude = 2 * numbers[0] - 1
    neighbour = chance.integers(0, n, first[-1], dtype=np.uint32)
    return reduced.Start(first, neighbour, attitude, numbers[1] < 0.1, numbers[1], 0.2 * numbers[2], 0.2 * numbers[3])


def after(running: Any, weeks: int = 12) -> Any:
    for number in range(weeks):
        running.week(number)
    return running.state()


def test_other_programs_do_the_same_rule(module: Any, tmp_path: Path) -> None:
    peers = module("peers")
    reduced = sys.modules["reduced"]
    start = begun(reduced)
    ours = after(peers.with_scipy(start))
    assert 0.2 < ours.aware.mean() < 1 and 0.02 < ours.acts.mean() < 0.9, "a world in which the rules do something"
    assert reduced.differences(ours, after(peers.with_mesa(start))) == (0, 0, 0)
    assert max(reduced.differences(ours, after(peers.with_scipy(start), 13))) > 0.01, "a week more is another state"
    if shutil.which("gcc"):
        built = reduced.library(str(tmp_path))
        rows, slices = (after(reduced.in_c(built, form)(start)) for form in ("csr", "sell"))
        assert reduced.differences(ours, rows) == (0, 0, 0)
        assert all(np.array_equal(one, other) for one, other in zip(rows, slices, strict=True))


def test_exponents_are_slopes(module: Any) -> None:
    measured, sizes = module("measured"), [10, 100, 1000]
    (found,) = measured.exponent("x", "citizens", sizes, [3 * size**1.5 for size in sizes])
    assert found.value == pytest.approx(1.5) and found.size == 1000
    assert not list(measured.exponent("x", "citizens", sizes[:2], [1, 2])), "no interval through two points"


def test_what_got_slower_is_marked_and_a_slower_machine_is_not(module: Any, tmp_path: Path) -> None:
    benchmarks, measured = module("all"), sys.modules["measured"]

    def table(seconds: float, yard: float) -> list[Any]:
        times = measured.Times([seconds, seconds * 1.01, seconds * 0.99], [yard] * 3)
        return [times.row("week", 100, "citizens", 1e3, "ms"), measured.row("copy", 100, "citizens", 9.0, "GB/s")]

    benchmarks.written(table(1.0, 0.5), tmp_path)
    before = benchmarks.read(tmp_path / "benchmarks.csv")
    assert [mark for *_, mark in benchmarks.compared(table(3.0, 1.5), before)] == [False]
    ((what, ratio, mark),) = benchmarks.compared(table(1.2, 0.5), before)
    assert (what, mark) == ("week, 100 citizens", True) and ratio == pytest.approx(1.2, abs=0.01)
    several = measured.Times([4.0] * 3, [0.5] * 3).row("week", 100, "citizens", 1e3, "ms", 4)
    assert (several.value, several.yards) == (1000, 2), "yards are of one, however many were done at once"
    (tmp_path / "old.csv").write_text("what,citizens,value\nweek,1,2\n")
    with pytest.raises(SystemExit, match="not a table of these benchmarks"):
        benchmarks.read(tmp_path / "old.csv")
