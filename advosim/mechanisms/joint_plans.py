"""Phase 4: allies plan campaigns together: what they read of the situation, what they aim at, and who does what."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.abroad import weigh_appeals
from advosim.mechanisms.ballots import ballot_room
from advosim.mechanisms.campaigns import institutionalisation
from advosim.mechanisms.chronicle import break_off, note
from advosim.mechanisms.clashes import quality
from advosim.mechanisms.cooperation import unlocked
from advosim.mechanisms.evaluation import conclude
from advosim.mechanisms.plans import (
    begin,
    competence,
    eagerness,
    explain,
    first_role,
    largest,
    roles_of,
    room_for,
    tactic_weights,
    without_target,
)
from advosim.mechanisms.ties import seat_of
from advosim.world.chance import draw64, exp, key, normal, pair, stream
from advosim.world.codes import (
    ABROAD,
    AIMS,
    FOR,
    FROM_INSIDE,
    INSIDE,
    MOBILISE,
    PERSUADE,
    PLANNED,
    RESEARCH_SKILL,
    TABLE,
)
from advosim.world.compile import compiled

_PLAN = stream("joint_plan")
_TACTIC = stream("joint_plan.tactic")
_SITUATION = stream("joint_plan.situation")
_ABROAD = stream("boomerang")
_LEAST_GAP = np.float64(0.1)
"""Of positions: guards a division where policy is at the line already (convention)."""
USUAL = 0.5
"""Of a prospect, of results and of support that nobody has polled yet, 0..1: the middle (convention)."""


@compiled
def _situation(alliance, seats, teams, communication, rule, k):
    """What an alliance makes of its experience: the members' values of each tactic by their say, misread by some noise.

    Good communication spares the noise. Returns (uses, values, times): (tactics,); times: campaigns remembered.
    """
    learned, tried, uses, tactics = teams.learned, teams.tried, teams.uses, teams.tactics
    values, times, common = np.zeros(tactics.size), np.zeros(tactics.size), np.zeros(tactics.size)
    for t in range(tactics.size):
        scale = 0.0
        for s in range(seats.size):
            o = seats[s].organisation
            if o >= 0:
                values[t] += seats[s].say * learned[o, t]
                times[t] += seats[s].say * tried[o, t]
                common[t] = max(common[t], uses[o, t])
                scale += seats[s].say * abs(learned[o, t])
        error = rule.noise * (1.0 - communication) * normal(draw64(k, tactics[t].key))
        values[t] = max(0.0, values[t] + scale * error)
    return common, values, times


@compiled
def read_situation(alliance, issue, arena, polled, research, communication, rule, k):
    """What an alliance believes of each public's support and salience and of the government's ideal, with errors that
    communication and research (0..1) spare: sd .2 (1 - communication)(1 - research).

    views: (publics, issues), what people think, unless nobody was `polled` yet; salience errs by a factor.
    """
    publics, views = arena.publics, arena.views
    sd = rule.poll_noise * (1.0 - communication) * (1.0 - research)
    support = salience = 0.0
    for q in range(publics.size):
        if publics[q].polity == alliance.polity:
            view, luck = views[q, alliance.issue], pair(k, publics[q].key)
            backers, mind = USUAL, rule.half_salience
            if polled:
                backers = view.support if alliance.side == FOR else 1.0 - view.support
                mind = view.salience
            support += publics[q].share * min(max(backers + sd * normal(draw64(luck, 0)), 0.0), 1.0)
            salience += publics[q].share * mind * exp(sd * normal(draw64(luck, 1)))
    alliance.believed_support = support
    alliance.believed_salience = min(salience, 1.0)
    ideal = issue.ideal + issue.revision + sd * normal(draw64(k, 0))
    alliance.believed_ideal = min(max(ideal, -1.0), 1.0)


@compiled
def prospects(alliance, policy, rule):
    """By aim, how well the situation suits it, 0..1 and 1/2 in usual ones. Persuading: those yet to be won; mobilising:
    2 x supporters x z/(z + .025); from inside: how far on the way to its line the government wants to go.
    """
    found = np.zeros(len(AIMS))
    found[PERSUADE] = 1.0 - alliance.believed_support
    salience = alliance.believed_salience
    found[MOBILISE] = min(1.0, 2.0 * alliance.believed_support * salience / (salience + rule.half_salience))
    direction = 1.0 if alliance.side == FOR else -1.0
    willing = direction * (alliance.believed_ideal - policy) / max(abs(alliance.line - policy), _LEAST_GAP)
    found[FROM_INSIDE] = (1.0 + min(max(willing, -1.0), 1.0)) / 2.0
    return found


@compiled
def aim_of(tactic):
    """The aim that a tactic serves, -1 for none."""
    if tactic.pressure == INSIDE or tactic.pressure == TABLE:
        return FROM_INSIDE
    if tactic.call > 0:
        return MOBILISE
    return PERSUADE if max(tactic.persuasion, max(tactic.education, tactic.evidence)) > 0.0 else -1


@compiled
def _set_aim(alliance, policy, weights, expected, tactics, rule):
    """Take up the most promising aim of those that some tactic at hand serves; favour tactics by what they serve."""
    found = prospects(alliance, policy, rule)
    alliance.aim = -1
    alliance.aimed = alliance.line
    for t in range(tactics.size):
        aim = aim_of(tactics[t])
        if weights[t] > 0.0 and aim >= 0:
            if alliance.aim < 0 or found[aim] > found[alliance.aim]:
                alliance.aim = aim
            suits = exp(rule.by_situation * (found[aim] - USUAL))
            weights[t] *= suits
            expected[t] *= suits


@compiled
def _union(seats, organisations):
    """The best skills among members: (skills,)."""
    union = np.zeros(organisations[0].skills.size)
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            for e in range(union.size):
                union[e] = max(union[e], organisations[seats[s].organisation].skills[e])
    return union


@compiled
def _holder(p, seats, organisations, uses, tactic, t, taken):
    """Who is best at a tactic among members in polity p that use it and have no role yet; -1 for nobody.

    taken: (seats,). Who lives abroad pays and advises, but campaigns at home alone.
    """
    best, chosen = -1.0, -1
    for s in range(seats.size):
        o = seats[s].organisation
        if o >= 0 and not taken[s] and uses[o, t] > 0.0 and organisations[o].polity == p:
            good = competence(organisations[o].skills, tactic)
            if good > best:
                best, chosen = good, s
    return chosen


@compiled
def _speaker(p, seats, organisations, lead):
    """The lead, or, where it lives abroad, the member at home with most say."""
    if organisations[lead].polity == p:
        return lead
    most, chosen = -1.0, lead
    for s in range(seats.size):
        o = seats[s].organisation
        if o >= 0 and organisations[o].polity == p and seats[s].say > most:
            most, chosen = seats[s].say, o
    return chosen


@compiled
def joint_plan(now, arena, teams, allied, talk, events):
    """An alliance that a member asks plans anew: tactics by role, one message, dates.

    A member that would start a campaign on the alliance's issue asks the alliance. If no plan runs, it reads its
    situation: each public's support and salience, and the government's ideal, with errors of sd .2 (1 - q)(1 -
    research), q by `internal_communication`, research the best among members (`pooling`). Of three aims it takes the
    most promising: persuade (1 - support), mobilise (2 x support x z/(z + .025)), inside ((1 + how far on the way from
    policy to its line the government wants to go)/2); each is 1/2 in usual situations, and a tactic that serves an aim
    (insider contacts and tables; calls; other messages) weighs e^(2 (its promise - 1/2)) more. It aims for its line.

    It weighs the tactics that any member uses as `tactic_choice` does, with the means of members' values and numbers by
    say, values with an error of .3 (1 - q) of the mean absolute one, and the best skills among members, and gives up to
    three tactics, at most one a member, to whoever of those that use it and have no role is best at it. Each starts
    when its holder is ready (`institutionalisation`), and a week after the one before at the earliest. All take the
    frame of the first. A role lasts 8 weeks, one for a ballot as long as the ballot; half-way it is dropped if results
    or the self-survey are below .4.

    The survey, every four weeks, is the mean of members' satisfaction, trust and cohesion, each with an error of .1. If
    one runs, the member campaigns alone, with what allies do not do already. The role of who leaves ends. Kitschelt
    1986.
    """
    clock, rules = now.clock, now.rules
    alliances, seats = allied.alliances, allied.seats
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        busy = _carry_on(now, alliance, seats[a], a, allied, teams, events)
        planning = rules[0].joint_plan.on and rules[0].tactic_choice.on
        if not planning or not alliance.summoned or busy:
            continue
        alliance.summoned = False
        union = _union(seats[a], teams.organisations)
        choice = _weigh(now, arena, teams, allied, a, union)
        number = _give_roles(now, arena, teams, allied, talk, events, a, (*choice, union))
        if number > 0:
            p, m = alliance.polity, alliance.issue
            told = note(clock, events, PLANNED, p, m, alliance.lead, alliance.side, float(number))
            told.route, told.alliance, told.value = alliance.aim, alliance.number, alliance.aimed


@compiled
def _weigh(now, arena, teams, allied, a, union):
    """By tactic: its weight in a joint plan, once the situation is read and an aim set, what is expected of it, and its
    value for the members.

    union: (skills,), the best among members.
    """
    rules, organisations, tactics = now.rules, teams.organisations, teams.tactics
    alliance, seats = allied.alliances[a], allied.seats[a]
    seed, week, rule = now.clock[0].seed, now.clock[0].week, rules[0].joint_plan
    p, m, lead = alliance.polity, alliance.issue, alliance.lead
    issue, communication = arena.issues[p, m], quality(rules[0].internal_communication)
    k = pair(key(seed, week, _PLAN), alliance.key)
    common, values, times = _situation(alliance, seats, teams, communication, rule, k)
    caution = 0.0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            level = organisations[seats[s].organisation].institutionalisation
            shuns, _, _, _ = institutionalisation(level, rules[0].institutionalisation)
            caution += seats[s].say * shuns
    research = organisations[lead].skills[RESEARCH_SKILL]
    research += rules[0].pooling.research * (union[RESEARCH_SKILL] - research) if rules[0].pooling.on else 0.0
    reading = pair(key(seed, week, _SITUATION), alliance.key)
    read_situation(alliance, issue, arena, week > 1, research, communication, rule, reading)
    room = room_for(now, arena, teams, p, m, alliance.side, teams.stances[lead, m], organisations[lead].key)
    known, draws = (room, common, values, times), pair(key(seed, week, _TACTIC), alliance.key)
    eager = eagerness(allied.alliances, allied.seats, lead, rules[0].peer_learning)
    weights = tactic_weights(known, union, tactics, caution, eager, draws, rules)
    expected = tactic_weights(known, union, tactics, caution, 0.0, draws, rules)
    without_target(weights, issue, alliance.side, p, m, teams)
    at_home = organisations[_speaker(p, seats, organisations, lead)]
    weigh_appeals(weights, at_home, tactics, draw64(pair(k, _ABROAD), 0), rules[0].boomerang)
    _set_aim(alliance, issue.policy, weights, expected, tactics, rule)
    return weights, expected, values


@compiled
def _give_roles(now, arena, teams, allied, talk, events, a, choice):
    """Take the tactics of most weight, give each to who is best at it, and begin. Returns the number of roles.

    choice: weights, expectations and values of tactics; the best skills among members.
    """
    weights, expected, values, union = choice
    rules, organisations, stances, tactics = now.rules, teams.organisations, teams.stances, teams.tactics
    campaigns, seats, alliance = teams.campaigns, allied.seats[a], allied.alliances[a]
    rule, p, m = rules[0].joint_plan, alliance.polity, alliance.issue
    taken, number = np.zeros(seats.size, np.uint8), 0
    for _ in range(tactics.size):
        t = largest(weights)
        if number >= min(rule.roles, alliance.members) or t < 0:
            break
        s = _holder(p, seats, organisations, teams.uses, tactics[t], t, taken)
        o = seats[max(s, 0)].organisation
        own = organisations[o].key
        if s < 0 or ballot_room(now, arena, tactics[t], p, m, alliance.side, stances[o, m], own) == 0.0:
            weights[t] = 0.0
            continue
        taken[s] = 1
        c = first_role(a, campaigns, allied.alliances) + number
        campaign = campaigns[c]
        campaign.organisation = campaign.credited = o
        why = begin(now, arena, teams, events, campaign, (m, alliance.side, t), pair(alliance.key, number), 1.0)
        campaign.weeks_left = rule.weeks
        if number > 0:
            campaign.age = min(campaign.age, campaigns[c - 1].age - rule.stagger)
        campaign.competence = unlocked(
            seats, organisations, allied.trust, union, tactics[t], rules[0].alliance_strength
        )
        why.value, why.match, why.alliance = values[t], campaign.competence, alliance.number
        explain(why, t, expected, weights)
        _speak_for_all(teams.repertoire, seats, c)
        _find_footholds(rules[0].inclusion, arena.publics, teams.represents, seats, m, talk.foothold[c])
        weights[t] = 0.0
        number += 1
    return number


@compiled
def _speak_for_all(repertoire, seats, c):
    """A joint campaign can be spoken of in all frames of the members."""
    for f in range(repertoire.shape[1]):
        repertoire[c, f] = 0.0
        for s in range(seats.size):
            if seats[s].organisation >= 0:
                repertoire[c, f] = max(repertoire[c, f], repertoire[seats[s].organisation, f])


@compiled
def _find_footholds(rule, publics, represents, seats, m, foothold):
    """1 + .2 x stake in publics that a member represents."""
    for q in range(publics.size):
        foothold[q] = 1.0
        for s in range(seats.size):
            if rule.on and seats[s].organisation >= 0 and represents[seats[s].organisation, q] > 0.0:
                foothold[q] = 1.0 + rule.reach * publics[q].stake[m]


@compiled
def _carry_on(now, alliance, seats, a, allied, teams, events):
    """Whether a joint plan runs on; roles of those who left end, and so does a plan that disappoints half-way, which
    teaches as one that ends, unless a gatekeeper abroad has still to decide on it.
    """
    clock, rules = now.clock, now.rules
    tactics, campaigns, alliances = teams.tactics, teams.campaigns, allied.alliances
    rule = rules[0].joint_plan
    busy = False
    half = pending = False
    for c in roles_of(a, campaigns, alliances):
        campaign = campaigns[c]
        if campaign.weeks_left > 0 and seat_of(seats, campaign.organisation) < 0:
            break_off(clock, campaign, events)
        half = half or (campaign.weeks_left > 0 and campaign.weeks_left == rule.weeks // 2)
        busy = busy or campaign.weeks_left > 0
        pending = pending or (campaign.weeks_left > 0 and tactics[campaign.tactic].pressure == ABROAD)
    disappointed = min(alliance.results, alliance.survey) < rule.patience
    if busy and half and disappointed and not pending:
        for c in roles_of(a, campaigns, alliances):
            if campaigns[c].weeks_left > 0:
                conclude(rules[0].learning, campaigns[c], tactics[campaigns[c].tactic], teams, allied)
                break_off(clock, campaigns[c], events)
        alliance.summoned = True
        alliance.results = USUAL
        return False
    return busy
