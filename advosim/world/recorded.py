"""The record: what a run leaves behind, week by week and at the end of what ends.

Every column is declared with its meaning, unit, range and the mechanism or phase that fills it. `advosim.record` makes
tables of them, in which codes are names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from numpy.typing import NDArray

from advosim.scenario.schema import MOST_ISSUES
from advosim.world.codes import TERMS
from advosim.world.columns import (
    BUDGETS,
    CITIZENS,
    LOGIT,
    MEMBERS,
    ORGANISATIONS,
    PERSONS,
    POSITION,
    PRESSURE,
    Column,
    code,
    count,
    number,
    position,
    record_type,
    share,
    switch,
    week,
)

SIDES_ = "for, against"

WEEK_COLUMNS = (
    position("policy", "policy in force when the week ends", "decision"),
    share(
        "support", "citizens who want more reform than policy, as asked before the week's decision", CITIZENS, "count"
    ),
    share("salience", "share of mind that an issue has, mean over citizens", "share of mind", "count"),
    share("aware", "citizens who know of the issue", CITIZENS, "count"),
    share("talking", "citizens who talk about it", CITIZENS, "count"),
    share("expressed", "citizens who show in public that they want more reform", CITIZENS, "count"),
    share("silenced", "citizens who would talk but for fear", CITIZENS, "count"),
    share("petition_for", "citizens who sign for the reform this week", CITIZENS, "count"),
    share("petition_against", "citizens who sign against it this week", CITIZENS, "count"),
    share("protest_for", "citizens who protest for the reform this week", CITIZENS, "count"),
    share("protest_against", "citizens who protest against it this week", CITIZENS, "count"),
    share("boycott_for", "citizens who boycott a firm for the reform this week", CITIZENS, "count"),
    share("boycott_against", "citizens who boycott a firm against it this week", CITIZENS, "count"),
    share("hashtag_for", "citizens online who carry a hashtag for the reform", "share of those online", "hashtag"),
    share("hashtag_against", "citizens online who carry one against it", "share of those online", "hashtag"),
    share("buy_in", "calm after an agreement at a table, which lowers friction", by="stakeholder_table"),
    number(
        "taken_up",
        "policy moved so far by agreements at tables, toward the reform and away from it alike",
        POSITION,
        0.0,
        None,
        "stakeholder_table",
    ),
    switch("violent", "whether any protest was violent", "violence"),
    share("repression", "the setting in force", "setting", "reforms"),
    code(
        "answers", "the government's answers", "repress, accommodate, consult, deny, joined by +; or none", "response"
    ),
    Column("consulting", "sides with which a consultation runs", "sides", 0, 2, by="response", type="i8"),
    number(
        "lobby_success",
        "insider contacts that succeed, for the reform minus against it",
        "share of contacts",
        -1.0,
        1.0,
        "lobbying",
    ),
    number(
        "pressure", "store of pressure before the decision, above 0 toward the reform", PRESSURE, None, None, "pressure"
    ),
    number("friction", "pressure that policy withstands", PRESSURE, 0.0, None, "friction"),
    share("agenda", "share of all attention that the issue has", "share of attention", "attention"),
    number("attention", "attention to the issue, as a log weight", "log weight", 0.0, 5.0, "attention"),
    count("alliances", "alliances on the issue that are alive", "alliances", "alliance_formation"),
    count("alliance_members", "organisations in them, each counted once", ORGANISATIONS, "alliance_formation"),
    share("trust", "mean trust of allied pairs, 0 without any", "trust", "trust"),
    number("funds", "means of the polity's open organisations", BUDGETS, 0.0, None, "funds"),
    count("closures", "organisations of the polity that closed this week", ORGANISATIONS, "funds"),
    count("coverage", "acts that media covered", "acts", "coverage"),
    position("attitude", "mean attitude of citizens", "count"),
    number("attitude_sd", "standard deviation of attitudes", POSITION, 0.0, 1.0, "count"),
    share("efficacy_for", "belief of citizens for the reform that acting helps", "belief", "evaluation"),
    share("efficacy_against", "belief of citizens against it that acting helps", "belief", "evaluation"),
    number("grievance", "grievance over injustice, mean over citizens of the polity", "motive", 0.0, None, "backfire"),
    share("legitimacy", "trust in the polity's government", "trust", "evaluation"),
    number(
        "gallagher",
        "disproportionality of the polity's parliament (Gallagher 1991), 0 without one",
        "index",
        0.0,
        100.0,
        "elections",
    ),
    share(
        "backing", "share of votes of the parties that govern, 0 without a parliament", "share of votes", "elections"
    ),
    share("shaming_for", "shaming from abroad for the reform", by="boomerang"),
    share("shaming_against", "shaming from abroad against it", by="boomerang"),
    share("presence_for", "presence at home of organisations for the reform", by="boomerang"),
    share("presence_against", "presence at home of organisations against it", by="boomerang"),
    share("third_states_for", "how strongly third states speak up for the reform", by="third_states"),
    share("third_states_against", "how strongly third states speak up against it", by="third_states"),
    number(
        "abroad", "pressure from abroad this week, for the reform minus against it", PRESSURE, None, None, "boomerang"
    ),
)
WEEK = record_type(WEEK_COLUMNS)

VIEW_COLUMNS = (
    share("support", "members who want more reform than policy", MEMBERS, "count"),
    share("aware", "members who know of the issue", MEMBERS, "count"),
    share("salience", "share of mind that the issue has, mean over members", "share of mind", "count"),
    share("signed", "members who sign this week, for either side", MEMBERS, "count"),
    share("marched", "members who protest this week, on either side", MEMBERS, "count"),
    share("boycotted", "members who boycott a firm this week, on either side", MEMBERS, "count"),
)
"""Those of `rows.VIEW`."""

PARTY_WEEK_COLUMNS = (
    switch("counted", "whether votes were counted this week", "elections"),
    count("votes", "votes at the last election", PERSONS, "elections"),
    count("seats", "seats in parliament", "seats", "elections"),
    switch("in_government", "whether it governs", "elections"),
    share("polled", "share of votes in the last poll", "share of votes", "elections"),
    replace(position("position", "position on the issue", "elections"), shape=(MOST_ISSUES,)),
)
PARTY_WEEK = record_type(PARTY_WEEK_COLUMNS)

ORGANISATION_WEEK_COLUMNS = (
    number("funds", "means at the end of the week", BUDGETS, 0.0, None, "funds"),
    number("dues", "dues of members this week", BUDGETS, 0.0, None, "funds"),
    number("gifts", "gifts this week", BUDGETS, 0.0, None, "funds"),
    number("grants", "grants received this week", BUDGETS, 0.0, None, "grants"),
    number("running_cost", "spent this week on staff, offices, ties and seats", BUDGETS, 0.0, None, "funds"),
    number("campaign_cost", "spent this week on campaigns, own and joint", BUDGETS, 0.0, None, "channels"),
    count("members", "members", PERSONS, "membership"),
    code("issue", "issue of its campaign", "names of issues; empty without a campaign", "tactic_choice"),
    code("tactic", "tactic of its campaign", "names of tactics; empty without a campaign", "tactic_choice"),
    code("frame", "frame of its campaign", "names of frames; empty without a campaign", "framing"),
    code("side", "side of its campaign", "for, against; empty without a campaign", "tactic_choice"),
    number("effort", "effort of its campaign this week", BUDGETS, 0.0, None, "channels"),
    share("social_media", "share of that effort that goes online", "share of effort", "channels"),
    share("credibility_officials", "credibility with officials", "credibility", "credibility"),
    share("credibility_media", "credibility with media", "credibility", "credibility"),
    share("credibility_public", "credibility with the public", "credibility", "credibility"),
    share("reputation", "reputation of a firm, 0 for others", "reputation", "boycott"),
    position("stance", "position, mean over issues by its priorities", "grants"),
    number(
        "support",
        "means received from allies in trouble, less means given to them, this week",
        BUDGETS,
        None,
        None,
        "solidarity",
    ),
    count("ties", "organisations that it has a tie with", ORGANISATIONS, "ties"),
    code("alliance", "alliance for which it campaigns", "names of alliances; empty for none", "joint_plan"),
    switch("closed", "whether it has closed", "funds"),
    count("partners", "open organisations abroad that it is tied to and agrees with", ORGANISATIONS, "partners"),
    share("blocked", "how far its way at home is blocked", by="blockade"),
    switch("exiled", "whether it is sheltered abroad", "shelter"),
)
ORGANISATION_WEEK = record_type(ORGANISATION_WEEK_COLUMNS)

CAMPAIGN_WEEK_COLUMNS = tuple(
    replace(column, type="i4") if column.type == "i8" else column
    for column in (
        code("organisation", "who runs it", "names of organisations", "tactic_choice"),
        code(
            "alliance",
            "alliance in whose plan it has a part",
            "names of alliances; empty for what one does alone",
            "joint_plan",
        ),
        code("issue", "issue", "names of issues", "tactic_choice"),
        code("tactic", "tactic", "names of tactics", "tactic_choice"),
        code("frame", "frame in which it speaks", "names of frames", "framing"),
        code("audience", "public that it aims at", "names of publics; empty for all alike", "framing"),
        code("side", "side that it takes", SIDES_, "tactic_choice"),
        Column(
            "district",
            "district of a local campaign",
            names="number of the district, -1 for none",
            by="tactic_choice",
            type="i8",
        ),
        number("effort", "effort this week", BUDGETS, 0.0, None, "channels"),
        number(
            "spent",
            "what members paid for it this week; what a firm has for talks is apart",
            BUDGETS,
            0.0,
            None,
            "channels",
        ),
        share("reached", "citizens expected to hear it this week", CITIZENS, "channels"),
    )
)
CAMPAIGN_WEEK = record_type(CAMPAIGN_WEEK_COLUMNS)

BODY_WEEK_COLUMNS = (
    position("policy", "the body's own policy", "appeals"),
    share("agenda", "how far the issue is on its agenda", by="appeals"),
    number("cases", "adopted cases on the issue, each counted by how fresh it is", "cases", 0.0, None, "appeals"),
)
BODY_WEEK = record_type(BODY_WEEK_COLUMNS)

ALLIANCE_WEEK_COLUMNS = (
    code("number", "the alliance", "names of alliances", "alliance_formation"),
    count("members", "members", ORGANISATIONS, "alliance_formation"),
    share("trust", "mean trust of pairs of members", "trust", "trust"),
    share("reciprocity", "the lesser over the greater trust of two, mean over pairs", by="power"),
    share("cohesion", "unity", by="internal_communication"),
    share("satisfaction", "satisfaction, mean over members", by="satisfaction"),
    share("survey", "the members' last self-survey, with its errors", by="satisfaction"),
    share("diversity", "chance that two members are of different kinds", by="power"),
    share("evenness", "how evenly say is spread, 1 for equals", by="power"),
    share("represented", "share of the stakes in the issue that members speak for", "share of stakes", "inclusion"),
    number("pooled", "common means this week", BUDGETS, 0.0, None, "pooling"),
    position("line", "common position", "power"),
    code("aim", "aim of its last joint plan", "persuade, mobilise, inside; empty before the first", "joint_plan"),
    position("aimed", "policy that its last joint plan aims for", "joint_plan"),
    share("believed_support", "support for its side, as it read the publics", CITIZENS, "joint_plan"),
    share("believed_salience", "their salience, as it read it", "share of mind", "joint_plan"),
    position("believed_ideal", "what the government wants, as it read it", "joint_plan"),
)
ALLIANCE_WEEK = record_type(ALLIANCE_WEEK_COLUMNS)

BOND_COLUMNS = (
    replace(share("trust", "trust of the organisation in its partner", "trust", "trust"), type="f4"),
    switch("tied", "whether they have a tie", "ties"),
)
BOND = record_type(BOND_COLUMNS)

ALLIANCE_LIFE_COLUMNS = (
    code("polity", "polity", "names of polities", "alliance_formation"),
    code("issue", "issue", "names of issues", "alliance_formation"),
    code("side", "side", SIDES_, "alliance_formation"),
    code("founder", "who made the first offer", "names of organisations", "alliance_formation"),
    code("partner", "who accepted it", "names of organisations", "alliance_formation"),
    week("week_formed", "week in which it was founded; 0 where the scenario declares it", "alliance_formation"),
    week("week_ended", "week in which it ended; the last week of the run while it lives", "alliance_exit"),
    code("lead", "the member with most say, at the end or last", "names of organisations", "power"),
    count("most_members", "most members that it had at a time", ORGANISATIONS, "alliance_formation"),
    switch("formal", "whether it signed a memorandum", "alliance_formation"),
    code("ending", "why it ended", "reasons; empty while it lives", "alliance_exit"),
    replace(
        number("terms", "founder's readiness by TERM", LOGIT, None, None, "alliance_formation"), shape=(len(TERMS),)
    ),
    replace(
        number("partner_terms", "partner's readiness by TERM", LOGIT, None, None, "alliance_formation"),
        shape=(len(TERMS),),
    ),
)
"""Recorded: `week_ended` is -1 while it lives, and terms stand in the order of TERMS."""
ALLIANCE_LIFE = record_type(ALLIANCE_LIFE_COLUMNS)

CONSENT_COLUMNS = (
    week("week", "week", "alliance_formation"),
    code("alliance", "the alliance", "names of alliances", "alliance_formation"),
    switch("founding", "whether it founded the alliance; else one more joined it", "alliance_formation"),
    code("host", "who made the offer", "names of organisations", "alliance_formation"),
    code("guest", "to whom", "names of organisations", "alliance_formation"),
    replace(number("terms", "readiness by TERM", LOGIT, None, None, "alliance_formation"), shape=(2, len(TERMS))),
    replace(number("logit", "readiness with which it consented", LOGIT, None, None, "alliance_formation"), shape=(2,)),
)
"""Recorded: the host's and the guest's terms, in the order of TERMS."""
CONSENT = record_type(CONSENT_COLUMNS)

EVENT_COLUMNS = (
    week("week", "week", "all"),
    code("polity", "polity", "names of polities; empty for none", "all"),
    code("issue", "issue", "names of issues; empty for none", "all"),
    code("organisation", "who did it, or to whom it happened", "names of organisations; empty for none", "all"),
    code("event", "what happened", "names of events", "all"),
    code("tactic", "tactic of the campaign", "names of tactics; empty for none", "tactic_choice"),
    code("route", "detail", "see `detail` of the table of events", "all"),
    code("side", "side", "for, against; empty for none", "all"),
    number(
        "size",
        "size of a shock, an act (share of citizens) or a step (position); share of seats (elections) or of "
        "votes (governments)",
        "by event",
        None,
        None,
        "all",
    ),
    number(
        "value",
        "choice of a tactic: its learned value; joint plans: the policy aimed for",
        "pressure per budget, or position",
        None,
        None,
        "tactic_choice",
    ),
    share("match", "choice of a tactic: expertise met", by="tactic_choice"),
    share("odds", "choice of a tactic: its share of what all at hand promised", by="tactic_choice"),
    Column(
        "experiment",
        "choice of a tactic: chosen in doubt, though another one promised more",
        names="true or false",
        by="tactic_choice",
        type="i8",
    ),
    code("alliance", "alliance", "names of alliances; empty for none", "all"),
    code("partner", "the other of two", "names of organisations; empty for none", "all"),
    code("reason", "why a member left or an alliance ended", "reasons; empty for none", "alliance_exit"),
)
"""Recorded: `route` is a place in ROUTES (steps), PRESSURES (what was covered) or AIMS (joint plans); row of parties
(elections); who governs, a bit for each party of the polity (governments); row of bodies (appeals), frame (borrowed).
"""
EVENT = record_type(EVENT_COLUMNS)

ENDED_COLUMNS = (
    code("polity", "polity", "names of polities", "ballots"),
    code("issue", "issue", "names of issues", "ballots"),
    code("kind", "what was asked for", "initiative, referendum, recall", "ballots"),
    code("side", "side that asked for it", SIDES_, "ballots"),
    code("organisation", "who launched it", "names of organisations; empty for none", "launches"),
    week("launched", "week in which it began", "launches"),
    week("week", "week in which it ended", "ballots"),
    code("fate", "how it ended", "failed, withdrawn, rejected, accepted, quorum missed", "ballots"),
    share("signatures", "citizens who signed", CITIZENS, "count"),
    share("needed", "citizens whose signature was needed at the end", CITIZENS, "settings"),
    switch("voted", "whether it came to a vote", "ballots"),
    share("yes", "votes for what was asked for; 0 without a vote", "share of votes", "ballots"),
    share("turnout", "citizens who voted", CITIZENS, "ballots"),
    share("quorum", "turnout that was needed", CITIZENS, "settings"),
    position("draft", "policy that was asked for; the policy in force for a recall", "ballots"),
    position("counter", "the legislature's counter-proposal; the draft where there was none", "ballots"),
    position("before", "policy before the vote", "ballots"),
    position("after", "policy that the vote leaves", "ballots"),
)
ENDED = record_type(ENDED_COLUMNS)


class Founding(NamedTuple):
    """Week 0 of the tables by week: the world as it is founded, before anything happens."""

    weeks: NDArray[Any]
    """(polities, issues) of WEEK."""
    organisations: NDArray[Any]
    """(organisations,) of ORGANISATION_WEEK."""
    publics: NDArray[Any]
    """(publics, issues) of VIEW."""


class Recorded(NamedTuple):
    """What the record phase fills."""

    weeks: NDArray[Any]
    """(weeks, polities, issues) of WEEK, from week 1."""
    organisations: NDArray[Any]
    """(weeks, organisations) of ORGANISATION_WEEK."""
    events: NDArray[Any]
    """(most events + 1,) of EVENT; clock.events of them are filled, and the last row is scrap paper."""
    publics: NDArray[Any]
    """(weeks, publics, issues) of VIEW."""
    parties: NDArray[Any]
    """(weeks, parties) of PARTY_WEEK."""
    alliance_weeks: NDArray[Any]
    """(weeks, alliances) of ALLIANCE_WEEK."""
    alliances: NDArray[Any]
    """(most alliances,) of ALLIANCE_LIFE in the order of founding; clock.alliances of them are filled."""
    bodies: NDArray[Any]
    """(weeks, bodies, issues) of BODY_WEEK."""
    bonds: NDArray[Any]
    """(quarters, o, o) of BOND: weeks 1, 14, 27 ..."""
    ballots: NDArray[Any]
    """(most ballots,) of ENDED; clock.ballots of them are filled."""
    campaigns: NDArray[Any]
    """(weeks, campaigns) of CAMPAIGN_WEEK."""
    consents: NDArray[Any]
    """(most consents,) of CONSENT; clock.consents of them are filled."""
    founding: Founding
