"""What advocacy cost whom, and steps of policy: tables of one record, for the story of a run and for users.

Outcomes stand in `outcomes`; what organisations contributed takes many runs and stands in `experiment.contribution`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from advosim.reading.outcomes import outcomes as outcomes  # where it was once
from advosim.world.columns import Column, code, number

if TYPE_CHECKING:
    import pandas as pd

    from advosim.reading.tables import Run

YEAR = 52
ACTS = ("petition", "protest", "boycott")

COLUMNS: dict[str, tuple[Column, ...]] = {
    "costs": (
        code("polity", "polity", "names of polities"),
        code("of", "who bears it", "polity, organisation, public"),
        code("name", "its name", "names of polities, organisations, publics"),
        code("measure", "what is measured: closures, campaigns, running, repressed_weeks, arrests, exposure, closed, "
             "participation, participation_ratio", "names of measures"),
        number("value", "how much", "see `unit`", 0.0, None),
        code("unit", "its unit", "words"),
    ),
}  # fmt: skip


def steps_in(events: pd.DataFrame) -> pd.DataFrame:
    """Decisions that moved policy: one that leaves it where it is has size 0 and is no step."""
    rows: pd.DataFrame = events[(events["event"] == "step") & (events["size"] != 0.0)]
    return rows


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
