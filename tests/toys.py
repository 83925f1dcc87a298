"""What is calibrated in place of the model; worker processes find it by name, and load little else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from advosim.experiment.calibration.fit import Settings
from advosim.experiment.calibration.fit import fit as fit
from advosim.experiment.calibration.prior import Between, Prior
from advosim.experiment.calibration.targets import Target

PRIOR = Prior({"a": Between(0.0, 2.0), "b": Between(-1.0, 1.0)})
NOISE, UNCERTAINTY = 0.2, 0.1


def toy(theta: dict[str, Any], seed: int) -> dict[str, float]:
    """Three outcomes of two parameters, bent, correlated and noisy."""
    a, b = theta["a"], theta["b"]
    noise = NOISE * np.random.default_rng(seed).standard_normal(3)
    return {"x": a + 0.5 * b + noise[0], "y": float(np.exp(b)) + noise[1], "z": a * b + noise[2]}


def seen(number: int) -> tuple[dict[str, float], list[Target]]:
    """A world with settings of its own, and what is observed of one history of it."""
    rng = np.random.default_rng([7, number])
    truth = {"a": float(rng.uniform(0.2, 1.8)), "b": float(rng.uniform(-0.8, 0.8))}
    values = toy(truth, 10**9 + number)
    return truth, [Target(k, v + UNCERTAINTY * float(rng.standard_normal()), UNCERTAINTY) for k, v in values.items()]


@dataclass
class Slow:
    """A simulator that takes a while, and notes each call in a file."""

    notes: Path
    seconds: float = 0.0

    def __call__(self, theta: dict[str, Any], seed: int) -> dict[str, float]:
        time.sleep(self.seconds)
        with self.notes.open("a", encoding="utf-8") as file:
            file.write(f"{seed}\n")
        return toy(theta, seed)


@dataclass
class Fragile:
    """A simulator that raises for some seeds and takes its process down for others."""

    raising: tuple[int, ...] = ()
    killing: tuple[int, ...] = ()

    def __call__(self, theta: dict[str, Any], seed: int) -> dict[str, float]:
        if seed in self.killing:
            os._exit(3)
        if seed in self.raising:
            raise ZeroDivisionError(f"seed {seed}")
        return toy(theta, seed)


SMALL = Settings(n=200, seeds=1, draws=40)
