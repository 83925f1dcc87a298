"""What stands in for the model where a sweep is put to the test; worker processes find these by name."""

from __future__ import annotations

import os
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from advosim import Scenario

FEW = """
scenario = "baseline"
[set]
"polity.home.citizens" = 50
"polity.home.districts" = 2
weeks = 4
[design]
kind = "factorial"
"""
"""The head of an experiment whose runs are short."""


def level(scenario: Scenario) -> float:
    return scenario.polity["home"].governance.repression


def quick(scenario: Scenario, seed: int) -> dict[str, float]:
    """Outcomes of no model."""
    return {"policy_at_end": level(scenario) + seed / 1000, "protest": 1 / seed}


def weekly(scenario: Scenario, seed: int) -> Any:
    """A record of no model, with a weekly table."""
    rows = np.zeros((3, 1, 1), [("policy", float), ("protest", float)])
    rows["policy"] = level(scenario) + seed * np.arange(1, 4).reshape(3, 1, 1)
    table = {"week": [1, 2, 3], "polity": "home", "issue": "climate", "policy": rows["policy"].ravel()}
    recorded = SimpleNamespace(weeks=rows, founding=SimpleNamespace(weeks=rows[0]))
    names = SimpleNamespace(polities=("home",), issues=("climate",))
    return SimpleNamespace(weeks=pd.DataFrame(table), recorded=recorded, names=names)


def slow(scenario: Scenario, seed: int) -> dict[str, float]:
    time.sleep(0.01)
    return quick(scenario, seed)


def raising(scenario: Scenario, seed: int) -> dict[str, float]:
    """One of a hundred seeds raises."""
    if seed % 100 == 7:
        raise ZeroDivisionError(f"seed {seed} goes wrong")
    return quick(scenario, seed)


def fails_at_seed_three(scenario: Scenario, seed: int) -> dict[str, float]:
    if seed == 3:
        raise ZeroDivisionError("the third")
    return quick(scenario, seed)


def dangerous(scenario: Scenario, seed: int) -> dict[str, float]:
    """One of a hundred seeds raises, one run of all kills its process."""
    if seed == 33 and level(scenario) > 0.8:
        os._exit(9)
    return raising(scenario, seed)


def dying_at_first(scenario: Scenario, seed: int) -> dict[str, float]:
    """Kills its process while a file is there, and takes the file away."""
    file = os.environ["ADVOSIM_TEST_FILE"]
    if seed == 5 and os.path.exists(file):
        os.remove(file)
        os._exit(9)
    return quick(scenario, seed)


def raising_while(scenario: Scenario, seed: int) -> dict[str, float]:
    """Raises while a file is there."""
    if seed == 5 and os.path.exists(os.environ["ADVOSIM_TEST_FILE"]):
        raise OSError("the file is there")
    return quick(scenario, seed)


def not_finite(scenario: Scenario, seed: int) -> dict[str, float]:
    return {"policy_at_end": float("nan"), "protest": 0.0}


def slowly(scenario: Scenario, seed: int) -> Any:
    """As `weekly`, but slow enough to be killed."""
    time.sleep(0.02)
    return weekly(scenario, seed)


def policy_slowly(record: Any) -> float:
    """An outcome that takes a while to be read off a run."""
    time.sleep(0.1)
    return float(record.recorded.weeks["policy"][-1, 0, 0])
