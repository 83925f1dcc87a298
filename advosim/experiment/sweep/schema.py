"""What an experiment file says: which scenarios, which factors, which design, how often, and what is kept of each run.

The parts with ranges are declared like those of a scenario. `Experiment` is what `load` makes of a file: complete,
checked, and small enough to travel to worker processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from advosim.scenario.declare import Part, choice, number
from advosim.scenario.later import changed
from advosim.scenario.layers import presets
from advosim.scenario.load import Scenario
from advosim.scenario.plain_text import short
from advosim.scenario.schema import Name

Value = float | int | bool | str
Point = dict[str, Any]
"""Value of each factor, by dotted path."""

SCENARIO = "scenario"
"""The name of the factor whose levels are whole scenarios."""
RESERVED = ("run", "point", "seed", "status", "seconds", "week", "polity", "issue", SCENARIO)
"""Columns of the results that no outcome may be named like."""

DesignKind = Literal["factorial", "latin_hypercube", "sobol", "morris", "one_at_a_time", "points"]
Reduce = Literal[
    "start",
    "final",
    "mean",
    "max",
    "min",
    "sum",
    "area",
    "change",
    "first_week_above",
    "first_week_below",
    "count_above",
]
WITH_N = ("latin_hypercube", "sobol", "morris")
WITH_STEPS = ("factorial", "one_at_a_time")
WITH_LEVERS = ("factorial", "latin_hypercube", "points")
WITH_THRESHOLD = ("first_week_above", "first_week_below", "count_above")
ALL = "all"


class Design(Part):
    """How the points of the experiment are chosen."""

    kind: DesignKind = choice(..., "how points are chosen")
    n: int | None = number(
        None, 1, 10_000_000, "points (latin_hypercube), base samples (sobol: 2^k), trajectories (morris)"
    )
    seed: int = number(1, 0, 2**31 - 1, "seed of the design's own chance; runs have seeds of their own")
    second_order: bool = choice(False, "sobol: also the points that second-order indices need")
    levels: int = number(4, 2, 100, "morris: levels of its grid, an even number", source="Morris 1991")
    levers: list[str] = choice(
        list, "factors that somebody decides, by path; all others are unknown, and every policy meets the same of them"
    )
    file: str | None = choice(None, "points: a CSV file whose columns are dotted paths, relative to this file")
    from_week: int | None = number(
        None, 2, 1_000_000, "week from which the points' settings hold; before, all is alike"
    )


class FactorPart(Part):
    """What varies: levels, or a range."""

    levels: list[Any] | None = choice(None, "the values to try; numbers, texts, true or false")
    range: Annotated[list[float], Field(min_length=2, max_length=2)] | None = choice(None, "least and greatest value")
    points: int | None = number(None, 2, 100_000, "evenly spaced values of the range, in designs that take steps")
    base: Any = choice(None, "one_at_a_time: the value while others vary; by default the scenario's own")
    also: list[str] = choice(list, "other dotted paths that get the same value")


class Replicates(Part):
    """How often each point is run. Replicate r has seed first_seed + r at every point: common random numbers."""

    count: int = number(1, 1, 1_000_000, "runs of each point")
    first_seed: int = number(1, 0, 2**62, "seed of the first replicate")


class Precision(Part):
    """How precise an outcome is to be: replicates are added until it is, or until a budget is spent."""

    outcome: str = choice(..., "the outcome whose mean is looked at, at each point")
    width: float = number(..., 0, 1e12, "width below which the widest of the 95% intervals is to be")
    step: int = number(20, 1, 1_000_000, "replicates that are added after each look")
    runs: int | None = number(None, 1, 10**9, "budget: runs of the whole sweep at most")
    minutes: float | None = number(None, 0, 1e7, "budget: no replicates are added after so many minutes")


class Outcome(Part):
    """A number that a run comes down to: a column of the weekly table, reduced over the weeks, or an outcome."""

    of: str = choice(..., "the column of the weekly table, the name of an outcome, or module:function")
    reduce: Reduce | None = choice(
        None, "how a column's weeks become one number; without it the outcome of that name, else the last week's value"
    )
    polity: str | None = choice(None, "which polity; 'all' takes the mean; needed where there are several")
    issue: str | None = choice(
        None, "which issue; 'all' takes the mean; needed where there are several and the outcome is of an issue"
    )
    threshold: float | None = number(None, -1e12, 1e12, "for first_week_above, first_week_below, count_above")


class Aim(Part):
    """What is wanted of an outcome, where policies are judged. What a run gives does not hang on it."""

    want: Literal["high", "low"] = choice(..., "whether more or less of it is better")
    enough: float | None = number(
        None, -1e12, 1e12, "from where on it will do, for the share of futures in which it does"
    )


class Keep(Part):
    """What is kept of a run beside its outcomes."""

    weeks: Any = choice("none", "'none', 'last', or every how many weeks a row of the weekly table is kept")


class Calibrating(Part):
    """How the factors are fitted to observed values. The design and the replicates have no part in it."""

    targets: str | None = choice(None, "a CSV file with outcome, value, uncertainty, relative to this file")
    method: Literal["rejection", "history", "optuna"] = choice("rejection", "how the fit is found")
    n: int | None = number(None, 20, 10_000_000, "settings that are run (history: per wave); by default by method")
    seeds: int = number(2, 1, 100_000, "runs of each setting, each with a seed of its own")
    accept: float = number(0.1, 0, 1, "share of settings that is kept (rejection, optuna)")
    adjust: bool = choice(True, "rejection: regression adjustment", source="Beaumont, Zhang & Balding 2002")
    waves: int = number(3, 1, 50, "history: rounds of runs", source="Vernon, Goldstein & Bower 2010")
    emulator: Literal["polynomial", "gaussian_process"] = choice("polynomial", "history: what stands in for the model")
    draws: int = number(200, 20, 1_000_000, "draws of what was found that are run for the check")


@dataclass(frozen=True)
class Factor:
    """One thing that varies. Either `levels` or `range`; a range with `points` has evenly spaced values."""

    path: str
    kind: Literal["float", "int", "bool", "text"]
    levels: tuple[Value, ...] | None = None
    range: tuple[float, float] | None = None
    points: int | None = None
    base: Value | None = None
    also: tuple[str, ...] | None = None
    """Other paths that get the same value."""

    def value(self, u: float) -> Value:
        """The value at u in 0..1: levels and whole numbers get equal parts of it."""
        if self.levels is not None:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        low, high = self.range or (0.0, 1.0)
        if self.kind == "int":
            return int(min(low + int(u * (high - low + 1)), high))
        return float(low + u * (high - low))

    def steps(self) -> tuple[Value, ...]:
        """The values of a design that takes steps."""
        if self.levels is not None:
            return self.levels
        low, high = self.range or (0.0, 1.0)
        count = self.points or 2
        values = [low + (high - low) * i / (count - 1) for i in range(count)]
        if self.kind == "int":
            return tuple(dict.fromkeys(round(value) for value in values))
        return tuple(values)


@dataclass(frozen=True)
class Experiment:
    """An experiment, complete and checked."""

    title: str
    scenario: Scenario
    """The scenario, with the settings of [set]; the first where there are several."""
    design: Design
    factors: dict[str, Factor]
    """By dotted path; `scenario` where there are several."""
    replicates: Replicates
    outcomes: dict[Name, Outcome]
    keep: Keep = field(default_factory=Keep)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    """All scenarios, as they are named in the file."""
    given: tuple[Point, ...] = ()
    """The points of a design that reads them from a file."""
    question: str = ""
    source: str = ""
    folder: Path = Path()
    """Where the file lies: what it names is relative to it."""
    calibration: Calibrating | None = None
    mechanisms: dict[str, str] = field(default_factory=dict)
    """By mechanism, the rule in its place at all points, as `module:function`; modules also beside the file."""
    precision: Precision | None = None
    linked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By factor, other paths that get its value."""
    constraints: tuple[tuple[str, str], ...] = ()
    """Pairs of factors of which the first is not above the second."""
    aims: dict[str, Aim] = field(default_factory=dict)
    """What is wanted of outcomes, by name."""
    primary: tuple[str, ...] = ()
    """Outcomes that were named in advance."""
    lines: dict[str, tuple[str, int | None]] = field(default_factory=dict, compare=False)
    """Where own outcomes stand in the file."""
    summaries: dict[str, str] = field(default_factory=dict)
    """By name, functions of the whole table of runs, as `module:function`."""

    def __repr__(self) -> str:
        return short(f"<Experiment '{self.title}': {', '.join(self.factors)}; {', '.join(self.outcomes)}>")

    def at(self, point: Mapping[str, Any]) -> Scenario:
        """The scenario at a point. Raises InputError where values do not go together."""
        scenario = self.scenarios.get(str(point[SCENARIO]), self.scenario) if SCENARIO in point else self.scenario
        changes = {path: self.written(path, value) for path, value in point.items() if path != SCENARIO}
        for path, others in self.linked.items():
            changes |= {other: self.written(other, point[path]) for other in others}
        return self.changed(scenario, changes) if changes else scenario

    def changed(self, scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
        """A scenario with changes, from the design's week on if it has one. Raises InputError."""
        week = self.design.from_week if self.design else None
        return scenario.but(changes) if week is None else changed(scenario, week, changes)

    def written(self, path: str, value: Any) -> Any:
        """A value as the scenario takes it: a preset that is a file is relative to the experiment's folder."""
        if path.endswith(".preset") and isinstance(value, str) and value not in presets():
            return str(self.folder / value)
        return value
