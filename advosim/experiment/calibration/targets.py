"""What the model is to match: observed values with their uncertainty, from a CSV file.

outcome,value,uncertainty,histories,discrepancy,source
unchanged_share,0.6,0.05,98,,Baumgartner et al. 2009
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from advosim.scenario.csv_rows import number as csv_number
from advosim.scenario.csv_rows import read_rows
from advosim.scenario.problems import InputError, Problem, did_you_mean

NEEDED = ("outcome", "value", "uncertainty")
OPTIONAL = ("histories", "discrepancy", "source")


@dataclass(frozen=True)
class Target:
    """An observed value of an outcome."""

    outcome: str
    value: float
    uncertainty: float
    """> 0, standard deviation of the observation, in the outcome's unit."""
    histories: float = 1.0
    """>= 1. The observed world is one history; a value that is a mean over many strays less from the model's mean."""
    discrepancy: float = 0.0
    """>= 0, standard deviation of what no setting of the model can be expected to get right (V_model)."""
    source: str = ""

    @property
    def sd(self) -> float:
        """Of all that separates the value from a history of the model with the true settings."""
        return math.hypot(self.uncertainty, self.discrepancy)


def read(path: str | Path, outcomes: Sequence[str]) -> list[Target]:
    """Targets of a CSV file for some of the named outcomes. Raises InputError with all that is wrong, by line."""
    rows = read_rows(path)
    problems = _heads(rows.file, rows.header)
    if problems:
        raise InputError([*problems, *rows.problems])
    problems += rows.problems
    table = [
        (line, dict(zip(rows.header, cells, strict=True))) for line, cells in zip(rows.lines, rows.cells, strict=True)
    ]
    targets = [_target(rows.file, line, row, outcomes, problems) for line, row in table]
    problems += _twice(rows.file, [(line, row["outcome"]) for line, row in table])
    if not table and not problems:
        problems.append(Problem(rows.file, None, "there is no target", hint="one row for each observed outcome"))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return [target for target in targets if target is not None]


def _heads(file: str, heads: Sequence[str]) -> list[Problem]:
    known = ", ".join([*NEEDED, *(f"{name} (optional)" for name in OPTIONAL)])
    problems = [
        Problem(file, 1, f"unknown column '{head}'", known, did_you_mean(head, [*NEEDED, *OPTIONAL]))
        for head in heads
        if head not in (*NEEDED, *OPTIONAL)
    ]
    missing = [name for name in NEEDED if name not in heads]
    return problems + [Problem(file, 1, f"there is no column '{name}'", known) for name in missing]


def _target(
    file: str, line: int, row: dict[str, str], outcomes: Sequence[str], problems: list[Problem]
) -> Target | None:
    name, before = row["outcome"], len(problems)
    if name not in outcomes:
        text, hint = f"there is no outcome '{name}' in the experiment", did_you_mean(name, list(outcomes))
        problems.append(Problem(file, line, text, ", ".join(outcomes), hint))
    value = _number(file, line, row, "value", -math.inf, problems)
    uncertainty = _number(file, line, row, "uncertainty", 0.0, problems)
    if uncertainty == 0.0:
        problems.append(Problem(file, line, "uncertainty = 0: nothing is known exactly", "above 0 (one sd)"))
    histories = _number(file, line, row, "histories", 1.0, problems, 1.0)
    discrepancy = _number(file, line, row, "discrepancy", 0.0, problems, 0.0)
    if len(problems) > before:
        return None
    return Target(name, value, uncertainty, histories, discrepancy, str(row.get("source") or "").strip())


def _number(
    file: str,
    line: int,
    row: dict[str, str],
    column: str,
    least: float,
    problems: list[Problem],
    default: float = math.nan,
) -> float:
    text = str(row.get(column) or "").strip()
    if not text and not math.isnan(default):
        return default
    allowed = "a number" if least == -math.inf else f"a number of at least {least:g}"
    if column == "uncertainty":
        allowed = "a number above 0 (one sd)"
    hint = ""
    try:
        number = csv_number(text)
    except ValueError as error:
        number, hint = math.nan, str(error)
    if not math.isfinite(number):
        problems.append(Problem(file, line, f"{column} = '{text[:40]}' is no number", allowed, hint))
    elif number < least:
        problems.append(Problem(file, line, f"{column} = {text} is out of range", allowed))
    return number


def _twice(file: str, rows: Sequence[tuple[int, str]]) -> list[Problem]:
    first: dict[str, int] = {}
    for line, name in rows:
        first.setdefault(name, line)
    return [
        Problem(file, line, f"the outcome '{name}' has a target in line {first[name]} already")
        for line, name in rows
        if first[name] != line
    ]
