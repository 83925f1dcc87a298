"""Figures of venues, of routes to policy and of the spiral's phases, for print: nothing is simulated here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.figures.page import (
    Page,
    foot_height,
    head_columns,
    head_room,
    mark_time,
    page_of,
    prepare,
    sheet,
    title_pad,
)
from advosim.figures.toolkit import INK, TEXT, plain
from advosim.reading.spiral import PHASES, QUARTER, spiral

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run

VENUE_COLOURS = {
    "municipal": "#E69F00",
    "home": "#BBBBBB",
    "regional": "#0072B2",
    "international": "#332288",
    "third_states": "#CC79A7",
}
ROUTE_COLOURS = {"store": "#BBBBBB", "table": "#009E73", "election": "#0072B2", "ballot": "#D55E00"}
PHASE_COLOURS = ("#5A1A1A", "#D55E00", "#F0C75E", "#9FC5A8", "#117733")


def venues(record: Run, polity: str | None = None) -> Figure:
    """Campaigns' effort by venue and, where there is an abroad, the shaming that comes back from there.

    Up to three polities stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    abroad = record.scenario.has_abroad
    reading = "Campaigns' effort a week by venue, for and against together, as means of quarters of a year."
    keys = [_patch(plain(name), VENUE_COLOURS[name]) for name in (VENUE_COLOURS if abroad else ("municipal", "home"))]
    if abroad:
        reading += " Below, shaming from abroad (0 to 1): full lines for reform, broken ones against."
        keys += [_line(plain(issue), page.colour(issue)) for issue in page.issues]
    figure, top = sheet(page, "Venues", reading, 3.6 if abroad else 2.4, keys)
    heights, across = ([3, 2] if abroad else [1]), len(page.polities)
    grid = figure.subplots(len(heights), across, squeeze=False, sharex="all", sharey="row", height_ratios=heights)
    for axes, name in zip(grid[0], page.polities, strict=True):
        prepare(axes, page, name)
        _stack(axes, page, name)
    grid[0][0].set_title("Effort by venue", loc="left", size=TEXT, weight="bold", color=INK, pad=title_pad(page))
    if abroad:
        for below, name in zip(grid[1], page.polities, strict=True):
            prepare(below, page, name)
            _shaming(below, page, name)
        grid[1][0].set_title("Shaming from abroad", loc="left", size=TEXT, weight="bold", color=INK, pad=3)
        grid[1][0].set_ylim(0, 1)
    finish(figure, grid, page, top)
    return figure


def _stack(axes: Axes, page: Page, polity: str) -> None:
    rows = page.record.campaigns
    rows = rows[(rows["polity"] == polity) & (rows["week"] <= page.last)]
    sums = rows["effort"].groupby([rows["venue"], (rows["week"] - 1) // QUARTER]).sum()
    quarters = range(-(-page.last // QUARTER))
    bottom = [0.0] * len(quarters)
    for name, colour in VENUE_COLOURS.items():
        spans = [min(QUARTER, page.last - QUARTER * q) for q in quarters]
        heights = [float(sums.get((name, q), 0.0)) / span for q, span in zip(quarters, spans, strict=True)]
        middles = [QUARTER * q + 0.5 + span / 2 for q, span in zip(quarters, spans, strict=True)]
        axes.bar(middles, heights, spans, bottom, color=colour, linewidth=0, gid=f"venue/{polity}/{name}")
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]


def _shaming(axes: Axes, page: Page, polity: str) -> None:
    for issue in page.issues:
        for side, dashes in (("for", "-"), ("against", (0, (3, 2)))):
            weeks, values = page.series(polity, issue, f"shaming_{side}")
            gid = f"shaming/{polity}/{issue}/{side}"
            axes.plot(weeks, values, color=page.colour(issue), lw=1.1, ls=dashes, gid=gid)


def policy_routes(record: Run, polity: str | None = None) -> Figure:
    """Through which routes policy changed, issue by issue, as its steps add up.

    Up to three polities stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    reading = (
        "How far policy has moved since the start by steps of each route, in either direction (positions run from -1 "
        "to 1): the store of pressure, an agreement at a table, an election's mandate, or a ballot, held or feared."
    )
    keys = [_patch(name, colour) for name, colour in ROUTE_COLOURS.items()]
    figure, top = sheet(page, "Routes of policy change", reading, 0.7 + 0.95 * len(page.issues), keys)
    grid = figure.subplots(len(page.issues), len(page.polities), squeeze=False, sharex="all", sharey="all")
    for row, issue in zip(grid, page.issues, strict=True):
        for axes, name in zip(row, page.polities, strict=True):
            prepare(axes, page, name)
            _routes(axes, page, name, issue)
        pad = title_pad(page) if issue == page.issues[0] else 3.0
        row[0].set_title(plain(issue), loc="left", size=TEXT, weight="bold", color=INK, pad=pad)
    grid[0][0].set_ylim(0, max(0.1, grid[0][0].get_ylim()[1]))
    finish(figure, grid, page, top)
    return figure


def _routes(axes: Axes, page: Page, polity: str, issue: str) -> None:
    steps = page.events(polity, "step")
    steps = steps[steps["issue"] == issue]
    weeks = range(page.last + 2)
    bottom = [0.0] * len(weeks)
    for route, colour in ROUTE_COLOURS.items():
        sizes = steps[steps["detail"] == route].groupby("week")["size"].sum().abs()
        total, top = 0.0, []
        for week, low in zip(weeks, bottom, strict=True):
            total += float(sizes.get(week, 0.0))
            top.append(low + total)
        gid = f"route/{polity}/{issue}/{route}"
        axes.fill_between(weeks, bottom, top, step="post", color=colour, linewidth=0, gid=gid)
        bottom = top


def phases(record: Run, polity: str | None = None) -> Figure:
    """The spiral's phases by quarter, for each issue of up to three polities that are below a body."""
    page = page_of(record, polity)
    table = spiral(record)
    reading = (
        "A label read off the run by quarters, never a cause of it: from repression (dark) over denial and tactical "
        "concession to prescriptive status and rule-consistent behaviour (green). White: no body, or neither shamed "
        "nor repressive."
    )
    keys = [_patch(name, colour) for name, colour in zip(PHASES, PHASE_COLOURS, strict=True)]
    figure, top = sheet(page, "Phases of the spiral", reading, 0.9 + 0.3 * len(page.issues), keys)
    grid = figure.subplots(1, len(page.polities), squeeze=False, sharex="all", sharey="row")
    for axes, name in zip(grid[0], page.polities, strict=True):
        prepare(axes, page, name)
        for row in list[Any](table[(table["polity"] == name) & table["phase"].isin(PHASES)].itertuples()):
            colour = PHASE_COLOURS[PHASES.index(row.phase)]
            span = row.last_week - row.first_week + 1
            place = page.issues.index(row.issue)
            axes.broken_barh(
                [(row.first_week - 0.5, span)], (place - 0.4, 0.8), facecolor=colour, edgecolor="white", lw=0.3,
                gid=f"phase/{name}/{row.issue}/{row.quarter}",
            )  # fmt: skip
        axes.set_yticks(range(len(page.issues)), [plain(issue, 16) for issue in page.issues])
    grid[0][0].set_ylim(len(page.issues) - 0.5, -0.5)
    finish(figure, grid, page, top)
    return figure


def finish(figure: Figure, grid: Any, page: Page, top: float) -> None:
    mark_time(grid[-1], page)
    head_columns(grid[0], page)
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=0.09, right=0.985, top=1 - (top + head_room(page)) / height, bottom=(foot_height(page) + 0.5) / height,
        hspace=0.35, wspace=0.08,
    )  # fmt: skip


def _patch(label: str, colour: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, label=label)


def _line(label: str, colour: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, lw=1.3, label=label)
