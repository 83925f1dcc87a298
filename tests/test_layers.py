"""No import runs upward, and what is heavy stays where it belongs: the contracts stand in pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the package that can be broken."""
    shutil.copytree(root / "advosim", tmp_path / "advosim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_layers_hold(root: Path) -> None:
    ran = lint(root)
    assert ran.returncode == 0, ran.stdout
    assert "0 broken" in ran.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("world/compile.py", "from advosim import results"),
        ("scenario/schema.py", "from advosim.world import compile"),
        ("scenario/schema.py", "import numpy"),
        ("results/folder.py", "import mesa"),
        ("cli/wiring.py", "import numba"),
        ("results/codebook.py", "from advosim.results import folder"),
        ("reading/tables.py", "import typing\n    if typing.TYPE_CHECKING: from advosim.record import Record"),
    ],
)
def test_an_import_that_runs_upward_is_found(module: str, line: str, copy: Path) -> None:
    with (copy / "advosim" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef broken():\n    {line}\n")
    ran = lint(copy)
    assert ran.returncode == 1, ran.stdout
    assert " 0 broken" not in ran.stdout and "BROKEN" in ran.stdout


def test_no_circle_and_nobody_comes_in_by_the_front_door() -> None:
    """Imports inside of functions and for types count, and so does the package itself, which names all rooms."""
    graph = grimp.build_graph("advosim")
    arrows = [(one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)]
    circles = [found for found in nx.strongly_connected_components(nx.DiGraph(arrows)) if len(found) > 1]
    assert len(arrows) > 300 and circles == []
    assert graph.find_modules_that_directly_import("advosim") == set()


def test_every_module_has_its_layer(copy: Path) -> None:
    (copy / "advosim" / "helpers.py").write_text('"""Nowhere."""\n', encoding="utf-8")
    assert lint(copy).returncode == 1
