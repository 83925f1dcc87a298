"""What a sensitivity analysis found, in words and as a LaTeX table."""

from __future__ import annotations

import math
from typing import Any

from advosim.experiment.sensitivity.found import Found
from advosim.results.latex import Raw, booktabs, interval

MOST_LINES, MOST_PAIRS = 10, 5
SIZES = {"sobol": "ST", "morris": "mu_star", "latin_hypercube": "delta", "points": "delta"}
"""By kind of design, the index by which factors are put in order."""

SOBOL_NOTE = "S1: share of variance by a factor alone; ST: with all its interactions. 95% bootstrap intervals."
MORRIS_NOTE = (
    "mu*: mean size of the effect of a factor over its range, in the outcome's unit; sigma: its spread, from "
    "interactions and curvature. 95% bootstrap intervals."
)
GIVEN_NOTE = (
    "delta (Borgonovo) and PAWN: how far the distribution of the outcome is another where the factor is known, 0 to 1; "
    "below the floor in 95 of 100 draws for a factor without effect. 95% bootstrap intervals."
)
LEVELS_NOTE = "Effect: mean paired difference to the value in 'against', over shared seeds, with 95% t intervals."


def latex(found: Found) -> str:
    """The indices as a LaTeX table with booktabs' rules, outcome by outcome."""
    labels, rows = found.runs.labels, list[Any](found.indices.to_dict("records"))
    table, heads, note = _LATEX[found.kind](rows, labels)
    import pandas as pd

    caption = f"{found.runs.experiment.title}: {_TITLES[found.kind]}"
    note = f"{note} {_noise_note(found)}".strip()
    return booktabs(
        pd.DataFrame(table),
        caption=caption,
        label="tab:sensitivity",
        note=note,
        columns=heads,
        group="outcome",
    )


_TITLES = {
    "sobol": "Sobol indices",
    "morris": "elementary effects (Morris)",
    "factorial": "effects of levels",
    "one_at_a_time": "effects of single changes",
    "latin_hypercube": "indices of given data",
    "points": "indices of given data",
}


def _noise_note(found: Found) -> str:
    replicates = found.runs.experiment.replicates.count
    if replicates < 2:
        return "One run of each point: the noise of chance is not told from the effects."
    most = found.noise["of_means"].max()
    hidden = [name.replace("_", " ") for name in found.noise[found.noise["drowned"]]["outcome"]]
    lost = f" What factors do to {', '.join(hidden)} is hidden by chance." if hidden else ""
    return f"Means over {replicates} shared seeds; at most {100 * most:.1f}% of their variance is left noise.{lost}"


def drowned(outcome: str, needed: float) -> str:
    """The sentence on an outcome of which chance hides what the factors do."""
    more = "more points and replicates may tell more" if math.isinf(needed) else f"{needed:,.0f} replicates would do"
    return f"{outcome}: chance hides what the factors do to it, in this design; {more}"


def _head(row: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {"outcome": row["outcome"].replace("_", " "), "factor": labels[row["factor"]]}


def _spread(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: float(row[name]), f"{name}_interval": interval(row[f"{name}_low"], row[f"{name}_high"])}


def _sobol(rows: list[Any], labels: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    table = [{**_head(row, labels), **_spread(row, "S1"), **_spread(row, "ST")} for row in rows]
    heads = {"factor": "Factor", "S1": Raw("$S_1$"), "S1_interval": "95% interval"}
    return table, {**heads, "ST": Raw("$S_T$"), "ST_interval": "95% interval"}, SOBOL_NOTE


def _morris(rows: list[Any], labels: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    table = [{**_head(row, labels), **_spread(row, "mu_star"), **_spread(row, "sigma")} for row in rows]
    heads = {"factor": "Factor", "mu_star": Raw(r"$\mu^*$"), "mu_star_interval": "95% interval"}
    return table, {**heads, "sigma": Raw(r"$\sigma$"), "sigma_interval": "95% interval"}, MORRIS_NOTE


def _levels(rows: list[Any], labels: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    table = [
        {**_head(row, labels), "value": value_text(row["value"]), "mean": row["mean"], **_spread(row, "effect")}
        | {"against": value_text(row["against"]), "d_z": row["d_z"]}
        for row in rows
        if row["value"] != row["against"]
    ]
    heads = {"factor": "Factor", "value": "Value", "against": "against", "mean": "Mean", "effect": "Effect"}
    return table, {**heads, "effect_interval": "95% interval", "d_z": Raw("$d_z$")}, LEVELS_NOTE


def _given(rows: list[Any], labels: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    table = [
        {**_head(row, labels), **_spread(row, "delta"), "delta_floor": row["delta_floor"], **_spread(row, "pawn")}
        | {"pawn_floor": row["pawn_floor"]}
        for row in rows
    ]
    heads = {"factor": "Factor", "delta": Raw(r"$\delta$"), "delta_interval": "95% interval", "delta_floor": "floor"}
    return table, {**heads, "pawn": "PAWN", "pawn_interval": "95% interval", "pawn_floor": "floor"}, GIVEN_NOTE


_LATEX = {
    "sobol": _sobol, "morris": _morris, "factorial": _levels, "one_at_a_time": _levels, "latin_hypercube": _given,
    "points": _given,
}  # fmt: skip


def value_text(value: Any) -> str:
    """A factor's value as tables and figures show it."""
    return f"{value:.4g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


# ---------------------------------------------------------------- in words


def summary(found: Found) -> str:
    """The strongest factors of each outcome, the share of noise, and whether the replicates suffice."""
    runs = found.runs
    head = (
        f"{runs.experiment.title}: {_TITLES[found.kind]}; {len(runs.points):,} points, "
        f"{runs.experiment.replicates.count} replicates"
    )
    lines = [head, *(f"note: {note}" for note in (*found.notes, *filter(None, [runs.looks])))]
    primary = runs.experiment.primary
    for outcome in [*primary, *(name for name in runs.outcomes if name not in primary)]:
        lines += [
            "",
            outcome + runs.role(outcome),
            *_factors(found, outcome),
            *_pair_lines(found, outcome),
            *_given_lines(found, outcome),
        ]
        lines += _noise_lines(found, outcome)
    return "\n".join(lines)


def _factors(found: Found, outcome: str) -> list[str]:
    if found.kind == "factorial" and not found.shares.empty:
        return _share_lines(found, outcome)
    rows: list[Any] = list(found.indices[found.indices["outcome"] == outcome].to_dict("records"))
    size = SIZES.get(found.kind, "effect")
    rows = [row for row in rows if size != "effect" or row["value"] != row["against"]]
    rows = [row for row in rows if not math.isnan(row[size])]
    rows.sort(key=lambda row: -abs(row[size]))
    labels = found.runs.labels
    return [_WORDS.get(found.kind, _level_line)(row, labels[row["factor"]]) for row in rows[:MOST_LINES]]


def _sobol_line(row: Any, label: str) -> str:
    return f"  {label:<28} S1 {_between(row, 'S1')}   ST {_between(row, 'ST')}"


def _morris_line(row: Any, label: str) -> str:
    return f"  {label:<28} mu* {_between(row, 'mu_star')}   sigma {_between(row, 'sigma')}"


def _given_line(row: Any, label: str) -> str:
    shapley = "" if math.isnan(row["shapley"]) else f"   Shapley {_between(row, 'shapley')}"
    chance = "" if row["delta"] > row["delta_floor"] else "   no more than chance gives"
    return f"  {label:<28} delta {_between(row, 'delta')}   PAWN {_between(row, 'pawn')}{shapley}{chance}"


def _level_line(row: Any, label: str) -> str:
    change = f"{value_text(row['against'])} -> {value_text(row['value'])}"
    return f"  {label:<28} {change:<16} {_between(row, 'effect')}"


_WORDS = {"sobol": _sobol_line, "morris": _morris_line, "latin_hypercube": _given_line, "points": _given_line}


def _pair_lines(found: Found, outcome: str) -> list[str]:
    """Second-order indices, the largest first."""
    if found.kind != "sobol" or found.shares.empty:
        return []
    rows: list[Any] = list(found.shares[found.shares["outcome"] == outcome].to_dict("records"))
    rows.sort(key=lambda row: -abs(row["S2"]))
    labels = found.runs.labels
    return [f"  {effect_label(row['effect'], labels):<40} S2 {_between(row, 'S2')}" for row in rows[:MOST_PAIRS]]


def _given_lines(found: Found, outcome: str) -> list[str]:
    """Indices of given data beside those of the design."""
    if found.given.empty:
        return []
    rows: list[Any] = list(found.given[found.given["outcome"] == outcome].to_dict("records"))
    rows = sorted((row for row in rows if not math.isnan(row["delta"])), key=lambda row: -row["delta"])
    return [_given_line(row, found.runs.labels[row["factor"]]) for row in rows[:MOST_LINES]]


def _between(row: Any, name: str) -> str:
    return f"{row[name]:.3g} [{row[f'{name}_low']:.3g}, {row[f'{name}_high']:.3g}]"


def _share_lines(found: Found, outcome: str) -> list[str]:
    if found.shares.empty:
        return []
    rows = found.shares[found.shares["outcome"] == outcome].sort_values("eta2", ascending=False, kind="stable")
    shown: list[Any] = list(rows.head(MOST_LINES).to_dict("records"))
    return [f"  {effect_label(row['effect'], found.runs.labels):<40} eta2 {_between(row, 'eta2')}" for row in shown]


def effect_label(effect: str, labels: dict[str, str], times: str = "x") -> str:
    """What a factor or a pair of them is called."""
    return f" {times} ".join(labels.get(part, part) for part in str(effect).split(" x "))


def _noise_lines(found: Found, outcome: str) -> list[str]:
    row = found.noise[found.noise["outcome"] == outcome].iloc[0]
    if math.isnan(row["of_runs"]):
        return ["  noise: unknown, for each point was run once"]
    needed = "nobody can tell how many" if math.isinf(row["needed"]) else f"{row['needed']:,.0f}"
    enough = "one replicate brings" if row["needed"] <= 1 else f"{needed} replicates bring"
    said = (
        f"  noise: {row['of_runs']:.0%} of the variance of single runs, {row['of_means']:.1%} of that of the means; "
        f"{enough} it under 5%"
    )
    growing = found.replicates[found.replicates["outcome"] == outcome]
    settled = growing[growing["settled"]]
    enough = (
        f"settles at {settled['replicates'].min()} replicates" if len(settled) else "has not settled: more replicates"
    )
    return [said, f"  replicates: the coefficient of variation {enough} (within .01; Lorscheid et al. 2012)"]
