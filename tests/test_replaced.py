"""A replaced rule leaves its trace in every result, and is found by name in files and by workers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from other_rules import attention
from worlds import small

from advosim import Scenario
from advosim.experiment.compare.comparison import compare
from advosim.experiment.rerun import rerun
from advosim.experiment.sweep import load, store
from advosim.experiment.sweep.running import InProcess, run, runs
from advosim.replaced import traces
from advosim.results.folder import default_place, manifest, write
from advosim.scenario.problems import InputError
from advosim.simulation import simulate

BY_NAME = {"attention": "other_rules:attention"}


def home() -> Scenario:
    return small().but({"weeks": 6})


def test_a_run_tells_its_rules_in_manifest_fingerprint_and_place(tmp_path: Path) -> None:
    usual = simulate(home(), 1, threads=1)
    other = simulate(home(), 1, threads=1, mechanisms=BY_NAME)
    assert other.replaced == simulate(home(), 1, threads=1, mechanisms={"attention": attention}).replaced
    assert not usual.replaced and manifest(usual)["replaced"] == []
    (told,) = manifest(other)["replaced"]
    assert (told["mechanism"], told["module"], told["function"]) == ("attention", "other_rules", "attention")
    assert len(told["sha256"]) == 64
    assert manifest(usual)["fingerprint"] != manifest(other)["fingerprint"]
    assert default_place("tiny", home()) != default_place("tiny", home(), other.replaced)
    assert "same bits" in str(rerun(write(other, tmp_path / "other"))).lower()


def test_a_rule_that_changed_since_is_not_rerun(tmp_path: Path) -> None:
    place = write(simulate(home(), 1, threads=1, mechanisms=BY_NAME), tmp_path / "other")
    file = place / "manifest.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["replaced"][0]["sha256"] = "0" * 64
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match="attention are not what they were"):
        rerun(place)


def test_a_comparison_runs_and_tells_replaced_rules() -> None:
    how: dict[str, Any] = {"runs": 2, "workers": 1, "progress": False, "outcomes": ["agenda"]}
    twins = [home(), home().but({"polity.home.governance.openness": 0.9})]
    usual, other = compare(twins, **how), compare(twins, **how, mechanisms=BY_NAME)
    assert [each["mechanism"] for each in other.told["replaced"]] == ["attention"] and "replaced" not in usual.told
    assert not usual.pairs.equals(other.pairs)


FILE = """
title = "With another rule"
scenario = "baseline"
[set]
weeks = 4
"polity.home.citizens" = 200
[design]
kind = "factorial"
[factor."polity.home.governance.openness"]
levels = [0.1, 0.9]
[outcome.agenda]
of = "agenda"
issue = "all"
[mechanisms]
attention = "my_rules:attention"
"""


def test_an_experiment_file_names_rules_in_a_module_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(FILE, encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)study.toml.*attention.*my_rules"):
        load.load(file)
    (tmp_path / "my_rules.py").write_text(Path("tests/other_rules.py").read_text(encoding="utf-8"), encoding="utf-8")
    experiment = load.load(file)
    run(experiment, tmp_path / "out", executor=InProcess(), progress=False)
    usual = load.load(file)
    usual.mechanisms.clear()
    run(usual, tmp_path / "usual", executor=InProcess(), progress=False)
    assert not runs(tmp_path / "out")["agenda"].equals(runs(tmp_path / "usual")["agenda"])
    assert store.parts(experiment, [], "")["program"] != store.parts(usual, [], "")["program"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"attention": "nowhere:attention"}, "is not found: No module named 'nowhere'"),
        ({"attention": "other_rules:nothing"}, "is not found"),
        ({"attention": "other_rules"}, "no colon"),
        ({"attentoin": "other_rules:attention"}, "no such mechanism"),
        ({"membership": "other_rules:home"}, r"does not take the arguments of 'membership'"),
    ],
)
def test_rules_that_cannot_be_are_told(rules: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        simulate(home(), 1, mechanisms=rules)
    with pytest.raises(InputError, match=said):
        compare([home(), home()], runs=2, mechanisms=rules, progress=False)


def test_the_same_source_has_the_same_trace() -> None:
    assert traces(BY_NAME) == traces({"attention": attention})


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("misspelt", "now has no field 'ruels'; allowed: clock, rules"),
        ("misspelt_column", "arena.issues has no field 'agneda'"),
        ("by_attribute", 'write arena.issues["agenda"]'),
        ("misspelt_item", "no table that it takes has a column 'agneda'"),
        ("misspelt_item", "did you mean 'agenda'?"),
        ("in_another_table", "'agenda' is a column of arena.issues"),
    ],
)
def test_a_field_that_is_not_there_is_told_with_those_that_are(rule: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        simulate(home(), 1, threads=1, mechanisms={"attention": f"other_rules:{rule}"})
    assert said in str(error.value) and "mechanisms['attention']" in str(error.value)


def test_a_compiled_rule_is_told_likewise() -> None:
    import numba
    from other_rules import misspelt

    with pytest.raises(InputError, match="now has no field 'ruels'"):
        simulate(home(), 1, threads=1, mechanisms={"attention": numba.njit(misspelt)})


def test_a_column_that_a_compiled_rule_writes_and_no_table_has_is_told() -> None:
    import numba
    from other_rules import misspelt_in_a_row

    with pytest.raises(InputError, match=r"has a column 'agneda'; allowed: .*arena\.issues,.*did you mean 'agenda'"):
        simulate(home(), 1, threads=1, mechanisms={"attention": numba.njit(misspelt_in_a_row)})
