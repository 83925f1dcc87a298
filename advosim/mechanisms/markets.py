"""Phase 8: firms under boycott lose sales and standing, and some give in."""

from __future__ import annotations

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import break_off, note
from advosim.world.chance import draw64, key, logistic, pair, stream
from advosim.world.codes import BOYCOTT, CONCESSION, FIRM
from advosim.world.compile import compiled

_CONCEDE = stream("boycott")


@compiled
def concede_chance(covered, decline, sales_lost, rule):
    """s(a0 + media + media x reputation's decline + sales lost): chance that a firm gives in when a boycott ends.

    covered: 0 or 1; decline: 0..1, reputation below usual; sales_lost: share of citizens who stay away. King 2008.
    """
    media = rule.by_media * covered + rule.by_decline * covered * decline
    return logistic(rule.readiness + media + rule.by_sales * sales_lost)


@compiled
def boycott(now, arena, teams, events):
    """Buyers stay away from a firm, and it gives in or not.

    Who is called and has a choice (.35) stays away as he would sign, at a cost of .02. A week in which the boycott is
    covered costs the target .03 of reputation, which recovers by .02 of what lacks. As the boycott ends it gives in
    with s(-2 + .7 covered + 4 covered x decline of reputation + 10 x share of citizens who stay away): its practice
    moves by .6 and its lobby on the issue falls away: it breaks off its campaigns there and begins none. King 2008;
    Bartley & Child 2014.
    """
    clock = now.clock
    issues = arena.issues
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    tactics, campaigns = teams.tactics, teams.campaigns
    rule = now.rules[0].boycott
    if not rule.on:
        return
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind == FIRM:
            a.reputation = a.usual_reputation + rule.recovery * (a.reputation - a.usual_reputation)
            for m in range(issues.shape[1]):
                a.example[m] *= rule.example_keep
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign) or tactics[campaign.tactic].pressure != BOYCOTT:
            continue
        issue = issues[campaign.polity, campaign.issue]
        covered = 1.0 if issue.boycott_shown[campaign.side] else 0.0
        campaign.publicity += 1 if issue.boycott_shown[campaign.side] else 0
        for o in range(organisations.size):
            if _is_target(campaign, organisations[o], o, stances, priorities, issue):
                firm = organisations[o]
                firm.reputation = max(0.0, firm.reputation - rule.damage * covered)
                if campaign.weeks_left == 1:
                    _decide(clock, rule, campaign, issue, o, teams, events)


@compiled
def _is_target(campaign, firm, o, stances, priorities, issue):
    if firm.kind != FIRM or firm.closed or firm.polity != campaign.polity or firm.conceded[campaign.issue]:
        return False
    if priorities[o, campaign.issue] == 0.0:
        return False
    other_side = (stances[o, campaign.issue] > issue.policy) != (campaign.side == 0)
    return campaign.firm == o or (campaign.firm == -2 and other_side)


@compiled
def _decide(clock, rule, campaign, issue, o, teams, events):
    """The firm in row o gives in or not."""
    campaigns, caller, firm = teams.campaigns, teams.organisations[campaign.organisation], teams.organisations[o]
    m, side = campaign.issue, campaign.side
    covered = 1.0 if campaign.publicity > 0 else 0.0
    decline = max(0.0, firm.usual_reputation - firm.reputation)
    chance = concede_chance(covered, decline, issue.boycotted[side], rule)
    luck = draw64(pair(key(clock[0].seed, clock[0].week, _CONCEDE), caller.key), firm.key)
    if luck >= chance:
        return
    direction = 1.0 if side == 0 else -1.0
    firm.conceded[m] = 1 + side
    firm.example[m] = 1.0
    before = firm.practice[m]
    firm.practice[m] = min(max(before + rule.step * direction, -1.0), 1.0)
    campaign.won += firm.market_share * abs(firm.practice[m] - before)
    teams.stances[o, m] = firm.practice[m]
    teams.priorities[o, m] = 0.0
    for c in range(campaigns.size):
        if campaigns[c].organisation == o and campaigns[c].issue == m and campaigns[c].weeks_left > 0:
            break_off(clock, campaigns[c], events)
    note(clock, events, CONCESSION, campaign.polity, m, o, side, chance).tactic = campaign.tactic
