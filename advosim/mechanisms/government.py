"""Phase 9: how crowded the field is, to whom a government answers, and what it trades for quiet."""

from __future__ import annotations

from advosim.mechanisms.institutions import half_effect, sign
from advosim.world.chance import exp, log
from advosim.world.codes import ACCOMMODATE, AGAINST, FOR, SIDES, STORE
from advosim.world.compile import compiled

_ASKED_KEEP = 0.97
"""What a government remembers from week to week of how much it is asked (convention): about half a year."""


@compiled
def crowding(number, rule):
    """How crowded a field of organisations is beside the usual one, 1 for as many: number / usual, within bounds."""
    size = exp(rule.exponent * log(max(number, 1) / rule.usual))
    return min(max(size, rule.least), rule.most)


@compiled
def field(now, arena, teams):
    """Voices count beside the others.

    Field = open organisations that campaign / 20, within .5 and 4; it multiplies what halves the effect of the street,
    of petitions and of contacts. Gray & Lowery 1996.
    """
    polities, organisations = arena.polities, teams.organisations
    rule = now.rules[0].field
    for p in range(polities.size):
        number = 0
        for o in range(organisations.size):
            a = organisations[o]
            number += 1 if a.polity == p and not a.closed and a.activity > 0.0 else 0
        polities[p].field = crowding(number, rule) if rule.on else 1.0


@compiled
def answerable(contestation, shadow, danger, media_freedom, openness, rules):
    """A = (contestation (1 + shadow) + 2 danger) (.3 + .5 media freedom + .2 openness): how much opinion counts.

    shadow: 0..1, nearness of an election; danger: 0..1, that of a recall. 0 where nobody votes and nobody can be
    recalled. Powell 2000; Besley & Burgess 2002; Dahl 1971.
    """
    rule = rules[0].accountability
    held = contestation * (1.0 + rule.before_elections * shadow) + rules[0].recall.listen * danger
    return held * (rule.heard + rule.by_media * media_freedom + rule.by_openness * openness)


@compiled
def accountability(now, arena):
    """How much opinion counts follows from how power is won and held; off, it counts alike in every regime.

    Weight of opinion = (`contestation` (1 + e^(-weeks to election / 13)) + 2 danger of a recall) x (.3 + .5
    `media_freedom` + .2 `openness`). Powell 2000; Besley & Burgess 2002; Dahl 1971.
    """
    clock, rules, polities = now.clock, now.rules, arena.polities
    rule = rules[0].accountability
    for p in range(polities.size):
        home = polities[p]
        to_election = (home.election_interval - clock[0].week % home.election_interval) % home.election_interval
        shadow = exp(-to_election / rule.election_shadow)
        home.answerable = 1.0
        if rule.on:
            home.answerable = answerable(
                home.contestation, shadow, home.danger, home.media_freedom, home.openness, rules
            )


@compiled
def _demands(issue, rule):
    """What is asked in the open: .95 demand + .05 (2 marched + .1 signed), by side."""
    for side in range(SIDES):
        asked = rule.by_march * issue.marched[side] + rule.by_signature * issue.signed[side]
        issue.demand[side] = rule.keep * issue.demand[side] + (1.0 - rule.keep) * asked


@compiled
def _asking(issues, p, rule):
    """The share of issues and sides on which something in the open asks for an answer."""
    asking = 0.0
    for m in range(issues.shape[1]):
        for side in range(SIDES):
            issue = issues[p, m]
            if issue.marched[side] >= rule.onset or issue.signed[side] >= rule.onset_of_signing:
                asking += 1.0
    return asking / (SIDES * issues.shape[1])


@compiled
def eased(accommodation, own, other, rule):
    """The factor of friction for the side that is louder in the open: 1 - .5 accommodation (own - other demand).

    own, other: demands as half effects, 0..1. Gamson 1975; Rasler 1996: concessions follow what is asked in the open.
    """
    return 1.0 - rule.ease * accommodation * max(0.0, own - other)


@compiled
def accommodation(now, arena):
    """A government trades concessions for quiet; steps are rationed, and one that pressure has won takes their place.

    Demand of a side = .95 demand + .05 (2 marched + .1 signed), D = demand/(demand + .0003). Friction for a side is x
    (1 - .5 `accommodation` x (own D - other D, at least 0)). Whom the government accommodates in a week (`response`)
    without a step of `friction` due gets one of .02 `accommodation` x min(1, .06 / share of issues and sides that ask,
    remembered by .97 a week), toward its mean at most (where citizens can launch initiatives, on to the nearest law
    that is safe from them); this halves the pressure of that side and takes a quarter of the attention. Gamson 1975;
    Giugni 2004.
    """
    rules, polities, issues = now.rules, arena.polities, arena.issues
    rule = rules[0].accommodation
    for p in range(issues.shape[0]):
        home = polities[p]
        home.asked = _ASKED_KEEP * home.asked + (1.0 - _ASKED_KEEP) * _asking(issues, p, rules[0].response)
        ration = min(1.0, rule.ration / home.asked) if home.asked > 0.0 else 1.0
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            _demands(issue, rule)
            issue.granted = False
            for side in range(SIDES):
                own = half_effect(issue.demand[side], rule.half_demand)
                other = half_effect(issue.demand[1 - side], rule.half_demand)
                issue.eased[side] = eased(home.accommodation, own, other, rule) if rule.on else 1.0
            give = sign(issue.conceded)
            if rule.on and issue.answers & ACCOMMODATE and give != 0.0:
                asker = FOR if give > 0.0 else AGAINST
                room = max(0.0, give * (issue.side_mean[asker] - issue.policy))
                size = min(rule.step * home.accommodation * ration, room)
                if size > 0.0:
                    issue.submitted[STORE] = issue.granted = True
                    issue.target[STORE] = issue.policy + give * size
