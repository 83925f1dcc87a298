"""Records of the few: polities, issues, organisations, alliances, parties, bodies and what they do.

Beside every field stand its range, unit and meaning. All few are double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from advosim.scenario.declare import Mechanism
from advosim.scenario.rules import Mechanisms
from advosim.scenario.schema import MOST_FRAMES, MOST_ISSUES, MOST_PARTIES, Tactic
from advosim.world.codes import AUDIENCES, CHANNELS, CULTURE, EXPERTISE, POPULAR, PRESSURES, ROUTES, SIDES, STREAMS


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
    ("contestation", "f8", "0..1"),
    ("answerable", "f8", ">= 0, weight of opinion this week; 1 is usual in an open democracy"),
    ("asked", "f8", "0..1, share of issues and sides on which something was asked in the open, as remembered"),
    ("field", "f8", "> 0, organisations that campaign beside the usual number"),
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
    ("newcomers", "i8", "organisations that there is room for in all; 0: none is founded or registers"),
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
    ("learnt", "f8", "0..1, how much votes have told the legislature about the median"),
    ("misread", "f8", "position, the legislature's error about the median"),
    ("voted", "?", "whether what the route of ballots submits came out of a vote"),
    ("by_vote", "?", "whether this week's step did"),
    ("contacts", "f8", (SIDES,), ">= 0, reference budgets, mean over weeks of a side's effort inside"),
    ("worked", "f8", (SIDES,), ">= 0, reference budgets, mean over weeks of all of a side's effort"),
    ("lobby_success", "f8", (SIDES,), "0..1, insider contacts that succeed"),
    ("consulting", "i8", (SIDES,), "weeks of consultation left"),
    ("denied", "u1", (SIDES,), "whether the government counter-framed that side last week"),
    ("injustice", "f8", ">= 0, repression of peaceful acts, as learned next week"),
    ("wronged", "u1", (SIDES,), "whether peaceful acts of a side were repressed this week"),
    ("struck", "u1", (SIDES,), "whether any act of a side was repressed this week"),
    ("force", "f8", (SIDES,), ">= 0, weeks of force against a side, as remembered"),
    ("dread", "f8", (SIDES,), ">= 0, share of the setting that force and violence add to the risk of marching"),
    ("defection", "f8", (SIDES,), ">= 0, officials who waver after force against a peaceful crowd, as remembered"),
    ("disorder", "f8", (SIDES,), "0..1, share of outlets that showed violence of a side this week"),
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
    ("granted", "u1", "whether what the store submits is a concession"),
    ("demand", "f8", (SIDES,), ">= 0, what a side asks in the open, mean over weeks"),
    ("eased", "f8", (SIDES,), "0..1, factor of friction by what a side asks"),
    ("coverage", "i8", "acts covered this week"),
    ("covered", "i8", (SIDES,), "of each side"),
    ("boycott_shown", "u1", (SIDES,), "whether a side's boycott was covered this week"),
    ("asked", "f8", (SIDES,), "0..1, how fresh a case is with third states"),
    ("third_states", "f8", (SIDES,), "0..1, how strongly third states speak up"),
    ("presence", "f8", (SIDES,), "0..1, presence of organisations of a side at home"),
    ("shaming", "f8", (SIDES,), "0..1, shaming from abroad for a side's demand"),
    ("swing", "f8", "-1..1, repression moved here from shamed issues, or away"),
    ("pressure", "f8", "store E, reform minus opponents"),
    ("mood", "f8", "what public opinion has of that store, reform minus opponents"),
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
    ("closed", "?", "whether it ran out of means, or has yet to be founded"),
    ("founded", "i8", "week; 0 if it was there at the start, -1 before"),
    ("ended", "i8", "week in which its end was seen to, -1 before"),
    ("capital", "f8", ">= 0, newcomers: what founders usually raise"),
    ("payroll", "f8", ">= 0, weekly upkeep of staff hired on grants"),
    ("rallies", "f8", ">= 0, weeks of large protest to which it called, as remembered"),
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
        "u2",
        (MOST_ISSUES,),
        "what members are called to: bits side to sign, 2 + side to march, 4 + side to boycott, 6 + side for an "
        "initiative, 8 + side for a referendum, 10 + side for a recall",
    ),
    ("ordered", "i8", "0, FOLLOWS or STARTS: whether a script directs it this week"),
    ("partners", "i8", "open organisations abroad that it is tied to"),
    ("failure", "f8", "0..1, what its last campaigns at home lacked of what an untried tactic would bring"),
    ("blocked", "f8", "0..1, how far its way at home is blocked"),
    ("exiled", "?", "whether it is sheltered abroad"),
    ("remote", "f8", ">= 0, distance and language to its allies abroad, added up over its alliances"),
    ("shielded", "f8", "0..1, share of harassment that allies abroad spare it"),
    ("barred", "f8", "0..1, share of means from abroad that its government keeps out"),
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
    ("abroad", "i8", "members whose home is another polity than the one whose policy it is about"),
    ("remote", "f8", ">= 0, distance and language of these, added up"),
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
    ("tailored", "?", "whether every public was polled by itself and is addressed in its own frame"),
    ("firm", "i8", "boycotts: row of the target; -1 for none, -2 for a branch"),
    ("district", "i8", "local campaigns: row of districts, -1 for none"),
    ("outreach", "f8", "> 0, luck of a petition's outreach"),
    ("publicity", "i8", "boycotts: covered acts of its side while it ran"),
    ("competence", "f8", "0..1, expertise met"),
    ("budget", "f8", ">= 0, means this week; joint campaigns: common ones"),
    ("paid", "f8", ">= 0, what members paid into it this week, before what working together costs and adds"),
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

SHOCK = table(
    ("week", "i8", "in which it strikes"),
    ("kind", "i8", "place in SHOCKS"),
    ("polity", "i8", "row of polities"),
    ("issue", "i8", "column of issues"),
    ("weight", "f8", ">= 0, attention that it adds"),
    ("organisation", "i8", "row of organisations: whose scandal it is, -1 for none"),
)

ORDER = table(
    ("first", "i8", "week"),
    ("last", "i8", "week"),
    ("organisation", "i8", "row of organisations"),
    ("issue", "i8", "column of issues"),
    ("tactic", "i8", "row of tactics"),
    ("firm", "i8", "boycotts: row of organisations, -1: as the organisation would choose"),
    ("district", "i8", "local campaigns: row of districts, -1: likewise"),
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
    ("left", "?", "whether its government has left the body"),
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
    ("fear", "f4", (2,), "motive, for the most risk averse, offline and online"),
    ("sanction", "f4", (SIDES,), "0..1, risk of marching"),
    ("sanction_signing", "f4", (2,), "0..1, risk of signing, offline and online"),
    ("shift", "f4", "0..1, move of values toward a frame that is heard and fits"),
    ("friends", "f4", "chance to miss what one friend talks of, under a shutdown smaller"),
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
