"""Phase 5: hashtags spread among those online by days, and are dropped."""

from __future__ import annotations

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, exp, key, pair, stream
from advosim.world.codes import HASHTAG, SIDES
from advosim.world.compile import compiled

_START = stream("hashtag")
_DAYS = 7
"""Of a week."""
_FORGOTTEN = 1e-4
"""Of those online: a hashtag that fewer carry has ended (convention)."""


@compiled
def hashtag_day(carried, days, capacity, rule):
    """The share that carries a hashtag a day later: contagion, whose novelty wears off, minus dropping.

    Capacity, 0..1, makes it slower to rise and slower to drop. Tufekci 2017; Bennett & Segerberg 2012.
    """
    rise = max(0.0, rule.rise - rule.slow_rise * capacity) * exp(-rule.tire * days)
    drop = max(0.0, rule.drop - rule.slow_drop * capacity)
    return min(max(carried + rise * carried * (1.0 - carried) - drop * carried, 0.0), 1.0)


@compiled
def _begin(clock, events, issues, at, organisation, capacity, seed):
    """A hashtag begins or is taken up anew. at: polity, issue and side. Returns the line of the log."""
    p, m, side = at
    issue = issues[p, m]
    issue.hashtag[side] = max(issue.hashtag[side], seed)
    issue.hashtag_days[side] = 0.0
    issue.hashtag_capacity[side] = capacity
    return note(clock, events, HASHTAG, p, m, organisation, side, issue.hashtag[side])


@compiled
def hashtag(now, arena, teams, events):
    """A hashtag spreads among those online, by days, and is dropped.

    A day: h += (.9 - .5 C) e^(-.05 day) h (1 - h) - (.5 - .35 C) h, C the capacity of the team behind it (0 for
    citizens' own). It starts at .01, by a campaign in its first week or, with chance .002 x min(1, 4 agenda) x share
    online, by talk. Carriers are heard with hazard .5 h x diet; they call to march x min(1, 4 agenda), and to sign
    while a petition is open. Bennett & Segerberg 2012; Tufekci 2017; Centola & Macy 2007.
    """
    clock = now.clock
    polities, issues = arena.polities, arena.issues
    organisations, tactics, campaigns = teams.organisations, teams.tactics, teams.campaigns
    rule = now.rules[0].hashtag
    if not rule.on:
        return
    k = key(clock[0].seed, clock[0].week, _START)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if active(campaign) and campaign.age == 0 and tactics[campaign.tactic].hashtag:
            if polities[campaign.polity].online > 0.0:
                at, o = (campaign.polity, campaign.issue, campaign.side), campaign.organisation
                formal = (1.0 - rule.by_rules) + rule.by_rules * organisations[o].institutionalisation
                told = _begin(clock, events, issues, at, o, campaign.competence * formal, rule.seed)
                told.tactic = campaign.tactic
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                chance = rule.spontaneous * min(1.0, rule.complexity * issue.agenda) * polities[p].online
                if issue.hashtag[side] == 0.0 and draw64(pair(k, side), issue.key) < chance:
                    _begin(clock, events, issues, (p, m, side), -1, 0.0, rule.seed)
                for _ in range(_DAYS):
                    issue.hashtag[side] = hashtag_day(
                        issue.hashtag[side], issue.hashtag_days[side], issue.hashtag_capacity[side], rule
                    )
                    issue.hashtag_days[side] += 1.0
                if issue.hashtag[side] < _FORGOTTEN or polities[p].online == 0.0:
                    issue.hashtag[side] = 0.0
