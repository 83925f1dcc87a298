"""What each governance setting does to tactics, success and costs: `python run.py RESULTS [PAIRS] [CITIZENS] [ONLY]`.

Writes settings.csv (one row per setting, context and measure, with theory's expectation and a verdict), worlds.csv
(levels by context and number of organisations), shipped.csv (whether anything runs away in a shipped scenario) and
manifest.json. ONLY is a setting that is run alone, whose rows take the place of those in settings.csv, or `worlds` or
`shipped`, whose table is written anew.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measures import FOUR_YEARS, GROWING, HOME, MOVED, column, context, paired, runs

import advosim
from advosim import Scenario
from advosim.results.manifest import MANIFEST, write_manifest
from advosim.scenario import layers

THREE = ("open", "mixed", "closed")
# setting: low and high value, contexts, what theory expects to rise (+) or fall (-) from low to high, and its source.
SETTINGS: dict[str, tuple[Any, Any, tuple[str, ...], dict[str, str], str]] = {
    "repression": (0.05, 0.95, THREE, {"street": "-", "closures": "+", "toward the majority": "-"}, "Tilly 1978"),
    "accommodation": (0.05, 0.95, THREE, {"unchanged": "-", "protest": "-"}, "Gamson 1975; Giugni 2004"),
    "entry_cost": (
        0.05,
        0.95,
        tuple(name + GROWING for name in THREE),
        {"founded": "-", "organisations": "-", "closures a year open": "+"},
        "Dupuy, Ron & Prakash 2016; Christensen & Weinstein 2013",
    ),
    "assembly_cost": (0.05, 0.95, THREE, {"street": "-", "protest": "-"}, "Tilly 2006"),
    "openness": (0.05, 0.95, THREE, {"inside": "+", "street": "-", "unchanged": "-"}, "Kitschelt 1986"),
    "access": (0.05, 0.95, THREE, {"inside": "+", "toward the richer": "+"}, "Hall & Deardorff 2006; Selznick 1949"),
    "contestation": (0.05, 0.95, THREE, {"toward the majority": "+", "unchanged": "-"}, "Powell 2000; Dahl 1971"),
    "electoral_system": (
        "majority",
        "proportional",
        ("proportional_system",),
        {"distance, taxes": "-", "change, language": "+", "distance": "-"},
        "Lijphart 2012",
    ),
    "initiative.allowed": (False, True, ("initiative_threat",), {"distance": "-", "ballots": "+"}, "Gerber 1996"),
    "referendum.allowed": (False, True, ("swiss_style",), {"unchanged": "+", "ballots": "+"}, "Matsusaka 2018"),
    "recall.allowed": (False, True, ("recall",), {"toward the majority": "+", "ballots": "+"}, "Matsusaka 2018"),
    "veto_players": (1, 5, THREE, {"unchanged": "+"}, "Tsebelis 2002"),
    "media_freedom": (0.05, 0.95, THREE, {"toward the majority": "+", "unchanged": "-"}, "Besley & Burgess 2002"),
    "internet_access": (0.05, 0.95, THREE, {"online": "+", "protest": "+"}, "Enikolopov, Makarin & Petrova 2020"),
    "platform_regulation": (0.05, 0.95, THREE, {"online": "-", "protest": "-"}, "King, Pan & Roberts 2013"),
    "surveillance": (0.05, 0.95, THREE, {"online": "-"}, "Gunitsky 2015"),
    "external_vulnerability": (0.05, 0.95, ("boomerang",), {"unchanged": "-"}, "Keck & Sikkink 1998"),
}
SAID = {"+": "rises", "-": "falls"}
"""Signs as tables have them: pages would take a lone sign for a list."""
LEAST = 0.3
"""Effects from .3 sd of paired differences count as shown, if their interval excludes 0."""
FIRST_SEED = 20_001


def verdict(row: dict[str, Any]) -> str:
    """Whether an effect has the expected sign, and is large enough to count."""
    sure = row["low"] > 0 or row["high"] < 0
    if not sure or abs(row["in sd"]) < LEAST:
        return "not shown"
    return "as expected" if (row["effect"] > 0) == (row["expected"] == "+") else "against"


def settings(pairs: int, citizens: int, workers: int, only: str = "") -> pd.DataFrame:
    """One row per setting, context and measure. only: the one setting that is asked for."""
    seeds = range(FIRST_SEED, FIRST_SEED + pairs)
    cells = [(name, where) for name, row in SETTINGS.items() if only in ("", name) for where in row[2]]
    jobs = []
    for name, where in cells:
        scenario = context(where, citizens)
        # Else contestation would also change where policies start.
        scenario = scenario.but({f"issue.{issue}.policy_answers": 0.0 for issue in scenario.issue})
        jobs += [(scenario.but({HOME + name: value}), seeds) for value in SETTINGS[name][:2]]
    found = runs(jobs, workers)
    rows = []
    for number, (name, where) in enumerate(cells):
        low, high = found[2 * number], found[2 * number + 1]
        expectations, source = SETTINGS[name][3:]
        for measure, expected in expectations.items():
            row = {"setting": name, "context": where, "measure": measure, "expected": expected}
            row |= {"at low": column(low, measure).mean(), "at high": column(high, measure).mean()}
            row |= paired(low, high, measure)
            told = {"expected": SAID[expected], "verdict": verdict(row), "pairs": pairs, "source": source}
            rows.append({**row, **told})
    return pd.DataFrame(rows)


def worlds(number: int, citizens: int, workers: int) -> pd.DataFrame:
    """Levels: issues unchanged, whose way policy moved, how it answers attitudes, and how high protest peaks."""
    seeds, base = range(FIRST_SEED, FIRST_SEED + number), context("open", citizens)
    own = base.polity["home"].organisation
    opposed = [name for name, row in own.items() if row.stance < 0]
    cases = {name: context(name, citizens) for name in THREE}
    cases["one-sided"] = base.but({f"polity.home.organisation.{name}.activity": 0.0 for name in opposed})
    for times in (0.5, 2, 4):
        counts = {
            f"polity.home.organisation.{name}.count": max(1, round(times * row.count)) for name, row in own.items()
        }
        cases[f"{times:g} times the organisations"] = base.but(counts)
    rows = []
    for name, found in zip(cases, runs([(scenario, seeds) for scenario in cases.values()], workers), strict=True):
        issues = len(cases[name].issue)
        policy, attitude = (
            np.concatenate([column(found, f"{what} {m}") for m in range(issues)]) for what in ("policy", "attitude")
        )
        peak, unchanged = column(found, "peak"), column(found, "unchanged")
        rows.append({
            "world": name, "worlds": number, "unchanged": unchanged.mean(),
            "unchanged half": 1.96 * unchanged.std(ddof=1) / np.sqrt(number),
            "majority's share of moves": column(found, "majority's moves").sum() / max(column(found, "moves").sum(), 1),
            "correlation of policy and attitude": np.corrcoef(policy, attitude)[0, 1],
            "peak median": np.median(peak), "peak q90": np.quantile(peak, 0.9), "peak largest": peak.max(),
            "peaks above 1%": np.mean(peak > 0.01), "peaks above 5%": np.mean(peak > 0.05),
            "median week": column(found, "median week").mean(), "inside": column(found, "inside").mean(),
            "street": column(found, "street").mean(),
            "largest step of the first quarter": column(found, "first quarter").max(),
        })  # fmt: skip
    return pd.DataFrame(rows)


def shipped(number: int, citizens: int, workers: int) -> pd.DataFrame:
    """Of each shipped scenario: how high protest peaks, and whether policy steps before anybody could have moved it."""
    seeds, names = range(FIRST_SEED, FIRST_SEED + number), list(layers.shipped())
    scenarios = [Scenario.load(name) for name in names]
    small = [
        one.but({f"polity.{home}.citizens": min(row.citizens, citizens) for home, row in one.polity.items()})
        for one in scenarios
    ]
    rows = []
    for name, found in zip(names, runs([(one, seeds) for one in small], workers), strict=True):
        peak, first = column(found, "peak"), column(found, "first month")
        rows.append({
            "scenario": name, "worlds": number, "unchanged": column(found, "unchanged").mean(),
            "median week": column(found, "median week").mean(), "peak median": np.median(peak),
            "peaks above 1%": np.mean(peak > 0.01), "peaks above 5%": np.mean(peak > 0.05),
            "moves in the first month": np.mean(first >= MOVED), "largest of them": first.max(),
        })  # fmt: skip
    return pd.DataFrame(rows)


def settings_again(out: Path, pairs: int, citizens: int, workers: int, only: str) -> pd.DataFrame:
    """The table of settings with one of them run anew, or for the first time."""
    own, file = settings(pairs, citizens, workers, only).round(4), out / "settings.csv"
    known = pd.read_csv(file) if file.exists() else own
    return pd.concat([own if name == only else known[known["setting"] == name] for name in SETTINGS])


TABLES = {"worlds": worlds, "shipped": shipped, "settings": settings}


def main(folder: str, pairs: int = 200, citizens: int = 4000, only: str = "") -> None:
    out, workers = Path(folder), max(1, len(os.sched_getaffinity(0)))
    file, size = out / MANIFEST, {"pairs": pairs, "citizens": citizens}
    known = json.loads(file.read_text(encoding="utf-8")).get("tables", {}) if file.exists() else {}
    if only in SETTINGS and known.get("settings", size) != size:
        raise SystemExit(f"{out / 'settings.csv'} has other sizes, {known['settings']}: one table has one size")
    out.mkdir(parents=True, exist_ok=True)
    for name in (name for name in TABLES if only in ("", name) or (name == "settings" and only in SETTINGS)):
        if only in SETTINGS:
            table = settings_again(out, pairs, citizens, workers, only)
        else:
            table = TABLES[name](pairs, citizens, workers).round(4)
        table.to_csv(out / f"{name}.csv", index=False)
        known[name] = size
    told = {"advosim": advosim.__version__, "weeks": FOUR_YEARS, "seeds from": FIRST_SEED, "tables": known}
    write_manifest(out, told)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder")
    asked.add_argument("pairs", type=int, nargs="?", default=200, metavar="PAIRS")
    asked.add_argument("citizens", type=int, nargs="?", default=4000, metavar="CITIZENS")
    asked.add_argument("only", nargs="?", choices=("", *TABLES, *SETTINGS), default="", metavar="ONLY")
    given = asked.parse_args()
    if given.pairs < 2:
        asked.error("PAIRS: an interval needs 2 and more")
    main(**vars(given))
