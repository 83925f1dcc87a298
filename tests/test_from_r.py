"""The examples of the page on R, as they stand there but for numbers: from a scenario to a figure of an effect."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
R = shutil.which("Rscript")
SMALL = {'"50"': '"4"', '"104"': '"8"', "citizens=2000": "citizens=60", "= 2000L": "= 60L", "104L": "8L"}
pytestmark = pytest.mark.skipif(R is None, reason="there is no Rscript on the path")


def examples() -> list[str]:
    """The page's examples with small numbers."""
    page = (ROOT / "docs" / "how_to" / "from_r.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```r\n(.*?)^```", page, re.M | re.S)
    assert all(any(number in block for block in blocks) for number in SMALL)
    for number, less in SMALL.items():
        blocks = [block.replace(number, less) for block in blocks]
    return blocks


def ran(script: str, folder: Path, *packages: str) -> str:
    """What a script prints; skipped where R lacks a package."""
    assert R is not None
    asked = f"cat(all(sapply(c({', '.join(map(repr, packages))}), requireNamespace, quietly = TRUE)))"
    if packages and "TRUE" not in subprocess.run([R, "-e", asked], capture_output=True, text=True, check=False).stdout:
        pytest.skip(f"R has not all of {', '.join(packages)}")
    (folder / "script.R").write_text(script, encoding="utf-8")
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"PATH": paths, "PYTHONPATH": str(ROOT), "RETICULATE_PYTHON": sys.executable}
    done = subprocess.run(
        [R, "--vanilla", "script.R"], cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_a_scenario_to_a_figure_of_an_effect_and_a_regression(tmp_path: Path) -> None:
    by_command, regression, *_ = examples()
    said = ran(by_command + regression, tmp_path, "ggplot2", "haven")
    picture = (tmp_path / "effect.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 5000
    assert "Estimate" in said and "Std. Error" in said and "share" in said


@pytest.mark.slow
def test_runs_of_a_sweep_are_read_in_r(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "tutorial" / "question_to_table.md").read_text(encoding="utf-8")
    for name in ("mine", "study"):
        [text] = re.findall(rf"^```toml\n(# {name}\.toml\n.*?)^```", page, re.M | re.S)
        short = text.replace("weeks = 78", "weeks = 62").replace("citizens = 300", "citizens = 60")
        (tmp_path / f"{name}.toml").write_text(short.replace("count = 3", "count = 1"), encoding="utf-8")
    by_command, _, sweep, _ = examples()
    libraries = by_command.splitlines()[0] + "\n"  # the page's first line holds for all that R starts
    said = ran(libraries + sweep + "\nwrite.csv(runs, 'runs.csv', row.names = FALSE)\n", tmp_path)
    assert "polity.home.governance.openness policy_change" in said
    there = pd.read_parquet(tmp_path / "results" / "study" / "runs.parquet")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "runs.csv"), there, check_dtype=False)


@pytest.mark.slow
def test_inside_r_the_numbers_are_those_of_python(tmp_path: Path) -> None:
    from advosim import Scenario, simulate

    *_, inside = examples()
    exact = "\nwrite.csv(aggregate(protest ~ scenario, weeks, mean), 'means.csv', row.names = FALSE)\n"
    ran(inside + exact, tmp_path, "reticulate")
    rows = (tmp_path / "means.csv").read_text(encoding="utf-8").splitlines()[1:]
    means = {name.strip('"'): float(mean) for name, mean in (row.split(",") for row in rows)}
    home = Scenario.load("baseline").but({"polity.home.citizens": 60, "weeks": 8})
    for name, scenario in (("baseline", home), ("repressive", home.but({"polity.home.governance.repression": 0.9}))):
        assert means[name] == pytest.approx(float(simulate(scenario, seed=1).weeks["protest"].mean()), rel=1e-12)
