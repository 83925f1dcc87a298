"""Phase 9: parties read polls and move; an appeal to a citizen is what his vote and a poll go by."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.institutions import half_effect
from advosim.mechanisms.word_of_mouth import attitude_of
from advosim.world.chance import U, draw64, exp, key, log, logistic, normal, pair, stream
from advosim.world.codes import AGGREGATOR, HUNTER
from advosim.world.compile import compiled

_PANEL = stream("elections.panel")
_HEADING = stream("elections.heading")
_FEW = 0.01
"""Of a district's votes, added to both shares: lists of a percent or two are all without a chance (convention)."""


@compiled
def appeal(distance, governs, legitimacy, rule):
    """What speaks for a party: -4 x squared distance weighted by salience + 2 (legitimacy - .75) for who governs.

    Downs 1957; Enelow & Hinich 1984; Fiorina 1981 for the verdict on incumbents.
    """
    return (rule.incumbency * (legitimacy - rule.break_even) if governs else 0.0) - rule.proximity * distance


@compiled
def turnout(interest, rule):
    """The chance to vote, s(-.2 + 2 Z/(Z + .1)); Z: share of mind that all issues have. Verba et al. 1995."""
    return logistic(rule.turnout + rule.by_interest * half_effect(interest, rule.half_interest))


@compiled
def weight_on(salience, interest, issues, rule):
    """The weight of an issue in a vote, by its share of mind; issues that nobody thinks of weigh alike. Sum 1."""
    return (salience + rule.background) / (interest + issues * rule.background)


@compiled
def interest_of(on_mind, i):
    """The share of mind that all issues of the polity have together."""
    total = 0.0
    for m in range(on_mind.shape[0]):
        total += np.float64(on_mind[m, i])
    return total


@compiled
def desertion(votes, lists, chances, rule):
    """Utility lost by voting for a list that had no chance: ln((c + .01)/(share + .01)), c: share of the (M + 1)th.

    votes: a district's last ones, by list; chances: M, seats that one list cannot take away. Returns (lists,) >= 0, all
    0 before a first election. Cox 1997: of M seats, M + 1 lists are viable.
    """
    lost, total = np.zeros(lists), 0.0
    for k in range(lists):
        total += votes[k]
    if total == 0.0:
        return lost
    ranked = np.sort(votes[:lists])
    carried = ranked[lists - 1 - min(chances, lists - 1)] / total
    for k in range(lists):
        lost[k] = rule.strategic * max(0.0, log((carried + _FEW) / (votes[k] / total + _FEW)))
    return lost


@compiled
def poll(clock, rule, p, home, issues, parties, first_citizen, people):
    """Ask a panel for whom it would vote; learn what those think who voted for the government.

    Shares of votes are expected ones, and the panel stays, so that a party sees what its moves bring. Returns (parties,
    issues): mean attitude of each party's voters.
    """
    first, lists, many = home.first_party, home.parties, issues.shape[1]
    stands = clock[0].week % 2
    drawn = pair(key(clock[0].seed, 0, _PANEL), home.key)
    support, chance = np.zeros(lists), np.zeros(lists)
    followers, x, weight = np.zeros((lists, many)), np.zeros(many), np.zeros(many)
    salience, reformers, backers = np.zeros(many), np.zeros(many), 0.0
    for asked in range(rule.panel):
        i = first_citizen + np.int64(draw64(drawn, asked) * home.citizens)
        interest = interest_of(people.salience, i)
        for m in range(many):
            x[m] = np.float64(attitude_of(people.word[stands, m, i]))
            weight[m] = weight_on(np.float64(people.salience[m, i]), interest, many, rule)
        total = 0.0
        for k in range(lists):
            party = parties[first + k]
            distance = 0.0
            for m in range(many):
                distance += weight[m] * (x[m] - party.position[m]) ** 2
            chance[k] = exp(appeal(distance, party.in_government, home.legitimacy, rule))
            total += chance[k]
        votes = turnout(interest, rule)
        for k in range(lists):
            share = votes * chance[k] / total
            support[k] += share
            for m in range(many):
                followers[k, m] += share * x[m]
        if people.voted[i] >= 0 and parties[people.voted[i]].in_government:
            backers += 1.0
            for m in range(many):
                salience[m] += np.float64(people.salience[m, i])
                reformers[m] += 1.0 if x[m] > issues[p, m].policy else 0.0
    for m in range(many):
        issues[p, m].list_salience = salience[m] / backers if backers > 0.0 else issues[p, m].salience
        issues[p, m].list_support = reformers[m] / backers if backers > 0.0 else issues[p, m].support
    total = 0.0
    for k in range(lists):
        total += support[k]
    for k in range(lists):
        party = parties[first + k]
        if party.strategy == HUNTER and support[k] / total < party.polled:
            turn_round(clock, party, many)
        party.polled = support[k] / total
        for m in range(many):
            followers[k, m] = followers[k, m] / support[k] if support[k] > 0.0 else party.position[m]
    return followers


@compiled
def turn_round(clock, party, many):
    """A heading drawn from the half of all directions that leads away from the last one. Laver 2005."""
    drawn = pair(key(clock[0].seed, clock[0].week, _HEADING), party.key)
    fresh, length, along = np.zeros(many), 0.0, 0.0
    for m in range(many):
        fresh[m] = normal(draw64(drawn, U(m)))
        length += fresh[m] * fresh[m]
        along += fresh[m] * party.heading[m]
    way = -1.0 if along > 0.0 else 1.0
    for m in range(many):
        party.heading[m] = way * fresh[m] / np.sqrt(length)


@compiled
def move(clock, rule, party, followers, many):
    """A hunter goes a step on the way that has not lost it votes, an aggregator one toward its voters. Laver 2005."""
    still = True
    for m in range(many):
        still = still and party.heading[m] == 0.0
    if party.strategy == HUNTER and still:
        turn_round(clock, party, many)
    for m in range(many):
        step = 0.0
        if party.strategy == HUNTER:
            step = rule.move * party.heading[m]
        if party.strategy == AGGREGATOR:
            step = min(max(followers[m] - party.position[m], -rule.move), rule.move)
        party.position[m] = min(max(party.position[m] + step, -1.0), 1.0)
