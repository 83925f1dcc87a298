"""A plan and its points in the sweep's folder, which fixes them when its first run begins."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advosim.experiment.sweep.schema import Experiment, Point
from advosim.experiment.sweep.seals import Damage, sealed, unsealed
from advosim.experiment.sweep.store.files import CHUNKS, COPY, MANIFEST, OF_A_SWEEP, POINTS, lost, write
from advosim.experiment.sweep.store.planned import Block, Plan, differences, hashed, resolved
from advosim.experiment.sweep.store.tables import parquet, schema
from advosim.results.folder import SaveError
from advosim.scenario.problems import InputError, Problem
from advosim.version import __version__

PROGRAM = "advosim sweep"
MOST_REPLICATES = 1_000_000
"""As experiment files allow."""


def read_plan(folder: Path) -> Plan | None:
    """The plan of a folder, None where it holds no sweep.

    Raises InputError where the folder holds something else, Damage where the plan is not as it was written.
    """
    file = folder / MANIFEST
    if not file.is_file():
        there = folder.iterdir() if folder.is_dir() else ()
        names = {path.name for path in there if not path.name.startswith(".")}
        others = names - (OF_A_SWEEP if CHUNKS in names else set())
        if others or (folder.exists() and not folder.is_dir()):
            what = "holds something else than a sweep" if folder.is_dir() else "is a file"
            raise InputError(Problem(str(folder), None, what, "a new or empty folder, or one of this experiment"))
        return None
    try:
        return plan_of(unsealed(file))
    except (KeyError, TypeError):
        raise Damage(f"{file} is no plan of a sweep, or of an earlier version of advosim") from None


def plan_of(told: Mapping[str, Any]) -> Plan:
    """The plan in a manifest. Raises KeyError or TypeError where it is none."""
    table = dict(told["plan"])
    if not 0 < table["replicates"] <= MOST_REPLICATES:
        raise TypeError("replicates")
    return Plan(**{**table, "grown": [Block(**block) for block in table["grown"]]})


def replicates_of(folder: Path) -> int | None:
    """The replicates of a sweep that has begun, if it can be told."""
    for name in (MANIFEST, COPY):
        with contextlib.suppress(Damage, OSError, KeyError, TypeError):
            return plan_of(unsealed(folder / name)).replicates
    return None


def check(folder: Path, there: Plan, parts: Mapping[str, str]) -> None:
    """Raise InputError unless the folder belongs to this experiment and program."""
    changed = differences(there, parts)
    if changed:
        verb = "has" if len(changed) == 1 else "have"
        what = f"holds runs of '{there.title}' that do not fit: {' and '.join(changed)} {verb} changed since"
        hint = "give another folder with --out, or remove this one to begin anew"
        if set(changed) <= {"design", "replicates"}:
            hint = f"more replicates or points are added to it with --grow; else {hint}"
        raise InputError(Problem(str(folder), None, what, hint=hint))


def begin(folder: Path, plan: Plan, experiment: Experiment, points: list[Point]) -> Plan:
    """Write the plan, unless another process just did: then it is the other's that holds."""
    try:
        (folder / CHUNKS).mkdir(parents=True, exist_ok=True)
        keep_points(folder, plan, points)
        write(folder / MANIFEST, lambda file: file.write(sealed(_told(plan, experiment, folder))), first=True)
    except OSError as error:
        raise lost(folder, error) from error
    there = read_plan(folder)
    if there is None:
        raise SaveError(f"{folder / MANIFEST} has vanished")
    return there


def grow(folder: Path, plan: Plan, experiment: Experiment, points: list[Point]) -> None:
    """Put a plan with more runs in the place of the one that is there, and a copy beside it. Raises SaveError."""
    try:
        told = sealed(_told(plan, experiment, folder))
        keep_points(folder, plan, points)
        for name in (COPY, MANIFEST):
            write(folder / name, lambda file: file.write(told))
    except OSError as error:
        raise lost(folder, error) from error


def _told(plan: Plan, experiment: Experiment, folder: Path) -> dict[str, Any]:
    return {
        "program": PROGRAM,
        "plan": asdict(plan),
        "experiment": resolved(experiment),
        "versions": {"advosim": __version__, "python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "folder": os.path.relpath(experiment.folder, folder),
    }


def keep_points(folder: Path, plan: Plan, points: list[Point]) -> None:
    """Write the points of a plan, where they are not there as they should be. Raises OSError."""
    raw = _points(plan, points)
    try:
        sound = (folder / POINTS).read_bytes() == raw
    except OSError:
        sound = False
    if not sound:
        write(folder / POINTS, lambda file: file.write(raw))


def _points(plan: Plan, points: list[Point]) -> bytes:
    import pyarrow as pa

    columns = pa.schema([(path, schema({path: kind}, ()).field(path).type) for path, kind in plan.factors.items()])
    number = pa.schema([("point", pa.int64())])
    rows = {"point": range(len(points)), **{path: [point.get(path) for point in points] for path in plan.factors}}
    table = pa.table({name: list(row) for name, row in rows.items()}, schema=pa.unify_schemas([number, columns]))
    return parquet(table)


def read_points(folder: Path, plan: Plan) -> list[Point]:
    """The points of a plan. Raises Damage where they are not as they were written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        points: list[Point] = pq.read_table(folder / POINTS, columns=list(plan.factors)).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise Damage(f"{folder / POINTS} cannot be read: {error}") from error
    if hashed(points) != plan.parts["design"]:
        raise Damage(f"{folder / POINTS} is not as it was written")
    return points


def _versions() -> dict[str, str]:
    import importlib.metadata

    return {name: importlib.metadata.version(name) for name in ("numpy", "numba", "pyarrow", "scipy", "SALib")}
