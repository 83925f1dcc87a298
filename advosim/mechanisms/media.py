"""Phase 8: outlets choose what to cover, now that sizes are known; covered acts feed next week's agenda."""

from __future__ import annotations

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, log, logistic, pair, stream
from advosim.world.compile import compiled
from advosim.world.state import COVERED, PETITION, SIDES, STREET

_PROTEST = stream("coverage.protest")
_PETITION = stream("coverage.petition")


@compiled
def protest_news(share, symbol, violent, fatigue, rule):
    """s(-2.5 + .5 ln(1 + size per 10,000) + symbol + .5 violence - .3 fatigue): chance of coverage by free media."""
    value = rule.protest + rule.by_size * log(1.0 + 1e4 * share) + symbol
    return logistic(value + rule.by_violence * violent - rule.by_fatigue * fatigue)


@compiled
def petition_news(share, fatigue, rule):
    """s(-4 + .5 ln(1 + size per 1,000) - .3 fatigue): chance of coverage by free media."""
    return logistic(rule.petition + rule.by_size * log(1.0 + 1e3 * share) - rule.by_fatigue * fatigue)


@compiled
def _symbol(p, m, side, tactics, campaigns):
    """The strongest symbol among a side's campaigns on the street."""
    symbol = 0.0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        here = campaign.polity == p and campaign.issue == m and campaign.side == side
        if here and campaign.weeks_left > 0 and tactics[campaign.tactic].pressure == STREET:
            symbol = max(symbol, tactics[campaign.tactic].symbol)
    return symbol


@compiled
def coverage(clock, rules, polities, issues, outlets, tactics, campaigns, events):
    """Large, symbolic or violent acts are covered; outlets tire, and the public gets used to what it has seen.

    The bump: .4 covered (1 + ln(1 + turnout / .003)) e^(-.15 habit). Earl et al. 2004; Wasow 2020.
    """
    rule = rules[0].coverage
    protests = key(clock[0].seed, clock[0].week, _PROTEST)
    petitions = key(clock[0].seed, clock[0].week, _PETITION)
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue, outlet = issues[p, m], outlets[p, m]
            issue.coverage = 0
            issue.bump = 0.0
            for side in range(SIDES):
                issue.covered[side] = 0
                if not rule.on:
                    continue
                own = pair(issue.key, side)
                share = issue.marched[side]
                if 1e4 * share >= rule.protest_least:
                    violent = 1.0 if issue.violent[side] else 0.0
                    symbol = _symbol(p, m, side, tactics, campaigns)
                    news = protest_news(share, symbol, violent, outlet.fatigue, rule)
                    if draw64(protests, own) < polities[p].media_freedom * news:
                        issue.covered[side] += 1
                        note(clock, events, COVERED, p, m, -1, -1, STREET, side, share)
                share = issue.signed[side]
                if 1e3 * share > rule.petition_least:
                    news = petition_news(share, outlet.fatigue, rule)
                    if draw64(petitions, own) < polities[p].media_freedom * news:
                        issue.covered[side] += 1
                        note(clock, events, COVERED, p, m, -1, -1, PETITION, side, share)
            issue.coverage = issue.covered[0] + issue.covered[1]
            turnout = issue.marched[0] + issue.marched[1]
            size = 1.0 + log(1.0 + turnout / rule.bump_size)
            issue.bump = rule.bump * issue.coverage * size * exp(-rule.habituation * outlet.habit)
            outlet.fatigue = rule.fatigue_keep * outlet.fatigue + issue.coverage
            outlet.habit = rule.habit_keep * outlet.habit + issue.coverage
