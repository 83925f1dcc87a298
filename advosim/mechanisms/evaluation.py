"""Phase 10: sides learn whether acting helps, citizens whether they are served, teams what a tactic brought."""

from __future__ import annotations

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.world.compile import compiled
from advosim.world.state import AUDIENCES, CAMPAIGN_ENDS, MEDIA, OFFICIALS, PUBLIC, SIDES, STREET


@compiled
def evaluation(rules, polities, issues):
    """efficacy += .05 (clip(.25 +- E, 0, 1) - efficacy); legitimacy += .02 (1 - mean weighted gap - legitimacy)."""
    rule = rules[0].evaluation
    if not rule.on:
        return
    for p in range(issues.shape[0]):
        gap = 0.0
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                success = rule.efficacy_rest + (issue.felt if side == 0 else -issue.felt)
                success = min(max(success, 0.0), 1.0)
                issue.efficacy[side] += rule.efficacy_rate * (success - issue.efficacy[side])
            gap += issue.gap / issues.shape[1]
        polities[p].legitimacy += rule.legitimacy_rate * (1.0 - gap - polities[p].legitimacy)


@compiled
def gain(campaign, tactic, issue, rule):
    """What a campaign brought this week, in units of pressure: its share of its side's pressure by its kind of tactic,
    coverage where it called people, people who heard its message, and policy moved its way.
    """
    direction = 1.0 if campaign.side == 0 else -1.0
    total = rule.of_change * direction * issue.step
    of_kind = issue.effort[campaign.side, tactic.pressure]
    if of_kind > 0.0:
        total += issue.contribution[campaign.side, tactic.pressure] * campaign.effort / of_kind
    if campaign.calling and tactic.call > 0:
        total += rule.of_coverage * issue.covered[campaign.side]
    taught = max(tactic.persuasion, max(tactic.education, tactic.evidence))
    return total + rule.of_reach * campaign.reached * taught


@compiled
def learning(clock, rules, issues, organisations, tactics, learned, campaigns, events):
    """A campaign that ends moves the value of its tactic toward what it brought per budget. McAdam 1983."""
    rule = rules[0].learning
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign):
            continue
        issue, tactic = issues[campaign.polity, campaign.issue], tactics[campaign.tactic]
        brought = gain(campaign, tactic, issue, rule)
        campaign.gain += brought
        a = organisations[campaign.organisation]
        a.success = 0.95 * a.success + 0.05 * brought
        if rule.on:
            for e in range(a.skills.size):
                a.skills[e] += rule.capacity * tactic.capacity * (1.0 - a.skills[e])
        campaign.weeks_left -= 1
        if campaign.weeks_left == 0:
            if rule.on and campaign.spent > 0.0:
                worth = campaign.gain / campaign.spent
                own = learned[campaign.organisation]
                own[campaign.tactic] += rule.rate * (worth - own[campaign.tactic])
            o = campaign.organisation
            note(clock, events, CAMPAIGN_ENDS, campaign.polity, campaign.issue, o, campaign.tactic, -1,
                 campaign.side, campaign.gain)  # fmt: skip


@compiled
def credibility(rules, issues, organisations, tactics, campaigns):
    """Trust of officials, media and public returns to what is usual; evidence earns officials' and the public's,
    coverage the media's, and calling people to what turns violent costs all three.
    """
    rule = rules[0].credibility
    for o in range(organisations.size):
        a = organisations[o]
        a.visibility *= 0.9
        a.learnedness *= 0.98
        if rule.on:
            for audience in range(len(AUDIENCES)):
                usual = a.usual_credibility[audience]
                a.credibility[audience] = usual + rule.keep * (a.credibility[audience] - usual)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign):
            continue
        a, tactic = organisations[campaign.organisation], tactics[campaign.tactic]
        issue = issues[campaign.polity, campaign.issue]
        seen = issue.covered[campaign.side] if tactic.call > 0 else 0
        a.visibility += 0.1 * seen
        if not rule.on:
            continue
        quality = tactic.evidence * campaign.competence
        _gain(a, OFFICIALS, rule.by_evidence * quality)
        _gain(a, PUBLIC, rule.by_evidence * quality)
        _gain(a, MEDIA, rule.by_coverage * seen)
        if tactic.pressure == STREET and issue.violent[campaign.side]:
            for audience in range(len(AUDIENCES)):
                _gain(a, audience, -rule.by_violence)


@compiled
def _gain(a, audience, amount):
    a.credibility[audience] = min(max(a.credibility[audience] + amount, 0.0), 1.0)
