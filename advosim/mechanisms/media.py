"""Phase 8: outlets choose what to cover, now that sizes are known; covered acts feed next week's agenda."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, log, logistic, pair, stream
from advosim.world.codes import BOYCOTT, COVERED, MEDIA, OUTLET, PETITION, SIDES, STREET
from advosim.world.compile import compiled

_PROTEST = stream("coverage.protest")
_PETITION = stream("coverage.petition")
_BOYCOTT = stream("coverage.boycott")


@compiled
def protest_news(share, symbol, violent, fatigue, rule):
    """-2.5 + .5 ln(1 + size per 10,000) + symbol + .5 violence - .3 fatigue: logit of coverage by free media."""
    value = rule.protest + rule.by_size * log(1.0 + 1e4 * share) + symbol
    return value + rule.by_violence * violent - rule.by_fatigue * fatigue


@compiled
def petition_news(share, fatigue, rule):
    """-4 + .5 ln(1 + size per 1,000) - .3 fatigue: logit of a petition's coverage by free media."""
    return rule.petition + rule.by_size * log(1.0 + 1e3 * share) - rule.by_fatigue * fatigue


@compiled
def boycott_news(share, fatigue, rule):
    """-2.5 + .5 ln(1 + size per 1,000) - .3 fatigue: logit of a boycott's coverage, news for the name of its target."""
    return rule.boycott + rule.by_size * log(1.0 + 1e3 * share) - rule.by_fatigue * fatigue


@compiled
def _symbol(p, m, side, tactics, campaigns):
    """The strongest symbol among a side's campaigns on the street."""
    symbol = 0.0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        here = campaign.polity == p and campaign.issue == m and campaign.side == side
        if here and active(campaign) and tactics[campaign.tactic].pressure == STREET:
            symbol = max(symbol, tactics[campaign.tactic].symbol)
    return symbol


@compiled
def standing(p, m, side, act, organisations, tactics, campaigns):
    """How far media believe those who called for an act beyond 1/2, by their effort; 0 where nobody called."""
    total = credible = 0.0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        here = campaign.polity == p and campaign.issue == m and campaign.side == side
        if here and active(campaign) and tactics[campaign.tactic].pressure == act:
            total += campaign.effort
            credible += campaign.effort * organisations[campaign.organisation].credibility[MEDIA]
    return credible / total - 0.5 if total > 0.0 else 0.0


@compiled
def _noticed(k, own, logit, freedom, direction, p, m, outlet, organisations, stances, slots, rule):
    """The share of a polity's outlets that cover an act, by their slant and free slots; a generic one if none is named.

    logit: the act's news value; direction: 1 for the reform, -1 against. Slant: McCarthy, McPhail & Smith 1996.
    """
    outlets, covering = 0, 0
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind != OUTLET or a.closed or a.polity != p:
            continue
        outlets += 1
        if slots[o] > 0 and draw64(pair(k, a.key), own) < freedom * logistic(
            logit + rule.slant * direction * stances[o, m]
        ):
            slots[o] -= 1
            covering += 1
    if outlets == 0:
        return 1.0 if draw64(k, own) < freedom * logistic(logit) else 0.0
    return covering / outlets


@compiled
def coverage(clock, rules, polities, issues, outlets, organisations, stances, tactics, campaigns, events):
    """Large, symbolic or violent acts are covered, and those of whom media believe; outlets tire, and the public gets
    used to what it has seen.

    The bump: .4 (1 + ln(1 + turnout / .003)) for each covered protest by its own turnout, .4 for other acts, times
    e^(-.15 habit). Earl et al. 2004; Andrews & Caren 2010; Wasow 2020.
    """
    rule = rules[0].coverage
    slots = np.zeros(organisations.size, np.int64)
    for o in range(organisations.size):
        slots[o] = organisations[o].slots
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue, outlet = issues[p, m], outlets[p, m]
            issue.coverage = 0
            weight = news = 0.0
            for side in range(SIDES):
                issue.covered[side] = 0
                issue.boycott_shown[side] = False
                if rule.on:
                    acts, size = _cover_side(clock, rule, polities[p].media_freedom, issue, outlet, p, m, side,
                                             organisations, stances, slots, tactics, campaigns, events)  # fmt: skip
                    weight += acts
                    news += size
            issue.coverage = issue.covered[0] + issue.covered[1]
            issue.bump = rule.bump * news * exp(-rule.habituation * outlet.habit)
            outlet.fatigue = rule.fatigue_keep * outlet.fatigue + weight
            outlet.habit = rule.habit_keep * outlet.habit + weight


@compiled
def _cover_side(
    clock, rule, freedom, issue, outlet, p, m, side, organisations, stances, slots, tactics, campaigns, events
):
    """Coverage of one side's protest, petition and boycott: the sum of the shares of outlets that cover each, and the
    same weighted by how much attention each draws.
    """
    seed, week = clock[0].seed, clock[0].week
    own = pair(issue.key, side)
    direction = 1.0 if side == 0 else -1.0
    total = news = 0.0
    for act in (STREET, PETITION, BOYCOTT):
        if act == STREET:
            share, k = issue.marched[side], key(seed, week, _PROTEST)
            seen = 1e4 * share >= rule.protest_least
            violent = 1.0 if issue.violent[side] else 0.0
            symbol = _symbol(p, m, side, tactics, campaigns)
            logit = protest_news(share, symbol, violent, outlet.fatigue, rule)
        else:
            share = issue.signed[side] if act == PETITION else issue.boycotted[side]
            k = key(seed, week, _PETITION if act == PETITION else _BOYCOTT)
            seen = 1e3 * share > rule.petition_least
            if act == PETITION:
                logit = petition_news(share, outlet.fatigue, rule)
            else:
                logit = boycott_news(share, outlet.fatigue, rule)
        if not seen:
            continue
        logit += rule.by_credibility * standing(p, m, side, act, organisations, tactics, campaigns)
        noticed = _noticed(k, own, logit, freedom, direction, p, m, outlet, organisations, stances, slots, rule)
        if noticed > 0.0:
            total += noticed
            news += noticed * (1.0 + log(1.0 + share / rule.bump_size)) if act == STREET else noticed
            issue.covered[side] += 1
            issue.boycott_shown[side] = act == BOYCOTT or issue.boycott_shown[side]
            note(clock, events, COVERED, p, m, -1, -1, act, side, share)
    return total, news
