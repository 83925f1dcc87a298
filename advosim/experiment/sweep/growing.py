"""More replicates or points for a sweep that has begun: what is there stays, and counts."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from advosim.experiment.sweep import store
from advosim.experiment.sweep.schema import Point
from advosim.experiment.sweep.seals import Damage
from advosim.scenario.problems import InputError, Problem

GROWS = ("design", "replicates")
"""What may have changed since."""
HINTS = {
    "latin_hypercube": "a latin hypercube of more points is another one: add replicates, or begin anew",
    "morris": "more trajectories are others: add replicates, or begin anew",
}


def grown(folder: Path, there: store.Plan, wanted: store.Plan, points: list[Point], kind: str) -> store.Plan:
    """The plan of a folder with all runs of `wanted`, which has the points `points`; `there` where nothing is added.

    Raises InputError where `wanted` does not hold what is there, or differs by more.
    """
    changed = store.differences(there, wanted.parts)
    if not changed:
        return there
    if not set(changed) <= set(GROWS):
        store.check(folder, there, wanted.parts)
    try:
        old = store.read_points(folder, there)
    except Damage as error:
        raise InputError(Problem(str(folder), None, f"the sweep cannot grow: {error}")) from None
    numbers, lost = _numbers(old, points)
    problems = [*_fewer(folder, there, wanted), *_lost(folder, lost, kind)]
    if problems:
        raise InputError(problems)
    plan = replace(wanted, chunk=there.chunk)
    kept = [replace(block, points=_ranges(numbers[block.numbers()])) for block in there.blocks]
    new = np.setdiff1d(np.arange(len(points)), numbers)
    more = [(np.sort(numbers), there.replicates), (new, 0)]
    added = [
        store.Block(_ranges(which), first, plan.replicates, f"{plan.belongs(0)}+{len(kept) + number}")
        for number, (which, first) in enumerate(more)
        if len(which) and first < plan.replicates
    ]
    return replace(plan, grown=[*kept, *added])


def _numbers(old: list[Point], points: list[Point]) -> tuple[np.ndarray, list[Point]]:
    """The numbers of old points among `points`, and those that are not there."""
    at: dict[str, deque[int]] = defaultdict(deque)
    for number, point in enumerate(points):
        at[_key(point)].append(number)
    found, lost = [], []
    for point in old:
        same = at[_key(point)]
        if same:
            found.append(same.popleft())
        else:
            lost.append(point)
    return np.array(found, dtype=np.int64), lost


def _key(point: Point) -> str:
    return json.dumps(point, sort_keys=True)


def _ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers as ranges of consecutive ones, in their order."""
    ranges: list[list[int]] = []
    for number in map(int, numbers):
        if ranges and ranges[-1][1] == number:
            ranges[-1][1] += 1
        else:
            ranges.append([number, number + 1])
    return ranges


def _fewer(folder: Path, there: store.Plan, wanted: store.Plan) -> Iterable[Problem]:
    if wanted.replicates < there.replicates:
        what = f"has {there.replicates} replicates of each point, more than the {wanted.replicates} that are wanted"
        yield Problem(str(folder), None, what, f"{there.replicates} or more")
    if wanted.first_seed != there.first_seed:
        what = f"its replicates begin with seed {there.first_seed}, not {wanted.first_seed}"
        yield Problem(str(folder), None, what, f"first_seed = {there.first_seed}")


def _lost(folder: Path, lost: list[Point], kind: str) -> Iterable[Problem]:
    if lost:
        where = ", ".join(f"{path} = {value}" for path, value in lost[0].items())
        what = f"{len(lost)} points that were run are no part of the design now, the first: {where}"
        yield Problem(str(folder), None, what, hint=HINTS.get(kind, "leave all old points in it, and add to them"))
