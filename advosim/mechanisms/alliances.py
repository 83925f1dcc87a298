"""Phase 3: organisations that share goals meet, ally by consent, quarrel, and part.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import power as raised
from advosim.mechanisms.campaigns import strength
from advosim.mechanisms.chronicle import break_off, note
from advosim.world.chance import draw64, key, logistic, pair, stream
from advosim.world.codes import (
    AGAINST,
    ALLIED,
    CLASHED,
    CLASHES,
    CLOSED,
    DISSOLVED,
    DISTRUST,
    DISTRUSTED,
    DRIFTED,
    FOR,
    GAVE_IN,
    GOAL_REACHED,
    JOINED,
    LEFT,
    MEMORANDUM,
    NO_RESULTS,
    OUTVOTED,
    PARTNERS_LEFT,
    PUBLIC,
    QUARREL,
    QUARTER,
    TERMS,
    TOO_MANY,
    UNFAIR,
)
from advosim.world.compile import compiled
from advosim.world.relations import between, establish, free_row, take_seat

_MEET = stream("alliance_formation.meet")
_OFFER = stream("alliance_formation.offer")
_CONSENT = stream("alliance_formation.consent")
_FORMAL = stream("alliance_formation.memorandum")
_CLOSURE = stream("ties.closure")
_FADING = stream("ties.fading")
_EXIT = stream("alliance_exit")
_CLASH = tuple(stream(name) for name in CLASHES)
_CULTURE_CLASH, _PRIORITY_CLASH, _STRATEGY_CLASH = range(len(CLASHES))
_TERMS = len(TERMS)
_GOALS, _OPPONENT, _TRUST, _EXPERTISE, _SALIENCE, _ENLIST, _NICHE, _CULTURE, _SIZE, _MESSAGE = range(_TERMS)
_RECENTLY = QUARTER
_TOGETHER = -2
_EITHER = 0.5
"""Of two who meet either is as likely to make the offer."""
_USUAL_SIZE = 3.0
"""Members of an alliance from which its size neither keeps nor repels (convention)."""
_MIDDLE = 0.5
"""Of cohesion and results, 0..1: where they neither keep nor repel (convention)."""
_PENNILESS = 1e-6
"""Below any funds: who has none still has a say, as 0 to the power of 0 is 1 (convention)."""
_SLIGHT = 0.1
"""Of a logit: what weighs less is no reason to leave."""


# ---------------------------------------------------------------- ties


@compiled
def ties(now, teams, allied):
    """Friends of friends get to know each other, and trust each other more: triads close.

    Two are tied at the start with chance .2 e^(-distance/.3) x .3 across languages x .1 across borders x 3 if one
    person has posts in both, at most 1; distance is that on the ring of a polity's localities, and between polities
    that of their `relation`, which may also give what is understood or the chance itself. Every 13 weeks two with a
    common friend tie with chance .02, and a tie fades with chance .03 without a common alliance; who closes has none.
    Tied pairs have .2 more trust at first, also those that tie later, and meet more often. A tie costs .02 of income a
    week. Granovetter 1973; Murdie 2014.
    """
    clock, rules = now.clock, now.rules
    organisations = teams.organisations
    tied, trust, alliances, seats = allied.tied, allied.trust, allied.alliances, allied.seats
    rule = rules[0].ties
    week = clock[0].week
    if not rule.on or week % QUARTER != 0:
        return
    closing, fading = key(clock[0].seed, week, _CLOSURE), key(clock[0].seed, week, _FADING)
    n = organisations.size
    met = tied.copy()
    for i in range(n):
        for j in range(i + 1, n):
            own = between(organisations[i].key, organisations[j].key)
            if organisations[i].closed or organisations[j].closed:
                tied[i, j] = tied[j, i] = 0
            elif met[i, j] > 0:
                if draw64(fading, own) < rule.fading and not are_allied(i, j, alliances, seats):
                    tied[i, j] = tied[j, i] = 0
            elif draw64(closing, own) < rule.closure:
                for x in range(n):
                    if met[i, x] > 0 and met[j, x] > 0:
                        tied[i, j] = tied[j, i] = 1
                        if rules[0].trust.on:
                            trust[i, j] = min(1.0, trust[i, j] + rule.trust)
                            trust[j, i] = min(1.0, trust[j, i] + rule.trust)
                        break
    for i in range(n):
        organisations[i].ties = 0
        for j in range(n):
            organisations[i].ties += tied[i, j]


@compiled
def seat_of(seats, o):
    """An organisation's seat in an alliance, -1 where it has none."""
    for s in range(seats.size):
        if seats[s].organisation == o:
            return s
    return -1


@compiled
def allied_before(i, j, last, alliances, seats):
    """Whether two organisations belong to one of the first `last` alliances."""
    together = False
    for a in range(last):
        together = together or (alliances[a].alive and seat_of(seats[a], i) >= 0 and seat_of(seats[a], j) >= 0)
    return together


@compiled
def are_allied(i, j, alliances, seats):
    """Whether two organisations belong to one alliance."""
    return allied_before(i, j, alliances.size, alliances, seats)


# ---------------------------------------------------------------- what speaks for an alliance


@compiled
def goal_overlap(own, others, own_priorities, others_priorities, m):
    """(1 - distance of positions on the issue / 2) x shared priorities, sum of the lesser of each two: 0..1.

    own, others: (issues,) positions.
    """
    return (1.0 - abs(own[m] - others[m]) / 2.0) * shared_priorities(own_priorities, others_priorities)


@compiled
def shared_priorities(own, others):
    """How far two organisations care for the same: sum over issues of the lesser of each two priorities, 0..1."""
    shared = 0.0
    for i in range(own.size):
        shared += min(own[i], others[i])
    return shared


@compiled
def complement(own, other):
    """The share of what one's skills lack that another has: sum of max(0, other - own) / sum of (1 - own)."""
    lack = gain = 0.0
    for e in range(own.size):
        lack += 1.0 - own[e]
        gain += max(0.0, other[e] - own[e])
    return gain / lack if lack > 0.0 else 0.0


@compiled
def culture_distance(one, other):
    """Mean absolute difference of two cultures: 0..1."""
    total = 0.0
    for c in range(one.size):
        total += abs(one[c] - other[c])
    return total / one.size


@compiled
def enlist(organisation, rule):
    """How far an organisation's evidence and credibility win others for it.

    Adds 1 x evidence x public credibility of whom it speaks for to the logit of a partner (`alliance_formation`), to
    the weight with a foundation (`grants`) and to that with gatekeepers abroad (`boomerang`). Evidence is the quality
    of recent reports, fading by .98 a week. Keck & Sikkink 1998.
    """
    return rule.weight * organisation.learnedness * organisation.credibility[PUBLIC] if rule.on else 0.0


@compiled
def _weigh(now, arena, teams, trust, meeting, partners, size, terms):
    """The logit of an organisation on an alliance with `partners`; fills in its terms.

    meeting: who decides, who speaks for the partners' side, polity, issue, side, logits that borders take and that
    gatekeepers add (`across_borders`); size: members without the newcomer.
    """
    i, j, p, m, side, apart, vouched = meeting
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    rule, a = now.rules[0].alliance_formation, organisations[i]
    issue, many = arena.issues[p, m], partners.size
    union = np.zeros(a.skills.size)
    goals = trusted = niche = culture = 0.0
    for o in partners:
        b = organisations[o]
        goals += goal_overlap(stances[i], stances[o], priorities[i], priorities[o], m) / many
        trusted += trust[i, o] / many
        culture += culture_distance(a.culture, b.culture) / many
        if a.kind == b.kind:
            niche += shared_priorities(priorities[i], priorities[o]) / many
        for e in range(union.size):
            union[e] = max(union[e], b.skills[e])
    organised = strength(issue, FOR) + strength(issue, AGAINST)
    terms[_GOALS] = rule.by_goals * goals
    terms[_OPPONENT] = rule.by_opponent * strength(issue, 1 - side) / organised if organised > 0.0 else 0.0
    terms[_TRUST] = rule.by_trust * trusted
    terms[_EXPERTISE] = rule.by_expertise * complement(a.skills, union)
    terms[_SALIENCE] = rule.by_salience * issue.salience / rule.salient
    terms[_ENLIST] = enlist(organisations[j], now.rules[0].enlist) + vouched
    terms[_NICHE] = -rule.by_niche * niche
    terms[_CULTURE] = -rule.by_culture * culture - apart
    terms[_SIZE] = -rule.by_size * (size + 1)
    terms[_MESSAGE] = 0.0
    total = rule.readiness
    for t in range(_TERMS):
        total += terms[t]
    return total


@compiled
def offer(own_frames, partners_frames, rule):
    """What the wording of an offer adds: gain x share of the partner's frames that one can speak in. Seed 2."""
    shared = spoken = 0.0
    for f in range(own_frames.size):
        spoken += partners_frames[f]
        shared += min(own_frames[f], partners_frames[f])
    return rule.gain * shared / spoken if rule.on and spoken > 0.0 else 0.0


# ---------------------------------------------------------------- formation


@compiled
def common_issue(i, j, p, issues, stances, priorities):
    """The issue that matters most to both, of those on which they stand on one side; -1 for none."""
    best, chosen = 0.0, -1
    for m in range(issues.shape[1]):
        policy = issues[p, m].policy
        if stances[i, m] == policy or stances[j, m] == policy:
            continue
        shared = min(priorities[i, m], priorities[j, m])
        if shared > best and (stances[i, m] > policy) == (stances[j, m] > policy):
            best, chosen = shared, m
    return chosen


@compiled
def is_allied(alliance, seats, o, p, m, side):
    """Whether an organisation has a seat in a living alliance on a side of an issue. seats: of that alliance."""
    if not alliance.alive or alliance.polity != p or alliance.issue != m or alliance.side != side:
        return False
    return seat_of(seats, o) >= 0


@compiled
def largest_of(alliances, seats, o, other, p, m, side):
    """The largest alliance of o on a side of an issue with a free seat and without `other`, -1 for none; _TOGETHER if
    they share one.
    """
    best = -1
    for a in range(alliances.size):
        alliance = alliances[a]
        if not is_allied(alliance, seats[a], o, p, m, side):
            continue
        if seat_of(seats[a], other) >= 0:
            return _TOGETHER
        if alliance.members < seats.shape[1] and (best < 0 or alliance.members > alliances[best].members):
            best = a
    return best


@compiled
def alliance_formation(now, arena, teams, allied, record):
    """Each quarter pairs on one side of an issue meet; one makes an offer, and both decide.

    Every 13 weeks a pair meets with chance .3, tied .9, x the lesser activity of both (at most 1). Their issue is the
    one that matters most to both among those on which they are on one side of policy. Who meets a member may join its
    largest alliance there; two without one may found one. Both consent, each by s(-2.4 + 2 overlap of goals + share of
    efforts on the issue that oppose them + 1.5 T + expertise of the other as a share of what one lacks + .5 salience/.1
    + `enlist` - 1.5 shared priorities with those of one's own kind - distance of cultures - .1 members); an offer in
    the partner's frames adds .2 x their share (`message`). A newcomer weighs the mean of all members, a member the
    newcomer; both weigh the size of the whole. Overlap of goals = (1 - distance/2) x shared priorities (the sum of the
    lesser of each two). An alliance signs a memorandum with chance .15 x cohesion a quarter. At most 16 members.
    Hojnacki 1997; Hula 1999; Barman 2002.
    """
    clock, organisations = now.clock, teams.organisations
    rule, week = now.rules[0].alliance_formation, clock[0].week
    if not rule.on or week % QUARTER != 0:
        return
    meetings = key(clock[0].seed, week, _MEET)
    order = by_key(organisations)
    for first in range(order.size):
        for second in range(first + 1, order.size):
            i, j = order[first], order[second]
            one, other = organisations[i], organisations[j]
            if one.closed or other.closed or one.polity != other.polity:
                continue
            # Whoever does not act seeks no allies either.
            seeking = min(1.0, min(one.activity, other.activity))
            chance = seeking * (rule.meet_tied if allied.tied[i, j] > 0 else rule.meet)
            if draw64(meetings, between(one.key, other.key)) < chance:
                host, guest = who_offers(now, organisations, i, j)
                offered = offer_of(arena, teams, allied, host, guest, one.polity)
                if offered[1] >= 0:
                    consent(now, arena, teams, allied, record, offered, (0.0, 0.0, 0.0))
    _sign_memoranda(clock, rule, allied.alliances, record.alliances, record.events)


@compiled
def who_offers(now, organisations, i, j):
    """Of two who meet, who makes the offer and to whom."""
    k = key(now.clock[0].seed, now.clock[0].week, _OFFER)
    return (i, j) if draw64(k, between(organisations[i].key, organisations[j].key)) < _EITHER else (j, i)


@compiled
def offer_of(arena, teams, allied, host, guest, p):
    """What an offer is about, on the policy of a polity: (polity, issue, side, alliance or -1 for a new one, host,
    guest), where a guest that has an alliance becomes the host; issue -1 where there is nothing to offer.
    """
    m = common_issue(host, guest, p, arena.issues, teams.stances, teams.priorities)
    if m < 0:
        return p, m, FOR, -1, host, guest
    side = FOR if teams.stances[host, m] > arena.issues[p, m].policy else AGAINST
    a = largest_of(allied.alliances, allied.seats, host, guest, p, m, side)
    if a == _TOGETHER:
        return p, -1, side, -1, host, guest
    if a < 0:
        b = largest_of(allied.alliances, allied.seats, guest, host, p, m, side)
        if b >= 0:
            return p, m, side, b, guest, host
    return p, m, side, a, host, guest


@compiled
def consent(now, arena, teams, allied, record, offered, borders):
    """If both consent, the guest joins the host's alliance, or they found one. Returns whether it came to that.

    offered: as `offer_of` has it; borders: logits that distance and language take from host and guest, and that
    gatekeepers add for the guest (`across_borders`).
    """
    organisations, trust = teams.organisations, allied.trust
    p, m, side, a, host, guest = offered
    seed, week = now.clock[0].seed, now.clock[0].week
    members = members_of(allied.seats[a]) if a >= 0 else np.full(1, host)
    terms = np.zeros((2, _TERMS))
    asked = (host, guest, p, m, side, borders[0], 0.0)
    welcome = _weigh(now, arena, teams, trust, asked, np.full(1, guest), members.size, terms[0])
    asked = (guest, host, p, m, side, borders[1], borders[2])
    wish = _weigh(now, arena, teams, trust, asked, members, members.size, terms[1])
    terms[1, _MESSAGE] = offer(teams.repertoire[host], teams.repertoire[guest], now.rules[0].message)
    logits = (welcome, wish + terms[1, _MESSAGE])
    k = pair(key(seed, week, _CONSENT), between(organisations[host].key, organisations[guest].key))
    if draw64(k, organisations[host].key) >= logistic(logits[0]):
        return False
    if draw64(k, organisations[guest].key) >= logistic(logits[1]):
        return False
    founding = a < 0
    a = free_row(allied.alliances, p) if founding else a
    if a < 0:
        return False
    _join(now, arena, teams, allied, record, (a, m, side, founding, host, guest), terms, logits)
    return True


@compiled
def _join(now, arena, teams, allied, record, terms_of, terms, logits):
    """The guest takes a seat, in a new alliance the host too. terms_of: alliance, issue, side, whether it is new, host
    and guest; terms: (2, TERMS), logits: what decided with host and guest.
    """
    a, m, side, founding, host, guest = terms_of
    clock, organisations, p = now.clock, teams.organisations, allied.alliances[a].polity
    alliance, seats, lives = allied.alliances[a], allied.seats[a], record.alliances
    if founding:
        born = pair(pair(organisations[host].key, arena.issues[p, m].key), clock[0].week)
        establish(clock, alliance, seats, lives, m, side, (host, guest), born)
        life = lives[alliance.number]
        for t in range(_TERMS):
            life.terms[t] = terms[0, t]
            life.partner_terms[t] = terms[1, t]
        _seat(now, alliance, seats, organisations, host)
        _tell(clock, record.events, ALLIED, alliance, host, guest, logits[0])
    else:
        _tell(clock, record.events, JOINED, alliance, guest, host, logits[1])
    _seat(now, alliance, seats, organisations, guest)
    life = lives[alliance.number]
    life.most_members = max(life.most_members, alliance.members)
    _note_consent(clock, record.consents, alliance.number, founding, (host, guest), terms, logits)


@compiled
def members_of(seats):
    """The organisations that have a seat."""
    members, many = np.zeros(seats.size, np.int64), 0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            members[many] = seats[s].organisation
            many += 1
    return members[:many]


@compiled
def _note_consent(clock, consents, number, founding, both, terms, logits):
    """Write down what decided on both sides. both: host and guest."""
    row = consents[clock[0].consents]
    row.week = clock[0].week
    row.alliance = number
    row.founding = founding
    row.host, row.guest = both
    for side in range(2):
        row.logit[side] = logits[side]
        for t in range(_TERMS):
            row.terms[side, t] = terms[side, t]
    clock[0].consents += 1


@compiled
def by_key(organisations):
    """Rows in the order of ids, so that who meets first does not hang on the order of rows."""
    ids = np.zeros(organisations.size, np.uint64)
    for o in range(organisations.size):
        ids[o] = organisations[o].key
    return np.argsort(ids)


@compiled
def _seat(now, alliance, seats, organisations, o):
    clock, rules = now.clock, now.rules
    if take_seat(alliance, seats, o, clock[0].week, rules[0].alliance_exit.satisfaction_rest):
        organisations[o].seats += 1
        alliance.abroad += 1 if organisations[o].polity != alliance.polity else 0


@compiled
def _tell(clock, events, event, alliance, o, partner, size):
    """A line of the log about an alliance."""
    row = note(clock, events, event, alliance.polity, alliance.issue, o, alliance.side, size)
    row.alliance = alliance.number
    row.partner = partner
    return row


@compiled
def _sign_memoranda(clock, rule, alliances, lives, events):
    k = key(clock[0].seed, clock[0].week, _FORMAL)
    for a in range(alliances.size):
        alliance = alliances[a]
        if alliance.alive and not alliance.formal and draw64(k, alliance.key) < rule.formal * alliance.cohesion:
            alliance.formal = True
            lives[alliance.number].formal = True
            _tell(clock, events, MEMORANDUM, alliance, alliance.lead, -1, alliance.cohesion)


# ---------------------------------------------------------------- life in an alliance


@compiled
def power(now, teams, allied):
    """Who has more, decides more.

    Say = funds^.5 as a share of the sum over members; the line is the mean position by say, the lead whoever has most
    say. .5 x distance to the line is lost of a member's satisfaction. A declared alliance may have an exponent of its
    own (`psi`). Pfeffer & Salancik 1978.
    """
    organisations, stances = teams.organisations, teams.stances
    trust, alliances, seats = allied.trust, allied.alliances, allied.seats
    rule = now.rules[0].power
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        psi = alliance.psi if alliance.psi >= 0.0 else rule.psi
        for s in range(seats.shape[1]):
            seat = seats[a, s]
            if seat.organisation >= 0:
                funds = max(organisations[seat.organisation].funds, _PENNILESS)
                seat.say = raised(funds, psi) if rule.on and psi > 0.0 else 1.0
        _agree(alliance, seats[a], stances)
        _take_stock(alliance, seats[a], organisations, trust)


@compiled
def _agree(alliance, seats, stances):
    """Say adds up to 1 among those who are there; it makes the line and the lead."""
    total = line = most = squares = 0.0
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            total += seats[s].say
    for s in range(seats.size):
        seat = seats[s]
        if seat.organisation >= 0:
            seat.say /= total
            line += seat.say * stances[seat.organisation, alliance.issue]
            squares += seat.say * seat.say
            if seat.say > most:
                most, alliance.lead = seat.say, seat.organisation
    alliance.line = line
    alliance.evenness = 1.0 / (squares * alliance.members)


@compiled
def _take_stock(alliance, seats, organisations, trust):
    pairs = differing = 0
    total = mutual = 0.0
    for s in range(seats.size):
        for r in range(s + 1, seats.size):
            i, j = seats[s].organisation, seats[r].organisation
            if i < 0 or j < 0:
                continue
            pairs += 1
            total += (trust[i, j] + trust[j, i]) / 2.0
            higher = max(trust[i, j], trust[j, i])
            mutual += min(trust[i, j], trust[j, i]) / higher if higher > 0.0 else 1.0
            differing += 1 if organisations[i].kind != organisations[j].kind else 0
    alliance.trust = total / pairs if pairs > 0 else 0.0
    alliance.reciprocity = mutual / pairs if pairs > 0 else 0.0
    alliance.diversity = differing / pairs if pairs > 0 else 0.0


@compiled
def quality(rule):
    """How well members inform each other: share / (share + .05), 0..1; 0 where they do not. Seed 2."""
    return rule.share / (rule.share + rule.half) if rule.on else 0.0


@compiled
def internal_communication(now, allied):
    """Meetings, updates and reports hold an alliance together.

    Takes .05 of the common means; quality q = share/(share + .05). Cohesion += .1 ((mean T + q)/2 - cohesion); exits
    are fewer by 2 (cohesion - .5) in the logit; the situation is misread by (1 - q) of the noise (`joint_plan`). Ostrom
    1990.
    """
    alliances = allied.alliances
    rule = now.rules[0].internal_communication
    for a in range(alliances.size):
        if alliances[a].alive:
            # Over distance and languages less is understood (`across_borders`).
            understood = 1.0 - alliances[a].remote / alliances[a].members
            aim = (alliances[a].trust + quality(rule) * understood) / 2.0
            alliances[a].cohesion += rule.rate * (aim - alliances[a].cohesion)


@compiled
def _quarrel(now, allied, events, a, kind, rule, spared, distances):
    """The most distant pair falls out by hazard x distance x (1 - remedy); mediation scales the damage by 1 - m.

    kind: place in CLASHES; spared: share of conflicts that the remedy spares; distances: (seats, seats), 0..1.
    """
    clock, alliance, seats, trust = now.clock, allied.alliances[a], allied.seats[a], allied.trust
    worst, one, other = 0.0, -1, -1
    for s in range(seats.size):
        for r in range(s + 1, seats.size):
            if seats[s].organisation >= 0 and seats[r].organisation >= 0 and distances[s, r] > worst:
                worst, one, other = distances[s, r], s, r
    if one < 0:
        return
    luck = draw64(key(clock[0].seed, clock[0].week, _CLASH[kind]), alliance.key)
    if luck >= rule.hazard * worst * (1.0 - rule.remedy * spared):
        return
    damage = rule.damage * (1.0 - mediation(now.rules[0].trust))
    i, j = seats[one].organisation, seats[other].organisation
    trust[i, j] = max(0.0, trust[i, j] - damage)
    trust[j, i] = max(0.0, trust[j, i] - damage)
    for s in (one, other):
        seats[s].satisfaction = max(0.0, seats[s].satisfaction - damage)
        seats[s].clash = kind
        seats[s].clashed = clock[0].week
    _tell(clock, events, CLASHED + kind, alliance, i, j, damage)


@compiled
def _meets(clock, alliance):
    """Whether an alliance holds its quarterly meeting."""
    age = clock[0].week - alliance.founded
    return alliance.alive and age > 0 and age % QUARTER == 0


@compiled
def culture_clash(now, teams, allied, events):
    """Conflict over ways of working; shared understanding, which communication brings, is the remedy.

    Every 13 weeks of an alliance the most distant pair falls out with chance .3 x distance x (1 - .6 q), distance =
    mean difference of formal, confrontational and participatory culture. Both lose .3 of trust in each other and of
    satisfaction, less what mediation spares (`trust`). Gray 1989.
    """
    clock = now.clock
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].culture_clash
    apart = np.zeros((seats.shape[1], seats.shape[1]))
    for a in range(alliances.size):
        if not rule.on or not _meets(clock, alliances[a]):
            continue
        _set_apart(teams, seats[a], _CULTURE_CLASH, apart)
        _quarrel(now, allied, events, a, _CULTURE_CLASH, rule, quality(now.rules[0].internal_communication), apart)


@compiled
def _set_apart(teams, seats, kind, apart):
    """How far members lie from each other in culture, or in what comes first; apart: (seats, seats)."""
    for s in range(seats.size):
        for r in range(s + 1, seats.size):
            i, j = seats[s].organisation, seats[r].organisation
            if i < 0 or j < 0:
                continue
            if kind == _CULTURE_CLASH:
                apart[s, r] = culture_distance(teams.organisations[i].culture, teams.organisations[j].culture)
            else:
                apart[s, r] = 1.0 - shared_priorities(teams.priorities[i], teams.priorities[j])


@compiled
def priority_clash(now, teams, allied, events):
    """Conflict over what comes first; negotiation among members with equal say is the remedy.

    As `culture_clash`, distance = 1 - shared priorities; the remedy is negotiation among equals: x (1 - .6 x evenness
    of say), evenness = 1/(members x sum of say^2). Gray 1989.
    """
    clock = now.clock
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].priority_clash
    apart = np.zeros((seats.shape[1], seats.shape[1]))
    for a in range(alliances.size):
        if not rule.on or not _meets(clock, alliances[a]):
            continue
        _set_apart(teams, seats[a], _PRIORITY_CLASH, apart)
        _quarrel(now, allied, events, a, _PRIORITY_CLASH, rule, alliances[a].evenness, apart)


@compiled
def strategy_distance(one, other, uses, others_uses):
    """Half the difference in institutionalisation, half the tactics that only one of two would use: 0..1."""
    both = either = 0.0
    for k in range(uses.size):
        both += min(uses[k], others_uses[k])
        either += max(uses[k], others_uses[k])
    unlike = 1.0 - both / either if either > 0.0 else 0.0
    return (abs(one.institutionalisation - other.institutionalisation) + unlike) / 2.0


@compiled
def strategy_clash(now, teams, allied, events):
    """Conflict over how to proceed; an agreed framework, the memorandum, is the remedy.

    As `culture_clash`, distance = (difference of institutionalisation + share of all their tactics that only one of two
    uses)/2; the remedy is an agreed framework: x (1 - .6) under a memorandum. Gray 1989.
    """
    clock = now.clock
    organisations, uses = teams.organisations, teams.uses
    alliances, seats = allied.alliances, allied.seats
    rule = now.rules[0].strategy_clash
    apart = np.zeros((seats.shape[1], seats.shape[1]))
    for a in range(alliances.size):
        if not rule.on or not _meets(clock, alliances[a]):
            continue
        for s in range(seats.shape[1]):
            for r in range(s + 1, seats.shape[1]):
                i, j = seats[a, s].organisation, seats[a, r].organisation
                if i >= 0 and j >= 0:
                    apart[s, r] = strategy_distance(organisations[i], organisations[j], uses[i], uses[j])
        framework = 1.0 if alliances[a].formal else 0.0
        _quarrel(now, allied, events, a, _STRATEGY_CLASH, rule, framework, apart)


@compiled
def mediation(rule):
    """The share of damage by conflict that mediation spares."""
    return rule.mediation if rule.on else 0.0


# ---------------------------------------------------------------- parting


@compiled
def exit_logit(trusted, satisfaction, members, formal, cohesion, rule, retention):
    """-4.6 + 3 (1 - trust) - 1.5 satisfaction + .15 (size - 3) - .7 formal - 2 (cohesion - .5): a week's exit."""
    logit = rule.readiness + rule.by_distrust * (1.0 - trusted) - rule.by_satisfaction * satisfaction
    logit += rule.by_size * (members - _USUAL_SIZE) - rule.by_memorandum * formal
    return logit - retention * (cohesion - _MIDDLE)


@compiled
def within(chance, weeks):
    """The chance that what happens by `chance` a week happens within some weeks: 1 - (1 - chance) ^ weeks."""
    stays = 1.0
    for _ in range(weeks):
        stays *= 1.0 - chance
    return 1.0 - stays


@compiled
def _standing(seats, s, trust):
    """Mean trust of a member in the others, and of the others in it."""
    o = seats[s].organisation
    given = received = 0.0
    others = 0
    for r in range(seats.size):
        x = seats[r].organisation
        if x >= 0 and x != o:
            given += trust[o, x]
            received += trust[x, o]
            others += 1
    return (given / others, received / others) if others > 0 else (0.0, 0.0)


@compiled
def first_trust(rules, tied):
    """What organisations trust each other with before they worked together: .5, tied .7. tied: 0 or 1."""
    # Ties that come later add to trust only where trust moves.
    return min(1.0, rules[0].trust.start + (rules[0].ties.trust if tied > 0 and rules[0].trust.on else 0.0))


@compiled
def _hoped(rules, seats, s, tied):
    """Mean trust in partners with which a member would have begun."""
    o = seats[s].organisation
    total, others = 0.0, 0
    for r in range(seats.size):
        if r != s and seats[r].organisation >= 0:
            total += first_trust(rules, tied[o, seats[r].organisation])
            others += 1
    return total / others if others > 0 else 0.0


@compiled
def _reason(now, alliance, seat, stance, given, received, hoped):
    """What weighed most in an exit: the largest gap to a usual partnership, in which trust is what it is at first."""
    clock, rules = now.clock, now.rules
    rule = rules[0].alliance_exit
    if seat.clash >= 0 and clock[0].week - seat.clashed < _RECENTLY:
        return QUARREL + seat.clash
    largest, reason = _SLIGHT, DRIFTED
    distrust = rule.by_distrust * (hoped - min(given, received))
    if distrust > largest:
        largest, reason = distrust, DISTRUST if given <= received else DISTRUSTED
    weight = rule.by_satisfaction
    outvoted = weight * rules[0].power.by_distance * abs(alliance.line - stance) if rules[0].power.on else 0.0
    if outvoted > largest:
        largest, reason = outvoted, OUTVOTED
    unfair = weight * rules[0].benefit_sharing.by_inequity * seat.inequity
    if unfair > largest:
        largest, reason = unfair, UNFAIR
    idle = weight * rule.by_results * (_MIDDLE - alliance.results)
    if idle > largest:
        largest, reason = idle, NO_RESULTS
    crowd = rule.by_size * (alliance.members - _USUAL_SIZE)
    return TOO_MANY if crowd > largest else reason


@compiled
def leave(clock, alliance, seats, s, organisations, events, reason):
    """A member gives up its seat."""
    o = seats[s].organisation
    _tell(clock, events, LEFT, alliance, o, -1, seats[s].satisfaction).reason = reason
    alliance.ending = reason
    alliance.members -= 1
    alliance.abroad -= 1 if organisations[o].polity != alliance.polity else 0
    organisations[o].seats -= 1
    seats[s].organisation = -1


@compiled
def alliance_exit(now, arena, teams, allied, record):
    """Members leave at quarterly meetings by chance; at once who closed, gave in, or whom policy went past.

    Leaves at a quarterly meeting with the chance 1 - (1 - p)^w of the w weeks since the last, or since one joined, p =
    s(-4.6 + 3 (1 - T) - 1.5 satisfaction + .15 (members - 3) - .7 under a memorandum - 2 (cohesion - .5)) a week, T the
    lesser of mean trust given and received, all as it was when the meeting began; at once who closed, whom policy has
    reached or passed, or who gave in to a boycott on the issue (`boycott`). Satisfaction += .1 (.6 + .6 (results - .5)
    - .5 x distance to the line - inequity - satisfaction), within 0 to 1; results follow the worth of joint campaigns,
    1/2 is usual. Who stays shares the say anew. When one is left, the alliance dissolves, and its campaigns end.

    The reason in the log is what weighed most: `closed`, `gave_in`, `goal_reached`, one of the clashes within the last
    13 weeks, else the largest of `distrust`, `distrusted` (both: trust below what it is at first, .5, tied .7),
    `outvoted`, `unfair_sharing`, `no_results`, `too_many`, else `drifted_apart`; an alliance ends for the reason of the
    last who left it, who remains is `partners_left`. Partings are mutual: who is not trusted is eased out as one who
    does not trust leaves. Hula 1999.
    """
    clock, rules = now.clock, now.rules
    issues = arena.issues
    organisations, stances, campaigns = teams.organisations, teams.stances, teams.campaigns
    tied, trust, alliances, seats = allied.tied, allied.trust, allied.alliances, allied.seats
    lives, events = record.alliances, record.events
    rule = rules[0].alliance_exit
    k = key(clock[0].seed, clock[0].week, _EXIT)
    retention = rules[0].internal_communication.retention if rules[0].internal_communication.on else 0.0
    for a in range(alliances.size):
        alliance = alliances[a]
        if not alliance.alive:
            continue
        policy = issues[alliance.polity, alliance.issue].policy
        before, meets = alliance.members, rule.on and _meets(clock, alliance)
        then = seats[a].copy() if meets else seats[a]
        for s in range(seats.shape[1]):
            seat = seats[a, s]
            o = seat.organisation
            if o < 0:
                continue
            stance = stances[o, alliance.issue]
            reason = -1
            if organisations[o].closed:
                reason = CLOSED
            elif organisations[o].conceded[alliance.issue] > 0:
                reason = GAVE_IN
            elif stance == policy or (stance > policy) != (alliance.side == FOR):
                reason = GOAL_REACHED
            elif meets and alliance.members > 1:
                given, received = _standing(then, s, trust)
                formal = 1.0 if alliance.formal else 0.0
                logit = exit_logit(
                    min(given, received),
                    seat.satisfaction,
                    before,
                    formal,
                    alliance.cohesion,
                    rule,
                    retention,
                )
                weeks = min(QUARTER, clock[0].week - seat.since)
                if draw64(pair(k, alliance.key), organisations[o].key) < within(logistic(logit), weeks):
                    hoped = _hoped(rules, then, s, tied)
                    reason = _reason(now, alliance, seat, stance, given, received, hoped)
            if reason >= 0:
                leave(clock, alliance, seats[a], s, organisations, events, reason)
        if alliance.members < 2 or alliance.members == alliance.abroad:
            _dissolve(clock, alliance, seats[a], a, organisations, campaigns, lives, events)
        else:
            if alliance.members < before:
                _agree(alliance, seats[a], stances)
            lives[alliance.number].lead = alliance.lead


@compiled
def _dissolve(clock, alliance, seats, a, organisations, campaigns, lives, events):
    ending, lived = alliance.ending, float(clock[0].week - alliance.founded)
    _tell(clock, events, DISSOLVED, alliance, alliance.lead, -1, lived).reason = ending
    for s in range(seats.size):
        if seats[s].organisation >= 0:
            leave(clock, alliance, seats, s, organisations, events, PARTNERS_LEFT)
    alliance.alive = False
    lives[alliance.number].week_ended = clock[0].week
    lives[alliance.number].ending = ending
    for c in range(organisations.size, campaigns.size):
        if campaigns[c].alliance == a and campaigns[c].weeks_left > 0:
            break_off(clock, campaigns[c], events)
