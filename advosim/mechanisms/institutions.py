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
    """Officials learn from turnout above what they expected, and get used to it.

    Factor of the street's pressure = (1 + .5 (ln((A + .0005)/.0005) - expected)) (1 - .5 share of extreme marchers)(1 -
    .6 violent), within 0..2; expected = .9 expected + .1 that logarithm. Lohmann 1994; Wasow 2020.
    """
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
def unwatched(salience, rule):
    """.06 / (.06 + z): how far officials are left to themselves. Culpepper 2011: quiet politics."""
    return rule.quiet / (rule.quiet + salience)


@compiled
def _contribute(issue, home, rules):
    """What the street, petitions and insiders of each side press this week; in the street's count are the officials
    who waver, where no elections keep a government. Of street and petitions .8 work through voters: x (.2 + .8 weight
    of opinion). Lipsky 1968; Burstein & Linton 2002.
    """
    rule = rules[0].pressure
    heeded = 1.0 - rule.by_votes + rule.by_votes * home.answerable
    for side in range(SIDES):
        street = rule.street * half_effect(issue.marched[side], rule.half_street * home.field) * issue.signal[side]
        street *= heeded
        street += rules[0].loyalty.weight * (1.0 - home.contestation) * issue.defection[side]
        issue.contribution[side, STREET] = street
        signed = half_effect(issue.signed[side], rule.half_petition * home.field)
        issue.contribution[side, PETITION] = rule.petition * signed * heeded
        issue.contribution[side, INSIDE] = rule.inside * issue.lobby_success[side]


@compiled
def pressure(now, arena, teams):
    """What a government feels adds up and leaks.

    E = .95 E + for minus against of V x .12 A/(A + .01 field) on the street and what `loyalty` adds there, V x .04
    sig/(sig + .02 field), .34 success of lobbying, shaming from abroad (see `boomerang`), + .24 market share of firms
    that gave in x .95^(weeks since), + 1.15 z (2 support - 1) x weight of opinion (`accountability`) + concessions
    (`response`) + .13 x .06/(.06 + z) x (the government's ideal - policy), what it wants by itself as far as nobody
    watches; V = .2 + .8 weight of opinion; z and support are those of whom an elected government needs (`elections`),
    else of all citizens. Easton 1965; Stimson, MacKuen & Erikson 1995; Lipsky 1968; Culpepper 2011.
    """
    rules = now.rules
    polities, issues, organisations = arena.polities, arena.issues, teams.organisations
    rule = rules[0].pressure
    for p in range(issues.shape[0]):
        home = polities[p]
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            if not rule.on:
                continue
            _contribute(issue, home, rules)
            organised = 0.0
            for kind in (STREET, PETITION, INSIDE, ABROAD):
                organised += issue.contribution[FOR, kind] - issue.contribution[AGAINST, kind]
            salience, support = issue.salience, issue.support
            if rules[0].elections.on and home.seated:
                salience, support = issue.heard_salience, issue.heard_support
            opinion = rule.opinion * salience * (2.0 * support - 1.0) * home.answerable
            way = issue.ideal + issue.revision - issue.policy
            own = rule.own_will * unwatched(issue.salience, rules[0].lobbying) * way
            firms = rule.firms * _conceded_share(organisations, p, m)
            issue.mood = rule.keep * issue.mood + opinion
            issue.pressure = rule.keep * issue.pressure + organised + opinion + issue.conceded + firms + own


@compiled
def sign(x):
    """-1, 0 or 1."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0)


@compiled
def friction_of(veto_players, push, way, price, rule):
    """F = .66 (1 + 1.6 (veto players - 1)) (1 - .4 push x ease toward the ideal) + the price that evidence set.

    push: sign of the pressure; way: the government's ideal minus policy. Tsebelis 2002.
    """
    ease = push * sign(way) * min(abs(way) / rule.ideal_reach, 1.0)
    return rule.level * (1.0 + rule.by_veto_player * (veto_players - 1.0)) * (1.0 - rule.by_ideal * ease) + price


@compiled
def aim(issue, push):
    """Where those who pushed want policy: the public at the mean attitude of all citizens, others at their side's, in
    proportion to what each has in the store.

    push: sign of the pressure. Stimson, MacKuen & Erikson 1995: who answers the public stops where it is content.
    """
    by_public = max(0.0, push * issue.mood)
    by_others = max(0.0, push * (issue.pressure - issue.mood))
    organised = issue.side_mean[FOR if push >= 0.0 else AGAINST]
    if by_public == 0.0:
        return organised
    return organised + by_public / (by_public + by_others) * (issue.attitude - organised)


@compiled
def friction(now, arena):
    """Where pressure beats friction the store submits a step; off is a world without friction.

    F = (.66 (1 + 1.6 (`veto_players` - 1))(1 - .4 x ease) + price) x what `accommodation` eases, less what buy-in
    spares; ease = 1 for moving toward an ideal at least .3 away, -1 for moving away from it. Where |E| > F: step of
    min(.25 LogN(0, .5) |E|/F, distance to where those who pushed want policy: the public to its mean attitude, others
    to their side's, in proportion to what each has in the store); the store empties and attention halves. In all
    weeks policy drifts by N(0, .001). Baumgartner et al. 2009; Jones & Baumgartner 2005; Tsebelis 2002.
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
            issue.friction *= issue.eased[side]
            if rules[0].stakeholder_table.on:
                issue.friction *= 1.0 - rules[0].stakeholder_table.buy_in * issue.buy_in
            room = max(0.0, push * (aim(issue, push) - issue.policy))
            size = 0.0
            if not rule.on:
                size = rule.step * abs(issue.pressure) / rule.level
            elif abs(issue.pressure) > issue.friction:
                luck = exp(rule.step_within * normal(draw64(steps, issue.key)))
                size = rule.step * luck * abs(issue.pressure) / issue.friction
            size = min(size, room)
            if size > 0.0:
                issue.submitted[STORE] = True
                issue.granted = False
                issue.target[STORE] = issue.policy + push * size


@compiled
def is_open(route, rule):
    """Whether what a route submits is applied; route: place in ROUTES."""
    opened = (rule.ballot, rule.election, rule.table, rule.store)
    return rule.on and opened[route]


@compiled
def _quieten(issue, rule):
    """A concession takes part of the pressure of the side that asked, and of the attention. Gamson 1975."""
    if issue.step * issue.pressure > 0.0:
        issue.pressure *= 1.0 - rule.quiet
        issue.mood *= 1.0 - rule.quiet
    issue.attention *= 1.0 - rule.calm


@compiled
def decision(now, arena, events):
    """The one place that writes policy.

    Routes submit what they ask for; of several in a week the first holds, in the order ballot, election, table, store;
    what asks for no change is none. A step of the store empties it and halves attention (without `friction`, empties it
    only), a concession does so in part; the other routes leave both as they are. `ballot`, `election`, `table` and
    `store` freeze a route: it submits in vain, and all else that it does goes on (an election still changes who
    governs, an agreement still calms). Without friction the store's moves are no such decisions: what presses in a week
    counts in that week, once.
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
                    if route == STORE and issue.granted:
                        _quieten(issue, rules[0].accommodation)
                    elif route == STORE:
                        issue.pressure = issue.mood = 0.0
                        issue.attention *= kept if rules[0].friction.on else 1.0
                    if rules[0].friction.on or route != STORE:
                        note(clock, events, STEP, p, m, -1, -1, issue.step).route = route
                issue.submitted[route] = False
            issue.voted = False
