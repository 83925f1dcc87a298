"""The figure of ballots, for print: nothing is simulated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.figures.page import Page, page_of, prepare, sheet, title_pad
from advosim.figures.toolkit import INK, SMALL, TEXT, plain
from advosim.figures.venues import finish

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run

MARKS = {"initiative": "o", "referendum": "v", "recall": "s"}
RECALL = "#555555"
HALF = 0.5
"""Share of votes from which on a ballot is accepted."""


def ballots(record: Run, polity: str | None = None) -> Figure:
    """Every vote of a run: yes share beside the half that it takes, turnout beside the quorum; below, signatures.

    Up to three polities stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    reading = (
        "Above, the share of votes for what was asked, in the week of the vote: a full mark was accepted, an empty one "
        "rejected; thin bars are turnout, short lines the quorum, where there is one. Below, signatures over those "
        "needed (1: enough): a line from the launch to the week when collecting ended, dotted from there to the vote "
        "or the withdrawal."
    )
    keys = [_mark(kind, INK) for kind in MARKS] + [_line(plain(issue), page.colour(issue)) for issue in page.issues]
    figure, top = sheet(page, "Ballots", reading, 3.6, keys)
    grid = figure.subplots(2, len(page.polities), squeeze=False, sharex="all", sharey="row", height_ratios=[3, 2])
    for axes, below, name in zip(grid[0], grid[1], page.polities, strict=True):
        rows = record.ballots[(record.ballots["polity"] == name) & (record.ballots["week"] <= page.last)]
        prepare(axes, page, name)
        _votes(axes, page, rows[rows["voted"]])
        prepare(below, page, name)
        _signatures(below, page, rows, page.events(name, "ballot_qualified"))
    grid[0][0].set_ylim(0, 1)
    grid[1][0].set_ylim(0, max(1.2, grid[1][0].get_ylim()[1]))
    grid[0][0].set_title(
        "Votes for it, and turnout", loc="left", size=TEXT, weight="bold", color=INK, pad=title_pad(page)
    )
    grid[1][0].set_title("Signatures over those needed", loc="left", size=TEXT, weight="bold", color=INK, pad=3)
    finish(figure, grid, page, top)
    return figure


def _votes(axes: Axes, page: Page, rows: pd.DataFrame) -> None:
    axes.axhline(HALF, color="#999999", lw=0.7, ls=(0, (4, 2)), gid="half")
    for row in list[Any](rows.itertuples()):
        colour = _colour(page, row)
        name = f"{row.kind}/{row.issue}/{row.week}"
        axes.bar(row.week, row.turnout, 0.006 * page.last + 0.6, color=colour, alpha=0.25, lw=0, gid=f"turnout/{name}")
        if row.quorum > 0:
            half = 0.01 * page.last + 1
            axes.plot([row.week - half, row.week + half], [row.quorum] * 2, color=INK, lw=0.9, gid=f"quorum/{name}")
        face = colour if row.accepted else "white"
        axes.plot(row.week, row.yes, MARKS[row.kind], ms=5, mfc=face, mec=colour, mew=1.1, gid=f"yes/{name}")


def _signatures(axes: Axes, page: Page, rows: pd.DataFrame, qualified: pd.DataFrame) -> None:
    axes.axhline(1.0, color="#999999", lw=0.7, ls=(0, (4, 2)), gid="enough")
    for row in list[Any](rows[rows["needed"] > 0].itertuples()):
        share, colour = min(row.signatures / row.needed, 1.5), _colour(page, row)
        name, enough = f"{row.kind}/{row.issue}/{row.week}", _collected(row, qualified)
        axes.plot([row.launched, enough], [0, share], color=colour, lw=0.9, gid=f"signatures/{name}")
        axes.plot([enough, row.week], [share] * 2, color=colour, lw=0.9, ls=":", gid=f"waiting/{name}")
        axes.plot(row.week, share, MARKS[row.kind], ms=3, color=colour)


def _collected(row: Any, qualified: pd.DataFrame) -> int:
    """The week when there were enough signatures; the last one of a ballot that never had them."""
    own = (qualified["organisation"] == row.organisation) & (qualified["issue"] == row.issue)
    own &= (qualified["detail"] == row.kind) & qualified["week"].between(row.launched, row.week)
    return int(qualified.loc[own, "week"].min()) if own.any() else int(row.week)


def _colour(page: Page, row: Any) -> str:
    """A recall is about no single issue."""
    return RECALL if row.kind == "recall" else page.colour(row.issue)


def _mark(kind: str, colour: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, lw=0, marker=MARKS[kind], ms=SMALL / 1.5, label=kind)


def _line(label: str, colour: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, lw=1.3, label=label)
