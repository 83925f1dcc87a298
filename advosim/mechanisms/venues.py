"""Phase 9: tables at which stakeholders bargain, and municipal governments with policies of their own."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.mechanisms.institutions import half_effect, sign
from advosim.world.chance import draw64, key, log, stream
from advosim.world.codes import AGREEMENT, BY_TABLE, LOCAL, LOCAL_STEP, SIDES, TABLE
from advosim.world.compile import compiled

_AGREE = stream("stakeholder_table")
_GRID = 40
"""Positions at which a bargain is tried (convention): each a fortieth of the way on which all gain."""


@compiled
def nash_bargain(status_quo, ideals, weights):
    """The position that maximises the product of gains over the status quo, each to the power of its weight.

    ideals, weights: (parties,) positions in -1..1 and powers >= 0; gains are of quadratic utility. Returns the status
    quo where nothing makes all better off. Nash 1950; Kalai 1977 for weights.
    """
    best, chosen = -np.inf, status_quo
    towards = 0.0
    for i in range(ideals.size):
        if weights[i] > 0.0:
            way = sign(ideals[i] - status_quo)
            if way == 0.0 or (towards != 0.0 and way != towards):
                return status_quo
            towards = way
    reach = 2.0
    for i in range(ideals.size):
        if weights[i] > 0.0:
            reach = min(reach, 2.0 * abs(ideals[i] - status_quo))
    for step in range(1, _GRID):
        y = status_quo + towards * reach * step / _GRID
        total = 0.0
        for i in range(ideals.size):
            if weights[i] > 0.0:
                gain = (status_quo - ideals[i]) ** 2 - (y - ideals[i]) ** 2
                total += weights[i] * log(gain) if gain > 0.0 else -np.inf
        if total > best:
            best, chosen = total, y
    return chosen


@compiled
def stakeholder_table(now, arena, teams, allied, events):
    """Teams at a table bargain with the government in the week in which a table ends.

    As a table ends it agrees with chance .05 `openness`, on the position that maximises the product of gains over the
    status quo, the government's to the power 1 and each team's to .3 x effort x (1 - .3 hostility); nothing where not
    all gain. The step, at most .15, is submitted to `decision`; agreement spares .3 of friction, fading by .98 a week.
    Nash 1950; Kalai 1977.
    """
    clock = now.clock
    polities, issues = arena.polities, arena.issues
    organisations, stances, tactics, campaigns = teams.organisations, teams.stances, teams.tactics, teams.campaigns
    alliances = allied.alliances
    rule, hostile = now.rules[0].stakeholder_table, now.rules[0].backlash
    if not rule.on:
        return
    ideals, weights = np.zeros(campaigns.size + 1), np.zeros(campaigns.size + 1)
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            issue.buy_in *= rule.keep
            seated = ends = 0
            for c in range(campaigns.size):
                campaign = campaigns[c]
                weights[c] = 0.0
                if not active(campaign) or campaign.polity != p or campaign.issue != m:
                    continue
                if tactics[campaign.tactic].pressure == TABLE:
                    seated += 1
                    ends += 1 if campaign.weeks_left == 1 else 0
                    own = stances[campaign.organisation, m]
                    ideals[c] = own if campaign.alliance < 0 else alliances[campaign.alliance].line
                    own_tone = organisations[campaign.organisation].hostility
                    spared = 1.0 - (hostile.insider_risk * own_tone if hostile.on else 0.0)
                    weights[c] = rule.weight * campaign.effort * spared
            if ends == 0:
                continue
            ideals[campaigns.size], weights[campaigns.size] = issue.ideal + issue.revision, 1.0
            luck = draw64(key(clock[0].seed, clock[0].week, _AGREE), issue.key)
            if luck < rule.chance * polities[p].openness:
                agreed = nash_bargain(issue.policy, ideals, weights)
                step = min(max(agreed - issue.policy, -rule.uptake), rule.uptake)
                if step != 0.0:
                    issue.submitted[BY_TABLE] = True
                    issue.target[BY_TABLE] = issue.policy + step
                    issue.buy_in = 1.0
                    note(clock, events, AGREEMENT, p, m, -1, 0 if step > 0.0 else 1, step).route = BY_TABLE


@compiled
def municipalities(now, arena, teams, events):
    """A district's own policy moves a step where campaigns and opinion beat local friction.

    In a district with one: store = .95 store + for minus against of .1 effort/(effort + 1) of local campaigns + .3 z (2
    support - 1); beyond .5 its policy moves by .3 and the store empties. Its citizens live under .7 national + .3 local
    policy. Betsill & Bulkeley 2006.
    """
    clock = now.clock
    issues, districts, local_views = arena.issues, arena.districts, arena.local_views
    organisations, tactics, campaigns = teams.organisations, teams.tactics, teams.campaigns
    rule = now.rules[0].municipalities
    if not rule.on:
        return
    for d in range(districts.size):
        if not districts[d].governed:
            continue
        for m in range(issues.shape[1]):
            push = 0.0
            for side in range(SIDES):
                effort = 0.0
                for c in range(campaigns.size):
                    campaign = campaigns[c]
                    here = campaign.district == d and campaign.issue == m and campaign.side == side
                    if here and active(campaign) and tactics[campaign.tactic].pressure == LOCAL:
                        effort += campaign.effort
                push += (1.0 if side == 0 else -1.0) * rule.campaign * half_effect(effort, 1.0)
            view = local_views[d, m]
            opinion = rule.opinion * view.salience * (2.0 * view.support - 1.0)
            store = rule.keep * districts[d].pressure[m] + push + opinion
            if abs(store) > rule.friction:
                before = districts[d].policy[m]
                districts[d].policy[m] = min(max(before + sign(store) * rule.step, -1.0), 1.0)
                _credit(districts, d, m, districts[d].policy[m] - before, tactics, campaigns)
                note(
                    clock,
                    events,
                    LOCAL_STEP,
                    districts[d].polity,
                    m,
                    _mayor(organisations, d),
                    -1,
                    districts[d].policy[m] - before,
                )
                store = 0.0
            districts[d].pressure[m] = store


@compiled
def _credit(districts, d, m, step, tactics, campaigns):
    """Campaigns there have won a local step, by the district's share of the polity's citizens."""
    everybody = 0
    for other in range(districts.size):
        everybody += districts[other].citizens if districts[other].polity == districts[d].polity else 0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        here = campaign.district == d and campaign.issue == m and (campaign.side == 0) == (step > 0.0)
        if here and active(campaign) and tactics[campaign.tactic].pressure == LOCAL:
            campaign.won += abs(step) * districts[d].citizens / everybody


@compiled
def _mayor(organisations, d):
    for o in range(organisations.size):
        if organisations[o].district == d:
            return o
    return -1
