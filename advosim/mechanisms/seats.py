"""How votes become seats and seats a government: pure functions, called by `elections` and by docking."""

from __future__ import annotations

import numpy as np

from advosim.world.compile import compiled

DHONDT, SAINTE_LAGUE = 0, 1


@compiled
def passing(votes, threshold):
    """Votes of the lists whose share of all votes reaches a threshold in 0..1; 0 for the others.

    A threshold that no list reaches does not hold: somebody has to sit in parliament.
    votes: (lists,) float64 counts >= 0. A share is divided, not multiplied out: 7 of 100 votes reach .07 to the bit.
    """
    total = 0.0
    for k in range(votes.size):
        total += votes[k]
    kept = np.zeros(votes.size)
    none = True
    for k in range(votes.size):
        if total > 0.0 and votes[k] / total >= threshold:
            kept[k] = votes[k]
            none = False
    for k in range(votes.size):
        kept[k] = votes[k] if none else kept[k]
    return kept


@compiled
def highest_averages(votes, number, method):
    """Seats of lists by highest averages: votes over 1, 2, 3 ... (D'Hondt) or 1, 3, 5 ... (Sainte-Lague).

    votes: (lists,) float64 counts >= 0; number: seats to fill; method: DHONDT or SAINTE_LAGUE. Equal averages go to the
    list with more votes, then to the earlier. Averages are compared multiplied out, which is exact for counts. Nobody
    gets a seat without votes. Gallagher & Mitchell 2005, The Politics of Electoral Systems, app. A.
    """
    seats = np.zeros(votes.size, np.int64)
    pace = 2.0 if method == SAINTE_LAGUE else 1.0
    for _ in range(number):
        best = -1
        for k in range(votes.size):
            if votes[k] <= 0.0:
                continue
            if best < 0:
                best = k
                continue
            mine = votes[k] * (1.0 + pace * seats[best])
            other = votes[best] * (1.0 + pace * seats[k])
            if mine > other or (mine == other and votes[k] > votes[best]):
                best = k
        if best >= 0:
            seats[best] += 1
    return seats


@compiled
def plurality(votes, national):
    """The list with most votes in a district, -1 where nobody voted. Ties: more votes nationally, then the earlier."""
    best = -1
    for k in range(votes.size):
        if votes[k] <= 0.0:
            continue
        if best < 0 or votes[k] > votes[best] or (votes[k] == votes[best] and national[k] > national[best]):
            best = k
    return best


@compiled
def gallagher(votes, seats):
    """Least-squares index of disproportionality, 0..100: sqrt of half the sum of squared differences in percent.

    votes, seats: (lists,) counts; 0 where there are none of either. Gallagher 1991, Electoral Studies 10(1).
    """
    cast = filled = 0.0
    for k in range(votes.size):
        cast += votes[k]
        filled += seats[k]
    if cast <= 0.0 or filled <= 0.0:
        return 0.0
    squares = 0.0
    for k in range(votes.size):
        apart = 100.0 * (votes[k] / cast - seats[k] / filled)
        squares += apart * apart
    return np.sqrt(0.5 * squares)


@compiled
def coalition(seats, places):
    """Who governs: the party with a majority of seats, else the smallest connected coalition that has one.

    seats: (parties,) counts; places: (parties,) on the dimension that orders them. Connected: nobody with seats stands
    between two members. Of the winning ones the fewest seats, then the narrowest; so no member can be dropped at
    either end. Returns (parties,) of 0 and 1, all 0 where there are no seats. Axelrod 1970; De Swaan 1973.
    """
    order = np.argsort(places, kind="mergesort")
    members = np.zeros(seats.size, np.uint8)
    total = 0
    for k in range(seats.size):
        total += seats[k]
    first = last = -1
    fewest, narrowest = total + 1, 0.0
    for i in range(order.size):
        together = 0
        for j in range(i, order.size):
            together += seats[order[j]]
            if 2 * together > total:
                width = places[order[j]] - places[order[i]]
                if together < fewest or (together == fewest and width < narrowest):
                    fewest, narrowest, first, last = together, width, i, j
                break
    if first >= 0:
        for i in range(first, last + 1):
            members[order[i]] = 1 if seats[order[i]] > 0 else 0
    return members
