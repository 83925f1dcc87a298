"""Phase 10: sides learn whether acting helps, citizens whether they are served, teams what a tactic brought."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import end, note
from advosim.mechanisms.ties import allied_before, seat_of
from advosim.world.chance import draw64, key, stream
from advosim.world.codes import (
    ABROAD,
    AUDIENCES,
    CALL_SHARE,
    MEDIA,
    OFFICIALS,
    PUBLIC,
    SCANDAL,
    SIDES,
    STREET,
)
from advosim.world.compile import compiled

_SCANDAL = stream("credibility.scandal")
_NOTHING = 1e-9
"""Below any value at the start: guards a division where it is set to 0."""


@compiled
def evaluation(now, arena):
    """Sides learn whether acting helps, citizens whether they are served.

    Efficacy of a side += .05 (clip(.25 +- .6 E/F, 0, 1) - efficacy); legitimacy += .02 (1 - mean distance to policy
    weighted by salience, over 2 - legitimacy). Klandermans 1984; Easton 1965.
    """
    polities, issues = arena.polities, arena.issues
    rule = now.rules[0].evaluation
    if not rule.on:
        return
    for p in range(issues.shape[0]):
        gap = 0.0
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                beside = rule.by_pressure * issue.felt / issue.friction
                success = rule.efficacy_rest + (beside if side == 0 else -beside)
                success = min(max(success, 0.0), 1.0)
                issue.efficacy[side] += rule.efficacy_rate * (success - issue.efficacy[side])
            gap += issue.gap / issues.shape[1]
        polities[p].legitimacy += rule.legitimacy_rate * (1.0 - gap - polities[p].legitimacy)


@compiled
def gain(campaign, tactic, issue, rule):
    """What a campaign brought this week, in units of pressure: its share of its side's pressure by its kind of tactic,
    coverage where it called people to act, people who heard its message, policy moved its way, what it won with a
    firm, in a district or among officials, and the price that it put on other moves.

    A step of policy and coverage count in full for all campaigns of a side: nobody can tell whose they were.
    """
    direction = 1.0 if campaign.side == 0 else -1.0
    total = rule.of_change * (direction * issue.step + campaign.won) + campaign.hampered
    of_kind = issue.effort[campaign.side, tactic.pressure]
    if of_kind > 0.0:
        total += issue.contribution[campaign.side, tactic.pressure] * campaign.effort / of_kind
    if campaign.calling and tactic.call != CALL_SHARE:
        total += rule.of_coverage * issue.covered[campaign.side]
    taught = max(tactic.persuasion, max(tactic.education, tactic.evidence))
    return total + rule.of_reach * campaign.reached * taught


@compiled
def remember(o, t, worth, weight, teams):
    """A campaign of some weight joins what a team knows of a tactic: the mean over the campaigns that it remembers."""
    teams.tried[o, t] += weight
    teams.learned[o, t] += weight / teams.tried[o, t] * (worth - teams.learned[o, t])


@compiled
def _tell_partners(rule, campaign, worth, teams, allied):
    """Tied organisations of the polity hear of a campaign, which counts by their trust; .4 of an own one among those
    who trust as tied ones usually do. Levitt & March 1988; Wang & Soule 2012.
    """
    own, organisations = campaign.organisation, teams.organisations
    for o in range(organisations.size):
        near = allied.tied[own, o] and organisations[o].polity == organisations[own].polity
        if near and o != own and not organisations[o].closed:
            weight = min(1.0, rule.of_partners * allied.trust[o, own] / rule.usual_trust)
            if weight > 0.0:
                remember(o, campaign.tactic, worth, weight, teams)


@compiled
def conclude(rule, campaign, tactic, teams, allied):
    """What a campaign brought per budget joins the experience of its team and of tied ones; and what it missed at home
    counts as failure.
    """
    if rule.on and campaign.spent > 0.0:
        organisation = teams.organisations[campaign.organisation]
        worth = campaign.gain / campaign.spent
        remember(campaign.organisation, campaign.tactic, max(worth, 0.0), 1.0, teams)
        _tell_partners(rule, campaign, max(worth, 0.0), teams, allied)
        if tactic.pressure != ABROAD:
            missed = 1.0 - min(max(worth / max(rule.start, _NOTHING), 0.0), 1.0)
            organisation.failure += rule.rate * (missed - organisation.failure)


@compiled
def learning(now, arena, teams, allied, events):
    """A campaign that ends joins the experience of its team and of tied ones; what is long past counts less.

    At a campaign's end, and where a joint plan is dropped, its gain / spending (at least 0) joins the mean over the
    campaigns that the team remembers, and that of organisations of the polity tied to it, where it counts .4 x their
    trust/.6 of one; what is remembered counts .99 of it a week later. Gain adds up weekly: its share of its side's
    pressure by that kind of tactic, .05 per covered act where it called people to act, .5 x share reached x what the
    tactic teaches at most (persuasion, education or evidence), .3 x policy moved its way (less what moved the other),
    .5 x skills built, the price that its evidence put on other moves, and .3 x what it won alone: a firm's practice x
    market share, a local step x share of citizens, officials' ideal. Success = .95 success + .05 v/(v + .03), v the
    week's gain per budget; of joint campaigns by shares of the credit, 1 at most. What a joint campaign brought teaches
    whoever ran it. Building capacity raises skills by .01 of what lacks a week. McAdam 1983; Wang & Soule 2012.
    """
    clock = now.clock
    issues = arena.issues
    organisations, tactics, campaigns = teams.organisations, teams.tactics, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].learning
    for o in range(organisations.size):
        organisations[o].success *= 1.0 - rule.success_rate
        for t in range(tactics.size):
            teams.tried[o, t] *= rule.keep if rule.on else 1.0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign):
            continue
        issue, tactic = issues[campaign.polity, campaign.issue], tactics[campaign.tactic]
        brought = gain(campaign, tactic, issue, rule)
        a = organisations[campaign.organisation]
        if rule.on:
            for e in range(a.skills.size):
                built = rule.capacity * tactic.capacity * (1.0 - a.skills[e])
                a.skills[e] += built
                brought += rule.of_skill * built
        campaign.gain += brought
        if campaign.budget > 0.0:
            worth = max(0.0, brought) / campaign.budget
            share = worth / (worth + rule.start) if worth > 0.0 else 0.0
            if campaign.alliance < 0:
                a.success += rule.success_rate * share
            else:
                _share_success(alliances[campaign.alliance], seats[campaign.alliance], organisations, share, rule)
        campaign.weeks_left -= 1
        if campaign.weeks_left == 0:
            conclude(rule, campaign, tactic, teams, allied)
            end(clock, campaign, events)
    for o in range(organisations.size):
        organisations[o].success = min(organisations[o].success, 1.0)


@compiled
def _share_success(alliance, seats, organisations, share, rule):
    """Success to members as far as they get more or less of the credit than an equal part; results follow it.

    share: worth of the joint campaign, 0..1, where 1/2 is what is usual at the start.
    """
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            credited = min(1.0, seats[s].benefit * alliance.members * share)
            organisations[seats[s].organisation].success += rule.success_rate * credited
    alliance.results += rule.results_rate * (share - alliance.results)


@compiled
def _by_association(o, organisations, before, alliances, seats, transfer, usual):
    """What is usual for a member with each audience: own usual credibility moves toward its allies' by `transfer`, and
    rises by what inclusion and unity lend (`inclusion`).

    before: (organisations, audiences), credibility before this week's changes. usual: (audiences,), to be filled.
    """
    allies, lent = 0.0, 0.0
    usual[:] = 0.0
    for a in range(alliances.size if organisations[o].seats > 0 else 0):
        if not alliances[a].alive or seat_of(seats[a], o) < 0:
            continue
        lent = max(lent, alliances[a].esteem)
        for s in range(seats.shape[1]):
            ally = seats[a, s].organisation
            if ally >= 0 and ally != o:
                allies += 1.0
                for audience in range(usual.size):
                    usual[audience] += before[ally, audience]
    for audience in range(usual.size):
        own = organisations[o].usual_credibility[audience]
        mean = usual[audience] / allies if allies > 0.0 else own
        usual[audience] = min(1.0, own + transfer * (mean - own) + lent) if allies > 0.0 else own


@compiled
def scandals(now, organisations, alliances, seats, events):
    """Now and then something comes out; it costs trust with all three audiences, and allies by `transfer`."""
    clock = now.clock
    rule = now.rules[0].credibility
    if not rule.on:
        return
    k = key(clock[0].seed, clock[0].week, _SCANDAL)
    for o in range(organisations.size):
        a = organisations[o]
        if not a.closed and draw64(k, a.key) < rule.scandal:
            disgrace(now, o, organisations, alliances, seats, events)


@compiled
def disgrace(now, o, organisations, alliances, seats, events):
    """A scandal of an organisation comes out."""
    rule, a = now.rules[0].credibility, organisations[o]
    note(now.clock, events, SCANDAL, a.polity, -1, o, -1, rule.damage)
    for audience in range(len(AUDIENCES)):
        _gain(a, audience, -rule.damage)
    if a.seats == 0:
        return
    for each in range(alliances.size):
        for s in range(seats.shape[1]):
            if alliances[each].alive and seats[each, s].organisation == o:
                _spread(rule, o, organisations, each, alliances, seats)


@compiled
def _spread(rule, o, organisations, each, alliances, seats):
    """The members of one alliance suffer, but for those of an earlier one, who have suffered already."""
    for s in range(seats.shape[1]):
        ally = seats[each, s].organisation
        if ally >= 0 and ally != o and not allied_before(o, ally, each, alliances, seats):
            for audience in range(len(AUDIENCES)):
                _gain(organisations[ally], audience, -rule.transfer * rule.damage)


@compiled
def credibility(now, arena, teams, allied, events):
    """The trust of officials, media and public moves, and returns to what is usual for one with such allies.

    Deviation from what is usual x .99; + .01 x quality of evidence with officials and the public, .01 a covered act
    with the media, - .03 with all three for calling people to what turns violent. For a member of alliances, what is
    usual moves by .2 toward the mean of its allies' credibility. With chance .0005 a week a scandal comes out: -.3 with
    all three, and -.06 for each ally. What is usual for a member is .1 x cohesion higher, for unity, and higher by
    `inclusion`. Keck & Sikkink 1998; Wasow 2020.
    """
    issues = arena.issues
    organisations, tactics, campaigns = teams.organisations, teams.tactics, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].credibility
    scandals(now, organisations, alliances, seats, events)
    before, usual = np.zeros((organisations.size, len(AUDIENCES))), np.zeros(len(AUDIENCES))
    for o in range(organisations.size):
        for audience in range(len(AUDIENCES)):
            before[o, audience] = organisations[o].credibility[audience]
    for o in range(organisations.size):
        a = organisations[o]
        a.visibility *= 1.0 - rule.visibility_rate
        a.learnedness *= now.rules[0].evidence.repute_keep
        if rule.on:
            _by_association(o, organisations, before, alliances, seats, rule.transfer, usual)
            for audience in range(len(AUDIENCES)):
                a.credibility[audience] = usual[audience] + rule.keep * (a.credibility[audience] - usual[audience])
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign):
            continue
        a, tactic = organisations[campaign.organisation], tactics[campaign.tactic]
        issue = issues[campaign.polity, campaign.issue]
        seen = issue.covered[campaign.side] if tactic.call > 0 else 0
        if campaign.alliance < 0:
            a.visibility += rule.visibility_rate * seen
        else:
            _share_visibility(seats[campaign.alliance], organisations, rule.visibility_rate * seen)
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
def _share_visibility(seats, organisations, seen):
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            organisations[seats[s].organisation].visibility += seats[s].benefit * seen


@compiled
def _gain(a, audience, amount):
    a.credibility[audience] = min(max(a.credibility[audience] + amount, 0.0), 1.0)
