"""Every number is declared once: with meaning, unit, source and a default in its range; and code reads it."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Any

import pytest
from worlds import busy, digest, neighbours, small, vetoing, voting, with_neighbour

import advosim
from advosim import Scenario
from advosim.scenario.checks import bounds
from advosim.scenario.declare import Part, catalogue_rows, parameters
from advosim.scenario.load import but
from advosim.scenario.rules import Mechanism, Mechanisms
from advosim.scenario.schema import Governance, Organisation, OrganisationKind, Public, Tactic, catalogue
from advosim.simulation import simulate
from advosim.week import CITIZEN_MECHANISMS, TABLE_MECHANISMS
from advosim.world.codes import AUDIENCES, CHANNELS, CULTURE, EXPERTISE
from advosim.world.rows import RULES, TACTIC_NUMBERS

PACKAGE = Path(advosim.__file__).parent
DECLARED = dict(parameters(Scenario))
NUMBERS = {path: field for path, field in DECLARED.items() if bounds(field) != (None, None)}
TEXTS = ("meaning", "title", "question", "source")
"""What describes and is read by people."""


def extra(field: Any) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


# ---------------------------------------------------------------- declared whole


def test_there_are_numbers_in_every_part_of_the_schema() -> None:
    assert len(NUMBERS) > 200
    tops = {path.split(".")[0] for path in NUMBERS}
    assert tops >= {"weeks", "seed", "issue", "tactic", "polity", "mechanism", "reform"}


@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_has_meaning_unit_source_and_a_default_in_its_range(path: str) -> None:
    field = NUMBERS[path]
    low, high = bounds(field)
    assert low is not None and high is not None and low < high
    assert field.description and len(field.description) > 3
    assert extra(field)["unit"] and extra(field)["source"]
    if not field.is_required() and field.default is not None:
        assert low <= field.default <= high
        assert isinstance(field.default, int) == (field.annotation is int)


@pytest.mark.parametrize("path", [path for path in DECLARED if path not in NUMBERS])
def test_whatever_is_no_number_has_a_meaning_and_a_source(path: str) -> None:
    assert DECLARED[path].description, path
    assert extra(DECLARED[path]).get("source"), path


@pytest.mark.parametrize("name", Mechanisms.model_fields)
def test_a_mechanism_has_a_switch_that_is_on_and_says_what_it_is(name: str) -> None:
    rule = Mechanisms.model_fields[name].annotation
    assert isinstance(rule, type) and issubclass(rule, Mechanism)
    assert rule.model_fields["on"].default is True
    assert rule.__doc__ and rule.__doc__.strip().endswith(".")
    assert list(RULES[name].names) == list(rule.model_fields)
    single = {RULES[name][field].char for field, info in rule.model_fields.items() if info.annotation is float}
    assert single <= {"f" if rule.citizens else "d"}, "citizens' rules run in single precision"


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("path", [path for path in NUMBERS if path.startswith("mechanism.")])
def test_both_ends_of_a_range_are_allowed_and_what_is_beyond_is_not(path: str, end: str) -> None:
    low, high = bounds(NUMBERS[path])
    assert low is not None and high is not None
    whole = NUMBERS[path].annotation is int
    value = low if end == "low" else high
    _, mechanism, name = path.split(".")
    table = {mechanism: {name: int(value) if whole else float(value)}}
    assert getattr(getattr(Mechanisms.model_validate(table), mechanism), name) == value
    beyond = value - 1 if end == "low" else value + 1
    with pytest.raises(ValueError, match=name):
        Mechanisms.model_validate({mechanism: {name: int(beyond) if whole else float(beyond)}})


# ---------------------------------------------------------------- read by code


@functools.cache
def reads() -> dict[str, set[str]]:
    """By file of the package, the attributes that its code reads and the strings in it."""
    known = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Load)}
        known[file.relative_to(PACKAGE).as_posix()] = attributes
    return known


FOUNDING = ("world/found", "world/population", "world/enact")
"""The files that turn settings into a world's tables."""


def read_in(*folders: str) -> set[str]:
    return {name for file, names in reads().items() if file.startswith(folders) for name in names}


APPEALS = ["appeal_to_regional_body", "appeal_to_international_body", "shaming_by_third_states"]
NEEDED = {
    "framing.backfire": {"polity.home.organisation.owners.credibility.public": 0.2},
    "framing.circulation_keep": {"polity.home.organisation.owners.credibility.public": 0.2},
    "elections.strategic": {"polity.home.governance.electoral_system": "majority"},
    "platform_control.to_friends": {"polity.home.governance.shutdown": True},
    "ties.shared_leader": {"polity.home.individual": {"leader": {"posts": ["institute", "lobby"]}}},
    "trust.endorsement": {"polity.home.organisation.institute.tactics": ["endorsement"]},
    "boomerang.by_visibility": {"polity.home.organisation.asylum.tactics": ["demonstration", *APPEALS]},
    "boomerang.swing_keep": {
        "mechanism.boomerang.swing": 1.0,
        "mechanism.boomerang.offset": 0.5,
        "mechanism.participation.threshold": 0.02,
    },
    "recall.successor_within": {
        "mechanism.elections.on": False,
        "mechanism.initiative.status_quo": 0.0,
        "mechanism.initiative.unaware": 0.0,
    },
    "initiative.advice": {
        "polity.home.governance.initiative.binding": False,
        "mechanism.initiative.status_quo": 0.0,
        "mechanism.initiative.unaware": 0.0,
    },
    "elections.pledges_shared": {"polity.home.governance.electoral_system": "proportional"},
    "recall.honeymoon": {"mechanism.initiative.status_quo": 0.0, "mechanism.initiative.unaware": 0.0},
    "learning.of_skill": {"polity.home.organisation.institute.tactics": ["capacity_building", "research_report"]},
    "learning.capacity": {"polity.home.organisation.institute.tactics": ["capacity_building", "research_report"]},
}
"""What the busy world lacks for some parameters to matter."""
ABROAD = ("spillover", "frame_diffusion", "shelter", "third_states", "boomerang")
"""Rules that need a neighbour or a body; so do `pressure.abroad` and `backfire.foreign`."""


ACROSS = ("mechanism.ties.language", "mechanism.ties.abroad")
"""What matters between polities only."""


@functools.cache
def world_for(path: str) -> Scenario:
    name = path.removeprefix("mechanism.")
    if path in ACROSS:
        return with_neighbour(busy()).but({"polity.abroad.language": "foreign"})
    abroad = name.split(".")[0] in ABROAD or name in ("pressure.abroad", "backfire.foreign")
    rights = {"initiative": voting, "referendum": vetoing, "recall": voting}
    world = neighbours() if abroad else rights.get(name.split(".")[0], busy)()
    needed = NEEDED.get(name)
    return world.but(needed) if needed else world


@functools.cache
def usual(scenario: str, seed: int) -> str:
    return digest(simulate(world_for(scenario), seed, threads=1))


def values_of(path: str) -> list[Any]:
    """The ends and the middle of a range: what may differ from how the busy world has it."""
    low, high = bounds(NUMBERS[path])
    assert low is not None and high is not None
    if NUMBERS[path].annotation is int:
        return [int(low), int(high)]
    return [float(high), float(low), (low + high) / 2]


@pytest.mark.parametrize("path", [path for path in NUMBERS if path.startswith("mechanism.")])
def test_every_parameter_of_a_rule_changes_some_run(path: str) -> None:
    """It is read, and what is read has an effect."""
    world = world_for(path)
    key = path if world is not busy() else ""
    others = [world.but({path: value}) for value in values_of(path)]
    for seed in range(1, 7):
        for other in others:
            if digest(simulate(other, seed, threads=1)) != usual(key, seed):
                return
    raise AssertionError(f"{path} changes no bit of the busy world")


GOVERNING = [path for path in DECLARED if ".governance." in path]


@pytest.mark.parametrize("path", GOVERNING)
def test_a_governance_setting_is_read_or_awaits_its_mechanism(path: str) -> None:
    name = path.rsplit(".", 1)[1]
    waits = extra(DECLARED[path]).get("awaits")
    if waits:
        assert waits not in (*TABLE_MECHANISMS, *CITIZEN_MECHANISMS), f"{path} waits for what is there"
    else:
        assert name in read_in("mechanisms/", *FOUNDING), path


@pytest.mark.parametrize("path", [p for p in DECLARED if not p.startswith("mechanism.") and ".governance." not in p])
def test_any_other_setting_is_read_by_code(path: str) -> None:
    name = path.split(".")[-1]
    if name in TEXTS or name in (*CHANNELS, *CULTURE, *EXPERTISE, *AUDIENCES):
        return  # read by people, or by these names of columns
    if path.startswith("tactic."):
        assert name in TACTIC_NUMBERS or name in read_in(*FOUNDING), path
        return
    assert name in read_in("mechanisms/", "world/", "simulation", "scenario/"), path


# ---------------------------------------------------------------- catalogues


@pytest.mark.parametrize("name", catalogue("tactics", Tactic))
def test_a_tactic_of_the_catalogue_says_what_it_is_and_where_it_is_described(name: str) -> None:
    tactic = catalogue("tactics", Tactic)[name]
    assert tactic.meaning and tactic.source
    row = catalogue_rows("tactics")[name]
    assert set(row) <= set(Tactic.model_fields)
    if tactic.reach > 0:
        assert sum(tactic.channels.values()) == pytest.approx(1), "weights of channels are shares in the catalogue"
    if tactic.skills:
        assert sum(tactic.skills.values()) == pytest.approx(1)
    if tactic.awaits:
        assert tactic.awaits not in (*TABLE_MECHANISMS, *CITIZEN_MECHANISMS), "it waits for what is there"


def test_every_kind_of_organisation_is_in_the_catalogue() -> None:
    kinds = catalogue("kinds", OrganisationKind)
    assert tuple(kinds) == Organisation.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    tactics = catalogue("tactics", Tactic)
    for name, kind in kinds.items():
        assert kind.meaning and kind.source, name
        assert set(kind.tactics) <= set(tactics), name


# ---------------------------------------------------------------- frozen, strict, plain


@pytest.mark.parametrize("part", [Scenario, Governance, Organisation, Public, Tactic, Mechanisms])
def test_parts_are_frozen_and_refuse_what_they_do_not_know(part: type[Part]) -> None:
    given = {"title": "x"} if part is Scenario else {}
    made = part.model_validate(given)
    name = next(iter(part.model_fields))
    with pytest.raises(ValueError, match="frozen"):
        setattr(made, name, getattr(made, name))
    with pytest.raises(ValueError, match="no_such_key"):
        part.model_validate({**given, "no_such_key": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), "0.5", None, True])
def test_a_number_is_a_finite_number(value: Any) -> None:
    with pytest.raises(ValueError, match="repression"):
        Governance.model_validate({"repression": value})


def test_a_scenario_can_be_a_key_of_a_dictionary_by_its_fingerprint_and_compared() -> None:
    assert small() == Scenario.model_validate(small().model_dump())
    assert small() != busy()
    assert but(small(), {}) == small()
