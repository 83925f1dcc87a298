"""Objects as Python users meet them: short words for them, kept by pickle, saved and drawn by themselves."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from advosim import AdvocacyModel, InputError, Record, Scenario, compare, simulate
from advosim.experiment.sweep import load
from advosim.results import folder as results

SMALL = {"polity.home.citizens": 100, "polity.home.districts": 2, "weeks": 6}
OPENNESS = "polity.home.governance.openness"


@pytest.fixture(scope="module")
def home() -> Scenario:
    return Scenario.load("baseline").but(SMALL)


@pytest.fixture(scope="module")
def record(home: Scenario) -> Record:
    return simulate(home, 1, threads=1)


def test_words_for_objects_are_short(home: Scenario, record: Record) -> None:
    found = compare([home, home], runs=2, outcomes=["policy_end"], primary=["policy_end"], progress=False)
    table: dict[str, Any] = {
        "title": "T" * 200, "scenario": home, "design": {"kind": "factorial"}, "factor": {OPENNESS: {"levels": [0.1]}},
        "outcome": {"policy": {"of": "policy", "issue": "all"}},
    }  # fmt: skip
    things = [home, record, found, AdvocacyModel(home, 1), load.build(table)]
    for thing in things:
        said = repr(thing)
        assert said.startswith(f"<{type(thing).__name__}") and said.endswith(">") and len(said) <= 120, said
    assert str(home) == repr(home) and "6 weeks, 100 citizens and " in repr(home) and "seed 1: 6 weeks" in repr(record)


def test_scenarios_are_keys(home: Scenario) -> None:
    other = home.but({OPENNESS: 0.9})
    turned = home.model_copy(update={"issue": dict(reversed(home.issue.items()))})
    assert {home: 1, other: 2}[Scenario.load("baseline").but(SMALL)] == 1
    assert turned == home and hash(turned) == hash(home) != hash(other)


def test_a_pickled_record_is_the_same(record: Record) -> None:
    again = pickle.loads(pickle.dumps(record))
    for name in results.tables_of(record):
        assert getattr(again, name).equals(getattr(record, name))


def test_a_pickled_model_goes_on_as_it_would_have(home: Scenario) -> None:
    model = AdvocacyModel(home, 3)
    model.step()
    again = pickle.loads(pickle.dumps(model))
    for each in (model, again):
        each.step()
    assert again.week == model.week == 2 and again.record.weeks.equals(model.record.weeks)
    assert [str(agent) for agent in again.agents] == [str(agent) for agent in model.agents]
    collected = [each.datacollector.get_model_vars_dataframe() for each in (model, again)]
    assert len(collected[0]) == 2 and collected[0].equals(collected[1])


def test_a_record_saves_and_draws_itself(record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(results, "_draw", lambda record, *files: [(drawn.append(f.name), f.touch()) for f in files])
    place = record.save(tmp_path / "here", formats=["pdf", "svg"])
    assert (place / "weeks.parquet").is_file() and {"overview.pdf", "overview.svg"} <= set(drawn)
    assert record.plot("participation").axes
    with pytest.raises(InputError, match="no figure 'overviev'.*did you mean 'overview'"):
        record.plot("overviev")
