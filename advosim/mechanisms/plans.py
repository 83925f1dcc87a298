"""Phase 4: teams that are free decide whether to campaign, on what, how, and in which frame."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, log, normal, pair, stream
from advosim.world.compile import compiled
from advosim.world.state import AGAINST, CAMPAIGN_BEGINS, FOR

_LAUNCH = stream("tactic_choice.launch")
_ISSUE = stream("tactic_choice.issue")
_TACTIC = stream("tactic_choice")
_POLL = stream("framing")
_LEAST_SKILL = np.float64(0.01)


@compiled
def competence(skills, tactic):
    """How well skills meet what a tactic needs, 0..1: the product of skill ^ need, needs summing to 1."""
    total = 0.0
    for e in range(skills.size):
        total += tactic.skills[e] * log(max(skills[e], _LEAST_SKILL))
    return exp(total)


@compiled
def picked(weights, u):
    """The index that a uniform u picks by weight, -1 where all weights are 0."""
    total = 0.0
    for w in weights:
        total += w
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
def tactic_weights(allowed, uses, learned, skills, tactics, rule):
    """allowed x exp((learned value / largest + match x competence) / temperature), by tactic.

    The mask stands outside the exponential, and values are scaled, or the choice would be blind. Kitschelt 1986.
    """
    weights = np.zeros(tactics.size)
    largest = 1e-12
    for k in range(tactics.size):
        if allowed[k] * uses[k] > 0.0:
            largest = max(largest, abs(learned[k]))
    for k in range(tactics.size):
        if allowed[k] * uses[k] > 0.0:
            drive = learned[k] / largest + rule.match * competence(skills, tactics[k])
            weights[k] = allowed[k] * uses[k] * exp(drive / rule.temperature)
    return weights


@compiled
def tactic_choice(
    clock, rules, issues, organisations, stances, priorities, learned, uses, tactics, allowed, campaigns, events
):
    """A free team starts a campaign by chance, more so when its issue is on the agenda, and picks a tactic."""
    rule = rules[0].tactic_choice
    seed, week = clock[0].seed, clock[0].week
    launches, subjects, choices = key(seed, week, _LAUNCH), key(seed, week, _ISSUE), key(seed, week, _TACTIC)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        o = campaign.organisation
        a = organisations[o]
        campaign.effort = 0.0
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
        weights = tactic_weights(allowed[a.polity], uses[o], learned[o], a.skills, tactics, rule)
        t = picked(weights, draw64(choices, a.key))
        if t < 0:
            continue
        campaign.polity = a.polity
        campaign.issue = m
        campaign.side = FOR if stances[o, m] > issue.policy else AGAINST
        campaign.tactic = t
        campaign.weeks_left = tactics[t].weeks
        campaign.age = 0
        campaign.competence = competence(a.skills, tactics[t])
        campaign.spent = 0.0
        campaign.gain = 0.0
        note(clock, events, CAMPAIGN_BEGINS, a.polity, m, o, t, -1, campaign.side, chance)


@compiled
def framing(clock, rules, publics, public_values, organisations, repertoire, campaigns):
    """A new campaign takes the frame of its repertoire that a noisy poll finds strongest. Snow & Benford 1988."""
    rule = rules[0].framing
    k = key(clock[0].seed, clock[0].week, _POLL)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if campaign.weeks_left == 0 or campaign.age > 0:
            continue
        o = campaign.organisation
        best = -1e300
        campaign.frame = -1
        for f in range(repertoire.shape[1]):
            if repertoire[o, f] == 0.0:
                continue
            poll = 0.0
            if rule.on:
                poll = rule.poll_noise * normal(draw64(pair(k, f), organisations[o].key))
                for q in range(publics.size):
                    if publics[q].polity == campaign.polity:
                        poll += publics[q].share * public_values[q, f]
            if poll > best:
                best = poll
                campaign.frame = f
