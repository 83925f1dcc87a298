"""What happened in a run, in lines for a person to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advosim.reading.stopping import ended
from advosim.results import codebook
from advosim.results import folder as results
from advosim.results.manifest import MANIFEST, saved
from advosim.scenario.limits import ONSET

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run

MOST_TOLD, MOST_LISTED = 12, 8


def summary(record: Run, folder: str | Path | None = None, begin: str | None = None) -> str:
    """What happened in a run, for a person to read; and which files of it are in `folder`, where they were written.

    begin: what `told` gave, if it was asked before.
    """
    lines = [told(record) if begin is None else begin]
    if folder is not None:
        lines += ["", saved(folder)]
        files = f"{results.STORY} tells what happened, {codebook.FILE} what every column means"
        lines += [f"{files}, {MANIFEST} how to repeat the run"]
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in record.seconds.items())
    return "\n".join([*lines, f"Took {stages}." if stages else ""]).rstrip()


def told(record: Run) -> str:
    """What happened in a run."""
    scenario, weeks = record.scenario, record.weeks
    lines = [f"{scenario.title}: {weeks['week'].max()} weeks, seed {record.seed}"]
    lines += [scenario.question] if scenario.question else []
    end = ended(record)
    lines += [f"Ended in week {end.week}: {end.told}"] if end.week < scenario.weeks else []
    for polity, here in weeks.groupby("polity", sort=False):
        lines += ["", f"{polity}"]
        for issue, rows in here.groupby("issue", sort=False):
            events = _of(record.events, polity, issue)
            lines += _issue_lines(str(issue), rows.reset_index(drop=True), events)
        lines += _organisation_lines(_of(record.organisations, polity), _of(record.events, polity))
    lines += _course(record)
    return "\n".join([*lines, *(["", *_remarks(record)] if _remarks(record) else [])])


def _of(table: pd.DataFrame, polity: Any, issue: Any = None) -> pd.DataFrame:
    rows: pd.DataFrame = table[table["polity"] == polity]
    return rows if issue is None else rows[rows["issue"] == issue]


def _issue_lines(issue: str, weeks: pd.DataFrame, events: pd.DataFrame) -> list[str]:
    """weeks: those of one issue, the founding first."""
    from advosim.reading.tables import lived

    first, last = weeks.iloc[0], weeks.iloc[-1]
    steps = [f"{step.size:+.2f} in week {step.week}" for step in _steps(events)]
    given = weeks["response"].str.split("+").explode()
    answers = [f"{answer} in {_count(n, 'week')}" for answer, n in given[given != "none"].value_counts().items()]
    protests = _count((weeks["protest"] > ONSET).sum(), "week") + _peak(weeks, "protest")
    return [
        f"  {issue}",
        f"    policy       {first.policy:+.2f} -> {last.policy:+.2f}; steps: {_listed(steps)}",
        f"    want more    {first.support:.1%} -> {last.support:.1%} in private, "
        f"{first.expressed:.1%} -> {last.expressed:.1%} in the open; {_support_of(last, events)}",
        f"    attitude     {first.attitude:+.2f} -> {last.attitude:+.2f} in the mean, whatever policy is",
        f"    aware        {lived(weeks)['aware'].median():.1%} in the median week",
        f"    protest      above {ONSET:.2%} of the citizens in {protests}",
        f"    petitions    signed in {_count((weeks['petition'] > 0).sum(), 'week')}{_peak(weeks, 'petition')}",
        f"    government   {_listed(answers)}",
    ]


def _support_of(last: Any, events: pd.DataFrame) -> str:
    """Which policy the support of a row is of: not that of its row, where the week had a step."""
    late = sum(step.size for step in _steps(events) if step.week == last.week)
    if late == 0.0:
        return "for more, before the week's decision"
    return f"for more than the {last.policy - late:+.2f} before week {last.week}'s step"


def _organisation_lines(organisations: pd.DataFrame, events: pd.DataFrame) -> list[str]:
    campaigns = events[events["event"] == "campaign"]["tactic"].value_counts()
    listed = _listed([f"{number} {_plain(tactic)}" for tactic, number in campaigns.items()])
    closures = [f"{row.organisation} in week {row.week}" for row in _rows(events, "closure")]
    begun = sorted(
        (row.week, f"{row.organisation} in week {row.week}")
        for event in ("founded", "split", "formalised")
        for row in _rows(events, event)
    )
    founded = f"; founded: {_listed([text for _, text in begun])}" if begun else ""
    return [
        f"  {_count(organisations['organisation'].nunique(), 'organisation')}; closed: {_listed(closures)}{founded}",
        f"  {_count(campaigns.sum(), 'campaign')}: {listed}",
    ]


def _course(record: Run) -> list[str]:
    """The reforms, the steps of policy, firms that gave in, agreements, and the largest shock and acts in the news."""
    last, events = int(record.weeks["week"].max()), record.events
    covered = _rows(events, "covered")
    told = [
        (reform.week, f"reform: {_changes(reform.set)}") for reform in record.scenario.reform if reform.week <= last
    ]
    told += [(row.week, f"policy on {_matter(row)} moves by {row.size:+.2f}") for row in _steps(events)]
    told += [
        (row.week, f"{_plain(row.organisation)} gives in to a boycott, on {_matter(row)}")
        for row in _rows(events, "concession")
    ]
    told += [(row.week, f"a round table agrees, on {_matter(row)}") for row in _rows(events, "agreement")]
    told += [(row.week, f"government in {row.polity}: {_parties(row)}") for row in _rows(events, "government")]
    for what, rows in (
        ("shock of news", _rows(events, "news")),
        ("protest that media covered", [row for row in covered if row.detail == "street"]),
        ("petition that media covered", [row for row in covered if row.detail == "petition"]),
    ):
        if rows:
            row = max(rows, key=lambda candidate: candidate.size)
            told.append((row.week, f"largest {what}, on {_matter(row)}"))
    told.sort(key=lambda entry: entry[0])
    shown = [f"  week {week:>4}  {text}" for week, text in told[:MOST_TOLD]]
    more = [f"  and {len(told) - MOST_TOLD} more in events.csv"] if len(told) > MOST_TOLD else []
    return ["", "Course of events", *shown, *more] if told else []


def _parties(row: Any) -> str:
    return f"{_plain(row.detail).replace('+', ', ')}, with {row.size:.0%} of the votes"


def _matter(row: Any) -> str:
    return f"{row.issue} in {row.polity}"


def _remarks(record: Run) -> list[str]:
    from advosim.scenario import load

    # Where the scenario's own length ends the run, its notes tell what is left out.
    cut = record.weeks["week"].max() != record.scenario.weeks
    late = [f"left out, for the run ends earlier: {reform}" for reform in record.left_out] if cut else []
    full = [f"the log of events was full; the last {record.lost:,} are not in it"] if record.lost else []
    return [f"Note: {remark}" for remark in [*late, *full, *load.notes(record.scenario)]]


def _rows(events: pd.DataFrame, event: str) -> list[Any]:
    return list(events[events["event"] == event].itertuples())


def _steps(events: pd.DataFrame) -> list[Any]:
    from advosim.reading.measuring import steps_in

    return list(steps_in(events).itertuples())


def _peak(weeks: pd.DataFrame, column: str) -> str:
    row = weeks.iloc[int(weeks[column].to_numpy().argmax())]
    return f", at most {row[column]:.2%} (week {row['week']})" if row[column] > 0 else ""


def _changes(changes: Mapping[str, Any]) -> str:
    short = {path.removeprefix("polity.").replace(".governance.", "."): value for path, value in changes.items()}
    return ", ".join(f"{path} = {value}" for path, value in short.items())


def _count(number: Any, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _listed(parts: list[str]) -> str:
    shown = ", ".join(parts[:MOST_LISTED])
    return f"{shown} and {len(parts) - MOST_LISTED} more" if len(parts) > MOST_LISTED else shown or "none"


def _plain(name: Any) -> str:
    return str(name).replace("_", " ")
