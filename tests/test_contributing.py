"""What CONTRIBUTING.md says how to add can be added that way."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from advosim import Scenario, simulate
from advosim.model import KINDS
from advosim.reading.tables import lived
from advosim.scenario.declare import catalogue_rows
from advosim.scenario.schema import Kind
from advosim.world import codes

PAGE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SMALL = """
title = "An added row"
extends = "baseline"
weeks = 60
[polity.home]
citizens = 300
[mechanism.tactic_choice]
launch = 0.5
"""


def written(folder: Path, text: str) -> Scenario:
    file = folder / "added.toml"
    file.write_text(SMALL + text, encoding="utf-8")
    return Scenario.load(file)


@pytest.mark.parametrize(
    "what", ["Governance setting", "Mechanism", "Tactic", "Frame", "Kind of organisation", "Scenario"]
)
def test_there_is_a_page_on_what_is_added(what: str) -> None:
    assert f"**{what}.**" in PAGE


def test_a_tactic_is_a_row(tmp_path: Path) -> None:
    text = """
[tactic.open_letter]
meaning = "a letter with many names in a newspaper"
cost = 0.2
skills = { media = 1.0 }
channels = { mass_media = 1.0 }
reach = 0.05
persuasion = 0.5
"""
    record = simulate(written(tmp_path, text), seed=1)
    assert "open_letter" in set(record.organisations["tactic"])


def test_a_frame_is_a_row_that_teams_pick_where_it_fits(tmp_path: Path) -> None:
    everywhere = "".join(
        f"[polity.home.public.{name}]\nvalues = {{ health = 1.0 }}\n"
        for name in ("urban_connected", "rural_offline", "marginalised")
    )
    text = f"""
[frame.health]
meaning = "what makes people ill"
{everywhere}
[polity.home.organisation.doctors]
priorities = {{ climate = 1.0 }}
"""
    record = simulate(written(tmp_path, text), seed=1)
    doctors = record.organisations[record.organisations["organisation"] == "doctors"]
    assert "health" in set(doctors["frame"])


def test_every_kind_has_its_row_its_number_and_its_class() -> None:
    assert list(catalogue_rows("kinds")) == list(get_args(Kind)) == list(codes.KINDS) == list(KINDS)


def test_a_kind_lends_an_organisation_what_it_does_not_say(tmp_path: Path) -> None:
    text = """
[polity.home.organisation.institute]
kind = "research_institute"
priorities = { climate = 1.0 }
"""
    record = simulate(written(tmp_path, text), seed=1)
    institute = record.organisations[record.organisations["organisation"] == "institute"]
    assert set(institute["tactic"]) - {""} <= set(catalogue_rows("kinds")["research_institute"]["tactics"])


def attention(now, arena, events):  # type: ignore[no-untyped-def]
    """A user's rule: nothing is ever on the agenda."""
    arena.issues["agenda"] = 0.0


def test_a_rule_can_be_replaced_without_touching_the_package(tmp_path: Path) -> None:
    record = simulate(written(tmp_path, ""), seed=1, mechanisms={"attention": attention})
    assert (lived(record.weeks)["agenda"] == 0.0).all()
