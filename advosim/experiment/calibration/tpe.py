"""Optimisation by optuna's tree-structured Parzen estimator: fast to a good setting, silent on how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from advosim.experiment.calibration.posterior import Posterior
from advosim.experiment.calibration.prior import Floats, OneOf, Prior
from advosim.experiment.calibration.targets import Target
from advosim.scenario.problems import InputError, Problem

BATCH = 8
"""Trials asked for together, so that processes have work; the same for any number of them, and so are the trials."""

Evaluate = Callable[[str, Floats], Floats]


def require() -> Any:
    """optuna. Raises InputError where it is not installed."""
    try:
        import optuna
    except ImportError:
        text = "the method 'optuna' needs optuna, which is not installed"
        raise InputError(Problem("method", None, text, hint="pip install 'advosim[calibration]'")) from None
    return optuna


def optimise(
    prior: Prior, targets: Sequence[Target], evaluate: Evaluate, *, n: int = 200, accept: float = 0.1, seed: int = 1
) -> Posterior:
    """The best share `accept` of n trials, all with the same weight: good settings, not draws from a posterior."""
    optuna = require()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    value, sd = (np.array(column) for column in zip(*((t.value, t.sd) for t in targets), strict=True))
    places, distances = np.empty((0, len(prior.names))), np.empty(0)
    for first in range(0, n, BATCH):
        trials = [study.ask() for _ in range(min(BATCH, n - first))]
        asked = np.array([[_place(trial, name, prior) for name in prior.names] for trial in trials])
        means = evaluate(f"trials {first // BATCH + 1:03d}", asked).mean(axis=1)
        found = np.sqrt(np.mean(((means - value) / sd) ** 2, axis=1))
        for trial, distance in zip(trials, found, strict=True):
            lost = bool(np.isnan(distance))
            study.tell(trial, None if lost else distance, state=optuna.trial.TrialState.FAIL if lost else None)
        places, distances = np.concatenate([places, asked]), np.concatenate([distances, found])
    best = np.argsort(distances, kind="stable")[: max(1, round(accept * np.isfinite(distances).sum()))]
    return Posterior(prior, places[best], np.full(len(best), 1.0 / len(best)), distances[best])


def _place(trial: Any, name: str, prior: Prior) -> float:
    factor = prior.factors[name]
    if not factor.cells:
        return float(trial.suggest_float(name, 0.0, 1.0))
    if isinstance(factor, OneOf):
        return (trial.suggest_categorical(name, list(range(factor.cells))) + 0.5) / factor.cells
    return (trial.suggest_int(name, 0, factor.cells - 1) + 0.5) / factor.cells
