"""Phase 7: some protest turns violent, and the government answers what happened in the open."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import active
from advosim.mechanisms.chronicle import note
from advosim.mechanisms.institutions import half_effect, sign
from advosim.world.chance import draw64, key, logistic, pair, stream
from advosim.world.codes import ACCOMMODATE, ANSWERED, ANSWERS, CONSULT, DENY, REPRESS, SIDES, STREET
from advosim.world.compile import compiled

_VIOLENCE = stream("violence")
_REPRESS = stream("response.repress")
_ACCOMMODATE = stream("response.accommodate")
_CONSULT = stream("response.consult")
_DENY = stream("response.deny")
_REPLY = stream("petition.reply")
_MIDDLE = 0.5
"""Of a setting, 0..1: where it moves a government neither way (convention)."""


@compiled
def violence_chance(disruption, force, extreme, rule):
    """s(-1.6 + 1.5 disruption + .6 force + .5 extreme): whether some of a crowd choose violence.

    disruption: 0..1, the most that its campaigns call for; force: weeks of it that the side remembers; extreme: share
    of marchers with an extreme attitude. Della Porta 1995; Davenport 2007; Mass Mobilization: 26% of 15,239.
    """
    logit = rule.readiness + rule.by_disruption * disruption + rule.by_force * force
    return logistic(logit + rule.by_extremes * extreme)


@compiled
def _disruption(p, m, side, tactics, campaigns):
    """The most disruptive of a side's campaigns on the street, 0..1."""
    most = 0.0
    for c in range(campaigns.size):
        campaign = campaigns[c]
        here = campaign.polity == p and campaign.issue == m and campaign.side == side
        if here and active(campaign) and tactics[campaign.tactic].pressure == STREET:
            most = max(most, tactics[campaign.tactic].disruption)
    return most


@compiled
def violence(now, arena, teams):
    """Protest turns violent where disruption is called for, force has provoked, or extremists march.

    A protest that asks for an answer (`response.onset`) is violent with chance s(-1.6 + 1.5 disruption of the most
    disruptive campaign + .6 weeks of force remembered (`intimidation`) + .5 share of extreme marchers). What outlets
    show of it takes .6 of the attention that coverage adds, and is heard next week as a message of strength 4 for the
    other side, by 1 of what mass media reach, in the frame that citizens value most. Wasow 2020; Simpson, Willer &
    Feinberg 2018; Della Porta 1995.
    """
    clock, issues = now.clock, arena.issues
    rule, onset = now.rules[0].violence, now.rules[0].response.onset
    k = key(clock[0].seed, clock[0].week, _VIOLENCE)
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                disruption = _disruption(p, m, side, teams.tactics, teams.campaigns)
                chance = violence_chance(disruption, issue.force[side], issue.extreme[side], rule)
                asked = rule.on and issue.marched[side] >= onset
                issue.violent[side] = asked and draw64(pair(k, side), issue.key) < chance


@compiled
def exposure(media_freedom, foreign_channels, online, rule):
    """The share who would learn of an injustice: .5 media freedom + .5 foreign channels + .3 x those online.

    Sutton, Butcher & Svensson 2014. rule: that of `backfire`, whose parameters are in single precision.
    """
    told = np.float64(rule.by_media) * media_freedom + np.float64(rule.foreign) * foreign_channels
    return min(1.0, told + np.float64(rule.online) * online)


@compiled
def anticipation(exposed, violent, rule):
    """What a government loses of its readiness to use force, in logits.

    Readiness to repress loses 1.0 (exposed - .5) in logits against a peaceful crowd, where exposed = .5 `media_freedom`
    + .5 foreign channels + .3 x those online is the share of citizens who would learn of it; nothing against a violent
    one. Where fewer than half would learn of it force is readier than fitted. Citizens foresee force by their risk of
    marching (`participation`). Below 0 where hardly anybody would learn of it: force is cheap there. Ritter & Conrad
    2016.
    """
    return rule.by_exposure * (exposed - rule.usual) * (1.0 - violent) if rule.on else 0.0


@compiled
def repress_chance(repression, violent, forbearance, rule):
    """s(-1.6 + 1.6 R + 3.0 violence - forbearance), fitted to 9,900 protests of the Mass Mobilization data."""
    return logistic(rule.repress + rule.by_repression * repression + rule.by_violence * violent - forbearance)


@compiled
def accommodate_chance(accommodation, repressed, violent, rule):
    """s(-2.0 - .75 repressed + .6 violence + 2 (accommodation - .5)), fitted to the same data."""
    logit = rule.accommodate + rule.after_repression * repressed + rule.accommodate_violence * violent
    return logistic(logit + rule.by_setting * (accommodation - _MIDDLE))


@compiled
def _answers(rules, home, issue, side, swing, seed, week):
    """Which answers the acts of one side get: a sum of REPRESS, ACCOMMODATE, CONSULT, DENY.

    swing: repression that a government shamed from abroad moves to other issues (`boomerang`).
    """
    rule = rules[0].response
    marched = issue.marched[side] >= rule.onset
    if not marched and issue.signed[side] < rule.onset_of_signing:
        return 0
    own = pair(issue.key, side)
    violent = 1.0 if issue.violent[side] else 0.0
    answers = 0
    force = min(max(home.repression + swing * issue.swing, 0.0), 1.0)
    exposed = exposure(home.media_freedom, home.foreign_channels, home.online, rules[0].backfire)
    forbearance = anticipation(exposed, violent, rules[0].anticipation)
    if marched and draw64(key(seed, week, _REPRESS), own) < repress_chance(force, violent, forbearance, rule):
        answers |= REPRESS
    repressed = 1.0 if answers else 0.0
    if draw64(key(seed, week, _ACCOMMODATE), own) < accommodate_chance(home.accommodation, repressed, violent, rule):
        answers |= ACCOMMODATE
    after = rule.after_repression * repressed
    consult = logistic(rule.consult + after + rule.by_setting * (home.openness - _MIDDLE))
    if draw64(key(seed, week, _CONSULT), own) < consult:
        answers |= CONSULT
    deny = logistic(rule.deny + after - rule.by_setting * (home.accommodation - _MIDDLE))
    if draw64(key(seed, week, _DENY), own) < deny:
        answers |= DENY
    return answers


@compiled
def _owed_reply(rule, home, issue, side, seed, week):
    """A petition above the threshold obliges the government to reply: it consults as far as it is open, else denies."""
    if not rule.on or issue.replied[side] or issue.collected[side] < rule.threshold:
        return 0
    return CONSULT if draw64(key(seed, week, _REPLY), pair(issue.key, side)) < home.openness else DENY


@compiled
def response(now, arena, events):
    """The government answers what happened in the open, by separate choices.

    For protest from .0005 or signatures from .002 of citizens: represses with s(-1.6 + 1.6 R + 3 violent), accommodates
    with s(-2 - .75 repressed + .6 violent + 2 (`accommodation` - .5)), consults with s(-2 - .75 repressed + 2
    (`openness` - .5)), denies with s(-2 - .75 repressed - 2 (`accommodation` - .5)). Repression of a peaceful protest
    is an injustice. Accommodation adds .03 F to the store, never to policy itself, and the government takes back .3 of
    that on its other issues, toward its own ideal; consultation opens doors by .3 for 8 weeks. A government that denied
    speaks in the week after for the other side, in the frame that its citizens value most (`framing`), with the
    credibility of its legitimacy, to .1 of what mass media reach. A petition signed by .02 of the citizens is owed a
    reply: the government consults with chance `openness`, else denies. Hafner-Burton 2008.
    """
    clock, rules = now.clock, now.rules
    polities, issues = arena.polities, arena.issues
    rule = rules[0].response
    swing = rules[0].boomerang.swing if rules[0].boomerang.on else 0.0
    for p in range(issues.shape[0]):
        given = 0.0
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            issue.answers = 0
            issue.injustice = 0.0
            issue.conceded = 0.0
            for side in range(SIDES):
                issue.wronged[side] = False
                issue.denied[side] = False
                issue.struck[side] = False
                if not rule.on:
                    continue
                answers = _answers(rules, polities[p], issue, side, swing, clock[0].seed, clock[0].week)
                if not answers & (CONSULT | DENY):
                    answers |= _owed_reply(rules[0].petition, polities[p], issue, side, clock[0].seed, clock[0].week)
                if answers & (CONSULT | DENY):
                    issue.replied[side] = True
                issue.answers |= answers
                issue.struck[side] = answers & REPRESS != 0
                if answers & REPRESS and not issue.violent[side]:
                    issue.wronged[side] = True
                    issue.injustice = 1.0
                if answers & ACCOMMODATE:
                    issue.conceded += (1.0 if side == 0 else -1.0) * rule.concession * issue.friction
                    given += rule.concession
                if answers & CONSULT:
                    issue.consulting[side] = rule.consult_weeks
                if answers & DENY:
                    issue.denied[side] = True
                for kind in range(len(ANSWERS)):
                    if answers & (1 << kind):
                        size = issue.marched[side] if issue.marched[side] >= rule.onset else issue.signed[side]
                        note(clock, events, ANSWERED + kind, p, m, -1, side, size)
        if given > 0.0:
            _take_back(issues, p, rule.offset * given)


@compiled
def intimidation(now, arena):
    """Force against a side is feared for weeks, and so is violence in its own ranks: dread = .8 dread + .4 struck +
    .25 violent; the setting x dread adds to the risk of marching. Anger is the other half (`backfire`): which of the
    two wins depends on who learns of it. Ritter & Conrad 2016.
    """
    rule, issues = now.rules[0].intimidation, arena.issues
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                struck = 1.0 if issue.struck[side] else 0.0
                unruly = 1.0 if issue.violent[side] else 0.0
                issue.force[side] = rule.keep * issue.force[side] + struck
                fresh = rule.step * struck + rule.by_violence * unruly if rule.on else 0.0
                issue.dread[side] = rule.keep * issue.dread[side] + fresh


@compiled
def loyalty(now, arena):
    """Officials and officers waver when they are ordered against peaceful crowds, more so against large ones.

    Wavering of officials toward a side = .95 wavering + A/(A + .01) where its peaceful protest of size A met force; it
    presses by .1 (1 - `contestation`) of that, within the street's part of `pressure`. Chenoweth & Stephan 2011.
    """
    rule, issues = now.rules[0].loyalty, arena.issues
    for p in range(issues.shape[0]):
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            for side in range(SIDES):
                shaken = half_effect(issue.marched[side], rule.half_crowd) if rule.on and issue.wronged[side] else 0.0
                issue.defection[side] = rule.keep * issue.defection[side] + shaken


@compiled
def _take_back(issues, p, share):
    """What a government gives on some issues it takes back on the others, toward what it wants. Hafner-Burton 2008.

    share: of friction, over all the others, where pressure toward the government's ideal is added.
    """
    others = 0
    for m in range(issues.shape[1]):
        others += 1 if not issues[p, m].answers & ACCOMMODATE else 0
    for m in range(issues.shape[1]):
        issue = issues[p, m]
        if not issue.answers & ACCOMMODATE:
            issue.conceded += sign(issue.ideal + issue.revision - issue.policy) * share / others * issue.friction
