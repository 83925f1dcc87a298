"""A run's outcomes, the comparison's pairs, a sweep's table and the story say the same numbers of the same seed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from advosim.experiment.compare.comparison import compare
from advosim.experiment.sweep import load as experiments
from advosim.experiment.sweep import running as sweep
from advosim.reading import measuring, outcomes
from advosim.record import Record
from advosim.scenario import load
from advosim.scenario.load import Scenario
from advosim.simulation import simulate
from advosim.story import words
from advosim.story.page import story

SHARED = ("policy_start", "policy_end", "policy_change", "support_end", "reforms", "salience")
"""Outcomes of an issue that all four tell or make others of."""
OVER_TIME = {"policy_end": ("policy", "final"), "policy_change": ("policy", "change"), "salience": ("salience", "mean")}
"""Outcomes that a sweep can also reduce from the weekly table by itself."""


def small(name: str, weeks: int) -> Scenario:
    whole = load.load(name)
    citizens = {f"polity.{polity}.citizens": min(row.citizens, 600) for polity, row in whole.polity.items()}
    return load.read(name, {**citizens, "weeks": min(weeks, whole.weeks)})


def told(page: str, scenario: Scenario) -> dict[tuple[str, str], tuple[str, str]]:
    """Where policy began and ended by polity and issue, as the story's closing table says it."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    homes = re.split(r"^# In .*$", page, flags=re.MULTILINE)[1:] if len(scenario.polity) > 1 else [page]
    for polity, text in zip(scenario.polity, homes, strict=True):
        for issue in scenario.issue:
            row = re.search(rf"^\| {re.escape(words.plain(issue))} \| (\S+) to (\S+) \|", text, re.MULTILINE)
            assert row, (polity, issue)
            found[polity, issue] = (row[1], row[2])
    return found


def swept(name: str, scenario: Scenario, seeds: range, folder: Path) -> Any:
    """The runs of a sweep in which these seeds of the scenario are the first point."""
    polity = {"polity": next(iter(scenario.polity))}
    level = scenario.mechanism.friction.level
    table = {
        "title": "The same", "scenario": name, "design": {"kind": "factorial"},
        "set": {
            "weeks": scenario.weeks,
            **{f"polity.{home}.citizens": row.citizens for home, row in scenario.polity.items()},
        },
        "factor": {"mechanism.friction.level": {"levels": [level, 1.1 * level]}},
        "replicates": {"count": len(seeds), "first_seed": seeds[0]},
        "outcome": {
            # What is a column too is that column here, of the last week unless `reduce` says otherwise.
            **{each: {"of": each, "issue": "all", **polity} for each in SHARED if each not in dict(OVER_TIME.values())},
            **{f"{each}_too": {"of": of, "reduce": how, "issue": "all", **polity}
               for each, (of, how) in OVER_TIME.items()},
        },
    }  # fmt: skip
    sweep.run(experiments.build(table), folder, executor=sweep.InProcess(), chunk=100)
    runs = sweep.runs(folder)
    return runs[runs["mechanism.friction.level"] == level].set_index("seed")


def agree(name: str, seeds: range, weeks: int, folder: Path) -> None:
    scenario = small(name, weeks)
    polities, issues = list(scenario.polity), list(scenario.issue)
    pairs = compare(
        [scenario, scenario], runs=len(seeds), first_seed=seeds[0], outcomes=SHARED, by_issue=True, workers=1,
        progress=False,
    ).pairs  # fmt: skip
    rows = swept(name, scenario, seeds, folder)
    for seed in seeds:
        record: Record = simulate(scenario.but({"seed": seed}), threads=1)
        table = outcomes.outcomes(record).set_index(["polity", "issue"])
        page, row = told(story(record), scenario), pairs[pairs["seed"] == seed].iloc[0]
        steps = measuring.reforms(record)
        for polity in polities:
            for issue in issues:
                here = table.loc[polity, issue]
                compared = {
                    each: row[outcomes.column(outcomes.Place(polity, issue if len(issues) > 1 else ""), each, polities)]
                    for each in SHARED
                }
                assert compared == pytest.approx({each: float(here[each]) for each in SHARED}), (seed, polity, issue)
                assert page[polity, issue] == (words.signed(here["policy_start"]), words.signed(here["policy_end"]))
                of_it = steps[(steps["polity"] == polity) & (steps["issue"] == issue)]
                assert len(of_it) == here["reforms"]
        first = table.loc[polities[0]]
        for each in SHARED:
            mean = pytest.approx(float(first[each].mean()))
            assert rows.loc[seed].get(each, mean) == mean, (seed, each)
            assert rows.loc[seed].get(f"{each}_too", mean) == mean, (seed, each)


@pytest.mark.parametrize("name", ["initiative_threat", "two_neighbours"])
def test_all_tell_the_same_numbers(name: str, tmp_path: Path) -> None:
    agree(name, range(3, 5), 40, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(load.shipped()))
def test_all_tell_the_same_numbers_of_every_scenario(name: str, tmp_path: Path) -> None:
    agree(name, range(1, 6), 120, tmp_path)
