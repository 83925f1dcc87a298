"""Who worked together, how well, and how their conflicts ended: tables of one record.

`collaboration` is a row of model.md's register, beside `outcomes` and `costs` in `measuring`. Two organisations are
allied while they have seats in a common alliance.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.reading.founded import stands
from advosim.world.codes import CLASHES
from advosim.world.columns import ORGANISATIONS, POSITION, WEEKS, Column, code, count, number, share, switch
from advosim.world.names import names
from advosim.world.recorded import ALLIANCE_WEEK_COLUMNS

if TYPE_CHECKING:
    import networkx
    import pandas as pd

    from advosim.reading.tables import Run

YEAR = 52
SETTLED = 13
"""Weeks after a conflict in which a member that leaves may leave for it."""
ALL = "all issues"
OF_ALLIANCES = ("trust", "reciprocity", "cohesion", "satisfaction", "survey", "diversity", "evenness", "represented")
OF_WEEKS = ("density", "centralisation", "size", *OF_ALLIANCES, "shared_goals", "distance_to_line")
OVERCOME, EXIT, DISSOLVED, UNSETTLED = "overcome", "exit", "dissolved", "unsettled"
ENDINGS = (OVERCOME, EXIT, DISSOLVED, UNSETTLED)
REASONS = {
    "closed": "a member closed",
    "goal_reached": "policy is where a member wants it",
    "culture_clash": "clash of cultures",
    "priority_clash": "clash of priorities",
    "strategy_clash": "clash over strategy",
    "distrust": "distrust of partners",
    "distrusted": "a member was not trusted",
    "outvoted": "a member was outvoted",
    "unfair_sharing": "credit shared unfairly",
    "no_results": "no results",
    "too_many": "too many members",
    "drifted_apart": "drifted apart",
    "partners_left": "partners left",
    "gave_in": "a member gave in",
}
"""Why members leave and alliances end, in words."""


# ---------------------------------------------------------------- columns

_POLITY, _ISSUE = (
    code("polity", "polity", "names of polities"),
    code("issue", "issue", "names of issues, or all issues"),
)
_STATES = {
    "density": share("density", "share of pairs of open organisations that are allied", "share of pairs"),
    "centralisation": share(
        "centralisation", "degree centralisation of the network of allies (Freeman 1979): 1 for a star, 0 for equals"
    ),
    "size": number("size", "members of an alliance", ORGANISATIONS, 0.0, None),
    **{each.name: each for each in ALLIANCE_WEEK_COLUMNS if each.name in OF_ALLIANCES},
    "shared_goals": share(
        "shared_goals", "goal overlap of pairs of members, (1 - distance / 2) x shared priorities, as at the start"
    ),
    "distance_to_line": number("distance_to_line", "distance of members to the common line", POSITION, 0.0, 2.0),
}
"""What is measured week by week; of alliances the mean over those alive."""
COLUMNS: tuple[Column, ...] = (
    _POLITY,
    _ISSUE,
    count("alliances", "alliances that ever lived", "alliances"),
    count("alive", "alliances alive at the end", "alliances"),
    number("allying", "pairs that ally in a year, of those open and not allied", "per pair and year", 0.0, None),
    number(
        "life", "median life of alliances (Kaplan & Meier 1958; who lives on at the end is censored)", WEEKS, 0.0, None
    ),
    switch("life_reached", "whether half had ended; else `life` is the longest known"),
    share("memoranda", "share of alliances that signed a memorandum", "share of alliances"),
    *(
        replace(_STATES[name], meaning=f"{_STATES[name].meaning}; mean over {over}", by="")
        for name in OF_WEEKS
        for over in ("all weeks" if name == "density" else "weeks with alliances, 0 without",)
    ),
    count("conflicts", "conflicts within alliances", "conflicts"),
    *(count(f"{kind}es", f"conflicts that were a {kind.replace('_', ' ')}", "conflicts") for kind in CLASHES),
    count(OVERCOME, "conflicts after which nobody left for it within 13 weeks", "conflicts"),
    count(EXIT, "conflicts for which one of the two left", "conflicts"),
    count(DISSOLVED, "conflicts for which the alliance ended", "conflicts"),
    count(UNSETTLED, "conflicts of which the run, or the end of the alliance, hides the ending", "conflicts"),
    share("mediated", "share of the damage of conflicts that mediation spared", "share of damage"),
)


# ---------------------------------------------------------------- the whole run


def collaboration(record: Run) -> pd.DataFrame:
    """One row per polity and issue, and one for all issues of a polity: how organisations worked together.

    `alliances` that ever lived, `alive` at the end; `allying`: pairs that ally, of those not allied, in a year; `life`:
    median weeks by Kaplan and Meier, those alive at the end being censored (`life_reached`: whether half had ended;
    else `life` is the longest known); `memoranda`: share that signed one. `density` is a mean over all weeks, what
    follows it one over the weeks with alliances (0 without). Conflicts are counted by kind and by ending.
    """
    import pandas as pd

    weeks, fights = collaboration_weeks(record), conflicts(record)
    rows = []
    for (polity, issue), course in weeks.groupby(["polity", "issue"], sort=False):
        lives, fought = (_of(table, str(polity), str(issue)) for table in (record.alliances, fights))
        life, reached = life_median(lives["week_ended"] - lives["week_formed"], ~lives["alive"].astype(bool))
        rows.append(
            {
                "polity": polity,
                "issue": issue,
                "alliances": len(lives),
                "alive": int(lives["alive"].sum()),
                "allying": _rate(course),
                "life": life,
                "life_reached": reached,
                "memoranda": float(lives["memorandum"].mean()) if len(lives) else 0.0,
                **_means(course),
                "conflicts": len(fought),
                **{f"{kind}es": int((fought["kind"] == kind).sum()) for kind in CLASHES},
                **{ending: int((fought["ended"] == ending).sum()) for ending in ENDINGS},
                "mediated": float(fought["mediated"].mean()) if len(fought) else 0.0,
            }
        )
    return pd.DataFrame(rows)


def _of(table: pd.DataFrame, polity: str, issue: str) -> pd.DataFrame:
    rows: pd.DataFrame = table[(table["polity"] == polity) & ((issue == ALL) | (table["issue"] == issue))]
    return rows


def _rate(course: pd.DataFrame) -> float:
    """New allied pairs per pair that was not allied and year."""
    apart = float(course["apart"].sum())
    return YEAR * float(course["newly_allied"].sum()) / apart if apart > 0 else 0.0


def _means(course: pd.DataFrame) -> dict[str, float]:
    allied = course[course["alliances"] > 0]
    over = {name: course if name == "density" else allied for name in OF_WEEKS}
    return {name: float(rows[name].mean()) if len(rows) else 0.0 for name, rows in over.items()}


def life_median(lives: Any, ended: Any) -> tuple[float, bool]:
    """The median life in weeks by Kaplan & Meier (1958), and whether it was reached.

    ended: False for lives of which only the beginning is known. Where more than half outlive all that is known: the
    longest life, and False. Without lives: 0, False.
    """
    times, over = np.asarray(lives, float), np.asarray(ended, bool)
    left = 1.0
    for time in np.unique(times[over]):
        left *= 1.0 - (over & (times == time)).sum() / (times >= time).sum()
        if left <= 0.5:
            return float(time), True
    return float(times.max(initial=0.0)), False


# ---------------------------------------------------------------- week by week


def collaboration_weeks(record: Run) -> pd.DataFrame:
    """One row per week, polity and issue (and all issues): the network of allies and the state of alliances.

    `members`: organisations of the polity in alliances, each counted once; `density`: share of pairs of its open
    organisations that are allied; `newly_allied` pairs, pairs `apart`; `centralisation`: Freeman's (1979), by degree,
    1 for a star; `size`: mean members, also those abroad. What alliances are is a mean over those alive: see
    `Record.alliance_weeks`; `shared_goals`: mean goal overlap of pairs of members, as `alliance_formation` has it;
    `distance_to_line`: mean distance of members' positions to the common line, positions as at the start of the run. 0
    without alliances.
    """
    import pandas as pd

    spells, parts = memberships(record), []
    for home in record.scenario.polity:
        place = _Place(record, home, spells[spells["polity"] == home])
        issues = list(record.scenario.issue)
        parts += [_course(place, issue) for issue in ([*issues, ALL] if len(issues) > 1 else issues)]
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class _Place:
    """A polity with its spells of membership."""

    record: Run
    home: str
    spells: pd.DataFrame

    @cached_property
    def last(self) -> int:
        return int(self.record.weeks["week"].max())

    @cached_property
    def closing(self) -> dict[str, int]:
        """By organisation the week in which it closed, one after the last where it did not."""
        own = self.record.organisations[self.record.organisations["polity"] == self.home]
        closed = own[own["closed"].astype(bool)].groupby("organisation")["week"].min()
        return {str(name): int(closed.get(name, self.last + 1)) for name in own["organisation"].unique()}

    @cached_property
    def states(self) -> pd.DataFrame:
        """One row per week and alliance, with shared goals and distance to the line."""
        own: pd.DataFrame = self.record.alliance_weeks[self.record.alliance_weeks["polity"] == self.home]
        return _with_goals(self, own)


def _course(place: _Place, issue: str) -> pd.DataFrame:
    import pandas as pd

    spells = place.spells if issue == ALL else place.spells[place.spells["issue"] == issue]
    at_home = spells[~spells["organisation"].str.contains(".", regex=False)]
    rows = list[Any](at_home[["alliance", "organisation", "first", "last"]].itertuples(index=False))
    before: set[frozenset[str]] = set()
    parts = []
    for first, last in _spans(rows, place):
        graph = network([row for row in rows if row.first <= first <= row.last], _open(place, first))
        allied = {frozenset(pair) for pair in graph.edges}
        pairs = len(graph) * (len(graph) - 1) // 2
        members = sum(1 for _, degree in graph.degree if degree > 0)
        new = len(allied - before) if first > 1 else 0
        state = (members, density(graph), centralisation(graph), pairs - len(allied))
        parts += [(week, *state, new if week == first else 0) for week in range(first, last + 1)]
        before = allied
    course = pd.DataFrame(
        parts, columns=["week", "members", "density", "centralisation", "apart", "newly_allied"]
    ).set_index("week")
    states = place.states if issue == ALL else place.states[place.states["issue"] == issue]
    means = states.groupby("week")[[*OF_ALLIANCES, "members", "shared_goals", "distance_to_line"]].mean()
    course["alliances"] = states.groupby("week").size()
    course = course.join(means.rename(columns={"members": "size"})).fillna(0.0)
    course["alliances"] = course["alliances"].astype(int)
    order = ["alliances", "members", *OF_WEEKS, "newly_allied", "apart"]
    course = course[order].reset_index()
    course.insert(1, "polity", place.home)
    course.insert(2, "issue", issue)
    return course


def _spans(spells: Sequence[Any], place: _Place) -> Iterator[tuple[int, int]]:
    """First and last weeks between which nobody came, left or closed."""
    changes = {1, *(row.first for row in spells), *(row.last + 1 for row in spells), *place.closing.values()}
    starts = sorted(week for week in changes if week <= place.last)
    return zip(starts, [*(start - 1 for start in starts[1:]), place.last], strict=True)


def _open(place: _Place, week: int) -> list[str]:
    return [name for name, closed in place.closing.items() if week < closed]


def network(spells: Sequence[Any], organisations: Sequence[str]) -> networkx.Graph:
    """Organisations, with an edge between allies. spells: rows with `alliance` and `organisation` of one moment."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(organisations)
    groups: dict[str, list[str]] = {}
    for row in spells:
        groups.setdefault(row.alliance, []).append(row.organisation)
    for members in groups.values():
        graph.add_edges_from(itertools.combinations(members, 2))
    return graph


def density(graph: networkx.Graph) -> float:
    """Share of pairs with an edge."""
    import networkx as nx

    return float(nx.density(graph)) if len(graph) > 1 else 0.0


def centralisation(graph: networkx.Graph) -> float:
    """Freeman's (1979) degree centralisation: sum(max degree - degree)/((n - 1)(n - 2)); 1 for a star, 0 for equals."""
    degrees = [degree for _, degree in graph.degree]
    n = len(degrees)
    return float(sum(max(degrees) - degree for degree in degrees) / ((n - 1) * (n - 2))) if n > 2 else 0.0


# ---------------------------------------------------------------- goals


def _with_goals(place: _Place, weeks: pd.DataFrame) -> pd.DataFrame:
    """Rows of alliances' weeks with `shared_goals` and `distance_to_line`."""
    if weeks.empty:
        return weeks.assign(shared_goals=0.0, distance_to_line=0.0)
    known, start = names(place.record.scenario), stands(place.record)
    row = {name if home == place.home else f"{home}.{name}": o for o, (home, name) in enumerate(known.organisations)}
    of_alliance = {name: list[Any](own.itertuples()) for name, own in place.spells.groupby("alliance")}
    shared, distances = [], []
    told: dict[tuple[int, ...], float] = {}
    for week in list[Any](weeks.itertuples()):
        members = [row[s.organisation] for s in of_alliance[week.alliance] if s.first <= week.week <= s.last]
        m = known.issues.index(week.issue)
        key = (m, *members)
        if key not in told:
            told[key] = goal_overlap(start.stances[members, m], start.priorities[members])
        shared.append(told[key])
        distances.append(float(np.abs(start.stances[members, m] - week.line).mean()) if members else 0.0)
    return weeks.assign(shared_goals=shared, distance_to_line=distances)


def goal_overlap(stances: NDArray[np.float64], priorities: NDArray[np.float64]) -> float:
    """Mean over pairs of (1 - distance of positions / 2) x shared priorities, 0..1; 0 without a pair.

    stances: (members,); priorities: (members, issues).
    """
    pairs = [
        (1.0 - abs(stances[i] - stances[j]) / 2.0) * np.minimum(priorities[i], priorities[j]).sum()
        for i, j in itertools.combinations(range(len(stances)), 2)
    ]
    return float(np.mean(pairs)) if pairs else 0.0


# ---------------------------------------------------------------- who belonged where, and how conflicts ended


def memberships(record: Run) -> pd.DataFrame:
    """One row per alliance and member, and once more for who came back: first and last week, and why it left.

    `reason` is empty for those that belong to it at the end of the run.
    """
    import pandas as pd

    end = int(record.weeks["week"].max())
    log = record.events[record.events["event"].isin(["alliance", "joined", "left"])]
    told = {key: list[Any](rows.itertuples()) for key, rows in log.groupby(["polity", "alliance"], sort=False)}
    rows = []
    for one in list[Any](record.alliances.itertuples()):
        events = told.get((one.polity, one.alliance), [])
        here = {name: max(1, one.week_formed) for name in _founders(one, events)}
        head = (one.polity, one.issue, one.side, one.alliance)
        for event in events:
            if event.event == "joined":
                here[event.organisation] = event.week
            elif event.event == "left":
                rows.append((*head, event.organisation, here.pop(event.organisation), event.week - 1, event.detail))
        rows += [(*head, name, first, end, "") for name, first in here.items()]
    columns = ["polity", "issue", "side", "alliance", "organisation", "first", "last", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _founders(alliance: Any, events: Sequence[Any]) -> list[str]:
    """Members from the beginning: all but those that join later."""
    firsts: dict[str, str] = {}
    for event in events:
        firsts.setdefault(event.organisation, event.event)
    return [name for name in alliance.members.split("+") if firsts.get(name) != "joined"]


def conflicts(record: Run) -> pd.DataFrame:
    """One row per conflict: who fell out over what, the damage, the share of it that mediation spared, how it ended.

    `ended`: `dissolved` where the alliance ended for it within a quarter, `exit` where one of the two left for it,
    `overcome` where nobody did; `unsettled` where the run or, for another reason, the alliance ended before.
    """
    import pandas as pd

    end, log = int(record.weeks["week"].max()), record.events
    endings = list[Any](log[log["event"].isin(["left", "dissolved"])].itertuples())
    rows = []
    for clash in list[Any](log[log["event"].isin(CLASHES)].itertuples()):
        after = [
            event
            for event in endings
            if (event.polity, event.alliance) == (clash.polity, clash.alliance)
            and clash.week <= event.week < clash.week + SETTLED
        ]
        rows.append(
            {
                "week": clash.week,
                "polity": clash.polity,
                "issue": clash.issue,
                "alliance": clash.alliance,
                "organisation": clash.organisation,
                "partner": clash.partner,
                "kind": clash.event,
                "damage": clash.size,
                "mediated": _mediated(record, clash),
                "ended": _ended(clash, after, end),
            }
        )
    columns = ["week", "polity", "issue", "alliance", "organisation", "partner", "kind", "damage", "mediated", "ended"]
    return pd.DataFrame(rows, columns=columns)


def _mediated(record: Run, clash: Any) -> float:
    """The share of damage that mediation spared, by what the clash would have done without it."""
    full = getattr(record.scenario.reformed(clash.week).mechanism, clash.event).damage
    return float(1.0 - clash.size / full) if full > 0 else 0.0


def _ended(clash: Any, after: Sequence[Any], end: int) -> str:
    over = [event for event in after if event.event == "dissolved"]
    if any(event.detail == clash.event for event in over):
        return DISSOLVED
    two = (clash.organisation, clash.partner)
    if any(event.event == "left" and event.detail == clash.event and event.organisation in two for event in after):
        return EXIT
    return UNSETTLED if over or clash.week + SETTLED - 1 > end else OVERCOME
