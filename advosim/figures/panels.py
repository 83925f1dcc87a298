"""Figures from the tables of a record, for print: nothing is simulated here.

Figures are made without pyplot, so that they need no display and can be drawn in several threads.
Colours: Okabe & Ito (2008) for issues; answers are told apart by their lane as well as by colour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advosim.figures.page import (
    ANSWER_COLOURS,
    LONGEST_LABEL,
    REFORM,
    YEAR,
    Page,
    foot,
    head_columns,
    lay_out,
    mark,
    mark_time,
    page_of,
    prepare,
    stairs,
)
from advosim.figures.toolkit import (
    DPI,
    FAINT,
    INK,
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
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from advosim.reading.tables import Run

HEIGHT = 9.5
LONGEST_TACTIC = 24
FOR, AGAINST = "#3B3B3B", "#A8A8A8"


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


# ---------------------------------------------------------------- panels


def _panels(page: Page) -> list[_Panel]:
    tallest = _tallest(page)
    scale = f" (tallest bar: {tallest})" if tallest else ""
    return [
        _Panel("Policy in force (+1 reform, −1 its opposite)", 1.2, _policy, _key_policy),
        _Panel("Want more reform than policy (% of citizens)", 0.95, _support),
        _Panel("Protest (% of citizens, square-root scale)", 0.95, _protest),
        _Panel("Petitions signed (% of citizens, square-root scale)", 0.85, _petition),
        *_rare_panels(page),
        _Panel("Answers of the government", 0.25 + 0.2 * max(2, len(page.issues)), _answer, _key_answers),
        _Panel("Agenda (% of all attention)", 0.95, _agenda, _key_agenda),
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
            columnspacing=1.1,
            **KEY | {"borderaxespad": 0.25, "handlelength": 1.1, "handletextpad": 0.4},
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
    marked = any(_occurs(page, event) for event in ("news", "covered"))
    axes.set_ylim(0, high * (1.35 if marked else 1.1))
    axes.set_yticks(_round_ticks(high * 1.1))
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


def say(axes: Axes, text: str, y: float = 0.5) -> None:
    axes.text(0.5, y, text, transform=axes.transAxes, ha="center", va="center", size=SMALL, color="#777777")


# ---------------------------------------------------------------- keys, time and columns


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
