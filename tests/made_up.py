"""A record that no run made: twenty weeks of one issue, by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from advosim import Scenario
from advosim.replaced import Trace


@dataclass(frozen=True)
class MadeUpRecord:
    """Tables as a run leaves them."""

    scenario: Scenario
    seed: int
    weeks: pd.DataFrame
    organisations: pd.DataFrame
    campaigns: pd.DataFrame
    publics: pd.DataFrame
    alliances: pd.DataFrame
    alliance_weeks: pd.DataFrame
    bonds: pd.DataFrame
    elections: pd.DataFrame
    ballots: pd.DataFrame
    events: pd.DataFrame
    seconds: dict[str, float] = field(default_factory=lambda: {"found": 0.1, "compile": 2.0, "weeks": 1.5})
    left_out: tuple[str, ...] = ()
    replaced: tuple[Trace, ...] = ()
    lost: int = 0

    @property
    def names(self) -> Any:
        from advosim.world.found import names

        return names(self.scenario)

    @property
    def start(self) -> Any:
        from advosim.world.found import positions

        return positions(self.scenario, self.seed)

    @property
    def recorded(self) -> Any:
        """The arrays behind `weeks` and `events`; the founding is as the first week."""
        from advosim.world.codes import ANSWERS, EVENTS, ROUTES
        from advosim.world.recorded import EVENT, ORGANISATION_WEEK, WEEK, Founding, Recorded
        from advosim.world.rows import VIEW

        issues = list(self.scenario.issue)
        weeks = np.zeros((int(self.weeks["week"].max()), 1, len(issues)), WEEK)
        for m, issue in enumerate(issues):
            rows = self.weeks[self.weeks["issue"] == issue].sort_values("week")
            for name in set(WEEK.names or ()) & set(rows.columns):
                weeks[name][:, 0, m] = rows[name]
            for bit, answer in enumerate(ANSWERS if "response" in rows else ()):
                weeks["answers"][:, 0, m] += rows["response"].str.contains(answer).to_numpy() << bit
        events = np.full(len(self.events), -1).astype(EVENT)
        for row, told in zip(events, self.events.itertuples(), strict=True):
            row.week, row.polity, row.size, row.event = told.week, 0, told.size, EVENTS.index(told.event)
            row.issue = issues.index(told.issue) if told.issue in issues else -1
            row.route = ROUTES.index(told.detail) if told.detail in ROUTES else -1
        founding = Founding(weeks[0], np.zeros(0, ORGANISATION_WEEK), np.zeros((0, len(issues)), VIEW))
        empty = dict.fromkeys(Recorded._fields, np.zeros(0))
        return Recorded(**empty | {"weeks": weeks, "events": events, "founding": founding})


def made_up() -> MadeUpRecord:
    """Twenty weeks of one issue: a campaign, a protest that is repressed and covered, a step, a closure."""
    scenario = Scenario.model_validate(
        {
            "title": "Made up",
            "question": "Does the table hold?",
            "weeks": 20,
            "issue": {"reform": {"policy": -0.2, "policy_between": 0.0}},
            "reform": [{"week": 10, "set": {"polity.home.governance.repression": 0.9}}],
        }
    )
    alliances = (pd.DataFrame(columns=columns) for columns in (ALLIANCES, ALLIANCE_WEEKS, BONDS))
    ballots = pd.DataFrame(columns=BALLOTS)
    return MadeUpRecord(
        scenario, 7, _weeks(), _organisations(), _campaigns(), _publics(), *alliances, _elections(), ballots, _events()
    )


def _weeks() -> pd.DataFrame:
    n = 20
    week = np.arange(1, n + 1)
    shares = dict.fromkeys(
        ["salience", "aware", "talking", "expressed", "agenda", "silent", "trust", "legitimacy", "violent"], 0.1
    )
    table = pd.DataFrame({"week": week, "polity": "home", "issue": "reform", **shares})
    table["policy"] = np.where(week < 12, -0.2, 0.1)
    table["support"] = np.linspace(0.5, 0.6, n)
    table["petition"] = np.where(week == 3, 0.031, 0.0)
    table["protest"] = np.where(week == 5, 0.004, 0.0)
    for column in ("petition_for", "petition_against", "protest_for", "protest_against"):
        table[column] = table[column.split("_")[0]] / 2
    table["boycott"] = 0.0
    table["repression"] = 0.1
    table["response"] = np.where(week == 5, "repress+accommodate", "none")
    for column in ("pressure", "friction", "attention", "funds", "attitude", "attitude_sd", "grievance"):
        table[column] = 0.4
    for column in ("efficacy_for", "efficacy_against"):
        table[column] = 0.3
    for column in ("alliances", "alliance_members", "closures", "coverage", "consulting"):
        table[column] = 0
    return table


def _organisations() -> pd.DataFrame:
    rows = pd.DataFrame({"week": np.arange(1, 21), "polity": "home", "organisation": "greens", "kind": "ngo"})
    for column in ("funds", "dues", "gifts", "running_cost", "campaign_cost", "effort"):
        rows[column] = 1.0
    return rows.assign(members=10, issue="reform", tactic="petition", frame="justice", side="for", closed=False)


def _campaigns() -> pd.DataFrame:
    rows = _organisations()[["week", "polity", "organisation", "issue", "side", "tactic", "frame", "effort"]]
    return rows.assign(alliance="", audience="", venue="home", spent=1.0, reached=0.02)


def _publics() -> pd.DataFrame:
    rows = pd.DataFrame({"week": np.arange(1, 21), "polity": "home", "public": "everyone", "issue": "reform"})
    acts = _weeks()[["petition", "protest"]]
    return rows.assign(support=0.5, aware=0.1, salience=0.1, **acts, boycott=0.0)


ALLIANCES = [
    "alliance", "polity", "issue", "side", "week_formed", "week_ended", "alive", "members", "most_members", "founder",
    "lead", "memorandum", "reason",
]  # fmt: skip
ALLIANCE_WEEKS = [
    "week", "polity", "issue", "alliance", "members", "trust", "reciprocity", "cohesion", "satisfaction", "survey",
    "diversity", "evenness", "represented", "pooled", "line",
]  # fmt: skip
BONDS = ["week", "polity", "organisation", "partner_polity", "partner", "trust", "tied"]


BALLOTS = ["week", "polity", "issue", "ballot", "voted", "turnout", "yes", "result"]


def _elections() -> pd.DataFrame:
    columns = [
        "week", "polity", "party", "votes", "seats", "in_government", "vote_share", "seat_share", "turnout",
        "gallagher",
    ]  # fmt: skip
    return pd.DataFrame(columns=columns)


def _events() -> pd.DataFrame:
    columns = ["week", "polity", "issue", "organisation", "event", "tactic", "side", "size", "detail"]
    rows = [
        (2, "home", "reform", "", "news", "", "", 1.3, ""),
        (3, "home", "reform", "greens", "campaign", "petition", "for", 0.5, ""),
        (5, "home", "reform", "", "covered", "", "for", 0.004, "street"),
        (5, "home", "reform", "", "repress", "", "for", 0.004, ""),
        (10, "home", "", "", "reform", "", "", 0.0, "polity.home.governance.repression = 0.9"),
        (12, "home", "reform", "", "step", "", "", 0.3, "store"),
        (18, "home", "", "greens", "closure", "", "", 0.0, ""),
    ]
    return pd.DataFrame(rows, columns=columns).assign(alliance="", partner="")
