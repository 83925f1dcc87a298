"""Figures of sensitivity analyses for print: nothing is simulated here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.sensitivity import surfaces
from advosim.experiment.sensitivity.found import Found
from advosim.experiment.sensitivity.tables import SIZES, effect_label, value_text
from advosim.figures.toolkit import (
    BLUE,
    INK,
    ISSUE_COLOURS,
    ORANGE,
    SMALL,
    TEXT,
    WIDTH,
    blank,
    frame,
    note,
    panels,
    plain,
    title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ROW = 0.2
MOST_ROWS = 15
TIMES = "\N{MULTIPLICATION SIGN}"


def all_of(found: Found) -> dict[str, Figure]:
    """Every figure of an analysis, by file name."""
    drawn: dict[str, Figure] = {}
    if found.kind in SIZES:
        drawn["indices"] = bars(found)
    if found.kind == "morris":
        drawn["plane"] = plane(found)
    if found.kind == "factorial" and len(found.shares):
        drawn["shares"] = bars(found)
    if found.kind in ("factorial", "one_at_a_time"):
        drawn["effects"] = level_effects(found)
    if len(found.replicates):
        drawn["replicates"] = replicates(found)
    return drawn | _surfaces(found)


def _surfaces(found: Found) -> dict[str, Figure]:
    """For each outcome a heat map over the two factors that matter most."""
    if len(found.runs.points.columns) < 2 or found.kind == "one_at_a_time":
        return {}
    drawn = {}
    for outcome in found.runs.outcomes:
        x, y = strongest(found, outcome)[:2]
        drawn[f"surface_{outcome}"] = surfaces.heat_map(surfaces.surface(found.runs, outcome, x, y))
    return drawn


def strongest(found: Found, outcome: str) -> list[str]:
    """Factors, the one that matters most first."""
    size = SIZES.get(found.kind, "effect")
    rows = found.indices[found.indices["outcome"] == outcome]
    most = rows.assign(size=rows[size].abs()).groupby("factor", sort=False)["size"].max()
    return [str(name) for name in most.sort_values(ascending=False, kind="stable").index]


# ---------------------------------------------------------------- bars


def bars(found: Found) -> Figure:
    """Indices or shares of variance with their intervals, a panel for each outcome."""
    table, name, drawn = _bars_of(found)
    outcomes = [outcome for outcome in found.runs.outcomes if outcome in set(table["outcome"])]
    rows = min(MOST_ROWS, max(len(table[table["outcome"] == outcome]) for outcome in outcomes))
    across = 2 if len(outcomes) > 1 else 1
    figure, axes = panels(len(outcomes), across, 0.85 + ROW * rows * (1.0 + 0.35 * (len(drawn) > 1)))
    for one, outcome in zip(axes, outcomes, strict=True):
        _draw_bars(one, table[table["outcome"] == outcome], name, drawn, found.runs.labels)
        frame(one, plain(outcome), ticks=6)
    if len(drawn) > 1:
        handles, texts = axes[0].get_legend_handles_labels()
        figure.legend(handles, texts, fontsize=SMALL, frameon=False, loc="outside upper right", ncols=2)
    title(figure, found.runs.experiment.title)
    if found.kind == "morris" and (found.indices["floor"] > 0).any():
        _floor_note(figure)
    if "delta" in drawn:
        note(figure, "grey: what a factor without effect stays under in 95 of 100 draws; lines: 95% intervals")
    return figure


def _bars_of(found: Found) -> tuple[Any, str, dict[str, str]]:
    """The table, the column that names the rows, and what is drawn under which name."""
    if found.kind == "sobol":
        return found.indices, "factor", {"ST": "total: with interactions (ST)", "S1": "alone (S1)"}
    if found.kind == "morris":
        return (
            found.indices,
            "factor",
            {"mu_star": "mean size of effect over the factor's range (\N{GREEK SMALL LETTER MU}*)"},
        )
    if found.kind in SIZES:
        return found.indices, "factor", {"delta": "delta (\N{GREEK SMALL LETTER DELTA})", "pawn": "PAWN"}
    return found.shares, "effect", {"eta2": "share of variance (\N{GREEK SMALL LETTER ETA}²)"}


def _draw_bars(axes: Axes, table: Any, name: str, drawn: dict[str, str], labels: dict[str, str]) -> None:
    first = next(iter(drawn))
    if table[first].isna().all():
        _say_drowned(axes)
        return
    rows = list(table.sort_values(first, ascending=False, kind="stable").to_dict("records"))[:MOST_ROWS]
    thick = 0.72 / len(drawn)
    for number, (column, label) in enumerate(drawn.items()):
        y = np.arange(len(rows)) + (number - (len(drawn) - 1) / 2) * thick
        middle = np.array([row[column] for row in rows])
        ends = np.array([[row[f"{column}_low"], row[f"{column}_high"]] for row in rows])
        axes.barh(y, middle, thick * 0.92, color=(BLUE, ORANGE)[number], label=label, zorder=2)
        _whiskers(axes, ends, y)
    axes.set_yticks(range(len(rows)), [effect_label(row[name], labels, TIMES) for row in rows], fontsize=SMALL)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0, color=INK, lw=0.7)
    if first == "mu_star":
        axes.axvline(rows[0]["floor"], color=INK, lw=0.7, ls="--")
    if first == "delta":
        for number, column in enumerate(drawn):
            y = np.arange(len(rows)) + (number - 0.5) * thick
            floors = [row[f"{column}_floor"] for row in rows]
            axes.vlines(floors, y - thick / 2, y + thick / 2, color="#888888", lw=1.3, ls="-", zorder=3)
    said = "distance of distributions" if first == "delta" else "share of variance"
    axes.set_xlabel(drawn[first] if len(drawn) == 1 else said, fontsize=TEXT, color=INK)


def _say_drowned(axes: Axes) -> None:
    said = "Chance hides what the factors do:\nno index is told (see the summary)"
    axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center", fontsize=TEXT, color=INK)
    axes.set_xticks([])
    axes.set_yticks([])


def _whiskers(axes: Axes, ends: Any, y: Any) -> None:
    for (low, high), at in zip(ends, y, strict=True):
        if math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [at, at], color=INK, lw=0.9, zorder=3, solid_capstyle="butt")


# ---------------------------------------------------------------- Morris' plane


def _floor_note(figure: Figure) -> None:
    note(figure, "dashed: the size of effect that noise alone would give a factor without any")


def plane(found: Found) -> Figure:
    """mu* against sigma: to the right what matters, above the line what interacts or bends."""
    outcomes = list(found.runs.outcomes)
    figure, axes = panels(len(outcomes), 2, 2.9)
    for one, outcome in zip(axes, outcomes, strict=True):
        _draw_plane(one, found.indices[found.indices["outcome"] == outcome], found.runs.labels)
        frame(one, plain(outcome), "both", ticks=6)
    title(figure, found.runs.experiment.title)
    if (found.indices["floor"] > 0).any():
        _floor_note(figure)
    return figure


def _draw_plane(axes: Axes, table: Any, labels: dict[str, str]) -> None:
    rows = list(table.to_dict("records"))
    most = max(
        [row[f"{n}_high"] for row in rows for n in ("mu_star", "sigma") if math.isfinite(row[f"{n}_high"])] or [1.0]
    )
    most = most * 1.08 or 1.0
    axes.plot([0, most], [0, most], color=INK, lw=0.7, ls=":")
    axes.axvline(rows[0]["floor"], color=INK, lw=0.7, ls="--")
    for row in rows:
        x, y = row["mu_star"], row["sigma"]
        axes.plot([row["mu_star_low"], row["mu_star_high"]], [y, y], color=BLUE, lw=0.8)
        axes.plot([x, x], [row["sigma_low"], row["sigma_high"]], color=BLUE, lw=0.8)
        axes.plot([x], [y], "o", color=BLUE, ms=4)
    _label_points(axes, [(row["mu_star"], row["sigma"], labels[row["factor"]]) for row in rows], most)
    axes.set_xlim(-0.03 * most, most)
    axes.set_ylim(-0.03 * most, most)
    axes.set_xlabel("size of effect (\N{GREEK SMALL LETTER MU}*)", fontsize=TEXT, color=INK)
    axes.set_ylabel("interaction or curvature (\N{GREEK SMALL LETTER SIGMA})", fontsize=TEXT, color=INK)


def _label_points(axes: Axes, places: list[tuple[float, float, str]], most: float) -> None:
    """Names beside their points, moved up where they would lie upon each other."""
    from matplotlib.patheffects import withStroke

    halo = withStroke(linewidth=2, foreground="white")
    taken: list[float] = []
    for x, y, text in sorted(places, key=lambda place: place[1]):
        at = y + most * 0.012
        while any(abs(at - other) < most * 0.055 for other in taken):
            at += most * 0.012
        taken.append(at)
        left = x > most * 0.6
        axes.text(
            x + (-0.015 if left else 0.015) * most, at, text, ha="right" if left else "left", fontsize=SMALL - 0.5,
            color=INK, parse_math=False, path_effects=[halo],
        )  # fmt: skip


# ---------------------------------------------------------------- levels and replicates


def level_effects(found: Found) -> Figure:
    """The mean of each outcome (rows) at each value of each factor (columns), with 95% intervals of the difference."""
    outcomes, factors = list(found.runs.outcomes), list(found.runs.points.columns)
    width = max(3.2, min(WIDTH, 0.5 + 1.75 * len(factors)))
    figure = blank(width, 0.5 + 1.75 * len(outcomes))
    grid = figure.subplots(len(outcomes), len(factors), squeeze=False, sharey="row")
    for row, outcome in zip(grid, outcomes, strict=True):
        for axes, factor in zip(row, factors, strict=True):
            table = found.indices[(found.indices["outcome"] == outcome) & (found.indices["factor"] == factor)]
            _draw_levels(axes, list(table.to_dict("records")))
            frame(axes, grid="y")
        row[0].set_ylabel(plain(outcome), fontsize=TEXT, color=INK)
    for axes, factor in zip(grid[-1], factors, strict=True):
        axes.set_xlabel(found.runs.labels[factor], fontsize=TEXT, color=INK)
    title(figure, found.runs.experiment.title)
    return figure


def _draw_levels(axes: Axes, rows: list[Any]) -> None:
    numeric = all(isinstance(row["value"], int | float) and not isinstance(row["value"], bool) for row in rows)
    if numeric:
        rows = sorted(rows, key=lambda row: row["value"])
    x = [row["value"] for row in rows] if numeric else list(range(len(rows)))
    line = "-" if numeric else "none"
    axes.plot(x, [row["mean"] for row in rows], ls=line, color=BLUE, lw=1.2, marker="o", ms=3.5)
    base = next(row["mean"] for row in rows if row["value"] == row["against"])
    axes.axhline(base, color=INK, lw=0.6, ls=":")
    for at, row in zip(x, rows, strict=True):
        if math.isfinite(row["effect_low"]):
            axes.plot([at, at], [base + row["effect_low"], base + row["effect_high"]], color=BLUE, lw=1.0)
    if not numeric:
        axes.set_xticks(x, [value_text(row["value"]) for row in rows])
        axes.set_xlim(-0.5, len(rows) - 0.5)


def replicates(found: Found) -> Figure:
    """How the coefficient of variation and the width of intervals settle with more replicates."""
    figure, axes = panels(2, 2, 2.6)
    many = ("cv", "coefficient of variation"), ("half_width", "half interval / sd among points")
    for one, (column, label) in zip(axes, many, strict=True):
        for number, outcome in enumerate(found.runs.outcomes):
            rows = found.replicates[found.replicates["outcome"] == outcome]
            colour = ISSUE_COLOURS[number % 5]
            one.plot(rows["replicates"], rows[column], "o-", ms=3, lw=1.1, color=colour, label=plain(outcome))
        frame(one, grid="both", ticks=6)
        one.set_xscale("log")
        ticks = sorted(set(found.replicates["replicates"]))
        one.set_xticks(ticks, [str(tick) for tick in ticks])
        one.minorticks_off()
        if (found.replicates[column] > 0).all() and np.isfinite(found.replicates[column]).all():
            one.set_yscale("log")
            one.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            one.minorticks_off()
        one.set_xlabel("replicates", fontsize=TEXT, color=INK)
        one.set_ylabel(label, fontsize=TEXT, color=INK)
    axes[1].axhline(0.1, color=INK, lw=0.7, ls=":")
    axes[0].legend(fontsize=SMALL, frameon=False)
    return figure
