"""From the runs of the study to its table, figure and manifest: `python figures.py SWEEP RESULTS`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from advosim.experiment.effects import t_interval
from advosim.experiment.sweep.completed import Runs, read
from advosim.experiment.sweep.load import load

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GOVERNANCE = "polity.home.governance."
REPRESSION, OPENNESS, MEDIA = (GOVERNANCE + name for name in ("repression", "openness", "media_freedom"))
PANELS = {
    "policy_change": "Policy moved toward reform\n(position, mean of three issues)",
    "protest": "Protest\n(% of citizens in a week)",
    "silenced": "Silent out of fear\n(% of citizens)",
    "closures": "Organisations closed\n(of 20, in four years)",
}
PERCENT = ("protest", "silenced")
COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00")


def summary(runs: Runs) -> pd.DataFrame:
    """One row per point: factors, and mean with 95% interval over the seeds of every outcome."""
    table = runs.points.reset_index(drop=True).rename(columns=lambda path: path.rsplit(".", 1)[-1])
    for name, values in runs.outcomes.items():
        intervals = [t_interval(row) for row in values]
        table[name] = values.mean(axis=1)
        table[f"{name}_low"] = [low for low, _ in intervals]
        table[f"{name}_high"] = [high for _, high in intervals]
    return table


def contrasts(runs: Runs) -> pd.DataFrame:
    """What the README reports: paired differences over the seeds, with 95% intervals."""
    rows = []
    for outcome, values in runs.outcomes.items():
        for name, path, others in (
            ("repression .9 against .1", REPRESSION, {}),
            ("openness 1 against 0", OPENNESS, {}),
            ("openness 1 against 0, repression .9", OPENNESS, {REPRESSION: 0.9}),
            ("openness 1 against 0, repression .1", OPENNESS, {REPRESSION: 0.1}),
            ("media freedom .9 against .1", MEDIA, {}),
        ):
            chosen = runs.points
            for other, level in others.items():
                chosen = chosen[chosen[other] == level]
            high = chosen.index[chosen[path] == chosen[path].max()]
            low = chosen.index[chosen[path] == chosen[path].min()]
            pairs = values[high].mean(axis=0) - values[low].mean(axis=0)
            bounds = t_interval(pairs)
            rows.append((outcome, name, pairs.mean(), *bounds, len(pairs)))
    return pd.DataFrame(rows, columns=["outcome", "contrast", "difference", "low", "high", "pairs"])


def figure(table: pd.DataFrame) -> Figure:
    """Outcomes over repression, a line for each degree of openness, a column for each press."""
    from matplotlib.figure import Figure

    presses = sorted(table["media_freedom"].unique())
    page = Figure(figsize=(7, 8.2), dpi=200, layout="constrained")
    axes = page.subplots(len(PANELS), len(presses), sharex=True, sharey="row", squeeze=False)
    for row, (name, label) in zip(axes, PANELS.items(), strict=True):
        scale = 100.0 if name in PERCENT else 1.0
        for place, press in zip(row, presses, strict=True):
            part = table[table["media_freedom"] == press]
            for colour, (openness, line) in zip(COLOURS, part.groupby("openness"), strict=False):
                line = line.sort_values("repression")
                place.plot(line["repression"], scale * line[name], color=colour, label=f"{openness:g}")
                place.fill_between(
                    line["repression"],
                    scale * line[f"{name}_low"],
                    scale * line[f"{name}_high"],
                    color=colour,
                    alpha=0.12,
                )
            place.spines[["top", "right"]].set_visible(False)
            place.grid(alpha=0.25)
        row[0].set_ylabel(label, fontsize=8)
    for place, press in zip(axes[0], presses, strict=True):
        place.set_title(f"media freedom {press:g}", fontsize=10)
    for place in axes[-1]:
        place.set_xlabel("repression")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    page.legend(handles, labels, title="openness", loc="outside upper right", ncols=len(labels), fontsize=8)
    page.suptitle("Repression and openness", x=0.01, ha="left", fontweight="bold")
    return page


def write(sweep: Path, results: Path, experiment: Path) -> None:
    """Write summary.csv, contrasts.csv, figure.png and manifest.json, each whole or not at all."""
    runs = read(load(experiment), sweep)
    results.mkdir(parents=True, exist_ok=True)
    table = summary(runs)
    drawn = figure(table)
    plan = json.loads((sweep / "sweep.json").read_text(encoding="utf-8"))
    for name, fill in {
        "summary.csv": lambda file: table.to_csv(file, index=False, float_format="%.6g", lineterminator="\n"),
        "contrasts.csv": lambda file: contrasts(runs).to_csv(
            file, index=False, float_format="%.4g", lineterminator="\n"
        ),
        "figure.png": lambda file: drawn.savefig(file, format="png"),
        "manifest.json": lambda file: file.write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8"),
    }.items():
        partial = results / f".{name}.partial"
        fill(partial)
        os.replace(partial, results / name)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), Path(__file__).with_name("experiment.toml"))
