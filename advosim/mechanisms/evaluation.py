"""Phase 10: sides learn whether acting helps, citizens whether they are served, teams what a tactic brought."""

from __future__ import annotations

from advosim.mechanisms.chronicle import note
from advosim.world.compile import compiled
from advosim.world.state import CAMPAIGN_ENDS, SIDES


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
def learning(clock, rules, issues, tactics, learned, campaigns, events):
    """A campaign that ends moves the value of its tactic toward what it brought per budget. McAdam 1983."""
    rule = rules[0].learning
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if campaign.weeks_left == 0:
            continue
        issue, tactic = issues[campaign.polity, campaign.issue], tactics[campaign.tactic]
        campaign.gain += gain(campaign, tactic, issue, rule)
        campaign.weeks_left -= 1
        if campaign.weeks_left == 0:
            if rule.on and campaign.spent > 0.0:
                worth = campaign.gain / campaign.spent
                own = learned[campaign.organisation]
                own[campaign.tactic] += rule.rate * (worth - own[campaign.tactic])
            o = campaign.organisation
            note(clock, events, CAMPAIGN_ENDS, campaign.polity, campaign.issue, o, campaign.tactic, -1,
                 campaign.side, campaign.gain)  # fmt: skip
