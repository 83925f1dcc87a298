"""The figure of routes, for print: nothing is simulated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.figures.page import DPI, FAINT, INK, SMALL, TEXT, TITLE, WIDTH, plain, width_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.experiment.contribution.routes import Decomposition

ROW, ABOVE, BELOW, BETWEEN = 0.18, 0.8, 0.5, 0.3
BAR, TOTAL = "#0072B2", "#3B3B3B"
SHARE = 1.5
"""Inches for the shares at the right."""


def carried(found: Decomposition) -> Figure:
    """A bar for each route and issue: its Shapley value with the 95% interval, and its share of the total."""
    from matplotlib.figure import Figure

    groups = list(found.table.groupby(["polity", "issue"], sort=False))
    rows = len(found.players) + 1
    height = ABOVE + BELOW + len(groups) * (ROW * rows + BETWEEN)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    left = max(width_of(name, SMALL) for name in (*found.players, "total")) + 0.25
    low, high = min(0.0, float(found.table["low"].min())), max(0.0, float(found.table["high"].max()))
    room = max(high - low, 1e-6) * 0.05
    y, several = ABOVE, found.table["polity"].nunique() > 1
    for (polity, issue), table in groups:
        y += BETWEEN + ROW * rows
        box = (left / WIDTH, 1 - y / height, (WIDTH - left - SHARE) / WIDTH, ROW * rows / height)
        axes = figure.add_axes(box)
        axes.set_xlim(low - room, high + room)
        _bars(axes, list[Any](table.itertuples()))
        name = plain(f"{polity}: {issue}" if several else str(issue))
        axes.set_title(name, loc="left", y=1.0, size=TEXT, weight="bold", color=INK, pad=3, parse_math=False)
        axes.tick_params(axis="x", labelbottom=False)
    axes.tick_params(axis="x", labelbottom=True)
    axes.set_xlabel("policy moved (positions)", size=SMALL, color=INK)
    _head(figure, found, height)
    return figure


def _bars(axes: Axes, rows: list[Any]) -> None:
    axes.axvline(0, color=INK, lw=0.8, zorder=1)
    for y, row in enumerate(rows):
        colour = TOTAL if row.route == "total" else BAR
        sure = row.low > 0 or row.high < 0
        axes.barh(y, row.effect, 0.62, color=colour if sure else "white", edgecolor=colour, lw=0.8, zorder=2)
        axes.plot([row.low, row.high], [y, y], color=INK, lw=1.1, zorder=3, gid=f"interval/{row.route}")
        known = row.share == row.share and row.route != "total"
        share = f"{row.share:.0%} [{row.share_low:.0%}, {row.share_high:.0%}]" if known else ""
        axes.text(1.02, y, share, transform=axes.get_yaxis_transform(), size=SMALL, va="center", color=INK)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [row.route for row in rows])
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)


def _head(figure: Figure, found: Decomposition, height: float) -> None:
    title = f"{found.title}: through what did it work?"
    figure.text(0.02, 1 - 0.1 / height, title, size=TITLE, weight="bold", va="top", color=INK, parse_math=False)
    lines = [
        f"Shapley values of what {plain(found.who)} moved, {found.runs} paired seeds, with 95% bootstrap intervals.",
        "Open bars: the interval contains 0. At the right the share of the total, where there surely is one.",
    ]
    for number, line in enumerate(lines):
        where = 1 - (0.34 + 0.15 * number) / height
        figure.text(0.02, where, line, size=TEXT, va="top", color=INK, parse_math=False)
