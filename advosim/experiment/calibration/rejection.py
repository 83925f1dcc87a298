"""Approximate Bayesian computation by rejection, with local-linear regression adjustment.

Of a prior sample, keep those whose simulated observations come closest to the observed ones (Pritchard et al. 1999),
then move each along a regression to where it would lie had it hit them (Beaumont, Zhang & Balding 2002), on the logit
scale so that it stays within the prior's bounds (Blum & François 2010).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advosim.experiment.calibration.posterior import Posterior, noise_within, observed
from advosim.experiment.calibration.prior import Floats, Prior
from advosim.experiment.calibration.targets import Target

LEAST = 20
"""Thetas below which nothing can be said."""
FEWEST = 50
"""Samples that are kept at least, where there are as many: of fewer, the ends of an interval are luck."""
EDGE = 1e-9


def rejection(
    prior: Prior,
    targets: Sequence[Target],
    places: Floats,
    runs: Floats,
    *,
    accept: float = 0.1,
    adjust: bool = True,
    seed: int = 1,
) -> Posterior:
    """The posterior from places (n, d) of the prior and their runs (n, m, q); NaN thetas are left out.

    accept is the share of thetas that is kept, at least fifty of them. Without `adjust` they stay where they are and
    count alike.
    """
    whole = ~np.isnan(runs).any(axis=(1, 2))
    places, runs = places[whole], runs[whole]
    means, noise = runs.mean(axis=1), noise_of(prior, places, runs)
    seen = observed(means, runs.shape[1], noise, targets, seed)
    gaps = (seen - np.array([target.value for target in targets])) / spread(noise, targets)
    distance = np.sqrt(np.mean(gaps**2, axis=1))
    count = min(len(places), max(FEWEST, round(accept * len(places))))
    kept = np.argsort(distance, kind="stable")[:count]
    near, far = distance[kept], distance[kept[-1]]
    if not adjust or far == 0.0 or count <= len(targets) + 1:
        return Posterior(prior, places[kept], np.full(count, 1.0 / count), near)
    weights = 1.0 - (near / far) ** 2  # Epanechnikov's kernel
    chosen = weights > 0
    kept, weights, near = kept[chosen], weights[chosen], near[chosen]
    moved = _adjusted(prior, places[kept], gaps[kept], weights)
    return Posterior(prior, moved, weights / weights.sum(), near)


def spread(noise: Floats, targets: Sequence[Target]) -> Floats:
    """Standard deviation (q,) of an observation around the model's mean: noise between histories, and uncertainty."""
    sds, histories = (np.array(v) for v in zip(*((t.sd, t.histories) for t in targets), strict=True))
    total: Floats = np.sqrt(noise**2 / histories + sds**2)
    return total


def noise_of(prior: Prior, places: Floats, runs: Floats) -> Floats:
    """Standard deviation (q,) between histories: between seeds, or around a smooth surface where each theta has one."""
    if runs.shape[1] > 1:
        return noise_within(runs)
    from advosim.experiment.calibration.emulator import fitted

    return np.array([fitted(prior, places, column, None).residual for column in runs[:, 0, :].T])


def _adjusted(prior: Prior, places: Floats, gaps: Floats, weights: Floats) -> Floats:
    """Smooth parameters moved by the weighted regression of their logit on the gaps; the others stay."""
    u = np.clip(places, EDGE, 1.0 - EDGE)
    logits = np.log(u) - np.log1p(-u)
    design, root = np.column_stack([np.ones(len(gaps)), gaps]), np.sqrt(weights)[:, None]
    slopes = np.linalg.lstsq(design * root, logits * root, rcond=None)[0][1:]
    moved = 1.0 / (1.0 + np.exp(-(logits - gaps @ slopes)))
    kept: Floats = np.where(prior.smooth, np.clip(moved, EDGE, 1.0 - EDGE), places)
    return kept
