"""How outcomes answer to each assumed number: `python run.py WORK RESULTS [--only PATTERN] [--seeds N]`.

Every number whose source is an assumption is set to half and to one and a half of its default, within its range, in a
small world in which it can act, over paired seeds. What is done stands in WORK and is not done again: the same command
goes on where it was stopped. RESULTS gets effects.csv, figure.png and manifest.json.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import platform
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from advosim import Scenario, __version__
from advosim.experiment.sweep.store import sources
from advosim.reading.outcomes import measured
from advosim.scenario.declare import catalogue_rows, parameters
from advosim.simulation import simulate

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pydantic.fields import FieldInfo

SMALL = {"weeks": 104}
CITIZENS = 1000
SEEDS = 40
ENDS = {"half": 0.5, "more": 1.5}
OUTCOMES = {
    "protest": "protest, shares of citizens added up over weeks, per issue",
    "steps": "steps of policy, per issue",
    "closures": "closures of organisations, per polity",
    "alliances": "alliances alive, mean over weeks and issues",
}
READ = ("protest", "reforms", "closures", "attitude_sd")
"""What is read off a run by the outcomes of `advosim.reading`."""
SANE = {"protest": (0.1, 10.0), "steps": (0.2, 5.0), "attitude_sd": (0.6, 1.6)}
"""A world stays sane where these stay within such multiples of what they are at the defaults."""

_HOME = "polity.home."
_PLATFORMS = {"repression": 0.4, "internet_access": 0.9, "platform_regulation": 0.7, "surveillance": 0.7}
WORLDS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("baseline", {f"{_HOME}governance.election_interval": 104}),
    "abroad": ("boomerang", {}),
    "networks": ("transnational_network", {}),
    "exits": ("out_of_the_body", {}),
    "lists": ("proportional_system", {f"{_HOME}governance.election_interval": 52}),
    "districts": ("majority_system", {f"{_HOME}governance.election_interval": 52}),
    "ballots": ("swiss_style", {}),
    "recall": ("recall", {}),
    "platforms": (
        "baseline",
        {f"{_HOME}governance.{name}": value for name, value in _PLATFORMS.items()}
        | {"reform": [{"week": 53, "set": {f"{_HOME}governance.shutdown": True}}]},
    ),
    "boycotts": ("producer_boycott", {}),
    "donors": ("donor_drift", {}),
    "affected": ("affected_at_the_table", {}),
    "newcomers": ("new_organisations", {}),
    "law on funds": ("foreign_funding_law", {}),
    "rich partner": ("rich_partner", {}),
    "shared platform": ("collaborative_platform", {}),
    "town and press": (
        "baseline",
        {
            f"{_HOME}organisation.mayor": {"kind": "municipality", "district": 1},
            f"{_HOME}organisation.press": {"kind": "media_outlet", "stance": 0.4, "count": 2},
        },
    ),
}
"""Scenario and changes of each small world."""
WHERE = (
    (r"mechanism\.(spillover|frame_diffusion|shelter|third_states|boomerang)\.", "abroad"),
    (r"mechanism\.(pressure\.abroad|backfire\.foreign|ties\.(abroad|language))$|^(body|relation)\.", "abroad"),
    (r"external_vulnerability", "abroad"),
    (r"mechanism\.(across_borders|donor_drift)\.", "networks"),
    (r"mechanism\.withdrawal\.", "exits"),
    (r"mechanism\.elections\.(marginality|strategic|pledges)$|district", "districts"),
    (r"mechanism\.elections\.|\.party\.", "lists"),
    (r"mechanism\.(initiative|referendum)\.", "ballots"),
    (r"mechanism\.recall\.|governance\.recall", "recall"),
    (r"mechanism\.platform_control\.|platform_regulation|surveillance", "platforms"),
    (r"mechanism\.registration\.", "law on funds"),
    (r"mechanism\.(founding|schism|formalisation|merger)\.|\.newcomer\.", "newcomers"),
    (r"mechanism\.(boycott\.|pressure\.firms|evidence\.reputation|coverage\.boycott)", "boycotts"),
    (r"\.(market_share|reputation|lobby_budget)$", "boycotts"),
    (r"mechanism\.grants\.|institutionalisation\.grants|\.gives$|entry_cost", "donors"),
    (r"mechanism\.inclusion\.", "affected"),
    (r"mechanism\.(benefit_sharing|power)\.", "rich partner"),
    (r"mechanism\.collaborative_platform\.", "shared platform"),
    (r"mechanism\.municipalities\.|coverage\.slant|\.slots$", "town and press"),
)
"""Where a number is tried: the first world whose pattern fits its path, else the baseline."""


class Trial(NamedTuple):
    """One number at one end in its world; no number is the world at its defaults."""

    world: str
    number: str = ""
    end: str = ""


# ---------------------------------------------------------------- what is tried


@functools.cache
def assumed() -> dict[str, FieldInfo]:
    """Every declared number whose source is an assumption, by path."""
    known = dict(parameters(Scenario))
    extra = {path: field.json_schema_extra for path, field in known.items()}
    texts = {path: str(given.get("source", "")) for path, given in extra.items() if isinstance(given, dict)}
    return {path: known[path] for path, text in texts.items() if text.startswith("assumption") and _range(known[path])}


def _range(field: FieldInfo) -> tuple[float, float] | None:
    ends = {kind: getattr(note, kind) for note in field.metadata for kind in ("ge", "le") if hasattr(note, kind)}
    return (ends["ge"], ends["le"]) if len(ends) == 2 else None


def world_of(number: str) -> str:
    """The name of the small world in which a number is tried."""
    return next((world for pattern, world in WHERE if re.search(pattern, number)), "baseline")


@functools.cache
def small_world(name: str) -> Scenario:
    """A small world at its defaults: 1,000 citizens in each polity, two years."""
    scenario, changes = WORLDS[name]
    whole = Scenario.load(scenario)
    citizens = {f"polity.{home}.citizens": CITIZENS for home in whole.polity}
    kept = {} if "reform" in changes or not whole.reform else {"reform": []}
    return whole.but(SMALL | citizens | kept | changes)


def changes_of(scenario: Scenario, number: str, end: str) -> dict[str, Any]:
    """What sets a number, in every row that has it, to its end; empty where nothing differs within its range."""
    field = assumed()[number]
    found = {}
    for path, value in _rows(scenario, number.split(".")):
        low, high = _range(field) or (-math.inf, math.inf)
        moved: float = min(max(value * ENDS[end], low), high)
        if isinstance(value, int):
            moved = round(moved) if round(moved) != value else value + (1 if end == "more" else -1)
            moved = int(min(max(moved, low), high))
        if moved != value:
            found[path] = moved
    return found


def _rows(part: Any, path: list[str], so_far: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of a number in each named row; what an organisation leaves to its kind is that of its kind."""
    name, rest = path[0], path[1:]
    keys = list(part) if name == "NAME" else [name]
    for key in keys:
        here = f"{so_far}.{key}" if so_far else key
        value = part[key] if isinstance(part, dict) else getattr(part, key)
        if value is None and hasattr(part, "kind"):
            value = catalogue_rows("kinds")[part.kind].get(key)
        if value is None:
            continue
        if rest:
            yield from _rows(value, rest, here)
        else:
            yield here, value


def trials(only: str = "") -> list[Trial]:
    """The defaults of every world that is needed, then each number at both ends."""
    numbers = [number for number in assumed() if re.search(only, number)]
    worlds = sorted({world_of(number) for number in numbers})
    return [Trial(world) for world in worlds] + [
        Trial(world_of(number), number, end) for number in numbers for end in ENDS
    ]


# ---------------------------------------------------------------- running


def outcomes(scenario: Scenario, seed: int) -> list[float]:
    """The outcomes of one run, and the sd of attitudes at its end, as means over polities and issues."""
    record = simulate(scenario, seed, threads=1)
    found = measured(record, READ, list(scenario.polity), list(scenario.issue))
    protest, steps, closures, spread = (
        float(np.mean([value for name, value in found.items() if name.split(".")[-1] == read])) for read in READ
    )
    return [protest, steps, closures, float(record.recorded.weeks["alliances"].mean()), spread]


def run(trial: Trial, seeds: int) -> dict[str, Any]:
    """What a trial came to, over the seeds from 1; `value` is that of the first row that it changes."""
    scenario = small_world(trial.world)
    changes = changes_of(scenario, trial.number, trial.end) if trial.number else {}
    told: dict[str, Any] = trial._asdict() | {"value": next(iter(changes.values()), None), "rows": len(changes)}
    if trial.number and not changes:
        return told | {"values": []}
    scenario = scenario.but(changes)
    return told | {"values": [outcomes(scenario, seed) for seed in range(1, seeds + 1)]}


def run_all(work: Path, todo: list[Trial], seeds: int, workers: int = 2) -> pd.DataFrame:
    """Run what WORK does not hold yet. Raises SystemExit where it holds trials of other rules or seeds."""
    work.mkdir(parents=True, exist_ok=True)
    stamp = {"sources": sources(), "seeds": seeds}
    file, head = work / "trials.jsonl", work / "stamp.json"
    if head.exists() and json.loads(head.read_text()) != stamp:
        raise SystemExit(f"{work} holds trials of other rules or seeds: take a new folder")
    head.write_text(json.dumps(stamp))
    done = _read(file)
    missing = [trial for trial in todo if trial not in done]
    # A line that a kill cut off must not run into the next one.
    file.write_text("".join(json.dumps(row) + "\n" for row in done.values()), encoding="utf-8")
    with file.open("a", encoding="utf-8") as out:
        for number, row in enumerate(_ran(missing, seeds, workers), 1):
            out.write(json.dumps(row) + "\n")
            out.flush()
            if number % 20 == 0 or number == len(missing):
                print(f"{number} of {len(missing)}", flush=True)
    return summary(_read(file), todo)


def _ran(missing: list[Trial], seeds: int, workers: int) -> Iterator[dict[str, Any]]:
    """What trials came to, as they end; in this process where there is one worker."""
    if workers == 1:
        yield from (run(trial, seeds) for trial in missing)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(run, trial, seeds) for trial in missing]):
            yield future.result()


def _read(file: Path) -> dict[Trial, dict[str, Any]]:
    """The trials in a file; a last line that was cut off by a kill is left out, and its trial done again."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[Trial(row["world"], row["number"], row["end"])] = row
    return found


# ---------------------------------------------------------------- what came out


def summary(done: Mapping[Trial, Mapping[str, Any]], wanted: list[Trial]) -> pd.DataFrame:
    """A row per number and end: its value, and of each outcome the change and the change in standard errors."""
    rows = []
    for trial in wanted:
        if not trial.number:
            continue
        base, moved = np.array(done[Trial(trial.world)]["values"]), np.array(done[trial]["values"])
        rows.append(
            {
                "number": trial.number,
                "end": trial.end,
                "world": trial.world,
                "value": done[trial]["value"],
                **_effects(base, moved),
            }
        )
    return pd.DataFrame(rows)


def _effects(base: NDArray[np.float64], moved: NDArray[np.float64]) -> dict[str, Any]:
    """Change of each outcome's mean, the same in standard errors of paired differences, and whether it stays sane."""
    found: dict[str, Any] = {}
    for column, name in enumerate(OUTCOMES):
        change = moved[:, column] - base[:, column] if len(moved) else np.zeros(len(base))
        error = change.std(ddof=1) / math.sqrt(len(change)) if len(change) > 1 else 0.0
        found[f"{name}_change"] = change.mean()
        found[f"{name}_errors"] = change.mean() / error if error > 0 else 0.0
    names = [*OUTCOMES, "attitude_sd"]
    left = []
    for name, (low, high) in SANE.items():
        before = base[:, names.index(name)].mean()
        after = moved[:, names.index(name)].mean() if len(moved) else before
        if before > 0 and not low <= after / before <= high:
            left.append(f"{name} x {after / before:.2g}")
    return found | {"leaves_sanity_by": "; ".join(left)}


def figure(table: pd.DataFrame, most: int = 30) -> Figure:
    """The numbers that move outcomes most, both ends, in standard errors; an outcome in each panel."""
    from matplotlib.figure import Figure

    columns = [f"{name}_errors" for name in OUTCOMES]
    strength = table.assign(most=table[columns].abs().max(axis=1)).groupby("number")["most"].max()
    order = list(strength.sort_values().index[-most:])
    page = Figure(figsize=(10, 1.6 + 0.22 * len(order)), dpi=150, layout="constrained")
    panels = page.subplots(1, len(OUTCOMES), sharey=True, squeeze=False)[0]
    for panel, (name, column) in zip(panels, zip(OUTCOMES, columns, strict=True), strict=True):
        for end, colour, mark in (("half", "#0072B2", "o"), ("more", "#D55E00", "s")):
            part = table[table["end"] == end].set_index("number").reindex(order)
            panel.scatter(part[column], range(len(order)), s=14, color=colour, marker=mark, label=f"x {ENDS[end]:g}")
        panel.axvspan(-2, 2, color="0.92", zorder=0)
        panel.axvline(0, color="0.6", linewidth=0.8, zorder=0)
        panel.set_xscale("symlog", linthresh=2)
        reach = max(3.0, 1.1 * float(table[column].abs().max()))
        panel.set_xlim(-reach, reach)
        panel.set_xticks([x for x in (-30, -8, -2, 0, 2, 8, 30) if abs(x) <= reach], minor=False)
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
        panel.set_title(name, fontsize=9)
        panel.set_xlabel("standard errors", fontsize=8)
        panel.tick_params(labelsize=7)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_yticks(range(len(order)), [path.removeprefix("mechanism.") for path in order])
    handles, labels = panels[0].get_legend_handles_labels()
    page.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=8)
    page.suptitle("The assumed numbers on which outcomes hang most", x=0.01, ha="left", fontweight="bold")
    return page


def write(table: pd.DataFrame, results: Path, seeds: int) -> None:
    """Write effects.csv, figure.png and manifest.json, each whole or not at all."""
    results.mkdir(parents=True, exist_ok=True)
    drawn = figure(table)
    told = {
        "version": __version__,
        "sources": sources(),
        "date": datetime.now(UTC).date().isoformat(),
        "citizens": CITIZENS,
        "weeks": SMALL["weeks"],
        "seeds": seeds,
        "outcomes": OUTCOMES,
        "sane": SANE,
        "python": platform.python_version(),
    }
    for name, fill in {
        "effects.csv": lambda file: table.to_csv(file, index=False, float_format="%.4g", lineterminator="\n"),
        "figure.png": lambda file: drawn.savefig(file, format="png"),
        "manifest.json": lambda file: file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8"),
    }.items():
        partial = results / f".{name}.partial"
        fill(partial)
        os.replace(partial, results / name)


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("work", type=Path, help="folder of what is done so far")
    reader.add_argument("results", type=Path, help="folder that the table, the figure and the manifest go to")
    reader.add_argument("--only", default="", help="regular expression: numbers whose path it finds")
    reader.add_argument("--seeds", type=int, default=SEEDS)
    reader.add_argument("--workers", type=int, default=2)
    given = reader.parse_args()
    write(run_all(given.work, trials(given.only), given.seeds, given.workers), given.results, given.seeds)


if __name__ == "__main__":
    main()
