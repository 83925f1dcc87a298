"""The turn of the week, the log of events and the record."""

from __future__ import annotations

import numpy as np

from advosim.world.codes import ABROAD, CAMPAIGN_ENDS, QUARTER
from advosim.world.compile import compiled


@compiled
def turn(now):
    """A new week begins."""
    now.clock[0].week += 1


@compiled
def break_off(clock, campaign, events):
    """A campaign ends before its time."""
    campaign.weeks_left = 0
    campaign.effort = 0.0
    end(clock, campaign, events)


@compiled
def end(clock, campaign, events):
    """The log tells that a campaign ends, and what it brought."""
    p, m, o = campaign.polity, campaign.issue, campaign.organisation
    note(clock, events, CAMPAIGN_ENDS, p, m, o, campaign.side, campaign.gain).tactic = campaign.tactic


@compiled
def note(clock, events, event, polity, issue, organisation, side, size):
    """Write one line of the log, -1 where something does not apply, and hand it back for what else is to tell.

    Where the log is full, what comes is counted and lost: its last row is scrap paper, which nobody reads.
    """
    row = events[min(clock[0].events, events.size - 1)]
    row.week = clock[0].week
    row.alliance = -1
    row.partner = -1
    row.reason = -1
    row.experiment = 0
    row.polity = polity
    row.issue = issue
    row.organisation = organisation
    row.event = event
    row.tactic = -1
    row.route = -1
    row.side = side
    row.size = size
    clock[0].events += 1
    return row


@compiled
def record_week(now, arena, teams, allied, record):
    """Write down the week."""
    polities, issues, views, parties = arena.polities, arena.issues, arena.views, arena.parties
    organisations, stances = teams.organisations, teams.stances
    priorities, campaigns = teams.priorities, teams.campaigns
    tied, trust, alliances, seats = allied.tied, allied.trust, allied.alliances, allied.seats
    weeks, organisation_weeks, campaign_weeks = record.weeks, record.organisations, record.campaigns
    public_weeks, party_weeks = record.publics, record.parties
    alliance_weeks, bonds = record.alliance_weeks, record.bonds
    w = now.clock[0].week - 1
    for q in range(views.shape[0]):
        for m in range(views.shape[1]):
            public_weeks[w, q, m] = views[q, m]
    for k in range(parties.size):
        _record_party(parties[k], polities[parties[k].polity].elected, party_weeks[w, k])
    for o in range(organisations.size):
        row = organisation_weeks[w, o]
        c = _shown(campaigns, organisations.size, o)
        _record_organisation(organisations[o], campaigns[c], row)
        joint = campaigns[c].alliance
        row.alliance = alliances[joint].number if joint >= 0 else -1
        row.stance = 0.0
        for m in range(stances.shape[1]):
            row.stance += priorities[o, m] * stances[o, m]
    for c in range(campaigns.size):
        if campaigns[c].effort > 0.0 or campaigns[c].paid > 0.0:
            joint = campaigns[c].alliance
            _record_campaign(campaigns[c], alliances[joint].number if joint >= 0 else -1, campaign_weeks[w, c])
    for p in range(polities.size):
        funds = 0.0
        for o in range(organisations.size):
            if organisations[o].polity == p and not organisations[o].closed:
                funds += organisations[o].funds
        for m in range(issues.shape[1]):
            row = weeks[w, p, m]
            row.funds = funds
            row.closures = polities[p].closures
            row.repression = polities[p].repression
            row.grievance = polities[p].grievance
            row.legitimacy = polities[p].legitimacy
            row.gallagher = polities[p].gallagher
            row.backing = polities[p].backing
            _record_issue(issues[p, m], row)
            _record_alliances(organisations, alliances, seats, p, m, row)
    for a in range(alliances.size):
        _record_alliance(alliances[a], seats[a], alliance_weeks[w, a])
    if w % QUARTER == 0:
        _record_bonds(tied, trust, bonds[w // QUARTER])


@compiled
def _record_bonds(tied, trust, rows):
    for i in range(tied.shape[0]):
        for j in range(tied.shape[0]):
            rows[i, j].trust = np.float32(trust[i, j])
            rows[i, j].tied = tied[i, j] > 0


@compiled
def _shown(campaigns, organisations, o):
    """What an organisation does this week: its own campaign, else its role in a joint one."""
    if campaigns[o].effort > 0.0:
        return o
    for c in range(organisations, campaigns.size):
        if campaigns[c].effort > 0.0 and campaigns[c].organisation == o:
            return c
    return o


@compiled
def _record_campaign(campaign, alliance, row):
    row.organisation = campaign.organisation
    row.alliance = alliance
    row.issue = campaign.issue
    row.tactic = campaign.tactic
    row.frame = campaign.frame
    row.audience = campaign.audience
    row.side = campaign.side
    row.district = campaign.district
    row.effort = campaign.effort
    row.spent = campaign.paid
    row.reached = campaign.reached


@compiled
def _record_alliances(organisations, alliances, seats, p, m, row):
    """Members of several alliances count once; trust is the mean over pairs in them."""
    row.alliances = 0
    row.alliance_members = 0
    row.trust = 0.0
    counted, pairs = np.zeros(organisations.size, np.uint8), 0.0
    for a in range(alliances.size):
        if alliances[a].alive and alliances[a].polity == p and alliances[a].issue == m:
            row.alliances += 1
            for s in range(seats.shape[1]):
                o = seats[a, s].organisation
                if o >= 0 and not counted[o]:
                    counted[o] = 1
                    row.alliance_members += 1
            own = alliances[a].members * (alliances[a].members - 1) / 2.0
            row.trust += own * alliances[a].trust
            pairs += own
    if pairs > 0.0:
        row.trust /= pairs


@compiled
def _record_alliance(alliance, seats, row):
    row.number = alliance.number if alliance.alive else -1
    if not alliance.alive:
        return
    satisfied = 0.0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            satisfied += seats[s].satisfaction
    row.members = alliance.members
    row.trust = alliance.trust
    row.reciprocity = alliance.reciprocity
    row.cohesion = alliance.cohesion
    row.satisfaction = satisfied / alliance.members
    row.survey = alliance.survey
    row.diversity = alliance.diversity
    row.evenness = alliance.evenness
    row.represented = alliance.represented
    row.pooled = alliance.pooled
    row.line = alliance.line
    row.aim = alliance.aim
    row.aimed = alliance.aimed
    row.believed_support = alliance.believed_support
    row.believed_salience = alliance.believed_salience
    row.believed_ideal = alliance.believed_ideal


@compiled
def _record_party(party, counted, row):
    row.counted = counted
    row.votes = party.votes
    row.seats = party.seats
    row.in_government = party.in_government
    row.polled = party.polled
    for m in range(party.position.size):
        row.position[m] = party.position[m]


@compiled
def record_abroad(now, teams, abroad, record):
    """Write down the week of bodies and of organisations' ties and troubles."""
    organisations = teams.organisations
    standing, docket = abroad.standing, abroad.docket
    organisation_weeks, body_weeks = record.organisations, record.bodies
    w = now.clock[0].week - 1
    for o in range(organisations.size):
        row = organisation_weeks[w, o]
        row.partners = organisations[o].partners
        row.blocked = organisations[o].blocked
        row.exiled = organisations[o].exiled
    for i in range(standing.shape[0]):
        for m in range(standing.shape[1]):
            row = body_weeks[w, i, m]
            row.policy = standing[i, m].policy
            row.agenda = standing[i, m].agenda
            row.cases = 0.0
            for p in range(docket.shape[1]):
                for side in range(docket.shape[3]):
                    row.cases += docket[i, p, m, side]


@compiled
def _record_organisation(organisation, campaign, row):
    row.funds = organisation.funds
    row.dues = organisation.dues
    row.gifts = organisation.gifts
    row.grants = organisation.grants
    row.running_cost = organisation.running_cost
    row.campaign_cost = organisation.campaign_cost
    row.members = organisation.members
    row.support = organisation.support
    row.ties = organisation.ties
    row.closed = organisation.closed
    # A campaign's last week has been counted down already, but it did campaign: effort tells.
    active = campaign.effort > 0.0
    row.issue = campaign.issue if active else -1
    row.tactic = campaign.tactic if active else -1
    row.frame = campaign.frame if active else -1
    row.side = campaign.side if active else -1
    row.effort = campaign.effort
    row.social_media = campaign.mix[2] if active else 0.0
    row.credibility_officials = organisation.credibility[0]
    row.credibility_media = organisation.credibility[1]
    row.credibility_public = organisation.credibility[2]
    row.reputation = organisation.reputation


@compiled
def _record_issue(issue, row):
    row.policy = issue.policy
    row.support = issue.support
    row.salience = issue.salience
    row.aware = issue.aware
    row.talking = issue.talking
    row.expressed = issue.expressed
    row.silenced = issue.silenced
    row.petition_for = issue.signed[0]
    row.petition_against = issue.signed[1]
    row.protest_for = issue.marched[0]
    row.protest_against = issue.marched[1]
    row.boycott_for = issue.boycotted[0]
    row.boycott_against = issue.boycotted[1]
    row.hashtag_for = issue.hashtag[0]
    row.hashtag_against = issue.hashtag[1]
    row.buy_in = issue.buy_in
    row.taken_up = issue.taken_up
    row.violent = issue.violent[0] or issue.violent[1]
    row.answers = issue.answers
    row.consulting = (1 if issue.consulting[0] > 0 else 0) + (1 if issue.consulting[1] > 0 else 0)
    row.lobby_success = issue.lobby_success[0] - issue.lobby_success[1]
    row.pressure = issue.felt
    row.friction = issue.friction
    row.agenda = issue.agenda
    row.attention = issue.attention
    row.coverage = issue.coverage
    row.attitude = issue.attitude
    row.attitude_sd = issue.attitude_sd
    row.efficacy_for = issue.efficacy[0]
    row.efficacy_against = issue.efficacy[1]
    row.shaming_for = issue.shaming[0]
    row.shaming_against = issue.shaming[1]
    row.presence_for = issue.presence[0]
    row.presence_against = issue.presence[1]
    row.third_states_for = issue.third_states[0]
    row.third_states_against = issue.third_states[1]
    row.abroad = issue.contribution[0, ABROAD] - issue.contribution[1, ABROAD]
