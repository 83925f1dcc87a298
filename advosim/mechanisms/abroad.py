"""The boomerang: who is blocked at home appeals abroad, gatekeepers adopt few, and shaming comes back."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.alliances import enlist
from advosim.mechanisms.campaigns import active, strength
from advosim.mechanisms.chronicle import note
from advosim.mechanisms.institutions import half_effect
from advosim.world.chance import draw64, key, logistic, pair, stream
from advosim.world.codes import ABROAD, ADOPTED, AGAINST, APPEAL, FOR, OFFSET, REFUSED, SHAMING, SIDES, THIRD_STATES
from advosim.world.compile import compiled

_ADOPT = stream("boomerang.adoption")
_OFFSET = stream("boomerang.offset")
_NOWHERE = 1e-12
"""Below any nearness: guards a division where nobody is near."""
_SEEN = 0.05
"""Shaming from which the log tells of it (convention)."""


# ---------------------------------------------------------------- the way at home


@compiled
def way_blocked(openness, repression, failure, rule):
    """How far the way at home is blocked, 0..1: b + (1 - b) x .3 x failure, b = 1 - openness x (1 - repression).

    failure: 0..1, what past campaigns lacked. Channels are hampered, or do not help: Keck & Sikkink 1998, p. 12.
    """
    hampered = 1.0 - openness * (1.0 - repression)
    return hampered + (1.0 - hampered) * rule.by_failure * failure


@compiled
def looks_abroad(blocked, rule):
    """The chance that a team that plans thinks of other countries: 0 at `patience`, 1 where all is shut."""
    return max(0.0, (blocked - rule.patience) / (1.0 - rule.patience))


@compiled
def farther(o, issues, organisations, stances, priorities):
    """How far an organisation stands from those in power beside its opponents at home, by its priorities: 1 where it
    stands as far or nobody opposes it, 0 at one with them. Who is served at home is not blocked: Keck & Sikkink 1998.
    """
    a, total = organisations[o], 0.0
    for m in range(issues.shape[1]):
        issue = issues[a.polity, m]
        will = issue.ideal + issue.revision
        apart, others = 0.0, 0
        for r in range(organisations.size):
            b = organisations[r]
            against = (stances[r, m] > issue.policy) != (stances[o, m] > issue.policy)
            if b.polity == a.polity and against and not b.closed and b.activity > 0.0 and priorities[r, m] > 0.0:
                apart += abs(stances[r, m] - will)
                others += 1
        near = min(1.0, abs(stances[o, m] - will) * others / apart) if apart > 0.0 else 1.0
        total += priorities[o, m] * near
    return total


@compiled
def blockade(now, arena, teams):
    """Teams take stock of their way at home: openness, threat, what came of their campaigns, and how near to those in
    power they stand beside their opponents.
    """
    rule = now.rules[0].boomerang
    polities, organisations = arena.polities, teams.organisations
    for o in range(organisations.size):
        a = organisations[o]
        a.blocked = 0.0
        if rule.on:
            way = way_blocked(polities[a.polity].openness, polities[a.polity].repression, a.failure, rule)
            a.blocked = way * farther(o, arena.issues, organisations, teams.stances, teams.priorities)


@compiled
def weigh_appeals(weights, a, tactics, luck, rule):
    """Appeals are open to a team that looks abroad (luck: a uniform) and can pay four weeks; it then favours them."""
    for k in range(tactics.size):
        if tactics[k].pressure == ABROAD:
            able = luck < looks_abroad(a.blocked, rule) and a.funds >= rule.means * tactics[k].cost
            weights[k] *= rule.pull if able else 0.0


# ---------------------------------------------------------------- gatekeepers


@compiled
def body_at(bodies, mandates, venue, p):
    """The body of a level that a polity is below; -1 where there is none."""
    for i in range(bodies.size):
        if bodies[i].level == venue and mandates[i, p].member:
            return i
    return -1


@compiled
def adoption_chance(hurdle, fit, agenda, a, proof, effort, crowd, rule):
    """s(-hurdle + 2 fit + agenda + 2 visibility + 2 t/(t + 2) + proof + e/(e + 1) - crowding).

    fit: position, how far the gatekeeper stands ahead of policy on the team's side; agenda, crowd: 0..1 and >= 0, cases
    by capacity; t ties abroad; proof: evidence by `enlist`; e effort. Bob 2005; Carpenter 2007.
    """
    logit = -hurdle + rule.by_fit * fit + rule.by_agenda * agenda
    logit += rule.by_visibility * min(a.visibility, 1.0)
    logit += rule.by_ties * half_effect(float(a.partners), rule.half_ties)
    logit += proof + rule.by_effort * half_effect(effort, 1.0) - rule.by_crowding * crowd
    return logistic(logit)


@compiled
def cases(docket, i):
    """All cases of a body, by their freshness."""
    total = 0.0
    for p in range(docket.shape[1]):
        for m in range(docket.shape[2]):
            for side in range(SIDES):
                total += docket[i, p, m, side]
    return total


@compiled
def _forget(issues, standing, docket, rule):
    for i in range(standing.shape[0]):
        for m in range(standing.shape[1]):
            own = standing[i, m]
            own.agenda = own.usual_agenda + rule.agenda_keep * (own.agenda - own.usual_agenda)
            own.policy = own.usual_policy + rule.norm_keep * (own.policy - own.usual_policy)
            for p in range(docket.shape[1]):
                for side in range(SIDES):
                    docket[i, p, m, side] *= rule.case_keep
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            for side in range(SIDES):
                issues[p, m].asked[side] *= rule.case_keep


@compiled
def ahead(direction, there, here):
    """How far a policy stands ahead of another on a side, as a position >= 0."""
    return max(0.0, direction * (there - here))


@compiled
def _best_third_state(issues, relations, p, m, direction):
    """How far the nearest state that is ahead stands ahead, weighted by nearness over the nearest of all."""
    best, nearest = 0.0, _NOWHERE
    for other in range(issues.shape[0]):
        if other != p:
            near = relations[p, other].closeness
            nearest = max(nearest, near)
            best = max(best, near * ahead(direction, issues[other, m].policy, issues[p, m].policy))
    return best / nearest


@compiled
def _asked_of(issues, p):
    total = 0.0
    for m in range(issues.shape[1]):
        total += issues[p, m].asked[FOR] + issues[p, m].asked[AGAINST]
    return total


@compiled
def appeals(now, arena, teams, abroad, events):
    """In an appeal's last week the gatekeeper abroad adopts it or not. An adopted case is on the agenda, fades, and
    moves the body's own policy a little. Bob 2005; Finnemore & Sikkink 1998.
    """
    clock, rules = now.clock, now.rules
    issues = arena.issues
    organisations, tactics, campaigns = teams.organisations, teams.tactics, teams.campaigns
    relations, bodies, standing = abroad.relations, abroad.bodies, abroad.standing
    mandates, docket = abroad.mandates, abroad.docket
    rule = rules[0].boomerang
    if not rule.on:
        return
    _forget(issues, standing, docket, rule)
    k = key(clock[0].seed, clock[0].week, _ADOPT)
    # All are decided on as the week found things, so that their order does not matter.
    adopted = np.zeros(campaigns.size, np.bool_)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign) or tactics[campaign.tactic].pressure != ABROAD:
            continue
        p, m, side, o = campaign.polity, campaign.issue, campaign.side, campaign.organisation
        venue = tactics[campaign.tactic].venue
        i = body_at(bodies, mandates, venue, p)
        if campaign.age == 0:
            told = note(clock, events, APPEAL, p, m, o, side, organisations[o].blocked)
            told.tactic, told.route = campaign.tactic, i
        if campaign.weeks_left != 1 or (i < 0 and venue != THIRD_STATES):
            continue
        direction = 1.0 if side == FOR else -1.0
        if venue == THIRD_STATES:
            hurdle, gate = rules[0].third_states.gatekeeping, issues[p, m].key
            fit, agenda = _best_third_state(issues, relations, p, m, direction), 0.0
            crowd = _asked_of(issues, p) / issues.shape[1]
        else:
            hurdle, gate = bodies[i].gatekeeping, bodies[i].key
            fit, agenda = direction * (standing[i, m].policy - issues[p, m].policy), standing[i, m].agenda
            crowd = cases(docket, i) / bodies[i].capacity
        proof = enlist(organisations[o], rules[0].enlist)
        chance = adoption_chance(hurdle, fit, agenda, organisations[o], proof, campaign.effort, crowd, rule)
        if draw64(pair(pair(k, organisations[o].key), gate), issues[p, m].key) >= chance:
            told = note(clock, events, REFUSED, p, m, o, side, chance)
            told.tactic, told.route = campaign.tactic, i
            continue
        told = note(clock, events, ADOPTED, p, m, o, side, chance)
        told.tactic, told.route = campaign.tactic, i
        adopted[c] = True
    for c in range(campaigns.size):
        if adopted[c]:
            _adopt(campaigns[c], issues, tactics, bodies, standing, mandates, docket, rule)


@compiled
def _adopt(campaign, issues, tactics, bodies, standing, mandates, docket, rule):
    p, m, side, venue = campaign.polity, campaign.issue, campaign.side, tactics[campaign.tactic].venue
    campaign.gain += rule.worth
    if venue == THIRD_STATES:
        issues[p, m].asked[side] = 1.0
        return
    i = body_at(bodies, mandates, venue, p)
    docket[i, p, m, side] = 1.0
    own = standing[i, m]
    own.agenda += rule.agenda_step * (1.0 - own.agenda)
    own.policy += rule.norm_step * (1.0 if side == FOR else -1.0) * (1.0 - abs(own.policy))


# ---------------------------------------------------------------- shaming


@compiled
def willingness(openness, lead, opinion, organised):
    """How ready a third state is to speak up, 0..1: openness to its own people x lead x (opinion + organised) / 2.

    lead: 0..1, how far its policy is ahead; opinion: its public's salient support for what is demanded; organised:
    campaigns there on that side.
    """
    return openness * lead * (opinion + organised) / 2.0


@compiled
def _case_before(p, other, m, side, issues, abroad):
    """How fresh a case is with another state: asked by the team, carried by allies there, or as a member of a body that
    adopted it.
    """
    mandates, docket = abroad.mandates, abroad.docket
    fresh = max(issues[p, m].asked[side], abroad.carried[p, other, m, side])
    for i in range(docket.shape[0]):
        if mandates[i, other].member:
            fresh = max(fresh, docket[i, p, m, side])
    return fresh


@compiled
def third_states(now, arena, abroad):
    """Third states speak up, pressed by their own publics and organisations; who is no better does not.

    T = 1 - prod over states (1 - leverage x w x case). w = `openness` there x lead x (o + c)/2: lead = how far its
    policy is ahead of the target's, over .3, at most 1; o = how far its public's mean attitude is ahead, likewise, x
    z/(z + .02); c = e/(e + 2) of campaigns there on that side. Case: how fresh it is with that state, which was asked,
    or is a member of a body that adopted it, or to which allies there carry it (`across_borders`). Hafner-Burton 2008;
    Keck & Sikkink 1998.
    """
    polities, issues = arena.polities, arena.issues
    relations = abroad.relations
    rule, reach = now.rules[0].third_states, now.rules[0].boomerang.reach
    if polities.size < 2:
        return
    for p in range(polities.size):
        for m in range(issues.shape[1]):
            for side in range(SIDES):
                direction = 1.0 if side == FOR else -1.0
                silent = 1.0
                for other in range(polities.size):
                    fresh = 0.0
                    if rule.on and other != p:
                        fresh = _case_before(p, other, m, side, issues, abroad)
                    if fresh == 0.0:
                        continue
                    there, demanded = issues[other, m], issues[p, m].policy
                    lead = min(ahead(direction, there.policy, demanded) / reach, 1.0)
                    opinion = min(ahead(direction, there.attitude, demanded) / reach, 1.0)
                    opinion *= half_effect(there.salience, rule.half_salience)
                    organised = half_effect(strength(there, side), rule.half_effort)
                    will = willingness(polities[other].openness, lead, opinion, organised)
                    silent *= 1.0 - relations[p, other].leverage * will * fresh
                issues[p, m].third_states[side] = 1.0 - silent


@compiled
def shaming_effect(shaming, presence, third, rule):
    """S (b1 + b2 presence + b3 third states), b1 = 0, b2 = b3 = .5. Murdie & Davis 2012; Hafner-Burton 2008."""
    return shaming * (rule.alone + rule.with_presence * presence + rule.with_third_states * third)


@compiled
def shamed_by(i, p, m, side, issues, abroad, rule):
    """How strongly a body shames a government, 0..1: leverage x case x room on the docket x lead of its policy."""
    docket, standing = abroad.docket, abroad.standing
    if docket[i, p, m, side] <= 0.0:
        return 0.0
    direction = 1.0 if side == FOR else -1.0
    room = min(1.0, abroad.bodies[i].capacity / cases(docket, i))
    lead = min(ahead(direction, standing[i, m].policy, issues[p, m].policy) / rule.reach, 1.0)
    return abroad.mandates[i, p].leverage * docket[i, p, m, side] * room * lead


@compiled
def _shamed(p, m, side, issues, abroad, rule):
    """1 - prod over bodies and third states of (1 - leverage x case x room on the docket x lead of its policy)."""
    silent = 1.0 - issues[p, m].third_states[side]
    for i in range(abroad.bodies.size):
        silent *= 1.0 - shamed_by(i, p, m, side, issues, abroad, rule)
    return 1.0 - silent


@compiled
def _presence(p, m, side, issue, organisations, stances, priorities):
    """Open organisations at home on a side, by the priority that they give to the issue."""
    total = 0.0
    for o in range(organisations.size):
        a = organisations[o]
        if a.polity == p and not a.closed and not a.exiled and (stances[o, m] > issue.policy) == (side == FOR):
            total += priorities[o, m]
    return total


@compiled
def boomerang(now, arena, teams, abroad, events):
    """Blocked at home, heard abroad: shaming comes back as pressure, and alone it does nothing.

    Way at home: blocked = (b + (1 - b) x .3 x failure) x d, b = 1 - `openness` (1 - R), failure what past campaigns
    brought less than an untried tactic is expected to, d = min(1, distance of its stance to the government's ideal /
    mean distance of its opponents'): who is served at home is not blocked. A team that plans looks abroad with chance
    (blocked - .5)/.5; then appeals that it can pay for four weeks weigh x 3 among its tactics.

    Gatekeepers: in an appeal's last week it is adopted with s(-gatekeeping + 2 fit + agenda + 2 visibility + 2 t/(t +
    2) + `enlist` + e/(e + 1) - cases/capacity): fit = lead of the body's policy over the target's on the team's side, t
    like-minded ties abroad, e effort. An adopted case is on the docket (1, fading by .99 a week), raises the agenda by
    .3 of what lacks, and moves the body's own policy by .05 (1 - |policy|), which fades.

    Shaming: S = 1 - (1 - T) x prod over bodies (1 - leverage x case x min(1, capacity/cases) x lead/.3). The pressure
    is .24 x `external_vulnerability` x S x (0 + .5 D + .5 T), D = n/(n + 2) of open organisations on that side at home
    by priority. With chance .1 S a week the government offsets: it concedes .03 F, represses all issues for which it is
    shamed (S from .05) less and the others more (R -+ .3, fading by .9). Keck & Sikkink 1998; Bob 2005; Murdie & Davis
    2012; Hafner-Burton 2008.
    """
    clock, rules = now.clock, now.rules
    polities, issues = arena.polities, arena.issues
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    bodies = abroad.bodies
    rule = rules[0].boomerang
    if polities.size < 2 and bodies.size == 0:
        return
    for p in range(polities.size):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            issue.swing *= rule.swing_keep
            for side in range(SIDES):
                before = issue.shaming[side]
                issue.shaming[side] = 0.0
                issue.presence[side] = 0.0
                issue.contribution[side, ABROAD] = 0.0
                if not rule.on:
                    continue
                presence = _presence(p, m, side, issue, organisations, stances, priorities)
                issue.presence[side] = half_effect(presence, rule.half_presence)
                shamed = _shamed(p, m, side, issues, abroad, rule)
                issue.shaming[side] = shamed
                effect = shaming_effect(shamed, issue.presence[side], issue.third_states[side], rule)
                weight = rules[0].pressure.abroad * polities[p].external_vulnerability
                issue.contribution[side, ABROAD] = weight * effect
                if before < _SEEN <= shamed:
                    note(clock, events, SHAMING, p, m, -1, side, shamed)
        if rule.on:
            _offset(now, p, issues, events)


@compiled
def _offset(now, p, issues, events):
    """With chance .1 x shaming a government concedes a little, spares the shamed issues, and turns on the others."""
    clock, rules = now.clock, now.rules
    rule = rules[0].boomerang
    k = key(clock[0].seed, clock[0].week, _OFFSET)
    spared, any_spared = np.zeros(issues.shape[1], np.bool_), False
    for m in range(issues.shape[1]):
        issue = issues[p, m]
        for side in range(SIDES):
            if draw64(pair(k, side), issue.key) < rule.offset * issue.shaming[side]:
                direction = 1.0 if side == FOR else -1.0
                issue.conceded += direction * rules[0].response.concession * issue.friction
                spared[m] = any_spared = True
                note(clock, events, OFFSET, p, m, -1, side, issue.shaming[side])
    if any_spared:
        for m in range(issues.shape[1]):
            shamed = max(issues[p, m].shaming[FOR], issues[p, m].shaming[AGAINST]) >= _SEEN
            issues[p, m].swing = -1.0 if shamed or spared[m] else 1.0
