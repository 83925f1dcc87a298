"""Phase 9: initiatives, referendums and recalls, from signatures to the vote, and what their mere possibility does."""

from __future__ import annotations

import numpy as np

from advosim.mechanisms.ballots import (
    MAJORITY_OF_VOTES,
    challenge_cost,
    deterrence,
    veto_cost,
    vote,
    vote_of_recall,
)
from advosim.mechanisms.campaigns import right_of
from advosim.mechanisms.chronicle import note
from advosim.mechanisms.institutions import is_open
from advosim.world.chance import draw64, key, normal, stream
from advosim.world.codes import (
    ACCEPTED,
    AGAINST,
    BALLOT,
    BALLOT_FAILED,
    BALLOT_QUALIFIED,
    BALLOT_WITHDRAWN,
    COLLECTING,
    COUNTER_PROPOSAL,
    DETERRED,
    FAILED,
    FATES,
    FOR,
    INITIATIVE,
    NO_QUORUM,
    ORGANISING_SKILL,
    RECALL,
    RECALL_SLOT,
    RECALLED,
    REFERENDUM,
    REJECTED,
    ROUTES,
    SIDES,
    VETO,
    VETO_SLOT,
    VOTE,
    VOTING,
    WITHDRAWN,
)
from advosim.world.compile import compiled

_SUCCESSOR = stream("recall.successor")
_ESTIMATE = stream("referendum.estimate")
_MISREAD = stream("initiative.misread")
_MOVES = stream("initiative.moves")
_ROUTES, _FATES = len(ROUTES), len(FATES)


# ---------------------------------------------------------------- what all three share


@compiled
def misreading(error, learnt, luck, rule):
    """The legislature's error about the median wanders: .99 error + noise, around 0 with an sd of .2, less after votes.

    error: position; learnt: 0..1, what votes have told; luck: a normal draw.
    """
    noise = rule.poll_error * (1.0 - learnt) * np.sqrt(1.0 - rule.error_keep * rule.error_keep)
    return rule.error_keep * error + noise * luck


@compiled
def _read_median(clock, issue, rule):
    """A new legislature's error is drawn once; later it only wanders, and what votes told is forgotten slowly."""
    luck = normal(draw64(key(clock[0].seed, clock[0].week, _MISREAD), issue.key))
    if clock[0].week <= 1:
        issue.misread = rule.poll_error * luck
    else:
        issue.misread = misreading(issue.misread, issue.learnt, luck, rule)
        issue.learnt *= rule.error_keep


@compiled
def legislature(issue):
    """What the legislature thinks the median wants."""
    return min(max(issue.median + issue.misread, -1.0), 1.0)


@compiled
def _end(now, arena, teams, record, at, row, fate, result):
    """A ballot ends: its campaigns too, and the record takes it down.

    at: polity, issue, and place in POPULAR of the right; result: turnout, yes, policy that it leaves.
    """
    clock, rules = now.clock, now.rules
    p, m, kind = at
    right, issue = arena.rights[p, kind], arena.issues[p, m]
    _end_campaigns(teams.campaigns, teams.tactics, p, m, kind, row.side)
    last = record.ballots[clock[0].ballots]
    clock[0].ballots += 1
    last.polity, last.issue, last.kind, last.side = p, m, kind, row.side
    last.organisation, last.launched, last.week, last.fate = row.organisation, row.launched, clock[0].week, fate
    last.signatures, last.needed, last.quorum = row.signatures, right.signature_share, right.quorum
    last.voted = fate in (ACCEPTED, REJECTED, NO_QUORUM)
    last.turnout, last.yes, last.after = result
    last.draft = row.draft
    last.counter = row.counter if row.countered else row.draft
    last.before = issue.policy
    if last.voted:
        if kind != RECALL:
            issue.learnt += rules[0].initiative.vote_tells * (1.0 - issue.learnt)
            issue.misread *= 1.0 - rules[0].initiative.vote_tells
        told = note(clock, record.events, VOTE, p, m, row.organisation, row.side, last.yes)
        told.route, told.value = kind * _FATES + fate, last.turnout
    else:
        event = BALLOT_WITHDRAWN if fate == WITHDRAWN else BALLOT_FAILED
        note(clock, record.events, event, p, m, row.organisation, row.side, row.signatures).route = kind
    row.phase = 0
    row.closed = clock[0].week


@compiled
def _end_campaigns(campaigns, tactics, p, m, kind, side):
    """Those who collect for a ballot, or campaign for it, have their last week."""
    for c in range(campaigns.size):
        campaign = campaigns[c]
        here = campaign.polity == p and (kind == RECALL or (campaign.issue == m and campaign.side == side))
        if here and campaign.weeks_left > 0 and right_of(tactics[campaign.tactic]) == kind:
            campaign.weeks_left = 1


@compiled
def _drop(now, arena, teams, record, at, row, fate):
    """A ballot ends without a vote; a law against which nobody has collected is left alone without a word."""
    if row.organisation < 0:
        row.phase = 0
        row.closed = now.clock[0].week
    else:
        _end(now, arena, teams, record, at, row, fate, (0.0, 0.0, arena.issues[at[0], at[1]].policy))


@compiled
def _collect(now, arena, teams, record, at, row, signed, campaign_weeks):
    """A week of collecting: counted signatures add up, until they are enough or the window closes. True if enough."""
    p, m, kind = at
    row.signatures += signed
    row.weeks_left -= 1
    if row.organisation >= 0 and row.signatures > 0.0 and row.signatures >= arena.rights[p, kind].signature_share:
        row.phase = VOTING
        row.weeks_left = campaign_weeks
        told = note(now.clock, record.events, BALLOT_QUALIFIED, p, m, row.organisation, row.side, row.signatures)
        told.route = kind
        return True
    if row.weeks_left <= 0:
        _drop(now, arena, teams, record, at, row, FAILED)
    return False


@compiled
def _fate(turnout, yes, right):
    """What a vote decides: more than half of the votes, and turnout of at least the quorum."""
    if turnout < right.quorum:
        return NO_QUORUM
    return ACCEPTED if yes > MAJORITY_OF_VOTES else REJECTED


@compiled
def _can_use(kind, o, p, m, organisations, priorities, uses, tactics):
    """Whether an organisation of the polity is concerned by the issue and has a tactic that uses a right."""
    a = organisations[o]
    if a.polity != p or a.closed or a.activity == 0.0 or priorities[o, m] == 0.0:
        return False
    able = False
    for k in range(tactics.size):
        able = able or (right_of(tactics[k]) == kind and uses[o, k] > 0.0)
    return able


# ---------------------------------------------------------------- initiative


@compiled
def _deterring(law, p, m, believed, cost, teams):
    """The law nearest to the given one against which no organised group gains by an initiative."""
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    uses, tactics = teams.uses, teams.tactics
    for o in range(organisations.size):
        if _can_use(INITIATIVE, o, p, m, organisations, priorities, uses, tactics):
            law = deterrence(law, believed, stances[o, m], cost)
    return law


@compiled
def credible(funds, organising, rule):
    """How far a team could launch an initiative: funds / (funds + 4) x (.3 + .7 organising skill). Gerber 1999."""
    return funds / (funds + rule.means) * (rule.anybody + (1.0 - rule.anybody) * organising) if funds > 0.0 else 0.0


@compiled
def _pull(issue, p, m, believed, cost, rule, arena, teams):
    """How far the most credible threat pulls policy: (safe law - law) x credibility, the largest over those who could
    launch; who collects already is wholly credible.
    """
    pull = 0.0
    for o in range(teams.organisations.size):
        a = teams.organisations[o]
        if not _can_use(INITIATIVE, o, p, m, teams.organisations, teams.priorities, teams.uses, teams.tactics):
            continue
        gap = deterrence(issue.policy, believed, teams.stances[o, m], cost) - issue.policy
        row = arena.ballots[p, m, FOR if gap > 0.0 else AGAINST]
        sure = row.phase != 0 and row.organisation == o
        own = gap * (1.0 if sure else credible(a.funds, a.skills[ORGANISING_SKILL], rule))
        pull = own if abs(own) > abs(pull) else pull
    return pull


@compiled
def moves_first(pull, slow, rule):
    """The chance in a week that a legislature moves before a vote: .04 min(1, pull / .1) / (1 + slow), 0 below what
    nobody bothers about. slow: >= 0, what further veto players add to friction. Gerber 1996; Tsebelis 2002.
    """
    if abs(pull) <= rule.least:
        return 0.0
    return rule.pace * min(1.0, abs(pull) / rule.urgent) / (1.0 + slow)


@compiled
def _counter_proposal(issue, row, believed, rule):
    """Where the legislature expects a draft to win, it offers what it likes best of all that would beat the draft."""
    wins = abs(believed - issue.policy) - abs(believed - row.draft) - rule.status_quo > 0.0
    reach = abs(row.draft - believed)
    ideal = issue.ideal + issue.revision
    offer = min(max(ideal, believed - reach), believed + reach)
    row.counter = offer
    row.countered = wins and abs(offer - ideal) + rule.least < abs(row.draft - ideal)


@compiled
def _vote_on(now, arena, teams, people, record, at, row):
    """The vote on an initiative and, where there is one, on the counter-proposal beside it."""
    rule, right, issue = now.rules[0].initiative, arena.rights[at[0], INITIATIVE], arena.issues[at[0], at[1]]
    asked = (row.draft, row.counter, row.countered)
    turnout, yes, to_counter, rather = vote(now, arena, people, at, asked, 0.0)
    fate = _fate(turnout, yes, right)
    counter = row.countered and to_counter > MAJORITY_OF_VOTES and turnout >= right.quorum
    if fate == ACCEPTED and counter and rather <= MAJORITY_OF_VOTES:
        fate = REJECTED
    counter = counter and fate != ACCEPTED
    law = row.draft if fate == ACCEPTED else (row.counter if counter else issue.policy)
    if (fate == ACCEPTED or counter) and right.binding:
        issue.submitted[BALLOT] = issue.voted = True
        issue.target[BALLOT] = law
    elif fate == ACCEPTED:
        # It binds nobody, but it weighs, and obliges the government to sit down and talk.
        weighs = (1.0 if row.side == FOR else -1.0) * rule.advice * issue.friction
        issue.pressure += weighs
        issue.mood += weighs
        issue.consulting[row.side] = max(issue.consulting[row.side], now.rules[0].response.consult_weeks)
    after = law if right.binding else issue.policy
    _end(now, arena, teams, record, at, row, fate, (turnout, yes, after))


@compiled
def _move_first(now, arena, teams, events, p, m, believed):
    """The legislature disarms an initiative that may come, and keeps its other laws from inviting one."""
    clock, rules = now.clock, now.rules
    issue, right, rule = arena.issues[p, m], arena.rights[p, INITIATIVE], rules[0].initiative
    cost = challenge_cost(right.signature_share, right.window, rule)
    pull = _pull(issue, p, m, believed, cost, rule, arena, teams)
    slow = rules[0].friction.by_veto_player * (arena.polities[p].veto_players - 1.0)
    chance = moves_first(pull, slow, rule) if clock[0].week > rule.at_rest else 0.0
    if draw64(key(clock[0].seed, clock[0].week, _MOVES), issue.key) < chance:
        issue.submitted[BALLOT] = True
        issue.target[BALLOT] = issue.policy + rule.part * pull
        side = FOR if pull > 0.0 else AGAINST
        note(clock, events, DETERRED, p, m, -1, side, rule.part * pull).route = BALLOT
    for route in range(BALLOT + 1, _ROUTES):
        if issue.submitted[route]:
            issue.target[route] = _deterring(issue.target[route], p, m, believed, cost, teams)


@compiled
def initiative(now, arena, teams, people, record):
    """Citizens' drafts go from signatures over a campaign to the vote; and the legislature moves first.

    An initiative costs its sponsor c = .05 + 5 x `signature_share` x (1 + 26/`window`) in units of position. Of a law
    y, a group with ideal g gains if the median voter v prefers to it a draft that is nearer to g by more than c; so
    laws up to |g - v| + c from v on the group's side and max(c/2, c - |g - v|) on the other are safe. The legislature
    makes no law that is not safe from every organised group, as it sees v. The law that there is it moves (route
    `ballot`) by .3 of the strongest pull, (nearest safe law - y) x credibility, over organisations that use
    initiatives; credibility = funds/(funds + 4) x (.3 + .7 organising skill), 1 for who collects.

    It does so with chance .04 min(1, pull/.1)/(1 + 1.6 (`veto_players` - 1)) a week, not for pulls up to .03. What it
    thinks v is errs by N(0, .2) at the start and wanders: .99 error + noise; each vote on the issue halves the error
    and the noise, which grows again by .01 a week. What a team thinks errs by N(0, .2) each time. Who still gains in
    its own eyes launches: draft = .3 ideal + .7 v as it sees it, at least .1 from the law.

    Citizens who are called on and aware sign as they would a petition, once each, until `signature_share` is reached or
    the `window` closes; 13 weeks later they vote, each with chance .35 + .25 z/(z + .1), yes if |x - y| - |x - draft| >
    .08 + .15 if unaware + .15 N(0, 1). A legislature that expects to lose puts a counter-proposal beside it, the law
    nearest to its ideal that the median prefers to the draft; both can be accepted, then the nearer one of most voters
    holds. A draft with more than half of the votes and turnout from `quorum` is law if `binding`; else it adds .5 F to
    the store and obliges to a consultation. A sponsor withdraws once the law is as good as its draft.

    The median is polled every 13 weeks. In the first 13 weeks no legislature moves first: its laws were made for the
    poll of the start. Gerber 1996; Romer & Rosenthal 1979.
    """
    clock, rules = now.clock, now.rules
    rights, issues, ballots = arena.rights, arena.issues, arena.ballots
    events, rule = record.events, rules[0].initiative
    for p in range(issues.shape[0]):
        right = rights[p, INITIATIVE]
        for m in range(issues.shape[1]):
            issue, at = issues[p, m], (p, m, INITIATIVE)
            _read_median(clock, issue, rule)
            believed = legislature(issue)
            for side in range(SIDES):
                row = ballots[p, m, side]
                if row.phase == 0:
                    continue
                if not rule.on or not right.allowed:
                    _drop(now, arena, teams, record, at, row, FAILED)
                elif abs(issue.policy - row.ideal) <= abs(row.draft - row.ideal):
                    _drop(now, arena, teams, record, at, row, WITHDRAWN)
                elif row.phase == COLLECTING:
                    signed = issue.backed[INITIATIVE, side]
                    if _collect(now, arena, teams, record, at, row, signed, rule.campaign_weeks):
                        _counter_proposal(issue, row, believed, rule)
                        if row.countered:
                            note(clock, events, COUNTER_PROPOSAL, p, m, -1, side, row.counter).route = INITIATIVE
                else:
                    row.weeks_left -= 1
                    issue.bump += rule.news
                    if row.weeks_left <= 0 and not issue.submitted[BALLOT]:
                        _vote_on(now, arena, teams, people, record, at, row)
            threat = rule.on and right.allowed and is_open(BALLOT, rules[0].decision)
            if threat and issue.polled > 0 and not issue.submitted[BALLOT]:
                _move_first(now, arena, teams, events, p, m, believed)


# ---------------------------------------------------------------- referendum


@compiled
def _challenged(issue, target, p, m, cost, teams):
    """Whether an organised group loses more by a new law than a referendum against it seems to cost."""
    organisations, stances, priorities = teams.organisations, teams.stances, teams.priorities
    uses, tactics = teams.uses, teams.tactics
    for o in range(organisations.size):
        loses = abs(target - stances[o, m]) - abs(issue.policy - stances[o, m]) > cost
        if loses and _can_use(REFERENDUM, o, p, m, organisations, priorities, uses, tactics):
            return True
    return False


@compiled
def _spare(now, issue, p, m, share, teams):
    """Governments cut steps that they think would be challenged and lost to what opponents would let pass.

    They misjudge what opponents would bear, anew each time; so some laws are challenged, and some are smaller than they
    had to be. share: signatures needed.
    """
    clock, rules = now.clock, now.rules
    rule = rules[0].initiative
    luck = normal(draw64(key(clock[0].seed, clock[0].week, _ESTIMATE), issue.key))
    cost = max(0.0, veto_cost(share, rule, rules[0].referendum) + rules[0].referendum.misjudged * luck)
    believed = legislature(issue)
    for route in range(BALLOT + 1, _ROUTES):
        if not issue.submitted[route]:
            continue
        target = issue.target[route]
        loses = abs(target - believed) - abs(issue.policy - believed) + rule.status_quo > 0.0
        if loses and _challenged(issue, target, p, m, cost, teams):
            way = 1.0 if target > issue.policy else -1.0
            issue.target[route] = issue.policy + way * min(abs(target - issue.policy), cost)


@compiled
def _open_to_veto(clock, row, issue, m, right):
    """A new law, made last week without a vote, can be vetoed from now on."""
    row.phase = COLLECTING
    row.organisation = -1
    row.issue = m
    row.side = AGAINST if issue.step > 0.0 else FOR
    row.draft = issue.policy - issue.step
    row.signatures = 0.0
    row.weeks_left = right.window
    row.launched = clock[0].week
    row.countered = False


@compiled
def referendum(now, arena, teams, people, record):
    """Opponents of a new law collect for a vote that restores the old one; governments cut what would lose it.

    For `window` weeks after a step that did not come out of a vote (also one by which a legislature forestalls an
    initiative), teams of the other side who lose more than c = .02 + 5 x `signature_share` and think that voters would
    restore the old law (an error of N(0, .2), one for each law) start a campaign with a further chance of 1 a week if
    they are free, choose to collect with 10 times the weight, and need no weeks of preparation. While somebody
    collects, attention rises by .4 a week. With enough signatures a vote follows after 8 weeks; voters lean to the old
    law by .08, .15 more if unaware, and to the law by .15 x legitimacy of the government that defends it.

    A law made while nobody has begun to collect against the one before it takes its place; while somebody collects,
    what is asked for stays the old law of before both, and the second is not open by itself. Before all that, a
    government that expects to lose such a vote cuts steps of elections, tables and the store to what it thinks that
    opponents would bear: c + N(0, .1). Matsusaka 2018; Hug 2004.
    """
    clock, rules = now.clock, now.rules
    polities, rights, issues, ballots = arena.polities, arena.rights, arena.issues, arena.ballots
    events = record.events
    rule = rules[0].referendum
    for p in range(issues.shape[0]):
        right = rights[p, REFERENDUM]
        for m in range(issues.shape[1]):
            issue, row, at = issues[p, m], ballots[p, m, VETO_SLOT], (p, m, REFERENDUM)
            if not rule.on or not right.allowed:
                if row.phase != 0:
                    _drop(now, arena, teams, record, at, row, FAILED)
                continue
            if row.phase != 0 and (row.draft >= issue.policy) == (row.side == AGAINST):
                _drop(now, arena, teams, record, at, row, WITHDRAWN)
            # A law meets what is collected against the one before it, unless nobody has begun.
            free = row.phase == 0 or (row.phase == COLLECTING and row.organisation < 0)
            if free and issue.changed_by >= 0 and not issue.by_vote:
                _open_to_veto(clock, row, issue, m, right)
            elif row.phase == COLLECTING:
                signed = issue.backed[REFERENDUM, row.side]
                issue.bump += rule.news if row.organisation >= 0 else 0.0
                _collect(now, arena, teams, record, at, row, signed, rule.campaign_weeks)
            elif row.phase == VOTING:
                row.weeks_left -= 1
                issue.bump += rules[0].initiative.news
                if row.weeks_left <= 0 and not issue.submitted[BALLOT]:
                    lead = rule.follows * polities[p].legitimacy
                    turnout, yes, _, _ = vote(now, arena, people, at, (row.draft, row.draft, False), lead)
                    fate = _fate(turnout, yes, right)
                    result = (turnout, yes, row.draft if fate == ACCEPTED else issue.policy)
                    if fate == ACCEPTED:
                        issue.submitted[BALLOT] = issue.voted = True
                        issue.target[BALLOT] = row.draft
                        step = row.draft - issue.policy
                        note(clock, events, VETO, p, m, row.organisation, row.side, step).route = BALLOT
                    _end(now, arena, teams, record, at, row, fate, result)
            if issue.polled > 0 and is_open(BALLOT, rules[0].decision):
                _spare(now, issue, p, m, right.signature_share, teams)


# ---------------------------------------------------------------- recall


@compiled
def danger(legitimacy, progress, share, rule):
    """How near a government is to a recall, 0..1: distrust x ease x (.5 + .5 progress).

    distrust = min(1, 2 (1 - legitimacy)); ease = .1/(.1 + signatures needed); progress: signatures collected over
    signatures needed, 1 once there are enough.
    """
    distrust = min(1.0, 2.0 * (1.0 - legitimacy))
    return distrust * rule.half_share / (rule.half_share + share) * (rule.quiet + (1.0 - rule.quiet) * progress)


@compiled
def removal(now, home, issues, p):
    """An early election where there are parties, else a new government near the median; part of the distrust goes."""
    clock, rules = now.clock, now.rules
    rule = rules[0].recall
    home.legitimacy += rule.honeymoon * (1.0 - home.legitimacy)
    if rules[0].elections.on and home.seated:
        home.early = True
        return
    k = key(clock[0].seed, clock[0].week, _SUCCESSOR)
    for m in range(issues.shape[1]):
        issue = issues[p, m]
        issue.ideal = min(max(issue.median + rule.successor_within * normal(draw64(k, issue.key)), -1.0), 1.0)
        issue.revision = 0.0


@compiled
def recall(now, arena, teams, people, record):
    """The dissatisfied collect for the removal of the government; that it may come to that makes it listen.

    Where `recall` is allowed, teams to whom the median citizen is nearer than the government begin to collect while its
    legitimacy is below .75, and any team can join. With `signature_share` of the citizens within the `window`, counted
    once each, a vote follows after 8 weeks: a citizen votes for removal if mean over issues, by salience, of |x -
    policy| - |x - median| exceeds .08 + .5 (legitimacy - .5) + .15 if unaware + .15 N(0, 1). Half of the distrust goes
    with the government. An election follows at once where there are parties; else the successor's ideals are the
    medians + N(0, .15). Danger = min(1, 2 (1 - legitimacy)) x .1/(.1 + `signature_share`) x (.5 + .5 share of the
    signatures collected) multiplies the weight of opinion in `pressure` by 1 + 2 danger. Matsusaka 2018; Serdult & Welp
    2012.
    """
    clock = now.clock
    polities, rights, issues, ballots = arena.polities, arena.rights, arena.issues, arena.ballots
    blocks = people.blocks
    events = record.events
    rule = now.rules[0].recall
    for p in range(issues.shape[0]):
        home, right, row = polities[p], rights[p, RECALL], ballots[p, 0, RECALL_SLOT]
        issue, at = issues[p, row.issue], (p, row.issue, RECALL)
        home.danger = 0.0
        if not rule.on or not right.allowed:
            if row.phase != 0:
                _drop(now, arena, teams, record, at, row, FAILED)
            continue
        if row.phase == COLLECTING:
            signed = 0.0
            for m in range(issues.shape[1]):
                signed += issues[p, m].backed[RECALL, FOR] + issues[p, m].backed[RECALL, AGAINST]
            _collect(now, arena, teams, record, at, row, signed, rule.campaign_weeks)
        elif row.phase == VOTING:
            row.weeks_left -= 1
            if row.weeks_left <= 0:
                turnout, yes = vote_of_recall(now, home, issues, p, blocks, people.citizens)
                fate = _fate(turnout, yes, right)
                if fate == ACCEPTED:
                    note(clock, events, RECALLED, p, row.issue, row.organisation, row.side, yes).route = RECALL
                    removal(now, home, issues, p)
                result = (turnout, yes, issue.policy)
                _end(now, arena, teams, record, at, row, fate, result)
        progress = 0.0
        if row.phase != 0 and right.signature_share > 0.0:
            progress = min(1.0, row.signatures / right.signature_share)
        home.danger = danger(home.legitimacy, progress, right.signature_share, rule)
