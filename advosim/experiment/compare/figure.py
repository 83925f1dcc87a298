"""Figures of comparisons, for print: nothing is simulated here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from advosim.figures.toolkit import (
    DPI,
    INK,
    ISSUE_COLOURS,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
    bands,
    frame,
    head,
    interval,
    width_of,
    wrap,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, HEAD, FOOT = 0.17, 0.65, 0.5
LONGEST_LABEL = 50
CLEAR = 0.1
"""Inches between the numbers of the axis."""
MARKS = ("o", "s", "^", "D", "v")
LARGE = 3.0
"""Effects beyond this many standard deviations bend the scale, so that small ones can still be told apart."""
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100, 1000)


def effects(labels: Sequence[str], table: pd.DataFrame, outcomes: Sequence[str]) -> Figure:
    """A row for each outcome: the effect in standard deviations with its interval; at the right the effect in its unit.

    labels: of the scenarios, the base first; table: see `Comparison.table`. Raises ValueError where none of `outcomes`
    is there.
    """
    from matplotlib.figure import Figure

    known = list(dict.fromkeys(table["outcome"]))
    names = [name for name in known if name in outcomes]
    if not names:
        raise ValueError(f"none of these outcomes is in the comparison ({', '.join(known)})")
    rows = _rows(table[table["outcome"].isin(names)], names)
    others = labels[1:]
    step = ROW * max(1.0, 0.45 * len(others) + 0.35)
    title, across = _title(labels), _across(others)
    above = HEAD + (len(title) - 1) * TITLE * 1.3 / 72 + (0.16 * math.ceil(len(others) / across) if across else 0.0)
    height = above + FOOT + step * (max(rows.values()) + 1)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    wide = 0.44 if len(others) == 1 else 0.66
    axes = figure.add_axes((0.31, FOOT / height, wide, 1 - (above + FOOT) / height))
    _scale(axes, table, rows, wide * WIDTH)
    for number, label in enumerate(others):
        _draw(axes, table[table["scenario"] == label], rows, _shift(number, len(others)), number, len(others))
    _name(axes, table, rows)
    _heading(figure, axes, others, int(table["pairs"].iloc[0]), title, across)
    return figure


def _rows(table: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """How far down each outcome stands, in rows; a new group leaves a row free for its name."""
    places, at, above = {}, 0.0, None
    groups = table.drop_duplicates("outcome").set_index("outcome")["group"]
    for name in sorted(names, key=lambda name: list(dict.fromkeys(groups)).index(groups[name])):
        if groups[name] != above:
            at += 1.25 if above is not None else 1.0
            above = groups[name]
        places[name] = at
        at += 1
    return places


def _shift(number: int, count: int) -> float:
    return 0.0 if count == 1 else (number / (count - 1) - 0.5) * min(0.6, 0.2 * count)


def _reach(table: pd.DataFrame) -> float:
    """Where the axis ends: beyond all finite effects, and at least at a tenth."""
    sizes = [abs(v) for name in ("d_av", "d_av_low", "d_av_high") for v in table[name] if math.isfinite(v)]
    return max([0.1, *sizes]) * 1.1


def _scale(axes: Axes, table: pd.DataFrame, rows: dict[str, float], wide: float) -> None:
    from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

    reach = _reach(table)
    bent = ""
    if reach > LARGE:
        axes.set_xscale("asinh", linear_width=1.0)
        ticks = _ticks(reach, wide)
        axes.xaxis.set_major_locator(FixedLocator([-tick for tick in reversed(ticks)] + [0, *ticks]))
        axes.xaxis.set_minor_locator(NullLocator())
        bent = " (asinh scale)"
    else:
        axes.xaxis.set_major_locator(MaxNLocator(int(wide / 0.5), steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: _number(value))
    axes.set_xlim(-reach, reach)
    axes.set_ylim(max(rows.values()) + 0.7, 0)
    bands(axes, rows.values())
    axes.axvline(0, color=INK, lw=0.8, zorder=1)
    axes.set_yticks([])
    frame(axes, bare=("left", "right", "top"))
    axes.set_xlabel(f"effect in standard deviations, with 95% interval{bent}", fontsize=TEXT, color=INK)


def _ticks(reach: float, wide: float) -> list[float]:
    """Of the numbers on a bent scale, from the outermost inward, those that have room."""
    inches = wide / 2 / math.asinh(reach)
    kept: list[float] = []
    for tick in reversed([tick for tick in TICKS if tick <= reach]):
        at, half = math.asinh(tick) * inches, width_of(_number(-tick), SMALL) / 2
        beyond = math.asinh(kept[0]) * inches - width_of(_number(-kept[0]), SMALL) / 2 if kept else math.inf
        if at + half + CLEAR <= beyond and at - half - CLEAR >= width_of("0", SMALL) / 2:
            kept.insert(0, tick)
    return kept


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")


def _draw(axes: Axes, table: pd.DataFrame, rows: dict[str, float], shift: float, number: int, count: int) -> None:
    colour = ISSUE_COLOURS[number % len(ISSUE_COLOURS)]
    edge = axes.get_xlim()[1]
    shown: list[Any] = list(table[table["outcome"].isin(rows)].itertuples())
    for row in shown:
        y = rows[row.outcome] + shift
        if math.isinf(row.d_av):
            side = math.copysign(1, row.d_av)
            axes.plot([side * edge * 0.985], [y], marker=">" if side > 0 else "<", ms=4, color=colour, clip_on=False)
        else:
            sure = row.low > 0 or row.high < 0
            ends = (row.d_av_low, row.d_av, row.d_av_high)
            interval(axes, y, ends, sure=sure, colour=colour, mark=MARKS[number % len(MARKS)])
        if count == 1:
            _say(axes, 1.03, y, f"{_short(row.effect)}  [{_short(row.low)}, {_short(row.high)}]")


def _say(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    style = {"ha": "left", "va": "center", "fontsize": SMALL, "color": INK, "parse_math": False, **style}
    axes.text(x, y, text, transform=axes.get_yaxis_transform(), clip_on=False, **style)


def _short(value: float) -> str:
    """Three digits at most, with a proper minus sign."""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 1 else f"{value:.3g}"
    if "e" in text:
        text = f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+")
    return text.replace("-", "\N{MINUS SIGN}")


def _name(axes: Axes, table: pd.DataFrame, rows: dict[str, float]) -> None:
    first = table.drop_duplicates("outcome").set_index("outcome")
    above = None
    for name, y in rows.items():
        row = first.loc[name]
        _say(axes, -0.03, y, str(row["label"]), ha="right")
        if row["group"] != above:
            above = row["group"]
            _say(axes, -0.03, y - 0.95, str(above), ha="right", weight="bold")


def _title(labels: Sequence[str]) -> list[str]:
    base, *others = labels
    return wrap(f"{others[0]} against {base}" if len(others) == 1 else f"Against {base}", TITLE, 4, "bold")


def _across(others: Sequence[str]) -> int:
    """Columns of the key; none where the title names the only other."""
    if len(others) == 1:
        return 0
    return max(1, min(len(others), int(WIDTH * 0.96 / max(width_of(_brief(label), SMALL) + 0.5 for label in others))))


def _brief(label: str) -> str:
    """Cut in its middle: scenarios of one title differ at the end."""
    if len(label) <= LONGEST_LABEL:
        return label
    return f"{label[: LONGEST_LABEL - 16].rstrip()} … {label[-12:].lstrip()}"


def _heading(figure: Figure, axes: Axes, others: Sequence[str], pairs: int, title: Sequence[str], across: int) -> None:
    from matplotlib.lines import Line2D

    what = f"{pairs} pairs of runs with the same seeds; open marks: the effect's interval in its unit contains 0"
    y = head(figure, title, [what])
    if not across:
        _say(axes, 1.03, 0.05, "effect in its unit  [95% interval]", style="italic", color="#555555")
        return
    handles = [
        Line2D(
            [],
            [],
            color=ISSUE_COLOURS[n % 5],
            marker=MARKS[n % 5],
            ms=4,
            lw=1.3,
            label=_brief(label).replace("$", r"\$"),
        )
        for n, label in enumerate(others)
    ]
    where: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (0.005, 1 - y / figure.get_figheight())}
    figure.legend(handles=handles, frameon=False, fontsize=SMALL, ncols=across, borderpad=0.2, **where)
