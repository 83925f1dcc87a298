"""From a run to the outcomes that an experiment asks for, one number each."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
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


def is_column(outcome: Outcome) -> bool:
    """Whether an outcome is a column of the weekly table, reduced; else it is one of the vocabulary, or a function.

    A name that both have, such as `salience`, is a column where a reduction is asked for.
    """
    return outcome.of in WEEKLY and (outcome.reduce is not None or outcome.of not in BY_NAME)


def is_of_issue(name: str) -> bool:
    """Whether what `of` names differs between issues: an outcome of a polity is the same for all."""
    return BY_NAME[name].of_issue if name in BY_NAME else True


def declared(name: str, outcome: Outcome) -> Column:
    """Meaning, unit and range of an outcome of an experiment."""
    from dataclasses import replace

    if own.is_own(outcome.of):
        return Column(name, f"what {outcome.of} gives of a run", by=outcome.of)
    column = is_column(outcome)
    found = described(outcome.of, outcome.reduce or "final") if column else BY_NAME[outcome.of].column
    return replace(found, name=name)


def reduce(record: Any, outcomes: Mapping[str, Outcome], folder: Path | None = None) -> dict[str, float]:
    """The outcomes of a run by name. Raises ValueError where one is not finite. folder: where own functions lie."""
    # Outcomes of one issue share what they read of it.
    course = functools.cache(functools.partial(Course, record))
    return {name: finite(name, _value(record, outcome, folder, course)) for name, outcome in outcomes.items()}


def finite(name: str, value: Any) -> float:
    """An outcome as a number. Raises ValueError where it is not finite."""
    if not math.isfinite(value):
        raise ValueError(f"outcome '{name}' is {value}")
    return float(value)


def _value(record: Run, outcome: Outcome, folder: Path | None, course: Callable[[str, str], Course]) -> float:
    """The mean over the polities and issues that are looked at; of a weekly column, before it is reduced."""
    if own.is_own(outcome.of):
        return own.value(outcome.of, folder, record)
    polities = _picked(outcome.polity, record.names.polities)
    issues = _picked(outcome.issue, record.names.issues)
    courses = [course(polity, issue) for polity in polities for issue in issues]
    if is_column(outcome):
        values = courses[0].values(outcome.of)
        if len(courses) > 1:
            values = np.mean([course.values(outcome.of) for course in courses], axis=0)
        return REDUCTIONS[outcome.reduce or "final"].of(values, outcome.threshold or 0.0)
    asked = BY_NAME[outcome.of]
    looked_at = courses if asked.of_issue else [Polity(record, polity, issues) for polity in polities]
    return math.fsum(float(asked.read(each)) for each in looked_at) / len(looked_at)


def _picked(wanted: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    return known if wanted is None or wanted == ALL else (wanted,)
