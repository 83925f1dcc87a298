"""Codes: the numbers of names that the kernel works with, and sizes that it shares.

A code is the place of a name in its list. Sides are indices: 0 for the reform (x > y), 1 against it.
"""

from __future__ import annotations

from typing import get_args

import numpy as np

from advosim.scenario.alliance_rules import BenefitSharing
from advosim.scenario.schema import Culture, Governance, Kind, Party, Route, Shock, Venue

FOR, AGAINST = 0, 1
SIDES = 2
CHANNELS = ("face_to_face", "mass_media", "social_media")
FACE_TO_FACE, MASS_MEDIA, SOCIAL_MEDIA = 0, 1, 2
EXPERTISE = ("research", "law", "media", "organising", "digital")
RESEARCH_SKILL, MEDIA_SKILL, ORGANISING_SKILL, DIGITAL_SKILL = 0, 2, 3, 4
CULTURE = tuple(Culture.model_fields)
AUDIENCES = ("officials", "media", "public")
OFFICIALS, MEDIA, PUBLIC = 0, 1, 2
CALLS = ("none", "sign", "share", "show_up", "buy_not")
CALL_SIGN, CALL_SHARE, CALL_SHOW_UP, CALL_BUY_NOT = 1, 2, 3, 4
SIGN_BITS, MARCH_BITS, SHUN_BITS, BACK_BITS = 1, 4, 16, 64
"""What members of an organisation are called to, in its `calls`: two bits each, one for each side; ballots last."""
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
    "recall", "deterrence", "disaster", "not_followed", "withdrawal",
    "founded", "unregistered", "split", "formalised", "merged",
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
DISASTER, NOT_FOLLOWED, WITHDRAWAL = (EVENTS.index(name) for name in ("disaster", "not_followed", "withdrawal"))
FOUNDED, UNREGISTERED, SPLIT, FORMALISED, MERGED = (
    EVENTS.index(name) for name in ("founded", "unregistered", "split", "formalised", "merged")
)
BIRTHS = (FOUNDED, SPLIT, FORMALISED)
"""With these an organisation begins."""
SHOCKS = get_args(Shock.model_fields["kind"].annotation)
OBSTACLES = ("closed", "forbidden", "goal_reached", "no_means", "no_ballot", "no_target", "no_allies")
IS_CLOSED, FORBIDDEN, IS_REACHED, NO_MEANS, NO_BALLOT, NO_TARGET, NO_ALLIES = range(len(OBSTACLES))
"""Why an order cannot be followed in a week."""
FOLLOWS, STARTS = 1, 2
"""An organisation's `ordered`: it is under an order, or begins this week what it was told to."""
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
MONTH = 4
"""Weeks of a month: four, so that every month has as many."""
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

STREAMS = (
    "backfire", "awareness", "forgetting", "persuasion", "education",
    "call_to_sign", "call_to_march", "time_to_sign", "time_to_march", "join", "lapse", "backlash", "call_to_boycott",
    "time_to_boycott", "call_to_back", "time_to_back",
)  # fmt: skip
"""Streams of a citizen's draws."""
