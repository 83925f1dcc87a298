"""The timeline of a story: campaigns, what came to pass and answers, in bands by issue. Nothing is simulated here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from advosim.figures.campaigns import caption, efforts, happened, page_of_first, prepare_under, rows_of, table_of
from advosim.figures.page import ANSWER_COLOURS, REFORM, Page, head_columns, mark, mark_time, of_one, sheet
from advosim.figures.panels import FOR, say
from advosim.figures.toolkit import INK, SMALL, WIDTH, plain, width_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run

MOST_CAMPAIGNS = 25
MOST_ROWS = 8

ROW, TOP_OF_BAND, POLICY, BELOW = 0.135, 0.22, 0.38, 0.06
LEFT, RIGHT = 0.95, 0.12
HIGHEST, EDGE = 1.2, 0.06
"""Where the panel of policy ends, and inches between a step and its number."""
NAMED_FROM = 0.005
"""Smaller steps would be numbered as 0."""
BAND = "#F4F4F4"
CAMPAIGN = ["organisation", "alliance", "issue", "tactic", "side"]
TOLD = ("concession", "agreement", "vote", "adopted", "hashtag", "local_step")
ALWAYS_TOLD = TOLD[:4]
MARKERS = {
    "covered": ("^", "act covered by media"),
    "concession": ("D", "firm gives in"),
    "agreement": ("h", "agreement at a table"),
    "vote": ("s", "vote"),
    "adopted": ("*", "heard abroad"),
    "hashtag": (r"$\#$", "hashtag"),
    "local_step": ("p", "local step"),
    "closure": ("x", "closure"),
    "founded": ("P", "founded"),
    "split": ("P", "founded by a faction"),
    "formalised": ("P", "founded by a movement"),
    "grant": ("|", "grants"),
}


class _Item(NamedTuple):
    """What has a name on the timeline: a campaign's bar or an event's mark, from week to week."""

    start: float
    end: float
    label: str
    side: str
    event: str = "campaign"


class _Placed(NamedTuple):
    """An item with its row and the place of its name: inside, right, left, or none."""

    item: _Item
    row: int
    place: str


@dataclass(frozen=True)
class _Band:
    """What is drawn of one issue; of no issue, what befalls organisations."""

    issue: str
    moments: list[_Placed]
    campaigns: list[_Placed]
    rest: pd.DataFrame
    covered: pd.DataFrame
    answers: list[str]

    @property
    def rows(self) -> list[tuple[str, int]]:
        """The rows from the top: what they show, and how many they are."""
        parts = [
            ("acts covered", int(not self.covered.empty)),
            ("answers", int(bool(self.answers))),
            ("events" if self.issue else "fates", _used(self.moments)),
            ("campaigns", _used(self.campaigns)),
            ("others" if self.issue else "grants", int(not self.rest.empty)),
        ]
        return [(name, count) for name, count in parts if count]

    @property
    def height(self) -> float:
        """Without the policy below it, in inches."""
        return ROW * max(1, sum(count for _, count in self.rows))


def timeline(record: Run, polity: str | None = None) -> Figure:
    """The story of a polity (of several, the first): by issue the campaigns, what was done about them, and the policy.

    The campaigns that brought most are named, up to 25 of them; the others are thin strokes.
    """
    page = page_of_first(record, polity)
    spells = _spells(page)
    bands = [_band(page, issue, spells[spells["issue"] == issue]) for issue in page.issues]
    fates = _fates(page)
    named = sum(len(band.campaigns) for band in bands)
    begun = max(len(happened(page, ["campaign"])), len(spells))
    reading = (
        f"Of {begun} campaign{'' if begun == 1 else 's'} begun, the {named} that brought most to their side as boxes, "
        "the others, once they act, as thin strokes; what was done and answered; the policy in force below. Boxes, "
        "marks and steps have names and sizes as far as there is room, the weightiest first."
    )
    inches = sum(TOP_OF_BAND + band.height + POLICY + BELOW for band in bands) + 0.45
    inches += TOP_OF_BAND + fates.height if fates.rows else 0.0
    inches += 0.12 if page.reforms else 0.0
    figure, y = sheet(page, of_one(page, "Timeline"), reading, inches, _timeline_key(page, [*bands, fates]))
    y += 0.12 if page.reforms else 0.0
    first: Axes | None = None
    for band in bands:
        axes = _place(figure, y + TOP_OF_BAND, band.height, first)
        first = first or axes
        _draw_band(axes, page, band)
        below = _place(figure, y + TOP_OF_BAND + band.height, POLICY, first)
        _draw_policy(below, page, band.issue)
        y += TOP_OF_BAND + band.height + POLICY + BELOW
    last = below
    if fates.rows:
        last = _place(figure, y + TOP_OF_BAND, fates.height, first)
        _draw_band(last, page, fates)
    _show_weeks_at(last, figure.axes, page)
    head_columns(figure.axes[:1], page)
    return figure


def _place(figure: Figure, y: float, height: float, shared: Axes | None) -> Axes:
    """Axes `y` inches below the top."""
    tall = figure.get_figheight()
    box = (LEFT / WIDTH, 1 - (y + height) / tall, (WIDTH - LEFT - RIGHT) / WIDTH, height / tall)
    return figure.add_axes(box, sharex=shared)


def _show_weeks_at(last: Axes, panels: Sequence[Axes], page: Page) -> None:
    mark_time([panels[0]], page)
    panels[0].set_xlabel("")
    mark_time([last], page)
    for axes in panels:
        axes.xaxis.set_visible(axes is last)


def _band(page: Page, issue: str, spells: pd.DataFrame) -> _Band:
    chosen = spells.head(-(-MOST_CAMPAIGNS // len(page.issues)))
    most = max(3, 18 // len(page.issues))
    told = _told_of(_moments(page, issue), 3 if len(page.issues) <= 3 else 2, page.last)
    items = [
        _Item(s.first - 0.5, s.last + 0.5, f"{plain(s.organisation, 24)}: {plain(s.tactic, 24)}", s.side)
        for s in rows_of(chosen)
    ]
    campaigns, homeless = _pack(items, most, page.last)
    rest = [(s.first, s.last, s.side) for s in rows_of(spells.iloc[len(chosen) :])]
    rest += [(item.start + 0.5, item.end - 0.5, item.side) for item in homeless]
    return _Band(
        issue, told, campaigns, table_of(rest, ["first", "last", "side"]),
        happened(page, ["covered"], issue),
        [a for a in page.answers if len(happened(page, [a], issue))],
    )  # fmt: skip


def _told_of(moments: Sequence[_Item], rows: int, last: int) -> list[_Placed]:
    """Moments in a few rows; in more where a concession, an agreement, a vote or an adoption would have no room."""
    while True:
        told, homeless = _pack(moments, rows, last)
        if rows >= MOST_ROWS or not any(item.event in ALWAYS_TOLD for item in homeless):
            return told
        rows += 1


def _fates(page: Page) -> _Band:
    """Closures and foundings by name, and grants."""
    half = 0.05 * _weeks_an_inch(page.last)
    fates = happened(page, ["closure", "founded", "split", "formalised"])
    items = [_Item(e.week - half, e.week + half, plain(e.organisation, 24), "for", e.event) for e in rows_of(fates)]
    told, _ = _pack(items, 3, page.last)
    grants = happened(page, ["grant"])
    rest = table_of([(week, week, "for") for week in sorted(set(grants["week"]))], ["first", "last", "side"])
    return _Band("", told, [], rest, grants.iloc[:0], [])


def _spells(page: Page) -> pd.DataFrame:
    """Campaigns with first and last week, effort and gain, the one that brought most first.

    A campaign still running, or cut short by closure, has no gain in the log: it gets the usual gain of its effort.
    """
    import pandas as pd

    rows = efforts(page)
    rows = rows[rows["polity"] == page.polities[0]].astype({"week": "int64"}).sort_values("week", kind="stable")
    begun = happened(page, ["campaign"]).astype({"week": "int64"}).sort_values("week", kind="stable")
    begun = begun.assign(begun=begun["week"])[["week", "begun", *CAMPAIGN]]
    # An organisation may run several campaigns at once, and takes some weeks from planning one to acting.
    rows = pd.merge_asof(rows, begun, on="week", by=CAMPAIGN).sort_values([*CAMPAIGN, "week"], kind="stable")
    new = (rows["week"] != rows["week"].shift() + 1) | (rows["begun"].fillna(0) != rows["begun"].fillna(0).shift())
    new |= (rows[CAMPAIGN] != rows[CAMPAIGN].shift()).any(axis=1)
    spells = (
        rows.groupby(new.cumsum())
        .agg(
            organisation=("organisation", "first"), issue=("issue", "first"), tactic=("tactic", "first"),
            side=("side", "first"), first=("week", "min"), last=("week", "max"), effort=("effort", "sum"),
        )
    )  # fmt: skip
    spells["gain"] = _gains(page, spells)
    known = spells[spells["gain"].notna()]
    usual = float(known["gain"].sum() / known["effort"].sum()) if len(known) else 1.0
    spells["gain"] = spells["gain"].fillna(spells["effort"] * usual)
    return spells.sort_values(["gain", "effort", "first"], ascending=[False, False, True], kind="stable")


def _gains(page: Page, spells: pd.DataFrame) -> list[float]:
    """What the log says at the end of each campaign, in its last week or the next."""
    ended = happened(page, ["end"])
    lanes = ["week", "organisation", "issue", "tactic", "side"]
    gains = dict(zip(ended[lanes].itertuples(index=False, name=None), ended["size"], strict=True))
    found = []
    for s in rows_of(spells):
        lane = (s.organisation, s.issue, s.tactic, s.side)
        found.append(gains.get((s.last, *lane), gains.get((s.last + 1, *lane), float("nan"))))
    return found


def _moments(page: Page, issue: str) -> list[_Item]:
    """Events with a name, the weightiest first."""
    half = 0.055 * _weeks_an_inch(page.last)
    events = happened(page, TOLD, issue)
    weight = events["event"].map({name: number for number, name in enumerate(TOLD)})
    events = events.assign(weight=weight).sort_values(["weight", "week"], kind="stable")
    return [_Item(e.week - half, e.week + half, _told(e), _side_of(e), e.event) for e in rows_of(events)]


def _told(event: Any) -> str:
    who = plain(event.organisation, 24)
    return {
        "concession": f"{who} gives in",
        "agreement": f"agreement, {_signed(event.size)}",
        "vote": f"{event.detail}, {event.size:.0%}",
        "adopted": f"{who} heard by {plain(event.detail, 24)}",
        "hashtag": f"hashtag of {who}",
        "local_step": f"policy of {who} {_signed(event.size)}",
    }[event.event]


def _side_of(event: Any) -> str:
    """Local steps and agreements say by their sign which way they went."""
    if event.event == "local_step":
        return "for" if event.size > 0 else "against"
    return "against" if event.side == "against" else "for"


def _signed(size: float) -> str:
    return f"{size:+.2f}".replace("-", "−")


def _weeks_an_inch(last: int) -> float:
    return last / (WIDTH - LEFT - RIGHT)


def _pack(items: Sequence[_Item], rows: int, last: int) -> tuple[list[_Placed], list[_Item]]:
    """Rows and names without overlaps: the first items have first choice; returns also those without room."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    placed, homeless = [], []
    for item in items:
        spot = next(_spots(item, taken, last), None)
        if spot is None:
            homeless.append(item)
            continue
        row, place, extent = spot
        taken[row].append(extent)
        placed.append(_Placed(item, row, place))
    return placed, homeless


def _spots(
    item: _Item, taken: Sequence[Sequence[tuple[float, float]]], last: int
) -> Iterator[tuple[int, str, tuple[float, float]]]:
    """Free rows for an item, with its name if it can be."""
    inch = _weeks_an_inch(last)
    name, gap = (width_of(item.label, SMALL) + 0.05) * inch, 0.06 * inch
    extents = {
        "right": (item.start, item.end + name),
        "left": (item.start - name, item.end),
        "inside": (item.start, item.end) if item.event == "campaign" and item.end - item.start > name else (0.0, -1.0),
        "none": (item.start, item.end),
    }
    for place in ("inside", "right", "left", "none"):
        low, high = extents[place]
        fits = high > low and (place == "none" or (low >= 0.0 and high <= last + 0.5 + 0.1 * inch))
        for row, others in enumerate(taken if fits else []):
            if all(high + gap <= start or end + gap <= low for start, end in others):
                yield row, place, (low, high)


def _used(placed: Sequence[_Placed]) -> int:
    return max((one.row for one in placed), default=-1) + 1


def _draw_band(axes: Axes, page: Page, band: _Band) -> None:
    prepare_under(axes, page, page.polities[0])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    colour = page.colour(band.issue) if band.issue else INK
    draw: dict[str, Callable[[float], None]] = {
        "acts covered": lambda y: _draw_covered(axes, band, y, colour),
        "answers": lambda y: _draw_answers(axes, page, band, y),
        "events": lambda y: _draw_named(axes, page, band.moments, y, colour),
        "fates": lambda y: _draw_named(axes, page, band.moments, y, ANSWER_COLOURS["repress"]),
        "campaigns": lambda y: _draw_named(axes, page, band.campaigns, y, colour, f"campaigns/{band.issue}"),
        "others": lambda y: _draw_rest(axes, band, y, colour),
        "grants": lambda y: _marks(axes, band.rest["first"], y + 0.5, "|", INK, "grants/"),
    }
    y, ticks = 0, dict[float, str]()
    for name, count in band.rows:
        draw[name](y)
        ticks[y + 0.5] = name
        axes.axhspan(y + 0.04, y + count - 0.04, color=BAND, lw=0, zorder=-1)
        y += count
    axes.set_ylim(max(1, y), 0)
    axes.set_yticks(list(ticks), list(ticks.values()))
    title = plain(band.issue) if band.issue else "Organisations"
    caption([axes], title, page, first=band.issue == page.issues[0], color=colour)
    if not band.rows:
        say(axes, "no campaigns")


def _draw_covered(axes: Axes, band: _Band, y: float, colour: str) -> None:
    for side, marker, at in (("for", "^", y + 0.3), ("against", "v", y + 0.7)):
        on = band.covered.loc[(band.covered["side"] == "against") == (side == "against"), "week"]
        marks = _marks(axes, on, at, marker, colour, f"covered/{band.issue}/{side}", ms=3.2, rim=0.5)
        marks.set_markerfacecolor(colour if side == "for" else "white")


def _draw_answers(axes: Axes, page: Page, band: _Band, y: float) -> None:
    """A thin lane for each answer that the figure has."""
    lanes = len(page.answers)
    for lane, answer in enumerate(page.answers):
        weeks = sorted(set(happened(page, [answer], band.issue)["week"]))
        wide = max(1.0, 0.025 * _weeks_an_inch(page.last))
        axes.broken_barh(
            [(week - wide / 2, wide) for week in weeks],
            (y + 0.08 + 0.84 * lane / lanes, 0.84 / lanes),
            fc=ANSWER_COLOURS.get(answer, "black"),
            lw=0,
            zorder=3,
            gid=f"{answer}/{band.issue}",
        )


def _draw_named(
    axes: Axes, page: Page, placed: Sequence[_Placed], y: float, colour: str, gid: str | None = None
) -> None:
    from matplotlib.patches import Rectangle

    for item, row, place in placed:
        middle, filled = y + row + 0.5, item.side == "for"
        face = colour if filled else "white"
        if item.event == "campaign":
            wide = item.end - item.start
            tall = 0.9 if place == "inside" else 0.6
            box = (item.start, middle - tall / 2)
            axes.add_artist(Rectangle(box, wide, tall, fc=face, ec=colour, lw=0.8, zorder=3, gid=gid))
        else:
            week = (item.start + item.end) / 2
            marks = _marks(axes, [week], middle, MARKERS[item.event][0], colour, f"{item.event}/", ms=4.5)
            marks.set_markerfacecolor(face if item.event != "hashtag" else colour)
        _name(axes, page, item, middle, place)


def _name(axes: Axes, page: Page, item: _Item, y: float, place: str) -> None:
    if place == "none":
        return
    inch = _weeks_an_inch(page.last)
    # Text with an outline is drawn unhinted, from its left: its own width says where that is.
    before = item.start - (width_of(item.label, SMALL) + 0.045) * inch
    at = {"right": item.end + 0.035 * inch, "left": before, "inside": (item.start + item.end) / 2}
    align = "center" if place == "inside" else "left"
    style: dict[str, Any] = {"ha": align, "va": "center_baseline", "size": SMALL, "color": INK, "parse_math": False}
    _clear(axes.text(at[place], y, item.label, zorder=6, **style), BAND)


def _clear(text: Any, ground: str) -> None:
    """Lines behind a text keep off its letters."""
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=1.8, foreground=ground)])


def _draw_rest(axes: Axes, band: _Band, y: float, colour: str) -> None:
    for side, at in (("for", y + 0.14), ("against", y + 0.56)):
        mine = band.rest[band.rest["side"] == side]
        bars = [(s.first - 0.5, s.last - s.first + 1) for s in rows_of(mine)]
        axes.broken_barh(
            bars,
            (at, 0.3),
            fc=colour if side == "for" else "white",
            ec=colour,
            lw=0.4,
            alpha=0.55,
            zorder=2,
            gid=f"others/{band.issue}/{side}",
        )


def _draw_policy(axes: Axes, page: Page, issue: str) -> None:
    """The policy in force, its steps marked and, where there is room, named by their size."""
    polity = page.polities[0]
    prepare_under(axes, page, polity)
    weeks, values = page.series(polity, issue, "policy")
    axes.axhline(0, color="#AAAAAA", lw=0.5, zorder=0)
    axes.plot(
        weeks,
        values,
        color=page.colour(issue),
        lw=1.0,
        drawstyle="steps-mid",
        marker="o" if len(weeks) == 1 else None,
        ms=2.5,
        zorder=3,
        gid=f"policy/{polity}/{issue}",
    )
    at = dict(zip(weeks.tolist(), values.tolist(), strict=True))
    steps = happened(page, ["step"], issue)
    steps = steps[steps["week"].isin(list(at))]
    _marks(axes, steps["week"], [at[w] for w in steps["week"]], "o", page.colour(issue), f"step/{issue}", ms=3.2)
    _name_steps(axes, page, steps, at)
    axes.set_ylim(-HIGHEST, HIGHEST)
    axes.set_yticks([-1, 0, 1], ["−1", "policy 0", "1"])


def _name_steps(axes: Axes, page: Page, steps: pd.DataFrame, at: dict[int, float]) -> None:
    """The largest first, and it in any case; numbers keep their distance from others, the edges and the line."""
    taken: list[_Box] = []
    sizes = steps["size"].abs()
    order = sizes[sizes >= NAMED_FROM].sort_values(ascending=False, kind="stable").index
    for step in rows_of(steps.loc[order]):
        corners = list(_corners(page, step, at))
        free = [one for one in corners if not any(one.overlaps(other) for other in taken)]
        clear = [one for one in free if not _crossed(one, step, at)]
        if not clear and (taken or not free):
            continue
        box = (clear or free)[0]
        taken.append(box)
        text = axes.text(
            box.end - EDGE * _weeks_an_inch(page.last) if box.left else box.start + EDGE * _weeks_an_inch(page.last),
            (box.low + box.high) / 2,
            _signed(step.size),
            ha="right" if box.left else "left",
            va="center_baseline",
            size=SMALL,
            color=page.colour(step.issue),
            zorder=5,
        )
        _clear(text, "white")


def _crossed(box: _Box, step: Any, at: Mapping[int, float]) -> bool:
    """Whether the line of policy runs through a step's number."""
    return any(box.low < at[w] < box.high for w in at if box.start <= w <= box.end and w != step.week)


class _Box(NamedTuple):
    """Room for a number beside a step: weeks, positions of policy, and whether it stands on the left."""

    start: float
    end: float
    low: float
    high: float
    left: bool

    def overlaps(self, other: _Box) -> bool:
        beside = self.end <= other.start or other.end <= self.start
        return not (beside or self.high <= other.low or other.high <= self.low)


def _corners(page: Page, step: Any, at: dict[int, float]) -> Iterator[_Box]:
    """Places for a step's number within the panel, beginning with the corner that the step itself leaves free."""
    wide = (width_of(_signed(step.size), SMALL) + 2 * EDGE) * _weeks_an_inch(page.last)
    unit = 2 * HIGHEST / POLICY
    tall, gap = SMALL / 72 * 0.8 * unit, 0.03 * unit
    after = at[step.week]
    lefts = (True, False) if step.size > 0 else (False, True)
    for left in lefts:
        for above in (True, False):
            level = after - step.size if left else after
            low = level + gap if above else level - gap - tall
            start, end = (step.week - wide, step.week) if left else (step.week, step.week + wide)
            if start >= 0.5 and end <= page.last + 0.5 and low >= -HIGHEST and low + tall <= HIGHEST:
                yield _Box(start, end, low, low + tall, left)


def _marks(
    axes: Axes, weeks: Iterable[float], y: Any, marker: str, colour: str, gid: str, ms: float = 4.0, rim: float = 0.8
) -> Any:
    weeks = list(weeks)
    places = y if isinstance(y, list) else [y] * len(weeks)
    style: dict[str, Any] = {"ls": "", "marker": marker, "ms": ms, "mew": rim, "color": colour, "gid": gid}
    (marks,) = axes.plot(weeks, places, zorder=4, clip_on=False, **style)
    # Without events the marks have no extent.
    marks.set_in_layout(bool(weeks))
    return marks


def _timeline_key(page: Page, bands: Sequence[_Band]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    if any(band.campaigns for band in bands):
        handles += [Patch(fc=FOR, ec=FOR, label="campaign for reform"), Patch(fc="white", ec=FOR, label="against")]
    seen = set(happened(page, list(MARKERS))["event"])
    shown = [(event, *row) for event, row in MARKERS.items() if event in seen]
    handles += [mark(m, label, ANSWER_COLOURS["repress"] if e == "closure" else INK) for e, m, label in shown]
    if len(happened(page, ["step"])):
        handles.append(mark("o", "step of policy"))
    handles += [Patch(color=ANSWER_COLOURS.get(a, "black"), label=f"answer: {plain(a)}") for a in page.answers]
    if page.reforms:
        handles.append(Line2D([], [], color=REFORM, lw=0.8, ls=(0, (4, 2)), label="change of settings"))
    return handles
