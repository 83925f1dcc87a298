"""Phase 4: teams that are free decide whether to campaign, on what, how, and in which frame."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, log, normal, pair, stream
from advosim.world.compile import compiled
from advosim.world.state import AGAINST, BOYCOTT, CAMPAIGN_BEGINS, CAMPAIGN_ENDS, FIRM, FOR, LOCAL, MEDIA, PUBLIC

_LAUNCH = stream("tactic_choice.launch")
_ISSUE = stream("tactic_choice.issue")
_TACTIC = stream("tactic_choice")
_POLL = stream("framing")
_TARGET = stream("tactic_choice.target")
_OUTREACH = stream("petition")
_EXPERIMENT = stream("tactic_choice.experiment")
_LEAST_SKILL = np.float64(0.01)


@compiled
def competence(skills, tactic):
    """How well skills meet what a tactic needs, 0..1: the product of skill ^ need, needs summing to 1."""
    total = 0.0
    for e in range(skills.size):
        total += tactic.skills[e] * log(max(skills[e], _LEAST_SKILL))
    return exp(total)


@compiled
def total_of(weights):
    """The sum in the order of the weights; numpy's own sum may add in another order."""
    total = 0.0
    for w in weights:
        total += w
    return total


@compiled
def picked(weights, u):
    """The index that a uniform u picks by weight, -1 where all weights are 0."""
    total = total_of(weights)
    if total <= 0.0:
        return -1
    left = u * total
    last = -1
    for i in range(weights.size):
        if weights[i] > 0.0:
            last = i
            left -= weights[i]
            if left < 0.0:
                break
    return last


@compiled
def tactic_weights(allowed, uses, learned, skills, tactics, caution, rule):
    """By tactic: allowed x (1 - caution x disruption) x exp((learned value / largest + .5 competence) / temperature).

    The mask stands outside the exponential, and values are scaled, or the choice would be blind. caution: how far the
    team is institutionalised (0..1). Kitschelt 1986; Tarrow 2011.
    """
    weights = np.zeros(tactics.size)
    largest = 1e-12
    for k in range(tactics.size):
        if allowed[k] * uses[k] > 0.0:
            largest = max(largest, abs(learned[k]))
    for k in range(tactics.size):
        if allowed[k] * uses[k] > 0.0:
            drive = learned[k] / largest + rule.match * competence(skills, tactics[k])
            room = allowed[k] * uses[k] * (1.0 - caution * tactics[k].disruption)
            weights[k] = room * exp(drive / rule.temperature)
    return weights


@compiled
def target_of(issue, side, stances, priorities, organisations, m, polity, producer):
    """The firm that a boycott is aimed at: the largest on the other side that is in this business and has not given in;
    -2 for a branch of them, -1 where there is none.
    """
    best = -1
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind != FIRM or a.closed or a.polity != polity or a.conceded[m] or priorities[o, m] == 0.0:
            continue
        other_side = (stances[o, m] > issue.policy) != (side == FOR)
        if other_side and (best < 0 or a.market_share > organisations[best].market_share):
            best = o
    return -2 if producer and best >= 0 else best


@compiled
def district_of(districts, polity, u):
    """A district with a municipal government, by a uniform u; -1 where there is none."""
    governed = 0
    for d in range(districts.size):
        governed += 1 if districts[d].governed and districts[d].polity == polity else 0
    chosen = min(int(u * governed), governed - 1)
    for d in range(districts.size):
        if districts[d].governed and districts[d].polity == polity:
            if chosen == 0:
                return d
            chosen -= 1
    return -1


@compiled
def _longest_unused(weights, tried):
    """Of the tactics with some weight, the one that was begun longest ago, and of those never begun the likeliest."""
    best = -1
    for k in range(weights.size):
        if weights[k] > 0.0:
            older = best < 0 or tried[k] < tried[best]
            if older or (tried[k] == tried[best] and weights[k] > weights[best]):
                best = k
    return best


@compiled
def _break_off(clock, campaign, events):
    campaign.weeks_left = 0
    note(clock, events, CAMPAIGN_ENDS, campaign.polity, campaign.issue, campaign.organisation, campaign.tactic, -1,
         campaign.side, campaign.gain)  # fmt: skip


@compiled
def tactic_choice(
    clock, rules, issues, districts, organisations, stances, priorities, learned, uses, tactics, allowed, tried,
    campaigns, events,
):  # fmt: skip
    """A free team starts a campaign by chance, more so when its issue is on the agenda, and picks a tactic.

    Some campaigns are experiments with what nobody has begun for longest. What governance forbids ends at once.
    """
    rule = rules[0].tactic_choice
    seed, week = clock[0].seed, clock[0].week
    launches, subjects, choices = key(seed, week, _LAUNCH), key(seed, week, _ISSUE), key(seed, week, _TACTIC)
    targets, outreach = key(seed, week, _TARGET), key(seed, week, _OUTREACH)
    experiments = key(seed, week, _EXPERIMENT)
    formal = rules[0].institutionalisation
    for c in range(campaigns.size):
        campaign = campaigns[c]
        o = campaign.organisation
        a = organisations[o]
        campaign.effort = 0.0
        campaign.fresh = False
        if campaign.weeks_left > 0 and allowed[campaign.polity, campaign.tactic] == 0.0:
            _break_off(clock, campaign, events)
        if campaign.weeks_left > 0:
            campaign.age += 1
            continue
        if not rule.on or a.closed:
            continue
        m = picked(priorities[o], draw64(subjects, a.key))
        issue = issues[a.polity, m]
        chance = a.activity * (rule.launch + rule.launch_by_agenda * issue.agenda)
        if m < 0 or draw64(launches, a.key) >= chance or stances[o, m] == issue.policy:
            continue
        side = FOR if stances[o, m] > issue.policy else AGAINST
        caution = a.institutionalisation if formal.on else 0.0
        weights = tactic_weights(allowed[a.polity], uses[o], learned[o], a.skills, tactics, caution, rule)
        for k in range(tactics.size):
            if tactics[k].pressure == BOYCOTT:
                if target_of(issue, side, stances, priorities, organisations, m, a.polity, False) < 0:
                    weights[k] = 0.0
        t = picked(weights, draw64(choices, a.key))
        if t < 0:
            continue
        if draw64(experiments, a.key) < rule.experiment:
            t = _longest_unused(weights, tried[a.polity])
        tried[a.polity, t] = week
        campaign.firm = -1
        campaign.district = -1
        if tactics[t].pressure == BOYCOTT:
            campaign.firm = target_of(issue, side, stances, priorities, organisations, m, a.polity, tactics[t].producer)
        elif tactics[t].pressure == LOCAL:
            campaign.district = district_of(districts, a.polity, draw64(targets, a.key))
        campaign.polity = a.polity
        campaign.issue = m
        campaign.side = side
        campaign.tactic = t
        campaign.weeks_left = tactics[t].weeks
        campaign.age = -int(formal.lag * a.institutionalisation + 0.5) if formal.on else 0
        campaign.fresh = True
        campaign.publicity = 0
        spread = rules[0].petition.spread
        campaign.outreach = exp(spread * normal(draw64(outreach, a.key)) - spread * spread / 2.0)
        campaign.competence = competence(a.skills, tactics[t])
        campaign.spent = 0.0
        campaign.gain = 0.0
        note(clock, events, CAMPAIGN_BEGINS, a.polity, m, o, t, -1, campaign.side, chance)
        why = events[clock[0].events - 1]
        why.value = learned[o, t]
        why.match = campaign.competence
        why.odds = weights[t] / total_of(weights)


@compiled
def _best_frame(repertoire, values, luck, noise):
    """The frame of a repertoire that a poll with errors finds strongest; luck: key and id of its errors."""
    best, chosen = -1e300, -1
    for f in range(repertoire.size):
        if repertoire[f] > 0.0:
            poll = values[f] + noise * normal(draw64(pair(luck, f), 0))
            if poll > best:
                best, chosen = poll, f
    return chosen


@compiled
def framing(clock, rules, publics, organisations, repertoire, campaigns, speech):
    """A new campaign takes the frame of its repertoire that a noisy poll of its audience finds strongest.

    A team with media skill of 1/2 and more tailors: it polls every public by itself (`message`). Whoever changes its
    frame on an issue loses credibility. Snow & Benford 1988; Chong & Druckman 2007.
    """
    rule = rules[0].framing
    k = key(clock[0].seed, clock[0].week, _POLL)
    frames = repertoire.shape[1]
    mean = np.zeros(frames)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not campaign.fresh:
            continue
        o = campaign.organisation
        a = organisations[o]
        for f in range(frames):
            mean[f] = 0.0
            for q in range(publics.size):
                if publics[q].polity == campaign.polity and rule.on:
                    mean[f] += publics[q].share * publics[q].values[f]
        noise = rule.poll_noise if rule.on else 0.0
        campaign.frame = _best_frame(repertoire[o], mean, pair(k, a.key), noise)
        tailored = rule.on and rules[0].message.on and a.skills[2] >= 0.5
        for q in range(publics.size):
            speech[c, q] = campaign.frame
            if tailored and publics[q].polity == campaign.polity:
                speech[c, q] = _best_frame(
                    repertoire[o], publics[q].values, pair(pair(k, a.key), publics[q].key), noise
                )
        hops = a.spoke[campaign.issue] >= 0 and a.spoke[campaign.issue] != campaign.frame
        if rule.on and hops:
            for audience in (MEDIA, PUBLIC):
                a.credibility[audience] = max(0.0, a.credibility[audience] - rule.hop_cost)
        a.spoke[campaign.issue] = campaign.frame
