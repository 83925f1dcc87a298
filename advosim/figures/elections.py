"""The figure of elections, for print: seats, who governs, how disproportional. Nothing is simulated here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from advosim.figures.page import Page, foot_height, head_columns, mark_time, of_one, page_of_one, prepare, sheet
from advosim.figures.toolkit import INK, MARGIN, TEXT, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run

PARTY_COLOURS = (
    "#B8460E", "#8FC1E3", "#117733", "#F0C75E", "#332288", "#E7A6C8", "#882255", "#A8D8B9", "#08306B", "#8A6D1D",
    "#C9B8E8", "#6E6E6E",
)  # fmt: skip
"""Dark and light in turn, so that neighbours differ in grey as well."""
INCHES = 4.4


def elections(record: Run, polity: str | None = None) -> Figure:
    """Seats by party over time, who governs, the Gallagher index and votes behind the government.

    Of one polity: the one named, else the first that has elections. Raises ValueError where there are none.
    """
    from matplotlib.patches import Patch

    page = page_of_one(record, "elections", polity)
    counts = record.elections[record.elections["polity"] == page.polities[0]]
    parties = list(dict.fromkeys(counts["party"]))
    colours = {party: PARTY_COLOURS[number % len(PARTY_COLOURS)] for number, party in enumerate(parties)}
    reading = (
        "Each block is a parliament, from its election to the next, and the narrow column at its left the votes that "
        "made it. The first was found by a count of the first week."
    )
    key = [Patch(color=colour, label=plain(party, 30)) for party, colour in colours.items()]
    figure, top = sheet(page, of_one(page, "Elections"), reading, INCHES + 0.2 * len(parties), key)
    _lay_out(figure, page, top)
    grid = figure.subplots(4, 1, squeeze=False, sharex="all", height_ratios=[3.2, 0.5 + 0.28 * len(parties), 1.1, 1.1])
    drawn = (
        ("Votes (narrow) and seats (wide), in %", _seats),
        ("In government", _governments),
        ("Gallagher index (0: seats in proportion to votes)", _index),
        ("Votes behind the government (%)", _backing),
    )
    for number, (row, (title, draw)) in enumerate(zip(grid, drawn, strict=True)):
        prepare(row[0], page, page.polities[0])
        draw(row[0], counts, colours, page.last)
        lift = 13 if number == 0 and page.reforms else 3
        row[0].set_title(title, loc="left", size=TEXT, weight="bold", color=INK, pad=lift)
    mark_time(grid[-1], page)
    head_columns(grid[0], page)
    return figure


def _spells(counts: pd.DataFrame, last: int) -> list[tuple[float, float, pd.DataFrame]]:
    """From when to when a parliament sat, and its rows."""
    weeks = sorted(set(counts["week"]))
    ends = [*weeks[1:], last + 1]
    return [(a - 0.5, b - 0.5, counts[counts["week"] == a]) for a, b in zip(weeks, ends, strict=True)]


def _seats(axes: Axes, counts: pd.DataFrame, colours: dict[str, str], last: int) -> None:
    for start, end, rows in _spells(counts, last):
        narrow = min(0.035 * last, 0.25 * (end - start))
        _column(axes, rows, colours, "vote_share", start, 0.8 * narrow)
        _column(axes, rows, colours, "seat_share", start + narrow, end - start - narrow)
    axes.axhline(50, color=INK, lw=0.7, ls=(0, (2, 2)))
    axes.set_ylim(0, 102)
    axes.set_yticks([0, 50, 100])


def _column(axes: Axes, rows: pd.DataFrame, colours: dict[str, str], what: str, start: float, width: float) -> None:
    level = 0.0
    for party, week, share in zip(rows["party"], rows["week"], rows[what], strict=True):
        (bar,) = axes.bar(start, 100 * share, width, level, align="edge", color=colours[party], lw=0.4, ec="white")
        bar.set_gid(f"{what}/{party}/{week}")
        level += 100 * share


def _governments(axes: Axes, counts: pd.DataFrame, colours: dict[str, str], last: int) -> None:
    for start, end, rows in _spells(counts, last):
        for row in list[Any](rows[rows["in_government"].astype(bool)].itertuples()):
            at = list(colours).index(row.party)
            axes.barh(at, end - start, 0.75, start, color=colours[row.party], gid=f"governs/{row.party}/{row.week}")
    axes.set_ylim(len(colours) - 0.45, -0.55)
    axes.set_yticks(range(len(colours)), [plain(party, 18) for party in colours])


def _index(axes: Axes, counts: pd.DataFrame, colours: dict[str, str], last: int) -> None:
    spells = [(start, end, float(rows["gallagher"].iloc[0])) for start, end, rows in _spells(counts, last)]
    _steps(axes, spells, "gallagher")
    axes.set_ylim(0, max(10.0, 1.15 * max(value for _, _, value in spells)))


def _backing(axes: Axes, counts: pd.DataFrame, colours: dict[str, str], last: int) -> None:
    spells = [
        (start, end, 100 * float(rows.loc[rows["in_government"].astype(bool), "vote_share"].sum()))
        for start, end, rows in _spells(counts, last)
    ]
    _steps(axes, spells, "backing")
    axes.axhline(50, color=INK, lw=0.7, ls=(0, (2, 2)))
    axes.set_ylim(0, 102)
    axes.set_yticks([0, 50, 100])


def _steps(axes: Axes, spells: Sequence[tuple[float, float, float]], gid: str) -> None:
    edges = [spells[0][0], *(end for _, end, _ in spells)]
    axes.stairs([value for _, _, value in spells], edges, baseline=None, color=INK, lw=1.4, gid=gid)


def _lay_out(figure: Figure, page: Page, top: float) -> None:
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    tall, bottom = figure.get_figheight(), foot_height(page)
    room = (MARGIN, bottom / tall, 1 - 2 * MARGIN, 1 - (top + bottom) / tall)
    figure.set_layout_engine(ConstrainedLayoutEngine(rect=room, h_pad=0.02, w_pad=0.03, hspace=0.0, wspace=0.0))
