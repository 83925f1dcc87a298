"""Factors that set several paths, and designs whose points keep to constraints."""

from __future__ import annotations

from typing import Any

import pytest

from advosim.experiment.sweep import designs, load
from advosim.scenario.problems import InputError

LOWER, UPPER = "polity.home.governance.repression", "polity.home.governance.openness"
OTHER = "polity.home.governance.media_freedom"


def table(kind: str = "factorial", constraints: Any = (f"{LOWER} <= {UPPER}",), **factor: Any) -> dict[str, Any]:
    row = factor or ({"levels": [0.1, 0.5, 0.9]} if kind == "factorial" else {"range": [0.0, 1.0]})
    design = {"kind": kind} if kind == "factorial" else {"kind": kind, "n": 32}
    return {
        "title": "T", "scenario": "baseline", "design": design, "factor": {LOWER: row, UPPER: row},
        "outcome": {"policy": {"of": "policy", "issue": "all"}}, "constraints": list(constraints),
    }  # fmt: skip


def test_points_keep_to_constraints() -> None:
    points = designs.points(load.build(table()))
    assert len(points) == 6 and all(point[LOWER] <= point[UPPER] for point in points)
    drawn = designs.points(load.build(table("latin_hypercube")))
    assert len(drawn) == 32 and all(point[LOWER] <= point[UPPER] for point in drawn)


def test_a_factor_sets_several_paths() -> None:
    made = table(constraints=())
    made["factor"] = {LOWER: {"levels": [0.2, 0.7], "also": [OTHER]}, UPPER: {"levels": [0.2, 0.7]}}
    experiment = load.build(made)
    governance = experiment.at({LOWER: 0.2, UPPER: 0.7}).polity["home"].governance
    assert (governance.repression, governance.media_freedom, governance.openness) == (0.2, 0.2, 0.7)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (table(constraints=[f"{LOWER} <= {UPPER}x"]), "did you mean"),
        (table(constraints=["a < b"]), "is not understood"),
        (table("sobol"), "constraints do not go with a design of kind sobol"),
        (table(levels=[0.2], also=["polity.home.governance.opennes"]), "opennes"),
        (table(levels=[0.2], also=[OTHER]), "gets its value from two factors"),
    ],
)
def test_what_is_wrong_with_constraints_is_told(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load.build(wrong)


@pytest.mark.parametrize("kind", ["factorial", "latin_hypercube"])
def test_a_constraint_that_nothing_satisfies_is_refused(kind: str) -> None:
    made = table(kind)
    if kind == "factorial":
        made["factor"] = {LOWER: {"levels": [0.8, 0.9]}, UPPER: {"levels": [0.1, 0.2]}}
    else:
        made["factor"] = {LOWER: {"range": [0.6, 0.9]}, UPPER: {"range": [0.1, 0.2]}}
    with pytest.raises(InputError, match="no point satisfies the constraints"):
        load.build(made)
