"""From a run to the outcomes that an experiment asks for, one number each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from advosim.experiment.sweep import own
from advosim.experiment.sweep.schema import ALL, Outcome
from advosim.reading.outcomes import BY_NAME, REDUCTIONS, WEEKLY, Course, Polity, described
from advosim.world.columns import Column

if TYPE_CHECKING:
    from advosim.reading.tables import Run


def columns() -> tuple[str, ...]:
    """The columns of the weekly table that an outcome can be taken of."""
    return tuple(WEEKLY)


def known() -> tuple[str, ...]:
    """All that `of` can name: columns of the weekly table, and outcomes, which need no reduction."""
    return (*WEEKLY, *(name for name in BY_NAME if name not in WEEKLY))


def declared(name: str, outcome: Outcome) -> Column:
    """Meaning, unit and range of an outcome of an experiment."""
    from dataclasses import replace

    if own.is_own(outcome.of):
        return Column(name, f"what {outcome.of} gives of a run", by=outcome.of)
    found = described(outcome.of, outcome.reduce) if outcome.of in WEEKLY else BY_NAME[outcome.of].column
    return replace(found, name=name)


def reduce(record: Any, outcomes: Mapping[str, Outcome], folder: Path | None = None) -> dict[str, float]:
    """The outcomes of a run by name. Raises ValueError where one is not finite. folder: where own functions lie."""
    return {name: finite(name, _value(record, outcome, folder)) for name, outcome in outcomes.items()}


def finite(name: str, value: Any) -> float:
    """An outcome as a number. Raises ValueError where it is not finite."""
    if not math.isfinite(value):
        raise ValueError(f"outcome '{name}' is {value}")
    return float(value)


def _value(record: Run, outcome: Outcome, folder: Path | None) -> float:
    """The mean over the polities and issues that are looked at; of a weekly column, before it is reduced."""
    if own.is_own(outcome.of):
        return own.value(outcome.of, folder, record)
    polities = _picked(outcome.polity, record.names.polities)
    issues = _picked(outcome.issue, record.names.issues)
    courses = [Course(record, polity, issue) for polity in polities for issue in issues]
    if outcome.of in WEEKLY:
        values = np.mean([course.values(outcome.of) for course in courses], axis=0)
        return REDUCTIONS[outcome.reduce].of(values, outcome.threshold or 0.0)
    asked = BY_NAME[outcome.of]
    looked_at = courses if asked.of_issue else [Polity(record, polity, issues) for polity in polities]
    return math.fsum(float(asked.read(each)) for each in looked_at) / len(looked_at)


def _picked(wanted: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    return known if wanted is None or wanted == ALL else (wanted,)
