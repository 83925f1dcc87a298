"""The week and its rules as they are written: what they touch, how long they are, which numbers they hold."""

from __future__ import annotations

import ast
import inspect
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from owed import stages
from worlds import busy, digest_of, neighbours, voting

from advosim import week
from advosim.mechanisms import institutions
from advosim.scenario.load import Scenario
from advosim.world.chance import wrapping
from advosim.world.compile import JIT
from advosim.world.found import found
from advosim.world.state import BUNDLES, World, columns

KERNEL = "_live"
"""The one long function: what is handed on inside its loop would cost two atomic operations per citizen."""
LONG = {("crowd", KERNEL), ("week", "week")}
MANY = {
    ("citizens", "participation"): "a rule of one citizen, which users replace by their own: it takes scalars",
    ("comparison", "compare"): "called by users: all but the scenarios are choices by name, with defaults",
    ("fit", "fit"): "as above",
    ("routes", "routes"): "as above",
    ("running", "run"): "as above",
    ("simulation", "simulate"): "as above",
}
"""Functions that take more than eight arguments, and why."""
LITERALS = {
    ("ballots", "deterrence", 0.5): "half of what an initiative costs",
    ("campaigns", "round_half_up", 0.5): "halves go up",
    ("chronicle", "record_abroad", 3): "the axis of sides",
    ("seats", "gallagher", 100.0): "percent",
    ("seats", "gallagher", 0.5): "half the sum of squares",
}
"""Numbers in rules that are no parameters."""


def functions(root: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted((root / "advosim" / "mechanisms").glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield file.stem, node


def test_the_week_fits_two_screens_and_each_line_is_one_rule_with_few_arguments() -> None:
    lines = inspect.getsource(week.week).splitlines()
    assert len(lines) <= 92
    calls = [line for line in lines if line.endswith(")") and not line.strip().startswith(("#", '"', "def"))]
    assert len(calls) == len(week._CALLED)
    bundles = {*BUNDLES, "record", "events"}
    for line in calls:
        given = line.strip().partition("(")[2].removesuffix(")").split(", ")
        assert len(given) <= 7 and set(given) <= bundles, line


def test_no_function_is_long_or_takes_many_arguments(root: Path) -> None:
    """But those of `LONG` and `MANY`, and commands, whose arguments are their options."""
    long, many = set(), set()
    for file in sorted((root / "advosim").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            given = node.args
            taken = [*given.args, *given.posonlyargs, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
            if (node.end_lineno or 0) - node.lineno >= 60:
                long.add((file.stem, node.name))
            if len([each for each in taken if each.arg not in ("self", "cls")]) > 8 and file.parent.name != "cli":
                many.add((file.stem, node.name))
    assert long == LONG and many == set(MANY)


def test_rules_hold_no_numbers_but_parameters_and_named_conventions(root: Path) -> None:
    """0, 1 and 2 count, halve and square."""
    kept = set()
    for file, node in functions(root):
        for each in ast.walk(node):
            number = isinstance(each, ast.Constant) and isinstance(each.value, int | float)
            if number and each.value not in (0, 1, 2, True, False) and file != "citizens":  # type: ignore[attr-defined]
                kept.add((file, node.name, each.value))  # type: ignore[attr-defined]
    assert kept == set(LITERALS)


def test_conventions_at_the_top_of_rules_say_why(root: Path) -> None:
    """But those of the kernel, which are places of bits."""
    silent = []
    for file in sorted((root / "advosim" / "mechanisms").glob("*.py")):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        for node, after in pairwise(body):
            numbers = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            odd = [each for each in numbers if type(each) in (int, float) and each not in (0, 1, 2)]
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if isinstance(node, ast.Assign) and odd and not told and file.stem not in ("crowd", "word_of_mouth"):
                silent.append(f"{file.name}: {ast.unparse(node)}")
    assert silent == []


@pytest.fixture
def data_flow(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(root / "docs" / "extensions"))
    import data_flow

    monkeypatch.delitem(sys.modules, "data_flow")
    return data_flow


def changes(world: World, name: str) -> set[tuple[str, str]]:
    """Tables and fields that a line of the week changes, "" for tables of plain numbers."""
    kept = {path: column.tobytes() for path, column in columns(world).items()}
    with wrapping():
        stages()[name](world)
    changed = set()
    for path, column in columns(world).items():
        if kept[path] == column.tobytes():
            continue
        before = np.frombuffer(kept[path], column.dtype).reshape(column.shape)
        bundle, _, table = path.partition(".")
        table = f"record.{table}" if bundle == "record" else table
        if table.startswith("citizens."):
            changed.add(("citizens", table.removeprefix("citizens.")))
        elif column.dtype.names:
            fields = column.dtype.names
            changed |= {(table, field) for field in fields if digest_of(before[field]) != digest_of(column[field])}
        else:
            changed.add((table, ""))
    return changed


@pytest.mark.parametrize("make", [busy, voting, neighbours])
def test_a_mechanism_writes_what_its_table_in_the_docs_says_and_nothing_else(make: type, data_flow: ModuleType) -> None:
    scenario: Scenario = make()
    world = found(scenario, 1)
    told = {name.partition(".")[2]: flow.writes for name, flow in data_flow.flows().items()}
    log = {("record.events", field) for field in world.record.events.dtype.names or ()}
    wrote: set[str] = set()
    for _ in range(14):
        for name in stages():
            done = changes(world, name)
            if done & log:
                assert any(table in ("the log", "record.events") for table, _ in told[name]), name
            whole = {table for table, field in told[name] if not field}
            assert {each for each in done - log if each[0] not in whole} <= told[name], name
            wrote |= {name} if done else set()
    assert len(wrote) > 40


def test_the_table_tells_of_what_is_read(data_flow: ModuleType) -> None:
    flows = data_flow.flows()
    assert flows["evaluation.evaluation"].reads == {"issues", "polities", "rules"}
    assert {"alliances", "campaigns", "stances"} <= flows["venues.stakeholder_table"].reads
    assert "views" in flows["joint_plans.joint_plan"].reads


@pytest.mark.skipif(not JIT, reason="plain Python makes tables of its own")
def test_the_week_lets_go_of_all_tables_that_it_makes() -> None:
    from numba.core.runtime import _nrt_python, rtsys

    _nrt_python.memsys_enable_stats()
    with wrapping():
        for scenario in (busy(), neighbours(), voting()):
            world = found(scenario, 1, 8)
            before = rtsys.get_allocation_stats()
            week.weeks(world, 8)
            after = rtsys.get_allocation_stats()
            assert after.alloc > before.alloc
            assert after.alloc - after.free == before.alloc - before.free
            assert after.mi_alloc - after.mi_free == before.mi_alloc - before.mi_free


def test_a_rule_can_be_called_in_another_process() -> None:
    """It travels by its name, as tasks of clusters do with what they name."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(institutions.half_effect, 1.0, 3.0).result() == 0.25
    assert pickle.loads(pickle.dumps(institutions.half_effect)) is institutions.half_effect
