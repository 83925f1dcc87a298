"""What a caller asks for, checked before anything runs: an experiment, its points, a part of the work, the machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advosim.experiment.sweep import load
from advosim.experiment.sweep.schema import Experiment, Point
from advosim.scenario import size
from advosim.scenario.problems import InputError, Problem

FEW_POINTS = 1000
"""Up to here all points are tried before a sweep begins."""


def experiment_of(given: Experiment | str | Path | Mapping[str, Any]) -> Experiment:
    """The experiment that a caller gave as one, as its file or as a table."""
    if isinstance(given, Experiment):
        return given
    return load.build(given) if isinstance(given, Mapping) else load.load(given)


def shard_of(given: str | tuple[int, int] | None) -> tuple[int, int]:
    """(i, N) with 1 <= i <= N."""
    if given is None:
        return 1, 1
    text = given if isinstance(given, str) else "/".join(map(str, given))
    first, slash, last = text.partition("/")
    if slash and first.strip().isdecimal() and last.strip().isdecimal() and 1 <= int(first) <= int(last):
        return int(first), int(last)
    raise InputError(
        Problem("--shard", None, f"'{text}' is no part of the work", "i/N with i from 1 to N, such as 1/4")
    )


def together(experiment: Experiment, points: list[Point]) -> None:
    """Raise InputError where values do not go together that are right alone; of very many points some are tried."""
    step = -(-len(points) // FEW_POINTS)
    problems: list[Problem] = []
    for number in sorted({*range(0, len(points), step), len(points) - 1}):
        try:
            experiment.at(points[number])
        except InputError as error:
            where = ", ".join(f"{path} = {value}" for path, value in points[number].items())
            problems += [
                Problem("", None, f"point {number} ({where}): {p.what}", p.allowed, p.hint) for p in error.problems
            ]
        if len(problems) >= 10:
            break
    if problems:
        raise InputError(problems)


def room(experiment: Experiment, points: list[Point], folder: Path, workers: int) -> None:
    """Raise InputError where the machine has not the memory for the largest runs, or not the disk for all."""
    some = [points[number] for number in sorted({*range(0, len(points), -(-len(points) // 16)), len(points) - 1})]
    short = list(size.shortages([experiment.at(point) for point in some], None, workers))
    runs = len(points) * experiment.replicates.count
    kept = runs * 18 * (len(experiment.factors) + len(experiment.outcomes) + 5)
    if kept > (free := size.disk(folder)):
        what = f"{runs:,} runs leave more than {size.bytes_of(kept)} there"
        short.append(Problem(str(folder), None, what, f"{size.bytes_of(free)} are free"))
    if short:
        raise InputError(short)
