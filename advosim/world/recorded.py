"""The record: what a run leaves behind, week by week and at the end of what ends.

Beside every field stand its range, unit and meaning.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from advosim.scenario.schema import MOST_ISSUES
from advosim.world.codes import TERMS
from advosim.world.rows import table

WEEK = table(
    ("policy", "f8", "-1..1"),
    ("support", "f8", "0..1"),
    ("salience", "f8", "0..1"),
    ("aware", "f8", "0..1"),
    ("talking", "f8", "0..1"),
    ("expressed", "f8", "0..1"),
    ("silenced", "f8", "0..1"),
    ("petition_for", "f8", "0..1"),
    ("petition_against", "f8", "0..1"),
    ("protest_for", "f8", "0..1"),
    ("protest_against", "f8", "0..1"),
    ("boycott_for", "f8", "0..1"),
    ("boycott_against", "f8", "0..1"),
    ("hashtag_for", "f8", "0..1, of those online"),
    ("hashtag_against", "f8", "0..1, of those online"),
    ("buy_in", "f8", "0..1"),
    ("taken_up", "f8", "position, input taken up at tables so far"),
    ("violent", "?", "whether any protest was violent"),
    ("repression", "f8", "0..1, setting in force"),
    ("answers", "i8", "sum of REPRESS, ACCOMMODATE, CONSULT, DENY"),
    ("consulting", "i8", "sides consulted"),
    ("lobby_success", "f8", "-1..1, for minus against"),
    ("pressure", "f8", "store, before policy moved"),
    ("friction", "f8", "> 0"),
    ("agenda", "f8", "0..1"),
    ("attention", "f8", "0..5"),
    ("alliances", "i8", "alive on the issue"),
    ("alliance_members", "i8", "organisations in them"),
    ("trust", "f8", "0..1, mean over allied pairs, 0 without"),
    ("funds", "f8", ">= 0, of the polity's open organisations"),
    ("closures", "i8", "organisations that closed this week"),
    ("coverage", "i8", "acts covered"),
    ("attitude", "f8", "-1..1"),
    ("attitude_sd", "f8", ">= 0"),
    ("efficacy_for", "f8", "0..1"),
    ("efficacy_against", "f8", "0..1"),
    ("grievance", "f8", ">= 0"),
    ("legitimacy", "f8", "0..1"),
    ("gallagher", "f8", "0..100, disproportionality of the parliament; 0 without one"),
    ("backing", "f8", "0..1, share of votes of the parties that govern; 0 without a parliament"),
    ("shaming_for", "f8", "0..1, from abroad"),
    ("shaming_against", "f8", "0..1, from abroad"),
    ("presence_for", "f8", "0..1"),
    ("presence_against", "f8", "0..1"),
    ("third_states_for", "f8", "0..1"),
    ("third_states_against", "f8", "0..1"),
    ("abroad", "f8", "pressure from abroad this week, for minus against"),
)

PARTY_WEEK = table(
    ("counted", "?", "whether votes were counted this week"),
    ("votes", "i8", "persons, at the last election"),
    ("seats", "i8", "in parliament"),
    ("in_government", "?", "whether it governs"),
    ("polled", "f8", "0..1, share of votes in the last poll"),
    ("position", "f8", (MOST_ISSUES,), "-1..1"),
)

ORGANISATION_WEEK = table(
    ("funds", "f8", ">= 0"),
    ("dues", "f8", ">= 0"),
    ("gifts", "f8", ">= 0"),
    ("grants", "f8", ">= 0"),
    ("running_cost", "f8", ">= 0"),
    ("campaign_cost", "f8", ">= 0"),
    ("members", "i8", "persons"),
    ("issue", "i8", "of its campaign, -1 without"),
    ("tactic", "i8", "of its campaign, -1 without"),
    ("frame", "i8", "of its campaign, -1 without"),
    ("side", "i8", "of its campaign, -1 without"),
    ("effort", "f8", ">= 0"),
    ("social_media", "f8", "0..1, share of its effort that goes online"),
    ("credibility_officials", "f8", "0..1"),
    ("credibility_media", "f8", "0..1"),
    ("credibility_public", "f8", "0..1"),
    ("reputation", "f8", "0..1, firms; else 0"),
    ("stance", "f8", "-1..1, position weighted by priorities"),
    ("support", "f8", "means from allies minus means given to them"),
    ("ties", "i8", "organisations"),
    ("alliance", "i8", "number of the alliance for which it campaigns, -1 for none"),
    ("closed", "?", ""),
    ("partners", "i8", "open organisations abroad that it is tied to"),
    ("blocked", "f8", "0..1, how far its way at home is blocked"),
    ("exiled", "?", "whether it is sheltered abroad"),
)

CAMPAIGN_WEEK = table(
    ("organisation", "i4", "row of organisations"),
    ("alliance", "i4", "number of the alliance in whose plan it has a part, -1 for none"),
    ("issue", "i4", "column of issues"),
    ("tactic", "i4", "row of tactics"),
    ("frame", "i4", "number of the frame"),
    ("audience", "i4", "row of publics, -1 for all alike"),
    ("side", "i4", "FOR or AGAINST"),
    ("district", "i4", "local campaigns: row of districts, -1 for none"),
    ("effort", "f8", ">= 0, reference budgets; 0 where no campaign ran"),
    ("spent", "f8", ">= 0, means this week, reference budgets"),
    ("reached", "f8", "0..1, citizens who heard it (expected)"),
)

BODY_WEEK = table(
    ("policy", "f8", "-1..1"),
    ("agenda", "f8", "0..1"),
    ("cases", "f8", ">= 0, adopted cases on the issue, by their freshness"),
)

ALLIANCE_WEEK = table(
    ("number", "i8", "order of founding, -1: none"),
    ("members", "i8", "organisations"),
    ("trust", "f8", "0..1"),
    ("reciprocity", "f8", "0..1"),
    ("cohesion", "f8", "0..1"),
    ("satisfaction", "f8", "0..1, mean"),
    ("survey", "f8", "0..1"),
    ("diversity", "f8", "0..1"),
    ("evenness", "f8", "0..1"),
    ("represented", "f8", "0..1"),
    ("pooled", "f8", ">= 0"),
    ("line", "f8", "-1..1"),
    ("aim", "i8", "place in AIMS, -1 before the first plan"),
    ("aimed", "f8", "-1..1"),
    ("believed_support", "f8", "0..1"),
    ("believed_salience", "f8", "0..1"),
    ("believed_ideal", "f8", "-1..1"),
)

BOND = table(
    ("trust", "f4", "0..1, of the row in the column"),
    ("tied", "?", "whether they have a tie"),
)

ALLIANCE_LIFE = table(
    ("polity", "i8", "row of polities"),
    ("issue", "i8", "column of issues"),
    ("side", "i8", "FOR or AGAINST"),
    ("founder", "i8", "row of organisations"),
    ("partner", "i8", "row of organisations"),
    ("week_formed", "i8", "0 at the start"),
    ("week_ended", "i8", "-1 while it lives"),
    ("lead", "i8", "row of organisations, at the end or last"),
    ("most_members", "i8", "organisations"),
    ("formal", "?", "whether a memorandum was signed"),
    ("ending", "i8", "place in REASONS, -1 while it lives"),
    ("terms", "f8", (len(TERMS),), "logit, the founder's terms in the order of TERMS"),
    ("partner_terms", "f8", (len(TERMS),), "logit, likewise of the partner"),
)

CONSENT = table(
    ("week", "i8", "from 1"),
    ("alliance", "i8", "its number"),
    ("founding", "?", "whether it founded the alliance; else one more joined it"),
    ("host", "i8", "row of organisations: who made the offer"),
    ("guest", "i8", "row of organisations: to whom"),
    ("terms", "f8", (2, len(TERMS)), "logit, the host's and the guest's terms in the order of TERMS"),
    ("logit", "f8", (2,), "with which each consented"),
)

EVENT = table(
    ("week", "i8", "from 1"),
    ("polity", "i8", "-1 for none"),
    ("issue", "i8", "-1 for none"),
    ("organisation", "i8", "-1 for none"),
    ("event", "i8", "place in EVENTS"),
    ("tactic", "i8", "-1 for none"),
    (
        "route",
        "i8",
        "place in ROUTES (steps), PRESSURES (what was covered) or AIMS (joint plans); row of parties (elections); who "
        "governs, a bit for each party of the polity (governments); row of bodies (appeals), frame (borrowed); -1 for "
        "none",
    ),
    ("side", "i8", "-1 for none"),
    ("size", "f8", "size of a shock, an act or a step; share of seats (elections) or votes (governments)"),
    ("value", "f8", "choice of a tactic: its learned value, gain per budget; joint plans: the policy aimed for"),
    ("match", "f8", "choice of a tactic: expertise met, 0..1"),
    ("odds", "f8", "choice of a tactic: its chance among all, but for experiments"),
    ("experiment", "i8", "choice of a tactic: 1 where it was chosen because nobody had begun it for longest, else 0"),
    ("alliance", "i8", "its number, -1 for none"),
    ("partner", "i8", "row of organisations, -1 for none"),
    ("reason", "i8", "place in REASONS, -1 for none"),
)

ENDED = table(
    ("polity", "i8", "row of polities"),
    ("issue", "i8", "column of issues"),
    ("kind", "i8", "place in POPULAR"),
    ("side", "i8", "FOR or AGAINST: who asked for it"),
    ("organisation", "i8", "row of organisations: who launched it"),
    ("launched", "i8", "week"),
    ("week", "i8", "in which it ended"),
    ("fate", "i8", "place in FATES"),
    ("signatures", "f8", "0..1, citizens who signed"),
    ("needed", "f8", "0..1, citizens whose signature was needed at the end"),
    ("voted", "?", "whether it came to a vote"),
    ("yes", "f8", "0..1, votes for what was asked for; 0 without a vote"),
    ("turnout", "f8", "0..1, citizens who voted"),
    ("quorum", "f8", "0..1, turnout needed"),
    ("draft", "f8", "-1..1; the policy in force for a recall"),
    ("counter", "f8", "-1..1, counter-proposal; the draft where there was none"),
    ("before", "f8", "-1..1, policy before the vote"),
    ("after", "f8", "-1..1, policy that the vote leaves"),
)


class Recorded(NamedTuple):
    """What the record phase fills."""

    weeks: NDArray[Any]
    """(weeks, polities, issues) of WEEK."""
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
