"""Figures of campaigns and of those who take part, for print: nothing is simulated here.

Tactics and frames are stacked with dark and light colours in turn, so that neighbours differ in grey as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from advosim.figures.page import (
    Page,
    head_columns,
    lay_out,
    mark_time,
    of_one,
    ordered,
    page_of,
    prepare,
    sheet,
    stairs,
)
from advosim.figures.panels import AGAINST, FOR, say
from advosim.figures.toolkit import FAINT, INK, KEY, MARGIN, SMALL, TEXT, WIDTH, plain, width_of
from advosim.reading.tables import lived

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run

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
REST = "others"
EFFORT_COLUMNS = ["week", "polity", "organisation", "issue", "tactic", "frame", "side", "effort", "alliance"]


# ---------------------------------------------------------------- tactics


def tactics(record: Run, polity: str | None = None) -> Figure:
    """The mix of tactics over time, for and against apart: shares of campaigns' effort, inside tactics at the bottom.

    Up to three polities stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    rows, edges = efforts(page), _bins(page.last)
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
    caption(grid[0], f"For reform: {_total(rows, 'for')}" if alone else "For reform", page, first=True)
    caption(grid[2], f"Against: {_total(rows, 'against')}" if alone else "Against", page)
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

    prepare_under(axes, page, polity)
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

    prepare_under(axes, page, polity)
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
        labelspacing=0.45,
        **KEY,
    )
    legend.set_in_layout(False)
    for text in legend.get_texts():
        if text.get_text() in [group.capitalize() for group in GROUPS]:
            text.set_fontweight("bold")


def _key_width(layers: Sequence[_Layer]) -> float:
    """Room for the key at the right, in inches."""
    return max((width_of(layer.label, SMALL) for layer in layers), default=0.0) + 0.4 if layers else 0.0


# ---------------------------------------------------------------- frames

ABOVE_ZERO = 0.74
"""Where a panel says that it is empty, in its height: clear of the line at zero."""


def frames(record: Run, polity: str | None = None) -> Figure:
    """What campaigns said issues are about: shares of frames in the effort of each side, a panel for each issue.

    Tactics that reach no public, such as lobbying, carry no frame to anybody and do not count. Up to three polities
    stand side by side. Of more, only `polity` is drawn, or the first.
    """
    page = page_of(record, polity)
    every = efforts(page)
    rows = every[(every["frame"] != "") & every["tactic"].map(lambda tactic: _speaks(tactic, page)).astype(bool)]
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
            if mine.empty:
                campaigned = ((every["polity"] == name) & (every["issue"] == issue)).any()
                say(axes, "no campaign that speaks to publics" if campaigned else "no campaigns", ABOVE_ZERO)
        caption(row, plain(issue), page, first=number == 0, color=page.colour(issue))
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
    prepare_under(axes, page, polity)
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


def _patches(layers: Sequence[_Layer]) -> list[Any]:
    from matplotlib.patches import Patch

    return [Patch(color=layer.colour, label=layer.label) for layer in layers]


# ---------------------------------------------------------------- participation

LINE, OUT = 0.165, "#D55E00"
ACTS = (("petition", "Signatures"), ("protest", "Protests"), ("boycott", "Boycotts"))
VIEWS = (("aware", "Aware (%)"), ("support", "Want more (%)"))


def participation(record: Run, polity: str | None = None) -> Figure:
    """Who takes part, by public of a polity (of several, the first): acts a year beside the mean of all citizens.

    The number beside a dot is its ratio to the mean; a public below half of it has an open dot. At the right what
    shares of a public know and support: the median week, and the middle half of weeks.
    """
    page = page_of_first(record, polity)
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

    rows = lived(record.publics)
    rows = rows[rows["polity"] == polity].astype({"public": object, "issue": object})
    everybody = lived(record.weeks)
    everybody = everybody[everybody["polity"] == polity].astype({"issue": object})
    acts, views = [act for act, _ in ACTS], [view for view, _ in VIEWS]
    group = rows.groupby(["issue", "public"], sort=False)
    rates = group[acts].mean() * 100 * 52
    for view in views:
        quarters = group[view].quantile(np.array([0.25, 0.5, 0.75])).unstack() * 100
        quarters.columns = [f"{view}_low", view, f"{view}_high"]
        rates = rates.join(quarters)
    means = everybody.groupby("issue", sort=False)[acts].mean() * 100 * 52
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
    low, high = rates[f"{view}_low"], rates[f"{view}_high"]
    axes.hlines(places, low, high, color=colour, lw=2.4, alpha=0.4, zorder=2, gid=f"{view}_half/{issue}")
    axes.plot(rates[view], places, "o", ms=4.2, color=colour, zorder=3, clip_on=False, gid=f"{view}/{issue}")


def _name_rows(row: Sequence[Axes], publics: Sequence[str], first: bool, last: bool) -> None:
    """The publics at the left; at the first issue what the columns are, at the last their units."""
    for axes, (_, title) in zip(row, (*ACTS, *VIEWS), strict=True):
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set(color="#888888", linewidth=0.6)
        axes.tick_params(labelsize=SMALL, width=0.6, length=2.5, color="#888888", labelcolor=INK, pad=2)
        axes.tick_params(axis="y", length=0)
        axes.yaxis.set_visible(axes is row[0])
        axes.tick_params(axis="x", labelbottom=last)
        axes.set_ylim(len(publics) - 0.5, -0.5)
        if axes is row[0]:
            axes.set_yticks(range(len(publics)), [plain(name, 24) for name in publics])
        across = axes.get_yaxis_transform(which="grid")
        axes.hlines(range(len(publics)), 0, 1, color=FAINT, lw=0.4, zorder=0, transform=across)
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


def efforts(page: Page) -> pd.DataFrame:
    """Campaigns in the polities drawn; names as plain strings."""
    rows = page.record.campaigns
    rows = rows.reindex(columns=EFFORT_COLUMNS) if rows.empty else rows
    rows = rows[rows["polity"].isin(page.polities) & (rows["week"] <= page.last)]
    names = ["polity", "organisation", "issue", "tactic", "frame", "side", "alliance"]
    rows = rows.reindex(columns=EFFORT_COLUMNS)
    rows = rows.assign(**{name: rows[name].astype(object).fillna("") for name in names})
    return rows[~rows["tactic"].isin(["", "none"]) & (rows["effort"] > 0)]


def happened(page: Page, events: Sequence[str], issue: str | None = None) -> pd.DataFrame:
    """Events of the first polity drawn, in order."""
    rows = page.told[page.told["event"].isin(events)]
    return rows if issue is None else rows[rows["issue"] == issue]


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """The rows, with their columns as fields."""
    return table.itertuples()


def table_of(rows: Sequence[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=columns)


def page_of_first(record: Run, polity: str | None) -> Page:
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


def prepare_under(axes: Axes, page: Page, polity: str) -> None:
    """As in the overview, but changes of settings are seen through what is stacked."""
    prepare(axes, page, polity)
    for line in axes.lines:
        if (line.get_gid() or "").startswith("reform/"):
            line.set_zorder(5)


def caption(row: Sequence[Axes], text: str, page: Page, first: bool = False, color: str = INK) -> None:
    """The title of a row, above the letters of reforms."""
    pad = 13 if first and page.reforms else 3
    row[0].set_title(text, loc="left", y=1.0, size=TEXT, weight="bold", color=color, pad=pad, parse_math=False)


def _stack(axes: Axes, at: Any, values: Any, edges: list[float], colour: str, gid: str) -> None:
    stairs(axes, at + values, edges, at, fc=colour, ec="white", lw=0.3, zorder=2, gid=gid)
