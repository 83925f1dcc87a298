"""The figure of elections, for print: seats, who governs, how disproportional. Nothing is simulated here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from advosim.figures import (
    DPI,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    Page,
    foot,
    foot_height,
    head_columns,
    mark_time,
    page_of,
    plain,
    prepare,
    width_of,
    wrap,
    write,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.tables import Run

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
    homes = list(dict.fromkeys(record.elections["polity"]))
    if not homes or (polity is not None and polity not in homes):
        where = f"in '{polity}'" if polity is not None else "in this record"
        raise ValueError(f"no elections {where}" + (f" ({', '.join(map(str, homes))})" if homes else ""))
    page = page_of(record, str(homes[0]) if polity is None else polity)
    counts = record.elections[record.elections["polity"] == page.polities[0]]
    parties = list(dict.fromkeys(counts["party"]))
    colours = {party: PARTY_COLOURS[number % len(PARTY_COLOURS)] for number, party in enumerate(parties)}
    figure, top = _sheet(page, colours)
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


# ---------------------------------------------------------------- the sheet


def _sheet(page: Page, colours: dict[str, str]) -> tuple[Figure, float]:
    """A page with title, how to read it, the colours of parties and the foot; and where its panels begin, in inches."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    scenario = page.record.scenario
    name = f"Elections in {plain(page.polities[0])}" if len(scenario.polity) > 1 else "Elections"
    title = wrap(f"{name}: {scenario.title}", TITLE, 2, "bold")
    reading = (
        "Each block is a parliament, from its election to the next, and the narrow column at its left the votes that "
        "made it. The first was found by a count of the first week."
    )
    lines = wrap(reading, TEXT, 3)
    widest = max(width_of(plain(party, 30), SMALL) for party in colours) + 0.45
    across = max(1, min(len(colours), int(WIDTH * (1 - 2 * MARGIN) / widest)))
    down = -(-len(colours) // across)
    above = 0.16 + (len(title) * TITLE + len(lines) * TEXT) * 1.3 / 72 + 0.16 * down
    figure = Figure(figsize=(WIDTH, above + INCHES + 0.2 * len(colours) + foot_height(page)), dpi=DPI)
    y = write(figure, title, 0.1, TITLE, weight="bold")
    y = write(figure, lines, y, TEXT, color="#444444")
    handles = [Patch(color=colour, label=plain(party, 30)) for party, colour in colours.items()]
    legend = figure.legend(
        handles=[handle for column in range(across) for handle in handles[column::across]], loc="upper left",
        bbox_to_anchor=(MARGIN, 1 - (y + 0.03) / figure.get_figheight()), ncols=across, frameon=False, fontsize=SMALL,
        borderpad=0.0, borderaxespad=0.0, handlelength=1.3, handletextpad=0.5, columnspacing=1.3, labelspacing=0.4,
    )  # fmt: skip
    legend.set_in_layout(False)
    foot(figure, page)
    return figure, above


def _lay_out(figure: Figure, page: Page, top: float) -> None:
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    tall, bottom = figure.get_figheight(), foot_height(page)
    room = (MARGIN, bottom / tall, 1 - 2 * MARGIN, 1 - (top + bottom) / tall)
    figure.set_layout_engine(ConstrainedLayoutEngine(rect=room, h_pad=0.02, w_pad=0.03, hspace=0.0, wspace=0.0))
