"""The tables of what governance does and of what is said to help: each experiment in small."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1] / "experiments"


def script(folder: str) -> Iterator[ModuleType]:
    """The run.py of an experiment, whose neighbours it imports by name."""
    sys.path.insert(0, str(ROOT / folder))
    kept = {name: sys.modules.pop(name, None) for name in ("run", "measures")}
    try:
        import run  # type: ignore[import-not-found]

        yield run
    finally:
        sys.path.remove(str(ROOT / folder))
        for name, module in kept.items():
            sys.modules.pop(name, None)
            sys.modules.update({name: module} if module is not None else {})


@pytest.fixture
def governance() -> Iterator[ModuleType]:
    yield from script("governance")


@pytest.fixture
def claims() -> Iterator[ModuleType]:
    yield from script("claims")


@pytest.mark.parametrize(
    ("effect", "low", "high", "size", "expected", "verdict"),
    [
        (0.2, 0.1, 0.3, 0.5, "+", "as expected"),
        (0.2, 0.1, 0.3, 0.5, "-", "against"),
        (0.2, -0.1, 0.5, 0.5, "+", "not shown"),
        (0.2, 0.1, 0.3, 0.2, "+", "not shown"),
    ],
)
def test_a_setting_shows_by_its_interval_and_its_size(
    governance: ModuleType, effect: float, low: float, high: float, size: float, expected: str, verdict: str
) -> None:
    row = {"effect": effect, "low": low, "high": high, "in sd": size, "expected": expected}
    assert governance.verdict(row) == verdict


def test_every_setting_of_governance_has_its_expectations(governance: ModuleType) -> None:
    from advosim.scenario.schema import Governance

    tried = {name.split(".")[0] for name in governance.SETTINGS}
    # Details of elections, and the shutdown, which is a break and no level.
    beside = {"election_interval", "district_magnitude", "electoral_threshold", "list_method", "shutdown"}
    assert set(Governance.model_fields) - tried == beside and tried <= set(Governance.model_fields)


def test_a_setting_is_compared_low_and_high_in_small(governance: ModuleType) -> None:
    rows = governance.settings(2, 100, 1, "electoral_system")
    assert rows["measure"].tolist() == ["distance, taxes", "change, language", "distance"]
    assert (rows["effect"] - (rows["at high"] - rows["at low"])).abs().max() < 1e-12 and set(rows["pairs"]) == {2}


def test_shipped_scenarios_are_looked_at_in_small(governance: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governance.layers, "shipped", lambda: {"baseline": None, "recall": None})
    rows = governance.shipped(2, 100, 1)
    assert rows["scenario"].tolist() == ["baseline", "recall"] and rows["unchanged"].between(0, 1).all()


def test_a_table_that_is_run_again_says_its_own_size(
    governance: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as few:
        few.setattr(governance.layers, "shipped", lambda: {"baseline": None})
        governance.main(str(tmp_path), 2, 100, "shipped")
    told = json.loads((tmp_path / "manifest.json").read_text())
    assert told["tables"] == {"shipped": {"pairs": 2, "citizens": 100}} and list(told["files"]) == ["shipped.csv"]
    governance.main(str(tmp_path), 2, 100, "electoral_system")
    with pytest.raises(SystemExit, match="has other sizes"):
        governance.main(str(tmp_path), 3, 100, "electoral_system")


def test_a_claim_is_tried_in_small(claims: ModuleType) -> None:
    (claim,) = (each for each in claims.CLAIMS if each.text == "Association lends credibility")
    rows = list(claims.tried(claim, 2, 100))
    assert [row["outcome"] for row in rows] == [*claim.expected, "effort"]
    assert rows[0]["without"] != rows[0]["with"]
