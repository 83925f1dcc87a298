"""Every number is declared once: with meaning, unit, source and a default in its range; and code reads it."""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from worlds import LOOSE, busy, digest, growing, neighbours, run_again, small, vetoing, voting, with_neighbour

import advosim
from advosim import Scenario
from advosim.scenario.declare import SOURCE, Part, catalogue_rows, parameters
from advosim.scenario.load import but
from advosim.scenario.reforms import founding_settings
from advosim.scenario.rules import Mechanism, Mechanisms
from advosim.scenario.schema import Governance, Organisation, OrganisationKind, Public, Tactic, catalogue
from advosim.scenario.tree import bounds
from advosim.simulation import simulate
from advosim.week import CITIZEN_MECHANISMS, TABLE_MECHANISMS
from advosim.world import enact
from advosim.world.rows import RULES

PACKAGE = Path(advosim.__file__).parent
DECLARED = dict(parameters(Scenario))
NUMBERS = {path: field for path, field in DECLARED.items() if bounds(field) != (None, None)}
RULES_NUMBERS = [path for path in NUMBERS if path.startswith("mechanism.")]
TEXTS = ("meaning", "title", "question", "source")
"""What describes and is read by people."""


def extra(field: Any) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


# ---------------------------------------------------------------- declared whole


def test_there_are_numbers_in_every_part_of_the_schema() -> None:
    assert len(NUMBERS) > 200
    tops = {path.split(".")[0] for path in NUMBERS}
    assert tops >= {"weeks", "seed", "issue", "tactic", "polity", "mechanism", "reform"}


def test_a_number_has_meaning_unit_source_and_a_default_in_its_range() -> None:
    for path, field in NUMBERS.items():
        low, high = bounds(field)
        assert low is not None and high is not None and low < high, path
        assert field.description and len(field.description) > 3, path
        assert extra(field)["unit"] and extra(field)["source"], path
        if not field.is_required() and field.default is not None:
            assert low <= field.default <= high, path
            assert isinstance(field.default, int) == (field.annotation is int), path


def test_whatever_is_no_number_has_a_meaning_and_a_source() -> None:
    lacking = [p for p, field in DECLARED.items() if not field.description or not extra(field).get("source")]
    assert lacking == []


@pytest.mark.parametrize("name", Mechanisms.model_fields)
def test_a_mechanism_has_a_switch_that_is_on_and_says_what_it_is(name: str) -> None:
    rule = Mechanisms.model_fields[name].annotation
    assert isinstance(rule, type) and issubclass(rule, Mechanism)
    assert rule.model_fields["on"].default is True
    assert rule.__doc__ and rule.__doc__.strip().endswith(".")
    assert list(RULES[name].names) == list(rule.model_fields)
    single = {RULES[name][field].char for field, info in rule.model_fields.items() if info.annotation is float}
    assert single <= {"f" if rule.citizens else "d"}, "citizens' rules run in single precision"


def test_both_ends_of_a_range_are_allowed_and_what_is_beyond_is_not() -> None:
    for path in RULES_NUMBERS:
        (low, high), kind = bounds(NUMBERS[path]), NUMBERS[path].annotation
        assert low is not None and high is not None and kind in (int, float)
        _, mechanism, name = path.split(".")
        for value, beyond in ((kind(low), kind(low - 1)), (kind(high), kind(high + 1))):
            made = Mechanisms.model_validate({mechanism: {name: value}})
            assert getattr(getattr(made, mechanism), name) == value, path
            with pytest.raises(ValueError, match=name):
                Mechanisms.model_validate({mechanism: {name: beyond}})


# ---------------------------------------------------------------- where it comes from

DECISIONS = PACKAGE.parent / "docs" / "decisions"
ASSUMED = {path: re.match(r"assumption: decision (\d+)", extra(field)["source"]) for path, field in DECLARED.items()}
UNTRACEABLE = re.compile(
    r"\b(tried|proposals?|prototypes?|register|seeds? \d|seeds'|P\d+|\w+\.(py|csv|toml|txt))\b", re.I
)


def test_a_source_is_a_citation_a_datum_an_assumption_or_a_convention() -> None:
    told = {path: extra(field)["source"] for path, field in DECLARED.items()}
    assert {path: source for path, source in told.items() if not SOURCE.fullmatch(source)} == {}
    assert {path: source for path, source in told.items() if UNTRACEABLE.search(source)} == {}


@pytest.mark.parametrize(
    "source",
    [
        "Kitschelt",
        "Kitschelt 1986",
        "tried",
        "1986: rules",
        "V-Dem, mid-scale",
        "convention",
        "assumption: 3",
        "data: x",
    ],
)
def test_what_nobody_can_look_up_is_no_source(source: str) -> None:
    assert not SOURCE.fullmatch(source)


def assumed_in_decisions() -> list[tuple[int, str]]:
    """(decision, path) of every number in the tables of assumed numbers; a rule's path may go without `mechanism.`."""
    found = []
    for file in sorted(DECISIONS.glob("*.md")):
        text = file.read_text(encoding="utf-8").partition("| number | how it was chosen | limits |")[2]
        for cell, how, limits in re.findall(r"^\| (`.*?) \| (.+?) \| (.+?) \|$", text, re.MULTILINE):
            assert len(how) > 5 and limits.strip(), (file.name, cell)
            for path in re.findall(r"`([^`]+)`", cell):
                rule = path.split(".")[0] in Mechanisms.model_fields and path.count(".") == 1
                found.append((int(file.name[:4]), f"mechanism.{path}" if rule else path))
    return found


def test_every_assumed_number_stands_once_in_the_decision_that_it_names_and_no_other_number_does() -> None:
    told = assumed_in_decisions()
    assert len(told) == len(set(told)), [path for path, times in Counter(told).items() if times > 1]
    assert set(told) == {(int(match[1]), path) for path, match in ASSUMED.items() if match}


def test_rows_of_the_catalogues_cite_who_describes_them() -> None:
    for name in ("frames", "kinds", "tactics"):
        for row, values in catalogue_rows(name).items():
            assert SOURCE.fullmatch(values["source"]) and not UNTRACEABLE.search(values["source"]), (name, row)


# ---------------------------------------------------------------- read by code


APPEALS = ["appeal_to_regional_body", "appeal_to_international_body", "shaming_by_third_states"]
NEEDED = {
    "framing.backfire": {"polity.home.organisation.owners.credibility.public": 0.2},
    "framing.circulation_keep": {"polity.home.organisation.owners.credibility.public": 0.2},
    "elections.strategic": {"polity.home.governance.electoral_system": "majority"},
    "platform_control.to_friends": {"polity.home.governance.shutdown": True},
    "ties.shared_leader": {"polity.home.individual": {"leader": {"posts": ["institute", "lobby"]}}},
    "trust.endorsement": {"polity.home.organisation.institute.tactics": ["endorsement"]},
    "boomerang.by_visibility": {"polity.home.organisation.asylum.tactics": ["demonstration", *APPEALS]},
    "boomerang.swing": {"mechanism.boomerang.offset": 0.5, "mechanism.participation.threshold": 0.02},
    "field.most": {"mechanism.field.usual": 1.0},
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
    "withdrawal.by_contagion": {
        "polity.north.governance": {"openness": 0.1, "repression": 0.6, "external_vulnerability": 0.0},
        "polity.north.organisation.reds": {"count": 3, "stance": 0.8, "funds": 60.0, "tactics": APPEALS},
        "polity.north.policy.climate": -0.6,
        "mechanism.withdrawal.rate": 0.3,
    },
    "learning.of_skill": {"polity.home.organisation.institute.tactics": ["capacity_building", "research_report"]},
    "learning.capacity": {"polity.home.organisation.institute.tactics": ["capacity_building", "research_report"]},
}
"""What the busy world lacks for some parameters to matter."""
CROSSING = ("across_borders", "donor_drift", "interplay", "withdrawal")
"""Rules that need open borders, or a body that can be left as well."""
ABROAD = ("spillover", "frame_diffusion", "shelter", "third_states", "boomerang", *CROSSING)
"""Rules that need a neighbour or a body; so do `pressure.abroad` and `backfire.foreign`."""

NEWCOMERS = ("registration", "merger", "founding", "schism", "formalisation")
"""Rules that need room for newcomers."""


ACROSS = ("mechanism.ties.language", "mechanism.ties.abroad")
"""What matters between polities only."""


@functools.cache
def world_for(path: str) -> Scenario:
    name = path.removeprefix("mechanism.")
    if path in ACROSS:
        return with_neighbour(busy()).but({"polity.abroad.language": "foreign"})
    abroad = name.split(".")[0] in ABROAD or name in ("pressure.abroad", "backfire.foreign")
    rights = {"initiative": voting, "referendum": vetoing, "recall": voting}
    grow = name.split(".")[0] in NEWCOMERS
    world = neighbours() if abroad else growing() if grow else rights.get(name.split(".")[0], busy)()
    needed = (LOOSE if name.split(".")[0] in CROSSING else {}) | NEEDED.get(name, {})
    return world.but(needed) if needed else world


@functools.cache
def usual(scenario: str, seed: int) -> str:
    return digest(run_again(world_for(scenario), seed))


def values_of(path: str) -> list[Any]:
    """The ends and the middle of a range: what may differ from how the busy world has it."""
    low, high = bounds(NUMBERS[path])
    assert low is not None and high is not None
    if NUMBERS[path].annotation is int:
        return [int(low), int(high)]
    return [float(high), float(low), (low + high) / 2]


@pytest.mark.parametrize("path", [path for path in RULES_NUMBERS if tuple(path.split(".")) in founding_settings()])
def test_every_parameter_that_only_founding_reads_changes_some_run(path: str) -> None:
    """It is read, and what is read has an effect. Of all others test_reform.py shows it: they can be reformed."""
    world = world_for(path)
    key = path if world is not busy() else ""
    for seed in range(1, 7):
        for value in values_of(path):
            if digest(run_again(world.but({path: value}), seed)) != usual(key, seed):
                return
    raise AssertionError(f"{path} changes no bit of the busy world")


GOVERNING = [path for path in DECLARED if ".governance." in path]


def others_of(path: str) -> list[Any]:
    """Other values of a setting of governance."""
    field = DECLARED[path]
    if path.endswith("district_magnitude"):
        return [2, 40]  # within the citizens of a district, and enough for mixed elections
    if field.annotation is bool:
        return [True, False]
    return list(getattr(field.annotation, "__args__", ())) or values_of(path)


@pytest.mark.parametrize("path", GOVERNING)
def test_every_setting_of_governance_changes_some_run_or_awaits_its_mechanism(path: str) -> None:
    waits = extra(DECLARED[path]).get("awaits")
    if waits:
        assert waits not in (*TABLE_MECHANISMS, *CITIZEN_MECHANISMS), f"{path} waits for what is there"
        return
    world = (neighbours if path.endswith("external_vulnerability") else vetoing if ".referendum." in path else voting)()
    if path.endswith("list_method"):
        world = world.but({"polity.home.governance.electoral_system": "proportional"})
    here = path.replace("NAME", "home", 1)
    for seed in range(1, 7):
        runs = {digest(run_again(world.but({here: value}), seed)) for value in others_of(path)}
        if len(runs) > 1:
            return
    raise AssertionError(f"{path} changes no bit of the world in which it should matter")


READERS = ("world", "mechanisms", "simulation", "week")
"""Parts of the package that turn settings into a world, or run it."""


@contextlib.contextmanager
def noted_reads() -> Iterator[set[tuple[str, str]]]:
    """(class, name) of every setting that code of the READERS reads of a part itself, whatever else has that name."""
    read: set[tuple[str, str]] = set()

    def get(part: Part, name: str) -> Any:
        code = sys._getframe(1).f_code
        here = Path(code.co_filename)
        place = here.relative_to(PACKAGE).parts[0].removesuffix(".py") if here.is_relative_to(PACKAGE) else ""
        # Of the scenario's own code what picks out (groups, reforms) counts, what checks does not.
        picks = place == "scenario" and (here.name == "groups.py" or code.co_name == "reformed")
        if place in READERS or picks or here.name == "stopping.py":
            read.add((owner_of(type(part), name), name))
        return object.__getattribute__(part, name)

    enact._numbers.cache_clear()  # of rules that it has at hand nothing is read
    Part.__getattribute__ = get  # type: ignore[method-assign,assignment]
    try:
        yield read
    finally:
        del Part.__getattribute__


def owner_of(part: type[Part], name: str) -> str:
    """The class that declares a setting."""
    return next((c.__name__ for c in part.__mro__ if name in vars(c).get("__annotations__", {})), part.__name__)


def settings_of(part: type[Part]) -> Iterator[tuple[str, str]]:
    """(class, name) of every setting below a part."""
    for name, field in part.model_fields.items():
        yield owner_of(part, name), name
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, Part):
                yield from settings_of(inner)


def test_every_other_setting_is_read_as_a_world_is_founded_and_run(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text("0,1\n1,2\n")
    table = {"kind": "edge_list", "file": str(tmp_path / "ties.csv")}
    kinds = {"face_to_face.kind": "blocks", "social.kind": "spatial"}
    leader = {"posts": ["institute", "lobby"]}
    worlds = [
        neighbours().but({"polity.home.individual": {"leader": leader}, "polity.home.network.face_to_face": table}),
        voting().but({"reform": [{"week": 2, "set": {"polity.home.governance.repression": 0.5}}]}),
        small().but(
            {
                "campaign": [{"week": 1, "organisation": "tenants", "tactic": "petition", "issue": "housing"}],
                "shock": [{"week": 2, "issue": "climate"}],
                "stop": {"policy": {"climate": 1.0}, "unchanged": 1},
                **{f"polity.home.network.{path}": kind for path, kind in kinds.items()},
            }
        ),
        growing(),
    ]
    brief = [world.but({"weeks": 3}) for world in worlds]
    with noted_reads() as read:
        for world in brief:
            simulate(world, threads=1)
    declared = {(owner, name) for owner, name in settings_of(Scenario) if name not in TEXTS and name != "on"}
    assert declared - read == set()


def test_an_attribute_of_the_same_name_elsewhere_is_no_reading_of_a_setting() -> None:
    with noted_reads() as read:
        simulate(small().but({"mechanism.elections.on": False}), 1, weeks=1, threads=1)
    assert ("Alliance", "members") in read
    assert ("Body", "members") not in read, "there is no body, though alliances and kinds have members"


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
