"""A run as a story: one page of Markdown that a student can read, with the numbers that decided.

The text is made of the record's tables alone and is the same for the same record. Of all that happened it tells turning
points: what changed policy, rules, firms and organisations, and the largest protests and petitions. What belongs
together, as the steps on an issue within a year, is told together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from advosim.reading import measuring, outcomes
from advosim.reading.measuring import YEAR
from advosim.reading.stopping import LENGTH, ended
from advosim.reading.tables import lived
from advosim.scenario.limits import ONSET
from advosim.scenario.plain_text import markdown
from advosim.scenario.schema import Stop
from advosim.story import words
from advosim.story.alliances import allied
from advosim.story.steps import by_vote
from advosim.story.telling import Point, Teller, crowds, persons, rows_of, within
from advosim.story.turning_points import ruling_at_start, turning_points

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run
    from advosim.scenario.schema import Polity
    from advosim.story.ballots import Move

MOST_CHAPTERS = 4
MOST_POINTS = 4
"""Turning points on a page: the first of each chapter, if it is more than news, then those that matter most."""
WANT_MORE = "citizens who want more than policy, before the week's decision"
MOST_STEPS = 2
"""Steps of policy that a chapter lists beside its turning points."""
MATTERS = 12.0
"""Weight of a turning point that stands for its chapter."""
ELECTION_NEAR = 8
"""Weeks before an election in which it is said to be near."""
ALMOST = 0.03
"""Change of policy below which it is said to have stayed where it was: the drift of four years (sd .03)."""
GOVERNANCE = (
    ("repression", ("little force threatens protest", "some force threatens protest", "much force threatens protest")),
    ("openness", ("officials listen to hardly anybody", "officials listen to some", "officials listen to most")),
    ("media_freedom", ("media may report little", "media are half free", "media are free")),
)  # fmt: skip


def story(record: Run) -> str:
    """The story of a run as Markdown."""
    scenario, last = record.scenario, int(record.weeks["week"].max())
    lines = [f"# {markdown(scenario.title)}: the story of one run", ""]
    lines += [f"*{markdown(scenario.question)}*", ""] if scenario.question.strip() else []
    several = len(scenario.polity) > 1
    for home, polity in scenario.polity.items():
        teller = _teller(record, home, polity)
        lines += [f"# In {words.plain(home)}", ""] if several else []
        lines += [*_opening(teller, last), *_chapters(teller, last), *_closing(teller)]
    return "\n".join([*lines, *_caveat(record, last)]).rstrip() + "\n"


def _teller(record: Run, home: str, polity: Polity) -> Teller:
    events = record.events
    for missing in ("value", "match", "odds", "experiment"):
        events = events if missing in events else events.assign(**{missing: 0.0})
    # What concerns no polity in particular, as a change of rules may, concerns all.
    weeks, organisations, campaigns, log = (
        table[table["polity"].isin([home, ""])].reset_index(drop=True)
        for table in (lived(record.weeks), lived(record.organisations), record.campaigns, events)
    )
    came_of_it, costs = (
        table[table["polity"] == home] for table in (outcomes.outcomes(record), measuring.costs(record))
    )
    return Teller(record, home, polity, weeks, organisations, campaigns, log, rows_of(came_of_it), costs)


# ---------------------------------------------------------------- where it begins


def _opening(teller: Teller, last: int) -> list[str]:
    sides = _by_side(teller)
    reformers, opponents = (len(sides[side]) for side in ("for", "against"))
    crowd = f"{words.count(reformers, 'organisation')} for reform and {words.number(opponents)} against it"
    world = f"A model world over {_span(last)}: {teller.polity.citizens:,} citizens, {crowd}, a government and media."
    if teller.scenario.stop != Stop() and (end := ended(teller.record)).reason != LENGTH:
        world += f" It ended in week {end.week}: {words.plain(end.told)}."
    scale = "Policy, from -1 (the opposite of reform) to +1 (the full reform),"
    rule = f"moves only where {words.joined(_ways(teller), 'or')}."
    issues = words.joined([_issue(teller, name) for name in teller.scenario.issue])
    return ["## Where it begins", "", f"{world} {_government(teller)} {scale} {rule}", "", f"At issue: {issues}.", ""]


def _ways(teller: Teller) -> list[str]:
    """When policy moves: the routes that are open at some time of the run."""
    weeks = {0, *(reform.week for reform in teller.scenario.reform)}
    stages = [teller.scenario.reformed(week) for week in sorted(weeks)]
    rules = [stage.mechanism for stage in stages]
    rights = [stage.polity[teller.home].governance for stage in stages]
    foreign = len(teller.scenario.polity) > 1 or bool(teller.scenario.body)
    sources = ["street", "petitions", "talks", "opinion"]
    sources += ["abroad"] if foreign and any(rule.boomerang.on for rule in rules) else []
    tables = any(tactic.pressure == "table" for tactic in teller.scenario.tactic.values())
    tables = tables and any(rule.stakeholder_table.on for rule in rules)
    ballots = any(own.initiative.allowed or own.referendum.allowed for own in rights)
    known = (
        ("store", True, f"**pressure** from {words.joined(sources)} beats **resistance**"),
        ("table", tables, "a round table agrees"),
        ("election", bool(teller.polity.party), "a government acts on its programme after an election"),
        ("ballot", ballots, "citizens put it to the vote or might"),
    )
    return [told for route, there, told in known if there and any(getattr(rule.decision, route) for rule in rules)]


def _issue(teller: Teller, name: str) -> str:
    meaning = markdown(teller.scenario.issue[name].meaning.split(";")[0])
    return f"**{words.plain(name)}** ({meaning})" if meaning else f"**{words.plain(name)}**"


def _government(teller: Teller) -> str:
    governance = teller.polity.governance
    told = [levels[_third(getattr(governance, name))] for name, levels in GOVERNANCE]
    return words.sentence(f"at first, {words.joined(told)}") + ruling_at_start(teller)


def _third(value: float) -> int:
    return min(int(value * 3), 2)


def _by_side(teller: Teller) -> dict[str, list[str]]:
    """Organisations by the side that most of their campaigns would take."""
    from advosim.scenario.groups import organisations

    found: dict[str, list[str]] = {"for": [], "against": []}
    for name, row in organisations(teller.polity):
        weights = row.priorities or dict.fromkeys(teller.scenario.issue, 1.0)
        way = sum(w * (row.stances.get(m, row.stance) - teller.scenario.issue[m].policy) for m, w in weights.items())
        found["for" if way >= 0 else "against"].append(name)
    return found


def _span(weeks: int) -> str:
    years, rest = divmod(weeks, YEAR)
    return words.count(years, "year") if years and not rest else words.count(weeks, "week")


# ---------------------------------------------------------------- chapter by chapter


def _chapters(teller: Teller, last: int) -> list[str]:
    years = math.ceil(last / YEAR)
    length = math.ceil(years / MOST_CHAPTERS)
    spans = [(first, min(first + length, years + 1)) for first in range(1, years + 1, length)]
    points = turning_points(teller)
    chapters = [[point for point in points if first <= _year(point.week) < end] for first, end in spans]
    kept = _kept(chapters, MOST_POINTS)
    elsewhere = {move for point in points if id(point) in kept for move in point.moves}
    lines: list[str] = []
    for (first, end), mine in zip(spans, chapters, strict=True):
        name = f"Year {first}" if end == first + 1 else f"Years {first} to {end - 1}"
        weeks = (first - 1) * YEAR + 1, min((end - 1) * YEAR, last)
        told = sorted((point for point in mine if id(point) in kept), key=lambda point: point.week)
        lines += [f"## {name} (weeks {weeks[0]} to {weeks[1]})", "", _overview(teller, *weeks, elsewhere), ""]
        lines += [f"- {point.tell()}" for point in told]
        lines += [""] if told else []
    return lines


def _year(week: int) -> int:
    return (week - 1) // YEAR + 1


def _kept(chapters: Sequence[Sequence[Point]], most: int) -> set[int]:
    """Identities of the points to tell: the weightiest of each chapter, then of all."""
    best = [max(points, key=lambda point: point.weight) for points in chapters if points]
    best = sorted((point for point in best if point.weight >= MATTERS), key=lambda point: -point.weight)
    rest = sorted((point for points in chapters for point in points), key=lambda point: -point.weight)
    found = list(dict.fromkeys(id(point) for point in [*best, *rest]))
    return set(found[:most])


def _overview(teller: Teller, first: int, last: int, elsewhere: set[Move]) -> str:
    """elsewhere: the steps that turning points tell of."""
    campaigns = within(teller.events[teller.events["event"] == "campaign"], first, last)
    told = [part for part in (_campaigns(campaigns, side) for side in ("for", "against")) if part]
    weeks = within(teller.weeks, first, last)
    street = _street(teller, weeks.groupby("week")["protest"].sum())
    begun = words.capital(", ".join(told) or "nobody began a campaign")
    return f"{begun}. {_moves(teller, first, last, elsewhere)}; {street}.{_phases(teller, first, last)}"


def _phases(teller: Teller, first: int, last: int) -> str:
    """The spiral's phases on each issue in the order in which they came, with the quarters spent in each."""
    quarters = teller.phases[teller.phases["first_week"].between(first, last)]
    if quarters.empty:
        return ""
    told = []
    for issue, own in quarters.groupby("issue", sort=False):
        counts = own["phase"].value_counts(sort=False)[list(dict.fromkeys(own["phase"]))]
        parts = words.joined(f"{words.number(int(spent))} of {phase}" for phase, spent in counts.items())
        told.append(f"on {words.plain(issue)}, {parts}")
    return f" Quarters by phase of the spiral: {'; '.join(told)}."


def _moves(teller: Teller, first: int, last: int, elsewhere: set[Move]) -> str:
    """How often policy moved, and the largest of the steps that no turning point tells of."""
    steps = [step for step in teller.steps if first <= step.week <= last]
    if not steps:
        return "No law changed"
    rest = [step for step in steps if (step.week, step.issue) not in elsewhere]
    largest = sorted(rest, key=lambda step: -abs(step.size))[:MOST_STEPS]
    parts = [_move(teller, step) for step in largest]
    parts += [f"{words.number(len(rest) - MOST_STEPS)} more"] if len(rest) > MOST_STEPS else []
    told = f"Policy moved {words.times(len(steps))}"
    if not rest:
        return told
    return f"{told}{', as told below and' if len(rest) < len(steps) else ':'} {words.joined(parts)}"


def _move(teller: Teller, step: Any) -> str:
    how = ", decided by a vote" if by_vote(teller, step) else ""
    return f"on {words.plain(step.issue)} by {words.signed(step.size)} (week {step.week}{how})"


def _street(teller: Teller, protest: pd.Series[float]) -> str:
    if protest.max() == 0.0:
        return "the streets stayed quiet"
    marched = int((protest > ONSET).sum())
    if not marched:
        return "few protested"
    return f"{crowds(teller)} protested in {words.count(marched, 'week')}"


def _campaigns(begun: pd.DataFrame, side: str) -> str:
    own = begun[begun["side"] == side]
    if own.empty:
        return ""
    who = "Supporters" if side == "for" else "opponents"
    tactics = own["tactic"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    often = f" (most often {words.plain(tactics.index[0])})" if tactics.iloc[0] > 1 else ""
    return f"{who} began {words.count(len(own), 'campaign')}{often}"


# ---------------------------------------------------------------- where it ends


def _closing(teller: Teller) -> list[str]:
    lines = ["## What moved, and what did not", "", *_table(teller), ""]
    return [
        *lines,
        " ".join([*_before_the_last(teller), *_won(teller), *allied(teller), *_paid(teller), *_took_part(teller)]),
        "",
    ]


def _table(teller: Teller) -> list[str]:
    """By issue where policy and support began and ended, what sides ask for, and how near pressure came."""
    head = ("issue", "policy", "supporters ask", "opponents ask", WANT_MORE, "pressure at its nearest")
    rows = [
        (
            words.plain(row.issue),
            f"{words.signed(row.policy_start)} to {words.signed(row.policy_end)}",
            # A demand at the end of the scale stands for nobody's.
            words.signed(row.demand_for) if row.demand_for < 1.0 else "nobody",
            words.signed(row.demand_against) if row.demand_against > -1.0 else "nobody",
            f"{words.share(row.support_start)} to {words.share(row.support_end)}",
            _nearest(teller, row.issue),
        )
        for row in teller.outcomes
    ]
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _before_the_last(teller: Teller) -> list[str]:
    """Which policy the last support is of, where the last week moved policy: support is measured before that."""
    last = int(teller.weeks["week"].max())
    late = [step for step in teller.steps if step.week == last]
    before = words.joined(f"{words.plain(step.issue)} ({words.signed(step.before)})" for step in late)
    return [f"The last support is of policy as it was before week {last} moved it: {before}."] if late else []


def _moved(row: Any) -> bool:
    """Whether policy ended elsewhere by a step: without one it drifts a little."""
    return bool(row.reforms > 0 and abs(row.policy_end - row.policy_start) >= ALMOST)


def _came_back(teller: Teller, row: Any) -> bool:
    """Whether policy went elsewhere by steps, and ended about where it had begun."""
    far = max((abs(step.after - row.policy_start) for step in teller.steps if step.issue == row.issue), default=0.0)
    return far >= ALMOST and not _moved(row)


def _nearest(teller: Teller, issue: str) -> str:
    """How near pressure came to moving policy."""
    weeks = teller.weeks[teller.weeks["issue"] == issue]
    nearest = weeks.iloc[int((weeks["pressure"].abs() / weeks["friction"]).to_numpy().argmax())]
    week, pressure, resistance = int(nearest["week"]), abs(float(nearest["pressure"])), float(nearest["friction"])
    return f"{pressure:.2f} of {resistance:.2f} (week {week}{_before_election(teller, week)})"


def _before_election(teller: Teller, week: int) -> str:
    """Opinion weighs more as an election comes near."""
    interval = teller.scenario.reformed(week).polity[teller.home].governance.election_interval
    return ", an election near" if -week % interval <= ELECTION_NEAR else ""


def _won(teller: Teller) -> list[str]:
    rows = teller.outcomes
    gained = [words.plain(row.issue) for row in rows if _moved(row) and row.policy_end > row.policy_start]
    lost = [words.plain(row.issue) for row in rows if _moved(row) and row.policy_end < row.policy_start]
    back = [words.plain(row.issue) for row in rows if _came_back(teller, row)]
    still = [words.plain(row.issue) for row in rows if not _moved(row) and not _came_back(teller, row)]
    firms = sum(row.concessions for row in rows)
    gave_in = [f"Firms gave in {words.times(firms)}."] if firms else []
    if len(still) == len(rows):
        return [
            "In the end policy stood where it had stood." if len(rows) == 1 else "Policy moved on no issue.",
            *gave_in,
        ]
    told = [f"reform gained on {words.joined(gained)}"] if gained else []
    told += [f"{'' if gained else 'reform '}lost on {words.joined(lost)}"] if lost else []
    told += [f"policy on {words.joined(back)} moved and came back to where it had begun"] if back else []
    told += [f"policy on {words.joined(still)} hardly moved"] if still else []
    return [words.sentence(", ".join(told)), *gave_in]


def _paid(teller: Teller) -> list[str]:
    own = teller.costs[teller.costs["of"] == "polity"].set_index("measure")["value"]
    told = [f"Campaigns cost {own['campaigns']:,.0f} budgets (what a typical team spends on one in a week)."]
    if own["closures"]:
        told.append(words.sentence(f"{words.count(int(own['closures']), 'organisation')} closed"))
    if own["repressed_weeks"]:
        weeks, people = words.count(int(own["repressed_weeks"]), "week"), persons(teller, own["arrests"])
        told.append(f"Force met {people} on the street in {weeks}.")
    silenced = float(teller.weeks["silenced"].mean()) if "silenced" in teller.weeks else 0.0
    if silenced >= 0.005:
        told.append(f"In an average week, {words.percent(silenced)} of the citizens kept silent out of fear.")
    return told


def _took_part(teller: Teller) -> list[str]:
    own = teller.costs[teller.costs["measure"] == "participation_ratio"]
    acts = teller.costs[teller.costs["measure"] == "participation"]["value"]
    if len(own) < 2 or acts.sum() == 0:
        return []
    ratios = own["value"].to_numpy()
    least, most = own.iloc[int(ratios.argmin())], own.iloc[int(ratios.argmax())]
    if least["value"] > 0.9:
        return ["All groups of citizens took part to about the same degree."]
    few = f"the {words.plain(least['name'])} took part {least['value']:.1f} times as often as the average"
    return [f"Per head, {few}, the {words.plain(most['name'])} {most['value']:.1f} times."]


def _caveat(record: Run, last: int) -> list[str]:
    what = f"*One run (seed {record.seed}, {last} weeks) of a model, no report from a real place and no forecast."
    luck = "Another seed tells another story; what holds on the whole, many paired runs say (`advosim compare`,"
    more = "`advosim contribution`). Smaller events are in `events.csv`.*"
    lost = [f"The log was full: {record.lost:,} events are missing.", ""] if record.lost else []
    return ["---", *lost, f"{what} {luck} {more}"]
