"""Add replicates until results are precise enough, and say how often that was looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from advosim.experiment import effects
from advosim.experiment.sweep import store
from advosim.experiment.sweep.schema import Experiment, Precision
from advosim.experiment.sweep.seals import Damage, sealed, unsealed

LEAST = 10
"""Replicates before which no interval counts as narrow: of few it may be so by chance."""
NARROW, RUNS_SPENT, MINUTES_SPENT = "it is narrow enough", "the budget of runs is spent", "the budget of time is spent"


@dataclass(frozen=True)
class Look:
    """How precise an outcome was when it was looked at."""

    replicates: int
    runs: int
    width: float
    """Of the widest 95% interval of a mean over replicates, of all points."""
    point: int
    """Where that is."""
    minutes: float
    """Spent until then."""
    alike: int = 0
    """Points at which all runs gave the same."""


def until(
    experiment: Experiment, folder: Path, run: Callable[[int], store.Status], there: int | None, points: int
) -> store.Status:
    """Run with more and more replicates until the experiment's precision is reached or its budget spent.

    run: makes a sweep of so many replicates complete. there: replicates that the folder has. Stopping at a width that
    is fixed in advance leaves intervals right for many runs, and a little too narrow for few (Chow & Robbins 1965), so
    that no look at fewer than LEAST replicates ends it.
    """
    asked = experiment.precision
    assert asked is not None
    looks = _read(folder)
    before, begin = looks[-1].minutes if looks else 0.0, time.monotonic()
    count = max(experiment.replicates.count, there or 0)
    while True:
        state = run(count)
        if not state.merged:
            return state
        minutes = before + (time.monotonic() - begin) / 60
        look = _look(folder, asked.outcome, count, minutes)
        looks = [*(each for each in looks if each.replicates < count), look]
        _write(folder, looks, asked, reason := _reason(asked, look, points))
        if reason:
            return state
        count = min(count + asked.step, (asked.runs or 10**12) // points)


def _reason(asked: Precision, look: Look, points: int) -> str:
    """Why no more replicates are added; empty where they are."""
    if look.width < asked.width and look.replicates >= LEAST:
        return NARROW
    if asked.runs is not None and look.runs + points > asked.runs:
        return RUNS_SPENT
    if asked.minutes is not None and look.minutes >= asked.minutes:
        return MINUTES_SPENT
    return ""


def _look(folder: Path, outcome: str, replicates: int, minutes: float) -> Look:
    import pandas as pd

    table = pd.read_parquet(folder / store.RUNS, columns=["point", outcome]).dropna()
    intervals = {int(str(point)): effects.t_interval(rows[outcome]) for point, rows in table.groupby("point")}
    widths = {point: high - low for point, (low, high) in intervals.items()}
    widest = max(widths, key=lambda point: widths[point], default=0)
    runs = replicates * len(widths)
    alike = sum(width == 0.0 for width in widths.values())
    return Look(replicates, runs, widths.get(widest, float("inf")), widest, minutes, alike)


def _read(folder: Path) -> list[Look]:
    try:
        return [Look(**look) for look in unsealed(folder / store.LOOKS)["looks"]]
    except (FileNotFoundError, Damage, KeyError, TypeError):
        return []


def _write(folder: Path, looks: list[Look], asked: Precision, reason: str) -> None:
    told: dict[str, Any] = {"outcome": asked.outcome, "width": asked.width, "reason": reason}
    table = {**told, "looks": [asdict(look) for look in looks]}
    store.write(folder / store.LOOKS, lambda file: file.write(sealed(table)))


def told(folder: Path) -> str:
    """How often it was looked at how precise results are, and what came out; empty where that was not asked for."""
    looks = _read(folder)
    if not looks:
        return ""
    table, last = unsealed(folder / store.LOOKS), looks[-1]
    times = "1 look" if len(looks) == 1 else f"{len(looks)} looks"
    ended = f"; ended, for {table['reason']}" if table["reason"] else ""
    same = (
        f". At {last.alike} of the points all runs gave the same, and no width tells how sure that is"
        if last.alike
        else ""
    )
    return (
        f"{times} at {table['outcome']}, which is to have intervals narrower than {table['width']:g}: the widest is "
        f"{last.width:.4g} (point {last.point}) with {last.replicates} replicates{ended}{same}"
    )
