"""Phase 9: pressure adds up, and policy moves by one rule."""

from __future__ import annotations

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, log, normal, stream
from advosim.world.codes import (
    ABROAD,
    AGAINST,
    BALLOT,
    BY_TABLE,
    FIRM,
    FOR,
    INSIDE,
    PETITION,
    ROUTES,
    SIDES,
    STEP,
    STORE,
    STREET,
)
from advosim.world.compile import compiled

_STEP = stream("friction.step")
_DRIFT = stream("friction.drift")
_ROUTES = len(ROUTES)


@compiled
def half_effect(amount, half):
    """amount / (amount + half): 0 at none, 1/2 at `half`, 1 for all."""
    return amount / (amount + half)


@compiled
def signal(turnout, expected, extreme, violent, rule):
    """The factor of the street's pressure: 1 + .5 x surprise in logs, less for extremists and violence, within 0..cap.

    expected: log turnout that officials expect; extreme: share of marchers with an extreme attitude. Lohmann 1994.
    """
    surprise = log((turnout + rule.least) / rule.least) - expected
    told = 1.0 + rule.gain * surprise
    told *= (1.0 - rule.extremists * extreme) * (1.0 - rule.violence * violent)
    return min(max(told, 0.0), rule.cap)


@compiled
def protest_signal(now, arena):
    """Officials learn from turnout above what they expected, and get used to it."""
    issues = arena.issues
    rule = now.rules[0].protest_signal
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                issue.signal[side] = 1.0
                if rule.on:
                    violent = 1.0 if issue.violent[side] else 0.0
                    turnout = issue.marched[side]
                    issue.signal[side] = signal(turnout, issue.expected[side], issue.extreme[side], violent, rule)
                    seen = log((turnout + rule.least) / rule.least)
                    issue.expected[side] = rule.keep * issue.expected[side] + (1.0 - rule.keep) * seen


@compiled
def _conceded_share(organisations, p, m):
    """Market share of firms that gave in, as far as that is remembered: to the reform's side minus to its opponents."""
    total = 0.0
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind == FIRM and a.polity == p and a.conceded[m] > 0:
            share = a.market_share * a.example[m]
            total += share if a.conceded[m] == 1 + FOR else -share
    return total


@compiled
def pressure(now, arena, teams):
    """E = .95 E + street + petitions + insiders + shaming from abroad + salient majorities, reform minus opponents, +
    what was conceded by the government and, by market share, by firms.

    Opinion weighs more as elections come near, and as a recall does; an elected government hears those whom it needs.
    Easton 1965; Stimson, MacKuen & Erikson 1995.
    """
    clock, rules = now.clock, now.rules
    polities, issues, organisations = arena.polities, arena.issues, teams.organisations
    rule = rules[0].pressure
    for p in range(issues.shape[0]):
        interval = polities[p].election_interval
        weeks_to_election = (interval - clock[0].week % interval) % interval
        shadow = 1.0 + rule.before_elections * exp(-weeks_to_election / rule.election_shadow)
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            if not rule.on:
                continue
            for side in range(SIDES):
                street = rule.street * half_effect(issue.marched[side], rule.half_street) * issue.signal[side]
                issue.contribution[side, STREET] = street
                issue.contribution[side, PETITION] = rule.petition * half_effect(issue.signed[side], rule.half_petition)
                issue.contribution[side, INSIDE] = rule.inside * issue.lobby_success[side]
            organised = 0.0
            for kind in (STREET, PETITION, INSIDE, ABROAD):
                organised += issue.contribution[FOR, kind] - issue.contribution[AGAINST, kind]
            salience, support = issue.salience, issue.support
            if rules[0].elections.on and polities[p].seated:
                salience, support = issue.heard_salience, issue.heard_support
            listening = 1.0 + rules[0].recall.listen * polities[p].danger
            opinion = rule.opinion * salience * (2.0 * support - 1.0) * shadow * listening
            firms = rule.firms * _conceded_share(organisations, p, m)
            issue.pressure = rule.keep * issue.pressure + organised + opinion + issue.conceded + firms


@compiled
def sign(x):
    """-1, 0 or 1."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0)


@compiled
def friction_of(veto_players, push, way, price, rule):
    """F = .66 (1 + .5 (veto players - 1)) (1 - .4 push x ease toward the ideal) + the price that evidence set.

    push: sign of the pressure; way: the government's ideal minus policy. Tsebelis 2002.
    """
    ease = push * sign(way) * min(abs(way) / rule.ideal_reach, 1.0)
    return rule.level * (1.0 + rule.by_veto_player * (veto_players - 1.0)) * (1.0 - rule.by_ideal * ease) + price


@compiled
def friction(now, arena):
    """Where pressure beats friction the store submits a step toward what the pushing side wants on the mean.

    step = min(.25 LogN(0, .5) abs E / F, distance to that mean). Off is a world without friction: policy follows
    pressure every week in proportion. Baumgartner et al. 2009; Jones & Baumgartner 2005.
    """
    clock, rules = now.clock, now.rules
    polities, issues = arena.polities, arena.issues
    rule = rules[0].friction
    steps, drifts = key(clock[0].seed, clock[0].week, _STEP), key(clock[0].seed, clock[0].week, _DRIFT)
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            issue.felt = issue.pressure
            issue.drift = rule.drift * normal(draw64(drifts, issue.key)) if rule.on else 0.0
            push = sign(issue.pressure)
            side = FOR if push >= 0.0 else AGAINST
            way = issue.ideal + issue.revision - issue.policy
            issue.friction = friction_of(polities[p].veto_players, push, way, issue.price[side], rule)
            if rules[0].stakeholder_table.on:
                issue.friction *= 1.0 - rules[0].stakeholder_table.buy_in * issue.buy_in
            room = max(0.0, push * (issue.side_mean[side] - issue.policy))
            size = 0.0
            if not rule.on:
                size = rule.step * abs(issue.pressure) / rule.level
            elif abs(issue.pressure) > issue.friction:
                luck = exp(rule.step_within * normal(draw64(steps, issue.key)))
                size = rule.step * luck * abs(issue.pressure) / issue.friction
            size = min(size, room)
            if size > 0.0:
                issue.submitted[STORE] = True
                issue.target[STORE] = issue.policy + push * size


@compiled
def is_open(route, rule):
    """Whether what a route submits is applied; route: place in ROUTES."""
    opened = (rule.ballot, rule.election, rule.table, rule.store)
    return rule.on and opened[route]


@compiled
def decision(now, arena, events):
    """The one place that writes policy. Of what open routes submitted the first in the order of ROUTES holds.

    A step by the store empties it and takes the issue off people's minds by half; the other routes leave both. Without
    friction the store's moves are no such decisions: what presses in a week counts in that week, once, and the issue
    stays on people's minds.
    """
    clock, rules = now.clock, now.rules
    issues = arena.issues
    kept = rules[0].friction.attention_kept
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            before = issue.policy
            issue.step = 0.0
            issue.changed_by = -1
            issue.by_vote = False
            issue.policy = min(max(before + issue.drift, -1.0), 1.0)
            for route in range(_ROUTES):
                target = min(max(issue.target[route], -1.0), 1.0)
                asks = issue.submitted[route] and target != before
                if asks and issue.step == 0.0 and is_open(route, rules[0].decision):
                    issue.policy = target
                    issue.step = target - before
                    issue.changed_by = route
                    issue.by_vote = route == BALLOT and issue.voted
                    if route == BY_TABLE:
                        issue.taken_up += abs(issue.step)
                    if route == STORE:
                        issue.pressure = 0.0
                        issue.attention *= kept if rules[0].friction.on else 1.0
                    if rules[0].friction.on or route != STORE:
                        note(clock, events, STEP, p, m, -1, -1, issue.step).route = route
                issue.submitted[route] = False
            issue.voted = False
