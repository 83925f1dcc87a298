"""What a run came to, as a few dozen numbers reduced from the recorded arrays: the outcomes of a comparison.

A measure belongs to an issue of a polity (`over` the weeks), or to a polity as a whole. Measures of issues are averaged
over the issues, so that counts are counts per issue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.limits import ONSET
from advosim.world.codes import ACCOMMODATE, CONSULT, DENY, INSIDE, PETITION, PRESSURES, REPRESS, STREET

if TYPE_CHECKING:
    from advosim.record import Record
    from advosim.scenario.load import Scenario

MOVED = 0.05
"""Change of policy that counts as one, in positions: more than the drift of four years (sd .03)."""


class IssueRows(NamedTuple):
    """The weeks of one issue in one polity."""

    weeks: NDArray[Any]
    """(weeks,) of WEEK."""


class PolityRows(NamedTuple):
    """The organisations of one polity over the weeks."""

    weeks: NDArray[Any]
    """(weeks,) of WEEK, of any issue: for what does not differ among issues."""
    organisations: NDArray[Any]
    """(weeks, organisations) of ORGANISATION_WEEK."""
    effort: NDArray[np.float64]
    """(weeks, organisations): reference budgets, 0 where the campaign is on an issue that is not looked at."""
    pressure: NDArray[np.int64]
    """(weeks, organisations): place in PRESSURES of the campaign's tactic, 0 without campaign."""
    citizens: int


@dataclass(frozen=True)
class Measure:
    """One outcome: its name, how tables and figures call it, its unit, what it belongs with, how it is reduced."""

    name: str
    label: str
    unit: str
    group: str
    reduce: Callable[[Any], Any]
    of_issue: bool = True


def _sum(*columns: str) -> Callable[[IssueRows], Any]:
    return lambda rows: sum(rows.weeks[column].sum() for column in columns)


def _mean(column: str) -> Callable[[IssueRows], Any]:
    return lambda rows: rows.weeks[column].mean()


def _last(column: str) -> Callable[[IssueRows], Any]:
    return lambda rows: rows.weeks[column][-1]


def _peak(what: str) -> Callable[[IssueRows], Any]:
    return lambda rows: (rows.weeks[f"{what}_for"] + rows.weeks[f"{what}_against"]).max()


def _weeks_of(answer: int) -> Callable[[IssueRows], Any]:
    return lambda rows: (rows.weeks["answers"] & answer > 0).sum()


def _change(rows: IssueRows) -> Any:
    return rows.weeks["policy"][-1] - rows.weeks["policy"][0]


def _protest_weeks(rows: IssueRows) -> Any:
    return (rows.weeks["protest_for"] + rows.weeks["protest_against"] > ONSET).sum()


def _silence(rows: IssueRows) -> Any:
    return (rows.weeks["support"] - rows.weeks["expressed"]).mean()


def _share(part: Any, whole: Any) -> float:
    """0 where there is nothing to have a share of."""
    return float(part / whole) if whole > 0 else 0.0


def _share_by(*pressures: int) -> Callable[[PolityRows], Any]:
    return lambda rows: _share(rows.effort[np.isin(rows.pressure, pressures)].sum(), rows.effort.sum())


def _online(rows: PolityRows) -> Any:
    return _share((rows.effort * rows.organisations["social_media"]).sum(), rows.effort.sum())


def _members(rows: PolityRows) -> Any:
    return rows.organisations["members"][-1].sum() / rows.citizens


def _busy(rows: PolityRows) -> Any:
    return _share((rows.organisations["tactic"] >= 0).sum(), rows.organisations["tactic"].size)


POLICY, OPINION, STREETS, STATE, ORGANISED = (
    "Policy",
    "Opinion",
    "Participation",
    "Government and media",
    "Organisations",
)
SHARE, PER_ISSUE = "share of citizens", "per issue"

MEASURES: tuple[Measure, ...] = (
    Measure("policy", "policy at the end", "position", POLICY, _last("policy")),
    Measure("policy_change", "change of policy", "position", POLICY, _change),
    Measure("policy_moved", "issues whose policy moved", "share of issues", POLICY, lambda r: abs(_change(r)) > MOVED),
    Measure("reform_won", "issues on which reform won", "share of issues", POLICY, lambda r: _change(r) > MOVED),
    Measure("reform_lost", "issues on which reform lost", "share of issues", POLICY, lambda r: _change(r) < -MOVED),
    Measure("pressure", "pressure on the government", "pressure", POLICY, _mean("pressure")),
    Measure("friction", "friction of policy", "pressure", POLICY, _mean("friction")),
    Measure("support", "support", SHARE, OPINION, _mean("support")),
    Measure("support_end", "support at the end", SHARE, OPINION, _last("support")),
    Measure("aware", "aware", SHARE, OPINION, _mean("aware")),
    Measure("salience", "salience", "share of mind", OPINION, _mean("salience")),
    Measure("talking", "talking", SHARE, OPINION, _mean("talking")),
    Measure("expressed", "support shown in public", SHARE, OPINION, _mean("expressed")),
    Measure("silence", "support kept private", SHARE, OPINION, _silence),
    Measure("silenced", "silent out of fear", SHARE, OPINION, _mean("silenced")),
    Measure("attitude", "mean attitude at the end", "position", OPINION, _last("attitude")),
    Measure("attitude_sd", "sd of attitudes at the end", "position", OPINION, _last("attitude_sd")),
    Measure("grievance", "grievance", "motive", OPINION, _mean("grievance")),
    Measure("protest", "protest, all weeks", SHARE, STREETS, _sum("protest_for", "protest_against")),
    Measure("protest_for", "protest for reform", SHARE, STREETS, _sum("protest_for")),
    Measure("protest_against", "protest against reform", SHARE, STREETS, _sum("protest_against")),
    Measure("protest_peak", "largest protest", SHARE, STREETS, _peak("protest")),
    Measure("protest_weeks", "weeks with protest", PER_ISSUE, STREETS, _protest_weeks),
    Measure("violent_weeks", "weeks with violence", PER_ISSUE, STREETS, _sum("violent")),
    Measure("petition", "signatures, all weeks", SHARE, STREETS, _sum("petition_for", "petition_against")),
    Measure("petition_for", "signatures for reform", SHARE, STREETS, _sum("petition_for")),
    Measure("petition_against", "signatures against reform", SHARE, STREETS, _sum("petition_against")),
    Measure("repress_weeks", "weeks with repression", PER_ISSUE, STATE, _weeks_of(REPRESS)),
    Measure("accommodate_weeks", "weeks with accommodation", PER_ISSUE, STATE, _weeks_of(ACCOMMODATE)),
    Measure("consult_weeks", "consultations opened", PER_ISSUE, STATE, _weeks_of(CONSULT)),
    Measure("deny_weeks", "weeks with denial", PER_ISSUE, STATE, _weeks_of(DENY)),
    Measure("consulting", "weeks in consultation", PER_ISSUE, STATE, _sum("consulting")),
    Measure("coverage", "acts covered by media", PER_ISSUE, STATE, _sum("coverage")),
    Measure("agenda", "share of the agenda", "share", STATE, _mean("agenda")),
    Measure("legitimacy", "legitimacy at the end", "0 to 1", STATE, _last("legitimacy")),
    Measure("effort", "effort", "budgets", ORGANISED, lambda rows: rows.effort.sum(), False),
    Measure("inside", "inside tactics", "share of effort", ORGANISED, _share_by(INSIDE), False),
    Measure("outside", "petitions and protest", "share of effort", ORGANISED, _share_by(PETITION, STREET), False),
    Measure("online", "online", "share of effort", ORGANISED, _online, False),
    Measure("campaigning", "campaigning", "share of weeks", ORGANISED, _busy, False),
    Measure("members", "members at the end", SHARE, ORGANISED, _members, False),
    Measure("funds", "funds at the end", "budgets", ORGANISED, lambda rows: rows.weeks["funds"][-1], False),
    Measure("closures", "closures", "organisations", ORGANISED, lambda rows: rows.weeks["closures"].sum(), False),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


class Place(NamedTuple):
    """Where a measure is taken: in a polity, on one issue or (empty) on all that are looked at."""

    polity: str
    issue: str


def column(place: Place, measure: str, polities: Sequence[str]) -> str:
    """The name of an outcome: the polity stands before it where there are several, the issue where it is of one."""
    return ".".join([*([place.polity] if len(polities) > 1 else []), *([place.issue] if place.issue else []), measure])


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
    record: Record, names: Sequence[str], polities: Sequence[str], issues: Sequence[str], by_issue: bool = False
) -> dict[str, float]:
    """The measures `names` of a run, by the names of `column`; issues are the ones averaged over. Nothing is NaN."""
    found: dict[str, float] = {}
    for polity in polities:
        whole = _polity_rows(record, polity, issues)
        single = {issue: _issue_rows(record, polity, issue) for issue in issues}
        for place in places([polity], issues, by_issue):
            for name in names:
                found |= _value(BY_NAME[name], place, whole, single, polities)
    return found


def _value(
    measure: Measure, place: Place, whole: PolityRows, single: Mapping[str, IssueRows], polities: Sequence[str]
) -> dict[str, float]:
    key = column(place, measure.name, polities)
    if not measure.of_issue:
        return {} if place.issue else {key: float(measure.reduce(whole))}
    if place.issue:
        return {key: float(measure.reduce(single[place.issue]))}
    return {key: float(np.mean([float(measure.reduce(rows)) for rows in single.values()]))}


def _issue_rows(record: Record, polity: str, issue: str) -> IssueRows:
    names = record.names
    return IssueRows(record.recorded.weeks[:, names.polities.index(polity), names.issues.index(issue)])


def _polity_rows(record: Record, polity: str, issues: Sequence[str]) -> PolityRows:
    names, rows = record.names, record.recorded
    here = np.array([home == polity for home, _ in names.organisations], dtype=bool)
    organisations = rows.organisations[:, here]
    looked_at = np.isin(organisations["issue"], [names.issues.index(issue) for issue in issues])
    kinds = [PRESSURES.index(record.scenario.tactic[name].pressure) for name in names.tactics]
    return PolityRows(
        weeks=rows.weeks[:, names.polities.index(polity), 0],
        organisations=organisations,
        effort=np.where(looked_at, organisations["effort"], 0.0),
        pressure=np.array([*kinds, 0])[organisations["tactic"]],
        citizens=record.scenario.polity[polity].citizens,
    )
