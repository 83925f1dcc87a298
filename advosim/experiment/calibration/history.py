"""History matching: rule out what cannot have given the data, wave after wave.

Where an emulator is sure that the model misses a target by more than three standard deviations, a place is ruled out
(Craig et al. 1997; Vernon, Goldstein & Bower 2010; for noise between histories Andrianakis et al. 2015). Three is
Pukelsheim's (1994) bound: at least 95% of any distribution with one peak lies within. What is left is not a posterior:
it says what may be, not how likely it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from advosim.experiment.calibration.emulator import Emulator, fitted
from advosim.experiment.calibration.posterior import Posterior, noise_within
from advosim.experiment.calibration.prior import Floats, Prior
from advosim.experiment.calibration.targets import Target

CUT = 3.0
POOL = 50_000
"""Places tried at a time."""
ROUNDS = 20
MARGIN = 0.05
"""By how much the box around what is left is widened, as a share of its sides."""

Evaluate = Callable[[str, Floats], Floats]
"""Runs (n, m, q) of places (n, d), in a stage of that name."""


@dataclass(frozen=True)
class Wave:
    """One round of runs and what it ruled out."""

    number: int
    runs: int
    """Thetas that were run."""
    share: float
    """0..1, of the prior's space that is not ruled out after it."""
    held: float
    """0..1, left-out runs within three standard deviations of the worst emulator."""


@dataclass
class Space:
    """The places that are not ruled out yet: a box in the unit cube, and the emulators of all waves."""

    prior: Prior
    targets: Sequence[Target]
    low: Floats
    high: Floats
    emulators: list[tuple[list[Emulator], Floats]] = field(default_factory=list)
    """Of each wave: one emulator per target, and the variance between histories (q,)."""
    share: float = 1.0

    def implausibility(self, places: Floats) -> Floats:
        """(n,): the largest over waves and targets of |z - E f| / sqrt(V_obs + V_emulator + V_stochastic + V_model)."""
        worst = np.zeros(len(places))
        for emulators, noise in self.emulators:
            for emulator, target, stochastic in zip(emulators, self.targets, noise, strict=True):
                mean, unsure = emulator.predict(places)
                total = unsure + target.sd**2 + stochastic / target.histories
                worst = np.maximum(worst, np.abs(target.value - mean) / np.sqrt(total))
        return worst

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """Up to n places that are not ruled out, evenly; fewer where little is left. Sets `share`."""
        found, tried = np.empty((0, len(self.low))), 0
        for _ in range(ROUNDS):
            places = self.low + (self.high - self.low) * rng.random((POOL, len(self.low)))
            kept = places[self.implausibility(places) <= CUT]
            found, tried = np.concatenate([found, kept]), tried + POOL
            if len(found) >= n:
                break
        self.share = float(np.prod(self.high - self.low)) * len(found) / tried
        return found[:n]

    def narrow(self, places: Floats) -> None:
        """Shrink the box to what is left, with a margin: later places are then found faster."""
        low, high = places.min(axis=0), places.max(axis=0)
        margin = MARGIN * (high - low)
        free = np.array([factor.cells == 0 for factor in self.prior.factors.values()])
        self.low = np.where(free, np.maximum(self.low, low - margin), self.low)
        self.high = np.where(free, np.minimum(self.high, high + margin), self.high)

    def inside(self, places: Floats) -> NDArray[np.bool_]:
        """Which places (n, d) lie in the box."""
        return np.asarray(((places >= self.low) & (places <= self.high)).all(axis=1))


@dataclass(frozen=True)
class Matched:
    """The waves, and what is left: nothing, if no setting of the model can give the data."""

    waves: list[Wave]
    space: Space
    left: Posterior | None


def match(
    prior: Prior,
    targets: Sequence[Target],
    evaluate: Evaluate,
    *,
    n: int = 200,
    waves: int = 3,
    draws: int = 1000,
    kind: str = "polynomial",
    seed: int = 1,
) -> Matched:
    """Run n thetas per wave, fit emulators, rule out; at last draw up to `draws` places that are left."""
    rng = np.random.default_rng([seed, 1])
    d = len(prior.names)
    space = Space(prior, targets, np.zeros(d), np.ones(d))
    done, all_places, all_runs = [], np.empty((0, d)), np.empty((0, 1, len(targets)))
    places = prior.draw(n, seed)
    for number in range(1, waves + 1):
        runs = evaluate(f"wave {number}", places)
        whole = ~np.isnan(runs).any(axis=(1, 2))
        all_places = np.concatenate([all_places, places[whole]])
        all_runs = np.concatenate([all_runs, runs[whole]]) if number > 1 else runs[whole]
        near = space.inside(all_places)
        held = _add(space, all_places[near], all_runs[near], kind)
        left = space.sample(max(n, draws), rng)
        done.append(Wave(number, len(places), space.share, held))
        if len(left) < 2:
            return Matched(done, space, None)
        space.narrow(left)
        places = left[:n]
    left = left[:draws]
    even = np.full(len(left), 1.0 / len(left))
    return Matched(done, space, Posterior(prior, left, even, space.implausibility(left)))


def _add(space: Space, places: Floats, runs: Floats, kind: str) -> float:
    """Emulators of a wave; returns the share of left-out runs that the worst of them holds."""
    noise, m = noise_within(runs), runs.shape[1]
    means = runs.mean(axis=1)
    emulators = []
    for column, target_noise in zip(means.T, noise, strict=True):
        known = None if m == 1 else float(target_noise) / m**0.5
        emulators.append(fitted(space.prior, places, column, known, kind))
    # With one seed per theta, noise and misfit of the surface cannot be told apart: all counts as noise.
    spread = noise if m > 1 else np.array([emulator.residual for emulator in emulators])
    space.emulators.append((emulators, spread**2))
    return min(emulator.held for emulator in emulators)
