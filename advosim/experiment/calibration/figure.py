"""The figure of a calibration: what remains of the prior, parameter by parameter and pair by pair, and the check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.calibration.fit import Calibration
from advosim.experiment.calibration.posterior import MIDDLE, Posterior
from advosim.experiment.calibration.prior import Between, Floats, quantiles
from advosim.figures.toolkit import BLUE, INK, RED, SMALL, TEXT, WIDTH, blank, frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

POSTERIOR, TARGET, PRIOR = BLUE, RED, "#999999"
MOST = 6
"""Parameters in the pair plot: those of which the targets say most."""
ACROSS = 3
"""Panels of the check side by side."""
BINS = 20
FINE = 200
"""Draws from which bins are half as wide."""
WORDS = {"rejection": "posterior", "history": "not ruled out", "optuna": "best trials"}


def figure(result: Calibration) -> Figure:
    """Parameters and their pairs over the prior's ranges; below, each target and what the fitted model gives."""
    shown = _shown(result.posterior)
    rows = math.ceil(len(result.targets) / ACROSS)
    heights = [max(1.9, min(6.5, 1.35 * len(shown) + 0.5)), 1.55 * rows + 0.55]
    drawn = blank(WIDTH, sum(heights))
    above, below = np.asarray(drawn.subfigures(2, 1, height_ratios=heights)).tolist()
    if result.posterior is None:
        above.text(0.5, 0.5, "nothing is left: no setting can give all targets together", ha="center", size=TEXT)
    else:
        _pairs(above, result.posterior, shown, WORDS[result.settings.method])
    _checks(below, result, rows)
    return drawn


def short_names(paths: Sequence[str]) -> list[str]:
    """The shortest ends of dotted paths that tell them apart; a mechanism's parameter says little without its name."""
    found = []
    for path in paths:
        parts = path.split(".")
        least = 2 if parts[0] == "mechanism" else 1
        ends = [".".join(parts[-n:]) for n in range(least, len(parts) + 1)]
        alone = (e for e in ends if sum(("." + other).endswith("." + e) for other in paths) == 1)
        found.append(next(alone, path).replace(".", " ").replace("_", " "))
    return found


# ---------------------------------------------------------------- parameters


def _shown(posterior: Posterior | None) -> list[int]:
    """Columns of the parameters to show, in their order."""
    if posterior is None:
        return []
    spread = [
        np.sqrt(np.average((u - np.average(u, weights=posterior.weights)) ** 2, weights=posterior.weights))
        for u in posterior.places.T
    ]
    return sorted(np.argsort(spread, kind="stable")[:MOST].tolist())


def _pairs(part: SubFigure, posterior: Posterior, shown: Sequence[int], word: str) -> None:
    axes = part.subplots(len(shown), len(shown), squeeze=False)
    names = short_names(posterior.prior.names)
    for i, row in enumerate(shown):
        for j, column in enumerate(shown):
            panel = axes[i, j]
            if j > i:
                panel.set_axis_off()
                continue
            frame(panel, grid="")
            if i == j:
                _marginal(panel, posterior, row, word)
            else:
                _pair(panel, posterior, column, row)
            last = i == len(shown) - 1
            _label(panel, posterior, column, names[column] if last else "", last)
        if i:
            axes[i, 0].set_ylabel(names[row], size=TEXT)
    key = axes[0, -1] if len(shown) > 1 else axes[0, 0]
    handles, labels = axes[0, 0].get_legend_handles_labels()
    if len(shown) > 1:
        key.legend(handles, labels, loc="upper right", frameon=False, fontsize=SMALL)
    else:
        part.legend(handles, labels, loc="outside right upper", frameon=False, fontsize=SMALL)


def _marginal(panel: Axes, posterior: Posterior, column: int, word: str) -> None:
    factor, values = list(posterior.prior.factors.values())[column], _values(posterior, column)
    low, high = _limits(posterior, column)
    edges = np.arange(low, high + 0.5) if factor.cells else np.linspace(low, high, BINS + 1)
    heights, _ = np.histogram(values, edges, weights=posterior.weights, density=True)
    panel.stairs(heights, edges, fill=True, color=POSTERIOR, alpha=0.55, lw=0, label=word)
    panel.plot([low, high], [1.0 / (high - low)] * 2, color=PRIOR, lw=1.2, label="prior")
    if isinstance(factor, Between):
        ends = quantiles(values, posterior.weights, MIDDLE)
        panel.plot(ends[[0, 2]], [0, 0], color=INK, lw=3, solid_capstyle="butt", clip_on=False, label="90% interval")
        panel.plot(ends[1], 0, "o", color="white", mec=INK, ms=3.5, mew=0.8, clip_on=False, label="median", zorder=5)
    panel.set_ylim(0, max(heights.max(), 1.0 / (high - low)) * 1.15)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)


def _pair(panel: Axes, posterior: Posterior, column: int, row: int) -> None:
    sizes = 6.0 * posterior.weights / posterior.weights.max()
    few = min(0.8, 0.15 + 60 / len(sizes))
    x, y = _spread(posterior, column), _spread(posterior, row)
    panel.scatter(x, y, s=sizes, color=POSTERIOR, alpha=few, lw=0, rasterized=True)
    panel.set_ylim(*_limits(posterior, row))
    if column:
        panel.tick_params(labelleft=False)
    _levels(panel.yaxis, posterior, row)


def _values(posterior: Posterior, column: int) -> Floats:
    """Of numbers their value, of levels their number."""
    factor, places = list(posterior.prior.factors.values())[column], posterior.places[:, column]
    if isinstance(factor, Between):
        return np.array([float(factor.value(u)) for u in places])
    return np.minimum(np.floor(places * factor.cells), factor.cells - 1)


def _spread(posterior: Posterior, column: int) -> Floats:
    """Values for a scatter plot: those of one cell beside each other, where they lie in it."""
    factor = list(posterior.prior.factors.values())[column]
    if not factor.cells:
        return _values(posterior, column)
    inside = (posterior.places[:, column] * factor.cells) % 1.0
    return _values(posterior, column) + 0.6 * (inside - 0.5)


def _limits(posterior: Posterior, column: int) -> tuple[float, float]:
    factor = list(posterior.prior.factors.values())[column]
    if isinstance(factor, Between):
        half = 0.5 if factor.whole else 0.0
        return factor.low - half, factor.high + half
    return -0.5, factor.cells - 0.5


def _label(panel: Axes, posterior: Posterior, column: int, name: str, last: bool) -> None:
    panel.set_xlim(*_limits(posterior, column))
    panel.set_xlabel(name, size=TEXT)
    panel.tick_params(labelbottom=last)
    _levels(panel.xaxis, posterior, column)


def _levels(axis: Any, posterior: Posterior, column: int) -> None:
    from matplotlib.ticker import MaxNLocator

    factor = list(posterior.prior.factors.values())[column]
    if isinstance(factor, Between):
        axis.set_major_locator(MaxNLocator(3, integer=factor.whole, min_n_ticks=2))
        return
    names = [
        str(level) if isinstance(level, str | int | float) else str(n + 1) for n, level in enumerate(factor.levels)
    ]
    axis.set_ticks(range(factor.cells), names)


# ---------------------------------------------------------------- check


def _checks(part: SubFigure, result: Calibration, rows: int) -> None:
    axes = part.subplots(rows, min(ACROSS, len(result.targets)), squeeze=False).reshape(-1)
    for panel in axes[len(result.targets) :]:
        panel.set_axis_off()
    word = f"{WORDS[result.settings.method]}, as it would be observed"
    for at, panel in enumerate(axes[: len(result.targets)]):
        frame(panel, grid="")
        _check(panel, result, at, word)
    handles, labels = axes[0].get_legend_handles_labels()
    part.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=SMALL)


def _check(panel: Axes, result: Calibration, at: int, word: str) -> None:
    from matplotlib.ticker import MaxNLocator

    target, values = result.targets[at], result.replicated[:, at]
    first = result.first[:, at]
    first = first[np.isfinite(first)]
    everything = [*values, *first, target.value - 2 * target.sd, target.value + 2 * target.sd]
    edges = np.linspace(min(everything), max(everything), (2 if len(values) >= FINE else 1) * BINS + 1)
    panel.axvspan(target.value - 1.645 * target.sd, target.value + 1.645 * target.sd, color=TARGET, alpha=0.15, lw=0)
    panel.axvline(target.value, color=TARGET, lw=1.2, label="target and its 90% interval")
    if len(values):
        panel.stairs(
            np.histogram(values, edges, density=True)[0], edges, fill=True, color=POSTERIOR, alpha=0.55, label=word
        )
    coarse = np.linspace(edges[0], edges[-1], BINS + 1)
    if len(first) and result.settings.method != "optuna":
        panel.stairs(np.histogram(first, coarse, density=True)[0], coarse, color=PRIOR, lw=1.0, label="prior")
    panel.xaxis.set_major_locator(MaxNLocator(4))
    panel.set_title(target.outcome.replace("_", " "), size=TEXT, loc="left", color=INK)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
