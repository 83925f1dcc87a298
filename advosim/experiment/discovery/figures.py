"""Figures of discovered boxes and trees, for print: nothing is simulated here."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.discovery.found import Found, Node
from advosim.experiment.sensitivity import surfaces
from advosim.figures.toolkit import BLUE, FAINT, INK, ORANGE, SMALL, TEXT, WIDTH, blank, frame, note, panels, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DOTS = 2000
MOST_CURVES = 9


def all_of(found: Found) -> dict[str, Figure]:
    """Every figure of a discovery, by file name."""
    names = list(found.runs.points.columns)[:MOST_CURVES]
    lines = [surfaces.curve(found.runs, found.outcome, name) for name in names]
    drawn = {"curves": surfaces.curves(lines)}
    drawn |= {} if found.tree is None else {"tree": tree(found, found.tree)}
    return drawn | ({"boxes": boxes(found)} if found.boxes else {})


def boxes(found: Found) -> Figure:
    """The first box: its limits with what resamples give, the peeling, and the runs over its two main factors."""
    figure = blank(WIDTH, 3.4)
    limits, right = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
    _draw_limits(limits, found)
    restricted = [name for name in found.boxes[0].limits if name not in found.factors.texts]
    if len(restricted) >= 2:
        _draw_runs(right, found, restricted)
    else:
        _draw_peeling(right, found)
    box = found.boxes[0]
    said = f"density {box.density:.0%}, coverage {box.coverage:.0%}; all runs {found.of_interest.mean():.0%}"
    title(figure, f"{found.condition.replace('_', ' ')}: {said}")
    return figure


def _draw_limits(axes: Axes, found: Found) -> None:
    rows = [row for row in found.table.to_dict("records") if row["box"] == 1]
    rows.sort(key=lambda row: (row["quasi_p"], -row["restricted_again"]))
    for y, row in enumerate(rows):
        axes.plot([0, 1], [y, y], color=FAINT, lw=7, solid_capstyle="butt")
        if row["values"]:
            axes.text(0.5, y, row["values"], ha="center", va="center", fontsize=SMALL, color=BLUE, parse_math=False)
        else:
            _draw_interval(axes, found, row, y)
    labels = [f"{found.runs.labels[row['factor']]}\n{row['restricted_again']:.0%} of resamples" for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=SMALL)
    axes.set_ylim(max(len(rows), 3) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.5, 1], ["least", "", "greatest"])
    frame(axes, "Box 1", ticks=6)
    axes.set_xlabel("value of the factor in the experiment", fontsize=TEXT, color=INK)


def _draw_interval(axes: Axes, found: Found, row: Any, y: int) -> None:
    least, greatest = found.factors.whole[found.factors.names.index(row["factor"])]

    def place(value: float) -> float:
        return (value - least) / (greatest - least) if greatest > least else 0.5

    low, high = place(row["low"]), place(row["high"])
    axes.plot([low, high], [y, y], color=BLUE, lw=7, solid_capstyle="butt")
    for end, value in (("low", row["low"]), ("high", row["high"])):
        at = place(value)
        if 0 < at < 1:
            ends = [place(row[f"{end}_from"]), place(row[f"{end}_to"])]
            axes.plot(ends, [y, y], color=INK, lw=1.0)
            axes.text(at, y - 0.13, f"{value:.3g}", ha="center", va="bottom", fontsize=SMALL, color=INK)


def _draw_runs(axes: Axes, found: Found, restricted: list[str]) -> None:
    """Runs of interest as dots, others as rings, the box as a frame."""
    from matplotlib.patches import Rectangle

    box, names = found.boxes[0], found.factors.names
    first, second = sorted(restricted, key=lambda name: box.quasi_p[name])[:2]
    x, y = found.factors.x[:, names.index(first)], found.factors.x[:, names.index(second)]
    shown = np.random.default_rng(0).permutation(len(x))[:MOST_DOTS]
    for wanted, style in ((False, {"mfc": "none", "color": "#999999"}), (True, {"color": BLUE})):
        these = shown[found.of_interest[shown] == wanted]
        axes.plot(x[these], y[these], "o", ms=2.2, mew=0.5, alpha=0.7, **style)  # type: ignore[arg-type]
    (left, right), (low, high) = box.limits[first], box.limits[second]
    edge = Rectangle((left, low), right - left, high - low, fill=False, ec=ORANGE, lw=1.8, zorder=4)
    axes.add_patch(edge)
    frame(axes, "Runs (filled: of interest) and box", "both", ticks=6)
    axes.set_xlabel(found.runs.labels[first], fontsize=TEXT, color=INK)
    axes.set_ylabel(found.runs.labels[second], fontsize=TEXT, color=INK)


def _draw_peeling(axes: Axes, found: Found) -> None:
    box = found.boxes[0]
    coverage, density, _ = zip(*box.trajectory, strict=True)
    axes.plot(coverage, density, "o-", color=BLUE, ms=2.5, lw=0.8)
    axes.plot([box.coverage], [box.density], "o", color=ORANGE, ms=6)
    frame(axes, "Peeling, and the box that was chosen", "both", ticks=6)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("coverage", fontsize=TEXT, color=INK)
    axes.set_ylabel("density", fontsize=TEXT, color=INK)


# ---------------------------------------------------------------- tree


def tree(found: Found, root: Node) -> Figure:
    """The tree from left to right: yes up, no down; the bar in a node is the share of interest."""
    leaves = _leaves(root)
    figure, (axes,) = panels(1, 1, 0.9 + 0.45 * leaves)
    figure.set_size_inches(WIDTH, 0.9 + 0.45 * leaves)
    axes.set_axis_off()
    depth = _depth(root)
    axes.set_xlim(-0.05, depth + 0.95)
    axes.set_ylim(leaves - 0.4, -0.6)
    _draw_node(axes, root, 0, 0.0)
    title(figure, f"{found.condition.replace('_', ' ')}: share of runs")
    note(figure, found.judged[0].upper() + found.judged[1:])
    return figure


def _leaves(node: Node) -> int:
    return 1 if node.yes is None or node.no is None else _leaves(node.yes) + _leaves(node.no)


def _depth(node: Node) -> int:
    return 0 if node.yes is None or node.no is None else 1 + max(_depth(node.yes), _depth(node.no))


def _draw_node(axes: Axes, node: Node, depth: int, top: float) -> float:
    """Draw a node and all below it, the leaves from `top` down; returns the node's height."""
    if node.yes is None or node.no is None:
        _draw_share(axes, node, depth, top)
        return top
    above = _draw_node(axes, node.yes, depth + 1, top)
    under = _draw_node(axes, node.no, depth + 1, top + _leaves(node.yes))
    y = (above + under) / 2
    for at, word in ((above, "yes"), (under, "no")):
        axes.plot([depth + 0.66, depth + 0.8, depth + 0.98], [y, at, at], color="#888888", lw=0.9, zorder=1)
        axes.text(depth + 0.84, at - 0.06, word, fontsize=SMALL - 1, color="#555555", ha="left", va="bottom")
    _draw_share(axes, node, depth, y)
    return y


def _draw_share(axes: Axes, node: Node, depth: int, y: float) -> None:
    left, width = depth + 0.0, 0.62
    axes.barh([y + 0.16], [width], 0.14, left=left, color=FAINT, zorder=2)
    axes.barh([y + 0.16], [width * node.share], 0.14, left=left, color=BLUE, zorder=3)
    said = f"{node.share:.0%} of {node.runs:,}"
    text = textwrap.fill(f"{node.rule}?", 22) if node.rule else said
    axes.text(left, y + 0.02, text, fontsize=SMALL, color=INK, va="bottom", parse_math=False)
    if node.rule:
        axes.text(left, y + 0.26, said, fontsize=SMALL - 1, color="#555555", va="top", parse_math=False)
