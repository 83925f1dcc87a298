"""Phase 2: money comes in and goes out; who runs out closes."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.alliances import enlist
from advosim.mechanisms.borders import shelters
from advosim.mechanisms.campaigns import institutionalisation
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, normal, stream
from advosim.world.codes import CLOSURE, FIRM, FOUNDATION, GRANT, MONTH
from advosim.world.compile import compiled

_GIFTS = stream("funds")


@compiled
def funds(now, arena, teams, events):
    """Money comes in and goes out; who cannot pay closes, or finds shelter where repression is to blame.

    Funds += 15 x members as a share of citizens + income x (1 + .5 N(0, 1)), never below 0, - (.75 income + .18 (less
    by shared premises, `pooling`) + .2 R) - upkeep of `ties` and of seats in alliances (`alliance_strength`). Who
    cannot pay in full pays what there is and closes; its campaign ends and its members are free. Resource dependence:
    Pfeffer & Salancik 1978.
    """
    clock, rules = now.clock, now.rules
    polities = arena.polities
    organisations = teams.organisations
    rule = rules[0].funds
    k = key(clock[0].seed, clock[0].week, _GIFTS)
    for p in range(polities.size):
        polities[p].closures = 0
    for o in range(organisations.size):
        a = organisations[o]
        a.dues = 0.0
        a.gifts = 0.0
        a.grants = 0.0
        a.running_cost = 0.0
        a.campaign_cost = 0.0
        a.support = 0.0
        if a.closed or not rule.on:
            continue
        home = polities[a.polity]
        a.dues = rule.fee * (a.members / home.citizens)
        a.gifts = max(0.0, a.income * (1.0 + rule.noise * normal(draw64(k, a.key))))
        harassed = rule.harassment * home.repression * (1.0 - a.shielded)
        owed = rule.staff * a.income + rule.fixed * (1.0 - a.premises) + harassed
        if rules[0].ties.on:
            owed += rules[0].ties.upkeep * a.income * a.ties
        if rules[0].alliance_strength.on:
            owed += rules[0].alliance_strength.seat * a.income * a.seats
        if rules[0].across_borders.on:
            owed += rules[0].across_borders.upkeep * a.income * a.remote
        means = a.funds + a.dues + a.gifts
        a.exiled = means < owed and means >= owed - harassed and shelters(a, rules[0].shelter)
        if a.exiled:
            owed -= harassed
        a.running_cost = min(owed, means)
        a.funds = means - a.running_cost
        if a.running_cost < owed:
            close(now, arena, teams, o, events)


@compiled
def close(now, arena, teams, o, events):
    """An organisation closes, and so does its campaign."""
    a = teams.organisations[o]
    a.closed = True
    teams.campaigns[o].weeks_left = 0
    arena.polities[a.polity].closures += 1
    note(now.clock, events, CLOSURE, a.polity, -1, o, -1, 0.0)


@compiled
def agreement(stances, priorities, one, other):
    """1 - distance of two organisations' positions over 2, weighted by the priorities of `one`: 0..1."""
    total = 0.0
    for m in range(stances.shape[1]):
        total += priorities[one, m] * (1.0 - abs(stances[one, m] - stances[other, m]) / 2.0)
    return total


@compiled
def grant_weight(fit, visibility, success, evidence, formal, rule):
    """e^(2 fit + 2 visibility + 2 success + evidence + formal): a recipient's weight with a donor.

    evidence, formal: logits that `enlist` and `institutionalisation` add.
    """
    logit = rule.by_fit * fit + rule.by_visibility * visibility + rule.by_success * success
    return exp(logit + evidence + formal)


@compiled
def grants(now, arena, teams, events):
    """Foundations give to those who fit, are seen, succeed and know; recipients drift toward donors.

    Every four weeks a foundation's weekly grants x 4 are shared among its polity's organisations (no firms, agencies,
    municipalities, other foundations) by weight e^(2 agreement + 2 visibility + 2 success + evidence +
    institutionalisation); of foreign money `entry_cost` keeps its share out. Stances move by .05 x dependence toward
    the donor's, dependence = the grant beside the recipient's own dues and gifts; donors give one after the other.
    Pfeffer & Salancik 1978; Cooley & Ron 2002.
    """
    clock, rules = now.clock, now.rules
    polities = arena.polities
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    rule = rules[0].grants
    if not rule.on or clock[0].week % MONTH != 0:
        return
    weights = np.zeros(organisations.size)
    for f in range(organisations.size):
        donor = organisations[f]
        if donor.kind != FOUNDATION or donor.closed or donor.gives <= 0.0:
            continue
        total = 0.0
        for o in range(organisations.size):
            a = organisations[o]
            weights[o] = 0.0
            if a.closed or a.kind >= FIRM or a.kind == FOUNDATION or a.polity != donor.polity:
                continue
            fit = agreement(stances, priorities, f, o)
            _, _, _, formal = institutionalisation(a.institutionalisation, rules[0].institutionalisation)
            weights[o] = grant_weight(fit, a.visibility, a.success, enlist(a, rules[0].enlist), formal, rule)
            total += weights[o]
        if total <= 0.0:
            continue
        given = float(MONTH) * donor.gives * (1.0 - polities[donor.polity].entry_cost if donor.foreign else 1.0)
        for o in range(organisations.size):
            if weights[o] > 0.0:
                _receive(organisations[o], given * weights[o] / total, stances, o, f, rule)
        note(clock, events, GRANT, donor.polity, -1, f, -1, given)


@compiled
def _receive(a, amount, stances, o, f, rule):
    a.grants += amount
    a.funds += amount
    dependence = amount / (amount + float(MONTH) * (a.dues + a.gifts)) if amount > 0.0 else 0.0
    for m in range(stances.shape[1]):
        stances[o, m] += rule.drift * dependence * (stances[f, m] - stances[o, m])
