"""Phase 3: who knows whom, and who is allied with whom.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

import numpy as np

from advosim.world.chance import draw64, key, stream
from advosim.world.codes import QUARTER
from advosim.world.compile import compiled
from advosim.world.relations import between

_CLOSURE = stream("ties.closure")
_FADING = stream("ties.fading")


@compiled
def ties(now, teams, allied):
    """Friends of friends get to know each other, and trust each other more: triads close.

    Two are tied at the start with chance .2 e^(-distance/.3) x .3 across languages x .1 across borders x 3 if one
    person has posts in both, at most 1; distance is that on the ring of a polity's localities, and between polities
    that of their `relation`, which may also give what is understood or the chance itself. Every 13 weeks two with a
    common friend tie with chance .02, and a tie fades with chance .03 without a common alliance; who closes has none.
    Tied pairs have .2 more trust at first, also those that tie later, and meet more often. A tie costs .02 of income a
    week. Granovetter 1973; Murdie 2014.
    """
    clock, rules = now.clock, now.rules
    organisations = teams.organisations
    tied, trust, alliances, seats = allied.tied, allied.trust, allied.alliances, allied.seats
    rule = rules[0].ties
    week = clock[0].week
    if not rule.on or week % QUARTER != 0:
        return
    closing, fading = key(clock[0].seed, week, _CLOSURE), key(clock[0].seed, week, _FADING)
    n = organisations.size
    met = tied.copy()
    for i in range(n):
        for j in range(i + 1, n):
            own = between(organisations[i].key, organisations[j].key)
            if organisations[i].closed or organisations[j].closed:
                tied[i, j] = tied[j, i] = 0
            elif met[i, j] > 0:
                if draw64(fading, own) < rule.fading and not are_allied(i, j, alliances, seats):
                    tied[i, j] = tied[j, i] = 0
            elif draw64(closing, own) < rule.closure:
                for x in range(n):
                    if met[i, x] > 0 and met[j, x] > 0:
                        tied[i, j] = tied[j, i] = 1
                        if rules[0].trust.on:
                            trust[i, j] = min(1.0, trust[i, j] + rule.trust)
                            trust[j, i] = min(1.0, trust[j, i] + rule.trust)
                        break
    for i in range(n):
        organisations[i].ties = 0
        for j in range(n):
            organisations[i].ties += tied[i, j]


@compiled
def seat_of(seats, o):
    """An organisation's seat in an alliance, -1 where it has none."""
    for s in range(seats.size):
        if seats[s].organisation == o:
            return s
    return -1


@compiled
def allied_before(i, j, last, alliances, seats):
    """Whether two organisations belong to one of the first `last` alliances."""
    together = False
    for a in range(last):
        together = together or (alliances[a].alive and seat_of(seats[a], i) >= 0 and seat_of(seats[a], j) >= 0)
    return together


@compiled
def are_allied(i, j, alliances, seats):
    """Whether two organisations belong to one alliance."""
    return allied_before(i, j, alliances.size, alliances, seats)


@compiled
def is_allied(alliance, seats, o, p, m, side):
    """Whether an organisation has a seat in a living alliance on a side of an issue. seats: of that alliance."""
    if not alliance.alive or alliance.polity != p or alliance.issue != m or alliance.side != side:
        return False
    return seat_of(seats, o) >= 0


@compiled
def members_of(seats):
    """The organisations that have a seat."""
    members, many = np.zeros(seats.size, np.int64), 0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            members[many] = seats[s].organisation
            many += 1
    return members[:many]


@compiled
def first_trust(rules, tied):
    """What organisations trust each other with before they worked together: .5, tied .7. tied: 0 or 1."""
    # Ties that come later add to trust only where trust moves.
    return min(1.0, rules[0].trust.start + (rules[0].ties.trust if tied > 0 and rules[0].trust.on else 0.0))
