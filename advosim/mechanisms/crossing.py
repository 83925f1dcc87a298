"""Phase 3: alliances whose members live in several polities: how they come about, what they cost and what they carry.

An alliance is about the policy of one polity. Members there campaign; those abroad pay, advise, vouch, shield, and
press their own governments to speak up. Keck & Sikkink 1998; Tarrow 2005.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.alliances import by_key, consent, offer_of, who_offers
from advosim.mechanisms.institutions import half_effect
from advosim.mechanisms.ties import members_of, seat_of
from advosim.world.chance import draw64, key, pair, stream
from advosim.world.codes import MONTH, QUARTER
from advosim.world.compile import compiled
from advosim.world.relations import between

_MEET = stream("across_borders.meet")
_CAUSE = stream("across_borders.cause")


# ---------------------------------------------------------------- what it costs to be apart


@compiled
def remoteness(relations, p, q):
    """What distance and language put between two polities, 0..1: 1 - nearness; 0 at home."""
    return 0.0 if p == q else 1.0 - relations[p, q].closeness


@compiled
def apart(polities_of, place, relations):
    """Mean remoteness of a member from the others, 0..1. polities_of: (members,), rows of polities."""
    total, others = 0.0, polities_of.size - 1
    for s in range(polities_of.size):
        total += remoteness(relations, polities_of[place], polities_of[s])
    return total / others if others > 0 else 0.0


# ---------------------------------------------------------------- gatekeepers


@compiled
def centrality(organisation, rule):
    """How central an organisation is among all that know each other: t/(t + 4) of t ties, 0..1. Carpenter 2011."""
    return half_effect(float(organisation.ties), rule.half_ties)


@compiled
def vouching(members, p, organisations, rule):
    """The most central member abroad: who let a cause of polity p in, 0..1; 0 where nobody has."""
    most = 0.0
    for o in members:
        if organisations[o].polity != p:
            most = max(most, centrality(organisations[o], rule))
    return most


@compiled
def causes(o, alliances, seats, organisations):
    """How many alliances on the policy of other polities an organisation belongs to."""
    number = 0
    for a in range(alliances.size):
        abroad = alliances[a].alive and alliances[a].polity != organisations[o].polity
        number += 1 if abroad and seat_of(seats[a], o) >= 0 else 0
    return number


@compiled
def _cause(o, alliances, seats, organisations, u):
    """The polity about whose policy an organisation speaks to one abroad: its own, or one whose cause it has taken up;
    by a uniform u.
    """
    chosen = int(u * (1 + causes(o, alliances, seats, organisations)))
    for a in range(alliances.size):
        abroad = alliances[a].alive and alliances[a].polity != organisations[o].polity
        if abroad and seat_of(seats[a], o) >= 0:
            if chosen == 1:
                return alliances[a].polity
            chosen -= 1
    return organisations[o].polity


@compiled
def borders_between(arena, teams, allied, abroad, rule, offered):
    """What distance and language take from the logits of host and guest, and what gatekeepers add to the guest's.

    A guest abroad is the readier where somebody central abroad has let the cause in, and the less so the more causes it
    has taken up. Bob 2005; Carpenter 2011.
    """
    p, _, _, a, host, guest = offered
    organisations = teams.organisations
    far = rule.by_distance * remoteness(abroad.relations, organisations[host].polity, organisations[guest].polity)
    vouched = crowded = 0.0
    if organisations[guest].polity != p:
        members = members_of(allied.seats[a]) if a >= 0 else np.full(1, host)
        vouched = rule.by_gatekeeper * vouching(members, p, organisations, rule)
        crowded = rule.by_crowding * causes(guest, allied.alliances, allied.seats, organisations)
    return far, far + crowded, vouched


# ---------------------------------------------------------------- formation


@compiled
def across_borders(now, arena, teams, allied, abroad, record):
    """Each quarter organisations of two polities meet, and ally on the policy of one of them.

    Formation: every 13 weeks pairs of two polities meet with chance `meet` (0 unless a scenario opens borders) x
    nearness (1 for tied ones) x the lesser activity. Who makes the offer speaks of a cause of its own polity, or of one
    abroad that it has taken up, and both decide as in `alliance_formation`, by what the issue is there. Remoteness r =
    1 - nearness takes 1 x r from both logits (it stands in `by_culture`); one abroad is the readier by 1.5 x c of the
    most central member abroad, c = t/(t + 4) of t ties (in `by_enlist`), and the less so by .5 for each cause abroad
    that it has taken up. A new alliance needs somebody at home; it ends when nobody there is left.

    Who allies across a border is tied.

    Costs: a member pays .05 of income x its mean r to the others; a member abroad counts as 1 + r in coordinating
    (`alliance_strength`); communication is worth its quality x (1 - mean r) (`internal_communication`).

    Gains: members abroad pool means, and help in trouble, x (1 - `entry_cost`) there; skills, frames, trust and
    credibility count as those of others. Roles of a joint plan are for members at home, and only their members are
    called. Harassment of a member falls by .5 x `external_vulnerability` x n/(n + 1) of n allies abroad. While a joint
    plan runs, n members in another polity carry the case to their government, as fresh as n/(n + 1) (`third_states`).
    Tarrow 2005; Bandy & Smith 2005; Bob 2005.
    """
    rules, organisations = now.rules, teams.organisations
    if arena.polities.size < 2:
        return
    _take_stock(rules[0].across_borders, arena, teams, allied, abroad)
    rule, week = rules[0].across_borders, now.clock[0].week
    if not rule.on or rule.meet == 0.0 or not rules[0].alliance_formation.on or week % QUARTER != 0:
        return
    meetings = key(now.clock[0].seed, week, _MEET)
    order = by_key(organisations)
    for first in range(order.size):
        for second in range(first + 1, order.size):
            i, j = order[first], order[second]
            one, other = organisations[i], organisations[j]
            if one.closed or other.closed or one.polity == other.polity:
                continue
            near = 1.0 if allied.tied[i, j] > 0 else abroad.relations[one.polity, other.polity].closeness
            chance = min(1.0, min(one.activity, other.activity)) * rule.meet * near
            if draw64(meetings, between(one.key, other.key)) < chance:
                _approach(now, arena, teams, allied, abroad, record, i, j)


@compiled
def _approach(now, arena, teams, allied, abroad, record, i, j):
    """One of two who meet speaks of a cause of its own polity, or of one that it has taken up; who allies across a
    border knows each other.
    """
    organisations = teams.organisations
    host, guest = who_offers(now, organisations, i, j)
    k = pair(key(now.clock[0].seed, now.clock[0].week, _CAUSE), between(organisations[i].key, organisations[j].key))
    p = _cause(host, allied.alliances, allied.seats, organisations, draw64(k, 0))
    offered = offer_of(arena, teams, allied, host, guest, p)
    _, m, _, a, first, second = offered
    # A new alliance needs somebody at home.
    if m < 0 or (a < 0 and organisations[first].polity != p):
        return
    borders = borders_between(arena, teams, allied, abroad, now.rules[0].across_borders, offered)
    if consent(now, arena, teams, allied, record, offered, borders) and now.rules[0].ties.on:
        allied.tied[first, second] = allied.tied[second, first] = 1


# ---------------------------------------------------------------- what allies abroad cost and bring


@compiled
def shield(vulnerability, partners, rule):
    """The share of harassment that n allies abroad spare: .5 x vulnerability x n/(n + 1). Keck & Sikkink 1998."""
    return rule.shield * vulnerability * half_effect(float(partners), rule.half_partners)


@compiled
def _take_stock(rule, arena, teams, allied, abroad):
    """Distance that members and alliances bear, who is shielded, and whose cause is carried to which government."""
    polities, organisations = arena.polities, teams.organisations
    alliances, relations, carried = allied.alliances, abroad.relations, abroad.carried
    carried[:] = 0.0
    for o in range(organisations.size):
        organisations[o].remote = organisations[o].shielded = 0.0
        organisations[o].barred = polities[organisations[o].polity].entry_cost
    for a in range(alliances.size):
        alliance = alliances[a]
        alliance.remote = 0.0
        if not alliance.alive or alliance.abroad == 0 or not rule.on:
            continue
        members = members_of(allied.seats[a])
        homes = np.zeros(members.size, np.int64)
        for s in range(members.size):
            homes[s] = organisations[members[s]].polity
        for s in range(members.size):
            alliance.remote += remoteness(relations, alliance.polity, homes[s])
            others = 0
            for r in range(members.size):
                others += 1 if homes[r] != homes[s] else 0
            member = organisations[members[s]]
            member.remote += apart(homes, s, relations)
            vulnerability = polities[homes[s]].external_vulnerability
            member.shielded = max(member.shielded, shield(vulnerability, others, rule))
        if alliance.pooled > 0.0:
            _carry(rule, alliance, homes, carried)


@compiled
def _carry(rule, alliance, homes, carried):
    """While a joint plan runs, members abroad carry the case to their own governments: n/(n + 1) of full freshness."""
    for q in range(carried.shape[1]):
        number = 0
        for s in range(homes.size):
            number += 1 if homes[s] == q and q != alliance.polity else 0
        fresh = rule.voice * half_effect(float(number), rule.half_partners)
        own = carried[alliance.polity, q, alliance.issue]
        own[alliance.side] = max(own[alliance.side], fresh)


# ---------------------------------------------------------------- drift


@compiled
def dependence(paid, own):
    """How far a member lives on means of allies abroad, 0..1: what they pay it beside its own dues and gifts."""
    return paid / (paid + own) if paid > 0.0 else 0.0


@compiled
def donor_drift(now, teams, allied):
    """Who lives on means from abroad comes to want what those who pay want.

    Every four weeks a member's position on the alliance's issue and its priorities move toward those of each ally in
    another polity by .05 x dependence x that ally's share of what all of them paid; dependence = means from them a
    week, as remembered and shared among the members of one polity, beside these and the member's own dues and gifts.
    Say goes with funds as well (`power`). Cooley & Ron 2002; Bob 2005.
    """
    rule = now.rules[0].donor_drift
    if not rule.on or now.clock[0].week % MONTH != 0:
        return
    forgets = 1.0 - now.rules[0].benefit_sharing.keep
    for a in range(allied.alliances.size):
        alliance = allied.alliances[a]
        if not alliance.alive or alliance.abroad == 0:
            continue
        positions, concerns = teams.stances.copy(), teams.priorities.copy()
        for s in range(allied.seats.shape[1]):
            if allied.seats[a, s].organisation >= 0:
                _drift(rule, alliance, allied.seats[a], s, forgets, (positions, concerns), teams)


@compiled
def _drift(rule, alliance, seats, s, forgets, before, teams):
    """One member's drift. forgets: what a week takes from remembered contributions; before: (organisations, issues),
    positions and priorities of all before anybody moved.
    """
    positions, concerns = before
    organisations, o, m = teams.organisations, seats[s].organisation, alliance.issue
    paid, alike = 0.0, 0
    for r in range(seats.size):
        x = seats[r].organisation
        if x >= 0 and organisations[x].polity != organisations[o].polity:
            paid += seats[r].contributed
        elif x >= 0:
            alike += 1
    if paid <= 0.0:
        return
    step = rule.rate * dependence(forgets * paid / alike, organisations[o].dues + organisations[o].gifts)
    for r in range(seats.size):
        x = seats[r].organisation
        if x >= 0 and organisations[x].polity != organisations[o].polity:
            weight = step * seats[r].contributed / paid
            teams.stances[o, m] += weight * (positions[x, m] - positions[o, m])
            for i in range(concerns.shape[1]):
                teams.priorities[o, i] += weight * (concerns[x, i] - concerns[o, i])
