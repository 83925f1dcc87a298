"""World: everything that changes during a run. Records for the few, columns for citizens.

Beside every field stand its range, unit and meaning. Sides are indices: 0 for the reform (x > y), 1 against it. All few
are double precision; citizens are single precision. A World can be copied, saved and restored at any week.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from advosim.scenario.alliance_rules import BenefitSharing
from advosim.scenario.declare import Mechanism
from advosim.scenario.rules import Mechanisms
from advosim.scenario.schema import (
    MOST_FRAMES,
    MOST_ISSUES,
    MOST_PARTIES,
    Culture,
    Governance,
    Kind,
    Party,
    Route,
    Tactic,
    Venue,
)

FOR, AGAINST = 0, 1
SIDES = 2
CHANNELS = ("face_to_face", "mass_media", "social_media")
FACE_TO_FACE, MASS_MEDIA, SOCIAL_MEDIA = 0, 1, 2
EXPERTISE = ("research", "law", "media", "organising", "digital")
CULTURE = tuple(Culture.model_fields)
AUDIENCES = ("officials", "media", "public")
OFFICIALS, MEDIA, PUBLIC = 0, 1, 2
CALLS = ("none", "sign", "share", "show_up", "buy_not")
CALL_SIGN, CALL_SHARE, CALL_SHOW_UP, CALL_BUY_NOT = 1, 2, 3, 4
PRESSURES = get_args(Route)
INSIDE, PETITION, STREET, BOYCOTT, TABLE, LOCAL, ABROAD = 1, 2, 3, 4, 5, 6, 7
VENUES = get_args(Venue)
THIRD_STATES = 4
KINDS = get_args(Kind)
FOUNDATION, OUTLET, FIRM, AGENCY, MUNICIPALITY = 4, 6, 7, 8, 9
ANSWERS = ("repress", "accommodate", "consult", "deny")
REPRESS, ACCOMMODATE, CONSULT, DENY = 1, 2, 4, 8
ROUTES = ("ballot", "election", "table", "store")
BALLOT, BY_ELECTION, BY_TABLE, STORE = 0, 1, 2, 3
CODED: dict[str, tuple[str, ...]] = {
    name: get_args(Governance.model_fields[name].annotation) for name in ("electoral_system", "list_method")
}
"""Governance settings that are names: a polity's number is the place among them."""
MAJORITY, PROPORTIONAL, MIXED = 0, 1, 2
STRATEGIES = get_args(Party.model_fields["strategy"].annotation)
HUNTER, AGGREGATOR, STICKER = 0, 1, 2
POPULAR = ("initiative", "referendum", "recall")
"""What citizens can collect signatures for, in the order of PRESSURES from its first on."""
INITIATIVE, REFERENDUM, RECALL = 0, 1, 2
FIRST_POPULAR = PRESSURES.index("initiative")
SLOTS = ("initiative for", "initiative against", "referendum", "recall")
"""Ballots that can be open at a time on an issue; the recall, of which a polity has one, stands at its first issue."""
VETO_SLOT, RECALL_SLOT = 2, 3
COLLECTING, VOTING = 1, 2
FATES = ("failed", "withdrawn", "rejected", "accepted", "quorum missed")
FAILED, WITHDRAWN, REJECTED, ACCEPTED, NO_QUORUM = 0, 1, 2, 3, 4
EVENTS = (
    "news", "campaign", "end", "closure", "covered", *ANSWERS, "step", "reform", "hashtag", "concession", "agreement",
    "grant", "local_step", "election", "government", "alliance", "joined", "left", "dissolved", "plan",
    "culture_clash", "priority_clash", "strategy_clash", "memorandum", "platform", "support", "scandal", "endorsement",
    "counter_frame",
    "appeal", "adopted", "refused", "shaming", "offset", "shelter", "borrowed",
    "ballot_launched", "ballot_qualified", "ballot_failed", "ballot_withdrawn", "counter_proposal", "vote", "veto",
    "recall", "deterrence",
)  # fmt: skip
"""What the log tells of; an event's number is its place here. Those of answers and clashes count on from the first."""
NEWS, CAMPAIGN_BEGINS, CAMPAIGN_ENDS, CLOSURE, COVERED, ANSWERED, STEP, REFORM = (
    EVENTS.index(name) for name in ("news", "campaign", "end", "closure", "covered", ANSWERS[0], "step", "reform")
)
HASHTAG, CONCESSION, AGREEMENT, GRANT, LOCAL_STEP, ELECTION, GOVERNMENT, COUNTER_FRAME = (
    EVENTS.index(name)
    for name in (
        "hashtag", "concession", "agreement", "grant", "local_step", "election", "government", "counter_frame",
    )
)  # fmt: skip
ALLIED, JOINED, LEFT, DISSOLVED, PLANNED, CLASHED, MEMORANDUM, PLATFORM, SUPPORT, SCANDAL, ENDORSED = (
    EVENTS.index(name)
    for name in (
        "alliance", "joined", "left", "dissolved", "plan", "culture_clash", "memorandum", "platform", "support",
        "scandal", "endorsement",
    )
)  # fmt: skip
APPEAL, ADOPTED, REFUSED, SHAMING, OFFSET, SHELTER, BORROWED = (
    EVENTS.index(name) for name in ("appeal", "adopted", "refused", "shaming", "offset", "shelter", "borrowed")
)
CLASHES = ("culture_clash", "priority_clash", "strategy_clash")
REASONS = (
    "closed", "goal_reached", *CLASHES, "distrust", "distrusted", "outvoted", "unfair_sharing", "no_results",
    "too_many", "drifted_apart", "partners_left", "gave_in",
)  # fmt: skip
CLOSED, GOAL_REACHED, QUARREL, DISTRUST, DISTRUSTED, OUTVOTED, UNFAIR, NO_RESULTS = 0, 1, 2, 5, 6, 7, 8, 9
TOO_MANY, DRIFTED, PARTNERS_LEFT, GAVE_IN = 10, 11, 12, 13
"""Why members leave and alliances end; a clash's number is QUARREL plus its place in CLASHES."""
TERMS = ("goals", "opponent", "trust", "expertise", "salience", "enlist", "niche", "culture", "size", "message")
"""What decides on an alliance, beside readiness; `message` speaks to whom an offer is made."""
AIMS = ("persuade", "mobilise", "inside")
PERSUADE, MOBILISE, FROM_INSIDE = 0, 1, 2
"""What a joint plan sets out to do: win people over, move those who are won, or talk to officials."""
SHARES = get_args(BenefitSharing.model_fields["by"].annotation)
MOST_ROLES = 3
QUARTER = 13
"""Weeks from one record of bonds to the next."""
BALLOT_LAUNCHED, BALLOT_QUALIFIED, BALLOT_FAILED, BALLOT_WITHDRAWN, COUNTER_PROPOSAL, VOTE, VETO, RECALLED, DETERRED = (
    EVENTS.index(name)
    for name in (
        "ballot_launched", "ballot_qualified", "ballot_failed", "ballot_withdrawn", "counter_proposal", "vote", "veto",
        "recall", "deterrence",
    )
)  # fmt: skip

# A citizen's word on an issue: its attitude as float32, with what neighbours can see in the lowest mantissa bits.
TALKS, MARCHES, ONLINE = np.uint32(1), np.uint32(2), np.uint32(4)
ATTITUDE_BITS = np.uint32(0xFFFFFFF8)
# What only the citizen knows.
AWARE, SIGNED = np.uint8(1), np.uint8(2)
"""SIGNED << side marks a signature under the open petition of that side."""
BACKED = np.array([[8, 16], [32, 32], [64, 64]], np.uint8)
"""Marks of signatures under an open ballot, by POPULAR and side; that of a recall stands at the first issue."""

BLOCK = 4096
"""Largest number of citizens in a block: small enough to share out evenly, large enough not to count."""


def table(*fields: tuple[Any, ...]) -> np.dtype[Any]:
    """A record type from (name, type, meaning) or (name, type, shape, meaning).

    Yes or no by side is "u1": numba has no arrays of "?" within records.
    """
    return np.dtype((np.record, np.dtype([field[:-1] for field in fields], align=True)))


CLOCK = table(
    ("week", "i8", "0 at founding, then the week that runs or ran last"),
    ("seed", "i8", ">= 0"),
    ("events", "i8", "number of events so far; what the log had no room for counts as well"),
    ("alliances", "i8", "alliances founded so far"),
    ("ballots", "i8", "number of ballots that ended, in the record"),
    ("consents", "i8", "times so far that two agreed to found or to join an alliance"),
)

POLITY = table(
    ("key", "u8", "id: hash of the name"),
    ("citizens", "i8", ">= 10, persons"),
    ("repression", "f8", "0..1"),
    ("accommodation", "f8", "0..1"),
    ("assembly_cost", "f8", "0..1"),
    ("openness", "f8", "0..1"),
    ("access", "f8", "0..1"),
    ("veto_players", "f8", "1..5"),
    ("media_freedom", "f8", "0..1"),
    ("internet_access", "f8", "0..1"),
    ("platform_regulation", "f8", "0..1"),
    ("shutdown", "?", "whether social media are shut down"),
    ("surveillance", "f8", "0..1"),
    ("entry_cost", "f8", "0..1"),
    ("external_vulnerability", "f8", "0..1"),
    ("foreign_channels", "f8", "0..1, free media of the nearest polity, by nearness"),
    ("online", "f8", "0..1, citizens who are online"),
    ("election_interval", "i8", "weeks"),
    ("electoral_system", "i8", "MAJORITY, PROPORTIONAL or MIXED"),
    ("list_method", "i8", "DHONDT or SAINTE_LAGUE"),
    ("district_magnitude", "i8", "seats"),
    ("electoral_threshold", "f8", "0..1, share of votes"),
    ("first_party", "i8", "row of parties"),
    ("parties", "i8", "number of parties; 0: no elections"),
    ("seated", "?", "whether there is a parliament"),
    ("elected", "?", "whether votes were counted this week"),
    ("gallagher", "f8", "0..100, disproportionality of the parliament; 0 without one"),
    ("backing", "f8", "0..1, share of votes of the parties that govern; 0 without a parliament"),
    ("legitimacy", "f8", "0..1"),
    ("grievance", "f8", ">= 0, mean over citizens"),
    ("closures", "i8", "organisations that closed this week"),
    ("danger", "f8", "0..1, how near the government is to a recall"),
    ("early", "?", "whether a recall has called an election"),
    ("term", "i8", "week in which the government's term began, 0 for before the first"),
)

RIGHT = table(
    ("allowed", "?", "whether citizens have it"),
    ("signature_share", "f8", "0..1, of the citizens"),
    ("window", "i8", "weeks to collect"),
    ("quorum", "f8", "0..1, turnout needed"),
    ("binding", "?", "whether what is accepted is law"),
)

BALLOT_ROW = table(
    ("phase", "i8", "0 none, COLLECTING or VOTING"),
    ("organisation", "i8", "row of organisations: who launched it, -1 while nobody collects"),
    ("issue", "i8", "column of issues"),
    ("side", "i8", "FOR or AGAINST: who asks for it"),
    ("launched", "i8", "week in which it began"),
    ("closed", "i8", "week in which the last one here ended, 0 for none"),
    ("weeks_left", "i8", "to collect, or to the vote"),
    ("signatures", "f8", "0..1, citizens who signed"),
    ("ideal", "f8", "-1..1, the sponsor's own position"),
    ("draft", "f8", "-1..1, the law that is asked for; the old one in a referendum"),
    ("counter", "f8", "-1..1, the legislature's counter-proposal"),
    ("countered", "?", "whether there is one"),
)

ISSUE = table(
    ("key", "u8", "id: hash of polity and issue"),
    ("policy", "f8", "-1..1, position in force"),
    ("ideal", "f8", "-1..1, the government's own position"),
    ("revision", "f8", "position, what evidence added to that ideal"),
    ("price", "f8", (SIDES,), ">= 0, friction that evidence adds to moves toward a side"),
    ("attention", "f8", "0..5, log weight S"),
    ("bump", "f8", ">= 0, attention that last week's coverage adds"),
    ("news", "f8", ">= 0, attention that this week's shock adds"),
    ("agenda", "f8", "0..1, share of all attention"),
    ("effort", "f8", (SIDES, len(PRESSURES)), ">= 0, reference budgets, campaigns' effort by side and kind"),
    ("hostility", "f8", (SIDES,), "0..1, criticism in a side's campaigns, by effort"),
    ("called", "f8", (SIDES,), "0..1, citizens called to march"),
    ("hashtag", "f8", (SIDES,), "0..1, share of those online who carry a side's hashtag"),
    ("hashtag_days", "f8", (SIDES,), "days since it began"),
    ("hashtag_capacity", "f8", (SIDES,), "0..1, of the team behind it"),
    ("collected", "f8", (SIDES,), "0..1, signatures under the open petition"),
    ("replied", "u1", (SIDES,), "whether the open petition has had its reply"),
    ("boycotted", "f8", (SIDES,), "0..1, citizens who stayed away from a firm this week"),
    ("extreme", "f8", (SIDES,), "0..1, marchers whose attitude is extreme"),
    ("expected", "f8", (SIDES,), "log turnout that officials expect"),
    ("signal", "f8", (SIDES,), ">= 0, factor of the street's pressure"),
    ("buy_in", "f8", "0..1, calm after an agreement at a table"),
    ("taken_up", "f8", "position, input that tables have brought into policy"),
    ("collecting", "u1", (SIDES,), "whether a petition is open"),
    ("backed", "f8", (len(POPULAR), SIDES), "0..1, citizens who signed for a ballot this week"),
    ("median", "f8", "-1..1, median attitude as last polled"),
    ("polled", "i8", "week of that poll, 0 for none"),
    ("changed_by", "i8", "place in ROUTES of this week's step, -1 for none"),
    ("term", "i8", "week in which the term began for which the legislature has its picture of the median"),
    ("learnt", "f8", "0..1, share of the error in that picture that votes took away"),
    ("voted", "?", "whether what the route of ballots submits came out of a vote"),
    ("by_vote", "?", "whether this week's step did"),
    ("lobby_success", "f8", (SIDES,), "0..1, insider contacts that succeed"),
    ("consulting", "i8", (SIDES,), "weeks of consultation left"),
    ("denied", "u1", (SIDES,), "whether the government counter-framed that side last week"),
    ("injustice", "f8", ">= 0, repression of peaceful acts, as learned next week"),
    ("support", "f8", "0..1, citizens with x > y"),
    ("aware", "f8", "0..1"),
    ("talking", "f8", "0..1"),
    ("expressed", "f8", "0..1, citizens who publicly show a view for the reform"),
    ("silenced", "f8", "0..1, citizens who would talk but for fear"),
    ("salience", "f8", "0..1, mean share of mind"),
    ("list_support", "f8", "0..1, support among the voters of who governs, as polled"),
    ("list_salience", "f8", "0..1, salience among them, as polled"),
    ("heard_support", "f8", "0..1, support among those whom an elected government needs"),
    ("heard_salience", "f8", "0..1, salience among them"),
    ("signed", "f8", (SIDES,), "0..1, citizens who signed this week"),
    ("marched", "f8", (SIDES,), "0..1, citizens who marched this week"),
    ("attitude", "f8", "-1..1, mean"),
    ("attitude_sd", "f8", ">= 0, position"),
    ("side_mean", "f8", (SIDES,), "-1..1, mean attitude on a side; the policy where nobody is"),
    ("gap", "f8", "0..1, distance to policy weighted by salience, over 2"),
    ("violent", "u1", (SIDES,), "whether protest turned violent this week"),
    ("answers", "i8", "sum of REPRESS, ACCOMMODATE, CONSULT, DENY"),
    ("conceded", "f8", "pressure that accommodation adds this week"),
    ("coverage", "i8", "acts covered this week"),
    ("covered", "i8", (SIDES,), "of each side"),
    ("boycott_shown", "u1", (SIDES,), "whether a side's boycott was covered this week"),
    ("asked", "f8", (SIDES,), "0..1, how fresh a case is with third states"),
    ("third_states", "f8", (SIDES,), "0..1, how strongly third states speak up"),
    ("presence", "f8", (SIDES,), "0..1, presence of organisations of a side at home"),
    ("shaming", "f8", (SIDES,), "0..1, shaming from abroad for a side's demand"),
    ("swing", "f8", "-1..1, repression moved here from shamed issues, or away"),
    ("pressure", "f8", "store E, reform minus opponents"),
    ("felt", "f8", "the store before policy moved"),
    ("friction", "f8", "> 0, pressure that policy withstands"),
    ("contribution", "f8", (SIDES, len(PRESSURES)), ">= 0, this week's pressure by side and kind"),
    ("submitted", "u1", (len(ROUTES),), "whether a route asks for a change"),
    ("target", "f8", (len(ROUTES),), "-1..1, the policy that it asks for"),
    ("drift", "f8", "position, this week's small drift"),
    ("step", "f8", "position, this week's change by a route"),
    ("efficacy", "f8", (SIDES,), "0..1, belief that acting helps"),
)

OUTLETS = table(
    ("fatigue", "f8", ">= 0, covered acts remembered by outlets"),
    ("habit", "f8", ">= 0, covered acts that the public got used to"),
)

PUBLIC_GROUP = table(
    ("key", "u8", "id: hash of polity and public"),
    ("polity", "i8", "row of polities"),
    ("citizens", "i8", "persons"),
    ("share", "f8", "0..1, of the polity's citizens"),
    ("digital", "f8", "log odds of being online beside the polity's mean"),
    ("diet", "f8", (len(CHANNELS),), "0..1, weight of each channel"),
    ("online", "f8", "0..1, members who are online"),
    ("values", "f8", (MOST_FRAMES,), "0..1, sum 1, mean weights of frames"),
    ("stake", "f8", (MOST_ISSUES,), "0..1, how far members are affected"),
    ("frames", "i8", "number of frames"),
)

DISTRICT = table(
    ("polity", "i8", "row of polities"),
    ("citizens", "i8", "persons"),
    ("governed", "?", "whether it has a municipal government"),
    ("policy", "f8", (MOST_ISSUES,), "-1..1, local position in force"),
    ("pressure", "f8", (MOST_ISSUES,), "local store"),
    ("votes", "i8", (MOST_PARTIES,), "persons, votes of the last election, by party of the polity"),
)

PARTY = table(
    ("key", "u8", "id: hash of polity and name"),
    ("polity", "i8", "row of polities"),
    ("strategy", "i8", "place in STRATEGIES"),
    ("incumbent", "?", "whether it governs at the start"),
    ("in_government", "?", "whether it governs"),
    ("votes", "i8", "persons, at the last election"),
    ("seats", "i8", "in parliament"),
    ("position", "f8", (MOST_ISSUES,), "-1..1"),
    ("emphasis", "f8", (MOST_ISSUES,), "0..1, weights of issues, sum 1 or all 0"),
    ("heading", "f8", (MOST_ISSUES,), "direction of its moves, length 1; 0 before the first"),
    ("polled", "f8", "0..1, share of votes in the last poll"),
)

VIEW = table(
    ("support", "f8", "0..1"),
    ("aware", "f8", "0..1"),
    ("salience", "f8", "0..1"),
    ("signed", "f8", "0..1, both sides"),
    ("marched", "f8", "0..1, both sides"),
    ("boycotted", "f8", "0..1, both sides"),
)

ORGANISATION = table(
    ("key", "u8", "id: hash of polity and name"),
    ("polity", "i8", "row of polities"),
    ("kind", "i8", "place in the list of kinds"),
    ("closed", "?", "whether it ran out of means"),
    ("funds", "f8", ">= 0, reference budgets"),
    ("income", "f8", ">= 0, usual weekly gifts, reference budgets"),
    ("institutionalisation", "f8", "0..1"),
    ("gives", "f8", ">= 0, weekly grants from an endowment"),
    ("foreign", "?", "whether these come from abroad"),
    ("slots", "i8", "outlets: acts that they can cover in a week"),
    ("market_share", "f8", "0..1, firms"),
    ("lobby_budget", "f8", ">= 0, firms: weekly means for insider contacts"),
    ("reputation", "f8", "0..1, firms"),
    ("usual_reputation", "f8", "0..1, firms: where reputation returns to"),
    ("example", "f8", (MOST_ISSUES,), "0..1, firms: how fresh the memory is that they gave in"),
    ("conceded", "u1", (MOST_ISSUES,), "firms: 0, or 1 + the side to which they gave in"),
    ("practice", "f8", (MOST_ISSUES,), "-1..1, firms: what they do"),
    ("district", "i8", "municipalities: row of districts, -1 else"),
    ("place", "f8", "0..1, where it sits on the ring of a polity's localities"),
    ("culture", "f8", (len(CULTURE),), "0..1"),
    ("reliability", "f8", "0..1, share of promises to allies that it keeps"),
    ("ties", "i8", "organisations that it has a tie with"),
    ("seats", "i8", "alliances that it belongs to"),
    ("pooled", "f8", "0..1, share of campaign means in joint plans this week"),
    ("premises", "f8", "0..1, share of fixed cost that shared premises spare"),
    ("following", "f8", ">= 0, rise of reach on social media by its people"),
    ("usual_credibility", "f8", (len(AUDIENCES),), "0..1, where credibility returns to"),
    ("spoke", "i8", (MOST_ISSUES,), "frame of the last campaign, -1 for none"),
    ("visibility", "f8", ">= 0, covered acts remembered"),
    ("success", "f8", "0..1, worth of its campaigns remembered; 1/2 a week where they bring what is usual"),
    ("learnedness", "f8", ">= 0, evidence remembered"),
    ("hostility", "f8", "0..1, the most hostile of its campaigns this week"),
    ("members", "i8", "persons"),
    ("skills", "f8", (len(EXPERTISE),), "0..1"),
    ("credibility", "f8", (len(AUDIENCES),), "0..1, with officials, media, public"),
    ("activity", "f8", ">= 0, rate of campaigns beside the usual"),
    (
        "calls",
        "u1",
        (MOST_ISSUES,),
        "what members are called to: bits side to sign, 2 + side to march, 4 + side to boycott, 6 + side for a ballot",
    ),
    ("partners", "i8", "open organisations abroad that it is tied to"),
    ("failure", "f8", "0..1, what its last campaigns at home lacked of what an untried tactic would bring"),
    ("blocked", "f8", "0..1, how far its way at home is blocked"),
    ("exiled", "?", "whether it is sheltered abroad"),
    ("sheltered", "i8", "weeks of shelter used up"),
    ("dues", "f8", ">= 0, this week"),
    ("gifts", "f8", ">= 0, this week"),
    ("grants", "f8", ">= 0, this week"),
    ("running_cost", "f8", ">= 0, this week"),
    ("campaign_cost", "f8", ">= 0, this week"),
    ("support", "f8", "means from allies minus means given to them this week"),
)

ALLIANCE = table(
    ("number", "i8", "order of founding from 0, -1 before the row is first used"),
    ("key", "u8", "id: hash of founder, issue and week"),
    ("alive", "?", "whether it exists; else the row is free"),
    ("polity", "i8", "row of polities"),
    ("issue", "i8", "column of issues"),
    ("side", "i8", "FOR or AGAINST"),
    ("founded", "i8", "week"),
    ("members", "i8", "organisations"),
    ("lead", "i8", "row of organisations: the member with most say"),
    ("formal", "?", "whether a memorandum of understanding has been signed"),
    ("platform", "?", "whether it has a collaborative platform"),
    ("followers", "f8", "0..1, of those online, who follow the platform"),
    ("line", "f8", "-1..1, common position"),
    ("evenness", "f8", "0..1, how evenly say is spread"),
    ("trust", "f8", "0..1, mean over pairs of members"),
    ("reciprocity", "f8", "0..1, share of trust that is mutual"),
    ("cohesion", "f8", "0..1"),
    ("diversity", "f8", "0..1, chance that two members are of different kinds"),
    ("represented", "f8", "0..1, stakes in the issue that members speak for"),
    ("esteem", "f8", "0..1, credibility that inclusion and unity lend to members"),
    ("summoned", "?", "whether a member asks for a joint plan"),
    ("pooled", "f8", ">= 0, common means this week"),
    ("results", "f8", "0..1, worth of joint campaigns, 1/2 is usual"),
    ("survey", "f8", "0..1, last self-survey of the members"),
    ("psi", "f8", "0..1, weight of funds in its decisions, -1: as the rule has it"),
    ("sharing", "i8", "place in SHARES of how it shares benefits, -1: as the rule has it"),
    ("aim", "i8", "place in AIMS of the last joint plan, -1 before the first"),
    ("aimed", "f8", "-1..1, policy that the last joint plan aims for"),
    ("believed_support", "f8", "0..1, support for its side, as it read the publics"),
    ("believed_salience", "f8", "0..1, their salience, as it read it"),
    ("believed_ideal", "f8", "-1..1, the government's ideal, as it read it"),
    ("ending", "i8", "place in REASONS of the last exit"),
)

SEAT = table(
    ("organisation", "i8", "row of organisations, -1: free"),
    ("since", "i8", "week"),
    ("say", "f8", "0..1, weight in decisions"),
    ("satisfaction", "f8", "0..1"),
    ("delivered", "f8", "0..1, of what was promised to the plan"),
    ("contributed", "f8", ">= 0, means remembered"),
    ("benefit", "f8", "0..1, share of the credit"),
    ("inequity", "f8", "0..1, share contributed beyond the share of the credit"),
    ("clash", "i8", "place in CLASHES of the last conflict, -1 for none"),
    ("clashed", "i8", "its week"),
)

TACTIC = table(
    ("key", "u8", "id: hash of the name"),
    ("cost", "f8", "> 0, reference budgets per effort"),
    ("weeks", "i8", "length of a campaign"),
    ("skills", "f8", (len(EXPERTISE),), "weights, sum 1 or all 0"),
    ("channels", "f8", (len(CHANNELS),), "weights"),
    ("reach", "f8", "hazard per effort and diet"),
    ("persuasion", "f8", "0..1"),
    ("education", "f8", "0..1"),
    ("evidence", "f8", "0..1"),
    ("capacity", "f8", "0..1"),
    ("criticism", "f8", "0..1"),
    ("hashtag", "?", "whether it spreads under a hashtag"),
    ("endorses", "?", "whether it vouches for allies"),
    ("producer", "?", "boycotts: whether a whole branch is the target"),
    ("call", "i8", "place in CALLS"),
    ("call_every", "i8", "weeks"),
    ("pressure", "i8", "place in PRESSURES"),
    ("venue", "i8", "place in VENUES"),
    ("symbol", "f8", "logit of coverage"),
    ("disruption", "f8", "0..1"),
    ("exposure", "f8", "0..1, to force and sanctions"),
)

# One row per organisation for what it does alone; MOST_ROLES rows per alliance follow, one for each role in its plan.
CAMPAIGN = table(
    ("organisation", "i8", "row of organisations: who runs it"),
    ("credited", "i8", "row of organisations: whom those join whom it moves"),
    ("alliance", "i8", "row of alliances, -1 for what an organisation does alone"),
    ("polity", "i8", "row of polities: the target"),
    ("issue", "i8", "column of issues"),
    ("side", "i8", "FOR or AGAINST"),
    ("tactic", "i8", "row of tactics"),
    ("frame", "i8", "number of the frame"),
    ("audience", "i8", "row of publics that it aims at, -1 for all alike"),
    ("weeks_left", "i8", "0: no campaign"),
    ("age", "i8", "weeks since it began; below 0 while it is prepared"),
    ("fresh", "?", "whether it was planned this week"),
    ("firm", "i8", "boycotts: row of the target; -1 for none, -2 for a branch"),
    ("district", "i8", "local campaigns: row of districts, -1 for none"),
    ("outreach", "f8", "> 0, luck of a petition's outreach"),
    ("publicity", "i8", "boycotts: covered acts of its side while it ran"),
    ("competence", "f8", "0..1, expertise met"),
    ("budget", "f8", ">= 0, means this week; joint campaigns: common ones"),
    ("amplified", "f8", "> 0, factor of effort by working together, 1 alone"),
    ("standing", "f8", "0..1, public credibility that allies lend after repression"),
    ("mix", "f8", (len(CHANNELS),), "share of effort by channel, sum 1 or all 0"),
    ("effort", "f8", ">= 0, this week, reference budgets"),
    ("spent", "f8", ">= 0, so far"),
    ("reached", "f8", "0..1, citizens who heard it this week (expected)"),
    ("calling", "?", "whether it calls people this week"),
    ("won", "f8", ">= 0, this week: a firm's practice x market share, local policy x citizens, officials' ideal"),
    ("hampered", "f8", ">= 0, this week: price that it put on moves to the other side, in units of pressure"),
    ("gain", "f8", "so far, in units of pressure"),
)

RELATION = table(
    ("closeness", "f8", "0..1, nearness x common language"),
    ("distance", "f8", "0..1"),
    ("language", "f8", "0..1, what is understood"),
    ("ties", "f8", "0..1, chance that two organisations are tied; -1 for the usual one"),
    ("leverage", "f8", "0..1, what the other's disapproval costs"),
)

BODY = table(
    ("key", "u8", "id: hash of the name"),
    ("level", "i8", "place in VENUES"),
    ("gatekeeping", "f8", "logit"),
    ("capacity", "f8", "> 0, cases"),
)

STANDING = table(
    ("policy", "f8", "-1..1, the body's position"),
    ("usual_policy", "f8", "-1..1, where it returns to"),
    ("agenda", "f8", "0..1, how far the issue is on its agenda"),
    ("usual_agenda", "f8", "0..1, where that returns to"),
)

MANDATE = table(
    ("member", "?", "whether the polity is below the body"),
    ("leverage", "f8", "0..1, what the body's shaming costs it"),
)

# What members of a public hear in a week; the first index is 0 offline, 1 online.
REACH = table(
    ("exposure", "f8", "0..1, chance to hear any campaign"),
    ("heard", "f8", (SIDES,), "0..1, chance to hear a side's message"),
    ("strength", "f8", (SIDES,), "0..1, credibility of its most resonant message"),
    ("resonance", "f8", (SIDES,), ">= 0, that credibility x fit of the frame"),
    ("frame", "i8", (SIDES,), "frame of that message, -1 for none"),
    ("taught", "f8", (SIDES,), "0..1, chance of a lesson"),
    ("lesson", "f8", (SIDES,), "0..1, credibility of the strongest lesson"),
    ("sign", "f8", (SIDES,), "0..1, chance to be called to sign"),
    ("march", "f8", (SIDES,), "0..1, chance to be called to march"),
    ("shun", "f8", (SIDES,), "0..1, chance to be called to boycott"),
    ("back", "f8", (len(POPULAR), SIDES), "0..1, chance to be asked to sign for a ballot"),
)

STREAMS = (
    "backfire", "awareness", "forgetting", "persuasion", "education",
    "call_to_sign", "call_to_march", "time_to_sign", "time_to_march", "join", "lapse", "backlash", "call_to_boycott",
    "time_to_boycott", "call_to_back", "time_to_back",
)  # fmt: skip

# What holds for all citizens of a block on an issue, in single precision: the kernel reads nothing else of the few.
CIRCUMSTANCE = table(
    ("key", "u8", (len(STREAMS),), "keys of the citizens' draws, in the order of STREAMS"),
    ("policy", "f4", "-1..1"),
    ("pull", "f4", "> 0, e^S"),
    ("missed", "f4", (2,), "0..1, chance to miss agenda and campaigns, offline and online"),
    ("heard", "f4", (2, SIDES), "0..1, offline and online"),
    ("strength", "f4", (2, SIDES), "0..1"),
    ("frame", "i4", (2, SIDES), "number, -1 for none"),
    ("taught", "f4", (2, SIDES), "0..1"),
    ("lesson", "f4", (2, SIDES), "0..1"),
    ("sign", "f4", (2, SIDES), "0..1"),
    ("march", "f4", (2, SIDES), "0..1"),
    ("shun", "f4", (2, SIDES), "0..1"),
    ("back", "f4", (2, len(POPULAR), SIDES), "0..1"),
    ("open", "u1", (len(POPULAR), SIDES), "whether signatures for a ballot are collected"),
    ("ballots", "?", "whether any are"),
    ("keeps", "u1", "the marks of a citizen that stay: what is not open any more is forgotten"),
    ("verdict", "f4", (SIDES,), "factor of a message beside the other side's: 1, or a little below 0"),
    ("collecting", "u1", (SIDES,), "whether a petition is open"),
    ("injustice", "f4", ">= 0"),
    ("exposed", "f4", (2,), "0..1, chance to learn of repression"),
    ("alarm", "f4", (SIDES,), ">= 1, factor of motive"),
    ("efficacy", "f4", (SIDES,), "0..1"),
    ("fear", "f4", "motive, for the most risk averse"),
    ("sanction", "f4", (SIDES,), "0..1, risk of marching"),
    ("sanction_signing", "f4", (2,), "0..1, risk of signing, offline and online"),
    ("shift", "f4", "0..1, move of values toward a frame that is heard and fits"),
    ("friends", "f4", "chance to miss what one friend talks of, under a shutdown smaller"),
    ("connected", "f4", "0 under a shutdown, else 1"),
    ("cost", "f4", "motive, cost of marching"),
    ("forgets", "f4", "0..1, chance to forget in a week"),
    ("relaxes", "f4", "0..1, share of a deviation from the anchor that goes in a week"),
    ("unlearns", "f4", "0..1, share of what was learned that goes in a week"),
    ("frame_gain", "f4", "0..1, effect of a frame's fit"),
)

BLOCKS = table(
    ("polity", "i8", "row of polities"),
    ("district", "i8", "row of districts"),
    ("public", "i8", "row of publics"),
    ("first", "i8", "first citizen"),
    ("last", "i8", "one past the last citizen"),
    ("offset", "i8", "first citizen of the polity: founding numbers count from there"),
)

TALLY = table(
    ("support", "i8", "persons"),
    ("aware", "i8", "persons"),
    ("talking", "i8", "persons"),
    ("expressed", "i8", "persons"),
    ("silenced", "i8", "persons"),
    ("signed", "i8", (SIDES,), "persons"),
    ("marched", "i8", (SIDES,), "persons"),
    ("boycotted", "i8", (SIDES,), "persons"),
    ("backed", "i8", (len(POPULAR), SIDES), "persons"),
    ("extreme", "i8", (SIDES,), "persons, marchers with an extreme attitude"),
    ("salience", "f8", "sum"),
    ("attitude", "f8", "sum"),
    ("attitude_squared", "f8", "sum"),
    ("side_sum", "f8", (SIDES,), "sum of attitudes on a side"),
    ("gap", "f8", "sum of salience x distance / 2"),
    ("grievance", "f8", "sum"),
)

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


def _rule(mechanism: type[Mechanism]) -> np.dtype[Any]:
    single = "f4" if mechanism.citizens else "f8"
    # A choice among words is stored as the place of the word.
    types: dict[Any, str] = {bool: "?", int: "i8", float: single}
    fields = [(name, types.get(field.annotation, "i8")) for name, field in mechanism.model_fields.items()]
    plain = np.dtype(fields, align=True)
    # To a multiple of 8 bytes: a record within RULES is not aligned by itself, and numba refuses what is not.
    layout: dict[str, Any] = {
        "names": list(plain.names or ()),
        "formats": [plain[name] for name in plain.names or ()],
        "offsets": [plain.fields[name][1] for name in plain.names or ()],
        "itemsize": -(-plain.itemsize // 8) * 8,
    }
    return np.dtype((np.record, np.dtype(layout, align=True)))  # type: ignore[call-overload]


RULES = np.dtype(
    (
        np.record,
        np.dtype(
            [(name, _rule(field.annotation)) for name, field in Mechanisms.model_fields.items() if field.annotation],
            align=True,
        ),
    )
)
"""One record per mechanism with its switch and parameters, laid out as the schema declares them."""

TACTIC_NUMBERS = tuple(name for name in TACTIC.names or () if name in Tactic.model_fields)


class Citizens(NamedTuple):
    """Columns over all citizens of all polities, ordered by polity, district and public; n citizens, m issues."""

    word: NDArray[np.uint32]
    """(2, n, m): attitude in -1..1 with TALKS, MARCHES, ONLINE; this week's stands at index week % 2."""
    own: NDArray[np.uint8]
    """(n, m): AWARE, SIGNED << side, BACKED."""
    anchor: NDArray[np.float32]
    """(n, m): -1..1, where the attitude returns to."""
    upbringing: NDArray[np.float32]
    """(n, m): -1..1, where the anchor returns to."""
    salience: NDArray[np.float32]
    """(n, m): 0..1, share of mind; the sum over issues is below 1."""
    interest: NDArray[np.float32]
    """(n, m): > 0, e^(u + stake)."""
    memory: NDArray[np.float32]
    """(n, m): >= 0, acting neighbours remembered."""
    grievance: NDArray[np.float32]
    """(n,): >= 0."""
    fatigue: NDArray[np.float32]
    """(n,): >= 0, acts remembered."""
    risk: NDArray[np.float32]
    """(n,): 0..1, risk aversion, Beta(2, 2)."""
    talk_threshold: NDArray[np.float32]
    """(n,): > 0, motive needed to talk."""
    act_threshold: NDArray[np.float32]
    """(n,): > 0, motive needed to act."""
    values: NDArray[np.float32]
    """(n, frames): 0..1, weights of frames, sum 1."""
    member: NDArray[np.int16]
    """(n,): row of organisations, -1 for none."""
    voted: NDArray[np.int16]
    """(n,): row of the party that had the vote at the last election, -1 for none."""
    start: NDArray[np.uint32]
    """(2n + 1,): citizen i's face-to-face ties stand at start[2i]:start[2i+1], the social ones up to start[2i+2].

    int64 where there are more than 2^32 ties.
    """
    neighbour: NDArray[np.uint32]
    """(ties,): citizens."""


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


class World(NamedTuple):
    """All state. p polities, m issues, q publics, d districts, o organisations, a alliances, t = o + MOST_ROLES a
    teams, k tactics, f frames, b blocks, i bodies.
    """

    clock: NDArray[Any]
    """(1,) of CLOCK."""
    rules: NDArray[Any]
    """(1,) of RULES."""
    polities: NDArray[Any]
    """(p,) of POLITY."""
    issues: NDArray[Any]
    """(p, m) of ISSUE."""
    rights: NDArray[Any]
    """(p, POPULAR) of RIGHT: initiative, referendum, recall."""
    ballots: NDArray[Any]
    """(p, m, SLOTS) of BALLOT_ROW: what signatures are collected for, and what comes to a vote."""
    outlets: NDArray[Any]
    """(p, m) of OUTLETS."""
    publics: NDArray[Any]
    """(q,) of PUBLIC_GROUP."""
    districts: NDArray[Any]
    """(d,) of DISTRICT."""
    parties: NDArray[Any]
    """(parties,) of PARTY; those of a polity stand together."""
    views: NDArray[Any]
    """(q, m) of VIEW: what members of a public think and do."""
    local_views: NDArray[Any]
    """(d, m) of VIEW: what citizens of a district think and do."""
    organisations: NDArray[Any]
    """(o,) of ORGANISATION."""
    stances: NDArray[np.float64]
    """(o, m): -1..1, position."""
    priorities: NDArray[np.float64]
    """(o, m): 0..1, sum 1."""
    repertoire: NDArray[np.float64]
    """(t, f): 0 or 1, frames that a team can speak in."""
    represents: NDArray[np.float64]
    """(o, q): 0 or 1, publics that an organisation speaks for."""
    tied: NDArray[np.uint8]
    """(o, o): 1 between organisations that have a tie, symmetric."""
    trust: NDArray[np.float64]
    """(o, o): 0..1, trust of the row in the column."""
    alliances: NDArray[Any]
    """(a,) of ALLIANCE."""
    seats: NDArray[Any]
    """(a, MOST_SEATS) of SEAT."""
    learned: NDArray[np.float64]
    """(o, k): value of a tactic, gain in pressure per budget."""
    uses: NDArray[np.float64]
    """(o, k): 0 or 1, tactics that an organisation would use."""
    tactics: NDArray[Any]
    """(k,) of TACTIC."""
    allowed: NDArray[np.float64]
    """(p, k): 0..1, how far governance leaves room for a tactic."""
    tried: NDArray[np.int64]
    """(p, k): the week in which anybody began a tactic last; 0 for never."""
    campaigns: NDArray[Any]
    """(t,) of CAMPAIGN."""
    speech: NDArray[np.int64]
    """(t, q): the frame in which a campaign speaks to a public, -1 for none."""
    foothold: NDArray[np.float64]
    """(t, q): >= 1, factor of a campaign's reach in a public."""
    circulation: NDArray[np.float64]
    """(q, m, sides): >= 0, strength of the frames that circulate in a public."""
    circulating: NDArray[np.int64]
    """(q, m, sides): which frames these are, -1 for none."""
    reach: NDArray[Any]
    """(q, 2, m) of REACH."""
    relations: NDArray[Any]
    """(p, p) of RELATION, symmetric."""
    bodies: NDArray[Any]
    """(i,) of BODY."""
    standing: NDArray[Any]
    """(i, m) of STANDING: a body's own policy and agenda."""
    mandates: NDArray[Any]
    """(i, p) of MANDATE."""
    docket: NDArray[np.float64]
    """(i, p, m, sides): 0..1, how fresh an adopted case is."""
    blocks: NDArray[Any]
    """(b,) of BLOCKS."""
    circumstances: NDArray[Any]
    """(b, m) of CIRCUMSTANCE."""
    tally: NDArray[Any]
    """(b, m) of TALLY."""
    enrolled: NDArray[np.int64]
    """(b, o): members by block."""
    citizens: Citizens
    record: Recorded


def attitude(world: World) -> NDArray[np.float32]:
    """(n, m): all citizens' attitudes now, -1..1."""
    now = world.citizens.word[world.clock["week"][0] % 2]
    return (now & ATTITUDE_BITS).view(np.float32)


def copy(world: World) -> World:
    """A World of its own: the twin from which another history can go on."""
    return _each(world, np.copy)


def _each(world: Any, change: Any) -> Any:
    return type(world)(*(_each(part, change) if isinstance(part, tuple) else change(part) for part in world))


def _columns(world: Any, path: str = "") -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {}
    for name, part in zip(world._fields, world, strict=True):
        columns |= _columns(part, f"{path}{name}.") if isinstance(part, tuple) else {path + name: part}
    return columns


def save(world: World, file: str | Path) -> None:
    """Write all state to a .npz file, from which `restore` goes on to the same bits."""
    target = Path(file)
    partial = target.with_name(target.name + ".partial")
    with open(partial, "wb") as stream:
        np.savez(stream, **{name: _bytes(column) for name, column in _columns(world).items()})
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, target)


def restore(world: World, file: str | Path) -> None:
    """Fill `world`, founded on the same scenario, with the state that `save` wrote.

    Raises ValueError where the file is of another scenario or version.
    """
    with np.load(file) as saved:
        columns = _columns(world)
        for name, column in columns.items():
            if name not in saved or saved[name].size != column.nbytes:
                raise ValueError(f"{file}: saved from another scenario or version ('{name}' differs)")
        for name, column in columns.items():
            _bytes(column)[:] = saved[name]


def _bytes(column: NDArray[Any]) -> NDArray[np.uint8]:
    # Not as records: numpy stores their class by pickling, which np.load refuses for good reasons.
    return column.reshape(-1).view(np.uint8)
