"""Phase 3: members of an alliance inform each other, and fall out.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.alliances import culture_distance, shared_priorities, tell
from advosim.world.chance import draw64, key, stream
from advosim.world.codes import CLASHED, CLASHES, QUARTER
from advosim.world.compile import compiled

_CLASH = tuple(stream(name) for name in CLASHES)
_CULTURE_CLASH, _PRIORITY_CLASH, _STRATEGY_CLASH = range(len(CLASHES))


@compiled
def quality(rule):
    """How well members inform each other: share / (share + .05), 0..1; 0 where they do not."""
    return rule.share / (rule.share + rule.half) if rule.on else 0.0


@compiled
def internal_communication(now, allied):
    """Meetings, updates and reports hold an alliance together.

    Takes .05 of the common means; quality q = share/(share + .05). Cohesion += .1 ((mean T + q)/2 - cohesion); exits
    are fewer by 2 (cohesion - .5) in the logit; the situation is misread by (1 - q) of the noise (`joint_plan`). Ostrom
    1990.
    """
    alliances = allied.alliances
    rule = now.rules[0].internal_communication
    for a in range(alliances.size):
        if alliances[a].alive:
            # Over distance and languages less is understood (`across_borders`).
            understood = 1.0 - alliances[a].remote / alliances[a].members
            aim = (alliances[a].trust + quality(rule) * understood) / 2.0
            alliances[a].cohesion += rule.rate * (aim - alliances[a].cohesion)


@compiled
def _quarrel(now, allied, events, a, kind, rule, spared, distances):
    """The most distant pair falls out by hazard x distance x (1 - remedy); mediation scales the damage by 1 - m.

    kind: place in CLASHES; spared: share of conflicts that the remedy spares; distances: (seats, seats), 0..1.
    """
    clock, alliance, seats, trust = now.clock, allied.alliances[a], allied.seats[a], allied.trust
    worst, one, other = 0.0, -1, -1
    for s in range(seats.size):
        for r in range(s + 1, seats.size):
            if seats[s].organisation >= 0 and seats[r].organisation >= 0 and distances[s, r] > worst:
                worst, one, other = distances[s, r], s, r
    if one < 0:
        return
    luck = draw64(key(clock[0].seed, clock[0].week, _CLASH[kind]), alliance.key)
    if luck >= rule.hazard * worst * (1.0 - rule.remedy * spared):
        return
    damage = rule.damage * (1.0 - mediation(now.rules[0].trust))
    i, j = seats[one].organisation, seats[other].organisation
    trust[i, j] = max(0.0, trust[i, j] - damage)
    trust[j, i] = max(0.0, trust[j, i] - damage)
    for s in (one, other):
        seats[s].satisfaction = max(0.0, seats[s].satisfaction - damage)
        seats[s].clash = kind
        seats[s].clashed = clock[0].week
    tell(clock, events, CLASHED + kind, alliance, i, j, damage)


@compiled
def meets(clock, alliance):
    """Whether an alliance holds its quarterly meeting."""
    age = clock[0].week - alliance.founded
    return alliance.alive and age > 0 and age % QUARTER == 0


@compiled
def culture_clash(now, teams, allied, events):
    """Conflict over ways of working; shared understanding, which communication brings, is the remedy.

    Every 13 weeks of an alliance the most distant pair falls out with chance .3 x distance x (1 - .6 q), distance =
    mean difference of formal, confrontational and participatory culture. Both lose .3 of trust in each other and of
    satisfaction, less what mediation spares (`trust`). Gray 1989.
    """
    clock = now.clock
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].culture_clash
    apart = np.zeros((seats.shape[1], seats.shape[1]))
    for a in range(alliances.size):
        if not rule.on or not meets(clock, alliances[a]):
            continue
        _set_apart(teams, seats[a], _CULTURE_CLASH, apart)
        _quarrel(now, allied, events, a, _CULTURE_CLASH, rule, quality(now.rules[0].internal_communication), apart)


@compiled
def _set_apart(teams, seats, kind, apart):
    """How far members lie from each other in culture, or in what comes first; apart: (seats, seats)."""
    for s in range(seats.size):
        for r in range(s + 1, seats.size):
            i, j = seats[s].organisation, seats[r].organisation
            if i < 0 or j < 0:
                continue
            if kind == _CULTURE_CLASH:
                apart[s, r] = culture_distance(teams.organisations[i].culture, teams.organisations[j].culture)
            else:
                apart[s, r] = 1.0 - shared_priorities(teams.priorities[i], teams.priorities[j])


@compiled
def priority_clash(now, teams, allied, events):
    """Conflict over what comes first; negotiation among members with equal say is the remedy.

    As `culture_clash`, distance = 1 - shared priorities; the remedy is negotiation among equals: x (1 - .6 x evenness
    of say), evenness = 1/(members x sum of say^2). Gray 1989.
    """
    clock = now.clock
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].priority_clash
    apart = np.zeros((seats.shape[1], seats.shape[1]))
    for a in range(alliances.size):
        if not rule.on or not meets(clock, alliances[a]):
            continue
        _set_apart(teams, seats[a], _PRIORITY_CLASH, apart)
        _quarrel(now, allied, events, a, _PRIORITY_CLASH, rule, alliances[a].evenness, apart)


@compiled
def strategy_distance(one, other, uses, others_uses):
    """Half the difference in institutionalisation, half the tactics that only one of two would use: 0..1."""
    both = either = 0.0
    for k in range(uses.size):
        both += min(uses[k], others_uses[k])
        either += max(uses[k], others_uses[k])
    unlike = 1.0 - both / either if either > 0.0 else 0.0
    return (abs(one.institutionalisation - other.institutionalisation) + unlike) / 2.0


@compiled
def strategy_clash(now, teams, allied, events):
    """Conflict over how to proceed; an agreed framework, the memorandum, is the remedy.

    As `culture_clash`, distance = (difference of institutionalisation + share of all their tactics that only one of two
    uses)/2; the remedy is an agreed framework: x (1 - .6) under a memorandum. Gray 1989.
    """
    clock = now.clock
    organisations, uses = teams.organisations, teams.uses
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].strategy_clash
    apart = np.zeros((seats.shape[1], seats.shape[1]))
    for a in range(alliances.size):
        if not rule.on or not meets(clock, alliances[a]):
            continue
        for s in range(seats.shape[1]):
            for r in range(s + 1, seats.shape[1]):
                i, j = seats[a, s].organisation, seats[a, r].organisation
                if i >= 0 and j >= 0:
                    apart[s, r] = strategy_distance(organisations[i], organisations[j], uses[i], uses[j])
        framework = 1.0 if alliances[a].formal else 0.0
        _quarrel(now, allied, events, a, _STRATEGY_CLASH, rule, framework, apart)


@compiled
def mediation(rule):
    """The share of damage by conflict that mediation spares."""
    return rule.mediation if rule.on else 0.0
