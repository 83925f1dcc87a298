"""The outcomes of a run: each is declared once, with its meaning, unit, range, and how it is read off a record.

`outcomes.csv`, comparisons, sweeps, calibrations and contributions all use these. An outcome belongs to an issue of a
polity, or to a polity as a whole. Over several issues it is their mean, so that counts are counts per issue. A change
is the last week minus the founding, week 0; sums and means are over the weeks from 1.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.reading.founded import births, first_weeks
from advosim.reading.stopping import ended
from advosim.reading.tables import TABLES
from advosim.scenario.groups import organisations
from advosim.scenario.limits import ONSET
from advosim.world.codes import (
    ACCOMMODATE,
    AGREEMENT,
    BY_TABLE,
    CONCESSION,
    CONSULT,
    DENY,
    FOR,
    INSIDE,
    PETITION,
    PRESSURES,
    REPRESS,
    STEP,
    STREET,
)
from advosim.world.columns import BUDGETS, CITIZENS, ORGANISATIONS, POSITION, SHARE, Column

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario
    from advosim.world.positions import Positions

MOVED = 0.05
"""Change of policy that counts as one, in positions: more than the drift of four years (sd .03)."""
PARTS = {act: (f"{act}_for", f"{act}_against") for act in ("petition", "protest", "boycott")}
"""Columns of the weekly table that are sums of recorded ones."""
WEEKLY: dict[str, Column] = {each.name: each for each in TABLES["weeks"] if not each.names and each.name != "week"}
"""Columns of the weekly table that hold numbers: of each an outcome can be made by a reduction."""


# ---------------------------------------------------------------- from weeks to a number


class Reduction(NamedTuple):
    """How the weeks become one number."""

    meaning: str
    of: Callable[[NDArray[np.float64], float], float]
    """values: (weeks + 1,), the founding first; threshold."""
    threshold: bool = False


def _total(values: NDArray[np.float64]) -> float:
    # Exactly rounded, so that it is the same on every machine.
    return math.fsum(values.tolist())


def _first(hits: NDArray[np.bool_]) -> float:
    found = np.flatnonzero(hits)
    return float(found[0] + 1 if found.size else hits.size + 1)


REDUCTIONS: dict[str, Reduction] = {
    "start": Reduction("at the founding, week 0", lambda v, _: float(v[0])),
    "final": Reduction("in the last week", lambda v, _: float(v[-1])),
    "change": Reduction("the last week minus the founding, week 0", lambda v, _: float(v[-1] - v[0])),
    "mean": Reduction("mean over weeks", lambda v, _: _total(v[1:]) / (len(v) - 1)),
    "max": Reduction("largest of all weeks", lambda v, _: float(v[1:].max())),
    "min": Reduction("smallest of all weeks", lambda v, _: float(v[1:].min())),
    "sum": Reduction("sum over weeks", lambda v, _: _total(v[1:])),
    "area": Reduction(
        "area under the curve from week 1, by trapezoids, in units x weeks",
        lambda v, _: _total(v[1:]) - (float(v[1]) + float(v[-1])) / 2,
    ),
    "first_week_above": Reduction(
        "first week above the threshold; weeks + 1 if there is none", lambda v, at: _first(v[1:] > at), True
    ),
    "first_week_below": Reduction(
        "first week below the threshold; weeks + 1 if there is none", lambda v, at: _first(v[1:] < at), True
    ),
    "count_above": Reduction(
        "number of weeks above the threshold", lambda v, at: float(np.count_nonzero(v[1:] > at)), True
    ),
}


def _bounds(column: Column, kind: str) -> tuple[float | None, float | None]:
    if kind == "change":
        width = None if column.low is None or column.high is None else column.high - column.low
        return None if width is None else -width, width
    if kind in ("sum", "area", "first_week_above", "first_week_below", "count_above"):
        return (0.0 if kind not in ("sum", "area") else column.low), None
    return column.low, column.high


def _unit(column: Column, kind: str) -> str:
    if kind in ("first_week_above", "first_week_below", "count_above"):
        return "weeks"
    return f"{column.unit or column.name}, summed over weeks" if kind in ("sum", "area") else column.unit


def described(column: str, kind: str) -> Column:
    """What a weekly column comes to under a reduction: meaning, unit and range."""
    weekly = WEEKLY[column]
    low, high = _bounds(weekly, kind)
    meaning = f"{weekly.meaning}: {REDUCTIONS[kind].meaning}"
    return Column(column, meaning, _unit(weekly, kind), low, high, by=weekly.by)


# ---------------------------------------------------------------- what outcomes are read off


class Course:
    """One issue of a polity over a run."""

    def __init__(self, record: Run, polity: str, issue: str) -> None:
        self.record, self.polity, self.issue = record, polity, issue
        self.p, self.m = record.names.polities.index(polity), record.names.issues.index(issue)

    @cached_property
    def rows(self) -> NDArray[Any]:
        """(weeks + 1,) of WEEK, the founding first."""
        recorded = self.record.recorded
        # Not put together by numpy, which compares all fields of both with each other first.
        rows = np.empty(len(recorded.weeks) + 1, recorded.weeks.dtype)
        rows[0], rows[1:] = recorded.founding.weeks[self.p, self.m], recorded.weeks[:, self.p, self.m]
        return rows

    def values(self, column: str) -> NDArray[np.float64]:
        """(weeks + 1,): a column of the weekly table, the founding first."""
        parts = PARTS.get(column, (column,))
        return sum((self.rows[part].astype(np.float64) for part in parts), np.zeros(len(self.rows)))

    def reduced(self, column: str, kind: str, threshold: float = 0.0) -> float:
        """A column of the weekly table by one of REDUCTIONS."""
        return REDUCTIONS[kind].of(self.values(column), threshold)

    @cached_property
    def events(self) -> NDArray[Any]:
        """(events,) of EVENT on this issue."""
        log = self.record.recorded.events
        rows: NDArray[Any] = log[(log["polity"] == self.p) & (log["issue"] == self.m)]
        return rows

    def count(self, event: int) -> int:
        return int(np.count_nonzero(self.events["event"] == event))

    @cached_property
    def steps(self) -> NDArray[Any]:
        """Decisions that moved policy: one that leaves it where it is has size 0 and is no step."""
        rows: NDArray[Any] = self.events[(self.events["event"] == STEP) & (self.events["size"] != 0.0)]
        return rows

    @cached_property
    def start(self) -> Positions:
        """Where everybody stands at the founding."""
        return self.record.start

    @property
    def here(self) -> NDArray[np.int64]:
        """Rows of the polity's organisations."""
        homes = np.array([home for home, _ in self.record.names.organisations], dtype=object)
        return np.flatnonzero(homes == self.polity)

    def demand(self, side: str) -> float:
        """Mean position of the organisations on a side, by priority; the end of the scale where nobody is."""
        policy = self.values("policy")[0]
        wanted, weights = self.start.stances[self.here, self.m], self.start.priorities[self.here, self.m]
        mine, end = (wanted > policy, 1.0) if side == "for" else (wanted < policy, -1.0)
        weight = weights[mine].sum()
        return float((wanted[mine] * weights[mine]).sum() / weight) if weight > 0 else end

    def practice(self, ended: bool) -> float:
        """What firms do, by market share: they start with what they stand for; each that gave in moved by a step."""
        scenario = self.record.scenario
        firms = [
            (row, own)
            # Newcomers come last, and none is a firm.
            for row, (_, own) in zip(self.here, organisations(scenario.polity[self.polity]), strict=False)
            if own.kind == "firm"
        ]
        given = self.events[self.events["event"] == CONCESSION] if ended else self.events[:0]
        ways = {int(row["organisation"]): 1.0 if row["side"] == FOR else -1.0 for row in given}
        total, step = sum(own.market_share for _, own in firms), scenario.mechanism.boycott.step
        does = (
            np.clip(self.start.stances[row, self.m] + ways.get(int(row), 0.0) * step, -1.0, 1.0) for row, _ in firms
        )
        shares = (own.market_share for _, own in firms)
        return sum(float(each) * share / total for each, share in zip(does, shares, strict=True)) if total > 0 else 0.0

    def rank(self) -> float:
        """Mean over weeks of the rank by attention among the issues, 1 for most; who tie share the mean rank."""
        agenda = self.record.recorded.weeks["agenda"][:, self.p]
        own = agenda[:, self.m : self.m + 1]
        return float(((agenda > own).sum(axis=1) + ((agenda == own).sum(axis=1) + 1) / 2).mean())


class Polity:
    """A polity over a run, and those of its issues that are looked at."""

    def __init__(self, record: Run, polity: str, issues: Sequence[str]) -> None:
        self.record, self.polity = record, polity
        names = record.names
        self.weeks = record.recorded.weeks[:, names.polities.index(polity), 0]
        here = np.array([home == polity for home, _ in names.organisations], dtype=bool)
        self.organisations = record.recorded.organisations[:, here]
        week = np.arange(1, len(self.weeks) + 1)[:, None]
        self.there: NDArray[np.bool_] = week >= first_weeks(record)[here]
        looked_at = np.isin(self.organisations["issue"], [names.issues.index(issue) for issue in issues])
        self.effort = np.where(looked_at, self.organisations["effort"], 0.0)

    @property
    def pressure(self) -> NDArray[np.int64]:
        """(weeks, organisations): place in PRESSURES of the campaign's tactic, 0 without campaign."""
        tactics = self.record.scenario.tactic
        kinds = [PRESSURES.index(tactics[name].pressure) for name in self.record.names.tactics]
        found: NDArray[np.int64] = np.array([*kinds, 0])[self.organisations["tactic"]]
        return found

    def share_by(self, *pressures: int) -> float:
        return _share(self.effort[np.isin(self.pressure, pressures)].sum(), self.effort.sum())

    def online(self) -> float:
        return _share((self.effort * self.organisations["social_media"]).sum(), self.effort.sum())

    def members(self) -> float:
        return float(self.organisations["members"][-1].sum() / self.record.scenario.polity[self.polity].citizens)

    def busy(self) -> float:
        return _share((self.organisations["tactic"] >= 0).sum(), self.there.sum())

    def founded(self) -> int:
        homes = self.record.names.organisations
        return sum(homes[row][0] == self.polity for row in births(self.record))

    def open(self) -> int:
        return int((self.there[-1] & ~self.organisations["closed"][-1]).sum())


def _share(part: Any, whole: Any) -> float:
    """0 where there is nothing to have a share of."""
    return float(part / whole) if whole > 0 else 0.0


# ---------------------------------------------------------------- the vocabulary


@dataclass(frozen=True)
class Outcome:
    """One outcome."""

    name: str
    label: str
    """How tables and figures call it."""
    group: str
    column: Column
    """Meaning, unit and range."""
    read: Callable[[Any], Any]
    """A Course or, where `of_issue` is false, a Polity to a number."""
    of_issue: bool = True

    @property
    def unit(self) -> str:
        """In which it is measured."""
        return self.column.unit

    @property
    def meaning(self) -> str:
        """What it is."""
        return self.column.meaning


POLICY, OPINION, STREETS, STATE, ORGANISED = (
    "Policy",
    "Opinion",
    "Participation",
    "Government and media",
    "Organisations",
)


def _of(name: str, label: str, group: str, weekly: str, kind: str) -> Outcome:
    """A weekly column, reduced."""
    column = replace(described(weekly, kind), name=name)
    return Outcome(name, label, group, column, lambda course: course.reduced(weekly, kind))


def _of_polity(name: str, label: str, group: str, weekly: str, kind: str) -> Outcome:
    """A weekly column that stands alike in the rows of all issues, reduced: the polity has it once."""

    def read(polity: Polity) -> float:
        return Course(polity.record, polity.polity, polity.record.names.issues[0]).reduced(weekly, kind)

    return Outcome(name, label, group, replace(described(weekly, kind), name=name), read, of_issue=False)


def _read(
    name: str, label: str, group: str, meaning: str, unit: str, low: float | None, high: float | None,
    read: Callable[[Course], Any],
) -> Outcome:  # fmt: skip
    return Outcome(name, label, group, Column(name, meaning, unit, low, high), read)


def _whole(
    name: str, label: str, meaning: str, unit: str, high: float | None, read: Callable[[Polity], Any]
) -> Outcome:
    return Outcome(name, label, ORGANISED, Column(name, meaning, unit, 0.0, high), read, of_issue=False)


def _ending(name: str, label: str, meaning: str, unit: str, read: Callable[[Polity], Any]) -> Outcome:
    return Outcome(name, label, POLICY, Column(name, meaning, unit, 0.0, None), read, of_issue=False)


def _moved(course: Course) -> float:
    return course.reduced("policy", "change")


def _answered(name: str, label: str, answer: int, what: str) -> Outcome:
    return _read(
        name, label, STATE, f"weeks in which the government answered by {what}", "weeks", 0.0, None,
        lambda course: np.count_nonzero(course.rows["answers"][1:] & answer),
    )  # fmt: skip


def _distance(course: Course, side: str, kind: str) -> float:
    return abs(course.reduced("policy", kind) - course.demand(side))


def _sided(side: str) -> tuple[Outcome, ...]:
    """What a side asks for, and how far policy is from it."""
    end = {"for": "1", "against": "-1"}[side]
    told = f"mean position by priority of the organisations {side} the reform"
    asked = _read(f"demand_{side}", f"what those {side} reform ask", POLICY, f"{told}; {end} without any", POSITION,
                  -1.0, 1.0, lambda course: course.demand(side))  # fmt: skip
    distances = (
        _read(f"distance_{side}_{name}", f"distance to those {side} reform at the {name}", POLICY,
              f"distance of policy to the {told}, {REDUCTIONS[kind].meaning}", POSITION, 0.0, 2.0,
              partial(_distance, side=side, kind=kind))
        for name, kind in (("start", "start"), ("end", "final"))
    )  # fmt: skip
    return (asked, *distances)


_ISSUES = "share of issues"
_CHANGED = "whether policy changed by more than .05 from the founding to the last week"

OUTCOMES: tuple[Outcome, ...] = (
    _of("policy_start", "policy at the start", POLICY, "policy", "start"),
    _of("policy_end", "policy at the end", POLICY, "policy", "final"),
    _of("policy_change", "change of policy", POLICY, "policy", "change"),
    _read("policy_moved", "issues whose policy moved", POLICY, f"{_CHANGED}, either way", _ISSUES, 0.0, 1.0,
          lambda course: abs(_moved(course)) > MOVED),
    _read("reform_won", "issues on which reform won", POLICY, f"{_CHANGED}, toward the reform", _ISSUES, 0.0, 1.0,
          lambda course: _moved(course) > MOVED),
    _read("reform_lost", "issues on which reform lost", POLICY, f"{_CHANGED}, away from it", _ISSUES, 0.0, 1.0,
          lambda course: _moved(course) < -MOVED),
    *_sided("for"),
    *_sided("against"),
    _read("reforms", "steps of policy", POLICY, "steps of policy, of a size other than 0", "steps", 0.0, None,
          lambda course: len(course.steps)),
    _read("first_reform", "week of the first step", POLICY, "week of the first step of policy, 0 for none", "week", 0.0,
          None, lambda course: course.steps["week"].min() if len(course.steps) else 0),
    _ending("ended_week", "last week", "last week of the run: its length, unless a stop condition ended it", "week",
            lambda polity: ended(polity.record).week),
    _ending("ended_by", "why the run ended", "0: its length, 1: a policy passed a value of [stop], 2: no policy moved",
            "code", lambda polity: ended(polity.record).reason),
    _of("pressure", "pressure on the government", POLICY, "pressure", "mean"),
    _of("friction", "friction of policy", POLICY, "friction", "mean"),
    _read("practice_start", "practice of firms at the start", POLICY,
          "mean position that firms practise, by market share, at the founding; 0 without firms", POSITION, -1.0, 1.0,
          lambda course: course.practice(ended=False)),
    _read("practice_end", "practice of firms at the end", POLICY,
          "mean position that firms practise, by market share, in the last week; 0 without firms", POSITION, -1.0, 1.0,
          lambda course: course.practice(ended=True)),
    _read("concessions", "firms that gave in", POLICY, "firms that gave in to a boycott", "firms", 0.0, None,
          lambda course: course.count(CONCESSION)),
    _read("agreements", "agreements at tables", POLICY, "agreements of tables with the government", "agreements", 0.0,
          None, lambda course: course.count(AGREEMENT)),
    _read("taken_up", "policy moved at tables", POLICY,
          "policy moved by agreements at tables, in either direction", POSITION, 0.0, None,
          lambda course: np.abs(course.steps["size"][course.steps["route"] == BY_TABLE]).sum()),
    _of("support", "want more reform", OPINION, "support", "mean"),
    _of("support_start", "want more reform at the start", OPINION, "support", "start"),
    _of("support_end", "want more reform at the end", OPINION, "support", "final"),
    _of("aware", "aware", OPINION, "aware", "mean"),
    _of("salience", "salience", OPINION, "salience", "mean"),
    _of("talking", "talking", OPINION, "talking", "mean"),
    _of("expressed", "show that they want more", OPINION, "expressed", "mean"),
    _read("silence", "want more in private only", OPINION,
          "citizens who want more reform than policy less those who show it, mean over weeks", CITIZENS, -1.0, 1.0,
          lambda course: course.reduced("support", "mean") - course.reduced("expressed", "mean")),
    _of("silenced", "silent out of fear", OPINION, "silenced", "mean"),
    _of("attitude", "mean attitude at the end", OPINION, "attitude", "final"),
    _of("attitude_mean", "mean attitude, all weeks", OPINION, "attitude", "mean"),
    _of("attitude_sd", "sd of attitudes at the end", OPINION, "attitude_sd", "final"),
    _of_polity("grievance", "grievance", OPINION, "grievance", "mean"),
    _of("protest", "protest, all weeks", STREETS, "protest", "sum"),
    _of("protest_for", "protest for reform", STREETS, "protest_for", "sum"),
    _of("protest_against", "protest against reform", STREETS, "protest_against", "sum"),
    _of("protest_peak", "largest protest", STREETS, "protest", "max"),
    _read("protest_weeks", "weeks with protest", STREETS, "weeks in which more than .05% of the citizens protest",
          "weeks", 0.0, None, lambda course: course.reduced("protest", "count_above", ONSET)),
    _of("violent_weeks", "weeks with violence", STREETS, "violent", "sum"),
    _of("petition", "signatures, all weeks", STREETS, "petition", "sum"),
    _of("petition_for", "signatures for reform", STREETS, "petition_for", "sum"),
    _of("petition_against", "signatures against reform", STREETS, "petition_against", "sum"),
    _answered("repress_weeks", "weeks with repression", REPRESS, "repression"),
    _answered("accommodate_weeks", "weeks with accommodation", ACCOMMODATE, "accommodation"),
    _answered("consult_weeks", "consultations opened", CONSULT, "opening a consultation"),
    _answered("deny_weeks", "weeks with denial", DENY, "denial"),
    _of("consulting", "weeks in consultation", STATE, "consulting", "sum"),
    _of("coverage", "acts covered by media", STATE, "coverage", "sum"),
    _of("agenda", "share of the agenda", STATE, "agenda", "mean"),
    _read("agenda_rank", "rank on the agenda", STATE, "rank among the issues by attention, 1 for most, mean over weeks",
          "rank", 1.0, None, Course.rank),
    _of_polity("legitimacy", "legitimacy at the end", STATE, "legitimacy", "final"),
    _whole("effort", "effort", "effort of campaigns on the issues, summed over weeks", BUDGETS, None,
           lambda polity: polity.effort.sum()),
    _whole("inside", "inside tactics", "share of that effort in insider contacts", "share of effort", 1.0,
           lambda polity: polity.share_by(INSIDE)),
    _whole("outside", "petitions and protest", "share of that effort in petitions and protest", "share of effort", 1.0,
           lambda polity: polity.share_by(PETITION, STREET)),
    _whole("online", "online", "share of that effort that goes online", "share of effort", 1.0, Polity.online),
    _whole("campaigning", "campaigning", "share of organisations and weeks with a campaign", SHARE, 1.0, Polity.busy),
    _whole("members", "members at the end", "members of organisations in the last week", CITIZENS, 1.0, Polity.members),
    _whole("funds", "funds at the end", "means of open organisations in the last week", BUDGETS, None,
           lambda polity: polity.weeks["funds"][-1]),
    _whole("closures", "closures", "organisations that closed", ORGANISATIONS, None,
           lambda polity: polity.weeks["closures"].sum()),
    _whole("founded", "foundings", "organisations that were founded in mid-run", ORGANISATIONS, None, Polity.founded),
    _whole("organisations", "organisations at the end", "organisations that are open in the last week", ORGANISATIONS,
           None, Polity.open),
)  # fmt: skip
"""All outcomes, in the order in which they are shown."""
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}

TABLE = (
    "policy_start", "policy_end", "policy_change", "demand_for", "distance_for_start", "distance_for_end",
    "demand_against", "distance_against_start", "distance_against_end", "reforms", "first_reform", "support_start",
    "support_end", "salience", "agenda", "agenda_rank", "practice_start", "practice_end", "concessions", "agreements",
    "taken_up",
)  # fmt: skip
"""Those that `outcomes.csv` tells of a run."""
_ONLY_IN_TABLE = {
    name for name in TABLE
    if name not in ("policy_end", "policy_change", "support_end", "salience", "agenda")
} | {"attitude_mean", "ended_week", "ended_by"}  # fmt: skip
COMPARED = tuple(outcome.name for outcome in OUTCOMES if outcome.name not in _ONLY_IN_TABLE)
"""Those that a comparison tells of unless others are named."""
OLD = {"policy": "policy_end"}
"""Names that outcomes had in comparisons once."""
COLUMNS: tuple[Column, ...] = (
    *(column for column in TABLES["weeks"] if column.name in ("polity", "issue")),
    *(BY_NAME[name].column for name in TABLE),
)
"""Of `outcomes.csv`."""


def __getattr__(name: str) -> tuple[Outcome, ...]:
    # Where comparisons listed their outcomes once.
    if name != "MEASURES":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    told = "MEASURES are those of OUTCOMES whose names are in COMPARED; the old name will go with version 1.0"
    warnings.warn(told, FutureWarning, stacklevel=2)
    return tuple(BY_NAME[each] for each in COMPARED)


def current(name: str) -> str:
    """The name of an outcome, for one that it had once; says so."""
    if name not in OLD:
        return name
    told = f"the outcome '{name}' is called '{OLD[name]}' now; the old name will go with version 1.0"
    warnings.warn(told, FutureWarning, stacklevel=3)
    return OLD[name]


# ---------------------------------------------------------------- reading


def outcomes(record: Run) -> pd.DataFrame:
    """One row per polity and issue with the outcomes of TABLE: where policy, opinion and firms began and ended."""
    import pandas as pd

    rows = []
    for polity in record.scenario.polity:
        for issue in record.scenario.issue:
            course = Course(record, polity, issue)
            rows.append({"polity": polity, "issue": issue, **{name: BY_NAME[name].read(course) for name in TABLE}})
    return pd.DataFrame(rows)


def outcome_of(record: Run, name: str, polity: str, issue: str) -> float:
    """One outcome of an issue of a polity."""
    return float(BY_NAME[name].read(Course(record, polity, issue)))


class Place(NamedTuple):
    """Where an outcome is read: in a polity, on one issue or (empty) on all that are looked at."""

    polity: str
    issue: str


def column(place: Place, name: str, polities: Sequence[str]) -> str:
    """The name of an outcome: the polity stands before it where there are several, the issue where it is of one."""
    return ".".join([*([place.polity] if len(polities) > 1 else []), *([place.issue] if place.issue else []), name])


def places(polities: Sequence[str], issues: Sequence[str], by_issue: bool) -> list[Place]:
    """All places, polity by polity: the mean over issues first, then the issues if asked for and several."""
    several = issues if by_issue and len(issues) > 1 else []
    return [Place(polity, issue) for polity in polities for issue in ["", *several]]


def common(scenarios: Iterable[Scenario]) -> tuple[list[str], list[str]]:
    """Polities and issues that all scenarios have, in the order of the first."""
    first, *others = scenarios
    polities = [name for name in first.polity if all(name in other.polity for other in others)]
    issues = [name for name in first.issue if all(name in other.issue for other in others)]
    return polities, issues


def measured(
    record: Run, names: Sequence[str], polities: Sequence[str], issues: Sequence[str], by_issue: bool = False
) -> dict[str, float]:
    """The outcomes `names` of a run, by the names of `column`; issues are the ones averaged over. Nothing is NaN."""
    found: dict[str, float] = {}
    for polity in polities:
        whole = Polity(record, polity, issues)
        courses = {issue: Course(record, polity, issue) for issue in issues}
        for place in places([polity], issues, by_issue):
            for name in names:
                found |= _value(BY_NAME[name], place, whole, courses, polities)
    return found


def columns(names: Sequence[str], polities: Sequence[str], issues: Sequence[str], by_issue: bool = False) -> list[str]:
    """The names of what `measured` gives, in its order."""
    return [
        column(place, name, polities)
        for polity in polities
        for place in places([polity], issues, by_issue)
        for name in names
        if BY_NAME[name].of_issue or not place.issue
    ]


def _value(
    outcome: Outcome, place: Place, whole: Polity, courses: Mapping[str, Course], polities: Sequence[str]
) -> dict[str, float]:
    key = column(place, outcome.name, polities)
    if not outcome.of_issue:
        return {} if place.issue else {key: float(outcome.read(whole))}
    looked_at = [place.issue] if place.issue else list(courses)
    return {key: math.fsum(float(outcome.read(courses[issue])) for issue in looked_at) / len(looked_at)}
