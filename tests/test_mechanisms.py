"""Every mechanism has its null limit, its direction and its section, and governance does what theory asks of it."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable
from pathlib import Path

import abroad_checks
import newcomer_checks
import numpy as np
import owed_by_alliances  # noqa: F401  (null limits and directions)
import owed_directions  # noqa: F401
import owed_null_limits  # noqa: F401
import pytest
from owed import (
    DIRECTIONS,
    NULL_LIMITS,
    answers,
    call,
    close,
    mean_of,
    weeks_without,
    without,
)
from worlds import Errors, busy, realistic, run_again, run_world

from advosim.record import Record
from advosim.scenario.schema import Mechanisms
from advosim.simulation import simulate
from advosim.world.codes import CONSULT

F = np.float32


# ---------------------------------------------------------------- each mechanism has all that it owes

NULL_LIMITS |= abroad_checks.NULL_LIMITS | newcomer_checks.NULL_LIMITS
DIRECTIONS |= abroad_checks.DIRECTIONS | newcomer_checks.DIRECTIONS


@pytest.mark.parametrize("name", Mechanisms.model_fields)
def test_switched_off_a_mechanism_leaves_the_world_without_it(name: str) -> None:
    assert name in NULL_LIMITS, f"{name} has no null limit: mark one by @null_limit('{name}') in owed_null_limits.py"
    NULL_LIMITS[name]()


@pytest.mark.parametrize("name", Mechanisms.model_fields)
def test_more_of_a_mechanism_has_more_of_its_effect(name: str) -> None:
    assert name in DIRECTIONS, f"{name} has no direction: mark one by @direction('{name}') in owed_directions.py"
    DIRECTIONS[name]()


def rooms(root: Path) -> list[ast.Module]:
    folders = (root / "advosim" / "mechanisms", root / "advosim" / "world")
    return [ast.parse(file.read_text(encoding="utf-8")) for folder in folders for file in folder.glob("*.py")]


def owes(name: str, functions: set[str], called: set[str], sections: list[str]) -> list[str]:
    """What is missing of a mechanism beside its tests, a sentence each. `spiral` is a label, read off the run."""
    told = {
        f"there is no function {name} in advosim/mechanisms": name not in functions and name != "spiral",
        f"nothing calls {name}: it wants its line in week.py": name not in called and name != "spiral",
        f"docs/reference/mechanisms.md has no section ### {name}": name not in sections,
    }
    return [sentence for sentence, missing in told.items() if missing]


def test_nothing_of_a_mechanism_is_forgotten(root: Path, page: str) -> None:
    trees = [*rooms(root), ast.parse((root / "advosim" / "week.py").read_text(encoding="utf-8"))]
    functions = {node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    calls = (node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    sections = re.findall(r"^### (\w+)$", page, re.MULTILINE)
    forgotten = [line for name in Mechanisms.model_fields for line in owes(name, functions, called, sections)]
    assert not forgotten, "; ".join(forgotten)
    left = sorted((NULL_LIMITS.keys() | DIRECTIONS.keys() | set(sections)) - Mechanisms.model_fields.keys())
    assert not left, f"{left} have tests or sections and no line in Mechanisms (advosim/scenario/rules.py)"
    assert owes("weariness", functions, called, sections) == [
        "there is no function weariness in advosim/mechanisms",
        "nothing calls weariness: it wants its line in week.py",
        "docs/reference/mechanisms.md has no section ### weariness",
    ]


def test_without_repression_nobody_fears_and_nothing_is_risked() -> None:
    world = run_world(busy().but({"polity.home.governance.repression": 0.0}), 1)
    for name in ("fear", "sanction", "sanction_signing"):
        assert not world.people.circumstances[name].any(), name
        assert without().people.circumstances[name].any(), name
    assert not world.record.weeks["silenced"].any()


def test_without_all_mechanisms_nothing_happens() -> None:
    weeks = weeks_without(*Mechanisms.model_fields)
    changing = [name for name in weeks if name != "week" and weeks.groupby("issue")[name].nunique().gt(1).any()]
    assert changing == []


def test_what_a_government_gives_on_an_issue_it_takes_back_shared_out_over_the_others() -> None:
    given = {"mechanism.response.accommodate": 10.0, "issue.traffic": {}}
    quiet = {f"mechanism.response.{name}": -10.0 for name in ("repress", "consult", "deny")}
    for offset in (0.0, 0.3):
        world = run_world(busy().but({**given, **quiet, "mechanism.response.offset": offset}), weeks=1)
        asked, *left = world.arena.issues[0]
        for issue in (asked, *left):
            issue["marched"][:], issue["signed"][:], issue["violent"][:], issue["friction"] = 0.0, 0.0, False, 0.5
            issue["policy"], issue["ideal"], issue["revision"] = 0.1, -0.3, 0.0
        asked["marched"][:] = [0.01, 0.0]
        call("response", world)
        assert asked["conceded"] > 0
        for issue in left:
            assert close(issue["conceded"], -offset * 0.03 * 0.5 / 2), "toward its own ideal, half on each of two"


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "reference" / "mechanisms.md").read_text(encoding="utf-8")


def test_sections_stand_in_the_order_of_the_schema(page: str) -> None:
    assert re.findall(r"^### (\w+)$", page, re.MULTILINE) == list(Mechanisms.model_fields)


def test_a_section_says_all_that_a_reader_needs(page: str) -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    for name, text in sections.items():
        for row in ("Where", "Off", "Source"):
            assert f"**{row}**" in text, (name, row)
        assert f"`[mechanism.{name}]`" in text, name
        assert ("**Rule**" in text) == (name == "spiral"), f"{name}: its function tells the rule, which the page quotes"


def test_the_function_of_a_mechanism_tells_its_rule(root: Path) -> None:
    """More than a sentence that says what it is, or a formula."""
    told = {name: "" for name in Mechanisms.model_fields if name != "spiral"}
    for function in (node for tree in rooms(root) for node in tree.body if isinstance(node, ast.FunctionDef)):
        if function.name in told:
            told[function.name] = max(told[function.name], ast.get_docstring(function) or "", key=len)
    for name, text in told.items():
        whole = "\n\n" in text or re.search(r"\.\d+ [a-z+(]|\^", text)
        assert whole, f"the docstring of {name} does not tell its rule: a formula, or more than one sentence"


def test_the_places_that_the_sections_name_exist(root: Path, page: str) -> None:
    for file, function in re.findall(r"`(\w+\.py)`, `(\w+)`", page):
        source = (root / "advosim" / "mechanisms" / file).read_text(encoding="utf-8")
        assert f"def {function}(" in source, (file, function)


# ---------------------------------------------------------------- what theory asks of governance, over many seeds

HOME = "polity.home.governance."


def protest(record: Record) -> float:
    rows = record.recorded.weeks
    return float((rows["protest_for"] + rows["protest_against"]).sum())


def silence(record: Record) -> float:
    rows = record.recorded.weeks
    return float((rows["support"] - rows["expressed"]).mean())


def inside(record: Record) -> float:
    """The share of all campaigns' effort that goes inside, into talks and to tables."""
    rows = record.recorded.campaigns
    kinds = [
        number for number, tactic in enumerate(realistic().tactic.values()) if tactic.pressure in ("inside", "table")
    ]
    return float(rows["effort"][np.isin(rows["tactic"], kinds)].sum() / rows["effort"].sum())


def online(record: Record) -> float:
    """The share of all campaigns' effort that goes online."""
    rows = record.recorded.organisations
    return float((rows["social_media"] * rows["effort"]).sum() / rows["effort"].sum())


MEASURES: dict[str, Callable[[Record], float]] = {
    "protest": protest,
    "silence": silence,
    "silenced": mean_of("silenced"),
    "inside": inside,
    "online": online,
    "consulting": mean_of("consulting"),
    "consulted": answers(CONSULT),
    "coverage": mean_of("coverage"),
}


@functools.cache
def measured(setting: str, value: float, seed: int) -> dict[str, float]:
    """All measures of a run of the realistic world with a setting, or without any."""
    record = run_again(realistic().but({HOME + setting: value}) if setting else realistic(), seed)
    return {name: measure(record) for name, measure in MEASURES.items()}


def paired(setting: str, value: float, measure: str, seeds: int = 50) -> Errors:
    """The effect of a setting on a measure in the realistic world."""
    return Errors(lambda seed: measured(setting, value, seed)[measure] - measured("", 0.0, seed)[measure], seeds)


def test_more_repression_lowers_open_protest_and_raises_silence() -> None:
    assert paired("repression", 0.8, "protest", 80) < -2
    assert paired("repression", 0.8, "silence") > 3
    assert paired("repression", 0.8, "silenced") > 3


def test_more_openness_raises_inside_tactics_and_consultations() -> None:
    assert paired("openness", 0.1, "inside") < -3
    assert paired("openness", 0.1, "consulted", 80) < -2


def test_less_media_freedom_lowers_coverage() -> None:
    assert paired("media_freedom", 0.1, "coverage") < -3


def test_less_internet_access_shifts_plans_to_other_channels() -> None:
    assert paired("internet_access", 0.2, "online") < -3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_ten_years_attitudes_neither_collapse_nor_run_to_the_ends(seed: int) -> None:
    rows = simulate(realistic(), seed, weeks=520, threads=1).recorded.weeks
    assert ((rows["attitude_sd"] > 0.3) & (rows["attitude_sd"] < 0.6)).all()
    assert (np.abs(rows["attitude"]) < 0.5).all()
