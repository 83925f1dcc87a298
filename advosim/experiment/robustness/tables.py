"""Policies and their robustness in words, and as a LaTeX table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from advosim.experiment.robustness.found import Found
from advosim.results.latex import booktabs, interval

TOLD = ("satisficing", "worst", "max_regret", "mean_regret", "mean_variance", "undesirable", "mean")
"""Metrics in the order in which the summary tells them."""
WORDS = {
    "mean": "mean over futures", "worst": "worst future", "satisficing": "futures in which it is enough",
    "max_regret": "greatest regret", "mean_regret": "mean regret", "mean_variance": "mean-variance",
    "undesirable": "undesirable deviations",
}  # fmt: skip
MOST_LINES = 8
NOTE = (
    "Means over futures; regret: how far behind the best policy of the same future, at most (Savage); satisficing: "
    "share of futures in which the outcome is enough (domain criterion). 95% bootstrap intervals over {over}, "
    "of regret over seeds alone."
)


def latex(found: Found) -> str:
    """A row per policy and outcome: mean, satisficing, greatest regret."""
    import pandas as pd

    by = {(row["outcome"], row["policy"], row["metric"]): row for row in found.judged.to_dict("records")}
    rows = []
    for outcome in found.aims:
        for number, name in enumerate(found.names, start=1):
            row: dict[str, Any] = {"outcome": outcome.replace("_", " "), "policy": f"{number}: {name}"}
            for metric in ("mean", "satisficing", "max_regret"):
                cell = by.get((outcome, number, metric))
                row[metric] = float(cell["value"]) if cell else "--"
                row[f"{metric}_interval"] = interval(cell["low"], cell["high"]) if cell else "--"
            rows.append({**row, "front": "yes" if found.on_front[number - 1] else ""})
    heads = {"policy": "Policy", "mean": "Mean", "mean_interval": "95% interval", "satisficing": "Satisficing"}
    heads |= {"satisficing_interval": "95% interval", "max_regret": "Max. regret"}
    heads |= {"max_regret_interval": "95% interval"} | ({"front": "On front"} if len(found.aims) > 1 else {})
    caption = f"{found.runs.experiment.title}: robustness of policies over {len(found.futures):,} futures."
    note = NOTE.format(over=over(found))
    return booktabs(
        pd.DataFrame(rows), caption=caption, label="tab:robustness", note=note, columns=heads, group="outcome"
    )


def over(found: Found) -> str:
    """What the intervals are over, in words."""
    seeds = found.runs.experiment.replicates.count
    drawn = found.runs.experiment.design.kind == "latin_hypercube"
    parts = [f"{seeds} seeds"] if seeds > 1 else []
    return " and ".join([*parts, f"{len(found.futures):,} drawn futures"] if drawn else parts) or "nothing: one seed"


def summary(found: Found) -> str:
    """The best policies by each metric, the trade-offs, and what the outcomes hang on."""
    head = (
        f"{found.runs.experiment.title}: {len(found.policies)} policies in {len(found.futures):,} futures, "
        f"{found.runs.experiment.replicates.count} replicates; intervals over {over(found)}"
    )
    lines = [head, *(f"note: {note}" for note in (*found.notes, *filter(None, [found.runs.looks])))]
    for outcome, aim in found.aims.items():
        enough = "" if aim.enough is None else f", {aim.enough:g} is enough"
        wanted = f"({'high' if aim.high else 'low'} is wanted{enough})"
        lines += ["", f"{outcome}{found.runs.role(outcome)} {wanted}; the best policy by"]
        if np.ptp(found.means(outcome)) == 0:
            lines.append("  any metric: all are alike in every future")
            continue
        lines += [_line(found, outcome, metric) for metric in TOLD if _rows(found, outcome, metric)]
    if len(found.aims) > 1:
        lines += ["", *_front_lines(found)]
    if len(found.scores):
        lines += ["", "What outcomes hang on (extra trees, together 1)"]
        lines += [_score_line(found, outcome) for outcome in found.runs.outcomes]
    return "\n".join(lines)


def _rows(found: Found, outcome: str, metric: str) -> list[Any]:
    rows = found.judged[(found.judged["outcome"] == outcome) & (found.judged["metric"] == metric)]
    return list(rows.to_dict("records"))


def _line(found: Found, outcome: str, metric: str) -> str:
    best = min(_rows(found, outcome, metric), key=lambda row: row["rank"])
    name = found.names[best["policy"] - 1]
    again = "" if math.isnan(best["best_again"]) else f"; best again in {best['best_again']:.0%} of resamples"
    alike = sum(row["rank"] == 1 for row in _rows(found, outcome, metric)) - 1
    others = f" (and {alike} more alike)" if alike else ""
    value = f"{best['value']:.3g} [{best['low']:.3g}, {best['high']:.3g}]"
    return f"  {WORDS[metric]:<30} {best['policy']}: {name}{others}, {value}{again}"


def _front_lines(found: Found) -> list[str]:
    on = [number for number, member in enumerate(found.on_front) if member]
    lines = [
        f"Trade-offs: {len(on)} of {len(found.policies)} policies are on the Pareto front of {', '.join(found.aims)}"
    ]
    for number in on[:MOST_LINES]:
        means = ", ".join(f"{name} {found.means(name)[number].mean():.3g}" for name in found.aims)
        again = found.on_front_again[number]
        sure = "" if math.isnan(again) else f"; on it in {again:.0%} of resamples"
        lines.append(f"  {number + 1}: {found.names[number]}: {means}{sure}")
    return [*lines, f"  and {len(on) - MOST_LINES} more"] if len(on) > MOST_LINES else lines


def _score_line(found: Found, outcome: str) -> str:
    rows = found.scores[found.scores["outcome"] == outcome].sort_values("score", ascending=False, kind="stable")
    told = [
        f"{found.runs.labels[row['factor']]} ({row['role']}) {row['score']:.2f}"
        for row in rows.head(MOST_LINES).to_dict("records")
    ]
    return f"  {outcome}: {', '.join(told)}"
