"""Phases 1 and 4: what a scenario has happen, whatever else goes on: news that strikes, campaigns on order."""

from __future__ import annotations

from advosim.mechanisms.ballots import ballot_room
from advosim.mechanisms.campaigns import right_of
from advosim.mechanisms.chronicle import break_off, note
from advosim.mechanisms.evaluation import disgrace
from advosim.mechanisms.news import compete
from advosim.mechanisms.plans import begin, target_of
from advosim.world.codes import (
    ABROAD,
    AGAINST,
    BOYCOTT,
    DISASTER,
    FOLLOWS,
    FOR,
    FORBIDDEN,
    IS_CLOSED,
    IS_REACHED,
    NEWS,
    NO_ALLIES,
    NO_BALLOT,
    NO_MEANS,
    NO_TARGET,
    NOT_FOLLOWED,
    SHOCKS,
    STARTS,
)
from advosim.world.compile import compiled

_DISASTER = SHOCKS.index("disaster")


@compiled
def shocks(now, arena, teams, allied, script, events):
    """News strikes on order.

    Each `[[shock]]` adds its `size` to the attention of its issue in its week, up to the cap of `attention`, and to
    what crosses borders (`spillover`). News and disasters act alike; a scandal also costs its organisation what one by
    chance does (`credibility`), and its allies their part. Birkland 1997.
    """
    rule, week = now.rules[0].attention, now.clock[0].week
    for s in range(script.shocks.size):
        shock = script.shocks[s]
        if not now.rules[0].shocks.on or shock.week != week:
            continue
        if rule.on:
            issue = arena.issues[shock.polity, shock.issue]
            issue.news += shock.weight
            issue.attention = min(rule.cap, issue.attention + shock.weight)
            compete(arena.issues[shock.polity], rule)
            what = DISASTER if shock.kind == _DISASTER else NEWS
            note(now.clock, events, what, shock.polity, shock.issue, -1, -1, shock.weight)
        o = shock.organisation
        if o >= 0 and now.rules[0].credibility.on and not teams.organisations[o].closed:
            disgrace(now, o, teams.organisations, allied.alliances, allied.seats, events)


@compiled
def orders(now, arena, teams, script, events):
    """Who is under an order runs that campaign, as far as it can.

    While a `[[campaign]]` holds, its organisation runs that campaign alone and begins no other by itself; what else
    runs is broken off when the order begins. The side is that of its own position. It pays, prepares, is covered,
    repressed and blocked like any other, keeps its roles in joint plans, and learns what the campaign brought. It ends
    with the order; signatures are collected until their window ends. A week in which it cannot be followed is an event
    with the reason: `closed`, `forbidden` (no room under the governance), `goal_reached` (policy is where it wants it),
    `no_means`, `no_ballot` (none is allowed, worth it or free), `no_target` (no firm to boycott), `no_allies` (nobody
    to vouch for).
    """
    week = now.clock[0].week
    for o in range(teams.organisations.size):
        teams.organisations[o].ordered = 0
    for r in range(script.orders.size):
        order = script.orders[r]
        if now.rules[0].orders.on and order.first <= week and week <= order.last:
            _follow(now, arena, teams, events, order)


@compiled
def _follow(now, arena, teams, events, order):
    """One week of an order: break off what else runs, begin, go on, or say why not."""
    o, m, t = order.organisation, order.issue, order.tactic
    a, campaign = teams.organisations[o], teams.campaigns[o]
    a.ordered = FOLLOWS
    runs = campaign.weeks_left > 0 and campaign.issue == m and campaign.tactic == t
    obstacle = obstacle_to(now, arena, teams, order, runs)
    if campaign.weeks_left > 0 and (not runs or obstacle >= 0):
        break_off(now.clock, campaign, events)
    if obstacle >= 0:
        told = note(now.clock, events, NOT_FOLLOWED, a.polity, m, o, -1, 0.0)
        told.tactic, told.route = t, obstacle
        return
    if not runs:
        a.ordered = STARTS
        side = FOR if teams.stances[o, m] > arena.issues[a.polity, m].policy else AGAINST
        why = begin(now, arena, teams, events, campaign, (m, side, t), a.key, 1.0)
        why.value, why.match, why.odds, why.experiment = teams.learned[o, t], campaign.competence, 0.0, 0
        if order.firm >= 0:
            campaign.firm = order.firm
        if order.district >= 0:
            campaign.district = order.district
    # Who collects signatures does so until the window ends.
    if right_of(teams.tactics[t]) < 0:
        campaign.weeks_left = order.last - now.clock[0].week + 1


@compiled
def obstacle_to(now, arena, teams, order, runs):
    """The place in OBSTACLES of what keeps an organisation from its order this week, -1 for nothing. runs: whether the
    campaign is under way, so that what matters at its begin alone does not count.
    """
    o, m = order.organisation, order.issue
    a, tactic = teams.organisations[o], teams.tactics[order.tactic]
    if a.closed:
        return IS_CLOSED
    if teams.allowed[a.polity, order.tactic] == 0.0:
        return FORBIDDEN
    if runs:
        return -1
    ideal, issue = teams.stances[o, m], arena.issues[a.polity, m]
    if ideal == issue.policy:
        return IS_REACHED
    needed = now.rules[0].boomerang.means * tactic.cost if tactic.pressure == ABROAD else 0.0
    if a.funds <= 0.0 or a.funds < needed:
        return NO_MEANS
    side = FOR if ideal > issue.policy else AGAINST
    if ballot_room(now, arena, tactic, a.polity, m, side, ideal, a.key) == 0.0:
        return NO_BALLOT
    if tactic.pressure == BOYCOTT and not _has_target(teams, order, issue, side, tactic.producer):
        return NO_TARGET
    return NO_ALLIES if tactic.endorses and a.seats == 0 else -1


@compiled
def _has_target(teams, order, issue, side, producer):
    """Whether there is a firm to boycott: the one that was named, or any."""
    if order.firm >= 0:
        firm = teams.organisations[order.firm]
        return not firm.closed and firm.conceded[order.issue] == 0
    p = teams.organisations[order.organisation].polity
    return target_of(issue, side, teams, order.issue, p, producer) != -1
