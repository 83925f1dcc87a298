"""What a story tells of: the turning points in one polity's run, how much each matters, and why it came to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from advosim.reading import measuring
from advosim.reading.collaboration import REASONS, memberships
from advosim.reading.measuring import YEAR
from advosim.reading.spiral import OUTSIDE, spiral
from advosim.scenario.groups import members_of
from advosim.scenario.limits import ONSET
from advosim.scenario.plain_text import markdown
from advosim.story import words
from advosim.story.abroad import abroad, carried_abroad
from advosim.story.ballots import Move, ballots, gave_way, voted

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario
    from advosim.scenario.schema import Polity

GAP = 4
"""Weeks without an act that end a wave of protest or a petition."""
BEFORE = 26
"""Weeks before a step in which campaigns and answers are told to have led to it."""
ONLY = 0.995
FITS, HARDLY = 0.6, 0.4
"""Expertise met from which a tactic is said to fit a team's skills, and below which hardly."""
ONE_MORE = 4.0
"""What each further turning point of a kind weighs less, so that others are told as well."""
LARGEST = 40.0
"""What the turning point of the run's largest step weighs more, so that hardly anything displaces it."""
ANSWERED = {
    "repress": "used force",
    "accommodate": "made concessions",
    "consult": "opened talks",
    "deny": "contradicted them",
}
WORTH_TELLING = {"protest": 0.001, "petition": 0.01, "hashtag": 0.03}
"""Peak of a protest, signatures of a petition (shares of citizens), carriers of a hashtag (of those online)."""


@dataclass(frozen=True)
class Point:
    """A turning point: when it stands in the story, how much it matters, what is told."""

    week: int
    weight: float
    tell: Callable[[], str]
    """Called in the order of the story, so that a tactic is explained where it is first read of."""
    moves: tuple[Move, ...] = ()
    """The steps of policy that it tells of."""


@dataclass
class Teller:
    """What is known while the story of one polity is told."""

    record: Run
    home: str
    polity: Polity
    weeks: pd.DataFrame
    organisations: pd.DataFrame
    campaigns: pd.DataFrame
    events: pd.DataFrame
    outcomes: list[Any]
    costs: pd.DataFrame
    explained: set[str] = field(default_factory=set)
    """Tactics whose meaning has been told."""

    @property
    def scenario(self) -> Scenario:
        return self.record.scenario

    @cached_property
    def steps(self) -> list[Any]:
        """Rows of `measuring.reforms`, in the order of weeks."""
        table = measuring.reforms(self.record)
        return rows_of(table[table["polity"] == self.home])

    @cached_property
    def votes(self) -> set[Move]:
        """Weeks and issues in which citizens decided."""
        return voted(self.events)

    @cached_property
    def phases(self) -> pd.DataFrame:
        """Quarters of the spiral; none where the polity was outside of it throughout."""
        table = spiral(self.record)
        own = table[table["polity"] == self.home]
        return own.iloc[:0] if (own["phase"] == OUTSIDE).all() else own


def turning_points(teller: Teller) -> list[Point]:
    points: list[Point] = []
    for kind in (
        _changes_of_rules,
        _elections,
        _steps,
        _agreements,
        _concessions,
        _closures,
        _protests,
        _petitions,
        _hashtags,
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


# ---------------------------------------------------------------- kinds of turning points


def _ballots(teller: Teller) -> list[Point]:
    steps = {(row.week, row.issue): row for row in teller.steps if by_vote(teller, row)}
    return [Point(*told) for told in ballots(teller.events, steps)]


def by_vote(teller: Teller, step: Any) -> bool:
    return step.route == "ballot" and (step.week, step.issue) in teller.votes


def _abroad(teller: Teller) -> list[Point]:
    return [Point(week, weight, tell) for week, weight, tell in abroad(teller.events)]


def _changes_of_rules(teller: Teller) -> list[Point]:
    weeks = dict.fromkeys(row.week for row in _happened(teller, "reform"))
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
    changes = {row.week: row for row in _happened(teller, "government")}
    held = [row.week for row in _happened(teller, "election")]
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


def _steps(teller: Teller) -> list[Point]:
    """Steps on one issue to one side within a year are told together; those by a vote are told with the vote."""
    rows = [row for row in teller.steps if not by_vote(teller, row)]
    points = []
    for together in _runs(rows, lambda row: (row.issue, row.side)):
        size = sum(abs(row.size) for row in together)
        moves = tuple((row.week, row.issue) for row in together)
        points.append(Point(together[0].week, 50.0 + size, partial(_step, teller, together, teller.steps), moves))
    return points


def _runs(rows: Sequence[Any], kind: Callable[[Any], Any], most: int = YEAR) -> list[list[Any]]:
    """Events of a kind within `most` weeks of the first of them."""
    runs: dict[Any, list[list[Any]]] = {}
    for row in rows:
        own = runs.setdefault(kind(row), [])
        if own and row.week < own[-1][0].week + most:
            own[-1].append(row)
        else:
            own.append([row])
    return [run for own in runs.values() for run in own]


def _when(rows: Sequence[Any]) -> str:
    first, last = rows[0].week, rows[-1].week
    return f"Week {first}" if first == last else f"Weeks {first} {'and' if len(rows) == 2 else 'to'} {last}"


def _step(teller: Teller, together: Sequence[Any], others: Sequence[Any]) -> str:
    """The steps, and what the largest of them came from."""
    row = max(together, key=lambda step: abs(step.size))
    way = "toward reform" if row.side == "for" else "away from reform"
    several = f" in {words.count(len(together), 'step')}" if len(together) > 1 else ""
    move = f"from {words.signed(together[0].before)} to {words.signed(together[-1].after)}"
    told = f"**{_when(together)}: policy on {words.plain(row.issue)} moves {way}{several}**, {move}."
    if row.route == "election":
        what = "In the largest the government acts" if several else "The government acts"
        return f"{told} {what} on what its parties had promised."
    if row.route == "ballot":
        how = gave_way(teller.events, row)
        return f"{told} {f'In the largest (week {row.week}) {how}' if several else words.capital(how)}"
    if row.route == "table":
        what = "The largest" if several else "It"
        return f"{told} {what} is what a round table agreed on.{_led_by(teller, row, ['table'])}"
    since = max([other.week for other in others if other.issue == row.issue and other.week < row.week], default=0)
    pushed = _pushed(teller, row, max(since, row.week - YEAR))
    week = _at(teller, row.issue, row.week)
    at = f" in week {row.week}" if several else ""
    told += f" {_pressed(abs(week['pressure']), week['friction'])}{at}"
    if not pushed:
        return f"{told}."
    return f"{told}, {_parts(pushed)}.{_led_by(teller, row, [source for source, _ in pushed])}"


def _pressed(pressure: float, resistance: float) -> str:
    """A step that pressure did not force is one that a government traded for quiet (`accommodation`)."""
    if pressure > resistance:
        return f"Pressure of {pressure:.2f} beat a resistance of {resistance:.2f}"
    held = f"resistance ({resistance:.2f}) held against pressure ({pressure:.2f})"
    return f"The government conceded it for quiet, though {held}"


def _at(teller: Teller, issue: str, week: int) -> Any:
    rows = teller.weeks[(teller.weeks["issue"] == issue) & (teller.weeks["week"] == week)]
    return rows.iloc[0]


SOURCES = {"street": "from the street", "petition": "from petitions", "inside": "from talks with officials",
           "opinion": "from public opinion", "abroad": "from shaming abroad"}  # fmt: skip


def _pushed(teller: Teller, row: Any, since: int) -> list[tuple[str, float]]:
    """Where the pressure behind a step came from: sources and their shares, largest first.

    The pressure rule's own sums over the weeks since the last step, older ones discounted. What the record does not
    hold (surprise at turnout, the nearness of elections, firms) is left out, so that shares are rough.
    """
    rule = teller.scenario.mechanism.pressure
    weeks = teller.weeks[teller.weeks["issue"] == row.issue]
    weeks = weeks[(weeks["week"] > since) & (weeks["week"] <= row.week)]
    way = 1.0 if row.side == "for" else -1.0
    kept = rule.keep ** (row.week - weeks["week"])

    def half(what: str, half_effect: float) -> Any:
        mine, other = weeks[f"{what}_for"], weeks[f"{what}_against"]
        return mine / (mine + half_effect) - other / (other + half_effect)

    sums = {
        "street": rule.street * half("protest", rule.half_street),
        "petition": rule.petition * half("petition", rule.half_petition),
        "inside": rule.inside * weeks["lobby_success"] if "lobby_success" in weeks else 0.0 * weeks["salience"],
        "abroad": weeks["abroad"] if "abroad" in weeks else 0.0 * weeks["salience"],
        "opinion": rule.opinion * _answerable(teller) * weeks["salience"] * (2 * weeks["support"] - 1),
    }
    found = {name: float((way * column * kept).sum()) for name, column in sums.items()}
    total = sum(value for value in found.values() if value > 0)
    shares = {name: value / total for name, value in found.items() if total > 0 and value / total >= 0.15}
    return sorted(shares.items(), key=lambda pair: -pair[1])


def _answerable(teller: Teller) -> float:
    """How much opinion counts in the polity, far from elections and recalls: the rule of `accountability`."""
    home, rule = teller.polity.governance, teller.scenario.mechanism.accountability
    heard = rule.heard + rule.by_media * home.media_freedom + rule.by_openness * home.openness
    return home.contestation * heard if rule.on else 1.0


def _parts(pushed: Sequence[tuple[str, float]]) -> str:
    if pushed[0][1] > 0.8:
        return f"mostly {SOURCES[pushed[0][0]]}"
    return words.joined([f"{_fraction(share)} {SOURCES[name]}" for name, share in pushed])


def _fraction(share: float) -> str:
    known = ((0.2, "about a fifth"), (0.25, "about a quarter"), (1 / 3, "about a third"), (0.4, "two fifths"),
             (0.5, "about half"), (0.6, "three fifths"), (2 / 3, "about two thirds"),
             (0.75, "about three quarters"))  # fmt: skip
    return min(known, key=lambda pair: abs(pair[0] - share))[1]


def _led_by(teller: Teller, row: Any, sources: Sequence[str]) -> str:
    """The largest effort of the side in the half year before a step, of the kind that pushed most; and why."""
    rows = teller.campaigns
    mine = (rows["issue"] == row.issue) & (rows["week"] > row.week - BEFORE) & (rows["week"] <= row.week)
    if "table" not in sources:  # at a table both sides sit
        mine &= rows["side"] == row.side
    for source in sources:
        if source == "abroad" and (carried := carried_abroad(teller.events, row)):
            return carried
        work = rows["effort"] * rows["tactic"].map(_worth(teller, source)).fillna(0.0)
        own = mine & (work > 0)
        if own.any():
            summed = work[own].groupby([rows["organisation"][own], rows["tactic"][own]], sort=False).sum()
            name, tactic = _largest(summed)
            who = "To win people over" if source == "opinion" else "Behind it"
            largest = (
                f"{who}, {words.name(name)} did most, by {_tactic(teller, tactic)}{_answering(teller, name, row)}."
            )
            return f" {largest}{_why(teller, name, tactic, row.issue, row.week)}"
    themselves = ": people moved by themselves" if sources[0] in ("street", "petition", "opinion") else ""
    return f" No campaign of the half year before was aimed at that{themselves}."


def _answering(teller: Teller, organisation: str, row: Any) -> str:
    """Whether its campaign was framed as an answer to the other side."""
    rows = teller.events
    own = (rows["event"] == "counter_frame") & (rows["organisation"] == organisation) & (rows["issue"] == row.issue)
    own &= (rows["week"] > row.week - BEFORE) & (rows["week"] <= row.week)
    return f", as a matter of {words.plain(rows[own].iloc[-1]['detail'])} to answer the other side" if own.any() else ""


def _worth(teller: Teller, source: str) -> dict[str, float]:
    """By tactic, what a unit of effort does for a source of pressure: 0 or 1; for opinion, people reached and moved."""
    tactics = teller.scenario.tactic.items()
    if source == "opinion":
        return {name: row.reach * max(row.persuasion, row.education, row.evidence) for name, row in tactics}
    return {name: float(row.pressure == source) for name, row in tactics}


def _largest(effort: pd.Series[float]) -> tuple[str, str]:
    name, tactic = list(effort.index)[int(effort.to_numpy().argmax())]
    return str(name), str(tactic)


def _why(teller: Teller, organisation: str, tactic: str, issue: str, until: int) -> str:
    """Why the last campaign of that kind was chosen, with the numbers that decided."""
    rows = teller.events
    own = (rows["event"] == "campaign") & (rows["organisation"] == organisation) & (rows["tactic"] == tactic)
    own &= (rows["issue"] == issue) & (rows["week"] <= until)
    if not own.any() or rows[own].iloc[-1]["odds"] <= 0.0:
        return ""
    row = rows[own].iloc[-1]
    campaign = f"{organisation} {row['week']}"
    if campaign in teller.explained:
        return ""
    teller.explained.add(campaign)
    start = teller.scenario.mechanism.learning.start
    tried, bad = _experience(row["value"] / start if start > 0 else 1.0)
    fit, misfit = _fit(row["match"])
    if row["experiment"]:
        return f" Why: to find out, though another one promised more; it {tried} and {fit}."
    share = f"it held {words.share(row['odds'])} of what all tactics at hand promised"
    beside = "it was the only tactic open" if row["odds"] > ONLY else share
    return f" Why: it {tried} {'but' if bad != misfit else 'and'} {fit}; {beside}."


def _experience(times: float) -> tuple[str, bool]:
    """What a team knew of a tactic, and whether that speaks against it. times: value beside an untried one's."""
    if times == 1.0:
        return "was new to the team", False
    if abs(times - 1.0) < 0.1:
        return "had brought what new ones promise", False
    only = "" if times >= 1.0 else "only "
    return f"had brought {only}{times:.1f} times what new ones promise", times < 1.0


def _fit(match: float) -> tuple[str, bool]:
    """How a tactic fits a team's skills, and whether that speaks against it."""
    how = "fits" if match >= FITS else "hardly fits" if match < HARDLY else "half fits"
    return f"{how} its skills ({words.share(match)} met)", match < HARDLY


def _agreements(teller: Teller) -> list[Point]:
    # An agreement that moves policy is a step as well, which tells of it.
    told = {(row.week, row.issue) for row in rows_of(measuring.steps_in(teller.events))}
    rows = [row for row in _happened(teller, "agreement") if (row.week, row.issue) not in told]
    return [Point(row.week, 40.0, partial(_agreement, row)) for row in rows]


def _agreement(row: Any) -> str:
    return f"**Week {row.week}: a round table on {words.plain(row.issue)} agrees**, but policy stays where it is."


def _concessions(teller: Teller) -> list[Point]:
    """Firms that give in to one side on one issue within two years are told together."""
    runs = _runs(_happened(teller, "concession"), lambda row: (row.issue, row.side), 2 * YEAR)
    return [Point(rows[0].week, 45.0 + len(rows), partial(_concession, teller, rows)) for rows in runs]


def _concession(teller: Teller, together: Sequence[Any]) -> str:
    row = together[0]
    way = "reformers" if row.side == "for" else "opponents of reform"
    names = words.joined([words.name(each.organisation) for each in together])
    give = "gives in to a boycott" if len(together) == 1 else "give in to boycotts"
    chances = words.joined([str(max(round(100 * each.size), 1)) for each in together])
    told = f"**{_when(together)}: {names} {give}** on {words.plain(row.issue)}, as {way} asked"
    told += f"; the {'chance' if len(together) == 1 else 'chances'} had been {chances} in 100."
    rows = teller.campaigns
    mine = (rows["week"] == row.week) & (rows["issue"] == row.issue) & (rows["tactic"] == row.tactic)
    callers = list(rows[mine & (rows["side"] == row.side)]["organisation"])
    if not callers:
        return told
    called = f" {words.capital(words.name(callers[0]))} had called for it by {_tactic(teller, row.tactic)}."
    return told + called + _why(teller, callers[0], row.tactic, row.issue, row.week)


def _closures(teller: Teller) -> list[Point]:
    """Closures of one half year are told together."""
    points, rows = [], _happened(teller, "closure")
    while rows:
        first = rows[0].week
        together = [row for row in rows if row.week < first + BEFORE and (row.week - 1) // YEAR == (first - 1) // YEAR]
        rows = rows[len(together) :]
        points.append(Point(first, 30.0 + len(together), partial(_closed, teller, together)))
    return points


def _closed(teller: Teller, together: Sequence[Any]) -> str:
    first, last = together[0].week, together[-1].week
    names = words.capital(words.joined([words.name(row.organisation) for row in together]))
    gone = sum(1 for row in _happened(teller, "closure") if row.week <= last)
    all_of_them = teller.organisations["organisation"].nunique()
    of = f"{words.number(gone)} of {all_of_them} organisations {'is' if gone == 1 else 'are'} now gone"
    told = f"**{_when(together)}: {names} {'closes' if len(together) == 1 else 'close'}**, out of money; {of}."
    rule = teller.scenario.mechanism.funds
    force = float(teller.weeks[teller.weeks["week"] == first]["repression"].max())
    if rule.harassment * force > rule.fixed / 2 and "harassment" not in teller.explained:
        teller.explained.add("harassment")
        told += " The threat of force makes it dear to keep one going."
    return told


def _waves(weeks: pd.DataFrame, column: str, least: float) -> list[pd.DataFrame]:
    """Spells of acts on one issue with at most GAP quiet weeks between them."""
    acts = weeks[weeks[column] > least]
    number = (acts["week"].diff() > GAP + 1).cumsum()
    return [rows for _, rows in acts.groupby(number, sort=False)]


def _told_waves(
    teller: Teller, act: str, least: float, size: str, weight: Callable[[float], float], tell: Callable[..., str]
) -> list[Point]:
    """The waves of an act that are large enough to tell. size: "max" for the largest week, "sum" for all weeks."""
    points = []
    for issue, weeks in teller.weeks.groupby("issue", sort=False):
        for wave in _waves(weeks, act, least):
            large = float(wave[act].agg(size))
            if large >= WORTH_TELLING[act]:
                points.append(Point(int(wave["week"].iloc[0]), weight(large), partial(tell, teller, str(issue), wave)))
    return points


def _protests(teller: Teller) -> list[Point]:
    return _told_waves(teller, "protest", ONSET, "max", lambda n: 10.0 + 15.0 * min(1.0, n / 0.01), _protest)


def _protest(teller: Teller, issue: str, wave: pd.DataFrame) -> str:
    first, last = int(wave["week"].iloc[0]), int(wave["week"].iloc[-1])
    side, cause = _cause(wave, "protest")
    people = persons(teller, wave["protest"].max())
    if first == last:
        told = f"**Week {first}: {people} march {cause}** on {words.plain(issue)}."
    else:
        told = (
            f"**Weeks {first} to {last}: people march {cause}** on {words.plain(issue)}, {people} in the largest week."
        )
    return told + _called_by(teller, issue, side, "street", first, last)


def _cause(wave: pd.DataFrame, act: str) -> tuple[str, str]:
    if wave[f"{act}_for"].sum() >= wave[f"{act}_against"].sum():
        return "for", "for reform"
    return "against", "against reform"


def _called_by(teller: Teller, issue: str, side: str, kind: str, first: int, last: int) -> str:
    """Who called people to an act, why by that tactic, and what followed."""
    kinds = {name: tactic.pressure for name, tactic in teller.scenario.tactic.items()}
    rows = teller.campaigns
    mine = (rows["issue"] == issue) & (rows["side"] == side) & (rows["tactic"].map(kinds) == kind)
    mine &= (rows["week"] >= first - 2) & (rows["week"] <= last)
    effort = rows[mine].groupby(["organisation", "tactic"], sort=False)["effort"].sum()
    followed = _followed(teller, issue, side, kind, first, last)
    if effort.empty:
        return f" No organisation had called them.{followed}"
    name, tactic = _largest(effort)
    others = effort.index.get_level_values("organisation").nunique() - 1
    more = f" and {words.count(others, 'other organisation')}" if others else ""
    called = f" {words.capital(words.name(name))}{more} had called them by {_tactic(teller, tactic)}."
    return called + _why(teller, name, tactic, issue, last) + followed


def _followed(teller: Teller, issue: str, side: str, kind: str, first: int, last: int) -> str:
    """Coverage and the government's answers in a wave's weeks. Petitions are never met with force."""
    events = within(teller.events[(teller.events["issue"] == issue)], first, last)
    covered = int(((events["event"] == "covered") & (events["detail"] == kind)).sum())
    media = f"media reported it {words.times(covered)}" if covered else "media did not report it"
    answers = events[events["side"] == side]["event"].value_counts()
    given = [name for name in answers.index if name in ANSWERED and not (name == "repress" and kind == "petition")]
    did = words.joined([f"{ANSWERED[name]} {words.times(int(answers[name]))}" for name in given[:2]])
    return f" Then {media}; the government {did or 'gave no answer'}."


def _petitions(teller: Teller) -> list[Point]:
    return _told_waves(teller, "petition", 0.0, "sum", lambda n: 8.0 + 12.0 * min(1.0, n / 0.1), _petition)


def _petition(teller: Teller, issue: str, wave: pd.DataFrame) -> str:
    first, last = int(wave["week"].iloc[0]), int(wave["week"].iloc[-1])
    side, cause = _cause(wave, "petition")
    people = persons(teller, wave["petition"].sum())
    told = f"**Weeks {first} to {last}: {people} sign petitions {cause}** on {words.plain(issue)}."
    return told + _called_by(teller, issue, side, "petition", first, last)


def _hashtags(teller: Teller) -> list[Point]:
    """Hashtags of one source on one issue are told together."""
    points = []
    for together in _runs(_happened(teller, "hashtag"), lambda row: (row.issue, row.side, row.organisation), 10**6):
        courses = [_carried(teller, row) for row in together]
        peak = max(float(course.max()) for course in courses)
        if peak >= WORTH_TELLING["hashtag"]:
            tell = partial(_hashtag, teller, together, peak, max(map(len, courses)))
            points.append(Point(together[0].week, 8.0 + 10.0 * min(1.0, peak / 0.1) + min(len(together), 10), tell))
    return points


def _carried(teller: Teller, row: Any) -> pd.Series[float]:
    """The share of those online who carry a hashtag, in the weeks in which anybody does."""
    weeks = teller.weeks[(teller.weeks["issue"] == row.issue) & (teller.weeks["week"] >= row.week)]
    carried: pd.Series[float] = weeks[f"hashtag_{row.side}"]
    return carried[(carried > 0.0).cummin()]


def _hashtag(teller: Teller, together: Sequence[Any], peak: float, longest: int) -> str:
    row = together[0]
    what = "a hashtag" if len(together) == 1 else words.count(len(together), "hashtag")
    of = f"of {words.name(row.organisation)}" if row.organisation else "that citizens started"
    cause = "for reform" if row.side == "for" else "against reform"
    spread = f"{'spreads' if len(together) == 1 else 'spread'}** on {words.plain(row.issue)}"
    told = f"**{_when(together)}: {what} {of} {cause} {spread}; at most {words.share(peak)} of those online carry "
    gone = "it, gone" if len(together) == 1 else "one, gone at the latest"
    told += f"{gone} after {words.count(longest, 'week')}."
    return told + (_why(teller, row.organisation, row.tactic, row.issue, row.week) if row.organisation else "")


def _news(teller: Teller) -> list[Point]:
    """The two largest shocks of news: chance, of which campaigns make something or not."""
    rows = sorted(_happened(teller, "news"), key=lambda row: -row.size)[:2]
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
    for row in _happened(teller, "local_step"):
        first.setdefault(row.organisation, row)
    return [Point(row.week, 20.0, partial(_local_step, row)) for row in first.values()]


def _local_step(row: Any) -> str:
    who = words.capital(words.name(row.organisation) or "a district")
    return f"**Week {row.week}: {who} changes local policy** on {words.plain(row.issue)}, by {words.signed(row.size)}."


TERMS = {
    "goals": "shared goals",
    "opponent": "a strong other side",
    "trust": "trust",
    "expertise": "skills that complete each other",
    "salience": "public attention",
    "enlist": "good evidence",
}
AGAINST_ALLYING = {"niche": "rivalry for one niche", "culture": "unlike cultures"}
QUARRELS = {"culture_clash": "ways of working", "priority_clash": "priorities", "strategy_clash": "strategy"}


def allied(teller: Teller) -> list[str]:
    """How many alliances there were, and the life of the one with most weeks of membership."""
    spells, table = memberships(teller.record), teller.record.alliances
    own = table[table["polity"] == teller.home]
    if own.empty:
        return []
    weeks = (spells["last"] - spells["first"] + 1)[spells["polity"] == teller.home].groupby(spells["alliance"]).sum()
    row = max(rows_of(own), key=lambda one: float(weeks.get(one.alliance, 0.0)))
    given, ended = int(own["alliance"].isin(list(teller.polity.alliance)).sum()), len(own) - int(own["alive"].sum())
    stood = f"{words.count(given, 'alliance')} stood from the start, {words.number(len(own) - given)} came about later"
    came = stood if given else f"{words.count(len(own), 'alliance')} came about"
    return [words.sentence(f"{came} and {words.number(ended)} ended"), _alliance(teller, row)]


def _alliance(teller: Teller, row: Any) -> str:
    """Who allied and why, what they planned first, what befell them, and why it ended."""
    names = row.members.split("+")
    side = "for reform" if row.side == "for" else "against reform"
    given = teller.polity.alliance.get(row.alliance)
    first = sum(len(members_of(teller.polity, group)) for group in given.members) if given else 2
    began = "from the start" if given else f"from week {row.week_formed}"
    signed = " with a memorandum" if given and given.memorandum else ""
    founders = words.joined(words.name(name) for name in names[:first])
    joined = f", later with {words.count(len(names) - first, 'other')}" if len(names) > first else ""
    own = teller.events[teller.events["alliance"] == row.alliance]
    stood = f"{founders} stood together {side} on {words.plain(row.issue)}{signed}"
    return f"The weightiest: {began}, {stood}{joined}{_drawn(row)}." + _first_plan(own) + _fate(own, row, bool(signed))


def _drawn(row: Any) -> str:
    """The two largest terms of the founder's logit, and what spoke most against it."""
    by = {term: getattr(row, f"by_{term}") for term in (*TERMS, *AGAINST_ALLYING)}
    drew = sorted((term for term in TERMS if by[term] > 0.0), key=lambda term: -by[term])[:2]
    least = min(AGAINST_ALLYING, key=lambda term: by[term])
    kept = f", in spite of {AGAINST_ALLYING[least]} ({words.signed(by[least])})" if by[least] < -0.1 else ""
    reasons = words.joined([f"{TERMS[term]} ({words.signed(by[term])})" for term in drew])
    return f", drawn by {reasons}{kept}" if drew else ""


def _first_plan(own: pd.DataFrame) -> str:
    weeks = own.loc[own["event"] == "plan", "week"]
    if weeks.empty:
        return ""
    roles = rows_of(own[(own["event"] == "campaign") & (own["week"] == weeks.iloc[0])])
    parts = [f"{words.plain(role.tactic)} by {words.name(role.organisation)}" for role in roles]
    return f" Their first plan: {words.joined(parts)}." if parts else ""


def _fate(own: pd.DataFrame, row: Any, told_signed: bool) -> str:
    counts = own["event"].value_counts(sort=False)
    quarrels = {QUARRELS[kind]: int(counts[kind]) for kind in QUARRELS if kind in counts.index}
    fell = f"fell out {words.times(sum(quarrels.values()))} (over {words.joined(quarrels)})" if quarrels else ""
    signed = "signed a memorandum" if row.memorandum and not told_signed else ""
    helped = "helped each other out of trouble" if "support" in counts.index else ""
    scandal = "lived through a scandal" if "scandal" in counts.index else ""
    told = [part for part in (signed, fell, helped, scandal) if part]
    lived = f" They {words.joined(told)}." if told else ""
    over = f" It ended in week {row.week_ended}: {REASONS.get(row.reason, words.plain(row.reason))}."
    return lived + ("" if row.alive else over)


# ---------------------------------------------------------------- what is known of them


def rows_of(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples())


def _happened(teller: Teller, event: str) -> list[Any]:
    return rows_of(teller.events[teller.events["event"] == event])


def within(table: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    return table[table["week"].between(first, last)]


def _tactic(teller: Teller, tactic: str) -> str:
    """A tactic's name, with its meaning when it is first told of."""
    meaning = markdown(teller.scenario.tactic[tactic].meaning) if tactic in teller.scenario.tactic else ""
    if not meaning or tactic in teller.explained:
        return f"*{words.plain(tactic)}*"
    teller.explained.add(tactic)
    return f"*{words.plain(tactic)}* ({meaning})"


def crowds(teller: Teller) -> str:
    """What weeks of protest are counted by, told once: fewer march in many other weeks."""
    if "crowds" in teller.explained:
        return "crowds"
    teller.explained.add("crowds")
    return f"crowds (more than 1 in {1 / ONSET:,.0f} citizens)"


def persons(teller: Teller, share: float) -> str:
    number = round(float(share) * teller.polity.citizens)
    return f"{number:,} {'person' if number == 1 else 'people'}"
