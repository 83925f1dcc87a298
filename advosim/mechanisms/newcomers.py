"""Phase 2: organisations are founded by citizens, by factions and by movements, register, and merge as they close.

Only where a polity has `newcomers`: rows of organisations that are closed until somebody founds them.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.chronicle import note
from advosim.mechanisms.institutions import half_effect
from advosim.mechanisms.resources import close
from advosim.mechanisms.word_of_mouth import attitude_of
from advosim.world.chance import draw64, exp, key, normal, pair, stream
from advosim.world.codes import (
    AGAINST,
    AWARE,
    FIRM,
    FOR,
    FORMALISED,
    FOUNDATION,
    FOUNDED,
    MERGED,
    MONTH,
    QUARTER,
    SIDES,
    SPLIT,
    STREET,
    UNREGISTERED,
)
from advosim.world.compile import compiled
from advosim.world.relations import between, tie_chance

_ATTEMPT = stream("founding")
_CAPITAL = stream("founding.capital")
_STANCE = stream("founding.stance_of_newcomer")
_CIRCLE = stream("founding.circle")
_TIES = stream("founding.ties")
_LICENCE = stream("registration")
_SCHISM = stream("schism")
_FORMAL = stream("formalisation")
_FOLLOW = stream("merger")
_FORMAL_KIND = 0.5
"""Institutionalisation from which an organisation is formal (convention): the middle of the scale."""
_MAJORITY = 0.5
"""Of an organisation's members (convention)."""
_LEAST_GAP = 0.02
"""A newcomer wants at least so much more, or less, than the law is (convention), else it would have nothing to do."""


# ---------------------------------------------------------------- the register


@compiled
def registration(now, arena, teams, events):
    """The register refuses, takes fees and asks for reports; staff hired on grants must be paid.

    Where the polity has newcomers. Who is to be founded is refused with chance .9 x `entry_cost`; of the first capital
    the fee, 4 x `entry_cost`, goes, and .5 must be left. Each week .15 x `entry_cost` and the payroll fall due, and who
    cannot pay closes (no firms, agencies, municipalities, foundations). Payroll moves every four weeks toward .6 x
    grants a week, .3 of the way where they rise, .1 where they fall. Dupuy, Ron & Prakash 2015, 2016; Christensen &
    Weinstein 2013.
    """
    organisations, rule = teams.organisations, now.rules[0].registration
    if not rule.on:
        return
    monthly = now.clock[0].week % MONTH == 0
    for o in range(organisations.size):
        a, home = organisations[o], arena.polities[organisations[o].polity]
        if a.closed or home.newcomers == 0 or a.kind >= FIRM or a.kind == FOUNDATION:
            continue
        if monthly:
            paid_for = rule.hired * a.grants / MONTH
            a.payroll += (rule.hire if paid_for > a.payroll else rule.dismiss) * (paid_for - a.payroll)
        owed = a.payroll + rule.compliance * home.entry_cost
        paid = min(owed, a.funds)
        a.running_cost += paid
        a.funds -= paid
        if paid < owed:
            close(now, arena, teams, o, events)


@compiled
def left_to_begin(capital, entry_cost, luck, rule):
    """What founders have left once they are registered; -1 where they are refused, -2 where it is not enough.

    luck: uniform 0..1.
    """
    if not rule.on:
        return capital
    if luck < rule.refusal * entry_cost:
        return -1.0
    left = capital - rule.fee * entry_cost
    return left if left >= rule.least else -2.0


@compiled
def _register(now, arena, teams, events, row, capital, reason):
    """What is left of the capital of an organisation that is to be founded, below 0 where it is not.

    reason: polity, issue, side and the organisation out of which it comes, -1 for none.
    """
    p, m, side, parent = reason
    own = pair(teams.organisations[row].key, arena.issues[p, m].key)
    luck = draw64(key(now.clock[0].seed, now.clock[0].week, _LICENCE), pair(own, side))
    left = left_to_begin(capital, arena.polities[p].entry_cost, luck, now.rules[0].registration)
    if left == -1.0:
        note(now.clock, events, UNREGISTERED, p, m, -1, side, 0.0).partner = parent
    return left


# ---------------------------------------------------------------- who begins


@compiled
def free_place(organisations, p, formal):
    """The first row of a polity for one that is yet to be founded, -1 for none. formal: whether it must be formal."""
    for o in range(organisations.size):
        a = organisations[o]
        if a.founded < 0 and a.polity == p and (not formal or a.institutionalisation >= _FORMAL_KIND):
            return o
    return -1


@compiled
def arrive(now, arena, teams, allied, row, m, stance, funds):
    """An organisation begins: open, with one issue, a position, means, strangers' trust and first ties."""
    a = teams.organisations[row]
    a.closed = False
    a.founded = now.clock[0].week
    a.funds = funds
    for other in range(teams.stances.shape[1]):
        teams.stances[row, other] = stance if other == m else arena.issues[a.polity, other].policy
        teams.priorities[row, other] = 1.0 if other == m else 0.0
        a.practice[other] = teams.stances[row, other]
    _meet(now, teams, allied, row)


@compiled
def _meet(now, teams, allied, row):
    """Ties to organisations at home, by distance, as at the start of a run; trust as among strangers, more by a tie."""
    organisations, rules = teams.organisations, now.rules[0]
    k, own = key(now.clock[0].seed, now.clock[0].week, _TIES), organisations[row]
    for o in range(organisations.size):
        other = organisations[o]
        if o == row or other.closed:
            continue
        allied.trust[row, o] = allied.trust[o, row] = rules.trust.start
        apart = abs(own.place - other.place)
        near = own.polity == other.polity
        chance = tie_chance(min(apart, 1.0 - apart), 1.0, True, False, rules.ties)
        if rules.ties.on and near and draw64(k, between(own.key, other.key)) < chance:
            connect(teams, allied, row, o, rules.ties.trust)


@compiled
def connect(teams, allied, one, other, trust):
    """Two organisations get to know each other, and trust each other more."""
    if allied.tied[one, other] == 0:
        allied.tied[one, other] = allied.tied[other, one] = 1
        teams.organisations[one].ties += 1
        teams.organisations[other].ties += 1
    allied.trust[one, other] = min(1.0, allied.trust[one, other] + trust)
    allied.trust[other, one] = min(1.0, allied.trust[other, one] + trust)


@compiled
def _join(people, organisations, b, i, row):
    """A citizen of a block becomes a member."""
    people.citizens.member[i] = row
    people.enrolled[b, row] += 1
    organisations[row].members += 1


@compiled
def _move(now, teams, people, one, row, share):
    """Some members of an organisation go to another, each by a chance; returns how many."""
    organisations, members, moved = teams.organisations, people.citizens.member, 0
    k = pair(key(now.clock[0].seed, now.clock[0].week, _FOLLOW), organisations[row].key)
    for b in range(people.blocks.size):
        block = people.blocks[b]
        if block.polity != organisations[row].polity:
            continue
        for i in range(block.first, block.last):
            if members[i] == one and draw64(k, i - block.offset) < share:
                _leave(people, organisations, b, one)
                _join(people, organisations, b, i, row)
                moved += 1
    return moved


@compiled
def _leave(people, organisations, b, one):
    people.enrolled[b, one] -= 1
    organisations[one].members -= 1


# ---------------------------------------------------------------- by citizens


@compiled
def unmet(share, aware, sided, noticed, gap, anger):
    """Demand of a public on a side of an issue: its share of the citizens x those aware x those on that side x how far
    it is on their minds x how far the law is from what they want x anger. All but anger 0..1, gap 0..2.
    """
    return share * aware * sided * noticed * gap * anger


@compiled
def founding_chance(demand, served, number, rule):
    """Rate x demand x (.3 + .7 n/(n + 10)) e^(-served/3): legitimacy by how many there are, competition by how many
    serve the niche already. Hannan & Freeman 1989.
    """
    legitimate = rule.strange + (1.0 - rule.strange) * half_effect(number, rule.known)
    return min(1.0, rule.rate * demand * legitimate * exp(-served / rule.capacity))


@compiled
def serving(arena, teams, p, q, m, side):
    """How many open organisations serve a public on a side of an issue, by priority; who speaks for other publics alone
    does not. And how many are open in all.
    """
    organisations, policy, served, number = teams.organisations, arena.issues[p, m].policy, 0.0, 0.0
    for o in range(organisations.size):
        if organisations[o].closed or organisations[o].polity != p:
            continue
        number += 1.0
        speaks_for = 0.0
        for other in range(arena.publics.size):
            speaks_for += teams.represents[o, other]
        if (teams.stances[o, m] > policy) == (side == FOR) and (speaks_for == 0.0 or teams.represents[o, q] > 0.0):
            served += teams.priorities[o, m]
    return served, number


@compiled
def demand_of(now, arena, p, q, m, side):
    """The demand of a public on a side of an issue, as last week left it."""
    rule, issue, view, home = now.rules[0].founding, arena.issues[p, m], arena.views[q, m], arena.polities[p]
    sided = view.support if side == FOR else 1.0 - view.support
    noticed = half_effect(view.salience, rule.half_salience)
    street = half_effect(issue.marched[side], rule.large)
    anger = 1.0 + rule.by_grievance * min(home.grievance, 1.0) + rule.by_street * street
    gap = abs(issue.side_mean[side] - issue.policy)
    return unmet(arena.publics[q].share, view.aware, sided, noticed, gap, anger)


@compiled
def founding(now, arena, teams, allied, people, events):
    """Citizens found organisations where nobody serves them.

    In each public, and on each side of each issue, somebody tries with chance 2.5 x demand x (.3 + .7 n/(n + 10))
    e^(-s/3) a week. Demand = share of the citizens x aware x on the side x z/(z + .1) x distance of the side's mean
    attitude from policy x (1 + grievance + A/(A + .005)), as last week left them, A the side's turnout. n: open
    organisations; s: those on the side that serve the public, by the weight that they give the issue. There must be
    room (`newcomer`) and a citizen who is aware, on the side and member of none; .5% of the citizens begin as members.
    Founders raise the newcomer's `funds` x LogN(0, .7), and register. The new organisation has the issue as its only
    one, a position around its side's mean, speaks for the public of its founders, and gets ties and trust as
    organisations at the start of a run. Hannan & Freeman 1989; Gray & Lowery 1996; Truman 1951; Salisbury 1969.
    """
    rule, k = now.rules[0].founding, key(now.clock[0].seed, now.clock[0].week, _ATTEMPT)
    if not rule.on:
        return
    for q in range(arena.publics.size):
        p = arena.publics[q].polity
        if arena.polities[p].newcomers == 0:
            continue
        for m in range(arena.issues.shape[1]):
            for side in range(SIDES):
                demand = demand_of(now, arena, p, q, m, side)
                served, number = serving(arena, teams, p, q, m, side)
                niche = pair(pair(arena.publics[q].key, arena.issues[p, m].key), side)
                if draw64(k, niche) < founding_chance(demand, served, number, rule):
                    _found(now, arena, teams, allied, people, events, (p, q, m, side), niche)


@compiled
def _found(now, arena, teams, allied, people, events, wish, niche):
    """Citizens of a public try to found an organisation. wish: polity, public, issue and side; niche: their key."""
    p, q, m, side = wish
    organisations, rule, seed, week = teams.organisations, now.rules[0].founding, now.clock[0].seed, now.clock[0].week
    row = free_place(organisations, p, False)
    some = founders(now, arena, teams, people, wish) if row >= 0 else 0
    if some == 0:
        return
    capital = organisations[row].capital * exp(rule.spread * normal(draw64(key(seed, week, _CAPITAL), niche)))
    funds = _register(now, arena, teams, events, row, capital, (p, m, side, -1))
    if funds < 0.0:
        return
    policy, direction = arena.issues[p, m].policy, 1.0 if side == FOR else -1.0
    stance = arena.issues[p, m].side_mean[side]
    stance += rule.stance_within * normal(draw64(key(seed, week, _STANCE), niche))
    stance = policy + direction * max(direction * (stance - policy), _LEAST_GAP)
    arrive(now, arena, teams, allied, row, m, min(max(stance, -1.0), 1.0), funds)
    teams.represents[row, q] = 1.0
    _enrol(now, arena, teams, people, wish, row, rule.circle * arena.polities[p].citizens / some)
    note(now.clock, events, FOUNDED, p, m, row, side, funds)


@compiled
def _may_found(arena, teams, citizens, week, wish, i):
    """Whether a citizen of the public is aware, on the side, and member of no open organisation."""
    p, _, m, side = wish
    home = citizens.member[i]
    if citizens.own[m, i] & AWARE == 0 or (home >= 0 and not teams.organisations[home].closed):
        return False
    # At the beginning of a week, what was said last stands in the other half.
    x = attitude_of(citizens.word[(week + 1) % 2, m, i])
    return (x > np.float32(arena.issues[p, m].policy)) == (side == FOR)


@compiled
def founders(now, arena, teams, people, wish):
    """How many citizens could found an organisation."""
    some, week = 0, now.clock[0].week
    for b in range(people.blocks.size):
        if people.blocks[b].public == wish[1]:
            for i in range(people.blocks[b].first, people.blocks[b].last):
                some += 1 if _may_found(arena, teams, people.citizens, week, wish, i) else 0
    return some


@compiled
def _enrol(now, arena, teams, people, wish, row, share):
    """Founders join, each by a chance; the first of them in any case."""
    week, organisations = now.clock[0].week, teams.organisations
    k = pair(key(now.clock[0].seed, week, _CIRCLE), organisations[row].key)
    first, of_block = -1, -1
    for b in range(people.blocks.size):
        block = people.blocks[b]
        if block.public != wish[1]:
            continue
        for i in range(block.first, block.last):
            if _may_found(arena, teams, people.citizens, week, wish, i):
                if first < 0:
                    first, of_block = i, b
                if draw64(k, i - block.offset) < share:
                    _join(people, organisations, b, i, row)
    if organisations[row].members == 0 and first >= 0:
        _join(people, organisations, of_block, first, row)


# ---------------------------------------------------------------- by factions


@compiled
def main_issue(priorities, o):
    """The issue that matters most to an organisation, the first of equal ones."""
    best = 0
    for m in range(priorities.shape[1]):
        best = m if priorities[o, m] > priorities[o, best] else best
    return best


@compiled
def schism_chance(faction, participatory, rule):
    """.06 x share of members who stand far off x (1 - how far all members decide); 0 from a half of them on, who could
    change the line instead. Hirschman 1970.
    """
    return rule.chance * faction * (1.0 - participatory) if faction < _MAJORITY else 0.0


@compiled
def schism(now, arena, teams, allied, people, events):
    """A faction leaves.

    Each quarter, of an organisation's members those whose attitude is .5 and more below its line and those as far
    above: the larger faction, below a half of them, leaves with chance .06 x its share x (1 - how participatory the
    organisation is). It registers with its share of means and takes its share of gifts, the skills and the experience
    along; its position is its own mean attitude. Hirschman 1970; Balser 1997.
    """
    rule, organisations, week = now.rules[0].schism, teams.organisations, now.clock[0].week
    k = key(now.clock[0].seed, week, _SCHISM)
    if not rule.on or week % QUARTER != 0:
        return
    for p in range(arena.polities.size):
        if arena.polities[p].newcomers == 0:
            continue
        number, total = _factions(now, teams, people, p)
        for o in range(organisations.size):
            a = organisations[o]
            if a.polity != p or a.closed or a.members == 0 or a.kind >= FIRM or a.kind == FOUNDATION:
                continue
            above = 1 if number[o, 1] > number[o, 0] else 0
            faction = number[o, above] / a.members
            if draw64(k, a.key) < schism_chance(faction, a.culture[2], rule):
                stance = total[o, above] / number[o, above]
                _part(now, arena, teams, allied, people, events, o, (above, stance, faction))


@compiled
def _far(x, line, above, rule):
    """Whether an attitude is far above a line, or far below."""
    return x - line > rule.far if above else line - x > rule.far


@compiled
def _factions(now, teams, people, p):
    """(organisations, 2) each: members far below and above their organisation's line, and sums of their attitudes."""
    organisations, citizens, rule = teams.organisations, people.citizens, now.rules[0].schism
    number, total = np.zeros((organisations.size, 2)), np.zeros((organisations.size, 2))
    past = (now.clock[0].week + 1) % 2
    for b in range(people.blocks.size):
        if people.blocks[b].polity != p:
            continue
        for i in range(people.blocks[b].first, people.blocks[b].last):
            o = citizens.member[i]
            if o < 0 or organisations[o].closed:
                continue
            m = main_issue(teams.priorities, o)
            x = np.float64(attitude_of(citizens.word[past, m, i]))
            for above in range(2):
                if _far(x, teams.stances[o, m], above == 1, rule):
                    number[o, above] += 1.0
                    total[o, above] += x
    return number, total


@compiled
def _part(now, arena, teams, allied, people, events, o, faction):
    """A faction of the organisation in row o founds one of its own. faction: whether above, its position and share."""
    above, stance, share = faction
    organisations, p, m = teams.organisations, teams.organisations[o].polity, main_issue(teams.priorities, o)
    row, side = free_place(organisations, p, False), FOR if stance > arena.issues[p, m].policy else AGAINST
    if row < 0:
        return
    old, new = organisations[o], organisations[row]
    funds = _register(now, arena, teams, events, row, share * old.funds, (p, m, side, o))
    if funds < 0.0:
        return
    line = teams.stances[o, m]
    arrive(now, arena, teams, allied, row, m, stance, funds)
    _inherit(teams, o, row)
    new.income, old.income = share * old.income, (1.0 - share) * old.income
    old.funds -= share * old.funds
    past = (now.clock[0].week + 1) % 2
    for b in range(people.blocks.size):
        if people.blocks[b].polity != p:
            continue
        for i in range(people.blocks[b].first, people.blocks[b].last):
            if people.citizens.member[i] == o:
                x = np.float64(attitude_of(people.citizens.word[past, m, i]))
                if _far(x, line, above == 1, now.rules[0].schism):
                    _leave(people, organisations, b, o)
                    _join(people, organisations, b, i, row)
    note(now.clock, events, SPLIT, p, m, row, side, funds).partner = o


@compiled
def _inherit(teams, o, row):
    """What people who come out of an organisation know and are known for."""
    old, new = teams.organisations[o], teams.organisations[row]
    for e in range(new.skills.size):
        new.skills[e] = old.skills[e]
    for audience in range(new.credibility.size):
        new.credibility[audience] = old.credibility[audience]
    for k in range(teams.learned.shape[1]):
        teams.learned[row, k] = teams.learned[o, k]
        teams.tried[row, k] = teams.tried[o, k]
    for q in range(teams.represents.shape[1]):
        teams.represents[row, q] = teams.represents[o, q]


# ---------------------------------------------------------------- by movements


@compiled
def rallied(remembered, large, rule):
    """Weeks of large protest as remembered: .98 of those before, and this one."""
    return rule.keep * remembered + (1.0 if large else 0.0)


@compiled
def formalisation(now, arena, teams, allied, people, events):
    """A movement founds a formal organisation.

    Weeks in which an organisation campaigned on the street and its side's turnout was .2% and more are remembered (.98
    a week). From 3, one that is not formal itself (`institutionalisation` below .5) founds one that is, where there is
    room, with chance .05 a week: on its position, with .3 of its means and members, and a tie. Zald & Ash 1966;
    Staggenborg 1988.
    """
    rule, organisations, campaigns = now.rules[0].formalisation, teams.organisations, teams.campaigns
    if not rule.on:
        return
    large = np.zeros(organisations.size, np.uint8)
    for c in range(campaigns.size):
        each = campaigns[c]
        if each.effort > 0.0 and teams.tactics[each.tactic].pressure == STREET:
            if arena.issues[each.polity, each.issue].marched[each.side] >= rule.large:
                large[each.organisation] = 1
    k = key(now.clock[0].seed, now.clock[0].week, _FORMAL)
    for o in range(organisations.size):
        a = organisations[o]
        if a.closed or arena.polities[a.polity].newcomers == 0:
            continue
        a.rallies = rallied(a.rallies, large[o] > 0, rule)
        if a.institutionalisation < _FORMAL_KIND and a.rallies >= rule.weeks and draw64(k, a.key) < rule.chance:
            _formalise(now, arena, teams, allied, people, events, o)


@compiled
def _formalise(now, arena, teams, allied, people, events, o):
    """A movement founds a formal organisation."""
    rule, organisations = now.rules[0].formalisation, teams.organisations
    old, m = organisations[o], main_issue(teams.priorities, o)
    row = free_place(organisations, old.polity, True)
    side = FOR if teams.stances[o, m] > arena.issues[old.polity, m].policy else AGAINST
    if row < 0:
        return
    capital = rule.share * old.funds
    funds = _register(now, arena, teams, events, row, capital, (old.polity, m, side, o))
    if funds < 0.0:
        return
    arrive(now, arena, teams, allied, row, m, teams.stances[o, m], funds)
    old.funds -= capital
    old.rallies = 0.0
    for q in range(teams.represents.shape[1]):
        teams.represents[row, q] = teams.represents[o, q]
    _move(now, teams, people, o, row, rule.share)
    connect(teams, allied, row, o, now.rules[0].ties.trust + rule.trust)
    note(now.clock, events, FORMALISED, old.polity, m, row, side, funds).partner = o


# ---------------------------------------------------------------- mergers


@compiled
def heir(arena, teams, allied, o, least):
    """The open organisation at home, on the same side of what matters most, that one trusts most, from `least`; -1 for
    none. Only one that it has a tie with.
    """
    organisations, m, best = teams.organisations, main_issue(teams.priorities, o), -1
    policy = arena.issues[organisations[o].polity, m].policy
    for r in range(organisations.size):
        other = organisations[r]
        if r == o or other.closed or other.polity != organisations[o].polity or allied.tied[o, r] == 0:
            continue
        agrees = teams.priorities[r, m] > 0.0 and (teams.stances[r, m] > policy) == (teams.stances[o, m] > policy)
        if agrees and allied.trust[o, r] >= least and (best < 0 or allied.trust[o, r] > allied.trust[o, best]):
            best = r
    return best


@compiled
def merger(now, arena, teams, allied, people, events):
    """Who closed this week goes over to the ally that it trusts most.

    Where the polity has newcomers. Among open organisations at home with a tie, and on the same side of what matters
    most to the one that closed this week, the one that it trusts most, from .55: each member follows with chance .6,
    and the other's skills go half of the way to the better ones. Who finds nobody is gone. Minkoff 1999.
    """
    rule, organisations = now.rules[0].merger, teams.organisations
    if not rule.on:
        return
    for o in range(organisations.size):
        a = organisations[o]
        if not a.closed or a.founded < 0 or a.ended >= 0 or arena.polities[a.polity].newcomers == 0:
            continue
        a.ended = now.clock[0].week
        r = heir(arena, teams, allied, o, rule.trust)
        if r < 0:
            continue
        moved = _move(now, teams, people, o, r, rule.follow)
        for e in range(a.skills.size):
            better = max(a.skills[e] - organisations[r].skills[e], 0.0)
            organisations[r].skills[e] += rule.skill * better
        m = main_issue(teams.priorities, o)
        side = FOR if teams.stances[o, m] > arena.issues[a.polity, m].policy else AGAINST
        share = moved / arena.polities[a.polity].citizens
        note(now.clock, events, MERGED, a.polity, m, o, side, share).partner = r
