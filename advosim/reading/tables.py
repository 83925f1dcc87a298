"""What is read of a run: its tables with the meaning of their columns, and what it was a run of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from advosim.replaced import Trace
from advosim.world.codes import TERMS
from advosim.world.columns import CITIZENS, Column, code, share, switch, week
from advosim.world.recorded import (
    ALLIANCE_LIFE_COLUMNS,
    ALLIANCE_WEEK_COLUMNS,
    BODY_WEEK_COLUMNS,
    BOND_COLUMNS,
    CAMPAIGN_WEEK_COLUMNS,
    CONSENT_COLUMNS,
    ENDED_COLUMNS,
    EVENT_COLUMNS,
    ORGANISATION_WEEK_COLUMNS,
    PARTY_WEEK_COLUMNS,
    VIEW_COLUMNS,
    WEEK_COLUMNS,
    Recorded,
)

if TYPE_CHECKING:
    import pandas as pd

    from advosim.scenario.load import Scenario
    from advosim.world.names import Names
    from advosim.world.positions import Positions


class Run(Protocol):
    """What figures, stories, measures and results read of a run. `advosim.record.Record` is one."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def seed(self) -> int: ...
    @property
    def replaced(self) -> tuple[Trace, ...]: ...
    @property
    def recorded(self) -> Recorded: ...
    @property
    def names(self) -> Names: ...
    @property
    def start(self) -> Positions: ...
    @property
    def weeks(self) -> pd.DataFrame: ...
    @property
    def organisations(self) -> pd.DataFrame: ...
    @property
    def campaigns(self) -> pd.DataFrame: ...
    @property
    def publics(self) -> pd.DataFrame: ...
    @property
    def alliances(self) -> pd.DataFrame: ...
    @property
    def alliance_weeks(self) -> pd.DataFrame: ...
    @property
    def bonds(self) -> pd.DataFrame: ...
    @property
    def elections(self) -> pd.DataFrame: ...
    @property
    def ballots(self) -> pd.DataFrame: ...
    @property
    def bodies(self) -> pd.DataFrame: ...
    @property
    def events(self) -> pd.DataFrame: ...
    @property
    def seconds(self) -> Mapping[str, float]: ...
    @property
    def left_out(self) -> Sequence[str]: ...
    @property
    def lost(self) -> int: ...


# ---------------------------------------------------------------- columns

_WEEK = week("week", "week; 0 is the founding, before anything happened", "turn")
_POLITY = code("polity", "polity", "names of polities", "founding")
_ISSUE = code("issue", "issue", "names of issues", "founding")
_ORGANISATION = code("organisation", "organisation", "names of organisations", "founding")
_VENUE = code(
    "venue",
    "venue of its tactic",
    "home, municipal, regional, international, third_states; empty without",
    "tactic_choice",
)


def _of(columns: Sequence[Column], *names: str, **renamed: str) -> tuple[Column, ...]:
    """Some of the recorded columns (by default all) in the order of `names`; renamed: by their recorded names."""
    known = {column.name: column for column in columns}
    return tuple(replace(known[name], name=renamed.get(name, name)) for name in names or known)


def _terms(column: str, start: str) -> tuple[Column, ...]:
    """A recorded row of terms as a column for each."""
    recorded = {each.name: each for each in (*ALLIANCE_LIFE_COLUMNS, *CONSENT_COLUMNS)}[column]
    return tuple(
        replace(recorded, name=f"{start}{term}", meaning=recorded.meaning.replace("TERM", term), shape=())
        for term in TERMS
    )


def _sum(act: str, does: str) -> Column:
    return share(act, f"citizens who {does} this week, on either side", CITIZENS, "count")


_WEEK_SUMS = {
    "petition": _sum("petition", "sign"),
    "boycott": _sum("boycott", "boycott a firm"),
    "protest": _sum("protest", "protest"),
    "response": replace(next(each for each in WEEK_COLUMNS if each.name == "answers"), name="response"),
}
"""Columns of `weeks` that are made of recorded ones."""
_LEADING = (
    "policy", "support", "salience", "aware", "expressed", "petition", "boycott", "protest", "repression", "response",
    "pressure", "alliances", "alliance_members", "trust", "funds", "closures", "coverage",
)  # fmt: skip
_WEEKS = {each.name: each for each in WEEK_COLUMNS if each.name != "answers"} | _WEEK_SUMS

TABLES: dict[str, tuple[Column, ...]] = {
    "weeks": (
        _WEEK,
        _POLITY,
        _ISSUE,
        *(_WEEKS[name] for name in _LEADING),
        *(column for name, column in _WEEKS.items() if name not in _LEADING),
    ),
    "organisations": (
        _WEEK,
        _POLITY,
        _ORGANISATION,
        code("kind", "kind of organisation", "names of kinds", "founding"),
        *ORGANISATION_WEEK_COLUMNS,
        _VENUE,
    ),
    "campaigns": (
        _WEEK,
        _POLITY,
        *_of(CAMPAIGN_WEEK_COLUMNS, "organisation", "issue", "side", "tactic", "frame", "audience", "alliance"),
        _VENUE,
        *_of(CAMPAIGN_WEEK_COLUMNS, "effort", "spent", "reached"),
    ),
    "publics": (
        _WEEK,
        _POLITY,
        code("public", "public", "names of publics", "founding"),
        _ISSUE,
        *_of(VIEW_COLUMNS, signed="petition", marched="protest", boycotted="boycott"),
    ),
    "bodies": (
        _WEEK,
        code("body", "body", "names of bodies", "founding"),
        code("level", "its level", "regional, international", "founding"),
        _ISSUE,
        *BODY_WEEK_COLUMNS,
    ),
    "alliances": (
        code(
            "alliance",
            "alliance: as the scenario calls it, else founder, issue and week",
            "names of alliances",
            "alliance_formation",
        ),
        *_of(ALLIANCE_LIFE_COLUMNS, "polity", "issue", "side", "week_formed", "week_ended"),
        switch("alive", "whether it lives when the run ends", "alliance_exit"),
        code(
            "members",
            "all that ever belonged to it, in the order of joining",
            "names of organisations, those abroad as POLITY.NAME, joined by +",
            "alliance_formation",
        ),
        code(
            "polities",
            "where these live, first the polity that it is about",
            "names of polities, joined by +",
            "across_borders",
        ),
        *_of(
            ALLIANCE_LIFE_COLUMNS,
            "most_members",
            "founder",
            "lead",
            "formal",
            "ending",
            formal="memorandum",
            ending="reason",
        ),
        *_terms("terms", "by_"),
        *_terms("partner_terms", "partner_by_"),
    ),
    "consents": (
        *_of(CONSENT_COLUMNS, "week", "alliance", "founding"),
        switch("host", "whether this row is of who made the offer", "alliance_formation"),
        _ORGANISATION,
        code("partner", "the other of the two", "names of organisations", "alliance_formation"),
        replace(next(each for each in CONSENT_COLUMNS if each.name == "logit"), shape=()),
        *_terms("terms", "by_"),
    ),
    "alliance_weeks": (
        _WEEK,
        _POLITY,
        _ISSUE,
        *_of(ALLIANCE_WEEK_COLUMNS, "number", number="alliance"),
        *ALLIANCE_WEEK_COLUMNS[1:],
    ),
    "bonds": (
        _WEEK,
        _POLITY,
        _ORGANISATION,
        code("partner_polity", "polity of the other", "names of polities", "founding"),
        code("partner", "the other", "names of organisations", "founding"),
        *BOND_COLUMNS,
    ),
    "events": (
        *_of(EVENT_COLUMNS, "week", "polity", "issue", "organisation", "event", "tactic", "side", "size"),
        code(
            "detail",
            "a step's or an agreement's route, what was covered, what a reform set, the party that won, those "
            "that govern, why a member left or an alliance ended, what a joint plan aims at, which body was asked or "
            "left, which frame was taken, how a ballot ended",
            "words, by event; empty for none",
            "all",
        ),
        *_of(EVENT_COLUMNS, "value", "match", "odds", "experiment", "alliance", "partner"),
    ),
    "elections": (
        _WEEK,
        _POLITY,
        code("party", "party", "names of parties", "founding"),
        *_of(PARTY_WEEK_COLUMNS, "votes", "seats", "in_government"),
        share("vote_share", "its share of all votes", "share of votes", "elections"),
        share("seat_share", "its share of all seats", "share of seats", "elections"),
        share("turnout", "citizens who voted", CITIZENS, "elections"),
        *_of(WEEK_COLUMNS, "gallagher"),
    ),
    "parties": (
        _WEEK,
        _POLITY,
        code("party", "party", "names of parties", "founding"),
        _ISSUE,
        *_of(PARTY_WEEK_COLUMNS, "position", "seats", "in_government", "polled"),
    ),
    "ballots": (
        *_of(
            ENDED_COLUMNS,
            "week",
            "polity",
            "issue",
            "kind",
            "side",
            "organisation",
            "launched",
            "fate",
            "signatures",
            "needed",
            "voted",
            "yes",
            "turnout",
            "quorum",
            "draft",
            "counter",
            "before",
            "after",
        ),
        switch("quorum_met", "whether turnout reached the quorum", "ballots"),
        switch("accepted", "whether it was accepted", "ballots"),
    ),
}
"""The columns of every table of a run, in their order."""


def names_of(table: str) -> list[str]:
    """The names of a table's columns."""
    return [column.name for column in TABLES[table]]


def lived(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table by week without those of the founding, for what is summed or averaged over weeks."""
    rows: pd.DataFrame = table[table["week"] > 0]
    return rows
