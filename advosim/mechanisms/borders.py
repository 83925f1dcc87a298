"""Across borders: news, ties and frames travel, and who would close is sheltered."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, key, pair, stream
from advosim.world.codes import BORROWED, SHELTER
from advosim.world.compile import compiled

_BORROW = stream("frame_diffusion")
_NEAR = 0.5
"""Distance of positions up to which organisations are like-minded (convention)."""


@compiled
def spillover(now, arena, abroad):
    """News and coverage of last week cross borders; citizens can follow the free media of the nearest polity.

    Last week's shock and bump of coverage of another polity add .3 x nearness x `media_freedom` at home to the bump;
    what came from abroad does not travel on. Nearness = (1 - distance) x language of the `[relation.NAME]`. Citizens
    can follow foreign channels: the largest nearness x `media_freedom` among the others (see `backfire`). Galtung &
    Ruge 1965; Koopmans & Vliegenthart 2011.
    """
    polities, issues = arena.polities, arena.issues
    relations = abroad.relations
    rule = now.rules[0].spillover
    for p in range(polities.size):
        polities[p].foreign_channels = 0.0
    if not rule.on or polities.size < 2:
        return
    # What happened at home alone travels, so that nothing echoes.
    own = np.zeros(issues.shape)
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            own[p, m] = issues[p, m].bump + issues[p, m].news
    for p in range(polities.size):
        here = polities[p]
        for other in range(polities.size):
            if other == p:
                continue
            near = relations[p, other].closeness
            here.foreign_channels = max(here.foreign_channels, near * polities[other].media_freedom)
            for m in range(issues.shape[1]):
                issues[p, m].bump += rule.share * near * here.media_freedom * own[other, m]


@compiled
def allies_abroad(one, other, o, i, stances, priorities, tied):
    """Whether two organisations are tied across a border and stand near each other, by the first's priorities."""
    if tied[o, i] == 0 or one.polity == other.polity or one.closed or other.closed:
        return False
    apart = 0.0
    for m in range(stances.shape[1]):
        apart += priorities[o, m] * abs(stances[o, m] - stances[i, m])
    return apart <= _NEAR


@compiled
def partners(now, arena, teams, allied):
    """Count the open and like-minded organisations abroad that each is tied to (`ties`). Murdie 2014."""
    rules = now.rules
    polities = arena.polities
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    tied = allied.tied
    for o in range(organisations.size):
        organisations[o].partners = 0
    if not rules[0].ties.on or polities.size < 2:
        return
    for o in range(organisations.size):
        for i in range(organisations.size):
            if allies_abroad(organisations[o], organisations[i], o, i, stances, priorities, tied):
                organisations[o].partners += 1


@compiled
def shelters(a, rule):
    """Whether an organisation can flee abroad: with ties there, and weeks of shelter left."""
    return rule.on and a.partners > 0 and a.sheltered < rule.weeks


@compiled
def shelter(now, teams, allied, events):
    """Who is sheltered this week is beyond the reach of harassment, and not present at home.

    Who cannot pay in full but could without harassment (.2 R), has a like-minded tie abroad and has used up less than
    26 weeks of shelter, is in exile this week: it owes no harassment, counts for no presence at home, and costs its
    richest partner .05. Keck & Sikkink 1998.
    """
    clock = now.clock
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    tied = allied.tied
    rule = now.rules[0].shelter
    for o in range(organisations.size):
        a = organisations[o]
        if not a.exiled:
            continue
        if a.sheltered == 0:
            note(clock, events, SHELTER, a.polity, -1, o, -1, a.partners)
        a.sheltered += 1
        host = -1
        for other in range(organisations.size):
            if allies_abroad(a, organisations[other], o, other, stances, priorities, tied):
                if host < 0 or organisations[other].funds > organisations[host].funds:
                    host = other
        if host >= 0:
            paid = min(rule.cost, organisations[host].funds)
            organisations[host].funds -= paid
            organisations[host].running_cost += paid


@compiled
def frame_diffusion(now, teams, allied, events):
    """Who is tied to a team abroad may take over the frame that it campaigns in.

    An organisation tied to a team that campaigns takes the team's frame into its repertoire with chance .02 a week and
    tie. Snow & Benford 1999.
    """
    clock, rules = now.clock, now.rules
    organisations, repertoire, campaigns = teams.organisations, teams.repertoire, teams.campaigns
    tied = allied.tied
    rule = rules[0].frame_diffusion
    if not rule.on or not rules[0].ties.on:
        return
    k = key(clock[0].seed, clock[0].week, _BORROW)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        if not active(campaign) or campaign.frame < 0:
            continue
        speaker = organisations[campaign.organisation]
        for o in range(organisations.size):
            a = organisations[o]
            if a.closed or a.polity == speaker.polity or tied[o, campaign.organisation] == 0:
                continue
            if repertoire[o, campaign.frame] > 0.0:
                continue
            if draw64(pair(k, a.key), speaker.key) < rule.chance:
                repertoire[o, campaign.frame] = 1.0
                note(clock, events, BORROWED, a.polity, campaign.issue, o, campaign.side, 0.0).route = campaign.frame
