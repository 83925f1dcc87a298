"""The site of the documentation: what its pages generate is there, and every page is in a table of contents."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from advosim.scenario import load


@pytest.fixture
def generated(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(root / "docs" / "extensions"))
    import generated

    monkeypatch.delitem(sys.modules, "generated")
    return generated


def test_every_mark_of_a_page_names_what_can_be_generated(root: Path, generated: ModuleType) -> None:
    pages = {page: page.read_text(encoding="utf-8") for page in (root / "docs").rglob("*.md")}
    named = {name for text in pages.values() for name, _ in generated.MARK.findall(text)}
    assert named == set(generated.TEXTS)
    assert sum(text.count("<!-- generated") for text in pages.values()) == sum(
        len(generated.MARK.findall(text)) for text in pages.values()
    )


def test_every_setting_stands_once_in_the_settings(generated: ModuleType) -> None:
    found = re.findall(r"^\| `([^`]+)` \|", generated.settings(), re.MULTILINE)
    assert found == [row.path for row in load.parameter_table()]


def test_every_command_is_told_with_its_options(generated: ModuleType) -> None:
    text = generated.commands()
    assert "## advosim run\n" in text and "## advosim sweep retry\n" in text
    assert "| `--seed` | Seed of all chance. |" in text
    assert "| `SCENARIO` |" in text


def test_every_page_is_in_a_table_of_contents(root: Path) -> None:
    """A page that no part lists is found by nobody; the site is built with that as an error, where Sphinx is."""
    docs = root / "docs"
    listed = set()
    for page in docs.rglob("*.md"):
        for block in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
            for entry in (line for line in block.splitlines() if line and not line.startswith(":")):
                listed |= {file.resolve() for file in page.parent.glob(f"{entry}.*")}
    pages = {file.resolve() for kind in ("*.md", "*.ipynb") for file in docs.rglob(kind)}
    assert pages - listed == {(docs / "index.md").resolve()}
