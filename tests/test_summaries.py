"""Summaries of a whole sweep by functions of a user's own: made as runs are merged, told, exported, made again."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import simulations
from codebooks import explains
from sweeps import ask_in

from advosim.experiment.rerun import rerun
from advosim.experiment.sweep import running as sweep
from advosim.experiment.sweep import store
from advosim.experiment.sweep.workers import crew_of

FACTOR = "polity.home.governance.repression"
FILE = f"""title = "With summaries of my own"{simulations.FEW}
[factor."{FACTOR}"]
levels = [0.1, 0.9]
[replicates]
count = 2
[outcome.protest]
of = "support"
issue = "all"
reduce = "mean"
[summaries]
"""
GOOD = 'spread = "OWN:spread"\nby_force = "OWN:by_force"\ntable = "OWN:table"\n'
MODULE = f"""
def spread(runs):
    \"\"\"Highest less lowest protest of all runs.\"\"\"
    return runs["protest"].max() - runs["protest"].min()

def by_force(runs):
    return runs.groupby("{FACTOR}")["protest"].mean()

def table(runs):
    assert list(runs.columns) == ["run", "point", "seed", "{FACTOR}", "protest"]
    runs["late"] = "=1+1"
    return runs.groupby(["{FACTOR}", "late"])[["protest"]].median()

def texts(runs):
    return "much"

def named_texts(runs):
    return dict(much="very")

def twice(runs):
    return runs.groupby("seed")[["protest"]].agg(["mean", "std"])

def breaks(runs):
    return runs["protests"]

LIMIT = 3
"""


@pytest.fixture
def study(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An experiment file with a module beside it that has a name of its own in each test."""
    name = f"sums_{hashlib.sha256(request.node.name.encode()).hexdigest()[:8]}"
    (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    file = tmp_path / "study.toml"
    file.write_text((FILE + GOOD).replace("OWN", name), encoding="utf-8")
    return file


@pytest.fixture
def ask(study: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Asks commands in the folder of the study, which is run in this process."""
    monkeypatch.setattr(sweep, "crew_of", lambda *_: crew_of(None, None, sweep.InProcess()))
    ask = ask_in(study.parent, monkeypatch)
    return lambda *words: ask(*words, *(["--workers", "1", "--quiet"] if words[1] == "run" else []))


def changed(file: Path, *pairs: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def test_summaries_are_made_told_exported_grown_and_rerun(study: Path, ask: Callable[..., Any]) -> None:
    ran = ask("sweep", "run", "study.toml", "--out", "out")
    out = study.parent / "out"
    runs = pd.read_parquet(out / store.RUNS)
    spread = runs["protest"].max() - runs["protest"].min()
    assert ran.exit_code == 0 and f"spread: {spread:.4g}" in ran.stdout and "by_force: 0.1 0." in ran.stdout
    status = ask("sweep", "status", "study.toml", "--out", "out").stdout
    assert f"table: 2 rows of {FACTOR}, late, protest" in status
    told = json.loads((out / store.MERGED).read_text(encoding="utf-8"))
    assert {f"summaries/{name}.parquet" for name in ("spread", "by_force", "table")} <= told["files"].keys()
    assert [len(each["sha256"]) for each in told["summaries"]] == [64] * 3
    exported = ask("sweep", "export", "study.toml", "--out", "out").stdout
    assert "summary_spread.csv" in exported and "codebook.csv" in exported
    explains(out / "export")
    assert "Highest less lowest protest" in (out / "export" / "codebook.csv").read_text(encoding="utf-8")
    assert "'=1+1" in (out / "export" / "summary_table.csv").read_text(encoding="utf-8")
    changed(study, ("count = 2", "count = 3"))
    assert ask("sweep", "run", "study.toml", "--out", "out", "--grow").exit_code == 0
    assert ask("sweep", "run", "study.toml", "--out", "whole").exit_code == 0
    for name in ("spread", "by_force", "table"):
        one, other = (study.parent / place / "summaries" / f"{name}.parquet" for place in ("out", "whole"))
        assert one.read_bytes() == other.read_bytes()
    sys.modules.pop(next(study.parent.glob("sums_*.py")).stem)  # rerun is to find it by itself
    again = rerun(out, workers=1)
    assert again.sound and {"runs", "spread", "by_force", "table"} <= set(again.same)
    module = next(study.parent.glob("sums_*.py"))
    far = shutil.copytree(out, study.parent / "elsewhere" / "copy")
    shutil.copyfile(module, far / module.name)
    sys.modules.pop(module.stem, None)
    assert rerun(far, workers=1).sound, "functions beside a copied sweep are found"


def test_a_summary_that_is_changed_or_damaged_is_made_anew_by_the_same_command(
    study: Path, ask: Callable[..., Any]
) -> None:
    ask("sweep", "run", "study.toml", "--out", "out")
    kept = study.parent / "out" / "summaries" / "spread.parquet"
    sound = kept.read_bytes()
    kept.write_bytes(sound[:-1])
    assert "spread.parquet is not as it was written" in ask("sweep", "status", "study.toml", "--out", "out").stdout
    assert ask("sweep", "run", "study.toml", "--out", "out").exit_code == 0 and kept.read_bytes() == sound
    module = next(study.parent.glob("sums_*.py"))
    changed(module, ('max() - runs["protest"].min()', "max()"))
    changed(study, ("table =", "# table ="))
    sys.modules.pop(module.stem)
    assert ask("sweep", "run", "study.toml", "--out", "out").exit_code == 0
    runs = pd.read_parquet(study.parent / "out" / store.RUNS)
    assert pd.read_parquet(kept)["value"].tolist() == [runs["protest"].max()]
    assert {file.stem for file in kept.parent.iterdir()} == {"spread", "by_force"}


WRONG = {
    "texts": "gives a str, not a finite number, a mapping of names to numbers, or a pandas DataFrame",
    "named_texts": "gives a str for 'much', not a finite number",
    "twice": "gives a table whose columns have no names of their own",
    "breaks": "raises KeyError: 'protests' (sums_",
}


def test_what_is_no_summary_is_told_and_runs_are_kept(study: Path, ask: Callable[..., Any]) -> None:
    name, good = next(study.parent.glob("sums_*.py")).stem, study.read_text(encoding="utf-8")
    study.write_text(good + "".join(f'{each} = "{name}:{each}"\n' for each in WRONG), encoding="utf-8")
    ran = ask("sweep", "run", "study.toml", "--out", "out")
    assert ran.exit_code == 1 and "All runs are kept in" in ran.stderr, ran.output
    assert all(f"the summary '{each}' ({name}:{each}) {said}" in ran.stderr for each, said in WRONG.items())
    status = ask("sweep", "status", "study.toml", "--out", "out").stdout
    assert "4 runs, 4 done" in status and "  spread: 0." in status
    assert "not there: texts, named_texts, twice, breaks" in status
    chunks = {file: file.stat().st_mtime_ns for file in (study.parent / "out" / "chunks").iterdir()}
    study.write_text(good, encoding="utf-8")
    assert ask("sweep", "run", "study.toml", "--out", "out").exit_code == 0
    assert {file: file.stat().st_mtime_ns for file in (study.parent / "out" / "chunks").iterdir()} == chunks


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('late = "nowhere_at_all:late"', "the summary 'nowhere_at_all:late' is not found: No module named"),
        ('late = "OWN:missing"', "is not found"),
        ('late = "OWN:LIMIT"', "is a int, no function"),
        ('late = "spread"', "there is no colon between a module and a function"),
        ('Late = "OWN:spread"', "the name 'Late' of a summary is not allowed"),
        ("late = 3", "[summaries] names functions"),
    ],
)
def test_what_names_no_function_is_told_with_its_line_before_any_run(
    study: Path, ask: Callable[..., Any], line: str, said: str
) -> None:
    name = next(study.parent.glob("sums_*.py")).stem
    study.write_text((FILE + line + "\n").replace("OWN", name), encoding="utf-8")
    ran = ask("sweep", "run", "study.toml", "--out", "out")
    assert ran.exit_code == 2 and said in ran.stderr and "study.toml:1" in ran.stderr, ran.output
    assert not (study.parent / "out").exists()


ODD = """
import pandas as pd

def words(runs):
    return pd.DataFrame({"value": ["a", "b", "c"]})

def rows(runs):
    return pd.DataFrame({"value": [1.0, 2.0, 3.0]})

def named_words(runs):
    return pd.DataFrame({"name": ["a"], "value": ["b"]})

def nothing(runs):
    return pd.DataFrame({"value": []})

def lists(runs):
    return pd.DataFrame({"=cmd()": [[1, 2]], "cut": pd.cut(runs["protest"].head(1), [-9.0, 9.0])})
"""


def test_any_table_is_kept_told_and_exported(study: Path, ask: Callable[..., Any]) -> None:
    module = next(study.parent.glob("sums_*.py"))
    module.write_text(ODD, encoding="utf-8")
    names = ("words", "rows", "named_words", "nothing", "lists")
    study.write_text(FILE + "".join(f'{name} = "{module.stem}:{name}"\n' for name in names), encoding="utf-8")
    ran = ask("sweep", "run", "study.toml", "--out", "out")
    assert ran.exit_code == 0 and ran.stdout.count("rows of") == len(names), ran.output
    assert ask("sweep", "export", "study.toml", "--out", "out").exit_code == 0
    kept = (study.parent / "out" / "export" / "summary_lists.csv").read_text(encoding="utf-8")
    assert "\n=" not in kept and not kept.lstrip('"').startswith("="), "no name of a column is a formula"
    assert "[1, 2]" in kept and "(-9.0, 9.0]" in kept
