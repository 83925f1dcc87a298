"""The figure of contributions, for print: nothing is simulated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.figures.toolkit import BLUE, DPI, INK, RED, SMALL, TITLE, WIDTH, bands, frame, head, interval, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, ABOVE, BELOW = 0.17, 0.85, 0.55
MOST = 40
"""Organisations that a page holds: the first and the last by rank."""
PANELS = (
    ("policy", "policy toward its\nposition (positions)", 1.0),
    ("opinion", "opinion toward its\nside (1/1000 position)", 1000.0),
    ("agenda", "attention to its issues\n(percentage points)", 100.0),
)
COLOURS = {"for": BLUE, "against": RED}
MARKS = {"for": "o", "against": "s"}


def ranked(title: str, whole: Any, runs: int) -> Figure:
    """A row for each organisation, the largest effect on policy first, with 95% intervals in three panels.

    title: of the scenario; whole: see `Contribution.table`; runs: pairs behind each number.
    """
    from matplotlib.figure import Figure

    last = int(whole["rank"].max())
    table = whole if last <= MOST else whole[(whole["rank"] <= MOST // 2) | (whole["rank"] > last - MOST // 2)]
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
    said = f"{runs} pairs of runs with and without it; open marks: the interval contains 0"
    said += f"; {last - len(names)} in the middle are not shown" if last > len(names) else ""
    head(figure, wrap(f"{title}: what each organisation contributed", TITLE, 1, "bold"), [said])
    _key(figure, [side for side in COLOURS if (whole["side"] == side).any()])
    return figure


def _name(polity: str, organisation: str, several: bool) -> str:
    plain = f"{polity}: {organisation}" if several else organisation
    return plain.replace("_", " ")


def _panel(axes: Axes, table: Any, count: int, unit: float) -> None:
    axes.set_ylim(count - 0.5, -0.5)
    bands(axes, range(count))
    axes.axvline(0, color=INK, lw=0.8, zorder=1)
    for y, row in enumerate(list[Any](table.itertuples())):
        colour, sure = COLOURS[row.side], row.low > 0 or row.high < 0
        ends = (row.low * unit, row.effect * unit, row.high * unit)
        interval(axes, y, ends, sure=sure, colour=colour, mark=MARKS[row.side])
    axes.set_yticks([])
    frame(axes, bare=("left", "right", "top"), ticks=4)


def _key(figure: Figure, present: list[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=COLOURS[side], marker=MARKS[side], ms=4, lw=1.3, label=f"{side} reform")
        for side in present
    ]
    where: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (0.99, 1 - 0.5 / figure.get_figheight())}
    figure.legend(handles=handles, frameon=False, fontsize=SMALL, ncols=2, **where)
