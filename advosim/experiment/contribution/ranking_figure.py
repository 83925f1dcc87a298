"""The figure of contributions, for print: nothing is simulated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.figures.page import DPI, FAINT, INK, ISSUE_COLOURS, SMALL, TEXT, TITLE, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.experiment.contribution.ranking import Contribution

ROW, ABOVE, BELOW = 0.17, 0.85, 0.55
BAND = "#F5F5F5"
MOST = 40
"""Organisations that a page holds: the first and the last by rank."""
PANELS = (
    ("policy", "policy toward its\nposition (positions)", 1.0),
    ("opinion", "opinion toward its\nside (1/1000 position)", 1000.0),
    ("agenda", "attention to its issues\n(percentage points)", 100.0),
)
COLOURS = {"for": ISSUE_COLOURS[0], "against": "#D55E00"}
MARKS = {"for": "o", "against": "s"}


def ranked(contribution: Contribution) -> Figure:
    """A row for each organisation, the largest effect on policy first, with 95% intervals in three panels."""
    from matplotlib.figure import Figure

    table = _shown(contribution)
    names = list(dict.fromkeys(zip(table["polity"], table["organisation"], strict=True)))
    height = ABOVE + BELOW + ROW * len(names)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    several = table["polity"].nunique() > 1
    for number, (outcome, label, unit) in enumerate(PANELS):
        axes = figure.add_axes((0.27 + 0.245 * number, BELOW / height, 0.225, 1 - (ABOVE + BELOW) / height))
        _panel(axes, table[table["outcome"] == outcome], len(names), unit)
        axes.set_xlabel(label, fontsize=SMALL, color=INK)
        if number == 0:
            shown = [_name(*name, several) for name in names]
            axes.set_yticks(range(len(names)), shown, fontsize=SMALL, color=INK, parse_math=False)
    _head(figure, contribution, len(names), height)
    return figure


def _shown(contribution: Contribution) -> Any:
    table = contribution.table
    last = int(table["rank"].max())
    return table if last <= MOST else table[(table["rank"] <= MOST // 2) | (table["rank"] > last - MOST // 2)]


def _name(polity: str, organisation: str, several: bool) -> str:
    plain = f"{polity}: {organisation}" if several else organisation
    return plain.replace("_", " ")


def _panel(axes: Axes, table: Any, count: int, unit: float) -> None:
    axes.set_ylim(count - 0.5, -0.5)
    for y in range(0, count, 2):
        axes.axhspan(y - 0.5, y + 0.5, color=BAND, lw=0, zorder=0)
    axes.axvline(0, color=INK, lw=0.8, zorder=1)
    for y, row in enumerate(list[Any](table.itertuples())):
        colour, sure = COLOURS[row.side], row.low > 0 or row.high < 0
        axes.plot([row.low * unit, row.high * unit], [y, y], color=colour, lw=1.3, solid_capstyle="butt", zorder=2)
        fill = colour if sure else "white"
        axes.plot([row.effect * unit], [y], MARKS[row.side], ms=4, color=colour, mfc=fill, mew=1.0, zorder=3)
    axes.set_yticks([])
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)


def _head(figure: Figure, contribution: Contribution, count: int, height: float) -> None:
    from matplotlib.lines import Line2D

    title = f"{contribution.title}: what each organisation contributed"
    figure.text(0.02, 1 - 0.1 / height, title, fontsize=TITLE, weight="bold", va="top", color=INK, parse_math=False)
    said = f"{contribution.runs} pairs of runs with and without it; open marks: the interval contains 0"
    left = int(contribution.table["rank"].max()) - count
    said += f"; {left} in the middle are not shown" if left else ""
    figure.text(0.02, 1 - 0.34 / height, said, fontsize=TEXT, va="top", color=INK)
    present = [side for side in COLOURS if (contribution.table["side"] == side).any()]
    handles = [
        Line2D([], [], color=COLOURS[side], marker=MARKS[side], ms=4, lw=1.3, label=f"{side} reform")
        for side in present
    ]
    where: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (0.99, 1 - 0.5 / height), "ncols": 2}
    figure.legend(handles=handles, frameon=False, fontsize=SMALL, **where)
