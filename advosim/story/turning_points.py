"""What a story tells of: the turning points in one polity's run, how much each matters, and why it came to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from advosim.reading import measuring
from advosim.reading.measuring import YEAR
from advosim.scenario.limits import ONSET
from advosim.story import words
from advosim.story.abroad import abroad
from advosim.story.ballots import ballots
from advosim.story.reasons import why
from advosim.story.steps import by_vote, steps_of_policy
from advosim.story.telling import BEFORE, Point, Teller, crowds, happened, rows_of, runs_of, tactic_told, weeks_told
from advosim.story.waves import hashtags, petitions, protests

if TYPE_CHECKING:
    from advosim.scenario.load import Scenario

ONE_MORE = 4.0
"""What each further turning point of a kind weighs less, so that others are told as well."""
LARGEST = 40.0
"""What the turning point of the run's largest step weighs more, so that hardly anything displaces it."""


def turning_points(teller: Teller) -> list[Point]:
    points: list[Point] = []
    for kind in (
        _changes_of_rules,
        _elections,
        steps_of_policy,
        _agreements,
        _concessions,
        _closures,
        _births,
        protests,
        petitions,
        hashtags,
        _news,
        _local,
        _abroad,
        _ballots,
    ):
        own = sorted(kind(teller), key=lambda point: -point.weight)
        points += [replace(point, weight=point.weight - ONE_MORE * rank) for rank, point in enumerate(own)]
    largest = max(teller.steps, key=lambda step: abs(step.size), default=None)
    return [
        replace(point, weight=point.weight + LARGEST)
        if largest is not None and (largest.week, largest.issue) in point.moves
        else point
        for point in points
    ]


def _ballots(teller: Teller) -> list[Point]:
    steps = {(row.week, row.issue): row for row in teller.steps if by_vote(teller, row)}
    return [Point(*told) for told in ballots(teller.events, steps)]


def _abroad(teller: Teller) -> list[Point]:
    return [Point(week, weight, tell) for week, weight, tell in abroad(teller.events)]


def _changes_of_rules(teller: Teller) -> list[Point]:
    weeks = dict.fromkeys(row.week for row in happened(teller, "reform"))
    return [Point(week, 100.0, partial(_change_of_rules, teller, week)) for week in weeks]


def _change_of_rules(teller: Teller, week: int) -> str:
    return f"**Week {week}: the rules of the game change.** {_new_rules(teller, week)}"


def _new_rules(teller: Teller, week: int) -> str:
    before, after = (_settings(teller.scenario.reformed(when), teller.home) for when in (week - 1, week))
    changed = [_changed(name, before.get(name), new) for name, new in after.items() if before.get(name) != new]
    shown = changed[:6] + ([f"{len(changed) - 6} more"] if len(changed) > 6 else [])
    effect = _effect_of_rules(teller, week)
    return words.sentence(words.joined(shown) or "settings of the model are changed") + (f" {effect}" if effect else "")


def _settings(scenario: Scenario, home: str) -> dict[str, Any]:
    """What a reform may change, by name: also what stands a level deeper, as an initiative's quorum."""

    def flat(table: dict[str, Any], above: str = "") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in table.items():
            found |= flat(value, f"{above}{name} ") if isinstance(value, dict) else {f"{above}{name}": value}
        return found

    return flat(scenario.polity[home].governance.model_dump()) | flat(scenario.mechanism.model_dump())


def _changed(name: str, old: Any, new: Any) -> str:
    if isinstance(new, int | float) and isinstance(old, int | float) and not isinstance(new, bool):
        return f"{words.plain(name)} {'rises' if new > old else 'falls'} from {old:g} to {new:g}"
    return f"{words.plain(name)} is now {('on' if new else 'off') if isinstance(new, bool) else words.plain(new)}"


def _effect_of_rules(teller: Teller, week: int) -> str:
    """What the street did in the year before and after."""
    marched = teller.weeks.groupby("week")["protest"].sum() > ONSET
    before, after = marched.loc[max(1, week - YEAR) : week - 1], marched.loc[week : week + YEAR - 1]
    if not before.any() and not after.any():
        return "The streets were quiet before, and stay so."
    weeks = f"{words.number(int(before.sum()))} of the {len(before)} weeks before"
    later = f"{words.number(int(after.sum()))} of the {len(after)} weeks after"
    return f"{words.capital(crowds(teller))} protested in {weeks}, and in {later}."


def _elections(teller: Teller) -> list[Point]:
    changes = {row.week: row for row in happened(teller, "government")}
    held = [row.week for row in happened(teller, "election")]
    return [Point(week, 70.0 if week in changes else 20.0, partial(_election, teller, week)) for week in held]


def _election(teller: Teller, week: int) -> str:
    """Who won, who governs now, and who did before."""
    counts = teller.record.elections
    counts = counts[counts["polity"] == teller.home]
    now, earlier = counts[counts["week"] == week], counts[counts["week"] < week]
    before = earlier[earlier["week"] == earlier["week"].max()]
    first = max(rows_of(now), key=lambda row: row.seats)
    # Parties' names are singular or plural: no sentence has one as its subject.
    won = f"Most seats ({words.percent(first.seat_share)}) go to {words.plain(first.party)},"
    votes = f"with {words.percent(first.vote_share)} of the votes ({words.percent(first.turnout)} of the citizens vote)"
    ruling, old = (list(rows.loc[rows["in_government"].astype(bool), "party"]) for rows in (now, before))
    behind = f"with {words.percent(float(now.loc[now['in_government'].astype(bool), 'vote_share'].sum()))} of the votes"
    if ruling == old:
        return f"**Week {week}: an election.** {won} {votes}. {_in_government('still', ruling)}, {behind}."
    rest = f"{_in_government('now', ruling)}, {behind}, instead of {words.joined(map(words.plain, old))}."
    return f"**Week {week}: an election changes the government.** {won} {votes}. {rest}"


def _in_government(when: str, parties: Sequence[str]) -> str:
    return f"In government {when}: {words.joined(map(words.plain, parties))}"


def ruling_at_start(teller: Teller) -> str:
    counts = teller.record.elections
    counts = counts[counts["polity"] == teller.home]
    first = counts[(counts["week"] == counts["week"].min()) & counts["in_government"].astype(bool)]
    return "" if first.empty else f" {_in_government('at first', list(first['party']))}."


def _agreements(teller: Teller) -> list[Point]:
    # An agreement that moves policy is a step as well, which tells of it.
    told = {(row.week, row.issue) for row in rows_of(measuring.steps_in(teller.events))}
    rows = [row for row in happened(teller, "agreement") if (row.week, row.issue) not in told]
    return [Point(row.week, 40.0, partial(_agreement, row)) for row in rows]


def _agreement(row: Any) -> str:
    return f"**Week {row.week}: a round table on {words.plain(row.issue)} agrees**, but policy stays where it is."


def _concessions(teller: Teller) -> list[Point]:
    """Firms that give in to one side on one issue within two years are told together."""
    runs = runs_of(happened(teller, "concession"), lambda row: (row.issue, row.side), 2 * YEAR)
    return [Point(rows[0].week, 45.0 + len(rows), partial(_concession, teller, rows)) for rows in runs]


def _concession(teller: Teller, together: Sequence[Any]) -> str:
    row = together[0]
    way = "reformers" if row.side == "for" else "opponents of reform"
    names = words.joined([words.name(each.organisation) for each in together])
    give = "gives in to a boycott" if len(together) == 1 else "give in to boycotts"
    chances = words.joined([str(max(round(100 * each.size), 1)) for each in together])
    told = f"**{weeks_told(together)}: {names} {give}** on {words.plain(row.issue)}, as {way} asked"
    told += f"; the {'chance' if len(together) == 1 else 'chances'} had been {chances} in 100."
    rows = teller.campaigns
    mine = (rows["week"] == row.week) & (rows["issue"] == row.issue) & (rows["tactic"] == row.tactic)
    callers = list(rows[mine & (rows["side"] == row.side)]["organisation"])
    if not callers:
        return told
    called = f" {words.capital(words.name(callers[0]))} had called for it by {tactic_told(teller, row.tactic)}."
    return told + called + why(teller, callers[0], row.tactic, row.issue, row.week)


def _closures(teller: Teller) -> list[Point]:
    """Closures of one half year are told together."""
    return [
        Point(together[0].week, 30.0 + len(together), partial(_closed, teller, together))
        for together in _half_years(happened(teller, "closure"))
    ]


def _half_years(rows: list[Any]) -> list[list[Any]]:
    """Rows within half a year of the first, and within the same year, together."""
    found = []
    while rows:
        first = rows[0].week
        together = [row for row in rows if row.week < first + BEFORE and (row.week - 1) // YEAR == (first - 1) // YEAR]
        rows = rows[len(together) :]
        found.append(together)
    return found


BIRTHS = {"founded": "by citizens", "split": "by a faction of {}", "formalised": "by {}, which becomes formal"}


def _births(teller: Teller) -> list[Point]:
    """Foundings of one half year are told together."""
    rows = sorted((row for event in BIRTHS for row in happened(teller, event)), key=lambda row: row.week)
    groups = _half_years(rows)
    return [Point(group[0].week, 24.0 + len(group), partial(_born, teller, group)) for group in groups]


def _born(teller: Teller, together: Sequence[Any]) -> str:
    names = words.capital(words.joined([words.name(row.organisation) for row in together]))
    told = f"**{weeks_told(together)}: {names} {'is' if len(together) == 1 else 'are'} founded**, "
    by = [BIRTHS[row.event].format(words.name(row.partner)) for row in together]
    issues = [words.plain(issue) for issue in dict.fromkeys(row.issue for row in together)]
    told += f"{words.joined(list(dict.fromkeys(by)))}, over {words.joined(issues)}."
    first, last = together[0].week, together[-1].week
    refused = sum(first <= row.week <= last for row in happened(teller, "unregistered"))
    return told + (f" The register refused {words.number(refused)} more." if refused else "")


def _closed(teller: Teller, together: Sequence[Any]) -> str:
    first, last = together[0].week, together[-1].week
    names = words.capital(words.joined([words.name(row.organisation) for row in together]))
    gone = sum(1 for row in happened(teller, "closure") if row.week <= last)
    all_of_them = teller.organisations["organisation"].nunique()
    of = f"{words.number(gone)} of {all_of_them} organisations {'is' if gone == 1 else 'are'} now gone"
    told = f"**{weeks_told(together)}: {names} {'closes' if len(together) == 1 else 'close'}**, out of money; {of}."
    heirs = [row for row in happened(teller, "merged") if first <= row.week <= last]
    told += "".join(
        f" What is left of {words.name(row.organisation)} goes over to {words.name(row.partner)}." for row in heirs
    )
    rule = teller.scenario.mechanism.funds
    force = float(teller.weeks[teller.weeks["week"] == first]["repression"].max())
    if rule.harassment * force > rule.fixed / 2 and "harassment" not in teller.explained:
        teller.explained.add("harassment")
        told += " The threat of force makes it dear to keep one going."
    return told


def _news(teller: Teller) -> list[Point]:
    """The two largest shocks of news: chance, of which campaigns make something or not."""
    rows = sorted(happened(teller, "news"), key=lambda row: -row.size)[:2]
    return [Point(row.week, 7.0 + row.size, partial(_shock, teller, row)) for row in rows]


def _shock(teller: Teller, row: Any) -> str:
    weeks = teller.weeks[
        (teller.weeks["issue"] == row.issue) & teller.weeks["week"].between(row.week - 1, row.week + 4)
    ]
    before, after = float(weeks["agenda"].iloc[0]), float(weeks["agenda"].max())
    grows = f"its share of all attention goes from {words.percent(before)} to {words.percent(after)}"
    return f"**Week {row.week}: {words.plain(row.issue)} is in the news**, by chance; {grows}."


def _local(teller: Teller) -> list[Point]:
    """The first step of each municipality."""
    first: dict[str, Any] = {}
    for row in happened(teller, "local_step"):
        first.setdefault(row.organisation, row)
    return [Point(row.week, 20.0, partial(_local_step, row)) for row in first.values()]


def _local_step(row: Any) -> str:
    who = words.capital(words.name(row.organisation) or "a district")
    return f"**Week {row.week}: {who} changes local policy** on {words.plain(row.issue)}, by {words.signed(row.size)}."
