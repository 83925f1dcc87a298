"""Figures of sensitivity analyses and response surfaces, for print: nothing is simulated here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.figures.page import DPI, FAINT, INK, ISSUE_COLOURS, SMALL, TEXT, TITLE, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from advosim.experiment.sensitivity.analysis import Sensitivity
    from advosim.experiment.sensitivity.surfaces import Axis, Curve, Surface

BLUE, ORANGE = ISSUE_COLOURS[0], ISSUE_COLOURS[1]
ROW = 0.2
MOST_ROWS = 15
MOST_NUMBERS = 64
TIMES = "\N{MULTIPLICATION SIGN}"
COLOURS = "viridis"


def all_of(found: Sensitivity) -> dict[str, Figure]:
    """Every figure of an analysis, by file name."""
    drawn: dict[str, Figure] = {}
    if found.kind in ("sobol", "morris"):
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


def _surfaces(found: Sensitivity) -> dict[str, Figure]:
    """For each outcome a heat map over the two factors that matter most."""
    from advosim.experiment.sensitivity import surfaces

    if len(found.runs.points.columns) < 2 or found.kind == "one_at_a_time":
        return {}
    drawn = {}
    for outcome in found.runs.outcomes:
        x, y = strongest(found, outcome)[:2]
        drawn[f"surface_{outcome}"] = heat_map(surfaces.surface(found.runs, outcome, x, y))
    return drawn


def strongest(found: Sensitivity, outcome: str) -> list[str]:
    """Factors, the one that matters most first."""
    size = {"sobol": "ST", "morris": "mu_star"}.get(found.kind, "effect")
    rows = found.indices[found.indices["outcome"] == outcome]
    most = rows.assign(size=rows[size].abs()).groupby("factor", sort=False)["size"].max()
    return [str(name) for name in most.sort_values(ascending=False, kind="stable").index]


# ---------------------------------------------------------------- frames


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def _prepare(axes: Axes, title: str = "", grid: str = "x") -> None:
    if title:
        axes.set_title(title, fontsize=TEXT + 1, weight="bold", loc="left", color=INK, parse_math=False)
    axes.grid(axis=grid, color=FAINT, lw=0.6)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    if grid in ("x", "both") and axes.get_xscale() == "linear":
        axes.locator_params(axis="x", nbins=6)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _panels(count: int, across: int, height: float) -> tuple[Figure, list[Any]]:
    """A figure of `count` panels of which `across` stand side by side."""
    across = min(across, count)
    down = -(-count // across)
    width = WIDTH if across > 1 else WIDTH * 0.72
    figure = _figure(width, max(1.8, down * height))
    grid = figure.subplots(down, across, squeeze=False).reshape(-1)
    for spare in grid[count:]:
        spare.set_axis_off()
    return figure, list(grid[:count])


def _title(figure: Figure, text: str) -> None:
    figure.suptitle(text.replace("$", r"\$"), fontsize=TITLE, weight="bold", color=INK, x=0.01, ha="left")


# ---------------------------------------------------------------- bars


def bars(found: Sensitivity) -> Figure:
    """Indices or shares of variance with their intervals, a panel for each outcome."""
    table, name, drawn = _bars_of(found)
    outcomes = [outcome for outcome in found.runs.outcomes if outcome in set(table["outcome"])]
    rows = min(MOST_ROWS, max(len(table[table["outcome"] == outcome]) for outcome in outcomes))
    across = 2 if len(outcomes) > 1 else 1
    figure, axes = _panels(len(outcomes), across, 0.85 + ROW * rows * (1.0 + 0.35 * (len(drawn) > 1)))
    for one, outcome in zip(axes, outcomes, strict=True):
        _draw_bars(one, table[table["outcome"] == outcome], name, drawn, found.runs.labels)
        _prepare(one, _plain(outcome))
    if len(drawn) > 1:
        handles, texts = axes[0].get_legend_handles_labels()
        figure.legend(handles, texts, fontsize=SMALL, frameon=False, loc="outside upper right", ncols=2)
    _title(figure, found.runs.experiment.title)
    if found.kind == "morris" and (found.indices["floor"] > 0).any():
        _floor_note(figure)
    return figure


def _bars_of(found: Sensitivity) -> tuple[Any, str, dict[str, str]]:
    """The table, the column that names the rows, and what is drawn under which name."""
    if found.kind == "sobol":
        return found.indices, "factor", {"ST": "total: with interactions (ST)", "S1": "alone (S1)"}
    if found.kind == "morris":
        return (
            found.indices,
            "factor",
            {"mu_star": "mean size of effect over the factor's range (\N{GREEK SMALL LETTER MU}*)"},
        )
    return found.shares, "effect", {"eta2": "share of variance (\N{GREEK SMALL LETTER ETA}²)"}


def _draw_bars(axes: Axes, table: Any, name: str, drawn: dict[str, str], labels: dict[str, str]) -> None:
    from advosim.experiment.sensitivity.tables import effect_label

    first = next(iter(drawn))
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
    axes.set_xlabel(drawn[first] if len(drawn) == 1 else "share of variance", fontsize=TEXT, color=INK)


def _whiskers(axes: Axes, ends: Any, y: Any) -> None:
    for (low, high), at in zip(ends, y, strict=True):
        if math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [at, at], color=INK, lw=0.9, zorder=3, solid_capstyle="butt")


# ---------------------------------------------------------------- Morris' plane


def _floor_note(figure: Figure) -> None:
    said = "dashed: the size of effect that noise alone would give a factor without any"
    figure.supxlabel(said, fontsize=SMALL, color=INK, x=0.01, ha="left")


def plane(found: Sensitivity) -> Figure:
    """mu* against sigma: to the right what matters, above the line what interacts or bends."""
    outcomes = list(found.runs.outcomes)
    figure, axes = _panels(len(outcomes), 2, 2.9)
    for one, outcome in zip(axes, outcomes, strict=True):
        _draw_plane(one, found.indices[found.indices["outcome"] == outcome], found.runs.labels)
        _prepare(one, _plain(outcome), "both")
    _title(figure, found.runs.experiment.title)
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


def level_effects(found: Sensitivity) -> Figure:
    """The mean of each outcome (rows) at each value of each factor (columns), with 95% intervals of the difference."""
    outcomes, factors = list(found.runs.outcomes), list(found.runs.points.columns)
    width = max(3.2, min(WIDTH, 0.5 + 1.75 * len(factors)))
    figure = _figure(width, 0.5 + 1.75 * len(outcomes))
    grid = figure.subplots(len(outcomes), len(factors), squeeze=False, sharey="row")
    for row, outcome in zip(grid, outcomes, strict=True):
        for axes, factor in zip(row, factors, strict=True):
            table = found.indices[(found.indices["outcome"] == outcome) & (found.indices["factor"] == factor)]
            _draw_levels(axes, list(table.to_dict("records")))
            _prepare(axes, grid="y")
        row[0].set_ylabel(_plain(outcome), fontsize=TEXT, color=INK)
    for axes, factor in zip(grid[-1], factors, strict=True):
        axes.set_xlabel(found.runs.labels[factor], fontsize=TEXT, color=INK)
    _title(figure, found.runs.experiment.title)
    return figure


def _draw_levels(axes: Axes, rows: list[Any]) -> None:
    from advosim.experiment.sensitivity.tables import value_text

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


def replicates(found: Sensitivity) -> Figure:
    """How the coefficient of variation and the width of intervals settle with more replicates."""
    figure, axes = _panels(2, 2, 2.6)
    many = ("cv", "coefficient of variation"), ("half_width", "half interval / sd among points")
    for one, (column, label) in zip(axes, many, strict=True):
        for number, outcome in enumerate(found.runs.outcomes):
            rows = found.replicates[found.replicates["outcome"] == outcome]
            colour = ISSUE_COLOURS[number % 5]
            one.plot(rows["replicates"], rows[column], "o-", ms=3, lw=1.1, color=colour, label=_plain(outcome))
        _prepare(one, grid="both")
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


# ---------------------------------------------------------------- surfaces


def curves(lines: Sequence[Curve]) -> Figure:
    """Outcomes over single factors, a panel each, with bands of 95% intervals."""
    figure, axes = _panels(len(lines), 3, 2.3)
    for one, line in zip(axes, lines, strict=True):
        x = list(line.axis.values) if line.axis.numeric else list(range(len(line.axis.values)))
        numeric = line.axis.numeric
        one.plot(x, line.mean, marker="o", ls="-" if numeric else "none", color=BLUE, ms=3.5, lw=1.2, zorder=3)
        if numeric:
            one.fill_between(x, line.low, line.high, color=BLUE, alpha=0.18, lw=0)
        else:
            one.vlines(x, line.low, line.high, color=BLUE, lw=1.0)
            one.set_xlim(-0.5, len(x) - 0.5)
        _prepare(one, grid="y")
        one.set_xlabel(line.axis.label, fontsize=TEXT, color=INK)
        one.set_ylabel(_plain(line.outcome), fontsize=TEXT, color=INK)
        if not line.axis.numeric:
            one.set_xticks(x, [str(value) for value in line.axis.values])
    return figure


def heat_map(surface: Surface) -> Figure:
    """Means over two factors; hatched where no run was made."""
    figure = _figure(WIDTH * 0.66, WIDTH * 0.55)
    axes = figure.subplots()
    shown = np.ma.masked_invalid(surface.mean)
    ends = (shown.min(), shown.max()) if shown.count() else (0.0, 1.0)
    most = max(abs(ends[0]), abs(ends[1]))
    signed = ends[0] < 0 < ends[1] and min(-ends[0], ends[1]) > 0.2 * most
    colours: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -most, "vmax": most} if signed else {"cmap": COLOURS}
    axes.set_facecolor("#EEEEEE")
    axes.patch.set_hatch("////")
    axes.patch.set_edgecolor("#BBBBBB")
    mesh = axes.pcolormesh(shown, **colours)
    if surface.mean.size <= MOST_NUMBERS:
        _number_cells(axes, surface, mesh)
    _mark_axis(axes, surface.x, "x")
    _mark_axis(axes, surface.y, "y")
    bar = figure.colorbar(mesh, ax=axes)
    bar.set_label(_plain(surface.outcome), fontsize=TEXT, color=INK)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    return figure


def _number_cells(axes: Axes, surface: Surface, mesh: Any) -> None:
    small = surface.mean.size > 30
    for y, x in np.ndindex(surface.mean.shape):
        mean, half = surface.mean[y, x], surface.half[y, x]
        if not math.isfinite(mean):
            continue
        dark = sum(mesh.cmap(mesh.norm(mean))[:3]) < 1.5
        text = f"{mean:.2g}" if small or not math.isfinite(half) else f"{mean:.2g}\n± {half:.1g}"
        text = text.replace("-", "\N{MINUS SIGN}")
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=SMALL - small, color="w" if dark else INK)


def _mark_axis(axes: Axes, axis: Axis, which: str) -> None:
    from advosim.experiment.sensitivity.tables import value_text

    if axis.edges:
        at, texts = list(range(len(axis.edges))), [f"{edge:.2g}".replace("-", "\N{MINUS SIGN}") for edge in axis.edges]
    else:
        at, texts = [n + 0.5 for n in range(len(axis.values))], [value_text(value) for value in axis.values]  # type: ignore[misc]
    (axes.set_xticks if which == "x" else axes.set_yticks)(at, texts)
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(axis.label, fontsize=TEXT, color=INK)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
