"""What is damaged in a sweep's folder or gone is set aside, told, and made again."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from advosim.experiment.sweep.schema import Point
from advosim.experiment.sweep.seals import Damage, unsealed
from advosim.experiment.sweep.store.chunks import verified
from advosim.experiment.sweep.store.files import CHUNKS, COPY, MANIFEST, file_of, lost, set_aside
from advosim.experiment.sweep.store.manifest import keep_points, plan_of, read_plan
from advosim.experiment.sweep.store.planned import Plan


def recovered(folder: Path, wanted: Plan) -> tuple[Plan | None, list[str]]:
    """The plan of a folder, and what had to be mended. None where a sweep is to begin.

    A plan that is damaged or gone is made again where the chunks say how they were cut.
    """
    told = []
    try:
        plan = read_plan(folder)
        if plan is not None:
            return plan, []
    except Damage as error:
        told.append(f"{error}; it is set aside and made again")
        set_aside(folder, [folder / MANIFEST])
    gone = f"{folder / MANIFEST} was gone; it is made again"
    with contextlib.suppress(Damage, OSError, KeyError, TypeError):
        return plan_of(unsealed(folder / COPY)), told or [gone]
    for file in sorted((folder / CHUNKS).glob("[0-9]*.json")):
        with contextlib.suppress(Damage, OSError, KeyError, TypeError, ValueError):
            cut = replace(wanted, chunk=int(unsealed(file)["chunk_size"]))
            if unsealed(file)["belongs"] == cut.belongs(0):
                return cut, told or [gone]
    return None, told


def mend(folder: Path, plan: Plan, points: list[Point]) -> tuple[set[int], list[str]]:
    """The chunks that are sound; damaged ones are set aside, and told. Points are written again. Raises SaveError."""
    try:
        keep_points(folder, plan, points)
    except OSError as error:
        raise lost(folder, error) from error
    good, damaged = verified(folder, plan)
    for number in damaged:
        set_aside(folder, [file_of(folder, number, ending) for ending in ("json", "parquet", "weeks.parquet")])
    return good, [f"{told}; it is set aside and its runs are made again" for told in damaged.values()]
