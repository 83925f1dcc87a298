"""Phase 6: citizens learn, attend, hear, judge, dare to speak, act and join.

The rules of one citizen come first, each a function of scalars in single precision; `crowd` asks them for everybody.
A rule's last argument is its record of parameters. Sides are 0 for the reform and 1 against it. Rules that everybody
goes by have no branches: numbers of the record that are read only under a condition, and a chain of `and`, would keep
several citizens from going through them at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from advosim.world.chance import F, draw, exp, exp32, key, log, pair, power32, stream
from advosim.world.codes import (
    AWARE,
    BACKED,
    CALL_SHOW_UP,
    CALL_SIGN,
    COLLECTING,
    POPULAR,
    QUARTER,
    RECALL,
    RECALL_SLOT,
    REFERENDUM,
    SIDES,
    SIGNED,
    STREAMS,
)
from advosim.world.compile import compiled, inlined

_KEYS = np.array([stream(f"citizens.{name}") for name in STREAMS], np.uint64)
_CALL_SIGN, _TIME_SIGN = STREAMS.index("call_to_sign"), STREAMS.index("time_to_sign")
_CALL_MARCH, _TIME_MARCH = STREAMS.index("call_to_march"), STREAMS.index("time_to_march")
_CALL_SHUN, _TIME_SHUN = STREAMS.index("call_to_boycott"), STREAMS.index("time_to_boycott")
_CALL_BACK, _TIME_BACK = STREAMS.index("call_to_back"), STREAMS.index("time_to_back")
_ZERO, _ONE, _SOMEBODY = F(0.0), F(1.0), np.int32(1)
_LN2 = np.float64(0.6931471805599453)
"""The natural logarithm of 2: of half-lives."""
_SIGN_CALL, _MARCH_CALL, SHUN_CALL, _BACK_CALL, ANY_CALL = (np.uint16(bits) for bits in (1, 4, 16, 64, 1365))
"""Bits of the calls that a citizen hears for a side; those against lie one higher, those of further rights two."""
_RIGHTS = len(POPULAR)
EXTREME = F(0.7)
"""Attitudes beyond it count as extreme for officials (convention)."""


# ---------------------------------------------------------------- the rules of one citizen


@compiled
def backfire(grievance, injustice, rule):
    """Grievance after the week's news of injustice.

    Grievance = .9 grievance + .5 injustice, for the aware who learn of last week's repression of peaceful acts, with
    chance .5 `media_freedom` + .5 foreign channels (see `spillover`), and .3 more for those online. Hess & Martin 2006;
    Sutton et al. 2014.
    """
    return rule.keep * grievance + rule.gain * injustice


@inlined
def awareness(aware, missed, friends, contacts, missed_friend, luck, forgotten, rule):
    """Whether a citizen is aware of an issue after the week.

    Misses it with chance (1 - .5 agenda x diet of mass media)(1 - chance to hear a campaign) .85^(friends who talk)
    .95^(contacts who talk); only talkers transmit. Forgets with a half-life of 8 weeks. missed: chance to miss agenda
    and campaigns; missed_friend: to miss what one friend tells, more where social media are shut down; forgotten:
    whether he forgot what he knew. Centola & Macy 2007.
    """
    miss = missed * power32(missed_friend, friends) * power32(rule.missed_online, contacts)
    return (aware and not forgotten) or luck >= miss


@compiled
def weight_of(pull, interest, talk_share, rule):
    """The weight of an issue on a mind, e^(S + u + min(1, 4 share of talking neighbours) + stake).

    pull: e^S; interest: e^(u + stake).
    """
    return pull * interest * exp32(min(rule.talk_cap, rule.by_talk * talk_share))


@compiled
def salience(before, weight, total, rule):
    """A share of mind, against the rest of life.

    Weight of an issue that one is aware of w = e^(S + u + min(1, 4 x share of neighbours who talk) + stake), u of sd
    .7; z += .3 (w / (30 + sum of w) - z). Jones & Baumgartner 2005.
    """
    return before + rule.rate * (weight / (rule.rest_of_life + total) - before)


@compiled
def persuasion(attitude, strength, direction, fit, rule):
    """The step that a message heard adds: .03 x credibility x direction x framed strength x (1 - abs x)."""
    return rule.rate * strength * fit * direction * (_ONE - abs(attitude))


@compiled
def backlash(step, strength, fit, own_side, luck, rule):
    """The step that a message heard adds, turned round where it clashes.

    With chance .1 the step of a message is turned round where it comes from the other side, in a frame that does not
    fit, and from a source of credibility below .5. Criticism in a campaign lowers its reach by .2, raises its members'
    lapse by 1 and lowers what the same team gets by lobbying and its weight at a table by .3 x the most hostile of its
    campaigns in that week. Bail et al. 2018; Wood & Porter 2019.
    """
    turned = (not own_side) & (fit < _ONE) & (strength < rule.distrust) & (luck < rule.chance)
    return -step if turned else step


@compiled
def framed(value, frames, gain):
    """How much a frame adds to a message: 1 + gain (weight of the frame x number of frames - 1), never below 0."""
    return max(_ZERO, _ONE + gain * (F(frames) * value - _ONE))


@compiled
def education(anchor, lesson, direction, rule):
    """The step that a lesson heard adds to the anchor, less near the ends.

    Anchor += .03 x credibility of the lesson x direction x (1 - |anchor|), if heard; half of what was learned is gone
    after 52 weeks. Kalla & Broockman 2018.
    """
    return rule.rate * lesson * direction * (_ONE - abs(anchor))


@compiled
def unlearning(anchor, upbringing, rate):
    """The step by which an anchor returns; rate: share of the way in a week."""
    return rate * (upbringing - anchor)


@compiled
def influence(talkers, distance, rule):
    """The step toward talking neighbours within bounded confidence: .05 min(talkers / 3, 1) x mean distance.

    talkers: neighbours who talk and stand within epsilon; distance: sum of their attitudes minus mine.
    Hegselmann & Krause 2002; Friedkin & Johnsen 1990 with `anchoring`.
    """
    return rule.rate * min(F(talkers) / rule.enough, _ONE) * (distance / F(max(talkers, _SOMEBODY)))


@compiled
def anchoring(attitude, anchor, rate):
    """The step back to one's anchor: the only relaxation; rate: share of the way in a week, 1 - 2^(-1/half-life)."""
    return rate * (anchor - attitude)


@compiled
def noticing(salience_, rule):
    """z / (z + .1): how far an issue on one's mind turns into motive."""
    return salience_ / (salience_ + rule.half_salience)


@compiled
def motive(gap, noticed, alarm, rule):
    """Distance from policy on a salient issue moves people.

    M = |x - y| z/(z + .1), times 1 + .5 min(|E/F|, 1) on the side that is losing. Schattschneider 1960.
    """
    return gap * noticed * alarm


@compiled
def expression(aware, motive_, fear, share, threshold, rule):
    """Whether a citizen talks in the open.

    Talks if aware and M - .25 R x risk aversion x (1 - share of talking neighbours on one's side) > own threshold, .35
    e^(.5 N(0, 1)). Who would talk but for the fear counts as silenced. Noelle-Neumann 1974.
    """
    return aware and motive_ - fear * (_ONE - share) > threshold


@compiled
def sanction(repression, past_turnout, called, rule):
    """Risk of marching, R (1 - e^(-2.3 x .001 R / expected crowd)): the larger the crowd, the safer. What police can
    match grows with the setting. Epstein 2002; Davenport & Inman 2012.
    """
    crowd = max(rule.crowd_by_past * past_turnout, max(rule.crowd_by_call * called, rule.crowd_least))
    return repression * (1.0 - exp(-rule.deterrence * rule.force * repression / crowd))


@compiled
def participation(motive_, efficacy, grievance, noticed, company, called, cost, risk, fatigue, threshold, rule):
    """Whether a citizen acts. Company (0..1), cost and fatigue are 0 for petitions.

    Who is aware and called, or remembers at least max(1, .02 x neighbours) acting neighbours (memory .7 a week), and
    has time (signing .35, marching .2) acts if M (.6 + efficacy + .8 (1 - `openness`)) + .7 min(grievance, 1) z/(z +
    .1) + .12 if called - .6 risk aversion x risk > own threshold, .4 e^(.5 N(0, 1)). A march adds .45 x company, min(1,
    remembered acting neighbours / 1.5), and takes .3 (1 + .25 `assembly_cost`) and .2 fatigue (fatigue = .95 fatigue +
    marched). Risk of signing is .1 R; of marching R (1 - e^(-2.3 x .001 R / expected crowd)) + R x dread
    (`intimidation`), the crowd being the largest of .6 last turnout, .03 of those called and .0001. One signature per
    petition. Granovetter 1978; Epstein 2002; Centola & Macy 2007; Eisinger 1973; Davenport & Inman 2012.
    """
    drive = motive_ * (rule.by_efficacy + efficacy) + rule.by_grievance * min(grievance, _ONE) * noticed
    drive = drive + rule.solidarity * company + rule.by_call * called
    return drive - cost - rule.by_risk * risk - rule.by_fatigue * fatigue > threshold


@compiled
def company(acting, degree, rule):
    """min(1, remembered acting neighbours / 1.5): a number and not a share of neighbours, so that more contacts mean
    more company. Centola & Macy 2007; Enikolopov, Makarin & Petrova 2020.
    """
    return min(_ONE, acting / rule.enough)


@compiled
def membership(member, called, acted, luck, rule):
    """1: joins who called; -1: lapses; 0: stays as he is.

    A free citizen who followed a call joins the caller with chance .02 (of several callers one by effort); a member
    whose organisation called his side and who stayed idle leaves with chance .005. Klandermans 1997.
    """
    if member < 0:
        return 1 if called and acted and luck < rule.join else 0
    return -1 if called and not acted and luck < rule.lapse else 0


# ---------------------------------------------------------------- circumstances


@compiled
def weekly(half_life):
    """The share that goes in a week: 1 - 2^(-1/half-life)."""
    return 1.0 - exp(-_LN2 / half_life)


@compiled
def circumstances(now, arena, talk, people):
    """What holds for all citizens of a block on an issue, put into single precision for the kernel."""
    polities, issues, publics, districts = arena.polities, arena.issues, arena.publics, arena.districts
    blocks, here, rule = people.blocks, people.circumstances, now.rules[0]
    seed, week = now.clock[0].seed, now.clock[0].week
    keys = np.empty(_KEYS.size, np.uint64)
    for s in range(_KEYS.size):
        keys[s] = key(seed, week, _KEYS[s])
    for b in range(blocks.size):
        p, q = blocks[b].polity, blocks[b].public
        for m in range(issues.shape[1]):
            cell = here[b, m]
            for s in range(_KEYS.size):
                cell.key[s] = pair(keys[s], issues[p, m].key)
            _what_is_heard(cell, rule, issues[p, m], publics[q], talk.reach[q, 0, m], talk.reach[q, 1, m])
            _what_presses(cell, rule, polities[p], issues[p, m])
            _what_is_collected(cell, arena.ballots, p, m)
            _what_competes(cell, rule.framing, talk.circulation[q, m])
            home = districts[blocks[b].district]
            if home.governed and rule.municipalities.on:
                felt = rule.municipalities.felt
                cell.policy = F((1.0 - felt) * issues[p, m].policy + felt * home.policy[m])


@compiled
def _what_is_heard(now, rule, issue, public, offline, online):
    agenda = rule.awareness.by_agenda * issue.agenda * public.diet[1]
    now.missed[0] = F((1.0 - agenda) * (1.0 - offline.exposure))
    now.missed[1] = F((1.0 - agenda) * (1.0 - online.exposure))
    for on in range(2):
        cell = online if on else offline
        for side in range(SIDES):
            now.heard[on, side] = F(cell.heard[side])
            now.strength[on, side] = F(cell.strength[side])
            now.frame[on, side] = np.int32(cell.frame[side])
            now.taught[on, side] = F(cell.taught[side])
            now.lesson[on, side] = F(cell.lesson[side])
            now.sign[on, side] = F(cell.sign[side])
            now.march[on, side] = F(cell.march[side])
            now.shun[on, side] = F(cell.shun[side])
            for kind in range(_RIGHTS):
                now.back[on, kind, side] = F(cell.back[kind, side])


@compiled
def _what_is_collected(now, ballots, p, m):
    """Which signatures are collected, and which marks of citizens stay: those of what is open."""
    now.ballots = False
    now.keeps = AWARE
    for side in range(SIDES):
        if now.collecting[side]:
            now.keeps = np.uint8(now.keeps | np.uint8(SIGNED << np.uint8(side)))
        for kind in range(_RIGHTS):
            row = ballots[p, 0, RECALL_SLOT] if kind == RECALL else ballots[p, m, kind + 1 if kind else side]
            here = row.phase == COLLECTING and (kind != REFERENDUM or row.side == side)
            now.open[kind, side] = here
            now.ballots = now.ballots or here
            if here:
                now.keeps = np.uint8(now.keeps | BACKED[kind, side])


@compiled
def contested(own, other, rule):
    """The factor of a side's messages beside the other side's frame: 1 for a frame as strong, falling to -.05 for one
    that is beaten, where the other is 1.5 times as strong. Strong frames win over loud ones: Chong & Druckman 2007.
    """
    if other <= own:
        return 1.0
    if other >= rule.beaten_by * own:
        return -rule.backfire
    return max(-rule.backfire, (rule.beaten_by - other / own) / (rule.beaten_by - 1.0))


@compiled
def _what_competes(now, rule, strengths):
    """A frame counts less beside a stronger one; from 1.5 times its strength on it takes a small step backward."""
    for side in range(SIDES):
        now.verdict[side] = F(contested(strengths[side], strengths[1 - side], rule)) if rule.on else _ONE
    now.shift = F(rule.shift) if rule.on else _ZERO


@compiled
def _what_presses(now, rule, home, issue):
    now.policy = F(issue.policy)
    now.pull = F(exp(issue.attention))
    now.injustice = F(issue.injustice)
    told = rule.backfire.by_media * home.media_freedom + rule.backfire.foreign * home.foreign_channels
    now.exposed[0] = F(told)
    now.exposed[1] = F(told + rule.backfire.online)
    watched = home.surveillance if rule.platform_control.on else 0.0
    now.fear[0] = F(rule.expression.fear * home.repression)
    now.fear[1] = F(rule.expression.fear * home.repression * (1.0 + rule.platform_control.silence * watched))
    seen = rule.platform_control.exposure * watched
    now.sanction_signing[0] = F(rule.participation.risk_of_signing * home.repression)
    now.sanction_signing[1] = F(min(1.0, rule.participation.risk_of_signing + seen) * home.repression)
    silent = home.shutdown and rule.platform_control.on
    louder = rule.platform_control.to_friends if silent else 1.0
    now.friends = F(exp(louder * log(max(rule.awareness.missed_face_to_face, 1e-9))))
    now.forgets = F(weekly(rule.awareness.half_life))
    now.relaxes = F(weekly(rule.anchoring.half_life))
    now.unlearns = F(weekly(rule.education.half_life))
    now.frame_gain = F(rule.framing.gain) if rule.framing.on else _ZERO
    now.cost = F(rule.participation.cost_of_march * (1.0 + rule.participation.by_assembly_cost * home.assembly_cost))
    threat = min(abs(issue.pressure) / issue.friction, 1.0)
    # Who finds offices shut has only the street: Eisinger 1973; Kitschelt 1986.
    needed = rule.participation.by_need * (1.0 - home.openness)
    for side in range(SIDES):
        losing = issue.pressure < 0.0 if side == 0 else issue.pressure > 0.0
        now.alarm[side] = F(1.0 + rule.motive.alarm * threat) if losing else _ONE
        now.efficacy[side] = F(issue.efficacy[side] + needed)
        risk = sanction(home.repression, issue.marched[side], issue.called[side], rule.participation)
        now.sanction[side] = F(min(1.0, risk + home.repression * issue.dread[side]))
        now.collecting[side] = issue.collecting[side]


# ---------------------------------------------------------------- calls


@compiled
def is_called(calls, call, chance, k, number, side):
    """Whether a citizen is called: by the organisation that he is a member of, or by chance."""
    return calls & (call << np.uint16(side)) != 0 or (chance > _ZERO and draw(k, number) < chance)


class Asked(NamedTuple):
    """A citizen who may act on an issue, as the rules below take him."""

    drive: np.float32
    noticed: np.float32
    company: np.float32
    grievance: np.float32
    fatigue: np.float32
    aversion: np.float32
    """To risk, 0..1."""
    threshold: np.float32
    calls: np.uint16
    """Of his organisation, as bits."""
    carried: bool
    """Along by neighbours who act."""
    on: int
    """1 if online, else 0."""
    side: int
    number: int
    """His own among all citizens, by which luck is drawn."""


@compiled
def shuns(he, now, participation_rule, rule):
    """Whether a citizen who is called stays away from a firm this week: like signing, at a small cost and no risk."""
    on, side, number = he.on, he.side, he.number
    called = is_called(he.calls, SHUN_CALL, now.shun[on, side], now.key[_CALL_SHUN], number, side)
    if not called or draw(now.key[_TIME_SHUN], number) >= rule.available:
        return False
    return participation(
        he.drive, now.efficacy[side], he.grievance, he.noticed, _ZERO, _ONE, rule.cost, _ZERO, _ZERO, he.threshold,
        participation_rule,
    )  # fmt: skip


@compiled
def backs(he, kind, now, rule):
    """Whether a citizen who is asked signs for a ballot this week: as under a petition. kind: of POPULAR."""
    on, side, call = he.on, he.side, _BACK_CALL << np.uint16(SIDES * kind)
    draw_of = np.int64(SIDES * _RIGHTS) * he.number + SIDES * kind + side
    called = is_called(he.calls, call, now.back[on, kind, side], now.key[_CALL_BACK], draw_of, side)
    if not called or draw(now.key[_TIME_BACK], draw_of) >= rule.available_to_sign:
        return False
    return participation(
        he.drive, now.efficacy[side], he.grievance, he.noticed, _ZERO, _ONE, _ZERO,
        he.aversion * now.sanction_signing[on], _ZERO, he.threshold, rule,
    )  # fmt: skip


@compiled
def take_part(he, signed, now, rule):
    """Whether a citizen signs and marches on an issue, and which call he followed: 0 or a place in CALLS."""
    on, side, number = he.on, he.side, he.number
    signs = marches = False
    followed = 0
    if now.collecting[side] and not signed:
        called = is_called(he.calls, _SIGN_CALL, now.sign[on, side], now.key[_CALL_SIGN], number, side)
        if (called or he.carried) and draw(now.key[_TIME_SIGN], number) < rule.available_to_sign:
            signs = participation(
                he.drive, now.efficacy[side], he.grievance, he.noticed, _ZERO, _ONE if called else _ZERO, _ZERO,
                he.aversion * now.sanction_signing[on], _ZERO, he.threshold, rule,
            )  # fmt: skip
            if signs and called:
                followed = CALL_SIGN
    called = is_called(he.calls, _MARCH_CALL, now.march[on, side], now.key[_CALL_MARCH], number, side)
    if (called or he.carried) and draw(now.key[_TIME_MARCH], number) < rule.available_to_march:
        marches = participation(
            he.drive, now.efficacy[side], he.grievance, he.noticed, he.company, _ONE if called else _ZERO, now.cost,
            he.aversion * now.sanction[side], he.fatigue, he.threshold, rule,
        )  # fmt: skip
        if marches and called:
            followed = CALL_SHOW_UP
    return signs, marches, followed


@compiled
def caller_of(campaigns, tactics, polity, issue, side, call, u):
    """Whom someone joins whose call was followed: one of those that called, by effort; of allies, who is credited."""
    total = 0.0
    for c in range(campaigns.size):
        if _calls(campaigns[c], tactics, polity, issue, side, call):
            total += campaigns[c].effort
    left = np.float64(u) * total
    for c in range(campaigns.size):
        if _calls(campaigns[c], tactics, polity, issue, side, call):
            left -= campaigns[c].effort
            if left < 0.0:
                return campaigns[c].credited
    return -1


@compiled
def _calls(campaign, tactics, polity, issue, side, call):
    if campaign.weeks_left == 0 or campaign.age < 0 or not campaign.calling or campaign.effort <= 0.0:
        return False
    here = campaign.polity == polity and campaign.issue == issue and campaign.side == side
    return here and tactics[campaign.tactic].call == call


# ---------------------------------------------------------------- the count


@compiled
def count(now, arena, teams, people):
    """Sum the blocks in their order, so that the result is the same however they were shared out."""
    polities, issues, publics, districts = arena.polities, arena.issues, arena.publics, arena.districts
    views, local_views, organisations = arena.views, arena.local_views, teams.organisations
    blocks, tally, enrolled = people.blocks, people.tally, people.enrolled
    if now.clock[0].week % QUARTER == 0:
        _count_values(publics, blocks, people.citizens.values)
    for o in range(organisations.size):
        organisations[o].members = 0
        for b in range(blocks.size):
            organisations[o].members += enrolled[b, o]
    for p in range(polities.size):
        for m in range(issues.shape[1]):
            _sum_up(p, m, polities[p], issues[p, m], blocks, tally)
    for q in range(publics.size):
        for m in range(issues.shape[1]):
            _clear_view(views[q, m])
    for d in range(districts.size):
        for m in range(issues.shape[1]):
            _clear_view(local_views[d, m])
    for b in range(blocks.size):
        for m in range(issues.shape[1]):
            _add_view(views[blocks[b].public, m], tally[b, m], publics[blocks[b].public].citizens)
            _add_view(local_views[blocks[b].district, m], tally[b, m], districts[blocks[b].district].citizens)


@compiled
def _count_values(publics, blocks, values):
    """What publics value by now: the mean weights of frames among their members."""
    for q in range(publics.size):
        publics[q].values[:] = 0.0
    for b in range(blocks.size):
        public = publics[blocks[b].public]
        people = np.float64(public.citizens)
        for f in range(values.shape[0]):
            total = public.values[f]
            for i in range(blocks[b].first, blocks[b].last):
                total += np.float64(values[f, i]) / people
            public.values[f] = total


@compiled
def _sum_up(p, m, home, issue, blocks, tally):
    support = aware = talking = expressed = silenced = 0
    salience_sum = attitude_sum = squares = gap = grievance = 0.0
    signed, marched = np.zeros(SIDES), np.zeros(SIDES)
    boycotted, extreme = np.zeros(SIDES), np.zeros(SIDES)
    backed = np.zeros((_RIGHTS, SIDES))
    side_sum = np.zeros(SIDES)
    for b in range(blocks.size):
        if blocks[b].polity != p:
            continue
        row = tally[b, m]
        support += row.support
        aware += row.aware
        talking += row.talking
        expressed += row.expressed
        silenced += row.silenced
        salience_sum += row.salience
        attitude_sum += row.attitude
        squares += row.attitude_squared
        gap += row.gap
        grievance += row.grievance
        for side in range(SIDES):
            signed[side] += row.signed[side]
            marched[side] += row.marched[side]
            boycotted[side] += row.boycotted[side]
            extreme[side] += row.extreme[side]
            for kind in range(_RIGHTS):
                backed[kind, side] += row.backed[kind, side]
            side_sum[side] += row.side_sum[side]
    n = float(home.citizens)
    issue.support = support / n
    issue.aware = aware / n
    issue.talking = talking / n
    issue.expressed = expressed / n
    issue.silenced = silenced / n
    issue.salience = salience_sum / n
    issue.attitude = attitude_sum / n
    issue.attitude_sd = np.sqrt(max(0.0, squares / n - issue.attitude * issue.attitude))
    issue.gap = gap / salience_sum if salience_sum > 0.0 else 0.0
    home.grievance = grievance / n
    sizes = (float(support), n - float(support))
    for side in range(SIDES):
        issue.signed[side] = signed[side] / n
        issue.marched[side] = marched[side] / n
        issue.boycotted[side] = boycotted[side] / n
        for kind in range(_RIGHTS):
            issue.backed[kind, side] = backed[kind, side] / n
        issue.extreme[side] = extreme[side] / marched[side] if marched[side] > 0.0 else 0.0
        if not issue.collecting[side]:
            issue.collected[side] = 0.0
            issue.replied[side] = False
        issue.collected[side] += issue.signed[side]
        issue.side_mean[side] = side_sum[side] / sizes[side] if sizes[side] > 0.0 else issue.policy


@compiled
def _clear_view(view):
    view.support = 0.0
    view.aware = 0.0
    view.salience = 0.0
    view.signed = 0.0
    view.marched = 0.0
    view.boycotted = 0.0


@compiled
def _add_view(view, row, people):
    view.support += row.support / people
    view.aware += row.aware / people
    view.salience += row.salience / people
    view.signed += (row.signed[0] + row.signed[1]) / people
    view.marched += (row.marched[0] + row.marched[1]) / people
    view.boycotted += (row.boycotted[0] + row.boycotted[1]) / people
