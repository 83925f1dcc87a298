"""How a column of a table is declared: once, with meaning, unit, range and where it is filled.

What the kernel records has a type as well; `record_type` lays such columns out. Codebooks, labels and the docs are made
of these declarations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SHARE, POSITION, BUDGETS, PERSONS = "share", "position", "budgets", "persons"
"""Units. A position runs from -1, the opposite of the reform, to 1, the full reform; a budget is what a typical
organisation spends on campaigns in a week.
"""
CITIZENS, MEMBERS = "share of citizens", "share of the public"
WEEKS, ORGANISATIONS, PRESSURE = "weeks", "organisations", "pressure"
LOGIT = "logit"


@dataclass(frozen=True)
class Column:
    """A column. `names` says what its texts name; `low` and `high` bound its numbers, None where nothing does."""

    name: str
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    names: str = ""
    by: str = ""
    """The mechanism, phase or function that fills it."""
    type: str = ""
    """numpy's, of what is recorded. Codes of names are numbers there, -1 for none."""
    shape: tuple[int, ...] = ()

    @property
    def range(self) -> str:
        """What values it can have, in words."""
        if self.names:
            return self.names
        if self.type == "?":
            return "true or false"
        if self.low is None:
            return "any number" if self.high is None else f"up to {self.high:g}"
        return f"{self.low:g} or more" if self.high is None else f"{self.low:g} to {self.high:g}"


def number(name: str, meaning: str, unit: str, low: float | None, high: float | None, by: str = "") -> Column:
    """A real number."""
    return Column(name, meaning, unit, low, high, by=by, type="f8")


def share(name: str, meaning: str, unit: str = SHARE, by: str = "") -> Column:
    """A number from 0 to 1."""
    return number(name, meaning, unit, 0.0, 1.0, by)


def position(name: str, meaning: str, by: str = "") -> Column:
    """A number from -1, the opposite of the reform, to 1."""
    return number(name, meaning, POSITION, -1.0, 1.0, by)


def count(name: str, meaning: str, unit: str, by: str = "") -> Column:
    """A whole number from 0."""
    return Column(name, meaning, unit, 0.0, None, by=by, type="i8")


def week(name: str, meaning: str, by: str = "") -> Column:
    """A week; 0 is the founding."""
    return Column(name, meaning, "week", 0.0, None, by=by, type="i8")


def switch(name: str, meaning: str, by: str = "") -> Column:
    """True or false."""
    return Column(name, meaning, by=by, type="?")


def code(name: str, meaning: str, names: str, by: str = "") -> Column:
    """A name. Recorded as its place in the list of names."""
    return Column(name, meaning, names=names, by=by, type="i8")


def record_type(columns: Sequence[Column]) -> np.dtype[Any]:
    """The record type of columns."""
    fields = [(each.name, each.type, *((each.shape,) if each.shape else ())) for each in columns]
    return np.dtype((np.record, np.dtype(fields, align=True)))
