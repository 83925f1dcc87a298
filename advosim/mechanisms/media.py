"""Phase 8: outlets choose what to cover, now that sizes are known; covered acts feed next week's agenda."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, log, logistic, pair, stream
from advosim.world.codes import BOYCOTT, COVERED, FOR, MEDIA, OUTLET, PETITION, SIDES, STREET
from advosim.world.compile import compiled

_ACTS = (STREET, PETITION, BOYCOTT)
_COVERED = tuple(stream(f"coverage.{act}") for act in ("protest", "petition", "boycott"))
_MARCHERS, _OTHERS = 1e4, 1e3
"""Media count marchers per 10,000 citizens, and who signs or stays away per 1,000 (convention of the fitted logits)."""
_MIDDLE = 0.5
"""Of credibility, 0..1: where it speaks neither for nor against an act (convention)."""


@compiled
def protest_news(share, symbol, violent, fatigue, rule):
    """-2.5 + .5 ln(1 + size per 10,000) + symbol + 1.8 violence - .3 fatigue: logit of coverage by free media."""
    value = rule.protest + rule.by_size * log(1.0 + _MARCHERS * share) + symbol
    return value + rule.by_violence * violent - rule.by_fatigue * fatigue


@compiled
def petition_news(share, fatigue, rule):
    """-4 + .5 ln(1 + size per 1,000) - .3 fatigue: logit of a petition's coverage by free media."""
    return rule.petition + rule.by_size * log(1.0 + _OTHERS * share) - rule.by_fatigue * fatigue


@compiled
def boycott_news(share, fatigue, rule):
    """-2.5 + .5 ln(1 + size per 1,000) - .3 fatigue: logit of a boycott's coverage, news for the name of its target."""
    return rule.boycott + rule.by_size * log(1.0 + _OTHERS * share) - rule.by_fatigue * fatigue


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
    return credible / total - _MIDDLE if total > 0.0 else 0.0


@compiled
def _size(issue, side, act):
    """The share of citizens who took part in an act of a side."""
    if act == STREET:
        return issue.marched[side]
    return issue.signed[side] if act == PETITION else issue.boycotted[side]


@compiled
def _news_value(rule, arena, teams, p, m, side, act):
    """The logit of an act's coverage by free media; -inf where too few took part to be seen."""
    tactics, campaigns, issue, fatigue = teams.tactics, teams.campaigns, arena.issues[p, m], arena.outlets[p, m].fatigue
    share = _size(issue, side, act)
    if act == STREET:
        if _MARCHERS * share < rule.protest_least:
            return -np.inf
        violent = 1.0 if issue.violent[side] else 0.0
        logit = protest_news(share, _symbol(p, m, side, tactics, campaigns), violent, fatigue, rule)
    elif _OTHERS * share <= rule.petition_least:
        return -np.inf
    else:
        logit = petition_news(share, fatigue, rule) if act == PETITION else boycott_news(share, fatigue, rule)
    return logit + rule.by_credibility * standing(p, m, side, act, teams.organisations, tactics, campaigns)


@compiled
def _likes(keys, freedom, logits, slant, issues, wanted):
    """Fill in what an outlet would cover: by how much the chance, with its slant, beats the draw; 0 for what it leaves.
    Returns how many acts.

    keys: (acts,), of its draws; logits, wanted: (issues, sides, acts); slant: (issues,), what an act for the reform
    gains with it; issues: (issues,) of the polity.
    """
    likes = 0
    for m, side, act in np.ndindex(logits.shape):
        wanted[m, side, act] = 0.0
        if logits[m, side, act] == -np.inf:
            continue
        chance = freedom * logistic(logits[m, side, act] + (slant[m] if side == FOR else -slant[m]))
        luck = draw64(keys[act], pair(issues[m].key, side))
        if luck < chance:
            wanted[m, side, act] = chance - luck
            likes += 1
    return likes


@compiled
def _noticed(clock, freedom, logits, p, issues, teams, rule, noticed):
    """Fill in the share of a polity's outlets that cover each act; if none is named, there is one without a slant.

    What an outlet wants most gets its slots. McCarthy, McPhail & Smith 1996.
    """
    organisations, stances = teams.organisations, teams.stances
    wanted, outlets = np.zeros(logits.shape), 0
    keys, own = np.empty(len(_ACTS), np.uint64), np.empty(len(_ACTS), np.uint64)
    for n in range(len(_ACTS)):
        keys[n] = key(clock[0].seed, clock[0].week, _COVERED[n])
    noticed[:] = 0.0
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind != OUTLET or a.closed or a.polity != p:
            continue
        outlets += 1
        for n in range(len(_ACTS)):
            own[n] = pair(keys[n], a.key)
        likes = _likes(own, freedom, logits, rule.slant * stances[o], issues[p], wanted)
        for _ in range(min(likes, a.slots)):
            best = np.argmax(wanted)
            noticed.flat[best] += 1.0
            wanted.flat[best] = 0.0
    if outlets > 0:
        noticed /= outlets
    else:
        _likes(keys, freedom, logits, np.zeros(logits.shape[0]), issues[p], wanted)
        noticed[:] = np.where(wanted > 0.0, 1.0, 0.0)


@compiled
def coverage(now, arena, teams, events):
    """Large, symbolic or violent acts are covered; outlets tire, and the public gets used to what it has seen.

    Protest from 2 per 10,000: `media_freedom` x s(-2.5 + .5 ln(1 + size per 10,000) + symbol + 1.8 violent - .3 f);
    petitions above 2 per 1,000: `media_freedom` x s(-4 + .5 ln(1 + size per 1,000) - .3 f); boycotts likewise with
    -2.5. All + 1 x (media's trust in those who called for it, by effort, - .5). f = .8 f + covered acts. Named outlets
    decide one by one, with slant x stance added; of what one would cover, what it wants most (chance less draw) gets
    its slots of the week; the share that covers counts. Next week's bump of attention = .4 e^(-.15 H) x sum over
    covered acts of 1 + ln(1 + A/.003), A a protest's own turnout and 0 of other acts; H = .97 H + covered. Earl et al.
    2004; Andrews & Caren 2010; Wasow 2020.
    """
    clock = now.clock
    polities, issues, outlets = arena.polities, arena.issues, arena.outlets
    rule = now.rules[0].coverage
    logits = np.full((issues.shape[1], SIDES, len(_ACTS)), -np.inf)
    noticed = np.zeros(logits.shape)
    for p in range(issues.shape[0]):
        if rule.on:
            for m, side, n in np.ndindex(logits.shape):
                logits[m, side, n] = _news_value(rule, arena, teams, p, m, side, _ACTS[n])
            _noticed(clock, polities[p].media_freedom, logits, p, issues, teams, rule, noticed)
        for m in range(issues.shape[1]):
            _show(clock, now.rules[0], issues[p, m], outlets[p, m], p, m, noticed[m], events)


@compiled
def _speak_of_order(issue, noticed, distracts):
    """Violence that is shown makes news of disorder: it takes attention off the issue itself, and is heard as a message
    for the other side next week (`channels`). Wasow 2020. noticed: (sides, acts); distracts: share of attention lost.
    """
    worst = 0.0
    for side in range(SIDES):
        issue.disorder[side] = noticed[side, 0] if issue.violent[side] else 0.0
        worst = max(worst, issue.disorder[side])
    issue.bump *= 1.0 - distracts * worst


@compiled
def _show(clock, rules, issue, outlet, p, m, noticed, events):
    """What was covered is known, and draws attention next week. noticed: (sides, acts), shares of outlets."""
    rule = rules.coverage
    weight = news = 0.0
    for side in range(SIDES):
        issue.covered[side] = 0
        issue.boycott_shown[side] = False
        for n in range(len(_ACTS)):
            if noticed[side, n] <= 0.0:
                continue
            share = _size(issue, side, _ACTS[n])
            weight += noticed[side, n]
            news += noticed[side, n] * (1.0 + log(1.0 + share / rule.bump_size) if _ACTS[n] == STREET else 1.0)
            issue.covered[side] += 1
            issue.boycott_shown[side] = _ACTS[n] == BOYCOTT or issue.boycott_shown[side]
            note(clock, events, COVERED, p, m, -1, side, share).route = _ACTS[n]
    issue.coverage = issue.covered[0] + issue.covered[1]
    issue.bump = rule.bump * news * exp(-rule.habituation * outlet.habit)
    _speak_of_order(issue, noticed, rules.violence.distracts)
    outlet.fatigue = rule.fatigue_keep * outlet.fatigue + weight
    outlet.habit = rule.habit_keep * outlet.habit + weight
