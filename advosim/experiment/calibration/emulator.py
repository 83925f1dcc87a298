"""Cheap stand-ins for the model's mean outcome, with how unsure they are.

A polynomial of second degree (first, where runs are few) by least squares, or a Gaussian process by scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from advosim.experiment.calibration.prior import Between, Floats, OneOf, Prior
from advosim.scenario.problems import InputError, Problem

SPARE = 1.5
"""Runs per coefficient that a polynomial needs."""


class Emulator(Protocol):
    """A stand-in for one outcome."""

    @property
    def held(self) -> float:
        """Share of runs, each left out in turn, that lie within three standard deviations of its prediction."""
        ...

    @property
    def residual(self) -> float:
        """Standard deviation of runs around it."""
        ...

    def predict(self, places: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the model's mean at places (n, d): (n,), (n,)."""
        ...


def fitted(prior: Prior, places: Floats, means: Floats, noise: float | None, kind: str = "polynomial") -> Emulator:
    """An emulator of mean outcomes (n,) at places (n, d). noise is the sd of those means between seeds, where known."""
    if kind == "gaussian_process":
        return _process(prior, places, means)
    return _polynomial(prior, places, means, noise)


# ---------------------------------------------------------------- polynomial


@dataclass(frozen=True)
class Polynomial:
    """mean = X b; variance = s^2 x'(X'X)^-1 x + lack of fit, where s^2 is the residual variance."""

    prior: Prior
    second: bool
    coefficients: Floats
    inverse: Floats
    """(X'X)^-1"""
    residual: float
    lack: float
    """Variance of the surface's own misfit: the residual variance beyond the noise between seeds."""
    held: float

    def predict(self, places: Floats) -> tuple[Floats, Floats]:
        x = _terms(self.prior, places, self.second)
        around = np.einsum("ij,jk,ik->i", x, self.inverse, x)
        return x @ self.coefficients, self.residual**2 * around + self.lack


def _polynomial(prior: Prior, places: Floats, means: Floats, noise: float | None) -> Polynomial:
    second = len(means) >= SPARE * _terms(prior, places[:1], True).shape[1] + 2
    x = _terms(prior, places, second)
    free = len(means) - np.linalg.matrix_rank(x)
    if free < 2:
        raise InputError(Problem("n", None, f"{len(means)} runs are too few for {x.shape[1]} coefficients"))
    inverse = np.asarray(np.linalg.pinv(x.T @ x), dtype=np.float64)
    b = np.asarray(np.linalg.lstsq(x, means, rcond=None)[0], dtype=np.float64)
    errors = means - x @ b
    variance = float(errors @ errors / free)
    lack = 0.0 if noise is None else max(0.0, variance - noise**2)
    leverage = np.clip(np.einsum("ij,jk,ik->i", x, inverse, x), 0.0, 1.0 - 1e-9)
    left_out = errors / (1.0 - leverage)
    within = np.abs(left_out) <= 3.0 * np.sqrt(variance / (1.0 - leverage)) + 1e-12
    return Polynomial(prior, second, b, inverse, variance**0.5, lack, float(within.mean()))


def _terms(prior: Prior, places: Floats, second: bool) -> Floats:
    """1, numbers scaled to -1..1, their squares and products, and a mark for each level but the first."""
    factors, centred = list(prior.factors.values()), prior.centred(places)
    numbers = [2.0 * centred[:, i] - 1.0 for i, factor in enumerate(factors) if isinstance(factor, Between)]
    columns = [np.ones(len(places)), *numbers]
    if second:
        columns += [numbers[i] * numbers[j] for i in range(len(numbers)) for j in range(i, len(numbers))]
    for i, factor in enumerate(factors):
        if isinstance(factor, OneOf):
            cell = np.floor(centred[:, i] * factor.cells)
            columns += [(cell == level).astype(float) for level in range(1, factor.cells)]
    return np.column_stack(columns)


# ---------------------------------------------------------------- Gaussian process


@dataclass(frozen=True)
class Process:
    """A Gaussian process with a squared-exponential kernel, one length per parameter, and white noise."""

    prior: Prior
    model: Any
    centre: float
    scale: float
    white: float
    """Variance of the noise in scaled units."""
    held: float

    @property
    def residual(self) -> float:
        return float(np.sqrt(self.white) * self.scale)

    def predict(self, places: Floats) -> tuple[Floats, Floats]:
        mean, sd = self.model.predict(_inputs(self.prior, places), return_std=True)
        variance = np.maximum(sd**2 - self.white, 0.0)
        return self.centre + self.scale * mean, self.scale**2 * variance


def _process(prior: Prior, places: Floats, means: Floats) -> Process:
    try:
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    except ImportError:
        text = "the emulator 'gaussian_process' needs scikit-learn, which is not installed"
        raise InputError(Problem("emulator", None, text, hint="pip install 'advosim[discovery]'")) from None
    x, centre, scale = _inputs(prior, places), float(means.mean()), float(means.std()) or 1.0
    kernel = ConstantKernel(1.0, (1e-3, 1e3)) * RBF(np.full(x.shape[1], 1.0), (0.05, 50.0))
    model = GaussianProcessRegressor(kernel + WhiteKernel(0.1, (1e-8, 10.0)), alpha=1e-10, random_state=0)
    y = (means - centre) / scale
    _quietly(model.fit, x, y)
    # Leave-one-out in closed form: Rasmussen & Williams 2006, equations 5.10 to 5.12.
    inverse = np.linalg.inv(model.kernel_(x) + 1e-10 * np.eye(len(x)))
    left_out = (inverse @ y) / np.sqrt(np.diag(inverse))
    held = float(np.mean(np.abs(left_out) <= 3.0))
    return Process(prior, model, centre, scale, float(model.kernel_.k2.noise_level), held)


def _quietly(fit: Any, x: Floats, y: Floats) -> None:
    """Fit without warnings of lengths at their bounds, where those of parameters without effect belong."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit(x, y)


def _inputs(prior: Prior, places: Floats) -> Floats:
    """Numbers scaled to -1..1 and a mark for each level but the first."""
    return _terms(prior, places, False)[:, 1:]
