"""Signatures and votes: what a ballot costs and whom it deters, who launches one, how citizens decide.

`direct_democracy.py` has the three rights that use them: initiative, referendum and recall.
"""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.campaigns import right_of
from advosim.mechanisms.chronicle import note
from advosim.world.chance import draw64, key, normal, pair, stream
from advosim.world.codes import (
    ATTITUDE_BITS,
    AWARE,
    BALLOT_LAUNCHED,
    COLLECTING,
    FOR,
    INITIATIVE,
    POPULAR,
    RECALL,
    RECALL_SLOT,
    REFERENDUM,
    VETO_SLOT,
)
from advosim.world.compile import compiled

_GUESS = stream("ballots.guess")
_TURNOUT = stream("ballots.turnout")
_CHOICE = stream("ballots.choice")
_RIGHTS = len(POPULAR)
_BINS = 4096
"""Of attitudes from -1 to 1, by which the median is counted (convention): finer than any law is."""
_REPOLL = 13
"""Weeks after which the median is polled anew."""
MAJORITY_OF_VOTES = 0.5
"""More than half of the votes decide (convention of all popular votes here)."""
_MIDDLE = 0.5
"""Of legitimacy, 0..1: where it speaks neither for nor against the government (convention)."""
PAUSE = 13
"""Weeks after the end of an initiative or recall before its like begins: sponsors need time, and the record room."""


# ---------------------------------------------------------------- whom a ballot deters


@compiled
def challenge_cost(share, window, rule):
    """What a ballot costs its sponsor, in units of position: campaign + price x share x (1 + hurry / window).

    share: signatures needed (0..1 of citizens); window: weeks to collect them in.
    """
    return rule.campaign_cost + rule.signature_price * share * (1.0 + rule.hurry / window)


@compiled
def veto_cost(share, initiative, rule):
    """What a referendum costs its sponsor, in units of position: campaign + price x share.

    There is no draft to work out, and no surcharge for a short window: the law is in the news, and opponents are
    organised since it was debated. initiative, rule: those of `initiative` and `referendum`.
    """
    return rule.campaign_cost + initiative.signature_price * share


@compiled
def deterrence(legislature, median, group, cost):
    """The law that a legislature prefers most among those against which a group gains nothing by an initiative.

    All on one line of positions: what the legislature wants, what the median voter and the group want; cost: what an
    initiative costs the group, in units of position. The group would put forward the draft nearest to itself that the
    median prefers to the law. So a law at distance d from the median is safe up to |g - v| + c on the group's side,
    where the group can win no more than its own ideal; and up to max(c / 2, c - |g - v|) on the other, where the draft
    may lie as far beyond the median as the law does on this side. Gerber 1996; Romer & Rosenthal 1979.
    """
    apart = abs(group - median)
    near, far = apart + cost, max(0.5 * cost, cost - apart)
    above = near if group >= median else far
    below = near if group <= median else far
    return min(max(legislature, median - below), median + above)


@compiled
def draft_of(ideal, believed, rule):
    """A sponsor's draft, between its ideal and what it thinks that the median wants (.3/.7)."""
    return (1.0 - rule.moderation) * ideal + rule.moderation * believed


@compiled
def believed_by(issue, own, seed, when, rule):
    """What somebody thinks the median wants: the last poll and an error; own: key of the believer; when: its time."""
    error = rule.poll_error * normal(draw64(pair(key(seed, when, _GUESS), own), issue.key))
    return min(max(issue.median + error, -1.0), 1.0)


# ---------------------------------------------------------------- how citizens decide


@compiled
def preference(x, law, draft, aware, luck, rule):
    """What a citizen gains by a draft over the law in force, less what holds voters to the status quo.

    |x - law| - |x - draft| - .08 - .15 if unaware + .15 N(0, 1). luck: uniform 0..1.
    """
    held = rule.status_quo + (0.0 if aware else rule.unaware)
    return abs(x - law) - abs(x - draft) - held + rule.voter_noise * normal(luck)


@compiled
def veto(x, law, old, aware, luck, rule):
    """What a citizen gains by restoring an old law: it is the status quo, to which voters lean and the unaware more."""
    held = rule.status_quo + (0.0 if aware else rule.unaware)
    return abs(x - law) - abs(x - old) + held + rule.voter_noise * normal(luck)


@compiled
def turnout(noticed, rule):
    """The chance that a citizen votes, by how far the matter is on the mind (z/(z + .1), 0..1): .35 + .25 noticed."""
    return min(1.0, rule.turnout + rule.turnout_by_salience * noticed)


@compiled
def noticed_by(salience, rule):
    """z / (z + .1) in double precision."""
    z = np.float64(salience)
    return z / (z + np.float64(rule.half_salience))


@compiled
def attitude_at(word):
    """The attitude in a citizen's word, in double precision."""
    return np.float64(np.uint32(word & ATTITUDE_BITS).view(np.float32))


@compiled
def vote(now, arena, people, at, asked, lead):
    """All citizens of a polity on the ballot of an issue. Returns turnout (0..1 of citizens) and, as shares of votes,
    those for what is asked, those for the counter-proposal, and those who prefer the former of the two.

    Citizens may say yes to both, as in Switzerland since 1987. People draw anew in each vote. at: polity, issue, and
    place in POPULAR of the right; asked: draft, counter-proposal, and whether there is one; lead: how far voters follow
    a government that defends its law, in units of position.
    """
    rules, blocks, issues = now.rules, people.blocks, arena.issues
    (p, m, kind), (draft, counter, countered) = at, asked
    issue, rule, seed, week = issues[p, m], rules[0].initiative, now.clock[0].seed, now.clock[0].week
    goes, sways = pair(key(seed, week, _TURNOUT), issue.key), pair(key(seed, week, _CHOICE), issue.key)
    words, salience, own = people.citizens.word[week % 2], people.citizens.salience, people.citizens.own
    citizens = voters = yes = to_counter = rather = 0
    for b in range(blocks.size):
        if blocks[b].polity != p:
            continue
        citizens += blocks[b].last - blocks[b].first
        for i in range(blocks[b].first, blocks[b].last):
            number = i - blocks[b].offset
            if draw64(goes, number) >= turnout(noticed_by(salience[m, i], rules[0].motive), rule):
                continue
            voters += 1
            x, aware = attitude_at(words[m, i]), own[m, i] & AWARE != 0
            luck = draw64(sways, number)
            if kind == REFERENDUM:
                gain = veto(x, issue.policy, draft, aware, luck, rule) - lead
            else:
                gain = preference(x, issue.policy, draft, aware, luck, rule)
            yes += 1 if gain > 0.0 else 0
            if countered:
                to_counter += 1 if preference(x, issue.policy, counter, aware, luck, rule) > 0.0 else 0
                rather += 1 if abs(x - draft) < abs(x - counter) else 0
    votes = float(max(voters, 1))
    return voters / float(citizens), yes / votes, to_counter / votes, rather / votes


@compiled
def vote_of_recall(now, home, issues, p, blocks, people):
    """All citizens of a polity on the removal of its government. Returns turnout and the share of votes for removal.

    A citizen weighs, by salience of the issues, how much nearer to him the median's policy would be than the policy in
    force; a successor is expected there. Voters lean to the government, more so to a legitimate one.
    """
    rules = now.rules
    rule, own, seed, week = rules[0].initiative, rules[0].recall, now.clock[0].seed, now.clock[0].week
    goes, sways = pair(key(seed, week, _TURNOUT), home.key), pair(key(seed, week, _CHOICE), home.key)
    words, salience, marks = people.word[week % 2], people.salience, people.own
    citizens = voters = yes = 0
    for b in range(blocks.size):
        if blocks[b].polity != p:
            continue
        citizens += blocks[b].last - blocks[b].first
        for i in range(blocks[b].first, blocks[b].last):
            number = i - blocks[b].offset
            mind = gain = 0.0
            aware = False
            for m in range(issues.shape[1]):
                issue, z = issues[p, m], np.float64(salience[m, i])
                x = attitude_at(words[m, i])
                mind += z
                gain += z * (abs(x - issue.policy) - abs(x - issue.median))
                aware = aware or marks[m, i] & AWARE != 0
            noticed = mind / (mind + np.float64(rules[0].motive.half_salience))
            if draw64(goes, number) >= turnout(noticed, rule):
                continue
            voters += 1
            held = rule.status_quo + (0.0 if aware else rule.unaware) + own.by_legitimacy * (home.legitimacy - _MIDDLE)
            swayed = rule.voter_noise * normal(draw64(sways, number))
            gain = gain / mind if mind > 0.0 else 0.0
            yes += 1 if gain - held + swayed > 0.0 else 0
    return voters / float(citizens), yes / float(max(voters, 1))


# ---------------------------------------------------------------- what the median wants


@compiled
def median_of(p, m, now, blocks):
    """The median attitude of a polity's citizens on an issue, within 1/4,000; now: (m, n) citizens' words."""
    counts = np.zeros(_BINS, np.int64)
    total = 0
    for b in range(blocks.size):
        if blocks[b].polity == p:
            for i in range(blocks[b].first, blocks[b].last):
                counts[min(int((attitude_at(now[m, i]) + 1.0) * (_BINS / 2)), _BINS - 1)] += 1
            total += blocks[b].last - blocks[b].first
    below = 0
    for k in range(_BINS):
        if 2 * (below + counts[k]) >= total:
            inside = (total / 2.0 - below) / counts[k]
            return (k + inside) / (_BINS / 2) - 1.0
        below += counts[k]
    return 0.0


@compiled
def polls(now, arena, people):
    """Where citizens have a say, the median is polled every quarter of a year: governments and teams read that."""
    rights, issues = arena.rights, arena.issues
    blocks = people.blocks
    week = now.clock[0].week
    for p in range(issues.shape[0]):
        asked = False
        for kind in range(_RIGHTS):
            asked = asked or rights[p, kind].allowed
        for m in range(issues.shape[1]):
            issue = issues[p, m]
            if asked and (issue.polled == 0 or week - issue.polled >= _REPOLL):
                issue.median = median_of(p, m, people.citizens.word[week % 2], blocks)
                issue.polled = week


# ---------------------------------------------------------------- who launches one


@compiled
def place_of(ballots, p, m, side, kind):
    """The row of a polity's ballots in which one of a kind and side on an issue stands."""
    if kind == RECALL:
        return ballots[p, 0, RECALL_SLOT]
    return ballots[p, m, VETO_SLOT if kind == REFERENDUM else side]


@compiled
def gains(issue, ideal, believed, cost, rule):
    """Whether a group thinks that it gains by an initiative: the law is not among those that deter it."""
    return abs(deterrence(issue.policy, believed, ideal, cost) - issue.policy) > rule.least


@compiled
def challenges(now, right, row, issue, side, ideal, own):
    """Whether a team collects against a new law: it loses more by it than that costs, and thinks that voters would
    restore the old one. row: the ballot of the veto; right: that of the referendum; ideal, own: the team's.
    """
    if row.phase != COLLECTING or row.side != side:
        return False
    rule = now.rules[0].initiative
    # The week in which the window closes: one law, one guess.
    believed = believed_by(issue, own, now.clock[0].seed, now.clock[0].week + row.weeks_left, rule)
    lost = abs(issue.policy - ideal) - abs(row.draft - ideal)
    wins = abs(issue.policy - believed) - abs(row.draft - believed) + rule.status_quo > 0.0
    return wins and lost > veto_cost(right.signature_share, rule, now.rules[0].referendum)


@compiled
def ballot_room(now, arena, tactic, p, m, side, ideal, own):
    """How far it makes sense for a team to collect signatures now: 0 not at all, 1 as any tactic; 1 for other tactics.

    ideal: where the team stands; own: its key. An initiative needs a gain, and a draft worth voting on that does not
    wait for another one to end; a referendum a new law that the team loses by and thinks that voters would undo; a
    recall a government of little legitimacy, further away than the median.
    """
    clock, rules = now.clock, now.rules
    kind = right_of(tactic)
    if kind < 0:
        return 1.0
    home, issue = arena.polities[p], arena.issues[p, m]
    row, rule, right = place_of(arena.ballots, p, m, side, kind), rules[0].initiative, arena.rights[p, kind]
    if not right.allowed or issue.polled == 0:
        return 0.0
    if kind == REFERENDUM:
        opposes = challenges(now, right, row, issue, side, ideal, own)
        return rules[0].referendum.urgency if opposes else 0.0
    believed = believed_by(issue, own, clock[0].seed, clock[0].week, rule)
    cost = challenge_cost(right.signature_share, right.window, rule)
    if row.phase == COLLECTING:
        return 1.0 if kind == RECALL or abs(row.draft - ideal) < abs(issue.policy - ideal) else 0.0
    if row.phase != 0 or (row.closed > 0 and clock[0].week - row.closed < PAUSE):
        return 0.0
    if kind == RECALL:
        distrusted = home.legitimacy < rules[0].recall.dissatisfied
        nearer = abs(issue.median - ideal) < abs(issue.ideal - ideal)
        return 1.0 if distrusted and nearer else 0.0
    change = draft_of(ideal, believed, rule) - issue.policy
    worth = (change if side == FOR else -change) > rule.least_change
    return 1.0 if worth and gains(issue, ideal, believed, cost, rule) else 0.0


@compiled
def alarm(now, arena, teams, o, m, side):
    """The further chance to start a campaign of a team that would collect against a law, while it can be vetoed."""
    rule, uses, tactics, a = now.rules[0].referendum, teams.uses, teams.tactics, teams.organisations[o]
    p, ideal = a.polity, teams.stances[o, m]
    right, row, issue = arena.rights[p, REFERENDUM], arena.ballots[p, m, VETO_SLOT], arena.issues[p, m]
    if not rule.on or not challenges(now, right, row, issue, side, ideal, a.key):
        return 0.0
    for k in range(tactics.size):
        if right_of(tactics[k]) == REFERENDUM and uses[o, k] > 0.0:
            return rule.alarm
    return 0.0


@compiled
def launches(now, arena, teams, events):
    """New campaigns for signatures open a ballot or join the one that is open, and last as long as it may."""
    clock = now.clock
    rights, issues, ballots = arena.rights, arena.issues, arena.ballots
    organisations, stances, tactics, campaigns = teams.organisations, teams.stances, teams.tactics, teams.campaigns
    rule, week = now.rules[0].initiative, clock[0].week
    for c in range(campaigns.size):
        campaign = campaigns[c]
        kind = right_of(tactics[campaign.tactic])
        if not campaign.fresh or campaign.weeks_left == 0 or kind < 0:
            continue
        p, m, side, o = campaign.polity, campaign.issue, campaign.side, campaign.organisation
        row, issue, ideal = place_of(ballots, p, m, side, kind), issues[p, m], stances[campaign.organisation, m]
        fresh = row.phase == 0
        if fresh and kind != REFERENDUM:
            believed = believed_by(issue, organisations[o].key, clock[0].seed, week, rule)
            row.phase = COLLECTING
            row.issue, row.side = m, side
            row.weeks_left = rights[p, kind].window
            row.signatures = 0.0
            row.draft = draft_of(ideal, believed, rule) if kind == INITIATIVE else issue.policy
            row.countered = False
        if (fresh and kind != REFERENDUM) or (kind == REFERENDUM and row.phase == COLLECTING and row.organisation < 0):
            row.organisation, row.ideal, row.launched = o, ideal, week
            told = note(clock, events, BALLOT_LAUNCHED, p, m, o, side, row.draft)
            told.tactic, told.route = campaign.tactic, kind
        campaign.weeks_left = max(1, row.weeks_left) if row.phase == COLLECTING else 1
