"""Phase 3: who has more decides more in an alliance.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

from advosim.mechanisms.campaigns import power as raised
from advosim.world.compile import compiled

_PENNILESS = 1e-6
"""Below any funds: who has none still has a say, as 0 to the power of 0 is 1 (convention)."""


@compiled
def power(now, teams, allied):
    """Who has more, decides more.

    Say = funds^.5 as a share of the sum over members; the line is the mean position by say, the lead whoever has most
    say. .5 x distance to the line is lost of a member's satisfaction. A declared alliance may have an exponent of its
    own (`psi`). Pfeffer & Salancik 1978.
    """
    organisations, stances = teams.organisations, teams.stances
    trust, alliances, seats = allied.trust, allied.alliances, allied.seats
    rule = now.rules[0].power
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        psi = alliance.psi if alliance.psi >= 0.0 else rule.psi
        for s in range(seats.shape[1]):
            seat = seats[a, s]
            if seat.organisation >= 0:
                funds = max(organisations[seat.organisation].funds, _PENNILESS)
                seat.say = raised(funds, psi) if rule.on and psi > 0.0 else 1.0
        agree(alliance, seats[a], stances)
        _take_stock(alliance, seats[a], organisations, trust)


@compiled
def agree(alliance, seats, stances):
    """Say adds up to 1 among those who are there; it makes the line and the lead."""
    total = line = most = squares = 0.0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            total += seats[s].say
    for s in range(seats.size):
        seat = seats[s]
        if seat.organisation >= 0:
            seat.say /= total
            line += seat.say * stances[seat.organisation, alliance.issue]
            squares += seat.say * seat.say
            if seat.say > most:
                most, alliance.lead = seat.say, seat.organisation
    alliance.line = line
    alliance.evenness = 1.0 / (squares * alliance.members)


@compiled
def _take_stock(alliance, seats, organisations, trust):
    pairs = differing = 0
    total = mutual = 0.0
    for s in range(seats.size):
        for r in range(s + 1, seats.size):
            i, j = seats[s].organisation, seats[r].organisation
            if i < 0 or j < 0:
                continue
            pairs += 1
            total += (trust[i, j] + trust[j, i]) / 2.0
            higher = max(trust[i, j], trust[j, i])
            mutual += min(trust[i, j], trust[j, i]) / higher if higher > 0.0 else 1.0
            differing += 1 if organisations[i].kind != organisations[j].kind else 0
    alliance.trust = total / pairs if pairs > 0 else 0.0
    alliance.reciprocity = mutual / pairs if pairs > 0 else 0.0
    alliance.diversity = differing / pairs if pairs > 0 else 0.0
