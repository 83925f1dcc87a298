"""The notebook runs from its first cell to its last, and is stored without what it prints."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NAME = "scenario_to_figure.ipynb"


@pytest.fixture
def notebook(root: Path) -> Any:
    return nbformat.read(root / "docs" / "tutorial" / NAME, as_version=4)


@pytest.fixture
def kernel(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kernel `python3` of this very Python that finds this working copy, whatever else is installed."""
    from ipykernel.kernelspec import install

    install(prefix=str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter" / "share" / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]))
    return "python3"


def test_the_notebook_is_stored_without_outputs(notebook: Any) -> None:
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) >= 6
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata.kernelspec.name == "python3"


SMALL = {'1000, "weeks": 104': '200, "weeks": 20', "range(1, 21)": "range(1, 5)"}


def test_the_notebook_goes_from_a_scenario_to_a_figure(notebook: Any, kernel: str, tmp_path: Path) -> None:
    """With small numbers."""
    for number, less in SMALL.items():
        [cell] = [cell for cell in notebook.cells if cell.cell_type == "code" and number in cell.source]
        cell.source = cell.source.replace(number, less)
    folder = tmp_path / "paper"
    folder.mkdir()
    client = nbclient.NotebookClient(
        notebook, kernel_name=kernel, timeout=300, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    assert (folder / "repression.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "repression.png").stat().st_size > 20_000
    assert r"\toprule" in (folder / "effects.tex").read_text(encoding="utf-8")
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)
