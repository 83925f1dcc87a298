"""What the README and the package promise: commands, examples, links, versions, and what travels in the wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typer

import advosim
from advosim import cli, version


@pytest.fixture
def readme(root: Path) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


# ---------------------------------------------------------------- commands


@pytest.mark.skipif(shutil.which("sed") is None, reason="the checks of a submission need sed")
def test_the_checks_run_the_second_command_of_the_quick_start(root: Path, readme: str) -> None:
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    [extract] = re.findall(r"^command=\$\((.*)\)$", script, re.MULTILINE)
    ran = subprocess.run(["bash", "-c", extract], cwd=root, capture_output=True, text=True, check=True)
    quick_start = blocks(readme.partition("## Quick start")[2].partition("\n## ")[0], "bash")
    assert len(quick_start) == 2
    assert ran.stdout.strip() == quick_start[1].strip()
    assert "\n" not in quick_start[0].strip() + quick_start[1].strip()


def test_every_command_of_the_readme_exists(readme: str) -> None:
    known = typer.main.get_command(cli.app)
    used = re.findall(r"^(?:.*/bin/)?advosim (.*)$", "\n".join(blocks(readme, "bash")), re.MULTILINE)
    assert len(used) >= 5
    for line in used:
        name, *words = line.partition("#")[0].split()
        command = known.commands[name]  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_the_examples_in_python_run(readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    examples = blocks(readme, "python")
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[:2]] == ["0.1", "0.9"]
    assert "event" in told[2]


def test_every_file_that_the_pages_link_to_exists(root: Path) -> None:
    for page in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert re.match(r"https?://", link) or (page.parent / link).exists(), f"{page.name}: {link}"


# ---------------------------------------------------------------- the package


def test_the_version_is_the_same_everywhere(root: Path, project: dict[str, Any]) -> None:
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.*)$", citation, re.MULTILINE) == [advosim.__version__]
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[?(\d[\d.]*)", changes, re.MULTILINE)[:1] == [advosim.__version__]
    assert project["project"]["dynamic"] == ["version"]
    assert (root / project["tool"]["hatch"]["version"]["path"]).samefile(version.__file__)


def test_public_names_are_those_that_are_listed() -> None:
    assert set(dir(advosim)) == set(advosim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        advosim.nothing  # noqa: B018


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_constraints_name_the_versions_of_all_dependencies_and_no_address(
    version: str, root: Path, project: dict[str, Any]
) -> None:
    lines = (root / "constraints" / f"python{version}.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin) for pin in pins)
    pinned = {re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins}
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["test"]]
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert name and re.sub(r"[-_.]+", "-", name[0]).lower() in pinned, requirement


def test_scenarios_and_catalogues_travel_in_the_wheel(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root,
        capture_output=True,
        check=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    for scenario in (root / "scenarios").glob("*.toml"):
        assert f"advosim/scenarios/{scenario.name}" in inside
    for row in (root / "advosim" / "scenario" / "catalogue").rglob("*.toml"):
        assert row.relative_to(root).as_posix() in inside
    assert "advosim/scenarios/baseline.toml" in inside
    assert not any(name.startswith(("tests/", "scenarios/", "results/")) for name in inside)
