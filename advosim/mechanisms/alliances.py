"""Phase 3: organisations that share goals meet, and ally by consent.

In functions of one alliance, seats is its own row of seats: (MOST_SEATS,) of SEAT.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import strength
from advosim.mechanisms.chronicle import note
from advosim.mechanisms.ties import is_allied, members_of, seat_of
from advosim.moved import parted
from advosim.world.chance import draw64, key, logistic, pair, stream
from advosim.world.codes import AGAINST, ALLIED, FOR, JOINED, MEMORANDUM, PUBLIC, QUARTER, TERMS
from advosim.world.compile import compiled
from advosim.world.relations import between, establish, free_row, take_seat

_MEET = stream("alliance_formation.meet")
_OFFER = stream("alliance_formation.offer")
_CONSENT = stream("alliance_formation.consent")
_FORMAL = stream("alliance_formation.memorandum")
_TERMS = len(TERMS)
_GOALS, _OPPONENT, _TRUST, _EXPERTISE, _SALIENCE, _ENLIST, _NICHE, _CULTURE, _SIZE, _MESSAGE = range(_TERMS)
_TOGETHER = -2
"""In place of an alliance: two have one in common already."""
_EITHER = 0.5
"""Of two who meet either is as likely to make the offer."""


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

    Adds 5 x evidence x public credibility of whom it speaks for to the logit of a partner (`alliance_formation`), to
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
    """What the wording of an offer adds: gain x share of the partner's frames that one can speak in."""
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
        tell(clock, record.events, ALLIED, alliance, host, guest, logits[0])
    else:
        tell(clock, record.events, JOINED, alliance, guest, host, logits[1])
    _seat(now, alliance, seats, organisations, guest)
    life = lives[alliance.number]
    life.most_members = max(life.most_members, alliance.members)
    _note_consent(clock, record.consents, alliance.number, founding, (host, guest), terms, logits)


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
def tell(clock, events, event, alliance, o, partner, size):
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
            tell(clock, events, MEMORANDUM, alliance, alliance.lead, -1, alliance.cohesion)


__getattr__ = parted(
    __name__,
    {
        "advosim.mechanisms.clashes": (
            "culture_clash", "internal_communication", "mediation", "priority_clash", "quality", "strategy_clash",
            "strategy_distance",
        ),
        "advosim.mechanisms.exits": ("alliance_exit", "exit_logit", "leave", "within"),
        "advosim.mechanisms.power": ("power",),
        "advosim.mechanisms.ties": ("allied_before", "are_allied", "first_trust", "ties"),
    },
)  # fmt: skip
