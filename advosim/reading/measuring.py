"""What came of a run, and what it cost whom: tables of one record, for the story of a run and for users.

`outcomes` and `costs` are rows of model.md's register, as `collaboration` in the file of that name; what organisations
contributed takes many runs and stands in `experiment.contribution`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.groups import organisations
from advosim.world.columns import CITIZENS, POSITION, Column, code, count, number, position, share, week
from advosim.world.found import Positions, names, positions

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run
    from advosim.scenario.load import Scenario

YEAR = 52
ACTS = ("petition", "protest", "boycott")

_POLITY, _ISSUE = code("polity", "polity", "names of polities"), code("issue", "issue", "names of issues")
COLUMNS: dict[str, tuple[Column, ...]] = {
    "outcomes": (
        _POLITY,
        _ISSUE,
        position("policy_start", "policy before week 1"),
        position("policy_end", "policy after the last week"),
        *(
            each
            for side, end in (("for", "1"), ("against", "-1"))
            for each in (
                position(f"demand_{side}", f"mean position by priority of those {side} reform; {end} without any"),
                number(f"distance_{side}_start", "distance of policy to it before week 1", POSITION, 0.0, 2.0),
                number(f"distance_{side}_end", "distance of policy to it at the end", POSITION, 0.0, 2.0),
            )
        ),
        count("reforms", "steps of policy, of a size other than 0", "steps"),
        week("first_reform", "week of the first step, 0 for none"),
        share("support_start", "citizens who want more reform than policy, in the first week", CITIZENS),
        share("support_end", "citizens who want more reform than policy, in the last week", CITIZENS),
        share("salience", "share of mind that the issue has, mean over weeks", "share of mind"),
        share("agenda", "share of attention that the issue has, mean over weeks", "share of attention"),
        number("agenda_rank", "rank among the issues by attention, 1 for most, mean over weeks", "rank", 1.0, None),
        position("practice_start", "mean position that firms practise, by market share, at the start; 0 without firms"),
        position("practice_end", "the same at the end"),
        count("concessions", "firms that gave in to a boycott", "firms"),
        count("agreements", "agreements at tables", "agreements"),
        number("taken_up", "policy moved by agreements at tables, in either direction", POSITION, 0.0, None),
    ),
    "costs": (
        _POLITY,
        code("of", "who bears it", "polity, organisation, public"),
        code("name", "its name", "names of polities, organisations, publics"),
        code("measure", "what is measured: closures, campaigns, running, repressed_weeks, arrests, exposure, closed, "
             "participation, participation_ratio", "names of measures"),
        number("value", "how much", "see `unit`", 0.0, None),
        code("unit", "its unit", "words"),
    ),
}  # fmt: skip


def outcomes(record: Run) -> pd.DataFrame:
    """One row per polity and issue: where policy, opinion, agenda and firms began and ended.

    `demand_for`, `demand_against`: mean position of the organisations on a side, by priority (the end of the scale
    where nobody is); `distance_...`: of policy to it; `reforms`: steps of policy; `first_reform`: week of the first, 0
    for none; `agenda_rank`: mean over weeks, 1 for the issue that most attend to; `practice`: firms' mean position by
    market share, 0 without firms; `taken_up`: positions that policy moved by agreements at tables.
    """
    import pandas as pd

    start, known = positions(record.scenario, record.seed), names(record.scenario)
    ranks = record.weeks.assign(
        rank=record.weeks.groupby(["polity", "week"])["agenda"].rank(ascending=False, method="average")
    )
    rows = []
    for (polity, issue), weeks in ranks.groupby(["polity", "issue"], sort=False):
        events = _of(record.events, polity, issue)
        p, m = known.polities.index(str(polity)), known.issues.index(str(issue))
        rows.append({"polity": polity, "issue": issue, **_outcome(record.scenario, start, p, m, weeks, events)})
    return pd.DataFrame(rows)


def _of(table: pd.DataFrame, polity: Any, issue: Any) -> pd.DataFrame:
    rows: pd.DataFrame = table[(table["polity"] == polity) & (table["issue"] == issue)]
    return rows


def _outcome(
    scenario: Scenario, start: Positions, p: int, m: int, weeks: pd.DataFrame, events: pd.DataFrame
) -> dict[str, Any]:
    first, last = weeks.iloc[0], weeks.iloc[-1]
    before, after = float(start.policy[p, m]), float(last["policy"])
    own = {"policy_start": before, "policy_end": after}
    for side, demand in zip(("for", "against"), _demands(scenario, start, p, m), strict=True):
        own |= {
            f"demand_{side}": demand,
            f"distance_{side}_start": abs(before - demand),
            f"distance_{side}_end": abs(after - demand),
        }
    steps, agreed = steps_in(events), events[events["event"] == "agreement"]
    return {
        **own,
        "reforms": len(steps),
        "first_reform": int(steps["week"].min()) if len(steps) else 0,
        "support_start": float(first["support"]),
        "support_end": float(last["support"]),
        "salience": float(weeks["salience"].mean()),
        "agenda": float(weeks["agenda"].mean()),
        "agenda_rank": float(weeks["rank"].mean()),
        "practice_start": _practice(scenario, start, p, m, events.iloc[:0]),
        "practice_end": _practice(scenario, start, p, m, events),
        "concessions": int((events["event"] == "concession").sum()),
        "agreements": len(agreed),
        "taken_up": float(steps.loc[steps["detail"] == "table", "size"].abs().sum()),
    }


def steps_in(events: pd.DataFrame) -> pd.DataFrame:
    """Decisions that moved policy: one that leaves it where it is has size 0 and is no step."""
    rows: pd.DataFrame = events[(events["event"] == "step") & (events["size"] != 0.0)]
    return rows


def _here(scenario: Scenario, p: int) -> NDArray[np.int64]:
    """Rows of the organisations of a polity."""
    homes = [home for home, _ in names(scenario).organisations]
    return np.flatnonzero(np.array(homes, dtype=object) == list(scenario.polity)[p])


def _demands(scenario: Scenario, start: Positions, p: int, m: int) -> tuple[float, float]:
    rows = _here(scenario, p)
    wanted, weights = start.stances[rows, m], start.priorities[rows, m]
    found = []
    for end, mine in ((1.0, wanted > start.policy[p, m]), (-1.0, wanted < start.policy[p, m])):
        weight = weights[mine].sum()
        found.append(float((wanted[mine] * weights[mine]).sum() / weight) if weight > 0 else end)
    return found[0], found[1]


def _practice(scenario: Scenario, start: Positions, p: int, m: int, events: pd.DataFrame) -> float:
    """Firms start out doing what they stand for; a concession moves a firm by the boycott's step."""
    home = list(scenario.polity.values())[p]
    firms = [(row, name, own) for row, (name, own) in zip(_here(scenario, p), organisations(home), strict=True)]
    firms = [(row, name, own) for row, name, own in firms if own.kind == "firm"]
    given_in = events[events["event"] == "concession"].set_index("organisation")["side"]
    total = sum(own.market_share for _, _, own in firms)
    practice = 0.0
    for row, name, own in firms:
        way = {"for": 1.0, "against": -1.0}[given_in[name]] if name in given_in.index else 0.0
        does = np.clip(start.stances[row, m] + way * scenario.mechanism.boycott.step, -1.0, 1.0)
        practice += float(does) * own.market_share / total if total > 0 else 0.0
    return practice


def reforms(record: Run) -> pd.DataFrame:
    """One row per step of policy: when and where, policy before and after, size, the side that it goes to, route."""
    import pandas as pd

    steps = steps_in(record.events)
    after = record.weeks.set_index(["polity", "issue", "week"])["policy"]
    rows = []
    for step in list[Any](steps.itertuples()):
        ends = float(after[step.polity, step.issue, step.week])
        rows.append(
            {
                "week": step.week,
                "year": (step.week - 1) // YEAR + 1,
                "polity": step.polity,
                "issue": step.issue,
                "before": ends - step.size,
                "after": ends,
                "size": step.size,
                "side": "for" if step.size > 0 else "against",
                "route": step.detail,
            }
        )
    return pd.DataFrame(rows, columns=["week", "year", "polity", "issue", "before", "after", "size", "side", "route"])


def costs(record: Run) -> pd.DataFrame:
    """What advocacy cost, one row per polity, bearer and measure: `polity, of, name, measure, value, unit`.

    `of` is polity, organisation or public. `arrests`: citizens who marched in weeks that were met with repression;
    `exposure`: citizens who marched, times the repression in force. Both are shares of citizens summed over weeks, so
    that who marched twice counts twice. `participation`: acts per member of a public; `participation_ratio`: beside all
    citizens' mean, below 1 for those who were left out.
    """
    import pandas as pd

    rows: list[tuple[str, str, str, str, float, str]] = []
    for name, home in record.scenario.polity.items():
        shares = {public: row.share for public, row in home.public.items()}
        rows += _of_polity(record, name)
        rows += _of_organisations(record, name)
        rows += _of_publics(record, name, shares)
    return pd.DataFrame(rows, columns=["polity", "of", "name", "measure", "value", "unit"])


Row = tuple[str, str, str, str, float, str]
CITIZENS, BUDGETS = "share of citizens, summed over weeks", "weekly campaign budgets"


def _of_polity(record: Run, home: str) -> list[Row]:
    weeks = record.weeks[record.weeks["polity"] == home]
    own = record.organisations[record.organisations["polity"] == home]
    repressed = weeks[weeks["response"].str.contains("repress")]
    closed = record.events[(record.events["polity"] == home) & (record.events["event"] == "closure")]
    values = (
        ("closures", len(closed), "organisations"),
        ("campaigns", own["campaign_cost"].sum(), BUDGETS),
        ("running", own["running_cost"].sum(), BUDGETS),
        ("repressed_weeks", repressed["week"].nunique(), "weeks"),
        ("arrests", repressed["protest"].sum(), CITIZENS),
        ("exposure", (weeks["protest"] * weeks["repression"]).sum(), CITIZENS),
    )
    return [(home, "polity", home, name, float(value), unit) for name, value, unit in values]


def _of_organisations(record: Run, home: str) -> list[Row]:
    own = record.organisations[record.organisations["polity"] == home]
    events = record.events[(record.events["polity"] == home) & (record.events["event"] == "closure")]
    closed = events.set_index("organisation")["week"]
    rows: list[Row] = []
    for name, weeks in own.groupby("organisation", sort=False):
        spent = float(weeks["campaign_cost"].sum())
        rows.append((home, "organisation", str(name), "campaigns", spent, BUDGETS))
        week = float(closed[name]) if name in closed.index else 0.0
        rows.append((home, "organisation", str(name), "closed", week, "week, 0 if open to the end"))
    return rows


def _of_publics(record: Run, home: str, shares: dict[str, float]) -> list[Row]:
    weeks = record.publics[record.publics["polity"] == home]
    acts = weeks[list(ACTS)].sum(axis=1).groupby(weeks["public"], sort=False).sum()
    total = sum(shares.values())
    mean = sum(float(acts[public]) * share / total for public, share in shares.items() if public in acts.index)
    rows: list[Row] = []
    for public, own in acts.items():
        ratio = float(own) / mean if mean > 0 else 1.0
        rows.append((home, "public", str(public), "participation", float(own), "acts per member"))
        rows.append((home, "public", str(public), "participation_ratio", ratio, "beside the citizens' mean"))
    return rows
