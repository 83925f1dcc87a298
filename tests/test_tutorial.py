"""The tutorial from a question to a table: its files and commands are run as a reader would type them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from advosim import cli
from advosim.results import folder as results


def type_in(block: tuple[str, str]) -> str:
    """Do what a block of the page says: write or change a file, or give commands; returns what they print."""
    kind, text = block
    if kind == "toml":
        name, _, rest = text.removeprefix("# ").partition("\n")
        name, changed, change = name.partition(": ")
        if changed:
            old, new = change.split(" -> ")
            rest = Path(name).read_text(encoding="utf-8")
            assert old in rest
            rest = rest.replace(old, new)
        Path(name).write_text(rest, encoding="utf-8")
        return ""
    told = ""
    for line in text.splitlines():
        words = line.split()
        assert words[0] == "advosim"
        takes_workers = words[1] in ("compare", "rerun") or words[1:3] in (["sweep", "run"], ["sweep", "plan"])
        ran = CliRunner().invoke(cli.app, [*words[1:], *(["--workers", "1"] if takes_workers else [])])
        assert ran.exit_code == 0, f"{line}\n{ran.output}"
        told += ran.stdout
    return told


def test_every_command_of_the_tutorial_exists(root: Path) -> None:
    page = (root / "docs" / "tutorial" / "question_to_table.md").read_text(encoding="utf-8")
    known: Any = typer.main.get_command(cli.app)
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S) for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        _, name, *words = line.split()
        command = known.commands[name]
        command = command.commands[words.pop(0)] if hasattr(command, "commands") else command
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.slow
def test_a_reader_gets_from_the_question_to_the_table(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (root / "docs" / "tutorial" / "question_to_table.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    # Figures of single runs have tests of their own.
    monkeypatch.setattr(results, "_draw", lambda record, *files: [file.write_bytes(b"\x89PNG") for file in files])
    blocks: list[Any] = re.findall(r"^```(toml|sh)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    told = "\n".join(map(type_in, blocks))
    assert "primary outcomes, named in advance" in told and "policy_change (primary, named in advance)" in told
    assert told.count("Same bits") == 2 and "Other bits" not in told
    assert Path("results/opened/effects.tex").read_text(encoding="utf-8").startswith(r"\begin{longtable}")
    courses = pd.read_csv("results/opened/courses.csv")
    later = courses[courses["scenario"] == "Opened after a year"]
    assert (later[later["week"] < 53]["effect"] == 0).all() and (later[later["week"] > 60]["effect"] != 0).any()
    found = pd.read_csv("results/study/export/estimates.csv")
    columns = re.findall(r"polity\.home\.governance\.\w+|\b(?:mean|low|high)\b", page.partition("```r\n")[2])
    assert {name for name in columns if name} <= set(found.columns)
    assert len(found) == 8 and (found["runs"] == 5).all()
    assert len(pd.read_csv("results/study/export/panel.csv")) == 4 * 5 * 78 * 3
