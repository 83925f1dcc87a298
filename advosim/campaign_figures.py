"""Figures of campaigns and of those who take part, for print: nothing is simulated here.

Tactics and frames are stacked with dark and light colours in turn, so that neighbours differ in grey as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from advosim.figures import AGAINST, FOR, say
from advosim.page import (
    ANSWER_COLOURS,
    FAINT,
    INK,
    MARGIN,
    REFORM,
    SMALL,
    TEXT,
    WIDTH,
    Page,
    head_columns,
    lay_out,
    mark,
    mark_time,
    of_one,
    ordered,
    page_of,
    plain,
    prepare,
    sheet,
    stairs,
    width_of,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.tables import Run

SIDES = ("for", "against")
INSIDE, OUTSIDE, OWN = "inside", "outside", "own strength"
GROUPS = (INSIDE, OUTSIDE, OWN)
INSIDE_COLOURS = ("#08306B", "#8FC1E3", "#2F7FC1", "#CFE3F2")
OUTSIDE_COLOURS = ("#B8460E", "#F0C75E", "#117733", "#A8D8B9", "#882255", "#E7A6C8", "#5B3A8C", "#C9B8E8", "#8A6D1D")
OWN_COLOURS = ("#6E6E6E", "#B5B5B5")
REST_COLOURS = {INSIDE: "#E6F0F8", OUTSIDE: "#EFE9DC", OWN: "#DDDDDD"}
FRAME_COLOURS = ("#332288", "#DDCC77", "#117733", "#88CCEE", "#882255", "#E7A6C8", "#8A6D1D")
MOST_LAYERS = 9
ALWAYS = {INSIDE: 2, OUTSIDE: 0, OWN: 1}
"""How many tactics of a group are named however rare they are."""
MOST_CAMPAIGNS = 25
MOST_ROWS = 8
REST = "others"
EVENT_COLUMNS = ["week", "polity", "issue", "organisation", "event", "tactic", "side", "size", "detail"]
EFFORT_COLUMNS = ["week", "polity", "organisation", "issue", "tactic", "frame", "side", "effort"]


# ---------------------------------------------------------------- tactics


def tactics(record: Run, polity: str | None = None) -> Figure:
    """The mix of tactics over time, for and against apart: shares of campaigns' effort, inside tactics at the bottom.

    Up to three polities stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    rows, edges = _efforts(page), _bins(page.last)
    layers = _tactic_layers(rows, page)
    room = _key_width(layers)
    reading = (
        f"Campaigns' effort a week and, below, the shares of tactics in it, {_by(page.last)}; blank where nobody "
        "campaigned. Inside tactics, which address officials, lie under the heavy line."
    )
    figure, top = sheet(page, "Tactics", reading, 4.7)
    grid = lay_out(figure, page, [1, 4, 1, 4], [True, False, True, False], top, 0.36, room)
    tallest = 0.0
    for number, side in enumerate(SIDES):
        for axes, mix, name in zip(grid[2 * number], grid[2 * number + 1], page.polities, strict=True):
            mine = rows[(rows["polity"] == name) & (rows["side"] == side)]
            tallest = max(tallest, _effort_bars(axes, page, name, side, mine, edges))
            _tactic_mix(mix, page, name, side, mine, layers, edges)
    _scale_efforts([*grid[0], *grid[2]], tallest)
    alone = len(page.polities) == 1
    _caption(grid[0], f"For reform: {_total(rows, 'for')}" if alone else "For reform", page, first=True)
    _caption(grid[2], f"Against: {_total(rows, 'against')}" if alone else "Against", page)
    mark_time(grid[-1], page)
    head_columns(grid[0], page)
    _side_key(figure, layers, top)
    return figure


class _Layer(NamedTuple):
    """A tactic, or several rare ones together, in the stack."""

    label: str
    group: str
    members: frozenset[str]
    colour: str


def _tactic_layers(rows: pd.DataFrame, page: Page) -> list[_Layer]:
    """From the bottom of the stack: inside, outside, own strength; the rare ones of each group are counted together."""
    used = rows.groupby("tactic")["effort"].sum().sort_values(ascending=False, kind="stable").index.tolist()
    colours = {INSIDE: INSIDE_COLOURS, OUTSIDE: OUTSIDE_COLOURS, OWN: OWN_COLOURS}
    layers = []
    for group in GROUPS:
        mine = [tactic for tactic in used if _group(tactic, page) == group]
        named = [t for t in mine if used.index(t) < MOST_LAYERS or mine.index(t) < ALWAYS[group]][: len(colours[group])]
        rare = frozenset(mine) - frozenset(named)
        layers += [_Layer(plain(t, 26), group, frozenset([t]), c) for t, c in zip(named, colours[group], strict=False)]
        if rare:
            name = plain(next(iter(rare)), 26) if len(rare) == 1 else f"{len(rare)} {REST}"
            layers.append(_Layer(name, group, rare, REST_COLOURS[group]))
    return layers


def _group(tactic: str, page: Page) -> str:
    """Whom a tactic addresses: officials (inside), everybody else (outside), or nobody but one's own team."""
    row = page.record.scenario.tactic.get(tactic)
    if row is not None and row.pressure in ("inside", "table"):
        return INSIDE
    if row is not None and row.capacity > 0 and not row.reach and row.pressure == "none":
        return OWN
    return OUTSIDE


def _effort_bars(axes: Axes, page: Page, polity: str, side: str, rows: pd.DataFrame, edges: list[float]) -> float:
    """The mean effort of a week in each bin. Returns the highest."""
    import numpy as np

    _prepare(axes, page, polity)
    values = _sums(rows, edges) / np.diff(edges)
    colour = FOR if side == "for" else AGAINST
    stairs(axes, values, edges, 0.0, color=colour, lw=0, zorder=2, gid=f"effort/{polity}/{side}")
    return float(values.max(initial=0.0))


def _scale_efforts(row: Sequence[Axes], tallest: float) -> None:
    """One scale for both sides and all polities."""
    high = tallest or 1.0
    tick = float(f"{high:.1g}")
    tick = tick if tick <= high else float(f"{high / 2:.1g}")
    for axes in row:
        axes.set_ylim(0, high * 1.05)
        axes.set_yticks([0, tick], ["0", f"{tick:g}"])


def _tactic_mix(
    axes: Axes, page: Page, polity: str, side: str, rows: pd.DataFrame, layers: Sequence[_Layer], edges: list[float]
) -> None:
    import numpy as np

    _prepare(axes, page, polity)
    shares = _shares([rows[rows["tactic"].isin(layer.members)] for layer in layers], edges)
    at = np.zeros(len(edges) - 1)
    for layer, values in zip(layers, shares, strict=True):
        name = f"tactics/{polity}/{side}/{layer.label}"
        _stack(axes, at, values, edges, layer.colour, name)
        at = at + values
    inside = sum(
        (values for layer, values in zip(layers, shares, strict=True) if layer.group == INSIDE), np.zeros_like(at)
    )
    line = np.where(at > 0, inside, np.nan)
    if np.nansum(inside) > 0:
        stairs(axes, line, edges, None, fill=False, color="black", lw=1.4, zorder=6, gid=f"inside/{polity}/{side}")
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 50, 100], ["0", "50", "100%"])
    if not at.any():
        say(axes, "no campaigns")


def _side_key(figure: Figure, layers: Sequence[_Layer], top: float) -> None:
    """The colours at the right of the panels, in the order of the stack."""
    from matplotlib.patches import Patch

    handles: list[Any] = []
    for group in reversed(GROUPS):
        mine = [layer for layer in reversed(layers) if layer.group == group]
        if mine:
            handles.append(Patch(alpha=0, label=group.capitalize()))
            handles += [Patch(color=layer.colour, label=layer.label) for layer in mine]
    if not handles:
        return
    legend = figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(1 - MARGIN / 2, 1 - (top + 0.25) / figure.get_figheight()),
        frameon=False,
        fontsize=SMALL,
        borderpad=0.0,
        borderaxespad=0.0,
        handlelength=1.3,
        handletextpad=0.5,
        labelspacing=0.45,
    )
    legend.set_in_layout(False)
    for text in legend.get_texts():
        if text.get_text() in [group.capitalize() for group in GROUPS]:
            text.set_fontweight("bold")


def _key_width(layers: Sequence[_Layer]) -> float:
    """Room for the key at the right, in inches."""
    return max((width_of(layer.label, SMALL) for layer in layers), default=0.0) + 0.4 if layers else 0.0


# ---------------------------------------------------------------- frames


def frames(record: Run, polity: str | None = None) -> Figure:
    """What campaigns said issues are about: shares of frames in the effort of each side, a panel for each issue.

    Tactics that reach no public, such as lobbying, carry no frame to anybody and do not count. Up to three polities
    stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    rows = _efforts(page)
    rows = rows[(rows["frame"] != "") & rows["tactic"].map(lambda tactic: _speaks(tactic, page)).astype(bool)]
    layers = _frame_layers(rows, page)
    reading = (
        f"Shares of frames in the effort of campaigns that speak to the publics, {_by(page.last)}: upward for reform, "
        "downward against it; blank where nobody spoke."
    )
    figure, top = sheet(page, "Frames", reading, 1.3 * len(page.issues) + 0.5, _patches(layers))
    count = len(page.issues)
    grid = lay_out(figure, page, [1] * count, [True] * count, top, width_of("against", SMALL) + 0.1, 0.0)
    for number, (row, issue) in enumerate(zip(grid, page.issues, strict=True)):
        for axes, name in zip(row, page.polities, strict=True):
            mine = rows[(rows["polity"] == name) & (rows["issue"] == issue)]
            _frame_panel(axes, page, name, issue, mine, layers)
        _caption(row, plain(issue), page, first=number == 0, color=page.colour(issue))
    mark_time(grid[-1], page)
    head_columns(grid[0], page)
    return figure


def _speaks(tactic: str, page: Page) -> bool:
    row = page.record.scenario.tactic.get(tactic)
    return row is None or row.reach > 0


def _frame_layers(rows: pd.DataFrame, page: Page) -> list[_Layer]:
    used = rows.groupby("frame")["effort"].sum().sort_values(ascending=False, kind="stable").index.tolist()
    many = len(used) > len(FRAME_COLOURS)
    named = ordered(used[: len(FRAME_COLOURS) - 1] if many else used, page.record.scenario.frame)
    layers = [_Layer(plain(f, 26), "", frozenset([f]), c) for f, c in zip(named, FRAME_COLOURS, strict=False)]
    if many:
        layers.append(_Layer(f"{len(used) - len(named)} {REST}", "", frozenset(used) - frozenset(named), "#DDDDDD"))
    return layers


def _frame_panel(axes: Axes, page: Page, polity: str, issue: str, rows: pd.DataFrame, layers: Sequence[_Layer]) -> None:
    import numpy as np

    edges = _bins(page.last)
    _prepare(axes, page, polity)
    for side, towards in (("for", 1.0), ("against", -1.0)):
        mine = rows[rows["side"] == side]
        at = np.zeros(len(edges) - 1)
        shares = _shares([mine[mine["frame"].isin(layer.members)] for layer in layers], edges)
        for layer, values in zip(layers, shares, strict=True):
            _stack(axes, at, towards * values, edges, layer.colour, f"frames/{polity}/{issue}/{side}/{layer.label}")
            at = at + towards * values
    axes.axhline(0, color="white", lw=2.0, zorder=3)
    axes.axhline(0, color=INK, lw=0.7, zorder=4)
    axes.set_ylim(-104, 104)
    axes.set_yticks([-100, -50, 0, 50, 100], ["100%", "against", "0", "for", "100%"])
    if rows.empty:
        say(axes, "no campaigns")


def _patches(layers: Sequence[_Layer]) -> list[Any]:
    from matplotlib.patches import Patch

    return [Patch(color=layer.colour, label=layer.label) for layer in layers]


# ---------------------------------------------------------------- timeline

ROW, TOP_OF_BAND, POLICY, BELOW = 0.135, 0.22, 0.38, 0.06
LEFT, RIGHT = 0.95, 0.12
BAND = "#F4F4F4"
TOLD = ("concession", "agreement", "hashtag", "local_step")
MARKERS = {
    "covered": ("^", "act covered by media"),
    "concession": ("D", "firm gives in"),
    "agreement": ("h", "agreement at a table"),
    "hashtag": (r"$\#$", "hashtag"),
    "local_step": ("p", "local step"),
    "closure": ("x", "closure"),
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
            ("events" if self.issue else "closures", _used(self.moments)),
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
    page = _page_of_one(record, polity)
    spells = _spells(page)
    bands = [_band(page, issue, spells[spells["issue"] == issue]) for issue in page.issues]
    fates = _fates(page)
    named = sum(len(band.campaigns) for band in bands)
    reading = (
        f"Campaigns that brought most to their side ({named} of {len(spells)}) by name, the others as thin "
        "strokes; what was done and answered; the policy in force below."
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
        if axes is not last:
            axes.tick_params(axis="x", which="both", labelbottom=False, length=0)


def _band(page: Page, issue: str, spells: pd.DataFrame) -> _Band:
    chosen = spells.head(-(-MOST_CAMPAIGNS // len(page.issues)))
    most = max(3, 18 // len(page.issues))
    told = _told_of(_moments(page, issue), 3 if len(page.issues) <= 3 else 2, page.last)
    items = [
        _Item(s.first - 0.5, s.last + 0.5, f"{plain(s.organisation, 24)}: {plain(s.tactic, 24)}", s.side)
        for s in _rows(chosen)
    ]
    campaigns, homeless = _pack(items, most, page.last)
    rest = [(s.first, s.last, s.side) for s in _rows(spells.iloc[len(chosen) :])]
    rest += [(item.start + 0.5, item.end - 0.5, item.side) for item in homeless]
    return _Band(
        issue, told, campaigns, _table(rest, ["first", "last", "side"]),
        _happened(page, ["covered"], issue),
        [a for a in page.answers if len(_happened(page, [a], issue))],
    )  # fmt: skip


def _told_of(moments: Sequence[_Item], rows: int, last: int) -> list[_Placed]:
    """Moments in a few rows; in more where a firm's concession or an agreement would have no room."""
    while True:
        told, homeless = _pack(moments, rows, last)
        if rows >= MOST_ROWS or not any(item.event in TOLD[:2] for item in homeless):
            return told
        rows += 1


def _fates(page: Page) -> _Band:
    """Closures by name, and grants."""
    half = 0.05 * _weeks_an_inch(page.last)
    closures = _happened(page, ["closure"])
    items = [_Item(e.week - half, e.week + half, plain(e.organisation, 24), "for", "closure") for e in _rows(closures)]
    told, _ = _pack(items, 3, page.last)
    grants = _happened(page, ["grant"])
    rest = _table([(week, week, "for") for week in sorted(set(grants["week"]))], ["first", "last", "side"])
    return _Band("", told, [], rest, grants.iloc[:0], [])


def _spells(page: Page) -> pd.DataFrame:
    """Campaigns with first and last week, effort and gain, the one that brought most first.

    A campaign still running, or cut short by closure, has no gain in the log: it gets the usual gain of its effort.
    """
    rows = _efforts(page)
    rows = rows[rows["polity"] == page.polities[0]].sort_values(["organisation", "week"], kind="stable")
    begun, ended = _happened(page, ["campaign"]), _happened(page, ["end"])
    starts = set(zip(begun["organisation"], begun["week"], strict=True))
    new = rows["week"] != rows["week"].shift() + 1
    for column in ("organisation", "issue", "tactic", "side"):
        new |= rows[column] != rows[column].shift()
    for at, organisation, week in zip(rows.index, rows["organisation"], rows["week"], strict=True):
        new[at] |= (organisation, week) in starts
    spells = (
        rows.groupby(new.cumsum())
        .agg(
            organisation=("organisation", "first"), issue=("issue", "first"), tactic=("tactic", "first"),
            side=("side", "first"), first=("week", "min"), last=("week", "max"), effort=("effort", "sum"),
        )
    )  # fmt: skip
    gains = dict(zip(zip(ended["organisation"], ended["week"], strict=True), ended["size"], strict=True))
    found = [gains.get(key, float("nan")) for key in zip(spells["organisation"], spells["last"], strict=True)]
    spells["gain"] = found
    known = spells[spells["gain"].notna()]
    usual = float(known["gain"].sum() / known["effort"].sum()) if len(known) else 1.0
    spells["gain"] = spells["gain"].fillna(spells["effort"] * usual)
    return spells.sort_values(["gain", "effort", "first"], ascending=[False, False, True], kind="stable")


def _moments(page: Page, issue: str) -> list[_Item]:
    """Events with a name, the weightiest first."""
    half = 0.055 * _weeks_an_inch(page.last)
    events = _happened(page, TOLD, issue)
    weight = events["event"].map({name: number for number, name in enumerate(TOLD)})
    events = events.assign(weight=weight).sort_values(["weight", "week"], kind="stable")
    return [_Item(e.week - half, e.week + half, _told(e), _side_of(e), e.event) for e in _rows(events)]


def _told(event: Any) -> str:
    who = plain(event.organisation, 24)
    return {
        "concession": f"{who} gives in",
        "agreement": f"agreement, {_signed(event.size)}",
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
    _prepare(axes, page, page.polities[0])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    colour = page.colour(band.issue) if band.issue else INK
    draw: dict[str, Callable[[float], None]] = {
        "acts covered": lambda y: _draw_covered(axes, band, y, colour),
        "answers": lambda y: _draw_answers(axes, page, band, y),
        "events": lambda y: _draw_named(axes, page, band.moments, y, colour),
        "closures": lambda y: _draw_named(axes, page, band.moments, y, ANSWER_COLOURS["repress"]),
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
    _caption([axes], title, page, first=band.issue == page.issues[0], color=colour)
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
        weeks = sorted(set(_happened(page, [answer], band.issue)["week"]))
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
        bars = [(s.first - 0.5, s.last - s.first + 1) for s in _rows(mine)]
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
    _prepare(axes, page, polity)
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
    steps = _happened(page, ["step"], issue)
    steps = steps[steps["week"].isin(list(at))]
    _marks(axes, steps["week"], [at[w] for w in steps["week"]], "o", page.colour(issue), f"step/{issue}", ms=3.2)
    _name_steps(axes, page, steps, at)
    axes.set_ylim(-1.2, 1.2)
    axes.set_yticks([-1, 0, 1], ["−1", "policy 0", "1"])


def _name_steps(axes: Axes, page: Page, steps: pd.DataFrame, at: dict[int, float]) -> None:
    """The largest first, each in the free corner of its step; a name keeps its distance from others and the edges."""
    inch = _weeks_an_inch(page.last)
    taken: list[tuple[float, float]] = []
    order = steps["size"].abs().sort_values(ascending=False, kind="stable").index
    for step in _rows(steps.loc[order]):
        text, up = _signed(step.size), step.size > 0
        wide = (width_of(text, SMALL) + 0.1) * inch
        low, high = (step.week - wide, step.week) if up else (step.week, step.week + wide)
        if low < 0.5 or high > page.last + 0.5 or any(high > start and end > low for start, end in taken):
            continue
        taken.append((low, high))
        named = axes.annotate(
            text,
            (step.week, min(at[step.week], at[step.week] - step.size)),
            xytext=(-4 if up else 4, 2),
            textcoords="offset points",
            ha="right" if up else "left",
            va="bottom",
            size=SMALL,
            color=page.colour(step.issue),
            zorder=5,
        )
        _clear(named, "white")


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
    seen = set(_happened(page, list(MARKERS))["event"])
    shown = [(event, *row) for event, row in MARKERS.items() if event in seen]
    handles += [mark(m, label, ANSWER_COLOURS["repress"] if e == "closure" else INK) for e, m, label in shown]
    if len(_happened(page, ["step"])):
        handles.append(mark("o", "step of policy"))
    handles += [Patch(color=ANSWER_COLOURS.get(a, "black"), label=f"answer: {plain(a)}") for a in page.answers]
    if page.reforms:
        handles.append(Line2D([], [], color=REFORM, lw=0.8, ls=(0, (4, 2)), label="change of settings"))
    return handles


# ---------------------------------------------------------------- participation

LINE, OUT = 0.165, "#D55E00"
ACTS = (("petition", "Signatures"), ("protest", "Protests"), ("boycott", "Boycotts"))
VIEWS = (("aware", "Aware (%)"), ("support", "For reform (%)"))


def participation(record: Run, polity: str | None = None) -> Figure:
    """Who takes part, by public of a polity (of several, the first): acts a year beside the mean of all citizens.

    The number beside a dot is its ratio to the mean; a public below half of it has an open dot. At the right what
    shares of a public know and support: the median week, and the middle half of weeks.
    """
    page = _page_of_one(record, polity)
    rates = participation_rates(record, page.polities[0])
    publics = ordered(rates["public"].unique(), record.scenario.polity[page.polities[0]].public)
    reading = (
        "Acts a year per 100 members of a public (of boycotts, weeks), square-root scale; beside it, how many times "
        "the mean of all citizens. Right: shares who know of the issue and are for reform, the median week and the "
        "middle half of weeks."
    )
    block = 0.3 + LINE * len(publics)
    figure, y = sheet(page, of_one(page, "Participation"), reading, 0.2 + block * len(page.issues) + 0.25, _out_key())
    columns = _columns(publics)
    y += 0.13
    for issue in page.issues:
        mine = rates[rates["issue"] == issue].set_index("public").reindex(publics)
        row = [_cell(figure, y + 0.3, LINE * len(publics), *column) for column in columns]
        for axes, (act, _) in zip(row, ACTS, strict=False):
            _draw_acts(axes, page, issue, act, mine, float(rates[act].max()))
        for axes, (view, _) in zip(row[len(ACTS) :], VIEWS, strict=True):
            _draw_views(axes, page, issue, view, mine)
        _name_rows(row, publics, issue == page.issues[0], issue == page.issues[-1])
        style: dict[str, Any] = {"size": TEXT, "weight": "bold", "color": page.colour(issue), "parse_math": False}
        figure.text(MARGIN, 1 - (y + 0.25) / figure.get_figheight(), plain(issue), va="baseline", **style)
        y += block
    return figure


def participation_rates(record: Run, polity: str) -> pd.DataFrame:
    """One row per issue and public: acts a year per 100 members and their means over all citizens, views in percent."""
    import numpy as np

    rows = record.publics
    rows = rows[rows["polity"] == polity].astype({"public": object, "issue": object})
    everybody = record.weeks
    everybody = everybody[everybody["polity"] == polity].astype({"issue": object})
    acts, views = [act for act, _ in ACTS], [view for view, _ in VIEWS]
    group = rows.groupby(["issue", "public"], sort=False)
    rates = group[acts].mean() * 5200
    for view in views:
        quarters = group[view].quantile(np.array([0.25, 0.5, 0.75])).unstack() * 100
        rates[[f"{view}_low", view, f"{view}_high"]] = quarters.to_numpy()
    means = everybody.groupby("issue", sort=False)[acts].mean() * 5200
    return rates.reset_index().join(means.add_suffix("_mean"), on="issue")


def _columns(publics: Sequence[str]) -> list[tuple[float, float]]:
    """Left edges and widths in inches."""
    left = max(width_of(plain(name, 24), SMALL) for name in publics) + 0.2
    room = WIDTH - left - 0.1
    part = room / 4.7
    acts = [(left + number * part, part - 0.5) for number in range(3)]
    return acts + [(left + 3 * part + number * part * 0.85, part * 0.85 - 0.2) for number in range(2)]


def _cell(figure: Figure, y: float, height: float, left: float, width: float) -> Axes:
    tall = figure.get_figheight()
    return figure.add_axes((left / WIDTH, 1 - (y + height) / tall, width / WIDTH, height / tall))


def _draw_acts(axes: Axes, page: Page, issue: str, act: str, rates: pd.DataFrame, highest: float) -> None:
    """A dot for each public, joined to the mean."""
    import numpy as np

    high = highest or 1.0
    axes.set_xscale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0)), np.square))
    axes.set_xlim(0, high * 1.12)
    tick = _tick(high)
    axes.set_xticks([0, tick], ["0", f"{tick:g}"])
    axes.minorticks_off()
    if not rates[act].any():
        say(axes, "none")
        return
    mean = float(rates[f"{act}_mean"].iloc[0])
    axes.axvline(mean, color="#666666", lw=0.9, zorder=2)
    for y, (public, value) in enumerate(rates[act].items()):
        _draw_ratio(axes, y, float(value), mean, page.colour(issue), f"{act}/{issue}/{public}")


def _draw_ratio(axes: Axes, y: int, value: float, mean: float, colour: str, gid: str) -> None:
    """A dot, joined to the mean, and how many times the mean it is."""
    ratio = value / mean if mean else 0.0
    out = ratio < 0.5
    axes.hlines(y, mean, value, color=colour, lw=1.2, zorder=2)
    edge, face = (OUT, "white") if out else (colour, colour)
    axes.plot(value, y, "o", ms=4.2, color=edge, mfc=face, zorder=3, clip_on=False, gid=gid)
    axes.annotate(
        f"{ratio:.2f}×" if ratio < 9.995 else f"{ratio:.0f}×",
        (1.0, y),
        xytext=(4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        size=SMALL,
        color=OUT if out else INK,
        weight="bold" if out else "normal",
    )


def _tick(high: float) -> float:
    """A round number not far below."""
    steps = [m * 10.0**k for k in range(4, -6, -1) for m in (5, 2, 1)]
    return float(f"{next((step for step in steps if step <= high), high):.3g}")


def _draw_views(axes: Axes, page: Page, issue: str, view: str, rates: pd.DataFrame) -> None:
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 50, 100], ["0", "50", "100"])
    axes.axvline(50, color=FAINT, lw=0.6, zorder=0)
    places = range(len(rates))
    colour = page.colour(issue)
    axes.hlines(places, rates[f"{view}_low"], rates[f"{view}_high"], color=colour, lw=2.4, alpha=0.4, zorder=2)
    axes.plot(rates[view], places, "o", ms=4.2, color=colour, zorder=3, clip_on=False, gid=f"{view}/{issue}")


def _name_rows(row: Sequence[Axes], publics: Sequence[str], first: bool, last: bool) -> None:
    """The publics at the left; at the first issue what the columns are, at the last their units."""
    for axes, (_, title) in zip(row, (*ACTS, *VIEWS), strict=True):
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set(color="#888888", linewidth=0.6)
        axes.tick_params(labelsize=SMALL, width=0.6, length=2.5, color="#888888", labelcolor=INK, pad=2)
        axes.tick_params(axis="y", length=0, labelleft=axes is row[0])
        axes.tick_params(axis="x", labelbottom=last)
        axes.set_ylim(len(publics) - 0.5, -0.5)
        axes.set_yticks(range(len(publics)), [plain(name, 24) for name in publics])
        for y in range(len(publics)):
            axes.axhline(y, color=FAINT, lw=0.4, zorder=0)
        if first:
            axes.annotate(
                title,
                (0, 1),
                xytext=(0, 18),
                xycoords="axes fraction",
                textcoords="offset points",
                size=TEXT,
                weight="bold",
                color=INK,
            )


def _out_key() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color="#666666", lw=0.9, label="mean of all citizens"),
        Line2D([], [], ls="", marker="o", ms=4.2, color="#444444", label="public"),
        Line2D([], [], ls="", marker="o", ms=4.2, color=OUT, mfc="white", label="left out: below half of the mean"),
    ]


# ---------------------------------------------------------------- what is to be drawn


def _efforts(page: Page) -> pd.DataFrame:
    """Rows of organisations with a campaign in the polities drawn; names as plain strings."""
    rows = page.record.organisations
    rows = rows.reindex(columns=EFFORT_COLUMNS) if rows.empty else rows
    rows = rows[rows["polity"].isin(page.polities) & (rows["week"] <= page.last)]
    names = ["polity", "organisation", "issue", "tactic", "frame", "side"]
    rows = rows.reindex(columns=EFFORT_COLUMNS)
    rows = rows.assign(**{name: rows[name].astype(object).fillna("") for name in names})
    return rows[~rows["tactic"].isin(["", "none"]) & (rows["effort"] > 0)]


def _happened(page: Page, events: Sequence[str], issue: str | None = None) -> pd.DataFrame:
    """Events of the first polity drawn, in order."""
    rows = page.record.events.reindex(columns=EVENT_COLUMNS)
    here = rows["polity"].isin([page.polities[0], ""]) & rows["event"].isin(events) & (rows["week"] <= page.last)
    names = ["polity", "issue", "organisation", "event", "tactic", "side", "detail"]
    rows = rows[here & (rows["issue"] == issue)] if issue is not None else rows[here]
    return rows.assign(**{name: rows[name].astype(object).fillna("") for name in names})


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """The rows, with their columns as fields."""
    return table.itertuples()


def _table(rows: Sequence[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=columns)


def _page_of_one(record: Run, polity: str | None) -> Page:
    """Of several polities the first, unless one is named."""
    first = ordered(record.weeks["polity"].unique(), record.scenario.polity)[0]
    return page_of(record, first if polity is None else polity)


def _bins(last: int) -> list[float]:
    """Edges of quarters; of months or weeks where a run is short."""
    wide = _wide(last)
    return [0.5 + wide * number for number in range(-(-last // wide))] + [last + 0.5]


def _wide(last: int) -> int:
    return 13 if last >= 52 else 4 if last >= 12 else 1


def _by(last: int) -> str:
    return {13: "by quarter", 4: "by four weeks", 1: "by week"}[_wide(last)]


def _sums(rows: pd.DataFrame, edges: list[float]) -> Any:
    import numpy as np

    sums, _ = np.histogram(rows["week"].to_numpy(float), edges, weights=rows["effort"].to_numpy(float))
    return sums


def _shares(parts: Sequence[pd.DataFrame], edges: list[float]) -> Any:
    """In percent by part and bin; 0 where nothing happened."""
    import numpy as np

    sums = np.array([_sums(part, edges) for part in parts]).reshape(len(parts), len(edges) - 1)
    total = sums.sum(axis=0)
    return 100 * sums / np.where(total > 0, total, 1)


def _total(rows: pd.DataFrame, side: str) -> str:
    count = rows.loc[rows["side"] == side, ["polity", "organisation"]].drop_duplicates().shape[0]
    return f"{count} organisation{'' if count == 1 else 's'} campaigned" if count else "nobody campaigned"


# ---------------------------------------------------------------- panels


def _prepare(axes: Axes, page: Page, polity: str) -> None:
    """As in the overview, but changes of settings are seen through what is stacked."""
    prepare(axes, page, polity)
    for line in axes.lines:
        if (line.get_gid() or "").startswith("reform/"):
            line.set_zorder(5)


def _caption(row: Sequence[Axes], text: str, page: Page, first: bool = False, color: str = INK) -> None:
    """The title of a row, above the letters of reforms."""
    pad = 13 if first and page.reforms else 3
    row[0].set_title(text, loc="left", y=1.0, size=TEXT, weight="bold", color=color, pad=pad, parse_math=False)


def _stack(axes: Axes, at: Any, values: Any, edges: list[float], colour: str, gid: str) -> None:
    stairs(axes, at + values, edges, at, fc=colour, ec="white", lw=0.3, zorder=2, gid=gid)
