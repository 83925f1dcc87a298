"""Figures from the tables of a record, for print: nothing is simulated here.

Figures are made without pyplot, so that they need no display and can be drawn in several threads.
Colours: Okabe & Ito (2008) for issues; answers are told apart by their lane as well as by colour.
"""

from __future__ import annotations

import functools
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from advosim.scenario.schema import Scenario
    from advosim.tables import Run

WIDTH, HEIGHT, DPI = 7.0, 9.5, 200
MARGIN = 0.012
YEAR = 52
MOST_COLUMNS = 3
MOST_TACTICS = 8
LONGEST_LABEL = 16
LONGEST_TACTIC = 24
TITLED, UNTITLED, FLAGGED, NAMED, TIMED, APART = 0.22, 0.09, 0.14, 0.19, 0.47, 0.14
"""Inches above a panel with its title and without, for the letters of reforms, the names of polities, the weeks below,
and between polities.
"""
ISSUE_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
ANSWER_COLOURS = {"repress": "#D55E00", "accommodate": "#332288", "consult": "#C9B45C", "deny": "#777777"}
FOR, AGAINST = "#3B3B3B", "#A8A8A8"
INK, FAINT, REFORM = "#222222", "#DDDDDD", "#7A1F5C"
TITLE, TEXT, SMALL = 11.0, 8.0, 7.0


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
    last: int

    def colour(self, issue: str) -> str:
        return ISSUE_COLOURS[self.issues.index(issue) % len(ISSUE_COLOURS)]

    def series(self, polity: str, issue: str, column: str) -> tuple[Any, Any]:
        """Weeks and values of a column."""
        rows = self.record.weeks
        rows = rows[(rows["polity"] == polity) & (rows["issue"] == issue)].sort_values("week")
        return rows["week"].to_numpy(), rows[column].to_numpy()

    def events(self, polity: str, event: str) -> pd.DataFrame:
        """Events of one sort in a polity, or in all of them."""
        rows = self.record.events
        if rows.empty:
            return rows.reindex(columns=["week", "issue"])
        here = rows["polity"].isin([polity, ""]) | rows["polity"].isna()
        return rows[here & (rows["event"] == event) & (rows["week"] <= self.last)]

    @property
    def labelled(self) -> bool:
        """Whether issues are named at the end of their lines, which takes room at the right."""
        return len(self.polities) == 1 and max(map(len, self.issues)) <= LONGEST_LABEL


@dataclass(frozen=True)
class _Panel:
    """One row of the figure."""

    title: str
    height: float
    draw: Callable[[Axes, Page, str], None]
    key: Callable[[Page], list[Any]] | None = None


def overview(record: Run, polity: str | None = None) -> Figure:
    """One run on a page: policy, support, participation, answers, agenda and campaigns, with the events marked.

    Up to three polities stand side by side. Of more, only `polity` is drawn, or the first.
    """
    from matplotlib.figure import Figure

    page = page_of(record, polity)
    panels = _panels(page)
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI)
    top = _head(figure, page)
    foot(figure, page)
    names = [
        *(plain(tactic, LONGEST_TACTIC) for tactic in page.tactics),
        *(plain(i, LONGEST_LABEL) for i in page.issues),
    ]
    left = max(0.4, *(width_of(name, SMALL, "bold") for name in names)) + 0.1
    right = max(width_of(plain(issue), SMALL, "bold") for issue in page.issues) + 0.1 if page.labelled else 0.0
    grid = lay_out(figure, page, [panel.height for panel in panels], [True] * len(panels), top, left, right)
    for number, (row, panel) in enumerate(zip(grid, panels, strict=True)):
        for axes, name in zip(row, page.polities, strict=True):
            prepare(axes, page, name)
            panel.draw(axes, page, name)
        _caption(row, panel, page, lift=10.0 if number == 0 and page.reforms else 0.0)
    mark_time(grid[-1], page)
    head_columns(grid[0], page)
    return figure


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
            axes.tick_params(axis="x", which="both", labelbottom=len(grid) == len(heights) - 1)
            axes.tick_params(axis="y", labelleft=column == 0)
            first = first or axes
            row.append(axes)
        grid.append(row)
    return grid


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure; the suffix of the path says in which format."""
    # The harder a picture is packed the longer it takes: the first level saves most of the room.
    quick = {"pil_kwargs": {"compress_level": 1}} if str(path).endswith(".png") else {}
    figure.savefig(path, dpi=DPI, **quick)  # type: ignore[arg-type]


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


def plain(name: str, most: int = 60) -> str:
    name = name.replace("_", " ")
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


# ---------------------------------------------------------------- head and foot


def _head(figure: Figure, page: Page) -> float:
    """Title, question and, where lines carry no names, the colours of the issues. Returns its height in inches."""
    scenario = page.record.scenario
    y = 0.1
    y = write(figure, wrap(scenario.title, TITLE, 2, "bold"), y, TITLE, weight="bold")
    y = write(figure, wrap(scenario.question, TEXT, 3), y, TEXT, color="#444444")
    if not page.labelled:
        y = _name_issues(figure, page, y)
    return y + 0.06


def _name_issues(figure: Figure, page: Page, y: float) -> float:
    from matplotlib.lines import Line2D

    # A column of the legend is as wide as its name, its line and the space around them.
    longest = max(width_of(plain(issue), TEXT) for issue in page.issues) + 0.55
    across = max(1, min(len(page.issues), int(WIDTH / longest)))
    handles = [Line2D([], [], color=page.colour(issue), lw=2.0, label=plain(issue)) for issue in page.issues]
    legend = figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(MARGIN, 1 - y / HEIGHT),
        ncols=across,
        frameon=False,
        fontsize=TEXT,
        borderpad=0.2,
        borderaxespad=0.0,
        handlelength=1.6,
    )
    legend.set_in_layout(False)
    return y + 0.18 * math.ceil(len(handles) / across) + 0.04


def foot(figure: Figure, page: Page) -> float:
    """What the letters mean, and what was run. Returns its height in inches."""
    lines, height = foot_lines(page), foot_height(page)
    write(figure, lines, figure.get_figheight() - height + 0.04, SMALL, color="#444444", spacing=1.35)
    return height


def foot_height(page: Page) -> float:
    """In inches."""
    return len(foot_lines(page)) * SMALL * 1.35 / 72 + 0.12


def foot_lines(page: Page) -> list[str]:
    """The lines of the foot."""
    lines = []
    if page.reforms:
        meanings = "; ".join(
            f"{r.letter}\N{NO-BREAK SPACE}(week\N{NO-BREAK SPACE}{r.week}) {r.meaning}" for r in page.reforms
        )
        lines += wrap(f"Changes of settings: {meanings}.", SMALL, 4)
    return lines + wrap(_provenance(page), SMALL, 4)


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


def width_of(line: str, size: float, weight: str = "normal") -> float:
    """Of a line in print, in inches: its letters side by side."""
    return sum(_letter_width(letter, weight) for letter in line) * size / 72


@functools.cache
def _letter_width(letter: str, weight: str) -> float:
    """In points, in print of one point."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    # Of a letter alone only its ink is measured; between two others it has its own width.
    font = FontProperties(size=1.0, weight=weight)
    both, alone = (
        text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] for text in (f"n{letter}n", "nn")
    )
    return float(both - alone)


def wrap(text: str, size: float, most: int, weight: str = "normal") -> list[str]:
    """Lines as wide as the page."""
    text, room = re.sub("[ \t\r\n]+", " ", text).strip(), WIDTH * (1 - 2 * MARGIN)
    if not text:
        return []
    lines, letters = [text], max(10, int(len(text) * room / width_of(text, size, weight) * 1.1))
    while letters >= 10 and max(width_of(line, size, weight) for line in lines) > room:
        lines = textwrap.wrap(text, letters, max_lines=most, placeholder=" …")
        letters -= 2
    return lines


def write(figure: Figure, lines: Sequence[str], y: float, size: float, spacing: float = 1.3, **style: Any) -> float:
    """Write lines from `y` inches below the top; returns where they end."""
    for line in lines:
        # Titles come from files: a dollar sign in them is no formula.
        at = 1 - y / figure.get_figheight()
        figure.text(MARGIN, at, line, size=size, va="top", ha="left", parse_math=False, in_layout=False, **style)
        y += size * spacing / 72
    return y


# ---------------------------------------------------------------- panels


def _panels(page: Page) -> list[_Panel]:
    tallest = _tallest(page)
    scale = f" (tallest bar: {tallest})" if tallest else ""
    return [
        _Panel("Policy in force (+1 reform, −1 its opposite)", 1.2, _policy, _key_policy),
        _Panel("Support for further reform (% of citizens)", 0.95, _support),
        _Panel("Protest (% of citizens, square-root scale)", 0.95, _protest),
        _Panel("Petitions signed (% of citizens, square-root scale)", 0.85, _petition),
        *_rare_panels(page),
        _Panel("Answers of the government", 0.25 + 0.2 * max(2, len(page.issues)), _answer, _key_answers),
        _Panel("Agenda (% of attention)", 0.95, _agenda, _key_agenda),
        _Panel(f"Campaigns by tactic{scale}", 0.35 + 0.15 * max(2, len(page.tactics)), _campaign, _key_campaigns),
    ]


def _rare_panels(page: Page) -> list[_Panel]:
    """What many runs do not have."""
    weeks = page.record.weeks[page.record.weeks["polity"].isin(page.polities)]
    panels = []
    if weeks.filter(regex="^boycott$").any(axis=None):
        panels.append(_Panel("Boycotts (% of citizens, square-root scale)", 0.7, _boycott, _key_boycotts))
    if weeks.filter(like="hashtag_").any(axis=None):
        panels.append(_Panel("Hashtags (% of those online who carry one)", 0.7, _hashtag, _key_hashtags))
    return panels


def prepare(axes: Axes, page: Page, polity: str) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set(color="#888888", linewidth=0.6)
    axes.tick_params(labelsize=SMALL, width=0.6, length=2.5, color="#888888", labelcolor=INK, pad=2)
    axes.tick_params(axis="x", which="both", length=0)
    apart = YEAR * _every_year(page)
    for week in range(apart, page.last, apart):
        axes.axvline(week + 0.5, color=FAINT, lw=0.6, zorder=0)
    for reform in page.reforms:
        if not reform.polities or polity in reform.polities:
            axes.axvline(
                reform.week - 0.5, color=REFORM, lw=0.8, ls=(0, (4, 2)), zorder=1, gid=f"reform/{reform.letter}"
            )


def _caption(row: Sequence[Axes], panel: _Panel, page: Page, lift: float) -> None:
    """The panel's title at its left, what its marks mean at its right, `lift` points above the panel."""
    from matplotlib.transforms import ScaledTranslation

    row[0].set_title(panel.title, loc="left", y=1.0, size=TEXT, weight="bold", color=INK, pad=3 + lift)
    up = ScaledTranslation(0, lift / 72, row[-1].figure.dpi_scale_trans)
    handles = panel.key(page) if panel.key else []
    if handles:
        legend = row[-1].legend(
            handles=handles,
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            bbox_transform=row[-1].transAxes + up,
            ncols=len(handles),
            frameon=False,
            fontsize=SMALL,
            borderpad=0.0,
            borderaxespad=0.25,
            handlelength=1.1,
            handletextpad=0.4,
            columnspacing=1.1,
        )
        # It stands on the line of the title, which the layout has made room for.
        legend.set_in_layout(False)


def _policy(axes: Axes, page: Page, polity: str) -> None:
    axes.axhline(0, color="#AAAAAA", lw=0.6, zorder=0)
    ends = _lines(axes, page, polity, "policy", 1.0, drawstyle="steps-mid", lw=1.5)
    steps = page.events(polity, "step")
    for issue in page.issues:
        weeks, values = page.series(polity, issue, "policy")
        at = dict(zip(weeks, values, strict=True))
        on = [week for week in steps.loc[steps["issue"] == issue, "week"] if week in at]
        marks = _marks(axes, on, [at[week] for week in on], "o", page.colour(issue))
        marks.set(markeredgecolor="white", markeredgewidth=0.6, zorder=4)
    axes.set_ylim(-1.05, 1.05)
    axes.set_yticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "0.5", "1"])
    _name_ends(axes, page, ends)


def _support(axes: Axes, page: Page, polity: str) -> None:
    ends = _lines(axes, page, polity, "support", 100.0, lw=1.2)
    rows = page.record.weeks
    shown = rows.loc[rows["polity"].isin(page.polities), "support"] * 100
    low, high = _span(float(shown.min()), float(shown.max()))
    if low + 1 < 50 < high - 1:
        axes.axhline(50, color="#AAAAAA", lw=0.6, zorder=0)
    axes.set_ylim(low, high)
    axes.set_yticks([t for t in range(0, 101, 10 if high - low < 62 else 25) if low <= t <= high])
    _name_ends(axes, page, ends)


def _span(low: float, high: float) -> tuple[float, float]:
    """Tens around the data, at least 20 apart, so that noise does not look like change."""
    low, high = math.floor(max(low - 1, 0) / 10) * 10, math.ceil(min(high + 1, 100) / 10) * 10
    if high - low < 20:
        low, high = (low, high + 10) if high <= 90 else (low - 10, high)
    return low - 0.5, high + 0.5


def _protest(axes: Axes, page: Page, polity: str) -> None:
    _bursts(axes, page, polity, "protest", least=0.1)


def _petition(axes: Axes, page: Page, polity: str) -> None:
    _bursts(axes, page, polity, "petition", least=0.5)


def _boycott(axes: Axes, page: Page, polity: str) -> None:
    _bursts(axes, page, polity, "boycott", least=0.1)
    found = page.events(polity, "concession")
    for issue in page.issues:
        on = found.loc[found["issue"] == issue, "week"]
        _marks(axes, on, [0.9] * len(on), "D", page.colour(issue)).set_transform(axes.get_xaxis_transform())


def _hashtag(axes: Axes, page: Page, polity: str) -> None:
    """Hashtags for the reform stand upward, those against it downward."""
    rows = page.record.weeks
    rows = rows[rows["polity"].isin(page.polities)]
    high = 100 * max(0.01, float(rows[["hashtag_for", "hashtag_against"]].to_numpy().max()))
    for side, towards in (("for", 100.0), ("against", -100.0)):
        for issue in page.issues:
            weeks, values = page.series(polity, issue, f"hashtag_{side}")
            axes.fill_between(
                weeks, towards * values, color=page.colour(issue), alpha=0.55, lw=0.6, zorder=2,
                gid=f"hashtag_{side}/{polity}/{issue}",
            )  # fmt: skip
    axes.axhline(0, color="#AAAAAA", lw=0.6, zorder=0)
    low = -high if rows["hashtag_against"].any() else 0.0
    axes.set_ylim(low * 1.1, high * 1.1)
    tick = float(f"{0.7 * high:.1g}")
    ticks = [t for t in (-tick, 0.0, tick) if t >= low]
    axes.set_yticks(ticks, [f"{abs(t):g}" for t in ticks])


def _bursts(axes: Axes, page: Page, polity: str, column: str, least: float) -> None:
    """Shares that are small in most weeks and large in some: the square root shows both, and zero."""
    import numpy as np

    _lines(axes, page, polity, column, 100.0, lw=0.8 if page.last <= 5 * YEAR else 0.6)
    for issue in page.issues:
        weeks, values = page.series(polity, issue, column)
        axes.fill_between(weeks, values * 100, color=page.colour(issue), alpha=0.18, lw=0, zorder=1)
    rows = page.record.weeks
    highest = float(rows.loc[rows["polity"].isin(page.polities), column].max()) * 100
    if not highest:
        say(axes, "none in any week")
    high = max(least, highest)
    axes.set_yscale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0)), np.square))
    axes.set_ylim(0, high * 1.08)
    ticks = root_ticks(high)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def root_ticks(high: float) -> list[float]:
    """Round numbers that stand well apart on a square-root scale."""
    steps = [m * 10.0**k for k in range(2, -5, -1) for m in (5, 2, 1)]
    ticks: list[float] = []
    for tick in (step for step in steps if step <= high):
        apart = math.sqrt(ticks[-1]) - math.sqrt(tick) if ticks else math.inf
        if min(apart, math.sqrt(tick)) >= 0.22 * math.sqrt(high):
            ticks.append(float(f"{tick:.6g}"))
    return [0.0, *reversed(ticks)]


def _answer(axes: Axes, page: Page, polity: str) -> None:
    """A band for each issue, a lane in it for each answer that occurs."""
    lanes = max(1, len(page.answers))
    for row, issue in enumerate(page.issues):
        axes.axhspan(row + 0.06, row + 0.94, color="#F3F3F3", lw=0, zorder=-1)
        weeks, texts = page.series(polity, issue, "response")
        for lane, answer in enumerate(page.answers):
            on = [week for week, text in zip(weeks, texts, strict=True) if answer in text.split("+")]
            low, high = row + 0.1 + 0.8 * lane / lanes, 0.8 / lanes
            colour = ANSWER_COLOURS.get(answer, "black")
            axes.broken_barh(
                _spells(on), (low, high), fc=colour, ec=colour, lw=0.3, zorder=2, gid=f"{answer}/{polity}/{issue}"
            )
    axes.set_ylim(len(page.issues), 0)
    axes.set_yticks([row + 0.5 for row in range(len(page.issues))], [plain(i, LONGEST_LABEL) for i in page.issues])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    # Inner columns have no labels.
    for label, issue in zip(axes.get_yticklabels(), page.issues, strict=False):
        label.set(color=page.colour(issue), weight="bold")
    if not page.answers:
        say(axes, "no answer in any week")


def _spells(weeks: Sequence[int]) -> list[tuple[float, float]]:
    """Runs of consecutive weeks as start and length; a week reaches half a week to both sides."""
    spells: list[tuple[float, float]] = []
    for week in sorted(weeks):
        if spells and sum(spells[-1]) == week - 0.5:
            spells[-1] = (spells[-1][0], spells[-1][1] + 1)
        else:
            spells.append((week - 0.5, 1.0))
    return spells


def _agenda(axes: Axes, page: Page, polity: str) -> None:
    ends = _lines(axes, page, polity, "agenda", 100.0, lw=1.0)
    rows = page.record.weeks
    high = max(5.0, float(rows.loc[rows["polity"].isin(page.polities), "agenda"].max()) * 100)
    axes.set_ylim(0, high * 1.35)
    axes.set_yticks(_round_ticks(high))
    above = axes.get_xaxis_transform()
    for event, y, marker in (("news", 0.94, "v"), ("covered", 0.84, "|")):
        found = page.events(polity, event)
        for issue in page.issues:
            on = found.loc[found["issue"] == issue, "week"]
            _marks(axes, on, [y] * len(on), marker, page.colour(issue)).set_transform(above)
    _name_ends(axes, page, ends)


def _round_ticks(high: float) -> list[float]:
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50) if high / s <= 4.5)
    return [float(tick) for tick in range(0, int(high) + 1, step)]


def _tallest(page: Page) -> int:
    if page.campaigns.empty:
        return 0
    lanes = page.campaigns.groupby(["week", "polity", "tactic", "against"], observed=True)
    return int(lanes.size().max())


def _campaign(axes: Axes, page: Page, polity: str) -> None:
    """A lane for each tactic: campaigns for reform stand upward, those against it downward."""
    import numpy as np

    rows, tallest = page.campaigns[page.campaigns["polity"] == polity], max(1, _tallest(page))
    weeks, edges = np.arange(1, page.last + 1), np.arange(page.last + 1) + 0.5
    for lane, tactic in enumerate(page.tactics):
        axes.axhline(lane, color=FAINT, lw=0.5, zorder=0)
        mine = rows[rows["tactic"] == tactic]
        for side, colour, towards in ((False, FOR, -0.46), (True, AGAINST, 0.46)):
            count = mine[mine["against"] == side].groupby("week").size().reindex(weeks, fill_value=0).to_numpy()
            if count.any():
                stairs(axes, lane + towards * count / tallest, edges, baseline=lane, color=colour, lw=0, zorder=2)
    names = [plain(tactic, LONGEST_TACTIC) for tactic in page.tactics]
    closures = page.events(polity, "closure")["week"]
    if _occurs(page, "closure"):
        _marks(axes, closures, [len(names)] * len(closures), "x", ANSWER_COLOURS["repress"])
        names.append("closures")
    axes.set_ylim(max(1, len(names)) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if not page.tactics:
        say(axes, "no campaigns")


def _marks(axes: Axes, weeks: Iterable[int], places: Sequence[float], marker: str, colour: str) -> Line2D:
    """Marks of events; those in the first and last week may reach over the edge."""
    (marks,) = axes.plot(list(weeks), places, marker, ms=4, mew=0.9, color=colour, zorder=3, clip_on=False)
    # Without events the marks have no extent, which would upset the layout.
    marks.set_in_layout(False)
    return marks


def _lines(axes: Axes, page: Page, polity: str, column: str, unit: float, **style: Any) -> dict[str, float]:
    """One line per issue; returns where each ends."""
    ends = {}
    for issue in page.issues:
        weeks, values = page.series(polity, issue, column)
        marker = "o" if len(weeks) == 1 else None
        axes.plot(
            weeks,
            values * unit,
            color=page.colour(issue),
            marker=marker,
            clip_on=marker is None,
            ms=3,
            zorder=3,
            gid=f"{column}/{polity}/{issue}",
            solid_joinstyle="round",
            **style,
        )
        ends[issue] = float(values[-1] * unit)
    return ends


def _name_ends(axes: Axes, page: Page, ends: dict[str, float]) -> None:
    """Names at the ends of lines, pushed apart as far as their letters need."""
    if not page.labelled:
        return
    low, high = axes.get_ylim()
    # The layout, which comes later, changes the height little.
    apart = 8.5 / 72 / (axes.get_position().height * HEIGHT) * (high - low)
    order = sorted(ends, key=lambda issue: ends[issue])
    places = _spread([ends[issue] for issue in order], apart, low, high)
    for issue, place in zip(order, places, strict=True):
        axes.annotate(
            plain(issue),
            (1.0, place),
            xytext=(3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            size=SMALL,
            color=page.colour(issue),
            weight="bold",
        )


def _spread(places: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Rising places at least `apart`, each crowd of them centred on where its members belong."""
    crowds: list[list[float]] = []

    def lowest(crowd: list[float]) -> float:
        length = (len(crowd) - 1) * apart
        return max(low, min(sum(crowd) / len(crowd) - length / 2, high - length))

    for place in places:
        crowds.append([place])
        while len(crowds) > 1 and lowest(crowds[-1]) < lowest(crowds[-2]) + len(crowds[-2]) * apart:
            crowds[-2:] = [crowds[-2] + crowds[-1]]
    return [lowest(crowd) + apart * at for crowd in crowds for at in range(len(crowd))]


def stairs(axes: Axes, values: Any, edges: Any, baseline: Any, fill: bool = True, **style: Any) -> None:
    """Steps at `values`, filled down to the baseline. Limits of the axes are set elsewhere, so that none are sought."""
    from matplotlib.patches import StepPatch

    axes.add_artist(StepPatch(values, edges, baseline=baseline, fill=fill, **style))


def say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", size=SMALL, color="#777777")


# ---------------------------------------------------------------- keys, time and columns


def mark(marker: str, label: str, colour: str = INK, size: float = 4.0) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], ls="", marker=marker, ms=size, mew=0.9, color=colour, label=label)


def _occurs(page: Page, event: str) -> bool:
    return any(len(page.events(polity, event)) for polity in page.polities)


def _key_policy(page: Page) -> list[Any]:
    from matplotlib.lines import Line2D

    steps = [mark("o", "step of policy")] if _occurs(page, "step") else []
    change = Line2D([], [], color=REFORM, lw=0.8, ls=(0, (4, 2)), label="change of settings")
    return steps + ([change] if page.reforms else [])


def _key_boycotts(page: Page) -> list[Any]:
    return [mark("D", "firm gives in")] if _occurs(page, "concession") else []


def _key_hashtags(page: Page) -> list[Any]:
    against = page.record.weeks["hashtag_against"].any()
    return [mark("", "up: for reform, down: against")] if against else []


def _key_answers(page: Page) -> list[Any]:
    from matplotlib.patches import Patch

    return [Patch(color=ANSWER_COLOURS.get(answer, "black"), label=plain(answer)) for answer in page.answers]


def _key_agenda(page: Page) -> list[Any]:
    marks = (("news", "v", "news shock"), ("covered", "|", "act covered by media"))
    return [mark(marker, label) for event, marker, label in marks if _occurs(page, event)]


def _key_campaigns(page: Page) -> list[Any]:
    from matplotlib.patches import Patch

    sides = [Patch(color=FOR, label="for reform"), Patch(color=AGAINST, label="against")]
    closed = [mark("x", "closure", ANSWER_COLOURS["repress"])] if _occurs(page, "closure") else []
    return (sides if page.tactics else []) + closed


def _every_year(page: Page) -> int:
    """How many years lie between marked ones, so that their names have room."""
    room = 5.0 / len(page.polities) / (page.last / YEAR)
    return next(n for n in (1, 2, 5, 10, 20, 50, 100) if n * room >= 0.42)


def mark_time(row: Sequence[Axes], page: Page) -> None:
    """Weeks at the ticks, years between them."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

    first, every, last = row[0], _every_year(page), page.last
    first.set_xlim(0.5, last + 0.5)
    if last > 2 * YEAR:
        first.xaxis.set_major_locator(FixedLocator(list(range(YEAR * every, last + 1, YEAR * every))))
    elif last > YEAR:
        part = YEAR // 4 if len(row) == 1 else YEAR // 2
        first.xaxis.set_major_locator(FixedLocator(list(range(part, last + 1, part))))
    else:
        first.xaxis.set_major_locator(MaxNLocator(8 if len(row) == 1 else 4, integer=True, min_n_ticks=1))
    if last > YEAR:
        years = [year for year in range(every, last // YEAR + 2, every) if (year - 1) * YEAR + YEAR // 2 <= last]
        middles = [((year - 1) * YEAR + min(year * YEAR, last) + 1) / 2 for year in years]
        first.xaxis.set_minor_locator(FixedLocator(middles))
        first.xaxis.set_minor_formatter(FixedFormatter([f"year {year}" for year in years]))
    for axes in row:
        axes.tick_params(axis="x", which="major", length=2.5)
        axes.tick_params(axis="x", which="minor", pad=11, labelsize=SMALL, labelcolor="#666666")
        axes.set_xlabel("week", size=TEXT, color=INK, labelpad=2)


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
