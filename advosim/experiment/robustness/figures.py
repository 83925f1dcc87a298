"""Figures of policies over futures, for print: nothing is simulated here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.robustness.found import Found
from advosim.figures.toolkit import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    SMALL,
    TEXT,
    WIDTH,
    bands,
    blank,
    frame,
    interval,
    note,
    plain,
    title,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POLICIES = 16
ROW = 0.2
DOMINATED = "#999999"


def all_of(found: Found) -> dict[str, Figure]:
    """Every figure of the analysis, by file name."""
    drawn = {"robustness": policies(found)}
    if len(found.aims) > 1:
        drawn["tradeoffs"] = scatter(found) if len(found.aims) == 2 else parallel(found)
    return drawn | ({"scores": scores(found)} if len(found.scores) else {})


# ---------------------------------------------------------------- policies


def policies(found: Found) -> Figure:
    """A row per policy, a pair of panels per outcome: what it brings over futures, and its greatest regret."""
    shown = _chosen(found)
    figure = blank(WIDTH, 1.0 + len(found.aims) * (0.75 + ROW * len(shown)))
    grid = figure.subplots(len(found.aims), 2, squeeze=False, width_ratios=(1.5, 1.0), sharey=True)
    for (left, right), outcome in zip(grid, found.aims, strict=True):
        _draw_futures(left, found, outcome, shown)
        _draw_regret(right, found, outcome, shown)
    title(figure, found.runs.experiment.title)
    left_out = len(found.policies) - len(shown)
    more = f"; {left_out} more policies in the tables" if left_out else ""
    seeds = found.runs.experiment.replicates.count
    sure = f"95% intervals over {seeds} seeds" if seeds > 1 else "of one seed: no interval can be told"
    note(
        figure,
        "Left: futures, the line 5 to 95% and the bar 25 to 75% of them, the mark their median; dotted: enough. "
        f"\nRight: {sure}; filled: the least{more}",
    )
    return figure


def _chosen(found: Found) -> list[int]:
    """Policies that are drawn: all, or those with the best ranks over all metrics."""
    ranks = found.judged.groupby("policy")["rank"].mean()
    best = sorted(range(len(found.policies)), key=lambda number: (ranks[number + 1], number))[:MOST_POLICIES]
    return sorted(best)


def _draw_futures(axes: Axes, found: Found, outcome: str, shown: list[int]) -> None:
    means, aim = found.means(outcome), found.aims[outcome]
    bands(axes, range(len(shown)))
    for y, policy in enumerate(shown):
        low, first, middle, third, high = np.quantile(means[policy], [0.05, 0.25, 0.5, 0.75, 0.95])
        axes.plot([low, high], [y, y], color=BLUE, lw=1.0, solid_capstyle="butt")
        axes.plot([first, third], [y, y], color=BLUE, lw=4.5, solid_capstyle="butt", alpha=0.45)
        axes.plot([middle], [y], "o", color=BLUE, ms=3.5)
    if aim.enough is not None:
        axes.axvline(aim.enough, color=INK, lw=0.9, ls=":")
    names = [f"{policy + 1}: {found.names[policy]}" for policy in shown]
    axes.set_yticks(range(len(shown)), [plain(name, 44) for name in names], fontsize=SMALL)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    frame(axes, plain(outcome), ticks=5)
    axes.xaxis.set_major_formatter(_number)
    axes.set_xlabel(f"over futures ({'high' if aim.high else 'low'} is wanted)", fontsize=TEXT, color=INK)


def _draw_regret(axes: Axes, found: Found, outcome: str, shown: list[int]) -> None:
    rows = found.judged[(found.judged["outcome"] == outcome) & (found.judged["metric"] == "max_regret")]
    by = {row["policy"]: row for row in rows.to_dict("records")}
    bands(axes, range(len(shown)))
    for y, policy in enumerate(shown):
        row: Any = by[policy + 1]
        low = row["low"] if math.isfinite(row["low"]) else row["value"]
        high = row["high"] if math.isfinite(row["high"]) else row["value"]
        interval(axes, y, (max(0.0, low), row["value"], high), sure=row["rank"] == 1, colour=ORANGE)
    most = max(axes.get_xlim()[1], 0.0) if (rows["value"] > 0).any() else 1.0
    axes.set_xlim(-0.03 * most, most)
    frame(axes, "greatest regret", ticks=5)
    axes.xaxis.set_major_formatter(_number)
    axes.set_xlabel("behind the best of the same future", fontsize=TEXT, color=INK)


def _number(value: float, _: Any) -> str:
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


# ---------------------------------------------------------------- trade-offs


def _marked(found: Found) -> list[tuple[int, bool]]:
    """Policies with those on the front last, so that they lie on top."""
    return sorted(((number, bool(on)) for number, on in enumerate(found.on_front)), key=lambda each: each[1])


def scatter(found: Found) -> Figure:
    """Two outcomes against each other, a dot per policy, the front in colour."""
    (first, across), (second, up) = found.aims.items()
    figure = blank(WIDTH * 0.75, WIDTH * 0.55)
    axes = figure.subplots()
    x, y = (found.means(name).mean(axis=1) for name in (first, second))
    for number, on in _marked(found):
        axes.plot([x[number]], [y[number]], "o", color=BLUE if on else DOMINATED, mfc=BLUE if on else "white", ms=5)
        if on:
            axes.annotate(
                str(number + 1), (x[number], y[number]), xytext=(5, 4), textcoords="offset points", fontsize=SMALL
            )
    axes.margins(0.1)
    frame(axes, grid="both", ticks=6)
    for label, name, aim in ((axes.set_xlabel, first, across), (axes.set_ylabel, second, up)):
        label(f"{plain(name)} ({'high' if aim.high else 'low'} is wanted)", fontsize=TEXT, color=INK)
    title(figure, found.runs.experiment.title)
    _front_note(figure)
    return figure


def parallel(found: Found) -> Figure:
    """An axis per outcome, up is better; a line per policy, the front in colour."""
    names = list(found.aims)
    means = np.column_stack([found.means(name).mean(axis=1) for name in names])
    signs = np.array([found.aims[name].sign for name in names])
    gains = means * signs
    low, high = gains.min(axis=0), gains.max(axis=0)
    heights = np.where(high > low, (gains - low) / np.where(high > low, high - low, 1.0), 0.5)
    # numbers of policies stand where lines lie farther apart
    right = len(set(heights[found.on_front, -1])) >= len(set(heights[found.on_front, 0]))
    end, place, side = (-1, len(names) - 0.96, "left") if right else (0, -0.04, "right")
    figure = blank(WIDTH, 3.4)
    axes = figure.subplots()
    for number, on in _marked(found):
        axes.plot(
            range(len(names)), heights[number], color=BLUE if on else FAINT, lw=1.4 if on else 0.8, marker="o", ms=3
        )
        if on:
            words = str(number + 1)
            axes.text(place, heights[number, end], words, fontsize=SMALL, va="center", ha=side, color=BLUE)
    for at in range(len(names)):
        axes.plot([at, at], [0, 1], color=INK, lw=0.7, zorder=0)
        for y, value in ((1.04, high[at] * signs[at]), (-0.04, low[at] * signs[at])):
            axes.text(at, y, f"{value:.3g}", ha="center", va="bottom" if y > 1 else "top", fontsize=SMALL, color=INK)
    axes.set_xticks(range(len(names)), [plain(name, 22) for name in names], fontsize=SMALL)
    axes.set_yticks([])
    axes.set_ylim(-0.16, 1.16)
    axes.set_xlim(-0.3, len(names) - 0.7)
    frame(axes, "up is better", grid="", bare=("left", "right", "top", "bottom"))
    title(figure, found.runs.experiment.title)
    _front_note(figure)
    return figure


def _front_note(figure: Figure) -> None:
    note(
        figure,
        "means over futures and seeds; blue, with numbers of policies: on the Pareto front,\n"
        "no other is as good in all outcomes and better in one",
    )


# ---------------------------------------------------------------- scores


def scores(found: Found) -> Figure:
    """How much each lever and unknown tells of each outcome."""
    outcomes, factors = list(found.runs.outcomes), list(found.runs.points.columns)
    table = found.scores.pivot(index="factor", columns="outcome", values="score").loc[factors, outcomes].to_numpy(float)
    order = np.argsort(-table.max(axis=1), kind="stable")[: 2 * MOST_POLICIES]
    figure = blank(max(3.4, min(WIDTH, 2.6 + 0.9 * len(outcomes))), 1.2 + 0.25 * len(order))
    axes = figure.subplots()
    mesh = axes.pcolormesh(table[order], cmap="Blues", vmin=0, vmax=max(0.5, float(table.max())))
    for (row, column), value in np.ndenumerate(table[order]):
        dark = sum(mesh.cmap(mesh.norm(value))[:3]) < 1.5
        axes.text(column + 0.5, row + 0.5, f"{value:.2f}", ha="center", va="center", fontsize=SMALL,
                  color="w" if dark else INK)  # fmt: skip
    levers = set(found.policies.columns)
    labels = [f"{found.runs.labels[factors[n]]}{' (lever)' if factors[n] in levers else ''}" for n in order]
    axes.set_yticks(np.arange(len(order)) + 0.5, labels, fontsize=SMALL)
    axes.set_xticks(np.arange(len(outcomes)) + 0.5, [plain(name, 18).replace(" ", "\n") for name in outcomes])
    axes.set_ylim(len(order), 0)
    frame(axes, grid="", bare=("left", "right", "top", "bottom"))
    axes.tick_params(length=0)
    note(figure, "how much each factor tells of an outcome, together 1 (extra trees)")
    return figure
