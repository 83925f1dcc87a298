"""What CONTRIBUTING.md says how to add can be added that way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
import typer
from matplotlib.figure import Figure
from test_figures import fake
from typer.testing import CliRunner

from advosim import InputError, Scenario, simulate
from advosim.cli import wiring
from advosim.experiment.compare.comparison import Comparison
from advosim.figures import registry, toolkit
from advosim.model import KINDS
from advosim.reading import outcomes
from advosim.reading.tables import lived
from advosim.results import folder as results
from advosim.results import latex, saving
from advosim.scenario.declare import catalogue_rows
from advosim.scenario.problems import Problem
from advosim.scenario.schema import Kind
from advosim.world import codes, recorded
from advosim.world.columns import Column

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
    "what",
    [
        "Governance setting",
        "Mechanism",
        "Tactic",
        "Frame",
        "Kind of organisation",
        "Scenario",
        "Figure of a run",
        "Outcome",
        "Analysis",
        "Command",
    ],
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


def test_a_figure_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(record: Any) -> Figure:
        figure = toolkit.blank(2, 1)
        figure.subplots().plot(record.weeks["policy"])
        return figure

    rows = (registry.Row("mine", registry.always, mine), registry.Row("others", lambda record: False, mine))
    monkeypatch.setattr(registry, "FIGURES", rows)
    record: Any = fake(weeks=3)
    assert results.figures_of(record) == ("mine",)
    [line] = registry.draw(record, "mine").axes[0].lines
    assert list(line.get_ydata()) == list(record.weeks["policy"])


def test_an_outcome_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(course: outcomes.Course) -> Any:
        return course.values("talking")[-2:].sum()

    column = Column("late", "citizens who talk in the last two weeks", outcomes.SHARE, 0.0, 2.0)
    row = outcomes.Outcome("late", "talking in the last weeks", outcomes.OPINION, column, late)
    monkeypatch.setitem(outcomes.BY_NAME, row.name, row)
    course = outcomes.Course.__new__(outcomes.Course)
    monkeypatch.setattr(outcomes.Course, "rows", np.zeros(3, recorded.WEEK))
    course.rows["talking"] = [0.5, 0.25, 0.125]
    assert row.read(course) == 0.375
    pairs = pd.DataFrame({"scenario": ["a", "a", "b", "b"], "seed": [1, 2, 1, 2], "late": [0.1, 0.2, 0.3, 0.5]})
    found = Comparison(("a", "b"), pairs)
    assert list(found.table["label"]) == [row.label] and row.label in found.latex()
    assert row.label in {text.get_text() for text in found.figure().axes[0].texts}


@dataclass(frozen=True)
class Mine(saving.Analysis):
    """An analysis that leaves what it is told."""

    told: saving.Leaves

    def leaves(self) -> saving.Leaves:
        return self.told


def test_an_analysis_is_saved_by_what_it_leaves(tmp_path: Path) -> None:
    table = pd.DataFrame({"factor": ["a", "b"], "effect": [0.5, -0.25]})
    figure = toolkit.blank(2, 1)
    toolkit.interval(figure.subplots(), 0, (0.25, 0.5, 0.75), sure=True)
    found = Mine(
        saving.Leaves(
            told={"kind": "mine", "seeds": [1, 2]},
            summary="Nothing much",
            tables={"effects": table, "empty": table.iloc[:0]},
            rows={"pairs": table},
            latex={"effects": latex.booktabs(table)},
            figures={"effects": figure},
        )
    )
    place = found.save(tmp_path / "here")
    files = {"effects.csv", "effects.tex", "effects.png", "pairs.parquet", "summary.txt", "codebook.csv"}
    assert {file.name for file in place.iterdir()} == files | {"manifest.json"}
    told = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert told["kind"] == "mine" and told["program"] == "advosim" and set(told["files"]) == files
    pd.testing.assert_frame_equal(pd.read_csv(place / "effects.csv"), table)


def greet(name: str, times: int = 1) -> None:
    """Greet somebody."""
    if times > 3:
        raise InputError(Problem("--times", None, "is too polite", "1 to 3"))
    typer.echo(f"Hello {name}! " * times)


@pytest.mark.parametrize("below", [[], ["say"]])
def test_a_command_is_a_function_in_a_list(below: list[str]) -> None:
    mine = SimpleNamespace(COMMANDS=(greet,), **({"GROUP": ("say", "Say something.")} if below else {}))
    app = typer.Typer(add_completion=False)
    app.callback()(lambda: None)
    wiring.wire(app, mine)
    ask = lambda *words: CliRunner().invoke(app, [*below, *words])  # noqa: E731
    assert "Greet somebody." in ask("--help").stdout
    assert ask("greet", "Ada", "--times", "2").stdout == "Hello Ada! Hello Ada! \n"
    refused = ask("greet", "Ada", "--times", "4")
    assert refused.exit_code == 2 and "error: --times: is too polite; allowed: 1 to 3" in refused.stderr
