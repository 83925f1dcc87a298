"""Phase 3: members leave an alliance, and it ends.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

from advosim.mechanisms.alliances import tell
from advosim.mechanisms.chronicle import break_off
from advosim.mechanisms.clashes import meets
from advosim.mechanisms.power import agree
from advosim.mechanisms.ties import first_trust
from advosim.world.chance import draw64, key, logistic, pair, stream
from advosim.world.codes import (
    CLOSED,
    DISSOLVED,
    DISTRUST,
    DISTRUSTED,
    DRIFTED,
    FOR,
    GAVE_IN,
    GOAL_REACHED,
    LEFT,
    NO_RESULTS,
    OUTVOTED,
    PARTNERS_LEFT,
    QUARREL,
    QUARTER,
    TOO_MANY,
    UNFAIR,
)
from advosim.world.compile import compiled

_EXIT = stream("alliance_exit")
_RECENTLY = QUARTER
_USUAL_SIZE = 3.0
"""Members of an alliance from which its size neither keeps nor repels (convention)."""
_MIDDLE = 0.5
"""Of cohesion and results, 0..1: where they neither keep nor repel (convention)."""
_SLIGHT = 0.1
"""Of a logit: what weighs less is no reason to leave."""


@compiled
def exit_logit(trusted, satisfaction, members, formal, cohesion, rule, retention):
    """-4.6 + 3 (1 - trust) - 1.5 satisfaction + .15 (size - 3) - .7 formal - 2 (cohesion - .5): a week's exit."""
    logit = rule.readiness + rule.by_distrust * (1.0 - trusted) - rule.by_satisfaction * satisfaction
    logit += rule.by_size * (members - _USUAL_SIZE) - rule.by_memorandum * formal
    return logit - retention * (cohesion - _MIDDLE)


@compiled
def within(chance, weeks):
    """The chance that what happens by `chance` a week happens within some weeks: 1 - (1 - chance) ^ weeks."""
    stays = 1.0
    for _ in range(weeks):
        stays *= 1.0 - chance
    return 1.0 - stays


@compiled
def _standing(seats, s, trust):
    """Mean trust of a member in the others, and of the others in it."""
    o = seats[s].organisation
    given = received = 0.0
    others = 0
    for r in range(seats.size):
        x = seats[r].organisation
        if x >= 0 and x != o:
            given += trust[o, x]
            received += trust[x, o]
            others += 1
    return (given / others, received / others) if others > 0 else (0.0, 0.0)


@compiled
def _hoped(rules, seats, s, tied):
    """Mean trust in partners with which a member would have begun."""
    o = seats[s].organisation
    total, others = 0.0, 0
    for r in range(seats.size):
        if r != s and seats[r].organisation >= 0:
            total += first_trust(rules, tied[o, seats[r].organisation])
            others += 1
    return total / others if others > 0 else 0.0


@compiled
def _reason(now, alliance, seat, stance, given, received, hoped):
    """What weighed most in an exit: the largest gap to a usual partnership, in which trust is what it is at first."""
    clock, rules = now.clock, now.rules
    rule = rules[0].alliance_exit
    if seat.clash >= 0 and clock[0].week - seat.clashed < _RECENTLY:
        return QUARREL + seat.clash
    largest, reason = _SLIGHT, DRIFTED
    distrust = rule.by_distrust * (hoped - min(given, received))
    if distrust > largest:
        largest, reason = distrust, DISTRUST if given <= received else DISTRUSTED
    weight = rule.by_satisfaction
    outvoted = weight * rules[0].power.by_distance * abs(alliance.line - stance) if rules[0].power.on else 0.0
    if outvoted > largest:
        largest, reason = outvoted, OUTVOTED
    unfair = weight * rules[0].benefit_sharing.by_inequity * seat.inequity
    if unfair > largest:
        largest, reason = unfair, UNFAIR
    idle = weight * rule.by_results * (_MIDDLE - alliance.results)
    if idle > largest:
        largest, reason = idle, NO_RESULTS
    crowd = rule.by_size * (alliance.members - _USUAL_SIZE)
    return TOO_MANY if crowd > largest else reason


@compiled
def leave(clock, alliance, seats, s, organisations, events, reason):
    """A member gives up its seat."""
    o = seats[s].organisation
    tell(clock, events, LEFT, alliance, o, -1, seats[s].satisfaction).reason = reason
    alliance.ending = reason
    alliance.members -= 1
    alliance.abroad -= 1 if organisations[o].polity != alliance.polity else 0
    organisations[o].seats -= 1
    seats[s].organisation = -1


@compiled
def _called_away(alliance, organisation, stance, policy):
    """Why a member leaves at once, -1 where nothing calls it away. stance, policy: -1..1."""
    if organisation.closed:
        return CLOSED
    if organisation.conceded[alliance.issue] > 0:
        return GAVE_IN
    if stance == policy or (stance > policy) != (alliance.side == FOR):
        return GOAL_REACHED
    return -1


@compiled
def _lost(now, teams, allied, alliance, seats, s, members):
    """Why a member leaves at a meeting, -1 where it stays. seats and their number of members: as the meeting began."""
    clock, rules, seat = now.clock, now.rules, seats[s]
    trust, o = allied.trust, seat.organisation
    given, received = _standing(seats, s, trust)
    formal = 1.0 if alliance.formal else 0.0
    retention = rules[0].internal_communication.retention if rules[0].internal_communication.on else 0.0
    rule, trusted = rules[0].alliance_exit, min(given, received)
    logit = exit_logit(trusted, seat.satisfaction, members, formal, alliance.cohesion, rule, retention)
    k = pair(key(clock[0].seed, clock[0].week, _EXIT), alliance.key)
    weeks = min(QUARTER, clock[0].week - seat.since)
    if draw64(k, teams.organisations[o].key) >= within(logistic(logit), weeks):
        return -1
    hoped = _hoped(rules, seats, s, allied.tied)
    return _reason(now, alliance, seat, teams.stances[o, alliance.issue], given, received, hoped)


@compiled
def alliance_exit(now, arena, teams, allied, record):
    """Members leave at quarterly meetings by chance; at once who closed, gave in, or whom policy went past.

    Leaves at a quarterly meeting with the chance 1 - (1 - p)^w of the w weeks since the last, or since one joined, p =
    s(-4.6 + 3 (1 - T) - 1.5 satisfaction + .15 (members - 3) - .7 under a memorandum - 2 (cohesion - .5)) a week, T the
    lesser of mean trust given and received, all as it was when the meeting began; at once who closed, whom policy has
    reached or passed, or who gave in to a boycott on the issue (`boycott`). Satisfaction += .1 (.6 + .6 (results - .5)
    - .5 x distance to the line - inequity - satisfaction), within 0 to 1; results follow the worth of joint campaigns,
    1/2 is usual. Who stays shares the say anew. When one is left, the alliance dissolves, and its campaigns end.

    The reason in the log is what weighed most: `closed`, `gave_in`, `goal_reached`, one of the clashes within the last
    13 weeks, else the largest of `distrust`, `distrusted` (both: trust below what it is at first, .5, tied .7),
    `outvoted`, `unfair_sharing`, `no_results`, `too_many`, else `drifted_apart`; an alliance ends for the reason of the
    last who left it, who remains is `partners_left`. Partings are mutual: who is not trusted is eased out as one who
    does not trust leaves. Hula 1999.
    """
    clock, issues = now.clock, arena.issues
    organisations, stances, campaigns = teams.organisations, teams.stances, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    lives, events = record.alliances, record.events
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        policy = issues[alliance.polity, alliance.issue].policy
        before, meeting = alliance.members, now.rules[0].alliance_exit.on and meets(clock, alliance)
        then = seats[a].copy() if meeting else seats[a]
        for s in range(seats.shape[1]):
            o = seats[a, s].organisation
            if o < 0:
                continue
            reason = _called_away(alliance, organisations[o], stances[o, alliance.issue], policy)
            if reason < 0 and meeting and alliance.members > 1:
                reason = _lost(now, teams, allied, alliance, then, s, before)
            if reason >= 0:
                leave(clock, alliance, seats[a], s, organisations, events, reason)
        if alliance.members < 2 or alliance.members == alliance.abroad:
            _dissolve(clock, alliance, seats[a], a, organisations, campaigns, lives, events)
        else:
            if alliance.members < before:
                agree(alliance, seats[a], stances)
            lives[alliance.number].lead = alliance.lead


@compiled
def _dissolve(clock, alliance, seats, a, organisations, campaigns, lives, events):
    ending, lived = alliance.ending, float(clock[0].week - alliance.founded)
    tell(clock, events, DISSOLVED, alliance, alliance.lead, -1, lived).reason = ending
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            leave(clock, alliance, seats, s, organisations, events, PARTNERS_LEFT)
    alliance.alive = False
    lives[alliance.number].week_ended = clock[0].week
    lives[alliance.number].ending = ending
    for c in range(organisations.size, campaigns.size):
        if campaigns[c].alliance == a and campaigns[c].weeks_left > 0:
            break_off(clock, campaigns[c], events)
