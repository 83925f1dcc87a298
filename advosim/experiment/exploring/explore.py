"""One HTML file in which a sweep's runs are looked at: it opens from the disk and asks nobody for anything."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.exploring import tales
from advosim.experiment.sweep import columns, running, store
from advosim.experiment.sweep.completed import short_names
from advosim.experiment.sweep.seals import unsealed
from advosim.results import folder as results
from advosim.results import one_page
from advosim.results.manifest import PROGRAM, machine, write_manifest
from advosim.scenario import archived, written
from advosim.scenario.problems import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

PAGE = Path(__file__).parent / "page"
SCRIPTS = ("data", "words", "story", "paint", "parallel", "scatter", "app")
"""The page's modules, each after those that it imports."""
HELD = "<!-- the sweep -->"
MOST_RUNS = 20_000
"""Runs that a page holds; of more it holds so many, drawn by chance."""
SEED = 20240229
STORIES = 12
"""Runs that are told on a page."""
PLACE = "explore"


def explore(folder: str | Path, *, stories: int = STORIES, force: bool = False) -> Path:
    """Write `explore/explore.html` into a sweep's folder, with the scenarios that its runs start from.

    stories: how many runs are run again to be told on the page, first those that stand out in an outcome. Returns the
    page. Raises InputError where the sweep is not complete or has no run that ended well.
    """
    folder = Path(folder)
    table = running.runs(folder)
    told = unsealed(folder / store.MANIFEST)
    place = folder / PLACE
    scenarios = _scenarios(told, folder)
    held = _held(table, told, folder)
    held["stories"], held["untold"] = tales.stories(table, folder, stories, held["run"])
    page = one_page.page(PAGE, "explore", SCRIPTS, {"sweep": json.dumps(held)}, HELD)
    with results.whole(place, force) as partial:
        (partial / "explore.html").write_text(page, encoding="utf-8", newline="\n")
        for name, text in scenarios.items():
            (partial / name).write_text(text, encoding="utf-8", newline="\n")
        saved = datetime.now(UTC).isoformat(timespec="seconds")
        about = {"kind": "page", "title": told["experiment"]["title"], "runs": len(table)}
        write_manifest(partial, {"program": PROGRAM, **about, **machine(), "saved": saved})
    return place / "explore.html"


def _scenarios(told: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """A file for each scenario of the sweep, by its name."""
    known = told["experiment"]["scenarios"]
    return {
        _file(number): written.text(archived.scenario(each, folder / store.MANIFEST))
        for number, each in enumerate(known.values(), start=1)
    }


def _file(number: int) -> str:
    return f"scenario{number}.toml"


def _held(table: pd.DataFrame, told: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What the page holds: columns of factors and outcomes, and how a run is run again."""
    done = table[table["status"] == store.DONE]
    if done.empty:
        raise InputError(Problem(str(folder), None, "no run of this sweep ended well: there is nothing to look at"))
    count = len(done)
    if count > MOST_RUNS:
        rows = np.sort(np.random.default_rng(SEED).choice(count, MOST_RUNS, replace=False))
        done = done.iloc[rows]
    experiment, factors = told["experiment"], list(told["plan"]["factors"])
    outcomes = list(experiment["outcomes"])
    meanings = {column.name: column for column in columns.tables(folder)["runs"]}
    labels = short_names(factors) | {name: name.replace("_", " ") for name in outcomes}
    known = experiment["scenarios"]
    return {
        "title": experiment["title"],
        "question": experiment["question"],
        "of": count,
        "failed": int(len(table) - count),
        "columns": [
            {
                **_column(done[name].tolist()),
                "name": name,
                "label": labels[name],
                "role": "factor" if name in factors else "outcome",
                "meaning": meanings[name].meaning,
                "unit": meanings[name].unit,
            }
            for name in [*factors, *outcomes]
        ],
        "run": done["run"].tolist(),
        "seed": done["seed"].tolist(),
        "command": {
            "place": shlex.quote(str(folder / PLACE)),
            "scenarios": {name: _file(number) for number, name in enumerate(known, start=1)},
            "also": {path: factor["also"] for path, factor in experiment["factors"].items() if factor.get("also")},
            "own": sorted(experiment.get("mechanisms") or {}),
            "fromWeek": experiment["design"].get("from_week"),
            "weeks": {name: scenario["weeks"] for name, scenario in known.items()},
        },
    }


def _column(values: list[Any]) -> dict[str, Any]:
    """Numbers as they are; of texts and truth values the place among their levels."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return {"levels": None, "values": [value if math.isfinite(value) else None for value in values]}
    texts = [json.dumps(value) if isinstance(value, bool) else str(value) for value in values]
    levels = list(dict.fromkeys(texts))
    places = {text: number for number, text in enumerate(levels)}
    return {"levels": levels, "values": [places[text] for text in texts]}
