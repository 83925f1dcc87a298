"""What all figures of a run have in common: the page, its head and foot, time and columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from advosim.figures.toolkit import (
    DPI,
    FAINT,
    INK,
    ISSUE_COLOURS,
    KEY,
    MARGIN,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    plain,
    width_of,
    wrap,
    write,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario

YEAR = 52
MOST_COLUMNS = 3
MOST_TACTICS = 8
LONGEST_LABEL = 16
TITLED, UNTITLED, FLAGGED, NAMED, TIMED, APART = 0.22, 0.09, 0.14, 0.19, 0.47, 0.14
"""Inches above a panel with its title and without, for the letters of reforms, the names of polities, the weeks below,
and between polities.
"""
ANSWER_COLOURS = {"repress": "#D55E00", "accommodate": "#332288", "consult": "#C9B45C", "deny": "#777777"}
REFORM = "#7A1F5C"
EVENT_COLUMNS = ["week", "polity", "issue", "organisation", "event", "tactic", "side", "size", "detail", "alliance"]


@dataclass(frozen=True)
class _Reform:
    """A change of settings in mid-run: its letter in the figure, and whom it concerns (empty: everybody)."""

    letter: str
    week: int
    meaning: str
    polities: frozenset[str]


@dataclass(frozen=True)
class Page:
    """What is common to all panels of a figure."""

    record: Run
    polities: list[str]
    issues: list[str]
    answers: list[str]
    tactics: list[str]
    reforms: list[_Reform]
    campaigns: pd.DataFrame
    first: int
    last: int

    def colour(self, issue: str) -> str:
        return ISSUE_COLOURS[self.issues.index(issue) % len(ISSUE_COLOURS)]

    def series(self, polity: str, issue: str, column: str) -> tuple[Any, Any]:
        """Weeks and values of a column."""
        rows = self._courses[polity, issue]
        return rows["week"].to_numpy(), rows[column].to_numpy()

    @cached_property
    def _courses(self) -> dict[tuple[str, str], pd.DataFrame]:
        """The weeks of each polity and issue, in order."""
        parts = self.record.weeks.groupby(["polity", "issue"], observed=True)
        return {(str(polity), str(issue)): rows.sort_values("week") for (polity, issue), rows in parts}

    @cached_property
    def told(self) -> pd.DataFrame:
        """Events of the first polity drawn, in order; names as plain strings."""
        rows = self.record.events.reindex(columns=EVENT_COLUMNS)
        rows = rows[rows["polity"].isin([self.polities[0], ""]) & (rows["week"] <= self.last)]
        names = ["polity", "issue", "organisation", "event", "tactic", "side", "detail", "alliance"]
        return rows.assign(**{name: rows[name].astype(object).fillna("") for name in names})

    def events(self, polity: str, event: str) -> pd.DataFrame:
        """Events of one sort in a polity, or in all of them."""
        rows = self.record.events
        if rows.empty:
            return rows.reindex(columns=["week", "issue"])
        here = rows["polity"].isin([polity, ""]) | rows["polity"].isna()
        return rows[here & (rows["event"] == event) & (rows["week"] <= self.last)]

    @cached_property
    def foot_lines(self) -> list[str]:
        """What the letters of reforms mean, and what was run, in lines as wide as the page."""
        lines = []
        if self.reforms:
            meanings = "; ".join(
                f"{r.letter}\N{NO-BREAK SPACE}(week\N{NO-BREAK SPACE}{r.week}) {r.meaning}" for r in self.reforms
            )
            lines += wrap(f"Changes of settings: {meanings}.", SMALL, 4)
        return lines + wrap(_provenance(self), SMALL, 4)

    @property
    def labelled(self) -> bool:
        """Whether issues are named at the end of their lines, which takes room at the right."""
        return len(self.polities) == 1 and max(map(len, self.issues)) <= LONGEST_LABEL


# ---------------------------------------------------------------- what is to be drawn


def page_of(record: Run, polity: str | None) -> Page:
    weeks = record.weeks
    names = ordered(weeks["polity"].unique(), record.scenario.polity)
    polities, last = _polities(names, polity), int(weeks["week"].max())
    shown = weeks[weeks["polity"].isin(polities)]
    given = {answer for text in shown["response"].unique() for answer in text.split("+")} - {"none", ""}
    campaigns = _campaigns(record.organisations, polities)
    return Page(
        record=record,
        polities=polities,
        issues=ordered(shown["issue"].unique(), record.scenario.issue),
        answers=[a for a in ANSWER_COLOURS if a in given] + sorted(given - set(ANSWER_COLOURS)),
        tactics=list(campaigns["tactic"].value_counts().index),
        reforms=_reforms(record.scenario, polities, last),
        campaigns=campaigns,
        first=int(weeks["week"].min()),
        last=last,
    )


def ordered(names: Iterable[str], order: Iterable[str]) -> list[str]:
    """Names in the order of the scenario."""
    names = list(names)
    return [name for name in order if name in names] + [name for name in names if name not in order]


def _polities(names: list[str], polity: str | None) -> list[str]:
    if polity is not None and polity not in names:
        raise ValueError(f"no polity '{polity}' in this record ({', '.join(names)})")
    if polity is not None:
        return [polity]
    return names if len(names) <= MOST_COLUMNS else names[:1]


def _campaigns(organisations: pd.DataFrame, polities: Sequence[str]) -> pd.DataFrame:
    """One row per week and organisation with a campaign; tactics beyond the most used are counted together."""
    columns = ["week", "polity", "tactic", "against"]
    if organisations.empty:
        return organisations.reindex(columns=columns)
    organisations = organisations.assign(
        against=organisations["side"].isin(["against", -1]),
        tactic=organisations["tactic"].astype(object).fillna("none"),
    )
    running = ~organisations["tactic"].isin(["", "none"])
    rows = organisations.loc[running & organisations["polity"].isin(polities), columns].copy()
    used = list(rows["tactic"].value_counts().index)
    if len(used) > MOST_TACTICS:
        rows["tactic"] = rows["tactic"].where(rows["tactic"].isin(used[: MOST_TACTICS - 1]), "others")
    return rows


def _reforms(scenario: Scenario, polities: Sequence[str], last: int) -> list[_Reform]:
    """The reforms that were carried out in the polities shown, in order; one letter per week."""
    found: dict[int, dict[str, Any]] = {}
    for reform in sorted(scenario.reform, key=lambda r: r.week):
        here = {p: v for p, v in reform.set.items() if not p.startswith("polity.") or p.split(".")[1] in polities}
        if here and reform.week <= last:
            found.setdefault(reform.week, {}).update(here)
    return [
        _Reform(_letter(number), week, _meaning(changes, len(polities) > 1), _concerned(changes))
        for number, (week, changes) in enumerate(found.items())
    ]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{number - 25}"


def _concerned(paths: Iterable[str]) -> frozenset[str]:
    names = [path.split(".")[1] if path.startswith("polity.") else "" for path in paths]
    return frozenset() if "" in names else frozenset(names)


def _meaning(changes: dict[str, Any], several: bool) -> str:
    def name(path: str) -> str:
        parts = path.split(".")
        if parts[0] != "polity" or len(parts) < 4:
            return " ".join(parts[1:])
        inner = parts[3:] if parts[2] == "governance" else parts[2:]
        return " ".join(([f"{parts[1]}:"] if several else []) + inner)

    return ", ".join(f"{plain(name(path))} {_value(value)}" for path, value in changes.items())


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


# ---------------------------------------------------------------- head and foot


def foot(figure: Figure, page: Page) -> float:
    """What the letters mean, and what was run. Returns its height in inches."""
    lines, height = page.foot_lines, foot_height(page)
    write(figure, lines, figure.get_figheight() - height + 0.04, SMALL, color="#444444", spacing=1.35)
    return height


def foot_height(page: Page) -> float:
    """In inches."""
    return len(page.foot_lines) * SMALL * 1.35 / 72 + 0.12


def _provenance(page: Page) -> str:
    scenario, sizes = page.record.scenario, []
    for name in page.polities:
        polity = scenario.polity[name]
        count = sum(organisation.count for organisation in polity.organisation.values())
        size = f"{polity.citizens:,} citizens, {count} organisation{'' if count == 1 else 's'}"
        sizes.append(f"{plain(name)}: {size}" if len(scenario.polity) > 1 else size)
    left_out = len(scenario.polity) - len(page.polities)
    more = f" ({left_out} more {'polity' if left_out == 1 else 'polities'} not shown)" if left_out else ""
    source = f" Source of the question: {scenario.source.rstrip('.')}." if scenario.source else ""
    weeks = f"{page.last} week{'' if page.last == 1 else 's'}"
    return f"Seed {page.record.seed}, {weeks}; {'; '.join(sizes)}{more}. One run of a model, not a forecast.{source}"


# ---------------------------------------------------------------- the sheet of a figure


def page_of_one(record: Run, table: str, polity: str | None) -> Page:
    """Of one polity with rows in a table: the one named, else the first. Raises ValueError where there is none."""
    homes = list(dict.fromkeys(getattr(record, table)["polity"]))
    if not homes or (polity is not None and polity not in homes):
        where = f"in '{polity}'" if polity is not None else "in this record"
        raise ValueError(f"no {table} {where}" + (f" ({', '.join(map(str, homes))})" if homes else ""))
    return page_of(record, str(homes[0]) if polity is None else polity)


def of_one(page: Page, name: str) -> str:
    """The name of a figure of one polity, which is said where there are several."""
    return f"{name} in {plain(page.polities[0])}" if len(page.record.scenario.polity) > 1 else name


def sheet(page: Page, name: str, reading: str, inches: float, handles: Sequence[Any] = ()) -> tuple[Figure, float]:
    """A page with room for `inches` of panels: title, how to read it, key and foot. Returns where the panels begin."""
    from matplotlib.figure import Figure

    title = wrap(f"{name}: {page.record.scenario.title}", TITLE, 2, "bold")
    lines = wrap(reading, TEXT, 5)
    across = _across(handles)
    down = -(-len(handles) // across)
    above = 0.12 + (len(title) * TITLE + len(lines) * TEXT) * 1.3 / 72 + 0.155 * down + (0.06 if down else 0)
    figure = Figure(figsize=(WIDTH, above + inches + foot_height(page)), dpi=DPI)
    y = write(figure, title, 0.1, TITLE, weight="bold")
    y = write(figure, lines, y, TEXT, color="#444444")
    if handles:
        _key(figure, handles, across, y)
    foot(figure, page)
    return figure, above


def _across(handles: Sequence[Any]) -> int:
    """How many columns of a key fit the page."""
    widths = [width_of(handle.get_label(), SMALL) + 0.36 for handle in handles]
    for count in range(len(handles), 1, -1):
        if sum(max(widths[column::count]) for column in range(count)) <= WIDTH * (1 - 2 * MARGIN):
            return count
    return 1


def _key(figure: Figure, handles: Sequence[Any], across: int, y: float) -> None:
    """A key read along its rows."""
    legend = figure.legend(
        handles=[handle for column in range(across) for handle in handles[column::across]],
        loc="upper left",
        bbox_to_anchor=(MARGIN, 1 - (y + 0.03) / figure.get_figheight()),
        ncols=across,
        columnspacing=1.3,
        labelspacing=0.4,
        **KEY,
    )
    legend.set_in_layout(False)


# ---------------------------------------------------------------- panels, time and columns


def lay_out(
    figure: Figure, page: Page, heights: Sequence[float], titled: Sequence[bool], top: float, left: float, right: float
) -> list[list[Axes]]:
    """Rows of panels from `top` to the foot, as high as `heights` in proportion, with a column for each polity.

    left, right: room for labels beside them; all in inches. Placed by hand: matplotlib's own layouts draw everything
    twice to find room that is known here.
    """
    tall, across = figure.get_figheight(), len(page.polities)
    gaps = [TITLED if title else UNTITLED for title in titled]
    gaps[0] += (FLAGGED if page.reforms else 0.0) + (NAMED if across > 1 else 0.0)
    unit = (tall - top - foot_height(page) - TIMED - sum(gaps)) / sum(heights)
    edge = WIDTH * MARGIN
    right = max(right, width_of(str(page.last), SMALL) / 2)  # the last week's number stands under the corner
    wide = (WIDTH - 2 * edge - left - right - APART * (across - 1)) / across
    grid: list[list[Axes]] = []
    y, first = top, None
    for height, gap in zip(heights, gaps, strict=True):
        y += gap + height * unit
        row: list[Axes] = []
        for column in range(across):
            x = edge + left + column * (wide + APART)
            box = (x / WIDTH, 1 - y / tall, wide / WIDTH, height * unit / tall)
            axes = figure.add_axes(box, sharex=first, sharey=row[0] if row else None)
            axes.xaxis.set_visible(len(grid) == len(heights) - 1)  # ticks that nobody sees take time all the same
            axes.tick_params(axis="y", labelleft=column == 0)
            first = first or axes
            row.append(axes)
        grid.append(row)
    return grid


def head_room(page: Page) -> float:
    """Inches above the first row of panels: its title, letters of reforms, names of polities."""
    return TITLED + (FLAGGED if page.reforms else 0.0) + (NAMED if len(page.polities) > 1 else 0.0)


def title_pad(page: Page) -> float:
    """Points between the first row of panels and its title, where the letters of reforms stand."""
    return 3.0 + (72 * FLAGGED if page.reforms else 0.0)


def prepare(axes: Axes, page: Page, polity: str) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set(color="#888888", linewidth=0.6)
    axes.tick_params(labelsize=SMALL, width=0.6, length=2.5, color="#888888", labelcolor=INK, pad=2)
    axes.tick_params(axis="x", which="both", length=0)
    apart = YEAR * _every_year(page)
    _mark_years(axes, [week + 0.5 for week in range(apart, page.last, apart)])
    for reform in page.reforms:
        if not reform.polities or polity in reform.polities:
            axes.axvline(
                reform.week - 0.5, color=REFORM, lw=0.8, ls=(0, (4, 2)), zorder=1, gid=f"reform/{reform.letter}"
            )


def _mark_years(axes: Axes, places: Sequence[float]) -> None:
    """Faint lines from top to bottom, as one: limits of the axes are set elsewhere."""
    from matplotlib.collections import LineCollection

    lines = LineCollection(
        [[(x, 0.0), (x, 1.0)] for x in places], colors=FAINT, lw=0.6, zorder=0, capstyle="projecting"
    )
    lines.set_transform(axes.get_xaxis_transform(which="grid"))
    axes.add_collection(lines, autolim=False)


def stairs(axes: Axes, values: Any, edges: Any, baseline: Any, fill: bool = True, **style: Any) -> None:
    """Steps at `values`, filled down to the baseline. Limits of the axes are set elsewhere, so that none are sought."""
    from matplotlib.patches import StepPatch

    axes.add_artist(StepPatch(values, edges, baseline=baseline, fill=fill, **style))


def mark(marker: str, label: str, colour: str = INK, size: float = 4.0) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], ls="", marker=marker, ms=size, mew=0.9, color=colour, label=label)


YEARS_APART = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100)
MOST_TICKS = 9
CLEAR, YEAR_NAMED = 0.09, 0.4
"""Inches between the numbers of weeks, and from one year's name to the next."""


def _inches_a_year(page: Page) -> float:
    return 5.0 / len(page.polities) / (page.last / YEAR)


def _every_year(page: Page) -> int:
    """How many years lie between marked ones, so that their weeks have room."""
    room, wide = _inches_a_year(page), width_of(str(page.last), SMALL) + CLEAR
    return next(n for n in YEARS_APART if n * room >= wide and page.last // (n * YEAR) <= MOST_TICKS)


def _years_named(page: Page) -> list[int]:
    """The years with a name: at the marked ones, as far as it has room."""
    every, room, last = _every_year(page), _inches_a_year(page), page.last
    apart = next(n for n in itertools.count(every, every) if n * room >= YEAR_NAMED)
    return [year for year in range(apart, last // YEAR + 2, apart) if (year - 1) * YEAR + YEAR // 2 <= last]


def mark_time(row: Sequence[Axes], page: Page) -> None:
    """Weeks at the ticks, years between them."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

    first, last = row[0], page.last
    first.set_xlim(page.first - 0.5, last + 0.5)
    if last > YEAR:
        apart = _weeks_apart(page)
        first.xaxis.set_major_locator(FixedLocator(list(range(apart, last + 1, apart))))
        years = _years_named(page)
        middles = [((year - 1) * YEAR + min(year * YEAR, last) + 1) / 2 for year in years]
        first.xaxis.set_minor_locator(FixedLocator(middles))
        first.xaxis.set_minor_formatter(FixedFormatter([f"year {year}" for year in years]))
    else:
        first.xaxis.set_major_locator(MaxNLocator(8 if len(row) == 1 else 5, integer=True, min_n_ticks=1))
    for axes in row:
        axes.tick_params(axis="x", which="major", length=2.5)
        axes.tick_params(axis="x", which="minor", pad=11, labelsize=SMALL, labelcolor="#666666")
        axes.set_xlabel("week", size=TEXT, color=INK, labelpad=2)


def _weeks_apart(page: Page) -> int:
    """From tick to tick: years, or parts of one where a run has fewer than three."""
    if page.last >= 3 * YEAR:
        return YEAR * _every_year(page)
    few = page.last <= (2 if len(page.polities) == 1 else 1.5) * YEAR
    return YEAR // 4 if few else YEAR // 2


def head_columns(row: Sequence[Axes], page: Page) -> None:
    """Letters on the lines of reforms, and above them the polity's name where there are several."""
    for axes, polity in zip(row, page.polities, strict=True):
        flags = _flags([r for r in page.reforms if not r.polities or polity in r.polities], page)
        for week, letters in flags:
            axes.annotate(
                letters,
                (week - 0.5, 1.0),
                xytext=(0, 1),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                va="bottom",
                size=SMALL,
                weight="bold",
                color=REFORM,
            )
        if len(page.polities) > 1:
            axes.annotate(
                plain(polity, 24),
                (0.5, 1.0),
                xytext=(0, 26 if page.reforms else 17),
                xycoords="axes fraction",
                textcoords="offset points",
                ha="center",
                va="bottom",
                size=TEXT + 1,
                weight="bold",
                color=INK,
            )


def _flags(reforms: Sequence[_Reform], page: Page) -> list[tuple[float, str]]:
    """Letters with their week; lines too close for a letter each share a range."""
    near = 0.035 * page.last * len(page.polities)
    groups: list[list[_Reform]] = []
    for reform in reforms:
        if groups and reform.week - groups[-1][-1].week < near:
            groups[-1].append(reform)
        else:
            groups.append([reform])
    return [
        ((g[0].week + g[-1].week) / 2, g[0].letter if len(g) == 1 else f"{g[0].letter}–{g[-1].letter}") for g in groups
    ]
