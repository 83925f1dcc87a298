"""Figures of courses and of events by year, with bands over seeds: nothing is simulated here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.compare.courses import ALL_ISSUES, YEAR, Courses
from advosim.figures.toolkit import (
    INK,
    ISSUE_COLOURS,
    KEY,
    MARGIN,
    SMALL,
    TITLE,
    WIDTH,
    blank,
    frame,
    head,
    plain,
    width_of,
    wrap,
    write,
)
from advosim.reading.outcomes import WEEKLY

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 1.35
EVENTS_DRAWN = {
    "campaign": "campaigns begun",
    "covered": "acts covered by media",
    "repress": "answers: repression",
    "accommodate": "answers: accommodation",
    "step": "steps of policy",
    "closure": "closures of organisations",
    "alliance": "alliances founded",
    "vote": "popular votes",
}
"""Kinds of events that are drawn unless others are named, and what panels call them."""
MOST = 60
"""Letters of a scenario's name."""
OUTER, INNER = 0.14, 0.4
"""How dark bands are."""
EDGE: Any = {"lw": 0.8, "ls": (0, (1, 1.5))}
"""Ends of the band of a whole course: without colours it is told from the other by these."""
STYLES = ("-", (0, (4, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1, 1)))
"""Lines of the scenarios, so that they are told apart without colours."""


def courses(found: Courses, table: pd.DataFrame, columns: Sequence[str]) -> Figure:
    """A row for each column and place: at the left the scenarios, at the right the differences to the first.

    table: of `Courses.table`. Raises ValueError where none of `columns` was followed.
    """
    known = [name for name in found.columns if name in columns]
    if not known:
        raise ValueError(f"none of these columns was followed ({', '.join(found.columns)})")
    places = list(dict.fromkeys(zip(table["polity"], table["issue"], strict=True)))
    rows = [(column, polity, issue) for column in known for polity, issue in places]
    figure = _sheet(_title(found.labels), ROW * len(rows), found.labels, _NOTE.format(found.values.shape[1]))
    grid = figure.subplots(len(rows), 2, squeeze=False, sharex=True)
    for (left, right), (column, polity, issue) in zip(grid, rows, strict=True):
        mine = table[(table["column"] == column) & (table["polity"] == polity) & (table["issue"] == issue)]
        _levels(left, mine, found.labels)
        _differences(right, mine, found.labels)
        where = [part for part in (polity if len(found.polities) > 1 else "", issue) if part not in ("", ALL_ISSUES)]
        frame(left, ": ".join([*(plain(part) for part in where), _named(column)]), "y", ticks=5)
        frame(right, "difference" if len(found.labels) == 2 else "differences", "y", ticks=5)
    for axes in grid[-1]:
        axes.set_xlabel("week", fontsize=SMALL, color=INK)
    return figure


_NOTE = (
    "{} pairs of runs with the same seeds. Left: means, and where 8 of 10 seeds are. Right: mean paired\n"
    "difference; dark: 95% interval of each week alone; between dotted lines: 95% band of the whole course (sup-t)."
)


def _sheet(name: str, height: float, labels: Sequence[str], below: str) -> Figure:
    """A figure with its title, the scenarios' colours and a note, and room between for panels of so many inches."""
    from matplotlib.lines import Line2D

    lines, told = wrap(name, TITLE, 3, "bold"), below.split("\n")
    most = max(width_of(plain(label, MOST), SMALL) for label in labels) + 0.5
    across = max(1, min(len(labels), int(WIDTH * 0.96 / most)))
    top = 0.2 + len(lines) * TITLE * 1.3 / 72 + 0.17 * -(-len(labels) // across)
    bottom = 0.1 + len(told) * SMALL * 1.3 / 72
    figure = blank(WIDTH, top + height + bottom)
    whole = figure.get_figheight()
    y = head(figure, lines, [])
    write(figure, told, whole - bottom + 0.03, SMALL, color=INK)
    handles = [
        Line2D([], [], label=plain(label, MOST).replace("$", r"\$"), **_line(n)) for n, label in enumerate(labels)
    ]
    where: dict[str, Any] = {**KEY, "loc": "upper left", "bbox_to_anchor": (MARGIN, 1 - y / whole), "ncols": across}
    figure.legend(handles=handles, **where).set_in_layout(False)
    engine: Any = figure.get_layout_engine()
    engine.set(rect=(0, bottom / whole, 1, height / whole))
    return figure


def _line(number: int) -> dict[str, Any]:
    """Colour, dashes and width of a scenario's line."""
    return {"color": ISSUE_COLOURS[number % len(ISSUE_COLOURS)], "ls": STYLES[number % len(STYLES)], "lw": 1.4}


def _named(column: str) -> str:
    unit = WEEKLY[column].unit
    name = column.replace("_", " ")
    return f"{name} ({unit})" if unit and unit != name else name


def _levels(axes: Axes, rows: pd.DataFrame, labels: Sequence[str]) -> None:
    for number, label in enumerate(labels):
        own, colour = rows[rows["scenario"] == label], ISSUE_COLOURS[number % len(ISSUE_COLOURS)]
        axes.fill_between(own["week"], own["p10"], own["p90"], color=colour, alpha=OUTER, lw=0)
        for end in ("p10", "p90"):
            axes.plot(own["week"], own[end], **{**_line(number), "lw": 0.5})
        axes.plot(own["week"], own["mean"], **_line(number))


def _differences(axes: Axes, rows: pd.DataFrame, labels: Sequence[str]) -> None:
    axes.axhline(0, color=INK, lw=0.8)
    for number, label in enumerate(labels[1:], 1):
        own, colour = rows[rows["scenario"] == label], ISSUE_COLOURS[number % len(ISSUE_COLOURS)]
        axes.fill_between(own["week"], own["band_low"], own["band_high"], color=colour, alpha=OUTER, lw=0)
        axes.fill_between(own["week"], own["effect_low"], own["effect_high"], color=colour, alpha=INNER, lw=0)
        for end in ("band_low", "band_high"):
            axes.plot(own["week"], own[end], color=colour, **EDGE)
        axes.plot(own["week"], own["effect"], **_line(number))


def events(found: Courses, table: pd.DataFrame, kinds: Sequence[str]) -> Figure:
    """A panel for each polity and kind of event: how many a year, with where 8 of 10 seeds are.

    table: of `Courses.event_table`. Raises ValueError where none of `kinds` happened.
    """
    rows = [(polity, kind) for polity in found.polities for kind in kinds if kind in found.kinds]
    if not rows:
        raise ValueError(f"none of these events happened ({', '.join(found.kinds)})")
    down, rest = -(-len(rows) // 2), found.weeks % YEAR
    short = f" The last year has {rest} weeks." if rest else ""
    below = f"Means over {found.values.shape[1]} seeds, and where 8 of 10 seeds are.{short}"
    figure = _sheet(f"Events a year: {_title(found.labels)}", ROW * down, found.labels, below)
    grid = figure.subplots(down, 2, squeeze=False, sharex=True)
    for axes, (polity, kind) in zip(grid.reshape(-1), rows, strict=False):
        mine = table[(table["polity"] == polity) & (table["event"] == kind)]
        _yearly(axes, mine, found.labels)
        where = f"{plain(polity)}: " if len(found.polities) > 1 else ""
        frame(axes, where + EVENTS_DRAWN.get(kind, kind.replace("_", " ")), "y")
        axes.set_ylim(bottom=0)
    for spare in grid.reshape(-1)[len(rows) :]:
        spare.set_axis_off()
    for axes in grid[-1]:
        axes.set_xlabel("year", fontsize=SMALL, color=INK)
    return figure


def _yearly(axes: Axes, rows: pd.DataFrame, labels: Sequence[str]) -> None:
    years = np.unique(rows["year"])
    for number, label in enumerate(labels):
        own, colour = rows[rows["scenario"] == label], ISSUE_COLOURS[number % len(ISSUE_COLOURS)]
        if len(years) > 1:
            axes.fill_between(own["year"], own["p10"], own["p90"], color=colour, alpha=OUTER, lw=0)
        else:
            axes.vlines(own["year"] + 0.1 * number, own["p10"], own["p90"], color=colour, alpha=0.5, lw=3)
        apart = own["year"] + (0.1 * number if len(years) == 1 else 0.0)
        axes.plot(apart, own["mean"], marker="o", ms=3, **_line(number))
    axes.set_xticks(years[:: -(-len(years) // 10)])


def _title(labels: Sequence[str]) -> str:
    base, *others = labels
    return f"{others[0]} against {base}" if len(others) == 1 else f"Against {base}"
