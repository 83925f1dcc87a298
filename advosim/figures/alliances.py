"""Figures of alliances, for print: who was allied with whom, and how long it lasted. Nothing is simulated here."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from advosim.figures.page import (
    ANSWER_COLOURS,
    Page,
    head_columns,
    mark,
    mark_time,
    of_one,
    page_of_one,
    prepare,
    sheet,
    stairs,
)
from advosim.figures.toolkit import INK, SMALL, TEXT, WIDTH, plain, width_of
from advosim.reading.collaboration import REASONS, memberships

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.reading.tables import Run

KINDS = {
    "ngo": ("o", "#FFFFFF"), "grassroots": ("s", "#DDDDDD"), "movement": ("^", "#FFFFFF"),
    "business_association": ("D", "#777777"), "foundation": ("P", "#DDDDDD"), "research_institute": ("h", "#DDDDDD"),
    "media_outlet": ("v", "#AAAAAA"), "firm": ("X", "#555555"), "agency": ("p", "#AAAAAA"),
    "municipality": ("8", "#777777"),
}  # fmt: skip
"""Marker and grey of organisations: colours tell issues."""
MOST_ROWS, MOST_LIVES = 24, 30
LONGEST_NAME = 24
LONGEST_TITLE = LONGEST_NAME + len(", week 1000")
LONGEST_ENDING = 60
EDGE = 1.15
"""Half the width of a panel, beside 1 for the distance of its columns from the middle."""
ROW, LIFE_ROW, ABOVE = 0.155, 0.19, 0.24
NEAR, FAR, ASIDE = 0.12, 0.75, 0.13
"""Bend inward of a line between neighbours, between the ends of a column, and of those on further issues."""
MARKS = {
    "memorandum": ("o", "memorandum", "white"),
    "platform": ("s", "platform", "white"),
    "support": ("|", "help for an ally in trouble", INK),
    "clash": ("x", "conflict", ANSWER_COLOURS["repress"]),
    "scandal": ("*", "scandal", ANSWER_COLOURS["repress"]),
}


def _place(figure: Figure, left: float, y: float, width: float, height: float, shared: Axes | None = None) -> Axes:
    """Axes `y` inches below the top."""
    tall = figure.get_figheight()
    return figure.add_axes((left / WIDTH, 1 - (y + height) / tall, width / WIDTH, height / tall), sharex=shared)


# ---------------------------------------------------------------- network


@dataclass(frozen=True)
class _Columns:
    """Where organisations stand: reformers in a column on the left, opponents on the right. By name: (x, y in rows)."""

    places: dict[str, tuple[float, float]]
    rows: int
    left_out: int


def alliance_network(record: Run, polity: str | None = None) -> Figure:
    """Who is allied with whom after a third and two thirds of a run and at its end, and who knows whom.

    Of one polity: the one named, else the first that has alliances. Raises ValueError where there are none.
    """
    page = page_of_one(record, "alliances", polity)
    home = page.polities[0]
    spells = memberships(record)
    spells = spells[spells["polity"] == home]
    columns = _columns(page, spells)
    kinds = _kinds(page, columns)
    reading = (
        "Organisations for reform stand on the left, against it on the right, the larger the more funds they have. "
        "Coloured lines join allies, by issue, the thicker the more they trust each other; dotted ones join those who "
        "know each other without an alliance."
    )
    if columns.left_out:
        reading += f" {columns.left_out} organisations that were least in alliances are left out."
    height = ROW * columns.rows + 0.25
    figure, y = sheet(
        page, of_one(page, "Alliances"), reading, height + ABOVE, _network_key(page, spells, set(kinds.values()))
    )
    names = [
        _widest(_shown(name) for name, (x, _) in columns.places.items() if (x < 0) == left) for left in (True, False)
    ]
    weeks = sorted({-(-page.last // 3), -(-2 * page.last // 3), page.last})
    room = (WIDTH - sum(names)) / len(weeks)
    for number, week in enumerate(weeks):
        axes = _place(figure, names[0] + number * room, y + ABOVE, room, height)
        _draw_network(axes, page, columns, kinds, spells, week)
        if number == 0:
            _name_side(axes, columns, left=True)
        if number == len(weeks) - 1:
            _name_side(axes, columns, left=False)
    return figure


def _widest(names: Iterable[str], most: int = LONGEST_NAME) -> float:
    """Room for names of so many letters at most beside the panels, in inches."""
    return max((width_of(plain(name, most), SMALL) for name in names), default=0.0) + 0.14


def _shown(name: str) -> str:
    """An organisation as the figure writes it; one abroad with its polity."""
    home, _, own = name.rpartition(".")
    return plain(f"{plain(own)} ({plain(home)})" if home else own, LONGEST_NAME)


def _columns(page: Page, spells: pd.DataFrame) -> _Columns:
    """Those most in alliances, by the issue on which they were allied most."""
    from advosim.reading.founded import first_weeks, stands
    from advosim.world.names import names

    known, start, first = names(page.record.scenario), stands(page.record), first_weeks(page.record)
    home = known.polities.index(page.polities[0])
    reform = (start.priorities * (start.stances - start.policy[home])).sum(axis=1) >= 0
    called = [_called(page, polity, name) for polity, name in known.organisations]
    allied = set(spells["organisation"])
    there = [(o, name) for o, name in enumerate(called) if first[o] <= page.last]
    own = [(name, bool(reform[o])) for o, name in there if "." not in name or name in allied]
    weeks = (spells["last"] - spells["first"] + 1).groupby(spells["organisation"]).sum()
    main = spells.assign(weeks=spells["last"] - spells["first"] + 1).groupby(["organisation", "issue"])["weeks"].sum()
    places: dict[str, tuple[float, float]] = {}
    sides = []
    for left in (True, False):
        side = [name for name, for_reform in own if for_reform == left]
        kept = sorted(side, key=lambda name: -weeks.get(name, 0))[:MOST_ROWS]
        sides.append(sorted(kept, key=lambda name: (_main_issue(page, main, name), side.index(name))))
    rows = max(4, *(len(side) for side in sides))
    for towards, side in zip((-1.0, 1.0), sides, strict=True):
        for number, name in enumerate(side):
            places[name] = (towards, float(number + (rows - len(side)) // 2))
    return _Columns(places, rows, len(own) - len(places))


def _main_issue(page: Page, weeks: pd.Series[float], name: str) -> int:
    """The issue on which an organisation was allied longest; after all others where it never was."""
    if name not in weeks.index.get_level_values(0):
        return len(page.issues)
    return page.issues.index(str(weeks.loc[[name]].idxmax()[1]))  # type: ignore[index]


def _kinds(page: Page, columns: _Columns) -> dict[str, str]:
    rows = page.record.organisations
    rows = _with_names(page, rows).drop_duplicates("organisation")
    return {name: kind for name, kind in zip(rows["organisation"], rows["kind"], strict=True) if name in columns.places}


def _called(page: Page, polity: str, name: str) -> str:
    return name if polity == page.polities[0] else f"{polity}.{name}"


def _with_names(page: Page, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of organisations by the names that alliances of the page's polity call them: POLITY.NAME abroad."""
    both = zip(rows["polity"], rows["organisation"], strict=True)
    return rows.assign(organisation=[_called(page, polity, name) for polity, name in both])


def _network_key(page: Page, spells: pd.DataFrame, kinds: set[str]) -> list[Any]:
    from matplotlib.lines import Line2D

    shown = set(spells["issue"])
    issues = [Line2D([], [], color=page.colour(i), lw=2, label=plain(i)) for i in page.issues if i in shown]
    trusts = [
        Line2D([], [], color=INK, lw=_width(trust), alpha=_alpha(trust), label=f"trust {trust:g}")
        for trust in (0.2, 0.5, 0.8)
    ]
    known = Line2D([], [], color="#999999", lw=0.7, ls=(0, (1, 1.5)), label="know each other")
    rows = page.record.organisations
    closed = [mark("x", "closed", "#AAAAAA")] if rows.loc[rows["polity"] == page.polities[0], "closed"].any() else []
    nodes = []
    for kind, (marker, grey) in KINDS.items():
        if kind in kinds:
            style: dict[str, Any] = {"marker": marker, "mfc": grey, "mec": INK, "mew": 0.7, "ms": 5, "ls": ""}
            nodes.append(Line2D([], [], label=plain(kind), **style))
    return [*nodes, *closed, *issues, *trusts, known]


def _width(trust: Any) -> Any:
    return 0.3 + 1.7 * trust**1.5


def _alpha(trust: Any) -> Any:
    return 0.35 + 0.6 * trust


def _draw_network(
    axes: Axes, page: Page, columns: _Columns, kinds: Mapping[str, str], spells: pd.DataFrame, week: int
) -> None:
    axes.set(xlim=(-EDGE, EDGE), ylim=(columns.rows - 0.3, -0.7), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    now = spells[(spells["first"] <= week) & (week <= spells["last"])]
    number = now["alliance"].nunique()
    head = f"Week {week}: {number} alliance{'' if number == 1 else 's'}"
    axes.set_title(head, size=TEXT, weight="bold", color=INK, pad=3, y=1.0)
    allied = _allied(page, now, columns)
    trust, tied = _bonds(page, week)
    _guide(axes, columns)
    _draw_ties(axes, columns, [pair for pair in tied if pair not in allied])
    _draw_allied(axes, page, columns, allied, trust, week)
    _draw_organisations(axes, page, columns, kinds, week)


def _allied(page: Page, now: pd.DataFrame, columns: _Columns) -> dict[tuple[str, str], list[str]]:
    """The issues on which two are allied."""
    found: dict[tuple[str, str], list[str]] = {}
    for (issue, _), rows in now.groupby(["issue", "alliance"], sort=False):
        for pair in itertools.combinations(sorted(name for name in rows["organisation"] if name in columns.places), 2):
            issues = found.setdefault(pair, [])
            if issue not in issues:
                issues.append(str(issue))
    return {pair: sorted(issues, key=page.issues.index) for pair, issues in found.items()}


def _bonds(page: Page, week: int) -> tuple[dict[tuple[str, str], float], list[tuple[str, str]]]:
    """Mean trust of two in each other, and pairs with a tie, as last recorded."""
    record: Any = page.record
    rows = record.bonds[record.bonds["week"] <= week]
    rows = rows[rows["week"] == rows["week"].max()]
    partners = zip(rows["partner_polity"], rows["partner"], strict=True)
    rows = _with_names(page, rows).assign(partner=[_called(page, polity, name) for polity, name in partners])
    trust: dict[tuple[str, str], float] = {}
    tied = []
    columns = (rows[name] for name in ("organisation", "partner", "trust", "tied"))
    for one, other, value, knows in zip(*columns, strict=True):
        pair = (one, other) if one < other else (other, one)
        trust[pair] = trust.get(pair, 0.0) + float(value) / 2
        if knows and one < other:
            tied.append(pair)
    return trust, tied


def _guide(axes: Axes, columns: _Columns) -> None:
    """From names to organisations, in all panels."""
    from matplotlib.collections import LineCollection

    lines = [[(-EDGE, y), (EDGE, y)] for y in sorted({y for _, y in columns.places.values()})]
    axes.add_collection(LineCollection(lines, colors="#EEEEEE", linewidths=0.6, zorder=0), autolim=False)


def _draw_ties(axes: Axes, columns: _Columns, pairs: Sequence[tuple[str, str]]) -> None:
    from matplotlib.collections import LineCollection

    lines = [_curve(columns, a, b, 0) for a, b in pairs if a in columns.places and b in columns.places]
    dotted = LineCollection(lines, colors="#999999", linewidths=0.6, linestyles=[(0, (1, 1.5))], zorder=1, gid="ties")
    axes.add_collection(dotted, autolim=False)


def _draw_allied(
    axes: Axes,
    page: Page,
    columns: _Columns,
    allied: Mapping[tuple[str, str], Sequence[str]],
    trust: Mapping[tuple[str, str], float],
    week: int,
) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    lines, widths, colours = [], [], []
    for (a, b), issues in allied.items():
        for number, issue in enumerate(issues):
            lines.append(_curve(columns, a, b, number))
            level = trust.get((a, b), 0.0)
            widths.append(_width(level))
            colours.append(to_rgba(page.colour(issue), _alpha(level)))
    axes.add_collection(
        LineCollection(lines, colors=colours, linewidths=widths, zorder=2, gid=f"allied/{week}"), autolim=False
    )


def _curve(columns: _Columns, one: str, other: str, number: int) -> Any:
    """A line that bends inward, the more so the farther apart its ends are in a column; further ones a little more."""
    import numpy as np

    (x, y), (x2, y2) = columns.places[one], columns.places[other]
    apart = abs(y - y2) / max(1, columns.rows - 1)
    bend = ASIDE * number + (NEAR + (FAR - NEAR) * apart if x == x2 else 0.0)
    t = np.linspace(0.0, 1.0, 11)
    side = -np.sign(x) * bend * 4.0 * t * (1.0 - t)
    return np.column_stack([x + t * (x2 - x) + side, y + t * (y2 - y)])


def _draw_organisations(axes: Axes, page: Page, columns: _Columns, kinds: Mapping[str, str], week: int) -> None:
    import numpy as np

    rows = page.record.organisations
    rows = _with_names(page, rows[rows["week"] == week])
    rows = rows[rows["organisation"].isin(list(columns.places))]
    usual = max(float(rows["funds"].median()), 1e-9)
    open_ = rows[~rows["closed"].astype(bool)]
    own = open_["organisation"].map(kinds)
    for kind, (marker, grey) in KINDS.items():
        mine = open_[own == kind]
        if len(mine):
            at = np.array([columns.places[name] for name in mine["organisation"]])
            size = 16.0 * np.clip(mine["funds"].to_numpy() / usual, 0.3, 3.0)
            axes.scatter(
                at[:, 0], at[:, 1], size, marker=marker, c=grey, edgecolors=INK, linewidths=0.7, zorder=4, gid=kind
            )
    gone = rows[rows["closed"].astype(bool)]
    if len(gone):
        at = np.array([columns.places[name] for name in gone["organisation"]])
        axes.scatter(at[:, 0], at[:, 1], 12, marker="x", c="#AAAAAA", linewidths=0.8, zorder=4, gid="closed")


def _name_side(axes: Axes, columns: _Columns, left: bool) -> None:
    for name, (x, y) in columns.places.items():
        if (x < 0) == left:
            text = _shown(name)
            at = (-EDGE - 0.03, y) if left else (EDGE + 0.03, y)
            axes.text(*at, text, ha="right" if left else "left", va="center", size=SMALL, color=INK, parse_math=False)


# ---------------------------------------------------------------- lives


def alliance_lives(record: Run, polity: str | None = None) -> Figure:
    """Lives of alliances as bars, by issue, as high as members are many, with what befell them and why they ended.

    Of one polity: the one named, else the first that has alliances; of many alliances those with most weeks of
    membership. Raises ValueError where there are none.
    """
    page = page_of_one(record, "alliances", polity)
    home = page.polities[0]
    all_lives, sizes = record.alliances, record.alliance_weeks
    all_lives, sizes = all_lives[all_lives["polity"] == home], sizes[sizes["polity"] == home]
    weight = sizes.groupby("alliance")["members"].sum()
    order = all_lives["alliance"].map(weight).fillna(0.0).sort_values(ascending=False, kind="stable").index[:MOST_LIVES]
    lives = all_lives.loc[sorted(order)].sort_values("week_formed", kind="stable")
    most = max(2, int(sizes["members"].max()) if len(sizes) else 2)
    reading = (
        f"From founding to end, as high as members are many (up to {most}); full: for reform, open: against it. Named "
        "after who led it last and the week of its founding, or by the scenario; on the right, why it ended."
    )
    if len(lives) < len(all_lives):
        reading += f" {len(all_lives) - len(lives)} smaller and shorter ones are left out."
    issues = [issue for issue in page.issues if (lives["issue"] == issue).any()]
    befell = _befell(page, lives)
    flags = 0.12 if page.reforms else 0.0
    inches = sum(ABOVE + LIFE_ROW * (lives["issue"] == issue).sum() for issue in issues) + 0.47 + flags
    figure, y = sheet(page, of_one(page, "Lives of alliances"), reading, inches, _lives_key(befell))
    left = _widest((_title(page, life) for life in list[Any](lives.itertuples())), LONGEST_TITLE)
    right = _widest((_ending(life) for life in list[Any](lives.itertuples())), LONGEST_ENDING) + 0.06
    y += flags
    first: Axes | None = None
    panels = []
    for issue in issues:
        own = lives[lives["issue"] == issue]
        axes = _place(figure, left, y + ABOVE, WIDTH - left - max(right, 0.2), LIFE_ROW * len(own), first)
        first = first or axes
        _draw_lives(axes, page, issue, own, sizes, befell, most)
        panels.append(axes)
        y += ABOVE + LIFE_ROW * len(own)
    mark_time([panels[-1]], page)
    for axes in panels[:-1]:
        axes.xaxis.set_visible(False)
    head_columns(panels[:1], page)
    return figure


def _title(page: Page, life: Any) -> str:
    """An alliance as the scenario calls it, or after its lead and the week of its founding: one may lead several."""
    if life.alliance in page.record.scenario.polity[page.polities[0]].alliance:
        return plain(life.alliance, LONGEST_NAME)
    return f"{_shown(life.lead)}, week {life.week_formed}"


def _befell(page: Page, lives: pd.DataFrame) -> pd.DataFrame:
    """Memoranda, platforms, help, conflicts and scandals of these alliances.

    A memorandum that the scenario declares is in no event: it is there from the start.
    """
    import pandas as pd

    events = page.record.events
    named = events["event"].where(~events["event"].str.endswith("_clash"), "clash")
    events = events.assign(what=named)
    here = (events["polity"] == page.polities[0]) & events["alliance"].isin(lives["alliance"])
    found = events.loc[here & events["what"].isin(list(MARKS)), ["week", "alliance", "what"]]
    logged = lives["alliance"].isin(found.loc[found["what"] == "memorandum", "alliance"])
    declared = lives[lives["memorandum"].astype(bool) & ~logged]
    weeks = declared["week_formed"].clip(lower=1)
    signed = pd.DataFrame({"week": weeks, "alliance": declared["alliance"], "what": "memorandum"})
    return pd.concat([part for part in (signed, found) if len(part)] or [found])


def _lives_key(befell: pd.DataFrame) -> list[Any]:
    from matplotlib.patches import Patch

    sides = [Patch(fc="#777777", ec="#777777", label="for reform"), Patch(fc="white", ec="#777777", label="against")]
    marks = []
    for what, (marker, label, colour) in MARKS.items():
        if (befell["what"] == what).any():
            handle = mark(marker, label)
            handle.set(markerfacecolor=colour, markeredgecolor=INK if colour == "white" else colour)
            marks.append(handle)
    return [*sides, *marks]


def _draw_lives(
    axes: Axes, page: Page, issue: str, lives: pd.DataFrame, sizes: pd.DataFrame, befell: pd.DataFrame, most: int
) -> None:
    prepare(axes, page, page.polities[0])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0, pad=4)
    axes.set_ylim(len(lives), 0)
    axes.set_xlim(0.5, page.last + 0.5)
    colour = page.colour(issue)
    pad = 13 if page.reforms and issue == page.issues[0] else 3
    axes.set_title(plain(issue), loc="left", size=TEXT, weight="bold", color=colour, pad=pad, y=1.0, parse_math=False)
    ticks = []
    for row, life in enumerate(list[Any](lives.itertuples())):
        ticks.append(_title(page, life))
        own = sizes[sizes["alliance"] == life.alliance]
        _draw_life(axes, own, row + 0.5, colour, life, most)
        _mark_life(axes, befell[befell["alliance"] == life.alliance], row + 0.5)
        axes.text(page.last + 0.5, row + 0.5, f"  {_ending(life)}", va="center", size=SMALL, color=INK, style="italic")
    axes.set_yticks([row + 0.5 for row in range(len(ticks))], ticks, parse_math=False)


def _draw_life(axes: Axes, weeks: pd.DataFrame, y: float, colour: str, life: Any, most: int) -> None:
    import numpy as np

    if weeks.empty:
        return
    first, members = int(weeks["week"].iloc[0]), weeks["members"].to_numpy()
    edges = np.arange(first, first + len(members) + 1) - 0.5
    half = 0.44 * members / most
    face = colour if life.side == "for" else "white"
    style: dict[str, Any] = {"fc": face, "ec": colour, "lw": 0.7, "zorder": 2, "gid": f"life/{life.alliance}"}
    stairs(axes, y + half, edges, baseline=y - half, **style)


def _mark_life(axes: Axes, events: pd.DataFrame, y: float) -> None:
    for what, (marker, _, colour) in MARKS.items():
        weeks = events.loc[events["what"] == what, "week"]
        if len(weeks):
            edge = INK if colour == "white" else colour
            style: dict[str, Any] = {"marker": marker, "mfc": colour, "mec": edge, "gid": f"{what}/"}
            axes.plot(weeks, [y] * len(weeks), ls="", ms=3.2, mew=0.7, zorder=4, clip_on=False, **style)


def _ending(life: Any) -> str:
    homes = life.polities.count("+") + 1
    wide = f"in {homes} polities" if homes > 1 else ""
    ended = "" if life.alive else REASONS.get(life.reason, plain(life.reason))
    return "; ".join(part for part in (wide, ended) if part)
