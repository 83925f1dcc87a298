"""The figure of routes, for print: nothing is simulated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.figures.toolkit import BLUE, DPI, INK, SMALL, TEXT, TITLE, WIDTH, frame, head, plain, width_of, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, ABOVE, BELOW, BETWEEN = 0.18, 0.8, 0.5, 0.3
TOTAL = "#3B3B3B"
SHARE = 1.5
"""Inches for the shares at the right."""


def carried(title: str, who: str, whole: Any, runs: int) -> Figure:
    """A bar for each route and issue: its Shapley value with the 95% interval, and its share of the total.

    title: of the scenario; who: whose doing it is; whole: see `Decomposition.table`; runs: pairs behind each number.
    """
    from matplotlib.figure import Figure

    groups = list(whole.groupby(["polity", "issue"], sort=False))
    names = list(dict.fromkeys(whole["route"]))
    rows = len(names)
    height = ABOVE + BELOW + len(groups) * (ROW * rows + BETWEEN)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    left = max(width_of(name, SMALL) for name in names) + 0.25
    low, high = min(0.0, float(whole["low"].min())), max(0.0, float(whole["high"].max()))
    room = max(high - low, 1e-6) * 0.05
    y, several = ABOVE, whole["polity"].nunique() > 1
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
    lines = [
        f"Shapley values of what {plain(who)} moved, {runs} paired seeds, with 95% bootstrap intervals.",
        "Open bars: the interval contains 0. At the right the share of the total, where there surely is one.",
    ]
    head(figure, wrap(f"{title}: through what did it work?", TITLE, 1, "bold"), lines)
    return figure


def _bars(axes: Axes, rows: list[Any]) -> None:
    axes.axvline(0, color=INK, lw=0.8, zorder=1)
    for y, row in enumerate(rows):
        colour = TOTAL if row.route == "total" else BLUE
        sure = row.low > 0 or row.high < 0
        axes.barh(y, row.effect, 0.62, color=colour if sure else "white", edgecolor=colour, lw=0.8, zorder=2)
        axes.plot([row.low, row.high], [y, y], color=INK, lw=1.1, zorder=3, gid=f"interval/{row.route}")
        known = row.share == row.share and row.route != "total"
        if row.low == row.effect == row.high == 0.0:
            axes.text(0.0, y, " in no run", size=SMALL, va="center", color=INK)
        share = f"{row.share:.0%} [{row.share_low:.0%}, {row.share_high:.0%}]" if known else ""
        axes.text(1.02, y, share, transform=axes.get_yaxis_transform(), size=SMALL, va="center", color=INK)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [row.route for row in rows])
    frame(axes, bare=("left", "right", "top"))
    axes.tick_params(axis="y", length=0)
