"""Phase 6 for all citizens: how the rules of `citizens` go over everybody.

Citizens read what their neighbours wrote (`word_of_mouth`), a village at a time. Then chunks of them, of one village
and one block (citizens of one polity, district and public), go through passes, each a short loop over columns that lie
in cache, in which one rule of `citizens` is written for one of them, and without branches, so that the compiler takes
several at once. The few whom a message reaches, who are called, or carried along by neighbours, decide one by one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from advosim.mechanisms.citizens import (
    ANY_CALL,
    EXTREME,
    SHUN_CALL,
    Asked,
    anchoring,
    awareness,
    backfire,
    backlash,
    backs,
    caller_of,
    company,
    education,
    expression,
    framed,
    influence,
    membership,
    motive,
    noticing,
    persuasion,
    salience,
    shuns,
    take_part,
    unlearning,
    weight_of,
)
from advosim.mechanisms.word_of_mouth import (
    MOST,
    OPENED,
    SIGHT,
    SIZE,
    attitude_of,
    last_week,
    look,
    look_round,
    mail_for,
    read,
    talkers,
    word_of,
    write,
)
from advosim.world.chance import F, U, draw, draws
from advosim.world.codes import (
    AWARE,
    BACKED,
    CALL_BUY_NOT,
    CALL_SIGN,
    MARCHES,
    ONLINE,
    POPULAR,
    RECALL,
    SIDES,
    SIGNED,
    STREAMS,
    TALKS,
)
from advosim.world.compile import compiled, inlined
from advosim.world.rows import table

STRIP = 128
"""Citizens whose numbers are laid out at once to be summed up: few enough to stay in the first cache."""
_FORGOTTEN = np.uint8(~AWARE)
_NO, _YES = np.uint8(0), np.uint8(1)
_ZERO, _ONE = F(0.0), F(1.0)
_0, _I1 = np.int32(0), np.int32(1)
_FEW, _MANY, _ALL = np.uint32(0xF), np.uint32(0xFF), np.uint32(0xFFFFFFFF)
_RIGHTS = len(POPULAR)
_BACKFIRE, _AWARENESS, _FORGETTING = (STREAMS.index(name) for name in ("backfire", "awareness", "forgetting"))
_PERSUASION, _BACKLASH, _EDUCATION = (STREAMS.index(name) for name in ("persuasion", "backlash", "education"))
_CALL_SIGN, _CALL_MARCH, _CALL_SHUN, _CALL_BACK = (
    STREAMS.index(f"call_to_{act}") for act in ("sign", "march", "boycott", "back")
)
_TIME_SIGN, _TIME_MARCH, _TIME_SHUN, _TIME_BACK = (
    STREAMS.index(f"time_to_{act}") for act in ("sign", "march", "boycott", "back")
)
_JOIN, _LAPSE = STREAMS.index("join"), STREAMS.index("lapse")

MINDS = table(
    ("citizens", "i8", "in the chunk"),
    ("number", "i8", "founding number of the first"),
    ("total", "f4", (SIZE,), "weight of all issues"),
    ("injustice", "f4", (SIZE,), "learned of this week"),
    ("luck", "f4", (SIZE,), "0..1, draws"),
    ("chance", "f4", (SIZE,), "0..1, draws"),
    ("marks", "u1", (SIZE,), "who is meant"),
    ("few", "u2", (SIZE,), "which of the chunk they are"),
    ("steps", "f4", (SIZE,), "of the attitude, by messages"),
    ("taught", "f4", (SIZE,), "step of the anchor"),
    ("attitude", "f4", (SIZE,), "-1..1, this week's"),
    ("pro", "u1", (SIZE,), "whether it is above the policy"),
    ("drive", "f4", (SIZE,), "motive"),
    ("noticed", "f4", (SIZE,), "0..1"),
    ("talks", "u1", (SIZE,), "whether he does"),
    ("silenced", "u1", (SIZE,), "whether he would, but for fear"),
    ("members", "i8", "of organisations, in the chunk"),
    ("member", "u2", (SIZE,), "which of the chunk they are"),
    ("bound", "u1", (SIZE,), "whether an organisation that calls has him as a member"),
    ("asked", "u1", (SIZE,), "whether he may act on this issue"),
    ("called", "u1", (SIZE,), "whether his organisation called"),
    ("acted", "u1", (SIZE,), "whether he signed, marched, stayed away or backed a ballot"),
    ("marched", "u1", (SIZE,), "whether he marched"),
    ("joining", "i8", "citizens who join an organisation"),
    ("joins", "i2", (SIZE,), "row of organisations, -1 for none"),
)
"""What goes on in a chunk of citizens in a week."""


SUMMANDS = table(
    ("salience", "f8", (STRIP,), "share of mind"),
    ("grievance", "f8", (STRIP,), ">= 0"),
    ("attitude", "f8", (STRIP,), "-1..1"),
    ("square", "f8", (STRIP,), "of it"),
    ("above", "f8", (STRIP,), "the attitude of who is for the reform, else 0"),
    ("below", "f8", (STRIP,), "of who is against it, else 0"),
    ("gap", "f8", (STRIP,), "distance from policy, by salience"),
)
"""What is summed over citizens, of a strip of a chunk."""


class Person(NamedTuple):
    """Columns of a chunk that are the same on all issues."""

    grievance: Any
    fatigue: Any
    risk: Any
    act_threshold: Any
    member: Any
    circle: Any


class View(NamedTuple):
    """Columns of a chunk on an issue."""

    past: Any
    present: Any
    own: Any
    recalls: Any
    """`own` on the first issue, where the marks of a recall stand."""
    memory: Any


class Notes(NamedTuple):
    """Room for what goes on in a village and in a chunk: of letters, by issue, in all, and to be summed."""

    opened: Any
    sights: Any
    minds: Any
    summands: Any


class Call(NamedTuple):
    """A call to a chunk of citizens, and who of them has time."""

    reaches: np.uint64
    """Key of the draws of whom it reaches."""
    has_time: np.uint64
    first: int
    """Number of the first citizen in the draws."""
    step: int
    """How far that of the next one lies from it."""
    available: np.float32
    """0..1, share of those who have time."""


class Callers(NamedTuple):
    """Who calls on an issue of a polity."""

    organisations: Any
    campaigns: Any
    tactics: Any
    polity: int
    issue: int


# ---------------------------------------------------------------- learn and attend


@compiled
def learn_of_injustice(word, own, here, minds):
    """What those who are aware of an issue hear of injustice."""
    luck, injustice = minds.luck, minds.injustice
    exposed0, exposed1, done = here.exposed[0], here.exposed[1], here.injustice
    draws(here.key[_BACKFIRE], minds.number, 1, minds.citizens, luck)
    for j in range(U(own.size)):
        reached = luck[j] < (exposed1 if word[j] & ONLINE else exposed0)
        injustice[j] += done if own[j] & AWARE != 0 and reached else _ZERO


@inlined
def _notice(most, word, own, here, rule, sight, minds):
    luck, lapse, friends, contacts = minds.luck, minds.chance, sight.friends, sight.contacts
    missed0, missed1, friend, forgets = here.missed[0], here.missed[1], here.friends, here.forgets
    for j in range(U(own.size)):
        # All is loaded first: a load under a condition would keep the loop from being vectorised.
        known, w, lucky, lapsed = own[j], word[j], luck[j], lapse[j] < forgets
        # By `most`, which changes no number, the compiler knows how many steps a power has.
        by_friends, by_contacts = np.uint32(friends[j]) & most, np.uint32(contacts[j]) & most
        was = known & AWARE != 0
        missed = missed1 if w & ONLINE else missed0
        aware = awareness(was, missed, by_friends, by_contacts, friend, lucky, was and lapsed, rule)
        rest = np.uint8(known & _FORGOTTEN)
        own[j] = np.uint8(rest | AWARE) if aware else rest


@compiled
def notice(most, word, own, here, rule, sight, minds):
    """Who is aware of an issue. most: bits that are set in anybody's number of talking friends, or of contacts."""
    draws(here.key[_AWARENESS], minds.number, 1, minds.citizens, minds.luck)
    draws(here.key[_FORGETTING], minds.number, 1, minds.citizens, minds.chance)
    # Counts that are known to be small take a power by few steps, and without a loop.
    if most <= _FEW:
        _notice(_FEW, word, own, here, rule, sight, minds)
    elif most <= _MANY:
        _notice(_MANY, word, own, here, rule, sight, minds)
    else:
        _notice(_ALL, word, own, here, rule, sight, minds)


@compiled
def attend(own, circle, interest, here, rule, sight, minds):
    """What weight an issue has on the minds of those who are aware of it."""
    friends, contacts, weight, total, pull = sight.friends, sight.contacts, sight.weight, minds.total, here.pull
    for j in range(U(own.size)):
        share = F(np.int32(friends[j] + contacts[j])) / F(max(circle[j], _I1))
        heavy = weight_of(pull, interest[j], share, rule)
        heavy = heavy if own[j] & AWARE != 0 else _ZERO
        weight[j] = heavy
        total[j] += heavy


@compiled
def grieve(grievance, minds, rule):
    """Injustice learned of becomes grievance."""
    injustice = minds.injustice
    for j in range(U(grievance.size)):
        grievance[j] = backfire(grievance[j], injustice[j], rule)


# ---------------------------------------------------------------- hear and judge


@compiled
def hear(side, i, word, values, here, rule, minds):
    """The steps that a side's messages add to the attitudes of those of a chunk, from citizen i on, who hear them."""
    heard0, heard1, luck, marks = here.heard[0, side], here.heard[1, side], minds.luck, minds.marks
    if heard0 <= _ZERO and heard1 <= _ZERO:
        return
    draws(here.key[_PERSUASION], SIDES * minds.number + side, SIDES, minds.citizens, luck)
    for j in range(U(word.size)):
        marks[j] = _YES if luck[j] < (heard1 if word[j] & ONLINE else heard0) else _NO
    for t in range(list_marked(minds)):
        j = U(minds.few[t])
        minds.steps[j] += _taken(side, j, word[j], values[:, i + np.int64(j)], here, rule, minds)


@compiled
def list_marked(minds):
    """Lists who is marked; returns how many are."""
    marks, few, number = minds.marks, minds.few, 0
    # Written for everybody and kept for some: a branch could not be foreseen.
    for j in range(U(minds.citizens)):
        few[number] = np.uint16(j)
        number += np.int64(marks[j])
    return number


@compiled
def _taken(side, j, word, values, here, rule, minds):
    """The step that a message adds which a citizen hears; if its frame fits, he values the frame more from now on."""
    on, x, direction = 1 if word & ONLINE else 0, attitude_of(word), _ONE if side == 0 else -_ONE
    frame, strength = here.frame[on, side], here.strength[on, side]
    fit = framed(values[frame], values.size, here.frame_gain) if frame >= 0 else _ONE
    step = here.verdict[side] * persuasion(x, strength, direction, fit, rule.persuasion)
    if rule.backlash.on:
        luck = draw(here.key[_BACKLASH], SIDES * (minds.number + np.int64(j)) + side)
        step = backlash(step, strength, fit, (x > here.policy) == (side == 0), luck, rule.backlash)
    if here.shift > _ZERO and fit > _ONE:
        for f in range(values.size):
            values[f] = (_ONE - here.shift) * values[f] + (here.shift if frame == f else _ZERO)
    return step


@compiled
def be_taught(word, anchor, upbringing, here, rule, minds):
    """The step of the anchor: what is unlearned, and the lessons of either side."""
    luck, taught, unlearns = minds.luck, minds.taught, here.unlearns
    for j in range(U(anchor.size)):
        taught[j] = unlearning(anchor[j], upbringing[j], unlearns)
    for side in range(SIDES):
        taught0, taught1 = here.taught[0, side], here.taught[1, side]
        if taught0 <= _ZERO and taught1 <= _ZERO:
            continue
        draws(here.key[_EDUCATION], SIDES * minds.number + side, SIDES, minds.citizens, luck)
        lesson0, lesson1, direction = here.lesson[0, side], here.lesson[1, side], _ONE if side == 0 else -_ONE
        for j in range(U(anchor.size)):
            on = word[j] & ONLINE != 0
            more = education(anchor[j], lesson1 if on else lesson0, direction, rule)
            taught[j] += more if luck[j] < (taught1 if on else taught0) else _ZERO


@compiled
def judge(word, anchor, here, rule, sight, minds):
    """The attitude, after messages and talk, and its anchor."""
    steps, taught, attitude, close, distance = minds.steps, minds.taught, minds.attitude, sight.close, sight.distance
    first = U(sight.first)
    influenced, anchored, educated, relaxes = rule.influence.on, rule.anchoring.on, rule.education.on, here.relaxes
    for j in range(U(anchor.size)):
        x, root, step = attitude_of(word[j]), anchor[j], steps[j]
        if influenced:
            step += influence(close[j], distance[first + j], rule.influence)
        if anchored:
            step += anchoring(x, root, relaxes)
        if educated:
            root = min(max(root + taught[j], -_ONE), _ONE)
        anchor[j] = root
        attitude[j] = min(max(x + step, -_ONE), _ONE)


@compiled
def bear_in_mind(on_mind, rule, sight, minds):
    """Share of mind."""
    weight, total = sight.weight, minds.total
    for j in range(U(on_mind.size)):
        on_mind[j] = salience(on_mind[j], weight[j], total[j], rule)


# ---------------------------------------------------------------- want, dare, speak


@compiled
def want(on_mind, here, rule, minds):
    """Motive."""
    attitude, pro, drive, noticed = minds.attitude, minds.pro, minds.drive, minds.noticed
    policy, alarm0, alarm1, moved = here.policy, here.alarm[0], here.alarm[1], rule.on
    for j in range(U(on_mind.size)):
        x = attitude[j]
        above = x > policy
        note = noticing(on_mind[j], rule)
        push = motive(abs(x - policy), note, alarm0 if above else alarm1, rule)
        drive[j] = push if moved else _ZERO
        noticed[j] = note
        pro[j] = _YES if above else _NO


@compiled
def dare(word, own, risk, threshold, here, rule, sight, minds):
    """Who talks, and who is silenced."""
    friends, contacts, alike, drive = sight.friends, sight.contacts, sight.alike, minds.drive
    talks, silenced, speaks = minds.talks, minds.silenced, _YES if rule.on else _NO
    unseen, seen = here.fear[0], here.fear[1]
    for j in range(U(own.size)):
        scared = (seen if word[j] & ONLINE != 0 else unseen) * risk[j]
        aware, push, limit = own[j] & AWARE != 0, drive[j], threshold[j]
        share = F(alike[j]) / F(max(np.int32(friends[j] + contacts[j]), _I1))
        says = expression(aware, push, scared, share, limit, rule)
        mute = aware and not says and push > limit
        talks[j] = speaks if says else _NO
        silenced[j] = speaks if mute else _NO


@compiled
def speak(past, present, own, minds, row):
    """What neighbours can see of a citizen next week, but for marches."""
    attitude, pro, talks, silenced = minds.attitude, minds.pro, minds.talks, minds.silenced
    support, aware, talking, silent, expressed = _0, _0, _0, _0, _0
    for j in range(U(own.size)):
        says = talks[j] != 0
        present[j] = word_of(attitude[j], past[j] & ONLINE != 0, says, False)
        support = np.int32(support + np.int32(pro[j]))
        aware = np.int32(aware + np.int32(own[j] & AWARE))
        talking = np.int32(talking + np.int32(talks[j]))
        silent = np.int32(silent + np.int32(silenced[j]))
        expressed = np.int32(expressed + np.int32(talks[j] & pro[j]))
    row.support += np.int64(support)
    row.aware += np.int64(aware)
    row.talking += np.int64(talking)
    row.silenced += np.int64(silent)
    row.expressed += np.int64(expressed)


# ---------------------------------------------------------------- be called and act


@compiled
def _who_calls(organisations):
    """Marks the organisations that call their members."""
    calls = np.zeros(organisations.size, np.uint8)
    for o in range(organisations.size):
        for m in range(organisations[o].calls.size):
            if organisations[o].calls[m] != 0 and not organisations[o].closed:
                calls[o] = _YES
    return calls


@compiled
def summon(member, calling, minds):
    """Members, and those whom their organisations call. Returns whether any are called."""
    bound, marks, some = minds.bound, minds.marks, False
    for j in range(U(member.size)):
        marks[j] = _YES if member[j] >= 0 else _NO
        bound[j] = _NO
    minds.members = list_marked(minds)
    for t in range(U(minds.members)):
        j = U(minds.few[t])
        minds.member[t] = np.uint16(j)
        if calling[U(member[j])] != 0:
            bound[j] = _YES
            some = True
    return some


@compiled
def remember(own, memory, circle, here, rule, sight, minds):
    """Acting neighbours remembered, and who is carried along by them. Returns whether any may act."""
    marchers, bound, asked = sight.marchers, minds.bound, minds.asked
    keeps, keep, tau, number, first = here.keeps, rule.memory, rule.tau, _0, U(sight.first)
    for j in range(U(own.size)):
        acting = keep * memory[j] + F(marchers[first + j])
        memory[j] = acting
        mine = np.uint8(own[j] & keeps)
        own[j] = mine
        carried = acting >= max(_ONE, tau * F(circle[j])) and mine & AWARE != 0
        may = np.uint8(bound[j] | (_YES if carried else _NO))
        asked[j] = may
        number = np.int32(number + np.int32(may))
    return number > 0


@compiled
def be_called(word, own, here, rule, minds):
    """Whom calls reach by chance who has time. Returns whether they reach anybody."""
    some, key, number, signing = False, here.key, minds.number, rule.participation.available_to_sign
    if here.collecting[0] != 0 or here.collecting[1] != 0:
        call = Call(key[_CALL_SIGN], key[_TIME_SIGN], number, 1, signing)
        some = _ask(call, _chances(here.sign), word, own, minds) or some
    call = Call(key[_CALL_MARCH], key[_TIME_MARCH], number, 1, rule.participation.available_to_march)
    some = _ask(call, _chances(here.march), word, own, minds) or some
    if rule.boycott.on:
        call = Call(key[_CALL_SHUN], key[_TIME_SHUN], number, 1, rule.boycott.available)
        some = _ask(call, _chances(here.shun), word, own, minds) or some
    if here.ballots:
        for kind in range(_RIGHTS):
            for side in range(SIDES):
                if here.open[kind, side]:
                    first = SIDES * (_RIGHTS * number + kind) + side
                    call = Call(key[_CALL_BACK], key[_TIME_BACK], first, SIDES * _RIGHTS, signing)
                    offline, online = here.back[0, kind, side], here.back[1, kind, side]
                    chances = (offline, _ZERO, online, _ZERO) if side == 0 else (_ZERO, offline, _ZERO, online)
                    some = _ask(call, chances, word, own, minds) or some
    return some


@compiled
def _chances(of):
    return of[0, 0], of[0, 1], of[1, 0], of[1, 1]


@compiled
def _ask(call, chances, word, own, minds):
    """Marks whom a call reaches who has time. chances: offline for both sides, then online. Returns whether any are."""
    offline0, offline1, online0, online1 = chances
    if offline0 <= _ZERO and offline1 <= _ZERO and online0 <= _ZERO and online1 <= _ZERO:
        return False
    luck, pro, marks, some = minds.luck, minds.pro, minds.marks, False
    draws(call.reaches, call.first, call.step, minds.citizens, luck)
    for j in range(U(own.size)):
        on, mine, aware = word[j] & ONLINE != 0, pro[j] != 0, own[j] & AWARE != 0
        chance = (online0 if mine else online1) if on else (offline0 if mine else offline1)
        marks[j] = _YES if aware & (luck[j] < chance) else _NO
    for t in range(list_marked(minds)):
        j = U(minds.few[t])
        if draw(call.has_time, call.first + call.step * np.int64(j)) < call.available:
            minds.asked[j] = _YES
            some = True
    return some


@compiled
def act(person, view, callers, here, rule, minds, row):
    """Who is asked signs, marches, stays away or backs a ballot, or does not."""
    m, organisations = callers.issue, callers.organisations
    for j in range(minds.citizens):
        if minds.asked[j] == 0:
            continue
        home = np.int64(person.member[j])
        if home >= 0 and organisations[home].closed:
            home = np.int64(-1)
        side = 0 if minds.pro[j] != 0 else 1
        calls = organisations[home].calls[m] if home >= 0 else np.uint16(0)
        if calls & (ANY_CALL << np.uint16(side)) != 0:
            minds.called[j] = _YES
        if view.own[j] & AWARE == 0 or not rule.participation.on:
            continue
        marches, others, followed = _act(j, calls, person, view, here, rule, minds, row)
        if followed > 0 and home < 0 and minds.joins[j] < 0 and rule.membership.on:
            luck = draw(here.key[_JOIN], minds.number + j)
            if membership(-1, True, True, luck, rule.membership) == 1:
                u = luck / rule.membership.join
                minds.joining += 1
                minds.joins[j] = caller_of(callers.campaigns, callers.tactics, callers.polity, m, side, followed, u)
        if marches or others:
            minds.acted[j] = _YES
            row.expressed += 1 if side == 0 and view.present[j] & TALKS == 0 else 0
        if marches:
            minds.marched[j] = _YES
            view.present[j] = np.uint32(view.present[j] | MARCHES)
            row.marched[side] += 1
            row.extreme[side] += 1 if abs(attitude_of(view.present[j])) > EXTREME else 0


@compiled
def _act(j, calls, person, view, here, rule, minds, row):
    """Whether a citizen marches, whether he does anything else, and which call he followed: 0 or a place in CALLS."""
    number, side, on = minds.number + j, 0 if minds.pro[j] != 0 else 1, 1 if view.past[j] & ONLINE != 0 else 0
    drive, noticed, acting, count = minds.drive[j], minds.noticed[j], view.memory[j], np.int64(person.circle[j])
    carried = acting >= max(_ONE, rule.participation.tau * F(count))
    bit = np.uint8(SIGNED << np.uint8(side))
    he = Asked(
        drive, noticed, company(acting, count, rule.participation), person.grievance[j], person.fatigue[j],
        person.risk[j], person.act_threshold[j], calls, carried, on, side, number,
    )  # fmt: skip
    signs, marches, followed = take_part(he, view.own[j] & bit != 0, here, rule.participation)
    others = signs
    if signs:
        view.own[j] = np.uint8(view.own[j] | bit)
        row.signed[side] += 1
    if rule.boycott.on and (here.shun[on, side] > _ZERO or calls & (SHUN_CALL << np.uint16(side)) != 0):
        if shuns(he, here, rule.participation, rule.boycott):
            others = True
            row.boycotted[side] += 1
            followed = CALL_BUY_NOT if followed == 0 else followed
    if here.ballots:
        backed = False
        for kind in range(_RIGHTS):
            marks = view.recalls if kind == RECALL else view.own
            if not here.open[kind, side] or marks[j] & BACKED[kind, side] != 0:
                continue
            if backs(he, kind, here, rule.participation):
                marks[j] = np.uint8(marks[j] | BACKED[kind, side])
                row.backed[kind, side] += 1
                backed = True
        others = others or backed
        followed = CALL_SIGN if backed and followed == 0 else followed
    return marches, others, followed


@compiled
def tire(fatigue, rule, minds):
    """Who marched grows tired, others recover."""
    keep, marched = rule.fatigue_keep, minds.marched
    for j in range(U(fatigue.size)):
        tired = keep * fatigue[j]
        fatigue[j] = tired + _ONE if marched[j] != 0 else tired


@compiled
def join(member, organisations, here, rule, minds, enrolled):
    """Who joins an organisation and who leaves his; members are counted."""
    for t in range(U(minds.members)):
        j = U(minds.member[t])
        home = np.int64(minds.joins[j])
        if home < 0:
            home = _stay(j, np.int64(member[j]), organisations, here, rule, minds)
        member[j] = home
        if home >= 0:
            enrolled[home] += 1
    if minds.joining == 0:
        return
    for j in range(U(member.size)):
        if member[j] < 0 and minds.joins[j] >= 0:
            member[j] = minds.joins[j]
            enrolled[np.int64(member[j])] += 1


@compiled
def _stay(j, home, organisations, here, rule, minds):
    """The organisation of a member who joins no other: his own, or -1 if he leaves it or it has closed."""
    if organisations[home].closed:
        return np.int64(-1)
    if rule.membership.on:
        luck = draw(here.key[_LAPSE], minds.number + np.int64(j))
        if rule.backlash.on:
            # Hostile content drives members away: the luck that keeps them shrinks.
            luck = luck / F(1.0 + rule.backlash.members * F(organisations[home].hostility))
        if membership(home, minds.called[j] != 0, minds.acted[j] != 0, luck, rule.membership) < 0:
            return np.int64(-1)
    return home


# ---------------------------------------------------------------- count


@compiled
def sum_up(present, on_mind, grievance, here, minds, summands, row):
    """Sums over a chunk, in the order of citizens and in double precision; of grievance for every issue the same."""
    for first in range(0, present.size, STRIP):
        last = min(first + STRIP, present.size)
        words, mind, felt, pro = present[first:last], on_mind[first:last], grievance[first:last], minds.pro[first:last]
        _lay_out(words, mind, felt, pro, np.float64(here.policy), summands)
        _add(last - first, summands, row)


@compiled
def _lay_out(words, on_mind, felt, pro, policy, summands):
    """What is to be summed, of several citizens at once."""
    salient, grievance, attitude, square = summands.salience, summands.grievance, summands.attitude, summands.square
    above, below, gap = summands.above, summands.below, summands.gap
    for j in range(U(words.size)):
        value, mind, mine = np.float64(attitude_of(words[j])), np.float64(on_mind[j]), pro[j] != 0
        salient[j] = mind
        grievance[j] = np.float64(felt[j])
        attitude[j] = value
        square[j] = value * value
        above[j] = value if mine else 0.0
        below[j] = 0.0 if mine else value
        gap[j] = mind * abs(value - policy) / 2.0


@compiled
def _add(number, summands, row):
    """One citizen after the other, since the order tells in the last bits."""
    salient, felt, total, squares, gap = row.salience, row.grievance, row.attitude, row.attitude_squared, row.gap
    above, below = row.side_sum[0], row.side_sum[1]
    for j in range(U(number)):
        salient += summands.salience[j]
        felt += summands.grievance[j]
        total += summands.attitude[j]
        squares += summands.square[j]
        above += summands.above[j]
        below += summands.below[j]
        gap += summands.gap[j]
    row.salience, row.grievance, row.attitude, row.attitude_squared, row.gap = salient, felt, total, squares, gap
    row.side_sum[0], row.side_sum[1] = above, below


# ---------------------------------------------------------------- the week


@compiled
def _clear(tally):
    tally.support = 0
    tally.aware = 0
    tally.talking = 0
    tally.expressed = 0
    tally.silenced = 0
    tally.salience = 0.0
    tally.attitude = 0.0
    tally.attitude_squared = 0.0
    tally.gap = 0.0
    tally.grievance = 0.0
    for side in range(SIDES):
        tally.signed[side] = 0
        tally.marched[side] = 0
        tally.boycotted[side] = 0
        tally.extreme[side] = 0
        tally.side_sum[side] = 0.0
        for kind in range(_RIGHTS):
            tally.backed[kind, side] = 0


@compiled
def citizens(now, teams, people):
    """One week of all citizens."""
    who = talkers(0, people.citizens.circle.size, now, people)
    mail = mail_for(np.array([who.sheets]), people)
    write(0, who, now, people, mail)
    some_citizens(0, people.blocks.size, now, teams, people, mail)


@compiled
def some_citizens(first, last, now, teams, people, mail):
    """One week of the citizens of blocks from `first` on and before `last`, whose letters are written.

    Writes only their own rows, so that ranges can run at once.
    """
    if first == last:
        return
    calling, issues = _who_calls(teams.organisations), people.citizens.own.shape[0]
    notes = Notes(np.empty(1, OPENED), np.empty(issues, SIGHT), np.empty(1, MINDS), np.empty(1, SUMMANDS))
    _live(first, last, now, teams, people, mail, calling, notes)


@compiled
def _visit(village, b, last, now, people, mail, notes):
    """Citizens of a village, which is in blocks from b on and before `last`, read their letters on all issues.

    The letters of others in the village are opened too, under any law, and nobody looks at what they would see.
    """
    words, blocks, epsilon = last_week(now, people), people.blocks, now.rules[0].influence.epsilon
    low, high = SIZE * village, min(SIZE * (village + 1), words.shape[1])
    for m in range(words.shape[0]):
        law, c = notes.sights[m].law, b
        while c < last and blocks[c].first < high:
            law[max(blocks[c].first, low) - low : min(blocks[c].last, high) - low] = people.circumstances[c, m].policy
            c += 1
        read(village, m, words[m, low:high], epsilon, mail, notes.opened[0], notes.sights[m])


@compiled
def _live(first, last, now, teams, people, mail, calling, notes):
    """The week of the citizens of blocks first..last. It makes no arrays, so that numba counts no references to any."""
    sights, minds, summands = notes.sights, notes.minds[0], notes.summands[0]
    blocks, columns, rule, issues = people.blocks, people.citizens, now.rules[0], sights.size
    past, present = last_week(now, people), columns.word[now.clock[0].week % 2]
    village = -1
    for b in range(first, last):
        for m in range(issues):
            _clear(people.tally[b, m])
        people.enrolled[b, :] = 0
        n = blocks[b].first
        while n < blocks[b].last:
            i = n
            if i // SIZE != village:
                village = i // SIZE
                _visit(village, b, last, now, people, mail, notes)
            n = min(SIZE * (village + 1), blocks[b].last)
            grievance, circle = columns.grievance[i:n], columns.circle[i:n]
            _meet(n - i, i - blocks[b].offset, minds)
            crowded = _largest(circle) > MOST
            for m in range(issues):
                here, sight, word, own = people.circumstances[b, m], sights[m], past[m, i:n], columns.own[m, i:n]
                most = look(i - SIZE * village, n - i, sight)
                if crowded:
                    most = _ALL
                    look_round(i, circle, past[m], here.policy, rule.influence.epsilon, columns, sight)
                if here.injustice > _ZERO:
                    learn_of_injustice(word, own, here, minds)
                if rule.awareness.on:
                    notice(most, word, own, here, rule.awareness, sight, minds)
                attend(own, circle, columns.interest[m, i:n], here, rule.salience, sight, minds)
            if rule.backfire.on:
                grieve(grievance, minds, rule.backfire)
            person = Person(
                grievance,
                columns.fatigue[i:n],
                columns.risk[i:n],
                columns.act_threshold[i:n],
                columns.member[i:n],
                circle,
            )
            bound = summon(person.member, calling, minds)
            for m in range(issues):
                here, sight, row, word, own = (
                    people.circumstances[b, m],
                    sights[m],
                    people.tally[b, m],
                    past[m, i:n],
                    columns.own[m, i:n],
                )
                speech, on_mind, memory = present[m, i:n], columns.salience[m, i:n], columns.memory[m, i:n]
                minds.steps[: n - i] = _ZERO
                if rule.persuasion.on:
                    for side in range(SIDES):
                        hear(side, i, word, columns.values, here, rule, minds)
                if rule.education.on:
                    be_taught(word, columns.anchor[m, i:n], columns.upbringing[m, i:n], here, rule.education, minds)
                judge(word, columns.anchor[m, i:n], here, rule, sight, minds)
                if rule.salience.on:
                    bear_in_mind(on_mind, rule.salience, sight, minds)
                want(on_mind, here, rule.motive, minds)
                dare(word, own, person.risk, columns.talk_threshold[i:n], here, rule.expression, sight, minds)
                speak(word, speech, own, minds, row)
                asked = bound
                if rule.participation.on:
                    asked = remember(own, memory, circle, here, rule.participation, sight, minds)
                    asked = be_called(word, own, here, rule, minds) or asked
                else:
                    for j in range(n - i):
                        minds.asked[j] = minds.bound[j]
                if asked:
                    view = View(word, speech, own, columns.own[0, i:n], memory)
                    callers = Callers(teams.organisations, teams.campaigns, teams.tactics, blocks[b].polity, m)
                    act(person, view, callers, here, rule, minds, row)
                sum_up(speech, on_mind, grievance, here, minds, summands, row)
            if rule.participation.on:
                tire(person.fatigue, rule.participation, minds)
            join(person.member, teams.organisations, people.circumstances[b, 0], rule, minds, people.enrolled[b])


@compiled
def _largest(circle):
    most = _0
    for j in range(U(circle.size)):
        most = max(most, circle[j])
    return most


@compiled
def _meet(size, number, minds):
    """A chunk of citizens whose founding numbers begin at `number`, before the week."""
    minds.citizens, minds.number, minds.joining = size, number, 0
    minds.total[:size] = _ZERO
    minds.injustice[:size] = _ZERO
    minds.called[:size] = _NO
    minds.acted[:size] = _NO
    minds.marched[:size] = _NO
    minds.joins[:size] = np.int16(-1)
