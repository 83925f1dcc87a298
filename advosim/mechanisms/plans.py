"""Phase 4: teams that are free decide whether to campaign, on what and how."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.abroad import weigh_appeals
from advosim.mechanisms.ballots import alarm, ballot_room
from advosim.mechanisms.campaigns import institutionalisation, platform_control, right_of
from advosim.mechanisms.chronicle import break_off, note
from advosim.mechanisms.ties import is_allied, seat_of
from advosim.world.chance import draw64, exp, key, log, normal, pair, stream
from advosim.world.codes import (
    AGAINST,
    BOYCOTT,
    CAMPAIGN_BEGINS,
    FIRM,
    FOR,
    LOCAL,
    MOST_ROLES,
    REFERENDUM,
    SOCIAL_MEDIA,
    STARTS,
)
from advosim.world.compile import compiled

_LAUNCH = stream("tactic_choice.launch")
_ISSUE = stream("tactic_choice.issue")
_TACTIC = stream("tactic_choice")
_TARGET = stream("tactic_choice.target")
_OUTREACH = stream("petition")
_ABROAD = stream("boomerang")
_LEAST_SKILL = np.float64(0.01)
"""Skills below it count as much: a product of powers would be 0 for one that lacks a single one (convention)."""
_NOTHING = np.float64(1e-12)
"""Below any worth: guards a logarithm and a division (convention)."""
_MIDDLE = np.float64(0.5)
"""Of competence: skills that meet half of what a tactic needs are worth what is usual (convention)."""


@compiled
def competence(skills, tactic):
    """How well skills meet what a tactic needs, 0..1: the product of skill ^ need, needs summing to 1."""
    total = 0.0
    for e in range(skills.size):
        total += tactic.skills[e] * log(max(skills[e], _LEAST_SKILL))
    return exp(total)


@compiled
def picked(weights, u):
    """The index that a uniform u picks by weight, -1 where all weights are 0."""
    total = 0.0
    for w in weights:
        total += w
    if total <= 0.0:
        return -1
    left = u * total
    last = -1
    for i in range(weights.size):
        if weights[i] > 0.0:
            last = i
            left -= weights[i]
            if left < 0.0:
                break
    return last


@compiled
def log_worth(value, times, match, luck, rule, start):
    """ln of what a tactic seems worth to a team: what it remembers, beside what is usual for its skills, and a draw
    within its doubt, which shrinks with experience: sd .4 / sqrt(n + .5). Thompson 1933.

    value, start: gain per budget, remembered and usual; times: n campaigns remembered; match: competence 0..1; luck: a
    normal draw.
    """
    usual = rule.prior * exp(rule.match * (match - _MIDDLE))
    known = (times * value / max(start, _NOTHING) + usual) / (times + rule.prior)
    return log(max(known, _NOTHING)) + rule.doubt * luck / np.sqrt(times + rule.prior)


@compiled
def tactic_weights(experience, skills, tactics, caution, eager, k, rules):
    """By tactic: room x (1 - caution x disruption) x the worth that the team draws for it; the largest is chosen.

    No governance setting masks a tactic that is not forbidden: what it brings there tells. experience: room, uses,
    values and numbers of campaigns, each (tactics,); caution: how far the team is institutionalised (0..1); eager:
    factor of its doubt, 0 for what it expects; k: key of its draws. Kitschelt 1986; Tarrow 2011.
    """
    room, uses, values, times = experience
    weights = np.zeros(tactics.size)
    rule, start = rules[0].tactic_choice, rules[0].learning.start
    for t in range(tactics.size):
        if room[t] * uses[t] > 0.0:
            luck = eager * normal(draw64(k, t))
            worth = log_worth(values[t], times[t], competence(skills, tactics[t]), luck, rule, start)
            weights[t] = room[t] * uses[t] * (1.0 - caution * tactics[t].disruption) * exp(worth)
    return weights


@compiled
def largest(weights):
    """The index of the largest weight, the first of equal ones; -1 where all are 0."""
    best, chosen = 0.0, -1
    for t in range(weights.size):
        if weights[t] > best:
            best, chosen = weights[t], t
    return chosen


@compiled
def explain(why, t, expected, weights):
    """Log what was expected of a tactic beside the others at hand, and whether another one promised more."""
    total = best = 0.0
    for k in range(weights.size):
        promised = expected[k] if weights[k] > 0.0 else 0.0
        total += promised
        best = max(best, promised)
    why.odds = expected[t] / total if total > 0.0 else 0.0
    why.experiment = 1 if expected[t] < best else 0


@compiled
def _larger(one, other):
    """Whether a firm is larger than another; of equal ones the id decides, so that their order does not."""
    return one.market_share > other.market_share or (one.market_share == other.market_share and one.key < other.key)


@compiled
def target_of(issue, side, teams, m, polity, producer):
    """The firm that a boycott is aimed at: the largest on the other side that is in this business and has not given in;
    -2 for a branch of them, -1 where there is none.
    """
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    best = -1
    for o in range(organisations.size):
        a = organisations[o]
        if a.kind != FIRM or a.closed or a.polity != polity or a.conceded[m] or priorities[o, m] == 0.0:
            continue
        other_side = (stances[o, m] > issue.policy) != (side == FOR)
        if other_side and (best < 0 or _larger(a, organisations[best])):
            best = o
    return -2 if producer and best >= 0 else best


@compiled
def district_of(districts, polity, u):
    """A district with a municipal government, by a uniform u; -1 where there is none."""
    governed = 0
    for d in range(districts.size):
        governed += 1 if districts[d].governed and districts[d].polity == polity else 0
    chosen = min(int(u * governed), governed - 1)
    for d in range(districts.size):
        if districts[d].governed and districts[d].polity == polity:
            if chosen == 0:
                return d
            chosen -= 1
    return -1


@compiled
def posted(tactic):
    """The share of a tactic's channels that is social media, 0..1."""
    total = 0.0
    for channel in range(tactic.channels.size):
        total += tactic.channels[channel]
    return tactic.channels[SOCIAL_MEDIA] / total if total > 0.0 else 0.0


@compiled
def daring(tactic, home, rules):
    """What a team foresees of a tactic where it is watched and censored, a factor of its worth, 0..1.

    e^(-1.7 R min(1, exposure + .3 `surveillance` x s)) x (1 - s x share of its posts removed), s its share of social
    media x share of citizens online; in weeks in which it does not call, less is removed. Tilly 1978; King, Pan &
    Roberts 2013; Gunitsky 2015.
    """
    limits, online = rules[0].platform_control, posted(tactic) * home.online
    seen = limits.exposure * home.surveillance * online if limits.on else 0.0
    calling = 1.0 / max(tactic.call_every, 1) if tactic.call > 0 else 0.0
    removed = calling * platform_control(home.platform_regulation, True, tactic.criticism, limits)
    removed += (1.0 - calling) * platform_control(home.platform_regulation, False, tactic.criticism, limits)
    exposed = min(1.0, tactic.exposure + seen)
    return exp(-rules[0].tactic_choice.risk * exposed * home.repression) * (1.0 - online * removed)


@compiled
def room_for(now, arena, teams, p, m, side, ideal, own):
    """By tactic: how far governance leaves room for it and a team dares, and a ballot on the issue makes sense.

    own: the team's key.
    """
    polities, allowed, tactics = arena.polities, teams.allowed, teams.tactics
    room = np.zeros(tactics.size)
    for k in range(tactics.size):
        if allowed[p, k] > 0.0:
            room[k] = allowed[p, k] * ballot_room(now, arena, tactics[k], p, m, side, ideal, own)
            room[k] *= daring(tactics[k], polities[p], now.rules)
    return room


@compiled
def without_target(weights, issue, side, p, m, teams):
    """Rule out the tactics that have nobody to be aimed at."""
    tactics = teams.tactics
    for k in range(tactics.size):
        if weights[k] > 0.0 and tactics[k].pressure == BOYCOTT:
            if target_of(issue, side, teams, m, p, False) < 0:
                weights[k] = 0.0


@compiled
def begin(now, arena, teams, events, campaign, plan, own, chance):
    """Fill a campaign's row and log it. plan: issue, side and tactic; own: the team's id; chance: that it begins."""
    m, side, t = plan
    tactic, seed, week = teams.tactics[t], now.clock[0].seed, now.clock[0].week
    a, p = teams.organisations[campaign.organisation], teams.organisations[campaign.organisation].polity
    campaign.firm = -1
    campaign.district = -1
    if tactic.pressure == BOYCOTT:
        campaign.firm = target_of(arena.issues[p, m], side, teams, m, p, tactic.producer)
    elif tactic.pressure == LOCAL:
        campaign.district = district_of(arena.districts, p, draw64(key(seed, week, _TARGET), own))
    campaign.polity = p
    campaign.issue = m
    campaign.side = side
    campaign.tactic = t
    campaign.weeks_left = tactic.weeks
    _, lag, _, _ = institutionalisation(a.institutionalisation, now.rules[0].institutionalisation)
    # A veto cannot wait: its window runs, and its opponents were organised when the law was made.
    campaign.age = 0 if right_of(tactic) == REFERENDUM else -lag
    campaign.fresh = True
    campaign.publicity = 0
    spread = now.rules[0].petition.spread
    campaign.outreach = exp(spread * normal(draw64(key(seed, week, _OUTREACH), own)) - spread * spread / 2.0)
    campaign.competence = competence(a.skills, tactic)
    campaign.spent = 0.0
    campaign.gain = 0.0
    told = note(now.clock, events, CAMPAIGN_BEGINS, p, m, campaign.organisation, side, chance)
    told.tactic = t
    return told


@compiled
def _ask(alliances, seats, campaigns, o, p, m, side, weights):
    """Ask an idle alliance on that side of the issue for a joint plan: True. Else rule out what allies do already."""
    for a in range(alliances.size):
        alliance = alliances[a]
        if not is_allied(alliance, seats[a], o, p, m, side):
            continue
        busy = False
        for c in roles_of(a, campaigns, alliances):
            if campaigns[c].weeks_left > 0:
                busy = True
                weights[campaigns[c].tactic] = 0.0
        if not busy:
            alliance.summoned = True
            return True
    return False


@compiled
def tactic_choice(now, arena, teams, allied, events):
    """A free team starts a campaign by chance, more so when its issue is on the agenda, and picks a tactic.

    Starts with chance activity x (.015 + .4 agenda share of the issue). For each tactic at hand the team draws what it
    may be worth, in logs: ln((n v/.03 + .5 e^(.5 (competence - .5)))/(n + .5)) + .4 (1 + diversity of its most diverse
    alliance) N(0, 1)/sqrt(n + .5), with v the gain per budget and n the number of campaigns that it remembers, its own
    and in part those of tied organisations (`learning`); competence = product of skill^need. The largest of room x (1 -
    `institutionalisation` x disruption) x e^worth is begun. Room is what governance leaves (`needs` of the tactic) x
    e^(-1.7 `repression` x (`exposure` of the tactic + .3 `surveillance` x s)) x (1 - s x share of posts removed), s its
    share of social media x that of citizens online; a campaign whose tactic governance comes to forbid ends. No setting
    but a ban masks a tactic: what it brings there tells. The side is that of its stance against policy. Each week it
    spends .04 of funds; effort = 1.7 x spending / cost x competence. Members ask their alliance first (`joint_plan`).
    Thompson 1933; McAdam 1983; Wang & Soule 2012; Tilly 1978.
    """
    clock, rules, issues = now.clock, now.rules, arena.issues
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    learned, uses, tactics = teams.learned, teams.uses, teams.tactics
    tried, campaigns = teams.tried, teams.campaigns
    alliances, seats = allied.alliances, allied.seats
    rule, seed, week = rules[0].tactic_choice, clock[0].seed, clock[0].week
    launches, subjects, choices = key(seed, week, _LAUNCH), key(seed, week, _ISSUE), key(seed, week, _TACTIC)
    abroad = key(seed, week, _ABROAD)
    for c in range(campaigns.size):
        campaign = campaigns[c]
        o = campaign.organisation
        a = organisations[o]
        told = campaign.alliance < 0 and a.ordered > 0
        if _goes_on(clock, campaign, teams.allowed, events, told and a.ordered == STARTS) or campaign.alliance >= 0:
            continue
        if not rule.on or a.closed or told:
            continue
        m = picked(priorities[o], draw64(subjects, a.key))
        issue = issues[a.polity, m]
        side = FOR if stances[o, m] > issue.policy else AGAINST
        urge = alarm(now, arena, teams, o, m, side)
        chance = a.activity * (rule.launch + rule.launch_by_agenda * issue.agenda + urge)
        if m < 0 or draw64(launches, a.key) >= chance or stances[o, m] == issue.policy:
            continue
        caution, _, _, _ = institutionalisation(a.institutionalisation, rules[0].institutionalisation)
        room = room_for(now, arena, teams, a.polity, m, side, stances[o, m], a.key)
        known, k = (room, uses[o], learned[o], tried[o]), pair(choices, a.key)
        eager = eagerness(alliances, seats, o, rules[0].peer_learning)
        weights = tactic_weights(known, a.skills, tactics, caution, eager, k, rules)
        if rules[0].joint_plan.on and _ask(alliances, seats, campaigns, o, a.polity, m, side, weights):
            continue
        without_target(weights, issue, side, a.polity, m, teams)
        _without_allies(weights, tactics, a.seats)
        weigh_appeals(weights, a, tactics, draw64(abroad, a.key), rules[0].boomerang)
        t = largest(weights)
        if t < 0:
            continue
        why = begin(now, arena, teams, events, campaign, (m, side, t), a.key, chance)
        why.value, why.match = learned[o, t], campaign.competence
        explain(why, t, tactic_weights(known, a.skills, tactics, caution, 0.0, k, rules), weights)


@compiled
def _goes_on(clock, campaign, allowed, events, begun):
    """Whether a campaign runs on this week; what governance has come to forbid ends. begun: on order, this week."""
    campaign.effort = 0.0
    campaign.paid = 0.0
    campaign.fresh = begun
    if campaign.weeks_left > 0 and allowed[campaign.polity, campaign.tactic] == 0.0:
        break_off(clock, campaign, events)
    if campaign.weeks_left > 0:
        campaign.age += 0 if begun else 1
        return True
    return False


@compiled
def _without_allies(weights, tactics, allies):
    """Nobody to vouch for without allies."""
    for k in range(tactics.size):
        if tactics[k].endorses and allies == 0:
            weights[k] = 0.0


@compiled
def eagerness(alliances, seats, o, rule):
    """The factor of doubt: 1 + the diversity of one's most diverse alliance."""
    most = 0.0
    if rule.on:
        for a in range(alliances.size):
            if alliances[a].alive and alliances[a].diversity > most and seat_of(seats[a], o) >= 0:
                most = alliances[a].diversity
    return 1.0 + rule.by_diversity * most


@compiled
def first_role(a, campaigns, alliances):
    """The row of an alliance's first joint campaign."""
    return campaigns.size - MOST_ROLES * (alliances.size - a)


@compiled
def roles_of(a, campaigns, alliances):
    """The rows of an alliance's joint campaigns."""
    first = first_role(a, campaigns, alliances)
    return range(first, first + MOST_ROLES)
