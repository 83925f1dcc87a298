"""Phase 1: news shocks arrive, attention decays, issues compete for the agenda."""

from __future__ import annotations

from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw, draw64, exp, exponential, key, stream
from advosim.world.codes import NEWS
from advosim.world.compile import compiled

_NEWS = stream("attention")
_SIZE = stream("attention.size")


@compiled
def attention(now, arena, events):
    """News strikes, attention decays, and issues compete for the agenda.

    S = min(3, .85 S + news + bump of coverage); news comes with chance .01 a week and size Exp(mean 1.3); agenda share
    = e^S / (30 + sum over issues of e^S). The 30 is the rest of life. Jones & Baumgartner 2005.
    """
    clock = now.clock
    issues = arena.issues
    rule = now.rules[0].attention
    chances = key(clock[0].seed, clock[0].week, _NEWS)
    sizes = key(clock[0].seed, clock[0].week, _SIZE)
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            if rule.on:
                news = 0.0
                if draw(chances, issue.key) < rule.news_chance:
                    news = rule.news_size * exponential(draw64(sizes, issue.key))
                    note(clock, events, NEWS, p, m, -1, -1, news)
                issue.news = news
                issue.attention = min(rule.cap, rule.keep * issue.attention + news + issue.bump)
        compete(issues[p], rule)


@compiled
def compete(issues, rule):
    """Share out the agenda of a polity by attention. issues: (m,)."""
    total = rule.rest_of_life
    for m in range(issues.size):
        total += exp(issues[m].attention)
    for m in range(issues.size):
        issues[m].agenda = exp(issues[m].attention) / total
